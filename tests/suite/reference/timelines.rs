//! Timelines worked by hand from the rules, which the reference must tell, and the engine with it.

use super::tick::{self, Fate, Outcome};
use super::world::{
    DAY, Departures, Disruption, Effect, Goods, Hours, Kind, Law, Leg, Limit, Next, Node, OnOutage, Servers, Step,
    Stream, WhenFull, World,
};
use crate::agree::agrees;

/// The world's events, whatever the luck, are these lines.
#[track_caller]
fn tells(world: &World, expected: &str) {
    let told: Vec<String> = run(world, 1).events.iter().map(ToString::to_string).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(told.join("\n"), expected.join("\n"));
}

/// What the reference makes of a world, and the engine like it.
#[track_caller]
fn run(world: &World, seed: u64) -> Outcome {
    agrees(world, seed).unwrap_or_else(|what| panic!("{what}"));
    tick::run(world, seed)
}

/// A hub with these steps, and a stream `s` of consignments at these dates.
fn hub(steps: Vec<Step>, dates: &[i64]) -> World {
    let node = Node { steps, ..Node::new("n", Kind::Hub) };
    World { nodes: vec![node], streams: vec![Stream::at("s", dates, "n")], ..World::new() }
}

fn closed(name: &str, strikes: &str, on: i64, lasts: i64) -> Disruption {
    Disruption { name: name.into(), strikes: strikes.into(), on, lasts, effect: Effect::Closed, random: None }
}

#[test]
fn one_dock_serves_one_after_the_other_and_a_tie_goes_to_the_completion() {
    let world = hub(vec![Step::new("dock", 1, 10)], &[0, 3, 20]);
    tells(
        &world,
        "0 ConsignmentCreated s#1 mass=0 priority=1
         0 YardEntered s#1 node=n step=dock
         0 HandlingStarted s#1 node=n server=1 step=dock
         3 ConsignmentCreated s#2 mass=0 priority=1
         3 YardEntered s#2 node=n step=dock
         10 HandlingFinished s#1 node=n step=dock
         10 LeftModel s#1 node=n
         10 HandlingStarted s#2 node=n server=1 step=dock
         20 HandlingFinished s#2 node=n step=dock
         20 LeftModel s#2 node=n
         20 ConsignmentCreated s#3 mass=0 priority=1
         20 YardEntered s#3 node=n step=dock
         20 HandlingStarted s#3 node=n server=1 step=dock
         30 HandlingFinished s#3 node=n step=dock
         30 LeftModel s#3 node=n",
    );
    let outcome = run(&world, 1);
    let dock = &outcome.stations["n.dock"];
    assert_eq!(dock.visits.iter().map(|v| v.wait().unwrap()).collect::<Vec<_>>(), [0, 7, 0]);
    assert_eq!(dock.visits.iter().map(|v| v.stay().unwrap()).collect::<Vec<_>>(), [10, 17, 10]);
    assert_eq!((dock.present, dock.queue, dock.busy, dock.duty, outcome.end), (37, 7, 30, 30, 30));
}

#[test]
fn the_more_urgent_stream_goes_first_whatever_its_name() {
    let mut world = hub(vec![Step::new("dock", 1, 10)], &[0, 2]);
    world.streams[0].priority = Law::Constant(2);
    world.streams.push(Stream::at("z", &[2, 5], "n"));
    tells(
        &world,
        "0 ConsignmentCreated s#1 mass=0 priority=2
         0 YardEntered s#1 node=n step=dock
         0 HandlingStarted s#1 node=n server=1 step=dock
         2 ConsignmentCreated s#2 mass=0 priority=2
         2 ConsignmentCreated z#1 mass=0 priority=1
         2 YardEntered z#1 node=n step=dock
         2 YardEntered s#2 node=n step=dock
         5 ConsignmentCreated z#2 mass=0 priority=1
         5 YardEntered z#2 node=n step=dock
         10 HandlingFinished s#1 node=n step=dock
         10 LeftModel s#1 node=n
         10 HandlingStarted z#1 node=n server=1 step=dock
         20 HandlingFinished z#1 node=n step=dock
         20 LeftModel z#1 node=n
         20 HandlingStarted z#2 node=n server=1 step=dock
         30 HandlingFinished z#2 node=n step=dock
         30 LeftModel z#2 node=n
         30 HandlingStarted s#2 node=n server=1 step=dock
         40 HandlingFinished s#2 node=n step=dock
         40 LeftModel s#2 node=n",
    );
}

