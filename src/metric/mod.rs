//! Floor 5: figures, as folds over the events.
//!
//! [`Figures::observe`] is told every event after the world has taken it in, online or from a stored log alike; nothing
//! here can change an event. Sums are integers; one division follows when a figure is read.

mod delay;
mod flow;
mod read;
mod tally;
pub mod tree;

pub use tally::Tally;

use crate::event::{Entry, Event, UnitId};
use crate::model::Cause;
use crate::state::State;
use crate::state::unit::{Origin, Place};
use crate::units::time::{Civil, SimTime};
use delay::Delay;
use flow::Flow;
use serde::{Deserialize, Serialize};

/// Every figure of a run so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    flow: Flow,
    delay: Delay,
    months: Months,
    /// Where each unit is and since when, by row.
    visits: Vec<Visit>,
}

/// A unit at the place where it is, so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Visit {
    spot: Spot,
    mode: Mode,
    /// Its visit of the place counts: it arrived within the window.
    counted: bool,
    started: bool,
    arrived: SimTime,
    /// The last change of spot or mode.
    since: SimTime,
    /// Seconds in each mode.
    spent: [i64; 5],
    born: SimTime,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Spot {
    #[default]
    Nowhere,
    Step(u32),
    Leg(u32),
    Gate(u32),
}

/// What a unit does at its place. The first four are waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Mode {
    #[default]
    Gate,
    Wait,
    Paused,
    Blocked,
    Work,
}

impl Figures {
    pub fn new(state: &State) -> Figures {
        Figures {
            flow: Flow::new(state.plan()),
            delay: Delay::default(),
            months: Months::new(state.plan().start),
            visits: Vec::new(),
        }
    }

    /// Takes an event in, after the state has.
    pub fn observe(&mut self, state: &State, entry: &Entry) {
        use Event::*;
        match entry.event {
            ConsignmentCreated { unit, stream, .. } => {
                self.born(state, unit);
                self.flow.created(state, stream);
                self.moved(state, unit);
            }
            GoodsCreated { unit, line, .. } => {
                self.born(state, unit);
                self.delay.goods_created(state, unit, line, &mut self.months);
                self.moved(state, unit);
            }
            PaperFiled { unit, .. } => {
                self.born(state, unit);
                self.moved(state, unit);
            }
            Refused { unit, step } => {
                self.flow.turned_away(state, step, false);
                self.visits[unit.index()].counted = false;
                self.moved(state, unit);
            }
            Diverted { unit, step, .. } => {
                self.flow.turned_away(state, step, true);
                self.visits[unit.index()].counted = false;
                self.moved(state, unit);
            }
            YardEntered { unit, .. }
            | HeldAtGate { unit, .. }
            | Blocked { unit, .. }
            | HandlingStarted { unit, .. }
            | HandlingPaused { unit, .. }
            | HandlingResumed { unit, .. }
            | HandlingRequeued { unit, .. }
            | HandlingFinished { unit, .. }
            | RouteChosen { unit, .. }
            | NodeReached { unit, .. }
            | LegDeparted { unit, .. }
            | LegArrived { unit, .. }
            | BacklogEntered { unit }
            | HandedOver { unit, .. } => self.moved(state, unit),
            LeftModel { unit, .. } => self.moved(state, unit),
            ConvoyDispatched { leg, load, .. } => self.flow.dispatched(state, leg, load),
            DepartureSkipped { leg } => self.flow.skipped(state, leg),
            CapacityChanged { .. }
            | NodeClosed { .. }
            | NodeOpened { .. }
            | StepClosed { .. }
            | StepOpened { .. }
            | DisruptionBegan { .. }
            | DisruptionEnded { .. }
            | HoursEnded { .. }
            | HoursBegan { .. } => self.flow.duty_changed(state),
            StageEntered { subject, gate, .. } => {
                self.flow.gate_entered(state, subject, gate);
                self.delay.stage_entered(state, subject, gate, &mut self.months);
                if let crate::event::Subject::Unit(unit) = subject {
                    self.moved(state, unit);
                }
            }
            StageLeft { subject, gate } => {
                let entered = self.delay.stage_left(state, subject, gate, &mut self.months);
                self.flow.gate_left(state, subject, gate, entered);
            }
            RequirementSubmitted { need, .. } => self.delay.submitted(need),
            LineAsked { line, .. } => self.delay.asked(state, line),
            RequirementMatched { need } => {
                if let Some(unit) = self.delay.paper(need) {
                    self.moved(state, unit);
                }
                self.delay.matched(state, need, &mut self.months);
            }
            RequirementFulfilled { need } => self.delay.fulfilled(state, need),
            _ => {}
        }
    }

    fn born(&mut self, state: &State, unit: UnitId) {
        if self.visits.len() <= unit.index() {
            self.visits.resize(unit.index() + 1, Visit::default());
        }
        let row = &state.units[unit];
        self.visits[unit.index()] = Visit { since: row.born, arrived: row.born, born: row.born, ..Visit::default() };
        self.delay.born(state, unit);
    }

