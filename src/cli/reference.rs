//! `waybill explain` and `waybill mechanisms`: what the tables in the code say.

use super::args::{ExplainArgs, MechanismsArgs};
use super::fault::{self, End};
use super::out;
use crate::mechanism::{KINDS, Kind, kind};
use crate::scenario;
use crate::view;
use serde_json::{Value, json};

pub fn explain(args: &ExplainArgs) -> anyhow::Result<End> {
    let Some(text) = scenario::explain(&args.code) else {
        let near = nearest(&args.code.to_ascii_uppercase(), scenario::codes());
        return Err(fault::usage(format!("there is no code {}{near}", args.code)));
    };
    if args.answer.json {
        out::print_json(&json!({ "code": args.code.to_ascii_uppercase(), "text": text }))?;
    } else {
        out::print(&format!("{}\n", text.trim_end()))?;
    }
    Ok(End::Done)
}

pub fn mechanisms(args: &MechanismsArgs) -> anyhow::Result<End> {
    let Some(name) = &args.name else {
        if args.answer.json {
            out::print_json(&KINDS.iter().map(document).collect())?;
        } else {
            out::print(&view::mechanisms::list(KINDS))?;
        }
        return Ok(End::Done);
    };
    let Some(kind) = kind(name) else {
        let near = nearest(name, KINDS.iter().map(|k| k.name));
        return Err(fault::usage(format!("there is no kind of mechanism {name}{near}")));
    };
    if args.answer.json {
        out::print_json(&document(kind))?;
    } else {
        out::print(&view::mechanisms::page(kind))?;
    }
    Ok(End::Done)
}

fn document(kind: &Kind) -> Value {
    let stages: Vec<Value> = kind
        .stages
        .iter()
        .map(|s| json!({ "name": s.name, "cause": s.cause.name(), "timed": s.timed, "text": s.text }))
        .collect();
    json!({
        "name": kind.name, "summary": kind.summary, "stages": stages,
        "pools_money": kind.pools_money, "takes_stock": kind.takes_stock,
    })
}

/// `; did you mean X?`, where one of them is near.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    let best = known.map(|k| (strsim::damerau_levenshtein(word, k), k)).min();
    match best {
        Some((distance, near)) if distance <= 2.max(word.len() / 3) => format!("; did you mean {near}?"),
        _ => String::new(),
    }
}
