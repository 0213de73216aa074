//! What only shows when the plan is whole: places nothing reaches, goods that never leave, loads that never fit.

use super::codes;
use super::diagnostic::Finding;
use super::loads;
use super::lower::goods::{endless, lasts, upper};
use super::lower::{All, Places};
use super::tree::Place;
use super::values::Ctx;
use crate::model::{
    Arrivals, Brings, By, Choice, Earmark, Hop, Item, Limit, Line, NodeKind, Plan, Route, RowBrings, Step, WhenFull,
    Whom,
};
use crate::units::arena::Id;
use crate::units::draw::{Law, Sampler};
use std::collections::{BTreeMap, BTreeSet};

/// Goods of a stream that come in at one place for one destination.
pub(crate) struct Source {
    pub stream: u32,
    /// They go round for ever, and are meant to.
    pub circulates: bool,
    pub enters: u32,
    pub to: Option<u32>,
    pub item: Option<Id<Item>>,
    /// Whether the scenario says where they go.
    pub must_arrive: bool,
    /// The heaviest consignment, where it is known.
    pub mass: Option<i64>,
    /// Consignments for each thing of the stream.
    pub each: f64,
    /// Mean mass of a consignment.
    pub mass_mean: f64,
}

/// Every source of goods of a plan.
pub(crate) fn sources(plan: &Plan, handover: Option<u32>) -> Vec<Source> {
    let mut out = Vec::new();
    for (i, stream) in plan.streams.iter().enumerate() {
        let mut line = |line: &Line, via: Option<Id<crate::model::MechanismPlan>>, each: f64| {
            let origin = line.origin.or_else(|| via.and_then(|m| plan.mechanisms[m].origin));
            let Some(origin) = origin else { return };
            let item = &plan.items[line.item];
            let (n, mean) = consignments(&line.quantity, item);
            out.push(Source {
                stream: i as u32,
                circulates: false,
                enters: origin.raw(),
                to: line.to.map(Id::raw).or(handover),
                item: Some(line.item),
                must_arrive: true,
                mass: heaviest(&line.quantity, item),
                each: n * each,
                mass_mean: mean,
            });
        };
        match &stream.brings {
            Brings::Requirements(need) => need.lines.iter().for_each(|l| line(l, need.via, 1.0)),
            Brings::Packages(package) => {
                package.need.iter().for_each(|need| need.lines.iter().for_each(|l| line(l, need.via, 1.0)));
            }
            Brings::Rows(rows) => {
                for row in rows {
                    if let RowBrings::Requirement { need, .. } = &row.brings {
                        need.lines.iter().for_each(|l| line(l, need.via, 1.0 / rows.len() as f64));
                    }
                }
            }
            Brings::Consignments { enters, to, item, quantity, mass, .. } => {
                let (heaviest, mean) = match (item, mass) {
                    (Some(item), _) => {
                        let item = &plan.items[*item];
                        let unit = item.mass.0;
                        (
                            upper(quantity).and_then(|q| q.checked_mul(unit)).or((unit == 0).then_some(0)),
                            quantity.mean() * unit as f64,
                        )
                    }
                    (None, Some(mass)) => (upper(mass), mass.mean()),
                    (None, None) => (Some(0), 0.0),
                };
                out.push(Source {
                    stream: i as u32,
                    circulates: stream.arrivals.circulates(),
                    enters: enters.raw(),
                    to: to.map(Id::raw).or(handover),
                    item: *item,
                    must_arrive: to.is_some(),
                    mass: heaviest,
                    each: 1.0,
                    mass_mean: mean,
                });
            }
            Brings::Pledges(_) => {}
        }
    }
    out
}

/// Mean number of consignments of a line, and the mean mass of one.
fn consignments(quantity: &Law, item: &Item) -> (f64, f64) {
    let mean = quantity.mean();
    let number = match (item.lot, quantity) {
        (None, _) => 1.0,
        (Some(lot), Law::Constant(q)) => (*q as f64 / f64::from(lot)).ceil(),
        // The last consignment of a line is half full on average.
        (Some(lot), _) => (mean / f64::from(lot) + 0.5).max(1.0),
    };
    (number, if number > 0.0 { mean / number * item.mass.0 as f64 } else { 0.0 })
}

