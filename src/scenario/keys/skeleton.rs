//! A first scenario, printed from the table of keys: it runs, and names every other key beside its meaning.

use super::{Spec, TABLES};
use std::fmt::Write;

/// What the first scenario says of each of its entries; everything else of the table of keys stands there as a comment.
const ENTRIES: &[(&str, &[(&str, &str)])] = &[
    ("time", &[("start", "2025-01-01"), ("end", r#""90d""#), ("warm_up", r#""7d""#)]),
    ("item", &[("name", r#""generator""#), ("mass", r#""900 kg""#), ("value", r#""12 k USD""#)]),
    (
        "consignment",
        &[
            ("name", r#""generators""#),
            ("arrivals", r#"{ poisson = "8/d" }"#),
            ("enters", r#""hub""#),
            ("item", r#""generator""#),
            ("quantity", "{ uniform = { low = 1, high = 10 } }"),
        ],
    ),
    ("node", &[("name", r#""hub""#), ("kind", r#""hub""#)]),
    (
        "node.step",
        &[("name", r#""receipt""#), ("servers", "2"), ("time", r#"{ lognormal = { mean = "5h", cv = 0.6 } }"#)],
    ),
    ("node", &[("name", r#""border""#), ("kind", r#""handover""#)]),
    (
        "leg",
        &[
            ("from", r#""hub""#),
            ("to", r#""border""#),
            ("transit", r#""3h""#),
            ("departures", r#"{ every = "12h", capacity = 40 }"#),
        ],
    ),
];

/// Keys that a first scenario does not need to hear of.
const SILENT: [&str; 4] = ["copies", "remove", "basis", "extends"];

/// A scenario that runs, with a title.
pub fn skeleton(title: &str) -> String {
    let mut out = format!(
        "# A first scenario. What is commented out are the other keys, each with an example and what it says; the whole\n\
         # list is in docs/scenario.md. `waybill check` tells every mistake at once, `waybill run` simulates.\n\
         title = \"{title}\"\n"
    );
    let mut told: Vec<&str> = Vec::new();
    for (name, given) in ENTRIES {
        let spec = TABLES.iter().find(|spec| spec.name == *name).expect("the skeleton names tables of keys");
        let heading = if *name == "time" { format!("[{name}]") } else { format!("[[{name}]]") };
        let _ = write!(out, "\n{heading}\n");
        given.iter().for_each(|(key, value)| {
            debug_assert!(spec.key(key).is_some(), "{name} has a key {key}");
            let _ = writeln!(out, "{key} = {value}");
        });
        if !told.contains(name) {
            others(&mut out, spec, given);
            told.push(name);
        }
    }
    out
}

/// The other keys of an entry, commented out.
fn others(out: &mut String, spec: &Spec, given: &[(&str, &str)]) {
    for key in spec.keys {
        if key.example.is_empty() || SILENT.contains(&key.name) || given.iter().any(|(name, _)| *name == key.name) {
            continue;
        }
        let _ = writeln!(out, "# {} = {}    # {}", key.name, key.example, key.text);
    }
}
