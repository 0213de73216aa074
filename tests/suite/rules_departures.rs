//! Rules of departures, by hand: timetables, loads, and who boards.

use crate::reference::world::{
    Departures, Discipline, Goods, Kind, Law, Leg, Limit, Next, Node, Servers, Step, Stream, World, to_toml,
};
use crate::support::{Unit, closed, figures, run, stream, tells, tells_of};

/// A leg `l` of 3 s from `n` to the handover node `h` with these departures.
fn clocked(departures: Departures) -> World {
    let mut world = World::new();
    world.nodes =
        vec![Node { next: Next::To("h".into()), ..Node::new("n", Kind::Origin) }, Node::new("h", Kind::Handover)];
    world.legs = vec![Leg { name: Some("l".into()), departures: Some(departures), ..Leg::road("n", "h", 3) }];
    world
}

fn weighing(name: &str, at: i64, mass: i64) -> Stream {
    Stream { goods: Goods::Mass(Law::Constant(mass)), ..stream(name, &[at], 1) }
}

/// Instants and loads of the departures that leave.
fn loads(world: &World) -> Vec<(i64, i64)> {
    let done = run(&to_toml(world), 1);
    done.numbers("ConvoyDispatched", "t").into_iter().zip(done.numbers("ConvoyDispatched", "load")).collect()
}

#[test]
fn the_first_departure_is_one_interval_after_the_start_or_when_it_says() {
    let firsts = |first: Option<i64>| {
        let mut world = clocked(Departures { first, ..Departures::every(10) });
        world.streams = vec![stream("s", &[0, 1, 2, 3, 4, 5, 13, 14], 1)];
        loads(&world)
    };
    assert_eq!(firsts(None), [(10, 6), (20, 2)]);
    assert_eq!(firsts(Some(2)), [(2, 3), (12, 3), (22, 2)]);
    assert_eq!(firsts(Some(0)), [(0, 1), (10, 5), (20, 2)]);
    // Of a timetable from before the start the instants from the start on count: -27, -17, -7, 3.
    assert_eq!(firsts(Some(-27)), [(3, 4), (13, 3), (23, 1)]);
    assert_eq!(firsts(Some(-20)), [(0, 1), (10, 5), (20, 2)]);
}

#[test]
fn each_instant_of_the_timetable_is_told() {
    let mut world = clocked(Departures { min_load: Limit::number(2), ..Departures::every(10) });
    world.streams = vec![stream("s", &[5, 25, 45], 1)];
    world.disruptions = vec![closed("l", 30, 1), closed("n", 38, 5)];
    tells(
        &to_toml(&World { end: Some(80), ..world }),
        "5: s#1 comes
         10: l empty
         20: l empty
         25: s#2 comes
         30: l skipped
         38: n down
         40: l skipped
         43: n up
         45: s#3 comes
         50: l takes 3, s#1 departs, s#2 departs, s#3 departs
         53: s#1 arrives, s#1 handed over, s#2 arrives, s#2 handed over, s#3 arrives, s#3 handed over
         60: l empty
         70: l empty",
    );
}

#[test]
fn a_departure_takes_up_to_its_capacity_in_the_order_of_choice() {
    let mut world = clocked(Departures { capacity: Limit::number(2), ..Departures::every(10) });
    world.streams = vec![stream("c", &[1], 2), stream("b", &[2], 2), stream("a", &[2], 2), stream("u", &[9], 1)];
    // The most urgent, then who was ready first, then by name.
    tells(
        &to_toml(&world),
        "1: c#1 comes
         2: a#1 comes, b#1 comes
         9: u#1 comes
         10: l takes 2, u#1 departs, c#1 departs
         13: u#1 arrives, u#1 handed over, c#1 arrives, c#1 handed over
         20: l takes 2, a#1 departs, b#1 departs
         23: a#1 arrives, a#1 handed over, b#1 arrives, b#1 handed over",
    );
}

#[test]
fn a_leg_is_joined_when_ready() {
    let mut world = clocked(Departures { capacity: Limit::number(1), ..Departures::every(20) });
    world.nodes[0].steps = vec![Step::new("d", 1, 5)];
    world.nodes[0].next = Next::To("m".into());
    world.nodes.push(Node { next: Next::To("h".into()), ..Node::new("m", Kind::Hub) });
    world.legs[0].from = "m".into();
    world.streams = vec![stream("a", &[0], 1), Stream { enters: "m".into(), ..stream("b", &[3], 1) }];
    // a#1 came first to the model, and is ready at 5; b#1 is at 3.
    tells(
        &to_toml(&world),
        "0: a#1 comes, a#1 enters d, a#1 starts at 1
         3: b#1 comes
         5: a#1 done d
         20: l takes 1, b#1 departs
         23: b#1 arrives, b#1 handed over
         40: l takes 1, a#1 departs
         43: a#1 arrives, a#1 handed over",
    );
}

#[test]
fn a_capacity_may_be_of_number_and_of_mass() {
    let mut world =
        clocked(Departures { capacity: Limit { number: Some(3), mass: Some(10) }, ..Departures::every(10) });
    let goods = [("a", 6), ("b", 5), ("c", 1), ("d", 1), ("e", 1)];
    world.streams = goods.map(|(name, mass)| weighing(name, 1, mass)).to_vec();
    // 6 + 1 + 1 kg are three; then 5 + 1.
    assert_eq!(loads(&world), [(10, 3), (20, 2)]);
    world.legs[0].departures.as_mut().expect("it is clocked").capacity = Limit::mass(12);
    // 6 + 5 + 1 kg fill it; then 1 + 1.
    assert_eq!(loads(&world), [(10, 3), (20, 2)]);
}

