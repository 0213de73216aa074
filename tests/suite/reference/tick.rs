//! The reference: marches from instant to instant and, within one, does whatever is due in the lowest phase, found by
//! looking at everything there is, every time.
//!
//! There is no calendar, no line, no counter that could fall out of step: a line is the consignments that say they stand
//! in it, a yard's load is the sum over those that are in it, the next instant is the least of all instants at which
//! anything could happen.

mod act;
mod down;
mod due;
mod fail;
mod luck;
mod pool;
mod rate;
mod start;
mod tell;
mod vehicles;
mod ways;

use super::world::{
    Arrivals, DAY, Discipline, Effect, Goods, Hours, Kind, Law, Leg, Limit, MILLION, Next, Node, OnOutage, Preempt,
    Profile, Servers, Step, Stream, Trait, UNLIMITED, WhenFull, World,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::fmt;

pub use luck::{block, hash, high, mix, weighted};
use luck::{mean, scaled};

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
    /// Branches that leave no mark in the events, and how often they were taken.
    pub notes: BTreeMap<&'static str, u64>,
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
    GaveUp,
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
    /// Per stream: how many are still to come of the batch that is coming, and how many batches came.
    batches: Vec<(i64, usize)>,
    /// Per leg: its next departure by timetable.
    timetable: Vec<Option<i64>>,
    /// Per leg: how many vehicles left.
    departed: Vec<u64>,
    /// Per leg and vehicle of its fleet: until when it is away.
    vehicles_away: Vec<Vec<Option<i64>>>,
    /// Per node and step: shut by its hours, as far as phase 2 has been told.
    node_shut: Vec<bool>,
    step_shut: Vec<Vec<bool>>,
    /// Per disruption: in force, as far as phase 2 has been told.
    struck: Vec<bool>,
    /// Of random disruptions: all that can fail by them, and how it stands with each.
    failing: Vec<Failing>,
    /// Servers that left as their line was empty, until when.
    away: Vec<Away>,
    /// How often each server left before.
    left: BTreeMap<(usize, usize, i64), u64>,
    goods: Vec<Consignment>,
    events: Vec<Event>,
    stations: Vec<Vec<Figures>>,
    legs: Vec<Figures>,
    notes: BTreeMap<&'static str, u64>,
}

/// A place, or a server of one, that a random disruption strikes again and again.
struct Failing {
    disruption: usize,
    /// From 1; 0 is the whole place.
    server: i64,
    down: bool,
    /// When it changes.
    at: i64,
    /// How many outages are over.
    before: u64,
}

struct Away {
    node: usize,
    step: usize,
    server: i64,
    until: i64,
}

