//! Routes: what `next` says and what stands in for it, as hops.

use super::codes;
use super::diagnostic::Finding;
use super::laws::Means;
use super::lower::network::Next;
use super::lower::{All, Places};
use super::names;
use super::tree::Place;
use super::values::Ctx;
use crate::model::{Brings, Choice, Hop, Leg, Node, NodeKind, Plan, Route, RowBrings, Step};
use crate::units::arena::Id;
use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// A node's `next` as hops, as far as they are known before the ways to the destinations are.
pub(crate) enum Said {
    Route(Route),
    /// The fastest way to the destination.
    Fastest,
    /// Where the fewest are.
    Backlog,
    By(Box<Choice<Said>>),
}

/// A mean in millionths of a second, so that sums do not depend on their order.
type Micros = u64;

fn micros(mean: f64) -> Micros {
    if mean.is_finite() && mean > 0.0 { (mean * 1e6).min(1e18).round() as Micros } else { 0 }
}

/// Resolves what each node's `next` says.
pub(crate) fn said(cx: &Ctx, nodes: &[Node], legs: &[Leg], nexts: &[Next], all: &All, places: &Places) -> Vec<Said> {
    let whole = legs.len() == all.legs.by.len();
    let mut out = vec![Vec::new(); nodes.len()];
    for (i, leg) in legs.iter().enumerate() {
        out[leg.from.index()].push(i as u32);
    }
    let laws = Means::default();
    let means: Vec<Micros> = legs.iter().map(|l| micros(laws.of(&l.transit))).collect();
    let search = Search {
        cx,
        nodes,
        legs: if whole { legs } else { &[] },
        out: &out,
        means: &means,
        all,
        places,
        misses: Cell::new(0),
    };
    nexts
        .iter()
        .enumerate()
        .map(|(n, next)| match next {
            Next::Fastest { said: false } if nodes[n].kind == NodeKind::Handover => Said::Route(Route::Leave),
            next => search.said(n as u32, next),
        })
        .collect()
}

struct Search<'a> {
    cx: &'a Ctx,
    nodes: &'a [Node],
    legs: &'a [Leg],
    out: &'a [Vec<u32>],
    means: &'a [Micros],
    all: &'a All,
    places: &'a Places,
    /// Names that led nowhere so far.
    misses: Cell<u32>,
}

impl Search<'_> {
    fn said(&self, from: u32, next: &Next) -> Said {
        match next {
            Next::Fastest { .. } => Said::Fastest,
            Next::Backlog => Said::Backlog,
            Next::One(name, place) => Said::Route(match self.hop(from, name, *place) {
                Some(Hop::Out) | None => Route::Leave,
                Some(hop) => Route::Hop(hop),
            }),
            Next::Weights(pairs) => {
                // By the names as written, `out` last: the order in which a draw looks at them.
                let mut pairs: Vec<_> = pairs.iter().collect();
                pairs.sort_by_key(|(name, ..)| (name == "out", name));
                let hops = pairs.into_iter().filter_map(|(name, place, w)| Some((self.hop(from, name, *place)?, *w)));
                Said::Route(Route::Weights(hops.collect()))
            }
            Next::By(choice) => Said::By(Box::new(choice.map(|next| self.said(from, next)))),
        }
    }

    fn hop(&self, from: u32, name: &str, place: Place) -> Option<Hop> {
        if name == "out" {
            return Some(Hop::Out);
        }
        match (self.all.nodes.get(name), self.all.legs.get(name)) {
            (Some(_), Some(_)) => {
                let message = format!("`{name}` is the name of a node and of a leg");
                self.cx.report(Finding::new(&codes::AMBIGUOUS, place, message, "rename one of them"));
                None
            }
            (Some(to), None) => Some(self.towards(from, to, place)),
            (None, Some(leg)) => {
                let begins = self.legs.get(leg as usize).map(|l| l.from);
                if let Some(other) = begins.filter(|b| *b != Id::new(from)) {
                    let here = &self.nodes[from as usize].name;
                    let there = &self.nodes[other.index()].name;
                    let message = format!("the leg `{name}` does not lead from `{here}`");
                    let mut finding = Finding::new(&codes::ROUTE, place, message, format!("it begins at `{there}`"));
                    if let Some(at) = self.places.legs.get(leg as usize) {
                        finding = finding.second(*at, "the leg is here");
                    }
                    self.cx.report(finding);
                    return None;
                }
                Some(Hop::Leg(Id::new(leg)))
            }
            (None, None) => {
                self.cx.report(self.nowhere(from, name, place));
                None
            }
        }
    }

    fn nowhere(&self, from: u32, name: &str, place: Place) -> Finding {
        let here = &self.nodes[from as usize].name;
        self.misses.set(self.misses.get() + 1);
        let most = if self.misses.get() > names::MISSES_MOST { 11 } else { usize::MAX };
        let known: Vec<&str> = self.nodes.iter().take(most).map(|n| n.name.as_str()).collect();
        let near =
            names::nearest(name, known.iter().copied().chain(self.legs.iter().take(most).map(|l| l.name.as_str())));
        let label = match near {
            Some(near) => format!("no node has this name; did you mean `{near}`?"),
            None => "no node or leg has this name".to_string(),
        };
        let message = format!("no leg or step leads from `{here}` to `{name}`");
        Finding::new(&codes::ROUTE, place, message, label).help(format!("nodes are {}", names::row(&known)))
    }

    /// The leg of the least mean time, else at once.
    fn towards(&self, from: u32, to: u32, place: Place) -> Hop {
        let to_id = Id::new(to);
        let best = self.out[from as usize]
            .iter()
            .filter(|l| self.legs.get(**l as usize).is_some_and(|leg| leg.to == to_id))
            .min_by_key(|l| (self.means[**l as usize], **l));
        if let Some(leg) = best {
            return Hop::Leg(Id::new(*leg));
        }
        if self.legs.len() == self.all.legs.by.len() {
            let (here, there) = (&self.nodes[from as usize].name, &self.nodes[to as usize].name);
            self.cx.report(
                Finding::new(
                    &codes::JUMP,
                    place,
                    format!("no leg leads from `{here}` to `{there}`"),
                    "it is reached at once",
                )
                .help(format!("to take time, add a leg: from = \"{here}\", to = \"{there}\", transit = \"...\"")),
            );
        }
        Hop::Node(to_id)
    }
}

