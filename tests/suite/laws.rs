//! Laws over random worlds and the shipped scenarios: what holds after every event, at the end, and between runs.

use crate::reference::random;
use crate::reference::world::{
    Discipline, Disruption, Effect, Item, Kind, Law, MILLION, Node, Profile, Servers, Step, Stream, World as Small,
    to_toml,
};
use crate::support::{Done, full_tier, run, run_loaded, run_with};
use serde_json::Value;
use std::collections::BTreeMap;
use waybill::event::{Event, codec};
use waybill::log::{Scan, SegmentLimits};
use waybill::model::{Limit, Pool, WhenFull};
use waybill::sim::{World, replay, world_at};
use waybill::state::unit::{Origin, Place, What};
use waybill::state::{PackageStage, Resting, State};
use waybill::units::amount::Money;
use waybill::units::arena::Id;
use waybill::units::time::SimTime;

/// The random worlds that the reader takes: number, world, text.
fn worlds() -> impl Iterator<Item = (u64, Small, String)> {
    let count = if full_tier() { 3_000 } else { 150 };
    (0..count).map(|number| (number, random::world(number))).filter_map(|(number, world)| {
        let text = to_toml(&world);
        let read = waybill::scenario::read_text("test.toml", &text, &Default::default());
        read.is_ok().then_some((number, world, text))
    })
}

/// Tests each world; a failing one is told with its number and its text.
fn each_world(test: impl Fn(u64, &Small, &str) -> Result<(), String>) {
    let mut tested = 0;
    for (number, world, text) in worlds() {
        if let Err(what) = test(number, &world, &text) {
            panic!("world {number}: {what}\n{text}");
        }
        tested += 1;
    }
    assert!(tested > 100, "most worlds are read: {tested}");
}

macro_rules! hold {
    ($law:expr, $($what:tt)+) => {
        if !$law {
            return Err(format!($($what)+));
        }
    };
}

/// Folds the log turn by turn and holds the world against the laws after every event, turn and instant.
fn check(done: &Done) -> Result<World, String> {
    let mut world = World::open(done.opened.plan.clone(), &done.opened.notes);
    let mut scan = Scan::from(&*done.log, 1);
    let (mut entries, mut next_seq, mut now) = (Vec::new(), 1, None);
    while let Some(segment) = scan.next_segment().map_err(|e| e.to_string())? {
        let (mut before, mut seq) = (SimTime(segment.time_before), segment.first_seq);
        hold!(seq == next_seq, "seq {seq} follows {next_seq}");
        for (turn, bytes) in segment.records() {
            entries.clear();
            let at = codec::take_turn(before, seq, bytes, &mut entries).ok_or("a turn is read")?;
            hold!(now.is_none_or(|now| at >= now), "turn {turn} is at {}, before the one before it", at.0);
            let due = world.state.next().ok_or("something is due")?;
            hold!(due.at == at, "turn {turn} is at {}, and {} is due", at.0, due.at.0);
            hold!(!entries.is_empty(), "turn {turn} is empty");
            for entry in &entries {
                hold!(entry.cause < seq, "event {seq} is caused by {}", entry.cause);
                if let Event::HandlingStarted { step, server, .. } = entry.event {
                    hold!(server <= world.state[step].on_duty(), "event {seq}: server {server} is not on duty");
                }
                seq += 1;
            }
            world.fold(due, &entries);
            (before, now, next_seq) = (at, Some(at), seq);
            let when = |what: String| format!("turn {turn} at {}: {what}", at.0);
            places(&world.state).and_then(|()| money(&world.state)).map_err(when)?;
            if world.state.next().is_none_or(|due| due.at > at) {
                between(&world.state).map_err(when)?;
            }
        }
    }
    world.end();
    Ok(world)
}

