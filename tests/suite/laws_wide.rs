//! Laws over random scenarios of everything at once (`wide`): money, packages, stocks, desks and goods together.

use crate::laws::{lawful, plain, same};
use crate::support::{Done, full_tier, run, run_with, worlds};
use crate::wide::{self, Wide};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use waybill::log::{MemoryLog, SegmentLimits};
use waybill::sim::{Ended, Opened, Run, Watcher, World, replay, world_at};
use waybill::state::PledgeRow;
use waybill::units::amount::Money;
use waybill::units::time::SimTime;

macro_rules! hold {
    ($law:expr, $($what:tt)+) => {
        if !$law {
            return Err(format!($($what)+));
        }
    };
}

/// Tests each world that the reader takes; a failing one is told with its number and its text.
pub fn each_world(test: impl Fn(u64, &Wide) -> Result<(), String>) {
    let numbers = worlds(if full_tier() { 3_000 } else { 120 });
    let all = numbers.end - numbers.start;
    let mut refused: Vec<String> = Vec::new();
    for number in numbers {
        let world = wide::world(number);
        let text = world.text();
        if let Err(report) = waybill::scenario::read_text("test.toml", &text, &Default::default()) {
            refused.push(format!("{number}: {}", report.text(false).lines().next().unwrap_or_default()));
            continue;
        }
        if let Err(what) = test(number, &world) {
            panic!("world {number} (WAYBILL_WORLD={number}): {what}\n{text}");
        }
    }
    assert!(refused.len() as u64 * 5 <= all, "most worlds are read: {refused:#?}");
}

#[test]
fn laws_hold_in_wide_worlds() {
    each_world(|number, world| {
        let done = run(&world.text(), number);
        lawful(&done)?;
        goods(&done)?;
        stocks(&done)?;
        requirements(&done)?;
        nations(&done)
    });
}

/// I4, I15: what was created has left in one way, or is there.
fn goods(done: &Done) -> Result<(), String> {
    let mut there: BTreeMap<String, (i64, &str)> = BTreeMap::new();
    let events = done.events();
    for event in &events {
        let (kind, object) = (event["kind"].as_str().unwrap_or_default(), event["object"].as_str().unwrap_or_default());
        match kind {
            "ConsignmentCreated" | "GoodsCreated" => {
                let amount = event["amount"].as_i64().expect("goods have an amount");
                hold!(there.insert(object.to_owned(), (amount, kind)).is_none(), "{object} is created twice");
            }
            // The border is the end of every way here.
            "HandedOver" | "LeftModel" | "Refused" => {
                hold!(there.remove(object).is_some(), "{object} leaves and was not there: {event}");
            }
            "PatienceEnded" => drop(there.remove(object)),
            _ => {}
        }
    }
    let state = &done.world.state;
    let live = state.units.iter().filter(|(_, unit)| !unit.is_paper());
    let live: BTreeSet<String> = live.map(|(id, _)| state.unit_name(id)).collect();
    let left: BTreeSet<String> = there.into_keys().collect();
    hold!(live == left, "there are {live:?}, and {left:?} did not leave");
    Ok(())
}

/// I8s: a stock moves by what is asked, given, ordered and received alone.
fn stocks(done: &Done) -> Result<(), String> {
    let (state, plan) = (&done.world.state, done.world.state.plan());
    let events = done.events();
    for id in plan.stocks.ids() {
        let (row, name) = (&state[id], &plan.stocks[id].name);
        let sum = |kind: &str| -> i64 {
            let of = |e: &&Value| e["kind"] == kind && (e["object"] == **name || e["stock"] == **name);
            events.iter().filter(of).map(|e| e["quantity"].as_i64().expect("a quantity")).sum()
        };
        let (ordered, received, taken) = (sum("StockOrdered"), sum("StockReceived"), sum("StockTaken"));
        hold!(row.on_hand == plan.stocks[id].on_hand + received - taken, "{name}: {} on hand", row.on_hand);
        hold!(row.on_order == ordered - received, "{name}: {} on order", row.on_order);
        hold!(sum("ProductionStarted") <= ordered, "{name} makes more than was ordered");
    }
    Ok(())
}

/// I6, I17: a requirement closes with its last unit, once, and not after it has expired.
fn requirements(done: &Done) -> Result<(), String> {
    let state = &done.world.state;
    for need in &state.needs {
        let name = format!("{}#{}", state.plan().streams[need.stream].name, need.number);
        let lines: Vec<_> = need.lines.iter().map(|line| state.line(*line)).collect();
        let whole = lines.iter().all(|line| line.recognised == line.asked);
        if need.expired.is_none() && need.matched.is_some() && need.asked > 0 {
            hold!(need.closed.is_some() == whole, "{name} is closed {:?}, and whole {whole}", need.closed);
        }
        hold!(need.closed.is_none() || need.expired.is_none(), "{name} is closed and expired");
        let times = [Some(need.submitted), need.validated, need.matched, need.closed];
        let times: Vec<SimTime> = times.into_iter().flatten().collect();
        hold!(times.windows(2).all(|pair| pair[0] <= pair[1]), "{name}: times in order");
        for line in lines {
            hold!(line.recognised <= line.made && line.made <= line.asked, "{name}: more than was asked");
        }
    }
    Ok(())
}

