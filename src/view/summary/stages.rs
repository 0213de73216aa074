//! The summary of a run with requirements: from ask to the recognition point, stage by stage.

use super::{Facts, months};
use crate::model::{Cause, NodeKind};
use crate::units::time::DAY;
use crate::view::number::{apportioned, days, fixed, grouped, many, percent, plain};
use crate::view::text::{Line, Look, Screen, wrapped};
use serde_json::Value;

/// Headline, stage table, waiting by month, money and hubs.
pub fn blocks(facts: &Facts<'_>, screen: &Screen) -> Vec<String> {
    let flow = Flow::read(facts);
    let mut lines = money(facts, screen);
    lines += &hubs(facts, screen);
    lines += &super::beside::lines(facts, screen);
    vec![headline(facts, &flow, screen), table(facts, &flow, screen), months::table(facts, screen), lines]
}

/// One visited stage.
struct Stage {
    cause: Cause,
    /// Minor units.
    came: f64,
    left: f64,
    out: f64,
    peak: f64,
    /// Seconds.
    p50: Option<f64>,
    p90: Option<f64>,
    mean: f64,
    backlog: Vec<f64>,
}

/// The stages that were visited, and the scale of their sums.
struct Flow {
    stages: Vec<Stage>,
    asked: f64,
    open: f64,
    /// Minor units in one of `unit`, and its name behind the currency.
    scale: f64,
    unit: &'static str,
}

impl Flow {
    fn read(facts: &Facts<'_>) -> Flow {
        let mut stages = Vec::new();
        for cause in Cause::ALL {
            let of = |key: &str| facts.tree.number(&format!("stages.{}.{key}", cause.name()));
            let sum = |key: &str| of(key).unwrap_or(0.0);
            if sum("in_value") == 0.0 && of("stay_mean").is_none() {
                continue;
            }
            let mean = facts.tree.number(&format!("requirements.total.stayed.{}_mean", cause.name()));
            let backlog = facts.tree.get(&format!("stages.{}.backlog", cause.name())).and_then(Value::as_array);
            stages.push(Stage {
                cause,
                came: sum("in_value"),
                left: sum("left_value"),
                out: sum("out_value"),
                peak: sum("peak_value"),
                p50: of("stay_p50"),
                p90: of("stay_p90"),
                mean: mean.unwrap_or(0.0),
                backlog: backlog.into_iter().flatten().filter_map(Value::as_f64).collect(),
            });
        }
        let asked = stages.iter().find(|s| s.cause == Cause::Staff).map_or(0.0, |s| s.came);
        let open = stages.iter().map(|s| s.left).sum();
        let minor = 10f64.powi(i32::from(facts.plan.decimals));
        let most = stages.iter().map(|s| s.came).fold(asked, f64::max) / minor;
        // At most five digits fit the columns.
        let (scale, unit) = scale_of(most, 100.0);
        Flow { stages, asked, open, scale: minor * scale, unit }
    }

    fn has_value(&self) -> bool {
        self.asked > 0.0
    }

    /// Sums as whole units that add up: (asked, handed over, open).
    fn totals(&self) -> (i64, i64, i64) {
        let (asked, open) = ((self.asked / self.scale).round() as i64, (self.open / self.scale).round() as i64);
        (asked, asked - open, open)
    }

    fn amount(&self, n: i64, currency: &str) -> String {
        let unit = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
        format!("{currency} {}{unit}", grouped(n))
    }
}

fn headline(facts: &Facts<'_>, flow: &Flow, screen: &Screen) -> String {
    let number = |key: &str| facts.tree.number(&format!("requirements.total.{key}")).unwrap_or(0.0);
    let reached = match facts.plan.recognition.name() {
        "R4" => "handed over".to_owned(),
        name => format!("reached {} ({name})", facts.plan.recognition.meaning()),
    };
    let mut words = Vec::new();
    if flow.has_value() {
        let (asked, handed, open) = flow.totals();
        let currency = &facts.plan.currency;
        words.push((Look::Bold, format!("{} {reached} ", flow.amount(handed, currency))));
        // Tonnes count what was submitted in the window; they stand here where that is all.
        if number("submitted_value") == flow.asked && number("delivered_t") > 0.0 {
            words.push((Look::Plain, format!("({} t) ", plain_whole(number("delivered_t") / 1_000.0))));
        }
        let unit = if flow.unit.is_empty() { String::new() } else { format!(" {}", flow.unit) };
        words
            .push((Look::Plain, format!("of {}{unit} asked for; {}{unit} still open.", grouped(asked), grouped(open))));
    } else {
        let closed = many(number("fulfilled") as u64, "requirement");
        words.push((Look::Bold, format!("{closed} {reached} ")));
        let (asked, open) = (grouped(number("submitted") as i64), grouped(number("open") as i64));
        words.push((Look::Plain, format!("of {asked} asked for; {open} still open.")));
    }
    let visited: Vec<Cause> = flow.stages.iter().map(|s| s.cause).collect();
    wrapped(&words, "  ", screen.width) + &wrapped(&months::sentence(facts, &visited), "  ", screen.width)
}

