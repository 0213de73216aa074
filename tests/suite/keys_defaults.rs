//! The defaults that `docs/scenario.md` states are those that a scenario has: said aloud, a default changes nothing, not
//! even the id of the run.

use crate::keys::{FOLDERS, Step, difference, outcome, scenarios, spec, table_at, walk};
use std::collections::BTreeMap;
use std::path::Path;
use toml::{Table, Value};
use waybill::scenario::Options;
use waybill::scenario::{self, Form, Key};
use waybill::sim::{RunKey, run_id};

/// The default as a value, where the reference gives one and not a sentence.
fn default(key: &Key) -> Option<Value> {
    let text = match key.form {
        Form::Word(words) if words.contains(&key.default) => format!("\"{}\"", key.default),
        _ => key.default.to_owned(),
    };
    let said: Table = format!("value = {text}").parse().ok()?;
    let value = said.get("value").cloned()?;
    // A column that is not named has a value for its cells, and no name.
    (value.is_str() || !matches!(key.form, Form::Text)).then_some(value)
}

/// The id that a run of the scenario has.
fn id(file: &Path, table: &Table) -> String {
    let text = toml::to_string(table).expect("what was read can be written");
    let loaded = scenario::read_text(&file.display().to_string(), &text, &Options::default());
    run_id(&RunKey { seed: 1, plan: &loaded.expect("the scenario was read before").plan }).to_string()
}

#[test]
fn a_default_that_is_said_changes_nothing() {
    // Of each key, whether a table that does not state it took its default.
    let mut taken: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for spec in scenario::tables() {
        taken.extend(spec.keys.iter().filter(|key| default(key).is_some()).map(|key| ((spec.name, key.name), false)));
    }
    let mut wrong = Vec::new();
    for (file, whole) in scenarios(FOLDERS[0]) {
        let plain = outcome(&file, &whole).expect("a scenario of the folder is read");
        let mut stated = Vec::new();
        walk(spec(""), &whole, &[], &mut stated);
        let mut tables: Vec<(&str, Vec<Step>)> = stated.into_iter().map(|place| (place.spec, place.table)).collect();
        tables.dedup();
        for (name, path) in tables {
            for key in spec(name).keys {
                let (Some(value), Some(false)) = (default(key), taken.get(&(name, key.name))) else { continue };
                let mut said = whole.clone();
                let table = table_at(&mut said, &path);
                if table.contains_key(key.name) {
                    continue;
                }
                table.insert(key.name.to_owned(), value);
                // Where it cannot stand, as beside a key in whose place it would be, the next table is asked.
                let Ok(after) = outcome(&file, &said) else { continue };
                taken.insert((name, key.name), true);
                if let Some(what) = difference(&plain, &after) {
                    wrong.push(format!("{name}.{} = {} in {}: {what:?}", key.name, key.default, file.display()));
                } else if id(&file, &said) != id(&file, &whole) {
                    wrong.push(format!("{name}.{} = {} in {}: another run", key.name, key.default, file.display()));
                }
            }
        }
    }
    let never =
        taken.iter().filter(|(_, taken)| !**taken).map(|((table, key), _)| format!("{table}.{key}: stands nowhere"));
    wrong.extend(never);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
