//! Rules of stations, by hand: steps, lines, yards, repeats, servers, disciplines.

use crate::reference::world::{
    Departures, Discipline, Disruption, Effect, Goods, Kind, Law, Leg, Limit, MILLION, Next, Node, Servers, Step,
    Stream, WhenFull, to_toml,
};
use crate::support::{Unit, closed, figures, hub, run, stream, tells, tells_also, tells_of};

/// Goods of so many kilograms to `n`.
fn heavy(name: &str, at: i64, mass: i64) -> Stream {
    Stream { goods: Goods::Mass(Law::Constant(mass)), ..stream(name, &[at], 1) }
}

#[test]
fn steps_are_passed_in_the_order_of_the_file() {
    tells(
        &to_toml(&hub(vec![Step::new("z", 1, 5), Step::new("a", 1, 7)], &[0])),
        "0: s#1 comes, s#1 enters z, s#1 starts at 1
         5: s#1 done z, s#1 enters a, s#1 starts at 1
         12: s#1 done a, s#1 leaves",
    );
}

#[test]
fn a_line_is_joined_with_the_entry_to_its_yard() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[]);
    world.nodes[0].yard = Limit::mass(11);
    world.streams = vec![heavy("g", 1, 8), heavy("s", 0, 5), heavy("t", 2, 3)];
    // g#1 came before t#1, and enters at 10, after it: 5 + 8 kg are too much, 5 + 3 kg are not.
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         1: g#1 comes, g#1 held at gate
         2: t#1 comes, t#1 enters d
         10: s#1 done d, s#1 leaves, g#1 enters d, t#1 starts at 1
         20: t#1 done d, t#1 leaves, g#1 starts at 1
         30: g#1 done d, g#1 leaves",
    );
}

#[test]
fn at_the_gate_stands_first_who_is_more_urgent_then_who_came_first_then_by_name() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[0]);
    world.nodes[0].yard = Limit::number(1);
    world.streams.extend([stream("c", &[1], 2), stream("b", &[2], 2), stream("a", &[2], 2), stream("u", &[3], 1)]);
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         1: c#1 comes, c#1 held at gate
         2: a#1 comes, b#1 comes, a#1 held at gate, b#1 held at gate
         3: u#1 comes, u#1 held at gate
         10: s#1 done d, s#1 leaves, u#1 enters d, u#1 starts at 1
         20: u#1 done d, u#1 leaves, c#1 enters d, c#1 starts at 1
         30: c#1 done d, c#1 leaves, a#1 enters d, a#1 starts at 1
         40: a#1 done d, a#1 leaves, b#1 enters d, b#1 starts at 1
         50: b#1 done d, b#1 leaves",
    );
}

#[test]
fn blocked_stands_first_who_is_more_urgent_then_who_was_blocked_first() {
    let narrow = Step { yard: Limit::number(1), ..Step::new("b", 1, 20) };
    let mut world = hub(vec![Step::new("a", 4, 5), narrow], &[0]);
    world.streams.extend([stream("y", &[1], 2), stream("x", &[2], 2), stream("u", &[3], 1)]);
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters a, s#1 starts at 1
         1: y#1 comes, y#1 enters a, y#1 starts at 2
         2: x#1 comes, x#1 enters a, x#1 starts at 3
         3: u#1 comes, u#1 enters a, u#1 starts at 4
         5: s#1 done a, s#1 enters b, s#1 starts at 1
         6: y#1 done a, y#1 blocked
         7: x#1 done a, x#1 blocked
         8: u#1 done a, u#1 blocked
         25: s#1 done b, s#1 leaves, u#1 enters b, u#1 starts at 1
         45: u#1 done b, u#1 leaves, y#1 enters b, y#1 starts at 1
         65: y#1 done b, y#1 leaves, x#1 enters b, x#1 starts at 1
         85: x#1 done b, x#1 leaves",
    );
}

