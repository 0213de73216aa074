//! Work that can never move: places that wait for each other.

use crate::model::Step;
use crate::state::State;
use crate::state::unit::{Origin, Place};
use crate::units::arena::Id;
use std::collections::BTreeMap;

/// The ring of places that block each other, when work remains and nothing can ever move.
pub fn find(state: &State) -> Option<Vec<String>> {
    if state.plan().end.is_some_and(|end| state.now < end) && state.can_still_move() {
        return None;
    }
    // Who keeps a server at one step and waits for room at another; who waits at a gate holds nothing.
    let mut waits: BTreeMap<Id<Step>, Id<Step>> = BTreeMap::new();
    for (_, unit) in state.units.iter() {
        if let Place::Entering { step, from: Origin::Step(before, _), held: true } = unit.place {
            waits.insert(before, step);
        }
    }
    for &start in waits.keys() {
        let (mut at, mut way) = (start, vec![start]);
        while let Some(&next) = waits.get(&at) {
            if let Some(first) = way.iter().position(|&s| s == next) {
                let ring = way[first..].iter().map(|&s| step_name(state, s));
                return Some(ring.collect());
            }
            way.push(next);
            at = next;
        }
    }
    None
}

fn step_name(state: &State, step: Id<Step>) -> String {
    let plan = state.plan();
    format!("{}.{}", plan.nodes[plan.steps[step].node].name, plan.steps[step].name)
}
