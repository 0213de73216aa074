//! What a run has come to, told as text or as JSON.

use super::args::AnswerArgs;
use super::fault::End;
use super::{out, stored};
use crate::log::{LogDigest, RunId};
use crate::metric::tree::Tree;
use crate::sim::{Ended, Opened, SEMANTICS, World};
use crate::units::time::{Civil, DAY, SimTime};
use crate::view::{self, summary::Facts};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// Where a run's log is.
pub enum Kept {
    At(PathBuf),
    Nothing,
}

/// A run that has stopped, and what there is to say of it.
pub struct Told {
    pub opened: Opened,
    pub world: World,
    pub id: RunId,
    pub digest: LogDigest,
    pub ended: Ended,
    pub wall: Duration,
    pub kept: Kept,
    pub sets: Vec<String>,
    /// It was finished before, and was only verified.
    pub already: bool,
}

/// Prints what a run has come to.
pub fn tell(told: &Told, answer: &AnswerArgs) -> anyhow::Result<End> {
    if told.ended == Ended::Interrupted {
        out::say(&interrupted(told));
        return Ok(End::Interrupted);
    }
    if answer.json {
        out::print_json(&document(told))?;
    } else if answer.quiet {
        out::print(&format!("{}\n", told.id))?;
    } else {
        out::print(&text(told, None))?;
    }
    grieve(told);
    Ok(end_of(told))
}

/// How a command ends that has made a run.
pub fn end_of(told: &Told) -> End {
    let notes = &told.opened.notes;
    let missed = || !notes.goals.is_empty() && told.world.goals(notes, &told.world.tree()).iter().any(|g| !g.met);
    match told.ended {
        Ended::Interrupted => End::Interrupted,
        Ended::Deadlock(_) => End::Failed,
        Ended::Finished if missed() => End::GoalMissed,
        Ended::Finished => End::Done,
    }
}

/// Names the places where nothing can move any more.
pub fn grieve(told: &Told) {
    if let Ended::Deadlock(ring) = &told.ended {
        out::say(&view::deadlock(ring, &stored::again(&told.opened, &told.sets, told.store())));
    }
}

fn interrupted(told: &Told) -> String {
    let state = &told.world.state;
    let go_on = told.store().map(|store| stored::command("resume", store, &told.id, ""));
    view::interrupted(told.opened.plan.start + state.now.0, state.turns, go_on.as_deref())
}

impl Told {
    fn store(&self) -> Option<&std::path::Path> {
        match &self.kept {
            Kept::At(store) => Some(store),
            Kept::Nothing => None,
        }
    }
}

/// The summary, at the end or at a moment.
pub fn text(told: &Told, at: Option<SimTime>) -> String {
    let tree = figures(told, at);
    let notes = &told.opened.notes;
    let (checkpoints, goals) = (told.world.checkpoints(notes, &tree), told.world.goals(notes, &tree));
    let facts = Facts {
        plan: &told.opened.plan,
        notes,
        tree: &tree,
        checkpoints: &checkpoints,
        goals: if at.is_some() { &[] } else { &goals },
        seed: told.opened.seed,
        run: told.id.to_string(),
        events: told.world.state.events,
        turns: told.world.state.turns,
        digest: told.digest.to_string(),
        until: at.unwrap_or_else(|| told.world.until()),
        standing: match (&told.ended, at) {
            (_, Some(_)) => view::summary::Standing::At,
            (Ended::Interrupted, None) => view::summary::Standing::Interrupted,
            _ if told.already => view::summary::Standing::Already,
            _ => view::summary::Standing::Ended,
        },
        wall: told.wall.as_secs_f64(),
        place: told.store().map(|store| store.display().to_string()),
        again: stored::again(&told.opened, &told.sets, told.store()),
        next: next(told, at),
    };
    view::summary::text(&facts, &out::screen())
}

/// One or two questions to ask next, with arguments that work.
fn next(told: &Told, at: Option<SimTime>) -> Vec<(String, String)> {
    let Some(store) = told.store() else { return Vec::new() };
    let state = &told.world.state;
    let mut all = Vec::new();
    if let Some((name, priority, seconds)) = longest(told) {
        let about = format!("the longest of priority {priority}, {}", view::number::days(seconds as f64));
        all.push((stored::command("log", store, &told.id, &format!("--object {}", view::quoted(&name))), about));
    }
    if at.is_none() && state.now.0 > 2 * DAY {
        let day = Civil::from_unix(told.opened.plan.start + state.now.0 / 2);
        let date = format!("{:04}-{:02}-{:02}", day.year, day.month, day.day);
        all.push((stored::command("show", store, &told.id, &format!("--at {date}")), "the same, half way".to_owned()));
    }
    all
}

/// Of the most urgent requirements, the one that took (or has been taking) the longest.
fn longest(told: &Told) -> Option<(String, i32, i64)> {
    let (state, until) = (&told.world.state, told.world.until());
    let first = state.needs.iter().map(|need| need.priority).min()?;
    let took = |need: &crate::state::NeedRow| (need.closed.unwrap_or(until) - need.submitted).0;
    let of_first = state.needs.iter().enumerate().filter(|(_, need)| need.priority == first);
    let (index, need) = of_first.max_by_key(|(index, need)| (took(need), std::cmp::Reverse(*index)))?;
    let id = crate::event::NeedId::new(u32::try_from(index).ok()?);
    Some((state.need_name(id), first, took(need)))
}

fn figures(told: &Told, at: Option<SimTime>) -> Tree {
    match at {
        Some(at) => told.world.figures_at(&told.opened.notes, at),
        None => told.world.figures(&told.opened.notes),
    }
}

/// The document of `run --json`.
pub fn document(told: &Told) -> Value {
    let mut document = head(told, told.world.until());
    let map = document.as_object_mut().expect("the head is an object");
    map.insert("figures".to_owned(), figures(told, None).into_value());
    map.insert("wall".to_owned(), wall(told));
    document
}

/// All of the document that stands before the figures.
pub fn head(told: &Told, until: SimTime) -> Value {
    let (plan, state) = (&told.opened.plan, &told.world.state);
    json!({
        "run": told.id.to_string(),
        "scenario": told.opened.notes.title,
        "seed": told.opened.seed,
        "engine": stored::engine(),
        "semantics": SEMANTICS,
        "events": state.events,
        "turns": state.turns,
        "log_digest": told.digest.to_string(),
        "start": Civil::from_unix(plan.start).to_string(),
        "end": Civil::from_unix(plan.start + until.0).to_string(),
    })
}

/// What depends on the machine and the moment.
pub fn wall(told: &Told) -> Value {
    let seconds = told.wall.as_secs_f64();
    json!({
        "seconds": seconds,
        "file": told.opened.notes.file,
        "store": told.store().map(|store| store.display().to_string()),
        "already_run": told.already,
    })
}

/// The figures at a moment.
pub fn figures_at(told: &Told, at: Option<SimTime>) -> Tree {
    figures(told, at)
}