/// I4, I5, I7, I8: every unit is in one place, servers and yards hold what they hold.
fn places(state: &State) -> Result<(), String> {
    let plan = state.plan();
    let mut line: BTreeMap<u32, usize> = BTreeMap::new();
    let mut entry: BTreeMap<u32, usize> = BTreeMap::new();
    let mut ready: BTreeMap<u32, usize> = BTreeMap::new();
    let mut taken: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut yard: BTreeMap<u32, (u32, i64)> = BTreeMap::new();
    for (id, unit) in state.units.iter() {
        let mut server_of = |step: u32, server: u32| taken.entry(step).or_default().push(server);
        let inside = match unit.place {
            // A paper between a desk and its decision.
            Place::Deciding(_) if matches!(unit.what, What::Paper(need) if state.need(need).desk.is_some()) => continue,
            Place::Gone | Place::Deciding(_) => return Err(format!("{id:?} is nowhere between turns")),
            Place::Entering { step, from, .. } => {
                *entry.entry(step.raw()).or_default() += 1;
                match from {
                    Origin::Outside => None,
                    Origin::Again => Some(step),
                    Origin::Step(before, server) => {
                        hold!(state[before].servers[server as usize] == id.raw(), "{id:?} keeps no server");
                        server_of(before.raw(), server);
                        Some(before)
                    }
                }
            }
            Place::Waiting(step) => {
                *line.entry(step.raw()).or_default() += 1;
                Some(step)
            }
            Place::Handling { step, server, .. } => {
                hold!(state[step].servers[server as usize] == id.raw(), "server {server} has another than {id:?}");
                server_of(step.raw(), server);
                Some(step)
            }
            Place::Ready(leg) => {
                *ready.entry(leg.raw()).or_default() += 1;
                None
            }
            Place::Backlog | Place::UnderWay(_) | Place::Staged(_) => None,
        };
        if let Some(step) = inside {
            let held = yard.entry(step.raw()).or_default();
            *held = (held.0 + 1, held.1 + unit.mass.0);
        }
    }
    let full = |limit: Option<Limit>, held: (u32, i64)| {
        limit.is_some_and(|l| l.number.is_some_and(|n| held.0 > n) || l.mass.is_some_and(|m| held.1 > m.0))
    };
    for step in plan.steps.ids() {
        let (row, of) = (&state[step], |map: &BTreeMap<u32, usize>| map.get(&step.raw()).copied().unwrap_or(0));
        let name = format!("{}.{}", plan.nodes[plan.steps[step].node].name, plan.steps[step].name);
        hold!(row.line.len() as usize == of(&line), "the line of {name}");
        hold!(row.line.iter(&state.units).count() == of(&line), "the links of the line of {name}");
        hold!(row.entry.len() as usize == of(&entry), "who wants to enter {name}");
        let busy = taken.get(&step.raw()).map_or(0, Vec::len);
        hold!(row.busy as usize == busy && row.handled().count() == busy, "the busy servers of {name}");
        let held = yard.get(&step.raw()).copied().unwrap_or_default();
        hold!((row.held.number, row.held.mass.0) == held, "the yard of {name}: {:?}, not {held:?}", row.held);
        let lets_in = [&plan.steps[step].when_full, &plan.nodes[plan.steps[step].node].when_full];
        let lets_in = lets_in.contains(&&WhenFull::Overflow);
        hold!(lets_in || !full(plan.steps[step].yard, held), "{name} holds more than it can: {held:?}");
    }
    for node in plan.nodes.ids() {
        let of = plan.steps_of(node).filter_map(|s| yard.get(&s.raw()));
        let held = of.fold((0, 0), |sum, held| (sum.0 + held.0, sum.1 + held.1));
        let (row, name) = (&state[node], &plan.nodes[node].name);
        hold!((row.held.number, row.held.mass.0) == held, "the yard of {name}: {:?}, not {held:?}", row.held);
        // A step that overflows lets into a full node only what the node has room for.
        let lets_in = plan.nodes[node].when_full == WhenFull::Overflow;
        hold!(lets_in || !full(plan.nodes[node].yard, held), "{name} holds more than it can: {held:?}");
    }
    for leg in plan.legs.ids() {
        let of = ready.get(&leg.raw()).copied().unwrap_or(0);
        hold!(state[leg].line.len() as usize == of, "the line of {}", plan.legs[leg].name);
    }
    Ok(())
}

