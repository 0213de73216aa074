//! Dated things come on their dates, and stages without a time are passed once.

use crate::support::run;

const WORLD: &str = r#"
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

[[mechanism]]
name = "pool"
kind = "package"
size = "1 M USD"
origin = "depot"

[[node]]
name = "depot"
kind = "origin"
next = "border"

[[node]]
name = "border"
kind = "handover"

[[leg]]
from = "depot"
to = "border"
transit = "1h"
"#;

#[test]
fn dated_things_come_on_their_dates() {
    let done = run(WORLD, 1);
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
    let done = run(WORLD, 1);
    let lots = done.events().iter().filter(|e| e["kind"] == "GoodsCreated").count();
    let of_goods = |e: &&serde_json::Value| e["kind"] == "StageLeft" && e.to_string().contains("need#");
    assert_eq!(lots, 5);
    // Drafting of the line, supply and shipment of its one consignment.
    assert_eq!(done.events().iter().filter(of_goods).count(), 15);
    assert_eq!(done.figure("gates.pool.shipment.departures"), 5.0);
}
