//! Floor 3: the world, and the only code that changes it.
//!
//! [`State::apply`] folds one event; it has no rules and no chance, and a recorded fact always applies. Everything that a
//! decision needs is read from here, and everything here can be rebuilt from the log.

pub mod calendar;
mod departures;
mod ledger;
mod legs;
pub mod line;
mod movement;
pub mod names;
mod network;
mod outages;
mod packages;
mod pools;
mod rows;
mod set_up;
mod stocks;
mod ties;
pub mod unit;
pub mod wake;

pub use departures::Load;
pub use network::{Admission, GateRow, LegRow, NodeRow, Preemption, Stay, StepRow, Way};
pub use outages::OutageRow;
pub use pools::PoolRow;
pub use rows::{Account, DeskDone, LineRow, NeedRow, PackageRow, PackageStage, PledgeRow, Resting};
pub use set_up::Net;
pub use stocks::StockRow;

use crate::event::{Event, GateId, LineId, NeedId, PackageId, PledgeId, Subject, UnitId};
use crate::model::{Leg, MechanismPlan, Node, Plan, Pool, Step, Stock, Stream};
use crate::units::amount::{Mass, Money};
use crate::units::arena::{Arena, Id};
use crate::units::time::SimTime;
use calendar::{Calendar, Key};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use unit::Units;
use wake::{Wake, phase};

/// The whole world at one moment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    /// What the scenario says; never changes.
    #[serde(skip, default = "Net::empty")]
    pub net: Arc<Net>,
    /// The instant of the last turn.
    pub now: SimTime,
    /// Turns and events so far.
    pub turns: u64,
    pub events: u64,
    calendar: Calendar,
    /// Of many wakes that are due together at one place, those that the calendar does not hold: the first is the last.
    tied: Vec<Key>,
    /// Entries and services of this instant, which come after everything else that is due now: the first is the last.
    soon: Vec<Key>,
    /// Wakes in the calendar that are no clocks.
    stirring: u64,
    /// Who came in the event before goes on in the next one: it stands in no line between them.
    #[serde(skip)]
    passing: bool,
    pub units: Units,
    pub streams: Arena<StreamRow>,
    pub nodes: Arena<NodeRow>,
    pub steps: Arena<StepRow>,
    pub legs: Arena<LegRow>,
    pub pools: Arena<PoolRow>,
    /// What convoys carry.
    convoys: departures::Convoys,
    pub gates: Vec<GateRow>,
    pub needs: Vec<NeedRow>,
    pub lines: Vec<LineRow>,
    pub pledges: Vec<PledgeRow>,
    pub packages: Vec<PackageRow>,
    pub accounts: Arena<Account>,
    pub totals: Totals,
    pub stocks: Arena<StockRow>,
    /// How often a unit drew before at a place, where it can come there more than once.
    visits: BTreeMap<(u32, u32), u32>,
    /// When those in line give up who do not wait for ever.
    patience: BTreeMap<UnitId, SimTime>,
    /// When full yards turned a unit away last, the first of them at that instant, and how many.
    pub turned: BTreeMap<UnitId, (SimTime, Id<Node>, u32)>,
    /// How far random disruptions are, each as a whole or server by server.
    pub outages: Vec<Vec<OutageRow>>,
    /// Disruptions that act on each nation.
    pub nations: Vec<Vec<Id<crate::model::Disruption>>>,
}

/// How far a stream is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamRow {
    /// Things brought so far.
    pub brought: u64,
    /// Batches brought so far, where things come in batches.
    pub batches: u64,
    /// What of the last batch is still to come, at the same instant.
    pub left: u32,
    /// `seq` of the last one.
    pub last: u64,
}

/// What everything comes to that was asked for and announced so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    pub asked: Money,
    pub announced: Money,
    /// Of all goods that streams brought, and of all lines.
    pub mass: Mass,
}

/// What [`State::next`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub at: SimTime,
    /// Nothing else is due at this instant.
    pub alone: bool,
    key: Key,
}

impl Due {
    #[inline(always)]
    pub fn wake(&self) -> Wake {
        wake::unpack(self.key)
    }

    /// Whether it is a clock's (see [`wake::is_clock`]).
    #[inline(always)]
    pub fn is_clock(&self) -> bool {
        wake::is_clock(self.key)
    }
}

