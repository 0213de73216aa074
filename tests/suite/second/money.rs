//! Pledges and packages: the engine against a slow reference, event for event on small random worlds without chance.
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

/// The engine tells of a world what the reference tells, if that is said.
fn agree(world: &World) -> Result<(), String> {
    let text = world.to_toml();
    if let Err(report) = waybill::scenario::read_text("test.toml", &text, &Default::default()) {
        return Err(format!("the reader refuses it:\n{}\n{text}", report.text(false)));
    }
    let Some(expected) = tick::run(world) else { return Ok(()) };
    let done = std::panic::catch_unwind(|| support::run(&text, 1)).map_err(|_| format!("panic\n{text}"))?;
    let found: Vec<String> = done.events().iter().filter_map(of_engine).collect();
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
    let mut worlds = 0;
    for number in 0..1_000 {
        let Some(lines) = tick::run(&random::world(number)) else { continue };
        worlds += 1;
        for line in lines {
            let kind = line.split(' ').nth(1).expect("a line has a kind");
            *told.entry(kind.to_owned()).or_default() += 1;
        }
    }
    assert!(worlds >= 900, "{worlds} worlds are told");
    for (kind, _) in KINDS {
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

/// What costs nothing among lines that go one by one, and packages without lines beside such lines in one release.
#[test]
fn worlds_that_once_differed_agree() {
    for number in [116, 704, 821, 6_679, 14_944, 18_151] {
        agree(&random::world(number)).expect("the two tell the same");
    }
}
