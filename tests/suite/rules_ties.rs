//! Ties, by hand: phases within an instant, places within a phase, and things at one place.

use crate::money::{gift, need, world};
use crate::reference::world::{
    Departures, Disruption, Effect, Hours, Kind, Leg, MILLION, Next, Node, Servers, Step, Stream, World, to_toml,
};
use crate::support::{MOVES, Unit, closed, hub, run, stream, tells, tells_also, tells_of};

/// A way of clocked legs over nodes without steps: from, to, name, every, transit.
fn way(legs: &[(&str, &str, &str, i64, i64)]) -> World {
    let mut world = World::new();
    for &(from, to, name, every, transit) in legs {
        if world.node(from).is_none() {
            world.nodes.push(Node { next: Next::To(name.into()), ..Node::new(from, Kind::Origin) });
        }
        let departures = Some(Departures::every(every));
        world.legs.push(Leg { name: Some(name.into()), departures, ..Leg::road(from, to, transit) });
    }
    world.nodes.push(Node::new("end", Kind::Handover));
    world
}

#[test]
fn six_phases_of_one_instant() {
    let text = r#"
[time]
start = 2025-01-01
end = "15 s"

[[item]]
name = "pump"

[[requirement]]
name = "v"
item = "pump"
origin = "o"
on = 2025-01-01T00:00:10Z

[[consignment]]
name = "s"
enters = "n"
arrivals = { at = [2025-01-01, 2025-01-01T00:00:10Z] }

[[node]]
name = "n"
next = "out"

[[node.step]]
name = "d"
time = "10 s"

[[node]]
name = "o"
kind = "origin"
next = "a"

[[node]]
name = "h"
kind = "handover"

[[leg]]
name = "a"
from = "o"
to = "h"
transit = "1h"
departures = { every = "10 s" }

[[disruption]]
name = "x"
strikes = "n"
on = 2025-01-01T00:00:10Z
lasts = "2 s"
effect = { time = 3.0 }
"#;
    // s#1 is done (1), x begins (2), s#2 and v#1 come (3), v#1 is decided on (4), the convoy leaves with its goods (5), s#2
    // enters and starts (6): by phase, though the names of the places run the other way.
    tells_of(
        text,
        Unit::Seconds,
        &[MOVES, &["RequirementSubmitted", "RequirementValidated", "DisruptionBegan"]].concat(),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         10: s#1 done d, s#1 leaves, x begins, s#2 comes, v#1 is submitted, v#1 is validated, v#1/1#1 comes, a takes 1, \
         v#1/1#1 departs, s#2 enters d, s#2 starts at 1",
    );
}

#[test]
fn a_convoy_boards_what_arrives_with_it() {
    let mut world = way(&[("a", "b", "l", 10, 10), ("b", "end", "m", 10, 5)]);
    world.streams = vec![Stream::at("s", &[0], "a")];
    // l arrives at 20 (phase 1), m leaves at 20 (phase 5).
    tells(
        &to_toml(&world),
        "0: s#1 comes
         10: l takes 1, s#1 departs, m empty
         20: s#1 arrives, l empty, m takes 1, s#1 departs
         25: s#1 arrives, s#1 handed over",
    );
}

#[test]
fn what_arrives_at_once_is_on_the_departures_that_are_still_to_come() {
    let at_once = |first: &str| {
        let mut world = way(&[("a", "b", first, 10, 0), ("b", "end", "m", 10, 5)]);
        world.streams = vec![Stream::at("s", &[0], "a")];
        to_toml(&world)
    };
    // The leg of no time is there in phase 1 of the same instant, before what is left of phase 5.
    tells(
        &at_once("l"),
        "0: s#1 comes
         10: l takes 1, s#1 departs, s#1 arrives, m takes 1, s#1 departs
         15: s#1 arrives, s#1 handed over",
    );
    // Where m stands before it by name, m has left.
    tells(
        &at_once("z"),
        "0: s#1 comes
         10: m empty, z takes 1, s#1 departs, s#1 arrives
         20: m takes 1, s#1 departs, z empty
         25: s#1 arrives, s#1 handed over",
    );
}

