//! Rows of nodes, steps, legs and stages, and what decisions read from them.

use super::State;
use super::departures::Convoy;
use super::line::Line;
use super::unit::{Name, Origin, Place, Unit};
use crate::event::{GateId, Subject, UnitId};
use crate::model::{Disruption, Effect, Hop, Leg, Limit, Node, Order, Route, Step, WhenFull, Whom};
use crate::units::amount::Mass;
use crate::units::arena::Id;
use crate::units::time::{SimDuration, SimTime};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a yard holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub number: u32,
    pub mass: Mass,
}

impl Held {
    pub(super) fn add(&mut self, unit: &Unit) {
        self.number += 1;
        self.mass += unit.mass;
    }

    pub(super) fn remove(&mut self, unit: &Unit) {
        self.number -= 1;
        self.mass -= unit.mass;
    }

    /// Whether so much more fits.
    pub fn fits(&self, limit: Option<Limit>, number: u32, mass: Mass) -> bool {
        limit.is_none_or(|l| {
            l.number.is_none_or(|most| u64::from(self.number) + u64::from(number) <= u64::from(most))
                && l.mass.is_none_or(|most| self.mass + mass <= most)
        })
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRow {
    /// All in it that is not ready to leave.
    pub held: Held,
    /// How many want to enter it from outside.
    pub(super) coming: u32,
    /// Outages and closed hours that cover it now.
    pub down: u32,
    /// Disruptions that act on it now.
    pub struck: Vec<Id<Disruption>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRow {
    pub line: Line,
    /// Who wants to enter its yard, in the order of choice.
    pub entry: Line,
    /// Of them, where there are yards: those who have not yet found it full, in that order too; how many there are of each
    /// mass; how many come from a step of the same node, and how many from this step again.
    fresh: BTreeSet<(i32, SimTime, Name, UnitId)>,
    masses: BTreeMap<Mass, u32>,
    inside: u32,
    again: u32,
    /// Its line and its servers.
    pub held: Held,
    /// Outages and closed hours that cover the step itself.
    pub down: u32,
    /// Servers on duty by the calendar.
    pub calendar: u32,
    /// What disruptions leave of its capacity, in millionths each.
    pub cuts: Vec<u32>,
    /// Disruptions that act on it now.
    pub struck: Vec<Id<Disruption>>,
    /// Whom each server has, by number less one; `u32::MAX` for nobody.
    pub servers: Vec<u32>,
    /// Servers that have somebody.
    pub busy: u32,
    /// Failures that each server has now; empty where none ever failed.
    pub broken: Vec<u32>,
    /// When each server began what it has; only where one may be taken from it.
    pub began: Vec<SimTime>,
    /// No server below this index is free.
    lowest: u32,
    /// `seq` of what freed a server or the place last.
    pub last: u64,
    /// How often each server was away for want of work.
    pub trips: Vec<u64>,
    pub(super) enter_set: bool,
    pub(super) serve_set: bool,
    pub(super) idle_set: bool,
}

pub(super) const NOBODY: u32 = u32::MAX;

impl StepRow {
    pub fn new(order: crate::model::Order, calendar: u32) -> StepRow {
        StepRow {
            line: Line::new(order),
            entry: Line::new(crate::model::Order::Priority),
            fresh: BTreeSet::new(),
            masses: BTreeMap::new(),
            inside: 0,
            again: 0,
            held: Held::default(),
            down: 0,
            calendar,
            cuts: Vec::new(),
            struck: Vec::new(),
            servers: Vec::new(),
            busy: 0,
            broken: Vec::new(),
            began: Vec::new(),
            lowest: 0,
            last: 0,
            trips: Vec::new(),
            enter_set: false,
            serve_set: false,
            idle_set: false,
        }
    }

    /// Somebody wants to enter a yard.
    pub(super) fn wants(&mut self, id: UnitId, unit: &Unit, from: Origin) {
        self.fresh.insert((unit.priority, unit.joined, unit.name, id));
        *self.masses.entry(unit.mass).or_default() += 1;
        match from {
            Origin::Outside => {}
            Origin::Step(..) => self.inside += 1,
            Origin::Again => self.again += 1,
        }
    }

    /// It knows that the yard is full.
    pub(super) fn learns(&mut self, id: UnitId, unit: &Unit) {
        self.fresh.remove(&(unit.priority, unit.joined, unit.name, id));
    }

    /// It wants no more.
    pub(super) fn wants_not(&mut self, id: UnitId, unit: &Unit, from: Origin) {
        self.learns(id, unit);
        let of_mass = self.masses.get_mut(&unit.mass).expect("who wants to enter was counted");
        *of_mass -= 1;
        if *of_mass == 0 {
            self.masses.remove(&unit.mass);
        }
        match from {
            Origin::Outside => {}
            Origin::Step(..) => self.inside -= 1,
            Origin::Again => self.again -= 1,
        }
    }

    /// Servers on duty: the calendar's, times the shares that disruptions leave, rounded once, halves up.
    #[inline]
    pub fn on_duty(&self) -> u32 {
        if self.cuts.is_empty() {
            return self.calendar;
        }
        if self.calendar == u32::MAX {
            // A share of what has no limit has none, but nothing is nothing.
            return if self.cuts.contains(&0) { 0 } else { self.calendar };
        }
        cut(i64::from(self.calendar), self.cuts.iter().copied()) as u32
    }

    /// Whether a server, an index from 0, has failed.
    pub fn is_broken(&self, server: u32) -> bool {
        self.broken.get(server as usize).is_some_and(|&failures| failures > 0)
    }

    /// Servers on duty that have not failed.
    pub fn able(&self) -> u32 {
        let on_duty = self.on_duty();
        on_duty - self.broken.iter().take(on_duty as usize).filter(|&&failures| failures > 0).count() as u32
    }

    /// The free server of the lowest number on duty, as an index from 0.
    #[inline]
    pub fn free_server(&self) -> Option<u32> {
        let on_duty = self.on_duty();
        // With as many busy as there are on duty a lower number can be free only where some finish from before.
        if self.broken.is_empty() && self.busy == on_duty && self.servers.len() as u32 <= on_duty {
            return None;
        }
        self.find_free_server(on_duty)
    }

    fn find_free_server(&self, on_duty: u32) -> Option<u32> {
        if !self.broken.is_empty() {
            let free = |&server: &u32| self.servers.get(server as usize).is_none_or(|&unit| unit == NOBODY);
            return (self.lowest..on_duty).filter(free).find(|&server| !self.is_broken(server));
        }
        let from = self.lowest as usize;
        let free = self.servers.get(from..).and_then(|rest| rest.iter().position(|&unit| unit == NOBODY));
        let at = free.map_or(self.servers.len().max(from), |ahead| from + ahead) as u32;
        (at < on_duty).then_some(at)
    }

    #[inline]
    pub(super) fn occupy(&mut self, server: u32, unit: UnitId) {
        if self.servers.len() <= server as usize {
            self.servers.resize(server as usize + 1, NOBODY);
        }
        assert_eq!(self.servers[server as usize], NOBODY, "one thing a server");
        self.servers[server as usize] = unit.raw();
        self.busy += 1;
        if self.lowest == server {
            self.lowest += 1;
        }
    }

    #[inline]
    pub(super) fn vacate(&mut self, server: u32) {
        assert_ne!(self.servers[server as usize], NOBODY, "a server that is freed had somebody");
        self.servers[server as usize] = NOBODY;
        self.busy -= 1;
        self.lowest = self.lowest.min(server);
    }

    /// Whom a server, an index from 0, has.
    pub fn served_by(&self, server: u32) -> Option<UnitId> {
        self.servers.get(server as usize).filter(|&&unit| unit != NOBODY).map(|&unit| Id::new(unit))
    }

    /// Whom its servers have, by server.
    pub fn handled(&self) -> impl Iterator<Item = UnitId> + '_ {
        self.servers.iter().filter(|&&u| u != NOBODY).map(|&u| Id::new(u))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegRow {
    /// Ready goods, in the order of boarding.
    pub line: Line,
    pub down: u32,
    pub(super) under_way: u32,
    /// Where departures go by what is ready: its mass, and how many of a departure are still to board in this turn.
    pub(super) ready_mass: Mass,
    pub(super) boarding: u32,
    /// Departures that left.
    pub departed: u64,
    /// Disruptions that act on it now.
    pub struck: Vec<Id<Disruption>>,
    pub(super) ready_set: bool,
    /// Which vehicles of its fleet are away, by number less one; empty without a fleet.
    pub away: Vec<bool>,
    /// Where a departure comes `or_after` some time: those ready by the time at which they were, and when the first of them
    /// will have waited so long, if a departure can leave.
    pub(super) oldest: BTreeSet<(SimTime, UnitId)>,
    pub(super) overdue: Option<SimTime>,
    /// The convoy that is loading in this turn.
    pub(super) loading: Option<u32>,
    pub last: u64,
}

impl LegRow {
    pub fn new(leg: &Leg) -> LegRow {
        let fleet = leg.departures.as_ref().and_then(|d| d.fleet.as_ref());
        LegRow {
            away: vec![false; fleet.map_or(0, |fleet| fleet.vehicles as usize)],
            oldest: BTreeSet::new(),
            overdue: None,
            line: Line::new(leg.order),
            down: 0,
            under_way: 0,
            ready_mass: Mass(0),
            boarding: 0,
            departed: 0,
            struck: Vec::new(),
            ready_set: false,
            loading: None,
            last: 0,
        }
    }
}

/// An amount times shares in millionths, rounded once, halves up.
pub(super) fn cut(amount: i64, shares: impl Iterator<Item = u32>) -> i64 {
    // Shares of less than one keep the product below the amount; each step keeps 18 more digits than the result.
    const FINE: i128 = 1_000_000_000_000_000_000;
    let product = shares.fold(i128::from(amount) * FINE, |n, share| n / 1_000_000 * i128::from(share));
    ((product + FINE / 2) / FINE) as i64
}

/// A stage of a mechanism and whom it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateRow {
    pub down: u32,
    /// Disruptions that act on it now.
    pub struck: Vec<Id<Disruption>>,
    /// Until when each stays; with `paused`, the seconds that are left. `None` until its rule lets it out.
    pub inside: BTreeMap<Subject, Option<Stay>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stay {
    Until(SimTime),
    Left(SimDuration),
}

/// Where a unit goes on to from a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    Leg(Id<Leg>),
    Node(Id<Node>),
    /// Its way ends here.
    End,
    /// Several ways: a decision.
    Choose,
}

/// One takes the server of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preemption {
    pub by: UnitId,
    pub from: UnitId,
    /// An index from 0.
    pub server: u32,
}

/// What is to be done about a step's entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    Enter(UnitId),
    Overflow(UnitId),
    /// It finds the yard full for the first time.
    Full(UnitId, WhenFull),
}

impl State {
    /// A step works when neither it nor its node is down.
    #[inline]
    pub fn is_up(&self, step: Id<Step>) -> bool {
        self[step].down == 0 && self[self.net.step(step).node].down == 0
    }

