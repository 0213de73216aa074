//! Figures as a table: path, value, unit.

use crate::metric::tree::Tree;
use crate::model::Plan;
use crate::model::figure;
use crate::units::time::Civil;
use serde_json::Value;

/// Backlog and throughput over time: a line for each place and bin, with the instant at which the bin ends.
pub fn series(tree: &Tree, plan: &Plan) -> String {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["place", "until", "t", "backlog", "throughput"]).expect("memory can be written to");
    let step = tree.number("series.step").unwrap_or(0.0) as i64;
    let lists = tree.leaves();
    let of = |place: &str, key: &str| {
        let path = format!("series.{place}.{key}");
        lists.iter().find(|(name, _)| *name == path).and_then(|(_, list)| list.as_array())
    };
    for (path, _) in &lists {
        let place = path.strip_prefix("series.").and_then(|path| path.strip_suffix(".backlog"));
        let Some((place, backlog, throughput)) =
            place.and_then(|place| Some((place, of(place, "backlog")?, of(place, "throughput")?)))
        else {
            continue;
        };
        for (bin, (backlog, throughput)) in backlog.iter().zip(throughput).enumerate() {
            let t = step * (bin as i64 + 1);
            let until = Civil::from_unix(plan.start + t).to_string();
            let row = [place, &until, &t.to_string(), &backlog.to_string(), &throughput.to_string()];
            table.write_record(row).expect("memory can be written to");
        }
    }
    let bytes = table.into_inner().expect("memory can be written to");
    String::from_utf8(bytes).expect("names and numbers are text")
}

/// Every figure on a line; lists have a line for each place in them, and what has no value an empty one.
pub fn figures(tree: &Tree, plan: &Plan) -> String {
    let mut table = csv::Writer::from_writer(Vec::new());
    let mut row = |path: &str, value: &Value, unit: &str| {
        let text = match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        table.write_record([path, &text, unit]).expect("memory can be written to");
    };
    row("path", &"value".into(), "unit");
    for (path, value) in tree.leaves() {
        // Checkpoints and goals are records with columns of their own, and stand in the JSON.
        // Series have a table of their own.
        if path == "checkpoints" || path == "goals" || path.starts_with("series.") {
            continue;
        }
        let unit = figure::of(&path).name(&plan.currency);
        match value {
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(i, value)| row(&format!("{path}.{i}"), value, &unit));
            }
            value => row(&path, value, &unit),
        }
    }
    let bytes = table.into_inner().expect("memory can be written to");
    String::from_utf8(bytes).expect("paths, numbers and units are text")
}
