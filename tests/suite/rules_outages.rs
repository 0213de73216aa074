//! Rules of outages, by hand: what is closed, what pauses, shares of capacity and factors on times.

use crate::reference::world::{
    Departures, Disruption, Effect, Goods, Hours, Kind, Law, Leg, Limit, MILLION, Next, Node, OnOutage, Step, Stream,
    World, to_toml,
};
use crate::support::{Unit, closed, figures, hub, run, stream, tells, tells_also, tells_of};

fn named(name: &str, effect: Effect, strikes: &str, on: i64, lasts: i64) -> Disruption {
    Disruption { name: name.into(), effect, ..closed(strikes, on, lasts) }
}

/// A leg `l` from `o` to the handover node `h`, and a stream `s` at these dates.
fn road(leg: Leg, dates: &[i64]) -> World {
    let mut world = World::new();
    world.nodes =
        vec![Node { next: Next::To("l".into()), ..Node::new("o", Kind::Origin) }, Node::new("h", Kind::Handover)];
    world.legs = vec![Leg { name: Some("l".into()), ..leg }];
    world.streams = vec![Stream::at("s", dates, "o")];
    world
}

#[test]
fn what_several_things_cover_is_up_when_none_does() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[0]);
    world.disruptions =
        vec![named("b", Effect::Closed, "n", 4, 10), named("a", Effect::Closed, "n.d", 8, 12), closed("n", 12, 4)];
    // The node is down in [4, 16), told once; the step in [8, 20): 4 of 10 s are done before, 6 after.
    let done = tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         4: n down, s#1 pauses 6
         8: n.d down
         16: n up
         20: n.d up, s#1 resumes 6
         26: s#1 done d, s#1 leaves",
    );
    figures(&done, "stations.n.d", &[("worked_total", 10.0), ("paused_total", 16.0), ("stay_mean", 26.0)]);
}

#[test]
fn hours_and_an_outage_that_overlap_are_one_closure() {
    let mut world = hub(vec![Step::new("d", 1, 100)], &[0]);
    world.nodes[0].hours = Some(Hours { first: 0, last: 6, opens: 0, closes: 1 });
    world.disruptions = vec![closed("n", 30, 86_400)];
    // Down from 30; the hours end at 60 and begin on the next day, while the outage lasts until 30 s later.
    tells_also(
        &to_toml(&world),
        &["HoursEnded", "HoursBegan"],
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         30: n down, s#1 pauses 70
         60: n shuts
         86400: n unlocks
         86430: n up, s#1 resumes 70
         86460: n shuts, n down, s#1 pauses 40
         172800: n unlocks, n up, s#1 resumes 40
         172840: s#1 done d, s#1 leaves",
    );
}

#[test]
fn work_may_pause_more_than_once() {
    let mut world = hub(vec![Step::new("d", 2, 10)], &[0, 1]);
    world.disruptions = vec![closed("n.d", 3, 2), closed("n.d", 6, 1)];
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         1: s#2 comes, s#2 enters d, s#2 starts at 2
         3: n.d down, s#1 pauses 7, s#2 pauses 8
         5: n.d up, s#1 resumes 7, s#2 resumes 8
         6: n.d down, s#1 pauses 6, s#2 pauses 7
         7: n.d up, s#1 resumes 6, s#2 resumes 7
         13: s#1 done d, s#1 leaves
         14: s#2 done d, s#2 leaves",
    );
}

#[test]
fn work_may_be_let_end_but_nothing_starts() {
    let step = Step { on_outage: Some(OnOutage::Finish), ..Step::new("d", 1, 10) };
    let mut world = hub(vec![step], &[0, 1]);
    world.nodes[0].on_outage = Some(OnOutage::Pause);
    world.disruptions = vec![closed("n", 4, 20)];
    // The step says for itself; s#2 waits for the node.
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         1: s#2 comes, s#2 enters d
         4: n down
         10: s#1 done d, s#1 leaves
         24: n up, s#2 starts at 1
         34: s#2 done d, s#2 leaves",
    );
}

