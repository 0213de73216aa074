//! More small worlds that once were wrong; each by hand.

use crate::money::{MONEY, gift, need, sums, tells, world};
use crate::support::{Done, at, figures, read, refused, run};
use waybill::log::{MemoryLog, SegmentLimits};
use waybill::sim::{Ended, Opened, Run, World};

const DAY: f64 = 86_400.0;

/// Seconds, or days, of the events of a kind.
fn when(done: &Done, kind: &str) -> Vec<i64> {
    done.of(kind).iter().map(|e| e["t"].as_i64().expect("an event has a time")).collect()
}

#[test]
fn a_run_without_an_end_waits_for_a_stage_that_is_held_for_a_time() {
    // The money of day 4 waits for the hold on funding, which ends on day 9.
    let hold = "\n[[disruption]]\nname = \"hold\"\nstrikes = \"pool.funding\"\non = 2025-01-03\nlasts = \"7d\"\n";
    let text =
        world("", &(need("n", "pump", &[0]) + &gift("g", "10 M USD", 4, "") + hold)).replace("end = \"60d\"\n", "");
    let done = run(&text, 1);
    assert_eq!(when(&done, "PackageFunded"), [9 * 86_400]);
}

#[test]
fn a_drafting_that_is_held_for_ever_keeps_no_run_alive() {
    let hold = "\n[[disruption]]\nname = \"hold\"\nstrikes = \"pool.drafting\"\non = 2025-01-01\n";
    let text = world("", &(need("n", "pump", &[0]) + hold)).replace("end = \"60d\"\n", "");
    let done = run(&text.replace("size = \"10 M USD\"", "draft_every = \"30d\""), 1);
    assert!(done.world.state.turns < 20, "{} turns", done.world.state.turns);
}

/// A hub of the day shift whose only departure is at night.
const NIGHT: &str = r#"
[time]
start = 2025-01-01

[[node]]
name = "hub"
hours = "Mon-Sun 08:00-16:00"

[[node]]
name = "b"
kind = "handover"

[[leg]]
name = "l"
from = "hub"
to = "b"
transit = "1h"
departures = { every = "24h", first = 2025-01-01T20:00:00Z }

[[consignment]]
name = "c"
on = 2025-01-01
enters = "hub"
"#;

#[test]
fn a_timetable_of_the_night_shift_keeps_nothing_alive() {
    assert_eq!(run(NIGHT, 1).ended, Ended::Deadlock(vec!["l".into()]));
    // Every 25 hours it comes into the day: the twelfth after the first is 300 h later, on the 14th at 8:00.
    let done = run(&NIGHT.replace("24h", "25h"), 1);
    assert_eq!((done.ended.clone(), when(&done, "HandedOver")), (Ended::Finished, vec![(20 + 300 + 1) * 3_600]));
}

#[test]
fn a_ring_of_blocked_places_is_named_at_the_end_too() {
    let node = |name: &str, next: &str| {
        format!(
            "\n[[node]]\nname = \"{name}\"\nnext = \"{next}\"\n\n[[node.step]]\nname = \"s\"\ntime = \"1h\"\n\n[[node.step]]\nname = \"t\"\nyard = 1\ntime = \"1h\"\nrepeat = 0.5\n"
        )
    };
    let stream = |to: &str| format!("\n[[consignment]]\nname = \"c-{to}\"\non = 2025-01-01\nenters = \"{to}\"\n");
    // What stands behind a leg that is closed for ever waits; it blocks nobody.
    let closed = NIGHT.replace("start = 2025-01-01\n", "start = 2025-01-01\nend = \"20d\"\n");
    assert_eq!(run(&closed, 1).ended, Ended::Finished);
    // Two yards of one, each full of who wants to go to the other, from inside: nobody can move again.
    let ring = "[time]\nstart = 2025-01-01\nend = \"20d\"\n".to_owned() + &node("a", "out") + &stream("a");
    assert_eq!(run(&ring, 1).ended, Ended::Finished);
    let text = r#"
[time]
start = 2025-01-01
end = "20d"

[[node]]
name = "a"
yard = 1
next = { weights = { b = 1, out = 0.000001 } }

[[node.step]]
name = "s"
time = "1h"
servers = 0

[[consignment]]
name = "c"
on = 2025-01-01
batch = 2
enters = "a"

[[node]]
name = "b"
"#;
    let text = text.replace("servers = 0", "servers = [{ n = 0 }]");
    assert_eq!(run(&text, 1).ended, Ended::Deadlock(vec!["a.s".into()]));
}

