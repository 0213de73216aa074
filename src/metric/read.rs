//! Figures read: one division each, here and nowhere else.

use super::flow::{PlaceStats, StreamStats, Totals};
use super::tree::Tree;
use super::{Figures, Mode, Tally};
use crate::event::NeedId;
use crate::model::{Brings, Cause};
use crate::state::State;
use crate::units::amount::Money;
use crate::units::arena::Id;
use crate::units::time::{DAY, SimTime};
use serde_json::{Value, json};

/// Named parts of a quantile in figures.
const QUANTILES: [(&str, u64, u64); 4] = [("p50", 1, 2), ("p90", 9, 10), ("p95", 19, 20), ("p99", 99, 100)];

pub(super) fn read(figures: &Figures, state: &State, until: SimTime) -> Tree {
    let mut tree = Tree::default();
    // `until` is where means over time end: the horizon, or the moment shown.
    let window = (until - figures.flow.warm_up).0.max(0);
    let plan = state.plan();
    let totals = figures.flow.totals(figures.visits.iter(), until);
    let (legs, gates) = (figures.spots.legs as usize, figures.spots.gates as usize);
    for step in plan.steps.ids() {
        let s = &plan.steps[step];
        let path = format!("stations.{}.{}", plan.nodes[s.node].name, s.name);
        let (stats, sums) = (figures.flow.step(step), &totals[step.index()]);
        place(&mut tree, &path, stats, sums, figures.flow.warm_up, until, true);
        let (able, on, up) = figures.flow.duty[step.index()].until(until.max(figures.flow.warm_up));
        let [worked, paused, blocked] =
            [Mode::Work, Mode::Paused, Mode::Blocked].map(|mode| i128::from(sums.in_mode(mode)));
        tree.put(&format!("{path}.utilisation"), able.and_then(|able| ratio(worked, able)));
        tree.put(&format!("{path}.busy_share"), on.and_then(|on| ratio(worked + paused + blocked, on)));
        tree.put(&format!("{path}.up_share"), ratio(i128::from(up), i128::from(window)));
        tree.put(&format!("{path}.blocked_share"), on.and_then(|on| ratio(blocked, on)));
        tree.put(&format!("{path}.paused_total"), int(paused));
        tree.put(&format!("{path}.blocked_total"), int(blocked));
        tree.put(&format!("{path}.worked_total"), int(worked));
        tree.put(&format!("{path}.gate_total"), int(i128::from(sums.in_mode(Mode::Gate))));
    }
    for leg in plan.legs.ids() {
        let path = format!("legs.{}", plan.legs[leg].name);
        let sums = &totals[legs + leg.index()];
        place(&mut tree, &path, figures.flow.leg(leg), sums, figures.flow.warm_up, until, false);
        if plan.legs[leg].departures.is_some() {
            let d = &figures.flow.dispatches[leg.index()];
            tree.put(&format!("{path}.dispatches"), d.count);
            tree.put(&format!("{path}.load_mean"), d.load.mean());
            tree.put(&format!("{path}.load_sd"), d.load.sd());
            tree.put(&format!("{path}.load_max"), d.load.max());
            tree.put(&format!("{path}.full_share"), ratio(i128::from(d.full), i128::from(d.count)));
            tree.put(&format!("{path}.interval_mean"), d.interval.mean());
            tree.put(&format!("{path}.interval_sd"), d.interval.sd());
            tree.put(&format!("{path}.skipped"), d.skipped);
            let fleet = plan.legs[leg].departures.as_ref().and_then(|d| d.fleet.as_ref());
            let away = d.away.until(until.max(figures.flow.warm_up));
            let of = |vehicles: i128| fleet.and_then(|_| ratio(away, i128::from(window) * vehicles));
            tree.put(&format!("{path}.utilisation"), of(fleet.map_or(1, |f| i128::from(f.vehicles))));
            tree.put(&format!("{path}.vehicles_away_mean"), of(1));
            tree.put(&format!("{path}.vehicles_away_max"), fleet.map(|_| d.away_max.max(d.away.number())));
        }
    }
    for (gate, stats) in figures.flow.gates().iter().enumerate() {
        let path = format!("gates.{}", state.gate_name(Id::new(gate as u32)));
        place(&mut tree, &path, stats, &totals[gates + gate], figures.flow.warm_up, until, false);
    }
    for pool in plan.pools.ids() {
        let path = format!("pools.{}", plan.pools[pool].name);
        let (in_use, on_duty, max) = figures.flow.pools[pool.index()].until(until.max(figures.flow.warm_up));
        tree.put(&format!("{path}.in_use_mean"), ratio(in_use, i128::from(window)));
        tree.put(&format!("{path}.in_use_max"), max);
        tree.put(&format!("{path}.on_duty_mean"), on_duty.and_then(|on_duty| ratio(on_duty, i128::from(window))));
        tree.put(&format!("{path}.utilisation"), on_duty.and_then(|on_duty| ratio(in_use, on_duty)));
    }
    for stream in plan.streams.ids() {
        if let Brings::Consignments { .. } = plan.streams[stream].brings {
            let path = format!("streams.{}", plan.streams[stream].name);
            of_stream(&mut tree, &path, &figures.flow.streams[stream.index()], window, until.max(figures.flow.warm_up));
        }
    }
    figures.stocks.read(&mut tree, state, until);
    requirements(&mut tree, figures, state, until);
    money(&mut tree, state);
    conversion(&mut tree, state, until);
    figures.costs.read(&mut tree, plan);
    let steps = plan.steps.iter().map(|s| format!("stations.{}.{}", plan.nodes[s.node].name, s.name));
    let legs = plan.legs.iter().map(|l| format!("legs.{}", l.name));
    let gates = (0..state.gates.len()).map(|gate| format!("gates.{}", state.gate_name(Id::new(gate as u32))));
    let names: Vec<String> = steps.chain(legs).chain(gates).collect();
    figures.series.read(&mut tree, &names, until, || figures.flow.levels_now());
    bottleneck(&mut tree, figures, state, until);
    tree
}

