//! Timelines worked by hand from section 5 of the specification: every event that matters, in its order. One line an
//! instant; the comments name the phases.

use crate::reference::world::{
    Departures, Goods, Hours, Kind, Law, Leg, Limit, Next, Node, OnOutage, Servers, Step, Stream, WhenFull, World,
    to_toml,
};
use crate::support::{self, closed, hub, run, stream};

#[track_caller]
fn tells(world: &World, expected: &str) {
    support::tells(&to_toml(world), expected);
}

#[test]
fn a_completion_an_outage_and_an_arrival_at_one_instant() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[0, 10]);
    world.disruptions = vec![closed("n.d", 10, 5)];
    // At 10: completions (1), the outage (2), the arrival (3), its entry (6); it starts when the step is up.
    tells(
        &world,
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         10: s#1 done d, s#1 leaves, n.d down, s#2 comes, s#2 enters d
         15: n.d up, s#2 starts at 1
         25: s#2 done d, s#2 leaves",
    );
}

#[test]
fn an_outage_that_ends_as_the_next_begins_leaves_no_gap_to_start_in() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[2]);
    world.disruptions = vec![closed("n.d", 0, 5), closed("n.d", 5, 5)];
    // Both turns at 5 are phase 2: between them the step may be down or up, but nothing starts before phase 6.
    let starts: Vec<i64> = run(&to_toml(&world), 1)
        .events()
        .iter()
        .filter(|e| e["kind"] == "HandlingStarted")
        .map(|e| e["t"].as_i64().unwrap())
        .collect();
    assert_eq!(starts, [10]);
}

#[test]
fn what_is_ready_at_the_instant_of_a_departure_is_on_it() {
    let mut world = World::new();
    world.nodes = vec![
        Node { next: Next::To("b".into()), ..Node::new("a", Kind::Origin) },
        Node { next: Next::To("c".into()), ..Node::new("b", Kind::Hub) },
        Node::new("c", Kind::Handover),
    ];
    world.legs = vec![
        Leg { name: Some("l".into()), ..Leg::road("a", "b", 10) },
        Leg { name: Some("m".into()), departures: Some(Departures::every(10)), ..Leg::road("b", "c", 5) },
    ];
    world.streams = vec![Stream::at("t", &[10], "b"), Stream::at("s", &[0], "a")];
    // By leg (1) and from outside (3), both before the departure (5); aboard by name, as they were ready together.
    tells(
        &world,
        "0: s#1 comes, s#1 departs
         10: s#1 arrives, t#1 comes, m takes 2, s#1 departs, t#1 departs
         15: s#1 arrives, s#1 handed over, t#1 arrives, t#1 handed over",
    );
}

#[test]
fn what_a_service_started_now_makes_ready_takes_the_next() {
    let mut world = hub(vec![Step::new("d", 1, 0)], &[10]);
    world.nodes.push(Node::new("c", Kind::Handover));
    world.nodes[0].next = Next::To("c".into());
    world.legs =
        vec![Leg { name: Some("m".into()), departures: Some(Departures::every(10)), ..Leg::road("n", "c", 5) }];
    // At 10: the arrival (3), the departure (5), entry and start (6), and the completion at the same instant (1).
    tells(
        &world,
        "10: s#1 comes, m empty, s#1 enters d, s#1 starts at 1, s#1 done d
         20: m takes 1, s#1 departs
         25: s#1 arrives, s#1 handed over",
    );
}

#[test]
fn of_several_free_servers_the_lowest_serves() {
    let world = hub(vec![Step::new("d", 3, 10)], &[0, 0, 4, 4]);
    tells(
        &world,
        "0: s#1 comes, s#2 comes, s#1 enters d, s#2 enters d, s#1 starts at 1, s#2 starts at 2
         4: s#3 comes, s#4 comes, s#3 enters d, s#4 enters d, s#3 starts at 3
         10: s#1 done d, s#1 leaves, s#2 done d, s#2 leaves, s#4 starts at 1
         14: s#3 done d, s#3 leaves
         20: s#4 done d, s#4 leaves",
    );
}

