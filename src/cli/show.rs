//! `waybill show`: figures and state of a stored run, at its end or at any moment.

use super::args::ShowArgs;
use super::fault::{self, End};
use super::tell::{self, Kept, Told};
use super::{out, stored};
use crate::log::{Log, Mode, RunState};
use crate::sim::{digest_of, world_at};
use crate::units::time::{Civil, SimTime};
use crate::view;
use anyhow::Context;
use serde_json::json;

pub fn show(args: &ShowArgs) -> anyhow::Result<End> {
    let id = stored::find(&args.store, &args.run)?;
    let begun = std::time::Instant::now();
    let log = stored::open(&args.store, id, Mode::Read)?;
    let entry = log.entry().clone();
    let start = sim_start(&log)?;
    let at = args.at.map(|date| date.in_run(start));
    if at.is_some_and(|at| at < SimTime::ZERO) {
        return Err(fault::usage(format!("the run begins on {}, after that", Civil::from_unix(start))));
    }
    // A moment past the end of a finished run shows its end; what an unfinished one did not come to, nobody knows.
    let finished = entry.state == RunState::Finished;
    let reached = log.head().time;
    if !finished && at.is_some_and(|at| at.0 > reached) {
        let go_on = stored::command("resume", &args.store.store, &id, "");
        let reached = Civil::from_unix(start + reached.max(0));
        return Err(fault::usage(format!("the run is not finished and has come to {reached}; to go on: {go_on}")));
    }
    let (opened, mut world) = world_at(&log, at)?;
    let ended =
        finished && world.state.turns == entry.turns && at.is_none_or(|at| opened.plan.end.is_none_or(|e| at >= e));
    if ended {
        world.end();
    }
    let at = if ended { None } else { at };
    let digest = match entry.log_digest.parse() {
        Ok(digest) if finished => digest,
        _ => digest_of(&log)?,
    };
    let told = Told {
        ended: stored::ended(&entry),
        opened,
        world,
        id,
        digest,
        wall: begun.elapsed(),
        kept: Kept::At(args.store.store.clone()),
        sets: stored::sets(&entry),
        already: false,
    };
    let table = match (&args.csv, &args.series) {
        (Some(path), _) => Some((path, view::csv::figures(&tell::figures_at(&told, at), &told.opened.plan))),
        (_, Some(path)) => Some((path, view::csv::series(&tell::figures_at(&told, at), &told.opened.plan))),
        _ => None,
    };
    if let Some((path, table)) = table {
        if path.as_os_str() == "-" {
            out::print(&table)?;
        } else {
            std::fs::write(path, table).with_context(|| format!("cannot write {}", path.display()))?;
        }
        return Ok(End::Done);
    }
    if args.answer.json {
        let mut document = tell::head(&told, at.unwrap_or_else(|| told.world.until()));
        let map = document.as_object_mut().expect("the head is an object");
        map.insert("state".to_owned(), json!(entry.state));
        map.insert("at".to_owned(), json!(at.map(|at| Civil::from_unix(start + at.0).to_string())));
        map.insert("figures".to_owned(), tell::figures_at(&told, at).into_value());
        map.insert("wall".to_owned(), tell::wall(&told));
        out::print_json(&document)?;
    } else {
        out::print(&tell::text(&told, at))?;
    }
    Ok(End::Done)
}

fn sim_start(log: &dyn Log) -> anyhow::Result<i64> {
    Ok(crate::sim::Opened::from_bytes(&log.opening().record)?.plan.start)
}