#[test]
fn work_that_ends_as_the_outage_begins_is_complete_and_the_next_waits() {
    let mut world = hub(vec![Step::new("dock", 1, 10)], &[0, 1]);
    world.disruptions = vec![closed("storm", "n.dock", 10, 5)];
    tells(
        &world,
        "0 ConsignmentCreated s#1 mass=0 priority=1
         0 YardEntered s#1 node=n step=dock
         0 HandlingStarted s#1 node=n server=1 step=dock
         1 ConsignmentCreated s#2 mass=0 priority=1
         1 YardEntered s#2 node=n step=dock
         10 HandlingFinished s#1 node=n step=dock
         10 LeftModel s#1 node=n
         10 StepClosed n.dock
         15 StepOpened n.dock
         15 HandlingStarted s#2 node=n server=1 step=dock
         25 HandlingFinished s#2 node=n step=dock
         25 LeftModel s#2 node=n",
    );
}

#[test]
fn a_pause_within_a_pause_ends_when_both_do() {
    let mut world = hub(vec![Step::new("dock", 1, 10)], &[0]);
    world.disruptions = vec![closed("b", "n", 4, 10), closed("a", "n.dock", 8, 12), closed("c", "n", 12, 4)];
    // The node is down in [4, 16), the step in [8, 20): 4 of 10 seconds are done before, 6 after.
    tells(
        &world,
        "0 ConsignmentCreated s#1 mass=0 priority=1
         0 YardEntered s#1 node=n step=dock
         0 HandlingStarted s#1 node=n server=1 step=dock
         4 NodeClosed n
         4 HandlingPaused s#1 node=n step=dock
         8 StepClosed n.dock
         16 NodeOpened n
         20 StepOpened n.dock
         20 HandlingResumed s#1 node=n step=dock
         26 HandlingFinished s#1 node=n step=dock
         26 LeftModel s#1 node=n",
    );
    let visit = &run(&world, 1).stations["n.dock"].visits[0];
    assert_eq!((visit.worked, visit.paused, visit.stay()), (10, 16, Some(26)));
}

#[test]
fn finish_lets_work_end_and_requeue_keeps_the_work_done() {
    let mut world = hub(vec![Step::new("dock", 1, 10)], &[0]);
    world.nodes[0].on_outage = Some(OnOutage::Requeue);
    world.nodes.push(Node {
        steps: vec![Step { on_outage: Some(OnOutage::Finish), ..Step::new("gate", 1, 10) }],
        ..Node::new("m", Kind::Hub)
    });
    world.streams.push(Stream::at("t", &[0], "m"));
    // One more, and more urgent, comes while the hub is closed: it goes before the one that goes back to the line.
    world.streams.push(Stream { priority: Law::Constant(0), ..Stream::at("u", &[5], "n") });
    world.disruptions = vec![closed("a", "n", 4, 4), closed("b", "m", 4, 20)];
    tells(
        &world,
        "0 ConsignmentCreated s#1 mass=0 priority=1
         0 ConsignmentCreated t#1 mass=0 priority=1
         0 YardEntered t#1 node=m step=gate
         0 YardEntered s#1 node=n step=dock
         0 HandlingStarted t#1 node=m server=1 step=gate
         0 HandlingStarted s#1 node=n server=1 step=dock
         4 NodeClosed n
         4 HandlingRequeued s#1 node=n step=dock
         4 NodeClosed m
         5 ConsignmentCreated u#1 mass=0 priority=0
         5 YardEntered u#1 node=n step=dock
         8 NodeOpened n
         8 HandlingStarted u#1 node=n server=1 step=dock
         10 HandlingFinished t#1 node=m step=gate
         10 LeftModel t#1 node=m
         18 HandlingFinished u#1 node=n step=dock
         18 LeftModel u#1 node=n
         18 HandlingStarted s#1 node=n server=1 step=dock
         24 HandlingFinished s#1 node=n step=dock
         24 LeftModel s#1 node=n",
    );
}

