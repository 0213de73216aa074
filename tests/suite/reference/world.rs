//! Small worlds as plain data, and their text in the grammar of scenario files.
//!
//! Everything refers to everything else by name. Times are whole seconds since `start`, masses whole kilograms, chances
//! and factors millionths.

use std::fmt::Write as _;

/// One, in the millionths that chances and factors are counted in.
pub const MILLION: u64 = 1_000_000;

/// 2025-07-14 00:00 UTC, a Monday, in seconds since 1970.
pub const MONDAY: i64 = 1_752_451_200;

pub const DAY: i64 = 86_400;

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
}

#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub name: String,
    pub mass: i64,
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
    /// From when on how many; the first from 0.
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

#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub name: String,
    pub servers: Servers,
    pub discipline: Discipline,
    pub time: Law,
    pub yard: Limit,
    pub when_full: WhenFull,
    /// A chance in millionths.
    pub repeat: u64,
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
    pub every: i64,
    /// May lie before 0; then the instants from 0 on count. One `every` after the start unless stated.
    pub first: Option<i64>,
    pub capacity: Limit,
    pub min_load: Limit,
    pub strict: bool,
    pub each: bool,
    /// Never `Shortest`.
    pub discipline: Discipline,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Disruption {
    pub name: String,
    /// A node, `node.step` or a leg.
    pub strikes: String,
    pub on: i64,
    pub lasts: i64,
    pub effect: Effect,
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

impl Stream {
    /// Consignments of priority 1 and no mass, at these dates.
    pub fn at(name: &str, dates: &[i64], enters: &str) -> Stream {
        Stream {
            name: name.into(),
            arrivals: Arrivals::At(dates.to_vec()),
            count: None,
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
            time: Law::Constant(time),
            yard: Limit::default(),
            when_full: WhenFull::Wait,
            repeat: 0,
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
        Departures {
            every,
            first: None,
            capacity: Limit::default(),
            min_load: Limit::default(),
            strict: false,
            each: false,
            discipline: Discipline::Priority,
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

/// The world as a scenario file, entries in the order of the lists.
pub fn to_toml(world: &World) -> String {
    let mut text = String::new();
    let date = |t: i64| date(world.start + t);
    line(&mut text, "[time]");
    line(&mut text, &format!("start = {}", date(0)));
    if let Some(end) = world.end {
        line(&mut text, &format!("end = {}", date(end)));
    }
    for item in &world.items {
        line(&mut text, "\n[[item]]");
        line(&mut text, &format!("name = \"{}\"", item.name));
        line(&mut text, &format!("mass = \"{} kg\"", item.mass));
    }
    for disruption in &world.disruptions {
        line(&mut text, "\n[[disruption]]");
        line(&mut text, &format!("name = \"{}\"", disruption.name));
        line(&mut text, &format!("strikes = \"{}\"", disruption.strikes));
        line(&mut text, &format!("on = {}", date(disruption.on)));
        line(&mut text, &format!("lasts = {}", seconds(disruption.lasts)));
        line(&mut text, &format!("effect = {}", effect(disruption.effect)));
    }
    for leg in &world.legs {
        leg_entry(&mut text, world, leg);
    }
    for node in &world.nodes {
        node_entry(&mut text, world, node);
    }
    for stream in &world.streams {
        stream_entry(&mut text, world, stream);
    }
    text
}

fn stream_entry(text: &mut String, world: &World, stream: &Stream) {
    line(text, "\n[[consignment]]");
    line(text, &format!("name = \"{}\"", stream.name));
    match &stream.arrivals {
        Arrivals::At(dates) => {
            let dates: Vec<String> = dates.iter().map(|&at| date(world.start + at)).collect();
            line(text, &format!("arrivals = {{ at = [{}] }}", dates.join(", ")));
        }
        Arrivals::Every { interval, first: None } => {
            line(text, &format!("arrivals = {{ every = {} }}", law(interval, seconds)));
        }
        Arrivals::Every { interval, first: Some(first) } => {
            let first = date(world.start + first);
            line(text, &format!("arrivals = {{ every = {}, first = {first} }}", law(interval, seconds)));
        }
    }
    if let Some(count) = stream.count {
        line(text, &format!("count = {count}"));
    }
    line(text, &format!("priority = {}", law(&stream.priority, bare)));
    match &stream.goods {
        Goods::Unstated => {}
        Goods::Mass(mass) => line(text, &format!("mass = {}", law(mass, kilograms))),
        Goods::Item { name, quantity } => {
            line(text, &format!("item = \"{name}\""));
            line(text, &format!("quantity = {}", law(quantity, bare)));
        }
    }
    line(text, &format!("enters = \"{}\"", stream.enters));
    if let Some(to) = &stream.to {
        line(text, &format!("to = \"{to}\""));
    }
}

fn node_entry(text: &mut String, world: &World, node: &Node) {
    line(text, "\n[[node]]");
    line(text, &format!("name = \"{}\"", node.name));
    let kind = match node.kind {
        Kind::Origin => "origin",
        Kind::Hub => "hub",
        Kind::Handover => "handover",
    };
    line(text, &format!("kind = \"{kind}\""));
    yard(text, node.yard, &node.when_full);
    hours(text, node.hours);
    on_outage(text, node.on_outage);
    match &node.next {
        Next::Unsaid => {}
        Next::To(to) => line(text, &format!("next = \"{to}\"")),
        Next::Weights(weights) => {
            let weights: Vec<String> = weights.iter().map(|(to, weight)| format!("\"{to}\" = {weight}")).collect();
            line(text, &format!("next = {{ weights = {{ {} }} }}", weights.join(", ")));
        }
    }
    for step in &node.steps {
        line(text, "\n[[node.step]]");
        line(text, &format!("name = \"{}\"", step.name));
        match &step.servers {
            Servers::Number(n) => line(text, &format!("servers = {n}")),
            Servers::Unlimited => line(text, "servers = \"unlimited\""),
            Servers::Calendar(parts) => {
                let part = |&(from, n): &(i64, i64)| format!("{{ from = {}, n = {n} }}", date(world.start + from));
                let parts: Vec<String> = parts.iter().map(part).collect();
                line(text, &format!("servers = [{}]", parts.join(", ")));
            }
        }
        line(text, &format!("time = {}", law(&step.time, seconds)));
        discipline(text, step.discipline);
        yard(text, step.yard, &step.when_full);
        if step.repeat > 0 {
            line(text, &format!("repeat = {}", millionths(step.repeat)));
        }
        hours(text, step.hours);
        on_outage(text, step.on_outage);
    }
}

fn leg_entry(text: &mut String, world: &World, leg: &Leg) {
    line(text, "\n[[leg]]");
    if let Some(name) = &leg.name {
        line(text, &format!("name = \"{name}\""));
    }
    line(text, &format!("from = \"{}\"", leg.from));
    line(text, &format!("to = \"{}\"", leg.to));
    line(text, &format!("mode = \"{}\"", leg.mode));
    line(text, &format!("transit = {}", law(&leg.transit, seconds)));
    let Some(departures) = &leg.departures else { return };
    let mut parts = vec![format!("every = {}", seconds(departures.every))];
    if let Some(first) = departures.first {
        parts.push(format!("first = {}", date(world.start + first)));
    }
    if departures.capacity.is_stated() {
        parts.push(format!("capacity = {}", limit(departures.capacity)));
    }
    if departures.min_load.is_stated() {
        parts.push(format!("min_load = {}", limit(departures.min_load)));
    }
    if departures.strict {
        parts.push("strict = true".into());
    }
    if departures.each {
        parts.push("each = true".into());
    }
    if departures.discipline != Discipline::Priority {
        parts.push(format!("discipline = \"{}\"", discipline_name(departures.discipline)));
    }
    line(text, &format!("departures = {{ {} }}", parts.join(", ")));
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("writing to a String cannot fail");
}

fn yard(text: &mut String, yard: Limit, when_full: &WhenFull) {
    if yard.is_stated() {
        line(text, &format!("yard = {}", limit(yard)));
    }
    match when_full {
        WhenFull::Wait => {}
        WhenFull::Refuse => line(text, "when_full = \"refuse\""),
        WhenFull::Overflow => line(text, "when_full = \"overflow\""),
        WhenFull::Divert(to) => {
            line(text, "when_full = \"divert\"");
            line(text, &format!("divert_to = \"{to}\""));
        }
    }
}

fn hours(text: &mut String, hours: Option<Hours>) {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    if let Some(h) = hours {
        let (first, last) = (DAYS[usize::from(h.first)], DAYS[usize::from(h.last)]);
        line(text, &format!("hours = \"{first}-{last} {}-{}\"", clock(h.opens), clock(h.closes)));
    }
}

fn on_outage(text: &mut String, on_outage: Option<OnOutage>) {
    match on_outage {
        None => {}
        Some(OnOutage::Pause) => line(text, "on_outage = \"pause\""),
        Some(OnOutage::Finish) => line(text, "on_outage = \"finish\""),
        Some(OnOutage::Requeue) => line(text, "on_outage = \"requeue\""),
    }
}

fn discipline(text: &mut String, discipline: Discipline) {
    if discipline != Discipline::Priority {
        line(text, &format!("discipline = \"{}\"", discipline_name(discipline)));
    }
}

fn discipline_name(discipline: Discipline) -> &'static str {
    match discipline {
        Discipline::Priority => "priority",
        Discipline::Fifo => "fifo",
        Discipline::Lifo => "lifo",
        Discipline::EarliestDue => "earliest_due",
        Discipline::Shortest => "shortest",
    }
}

fn effect(effect: Effect) -> String {
    match effect {
        Effect::Closed => "\"closed\"".into(),
        Effect::Time(factor) => format!("{{ time = {} }}", millionths(factor)),
        Effect::Capacity(share) => format!("{{ capacity = {} }}", millionths(share)),
    }
}

fn limit(limit: Limit) -> String {
    match (limit.number, limit.mass) {
        (Some(number), None) => number.to_string(),
        (None, Some(mass)) => kilograms(mass),
        (Some(number), Some(mass)) => format!("{{ number = {number}, mass = {} }}", kilograms(mass)),
        (None, None) => unreachable!("a limit that limits nothing is not written"),
    }
}

/// A law over values that are written as `value` writes them.
fn law(law: &Law, value: fn(i64) -> String) -> String {
    match law {
        Law::Constant(constant) => value(*constant),
        Law::Uniform(low, high) => format!("{{ uniform = {{ low = {}, high = {} }} }}", value(*low), value(*high)),
        Law::Weights(weights) => {
            let quoted = |v: i64| format!("\"{}\"", value(v).trim_matches('"'));
            let parts: Vec<String> = weights.iter().map(|&(v, weight)| format!("{} = {weight}", quoted(v))).collect();
            format!("{{ weights = {{ {} }} }}", parts.join(", "))
        }
        Law::Empirical(values) => {
            let values: Vec<String> = values.iter().map(|&v| value(v)).collect();
            format!("{{ empirical = {{ values = [{}] }} }}", values.join(", "))
        }
    }
}

fn bare(value: i64) -> String {
    value.to_string()
}

fn seconds(value: i64) -> String {
    if value != 0 && value % 60 == 0 { format!("\"{} min\"", value / 60) } else { format!("\"{value} s\"") }
}

fn kilograms(value: i64) -> String {
    format!("\"{value} kg\"")
}

/// A number of millionths as a TOML float, without loss.
fn millionths(value: u64) -> String {
    let digits = format!("{:06}", value % MILLION);
    let digits = digits.trim_end_matches('0');
    format!("{}.{}", value / MILLION, if digits.is_empty() { "0" } else { digits })
}

/// A date at midnight, else a date and a time, both UTC.
fn date(unix: i64) -> String {
    let stamp = jiff::Timestamp::from_second(unix).expect("dates of small worlds are near").to_string();
    stamp.strip_suffix("T00:00:00Z").map_or(stamp.clone(), str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_is_written_in_the_grammar_of_scenarios() {
        let mut world = World::new();
        world.end = Some(90);
        world.items = vec![Item { name: "kit".into(), mass: 2 }];
        let dock = Step {
            servers: Servers::Calendar(vec![(0, 1), (60, 2)]),
            time: Law::Weights(vec![(5, 2), (120, 1)]),
            repeat: MILLION / 20,
            yard: Limit { number: Some(2), mass: Some(9) },
            when_full: WhenFull::Divert("b".into()),
            discipline: Discipline::EarliestDue,
            on_outage: Some(OnOutage::Requeue),
            ..Step::new("dock", 1, 0)
        };
        let a = Node {
            steps: vec![dock],
            yard: Limit::mass(12),
            hours: Some(Hours { first: 0, last: 4, opens: 61, closes: 1440 }),
            next: Next::Weights(vec![("a:b:road".into(), 2), ("out".into(), 1)]),
            ..Node::new("a", Kind::Hub)
        };
        world.nodes = vec![a, Node::new("b", Kind::Handover)];
        let departures = Departures {
            capacity: Limit::number(2),
            first: Some(-5),
            strict: true,
            each: true,
            ..Departures::every(60)
        };
        world.legs = vec![Leg { departures: Some(departures), ..Leg::road("a", "b", 7) }];
        let goods = Goods::Item { name: "kit".into(), quantity: Law::Uniform(1, 3) };
        world.streams = vec![Stream { goods, to: Some("b".into()), ..Stream::at("s", &[-1, 0], "a") }];
        let effect = Effect::Time(MILLION * 3 / 2);
        world.disruptions = vec![Disruption { name: "d".into(), strikes: "a.dock".into(), on: 3, lasts: 60, effect }];
        let expected = r#"[time]
start = 2025-07-14
end = 2025-07-14T00:01:30Z

[[item]]
name = "kit"
mass = "2 kg"

[[disruption]]
name = "d"
strikes = "a.dock"
on = 2025-07-14T00:00:03Z
lasts = "1 min"
effect = { time = 1.5 }

[[leg]]
from = "a"
to = "b"
mode = "road"
transit = "7 s"
departures = { every = "1 min", first = 2025-07-13T23:59:55Z, capacity = 2, strict = true, each = true }

[[node]]
name = "a"
kind = "hub"
yard = "12 kg"
hours = "Mon-Fri 01:01-24:00"
next = { weights = { "a:b:road" = 2, "out" = 1 } }

[[node.step]]
name = "dock"
servers = [{ from = 2025-07-14, n = 1 }, { from = 2025-07-14T00:01:00Z, n = 2 }]
time = { weights = { "5 s" = 2, "2 min" = 1 } }
discipline = "earliest_due"
yard = { number = 2, mass = "9 kg" }
when_full = "divert"
divert_to = "b"
repeat = 0.05
on_outage = "requeue"

[[node]]
name = "b"
kind = "handover"

[[consignment]]
name = "s"
arrivals = { at = [2025-07-13T23:59:59Z, 2025-07-14] }
priority = 1
item = "kit"
quantity = { uniform = { low = 1, high = 3 } }
enters = "a"
to = "b"
"#;
        assert_eq!(to_toml(&world), expected);
    }
}
