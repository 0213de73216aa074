//! The reference: marches from instant to instant and, within one, does whatever is due in the lowest phase, found by
//! looking at everything there is, every time.
//!
//! There is no calendar, no line, no counter that could fall out of step: a line is the consignments that say they stand
//! in it, a yard's load is the sum over those that are in it, the next instant is the least of all instants at which
//! anything could happen.

use super::world::{
    Arrivals, DAY, Discipline, Effect, Goods, Hours, Kind, Law, Leg, Limit, MILLION, Next, Node, OnOutage, Servers,
    Step, WhenFull, World,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::fmt;

/// What the engine's mix multiplies the visit with.
const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

/// The number of a stream's first consignment, which is also the block counter of its draws.
const FIRST: u64 = 1;

/// A world without an end in which nothing but clocks moved for so long is stuck.
const STUCK_AFTER: i64 = 60 * DAY;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Int(i64),
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Seconds since the start.
    pub time: i64,
    pub kind: String,
    pub object: String,
    pub fields: BTreeMap<String, Value>,
}

/// What a run comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub events: Vec<Event>,
    /// The world's end, or without one the time of the last turn.
    pub end: i64,
    /// Without an end: goods are left that nothing will ever move.
    pub stuck: bool,
    /// By `node.step`.
    pub stations: BTreeMap<String, Figures>,
    /// By the leg's name.
    pub legs: BTreeMap<String, Figures>,
    /// Per consignment in the order of creation: when created and, if it did, left the model.
    pub lives: Vec<(String, i64, Option<i64>)>,
}

/// Counted second by second from 0 to the end, apart from the events. For a leg `worked` is the way itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    pub visits: Vec<Visit>,
    /// Integral of the number present: at the gate, in the line, in service, blocked; of a leg, ready and under way.
    pub present: i64,
    /// Integral of the number waiting: at the gate or in the line.
    pub queue: i64,
    /// Integral of the number in service and progressing.
    pub busy: i64,
    /// Integral of the number of servers on duty while the step is up; none for unlimited ones and legs.
    pub duty: i64,
    pub up: i64,
}

/// One stay of one consignment at a step (from its coming to the node, for the first step) or on a leg (from readiness).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    pub object: String,
    pub priority: i64,
    /// For the opening backlog its own date.
    pub came: i64,
    pub entered: Option<i64>,
    /// First start of service; of a leg, the departure.
    pub started: Option<i64>,
    pub left: Option<i64>,
    pub fate: Fate,
    pub gate: i64,
    pub line: i64,
    pub worked: i64,
    pub paused: i64,
    /// Back in the line with work begun.
    pub requeued: i64,
    pub blocked: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Present,
    Left,
    Refused,
    Diverted,
}

/// Runs the world with the luck of this seed.
pub fn run(world: &World, seed: u64) -> Outcome {
    let leg_names: Vec<String> = world.legs.iter().map(Leg::name).collect();
    let mut tick = Tick::new(world, &leg_names, seed);
    let stuck = tick.run();
    tick.outcome(stuck)
}

struct Tick<'w> {
    world: &'w World,
    leg_names: &'w [String],
    luck: ChaCha8Rng,
    now: i64,
    last_move: i64,
    /// Per stream: time and number of the next arrival.
    arrivals: Vec<Option<(i64, u64)>>,
    /// Per leg: its next departure by timetable.
    timetable: Vec<Option<i64>>,
    /// Per leg: how many vehicles left.
    departed: Vec<u64>,
    /// Per node and step: shut by its hours, as far as phase 2 has been told.
    node_shut: Vec<bool>,
    step_shut: Vec<Vec<bool>>,
    /// Per disruption: in force, as far as phase 2 has been told.
    struck: Vec<bool>,
    goods: Vec<Consignment>,
    events: Vec<Event>,
    stations: Vec<Vec<Figures>>,
    legs: Vec<Figures>,
}

struct Consignment {
    stream: usize,
    n: u64,
    priority: i64,
    mass: i64,
    secret: [u64; 4],
    /// How often it drew for each purpose.
    drew: BTreeMap<String, u64>,
    place: Place,
    /// When it joined the line of its step or leg.
    joined: i64,
    /// Handling time of this visit as drawn.
    handling: i64,
    /// Work that a requeued one has before it.
    remaining: Option<i64>,
    /// Which of its stage's visits it is on.
    visit: usize,
    created: i64,
    gone: Option<i64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Dated before the start, which is not yet.
    Backlog,
    /// Wants to enter the node's first step; once `noted` it stands at the gate.
    Outside {
        node: usize,
        since: i64,
        noted: bool,
    },
    Line {
        node: usize,
        step: usize,
    },
    Serving {
        node: usize,
        step: usize,
        server: i64,
        work: Work,
    },
    /// Done at `step`, wants to enter `to`: the next step, or the same again. Once `noted` it is blocked.
    Moving {
        node: usize,
        step: usize,
        server: Option<i64>,
        to: usize,
        since: i64,
        noted: bool,
    },
    /// Ready for the leg.
    Ready {
        leg: usize,
    },
    Transit {
        leg: usize,
        arrives: i64,
    },
    Gone,
}

#[derive(Clone, Copy, PartialEq)]
enum Work {
    Ends(i64),
    Paused { remaining: i64 },
}

#[derive(Clone, Copy)]
enum Hop {
    Node(usize),
    Leg(usize),
    Out,
}

/// Something that is due now.
#[derive(Clone, Copy)]
enum Act {
    EndHandling(usize),
    ArriveByLeg(usize),
    NodeHours(usize),
    StepHours(usize, usize),
    Disruption(usize),
    EnterBacklog(usize),
    Arrive(usize),
    Timetable(usize),
    DepartFree(usize),
    Enter(usize),
    Start(usize),
}

/// Phase, place, kind of place, then priority, time of joining and name: who goes first.
type Turn<'w> = (u8, [&'w str; 2], u8, (i64, i64, Name<'w>));
type Name<'w> = (&'w str, u64);

const COMPLETIONS: u8 = 1;
const CALENDARS: u8 = 2;
const ARRIVALS: u8 = 3;
const DEPARTURES: u8 = 5;
const ENTRIES: u8 = 6;
const STARTS: u8 = 7;

// Places of different kinds with equal names, in their order.
const OF_DISRUPTION: u8 = 0;
const OF_LEG: u8 = 1;
const OF_NODE: u8 = 2;
const OF_STEP: u8 = 3;
const OF_STREAM: u8 = 4;

