//! Where a key takes one of a few words, each of them means something else: a scenario comes to other events or figures with
//! every one of them.

use crate::keys::{Outcome, difference, outcome};
use std::collections::BTreeSet;
use std::path::Path;
use toml::Table;
use waybill::scenario::{self, Form};

/// Goods of a requirement that pool and pledge bring from `depot` over `port` and `hub` to `border`, an hour each.
fn chain(top: &str, mechanism: &str, hub: &str, more: &str) -> String {
    let way = |name: &str, kind: &str, next: &str, step: &str| {
        let leg = format!("\n[[leg]]\nfrom = \"{name}\"\nto = \"{next}\"\ntransit = \"1h\"\n");
        format!("\n[[node]]\nname = \"{name}\"\n{kind}\nnext = \"{next}\"\n{step}{leg}")
    };
    let step = "\n[[node.step]]\nname = \"s\"\ntime = \"1h\"\n";
    format!(
        "{top}\n[time]\nstart = 2025-01-01\nend = \"60d\"\n\n[[item]]\nname = \"x\"\nvalue = \"1 M USD\"\n\n\
         [[requirement]]\nname = \"r\"\non = 2025-01-02\nitem = \"x\"\nto = \"border\"\n{via}\n\
         [[mechanism]]\nname = \"pool\"\nkind = \"package\"\nsize = \"1 M USD\"\norigin = \"depot\"\n{mechanism}\n{}{}{}{}\
         \n[[node]]\nname = \"unit\"\nmarks = \"R5\"\n{more}",
        way("depot", "kind = \"origin\"", "port", ""),
        way("port", "kind = \"port\"", "hub", ""),
        way("hub", hub, "border", step),
        way("border", "kind = \"handover\"", "unit", step),
        via = "via = \"pool\"\n",
    )
}

const GIFT: &str = "\n[[pledge]]\nname = \"g\"\non = 2025-01-03\namount = \"1 M USD\"\npaid_after = \"9d\"\n";

/// A node `n` of these keys with a step of these keys, goods of three priorities and need-by dates that come to it, and
/// another node, `m`.
fn line(node: &str, step: &str) -> String {
    format!(
        "[time]\nstart = 2025-01-01\nend = \"9d\"\n\n[[consignment]]\nname = \"c\"\nenters = \"n\"\narrivals = {{ poisson = \"1/h\" }}\n\
         count = 60\npriority = {{ weights = {{ 1 = 1, 2 = 1, 3 = 1 }} }}\nneeded_within = {{ exponential = \"9h\" }}\n\n\
         [[node]]\nname = \"n\"\nnext = \"m\"\n{node}\n\n[[node.step]]\nname = \"s\"\ntime = {{ exponential = \"50 min\" }}\n{step}\n\n\
         [[node]]\nname = \"m\"\n"
    )
}

/// What a full place does with these words; who is diverted has to go somewhere.
fn full(word: &str) -> String {
    let to = if word == "divert" { "divert_to = \"m\"\n" } else { "" };
    format!("yard = 2\nwhen_full = \"{word}\"\n{to}")
}

