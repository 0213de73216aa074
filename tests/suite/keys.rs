//! Every key of the grammar does something. Taken out of a small scenario that states it (or, where a scenario cannot do
//! without it, given another value), it makes other events happen, other figures come out, or another text appear.
//!
//! `docs/keys.md` lists each key with the scenario and the first difference; `WAYBILL_BLESS=1` writes it anew.

use crate::support;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::{Table, Value};
use waybill::scenario::{self, Form, Options, Spec};
use waybill::sim;
use waybill::view;
use waybill::view::events::Telling;
use waybill::view::summary::{self, Facts, Standing};
use waybill::view::text::Screen;

/// Scenarios that state keys, beside those that teach.
pub const FOLDERS: [&str; 2] = ["tests/scenarios/keys", "scenarios/learn"];

/// A part of a file that is only there for another one to extend.
const BASE: &str = "tests/scenarios/keys/base.toml";

/// The code of what cannot be left out: it says nothing of what the key does.
const MISSING: &str = "WB105";

/// Other values that cannot be made up from what stands in the files.
const BY_HAND: [(&str, &str, &str); 4] = [
    ("package", "lines", r#"[{ item = "shell", quantity = 3, to = "border" }]"#),
    ("journal", "kinds", r#"{ p = "pledge", r = "statement", s = "statement", c = "statement" }"#),
    ("distribution.empirical", "file", r#""../lateness-2.csv""#),
    ("distribution.empirical", "column", r#""own""#),
];

/// What a key's absence changes, the strongest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// The kind of the first event that differs.
    Events(String),
    /// The first figure that differs.
    Figures(String),
    /// The summary's text.
    Summary,
    /// What `check --basis` prints.
    Basis,
    /// Without it, or under another name, the scenario is refused: the code.
    Refused(String),
}

/// What a scenario comes to. The opening record is no part of it: that a key sits in the plan does not show that it does
/// something.
pub struct Outcome {
    /// As `log --format jsonl` tells them.
    events: Vec<String>,
    figures: BTreeMap<String, Json>,
    summary: String,
    basis: String,
}

pub fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub fn outcome(file: &Path, table: &Table) -> Result<Outcome, String> {
    let text = toml::to_string(table).expect("what was read can be written");
    let loaded = match scenario::read_text(&file.display().to_string(), &text, &Options::default()) {
        Ok(loaded) => loaded,
        Err(report) => return Err(report.diagnostics.first().map_or("?", |d| d.code).to_owned()),
    };
    let done = support::run_loaded(&loaded, 1, Default::default());
    let tree = done.world.figures(&done.opened.notes);
    let notes = &done.opened.notes;
    let (checkpoints, goals) = (done.world.checkpoints(notes, &tree), done.world.goals(notes, &tree));
    // Run and digest differ wherever a word of the file does.
    let facts = Facts {
        plan: &done.opened.plan,
        notes,
        tree: &tree,
        checkpoints: &checkpoints,
        goals: &goals,
        seed: 1,
        run: "0".repeat(64),
        events: done.world.state.events,
        turns: done.world.state.turns,
        digest: "0".repeat(64),
        until: done.world.until(),
        standing: Standing::Ended,
        wall: 0.0,
        place: None,
        again: String::new(),
        next: Vec::new(),
    };
    let summary = summary::text(&facts, &Screen::new(96, true));
    let mut events = Vec::new();
    let told = sim::each_turn(&*done.log, &mut |world, turn, seq, entry| {
        events.push(Telling::new(&world.state, turn, seq, entry).json());
        true
    });
    told.expect("a log in memory replays");
    let mut figures = BTreeMap::new();
    leaves("", &done.figures(), &mut figures);
    Ok(Outcome { events, figures, summary, basis: view::basis(notes) })
}

fn leaves(path: &str, value: &Json, out: &mut BTreeMap<String, Json>) {
    match value {
        Json::Object(map) => map.iter().for_each(|(key, value)| leaves(&format!("{path}.{key}"), value, out)),
        leaf => {
            out.insert(path.trim_start_matches('.').to_owned(), leaf.clone());
        }
    }
}

/// The first difference that counts most.
pub fn difference(before: &Outcome, after: &Outcome) -> Option<Shown> {
    if before.events != after.events {
        let both = before.events.iter().zip(&after.events);
        let first = both.clone().find(|(a, b)| a != b).map(|(a, _)| a);
        let first = first.or(before.events.get(after.events.len())).or(after.events.get(before.events.len()));
        let read = |line: &String| serde_json::from_str::<Json>(line).expect("an event is JSON");
        return first.map(|line| Shown::Events(read(line)["kind"].as_str().unwrap_or("?").to_owned()));
    }
    let names = before.figures.keys().chain(after.figures.keys());
    if let Some(path) = names.filter(|&p| before.figures.get(p) != after.figures.get(p)).min() {
        return Some(Shown::Figures(path.clone()));
    }
    if before.summary != after.summary {
        return Some(Shown::Summary);
    }
    (before.basis != after.basis).then_some(Shown::Basis)
}

/// A step on the way to a key in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Key(String),
    At(usize),
}

/// Where a key of the grammar stands in a file.
pub struct Place {
    pub spec: &'static str,
    pub key: &'static str,
    pub table: Vec<Step>,
}

pub fn spec(name: &str) -> &'static Spec {
    scenario::tables().find(|spec| spec.name == name).unwrap_or_else(|| panic!("the grammar has a table `{name}`"))
}

/// Every key that a table states, and those of the tables in it.
pub fn walk(spec: &'static Spec, table: &Table, path: &[Step], found: &mut Vec<Place>) {
    for (name, value) in table {
        // Tables of `by` and `stages` have names of the file's own.
        let Some(key) = spec.key(name) else { continue };
        found.push(Place { spec: spec.name, key: key.name, table: path.to_vec() });
        let below = [path, &[Step::Key(name.clone())]].concat();
        inside(key.form, value, &below, found);
    }
}

fn inside(form: Form, value: &Value, path: &[Step], found: &mut Vec<Place>) {
    let one = |name: &str, found: &mut Vec<Place>| {
        if let Value::Table(table) = value {
            walk(spec(name), table, path, found);
        }
    };
    let by = value.get("by").is_some();
    match form {
        Form::Table(spec) => {
            if let Value::Table(table) = value {
                walk(spec, table, path, found);
            }
        }
        Form::Many(spec) | Form::List(spec) => each(spec, value, path, found),
        Form::Law(_) | Form::Own | Form::Chosen | Form::ChosenFactor if by => one("by", found),
        Form::Law(_) | Form::Own | Form::Chosen => one("distribution", found),
        Form::Route => one(if by { "by" } else { "next" }, found),
        Form::Limit => one("limit", found),
        Form::Servers => each(spec("servers"), value, path, found),
        Form::Effect => one("effect", found),
        Form::Earmark => one("earmark", found),
        Form::Cost => one("cost", found),
        Form::Review => one("stock.review", found),
        Form::Mixture => each(spec("distribution.mixture"), value, path, found),
        _ => {}
    }
}

fn each(spec: &'static Spec, list: &Value, path: &[Step], found: &mut Vec<Place>) {
    for (at, entry) in list.as_array().into_iter().flatten().enumerate() {
        if let Value::Table(table) = entry {
            walk(spec, table, &[path, &[Step::At(at)]].concat(), found);
        }
    }
}

pub fn table_at<'a>(root: &'a mut Table, path: &[Step]) -> &'a mut Table {
    let mut at: Option<&mut Value> = None;
    let mut top = Some(root);
    for step in path {
        at = match (step, at) {
            (Step::Key(key), None) => top.take().and_then(|table| table.get_mut(key)),
            (Step::Key(key), Some(value)) => value.get_mut(key.as_str()),
            (Step::At(n), Some(value)) => value.get_mut(*n),
            (Step::At(_), None) => None,
        };
    }
    match at {
        Some(Value::Table(table)) => table,
        Some(_) => panic!("a key stands in a table"),
        None => top.expect("the path was walked before"),
    }
}