#[test]
fn a_departure_at_the_end_of_an_outage_leaves() {
    let mut world = way(&[("a", "end", "l", 10, 5)]);
    world.streams = vec![Stream::at("s", &[0, 11], "a")];
    world.disruptions = vec![closed("a", 3, 7), closed("l", 20, 1)];
    // The calendar (2) goes before departures (5): up in time at 10, down in time at 20.
    tells_also(
        &to_toml(&world),
        &["LegClosed", "LegOpened"],
        "0: s#1 comes
         3: a down
         10: a up, l takes 1, s#1 departs
         11: s#2 comes
         15: s#1 arrives, s#1 handed over
         20: l closed, l skipped
         21: l open
         30: l takes 1, s#2 departs
         35: s#2 arrives, s#2 handed over",
    );
}

#[test]
fn hours_that_begin_serve_what_comes_with_them() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[60, 115, 120]);
    world.nodes[0].hours = Some(Hours { first: 0, last: 6, opens: 1, closes: 2 });
    // At 60 the hours begin (2) before s#1 comes (3); at 120 they end before s#3 comes.
    tells_of(
        &to_toml(&World { end: Some(121), ..world }),
        Unit::Seconds,
        &["NodeOpened", "NodeClosed", "YardEntered", "HandlingStarted", "HandlingPaused"],
        "0: n down
         60: n up, s#1 enters d, s#1 starts at 1
         115: s#2 enters d, s#2 starts at 1
         120: n down, s#2 pauses 5, s#3 enters d",
    );
}

#[test]
fn completions_go_by_the_name_of_the_place() {
    let mut world = World::new();
    let node = |name: &str, step: &str| Node { steps: vec![Step::new(step, 1, 10)], ..Node::new(name, Kind::Hub) };
    world.nodes = vec![
        node("b", "c"),
        node("a-b", "c"),
        node("a", "z"),
        Node { next: Next::To("a-a".into()), ..Node::new("o", Kind::Origin) },
        Node::new("h", Kind::Handover),
    ];
    world.nodes.iter_mut().take(3).for_each(|node| node.next = Next::To("out".into()));
    world.legs = vec![Leg { name: Some("a-a".into()), ..Leg::road("o", "h", 10) }];
    world.streams = vec![
        Stream::at("p", &[0], "b"),
        Stream::at("q", &[0], "a-b"),
        Stream::at("r", &[0], "a"),
        Stream::at("s", &[0], "o"),
    ];
    // Component by component: the node a with its step z, the leg a-a, the node a-b, b. As one text, `a-b.c` would stand
    // before `a.z`. The same holds for entries and starts.
    tells(
        &to_toml(&world),
        "0: p#1 comes, q#1 comes, r#1 comes, s#1 comes, s#1 departs, r#1 enters z, q#1 enters c, p#1 enters c, \
         r#1 starts at 1, q#1 starts at 1, p#1 starts at 1
         10: r#1 done z, r#1 leaves, s#1 arrives, s#1 handed over, q#1 done c, q#1 leaves, p#1 done c, p#1 leaves",
    );
}

#[test]
fn a_leg_comes_before_a_step_of_the_same_name() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[0]);
    world.nodes.push(Node { next: Next::To("n".into()), ..Node::new("o", Kind::Origin) });
    world.nodes[0].next = Next::To("out".into());
    world.nodes[1].next = Next::To("road".into());
    world.nodes.push(Node::new("h", Kind::Handover));
    world.legs = vec![Leg { name: Some("road".into()), ..Leg::road("o", "h", 10) }];
    world.streams.push(Stream::at("t", &[0], "o"));
    // Of the names road and n the node comes first; called n too, the leg does.
    let text = to_toml(&world);
    tells(
        &text,
        "0: s#1 comes, t#1 comes, t#1 departs, s#1 enters d, s#1 starts at 1
         10: s#1 done d, s#1 leaves, t#1 arrives, t#1 handed over",
    );
    let text = text.replace("name = \"road\"", "name = \"n\"").replace("next = \"road\"", "next = \"h\"");
    tells(
        &text,
        "0: s#1 comes, t#1 comes, t#1 departs, s#1 enters d, s#1 starts at 1
         10: t#1 arrives, t#1 handed over, s#1 done d, s#1 leaves",
    );
}