#[test]
fn requeued_work_waits_again_with_what_is_left() {
    let step = Step { on_outage: Some(OnOutage::Requeue), ..Step::new("d", 1, 10) };
    let mut world = hub(vec![step], &[0]);
    world.streams.push(stream("u", &[5], 0));
    world.disruptions = vec![closed("n.d", 4, 4), closed("n.d", 20, 1)];
    // s#1 works 0-4, waits 4-18 behind the more urgent one, works 18-20, waits 20-21, and has 4 s to go.
    let done = tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         4: n.d down, s#1 requeued 6
         5: u#1 comes, u#1 enters d
         8: n.d up, u#1 starts at 1
         18: u#1 done d, u#1 leaves, s#1 starts at 1
         20: n.d down, s#1 requeued 4
         21: n.d up, s#1 starts at 1
         25: s#1 done d, s#1 leaves",
    );
    // One visit each: 15 s of waiting for s#1, 3 for u#1.
    figures(
        &done,
        "stations.n.d",
        &[("departures", 2.0), ("wait_max", 15.0), ("wait_mean", 9.0), ("service_mean", 10.0)],
    );
    figures(&done, "stations.n.d", &[("stay_max", 25.0), ("queue_mean", 18.0 / 25.0), ("waited_share", 1.0)]);
}

#[test]
fn steps_of_a_node_pause_and_resume_by_their_names() {
    let mut world = hub(vec![Step::new("z", 2, 10), Step::new("a", 1, 30)], &[0]);
    world.streams.push(stream("b", &[12], 2));
    world.streams.push(stream("c", &[13], 1));
    world.disruptions = vec![closed("n", 15, 5)];
    // s#1 is at a, b#1 and c#1 are at z; within a step the more urgent one first.
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters z, s#1 starts at 1
         10: s#1 done z, s#1 enters a, s#1 starts at 1
         12: b#1 comes, b#1 enters z, b#1 starts at 1
         13: c#1 comes, c#1 enters z, c#1 starts at 2
         15: n down, s#1 pauses 25, c#1 pauses 8, b#1 pauses 7
         20: n up, s#1 resumes 25, c#1 resumes 8, b#1 resumes 7
         27: b#1 done z, b#1 enters a
         28: c#1 done z, c#1 enters a
         45: s#1 done a, s#1 leaves, c#1 starts at 1
         75: c#1 done a, c#1 leaves, b#1 starts at 1
         105: b#1 done a, b#1 leaves",
    );
}

#[test]
fn an_outage_from_before_the_start_is_there_at_the_start() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[0]);
    world.disruptions = vec![closed("n.d", -10, 15), named("over", Effect::Closed, "n.d", -20, 10)];
    tells_also(
        &to_toml(&world),
        &["DisruptionBegan", "DisruptionEnded"],
        "0: x-10 begins, n.d down, s#1 comes, s#1 enters d
         5: x-10 ends, n.d up, s#1 starts at 1
         15: s#1 done d, s#1 leaves",
    );
}

#[test]
fn a_closed_leg_lets_nothing_depart_and_what_is_under_way_arrives() {
    let mut world = road(Leg::road("o", "h", 10), &[0, 3]);
    world.streams.extend(
        [("a", 4, 2), ("b", 5, 2), ("c", 6, 1), ("e", 9, 3)]
            .map(|(name, at, priority)| Stream { enters: "o".into(), ..stream(name, &[at], priority) }),
    );
    world.disruptions = vec![closed("l", 2, 7)];
    // At 9 it opens (2); e#1 comes to an open leg (3); those that waited leave in phase 5 in the order of choice.
    let done = tells_also(
        &to_toml(&world),
        &["LegClosed", "LegOpened"],
        "0: s#1 comes, s#1 departs
         2: l closed
         3: s#2 comes
         4: a#1 comes
         5: b#1 comes
         6: c#1 comes
         9: l open, e#1 comes, e#1 departs, s#2 departs, c#1 departs, a#1 departs, b#1 departs
         10: s#1 arrives, s#1 handed over
         19: s#2 arrives, s#2 handed over, c#1 arrives, c#1 handed over, a#1 arrives, a#1 handed over, b#1 arrives, \
         b#1 handed over, e#1 arrives, e#1 handed over",
    );
    let turns = &done.numbers("LegDeparted", "turn")[1..];
    assert!(turns.windows(2).all(|pair| pair[1] == pair[0] + 1), "a turn each: {turns:?}");
}

