//! Typed access to the keys of a table, as the table of keys has them.

use super::amount::Decimal;
use super::codes;
use super::diagnostic::Finding;
use super::keys::{Form, Key, Spec, Unit};
use super::names::{self, Names};
use super::tree::{Entry, Node, Place, Table, Value};
use super::values::{Ctx, expected};
use crate::units::time::SimTime;

/// A table with its grammar.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    pub cx: &'a Ctx,
    pub spec: &'static Spec,
    pub table: &'a Table,
    pub place: Place,
}

impl<'a> Fields<'a> {
    /// Opens a table: reports unknown and missing keys.
    pub fn open(cx: &'a Ctx, node: &'a Node, spec: &'static Spec) -> Option<Fields<'a>> {
        let Value::Table(table) = &node.value else {
            cx.report(
                Finding::new(
                    &codes::SHAPE,
                    node.place,
                    format!("{} is a table, but this is {}", spec.title, node.kind()),
                    "expected a table",
                )
                .help(shape_help(spec)),
            );
            return None;
        };
        let fields = Fields { cx, spec, table, place: node.place };
        for entry in &table.entries {
            if spec.key(&entry.key).is_none() {
                cx.report(names::unknown_key(&entry.key, entry.place, spec));
            }
        }
        for key in spec.keys.iter().filter(|k| k.required && table.get(k.name).is_none()) {
            cx.report(missing(fields.place, key, spec));
        }
        Some(fields)
    }

    pub fn get(&self, key: &'static str) -> Option<&'a Node> {
        debug_assert!(self.spec.key(key).is_some(), "`{key}` stands in the table of keys of {}", self.spec.name);
        self.table.get(key)
    }

    pub fn entry(&self, key: &'static str) -> Option<&'a Entry> {
        debug_assert!(self.spec.key(key).is_some(), "`{key}` stands in the table of keys of {}", self.spec.name);
        self.table.entry(key)
    }

    fn form(&self, key: &'static str) -> Form {
        self.spec.key(key).expect("only keys of the table of keys are read").form
    }

    pub fn sub(&self, key: &'static str) -> Option<Fields<'a>> {
        let Form::Table(spec) = self.form(key) else { panic!("`{key}` is a table in the table of keys") };
        Fields::open(self.cx, self.get(key)?, spec)
    }

    /// The tables of a list.
    pub fn list(&self, key: &'static str) -> Option<Vec<Fields<'a>>> {
        let (Form::List(spec) | Form::Many(spec)) = self.form(key) else { panic!("`{key}` is a list of tables") };
        let node = self.get(key)?;
        let Value::List(items) = &node.value else {
            self.cx.report(
                Finding::new(
                    &codes::SHAPE,
                    node.place,
                    format!("`{key}` is a list, but this is {}", node.kind()),
                    "expected a list of tables",
                )
                .help(shape_help(spec)),
            );
            return None;
        };
        Some(items.iter().filter_map(|n| Fields::open(self.cx, n, spec)).collect())
    }

    pub fn text(&self, key: &'static str) -> Option<&'a str> {
        self.cx.text(self.get(key)?, key)
    }

    /// Text of letters, digits, `-` and `_`.
    pub fn name(&self, key: &'static str) -> Option<&'a str> {
        let node = self.get(key)?;
        let text = self.cx.text(node, key)?;
        if names::is_name(text, self.spec) {
            return Some(text);
        }
        self.cx.report(bad_name(node, key, text));
        None
    }

    pub fn flag(&self, key: &'static str, default: bool) -> bool {
        match self.get(key) {
            None => default,
            Some(Node { value: Value::Flag(flag), .. }) => *flag,
            Some(node) => {
                self.cx.report(expected(node, key, "true or false, without quotes"));
                default
            }
        }
    }

    /// A whole number in the range that the table of keys gives.
    pub fn count(&self, key: &'static str) -> Option<i64> {
        let Form::Count(least, most) = self.form(key) else { panic!("`{key}` is a count in the table of keys") };
        let node = self.get(key)?;
        let count = self.cx.whole(node, key, Unit::Count, least)?;
        if count > most {
            let message = format!("`{key}` is too large");
            self.cx.report(Finding::new(&codes::RANGE, node.place, message, format!("expected at most {most}")));
            return None;
        }
        Some(count)
    }

    pub fn count32(&self, key: &'static str) -> Option<u32> {
        self.count(key).and_then(|n| u32::try_from(n).ok())
    }

    pub fn factor(&self, key: &'static str) -> Option<Decimal> {
        self.cx.factor(self.get(key)?, key)
    }

    pub fn share(&self, key: &'static str) -> Option<u32> {
        self.cx.share(self.get(key)?, key)
    }

    /// A single amount in whole base units.
    pub fn whole(&self, key: &'static str) -> Option<i64> {
        let Form::Amount(unit, least) = self.form(key) else { panic!("`{key}` is an amount in the table of keys") };
        self.cx.whole(self.get(key)?, key, unit, least)
    }

    pub fn date(&self, key: &'static str) -> Option<SimTime> {
        self.cx.date(self.get(key)?, key)
    }

    pub fn moment(&self, key: &'static str) -> Option<SimTime> {
        self.cx.moment(self.get(key)?, key)
    }

    /// An instant that is not before the start.
    pub fn later(&self, key: &'static str) -> Option<SimTime> {
        let moment = self.moment(key)?;
        if moment >= SimTime::ZERO {
            return Some(moment);
        }
        let place = self.get(key).map_or(self.place, |n| n.place);
        let message = format!("`{key}` is before the start");
        self.cx.report(Finding::new(&codes::ORDER, place, message, "expected a date from the start on"));
        None
    }

    pub fn word(&self, key: &'static str) -> Option<&'static str> {
        let Form::Word(words) = self.form(key) else { panic!("`{key}` is one of some words in the table of keys") };
        self.cx.word(self.get(key)?, key, words)
    }

    pub fn refer(&self, key: &'static str, names: &Names) -> Option<u32> {
        self.cx.refer(self.get(key)?, key, names)
    }

    /// Reports the second of two keys that stand in place of one another.
    pub fn not_both(&self, a: &'static str, b: &'static str) {
        if let (Some(x), Some(y)) = (self.entry(a), self.entry(b)) {
            let (first, second) = if x.place < y.place { (x, y) } else { (y, x) };
            self.cx.report(
                Finding::new(
                    &codes::EXCLUSIVE,
                    second.place,
                    format!("{} has both `{}` and `{}`", self.spec.title, first.key, second.key),
                    format!("in place of `{}`; keep one of them", first.key),
                )
                .second(first.place, format!("`{}` is here", first.key)),
            );
        }
    }

    /// Reports a key that says nothing without another one.
    pub fn goes_with(&self, key: &'static str, other: &'static str) {
        if let (Some(found), None) = (self.entry(key), self.entry(other)) {
            self.cx.report(Finding::new(
                &codes::MISSING_KEY,
                found.place,
                format!("{} has `{key}` without `{other}`", self.spec.title),
                format!("add `{other}`, or leave this out"),
            ));
        }
    }

    /// Reports that none of some keys is there.
    pub fn one_of(&self, keys: &[&'static str]) -> bool {
        if keys.iter().any(|k| self.get(k).is_some()) {
            return true;
        }
        let list = keys.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(" or ");
        self.cx.report(Finding::new(
            &codes::MISSING_KEY,
            self.place,
            format!("{} needs {list}", self.spec.title),
            format!("add {list}"),
        ));
        false
    }

    /// Keeps what the entry says of where its figures come from.
    pub fn basis(&self, path: &str) {
        let Some(node) = self.get("basis") else { return };
        let mut notes = self.cx.basis.borrow_mut();
        match &node.value {
            Value::Text(text) => notes.push((node.place, path.to_string(), text.clone())),
            Value::Table(table) => {
                for entry in &table.entries {
                    if self.spec.key(&entry.key).is_none() {
                        self.cx.report(names::unknown_key(&entry.key, entry.place, self.spec));
                    } else if let Some(text) = self.cx.text(&entry.node, &entry.key) {
                        notes.push((entry.place, format!("{path}.{}", entry.key), text.to_string()));
                    }
                }
            }
            _ => self.cx.report(expected(node, "basis", "text, or a table of keys and texts")),
        }
    }
}

fn missing(place: Place, key: &Key, spec: &Spec) -> Finding {
    let named = matches!(key.form, Form::Refer(_) | Form::Strikes | Form::Name);
    let example = if key.example.is_empty() || named { "\"...\"" } else { key.example };
    let finding = Finding::new(
        &codes::MISSING_KEY,
        place,
        format!("{} needs the key `{}`", spec.title, key.name),
        format!("add `{} = {example}`", key.name),
    );
    if spec.name.is_empty() {
        return Finding { label: format!("add `[{}]`", key.name), ..finding };
    }
    finding.help(key.text)
}

pub(crate) fn bad_name(node: &Node, key: &str, text: &str) -> Finding {
    let label = "names hold letters, digits, `-` and `_`";
    let finding = Finding::new(&codes::NAME, node.place, format!("`{key}` cannot be `{text}`"), label);
    match names::slug(text) {
        slug if slug.is_empty() => finding,
        slug => finding.help(format!("write \"{slug}\"")),
    }
}

fn shape_help(spec: &Spec) -> String {
    match spec.name {
        "time" | "money" => format!("it begins with `[{}]`", spec.name),
        name if !name.contains('.') => format!("each begins with `[[{name}]]`"),
        "node.step" => "each begins with `[[node.step]]`, below its `[[node]]`".to_string(),
        _ => format!(
            "it looks like `{{ {} }}`",
            spec.keys
                .iter()
                .filter(|k| k.required)
                .chain(spec.keys)
                .next()
                .map_or(String::new(), |k| format!("{} = {}", k.name, k.example))
        ),
    }
}
