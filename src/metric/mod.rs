//! Floor 5: figures, as folds over the events.
//!
//! [`Figures::observe`] is told every event after the world has taken it in, online or from a stored log alike; nothing
//! here can change an event. Sums are integers; one division follows when a figure is read.

mod costs;
mod delay;
mod duty;
mod flow;
mod read;
mod series;
mod stocks;
mod tally;
pub mod tree;

pub use tally::Tally;

use crate::event::{Entry, Event, PlaceId, UnitId};
use crate::model::{Cause, Strikes};
use crate::state::State;
use crate::state::unit::{Origin, Place, Unit};
use crate::units::time::{Civil, SimTime};
use costs::Costs;
use delay::Delay;
use flow::Flow;
use serde::{Deserialize, Serialize};
use series::Series;
use stocks::Stocks;

/// Every figure of a run so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    flow: Flow,
    delay: Delay,
    months: Months,
    stocks: Stocks,
    costs: Costs,
    /// There are pools, stocks or costs.
    beside: bool,
    /// How whoever leaves the model now does so.
    gone: Gone,
    series: Series,
    /// Where each unit is and since when, by row.
    visits: Vec<Visit>,
    /// What waiting at a spot is charged to, by spot; one more for nowhere.
    causes: Vec<Cause>,
    spots: Spots,
}

/// A unit at the place where it is, so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Visit {
    spot: Spot,
    mode: Mode,
    /// Its visit of the place counts: it arrived within the window.
    counted: bool,
    arrived: SimTime,
    /// The last change of spot or mode.
    since: SimTime,
    /// Seconds in line, and of work, until then.
    waited: i64,
    worked: i64,
}

/// How something leaves the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Gone {
    /// At the end of its way.
    #[default]
    Through,
    Refused,
    Expired,
}

/// A place by number: all steps, then all legs, then the stages of mechanisms, then [`Spots::nowhere`].
type Spot = u32;

/// Where each kind of place begins among the spots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Spots {
    legs: Spot,
    gates: Spot,
    nowhere: Spot,
}

impl Spots {
    fn new(state: &State) -> Spots {
        let legs = state.steps.len() as u32;
        let gates = legs + state.legs.len() as u32;
        Spots { legs, gates, nowhere: gates + state.gates.len() as u32 }
    }

    /// Where a unit is and what it does there.
    #[inline]
    fn of(self, place: Place) -> (Spot, Mode) {
        match place {
            Place::Entering { step, from: Origin::Outside, .. } => (step.raw(), Mode::Gate),
            Place::Entering { from: Origin::Step(step, _), .. } => (step.raw(), Mode::Blocked),
            Place::Waiting(step) => (step.raw(), Mode::Wait),
            Place::Handling { step, paused: false, .. } => (step.raw(), Mode::Work),
            Place::Handling { step, paused: true, .. } => (step.raw(), Mode::Paused),
            Place::Ready(leg) => (self.legs + leg.raw(), Mode::Wait),
            Place::UnderWay(leg) => (self.legs + leg.raw(), Mode::Work),
            Place::Staged(gate) => (self.gates + gate.raw(), Mode::Wait),
            Place::Entering { from: Origin::Again, .. } | Place::Gone | Place::Backlog | Place::Deciding(_) => {
                (self.nowhere, Mode::Gate)
            }
        }
    }
}