#[test]
fn a_yard_of_one_holds_the_others_at_the_gate_in_the_order_of_choice() {
    let mut world = hub(vec![Step::new("dock", 1, 10)], &[0, 1]);
    world.nodes[0].yard = Limit::number(1);
    world.streams[0].priority = Law::Constant(2);
    world.streams.push(Stream::at("urgent", &[4], "n"));
    tells(
        &world,
        "0 ConsignmentCreated s#1 mass=0 priority=2
         0 YardEntered s#1 node=n step=dock
         0 HandlingStarted s#1 node=n server=1 step=dock
         1 ConsignmentCreated s#2 mass=0 priority=2
         1 HeldAtGate s#2 node=n
         4 ConsignmentCreated urgent#1 mass=0 priority=1
         4 HeldAtGate urgent#1 node=n
         10 HandlingFinished s#1 node=n step=dock
         10 LeftModel s#1 node=n
         10 YardEntered urgent#1 node=n step=dock
         10 HandlingStarted urgent#1 node=n server=1 step=dock
         20 HandlingFinished urgent#1 node=n step=dock
         20 LeftModel urgent#1 node=n
         20 YardEntered s#2 node=n step=dock
         20 HandlingStarted s#2 node=n server=1 step=dock
         30 HandlingFinished s#2 node=n step=dock
         30 LeftModel s#2 node=n",
    );
    let visit = &run(&world, 1).stations["n.dock"].visits[1];
    assert_eq!((visit.gate, visit.line, visit.worked), (19, 0, 10));
}

#[test]
fn in_tandem_a_full_yard_blocks_the_server_before_it() {
    let narrow = Step { yard: Limit::number(1), ..Step::new("a", 1, 20) };
    let world = hub(vec![Step::new("b", 1, 5), narrow], &[0, 0, 0]);
    // b passes #1 on at 5; #2 is done at 10 and keeps b's server until a is empty at 25; #3 follows in the same way.
    tells(
        &world,
        "0 ConsignmentCreated s#1 mass=0 priority=1
         0 ConsignmentCreated s#2 mass=0 priority=1
         0 ConsignmentCreated s#3 mass=0 priority=1
         0 YardEntered s#1 node=n step=b
         0 YardEntered s#2 node=n step=b
         0 YardEntered s#3 node=n step=b
         0 HandlingStarted s#1 node=n server=1 step=b
         5 HandlingFinished s#1 node=n step=b
         5 YardEntered s#1 node=n step=a
         5 HandlingStarted s#1 node=n server=1 step=a
         5 HandlingStarted s#2 node=n server=1 step=b
         10 HandlingFinished s#2 node=n step=b
         10 Blocked s#2 node=n step=b
         25 HandlingFinished s#1 node=n step=a
         25 LeftModel s#1 node=n
         25 YardEntered s#2 node=n step=a
         25 HandlingStarted s#2 node=n server=1 step=a
         25 HandlingStarted s#3 node=n server=1 step=b
         30 HandlingFinished s#3 node=n step=b
         30 Blocked s#3 node=n step=b
         45 HandlingFinished s#2 node=n step=a
         45 LeftModel s#2 node=n
         45 YardEntered s#3 node=n step=a
         45 HandlingStarted s#3 node=n server=1 step=a
         65 HandlingFinished s#3 node=n step=a
         65 LeftModel s#3 node=n",
    );
    let visit = &run(&world, 1).stations["n.b"].visits[1];
    assert_eq!((visit.line, visit.worked, visit.blocked), (5, 5, 15));
}

