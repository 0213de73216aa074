//! The commands as a user meets them: what they print, where, and with which exit code.

use assert_cmd::Command;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A queue that ends by itself.
pub const QUEUE: &str = r#"
title = "One dock"
[time]
start = 2025-01-01
end = 2025-02-01
[[consignment]]
name = "goods"
arrivals = { poisson = "0.8/h" }
enters = "dock"
[[node]]
name = "dock"
[[node.step]]
name = "handling"
time = { exponential = "1h" }
"#;

/// Requirements, pledges and packages, with a goal that is missed.
pub const NEEDS: &str = r#"
title = "Packages"
[time]
start = 2025-07-14
end = 2025-12-31
[[item]]
name = "interceptor"
mass = "0.9 t"
value = "4 M USD"
lot = 20
[[requirement]]
name = "air-defence"
arrivals = { poisson = "2/week" }
item = "interceptor"
quantity = { uniform = { low = 10, high = 60 } }
needed_within = "60d"
via = "purl"
[[pledge]]
name = "donor"
nation = "norway"
to = "purl"
amount = "250 M USD"
arrivals = { every = "7d" }
[[mechanism]]
name = "purl"
kind = "package"
size = "300 M USD"
origin = "depot"
[mechanism.stages]
release = "20d"
[[node]]
name = "depot"
kind = "origin"
next = "border"
[[node]]
name = "border"
kind = "handover"
[[leg]]
from = "depot"
to = "border"
mode = "air"
transit = "2d"
departures = { every = "1d", capacity = "60 t" }
[[checkpoint]]
figure = "money.mechanisms.purl.committed"
at = 2025-09-30
value = "2750 M USD"
[[goal]]
figure = "requirements.total.lead_time_mean"
at_most = "10d"
"#;

/// A folder with scenarios and a store.
pub struct Place {
    pub dir: TempDir,
}

