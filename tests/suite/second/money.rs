//! Pledges and packages: the engine against a slow reference, event for event on small random worlds without chance.
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
    ("LineAsked", &["need", "quantity"]),
    ("BacklogTakenUp", &[]),
    ("RequirementValidated", &[]),
    ("RequirementMatched", &[]),
    ("RequirementFulfilled", &[]),
    ("PledgeAnnounced", &["stream", "amount", "next"]),
    ("ExchangeRateFixed", &["foreign", "rate"]),
    ("PledgeKeptSet", &["kept", "lapses"]),
    ("PledgeTermsSet", &["committed_after", "paid_after"]),
    ("PledgeExpirySet", &["expires"]),
    ("PledgeCommitted", &[]),
    ("PledgeLapsed", &[]),
    ("FundsDisbursed", &["amount"]),
    ("PledgeDefaulted", &["amount"]),
    ("PledgeExpired", &["amount"]),
    ("EarmarkSet", &[]),
    ("SurplusRolledOver", &["amount"]),
    ("SurplusHeld", &["package"]),
    ("PackageStated", &["stream", "priority", "price", "next"]),
    ("PackageDrafted", &["mechanism", "price"]),
    ("LinePackaged", &["package"]),
    ("PackageValidated", &[]),
    ("PackageOpened", &[]),
    ("MoneyAllocated", &["pledge", "amount"]),
    ("PackageFunded", &[]),
    ("PackageReleased", &[]),
    ("MoneySpent", &["amount"]),
    ("MechanismDrafted", &[]),
    ("StageEntered", &["gate", "lasts"]),
    ("StageLeft", &["gate"]),
    ("DisruptionBegan", &[]),
    ("DisruptionEnded", &[]),
    ("StageHeld", &[]),
    ("StageResumed", &[]),
    ("ConsignmentCreated", &["line", "number", "amount"]),
    ("NodeReached", &["node"]),
    ("LegDeparted", &["leg", "transit"]),
    ("LegArrived", &["leg"]),
    ("HandedOver", &["node"]),
];

/// The engine tells of a world what the reference tells, if that is said.
fn agree(world: &World) -> Result<(), String> {
    let text = world.to_toml();
    is_read(&text)?;
    let Some(expected) = tick::run(world) else { return Ok(()) };
    same(&expected, &told_by_engine(KINDS, &text)?, &text)
}

#[test]
fn random_worlds_tell_of_every_kind() {
    let worlds: Vec<_> = (0..1_000).filter_map(|number| tick::run(&random::world(number))).collect();
    assert!(worlds.len() >= 900, "{} worlds are told", worlds.len());
    tell_of_every_kind(worlds.into_iter(), KINDS.iter().map(|k| k.0));
}

#[test]
fn agrees() {
    let usual = if full_tier() { 20_000 } else { 300 };
    all_agree(usual, |number| agree(&random::world(number)));
}

/// What costs nothing among lines that go one by one, and packages without lines beside such lines in one release.
#[test]
fn worlds_that_once_differed_agree() {
    for number in [116, 704, 821, 6_679, 14_944, 18_151] {
        agree(&random::world(number)).expect("the two tell the same");
    }
}
