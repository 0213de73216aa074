//! What helps to begin: first scenarios, the schema, completions, manual pages.

use crate::cli::Place;
use serde_json::Value;
use std::fs;
use std::path::Path;

#[test]
fn every_template_is_a_scenario_that_runs_and_nothing_is_written_over() {
    for template in ["keys", "dock", "convoys", "donation"] {
        let place = Place::new();
        let done = place.waybill(&["new", "first", "--template", template]).output().expect("waybill runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert!(String::from_utf8_lossy(&done.stdout).contains("waybill run first.toml"));
        for verb in ["check", "run"] {
            let args = [verb, "first.toml", "--quiet"];
            let done = place.waybill(&args).output().expect("waybill runs");
            assert_eq!(done.status.code(), Some(0), "{template}: {}", String::from_utf8_lossy(&done.stderr));
        }
        let written = fs::read(place.path("first.toml")).expect("the scenario is there");
        let again = place.waybill(&["new", "first.toml"]).output().expect("waybill runs");
        assert_eq!(again.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&again.stderr).contains("stays as it is"));
        assert_eq!(fs::read(place.path("first.toml")).expect("it is still there"), written);
    }
}

/// Whether a value is what a part of the schema says: as much of JSON Schema as the schema uses.
fn fits(value: &Value, part: &Value, schema: &Value) -> Result<(), String> {
    if let Some(name) = part["$ref"].as_str() {
        let name = name.rsplit('/').next().expect("a reference has a last part");
        return fits(value, &schema["$defs"][name], schema);
    }
    if let Some(forms) = part["anyOf"].as_array() {
        let all: Result<Vec<()>, String> = Err(String::new());
        return match forms.iter().any(|form| fits(value, form, schema).is_ok()) {
            true => Ok(()),
            false => all.map(drop).map_err(|_| format!("{value} is none of {part}")),
        };
    }
    if let Some(words) = part["enum"].as_array() {
        return if words.contains(value) { Ok(()) } else { Err(format!("{value} is none of {words:?}")) };
    }
    let is = match part["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        _ => true,
    };
    if !is {
        return Err(format!("{value} is no {}", part["type"]));
    }
    let number = value.as_f64().unwrap_or(0.0);
    let low = part["minimum"].as_f64().is_some_and(|least| number < least);
    let high = part["maximum"].as_f64().is_some_and(|most| number > most);
    if low || high || part["exclusiveMinimum"].as_f64().is_some_and(|least| number <= least) {
        return Err(format!("{value} is out of range"));
    }
    for item in value.as_array().into_iter().flatten().filter(|_| part.get("items").is_some()) {
        fits(item, &part["items"], schema)?;
    }
    if let Some(keys) = part["properties"].as_object() {
        for (key, value) in value.as_object().into_iter().flatten() {
            let Some(form) = keys.get(key) else { return Err(format!("there is no key {key}")) };
            fits(value, form, schema).map_err(|why| format!("{key}: {why}"))?;
        }
    }
    Ok(())
}

/// A scenario's text as JSON; dates become texts, as editors have them.
fn as_json(text: &str) -> Value {
    fn json(value: &toml::Value) -> Value {
        match value {
            toml::Value::Datetime(date) => Value::String(date.to_string()),
            toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
            toml::Value::Array(items) => items.iter().map(json).collect(),
            toml::Value::String(text) => Value::String(text.clone()),
            toml::Value::Integer(n) => Value::from(*n),
            toml::Value::Float(n) => Value::from(*n),
            toml::Value::Boolean(flag) => Value::from(*flag),
        }
    }
    json(&toml::Value::Table(text.parse().expect("the scenario is TOML")))
}

#[test]
fn the_schema_takes_what_is_shipped_and_refuses_what_is_wrong() {
    let place = Place::new();
    let done = place.waybill(&["schema"]).output().expect("waybill runs");
    let schema: Value = serde_json::from_slice(&done.stdout).expect("the schema is JSON");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders =
        ["scenarios", "scenarios/bench", "scenarios/learn", "tests/scenarios"].map(|folder| root.join(folder));
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("a folder of scenarios"));
    let files =
        files.map(|entry| entry.expect("an entry").path()).filter(|p| p.extension().is_some_and(|e| e == "toml"));
    let mut seen = 0;
    for file in files {
        let text = fs::read_to_string(&file).expect("a scenario is text");
        fits(&as_json(&text), &schema, &schema).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
        seen += 1;
    }
    assert!(seen >= 9, "{seen} scenarios were looked at");
    for wrong in [
        "[time]\nbegin = 2025-01-01",
        "[[node]]\nname = \"a\"\nkind = \"harbour\"",
        "[[leg]]\nfrom = \"a\"\nto = \"b\"\ntransit = [1]",
        "[[item]]\nname = \"x\"\nlot = 0",
        "[[consignment]]\nname = \"x\"\narrivals = { poison = \"3/d\" }",
    ] {
        assert!(fits(&as_json(wrong), &schema, &schema).is_err(), "{wrong}");
    }
}

#[test]
fn shells_and_manuals_know_every_verb() {
    let place = Place::new();
    let help = place.waybill(&["--help"]).output().expect("waybill runs");
    let help = String::from_utf8(help.stdout).expect("help is text");
    let verbs: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|verb| *verb != "help")
        .collect();
    assert!(verbs.contains(&"run") && verbs.contains(&"man"), "{verbs:?}");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let done = place.waybill(&["completions", shell]).output().expect("waybill runs");
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(verbs.iter().all(|verb| text.contains(verb)), "{shell}");
    }
    for verb in verbs {
        let done = place.waybill(&["man", verb]).output().expect("waybill runs");
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(text.contains(&format!("waybill\\-{verb}")), "{verb}: {text}");
    }
    let done = place.waybill(&["man", "rum"]).output().expect("waybill runs");
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("did you mean run?"));
}

#[test]
fn check_prints_the_basis_of_entries_and_keys() {
    let place = Place::new();
    let text = "[time]\nstart = 2025-01-06\nbasis = \"a plan\"\n\n[[consignment]]\nname = \"s\"\non = 2025-01-06\nenters = \"n\"\n\
                basis = { on = \"row 2\" }\n\n[[node]]\nname = \"n\"\nnext = \"out\"\n";
    fs::write(place.path("small.toml"), text).expect("the scenario can be written");
    let wanted = serde_json::json!({ "time": "a plan", "consignment.s.on": "row 2" });
    assert_eq!(place.json(&["check", "small.toml", "--basis", "--json"], 0)["basis"], wanted);
    let told = place.out(&["check", "small.toml", "--basis"], 0);
    assert_eq!(told, "\n  time              a plan\n  consignment.s.on  row 2\n\n");
    let bare = text.replace("basis = \"a plan\"\n", "").replace("basis = { on = \"row 2\" }\n", "");
    fs::write(place.path("bare.toml"), bare).expect("the scenario can be written");
    assert!(place.out(&["check", "bare.toml", "--basis"], 0).contains("says no basis"));
}
