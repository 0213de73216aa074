//! A small world of pledges and packages, and the scenario that says the same. Times are seconds from the start, money is
//! in minor units, shares and factors are in percent.

use std::fmt::Write;

#[derive(Clone, Debug, Default)]
pub struct World {
    pub end: Option<i64>,
    pub rates: Vec<Rate>,
    pub items: Vec<Item>,
    pub depots: Vec<Depot>,
    pub mechanisms: Vec<Mechanism>,
    pub needs: Vec<Needs>,
    pub stated: Vec<Stated>,
    pub pledges: Vec<Pledges>,
    pub disruptions: Vec<Disruption>,
}

/// What a foreign currency is worth from an instant on.
#[derive(Clone, Debug)]
pub struct Rate {
    pub currency: &'static str,
    /// None: always.
    pub from: Option<i64>,
    /// Thousandths of a home unit.
    pub rate: i64,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub name: String,
    pub family: Option<String>,
    pub value: i64,
    /// At most so many units to a consignment.
    pub lot: Option<i64>,
}

/// A place of goods, and the leg from there to the border.
#[derive(Clone, Debug)]
pub struct Depot {
    pub name: String,
    pub leg: String,
    pub transit: i64,
}

/// The stages of a package, in their order.
pub const STAGES: [&str; 6] = ["drafting", "review", "funding", "release", "supply", "shipment"];
pub const DRAFTING: usize = 0;
pub const REVIEW: usize = 1;
pub const FUNDING: usize = 2;
pub const RELEASE: usize = 3;
pub const SUPPLY: usize = 4;
pub const SHIPMENT: usize = 5;

#[derive(Clone, Debug, Default)]
pub struct Mechanism {
    pub name: String,
    /// Where goods stand that say nothing else.
    pub depot: usize,
    /// Times of the stages that have one.
    pub times: [Option<i64>; 6],
    pub size: Option<i64>,
    pub draft_every: Option<i64>,
    /// What was paid counts, in place of what was committed.
    pub counts_paid: bool,
    /// The excess of an earmarked sum becomes free, in place of being held.
    pub spills: bool,
    /// A pledge goes whole to one need.
    pub whole: bool,
    pub part_funded: bool,
    /// `RELEASE` or `SUPPLY`, the stage that waits for paid money.
    pub pays_before: Option<usize>,
    pub open_at_once: Option<usize>,
}

/// How the things of a stream come.
#[derive(Clone, Debug)]
pub struct Comes {
    pub when: When,
    pub count: Option<i64>,
    pub batch: i64,
}

#[derive(Clone, Debug)]
pub enum When {
    At(Vec<i64>),
    Every { every: i64, first: Option<i64> },
}

/// A stream of requirements.
#[derive(Clone, Debug)]
pub struct Needs {
    pub name: String,
    pub comes: Comes,
    pub priority: i64,
    pub via: usize,
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug)]
pub struct Line {
    pub item: usize,
    pub quantity: i64,
    /// In place of the item's.
    pub unit_value: Option<i64>,
    /// In place of the mechanism's.
    pub depot: Option<usize>,
}

/// A stream of packages that seek money by themselves.
#[derive(Clone, Debug)]
pub struct Stated {
    pub name: String,
    pub comes: Comes,
    pub priority: i64,
    pub via: usize,
    pub asks: Asks,
}

#[derive(Clone, Debug)]
pub enum Asks {
    Price(i64),
    Lines(Vec<Line>),
}

/// A stream of pledges.
#[derive(Clone, Debug)]
pub struct Pledges {
    pub name: String,
    pub comes: Comes,
    pub nation: Option<String>,
    pub to: usize,
    pub amount: i64,
    /// In place of the home currency.
    pub currency: Option<&'static str>,
    /// Where it does not, it lapses.
    pub converts: bool,
    /// In percent.
    pub kept_share: Option<i64>,
    pub committed_after: Option<i64>,
    pub paid_after: Option<i64>,
    pub expires: Option<i64>,
    pub earmark: Option<Earmark>,
}