#[test]
fn the_calendar_goes_by_the_name_of_the_place() {
    let mut step = Step::new("d", 1, 100);
    step.servers = Servers::Calendar(vec![(0, 1), (60, 2)]);
    let mut world = hub(vec![step], &[1]);
    world.nodes[0].hours = Some(Hours { first: 0, last: 6, opens: 0, closes: 1 });
    let slow = |name: &str| Disruption { name: name.into(), effect: Effect::Time(2 * MILLION), ..closed("n", 60, 1) };
    world.disruptions = ["z", "n-x", "n", "a"].map(slow).to_vec();
    // Disruptions a, n, n-x, z; the node n; its step. Of equal names the disruption comes before the node.
    tells_of(
        &to_toml(&World { end: Some(61), ..world }),
        Unit::Seconds,
        &["DisruptionBegan", "HoursEnded", "NodeClosed", "HandlingPaused", "CapacityChanged"],
        "60: a begins, n begins, n shuts, n down, s#1 pauses 41, n.d servers 2, n-x begins, z begins",
    );
}

#[test]
fn handling_that_ends_together_goes_by_priority_joining_and_name() {
    let mut world = hub(vec![Step::new("d", 4, 10)], &[0]);
    world.streams = vec![stream("b", &[0], 1), stream("c", &[0], 1), stream("d", &[0], 0), stream("a", &[10], 1)];
    // Until 5 handling takes twice as long: b, c and d are done at 20 with a#1, which joined later.
    let slow = Disruption { effect: Effect::Time(2 * MILLION), ..closed("n.d", 0, 5) };
    world.disruptions = vec![slow];
    tells(
        &to_toml(&world),
        "0: b#1 comes, c#1 comes, d#1 comes, d#1 enters d, b#1 enters d, c#1 enters d, \
         d#1 starts at 1, b#1 starts at 2, c#1 starts at 3
         10: a#1 comes, a#1 enters d, a#1 starts at 4
         20: d#1 done d, d#1 leaves, b#1 done d, b#1 leaves, c#1 done d, c#1 leaves, a#1 done d, a#1 leaves",
    );
}

#[test]
fn what_arrives_together_over_one_leg_is_in_the_order_of_choice() {
    let mut world = way(&[("a", "end", "l", 10, 10)]);
    let to_a = |name, at, priority| Stream { enters: "a".into(), ..stream(name, &[at], priority) };
    world.streams = vec![to_a("b", 1, 2), to_a("a", 15, 2), to_a("c", 16, 1)];
    // Departures of [5, 15) take twice as long: those of 10 and of 20 arrive at 30. The most urgent first, then who was
    // ready first, whichever departure brought them.
    world.disruptions = vec![Disruption { effect: Effect::Time(2 * MILLION), ..closed("l", 5, 10) }];
    tells(
        &to_toml(&world),
        "1: b#1 comes
         10: l takes 1, b#1 departs
         15: a#1 comes
         16: c#1 comes
         20: l takes 2, c#1 departs, a#1 departs
         30: c#1 arrives, c#1 handed over, b#1 arrives, b#1 handed over, a#1 arrives, a#1 handed over",
    );
}

#[test]
fn arrivals_commitments_and_payments_go_by_their_stream() {
    let after = "committed_after = \"2d\"\npaid_after = \"2d\"";
    let more =
        gift("b", "1 M USD", 0, after).replace("on = 2025-01-01", "arrivals = { at = [2025-01-01, 2025-01-03] }");
    let entries = gift("a", "2 M USD", 2, "") + &more + &gift("c", "3 M USD", 2, "") + &need("aa", "pump", &[2]);
    // On day 2, by stream: a, aa, b, c. Of one stream, what was promised comes before what is new; a commitment before
    // its payment.
    tells_of(
        &world("", &entries),
        Unit::Days,
        &["PledgeAnnounced", "PledgeCommitted", "FundsDisbursed", "RequirementSubmitted"],
        "0d: b#1 announces 100000000
         2d: a#1 announces 200000000, a#1 commits, a#1 pays 200000000, aa#1 is submitted, b#1 commits, \
         b#1 pays 100000000, b#2 announces 100000000, c#1 announces 300000000, c#1 commits, c#1 pays 300000000
         4d: b#2 commits, b#2 pays 100000000",
    );
}

