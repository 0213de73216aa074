//! What closes places and opens them again: disruptions, hours, and another number of servers.

use super::turn::Turn;
use crate::event::{Event, PlaceId, UnitId};
use crate::model::{Disruption, Effect, Node, OnOutage, Step, Strikes};
use crate::state::unit::Place;
use crate::units::arena::Id;
use crate::units::time::SimDuration;

/// A dated disruption begins or ends.
pub fn disruption(turn: &mut Turn, id: Id<Disruption>) {
    let state = turn.state;
    let plan = &state.plan().disruptions[id];
    let struck = |list: &[Id<Disruption>]| list.contains(&id);
    let gate = |m: Id<crate::model::MechanismPlan>, stage: u8| state.gate_of(m, usize::from(stage));
    let on = match plan.strikes {
        Strikes::Node(n) => struck(&state[n].struck),
        Strikes::Step(s) => struck(&state[s].struck),
        Strikes::Leg(l) => struck(&state[l].struck),
        Strikes::Mechanism(m) => struck(&state.gate(gate(m, 0)).struck),
        Strikes::Stage(m, stage) => struck(&state.gate(gate(m, stage)).struck),
    };
    let cause = if on {
        turn.emit(0, Event::DisruptionEnded { disruption: id })
    } else {
        turn.emit(0, Event::DisruptionBegan { disruption: id })
    };
    if plan.effect != Effect::Closed {
        return;
    }
    match plan.strikes {
        Strikes::Node(n) => node_turns(turn, n, on, cause),
        Strikes::Step(s) => step_turns(turn, s, on, cause),
        Strikes::Leg(l) => {
            if on && state[l].down == 1 {
                turn.emit(cause, Event::LegOpened { leg: l });
            } else if !on && state[l].down == 0 {
                turn.emit(cause, Event::LegClosed { leg: l });
            }
        }
        Strikes::Mechanism(m) => {
            for stage in 0..state.plan().mechanisms[m].stages.len() {
                gate_turns(turn, state.gate_of(m, stage), on, cause);
            }
        }
        Strikes::Stage(m, stage) => gate_turns(turn, gate(m, stage), on, cause),
    }
}

fn gate_turns(turn: &mut Turn, gate: crate::event::GateId, ends: bool, cause: u64) {
    match (ends, turn.state.gate(gate).down) {
        (true, 1) => turn.emit(cause, Event::StageResumed { gate }),
        (false, 0) => turn.emit(cause, Event::StageHeld { gate }),
        _ => 0,
    };
}

/// Opening hours end or begin.
pub fn hours(turn: &mut Turn, place: PlaceId) {
    let open = turn.state.net.within_hours(place, turn.now);
    let cause =
        if open { turn.emit(0, Event::HoursBegan { place }) } else { turn.emit(0, Event::HoursEnded { place }) };
    match place {
        PlaceId::Node(node) => node_turns(turn, node, open, cause),
        PlaceId::Step(step) => step_turns(turn, step, open, cause),
    }
}

/// One more thing covers a node, or (`ends`) one less.
fn node_turns(turn: &mut Turn, node: Id<Node>, ends: bool, cause: u64) {
    let state = turn.state;
    match (ends, state[node].down) {
        (false, 0) => {
            let cause = turn.emit(cause, Event::NodeClosed { node });
            up_by_name(turn, node).into_iter().for_each(|s| stop(turn, s, cause));
        }
        (true, 1) => {
            let cause = turn.emit(cause, Event::NodeOpened { node });
            up_by_name(turn, node).into_iter().for_each(|s| go_on(turn, s, cause));
        }
        _ => {}
    }
}

/// The steps of a node that are up but for the node, by name.
fn up_by_name(turn: &Turn, node: Id<Node>) -> Vec<Id<Step>> {
    let state = turn.state;
    let mut steps: Vec<Id<Step>> = state.plan().steps_of(node).filter(|&s| state[s].down == 0).collect();
    steps.sort_unstable_by_key(|s| state.net.ranks.steps[s.index()]);
    steps
}

fn step_turns(turn: &mut Turn, step: Id<Step>, ends: bool, cause: u64) {
    let state = turn.state;
    let node_up = state[state.plan().steps[step].node].down == 0;
    match (ends, state[step].down) {
        (false, 0) => {
            let cause = turn.emit(cause, Event::StepClosed { step });
            if node_up {
                stop(turn, step, cause);
            }
        }
        (true, 1) => {
            let cause = turn.emit(cause, Event::StepOpened { step });
            if node_up {
                go_on(turn, step, cause);
            }
        }
        _ => {}
    }
}

/// Who is being handled at a step, in the order of choice.
fn in_service(turn: &Turn, step: Id<Step>, stopped: bool) -> Vec<(UnitId, SimDuration)> {
    let state = turn.state;
    let mut all: Vec<UnitId> = state[step].handled().collect();
    all.sort_unstable_by(|&a, &b| state.units[a].choice(&state.units[b]));
    let left = |u: UnitId| match state.units[u].place {
        Place::Handling { ends, paused, .. } if paused == stopped => {
            Some((u, if paused { SimDuration(ends.0) } else { ends - turn.now }))
        }
        _ => None,
    };
    all.into_iter().filter_map(left).collect()
}

fn stop(turn: &mut Turn, step: Id<Step>, cause: u64) {
    let rule = turn.state.plan().steps[step].on_outage;
    for (unit, left) in in_service(turn, step, false) {
        match rule {
            OnOutage::Finish => {}
            OnOutage::Pause => {
                turn.emit(cause, Event::HandlingPaused { unit, left });
            }
            OnOutage::Requeue => {
                turn.emit(cause, Event::HandlingRequeued { unit, left });
            }
        }
    }
}

fn go_on(turn: &mut Turn, step: Id<Step>, cause: u64) {
    for (unit, left) in in_service(turn, step, true) {
        turn.emit(cause, Event::HandlingResumed { unit, left });
    }
}

/// Another number of servers is on duty.
pub fn servers(turn: &mut Turn, step: Id<Step>) {
    let plan = &turn.state.plan().steps[step];
    let now = turn.now;
    let servers = plan.servers.iter().rev().find(|e| e.0 <= now).map_or(0, |e| e.1);
    turn.emit(0, Event::CapacityChanged { step, servers });
}