impl Place {
    pub fn new() -> Place {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in [("queue.toml", QUEUE), ("needs.toml", NEEDS)] {
            std::fs::write(dir.path().join(name), text).expect("a temporary folder is writable");
        }
        Place { dir }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// `waybill` in the folder, with an empty environment.
    pub fn waybill(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waybill"));
        command.current_dir(self.dir.path()).env_clear().args(args);
        command
    }

    /// What a command prints on standard output, when it ends with a code.
    pub fn out(&self, args: &[&str], code: i32) -> String {
        let done = self.waybill(args).assert().code(code);
        String::from_utf8(done.get_output().stdout.clone()).expect("waybill prints UTF-8")
    }

    pub fn err(&self, args: &[&str], code: i32) -> String {
        let done = self.waybill(args).assert().code(code);
        String::from_utf8(done.get_output().stderr.clone()).expect("waybill prints UTF-8")
    }

    pub fn json(&self, args: &[&str], code: i32) -> Value {
        let text = self.out(args, code);
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{args:?} prints one JSON document: {e}\n{text}"))
    }

    /// The only run of the store.
    pub fn run_id(&self) -> String {
        let runs = self.json(&["runs", "--json"], 0);
        assert_eq!(runs.as_array().map(Vec::len), Some(1), "one run is stored");
        runs[0]["run"].as_str().expect("a run has an id").to_owned()
    }
}

pub fn bench(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/bench").join(name);
    path.to_str().expect("the repository has a plain path").to_owned()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn run_prints_one_document_with_exactly_its_keys() {
    let place = Place::new();
    let run = place.json(&["run", "queue.toml", "--seed", "7", "--json"], 0);
    let expected = [
        "run",
        "scenario",
        "seed",
        "engine",
        "semantics",
        "events",
        "turns",
        "log_digest",
        "start",
        "end",
        "figures",
        "wall",
    ];
    assert_eq!(keys(&run), expected);
    assert_eq!(run["seed"], 7);
    assert_eq!(run["start"], "2025-01-01T00:00:00Z");
    assert_eq!(run["end"], "2025-02-01T00:00:00Z");
    assert_eq!(run["log_digest"].as_str().map(str::len), Some(64));
}

#[test]
fn stored_and_not_stored_runs_have_the_same_digest_and_figures() {
    let place = Place::new();
    let kept = place.json(&["run", "needs.toml", "--json"], 3);
    let unkept = place.json(&["run", "needs.toml", "--json", "--no-store"], 3);
    let again = place.json(&["run", "needs.toml", "--json"], 3);
    let shown = place.json(&["show", &place.run_id(), "--json"], 0);
    for key in ["run", "events", "turns", "log_digest", "start", "end", "figures"] {
        assert_eq!(kept[key], unkept[key], "{key}");
        assert_eq!(kept[key], again[key], "{key}, verified");
        assert_eq!(kept[key], shown[key], "{key}, shown");
    }
    assert_eq!(again["wall"]["already_run"], true);
}

#[test]
fn a_second_run_says_so_and_again_compares() {
    let place = Place::new();
    place.out(&["run", "queue.toml"], 0);
    assert!(place.out(&["run", "queue.toml"], 0).contains("already run"));
    assert!(place.err(&["run", "queue.toml", "--again"], 0).contains("the same log, byte for byte"));
    let other = place.json(&["run", "queue.toml", "--seed", "2", "--json", "--no-store"], 0);
    assert_ne!(other["run"].as_str(), Some(place.run_id().as_str()));
}

#[test]
fn a_goal_written_later_is_judged_without_a_new_run() {
    let place = Place::new();
    let before = place.json(&["run", "queue.toml", "--json"], 0);
    let goal = "\n[[goal]]\nfigure = \"stations.dock.handling.wait_mean\"\nat_most = 1\n";
    std::fs::write(place.path("queue.toml"), format!("{QUEUE}{goal}")).expect("writable");
    let after = place.json(&["run", "queue.toml", "--json"], 3);
    assert_eq!((&before["run"], &after["wall"]["already_run"]), (&after["run"], &true.into()));
    assert_eq!(after["figures"]["goals"][0]["met"], false);
}

#[test]
fn runs_lists_and_forget_deletes() {
    let place = Place::new();
    assert_eq!(place.json(&["runs", "--json"], 0), serde_json::json!([]));
    place.out(&["run", "queue.toml"], 0);
    let runs = place.json(&["runs", "--json"], 0);
    assert_eq!(keys(&runs[0]), ["run", "scenario", "seed", "state", "turns", "events", "parent", "file", "sets"]);
    assert_eq!(runs[0]["state"], "finished");
    assert!(place.out(&["runs"], 0).contains("One dock"));
    let first = place.run_id();
    place.out(&["run", "queue.toml", "--set", "time.end=9d"], 0);
    assert!(place.out(&["runs"], 0).contains("--set time.end=9d"));
    assert!(place.err(&["log", &first, "--kind", "Refused"], 0).contains("no event of that kind"));
    place.out(&["forget", &first[..10]], 0);
    let rest = place.json(&["runs", "--json"], 0);
    assert_eq!(rest[0]["sets"], serde_json::json!(["time.end=9d"]));
    place.out(&["forget", &place.run_id()[..10]], 0);
    assert_eq!(place.json(&["runs", "--json"], 0), serde_json::json!([]));
}

#[test]
fn the_summary_of_needs_adds_up_and_fits() {
    let place = Place::new();
    let text = place.out(&["run", "needs.toml"], 3);
    for part in
        ["What limits it:", "ask to R4", "waited for, %", "money ", "checkpoint", "goal missed", "again  waybill run"]
    {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(text.lines().count() <= 46, "{}\n{text}", text.lines().count());
    assert!(text.lines().all(|l| l.chars().count() <= 96), "{text}");
    let number = |word: &str| word.replace(',', "").replace('-', "0").parse::<i64>().expect("a whole number");
    let mut left = 0;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["source" | "money" | "release" | "production" | "lift" | "border" | "staff", came, out, rest, ..]
                if !line.contains('[') && came.contains(|c: char| c.is_ascii_digit()) && line.contains('.') =>
            {
                assert_eq!(number(came), number(out) + number(rest), "{line}");
                left += number(rest);
            }
            ["ask", "to", "R4", came, out, rest, ..] => {
                assert_eq!(number(came), number(out) + number(rest), "{line}");
                assert_eq!(left, number(rest), "{text}");
            }
            _ => {}
        }
    }
    for (width, gone) in [("78", "backlog over time"), ("60", "share of lead time"), ("52", "P50")] {
        let mut command = place.waybill(&["run", "needs.toml"]);
        let done = command.env("COLUMNS", width).assert().code(3);
        let text = String::from_utf8(done.get_output().stdout.clone()).expect("UTF-8");
        let table = text.split("waited for").next().unwrap_or_default();
        assert!(!table.contains(gone), "{width}: {table}");
    }
}

#[test]
fn every_command_that_a_summary_names_works() {
    let place = Place::new();
    for (file, code) in [("needs.toml", 3), ("queue.toml", 0)] {
        let text = place.out(&["run", file, "--store", "my runs"], code);
        let mut named = 0;
        for line in text.lines() {
            let Some((_, rest)) = line.split_once("waybill ") else { continue };
            let command = rest.split("   ").next().unwrap_or_default().replace("'my runs'", "my\u{a0}runs");
            let words: Vec<String> = command.split(' ').map(|w| w.replace('\u{a0}', " ")).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            place.out(&words, if words[0] == "run" { code } else { 0 });
            named += 1;
        }
        assert!(named >= 2, "{text}");
    }
}

#[test]
fn show_goes_to_any_moment() {
    let place = Place::new();
    place.out(&["run", "queue.toml"], 0);
    let id = place.run_id();
    let half = place.json(&["show", &id, "--at", "2025-01-15", "--json"], 0);
    assert_eq!(half["at"], "2025-01-15T00:00:00Z");
    let last = place.json(&["log", &id, "--to", "2025-01-15", "--json"], 0);
    assert_eq!(half["events"].as_u64(), last.as_array().map(|all| all.len() as u64));
    let start = place.json(&["show", &id, "--at", "2025-01-01", "--json"], 0);
    assert_eq!(start["events"], 0);
    let end = place.json(&["show", &id, "--json"], 0);
    let past = place.json(&["show", &id, "--at", "2026-01-01", "--json"], 0);
    assert_eq!(end["figures"], past["figures"]);
    assert!(place.out(&["show", &id, "--at", "2025-01-15T12:00"], 0).contains("before 15 Jan 2025 12:00"));
}

#[test]
fn figures_become_a_table() {
    let place = Place::new();
    place.out(&["run", "needs.toml"], 3);
    let id = place.run_id();
    place.out(&["show", &id, "--csv", "figures.csv"], 0);
    let table = std::fs::read_to_string(place.path("figures.csv")).expect("the table was written");
    assert!(table.starts_with("path,value,unit\n"), "{table}");
    assert!(table.contains("\nmoney.mechanisms.purl.committed,") && table.contains(",minor USD\n"));
    assert_eq!(place.out(&["show", &id, "--csv", "-"], 0), table);
}

#[test]
fn the_log_is_filtered_and_named() {
    let place = Place::new();
    place.out(&["run", "needs.toml"], 3);
    let id = place.run_id();
    let lines = |args: &[&str]| -> Vec<Value> {
        let all: Vec<&str> = ["log", &id, "--format", "jsonl"].into_iter().chain(args.iter().copied()).collect();
        place.out(&all, 0).lines().map(|l| serde_json::from_str(l).expect("a line is JSON")).collect()
    };
    let all = lines(&[]);
    let numbered = all.iter().enumerate().all(|(i, e)| e["seq"].as_u64() == Some(i as u64 + 1));
    assert!(numbered, "events are numbered from 1");
    for event in &all {
        assert_eq!(&keys(event)[..7], ["seq", "turn", "time", "t", "kind", "object", "cause"]);
        assert!(event["cause"].as_u64() < event["seq"].as_u64(), "{event}");
    }
    let handed = lines(&["--kind", "HandedOver", "--kind", "ConvoyDispatched"]);
    assert!(handed.iter().any(|e| e["kind"] == "HandedOver" && e["node"] == "border"));
    let convoy = handed.iter().find(|e| e["kind"] == "ConvoyDispatched").expect("a convoy left");
    assert_eq!((&convoy["leg"], &convoy["object"]), (&"depot:border:air".into(), &"depot:border:air#1".into()));
    let one = lines(&["--object", "air-defence#1"]);
    let of_it = |e: &Value| {
        e["object"] == "air-defence#1" || e["object"].as_str().is_some_and(|o| o.starts_with("air-defence#1/"))
    };
    assert!(one.len() > 5 && one.iter().all(of_it), "{one:?}");
    let staged = lines(&["--kind", "StageEntered"]);
    assert!(staged.iter().all(|e| e["mechanism"] == "purl" && e["stage"].is_string()));
    let pledge = &lines(&["--kind", "PledgeAnnounced"])[0];
    assert_eq!((&pledge["amount"], &pledge["party"]), (&25_000_000_000_i64.into(), &"norway".into()));
    let week = lines(&["--from", "2025-08-01", "--to", "2025-08-08"]);
    let inside = |e: &Value| e["time"].as_str().is_some_and(|t| ("2025-08-01".."2025-08-08").contains(&t));
    assert!(!week.is_empty() && week.iter().all(inside));
    assert_eq!(week.len(), all.iter().filter(|e| inside(e)).count());
    assert!(place.out(&["log", &id], 0).lines().count() == all.len());
}

#[test]
fn replay_confirms_digest_and_figures() {
    let place = Place::new();
    let run = place.json(&["run", "needs.toml", "--json"], 3);
    let replayed = place.json(&["replay", &place.run_id(), "--json"], 0);
    assert_eq!(replayed["log_digest"], run["log_digest"]);
    assert_eq!(replayed["figures_confirmed"], true);
    assert!(place.out(&["resume", &place.run_id()], 0).contains("finished already"));
}

#[test]
fn check_explain_and_mechanisms_answer() {
    let place = Place::new();
    let checked = place.json(&["check", "queue.toml", "--json"], 0);
    assert_eq!(keys(&checked), ["errors", "warnings", "lines", "diagnostics", "loads"]);
    assert_eq!(checked["loads"][0]["place"], "dock.handling");
    assert!(place.out(&["check", "queue.toml"], 0).contains("dock.handling"));
    assert!(place.out(&["explain", "WB104"], 0).contains("WB104"));
    assert!(place.out(&["mechanisms"], 0).contains("package"));
    assert!(place.out(&["mechanisms", "package"], 0).contains("drafting"));
    for kind in place.json(&["mechanisms", "--json"], 0).as_array().expect("a list") {
        assert!(kind["stages"].as_array().is_some_and(|stages| !stages.is_empty()));
    }
}

#[test]
fn time_zone_and_locale_change_no_figure() {
    let place = Place::new();
    let plain = place.json(&["run", "needs.toml", "--json", "--no-store"], 3);
    let mut command = place.waybill(&["run", "needs.toml", "--json", "--no-store"]);
    let done = command.env("TZ", "Asia/Tokyo").env("LC_ALL", "C").env("LANG", "de_DE").assert().code(3);
    let other: Value = serde_json::from_slice(&done.get_output().stdout).expect("JSON");
    for key in ["run", "log_digest", "start", "end", "figures"] {
        assert_eq!(plain[key], other[key], "{key}");
    }
    let mut command = place.waybill(&["run", "needs.toml"]);
    let done = command.env("LC_ALL", "C").assert().code(3);
    assert!(done.get_output().stdout.is_ascii(), "a locale without UTF-8 gets ASCII");
}

#[test]
fn colour_goes_to_those_who_ask() {
    let place = Place::new();
    assert!(!place.out(&["run", "queue.toml"], 0).contains('\x1b'));
    let coloured = |key: &str| {
        let mut command = place.waybill(&["run", "queue.toml"]);
        let done = command.env("CLICOLOR_FORCE", "1").env(key, "1").assert().code(0);
        done.get_output().stdout.contains(&0x1b)
    };
    assert!(coloured("CLICOLOR_FORCE"));
    assert!(!coloured("NO_COLOR"));
}

#[test]
fn every_command_has_help_with_an_example() {
    let place = Place::new();
    for verb in ["check", "run", "runs", "forget", "show", "log", "replay", "resume", "explain", "mechanisms"] {
        let help = place.out(&[verb, "--help"], 0);
        assert!(help.contains("Example") && help.contains(&format!("waybill {verb}")), "{help}");
    }
    assert!(place.out(&["--version"], 0).starts_with("waybill "));
}
