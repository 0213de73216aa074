//! How facts of movement change the world.

use super::State;
use super::network::Way;
use super::unit::{Name, Origin, Place, Unit, What};
use super::wake::{Wake, phase};
use crate::event::{Event, UnitId};
use crate::model::{Brings, Node, NodeKind, Point, Step, Stream};
use crate::units::amount::{Mass, Money};
use crate::units::arena::Id;
use crate::units::time::{SimDuration, SimTime};

impl State {
    pub(super) fn apply_movement(&mut self, event: &Event, next: Option<&Event>) {
        let passing = std::mem::take(&mut self.passing);
        // Each unit keeps its last event: the cause of its next one.
        let object = match *event {
            Event::YardEntered { unit, step } => {
                self.passing = matches!(next, Some(Event::HandlingStarted { unit: whom, .. }) if *whom == unit);
                self.enter_yard(unit, step, passing);
                unit
            }
            Event::HandlingStarted { unit, step, server, service } => {
                self.start(unit, step, server - 1, service, passing);
                unit
            }
            Event::HandlingFinished { unit, step, again } => {
                self.finish(unit, step, again);
                unit
            }
            Event::LegDeparted { unit, leg, transit } => {
                self.depart(unit, leg, transit);
                unit
            }
            Event::LegArrived { unit, leg } => {
                self.passing = enters(next, unit);
                self.reach(unit, leg);
                unit
            }
            Event::ConsignmentCreated { unit, stream, amount, priority, next: interval } => {
                self.passing = enters(next, unit);
                self.create(unit, stream, amount, priority);
                self.next_of_stream(stream, interval);
                unit
            }
            Event::NeedBySet { unit, due } => return self.need_by(unit, due),
            Event::ValueSet { unit, value } => return self.units[unit].value = value,
            Event::RouteChosen { unit, to } => {
                let Place::Deciding(node) = self.units[unit].place else {
                    unreachable!("a route is chosen by who is ready to leave a node")
                };
                self.count_visit(unit, self.net.node(node).rank);
                if let Way::Leg(leg) = Way::of(to) {
                    self.ready_for(unit, leg);
                }
                unit
            }
            Event::NodeReached { unit, node } => {
                self.mark_arrival(unit, node);
                self.arrive(unit, node);
                unit
            }
            Event::HandedOver { unit, node } => {
                if self.units[unit].is_goods_of_line() {
                    self.mark(unit, Point::R4);
                }
                if self.way_on(unit, node) == Way::End {
                    self.release(unit);
                }
                return;
            }
            Event::LeftModel { unit, .. } => return self.release(unit),
            Event::ConvoyDispatched { leg, load, transit } => return self.dispatch(leg, load, transit),
            Event::VehicleLeft { leg, vehicle, away } => {
                self[leg].away[vehicle as usize - 1] = true;
                return self.set(self.now.after(away), Wake::VehicleBack(leg, vehicle));
            }
            Event::VehicleReturned { leg, vehicle } => {
                self[leg].away[vehicle as usize - 1] = false;
                self[leg].last = self.events;
                if self.net.leg(leg).by_load {
                    self.arm_load(leg);
                }
                return;
            }
            Event::TooLarge { unit, leg } => {
                self.leave_leg(unit, leg);
                return self.release(unit);
            }
            Event::DepartureEmpty { leg } | Event::DepartureSkipped { leg } => return self.next_departure(leg),
            Event::YardStillFull { .. } => return,
            Event::OverflowAccepted { unit, .. } => unit,
            Event::HeldAtGate { unit, step } | Event::Blocked { unit, step } => {
                let at = self.entry_of(unit);
                debug_assert!(at == step || matches!(event, Event::Blocked { .. }));
                if let Place::Entering { held, .. } = &mut self.units[unit].place {
                    *held = true;
                }
                self.steps[Id::new(at.raw())].learns(unit, &self.units[unit]);
                self.arm_entry(at);
                unit
            }
            Event::Diverted { unit, step, to } => {
                self.leave_entry(unit);
                let node = self.net.step(step).node;
                let turned = match self.turned.get(&unit) {
                    Some(&(at, first, times)) if at == self.now => (at, first, times + 1),
                    _ => (self.now, node, 1),
                };
                self.turned.insert(unit, turned);
                self.units[unit].early = false;
                self.units[unit].place = Place::Deciding(to);
                unit
            }
            Event::Refused { unit, .. } => {
                self.leave_entry(unit);
                return self.release(unit);
            }
            Event::HandlingPaused { unit, left } => {
                let step = self.handled_at(unit);
                let place = self.net.ranks.steps[step.index()];
                if let Place::Handling { ends, paused, .. } = &mut self.units[unit].place {
                    let at = std::mem::replace(ends, SimTime(left.0));
                    *paused = true;
                    self.cancel(at, phase::COMPLETIONS, place, Wake::HandlingEnds(unit));
                }
                unit
            }
            Event::HandlingResumed { unit, left } => {
                let at = self.now.after(left);
                if let Place::Handling { ends, paused, .. } = &mut self.units[unit].place {
                    (*ends, *paused) = (at, false);
                }
                self.set(at, Wake::HandlingEnds(unit));
                // Who came meanwhile may be more urgent.
                let step = self.handled_at(unit);
                if self.net.step(step).preempts {
                    self.arm_service(step);
                }
                unit
            }
            Event::HandlingRequeued { unit, left } => {
                self.requeue(unit, left);
                unit
            }
            Event::HandlingPreempted { unit, left, restarts, .. } => {
                self.preempted(unit, left, restarts);
                unit
            }
            Event::PatienceSet { unit, lasts } => {
                // Of the opening backlog, it may have waited for as long before the start.
                let until = self.units[unit].joined.after(lasts).max(self.now);
                self.patience.insert(unit, until);
                self.set(until, Wake::GivesUp(unit));
                unit
            }
            Event::PatienceEnded { unit, step } => return self.give_up(unit, step),
            Event::HandlingMeasured { unit, step, service } => {
                self.units[unit].drawn = service;
                return self.count_visit(unit, self.net.ranks.steps[step.index()]);
            }
            Event::BacklogEntered { unit } => {
                let enters = self.enters(self.units[unit].name.stream);
                self.arrive(unit, enters);
                unit
            }
            Event::StreamOpened { stream, next } => return self.schedule(stream, next),
            Event::BatchArrived { stream, size } => {
                self[stream].batches += 1;
                return self[stream].left = size;
            }
            Event::UnloadingPaused { leg } => {
                for row in self.convoys.due(leg, self.now).to_vec() {
                    self.set(self.now, Wake::ConvoyEnds(row));
                }
                return;
            }
            _ => unreachable!("apply hands movement its own events"),
        };
        self.units[object].last = self.events;
    }