/// `o` to `h` by a clocked road, with the departures given.
fn clocked(departures: Departures) -> World {
    let mut world = World::new();
    world.nodes = vec![Node::new("o", Kind::Origin), Node::new("h", Kind::Handover)];
    world.legs = vec![Leg { departures: Some(departures), ..Leg::road("o", "h", 7) }];
    world
}

#[test]
fn what_does_not_fit_lets_a_smaller_later_one_go_unless_strict() {
    let mut departures = Departures { capacity: Limit::mass(10), ..Departures::every(10) };
    let mut world = clocked(departures.clone());
    let mass = |name: &str, at: i64, mass: i64| Stream {
        goods: Goods::Mass(Law::Constant(mass)),
        ..Stream::at(name, &[at], "o")
    };
    world.streams = vec![mass("x", 1, 6), mass("y", 2, 8), mass("z", 10, 4)];
    // z comes at the instant of the departure (phase 3 before 5), and is on it.
    let created = "1 ConsignmentCreated x#1 mass=6 priority=1
         2 ConsignmentCreated y#1 mass=8 priority=1
         10 ConsignmentCreated z#1 mass=4 priority=1\n";
    let loose = "10 ConvoyDispatched o:h:road#1 leg=o:h:road load=2
         10 LegDeparted x#1 leg=o:h:road transit=7
         10 LegDeparted z#1 leg=o:h:road transit=7
         17 LegArrived x#1 leg=o:h:road
         17 HandedOver x#1 node=h
         17 LegArrived z#1 leg=o:h:road
         17 HandedOver z#1 node=h
         20 ConvoyDispatched o:h:road#2 leg=o:h:road load=1
         20 LegDeparted y#1 leg=o:h:road transit=7
         27 LegArrived y#1 leg=o:h:road
         27 HandedOver y#1 node=h";
    tells(&world, &format!("{created}{loose}"));
    departures.strict = true;
    world.legs[0].departures = Some(departures);
    let strict = "10 ConvoyDispatched o:h:road#1 leg=o:h:road load=1
         10 LegDeparted x#1 leg=o:h:road transit=7
         17 LegArrived x#1 leg=o:h:road
         17 HandedOver x#1 node=h
         20 ConvoyDispatched o:h:road#2 leg=o:h:road load=1
         20 LegDeparted y#1 leg=o:h:road transit=7
         27 LegArrived y#1 leg=o:h:road
         27 HandedOver y#1 node=h
         30 ConvoyDispatched o:h:road#3 leg=o:h:road load=1
         30 LegDeparted z#1 leg=o:h:road transit=7
         37 LegArrived z#1 leg=o:h:road
         37 HandedOver z#1 node=h";
    tells(&world, &format!("{created}{strict}"));
}

#[test]
fn a_departure_is_skipped_while_its_leg_or_its_origin_is_closed_and_empty_below_its_least_load() {
    let mut world = clocked(Departures { min_load: Limit::number(2), first: Some(-5), ..Departures::every(10) });
    world.streams = vec![Stream::at("s", &[0, 20], "o")];
    world.disruptions = vec![closed("a", "o", 21, 10), closed("b", "o:h:road", 35, 1)];
    tells(
        &world,
        "0 ConsignmentCreated s#1 mass=0 priority=1
         5 DepartureEmpty o:h:road leg=o:h:road
         15 DepartureEmpty o:h:road leg=o:h:road
         20 ConsignmentCreated s#2 mass=0 priority=1
         21 NodeClosed o
         25 DepartureSkipped o:h:road leg=o:h:road
         31 NodeOpened o
         35 LegClosed o:h:road
         35 DepartureSkipped o:h:road leg=o:h:road
         36 LegOpened o:h:road
         45 ConvoyDispatched o:h:road#1 leg=o:h:road load=2
         45 LegDeparted s#1 leg=o:h:road transit=7
         45 LegDeparted s#2 leg=o:h:road transit=7
         52 LegArrived s#1 leg=o:h:road
         52 HandedOver s#1 node=h
         52 LegArrived s#2 leg=o:h:road
         52 HandedOver s#2 node=h",
    );
    let leg = &run(&world, 1).legs["o:h:road"];
    assert_eq!(leg.visits.iter().map(|v| v.wait().unwrap()).collect::<Vec<_>>(), [45, 25]);
    assert_eq!((leg.present, leg.queue, leg.busy, leg.up), (84, 70, 14, 51));
}

