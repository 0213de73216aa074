//! The list of runs.

use super::number::{grouped, many};
use super::text::{Line, Look, Screen};
use crate::log::{RunEntry, RunState};

/// One line a run, or two where it does not say on one what was set; `sets` is of each run.
pub fn text(runs: &[RunEntry], sets: &[Vec<String>], store: &str, screen: &Screen) -> String {
    if runs.is_empty() {
        return Line::new().put(Look::Dim, &format!("  no runs in {store}")).end();
    }
    let digits = digits(runs);
    let head = Line::new().plain("  ").left(Look::Dim, "run", digits + 2).left(Look::Dim, "state", 13);
    let head = head.right(Look::Dim, "seed", 6).right(Look::Dim, "events", 13);
    let mut out = head.plain("  ").put(Look::Dim, "scenario").end();
    for (run, sets) in runs.iter().zip(sets) {
        let (state, look) = match run.state {
            RunState::Finished => ("finished", Look::Plain),
            RunState::Interrupted => ("interrupted", Look::Warn),
            RunState::Running => ("running", Look::Plain),
        };
        let line = Line::new().plain("  ").left(Look::Bold, &run.run[..digits], digits + 2).left(look, state, 13);
        let seed = run.meta.seed.to_string();
        let line = line.right(Look::Plain, &seed, 6).right(Look::Plain, &grouped(run.events as i64), 13).plain("  ");
        let room = screen.width.saturating_sub(line.width());
        let (title, file) = (&run.meta.scenario, &run.meta.file);
        let indent = line.width();
        let line = line.plain(&title.chars().take(room).collect::<String>());
        // Variants of one scenario differ in what was set.
        let sets: String = sets.iter().map(|set| format!(" --set {}", super::quoted(set))).collect();
        let about = format!("{file}{sets}");
        let fits = line.width() + 2 + about.chars().count() <= screen.width;
        out += &if fits { line.plain("  ").put(Look::Dim, &about) } else { line }.end();
        if !fits && !sets.is_empty() {
            out += &Line::new().plain(&" ".repeat(indent)).put(Look::Dim, &about).end();
        }
    }
    out += &Line::new().put(Look::Dim, &format!("  {} in {store}", many(runs.len() as u64, "run"))).end();
    out
}

/// So many digits tell the runs apart, and at least eight.
fn digits(runs: &[RunEntry]) -> usize {
    let shared = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let most = runs.windows(2).map(|pair| shared(&pair[0].run, &pair[1].run) + 1).max().unwrap_or(0);
    most.clamp(8, 64)
}