#[test]
fn a_checkpoint_after_the_last_event_reads_the_last_state() {
    let check = "\n[[checkpoint]]\nfigure = \"stations.n.s.departures\"\nat = 2025-01-09\nvalue = 2\n";
    let text = |end: &str| {
        format!(
            "[time]\nstart = 2025-01-01\n{end}\n[[node]]\nname = \"n\"\n\n[[node.step]]\nname = \"s\"\ntime = \"5s\"\n\n\
             [[consignment]]\nname = \"c\"\nenters = \"n\"\narrivals = {}\n{check}",
            at(&[1, 2])
        )
    };
    let of = |end: &str| run(&text(end), 1).figures()["checkpoints"][0]["simulated"].clone();
    assert_eq!(of(""), 2.0);
    assert_eq!(of("end = \"20d\"\n"), 2.0);
    // After the end nobody knows, and the checkpoint is not left out.
    assert_eq!(of("end = \"3d\"\n"), serde_json::Value::Null);
}

#[test]
fn goods_that_weigh_more_than_can_be_counted_end_the_run_with_a_word() {
    let text = "[time]\nstart = 2025-01-01\nend = \"1d\"\n\n[[item]]\nname = \"x\"\nmass = \"1000000000000 t\"\n\n[[node]]\nname = \"a\"\n\n[[node.step]]\nname = \"s\"\ntime = \"1h\"\n\n\
                [[consignment]]\nname = \"c\"\non = 2025-01-01\nbatch = 10000\nenters = \"a\"\nitem = \"x\"\n";
    let loaded = read(text);
    let opened = Opened::new(1, loaded.plan.clone(), loaded.notes.clone());
    let log = Box::new(MemoryLog::new(opened.opening()));
    let mut made = Run::new(World::open(opened.plan.clone(), &opened.notes), 1, log, SegmentLimits::default());
    let error = made.go(&Default::default()).expect_err("the run cannot go on").to_string();
    assert!(error.contains("goods weigh more than"), "{error}");
}

#[test]
fn an_undivided_pledge_with_an_earmark_goes_to_one_need() {
    let entries = need("b", "drill", &[0, 0]) + &gift("g", "15 M USD", 1, "earmark = \"drill\"");
    let done = tells(
        &world("split_pledges = false", &entries),
        MONEY,
        "1d pool#1 gets 10 g#1
         1d g#1 is held for pool#1
         1d pool#1 is funded",
    );
    sums(&done, &[("held", 5), ("gap", 10)]);
}

#[test]
fn money_goes_to_the_most_urgent_that_opens_at_its_instant() {
    // Streams a (priority 2) and z (priority 1) are validated at one instant, whatever the mechanism is called.
    let entries = need("a", "pump", &[1])
        + "priority = 2\n"
        + &need("z", "drill", &[1])
        + "priority = 1\n"
        + &gift("g", "10 M USD", 0, "");
    tells(
        &world("", &entries),
        &["goes into", "gets"],
        "1d z#1/1 goes into pool#1\n1d a#1/1 goes into pool#2\n1d pool#1 gets 10 g#1",
    );
}

fn step(keys: &str, seconds: &[i64], more: &str) -> String {
    format!(
        "[time]\nstart = 2025-01-01\nend = \"1h\"\n\n[[node]]\nname = \"n\"\n\n[[node.step]]\nname = \"s\"\n{keys}\n\n\
         [[consignment]]\nname = \"c\"\nenters = \"n\"\narrivals = {}\n{more}",
        at(seconds)
    )
}

