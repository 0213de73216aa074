//! Rules of requirements, by hand: lines, desks, recognition points, need-by dates, and what a lead time is made of.

use crate::support::{MOVES, Unit, figures, run, tells_of};

const HOUR: f64 = 3_600.0;

/// Pumps at `depot`, an hour from the border node `h`; drills at `store`, three hours from it.
fn world(entries: &str) -> String {
    format!(
        r#"
[time]
start = 2025-01-01
end = "20d"

[[item]]
name = "pump"

[[item]]
name = "drill"

[[node]]
name = "depot"
kind = "origin"
next = "h"

[[node]]
name = "store"
kind = "origin"
next = "h"

[[node]]
name = "h"
kind = "handover"

[[leg]]
from = "depot"
to = "h"
transit = "1h"

[[leg]]
from = "store"
to = "h"
transit = "3h"
{entries}"#
    )
}

fn need(name: &str, on: &str, keys: &str) -> String {
    format!("\n[[requirement]]\nname = \"{name}\"\nitem = \"pump\"\norigin = \"depot\"\non = {on}\n{keys}\n")
}

/// A store that nobody asks has a requirement of its own, far away in time.
fn store() -> String {
    need("zz", "2025-01-19", "").replace("pump", "drill").replace("depot", "store")
}

fn hq(desks: &[(&str, &str)]) -> String {
    let desk = |(name, time): &(&str, &str)| format!("\n[[node.step]]\nname = \"{name}\"\ntime = \"{time}\"\n");
    format!("\n[[node]]\nname = \"hq\"\nkind = \"hq\"\n{}", desks.iter().map(desk).collect::<String>())
}

const PAPER: &[&str] = &[
    "RequirementSubmitted",
    "RequirementValidated",
    "RequirementPrioritised",
    "RequirementMatched",
    "ConsignmentCreated",
    "RequirementFulfilled",
];

#[test]
fn lines_are_asked_at_one_instant_and_the_last_consignment_closes_the_requirement() {
    let lines =
        "lines = [{ item = \"drill\", origin = \"store\", quantity = 2 }, { item = \"pump\", origin = \"depot\" }]";
    let entries = format!("\n[[requirement]]\nname = \"n\"\non = 2025-01-01\n{lines}\n");
    let done = tells_of(
        &world(&entries).replace("name = \"drill\"", "name = \"drill\"\nlot = 1"),
        Unit::Days,
        &[PAPER, &["HandedOver"]].concat(),
        "0d: n#1 is submitted, n#1 is validated, n#1 is matched, n#1/1#1 comes, n#1/1#2 comes, n#1/2#1 comes
         1h: n#1/2#1 handed over
         3h: n#1/1#1 handed over, n#1/1#2 handed over, n#1 is fulfilled",
    );
    figures(&done, "requirements.total", &[("lead_time_mean", 3.0 * HOUR), ("submitted", 1.0), ("fulfilled", 1.0)]);
}

#[test]
fn without_a_mechanism_goods_are_at_their_origin_at_once() {
    tells_of(
        &world(&(need("n", "2025-01-03", "quantity = 4") + &store())),
        Unit::Days,
        &[PAPER, &["LegDeparted", "HandedOver"]].concat(),
        "2d: n#1 is submitted, n#1 is validated, n#1 is matched, n#1/1#1 comes, n#1/1#1 departs
         2d1h: n#1/1#1 handed over, n#1 is fulfilled
         18d: zz#1 is submitted, zz#1 is validated, zz#1 is matched, zz#1/1#1 comes, zz#1/1#1 departs
         18d3h: zz#1/1#1 handed over, zz#1 is fulfilled",
    );
}

#[test]
fn a_paper_passes_the_desks_one_after_the_other() {
    let desks = hq(&[("validation", "2h"), ("ranking", "1h"), ("matching", "3h")]);
    let entries = need("n", "2025-01-01", "") + &need("u", "2025-01-01T01:00:00Z", "priority = 0") + &desks + &store();
    // The desks have one clerk each: u#1 is validated from 2 to 4.
    tells_of(
        &world(&entries).replace("end = \"20d\"", "end = \"9h\""),
        Unit::Days,
        PAPER,
        "0d: n#1 is submitted
         1h: u#1 is submitted
         2h: n#1 is validated
         3h: n#1 is ranked
         4h: u#1 is validated
         5h: u#1 is ranked
         6h: n#1 is matched, n#1/1#1 comes
         7h: n#1 is fulfilled",
    );
}

