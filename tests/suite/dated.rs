//! Dated things come on their dates, and stages without a time are passed once.

use crate::support::{pool, run};

const NEEDS: &str = r#"
[time]
start = 2025-01-01
end = "60d"

[[item]]
name = "pump"
value = "1 M USD"

[[requirement]]
name = "need"
arrivals = { at = [2025-01-01, 2025-01-03, 2025-01-03, 2025-01-04, 2025-02-10] }
item = "pump"
via = "pool"

[[pledge]]
name = "gift"
to = "pool"
amount = "1 M USD"
arrivals = { at = [2025-01-02, 2025-01-05, 2025-01-05, 2025-01-20, 2025-02-20] }
"#;

fn world() -> String {
    format!("{NEEDS}{}", pool("1 M USD", ""))
}

#[test]
fn dated_things_come_on_their_dates() {
    let done = run(&world(), 1);
    let times = |kind: &str| -> Vec<i64> {
        let days = |e: &serde_json::Value| e["t"].as_i64().unwrap() / 86_400;
        done.events().iter().filter(|e| e["kind"] == kind).map(days).collect()
    };
    assert_eq!(times("RequirementSubmitted"), [0, 2, 2, 3, 40]);
    assert_eq!(times("PledgeAnnounced"), [1, 4, 4, 19, 50]);
    assert_eq!(times("RequirementFulfilled"), [1, 4, 4, 19, 50]);
}

#[test]
fn a_stage_without_a_time_is_left_once() {
    let done = run(&world(), 1);
    let count = |kind: &str| done.events().iter().filter(|e| e["kind"] == kind).count();
    assert_eq!(count("HandedOver"), 5);
    assert_eq!(done.figure("gates.pool.shipment.departures"), 5.0);
    // Drafting of a line; review, funding and release of its package; supply and shipment of its consignment.
    assert_eq!((count("StageEntered"), count("StageLeft")), (30, 30));
}

#[test]
fn the_opening_backlog_counts_and_what_waits_is_charged() {
    let done = run(&world().replace("2025-01-01, 2025-01-03", "2024-12-20, 2025-01-03"), 1);
    assert_eq!(done.figure("requirements.total.submitted"), 5.0);
    assert_eq!(done.figure("stages.staff.in_value"), 500_000_000.0);
    // The first one waits 12 d for the staff to begin; needs 3 to 5 wait for gifts 3 to 5, the second one for gift 2.
    let days = |figure: &str| done.figure(figure) / 86_400.0;
    assert_eq!(days("requirements.total.waited.staff_total"), 12.0);
    assert_eq!(days("requirements.total.waited.money_total"), 1.0 + 2.0 + 2.0 + 16.0 + 10.0);
    assert_eq!(days("bottleneck.all.waited"), 12.0 + 31.0);
    // Without the last gift, the last need waits until the end: 20 d in place of 10.
    let open = run(&world().replace(", 2025-02-20", ""), 1);
    assert_eq!(open.figure("bottleneck.all.waited") / 86_400.0, 31.0 + 10.0);
}