/// What a unit does at its place. All but the last are waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
        let plan = state.plan();
        let steps = plan.steps.iter().map(|s| plan.nodes[s.node].kind.cause());
        let gates = (0..state.gates.len() as u32).map(|gate| gate_cause(state, gate));
        Figures {
            flow: Flow::new(plan),
            delay: Delay::default(),
            months: Months::new(plan.start),
            stocks: Stocks::new(plan),
            costs: Costs::new(plan),
            gone: Gone::Through,
            series: Series::new(plan, plan.steps.len() + plan.legs.len() + state.gates.len()),
            beside: !plan.pools.is_empty() || !plan.stocks.is_empty() || Costs::new(plan).counts(),
            visits: Vec::new(),
            causes: steps.chain(plan.legs.iter().map(|l| l.cause)).chain(gates).chain([Cause::Staff]).collect(),
            spots: Spots::new(state),
        }
    }

    /// Takes an event in, after the state has; `next` follows it in its turn.
    #[inline]
    pub fn observe(&mut self, state: &State, entry: &Entry, next: Option<&Entry>) {
        use Event::*;
        if self.series.is_over(state.now) {
            let flow = &self.flow;
            self.series.close(state.now, || flow.levels_now());
        }
        if self.beside {
            self.observe_beside(state, entry);
        }
        match entry.event {
            // What goes on at once is told where it goes on.
            LegArrived { unit, .. } | RouteChosen { unit, .. } if self.goes_on(unit, next) => {}
            YardEntered { unit, step } if self.is_served(unit, next) => self.flow.passed_line(state.now, step),
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
            | LegArrived { unit, .. }
            | BacklogEntered { unit }
            | HandedOver { unit, .. }
            | LeftModel { unit, .. } => self.moved(state, unit),
            LegDeparted { unit, .. } => self.moves(state, unit, true),
            PatienceEnded { unit, .. } => {
                self.flow.expired(state.now, &self.visits[unit.index()]);
                self.turns_away(state, unit, Gone::Expired);
            }
            HandlingPreempted { unit, .. } => {
                self.flow.preempted(&self.visits[unit.index()]);
                self.moved(state, unit);
            }
            ConsignmentCreated { unit, stream, .. } => {
                self.born(state, unit);
                self.flow.created(state, stream);
                if !self.goes_on(unit, next) {
                    self.moved(state, unit);
                }
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
                self.flow.turned_away(state, unit, step, false);
                self.turns_away(state, unit, Gone::Refused);
            }
            Diverted { unit, step, .. } => {
                self.flow.turned_away(state, unit, step, true);
                self.turns_away(state, unit, Gone::Through);
            }
            ValueSet { unit, value } => self.flow.valued(state.now, &self.visits[unit.index()], value.0),
            ConvoyDispatched { leg, load, .. } => self.flow.dispatched(state, leg, load),
            VehicleLeft { leg, .. } => self.flow.vehicle(state.now, leg, true),
            VehicleReturned { leg, .. } => self.flow.vehicle(state.now, leg, false),
            TooLarge { unit, .. } => {
                self.flow.too_large(&self.visits[unit.index()]);
                self.turns_away(state, unit, Gone::Refused);
            }
            DepartureSkipped { leg } => self.flow.skipped(state, leg),
            CapacityChanged { step, .. }
            | StepClosed { step }
            | StepOpened { step }
            | ServerFailed { step, .. }
            | ServerAway { step, .. }
            | ServerBack { step, .. }
            | ServerRepaired { step, .. } => {
                self.flow.duty_changed(state, [step].into_iter());
            }
            NodeClosed { node } | NodeOpened { node } => self.flow.duty_changed(state, state.plan().steps_of(node)),
            HoursEnded { place: PlaceId::Node(node) } | HoursBegan { place: PlaceId::Node(node) } => {
                self.flow.duty_changed(state, state.plan().steps_of(node));
            }
            HoursEnded { place: PlaceId::Step(step) } | HoursBegan { place: PlaceId::Step(step) } => {
                self.flow.duty_changed(state, [step].into_iter());
            }
            DisruptionBegan { disruption } | DisruptionEnded { disruption } => {
                match state.plan().disruptions[disruption].strikes {
                    Strikes::Node(node) => self.flow.duty_changed(state, state.plan().steps_of(node)),
                    Strikes::Step(step) => self.flow.duty_changed(state, [step].into_iter()),
                    Strikes::Leg(_)
                    | Strikes::Mechanism(_)
                    | Strikes::Stage(..)
                    | Strikes::Nation(_)
                    | Strikes::Supplier => {}
                }
            }
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
            LineWithdrawn { line } => self.delay.withdrawn(state, line, &mut self.months),
            _ => {}
        }
    }

    /// A visit that ends without having passed its place.
    fn turns_away(&mut self, state: &State, unit: UnitId, gone: Gone) {
        let visit = &mut self.visits[unit.index()];
        visit.counted = false;
        let spot = visit.spot;
        self.gone = gone;
        self.moved(state, unit);
        self.gone = Gone::Through;
        self.flow.did_not_pass(state, spot, unit);
    }

    /// What only some scenarios have.
    #[cold]
    fn observe_beside(&mut self, state: &State, entry: &Entry) {
        self.flow.pools_used(state);
        self.costs.observe(state, entry);
        self.stocks.observe(state, entry);
    }

    fn born(&mut self, state: &State, unit: UnitId) {
        let born = state.units[unit].born;
        let fresh = Visit { spot: self.spots.nowhere, since: born, arrived: born, ..Visit::default() };
        if self.visits.len() <= unit.index() {
            self.visits.resize(unit.index() + 1, fresh.clone());
        }
        self.visits[unit.index()] = fresh;
        self.delay.born(state, unit);
    }

    /// Whether a unit that was just created or arrived, or knows its way, is somewhere else in the next event. What
    /// requirements wait for is charged event by event.
    #[inline]
    fn goes_on(&self, unit: UnitId, next: Option<&Entry>) -> bool {
        use Event::*;
        let whom = match next {
            Some(Entry { event: RouteChosen { unit, .. } | LegDeparted { unit, .. }, .. }) => *unit,
            Some(Entry { event: YardEntered { unit, .. } | HandedOver { unit, .. }, .. }) => *unit,
            _ => return false,
        };
        whom == unit && !self.delay.in_use()
    }

    /// Whether a unit that has just entered a yard is served in the next event.
    #[inline]
    fn is_served(&self, unit: UnitId, next: Option<&Entry>) -> bool {
        matches!(next, Some(Entry { event: Event::HandlingStarted { unit: whom, .. }, .. }) if *whom == unit)
            && !self.delay.in_use()
    }

    /// A unit may be somewhere else, or do something else, than before.
    #[inline]
    fn moved(&mut self, state: &State, unit: UnitId) {
        self.moves(state, unit, false);
    }

    /// The same; who departs was not under way, even where it came over the same leg at this instant.
    #[inline]
    fn moves(&mut self, state: &State, unit: UnitId, departs: bool) {
        let row = &state.units[unit];
        let (spot, mode) = self.spots.of(row.place);
        let visit = &self.visits[unit.index()];
        if visit.spot != spot || visit.mode != mode || (departs && visit.mode == Mode::Work) {
            self.shift(state, row, unit, spot, mode);
        }
        if row.is_free() {
            self.flow.gone(state.now, row, self.gone);
            if self.delay.in_use() {
                self.delay.lost(state, unit);
            }
        }
        if self.delay.in_use() {
            self.delay.recognised(state, unit);
        }
    }

    /// A unit is somewhere else, or does something else, than before.
    fn shift(&mut self, state: &State, row: &Unit, unit: UnitId, spot: Spot, mode: Mode) {
        let now = state.now;
        let visit = &mut self.visits[unit.index()];
        // The seconds since the last change belong to the old mode.
        let seconds = (now - visit.since).0;
        let waited = visit.mode != Mode::Work;
        if seconds > 0 && visit.spot != self.spots.nowhere {
            let cause = self.causes[visit.spot as usize];
            match visit.mode {
                Mode::Work => visit.worked += seconds,
                Mode::Wait => visit.waited += seconds,
                _ => {}
            }
            if waited {
                self.months.charge(cause, visit.since, now);
            }
            if self.delay.in_use() {
                self.delay.spent(state, unit, cause, waited, seconds);
            }
        }
        // Who comes back over the same leg is there anew.
        if visit.spot != spot || (!waited && spot >= self.spots.legs) {
            self.flow.left(now, row, visit);
            *visit =
                Visit { spot, mode, counted: self.flow.counts(now), arrived: now, since: now, waited: 0, worked: 0 };
            self.flow.arrived(now, row, visit);
        } else {
            self.flow.changed(now, row, visit, mode);
            (visit.mode, visit.since) = (mode, now);
        }
        if self.delay.in_use() && spot != self.spots.nowhere {
            self.delay.at(state, unit, self.causes[spot as usize]);
        }
    }

    /// Waiting by month, with what still waits at `until` charged up to then.
    fn months_until(&self, state: &State, until: SimTime) -> Months {
        let mut months = self.months.clone();
        for visit in self.visits.iter().filter(|v| v.spot != self.spots.nowhere && v.mode != Mode::Work) {
            months.charge(self.causes[visit.spot as usize], visit.since, until);
        }
        self.delay.still_waiting(state, until, &mut months);
        months
    }

    /// Counts all that was told, so that reading copies nothing; no figure depends on it.
    pub fn settle(&mut self) {
        self.flow.settle();
    }

    /// All figures at the state's moment, as a tree of dotted paths. `until` is the end of the window for integrals.
    pub fn read(&self, state: &State, until: SimTime) -> tree::Tree {
        read::read(self, state, until)
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
    /// The month that was charged last: its place in the list and its bounds, so that most charges need no calendar.
    current: (usize, SimTime, SimTime),
}