struct Consignment {
    stream: usize,
    n: u64,
    priority: i64,
    mass: i64,
    secret: [u64; 4],
    /// How often it drew for each purpose.
    drew: BTreeMap<String, u64>,
    /// When full yards turned it away last, the first of them at that instant, and how many.
    turned: Option<(i64, usize, usize)>,
    place: Place,
    /// When it joined the line of its step or leg.
    joined: i64,
    /// Handling time of this visit as drawn.
    handling: i64,
    /// Work that a requeued one has before it.
    remaining: Option<i64>,
    /// When it will have waited in this line for as long as it would.
    gives_up: Option<i64>,
    /// When a server began with it last.
    begun: i64,
    /// Which of its stage's visits it is on.
    visit: usize,
    created: i64,
    gone: Option<i64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Dated before the start, which is not yet.
    Backlog,
    /// Wants to enter the node's first step that handles it; once `noted` it stands at the gate.
    Outside {
        node: usize,
        /// The first that handles it.
        step: usize,
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
    AwaitOutages(usize),
    Fail(usize),
    EnterBacklog(usize),
    Arrive(usize),
    Timetable(usize),
    DepartFree(usize),
    DepartLoaded(usize),
    VehicleBack(usize, usize),
    Enter(usize),
    /// Who starts, and who gives way to it.
    Start(usize, Option<usize>),
    GiveUp(usize),
    ServerBack(usize),
    LeaveIdle(usize, usize, i64),
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
const PATIENCE: u8 = 8;
const LAST: u8 = 9;

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
            batches: vec![(0, 0); world.streams.len()],
            timetable: world.legs.iter().map(first_departure).collect(),
            departed: vec![0; world.legs.len()],
            vehicles_away: world.legs.iter().map(vehicles::all_in).collect(),
            node_shut: vec![false; world.nodes.len()],
            step_shut: world.nodes.iter().map(|node| vec![false; node.steps.len()]).collect(),
            struck: vec![false; world.disruptions.len()],
            failing: vec![],
            away: vec![],
            left: BTreeMap::new(),
            goods: vec![],
            events: vec![],
            stations: world.nodes.iter().map(figures).collect(),
            legs: world.legs.iter().map(|_| Figures::default()).collect(),
            notes: BTreeMap::new(),
        };
        tick.arrivals = (0..world.streams.len()).map(|stream| tick.arrival_after(stream, None)).collect();
        tick
    }

    /// Whether it stopped because nothing would ever move again.
    fn run(&mut self) -> bool {
        self.record_the_backlog();
        loop {
            let over = self.world.end.is_some_and(|end| self.now >= end);
            if over || (self.world.end.is_none() && self.is_empty() && !self.opens()) {
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

    /// Whether streams are still to open: at the start, once the calendars of that instant have turned.
    fn opens(&self) -> bool {
        let every = |stream: &Stream| matches!(stream.arrivals, Arrivals::Every { .. });
        self.now == 0 && self.world.streams.iter().any(every) && self.due().iter().any(|(turn, _)| turn.0 <= CALENDARS)
    }

    fn is_empty(&self) -> bool {
        self.arrivals.iter().all(Option::is_none) && self.goods.iter().all(|c| c.place == Place::Gone)
    }

    fn anything_moves(&self) -> bool {
        let moves =
            |c: &Consignment| matches!(c.place, Place::Serving { .. } | Place::Transit { .. }) || c.gives_up.is_some();
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
            instants.extend(c.gives_up);
        }
        instants.extend(self.arrivals.iter().flatten().map(|&(at, _)| at));
        instants.extend(self.timetable.iter().flatten());
        instants.extend(self.away.iter().map(|away| away.until));
        instants.extend(self.failing.iter().map(|failing| failing.at));
        instants.extend(self.instants_of_vehicles());
        for disruption in self.world.disruptions.iter().filter(|disruption| disruption.random.is_none()) {
            instants.extend([disruption.on, disruption.on + disruption.lasts]);
        }
        for node in &self.world.nodes {
            instants.extend(node.hours.iter().flat_map(|&hours| self.next_days(hours)));
            for step in &node.steps {
                instants.extend(step.hours.iter().flat_map(|&hours| self.next_days(hours)));
            }
        }
        let of_steps = self.world.nodes.iter().flat_map(|node| node.steps.iter().map(|step| &step.servers));
        for servers in of_steps.chain(self.world.pools.iter().map(|pool| &pool.servers)) {
            if let Servers::Calendar(parts) = servers {
                instants.extend(parts.iter().map(|&(from, _)| from));
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
            notes: self.notes,
        }
    }
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
    let every = rules.every?;
    let mut first = rules.first.unwrap_or(every);
    while first < 0 {
        first += every;
    }
    Some(first)
}

/// What follows from the rest of a line is compared with the engine's, and left out where lines are read.
const UNREAD: [&str; 3] = ["again", "left", "service"];

/// `10 HandlingStarted a#1 node=n server=1 step=s`
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.time, self.kind, self.object)?;
        for (name, value) in self.fields.iter().filter(|(name, _)| !UNREAD.contains(&name.as_str())) {
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
