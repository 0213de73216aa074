//! The summary of a run without requirements: queues and networks of stations and legs.

use super::Facts;
use crate::model::Brings;
use crate::units::time::{DAY, HOUR, MINUTE};
use crate::view::number::{grouped, percent, plain};
use crate::view::text::{Line, Look, Screen, wrapped};

/// Rows of a table at most; a network may have thousands of places.
const STATIONS: usize = 12;
const LEGS: usize = 9;

/// Headline, stations and legs.
pub fn blocks(facts: &Facts<'_>, screen: &Screen) -> Vec<String> {
    let (stations, legs) = (stations(facts), legs(facts));
    let clock = Clock::of(stations.iter().chain(&legs));
    vec![
        headline(facts, &stations, &legs, screen),
        station_table(&stations, &clock, screen),
        leg_table(&legs, &clock, screen),
        priorities(facts, &stations, &clock, screen),
        super::beside::lines(facts, screen),
    ]
}

/// A step, or a leg.
struct Row {
    name: String,
    arrivals: f64,
    departures: f64,
    utilisation: Option<f64>,
    wait_mean: Option<f64>,
    wait_p90: Option<f64>,
    queue_mean: Option<f64>,
    queue_max: Option<f64>,
    dispatches: Option<f64>,
    load: Option<f64>,
    full: Option<f64>,
}

impl Row {
    fn read(facts: &Facts<'_>, path: &str, name: String) -> Row {
        let of = |key: &str| facts.tree.number(&format!("{path}.{key}"));
        Row {
            name,
            arrivals: of("arrivals").unwrap_or(0.0),
            departures: of("departures").unwrap_or(0.0),
            utilisation: of("utilisation"),
            wait_mean: of("wait_mean"),
            wait_p90: of("wait_p90"),
            queue_mean: of("queue_mean"),
            queue_max: of("queue_max"),
            dispatches: of("dispatches"),
            load: of("load_mean"),
            full: of("full_share"),
        }
    }
}

fn stations(facts: &Facts<'_>) -> Vec<Row> {
    let plan = facts.plan;
    let name = |s| format!("{}.{}", plan.nodes[plan.steps[s].node].name, plan.steps[s].name);
    plan.steps.ids().map(|s| Row::read(facts, &format!("stations.{}", name(s)), name(s))).collect()
}

fn legs(facts: &Facts<'_>) -> Vec<Row> {
    facts.plan.legs.iter().map(|leg| Row::read(facts, &format!("legs.{}", leg.name), leg.name.clone())).collect()
}

/// The unit in which waits are read best.
struct Clock {
    seconds: f64,
    name: &'static str,
    word: &'static str,
}

impl Clock {
    fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Clock {
        let longest = rows.filter_map(|r| r.wait_p90).fold(0.0, f64::max);
        let (seconds, name, word) = match longest {
            s if s >= 4.0 * DAY as f64 => (DAY, "d", "days"),
            s if s >= 2.0 * HOUR as f64 => (HOUR, "h", "hours"),
            _ => (MINUTE, "min", "minutes"),
        };
        Clock { seconds: seconds as f64, name, word }
    }

    fn show(&self, seconds: Option<f64>) -> String {
        seconds.map_or_else(|| "-".to_owned(), |s| plain(s / self.seconds))
    }
}

