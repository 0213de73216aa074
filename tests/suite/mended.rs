//! Small worlds that once broke the engine, or made it say what is not so; each by hand.

use crate::laws;
use crate::support::{Done, run};
use waybill::sim::Ended;

const DAY: i64 = 86_400;

fn lawful(text: &str) -> Done {
    let done = run(text, 1);
    laws::lawful(&done).expect("the laws hold");
    done
}

/// The date comes after the goods, which stand in the line already. 59 departures of 30 days take one each.
#[test]
fn a_need_by_date_moves_goods_in_a_line_that_goes_by_it() {
    let done = lawful(
        r#"
[time]
start = 2025-01-01
end = "30d"
[[consignment]]
name = "g"
arrivals = { every = "8h" }
needed_within = { uniform = { low = "1d", high = "20d" } }
enters = "a"
[[node]]
name = "a"
next = "b"
[[node]]
name = "b"
[[leg]]
from = "a"
to = "b"
mode = "road"
transit = "3h"
departures = { every = "12h", capacity = 1, discipline = "earliest_due" }
"#,
    );
    assert_eq!(done.figure("legs.a:b:road.dispatches"), 59.0);
}

/// A requirement's paper leaves its row in the turn that makes the goods.
#[test]
fn a_row_freed_in_a_turn_is_not_used_again_in_it() {
    let done = lawful(
        r#"
[time]
start = 2025-01-01
end = "30d"
[[item]]
name = "x"
mass = "1 t"
value = "1 M USD"
lot = 3
[[requirement]]
name = "r"
arrivals = { every = "5h" }
item = "x"
quantity = 5
origin = "dep"
hq = "hq"
[[consignment]]
name = "g"
arrivals = { every = "7h" }
enters = "dep"
[[node]]
name = "hq"
kind = "hq"
[[node.step]]
name = "validation"
servers = 1
time = "2h"
[[node]]
name = "dep"
kind = "origin"
next = "b"
[[node]]
name = "b"
kind = "handover"
[[leg]]
from = "dep"
to = "b"
mode = "road"
transit = "3h"
"#,
    );
    assert!(done.figure("requirements.total.fulfilled") > 100.0);
}

/// Two lots of each of 39 requirements begin and end in one turn.
#[test]
fn lots_that_are_there_at_once_close_their_requirement() {
    let done = lawful(
        r#"
[time]
start = 2025-01-01
end = "40d"
[[item]]
name = "x"
mass = "1 t"
lot = 1
[[requirement]]
name = "c"
arrivals = { every = "1d" }
item = "x"
quantity = 2
origin = "b"
[[node]]
name = "b"
kind = "handover"
"#,
    );
    assert_eq!(done.figure("requirements.total.fulfilled"), 39.0);
}

/// Of three, one enters each yard; the third is sent round once and waits where it came from.
#[test]
fn yards_that_divert_to_each_other_let_wait_who_has_been_round() {
    let done = lawful(
        r#"
[time]
start = 2025-01-01
end = "4d"
[[consignment]]
name = "c"
arrivals = { at = [2025-01-02, 2025-01-02, 2025-01-02] }
enters = "a"
[[node]]
name = "a"
yard = 1
when_full = "divert"
divert_to = "b"
[[node.step]]
name = "s"
time = "1d"
[[node]]
name = "b"
yard = 1
when_full = "divert"
divert_to = "a"
[[node.step]]
name = "s"
time = "1d"
"#,
    );
    assert_eq!(done.figure("stations.a.s.diverted"), 2.0);
    assert_eq!(done.figure("stations.b.s.diverted"), 1.0);
    assert_eq!(done.figure("stations.a.s.departures"), 2.0);
    assert_eq!(done.figure("stations.b.s.departures"), 1.0);
}

/// Six requirements pass a headquarters that holds one thing at a time.
#[test]
fn room_in_a_headquarters_is_for_papers_and_goods_alike() {
    let done = lawful(
        r#"
[time]
start = 2025-01-01
end = "40d"
[[item]]
name = "x"
mass = "1 t"
value = "1 M USD"
[[requirement]]
name = "r"
arrivals = { every = "1d" }
count = 6
item = "x"
quantity = 1
origin = "b"
hq = "hq"
[[node]]
name = "hq"
kind = "hq"
yard = 1
[[node.step]]
name = "movement"
time = "1h"
[[node.step]]
name = "validation"
servers = 1
time = "2d"
[[node.step]]
name = "ranking"
servers = 1
time = "1d"
[[node]]
name = "b"
kind = "handover"
"#,
    );
    assert_eq!(done.figure("requirements.total.fulfilled"), 6.0);
}