impl PartialEq for State {
    fn eq(&self, other: &State) -> bool {
        // The plan is the same by construction; everything else is compared deeply.
        macro_rules! same { ($($field:ident)*) => { $( self.$field == other.$field )&&* } }
        self.pends_as(other)
            && same!(now turns events soon stirring units streams nodes steps legs pools convoys gates needs lines pledges
              packages accounts totals stocks visits patience turned outages nations)
    }
}

impl State {
    /// What the scenario says.
    pub fn plan(&self) -> &Plan {
        &self.net.plan
    }

    /// What fires next. It looks, and changes nothing anyone can see.
    #[inline]
    #[allow(clippy::should_implement_trait, reason = "it looks ahead, and does not move on")]
    pub fn next(&mut self) -> Option<Due> {
        let Some(&soon) = self.soon.last() else {
            let (key, alone) = self.first_pending()?;
            return Some(Due { at: wake::time_of(key), alone, key });
        };
        let at = wake::time_of(soon);
        // No wake of the calendar has the phase and place of an entry or a service: the two are never tied. Which of several
        // comes first matters only where they come before it: those of later instants are still growing in number.
        let pending = self.least_pending();
        if pending.is_some_and(|key| key < soon) {
            return self.first_pending().map(|(key, _)| Due { at, alone: false, key });
        }
        let last = pending.is_none_or(|key| wake::time_of(key) != at);
        Some(Due { at, alone: last && self.soon.len() == 1, key: soon })
    }

    /// Where the thing of a wake stands in the order of choice.
    pub(super) fn standing(&self, wake: Wake) -> (i64, SimTime, u32, u32, u32, u32) {
        let of_line = |line: LineId| {
            let row = &self.lines[line.index()];
            let need = &self.needs[row.need.index()];
            // Its name stands among those of packages, which may be in the same stage.
            let rank = self.net.ranks.streams[need.stream.index()];
            (i64::from(need.priority), row.joined, rank, need.number, row.position, 0)
        };
        match wake {
            Wake::HandlingEnds(u)
            | Wake::LegEnds(u)
            | Wake::UnitEnters(u)
            | Wake::GivesUp(u)
            | Wake::StageEnds(Subject::Unit(u), _) => {
                let unit = &self.units[u];
                let name = unit.name;
                (i64::from(unit.priority), unit.joined, name.stream.raw(), name.number, name.line, name.lot)
            }
            Wake::ConvoyEnds(row) => (i64::MIN, SimTime::ZERO, row, 0, 0, 0),
            Wake::NeedEnters(n) | Wake::Validates(n) | Wake::Closes(n) | Wake::NeedExpires(n) => {
                let need = &self.needs[n.index()];
                (i64::from(need.priority), need.submitted, need.stream.raw(), need.number, 0, 0)
            }
            Wake::PledgeCommits(p) | Wake::PledgePays(p) | Wake::PledgeExpires(p) => {
                let row = &self.pledges[p.index()];
                (0, row.announced, row.stream.raw(), row.number, 0, 0)
            }
            Wake::StageEnds(Subject::Line(line), _) => of_line(line),
            Wake::StageEnds(Subject::Package(p), _) => {
                let row = &self.packages[p.index()];
                (i64::from(row.priority), row.joined, row.rank, row.number, 0, 0)
            }
            // One wake of these kinds a place: a stream's next thing comes after payments of its earlier ones.
            _ => (i64::MAX, SimTime::ZERO, 0, 0, 0, 0),
        }
    }

    /// Takes what [`State::next`] found out of the calendar and begins its turn.
    #[inline]
    pub fn take(&mut self, due: Due) {
        assert!(due.at >= self.now, "time never runs backwards");
        match self.soon.last() {
            Some(&soon) if soon == due.key => drop(self.soon.pop()),
            _ => assert!(self.take_pending(due.key), "a wake that fires is pending"),
        }
        self.stirring -= u64::from(!due.is_clock());
        self.now = due.at;
        self.turns += 1;
        self.units.new_turn();
        if wake::leaves_a_mark(due.key) {
            self.taken(due.wake());
        }
    }

    /// Folds one event. `seq` is one more than that of the event before it.
    pub fn apply(&mut self, event: &Event) {
        self.apply_before(event, None);
    }

