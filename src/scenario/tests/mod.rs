//! Reading whole scenarios: what holds, what is refused, and in which words.

mod example;
mod keys;
mod wrong;

use super::{Loaded, Options, Report, read_text};
use std::path::PathBuf;

/// A path in the folder `tests`.
pub fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// Reads a text beside the test scenarios.
pub fn text(text: &str, sets: &[&str]) -> Result<Loaded, Report> {
    let name = path("scenarios/inline.toml");
    let options = Options { sets: sets.iter().map(|s| s.to_string()).collect() };
    read_text(&name.display().to_string(), text, &options)
}

pub fn fine(scenario: &str, sets: &[&str]) -> Loaded {
    match text(scenario, sets) {
        Ok(loaded) => loaded,
        Err(report) => panic!("{}", report.text(false)),
    }
}

/// The codes of the errors of a scenario that is refused.
pub fn codes(scenario: &str) -> Vec<&'static str> {
    match text(scenario, &[]) {
        Ok(loaded) => loaded.warnings.iter().map(|d| d.code).collect(),
        Err(report) => report.diagnostics.iter().map(|d| d.code).collect(),
    }
}
