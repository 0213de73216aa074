//! `docs/events.md`: every kind of event, as the table in the code says.

use crate::event::{KINDS, KindInfo};

const HEAD: &str = "\
# Events

Generated from the table of events in `event/mod.rs`; a test holds the two together (`WAYBILL_BLESS=1` writes this page anew).

An event is a fact that happened. It carries everything that was drawn or decided, so replay never draws and never decides.
`waybill log RUN --format jsonl` tells one event a line, each with

| key | meaning |
|---|---|
| `seq` | its number, from 1; 0 is the opening record |
| `turn` | the turn it belongs to, from 1 |
| `time` | when, ISO 8601, UTC |
| `t` | when, seconds since the start; negative for the opening backlog |
| `kind` | one of the kinds below |
| `object` | the name of whom it concerns |
| `cause` | the `seq` of the event that caused it |

and with the fields of its kind: names, not handles. Money is in minor units of the home currency, a length of time in seconds;
-1 is none. The first column is the tag in the bytes of the log, where the fields stand in this order, the object first; the
last one names the files of the rules (`src/mechanism`) that state the event.

";

/// The page; `stated_by` says which file of the rules states an event.
pub fn page(stated_by: &dyn Fn(&KindInfo) -> String) -> String {
    let mut out = HEAD.to_owned();
    out += "| tag | kind | what it says | object | fields | stated by |\n|---|---|---|---|---|---|\n";
    for kind in KINDS {
        let (object, rest) = kind.fields.split_first().expect("an event concerns somebody");
        let mut fields: Vec<String> = rest.iter().map(|(name, label)| field(name, label)).collect();
        fields.extend(told_with(kind.name).map(str::to_owned));
        let fields = if fields.is_empty() { "-".to_owned() } else { fields.join("; ") };
        let text = kind.text.trim();
        let (tag, name, by) = (kind.tag, kind.kind, stated_by(kind));
        out += &format!("| {tag} | `{name}` | {text} | {} | {fields} | {by} |\n", object.1);
    }
    out
}

/// A field as `waybill log` tells it.
fn field(name: &str, label: &str) -> String {
    match (name, label) {
        (_, "node and step") => "`node`, `step`".to_owned(),
        (_, "mechanism and stage") => "`mechanism`, `stage`".to_owned(),
        _ => format!("`{name}`: {label}"),
    }
}

/// What is told beside the fields, from what the world knows.
fn told_with(name: &str) -> Option<&'static str> {
    match name {
        "ConvoyDispatched" => Some("`leg`: the object without the number of the departure"),
        "PledgeAnnounced" => Some("`party`: the nation, or who else the journal names"),
        "StatementRecorded" | "ImportRejected" => Some("`journal`: the object without the number of the row; `text`"),
        _ => None,
    }
}
