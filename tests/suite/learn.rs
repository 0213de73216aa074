//! The ten scenarios of `scenarios/learn` give the answers that `docs/learn.md` works out by hand or takes from theory, and
//! the page shows what the program prints (`WAYBILL_BLESS=1` renews the lines that it shows).

use crate::readme::{copy, without_wall};
use crate::support::{Done, figures, full_tier, run_loaded};
use crate::theory::{erlang_c, judge, left_behind};
use assert_cmd::Command;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use waybill::log::SegmentLimits;
use waybill::scenario::{self, Loaded, Options};

const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Names of the scenarios, without their ending, in order.
fn names() -> BTreeSet<String> {
    let folder = std::fs::read_dir(root().join("scenarios/learn")).expect("the scenarios have a folder");
    let files = folder.map(|entry| entry.expect("an entry can be read").path());
    files.map(|path| path.file_stem().expect("a file has a name").to_string_lossy().into_owned()).collect()
}

fn load(name: &str, sets: &[&str]) -> Loaded {
    let path = root().join(format!("scenarios/learn/{name}.toml"));
    let options = Options { sets: sets.iter().map(|&set| set.to_owned()).collect() };
    scenario::read(&path, &options).unwrap_or_else(|report| panic!("{name} reads: {}", report.text(false)))
}

fn done(name: &str, sets: &[&str], seed: u64) -> Done {
    run_loaded(&load(name, sets), seed, SegmentLimits::default())
}

/// Every checkpoint of the scenario is within its tolerance, every goal met.
#[track_caller]
fn within(name: &str, seed: u64, done: &Done) {
    let (notes, tree) = (&done.opened.notes, done.world.tree());
    for found in done.world.checkpoints(notes, &tree) {
        let what = &notes.checkpoints[found.index].figure;
        assert_eq!(found.within, Some(true), "{name}, seed {seed}: {what} is {:?}", found.simulated);
    }
    assert!(done.world.goals(notes, &tree).iter().all(|goal| goal.met), "{name}, seed {seed}: a goal is missed");
}

/// A scenario without chance: its figures are exactly these.
#[track_caller]
fn exactly(name: &str, sets: &[&str], at: &str, expected: &[(&str, f64)]) -> Done {
    let done = done(name, sets, 1);
    figures(&done, at, expected);
    done
}

/// A scenario of chance: over many seeds no figure is off by more than some standard errors, and of the scenario as it
/// is, every single seed is within what its checkpoints allow. The share of those refused stands for `refused_share`.
fn on_average(name: &str, sets: &[&str], at: &str, expected: &[(&str, f64)]) {
    let seeds = if full_tier() { 64 } else { 12 };
    let loaded = load(name, sets);
    let mut rows: Vec<_> = expected.iter().map(|&(key, exact)| (key, exact, vec![])).collect();
    for seed in 1..=seeds {
        let done = run_loaded(&loaded, seed, SegmentLimits::default());
        for (key, _, values) in &mut rows {
            let figure = |key: &str| done.figure(&format!("{at}.{key}"));
            values.push(match *key {
                "refused_share" => figure("refused") / figure("arrivals"),
                key => figure(key),
            });
        }
        if sets.is_empty() {
            within(name, seed, &done);
        }
    }
    judge(&format!("{name} {}", sets.join(" ")), &rows);
}

