//! Names of entries, and what to say when one is not there.

use super::codes;
use super::diagnostic::Finding;
use super::keys::{Key, Spec};
use super::tree::{Place, Table};
use std::cell::Cell;
use std::collections::BTreeMap;

/// References to nothing that are searched for what was meant.
pub(crate) const MISSES_MOST: u32 = 100;

/// The name of an entry: its `name`, or what stands in for it.
pub(crate) fn entry_name(table: &Table, spec: &Spec) -> Option<String> {
    if let Some(name) = table.text("name") {
        return Some(name.to_string());
    }
    match spec.name {
        "leg" => {
            let mode = table.text("mode").unwrap_or("road");
            Some(format!("{}:{}:{mode}", table.text("from")?, table.text("to")?))
        }
        "journal" => Some(stem(table.text("file")?)),
        _ => None,
    }
}

/// A file's name without folder and ending, as a name of an entry.
pub(crate) fn stem(path: &str) -> String {
    let stem = std::path::Path::new(path).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let name: String = stem.chars().map(|c| if is_letter(c) { c } else { '-' }).collect();
    if name.is_empty() { "journal".to_string() } else { name }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_'
}

/// Letters, digits, `-` and `_`; a leg's name also `:`.
pub(crate) fn is_name(text: &str, spec: &Spec) -> bool {
    !text.is_empty() && text.chars().all(|c| is_letter(c) || (c == ':' && spec.name == "leg"))
}

/// Lower case, with `-` for all that is no letter or digit.
pub(crate) fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || c == '_' {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_string()
}

/// The nearest of some words, where it is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let length = lower.chars().count();
    let mut best: Option<(usize, &str)> = None;
    for candidate in words {
        if candidate.len().abs_diff(word.len()) > 8 || candidate.is_empty() {
            continue;
        }
        let other = candidate.to_lowercase();
        let distance = strsim::damerau_levenshtein(&lower, &other);
        let allowed = (length.max(other.chars().count()) / 3).max(1);
        let prefix = length >= 3 && other.starts_with(lower.as_str());
        let distance = if prefix { distance.min(1) } else { distance };
        if distance <= allowed && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, word)| word)
}

/// Words in a row, cut after ten.
pub(crate) fn row<S: AsRef<str>>(words: &[S]) -> String {
    let mut out = words.iter().take(10).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if words.len() > 10 {
        out.push_str(", ...");
    }
    out
}

pub(crate) fn unknown_key(key: &str, place: Place, spec: &Spec) -> Finding {
    let names: Vec<&str> = spec.keys.iter().map(|k: &Key| k.name).collect();
    let label = match nearest(key, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "no such key".to_string(),
    };
    let mut sorted = names;
    sorted.sort_unstable();
    let list = if sorted.len() > 18 { format!("{}, ...", sorted[..18].join(", ")) } else { sorted.join(", ") };
    Finding::new(&codes::UNKNOWN_KEY, place, format!("unknown key `{key}` in {}", spec.title), label)
        .help(format!("it may have {list}"))
}

/// A reference to an entry that is not there.
pub(crate) fn no_such(kind: &str, name: &str, place: Place, known: &[String]) -> Finding {
    let word = kind.rsplit('.').next().unwrap_or(kind);
    let label = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("no {word} has this name; did you mean `{near}`?"),
        None => format!("no {word} has this name"),
    };
    let finding = Finding::new(&codes::REFERENCE, place, format!("there is no {word} `{name}`"), label);
    if known.is_empty() {
        finding.help(format!("the scenario has none; one begins with `[[{kind}]]`"))
    } else {
        finding.help(format!("{word}s are {}", row(known)))
    }
}

/// The entries of a table by name; numbers are handles.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub kind: &'static str,
    /// References that named nothing so far.
    misses: Cell<u32>,
    pub by: BTreeMap<String, (u32, Place)>,
}

impl Names {
    pub fn get(&self, name: &str) -> Option<u32> {
        self.by.get(name).map(|(id, _)| *id)
    }

    pub fn new(kind: &'static str, by: BTreeMap<String, (u32, Place)>) -> Names {
        Names { kind, misses: Cell::new(0), by }
    }

    fn first(&self) -> Vec<String> {
        self.by.keys().take(11).cloned().collect()
    }

    pub fn list(&self) -> Vec<String> {
        self.by.keys().cloned().collect()
    }

    /// The handle of a name, or a finding that it is not there.
    pub fn find(&self, name: &str, place: Place) -> Result<u32, Box<Finding>> {
        self.get(name).ok_or_else(|| {
            self.misses.set(self.misses.get() + 1);
            // Nobody reads more than that, and a near word among thousands takes its time.
            let known = if self.misses.get() > MISSES_MOST { self.first() } else { self.list() };
            Box::new(no_such(self.kind, name, place, &known))
        })
    }
}
