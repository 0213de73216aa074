//! The scenario of the specification, and variants of it.

use super::{fine, path};
use crate::model::{Arrivals, Brings, Comparison, Earmark, Hop, Published, Route, RowBrings, RowUse, Strikes};
use crate::scenario::{Loaded, Options, loads, read};
use crate::units::amount::{Mass, Money};
use crate::units::draw::Law;
use crate::units::time::{DAY, SimTime};

fn example() -> String {
    std::fs::read_to_string(path("scenarios/spec-example.toml")).unwrap()
}

fn loaded(sets: &[&str]) -> Loaded {
    fine(&example(), sets)
}

#[test]
fn the_example_of_the_specification_reads_without_error() {
    let loaded = loaded(&[]);
    let plan = &loaded.plan;
    assert_eq!(plan.start, 1_752_451_200);
    assert_eq!(plan.end, Some(SimTime(230 * DAY)));
    assert_eq!(plan.items.iter().next().unwrap().mass, Mass(900));
    assert_eq!(plan.items.iter().next().unwrap().value, Money(400_000_000));
    assert_eq!(plan.rates[0].billionths, 1_156_000_000);
    let names: Vec<&str> = plan.streams.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["air-defence", "germany-1", "ledger"]);
    let Strikes::Stage(_, stage) = plan.disruptions.iter().next().unwrap().strikes else { panic!("a stage is struck") };
    assert_eq!(plan.mechanisms.iter().next().unwrap().stages[usize::from(stage)].name, "release");
    let routes: Vec<(&str, &Route)> = plan.nodes.iter().map(|n| (n.name.as_str(), &n.next)).collect();
    assert_eq!(routes[0], ("border-pl", &Route::Leave));
    assert!(matches!(routes[1], ("hub-pl", Route::Toward(list, Some(Hop::Leg(_)))) if list.len() == 1));
    assert!(matches!(routes[2], ("us-depot", Route::Hop(Hop::Leg(_)))));
    assert_eq!(
        plan.legs.iter().map(|l| l.name.as_str()).collect::<Vec<_>>(),
        ["hub-pl:border-pl:road", "us-depot:hub-pl:air"]
    );
    assert_eq!(loaded.notes.basis, [("money.rates.EUR".to_string(), "ledger row 2".to_string())]);
}

#[test]
fn every_row_of_the_ledger_is_an_event_a_rejection_or_a_checkpoint() {
    let loaded = loaded(&[]);
    let uses = |used: RowUse| loaded.notes.journals.iter().filter(|u| u.used == used).count();
    assert_eq!((uses(RowUse::Event), uses(RowUse::Rejection), uses(RowUse::Checkpoint)), (16, 1, 7));
    let stream = loaded.plan.streams.iter().find(|s| s.name == "ledger").unwrap();
    let Brings::Rows(rows) = &stream.brings else { panic!("a journal brings rows") };
    let Arrivals::At(times) = &stream.arrivals else { panic!("rows are dated") };
    assert_eq!(rows.len(), times.len());
    assert_eq!(times[0], SimTime(0));
    let row = |n: u32| &rows.iter().find(|r| r.number == n).unwrap().brings;
    let RowBrings::Pledge { party, pledge, nation } = row(2) else { panic!("row 2 is a pledge") };
    assert_eq!(party, "Netherlands");
    assert_eq!(loaded.plan.nations[nation.unwrap()].name, "netherlands");
    assert_eq!(pledge.amount, Law::Constant(50_000_000_000));
    assert_eq!(pledge.currency.as_deref(), Some("EUR"));
    assert_eq!(pledge.stated, Some(Money(57_800_000_000)));
    assert_eq!(pledge.earmark, Some(Earmark::Package(1)));
    let RowBrings::Pledge { pledge, .. } = row(20) else { panic!("row 20 is a pledge") };
    assert_eq!((&pledge.amount, &pledge.currency, &pledge.stated), (&Law::Constant(870_000_000), &None, &None));
    assert_eq!(row(24), &RowBrings::Rejection("no amount".into()));
    assert!(matches!(row(1), RowBrings::Statement(text) if text.starts_with("scheme agreed: NATO + United States")));
    let point = |label: &str| loaded.notes.checkpoints.iter().find(|c| c.label == label).unwrap();
    assert_eq!(point("first arrival").published, Published::Date(SimTime(66 * DAY)));
    assert_eq!(point("committed, 6 Nov").at, Some(SimTime(116 * DAY)));
    assert_eq!(point("committed, 10 Feb").is, Comparison::AtLeast);
    assert_eq!(point("package 2 released").figure, "mechanisms.purl.packages.2.released");
    assert_eq!(loaded.warnings.iter().map(|d| d.code).collect::<Vec<_>>(), ["WB505"]);
}

#[test]
fn the_order_of_entries_changes_nothing() {
    let plain = loaded(&[]).plan;
    let text = example();
    // Entries are the stretches from one header to the next; steps and stages stay with the entry above them.
    let mut parts: Vec<String> = Vec::new();
    for line in text.lines() {
        let header = line.starts_with('[') && !line.starts_with("[[node.step") && !line.starts_with("[mechanism.");
        if header || parts.is_empty() {
            parts.push(String::new());
        }
        let last = parts.last_mut().unwrap();
        last.push_str(line);
        last.push('\n');
    }
    for shift in 1..4 {
        let mut shuffled = parts[1..].to_vec();
        shuffled.reverse();
        let length = shuffled.len();
        shuffled.rotate_left(shift * 5 % length);
        let text = format!("{}{}", parts[0], shuffled.concat());
        assert_eq!(fine(&text, &[]).plan, plain);
    }
}

