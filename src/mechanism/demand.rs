//! Requirements: stated, checked, ranked, matched, handed to their mechanism, closed.

use super::rules::{BringsRules, NeedRules, RowRules};
use super::turn::{LARGEST_SUM, Turn};
use crate::event::{Event, LineId, NeedId, Subject};
use crate::model::{Brings, RowBrings, Stream};
use crate::state::DeskDone;
use crate::state::unit::Name;
use crate::units::arena::Id;
use crate::units::draw::{Block, Secret};
use crate::units::time::SimDuration;

/// A stream or a journal states a requirement.
pub fn arrival(turn: &mut Turn, stream: Id<Stream>) {
    let state = turn.state;
    let number = state.next_number(stream);
    let block = turn.rules.block(stream, u64::from(number));
    let drawn = turn.rules.streams[stream.index()].priority.at(block.priority()) as i32;
    let row = state[stream].brought as usize;
    let priority = match &state.plan().streams[stream].brings {
        Brings::Rows(rows) => match &rows[row].brings {
            RowBrings::Requirement { priority, .. } => *priority,
            _ => drawn,
        },
        _ => drawn,
    };
    let rules = match &turn.rules.streams[stream.index()].brings {
        BringsRules::Requirements(rules) => rules,
        BringsRules::Rows(rows) => match &rows[row] {
            RowRules::Requirement(rules) => rules,
            _ => unreachable!("the rules follow the plan"),
        },
        _ => unreachable!("the rules follow the plan"),
    };
    let due = rules.needed_within.as_ref().map(|law| turn.now.after(SimDuration(law.at(block.need_by()))));
    let quantities: Vec<i64> = (0..rules.lines.len()).map(|i| quantity(rules, i, block)).collect();
    check_size(turn, stream, number, &quantities);
    let cause = super::cause_of(turn, stream);
    let next = super::next_of(turn, stream);
    let need = NeedId::new(state.needs.len() as u32);
    let mut last = turn.emit(cause, Event::RequirementSubmitted { need, stream, priority, next });
    if let Some(due) = due {
        last = turn.emit(last, Event::RequirementDueSet { need, due });
    }
    for (i, quantity) in quantities.into_iter().enumerate() {
        let line = LineId::new((state.lines.len() + i) as u32);
        last = turn.emit(last, Event::LineAsked { line, need, quantity });
    }
    let plan = state.need_plan(stream, row as u64);
    if turn.now.0 >= 0 && plan.hq.is_some_and(|hq| turn.state.net.first_step(hq, true, None).is_some()) {
        file(turn, need, Name { stream, number, line: 0, lot: 0 }, block.secret(), last);
    }
}

/// The most consignments that a line may become at one instant.
const LOTS_MOST: i64 = 1 << 20;

/// Refuses what a log cannot hold: nothing is ever cut.
pub(super) fn check_size(turn: &mut Turn, stream: Id<Stream>, number: u32, quantities: &[i64]) {
    let state = turn.state;
    let name = || format!("{}#{number}", state.plan().streams[stream].name);
    let plan = state.need_plan(stream, state[stream].brought);
    let (mut value, mut mass) = (state.totals.asked.0, state.totals.mass.0);
    for (line, &units) in plan.lines.iter().zip(quantities) {
        let item = &state.plan().items[line.item];
        value = value.saturating_add(turn.product(line.unit_value.unwrap_or(item.value).0, units, "a value", name));
        mass = mass.saturating_add(turn.product(item.mass.0, units, "a mass", name));
        let lot = item.lot.map_or(i64::from(u32::MAX), i64::from);
        if units.div_euclid(lot) > LOTS_MOST {
            turn.refuse(format!(
                "{} asks for {units} units of {} in lots of {lot}: more than {LOTS_MOST} consignments; a larger `lot` of the item makes fewer",
                name(), item.name
            ));
        }
    }
    if mass > LARGEST_SUM {
        turn.refuse(format!("with {} goods weigh more than {LARGEST_SUM} kilograms in all", name()));
    }
    if value > LARGEST_SUM {
        turn.refuse(format!("with {} requirements ask for more than {LARGEST_SUM} minor units in all", name()));
    }
}

pub(super) fn quantity(rules: &NeedRules, line: usize, block: Block) -> i64 {
    let (purpose, law) = &rules.lines[line];
    let word = if line == 0 { block.quantity() } else { block.secret().draw(*purpose, 0) };
    law.at(word)
}

/// A requirement's paper goes to the desks.
fn file(turn: &mut Turn, need: NeedId, name: Name, secret: Secret, cause: u64) {
    let unit = turn.state.units.next_free(0);
    turn.rules.keep_secret(unit, name, secret);
    turn.emit(cause, Event::PaperFiled { unit, need });
}