/// The mass of the heaviest consignment of a line, where it is known.
fn heaviest(quantity: &Law, item: &Item) -> Option<i64> {
    let units = match (item.lot.map(i64::from), upper(quantity)) {
        (Some(lot), Some(most)) => Some(lot.min(most)),
        (lot, most) => lot.or(most),
    };
    match (units, item.mass.0) {
        (_, 0) => Some(0),
        (Some(units), mass) => units.checked_mul(mass).or(Some(i64::MAX)),
        (None, _) => None,
    }
}

impl Source {
    /// What its goods are, by the shares of its priorities where the plan chooses by them.
    pub fn whoms(&self, plan: &Plan, by_priority: bool) -> Vec<(Whom, f64)> {
        let stream = Id::new(self.stream);
        let whom = |priority| Whom { item: self.item, priority, stream, to: self.to.map(Id::new) };
        let law = &plan.streams[stream].priority;
        match law {
            _ if !by_priority => vec![(whom(0), 1.0)],
            Law::Constant(priority) => vec![(whom(*priority as i32), 1.0)],
            Law::Weights { values } => {
                let all: f64 = values.iter().map(|v| v.1).sum();
                values.iter().map(|(priority, weight)| (whom(*priority as i32), weight / all)).collect()
            }
            law => {
                // At so many equal parts of chance.
                const PARTS: u64 = 64;
                let Ok(law) = Sampler::new(law) else { return vec![(whom(0), 1.0)] };
                let word = |part: u64| (2 * part + 1) * (u64::MAX / (2 * PARTS));
                (0..PARTS).map(|part| (whom(law.at(word(part)) as i32), 1.0 / PARTS as f64)).collect()
            }
        }
    }
}

/// Whether a plan looks at what goods are beside their destination, and whether at their priority.
pub(crate) fn looks_at_goods(plan: &Plan) -> (bool, bool) {
    fn bys(route: &Route, out: &mut Vec<By>) {
        if let Route::By(choice) = route {
            out.push(choice.by);
            choice.all().for_each(|route| bys(route, out));
        }
    }
    let mut all = Vec::new();
    plan.nodes.iter().for_each(|node| bys(&node.next, &mut all));
    all.extend(
        plan.steps
            .iter()
            .flat_map(|s| s.times.as_ref().map(|c| c.by).into_iter().chain(s.factors.as_ref().map(|c| c.by))),
    );
    all.extend(plan.legs.iter().filter_map(|l| l.transits.as_ref().map(|c| c.by)));
    let only = plan.steps.iter().any(|s| s.only.is_some());
    (only || !all.is_empty(), all.contains(&By::Priority))
}

/// The ways on from a node for goods like these, and the share of each.
pub(crate) fn hops(plan: &Plan, route: &Route, whoms: &[(Whom, f64)]) -> Vec<(Hop, f64)> {
    let mut out = Vec::new();
    for (whom, part) in whoms {
        match route.of(plan, whom) {
            None | Some(Route::Leave) => out.push((Hop::Out, *part)),
            Some(Route::Hop(hop)) => out.push((*hop, *part)),
            Some(Route::Weights(hops)) => {
                let total: f64 = hops.iter().map(|(_, w)| w).sum();
                out.extend(hops.iter().map(|(hop, w)| (*hop, part * w / total)));
            }
            Some(Route::Toward(list, other)) => {
                let found = whom.to.and_then(|to| list.iter().find(|(d, _)| *d == to)).map(|(_, hop)| *hop);
                out.push((found.or(*other).unwrap_or(Hop::Out), *part));
            }
            Some(Route::Backlog(list, other)) => {
                let found = whom.to.and_then(|to| list.iter().find(|(d, _)| *d == to)).map_or(other, |(_, hops)| hops);
                match found.len() {
                    0 => out.push((Hop::Out, *part)),
                    n => out.extend(found.iter().map(|hop| (*hop, part / n as f64))),
                }
            }
            Some(Route::By(_)) => unreachable!("what holds for goods is no choice by what they are"),
        }
    }
    out
}

/// Where a hop ends; `None` is out of the model.
pub(crate) fn end_of(plan: &Plan, hop: Hop) -> Option<u32> {
    match hop {
        Hop::Leg(leg) => Some(plan.legs[leg].to.raw()),
        Hop::Node(node) => Some(node.raw()),
        Hop::Out => None,
    }
}

