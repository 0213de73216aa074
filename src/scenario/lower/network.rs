//! Nodes, steps, legs and disruptions.

use super::{All, Entry, Places, choice, goods, point};
use crate::model::{
    Cause, Choice, Clock, Cost, Departures, Disruption, Effect, Fleet, Item, Leg, Limit, MechanismPlan, Node as Place_,
    NodeKind, OnOutage, Order, Outages, Pool, Preempt, Route, Step, Strikes, Weekly, WhenFull,
};
use crate::scenario::codes;
use crate::scenario::date;
use crate::scenario::diagnostic::Finding;
use crate::scenario::fields::Fields;
use crate::scenario::keys::{self, Unit};
use crate::scenario::laws;
use crate::scenario::names;
use crate::scenario::tree::{Node, Place, Value};
use crate::scenario::values::{Ctx, expected};
use crate::units::amount::{Mass, Money};
use crate::units::arena::Id;
use crate::units::draw::Law;
use crate::units::time::{SimDuration, SimTime};

/// What a node's `next` says, before it is resolved.
pub(crate) enum Next {
    /// Nothing, or `"fastest"`: the way to the destination.
    Fastest {
        said: bool,
    },
    One(String, Place),
    Weights(Vec<(String, Place, f64)>),
    Backlog,
    By(Box<Choice<Next>>),
}

const DESKS: [&str; 4] = ["validation", "ranking", "matching", "movement"];