    /// A need-by date moves a unit within a line that goes by it.
    fn need_by(&mut self, unit: UnitId, due: SimTime) {
        let leg = match self.units[unit].place {
            Place::Ready(leg) => Some(leg),
            _ => None,
        };
        if let Some(leg) = leg {
            self.legs[Id::new(leg.raw())].line.remove(&mut self.units, unit);
        }
        self.units[unit].due = due;
        if let Some(leg) = leg {
            self.legs[Id::new(leg.raw())].line.insert(&mut self.units, unit);
            if self.net.leg(leg).by_load {
                self.arm_load(leg);
            }
        }
    }

    /// The node that goods of a stream enter.
    fn enters(&self, stream: Id<Stream>) -> Id<Node> {
        match &self.plan().streams[stream].brings {
            Brings::Consignments { enters, .. } => *enters,
            _ => unreachable!("only streams of consignments bring goods"),
        }
    }

    /// What so much of a stream's goods weighs: units of the item, else kilograms where it says a mass.
    #[inline]
    pub fn mass_of(&self, stream: Id<Stream>, amount: u32) -> Mass {
        match &self.plan().streams[stream].brings {
            Brings::Consignments { item: Some(item), .. } => Mass(self.plan().items[*item].mass.0 * i64::from(amount)),
            Brings::Consignments { mass: Some(_), .. } => Mass(i64::from(amount)),
            _ => Mass(0),
        }
    }