    /// The same, with the event after it in its turn: whoever goes on in that one need not stand in line for it. The world
    /// after both is the same (two lines and their wakes less are 7 % of a run).
    #[inline]
    pub fn apply_before(&mut self, event: &Event, next: Option<&Event>) {
        self.events += 1;
        use Event::*;
        match *event {
            ConsignmentCreated { .. }
            | NeedBySet { .. }
            | ValueSet { .. }
            | YardEntered { .. }
            | HeldAtGate { .. }
            | Blocked { .. }
            | Diverted { .. }
            | Refused { .. }
            | OverflowAccepted { .. }
            | HandlingStarted { .. }
            | HandlingPaused { .. }
            | HandlingResumed { .. }
            | HandlingRequeued { .. }
            | HandlingPreempted { .. }
            | PatienceSet { .. }
            | PatienceEnded { .. }
            | HandlingFinished { .. }
            | RouteChosen { .. }
            | NodeReached { .. }
            | LegDeparted { .. }
            | LegArrived { .. }
            | HandedOver { .. }
            | LeftModel { .. }
            | ConvoyDispatched { .. }
            | DepartureEmpty { .. }
            | DepartureSkipped { .. }
            | YardStillFull { .. }
            | UnloadingPaused { .. }
            | VehicleLeft { .. }
            | VehicleReturned { .. }
            | TooLarge { .. }
            | StreamOpened { .. }
            | BatchArrived { .. }
            | HandlingMeasured { .. }
            | BacklogEntered { .. } => self.apply_movement(event, next),
            DisruptionBegan { .. }
            | DisruptionEnded { .. }
            | HoursEnded { .. }
            | HoursBegan { .. }
            | NodeClosed { .. }
            | NodeOpened { .. }
            | StepClosed { .. }
            | StepOpened { .. }
            | LegClosed { .. }
            | LegOpened { .. }
            | StageHeld { .. }
            | StageResumed { .. }
            | OutageAwaited { .. }
            | OutageMeasured { .. }
            | ServerFailed { .. }
            | ServerRepaired { .. }
            | PoolChanged { .. }
            | ServerAway { .. }
            | ServerBack { .. }
            | CapacityChanged { .. } => self.apply_calendar(event),
            _ => self.apply_ledger(event),
        }
    }

    /// Sets a wake at an instant, in its phase and at its place.
    fn set(&mut self, at: SimTime, wake: Wake) {
        let ranks = &self.net.ranks;
        let (phase, place) = match wake {
            Wake::HandlingEnds(u) => (phase::COMPLETIONS, ranks.steps[self.handled_at(u).index()]),
            Wake::LegEnds(u) => (phase::COMPLETIONS, ranks.legs[self.under_way(u).index()]),
            Wake::ConvoyEnds(row) => (phase::COMPLETIONS, ranks.legs[self.convoys[row].leg.index()]),
            Wake::DisruptionTurns(d) | Wake::OutageTurns(d, _) => (phase::CALENDARS, ranks.disruptions[d.index()]),
            Wake::HoursTurn(crate::event::PlaceId::Node(n)) => (phase::CALENDARS, ranks.nodes[n.index()]),
            Wake::HoursTurn(crate::event::PlaceId::Step(s)) => (phase::CALENDARS, ranks.steps[s.index()]),
            Wake::ServersTurn(s) | Wake::ServerBack(s, _) => (phase::CALENDARS, ranks.steps[s.index()]),
            Wake::StockArrives(s, _) => (phase::COMPLETIONS, ranks.stocks[s.index()]),
            Wake::StockReviews(s) => (phase::CALENDARS, ranks.stocks[s.index()]),
            Wake::StockGives(s) | Wake::StockOrders(s) => (phase::DECISIONS, ranks.stocks[s.index()]),
            Wake::StockMakes(s) => (phase::SERVICES, ranks.stocks[s.index()]),
            Wake::PoolTurns(p) => (phase::CALENDARS, ranks.pools[p.index()]),
            Wake::Idles(s) => (phase::IDLE, ranks.steps[s.index()]),
            Wake::StreamDue(s) => (phase::ARRIVALS, ranks.streams[s.index()]),
            Wake::PackageEnters(p) => (phase::ARRIVALS, self.place_of_package(p)),
            Wake::NeedExpires(n) => (phase::EXPIRY, ranks.streams[self.needs[n.index()].stream.index()]),
            Wake::PledgeCommits(p) | Wake::PledgePays(p) | Wake::PledgeExpires(p) => {
                (3, ranks.streams[self.pledges[p.index()].stream.index()])
            }
            Wake::UnitEnters(u) => (phase::ARRIVALS, ranks.streams[self.units[u].name.stream.index()]),
            Wake::NeedEnters(n) => (phase::ARRIVALS, ranks.streams[self.needs[n.index()].stream.index()]),
            Wake::Validates(n) | Wake::Closes(n) => {
                (phase::DECISIONS, ranks.streams[self.needs[n.index()].stream.index()])
            }
            Wake::StageEnds(_, gate) => (phase::DECISIONS, ranks.gates[gate.index()]),
            Wake::Drafts(m) => (phase::DECISIONS, ranks.mechanisms[m.index()]),
            Wake::Settles(m) => (phase::ALLOCATION, ranks.mechanisms[m.index()]),
            Wake::VehicleBack(l, _) => (phase::COMPLETIONS, ranks.legs[l.index()]),
            Wake::LegTicks(l) | Wake::LegReady(l) | Wake::LegOverdue(l) => (phase::DEPARTURES, ranks.legs[l.index()]),
            Wake::Enters(_) | Wake::Serves(_) => unreachable!("entries and services are pushed for this instant"),
            Wake::GivesUp(u) => (phase::PATIENCE, ranks.steps[self.waits_at(u).index()]),
        };
        self.push(at, phase, place, wake);
    }