fn plain_whole(value: f64) -> String {
    if value >= 10.0 { grouped(value.round() as i64) } else { plain(value) }
}

/// Which columns there is room for.
struct Columns {
    sums: bool,
    /// How much wider columns of sums are than four digits need.
    wide: usize,
    p50: bool,
    bar: bool,
    spark: bool,
}

const NAME: usize = 11;
const BAR: usize = 17;
const SPARK: usize = 17;

impl Columns {
    /// Narrower screens drop the sparkline, then the bar, then P50.
    fn of(flow: &Flow, screen: &Screen) -> Columns {
        let sums = flow.has_value();
        let largest = flow.stages.iter().map(|s| s.peak.max(s.came)).fold(flow.asked, f64::max) / flow.scale;
        let wide = usize::from(largest >= 9_999.5);
        let base = 2 + NAME + if sums { 19 + 6 + 4 * wide } else { 0 } + 14;
        let spark = screen.width > base + 8 + BAR + 1 + SPARK;
        let bar = screen.width > base + 8 + BAR;
        let p50 = screen.width >= base + 8;
        Columns { sums, wide, p50, bar, spark }
    }
}

fn table(facts: &Facts<'_>, flow: &Flow, screen: &Screen) -> String {
    let columns = Columns::of(flow, screen);
    let total_mean = facts.tree.number("requirements.total.lead_time_mean").unwrap_or(0.0);
    let means: Vec<f64> = flow.stages.iter().map(|s| s.mean * 10.0 / DAY as f64).collect();
    let means = apportioned(&means, total_mean * 10.0 / DAY as f64);
    let lefts: Vec<f64> = flow.stages.iter().map(|s| s.left / flow.scale).collect();
    let lefts = apportioned(&lefts, flow.totals().2 as f64);
    let most = flow.stages.iter().map(|s| s.mean).fold(0.0, f64::max);
    let mut out = head(facts, flow, &columns);
    let mut before: Option<(f64, i64)> = None;
    let largest = lefts.iter().copied().max().unwrap_or(0);
    for (i, stage) in flow.stages.iter().enumerate() {
        let came = match before {
            // What the stage before let out comes in here: the shown figures pass on too.
            Some((exact, shown)) if exact == stage.came => shown,
            _ => (stage.came / flow.scale).round() as i64,
        };
        let gone = came - lefts[i];
        before = Some((stage.out, gone));
        let mut line = Line::new().plain("  ").left(Look::Plain, stage.cause.name(), NAME);
        if columns.sums {
            line = line.right(Look::Plain, &grouped(came), 6 + columns.wide);
            line = line.right(Look::Plain, &grouped(gone), 7 + columns.wide);
            let look = if lefts[i] > 0 && lefts[i] * 4 >= largest { Look::Bold } else { Look::Plain };
            line = line.right(look, &dash(lefts[i]), 6 + columns.wide);
        }
        line = stay(line, stage.p50, stage.p90, &columns);
        line = line.right(Look::Plain, &fixed(means[i] as f64 / 10.0, 1), 8);
        if columns.bar {
            let bar = screen.marks.bar(if most > 0.0 { stage.mean / most } else { 0.0 }, BAR);
            line = line.plain(" ").left(Look::Plain, &bar, BAR);
        }
        if columns.spark {
            line = line.plain(" ").plain(&screen.marks.spark(&stage.backlog, SPARK));
        }
        if columns.sums {
            let peak = grouped((stage.peak / flow.scale).round() as i64);
            line = line.right(Look::Plain, &peak, 6 + columns.wide);
        }
        out += &line.end();
    }
    out += &Line::new().plain("  ").put(Look::Dim, &screen.marks.rule(rule(&columns))).end();
    out + &total(facts, flow, &columns, screen)
}

/// How long the rule above the total is.
fn rule(columns: &Columns) -> usize {
    let sums = if columns.sums { 19 + 3 * columns.wide } else { 0 };
    NAME + sums
        + if columns.p50 { 8 } else { 0 }
        + 14
        + if columns.bar { 18 } else { 0 }
        + if columns.spark { 18 } else { 0 }
}

fn stay(line: Line, p50: Option<f64>, p90: Option<f64>, columns: &Columns) -> Line {
    let days = |v: Option<f64>| v.map_or_else(|| "-".to_owned(), |s| fixed(s / DAY as f64, 1));
    let line = if columns.p50 { line.right(Look::Plain, &days(p50), 8) } else { line };
    line.right(Look::Plain, &days(p90), 6)
}