/// Another value of the same shape, where one can be made without knowing what it means.
fn altered(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Integer(n) => Value::Integer(n + 1),
        Value::Float(x) => Value::Float(x / 2.0),
        Value::Boolean(b) => Value::Boolean(!b),
        Value::String(text) => {
            let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
            let number: f64 = text[..end].parse().ok()?;
            Value::String(format!("{}{}", number * 2.0, &text[end..]))
        }
        Value::Datetime(at) => {
            let mut next = *at;
            next.date.as_mut()?.day += 1;
            Value::Datetime(next)
        }
        Value::Array(list) if list.len() > 1 => Value::Array(list[..list.len() - 1].to_vec()),
        Value::Table(table) => {
            let (name, inner) = table.iter().find_map(|(name, v)| Some((name, altered(v)?)))?;
            let mut next = table.clone();
            next.insert(name.clone(), inner);
            Value::Table(next)
        }
        Value::Array(_) => return None,
    })
}

/// Other values that the key may have here: names of the same table, other words, or one made of the value itself.
fn others(place: &Place, form: Form, value: &Value, whole: &Table) -> Vec<Value> {
    let text = |t: &str| Value::String(t.to_owned());
    let of = |table: &str, key: &str| -> Vec<Value> {
        let entries = whole.get(table).and_then(Value::as_array).into_iter().flatten();
        entries.filter_map(|entry| entry.get(key)).cloned().collect()
    };
    let mut all = match form {
        Form::Refer(table) => of(table, "name"),
        Form::Word(words) => words.iter().map(|word| text(word)).collect(),
        Form::Strikes => of("node", "name"),
        Form::PackageName => of("package", "name"),
        Form::Name => of("item", "family"),
        Form::Figure => vec![text("money.allocated")],
        // A requirement by its number, a column by its name, a currency, a file.
        Form::Text => ["ask#5", "2025-08-02", "other", "day", "SEK", "../small2.csv"].map(text).into(),
        _ => Vec::new(),
    };
    all.extend(altered(value));
    for (.., text) in BY_HAND.iter().filter(|by| (by.0, by.1) == (place.spec, place.key)) {
        let said: Table = format!("value = {text}").parse().expect("a value by hand is TOML");
        all.extend(said.get("value").cloned());
    }
    all.retain(|other| other != value);
    all
}