/// I1 to I3 of money.
fn money(state: &State) -> Result<(), String> {
    for m in state.plan().mechanisms.ids() {
        let (row, name) = (&state[m], &state.plan().mechanisms[m].name);
        hold!(
            row.counted == row.allocated + row.pool + row.held + row.withdrawn,
            "{name}: what counted is not where it should be"
        );
        hold!(row.announced >= row.committed && row.committed >= row.paid + row.defaulted, "{name}: promised and paid");
        hold!(row.paid >= row.spent && row.pool >= Money::ZERO && row.held >= Money::ZERO, "{name}: below zero");
        let pledges = || state.pledges.iter().filter(|p| p.mechanism == m);
        let given: Money = pledges().flat_map(|p| &p.allocations).map(|a| a.1).sum();
        hold!(given == row.allocated, "{name}: allocated {} of {}", given.0, row.allocated.0);
        let rests =
            |pool: bool| -> Money { pledges().filter(|p| (p.resting == Resting::Pool) == pool).map(|p| p.left).sum() };
        hold!((rests(true), rests(false)) == (row.pool, row.held), "{name}: pool and held");
        for sum in [
            pledges().map(|p| p.paid).sum::<Money>() == row.paid,
            pledges().map(|p| p.committed).sum::<Money>() == row.committed,
        ] {
            hold!(sum, "{name}: sums over its pledges");
        }
    }
    for (i, package) in state.packages.iter().enumerate() {
        let parts = || state.pledges.iter().flat_map(|p| &p.allocations).filter(|a| a.0.index() == i);
        hold!(parts().map(|a| a.1).sum::<Money>() == package.allocated, "package {i}: the sum of its allocations");
        hold!(parts().map(|a| a.2).sum::<Money>() == package.paid, "package {i}: what was paid of them");
        hold!(package.allocated <= package.price, "package {i} is oversold");
        let funded = package.stage >= PackageStage::Funded;
        hold!(funded == package.funded.is_some(), "package {i}: when it was funded");
        hold!(!funded || package.allocated == package.price, "package {i} is funded and has a gap");
    }
    for (i, pledge) in state.pledges.iter().enumerate() {
        let given: Money = pledge.allocations.iter().map(|a| a.1).sum();
        let counted = if pledge.counted.is_some() { given + pledge.left } else { Money::ZERO };
        hold!(counted <= pledge.amount && pledge.left >= Money::ZERO, "pledge {i} counts for more than it is");
        hold!(pledge.paid + pledge.defaulted <= pledge.amount, "pledge {i} pays more than it is");
    }
    Ok(())
}