fn ratio(a: i128, b: i128) -> Option<f64> {
    (b > 0).then(|| a as f64 / b as f64)
}

fn int(n: i128) -> Value {
    i64::try_from(n).map_or_else(|_| json!(n as f64), |n| json!(n))
}

fn tally(tree: &mut Tree, path: &str, tally: &Tally) {
    let tally = &*tally.settled();
    tree.put(&format!("{path}_mean"), tally.mean());
    tree.put(&format!("{path}_sd"), tally.sd());
    let values = tally.quantiles(QUANTILES.map(|(_, parts, whole)| (parts, whole)));
    for ((name, ..), value) in QUANTILES.into_iter().zip(values) {
        tree.put(&format!("{path}_{name}"), value);
    }
    tree.put(&format!("{path}_max"), tally.max());
}

fn place(tree: &mut Tree, path: &str, stats: &PlaceStats, sums: &Totals, warm_up: SimTime, until: SimTime, step: bool) {
    let end = until.max(warm_up);
    let window = i128::from((end - warm_up).0);
    let put = |tree: &mut Tree, key: &str, value: Value| tree.put(&format!("{path}.{key}"), value);
    // Who stands at the gate has not been let in, refused or diverted yet.
    let arrivals = stats.entered + stats.refused + stats.diverted;
    put(tree, "arrivals", json!(arrivals));
    put(tree, "entered", json!(stats.entered));
    put(tree, "refused", json!(stats.refused));
    put(tree, "diverted", json!(stats.diverted));
    put(tree, "departures", json!(stats.departures));
    put(tree, "expired", json!(stats.expired));
    put(tree, "preempted", json!(stats.preempted));
    let gone = stats.departures + stats.refused + stats.diverted + stats.expired;
    put(tree, "unfinished", json!(arrivals - gone.min(arrivals)));
    put(tree, "throughput", json!(ratio(i128::from(stats.passed) * i128::from(DAY), window)));
    put(tree, "queue_mean", json!(ratio(i128::from(sums.in_mode(Mode::Wait)), window)));
    put(tree, "queue_max", json!(sums.queue_max));
    let levels = &sums.levels;
    let moment =
        |power: u32| -> i128 { levels.iter().enumerate().map(|(n, &s)| (n as i128).pow(power) * i128::from(s)).sum() };
    let (first, second) = (moment(1), moment(2));
    put(tree, "in_system_mean", json!(ratio(first, window)));
    let spread = window.checked_mul(second).map_or(0.0, |a| (a - first * first).max(0) as f64);
    put(tree, "in_system_sd", json!((window > 0).then(|| spread.sqrt() / window as f64)));
    for (name, parts, whole) in QUANTILES {
        put(tree, &format!("in_system_{name}"), json!(level_quantile(levels, parts, whole)));
    }
    put(tree, "in_system_max", json!(sums.present_max));
    put(tree, "in_system_now", json!(stats.present));
    tally(tree, &format!("{path}.wait"), &stats.wait);
    tally(tree, &format!("{path}.stay"), &stats.stay);
    put(tree, "service_mean", json!(ratio(i128::from(stats.service), i128::from(stats.departures))));
    put(
        tree,
        "waited_share",
        json!(ratio(i128::from(stats.wait.positive() + stats.expired_waited), i128::from(stats.entered))),
    );
    put(tree, "empty_share", json!(ratio(i128::from(levels.first().copied().unwrap_or(0)), window)));
    if stats.wait.grouped() || stats.stay.grouped() {
        put(tree, "quantile_step", json!(1.0 / 1024.0));
    } else {
        put(tree, "quantile_step", Value::Null);
    }
    put(tree, "little", json!([int(first), json!(sums.presence)]));
    if stats.arrived_mass > 0 || stats.arrived_value > 0 {
        put(tree, "arrivals_t", int(stats.arrived_mass));
        put(tree, "departures_t", int(stats.departed_mass));
        put(tree, "throughput_t", json!(ratio(stats.passed_mass * i128::from(DAY), window)));
        put(tree, "in_system_t_mean", json!(ratio(sums.mass, window)));
        put(tree, "in_system_t_now", int(stats.mass_present));
        put(tree, "arrivals_value", int(stats.arrived_value));
        put(tree, "departures_value", int(stats.departed_value));
        put(tree, "throughput_value", json!(ratio(stats.passed_value * i128::from(DAY), window)));
        put(tree, "in_system_value_mean", json!(ratio(sums.value, window)));
        put(tree, "in_system_value_now", int(stats.value_present));
    }
    for &(priority, waits, sum) in &stats.by_priority {
        put(tree, &format!("priority.{priority}.waits"), json!(waits));
        put(tree, &format!("priority.{priority}.wait_mean"), json!(ratio(sum, i128::from(waits))));
    }
    if !step {
        // Servers have these; legs and stages have none.
        for key in ["utilisation", "busy_share", "up_share", "blocked_share"] {
            put(tree, key, Value::Null);
        }
    }
}

