//! Small worlds as plain data; `toml` writes them as scenario files.
//!
//! Everything refers to everything else by name. Times are whole seconds since `start`, masses whole kilograms, chances
//! and factors millionths.

mod toml;

pub use toml::to_toml;

/// One, in the millionths that chances and factors are counted in.
pub const MILLION: u64 = 1_000_000;

/// 2025-07-14 00:00 UTC, a Monday, in seconds since 1970.
pub const MONDAY: i64 = 1_752_451_200;

pub const DAY: i64 = 86_400;

/// In a calendar of servers.
pub const UNLIMITED: i64 = i64::MAX;

#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// Seconds since 1970, UTC.
    pub start: i64,
    /// Seconds since `start`, excluded.
    pub end: Option<i64>,
    pub items: Vec<Item>,
    pub streams: Vec<Stream>,
    pub nodes: Vec<Node>,
    pub legs: Vec<Leg>,
    pub disruptions: Vec<Disruption>,
    pub pools: Vec<Pool>,
}

/// Servers that several steps share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    pub name: String,
    pub servers: Servers,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub name: String,
    pub mass: i64,
    /// The NATO class of supply.
    pub class: Option<String>,
}

/// A distribution over whole numbers: seconds, kilograms, units, priorities.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    Constant(i64),
    /// Both ends included.
    Uniform(i64, i64),
    /// Value and relative weight; values differ.
    Weights(Vec<(i64, u64)>),
    /// Each value equally likely; values may repeat.
    Empirical(Vec<i64>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// Dates, in any order; those before 0 are the opening backlog.
    At(Vec<i64>),
    /// The first comes one interval after the start, or at `first`.
    Every { interval: Law, first: Option<i64> },
}