#[test]
fn a_closed_node_dispatches_nothing_and_goods_may_come_to_it() {
    let mut world = road(Leg::road("o", "h", 10), &[0, 3]);
    world.disruptions = vec![closed("o", 2, 5), closed("l", 6, 3)];
    // The leg lets goods go again when neither it nor its origin is closed.
    tells_also(
        &to_toml(&world),
        &["LegClosed", "LegOpened"],
        "0: s#1 comes, s#1 departs
         2: o down
         3: s#2 comes
         6: l closed
         7: o up
         9: l open, s#2 departs
         10: s#1 arrives, s#1 handed over
         19: s#2 arrives, s#2 handed over",
    );
}

#[test]
fn goods_may_enter_the_yard_of_what_is_closed() {
    let second = Step { yard: Limit::number(1), ..Step::new("b", 1, 5) };
    let mut world = hub(vec![Step::new("a", 1, 5), second], &[0, 6]);
    world.disruptions = vec![closed("n.b", 4, 20), closed("n.a", 9, 20)];
    // From outside (6) and from inside (5); blocked or not, nobody pauses who is not being handled.
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters a, s#1 starts at 1
         4: n.b down
         5: s#1 done a, s#1 enters b
         6: s#2 comes, s#2 enters a, s#2 starts at 1
         9: n.a down, s#2 pauses 2
         24: n.b up, s#1 starts at 1
         29: s#1 done b, s#1 leaves, n.a up, s#2 resumes 2
         31: s#2 done a, s#2 enters b, s#2 starts at 1
         36: s#2 done b, s#2 leaves",
    );
}

#[test]
fn a_share_of_the_servers_rounds_half_up_and_busy_ones_finish() {
    let mut world = hub(vec![Step::new("d", 3, 10)], &[0, 0, 0, 1, 1, 40]);
    world.disruptions = vec![
        named("half", Effect::Capacity(MILLION / 2), "n.d", 5, 30),
        named("none", Effect::Capacity(0), "n.d", 38, 4),
    ];
    // Half of 3 is 2: server 3 finishes and takes no more. From 38 to 42 there is none.
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#2 comes, s#3 comes, s#1 enters d, s#2 enters d, s#3 enters d, s#1 starts at 1, \
         s#2 starts at 2, s#3 starts at 3
         1: s#4 comes, s#5 comes, s#4 enters d, s#5 enters d
         10: s#1 done d, s#1 leaves, s#2 done d, s#2 leaves, s#3 done d, s#3 leaves, s#4 starts at 1, s#5 starts at 2
         20: s#4 done d, s#4 leaves, s#5 done d, s#5 leaves
         40: s#6 comes, s#6 enters d
         42: s#6 starts at 1
         52: s#6 done d, s#6 leaves",
    );
}

#[test]
fn shares_multiply_and_round_once() {
    let mut world = hub(vec![Step::new("d", 5, 10)], &[1, 1, 1]);
    let half = Effect::Capacity(MILLION / 2);
    world.disruptions = vec![named("a", half, "n", 0, 100), named("b", half, "n.d", 0, 100)];
    // A quarter of 5 is 1.25, so one server; half of the rounded half (3) would be two.
    assert_eq!(run(&to_toml(&world), 1).numbers("HandlingStarted", "t"), [1, 11, 21]);
}

#[test]
fn a_share_of_a_departures_room_rounds_half_up() {
    let by = |capacity: Limit, effect: &[Effect]| -> Vec<i64> {
        let departures = Departures { capacity, ..Departures::every(10) };
        let mut world = road(Leg { departures: Some(departures), ..Leg::road("o", "h", 1) }, &[0; 6]);
        world.streams[0].goods = Goods::Mass(Law::Constant(1));
        let names = ["a", "b"];
        let of = |(name, effect): (&&str, &Effect)| named(name, *effect, "l", 5, 10);
        world.disruptions = names.iter().zip(effect).map(of).collect();
        run(&to_toml(&world), 1).numbers("ConvoyDispatched", "load")
    };
    let half = Effect::Capacity(MILLION / 2);
    // The departure of 10 has half of the room for 5: 2.5, which is 3; of a quarter, 1.25, it has 1.
    assert_eq!(by(Limit::number(5), &[half]), [3, 3]);
    assert_eq!(by(Limit::mass(5), &[half]), [3, 3]);
    assert_eq!(by(Limit::number(5), &[half, half]), [1, 5]);
    assert_eq!(by(Limit { number: Some(5), mass: Some(3) }, &[half]), [2, 3, 1]);
}