/// I11: what can be done at an instant is done at it.
fn between(state: &State) -> Result<(), String> {
    let plan = state.plan();
    for stock in plan.stocks.ids() {
        let (row, rule) = (&state[stock], &plan.stocks[stock]);
        let name = &rule.name;
        hold!(row.on_hand >= 0 && row.on_order >= 0 && row.owed >= 0, "{name}: below zero");
        hold!(row.on_hand == 0 || row.waiting.is_empty(), "{name}: units on hand and lines that wait");
        let orders = |rule: waybill::model::Reorder| rule.units(row.position()) > 0;
        let waits = rule.review.is_some() || state.now < SimTime::ZERO;
        hold!(waits || !rule.reorder.is_some_and(orders), "{name}: an order that is due");
        let lacks = |key: &(i32, SimTime, _, u32, u32, _)| state.line(key.5).asked - state.line(key.5).taken;
        let waiting: i64 = row.waiting.iter().map(lacks).sum();
        let gifts = plan.mechanisms.ids().filter(|&m| plan.mechanisms[m].takes_stock);
        let listed = gifts.flat_map(|m| state[m].list.iter().map(move |key| (m, state.line(key.5))));
        let listed: Vec<_> = listed.filter(|(_, line)| (line.item, line.origin) == (rule.item, rule.at)).collect();
        let promised: i64 = listed.iter().map(|(_, line)| line.asked).sum();
        hold!(waiting + promised == row.owed, "{name}: {waiting} and {promised} wait, {} are owed", row.owed);
        for (m, line) in listed {
            let held = state.gate(state.gate_of(m, 0)).down > 0;
            hold!(
                held || line.asked > row.on_hand,
                "{name}: {} on hand and a gift of {} waits",
                row.on_hand,
                line.asked
            );
        }
    }
    for pool in plan.pools.ids() {
        let uses = |step| plan.steps[step].uses.iter().filter(|u| u.0 == pool).map(|u| u.1).sum::<u32>();
        let used: u32 = plan.steps.ids().map(|step| uses(step) * state[step].busy).sum();
        hold!(used == state[pool].in_use, "{}: {used} in use, not {}", plan.pools[pool].name, state[pool].in_use);
    }
    for step in plan.steps.ids() {
        let (row, node) = (&state[step], plan.steps[step].node);
        let name = format!("{}.{}", plan.nodes[node].name, plan.steps[step].name);
        let has = |&(pool, number): &(Id<Pool>, u32)| state[pool].on_duty >= state[pool].in_use + number;
        let idle = state.is_up(step) && row.free_server().is_some() && plan.steps[step].uses.iter().all(has);
        hold!(!idle || row.line.is_empty(), "{name}: an idle server and a line");
        for id in row.entry.iter(&state.units) {
            let unit = &state.units[id];
            let Place::Entering { from, held, .. } = unit.place else { continue };
            hold!(held, "{name}: who came has not found it full");
            let room = row.held.fits(plan.steps[step].yard, 1, unit.mass)
                && (from != Origin::Outside || state[node].held.fits(plan.nodes[node].yard, 1, unit.mass));
            hold!(!room, "{name}: there is room for who waits outside");
        }
    }
    for leg in plan.legs.ids() {
        let at_once = plan.legs[leg].departures.is_none() && state.leg_is_open(leg);
        hold!(!at_once || state[leg].line.is_empty(), "{}: ready goods on an open way", plan.legs[leg].name);
    }
    for m in plan.mechanisms.ids() {
        let stages = &plan.mechanisms[m].stages;
        let funding = stages.iter().position(|stage| stage.name == "funding");
        // A stage that is held lets nothing out.
        let held = funding.is_some_and(|stage| state.gate(state.gate_of(m, stage)).down > 0);
        let idle = state[m].pool > Money::ZERO && !state[m].open.is_empty();
        hold!(held || !idle, "{}: money in the pool and an open need", plan.mechanisms[m].name);
        for key in &state[m].open {
            let row = state.package(key.id);
            hold!(held || row.allocated < row.price, "{}: an open package without a gap", plan.mechanisms[m].name);
        }
    }
    Ok(())
}