pub(super) fn nodes(
    entries: &[Entry<'_>],
    items: &[Item],
    pools: &[Pool],
    all: &mut All,
    places: &mut Places,
) -> (Vec<Place_>, Vec<Step>, Vec<Next>) {
    let mut made = Vec::new();
    let mut steps: Vec<Step> = Vec::new();
    let mut nexts = Vec::new();
    for (i, e) in entries.iter().enumerate() {
        let f = &e.fields;
        let path = format!("node.{}", e.name);
        f.basis(&path);
        let kind = match f.word("kind") {
            Some("origin") => NodeKind::Origin,
            Some("hq") => NodeKind::Hq,
            Some("port") => NodeKind::Port,
            Some("hub") => NodeKind::Hub,
            Some("handover") => NodeKind::Handover,
            _ => NodeKind::Plain,
        };
        match kind {
            NodeKind::Hq => all.hqs.push(i as u32),
            NodeKind::Handover => {
                all.handovers += 1;
                all.handover = (all.handovers == 1).then_some(i as u32);
            }
            _ => {}
        }
        let first_step = steps.len() as u32;
        let outage = outage(f, OnOutage::Pause);
        let mut steps_of = f.list("step").unwrap_or_default();
        if kind == NodeKind::Hq {
            // Desks have an order of their own, whatever that of the file.
            steps_of.sort_by_key(|s| {
                let desk = s.get("name").and_then(|name| match &name.value {
                    Value::Text(name) => DESKS.iter().position(|desk| desk == name),
                    _ => None,
                });
                desk.unwrap_or(DESKS.len())
            });
        }
        for s in steps_of {
            let Some(name) = s.name("name") else { continue };
            s.basis(&format!("{path}.step.{name}"));
            let place = s.get("name").map_or(s.place, |n| n.place);
            if kind == NodeKind::Hq && !DESKS.contains(&name) {
                let label = match names::nearest(name, DESKS) {
                    Some(near) => format!("did you mean \"{near}\"?"),
                    None => "no desk of a headquarters has this name".to_string(),
                };
                let message = format!("a headquarters has no step `{name}`");
                f.cx.report(
                    Finding::new(&codes::HQ, place, message, label)
                        .help(format!("its steps are {}", names::row(&DESKS))),
                );
            }
            if let Some(first) = all.steps.insert((i as u32, name.to_string()), steps.len() as u32)
                && let Some(first) = places.steps.get(first as usize)
            {
                let message = format!("two steps of `{}` have the name `{name}`", e.name);
                f.cx.report(
                    Finding::new(&codes::DUPLICATE, place, message, "choose another name")
                        .second(*first, "the first one is here"),
                );
            }
            places.steps.push(place);
            places.step_yards.push(s.get("yard").map_or(place, |n| n.place));
            let only = choice::only(&s, all, items);
            if let (Some(node), NodeKind::Hq) = (s.get("only").filter(|_| name != "movement"), kind) {
                let message = "`only` is about goods, and this desk handles requirements";
                f.cx.report(Finding::new(&codes::NEEDS, node.place, message, "leave it out, or give it to `movement`"));
            }
            let uses = uses(&s, pools, all);
            steps.push(Step { only, uses, ..step(&s, name, i as u32, outage, all) });
        }
        places.yards.push(f.get("yard").map_or(e.place, |n| n.place));
        nexts.push(next(f, all));
        made.push(Place_ {
            name: e.name.clone(),
            kind,
            first_step,
            steps: steps.len() as u32 - first_step,
            yard: limit(f, "yard"),
            when_full: when_full(f, all),
            next: Route::Leave,
            hours: hours(f),
            marks: f.word("marks").and_then(point),
            cost: cost(f, false),
        });
    }
    (made, steps, nexts)
}

fn step(f: &Fields<'_>, name: &str, node: u32, outage_of_node: OnOutage, all: &All) -> Step {
    let repeat = f.share("repeat").unwrap_or(0);
    if repeat == 1_000_000 {
        let place = f.get("repeat").map_or(f.place, |n| n.place);
        let label = "expected less than 1, else handling never ends";
        f.cx.report(Finding::new(&codes::RANGE, place, "`repeat` is out of range", label));
    }
    let (time, times) = choice::time(f, "time", all);
    Step {
        name: name.to_string(),
        node: Id::new(node),
        servers: f.get("servers").and_then(|n| servers(f.cx, n)).unwrap_or_else(|| vec![(SimTime::EARLIEST, 1)]),
        time: time.unwrap_or(Law::Constant(0)),
        times,
        factors: choice::factors(f, "factors", all),
        uses: Vec::new(),
        away: away(f),
        only: None,
        order: order(f),
        yard: limit(f, "yard"),
        when_full: when_full(f, all),
        repeat,
        hours: hours(f),
        on_outage: outage(f, outage_of_node),
        preempt: match f.word("preempt") {
            Some("resume") => Some(Preempt::Resume),
            Some(_) => Some(Preempt::Restart),
            None => None,
        },
        patience: f.get("patience").and_then(|_| laws::law(f, "patience", Unit::Time)),
        marks: f.word("marks").and_then(point),
    }
}

pub(super) fn pools(entries: &[Entry<'_>]) -> Vec<Pool> {
    let pool = |e: &Entry<'_>| {
        let f = &e.fields;
        f.basis(&format!("pool.{}", e.name));
        let servers = f.get("servers").and_then(|n| servers(f.cx, n));
        Pool { name: e.name.clone(), servers: servers.unwrap_or_else(|| vec![(SimTime::EARLIEST, 1)]) }
    };
    entries.iter().map(pool).collect()
}

/// Servers of pools that each server of a step takes.
fn uses(f: &Fields<'_>, pools: &[Pool], all: &All) -> Vec<(Id<Pool>, u32)> {
    let Some(node) = f.get("uses") else { return Vec::new() };
    let Some(table) = node.table() else {
        f.cx.report(expected(node, "uses", "pools and numbers, such as { inspectors = 2 }"));
        return Vec::new();
    };
    let mut out = Vec::new();
    for entry in &table.entries {
        let pool = all.servers.find(&entry.key, entry.place).map_err(|finding| f.cx.report(*finding));
        let number = f.cx.whole(&entry.node, "uses", Unit::Count, 1).and_then(|n| u32::try_from(n).ok());
        let (Ok(pool), Some(number)) = (pool, number) else { continue };
        let most = pools[pool as usize].servers.iter().map(|e| e.1).max().unwrap_or(0);
        if number > most {
            let message = format!("handling that uses {number} of `{}` can never begin", entry.key);
            let label = format!("the pool never has more than {most}");
            f.cx.report(Finding::new(&codes::NEVER_FITS, entry.place, message, label));
        }
        out.push((Id::new(pool), number));
    }
    out.sort_by_key(|(pool, _)| *pool);
    out
}

/// For how long a server leaves that finds its line empty.
fn away(f: &Fields<'_>) -> Option<Law> {
    let node = f.get("away_when_idle")?;
    let law = laws::law(f, "away_when_idle", Unit::Time)?;
    let unlimited =
        f.get("servers").and_then(|n| servers(f.cx, n)).is_some_and(|all| all.iter().any(|e| e.1 == u32::MAX));
    if unlimited {
        let message = "of servers without limit none is ever missed";
        f.cx.report(Finding::new(&codes::NEEDS, node.place, message, "give `servers` a number, or leave this out"));
    }
    if law.mean() < 1.0 {
        let label = "expected a time of a second or more";
        f.cx.report(Finding::new(&codes::RANGE, node.place, "`away_when_idle` has no length", label));
        return None;
    }
    Some(law)
}

fn order(f: &Fields<'_>) -> Order {
    match f.word("discipline") {
        Some("fifo") => Order::Fifo,
        Some("lifo") => Order::Lifo,
        Some("earliest_due") => Order::EarliestDue,
        Some("shortest") => Order::Shortest,
        _ => Order::Priority,
    }
}

fn outage(f: &Fields<'_>, default: OnOutage) -> OnOutage {
    match f.word("on_outage") {
        Some("pause") => OnOutage::Pause,
        Some("finish") => OnOutage::Finish,
        Some("requeue") => OnOutage::Requeue,
        _ => default,
    }
}

fn when_full(f: &Fields<'_>, all: &All) -> WhenFull {
    let word = f.word("when_full");
    let to = f.refer("divert_to", &all.nodes);
    match (word, f.entry("divert_to")) {
        (Some("divert"), None) => {
            let place = f.get("when_full").map_or(f.place, |n| n.place);
            let message = "`when_full = \"divert\"` needs a node to divert to";
            f.cx.report(Finding::new(&codes::NEEDS, place, message, "add `divert_to = \"...\"`"));
        }
        (word, Some(entry)) if word != Some("divert") => {
            let message = "`divert_to` is used by `when_full = \"divert\"` alone";
            f.cx.report(Finding::new(&codes::NEEDS, entry.place, message, "add `when_full = \"divert\"`"));
        }
        _ => {}
    }
    if let (Some(entry), None) = (f.entry("when_full"), f.get("yard")) {
        let message = "`when_full` is about a yard, and there is none";
        f.cx.report(Finding::new(&codes::NEEDS, entry.place, message, "add `yard = \"...\"`"));
    }
    match word {
        Some("divert") => to.map_or(WhenFull::Wait, |n| WhenFull::Divert(Id::new(n))),
        Some("refuse") => WhenFull::Refuse,
        Some("overflow") => WhenFull::Overflow,
        _ => WhenFull::Wait,
    }
}

/// What a place costs.
fn cost(f: &Fields<'_>, of_leg: bool) -> Cost {
    let Some(node) = f.get("cost") else { return Cost::default() };
    if node.table().is_none() {
        let each = f.cx.whole(node, "cost", Unit::Money, 0).map_or(Money(0), Money);
        return Cost { each, ..Cost::default() };
    }
    let Some(own) = Fields::open(f.cx, node, &keys::COST) else { return Cost::default() };
    if let (Some(node), false) = (own.get("departure"), of_leg) {
        let message = "nothing departs from a node by itself";
        f.cx.report(Finding::new(&codes::NEEDS, node.place, message, "give it to the legs that lead on"));
    }
    let sum = |key: &'static str| own.whole(key).map_or(Money(0), Money);
    Cost { each: sum("each"), per_tonne: sum("per_tonne"), departure: sum("departure") }
}

fn hours(f: &Fields<'_>) -> Option<Weekly> {
    let node = f.get("hours")?;
    let items = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut stretches = Vec::new();
    for item in items {
        let text = f.cx.text(item, "hours")?;
        match date::hours(text) {
            Ok(mut more) => stretches.append(&mut more),
            Err(why) => {
                let message = format!("`{text}` are no hours");
                f.cx.report(
                    Finding::new(&codes::HOURS, item.place, message, why).help("for example \"Mon-Fri 08:00-16:00\""),
                );
            }
        }
    }
    if items.is_empty() {
        let label = "expected hours such as \"Mon-Fri 08:00-16:00\"";
        f.cx.report(Finding::new(&codes::HOURS, node.place, "`hours` is empty", label));
    }
    date::weekly(stretches)
}

/// A number of consignments, a mass, or both.
fn limit(f: &Fields<'_>, key: &'static str) -> Option<Limit> {
    let node = f.get(key)?;
    match &node.value {
        Value::Table(_) => {
            let own = Fields::open(f.cx, node, &keys::LIMIT)?;
            own.one_of(&["number", "mass"]);
            Some(Limit { number: own.count32("number"), mass: own.whole("mass").map(Mass) })
        }
        Value::Text(_) => {
            let mass = f.cx.whole(node, key, Unit::Mass, 1)?;
            Some(Limit { number: None, mass: Some(Mass(mass)) })
        }
        Value::Whole(_) => {
            let number = f.cx.whole(node, key, Unit::Count, 1)?;
            let number = u32::try_from(number).ok().filter(|n| *n <= 1_000_000_000);
            if number.is_none() {
                let label = "expected at most 1000000000";
                f.cx.report(Finding::new(&codes::RANGE, node.place, format!("`{key}` is too large"), label));
            }
            Some(Limit { number, mass: None })
        }
        _ => {
            f.cx.report(expected(
                node,
                key,
                "a number of consignments, a mass such as \"60 t\", or both: { number = 5, mass = \"60 t\" }",
            ));
            None
        }
    }
}

/// Servers at most; `u32::MAX` is unlimited.
const SERVERS_MOST: i64 = 1_000_000;

fn servers(cx: &Ctx, node: &Node) -> Option<Vec<(SimTime, u32)>> {
    let Value::List(items) = &node.value else {
        return Some(vec![(SimTime::EARLIEST, server_count(cx, node, 1)?)]);
    };
    let mut out: Vec<(SimTime, u32, Place)> = Vec::new();
    for item in items {
        let f = Fields::open(cx, item, &keys::SERVERS)?;
        let from = if f.get("from").is_some() { f.moment("from")? } else { SimTime::EARLIEST };
        out.push((from, server_count(cx, f.get("n")?, 0)?, item.place));
    }
    if out.is_empty() {
        cx.report(Finding::new(&codes::RANGE, node.place, "`servers` is empty", "expected one entry or more"));
    }
    out.sort_by_key(|(from, _, place)| (*from, *place));
    for pair in out.windows(2) {
        if pair[0].0 == pair[1].0 {
            cx.report(
                Finding::new(
                    &codes::ORDER,
                    pair[1].2,
                    "two entries of `servers` begin at once",
                    "expected another `from`",
                )
                .second(pair[0].2, "the first one is here"),
            );
        }
    }
    Some(out.into_iter().map(|(from, n, _)| (from, n)).collect())
}

fn server_count(cx: &Ctx, node: &Node, least: i64) -> Option<u32> {
    if let Value::Text(text) = &node.value {
        if text == "unlimited" {
            return Some(u32::MAX);
        }
        cx.report(expected(
            node,
            "servers",
            "a whole number, \"unlimited\", or a list such as [{ from = 2025-10-01, n = 8 }]",
        ));
        return None;
    }
    let n = cx.whole(node, "servers", Unit::Count, least)?;
    if n > SERVERS_MOST {
        let label = "expected at most 1000000, or \"unlimited\"";
        cx.report(Finding::new(&codes::RANGE, node.place, "`servers` is too large", label));
        return None;
    }
    u32::try_from(n).ok()
}

fn next(f: &Fields<'_>, all: &All) -> Next {
    let Some(node) = f.get("next") else { return Next::Fastest { said: false } };
    next_of(f.cx, node, all).unwrap_or(Next::Fastest { said: false })
}

fn next_of(cx: &Ctx, node: &Node, all: &All) -> Option<Next> {
    match &node.value {
        Value::Text(text) if text == "fastest" => Some(Next::Fastest { said: true }),
        Value::Text(text) if text == "least_backlog" => Some(Next::Backlog),
        Value::Text(text) => Some(Next::One(text.clone(), node.place)),
        Value::Table(_) if choice::table(node).is_some() => {
            let choice = choice::choice(cx, node, all, |node| next_of(cx, node, all))?;
            Some(Next::By(Box::new(choice)))
        }
        Value::Table(_) => {
            let own = Fields::open(cx, node, &keys::ROUTE)?;
            if !own.one_of(&["weights"]) {
                return None;
            }
            own.get("weights").and_then(|n| laws::weights(cx, n)).map(Next::Weights)
        }
        _ => {
            let what = "a node, a leg, \"out\", \"fastest\", \"least_backlog\", { weights = { a = 1, b = 2 } } or { by = ... }";
            cx.report(expected(node, "next", what));
            None
        }
    }
}

pub(super) fn legs(entries: &[Entry<'_>], all: &All, nodes: &[Place_], places: &mut Places) -> Vec<Leg> {
    let mut out = Vec::new();
    for e in entries {
        let f = &e.fields;
        f.basis(&format!("leg.{}", e.name));
        let (from, to) = (f.refer("from", &all.nodes), f.refer("to", &all.nodes));
        let (transit, transits) = choice::time(f, "transit", all);
        let timetable = f.sub("departures");
        let order = timetable.as_ref().map_or(Order::Priority, order);
        let departures = timetable.and_then(|d| departures(&d, &e.name));
        if let (Some(_), Some(node)) = (&transits, f.get("transit"))
            && departures.as_ref().is_some_and(|d| !d.each)
        {
            let message = "what departs together is under way together: no choice by what goods are";
            f.cx.report(Finding::new(&codes::NEEDS, node.place, message, "add `each = true` to the departures"));
        }
        let own = f.get("departures").and_then(Node::table).and_then(|t| t.get("capacity"));
        places.capacities.push(own.map_or(e.place, |n| n.place));
        let mode = f.name("mode").unwrap_or("road").to_string();
        let transit = transit.unwrap_or(Law::Constant(0));
        let (Some(from), Some(to)) = (from, to) else { continue };
        let handover = nodes.get(to as usize).is_some_and(|n| n.kind == NodeKind::Handover);
        let cause = if handover { Cause::Border } else { Cause::Lift };
        let (from, to) = (Id::new(from), Id::new(to));
        out.push(Leg {
            name: e.name.clone(),
            from,
            to,
            mode,
            transit,
            departures,
            order,
            cause,
            transits,
            cost: cost(f, true),
        });
    }
    out
}

fn departures(f: &Fields<'_>, leg: &str) -> Option<Departures> {
    f.basis(&format!("leg.{leg}.departures"));
    let every = f.whole("every").map(SimDuration);
    let first = f.moment("first");
    let (capacity, min_load) = (limit(f, "capacity"), limit(f, "min_load"));
    if let (Some(capacity), Some(min)) = (capacity, min_load) {
        let above = |a: Option<i64>, b: Option<i64>| a.zip(b).is_some_and(|(a, b)| a > b);
        let kg = |l: Limit| l.mass.map(|m| m.0);
        let number = |l: Limit| l.number.map(i64::from);
        if above(kg(min), kg(capacity)) || above(number(min), number(capacity)) {
            let place = f.get("min_load").map_or(f.place, |n| n.place);
            let second = f.get("capacity").map_or(f.place, |n| n.place);
            f.cx.report(
                Finding::new(&codes::NEVER_FITS, place, "no departure can reach `min_load`", "more than the capacity")
                    .second(second, "the capacity is here"),
            );
        }
    }
    let (strict, each) = (f.flag("strict", false), f.flag("each", false));
    let when_loaded = f.flag("when_loaded", false);
    let or_after = f.whole("or_after").map(SimDuration);
    for key in ["when_loaded", "or_after"] {
        f.not_both("every", key);
    }
    if f.get("every").is_none() {
        f.goes_with("first", "every");
    }
    f.goes_with("return", "fleet");
    if when_loaded && f.get("every").is_none() {
        f.goes_with("when_loaded", "capacity");
    }
    let fleet = f
        .count32("fleet")
        .map(|vehicles| Fleet { vehicles, returns: laws::law(f, "return", Unit::Time).unwrap_or(Law::Constant(0)) });
    let clock = every.map(|every| Clock { every, first: first.unwrap_or(SimTime::ZERO.after(every)) });
    Some(Departures { clock, capacity, min_load, when_loaded, or_after, fleet, strict, each })
}

pub(super) fn disruptions(
    entries: &[Entry<'_>],
    all: &All,
    mechanisms: &[MechanismPlan],
    steps: &[Step],
    end: Option<SimTime>,
) -> Vec<Disruption> {
    entries
        .iter()
        .filter_map(|e| {
            let f = &e.fields;
            f.basis(&format!("disruption.{}", e.name));
            let strikes = strikes(f, all, mechanisms);
            let effect = match f.get("effect") {
                None => Some(Effect::Closed),
                Some(node) => effect(f.cx, node),
            };
            let uncut =
                strikes.as_ref().is_some_and(|s| !matches!(s, Strikes::Node(_) | Strikes::Step(_) | Strikes::Leg(_)));
            if let (true, Some(Effect::Capacity(_))) = (uncut, effect) {
                let place = f.get("effect").map_or(f.place, |n| n.place);
                let message = "what is struck has no capacity that could be cut";
                f.cx.report(Finding::new(&codes::NEEDS, place, message, "`\"closed\"`, or a factor on times"));
            }
            let lasts = lasts(f);
            f.not_both("on", "arrivals");
            if !f.one_of(&["on", "arrivals"]) {
                return None;
            }
            let name = e.name.clone();
            if f.get("on").is_some() {
                let on = f.date("on");
                if let (Some(on), Some(end), Some(node)) = (on, end, f.get("on"))
                    && on >= end
                {
                    let message = format!("`{name}` would begin after the end of the run");
                    f.cx.report(Finding::new(&codes::LATE, node.place, message, "nothing comes of it"));
                }
                dated_alone(f, lasts.as_ref());
                let lasts = match lasts {
                    Some(Law::Constant(seconds)) => Some(SimDuration(seconds)),
                    _ => None,
                };
                let on = on?;
                let until = lasts.map(|d| on.after(d));
                return Some(Disruption { name, strikes: strikes?, effect: effect?, on, until, random: None });
            }
            let (strikes, effect) = (strikes?, effect?);
            let random = Some(outages(f, lasts, &strikes, effect, steps)?);
            Some(Disruption { name, strikes, effect, on: SimTime::ZERO, until: None, random })
        })
        .collect()
}

fn lasts(f: &Fields<'_>) -> Option<Law> {
    let node = f.get("lasts")?;
    let law = laws::law(f, "lasts", Unit::Time)?;
    if law.mean() < 1e-6 {
        let label = "expected a time above zero";
        f.cx.report(Finding::new(&codes::RANGE, node.place, "`lasts` has no length", label));
        return None;
    }
    Some(law)
}

/// What only a disruption that comes again and again may say.
fn dated_alone(f: &Fields<'_>, lasts: Option<&Law>) {
    let place = f.get("lasts").map_or(f.place, |n| n.place);
    if lasts.is_some_and(|law| !matches!(law, Law::Constant(_))) {
        let message = "a disruption with a date lasts for a time that is no distribution";
        f.cx.report(Finding::new(&codes::NEEDS, place, message, "give a time, or `arrivals` in place of `on`"));
    }
    if f.flag("each_server", false) {
        let place = f.get("each_server").map_or(f.place, |n| n.place);
        let message = "`each_server` is about disruptions that come again and again";
        f.cx.report(Finding::new(&codes::NEEDS, place, message, "give `arrivals` in place of `on`"));
    }
}

/// A disruption that comes again and again.
fn outages(f: &Fields<'_>, lasts: Option<Law>, strikes: &Strikes, effect: Effect, steps: &[Step]) -> Option<Outages> {
    let a = f.sub("arrivals")?;
    let every = laws::law(&a, "every", Unit::Time)?;
    if every.mean() < 1e-6 {
        let place = a.get("every").map_or(a.place, |n| n.place);
        let label = "expected a time above zero";
        f.cx.report(Finding::new(&codes::RANGE, place, "`every` has no length", label));
        return None;
    }
    if f.get("lasts").is_none() {
        let message = "a disruption that comes again and again needs `lasts`";
        f.cx.report(Finding::new(&codes::NEEDS, f.place, message, "add `lasts = \"...\"`"));
    }
    let each_server = f.flag("each_server", false);
    if each_server {
        let place = f.get("each_server").map_or(f.place, |n| n.place);
        let limited = |step: &Id<Step>| {
            let most = steps.get(step.index()).and_then(|s| s.servers.iter().map(|e| e.1).max());
            most.is_some_and(|n| n > 0 && n < u32::MAX)
        };
        if !matches!(strikes, Strikes::Step(step) if limited(step)) {
            let message = "`each_server` needs a step with a number of servers";
            f.cx.report(Finding::new(&codes::NEEDS, place, message, "strike `node.step`"));
            return None;
        }
        if effect != Effect::Closed {
            let message = "`each_server` closes servers; it has no other effect";
            f.cx.report(Finding::new(&codes::NEEDS, place, message, "leave out `effect`"));
        }
    }
    let lasts = lasts?;
    if !goods::lasts(&every) && !goods::lasts(&lasts) || every.mean() + lasts.mean() < goods::MEAN_LEAST {
        let place = a.get("every").map_or(a.place, |n| n.place);
        let label = "expected half a second or more with `lasts`";
        let message = "outages come too often to be told apart by whole seconds";
        f.cx.report(Finding::new(&codes::RANGE, place, message, label));
        return None;
    }
    Some(Outages { every, lasts, each_server })
}

fn effect(cx: &Ctx, node: &Node) -> Option<Effect> {
    if let Value::Text(_) = node.value {
        return cx.word(node, "effect", &["closed"]).map(|_| Effect::Closed);
    }
    let f = Fields::open(cx, node, &keys::EFFECT)?;
    f.not_both("capacity", "time");
    if !f.one_of(&["capacity", "time"]) {
        return None;
    }
    match f.get("capacity") {
        Some(_) => f.share("capacity").map(Effect::Capacity),
        None => f.factor("time").map(|t| Effect::Time(t.real(1.0))),
    }
}

fn strikes(f: &Fields<'_>, all: &All, mechanisms: &[MechanismPlan]) -> Option<Strikes> {
    let node = f.get("strikes")?;
    let text = f.text("strikes")?;
    let mut found = Vec::new();
    if let Some(nation) = text.strip_prefix("nation:") {
        found.extend(all.nations.get(nation).map(|n| Strikes::Nation(Id::new(n))));
    } else if let Some((place, part)) = text.split_once('.') {
        if let Some(n) = all.nodes.get(place) {
            found.extend(all.steps.get(&(n, part.to_string())).map(|s| Strikes::Step(Id::new(*s))));
        }
        if let Some(i) = mechanisms.iter().position(|m| m.name == place) {
            let stage = mechanisms[i].stages.iter().position(|s| s.name == part);
            found.extend(stage.map(|s| Strikes::Stage(Id::new(i as u32), s as u8)));
        }
    } else {
        found.extend(all.nodes.get(text).map(|n| Strikes::Node(Id::new(n))));
        found.extend(all.legs.get(text).map(|l| Strikes::Leg(Id::new(l))));
        found.extend(all.mechanisms.get(text).map(|m| Strikes::Mechanism(Id::new(m))));
        if text == "supplier" && found.is_empty() {
            found.push(Strikes::Supplier);
        }
    }
    match found.len() {
        1 => found.pop(),
        0 => {
            f.cx.report(nothing_struck(node, text, all, mechanisms));
            None
        }
        _ => {
            let message = format!("`{text}` is the name of several things");
            f.cx.report(Finding::new(&codes::AMBIGUOUS, node.place, message, "rename one of them"));
            None
        }
    }
}

fn nothing_struck(node: &Node, text: &str, all: &All, mechanisms: &[MechanismPlan]) -> Finding {
    let mut known: Vec<String> = all.nodes.list();
    let name_of = |id: u32| all.nodes.by.iter().find(|(_, (i, _))| *i == id).map(|(n, _)| n.as_str()).unwrap_or("");
    known.extend(all.steps.keys().take(1_000).map(|(n, s)| format!("{}.{s}", name_of(*n))));
    known.extend(all.legs.list());
    known.extend(all.nations.list().into_iter().map(|nation| format!("nation:{nation}")));
    known.push("supplier".to_string());
    for m in mechanisms {
        known.push(m.name.clone());
        known.extend(m.stages.iter().map(|s| format!("{}.{}", m.name, s.name)));
    }
    let label = match names::nearest(text, known.iter().map(String::as_str)) {
        Some(near) => format!("nothing has this name; did you mean `{near}`?"),
        None => "nothing has this name".to_string(),
    };
    Finding::new(&codes::STRIKES, node.place, format!("`{text}` cannot be struck"), label).help(
        "a disruption strikes a node, `node.step`, a leg, a mechanism, `mechanism.stage`, `nation:NAME` or `supplier`",
    )
}
