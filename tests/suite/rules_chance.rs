//! Rules of chance: each draw reckoned here from the seed, by the name of whom it concerns, its purpose and its visit.

use crate::money::world;
use crate::reference::tick::{block, hash, high, mix, weighted};
use crate::support::{Done, run};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::Value;
use std::collections::BTreeMap;

const SEED: u64 = 7;

/// Whom draws concern: its four first words and its secret.
struct Individual([u64; 8]);

impl Individual {
    fn new(text: &str, n: u64) -> Individual {
        Individual(block(&ChaCha8Rng::seed_from_u64(SEED), text, n))
    }

    fn word(&self, purpose: &str, visit: u64) -> u64 {
        let secret: [u64; 4] = std::array::from_fn(|i| self.0[4 + i]);
        mix(&secret, hash(purpose), visit)
    }
}

fn uniform(low: i64, high_end: i64, word: u64) -> i64 {
    low + high(word, (high_end - low + 1) as u64) as i64
}

/// Whether a chance in millionths comes true.
fn happens(millionths: u64, word: u64) -> bool {
    high(word, 1_000_000) < millionths
}

fn text(event: &Value, key: &str) -> String {
    event[key].as_str().unwrap_or_else(|| panic!("{key} is a text: {event}")).to_owned()
}

fn int(event: &Value, key: &str) -> i64 {
    event[key].as_i64().unwrap_or_else(|| panic!("{key} is a number: {event}"))
}

/// What follows `#` in a name.
fn number(name: &str) -> u64 {
    name.rsplit('#').next().and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("{name} has a number"))
}

/// A value of the events of a kind, by their object.
fn by_object(done: &Done, kind: &str, key: &str) -> BTreeMap<String, i64> {
    done.of(kind).iter().map(|e| (text(e, "object"), int(e, key))).collect()
}

const GOODS: &str = r#"
[time]
start = 2025-01-01

[[consignment]]
name = "s"
enters = "n"
arrivals = { every = { uniform = { low = "1 s", high = "1000 s" } } }
count = 60
priority = { uniform = { low = 1, high = 9 } }
mass = { uniform = { low = "1 kg", high = "1000 kg" } }
value = { uniform = { low = "0.01 USD", high = "10.00 USD" } }
needed_within = { uniform = { low = "1 s", high = "1000 s" } }

[[node]]
name = "n"
next = { weights = { l = 2, z = 1, out = 1 } }

[[node.step]]
name = "d"
servers = "unlimited"
time = { uniform = { low = "1 s", high = "1000 s" } }
repeat = 0.4

[[node]]
name = "h"
kind = "handover"

[[leg]]
name = "z"
from = "n"
to = "h"
transit = { uniform = { low = "1 s", high = "1000 s" } }

[[leg]]
name = "l"
from = "n"
to = "h"
transit = { uniform = { low = "1 s", high = "1000 s" } }
departures = { every = "5 min" }
"#;

#[test]
fn the_first_words_are_interval_priority_quantity_and_need_by() {
    let done = run(GOODS, SEED);
    let (due, value) = (by_object(&done, "NeedBySet", "due"), by_object(&done, "ValueSet", "value"));
    let mut at = 0;
    let created = done.of("ConsignmentCreated");
    assert_eq!(created.len(), 60);
    for (i, event) in created.iter().enumerate() {
        let (name, who) = (text(event, "object"), Individual::new("s", i as u64 + 1));
        at += uniform(1, 1_000, who.0[0]);
        assert_eq!((&*name, int(event, "t")), (&*format!("s#{}", i + 1), at));
        assert_eq!(int(event, "priority"), uniform(1, 9, who.0[1]));
        assert_eq!(int(event, "amount"), uniform(1, 1_000, who.0[2]));
        assert_eq!(due[&name], at + uniform(1, 1_000, who.0[3]));
        assert_eq!(value[&name], uniform(1, 1_000, who.word("value", 0)));
    }
    // With a `first` its own interval is not drawn; the second comes one interval of its own later.
    let done = run(&GOODS.replace("} } }\ncount", "} }, first = \"5 s\" }\ncount"), SEED);
    let second = 5 + uniform(1, 1_000, Individual::new("s", 2).0[0]);
    assert_eq!(done.numbers("ConsignmentCreated", "t")[..2], [5, second]);
}