struct Walk<'a> {
    cx: &'a Ctx,
    plan: &'a Plan,
    places: &'a Places,
    /// Nodes that goods of any stream reach.
    reached: BTreeSet<u32>,
    legs: BTreeSet<u32>,
}

/// What makes goods go the same ways: where they come in, their destination, whether they circulate, and stream and item where
/// the plan looks at what goods are.
type Alike = (u32, Option<u32>, bool, Option<(u32, Option<Id<Item>>)>);

/// Steps of the search for what a consignment can meet; beyond, the rest is left unchecked.
const WORK_MOST: usize = 20_000_000;

/// All that is wrong with a plan as a whole.
pub(crate) fn check(cx: &Ctx, plan: &Plan, places: &Places, all: &All, whole: bool) {
    let sources = sources(plan, all.handover);
    let mut walk = Walk { cx, plan, places, reached: BTreeSet::new(), legs: BTreeSet::new() };
    // The heaviest first: what it fits, the lighter ones fit too.
    let (apart, by_priority) = looks_at_goods(plan);
    let mut groups: BTreeMap<Alike, (i64, &Source)> = BTreeMap::new();
    for source in &sources {
        let mass = source.mass.unwrap_or(0);
        let own = apart.then_some((source.stream, source.item));
        let group = groups.entry((source.enters, source.to, source.circulates, own)).or_insert((mass, source));
        if mass > group.0 || (source.must_arrive && !group.1.must_arrive) {
            *group = (mass.max(group.0), source);
        }
    }
    let mut work = 0;
    for ((enters, to, ..), (mass, source)) in &groups {
        let whoms = source.whoms(plan, by_priority);
        work += walk.group(*enters, *to, *mass, source, &whoms);
        if work > WORK_MOST {
            return;
        }
    }
    if !sources.is_empty() {
        walk.unreached();
    }
    endless_sources(cx, plan, places);
    if whole {
        walk.unused();
        if plan.streams.is_empty() {
            cx.report(Finding::bare(&codes::IDLE, "nothing comes: the scenario has no stream and no journal"));
        }
        never(cx, plan, places);
        overloads(cx, plan, places);
    }
}

/// Streams of which nothing comes within the run.
fn never(cx: &Ctx, plan: &Plan, places: &Places) {
    for (stream, &place) in plan.streams.iter().zip(&places.arrivals) {
        let Arrivals::At(times) = stream.arrivals.times() else { continue };
        if times.is_empty() && !matches!(stream.brings, Brings::Rows(_)) {
            cx.report(Finding::new(&codes::LATE, place, format!("nothing of `{}` comes", stream.name), "no dates"));
        } else if let (Some(first), Some(end)) = (times.iter().min(), plan.end)
            && *first >= end
        {
            let message = format!("nothing of `{}` comes before the end of the run", stream.name);
            cx.report(Finding::new(&codes::LATE, place, message, "all of it would come later"));
        }
    }
}

