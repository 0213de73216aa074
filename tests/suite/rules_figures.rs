//! Figures by hand: what each of them is of.

use crate::money::{gift, need, world};
use crate::reference::world::{
    Departures, Effect, Goods, Hours, Kind, Law, Leg, Limit, MILLION, Next, Node, OnOutage, Servers, Step, Stream,
    WhenFull, World, to_toml,
};
use crate::support::{Done, closed, figures, hub, run, stream};
use serde_json::json;

const STEP: &str = "stations.n.d";
const DAY: f64 = 86_400.0;

/// Ten that come at 0 to one dock of 10 s: they wait 0, 10, ... 90 s, and stay 10, 20, ... 100 s.
fn ten(end: i64) -> Done {
    run(&to_toml(&World { end: Some(end), ..hub(vec![Step::new("d", 1, 10)], &[0; 10]) }), 1)
}

#[track_caller]
fn near(done: &Done, path: &str, expected: f64) {
    let found = done.figure(path);
    assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{path}: {found} in place of {expected}");
}

#[test]
fn quantiles_are_nearest_rank() {
    let done = ten(1_000);
    // Of ten values p50 is the fifth, p90 the ninth, p95 and p99 the tenth.
    figures(&done, STEP, &[("wait_p50", 40.0), ("wait_p90", 80.0), ("wait_p95", 90.0), ("wait_p99", 90.0)]);
    figures(&done, STEP, &[("wait_mean", 45.0), ("wait_max", 90.0), ("stay_mean", 55.0), ("stay_p50", 50.0)]);
    // The spread of the values themselves: the mean of the squares is 825 above the square of the mean.
    near(&done, "stations.n.d.wait_sd", 825f64.sqrt());
    assert!(done.figures()["stations"]["n"]["d"]["quantile_step"].is_null(), "few values are kept exactly");
}

#[test]
fn levels_are_weighed_by_time() {
    // Each of the levels 10 to 1 lasts 10 s; over 200 s half of the time nobody is there.
    let done = ten(100);
    figures(&done, STEP, &[("in_system_mean", 5.5), ("in_system_max", 10.0), ("queue_mean", 4.5)]);
    figures(
        &done,
        STEP,
        &[("in_system_p50", 5.0), ("in_system_p90", 9.0), ("in_system_p95", 10.0), ("empty_share", 0.0)],
    );
    near(&done, "stations.n.d.in_system_sd", 8.25f64.sqrt());
    let done = ten(200);
    figures(
        &done,
        STEP,
        &[("in_system_mean", 2.75), ("in_system_p50", 0.0), ("in_system_p90", 8.0), ("empty_share", 0.5)],
    );
    figures(&done, STEP, &[("queue_mean", 2.25), ("in_system_max", 10.0), ("utilisation", 0.5)]);
}

#[test]
fn throughput_is_of_departures_by_days_of_the_window() {
    let done = ten(200);
    figures(&done, STEP, &[("departures", 10.0), ("throughput", 10.0 * DAY / 200.0)]);
    // Of 45 s four have left; the others are unfinished, and six waits have not ended or begun to.
    let done = ten(45);
    figures(
        &done,
        STEP,
        &[("arrivals", 10.0), ("departures", 4.0), ("unfinished", 6.0), ("throughput", 4.0 * DAY / 45.0)],
    );
    figures(&done, STEP, &[("wait_max", 40.0), ("wait_mean", 20.0), ("stay_max", 40.0), ("waited_share", 0.4)]);
}

#[test]
fn a_window_begins_with_the_warm_up() {
    let text = to_toml(&World { end: Some(60), ..hub(vec![Step::new("d", 1, 10)], &[0, 0, 0, 25, 26]) });
    let done = run(&text.replacen("[time]\n", "[time]\nwarm_up = \"20 s\"\n", 1), 1);
    // From 20 on: s#3 until 30, s#4 from 25 to 40, s#5 from 26 to 50, of 40 s.
    figures(&done, STEP, &[("arrivals", 2.0), ("departures", 2.0), ("in_system_mean", (10.0 + 15.0 + 24.0) / 40.0)]);
    // Four leave in these 40 s, the first of them as they begin.
    figures(&done, STEP, &[("wait_mean", (5.0 + 14.0) / 2.0), ("throughput", 4.0 * DAY / 40.0), ("utilisation", 0.75)]);
    figures(&done, STEP, &[("queue_mean", (5.0 + 14.0) / 40.0), ("worked_total", 30.0), ("empty_share", 0.25)]);
    assert_eq!(done.figures()["stations"]["n"]["d"]["little"], json!([49, 49]));
}

