//! Work that can never move.

use crate::state::State;
use crate::state::unit::Place;
use std::collections::BTreeSet;

/// Where goods stand at the stop of a run when nothing can ever move them (spec 5.1); by name.
pub fn places(state: &State) -> Vec<String> {
    let timed = state.plan().end.is_some();
    if timed && state.can_still_move() {
        return Vec::new();
    }
    let plan = state.plan();
    let step = |id| format!("{}.{}", plan.nodes[plan.steps[id].node].name, plan.steps[id].name);
    let names = state.units.iter().filter(|(_, unit)| !unit.is_paper()).filter_map(|(_, unit)| match unit.place {
        Place::Entering { step: at, .. } => Some(step(at)),
        // Up to an end goods may well wait for what comes later, or never; only who is blocked is stuck.
        _ if timed => None,
        Place::Waiting(at) | Place::Handling { step: at, .. } => Some(step(at)),
        Place::Ready(leg) | Place::UnderWay(leg) => Some(plan.legs[leg].name.clone()),
        Place::Deciding(node) => Some(plan.nodes[node].name.clone()),
        // What a stage holds waits for money or a release, which need not ever come.
        Place::Staged(_) | Place::Backlog | Place::Gone => None,
    });
    names.collect::<BTreeSet<String>>().into_iter().collect()
}