fn level_quantile(levels: &[i64], parts: u64, whole: u64) -> Option<usize> {
    let all: i128 = levels.iter().map(|&s| i128::from(s)).sum();
    let rank = (all * i128::from(parts) + i128::from(whole) - 1) / i128::from(whole);
    let mut seen = 0;
    levels.iter().position(|&s| {
        seen += i128::from(s);
        seen >= rank && seen > 0
    })
}

fn of_stream(tree: &mut Tree, path: &str, stats: &StreamStats, window: i64, end: SimTime) {
    tree.put(&format!("{path}.created"), stats.created);
    tree.put(&format!("{path}.left"), stats.left);
    tree.put(&format!("{path}.refused"), stats.refused);
    tree.put(&format!("{path}.expired"), stats.expired);
    tree.put(&format!("{path}.in_system_mean"), ratio(stats.present.until(end), i128::from(window)));
    tally(tree, &format!("{path}.stay"), &stats.stay);
}

/// A group of requirements by dotted name.
struct Group {
    name: String,
    /// Lines of other families do not count.
    family: Option<String>,
    needs: Vec<NeedId>,
}

fn requirements(tree: &mut Tree, figures: &Figures, state: &State, until: SimTime) {
    if state.needs.is_empty() {
        return;
    }
    let plan = state.plan();
    let mut groups: std::collections::BTreeMap<(u8, i64, String), Vec<NeedId>> = Default::default();
    for (i, need) in state.needs.iter().enumerate() {
        let id = NeedId::new(i as u32);
        let mut join = |key: (u8, i64, String)| groups.entry(key).or_default().push(id);
        join((0, 0, "total".to_owned()));
        join((1, i64::from(need.priority), format!("priority.{}", need.priority)));
        let families = need.lines.iter().map(|l| &plan.items[state.line(*l).item].family);
        let families: std::collections::BTreeSet<&String> = families.filter(|f| !f.is_empty()).collect();
        families.into_iter().for_each(|f| join((2, 0, format!("family.{f}"))));
        if let Some(m) = state.plan_of_need(id).via {
            join((3, 0, format!("mechanism.{}", plan.mechanisms[m].name)));
        }
    }
    for ((_, _, name), needs) in groups {
        let family = name.strip_prefix("family.").map(str::to_owned);
        group(tree, figures, state, until, &Group { name, family, needs });
    }
    stages(tree, figures, until);
}

