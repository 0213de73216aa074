//! What `profile` and `trend` say: a rate that changes with time.

use super::goods::upper;
use crate::model::{Arrivals, Pace};
use crate::scenario::amount::Decimal;
use crate::scenario::codes;
use crate::scenario::diagnostic::Finding;
use crate::scenario::fields::Fields;
use crate::scenario::tree::{Node, Value};
use crate::scenario::values::{Ctx, expected};
use crate::units::time::{DAY, HOUR, SimTime, WEEK, second_of_week};

/// Parts of one period.
const PARTS_MOST: usize = 10_000;

/// The pace of a stream, where it has one.
pub(super) fn pace(f: &Fields<'_>, times: Option<&Arrivals>) -> Option<Pace> {
    for key in ["profile", "trend"] {
        if let (Some(entry), Some(Arrivals::At(_))) = (f.entry(key), times) {
            let message = format!("`{key}` changes a rate, and dates have none");
            let label = "expected arrivals by `poisson` or `every` beside it";
            f.cx.report(Finding::new(&codes::NEEDS, entry.place, message, label));
            return None;
        }
    }
    let profile = f.sub("profile");
    let points = f.get("trend").and_then(|_| trend(f));
    if profile.is_none() && points.is_none() {
        return None;
    }
    let mut pace = Pace {
        period: DAY,
        phase: 0,
        parts: vec![(DAY, Pace::ONE)],
        months: Vec::new(),
        trend: points.unwrap_or_default(),
    };
    if let Some(own) = profile {
        period(f.cx, &own, &mut pace)?;
    }
    let silent = |mut all: Box<dyn Iterator<Item = u64> + '_>| all.all(|factor| factor == 0);
    let months = !pace.months.is_empty() && silent(Box::new(pace.months.iter().copied()));
    if months || silent(Box::new(pace.parts.iter().map(|p| p.1))) {
        let place = f.get("profile").map_or(f.place, |n| n.place);
        let label = "expected a factor above zero";
        f.cx.report(Finding::new(&codes::RANGE, place, "nothing ever comes: all factors are zero", label));
        return None;
    }
    progresses(f, times, &pace);
    Some(pace)
}

/// Reports intervals that pass within less than a second, however long they are drawn: what has no count would come for ever at
/// one instant.
fn progresses(f: &Fields<'_>, times: Option<&Arrivals>, pace: &Pace) {
    let Some(Arrivals::Every { gap, .. }) = times else { return };
    let Some(longest) = upper(gap).filter(|_| f.get("count").is_none()) else { return };
    let highest = |all: &mut dyn Iterator<Item = u64>| all.max().unwrap_or(Pace::ONE) as f64 / Pace::ONE as f64;
    let factor = highest(&mut pace.parts.iter().map(|p| p.1))
        * highest(&mut pace.months.iter().copied())
        * highest(&mut pace.trend.iter().map(|p| p.1));
    if (longest as f64) < factor {
        let place = f.get("profile").or(f.get("trend")).map_or(f.place, |n| n.place);
        let message = format!("intervals of at most {longest} s pass in less than a second at a factor of {factor}");
        let label = "expected intervals that last a second or more at the highest factor, or a `count`";
        f.cx.report(
            Finding::new(&codes::RANGE, place, message, label).help(
                "times are whole seconds: all would come at one instant, for ever; `batch` brings several at once",
            ),
        );
    }
}