/// I14 to I16, I21: what the figures say at the end.
fn at_the_end(done: &Done) -> Result<(), String> {
    let figures = done.figures();
    let mut pairs = 0;
    for part in ["stations", "legs", "gates"] {
        little(part, &figures[part], &mut pairs)?;
    }
    let (state, plan) = (&done.world.state, done.world.state.plan());
    let stages = plan.steps.len() + plan.legs.len() + state.gates.len();
    hold!(pairs == stages as u64, "{pairs} of {stages} stages are held to Little's law");
    for step in plan.steps.ids() {
        let (node, name) = (&plan.nodes[plan.steps[step].node].name, &plan.steps[step].name);
        let of = &figures["stations"][node][name];
        let n = |key: &str| of[key].as_u64().unwrap_or(u64::MAX);
        hold!(n("arrivals") == n("entered") + n("refused") + n("diverted"), "{node}.{name}: arrivals {of}");
        let gone = n("departures") + n("refused") + n("diverted") + n("expired");
        hold!(n("arrivals") == gone + n("unfinished"), "{node}.{name}: unfinished {of}");
        // Servers that finish what they have beyond the number on duty, or in an outage, work more than they are on duty.
        let cut = |d: &waybill::model::Disruption| matches!(d.effect, waybill::model::Effect::Capacity(_));
        let steady = plan.steps[step].servers.len() == 1
            && plan.steps[step].on_outage != waybill::model::OnOutage::Finish
            && !plan.disruptions.iter().any(cut);
        for share in ["utilisation", "busy_share", "up_share", "empty_share", "waited_share"] {
            let found = of[share].as_f64().unwrap_or(0.0);
            hold!((0.0..=1.0).contains(&found) || !steady, "{node}.{name}: {share} is {found}");
        }
    }
    let total = &figures["requirements"]["total"];
    if total.is_object() {
        let n = |key: &str| total[key].as_i64().unwrap_or(i64::MIN);
        let waited: i64 = total["waited"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(|w| w.0.ends_with("_total"))
            .filter_map(|w| w.1.as_i64())
            .sum();
        hold!(n("lead_time_total") == n("work_total") + waited, "a lead time is work and waiting: {total}");
        hold!(
            n("submitted") == n("fulfilled") + n("open") + n("expired"),
            "what is submitted is fulfilled, open or expired"
        );
    }
    Ok(())
}

fn little(path: &str, value: &Value, pairs: &mut u64) -> Result<(), String> {
    let Some(map) = value.as_object() else { return Ok(()) };
    for (key, value) in map {
        if key == "little" {
            hold!(value[0] == value[1] && value[0].is_number(), "{path}: Little's law {value}");
            *pairs += 1;
        } else {
            little(&format!("{path}.{key}"), value, pairs)?;
        }
    }
    Ok(())
}

/// Everything that one run can be held to.
pub fn lawful(done: &Done) -> Result<(), String> {
    hold!(done.ended == waybill::sim::Ended::Finished, "it ends otherwise: {:?}", done.ended);
    let world = check(done)?;
    hold!(world == done.world, "the state folded from the log is not the run's");
    at_the_end(done)?;
    let mut again = replay(&*done.log).map_err(|e| e.to_string())?;
    again.world.end();
    hold!(again.world == done.world && again.digest == done.digest, "the replay is another world");
    let figures: Value = again.world.figures(&again.opened.notes).into();
    hold!(figures == done.figures(), "the figures of the replay differ");
    // A snapshot at half the time, written and read, and the tail.
    let half = SimTime(done.world.state.now.0 / 2);
    let (opened, cut) = world_at(&*done.log, Some(half)).map_err(|e| e.to_string())?;
    let turns = cut.state.turns;
    let mut world = World::from_bytes(&cut.to_bytes(0), &opened.plan, turns).map_err(|e| e.to_string())?;
    hold!(world == cut, "a snapshot that is read is the world that was written");
    let mut scan = Scan::from(&*done.log, turns + 1);
    let mut entries = Vec::new();
    while let Some(segment) = scan.next_segment().map_err(|e| e.to_string())? {
        let (mut before, mut seq) = (SimTime(segment.time_before), segment.first_seq);
        for (turn, bytes) in segment.records() {
            entries.clear();
            let at = codec::take_turn(before, seq, bytes, &mut entries).ok_or("a turn is read")?;
            (before, seq) = (at, seq + entries.len() as u64);
            if turn > turns {
                hold!(at >= half, "the world at {} has everything before it", half.0);
                let due = world.state.next().ok_or("something is due")?;
                world.fold(due, &entries);
            } else {
                hold!(at < half, "the world at {} has nothing of it", half.0);
            }
        }
    }
    world.end();
    hold!(world == done.world, "snapshot and tail are another world than the run's");
    Ok(())
}

#[test]
fn laws_hold_in_random_worlds() {
    each_world(|number, _, text| lawful(&run(text, number)));
}

#[test]
fn laws_hold_in_the_shipped_scenarios() {
    for name in ["convoys", "donation", "one-dock", "hub-closed", "release-hold", "purl-autumn-2025"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/{name}.toml"));
        let mut loaded =
            waybill::scenario::read(&path, &Default::default()).unwrap_or_else(|r| panic!("{}", r.text(false)));
        // A check after every event of a year is for the full tier.
        if !full_tier() {
            let most = if name == "purl-autumn-2025" || name == "release-hold" { 30 } else { 60 };
            loaded.plan.end = loaded.plan.end.map(|end| end.min(SimTime(most * 86_400)));
        }
        let done = run_loaded(&loaded, 3, SegmentLimits::default());
        lawful(&done).unwrap_or_else(|what| panic!("{name}: {what}"));
    }
}

/// Events without what numbers them.
pub fn plain(done: &Done) -> Vec<Value> {
    let mut events = done.events();
    for event in &mut events {
        let map = event.as_object_mut().expect("an event is an object");
        ["seq", "turn", "cause"].into_iter().for_each(|key| drop(map.shift_remove(key)));
    }
    events
}

pub fn same(expected: &[Value], found: &[Value]) -> Result<(), String> {
    let at = expected.iter().zip(found).position(|(a, b)| a != b);
    match at {
        Some(at) => Err(format!("event {at}: {} and {}", expected[at], found[at])),
        None if expected.len() != found.len() => Err(format!("{} and {} events", expected.len(), found.len())),
        None => Ok(()),
    }
}

#[test]
fn a_run_to_an_earlier_end_is_a_prefix() {
    each_world(|number, world, text| {
        let all = run(text, number);
        let cut = all.world.state.now.0 / 2;
        if cut <= 0 {
            return Ok(());
        }
        let short = run(&to_toml(&Small { end: Some(cut), ..world.clone() }), number);
        let (long, part) = (all.events(), short.events());
        let before = long.iter().take_while(|e| e["t"].as_i64() < Some(cut)).count();
        same(&long[..before], &part)?;
        // And the world before that instant is the one that the short run ended with.
        let (opened, mut at) = world_at(&*all.log, Some(SimTime(cut))).map_err(|e| e.to_string())?;
        hold!(at.state.now == short.world.state.now && at.state == short.world.state, "another state at {cut}");
        at.end();
        let mut figures: Value = at.figures_at(&opened.notes, SimTime(cut)).into();
        let mut of_short = short.figures();
        // Bins of series are as long as the run asks for.
        for all in [&mut figures, &mut of_short] {
            all.as_object_mut().expect("figures are a table").remove("series");
        }
        hold!(figures == of_short, "other figures at {cut}");
        Ok(())
    });
}

#[test]
fn neither_the_order_of_entries_nor_the_size_of_segments_matters() {
    each_world(|number, world, text| {
        let done = run(text, number);
        let mixed = run(&to_toml(&random::shuffled(world, number + 1)), number);
        hold!(mixed.digest == done.digest, "another order of entries is another log");
        for limits in [SegmentLimits { bytes: 1, events: 1 }, SegmentLimits { bytes: 300, events: 17 }] {
            let cut = run_with(text, number, limits);
            hold!(cut.digest == done.digest, "other segments are another chain");
            hold!(cut.world == done.world, "other segments are another world");
        }
        Ok(())
    });
}

#[test]
fn what_nobody_uses_changes_nothing() {
    each_world(|number, world, text| {
        let mut more = world.clone();
        more.items.push(Item::new("0-unused", 9));
        more.items.push(Item::new("zz-unused", 9));
        // Of a hub of its own a stream brings one thing, which leaves at once.
        more.nodes
            .push(Node { next: crate::reference::world::Next::To("out".into()), ..Node::new("0-extra", Kind::Hub) });
        more.streams.push(Stream::at("0-other", &[0], "0-extra"));
        let other = plain(&run(&to_toml(&more), number));
        let is_extra = |e: &&Value| !e["object"].as_str().is_some_and(|o| o.starts_with("0-other"));
        let kept: Vec<Value> = other.iter().filter(is_extra).cloned().collect();
        hold!(kept.len() < other.len(), "the other stream brings something");
        same(&plain(&run(text, number)), &kept)
    });
}

#[test]
fn a_later_start_shifts_everything() {
    each_world(|number, world, text| {
        let by_months = |s: &Stream| matches!(&s.profile, Some(Profile::Calendar { months, .. }) if !months.is_empty());
        let by_calendar = |s: &Stream| matches!(s.profile, Some(Profile::Calendar { .. }));
        let weekly = world.nodes.iter().any(|n| n.hours.is_some() || n.steps.iter().any(|s| s.hours.is_some()))
            || world.streams.iter().any(by_calendar);
        // The calendar comes back to itself after 400 years, to the day and its weekday.
        let by = match weekly {
            _ if world.streams.iter().any(by_months) => 146_097 * 86_400,
            true => 7 * 86_400,
            false => 12_345,
        };
        let later = Small { start: world.start + by, ..world.clone() };
        same(&plain(&run(text, number)), &plain(&run(&to_toml(&later), number)))
    });
}

#[test]
fn more_docks_leave_the_luck_as_it_was() {
    let mut differ = 0;
    for (number, world, text) in worlds() {
        let timed = world.disruptions.iter().any(|d| matches!(d.effect, Effect::Time(_)));
        let mut more = world.clone();
        let step = more.nodes.iter_mut().flat_map(|n| &mut n.steps).find(|s| matches!(s.servers, Servers::Number(_)));
        let Some(Step { servers: Servers::Number(n), .. }) = step else { continue };
        *n += 1;
        let (one, two) = (run(&text, number), run(&to_toml(&more), number));
        let (a, b) = (plain(&one), plain(&two));
        differ += u64::from(a != b);
        let of = |events: &[Value], kind: &str| -> Vec<Value> {
            events.iter().filter(|e| e["kind"] == kind).cloned().collect()
        };
        let drawn = ["ConsignmentCreated", "NeedBySet"];
        for kind in drawn {
            same(&of(&a, kind), &of(&b, kind)).unwrap_or_else(|e| panic!("world {number}: {e}\n{text}"));
        }
        if timed {
            continue;
        }
        // What is handled for the first time at a step needs the same seconds.
        let first = |events: &[Value]| -> BTreeMap<String, Value> {
            let mut map = BTreeMap::new();
            for e in of(events, "HandlingStarted") {
                map.entry(format!("{} {} {}", e["object"], e["node"], e["step"])).or_insert(e["service"].clone());
            }
            map
        };
        let (a, b) = (first(&a), first(&b));
        for (who, service) in &a {
            assert!(b.get(who).is_none_or(|s| s == service), "world {number}: {who} needs other seconds\n{text}");
        }
    }
    assert!(differ > 10, "another dock changes many of the runs: {differ}");
}

/// A hub with one step and streams of (name, dates, priority).
fn single(servers: i64, discipline: Discipline, time: Law, streams: &[(&str, Vec<i64>, i64)]) -> Small {
    let mut step = Step::new("s", servers, 0);
    (step.discipline, step.time) = (discipline, time);
    let node = Node { steps: vec![step], ..Node::new("n", Kind::Hub) };
    let stream = |(name, dates, priority): &(&str, Vec<i64>, i64)| Stream {
        priority: Law::Constant(*priority),
        ..Stream::at(name, dates, "n")
    };
    Small { nodes: vec![node], streams: streams.iter().map(stream).collect(), ..Small::new() }
}

fn starts(done: &Done) -> BTreeMap<String, i64> {
    let events = done.events();
    let of = events.iter().filter(|e| e["kind"] == "HandlingStarted");
    of.map(|e| (e["object"].as_str().unwrap().to_owned(), e["t"].as_i64().unwrap())).collect()
}

#[test]
fn first_in_first_out_another_dock_or_shorter_work_delays_nobody() {
    let mut sooner = 0;
    for seed in 0..40u64 {
        let dates: Vec<i64> = (0..60).map(|i| i * 7 + (i * i * (seed as i64 + 3)) % 11).collect();
        for docks in 1..4 {
            let law = |most| Law::Uniform(0, most * docks);
            let run_of = |docks, most| {
                let world = single(docks, Discipline::Fifo, law(most), &[("c", dates.clone(), 1)]);
                starts(&run(&to_toml(&world), seed))
            };
            let base = run_of(docks, 14);
            for (what, other) in [("another dock", run_of(docks + 1, 14)), ("shorter work", run_of(docks, 12))] {
                for (who, at) in &base {
                    assert!(other[who] <= *at, "{what} delays {who}: {at} to {}", other[who]);
                    sooner += u64::from(other[who] < *at);
                }
            }
        }
    }
    assert!(sooner > 1_000, "most start sooner: {sooner}");
}

/// Not true with priorities. What starts in [12, 20) takes ten times as long. One dock: x#1 0-10, x#2 10-20, then the
/// urgent h#1 at 20. Two docks: x#1 and x#2 0-10, so l#1 and l#2 take both docks at 13, until 113: h#1 waits for them.
#[test]
fn with_priorities_another_dock_can_delay_the_most_urgent() {
    let urgent = |docks: i64| {
        let streams = [("x", vec![0, 0], 1), ("l", vec![13, 13], 2), ("h", vec![14], 1)];
        let mut world = single(docks, Discipline::Priority, Law::Constant(10), &streams);
        let effect = Effect::Time(10 * MILLION);
        world.disruptions.push(Disruption {
            name: "slow".into(),
            strikes: "n.s".into(),
            on: 12,
            lasts: 8,
            effect,
            random: None,
        });
        starts(&run(&to_toml(&world), 1))["h#1"]
    };
    assert_eq!((urgent(1), urgent(2)), (20, 113));
}