#[test]
fn desks_that_are_missing_take_no_time() {
    for (desks, told) in [
        (hq(&[("ranking", "2h")]), "2h: n#1 is validated, n#1 is ranked, n#1 is matched, n#1/1#1 comes"),
        (hq(&[("validation", "2h")]), "2h: n#1 is validated, n#1 is matched, n#1/1#1 comes"),
        (hq(&[("matching", "2h")]), "2h: n#1 is validated, n#1 is matched, n#1/1#1 comes"),
    ] {
        tells_of(
            &world(&(need("n", "2025-01-01", "") + &desks + &store())).replace("end = \"20d\"", "end = \"10d\""),
            Unit::Days,
            PAPER,
            &format!("0d: n#1 is submitted\n{told}\n3h: n#1 is fulfilled"),
        );
    }
}

#[test]
fn the_movement_desk_handles_each_consignment_before_it_stands_at_its_origin() {
    let desks = hq(&[("validation", "1h"), ("movement", "2h")]);
    let entries = need("n", "2025-01-01", "quantity = 3") + &desks + &store();
    let text = world(&entries).replace("name = \"pump\"", "name = \"pump\"\nlot = 2").replace("\"20d\"", "\"10d\"");
    let kinds = [MOVES, &["NodeReached", "RequirementMatched", "RequirementFulfilled"]].concat();
    // The paper passes validation; the two consignments pass the one desk of movement.
    tells_of(
        &text,
        Unit::Days,
        &kinds,
        "0d: n#1 enters validation, n#1 starts at 1
         1h: n#1 done validation, n#1 is matched, n#1/1#1 comes, n#1/1#1 reaches hq, n#1/1#2 comes, \
         n#1/1#2 reaches hq, n#1/1#1 enters movement, n#1/1#2 enters movement, n#1/1#1 starts at 1
         3h: n#1/1#1 done movement, n#1/1#1 reaches depot, n#1/1#1 departs, n#1/1#2 starts at 1
         4h: n#1/1#1 arrives, n#1/1#1 handed over
         5h: n#1/1#2 done movement, n#1/1#2 reaches depot, n#1/1#2 departs
         6h: n#1/1#2 arrives, n#1/1#2 handed over, n#1 is fulfilled",
    );
}

#[test]
fn a_requirement_stays_open_after_its_need_by_date() {
    // Delivered an hour after the submission: a second late, in time to the second, and with time to spare.
    for (within, in_time) in [("3599 s", 0.0), ("1h", 1.0), ("3601 s", 1.0)] {
        let keys = format!("needed_within = \"{within}\"");
        let done = run(&world(&(need("n", "2025-01-01", &keys) + &store())), 1);
        figures(&done, "requirements.priority.1", &[("fulfilled", 2.0), ("fill_rate", in_time), ("otif", in_time)]);
    }
}

#[test]
fn what_is_not_due_yet_is_not_judged() {
    let due = |within: &str| {
        let text = world(&(need("n", "2025-01-01", &format!("needed_within = \"{within}\"")) + &store()));
        let text = text.replace("end = \"20d\"", "end = \"30 min\"").replace("2025-01-19", "2025-01-01");
        run(&text, 1).figures()["requirements"]["total"]["otif"].clone()
    };
    // The run ends before the goods arrive; dates before its end are past, its end and later ones are not.
    assert_eq!(due("1799 s"), 0.0);
    assert!(due("30 min").is_null() && due("1h").is_null());
}

