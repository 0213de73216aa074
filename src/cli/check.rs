//! `waybill check`: every mistake at once, and the load of every step and leg.

use super::args::CheckArgs;
use super::fault::End;
use super::out;
use crate::scenario::{self, Load, Loaded};
use crate::view;
use serde_json::{Value, json};

pub fn check(args: &CheckArgs) -> anyhow::Result<End> {
    let options = scenario::Options { sets: args.scenario.sets.clone() };
    let loaded = match scenario::read(&args.scenario.scenario, &options) {
        Ok(loaded) => loaded,
        Err(report) => {
            if args.answer.json {
                let mut document = report.json();
                document["loads"] = json!([]);
                out::print_json(&document)?;
            } else {
                out::say(&report.text(true));
            }
            return Ok(End::Usage);
        }
    };
    let loads = scenario::loads(&loaded.plan);
    if args.answer.json {
        let mut document = loaded.report().json();
        document["loads"] = loads.iter().map(load).collect();
        out::print_json(&document)?;
        return Ok(End::Done);
    }
    if !args.answer.quiet {
        warn(&loaded);
    }
    out::print(&view::loads::text(&loaded.notes.title, &loads, loaded.warnings.len(), loaded.lines, &out::screen()))?;
    Ok(End::Done)
}

/// Says the warnings of a scenario.
pub fn warn(loaded: &Loaded) {
    if !loaded.warnings.is_empty() {
        out::say(&format!("{}\n", loaded.report().text(true)));
    }
}

/// A load in JSON; what has no limit is null.
fn load(load: &Load) -> Value {
    json!({ "place": load.place, "offered": load.offered, "capacity": load.capacity, "load": load.load, "unit": load.unit })
}
