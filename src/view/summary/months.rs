//! What was waited for, month by month, and the sentence that names what limits.

use super::Facts;
use crate::model::Cause;
use crate::units::time::Civil;
use crate::view::number::{apportioned, percent};
use crate::view::text::{Line, Look, Screen};
use serde_json::Value;

/// Two shares within so much of each other are named together.
const NEAR: f64 = 0.02;
/// Causes with less of all waiting are folded into one row.
const FOLDED: f64 = 0.025;
/// At most so many causes have a row of their own.
const NAMED: usize = 5;
/// A cause that never has so large a share of a month never limits.
const NEVER: f64 = 0.10;
/// The sentence names so many stretches.
const STRETCHES: usize = 3;
/// At most so many columns of periods.
const PERIODS: usize = 12;

/// Waiting of one month, or of several.
#[derive(Clone, Debug, PartialEq)]
struct Period {
    /// Months since year 0, both included.
    first: i64,
    last: i64,
    seconds: [f64; 10],
}

impl Period {
    fn total(&self) -> f64 {
        self.seconds.iter().sum()
    }

    fn share(&self, cause: usize) -> f64 {
        let total = self.total();
        if total > 0.0 { self.seconds[cause] / total } else { 0.0 }
    }

    /// The causes that limit: the one with the largest share, and those near it, the largest first.
    fn limits(&self) -> Vec<usize> {
        let most = (0..10).map(|i| self.share(i)).fold(0.0, f64::max);
        let mut near: Vec<usize> = (0..10).filter(|&i| most > 0.0 && self.share(i) >= most - NEAR).collect();
        near.sort_by(|&a, &b| self.share(b).total_cmp(&self.share(a)).then(a.cmp(&b)));
        near
    }

    fn join(&self, next: &Period) -> Period {
        let mut seconds = self.seconds;
        seconds.iter_mut().zip(next.seconds).for_each(|(sum, more)| *sum += more);
        Period { first: self.first.min(next.first), last: self.last.max(next.last), seconds }
    }
}

/// Waiting by month, from the first month with any to the last.
fn months(facts: &Facts<'_>) -> Vec<Period> {
    let Some(Value::Object(map)) = facts.tree.get("bottleneck") else { return Vec::new() };
    let mut out: Vec<Period> = Vec::new();
    for (label, row) in map {
        let Some((year, month)) = label.rsplit_once('-') else { continue };
        let (Ok(year), Ok(month)) = (year.parse::<i64>(), month.parse::<i64>()) else { continue };
        let waited = row.get("waited").and_then(Value::as_f64).unwrap_or(0.0);
        let share = |c: Cause| row.get(c.name()).and_then(Value::as_f64).unwrap_or(0.0);
        let number = year * 12 + month - 1;
        out.push(Period { first: number, last: number, seconds: Cause::ALL.map(|c| share(c) * waited) });
    }
    out.sort_by_key(|p| p.first);
    out
}

/// `Jul`, `Jul 2025`, `Jul to Sep`.
fn span(period: &Period, years: bool) -> String {
    let name = |number: i64, year: bool| {
        let month = Civil::MONTHS[number.rem_euclid(12) as usize];
        if year { format!("{month} {}", number.div_euclid(12)) } else { month.to_owned() }
    };
    let apart = period.first.div_euclid(12) != period.last.div_euclid(12);
    match period.last - period.first {
        0 => name(period.first, years),
        1 => format!("{} and {}", name(period.first, years && apart), name(period.last, years)),
        _ => format!("{} to {}", name(period.first, years && apart), name(period.last, years)),
    }
}