    fn create(&mut self, id: UnitId, stream: Id<Stream>, amount: u32, priority: i32) {
        let plan = &self.net.plan;
        let Brings::Consignments { enters, to, item, .. } = &plan.streams[stream].brings else {
            unreachable!("only streams of consignments bring goods")
        };
        let (enters, item, to) = (*enters, *item, to.or(self.net.only_handover));
        let item_value = item.map_or(Money(0), |i| plan.items[i].value);
        let mass = self.mass_of(stream, amount);
        let number = self[stream].brought + 1;
        let unit = Unit {
            links: Default::default(),
            name: Name { stream, number: number as u32, line: 0, lot: 0 },
            priority,
            place: Place::Backlog,
            born: self.now,
            joined: self.now,
            due: SimTime::LATEST,
            left: SimDuration(-1),
            drawn: SimDuration(-1),
            last: 0,
            what: What::Goods,
            item,
            amount,
            mass,
            value: Money(item_value.0 * i64::from(amount)),
            to,
            early: self.now < SimTime::ZERO,
            recognised: false,
        };
        self.totals.mass += mass;
        self.units.insert(id, unit);
        if self.now < SimTime::ZERO {
            self.set(SimTime::ZERO, Wake::UnitEnters(id));
        } else {
            self.arrive(id, enters);
        }
    }

    /// Counts a stream's thing and sets the wake of the next one.
    pub(super) fn next_of_stream(&mut self, stream: Id<Stream>, next: SimDuration) {
        let row = &mut self[stream];
        row.brought += 1;
        row.left = row.left.saturating_sub(1);
        self.schedule(stream, next);
    }

    fn schedule(&mut self, stream: Id<Stream>, next: SimDuration) {
        if next.0 >= 0 {
            let place = self.net.ranks.streams[stream.index()];
            self.push(self.now.after(next), phase::ARRIVALS, place, Wake::StreamDue(stream));
        }
        self[stream].last = self.events;
    }

    /// The recognition points that reaching a node marks, over a leg or at once.
    #[inline]
    pub(super) fn mark_arrival(&mut self, unit: UnitId, id: Id<Node>) {
        if self.net.node(id).marks && self.units[unit].is_goods_of_line() {
            let node = &self.plan().nodes[id];
            // Steps that handle other items pass it by.
            let straight = match self.net.node(id).picky {
                true => self.net.first_step(id, false, self.units[unit].item).is_none(),
                false => node.steps == 0,
            };
            let (usual, own) = match node.kind {
                NodeKind::Port => (Some(Point::R2), node.marks),
                NodeKind::Hub => (Some(Point::R3).filter(|_| straight), node.marks),
                _ => (None, node.marks),
            };
            let own = own.filter(|_| straight);
            usual.into_iter().chain(own).for_each(|point| self.mark(unit, point));
        }
    }

    /// A unit reaches a node: it wants to enter the first step's yard, or is ready at once.
    pub(super) fn arrive(&mut self, unit: UnitId, node: Id<Node>) {
        let row = &self.units[unit];
        match self.net.first_step(node, row.is_paper(), row.item) {
            Some(step) => self.want(unit, step, Origin::Outside),
            None => self.pass(unit, node),
        }
    }

    /// A unit is ready to leave a node.
    fn pass(&mut self, unit: UnitId, node: Id<Node>) {
        self.units[unit].place = Place::Deciding(node);
        if self.units[unit].is_paper() {
            return;
        }
        if let Way::Leg(leg) = self.way_on(unit, node) {
            self.ready_for(unit, leg);
        }
    }

    fn want(&mut self, unit: UnitId, step: Id<Step>, from: Origin) {
        let joined = self.joins(unit);
        debug_assert!(!self.passing || (from == Origin::Outside && !self.net.step(step).has_yard));
        if from == Origin::Outside && !self.passing {
            let node = self.net.step(step).node;
            self[node].coming += 1;
        }
        let unit_row = &mut self.units[unit];
        unit_row.place = Place::Entering { step, held: false, from };
        unit_row.joined = joined;
        if self.passing {
            return;
        }
        let row = &mut self.steps[Id::new(step.raw())];
        row.entry.insert(&mut self.units, unit);
        if self.net.step(step).has_yard {
            row.wants(unit, &self.units[unit], from);
        }
        self.arm_entry(step);
    }

