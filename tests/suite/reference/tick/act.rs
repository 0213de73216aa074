//! Doing what is due.

use super::*;

impl Tick<'_> {
    pub(super) fn act(&mut self, act: Act) {
        match act {
            Act::EndHandling(i) => self.end_handling(i),
            Act::ArriveByLeg(i) => self.arrive_by_leg(i),
            Act::NodeHours(node) => self.change(|tick| tick.node_shut[node] = !tick.node_shut[node]),
            Act::StepHours(node, step) => self.change(|tick| tick.step_shut[node][step] = !tick.step_shut[node][step]),
            Act::Disruption(d) => self.change(|tick| tick.struck[d] = !tick.struck[d]),
            Act::AwaitOutages(d) => self.await_outages(d),
            Act::Fail(f) => self.fail(f),
            Act::EnterBacklog(i) => self.come(i, self.entry(self.goods[i].stream), self.goods[i].created, false),
            Act::Arrive(stream) => self.arrive(stream),
            Act::Timetable(leg) => self.depart_by_timetable(leg),
            Act::DepartFree(i) => self.depart_free(i),
            Act::DepartLoaded(leg) => self.dispatch(leg),
            Act::VehicleBack(leg, vehicle) => self.vehicle_back(leg, vehicle),
            Act::Enter(i) => match self.goods[i].place {
                Place::Outside { node, step, .. } => self.enter_from_outside(i, node, step),
                _ => self.enter_from_inside(i),
            },
            Act::Start(i, instead) => self.start(i, instead),
            Act::GiveUp(i) => self.give_up(i),
            Act::ServerBack(a) => self.come_back(a),
            Act::LeaveIdle(node, step, server) => self.leave_idle(node, step, server),
        }
    }

    /// What is dated before the start is recorded at its own date, and waits for the start.
    pub(super) fn record_the_backlog(&mut self) {
        loop {
            let early = |&(stream, next): &(usize, &Option<(i64, u64)>)| {
                next.filter(|&(at, _)| at < 0).map(|(at, n)| (at, self.world.streams[stream].name.as_str(), n, stream))
            };
            let Some((at, _, _, stream)) = self.arrivals.iter().enumerate().filter_map(|next| early(&next)).min()
            else {
                break;
            };
            self.now = at;
            self.create(stream);
        }
        self.now = 0;
    }

    fn arrive(&mut self, stream: usize) {
        let i = self.create(stream);
        self.come(i, self.entry(stream), self.now, false);
    }

    /// The next consignment of the stream is there, and its successor's time is known.
    fn create(&mut self, stream: usize) -> usize {
        let (_, n) = self.arrivals[stream].expect("an arrival was due");
        let words = self.block(&self.world.streams[stream].name, n);
        let priority = self.draw_priority(stream, n);
        let mass = match &self.world.streams[stream].goods {
            Goods::Unstated => 0,
            Goods::Mass(mass) => mass.draw(words[2]),
            Goods::Item { name, quantity } => {
                let item = self.world.items.iter().find(|item| item.name == *name).expect("the item is listed");
                quantity.draw(words[2]) * item.mass
            }
        };
        self.goods.push(Consignment {
            stream,
            n,
            priority,
            mass,
            secret: [words[4], words[5], words[6], words[7]],
            drew: BTreeMap::new(),
            turned: None,
            place: Place::Backlog,
            joined: self.now,
            handling: 0,
            remaining: None,
            gives_up: None,
            begun: 0,
            visit: 0,
            created: self.now,
            gone: None,
        });
        let i = self.goods.len() - 1;
        self.count_in_batch(stream, i);
        self.arrivals[stream] = self.arrival_after(stream, Some((self.now, n)));
        let fields = [("priority", Value::Int(priority)), ("mass", Value::Int(mass))];
        self.emit_of("ConsignmentCreated", i, &fields);
        i
    }

    /// The first of a batch draws how many it has; the stream's `count` cuts it off.
    fn count_in_batch(&mut self, stream: usize, i: usize) {
        if self.batches[stream].0 == 0 {
            let rules = &self.world.streams[stream];
            let mut size = 1;
            // One at a time is no batch, said or unsaid.
            if let Some(batch) = rules.batch.as_ref().filter(|law| **law != Law::Constant(1)) {
                size = batch.draw(self.word(i, "batch"));
                if let Some(count) = rules.count {
                    size = size.min((FIRST + count - self.goods[i].n) as i64);
                }
                self.emit("BatchArrived", &rules.name, &[("size", Value::Int(size))]);
            }
            self.batches[stream].0 = size;
            self.batches[stream].1 += 1;
        }
        self.batches[stream].0 -= 1;
    }

    pub(super) fn arrival_after(&self, stream: usize, last: Option<(i64, u64)>) -> Option<(i64, u64)> {
        let rules = &self.world.streams[stream];
        let n = last.map_or(FIRST, |(_, n)| n + 1);
        if rules.count.is_some_and(|count| n >= FIRST + count) {
            return None;
        }
        let (left, times) = self.batches[stream];
        if left > 0 {
            return Some((self.now, n));
        }
        let at = match &rules.arrivals {
            Arrivals::At(dates) => {
                let mut dates = dates.clone();
                dates.sort();
                *dates.get(times)?
            }
            Arrivals::Every { interval, first } => match (last, first) {
                (None, Some(first)) => *first,
                _ => {
                    let seconds = interval.draw(self.block(&rules.name, n)[0]);
                    self.passed(rules, last.map_or(0, |(at, _)| at), seconds)?
                }
            },
        };
        Some((at, n))
    }

    /// Reaches a node from outside; `at_once` when nothing else says so.
    pub(super) fn come(&mut self, i: usize, node: usize, since: i64, at_once: bool) {
        if let Some(step) = self.step_from(i, node, 0) {
            self.goods[i].place = Place::Outside { node, step, since, noted: false };
            self.open_visit(i, since);
        } else {
            if at_once {
                self.emit_of("NodeReached", i, &[("node", self.node_value(node))]);
            }
            self.ready(i, node, since);
        }
    }

    /// The first of the node's steps, from this one on, that handles it.
    fn step_from(&self, i: usize, node: usize, from: usize) -> Option<usize> {
        let item = match &self.world.streams[self.goods[i].stream].goods {
            Goods::Item { name, .. } => Some(name),
            _ => None,
        };
        let steps = &self.world.nodes[node].steps;
        let handles = |step: &Step| step.only.is_empty() || item.is_some_and(|item| step.only.contains(item));
        (from..steps.len()).find(|&step| handles(&steps[step]))
    }

    /// Ready to leave the node: where its way goes on is settled now, and what is free to go goes.
    pub(super) fn ready(&mut self, i: usize, node: usize, since: i64) {
        let rules = &self.world.nodes[node];
        let at_handover = rules.kind == Kind::Handover;
        if at_handover {
            self.emit_of("HandedOver", i, &[("node", self.node_value(node))]);
        }
        let hop = self.choose_hop(i, node, &rules.next);
        match hop {
            Hop::Node(next) => self.come(i, next, since, true),
            Hop::Leg(leg) => {
                self.goods[i].place = Place::Ready { leg };
                self.goods[i].joined = since;
                self.open_visit(i, since);
                self.visit(i).entered = Some(self.now);
                if self.world.legs[leg].departures.is_none() && self.leg_may_leave(leg) {
                    self.depart_free(i);
                }
            }
            Hop::Out => {
                if !at_handover {
                    self.emit_of("LeftModel", i, &[("node", self.node_value(node))]);
                }
                self.leave(i);
            }
        }
    }

    fn enter_from_outside(&mut self, i: usize, node: usize, step: usize) {
        match self.full_from_outside(i, node, step) {
            None => self.enter(i, node, step, false),
            Some(WhenFull::Overflow) => self.enter(i, node, step, true),
            Some(WhenFull::Wait) => self.wait_at_gate(i, node),
            Some(WhenFull::Divert(_)) if self.has_been_round(i, node) => self.wait_at_gate(i, node),
            Some(WhenFull::Refuse) => {
                self.emit_of("Refused", i, &[("node", self.node_value(node))]);
                self.close_visit(i, Fate::Refused);
                self.leave(i);
            }
            Some(WhenFull::Divert(to)) => {
                let to = self.world.node(to).expect("what is diverted goes to a node");
                self.goods[i].turned = match self.goods[i].turned {
                    Some((at, first, times)) if at == self.now => Some((at, first, times + 1)),
                    _ => Some((self.now, node, 1)),
                };
                self.emit_of("Diverted", i, &[("node", self.node_value(node)), ("to", self.node_value(to))]);
                self.close_visit(i, Fate::Diverted);
                self.come(i, to, self.now, true);
            }
        }
    }

    fn wait_at_gate(&mut self, i: usize, node: usize) {
        let Place::Outside { step, since, .. } = self.goods[i].place else { unreachable!("it is outside") };
        self.goods[i].place = Place::Outside { node, step, since, noted: true };
        self.emit_of("HeldAtGate", i, &[("node", self.node_value(node))]);
    }

    /// Whether this node turned it away first at this very instant, or it was turned away as often as there are nodes.
    fn has_been_round(&self, i: usize, node: usize) -> bool {
        let turned = self.goods[i].turned.filter(|turned| turned.0 == self.now);
        turned.is_some_and(|(_, first, times)| first == node || times >= self.world.nodes.len())
    }

    fn enter_from_inside(&mut self, i: usize) {
        let Place::Moving { node, step, server, to, since, .. } = self.goods[i].place else {
            unreachable!("it is inside")
        };
        if self.fits_from_inside(i) {
            if step != to {
                self.close_visit(i, Fate::Left);
            }
            self.goods[i].place = Place::Line { node, step: to };
            self.open_visit(i, self.now);
            self.enter(i, node, to, false);
        } else {
            self.goods[i].place = Place::Moving { node, step, server, to, since, noted: true };
            self.emit_at_step("Blocked", i, node, step, &[]);
        }
    }

    pub(super) fn enter(&mut self, i: usize, node: usize, step: usize, overflows: bool) {
        if overflows {
            self.emit_of("OverflowAccepted", i, &[("node", self.node_value(node))]);
        }
        let of_the_backlog = self.now == 0 && self.visit(i).came < 0;
        self.goods[i].joined = if of_the_backlog { self.visit(i).came } else { self.now };
        self.goods[i].place = Place::Line { node, step };
        let word = self.word(i, &format!("handling {}", self.step_name(node, step)));
        self.goods[i].handling = self.step(node, step).time.draw(word);
        self.visit(i).entered = Some(self.now);
        self.emit_at_step("YardEntered", i, node, step, &[]);
        if let Some(patience) = &self.step(node, step).patience {
            let word = self.word(i, &format!("patience {}", self.step_name(node, step)));
            let lasts = patience.draw(word);
            self.goods[i].gives_up = Some(self.goods[i].joined + lasts);
            self.emit_of("PatienceSet", i, &[("lasts", Value::Int(lasts))]);
        }
    }

    fn give_up(&mut self, i: usize) {
        let Place::Line { node, step } = self.goods[i].place else { unreachable!("who gives up stood in the line") };
        self.goods[i].gives_up = None;
        self.emit_at_step("PatienceEnded", i, node, step, &[]);
        self.close_visit(i, Fate::GaveUp);
        self.leave(i);
    }

    fn end_handling(&mut self, i: usize) {
        let Place::Serving { node, step, server, .. } = self.goods[i].place else { unreachable!("it was in service") };
        let chance = self.step(node, step).repeat;
        let again = chance > 0 && {
            let word = self.word(i, &format!("repeat {}", self.step_name(node, step)));
            high(word, MILLION) < chance
        };
        self.emit_at_step("HandlingFinished", i, node, step, &[("again", Value::Text(again.to_string()))]);
        if again {
            self.close_visit(i, Fate::Left);
            let since = self.now;
            self.goods[i].place = Place::Moving { node, step, server: None, to: step, since, noted: false };
        } else if let Some(to) = self.step_from(i, node, step + 1) {
            let (server, since) = (Some(server), self.now);
            self.goods[i].place = Place::Moving { node, step, server, to, since, noted: false };
        } else {
            self.close_visit(i, Fate::Left);
            self.ready(i, node, self.now);
        }
    }

    fn depart_free(&mut self, i: usize) {
        let Place::Ready { leg } = self.goods[i].place else { unreachable!("it was ready for the leg") };
        let transit = self.transit_of(i, leg);
        self.board(i, leg, transit);
    }

    pub(super) fn board(&mut self, i: usize, leg: usize, transit: i64) {
        self.goods[i].place = Place::Transit { leg, arrives: self.now + transit };
        self.visit(i).started = Some(self.now);
        self.emit_of("LegDeparted", i, &[("leg", self.leg_value(leg)), ("transit", Value::Int(transit))]);
    }

    fn arrive_by_leg(&mut self, i: usize) {
        let Place::Transit { leg, .. } = self.goods[i].place else { unreachable!("it was under way") };
        self.emit_of("LegArrived", i, &[("leg", self.leg_value(leg))]);
        self.close_visit(i, Fate::Left);
        self.come(i, self.target(leg), self.now, false);
    }

    fn leave(&mut self, i: usize) {
        self.goods[i].place = Place::Gone;
        self.goods[i].gone = Some(self.now);
    }
}
