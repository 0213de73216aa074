//! Floor 5: scenario files. From TOML to a [`Plan`], or to every mistake at once.
//!
//! [`read`] takes a file with its bases and `--set`s, and gives back the plan with the notes beside it. All that a file
//! may say stands in one table of keys (`keys`), which the reader, the reference ([`reference()`]) and did-you-mean share.

mod amount;
mod check;
mod codes;
mod date;
mod diagnostic;
mod fields;
mod frequency;
mod journal;
mod keys;
mod laws;
mod load;
mod loads;
mod lower;
mod names;
mod route;
mod tree;
mod values;

#[cfg(test)]
mod tests;

pub use diagnostic::{Diagnostic, Report, Severity, Spot, explain};
pub use keys::{Form, Key, Spec, Unit, reference, schema, skeleton, tables};
pub use loads::{Load, loads};
pub(crate) use lower::notes::{DAYS_OFF, SHARE_OFF, label_of};

use crate::model::{Notes, Plan};
use diagnostic::Finding;
use load::Loader;
use std::path::Path;
use tree::{Node, Place, Value};
use values::Ctx;

/// How to read a scenario.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `--set`s in order, each `KEY=VALUE`.
    pub sets: Vec<String>,
}

/// A scenario without errors.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub plan: Plan,
    pub notes: Notes,
    pub warnings: Vec<Diagnostic>,
    /// Lines of all scenario files that were read.
    pub lines: usize,
    /// Figures of goals and checkpoints, and where they are named.
    figures: Vec<(String, Spot)>,
}

impl Loaded {
    /// Says of figures that no run of the scenario has, each with the nearest that it has, where they are named.
    pub fn no_such_figures(&self, unknown: &[(String, Option<String>)]) -> Report {
        let told = unknown.iter().map(|(figure, near)| {
            let mut spot = self.figures.iter().find(|f| f.0 == *figure).map(|f| f.1.clone());
            if let Some(spot) = &mut spot {
                spot.label = near.as_ref().map_or("no run has it".to_owned(), |near| format!("did you mean `{near}`?"));
            }
            let help = "`waybill show RUN --csv -` lists the figures of a run".to_owned();
            Diagnostic::error(&codes::WORD, format!("there is no figure `{figure}`"), spot, help)
        });
        Report { diagnostics: told.collect(), lines: self.lines }
    }

    /// The warnings as a report.
    pub fn report(&self) -> Report {
        Report { diagnostics: self.warnings.clone(), lines: self.lines }
    }
}

/// Every code of a diagnostic, in order.
pub fn codes() -> impl Iterator<Item = &'static str> {
    codes::ALL.iter().map(|c| c.name)
}

/// Reads a scenario file.
pub fn read(path: &Path, options: &Options) -> Result<Loaded, Report> {
    let mut loader = Loader::default();
    let table = loader.load(path, &options.sets);
    finish(loader, table, &path.display().to_string())
}

/// Reads a scenario from a text; files that it names are looked for beside `name`.
pub fn read_text(name: &str, text: &str, options: &Options) -> Result<Loaded, Report> {
    let mut loader = Loader::default();
    let table = loader.load_text(name, text.to_string(), &options.sets);
    finish(loader, table, name)
}

fn finish(loader: Loader, table: tree::Table, name: &str) -> Result<Loaded, Report> {
    let lines = loader.scenarios.iter().map(|f| loader.sources.line_count(*f)).sum();
    let mut cx = Ctx {
        findings: loader.findings.into(),
        start: 0,
        home: "USD".to_string(),
        home_decimals: 2,
        currencies: Vec::new(),
        folders: loader.folders,
        columns: Default::default(),
        drawn: Default::default(),
        basis: Default::default(),
        figures: Default::default(),
    };
    let top = Node { place: Place::default(), value: Value::Table(table) };
    let unread = loader.scenarios.is_empty();
    let made = if unread { None } else { lower::lower(&mut cx, &top, name) };
    if let Some((plan, _, places, all)) = &made {
        let whole = !cx.findings.borrow().iter().any(Finding::is_error);
        check::check(&cx, plan, places, all, whole);
    }
    let mut findings = cx.findings.into_inner();
    if loader.broken {
        // What a broken file did not say is no mistake of its own.
        findings.retain(|f| !f.code.is_about_the_whole());
    }
    if findings.iter().any(Finding::is_error) {
        findings.retain(Finding::is_error);
    }
    findings.sort_by(|a, b| (a.place, a.code.name, &a.message).cmp(&(b.place, b.code.name, &b.message)));
    // A date that is no TOML is said once.
    let unread_at: Vec<_> = findings.iter().filter(|f| f.code.name == codes::SYNTAX.name).map(|f| f.place).collect();
    findings.retain(|f| f.code.name != codes::DATE.name || !unread_at.contains(&f.place));
    // Copies of an entry share their mistakes; what is wrong with the whole is said of the first of them.
    findings.dedup_by(|a, b| {
        let same =
            a.message == b.message || (a.code.is_about_the_whole() && a.label == b.label && !a.code.is_about_keys());
        a.place == b.place && a.code.name == b.code.name && same
    });
    let errors = findings.iter().any(Finding::is_error);
    let sources = loader.sources;
    let named = cx.figures.into_inner().into_iter();
    let figures = named.map(|(figure, place)| (figure, sources.spot(place, String::new()))).collect();
    let diagnostics: Vec<Diagnostic> = findings.into_iter().map(|f| f.resolve(&sources)).collect();
    match made {
        Some((plan, notes, ..)) if !errors => Ok(Loaded { plan, notes, warnings: diagnostics, lines, figures }),
        _ => Err(Report { diagnostics, lines }),
    }
}
