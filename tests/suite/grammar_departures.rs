//! Keys of departures that do not go by the clock, and fleets, worked by hand: one line an instant, in seconds.

use crate::laws;
use crate::support::{Done, at, refused, retells, run};

const WORDS: &[(&str, &str, &str)] = &[
    ("ConsignmentCreated", "comes", ""),
    ("ConvoyDispatched", "takes", "load"),
    ("VehicleLeft", "sends vehicle", "vehicle"),
    ("VehicleReturned", "has back vehicle", "vehicle"),
    ("DepartureSkipped", "skips", ""),
    ("DepartureEmpty", "is empty", ""),
    ("LegDeparted", "departs", ""),
    ("LegArrived", "arrives", ""),
    ("LegClosed", "closes", ""),
    ("LegOpened", "opens", ""),
    ("Refused", "is refused by", "leg"),
];

/// What a run tells of these kinds; laws hold in it.
#[track_caller]
fn tells(text: &str, but: &[&str], expected: &str) -> Done {
    let words: Vec<_> = WORDS.iter().copied().filter(|w| !but.contains(&w.1)).collect();
    retells(text, &words, expected)
}

/// A leg `l` of 4 s from `a` to the border with these departures, and a stream `s` at these seconds.
fn leg(departures: &str, seconds: &[i64], more: &str) -> String {
    format!(
        "[time]\nstart = 2025-01-01\nend = \"1h\"\n\n[[node]]\nname = \"a\"\nkind = \"origin\"\nnext = \"l\"\n\n[[node]]\nname = \"b\"\n\
         kind = \"handover\"\n\n[[leg]]\nname = \"l\"\nfrom = \"a\"\nto = \"b\"\ntransit = \"4s\"\ndepartures = {{ {departures} }}\n\n\
         [[consignment]]\nname = \"s\"\nenters = \"a\"\narrivals = {}\n{more}\n",
        at(seconds)
    )
}

const LOADS: &[&str] = &["arrives", "departs", "comes"];

#[test]
fn a_vehicle_leaves_as_soon_as_its_least_load_is_ready() {
    let done = tells(
        &leg("min_load = 2", &[0, 3, 5, 9, 12], ""),
        &["arrives"],
        "0: s#1 comes
         3: s#2 comes; l takes 2; s#1 departs; s#2 departs
         5: s#3 comes
         9: s#4 comes; l takes 2; s#3 departs; s#4 departs
         12: s#5 comes",
    );
    // s#5 waits for a second one: 12 to 3600.
    assert_eq!(done.figure("legs.l.unfinished"), 1.0);
    assert_eq!(done.figure("legs.l.wait_mean"), (3.0 + 4.0) / 4.0);
}

#[test]
fn without_a_least_load_each_vehicle_takes_what_is_ready_at_its_instant() {
    tells(
        &leg("capacity = 2", &[0, 5, 5, 5], ""),
        LOADS,
        "0: l takes 1
         5: l takes 2; l takes 1",
    );
}

#[test]
fn a_vehicle_may_leave_when_it_is_full_or_after_some_time() {
    // Full at 3; s#3 and s#4 are two at 9; s#5 leaves alone 10 s after 12.
    tells(
        &leg("capacity = 2, when_loaded = true, or_after = \"10s\"", &[0, 3, 5, 9, 12], ""),
        LOADS,
        "3: l takes 2
         9: l takes 2
         22: l takes 1",
    );
    // The time counts from the readiness of the longest-waiting, with whatever is ready: 10 s after 0, not after 6.
    tells(
        &leg("capacity = 9, when_loaded = true, or_after = \"10s\"", &[0, 6, 10, 11], ""),
        LOADS,
        "10: l takes 3
         21: l takes 1",
    );
    // Beside a least load: three are enough, or one after 10 s.
    tells(
        &leg("min_load = 3, or_after = \"10s\"", &[0, 1, 2, 20], ""),
        LOADS,
        "2: l takes 3
         30: l takes 1",
    );
}

