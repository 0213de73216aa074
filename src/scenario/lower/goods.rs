//! Items, stocks, and the streams of requirements and consignments.

use super::{All, Entry, Places, dates};
use crate::model::{
    Arrivals, Brings, Clock, Item, Line, NeedPlan, PackageStream, Reorder, Shape, Stock, Stream, Supply,
};
use crate::scenario::codes;
use crate::scenario::diagnostic::Finding;
use crate::scenario::fields::Fields;
use crate::scenario::keys::{self, Unit};
use crate::scenario::laws;
use crate::scenario::tree::{Node, Place, Value};
use crate::units::amount::{Mass, Money};
use crate::units::arena::Id;
use crate::units::draw::{Law, Sampler};
use crate::units::time::{SimDuration, SimTime};

pub(super) fn items(entries: &[Entry<'_>]) -> Vec<Item> {
    entries
        .iter()
        .map(|e| {
            let f = &e.fields;
            f.basis(&format!("item.{}", e.name));
            Item {
                name: e.name.clone(),
                class: f.word("class").unwrap_or_default().to_string(),
                family: f.name("family").unwrap_or_default().to_string(),
                mass: Mass(f.whole("mass").unwrap_or(0)),
                value: Money(f.whole("value").unwrap_or(0)),
                lot: f.count32("lot"),
            }
        })
        .collect()
}

pub(super) fn stocks(entries: &[Entry<'_>], all: &All) -> Vec<Stock> {
    let mut taken: std::collections::BTreeMap<(u32, u32), Place> = Default::default();
    entries
        .iter()
        .filter_map(|e| {
            let f = &e.fields;
            f.basis(&format!("stock.{}", e.name));
            let (item, at, on_hand) = (f.refer("item", &all.items), f.refer("at", &all.nodes), f.count("on_hand"));
            let (reorder, review, supply) = (reorder(f), review(f), supply(f));
            f.goes_with("review", "reorder");
            f.goes_with("lead_time", "reorder");
            f.goes_with("production", "reorder");
            let (item, at) = (item?, at?);
            if let Some(first) = taken.insert((item, at), e.place) {
                let message = "two stocks of one item stand at one node";
                f.cx.report(
                    Finding::new(&codes::DUPLICATE, e.place, message, "make them one, or move this one")
                        .second(first, "the first one is here"),
                );
            }
            let (item, at, on_hand) = (Id::new(item), Id::new(at), on_hand.unwrap_or(0));
            Some(Stock { name: e.name.clone(), item, at, on_hand, reorder, review, supply })
        })
        .collect()
}

/// When and how much is ordered.
fn reorder(f: &Fields<'_>) -> Option<Reorder> {
    let r = f.sub("reorder")?;
    r.not_both("quantity", "up_to");
    if !r.one_of(&["quantity", "up_to"]) {
        return None;
    }
    if r.get("quantity").is_some() {
        if !r.one_of(&["at"]) {
            return None;
        }
        return Some(Reorder::Quantity { at: r.count("at")?, quantity: r.count("quantity")? });
    }
    let up_to = r.count("up_to")?;
    let at = if r.get("at").is_some() { r.count("at")? } else { up_to - 1 };
    if at >= up_to {
        let place = r.get("at").map_or(r.place, |n| n.place);
        let label = "expected less than `up_to`, else it would order for ever";
        f.cx.report(Finding::new(&codes::RANGE, place, "`at` is out of range", label));
        return None;
    }
    Some(Reorder::UpTo { at, up_to })
}

fn review(f: &Fields<'_>) -> Option<Clock> {
    let node = f.get("review")?;
    if let Value::Text(_) = node.value {
        f.cx.word(node, "review", &["continuous"]);
        return None;
    }
    let own = Fields::open(f.cx, node, &keys::REVIEW)?;
    let every = own.whole("every").map(SimDuration)?;
    let first = if own.get("first").is_some() { own.later("first")? } else { SimTime::ZERO.after(every) };
    Some(Clock { every, first })
}

/// How ordered units come.
fn supply(f: &Fields<'_>) -> Supply {
    f.not_both("lead_time", "production");
    let lead = || Supply::Lead(laws::law(f, "lead_time", Unit::Time).unwrap_or(Law::Constant(0)));
    let Some(p) = f.sub("production") else { return lead() };
    let Some(time) = laws::law(&p, "time", Unit::Time) else { return lead() };
    let lot = if p.get("lot").is_some() { p.count("lot") } else { None };
    Supply::Production { servers: p.count32("servers").unwrap_or(1), lot, time }
}

/// When a stream's things come, what is said beside that, and where the file says so.
pub(super) fn arrivals(f: &Fields<'_>, places: &mut Places) -> Option<Arrivals> {
    let times = times(f, places);
    let (batch, pace) = (batch(f), super::pace::pace(f, times.as_ref()));
    let times = times?;
    let circulates = f.spec.key("circulates").is_some() && f.flag("circulates", false);
    if batch.is_none() && pace.is_none() && !circulates {
        return Some(times);
    }
    Some(Arrivals::Shaped(Box::new(Shape { times, batch, pace, circulates })))
}

/// So many things at each time, where it is not always one.
fn batch(f: &Fields<'_>) -> Option<Law> {
    let law = laws::law(f, "batch", Unit::Count)?;
    let place = f.get("batch").map_or(f.place, |n| n.place);
    let Ok((least, most)) = law.ends() else { return None };
    let wrong = match () {
        () if least < 1 => "expected 1 or more each time",
        () if most > i64::from(BATCH_MOST) => "expected at most 1000000 each time",
        // One at a time is what a stream brings without it: the same run.
        () => return Some(law).filter(|law| *law != Law::Constant(1)),
    };
    let finding = Finding::new(&codes::RANGE, place, "`batch` is out of range", wrong);
    let cut =
        if least < 1 { "cut the distribution off with `least = 1`" } else { "cut the distribution off with `most`" };
    f.cx.report(if law.is_constant() { finding } else { finding.help(cut) });
    None
}

/// Things of one batch.
const BATCH_MOST: u32 = 1_000_000;

/// The shortest mean interval of a stream, in seconds: intervals are rounded to whole ones.
pub(super) const MEAN_LEAST: f64 = 0.5;

fn times(f: &Fields<'_>, places: &mut Places) -> Option<Arrivals> {
    f.not_both("on", "arrivals");
    places.arrivals.push(f.entry("arrivals").or_else(|| f.entry("on")).map_or(f.place, |e| e.node.place));
    if !f.one_of(&["on", "arrivals"]) {
        return None;
    }
    if f.get("on").is_some() {
        return Some(Arrivals::At(vec![f.date("on")?]));
    }
    let a = f.sub("arrivals")?;
    a.not_both("poisson", "every");
    a.not_both("poisson", "at");
    a.not_both("every", "at");
    a.not_both("first", "at");
    if !a.one_of(&["poisson", "every", "at"]) {
        return None;
    }
    if let Some(node) = a.get("at") {
        return dates(f.cx, node, "at").map(Arrivals::At);
    }
    let gap = match a.get("poisson") {
        Some(node) => Law::Exponential { mean: interval(f, node)? },
        None => {
            let law = laws::law(&a, "every", Unit::Time)?;
            let place = a.get("every").map_or(a.place, |n| n.place);
            if law.mean() < 1e-6 {
                let label = "expected a time above zero";
                f.cx.report(Finding::new(&codes::RANGE, place, "`every` has no length", label));
                return None;
            }
            law
        }
    };
    if gap.mean() < MEAN_LEAST {
        let place = a.get("poisson").or(a.get("every")).map_or(a.place, |n| n.place);
        let label = "expected at most two a second";
        f.cx.report(
            Finding::new(&codes::RANGE, place, "things come too often to be told apart by whole seconds", label)
                .help("`batch` brings several at one instant"),
        );
        return None;
    }
    Some(Arrivals::Every { gap, first: a.later("first") })
}

/// The mean interval of a rate, in seconds.
fn interval(f: &Fields<'_>, node: &Node) -> Option<f64> {
    use crate::scenario::amount::{self, Measure};
    let wrong = |code, label: &str| {
        let shown = match &node.value {
            Value::Text(text) | Value::Whole(text) | Value::Real(text) => format!("`{text}`"),
            _ => node.kind().to_string(),
        };
        f.cx.report(Finding::new(code, node.place, format!("`poisson` is a rate, but {shown} is none"), label));
        None
    };
    let Value::Text(text) = &node.value else { return wrong(&codes::TYPE, "expected a rate, such as \"2/week\"") };
    match amount::parse(text) {
        Ok((rate, Measure::Rate(seconds))) => {
            let rate = rate.real(1.0);
            let mean = seconds as f64 / rate;
            if rate > 0.0 && mean > 0.0 && mean <= 1e15 {
                return Some(mean);
            }
            wrong(&codes::RANGE, "expected a rate above zero")
        }
        Ok((_, Measure::Time(_))) => wrong(&codes::UNIT, "expected a rate, such as \"2/week\"; a time goes to `every`"),
        _ => wrong(&codes::UNIT, "expected a rate, such as \"2/week\""),
    }
}

/// How often at most: `count`.
pub(super) fn count(f: &Fields<'_>) -> Option<u64> {
    f.count("count").and_then(|n| u64::try_from(n).ok())
}

fn priority(f: &Fields<'_>) -> Law {
    let Some(law) = laws::integer(f, "priority") else { return Law::Constant(1) };
    let fits = |end: i64| i32::try_from(end).is_ok();
    if law.ends().is_ok_and(|(least, most)| !fits(least) || !fits(most)) {
        let place = f.get("priority").map_or(f.place, |n| n.place);
        let label = format!("expected whole numbers from {} to {}; lower goes first", i32::MIN, i32::MAX);
        let finding = Finding::new(&codes::RANGE, place, "`priority` is out of range", label);
        f.cx.report(if upper(&law).is_none() { finding.help("cut the distribution off with `most`") } else { finding });
    }
    law
}

fn quantity(f: &Fields<'_>) -> Law {
    let Some(law) = laws::law(f, "quantity", Unit::Count) else { return Law::Constant(1) };
    if law == Law::Constant(0) {
        let place = f.get("quantity").map_or(f.place, |n| n.place);
        f.cx.report(Finding::new(&codes::RANGE, place, "`quantity` is zero", "expected 1 or more"));
    }
    law
}

/// Whether what a law draws can last a second: samples are rounded to whole ones.
pub(crate) fn lasts(law: &Law) -> bool {
    law.mean() >= 0.5 || Sampler::new(law).is_ok_and(|sampler| sampler.ends().1 > 0)
}

/// The highest value a law can give, where it has one.
pub(crate) fn upper(law: &Law) -> Option<i64> {
    match law {
        Law::Constant(value) => Some(*value),
        Law::Triangular { high, .. } => Some(*high as i64 + 1),
        Law::Uniform { high, .. } => Some(*high),
        Law::Empirical { values } => values.iter().copied().max(),
        Law::Weights { values } => values.iter().map(|(v, _)| *v).max(),
        Law::Mixture { parts } => parts.iter().map(|(_, l)| upper(l)).try_fold(0, |a, b| Some(a.max(b?))),
        Law::Cut { most, of, .. } => match (most, upper(of)) {
            (Some(a), Some(b)) => Some((*a).min(b)),
            (a, b) => a.or(b),
        },
        _ => None,
    }
}

/// Reports a quantity whose mass or value would not fit.
fn counted(f: &Fields<'_>, item: Option<u32>, quantity: &Law, unit_value: Option<Money>, all: &All) {
    let Some((mass, value)) = item.and_then(|i| all.goods.get(i as usize)) else { return };
    let most = upper(quantity).unwrap_or((quantity.mean() * 100.0) as i64);
    let value = unit_value.map_or(*value, |v| v.0);
    if most.checked_mul(*mass).is_none() || most.checked_mul(value).is_none() {
        let place = f.get("quantity").map_or(f.place, |n| n.place);
        let message = "the mass or the value of such a quantity is too large";
        f.cx.report(Finding::new(&codes::OVERFLOW, place, message, "more than can be counted"));
    }
}

/// Where a line's goods stand and where they go.
struct Ends<'a> {
    via: Option<(u32, &'a str)>,
    place: Place,
}

/// Lines under `item` or `lines`.
fn lines(f: &Fields<'_>, via: Option<(u32, &str)>, all: &All) -> Option<Vec<Line>> {
    for key in ["item", "quantity", "unit_value", "origin", "to"] {
        f.not_both(key, "lines");
    }
    let ends = Ends { via, place: f.place };
    let lines = if f.one_of(&["item", "lines"]) {
        match f.get("lines") {
            None => vec![line(f, all, &ends)],
            Some(node) => {
                let lines: Vec<_> =
                    f.list("lines")?.iter().map(|l| line(l, all, &Ends { place: l.place, ..ends })).collect();
                if lines.is_empty() {
                    f.cx.report(Finding::new(
                        &codes::RANGE,
                        node.place,
                        "`lines` is empty",
                        "expected one line or more",
                    ));
                }
                lines
            }
        }
    } else {
        Vec::new()
    };
    lines.into_iter().collect()
}

/// So long after its need-by date a requirement is open no more.
fn expires(f: &Fields<'_>) -> Option<SimDuration> {
    let node = f.get("expires")?;
    f.goes_with("expires", "needed_within");
    match &node.value {
        Value::Flag(flag) => flag.then_some(SimDuration(0)),
        _ => f.cx.whole(node, "expires", Unit::Time, 0).map(SimDuration),
    }
}

/// Packages that seek money from their date on.
pub(super) fn package(e: &Entry<'_>, all: &All, places: &mut Places) -> Option<Stream> {
    let f = &e.fields;
    f.basis(&format!("package.{}", e.name));
    let arrivals = arrivals(f, places);
    if all.mechanisms.get(&e.name).is_some() {
        let message = format!("a mechanism is called `{}` too: its packages have such names", e.name);
        f.cx.report(Finding::new(&codes::DUPLICATE, e.place, message, "choose another name"));
    }
    let via = super::funding::pool_of(f, "via", all)?;
    for key in ["item", "lines"] {
        f.not_both("price", key);
    }
    if !f.one_of(&["price", "item", "lines"]) {
        return None;
    }
    let (price, need) = match f.get("price") {
        Some(_) => {
            for key in ["quantity", "unit_value", "origin", "to", "needed_within", "expires"] {
                f.not_both("price", key);
            }
            (Some(laws::law(f, "price", Unit::Money)?), None)
        }
        None => {
            let name = all.mechanisms.by.iter().find(|(_, (id, _))| *id == via).map_or("", |(name, _)| name);
            let lines = lines(f, Some((via, name)), all)?;
            let needed_within = laws::law(f, "needed_within", Unit::Time);
            let need = NeedPlan { hq: None, via: Some(Id::new(via)), lines, needed_within, expires: expires(f) };
            (None, Some(need))
        }
    };
    Some(Stream {
        name: e.name.clone(),
        arrivals: arrivals.unwrap_or(Arrivals::At(Vec::new())),
        count: count(f),
        priority: priority(f),
        brings: Brings::Packages(PackageStream { via: Id::new(via), price, need }),
    })
}

pub(super) fn requirement(e: &Entry<'_>, all: &All, places: &mut Places) -> Option<Stream> {
    let f = &e.fields;
    f.basis(&format!("requirement.{}", e.name));
    let arrivals = arrivals(f, places);
    let via = match f.get("via") {
        None => None,
        Some(_) => Some(f.refer("via", &all.mechanisms)?),
    };
    let lines = lines(f, via.zip(f.table.text("via")), all);
    let need = NeedPlan {
        hq: hq(f, all),
        via: via.map(Id::new),
        lines: lines?,
        needed_within: laws::law(f, "needed_within", Unit::Time),
        expires: expires(f),
    };
    Some(Stream {
        name: e.name.clone(),
        arrivals: arrivals.unwrap_or(Arrivals::At(Vec::new())),
        count: count(f),
        priority: priority(f),
        brings: Brings::Requirements(need),
    })
}

/// The headquarters of a requirement: the one it names, or the only one.
fn hq(f: &Fields<'_>, all: &All) -> Option<Id<crate::model::Node>> {
    match (f.get("hq"), all.hqs.as_slice()) {
        (Some(node), hqs) => {
            let id = f.refer("hq", &all.nodes)?;
            if !hqs.contains(&id) {
                let message = "`hq` names a node of another kind";
                f.cx.report(
                    Finding::new(&codes::HQ, node.place, message, "expected a node of kind `hq`")
                        .help("give that node `kind = \"hq\"`"),
                );
            }
            Some(Id::new(id))
        }
        (None, []) => None,
        (None, [only]) => Some(Id::new(*only)),
        (None, _) => {
            f.cx.report(Finding::new(
                &codes::HQ,
                f.place,
                "there are several nodes of kind `hq`, and the requirement names none",
                "add `hq = \"...\"`",
            ));
            None
        }
    }
}

fn line(f: &Fields<'_>, all: &All, ends: &Ends<'_>) -> Option<Line> {
    let item = f.refer("item", &all.items);
    let origin = f.refer("origin", &all.nodes);
    let to = f.refer("to", &all.nodes);
    let (quantity, unit_value) = (quantity(f), f.whole("unit_value").map(Money));
    counted(f, item, &quantity, unit_value, all);
    let mechanism_has = ends.via.is_some_and(|(m, _)| all.origins.get(m as usize).is_some_and(|o| o.is_some()));
    if f.get("origin").is_none() && !mechanism_has {
        let message = match ends.via {
            Some((_, name)) => {
                format!("nobody says where the goods stand: `{name}` has no origin, nor has the requirement")
            }
            None => "nobody says where the goods stand: the requirement has neither `via` nor `origin`".to_string(),
        };
        f.cx.report(
            Finding::new(&codes::ORIGIN, ends.place, message, "add `origin = \"...\"`")
                .help("the origin is the node where the goods stand when they exist"),
        );
    }
    if f.get("to").is_none() && all.handovers != 1 {
        let message = match all.handovers {
            0 => "nobody says where the goods go: there is no node of kind `handover`",
            _ => "nobody says where the goods go: there are several nodes of kind `handover`",
        };
        f.cx.report(Finding::new(&codes::DESTINATION, ends.place, message, "add `to = \"...\"`"));
    }
    Some(Line { item: Id::new(item?), quantity, unit_value, origin: origin.map(Id::new), to: to.map(Id::new) })
}

pub(super) fn consignment(e: &Entry<'_>, all: &All, places: &mut Places) -> Option<Stream> {
    let f = &e.fields;
    f.basis(&format!("consignment.{}", e.name));
    let arrivals = arrivals(f, places);
    f.not_both("item", "mass");
    f.not_both("item", "value");
    if let (Some(entry), None) = (f.entry("quantity"), f.get("item")) {
        f.cx.report(
            Finding::new(&codes::NEEDS, entry.place, "`quantity` counts units of an item", "add `item = \"...\"`")
                .help("without an item a consignment may have a `mass` and a `value`"),
        );
    }
    let enters = f.refer("enters", &all.nodes);
    let item = f.refer("item", &all.items).map(Id::new);
    let to = f.refer("to", &all.nodes).map(Id::new);
    let quantity = quantity(f);
    counted(f, item.map(Id::raw), &quantity, None, all);
    let (mass, value) = (laws::law(f, "mass", Unit::Mass), laws::law(f, "value", Unit::Money));
    let needed_within = laws::law(f, "needed_within", Unit::Time);
    let priority = priority(f);
    let count = count(f);
    let brings = Brings::Consignments { enters: Id::new(enters?), to, item, quantity, mass, value, needed_within };
    Some(Stream {
        name: e.name.clone(),
        arrivals: arrivals.unwrap_or(Arrivals::At(Vec::new())),
        count,
        priority,
        brings,
    })
}

/// Whether a stream goes on as long as the run does.
pub(crate) fn endless(stream: &Stream) -> bool {
    stream.count.is_none() && matches!(stream.arrivals.times(), Arrivals::Every { .. })
}