impl Walk<'_> {
    /// Walks all that goods of one place and destination can meet; returns how many steps that took.
    fn group(&mut self, enters: u32, to: Option<u32>, mass: i64, source: &Source, whoms: &[(Whom, f64)]) -> usize {
        let mut seen = BTreeSet::from([enters]);
        let mut open = vec![enters];
        let mut leaving = Vec::new();
        let mut back: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut work = 0;
        while let Some(n) = open.pop() {
            let node = &self.plan.nodes[Id::new(n)];
            self.fits(n, mass, source);
            self.chooses(n, source, whoms);
            let mut on: Vec<u32> = Vec::new();
            for (hop, _) in hops(self.plan, &node.next, whoms) {
                work += 1;
                if let Hop::Leg(leg) = hop {
                    self.legs.insert(leg.raw());
                    self.boards(leg.raw(), mass, source.stream);
                    self.times(leg.raw(), source, whoms);
                }
                match end_of(self.plan, hop) {
                    Some(end) => on.push(end),
                    None => leaving.push(n),
                }
            }
            let step_fulls = self.plan.steps_of(Id::new(n)).map(|s| self.plan.steps[s].when_full);
            let diverts = step_fulls.chain([node.when_full]).filter_map(|w| match w {
                WhenFull::Divert(to) => Some(to.raw()),
                _ => None,
            });
            on.extend(diverts.collect::<Vec<_>>());
            for end in on {
                back.entry(end).or_default().push(n);
                if seen.insert(end) {
                    open.push(end);
                }
            }
        }
        self.arrives(enters, to, source, &seen);
        if source.circulates {
            self.takes_time(&seen, leaving, &back, source, whoms);
        } else {
            self.leaves(&seen, leaving, &back, to);
            self.turns_in_no_time(&seen, source, whoms);
        }
        work += seen.len();
        self.reached.extend(seen);
        work
    }

    fn arrives(&self, enters: u32, to: Option<u32>, source: &Source, seen: &BTreeSet<u32>) {
        let Some(to) = to.filter(|t| source.must_arrive && !seen.contains(t)) else { return };
        let name = |n: u32| &self.plan.nodes[Id::new(n)].name;
        let place = self.places.streams[source.stream as usize];
        let message = format!("no way leads from `{}` to `{}`", name(enters), name(to));
        self.cx.report(
            Finding::new(&codes::DESTINATION, place, message, "these goods can never arrive")
                .second(self.places.nodes[enters as usize], "they begin here; add a leg, or a `next`"),
        );
    }

    /// Reports the first node from which goods can never leave.
    fn leaves(&self, seen: &BTreeSet<u32>, leaving: Vec<u32>, back: &BTreeMap<u32, Vec<u32>>, to: Option<u32>) {
        let free = leads_to(leaving, back);
        if let Some(stuck) = seen.difference(&free).next() {
            let name = &self.plan.nodes[Id::new(*stuck)].name;
            let goods = match to {
                Some(to) => format!("goods for `{}`", self.plan.nodes[Id::new(to)].name),
                None => "goods".to_string(),
            };
            let message = format!("{goods} that reach `{name}` go round for ever");
            self.cx.report(
                Finding::new(&codes::CIRCLE, self.places.nodes[*stuck as usize], message, "no way leads out from here")
                    .help("let some `next` of the circle lead to a handover node or \"out\""),
            );
        }
    }

    /// What circulates has to come again and again to something that takes time, else the run stands still.
    fn takes_time(
        &self,
        seen: &BTreeSet<u32>,
        leaving: Vec<u32>,
        back: &BTreeMap<u32, Vec<u32>>,
        source: &Source,
        whoms: &[(Whom, f64)],
    ) {
        let slow = |n: &u32| {
            let hops = hops(self.plan, &self.plan.nodes[Id::new(*n)].next, whoms);
            self.handles_in_time(*n, source, whoms) || hops.into_iter().any(|(hop, _)| self.travels_in_time(hop))
        };
        let free = leads_to(leaving.into_iter().chain(seen.iter().copied().filter(slow)).collect(), back);
        if let Some(stuck) = seen.difference(&free).next() {
            self.stands_still(*stuck);
        }
    }

    /// Backlogs may lead goods round and round at one instant, for no chance ends it.
    fn turns_in_no_time(&self, seen: &BTreeSet<u32>, source: &Source, whoms: &[(Whom, f64)]) {
        let by_backlog = |n: &&u32| {
            let next = &self.plan.nodes[Id::new(**n)].next;
            whoms.iter().any(|(whom, _)| matches!(next.of(self.plan, whom), Some(Route::Backlog(..))))
        };
        for &from in seen.iter().filter(by_backlog) {
            let (mut found, mut open) = (BTreeSet::new(), vec![from]);
            while let Some(n) = open.pop() {
                if self.handles_in_time(n, source, whoms) {
                    continue;
                }
                let hops = hops(self.plan, &self.plan.nodes[Id::new(n)].next, whoms).into_iter();
                let at_once = hops.filter(|(hop, _)| !self.travels_in_time(*hop));
                open.extend(at_once.filter_map(|(hop, _)| end_of(self.plan, hop)).filter(|&end| found.insert(end)));
            }
            if found.contains(&from) {
                return self.stands_still(from);
            }
        }
    }

    /// Whether handling at a node can last a second for each of these goods.
    fn handles_in_time(&self, n: u32, source: &Source, whoms: &[(Whom, f64)]) -> bool {
        let plan = self.plan;
        let steps = plan.steps_of(Id::new(n)).map(|s| &plan.steps[s]).filter(|step| handles(step, source));
        let lasting = |step: &Step, whom: &Whom| {
            let law = step.times.as_ref().map_or(Some(&step.time), |times| times.of(plan, whom));
            let factor = step.factors.as_ref().and_then(|f| f.of(plan, whom)).copied().unwrap_or(1.0);
            law.is_some_and(|law| law.mean() * factor >= 0.5 || (factor >= 1.0 && lasts(law)))
        };
        steps.into_iter().any(|step| whoms.iter().all(|(whom, _)| lasting(step, whom)))
    }

    fn travels_in_time(&self, hop: Hop) -> bool {
        let Hop::Leg(leg) = hop else { return false };
        let leg = &self.plan.legs[leg];
        leg.departures.as_ref().is_some_and(|d| d.clock.is_some()) || leg.transits.is_some() || lasts(&leg.transit)
    }

    fn stands_still(&self, n: u32) {
        let message = format!("what reaches `{}` goes round in no time", self.plan.nodes[Id::new(n)].name);
        let place = self.places.nodes[n as usize];
        self.cx.report(
            Finding::new(&codes::CIRCLE, place, message, "nothing from here on takes time")
                .help("give a leg of the circle a `transit`, or a step of it a `time`"),
        );
    }

    /// Every choice by what goods are has something for these.
    fn chooses(&self, n: u32, source: &Source, whoms: &[(Whom, f64)]) {
        let plan = self.plan;
        let node = &plan.nodes[Id::new(n)];
        if whoms.iter().any(|(whom, _)| node.next.of(plan, whom).is_none()) {
            self.unsaid(self.places.nodes[n as usize], format!("the `next` of `{}`", node.name), source);
        }
        for s in plan.steps_of(Id::new(n)).filter(|s| handles(&plan.steps[*s], source)) {
            let step = &plan.steps[s];
            if lacks(plan, step.times.as_ref(), whoms) {
                self.unsaid(
                    self.places.steps[s.index()],
                    format!("the `time` of `{}.{}`", node.name, step.name),
                    source,
                );
            }
        }
    }

    fn times(&self, leg: u32, source: &Source, whoms: &[(Whom, f64)]) {
        let plan = &self.plan.legs[Id::new(leg)];
        if lacks(self.plan, plan.transits.as_ref(), whoms) {
            self.unsaid(self.places.legs[leg as usize], format!("the `transit` of `{}`", plan.name), source);
        }
    }

    fn unsaid(&self, place: Place, what: String, source: &Source) {
        let stream = &self.plan.streams[Id::new(source.stream)].name;
        let message = format!("{what} says nothing about goods of `{stream}`");
        self.cx.report(Finding::new(&codes::NEEDS, place, message, "add `else = ...` to the choice"));
    }

    fn fits(&self, n: u32, mass: i64, source: &Source) {
        let stream = source.stream;
        let node = &self.plan.nodes[Id::new(n)];
        if too_small(node.yard, mass) && node.when_full != WhenFull::Overflow {
            self.never(self.places.yards[n as usize], &format!("the yard of `{}`", node.name), node.yard, mass, stream);
        }
        for s in self.plan.steps_of(Id::new(n)).filter(|s| handles(&self.plan.steps[*s], source)) {
            let step = &self.plan.steps[s];
            if too_small(step.yard, mass) && step.when_full != WhenFull::Overflow {
                let what = format!("the yard of `{}.{}`", node.name, step.name);
                self.never(self.places.step_yards[s.index()], &what, step.yard, mass, stream);
            }
        }
    }

    fn boards(&self, leg: u32, mass: i64, stream: u32) {
        let plan = &self.plan.legs[Id::new(leg)];
        let capacity = plan.departures.as_ref().and_then(|d| d.capacity);
        if too_small(capacity, mass) {
            let what = format!("a departure of `{}`", plan.name);
            self.never(self.places.capacities[leg as usize], &what, capacity, mass, stream);
        }
    }

    fn never(&self, place: Place, what: &str, limit: Option<Limit>, mass: i64, stream: u32) {
        let room = limit.and_then(|l| l.mass).map_or(0, |m| m.0);
        let name = &self.plan.streams[Id::new(stream)].name;
        let message = format!("a consignment of `{name}` can weigh {} and never fits {what}", tonnes(mass));
        self.cx.report(
            Finding::new(&codes::NEVER_FITS, place, message, format!("holds {}", tonnes(room)))
                .help("make it larger, or give the item a smaller `lot`"),
        );
    }

    fn unreached(&self) {
        let plan = self.plan;
        let mut fine: BTreeSet<u32> = plan.mechanisms.iter().filter_map(|m| m.origin).map(Id::raw).collect();
        fine.extend(plan.stocks.iter().map(|s| s.at.raw()));
        let linked = self.linked();
        for (n, node) in plan.nodes.iter().enumerate() {
            if node.kind == NodeKind::Hq || linked.contains(&(n as u32)) || fine.contains(&(n as u32)) {
                continue;
            }
            let message = format!("nothing reaches the node `{}`", node.name);
            self.cx.report(
                Finding::new(&codes::UNREACHED, self.places.nodes[n], message, "no stream, origin or route leads here")
                    .help("lead a `next` here, or leave the node out"),
            );
        }
    }

    /// What goods reach, and what legs lead to from where they may choose the fastest way.
    fn linked(&self) -> BTreeSet<u32> {
        let mut out: Vec<Vec<u32>> = vec![Vec::new(); self.plan.nodes.len()];
        for leg in self.plan.legs.iter() {
            out[leg.from.index()].push(leg.to.raw());
        }
        let mut linked = self.reached.clone();
        let mut open: Vec<u32> = linked.iter().copied().collect();
        while let Some(n) = open.pop() {
            let next = &self.plan.nodes[Id::new(n)].next;
            let mut ends: Vec<u32> = match next {
                Route::Toward(..) | Route::By(_) | Route::Backlog(..) => out[n as usize].clone(),
                _ => Vec::new(),
            };
            ends.extend(next.hops().into_iter().filter_map(|hop| end_of(self.plan, hop)));
            for end in ends {
                if linked.insert(end) {
                    open.push(end);
                }
            }
        }
        linked
    }

    fn unused(&self) {
        let plan = self.plan;
        let (mut items, mut mechanisms) = (BTreeSet::new(), BTreeSet::new());
        let mut need = |need: &crate::model::NeedPlan| {
            items.extend(need.lines.iter().map(|l| l.item));
            mechanisms.extend(need.via);
        };
        let mut earmarked = Vec::new();
        for stream in plan.streams.iter() {
            match &stream.brings {
                Brings::Requirements(n) => need(n),
                Brings::Packages(p) => {
                    p.need.iter().for_each(&mut need);
                    earmarked.push((p.via, None));
                }
                Brings::Rows(rows) => rows.iter().for_each(|r| match &r.brings {
                    RowBrings::Requirement { need: n, .. } => need(n),
                    RowBrings::Pledge { pledge, .. } => earmarked.push((pledge.to, None)),
                    _ => {}
                }),
                Brings::Pledges(p) => earmarked.push((p.to, p.earmark.clone())),
                Brings::Consignments { item, .. } => {
                    earmarked.extend(item.map(|i| (Id::new(u32::MAX), Some(Earmark::Item(i)))))
                }
            }
        }
        for (to, earmark) in earmarked {
            mechanisms.insert(to);
            if let Some(Earmark::Item(item)) = earmark {
                items.insert(item);
            }
        }
        items.extend(plan.stocks.iter().map(|s| s.item));
        let idle = |place: Place, what: String, label: &str| {
            self.cx.report(Finding::new(&codes::UNUSED, place, format!("nothing uses {what}"), label));
        };
        for (id, item) in plan.items.ids().zip(plan.items.iter()).filter(|(id, _)| !items.contains(id)) {
            idle(
                self.places.items[id.index()],
                format!("the item `{}`", item.name),
                "no stream brings it, no stock holds it",
            );
        }
        for (id, m) in plan.mechanisms.ids().zip(plan.mechanisms.iter()).filter(|(id, _)| !mechanisms.contains(id)) {
            idle(
                self.places.mechanisms[id.index()],
                format!("the mechanism `{}`", m.name),
                "no requirement goes via it, no pledge to it",
            );
        }
        if self.reached.is_empty() {
            return;
        }
        for (l, leg) in plan.legs.iter().enumerate().filter(|(l, _)| !self.legs.contains(&(*l as u32))) {
            idle(self.places.legs[l], format!("the leg `{}`", leg.name), "no route leads over it");
        }
        for n in &self.reached {
            let node = &plan.nodes[Id::new(*n)];
            let many = plan.legs.iter().filter(|l| l.from.raw() == *n).take(2).count() > 1;
            if many && node.kind != NodeKind::Handover && node.next == Route::Leave {
                let message = format!("goods leave the model at `{}`, though several legs lead on", node.name);
                self.cx.report(
                    Finding::new(
                        &codes::LEAVES,
                        self.places.nodes[*n as usize],
                        message,
                        "it has no `next`, and goods have no destination",
                    )
                    .help("say `next`, or `next = \"out\"` if that is meant"),
                );
            }
        }
    }
}

