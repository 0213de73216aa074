//! Keys of steps, worked by hand: one line an instant, every event that matters in its order.

use crate::support::run;

/// Kinds, the words that stand for them here, and a field that is told beside.
const WORDS: &[(&str, &str, &str)] = &[
    ("YardEntered", "enters", "step"),
    ("HandlingStarted", "starts at", "server"),
    ("HandlingPreempted", "gives way, left", "left"),
    ("PatienceEnded", "gives up", ""),
    ("HandlingPaused", "pauses, left", "left"),
    ("HandlingResumed", "resumes, left", "left"),
    ("HandlingRequeued", "requeued, left", "left"),
    ("HandlingFinished", "done", ""),
    ("StepClosed", "down", ""),
    ("StepOpened", "up", ""),
    ("LeftModel", "leaves", ""),
];

/// What a scenario's run tells, from its first instant on.
#[track_caller]
pub fn tells(text: &str, expected: &str) {
    let mut told: Vec<(i64, Vec<String>)> = vec![];
    for event in run(text, 1).events() {
        let Some((_, word, field)) = WORDS.iter().find(|w| event["kind"] == w.0) else { continue };
        let field = event.get(field).map_or(String::new(), |f| format!(" {}", f.to_string().trim_matches('"')));
        let text = format!("{} {word}{field}", event["object"].as_str().expect("an object has a name"));
        let t = event["t"].as_i64().expect("an event has a time");
        match told.last_mut() {
            Some(last) if last.0 == t => last.1.push(text),
            _ => told.push((t, vec![text])),
        }
    }
    let told: Vec<String> = told.into_iter().map(|(t, all)| format!("{t}: {}", all.join("; "))).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(told.join("\n"), expected.join("\n"));
}

/// A step `q.s` with these keys, and streams: name, priority, seconds at which things come.
pub fn step(keys: &str, streams: &[(&str, i64, &[i64])]) -> String {
    let mut text =
        format!("[time]\nstart = 2025-01-01\n\n[[node]]\nname = \"q\"\n\n[[node.step]]\nname = \"s\"\n{keys}\n");
    for (name, priority, seconds) in streams {
        let dates: Vec<String> =
            seconds.iter().map(|s| format!("2025-01-01T00:{:02}:{:02}Z", s / 60, s % 60)).collect();
        text += &format!(
            "\n[[consignment]]\nname = \"{name}\"\nenters = \"q\"\npriority = {priority}\narrivals = {{ at = [{}] }}\n",
            dates.join(", ")
        );
    }
    text
}

const RISING: &[(&str, i64, &[i64])] = &[("a", 3, &[0]), ("b", 2, &[10]), ("c", 1, &[12])];

#[test]
fn a_more_urgent_one_takes_the_server_and_the_work_resumes() {
    let text = step("time = \"20s\"\npreempt = \"resume\"", RISING);
    tells(
        &text,
        "0: a#1 enters s; a#1 starts at 1
         10: b#1 enters s; a#1 gives way, left 10; b#1 starts at 1
         12: c#1 enters s; b#1 gives way, left 18; c#1 starts at 1
         32: c#1 done; c#1 leaves; b#1 starts at 1
         50: b#1 done; b#1 leaves; a#1 starts at 1
         60: a#1 done; a#1 leaves",
    );
    let done = run(&text, 1);
    let figure = |key: &str| done.figure(&format!("stations.q.s.{key}"));
    assert_eq!(figure("preempted"), 2.0);
    // All that a visit waits is one wait: a 40 s, b 20 s, c none.
    assert_eq!((figure("wait_mean"), figure("wait_max"), figure("service_mean")), (20.0, 40.0, 20.0));
}

#[test]
fn work_that_restarts_needs_as_long_as_it_did() {
    let text = step("time = \"20s\"\npreempt = \"restart\"", RISING);
    tells(
        &text,
        "0: a#1 enters s; a#1 starts at 1
         10: b#1 enters s; a#1 gives way, left 20; b#1 starts at 1
         12: c#1 enters s; b#1 gives way, left 20; c#1 starts at 1
         32: c#1 done; c#1 leaves; b#1 starts at 1
         52: b#1 done; b#1 leaves; a#1 starts at 1
         72: a#1 done; a#1 leaves",
    );
    // The seconds drawn for the visit are drawn once: as many as without preemption.
    let drawn = |preempt: &str, who: &str| {
        let keys = format!("time = {{ exponential = \"40s\" }}\nrepeat = 0.3\n{preempt}");
        let events = run(&step(&keys, RISING), 7).events();
        let started = events.iter().filter(|e| e["kind"] == "HandlingStarted" && e["object"] == who);
        let mut all: Vec<i64> = started.map(|e| e["service"].as_i64().unwrap()).collect();
        all.dedup();
        all
    };
    for who in ["a#1", "b#1", "c#1"] {
        assert_eq!(drawn("preempt = \"restart\"", who), drawn("", who));
    }
}

