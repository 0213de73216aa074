//! Requirements and stocks: the engine against a slow reference, event for event on small random worlds without chance.
//!
//! `world` says what a small world is and writes it as a scenario, `tick` runs it, `random` makes worlds; `timelines` holds
//! the reference alone to examples worked by hand. Where the two differ, one of them misreads the rules.

mod random;
mod tick;
mod timelines;
mod world;

use crate::support::{self, full_tier};
use std::collections::BTreeMap;
use world::World;

/// Kinds that both tell, with the fields that both give, in the order in which the reference tells them.
const KINDS: &[(&str, &[&str])] = &[
    ("StreamOpened", &["next"]),
    ("BatchArrived", &["size"]),
    ("RequirementSubmitted", &["stream", "priority", "next"]),
    ("RequirementDueSet", &["due"]),
    ("LineAsked", &["need", "quantity"]),
    ("BacklogTakenUp", &[]),
    ("PaperFiled", &[]),
    ("YardEntered", &["node", "step"]),
    ("HandlingMeasured", &["node", "step", "service"]),
    ("PatienceSet", &["lasts"]),
    ("PatienceEnded", &["node", "step"]),
    ("HandlingStarted", &["node", "step", "server", "service"]),
    ("HandlingPreempted", &["by", "left", "restarts"]),
    ("HandlingPaused", &["left"]),
    ("HandlingResumed", &["left"]),
    ("HandlingRequeued", &["left"]),
    ("HandlingFinished", &["node", "step", "again"]),
    ("RequirementValidated", &[]),
    ("RequirementPrioritised", &[]),
    ("RequirementMatched", &[]),
    ("RequirementFulfilled", &[]),
    ("RequirementExpired", &[]),
    ("LineWithdrawn", &[]),
    ("StockAsked", &["stock", "quantity"]),
    ("StockTaken", &["stock", "quantity"]),
    ("StockReviewed", &[]),
    ("StockOrdered", &["quantity", "lead"]),
    ("ProductionStarted", &["quantity", "lasts"]),
    ("StockReceived", &["quantity"]),
    ("StageEntered", &["gate", "lasts"]),
    ("StageLeft", &["gate"]),
    ("ConsignmentCreated", &["line", "number", "amount"]),
    ("DisruptionBegan", &[]),
    ("DisruptionEnded", &[]),
    ("NodeClosed", &[]),
    ("NodeOpened", &[]),
    ("StepClosed", &[]),
    ("StepOpened", &[]),
    ("StageHeld", &[]),
    ("StageResumed", &[]),
    ("LegClosed", &[]),
    ("LegOpened", &[]),
    ("LegDeparted", &["leg", "transit"]),
    ("LegArrived", &["leg"]),
    ("HandedOver", &["node"]),
    // In these worlds no way ends but at the border.
    ("LeftModel", &["node"]),
];

/// What goes on whether anything is left to be done or not.
const CLOCKS: &[&str] = &[
    "StockReviewed",
    "DisruptionBegan",
    "DisruptionEnded",
    "StageHeld",
    "StageResumed",
    "LegClosed",
    "LegOpened",
    "NodeClosed",
    "NodeOpened",
    "StepClosed",
    "StepOpened",
];

/// An event of the engine as the reference would tell it; none where the reference does not know its kind.
fn of_engine(event: &serde_json::Value) -> Option<String> {
    let text = |v: &serde_json::Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let fields = KINDS.iter().find(|k| event["kind"] == k.0)?.1;
    let mut told = format!("{} {} {}", event["t"], text(&event["kind"]), text(&event["object"]));
    for name in fields {
        told += &format!(" {name}={}", event.get(name).map_or("?".to_owned(), text));
    }
    Some(told)
}

/// The engine tells of a world what the reference tells.
fn agree(world: &World) -> Result<(), String> {
    let text = world.to_toml();
    if let Err(report) = waybill::scenario::read_text("test.toml", &text, &Default::default()) {
        return Err(format!("the reader refuses it:\n{}\n{text}", report.text(false)));
    }
    let mut expected = tick::run(world);
    let done = std::panic::catch_unwind(|| support::run(&text, 1)).map_err(|_| format!("panic\n{text}"))?;
    let mut found: Vec<String> = done.events().iter().filter_map(of_engine).collect();
    if world.end.is_none() && !world.gifts.is_empty() {
        // A mechanism that looks and gives nothing lets clocks of the last instant be told, which changes no figure.
        let is_clock = |line: &mut String| CLOCKS.contains(&line.split(' ').nth(1).expect("a line has a kind"));
        for list in [&mut expected, &mut found] {
            while list.pop_if(is_clock).is_some() {}
        }
    }
    if expected == found {
        return Ok(());
    }
    let at = expected.iter().zip(&found).position(|(a, b)| a != b).unwrap_or(expected.len().min(found.len()));
    let around = |list: &[String]| list[at.saturating_sub(5)..(at + 5).min(list.len())].join("\n    ");
    Err(format!("event {at}:\n  reference:\n    {}\n  engine:\n    {}\n{text}", around(&expected), around(&found)))
}

/// Worlds in which nothing happens would agree too.
#[test]
fn random_worlds_tell_of_every_kind() {
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for number in 0..1_000 {
        for line in tick::run(&random::world(number)) {
            let kind = line.split(' ').nth(1).expect("a line has a kind");
            *told.entry(kind.to_owned()).or_default() += 1;
        }
    }
    for (kind, _) in KINDS.iter().filter(|k| k.0 != "LeftModel") {
        let times = told.get(*kind).copied().unwrap_or_default();
        assert!(times >= 20, "{kind} is told {times} times");
    }
}

fn number_of(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// `WAYBILL_WORLD` repeats a world by its number, with `WAYBILL_WORLDS` so many from it on.
#[test]
fn agrees() {
    let first = number_of("WAYBILL_WORLD");
    let usual = if full_tier() { 20_000 } else { 300 };
    let worlds = number_of("WAYBILL_WORLDS").unwrap_or(if first.is_some() { 1 } else { usual });
    let first = first.unwrap_or(0);
    let mut differ = BTreeMap::new();
    for number in first..first + worlds {
        if let Err(what) = agree(&random::world(number)) {
            differ.insert(number, what);
            if differ.len() >= 20 {
                break;
            }
        }
    }
    if let Some((number, what)) = differ.iter().min_by_key(|d| d.1.len()) {
        panic!("{} worlds differ, {:?}; the smallest, {number}, {what}", differ.len(), differ.keys());
    }
}