fn group(tree: &mut Tree, figures: &Figures, state: &State, until: SimTime, group: &Group) {
    let path = format!("requirements.{}", group.name);
    let put = |tree: &mut Tree, key: &str, value: Value| tree.put(&format!("{path}.{key}"), value);
    // Without a warm-up the opening backlog counts too: the run is about it.
    let from = figures.flow.warm_up;
    let counted = |id: &&NeedId| from <= SimTime::ZERO || state.need(**id).submitted >= from;
    let (mut submitted, mut fulfilled, mut expired) = ([0i128; 3], [0i128; 3], [0i128; 3]);
    let (mut asked_due, mut on_time, mut due, mut in_full) = (0i128, 0i128, 0u64, 0u64);
    let (mut asked, mut recognised) = (0i128, 0i128);
    let (mut age, mut lead) = (Tally::default(), Tally::default());
    let (mut work, mut waited, mut stayed) = (0i128, [0i128; 10], [0i128; 10]);
    let mut delivered = [0i128; 2];
    for &id in group.needs.iter().filter(counted) {
        let (row, stats) = (state.need(id), &figures.delay.needs[id.index()]);
        let of_family = |l: &&crate::event::LineId| {
            group.family.as_ref().is_none_or(|family| state.plan().items[state.line(**l).item].family == *family)
        };
        let ids = || row.lines.iter().filter(of_family);
        let lines = || ids().map(|l| state.line(*l));
        let size = [1, lines().map(|l| i128::from(l.mass.0)).sum(), lines().map(|l| i128::from(l.value.0)).sum()];
        (0..3).for_each(|i| submitted[i] += size[i]);
        let units: i64 = lines().map(|l| l.asked).sum();
        asked += i128::from(units);
        recognised += lines().map(|l| i128::from(l.recognised)).sum::<i128>();
        for line in lines().filter(|l| l.asked > 0) {
            delivered[0] += i128::from(line.mass.0) * i128::from(line.recognised) / i128::from(line.asked);
            delivered[1] += i128::from(line.value.0) * i128::from(line.recognised) / i128::from(line.asked);
        }
        if row.due < until {
            due += ids().count() as u64;
            asked_due += i128::from(units);
            on_time += ids().map(|l| i128::from(figures.delay.on_time(*l))).sum::<i128>();
            let whole = ids().filter(|l| figures.delay.on_time(**l) == state.line(**l).asked);
            in_full += whole.count() as u64;
        }
        match (&stats.closed, row.closed) {
            (Some(parts), Some(at)) => {
                (0..3).for_each(|i| fulfilled[i] += size[i]);
                lead.add((at - row.submitted).0);
                work += i128::from(parts.work());
                for c in 0..10 {
                    waited[c] += i128::from(parts.waited[c]);
                    stayed[c] += i128::from(parts.waited[c] + parts.worked[c]);
                }
            }
            _ if row.expired.is_some() => (0..3).for_each(|i| expired[i] += size[i]),
            _ => age.add((until - row.submitted).0),
        }
    }
    for (i, twin) in ["", "_t", "_value"].into_iter().enumerate() {
        put(tree, &format!("submitted{twin}"), int(submitted[i]));
        put(tree, &format!("fulfilled{twin}"), int(fulfilled[i]));
        put(tree, &format!("open{twin}"), int(submitted[i] - fulfilled[i] - expired[i]));
        put(tree, &format!("expired{twin}"), int(expired[i]));
    }
    put(tree, "delivered_t", int(delivered[0]));
    put(tree, "delivered_value", int(delivered[1]));
    for (name, parts, whole) in QUANTILES {
        put(tree, &format!("age_{name}"), json!(age.quantile(parts, whole)));
    }
    put(tree, "age_mean", json!(age.mean()));
    put(tree, "age_max", json!(age.max()));
    put(tree, "fill_rate", json!(ratio(on_time, asked_due)));
    put(tree, "fill_rate_end", json!(ratio(recognised, asked)));
    put(tree, "otif", json!(ratio(i128::from(in_full), i128::from(due))));
    tally(tree, &format!("{path}.lead_time"), &lead);
    put(tree, "lead_time_total", int(lead.sum()));
    let closed = i128::from(lead.count());
    put(tree, "work_mean", json!(ratio(work, closed)));
    put(tree, "work_total", int(work));
    for cause in Cause::ALL {
        let i = cause as usize;
        put(tree, &format!("waited.{}_mean", cause.name()), json!(ratio(waited[i], closed)));
    }
    for cause in Cause::ALL {
        let i = cause as usize;
        put(tree, &format!("waited.{}_total", cause.name()), int(waited[i]));
    }
    for cause in Cause::ALL {
        put(tree, &format!("stayed.{}_mean", cause.name()), json!(ratio(stayed[cause as usize], closed)));
    }
}