/// What becomes of a scenario without the key, or else with another value.
fn shown(file: &Path, whole: &Table, plain: &Outcome, place: &Place) -> Option<Shown> {
    let mut without = whole.clone();
    let value = table_at(&mut without, &place.table).remove(place.key).expect("the key was found here");
    let refused = match outcome(file, &without) {
        Ok(after) => return difference(plain, &after),
        Err(code) => code,
    };
    let form = spec(place.spec).key(place.key).expect("the key was found by its table").form;
    let with = |other: Value| {
        let mut changed = without.clone();
        table_at(&mut changed, &place.table).insert(place.key.to_owned(), other);
        outcome(file, &changed)
    };
    // Whoever is called by a name is not found under another one.
    if place.key == "name" {
        return match with(Value::String("renamed".to_owned())) {
            Ok(after) => difference(plain, &after),
            Err(code) => Some(Shown::Refused(code)),
        };
    }
    let tries = others(place, form, &value, whole).into_iter().filter_map(|other| {
        let after = with(other).ok()?;
        Some(difference(plain, &after))
    });
    // The strongest that some other value shows; none where one is taken, nothing differs, and all that a file without
    // the key is told is that it lacks it.
    let mut tried = false;
    let mut best: Option<Shown> = None;
    for what in tries {
        tried = true;
        best = [best, what].into_iter().flatten().min();
        if matches!(best, Some(Shown::Events(_))) {
            break;
        }
    }
    let needed = !tried || refused != MISSING;
    best.or(needed.then_some(Shown::Refused(refused)))
}

/// The scenarios of a folder that can be run, in the order of their names.
pub fn scenarios(folder: &str) -> Vec<(PathBuf, Table)> {
    let entries = std::fs::read_dir(root(folder)).expect("the folder can be read");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry can be read").path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "toml") && *path != root(BASE));
    files.sort();
    let read = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).expect("a scenario can be read");
        (file, text.parse().expect("a scenario is TOML"))
    };
    files.into_iter().map(read).collect()
}