    /// The unit that a free server takes next, and the server (an index from 0).
    pub fn next_start(&self, step: Id<Step>) -> Option<(UnitId, u32)> {
        let row = &self[step];
        let first = row.line.first()?;
        if !self.is_up(step) {
            return None;
        }
        Some((first, row.free_server().filter(|_| self.pools_have(step))?))
    }

    /// Who takes a server from whom next, where the step has `preempt` and no free server: the first in line that is more
    /// urgent than the least urgent in service (then latest started, then last name). Servers beyond those on duty finish
    /// what they have.
    pub fn next_preemption(&self, step: Id<Step>) -> Option<Preemption> {
        let row = &self[step];
        if !self.net.step(step).preempts || row.line.is_empty() || !self.is_up(step) {
            return None;
        }
        if row.free_server().is_some() && self.pools_have(step) || self.pools_are_short(step) {
            return None;
        }
        let on_duty = row.servers.iter().take(row.on_duty() as usize).enumerate();
        let served = on_duty.filter(|&(_, &unit)| unit != NOBODY).map(|(server, &unit)| (server, Id::new(unit)));
        let able = served.filter(|&(server, _)| !row.is_broken(server as u32));
        let working = able.filter(|&(_, unit)| matches!(self.units[unit].place, Place::Handling { paused: false, .. }));
        let standing =
            |server: usize, unit: UnitId| (self.units[unit].priority, row.began[server], self.units[unit].name);
        let (server, from) = working.max_by_key(|&(server, unit)| standing(server, unit))?;
        let urgent = |by: &UnitId| self.units[*by].priority < self.units[from].priority;
        // In a line by priority nobody behind the first is more urgent than it.
        let by = match self.plan().steps[step].order {
            Order::Priority => row.line.first().filter(urgent)?,
            _ => row.line.iter(&self.units).find(urgent)?,
        };
        Some(Preemption { by, from, server: server as u32 })
    }

