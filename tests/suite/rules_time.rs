//! Rules of time, by hand: the opening backlog, the warm-up, checkpoints, the end.

use crate::money::{gift, need, world};
use crate::reference::world::{
    Departures, Discipline, Hours, Kind, Leg, Next, Node, Servers, Step, Stream, World, to_toml,
};
use crate::support::{Unit, closed, figures, hub, run, run_loaded, story, stream, tells, tells_also, tells_of};
use serde_json::Value;
use waybill::log::SegmentLimits;
use waybill::sim::world_at;
use waybill::units::time::SimTime;

const DAY: i64 = 86_400;

/// The scenario with a warm-up.
fn warm(world: &World, seconds: i64) -> String {
    to_toml(world).replacen("[time]\n", &format!("[time]\nwarm_up = \"{seconds} s\"\n"), 1)
}

#[test]
fn nothing_happens_at_the_end() {
    let world = World { end: Some(20), ..hub(vec![Step::new("d", 1, 10)], &[0, 5, 20]) };
    // s#2 would be done at 20, and s#3 would come.
    let done = tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 enters d, s#1 starts at 1
         5: s#2 comes, s#2 enters d
         10: s#1 done d, s#1 leaves, s#2 starts at 1",
    );
    figures(&done, "stations.n.d", &[("arrivals", 2.0), ("departures", 1.0), ("unfinished", 1.0)]);
    figures(&done, "stations.n.d", &[("in_system_mean", (10.0 + 15.0) / 20.0)]);
}

#[test]
fn what_comes_as_the_warm_up_ends_counts() {
    let world = World { end: Some(100), ..hub(vec![Step::new("d", 2, 10)], &[9, 10, 11]) };
    let done = run(&warm(&world, 10), 1);
    // s#2 of 10 and s#3 of 11, which waits until 19; the window has 90 s, and s#1 is there for 9 of them.
    figures(&done, "stations.n.d", &[("arrivals", 2.0), ("departures", 2.0), ("wait_max", 8.0), ("stay_max", 18.0)]);
    figures(&done, "stations.n.d", &[("in_system_mean", (9.0 + 10.0 + 18.0) / 90.0)]);
    figures(&done, "streams.s", &[("created", 2.0), ("left", 2.0)]);
}

#[test]
fn a_requirement_of_the_instant_at_which_the_warm_up_ends_counts() {
    let text = world("", &need("n", "pump", &[1, 2, 3])).replacen("end =", "warm_up = \"2d\"\nend =", 1);
    assert_eq!(run(&text, 1).figure("requirements.total.submitted"), 2.0);
    // Without a warm-up the opening backlog counts; with one of a second it does not.
    let early = need("n", "pump", &[0, 3]).replace("2025-01-01", "2024-12-20");
    let text = world("", &early);
    assert_eq!(run(&text, 1).figure("requirements.total.submitted"), 2.0);
    let text = text.replacen("end =", "warm_up = \"1 s\"\nend =", 1);
    assert_eq!(run(&text, 1).figure("requirements.total.submitted"), 1.0);
}

#[test]
fn ten_thousand_years_are_counted_in_seconds() {
    let years = 3_652_425 * DAY;
    let world = World { end: None, ..hub(vec![Step::new("d", 1, 10)], &[0]) };
    let text = to_toml(&world)
        .replace("[time]\n", "[time]\nend = \"4000000 d\"\n")
        .replace("arrivals = { at = [2025-07-14] }", "arrivals = { every = \"3652425 d\" }");
    tells(
        &text,
        &format!(
            "{years}: s#1 comes, s#1 enters d, s#1 starts at 1
             {}: s#1 done d, s#1 leaves",
            years + 10
        ),
    );
}

#[test]
fn clocks_alone_keep_nothing_alive() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[5]);
    world.nodes[0].steps[0].servers = Servers::Calendar(vec![(0, 1), (30, 2)]);
    world.nodes[0].hours = Some(Hours { first: 0, last: 6, opens: 0, closes: 1 });
    world.disruptions = vec![closed("n.d", 40, 5)];
    // Over at 15: neither the outage of 40, nor the hours, nor the other servers are told.
    tells(
        &to_toml(&world),
        "5: s#1 comes, s#1 enters d, s#1 starts at 1
         15: s#1 done d, s#1 leaves",
    );
}

#[test]
fn goods_that_wait_for_a_clock_keep_the_run_alive() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[5]);
    world.disruptions = vec![closed("n.d", 4, 10_000)];
    world.nodes[0].next = Next::To("h".into());
    world.nodes.push(Node::new("h", Kind::Handover));
    world.legs =
        vec![Leg { name: Some("l".into()), departures: Some(Departures::every(9_000)), ..Leg::road("n", "h", 1) }];
    tells(
        &to_toml(&world),
        "4: n.d down
         5: s#1 comes, s#1 enters d
         9000: l empty
         10004: n.d up, s#1 starts at 1
         10014: s#1 done d
         18000: l takes 1, s#1 departs
         18001: s#1 arrives, s#1 handed over",
    );
}

