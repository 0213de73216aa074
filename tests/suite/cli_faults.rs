//! The commands when something is wrong: exit codes, interruptions, and stores that are damaged or in use.

use crate::cli::{Place, bench};
use crate::support::full_tier;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn start(place: &Place, args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waybill"));
    command.current_dir(place.dir.path()).env_clear().args(args);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("waybill starts")
}

/// Waits until the store lists a run.
fn listed(place: &Place, child: &mut Child) -> Option<PathBuf> {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) && child.try_wait().expect("a child can be asked").is_none() {
        for dir in std::fs::read_dir(place.path(".waybill/runs")).into_iter().flatten().flatten() {
            if dir.path().join("run.json").exists() {
                return Some(dir.path());
            }
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    None
}

/// How much of the reference case the quick tests simulate.
fn size() -> Vec<String> {
    if full_tier() { Vec::new() } else { vec!["--set".to_owned(), "time.end=300d".to_owned()] }
}

fn three_hubs(seed: &str) -> Vec<String> {
    let mut args = vec!["run".to_owned(), bench("three-hubs.toml"), "--seed".to_owned(), seed.to_owned()];
    args.extend(size());
    args
}

/// What the run gives when nobody interrupts it.
fn whole(place: &Place, seed: &str) -> Value {
    let mut args = three_hubs(seed);
    args.extend(["--no-store".to_owned(), "--json".to_owned()]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    place.json(&args, 0)
}

fn same_end(place: &Place, whole: &Value, done: &Value) {
    for key in ["run", "log_digest", "events", "turns", "figures"] {
        assert_eq!(whole[key], done[key], "{key}");
    }
    place.out(&["replay", &place.run_id()], 0);
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_stops_with_130_and_is_resumed_to_the_same_end() {
    let reference = whole(&Place::new(), "1");
    for pause in [120, 40, 10] {
        let place = Place::new();
        let args = three_hubs("1");
        let mut child = start(&place, &args.iter().map(String::as_str).collect::<Vec<_>>());
        listed(&place, &mut child).expect("the run is stored at once");
        std::thread::sleep(Duration::from_millis(pause));
        let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(killed.expect("kill is there").success());
        let code = child.wait().expect("the child ends").code();
        if code == Some(0) {
            // A fast machine was done already.
            continue;
        }
        assert_eq!(code, Some(130));
        assert_eq!(place.json(&["runs", "--json"], 0)[0]["state"], "interrupted");
        let before = place.json(&["show", &place.run_id(), "--json"], 0);
        assert!(before["turns"].as_u64() < reference["turns"].as_u64());
        // Of moments to which it has not come nothing is known.
        let refused = place.err(&["show", &place.run_id(), "--at", "2099-01-01"], 2);
        assert!(refused.contains("has come to") && refused.contains("waybill resume"), "{refused}");
        let done = place.json(&["resume", &place.run_id(), "--json"], 0);
        same_end(&place, &reference, &done);
        return;
    }
    panic!("the run was never caught on its way");
}

#[test]
fn a_killed_run_is_resumed_to_the_same_end() {
    let reference = whole(&Place::new(), "3");
    let tries = if full_tier() { 200 } else { 2 };
    for i in 0..tries {
        let place = Place::new();
        let args = three_hubs("3");
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let mut child = start(&place, &args);
        if i % 4 != 3 {
            listed(&place, &mut child);
        }
        std::thread::sleep(Duration::from_millis(7 * i % 400));
        child.kill().expect("a child can be killed");
        child.wait().expect("the child ends");
        // The same command goes on with what is there, begins anew, or verifies what was finished.
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let done = place.json(&args, 0);
        same_end(&place, &reference, &done);
    }
}

#[test]
fn wrong_usage_and_scenarios_exit_with_2_and_leave_no_store() {
    let place = Place::new();
    std::fs::write(place.path("wrong.toml"), "pirority = 1\n[time]\nstart = 2025-01-01\n").expect("writable");
    let said = place.err(&["run", "wrong.toml"], 2);
    assert!(said.contains("WB104") && said.contains("wrong.toml:1:1"), "{said}");
    let checked = place.json(&["check", "wrong.toml", "--json"], 2);
    assert!(checked["errors"].as_u64() > Some(0), "{checked}");
    place.err(&["run", "absent.toml"], 2);
    place.err(&["run", "queue.toml", "--set", "time.nope=1"], 2);
    place.err(&["run"], 2);
    place.err(&["frobnicate"], 2);
    place.err(&["show", "7f3a", "--at", "2025-02-30"], 2);
    assert!(place.err(&["explain", "WB9999"], 2).contains("no code"));
    assert!(place.err(&["mechanisms", "packages"], 2).contains("did you mean package?"));
    assert!(!place.path(".waybill").exists(), "the store is untouched");
}

#[test]
fn an_unknown_run_or_moment_or_kind_exits_with_2_and_says_how_to_repeat_it() {
    let place = Place::new();
    place.out(&["run", "queue.toml"], 0);
    let id = place.run_id();
    for verb in ["show", "log", "replay", "resume", "forget"] {
        let said = place.err(&[verb, "ffffffffffff"], 2);
        assert!(said.contains("no run ffffffffffff") && said.contains(&format!("waybill {verb}")), "{said}");
    }
    assert!(place.err(&["show", &id, "--at", "2024-12-31"], 2).contains("begins on"));
    assert!(place.err(&["log", &id, "--kind", "HandedOve"], 2).contains("did you mean HandedOver?"));
    place.err(&["show", &id, "--csv", "no/such/folder/f.csv"], 1);
}

#[test]
fn a_missed_goal_exits_with_3_each_time() {
    let place = Place::new();
    for _ in 0..2 {
        assert!(place.out(&["run", "needs.toml"], 3).contains("goal missed"));
    }
    place.out(&["run", "needs.toml", "--no-store", "--quiet"], 3);
}

#[test]
fn figures_that_differ_from_the_log_exit_with_4() {
    let place = Place::new();
    place.out(&["run", "queue.toml"], 0);
    let path = place.path(&format!(".waybill/runs/{}/run.json", place.run_id()));
    let mut entry: Value = serde_json::from_slice(&std::fs::read(&path).expect("readable")).expect("JSON");
    entry["summary"]["figures_digest"] = "0".repeat(64).into();
    std::fs::write(&path, entry.to_string()).expect("writable");
    assert!(place.err(&["replay", &place.run_id()], 4).contains("not those of the run"));
}

#[test]
fn a_damaged_store_exits_with_5_and_is_never_overwritten() {
    let place = Place::new();
    place.out(&["run", "queue.toml"], 0);
    let id = place.run_id();
    let head = place.path(&format!(".waybill/runs/{id}/HEAD"));
    let mut bytes = std::fs::read(&head).expect("readable");
    bytes[60] ^= 1;
    std::fs::write(&head, &bytes).expect("writable");
    for args in [vec!["show", &id], vec!["replay", &id], vec!["log", &id], vec!["run", "queue.toml"]] {
        assert!(place.err(&args, 5).contains("damaged"), "{args:?}");
    }
    assert_eq!(std::fs::read(&head).expect("readable"), bytes);
}

#[test]
fn a_run_in_use_exits_with_5_and_names_who_has_it() {
    let place = Place::new();
    let args = three_hubs("5");
    let mut child = start(&place, &args.iter().map(String::as_str).collect::<Vec<_>>());
    let dir = listed(&place, &mut child).expect("the run is stored at once");
    let id = dir.file_name().and_then(|name| name.to_str()).expect("a plain name").to_owned();
    let said = place.waybill(&["show", &id, "--wait", "0"]).output().expect("waybill runs");
    let busy = child.try_wait().expect("a child can be asked").is_none();
    child.kill().expect("a child can be killed");
    child.wait().expect("the child ends");
    if busy {
        assert_eq!(said.status.code(), Some(5));
        assert!(String::from_utf8_lossy(&said.stderr).contains("in use by process"));
    }
}

#[test]
fn a_broken_pipe_is_no_error() {
    let place = Place::new();
    place.out(&["run", "queue.toml"], 0);
    let mut child = Command::new(env!("CARGO_BIN_EXE_waybill"))
        .current_dir(place.dir.path())
        .args(["log", &place.run_id(), "--format", "jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("waybill starts");
    let mut line = String::new();
    let mut out = BufReader::with_capacity(64, child.stdout.take().expect("a pipe"));
    out.read_line(&mut line).expect("a line comes");
    drop(out);
    let done = child.wait_with_output().expect("the child ends");
    assert_eq!(done.status.code(), Some(0));
    assert!(line.starts_with("{\"seq\":1,") && done.stderr.is_empty(), "{line}");
}

#[test]
fn a_goal_on_a_figure_that_no_run_has_is_refused() {
    let place = Place::new();
    let goal = |figure: &str| format!("goal=[{{ figure = \"{figure}\", at_least = 0 }}]");
    let dock = format!("{}/scenarios/one-dock.toml", env!("CARGO_MANIFEST_DIR"));
    for verb in ["check", "run"] {
        let said = place.err(&[verb, &dock, "--set", &goal("stations.dock.unloadin.wait_mean")], 2);
        assert!(
            said.contains("did you mean `stations.dock.unloading.wait_mean`?") && said.contains("error[WB206]"),
            "{said}"
        );
        let said = place.err(&[verb, &dock, "--set", &goal("stations.dock.unloading")], 2);
        assert!(said.contains("there is no figure `stations.dock.unloading`\n"), "{said}");
    }
    place.out(&["check", &dock, "--set", &goal("stations.dock.unloading.priority.1.wait_mean")], 0);
}

#[test]
fn the_log_tells_what_happened_at_a_place() {
    let place = Place::new();
    let convoys = format!("{}/scenarios/convoys.toml", env!("CARGO_MANIFEST_DIR"));
    let id = place.out(&["run", &convoys, "--quiet", "--set", "time.end=4d"], 0);
    let all = place.out(&["log", id.trim(), "--format", "jsonl"], 0);
    let of = |object: &str| place.out(&["log", id.trim(), "--format", "jsonl", "--object", object], 0);
    let first = |key: &str| {
        let mut events =
            all.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("one event a line"));
        events.find_map(|event| event[key].as_str().map(str::to_owned)).expect("some event has it")
    };
    for key in ["node", "leg", "stream"] {
        let name = first(key);
        let told = of(&name);
        assert!(told.lines().count() > 0 && told.lines().count() < all.lines().count(), "{key} {name}");
        let field = format!("\"{key}\":\"{name}\"");
        let expected: Vec<&str> = all.lines().filter(|line| line.contains(&field)).collect();
        assert!(expected.iter().all(|line| told.contains(line)), "{key} {name}");
    }
}
