//! Inputs as nobody would write them: readers say no, and nothing panics, hangs or grows without bound. `WAYBILL_FUZZ` is the
//! number of cases of each target; a case that fails is told by its number, and runs alone with `WAYBILL_CASE`.

use crate::support::{Dice, full_tier};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::Ordering;
use waybill::event::codec;
use waybill::log::{MemoryLog, SegmentLimits};
use waybill::scenario::{self, Options};
use waybill::sim::{Opened, Run, Watcher, World};
use waybill::units::time::SimTime;

fn cases(target: impl Fn(&mut Dice)) {
    let asked = |name: &str| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    let all = match asked("WAYBILL_CASE") {
        Some(case) => case..case + 1,
        None => 0..asked("WAYBILL_FUZZ").unwrap_or(if full_tier() { 5_000 } else { 150 }),
    };
    for case in all {
        let done = catch_unwind(AssertUnwindSafe(|| target(&mut Dice::new(case))));
        assert!(done.is_ok(), "case {case} panics (WAYBILL_CASE={case} repeats it)");
    }
}

fn texts() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    for folder in ["scenarios", "scenarios/learn", "tests/scenarios", "tests/wrong"] {
        let mut files: Vec<_> =
            std::fs::read_dir(root.join(folder)).expect("a folder").map(|e| e.expect("an entry").path()).collect();
        files.sort();
        all.extend(
            files
                .iter()
                .filter(|f| f.extension().is_some_and(|e| e == "toml"))
                .map(|f| std::fs::read_to_string(f).expect("a text")),
        );
    }
    all
}

const VALUES: &[&str] = &[
    "0",
    "-1",
    "1",
    "2",
    "1e9",
    "9223372036854775807",
    "-9223372036854775808",
    "0.5",
    "1e308",
    "nan",
    "true",
    "\"\"",
    "\"0s\"",
    "\"1s\"",
    "\"1h\"",
    "\"999999999999d\"",
    "\"5 t\"",
    "\"1 USD\"",
    "\"9 bn USD\"",
    "\"3/d\"",
    "\"9999999/s\"",
    "[]",
    "{}",
    "[{}]",
    "2025-07-14",
    "0001-01-01",
    "\"unlimited\"",
    "\"out\"",
    "\"fastest\"",
    "\"least_backlog\"",
    "{ exponential = \"1h\" }",
    "{ by = \"item\", else = \"1h\" }",
    "{ by = \"priority\", 1 = \"out\", else = \"fastest\" }",
    "{ uniform = { low = 0, high = 3 } }",
    "{ weights = { 1 = 1, 2 = 3 } }",
    "{ poisson = \"2/h\" }",
    "{ every = \"30 min\" }",
    "{ at = 1, up_to = 5 }",
    "{ number = 2, mass = \"3 t\" }",
    "{ capacity = 0 }",
    "{ every = \"6h\", capacity = 2, fleet = 1, return = \"1h\" }",
    "{ when_loaded = true, capacity = 3, or_after = \"2h\" }",
    "\"requeue\"",
    "\"restart\"",
];

/// A text with some lines or letters changed, left out, or taken from another text.
fn changed(dice: &mut Dice, texts: &[String]) -> String {
    let mut lines: Vec<String> = dice.one(texts).lines().map(str::to_owned).collect();
    for _ in 0..dice.between(1, 6) {
        if lines.is_empty() {
            break;
        }
        let at = dice.below(lines.len() as i64) as usize;
        match dice.below(6) {
            0 => drop(lines.remove(at)),
            1 => {
                let other = dice.one(texts);
                let line =
                    other.lines().nth(dice.below(other.lines().count().max(1) as i64) as usize).unwrap_or_default();
                lines.insert(at, line.to_owned());
            }
            2 => {
                let line = lines[at].clone();
                lines.insert(dice.below(lines.len() as i64) as usize, line);
            }
            3 => {
                let mut letters: Vec<char> = lines[at].chars().collect();
                if !letters.is_empty() {
                    let place = dice.below(letters.len() as i64) as usize;
                    letters[place] =
                        *dice.one(&['"', '[', '{', '=', '#', '.', '\\', 'é', '\u{0}', '\u{202e}', '9', '-', '\n']);
                }
                lines[at] = letters.into_iter().collect();
            }
            _ => {
                if let Some((key, _)) = lines[at].clone().split_once('=') {
                    lines[at] = format!("{key}= {}", dice.one(VALUES));
                }
            }
        }
    }
    lines.join("\n")
}