/// A scenario that says the word at the key; `None` where no scenario can tell the words apart.
fn witness(table: &str, key: &str, word: &str) -> Option<String> {
    let said = format!("{key} = \"{word}\"");
    Some(match (table, key) {
        ("", "recognition") => chain(&said, "stages = { release = \"1d\" }", "kind = \"hub\"", GIFT),
        ("item", "class") => {
            let time = "time = { by = \"class\", I = \"1h\", II = \"2h\", III = \"3h\", IV = \"4h\", V = \"5h\" }";
            line("", "").replace("time = { exponential = \"50 min\" }", time).replace("count", "item = \"x\"\ncount")
                + &format!("\n[[item]]\nname = \"x\"\n{said}\n")
        }
        ("mechanism", "counts") => chain("", &said, "", GIFT),
        ("mechanism", "pays_before") => {
            chain("", &format!("{said}\nstages = {{ release = \"1d\", supply = \"1d\" }}"), "", GIFT)
        }
        ("mechanism", "excess") => {
            let more = "\n[[requirement]]\nname = \"q\"\non = 2025-01-02\nitem = \"x\"\nvia = \"pool\"\nto = \"border\"\n\n\
                        [[pledge]]\nname = \"e\"\non = 2025-01-05\namount = \"2 M USD\"\nearmark = { requirement = \"r#1\" }\n";
            chain("", &said, "", more)
        }
        ("node", "kind") => {
            // The only one that may be a port, where that is what counts.
            chain("recognition = \"R2\"", "", &said, GIFT)
                .replace("name = \"port\"\nkind = \"port\"", "name = \"port\"")
        }
        ("node", "when_full") => line(&full(word), ""),
        ("node.step", "when_full") => line("", &full(word)),
        ("node", "on_outage") => line(&format!("hours = \"Mon-Sun 06:00-18:00\"\n{said}"), ""),
        ("node.step", "on_outage") => line("", &format!("hours = \"Mon-Sun 06:00-18:00\"\n{said}")),
        ("node.step", "discipline" | "preempt") => line("", &said),
        ("leg.departures", "discipline") => {
            line("", "servers = 9")
                + &format!(
                    "\n[[leg]]\nfrom = \"n\"\nto = \"m\"\ntransit = \"1h\"\ndepartures = {{ every = \"3h\", capacity = 2, {said} }}\n"
                )
        }
        ("checkpoint", "is") => {
            line("", "") + &format!("\n[[checkpoint]]\nfigure = \"stations.n.s.arrivals\"\nvalue = 50\n{said}\n")
        }
        ("by", "by") => {
            // Each by a name of its own kind, and with a time of its own.
            let (name, time) = match word {
                "item" => ("x", 1),
                "class" => ("V", 2),
                "priority" => ("1", 3),
                "stream" => ("c", 4),
                _ => ("h", 5),
            };
            line("", "")
                .replace("{ exponential = \"50 min\" }", &format!("{{ {said}, {name} = \"{time}h\", else = \"9h\" }}"))
                .replace("count", "item = \"x\"\ncount")
                .replace("name = \"m\"\n", "name = \"m\"\nnext = \"h\"\n")
                + "\n[[item]]\nname = \"x\"\nclass = \"V\"\n\n[[node]]\nname = \"h\"\nkind = \"handover\"\n"
        }
        // What is reached before has been reached: a place on the way cannot mark all points to some effect.
        ("node" | "node.step", "marks") => return None,
        _ => panic!("a scenario tells the words of {table}.{key} apart"),
    })
}

#[test]
fn each_word_of_a_key_means_something_else() {
    let mut alike = Vec::new();
    let mut apart = BTreeSet::new();
    for spec in scenario::tables() {
        for key in spec.keys {
            let Form::Word(words) = key.form else { continue };
            let mut seen: Vec<(&str, Result<Outcome, String>)> = Vec::new();
            for word in words.iter().filter(|_| words.len() > 1) {
                let Some(text) = witness(spec.name, key.name, word) else { continue };
                let table: Table = text.parse().unwrap_or_else(|e| panic!("{text}\n{e}"));
                let here = format!("{}.{} = {word}", spec.name, key.name);
                let after = outcome(Path::new("words.toml"), &table);
                // Goods do not pass a headquarters.
                let refused = after.as_ref().err().map(String::as_str);
                assert_eq!(refused, (*word == "hq").then_some("WB309"), "{here}");
                let same = |other: &Result<Outcome, String>| match (other, &after) {
                    (Ok(a), Ok(b)) => difference(a, b).is_none(),
                    _ => false,
                };
                let twins = seen.iter().filter(|(_, other)| same(other));
                alike.extend(twins.map(|(other, _)| format!("{here} is as {other}")));
                seen.push((word, after));
                apart.insert((spec.name, key.name));
            }
        }
    }
    assert!(alike.is_empty(), "{}", alike.join("\n"));
    assert!(apart.len() >= 14, "{apart:?}");
}
