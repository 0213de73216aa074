//! A small world of requirements and stocks, and the scenario that says the same. Times are seconds from the start.

use std::fmt::Write;

#[derive(Clone, Debug, Default)]
pub struct World {
    /// None: until all is done.
    pub end: Option<i64>,
    /// Where a delivery is counted.
    pub recognition: Recognition,
    pub items: Vec<Item>,
    pub depots: Vec<Depot>,
    pub legs: Vec<Leg>,
    /// The leg from the hub to the border; without one the border is reached at once.
    pub hub: Option<usize>,
    /// What is done at the hub.
    pub receipt: Option<Desk>,
    /// What is done at the border before goods are handed over.
    pub check: Option<Desk>,
    /// The name of the headquarters, where there is a desk.
    pub hq: String,
    /// Desks of the names in `DESKS`.
    pub desks: [Option<Desk>; 4],
    pub stocks: Vec<Stock>,
    pub gifts: Vec<Gifts>,
    pub streams: Vec<Stream>,
    pub disruptions: Vec<Disruption>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recognition {
    /// As goods exist.
    Made,
    /// As they leave their origin over a leg.
    Departed,
    /// As they come to a hub.
    AtHub,
    /// As they are handed over.
    #[default]
    HandedOver,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub name: String,
    /// At most so many units to a consignment.
    pub lot: Option<i64>,
}

/// A place of goods, from which one way leads to the border.
#[derive(Clone, Debug)]
pub struct Depot {
    pub name: String,
    /// Without a leg the next node is reached at once.
    pub leg: Option<usize>,
    /// Whether the way goes by the hub.
    pub by_hub: bool,
    /// What is done there before goods leave.
    pub pack: Option<Desk>,
}

impl Depot {
    /// The next node.
    fn next(&self) -> &'static str {
        if self.by_hub { "hub" } else { "border" }
    }
}

#[derive(Clone, Debug)]
pub struct Leg {
    pub name: String,
    pub transit: i64,
}

/// A dated disruption.
#[derive(Clone, Debug)]
pub struct Disruption {
    pub name: String,
    pub strikes: Strikes,
    pub on: i64,
    pub lasts: i64,
    /// In percent, a factor on times; none where it closes.
    pub slows: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strikes {
    Leg(usize),
    Depot(usize),
    Hub,
    Hq,
    Border,
    Step(Station),
    /// A stage of a mechanism by its position.
    Stage(usize, usize),
    Mechanism(usize),
    /// What is charged to release or production, of all mechanisms.
    Supplier,
}

/// The stages of a gift, in their order.
pub const STAGES: [&str; 3] = ["stock", "approval", "shipment"];
pub const APPROVAL: usize = 1;

/// The first three handle a requirement's paper, the last one its goods before they stand at their origin.
pub const DESKS: [&str; 4] = ["validation", "ranking", "matching", "movement"];
pub const MOVEMENT: usize = 3;
pub const MOVED: Station = Station::Desk(MOVEMENT);

/// A line and servers.
#[derive(Clone, Debug)]
pub struct Desk {
    pub time: i64,
    pub servers: i64,
    pub discipline: Discipline,
    pub patience: Option<i64>,
    pub on_outage: OnOutage,
    pub preempt: Option<Preempt>,
}

/// What becomes of the work of who gives way to somebody more urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preempt {
    Resume,
    Restart,
}

/// What an outage does to work in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnOutage {
    Pause,
    Finish,
    Requeue,
}

/// Where something is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Station {
    /// One of `DESKS`.
    Desk(usize),
    Depot(usize),
    Hub,
    Border,
}

/// Who of a line is served first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discipline {
    Priority,
    Fifo,
    Lifo,
    EarliestDue,
    /// All handlings of a desk take the same time; it is told as the line is joined.
    Shortest,
}

#[derive(Clone, Debug)]
pub struct Stock {
    pub name: String,
    pub item: usize,
    pub depot: usize,
    pub on_hand: i64,
    pub rule: Option<Rule>,
    pub review: Review,
    pub supply: Supply,
}

/// When and how much is ordered.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// At or below `at`, so many times `quantity` as lift the position above it.
    Quantity { at: i64, quantity: i64 },
    /// At or below `at`, up to `up_to`.
    Level { at: i64, up_to: i64 },
    /// Always up to it.
    Base { up_to: i64 },
}