#[test]
fn the_reader_of_scenarios_says_what_is_wrong() {
    let texts = texts();
    cases(|dice| {
        let text = changed(dice, &texts);
        if let Err(report) = scenario::read_text("fuzz.toml", &text, &Options::default()) {
            assert!(!report.text(false).is_empty());
        }
    });
}

#[test]
fn the_reader_of_journals_counts_every_row() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let ledger = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/data/purl_ledger.csv"))
        .expect("the ledger is there");
    let text = "[time]\nstart = 2025-07-14\nend = \"99d\"\n[[mechanism]]\nname = \"purl\"\nkind = \"package\"\nsize = \"5 M USD\"\norigin = \"d\"\n[[node]]\nname = \"d\"\nkind = \"handover\"\n[[journal]]\nfile = \"j.csv\"\n";
    cases(|dice| {
        let mut bytes = ledger.clone();
        for _ in 0..dice.between(1, 30) {
            let at = dice.below(bytes.len() as i64) as usize;
            match dice.below(4) {
                0 => bytes[at] = dice.word() as u8,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, *dice.one(b"\",;\n\r\0-9\xff")),
                _ => bytes.truncate(at.max(40)),
            }
        }
        std::fs::write(folder.path().join("j.csv"), bytes).expect("a file can be written");
        let form =
            *dice.one(&["form = \"purl-ledger\"\n", "columns = { date = \"date\", amount = \"amount_usd_m\" }\n"]);
        std::fs::write(folder.path().join("s.toml"), format!("{text}{form}")).expect("a file can be written");
        match scenario::read(&folder.path().join("s.toml"), &Options::default()) {
            Ok(loaded) => drop(loaded),
            Err(report) => assert!(!report.text(false).is_empty()),
        }
    });
}

/// The world of a text, as far as it goes in a few segments.
fn runs(text: &str) {
    let Ok(loaded) = scenario::read_text("fuzz.toml", text, &Options::default()) else { return };
    let opened = Opened::new(1, loaded.plan.clone(), loaded.notes.clone());
    let log = MemoryLog::new(opened.opening());
    let mut run = Run::new(World::open(opened.plan.clone(), &opened.notes), 1, Box::new(log), SegmentLimits::default());
    let watcher = Watcher::default();
    // A run that is told to stop does so after each segment.
    watcher.stop.store(true, Ordering::Relaxed);
    for _ in 0..20 {
        match run.go(&watcher) {
            Ok(waybill::sim::Ended::Interrupted) => {}
            _ => break,
        }
    }
    let _ = run.world.tree();
}

#[test]
fn worlds_of_any_text_run() {
    let texts = texts();
    cases(|dice| runs(&changed(dice, &texts)));
}

#[test]
fn turns_of_any_bytes_are_read_or_refused() {
    let text = include_str!("../../scenarios/donation.toml");
    let done = crate::support::run(text, 1);
    let mut turns: Vec<(i64, u64, Vec<u8>)> = Vec::new();
    let (mut batch, mut before) = (Vec::new(), SimTime(0));
    let mut last = 0;
    waybill::sim::each_turn(&*done.log, &mut |world, turn, seq, entry| {
        if turn != last && !batch.is_empty() {
            turns.push((before.0, seq, codec::turn_bytes(before, world.state.now, seq, &batch)));
            batch.clear();
            before = world.state.now;
        }
        last = turn;
        batch.push(*entry);
        true
    })
    .expect("a log in memory replays");
    let opening = done.opened.to_bytes();
    cases(|dice| {
        let (before, seq, bytes) = dice.one(&turns);
        let mut bytes = bytes.clone();
        for _ in 0..dice.between(1, 4) {
            let at = dice.below(bytes.len() as i64) as usize;
            bytes[at] = dice.word() as u8;
        }
        let mut entries = Vec::new();
        let _ = codec::take_turn(SimTime(*before), *seq, &bytes, &mut entries);
        // The opening record too.
        let mut record = opening.clone();
        let at = dice.below(record.len() as i64) as usize;
        record[at] ^= 1 << dice.below(8);
        if dice.coin(50) {
            record.truncate(at);
        }
        let _ = Opened::from_bytes(&record);
    });
}