#[test]
fn a_vehicle_is_full_when_the_next_does_not_fit() {
    // 6 and 6 kg of 10: the second makes the first leave, the third the second.
    tells(
        &leg("capacity = \"10 kg\", when_loaded = true", &[0, 3, 8], "mass = \"6 kg\""),
        LOADS,
        "3: l takes 1
         8: l takes 1",
    );
    // 5 and 5 are just ten.
    tells(&leg("capacity = \"10 kg\", when_loaded = true", &[0, 3, 8], "mass = \"5 kg\""), LOADS, "3: l takes 2");
}

#[test]
fn a_vehicle_of_a_fleet_is_away_for_the_way_and_its_return() {
    // Away for 4 and 3 s: back at 7, and at 14; the lowest number goes.
    let done = tells(
        &leg("fleet = 1, return = \"3s\"", &[0, 1, 8], ""),
        &["comes", "arrives", "departs"],
        "0: l takes 1; l sends vehicle 1
         7: l has back vehicle 1; l takes 1; l sends vehicle 1
         14: l has back vehicle 1; l takes 1; l sends vehicle 1
         21: l has back vehicle 1",
    );
    assert_eq!(done.figure("legs.l.wait_max"), 6.0);
    // 21 of 3,600 vehicle-seconds.
    assert_eq!(done.figure("legs.l.utilisation"), 21.0 / 3_600.0);
    assert_eq!(done.figure("legs.l.vehicles_away_max"), 1.0);
    tells(
        &leg("fleet = 2, return = \"3s\"", &[0, 1, 2, 9], ""),
        &["comes", "arrives", "departs", "takes"],
        "0: l sends vehicle 1
         1: l sends vehicle 2
         7: l has back vehicle 1; l sends vehicle 1
         8: l has back vehicle 2
         9: l sends vehicle 2
         14: l has back vehicle 1
         16: l has back vehicle 2",
    );
}

#[test]
fn by_the_clock_a_departure_without_a_vehicle_is_skipped() {
    // Away from 5 to 13: 10 is skipped.
    tells(
        &leg("every = \"5s\", fleet = 1, return = \"4s\"", &[0, 6, 11], "").replace("1h", "25s"),
        LOADS,
        "5: l takes 1; l sends vehicle 1
         10: l skips
         13: l has back vehicle 1
         15: l takes 2; l sends vehicle 1
         20: l skips
         23: l has back vehicle 1",
    );
}

#[test]
fn what_is_due_while_the_leg_is_closed_leaves_when_it_opens() {
    let closed = |on: i64, lasts: i64| {
        format!(
            "\n[[disruption]]\nname = \"x\"\nstrikes = \"l\"\non = 2025-01-01T00:00:{on:02}Z\nlasts = \"{lasts}s\"\neffect = \"closed\"\n"
        )
    };
    // The load of two is ready at 3, the leg opens at 6. At 20 one has waited 10 s, at 20 too it opens again.
    tells(
        &leg("min_load = 2", &[0, 3], &closed(2, 4)),
        LOADS,
        "2: l closes
         6: l opens; l takes 2",
    );
    tells(
        &leg("min_load = 2, or_after = \"10s\"", &[0], &closed(2, 18)),
        LOADS,
        "2: l closes
         20: l opens; l takes 1",
    );
    // It closes at the very instant at which somebody becomes overdue: outages (2) come before departures (5).
    tells(
        &leg("min_load = 2, or_after = \"10s\"", &[0], &closed(10, 5)),
        LOADS,
        "10: l closes
         15: l opens; l takes 1",
    );
}

#[test]
fn half_a_capacity_fills_sooner() {
    let half = "\n[[disruption]]\nname = \"x\"\nstrikes = \"l\"\non = 2025-01-01T00:00:04Z\nlasts = \"1h\"\neffect = { capacity = 0.5 }\n";
    // Two wait for four; from 4 on, two are full.
    tells(&leg("capacity = 4, when_loaded = true", &[0, 1], half), LOADS, "4: l takes 2");
}