#[test]
fn a_least_load_may_be_of_number_and_of_mass() {
    let with = |min_load: Limit| {
        let mut world = clocked(Departures { min_load, ..Departures::every(10) });
        let goods = [("a", 1, 9), ("b", 11, 1), ("c", 21, 2), ("d", 31, 1)];
        world.streams = goods.map(|(name, at, mass)| weighing(name, at, mass)).to_vec();
        loads(&World { end: Some(100), ..world })
    };
    assert_eq!(with(Limit::number(2)), [(20, 2), (40, 2)]);
    assert_eq!(with(Limit::mass(10)), [(20, 2)]);
    assert_eq!(with(Limit { number: Some(2), mass: Some(12) }), [(30, 3)]);
    assert_eq!(with(Limit { number: Some(4), mass: Some(12) }), [(40, 4)]);
}

#[test]
fn the_least_load_is_of_what_boards() {
    let departures =
        Departures { capacity: Limit::mass(10), min_load: Limit::mass(8), strict: true, ..Departures::every(10) };
    let mut world = clocked(departures);
    // 5 kg are ready, and 9 kg behind them do not fit with them: 5 are not enough. A third of 3 kg is held back.
    world.streams = vec![weighing("a", 1, 5), weighing("b", 2, 9), weighing("c", 3, 3)];
    world.end = Some(25);
    assert_eq!(loads(&world), []);
    world.legs[0].departures.as_mut().expect("it is clocked").strict = false;
    assert_eq!(loads(&world), [(10, 2), (20, 1)]);
}

#[test]
fn who_boards_first_is_the_discipline_of_the_departures() {
    let order = |discipline: Discipline| -> Vec<String> {
        let departures = Departures { capacity: Limit::number(1), discipline, ..Departures::every(10) };
        let mut world = clocked(departures);
        world.nodes[0].steps = vec![Step { servers: Servers::Unlimited, ..Step::new("p", 1, 0) }];
        world.streams = vec![stream("a", &[1], 3), stream("b", &[2], 1), stream("c", &[3], 2), stream("d", &[3], 2)];
        let mut text = to_toml(&world);
        for (name, within) in [("c", 50), ("d", 40)] {
            let entry = format!("name = \"{name}\"\n");
            text = text.replace(&entry, &format!("{entry}needed_within = \"{within} s\"\n"));
        }
        run(&text, 1).texts("LegDeparted", "object")
    };
    assert_eq!(order(Discipline::Priority), ["b#1", "c#1", "d#1", "a#1"]);
    assert_eq!(order(Discipline::Fifo), ["a#1", "b#1", "c#1", "d#1"]);
    assert_eq!(order(Discipline::Lifo), ["c#1", "d#1", "b#1", "a#1"]);
    assert_eq!(order(Discipline::EarliestDue), ["d#1", "c#1", "b#1", "a#1"]);
}

#[test]
fn a_transit_is_drawn_for_the_departure_or_for_each() {
    let spread = |each: bool, clock: bool| -> Vec<i64> {
        let mut world = clocked(Departures { each, ..Departures::every(10) });
        world.legs[0].transit = Law::Uniform(1, 1_000_000);
        world.streams = vec![stream("s", &[0; 8], 1)];
        world.legs[0].departures.take_if(|_| !clock);
        run(&to_toml(&world), 1).numbers("LegDeparted", "transit")
    };
    let distinct = |found: Vec<i64>| found.into_iter().collect::<std::collections::BTreeSet<i64>>().len();
    assert_eq!(distinct(spread(false, true)), 1);
    assert_eq!(distinct(spread(true, true)), 8);
    // The same eight as where each leaves by itself: they are the consignments' own.
    assert_eq!(spread(true, true), spread(false, false));
}

#[test]
fn goods_of_a_leg_without_departures_leave_at_once() {
    let mut world = clocked(Departures::every(10));
    world.legs[0].departures = None;
    world.streams = vec![stream("s", &[1, 1, 4], 1)];
    let done = tells(
        &to_toml(&world),
        "1: s#1 comes, s#1 departs, s#2 comes, s#2 departs
         4: s#1 arrives, s#1 handed over, s#2 arrives, s#2 handed over, s#3 comes, s#3 departs
         7: s#3 arrives, s#3 handed over",
    );
    figures(&done, "legs.l", &[("departures", 3.0), ("wait_max", 0.0), ("stay_mean", 3.0), ("queue_max", 0.0)]);
}

#[test]
fn a_convoy_leaves_in_one_turn_in_the_order_of_boarding() {
    let mut world = clocked(Departures::every(10));
    world.streams = vec![stream("b", &[1], 1), stream("a", &[2], 1)];
    let done = tells_of(
        &to_toml(&world),
        Unit::Seconds,
        &["ConvoyDispatched", "LegDeparted"],
        "10: l takes 2, b#1 departs, a#1 departs",
    );
    let turn = done.numbers("ConvoyDispatched", "turn")[0];
    assert_eq!(done.numbers("LegDeparted", "turn"), [turn, turn]);
}