#[test]
fn a_priority_below_zero_goes_before_zero() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[0]);
    world.streams.extend([stream("a", &[1], 0), stream("b", &[2], 1), stream("c", &[3], -1), stream("e", &[4], -2)]);
    tells(
        &world,
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         1: a#1 comes, a#1 enters d
         2: b#1 comes, b#1 enters d
         3: c#1 comes, c#1 enters d
         4: e#1 comes, e#1 enters d
         10: s#1 done d, s#1 leaves, e#1 starts at 1
         20: e#1 done d, e#1 leaves, c#1 starts at 1
         30: c#1 done d, c#1 leaves, a#1 starts at 1
         40: a#1 done d, a#1 leaves, b#1 starts at 1
         50: b#1 done d, b#1 leaves",
    );
}

#[test]
fn ties_of_priority_go_by_joining_and_then_by_name() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[0]);
    world.streams.extend([stream("c", &[2], 1), stream("a", &[2], 1), stream("b", &[1], 1), stream("u", &[9], 0)]);
    tells(
        &world,
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         1: b#1 comes, b#1 enters d
         2: a#1 comes, c#1 comes, a#1 enters d, c#1 enters d
         9: u#1 comes, u#1 enters d
         10: s#1 done d, s#1 leaves, u#1 starts at 1
         20: u#1 done d, u#1 leaves, b#1 starts at 1
         30: b#1 done d, b#1 leaves, a#1 starts at 1
         40: a#1 done d, a#1 leaves, c#1 starts at 1
         50: c#1 done d, c#1 leaves",
    );
}