#[test]
fn a_free_leg_that_was_closed_lets_all_go_as_it_opens_in_the_order_of_choice() {
    let mut world = clocked(Departures::every(1));
    world.legs[0].departures = None;
    world.streams = vec![
        Stream { priority: Law::Constant(3), ..Stream::at("a", &[0, 10], "o") },
        Stream { priority: Law::Constant(2), ..Stream::at("b", &[1], "o") },
    ];
    world.disruptions = vec![closed("a", "o:h:road", 0, 10)];
    // a#2 comes (phase 3) to an open leg, and need not wait for the departures of phase 5.
    tells(
        &world,
        "0 LegClosed o:h:road
         0 ConsignmentCreated a#1 mass=0 priority=3
         1 ConsignmentCreated b#1 mass=0 priority=2
         10 LegOpened o:h:road
         10 ConsignmentCreated a#2 mass=0 priority=3
         10 LegDeparted a#2 leg=o:h:road transit=7
         10 LegDeparted b#1 leg=o:h:road transit=7
         10 LegDeparted a#1 leg=o:h:road transit=7
         17 LegArrived b#1 leg=o:h:road
         17 HandedOver b#1 node=h
         17 LegArrived a#1 leg=o:h:road
         17 HandedOver a#1 node=h
         17 LegArrived a#2 leg=o:h:road
         17 HandedOver a#2 node=h",
    );
}

#[test]
fn a_full_yard_diverts_refuses_or_overflows() {
    let mut world = hub(vec![Step::new("dock", 1, 10)], &[0, 1]);
    world.nodes[0].yard = Limit::number(1);
    world.nodes[0].when_full = WhenFull::Divert("m".into());
    let steps = vec![Step { yard: Limit::number(1), when_full: WhenFull::Refuse, ..Step::new("dock", 1, 20) }];
    world.nodes.push(Node { steps, ..Node::new("m", Kind::Hub) });
    world.streams.push(Stream::at("t", &[2], "m"));
    tells(
        &world,
        "0 ConsignmentCreated s#1 mass=0 priority=1
         0 YardEntered s#1 node=n step=dock
         0 HandlingStarted s#1 node=n server=1 step=dock
         1 ConsignmentCreated s#2 mass=0 priority=1
         1 Diverted s#2 node=n to=m
         1 YardEntered s#2 node=m step=dock
         1 HandlingStarted s#2 node=m server=1 step=dock
         2 ConsignmentCreated t#1 mass=0 priority=1
         2 Refused t#1 node=m
         10 HandlingFinished s#1 node=n step=dock
         10 LeftModel s#1 node=n
         21 HandlingFinished s#2 node=m step=dock
         21 LeftModel s#2 node=m",
    );
    let outcome = run(&world, 1);
    assert_eq!(outcome.stations["n.dock"].visits[1].fate, Fate::Diverted);
    assert_eq!(outcome.stations["m.dock"].visits[1].fate, Fate::Refused);
    world.nodes[0].when_full = WhenFull::Overflow;
    world.streams.pop();
    tells(
        &world,
        "0 ConsignmentCreated s#1 mass=0 priority=1
         0 YardEntered s#1 node=n step=dock
         0 HandlingStarted s#1 node=n server=1 step=dock
         1 ConsignmentCreated s#2 mass=0 priority=1
         1 OverflowAccepted s#2 node=n
         1 YardEntered s#2 node=n step=dock
         10 HandlingFinished s#1 node=n step=dock
         10 LeftModel s#1 node=n
         10 HandlingStarted s#2 node=n server=1 step=dock
         20 HandlingFinished s#2 node=n step=dock
         20 LeftModel s#2 node=n",
    );
}

