//! Golden runs: what each shipped scenario gives, so that a debug build, a release build and another machine are held
//! against the same text. `WAYBILL_BLESS=1` writes them anew; a change of the rules raises the semantics version.

use crate::cli::Place;
use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Figures that the text quotes, where a scenario has them; `*` stands for every key.
const FIGURES: [&str; 16] = [
    "stations.*.*.arrivals",
    "stations.*.*.departures",
    "stations.*.*.wait_mean",
    "stations.*.*.wait_p95",
    "stations.*.*.utilisation",
    "legs.*.departures",
    "legs.*.load_mean",
    "streams.total.delivered",
    "streams.total.lead_time_mean",
    "requirements.total.fill_rate",
    "requirements.total.lead_time_mean",
    "requirements.total.lead_time_p50",
    "money.mechanisms.*.committed",
    "money.mechanisms.*.paid",
    "stages.*.wait_mean",
    "stages.*.stay_mean",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The values at a dotted path, with the path of each.
fn find(value: &Value, done: &str, rest: &str, out: &mut String) {
    let (key, rest) = rest.split_once('.').unwrap_or((rest, ""));
    let Some(map) = value.as_object() else { return };
    for (name, value) in map {
        if key != "*" && key != name {
            continue;
        }
        let path = if done.is_empty() { name.clone() } else { format!("{done}.{name}") };
        match rest {
            "" if !value.is_object() => writeln!(out, "{path} = {value}").expect("a text takes all"),
            "" => {}
            rest => find(value, &path, rest, out),
        }
    }
}

fn golden(scenario: &Path, sets: &[String]) -> String {
    let place = Place::new();
    let path = scenario.to_str().expect("the repository has a plain path");
    let mut args = vec!["run", path, "--no-store", "--json", "--quiet"];
    args.extend(sets.iter().flat_map(|set| ["--set", set.as_str()]));
    let done = place.waybill(&args).output().expect("waybill runs");
    assert!(matches!(done.status.code(), Some(0 | 3)), "{path}: {}", String::from_utf8_lossy(&done.stderr));
    let run: Value = serde_json::from_slice(&done.stdout).expect("one JSON document");
    let mut out = String::new();
    for key in ["semantics", "events", "turns", "log_digest", "end"] {
        writeln!(out, "{key} {}", run[key]).expect("a text takes all");
    }
    // All of them, bit for bit; the lines below only say where to look.
    let all = blake3::hash(run["figures"].to_string().as_bytes());
    writeln!(out, "figures {all}").expect("a text takes all");
    FIGURES.iter().for_each(|path| find(&run["figures"], "", path, &mut out));
    out
}

/// Scenarios in a folder, by name.
fn scenarios(folder: &str) -> Vec<PathBuf> {
    let listed = std::fs::read_dir(root().join(folder)).expect("the repository has scenarios");
    let paths = listed.map(|entry| entry.expect("listable").path());
    let mut all: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    all.sort();
    all
}

/// Fewer goods for the reference cases.
fn small(name: &str) -> Vec<String> {
    match name {
        "queue" => vec!["consignment.goods.count=2000".to_owned()],
        _ => small_hubs(60),
    }
}

/// Three hubs with so many consignments of each donor.
pub fn small_hubs(count: u64) -> Vec<String> {
    (1..=32).map(|donor| format!("consignment.donor-{donor:02}.count={count}")).collect()
}

#[test]
fn every_shipped_scenario_gives_what_it_gave() {
    let bless = std::env::var_os("WAYBILL_BLESS").is_some();
    let folder = root().join("tests/goldens");
    let mut wrong = Vec::new();
    let shipped = scenarios("scenarios").into_iter().map(|path| (path, false));
    let all: Vec<_> = shipped.chain(scenarios("scenarios/bench").into_iter().map(|path| (path, true))).collect();
    for (path, reference) in &all {
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a plain name");
        let found = golden(path, &if *reference { small(name) } else { Vec::new() });
        let file = folder.join(name).with_extension("txt");
        if bless {
            std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, &found)).expect("writable");
            continue;
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        if found != expected {
            let differ = found.lines().filter(|line| !expected.lines().any(|e| e == *line)).take(8);
            wrong.push(format!("{name}, now:\n  {}", differ.collect::<Vec<_>>().join("\n  ")));
        }
    }
    for entry in std::fs::read_dir(&folder).expect("the goldens are there") {
        let path = entry.expect("listable").path();
        let shipped = all.iter().any(|(scenario, _)| scenario.file_stem() == path.file_stem());
        assert!(shipped, "{} belongs to no scenario", path.display());
    }
    assert!(wrong.is_empty(), "other than in tests/goldens (WAYBILL_BLESS=1 writes them anew):\n{}", wrong.join("\n"));
}
