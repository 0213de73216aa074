//! From one tree to a plan: names become handles, texts become numbers.

mod choice;
mod entry;
pub(crate) mod funding;
pub(crate) mod goods;
pub(crate) mod network;
pub(crate) mod notes;
mod pace;

use super::codes;
use super::diagnostic::Finding;
use super::fields::Fields;
use super::journal;
use super::keys;
use super::names::Names;
use super::route;
use super::tree::{Node, Place, Table, Value};
use super::values::{Ctx, expected};
use crate::model::{Nation, Notes, Plan, Point, Stream};
use crate::units::arena::Arena;
use crate::units::time::SimTime;
pub(crate) use entry::{Entry, collect};
use std::collections::{BTreeMap, BTreeSet};

/// More things than this are no scenario for one machine.
const ENTRIES_MOST: usize = 1_000_000;
/// So many places, stages and streams at most: a place has a number of 20 bits in the order of events.
const PLACES_MOST: usize = (1 << 20) - 1;

/// The handles of every kind of entry.
#[derive(Default)]
pub(crate) struct All {
    pub items: Names,
    pub nations: Names,
    pub nodes: Names,
    pub legs: Names,
    /// Pools of servers.
    pub servers: Names,
    pub mechanisms: Names,
    pub streams: Names,
    /// (node, step) to handle.
    pub steps: BTreeMap<(u32, String), u32>,
    /// Mechanisms that pool money.
    pub pools: Vec<u32>,
    /// The only handover node, where there is just one.
    pub handover: Option<u32>,
    pub handovers: usize,
    /// Nodes of kind `hq`.
    pub hqs: Vec<u32>,
    /// Where a mechanism's goods stand.
    pub origins: Vec<Option<u32>>,
    /// Equipment families of the items.
    pub families: BTreeSet<String>,
    /// Mass and value of one unit of each item.
    pub goods: Vec<(i64, i64)>,
    /// The table that each stream is an entry of.
    pub kinds: Vec<&'static str>,
}

/// Places to point at when the plan as a whole is checked.
#[derive(Default)]
pub(crate) struct Places {
    pub nodes: Vec<Place>,
    /// The yard, or the node.
    pub yards: Vec<Place>,
    pub steps: Vec<Place>,
    pub step_yards: Vec<Place>,
    pub legs: Vec<Place>,
    pub capacities: Vec<Place>,
    pub streams: Vec<Place>,
    pub arrivals: Vec<Place>,
    pub items: Vec<Place>,
    pub mechanisms: Vec<Place>,
    pub pools: Vec<Place>,
}

/// The plan of a tree, as far as it can be made.
pub(crate) fn lower(cx: &mut Ctx, top: &Node, file: &str) -> Option<(Plan, Notes, Places, All)> {
    let empty = Table::default();
    let table = top.table().unwrap_or(&empty);
    let (end, warm_up) = time(cx, table);
    let rates = funding::money(cx, table);
    let cx: &Ctx = cx;
    let top = Fields::open(cx, top, &keys::TOP)?;
    if let Some(f) = top.sub("time") {
        f.basis("time");
    }
    let items = collect(&top, "item");
    let nations = collect(&top, "nation");
    let stocks = collect(&top, "stock");
    let requirements = collect(&top, "requirement");
    let pledges = collect(&top, "pledge");
    let packages = collect(&top, "package");
    let consignments = collect(&top, "consignment");
    let mechanisms = collect(&top, "mechanism");
    let nodes = collect(&top, "node");
    let pools = collect(&top, "pool");
    let legs = collect(&top, "leg");
    let disruptions = collect(&top, "disruption");
    let journals = collect(&top, "journal");
    let count = [
        &items,
        &nations,
        &stocks,
        &requirements,
        &pledges,
        &packages,
        &consignments,
        &mechanisms,
        &nodes,
        &pools,
        &legs,
    ]
    .iter()
    .map(|e| e.len())
    .sum::<usize>()
        + [(&nodes, "step"), (&requirements, "lines")].iter().map(|(list, key)| parts(list, key)).sum::<usize>();
    if count > ENTRIES_MOST {
        cx.report(Finding::bare(&codes::SIZE, format!("the scenario has {count} entries; at most a million are read")));
        return None;
    }
    // Places have numbers of 20 bits; a mechanism has its stages too.
    let stages = 1 + crate::mechanism::KINDS.iter().map(|k| k.stages.len()).max().unwrap_or(0);
    let places = count + disruptions.len() + journals.len() + mechanisms.len() * stages;
    if places > PLACES_MOST {
        let said = format!("the scenario has {places} places, stages and streams; at most {PLACES_MOST} are read");
        cx.report(Finding::bare(&codes::SIZE, said));
        return None;
    }
    let streams = entry::sorted(
        cx,
        "stream",
        requirements.iter().chain(&pledges).chain(&packages).chain(&consignments).chain(&journals).cloned().collect(),
    );
    let read: Vec<journal::Table> = journals.iter().filter_map(|e| journal::read(cx, e)).collect();
    let mut all = All {
        items: entry::names("item", &items),
        nodes: entry::names("node", &nodes),
        legs: entry::names("leg", &legs),
        servers: entry::names("pool", &pools),
        mechanisms: entry::names("mechanism", &mechanisms),
        streams: entry::names("stream", &streams),
        kinds: streams.iter().map(|e| e.fields.spec.name).collect(),
        ..All::default()
    };
    let nation_list = funding::nations(cx, &nations, &pledges, &read, &mut all);
    let mut places = Places {
        nodes: nodes.iter().map(|e| e.place).collect(),
        legs: legs.iter().map(|e| e.place).collect(),
        pools: pools.iter().map(|e| e.place).collect(),
        streams: streams.iter().map(|e| e.place).collect(),
        items: items.iter().map(|e| e.place).collect(),
        mechanisms: mechanisms.iter().map(|e| e.place).collect(),
        ..Places::default()
    };
    let items = goods::items(&items);
    all.goods = items.iter().map(|i| (i.mass.0, i.value.0)).collect();
    all.families = items.iter().filter(|i| !i.family.is_empty()).map(|i| i.family.clone()).collect();
    let pools = network::pools(&pools);
    let (mut nodes_made, steps, nexts) = network::nodes(&nodes, &items, &pools, &mut all, &mut places);
    let legs = network::legs(&legs, &all, &nodes_made, &mut places);
    let funds = mechanisms;
    let mechanisms = funding::mechanisms(&funds, &mut all);
    let stocks = goods::stocks(&stocks, &all);
    let mut notes = Notes { title: String::new(), file: file.to_string(), ..Notes::default() };
    let mut made: Vec<Stream> = Vec::new();
    for e in &streams {
        let kind = e.fields.spec.name;
        let stream = match kind {
            "requirement" => goods::requirement(e, &all, &mut places),
            "consignment" => goods::consignment(e, &all, &mut places),
            "package" => goods::package(e, &all, &mut places),
            "pledge" => funding::pledge(e, &all, &mut places),
            _ => read
                .iter()
                .find(|t| t.name == e.name)
                .and_then(|t| journal::stream(cx, t, e, &all, &mut notes, &mut places)),
        };
        made.extend(stream);
    }
    funding::undrafted(&funds, &made);
    let disruptions = network::disruptions(&disruptions, &all, &mechanisms, &steps, end);
    notes::fill(&top, &mut notes);
    let said = route::said(cx, &nodes_made, &legs, &nexts, &all, &places);
    // Values that were wrong have stand-ins, so the plan as a whole can still be checked; what names nothing has none.
    let whole = legs.len() == all.legs.by.len()
        && made.len() == streams.len()
        && mechanisms.len() == all.mechanisms.by.len()
        && !cx.findings.borrow().iter().any(|f| f.code.breaks_the_plan());
    if !whole {
        return None;
    }
    let plan = Plan {
        start: cx.start,
        end,
        warm_up,
        recognition: top.word("recognition").and_then(point).unwrap_or(Point::R4),
        currency: cx.home.clone(),
        decimals: cx.home_decimals,
        rates,
        items: items.into(),
        nations: Arena::<Nation>::from(nation_list),
        streams: made.into(),
        nodes: Arena::default(),
        steps: steps.into(),
        pools: pools.into(),
        legs: legs.into(),
        mechanisms: mechanisms.into(),
        stocks: stocks.into(),
        disruptions: disruptions.into(),
    };
    let routes = route::routes(&plan, &nodes_made, said, &all);
    for (node, route) in nodes_made.iter_mut().zip(routes) {
        node.next = route;
    }
    Some((Plan { nodes: nodes_made.into(), ..plan }, notes, places, all))
}

