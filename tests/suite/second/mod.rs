//! Second statements of parts of the semantics: slow, plain, each for small worlds of one kind, and written from the rules
//! alone. The suite runs the same worlds through the engine and compares event for event.
//!
//! Here is what compares them; the statements themselves share nothing.

mod money;
mod needs;

use crate::support::{self, Dice};
use std::collections::BTreeMap;

/// Kinds that engine and reference both tell, with the fields that both give, in the order in which the reference does.
type Kinds = &'static [(&'static str, &'static [&'static str])];

/// Names in whose order the places of an instant come.
const NAMES: [&str; 11] = ["a", "A", "b10", "b9", "c", "c-1", "c_1", "m", "n", "y", "z"];

/// The names in some order.
fn shuffled_names(dice: &mut Dice) -> Vec<String> {
    let mut names = NAMES.map(str::to_owned).to_vec();
    dice.shuffle(&mut names);
    names
}

/// An event of the engine as the reference would tell it; none where the reference does not know its kind.
fn of_engine(kinds: Kinds, event: &serde_json::Value) -> Option<String> {
    let text = |v: &serde_json::Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let fields = kinds.iter().find(|k| event["kind"] == k.0)?.1;
    let mut told = format!("{} {} {}", event["t"], text(&event["kind"]), text(&event["object"]));
    for name in fields {
        told += &format!(" {name}={}", event.get(name).map_or("?".to_owned(), text));
    }
    Some(told)
}

/// What the engine tells of a scenario.
fn told_by_engine(kinds: Kinds, text: &str) -> Result<Vec<String>, String> {
    let done = std::panic::catch_unwind(|| support::run(text, 1)).map_err(|_| format!("panic\n{text}"))?;
    Ok(done.events().iter().filter_map(|event| of_engine(kinds, event)).collect())
}

/// A world that the reader refuses is none.
fn is_read(text: &str) -> Result<(), String> {
    match waybill::scenario::read_text("test.toml", text, &Default::default()) {
        Ok(_) => Ok(()),
        Err(report) => Err(format!("the reader refuses it:\n{}\n{text}", report.text(false))),
    }
}

/// Both told the same of a scenario, or where they first did not.
fn same(expected: &[String], found: &[String], text: &str) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let at = expected.iter().zip(found).position(|(a, b)| a != b).unwrap_or(expected.len().min(found.len()));
    let around = |list: &[String]| list[at.saturating_sub(5)..(at + 5).min(list.len())].join("\n    ");
    Err(format!("event {at}:\n  reference:\n    {}\n  engine:\n    {}\n{text}", around(expected), around(found)))
}

/// Each kind is told in these worlds, and not by chance: worlds in which nothing happens would agree too.
fn tell_of_every_kind(worlds: impl Iterator<Item = Vec<String>>, kinds: impl Iterator<Item = &'static str>) {
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for line in worlds.flatten() {
        let kind = line.split(' ').nth(1).expect("a line has a kind");
        *told.entry(kind.to_owned()).or_default() += 1;
    }
    for kind in kinds {
        let times = told.get(kind).copied().unwrap_or_default();
        assert!(times >= 20, "{kind} is told {times} times");
    }
}
