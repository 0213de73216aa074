//! Pools that steps share, and servers that leave an empty line, worked by hand in seconds.

use crate::support::{Done, at, figures, refused, retells};

const WORDS: &[(&str, &str, &str)] = &[
    ("HandlingStarted", "starts at", "node"),
    ("HandlingFinished", "is done at", "node"),
    ("HandlingRequeued", "is broken off", ""),
    ("HandlingPaused", "pauses", ""),
    ("HandlingResumed", "goes on", ""),
    ("HandlingPreempted", "gives way", ""),
    ("PoolChanged", "has", "servers"),
    ("ServerAway", "has somebody away", "lasts"),
    ("ServerBack", "has somebody back", ""),
];

#[track_caller]
fn tells(text: &str, expected: &str) -> Done {
    retells(text, WORDS, expected)
}

const HEAD: &str = "[time]\nstart = 2025-01-01\nend = \"60s\"\n";

fn pool(servers: &str) -> String {
    format!("\n[[pool]]\nname = \"p\"\nservers = {servers}\n")
}

fn node(name: &str, keys: &str) -> String {
    format!("\n[[node]]\nname = \"{name}\"\n\n[[node.step]]\nname = \"dock\"\n{keys}\n")
}

fn stream(name: &str, to: &str, seconds: &[i64], priority: i64) -> String {
    format!(
        "\n[[consignment]]\nname = \"{name}\"\nenters = \"{to}\"\npriority = {priority}\narrivals = {}\n",
        at(seconds)
    )
}

#[test]
fn a_pool_is_taken_with_the_server_and_given_back_with_it() {
    // b needs two and finds one free; c needs one and starts: who cannot start holds nobody back.
    let text = HEAD.to_owned()
        + &pool("2")
        + &node("x", "servers = 2\ntime = \"10s\"\nuses = { p = 1 }")
        + &node("y", "servers = 2\ntime = \"4s\"\nuses = { p = 2 }")
        + &stream("a", "x", &[0], 1)
        + &stream("b", "y", &[1], 1)
        + &stream("c", "x", &[2], 2);
    let done = tells(
        &text,
        "0: a#1 starts at x
         2: c#1 starts at x
         10: a#1 is done at x
         12: c#1 is done at x; b#1 starts at y
         16: b#1 is done at y",
    );
    // In use: 1 for 2 s, 2 for 8 s, 1 for 2 s, 2 for 4 s; of two on duty for a minute.
    figures(
        &done,
        "pools.p",
        &[("in_use_mean", 28.0 / 60.0), ("in_use_max", 2.0), ("on_duty_mean", 2.0), ("utilisation", 28.0 / 120.0)],
    );
}

#[test]
fn who_waits_for_a_pool_is_chosen_over_all_steps() {
    let dock = "time = \"10s\"\nuses = { p = 1 }";
    let text = HEAD.to_owned()
        + &pool("1")
        + &node("x", &format!("servers = 2\n{dock}"))
        + &node("y", dock)
        + &stream("a", "x", &[0], 1)
        + &stream("b", "x", &[1], 2)
        + &stream("c", "y", &[2], 1);
    tells(
        &text,
        "0: a#1 starts at x
         10: a#1 is done at x; c#1 starts at y
         20: c#1 is done at y; b#1 starts at x
         30: b#1 is done at x",
    );
}

#[test]
fn paused_work_keeps_its_pool_and_requeued_work_gives_it_back() {
    let text = |outage: &str| {
        HEAD.to_owned()
            + &pool("1")
            + &node("x", &format!("time = \"10s\"\nuses = {{ p = 1 }}\non_outage = \"{outage}\""))
            + &node("y", "time = \"10s\"\nuses = { p = 1 }")
            + &stream("a", "x", &[0], 1)
            + &stream("b", "y", &[1], 1)
            + "\n[[disruption]]\nname = \"d\"\nstrikes = \"x\"\non = 2025-01-01T00:00:05Z\nlasts = \"10s\"\n"
    };
    tells(
        &text("requeue"),
        "0: a#1 starts at x
         5: a#1 is broken off; b#1 starts at y
         15: b#1 is done at y; a#1 starts at x
         20: a#1 is done at x",
    );
    tells(
        &text("pause"),
        "0: a#1 starts at x
         5: a#1 pauses
         15: a#1 goes on
         20: a#1 is done at x; b#1 starts at y
         30: b#1 is done at y",
    );
}