#[test]
fn handling_repeats_routes_and_transits_are_drawn_by_purpose_and_visit() {
    let done = run(GOODS, SEED);
    let mut visits: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut next = |name: &str, kind: &str| {
        let visit = visits.entry((name.to_owned(), kind.to_owned())).or_default();
        *visit += 1;
        *visit - 1
    };
    let [mut repeats, mut own] = [0, 0];
    for event in done.events() {
        let (name, kind) = (text(&event, "object"), text(&event, "kind"));
        if !name.starts_with("s#") {
            continue;
        }
        let who = Individual::new("s", number(&name));
        match &*kind {
            "HandlingStarted" => {
                let word = who.word("handling n.d", next(&name, &kind));
                assert_eq!(int(&event, "service"), uniform(1, 1_000, word), "{event}");
            }
            "HandlingFinished" => {
                let again = happens(400_000, who.word("repeat n.d", next(&name, &kind)));
                assert_eq!(event["again"], again, "{event}");
                repeats += u64::from(again);
            }
            "RouteChosen" => {
                // By the names as written, `out` last.
                let to = ["l", "z", "out"][weighted(&[2, 1, 1], who.word("route n", 0))];
                assert_eq!(text(&event, "to"), to, "{event}");
            }
            "LegDeparted" if event["leg"] == "z" => {
                assert_eq!(int(&event, "transit"), uniform(1, 1_000, who.word("transit z", 0)), "{event}");
                own += 1;
            }
            _ => {}
        }
    }
    assert!(repeats > 10 && own > 5, "{repeats} repeats, {own} transits of their own");
}

#[test]
fn a_departures_transit_is_the_legs() {
    let done = run(GOODS, SEED);
    let leg = Individual::new("leg l", 0);
    // Those that left count, not those of the timetable.
    let found = done.numbers("ConvoyDispatched", "transit");
    let expected: Vec<i64> = (0..found.len()).map(|i| uniform(1, 1_000, leg.word("transit", i as u64))).collect();
    assert_eq!(found, expected);
    assert!(found.len() > 4 && !done.of("DepartureEmpty").is_empty());
}

#[test]
fn promises_draw_their_amount_their_terms_and_whether_they_are_kept() {
    let pledges = r#"
[[pledge]]
name = "g"
to = "pool"
amount = { uniform = { low = "0.01 USD", high = "100.00 USD" } }
arrivals = { every = { uniform = { low = "1 s", high = "1000 s" } } }
count = 40
conversion = 0.7
committed_after = { uniform = { low = "1 s", high = "1000 s" } }
paid_after = { uniform = { low = "1001 s", high = "2000 s" } }
"#;
    let done = run(&world("", pledges), SEED);
    let mut at = 0;
    let (terms, lapses) = (done.of("PledgeTermsSet"), by_object(&done, "PledgeKeptSet", "kept"));
    for (i, event) in done.of("PledgeAnnounced").iter().enumerate() {
        let who = Individual::new("g", i as u64 + 1);
        at += uniform(1, 1_000, who.0[0]);
        assert_eq!((int(event, "t"), int(event, "amount")), (at, uniform(1, 10_000, who.0[2])));
        assert_eq!(int(&terms[i], "committed_after"), uniform(1, 1_000, who.word("committed", 0)));
        assert_eq!(int(&terms[i], "paid_after"), uniform(1_001, 2_000, who.word("paid", 0)));
        let converts = happens(700_000, who.word("conversion", 0));
        assert_eq!(lapses.contains_key(&text(event, "object")), !converts, "{event}");
    }
    assert!(lapses.len() > 5 && lapses.len() < 20 && terms.len() == 40);
}

const NEEDS: &str = r#"
[[requirement]]
name = "n"
via = "pool"
arrivals = { every = { uniform = { low = "1 s", high = "1000 s" } } }
count = 6
priority = { uniform = { low = 1, high = 9 } }
needed_within = { uniform = { low = "1 s", high = "1000 s" } }
lines = [
  { item = "pump", quantity = { uniform = { low = 1, high = 9 } } },
  { item = "drill", quantity = { uniform = { low = 1, high = 9 } } },
]

[[pledge]]
name = "g"
to = "pool"
amount = "100 bn USD"
on = 2025-01-03

[[node]]
name = "hq"
kind = "hq"

[[node.step]]
name = "validation"
time = { uniform = { low = "1 s", high = "1000 s" } }

[[node.step]]
name = "movement"
servers = "unlimited"
time = { uniform = { low = "1 s", high = "1000 s" } }
"#;

