//! Files, variants and `--set`: from paths to one tree.

use super::codes;
use super::diagnostic::Finding;
use super::keys::{self, Form, Spec};
use super::names;
use super::tree::{self, Entry, Node, Place, Sources, Table, Value};
use std::path::{Path, PathBuf};

/// A scenario file larger than this is none.
const BYTES_MOST: u64 = 100_000_000;
/// `extends` goes at most so deep.
const DEPTH_MOST: usize = 32;

/// What was read of all the files, before it means anything.
#[derive(Default)]
pub(crate) struct Loader {
    pub sources: Sources,
    pub findings: Vec<Finding>,
    /// The folder of each source.
    pub folders: Vec<PathBuf>,
    /// Which of the sources are scenario files.
    pub scenarios: Vec<u32>,
    /// Whether a file could not be parsed in part; what is missing then is no mistake of its own.
    pub broken: bool,
}

impl Loader {
    /// The whole tree of a scenario: with its bases, and with the sets applied.
    pub fn load(&mut self, path: &Path, sets: &[String]) -> Table {
        let name = path.display().to_string();
        match read_text(path) {
            Err(why) => {
                self.findings.push(Finding::bare(&codes::FILE, format!("cannot read the scenario {name}: {why}")));
                self.broken = true;
                Table::default()
            }
            Ok(text) => self.load_text(&name, text, sets),
        }
    }

    /// The same for a text under a name; its `extends` and tables of values are files beside it.
    pub fn load_text(&mut self, name: &str, text: String, sets: &[String]) -> Table {
        let mut stack = vec![canonical(Path::new(name))];
        let mut table = self.file(name, text, &mut stack);
        for set in sets {
            self.set(&mut table, set);
        }
        table
    }

    /// Adds a text to the sources.
    pub fn add(&mut self, name: &str, text: String) -> u32 {
        let folder = Path::new(name).parent().map(Path::to_path_buf).unwrap_or_default();
        self.folders.push(folder);
        self.sources.add(name.to_string(), text)
    }