#[test]
fn no_capacity_is_none_of_servers_without_limit_too() {
    let cut = |share: &str| {
        format!(
            "\n[[disruption]]\nname = \"d\"\nstrikes = \"n.s\"\non = 2025-01-01\nlasts = \"20s\"\neffect = {{ capacity = {share} }}\n"
        )
    };
    let starts = |share: &str| {
        when(&run(&step("servers = \"unlimited\"\ntime = \"5s\"", &[1, 2], &cut(share)), 1), "HandlingStarted")
    };
    assert_eq!(starts("0"), [20, 20]);
    assert_eq!(starts("0.5"), [1, 2]);
    let stage = "\n[[disruption]]\nname = \"d\"\nstrikes = \"pool.release\"\non = 2025-01-01\nlasts = \"20s\"\neffect = { capacity = 0.5 }\n";
    assert!(refused(&world("", &(need("a", "pump", &[1]) + stage))).contains("no capacity that could be cut"));
}

#[test]
fn who_gave_up_after_waiting_has_waited() {
    let done = run(&step("time = \"30s\"\npatience = \"10s\"", &[1, 2], ""), 1);
    // Both entered; one was served at once, the other waited ten seconds for nothing.
    figures(&done, "stations.n.s", &[("entered", 2.0), ("expired", 1.0), ("waited_share", 0.5), ("wait_mean", 0.0)]);
}

#[test]
fn a_family_counts_its_own_lines() {
    let text = r#"
[time]
start = 2025-01-01
end = "9d"

[[item]]
name = "radar"
family = "radars"
mass = "2 t"
value = "5 USD"

[[item]]
name = "ration"
family = "food"
mass = "3 t"
value = "1 USD"

[[node]]
name = "depot"
next = "border"

[[node]]
name = "border"
kind = "handover"

[[requirement]]
name = "r"
on = 2025-01-01
needed_within = "2d"
lines = [{ item = "radar", quantity = 2, origin = "depot" }, { item = "ration", origin = "far" }]

[[node]]
name = "far"
next = "slow"

[[leg]]
name = "slow"
from = "far"
to = "border"
transit = "5d"
"#;
    let done = run(text, 1);
    let at = |group: &str, key: &str| done.figure(&format!("requirements.{group}.{key}"));
    assert_eq!(
        [at("total", "submitted_t"), at("family.radars", "submitted_t"), at("family.food", "submitted_t")],
        [7e3, 4e3, 3e3]
    );
    assert_eq!([at("total", "submitted_value"), at("family.radars", "submitted_value")], [1_100.0, 1_000.0]);
    assert_eq!(
        [at("total", "fill_rate"), at("family.radars", "fill_rate"), at("family.food", "fill_rate")],
        [2.0 / 3.0, 1.0, 0.0]
    );
    assert_eq!([at("total", "otif"), at("family.radars", "otif"), at("family.food", "otif")], [0.5, 1.0, 0.0]);
    assert_eq!(at("family.food", "lead_time_mean"), 5.0 * DAY);
}

#[test]
fn goods_that_are_refused_are_in_no_stage() {
    let text = r#"
[time]
start = 2025-01-01
end = "9d"

[[item]]
name = "radar"
value = "5 USD"

[[node]]
name = "depot"
next = "border"

[[node]]
name = "border"
kind = "handover"

[[node.step]]
name = "receipt"
time = "2d"
yard = 1
when_full = "refuse"

[[leg]]
from = "depot"
to = "border"
transit = "1d"

[[requirement]]
name = "r"
arrivals = { at = [2025-01-01, 2025-01-02] }
item = "radar"
origin = "depot"
"#;
    let done = run(text, 1);
    assert_eq!(done.of("Refused").len(), 1);
    // Nothing is at the border any more: one was handed over, the other turned away.
    figures(&done, "stages.border", &[("left_value", 0.0), ("in_value", 1_000.0)]);
}