#[test]
fn a_pool_changes_by_the_calendar_and_busy_ones_finish() {
    let servers = "[{ n = 1 }, { from = \"5s\", n = 0 }, { from = \"20s\", n = 1 }]";
    let text = HEAD.to_owned()
        + &pool(servers)
        + &node("x", "servers = 3\ntime = \"10s\"\nuses = { p = 1 }")
        + &stream("a", "x", &[0, 1], 1);
    let expected = "0: a#1 starts at x
         5: p has 0
         10: a#1 is done at x
         20: p has 1; a#2 starts at x
         30: a#2 is done at x";
    let done = tells(&text, expected);
    // Nobody is on duty from 5 on, but one works until 10; then one from 20 to 60.
    figures(&done, "pools.p", &[("in_use_mean", 20.0 / 60.0), ("on_duty_mean", 50.0 / 60.0)]);
    // Without an end the run waits for the pool.
    tells(&text.replace("end = \"60s\"\n", ""), expected);
}

#[test]
fn who_is_more_urgent_takes_server_and_pool() {
    // A second server is free, but not a second inspector.
    let text = HEAD.to_owned()
        + &pool("1")
        + &node("x", "servers = 2\ntime = \"10s\"\nuses = { p = 1 }\npreempt = \"resume\"")
        + &stream("a", "x", &[0], 2)
        + &stream("b", "x", &[3], 1);
    let done = tells(
        &text,
        "0: a#1 starts at x
         3: a#1 gives way; b#1 starts at x
         13: b#1 is done at x; a#1 starts at x
         20: a#1 is done at x",
    );
    assert_eq!(done.figure("pools.p.in_use_mean"), 20.0 / 60.0);
}

#[test]
fn a_server_that_finds_its_line_empty_leaves() {
    let text = HEAD.to_owned() + &node("x", "time = \"4s\"\naway_when_idle = \"10s\"") + &stream("a", "x", &[3, 14], 1);
    // What comes at the very instant at which it is free, or back, is seen.
    let done = tells(
        &text.replace("60s", "40s"),
        "0: x.dock has somebody away 10
         10: x.dock has somebody back; a#1 starts at x
         14: a#1 is done at x; a#2 starts at x
         18: a#2 is done at x; x.dock has somebody away 10
         28: x.dock has somebody back; x.dock has somebody away 10
         38: x.dock has somebody back; x.dock has somebody away 10",
    );
    figures(
        &done,
        "stations.x.dock",
        &[("utilisation", 1.0), ("up_share", 1.0), ("wait_mean", 3.5), ("busy_share", 0.2)],
    );
}

#[test]
fn a_server_leaves_too_when_the_last_in_line_gives_up() {
    // a waits for the pool, not for the server: when it is gone at 8 the line is empty.
    let text = HEAD.replace("60s", "14s")
        + &pool("1")
        + &node("x", "time = \"10s\"\nuses = { p = 1 }\npatience = \"3s\"\naway_when_idle = \"5s\"")
        + &node("y", "time = \"10s\"\nuses = { p = 1 }")
        + &stream("a", "x", &[5], 1)
        + &stream("b", "y", &[0], 1);
    tells(
        &text,
        "0: b#1 starts at y; x.dock has somebody away 5
         5: x.dock has somebody back
         8: x.dock has somebody away 5
         10: b#1 is done at y
         13: x.dock has somebody back; x.dock has somebody away 5",
    );
}

#[test]
fn goods_wait_for_the_pool_of_the_very_instant_at_which_something_else_turns() {
    // At 10 the outage of `a` ends first, by name; the pool that x waits for comes in the same phase.
    let text = HEAD.replace("end = \"60s\"\n", "")
        + "\n[[pool]]\nname = \"p\"\nservers = [{ from = 2025-01-01, n = 0 }, { from = 2025-01-01T00:00:10Z, n = 1 }]\n"
        + &node("a", "time = \"1s\"")
        + &node("x", "time = \"4s\"\nuses = { p = 1 }")
        + &stream("s", "x", &[0], 1)
        + "\n[[disruption]]\nname = \"d\"\nstrikes = \"a\"\non = 2025-01-01T00:00:05Z\nlasts = \"5s\"\n"
        + &stream("t", "a", &[0], 1);
    tells(
        &text,
        "0: t#1 starts at a
         1: t#1 is done at a
         10: p has 1; s#1 starts at x
         14: s#1 is done at x",
    );
}