impl Months {
    fn new(start: i64) -> Months {
        Months { start, first: None, list: Vec::new(), current: (0, SimTime(0), SimTime(0)) }
    }

    #[inline]
    fn charge(&mut self, cause: Cause, from: SimTime, to: SimTime) {
        if self.current.1 <= from && from < to && to <= self.current.2 {
            self.list[self.current.0][cause as usize] += (to - from).0;
        } else {
            self.charge_across(cause, from, to);
        }
    }

    /// Each second in its month.
    #[cold]
    fn charge_across(&mut self, cause: Cause, mut from: SimTime, to: SimTime) {
        while from < to {
            if from < self.current.1 || from >= self.current.2 {
                self.find_month(from);
            }
            let until = to.min(self.current.2);
            self.list[self.current.0][cause as usize] += (until - from).0;
            from = until;
        }
    }

    fn find_month(&mut self, at: SimTime) {
        let civil = Civil::from_unix(self.start + at.0);
        let begins = Civil { day: 1, second: 0, ..civil }.to_unix() - self.start;
        let ends = civil.next_month().to_unix() - self.start;
        let month = civil.month_number();
        let first = *self.first.get_or_insert(month);
        if month < first {
            let missing = (first - month) as usize;
            self.list.splice(0..0, std::iter::repeat_n([0; 10], missing));
            self.first = Some(month);
        }
        let place = (month - self.first.unwrap_or(month)) as usize;
        if self.list.len() <= place {
            self.list.resize(place + 1, [0; 10]);
        }
        self.current = (place, SimTime(begins), SimTime(ends));
    }

    /// (number of the month, seconds by cause), in order.
    fn all(&self) -> impl Iterator<Item = (i64, &[i64; 10])> {
        let first = self.first.unwrap_or(0);
        self.list.iter().enumerate().map(move |(i, seconds)| (first + i as i64, seconds))
    }
}