#[test]
fn a_repeat_joins_anew_behind_those_that_came_meanwhile() {
    let mut world = hub(vec![Step { repeat: 999_999, ..Step::new("dock", 1, 10) }], &[0, 3]);
    world.nodes[0].yard = Limit::number(2);
    world.end = Some(30);
    tells(
        &world,
        "0 ConsignmentCreated s#1 mass=0 priority=1
         0 YardEntered s#1 node=n step=dock
         0 HandlingStarted s#1 node=n server=1 step=dock
         3 ConsignmentCreated s#2 mass=0 priority=1
         3 YardEntered s#2 node=n step=dock
         10 HandlingFinished s#1 node=n step=dock
         10 YardEntered s#1 node=n step=dock
         10 HandlingStarted s#2 node=n server=1 step=dock
         20 HandlingFinished s#2 node=n step=dock
         20 YardEntered s#2 node=n step=dock
         20 HandlingStarted s#1 node=n server=1 step=dock",
    );
    // #1 in [0, 30) and #2 in [3, 30).
    let dock = &run(&world, 1).stations["n.dock"];
    assert_eq!((dock.visits.len(), dock.present, dock.busy), (4, 57, 30));
}

#[test]
fn fewer_servers_leave_from_the_highest_number_and_busy_ones_finish() {
    let mut world = hub(vec![Step::new("dock", 2, 10)], &[0, 0, 0, 0]);
    world.nodes[0].steps[0].servers = Servers::Calendar(vec![(0, 2), (5, 1), (25, 2)]);
    let told: Vec<String> = run(&world, 1).events.iter().map(ToString::to_string).collect();
    let starts: Vec<&str> = told.iter().map(String::as_str).filter(|line| line.contains("Started")).collect();
    assert_eq!(
        starts,
        [
            "0 HandlingStarted s#1 node=n server=1 step=dock",
            "0 HandlingStarted s#2 node=n server=2 step=dock",
            "10 HandlingStarted s#3 node=n server=1 step=dock",
            "20 HandlingStarted s#4 node=n server=1 step=dock",
        ]
    );
}

#[test]
fn the_backlog_is_recorded_at_its_date_and_enters_at_the_start_oldest_first() {
    let mut world = hub(vec![Step::new("dock", 1, 10)], &[-5, 0]);
    world.streams.push(Stream::at("r", &[-3], "n"));
    tells(
        &world,
        "-5 ConsignmentCreated s#1 mass=0 priority=1
         -3 ConsignmentCreated r#1 mass=0 priority=1
         0 ConsignmentCreated s#2 mass=0 priority=1
         0 YardEntered s#1 node=n step=dock
         0 YardEntered r#1 node=n step=dock
         0 YardEntered s#2 node=n step=dock
         0 HandlingStarted s#1 node=n server=1 step=dock
         10 HandlingFinished s#1 node=n step=dock
         10 LeftModel s#1 node=n
         10 HandlingStarted r#1 node=n server=1 step=dock
         20 HandlingFinished r#1 node=n step=dock
         20 LeftModel r#1 node=n
         20 HandlingStarted s#2 node=n server=1 step=dock
         30 HandlingFinished s#2 node=n step=dock
         30 LeftModel s#2 node=n",
    );
    // They come to the dock in phase 3, stream by stream: r#1, s#1, s#2.
    let waits = run(&world, 1).stations["n.dock"].visits.iter().map(|v| v.wait().unwrap()).collect::<Vec<_>>();
    assert_eq!(waits, [13, 5, 20]);
}