/// `What limits it: release in Aug and Sep (57 % of all waiting), ... Hub and border never do (2 %).`
pub fn sentence(facts: &Facts<'_>, visited: &[Cause]) -> Vec<(Look, String)> {
    let months = months(facts);
    let mut stretches: Vec<(Vec<usize>, Period)> = Vec::new();
    for month in months.iter().filter(|m| m.total() > 0.0) {
        let mut limits = month.limits();
        limits.sort_unstable();
        match stretches.last_mut() {
            Some((same, stretch)) if *same == limits && stretch.last + 1 == month.first => {
                *stretch = stretch.join(month)
            }
            _ => stretches.push((limits, month.clone())),
        }
    }
    if stretches.is_empty() {
        return vec![(Look::Warn, "What limits it: ".to_owned()), (Look::Plain, "nothing; nothing waited.".to_owned())];
    }
    // The longest stretches, then those with the most waiting; told in order of time.
    stretches.sort_by(|(_, a), (_, b)| {
        let length = |p: &Period| p.last - p.first;
        length(b).cmp(&length(a)).then(b.total().total_cmp(&a.total())).then(a.first.cmp(&b.first))
    });
    stretches.truncate(STRETCHES);
    stretches.sort_by_key(|(_, period)| period.first);
    let years = months.last().map_or(0, |l| l.last) - months[0].first >= 12;
    let mut told = Vec::new();
    for (i, (causes, period)) in stretches.iter().enumerate() {
        let mut causes = causes.clone();
        causes.sort_by(|&a, &b| period.share(b).total_cmp(&period.share(a)).then(a.cmp(&b)));
        let names: Vec<&str> = causes.iter().map(|&c| Cause::ALL[c].name()).collect();
        let shares: Vec<String> = causes.iter().map(|&c| percent(period.share(c))).collect();
        let of = if i == 0 { " of all waiting" } else { "" };
        told.push(format!("{} in {} ({}{of})", joined(&names), span(period, years), joined(&shares)));
    }
    let mut out = vec![(Look::Warn, "What limits it: ".to_owned()), (Look::Plain, format!("{}.", told.join(", ")))];
    let all = months.iter().skip(1).fold(months[0].clone(), |sum, next| sum.join(next));
    let never: Vec<Cause> = visited
        .iter()
        .copied()
        .filter(|&c| months.iter().all(|m| m.share(c as usize) < NEVER && !m.limits().contains(&(c as usize))))
        .collect();
    if !never.is_empty() {
        let names: Vec<&str> = never.iter().map(|c| c.name()).collect();
        let share = percent(never.iter().map(|&c| all.share(c as usize)).sum());
        let verb = if never.len() == 1 { "does" } else { "do" };
        out.push((Look::Plain, format!(" {} never {verb} ({share}).", capital(&joined(&names)))));
    }
    out
}