fn period(cx: &Ctx, own: &Fields<'_>, pace: &mut Pace) -> Option<()> {
    const KEYS: [&str; 4] = ["factors", "hours", "weekdays", "months"];
    for key in ["hours", "weekdays", "months"] {
        own.not_both("factors", key);
    }
    if !own.one_of(&KEYS) {
        return None;
    }
    let list = |key: &'static str, n: Option<usize>| own.get(key).map(|node| factors(cx, node, key, n));
    if let Some(factors) = list("factors", None) {
        let (factors, node) = (factors?, own.get("factors")?);
        if !own.one_of(&["period"]) {
            return None;
        }
        let period = own.whole("period")?;
        let n = factors.len() as i64;
        if period % n != 0 {
            let message = format!("`period` has no {n} equal parts of whole seconds");
            let label = format!("there are {n} factors");
            cx.report(Finding::new(&codes::RANGE, node.place, message, label));
            return None;
        }
        pace.period = period;
        pace.parts = (1..).map(|i| period / n * i).zip(factors).collect();
        return Some(());
    }
    if let Some(entry) = own.entry("period") {
        let label = "`hours`, `weekdays` and `months` have periods of their own";
        cx.report(Finding::new(&codes::NEEDS, entry.place, "`period` belongs to `factors`", label));
    }
    let hours = list("hours", Some(24));
    let weekdays = list("weekdays", Some(7));
    pace.months = list("months", Some(12)).unwrap_or(Some(Vec::new()))?;
    match (hours, weekdays) {
        (None, None) => {}
        (Some(hours), None) => {
            pace.phase = cx.start.rem_euclid(DAY);
            pace.parts = (1..).map(|i| HOUR * i).zip(hours?).collect();
        }
        (hours, Some(weekdays)) => {
            let (hours, weekdays) = (hours.unwrap_or(Some(vec![Pace::ONE]))?, weekdays?);
            let long = DAY / hours.len() as i64;
            let product = |a: u64, b: u64| {
                let exact = (u128::from(a) * u128::from(b) + u128::from(Pace::ONE / 2)) / u128::from(Pace::ONE);
                (exact as u64).min(Pace::MOST)
            };
            let all = weekdays.iter().flat_map(|day| hours.iter().map(move |hour| product(*day, *hour)));
            pace.period = WEEK;
            pace.phase = i64::from(second_of_week(cx.start));
            pace.parts = (1..).map(|i| long * i).zip(all).collect();
        }
    }
    Some(())
}

/// Factors in millionths.
fn factors(cx: &Ctx, node: &Node, key: &str, count: Option<usize>) -> Option<Vec<u64>> {
    let Value::List(items) = &node.value else {
        cx.report(expected(node, key, "a list of factors, such as [0.5, 1, 1.5]"));
        return None;
    };
    let wrong = match count {
        Some(n) if items.len() != n => Some(format!("expected {n} factors, but there are {}", items.len())),
        None if items.is_empty() => Some("expected one factor or more".to_string()),
        None if items.len() > PARTS_MOST => Some(format!("expected at most {PARTS_MOST} factors")),
        _ => None,
    };
    if let Some(label) = wrong {
        cx.report(Finding::new(&codes::RANGE, node.place, format!("`{key}` has another number of parts"), label));
        return None;
    }
    let all: Vec<Option<u64>> = items.iter().map(|item| factor(cx, item, key)).collect();
    all.into_iter().collect()
}

/// A number of zero or more, in millionths.
fn factor(cx: &Ctx, node: &Node, key: &str) -> Option<u64> {
    let number: Decimal = cx.number(node, key)?;
    let millionths = number.times(i128::from(Pace::ONE), 1).and_then(|n| u64::try_from(n).ok());
    match millionths.filter(|n| *n <= Pace::MOST && (*n > 0 || number.is_zero())) {
        Some(n) => Some(n),
        None => {
            let label = "expected zero, or from 0.000001 to 1000000";
            cx.report(Finding::new(&codes::RANGE, node.place, format!("a factor of `{key}` is out of range"), label));
            None
        }
    }
}

fn trend(f: &Fields<'_>) -> Option<Vec<(SimTime, u64)>> {
    let mut points = Vec::new();
    for point in f.list("trend")? {
        let (at, factor) = (point.moment("at"), point.get("factor").and_then(|n| factor(f.cx, n, "factor")));
        points.push((at?, factor?, point.place));
    }
    points.sort_by_key(|p| (p.0, p.2));
    for pair in points.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        let message = "two points of `trend` are at one instant";
        f.cx.report(
            Finding::new(&codes::ORDER, pair[1].2, message, "expected another `at`")
                .second(pair[0].2, "the first one is here"),
        );
    }
    let place = f.get("trend").map_or(f.place, |n| n.place);
    if points.is_empty() {
        f.cx.report(Finding::new(&codes::RANGE, place, "`trend` is empty", "expected one point or more"));
        return None;
    }
    if points.iter().all(|p| p.1 == 0) {
        let label = "expected a factor above zero";
        f.cx.report(Finding::new(&codes::RANGE, place, "nothing ever comes: all factors are zero", label));
        return None;
    }
    Some(points.into_iter().map(|(at, factor, _)| (at, factor)).collect())
}