#[test]
fn numbers_in_names_compare_as_numbers() {
    let world = hub(vec![Step::new("d", 1, 1)], &[0; 11]);
    let order: Vec<String> = run(&to_toml(&world), 1)
        .events()
        .iter()
        .filter(|e| e["kind"] == "HandlingStarted")
        .map(|e| e["object"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(order, (1..=11).map(|n| format!("s#{n}")).collect::<Vec<_>>());
}

#[test]
fn last_in_first_out_takes_the_latest_and_then_by_name() {
    let mut step = Step::new("d", 1, 10);
    step.discipline = crate::reference::world::Discipline::Lifo;
    let mut world = hub(vec![step], &[0]);
    world.streams.extend([stream("c", &[2], 1), stream("a", &[1], 0), stream("b", &[2], 1)]);
    tells(
        &world,
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         1: a#1 comes, a#1 enters d
         2: b#1 comes, c#1 comes, b#1 enters d, c#1 enters d
         10: s#1 done d, s#1 leaves, b#1 starts at 1
         20: b#1 done d, b#1 leaves, c#1 starts at 1
         30: c#1 done d, c#1 leaves, a#1 starts at 1
         40: a#1 done d, a#1 leaves",
    );
}

#[test]
fn requeue_keeps_the_work_done_and_the_time_of_joining() {
    let mut step = Step::new("d", 1, 10);
    step.on_outage = Some(OnOutage::Requeue);
    let mut world = hub(vec![step], &[0, 1]);
    world.streams.push(stream("u", &[5], 0));
    world.disruptions = vec![closed("n", 4, 4)];
    // s#1 has 6 s to go and joined before s#2; the more urgent u#1 goes before both.
    tells(
        &world,
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         1: s#2 comes, s#2 enters d
         4: n down, s#1 requeued 6
         5: u#1 comes, u#1 enters d
         8: n up, u#1 starts at 1
         18: u#1 done d, u#1 leaves, s#1 starts at 1
         24: s#1 done d, s#1 leaves, s#2 starts at 1
         34: s#2 done d, s#2 leaves",
    );
}

#[test]
fn a_full_next_step_keeps_the_server() {
    let second = Step { yard: Limit::number(1), ..Step::new("b", 1, 20) };
    let world = hub(vec![Step::new("a", 1, 5), second], &[0, 0, 0]);
    // At 5 entry to b (6a) frees the server of a, then a serves before b: by the name of the place.
    tells(
        &world,
        "0: s#1 comes, s#2 comes, s#3 comes, s#1 enters a, s#2 enters a, s#3 enters a, s#1 starts at 1
         5: s#1 done a, s#1 enters b, s#2 starts at 1, s#1 starts at 1
         10: s#2 done a, s#2 blocked
         25: s#1 done b, s#1 leaves, s#2 enters b, s#3 starts at 1, s#2 starts at 1
         30: s#3 done a, s#3 blocked
         45: s#2 done b, s#2 leaves, s#3 enters b, s#3 starts at 1
         65: s#3 done b, s#3 leaves",
    );
}

/// A hub with room for one, handling of 10 s, and arrivals at 0 and 2.
fn small_yard(when_full: WhenFull) -> World {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[0, 2]);
    (world.nodes[0].yard, world.nodes[0].when_full) = (Limit::number(1), when_full);
    world
}

#[test]
fn a_full_yard_holds_at_the_gate() {
    tells(
        &small_yard(WhenFull::Wait),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         2: s#2 comes, s#2 held at gate
         10: s#1 done d, s#1 leaves, s#2 enters d, s#2 starts at 1
         20: s#2 done d, s#2 leaves",
    );
}

#[test]
fn a_full_yard_refuses() {
    tells(
        &small_yard(WhenFull::Refuse),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         2: s#2 comes, s#2 refused
         10: s#1 done d, s#1 leaves",
    );
}

#[test]
fn a_full_yard_diverts_at_once() {
    let mut world = small_yard(WhenFull::Divert("m".into()));
    world.nodes.push(Node { steps: vec![Step::new("e", 1, 3)], ..Node::new("m", Kind::Hub) });
    tells(
        &world,
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         2: s#2 comes, s#2 diverted to m, s#2 enters e, s#2 starts at 1
         5: s#2 done e, s#2 leaves
         10: s#1 done d, s#1 leaves",
    );
}

#[test]
fn a_full_yard_overflows_with_an_event() {
    tells(
        &small_yard(WhenFull::Overflow),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         2: s#2 comes, s#2 overflows, s#2 enters d
         10: s#1 done d, s#1 leaves, s#2 starts at 1
         20: s#2 done d, s#2 leaves",
    );
}

#[test]
fn closed_hours_pause_work() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[55, 70]);
    world.nodes[0].hours = Some(Hours { first: 0, last: 6, opens: 0, closes: 1 });
    tells(
        &world,
        "55: s#1 comes, s#1 enters d, s#1 starts at 1
         60: n down, s#1 pauses 5
         70: s#2 comes, s#2 enters d
         86400: n up, s#1 resumes 5
         86405: s#1 done d, s#1 leaves, s#2 starts at 1
         86415: s#2 done d, s#2 leaves",
    );
}

#[test]
fn servers_by_calendar() {
    let mut step = Step::new("d", 1, 10);
    step.servers = Servers::Calendar(vec![(0, 2), (5, 1), (20, 2)]);
    let world = hub(vec![step], &[0, 0, 1, 12, 12]);
    // From 5 on server 2 goes, when it is done; at 20 the completion (1), the calendar (2), then two starts.
    tells(
        &world,
        "0: s#1 comes, s#2 comes, s#1 enters d, s#2 enters d, s#1 starts at 1, s#2 starts at 2
         1: s#3 comes, s#3 enters d
         5: n.d servers 1
         10: s#1 done d, s#1 leaves, s#2 done d, s#2 leaves, s#3 starts at 1
         12: s#4 comes, s#5 comes, s#4 enters d, s#5 enters d
         20: s#3 done d, s#3 leaves, n.d servers 2, s#4 starts at 1, s#5 starts at 2
         30: s#4 done d, s#4 leaves, s#5 done d, s#5 leaves",
    );
}

