//! The table of keys: every key changes something, and the reference is printed from it.

use super::{fine, path};
use crate::model::{Limit, OnOutage, Weekly};
use crate::scenario::Loaded;
use crate::scenario::keys::{LAW, Spec, TABLES, reference};
use crate::units::amount::Mass;
use crate::units::draw::Law;
use crate::units::time::SimTime;

#[test]
fn the_reference_is_printed_from_the_table() {
    let file = path("../docs/scenario.md");
    let text = reference();
    if std::env::var_os("WAYBILL_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(kept, text, "docs/scenario.md is not what the table of keys says; WAYBILL_BLESS=1 prints it");
}

/// A scenario where every example of the table of keys can stand, and where to set the keys of each table.
const RICH: &str = include_str!("../../../tests/scenarios/every-key.toml");

fn seen(loaded: &Loaded) -> (String, String) {
    (format!("{:?}", loaded.plan), format!("{:?}", loaded.notes))
}

fn paths(spec: &Spec) -> &'static [&'static str] {
    match spec.name {
        "" => &[""],
        "time" => &["time"],
        "money" => &["money"],
        "item" => &["item.spare"],
        "nation" => &["nation.norway"],
        "stock" => &["stock.spares", "stock.spares-2"],
        "stock.reorder" => &["stock.spares-2.reorder", "stock.spares-3.reorder"],
        "stock.review" => &["stock.spares-2.review"],
        "stock.production" => &["stock.spares-3.production"],
        "requirement" => &["requirement.ask", "requirement.dated"],
        "pledge" => &["pledge.gift", "pledge.gift-3"],
        "package" => &["package.bundle", "package.kit", "package.asked"],
        "consignment" => &["consignment.cargo", "consignment.loose"],
        "mechanism" => &["mechanism.purl"],
        "node" => &["node.hub", "node.hub-4"],
        "node.step" => &["node.hub.step.receipt", "node.hub-4.step.receipt"],
        "pool" => &["pool.inspectors"],
        "leg" => &["leg.main"],
        "leg.departures" => &["leg.main.departures", "leg.loads.departures"],
        "arrivals" => &["requirement.clock.arrivals", "requirement.ask.arrivals", "requirement.dated.arrivals"],
        "disruption" => &["disruption.strike", "disruption.failures"],
        "disruption.arrivals" => &["disruption.failures.arrivals"],
        "journal" => &["journal.small"],
        "journal.columns" => &["journal.small.columns"],
        _ => &[],
    }
}

#[test]
fn every_key_of_the_table_has_an_effect() {
    let plain = seen(&fine(RICH, &[]));
    let mut idle = Vec::new();
    for spec in TABLES {
        for key in spec.keys.iter().filter(|k| !k.example.is_empty()) {
            // Bases are tried with the specification's example, removal with variants.
            if ["extends", "remove", "copies"].contains(&key.name) {
                continue;
            }
            // These need other keys to change with them.
            if [("money", "currency"), ("mechanism", "kind")].contains(&(spec.name, key.name)) {
                continue;
            }
            let tried = paths(spec);
            let mut why = Vec::new();
            let changes = tried.iter().any(|path| {
                let dot = if path.is_empty() { "" } else { "." };
                let set = format!("{path}{dot}{}={}", key.name, key.example);
                match super::text(RICH, &[&set]) {
                    Ok(loaded) => seen(&loaded) != plain,
                    Err(report) => {
                        why.push(format!("{set} is refused:\n{}", report.text(false)));
                        false
                    }
                }
            });
            if !changes && !tried.is_empty() {
                idle.push(format!("{}.{} changes nothing\n{}", spec.name, key.name, why.join("\n")));
            }
        }
    }
    assert!(idle.is_empty(), "{}", idle.join("\n"));
}

#[test]
fn every_key_is_read_with_its_example() {
    // Lists that a set replaces whole, and entries without a name.
    let plain = seen(&fine(RICH, &[]));
    for (spec, path, frame) in [
        ("money.rates", "money.rates", "[{ currency = \"EUR\", rate = 1.1, KEY }]"),
        ("requirement.lines", "requirement.several.lines", "[{ item = \"shell\", to = \"border\", KEY }]"),
        ("checkpoint", "checkpoint", "[{ figure = \"money.mechanisms.purl.committed\", value = \"5 M USD\", KEY }]"),
        ("goal", "goal", "[{ figure = \"requirements.total.lead_time_p90\", at_least = 0.9, KEY }]"),
    ] {
        let spec = TABLES.iter().find(|s| s.name == spec).unwrap();
        for key in spec.keys {
            let pair = format!("{} = {}", key.name, key.example);
            let mut value = frame.replace("KEY", &pair);
            // The frame's own value gives way.
            for own in [
                "currency = \"EUR\", ",
                "rate = 1.1, ",
                "item = \"shell\", ",
                "to = \"border\", ",
                "value = \"5 M USD\", ",
                "at_least = 0.9, ",
            ] {
                if own.starts_with(&format!("{} =", key.name)) {
                    value = value.replace(own, "");
                }
            }
            if key.name == "figure" {
                let start = value.find("figure").unwrap();
                let end = value[start..].find(", ").unwrap() + start + 2;
                value.replace_range(start..end, "");
            }
            let loaded = fine(RICH, &[&format!("{path}={value}")]);
            assert_ne!(seen(&loaded), plain, "{path}.{}", key.name);
        }
    }
}