    fn file(&mut self, name: &str, text: String, stack: &mut Vec<PathBuf>) -> Table {
        if text.len() as u64 > BYTES_MOST {
            self.findings.push(Finding::bare(&codes::SIZE, format!("{name} is larger than 100 MB")));
            return Table::default();
        }
        let text = text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text);
        let file = self.add(name, text);
        self.scenarios.push(file);
        let mut errors = Vec::new();
        let table = tree::parse(self.sources.text(file), file, &mut errors);
        self.broken |= !errors.is_empty();
        self.findings.append(&mut errors);
        let mut base = Table::default();
        let mut any = false;
        for (path, place) in self.paths(&table) {
            if let Some(next) = self.base(&path, place, stack) {
                base = if any { self.merge(base, next, &keys::TOP) } else { next };
                any = true;
            }
        }
        self.merge(base, table, &keys::TOP)
    }

    fn paths(&mut self, table: &Table) -> Vec<(String, Place)> {
        let Some(node) = table.get("extends") else { return Vec::new() };
        let items = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut paths = Vec::new();
        for item in items {
            match &item.value {
                Value::Text(path) => paths.push((path.clone(), item.place)),
                _ => self.findings.push(Finding::new(
                    &codes::TYPE,
                    item.place,
                    format!("`extends` is a path, but this is {}", item.kind()),
                    "expected a path such as \"base.toml\", or a list of paths",
                )),
            }
        }
        paths
    }

    fn base(&mut self, path: &str, place: Place, stack: &mut Vec<PathBuf>) -> Option<Table> {
        let full = self.folders[place.file as usize].join(path);
        let real = canonical(&full);
        if stack.contains(&real) || stack.len() >= DEPTH_MOST {
            let label = if stack.contains(&real) { "this file is a variant of itself" } else { "too many files deep" };
            self.findings.push(Finding::new(&codes::EXTENDS, place, format!("`{path}` extends in a circle"), label));
            return None;
        }
        match read_text(&full) {
            Err(why) => {
                self.broken = true;
                self.findings.push(
                    Finding::new(&codes::FILE, place, format!("cannot read `{path}`: {why}"), "no such base")
                        .help(format!("looked for {}; paths are relative to the file that says them", full.display())),
                );
                None
            }
            Ok(text) => {
                stack.push(real);
                let table = self.file(&full.display().to_string(), text, stack);
                stack.pop();
                Some(table)
            }
        }
    }

    /// What `over` says, and what `base` says where `over` does not.
    fn merge(&mut self, mut base: Table, over: Table, spec: &'static Spec) -> Table {
        for mut entry in over.entries {
            let form = spec.key(&entry.key).map(|k| k.form);
            let old = base.entries.iter().position(|e| e.key == entry.key);
            match (form, old) {
                (Some(Form::Many(inner)), _) => {
                    let old = old.map(|i| base.entries.remove(i));
                    entry.node = self.merge_lists(old.map(|e| e.node), entry.node, inner);
                    base.entries.push(entry);
                }
                (Some(Form::Table(inner)), Some(i)) if mergeable(inner) => {
                    let Entry { node: old, .. } = base.entries.remove(i);
                    entry.node = self.merge_nodes(old, entry.node, inner);
                    base.entries.push(entry);
                }
                (Some(Form::Words), Some(i)) => {
                    let Entry { node: old, .. } = base.entries.remove(i);
                    entry.node = match (old.value, entry.node) {
                        (Value::Table(mut old), Node { place, value: Value::Table(new) }) => {
                            new.entries.into_iter().for_each(|e| old.put(e));
                            Node { place, value: Value::Table(old) }
                        }
                        (_, new) => new,
                    };
                    base.entries.push(entry);
                }
                _ => {
                    for rival in rivals(spec, &entry.key) {
                        base.entries.retain(|e| e.key != *rival || e.place.file == entry.place.file);
                    }
                    base.put(entry);
                }
            }
        }
        base
    }

    fn merge_nodes(&mut self, old: Node, new: Node, spec: &'static Spec) -> Node {
        match (old.value, new.value) {
            (Value::Table(a), Value::Table(b)) => {
                Node { place: new.place, value: Value::Table(self.merge(a, b, spec)) }
            }
            (_, value) => Node { place: new.place, value },
        }
    }

    /// Entries by name; those without a name are added.
    fn merge_lists(&mut self, old: Option<Node>, new: Node, spec: &'static Spec) -> Node {
        let place = new.place;
        let Value::List(items) = new.value else { return new };
        let mut all = match old {
            Some(Node { value: Value::List(items), .. }) => items,
            _ => Vec::new(),
        };
        let based = all.len();
        let mut index: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
        for (i, node) in all.iter().enumerate() {
            if let Some(name) = node.table().and_then(|t| names::entry_name(t, spec)) {
                index.insert(name, i);
            }
        }
        let mut gone = vec![false; based];
        for item in items {
            let table = item.table();
            let at = table.and_then(|t| names::entry_name(t, spec)).and_then(|n| index.get(&n).copied());
            let remove = table.is_some_and(|t| matches!(t.get("remove"), Some(Node { value: Value::Flag(true), .. })));
            match at {
                Some(i) if remove => gone[i] = true,
                Some(i) => {
                    let old = std::mem::replace(&mut all[i], Node { place, value: Value::Flag(false) });
                    all[i] = self.merge_nodes(old, item, spec);
                }
                None if remove && spec.key("remove").is_some() => self.findings.push(
                    Finding::new(
                        &codes::EXTENDS,
                        item.table().and_then(|t| t.entry("remove")).map_or(item.place, |e| e.place),
                        format!("there is no {} of this name to remove", spec.name),
                        "no base has it",
                    )
                    .help("`remove` drops an entry of a file that this one extends"),
                ),
                None => {
                    // A new entry may have parts of its own, whose `remove` then finds nothing.
                    let empty = Node { place: item.place, value: Value::Table(Table::default()) };
                    all.push(if item.table().is_some() { self.merge_nodes(empty, item, spec) } else { item });
                    gone.push(false);
                }
            }
        }
        let mut gone = gone.into_iter();
        all.retain(|_| !gone.next().unwrap_or(false));
        Node { place, value: Value::List(all) }
    }

    /// One `--set`: table, name, key; the value is TOML, or text where that does not parse.
    fn set(&mut self, top: &mut Table, set: &str) {
        let file = self.add("--set", set.to_string());
        // A set is a change to the scenario: its paths are relative to the scenario's folder.
        self.folders[file as usize] = self.folders.first().cloned().unwrap_or_default();
        let whole = Place { file, start: 0, end: set.len() as u32 };
        let Some((path, value)) = set.split_once('=') else {
            self.findings.push(
                Finding::new(&codes::SET, whole, "`--set` needs a key and a value", "expected KEY=VALUE")
                    .help("for example --set time.end=180d, or --set node.hub-pl.step.receipt.servers=8"),
            );
            return;
        };
        let value = tree::parse_value(value, file, path.len() + 1);
        let mut parts = Vec::new();
        let mut at = 0;
        for part in path.split('.') {
            let place = Place { file, start: at as u32, end: (at + part.len()) as u32 };
            parts.push((part.trim(), place));
            at += part.len() + 1;
        }
        if let Err(finding) = no_structure(&parts).and_then(|()| put(top, Some(&keys::TOP), &parts, value)) {
            self.findings.push(*finding);
        }
    }
}

/// Tables whose keys a variant sets one by one; all others it replaces whole.
fn mergeable(spec: &'static Spec) -> bool {
    ["time", "money", "leg.departures", "journal.columns"].contains(&spec.name)
}