impl Rule {
    /// The position at or below which an order is due.
    pub fn point(self) -> i64 {
        match self {
            Rule::Quantity { at, .. } | Rule::Level { at, .. } => at,
            Rule::Base { up_to } => up_to - 1,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Review {
    Continuous,
    Rhythm { every: i64, first: Option<i64> },
}

#[derive(Clone, Copy, Debug)]
pub enum Supply {
    /// An order is in after so long.
    Lead(i64),
    /// A line that makes lots of at most so many units, so many lots at once.
    Line { time: i64, lot: Option<i64>, servers: usize },
}

/// A mechanism of gifts from the stocks at its origin.
#[derive(Clone, Debug)]
pub struct Gifts {
    pub name: String,
    /// The origin of its lines too. Without one the engine gives nothing.
    pub depot: usize,
    pub approval: Option<i64>,
    pub shipment: Option<i64>,
}

/// A stream of requirements.
#[derive(Clone, Debug)]
pub struct Stream {
    pub name: String,
    pub comes: Comes,
    pub count: Option<i64>,
    pub batch: i64,
    pub priority: i64,
    /// The mechanism that provides.
    pub via: Option<usize>,
    pub lines: Vec<Line>,
    pub needed_within: Option<i64>,
    pub expires: Expires,
}

#[derive(Clone, Debug)]
pub enum Comes {
    At(Vec<i64>),
    Every { every: i64, first: Option<i64>, rate: Option<Rate> },
}

/// How a rate changes; factors are in percent.
#[derive(Clone, Debug)]
pub enum Rate {
    /// Each for so many seconds, again and again from the start on.
    Profile { part: i64, factors: Vec<i64> },
    /// At these times, with straight lines between them.
    Trend(Vec<(i64, i64)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expires {
    Never,
    /// Open no more after the need-by date.
    Due,
    /// So long after it.
    After(i64),
}

#[derive(Clone, Debug)]
pub struct Line {
    pub item: usize,
    pub quantity: i64,
    pub depot: usize,
}

impl World {
    pub fn desk(&self, station: Station) -> Option<&Desk> {
        match station {
            Station::Desk(desk) => self.desks[desk].as_ref(),
            Station::Depot(depot) => self.depots[depot].pack.as_ref(),
            Station::Hub => self.receipt.as_ref(),
            Station::Border => self.check.as_ref(),
        }
    }

    /// All that there are, nodes aside by the names of their steps.
    pub fn stations(&self) -> Vec<Station> {
        let mut all: Vec<Station> = (0..DESKS.len()).map(Station::Desk).collect();
        all.extend((0..self.depots.len()).map(Station::Depot).chain([Station::Hub, Station::Border]));
        all.retain(|&station| self.desk(station).is_some());
        all.sort_by_key(|&station| self.place(station).1);
        all
    }

    /// `<node>.<step>`
    pub fn step_name(&self, station: Station) -> String {
        let (node, step) = self.place(station);
        format!("{node}.{step}")
    }

    /// The names of its node and its step.
    pub fn place(&self, station: Station) -> (&str, &str) {
        match station {
            Station::Desk(desk) => (&self.hq, DESKS[desk]),
            Station::Depot(depot) => (&self.depots[depot].name, "pack"),
            Station::Hub => ("hub", "receipt"),
            Station::Border => ("border", "check"),
        }
    }

    /// The hops from a depot to the border, some of them without a leg.
    pub fn hops(&self, depot: usize) -> Vec<Option<usize>> {
        let depot = &self.depots[depot];
        if depot.by_hub { vec![depot.leg, self.hub] } else { vec![depot.leg] }
    }

    /// The stock from which a line takes; without one its goods are there.
    pub fn stock_of(&self, line: &Line) -> Option<usize> {
        self.stocks.iter().position(|s| (s.item, s.depot) == (line.item, line.depot))
    }

    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        self.write(&mut out).expect("a text takes every word");
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        match self.recognition {
            Recognition::Made => writeln!(out, "recognition = \"R0\"\n")?,
            Recognition::Departed => writeln!(out, "recognition = \"R1\"\n")?,
            Recognition::AtHub => writeln!(out, "recognition = \"R3\"\n")?,
            Recognition::HandedOver => {}
        }
        writeln!(out, "[time]\nstart = 2025-01-01")?;
        if let Some(end) = self.end {
            writeln!(out, "end = \"{end} s\"")?;
        }
        for item in &self.items {
            writeln!(out, "\n[[item]]\nname = \"{}\"", item.name)?;
            key(out, "lot", item.lot)?;
        }
        for stock in &self.stocks {
            self.write_stock(out, stock)?;
        }
        for gifts in &self.gifts {
            let depot = &self.depots[gifts.depot].name;
            writeln!(out, "\n[[mechanism]]\nname = \"{}\"\nkind = \"donation\"", gifts.name)?;
            writeln!(out, "origin = \"{depot}\"")?;
            let stages = [("approval", gifts.approval), ("shipment", gifts.shipment)];
            let stages = stages.iter().filter_map(|(name, time)| Some(format!("{name} = \"{} s\"", (*time)?)));
            writeln!(out, "stages = {{ {} }}", stages.collect::<Vec<_>>().join(", "))?;
        }
        for stream in &self.streams {
            self.write_stream(out, stream)?;
        }
        for (i, depot) in self.depots.iter().enumerate() {
            writeln!(out, "\n[[node]]\nname = \"{}\"\nkind = \"origin\"", depot.name)?;
            writeln!(out, "next = \"{}\"", depot.next())?;
            self.write_step(out, Station::Depot(i))?;
        }
        let by_hub = self.depots.iter().any(|d| d.by_hub);
        if by_hub {
            writeln!(out, "\n[[node]]\nname = \"hub\"\nkind = \"hub\"\nnext = \"border\"")?;
            self.write_step(out, Station::Hub)?;
        }
        writeln!(out, "\n[[node]]\nname = \"border\"\nkind = \"handover\"")?;
        self.write_step(out, Station::Border)?;
        if self.desks.iter().any(Option::is_some) {
            writeln!(out, "\n[[node]]\nname = \"{}\"\nkind = \"hq\"", self.hq)?;
        }
        for desk in 0..DESKS.len() {
            self.write_step(out, Station::Desk(desk))?;
        }
        for depot in &self.depots {
            self.write_leg(out, depot.leg, &depot.name, depot.next())?;
        }
        if by_hub {
            self.write_leg(out, self.hub, "hub", "border")?;
        }
        for disruption in &self.disruptions {
            self.write_disruption(out, disruption)?;
        }
        Ok(())
    }

    fn write_step(&self, out: &mut String, station: Station) -> std::fmt::Result {
        let Some(desk) = self.desk(station) else { return Ok(()) };
        let (name, Desk { time, servers, .. }) = (self.place(station).1, desk);
        writeln!(out, "\n[[node.step]]\nname = \"{name}\"\ntime = \"{time} s\"\nservers = {servers}")?;
        let discipline = match desk.discipline {
            Discipline::Priority => None,
            Discipline::Fifo => Some("fifo"),
            Discipline::Lifo => Some("lifo"),
            Discipline::EarliestDue => Some("earliest_due"),
            Discipline::Shortest => Some("shortest"),
        };
        if let Some(discipline) = discipline {
            writeln!(out, "discipline = \"{discipline}\"")?;
        }
        if let Some(patience) = desk.patience {
            writeln!(out, "patience = \"{patience} s\"")?;
        }
        match desk.preempt {
            None => {}
            Some(Preempt::Resume) => writeln!(out, "preempt = \"resume\"")?,
            Some(Preempt::Restart) => writeln!(out, "preempt = \"restart\"")?,
        }
        match desk.on_outage {
            OnOutage::Pause => Ok(()),
            OnOutage::Finish => writeln!(out, "on_outage = \"finish\""),
            OnOutage::Requeue => writeln!(out, "on_outage = \"requeue\""),
        }
    }

    fn write_leg(&self, out: &mut String, leg: Option<usize>, from: &str, to: &str) -> std::fmt::Result {
        let Some(Leg { name, transit }) = leg.map(|leg| &self.legs[leg]) else { return Ok(()) };
        writeln!(out, "\n[[leg]]\nname = \"{name}\"\nfrom = \"{from}\"\nto = \"{to}\"")?;
        writeln!(out, "transit = \"{transit} s\"")
    }

    fn write_disruption(&self, out: &mut String, disruption: &Disruption) -> std::fmt::Result {
        let Disruption { name, strikes, on, lasts, slows } = disruption;
        let strikes = match *strikes {
            Strikes::Leg(leg) => self.legs[leg].name.clone(),
            Strikes::Depot(depot) => self.depots[depot].name.clone(),
            Strikes::Hub => "hub".to_owned(),
            Strikes::Hq => self.hq.clone(),
            Strikes::Border => "border".to_owned(),
            Strikes::Step(station) => self.step_name(station),
            Strikes::Stage(gifts, stage) => format!("{}.{}", self.gifts[gifts].name, STAGES[stage]),
            Strikes::Mechanism(gifts) => self.gifts[gifts].name.clone(),
            Strikes::Supplier => "supplier".to_owned(),
        };
        writeln!(out, "\n[[disruption]]\nname = \"{name}\"\nstrikes = \"{strikes}\"")?;
        writeln!(out, "on = {}\nlasts = \"{lasts} s\"", date(*on))?;
        match slows {
            None => Ok(()),
            Some(percent) => writeln!(out, "effect = {{ time = {} }}", decimal(*percent)),
        }
    }

    fn write_stock(&self, out: &mut String, stock: &Stock) -> std::fmt::Result {
        let (item, depot) = (&self.items[stock.item].name, &self.depots[stock.depot].name);
        writeln!(out, "\n[[stock]]\nname = \"{}\"\nitem = \"{item}\"\nat = \"{depot}\"", stock.name)?;
        writeln!(out, "on_hand = {}", stock.on_hand)?;
        let Some(rule) = stock.rule else { return Ok(()) };
        match rule {
            Rule::Quantity { at, quantity } => writeln!(out, "reorder = {{ at = {at}, quantity = {quantity} }}")?,
            Rule::Level { at, up_to } => writeln!(out, "reorder = {{ at = {at}, up_to = {up_to} }}")?,
            Rule::Base { up_to } => writeln!(out, "reorder = {{ up_to = {up_to} }}")?,
        }
        match stock.review {
            Review::Continuous => {}
            Review::Rhythm { every, first: None } => writeln!(out, "review = {{ every = \"{every} s\" }}")?,
            Review::Rhythm { every, first: Some(first) } => {
                writeln!(out, "review = {{ every = \"{every} s\", first = \"{first} s\" }}")?;
            }
        }
        match stock.supply {
            Supply::Lead(time) => writeln!(out, "lead_time = \"{time} s\""),
            Supply::Line { time, lot, servers } => {
                let lot = lot.map_or(String::new(), |lot| format!(", lot = {lot}"));
                writeln!(out, "production = {{ time = \"{time} s\", servers = {servers}{lot} }}")
            }
        }
    }

    fn write_stream(&self, out: &mut String, stream: &Stream) -> std::fmt::Result {
        writeln!(out, "\n[[requirement]]\nname = \"{}\"", stream.name)?;
        match &stream.comes {
            Comes::At(dates) if dates.len() == 1 => writeln!(out, "on = {}", date(dates[0]))?,
            Comes::At(dates) => {
                let dates: Vec<String> = dates.iter().map(|&t| date(t)).collect();
                writeln!(out, "arrivals = {{ at = [{}] }}", dates.join(", "))?;
            }
            Comes::Every { every, first, rate } => {
                let first = first.map_or(String::new(), |first| format!(", first = \"{first} s\""));
                writeln!(out, "arrivals = {{ every = \"{every} s\"{first} }}")?;
                write_rate(out, rate.as_ref())?;
            }
        }
        key(out, "count", stream.count)?;
        key(out, "batch", Some(stream.batch).filter(|&n| n != 1))?;
        writeln!(out, "priority = {}", stream.priority)?;
        if let Some(via) = stream.via {
            writeln!(out, "via = \"{}\"", self.gifts[via].name)?;
        }
        let lines: Vec<String> = stream.lines.iter().map(|line| self.line(line)).collect();
        writeln!(out, "lines = [{}]", lines.join(", "))?;
        if let Some(within) = stream.needed_within {
            writeln!(out, "needed_within = \"{within} s\"")?;
        }
        match stream.expires {
            Expires::Never => Ok(()),
            Expires::Due => writeln!(out, "expires = true"),
            Expires::After(time) => writeln!(out, "expires = \"{time} s\""),
        }
    }

    fn line(&self, line: &Line) -> String {
        let (item, depot) = (&self.items[line.item].name, &self.depots[line.depot].name);
        // A constant of 0 would be refused; a drawn 0 is none.
        let quantity = match line.quantity {
            0 => "{ weights = { 0 = 1 } }".to_owned(),
            n => n.to_string(),
        };
        format!("{{ item = \"{item}\", quantity = {quantity}, origin = \"{depot}\" }}")
    }
}

fn key(out: &mut String, name: &str, value: Option<i64>) -> std::fmt::Result {
    value.map_or(Ok(()), |value| writeln!(out, "{name} = {value}"))
}

fn write_rate(out: &mut String, rate: Option<&Rate>) -> std::fmt::Result {
    match rate {
        None => Ok(()),
        Some(Rate::Profile { part, factors }) => {
            let period = part * factors.len() as i64;
            let factors: Vec<String> = factors.iter().map(|&f| decimal(f)).collect();
            writeln!(out, "profile = {{ period = \"{period} s\", factors = [{}] }}", factors.join(", "))
        }
        Some(Rate::Trend(points)) => {
            let point = |&(at, factor): &(i64, i64)| format!("{{ at = {}, factor = {} }}", date(at), decimal(factor));
            writeln!(out, "trend = [{}]", points.iter().map(point).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A factor in percent, as a decimal.
fn decimal(percent: i64) -> String {
    format!("{}.{:02}", percent / 100, percent % 100)
}

/// A date within an hour of the start.
fn date(t: i64) -> String {
    let (day, hour, rest) = if t < 0 { ("2024-12-31", 23, t + 3_600) } else { ("2025-01-01", 0, t) };
    format!("{day}T{hour:02}:{:02}:{:02}Z", rest / 60, rest % 60)
}
