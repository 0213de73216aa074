//! JSON Schema (draft 2020-12) of scenario files for editors, printed from the table of keys.

use super::{Form, Spec, TABLES, VALUES};
use serde_json::{Map, Value, json};

/// The schema. It knows shapes and keys; units, references and ranges that depend on others are `waybill check`'s.
pub fn schema() -> Value {
    let mut defs = Map::new();
    for spec in TABLES.iter().chain(VALUES).filter(|spec| !spec.name.is_empty()) {
        defs.insert(spec.name.to_owned(), table(spec));
    }
    let top = TABLES.iter().find(|spec| spec.name.is_empty()).expect("a file has keys of its own");
    let mut all = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "waybill scenario",
        "$defs": defs,
    });
    let own = table(top);
    for key in ["type", "properties", "additionalProperties"] {
        all[key] = own[key].clone();
    }
    all
}

/// A table of keys. Nothing is required: a variant states only what differs.
fn table(spec: &Spec) -> Value {
    let mut keys = Map::new();
    for key in spec.keys {
        let mut form = form(key.form);
        form["description"] = json!(key.text);
        keys.insert(key.name.to_owned(), form);
    }
    json!({ "type": "object", "description": spec.text, "properties": keys, "additionalProperties": spec.name == "by" })
}

fn of(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn any(forms: &[Value]) -> Value {
    json!({ "anyOf": forms })
}

fn form(form: Form) -> Value {
    let text = || json!({ "type": "string" });
    let number = || json!({ "type": "number" });
    let list = |items: Value| json!({ "type": "array", "items": items });
    let words = || json!({ "type": "object" });
    match form {
        Form::Name => json!({ "type": "string", "pattern": "^[\\p{L}\\p{N}_-]+$" }),
        Form::Text | Form::Refer(_) | Form::Rate | Form::Date | Form::Moment | Form::Strikes | Form::Figure => text(),
        Form::Flag => json!({ "type": "boolean" }),
        Form::Word(words) => json!({ "enum": words }),
        Form::Count(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Form::Factor => json!({ "type": "number", "exclusiveMinimum": 0 }),
        Form::Share | Form::Amount(..) | Form::Tolerance => any(&[text(), number()]),
        Form::Law(_) | Form::Own => any(&[text(), number(), of("distribution")]),
        Form::Chosen => any(&[text(), number(), of("distribution"), words()]),
        Form::ChosenFactor | Form::Uses => words(),
        Form::Review => any(&[json!({ "const": "continuous" }), of("stock.review")]),
        Form::Expires => any(&[json!({ "type": "boolean" }), text()]),
        Form::Cost => any(&[text(), of("cost")]),
        Form::PackageName => any(&[text(), number()]),
        Form::Goods => any(&[text(), list(text())]),
        Form::Dates => list(text()),
        Form::Paths => any(&[text(), list(text())]),
        Form::Limit => any(&[text(), number(), words()]),
        Form::Servers => any(&[text(), number(), list(words())]),
        Form::Hours => any(&[text(), list(text())]),
        Form::Route | Form::Effect | Form::Earmark | Form::Basis => any(&[text(), words()]),
        Form::Value => any(&[text(), number()]),
        Form::Factors => any(&[number(), list(number())]),
        Form::Values | Form::Mixture => json!({ "type": "array" }),
        Form::Weights | Form::Words => words(),
        Form::Table(spec) => table(spec),
        Form::Many(spec) | Form::List(spec) => list(of(spec.name)),
    }
}