#[test]
fn the_world_at_an_instant_has_nothing_of_it() {
    let done = run(&to_toml(&hub(vec![Step::new("d", 1, 10)], &[0, 10, 20])), 1);
    for (at, departures, arrivals) in [(10, 0.0, 1.0), (11, 1.0, 2.0)] {
        let (opened, world) = world_at(&*done.log, Some(SimTime(at))).expect("a log in memory replays");
        let figures: Value = world.figures_at(&opened.notes, SimTime(at)).into();
        let found = &figures["stations"]["n"]["d"];
        assert_eq!((found["departures"].as_f64(), found["arrivals"].as_f64()), (Some(departures), Some(arrivals)));
    }
}

#[test]
fn the_backlog_enters_at_the_start_before_what_its_stream_brings_then() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[-5, 0]);
    world.streams.push(stream("r", &[-3], 1));
    // Phase 3 goes by the stream: r, then s. At the dock the older one is first, and its date is when it joined.
    tells_also(
        &to_toml(&world),
        &["BacklogEntered"],
        "-5: s#1 comes
         -3: r#1 comes
         0: r#1 is taken up, s#1 is taken up, s#2 comes, s#1 enters d, r#1 enters d, s#2 enters d, s#1 starts at 1
         10: s#1 done d, s#1 leaves, r#1 starts at 1
         20: r#1 done d, r#1 leaves, s#2 starts at 1
         30: s#2 done d, s#2 leaves",
    );
}

#[test]
fn the_backlog_stands_by_its_dates_at_a_leg_too() {
    let mut world = World::new();
    world.nodes =
        vec![Node { next: Next::To("h".into()), ..Node::new("n", Kind::Origin) }, Node::new("h", Kind::Handover)];
    let departures = Departures { first: Some(0), discipline: Discipline::Fifo, ..Departures::every(10) };
    world.legs = vec![Leg { name: Some("l".into()), departures: Some(departures), ..Leg::road("n", "h", 1) }];
    world.streams = vec![stream("a", &[-1], 1), stream("b", &[-2], 2), stream("c", &[0], 0)];
    // Aboard by joining; they are unloaded in the order of choice, the most urgent first.
    tells(
        &to_toml(&world),
        "-2: b#1 comes
         -1: a#1 comes
         0: c#1 comes, l takes 3, b#1 departs, a#1 departs, c#1 departs
         1: c#1 arrives, c#1 handed over, a#1 arrives, a#1 handed over, b#1 arrives, b#1 handed over",
    );
}

#[test]
fn later_places_are_joined_when_it_comes_there() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[-100]);
    world.nodes[0].next = Next::To("m".into());
    world.nodes.push(Node { steps: vec![Step::new("e", 1, 20)], ..Node::new("m", Kind::Hub) });
    world.legs = vec![Leg::road("n", "m", 0)];
    world.streams.push(Stream::at("t", &[0, 5], "m"));
    // s#1 is the oldest, and comes to e at 10, after t#2.
    tells(
        &to_toml(&world),
        "-100: s#1 comes
         0: t#1 comes, t#1 enters e, s#1 enters d, t#1 starts at 1, s#1 starts at 1
         5: t#2 comes, t#2 enters e
         10: s#1 done d, s#1 departs, s#1 arrives, s#1 enters e
         20: t#1 done e, t#1 leaves, t#2 starts at 1
         40: t#2 done e, t#2 leaves, s#1 starts at 1
         60: s#1 done e, s#1 leaves",
    );
}

#[test]
fn promises_from_before_the_start_are_recorded_then_and_kept_from_the_start_on() {
    let early = |name: &str, keys: &str| gift(name, "10 M USD", 0, keys).replace("2025-01-01", "2024-12-22");
    let entries = early("g", "committed_after = \"2d\"\npaid_after = \"12d\"")
        + &early("h", "committed_after = \"11d\"")
        + &need("n", "pump", &[0]);
    // Ten days before: g is committed at once at the start, and paid twelve days after its date.
    tells_of(
        &world("", &entries),
        Unit::Days,
        &["PledgeAnnounced", "PledgeCommitted", "FundsDisbursed", "PackageFunded"],
        "-10d: g#1 announces 1000000000, h#1 announces 1000000000
         0d: g#1 commits, pool#1 is funded
         1d: h#1 commits, h#1 pays 1000000000
         2d: g#1 pays 1000000000",
    );
}

