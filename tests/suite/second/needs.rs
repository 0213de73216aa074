//! Requirements and stocks: the engine against a slow reference, event for event on small random worlds without chance.
//!
//! `world` says what a small world is and writes it as a scenario, `tick` runs it, `random` makes worlds; `timelines` holds
//! the reference alone to examples worked by hand. Where the two differ, one of them misreads the rules.

mod random;
mod tick;
mod timelines;
mod world;

use super::{Kinds, is_read, same, tell_of_every_kind, told_by_engine};
use crate::support::{all_agree, full_tier};
use world::World;

const KINDS: Kinds = &[
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

/// The engine tells of a world what the reference tells.
fn agree(world: &World) -> Result<(), String> {
    let text = world.to_toml();
    is_read(&text)?;
    let mut expected = tick::run(world);
    let mut found = told_by_engine(KINDS, &text)?;
    if world.end.is_none() && !world.gifts.is_empty() {
        // A mechanism that looks and gives nothing lets clocks of the last instant be told, which changes no figure.
        let is_clock = |line: &mut String| CLOCKS.contains(&line.split(' ').nth(1).expect("a line has a kind"));
        for list in [&mut expected, &mut found] {
            while list.pop_if(is_clock).is_some() {}
        }
    }
    same(&expected, &found, &text)
}

#[test]
fn random_worlds_tell_of_every_kind() {
    let worlds = (0..1_000).map(|number| tick::run(&random::world(number)));
    tell_of_every_kind(worlds, KINDS.iter().map(|k| k.0).filter(|kind| *kind != "LeftModel"));
}

#[test]
fn agrees() {
    let usual = if full_tier() { 20_000 } else { 300 };
    all_agree(usual, |number| agree(&random::world(number)));
}
