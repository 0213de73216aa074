//! What readers want beside the plan: title, checkpoints, goals, and where figures come from.

use crate::model::figure;
use crate::model::{Checkpoint, Comparison, Goal, Notes, Published};
use crate::scenario::amount::{self, Measure};
use crate::scenario::codes;
use crate::scenario::date;
use crate::scenario::diagnostic::Finding;
use crate::scenario::fields::Fields;
use crate::scenario::keys::Unit;
use crate::scenario::names;
use crate::scenario::tree::{Node, Value};
use crate::scenario::values::expected;
use crate::units::amount::Money;
use crate::units::time::{DAY, SimDuration, SimTime};

/// The first parts of the paths of figures.
const FIGURES: [&str; 11] = [
    "stations",
    "legs",
    "gates",
    "pools",
    "streams",
    "stocks",
    "requirements",
    "stages",
    "money",
    "mechanisms",
    "bottleneck",
];

/// A week, and a twentieth.
pub(crate) const DAYS_OFF: f64 = 604_800.0;
pub(crate) const SHARE_OFF: f64 = 0.05;

pub(super) fn fill(top: &Fields<'_>, notes: &mut Notes) {
    notes.title = match top.text("title") {
        Some(title) => title.to_string(),
        None => {
            std::path::Path::new(&notes.file).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
        }
    };
    let mut own: Vec<Checkpoint> = top.list("checkpoint").unwrap_or_default().iter().filter_map(checkpoint).collect();
    notes.checkpoints.append(&mut own);
    // By date; those of one date as in the file, whose order is on purpose.
    notes.checkpoints.sort_by_key(|c| (c.at.is_none(), c.at));
    notes.goals = top.list("goal").unwrap_or_default().iter().filter_map(goal).collect();
    let mut basis = top.cx.basis.borrow_mut();
    basis.sort();
    basis.dedup();
    notes.basis = basis.drain(..).map(|(_, path, text)| (path, text)).collect();
}

fn figure_of<'a>(f: &Fields<'a>) -> Option<&'a str> {
    let node = f.get("figure")?;
    let text = f.text("figure")?;
    let mut parts = text.split('.');
    let first = parts.next().unwrap_or_default();
    if FIGURES.contains(&first) && text.split('.').all(|p| !p.is_empty()) {
        f.cx.figures.borrow_mut().push((text.to_owned(), node.place));
        return Some(text);
    }
    if first == "series" {
        let finding =
            Finding::new(&codes::WORD, node.place, format!("`{text}` is a list of numbers"), "not one number");
        f.cx.report(finding.help("goals and checkpoints hold one number against another; `at` reads it on a day"));
        return None;
    }
    let label = match names::nearest(first, FIGURES) {
        Some(near) if !FIGURES.contains(&first) => format!("did you mean `{near}`?"),
        _ => "expected a dotted path, such as requirements.total.open".to_string(),
    };
    f.cx.report(
        Finding::new(&codes::WORD, node.place, format!("there is no figure `{text}`"), label)
            .help(format!("figures begin with {}", names::row(&FIGURES))),
    );
    None
}

/// A figure's value in its own unit; where the figure is known, in no other.
fn value(f: &Fields<'_>, key: &'static str, figure: Option<&str>) -> Option<Published> {
    let node = f.get(key)?;
    let of = figure.map(figure::of);
    if let Some(of) = of.filter(|of| !fits(*of, node)) {
        let shown = match &node.value {
            Value::Text(text) => format!("`{text}`"),
            Value::Date(_) => "a date".to_owned(),
            _ => node.kind().to_owned(),
        };
        let message = format!("`{}` is {}, but this is {shown}", figure.unwrap_or_default(), of.example());
        f.cx.report(
            Finding::new(&codes::UNIT, node.place, message, format!("does not fit what `{key}` is held against"))
                .help("a bare number is one in the figure's own unit: seconds, kilograms, minor units, counts, shares"),
        );
        return None;
    }
    match &node.value {
        Value::Date(_) => f.cx.date(node, key).map(Published::Date),
        Value::Whole(_) | Value::Real(_) => f.cx.number(node, key).map(|n| Published::Number(n.real(1.0))),
        Value::Text(text) => match amount::parse(text) {
            Ok((_, Measure::Money(..))) => {
                f.cx.whole(node, key, Unit::Money, i64::MIN).map(|m| Published::Money(Money(m)))
            }
            Ok((_, Measure::Mass(_))) => number(f, node, key, Unit::Mass),
            Ok((share, Measure::Percent)) => Some(Published::Number(share.real(0.01))),
            Ok((n, Measure::Rate(seconds))) => Some(Published::Number(n.real(DAY as f64 / seconds as f64))),
            Ok((n, Measure::Time(seconds))) if of == Some(figure::Unit::Days) => {
                Some(Published::Number(n.real(seconds as f64 / DAY as f64)))
            }
            _ => number(f, node, key, Unit::Time),
        },
        _ => {
            f.cx.report(expected(node, key, "a number, an amount such as \"2820 M USD\" or \"9d\", or a date"));
            None
        }
    }
}