#[test]
fn a_factor_on_times_changes_what_starts_later_and_rounds_half_up() {
    let mut world = hub(vec![Step::new("d", 9, 5)], &[0, 1, 10, 20]);
    let times = |factor| Effect::Time(factor);
    world.disruptions = vec![
        named("a", times(MILLION * 3 / 2), "n", 1, 14),
        named("b", times(MILLION * 3 / 2), "n.d", 5, 10),
        named("c", times(MILLION / 2), "n.d", 18, 9),
    ];
    // 5; 7.5, which is 8; 5 x 2.25 = 11.25 rounded once (twice it would be 12); 2.5, which is 3.
    let done = run(&to_toml(&world), 1);
    assert_eq!(done.numbers("HandlingStarted", "t"), [0, 1, 10, 20]);
    assert_eq!(done.numbers("HandlingStarted", "service"), [5, 8, 11, 3]);
}

#[test]
fn a_half_is_one_in_decimals_too() {
    // 100 s times 1.005 are 100.5 s and last 101, though the nearest binary fraction to 1.005 lies below it.
    let text = "[time]\nstart = 2025-01-01\n\n[[consignment]]\nname = \"a\"\nenters = \"n\"\non = 2025-01-02\n\n\
                [[node]]\nname = \"n\"\n\n[[node.step]]\nname = \"d\"\ntime = \"100s\"\n\n\
                [[disruption]]\nname = \"slow\"\nstrikes = \"n\"\non = 2025-01-01\nlasts = \"3d\"\neffect = { time = 1.005 }\n";
    assert_eq!(run(text, 1).numbers("HandlingStarted", "service"), [101]);
    // What would last beyond any run never ends.
    let long = text
        .replace("1.005", "1000000000000000")
        .replace("100s", "6000000 d")
        .replace("2025-01-01\n\n", "2025-01-01\nend = \"9d\"\n\n");
    assert!(run(&long, 1).of("HandlingFinished").is_empty());
}

#[test]
fn a_factor_on_times_is_for_legs_too() {
    let effect = Effect::Time(MILLION * 3 / 2);
    let mut world = road(Leg::road("o", "h", 5), &[0, 2, 3, 13]);
    world.disruptions =
        vec![named("a", effect, "l", 2, 10), named("b", effect, "o", 0, 3), named("c", effect, "l", 3, 1)];
    // A leg is not slowed by what strikes its origin: 5, 7.5, 11.25 and 5 s.
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 departs
         2: s#2 comes, s#2 departs
         3: s#3 comes, s#3 departs
         5: s#1 arrives, s#1 handed over
         10: s#2 arrives, s#2 handed over
         13: s#4 comes, s#4 departs
         14: s#3 arrives, s#3 handed over
         18: s#4 arrives, s#4 handed over",
    );
    let clocked = Leg { departures: Some(Departures::every(10)), ..Leg::road("o", "h", 5) };
    let mut world = road(clocked, &[0, 11]);
    world.disruptions = vec![named("a", effect, "l", 10, 5)];
    tells_of(
        &to_toml(&world),
        Unit::Seconds,
        &["ConvoyDispatched", "LegArrived"],
        "10: l takes 1
         18: s#1 arrives
         20: l takes 1
         25: s#2 arrives",
    );
}

#[test]
fn who_is_blocked_does_not_pause() {
    // A blocked server is not being handled: it neither pauses nor resumes, and goes when there is room.
    let narrow = Step { yard: Limit::number(1), ..Step::new("b", 1, 10) };
    let mut world = hub(vec![Step::new("a", 1, 2), narrow], &[0, 0]);
    world.disruptions = vec![closed("n.a", 5, 100)];
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#2 comes, s#1 enters a, s#2 enters a, s#1 starts at 1
         2: s#1 done a, s#1 enters b, s#2 starts at 1, s#1 starts at 1
         4: s#2 done a, s#2 blocked
         5: n.a down
         12: s#1 done b, s#1 leaves, s#2 enters b, s#2 starts at 1
         22: s#2 done b, s#2 leaves",
    );
}