/// An exact zero is a dash.
fn dash(n: i64) -> String {
    if n == 0 { "-".to_owned() } else { grouped(n) }
}

fn head(facts: &Facts<'_>, flow: &Flow, columns: &Columns) -> String {
    let unit = format!("{} {}", facts.plan.currency, flow.unit);
    let unit = unit.trim_end();
    let mut first = Line::new().plain("  ").left(Look::Dim, "stage", NAME);
    let mut second = Line::new().plain("  ").plain(&" ".repeat(NAME));
    if columns.sums {
        for (name, width) in [("in", 6), ("out", 7), ("left", 6)] {
            first = first.right(Look::Dim, name, width + columns.wide);
            second = second.right(Look::Dim, unit, width + columns.wide);
        }
    }
    if columns.p50 {
        first = first.right(Look::Dim, "stay, days", 14);
        second = second.right(Look::Dim, "P50", 8).right(Look::Dim, "P90", 6);
    } else {
        first = first.right(Look::Dim, "days", 6);
        second = second.right(Look::Dim, "P90", 6);
    }
    if columns.bar {
        first = first.plain("   ").left(Look::Dim, "share of lead time", 23);
        second = second.plain("   ").left(Look::Dim, "mean, days", 23);
    } else {
        first = first.right(Look::Dim, "mean", 8);
        second = second.right(Look::Dim, "days", 8);
    }
    if columns.spark {
        first = first.left(Look::Dim, "backlog over time", SPARK);
        let until = (facts.until.0 - 1).max(0);
        let month = |at: i64| crate::units::time::Civil::from_unix(facts.plan.start + at).month_name();
        second = second.left(Look::Dim, month(0), SPARK - 3).put(Look::Dim, month(until));
    }
    if columns.sums {
        first = first.right(Look::Dim, "peak", 6 + columns.wide);
        second = second.right(Look::Dim, unit, 6 + columns.wide);
    }
    first.end() + &second.end()
}

fn total(facts: &Facts<'_>, flow: &Flow, columns: &Columns, screen: &Screen) -> String {
    let of = |key: &str| facts.tree.number(&format!("requirements.total.{key}"));
    let mut line =
        Line::new().plain("  ").left(Look::Plain, &format!("ask to {}", facts.plan.recognition.name()), NAME);
    if columns.sums {
        let (asked, handed, open) = flow.totals();
        line = line.right(Look::Plain, &grouped(asked), 6 + columns.wide);
        line = line.right(Look::Plain, &grouped(handed), 7 + columns.wide).right(
            Look::Plain,
            &dash(open),
            6 + columns.wide,
        );
    }
    line = stay(line, of("lead_time_p50"), of("lead_time_p90"), columns);
    let mean = of("lead_time_mean").map_or_else(|| "-".to_owned(), |s| fixed(s / DAY as f64, 1));
    line = line.right(Look::Plain, &mean, 8);
    let (closed, open) = (of("fulfilled").unwrap_or(0.0) as u64, of("open").unwrap_or(0.0) as i64);
    let said = format!(" {} closed, {} open", many(closed, "requirement"), grouped(open));
    let fits = line.width() + said.chars().count() <= screen.width;
    if fits { line.put(Look::Dim, &said) } else { line }.end()
}

/// The unit in which a sum of money is read, and its letter: thousands and millions from `least` of them on, billions from a
/// hundred thousand millions on, so that what is short of money by millions still shows it.
fn scale_of(most: f64, least: f64) -> (f64, &'static str) {
    // What rounds up to a unit counts as one.
    match most {
        m if m >= 99_999.5e6 => (1e9, "bn"),
        m if m >= (least * 1e3 - 0.5) * 1e3 => (1e6, "M"),
        m if m >= least * 1e3 - 0.5 => (1e3, "k"),
        _ => (1.0, ""),
    }
}