/// Waits at one dock, first in first out, that starts nothing from `shut` to `open`.
fn waits(arrivals: &[f64], service: f64, shut: f64, open: f64) -> Vec<f64> {
    let mut free = 0.0f64;
    let wait = |&comes: &f64| {
        let ready = comes.max(free);
        let starts = if (shut..open).contains(&ready) { open } else { ready };
        free = starts + service;
        starts - comes
    };
    arrivals.iter().map(wait).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn one_dock_is_counted_by_hand() {
    let at = "stations.dock.unloading";
    let comes = [0.0, 600.0, 1_200.0];
    let waited = waits(&comes, 1_800.0, 0.0, 0.0);
    assert_eq!(waited, [0.0, 1_200.0, 2_400.0]);
    let run = exactly("01-one-dock", &[], at, &[("wait_mean", mean(&waited)), ("wait_max", 2_400.0)]);
    within("01-one-dock", 1, &run);
    // Two docks: only the third truck waits, for 10 minutes.
    exactly("01-one-dock", &["node.dock.step.unloading.servers=2"], at, &[("wait_mean", 200.0), ("wait_max", 600.0)]);
    let waited = waits(&comes, 2_400.0, 0.0, 0.0);
    let slower = ["node.dock.step.unloading.time=40 min"];
    exactly("01-one-dock", &slower, at, &[("wait_mean", mean(&waited)), ("wait_max", 3_600.0)]);
}

#[test]
fn random_trucks_wait_as_theory_says() {
    let (name, at) = ("02-random-trucks", "stations.dock.unloading");
    let wait = |load: f64| load / (1.0 - load) * HOUR;
    on_average(name, &[], at, &[("utilisation", 0.75), ("wait_mean", wait(0.75))]);
    on_average(name, &["consignment.truck.arrivals.poisson=22/d"], at, &[("wait_mean", wait(22.0 / 24.0))]);
}

#[test]
fn docks_that_share_a_line_wait_as_theory_says() {
    let (name, at, load) = ("03-three-docks", "stations.docks.unloading", 2.25);
    let expected = |docks: u32| {
        let waits = erlang_c(docks, load);
        [("waited_share", waits), ("wait_mean", waits / (f64::from(docks) - load) * HOUR)]
    };
    on_average(name, &[], at, &expected(3));
    on_average(name, &["node.docks.step.unloading.servers=4"], at, &expected(4));
}

#[test]
fn the_urgent_gain_what_the_others_pay() {
    let (name, at) = ("04-urgent-first", "stations.dock.unloading");
    let (load, urgent) = (0.75, 0.25);
    let first = load / (1.0 - urgent);
    let others = first / (1.0 - load);
    assert_eq!((first, others, (first + 2.0 * others) / 3.0), (1.0, 4.0, 3.0));
    let keys = ["priority.1.wait_mean", "priority.2.wait_mean", "wait_mean"];
    let expected = |first: f64, others: f64| {
        [(keys[0], first * HOUR), (keys[1], others * HOUR), (keys[2], (first + 2.0 * others) / 3.0 * HOUR)]
    };
    on_average(name, &[], at, &expected(first, others));
    on_average(name, &["node.dock.step.unloading.discipline=fifo"], at, &expected(3.0, 3.0));
    // Work that is broken off for the urgent ones: they see only each other.
    let first = urgent / (1.0 - urgent);
    let others = 1.0 / (1.0 - urgent) + load / ((1.0 - urgent) * (1.0 - load)) - 1.0;
    on_average(name, &["node.dock.step.unloading.preempt=resume"], at, &expected(first, others));
}

#[test]
fn a_full_yard_turns_away_as_theory_says() {
    let (name, at) = ("05-full-yard", "stations.hub.unloading");
    let (load, docks) = (2.0f64, 3.0f64);
    // Chances that so many are there, up to the scale: a^n / n! while docks are free, then two thirds of the one before.
    let turned_away = |room: usize| {
        let mut weights = vec![1.0];
        for n in 1..=room {
            weights.push(weights[n - 1] * load / docks.min(n as f64));
        }
        let all: f64 = weights.iter().sum();
        let waiting: f64 = weights.iter().enumerate().map(|(n, w)| n.saturating_sub(3) as f64 * w / all).sum();
        (weights[room] / all, waiting)
    };
    let (refused, _) = turned_away(3);
    assert!((refused - 4.0 / 19.0).abs() < 1e-12);
    let through = 48.0 * (1.0 - refused);
    let used = load * (1.0 - refused) / docks;
    on_average(name, &[], at, &[("refused_share", refused), ("throughput", through), ("utilisation", used)]);
    let (refused, waiting) = turned_away(6);
    let wait = waiting / (load * (1.0 - refused)) * HOUR;
    on_average(name, &["node.hub.yard=6"], at, &[("refused_share", refused), ("wait_mean", wait)]);
    // Those who wait at the gate wait as long as in a line; it shows in the stay.
    let stay = (1.0 + erlang_c(3, load) / (docks - load)) * HOUR;
    on_average(name, &["node.hub.when_full=wait"], at, &[("stay_mean", stay)]);
}

#[test]
fn a_convoy_lets_wait_half_its_interval() {
    let (name, at) = ("06-convoy", "legs.convoy");
    on_average(name, &[], at, &[("wait_mean", 6.0 * HOUR), ("load_mean", 24.0)]);
    on_average(name, &["leg.convoy.departures.every=6h"], at, &[("wait_mean", 3.0 * HOUR), ("load_mean", 12.0)]);
    // Who is left behind waits longer: by Little's law the number waiting over the trucks an hour.
    let (behind, _) = left_behind(24.0, 26);
    on_average(name, &["leg.convoy.departures.capacity=26"], at, &[("wait_mean", (behind + 12.0) / 2.0 * HOUR)]);
}

#[test]
fn a_closure_is_felt_three_times_as_long() {
    let (name, at) = ("07-closed", "stations.hub.unloading");
    let comes: Vec<f64> = (1..240).map(|n| f64::from(n) * 1_800.0).collect();
    let judged = |sets: &[&str], service: f64, hours: f64, felt: usize| {
        let waited = waits(&comes, service, 2.0 * DAY, 2.0 * DAY + hours * HOUR);
        let concerned = waited.iter().filter(|wait| **wait > 0.0).count();
        assert_eq!(concerned, felt);
        let share = felt as f64 / comes.len() as f64;
        exactly(name, sets, at, &[("wait_mean", mean(&waited)), ("wait_max", hours * HOUR), ("waited_share", share)])
    };
    let run = judged(&[], 1_200.0, 12.0, 72);
    within(name, 1, &run);
    judged(&["disruption.storm.lasts=24h"], 1_200.0, 24.0, 144);
    judged(&["node.hub.step.unloading.time=25 min"], 1_500.0, 12.0, 144);
}

#[test]
fn three_trucks_are_just_enough() {
    let (name, at) = ("08-fleet", "legs.road");
    let run = exactly(name, &[], at, &[("wait_max", 0.0), ("vehicles_away_max", 3.0)]);
    within(name, 1, &run);
    // Two trucks: loads leave in pairs, and each pair waits two hours longer than the one before; 240 leave in 30 days.
    let waited: Vec<f64> = (0..240).map(|load| f64::from(load / 2) * 2.0 * HOUR).collect();
    let expected = [("dispatches", 240.0), ("wait_max", 238.0 * HOUR), ("wait_mean", mean(&waited))];
    exactly(name, &["leg.road.departures.fleet=2"], at, &expected);
}

#[test]
fn a_lead_time_is_the_sum_of_its_parts() {
    let (name, at) = ("09-requirements", "requirements.total");
    // (papers ready, flight, lead times), in days; the hub takes them half a day apart, the road half a day.
    let leads = |ready: [f64; 3], flight: [f64; 3]| {
        let mut free = 0.0f64;
        let mut parts = [0.0; 4];
        for k in 0..3 {
            let lands = flight[k] + 1.0;
            let starts = lands.max(free);
            free = starts + 0.5;
            let whole = free + 0.5;
            [ready[k] - 2.0, flight[k] - ready[k], starts - lands, whole]
                .iter()
                .zip(&mut parts)
                .for_each(|(part, sum)| *sum += part / 3.0 * DAY);
        }
        parts
    };
    let judged = |sets: &[&str], parts: [f64; 4]| {
        let [staff, lift, hub, whole] = parts.map(f64::round);
        let expected = [
            ("lead_time_mean", whole),
            ("waited.staff_mean", staff),
            ("waited.lift_mean", lift),
            ("waited.hub_mean", hub),
            ("work_mean", 4.0 * DAY),
        ];
        exactly(name, sets, at, &expected)
    };
    let parts = leads([2.0, 4.0, 6.0], [7.0; 3]);
    assert_eq!(parts.map(f64::round), [2.0, 3.0, 0.5, 9.5].map(|days| days * DAY));
    let run = judged(&[], parts);
    within(name, 1, &run);
    judged(&["node.hq.step.validation.servers=3"], leads([2.0; 3], [7.0; 3]));
    judged(&["leg.flight.departures.every=2d"], leads([2.0, 4.0, 6.0], [2.0, 4.0, 6.0]));
}

#[test]
fn a_package_is_funded_when_its_gap_is_zero() {
    let (name, at) = ("10-package", "mechanisms.purl");
    let (first, last) = ("packages.1.funded", "first_arrival");
    // The sums of 5 August, 15 August and 1 September (days from 1 August), until they reach 100 M.
    let days = [(4.0, 40), (14.0, 80), (31.0, 120)];
    let funded = days.iter().find(|day| day.1 >= 100).expect("it is funded").0;
    let arrives = funded + 30.0 + 10.0 + 5.0 + 2.0;
    let run = exactly(name, &[], at, &[(first, funded * DAY), (last, arrives * DAY), ("packages.1.price", 1e10)]);
    within(name, 1, &run);
    assert_eq!(run.figure("money.mechanisms.purl.pool"), 2e9, "what the package did not need");
    let got = [("packages.1.funded", (funded + 20.0) * DAY), (last, (arrives + 20.0) * DAY)];
    exactly(name, &["pledge.donor.paid_after=20d", "mechanism.purl.counts=paid"], at, &got);
    let less = exactly(name, &["pledge.donor.amount=30 M USD"], at, &[("funded", 0.0), ("next_gap", 1e9)]);
    assert_eq!(less.figure("requirements.total.open"), 1.0);
}

#[test]
fn nothing_is_wrong_in_them() {
    for name in names() {
        let loaded = load(&name, &[]);
        assert!(loaded.warnings.is_empty(), "{name}: {}", loaded.report().text(false));
    }
}

#[test]
fn the_page_names_every_scenario_and_every_scenario_is_there() {
    let page = page();
    let mut named = BTreeSet::new();
    for (at, folder) in page.match_indices("scenarios/learn/") {
        let rest = &page[at + folder.len()..];
        named.extend(rest.split_once(".toml").map(|(name, _)| name.to_owned()).filter(|name| !name.contains(' ')));
    }
    assert_eq!(named, names());
    assert_eq!(named.len(), 10);
}

fn page() -> String {
    std::fs::read_to_string(root().join("docs/learn.md")).expect("the page can be read")
}

/// Words of a command, as a shell splits it; `'` quotes.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("there is a word").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What a command prints on standard output; `$(...)` stands for what the command in it prints, `; echo $?` for its exit
/// code on a line of its own.
fn printed(command: &str, here: &Path) -> String {
    let (command, asks) = command.strip_suffix("; echo $?").map_or((command, false), |command| (command, true));
    let command = match command.split_once("$(").and_then(|(a, rest)| rest.split_once(')').map(|(b, c)| (a, b, c))) {
        Some((before, inner, after)) => format!("{before}{}{after}", printed(inner, here).trim()),
        None => command.to_owned(),
    };
    let words = words(&command);
    assert_eq!(words[0], "waybill", "{command}");
    let ran = Command::new(env!("CARGO_BIN_EXE_waybill"))
        .args(&words[1..])
        .current_dir(here)
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8")
        .env_remove("COLUMNS")
        .output()
        .expect("waybill runs");
    let code = ran.status.code().expect("it exits");
    let fault = String::from_utf8_lossy(&ran.stderr);
    assert!(code == 0 || (code == 3 && asks), "{command}: exit code {code}\n{fault}");
    let mut text = without_wall(&String::from_utf8(ran.stdout).expect("output is UTF-8"));
    if asks {
        text += &format!("{code}\n");
    }
    text
}

/// The words of a line without digits: what it is about, whatever its figures.
fn about(line: &str) -> Vec<&str> {
    let named = |word: &&str| word.contains(char::is_alphabetic) && !word.contains(|c: char| c.is_ascii_digit());
    line.split_whitespace().filter(named).take(2).collect()
}

/// The lines that the page shows of what a command printed, or what stands in their place.
fn shown(command: &str, lines: &[&str], output: &str, bless: bool) -> Vec<String> {
    let mut rest = output.lines();
    let mut out = Vec::new();
    for line in lines {
        let similar = |other: &str| !other.is_empty() && about(other) == about(line);
        let same = |other: &&str| if bless { similar(other) } else { other.trim_end() == *line };
        let found = if line.is_empty() { Some("") } else { rest.find(same) };
        let found =
            found.unwrap_or_else(|| panic!("{command} prints no line\n{line}\nafter the ones above, but\n{output}"));
        out.push(found.trim_end().to_owned());
    }
    out
}

#[test]
fn the_page_shows_what_the_program_prints() {
    let bless = std::env::var_os("WAYBILL_BLESS").is_some();
    let here = tempfile::tempdir().expect("a folder can be made");
    copy(&root().join("scenarios"), &here.path().join("scenarios"));
    let old = page();
    let mut new = Vec::new();
    let mut lines = old.lines().peekable();
    let (mut commands, mut inside) = (0, false);
    while let Some(line) = lines.next() {
        new.push(line.to_owned());
        if line.starts_with("```") {
            inside = line == "```console";
        }
        let Some(command) = line.strip_prefix("$ ").filter(|_| inside) else { continue };
        let mut kept = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("```") && !line.starts_with("$ ")) {
            kept.push(line);
        }
        new.extend(shown(command, &kept, &printed(command, here.path()), bless));
        commands += 1;
    }
    assert!(commands >= 20, "the page runs all scenarios, and experiments");
    if bless {
        std::fs::write(root().join("docs/learn.md"), new.join("\n") + "\n").expect("the page can be written");
    }
}
