//! What stands beside the times of a stream, worked by hand: batches, rates that change, and what never leaves.

use crate::support::{Done, run};
use waybill::units::draw::{Draws, Law, Purpose, Sampler, name_hash};

const TIME: &str = "[time]\nstart = 2025-01-06\nend = \"60d\"\n";

/// Every creation: when, and whom.
fn comings(done: &Done) -> Vec<(i64, String)> {
    let kinds = ["ConsignmentCreated", "RequirementSubmitted", "PledgeAnnounced"];
    let events = done.events();
    let all = events.iter().filter(|e| kinds.iter().any(|k| e["kind"] == *k));
    // Goods of a requirement exist later.
    let all = all.filter(|e| !e["object"].as_str().unwrap().contains('/'));
    all.map(|e| (e["t"].as_i64().unwrap(), e["object"].as_str().unwrap().to_owned())).collect()
}

/// A stream `s` with these keys, to a node with one server that takes ten seconds.
fn stream(keys: &str) -> String {
    format!(
        "{TIME}\n[[consignment]]\nname = \"s\"\nenters = \"n\"\n{keys}\n\n[[node]]\nname = \"n\"\n\n[[node.step]]\n\
         name = \"d\"\ntime = \"10 s\"\n"
    )
}

fn told(done: &Done, kinds: &[&str]) -> String {
    let events = done.events();
    let all = events.iter().filter(|e| kinds.iter().any(|k| e["kind"] == *k));
    let lines: Vec<String> =
        all.map(|e| format!("{} {} {}", e["t"], e["kind"].as_str().unwrap(), e["object"].as_str().unwrap())).collect();
    lines.join("\n")
}

#[test]
fn a_batch_comes_thing_by_thing_at_one_instant() {
    let done = run(&stream("arrivals = { at = [2025-01-06T00:00:10Z, 2025-01-06T00:00:15Z] }\nbatch = 2"), 1);
    // Both of a batch come (phase 3) before either enters (6); of the second batch one waits 15 s and one 25 s.
    assert_eq!(
        told(&done, &["BatchArrived", "ConsignmentCreated", "YardEntered", "HandlingStarted"]),
        "10 BatchArrived s\n10 ConsignmentCreated s#1\n10 ConsignmentCreated s#2\n10 YardEntered s#1\n10 YardEntered s#2\n\
         10 HandlingStarted s#1\n15 BatchArrived s\n15 ConsignmentCreated s#3\n15 ConsignmentCreated s#4\n\
         15 YardEntered s#3\n15 YardEntered s#4\n20 HandlingStarted s#2\n30 HandlingStarted s#3\n40 HandlingStarted s#4"
    );
}

#[test]
fn a_count_counts_things_and_cuts_the_last_batch() {
    let done = run(&stream("arrivals = { every = \"20 s\" }\nbatch = 3\ncount = 4"), 1);
    let times: Vec<i64> = comings(&done).into_iter().map(|c| c.0).collect();
    assert_eq!(times, [20, 20, 20, 40]);
    let sizes: Vec<i64> =
        done.events().iter().filter(|e| e["kind"] == "BatchArrived").map(|e| e["size"].as_i64().unwrap()).collect();
    assert_eq!(sizes, [3, 1]);
}

