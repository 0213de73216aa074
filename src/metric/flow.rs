//! Figures of places: steps, legs, stages, and of streams from end to end.
//!
//! An integral over time needs no "last change": whoever joins takes the instant away and whoever leaves adds it, and those
//! who are still there add the end. So Little's law holds as integers by two reckonings: the time at each number present,
//! and the sum of the visits' presence.

use super::{Mode, Spot, Tally, Visit};
use crate::event::{GateId, Subject, UnitId};
use crate::model::{Leg, Limit, Plan, Step, Stream};
use crate::state::State;
use crate::units::arena::Id;
use crate::units::time::SimTime;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Flow {
    pub warm_up: SimTime,
    pub steps: Vec<PlaceStats>,
    pub legs: Vec<PlaceStats>,
    pub gates: Vec<PlaceStats>,
    pub streams: Vec<StreamStats>,
    pub duty: Vec<Duty>,
    pub dispatches: Vec<Dispatches>,
}

/// A place that things visit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct PlaceStats {
    pub arrivals: u64,
    pub entered: u64,
    pub refused: u64,
    pub diverted: u64,
    pub departures: u64,
    /// Kilograms and minor units of counted arrivals and departures.
    pub arrived_mass: i64,
    pub departed_mass: i64,
    pub arrived_value: i64,
    pub departed_value: i64,
    pub wait: Tally,
    pub stay: Tally,
    /// Seconds worked for counted visits that left.
    pub service: i128,
    /// (priority, waits, their sum), ascending.
    pub by_priority: Vec<(i32, u64, i128)>,
    /// Seconds with each number present.
    pub levels: Vec<i64>,
    pub present: u32,
    pub present_max: u32,
    last: SimTime,
    /// Sums of presence, waiting, work, pauses and blocking, in the form that the module describes.
    pub presence: Sum,
    pub queue: Sum,
    pub queue_max: u32,
    pub worked: Sum,
    pub paused: Sum,
    pub blocked: Sum,
    pub mass: i128,
    pub mass_present: i64,
}

/// An integral of a number over time: `sum + number * end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sum {
    pub number: u32,
    sum: i128,
}

impl Sum {
    #[inline]
    fn join(&mut self, at: i64) {
        self.number += 1;
        self.sum -= i128::from(at);
    }

    #[inline]
    fn leave(&mut self, at: i64) {
        self.number -= 1;
        self.sum += i128::from(at);
    }

    pub fn until(&self, end: i64) -> i128 {
        self.sum + i128::from(self.number) * i128::from(end)
    }
}

/// Servers of a step that are on duty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Duty {
    servers: u32,
    up: bool,
    last: SimTime,
    /// Server-seconds on duty and up; on duty by the calendar; seconds up.
    on_and_up: i128,
    on: i128,
    up_seconds: i64,
}

impl Duty {
    fn turn(&mut self, now: SimTime) {
        let seconds = (now - self.last).0.max(0);
        self.on += i128::from(self.servers) * i128::from(seconds);
        if self.up {
            self.on_and_up += i128::from(self.servers) * i128::from(seconds);
            self.up_seconds += seconds;
        }
        self.last = self.last.max(now);
    }