#[test]
fn a_fill_rate_is_of_units_that_came_in_time() {
    let keys = "quantity = 5\nneeded_within = \"2h\"";
    let lines =
        "lines = [{ item = \"drill\", origin = \"store\", quantity = 3 }, { item = \"pump\", origin = \"depot\" }]";
    let entries = need("n", "2025-01-01", keys)
        + &format!("\n[[requirement]]\nname = \"m\"\non = 2025-01-01\nneeded_within = \"2h\"\n{lines}\n");
    // n#1 has 5 of 5 after an hour; of m#1 one of 4 comes after an hour, the others after three.
    let done = run(&world(&entries), 1);
    figures(&done, "requirements.total", &[("fill_rate", 6.0 / 9.0), ("fill_rate_end", 1.0), ("fulfilled", 2.0)]);
}

/// Goods from `o` by way of the port `p` and the hub `b` to the handover node `h`; hours: o to p 2, b from 3 on for 1 h,
/// and h from 7 on for 4 h.
fn marked(recognition: &str, at: &[(&str, &str)]) -> String {
    let mut text = format!(
        r#"
recognition = "{recognition}"

[time]
start = 2025-01-01

[[item]]
name = "pump"

[[requirement]]
name = "n"
item = "pump"
origin = "o"
on = 2025-01-01

[[node]]
name = "o"
next = "p"

[[node]]
name = "p"
next = "b"

[[node]]
name = "b"
kind = "hub"
next = "h"

[[node.step]]
name = "first"
time = "1h"

[[node.step]]
name = "second"
time = "1h"

[[node]]
name = "h"
kind = "handover"

[[node.step]]
name = "check"
time = "4h"

[[leg]]
from = "o"
to = "p"
transit = "2h"

[[leg]]
from = "p"
to = "b"
transit = "1h"

[[leg]]
from = "b"
to = "h"
transit = "2h"

[[disruption]]
name = "late"
strikes = "b"
on = 2025-01-01
lasts = "4h"
"#
    );
    for (name, point) in at {
        text = text.replace(&format!("name = \"{name}\"\n"), &format!("name = \"{name}\"\nmarks = \"{point}\"\n"));
    }
    text
}

#[test]
fn a_hub_is_reached_when_its_first_step_begins_and_a_border_when_its_handling_ends() {
    // At p at 2, at b at 3, where it waits until 4; first until 5, second until 6; at h from 8 to 12.
    for (point, hours) in [("R0", 0.0), ("R1", 0.0), ("R3", 4.0), ("R4", 12.0)] {
        let done = run(&marked(point, &[]), 1);
        figures(&done, "requirements.total", &[("lead_time_mean", hours * HOUR), ("fulfilled", 1.0)]);
    }
}

#[test]
fn a_hub_without_steps_is_reached_on_arrival() {
    let step = "\n[[node.step]]\nname = \"first\"\ntime = \"1h\"\n\n[[node.step]]\nname = \"second\"\ntime = \"1h\"\n";
    let text = marked("R3", &[]);
    assert!(text.contains(step), "the hub has two steps");
    figures(&run(&text.replace(step, ""), 1), "requirements.total", &[("lead_time_mean", 3.0 * HOUR)]);
}

#[test]
fn a_node_or_a_step_may_mark_a_recognition_point() {
    for (point, place, hours) in [
        ("R2", "p", 2.0),
        ("R3", "p", 2.0),
        ("R2", "b", 4.0),
        ("R5", "b", 4.0),
        ("R5", "second", 5.0),
        ("R5", "check", 8.0),
        ("R3", "second", 4.0),
        ("R4", "second", 5.0),
    ] {
        let done = run(&marked(point, &[(place, point)]), 1);
        figures(&done, "requirements.total", &[("lead_time_mean", hours * HOUR), ("fulfilled", 1.0)]);
    }
}

#[test]
fn what_no_place_marks_is_never_reached() {
    let done = run(&marked("R5", &[]), 1);
    figures(&done, "requirements.total", &[("fulfilled", 0.0), ("open", 1.0), ("fill_rate_end", 0.0)]);
    assert_eq!(done.of("HandedOver").len(), 1);
}

#[test]
fn a_border_node_without_steps_recognises_on_arrival() {
    let done = run(&world(&(need("n", "2025-01-01", "") + &store())), 1);
    assert_eq!(done.numbers("RequirementFulfilled", "t")[0], 3_600);
}

