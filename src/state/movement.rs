//! How facts of movement and of the calendar change the world.

use super::State;
use super::network::{Convoy, Stay, Way};
use super::unit::{Name, Origin, Place, Unit, What};
use super::wake::Wake;
use crate::event::{Event, PlaceId, UnitId};
use crate::model::{Brings, Effect, Leg, Node, NodeKind, Point, Step, Stream, Strikes};
use crate::units::amount::{Mass, Money};
use crate::units::arena::Id;
use crate::units::time::{SimDuration, SimTime};

impl State {
    pub(super) fn apply_movement(&mut self, event: &Event) {
        // Each unit keeps its last event: the cause of its next one.
        let object = match *event {
            Event::YardEntered { unit, step } => {
                self.enter_yard(unit, step);
                unit
            }
            Event::HandlingStarted { unit, step, server, service } => {
                self.start(unit, step, server - 1, service);
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
                self.reach(unit, leg);
                unit
            }
            Event::ConsignmentCreated { unit, stream, amount, priority, next } => {
                self.create(unit, stream, amount, priority);
                self.next_of_stream(stream, next);
                unit
            }
            Event::NeedBySet { unit, due } => return self.need_by(unit, due),
            Event::ValueSet { unit, value } => return self.units[unit].value = value,
            Event::RouteChosen { unit, to } => {
                let Place::Deciding(node) = self.units[unit].place else {
                    unreachable!("a route is chosen by who is ready to leave a node")
                };
                self.count_visit(unit, self.net.ranks.nodes[node.index()]);
                if let Way::Leg(leg) = Way::of(to) {
                    self.ready_for(unit, leg);
                }
                unit
            }
            Event::NodeReached { unit, node } => {
                self.arrive(unit, node);
                unit
            }
            Event::HandedOver { unit, node } => {
                self.mark(unit, Point::R4);
                if self.way_on(unit, node) == Way::End {
                    self.release(unit);
                }
                return;
            }
            Event::LeftModel { unit, .. } => return self.release(unit),
            Event::ConvoyDispatched { leg, load, transit } => return self.dispatch(leg, load, transit),
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
                let node = self.plan().steps[step].node;
                let row = &mut self.units[unit];
                row.turned = match row.turned {
                    Some((at, first, times)) if at == self.now => Some((at, first, times + 1)),
                    _ => Some((self.now, node, 1)),
                };
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
                    self.cancel(at, 1, place, Wake::HandlingEnds(unit));
                }
                unit
            }
            Event::HandlingResumed { unit, left } => {
                let at = self.now.after(left);
                if let Place::Handling { ends, paused, .. } = &mut self.units[unit].place {
                    (*ends, *paused) = (at, false);
                }
                self.set(at, Wake::HandlingEnds(unit));
                unit
            }
            Event::HandlingRequeued { unit, left } => {
                self.requeue(unit, left);
                unit
            }
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
        }
    }

    /// The node that goods of a stream enter.
    fn enters(&self, stream: Id<Stream>) -> Id<Node> {
        match &self.plan().streams[stream].brings {
            Brings::Consignments { enters, .. } => *enters,
            _ => unreachable!("only streams of consignments bring goods"),
        }
    }

    fn create(&mut self, id: UnitId, stream: Id<Stream>, amount: u32, priority: i32) {
        let plan = &self.net.plan;
        let Brings::Consignments { enters, to, item, mass, .. } = &plan.streams[stream].brings else {
            unreachable!("only streams of consignments bring goods")
        };
        let (enters, item, to) = (*enters, *item, to.or(self.net.only_handover));
        let (item_mass, item_value) = item.map_or((Mass(0), Money(0)), |i| (plan.items[i].mass, plan.items[i].value));
        let mass = match (item, mass) {
            (None, Some(_)) => Mass(i64::from(amount)),
            _ => Mass(item_mass.0 * i64::from(amount)),
        };
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
            turned: None,
        };
        self.units.insert(id, unit);
        if self.now < SimTime::ZERO {
            self.set(SimTime::ZERO, Wake::UnitEnters(id));
        } else {
            self.arrive(id, enters);
        }
    }

    /// Counts a stream's thing and sets the wake of the next one.
    pub(super) fn next_of_stream(&mut self, stream: Id<Stream>, next: SimDuration) {
        self[stream].brought += 1;
        self.schedule(stream, next);
    }

    fn schedule(&mut self, stream: Id<Stream>, next: SimDuration) {
        if next.0 >= 0 {
            let place = self.net.ranks.streams[stream.index()];
            self.push(self.now.after(next), 3, place, Wake::StreamDue(stream));
        }
        self[stream].last = self.events;
    }

    /// A unit comes to the end of a leg.
    fn reach(&mut self, unit: UnitId, leg: Id<Leg>) {
        let to = self.plan().legs[leg].to;
        if self.units[unit].is_goods_of_line() {
            let node = &self.plan().nodes[to];
            let (usual, own) = match node.kind {
                NodeKind::Port => (Some(Point::R2), node.marks),
                NodeKind::Hub => (Some(Point::R3).filter(|_| node.steps == 0), node.marks),
                _ => (None, node.marks),
            };
            let own = own.filter(|_| node.steps == 0);
            usual.into_iter().chain(own).for_each(|point| self.mark(unit, point));
        }
        self.alight(unit, leg);
        self.arrive(unit, to);
    }

    /// A unit reaches a node: it wants to enter the first step's yard, or is ready at once.
    pub(super) fn arrive(&mut self, unit: UnitId, node: Id<Node>) {
        match self.net.first_step(node, self.units[unit].is_paper()) {
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

    /// Goods are ready for a leg: an open one without departures takes them in this turn, else they wait.
    fn ready_for(&mut self, unit: UnitId, leg: Id<Leg>) {
        if self.plan().legs[leg].departures.is_some() || !self.leg_is_open(leg) {
            self.join_leg(unit, leg);
        }
    }

    fn join_leg(&mut self, unit: UnitId, leg: Id<Leg>) {
        self.units[unit].place = Place::Ready(leg);
        self.units[unit].joined = self.joins(unit);
        self.legs[Id::new(leg.raw())].line.insert(&mut self.units, unit);
    }

    /// What waited for a leg without departures leaves when it opens.
    fn arm_leg(&mut self, leg: Id<Leg>) {
        let free = self.plan().legs[leg].departures.is_none();
        if free && !self[leg].ready_set && !self[leg].line.is_empty() && self.leg_is_open(leg) {
            self[leg].ready_set = true;
            self.set(self.now, Wake::LegReady(leg));
        }
    }

    /// It closes again at the instant at which it opened.
    fn disarm_leg(&mut self, leg: Id<Leg>) {
        if std::mem::take(&mut self[leg].ready_set) {
            self.cancel(self.now, 5, self.net.ranks.legs[leg.index()], Wake::LegReady(leg));
        }
    }

    fn want(&mut self, unit: UnitId, step: Id<Step>, from: Origin) {
        self.units[unit].place = Place::Entering { step, held: false, from };
        self.units[unit].joined = self.joins(unit);
        let row = &mut self.steps[Id::new(step.raw())];
        row.entry.insert(&mut self.units, unit);
        if self.net.has_yard(step) {
            row.wants(unit, &self.units[unit], from);
        }
        self.arm_entry(step);
    }

    /// When a unit joins what it comes to now: of the opening backlog, at the start, the older one comes first.
    fn joins(&self, unit: UnitId) -> SimTime {
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
        let row = &mut self.steps[Id::new(step.raw())];
        row.entry.remove(&mut self.units, unit);
        if self.net.has_yard(step) {
            row.wants_not(unit, &self.units[unit], from);
        }
        self.arm_entry(step);
        from
    }

    pub(super) fn arm_entry(&mut self, step: Id<Step>) {
        let row = &self[step];
        if !row.entry.is_empty() && !row.enter_set && self.next_admission(step).is_some() {
            self[step].enter_set = true;
            self.push(self.now, 6, self.net.ranks.steps[step.index()], Wake::Enters(step));
        }
    }

    pub(super) fn arm_service(&mut self, step: Id<Step>) {
        let row = &self[step];
        if !row.line.is_empty() && !row.serve_set && self.next_start(step).is_some() {
            self[step].serve_set = true;
            self.push(self.now, 7, self.net.ranks.steps[step.index()], Wake::Serves(step));
        }
    }

    fn enter_yard(&mut self, unit: UnitId, step: Id<Step>) {
        let from = self.leave_entry(unit);
        let node = self.plan().steps[step].node;
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
        self.units[unit].joined = self.joins(unit);
        self.units[unit].place = Place::Waiting(step);
        self.steps[Id::new(step.raw())].line.insert(&mut self.units, unit);
        // Room may have been taken or given back; whoever else waits is looked at again.
        self.arm_entry(step);
        self.arm_service(step);
    }

    fn free_server(&mut self, step: Id<Step>, server: u32) {
        let seq = self.events;
        let row = &mut self[step];
        row.vacate(server);
        row.last = seq;
        self.arm_service(step);
    }

    fn start(&mut self, unit: UnitId, step: Id<Step>, server: u32, service: SimDuration) {
        let ends = self.now.after(service);
        let row = &mut self.steps[Id::new(step.raw())];
        row.line.remove(&mut self.units, unit);
        row.occupy(server, unit);
        let row = &mut self.units[unit];
        // What was drawn before, for a `shortest` line or before a requeue, is not drawn again.
        let fresh = row.left.0 < 0 && row.drawn.0 < 0;
        row.left = SimDuration(-1);
        row.early = false;
        row.place = Place::Handling { step, server, ends, paused: false };
        let marks = row.is_goods_of_line();
        if fresh {
            self.count_visit(unit, self.net.ranks.steps[step.index()]);
        }
        self.push(ends, 1, self.net.ranks.steps[step.index()], Wake::HandlingEnds(unit));
        if marks {
            let plan = &self.plan().steps[step];
            let node = &self.plan().nodes[plan.node];
            let first = node.first_step == step.raw();
            let usual = (first && node.kind == NodeKind::Hub).then_some(Point::R3);
            let marks = [plan.marks, node.marks.filter(|_| first), usual];
            marks.into_iter().flatten().for_each(|point| self.mark(unit, point));
        }
        self.arm_service(step);
    }

    fn requeue(&mut self, unit: UnitId, left: SimDuration) {
        let Place::Handling { step, server, ends, .. } = self.units[unit].place else {
            unreachable!("who is requeued was handled")
        };
        self.cancel(ends, 1, self.net.ranks.steps[step.index()], Wake::HandlingEnds(unit));
        self.units[unit].left = left;
        self.units[unit].place = Place::Waiting(step);
        self.steps[Id::new(step.raw())].line.insert(&mut self.units, unit);
        self.free_server(step, server);
    }

    fn finish(&mut self, unit: UnitId, step: Id<Step>, again: bool) {
        let Place::Handling { server, .. } = self.units[unit].place else {
            unreachable!("handling that ends was going on")
        };
        if self.plan().steps[step].order == crate::model::Order::Shortest {
            self.units[unit].drawn = SimDuration(-1);
        }
        if again {
            self.free_server(step, server);
            self.want(unit, step, Origin::Again);
            return;
        }
        let node = self.plan().steps[step].node;
        if let Some(next) = self.net.next_step(step, self.units[unit].is_paper()) {
            self.want(unit, next, Origin::Step(step, server));
            return;
        }
        self.free_server(step, server);
        self.steps[Id::new(step.raw())].held.remove(&self.units[unit]);
        self.nodes[Id::new(node.raw())].held.remove(&self.units[unit]);
        self.pass(unit, node);
        self.arm_entry(step);
        for paper in [false, true] {
            if let Some(first) = self.net.first_step(node, paper).filter(|&first| first != step) {
                self.arm_entry(first);
            }
        }
    }

    fn depart(&mut self, unit: UnitId, leg: Id<Leg>, transit: SimDuration) {
        if self.units[unit].place == Place::Ready(leg) {
            self.legs[Id::new(leg.raw())].line.remove(&mut self.units, unit);
        } else {
            self.units[unit].joined = self.joins(unit);
        }
        self.units[unit].place = Place::UnderWay(leg);
        self.units[unit].early = false;
        self.mark(unit, Point::R1);
        let departures = self.plan().legs[leg].departures.as_ref();
        let own = departures.is_none_or(|d| d.each);
        self.arm_leg(leg);
        if own {
            let place = self.net.ranks.legs[leg.index()];
            self.count_visit(unit, place);
            self.push(self.now.after(transit), 1, place, Wake::LegEnds(unit));
        } else {
            let row = self[leg].loading.expect("who boards finds a convoy loading");
            self.convoys.board(row, unit);
        }
    }

    fn dispatch(&mut self, leg: Id<Leg>, load: u32, transit: SimDuration) {
        self[leg].departed += 1;
        self[leg].last = self.events;
        if transit.0 >= 0 {
            let at = self.now.after(transit);
            let convoy = Convoy { leg, arrives: at, load: Vec::with_capacity(load as usize) };
            let row = self.convoys.push(convoy);
            self[leg].loading = Some(row);
            self.set(at, Wake::ConvoyEnds(row));
        }
        self.next_departure(leg);
    }

    fn next_departure(&mut self, leg: Id<Leg>) {
        let every = self.plan().legs[leg].departures.as_ref().expect("a timetable has departures").every;
        self.set(self.now.after(every), Wake::LegTicks(leg));
    }

    /// What taking a wake out of the calendar means for the row it belonged to.
    pub(super) fn taken(&mut self, wake: Wake) {
        match wake {
            Wake::LegReady(leg) => self[leg].ready_set = false,
            Wake::Enters(step) => self[step].enter_set = false,
            Wake::Serves(step) => self[step].serve_set = false,
            Wake::Settles(m) => self[m].settle_set = false,
            Wake::LegTicks(leg) => self[leg].loading = None,
            Wake::ConvoyEnds(row) => {
                // Whatever else arrives over this leg now comes in the same turn, in the order of choice.
                let convoy = &self.convoys[row];
                let others = self.convoys.due(convoy.leg, convoy.arrives).iter().copied();
                for other in others.filter(|&other| other != row).collect::<Vec<_>>() {
                    let convoy = &self.convoys[other];
                    let place = self.net.ranks.legs[convoy.leg.index()];
                    self.cancel(convoy.arrives, 1, place, Wake::ConvoyEnds(other));
                }
            }
            _ => {}
        }
    }

    /// Takes a unit that arrives out of its convoy's load.
    fn alight(&mut self, unit: UnitId, leg: Id<Leg>) {
        if self.plan().legs[leg].departures.as_ref().is_none_or(|d| d.each) {
            return;
        }
        self.convoys.alight(leg, self.now, unit);
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
        self.units.release(unit);
    }

    #[inline]
    fn count_visit(&mut self, unit: UnitId, rank: u32) {
        if self.net.comes_again {
            *self.visits.entry((unit.raw(), rank)).or_insert(0) += 1;
        }
    }

    pub(super) fn apply_calendar(&mut self, event: &Event) {
        match *event {
            Event::DisruptionBegan { disruption } => {
                let plan = &self.net.plan.disruptions[disruption];
                let (until, effect) = (plan.until, plan.effect);
                if let Some(until) = until {
                    self.set(until, Wake::DisruptionTurns(disruption));
                }
                self.struck_lists(disruption).for_each(|list| list.push(disruption));
                self.cover(disruption, effect, 1);
            }
            Event::DisruptionEnded { disruption } => {
                let effect = self.net.plan.disruptions[disruption].effect;
                self.struck_lists(disruption).for_each(|list| list.retain(|&d| d != disruption));
                self.cover(disruption, effect, -1);
            }
            Event::HoursEnded { place } | Event::HoursBegan { place } => {
                let change = if matches!(event, Event::HoursEnded { .. }) { 1 } else { -1 };
                match place {
                    PlaceId::Node(n) => self[n].down = self[n].down.strict_add_signed(change),
                    PlaceId::Step(s) => self[s].down = self[s].down.strict_add_signed(change),
                }
                if let Some(at) = self.net.next_hours(place, self.now) {
                    self.set(at, Wake::HoursTurn(place));
                }
            }
            Event::StepClosed { .. } => {}
            Event::LegClosed { leg } => self.disarm_leg(leg),
            Event::NodeClosed { node } => {
                for leg in self.net.legs_from(node).to_vec() {
                    self.disarm_leg(leg);
                }
            }
            Event::NodeOpened { node } => {
                for step in self.plan().steps_of(node) {
                    self[step].last = self.events;
                    self.arm_service(step);
                }
                for leg in self.net.legs_from(node).to_vec() {
                    self[leg].last = self.events;
                    self.arm_leg(leg);
                }
            }
            Event::StepOpened { step } => {
                self[step].last = self.events;
                self.arm_service(step);
            }
            Event::LegOpened { leg } => {
                self[leg].last = self.events;
                self.arm_leg(leg);
            }
            Event::StageHeld { gate } => {
                let place = self.net.ranks.gates[gate.index()];
                let inside: Vec<_> = self.gates[gate.index()].inside.iter().map(|(s, stay)| (*s, *stay)).collect();
                for (subject, stay) in inside {
                    if let Some(Stay::Until(at)) = stay {
                        self.cancel(at, 4, place, Wake::StageEnds(subject, gate));
                        let left = Some(Stay::Left(at - self.now));
                        self.gates[gate.index()].inside.insert(subject, left);
                    }
                }
            }
            Event::StageResumed { gate } => {
                // Who waits for its rule may go on now.
                if self.gates[gate.index()].inside.values().any(Option::is_none) {
                    self.arm_settle(Id::new(self.net.gates[gate.index()].0));
                }
                let inside: Vec<_> = self.gates[gate.index()].inside.iter().map(|(s, stay)| (*s, *stay)).collect();
                for (subject, stay) in inside {
                    if let Some(Stay::Left(left)) = stay {
                        let at = self.now.after(left);
                        self.gates[gate.index()].inside.insert(subject, Some(Stay::Until(at)));
                        self.set(at, Wake::StageEnds(subject, gate));
                    }
                }
            }
            Event::CapacityChanged { step, servers } => {
                self[step].calendar = servers;
                self[step].last = self.events;
                let later = self.plan().steps[step].servers.iter().map(|e| e.0).find(|&at| at > self.now);
                if let Some(at) = later {
                    self.set(at, Wake::ServersTurn(step));
                }
                self.arm_service(step);
            }
            _ => unreachable!("apply hands the calendar its own events"),
        }
    }

    fn struck_lists(
        &mut self,
        disruption: Id<crate::model::Disruption>,
    ) -> impl Iterator<Item = &mut Vec<Id<crate::model::Disruption>>> {
        let net = self.net.clone();
        let mut lists = Vec::new();
        match net.plan.disruptions[disruption].strikes {
            Strikes::Node(n) => lists.push(&mut self.nodes[Id::new(n.raw())].struck),
            Strikes::Step(s) => lists.push(&mut self.steps[Id::new(s.raw())].struck),
            Strikes::Leg(l) => lists.push(&mut self.legs[Id::new(l.raw())].struck),
            Strikes::Mechanism(m) => {
                let first = net.first_gate[m.index()] as usize;
                let gates = &mut self.gates[first..first + net.plan.mechanisms[m].stages.len()];
                lists.extend(gates.iter_mut().map(|g| &mut g.struck));
            }
            Strikes::Stage(m, stage) => {
                lists.push(&mut self.gates[net.first_gate[m.index()] as usize + usize::from(stage)].struck);
            }
        }
        lists.into_iter()
    }

    fn cover(&mut self, disruption: Id<crate::model::Disruption>, effect: Effect, change: i32) {
        let strikes = self.net.plan.disruptions[disruption].strikes.clone();
        let steps: Vec<Id<Step>> = match strikes {
            Strikes::Node(n) => self.plan().steps_of(n).collect(),
            Strikes::Step(s) => vec![s],
            _ => Vec::new(),
        };
        match (effect, strikes) {
            (Effect::Closed, Strikes::Node(n)) => self[n].down = self[n].down.strict_add_signed(change),
            (Effect::Closed, Strikes::Step(s)) => self[s].down = self[s].down.strict_add_signed(change),
            (Effect::Closed, Strikes::Leg(l)) => self[l].down = self[l].down.strict_add_signed(change),
            (Effect::Closed, Strikes::Mechanism(m)) => {
                let first = self.net.first_gate[m.index()] as usize;
                for gate in first..first + self.plan().mechanisms[m].stages.len() {
                    self.gates[gate].down = self.gates[gate].down.strict_add_signed(change);
                }
            }
            (Effect::Closed, Strikes::Stage(m, stage)) => {
                let gate = &mut self.gates[self.net.first_gate[m.index()] as usize + usize::from(stage)];
                gate.down = gate.down.strict_add_signed(change);
            }
            (Effect::Capacity(share), _) => {
                let seq = self.events;
                for step in steps {
                    let row = &mut self[step];
                    if change > 0 {
                        row.cuts.push(share);
                    } else {
                        let at = row.cuts.iter().position(|&s| s == share).expect("a cut that ends had begun");
                        row.cuts.remove(at);
                    }
                    row.last = seq;
                    self.arm_service(step);
                }
            }
            (Effect::Time(_), _) => {}
        }
    }

    /// Whether goods wait for a clock that will let them move: a departure, hours, the end of an outage.
    pub(super) fn waits_for_a_clock(&self) -> bool {
        let plan = self.plan();
        let ends = |list: &[Id<crate::model::Disruption>]| {
            list.iter().all(|&d| plan.disruptions[d].until.is_some() || plan.disruptions[d].effect != Effect::Closed)
        };
        let legs = plan.legs.ids().any(|leg| {
            let (row, from) = (&self[leg], plan.legs[leg].from);
            let opens = ends(&row.struck) && ends(&self[from].struck);
            // A disruption that ends may give back the room that nothing fits in now.
            let gives_back = row.struck.iter().any(|&d| plan.disruptions[d].until.is_some());
            let boards = || plan.legs[leg].departures.is_none() || gives_back || !self.boards(leg).is_empty();
            !row.line.is_empty() && opens && boards()
        });
        let steps = plan.steps.ids().any(|step| {
            let (row, node) = (&self[step], plan.steps[step].node);
            let opens = ends(&row.struck) && ends(&self[node].struck);
            let ahead = |at: SimTime, n: u32| at > self.now || (at == self.now && n != row.calendar);
            let more = plan.steps[step].servers.iter().any(|&(at, n)| ahead(at, n) && n > row.busy)
                || row.struck.iter().chain(&self[node].struck).any(|&d| plan.disruptions[d].until.is_some());
            opens
                && (row.handled().any(|u| matches!(self.units[u].place, Place::Handling { .. }))
                    || (!row.line.is_empty() && (!self.is_up(step) || more)))
        });
        let gates = self.gates.iter().any(|g| {
            g.down > 0 && ends(&g.struck) && g.inside.values().any(|stay| matches!(stay, Some(Stay::Left(_))))
        });
        legs || steps || gates || self.waits_for_a_draft()
    }
}