/// Whether a value measures what a figure does, as far as it can be read at all.
fn fits(of: figure::Unit, node: &Node) -> bool {
    use figure::Unit::*;
    match &node.value {
        Value::Date(_) => of == Instant,
        Value::Text(text) => match amount::parse(text) {
            Ok((_, Measure::Money(..))) => matches!(of, Money | MoneyADay),
            Ok((_, Measure::Mass(_))) => matches!(of, Kilograms | KilogramsADay),
            Ok((_, Measure::Percent)) => of == Share,
            Ok((_, Measure::Rate(_))) => of == ADay,
            Ok((_, Measure::Time(_))) => matches!(of, Seconds | Instant | Days),
            Ok((_, Measure::Bare)) | Err(_) => true,
        },
        _ => true,
    }
}

fn number(f: &Fields<'_>, node: &Node, key: &str, unit: Unit) -> Option<Published> {
    f.cx.amount(node, key, unit, false).map(|a| Published::Number(a.real()))
}

fn checkpoint(f: &Fields<'_>) -> Option<Checkpoint> {
    let figure = figure_of(f);
    let value = value(f, "value", figure);
    let at = f.get("at").and_then(|n| {
        let at = f.cx.date(n, "at")?;
        let whole_day = matches!(&n.value, Value::Date(d) if d.time.is_none());
        Some((at, if whole_day { at.after(SimDuration(DAY)) } else { at }))
    });
    let is = match f.word("is") {
        Some("at_least") => Comparison::AtLeast,
        Some("at_most") => Comparison::AtMost,
        _ => Comparison::About,
    };
    let tolerance = tolerance(f, matches!(value, Some(Published::Date(_))));
    let label = f.text("label").map(str::to_string);
    let (figure, published) = (figure?, value?);
    f.basis(&format!("checkpoint.{figure}"));
    let basis = f.table.text("basis").unwrap_or_default().to_string();
    let label = label.unwrap_or_else(|| label_of(figure, at.map(|(day, _)| f.cx.start + day.0)));
    Some(Checkpoint { label, figure: figure.to_string(), at: at.map(|(_, t)| t), published, is, tolerance, basis })
}

/// `committed, 6 Nov`.
pub(crate) fn label_of(figure: &str, day: Option<i64>) -> String {
    let last = figure.rsplit('.').next().unwrap_or(figure).replace('_', " ");
    match day {
        Some(day) => format!("{last}, {}", date::short(day)),
        None => last,
    }
}

fn tolerance(f: &Fields<'_>, of_date: bool) -> f64 {
    let default = if of_date { DAYS_OFF } else { SHARE_OFF };
    let Some(node) = f.get("tolerance") else { return default };
    if of_date {
        return f.cx.whole(node, "tolerance", Unit::Time, 0).map_or(default, |s| s as f64);
    }
    f.cx.share(node, "tolerance").map_or(default, |s| f64::from(s) / 1e6)
}

fn goal(f: &Fields<'_>) -> Option<Goal> {
    let figure = figure_of(f);
    f.one_of(&["at_least", "at_most"]);
    let bound = |key: &'static str| match value(f, key, figure)? {
        Published::Number(n) => Some(n),
        Published::Money(m) => Some(m.0 as f64),
        Published::Date(t) => Some(SimTime::ZERO.max(t).0 as f64),
    };
    let (at_least, at_most) = (bound("at_least"), bound("at_most"));
    if let (Some(least), Some(most), Some(node)) = (at_least, at_most, f.get("at_most"))
        && least > most
    {
        let label = "below `at_least`";
        f.cx.report(Finding::new(&codes::RANGE, node.place, "nothing can meet this goal", label));
    }
    let figure = figure?.to_string();
    f.basis(&format!("goal.{figure}"));
    Some(Goal { figure, at_least, at_most })
}
