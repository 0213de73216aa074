//! Entries of a table, by name and with their copies.

use crate::scenario::codes;
use crate::scenario::diagnostic::Finding;
use crate::scenario::fields::{Fields, bad_name};
use crate::scenario::names::{self, Names};
use crate::scenario::tree::Place;
use crate::scenario::values::Ctx;

/// An entry with a name.
#[derive(Clone)]
pub(crate) struct Entry<'a> {
    pub name: String,
    /// Where the name stands, else the entry.
    pub place: Place,
    pub fields: Fields<'a>,
}

/// Copies of one entry.
const COPIES_MOST: usize = 1_000_000;

/// The entries of a list of the top, in name order, each name once.
pub(crate) fn collect<'a>(top: &Fields<'a>, key: &'static str) -> Vec<Entry<'a>> {
    let mut out = Vec::new();
    for fields in top.list(key).unwrap_or_default() {
        out.append(&mut named(fields));
        if out.len() > COPIES_MOST {
            break;
        }
    }
    sorted(top.cx, key, out)
}

/// An entry with its name, or its copies with theirs.
fn named(fields: Fields<'_>) -> Vec<Entry<'_>> {
    let Some(name) = names::entry_name(fields.table, fields.spec) else {
        if let Some(node) = fields.get("name") {
            fields.cx.text(node, "name");
        }
        return Vec::new();
    };
    let node = fields.table.get("name");
    if let Some(node) = node.filter(|_| !names::is_name(&name, fields.spec)) {
        fields.cx.report(bad_name(node, "name", &name));
    }
    if let (Some(node), "node", "out" | "fastest" | "least_backlog") = (node, fields.spec.name, name.as_str()) {
        let label = "this word has a meaning of its own in `next`";
        fields.cx.report(Finding::new(&codes::NAME, node.place, format!("a node cannot be called `{name}`"), label));
    }
    let place = node.map_or(fields.place, |n| n.place);
    match fields.spec.key("copies").and_then(|_| fields.count("copies")) {
        None => vec![Entry { name, place, fields }],
        Some(n) => (1..=n).map(|i| Entry { name: format!("{name}-{i}"), place, fields }).collect(),
    }
}

/// Sorts by name; a name that comes twice is reported and kept once.
pub(crate) fn sorted<'a>(cx: &Ctx, kind: &str, mut entries: Vec<Entry<'a>>) -> Vec<Entry<'a>> {
    entries.sort_by(|a, b| a.name.cmp(&b.name).then(a.place.cmp(&b.place)));
    let mut out: Vec<Entry<'a>> = Vec::with_capacity(entries.len());
    for entry in entries {
        match out.last() {
            Some(last) if last.name == entry.name => {
                // Streams of one kind were told of already.
                if kind != "stream" || last.fields.spec.name != entry.fields.spec.name {
                    cx.report(duplicate(kind, last, &entry));
                }
            }
            _ => out.push(entry),
        }
    }
    out
}

fn duplicate(kind: &str, first: &Entry<'_>, second: &Entry<'_>) -> Finding {
    let finding = Finding::new(
        &codes::DUPLICATE,
        second.place,
        format!("two {kind}s have the name `{}`", second.name),
        "choose another name",
    )
    .second(first.place, "the first one is here");
    match kind {
        "stream" => {
            finding.help("requirements, pledges, consignments and journals share their names, as chance goes by name")
        }
        "leg" => finding.help("a leg's default name is `<from>:<to>:<mode>`; give one of them a `name`"),
        _ => finding,
    }
}

pub(crate) fn names(kind: &'static str, entries: &[Entry<'_>]) -> Names {
    let by = entries.iter().enumerate().map(|(i, e)| (e.name.clone(), (i as u32, e.place))).collect();
    Names::new(kind, by)
}
