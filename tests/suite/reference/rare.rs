//! The rare branches that a run went through, seen in its events: a law tested on easy worlds is not tested.

pub mod legs;

use super::tick::{Event, Fate, Outcome, Value};
use super::world::{Goods, Law, Profile, Servers, Step, UNLIMITED, World};
use std::collections::{BTreeMap, BTreeSet};

/// All that can happen, so that what never does can be named.
pub const RARE: [&str; 38] = [
    "a batch cut off",
    "a batch of the backlog",
    "a blocked server",
    "a blocked server with one of a pool",
    "a completion, a closing, an arrival and a departure at one instant",
    "a departure skipped",
    "a diverted one diverted again",
    "a handling of no time",
    "a pause within a pause",
    "a pool goes from one step to another",
    "a pre-empted one pre-empted again",
    "a pre-empted one requeued",
    "a server fails that has failed",
    "a server fails while its step is closed",
    "a server comes back to a line",
    "a step in the middle passed by",
    "a third time over one leg",
    "a visit paused twice",
    "a work paused as its server fails",
    "an arrival as its rate begins again",
    "an opening and a closing of one place at one instant",
    "an outage at the instant of a completion there",
    "an outage of no time",
    "an overflow",
    "beyond the number on duty after there was no limit",
    "giving up at the instant of a start there",
    "giving up lets one in",
    "giving up of the backlog at the start",
    "held and let in at one instant",
    "requeued as its server fails",
    "requeued work overtaken",
    "three arrivals by one leg at one instant",
    "no step of its first node handles it",
    "pre-empted at the instant of its start",
    "pre-empted for a pool, with a server free",
    "servers leave and come back at one instant",
    "several give up at one place and instant",
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
pub fn rare(world: &World, outcome: &Outcome) -> BTreeMap<&'static str, u64> {
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
        let step: fn(&Event, &Event) -> bool =
            |a, b| ["node", "step"].iter().all(|of| a.fields.get(*of) == b.fields.get(*of));
        happened("giving up at the instant of a start there", pairs("HandlingStarted", "PatienceEnded", step));
        happened("giving up lets one in", pairs("PatienceEnded", "YardEntered", step));
        happened("several give up at one place and instant", pairs("PatienceEnded", "PatienceEnded", step));
        happened("pre-empted at the instant of its start", pairs("HandlingStarted", "HandlingPreempted", object));
        let mut by_leg: BTreeMap<&str, usize> = BTreeMap::new();
        for event in instant.iter().filter(|event| event.kind == "LegArrived") {
            *by_leg.entry(text(event, "leg").unwrap_or_default()).or_default() += 1;
        }
        happened("three arrivals by one leg at one instant", by_leg.values().filter(|&&n| n >= 3).count());
    }
    pauses(events, &mut happened);
    others(world, events, &mut happened);
    failures(events, &mut happened);
    limits(world, events, &mut happened);
    shares(world, events, &mut happened);
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

