//! Figures of places: steps, legs, stages, and of streams from end to end.
//!
//! Integrals over time are sums of what visits spent, told when they go on, and of what those who are there spent until
//! the moment of reading. So Little's law holds as integers by two reckonings: the time at each number present, and the
//! sum of the visits' presence.

use super::duty::{Duty, PoolStats, calendar};
use super::{Gone, Mode, Tally, Visit};
use crate::event::{GateId, Subject, UnitId};
use crate::model::{Leg, Plan, Step, Stream};
use crate::state::State;
use crate::state::unit::Unit;
use crate::units::arena::Id;
use crate::units::time::SimTime;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Flow {
    pub warm_up: SimTime,
    /// By spot: steps, legs, stages.
    places: Vec<PlaceStats>,
    steps: usize,
    legs: usize,
    /// What stages hold.
    held: Vec<Sum>,
    pub streams: Vec<StreamStats>,
    pub duty: Vec<Duty>,
    pub dispatches: Vec<Dispatches>,
    pub pools: Vec<PoolStats>,
}

/// A place that things visit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct PlaceStats {
    pub arrivals: u64,
    pub entered: u64,
    pub refused: u64,
    pub diverted: u64,
    pub departures: u64,
    /// Departures within the window, of visits that began before it too.
    pub passed: u64,
    /// All departures.
    left: u64,
    pub passed_mass: i128,
    pub passed_value: i128,
    /// Times that a more urgent one took the server of a counted visit.
    pub preempted: u64,
    /// Counted visits that gave up in line.
    pub expired: u64,
    /// Of them, those that waited a second or more.
    pub expired_waited: u64,
    /// Kilograms and minor units of counted arrivals and departures.
    pub arrived_mass: i128,
    pub departed_mass: i128,
    pub arrived_value: i128,
    pub departed_value: i128,
    pub wait: Tally,
    pub stay: Tally,
    /// Seconds worked for counted visits that left.
    pub service: i64,
    /// (priority, waits, their sum), ascending.
    pub by_priority: Vec<(i32, u64, i128)>,
    /// Seconds with each number present.
    pub levels: Vec<i64>,
    pub present: u32,
    present_max: u32,
    last: SimTime,
    /// Seconds that visits were here within the window, and spent on each [`Mode`], as far as they were told.
    presence: i64,
    spent: [i64; 5],
    /// Units in each mode now.
    numbers: [u32; 5],
    queue_max: u32,
    mass: i128,
    pub mass_present: i128,
    value: i128,
    pub value_present: i128,
}

/// What a place adds up to at a moment of reading.
pub(super) struct Totals {
    /// Seconds of presence, and spent on each [`Mode`].
    pub presence: i64,
    pub spent: [i64; 5],
    /// Seconds with each number present, kilogram-seconds, and seconds of minor units.
    pub levels: Vec<i64>,
    pub mass: i128,
    pub value: i128,
    /// The most there at once, and in line, within the window.
    pub present_max: u32,
    pub queue_max: u32,
}

impl Totals {
    pub fn in_mode(&self, mode: Mode) -> i64 {
        self.spent[mode as usize]
    }
}

/// An integral of a number over time: whoever joins takes the instant away, whoever leaves adds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sum {
    number: u32,
    sum: i128,
}

impl Sum {
    #[inline]
    fn join(&mut self, at: SimTime) {
        self.number += 1;
        self.sum -= i128::from(at.0);
    }

    #[inline]
    fn leave(&mut self, at: SimTime) {
        self.number -= 1;
        self.sum += i128::from(at.0);
    }

    /// So many are there now.
    pub fn number(&self) -> u32 {
        self.number
    }

