//! `docs/scenario.md`, printed from the table of keys.

use super::{Form, Key, Spec, TABLES, Unit, VALUES};
use crate::mechanism::KINDS;
use std::fmt::Write;

const HEAD: &str = "\
# Scenario files

Printed from the table of keys in the code (`waybill` reads nothing that does not stand here); a test keeps it so.

A scenario is a TOML 1.0 file, one key a line. A bare number is a count or a factor; everything else carries its unit
in quotes. Dates are ISO 8601 without quotes, UTC. Names hold letters, digits, `-` and `_`.

| unit | written | counted in |
|---|---|---|
| time | `\"30 s\"`, `\"5 min\"`, `\"4h\"`, `\"3d\"`, `\"2 week\"` | seconds |
| mass | `\"900 kg\"`, `\"12 t\"` | kilograms |
| money | `\"500 USD\"`, `\"3 k USD\"`, `\"500 M USD\"`, `\"4 bn USD\"` | minor units |
| rate | `\"2/week\"`, `\"3/d\"` | |
| share | `0.05`, `\"5%\"` | millionths |

Decimals are exact and rounded half up to whole base units. The blank before a unit is free. Zero needs no unit.

Where a value or a distribution may stand, the type says \"or distribution\".

`extends = \"base.toml\"` (or a list, later ones win) makes a variant: entries merge by `name`, entries without a name
are added, `[time]`, `[money]`, `departures`, `stages`, `columns` and `kinds` merge key by key; all else is replaced
whole. `remove = true` drops an entry. `--set node.hub-pl.step.receipt.servers=8` sets one key: table, name, key.
";

/// The reference of scenario files, as Markdown.
pub fn reference() -> String {
    let mut out = HEAD.to_string();
    for spec in TABLES {
        let title = match spec.name {
            "" => "The top of a file".to_string(),
            "time" | "money" => format!("`[{}]`", spec.name),
            "money.rates"
            | "requirement.lines"
            | "stock.reorder"
            | "stock.review"
            | "stock.production"
            | "leg.departures"
            | "arrivals"
            | "disruption.arrivals" => {
                format!("`{}`", spec.name)
            }
            "journal.columns" => "`[journal.columns]`".to_string(),
            name => format!("`[[{name}]]`"),
        };
        section(&mut out, &title, spec);
        if spec.name == "mechanism" {
            kinds(&mut out);
        }
    }
    out.push_str("\n# Values\n");
    for spec in VALUES {
        section(&mut out, &format!("`{}`", spec.name), spec);
    }
    out
}

fn section(out: &mut String, title: &str, spec: &Spec) {
    let text = if spec.text.is_empty() { String::new() } else { format!("{}\n\n", spec.text) };
    let _ = write!(out, "\n## {title}\n\n{text}| key | type | default | example | |\n|---|---|---|---|---|\n");
    for key in spec.keys {
        let default = match (key.required, key.default) {
            (true, _) => "required".to_string(),
            (_, "") => String::new(),
            (_, default) => default.replace('|', "\\|"),
        };
        let example = if key.example.is_empty() { String::new() } else { format!("`{}`", key.example) };
        let _ = writeln!(out, "| `{}` | {} | {default} | {example} | {} |", key.name, kind(key), key.text);
    }
}

fn kinds(out: &mut String) {
    out.push_str("\nKinds and their stages; those in brackets have no time of their own:\n\n");
    for kind in KINDS {
        let stages: Vec<String> =
            kind.stages.iter().map(|s| if s.timed { s.name.to_string() } else { format!("({})", s.name) }).collect();
        let _ = writeln!(out, "- `{}`: {} Stages: {}.", kind.name, kind.summary, stages.join(", "));
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Time => "time",
        Unit::Mass => "mass",
        Unit::Money => "money",
        Unit::Count => "whole number",
    }
}

/// The type of a key with its unit and range.
fn kind(key: &Key) -> String {
    match key.form {
        Form::Text => "text".into(),
        Form::Name => "name".into(),
        Form::Refer(table) => format!("name of {} {table}", if table.starts_with('i') { "an" } else { "a" }),
        Form::Flag => "true or false".into(),
        Form::Word(words) => words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", "),
        Form::Count(least, most) if most >= 1_000_000_000 => format!("whole number, {least} or more"),
        Form::Count(least, most) => format!("whole number, {least} to {most}"),
        Form::Factor => "number above 0".into(),
        Form::Share => "share, 0 to 1".into(),
        Form::Amount(u, least) => format!("{}{}", unit(u), if least > 0 { " above 0" } else { "" }),
        Form::Law(u) => format!("{} or distribution", unit(u)),
        Form::Chosen => "time or distribution, or a choice `{ by }` of such".into(),
        Form::ChosenFactor => "a choice `{ by }` of factors".into(),
        Form::Uses => "table of pools and numbers".into(),
        Form::Review => "`\"continuous\"`, or a rhythm".into(),
        Form::Expires => "true or false, or time".into(),
        Form::Cost => "money, or table".into(),
        Form::PackageName => "number or name".into(),
        Form::Goods => "item or class, or list of such".into(),
        Form::Own => "as the key it stands at".into(),
        Form::Rate => "rate".into(),
        Form::Date => "date".into(),
        Form::Moment => "date, or time from the start".into(),
        Form::Dates => "list of dates".into(),
        Form::Limit => "number, mass, or both".into(),
        Form::Servers => "number, `\"unlimited\"`, or list".into(),
        Form::Hours => "hours, or list of hours".into(),
        Form::Route => "node, leg, `\"out\"`, `\"fastest\"`, `\"least_backlog\"`, weights, or a choice `{ by }`".into(),
        Form::Effect => "effect".into(),
        Form::Earmark => "item, family, or table".into(),
        Form::Strikes => "place".into(),
        Form::Basis => "text, or table of key and text".into(),
        Form::Paths => "path, or list of paths".into(),
        Form::Figure => "figure".into(),
        Form::Value => "number, amount or date".into(),
        Form::Tolerance => "share, or time".into(),
        Form::Factors if key.name == "factor" => "number, 0 or more".into(),
        Form::Factors => "list of numbers, 0 or more".into(),
        Form::Values => "list".into(),
        Form::Weights => "table of weights".into(),
        Form::Mixture => "list of `{ weight, of }`".into(),
        Form::Words => "table".into(),
        Form::Table(_) => "table".into(),
        Form::Many(spec) => format!("entries `[[{}]]`", spec.name),
        Form::List(_) => "list of tables".into(),
    }
}