    /// What happens next at a step's entry, if anything can.
    #[inline]
    pub fn next_admission(&self, step: Id<Step>) -> Option<Admission> {
        if self.net.step(step).has_yard {
            return self.next_admission_to_yard(step);
        }
        self[step].entry.first().map(Admission::Enter)
    }

    fn next_admission_to_yard(&self, step: Id<Step>) -> Option<Admission> {
        let row = &self[step];
        let plan = &self.plan().steps[step];
        let node = plan.node;
        let node_plan = &self.plan().nodes[node];
        // Where nothing fits, only who does not know it yet has something to learn: a long line at a gate costs nothing.
        let least = row.masses.first_key_value().map_or(Mass(0), |(mass, _)| *mass);
        let node_fits = self[node].held.fits(node_plan.yard, 1, least) || row.inside > 0;
        let overflows = plan.when_full == WhenFull::Overflow || node_plan.when_full == WhenFull::Overflow;
        if overflows || row.again > 0 || (node_fits && row.held.fits(plan.yard, 1, least)) {
            return row.entry.iter(&self.units).find_map(|id| self.admission(step, id));
        }
        row.fresh.first().and_then(|&(.., id)| self.admission(step, id))
    }

    /// What happens to one who wants to enter, if anything.
    fn admission(&self, step: Id<Step>, id: UnitId) -> Option<Admission> {
        let (plan, unit) = (&self.plan().steps[step], &self.units[id]);
        let (node, node_plan) = (plan.node, &self.plan().nodes[plan.node]);
        let Place::Entering { held, from, .. } = unit.place else {
            unreachable!("who stands at an entry wants to enter")
        };
        let outside = from == Origin::Outside;
        let node_fits = !outside || self[node].held.fits(node_plan.yard, 1, unit.mass);
        let step_fits = from == Origin::Again || self[step].held.fits(plan.yard, 1, unit.mass);
        if node_fits && step_fits {
            return Some(Admission::Enter(id));
        }
        // Whatever is full must agree to an overflow.
        let node_agrees = node_fits || node_plan.when_full == WhenFull::Overflow;
        let step_agrees = step_fits || (outside && plan.when_full == WhenFull::Overflow);
        if node_agrees && step_agrees {
            return Some(Admission::Overflow(id));
        }
        if held {
            return None;
        }
        let rule = match (outside, node_agrees) {
            (false, _) => WhenFull::Wait,
            (true, false) => node_plan.when_full,
            (true, true) => plan.when_full,
        };
        Some(Admission::Full(id, rule))
    }