#[test]
fn hours_close_as_outages_do_and_clocks_alone_keep_nothing_alive() {
    let mut world = hub(vec![Step::new("dock", 1, 100)], &[0]);
    world.nodes[0].hours = Some(Hours { first: 0, last: 4, opens: 1, closes: 2 });
    // Monday: 60 of the 100 seconds from 00:01 to 00:02; Tuesday the other 40.
    tells(
        &world,
        &format!(
            "0 NodeClosed n
             0 ConsignmentCreated s#1 mass=0 priority=1
             0 YardEntered s#1 node=n step=dock
             60 NodeOpened n
             60 HandlingStarted s#1 node=n server=1 step=dock
             120 NodeClosed n
             120 HandlingPaused s#1 node=n step=dock
             {} NodeOpened n
             {} HandlingResumed s#1 node=n step=dock
             {} HandlingFinished s#1 node=n step=dock
             {} LeftModel s#1 node=n",
            DAY + 60,
            DAY + 60,
            DAY + 100,
            DAY + 100
        ),
    );
}

#[test]
fn the_default_way_is_the_fastest_and_a_node_without_steps_or_leg_is_passed_at_once() {
    let mut world = World::new();
    world.nodes = vec![
        Node::new("a", Kind::Origin),
        Node { steps: vec![Step::new("dock", 1, 9)], next: Next::To("h".into()), ..Node::new("slow", Kind::Hub) },
        Node { next: Next::To("pass".into()), ..Node::new("via", Kind::Hub) },
        Node { next: Next::To("h".into()), ..Node::new("pass", Kind::Hub) },
        Node::new("h", Kind::Handover),
    ];
    world.legs =
        vec![Leg::road("a", "slow", 1), Leg::road("slow", "h", 1), Leg::road("a", "via", 5), Leg::road("via", "h", 5)];
    world.streams = vec![Stream::at("s", &[0], "a")];
    // 1 + 9 + 1 against 5 + 5. From `via` its own `next` rules: to `pass`, where no leg leads, and on to `h`, as suddenly.
    tells(
        &world,
        "0 ConsignmentCreated s#1 mass=0 priority=1
         0 LegDeparted s#1 leg=a:via:road transit=5
         5 LegArrived s#1 leg=a:via:road
         5 NodeReached s#1 node=pass
         5 NodeReached s#1 node=h
         5 HandedOver s#1 node=h",
    );
}

#[test]
fn factors_change_what_starts_later_and_round_once_half_up() {
    let mut world = hub(vec![Step::new("dock", 1, 5)], &[0, 1]);
    let slow = |name: &str, factor| Disruption { effect: Effect::Time(factor), ..closed(name, "n", 2, 10) };
    world.disruptions = vec![slow("a", 1_500_000), slow("b", 1_500_000)];
    // #1 started before; #2 takes 5 * 2.25 = 11.25.
    let ends: Vec<i64> =
        run(&world, 1).events.iter().filter(|e| e.kind == "HandlingFinished").map(|event| event.time).collect();
    assert_eq!(ends, [5, 16]);
}

#[test]
fn entries_go_by_the_name_of_the_place_so_that_room_can_come_too_late_and_still_at_once() {
    // Step a is passed first; its yard holds one. At 10 #1 is done with a and #2 comes: the entry to a goes before the entry
    // to b, which frees it.
    let a = Step { yard: Limit::number(1), ..Step::new("a", 1, 10) };
    let mut world = hub(vec![a, Step::new("b", 1, 5)], &[0, 10]);
    let to_the_end = "10 HandlingStarted s#2 node=n server=1 step=a
         10 HandlingStarted s#1 node=n server=1 step=b
         15 HandlingFinished s#1 node=n step=b
         15 LeftModel s#1 node=n
         20 HandlingFinished s#2 node=n step=a
         20 YardEntered s#2 node=n step=b
         20 HandlingStarted s#2 node=n server=1 step=b
         25 HandlingFinished s#2 node=n step=b
         25 LeftModel s#2 node=n";
    let to_ten = "0 ConsignmentCreated s#1 mass=0 priority=1
         0 YardEntered s#1 node=n step=a
         0 HandlingStarted s#1 node=n server=1 step=a
         10 HandlingFinished s#1 node=n step=a
         10 ConsignmentCreated s#2 mass=0 priority=1\n";
    let late = "10 HeldAtGate s#2 node=n
         10 YardEntered s#1 node=n step=b
         10 YardEntered s#2 node=n step=a\n";
    tells(&world, &format!("{to_ten}{late}{to_the_end}"));
    // Where the second step comes first by name, the room is there in time.
    world.nodes[0].steps[0].name = "z".into();
    let in_time = "10 YardEntered s#1 node=n step=b
         10 YardEntered s#2 node=n step=a
         10 HandlingStarted s#1 node=n server=1 step=b
         10 HandlingStarted s#2 node=n server=1 step=a\n";
    let rest = to_the_end.lines().skip(2).collect::<Vec<_>>().join("\n");
    tells(&world, &format!("{to_ten}{in_time}{rest}").replace("step=a", "step=z"));
}

