//! The table of keys: every key changes something, and the reference is printed from it.

use super::{fine, path};
use crate::scenario::keys::{Spec, TABLES, reference};
use crate::scenario::Loaded;

#[test]
fn the_reference_is_printed_from_the_table() {
    let file = path("../docs/scenario.md");
    let text = reference();
    if std::env::var_os("WAYBILL_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(kept, text, "docs/scenario.md is not what the table of keys says; WAYBILL_BLESS=1 prints it");
}

/// A scenario where every example of the table of keys can stand, and where to set the keys of each table.
const RICH: &str = include_str!("../../../tests/scenarios/every-key.toml");

fn seen(loaded: &Loaded) -> (String, String) {
    (format!("{:?}", loaded.plan), format!("{:?}", loaded.notes))
}

fn paths(spec: &Spec) -> &'static [&'static str] {
    match spec.name {
        "" => &[""],
        "time" => &["time"],
        "money" => &["money"],
        "item" => &["item.spare"],
        "nation" => &["nation.norway"],
        "stock" => &["stock.spares"],
        "requirement" => &["requirement.ask"],
        "pledge" => &["pledge.gift"],
        "consignment" => &["consignment.cargo", "consignment.loose"],
        "mechanism" => &["mechanism.purl"],
        "node" => &["node.hub", "node.hub-4"],
        "node.step" => &["node.hub.step.receipt", "node.hub-4.step.receipt"],
        "leg" => &["leg.main"],
        "leg.departures" => &["leg.main.departures"],
        "arrivals" => &["requirement.clock.arrivals", "requirement.ask.arrivals", "requirement.dated.arrivals"],
        "disruption" => &["disruption.strike"],
        "journal" => &["journal.small"],
        "journal.columns" => &["journal.small.columns"],
        _ => &[],
    }
}

#[test]
fn every_key_of_the_table_has_an_effect() {
    let plain = seen(&fine(RICH, &[]));
    let mut idle = Vec::new();
    for spec in TABLES {
        for key in spec.keys.iter().filter(|k| !k.example.is_empty()) {
            // Bases are tried with the specification's example, removal with variants.
            if ["extends", "remove", "copies"].contains(&key.name) {
                continue;
            }
            // These need other keys to change with them.
            if [("money", "currency"), ("mechanism", "kind")].contains(&(spec.name, key.name)) {
                continue;
            }
            let tried = paths(spec);
            let mut why = Vec::new();
            let changes = tried.iter().any(|path| {
                let dot = if path.is_empty() { "" } else { "." };
                let set = format!("{path}{dot}{}={}", key.name, key.example);
                match super::text(RICH, &[&set]) {
                    Ok(loaded) => seen(&loaded) != plain,
                    Err(report) => {
                        why.push(format!("{set} is refused:\n{}", report.text(false)));
                        false
                    }
                }
            });
            if !changes && !tried.is_empty() {
                idle.push(format!("{}.{} changes nothing\n{}", spec.name, key.name, why.join("\n")));
            }
        }
    }
    assert!(idle.is_empty(), "{}", idle.join("\n"));
}

#[test]
fn every_key_is_read_with_its_example() {
    // Lists that a set replaces whole, and entries without a name.
    let plain = seen(&fine(RICH, &[]));
    for (spec, path, frame) in [
        ("money.rates", "money.rates", "[{ currency = \"EUR\", rate = 1.1, KEY }]"),
        ("requirement.lines", "requirement.several.lines", "[{ item = \"shell\", to = \"border\", KEY }]"),
        ("checkpoint", "checkpoint", "[{ figure = \"money.mechanisms.purl.committed\", value = \"5 M USD\", KEY }]"),
        ("goal", "goal", "[{ figure = \"requirements.total.fill_rate\", at_least = 0.9, KEY }]"),
    ] {
        let spec = TABLES.iter().find(|s| s.name == spec).unwrap();
        for key in spec.keys {
            let pair = format!("{} = {}", key.name, key.example);
            let mut value = frame.replace("KEY", &pair);
            // The frame's own value gives way.
            for own in ["currency = \"EUR\", ", "rate = 1.1, ", "item = \"shell\", ", "to = \"border\", ", "value = \"5 M USD\", ", "at_least = 0.9, "] {
                if own.starts_with(&format!("{} =", key.name)) {
                    value = value.replace(own, "");
                }
            }
            if key.name == "figure" {
                let start = value.find("figure").unwrap();
                let end = value[start..].find(", ").unwrap() + start + 2;
                value.replace_range(start..end, "");
            }
            let loaded = fine(RICH, &[&format!("{path}={value}")]);
            assert_ne!(seen(&loaded), plain, "{path}.{}", key.name);
        }
    }
}