#[test]
fn decisions_go_by_requirement_and_mechanism() {
    // Streams a and z, mechanism pool: both are validated before the mechanism forms packages and opens them.
    tells_of(
        &world("", &(need("z", "pump", &[1]) + &need("a", "pump", &[1]))),
        Unit::Days,
        &["RequirementSubmitted", "RequirementValidated", "PackageDrafted", "PackageOpened"],
        "1d: a#1 is submitted, z#1 is submitted, a#1 is validated, z#1 is validated, \
         pool#1 forms at 1000000000, pool#2 forms at 1000000000, pool#1 opens, pool#2 opens",
    );
}

#[test]
fn departures_go_by_their_leg() {
    let mut world = way(&[("a", "end", "z", 10, 1), ("b", "end", "m", 10, 1), ("c", "end", "m-1", 10, 1)]);
    world.streams = ["a", "b", "c"].map(|node| Stream::at(&format!("s{node}"), &[1], node)).to_vec();
    tells(
        &to_toml(&world),
        "1: sa#1 comes, sb#1 comes, sc#1 comes
         10: m takes 1, sb#1 departs, m-1 takes 1, sc#1 departs, z takes 1, sa#1 departs
         11: sb#1 arrives, sb#1 handed over, sc#1 arrives, sc#1 handed over, sa#1 arrives, sa#1 handed over",
    );
}

#[test]
fn names_compare_by_bytes_and_their_numbers_as_numbers() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[]);
    let mut last = stream("b-2", &[0], 1);
    last.arrivals = crate::reference::world::Arrivals::At(vec![0; 11]);
    world.streams =
        vec![last, stream("a", &[0], 1), stream("b-10", &[0], 1), stream("B", &[0], 1), stream("b_", &[0], 1)];
    world.end = Some(200);
    let order = run(&to_toml(&world), 1).texts("HandlingStarted", "object");
    // Capitals stand before small letters, `-` before `_`; what follows `#` is a number, `-10` is text.
    let numbered: Vec<String> = (1..=11).map(|n| format!("b-2#{n}")).collect();
    let named = |name: &str| vec![name.to_owned()];
    assert_eq!(order, [named("B#1"), named("a#1"), named("b-10#1"), numbered, named("b_#1")].concat());
}

#[test]
fn one_decision_a_turn_where_the_next_depends_on_it() {
    let world = hub(vec![Step::new("d", 2, 10)], &[0, 0]);
    let done = run(&to_toml(&world), 1);
    let starts = done.numbers("HandlingStarted", "turn");
    assert_eq!(starts[1], starts[0] + 1);
}

#[test]
fn what_is_due_again_in_a_lower_phase_goes_first() {
    // Handling of no time: entry (6), start (6), completion (1), entry of the next step (6), and so on, all at 0.
    let world = hub(vec![Step::new("b", 1, 0), Step::new("a", 1, 0)], &[0, 0]);
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#2 comes, s#1 enters b, s#2 enters b, s#1 starts at 1, s#1 done b, s#1 enters a, \
         s#1 starts at 1, s#1 done a, s#1 leaves, s#2 starts at 1, s#2 done b, s#2 enters a, s#2 starts at 1, \
         s#2 done a, s#2 leaves",
    );
}

#[test]
fn a_hold_that_begins_as_a_stage_ends_holds_it() {
    let hold =
        |on: &str| format!("\n[[disruption]]\nname = \"x\"\nstrikes = \"pool.release\"\non = {on}\nlasts = \"2d\"\n");
    let text = |on: &str| {
        let entries = need("n", "pump", &[0]) + &gift("g", "10 M USD", 1, "") + &hold(on);
        world("\n[mechanism.stages]\nrelease = \"4d\"\n", &entries)
    };
    let kinds = ["StageHeld", "StageResumed", "PackageReleased"];
    // The release would end on day 5 in phase 4, and the hold begins in phase 2; of day 3 to 5 it ends in phase 2.
    tells_of(
        &text("2025-01-06"),
        Unit::Days,
        &kinds,
        "5d: pool.release held
         7d: pool.release goes on, pool#1 is released",
    );
    tells_of(
        &text("2025-01-04"),
        Unit::Days,
        &kinds,
        "3d: pool.release held
         5d: pool.release goes on
         7d: pool#1 is released",
    );
}