/// Flow of value through the causes' stages of the way from ask to recognition.
fn stages(tree: &mut Tree, figures: &Figures, until: SimTime) {
    let mut delay = figures.delay.clone();
    delay.bins_until(until);
    for cause in Cause::ALL {
        let stats = &delay.stages[cause as usize];
        let path = format!("stages.{}", cause.name());
        tree.put(&format!("{path}.in_value"), stats.arrived);
        tree.put(&format!("{path}.out_value"), stats.arrived - stats.now);
        tree.put(&format!("{path}.left_value"), stats.now);
        tree.put(&format!("{path}.peak_value"), stats.peak);
        tally(tree, &format!("{path}.stay"), &stats.stay);
        let backlog: Vec<i64> = delay.bins.iter().map(|bin| bin[cause as usize]).collect();
        tree.put(&format!("{path}.backlog"), json!(backlog));
    }
    tree.put("stages.backlog_step", delay.bin_width);
}

fn money(tree: &mut Tree, state: &State) {
    let plan = state.plan();
    for m in plan.mechanisms.ids() {
        let kind_has_money = !state[m].packages.is_empty() || state[m].announced > Money::ZERO;
        let pools = plan.streams.iter().any(|s| brings_to(&s.brings, m));
        let (row, name) = (&state[m], &plan.mechanisms[m].name);
        if kind_has_money || pools {
            let path = format!("money.mechanisms.{name}");
            let figures = [
                ("announced", row.announced),
                ("committed", row.committed),
                ("paid", row.paid),
                ("allocated", row.allocated),
                ("pool", row.pool),
                ("held", row.held),
                ("spent", row.spent),
                ("defaulted", row.defaulted),
                ("expired", row.expired),
                ("idle", row.pool + row.held),
                ("gap", row.needed - row.allocated),
            ];
            figures.into_iter().for_each(|(key, sum)| tree.put(&format!("{path}.{key}"), sum.0));
        }
        mechanism(tree, state, m);
    }
    let mut nations: Vec<[Money; 8]> = vec![[Money::ZERO; 8]; plan.nations.len()];
    for pledge in &state.pledges {
        let Some(nation) = pledge.nation else { continue };
        let sums = &mut nations[nation.index()];
        let counted = if pledge.counted.is_some() { pledge.allocations.iter().map(|a| a.1).sum() } else { Money::ZERO };
        let rest = match pledge.resting {
            crate::state::Resting::Pool => [pledge.left, Money::ZERO],
            _ => [Money::ZERO, pledge.left],
        };
        let all =
            [pledge.amount, pledge.committed, pledge.paid, counted, rest[0], rest[1], pledge.defaulted, pledge.expired];
        (0..8).for_each(|i| sums[i] += all[i]);
    }
    let all: Money = nations.iter().map(|sums| sums[1]).sum();
    let rule: f64 = plan.nations.iter().filter_map(|n| n.share).sum();
    for (nation, sums) in plan.nations.ids().zip(nations) {
        let path = format!("money.nations.{}", plan.nations[nation].name);
        let keys = ["announced", "committed", "paid", "allocated", "pool", "held", "defaulted", "expired"];
        keys.into_iter().zip(sums).for_each(|(key, sum)| tree.put(&format!("{path}.{key}"), sum.0));
        // What it committed of all that nations committed, beside its part by rule.
        let (share, by_rule) = (ratio(sums[1].0.into(), all.0.into()), plan.nations[nation].share.map(|s| s / rule));
        tree.put(&format!("{path}.share"), share);
        tree.put(&format!("{path}.share_by_rule"), by_rule);
        tree.put(&format!("{path}.share_against_rule"), share.zip(by_rule).map(|(share, rule)| share - rule));
    }
}

