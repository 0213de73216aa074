//! Goods of a requirement's line: they come to exist, pass the stages that concern each consignment, and stand at their
//! origin.

use super::movement::{Traveller, arrived};
use super::rules::slowed;
use super::turn::Turn;
use crate::event::{Event, LineId, Subject, UnitId};
use crate::model::{MechanismPlan, Node, Whom};
use crate::state::unit::{Name, What};
use crate::units::amount::Mass;
use crate::units::arena::Id;
use crate::units::draw::{Secret, name_hash};
use crate::units::time::SimDuration;

/// So many units of a line exist from now on, as consignments of at most the item's lot. With a mechanism they enter its
/// stage of that position first. `taken` counts the rows that this turn has used so far.
pub fn exist(
    turn: &mut Turn,
    line: LineId,
    units: i64,
    stage: Option<(Id<MechanismPlan>, usize)>,
    taken: &mut usize,
    cause: u64,
) {
    let state = turn.state;
    let row = state.line(line);
    let need = state.need(row.need);
    let lot = state.plan().items[row.item].lot.map_or(i64::from(u32::MAX), i64::from);
    let hash = name_hash(&state.line_name(line));
    let mut left = units;
    let mut number = row.lots;
    while left > 0 {
        let amount = left.min(lot);
        left -= amount;
        number += 1;
        let unit = state.units.next_free(*taken);
        *taken += 1;
        let name = Name { stream: need.stream, number: need.number, line: row.position, lot: number };
        let secret = turn.rules.lot(hash, number);
        turn.rules.keep_secret(unit, name, secret);
        let event = Event::GoodsCreated { unit, line, number, amount: amount as u32 };
        let last = turn.emit(cause, event);
        let mass = Mass(state.plan().items[row.item].mass.0 * amount);
        let goods = Goods { unit, line, mass, secret };
        match stage {
            Some((m, stage)) => stage_of_goods(turn, goods, m, stage, last),
            None => stand(turn, goods, last),
        }
    }
}

/// A consignment of a line.
#[derive(Clone, Copy)]
struct Goods {
    unit: UnitId,
    line: LineId,
    mass: Mass,
    secret: Secret,
}

fn stage_of_goods(turn: &mut Turn, goods: Goods, m: Id<MechanismPlan>, stage: usize, cause: u64) {
    let state = turn.state;
    if stage == state.plan().mechanisms[m].stages.len() {
        return stand(turn, goods, cause);
    }
    let gate = state.gate_of(m, stage);
    let (purpose, law) = &turn.rules.gates[gate.index()];
    let factor = state.time_factor(&[&state.gate(gate).struck]);
    let untimed = law.constant() == Some(0) && state.gate(gate).down == 0;
    // A stage that is passed in this turn has no end of its own to come.
    let time = match untimed {
        true => SimDuration(-1),
        false => SimDuration(slowed(law.at(goods.secret.draw(*purpose, 0)), factor)),
    };
    let subject = Subject::Unit(goods.unit);
    let cause = turn.emit(cause, Event::StageEntered { subject, gate, lasts: time });
    if untimed {
        // A stage without a time is passed in the same turn.
        let cause = turn.emit(cause, Event::StageLeft { subject, gate });
        stage_of_goods(turn, goods, m, stage + 1, cause);
    }
}

/// A consignment's time in a stage is over.
pub fn stage_ended(turn: &mut Turn, unit: UnitId, m: Id<MechanismPlan>, stage: usize) {
    let state = turn.state;
    let What::LineGoods(line) = state.units[unit].what else { unreachable!("stages hold goods of lines") };
    let gate = state.gate_of(m, stage);
    let subject = Subject::Unit(unit);
    let cause = turn.emit(state.units[unit].last, Event::StageLeft { subject, gate });
    let secret = turn.rules.secret(state, unit);
    let mass = state.units[unit].mass;
    stage_of_goods(turn, Goods { unit, line, mass, secret }, m, stage + 1, cause);
}

/// Goods stand at their origin, by way of the movement desk where there is one.
fn stand(turn: &mut Turn, goods: Goods, cause: u64) {
    let state = turn.state;
    let row = state.line(goods.line);
    let (need, hq) = (state.need(row.need), state.plan_of_need(row.need).hq);
    let desk: Option<Id<Node>> = hq.filter(|&hq| turn.state.net.first_step(hq, false, Some(row.item)).is_some());
    let node = desk.unwrap_or(row.origin);
    let cause = turn.emit(cause, Event::NodeReached { unit: goods.unit, node });
    let who = Traveller {
        unit: goods.unit,
        whom: Whom {
            item: Some(row.item),
            priority: need.priority,
            stream: need.stream,
            to: row.to.or(state.net.only_handover),
        },
        goods_of: Some(row.origin),
        mass: goods.mass,
        handed_over: false,
    };
    arrived(turn, who, node, cause);
}