#[test]
fn little_is_one_integral_reckoned_twice() {
    let done = run(&to_toml(&World { end: Some(25), ..hub(vec![Step::new("d", 1, 10)], &[0, 3, 20]) }), 1);
    // 10 + 17 + 5: one is still there at the end.
    assert_eq!(done.figures()["stations"]["n"]["d"]["little"], json!([32, 32]));
    figures(&done, STEP, &[("in_system_mean", 32.0 / 25.0)]);
}

#[test]
fn utilisation_is_of_the_time_that_is_open() {
    let mut world = hub(vec![Step::new("d", 1, 30)], &[0, 100]);
    world.nodes[0].hours = Some(Hours { first: 0, last: 6, opens: 0, closes: 1 });
    // Open until 60; 30 s of work. What comes at 100 waits for tomorrow.
    let done = run(&to_toml(&World { end: Some(120), ..world }), 1);
    figures(
        &done,
        STEP,
        &[("utilisation", 0.5), ("busy_share", 0.25), ("up_share", 0.5), ("queue_mean", 20.0 / 120.0)],
    );
}

#[test]
fn utilisation_is_of_the_servers_on_duty() {
    let mut step = Step::new("d", 1, 30);
    step.servers = Servers::Calendar(vec![(0, 2), (60, 4)]);
    let mut world = hub(vec![step], &[0, 0, 70]);
    world.disruptions =
        vec![crate::reference::world::Disruption { effect: Effect::Capacity(MILLION / 2), ..closed("n.d", 90, 10) }];
    // On duty: 2 x 60, 4 x 30, 2 x 10, 4 x 20 server-seconds; worked 90.
    let done = run(&to_toml(&World { end: Some(120), ..world }), 1);
    figures(&done, STEP, &[("utilisation", 90.0 / 340.0), ("up_share", 1.0), ("worked_total", 90.0)]);
}

#[test]
fn paused_and_blocked_seconds_are_no_work() {
    let narrow = Step { yard: Limit::number(1), ..Step::new("e", 1, 20) };
    let mut world = hub(vec![Step::new("d", 1, 10), narrow], &[0, 0]);
    world.disruptions = vec![closed("n.d", 14, 5)];
    // s#1: d 0-10, e 10-30. s#2: d 10-14 and 19-25, blocked until 30, e 30-50.
    let done = run(&to_toml(&World { end: Some(100), ..world }), 1);
    figures(
        &done,
        STEP,
        &[("worked_total", 20.0), ("paused_total", 5.0), ("blocked_total", 5.0), ("blocked_share", 0.05)],
    );
    figures(&done, STEP, &[("utilisation", 20.0 / 95.0), ("service_mean", 10.0), ("up_share", 0.95)]);
    // Of each visit gate, wait, service, pauses and blocking are the stay: 10, and 10 + 10 + 5 + 5.
    figures(&done, STEP, &[("stay_mean", 20.0), ("stay_max", 30.0), ("wait_mean", 5.0)]);
}

#[test]
fn a_wait_is_of_the_line_and_a_stay_of_the_gate_too() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[0, 2]);
    world.nodes[0].yard = Limit::number(1);
    let done = run(&to_toml(&World { end: Some(40), ..world }), 1);
    // s#2 is at the gate from 2 to 10.
    figures(
        &done,
        STEP,
        &[("wait_max", 0.0), ("stay_max", 18.0), ("queue_mean", 0.0), ("in_system_mean", 28.0 / 40.0)],
    );
    figures(&done, STEP, &[("arrivals", 2.0), ("entered", 2.0), ("waited_share", 0.0), ("gate_total", 8.0)]);
}

#[test]
fn who_is_turned_away_is_an_arrival_and_no_departure() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[0, 1, 2]);
    (world.nodes[0].yard, world.nodes[0].when_full) = (Limit::number(1), WhenFull::Refuse);
    let done = run(&to_toml(&world), 1);
    figures(&done, STEP, &[("arrivals", 3.0), ("entered", 1.0), ("refused", 2.0), ("diverted", 0.0)]);
    figures(&done, STEP, &[("departures", 1.0), ("unfinished", 0.0), ("stay_mean", 10.0)]);
    figures(
        &done,
        "streams.s",
        &[("created", 3.0), ("left", 3.0), ("refused", 2.0), ("stay_max", 10.0), ("stay_p50", 10.0)],
    );
    world.nodes[0].when_full = WhenFull::Divert("m".into());
    world.nodes.push(Node { steps: vec![Step::new("e", 2, 5)], ..Node::new("m", Kind::Hub) });
    let done = run(&to_toml(&world), 1);
    figures(&done, STEP, &[("arrivals", 3.0), ("entered", 1.0), ("refused", 0.0), ("diverted", 2.0)]);
    figures(&done, "stations.m.e", &[("arrivals", 2.0), ("departures", 2.0), ("stay_mean", 5.0)]);
}