#[test]
fn every_form_of_a_distribution_is_read() {
    let transit = |value: &str| {
        let plan = fine(RICH, &[&format!("leg.main.transit={value}")]).plan;
        plan.legs.iter().find(|l| l.name == "main").unwrap().transit.clone()
    };
    let mut seen = vec![transit("\"3h\"")];
    for key in LAW.keys.iter().filter(|k| k.name != "least" && k.name != "most") {
        let law = transit(&format!("{{ {} = {} }}", key.name, key.example));
        assert!(!seen.contains(&law), "{} is read as another form: {law:?}", key.name);
        let cut = transit(&format!("{{ {} = {}, least = \"1h\", most = \"9h\" }}", key.name, key.example));
        assert_eq!(cut, Law::Cut { least: Some(3_600), most: Some(32_400), of: Box::new(law.clone()) });
        seen.push(law);
    }
    assert_eq!(transit("{ exponential = \"0.5 s\" }"), Law::Exponential { mean: 0.5 });
    assert_eq!(transit("{ triangular = { low = \"1h\", mode = \"2h\", high = \"4h\" } }").mean(), 8_400.0);
    assert!(matches!(transit("{ lognormal = { p50 = \"3h\", p90 = \"9h\" } }"), Law::Lognormal { .. }));
    let days = transit("{ empirical = { file = \"lateness.csv\", column = \"days\" } }");
    assert_eq!(days, Law::Empirical { values: vec![0, 129_600, 172_800] });
    let hours = transit("{ empirical = { file = \"lateness.csv\", column = \"own\", unit = \"h\" } }");
    assert_eq!(hours, Law::Empirical { values: vec![7_200, 14_400, 86_400] });
}

#[test]
fn a_priority_is_any_whole_number_of_32_bits() {
    let priority = |value: &str| {
        let plan = fine(RICH, &[&format!("requirement.ask.priority={value}")]).plan;
        plan.streams.iter().find(|s| s.name == "ask").unwrap().priority.clone()
    };
    for bound in [i32::MIN, -1, 0, i32::MAX] {
        assert_eq!(priority(&bound.to_string()), Law::Constant(bound.into()));
    }
    let weights = priority("{ weights = { -2147483648 = 1, -3 = 2, 2147483647 = 1 } }");
    assert_eq!(weights, Law::weights(vec![(i32::MIN.into(), 1.0), (-3, 2.0), (i32::MAX.into(), 1.0)]));
    assert_eq!(priority("{ uniform = { low = -2, high = 3 } }"), Law::Uniform { low: -2, high: 3 });
    assert_eq!(priority("{ empirical = { values = [2, -2] } }"), Law::empirical(vec![-2, 2]));
    let cut = Law::Cut { least: Some(-1), most: Some(1), of: Box::new(Law::Uniform { low: -9, high: 9 }) };
    assert_eq!(priority("{ uniform = { low = -9, high = 9 }, least = -1, most = 1 }"), cut);
}

#[test]
fn limits_servers_and_hours_have_several_forms() {
    let hub = |set: &str| {
        let plan = fine(RICH, &[set]).plan;
        let node = plan.nodes.iter().find(|n| n.name == "hub").unwrap().clone();
        let step = plan.steps
            [plan.steps_of(plan.nodes.ids().find(|n| plan.nodes[*n].name == "hub").unwrap()).next().unwrap()]
        .clone();
        (node, step)
    };
    let limit = |number, mass: Option<i64>| Some(Limit { number, mass: mass.map(Mass) });
    assert_eq!(hub("node.hub.yard=7").0.yard, limit(Some(7), None));
    assert_eq!(hub("node.hub.yard=60 t").0.yard, limit(None, Some(60_000)));
    assert_eq!(hub("node.hub.yard={ number = 5, mass = \"60 t\" }").0.yard, limit(Some(5), Some(60_000)));
    assert_eq!(hub("node.hub.step.receipt.servers=unlimited").1.servers, [(SimTime::EARLIEST, u32::MAX)]);
    let calendar = hub("node.hub.step.receipt.servers=[{ from = 2025-07-15, n = 0 }, { n = 4 }]").1.servers;
    assert_eq!(calendar, [(SimTime::EARLIEST, 4), (SimTime(86_400), 0)]);
    let hours = hub("node.hub.hours=[\"Mon 08:00-12:00\", \"Mon 13:00-17:00\"]").0.hours;
    assert_eq!(hours, Some(Weekly(vec![(28_800, 43_200), (46_800, 61_200)])));
    assert_eq!(hub("node.hub.hours=Mon-Sun 00:00-24:00").0.hours, None);
    // The node's word on outages holds for its steps.
    assert_eq!(hub("node.hub.on_outage=requeue").1.on_outage, OnOutage::Requeue);
}
