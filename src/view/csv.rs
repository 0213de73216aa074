//! Figures as a table: path, value, unit.

use super::unit;
use crate::metric::tree::Tree;
use crate::model::Plan;
use serde_json::Value;

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
        if path == "checkpoints" || path == "goals" {
            continue;
        }
        let unit = unit::of(&path).name(&plan.currency);
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