/// A line for each account: what was committed, and where it is.
fn money(facts: &Facts<'_>, screen: &Screen) -> String {
    let minor = 10f64.powi(i32::from(facts.plan.decimals));
    let mut out = String::new();
    for mechanism in facts.plan.mechanisms.iter() {
        let of = |key: &str| facts.tree.number(&format!("money.mechanisms.{}.{key}", mechanism.name));
        let own = |key: &str| facts.tree.number(&format!("mechanisms.{}.{key}", mechanism.name));
        let (Some(allocated), Some(idle)) = (of("allocated"), of("idle")) else { continue };
        let counted = allocated + idle;
        let funded = own("funded_value").unwrap_or(0.0).min(allocated);
        // Two digits say enough here: 90 M, 4,420 M, 850 k.
        let (scale, unit) = scale_of(counted / minor, 10.0);
        let scaled: Vec<f64> = [funded, allocated - funded, idle].iter().map(|v| v / minor / scale).collect();
        let parts = apportioned(&scaled, counted / minor / scale);
        let word = if mechanism.package.counts_paid { "paid" } else { "committed" };
        let whole: i64 = parts.iter().sum();
        let packages = many(own("funded").unwrap_or(0.0) as u64, "package");
        let sum = format!("{} {} {unit}", facts.plan.currency, grouped(whole));
        let mut text = format!("{word} {} = {packages} funded {}", sum.trim_end(), grouped(parts[0]));
        if parts[1] > 0 {
            text.push_str(&format!(" + {} on open ones", grouped(parts[1])));
        }
        if parts[2] > 0 || parts[1] == 0 {
            text.push_str(&format!(" + {} idle", grouped(parts[2])));
        }
        if let Some(gap) = own("next_gap").filter(|g| *g > 0.0) {
            text.push_str(&format!("; next lacks {}", plain_whole(gap / minor / scale)));
        }
        out += &labelled(if facts.plan.mechanisms.len() == 1 { "money" } else { &mechanism.name }, &text, screen);
    }
    out
}

/// A line for each hub: throughput, its steps' utilisation, and the longest dwell.
fn hubs(facts: &Facts<'_>, screen: &Screen) -> String {
    const SHOWN: usize = 3;
    let plan = facts.plan;
    let mut hubs: Vec<(f64, String, String)> = Vec::new();
    for id in plan.nodes.ids().filter(|id| plan.nodes[*id].kind == NodeKind::Hub) {
        let node = &plan.nodes[id];
        let steps: Vec<&str> = plan.steps_of(id).map(|s| plan.steps[s].name.as_str()).collect();
        let of = |step: &str, key: &str| facts.tree.number(&format!("stations.{}.{step}.{key}", node.name));
        let Some(last) = steps.last() else { continue };
        let rate = match of(last, "throughput_t") {
            Some(kilograms) => format!("{} t/d", plain_whole(kilograms / 1_000.0)),
            None => format!("{} a day", plain(of(last, "throughput").unwrap_or(0.0))),
        };
        let used = |step: &&str| of(step, "utilisation").unwrap_or(0.0);
        let mut busiest = steps.clone();
        busiest.sort_by(|a, b| used(b).total_cmp(&used(a)));
        let each: Vec<String> = busiest.iter().take(2).map(|s| format!("{s} {} used", percent(used(s)))).collect();
        let slowest = steps.iter().max_by(|a, b| {
            let p90 = |s: &&str| of(s, "stay_p90").unwrap_or(0.0);
            p90(a).total_cmp(&p90(b))
        });
        let dwell = slowest.and_then(|s| of(s, "stay_p90").map(|p90| format!("; {s} dwell P90 {}", days(p90))));
        let text = format!("{rate}; {}{}", each.join(", "), dwell.unwrap_or_default());
        hubs.push((busiest.first().map_or(0.0, used), node.name.clone(), text));
    }
    hubs.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let more = hubs.len().saturating_sub(SHOWN);
    let mut out: String = hubs.iter().take(SHOWN).map(|(_, name, text)| labelled(name, text, screen)).collect();
    if more > 0 {
        out += &Line::new().put(Look::Dim, &format!("  and {} used less", many(more as u64, "hub"))).end();
    }
    out
}

/// `money       committed ...`, broken under its text where it is long.
pub(super) fn labelled(label: &str, text: &str, screen: &Screen) -> String {
    let name: String = label.chars().take(NAME).collect();
    let indent = " ".repeat(2 + NAME + 1);
    let body = wrapped(&[(Look::Plain, text.to_owned())], &indent, screen.width);
    let rest = body.strip_prefix(&indent).unwrap_or(&body).to_owned();
    let head = Line::new().plain("  ").left(Look::Dim, &name, NAME).plain(" ").end();
    let head = head.trim_end_matches('\n');
    let bare = 2 + name.chars().count();
    format!("{head}{}{rest}", " ".repeat(indent.len() - bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_money_have_units_that_tell_them_apart() {
        let of = |most, least| scale_of(most, least).1;
        let table = [
            (99_999.4, ""),
            (99_999.5, "k"),
            (99.9994e6, "k"),
            (99.9995e6, "M"),
            (99_999.4e6, "M"),
            (99_999.5e6, "bn"),
        ];
        let account =
            [(9_999.4, ""), (9_999.5, "k"), (9.9994e6, "k"), (9.9995e6, "M"), (15e9, "M"), (99_999.5e6, "bn")];
        for (cases, least) in [(table, 100.0), (account, 10.0)] {
            for (most, unit) in cases {
                assert_eq!(of(most, least), unit, "{most} from {least}");
            }
        }
    }
}