/// The whole mechanism is closed until the twentieth day: nothing forms or is funded before.
#[test]
fn a_stage_that_is_held_lets_nothing_out() {
    let done = lawful(
        r#"
[time]
start = 2025-01-01
end = "30d"
[money]
currency = "USD"
[[item]]
name = "x"
mass = "1 t"
value = "1 M USD"
[[requirement]]
name = "r"
on = 2025-01-02
item = "x"
quantity = 1
via = "purl"
[[pledge]]
name = "p"
to = "purl"
amount = "1 M USD"
on = 2025-01-03
[[mechanism]]
name = "purl"
kind = "package"
size = "1 M USD"
origin = "dep"
[[node]]
name = "dep"
kind = "origin"
next = "b"
[[node]]
name = "b"
kind = "handover"
[[disruption]]
name = "hold"
strikes = "purl"
on = 2025-01-01
lasts = "20d"
effect = "closed"
"#,
    );
    let at = |kind: &str| done.events().iter().find(|e| e["kind"] == kind).map(|e| e["t"].as_i64());
    assert_eq!(at("PackageDrafted"), Some(Some(20 * DAY)));
    assert_eq!(at("PackageFunded"), Some(Some(20 * DAY)));
    assert_eq!(done.figure("requirements.total.fulfilled"), 1.0);
}

/// Six came before the window; the first leaves a day after it begins.
#[test]
fn the_most_within_the_window_counts_who_was_there_when_it_began() {
    let done = lawful(
        r#"
[time]
start = 2025-01-01
end = "40d"
warm_up = "10d"
[[consignment]]
name = "g"
arrivals = { at = [2025-01-08,2025-01-08,2025-01-08,2025-01-08,2025-01-08,2025-01-08,2025-01-30] }
enters = "a"
[[node]]
name = "a"
[[node.step]]
name = "s"
time = "4d"
"#,
    );
    assert_eq!(done.figure("stations.a.s.in_system_max"), 6.0);
    assert_eq!(done.figure("stations.a.s.queue_max"), 5.0);
}

/// Both started, were requeued, and never started again.
#[test]
fn a_wait_that_goes_on_is_no_wait_yet() {
    let done = lawful(
        r#"
[time]
start = 2025-01-01
end = "40d"
[[consignment]]
name = "g"
arrivals = { at = [2025-01-02,2025-01-02] }
enters = "a"
[[node]]
name = "a"
on_outage = "requeue"
[[node.step]]
name = "s"
time = "10d"
servers = [{from=2025-01-01, n=0},{from=2025-01-05,n=2}]
[[disruption]]
name = "d"
strikes = "a.s"
on = 2025-01-06
lasts = "100d"
effect = "closed"
"#,
    );
    for key in ["wait_mean", "wait_p50", "wait_p90", "wait_max"] {
        let tree = done.world.figures(&done.opened.notes);
        assert_eq!(tree.number(&format!("stations.a.s.{key}")), None, "{key}");
    }
}

/// Two are through when the node closes for ever; three wait.
#[test]
fn goods_that_nothing_can_ever_move_are_named() {
    let done = run(
        r#"
[time]
start = 2025-01-01
[[consignment]]
name = "c"
arrivals = { every = "1h" }
count = 5
enters = "a"
[[node]]
name = "a"
[[node.step]]
name = "s"
time = "1h"
[[disruption]]
name = "d"
strikes = "a"
on = 2025-01-01T03:00:00
effect = "closed"
"#,
        1,
    );
    assert_eq!(done.ended, Ended::Deadlock(vec!["a.s".to_owned()]));
    assert_eq!(done.figure("stations.a.s.departures"), 2.0);
}

/// Long lines at a leg, a gate or a dock cost no more than short ones: each of these took a minute.
#[test]
fn latest_first_and_long_transits_cost_no_more_than_others() {
    let lifo = run(
        r#"
[time]
start = 2025-01-01

[[consignment]]
name = "g"
arrivals = { every = "1s" }
count = 40000
enters = "a"

[[node]]
name = "a"

[[node.step]]
name = "s"
time = "1h"
discipline = "lifo"
"#,
        1,
    );
    assert_eq!(lifo.figure("stations.a.s.departures"), 40_000.0);
    let convoys = run(
        r#"
[time]
start = 2025-01-01

[[consignment]]
name = "g"
arrivals = { every = "10min" }
count = 20000
enters = "a"

[[node]]
name = "a"
next = "b"

[[node]]
name = "b"

[[leg]]
from = "a"
to = "b"
mode = "sea"
transit = "1000d"
departures = { every = "10min" }
"#,
        1,
    );
    assert_eq!(convoys.figure("legs.a:b:sea.departures"), 20_000.0);
}

