//! Events as a reader meets them: names instead of handles.

use super::number::grouped;
use super::text::{Line, Look};
use crate::event::{Entry, Event, Value};
use crate::model::Brings;
use crate::state::State;
use crate::units::arena::Id;
use crate::units::time::Civil;
use serde_json::{Map, Value as Json, json};

/// One event, ready to be told.
pub struct Telling {
    turn: u64,
    seq: u64,
    cause: u64,
    /// Seconds since the start.
    t: i64,
    time: String,
    kind: &'static str,
    object: String,
    fields: Map<String, Json>,
}

impl Telling {
    /// Takes an event in, just after the world did.
    pub fn new(state: &State, turn: u64, seq: u64, entry: &Entry) -> Telling {
        let mut fields = Map::new();
        let mut object = None;
        entry.event.each_field(&mut |name, value| {
            if object.is_none() {
                object = Some(object_of(state, &entry.event, value, &mut fields));
            } else {
                put(state, name, value, &mut fields);
            }
        });
        extras(state, &entry.event, &mut fields);
        Telling {
            turn,
            seq,
            cause: entry.cause,
            t: state.now.0,
            time: Civil::from_unix(state.plan().start + state.now.0).to_string(),
            kind: entry.event.kind(),
            object: object.unwrap_or_default(),
            fields,
        }
    }

    /// Whether it is about an object, or about a part of it.
    pub fn concerns(&self, object: &str) -> bool {
        let rest = self.object.strip_prefix(object);
        let about = rest.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('/') || (rest.starts_with('#') && object.contains('/'))
        });
        about || self.happens_at(object)
    }

    /// Whether it happens at a place, or concerns a stream, a mechanism or one of its stages: what its fields name.
    fn happens_at(&self, name: &str) -> bool {
        let field = |key: &str| self.fields.get(key).and_then(Json::as_str);
        let part = |whole: &str, part: &str| {
            let (Some(whole), Some(part)) = (field(whole), field(part)) else { return false };
            name.strip_prefix(whole).and_then(|rest| rest.strip_prefix('.')) == Some(part)
        };
        ["node", "leg", "stream", "mechanism", "to"].into_iter().any(|key| field(key) == Some(name))
            || part("node", "step")
            || part("mechanism", "stage")
    }

    /// One line of JSON.
    pub fn json(&self) -> String {
        let mut all = Map::new();
        all.insert("seq".to_owned(), json!(self.seq));
        all.insert("turn".to_owned(), json!(self.turn));
        all.insert("time".to_owned(), json!(self.time));
        all.insert("t".to_owned(), json!(self.t));
        all.insert("kind".to_owned(), json!(self.kind));
        all.insert("object".to_owned(), json!(self.object));
        all.insert("cause".to_owned(), json!(self.cause));
        self.fields.iter().for_each(|(key, value)| {
            all.insert(key.clone(), value.clone());
        });
        Json::Object(all).to_string()
    }

    /// One line to read.
    pub fn text(&self) -> String {
        let time = self.time.trim_end_matches('Z').replace('T', " ");
        let line = Line::new().right(Look::Dim, &format!("#{}", grouped(self.seq as i64)), 10).plain("  ");
        let mut line =
            line.plain(&time).plain("  ").left(Look::Plain, self.kind, 22).plain(" ").put(Look::Bold, &self.object);
        for (key, value) in &self.fields {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            line = line.put(Look::Dim, &format!("  {key} ")).plain(&text);
        }
        line.put(Look::Dim, &format!("  after #{}", grouped(self.cause as i64))).end()
    }
}

/// The name of whom an event concerns.
fn object_of(state: &State, event: &Event, value: Value, fields: &mut Map<String, Json>) -> String {
    match *event {
        Event::ConvoyDispatched { leg, .. } => {
            put(state, "leg", value, fields);
            format!("{}#{}", state.plan().legs[leg].name, state[leg].departed)
        }
        Event::StatementRecorded { stream, row } | Event::ImportRejected { stream, row } => {
            let journal = &state.plan().streams[stream].name;
            fields.insert("journal".to_owned(), json!(journal));
            format!("{journal}#{row}")
        }
        _ => state.name_of(value).unwrap_or_default(),
    }
}

/// A field under its name; those that say two things, under two.
fn put(state: &State, name: &str, value: Value, fields: &mut Map<String, Json>) {
    let plan = state.plan();
    let mut put = |key: &str, value: Json| {
        fields.insert(key.to_owned(), value);
    };
    match value {
        Value::Step(step) => {
            let row = &plan.steps[step];
            put("node", json!(plan.nodes[row.node].name));
            put("step", json!(row.name));
        }
        Value::Gate(gate) => {
            let (mechanism, stage) = state.net.gates[gate.index()];
            let row = &plan.mechanisms[Id::new(mechanism)];
            put("mechanism", json!(row.name));
            put("stage", json!(row.stages[usize::from(stage)].name));
        }
        Value::Time(at) => put(name, json!(at.0)),
        Value::Seconds(n) | Value::Count(n) => put(name, json!(n)),
        Value::Money(sum) => put(name, json!(sum.0)),
        Value::Flag(flag) => put(name, json!(flag)),
        other => put(name, json!(state.name_of(other))),
    }
}

/// What a reader wants to know of an event that its fields do not say.
fn extras(state: &State, event: &Event, fields: &mut Map<String, Json>) {
    match *event {
        Event::StatementRecorded { stream, row } | Event::ImportRejected { stream, row } => {
            if let Brings::Rows(rows) = &state.plan().streams[stream].brings
                && let Some(found) = rows.iter().find(|r| r.number == row)
                && let crate::model::RowBrings::Statement(text) | crate::model::RowBrings::Rejection(text) =
                    &found.brings
            {
                fields.insert("text".to_owned(), json!(text));
            }
        }
        Event::PledgeAnnounced { pledge, .. } => {
            let party = state.party(pledge);
            if !party.is_empty() {
                fields.insert("party".to_owned(), json!(party));
            }
        }
        _ => {}
    }
}
