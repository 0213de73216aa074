//! Offered loads: what streams bring on average, led through the routes, against what steps and legs can take.

use super::check::{Source, end_of, handles, hops, looks_at_goods, sources};
use super::frequency::{departures_a_day, open_at_all};
use super::laws::Means;
use crate::mechanism::pace;
use crate::model::{Arrivals, Brings, Hop, NodeKind, Plan, Step, Stream, Weekly};
use crate::units::arena::Id;
use crate::units::draw::Law;
use crate::units::time::{DAY, SimTime};
use std::collections::BTreeMap;

/// The load of a step or of a leg with a timetable.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// `node.step`, or the leg.
    pub place: String,
    /// What comes, in `unit`.
    pub offered: f64,
    /// What can be handled; infinite for unlimited servers and no limit.
    pub capacity: f64,
    /// Offered / capacity.
    pub load: f64,
    /// `consignments a day`, `t a day` or `servers at work`.
    pub unit: &'static str,
}

pub(crate) enum Where {
    Step(u32),
    Leg(u32),
    Pool(u32),
}

/// Mean arrivals a second of one place and destination.
type Flow = BTreeMap<u32, (f64, f64)>;

/// The time over which a changing rate is averaged in a run without end: 400 years.
const LONG: SimTime = SimTime(146_097 * DAY);
/// Rounds of the traffic equations; loops with a way out converge long before.
const ROUNDS: usize = 2_000;
/// Flows below this share of all that comes are left out.
const TINY: f64 = 1e-12;

/// The load of every step and leg where it can be known, in the order of the plan.
pub fn loads(plan: &Plan) -> Vec<Load> {
    located(plan).into_iter().map(|(load, _)| load).collect()
}

pub(crate) fn located(plan: &Plan) -> Vec<(Load, Where)> {
    let handovers: Vec<u32> =
        plan.nodes.ids().filter(|n| plan.nodes[*n].kind == NodeKind::Handover).map(Id::raw).collect();
    let handover = if let [only] = handovers.as_slice() { Some(*only) } else { None };
    let sources = sources(plan, handover);
    let Some(visits) = visits(plan, &sources) else { return Vec::new() };
    let means = Means::default();
    let (_, by_priority) = looks_at_goods(plan);
    let mut out = Vec::new();
    // Servers of each pool that are at work on average, as far as all that uses it is known.
    let mut used = vec![Some(0.0); plan.pools.len()];
    for (s, step) in plan.steps.iter().enumerate() {
        let node = &plan.nodes[step.node];
        let rate = match node.kind {
            NodeKind::Hq => desk(plan, step.node.raw(), &step.name),
            _ => visits.at(step.node.raw(), |source| handles(step, source)),
        };
        let Some(rate) = rate.filter(|r| *r > 0.0) else {
            if rate.is_none() {
                step.uses.iter().for_each(|(pool, _)| used[pool.index()] = None);
            }
            continue;
        };
        let again = 1.0 - f64::from(step.repeat) / 1e6;
        let open = open_at_all(std::iter::once(both(node.hours.as_ref(), step.hours.as_ref())));
        let offered = rate / again * DAY as f64;
        let mean = mean_time(plan, step, &visits, &means, by_priority);
        for (pool, number) in &step.uses {
            let work = rate / again * mean * f64::from(*number);
            used[pool.index()] = used[pool.index()].map(|used| used + work);
        }
        let servers = servers(&step.servers, plan.end);
        let capacity =
            if servers.is_infinite() || mean <= 0.0 { f64::INFINITY } else { servers * open / mean * DAY as f64 };
        let place = format!("{}.{}", node.name, step.name);
        out.push((load(place, offered, capacity, "consignments a day"), Where::Step(s as u32)));
    }
    for (p, (pool, used)) in plan.pools.iter().zip(used).enumerate() {
        let Some(used) = used.filter(|used| *used > 0.0) else { continue };
        let users = plan.steps.iter().filter(|step| step.uses.iter().any(|(id, _)| id.index() == p));
        let open = open_at_all(users.map(|step| both(plan.nodes[step.node].hours.as_ref(), step.hours.as_ref())));
        let capacity = servers(&pool.servers, plan.end) * open;
        out.push((load(format!("pool {}", pool.name), used, capacity, "servers at work"), Where::Pool(p as u32)));
    }
    for (l, leg) in plan.legs.iter().enumerate() {
        let (Some(departures), Some((number, mass))) = (&leg.departures, visits.legs.get(&(l as u32))) else {
            continue;
        };
        let away = departures.fleet.as_ref().map(|fleet| means.of(&leg.transit) + means.of(&fleet.returns));
        let hours = plan.nodes[leg.from].hours.as_ref();
        let a_day = departures_a_day(departures, hours, away, plan.start);
        if a_day.is_infinite() {
            continue;
        }
        let limit = departures.capacity.unwrap_or_default();
        let by_number = limit.number.map_or(f64::INFINITY, |n| f64::from(n) * a_day);
        let by_mass = limit.mass.map_or(f64::INFINITY, |m| m.0 as f64 / 1_000.0 * a_day);
        let of_number = load(leg.name.clone(), number * DAY as f64, by_number, "consignments a day");
        let of_mass = load(leg.name.clone(), mass * DAY as f64 / 1_000.0, by_mass, "t a day");
        let worse = if limit.mass.is_some() && of_mass.load >= of_number.load { of_mass } else { of_number };
        out.push((worse, Where::Leg(l as u32)));
    }
    out
}