fn headline(facts: &Facts<'_>, stations: &[Row], legs: &[Row], screen: &Screen) -> String {
    let (mut created, mut left, mut stayed) = (0.0, 0.0, 0.0);
    let (mut refused, mut expired) = (0.0, 0.0);
    for stream in facts.plan.streams.iter().filter(|s| matches!(s.brings, Brings::Consignments { .. })) {
        let of = |key: &str| facts.tree.number(&format!("streams.{}.{key}", stream.name)).unwrap_or(0.0);
        created += of("created");
        let through = of("left") - of("refused") - of("expired");
        left += through;
        refused += of("refused");
        expired += of("expired");
        stayed += through * of("stay_mean");
    }
    let unfinished = created - left - refused - expired;
    let lost = [(refused, "refused"), (expired, "gave up")].into_iter().filter(|lost| lost.0 > 0.0);
    let lost: String = lost.map(|(n, word)| format!("{} {word}; ", grouped(n as i64))).collect();
    let open = if unfinished > 0.0 {
        format!("{} unfinished", grouped(unfinished as i64))
    } else {
        "none unfinished".to_owned()
    };
    let mut words = vec![
        (Look::Bold, format!("{} of {} consignments done; ", grouped(left as i64), grouped(created as i64))),
        (Look::Plain, format!("{lost}{open}.")),
    ];
    if left > 0.0 {
        let clock = length(stayed / left);
        words.push((Look::Plain, format!(" From end to end they took {clock} on average.")));
    }
    let mut out = wrapped(&words, "  ", screen.width);
    let busiest = stations.iter().filter(|r| r.arrivals > 0.0).max_by(|a, b| {
        a.utilisation.unwrap_or(0.0).total_cmp(&b.utilisation.unwrap_or(0.0)).then_with(|| b.name.cmp(&a.name))
    });
    let longest = stations.iter().chain(legs).filter(|r| r.wait_mean.is_some_and(|w| w > 0.0)).max_by(|a, b| {
        a.wait_mean.unwrap_or(0.0).total_cmp(&b.wait_mean.unwrap_or(0.0)).then_with(|| b.name.cmp(&a.name))
    });
    let mut said = Vec::new();
    if let Some(row) = longest {
        let mean = length(row.wait_mean.unwrap_or(0.0));
        said.push(format!("the longest wait is for {}, {mean} on average", row.name));
    }
    // A pool may bind where no station does; of equals the station is named.
    let station = busiest.and_then(|row| Some((row.name.as_str(), row.utilisation?)));
    let pools = facts.plan.pools.iter().map(|pool| pool.name.as_str());
    let used = pools.filter_map(|name| Some((name, facts.tree.number(&format!("pools.{name}.utilisation"))?)));
    if let Some((name, used)) = used.chain(station).max_by(|a, b| a.1.total_cmp(&b.1)) {
        said.push(format!("{name} is used most, {}", percent(used)));
    }
    if !said.is_empty() {
        let words = [(Look::Warn, "What limits it: ".to_owned()), (Look::Plain, said.join("; ") + ".")];
        out += &wrapped(&words, "  ", screen.width);
    }
    out
}

/// A length of time in its own best unit.
fn length(seconds: f64) -> String {
    match seconds {
        s if s >= 4.0 * DAY as f64 => format!("{} days", plain(s / DAY as f64)),
        s if s >= 2.0 * HOUR as f64 => format!("{} h", plain(s / HOUR as f64)),
        s => format!("{} min", plain(s / MINUTE as f64)),
    }
}

/// The rows with the longest waits, in their own order, and how many are left out.
fn longest(rows: &[Row], most: usize) -> (Vec<&Row>, usize) {
    let visited: Vec<&Row> = rows.iter().filter(|r| r.arrivals > 0.0).collect();
    let mut order: Vec<usize> = (0..visited.len()).collect();
    let weight = |i: usize| visited[i].wait_mean.unwrap_or(0.0) * visited[i].arrivals;
    order.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)).then(a.cmp(&b)));
    order.truncate(most);
    order.sort_unstable();
    let left_out = visited.len() - order.len();
    (order.into_iter().map(|i| visited[i]).collect(), left_out)
}

fn names(rows: &[&Row], screen: &Screen, rest: usize) -> usize {
    let widest = rows.iter().map(|r| r.name.chars().count()).max().unwrap_or(0) + 1;
    widest.clamp(10, 34.min(screen.width.saturating_sub(rest + 2)).max(10))
}

fn more(left_out: usize, what: &str) -> String {
    if left_out == 0 {
        return String::new();
    }
    Line::new().put(Look::Dim, &format!("  and {} {what} with less waiting", grouped(left_out as i64))).end()
}

fn cut(text: &str, width: usize) -> String {
    text.chars().take(width).collect()
}

/// The width of a column of counts.
fn counts(rows: &[&Row]) -> usize {
    rows.iter().map(|r| count(r.arrivals).len() + 2).max().unwrap_or(0).max(8)
}

fn count(value: f64) -> String {
    grouped(value as i64)
}

fn share(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), percent)
}