/// Forty that end together, more than are looked at one by one; some of those that follow end at the very instant too.
#[test]
fn many_that_end_together_go_in_the_order_of_choice() {
    let text = "[time]\nstart = 2025-01-01\nend = \"1h\"\n\n[[node]]\nname = \"n\"\n\n[[node.step]]\nname = \"s\"\nservers = 40\ntime = { by = \"stream\", b = \"5s\", else = \"0s\" }\ndiscipline = \"fifo\"\n\n\
                [[consignment]]\nname = \"b\"\nenters = \"n\"\non = 2025-01-01\nbatch = 40\npriority = { weights = { 3 = 1, 1 = 1, 2 = 1 } }\n\n\
                [[consignment]]\nname = \"c\"\nenters = \"n\"\narrivals = { at = [2025-01-01T00:00:05Z] }\nbatch = 50\npriority = 2\n";
    let done = run(text, 1);
    crate::laws::lawful(&done).expect("the laws hold");
    let priority: std::collections::BTreeMap<String, i64> = (done.of("ConsignmentCreated").iter())
        .map(|e| (e["object"].as_str().expect("a name").into(), e["priority"].as_i64().expect("a priority")))
        .collect();
    let ended: Vec<(i64, i64)> =
        (done.of("HandlingFinished").iter().filter(|e| e["object"].as_str().unwrap().starts_with('b')))
            .map(|e| e["object"].as_str().expect("a name"))
            .map(|name| (priority[name], name[2..].parse::<i64>().expect("a number")))
            .collect();
    let mut sorted = ended.clone();
    sorted.sort_unstable();
    assert_eq!((ended.len(), ended), (40, sorted));
    assert_eq!(when(&done, "HandlingFinished"), [5; 90]);
}

#[test]
fn who_is_refused_has_no_way_from_end_to_end() {
    // One of 30 s is served, one refused at once, one gives up after 10 s.
    let text = step("time = \"30s\"\nyard = 2\nwhen_full = \"refuse\"\npatience = \"10s\"", &[1, 2, 3], "");
    let done = run(&text, 1);
    figures(
        &done,
        "streams.c",
        &[("created", 3.0), ("left", 3.0), ("refused", 1.0), ("expired", 1.0), ("stay_mean", 30.0), ("stay_max", 30.0)],
    );
    figures(&done, "stations.n.s", &[("throughput", 24.0), ("departures", 1.0)]);
}

/// Goods of no requirement that came before the first requirement are no rows of what requirements wait for.
#[test]
fn goods_that_came_before_the_first_requirement_go_on_after_it() {
    // Handled from 0 to 2 d, then for a day more; the requirement of day 1 waits for money that never comes, so that nothing
    // of it exists.
    let goods = "\n[[consignment]]\nname = \"c\"\nenters = \"yard\"\non = 2025-01-01\n\n\
                 [[node]]\nname = \"yard\"\n\n[[node.step]]\nname = \"s\"\ntime = \"2d\"\n\n\
                 [[node.step]]\nname = \"t\"\ntime = \"1d\"\n";
    let done = run(&world("", &(need("n", "pump", &[1]) + goods)), 1);
    assert_eq!(when(&done, "HandlingFinished"), [2 * 86_400, 3 * 86_400]);
    crate::laws::lawful(&done).expect("the laws hold");
    figures(&done, "requirements.total", &[("submitted", 1.0), ("open", 1.0)]);
    figures(&done, "stations.yard.s", &[("departures", 1.0), ("stay_mean", 2.0 * DAY)]);
    figures(&done, "stations.yard.t", &[("departures", 1.0), ("stay_mean", DAY)]);
}

