//! What closes places and opens them again: disruptions, hours, and another number of servers.

use super::turn::Turn;
use crate::event::{Event, PlaceId, UnitId};
use crate::model::{Disruption, Effect, Node, OnOutage, Pool, Step, Strikes};
use crate::state::unit::Place;
use crate::units::arena::Id;
use crate::units::time::{SimDuration, SimTime};

/// A disruption begins or ends; a random one opens with its first interval.
pub fn disruption(turn: &mut Turn, id: Id<Disruption>) {
    let state = turn.state;
    let plan = &state.plan().disruptions[id];
    if plan.random.is_some() && !state.outages[id.index()][0].awaited {
        return opens(turn, id);
    }
    let struck = |list: &[Id<Disruption>]| list.contains(&id);
    let gate = |m: Id<crate::model::MechanismPlan>, stage: u8| state.gate_of(m, usize::from(stage));
    let on = match plan.strikes {
        Strikes::Node(n) => struck(&state[n].struck),
        Strikes::Step(s) => struck(&state[s].struck),
        Strikes::Leg(l) => struck(&state[l].struck),
        Strikes::Mechanism(m) => struck(&state.gate(gate(m, 0)).struck),
        Strikes::Stage(m, stage) => struck(&state.gate(gate(m, stage)).struck),
        Strikes::Nation(n) => struck(&state.nations[n.index()]),
        Strikes::Supplier => state.net.supplier.first().is_some_and(|&g| struck(&state.gate(g).struck)),
    };
    let cause = if on {
        turn.emit(0, Event::DisruptionEnded { disruption: id })
    } else {
        turn.emit(0, Event::DisruptionBegan { disruption: id })
    };
    if plan.random.is_some() {
        goes_on(turn, id, 0, cause);
    }
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
        Strikes::Supplier => state.net.supplier.iter().for_each(|&g| gate_turns(turn, g, on, cause)),
        // Its pledges ask when they are due.
        Strikes::Nation(_) => {}
    }
}

/// The first interval of a random disruption, of each server where they fail singly.
fn opens(turn: &mut Turn, id: Id<Disruption>) {
    let singly = turn.state.plan().disruptions[id].random.as_ref().is_some_and(|r| r.each_server);
    let servers = if singly { 1..=turn.state.outages[id.index()].len() as u32 } else { 0..=0 };
    for server in servers {
        let next = SimDuration(within(turn, turn.rules.outage(id, server, 0).0));
        turn.emit(0, Event::OutageAwaited { disruption: id, server, next });
    }
}

/// How long the outage that begins lasts, or when the next one begins.
fn goes_on(turn: &mut Turn, id: Id<Disruption>, server: u32, cause: u64) -> u64 {
    let row = turn.state.outages[id.index()][server.saturating_sub(1) as usize];
    let (every, lasts) = turn.rules.outage(id, server, row.outages);
    if row.down {
        let next = SimDuration(within(turn, every));
        turn.emit(cause, Event::OutageAwaited { disruption: id, server, next })
    } else {
        turn.emit(cause, Event::OutageMeasured { disruption: id, server, lasts: SimDuration(lasts) })
    }
}

/// What would come after the last instant a run can hold does not come: -1.
fn within(turn: &Turn, seconds: i64) -> i64 {
    if turn.now.0.saturating_add(seconds) > SimTime::LATEST.0 { -1 } else { seconds }
}

/// A server fails by itself, or is repaired.
pub fn server(turn: &mut Turn, id: Id<Disruption>, server: u32) {
    let state = turn.state;
    let Strikes::Step(step) = state.plan().disruptions[id].strikes else {
        unreachable!("the reader lets only servers of steps fail singly")
    };
    let repaired = state.outages[id.index()][server as usize - 1].down;
    let row = &state[step];
    let failures = row.broken.get(server as usize - 1).copied().unwrap_or(0);
    let unit = row.served_by(server - 1);
    let cause = match repaired {
        true => turn.emit(0, Event::ServerRepaired { step, server }),
        false => turn.emit(0, Event::ServerFailed { step, server }),
    };
    goes_on(turn, id, server, cause);
    let Some(unit) = unit else { return };
    let Place::Handling { ends, paused, .. } = state.units[unit].place else { return };
    match (repaired, failures, paused) {
        (false, 0, false) => breaks_off(turn, step, unit, ends - turn.now, cause),
        (true, 1, true) if state.is_up(step) => {
            turn.emit(cause, Event::HandlingResumed { unit, left: SimDuration(ends.0) });
        }
        _ => {}
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
    for (unit, left) in in_service(turn, step, false) {
        breaks_off(turn, step, unit, left, cause);
    }
}

/// What an outage does to work in progress.
fn breaks_off(turn: &mut Turn, step: Id<Step>, unit: UnitId, left: SimDuration, cause: u64) {
    match turn.state.plan().steps[step].on_outage {
        OnOutage::Finish => {}
        OnOutage::Pause => {
            turn.emit(cause, Event::HandlingPaused { unit, left });
        }
        OnOutage::Requeue => {
            turn.emit(cause, Event::HandlingRequeued { unit, left });
        }
    }
}

fn go_on(turn: &mut Turn, step: Id<Step>, cause: u64) {
    for (unit, left) in in_service(turn, step, true) {
        // Who is with a server that has failed goes on when it is repaired.
        let broken = |place| matches!(place, Place::Handling { server, .. } if turn.state[step].is_broken(server));
        if !broken(turn.state.units[unit].place) {
            turn.emit(cause, Event::HandlingResumed { unit, left });
        }
    }
}

/// Another number of servers is on duty.
pub fn servers(turn: &mut Turn, step: Id<Step>) {
    let plan = &turn.state.plan().steps[step];
    let now = turn.now;
    let servers = plan.servers.iter().rev().find(|e| e.0 <= now).map_or(0, |e| e.1);
    turn.emit(0, Event::CapacityChanged { step, servers });
}

/// Another number of a pool's servers is on duty.
pub fn pool(turn: &mut Turn, pool: Id<Pool>) {
    let plan = &turn.state.plan().pools[pool];
    let now = turn.now;
    let servers = plan.servers.iter().rev().find(|e| e.0 <= now).map_or(0, |e| e.1);
    turn.emit(0, Event::PoolChanged { pool, servers });
}

/// Every server that is free finds its line empty, and leaves for a time of its own.
pub fn idles(turn: &mut Turn, step: Id<Step>) {
    let row = &turn.state[step];
    let free = |&server: &u32| row.served_by(server).is_none() && !row.is_broken(server);
    let free: Vec<u32> = (0..row.on_duty()).filter(free).collect();
    for server in free {
        let trips = row.trips.get(server as usize).copied().unwrap_or(0);
        // Who is away for no time at all would look at the same instant for ever.
        let lasts = SimDuration(turn.rules.away(step, server + 1, trips).max(1));
        turn.emit(row.last, Event::ServerAway { step, server: server + 1, lasts });
    }
}