    pub fn until(&self, end: SimTime) -> i128 {
        self.sum + i128::from(self.number) * i128::from(end.0)
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
    /// Vehicles of a fleet that are away.
    pub away: Sum,
    pub away_max: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct StreamStats {
    pub created: u64,
    pub left: u64,
    /// Of them, those that were refused or gave up: they have no way from end to end.
    pub refused: u64,
    pub expired: u64,
    pub present: Sum,
    pub stay: Tally,
}

impl PlaceStats {
    /// Adds the time since the last change of the number present.
    #[inline]
    fn level(&mut self, at: SimTime, warm_up: SimTime) {
        if self.last < warm_up {
            self.before_window(at, warm_up);
        }
        if at > self.last {
            let seconds = (at - self.last).0;
            match self.levels.get_mut(self.present as usize) {
                Some(level) => *level += seconds,
                None => self.new_level(seconds),
            }
            if self.mass_present != 0 {
                self.mass += self.mass_present * i128::from(seconds);
            }
            if self.value_present != 0 {
                self.value += self.value_present * i128::from(seconds);
            }
            self.last = at;
        }
    }

    /// Time before the window does not count; those who are there when it begins count among the most.
    #[cold]
    fn before_window(&mut self, at: SimTime, warm_up: SimTime) {
        if at >= warm_up {
            self.present_max = self.present_max.max(self.present);
            self.queue_max = self.queue_max.max(self.numbers[Mode::Wait as usize]);
        }
        self.last = at.min(warm_up);
    }

    #[cold]
    fn new_level(&mut self, seconds: i64) {
        self.levels.resize(self.present as usize + 1, 0);
        self.levels[self.present as usize] = seconds;
    }

    /// Somebody joins, and does this.
    #[inline]
    fn join(&mut self, now: SimTime, mode: Mode, (mass, value): (i64, i64), warm_up: SimTime) {
        self.level(now, warm_up);
        self.present += 1;
        self.numbers[mode as usize] += 1;
        if mass | value != 0 {
            self.mass_present += i128::from(mass);
            self.value_present += i128::from(value);
        }
        if now >= warm_up {
            self.present_max = self.present_max.max(self.present);
            self.queue_max = self.queue_max.max(self.numbers[Mode::Wait as usize]);
        }
    }

    /// Somebody leaves who did this.
    #[inline]
    fn part(&mut self, now: SimTime, mode: Mode, (mass, value): (i64, i64), warm_up: SimTime) {
        self.level(now, warm_up);
        self.present -= 1;
        self.numbers[mode as usize] -= 1;
        if mass | value != 0 {
            self.mass_present -= i128::from(mass);
            self.value_present -= i128::from(value);
        }
    }

    /// Somebody leaves, maybe within the window.
    #[inline]
    fn passes(&mut self, now: SimTime, (mass, value): (i64, i64), warm_up: SimTime) {
        self.left += 1;
        if now >= warm_up {
            self.passed += 1;
            if mass | value != 0 {
                self.passed_mass += i128::from(mass);
                self.passed_value += i128::from(value);
            }
        }
    }

    /// Adds what a visit has come to at a moment.
    #[inline]
    fn tell(&mut self, now: SimTime, visit: &Visit, warm_up: SimTime) {
        let now = now.max(warm_up);
        self.presence += (now - visit.arrived.max(warm_up)).0;
        self.spent[visit.mode as usize] += (now - visit.since.max(warm_up)).0;
    }

    /// What changes with time: the rest of a place stays as it is until its next event.
    fn running(&self) -> PlaceStats {
        PlaceStats {
            levels: self.levels.clone(),
            present: self.present,
            present_max: self.present_max,
            numbers: self.numbers,
            queue_max: self.queue_max,
            last: self.last,
            presence: self.presence,
            spent: self.spent,
            mass: self.mass,
            mass_present: self.mass_present,
            value: self.value,
            value_present: self.value_present,
            ..PlaceStats::default()
        }
    }

    /// A counted visit is let in.
    #[inline]
    fn enters(&mut self, row: &Unit) {
        self.entered += 1;
        self.comes(row);
    }

    /// What a counted visit brings, once it was let in or turned away.
    #[inline]
    fn comes(&mut self, row: &Unit) {
        if row.mass.0 | row.value.0 != 0 {
            self.arrived_mass += i128::from(row.mass.0);
            self.arrived_value += i128::from(row.value.0);
        }
    }

    /// A counted visit waited in line for so long.
    #[inline]
    fn waited(&mut self, seconds: i64, priority: i32) {
        self.wait.add(seconds);
        let waits = self.waits_of(priority);
        waits.1 += 1;
        waits.2 += i128::from(seconds);
    }

    /// The waits of a priority and their sum.
    #[inline]
    fn waits_of(&mut self, priority: i32) -> &mut (i32, u64, i128) {
        let at = self.by_priority.iter().position(|e| e.0 >= priority).unwrap_or(self.by_priority.len());
        if self.by_priority.get(at).is_none_or(|e| e.0 != priority) {
            self.by_priority.insert(at, (priority, 0, 0));
        }
        &mut self.by_priority[at]
    }
}

impl Flow {
    pub fn new(plan: &Plan) -> Flow {
        let gates: usize = plan.mechanisms.iter().map(|m| m.stages.len()).sum();
        let (steps, legs) = (plan.steps.len(), plan.legs.len());
        let duty = plan.steps.iter().map(|step| {
            let calendar = calendar(&step.servers);
            Duty::new(calendar, plan.warm_up)
        });
        Flow {
            warm_up: plan.warm_up,
            // The first change of each place comes from before the window, wherever that begins.
            places: vec![PlaceStats { last: SimTime::EARLIEST, ..PlaceStats::default() }; steps + legs + gates],
            steps,
            legs,
            held: vec![Sum::default(); gates],
            streams: vec![StreamStats::default(); plan.streams.len()],
            duty: duty.collect(),
            dispatches: vec![Dispatches::default(); plan.legs.len()],
            pools: (plan.pools.iter()).map(|p| PoolStats::new(calendar(&p.servers), plan.warm_up)).collect(),
        }
    }

    /// Counts all that was told, before it is read.
    pub fn settle(&mut self) {
        self.places.iter_mut().for_each(|place| [&mut place.wait, &mut place.stay].into_iter().for_each(Tally::settle));
        self.dispatches.iter_mut().for_each(|d| [&mut d.load, &mut d.interval].into_iter().for_each(Tally::settle));
        self.streams.iter_mut().for_each(|stream| stream.stay.settle());
    }

    pub fn step(&self, step: Id<Step>) -> &PlaceStats {
        &self.places[step.index()]
    }

    pub fn leg(&self, leg: Id<Leg>) -> &PlaceStats {
        &self.places[self.steps + leg.index()]
    }

    /// How many are at each place, and how many left it so far, by spot.
    pub fn levels_now(&self) -> Vec<(u32, u64)> {
        self.places.iter().map(|place| (place.present, place.left)).collect()
    }

    /// Of all stages of mechanisms.
    pub fn gates(&self) -> &[PlaceStats] {
        &self.places[self.steps + self.legs..]
    }

    fn gate(&mut self, gate: GateId) -> &mut PlaceStats {
        &mut self.places[self.steps + self.legs + gate.index()]
    }

    /// Whether what arrives now is within the window; nothing happens after its end.
    pub fn counts(&self, now: SimTime) -> bool {
        now >= self.warm_up
    }

    /// Steps and legs; stages are told by their own events, and nowhere has no figures.
    #[inline]
    fn place(&mut self, visit: &Visit) -> Option<&mut PlaceStats> {
        self.places[..self.steps + self.legs].get_mut(visit.spot as usize)
    }

    /// Another number of servers works.
    #[inline]
    fn works(&mut self, visit: &Visit, now: SimTime) {
        if let Some(duty) = self.duty.get_mut(visit.spot as usize) {
            let numbers = &self.places[visit.spot as usize].numbers;
            let working = numbers[Mode::Work as usize];
            duty.works(working, working + numbers[Mode::Paused as usize] + numbers[Mode::Blocked as usize], now);
        }
    }

    #[inline]
    pub(super) fn arrived(&mut self, now: SimTime, row: &Unit, visit: &Visit) {
        let warm_up = self.warm_up;
        let Some(place) = self.place(visit) else { return };
        place.join(now, visit.mode, (row.mass.0, row.value.0), warm_up);
        if visit.counted {
            place.arrivals += 1;
            if visit.mode != Mode::Gate {
                place.enters(row);
            }
            if visit.mode == Mode::Work {
                // Taken at once.
                place.waited(0, row.priority);
            }
        }
        if visit.mode == Mode::Work {
            self.works(visit, now);
        }
    }

    /// Somebody comes into an empty line and out of it at once: a line of one all the same.
    #[inline]
    pub(super) fn passed_line(&mut self, now: SimTime, step: Id<Step>) {
        if self.counts(now) {
            let place = &mut self.places[step.index()];
            place.queue_max = place.queue_max.max(place.numbers[Mode::Wait as usize] + 1);
        }
    }

    /// What arrived just now turns out to have a value.
    pub(super) fn valued(&mut self, now: SimTime, visit: &Visit, value: i64) {
        let warm_up = self.warm_up;
        let Some(place) = self.place(visit) else { return };
        place.level(now, warm_up);
        place.value_present += i128::from(value);
        if visit.counted && visit.mode != Mode::Gate {
            place.arrived_value += i128::from(value);
        }
    }

    /// A visit goes on in another mode than it had.
    #[inline]
    pub(super) fn changed(&mut self, now: SimTime, row: &Unit, visit: &Visit, mode: Mode) {
        let warm_up = self.warm_up;
        let Some(place) = self.place(visit) else { return };
        let old = visit.mode;
        // Only the number present needs the time of each change; those in line when the window begins count as such.
        if place.last < warm_up {
            place.before_window(now, warm_up);
        }
        place.spent[old as usize] += (now.max(warm_up) - visit.since.max(warm_up)).0;
        place.numbers[old as usize] -= 1;
        place.numbers[mode as usize] += 1;
        if visit.counted {
            match (old, mode) {
                (Mode::Wait, Mode::Work) => place.waited(visit.waited, row.priority),
                (Mode::Gate, Mode::Wait) => place.enters(row),
                (Mode::Gate, Mode::Work) => {
                    place.enters(row);
                    place.waited(0, row.priority);
                }
                // A requeue: its wait goes on, and is told anew when handling starts again.
                (Mode::Work | Mode::Paused, Mode::Wait) => {
                    place.wait.take_back(visit.waited);
                    let waits = place.waits_of(row.priority);
                    waits.1 -= 1;
                    waits.2 -= i128::from(visit.waited);
                }
                _ => {}
            }
        }
        if now >= warm_up {
            place.queue_max = place.queue_max.max(place.numbers[Mode::Wait as usize]);
        }
        if old >= Mode::Paused || mode >= Mode::Paused {
            self.works(visit, now);
        }
    }

    #[inline]
    pub(super) fn left(&mut self, now: SimTime, row: &Unit, visit: &Visit) {
        let warm_up = self.warm_up;
        let Some(place) = self.place(visit) else { return };
        place.part(now, visit.mode, (row.mass.0, row.value.0), warm_up);
        place.tell(now, visit, warm_up);
        place.passes(now, (row.mass.0, row.value.0), warm_up);
        if visit.counted {
            place.stay.add((now - visit.arrived).0);
            place.service += visit.worked;
            place.departures += 1;
            if row.mass.0 | row.value.0 != 0 {
                place.departed_mass += i128::from(row.mass.0);
                place.departed_value += i128::from(row.value.0);
            }
        }
        if visit.mode >= Mode::Paused {
            self.works(visit, now);
        }
    }

    /// What each place adds up to at a moment, by spot, with those who are there.
    pub(super) fn totals<'a>(&self, visits: impl Iterator<Item = &'a Visit>, end: SimTime) -> Vec<Totals> {
        let mut places: Vec<PlaceStats> = self.places.iter().map(PlaceStats::running).collect();
        for visit in visits {
            if let Some(place) = places[..self.steps + self.legs].get_mut(visit.spot as usize) {
                place.tell(end, visit, self.warm_up);
            }
        }
        let total = |(i, mut place): (usize, PlaceStats)| {
            place.level(end, self.warm_up);
            if let Some(held) = i.checked_sub(self.steps + self.legs).map(|gate| &self.held[gate]) {
                place.presence = held.until(end.max(self.warm_up)) as i64;
                place.spent[Mode::Wait as usize] = place.presence;
            }
            Totals {
                presence: place.presence,
                spent: place.spent,
                levels: place.levels,
                mass: place.mass,
                value: place.value,
                present_max: place.present_max,
                queue_max: place.queue_max,
            }
        };
        places.into_iter().enumerate().map(total).collect()
    }

    /// It found a yard full and went elsewhere or away.
    pub(super) fn turned_away(&mut self, state: &State, unit: UnitId, step: Id<Step>, diverted: bool) {
        if self.counts(state.now) {
            let place = &mut self.places[step.index()];
            place.comes(&state.units[unit]);
            if diverted {
                place.diverted += 1;
            } else {
                place.refused += 1;
            }
        }
    }

    /// Who left a place just now was refused, diverted or gave up: it is no throughput.
    pub(super) fn did_not_pass(&mut self, state: &State, spot: u32, unit: UnitId) {
        let counts = self.counts(state.now);
        let row = &state.units[unit];
        let Some(place) = self.places[..self.steps + self.legs].get_mut(spot as usize) else { return };
        place.left -= 1;
        if counts {
            place.passed -= 1;
            place.passed_mass -= i128::from(row.mass.0);
            place.passed_value -= i128::from(row.value.0);
        }
    }

    pub(super) fn expired(&mut self, now: SimTime, visit: &Visit) {
        let waited = visit.waited + (now - visit.since).0;
        if visit.counted
            && let Some(place) = self.place(visit)
        {
            place.expired += 1;
            place.expired_waited += u64::from(waited > 0);
        }
    }

    pub(super) fn preempted(&mut self, visit: &Visit) {
        if visit.counted
            && let Some(place) = self.place(visit)
        {
            place.preempted += 1;
        }
    }

    pub(super) fn created(&mut self, state: &State, stream: Id<Stream>) {
        let at = state.now.max(self.warm_up);
        let stats = &mut self.streams[stream.index()];
        stats.present.join(at);
        if state.now >= self.warm_up || self.warm_up == SimTime::ZERO {
            stats.created += 1;
        }
    }

    /// A unit left the model.
    pub(super) fn gone(&mut self, now: SimTime, row: &Unit, how: Gone) {
        if row.what != crate::state::unit::What::Goods {
            return;
        }
        let stats = &mut self.streams[row.name.stream.index()];
        stats.present.leave(now.max(self.warm_up));
        // Where nothing is left out the opening backlog counts too.
        if row.born >= self.warm_up || self.warm_up == SimTime::ZERO {
            stats.left += 1;
            match how {
                Gone::Through => stats.stay.add((now - row.born).0),
                Gone::Refused => stats.refused += 1,
                Gone::Expired => stats.expired += 1,
            }
        }
    }

    pub(super) fn duty_changed(&mut self, state: &State, steps: impl Iterator<Item = Id<Step>>) {
        for step in steps {
            let duty = &mut self.duty[step.index()];
            duty.is(state[step].calendar, state.is_up(step), state[step].able(), state.now);
        }
    }

    pub(super) fn dispatched(&mut self, state: &State, leg: Id<Leg>, load: u32) {
        if !self.counts(state.now) {
            return;
        }
        let full = state.fills(leg);
        let stats = &mut self.dispatches[leg.index()];
        stats.count += 1;
        stats.load.add(i64::from(load));
        stats.full += u64::from(full);
        if let Some(last) = stats.last.replace(state.now) {
            stats.interval.add((state.now - last).0);
        }
    }

    /// Servers of pools may be in use, on duty or free.
    #[cold]
    pub(super) fn pools_used(&mut self, state: &State) {
        let counts = self.counts(state.now);
        for (stats, row) in self.pools.iter_mut().zip(state.pools.iter()) {
            stats.is(row.in_use, row.on_duty, state.now, counts);
        }
    }

    /// A vehicle of a fleet leaves, or is in again.
    pub(super) fn vehicle(&mut self, now: SimTime, leg: Id<Leg>, leaves: bool) {
        let (at, counts) = (now.max(self.warm_up), self.counts(now));
        let stats = &mut self.dispatches[leg.index()];
        // Those that are away when the window begins count among the most.
        if counts {
            stats.away_max = stats.away_max.max(stats.away.number);
        }
        match leaves {
            true => stats.away.join(at),
            false => stats.away.leave(at),
        }
        if counts {
            stats.away_max = stats.away_max.max(stats.away.number);
        }
    }

    /// What is ready for a leg fits no departure.
    pub(super) fn too_large(&mut self, visit: &Visit) {
        if visit.counted
            && let Some(place) = self.place(visit)
        {
            place.refused += 1;
            place.entered -= 1;
        }
    }

    pub(super) fn skipped(&mut self, state: &State, leg: Id<Leg>) {
        if self.counts(state.now) && state.plan().legs[leg].departures.is_some() {
            self.dispatches[leg.index()].skipped += 1;
        }
    }

    pub(super) fn gate_entered(&mut self, state: &State, subject: Subject, gate: GateId) {
        let warm_up = self.warm_up;
        let (mass, value) = size(state, subject);
        self.held[gate.index()].join(state.now.max(warm_up));
        let place = self.gate(gate);
        place.join(state.now, Mode::Wait, (mass, value), warm_up);
        if state.now >= warm_up {
            place.arrivals += 1;
            place.entered += 1;
            place.arrived_mass += i128::from(mass);
            place.arrived_value += i128::from(value);
        }
    }

    pub(super) fn gate_left(&mut self, state: &State, subject: Subject, gate: GateId, arrived: SimTime) {
        let warm_up = self.warm_up;
        let (mass, value) = size(state, subject);
        let priority = match subject {
            Subject::Unit(unit) => state.units[unit].priority,
            Subject::Line(line) => state.need(state.line(line).need).priority,
            Subject::Package(package) => state.package(package).priority,
        };
        self.held[gate.index()].leave(state.now.max(warm_up));
        let place = self.gate(gate);
        place.part(state.now, Mode::Wait, (mass, value), warm_up);
        place.passes(state.now, (mass, value), warm_up);
        if arrived >= warm_up {
            place.departures += 1;
            place.departed_mass += i128::from(mass);
            place.departed_value += i128::from(value);
            place.stay.add((state.now - arrived).0);
            place.waited((state.now - arrived).0, priority);
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