const STAGES: &str = r#"
[mechanism.stages]
review = { uniform = { low = "1 s", high = "1000 s" } }
release = { uniform = { low = "1 s", high = "1000 s" } }
supply = { uniform = { low = "1 s", high = "1000 s" } }
shipment = { uniform = { low = "1 s", high = "1000 s" } }
"#;

#[test]
fn requirements_draw_by_line_and_their_paper_draws_as_they_do() {
    let done = run(&world(STAGES, NEEDS), SEED);
    let (asked, due) = (by_object(&done, "LineAsked", "quantity"), by_object(&done, "RequirementDueSet", "due"));
    let service: BTreeMap<(String, String), i64> =
        done.of("HandlingStarted").iter().map(|e| ((text(e, "object"), text(e, "step")), int(e, "service"))).collect();
    let mut at = 0;
    for (i, event) in done.of("RequirementSubmitted").iter().enumerate() {
        let (name, who) = (text(event, "object"), Individual::new("n", i as u64 + 1));
        at += uniform(1, 1_000, who.0[0]);
        assert_eq!((int(event, "t"), int(event, "priority")), (at, uniform(1, 9, who.0[1])));
        assert_eq!(asked[&format!("{name}/1")], uniform(1, 9, who.0[2]));
        assert_eq!(asked[&format!("{name}/2")], uniform(1, 9, who.word("quantity 2", 0)));
        assert_eq!(due[&name], at + uniform(1, 1_000, who.0[3]));
        let desk = uniform(1, 1_000, who.word("handling hq.validation", 0));
        assert_eq!(service[&(name, "validation".to_owned())], desk);
    }
    assert_eq!(due.len(), 6);
}

#[test]
fn packages_and_consignments_of_a_line_draw_by_their_own_names() {
    let text_of = world(STAGES, NEEDS).replace("name = \"pump\"\nvalue", "name = \"pump\"\nlot = 2\nvalue");
    let done = run(&text_of, SEED);
    let mut seen = BTreeMap::new();
    for event in done.of("StageEntered") {
        let (name, gate) = (text(&event, "object"), text(&event, "gate"));
        let who = match name.rsplit_once('#').expect("a name has a number") {
            ("pool", _) => Individual::new("package pool", number(&name)),
            // A consignment is `<stream>#<n>/<line>#<lot>`.
            (line, _) if line.contains('/') => Individual::new(line, number(&name)),
            _ => continue,
        };
        if event["lasts"] == -1 {
            continue;
        }
        assert_eq!(int(&event, "lasts"), uniform(1, 1_000, who.word(&format!("stage {gate}"), 0)), "{event}");
        *seen.entry(gate).or_insert(0) += 1;
    }
    let lots = done.of("ConsignmentCreated").len();
    assert!(lots > 20, "lines are cut into lots: {lots}");
    let of = |stage: &str| seen[&format!("pool.{stage}")];
    assert_eq!((of("supply"), of("shipment"), of("review")), (lots, lots, of("release")));
    for event in done.of("HandlingStarted").iter().filter(|e| e["step"] == "movement") {
        let name = text(event, "object");
        let who = Individual::new(name.rsplit_once('#').expect("a lot has a number").0, number(&name));
        assert_eq!(int(event, "service"), uniform(1, 1_000, who.word("handling hq.movement", 0)), "{event}");
    }
}

#[test]
fn a_gifts_approval_is_its_lines() {
    let gifts = "\n[[stock]]\nname = \"pumps\"\nitem = \"pump\"\nat = \"depot\"\non_hand = 9\n\
                 \n[[requirement]]\nname = \"n\"\nvia = \"pool\"\nitem = \"pump\"\narrivals = { at = [2025-01-01, 2025-01-02] }\n";
    let stages = "\n[mechanism.stages]\napproval = { uniform = { low = \"1 s\", high = \"1000 s\" } }\n";
    let text_of = world(stages, gifts).replace("kind = \"package\"\nsize = \"10 M USD\"", "kind = \"donation\"");
    let done = run(&text_of, SEED);
    let entered = done.of("StageEntered");
    let approvals: Vec<i64> =
        entered.iter().filter(|e| e["gate"] == "pool.approval").map(|e| int(e, "lasts")).collect();
    let expected =
        ["n#1/1", "n#2/1"].map(|line| uniform(1, 1_000, Individual::new(line, 0).word("stage pool.approval", 0)));
    assert_eq!(approvals, expected);
}