/// A requirement of the opening backlog is taken up.
pub fn backlog(turn: &mut Turn, need: NeedId) {
    let row = turn.state.need(need);
    let last = turn.emit(row.last, Event::BacklogTakenUp { need });
    if turn.state.passes_desks(need) {
        let secret = turn.rules.block(row.stream, u64::from(row.number)).secret();
        let name = Name { stream: row.stream, number: row.number, line: 0, lot: 0 };
        file(turn, need, name, secret, last);
    }
}

/// What a desk that is done with a requirement's paper has decided.
fn desk_decides(turn: &mut Turn, need: NeedId, DeskDone { step, more, seq: mut cause }: DeskDone) {
    match &*turn.state.plan().steps[step].name {
        "validation" => cause = turn.emit(cause, Event::RequirementValidated { need }),
        "ranking" => {
            cause = validated_before(turn, need, cause);
            cause = turn.emit(cause, Event::RequirementPrioritised { need });
        }
        _ => {}
    }
    if !more {
        cause = match &*turn.state.plan().steps[step].name {
            "matching" => validated_before(turn, need, cause),
            _ => cause,
        };
        matched(turn, need, cause);
    }
}

/// A headquarters without a validation desk validates at the first desk that it has.
fn validated_before(turn: &mut Turn, need: NeedId, cause: u64) -> u64 {
    match turn.state.need(need).validated {
        Some(_) => cause,
        None => turn.emit(cause, Event::RequirementValidated { need }),
    }
}

/// A desk was done with a requirement, or it passes none.
pub fn validates(turn: &mut Turn, need: NeedId) {
    if let Some(done) = turn.state.need(need).desk {
        return desk_decides(turn, need, done);
    }
    let cause = turn.emit(turn.state.need(need).last, Event::RequirementValidated { need });
    matched(turn, need, cause);
}

/// It was open for as long as it would be.
pub fn expires(turn: &mut Turn, need: NeedId) {
    let state = turn.state;
    let cause = turn.emit(state.need(need).last, Event::RequirementExpired { need });
    if state.need(need).matched.is_none() {
        return;
    }
    // What is in a package, or goods already, goes on; what still waits to be provided is withdrawn.
    let via = state.plan_of_need(need).via;
    for &line in &state.need(need).lines {
        let (row, subject) = (state.line(line), Subject::Line(line));
        let gate = via.map(|m| state.gate_of(m, 0)).filter(|&gate| state.gate(gate).inside.contains_key(&subject));
        let asks = via.is_none() && row.taken < row.asked && state.stock_at(row.origin, row.item).is_some();
        if gate.is_some() || asks {
            let cause = turn.emit(cause, Event::LineWithdrawn { line });
            if let Some(gate) = gate {
                turn.emit(cause, Event::StageLeft { subject, gate });
            }
        }
    }
}

/// Its lines go on: to their mechanism, or their goods stand at their origin.
fn matched(turn: &mut Turn, need: NeedId, cause: u64) {
    let state = turn.state;
    let cause = turn.emit(cause, Event::RequirementMatched { need });
    let via = state.plan_of_need(need).via;
    let mut taken = 0;
    // Who is past its date is provided with nothing more.
    if state.need(need).expired.is_some() {
        return;
    }
    // What asks for nothing goes nowhere.
    if state.need(need).asked == 0 {
        turn.emit(cause, Event::RequirementFulfilled { need });
        return;
    }
    for &line in state.need(need).lines.iter().filter(|line| state.line(**line).asked > 0) {
        match via {
            Some(m) => {
                let gate = state.gate_of(m, 0);
                turn.emit(cause, Event::StageEntered { subject: Subject::Line(line), gate, lasts: SimDuration(-1) });
            }
            None => super::stock::asked(turn, line, &mut taken, cause),
        }
    }
}

/// The last consignment of a requirement was recognised.
pub fn closes(turn: &mut Turn, need: NeedId) {
    let row = turn.state.need(need);
    // One that asked for nothing had no goods.
    let cause = if row.recognised_by > 0 { row.recognised_by } else { row.last };
    turn.emit(cause, Event::RequirementFulfilled { need });
}

/// A journal's row that moves nothing.
pub fn row(turn: &mut Turn, stream: Id<Stream>, number: u32, rejected: bool) {
    let cause = turn.state[stream].last;
    if rejected {
        turn.emit(cause, Event::ImportRejected { stream, row: number });
    } else {
        turn.emit(cause, Event::StatementRecorded { stream, row: number });
    }
}