    /// Where a unit that is ready at a node goes on to.
    #[inline]
    pub fn way_on(&self, unit: UnitId, node: Id<Node>) -> Way {
        let row = &self.units[unit];
        match row.what {
            super::unit::What::LineGoods(line) if self.net.is_hq(node) => Way::Node(self.line(line).origin),
            _ => self.way_for(&row.whom(), node),
        }
    }

    /// Where goods like these go on to.
    #[inline]
    pub fn way_for(&self, whom: &Whom, node: Id<Node>) -> Way {
        self.net.node(node).way.unwrap_or_else(|| self.way_of(whom, node))
    }

    fn way_of(&self, whom: &Whom, node: Id<Node>) -> Way {
        let Some(route) = self.plan().nodes[node].next.of(self.plan(), whom) else { return Way::End };
        match route {
            Route::Leave => Way::End,
            Route::Hop(hop) => Way::of(*hop),
            Route::Weights(_) => Way::Choose,
            Route::Toward(..) | Route::Backlog(..) if whom.to == Some(node) => Way::End,
            Route::Toward(table, other) => {
                let to = whom.to.and_then(|to| table.binary_search_by_key(&to, |e| e.0).ok());
                to.map(|i| table[i].1).or(*other).map_or(Way::End, Way::of)
            }
            Route::Backlog(..) if self.candidates(route, whom).is_empty() => Way::End,
            Route::Backlog(..) => Way::Choose,
            Route::By(_) => unreachable!("what holds for goods is no choice by what they are"),
        }
    }