/// When both a node and its step are open; `None` is always.
fn both(node: Option<&Weekly>, step: Option<&Weekly>) -> Option<Vec<(u32, u32)>> {
    let (Some(a), Some(b)) = (node, step) else { return node.or(step).map(|hours| hours.0.clone()) };
    let common = |x: &(u32, u32), y: &(u32, u32)| (x.0.max(y.0), x.1.min(y.1));
    let all = a.0.iter().flat_map(|x| b.0.iter().map(move |y| common(x, y)));
    Some(all.filter(|(from, to)| from < to).collect())
}

fn load(place: String, offered: f64, capacity: f64, unit: &'static str) -> Load {
    let load = if capacity.is_infinite() { 0.0 } else { offered / capacity };
    Load { place, offered, capacity, load, unit }
}

/// Servers on duty on average, from the start to the end; the last number where there is no end.
fn servers(calendar: &[(SimTime, u32)], end: Option<SimTime>) -> f64 {
    let count = |n: u32| if n == u32::MAX { f64::INFINITY } else { f64::from(n) };
    let last = calendar.last().map_or(0.0, |(_, n)| count(*n));
    let Some(end) = end.filter(|_| calendar.len() > 1) else { return last };
    let mut sum = 0.0;
    for (i, (from, n)) in calendar.iter().enumerate() {
        let begin = if i == 0 { SimTime::ZERO } else { (*from).max(SimTime::ZERO) };
        let until = calendar.get(i + 1).map_or(end, |(t, _)| (*t).max(SimTime::ZERO)).min(end);
        if until > begin {
            sum += (until - begin).0 as f64 * count(*n);
        }
    }
    sum / end.0 as f64
}

/// Things of a stream a second, where that can be known.
fn rate(plan: &Plan, stream: &Stream) -> Option<f64> {
    let end = plan.end;
    let length = end.map(|e| e.0 as f64);
    let most = stream.count.zip(length).map(|(n, length)| n as f64 / length);
    let batch = stream.arrivals.batch().map_or(1.0, Law::mean);
    match stream.arrivals.times() {
        Arrivals::At(times) => {
            let length = length?;
            let within = times.iter().filter(|t| t.0 >= 0 && (t.0 as f64) < length).count();
            let rate = within as f64 * batch / length;
            Some(most.map_or(rate, |m| rate.min(m)))
        }
        Arrivals::Shaped(_) => None,
        Arrivals::Every { gap, .. } => {
            let mean = gap.mean();
            if mean <= 0.0 {
                return None;
            }
            // Without an end a stream that stops has its rate as long as it lasts.
            let pace = stream.arrivals.pace();
            let rate = batch / mean * pace.map_or(1.0, |p| pace::mean(p, plan.start, end.unwrap_or(LONG)));
            Some(most.map_or(rate, |m| rate.min(m)))
        }
    }
}