/// Whether a step handles goods of a source.
pub(crate) fn handles(step: &Step, source: &Source) -> bool {
    step.only.as_ref().is_none_or(|only| source.item.is_some_and(|item| only.contains(&item)))
}

fn lacks<T>(plan: &Plan, choice: Option<&Choice<T>>, whoms: &[(Whom, f64)]) -> bool {
    choice.is_some_and(|choice| whoms.iter().any(|(whom, _)| choice.of(plan, whom).is_none()))
}

/// All nodes from which some way leads to one of these.
fn leads_to(mut open: Vec<u32>, back: &BTreeMap<u32, Vec<u32>>) -> BTreeSet<u32> {
    let mut found: BTreeSet<u32> = open.iter().copied().collect();
    while let Some(n) = open.pop() {
        for from in back.get(&n).into_iter().flatten() {
            if found.insert(*from) {
                open.push(*from);
            }
        }
    }
    found
}

fn too_small(limit: Option<Limit>, mass: i64) -> bool {
    limit.and_then(|l| l.mass).is_some_and(|room| room.0 < mass)
}

fn tonnes(kg: i64) -> String {
    if kg < 10_000 { format!("{kg} kg") } else { format!("{} t", kg as f64 / 1_000.0) }
}

fn endless_sources(cx: &Ctx, plan: &Plan, places: &Places) {
    if plan.end.is_some() {
        return;
    }
    for (i, stream) in plan.streams.iter().enumerate().filter(|(_, s)| s.arrivals.circulates()) {
        let message = format!("`{}` never leaves, and the run has no end", stream.name);
        cx.report(
            Finding::new(&codes::ENDLESS, places.arrivals[i], message, "what comes here circulates for ever")
                .help("add `end` to `[time]`"),
        );
    }
    let endless = |s: &&crate::model::Stream| endless(s) && !s.arrivals.circulates();
    for (i, stream) in plan.streams.iter().enumerate().filter(|(_, s)| endless(s)) {
        let message = format!("`{}` never ends, nor does the run", stream.name);
        cx.report(
            Finding::new(&codes::ENDLESS, places.arrivals[i], message, "an endless source")
                .help("add `end` to `[time]`, or `count` to the stream"),
        );
    }
}