#[test]
fn who_is_blocked_keeps_the_server_and_who_is_at_the_gate_holds_nothing() {
    let first = Step { yard: Limit::number(1), ..Step::new("a", 1, 5) };
    let second = Step { yard: Limit::number(1), ..Step::new("b", 1, 20) };
    let world = hub(vec![first, second], &[0, 1, 11]);
    // s#2 is blocked from 10 to 25, so a has no room for s#3; each step has one at a time.
    let done = tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters a, s#1 starts at 1
         1: s#2 comes, s#2 held at gate
         5: s#1 done a, s#1 enters b, s#2 enters a, s#2 starts at 1, s#1 starts at 1
         10: s#2 done a, s#2 blocked
         11: s#3 comes, s#3 held at gate
         25: s#1 done b, s#1 leaves, s#2 enters b, s#3 enters a, s#3 starts at 1, s#2 starts at 1
         30: s#3 done a, s#3 blocked
         45: s#2 done b, s#2 leaves, s#3 enters b, s#3 starts at 1
         65: s#3 done b, s#3 leaves",
    );
    figures(&done, "stations.n.a", &[("blocked_total", 30.0), ("worked_total", 15.0), ("wait_max", 0.0)]);
}

#[test]
fn what_does_not_fit_a_yard_lets_a_smaller_later_one_in() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[]);
    world.nodes[0].yard = Limit { number: Some(3), mass: Some(10) };
    let streams = [("a", 0, 6), ("b", 1, 5), ("c", 2, 3), ("d", 3, 1), ("e", 4, 0)];
    world.streams = streams.map(|(name, at, mass)| heavy(name, at, mass)).to_vec();
    // b is too heavy; with d there are three, and e, which weighs nothing, is one too many.
    tells(
        &to_toml(&world),
        "0: a#1 comes, a#1 enters d, a#1 starts at 1
         1: b#1 comes, b#1 held at gate
         2: c#1 comes, c#1 enters d
         3: d#1 comes, d#1 enters d
         4: e#1 comes, e#1 held at gate
         10: a#1 done d, a#1 leaves, b#1 enters d, c#1 starts at 1
         20: c#1 done d, c#1 leaves, e#1 enters d, d#1 starts at 1
         30: d#1 done d, d#1 leaves, b#1 starts at 1
         40: b#1 done d, b#1 leaves, e#1 starts at 1
         50: e#1 done d, e#1 leaves",
    );
}

#[test]
fn a_yard_counts_what_is_not_ready_to_leave() {
    let mut world = hub(vec![Step::new("a", 1, 10), Step::new("b", 1, 10)], &[0, 1]);
    world.nodes[0].yard = Limit::number(1);
    world.nodes[0].next = Next::To("h".into());
    world.nodes.push(Node::new("h", Kind::Handover));
    world.legs =
        vec![Leg { name: Some("l".into()), departures: Some(Departures::every(30)), ..Leg::road("n", "h", 1) }];
    world.end = Some(40);
    // s#1 counts at both steps; done with them at 20 it waits for the leg, and s#2 enters.
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters a, s#1 starts at 1
         1: s#2 comes, s#2 held at gate
         10: s#1 done a, s#1 enters b, s#1 starts at 1
         20: s#1 done b, s#2 enters a, s#2 starts at 1
         30: s#2 done a, l takes 1, s#1 departs, s#2 enters b, s#2 starts at 1
         31: s#1 arrives, s#1 handed over",
    );
}

#[test]
fn the_rule_of_a_full_node_goes_before_that_of_its_step() {
    let a = Step { yard: Limit::number(1), when_full: WhenFull::Divert("m".into()), ..Step::new("a", 1, 10) };
    let mut world = hub(vec![a, Step::new("b", 1, 20)], &[0, 1, 11, 12]);
    (world.nodes[0].yard, world.nodes[0].when_full) = (Limit::number(2), WhenFull::Refuse);
    world.nodes.push(Node { steps: vec![Step::new("e", 1, 1)], ..Node::new("m", Kind::Hub) });
    // At 1 only a is full; at 12 both are.
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters a, s#1 starts at 1
         1: s#2 comes, s#2 diverted to m, s#2 enters e, s#2 starts at 1
         2: s#2 done e, s#2 leaves
         10: s#1 done a, s#1 enters b, s#1 starts at 1
         11: s#3 comes, s#3 enters a, s#3 starts at 1
         12: s#4 comes, s#4 refused
         21: s#3 done a, s#3 enters b
         30: s#1 done b, s#1 leaves, s#3 starts at 1
         50: s#3 done b, s#3 leaves",
    );
}

