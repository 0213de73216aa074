//! TOML with a place for every key and value, from as many files as a scenario takes in.

use super::codes;
use super::diagnostic::{Finding, Spot};
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

/// Bytes of a source file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub file: u32,
    pub start: u32,
    pub end: u32,
}

/// A text that was read: a scenario file, a table of values, or one `--set`.
#[derive(Debug)]
struct Source {
    name: String,
    text: String,
    /// Where each line begins.
    lines: Vec<u32>,
}

/// Every text that was read, in order of reading; the scenario itself first.
#[derive(Debug, Default)]
pub(crate) struct Sources(Vec<Source>);

impl Sources {
    /// Adds a text of at most 2^31 bytes.
    pub fn add(&mut self, name: String, text: String) -> u32 {
        let starts = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1);
        let lines = std::iter::once(0).chain(starts).collect();
        self.0.push(Source { name, text, lines });
        self.0.len() as u32 - 1
    }

    pub fn text(&self, file: u32) -> &str {
        &self.0[file as usize].text
    }

    /// How many lines a file has; one that ends with a line feed has no empty last line.
    pub fn line_count(&self, file: u32) -> usize {
        self.text(file).lines().count()
    }

    /// A line, from 1, without its end.
    pub fn line(&self, file: u32, line: usize) -> &str {
        let source = &self.0[file as usize];
        let start = source.lines[line - 1] as usize;
        let end = source.lines.get(line).map_or(source.text.len(), |&e| e as usize);
        source.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// The line of a place, from 1.
    pub fn line_of(&self, place: Place) -> usize {
        self.0[place.file as usize].lines.partition_point(|&l| l <= place.start)
    }

    /// The place in its line; a place over several lines ends with the first.
    pub fn spot(&self, place: Place, label: String) -> Spot {
        let source = &self.0[place.file as usize];
        let line = self.line_of(place);
        let text = self.line(place.file, line);
        let begin = source.lines[line - 1];
        let floor = |at: u32| {
            let mut at = (at.saturating_sub(begin) as usize).min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (start, end) = (floor(place.start), floor(place.end));
        let end = if end > start { end } else { text[start..].chars().next().map_or(start, |c| start + c.len_utf8()) };
        Spot {
            file: source.name.clone(),
            line,
            column: text[..start].chars().count() + 1,
            text: text.to_string(),
            mark: start..end,
            label,
        }
    }
}

/// A value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub place: Place,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    /// A whole number in decimal digits.
    Whole(String),
    /// Any other number as it was written, without underscores.
    Real(String),
    Flag(bool),
    Date(Datetime),
    List(Vec<Node>),
    Table(Table),
}

/// Keys and values in file order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub key: String,
    pub place: Place,
    pub node: Node,
}

impl Table {
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|e| e.key == key).map(|e| &e.node)
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.key == key)
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key)?.value {
            Value::Text(ref t) => Some(t),
            _ => None,
        }
    }

    /// Puts an entry in the place of one of the same key.
    pub fn put(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|e| e.key == entry.key) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
    }
}

impl Node {
    pub fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(t) => Some(t),
            _ => None,
        }
    }

    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "text",
            Value::Whole(_) => "a whole number",
            Value::Real(_) => "a number",
            Value::Flag(_) => "true or false",
            Value::Date(_) => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// Parses a scenario file, with every syntax error as a finding.
pub(crate) fn parse(text: &str, file: u32, findings: &mut Vec<Finding>) -> Table {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let place = place(file, span, text.len());
        let mut message = error.message().lines().next().unwrap_or_default().trim().to_string();
        if message.is_empty() {
            message = "this is no TOML".to_string();
        }
        findings.push(syntax(text, place, &message));
    }
    convert_table(table.get_ref(), file)
}

/// A syntax error in the words of someone who writes scenarios.
fn syntax(text: &str, place: Place, message: &str) -> Finding {
    let line = text[..(place.start as usize).min(text.len())].matches('\n').count();
    let line = text.lines().nth(line).unwrap_or_default();
    let help = if message.contains("duplicate key") {
        Some("keep one of them; a variant of a file is made with `extends`")
    } else if line.contains(['\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}']) {
        Some("use straight quotes: \"4h\"")
    } else if line.trim_start().starts_with('-') && !line.contains('=') {
        Some("lists are written `key = [a, b]`, entries `[[node]]`")
    } else if message.contains("invalid basic string") || message.contains("invalid literal string") {
        Some("a text ends on its line, with the quote that it began with")
    } else if line.contains('=') && unquoted_amount(line) {
        Some("an amount with a unit stands in quotes: \"4h\", \"12 t\", \"500 M USD\"")
    } else {
        None
    };
    let finding = Finding::new(&codes::SYNTAX, place, format!("this is not TOML: {message}"), "here");
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

fn unquoted_amount(line: &str) -> bool {
    let value = line.split_once('=').map(|(_, v)| v.trim()).unwrap_or_default();
    value.starts_with(|c: char| c.is_ascii_digit()) && value.contains(|c: char| c.is_ascii_alphabetic())
}

/// Parses the value of a `--set`; what is no TOML is text.
pub(crate) fn parse_value(text: &str, file: u32, offset: usize) -> Node {
    let end = (offset + text.len()) as u32;
    let place = Place { file, start: offset as u32, end };
    match DeValue::parse(text) {
        Ok(value) => {
            let mut node = convert(value.get_ref(), place);
            settle(&mut node, place);
            node
        }
        Err(_) => Node { place, value: Value::Text(text.trim().to_string()) },
    }
}

/// Gives every part of a value the same place.
fn settle(node: &mut Node, place: Place) {
    node.place = place;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|n| settle(n, place)),
        Value::Table(table) => table.entries.iter_mut().for_each(|e| {
            e.place = place;
            settle(&mut e.node, place);
        }),
        _ => {}
    }
}

fn place(file: u32, span: std::ops::Range<usize>, most: usize) -> Place {
    Place { file, start: span.start.min(most) as u32, end: span.end.min(most) as u32 }
}

fn convert_table(table: &DeTable<'_>, file: u32) -> Table {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            place: place(file, key.span(), u32::MAX as usize),
            node: convert(value.get_ref(), place(file, value.span(), u32::MAX as usize)),
        })
        .collect();
    entries.sort_by_key(|e| e.place);
    Table { entries }
}

fn convert(value: &DeValue<'_>, at: Place) -> Node {
    let value = match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(n) if n.radix() == 10 => Value::Whole(n.as_str().to_string()),
        DeValue::Integer(n) => match i128::from_str_radix(n.as_str(), n.radix()) {
            Ok(n) => Value::Whole(n.to_string()),
            Err(_) => Value::Whole(i128::MAX.to_string()),
        },
        DeValue::Float(n) => Value::Real(n.as_str().to_string()),
        DeValue::Boolean(b) => Value::Flag(*b),
        DeValue::Datetime(d) => Value::Date(*d),
        DeValue::Array(items) => Value::List(
            items.iter().map(|i| convert(i.get_ref(), place(at.file, i.span(), u32::MAX as usize))).collect(),
        ),
        DeValue::Table(table) => Value::Table(convert_table(table, at.file)),
    };
    Node { place: at, value }
}