/// Keys that stand in place of one another: a variant that gives one drops the other of its base.
fn rivals(spec: &Spec, key: &str) -> &'static [&'static str] {
    match (spec.name, key) {
        ("requirement" | "pledge" | "consignment" | "disruption", "on") => &["arrivals"],
        ("requirement" | "pledge" | "consignment" | "disruption", "arrivals") => &["on"],
        ("requirement", "lines") => &["item", "quantity", "unit_value", "origin", "to"],
        ("requirement", "item") => &["lines"],
        _ => &[],
    }
}

/// Sets change what a scenario says; which files it is made of, and which entries it has, they do not.
fn no_structure(parts: &[(&str, Place)]) -> Result<(), Box<Finding>> {
    let refuse = |place, message: &str, help: &str| {
        Err(Box::new(Finding::new(&codes::SET, place, message, "only in a file").help(help)))
    };
    match (parts, parts.last()) {
        ([("extends", place)], _) => {
            refuse(*place, "`--set` cannot name a base", "write a file with `extends` and what it changes")
        }
        ([_, _, ..], Some(("remove", place))) => refuse(
            *place,
            "`--set` cannot remove an entry",
            "write a file that extends the scenario, with the entry's name and `remove = true`",
        ),
        _ => Ok(()),
    }
}

/// Puts a value at a path.
fn put(
    table: &mut Table,
    spec: Option<&'static Spec>,
    parts: &[(&str, Place)],
    value: Node,
) -> Result<(), Box<Finding>> {
    let (key, place) = parts[0];
    let form = spec.and_then(|s| s.key(key)).map(|k| k.form);
    if let (Some(spec), None) = (spec, form) {
        return Err(Box::new(names::unknown_key(key, place, spec)));
    }
    if parts.len() == 1 {
        if let Some(spec) = spec {
            for rival in rivals(spec, key) {
                table.entries.retain(|e| e.key != *rival);
            }
        }
        table.put(Entry { key: key.to_string(), place, node: value });
        return Ok(());
    }
    if let Some(Form::Many(inner)) = form {
        return put_in_entry(table, inner, parts, value);
    }
    if table.get(key).is_none_or(|n| n.table().is_none()) {
        let node = Node { place, value: Value::Table(Table::default()) };
        table.put(Entry { key: key.to_string(), place, node });
    }
    let node = &mut table.entries.iter_mut().find(|e| e.key == key).expect("the entry was just put").node;
    let Value::Table(next) = &mut node.value else { return Ok(()) };
    let inner = match form {
        Some(Form::Table(inner)) => Some(inner),
        _ => None,
    };
    put(next, inner, &parts[1..], value)
}

fn put_in_entry(
    table: &mut Table,
    spec: &'static Spec,
    parts: &[(&str, Place)],
    value: Node,
) -> Result<(), Box<Finding>> {
    let (key, _) = parts[0];
    let (name, place) = parts[1];
    if parts.len() < 3 {
        return Err(Box::new(
            Finding::new(&codes::SET, place, format!("`{key}` is a list of entries"), "expected the key of an entry")
                .help(format!("write {key}.NAME.KEY=VALUE")),
        ));
    }
    let mut known = Vec::new();
    if let Some(Node { value: Value::List(items), .. }) =
        table.entries.iter_mut().find(|e| e.key == key).map(|e| &mut e.node)
    {
        for item in items {
            let Value::Table(entry) = &mut item.value else { continue };
            match names::entry_name(entry, spec) {
                Some(n) if n == name => return put(entry, Some(spec), &parts[2..], value),
                Some(n) => known.push(n),
                None => {}
            }
        }
    }
    let copied = known.iter().any(|k| {
        name.strip_prefix(k.as_str())
            .and_then(|r| r.strip_prefix('-'))
            .is_some_and(|r| !r.is_empty() && r.bytes().all(|b| b.is_ascii_digit()))
    });
    let finding = names::no_such(spec.name, name, place, &known);
    Err(Box::new(if copied {
        finding.help("copies are set together, by the name of the entry they repeat")
    } else {
        finding
    }))
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// A file's text, or why there is none.
pub(crate) fn read_text(path: &Path) -> Result<String, String> {
    let meta = std::fs::metadata(path).map_err(|e| reason(&e))?;
    if meta.is_dir() {
        return Err("it is a folder".to_string());
    }
    if meta.len() > BYTES_MOST {
        return Err("it is larger than 100 MB".to_string());
    }
    let bytes = std::fs::read(path).map_err(|e| reason(&e))?;
    String::from_utf8(bytes).map_err(|e| {
        let line = e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        format!("line {line} is not UTF-8 text")
    })
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_string(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_string(),
        _ => error.to_string(),
    }
}