#[test]
fn the_rule_of_a_step_is_for_what_comes_from_outside() {
    for when_full in [WhenFull::Refuse, WhenFull::Overflow, WhenFull::Divert("m".into())] {
        let narrow = Step { yard: Limit::number(1), when_full: when_full.clone(), ..Step::new("b", 1, 20) };
        let mut world = hub(vec![Step::new("a", 1, 5), narrow], &[0, 0]);
        if when_full == WhenFull::Divert("m".into()) {
            world.nodes.push(Node::new("m", Kind::Hub));
        }
        tells(
            &to_toml(&world),
            "0: s#1 comes, s#2 comes, s#1 enters a, s#2 enters a, s#1 starts at 1
             5: s#1 done a, s#1 enters b, s#2 starts at 1, s#1 starts at 1
             10: s#2 done a, s#2 blocked
             25: s#1 done b, s#1 leaves, s#2 enters b, s#2 starts at 1
             45: s#2 done b, s#2 leaves",
        );
    }
}

#[test]
fn what_overflows_counts_in_the_yard_like_any_other() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[0, 1, 11, 30]);
    (world.nodes[0].yard, world.nodes[0].when_full) = (Limit::number(1), WhenFull::Overflow);
    // At 11 s#2, which overflowed, fills the yard; at 30 it is empty.
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         1: s#2 comes, s#2 overflows, s#2 enters d
         10: s#1 done d, s#1 leaves, s#2 starts at 1
         11: s#3 comes, s#3 overflows, s#3 enters d
         20: s#2 done d, s#2 leaves, s#3 starts at 1
         30: s#3 done d, s#3 leaves, s#4 comes, s#4 enters d, s#4 starts at 1
         40: s#4 done d, s#4 leaves",
    );
}

#[test]
fn every_full_yard_has_to_agree_to_an_overflow() {
    let a = Step { yard: Limit::number(1), when_full: WhenFull::Overflow, ..Step::new("a", 1, 10) };
    let mut world = hub(vec![a, Step::new("b", 1, 5)], &[0, 10, 11]);
    world.nodes[0].yard = Limit::number(2);
    // At 11 both are full, and the node holds; from 15 on only a is full, and lets s#3 in.
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters a, s#1 starts at 1
         10: s#1 done a, s#2 comes, s#2 overflows, s#2 enters a, s#1 enters b, s#2 starts at 1, s#1 starts at 1
         11: s#3 comes, s#3 held at gate
         15: s#1 done b, s#1 leaves, s#3 overflows, s#3 enters a
         20: s#2 done a, s#2 enters b, s#3 starts at 1, s#2 starts at 1
         25: s#2 done b, s#2 leaves
         30: s#3 done a, s#3 enters b, s#3 starts at 1
         35: s#3 done b, s#3 leaves",
    );
    // Where both agree, s#3 overflows at once.
    world.nodes[0].when_full = WhenFull::Overflow;
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters a, s#1 starts at 1
         10: s#1 done a, s#2 comes, s#2 overflows, s#2 enters a, s#1 enters b, s#2 starts at 1, s#1 starts at 1
         11: s#3 comes, s#3 overflows, s#3 enters a
         15: s#1 done b, s#1 leaves
         20: s#2 done a, s#2 enters b, s#3 starts at 1, s#2 starts at 1
         25: s#2 done b, s#2 leaves
         30: s#3 done a, s#3 enters b, s#3 starts at 1
         35: s#3 done b, s#3 leaves",
    );
}

#[test]
fn what_is_diverted_meets_the_rule_of_the_other_node() {
    let small = |name: &str, when_full| Node {
        yard: Limit::number(1),
        when_full,
        steps: vec![Step::new("d", 1, 10)],
        ..Node::new(name, Kind::Hub)
    };
    let mut world = hub(vec![], &[0, 1, 2]);
    world.nodes = vec![
        small("n", WhenFull::Divert("m".into())),
        small("m", WhenFull::Divert("k".into())),
        Node { next: Next::To("out".into()), ..Node::new("k", Kind::Hub) },
    ];
    // s#2 goes to m; s#3 goes to m, which is full, and on to k, which has no steps and lets it leave, all at once.
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         1: s#2 comes, s#2 diverted to m, s#2 enters d, s#2 starts at 1
         2: s#3 comes, s#3 diverted to m, s#3 diverted to k, s#3 leaves
         10: s#1 done d, s#1 leaves
         11: s#2 done d, s#2 leaves",
    );
    world.nodes[1].when_full = WhenFull::Wait;
    world.nodes.pop();
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         1: s#2 comes, s#2 diverted to m, s#2 enters d, s#2 starts at 1
         2: s#3 comes, s#3 diverted to m, s#3 held at gate
         10: s#1 done d, s#1 leaves
         11: s#2 done d, s#2 leaves, s#3 enters d, s#3 starts at 1
         21: s#3 done d, s#3 leaves",
    );
}