    /// When a unit joins what it comes to now: of the opening backlog, at the start, the older one comes first.
    #[inline]
    pub(super) fn joins(&self, unit: UnitId) -> SimTime {
        if self.now > SimTime::ZERO {
            return self.now;
        }
        let row = &self.units[unit];
        if row.early && self.now == SimTime::ZERO { row.born } else { self.now }
    }

    fn entry_of(&self, unit: UnitId) -> Id<Step> {
        match self.units[unit].place {
            Place::Entering { step, .. } => step,
            place => unreachable!("who wants to enter stands at an entry, not at {place:?}"),
        }
    }

    fn leave_entry(&mut self, unit: UnitId) -> Origin {
        let Place::Entering { step, from, .. } = self.units[unit].place else {
            unreachable!("who enters stood at the entry")
        };
        if from == Origin::Outside {
            let node = self.net.step(step).node;
            self[node].coming -= 1;
        }
        let row = &mut self.steps[Id::new(step.raw())];
        row.entry.remove(&mut self.units, unit);
        if self.net.step(step).has_yard {
            row.wants_not(unit, &self.units[unit], from);
        }
        if row.entry.is_empty() {
            // In the turn of its arrival, where nothing else was due before.
            if std::mem::take(&mut row.enter_set) {
                self.cancel_soon(phase::ENTRIES, self.net.step(step).rank, Wake::Enters(step));
            }
        } else {
            self.arm_entry(step);
        }
        from
    }

    #[inline]
    pub(super) fn arm_entry(&mut self, step: Id<Step>) {
        let row = &self[step];
        if !row.entry.is_empty() && !row.enter_set && self.next_admission(step).is_some() {
            self[step].enter_set = true;
            self.push_soon(phase::ENTRIES, self.net.step(step).rank, Wake::Enters(step));
        }
    }

    #[inline]
    pub(super) fn arm_service(&mut self, step: Id<Step>) {
        if self.net.step(step).special {
            return self.arm_special(step);
        }
        let row = &self[step];
        if !row.line.is_empty() && !row.serve_set && self.somebody_starts(step) {
            self[step].serve_set = true;
            self.push_soon(phase::SERVICES, self.net.step(step).rank, Wake::Serves(step));
        }
    }

    /// Whether somebody in line can take a server now.
    #[inline]
    pub(super) fn somebody_starts(&self, step: Id<Step>) -> bool {
        self.next_start(step).is_some() || self.next_preemption(step).is_some()
    }

    fn enter_yard(&mut self, unit: UnitId, step: Id<Step>, passing: bool) {
        let from = if passing { Origin::Outside } else { self.leave_entry(unit) };
        let node = self.net.step(step).node;
        if from == Origin::Outside {
            self.nodes[Id::new(node.raw())].held.add(&self.units[unit]);
        }
        if from != Origin::Again {
            self.steps[Id::new(step.raw())].held.add(&self.units[unit]);
        }
        if let Origin::Step(before, server) = from {
            self.free_server(before, server);
            self.steps[Id::new(before.raw())].held.remove(&self.units[unit]);
            self.arm_entry(before);
        }
        let joined = self.joins(unit);
        let row = &mut self.units[unit];
        row.joined = joined;
        row.place = Place::Waiting(step);
        if !self.passing {
            self.steps[Id::new(step.raw())].line.insert(&mut self.units, unit);
            self.arm_service(step);
        }
        // Room may have been taken or given back; whoever else waits is looked at again.
        self.arm_entry(step);
    }

    fn free_server(&mut self, step: Id<Step>, server: u32) {
        let seq = self.events;
        let row = &mut self[step];
        row.vacate(server);
        row.last = seq;
        self.use_pools(step, false);
        self.arm_service(step);
    }