fn joined<T: AsRef<str>>(words: &[T]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// Months, or as many of them together as it takes: quarters, years, decades.
fn columns(months: Vec<Period>) -> Vec<(String, Period)> {
    let (Some(first), Some(last)) = (months.first(), months.last()) else { return Vec::new() };
    let (from, to) = (first.first, last.last);
    let sizes = [1, 3, 12, 60, 120, 600, 1_200, 12_000, 120_000];
    let count = |size: i64| to.div_euclid(size) - from.div_euclid(size) + 1;
    let size = sizes.into_iter().find(|&size| count(size) <= PERIODS as i64).unwrap_or(120_000);
    let mut out: Vec<(i64, Period)> = Vec::new();
    for month in months {
        let number = month.first.div_euclid(size);
        match out.last_mut() {
            Some((same, period)) if *same == number => *period = period.join(&month),
            _ => out.push((number, month)),
        }
    }
    let label = |number: i64| match size {
        1 => Civil::MONTHS[number.rem_euclid(12) as usize].to_owned(),
        3 => format!("Q{} {:02}", number.rem_euclid(4) + 1, number.div_euclid(4).rem_euclid(100)),
        12 => number.to_string(),
        size => (number * (size / 12)).to_string(),
    };
    out.into_iter().map(|(number, period)| (label(number), period)).collect()
}

/// The table `waited for, %`; each column adds up to 100.
pub fn table(facts: &Facts<'_>, screen: &Screen) -> String {
    let mut columns = columns(months(facts));
    let Some(all) = columns.iter().map(|(_, p)| p.clone()).reduce(|a, b| a.join(&b)).filter(|a| a.total() > 0.0) else {
        return String::new();
    };
    let (name, cell, last) = (13, 6, 8);
    let room = screen.width.saturating_sub(2 + name + last) / cell;
    let cut = columns.len().saturating_sub(room);
    columns.drain(..cut);
    let mut shown: Vec<usize> = (0..10).filter(|&i| all.share(i) >= FOLDED).collect();
    shown.sort_by(|&a, &b| all.share(b).total_cmp(&all.share(a)).then(a.cmp(&b)));
    shown.truncate(NAMED);
    shown.sort_unstable();
    let others: Vec<usize> = (0..10).filter(|i| !shown.contains(i) && all.share(*i) > 0.0).collect();
    let whole = |period: &Period| -> Vec<i64> {
        let mut parts: Vec<f64> = shown.iter().map(|&i| period.share(i) * 100.0).collect();
        parts.push(others.iter().map(|&i| period.share(i)).sum::<f64>() * 100.0);
        apportioned(&parts, if period.total() > 0.0 { 100.0 } else { 0.0 })
    };
    let cells: Vec<(Vec<i64>, Vec<usize>)> = columns.iter().map(|(_, p)| (whole(p), p.limits())).collect();
    let totals = whole(&all);
    let mut head = Line::new().plain("  ").left(Look::Dim, "waited for, %", name);
    for (label, _) in &columns {
        head = head.right(Look::Dim, label, cell);
    }
    let mut out = head.right(Look::Dim, "all", last).end();
    let dot = screen.marks.tiny.to_string();
    let number = |n: i64| if n == 0 { dot.clone() } else { n.to_string() };
    let rows = shown.len() + usize::from(!others.is_empty());
    for row in 0..rows {
        let cause = shown.get(row);
        let label = match (cause, others.as_slice()) {
            (Some(&cause), _) => Cause::ALL[cause].name().to_owned(),
            (None, [only]) => Cause::ALL[*only].name().to_owned(),
            (None, many) => {
                format!("{} others", ["two", "three", "four", "five", "six", "seven", "eight", "nine"][many.len() - 2])
            }
        };
        let mut line =
            Line::new().plain("  ").left(if cause.is_some() { Look::Plain } else { Look::Dim }, &label, name);
        for (shares, limits) in &cells {
            let limiting = cause.is_some_and(|c| limits.first() == Some(c));
            line = match limiting {
                true => line.right(Look::Warn, &format!("[{}]", shares[row]), cell),
                // The digits stay in one column with those in brackets.
                false => line.right(Look::Plain, &format!("{} ", number(shares[row])), cell),
            };
        }
        out += &line.right(Look::Plain, &number(totals[row]), last).end();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(first: i64, last: i64) -> Period {
        Period { first, last, seconds: [1.0; 10] }
    }

    #[test]
    fn spans_read_well() {
        let july = 2025 * 12 + 6;
        assert_eq!(span(&period(july, july), false), "Jul");
        assert_eq!(span(&period(july, july + 1), true), "Jul and Aug 2025");
        assert_eq!(span(&period(july, july + 6), true), "Jul 2025 to Jan 2026");
    }

    #[test]
    fn many_months_become_quarters_and_years() {
        let january = 2025 * 12;
        let all = |n: i64| columns((0..n).map(|i| period(january + i, january + i)).collect());
        assert_eq!(all(12).len(), 12);
        assert_eq!(all(13)[0].0, "Q1 25");
        assert_eq!(all(100)[0].0, "2025");
        let quarter = all(13)[0].1.seconds[0];
        assert!((quarter - 3.0).abs() < 1e-9);
    }
}
