//! Runs in a store: how they are found, opened and named on the command line.

use super::args::StoreArgs;
use super::fault;
use crate::log::{self, LogError, Mode, RunEntry, RunId, RunMeta, RunState, StoreLog, StoreOptions};
use crate::sim::{Ended, Opened, SEMANTICS};
use crate::view::quoted;
use serde_json::{Value, json};
use std::path::Path;

/// The default of `--store`; commands that name it leave it out.
const STORE: &str = "./.waybill";

pub fn options(args: &StoreArgs) -> StoreOptions {
    StoreOptions { wait: args.wait, ..StoreOptions::default() }
}

/// The run that a prefix names.
pub fn find(args: &StoreArgs, prefix: &str) -> anyhow::Result<RunId> {
    Ok(log::resolve(&args.store, prefix)?)
}

pub fn open(args: &StoreArgs, run: RunId, mode: Mode) -> Result<StoreLog, LogError> {
    StoreLog::open(&args.store, run, mode, &options(args))
}

/// Whether the store holds the run, however far.
pub fn holds(store: &Path, run: &RunId) -> bool {
    log::run_dir(store, run).join("run.json").exists()
}

/// What lists of runs say of a run that begins.
pub fn meta(opened: &Opened, sets: &[String]) -> RunMeta {
    RunMeta {
        scenario: opened.notes.title.clone(),
        file: opened.notes.file.clone(),
        seed: opened.seed,
        semantics: SEMANTICS.to_string(),
        parent: None,
        meta: json!({ "sets": sets }),
    }
}

/// The `--set`s that a run was made with.
pub fn sets(entry: &RunEntry) -> Vec<String> {
    let list = entry.meta.meta.get("sets").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|set| set.as_str().map(str::to_owned)).collect()
}

/// What is kept beside the log of a run that has ended.
pub fn summary(ended: &Ended, figures: &Value) -> Value {
    let stuck: &[String] = if let Ended::Deadlock(places) = ended { places } else { &[] };
    json!({ "engine": engine(), "stuck": stuck, "figures_digest": digest(figures) })
}

/// How a finished run ended, as its summary says.
pub fn ended(entry: &RunEntry) -> Ended {
    if entry.state == RunState::Interrupted {
        return Ended::Interrupted;
    }
    let stuck = entry.summary.get("stuck").and_then(Value::as_array);
    let stuck: Vec<String> =
        stuck.into_iter().flatten().filter_map(|place| place.as_str().map(str::to_owned)).collect();
    if stuck.is_empty() { Ended::Finished } else { Ended::Deadlock(stuck) }
}

/// Holds figures that were folded again against those of the run; versions of the engine may differ in what they tell.
pub fn confirm(entry: &RunEntry, figures: &Value) -> anyhow::Result<bool> {
    let said = |key: &str| entry.summary.get(key).and_then(Value::as_str);
    let comparable = said("engine") == Some(engine());
    if comparable && said("figures_digest").is_some_and(|told| told != digest(figures)) {
        return Err(fault::diverged("the figures folded from the log are not those of the run when it was made"));
    }
    Ok(comparable)
}

fn digest(figures: &Value) -> String {
    blake3::hash(figures.to_string().as_bytes()).to_hex().to_string()
}

/// The program and its version.
pub fn engine() -> &'static str {
    concat!("waybill ", env!("CARGO_PKG_VERSION"))
}

/// The shortest beginning of a run's id that names it in its store, of at least four digits.
pub fn short(store: &Path, run: &RunId) -> String {
    let id = run.to_string();
    let others: Vec<String> =
        log::list_runs(store).unwrap_or_default().iter().map(|r| r.run.to_string()).filter(|o| *o != id).collect();
    let unique = |n: &usize| !others.iter().any(|o| o[..*n] == id[..*n]);
    let digits = (4..id.len()).find(unique).unwrap_or(id.len());
    id[..digits].to_owned()
}

/// A command on a stored run, to copy.
pub fn command(verb: &str, store: &Path, run: &RunId, rest: &str) -> String {
    let mut out = format!("waybill {verb} {}", short(store, run));
    if !rest.is_empty() {
        out.push(' ');
        out.push_str(rest);
    }
    out + &store_option(store)
}

/// The command that makes a run again.
pub fn again(opened: &Opened, sets: &[String], store: Option<&Path>) -> String {
    let mut out = format!("waybill run {} --seed {}", quoted(&opened.notes.file), opened.seed);
    for set in sets {
        out.push_str(&format!(" --set {}", quoted(set)));
    }
    out + &store.map_or_else(|| " --no-store".to_owned(), store_option)
}

fn store_option(store: &Path) -> String {
    let path = store.display().to_string();
    if path == STORE { String::new() } else { format!(" --store {}", quoted(&path)) }
}