    /// (server-seconds on duty and up, server-seconds on duty, seconds up) until an instant; without limit: `None`.
    pub fn until(&self, end: SimTime) -> (Option<i128>, Option<i128>, i64) {
        let mut copy = self.clone();
        copy.turn(end);
        let limited = self.servers != u32::MAX;
        (limited.then_some(copy.on_and_up), limited.then_some(copy.on), copy.up_seconds)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Dispatches {
    pub count: u64,
    pub skipped: u64,
    pub load: Tally,
    pub full: u64,
    pub interval: Tally,
    last: Option<SimTime>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct StreamStats {
    pub created: u64,
    pub left: u64,
    pub presence: Sum,
    pub stay: Tally,
}

impl PlaceStats {
    #[inline]
    fn level(&mut self, at: SimTime, warm_up: SimTime) {
        let from = self.last.max(warm_up);
        if at > from {
            let n = self.present as usize;
            if self.levels.len() <= n {
                self.levels.resize(n + 1, 0);
            }
            self.levels[n] += (at - from).0;
            self.mass += i128::from(self.mass_present) * i128::from((at - from).0);
        }
        self.last = at;
    }

    /// The levels as they stand at an instant.
    pub fn levels_at(&self, end: SimTime, warm_up: SimTime) -> (Vec<i64>, i128) {
        let mut copy = PlaceStats { levels: self.levels.clone(), mass: self.mass, ..PlaceStats::default() };
        (copy.present, copy.last, copy.mass_present) = (self.present, self.last, self.mass_present);
        copy.level(end, warm_up);
        (copy.levels, copy.mass)
    }

    fn mode(&mut self, mode: Mode) -> Option<&mut Sum> {
        match mode {
            Mode::Gate => None,
            Mode::Wait => Some(&mut self.queue),
            Mode::Work => Some(&mut self.worked),
            Mode::Paused => Some(&mut self.paused),
            Mode::Blocked => Some(&mut self.blocked),
        }
    }
}

impl Flow {
    pub fn new(plan: &Plan) -> Flow {
        let gates = plan.mechanisms.iter().map(|m| m.stages.len()).sum();
        let places = |n: usize| vec![PlaceStats::default(); n];
        let duty = plan.steps.iter().map(|step| {
            let servers = step.servers.iter().rev().find(|e| e.0 <= SimTime::ZERO).or(step.servers.first());
            Duty { servers: servers.map_or(0, |e| e.1), up: true, last: plan.warm_up, ..Duty::default() }
        });
        Flow {
            warm_up: plan.warm_up,
            steps: places(plan.steps.len()),
            legs: places(plan.legs.len()),
            gates: places(gates),
            streams: vec![StreamStats::default(); plan.streams.len()],
            duty: duty.collect(),
            dispatches: vec![Dispatches::default(); plan.legs.len()],
        }
    }

    /// Whether what arrives now is within the window; nothing happens after its end.
    pub fn counts(&self, now: SimTime) -> bool {
        now >= self.warm_up
    }

    fn place(&mut self, spot: Spot) -> Option<&mut PlaceStats> {
        match spot {
            Spot::Nowhere | Spot::Gate(_) => None,
            Spot::Step(i) => Some(&mut self.steps[i as usize]),
            Spot::Leg(i) => Some(&mut self.legs[i as usize]),
        }
    }

    pub(super) fn arrived(&mut self, state: &State, unit: UnitId, visit: &Visit) {
        let warm_up = self.warm_up;
        let (now, row) = (state.now, &state.units[unit]);
        let Some(place) = self.place(visit.spot) else { return };
        place.level(now, warm_up);
        place.present += 1;
        place.present_max = if visit.counted { place.present_max.max(place.present) } else { place.present_max };
        place.mass_present += row.mass.0;
        let at = now.max(warm_up).0;
        place.presence.join(at);
        if visit.counted {
            place.arrivals += 1;
            place.arrived_mass += row.mass.0;
            place.arrived_value += row.value.0;
            place.entered += u64::from(visit.mode != Mode::Gate);
        }
        if let Some(sum) = place.mode(visit.mode) {
            sum.join(at);
        }
        if visit.counted {
            place.queue_max = place.queue_max.max(place.queue.number);
            if visit.mode == Mode::Work {
                // Taken at once: a wait of zero.
                place.wait.add(0);
            }
        }
    }

    /// A visit goes on in another mode.
    pub(super) fn changed(&mut self, state: &State, unit: UnitId, visit: &mut Visit, old: Mode) {
        let at = state.now.max(self.warm_up).0;
        let Some(place) = self.place(visit.spot) else { return };
        if let Some(sum) = place.mode(old) {
            sum.leave(at);
        }
        if let Some(sum) = place.mode(visit.mode) {
            sum.join(at);
        }
        match (old, visit.mode) {
            (Mode::Gate, Mode::Wait) if visit.counted => place.entered += 1,
            (Mode::Wait, Mode::Work) if visit.counted => {
                let (wait, priority) = (visit.spent[Mode::Wait as usize], state.units[unit].priority);
                place.wait.add(wait);
                let at = place.by_priority.partition_point(|e| e.0 < priority);
                if place.by_priority.get(at).is_none_or(|e| e.0 != priority) {
                    place.by_priority.insert(at, (priority, 0, 0));
                }
                place.by_priority[at].1 += 1;
                place.by_priority[at].2 += i128::from(wait);
            }
            // A requeue: its wait goes on, and is told anew when handling starts again.
            (Mode::Work | Mode::Paused, Mode::Wait) if visit.counted => {
                let (wait, priority) = (visit.spent[Mode::Wait as usize], state.units[unit].priority);
                place.wait.take_back(wait);
                let at = place.by_priority.partition_point(|e| e.0 < priority);
                place.by_priority[at].1 -= 1;
                place.by_priority[at].2 -= i128::from(wait);
            }
            _ => {}
        }
        visit.started |= visit.mode == Mode::Work;
        if visit.mode == Mode::Wait && visit.arrived >= self.warm_up {
            let place = self.place(visit.spot).expect("a visit has its place");
            place.queue_max = place.queue_max.max(place.queue.number);
        }
    }

    pub(super) fn left(&mut self, state: &State, unit: UnitId, visit: &Visit) {
        let warm_up = self.warm_up;
        let (now, row) = (state.now, &state.units[unit]);
        let Some(place) = self.place(visit.spot) else { return };
        place.level(now, warm_up);
        place.present -= 1;
        place.mass_present -= row.mass.0;
        let at = now.max(warm_up).0;
        place.presence.leave(at);
        if let Some(sum) = place.mode(visit.mode) {
            sum.leave(at);
        }
        if visit.counted {
            place.stay.add((now - visit.arrived).0);
            place.service += i128::from(visit.spent[Mode::Work as usize]);
            place.departures += 1;
            place.departed_mass += row.mass.0;
            place.departed_value += row.value.0;
        }
    }

    /// It found a yard full and went elsewhere or away.
    pub(super) fn turned_away(&mut self, state: &State, step: Id<Step>, diverted: bool) {
        if self.counts(state.now) {
            let place = &mut self.steps[step.index()];
            if diverted {
                place.diverted += 1;
            } else {
                place.refused += 1;
            }
        }
    }

    pub(super) fn created(&mut self, state: &State, stream: Id<Stream>) {
        let at = state.now.max(self.warm_up).0;
        let stats = &mut self.streams[stream.index()];
        stats.presence.join(at);
        if state.now >= self.warm_up {
            stats.created += 1;
        }
    }

    /// A unit left the model.
    pub(super) fn gone(&mut self, state: &State, unit: UnitId, born: SimTime) {
        let row = &state.units[unit];
        if row.what != crate::state::unit::What::Goods {
            return;
        }
        let at = state.now.max(self.warm_up).0;
        let stats = &mut self.streams[row.name.stream.index()];
        stats.presence.leave(at);
        if born >= self.warm_up {
            stats.left += 1;
            stats.stay.add((state.now - born).0);
        }
    }

    pub(super) fn duty_changed(&mut self, state: &State) {
        for step in state.plan().steps.ids() {
            let duty = &mut self.duty[step.index()];
            duty.turn(state.now);
            duty.servers = state[step].on_duty();
            duty.up = state.is_up(step);
        }
    }

    pub(super) fn dispatched(&mut self, state: &State, leg: Id<Leg>, load: u32) {
        if !self.counts(state.now) {
            return;
        }
        let full = |c: Limit| c.number.is_some_and(|most| load >= most);
        let departures = state.plan().legs[leg].departures.as_ref();
        let stats = &mut self.dispatches[leg.index()];
        stats.count += 1;
        stats.load.add(i64::from(load));
        stats.full += u64::from(departures.and_then(|d| d.capacity).is_some_and(full));
        if let Some(last) = stats.last.replace(state.now) {
            stats.interval.add((state.now - last).0);
        }
    }

    pub(super) fn skipped(&mut self, state: &State, leg: Id<Leg>) {
        if self.counts(state.now) && state.plan().legs[leg].departures.is_some() {
            self.dispatches[leg.index()].skipped += 1;
        }
    }

    pub(super) fn gate_entered(&mut self, state: &State, subject: Subject, gate: GateId) {
        let warm_up = self.warm_up;
        let place = &mut self.gates[gate.index()];
        place.level(state.now, warm_up);
        place.present += 1;
        let at = state.now.max(warm_up).0;
        place.presence.join(at);
        place.queue.join(at);
        let (mass, value) = size(state, subject);
        place.mass_present += mass;
        if state.now >= warm_up {
            place.arrivals += 1;
            place.entered += 1;
            place.present_max = place.present_max.max(place.present);
            place.queue_max = place.present_max;
            place.arrived_mass += mass;
            place.arrived_value += value;
        }
    }

    pub(super) fn gate_left(&mut self, state: &State, subject: Subject, gate: GateId, arrived: SimTime) {
        let warm_up = self.warm_up;
        let place = &mut self.gates[gate.index()];
        place.level(state.now, warm_up);
        place.present -= 1;
        let at = state.now.max(warm_up).0;
        place.presence.leave(at);
        place.queue.leave(at);
        let (mass, value) = size(state, subject);
        place.mass_present -= mass;
        if arrived >= warm_up {
            place.departures += 1;
            place.departed_mass += mass;
            place.departed_value += value;
            place.stay.add((state.now - arrived).0);
            place.wait.add((state.now - arrived).0);
        }
    }
}

/// Kilograms and minor units of what a stage holds.
fn size(state: &State, subject: Subject) -> (i64, i64) {
    match subject {
        Subject::Unit(unit) => (state.units[unit].mass.0, state.units[unit].value.0),
        Subject::Line(line) => (state.line(line).mass.0, state.line(line).value.0),
        Subject::Package(package) => {
            let row = state.package(package);
            (row.lines.iter().map(|l| state.line(*l).mass.0).sum(), row.price.0)
        }
    }
}