/// The same where goods of a requirement have rows already, in fewer places than there are goods: one server takes the four of
/// the stream, then the one that was asked for at 20 s.
#[test]
fn more_goods_than_the_requirements_have_rows_go_on_beside_them() {
    let text = "[time]\nstart = 2025-01-01\n\n[[item]]\nname = \"gun\"\n\n[[node]]\nname = \"z\"\nnext = \"h\"\n\n\
                [[node]]\nname = \"h\"\nkind = \"handover\"\n\n[[node.step]]\nname = \"s\"\ntime = \"15 s\"\n\n\
                [[consignment]]\nname = \"a\"\nenters = \"h\"\n\
                arrivals = { at = [2025-01-01, 2025-01-01, 2025-01-01, 2025-01-01T00:00:07Z] }\n\n\
                [[requirement]]\nname = \"r\"\non = 2025-01-01T00:00:20Z\nitem = \"gun\"\norigin = \"z\"\n";
    let done = run(text, 1);
    assert_eq!(when(&done, "HandlingFinished"), [15, 30, 45, 60, 75]);
    assert_eq!(when(&done, "RequirementFulfilled"), [75]);
    crate::laws::lawful(&done).expect("the laws hold");
    figures(&done, "requirements.total", &[("fulfilled", 1.0), ("lead_time_mean", 55.0)]);
    figures(&done, "stations.h.s", &[("departures", 5.0), ("stay_mean", (15.0 + 30.0 + 45.0 + 53.0 + 55.0) / 5.0)]);
}

/// A hundred thousand start and end together; sorting them again for each that starts would take this test minutes.
#[test]
fn many_that_begin_together_cost_no_more_than_one_after_another() {
    let text = "[time]\nstart = 2025-01-01\n\n[[consignment]]\nname = \"a\"\nenters = \"hub\"\non = 2025-01-01\nbatch = 100000\n\n\
                [[node]]\nname = \"hub\"\n\n[[node.step]]\nname = \"unload\"\nservers = \"unlimited\"\ntime = \"4h\"\n";
    let done = run(text, 1);
    assert_eq!(done.figure("streams.a.left"), 100_000.0);
    assert_eq!(done.figure("streams.a.stay_mean"), 4.0 * 3_600.0);
}

/// Without an end a run waits for what was ordered, and for what expires, though no goods move any more.
#[test]
fn orders_and_expiries_keep_a_run_alive() {
    let head = "[time]\nstart = 2025-01-01\n\n[[item]]\nname = \"gun\"\nvalue = \"1 USD\"\n\n[[node]]\nname = \"z\"\nnext = \"h\"\n\n\
                [[node]]\nname = \"h\"\nkind = \"handover\"\n";
    // Ordered at the start, in after ten days.
    let stock = "\n[[stock]]\nname = \"s\"\nitem = \"gun\"\nat = \"z\"\nreorder = { up_to = 2 }\nlead_time = \"10d\"\n";
    let done = run(&(head.to_owned() + stock), 1);
    assert_eq!(when(&done, "StockReceived"), [10 * 86_400]);
    // Nothing comes to a stock without a rule: the requirement is open until it expires, three days after its need-by date.
    let need = "\n[[stock]]\nname = \"s\"\nitem = \"gun\"\nat = \"z\"\n\n[[requirement]]\nname = \"r\"\non = 2025-01-02\nitem = \"gun\"\n\
                origin = \"z\"\nneeded_within = \"7d\"\nexpires = \"3d\"\n";
    let done = run(&(head.to_owned() + need), 1);
    assert_eq!(when(&done, "RequirementExpired"), [11 * 86_400]);
    // Money that nothing asks for is withdrawn.
    let money = "\n[[mechanism]]\nname = \"m\"\nkind = \"package\"\norigin = \"z\"\n\n[[pledge]]\nname = \"p\"\nto = \"m\"\namount = \"1 USD\"\n\
                 on = 2025-01-01\nexpires = \"5d\"\n";
    let done = run(&(head.to_owned() + money), 1);
    assert_eq!(when(&done, "PledgeExpired"), [5 * 86_400]);
}

/// Forty thousand nodes with a stream each are looked at one after another; joining what each reaches to all before took
/// minutes.
#[test]
fn many_streams_are_checked_one_after_another() {
    let one = |n: usize| {
        format!(
            "\n[[node]]\nname = \"n-{n}\"\n\n[[consignment]]\nname = \"s-{n}\"\nenters = \"n-{n}\"\non = 2025-01-01\n"
        )
    };
    let text: String = (0..40_000).map(one).collect();
    let loaded = crate::support::read(&format!("[time]\nstart = 2025-01-01\n{text}"));
    assert_eq!((loaded.plan.nodes.len(), loaded.plan.streams.len()), (40_000, 40_000));
}