/// Size, interval and priority by the words that docs/semantics.md names.
#[test]
fn a_batch_is_drawn_by_its_first_thing() {
    let keys = "arrivals = { every = { exponential = \"1h\" } }\nbatch = { uniform = { low = 1, high = 4 } }\n\
                priority = { uniform = { low = 1, high = 9 } }\ncount = 60";
    let done = run(&stream(keys), 11);
    let draws = Draws::new(11);
    let block = |n: u64| draws.block(name_hash("s"), n);
    let law = |law: Law| Sampler::new(&law).unwrap();
    let (gap, size) = (law(Law::Exponential { mean: 3_600.0 }), law(Law::Uniform { low: 1, high: 4 }));
    let priority = law(Law::Uniform { low: 1, high: 9 });
    let (mut expected, mut number, mut at) = (vec![], 1, 0);
    while number <= 60 {
        at += gap.at(block(number).gap());
        let batch = size.at(block(number).secret().draw(Purpose::named("batch"), 0));
        for _ in 0..batch {
            if number <= 60 {
                expected.push((at, format!("s#{number}"), priority.at(block(number).priority())));
                number += 1;
            }
        }
    }
    let events = done.events();
    let created = events.iter().filter(|e| e["kind"] == "ConsignmentCreated");
    let found: Vec<(i64, String, i64)> = created
        .map(|e| {
            let object = e["object"].as_str().unwrap().to_owned();
            (e["t"].as_i64().unwrap(), object, e["priority"].as_i64().unwrap())
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_batch_of_one_is_no_other_run() {
    let plain = run(&stream("arrivals = { poisson = \"1/h\" }"), 3);
    let one = run(&stream("arrivals = { poisson = \"1/h\" }\nbatch = 1"), 3);
    assert_eq!(comings(&plain), comings(&one));
    assert_eq!(plain.digest, one.digest, "with the same opening record");
}

#[test]
fn requirements_and_pledges_come_in_batches_too() {
    let text = format!(
        "{TIME}\n[[item]]\nname = \"shell\"\nvalue = \"1 k USD\"\n\n[[requirement]]\nname = \"ask\"\n\
         arrivals = {{ at = [2025-01-05, 2025-01-07] }}\nbatch = 2\nitem = \"shell\"\nvia = \"pool\"\n\n[[pledge]]\n\
         name = \"gift\"\non = 2025-01-08\nbatch = 3\namount = \"1 k USD\"\n{}",
        crate::support::pool("2 k USD", "")
    );
    let day = 86_400;
    let expected: Vec<(i64, String)> = [(-day, "ask#1"), (-day, "ask#2"), (day, "ask#3"), (day, "ask#4")]
        .into_iter()
        .chain([(2 * day, "gift#1"), (2 * day, "gift#2"), (2 * day, "gift#3")])
        .map(|(at, name)| (at, name.to_owned()))
        .collect();
    let done = run(&text, 1);
    assert_eq!(comings(&done), expected);
    assert_eq!(done.figure("requirements.total.submitted"), 4.0);
}

#[test]
fn the_offered_load_counts_the_things_of_a_batch() {
    let text = stream("arrivals = { poisson = \"1/h\" }\nbatch = { uniform = { low = 1, high = 3 } }");
    let loads = waybill::scenario::loads(&crate::support::read(&text).plan);
    assert!((loads[0].offered - 48.0).abs() < 1e-9, "{loads:?}");
}

/// When the things of `s` come, in seconds.
fn times(keys: &str) -> Vec<i64> {
    comings(&run(&stream(keys), 1)).into_iter().map(|c| c.0).collect()
}

/// An hour of the stream's own time passes in half an hour at the factor 2, and never at 0. What would come at the very
/// end of a part comes at the beginning of the next part that has a rate.
#[test]
fn an_interval_passes_as_fast_as_the_profile_says() {
    let found =
        times("arrivals = { every = \"1h\" }\ncount = 6\nprofile = { period = \"4h\", factors = [2, 0, 1, 1] }");
    assert_eq!(found, [1_800, 7_200, 10_800, 14_400, 16_200, 21_600]);
}

#[test]
fn a_first_arrival_comes_when_it_is_said_to() {
    let arrivals = "arrivals = { every = \"1h\", first = \"70 min\" }\ncount = 2";
    let found = times(&format!("{arrivals}\nprofile = {{ period = \"4h\", factors = [2, 0, 1, 1] }}"));
    assert_eq!(found, [4_200, 10_800]);
}

/// The run starts on a Monday. Friday's last thing would come as Saturday begins: it comes on Monday.
#[test]
fn weekdays_and_hours_go_by_the_calendar() {
    let day = 86_400;
    let found = times("arrivals = { every = \"1d\" }\ncount = 7\nprofile = { weekdays = [1, 1, 1, 1, 1, 0, 0] }");
    assert_eq!(found, [1, 2, 3, 4, 7, 8, 9].map(|n| n * day));
    // Eight hours a day from 08:00, at the factor 3 and on Mondays at 1.5: a day of work is 24 and 12 hours.
    let hours = "hours = [0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0]";
    let weekdays = "weekdays = [0.5, 1, 1, 1, 1, 1, 1]";
    let found = times(&format!("arrivals = {{ every = \"6h\" }}\ncount = 4\nprofile = {{ {hours}, {weekdays} }}"));
    assert_eq!(found, [12 * 3_600, day + 8 * 3_600, day + 10 * 3_600, day + 12 * 3_600]);
}

/// From 6 January ten days and ten days; six more in January, none in February, and four at the factor 2 in March.
#[test]
fn months_go_by_the_calendar() {
    let found = times("arrivals = { every = \"10d\" }\nprofile = { months = [1, 0, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1] }");
    assert_eq!(found, [10, 20, 56].map(|n| n * 86_400));
}

/// From 1 to 3 in two days: 1.5 in the middle of the first day, 2.5 in the middle of the second, 3 from then on.
#[test]
fn a_trend_is_a_straight_line_taken_day_by_day() {
    let trend = "trend = [{ at = \"0d\", factor = 1 }, { at = \"2d\", factor = 3 }]";
    let found = times(&format!("arrivals = {{ every = \"1d\" }}\ncount = 5\n{trend}"));
    assert_eq!(found, [57_600, 103_680, 138_240, 172_800, 201_600]);
}

#[test]
fn nothing_comes_once_a_trend_has_come_to_nothing() {
    let trend = "trend = [{ at = \"3d\", factor = 1 }, { at = \"4d\", factor = 0 }]";
    // Three days, and then half a day's worth at the middle of the line.
    assert_eq!(times(&format!("arrivals = {{ every = \"1d\" }}\n{trend}")), [1, 2, 3].map(|n| n * 86_400));
}

/// Random arrivals in each part of the day are as many as the factors say: four standard deviations of a Poisson count.
#[test]
fn random_arrivals_follow_the_profile_part_by_part() {
    let factors = [0.2, 1.0, 3.0, 0.8];
    let keys = "arrivals = { poisson = \"100/d\" }\nprofile = { period = \"24h\", factors = [0.2, 1, 3, 0.8] }";
    let mut counts = [0.0; 4];
    for at in times(keys) {
        counts[(at % 86_400 / 21_600) as usize] += 1.0;
    }
    for (count, factor) in counts.into_iter().zip(factors) {
        let expected: f64 = 100.0 / 4.0 * factor * 60.0;
        assert!((count - expected).abs() < 4.0 * expected.sqrt(), "{counts:?}: {count} in place of {expected}");
    }
}

#[test]
fn the_offered_load_counts_the_mean_of_the_profile_and_the_trend() {
    let offered = |keys: &str| {
        let text = stream(&format!("arrivals = {{ poisson = \"1/h\" }}\n{keys}"));
        waybill::scenario::loads(&crate::support::read(&text).plan)[0].offered
    };
    assert!((offered("profile = { period = \"24h\", factors = [0.5, 2.5] }") - 36.0).abs() < 1e-9);
    // From 1 to 3 over the 60 days of the run.
    let trend = "trend = [{ at = \"0d\", factor = 1 }, { at = \"60d\", factor = 3 }]";
    assert!((offered(trend) - 48.0).abs() < 1e-9);
}

/// A truck is loaded for 5 s at `n`, drives 10 s to `far` and 10 s back, and again.
#[test]
fn what_circulates_comes_round_until_the_end() {
    let text = "[time]\nstart = 2025-01-06\nend = \"56 s\"\n\n[[consignment]]\nname = \"s\"\nenters = \"n\"\n\
                on = 2025-01-06\ncirculates = true\n\n[[node]]\nname = \"n\"\nnext = \"far\"\n\n[[node.step]]\n\
                name = \"d\"\ntime = \"5 s\"\n\n[[node]]\nname = \"far\"\nnext = \"n\"\n\n[[leg]]\nfrom = \"n\"\n\
                to = \"far\"\ntransit = \"10 s\"\n\n[[leg]]\nfrom = \"far\"\nto = \"n\"\ntransit = \"10 s\"\n";
    let done = run(text, 1);
    assert_eq!(
        told(&done, &["HandlingStarted", "LegDeparted", "LeftModel"]),
        "0 HandlingStarted s#1\n5 LegDeparted s#1\n15 LegDeparted s#1\n25 HandlingStarted s#1\n30 LegDeparted s#1\n\
         40 LegDeparted s#1\n50 HandlingStarted s#1\n55 LegDeparted s#1"
    );
    // Each round is another visit, with a draw of its own.
    let random = text.replace("\"10 s\"", "{ exponential = \"10 s\" }").replace("56 s", "10 min");
    let transits: Vec<i64> = run(&random, 1)
        .events()
        .iter()
        .filter(|e| e["kind"] == "LegDeparted" && e["leg"] == "n:far:road")
        .map(|e| e["transit"].as_i64().unwrap())
        .collect();
    let law = Sampler::new(&Law::Exponential { mean: 10.0 }).unwrap();
    let secret = Draws::new(1).block(name_hash("s"), 1).secret();
    let purpose = Purpose::named("transit n:far:road");
    let expected: Vec<i64> = (0..transits.len() as u64).map(|visit| law.at(secret.draw(purpose, visit))).collect();
    assert!(transits.len() > 10);
    assert_eq!(transits, expected);
}