#[test]
fn a_repeat_joins_anew_keeps_its_room_and_frees_the_server() {
    let mut world = hub(vec![Step { repeat: MILLION - 1, ..Step::new("d", 1, 10) }], &[0, 3, 4]);
    world.nodes[0].yard = Limit::number(2);
    world.end = Some(40);
    // The yard is full all the time: s#3 stays outside, and who repeats is in it all the same, behind the other one.
    let done = tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         3: s#2 comes, s#2 enters d
         4: s#3 comes, s#3 held at gate
         10: s#1 done d, s#1 enters d, s#2 starts at 1
         20: s#2 done d, s#2 enters d, s#1 starts at 1
         30: s#1 done d, s#1 enters d, s#2 starts at 1",
    );
    assert!(done.of("HandlingFinished").iter().all(|e| e["again"] == true));
    // A repetition is a visit of its own: s#1 twice and s#2 once left, s#1 and s#2 are there, s#3 is at the gate.
    figures(&done, "stations.n.d", &[("arrivals", 5.0), ("entered", 5.0), ("departures", 3.0), ("unfinished", 2.0)]);
}

#[test]
fn first_in_first_out_looks_at_no_priority() {
    let mut world = hub(vec![Step { discipline: Discipline::Fifo, ..Step::new("d", 1, 10) }], &[0]);
    world.streams.extend([stream("c", &[1], 3), stream("b", &[2], 1), stream("a", &[2], 2)]);
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         1: c#1 comes, c#1 enters d
         2: a#1 comes, b#1 comes, b#1 enters d, a#1 enters d
         10: s#1 done d, s#1 leaves, c#1 starts at 1
         20: c#1 done d, c#1 leaves, a#1 starts at 1
         30: a#1 done d, a#1 leaves, b#1 starts at 1
         40: b#1 done d, b#1 leaves",
    );
}

#[test]
fn the_earliest_due_goes_first_and_who_has_no_date_last() {
    let mut world = hub(vec![Step { discipline: Discipline::EarliestDue, ..Step::new("d", 1, 10) }], &[0]);
    world.streams.extend([stream("a", &[1], 1), stream("b", &[2], 2), stream("c", &[3], 3), stream("e", &[4], 1)]);
    let mut text = to_toml(&world);
    // Need-by dates: b at 100, c and e at 90; a has none.
    for (name, within) in [("b", 98), ("c", 87), ("e", 86)] {
        text = text
            .replace(&format!("name = \"{name}\"\n"), &format!("name = \"{name}\"\nneeded_within = \"{within} s\"\n"));
    }
    tells(
        &text,
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         1: a#1 comes, a#1 enters d
         2: b#1 comes, b#1 enters d
         3: c#1 comes, c#1 enters d
         4: e#1 comes, e#1 enters d
         10: s#1 done d, s#1 leaves, e#1 starts at 1
         20: e#1 done d, e#1 leaves, c#1 starts at 1
         30: c#1 done d, c#1 leaves, b#1 starts at 1
         40: b#1 done d, b#1 leaves, a#1 starts at 1
         50: a#1 done d, a#1 leaves",
    );
}

#[test]
fn the_shortest_goes_first_by_the_time_drawn_as_it_enters() {
    let step = Step { discipline: Discipline::Shortest, time: Law::Uniform(10, 99), ..Step::new("d", 1, 0) };
    let mut world = hub(vec![step], &[0, 1, 2, 3, 4, 5, 6, 7]);
    // What starts from 200 on takes half as long again.
    let effect = Effect::Time(MILLION * 3 / 2);
    world.disruptions = vec![Disruption { effect, ..closed("n.d", 200, 100_000) }];
    let done = run(&to_toml(&world), 1);
    let of = |kind: &str| -> Vec<(String, i64, i64)> {
        let (times, lengths) = (done.numbers(kind, "t"), done.numbers(kind, "service"));
        done.texts(kind, "object").into_iter().zip(times).zip(lengths).map(|((a, b), c)| (a, b, c)).collect()
    };
    let measured = of("HandlingMeasured");
    assert_eq!(measured.iter().map(|m| m.1).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6, 7]);
    // s#1 starts at once; the others wait for it, and go by what they need.
    let mut rest = measured[1..].to_vec();
    rest.sort_by_key(|m| (m.2, m.1));
    let (mut at, mut slowed) = (0, 0);
    for (found, (name, _, needs)) in of("HandlingStarted").iter().zip(measured[..1].iter().chain(&rest)) {
        let takes = if at >= 200 { (3 * needs + 1) / 2 } else { *needs };
        assert_eq!(found, &(name.clone(), at, takes));
        slowed += u64::from(at >= 200);
        at += takes;
    }
    assert!(slowed > 1, "some start while it is slower");
}

