//! The scenarios for newcomers: each gives the answer that its page works out by hand or by theory.

use crate::support::{Done, run_loaded};
use std::path::{Path, PathBuf};
use waybill::log::SegmentLimits;
use waybill::scenario::{self, Options};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The scenarios in their order.
fn all() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(root().join("scenarios/learn")).expect("there is a folder for newcomers");
    let mut all: Vec<PathBuf> = folder.map(|entry| entry.expect("an entry can be read").path()).collect();
    all.sort();
    all
}

fn name(path: &Path) -> String {
    path.file_name().expect("a file has a name").to_string_lossy().into_owned()
}

fn done(path: &Path, seed: u64) -> Done {
    let loaded = scenario::read(path, &Options::default()).unwrap_or_else(|report| panic!("{}", report.text(false)));
    assert!(loaded.warnings.is_empty(), "{} warns", name(path));
    run_loaded(&loaded, seed, SegmentLimits::default())
}

#[test]
fn each_gives_the_answer_that_is_known() {
    assert_eq!(all().len(), 10);
    for path in all() {
        for seed in 1..=3 {
            let figures = done(&path, seed).figures();
            let (checks, goals) = (figures["checkpoints"].as_array(), figures["goals"].as_array());
            let verdicts: Vec<bool> = (checks.into_iter().flatten().map(|c| c["within"] == true))
                .chain(goals.into_iter().flatten().map(|g| g["met"] == true))
                .collect();
            assert!(
                verdicts.len() >= 1 && verdicts.iter().all(|&met| met),
                "{}, seed {seed}: {verdicts:?}",
                name(&path)
            );
        }
    }
}

/// A row of a table of the page: figure, what theory says, what the run of seed 1 gave.
const ROW: &str = "| `";

#[test]
fn the_page_shows_what_the_runs_give() {
    let file = root().join("docs/learn.md");
    let page = std::fs::read_to_string(&file).expect("there is a page for newcomers");
    let mut made = String::new();
    let mut run: Option<Done> = None;
    for line in page.lines() {
        let command = line.trim().strip_prefix("waybill run scenarios/learn/");
        if let Some(command) = command.filter(|command| !command.contains("--set")) {
            let path = root().join("scenarios/learn").join(command.split(' ').next().expect("a command names a file"));
            run = Some(done(&path, 1));
        }
        let Some(row) = line.strip_prefix(ROW) else {
            made += &format!("{line}\n");
            continue;
        };
        let (figure, rest) = row.split_once('`').expect("a figure ends");
        let theory = rest.split('|').nth(1).expect("a row has what theory says").trim();
        let value = run.as_ref().expect("a command comes before its figures").figure(figure);
        made += &format!("{ROW}{figure}` | {theory} | {} |\n", short(value));
    }
    if std::env::var_os("WAYBILL_BLESS").is_some() {
        std::fs::write(&file, made).expect("the page can be written");
        return;
    }
    assert_eq!(page, made, "docs/learn.md shows other figures; WAYBILL_BLESS=1 writes them anew");
    for path in all() {
        assert!(page.contains(&name(&path)), "{} stands on the page", name(&path));
    }
}

/// Whole numbers, or four digits.
fn short(value: f64) -> String {
    match value {
        v if v.fract() == 0.0 => format!("{v}"),
        v if v.abs() >= 1_000.0 => format!("{v:.0}"),
        v if v.abs() >= 10.0 => format!("{v:.2}"),
        v => format!("{v:.4}"),
    }
}