/// At the start the calendars turn before a stream finds out that its rate is zero for ever.
#[test]
fn a_stream_opens_though_nothing_ever_comes() {
    let text = "[time]\nstart = 2025-01-01\n\n[[node]]\nname = \"n\"\nhours = \"Mon-Sun 08:00-20:00\"\n\n\
                [[consignment]]\nname = \"c\"\nenters = \"n\"\narrivals = { every = \"5d\" }\ncount = 3\n\
                trend = [{ at = 2025-01-01, factor = 1 }, { at = 2025-01-03, factor = 0 }]\n";
    let done = run(text, 1);
    let told: Vec<_> = done.events().iter().map(|e| (e["t"].as_i64().unwrap(), e["kind"].to_string())).collect();
    let kinds = ["HoursEnded", "NodeClosed", "StreamOpened"].map(|kind| (0, format!("\"{kind}\"")));
    assert_eq!(told, kinds);
}

#[test]
fn each_round_over_a_leg_that_leads_back_is_a_visit() {
    let text = "[time]\nstart = 2025-01-01\nend = \"1d\"\n\n[[consignment]]\nname = \"truck\"\nenters = \"yard\"\non = 2025-01-01\n\
                circulates = true\n\n[[node]]\nname = \"yard\"\nnext = \"yard:yard:road\"\n\n[[leg]]\nfrom = \"yard\"\nto = \"yard\"\n\
                transit = \"2h\"\n";
    let done = run(text, 1);
    assert_eq!(done.of("LegDeparted").len(), 12);
    for (figure, value) in
        [("arrivals", 12.0), ("departures", 11.0), ("service_mean", 7_200.0), ("in_system_mean", 1.0)]
    {
        assert_eq!(done.figure(&format!("legs.yard:yard:road.{figure}")), value, "{figure}");
    }
}

#[test]
fn a_package_at_a_node_with_a_stock_asks_nothing_of_it() {
    let text = "[time]\nstart = 2025-01-01\nend = \"30d\"\n\n[[item]]\nname = \"radio\"\nvalue = \"1 M USD\"\n\n[[stock]]\nname = \"spare\"\n\
                item = \"radio\"\nat = \"border\"\non_hand = 5\n\n[[mechanism]]\nname = \"purl\"\nkind = \"package\"\nsize = \"5 M USD\"\n\
                origin = \"border\"\n\n[[requirement]]\nname = \"a\"\nitem = \"radio\"\nquantity = 7\non = 2025-01-02\nvia = \"purl\"\n\n\
                [[requirement]]\nname = \"b\"\nitem = \"radio\"\nquantity = 4\non = 2025-01-02\norigin = \"border\"\n\n[[node]]\n\
                name = \"border\"\nkind = \"handover\"\n";
    let done = run(text, 1);
    assert_eq!((done.figure("stocks.spare.asked"), done.figure("stocks.spare.fill_rate")), (4.0, 1.0));
}

#[test]
fn who_stands_at_the_gate_has_brought_nothing_yet() {
    let text = "[time]\nstart = 2025-01-01\nend = \"1h\"\n\n[[consignment]]\nname = \"a\"\nenters = \"yard\"\nmass = \"5 t\"\n\
                on = 2025-01-01\nbatch = 2\n\n[[node]]\nname = \"yard\"\nyard = 1\n\n[[node.step]]\nname = \"dock\"\ntime = \"2h\"\n";
    for (end, came) in [("1h", 1.0), ("3h", 2.0)] {
        let done = run(&text.replace("\"1h\"", &format!("{end:?}")), 1);
        let twins = (done.figure("stations.yard.dock.arrivals"), done.figure("stations.yard.dock.arrivals_t"));
        assert_eq!(twins, (came, came * 5_000.0), "until {end}");
    }
    // Who is turned away has come all the same.
    let done = run(&text.replace("yard = 1\n", "yard = 1\nwhen_full = \"refuse\"\n"), 1);
    assert_eq!(done.figure("stations.yard.dock.arrivals_t"), 10_000.0);
}

