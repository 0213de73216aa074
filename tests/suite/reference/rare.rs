//! The rare branches that a run went through, seen in its events: a law tested on easy worlds is not tested.

pub mod legs;

use super::tick::{Event, Fate, Outcome, Value};
use std::collections::{BTreeMap, BTreeSet};

/// All that can happen, so that what never does can be named.
pub const RARE: [&str; 14] = [
    "a blocked server",
    "a completion, a closing, an arrival and a departure at one instant",
    "a departure skipped",
    "a diverted one diverted again",
    "a handling of no time",
    "a pause within a pause",
    "a visit paused twice",
    "an opening and a closing of one place at one instant",
    "an outage at the instant of a completion there",
    "an overflow",
    "held and let in at one instant",
    "requeued work overtaken",
    "three arrivals by one leg at one instant",
    "two of one stream at one instant",
];

/// Those of ways, which runs note as they happen.
pub const OF_WAYS: [&str; 6] = [
    "a choice within a choice",
    "a way for all else",
    "backlogs are equal",
    "the destination shuts out the least backlog",
    "the least backlog at the destination",
    "the least backlog is not first by name",
];

/// How often each of them happened.
pub fn rare(outcome: &Outcome) -> BTreeMap<&'static str, u64> {
    let mut times: BTreeMap<&str, u64> = outcome.notes.clone();
    let mut happened = |what: &'static str, n: usize| *times.entry(what).or_default() += n as u64;
    let events = &outcome.events;
    let of = |kind: &str| events.iter().filter(|event| event.kind == kind).count();
    happened("a blocked server", of("Blocked"));
    happened("a departure skipped", of("DepartureSkipped"));
    happened("an overflow", of("OverflowAccepted"));
    for instant in events.chunk_by(|a, b| a.time == b.time) {
        let any = |kinds: &[&str]| instant.iter().any(|event| kinds.contains(&event.kind.as_str()));
        let tie = any(&["HandlingFinished", "LegArrived"])
            && any(&["NodeClosed", "StepClosed", "LegClosed"])
            && any(&["ConsignmentCreated"])
            && any(&["ConvoyDispatched", "LegDeparted"]);
        happened("a completion, a closing, an arrival and a departure at one instant", usize::from(tie));
        let pairs = |first: &str, second: &str, same: fn(&Event, &Event) -> bool| {
            let (mut pairs, mut seen): (usize, Vec<&Event>) = (0, vec![]);
            for event in instant {
                pairs += usize::from(event.kind == second && seen.iter().any(|before| same(before, event)));
                if event.kind == first {
                    seen.push(event);
                }
            }
            pairs
        };
        let object: fn(&Event, &Event) -> bool = |a, b| a.object == b.object;
        happened("held and let in at one instant", pairs("HeldAtGate", "YardEntered", object));
        happened("a diverted one diverted again", pairs("Diverted", "Diverted", object));
        let here: fn(&Event, &Event) -> bool = |a, b| a.object == b.object && a.fields["step"] == b.fields["step"];
        happened("a handling of no time", pairs("HandlingStarted", "HandlingFinished", here));
        let there: fn(&Event, &Event) -> bool = |end, closed| {
            let step = text(end, "step").unwrap_or_default();
            let node = text(end, "node").unwrap_or_default();
            closed.object == node || closed.object == format!("{node}.{step}")
        };
        let completions =
            pairs("HandlingFinished", "NodeClosed", there) + pairs("HandlingFinished", "StepClosed", there);
        happened("an outage at the instant of a completion there", completions);
        for place in ["Node", "Step", "Leg"] {
            let (opened, closed) = (format!("{place}Opened"), format!("{place}Closed"));
            let both = pairs(&opened, &closed, object) + pairs(&closed, &opened, object);
            happened("an opening and a closing of one place at one instant", both);
        }
        let stream: fn(&Event, &Event) -> bool = |a, b| a.object.split('#').next() == b.object.split('#').next();
        happened("two of one stream at one instant", pairs("ConsignmentCreated", "ConsignmentCreated", stream));
        let mut by_leg: BTreeMap<&str, usize> = BTreeMap::new();
        for event in instant.iter().filter(|event| event.kind == "LegArrived") {
            *by_leg.entry(text(event, "leg").unwrap_or_default()).or_default() += 1;
        }
        happened("three arrivals by one leg at one instant", by_leg.values().filter(|&&n| n >= 3).count());
    }
    pauses(events, &mut happened);
    legs::rare(events, &mut happened);
    for figures in outcome.stations.values() {
        let again = |visit: &&super::tick::Visit| visit.requeued > 0 && visit.fate == Fate::Left;
        for visit in figures.visits.iter().filter(again) {
            let began = |other: &super::tick::Visit| other.started.is_some_and(|at| visit.started < Some(at));
            let overtaken = figures.visits.iter().any(|other| began(other) && other.left < visit.left);
            happened("requeued work overtaken", usize::from(overtaken));
        }
    }
    times
}

fn pauses(events: &[Event], happened: &mut impl FnMut(&'static str, usize)) {
    let mut paused: BTreeMap<&str, (String, String)> = BTreeMap::new();
    let mut resumed: BTreeSet<&str> = BTreeSet::new();
    for event in events {
        match event.kind.as_str() {
            "NodeClosed" | "StepClosed" => {
                let node = event.object.split('.').next().unwrap_or_default();
                let inside =
                    paused.values().any(|(n, step)| n == node && (event.kind == "NodeClosed" || *step == event.object));
                happened("a pause within a pause", usize::from(inside));
            }
            "HandlingPaused" => {
                happened("a visit paused twice", usize::from(resumed.contains(event.object.as_str())));
                let (node, step) = (text(event, "node").unwrap_or_default(), text(event, "step").unwrap_or_default());
                paused.insert(&event.object, (node.to_string(), format!("{node}.{step}")));
            }
            "HandlingResumed" => {
                paused.remove(event.object.as_str());
                resumed.insert(&event.object);
            }
            "HandlingFinished" => {
                resumed.remove(event.object.as_str());
            }
            _ => {}
        }
    }
}

fn text<'e>(event: &'e Event, field: &str) -> Option<&'e str> {
    match event.fields.get(field) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}