/// Every destination that goods of the plan can have.
pub(crate) fn destinations(plan: &Plan, all: &All) -> BTreeSet<u32> {
    let mut out: BTreeSet<u32> = all.handover.into_iter().collect();
    for stream in plan.streams.iter() {
        match &stream.brings {
            Brings::Consignments { to, .. } => out.extend(to.map(Id::raw)),
            Brings::Requirements(need) => out.extend(need.lines.iter().filter_map(|l| l.to).map(Id::raw)),
            Brings::Packages(package) => {
                let lines = package.need.iter().flat_map(|need| &need.lines);
                out.extend(lines.filter_map(|l| l.to).map(Id::raw));
            }
            Brings::Rows(rows) => {
                for row in rows {
                    if let RowBrings::Requirement { need, .. } = &row.brings {
                        out.extend(need.lines.iter().filter_map(|l| l.to).map(Id::raw));
                    }
                }
            }
            Brings::Pledges(_) => {}
        }
    }
    out
}

impl Said {
    /// Whether it may go by the destination, over any leg.
    fn is_open(&self) -> bool {
        match self {
            Said::Fastest | Said::Backlog => true,
            Said::Route(_) => false,
            Said::By(choice) => choice.all().any(Said::is_open),
        }
    }

    /// Every hop that it names.
    fn hops(&self) -> Vec<Hop> {
        match self {
            Said::Fastest | Said::Backlog => Vec::new(),
            Said::Route(route) => route.hops(),
            Said::By(choice) => choice.all().flat_map(Said::hops).collect(),
        }
    }
}

/// What leads on from a node that goes by the destination.
struct Onward {
    /// By destination, the first leg of the fastest way.
    toward: Vec<(Id<Node>, Hop)>,
    /// By destination, one leg to each node from which a way leads there, in the order of the nodes' names.
    ways: Vec<(Id<Node>, Vec<Hop>)>,
    /// One leg to each next node.
    all: Vec<Hop>,
    /// The only leg, if there is just one.
    only: Option<Hop>,
}

impl Onward {
    fn route(&self, said: Said) -> Route {
        match said {
            Said::Route(route) => route,
            Said::By(choice) => Route::By(Box::new(Choice {
                by: choice.by,
                cases: choice.cases.into_iter().map(|(key, said)| (key, self.route(said))).collect(),
                other: choice.other.map(|said| self.route(said)),
            })),
            Said::Backlog => Route::Backlog(self.ways.clone(), self.all.clone()),
            Said::Fastest => match (self.toward.is_empty(), self.only) {
                (true, None) => Route::Leave,
                (true, Some(hop)) => Route::Hop(hop),
                (false, only) => Route::Toward(self.toward.clone(), only),
            },
        }
    }
}

/// The mean of a step's time; a choice by what goods are counts with the mean of its values.
fn mean_time(step: &Step, laws: &Means) -> f64 {
    let Some(times) = &step.times else { return laws.of(&step.time) };
    let all: Vec<f64> = times.all().map(|law| laws.of(law)).collect();
    all.iter().sum::<f64>() / all.len() as f64
}

