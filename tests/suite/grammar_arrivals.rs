//! What stands beside the times of a stream, worked by hand: batches.

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