#[test]
fn what_fits_no_departure_is_refused_with_an_event() {
    let text = leg("every = \"1min\", capacity = \"20 kg\"", &[], "mass = { exponential = \"10 kg\" }")
        .replace("arrivals = { at = [] }", "arrivals = { every = \"1s\" }\ncount = 400");
    let done = run(&text, 1);
    laws::lawful(&done).expect("the laws hold");
    // A mass of 20.5 kg or more, which rounds to more than 20: exp(-2.05) of all, 12.87 %.
    let refused = done.figure("legs.l.refused");
    assert!((refused / 400.0 - 0.1287).abs() < 4.0 * (0.1287f64 * 0.8713 / 400.0).sqrt(), "{refused}");
    assert_eq!(done.of("Refused").len() as f64, refused);
    assert_eq!(done.figure("legs.l.arrivals"), 400.0);
    assert_eq!(done.figure("legs.l.entered") + refused, 400.0);
}

#[test]
fn a_fleet_is_a_station_of_so_many_servers() {
    // With its own time for each, the vehicle is away for the longest: 4 and 4, and 2 to come back.
    tells(
        &leg("fleet = 1, min_load = 2, return = \"2s\", each = true", &[0, 1, 2, 3], ""),
        &["comes", "departs"],
        "1: l takes 2; l sends vehicle 1
         5: s#1 arrives; s#2 arrives
         7: l has back vehicle 1; l takes 2; l sends vehicle 1
         11: s#3 arrives; s#4 arrives
         13: l has back vehicle 1",
    );
}

#[test]
fn whom_a_cut_capacity_leaves_behind_waits_for_more_of_it() {
    let cut = "mass = \"8 kg\"\n\n[[disruption]]\nname = \"x\"\nstrikes = \"l\"\non = 2025-01-01T00:00:02Z\nlasts = \"20s\"\neffect = { capacity = 0.5 }\n";
    // Of 10 kg only 5 are left from 2 to 22: 8 do not fit. Overdue since 10, they leave when there is room again.
    for strict in ["", ", strict = true"] {
        let departures = format!("capacity = \"10 kg\", when_loaded = true, or_after = \"10s\"{strict}");
        tells(&leg(&departures, &[0], cut), LOADS, "22: l takes 1");
    }
}

#[test]
fn goods_wait_for_a_closed_leg_to_open_without_an_end() {
    // The origin opens at 8:00; without an end the run goes on until then.
    let text = leg("min_load = 1", &[0], "")
        .replace("end = \"1h\"\n", "")
        .replace("name = \"a\"\nkind", "name = \"a\"\nhours = \"Mon-Sun 08:00-16:00\"\nkind");
    let done = tells(&text, LOADS, "28800: l takes 1");
    assert_eq!(done.ended, waybill::sim::Ended::Finished);
    // One that can never be enough still ends the run with a word.
    let stuck = run(&text.replace("min_load = 1", "min_load = 2"), 1);
    assert!(matches!(stuck.ended, waybill::sim::Ended::Deadlock(_)), "{:?}", stuck.ended);
}

#[test]
fn vehicles_that_are_away_when_the_window_begins_count_among_the_most() {
    let text =
        leg("fleet = 2, return = \"36s\"", &[0, 1], "").replace("end = \"1h\"", "end = \"30s\"\nwarm_up = \"10s\"");
    assert_eq!(run(&text, 1).figure("legs.l.vehicles_away_max"), 2.0);
    let back = text.replace("end = \"30s\"", "end = \"1h\"");
    assert_eq!(run(&back, 1).figure("legs.l.vehicles_away_max"), 2.0);
}

/// Goods on a leg have no handling time; it was taken, and was the order of priority.
#[test]
fn the_shortest_cannot_board_first() {
    let why = refused(&leg("every = \"9s\", discipline = \"shortest\"", &[0], ""));
    assert!(why.contains("WB206") && why.contains("expected priority, fifo, lifo, earliest_due"), "{why}");
}