fn station_table(rows: &[Row], clock: &Clock, screen: &Screen) -> String {
    let (rows, left_out) = longest(rows, STATIONS);
    if rows.is_empty() {
        return String::new();
    }
    // Narrow screens drop the longest line, then P90.
    let (max, p90) = (screen.width >= 80, screen.width >= 70);
    let n = counts(&rows);
    let fixed = n + n + 7 + 10 + 8 + if p90 { 9 } else { 0 } + if max { 8 } else { 0 };
    let name = names(&rows, screen, fixed);
    let wait = format!("wait, {}", clock.name);
    let mut first = Line::new().plain("  ").left(Look::Dim, "station", name).right(Look::Dim, "in", n);
    first = first.right(Look::Dim, "out", n).right(Look::Dim, "used", 7).right(Look::Dim, &wait, 10);
    let mut second = Line::new().plain("  ").plain(&" ".repeat(name + n + n + 7)).right(Look::Dim, "mean", 10);
    if p90 {
        first = first.plain(&" ".repeat(9));
        second = second.right(Look::Dim, "P90", 9);
    }
    first = first.right(Look::Dim, "line", 8);
    second = second.right(Look::Dim, "mean", 8);
    if max {
        second = second.right(Look::Dim, "max", 8);
    }
    let mut out = first.end() + &second.end();
    let most = rows.iter().filter_map(|r| r.utilisation).fold(0.0, f64::max);
    for row in rows {
        let look = if row.utilisation == Some(most) && most > 0.0 { Look::Warn } else { Look::Plain };
        let mut line = Line::new().plain("  ").left(Look::Plain, &cut(&row.name, name), name);
        line = line.right(Look::Plain, &count(row.arrivals), n).right(Look::Plain, &count(row.departures), n);
        line = line.right(look, &share(row.utilisation), 7).right(Look::Plain, &clock.show(row.wait_mean), 10);
        if p90 {
            line = line.right(Look::Plain, &clock.show(row.wait_p90), 9);
        }
        let queue = row.queue_mean.map_or_else(|| "-".to_owned(), plain);
        line = line.right(Look::Plain, &queue, 8);
        if max {
            line = line.right(Look::Plain, &row.queue_max.map_or_else(|| "-".to_owned(), count), 8);
        }
        out += &line.end();
    }
    out + &more(left_out, "stations")
}

fn leg_table(rows: &[Row], clock: &Clock, screen: &Screen) -> String {
    let (rows, left_out) = longest(rows, LEGS);
    if rows.is_empty() {
        return String::new();
    }
    let p90 = screen.width >= 70;
    let n = counts(&rows);
    let fixed = n + 12 + 8 + 10 + if p90 { 7 + 9 } else { 0 };
    let name = names(&rows, screen, fixed);
    let wait = format!("wait, {}", clock.name);
    let mut first = Line::new().plain("  ").left(Look::Dim, "leg", name).right(Look::Dim, "in", n);
    first = first.right(Look::Dim, "departures", 12).right(Look::Dim, "load", 8);
    first = if p90 { first.right(Look::Dim, "full", 7) } else { first }.right(Look::Dim, &wait, 10);
    let mut second = Line::new().plain("  ").plain(&" ".repeat(name + n + 12)).right(Look::Dim, "mean", 8);
    second = second.plain(&" ".repeat(if p90 { 7 } else { 0 })).right(Look::Dim, "mean", 10);
    if p90 {
        second = second.right(Look::Dim, "P90", 9);
    }
    let mut out = first.end() + &second.end();
    for row in rows {
        let dispatches = row.dispatches.map_or_else(|| "each".to_owned(), count);
        let mut line = Line::new().plain("  ").left(Look::Plain, &cut(&row.name, name), name);
        line = line.right(Look::Plain, &count(row.arrivals), n).right(Look::Plain, &dispatches, 12);
        line = line.right(Look::Plain, &row.load.map_or_else(|| "-".to_owned(), plain), 8);
        line = if p90 { line.right(Look::Plain, &share(row.full), 7) } else { line };
        line = line.right(Look::Plain, &clock.show(row.wait_mean), 10);
        if p90 {
            line = line.right(Look::Plain, &clock.show(row.wait_p90), 9);
        }
        out += &line.end();
    }
    out + &more(left_out, "legs")
}

/// Mean waits by priority over all stations, where there is more than one.
fn priorities(facts: &Facts<'_>, stations: &[Row], clock: &Clock, screen: &Screen) -> String {
    let mut sums: std::collections::BTreeMap<i64, (f64, f64)> = Default::default();
    for row in stations {
        let path = format!("stations.{}.priority", row.name);
        let Some(serde_json::Value::Object(map)) = facts.tree.get(&path) else { continue };
        for (priority, figures) in map {
            let of = |key: &str| figures.get(key).and_then(serde_json::Value::as_f64).unwrap_or(0.0);
            let Ok(priority) = priority.parse() else { continue };
            let sum = sums.entry(priority).or_default();
            *sum = (sum.0 + of("waits"), sum.1 + of("waits") * of("wait_mean"));
        }
    }
    if sums.len() < 2 {
        return String::new();
    }
    let each: Vec<String> = sums
        .iter()
        .filter(|(_, (waits, _))| *waits > 0.0)
        .take(8)
        .map(|(priority, (waits, sum))| format!("{} (priority {priority})", clock.show(Some(sum / waits))))
        .collect();
    let text = format!("waits at stations, {}, by priority: {}", clock.word, each.join(", "));
    wrapped(&[(Look::Dim, text)], "  ", screen.width)
}