    #[inline(always)]
    fn push(&mut self, at: SimTime, phase: u8, place: u32, wake: Wake) {
        let (kind, who) = wake::parts(wake);
        let key = wake::pack(at, phase, place, kind, who);
        self.stirring += u64::from(!wake::is_clock(key));
        self.calendar.push(key);
    }

    /// Sets an entry or a service at this instant.
    #[inline(always)]
    fn push_soon(&mut self, phase: u8, place: u32, wake: Wake) {
        let (kind, who) = wake::parts(wake);
        self.stirring += 1;
        let key = wake::pack(self.now, phase, place, kind, who);
        let at = self.soon.iter().rposition(|&other| other > key).map_or(0, |at| at + 1);
        self.soon.insert(at, key);
    }

    /// Takes an entry or a service back that is pending at this instant.
    fn cancel_soon(&mut self, phase: u8, place: u32, wake: Wake) {
        let (kind, who) = wake::parts(wake);
        let key = wake::pack(self.now, phase, place, kind, who);
        let at = self.soon.iter().rposition(|&other| other == key).expect("a wake that is cancelled is pending");
        self.soon.remove(at);
        self.stirring -= 1;
    }

    /// Takes a wake back that is pending at `at`.
    fn cancel(&mut self, at: SimTime, phase: u8, place: u32, wake: Wake) {
        let (kind, who) = wake::parts(wake);
        let key = wake::pack(at, phase, place, kind, who);
        assert!(self.remove_pending(key), "a wake that is cancelled is pending");
        self.stirring -= u64::from(!wake::is_clock(key));
    }

    /// Whether anything that can still move remains (spec 5.1): clocks alone do not count, unless goods wait for them.
    pub fn can_still_move(&self) -> bool {
        self.stirring > 0 || self.waits_for_a_clock()
    }

    /// How often a unit drew before at a place of this rank.
    pub fn visits(&self, unit: UnitId, rank: u32) -> u64 {
        if self.visits.is_empty() {
            return 0;
        }
        u64::from(self.visits.get(&(unit.raw(), rank)).copied().unwrap_or(0))
    }

    pub fn need(&self, id: NeedId) -> &NeedRow {
        &self.needs[id.index()]
    }

    pub fn line(&self, id: LineId) -> &LineRow {
        &self.lines[id.index()]
    }

    pub fn pledge(&self, id: PledgeId) -> &PledgeRow {
        &self.pledges[id.index()]
    }

    pub fn package(&self, id: PackageId) -> &PackageRow {
        &self.packages[id.index()]
    }

    pub fn gate(&self, id: GateId) -> &GateRow {
        &self.gates[id.index()]
    }
}

/// Handles of rows that stand beside the plan's entities of the same position.
macro_rules! beside {
    ($( $plan:ty => $row:ty, $field:ident; )*) => {
        $( impl std::ops::Index<Id<$plan>> for State {
            type Output = $row;
            #[inline]
            fn index(&self, id: Id<$plan>) -> &$row {
                &self.$field[Id::new(id.raw())]
            }
        }
        impl std::ops::IndexMut<Id<$plan>> for State {
            #[inline]
            fn index_mut(&mut self, id: Id<$plan>) -> &mut $row {
                &mut self.$field[Id::new(id.raw())]
            }
        } )*
    };
}

beside! {
    Stream => StreamRow, streams;
    Node => NodeRow, nodes;
    Step => StepRow, steps;
    Leg => LegRow, legs;
    Pool => PoolRow, pools;
    Stock => StockRow, stocks;
    MechanismPlan => Account, accounts;
}