#[test]
fn each_server_leaves_for_a_time_of_its_own() {
    let text = HEAD.to_owned()
        + &node("x", "servers = 2\ntime = \"4s\"\naway_when_idle = \"10s\"")
        + &stream("a", "x", &[10, 11], 1);
    // At 10 both are back, and one finds work; the other leaves again. The second comes to a busy and an absent one.
    tells(
        &text.replace("60s", "20s"),
        "0: x.dock has somebody away 10; x.dock has somebody away 10
         10: x.dock has somebody back; x.dock has somebody back; a#1 starts at x; x.dock has somebody away 10
         14: a#1 is done at x; a#2 starts at x
         18: a#2 is done at x; x.dock has somebody away 10",
    );
}

#[test]
fn crews_that_come_and_go_keep_no_run_alive_but_goods_wait_for_them() {
    let text = HEAD.replace("end = \"60s\"\n", "")
        + &node("x", "time = \"4s\"\naway_when_idle = \"10s\"")
        + &stream("a", "x", &[3], 1);
    tells(
        &text,
        "0: x.dock has somebody away 10
         10: x.dock has somebody back; a#1 starts at x
         14: a#1 is done at x",
    );
}

#[test]
fn nobody_leaves_a_step_that_is_closed() {
    let text = HEAD.replace("60s", "20s")
        + &node("x", "time = \"4s\"\naway_when_idle = \"10s\"")
        + &stream("a", "x", &[12], 1)
        + "\n[[disruption]]\nname = \"d\"\nstrikes = \"x\"\non = 2025-01-01\nlasts = \"13s\"\n";
    // Closed from the start on: it is there when the step opens.
    tells(&text, "13: a#1 starts at x\n17: a#1 is done at x; x.dock has somebody away 10");
}

#[test]
fn a_pool_that_never_has_so_many_is_a_mistake() {
    let text = |uses: &str| HEAD.to_owned() + &pool("2") + &node("x", uses) + &stream("a", "x", &[0], 1);
    assert!(refused(&text("uses = { p = 3 }")).contains("never has more than 2"));
    assert!(refused(&text("uses = { q = 1 }")).contains("there is no pool `q`"));
    assert!(refused(&text("servers = \"unlimited\"\naway_when_idle = \"1h\"")).contains("without limit"));
}

#[test]
fn the_load_of_a_pool_is_that_of_all_that_uses_it() {
    // Six an hour of 10 min with one inspector, two of 30 min with two: 1 + 2 at work of three.
    let stream = |to: &str, rate: &str| {
        format!("\n[[consignment]]\nname = \"c-{to}\"\nenters = \"{to}\"\narrivals = {{ poisson = \"{rate}\" }}\n")
    };
    let text = HEAD.to_owned()
        + &pool("3")
        + &node("x", "servers = 9\ntime = \"10 min\"\nuses = { p = 1 }")
        + &node("y", "servers = 9\ntime = \"30 min\"\nuses = { p = 2 }")
        + &stream("x", "6/h")
        + &stream("y", "2/h");
    let plan = crate::support::read(&text).plan;
    let load = waybill::scenario::loads(&plan).into_iter().find(|l| l.place == "pool p").expect("the pool has a load");
    assert!((load.load - 1.0).abs() < 1e-9 && (load.offered - 3.0).abs() < 1e-9, "{load:?}");
}

#[test]
fn nobody_takes_a_server_of_a_pool_that_has_more_in_use_than_on_duty() {
    // From 5 on one of the two in use is off duty and ends what it has: whoever came first keeps its server. With b done at
    // 10 one is in use and one on duty, and the urgent one takes it.
    let text = HEAD.to_owned()
        + &pool("[{ from = 2025-01-01, n = 2 }, { from = 2025-01-01T00:00:05Z, n = 1 }]")
        + &node("x", "time = \"20s\"\npreempt = \"resume\"\nuses = { p = 1 }")
        + &node("y", "time = \"10s\"\nuses = { p = 1 }")
        + &stream("a", "x", &[0], 2)
        + &stream("b", "y", &[0], 2)
        + &stream("urgent", "x", &[7], 1);
    tells(
        &text,
        "0: a#1 starts at x; b#1 starts at y
         5: p has 1
         10: b#1 is done at y; a#1 gives way; urgent#1 starts at x
         30: urgent#1 is done at x; a#1 starts at x
         40: a#1 is done at x",
    );
}
