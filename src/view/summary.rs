//! The summary of a run: what was reached, what limits it, one table that adds up, checks, and how to go on.

use super::digest_short;
use super::number::{date, days, grouped, many, wall};
use super::text::{Line, Look, Screen, wrapped};
use crate::metric::tree::Tree;
use crate::model::{Notes, Plan};
use crate::sim::{CheckpointResult, GoalResult};
use crate::units::time::{DAY, SimTime};

mod beside;
mod checks;
mod months;
mod places;
mod stages;

/// All that a summary is made of.
pub struct Facts<'a> {
    pub plan: &'a Plan,
    pub notes: &'a Notes,
    pub tree: &'a Tree,
    pub checkpoints: &'a [CheckpointResult],
    pub goals: &'a [GoalResult],
    pub seed: u64,
    /// The whole run id, in hexadecimal.
    pub run: String,
    pub events: u64,
    pub turns: u64,
    pub digest: String,
    /// The moment that is shown: the end of the window of figures.
    pub until: SimTime,
    pub standing: Standing,
    /// Seconds that it took.
    pub wall: f64,
    /// The store that keeps the log.
    pub place: Option<String>,
    /// The command that repeats it, and what to ask next: (command, what it shows).
    pub again: String,
    pub next: Vec<(String, String)>,
}

/// What is shown of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Ended,
    /// It was there already, and verified.
    Already,
    Interrupted,
    /// The world before anything of the moment.
    At,
}

/// At most so many lines.
const LINES: usize = 45;

/// The whole summary.
pub fn text(facts: &Facts<'_>, screen: &Screen) -> String {
    let has_needs = facts.tree.get("requirements.total").is_some();
    let mut blocks = vec![title(facts, screen, has_needs)];
    if has_needs {
        blocks.extend(stages::blocks(facts, screen));
    } else {
        blocks.extend(places::blocks(facts, screen));
    }
    let close = closing(facts, screen);
    let goals = checks::goals(facts, screen);
    let used: usize = blocks.iter().chain([&close, &goals]).map(|b| b.lines().count() + 1).sum();
    blocks.push(checks::checkpoints(facts, screen, LINES.saturating_sub(used + 1)));
    blocks.push(goals);
    blocks.push(close);
    let mut out = String::new();
    for block in blocks.iter().filter(|block| !block.is_empty()) {
        out.push('\n');
        out.push_str(block);
    }
    out
}

fn title(facts: &Facts<'_>, screen: &Screen, has_needs: bool) -> String {
    let dot = format!(" {} ", screen.marks.dot);
    let (start, until) = (facts.plan.start, facts.plan.start + facts.until.0);
    // The end is excluded: its day is the last one before it.
    let last = if facts.standing == Standing::At { until } else { (until - 1).max(start) };
    let mut parts = match facts.standing {
        Standing::At => vec![format!("before {}", moment(until)), format!("{} in", length(facts.until.0))],
        _ => vec![format!("{} to {}", date(start), date(last)), length(facts.until.0)],
    };
    parts.push(format!("seed {}", facts.seed));
    if has_needs {
        let point = facts.plan.recognition;
        parts.push(format!("counted at {} ({})", point.meaning(), point.name()));
    }
    if facts.standing == Standing::Interrupted {
        parts.push("interrupted".to_owned());
    }
    let line = Line::new().put(Look::Bold, &facts.notes.title);
    let about = parts.join(&dot);
    if line.width() + 3 + about.chars().count() <= screen.width {
        return line.plain("   ").put(Look::Dim, &about).end();
    }
    line.end() + &wrapped(&[(Look::Dim, about)], "", screen.width)
}

/// Whole days without decimals.
fn length(seconds: i64) -> String {
    if seconds % DAY == 0 { many((seconds / DAY).unsigned_abs(), "day") } else { days(seconds as f64) }
}

fn moment(unix: i64) -> String {
    let second = unix.rem_euclid(86_400);
    let clock = format!(" {:02}:{:02}", second / 3_600, second / 60 % 60);
    date(unix) + if second == 0 { "" } else { &clock }
}

/// Provenance, the command that repeats the run, and what to ask next.
fn closing(facts: &Facts<'_>, screen: &Screen) -> String {
    let run = &facts.run[..8.min(facts.run.len())];
    let place = facts.place.as_ref().map_or_else(|| "not kept".to_owned(), |place| format!("in {place}"));
    let verb = match facts.standing {
        Standing::Already => format!("already run, verified in {}", wall(facts.wall)),
        _ => wall(facts.wall),
    };
    let (events, turns) = (grouped(facts.events as i64), grouped(facts.turns as i64));
    let log = format!("log {}", digest_short(&facts.digest));
    let so_far = if facts.standing == Standing::At { " so far" } else { "" };
    let parts = [format!("run {run}"), format!("{events} events{so_far}"), format!("{turns} turns"), log, verb, place];
    let dot = format!(" {} ", screen.marks.dot);
    let mut out = String::new();
    let mut line = String::new();
    for part in parts {
        if !line.is_empty() && 2 + line.chars().count() + 3 + part.chars().count() > screen.width {
            out += &Line::new().plain("  ").put(Look::Dim, &std::mem::take(&mut line)).end();
        }
        if !line.is_empty() {
            line.push_str(&dot);
        }
        line.push_str(&part);
    }
    out += &Line::new().plain("  ").put(Look::Dim, &line).end();
    out += &Line::new().plain("  ").put(Look::Dim, "again  ").put(Look::Command, &facts.again).end();
    let widest = facts.next.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    for (i, (command, what)) in facts.next.iter().enumerate() {
        let line = Line::new().plain("  ").put(Look::Dim, if i == 0 { "next   " } else { "       " });
        let line = line.left(Look::Command, command, widest + 3);
        let fits = line.width() + what.chars().count() <= screen.width;
        out += &if fits { line.put(Look::Dim, what) } else { line }.end();
    }
    out
}
