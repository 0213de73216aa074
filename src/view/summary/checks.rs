//! Published figures and wishes, held against the run.

use super::Facts;
use crate::model::Comparison;
use crate::model::figure::{self, Unit};
use crate::sim::CheckpointResult;
use crate::units::time::{DAY, HOUR, MINUTE};
use crate::view::number::{day, fixed, grouped, plain};
use crate::view::text::{Line, Look, Screen};

/// The unit in which lengths of time near a value read best.
struct Scale {
    is_date: bool,
    seconds: f64,
    word: &'static str,
}

impl Scale {
    fn of(seconds: f64, is_date: bool) -> Scale {
        let (length, word) = match seconds.abs() {
            s if s >= 2.0 * DAY as f64 => (DAY, "days"),
            s if s >= 2.0 * HOUR as f64 => (HOUR, "hours"),
            _ => (MINUTE, "minutes"),
        };
        Scale { is_date, seconds: length as f64, word }
    }
}

/// A figure's value as a table shows it, and the unit that its label takes.
fn shown(facts: &Facts<'_>, figure: &str, value: f64, scale: &Scale) -> String {
    let is_date = scale.is_date;
    if is_date {
        return day(facts.plan.start + value as i64);
    }
    match figure::of(figure) {
        Unit::Money => plain_or_whole(value / 10f64.powi(i32::from(facts.plan.decimals)) / 1e6),
        Unit::Seconds => plain(value / scale.seconds),
        Unit::Kilograms | Unit::KilogramsADay => plain_or_whole(value / 1_000.0),
        Unit::Instant => day(facts.plan.start + value as i64),
        _ => plain_or_whole(value),
    }
}

/// Whole numbers stay whole.
fn plain_or_whole(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { grouped(value as i64) } else { plain(value) }
}

fn unit_label(facts: &Facts<'_>, figure: &str, scale: &Scale) -> String {
    if scale.is_date {
        return String::new();
    }
    match figure::of(figure) {
        Unit::Money => format!(", {} M", facts.plan.currency),
        Unit::Seconds => format!(", {}", scale.word),
        Unit::Kilograms => ", t".to_owned(),
        Unit::KilogramsADay => ", t/d".to_owned(),
        _ => String::new(),
    }
}

/// The table of checkpoints, in at most `room` lines; empty where there are none.
pub fn checkpoints(facts: &Facts<'_>, screen: &Screen, room: usize) -> String {
    if facts.checkpoints.is_empty() {
        return String::new();
    }
    let rows = facts.checkpoints.len();
    let shown_rows = if rows < room { rows } else { room.saturating_sub(2).max(3).min(rows) };
    // Where not all fit, those outside their tolerance come first; shown in their own order.
    let mut chosen: Vec<usize> = (0..rows).collect();
    chosen.sort_by_key(|&i| (facts.checkpoints[i].within != Some(false), i));
    let hidden = chosen.split_off(shown_rows);
    chosen.sort_unstable();
    let chosen: Vec<&CheckpointResult> = chosen.into_iter().map(|i| &facts.checkpoints[i]).collect();
    let labels: Vec<String> = chosen
        .iter()
        .map(|c| {
            let note = &facts.notes.checkpoints[c.index];
            note.label.clone() + &unit_label(facts, &note.figure, &Scale::of(c.published, c.is_date))
        })
        .collect();
    let name = labels.iter().map(|l| l.chars().count()).max().unwrap_or(0).clamp(26, 40);
    let head = Line::new().plain("  ").left(Look::Dim, "checkpoint", name).right(Look::Dim, "published", 14);
    let mut out = head.right(Look::Dim, "simulated", 14).right(Look::Dim, "off", 10).end();
    for (row, label) in chosen.iter().zip(&labels) {
        let note = &facts.notes.checkpoints[row.index];
        let scale = Scale::of(row.published, row.is_date);
        let of = |value: f64| shown(facts, &note.figure, value, &scale);
        let over = match note.is {
            Comparison::About => "",
            Comparison::AtLeast => "over ",
            Comparison::AtMost => "under ",
        };
        let off = row.deviation.map_or_else(|| "-".to_owned(), |d| deviation(d, row.is_date));
        let tolerance = match row.is_date {
            true => format!("{} d", plain_or_whole(note.tolerance / DAY as f64)),
            false => format!("{} %", plain_or_whole((note.tolerance * 1e4).round() / 100.0)),
        };
        let verdict = match row.within {
            Some(true) => (Look::Good, format!("   within {tolerance}")),
            Some(false) => (Look::Warn, format!("   outside {tolerance}")),
            None => (Look::Dim, "   nothing simulated".to_owned()),
        };
        let label: String = label.chars().take(name).collect();
        let line = Line::new().plain("  ").left(Look::Plain, &label, name);
        let line = line.right(Look::Plain, &format!("{over}{}", of(row.published)), 14);
        let simulated = row.simulated.map_or_else(|| "-".to_owned(), of);
        let line = line.right(Look::Plain, &simulated, 14).right(Look::Plain, &off, 10);
        let fits = line.width() + verdict.1.len() <= screen.width;
        let short = if row.within == Some(false) { "  !" } else { "" };
        out += &if fits { line.put(verdict.0, &verdict.1) } else { line.put(verdict.0, short) }.end();
    }
    if !hidden.is_empty() {
        let outside = hidden.iter().filter(|&&i| facts.checkpoints[i].within == Some(false)).count();
        let rest = if outside == 0 { "all within".to_owned() } else { format!("{outside} of them outside") };
        out += &Line::new().put(Look::Dim, &format!("  and {} more, {rest}", hidden.len())).end();
    }
    out
}