/// I3: what nations and all others promised and paid is what mechanisms got.
fn nations(done: &Done) -> Result<(), String> {
    let (figures, state) = (done.figures(), &done.world.state);
    let of = |part: &str, key: &str| -> i64 {
        let all = figures["money"][part].as_object();
        all.into_iter().flatten().map(|(_, row)| row[key].as_i64().expect("a sum of money")).sum()
    };
    type Sum = fn(&PledgeRow) -> Money;
    let sums: [(&str, Sum); 4] = [
        ("announced", |p| p.amount),
        ("committed", |p| p.committed),
        ("paid", |p| p.paid),
        ("defaulted", |p| p.defaulted),
    ];
    for (key, sum) in sums {
        let nobody: Money = state.pledges.iter().filter(|p| p.nation.is_none()).map(sum).sum();
        let (nations, mechanisms) = (of("nations", key), of("mechanisms", key));
        hold!(nations + nobody.0 == mechanisms, "{key}: {nations} of nations, {mechanisms} of mechanisms");
    }
    for (name, row) in figures["money"]["mechanisms"].as_object().into_iter().flatten() {
        let n = |key: &str| row[key].as_i64().expect("a sum of money");
        hold!(n("idle") == n("pool") + n("held"), "{name}: what is idle rests in the pool or is held: {row}");
    }
    Ok(())
}

#[test]
fn a_wide_run_to_an_earlier_end_is_a_prefix() {
    each_world(|number, world| {
        let hours = world.days * 12;
        let (all, short) = (run(&world.text(), number), run(&world.until(hours), number));
        let cut = SimTime(hours * 3_600);
        let (long, part) = (plain(&all), plain(&short));
        let before = long.iter().take_while(|e| e["t"].as_i64() < Some(cut.0)).count();
        same(&long[..before], &part)?;
        let (_, at) = world_at(&*all.log, Some(cut)).map_err(|e| e.to_string())?;
        hold!(at.state == short.world.state, "another state at {}", cut.0);
        Ok(())
    });
}

#[test]
fn neither_order_nor_segments_nor_what_nobody_uses_matter_in_wide_worlds() {
    each_world(|number, world| {
        let all = run(&world.text(), number);
        same(&plain(&all), &plain(&run(&world.turned().text(), number)))?;
        let limits = SegmentLimits { bytes: 300, ..SegmentLimits::default() };
        hold!(run_with(&world.text(), number, limits).digest == all.digest, "small segments are another log");
        let unused = "\n[[item]]\nname = \"0-spare\"\n\n[[nation]]\nname = \"0-nation\"\n\n[[pool]]\nname = \"0-pool\"\nservers = 3\n";
        same(&plain(&all), &plain(&run(&(world.text() + unused), number)))
    });
}

/// M3, E5: a run that is stopped after each segment, and goes on from what the log says, is the run that was not.
#[test]
fn a_wide_run_that_is_stopped_again_and_again_is_the_same() {
    let stops = Cell::new(0);
    each_world(|number, world| {
        let whole = run(&world.text(), number);
        let opened = Opened::new(number, whole.opened.plan.clone(), whole.opened.notes.clone());
        let limits = SegmentLimits { bytes: 2_000, ..SegmentLimits::default() };
        let log = MemoryLog::new(opened.opening());
        let mut run = Run::new(World::open(opened.plan.clone(), &opened.notes), number, Box::new(log), limits);
        let watcher = Watcher::default();
        watcher.stop.store(true, Ordering::Relaxed);
        while run.go(&watcher).map_err(|e| e.to_string())? == Ended::Interrupted {
            let (world, log) = run.into_parts();
            let read = replay(&*log).map_err(|e| e.to_string())?;
            hold!(read.world == world, "at turn {} the log says another world", world.state.turns);
            // A snapshot of it, written and read.
            let bytes = read.world.to_bytes(0);
            let world = World::from_bytes(&bytes, &opened.plan, world.state.turns).map_err(|e| e.to_string())?;
            run = Run::new(world, number, log, limits);
            stops.set(stops.get() + 1);
        }
        let digest = run.log().digest().map_err(|e| e.to_string())?;
        hold!(digest == whole.digest, "stopped and resumed it is another run");
        Ok(())
    });
    assert!(stops.get() > 30, "runs are stopped often enough");
}

