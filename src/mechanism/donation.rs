//! Donations: gifts from a donor's stock. A line waits until the depot has its units, then for the donor's approval;
//! then its goods exist and each consignment waits for its shipment.

use super::rules::slowed;
use super::turn::Turn;
use super::{Mechanism, goods};
use crate::event::{Event, LineId, Subject};
use crate::model::MechanismPlan;
use crate::units::arena::Id;
use crate::units::time::SimDuration;

const STOCK: usize = 0;
const APPROVAL: usize = 1;
const SHIPMENT: usize = 2;

pub struct Donation;

impl Mechanism for Donation {
    /// The first line, in the order of choice, whose units are all on hand takes them; one that lacks units does not hold
    /// back a smaller, later one.
    fn settles(&self, turn: &mut Turn, m: Id<MechanismPlan>) -> bool {
        let state = turn.state;
        // A stage that is held lets nothing out.
        if state.gate(state.gate_of(m, STOCK)).down > 0 || !state.could_give() {
            return false;
        }
        let on_hand = |line: LineId| {
            let row = state.line(line);
            let stock = state.stock_of_line(line)?;
            (state[stock].on_hand >= row.asked).then_some((line, stock, row.asked))
        };
        let Some((line, stock, quantity)) = state[m].list.iter().find_map(|key| on_hand(key.5)) else {
            return false;
        };
        let cause = turn.emit(state.line(line).last, Event::StockTaken { line, stock, quantity });
        let subject = Subject::Line(line);
        let cause = turn.emit(cause, Event::StageLeft { subject, gate: state.gate_of(m, STOCK) });
        let gate = state.gate_of(m, APPROVAL);
        let factor = state.time_factor(&[&state.gate(gate).struck]);
        let word = turn.rules.line(state, line, gate);
        let time = SimDuration(slowed(turn.rules.gates[gate.index()].1.at(word), factor));
        turn.emit(cause, Event::StageEntered { subject, gate, lasts: time });
        true
    }

    fn drafts(&self, _: &mut Turn, _: Id<MechanismPlan>) -> bool {
        false
    }

    fn stage_ended(&self, turn: &mut Turn, m: Id<MechanismPlan>, subject: Subject, stage: usize) {
        match subject {
            Subject::Unit(unit) => goods::stage_ended(turn, unit, m, stage),
            Subject::Line(line) => {
                let gate = turn.state.gate_of(m, stage);
                let cause = turn.emit(turn.state.line(line).last, Event::StageLeft { subject, gate });
                let asked = turn.state.line(line).asked;
                goods::exist(turn, line, asked, Some((m, SHIPMENT)), &mut 0, cause);
            }
            Subject::Package(_) => unreachable!("donations form no packages"),
        }
    }
}