/// Requirements a second at a desk of a headquarters; movement is by consignments and not known before.
fn desk(plan: &Plan, hq: u32, step: &str) -> Option<f64> {
    if step == "movement" {
        return None;
    }
    let mut sum = 0.0;
    for stream in plan.streams.iter() {
        if let Brings::Requirements(need) = &stream.brings
            && need.hq.is_some_and(|n| n.raw() == hq)
        {
            sum += rate(plan, stream)?;
        }
    }
    Some(sum)
}

struct Visits<'a> {
    /// Consignments and kilograms a second that visit nodes, of sources that go the same ways.
    nodes: Vec<(&'a Source, Flow)>,
    legs: Flow,
}

impl Visits<'_> {
    /// Consignments a second at a node, of the sources that `handled` names.
    fn at(&self, node: u32, handled: impl Fn(&Source) -> bool) -> Option<f64> {
        let of = self.nodes.iter().filter(|(source, _)| handled(source)).filter_map(|(_, flow)| flow.get(&node));
        of.map(|v| v.0).reduce(|a, b| a + b)
    }
}

/// The mean handling time of what comes to a step.
fn mean_time(plan: &Plan, step: &Step, visits: &Visits<'_>, means: &Means, by_priority: bool) -> f64 {
    if step.times.is_none() && step.factors.is_none() {
        return means.of(&step.time);
    }
    let (mut work, mut all) = (0.0, 0.0);
    for (source, flow) in visits.nodes.iter().filter(|(source, _)| handles(step, source)) {
        let Some((rate, _)) = flow.get(&step.node.raw()) else { continue };
        for (whom, part) in source.whoms(plan, by_priority) {
            let law = step.times.as_ref().map_or(Some(&step.time), |times| times.of(plan, &whom));
            let factor = step.factors.as_ref().and_then(|f| f.of(plan, &whom)).copied().unwrap_or(1.0);
            work += rate * part * factor * law.map_or(0.0, |law| means.of(law));
            all += rate * part;
        }
    }
    if all > 0.0 { work / all } else { means.of(&step.time) }
}

/// Solves the traffic equations; `None` where a rate is not known or they have no solution.
fn visits<'a>(plan: &Plan, sources: &'a [Source]) -> Option<Visits<'a>> {
    let (apart, by_priority) = looks_at_goods(plan);
    let mut groups: BTreeMap<(Option<u32>, usize), (&Source, Flow)> = BTreeMap::new();
    // What circulates comes once and is handled for ever: how often, no rate says.
    for (i, source) in sources.iter().enumerate().filter(|(_, s)| !s.circulates) {
        let Some(rate) = rate(plan, &plan.streams[Id::new(source.stream)]) else { continue };
        if rate == 0.0 {
            continue;
        }
        let rate = rate * source.each;
        let group = groups.entry((source.to, if apart { i } else { 0 })).or_insert((source, Flow::new()));
        let cell = group.1.entry(source.enters).or_default();
        cell.0 += rate;
        cell.1 += rate * source.mass_mean;
    }
    let mut all = Visits { nodes: Vec::new(), legs: Flow::new() };
    let mut work = 0;
    for (_, (source, flow)) in groups {
        let whoms = source.whoms(plan, by_priority);
        let mut nodes = Flow::new();
        let total: f64 = flow.values().map(|v| v.0).sum();
        let mut wave = flow;
        let mut rounds = 0;
        while !wave.is_empty() {
            rounds += 1;
            work += wave.len();
            if rounds > ROUNDS + plan.nodes.len() || work > 20_000_000 {
                return None;
            }
            let mut next = Flow::new();
            for (n, (number, mass)) in wave {
                add(&mut nodes, n, number, mass);
                for (hop, share) in hops(plan, &plan.nodes[Id::new(n)].next, &whoms) {
                    let (number, mass) = (number * share, mass * share);
                    if let Hop::Leg(leg) = hop {
                        add(&mut all.legs, leg.raw(), number, mass);
                    }
                    if let Some(end) = end_of(plan, hop).filter(|_| number > total * TINY) {
                        add(&mut next, end, number, mass);
                    }
                }
            }
            wave = next;
        }
        all.nodes.push((source, nodes));
    }
    Some(all)
}

fn add(flow: &mut Flow, key: u32, number: f64, mass: f64) {
    let cell = flow.entry(key).or_default();
    cell.0 += number;
    cell.1 += mass;
}