#[test]
fn who_came_while_work_was_paused_takes_the_server_as_it_goes_on() {
    let text = step("time = \"60s\"\npreempt = \"resume\"", &[("s", 2, &[0]), ("u", 1, &[15])])
        + "\n[[disruption]]\nname = \"power\"\nstrikes = \"q.s\"\non = 2025-01-01T00:00:10Z\nlasts = \"10s\"\n";
    tells(
        &text,
        "0: s#1 enters s; s#1 starts at 1
         10: q.s down; s#1 pauses, left 50
         15: u#1 enters s
         20: q.s up; s#1 resumes, left 50; s#1 gives way, left 50; u#1 starts at 1
         80: u#1 done; u#1 leaves; s#1 starts at 1
         130: s#1 done; s#1 leaves",
    );
}

#[test]
fn the_least_urgent_gives_way_then_the_latest_started_then_the_last_name() {
    let two = "time = \"20s\"\nservers = 2\npreempt = \"resume\"";
    tells(
        &step(two, &[("a", 2, &[0, 5]), ("b", 1, &[7])]),
        "0: a#1 enters s; a#1 starts at 1
         5: a#2 enters s; a#2 starts at 2
         7: b#1 enters s; a#2 gives way, left 18; b#1 starts at 2
         20: a#1 done; a#1 leaves; a#2 starts at 1
         27: b#1 done; b#1 leaves
         38: a#2 done; a#2 leaves",
    );
    // The less urgent one gives way, though it began before; of one instant the last name.
    tells(
        &step(two, &[("a", 3, &[0]), ("b", 2, &[1]), ("c", 1, &[2, 2])]),
        "0: a#1 enters s; a#1 starts at 1
         1: b#1 enters s; b#1 starts at 2
         2: c#1 enters s; c#2 enters s; a#1 gives way, left 18; c#1 starts at 1; b#1 gives way, left 19; c#2 starts at 2
         22: c#1 done; c#1 leaves; c#2 done; c#2 leaves; b#1 starts at 1; a#1 starts at 2
         40: a#1 done; a#1 leaves
         41: b#1 done; b#1 leaves",
    );
    tells(
        &step(two, &[("a", 2, &[0, 0]), ("b", 1, &[5]), ("c", 1, &[6]), ("d", 1, &[7])]),
        "0: a#1 enters s; a#2 enters s; a#1 starts at 1; a#2 starts at 2
         5: b#1 enters s; a#2 gives way, left 15; b#1 starts at 2
         6: c#1 enters s; a#1 gives way, left 14; c#1 starts at 1
         7: d#1 enters s
         25: b#1 done; b#1 leaves; d#1 starts at 2
         26: c#1 done; c#1 leaves; a#1 starts at 1
         40: a#1 done; a#1 leaves; a#2 starts at 1
         45: d#1 done; d#1 leaves
         55: a#2 done; a#2 leaves",
    );
}

#[test]
fn whatever_the_line_takes_first_the_more_urgent_one_takes_the_server() {
    tells(
        &step(
            "time = \"20s\"\npreempt = \"resume\"\ndiscipline = \"fifo\"",
            &[("a", 2, &[0]), ("b", 3, &[5]), ("c", 1, &[6])],
        ),
        "0: a#1 enters s; a#1 starts at 1
         5: b#1 enters s
         6: c#1 enters s; a#1 gives way, left 14; c#1 starts at 1
         26: c#1 done; c#1 leaves; a#1 starts at 1
         40: a#1 done; a#1 leaves; b#1 starts at 1
         60: b#1 done; b#1 leaves",
    );
}