#[test]
fn a_tie_of_four_kinds_goes_phase_by_phase() {
    // At 10: s#1 is done (1) and takes the free road, the road shuts (2), s#2 and t#1 come (3); the
    // clocked leg leaves with t#1 (5), which is there at once (1), so that both enter (6) before the dock starts anyone.
    let mut world = hub(vec![Step::new("dock", 1, 10)], &[0, 10]);
    world.nodes[0].next = Next::To("h".into());
    world.nodes.push(Node { next: Next::To("o:n:road".into()), ..Node::new("o", Kind::Origin) });
    world.nodes.push(Node::new("h", Kind::Handover));
    world.legs =
        vec![Leg::road("n", "h", 3), Leg { departures: Some(Departures::every(10)), ..Leg::road("o", "n", 0) }];
    world.streams.push(Stream { priority: Law::Constant(0), ..Stream::at("t", &[10], "o") });
    world.disruptions = vec![closed("shut", "n:h:road", 10, 15)];
    world.end = Some(31);
    tells(
        &world,
        "0 ConsignmentCreated s#1 mass=0 priority=1
         0 YardEntered s#1 node=n step=dock
         0 HandlingStarted s#1 node=n server=1 step=dock
         10 HandlingFinished s#1 node=n step=dock
         10 LegDeparted s#1 leg=n:h:road transit=3
         10 LegClosed n:h:road
         10 ConsignmentCreated s#2 mass=0 priority=1
         10 ConsignmentCreated t#1 mass=0 priority=0
         10 ConvoyDispatched o:n:road#1 leg=o:n:road load=1
         10 LegDeparted t#1 leg=o:n:road transit=0
         10 LegArrived t#1 leg=o:n:road
         10 YardEntered t#1 node=n step=dock
         10 YardEntered s#2 node=n step=dock
         10 HandlingStarted t#1 node=n server=1 step=dock
         13 LegArrived s#1 leg=n:h:road
         13 HandedOver s#1 node=h
         20 HandlingFinished t#1 node=n step=dock
         20 DepartureEmpty o:n:road leg=o:n:road
         20 HandlingStarted s#2 node=n server=1 step=dock
         25 LegOpened n:h:road
         25 LegDeparted t#1 leg=n:h:road transit=3
         28 LegArrived t#1 leg=n:h:road
         28 HandedOver t#1 node=h
         30 HandlingFinished s#2 node=n step=dock
         30 LegDeparted s#2 leg=n:h:road transit=3
         30 DepartureEmpty o:n:road leg=o:n:road",
    );
}

#[test]
fn a_share_of_the_capacity_takes_the_highest_servers_and_rounds_halves_up() {
    let mut world = hub(vec![Step::new("dock", 3, 10)], &[1, 1, 1, 20]);
    let half = Disruption { effect: Effect::Capacity(500_000), ..closed("half", "n", 0, 15) };
    let none = Disruption { effect: Effect::Capacity(0), ..closed("none", "n.dock", 20, 5) };
    world.disruptions = vec![half, none];
    let starts: Vec<(i64, String)> = run(&world, 1)
        .events
        .iter()
        .filter(|event| event.kind == "HandlingStarted")
        .map(|event| (event.time, event.object.clone()))
        .collect();
    let expected = [(1, "s#1"), (1, "s#2"), (11, "s#3"), (25, "s#4")];
    assert_eq!(starts, expected.map(|(at, name)| (at, name.to_string())));
}