#[test]
fn a_checkpoint_reads_the_end_of_its_day() {
    let pledge = |name: &str, on: &str| gift(name, "1 M USD", 0, "").replace("on = 2025-01-01", &format!("on = {on}"));
    let check = |at: &str| {
        format!(
            "\n[[checkpoint]]\nfigure = \"money.mechanisms.pool.committed\"\nat = {at}\nvalue = \"2 M USD\"\ntolerance = \"50%\"\n"
        )
    };
    let entries = pledge("a", "2025-01-05")
        + &pledge("b", "2025-01-05T23:59:59Z")
        + &pledge("c", "2025-01-06")
        + &check("2025-01-04")
        + &check("2025-01-05")
        + &check("2025-01-06");
    let done = run(&world("", &entries), 1);
    let found = done.figures()["checkpoints"].clone();
    let of = |key: &str| -> Vec<Value> { (0..3).map(|i| found[i][key].clone()).collect() };
    assert_eq!(of("simulated"), [0.0, 2e8, 3e8]);
    assert_eq!(of("deviation"), [-1.0, 0.0, 0.5]);
    assert_eq!(of("within"), [false, true, true]);
}

#[test]
fn papers_of_the_backlog_stand_by_their_dates() {
    let desk = "\n[[node]]\nname = \"hq\"\nkind = \"hq\"\n\n[[node.step]]\nname = \"validation\"\ntime = \"1h\"\n";
    let early = |name: &str, day: i64| need(name, "pump", &[0]).replace("2025-01-01", &format!("2024-12-{day}"));
    let entries = early("c", 25) + &early("d", 20) + &need("b", "pump", &[0]) + desk;
    tells_of(
        &world("", &entries),
        Unit::Days,
        &["RequirementSubmitted", "BacklogTakenUp", "YardEntered", "RequirementValidated"],
        "-12d: d#1 is submitted
         -7d: c#1 is submitted
         0d: b#1 is submitted, c#1 is taken up, d#1 is taken up, d#1 enters validation, c#1 enters validation, \
         b#1 enters validation
         1h: d#1 is validated
         2h: c#1 is validated
         3h: b#1 is validated",
    );
}

#[test]
fn a_stream_stops_after_its_count() {
    let text = to_toml(&hub(vec![Step::new("d", 1, 10)], &[0]));
    for arrivals in ["arrivals = { every = \"4 s\", first = 2025-07-14T00:00:01Z }", "arrivals = { every = \"4 s\" }"] {
        let text = text.replace("arrivals = { at = [2025-07-14] }", &format!("{arrivals}\ncount = 2"));
        let first = if arrivals.contains("first") { 1 } else { 4 };
        assert_eq!(run(&text, 1).numbers("ConsignmentCreated", "t"), [first, first + 4]);
    }
}

/// A journal's rows are events of their dates.
#[test]
fn rows_of_a_journal_come_on_their_dates_with_the_home_figure_that_they_state() {
    const LEDGER: &str = "seq,event_date,event,package,party,amount,currency,amount_usd_m,confidence,source,note\n\
        1,2024-12-20,package_funded,,Norway,7,EUR,9,high,x,\n\
        2,2025-01-02,package_funded,1,Sweden,5,EUR,,high,x,\n\
        3,2025-01-02,package_funded,,Denmark,,USD,,high,x,no amount\n\
        4,2025-01-03,scheme_agreed,,all,,,,high,x,\n\
        5,2025-01-04,package_funded,,Norway,3,USD,3,high,x,\n";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = world("", &need("n", "pump", &[0]))
        + "\n[money]\nrates = [{ currency = \"EUR\", rate = 2 }]\n\n[[journal]]\nname = \"j\"\nfile = \"ledger.csv\"\nform = \"purl-ledger\"\n";
    std::fs::write(folder.path().join("ledger.csv"), LEDGER).expect("a temporary folder is writable");
    let path = folder.path().join("test.toml");
    std::fs::write(&path, text).expect("a temporary folder is writable");
    let loaded = waybill::scenario::read(&path, &Default::default()).unwrap_or_else(|r| panic!("{}", r.text(false)));
    let done = run_loaded(&loaded, 1, SegmentLimits::default());
    // Norway's 7 EUR are stated as 9 USD, Sweden's 5 EUR convert at 2; row 3 has no amount.
    let told = story(&done, Unit::Days, &["PledgeAnnounced", "PledgeCommitted"]);
    let expected = "-12d: j#1 announces 900000000
0d: j#1 commits
1d: j#2 announces 1000000000, j#2 commits
3d: j#5 announces 300000000, j#5 commits";
    assert_eq!(told, expected);
    assert_eq!((done.numbers("ImportRejected", "row"), done.numbers("StatementRecorded", "row")), (vec![3], vec![4]));
    figures(&done, "journals", &[("rows", 5.0), ("events", 4.0), ("rejections", 1.0), ("checkpoints", 0.0)]);
    figures(&done, "money.nations.norway", &[("announced", 12e8)]);
}
