//! The engine against the slow reference: event for event on small random worlds.

use crate::reference::tick::{self, Event, Value};
use crate::reference::{random, world};
use crate::support::{self, all_agree, full_tier};

/// Kinds that both tell, with the fields that both give.
const KINDS: &[(&str, &[&str])] = &[
    ("BatchArrived", &["size"]),
    ("ConsignmentCreated", &["priority"]),
    ("YardEntered", &["node", "step"]),
    ("HeldAtGate", &["node"]),
    ("Blocked", &["node", "step"]),
    ("Diverted", &["node", "to"]),
    ("Refused", &["node"]),
    ("OverflowAccepted", &["node"]),
    ("HandlingPreempted", &["by", "left", "restarts"]),
    ("PatienceSet", &["lasts"]),
    ("PatienceEnded", &["node", "step"]),
    ("HandlingStarted", &["node", "step", "server", "service"]),
    ("HandlingPaused", &["left"]),
    ("HandlingResumed", &["left"]),
    ("HandlingRequeued", &["left"]),
    ("HandlingFinished", &["node", "step", "again"]),
    ("RouteChosen", &[]),
    ("LegDeparted", &["leg", "transit"]),
    ("LegArrived", &["leg"]),
    ("HandedOver", &["node"]),
    ("LeftModel", &["node"]),
    ("ConvoyDispatched", &["load"]),
    ("VehicleLeft", &["vehicle", "away"]),
    ("VehicleReturned", &["vehicle"]),
    ("DepartureEmpty", &[]),
    ("DepartureSkipped", &[]),
    ("ServerAway", &["server", "lasts"]),
    ("ServerBack", &["server"]),
    ("OutageAwaited", &["server", "next"]),
    ("OutageMeasured", &["server", "lasts"]),
    ("ServerFailed", &["server"]),
    ("ServerRepaired", &["server"]),
    ("NodeClosed", &[]),
    ("NodeOpened", &[]),
    ("StepClosed", &[]),
    ("StepOpened", &[]),
    ("LegClosed", &[]),
    ("LegOpened", &[]),
];

fn line(time: i64, kind: &str, object: &str, field: impl Fn(&str) -> Option<String>) -> Option<String> {
    let fields = KINDS.iter().find(|k| k.0 == kind)?.1;
    let mut text = format!("{time} {kind} {object}");
    for name in fields {
        text += &format!(" {name}={}", field(name).unwrap_or_else(|| "?".to_owned()));
    }
    Some(text)
}

fn of_reference(event: &Event) -> Option<String> {
    let field = |name: &str| {
        event.fields.get(name).map(|v| match v {
            Value::Int(n) => n.to_string(),
            Value::Text(t) => t.clone(),
        })
    };
    // A departure has a number there; here its object is the leg.
    let object = match event.kind.as_str() {
        "ConvoyDispatched" => event.object.rsplit_once('#').map_or(&*event.object, |p| p.0),
        _ => &event.object,
    };
    line(event.time, &event.kind, object, field)
}

fn of_engine(event: &serde_json::Value) -> Option<String> {
    let text = |v: &serde_json::Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let field = |name: &str| event.get(name).map(text);
    line(event["t"].as_i64()?, event["kind"].as_str()?, event["object"].as_str()?, field)
}

/// One world: the events of both, and the first difference.
fn compare(number: u64) -> Result<(), String> {
    if std::env::var("WAYBILL_TRACE").is_ok() {
        eprintln!("world {number}");
    }
    agrees(&random::world(number), number % 7).map_err(|what| format!("world {number}, {what}"))
}

/// The engine tells of a world what the reference tells, where the reader takes it.
pub fn agrees(world: &world::World, seed: u64) -> Result<(), String> {
    let text = world::to_toml(world);
    if let Err(report) = waybill::scenario::read_text("test.toml", &text, &Default::default()) {
        // Goods that can never arrive are refused by the reader; the reference would let them leave.
        return if report.diagnostics.iter().all(|d| ["WB302", "WB308"].contains(&d.code)) {
            Ok(())
        } else {
            Err(report.text(false))
        };
    }
    let expected: Vec<String> = tick::run(world, seed).events.iter().filter_map(of_reference).collect();
    let done =
        std::panic::catch_unwind(|| support::run(&text, seed)).map_err(|_| format!("seed {seed}: panic\n{text}"))?;
    let found: Vec<String> = done.events().iter().filter_map(of_engine).collect();
    if expected == found {
        return Ok(());
    }
    let at = expected.iter().zip(&found).position(|(a, b)| a != b).unwrap_or(expected.len().min(found.len()));
    let around = |list: &[String]| list[at.saturating_sub(4)..(at + 4).min(list.len())].join("\n    ");
    Err(format!(
        "seed {seed}, event {at}:\n  reference:\n    {}\n  engine:\n    {}\n{text}",
        around(&expected),
        around(&found)
    ))
}

#[test]
fn the_engine_agrees_with_the_reference_event_for_event() {
    all_agree(if full_tier() { 100_000 } else { 1_000 }, compare);
}