    fn start(&mut self, unit: UnitId, step: Id<Step>, server: u32, service: SimDuration, passing: bool) {
        let ends = self.now.after(service);
        if !self.patience.is_empty()
            && let Some(until) = self.patience.remove(&unit)
        {
            self.cancel(until, phase::PATIENCE, self.net.step(step).rank, Wake::GivesUp(unit));
        }
        let facts = *self.net.step(step);
        let row = &mut self.steps[Id::new(step.raw())];
        if !passing {
            row.line.remove(&mut self.units, unit);
        }
        row.occupy(server, unit);
        self.use_pools(step, true);
        let row = &mut self.steps[Id::new(step.raw())];
        if facts.preempts {
            let now = self.now;
            row.began.resize(row.began.len().max(server as usize + 1), now);
            row.began[server as usize] = now;
        }
        let row = &mut self.units[unit];
        // What was drawn before, for a `shortest` line or before a requeue, is not drawn again.
        let fresh = row.left.0 < 0 && row.drawn.0 < 0;
        row.left = SimDuration(-1);
        row.early = false;
        row.place = Place::Handling { step, server, ends, paused: false };
        let marks = row.is_goods_of_line();
        if fresh {
            self.count_visit(unit, facts.rank);
        }
        self.push(ends, phase::COMPLETIONS, facts.rank, Wake::HandlingEnds(unit));
        if marks {
            let plan = &self.plan().steps[step];
            let node = &self.plan().nodes[plan.node];
            let first = match facts.picky {
                true => self.net.first_step(plan.node, false, self.units[unit].item) == Some(step),
                false => node.first_step == step.raw(),
            };
            let usual = (first && node.kind == NodeKind::Hub).then_some(Point::R3);
            let marks = [plan.marks, node.marks.filter(|_| first), usual];
            marks.into_iter().flatten().for_each(|point| self.mark(unit, point));
        }
        self.arm_service(step);
        // In the turn of what made it start, where nothing else was due before, nobody else may be left to start.
        let own = facts.group.is_none();
        if own && self[step].serve_set && (self[step].line.is_empty() || !self.somebody_starts(step)) {
            self[step].serve_set = false;
            self.cancel_soon(phase::SERVICES, facts.rank, Wake::Serves(step));
        }
    }

    fn requeue(&mut self, unit: UnitId, left: SimDuration) {
        let Place::Handling { step, server, ends, .. } = self.units[unit].place else {
            unreachable!("who is requeued was handled")
        };
        self.cancel(ends, phase::COMPLETIONS, self.net.ranks.steps[step.index()], Wake::HandlingEnds(unit));
        self.units[unit].left = left;
        self.units[unit].place = Place::Waiting(step);
        self.steps[Id::new(step.raw())].line.insert(&mut self.units, unit);
        self.free_server(step, server);
    }

    /// Its patience is over: it leaves the line, and its room in the yards.
    fn give_up(&mut self, unit: UnitId, step: Id<Step>) {
        self.patience.remove(&unit).expect("who gives up had a limit");
        self.steps[Id::new(step.raw())].line.remove(&mut self.units, unit);
        let node = self.plan().steps[step].node;
        self.leave_yards(unit, step, node);
        self.release(unit);
        self.leaves_idle(step);
    }

    /// It no longer takes room in a step's yard and its node's.
    fn leave_yards(&mut self, unit: UnitId, step: Id<Step>, node: Id<Node>) {
        self.steps[Id::new(step.raw())].held.remove(&self.units[unit]);
        self.nodes[Id::new(node.raw())].held.remove(&self.units[unit]);
        if self.net.step(step).roomy {
            return;
        }
        self.arm_entry(step);
        if self.net.node(node).picky {
            // Goods come in by any of its steps.
            let others: Vec<_> = self.plan().steps_of(node).filter(|&other| other != step).collect();
            others.into_iter().for_each(|other| self.arm_entry(other));
            return;
        }
        for paper in [false, true] {
            if let Some(first) = self.net.first_step(node, paper, None).filter(|&first| first != step) {
                self.arm_entry(first);
            }
        }
    }