/// How many parts the entries have under a key.
fn parts(entries: &[Entry<'_>], key: &str) -> usize {
    let count = |e: &Entry<'_>| match e.fields.table.get(key).map(|n| &n.value) {
        Some(Value::List(items)) => items.len(),
        _ => 0,
    };
    entries.iter().map(count).sum()
}

/// `R0`..`R5`.
pub(crate) fn point(name: &str) -> Option<Point> {
    Point::ALL.into_iter().find(|p| p.name() == name)
}

/// Start, end and warm-up; the start is needed for every date that follows.
fn time(cx: &mut Ctx, top: &Table) -> (Option<SimTime>, SimTime) {
    let Some(node) = top.get("time") else { return (None, SimTime::ZERO) };
    if let Some(start) = node.table().and_then(|t| t.get("start")) {
        cx.start = 0;
        if let Some(unix) = cx.date(start, "start") {
            cx.start = unix.0;
        }
    }
    // Unknown and missing keys of `time` are reported with those of the other tables.
    let Value::Table(table) = &node.value else { return (None, SimTime::ZERO) };
    let fields = Fields { cx, spec: &keys::TIME, table, place: node.place };
    // A wrong end is an end all the same: an endless source is then no further mistake.
    let end = match (fields.get("end"), fields.moment("end")) {
        (Some(_), None) => Some(SimTime::LATEST),
        (_, end) => end,
    };
    let warm_up = fields.whole("warm_up").map(SimTime).unwrap_or(SimTime::ZERO);
    let at = |key: &str| table.get(key).map_or(node.place, |n| n.place);
    if end.is_some_and(|e| e <= SimTime::ZERO) {
        cx.report(
            Finding::new(&codes::ORDER, at("end"), "the end is not after the start", "expected a later date")
                .second(at("start"), "the start is here"),
        );
    } else if end.is_some_and(|e| warm_up >= e) || warm_up >= SimTime::LATEST {
        cx.report(Finding::new(
            &codes::ORDER,
            at("warm_up"),
            "the warm-up is as long as the run",
            "expected less than the time from start to end",
        ));
    }
    (end, warm_up)
}

/// A list of dates, ascending.
pub(crate) fn dates(cx: &Ctx, node: &Node, key: &str) -> Option<Vec<SimTime>> {
    let Value::List(items) = &node.value else {
        cx.report(expected(node, key, "a list of dates, such as [2025-08-01, 2025-09-01]"));
        return None;
    };
    let dates: Vec<Option<SimTime>> = items.iter().map(|n| cx.date(n, key)).collect();
    let mut dates: Vec<SimTime> = dates.into_iter().collect::<Option<_>>()?;
    dates.sort_unstable();
    Some(dates)
}
