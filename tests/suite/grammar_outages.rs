//! Outages that come at random: with constant times they can be worked by hand.

use crate::grammar_stations::{step, tells};
use crate::support::run;
use std::collections::BTreeSet;

/// A step `q.s` with these keys that fails 30 s after the end of the last failure, for 10 s.
fn failing(keys: &str, more: &str, streams: &[(&str, i64, &[i64])]) -> String {
    let mut text = step(keys, streams);
    text +=
        "\n[[disruption]]\nname = \"failure\"\nstrikes = \"q.s\"\narrivals = { every = \"30s\" }\nlasts = \"10s\"\n";
    text + more + "\n"
}

#[test]
fn an_outage_comes_some_time_after_the_end_of_the_last_one() {
    let text = failing("time = \"25s\"", "", &[("a", 1, &[0, 0, 0])]);
    // Down in [30, 40) and [70, 80). The run ends with the last goods, whatever would still fail.
    tells(
        &text,
        "0: a#1 enters s; a#2 enters s; a#3 enters s; a#1 starts at 1
         25: a#1 done; a#1 leaves; a#2 starts at 1
         30: q.s down; a#2 pauses, left 20
         40: q.s up; a#2 resumes, left 20
         60: a#2 done; a#2 leaves; a#3 starts at 1
         70: q.s down; a#3 pauses, left 15
         80: q.s up; a#3 resumes, left 15
         95: a#3 done; a#3 leaves",
    );
    let done = run(&text, 1);
    assert_eq!(done.figure("stations.q.s.up_share"), 75.0 / 95.0);
    assert_eq!(done.figure("stations.q.s.utilisation"), 1.0);
    let drawn: Vec<(i64, String, i64)> = (done.events().iter())
        .filter(|e| e["object"] == "failure" && e["kind"] != "DisruptionBegan" && e["kind"] != "DisruptionEnded")
        .map(|e| {
            let seconds = e.get("next").or(e.get("lasts")).and_then(serde_json::Value::as_i64);
            (e["t"].as_i64().unwrap(), e["kind"].as_str().unwrap().to_owned(), seconds.unwrap())
        })
        .collect();
    let (awaited, measured) = ("OutageAwaited".to_owned(), "OutageMeasured".to_owned());
    let expected =
        [(0, &awaited, 30), (30, &measured, 10), (40, &awaited, 30), (70, &measured, 10), (80, &awaited, 30)];
    assert_eq!(drawn, expected.map(|(t, kind, seconds)| (t, kind.clone(), seconds)));
}

#[test]
fn a_random_disruption_has_the_effects_of_a_dated_one() {
    tells(
        &failing("time = \"25s\"", "effect = { time = 2.0 }", &[("a", 1, &[0, 35, 60])]),
        "0: a#1 enters s; a#1 starts at 1
         25: a#1 done; a#1 leaves
         35: a#2 enters s; a#2 starts at 1
         60: a#3 enters s
         85: a#2 done; a#2 leaves; a#3 starts at 1
         110: a#3 done; a#3 leaves",
    );
    tells(
        &failing("time = \"25s\"\nservers = 2", "effect = { capacity = 0.5 }", &[("a", 1, &[31, 32])]),
        "31: a#1 enters s; a#1 starts at 1
         32: a#2 enters s
         40: a#2 starts at 2
         56: a#1 done; a#1 leaves
         65: a#2 done; a#2 leaves",
    );
}

#[test]
fn servers_that_fail_singly_leave_the_step_open() {
    // Both fail at 30 and at 70, each by itself; `requeue` sends the work back to the line, `finish` lets it end.
    let two = |rule: &str| {
        let keys = format!("time = \"25s\"\nservers = 2\non_outage = \"{rule}\"");
        failing(&keys, "each_server = true", &[("a", 1, &[10]), ("b", 2, &[20])])
    };
    tells(
        &two("pause"),
        "10: a#1 enters s; a#1 starts at 1
         20: b#1 enters s; b#1 starts at 2
         30: a#1 pauses, left 5; b#1 pauses, left 15
         40: a#1 resumes, left 5; b#1 resumes, left 15
         45: a#1 done; a#1 leaves
         55: b#1 done; b#1 leaves",
    );
    tells(
        &two("requeue"),
        "10: a#1 enters s; a#1 starts at 1
         20: b#1 enters s; b#1 starts at 2
         30: a#1 requeued, left 5; b#1 requeued, left 15
         40: a#1 starts at 1; b#1 starts at 2
         45: a#1 done; a#1 leaves
         55: b#1 done; b#1 leaves",
    );
    tells(
        &two("finish"),
        "10: a#1 enters s; a#1 starts at 1
         20: b#1 enters s; b#1 starts at 2
         35: a#1 done; a#1 leaves
         45: b#1 done; b#1 leaves",
    );
    let done = run(&two("pause"), 1);
    let figure = |key: &str| done.figure(&format!("stations.q.s.{key}"));
    assert_eq!(figure("up_share"), 1.0);
    // 50 s of work in 55 s of two servers, less the 10 s in which both had failed.
    assert_eq!(figure("utilisation"), 50.0 / 90.0);
}