/// Key, scenario and what it shows there, for every key that some scenario states.
fn witnesses() -> BTreeMap<(String, String), (String, Option<Shown>)> {
    let mut best: BTreeMap<(String, String), (String, Option<Shown>)> = BTreeMap::new();
    for folder in FOLDERS {
        for (file, whole) in scenarios(folder) {
            let mut found = Vec::new();
            walk(spec(""), &whole, &[], &mut found);
            // Those that teach are long: only what nothing else states is asked of them.
            let rank = |shown: &Option<Shown>| match shown {
                Some(Shown::Events(_)) => 0,
                Some(Shown::Figures(_)) => 1,
                Some(Shown::Summary) => 2,
                Some(Shown::Basis) => 3,
                Some(Shown::Refused(_)) => 4,
                None => 5,
            };
            let known = |best: &BTreeMap<_, (String, Option<Shown>)>, place: &Place| {
                best.get(&(place.spec.to_owned(), place.key.to_owned())).map(|b| rank(&b.1))
            };
            let least = if folder == FOLDERS[0] { 1 } else { 6 };
            if found.iter().all(|place| known(&best, place).is_some_and(|r| r < least)) {
                continue;
            }
            let plain = outcome(&file, &whole).unwrap_or_else(|code| panic!("{} is read: {code}", file.display()));
            let name = file.strip_prefix(root("")).expect("it is below the root").display().to_string();
            for place in found {
                if known(&best, &place).is_some_and(|r| r < least) {
                    continue;
                }
                let what = shown(&file, &whole, &plain, &place);
                let entry = best.entry((place.spec.to_owned(), place.key.to_owned()));
                let old = entry.or_insert_with(|| (name.clone(), None));
                if rank(&what) < rank(&old.1) {
                    *old = (name.clone(), what);
                }
            }
        }
    }
    best
}

#[test]
fn every_key_changes_what_a_scenario_comes_to() {
    let best = witnesses();
    let mut idle = Vec::new();
    let mut page = String::from(
        "# What each key does, shown\n\n\
         Printed by `tests/suite/keys.rs`, which fails where a key has no row here or no longer does what its row says. Taken\n\
         out of the scenario (or, where the scenario cannot do without it, given another value), the key makes another event\n\
         happen, another figure come out, or another text appear; where no other value can be made up, the scenario is\n\
         refused without it, and with another name where others name it. The opening record does not count.\n\n\
         | key | scenario | what differs first |\n|---|---|---|\n",
    );
    for spec in scenario::tables() {
        for key in spec.keys {
            let name = if spec.name.is_empty() { key.name.to_owned() } else { format!("{}.{}", spec.name, key.name) };
            let (file, what) = match best.get(&(spec.name.to_owned(), key.name.to_owned())) {
                None => {
                    idle.push(format!("{name}: no scenario states it"));
                    continue;
                }
                Some((file, None)) => {
                    idle.push(format!("{name}: changes nothing in {file}"));
                    continue;
                }
                Some((file, Some(what))) => (file, what),
            };
            if *what == Shown::Basis && key.name != "basis" {
                idle.push(format!("{name}: changes only the basis in {file}"));
            }
            let what = match what {
                Shown::Events(kind) => format!("event `{kind}`"),
                Shown::Figures(path) => format!("figure `{path}`"),
                Shown::Summary => "the summary".to_owned(),
                Shown::Basis => "`check --basis`".to_owned(),
                Shown::Refused(code) => format!("refused: {code}"),
            };
            page += &format!("| `{name}` | `{file}` | {what} |\n");
        }
    }
    assert!(idle.is_empty(), "{} keys without a witness:\n{}", idle.len(), idle.join("\n"));
    let file = root("docs/keys.md");
    if std::env::var_os("WAYBILL_BLESS").is_some() {
        std::fs::write(&file, &page).expect("the page can be written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == page, "docs/keys.md is not what the keys show; WAYBILL_BLESS=1 writes it anew");
}