fn mean_transit(leg: &Leg, laws: &Means) -> f64 {
    let Some(transits) = &leg.transits else { return laws.of(&leg.transit) };
    let all: Vec<f64> = transits.all().map(|law| laws.of(law)).collect();
    all.iter().sum::<f64>() / all.len() as f64
}

/// The route of every node: what it says, or the fastest ways.
pub(crate) fn routes(plan: &Plan, nodes: &[Node], said: Vec<Said>, all: &All) -> Vec<Route> {
    let laws = Means::default();
    let handling: Vec<Micros> = nodes
        .iter()
        .map(|n| {
            let steps = n.first_step..n.first_step + n.steps;
            steps.map(|s| micros(mean_time(&plan.steps[Id::new(s)], &laws))).sum()
        })
        .collect();
    let transit: Vec<Micros> = plan.legs.iter().map(|l| micros(mean_transit(l, &laws))).collect();
    let mut out: Vec<Vec<u32>> = vec![Vec::new(); nodes.len()];
    for (i, leg) in plan.legs.iter().enumerate() {
        out[leg.from.index()].push(i as u32);
    }
    // Ways into each node: from where, and how long with the handling there.
    let mut into: Vec<Vec<(u32, Micros)>> = vec![Vec::new(); nodes.len()];
    let mut join = |from: u32, hop: Hop| match hop {
        Hop::Leg(leg) => {
            let to = plan.legs[leg].to.index();
            into[to].push((from, transit[leg.index()].saturating_add(handling[to])));
        }
        Hop::Node(to) => into[to.index()].push((from, handling[to.index()])),
        Hop::Out => {}
    };
    for (n, said) in said.iter().enumerate() {
        if said.is_open() {
            out[n].iter().for_each(|l| join(n as u32, Hop::Leg(Id::new(*l))));
        }
        said.hops().into_iter().for_each(|hop| join(n as u32, hop));
    }
    // One leg to each next node, the one of the least mean time, in the order of the nodes' names.
    let nearest = |n: usize| {
        let mut best: std::collections::BTreeMap<Id<Node>, (Micros, u32)> = Default::default();
        for &l in &out[n] {
            let way = (transit[l as usize], l);
            best.entry(plan.legs[Id::new(l)].to).and_modify(|b| *b = way.min(*b)).or_insert(way);
        }
        best.into_iter().map(|(to, (_, l))| (to, Hop::Leg(Id::new(l)))).collect::<Vec<_>>()
    };
    let mut onward: Vec<Onward> = (0..nodes.len())
        .map(|n| Onward {
            toward: Vec::new(),
            ways: Vec::new(),
            all: if said[n].is_open() { nearest(n).into_iter().map(|way| way.1).collect() } else { Vec::new() },
            only: match out[n].as_slice() {
                [only] => Some(Hop::Leg(Id::new(*only))),
                _ => None,
            },
        })
        .collect();
    for destination in destinations(plan, all) {
        let distance = distances(destination, &into);
        for n in (0..nodes.len()).filter(|&n| said[n].is_open()) {
            if n as u32 == destination {
                onward[n].toward.push((Id::new(destination), Hop::Out));
                continue;
            }
            let best = out[n]
                .iter()
                .filter_map(|l| {
                    let to = plan.legs[Id::new(*l)].to.index();
                    let rest = distance[to]?;
                    Some((transit[*l as usize].saturating_add(handling[to]).saturating_add(rest), *l))
                })
                .min();
            onward[n].toward.extend(best.map(|(_, l)| (Id::new(destination), Hop::Leg(Id::new(l)))));
            let ways = nearest(n).into_iter().filter(|(to, _)| distance[to.index()].is_some()).map(|way| way.1);
            onward[n].ways.push((Id::new(destination), ways.collect()));
        }
    }
    said.into_iter().zip(&onward).map(|(said, onward)| onward.route(said)).collect()
}

/// The least time from each node to one, where there is a way.
fn distances(destination: u32, into: &[Vec<(u32, Micros)>]) -> Vec<Option<Micros>> {
    let mut distance: Vec<Option<Micros>> = vec![None; into.len()];
    let mut open = BinaryHeap::from([Reverse((0, destination))]);
    while let Some(Reverse((so_far, node))) = open.pop() {
        if distance[node as usize].is_some() {
            continue;
        }
        distance[node as usize] = Some(so_far);
        for (from, cost) in &into[node as usize] {
            if distance[*from as usize].is_none() {
                open.push(Reverse((so_far.saturating_add(*cost), *from)));
            }
        }
    }
    distance
}
