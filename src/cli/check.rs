//! `waybill check`: every mistake at once, and the load of every step and leg.

use super::args::CheckArgs;
use super::fault::{self, End};
use super::out;
use crate::scenario::{self, Load, Loaded, Report};
use crate::sim::World;
use crate::view;
use anyhow::Context;
use serde_json::{Value, json};

pub fn check(args: &CheckArgs) -> anyhow::Result<End> {
    let options = scenario::Options { sets: args.scenario.sets.clone() };
    let loaded = match read(&args.scenario.scenario, &options) {
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
    if let Some(path) = &args.graph {
        draw(path, &loaded)?;
    }
    if args.answer.json {
        let mut document = loaded.report().json();
        document["loads"] = scenario::loads(&loaded.plan).iter().map(load).collect();
        if args.basis {
            document["basis"] = loaded.notes.basis.iter().map(|(path, text)| (path.clone(), json!(text))).collect();
        }
        out::print_json(&document)?;
        return Ok(End::Done);
    }
    if !args.answer.quiet {
        warn(&loaded);
    }
    out::print(&match args.basis {
        true => view::basis(&loaded.notes),
        false => {
            let loads = scenario::loads(&loaded.plan);
            view::loads::text(&loaded.notes.title, &loads, loaded.warnings.len(), loaded.lines, &out::screen())
        }
    })?;
    Ok(End::Done)
}

/// Draws the scenario, in the form that the file's name says.
fn draw(path: &std::path::Path, loaded: &Loaded) -> anyhow::Result<()> {
    let graph = view::graph::Graph::of(&loaded.plan, &loaded.notes.title, &scenario::loads(&loaded.plan));
    let text = match path.extension().and_then(|ending| ending.to_str()) {
        Some("svg") => graph.svg(),
        Some("dot") => graph.dot(),
        _ => return Err(fault::usage(format!("{} is no graph: its name ends with .svg or .dot", path.display()))),
    };
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Reads a scenario, and refuses goals and checkpoints on figures that no run of it has.
pub fn read(path: &std::path::Path, options: &scenario::Options) -> Result<Loaded, Report> {
    let loaded = scenario::read(path, options)?;
    let Loaded { plan, notes, .. } = &loaded;
    if notes.goals.is_empty() && notes.checkpoints.is_empty() {
        return Ok(loaded);
    }
    match World::open(plan.clone(), notes).unknown_figures(notes) {
        unknown if unknown.is_empty() => Ok(loaded),
        unknown => Err(loaded.no_such_figures(&unknown)),
    }
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