#[test]
fn each_second_of_a_lead_time_is_work_or_waiting_for_one_cause() {
    let text = marked("R4", &[]).replace(
        "[[disruption]]",
        "[[requirement]]\nname = \"m\"\nitem = \"pump\"\norigin = \"o\"\non = 2025-01-01\n\n[[disruption]]",
    );
    // m#1 waits an hour for the hub that is closed until 4, is at h at 8 and done at 12. n#1 waits an hour more for the first
    // step, is at h at 9, and waits for the border until 12.
    let done = run(&text, 1);
    figures(
        &done,
        "requirements.total",
        &[
            ("lead_time_total", (12.0 + 16.0) * HOUR),
            ("work_total", 2.0 * 11.0 * HOUR),
            ("waited.hub_total", (1.0 + 2.0) * HOUR),
            ("waited.border_total", 3.0 * HOUR),
            ("waited.lift_total", 0.0),
            ("waited.staff_total", 0.0),
        ],
    );
    // Charged along the way of the consignment that closed it: one that came first may have waited longer.
    let lines = "lines = [{ item = \"drill\", origin = \"store\" }, { item = \"pump\", origin = \"depot\" }]";
    let entries = format!(
        "\n[[requirement]]\nname = \"n\"\non = 2025-01-01\n{lines}\n\n[[disruption]]\nname = \"x\"\nstrikes = \"depot\"\non = 2025-01-01\nlasts = \"90 min\"\n"
    );
    let done = run(&world(&entries), 1);
    figures(&done, "requirements.total", &[("lead_time_total", 3.0 * HOUR), ("work_total", 3.0 * HOUR)]);
    figures(&done, "requirements.total", &[("waited.border_total", 0.0)]);
    // The wait itself is in the bottleneck all the same.
    figures(&done, "bottleneck.all", &[("waited", 1.5 * HOUR), ("border", 1.0)]);
}

#[test]
fn desks_have_an_order_of_their_own_whatever_that_of_the_file() {
    let told = |desks: &[(&str, &str)]| run(&world(&(need("n", "2025-01-01", "") + &hq(desks) + &store())), 1).digest;
    let sorted = told(&[("validation", "2h"), ("ranking", "1h"), ("matching", "3h"), ("movement", "1h")]);
    assert_eq!(told(&[("movement", "1h"), ("matching", "3h"), ("validation", "2h"), ("ranking", "1h")]), sorted);
    // A matching desk that stands first in the file does not validate.
    let desks = hq(&[("matching", "3h"), ("validation", "2h")]);
    let done = run(&world(&(need("n", "2025-01-01", "") + &desks + &store())), 1);
    let times: Vec<i64> = done.of("RequirementValidated").iter().filter_map(|e| e["t"].as_i64()).collect();
    assert_eq!(times[0], 2 * 3_600, "validated once, by the desk for it");
    assert_eq!(times.len(), 2, "n#1 and zz#1, once each");
}

#[test]
fn what_asks_for_nothing_goes_nowhere_and_is_fulfilled_when_matched() {
    let lines = "lines = [{ item = \"pump\", quantity = { weights = { 0 = 1 } }, origin = \"depot\" }, { item = \"drill\", quantity = Q, origin = \"store\" }]";
    let text = |quantity: &str| {
        let entry = format!("\n[[requirement]]\nname = \"n\"\non = 2025-01-01\n{}\n", lines.replace('Q', quantity));
        world(&(entry + &hq(&[("validation", "2h")]) + &store()))
    };
    // Both lines of 0: validated at 2, and closed there. One of 1: closed with it, three hours later.
    for (quantity, closed, made) in [("{ weights = { 0 = 1 } }", 2, 0), ("1", 5, 1)] {
        let done = run(&text(quantity), 1);
        let of_n = |e: &&serde_json::Value| e["object"] == "n#1";
        let found: Vec<i64> =
            done.of("RequirementFulfilled").iter().filter(of_n).filter_map(|e| e["t"].as_i64()).collect();
        assert_eq!(found, [closed * 3_600], "{quantity}");
        let goods = done
            .of("ConsignmentCreated")
            .iter()
            .filter(|e| e["object"].as_str().is_some_and(|o| o.starts_with("n#")))
            .count();
        assert_eq!(goods, made, "{quantity}");
        assert_eq!(done.figure("requirements.total.lead_time_total") as i64 % 3_600, 0);
    }
}