    /// A unit is somewhere else, or does something else, than before.
    #[inline]
    fn moved(&mut self, state: &State, unit: UnitId) {
        let now = state.now;
        let place = state.units[unit].place;
        let (spot, mode) = match place {
            Place::Entering { step, from: Origin::Outside, .. } => (Spot::Step(step.raw()), Mode::Gate),
            Place::Entering { from: Origin::Step(step, _), .. } => (Spot::Step(step.raw()), Mode::Blocked),
            Place::Waiting(step) => (Spot::Step(step.raw()), Mode::Wait),
            Place::Handling { step, paused: false, .. } => (Spot::Step(step.raw()), Mode::Work),
            Place::Handling { step, paused: true, .. } => (Spot::Step(step.raw()), Mode::Paused),
            Place::Ready(leg) => (Spot::Leg(leg.raw()), Mode::Wait),
            Place::UnderWay(leg) => (Spot::Leg(leg.raw()), Mode::Work),
            Place::Staged(gate) => (Spot::Gate(gate.raw()), Mode::Wait),
            Place::Entering { from: Origin::Again, .. } | Place::Gone | Place::Backlog | Place::Deciding(_) => {
                (Spot::Nowhere, Mode::Gate)
            }
        };
        if place == Place::Gone {
            self.flow.gone(state, unit, self.visits[unit.index()].born);
        }
        let visit = &mut self.visits[unit.index()];
        let new_visit = visit.spot != spot || (matches!(spot, Spot::Leg(_)) && mode == Mode::Wait);
        if !new_visit && visit.mode == mode {
            self.delay.recognised(state, unit);
            return;
        }
        // The seconds since the last change belong to the old mode.
        let seconds = (now - visit.since).0;
        if seconds > 0 {
            visit.spent[visit.mode as usize] += seconds;
            if visit.spot != Spot::Nowhere || visit.mode == Mode::Wait {
                let cause = cause_of(state, visit.spot);
                let waiting = visit.mode != Mode::Work;
                if waiting {
                    self.months.charge(cause, visit.since, now);
                }
                self.delay.spent(state, unit, cause, waiting, seconds);
            }
        }
        let old = (visit.spot, visit.mode);
        if new_visit {
            self.flow.left(state, unit, visit);
            let visit = &mut self.visits[unit.index()];
            *visit = Visit {
                spot,
                mode,
                counted: self.flow.counts(now),
                started: mode == Mode::Work,
                arrived: now,
                since: now,
                spent: [0; 5],
                born: visit.born,
            };
            self.flow.arrived(state, unit, visit);
        } else {
            visit.mode = mode;
            visit.since = now;
            self.flow.changed(state, unit, visit, old.1);
        }
        self.delay.at(state, unit, cause_of(state, spot), spot != Spot::Nowhere);
        self.delay.recognised(state, unit);
    }

    /// Waiting by month, with what still waits at `until` charged up to then.
    fn months_until(&self, state: &State, until: SimTime) -> Months {
        let mut months = self.months.clone();
        for visit in self.visits.iter().filter(|v| v.spot != Spot::Nowhere && v.mode != Mode::Work) {
            months.charge(cause_of(state, visit.spot), visit.since, until);
        }
        self.delay.still_waiting(state, until, &mut months);
        months
    }

    /// All figures at the state's moment, as a tree of dotted paths. `until` is the end of the window for integrals.
    pub fn read(&self, state: &State, until: SimTime) -> tree::Tree {
        read::read(self, state, until)
    }
}

/// What waiting at a spot is charged to.
fn cause_of(state: &State, spot: Spot) -> Cause {
    use crate::units::arena::Id;
    let plan = state.plan();
    match spot {
        Spot::Nowhere => Cause::Staff,
        Spot::Step(step) => plan.nodes[plan.steps[Id::new(step)].node].kind.cause(),
        Spot::Leg(leg) => plan.legs[Id::new(leg)].cause,
        Spot::Gate(gate) => gate_cause(state, gate),
    }
}

fn gate_cause(state: &State, gate: u32) -> Cause {
    let (m, stage) = state.net.gates[gate as usize];
    state.plan().mechanisms[crate::units::arena::Id::new(m)].stages[usize::from(stage)].cause
}

/// Waiting by calendar month and cause: each second in the month in which it lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Months {
    /// Unix seconds of the run's start.
    start: i64,
    /// The first month of the list, counted from year 0.
    first: Option<i64>,
    list: Vec<[i64; 10]>,
    /// The month that was charged last: its number and its bounds, so that most charges need no calendar.
    current: (i64, SimTime, SimTime),
}

impl Months {
    fn new(start: i64) -> Months {
        Months { start, first: None, list: Vec::new(), current: (0, SimTime(0), SimTime(0)) }
    }

    fn charge(&mut self, cause: Cause, from: SimTime, to: SimTime) {
        let mut from = from;
        while from < to {
            if from < self.current.1 || from >= self.current.2 {
                let civil = Civil::from_unix(self.start + from.0);
                let begins = Civil { day: 1, second: 0, ..civil };
                let ends = civil.next_month().to_unix() - self.start;
                self.current = (civil.month_number(), SimTime(begins.to_unix() - self.start), SimTime(ends));
            }
            let until = to.min(self.current.2);
            let month = self.current.0;
            let first = *self.first.get_or_insert(month);
            if month < first {
                let missing = (first - month) as usize;
                self.list.splice(0..0, std::iter::repeat_n([0; 10], missing));
                self.first = Some(month);
            }
            let at = (month - self.first.unwrap_or(month)) as usize;
            if self.list.len() <= at {
                self.list.resize(at + 1, [0; 10]);
            }
            self.list[at][cause as usize] += (until - from).0;
            from = until;
        }
    }

    /// (number of the month, seconds by cause), in order.
    fn all(&self) -> impl Iterator<Item = (i64, &[i64; 10])> {
        let first = self.first.unwrap_or(0);
        self.list.iter().enumerate().map(move |(i, seconds)| (first + i as i64, seconds))
    }
}