/// M19: two scenarios in one file, neither of which knows of the other: each log as if alone.
#[test]
fn what_stands_apart_changes_nothing_in_wide_worlds() {
    let apart = "\n[[consignment]]\nname = \"zz\"\nenters = \"zz-a\"\narrivals = { every = \"7h\" }\nto = \"zz-b\"\n\n\
                 [[node]]\nname = \"zz-a\"\n\n[[node.step]]\nname = \"s\"\ntime = { exponential = \"9h\" }\n\n\
                 [[node]]\nname = \"zz-b\"\n\n[[leg]]\nname = \"zz-l\"\nfrom = \"zz-a\"\nto = \"zz-b\"\ntransit = \"5h\"\n";
    each_world(|number, world| {
        let alone = plain(&run(&world.text(), number));
        let of_others = |e: &Value| !e["object"].as_str().is_some_and(|name| name.starts_with("zz"));
        let beside: Vec<Value> = plain(&run(&(world.text() + apart), number)).into_iter().filter(of_others).collect();
        same(&alone, &beside)
    });
}

/// Rare things happen, or the laws were held over easy worlds.
#[test]
fn rare_things_happen_in_wide_worlds() {
    let found: RefCell<BTreeMap<String, u64>> = Default::default();
    let counts = |what: &str, n: usize| *found.borrow_mut().entry(what.to_owned()).or_default() += n as u64;
    each_world(|number, world| {
        let done = run(&world.text(), number);
        let (events, state) = (done.events(), &done.world.state);
        let mut last: Option<(&Value, i64)> = None;
        let mut paused: BTreeMap<&str, u32> = BTreeMap::new();
        for event in &events {
            let (kind, t) = (event["kind"].as_str().unwrap_or_default(), event["t"].as_i64().unwrap_or_default());
            counts(kind, 1);
            if kind == "HandlingPaused" {
                let times = paused.entry(event["object"].as_str().unwrap_or_default()).or_default();
                *times += 1;
                counts("work paused twice", usize::from(*times == 2));
            }
            if let Some((before, at)) = last {
                let together = |a: &str, b: &str| before["kind"] == a && kind == b && at == t;
                counts("units come in as a line waits for them", usize::from(together("StockReceived", "StockTaken")));
            }
            last = Some((event, t));
        }
        let over_three = state.pledges.iter().filter(|p| p.allocations.len() >= 3).count();
        counts("a pledge over three packages", over_three);
        for (i, package) in state.packages.iter().enumerate() {
            let givers = state.pledges.iter().flat_map(|p| &p.allocations).filter(|a| a.0.index() == i).count();
            counts("a package of three gifts", usize::from(givers >= 3));
            counts("a package that costs nothing", usize::from(package.price == Money::ZERO));
        }
        counts("a line that is released by itself", state.lines.iter().filter(|line| line.apart).count());
        for need in &state.needs {
            let lines = || need.lines.iter().map(|line| state.line(*line));
            counts(
                "goods that come for what has expired",
                usize::from(need.expired.is_some() && lines().any(|l| l.made > 0)),
            );
            counts("a requirement of nothing", usize::from(need.asked == 0));
            counts(
                "a part from the stock and the rest later",
                lines().filter(|l| l.taken > 0 && l.taken < l.asked).count(),
            );
        }
        Ok(())
    });
    let found = found.into_inner();
    for (what, n) in &found {
        println!("{n:>9}  {what}");
    }
    const SELDOM: [&str; 14] = [
        "work paused twice",
        "units come in as a line waits for them",
        "a pledge over three packages",
        "a package of three gifts",
        "a package that costs nothing",
        "a line that is released by itself",
        "goods that come for what has expired",
        "a requirement of nothing",
        "a part from the stock and the rest later",
        "HandlingPreempted",
        "PatienceEnded",
        "ServerFailed",
        "SurplusRolledOver",
        "PledgeDelayed",
    ];
    for what in SELDOM {
        assert!(found.get(what).copied().unwrap_or(0) > 0, "never: {what}");
    }
    // Every kind of event but those of journals, of rings of full yards, and of what had nothing to do.
    let page = include_str!("../../docs/events.md");
    let row = |line: &'static str| line.strip_prefix("| ").filter(|row| row.starts_with(|c: char| c.is_ascii_digit()));
    let kinds = page.lines().filter_map(|line| row(line)?.split('`').nth(1));
    let rows = ["StatementRecorded", "ImportRejected", "MechanismChecked", "YardStillFull", "UnloadingPaused"];
    let never: Vec<&str> = kinds.filter(|k| !found.contains_key(*k) && !rows.contains(k)).collect();
    assert!(never.is_empty(), "events that never happen: {never:?}");
}