#[derive(Clone, Debug)]
pub enum Earmark {
    Item(usize),
    Family(String),
    /// The n-th of this stream of requirements.
    Requirement(usize, i64),
    /// The n-th package that formed.
    Formed(i64),
    /// The n-th of this stream of packages.
    Stated(usize, i64),
    Depot(usize),
    Border,
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

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strikes {
    /// A stage of a mechanism by its position.
    Stage(usize, usize),
    Supplier,
}

impl World {
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        self.write(&mut out).expect("a text takes every word");
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "[time]\nstart = 2025-01-01")?;
        if let Some(end) = self.end {
            writeln!(out, "end = \"{end} s\"")?;
        }
        if !self.rates.is_empty() {
            let rates = self.rates.iter().map(|r| {
                let from = r.from.map_or(String::new(), |from| format!(" from = {},", date(from)));
                format!("{{ currency = \"{}\",{from} rate = {}.{:03} }}", r.currency, r.rate / 1_000, r.rate % 1_000)
            });
            writeln!(out, "\n[money]\nrates = [{}]", rates.collect::<Vec<_>>().join(", "))?;
        }
        for item in &self.items {
            writeln!(out, "\n[[item]]\nname = \"{}\"\nvalue = \"{}\"", item.name, money(item.value, None))?;
            key(out, "lot", item.lot)?;
            text(out, "family", item.family.as_deref())?;
        }
        for mechanism in &self.mechanisms {
            self.write_mechanism(out, mechanism)?;
        }
        for needs in &self.needs {
            writeln!(out, "\n[[requirement]]\nname = \"{}\"\npriority = {}", needs.name, needs.priority)?;
            needs.comes.write(out)?;
            writeln!(out, "via = \"{}\"", self.mechanisms[needs.via].name)?;
            self.write_lines(out, &needs.lines)?;
        }
        for stated in &self.stated {
            writeln!(out, "\n[[package]]\nname = \"{}\"\npriority = {}", stated.name, stated.priority)?;
            stated.comes.write(out)?;
            writeln!(out, "via = \"{}\"", self.mechanisms[stated.via].name)?;
            match &stated.asks {
                Asks::Price(price) => writeln!(out, "price = \"{}\"", money(*price, None))?,
                Asks::Lines(lines) => self.write_lines(out, lines)?,
            }
        }
        for pledges in &self.pledges {
            self.write_pledges(out, pledges)?;
        }
        for depot in &self.depots {
            let Depot { name, leg, transit } = depot;
            writeln!(out, "\n[[node]]\nname = \"{name}\"\nkind = \"origin\"\nnext = \"border\"")?;
            writeln!(out, "\n[[leg]]\nname = \"{leg}\"\nfrom = \"{name}\"\nto = \"border\"")?;
            writeln!(out, "transit = \"{transit} s\"")?;
        }
        writeln!(out, "\n[[node]]\nname = \"border\"\nkind = \"handover\"")?;
        for disruption in &self.disruptions {
            self.write_disruption(out, disruption)?;
        }
        Ok(())
    }

    fn write_mechanism(&self, out: &mut String, mechanism: &Mechanism) -> std::fmt::Result {
        let depot = &self.depots[mechanism.depot].name;
        writeln!(out, "\n[[mechanism]]\nname = \"{}\"\nkind = \"package\"\norigin = \"{depot}\"", mechanism.name)?;
        let times = STAGES.iter().zip(mechanism.times);
        let times: Vec<String> = times.filter_map(|(s, time)| Some(format!("{s} = \"{} s\"", time?))).collect();
        if !times.is_empty() {
            writeln!(out, "stages = {{ {} }}", times.join(", "))?;
        }
        text(out, "size", mechanism.size.map(|size| money(size, None)).as_deref())?;
        text(out, "draft_every", mechanism.draft_every.map(|every| format!("{every} s")).as_deref())?;
        text(out, "counts", mechanism.counts_paid.then_some("paid"))?;
        text(out, "excess", mechanism.spills.then_some("spill"))?;
        text(out, "pays_before", mechanism.pays_before.map(|stage| STAGES[stage]))?;
        key(out, "open_at_once", mechanism.open_at_once.map(|n| n as i64))?;
        if mechanism.whole {
            writeln!(out, "split_pledges = false")?;
        }
        if mechanism.part_funded {
            writeln!(out, "release_part_funded = true")?;
        }
        Ok(())
    }

    fn write_lines(&self, out: &mut String, lines: &[Line]) -> std::fmt::Result {
        let line = |line: &Line| {
            let value = line.unit_value.map_or(String::new(), |v| format!(", unit_value = \"{}\"", money(v, None)));
            let origin =
                line.depot.map_or(String::new(), |depot| format!(", origin = \"{}\"", self.depots[depot].name));
            // A constant of 0 would be refused; a drawn 0 is none.
            let quantity = match line.quantity {
                0 => "{ weights = { 0 = 1 } }".to_owned(),
                n => n.to_string(),
            };
            format!("{{ item = \"{}\", quantity = {quantity}{value}{origin} }}", self.items[line.item].name)
        };
        writeln!(out, "lines = [{}]", lines.iter().map(line).collect::<Vec<_>>().join(", "))
    }

    fn write_pledges(&self, out: &mut String, pledges: &Pledges) -> std::fmt::Result {
        writeln!(out, "\n[[pledge]]\nname = \"{}\"\nto = \"{}\"", pledges.name, self.mechanisms[pledges.to].name)?;
        pledges.comes.write(out)?;
        text(out, "nation", pledges.nation.as_deref())?;
        writeln!(out, "amount = \"{}\"", money(pledges.amount, pledges.currency))?;
        if !pledges.converts {
            writeln!(out, "conversion = 0")?;
        }
        text(out, "kept_share", pledges.kept_share.map(|share| format!("{share}%")).as_deref())?;
        let times = [
            ("committed_after", pledges.committed_after),
            ("paid_after", pledges.paid_after),
            ("expires", pledges.expires),
        ];
        for (name, time) in times {
            text(out, name, time.map(|time| format!("{time} s")).as_deref())?;
        }
        let earmark = match &pledges.earmark {
            None => return Ok(()),
            Some(Earmark::Item(item)) => format!("item = \"{}\"", self.items[*item].name),
            Some(Earmark::Family(family)) => format!("family = \"{family}\""),
            Some(Earmark::Requirement(needs, n)) => format!("requirement = \"{}#{n}\"", self.needs[*needs].name),
            Some(Earmark::Formed(n)) => format!("package = {n}"),
            Some(Earmark::Stated(stated, 1)) => format!("package = \"{}\"", self.stated[*stated].name),
            Some(Earmark::Stated(stated, n)) => format!("package = \"{}#{n}\"", self.stated[*stated].name),
            Some(Earmark::Depot(depot)) => format!("node = \"{}\"", self.depots[*depot].name),
            Some(Earmark::Border) => "node = \"border\"".to_owned(),
        };
        writeln!(out, "earmark = {{ {earmark} }}")
    }

    fn write_disruption(&self, out: &mut String, disruption: &Disruption) -> std::fmt::Result {
        let Disruption { name, strikes, on, lasts, slows } = disruption;
        let strikes = match strikes {
            Strikes::Stage(mechanism, stage) => format!("{}.{}", self.mechanisms[*mechanism].name, STAGES[*stage]),
            Strikes::Supplier => "supplier".to_owned(),
        };
        writeln!(out, "\n[[disruption]]\nname = \"{name}\"\nstrikes = \"{strikes}\"")?;
        writeln!(out, "on = {}\nlasts = \"{lasts} s\"", date(*on))?;
        match slows {
            None => Ok(()),
            Some(percent) => writeln!(out, "effect = {{ time = {}.{:02} }}", percent / 100, percent % 100),
        }
    }
}