const NOBODY: (i64, i64, Name<'static>) = (0, 0, ("", 0));

// The march.

impl<'w> Tick<'w> {
    fn new(world: &'w World, leg_names: &'w [String], seed: u64) -> Tick<'w> {
        let figures = |node: &Node| node.steps.iter().map(|_| Figures::default()).collect();
        let mut tick = Tick {
            world,
            leg_names,
            luck: ChaCha8Rng::seed_from_u64(seed),
            now: 0,
            last_move: 0,
            arrivals: vec![],
            timetable: world.legs.iter().map(first_departure).collect(),
            departed: vec![0; world.legs.len()],
            node_shut: vec![false; world.nodes.len()],
            step_shut: world.nodes.iter().map(|node| vec![false; node.steps.len()]).collect(),
            struck: vec![false; world.disruptions.len()],
            goods: vec![],
            events: vec![],
            stations: world.nodes.iter().map(figures).collect(),
            legs: world.legs.iter().map(|_| Figures::default()).collect(),
        };
        tick.arrivals = (0..world.streams.len()).map(|stream| tick.arrival_after(stream, None)).collect();
        tick
    }

    /// Whether it stopped because nothing would ever move again.
    fn run(&mut self) -> bool {
        self.record_the_backlog();
        loop {
            let over = self.world.end.is_some_and(|end| self.now >= end);
            if over || (self.world.end.is_none() && self.is_empty()) {
                return false;
            }
            if let Some((_, act)) = self.due().into_iter().min_by_key(|(turn, _)| *turn) {
                self.act(act);
                continue;
            }
            let stuck = self.world.end.is_none() && self.now - self.last_move > STUCK_AFTER && !self.anything_moves();
            let next = self.instants().into_iter().filter(|&at| at > self.now).min();
            match (next.filter(|_| !stuck), self.world.end) {
                (Some(next), end) => self.pass(end.map_or(next, |end| end.min(next))),
                (None, Some(end)) => self.pass(end),
                (None, None) => return true,
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.arrivals.iter().all(Option::is_none) && self.goods.iter().all(|c| c.place == Place::Gone)
    }

    fn anything_moves(&self) -> bool {
        let moves = |c: &Consignment| matches!(c.place, Place::Serving { .. } | Place::Transit { .. });
        self.arrivals.iter().any(Option::is_some) || self.goods.iter().any(moves)
    }

    /// Every instant that anything in the world knows of.
    fn instants(&self) -> Vec<i64> {
        let mut instants = vec![];
        for c in &self.goods {
            match c.place {
                Place::Serving { work: Work::Ends(at), .. } | Place::Transit { arrives: at, .. } => instants.push(at),
                _ => {}
            }
        }
        instants.extend(self.arrivals.iter().flatten().map(|&(at, _)| at));
        instants.extend(self.timetable.iter().flatten());
        for disruption in &self.world.disruptions {
            instants.extend([disruption.on, disruption.on + disruption.lasts]);
        }
        for node in &self.world.nodes {
            instants.extend(node.hours.iter().flat_map(|&hours| self.next_days(hours)));
            for step in &node.steps {
                instants.extend(step.hours.iter().flat_map(|&hours| self.next_days(hours)));
                if let Servers::Calendar(parts) = &step.servers {
                    instants.extend(parts.iter().map(|&(from, _)| from));
                }
            }
        }
        instants
    }

    /// The instants of the coming week at which these hours could open or close.
    fn next_days(&self, hours: Hours) -> Vec<i64> {
        let midnight = self.now - (self.world.start + self.now).rem_euclid(DAY);
        let days = (0..=8).map(|day| midnight + day * DAY);
        days.flat_map(|day| [day + i64::from(hours.opens) * 60, day + i64::from(hours.closes) * 60]).collect()
    }

    fn is_open(&self, hours: Option<Hours>) -> bool {
        let Some(hours) = hours else { return true };
        let unix = self.world.start + self.now;
        // The first of January 1970 was a Thursday.
        let day = (unix.div_euclid(DAY) + 3).rem_euclid(7);
        let second = unix.rem_euclid(DAY);
        (i64::from(hours.first)..=i64::from(hours.last)).contains(&day)
            && (i64::from(hours.opens) * 60..i64::from(hours.closes) * 60).contains(&second)
    }

    /// Lets time go on to `then` and counts what everybody did meanwhile.
    fn pass(&mut self, then: i64) {
        let seconds = then - self.now;
        for i in 0..self.goods.len() {
            let place = self.goods[i].place;
            if matches!(place, Place::Backlog | Place::Gone) {
                continue;
            }
            let figures = self.figures_of(place);
            figures.present += seconds;
            match place {
                Place::Outside { .. } | Place::Line { .. } | Place::Ready { .. } => figures.queue += seconds,
                Place::Serving { work: Work::Ends(_), .. } | Place::Transit { .. } => figures.busy += seconds,
                _ => {}
            }
            let visit = self.visit(i);
            match place {
                Place::Outside { .. } => visit.gate += seconds,
                Place::Line { .. } if visit.started.is_some() => visit.requeued += seconds,
                Place::Line { .. } | Place::Ready { .. } => visit.line += seconds,
                Place::Serving { work: Work::Ends(_), .. } | Place::Transit { .. } => visit.worked += seconds,
                Place::Serving { work: Work::Paused { .. }, .. } => visit.paused += seconds,
                Place::Moving { .. } => visit.blocked += seconds,
                Place::Backlog | Place::Gone => unreachable!("skipped above"),
            }
        }
        for node in 0..self.world.nodes.len() {
            for step in 0..self.world.nodes[node].steps.len() {
                if self.step_is_up(node, step) {
                    self.stations[node][step].duty += seconds * self.on_duty(node, step).unwrap_or(0);
                    self.stations[node][step].up += seconds;
                }
            }
        }
        for leg in 0..self.world.legs.len() {
            self.legs[leg].up += if self.leg_is_down(leg) { 0 } else { seconds };
        }
        self.now = then;
    }

    fn outcome(self, stuck: bool) -> Outcome {
        let mut stations = BTreeMap::new();
        for (node, figures) in self.world.nodes.iter().zip(self.stations) {
            let names = node.steps.iter().map(|step| format!("{}.{}", node.name, step.name));
            stations.extend(names.zip(figures));
        }
        let name = |c: &Consignment| format!("{}#{}", self.world.streams[c.stream].name, c.n);
        Outcome {
            lives: self.goods.iter().map(|c| (name(c), c.created, c.gone)).collect(),
            events: self.events,
            end: self.world.end.unwrap_or(self.now),
            stuck,
            stations,
            legs: self.leg_names.iter().cloned().zip(self.legs).collect(),
        }
    }
}

// What is due now.

impl<'w> Tick<'w> {
    fn due(&self) -> Vec<(Turn<'w>, Act)> {
        let mut due = vec![];
        self.due_of_goods(&mut due);
        self.due_of_calendars(&mut due);
        for (stream, next) in self.arrivals.iter().enumerate() {
            if let Some((at, n)) = *next
                && at == self.now
            {
                let name = self.world.streams[stream].name.as_str();
                // After what of its stream is dated before the start.
                due.push(((ARRIVALS, [name, ""], OF_STREAM, (i64::MAX, self.now, (name, n))), Act::Arrive(stream)));
            }
        }
        for (leg, next) in self.timetable.iter().enumerate() {
            if *next == Some(self.now) {
                due.push(((DEPARTURES, self.leg_place(leg), OF_LEG, NOBODY), Act::Timetable(leg)));
            }
        }
        for (n, node) in self.world.nodes.iter().enumerate() {
            for s in 0..node.steps.len() {
                if let Some(c) = self.who_starts(n, s) {
                    due.push(((STARTS, self.step_place(n, s), OF_STEP, NOBODY), Act::Start(c)));
                }
            }
        }
        due
    }

    fn due_of_goods(&self, due: &mut Vec<(Turn<'w>, Act)>) {
        for (i, c) in self.goods.iter().enumerate() {
            let by = |time: i64| (c.priority, time, self.name_of(c));
            match c.place {
                Place::Serving { node, step, work: Work::Ends(at), .. } if at == self.now => {
                    let turn = (COMPLETIONS, self.step_place(node, step), OF_STEP, by(c.joined));
                    due.push((turn, Act::EndHandling(i)));
                }
                Place::Transit { leg, arrives } if arrives == self.now => {
                    let turn = (COMPLETIONS, self.leg_place(leg), OF_LEG, by(c.joined));
                    due.push((turn, Act::ArriveByLeg(i)));
                }
                Place::Backlog if self.now == 0 => {
                    let stream = self.world.streams[c.stream].name.as_str();
                    let turn = (ARRIVALS, [stream, ""], OF_STREAM, by(c.created));
                    due.push((turn, Act::EnterBacklog(i)));
                }
                Place::Ready { leg } if self.world.legs[leg].departures.is_none() && self.leg_may_leave(leg) => {
                    due.push(((DEPARTURES, self.leg_place(leg), OF_LEG, by(c.joined)), Act::DepartFree(i)));
                }
                Place::Outside { node, since, noted } if !noted || self.fits_from_outside(i, node) => {
                    due.push(((ENTRIES, self.step_place(node, 0), OF_STEP, by(since)), Act::Enter(i)));
                }
                Place::Moving { node, to, since, noted, .. } if !noted || self.fits_from_inside(i) => {
                    due.push(((ENTRIES, self.step_place(node, to), OF_STEP, by(since)), Act::Enter(i)));
                }
                _ => {}
            }
        }
    }

    fn due_of_calendars(&self, due: &mut Vec<(Turn<'w>, Act)>) {
        for (d, disruption) in self.world.disruptions.iter().enumerate() {
            let covers = disruption.on <= self.now && self.now < disruption.on + disruption.lasts;
            if covers != self.struck[d] {
                due.push(((CALENDARS, [&disruption.name, ""], OF_DISRUPTION, NOBODY), Act::Disruption(d)));
            }
        }
        for (n, node) in self.world.nodes.iter().enumerate() {
            if self.is_open(node.hours) == self.node_shut[n] {
                due.push(((CALENDARS, [&node.name, ""], OF_NODE, NOBODY), Act::NodeHours(n)));
            }
            for (s, step) in node.steps.iter().enumerate() {
                if self.is_open(step.hours) == self.step_shut[n][s] {
                    due.push(((CALENDARS, self.step_place(n, s), OF_STEP, NOBODY), Act::StepHours(n, s)));
                }
            }
        }
    }

    /// Who of the line goes next, if the step is up and a server is free.
    fn who_starts(&self, node: usize, step: usize) -> Option<usize> {
        let line = (0..self.goods.len()).filter(|&i| self.goods[i].place == Place::Line { node, step });
        let next = line.min_by_key(|&i| self.choice(i, self.step(node, step).discipline))?;
        let can_start = self.step_is_up(node, step) && self.free_server(node, step).is_some();
        can_start.then_some(next)
    }

    /// The least goes first.
    fn choice(&self, i: usize, discipline: Discipline) -> (i64, i64, i64, Name<'w>) {
        let c = &self.goods[i];
        let name = self.name_of(c);
        match discipline {
            // No consignment of these worlds has a need-by date.
            Discipline::Priority | Discipline::EarliestDue => (c.priority, c.joined, 0, name),
            Discipline::Fifo => (c.joined, 0, 0, name),
            Discipline::Lifo => (-c.joined, 0, 0, name),
            Discipline::Shortest => (c.handling, c.priority, c.joined, name),
        }
    }

    fn free_server(&self, node: usize, step: usize) -> Option<i64> {
        let taken = |server: i64| {
            self.goods.iter().any(|c| match c.place {
                Place::Serving { node: n, step: s, server: taken, .. } => (n, s, taken) == (node, step, server),
                Place::Moving { node: n, step: s, server: Some(taken), .. } => (n, s, taken) == (node, step, server),
                _ => false,
            })
        };
        let most = self.on_duty(node, step).unwrap_or(i64::MAX);
        (1..=most).find(|&server| !taken(server))
    }

    /// Servers on duty; none where they are unlimited.
    fn on_duty(&self, node: usize, step: usize) -> Option<i64> {
        let servers = match &self.step(node, step).servers {
            Servers::Unlimited => return None,
            Servers::Number(n) => *n,
            Servers::Calendar(parts) => {
                let begun = parts.iter().filter(|(from, _)| *from <= self.now);
                begun.max_by_key(|(from, _)| *from).map_or(0, |&(_, n)| n)
            }
        };
        Some(scaled(servers, &self.shares_of_step(node, step)))
    }

    fn fits_from_outside(&self, i: usize, node: usize) -> bool {
        let full = self.full_from_outside(i, node);
        full.is_none_or(|when_full| *when_full == WhenFull::Overflow)
    }

    /// What stands in the way of entering the node's first step: the rule of the node's yard if that is full, else of the
    /// step's; none when there is room. A yard that overflows gives way to the other's rule.
    fn full_from_outside(&self, i: usize, node: usize) -> Option<&'w WhenFull> {
        let (rules, first) = (&self.world.nodes[node], self.step(node, 0));
        let node_has_room = has_room(rules.yard, &self.in_node(node), self.goods[i].mass);
        let step_has_room = has_room(first.yard, &self.in_step(node, 0), self.goods[i].mass);
        match (node_has_room, step_has_room) {
            (true, true) => None,
            (false, false) if rules.when_full == WhenFull::Overflow => Some(&first.when_full),
            (false, _) => Some(&rules.when_full),
            (true, false) => Some(&first.when_full),
        }
    }

    fn fits_from_inside(&self, i: usize) -> bool {
        let Place::Moving { node, step, to, .. } = self.goods[i].place else { return false };
        step == to || has_room(self.step(node, to).yard, &self.in_step(node, to), self.goods[i].mass)
    }

    /// Masses of what counts in the node's yard.
    fn in_node(&self, node: usize) -> Vec<i64> {
        let inside = |c: &&Consignment| match c.place {
            Place::Line { node: n, .. } | Place::Serving { node: n, .. } | Place::Moving { node: n, .. } => n == node,
            _ => false,
        };
        self.goods.iter().filter(inside).map(|c| c.mass).collect()
    }

    /// Masses of what counts in the step's yard: its line and what its servers hold.
    fn in_step(&self, node: usize, step: usize) -> Vec<i64> {
        let inside = |c: &&Consignment| match c.place {
            Place::Line { node: n, step: s } => (n, s) == (node, step),
            Place::Serving { node: n, step: s, .. } | Place::Moving { node: n, step: s, .. } => (n, s) == (node, step),
            _ => false,
        };
        self.goods.iter().filter(inside).map(|c| c.mass).collect()
    }
}

// Being down.

impl<'w> Tick<'w> {
    fn node_is_down(&self, node: usize) -> bool {
        self.node_shut[node] || self.is_closed(&self.world.nodes[node].name)
    }

    /// The step for itself, whatever its node.
    fn step_is_down(&self, node: usize, step: usize) -> bool {
        self.step_shut[node][step] || self.is_closed(&self.step_name(node, step))
    }

    fn step_is_up(&self, node: usize, step: usize) -> bool {
        !self.node_is_down(node) && !self.step_is_down(node, step)
    }

    fn leg_is_down(&self, leg: usize) -> bool {
        self.is_closed(&self.leg_names[leg])
    }

    fn leg_may_leave(&self, leg: usize) -> bool {
        !self.leg_is_down(leg) && !self.node_is_down(self.origin(leg))
    }

    fn is_closed(&self, name: &str) -> bool {
        self.effects_on(name).contains(&Effect::Closed)
    }

    fn effects_on(&self, name: &str) -> Vec<Effect> {
        let in_force = self.world.disruptions.iter().zip(&self.struck).filter(|(_, struck)| **struck);
        in_force.filter(|(disruption, _)| disruption.strikes == name).map(|(disruption, _)| disruption.effect).collect()
    }

    fn shares_of_step(&self, node: usize, step: usize) -> Vec<u64> {
        let mut effects = self.effects_on(&self.world.nodes[node].name);
        effects.extend(self.effects_on(&self.step_name(node, step)));
        effects
            .iter()
            .filter_map(|effect| if let Effect::Capacity(share) = effect { Some(*share) } else { None })
            .collect()
    }

    fn factors_of_step(&self, node: usize, step: usize) -> Vec<u64> {
        let mut effects = self.effects_on(&self.world.nodes[node].name);
        effects.extend(self.effects_on(&self.step_name(node, step)));
        effects
            .iter()
            .filter_map(|effect| if let Effect::Time(factor) = effect { Some(*factor) } else { None })
            .collect()
    }

    /// Does a change of a calendar: records what went down or up, and pauses and resumes the work there.
    fn change(&mut self, change: impl FnOnce(&mut Self)) {
        let before = self.what_is_down();
        let up_before = self.steps_up();
        change(self);
        for ((kind, name, was_down), (_, _, is_down)) in before.into_iter().zip(self.what_is_down()) {
            if was_down != is_down {
                let happened = if is_down { "Closed" } else { "Opened" };
                self.emit(&format!("{kind}{happened}"), &name, &[]);
            }
        }
        for ((node, step, was_up), (_, _, is_up)) in up_before.into_iter().zip(self.steps_up()) {
            if was_up != is_up {
                self.pause_or_resume(node, step, is_up);
            }
        }
    }

    fn what_is_down(&self) -> Vec<(&'static str, String, bool)> {
        let mut places = vec![];
        for (n, node) in self.world.nodes.iter().enumerate() {
            places.push(("Node", node.name.clone(), self.node_is_down(n)));
            for s in 0..node.steps.len() {
                places.push(("Step", self.step_name(n, s), self.step_is_down(n, s)));
            }
        }
        places.extend((0..self.world.legs.len()).map(|l| ("Leg", self.leg_names[l].clone(), self.leg_is_down(l))));
        places
    }

    /// All steps by name, and whether they are up.
    fn steps_up(&self) -> Vec<(usize, usize, bool)> {
        let mut steps = vec![];
        for (n, node) in self.world.nodes.iter().enumerate() {
            steps.extend((0..node.steps.len()).map(|s| (n, s, self.step_is_up(n, s))));
        }
        steps.sort_by_key(|&(n, s, _)| self.step_place(n, s));
        steps
    }

    fn pause_or_resume(&mut self, node: usize, step: usize, up: bool) {
        let rule = self.step(node, step).on_outage.or(self.world.nodes[node].on_outage).unwrap_or(OnOutage::Pause);
        let serves =
            |c: &Consignment| matches!(c.place, Place::Serving { node: n, step: s, .. } if (n, s) == (node, step));
        let mut serving: Vec<usize> = (0..self.goods.len()).filter(|&i| serves(&self.goods[i])).collect();
        serving.sort_by_key(|&i| (self.goods[i].priority, self.goods[i].joined, self.name_of(&self.goods[i])));
        for i in serving {
            let Place::Serving { server, work, .. } = self.goods[i].place else { unreachable!("filtered above") };
            let place = |work| Place::Serving { node, step, server, work };
            match (up, rule, work) {
                (false, OnOutage::Pause, Work::Ends(at)) => {
                    self.goods[i].place = place(Work::Paused { remaining: at - self.now });
                    self.emit_at_step("HandlingPaused", i, node, step, &[]);
                }
                (false, OnOutage::Requeue, Work::Ends(at)) => {
                    self.goods[i].place = Place::Line { node, step };
                    self.goods[i].remaining = Some(at - self.now);
                    self.emit_at_step("HandlingRequeued", i, node, step, &[]);
                }
                (true, _, Work::Paused { remaining }) => {
                    self.goods[i].place = place(Work::Ends(self.now + remaining));
                    self.emit_at_step("HandlingResumed", i, node, step, &[]);
                }
                _ => {}
            }
        }
    }
}

// Doing what is due.

impl Tick<'_> {
    fn act(&mut self, act: Act) {
        match act {
            Act::EndHandling(i) => self.end_handling(i),
            Act::ArriveByLeg(i) => self.arrive_by_leg(i),
            Act::NodeHours(node) => self.change(|tick| tick.node_shut[node] = !tick.node_shut[node]),
            Act::StepHours(node, step) => self.change(|tick| tick.step_shut[node][step] = !tick.step_shut[node][step]),
            Act::Disruption(d) => self.change(|tick| tick.struck[d] = !tick.struck[d]),
            Act::EnterBacklog(i) => self.come(i, self.entry(self.goods[i].stream), self.goods[i].created, false),
            Act::Arrive(stream) => self.arrive(stream),
            Act::Timetable(leg) => self.depart_by_timetable(leg),
            Act::DepartFree(i) => self.depart_free(i),
            Act::Enter(i) => match self.goods[i].place {
                Place::Outside { node, .. } => self.enter_from_outside(i, node),
                _ => self.enter_from_inside(i),
            },
            Act::Start(i) => self.start(i),
        }
    }

    /// What is dated before the start is recorded at its own date, and waits for the start.
    fn record_the_backlog(&mut self) {
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
            place: Place::Backlog,
            joined: self.now,
            handling: 0,
            remaining: None,
            visit: 0,
            created: self.now,
            gone: None,
        });
        let i = self.goods.len() - 1;
        self.arrivals[stream] = self.arrival_after(stream, Some((self.now, n)));
        let fields = [("priority", Value::Int(priority)), ("mass", Value::Int(mass))];
        self.emit_of("ConsignmentCreated", i, &fields);
        i
    }

    fn arrival_after(&self, stream: usize, last: Option<(i64, u64)>) -> Option<(i64, u64)> {
        let rules = &self.world.streams[stream];
        let n = last.map_or(FIRST, |(_, n)| n + 1);
        if rules.count.is_some_and(|count| n >= FIRST + count) {
            return None;
        }
        let at = match &rules.arrivals {
            Arrivals::At(dates) => {
                let mut dates = dates.clone();
                dates.sort();
                *dates.get(usize::try_from(n - FIRST).expect("few dates"))?
            }
            Arrivals::Every { interval, first } => match (last, first) {
                (None, Some(first)) => *first,
                _ => last.map_or(0, |(at, _)| at) + interval.draw(self.block(&rules.name, n)[0]),
            },
        };
        Some((at, n))
    }

    /// Reaches a node from outside; `at_once` when nothing else says so.
    fn come(&mut self, i: usize, node: usize, since: i64, at_once: bool) {
        if self.world.nodes[node].steps.is_empty() {
            if at_once {
                self.emit_of("NodeReached", i, &[("node", self.node_value(node))]);
            }
            self.ready(i, node, since);
        } else {
            self.goods[i].place = Place::Outside { node, since, noted: false };
            self.open_visit(i, since);
        }
    }

    /// Ready to leave the node: where its way goes on is settled now, and what is free to go goes.
    fn ready(&mut self, i: usize, node: usize, since: i64) {
        let rules = &self.world.nodes[node];
        let at_handover = rules.kind == Kind::Handover;
        if at_handover {
            self.emit_of("HandedOver", i, &[("node", self.node_value(node))]);
        }
        let hop = match &rules.next {
            Next::Unsaid => self.default_hop(i, node),
            Next::To(to) => self.hop(node, to),
            Next::Weights(weights) => {
                let mut weights = weights.clone();
                weights.sort_by(|(a, _), (b, _)| (a == "out", a).cmp(&(b == "out", b)));
                let word = self.word(i, &format!("route {}", rules.name));
                let shares: Vec<u64> = weights.iter().map(|(_, weight)| *weight).collect();
                let to = weights[weighted(&shares, word)].0.clone();
                self.emit_of("RouteChosen", i, &[("to", Value::Text(to.clone()))]);
                self.hop(node, &to)
            }
        };
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

    /// A node, leg or `out` as written in a `next`: a node is reached by the quickest leg that leads there, else at once.
    fn hop(&self, from: usize, to: &str) -> Hop {
        if to == "out" {
            return Hop::Out;
        }
        if let Some(leg) = self.world.leg(to) {
            return Hop::Leg(leg);
        }
        let next = self.world.node(to).expect("a way leads to a node or a leg");
        let legs = self.legs_from(from).into_iter().filter(|&leg| self.target(leg) == next);
        let quickest = legs.min_by_key(|&leg| (mean(&self.world.legs[leg].transit), &self.leg_names[leg]));
        quickest.map_or(Hop::Node(next), Hop::Leg)
    }

    fn default_hop(&self, i: usize, node: usize) -> Hop {
        if self.world.nodes[node].kind == Kind::Handover {
            return Hop::Out;
        }
        let legs = self.legs_from(node);
        if let Some(destination) = self.destination(i) {
            if destination == node {
                return Hop::Out;
            }
            let times = self.times_to(destination);
            let by_leg = |leg: usize| {
                let rest = times[self.target(leg)]?;
                Some((mean(&self.world.legs[leg].transit) + rest, &self.leg_names[leg], leg))
            };
            if let Some((_, _, leg)) = legs.iter().filter_map(|&leg| by_leg(leg)).min() {
                return Hop::Leg(leg);
            }
        }
        if let [only] = legs[..] { Hop::Leg(only) } else { Hop::Out }
    }

    /// The stream's `to`, else the only handover node.
    fn destination(&self, i: usize) -> Option<usize> {
        if let Some(to) = &self.world.streams[self.goods[i].stream].to {
            return self.world.node(to);
        }
        let mut handovers = (0..self.world.nodes.len()).filter(|&n| self.world.nodes[n].kind == Kind::Handover);
        let first = handovers.next();
        if handovers.next().is_none() { first } else { None }
    }

    /// For each node the least mean time over legs from arriving there to being handled at the destination.
    fn times_to(&self, destination: usize) -> Vec<Option<i128>> {
        let handling = |node: usize| self.world.nodes[node].steps.iter().map(|step| mean(&step.time)).sum::<i128>();
        let mut times = vec![None; self.world.nodes.len()];
        times[destination] = Some(handling(destination));
        for _ in &self.world.nodes {
            for from in (0..self.world.nodes.len()).filter(|&n| n != destination) {
                for hop in self.possible_hops(from) {
                    let (to, way) = match hop {
                        Hop::Leg(leg) => (self.target(leg), mean(&self.world.legs[leg].transit)),
                        Hop::Node(to) => (to, 0),
                        Hop::Out => continue,
                    };
                    let Some(rest) = times[to] else { continue };
                    let time = handling(from) + way + rest;
                    times[from] = Some(times[from].map_or(time, |best: i128| best.min(time)));
                }
            }
        }
        times
    }

    /// Where goods can go on to from a node: by its `next`, else over any leg; a handover node without `next` is an end.
    fn possible_hops(&self, node: usize) -> Vec<Hop> {
        match &self.world.nodes[node].next {
            Next::To(to) => vec![self.hop(node, to)],
            Next::Weights(ways) => ways.iter().map(|(to, _)| self.hop(node, to)).collect(),
            Next::Unsaid if self.world.nodes[node].kind == Kind::Handover => vec![],
            Next::Unsaid => self.legs_from(node).into_iter().map(Hop::Leg).collect(),
        }
    }

    fn enter_from_outside(&mut self, i: usize, node: usize) {
        match self.full_from_outside(i, node) {
            None => self.enter(i, node, 0, false),
            Some(WhenFull::Overflow) => self.enter(i, node, 0, true),
            Some(WhenFull::Wait) => {
                let Place::Outside { since, .. } = self.goods[i].place else { unreachable!("it is outside") };
                self.goods[i].place = Place::Outside { node, since, noted: true };
                self.emit_of("HeldAtGate", i, &[("node", self.node_value(node))]);
            }
            Some(WhenFull::Refuse) => {
                self.emit_of("Refused", i, &[("node", self.node_value(node))]);
                self.close_visit(i, Fate::Refused);
                self.leave(i);
            }
            Some(WhenFull::Divert(to)) => {
                let to = self.world.node(to).expect("what is diverted goes to a node");
                self.emit_of("Diverted", i, &[("node", self.node_value(node)), ("to", self.node_value(to))]);
                self.close_visit(i, Fate::Diverted);
                self.come(i, to, self.now, true);
            }
        }
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

    fn enter(&mut self, i: usize, node: usize, step: usize, overflows: bool) {
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
    }

    fn start(&mut self, i: usize) {
        let Place::Line { node, step } = self.goods[i].place else { unreachable!("who starts stood in the line") };
        let server = self.free_server(node, step).expect("a server is free");
        let drawn = scaled(self.goods[i].handling, &self.factors_of_step(node, step));
        let seconds = self.goods[i].remaining.take().unwrap_or(drawn);
        self.goods[i].place = Place::Serving { node, step, server, work: Work::Ends(self.now + seconds) };
        let now = self.now;
        self.visit(i).started.get_or_insert(now);
        self.emit_at_step("HandlingStarted", i, node, step, &[("server", Value::Int(server))]);
    }

    fn end_handling(&mut self, i: usize) {
        let Place::Serving { node, step, server, .. } = self.goods[i].place else { unreachable!("it was in service") };
        self.emit_at_step("HandlingFinished", i, node, step, &[]);
        let chance = self.step(node, step).repeat;
        let again = chance > 0 && {
            let word = self.word(i, &format!("repeat {}", self.step_name(node, step)));
            high(word, MILLION) < chance
        };
        if again {
            self.close_visit(i, Fate::Left);
            let since = self.now;
            self.goods[i].place = Place::Moving { node, step, server: None, to: step, since, noted: false };
        } else if step + 1 < self.world.nodes[node].steps.len() {
            let (server, to, since) = (Some(server), step + 1, self.now);
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

    /// A transit of its own for this consignment.
    fn transit_of(&mut self, i: usize, leg: usize) -> i64 {
        let word = self.word(i, &format!("transit {}", self.leg_names[leg]));
        self.slowed(leg, self.world.legs[leg].transit.draw(word))
    }

    fn slowed(&self, leg: usize, seconds: i64) -> i64 {
        let effects = self.effects_on(&self.leg_names[leg]);
        let factor = |effect: &Effect| if let Effect::Time(factor) = effect { Some(*factor) } else { None };
        scaled(seconds, &effects.iter().filter_map(factor).collect::<Vec<_>>())
    }

    fn board(&mut self, i: usize, leg: usize, transit: i64) {
        self.goods[i].place = Place::Transit { leg, arrives: self.now + transit };
        self.visit(i).started = Some(self.now);
        self.emit_of("LegDeparted", i, &[("leg", self.leg_value(leg)), ("transit", Value::Int(transit))]);
    }

    fn depart_by_timetable(&mut self, leg: usize) {
        let rules = self.world.legs[leg].departures.as_ref().expect("it has a timetable");
        self.timetable[leg] = Some(self.now + rules.every);
        let name = &self.leg_names[leg];
        if !self.leg_may_leave(leg) {
            self.emit("DepartureSkipped", name, &[("leg", self.leg_value(leg))]);
            return;
        }
        let load = self.load(leg);
        let masses: Vec<i64> = load.iter().map(|&i| self.goods[i].mass).collect();
        if load.is_empty() || !reaches(rules.min_load, &masses) {
            self.emit("DepartureEmpty", name, &[("leg", self.leg_value(leg))]);
            return;
        }
        let number = self.departed[leg];
        self.departed[leg] += 1;
        let count = i64::try_from(load.len()).expect("few consignments");
        let vehicle = format!("{name}#{}", number + 1);
        self.emit("ConvoyDispatched", &vehicle, &[("leg", self.leg_value(leg)), ("load", Value::Int(count))]);
        let together = self.slowed(leg, self.world.legs[leg].transit.draw(self.word_of_vehicle(leg, number)));
        for i in load {
            let transit = if rules.each { self.transit_of(i, leg) } else { together };
            self.board(i, leg, transit);
        }
    }

    /// Who boards the vehicle that leaves now, in the order of boarding.
    fn load(&self, leg: usize) -> Vec<usize> {
        let rules = self.world.legs[leg].departures.as_ref().expect("it has a timetable");
        let effects = self.effects_on(&self.leg_names[leg]);
        let share = |effect: &Effect| if let Effect::Capacity(share) = effect { Some(*share) } else { None };
        let shares: Vec<u64> = effects.iter().filter_map(share).collect();
        let capacity = Limit {
            number: rules.capacity.number.map(|number| scaled(number, &shares)),
            mass: rules.capacity.mass.map(|mass| scaled(mass, &shares)),
        };
        let mut waiting: Vec<usize> =
            (0..self.goods.len()).filter(|&i| self.goods[i].place == Place::Ready { leg }).collect();
        waiting.sort_by_key(|&i| self.choice(i, rules.discipline));
        let mut load: Vec<usize> = vec![];
        for i in waiting {
            let masses: Vec<i64> = load.iter().map(|&i| self.goods[i].mass).collect();
            if has_room(capacity, &masses, self.goods[i].mass) {
                load.push(i);
            } else if rules.strict {
                break;
            }
        }
        load
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

// Names, figures, events.

impl<'w> Tick<'w> {
    fn step(&self, node: usize, step: usize) -> &'w Step {
        &self.world.nodes[node].steps[step]
    }

    fn step_place(&self, node: usize, step: usize) -> [&'w str; 2] {
        [&self.world.nodes[node].name, &self.step(node, step).name]
    }

    fn step_name(&self, node: usize, step: usize) -> String {
        self.step_place(node, step).join(".")
    }

    fn leg_place(&self, leg: usize) -> [&'w str; 2] {
        [&self.leg_names[leg], ""]
    }

    fn name_of(&self, c: &Consignment) -> Name<'w> {
        (&self.world.streams[c.stream].name, c.n)
    }

    fn entry(&self, stream: usize) -> usize {
        self.world.node(&self.world.streams[stream].enters).expect("a stream enters a node")
    }

    fn origin(&self, leg: usize) -> usize {
        self.world.node(&self.world.legs[leg].from).expect("a leg leads from a node")
    }

    fn target(&self, leg: usize) -> usize {
        self.world.node(&self.world.legs[leg].to).expect("a leg leads to a node")
    }

    fn legs_from(&self, node: usize) -> Vec<usize> {
        (0..self.world.legs.len()).filter(|&leg| self.origin(leg) == node).collect()
    }

    fn node_value(&self, node: usize) -> Value {
        Value::Text(self.world.nodes[node].name.clone())
    }

    fn leg_value(&self, leg: usize) -> Value {
        Value::Text(self.leg_names[leg].clone())
    }

    fn emit_at_step(&mut self, kind: &str, i: usize, node: usize, step: usize, more: &[(&str, Value)]) {
        let mut fields =
            vec![("node", self.node_value(node)), ("step", Value::Text(self.step(node, step).name.clone()))];
        fields.extend_from_slice(more);
        self.emit_of(kind, i, &fields);
    }

    fn emit_of(&mut self, kind: &str, i: usize, fields: &[(&str, Value)]) {
        let (stream, n) = self.name_of(&self.goods[i]);
        self.last_move = self.now;
        self.emit(kind, &format!("{stream}#{n}"), fields);
    }

    fn emit(&mut self, kind: &str, object: &str, fields: &[(&str, Value)]) {
        let fields = fields.iter().map(|(name, value)| ((*name).to_string(), value.clone())).collect();
        self.events.push(Event { time: self.now, kind: kind.into(), object: object.into(), fields });
    }

    fn figures_of(&mut self, place: Place) -> &mut Figures {
        match place {
            Place::Outside { node, .. } => &mut self.stations[node][0],
            Place::Line { node, step } | Place::Serving { node, step, .. } | Place::Moving { node, step, .. } => {
                &mut self.stations[node][step]
            }
            Place::Ready { leg } | Place::Transit { leg, .. } => &mut self.legs[leg],
            Place::Backlog | Place::Gone => unreachable!("it is nowhere"),
        }
    }

    /// Begins a visit where the consignment now stands. What it waited before the start counts as waiting in the line.
    fn open_visit(&mut self, i: usize, came: i64) {
        let (stream, n) = self.name_of(&self.goods[i]);
        let visit = Visit {
            object: format!("{stream}#{n}"),
            priority: self.goods[i].priority,
            came,
            entered: None,
            started: None,
            left: None,
            fate: Fate::Present,
            gate: 0,
            line: self.now - came,
            worked: 0,
            paused: 0,
            requeued: 0,
            blocked: 0,
        };
        let visits = &mut self.figures_of(self.goods[i].place).visits;
        visits.push(visit);
        self.goods[i].visit = visits.len() - 1;
    }

    fn visit(&mut self, i: usize) -> &mut Visit {
        let (place, visit) = (self.goods[i].place, self.goods[i].visit);
        &mut self.figures_of(place).visits[visit]
    }

    fn close_visit(&mut self, i: usize, fate: Fate) {
        let now = self.now;
        let visit = self.visit(i);
        visit.left = Some(now);
        visit.fate = fate;
    }
}

// Luck.

impl Tick<'_> {
    /// The eight words of the individual `n` of this text.
    fn block(&self, text: &str, n: u64) -> [u64; 8] {
        block(&self.luck, text, n)
    }

    fn draw_priority(&self, stream: usize, n: u64) -> i64 {
        let rules = &self.world.streams[stream];
        rules.priority.draw(self.block(&rules.name, n)[1])
    }

    /// The consignment's next word for this purpose.
    fn word(&mut self, i: usize, purpose: &str) -> u64 {
        let c = &mut self.goods[i];
        let visit = c.drew.entry(purpose.into()).or_insert(0);
        let word = mix(&c.secret, hash(purpose), *visit);
        *visit += 1;
        word
    }

    fn word_of_vehicle(&self, leg: usize, number: u64) -> u64 {
        let words = self.block(&format!("leg {}", self.leg_names[leg]), 0);
        mix(&[words[4], words[5], words[6], words[7]], hash("transit"), number)
    }
}

/// The eight words of an individual.
pub fn block(luck: &ChaCha8Rng, text: &str, n: u64) -> [u64; 8] {
    let mut luck = luck.clone();
    luck.set_stream(hash(text));
    luck.set_word_pos(u128::from(n) * 16);
    std::array::from_fn(|_| luck.next_u64())
}

pub fn hash(text: &str) -> u64 {
    let hash = blake3::hash(text.as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("a hash has 32 bytes"))
}

pub fn mix(secret: &[u64; 4], purpose: u64, visit: u64) -> u64 {
    let x = mum(secret[2] ^ purpose, secret[3] ^ visit);
    mum(secret[0] ^ x, secret[1] ^ purpose ^ visit.wrapping_mul(ODD))
}

fn mum(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

/// `word * n / 2^64`, rounded down.
pub fn high(word: u64, n: u64) -> u64 {
    ((u128::from(word) * u128::from(n)) >> 64) as u64
}

/// The first whose cumulative share, as a fraction of 2^64, exceeds the word.
pub fn weighted(weights: &[u64], word: u64) -> usize {
    let sum: u64 = weights.iter().sum();
    let mut cumulative = 0;
    for (i, weight) in weights.iter().enumerate() {
        cumulative += weight;
        if u128::from(word) * u128::from(sum) < u128::from(cumulative) << 64 {
            return i;
        }
    }
    unreachable!("the last share is all of it")
}

impl Law {
    fn draw(&self, word: u64) -> i64 {
        match self {
            Law::Constant(value) => *value,
            Law::Uniform(low, high_end) => low + high(word, (high_end - low + 1) as u64) as i64,
            Law::Weights(weights) => {
                let mut weights = weights.clone();
                weights.sort();
                let shares: Vec<u64> = weights.iter().map(|(_, weight)| *weight).collect();
                weights[weighted(&shares, word)].0
            }
            Law::Empirical(values) => {
                let mut values = values.clone();
                values.sort();
                values[high(word, values.len() as u64) as usize]
            }
        }
    }
}

/// The mean in parts of a second that are exact for laws of up to sixteen equal parts.
fn mean(law: &Law) -> i128 {
    const PARTS: i128 = 720_720;
    match law {
        Law::Constant(value) => i128::from(*value) * PARTS,
        Law::Uniform(low, high) => i128::from(low + high) * PARTS / 2,
        Law::Weights(weights) => {
            let sum: u64 = weights.iter().map(|(_, weight)| weight).sum();
            let parts = weights.iter().map(|&(value, weight)| i128::from(value) * i128::from(weight) * PARTS);
            parts.sum::<i128>() / i128::from(sum)
        }
        Law::Empirical(values) => values.iter().map(|&v| i128::from(v) * PARTS).sum::<i128>() / values.len() as i128,
    }
}

/// The product with all factors (millionths), rounded once, half up.
fn scaled(value: i64, factors: &[u64]) -> i64 {
    let mut product = i128::from(value);
    let mut one = 1;
    for &factor in factors {
        product *= i128::from(factor);
        one *= i128::from(MILLION);
    }
    i64::try_from((2 * product + one).div_euclid(2 * one)).expect("small worlds have small numbers")
}

/// Whether one more of this mass fits in with these.
fn has_room(limit: Limit, masses: &[i64], mass: i64) -> bool {
    let number = masses.len() as i64 + 1;
    let mass = masses.iter().sum::<i64>() + mass;
    limit.number.is_none_or(|most| number <= most) && limit.mass.is_none_or(|most| mass <= most)
}

/// Whether these come up to a least load.
fn reaches(limit: Limit, masses: &[i64]) -> bool {
    limit.number.is_none_or(|least| masses.len() as i64 >= least)
        && limit.mass.is_none_or(|least| masses.iter().sum::<i64>() >= least)
}

/// The first instant of the timetable that is not before the start.
fn first_departure(leg: &Leg) -> Option<i64> {
    let rules = leg.departures.as_ref()?;
    let mut first = rules.first.unwrap_or(rules.every);
    while first < 0 {
        first += rules.every;
    }
    Some(first)
}

/// `10 HandlingStarted a#1 node=n server=1 step=s`
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.time, self.kind, self.object)?;
        for (name, value) in &self.fields {
            match value {
                Value::Int(value) => write!(f, " {name}={value}")?,
                Value::Text(value) => write!(f, " {name}={value}")?,
            }
        }
        Ok(())
    }
}

impl Visit {
    /// From coming to the first start.
    pub fn wait(&self) -> Option<i64> {
        self.started.map(|started| started - self.came)
    }

    pub fn stay(&self) -> Option<i64> {
        self.left.map(|left| left - self.came)
    }

    /// All seconds that were accounted for.
    pub fn parts(&self) -> i64 {
        self.gate + self.line + self.worked + self.paused + self.requeued + self.blocked
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::World;
    use super::*;

    #[test]
    fn a_word_falls_where_the_rules_say() {
        let half = 1 << 63;
        let drawn = |law: &Law| [0, half - 1, half, u64::MAX].map(|word| law.draw(word));
        assert_eq!(drawn(&Law::Uniform(3, 6)), [3, 4, 5, 6]);
        assert_eq!(drawn(&Law::Weights(vec![(9, 1), (2, 1)])), [2, 2, 9, 9]);
        assert_eq!(drawn(&Law::Weights(vec![(2, 3), (9, 3), (4, 0)])), [2, 2, 9, 9]);
        assert_eq!(drawn(&Law::Empirical(vec![7, 1, 7, 5])), [1, 5, 7, 7]);
        assert_eq!(drawn(&Law::Constant(4)), [4; 4]);
    }

    #[test]
    fn an_individual_has_the_block_of_its_number_in_the_stream_of_its_name() {
        let world = World::new();
        let tick = Tick::new(&world, &[], 7);
        let mut luck = ChaCha8Rng::seed_from_u64(7);
        luck.set_stream(hash("b"));
        let words: Vec<u64> = (0..32).map(|_| luck.next_u64()).collect();
        for n in 0..4 {
            assert_eq!(tick.block("b", n), words[8 * n as usize..][..8]);
        }
    }

    #[test]
    fn factors_multiply_and_round_once_with_halves_up() {
        assert_eq!(scaled(5, &[]), 5);
        assert_eq!(scaled(5, &[MILLION / 2]), 3);
        assert_eq!(scaled(1, &[MILLION / 4]), 0);
        assert_eq!(scaled(5, &[MILLION / 2, MILLION / 2]), 1);
        assert_eq!(scaled(7, &[MILLION * 3 / 2, 0]), 0);
    }
}