    /// Between which hops the least backlog decides.
    pub fn candidates<'a>(&self, route: &'a Route, whom: &Whom) -> &'a [Hop] {
        let Route::Backlog(table, other) = route else { return &[] };
        let to = whom.to.and_then(|to| table.binary_search_by_key(&to, |e| e.0).ok());
        to.map_or(other, |i| &table[i].1)
    }

    /// How many are at a node and not ready to leave it, stand at its gate, or are bound for it: ready for a leg to it, or
    /// under way.
    pub fn backlog_of(&self, node: Id<Node>) -> u64 {
        let row = &self[node];
        let bound = |leg: &Id<Leg>| u64::from(self[*leg].line.len()) + u64::from(self[*leg].under_way);
        let legs = self.net.legs_into(node).iter().map(bound).sum::<u64>();
        u64::from(row.held.number) + u64::from(row.coming) + legs
    }

    /// Units aboard of the convoys that arrive over the leg of this one at this instant, in the order of choice.
    pub fn convoys_due(&self, row: u32) -> (Id<Leg>, Vec<UnitId>) {
        let Convoy { leg, arrives, .. } = self.convoys[row];
        let due = self.convoys.due(leg, arrives).iter();
        let mut all: Vec<UnitId> = due.flat_map(|&other| self.convoys[other].load.iter().copied()).collect();
        all.sort_unstable_by(|&a, &b| self.units[a].choice(&self.units[b]));
        (leg, all)
    }

    #[inline]
    pub(super) fn handled_at(&self, unit: UnitId) -> Id<Step> {
        match self.units[unit].place {
            Place::Handling { step, .. } => step,
            place => unreachable!("a unit that is handled is at a step, not {place:?}"),
        }
    }

    pub(super) fn waits_at(&self, unit: UnitId) -> Id<Step> {
        match self.units[unit].place {
            Place::Waiting(step) => step,
            place => unreachable!("a unit that may give up is in line, not {place:?}"),
        }
    }

    #[inline]
    pub(super) fn under_way(&self, unit: UnitId) -> Id<Leg> {
        match self.units[unit].place {
            Place::UnderWay(leg) => leg,
            place => unreachable!("a unit that arrives is under way, not {place:?}"),
        }
    }

    /// The factor on times that start at a place now: the product over the disruptions that act on it.
    pub fn time_factor(&self, struck: &[&[Id<Disruption>]]) -> f64 {
        let all = struck.iter().flat_map(|list| list.iter());
        all.fold(1.0, |factor, &d| match self.plan().disruptions[d].effect {
            Effect::Time(f) => factor * f,
            _ => factor,
        })
    }

    /// A leg lets goods depart when neither it nor its origin is down.
    #[inline]
    pub fn leg_is_open(&self, leg: Id<Leg>) -> bool {
        self[leg].down == 0 && self[self.net.leg(leg).from].down == 0
    }

    /// The gates of a mechanism's stages start here.
    pub fn gate_of(&self, mechanism: Id<crate::model::MechanismPlan>, stage: usize) -> GateId {
        Id::new(self.net.first_gate[mechanism.index()] + stage as u32)
    }
}

impl Way {
    pub fn of(hop: Hop) -> Way {
        match hop {
            Hop::Leg(leg) => Way::Leg(leg),
            Hop::Node(node) => Way::Node(node),
            Hop::Out => Way::End,
        }
    }
}