/// How the rate of a stream changes, in millionths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Of equal parts of a period that begins at the start, each of whole seconds.
    Parts { period: i64, factors: Vec<u64> },
    /// 24, seven from Monday on, and twelve; each of them may be missing altogether, but not all.
    Calendar { hours: Vec<u64>, weekdays: Vec<u64>, months: Vec<u64> },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Goods {
    /// Consignments without a stated mass: 0 kg.
    Unstated,
    Mass(Law),
    Item {
        name: String,
        quantity: Law,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    pub name: String,
    pub arrivals: Arrivals,
    pub count: Option<u64>,
    /// How many come each time; one unless stated.
    pub batch: Option<Law>,
    /// Only beside `every`.
    pub profile: Option<Profile>,
    /// Instants in rising order and the factors there; only beside `every`.
    pub trend: Vec<(i64, u64)>,
    /// Its way may have no end.
    pub circulates: bool,
    pub priority: Law,
    pub goods: Goods,
    pub enters: String,
    pub to: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Origin,
    Hub,
    Handover,
}

/// A yard, a capacity, a least load: what is not stated does not limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    pub number: Option<i64>,
    pub mass: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WhenFull {
    #[default]
    Wait,
    Divert(String),
    Refuse,
    Overflow,
}

/// Open on the days from `first` to `last` (0 is Monday), from minute `opens` to minute `closes` of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    pub first: u8,
    pub last: u8,
    pub opens: u16,
    pub closes: u16,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Next {
    #[default]
    Unsaid,
    /// The name of a node or a leg, or `out`.
    To(String),
    /// Names of nodes and legs, or `out`, with relative weights.
    Weights(Vec<(String, u64)>),
    Fastest,
    LeastBacklog,
    By(Trait, Vec<(String, Next)>, Box<Next>),
}

/// What of goods a choice goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trait {
    Item,
    Class,
    Priority,
    Stream,
    Destination,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnOutage {
    Pause,
    Finish,
    Requeue,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub name: String,
    pub kind: Kind,
    pub yard: Limit,
    pub when_full: WhenFull,
    pub hours: Option<Hours>,
    /// For the steps that say nothing themselves.
    pub on_outage: Option<OnOutage>,
    pub next: Next,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Servers {
    Number(i64),
    /// From when on how many, or `UNLIMITED`; the first before that, too.
    Calendar(Vec<(i64, i64)>),
    Unlimited,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Discipline {
    #[default]
    Priority,
    Fifo,
    Lifo,
    EarliestDue,
    Shortest,
}

/// What becomes of the work of one that gave way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preempt {
    Resume,
    Restart,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub name: String,
    pub servers: Servers,
    pub discipline: Discipline,
    pub preempt: Option<Preempt>,
    pub time: Law,
    pub yard: Limit,
    pub when_full: WhenFull,
    /// A chance in millionths.
    pub repeat: u64,
    /// How long goods wait in line before they give up.
    pub patience: Option<Law>,
    /// Pools, and how many servers of each go with a server of the step.
    pub uses: Vec<(String, i64)>,
    /// For how long a server leaves that finds its line empty.
    pub away: Option<Law>,
    /// The items that it handles; all if none is named.
    pub only: Vec<String>,
    pub hours: Option<Hours>,
    pub on_outage: Option<OnOutage>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Leg {
    /// `<from>:<to>:<mode>` unless stated.
    pub name: Option<String>,
    pub from: String,
    pub to: String,
    pub mode: String,
    pub transit: Law,
    pub departures: Option<Departures>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Departures {
    /// Without it vehicles leave by what is ready.
    pub every: Option<i64>,
    /// May lie before 0; then the instants from 0 on count. One `every` after the start unless stated.
    pub first: Option<i64>,
    pub capacity: Limit,
    pub min_load: Limit,
    pub strict: bool,
    pub each: bool,
    /// Never `Shortest`.
    pub discipline: Discipline,
    /// Without `every`, with a capacity.
    pub when_loaded: bool,
    /// Without `every`.
    pub or_after: Option<i64>,
    /// So many vehicles; as many as needed unless stated.
    pub fleet: Option<i64>,
    /// How long a vehicle of the fleet takes to come back after it arrived.
    pub back: Law,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Disruption {
    pub name: String,
    /// A node, `node.step` or a leg.
    pub strikes: String,
    /// Both are for what comes once.
    pub on: i64,
    pub lasts: i64,
    pub effect: Effect,
    /// Comes again and again instead.
    pub random: Option<Random>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Random {
    /// From the start or the end of one to the next.
    pub every: Law,
    pub lasts: Law,
    /// The servers of a step fail, each for itself.
    pub each_server: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Closed,
    /// Millionths.
    Time(u64),
    /// Millionths.
    Capacity(u64),
}

impl World {
    /// A world without anything in it that starts on a Monday at midnight.
    pub fn new() -> World {
        World {
            start: MONDAY,
            end: None,
            items: vec![],
            streams: vec![],
            nodes: vec![],
            legs: vec![],
            disruptions: vec![],
            pools: vec![],
        }
    }

    /// The place in `nodes` of the node of this name.
    pub fn node(&self, name: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.name == name)
    }

    /// The place in `legs` of the leg of this name.
    pub fn leg(&self, name: &str) -> Option<usize> {
        self.legs.iter().position(|leg| leg.name() == name)
    }
}

impl Item {
    /// Of no class.
    pub fn new(name: &str, mass: i64) -> Item {
        Item { name: name.into(), mass, class: None }
    }
}

impl Stream {
    /// Consignments of priority 1 and no mass, at these dates.
    pub fn at(name: &str, dates: &[i64], enters: &str) -> Stream {
        Stream {
            name: name.into(),
            arrivals: Arrivals::At(dates.to_vec()),
            count: None,
            batch: None,
            profile: None,
            trend: vec![],
            circulates: false,
            priority: Law::Constant(1),
            goods: Goods::Unstated,
            enters: enters.into(),
            to: None,
        }
    }
}

impl Node {
    /// A node without limits, hours, way or steps.
    pub fn new(name: &str, kind: Kind) -> Node {
        Node {
            name: name.into(),
            kind,
            yard: Limit::default(),
            when_full: WhenFull::Wait,
            hours: None,
            on_outage: None,
            next: Next::Unsaid,
            steps: vec![],
        }
    }
}

impl Step {
    /// So many servers, each so many seconds.
    pub fn new(name: &str, servers: i64, time: i64) -> Step {
        Step {
            name: name.into(),
            servers: Servers::Number(servers),
            discipline: Discipline::Priority,
            preempt: None,
            time: Law::Constant(time),
            yard: Limit::default(),
            when_full: WhenFull::Wait,
            repeat: 0,
            patience: None,
            uses: vec![],
            away: None,
            only: vec![],
            hours: None,
            on_outage: None,
        }
    }
}

impl Leg {
    /// A road that takes each consignment at once.
    pub fn road(from: &str, to: &str, transit: i64) -> Leg {
        Leg {
            name: None,
            from: from.into(),
            to: to.into(),
            mode: "road".into(),
            transit: Law::Constant(transit),
            departures: None,
        }
    }

    pub fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("{}:{}:{}", self.from, self.to, self.mode))
    }
}

impl Departures {
    pub fn every(every: i64) -> Departures {
        Departures { every: Some(every), ..Departures::when_ready() }
    }

    /// As soon as anything is ready.
    pub fn when_ready() -> Departures {
        Departures {
            every: None,
            first: None,
            capacity: Limit::default(),
            min_load: Limit::default(),
            strict: false,
            each: false,
            discipline: Discipline::Priority,
            when_loaded: false,
            or_after: None,
            fleet: None,
            back: Law::Constant(0),
        }
    }
}

impl Limit {
    pub const fn number(number: i64) -> Limit {
        Limit { number: Some(number), mass: None }
    }

    pub const fn mass(mass: i64) -> Limit {
        Limit { number: None, mass: Some(mass) }
    }

    pub fn is_stated(self) -> bool {
        self != Limit::default()
    }
}
