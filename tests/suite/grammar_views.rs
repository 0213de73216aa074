//! Series over time, worked by hand, and the drawing of a scenario.

use crate::support::{at, read, run};
use serde_json::json;
use waybill::scenario::loads;
use waybill::view::csv;
use waybill::view::graph::Graph;

#[test]
fn a_series_tells_backlog_and_throughput_of_each_bin() {
    // An hour in bins of a minute; handling takes 70 s, one after the other: done at 70, 140 and 210.
    let text = format!(
        "[time]\nstart = 2025-01-01\nend = \"4 min\"\nwarm_up = \"1 min\"\n\n[[node]]\nname = \"n\"\n\n[[node.step]]\nname = \"s\"\ntime = \"70s\"\n\n\
         [[consignment]]\nname = \"c\"\nenters = \"n\"\narrivals = {}\n",
        at(&[0, 60, 61])
    );
    let done = run(&text, 1);
    let series = &done.figures()["series"];
    // 240 s in bins of 1 s: 240 of them. Bins end at 1, 2, ...; what comes at 60 is in the bin that begins then.
    assert_eq!((series["step"].clone(), series["bins"].clone()), (json!(1), json!(240)));
    let of = |key: &str| -> Vec<i64> {
        series["stations"]["n"]["s"][key].as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).collect()
    };
    let (backlog, throughput) = (of("backlog"), of("throughput"));
    assert_eq!([backlog[0], backlog[59], backlog[60], backlog[61], backlog[69], backlog[70]], [1, 1, 2, 3, 3, 2]);
    let left: Vec<usize> = (0..240).filter(|&bin| throughput[bin] > 0).collect();
    assert_eq!((left, throughput.iter().sum::<i64>()), (vec![70, 140, 210], 3));
    let table = csv::series(&done.world.tree(), done.world.state.plan());
    assert_eq!(table.lines().next(), Some("place,until,t,backlog,throughput"));
    assert_eq!(table.lines().nth(71), Some("stations.n.s,2025-01-01T00:01:11Z,71,2,1"));
    assert!(!csv::figures(&done.world.tree(), done.world.state.plan()).contains("series."));
}

#[test]
fn without_an_end_the_bins_double_and_lose_nothing() {
    let text = "[time]\nstart = 2025-01-01\n\n[[node]]\nname = \"n\"\n\n[[node.step]]\nname = \"s\"\ntime = \"1h\"\n\n\
                [[consignment]]\nname = \"c\"\nenters = \"n\"\narrivals = { every = \"2h\" }\ncount = 500\n";
    let done = run(text, 1);
    // 500 in 1,001 hours: bins of 1, 2, 4, then 8 h.
    let series = &done.figures()["series"];
    assert_eq!((series["step"].clone(), series["bins"].clone()), (json!(8 * 3_600), json!(126)));
    let left: Vec<i64> =
        series["stations"]["n"]["s"]["throughput"].as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).collect();
    assert_eq!((left.iter().sum::<i64>(), left[1], left[60]), (500, 4, 4));
}

#[test]
fn a_scenario_is_drawn_with_its_streams_nodes_legs_and_mechanisms() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios/every-key.toml"))
        .expect("it is there");
    let text = text.split("[[journal]]").next().expect("a text has a beginning");
    let plan = read(text).plan;
    let graph = Graph::of(&plan, "Everything & more", &loads(&plan));
    let (svg, dot) = (graph.svg(), graph.dot());
    assert_eq!(svg, Graph::of(&plan, "Everything & more", &loads(&plan)).svg(), "the same bytes each time");
    for name in plan.nodes.iter().map(|n| &n.name).chain(plan.mechanisms.iter().map(|m| &m.name)) {
        assert!(svg.contains(&format!(">{name}<")) && dot.contains(name), "{name} is drawn");
    }
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n") && svg.contains("Everything &amp; more"));
    let count = |what: &str| svg.matches(what).count();
    assert_eq!(count("<text"), count("</text>"));
    // A leg between two nodes, and one to a node reached before: both are lines.
    assert_eq!(count("<path class=\"l"), count("<path class=\"h\""));
    assert!(dot.starts_with("digraph") && dot.contains("->") && dot.trim_end().ends_with('}'));
}