const WAY: &str = r#"
recognition = "R3"

[time]
start = 2025-01-01
end = "10d"

[[item]]
name = "pump"
mass = "1 t"
value = "1 M USD"

[[requirement]]
name = "r"
on = 2025-01-02
item = "pump"
quantity = 1
origin = "depot"

[[node]]
name = "depot"
kind = "origin"
next = "port"

[[node]]
name = "port"
next = "hub"

[[node]]
name = "hub"
kind = "hub"
next = "border"

[[node]]
name = "border"
kind = "handover"

[[leg]]
from = "depot"
to = "port"
transit = "1h"

[[leg]]
from = "hub"
to = "border"
transit = "1h"
"#;

/// No leg leads from the port to the hub: it is reached at the same instant, an hour after the requirement.
#[test]
fn a_hub_that_is_reached_at_once_is_reached() {
    let done = lawful(WAY);
    assert_eq!(done.figure("requirements.total.fulfilled"), 1.0);
    assert_eq!(done.figure("requirements.total.lead_time_mean"), 3_600.0);
}

/// The value is said after the goods: 100 of them at 5 USD.
#[test]
fn goods_that_bring_their_own_value_bring_it_to_their_first_place() {
    let done = lawful(
        r#"
[time]
start = 2025-01-01

[[consignment]]
name = "g"
arrivals = { every = "1h" }
count = 100
value = "5 USD"
enters = "a"

[[node]]
name = "a"

[[node.step]]
name = "s"
time = "10min"
"#,
    );
    assert_eq!(done.figure("stations.a.s.arrivals_value"), 50_000.0);
    assert_eq!(done.figure("stations.a.s.departures_value"), 50_000.0);
}

/// What a log cannot hold ends the run with a word, and what was stated before stays.
#[test]
fn nothing_is_cut_that_a_log_cannot_hold() {
    use waybill::log::{MemoryLog, SegmentLimits};
    use waybill::sim::{Opened, Run, World};
    let world = |entries: &str| {
        format!(
            "[time]\nstart = 2025-01-01\nend = \"9d\"\n[[item]]\nname = \"x\"\nvalue = \"1000000000 USD\"\nlot = 1\n\
             [[node]]\nname = \"a\"\nkind = \"handover\"\n[[mechanism]]\nname = \"m\"\nkind = \"package\"\norigin = \"a\"\nsize = \"1 USD\"\n{entries}"
        )
    };
    let heavy = "[[consignment]]\nname = \"s\"\narrivals = { at = [2025-01-02, 2025-01-03] }\nenters = \"a\"\nmass = { weights = { \"5 kg\" = 1, \"5000000000 kg\" = 1 } }\n";
    let dear = "[[requirement]]\nname = \"r\"\non = 2025-01-02\nitem = \"x\"\nquantity = 1000000\norigin = \"a\"\n";
    let many = dear.replace("quantity = 1000000", "quantity = 2000000\nunit_value = \"0 USD\"");
    let rich = "[[pledge]]\nname = \"p\"\nto = \"m\"\namount = \"9 k bn USD\"\narrivals = { every = \"1 min\" }\n"
        .replace("9 k bn", "9000 bn");
    for (entries, told) in [
        (heavy, "5000000000 units or kilograms"),
        (dear, "r#1 has a value beyond"),
        (&many, "more than 1048576 consignments"),
        (&rich, "pledges come to more than"),
    ] {
        let loaded = crate::support::read(&world(entries));
        let opened = Opened::new(1, loaded.plan.clone(), loaded.notes.clone());
        let log = Box::new(MemoryLog::new(opened.opening()));
        let mut made = Run::new(World::open(opened.plan.clone(), &opened.notes), 1, log, SegmentLimits::default());
        let error = made.go(&Default::default()).expect_err("the run cannot go on").to_string();
        assert!(error.contains(told), "{error}");
        let turns = made.world.state.turns;
        assert_eq!(made.log().head().turn, turns, "every whole turn is kept");
    }
}