#[test]
fn goods_with_mass_are_counted_in_kilograms_too() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[]);
    let heavy = |name: &str, mass| Stream { goods: Goods::Mass(Law::Constant(mass)), ..stream(name, &[0], 1) };
    world.streams = vec![heavy("a", 7), heavy("b", 5)];
    let done = run(&to_toml(&World { end: Some(40), ..world }), 1);
    // 12 kg for 10 s, 5 kg for 10 s.
    figures(&done, STEP, &[("arrivals_t", 12.0), ("departures_t", 12.0), ("in_system_t_mean", 170.0 / 40.0)]);
    figures(&done, STEP, &[("throughput_t", 12.0 * DAY / 40.0), ("in_system_t_now", 0.0)]);
}

#[test]
fn waits_are_told_by_priority() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[0, 1]);
    world.streams.push(stream("u", &[2, 3], 0));
    let done = run(&to_toml(&world), 1);
    // u#1 waits from 2 to 10, u#2 from 3 to 20, s#2 from 1 to 30.
    figures(&done, STEP, &[("priority.0.wait_mean", 12.5), ("priority.1.wait_mean", 14.5), ("priority.0.waits", 2.0)]);
}

#[test]
fn requeued_work_is_one_visit() {
    let mut world = hub(vec![Step { on_outage: Some(OnOutage::Requeue), ..Step::new("d", 1, 10) }], &[0]);
    world.disruptions = vec![closed("n.d", 4, 6)];
    let done = run(&to_toml(&World { end: Some(20), ..world }), 1);
    figures(&done, STEP, &[("arrivals", 1.0), ("wait_mean", 6.0), ("stay_mean", 16.0), ("service_mean", 10.0)]);
    figures(&done, STEP, &[("utilisation", 10.0 / 14.0), ("queue_mean", 0.3), ("queue_max", 1.0)]);
}

#[test]
fn figures_of_a_leg_are_of_its_departures_too() {
    let mut world = World::new();
    world.nodes =
        vec![Node { next: Next::To("h".into()), ..Node::new("n", Kind::Origin) }, Node::new("h", Kind::Handover)];
    let departures = Departures { capacity: Limit::number(2), ..Departures::every(10) };
    world.legs = vec![Leg { name: Some("l".into()), departures: Some(departures), ..Leg::road("n", "h", 3) }];
    world.streams = vec![stream("s", &[1, 2, 3, 21], 1)];
    world.disruptions = vec![closed("l", 20, 1)];
    let done = run(&to_toml(&World { end: Some(100), ..world }), 1);
    // 10: two of three; 20: skipped; 30: the third and the fourth; none after that.
    let leg = "legs.l";
    figures(
        &done,
        leg,
        &[("dispatches", 2.0), ("skipped", 1.0), ("load_mean", 2.0), ("load_max", 2.0), ("load_sd", 0.0)],
    );
    figures(&done, leg, &[("full_share", 1.0), ("interval_mean", 20.0), ("interval_sd", 0.0)]);
    // Waits 9, 8, 27 and 9; 3 s under way each.
    figures(&done, leg, &[("wait_mean", 53.0 / 4.0), ("wait_max", 27.0), ("stay_max", 30.0), ("service_mean", 3.0)]);
    figures(&done, leg, &[("queue_mean", 0.53), ("in_system_mean", 0.65), ("departures", 4.0), ("waited_share", 1.0)]);
    assert_eq!(done.figures()["legs"]["l"]["little"], json!([65, 65]));
}

#[test]
fn figures_of_a_stage_are_of_what_it_holds() {
    let stages = "\n[mechanism.stages]\nreview = \"2d\"\n";
    let done = run(&world(stages, &(need("n", "pump", &[0, 1]) + &gift("g", "10 M USD", 5, ""))), 1);
    figures(&done, "gates.pool.review", &[("arrivals", 2.0), ("departures", 2.0), ("stay_mean", 2.0 * DAY)]);
    // One is funded after three days, the other one is there until the end of 60 days.
    figures(
        &done,
        "gates.pool.funding",
        &[("arrivals", 2.0), ("departures", 1.0), ("unfinished", 1.0), ("wait_max", 3.0 * DAY)],
    );
    figures(
        &done,
        "gates.pool.funding",
        &[("in_system_mean", 60.0 / 60.0), ("in_system_max", 2.0), ("in_system_now", 1.0)],
    );
    figures(&done, "gates.pool.funding", &[("arrivals_value", 2e9), ("departures_value", 1e9)]);
}