fn others(world: &World, events: &[Event], happened: &mut impl FnMut(&'static str, usize)) {
    let stream = |event: &Event| {
        let name = event.object.split('#').next();
        world.streams.iter().find(|stream| Some(stream.name.as_str()) == name)
    };
    let mut times: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut preempted: BTreeSet<&str> = BTreeSet::new();
    for event in events {
        match event.kind.as_str() {
            "BatchArrived" => {
                let whole = stream(event).and_then(|stream| stream.batch.clone());
                let size = event.fields["size"].clone();
                happened(
                    "a batch cut off",
                    usize::from(matches!(whole, Some(Law::Constant(n)) if Value::Int(n) != size)),
                );
                happened("a batch of the backlog", usize::from(event.time < 0 && size != Value::Int(1)));
            }
            "ConsignmentCreated" => {
                if let Some(Profile::Parts { period, factors }) =
                    stream(event).and_then(|stream| stream.profile.as_ref())
                {
                    let length = period / factors.len() as i64;
                    let before = (event.time - 1).rem_euclid(*period) / length;
                    let again = event.time > 0 && event.time % length == 0 && factors[before as usize] == 0;
                    happened("an arrival as its rate begins again", usize::from(again));
                }
            }
            "HandlingPreempted" => {
                happened("a pre-empted one pre-empted again", usize::from(!preempted.insert(&event.object)));
            }
            "HandlingRequeued" if preempted.contains(event.object.as_str()) => happened("a pre-empted one requeued", 1),
            "HandlingFinished" => {
                preempted.remove(event.object.as_str());
            }
            "PatienceEnded" => {
                let of_the_backlog =
                    |before: &Event| before.kind == "ConsignmentCreated" && before.object == event.object;
                let early = events.iter().any(|before| before.time < 0 && of_the_backlog(before));
                happened("giving up of the backlog at the start", usize::from(event.time == 0 && early));
            }
            "LegDeparted" => {
                let times = times.entry((&event.object, text(event, "leg").unwrap_or_default())).or_default();
                *times += 1;
                happened("a third time over one leg", usize::from(*times == 3));
            }
            _ => {}
        }
    }
}

/// What servers that fail do, and to whom.
fn failures(events: &[Event], happened: &mut impl FnMut(&'static str, usize)) {
    // By node and step, and by server.
    let mut failed: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut closed: BTreeSet<&str> = BTreeSet::new();
    let node = |step: &str| step.split('.').next().unwrap_or_default().to_string();
    let server = |event: &Event| format!("{:?}", event.fields["server"]);
    for (i, event) in events.iter().enumerate() {
        let place = event.object.as_str();
        match event.kind.as_str() {
            "NodeClosed" | "StepClosed" => {
                closed.insert(place);
            }
            "NodeOpened" | "StepOpened" => {
                closed.remove(place);
            }
            "OutageMeasured" => happened("an outage of no time", usize::from(event.fields["lasts"] == Value::Int(0))),
            "ServerFailed" => {
                let times = failed.entry((place, server(event))).or_default();
                *times += 1;
                happened("a server fails that has failed", usize::from(*times == 2));
                let down = closed.contains(place) || closed.contains(node(place).as_str());
                happened("a server fails while its step is closed", usize::from(down));
                // The length of the outage is told between.
                let then = events.get(i + 2).map_or("", |event| event.kind.as_str());
                happened("a work paused as its server fails", usize::from(then == "HandlingPaused"));
                happened("requeued as its server fails", usize::from(then == "HandlingRequeued"));
            }
            "ServerRepaired" => *failed.entry((place, server(event))).or_default() -= 1,
            _ => {}
        }
    }
}

/// Whoever is served by a server that there was only as there was no limit.
fn limits(world: &World, events: &[Event], happened: &mut impl FnMut(&'static str, usize)) {
    let mut servers: BTreeMap<&str, i64> = BTreeMap::new();
    for event in events {
        match (event.kind.as_str(), event.fields.get("server")) {
            ("HandlingStarted", Some(&Value::Int(server))) => {
                servers.insert(&event.object, server);
            }
            ("HandlingFinished", _) => {
                let node = world.nodes.iter().find(|node| Some(node.name.as_str()) == text(event, "node"));
                let mut steps = node.iter().flat_map(|node| &node.steps);
                let step = steps.find(|step| Some(step.name.as_str()) == text(event, "step"));
                let Some(Servers::Calendar(parts)) = step.map(|step| &step.servers) else { continue };
                let now = parts.iter().rfind(|&&(from, _)| from <= event.time).unwrap_or(&parts[0]).1;
                let beyond = parts.iter().any(|&(_, n)| n == UNLIMITED) && servers[event.object.as_str()] > now;
                happened("beyond the number on duty after there was no limit", usize::from(beyond));
            }
            _ => {}
        }
    }
}

/// What pools, servers that leave and steps for some goods bring about.
fn shares(world: &World, events: &[Event], happened: &mut impl FnMut(&'static str, usize)) {
    let step_of = |event: &Event| {
        let node = world.nodes.iter().find(|node| Some(node.name.as_str()) == text(event, "node"))?;
        let at = node.steps.iter().position(|step| Some(step.name.as_str()) == text(event, "step"))?;
        Some((node, at))
    };
    let place = |event: &Event| step_of(event).map(|(node, at)| format!("{}.{}", node.name, node.steps[at].name));
    let mut busy: BTreeMap<String, i64> = BTreeMap::new();
    for (i, event) in events.iter().enumerate() {
        let instant = || events[..i].iter().rev().take_while(|before| before.time == event.time);
        match event.kind.as_str() {
            "HandlingStarted" => {
                let Some((node, at)) = step_of(event) else { continue };
                *busy.entry(place(event).unwrap_or_default()).or_default() += 1;
                let shared = |before: &&Event| {
                    before.kind == "HandlingFinished"
                        && before.object != event.object
                        && place(before) != place(event)
                        && step_of(before).is_some_and(|(other, step)| {
                            node.steps[at]
                                .uses
                                .iter()
                                .any(|(pool, _)| other.steps[step].uses.iter().any(|(p, _)| p == pool))
                        })
                };
                happened("a pool goes from one step to another", usize::from(instant().any(|before| shared(&before))));
                let back = instant()
                    .any(|before| before.kind == "ServerBack" && Some(&before.object) == place(event).as_ref());
                happened("a server comes back to a line", usize::from(back));
            }
            "HandlingFinished" | "HandlingRequeued" => *busy.entry(place(event).unwrap_or_default()).or_default() -= 1,
            "HandlingPreempted" => {
                let Some((node, at)) = step_of(event) else { continue };
                let busy = busy.entry(place(event).unwrap_or_default()).or_default();
                let free = matches!(node.steps[at].servers, Servers::Number(n) if n > *busy);
                // A server may be away, or fail, or be none by a disruption, where there is no pool.
                let pool = free && !node.steps[at].uses.is_empty();
                happened("pre-empted for a pool, with a server free", usize::from(pool));
                *busy -= 1;
            }
            "YardEntered" => {
                let Some((_, at)) = step_of(event) else { continue };
                let before =
                    instant().find(|before| before.object == event.object && before.kind == "HandlingFinished");
                let from = before.and_then(step_of).map_or(at, |(_, from)| from);
                let same_node = before.is_some_and(|before| text(before, "node") == text(event, "node"));
                happened("a step in the middle passed by", usize::from(same_node && at > from + 1));
            }
            "Blocked" => {
                let pool = step_of(event).is_some_and(|(node, at)| !node.steps[at].uses.is_empty());
                happened("a blocked server with one of a pool", usize::from(pool));
            }
            "ServerAway" => {
                let back = instant().any(|before| before.kind == "ServerBack" && before.object != event.object);
                happened("servers leave and come back at one instant", usize::from(back));
            }
            "ConsignmentCreated" => {
                let name = event.object.split('#').next();
                let stream = world.streams.iter().find(|stream| Some(stream.name.as_str()) == name).expect("listed");
                let node = world.nodes.iter().find(|node| node.name == stream.enters).expect("listed");
                let handles = |step: &Step| match &stream.goods {
                    Goods::Item { name, .. } => step.only.is_empty() || step.only.contains(name),
                    _ => step.only.is_empty(),
                };
                let none = !node.steps.is_empty() && !node.steps.iter().any(handles);
                happened("no step of its first node handles it", usize::from(none));
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