/// Goods of 6, 5 and 4 kg at 1, 2 and 3, a departure every 10 s, 3 s under way.
fn convoy(departures: Departures) -> World {
    let mut world = World::new();
    world.nodes =
        vec![Node { next: Next::To("c".into()), ..Node::new("n", Kind::Origin) }, Node::new("c", Kind::Handover)];
    world.legs = vec![Leg { name: Some("l".into()), departures: Some(departures), ..Leg::road("n", "c", 3) }];
    let goods = |(name, at, mass)| Stream { goods: Goods::Mass(Law::Constant(mass)), ..stream(name, &[at], 1) };
    world.streams = [("x", 1, 6), ("y", 2, 5), ("z", 3, 4)].map(goods).to_vec();
    world
}

#[test]
fn what_does_not_fit_lets_a_smaller_one_by() {
    tells(
        &convoy(Departures { capacity: Limit::mass(10), ..Departures::every(10) }),
        "1: x#1 comes
         2: y#1 comes
         3: z#1 comes
         10: l takes 2, x#1 departs, z#1 departs
         13: x#1 arrives, x#1 handed over, z#1 arrives, z#1 handed over
         20: l takes 1, y#1 departs
         23: y#1 arrives, y#1 handed over",
    );
}

#[test]
fn a_strict_convoy_holds_back_what_comes_after() {
    tells(
        &convoy(Departures { capacity: Limit::mass(10), strict: true, ..Departures::every(10) }),
        "1: x#1 comes
         2: y#1 comes
         3: z#1 comes
         10: l takes 1, x#1 departs
         13: x#1 arrives, x#1 handed over
         20: l takes 2, y#1 departs, z#1 departs
         23: y#1 arrives, y#1 handed over, z#1 arrives, z#1 handed over",
    );
}

#[test]
fn below_its_least_load_a_convoy_does_not_leave() {
    let departures = Departures { min_load: Limit::mass(10), first: Some(2), each: true, ..Departures::every(1) };
    // What comes at the instant of a departure is on it: 6 kg wait at 1, 11 at 2, so all is gone but the 4 kg of 3.
    let world = World { end: Some(6), ..convoy(departures) };
    tells(
        &world,
        "1: x#1 comes
         2: y#1 comes, l takes 2, x#1 departs, y#1 departs
         3: z#1 comes, l empty
         4: l empty
         5: x#1 arrives, x#1 handed over, y#1 arrives, y#1 handed over, l empty",
    );
}

#[test]
fn a_departure_due_while_its_origin_is_closed_is_skipped() {
    let mut world = convoy(Departures::every(10));
    world.disruptions = vec![closed("n", 10, 2)];
    tells(
        &world,
        "1: x#1 comes
         2: y#1 comes
         3: z#1 comes
         10: n down, l skipped
         12: n up
         20: l takes 3, x#1 departs, y#1 departs, z#1 departs
         23: x#1 arrives, x#1 handed over, y#1 arrives, y#1 handed over, z#1 arrives, z#1 handed over",
    );
}

/// Twenty thousand wait at a gate by then; a move that looked at all of them would take this test minutes.
#[test]
fn a_long_line_at_a_gate_costs_no_more_than_a_short_one() {
    let text = r#"
[time]
start = 2025-01-01

[[consignment]]
name = "truck"
arrivals = { every = "1s", first = "0s" }
count = 20000
mass = "4 t"
enters = "hub"

[[node]]
name = "hub"
yard = "5 t"

[[node.step]]
name = "dock"
servers = 1
time = "1h"
"#;
    let done = crate::support::run(text, 1);
    // One after another without a pause, the first at once.
    assert_eq!(done.world.state.now.0, 20_000 * 3_600);
    assert_eq!(done.figure("streams.truck.left"), 20_000.0);
    // The k-th comes at k seconds and leaves after (k + 1) hours, k from 0.
    let stays = (0..20_000i64).map(|k| (k + 1) * 3_600 - k).sum::<i64>();
    assert_eq!(done.figure("streams.truck.stay_mean"), stays as f64 / 20_000.0);
}