    /// It is in line again; who took its server starts in the same turn.
    fn preempted(&mut self, unit: UnitId, left: SimDuration, restarts: bool) {
        let Place::Handling { step, server, ends, .. } = self.units[unit].place else {
            unreachable!("who is preempted was handled")
        };
        self.cancel(ends, phase::COMPLETIONS, self.net.ranks.steps[step.index()], Wake::HandlingEnds(unit));
        let row = &mut self.units[unit];
        match restarts {
            true => row.drawn = left,
            false => row.left = left,
        }
        row.place = Place::Waiting(step);
        let row = &mut self.steps[Id::new(step.raw())];
        row.line.insert(&mut self.units, unit);
        row.vacate(server);
        self.use_pools(step, false);
    }

    fn finish(&mut self, unit: UnitId, step: Id<Step>, again: bool) {
        let row = &mut self.units[unit];
        let Place::Handling { server, .. } = row.place else { unreachable!("handling that ends was going on") };
        let facts = *self.net.step(step);
        if facts.keeps_drawn {
            row.drawn = SimDuration(-1);
        }
        if again {
            self.free_server(step, server);
            self.want(unit, step, Origin::Again);
            return;
        }
        let (what, next) = (row.what, self.net.next_step(step, row.is_paper(), row.item));
        if let What::Paper(need) = what {
            self.desk_is_done(need, step, next.is_some());
        }
        if let Some(next) = next {
            self.want(unit, next, Origin::Step(step, server));
            return;
        }
        self.free_server(step, server);
        self.leave_yards(unit, step, facts.node);
        self.pass(unit, facts.node);
    }

    /// What taking a wake out of the calendar means for the row it belonged to.
    pub(super) fn taken(&mut self, wake: Wake) {
        match wake {
            Wake::LegReady(leg) => {
                self[leg].ready_set = false;
                self[leg].loading = None;
            }
            Wake::LegOverdue(leg) => {
                self.overdue_taken(leg);
                self[leg].loading = None;
            }
            Wake::Enters(step) => self[step].enter_set = false,
            Wake::Serves(step) => self[step].serve_set = false,
            Wake::Idles(step) => self[step].idle_set = false,
            Wake::StockArrives(..) | Wake::StockGives(_) | Wake::StockOrders(_) | Wake::StockMakes(_) => {
                self.taken_of_stock(wake);
            }
            Wake::Settles(m) => self[m].settle_set = false,
            Wake::LegTicks(leg) => self[leg].loading = None,
            Wake::ConvoyEnds(row) => {
                // Whatever else arrives over this leg now comes in the same turn, in the order of choice.
                let convoy = &self.convoys[row];
                let others = self.convoys.due(convoy.leg, convoy.arrives).iter().copied();
                for other in others.filter(|&other| other != row).collect::<Vec<_>>() {
                    let convoy = &self.convoys[other];
                    let place = self.net.ranks.legs[convoy.leg.index()];
                    self.cancel(convoy.arrives, phase::COMPLETIONS, place, Wake::ConvoyEnds(other));
                }
            }
            _ => {}
        }
    }

    pub(super) fn release(&mut self, unit: UnitId) {
        if !self.visits.is_empty() {
            let first = (unit.raw(), 0);
            let last = (unit.raw(), u32::MAX);
            let keys: Vec<_> = self.visits.range(first..=last).map(|(k, _)| *k).collect();
            keys.iter().for_each(|k| {
                self.visits.remove(k);
            });
        }
        if !self.turned.is_empty() {
            self.turned.remove(&unit);
        }
        self.units.release(unit);
    }

    #[inline]
    pub(super) fn count_visit(&mut self, unit: UnitId, rank: u32) {
        if self.net.comes_again {
            *self.visits.entry((unit.raw(), rank)).or_insert(0) += 1;
        }
    }
}

/// Whether the next event is somebody's entry to a yard.
#[inline]
fn enters(next: Option<&Event>, unit: UnitId) -> bool {
    matches!(next, Some(Event::YardEntered { unit: whom, .. }) if *whom == unit)
}
