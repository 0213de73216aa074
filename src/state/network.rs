//! Rows of nodes, steps, legs and stages, and what decisions read from them.

use super::State;
use super::line::Line;
use super::unit::{Origin, Place, Unit};
use crate::event::{GateId, Subject, UnitId};
use crate::model::{Disruption, Effect, Hop, Leg, Limit, Node, Route, Step, WhenFull};
use crate::units::amount::Mass;
use crate::units::arena::Id;
use crate::units::time::{SimDuration, SimTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// How many of them have not yet found it full.
    pub fresh: u32,
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
    pub(super) enter_set: bool,
    pub(super) serve_set: bool,
}

pub(super) const NOBODY: u32 = u32::MAX;

impl StepRow {
    pub fn new(order: crate::model::Order, calendar: u32) -> StepRow {
        StepRow {
            line: Line::new(order),
            entry: Line::new(crate::model::Order::Priority),
            fresh: 0,
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
            enter_set: false,
            serve_set: false,
        }
    }

    /// Servers on duty: the calendar's, times the shares that disruptions leave, rounded once, halves up.
    pub fn on_duty(&self) -> u32 {
        if self.calendar == u32::MAX || self.cuts.is_empty() {
            return self.calendar;
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
    pub fn free_server(&self) -> Option<u32> {
        let on_duty = self.on_duty();
        if !self.broken.is_empty() {
            let free = |&server: &u32| self.servers.get(server as usize).is_none_or(|&unit| unit == NOBODY);
            return (self.lowest..on_duty).filter(free).find(|&server| !self.is_broken(server));
        }
        // With as many busy as there are on duty a lower number can be free only where some finish from before.
        if self.busy == on_duty && self.servers.len() as u32 <= on_duty {
            return None;
        }
        let from = self.lowest as usize;
        let free = self.servers.get(from..).and_then(|rest| rest.iter().position(|&unit| unit == NOBODY));
        let at = free.map_or(self.servers.len().max(from), |ahead| from + ahead) as u32;
        (at < on_duty).then_some(at)
    }

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
    /// Departures that left.
    pub departed: u64,
    /// Disruptions that act on it now.
    pub struck: Vec<Id<Disruption>>,
    pub(super) ready_set: bool,
    /// The convoy that is loading in this turn.
    pub(super) loading: Option<u32>,
    pub last: u64,
}

impl LegRow {
    pub fn new(order: crate::model::Order) -> LegRow {
        LegRow {
            line: Line::new(order),
            down: 0,
            departed: 0,
            struck: Vec::new(),
            ready_set: false,
            loading: None,
            last: 0,
        }
    }
}

/// An amount times shares in millionths, rounded once, halves up.
fn cut(amount: i64, shares: impl Iterator<Item = u32>) -> i64 {
    // Shares of less than one keep the product below the amount; each step keeps 18 more digits than the result.
    const FINE: i128 = 1_000_000_000_000_000_000;
    let product = shares.fold(i128::from(amount) * FINE, |n, share| n / 1_000_000 * i128::from(share));
    ((product + FINE / 2) / FINE) as i64
}

/// What one departure carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Convoy {
    pub leg: Id<Leg>,
    pub arrives: SimTime,
    /// Still aboard; `None` where each travels on its own.
    pub load: Vec<UnitId>,
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
    pub fn is_up(&self, step: Id<Step>) -> bool {
        self[step].down == 0 && self[self.plan().steps[step].node].down == 0
    }

    /// The unit that a free server takes next, and the server (an index from 0).
    pub fn next_start(&self, step: Id<Step>) -> Option<(UnitId, u32)> {
        let row = &self[step];
        let first = row.line.first()?;
        if !self.is_up(step) {
            return None;
        }
        Some((first, row.free_server()?))
    }

    /// Who takes a server from whom next, where the step has `preempt` and no free server: the first in line that is more
    /// urgent than the least urgent in service (then latest started, then last name). Servers beyond those on duty finish
    /// what they have.
    pub fn next_preemption(&self, step: Id<Step>) -> Option<Preemption> {
        self.plan().steps[step].preempt?;
        let row = &self[step];
        if row.line.is_empty() || !self.is_up(step) || row.free_server().is_some() {
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
        let by = row.line.iter(&self.units).find(urgent)?;
        Some(Preemption { by, from, server: server as u32 })
    }

    /// What happens next at a step's entry, if anything can.
    pub fn next_admission(&self, step: Id<Step>) -> Option<Admission> {
        let row = &self[step];
        let plan = &self.plan().steps[step];
        let node = plan.node;
        let node_plan = &self.plan().nodes[node];
        if plan.yard.is_none() && node_plan.yard.is_none() {
            return row.entry.first().map(Admission::Enter);
        }
        // A yard that is full by number lets nobody in, whatever comes; only fresh ones still have to learn it.
        let full =
            |held: &Held, limit: Option<Limit>| limit.and_then(|l| l.number).is_some_and(|most| held.number >= most);
        let shut = full(&row.held, plan.yard) && plan.when_full != WhenFull::Overflow;
        if row.fresh == 0 && shut && !self.again_waits(step) {
            return None;
        }
        row.entry.iter(&self.units).find_map(|id| {
            let unit = &self.units[id];
            let Place::Entering { held, from, .. } = unit.place else {
                unreachable!("who stands at an entry wants to enter")
            };
            let outside = from == Origin::Outside;
            let node_fits = !outside || self[node].held.fits(node_plan.yard, 1, unit.mass);
            let step_fits = from == Origin::Again || row.held.fits(plan.yard, 1, unit.mass);
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
        })
    }

    fn again_waits(&self, step: Id<Step>) -> bool {
        self[step]
            .entry
            .iter(&self.units)
            .any(|u| matches!(self.units[u].place, Place::Entering { from: Origin::Again, .. }))
    }

    /// Where a unit that is ready at a node goes on to.
    pub fn way_on(&self, unit: UnitId, node: Id<Node>) -> Way {
        if let (true, super::unit::What::LineGoods(line)) = (self.net.is_hq(node), self.units[unit].what) {
            return Way::Node(self.line(line).origin);
        }
        self.way_for(self.units[unit].to, node)
    }

    /// Where goods with this destination go on to.
    pub fn way_for(&self, to: Option<Id<Node>>, node: Id<Node>) -> Way {
        match &self.plan().nodes[node].next {
            Route::Leave => Way::End,
            Route::Hop(hop) => Way::of(*hop),
            Route::Weights(_) => Way::Choose,
            Route::Toward(table, other) => {
                if to == Some(node) {
                    return Way::End;
                }
                let hop = to.and_then(|to| table.binary_search_by_key(&to, |e| e.0).ok().map(|i| table[i].1));
                hop.or(*other).map_or(Way::End, Way::of)
            }
        }
    }

    /// Units aboard of the convoys that arrive over the leg of this one at this instant, in the order of choice.
    pub fn convoys_due(&self, row: u32) -> (Id<Leg>, Vec<UnitId>) {
        let mut all: Vec<UnitId> =
            self.due_with(row).flat_map(|other| self.convoys[other as usize].load.iter().copied()).collect();
        all.sort_unstable_by(|&a, &b| self.units[a].choice(&self.units[b]));
        (self.convoys[row as usize].leg, all)
    }

    /// Rows of the convoys that arrive over the same leg at the same instant.
    pub(super) fn due_with(&self, row: u32) -> impl Iterator<Item = u32> + '_ {
        let (leg, at) = (self.convoys[row as usize].leg, self.convoys[row as usize].arrives);
        let due = move |c: &Convoy| c.leg == leg && c.arrives == at && !c.load.is_empty();
        self.convoys.iter().enumerate().filter(move |(_, c)| due(c)).map(|(i, _)| i as u32)
    }

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

    pub(super) fn under_way(&self, unit: UnitId) -> Id<Leg> {
        match self.units[unit].place {
            Place::UnderWay(leg) => leg,
            place => unreachable!("a unit that arrives is under way, not {place:?}"),
        }
    }

    /// Who would board a departure of the leg now, in the order of boarding; empty when it would not leave.
    pub fn boards(&self, leg: Id<Leg>) -> Vec<UnitId> {
        let departures = self.plan().legs[leg].departures.as_ref().expect("a leg with a timetable has departures");
        let capacity = departures.capacity.map(|c| self.cut_capacity(leg, c));
        let mut load = Held::default();
        let mut aboard = Vec::new();
        for id in self[leg].line.iter(&self.units) {
            if capacity.and_then(|c| c.number).is_some_and(|most| load.number >= most) {
                break;
            }
            let unit = &self.units[id];
            if load.fits(capacity, 1, unit.mass) {
                load.add(unit);
                aboard.push(id);
            } else if departures.strict {
                break;
            }
        }
        let enough = departures.min_load.is_none_or(|least| {
            least.number.is_none_or(|n| load.number >= n) && least.mass.is_none_or(|m| load.mass >= m)
        });
        if !enough {
            aboard.clear();
        }
        aboard
    }

    /// A departure's capacity, times the shares that disruptions of the leg leave, rounded once, halves up.
    fn cut_capacity(&self, leg: Id<Leg>, capacity: Limit) -> Limit {
        let shares = self[leg].struck.iter().filter_map(|&d| match self.plan().disruptions[d].effect {
            Effect::Capacity(share) => Some(share),
            _ => None,
        });
        Limit {
            number: capacity.number.map(|n| cut(i64::from(n), shares.clone()) as u32),
            mass: capacity.mass.map(|m| Mass(cut(m.0, shares.clone()))),
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
    pub fn leg_is_open(&self, leg: Id<Leg>) -> bool {
        self[leg].down == 0 && self[self.plan().legs[leg].from].down == 0
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