/// Of what was announced so many days ago or more, the share that was committed within so many days.
fn conversion(tree: &mut Tree, state: &State, until: SimTime) {
    if state.pledges.is_empty() {
        return;
    }
    for days in [0, 7, 14, 28, 56, 90, 180, 365] {
        let old = state.pledges.iter().filter(|p| (until - p.announced).0 >= days * DAY);
        let within = |p: &&crate::state::PledgeRow| p.committed_at.is_some_and(|at| (at - p.announced).0 <= days * DAY);
        let all: i128 = old.clone().map(|p| i128::from(p.amount.0)).sum();
        let kept: i128 = old.filter(within).map(|p| i128::from(p.amount.0)).sum();
        tree.put(&format!("money.conversion.{days}d"), ratio(kept, all));
    }
}

fn brings_to(brings: &Brings, m: Id<crate::model::MechanismPlan>) -> bool {
    match brings {
        Brings::Pledges(p) => p.to == m,
        Brings::Rows(rows) => {
            rows.iter().any(|r| matches!(&r.brings, crate::model::RowBrings::Pledge { pledge, .. } if pledge.to == m))
        }
        _ => false,
    }
}

/// What a mechanism did, in its own words.
fn mechanism(tree: &mut Tree, state: &State, m: Id<crate::model::MechanismPlan>) {
    let (row, plan) = (&state[m], &state.plan().mechanisms[m]);
    let path = format!("mechanisms.{}", plan.name);
    tree.put(&format!("{path}.listed"), row.list.len());
    tree.put(&format!("{path}.listed_value"), row.list_value.0);
    tree.put(&format!("{path}.needed"), row.needed.0);
    tree.put(&format!("{path}.first_arrival"), row.first_arrival.map(|t| t.0));
    let packages = || row.packages.iter().map(|p| state.package(*p));
    if plan.kind == "package" {
        let count = |f: &dyn Fn(&crate::state::PackageRow) -> bool| packages().filter(|p| f(p)).count();
        tree.put(&format!("{path}.drafted"), row.formed);
        tree.put(&format!("{path}.stated"), row.packages.len() - row.formed as usize);
        tree.put(&format!("{path}.open"), row.open.len());
        tree.put(&format!("{path}.funded"), count(&|p| p.funded.is_some()));
        tree.put(&format!("{path}.released"), count(&|p| p.released.is_some()));
        let value: Money = packages().filter(|p| p.funded.is_some()).map(|p| p.price).sum();
        tree.put(&format!("{path}.funded_value"), value.0);
        let next = row.open.first().map(|key| state.package(key.id)).map(|p| (p.price - p.allocated).0);
        tree.put(&format!("{path}.next_gap"), next);
        for package in packages() {
            let name = match package.stream {
                Some(stream) => format!("{}#{}", state.plan().streams[stream].name, package.number),
                None => package.number.to_string(),
            };
            let path = format!("{path}.packages.{name}");
            tree.put(&format!("{path}.price"), package.price.0);
            tree.put(&format!("{path}.allocated"), package.allocated.0);
            tree.put(&format!("{path}.drafted"), package.drafted.0);
            tree.put(&format!("{path}.opened"), package.opened.map(|t| t.0));
            tree.put(&format!("{path}.funded"), package.funded.map(|t| t.0));
            tree.put(&format!("{path}.released"), package.released.map(|t| t.0));
        }
    }
}

fn bottleneck(tree: &mut Tree, figures: &Figures, state: &State, until: SimTime) {
    let mut all = [0i128; 10];
    let mut months = Vec::new();
    for (month, seconds) in figures.months_until(state, until).all() {
        let sum: i128 = seconds.iter().map(|&s| i128::from(s)).sum();
        let label = format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1);
        (0..10).for_each(|i| all[i] += i128::from(seconds[i]));
        months.push((label, seconds.map(i128::from), sum));
    }
    let total: i128 = all.iter().sum();
    for (label, seconds, sum) in months.into_iter().chain([("all".to_owned(), all, total)]) {
        for cause in Cause::ALL {
            tree.put(&format!("bottleneck.{label}.{}", cause.name()), ratio(seconds[cause as usize], sum));
        }
        tree.put(&format!("bottleneck.{label}.waited"), int(sum));
    }
}