#[test]
fn what_follows_at_once_is_stated_in_the_same_turn_where_nothing_else_is_due() {
    // One server, 10 s each. s#1 finds it free; s#2 waits from 5 on; s#3 comes at 20, as s#2 is done and when t#1 comes too.
    let mut world = hub(vec![Step::new("d", 1, 10)], &[0, 5, 20]);
    world.streams.push(Stream::at("t", &[20], "n"));
    let done = run(&to_toml(&world), 0);
    let turns: Vec<(u64, i64, String)> = done
        .events()
        .iter()
        .map(|event| {
            let text = |key: &str| event[key].as_str().expect("a text").to_owned();
            let told = format!("{} {}", text("object"), text("kind"));
            (event["turn"].as_u64().expect("a number"), event["t"].as_i64().expect("a number"), told)
        })
        .collect();
    let of = |at: i64| {
        let mut lines: Vec<String> = Vec::new();
        let mut last = 0;
        for (turn, _, told) in turns.iter().filter(|turn| turn.1 == at) {
            match lines.last_mut().filter(|_| *turn == last) {
                Some(line) => *line += &format!(", {told}"),
                None => lines.push(told.clone()),
            }
            last = *turn;
        }
        lines
    };
    assert_eq!(of(5), ["s#2 ConsignmentCreated, s#2 YardEntered"]);
    assert_eq!(of(0), ["s#1 ConsignmentCreated, s#1 YardEntered, s#1 HandlingStarted"]);
    assert_eq!(of(10), ["s#1 HandlingFinished, s#1 LeftModel, s#2 HandlingStarted"]);
    // Three things are due at 20: each entry and start is a turn of its own, after all that comes before.
    assert_eq!(
        of(20),
        [
            "s#2 HandlingFinished, s#2 LeftModel",
            "s#3 ConsignmentCreated",
            "t#1 ConsignmentCreated",
            "s#3 YardEntered",
            "t#1 YardEntered",
            "s#3 HandlingStarted",
        ]
    );
}

#[test]
fn a_pool_and_a_stock_come_after_others_of_their_name() {
    // All of the name n, all at 60: a disruption begins, hours end, a pool changes, a stock is reviewed (phase 2); then the stream
    // brings its goods (phase 3).
    let text = "[time]\nstart = 2025-01-01\nend = \"100 s\"\n\n[[item]]\nname = \"shell\"\n\n[[pool]]\nname = \"n\"\n\
                servers = [{ from = 2025-01-01, n = 1 }, { from = 2025-01-01T00:01:00Z, n = 2 }]\n\n[[stock]]\nname = \"n\"\n\
                item = \"shell\"\nat = \"n\"\nreorder = { up_to = 5 }\nreview = { every = \"60 s\" }\nlead_time = \"1 h\"\n\n\
                [[node]]\nname = \"n\"\nhours = \"Mon-Sun 00:00-00:01\"\n\n[[node.step]]\nname = \"dock\"\ntime = \"1 h\"\nuses = { n = 1 }\n\n\
                [[consignment]]\nname = \"n\"\nenters = \"n\"\non = 2025-01-01T00:01:00Z\n\n[[disruption]]\nname = \"n\"\n\
                strikes = \"n.dock\"\non = 2025-01-01T00:01:00Z\nlasts = \"10 s\"\neffect = { time = 2.0 }\n";
    let done = crate::support::run(text, 1);
    let told = ["DisruptionBegan", "HoursEnded", "PoolChanged", "StockReviewed", "ConsignmentCreated"];
    let seqs: Vec<i64> = told
        .map(|kind| {
            let first = done.of(kind).into_iter().find(|event| event["t"] == 60);
            first.and_then(|event| event["seq"].as_i64()).unwrap_or_else(|| panic!("{kind} comes at 60"))
        })
        .to_vec();
    assert!(seqs.is_sorted(), "{seqs:?}");
}