#[test]
fn waiting_is_charged_to_the_month_in_which_it_lies() {
    let entries = need("n", "pump", &[30]) + &gift("g", "10 M USD", 0, "").replace("2025-01-01", "2025-02-03");
    let done = run(&world("", &entries), 1);
    // Open from 31 January to 3 February: one day of the one, two days of the other, all of it for money.
    figures(&done, "bottleneck.2025-01", &[("waited", DAY), ("money", 1.0), ("lift", 0.0)]);
    figures(&done, "bottleneck.2025-02", &[("waited", 2.0 * DAY), ("money", 1.0)]);
    figures(&done, "bottleneck.all", &[("waited", 3.0 * DAY)]);
}

#[test]
fn a_figure_without_a_value_is_null() {
    let done = run(&to_toml(&World { end: Some(50), ..hub(vec![Step::new("d", 1, 10)], &[45]) }), 1);
    let step = &done.figures()["stations"]["n"]["d"];
    // It has started, so it has a wait; it has not left.
    assert_eq!(step["wait_mean"], 0.0);
    for key in ["stay_mean", "stay_p50", "stay_max", "service_mean"] {
        assert!(step[key].is_null(), "{key}: {}", step[key]);
    }
}

#[test]
fn requirements_are_counted_in_units_kilograms_and_value() {
    let text = world("", &(need("n", "pump", &[0, 3, 50]) + "quantity = 2\n" + &gift("g", "20 M USD", 2, "")));
    let done = run(&text.replace("name = \"pump\"\nvalue", "name = \"pump\"\nmass = \"5 kg\"\nvalue"), 1);
    let total = "requirements.total";
    figures(
        &done,
        total,
        &[("submitted", 3.0), ("fulfilled", 1.0), ("open", 2.0), ("submitted_t", 30.0), ("open_t", 20.0)],
    );
    figures(&done, total, &[("open_value", 4e9), ("delivered_value", 2e9), ("delivered_t", 10.0)]);
    // Open ones are 57 and 10 days old at the end.
    figures(&done, total, &[("age_mean", 33.5 * DAY), ("age_max", 57.0 * DAY), ("age_p50", 10.0 * DAY)]);
    figures(&done, total, &[("lead_time_mean", 2.0 * DAY + 3_600.0), ("waited.money_mean", 2.0 * DAY)]);
}

#[test]
fn balances_are_those_of_the_moment_whatever_the_warm_up() {
    let entries = need("n", "pump", &[0]) + &gift("g", "12 M USD", 1, "paid_after = \"4d\"");
    let text = world("", &entries).replacen("end =", "warm_up = \"3d\"\nend =", 1);
    let done = run(&text, 1);
    let pool = "money.mechanisms.pool";
    figures(
        &done,
        pool,
        &[("announced", 12e8), ("committed", 12e8), ("paid", 12e8), ("allocated", 10e8), ("pool", 2e8)],
    );
    figures(&done, pool, &[("spent", 10e8), ("idle", 2e8), ("gap", 0.0), ("held", 0.0), ("defaulted", 0.0)]);
    let (opened, world) = waybill::sim::world_at(&*done.log, Some(waybill::units::time::SimTime(3 * 86_400)))
        .expect("a log in memory replays");
    let tree = world.figures_at(&opened.notes, waybill::units::time::SimTime(3 * 86_400));
    let at = |key: &str| tree.number(&format!("{pool}.{key}"));
    assert_eq!((at("committed"), at("paid"), at("spent")), (Some(12e8), Some(0.0), Some(0.0)));
}

#[test]
fn quantiles_of_numbers_are_nearest_rank_in_time() {
    // Nobody for 30 s, one for 31: the 31st of 61 seconds is the middle, and one is there.
    let done = run(&to_toml(&World { end: Some(61), ..hub(vec![Step::new("d", 1, 31)], &[30]) }), 1);
    figures(&done, STEP, &[("in_system_p50", 1.0), ("empty_share", 30.0 / 61.0)]);
    let done = run(&to_toml(&World { end: Some(60), ..hub(vec![Step::new("d", 1, 31)], &[30]) }), 1);
    figures(&done, STEP, &[("in_system_p50", 0.0)]);
}