#[test]
fn of_equal_handling_times_the_shortest_is_by_priority() {
    let mut world = hub(vec![Step { discipline: Discipline::Shortest, ..Step::new("d", 1, 10) }], &[0]);
    world.streams.extend([stream("a", &[1], 2), stream("b", &[2], 1)]);
    tells_also(
        &to_toml(&world),
        &["HandlingMeasured"],
        "0: s#1 comes, s#1 needs 10, s#1 enters d, s#1 starts at 1
         1: a#1 comes, a#1 needs 10, a#1 enters d
         2: b#1 comes, b#1 needs 10, b#1 enters d
         10: s#1 done d, s#1 leaves, b#1 starts at 1
         20: b#1 done d, b#1 leaves, a#1 starts at 1
         30: a#1 done d, a#1 leaves",
    );
}

#[test]
fn priorities_compare_as_numbers() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[0]);
    world.streams.extend([stream("a", &[1], 9), stream("b", &[2], 0), stream("c", &[3], 1000)]);
    tells_of(
        &to_toml(&world),
        Unit::Seconds,
        &["HandlingStarted"],
        "0: s#1 starts at 1
         10: b#1 starts at 1
         20: a#1 starts at 1
         30: c#1 starts at 1",
    );
}

#[test]
fn unlimited_servers_take_each_at_once_with_the_lowest_free_number() {
    let world = hub(vec![Step { servers: Servers::Unlimited, ..Step::new("d", 1, 10) }], &[0, 1, 2, 10]);
    let done = tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         1: s#2 comes, s#2 enters d, s#2 starts at 2
         2: s#3 comes, s#3 enters d, s#3 starts at 3
         10: s#1 done d, s#1 leaves, s#4 comes, s#4 enters d, s#4 starts at 1
         11: s#2 done d, s#2 leaves
         12: s#3 done d, s#3 leaves
         20: s#4 done d, s#4 leaves",
    );
    assert!(
        done.figures()["stations"]["n"]["d"]["utilisation"].is_null(),
        "of servers without number there is no share"
    );
}

#[test]
fn the_yard_of_a_step_counts_its_line_and_its_servers() {
    let step = Step { yard: Limit::number(3), when_full: WhenFull::Refuse, ..Step::new("d", 2, 10) };
    // Two in service and one in line; the fourth is refused, and at 10 there is room again.
    tells(
        &to_toml(&hub(vec![step], &[0, 0, 1, 9, 10])),
        "0: s#1 comes, s#2 comes, s#1 enters d, s#2 enters d, s#1 starts at 1, s#2 starts at 2
         1: s#3 comes, s#3 enters d
         9: s#4 comes, s#4 refused
         10: s#1 done d, s#1 leaves, s#2 done d, s#2 leaves, s#5 comes, s#5 enters d, s#3 starts at 1, s#5 starts at 2
         20: s#3 done d, s#3 leaves, s#5 done d, s#5 leaves",
    );
}

#[test]
fn the_first_number_of_servers_holds_before_its_date_too() {
    let mut step = Step::new("d", 1, 10);
    step.servers = Servers::Calendar(vec![(15, 2), (30, 1)]);
    tells_of(
        &to_toml(&hub(vec![step], &[0, 0, 20, 20, 40, 40])),
        Unit::Seconds,
        &["HandlingStarted", "CapacityChanged"],
        "0: s#1 starts at 1, s#2 starts at 2
         15: n.d servers 2
         20: s#3 starts at 1, s#4 starts at 2
         30: n.d servers 1
         40: s#5 starts at 1
         50: s#6 starts at 1",
    );
}