fn overloads(cx: &Ctx, plan: &Plan, places: &Places) {
    for (load, place) in loads::located(plan) {
        if load.load <= 1.0 {
            continue;
        }
        let at = place;
        let place = match at {
            loads::Where::Step(s) => places.steps[s as usize],
            loads::Where::Leg(l) => places.capacities[l as usize],
            loads::Where::Pool(p) => places.pools[p as usize],
        };
        let message = format!("`{}` is offered more than it can take: load {:.2}", load.place, load.load);
        let label = format!("offered {} {}, capacity {}", short(load.offered), load.unit, short(load.capacity));
        let help = match at {
            loads::Where::Step(s) => lost(plan, &plan.steps[Id::new(s)]),
            _ => None,
        };
        let help = help.unwrap_or("its backlog grows as long as that lasts");
        cx.report(Finding::new(&codes::LOAD, place, message, label).help(help));
    }
}

/// Why the line of a step that is offered too much does not grow, where it does not.
fn lost(plan: &Plan, step: &Step) -> Option<&'static str> {
    let node = &plan.nodes[step.node];
    let full = [(step.yard, &step.when_full), (node.yard, &node.when_full)];
    let rule =
        full.iter().find(|(yard, rule)| yard.is_some() && !matches!(rule, WhenFull::Overflow)).map(|(_, rule)| *rule);
    match rule {
        Some(WhenFull::Refuse) => Some("what finds its yard full is refused"),
        Some(WhenFull::Divert(_)) => Some("what finds its yard full is diverted"),
        Some(WhenFull::Wait) => Some("the line before its gate grows as long as that lasts"),
        _ => step.patience.as_ref().map(|_| "its line grows until as many lose patience as are too many"),
    }
}

fn short(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}