#[test]
fn nothing_is_started_or_goes_on_at_a_server_that_has_failed() {
    let seconds: Vec<i64> = (0..60).map(|n| n * 30).collect();
    let mut text = step("time = { exponential = \"60s\" }\nservers = 3", &[("a", 1, &seconds)]);
    text += "\n[[disruption]]\nname = \"failure\"\nstrikes = \"q.s\"\narrivals = { every = { exponential = \"90s\" } }\n\
             lasts = { exponential = \"50s\" }\neach_server = true\n\n[[disruption]]\nname = \"all\"\nstrikes = \"q.s\"\n\
             arrivals = { every = { exponential = \"300s\" } }\nlasts = { exponential = \"60s\" }\n";
    let (mut failed, mut at, mut failures, mut moved) = (BTreeSet::new(), std::collections::BTreeMap::new(), 0, 0);
    let done = run(&text, 3);
    for event in done.events() {
        let server = event["server"].as_i64();
        let object = event["object"].as_str().unwrap().to_owned();
        match event["kind"].as_str().unwrap() {
            "ServerFailed" => failures += i32::from(failed.insert(server)),
            "ServerRepaired" => assert!(failed.remove(&server), "what is repaired had failed"),
            "HandlingStarted" => {
                assert!(!failed.contains(&server), "a server that has failed starts nothing");
                at.insert(object, server);
            }
            "HandlingResumed" | "HandlingFinished" => {
                assert!(!failed.contains(&at[&object]), "a server that has failed goes on with nothing");
                moved += 1;
            }
            _ => {}
        }
    }
    assert!(failures > 20 && moved > 80, "{failures} failures, {moved} times something went on");
    assert_eq!(done.figure("stations.q.s.departures"), 60.0);
}

#[test]
fn one_server_more_moves_no_other_servers_failures() {
    let failures = |servers: u32, most: i64| {
        let keys = format!("time = \"25s\"\nservers = {servers}");
        let text = failing(&keys, "each_server = true", &[("a", 1, &[0, 600])]);
        let text = text.replace("every = \"30s\"", "every = { exponential = \"30s\" }");
        let events = run(&text, 5).events();
        let mine = events.into_iter().filter(|e| e["kind"] == "ServerFailed" && e["server"].as_i64() <= Some(most));
        mine.map(|e| (e["t"].as_i64(), e["server"].as_i64())).collect::<Vec<_>>()
    };
    let two: Vec<_> = failures(2, 2).into_iter().filter(|f| f.0 < Some(600)).collect();
    let three: Vec<_> = failures(3, 2).into_iter().filter(|f| f.0 < Some(600)).collect();
    assert!(two.len() > 10);
    assert_eq!(two, three);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let wrong = |more: &str, from: &str, to: &str| {
        let text = failing("servers = 2", more, &[("a", 1, &[0])]).replace(from, to);
        match waybill::scenario::read_text("test.toml", &text, &Default::default()) {
            Ok(_) => vec![],
            Err(report) => report.diagnostics.iter().map(|d| d.code).collect(),
        }
    };
    assert_eq!(wrong("", "nothing", ""), [""; 0]);
    // Both a date and a rhythm; neither; no length; a distribution for one dated disruption.
    assert_eq!(wrong("on = 2025-01-02", "nothing", ""), ["WB106"]);
    assert_eq!(wrong("", "arrivals = { every = \"30s\" }", ""), ["WB105"]);
    assert_eq!(wrong("", "lasts = \"10s\"", ""), ["WB311"]);
    assert_eq!(wrong("", "every = \"30s\"", "every = \"0s\""), ["WB203"]);
    let drawn = "on = 2025-01-02\nlasts = { exponential = \"9h\" }";
    assert_eq!(wrong("", "arrivals = { every = \"30s\" }\nlasts = \"10s\"", drawn), ["WB311"]);
    // Servers fail singly at a step with a number of them, and can only be closed.
    assert_eq!(wrong("each_server = true", "strikes = \"q.s\"", "strikes = \"q\""), ["WB311"]);
    assert_eq!(wrong("each_server = true", "servers = 2", "servers = \"unlimited\""), ["WB311"]);
    assert_eq!(wrong("each_server = true\neffect = { time = 2.0 }", "nothing", ""), ["WB311"]);
}