#[test]
fn sets_and_variants_say_only_what_differs() {
    let base = path("scenarios/spec-example.toml");
    let options = Options { sets: vec!["node.hub-pl.step.receipt.servers=8".into(), "time.end=180d".into()] };
    let set = read(&base, &options).unwrap().plan;
    let variant = "extends = \"spec-example.toml\"\n[time]\nend = \"180d\"\n[[node]]\nname = \"hub-pl\"\n\
                   [[node.step]]\nname = \"receipt\"\nservers = 8\n";
    assert_eq!(fine(variant, &[]).plan, set);
    assert_eq!(set.end, Some(SimTime(180 * DAY)));
    assert_eq!(set.steps.iter().next().unwrap().servers, [(SimTime::EARLIEST, 8)]);
    let without = "extends = [\"spec-example.toml\"]\n[[leg]]\nname = \"hub-pl:border-pl:road\"\ntransit = \"9h\"\n\
                   [[disruption]]\nname = \"release-hold\"\nremove = true\n";
    let plan = fine(without, &[]).plan;
    assert!(plan.disruptions.is_empty());
    assert_eq!(plan.legs.iter().next().unwrap().transit, Law::Constant(32_400));
    // A set of a part of a distribution, and of a whole one.
    let plan = loaded(&["leg.hub-pl:border-pl:road.transit={ exponential = \"2h\" }"]).plan;
    assert_eq!(plan.legs.iter().next().unwrap().transit, Law::Exponential { mean: 7_200.0 });
    let plan = loaded(&["requirement.air-defence.arrivals.poisson=1/d"]).plan;
    let every = Arrivals::Every { gap: Law::Exponential { mean: 86_400.0 }, first: None };
    assert_eq!(plan.streams.iter().next().unwrap().arrivals, every);
}

#[test]
fn copies_have_names_of_their_own() {
    let text = "[time]\nstart = 2025-01-01\nend = \"30d\"\n[[node]]\nname = \"hub\"\ncopies = 3\n[[node.step]]\n\
                name = \"receipt\"\n[[consignment]]\nname = \"trucks\"\nenters = \"port\"\non = 2025-01-05\n\
                [[node]]\nname = \"port\"\nnext = { weights = { hub-1 = 1, hub-2 = 1, hub-3 = 2 } }\n";
    let plan = fine(text, &[]).plan;
    assert_eq!(plan.nodes.iter().map(|n| n.name.as_str()).collect::<Vec<_>>(), ["hub-1", "hub-2", "hub-3", "port"]);
    assert_eq!(plan.steps.len(), 3);
    let Route::Weights(hops) = &plan.nodes.iter().last().unwrap().next else { panic!("hops are weighted") };
    assert_eq!(hops.iter().map(|(_, w)| *w).collect::<Vec<_>>(), [1.0, 1.0, 2.0]);
}

#[test]
fn the_fastest_way_counts_transit_and_handling() {
    let text = "[time]\nstart = 2025-01-01\nend = \"30d\"\n\
        [[consignment]]\nname = \"t\"\nenters = \"a\"\non = 2025-01-05\n\
        [[node]]\nname = \"a\"\n[[node]]\nname = \"b\"\n[[node.step]]\nname = \"s\"\ntime = \"5h\"\n\
        [[node]]\nname = \"c\"\n[[node]]\nname = \"z\"\nkind = \"handover\"\n\
        [[leg]]\nfrom = \"a\"\nto = \"b\"\ntransit = \"1h\"\n[[leg]]\nfrom = \"a\"\nto = \"c\"\ntransit = \"3h\"\n\
        [[leg]]\nfrom = \"b\"\nto = \"z\"\ntransit = \"1h\"\n[[leg]]\nfrom = \"c\"\nto = \"z\"\ntransit = \"1h\"\n";
    let hop = |sets: &[&str]| {
        let plan = fine(text, sets).plan;
        let Route::Toward(list, None) = plan.nodes.iter().next().unwrap().next.clone() else {
            panic!("a way is found")
        };
        let (_, Hop::Leg(leg)) = list[0] else { panic!("a leg is taken") };
        plan.legs[leg].name.clone()
    };
    assert_eq!(hop(&[]), "a:c:road");
    assert_eq!(hop(&["node.b.step.s.time=1h"]), "a:b:road");
    // Equal ones by name.
    assert_eq!(hop(&["node.b.step.s.time=2h"]), "a:b:road");
}

#[test]
fn loads_follow_routes_repeats_and_hours() {
    let text = "[time]\nstart = 2025-01-01\nend = \"30d\"\n\
        [[consignment]]\nname = \"t\"\nenters = \"a\"\nmass = \"10 t\"\narrivals = { poisson = \"12/d\" }\n\
        [[node]]\nname = \"a\"\nnext = { weights = { b = 1, out = 1 } }\nhours = \"Mon-Sun 00:00-12:00\"\n\
        [[node.step]]\nname = \"s\"\ntime = \"2h\"\nservers = 5\nrepeat = 0.25\n\
        [[node]]\nname = \"b\"\nnext = \"out\"\n[[node.step]]\nname = \"s\"\nservers = \"unlimited\"\ntime = \"2h\"\n\
        [[leg]]\nfrom = \"a\"\nto = \"b\"\ntransit = \"1h\"\ndepartures = { every = \"12h\", capacity = \"40 t\" }\n";
    // Of the departures at noon and at midnight only the latter is open: hours end before 12:00.
    let loads = loads(&fine(text, &[]).plan);
    let all: Vec<(&str, i64, i64)> = loads
        .iter()
        .map(|l| (l.place.as_str(), (l.offered * 100.0).round() as i64, (l.load * 100.0).round() as i64))
        .collect();
    assert_eq!(all, [("a.s", 1_600, 53), ("b.s", 600, 0), ("a:b:road", 6_000, 150)]);
}