fn deviation(value: f64, is_date: bool) -> String {
    let (size, unit) = if is_date { (value / DAY as f64, "d") } else { (value * 100.0, "%") };
    let text = if is_date && size.fract() == 0.0 { grouped(size as i64) } else { fixed(size, 1) };
    if size > 0.0 && text != "0.0" { format!("+{text} {unit}") } else { format!("{text} {unit}") }
}

/// A line for each goal that was missed, and one for those that were met.
pub fn goals(facts: &Facts<'_>, _screen: &Screen) -> String {
    const SHOWN: usize = 3;
    let mut out = String::new();
    let missed: Vec<_> = facts.goals.iter().filter(|g| !g.met).collect();
    for goal in missed.iter().take(SHOWN) {
        let note = &facts.notes.goals[goal.index];
        let scale = Scale::of(note.at_least.or(note.at_most).unwrap_or(0.0), false);
        let label = unit_label(facts, &note.figure, &scale);
        let unit = label.strip_prefix(", ").map(|u| format!(" {u}")).unwrap_or_default();
        let of = |value: f64| shown(facts, &note.figure, value, &scale) + &unit;
        let is = goal.value.map_or_else(|| "has no value".to_owned(), |v| format!("is {}", of(v)));
        let wanted = match (note.at_least, note.at_most) {
            (Some(least), Some(most)) => format!("between {} and {}", of(least), of(most)),
            (Some(least), None) => format!("at least {}", of(least)),
            (None, Some(most)) => format!("at most {}", of(most)),
            (None, None) => "a value".to_owned(),
        };
        let line = Line::new().plain("  ").put(Look::Bad, "goal missed").plain("  ");
        out += &line.plain(&format!("{} {is}, wanted {wanted}", note.figure)).end();
    }
    if missed.len() > SHOWN {
        out += &Line::new().put(Look::Bad, &format!("  and {} more goals missed", missed.len() - SHOWN)).end();
    }
    let met = facts.goals.len() - missed.len();
    if met > 0 {
        let word = if met == 1 { "goal met" } else { "goals met" };
        let line = Line::new().plain("  ").put(Look::Good, word).plain("  ");
        out += &line.plain(&format!("{met} of {}", facts.goals.len())).end();
    }
    out
}