#[test]
fn who_waits_too_long_gives_up_and_leaves_its_room() {
    let keys = "time = \"20s\"\npatience = \"15s\"\nyard = 2";
    let text = step(keys, &[("a", 1, &[0, 3, 4, 30]), ("b", 2, &[5])]);
    // There is room for two; who stands at the gate has no patience to lose. a#3 comes in as a#2 gives up, b#1 as a#1 is
    // done, a#4 as b#1 gives up.
    tells(
        &text,
        "0: a#1 enters s; a#1 starts at 1
         3: a#2 enters s
         18: a#2 gives up; a#3 enters s
         20: a#1 done; a#1 leaves; b#1 enters s; a#3 starts at 1
         35: b#1 gives up; a#4 enters s
         40: a#3 done; a#3 leaves; a#4 starts at 1
         60: a#4 done; a#4 leaves",
    );
    let done = run(&text, 1);
    let figure = |key: &str| done.figure(&format!("stations.q.s.{key}"));
    let counts = ["arrivals", "entered", "departures", "expired", "refused", "unfinished"].map(figure);
    assert_eq!(counts, [5.0, 5.0, 3.0, 2.0, 0.0, 0.0]);
    // Waits that did not end in handling are in no mean, but in the integrals: 15 s twice, 2 s and 5 s, within 60 s.
    assert_eq!(figure("wait_mean"), 7.0 / 3.0);
    assert_eq!(figure("queue_mean"), 37.0 / 60.0);
    assert_eq!(done.figure("streams.a.left"), 4.0);
}

#[test]
fn patience_of_the_opening_backlog_counts_from_its_dates() {
    // Dated 30 and 10 s before the start, and patient for 40: the second gives up 30 s after it.
    let text = step("time = \"90s\"\npatience = \"40s\"", &[("a", 1, &[]), ("b", 1, &[])])
        .replacen("arrivals = { at = [] }", "on = 2024-12-31T23:59:30Z", 1)
        .replacen("arrivals = { at = [] }", "on = 2024-12-31T23:59:50Z", 1);
    tells(
        &text,
        "0: a#1 enters s; b#1 enters s; a#1 starts at 1
         30: b#1 gives up
         90: a#1 done; a#1 leaves",
    );
}

#[test]
fn a_service_that_starts_at_the_end_of_patience_goes_first() {
    tells(
        &step("time = \"20s\"\npatience = \"20s\"", &[("a", 1, &[0, 0, 0])]),
        "0: a#1 enters s; a#2 enters s; a#3 enters s; a#1 starts at 1
         20: a#1 done; a#1 leaves; a#2 starts at 1; a#3 gives up
         40: a#2 done; a#2 leaves",
    );
    // Without patience at all: who cannot start at once leaves.
    tells(
        &step("time = \"20s\"\npatience = \"0s\"", &[("a", 1, &[0, 0, 20])]),
        "0: a#1 enters s; a#2 enters s; a#1 starts at 1; a#2 gives up
         20: a#1 done; a#1 leaves; a#3 enters s; a#3 starts at 1
         40: a#3 done; a#3 leaves",
    );
}

#[test]
fn who_was_handled_before_does_not_give_up() {
    tells(
        &step("time = \"20s\"\npatience = \"5s\"\npreempt = \"resume\"", &[("a", 2, &[0]), ("b", 1, &[10])]),
        "0: a#1 enters s; a#1 starts at 1
         10: b#1 enters s; a#1 gives way, left 10; b#1 starts at 1
         30: b#1 done; b#1 leaves; a#1 starts at 1
         40: a#1 done; a#1 leaves",
    );
}

#[test]
fn a_calendar_may_lift_the_limit_and_set_it_again() {
    let calendar =
        "[{ n = 1 }, { from = 2025-01-01T00:00:10Z, n = \"unlimited\" }, { from = 2025-01-01T00:00:20Z, n = 1 }]";
    let text = step(&format!("time = \"15s\"\nservers = {calendar}"), &[("a", 1, &[0, 1, 2, 21])]);
    // From 20 on server 1 is on duty alone; the others finish what they have.
    tells(
        &text,
        "0: a#1 enters s; a#1 starts at 1
         1: a#2 enters s
         2: a#3 enters s
         10: a#2 starts at 2; a#3 starts at 3
         15: a#1 done; a#1 leaves
         21: a#4 enters s; a#4 starts at 1
         25: a#2 done; a#2 leaves; a#3 done; a#3 leaves
         36: a#4 done; a#4 leaves",
    );
    // A share of servers without number is none.
    let figures = run(&text, 1).figures();
    let step = &figures["stations"]["q"]["s"];
    assert!(step["utilisation"].is_null() && step["busy_share"].is_null(), "{step}");
    assert_eq!(step["worked_total"], 60);
}