#[test]
fn an_order_may_be_of_more_lots_than_memory_holds() {
    let text = "[time]\nstart = 2025-01-01\nend = \"30d\"\n\n[[item]]\nname = \"shell\"\n\n[[stock]]\nname = \"works\"\nitem = \"shell\"\n\
                at = \"border\"\non_hand = 1\nreorder = { up_to = 100000000000 }\nproduction = { time = \"1h\", servers = 1, lot = 1 }\n\n\
                [[requirement]]\nname = \"a\"\nitem = \"shell\"\nquantity = 2\non = 2025-01-02\norigin = \"border\"\n\n[[node]]\n\
                name = \"border\"\nkind = \"handover\"\n";
    let done = run(text, 1);
    assert_eq!((done.of("StockReceived").len(), done.figure("stocks.works.on_hand")), (719, 718.0));
}

/// The kinds of the causes of all events of a kind.
fn causes(done: &Done, kind: &str) -> Vec<String> {
    let events = done.events();
    let of =
        |event: &serde_json::Value| events[event["cause"].as_u64().expect("a number") as usize - 1]["kind"].clone();
    done.of(kind).iter().map(|event| of(event).as_str().expect("a kind").to_owned()).collect()
}

#[test]
fn what_closes_pays_and_comes_in_has_the_cause_that_brought_it() {
    let text = "[time]\nstart = 2025-01-01\nend = \"20d\"\n\n[money]\ncurrency = \"USD\"\n\n[[item]]\nname = \"radio\"\nvalue = \"1 M USD\"\n\n\
                [[requirement]]\nname = \"r\"\nitem = \"radio\"\nquantity = 5\non = 2025-01-01\nvia = \"purl\"\n\n[[mechanism]]\nname = \"purl\"\n\
                kind = \"package\"\nsize = \"5 M USD\"\norigin = \"border\"\npays_before = \"supply\"\n\n[[pledge]]\nname = \"one\"\nto = \"purl\"\n\
                amount = \"5 M USD\"\non = 2025-01-02\npaid_after = \"6d\"\n\n[[node]]\nname = \"border\"\nkind = \"handover\"\n\n\
                [[stock]]\nname = \"spare\"\nitem = \"radio\"\nat = \"depot\"\non_hand = 3\nreorder = { at = 1, quantity = 2 }\nlead_time = \"2d\"\n\n\
                [[requirement]]\nname = \"s\"\nitem = \"radio\"\nquantity = 2\narrivals = { at = [2025-01-03, 2025-01-04] }\norigin = \"depot\"\n\n\
                [[node]]\nname = \"depot\"\nkind = \"origin\"\nnext = \"border\"\n\n[[leg]]\nfrom = \"depot\"\nto = \"border\"\ntransit = \"1d\"\n";
    let done = run(text, 1);
    assert_eq!(causes(&done, "MoneySpent"), ["FundsDisbursed"]);
    let received = causes(&done, "StockReceived");
    assert!(received.len() == 2 && received.iter().all(|kind| kind == "StockOrdered"), "{received:?}");
    let closed = causes(&done, "RequirementFulfilled");
    assert!(closed.len() == 3 && closed.iter().all(|kind| kind == "HandedOver"), "{closed:?}");
}

#[test]
fn goods_that_go_round_in_one_instant_end_the_run_with_a_word() {
    let text = "[time]\nstart = 2025-01-01\nend = \"1d\"\n\n[[consignment]]\nname = \"a\"\nenters = \"na\"\non = 2025-01-01\n\n[[node]]\n\
                name = \"na\"\nnext = { weights = { na = 1, out = 1e-8 } }\n";
    let loaded = read(text);
    let opened = Opened::new(3, loaded.plan, loaded.notes);
    let world = World::open(opened.plan.clone(), &opened.notes);
    let log = Box::new(MemoryLog::new(opened.opening()));
    let ended = Run::new(world, opened.seed, log, SegmentLimits::default()).go(&Default::default());
    let error = ended.expect_err("a chance of one in a hundred million ends no round soon").to_string();
    assert!(error.contains("goods of a came to na and on at one instant, 1000000 nodes in a row"), "{error}");
}