#[test]
fn otif_counts_lines_and_fill_rate_units() {
    // Drills take 3 h, pumps 1 h; due after 2 h: the line of 3 pumps is in time and whole, that of 1 drill is late.
    let lines = "lines = [{ item = \"pump\", quantity = 3, origin = \"depot\" }, { item = \"drill\", quantity = 1, origin = \"store\" }]";
    let entry = format!("\n[[requirement]]\nname = \"n\"\non = 2025-01-01\nneeded_within = \"2h\"\n{lines}\n");
    let done = run(&world(&entry), 1);
    figures(&done, "requirements.total", &[("otif", 0.5), ("fill_rate", 0.75), ("fulfilled", 1.0)]);
}

#[test]
fn what_a_desk_decides_comes_after_the_calendar_of_its_instant() {
    // The desk is done at 5, when the road closes: decisions come later (phase 4), so the goods wait until it opens at 14.
    let text = "[time]\nstart = 2025-01-01\nend = \"1h\"\n\n[[item]]\nname = \"shell\"\n\n[[requirement]]\nname = \"a\"\non = 2025-01-01\n\
                item = \"shell\"\norigin = \"depot\"\n\n[[node]]\nname = \"hq\"\nkind = \"hq\"\n\n[[node.step]]\nname = \"validation\"\n\
                time = \"5 s\"\n\n[[node]]\nname = \"depot\"\nkind = \"origin\"\n\n[[node]]\nname = \"border\"\nkind = \"handover\"\n\n\
                [[leg]]\nname = \"road\"\nfrom = \"depot\"\nto = \"border\"\ntransit = \"1 s\"\n\n[[disruption]]\nname = \"x\"\n\
                strikes = \"road\"\non = 2025-01-01T00:00:05Z\nlasts = \"9 s\"\n";
    let done = crate::support::run(text, 1);
    let at = |kind: &str| done.numbers(kind, "t");
    assert_eq!((at("HandlingFinished"), at("LegClosed"), at("RequirementMatched")), (vec![5], vec![5], vec![5]));
    let seq = |kind: &str| done.numbers(kind, "seq")[0];
    assert!(seq("HandlingFinished") < seq("LegClosed") && seq("LegClosed") < seq("RequirementValidated"));
    assert_eq!((at("LegDeparted"), at("RequirementFulfilled")), (vec![14], vec![15]));
}

#[test]
fn requirements_expire_last_of_all_at_their_instant() {
    // Both expire at 5, when the paper of the second gives up in the line of the desk: by the name of its place `hq` comes after `a`.
    let text = "[time]\nstart = 2025-01-01\nend = \"1h\"\n\n[[item]]\nname = \"shell\"\n\n[[requirement]]\nname = \"a\"\non = 2025-01-01\n\
                batch = 2\nitem = \"shell\"\norigin = \"depot\"\nneeded_within = \"5 s\"\nexpires = true\n\n[[node]]\nname = \"hq\"\nkind = \"hq\"\n\n\
                [[node.step]]\nname = \"validation\"\ntime = \"9 s\"\npatience = \"5 s\"\n\n[[node]]\nname = \"depot\"\nkind = \"origin\"\n\
                next = \"border\"\n\n[[node]]\nname = \"border\"\nkind = \"handover\"\n";
    let done = crate::support::run(text, 1);
    let seq = |kind: &str| done.numbers(kind, "seq");
    assert_eq!(done.numbers("PatienceEnded", "t"), [5]);
    assert_eq!(done.numbers("RequirementExpired", "t"), [5, 5]);
    assert!(seq("PatienceEnded")[0] < seq("RequirementExpired")[0]);
}
