//! `waybill runs` and `waybill forget`.

use super::args::{ForgetArgs, RunsArgs};
use super::fault::End;
use super::{out, stored};
use crate::log::{self, RunEntry};
use crate::view;
use serde_json::json;

pub fn runs(args: &RunsArgs) -> anyhow::Result<End> {
    let mut entries: Vec<RunEntry> = Vec::new();
    let mut damaged = false;
    for listed in log::list_runs(&args.store.store)? {
        match listed.entry {
            Ok(entry) => entries.push(entry),
            Err(error) => {
                damaged = true;
                out::say(&view::notice("damaged", &format!("run {}: {error}", listed.run.short())));
            }
        }
    }
    if args.answer.json {
        let all: Vec<_> = entries
            .iter()
            .map(|e| {
                json!({
                    "run": e.run, "scenario": e.meta.scenario, "seed": e.meta.seed, "state": e.state,
                    "turns": e.turns, "events": e.events, "parent": e.meta.parent, "file": e.meta.file,
                    "sets": stored::sets(e),
                })
            })
            .collect();
        out::print_json(&all.into())?;
    } else {
        let sets: Vec<_> = entries.iter().map(stored::sets).collect();
        out::print(&view::runs::text(&entries, &sets, &args.store.store.display().to_string(), &out::screen()))?;
    }
    Ok(if damaged { End::Store } else { End::Done })
}

pub fn forget(args: &ForgetArgs) -> anyhow::Result<End> {
    let id = stored::find(&args.store, &args.run)?;
    log::forget(&args.store.store, &id, args.store.wait)?;
    if args.answer.json {
        out::print_json(&json!({ "forgotten": id.to_string() }))?;
    } else if !args.answer.quiet {
        out::print(&view::notice("forgot", &format!("run {}", id.short())))?;
    }
    Ok(End::Done)
}