impl Comes {
    fn write(&self, out: &mut String) -> std::fmt::Result {
        match &self.when {
            When::At(dates) if dates.len() == 1 => writeln!(out, "on = {}", date(dates[0]))?,
            When::At(dates) => {
                let dates: Vec<String> = dates.iter().map(|&t| date(t)).collect();
                writeln!(out, "arrivals = {{ at = [{}] }}", dates.join(", "))?;
            }
            When::Every { every, first } => {
                let first = first.map_or(String::new(), |first| format!(", first = \"{first} s\""));
                writeln!(out, "arrivals = {{ every = \"{every} s\"{first} }}")?;
            }
        }
        key(out, "count", self.count)?;
        key(out, "batch", Some(self.batch).filter(|&n| n != 1))
    }
}

fn key(out: &mut String, name: &str, value: Option<i64>) -> std::fmt::Result {
    value.map_or(Ok(()), |value| writeln!(out, "{name} = {value}"))
}

fn text(out: &mut String, name: &str, value: Option<&str>) -> std::fmt::Result {
    value.map_or(Ok(()), |value| writeln!(out, "{name} = \"{value}\""))
}

/// All the currencies have hundredths.
fn money(minor: i64, currency: Option<&str>) -> String {
    format!("{}.{:02} {}", minor / 100, minor % 100, currency.unwrap_or("USD"))
}

/// A date within an hour of the start.
fn date(t: i64) -> String {
    let (day, hour, rest) = if t < 0 { ("2024-12-31", 23, t + 3_600) } else { ("2025-01-01", 0, t) };
    format!("{day}T{hour:02}:{:02}:{:02}Z", rest / 60, rest % 60)
}
