//! The small scenarios of `docs/semantics.md`, each with its timeline worked by hand: what the page says is what happens.

use crate::support::run;
use serde_json::Value;

const PAGE: &str = include_str!("../../docs/semantics.md");

/// 2025-01-01, at which each of them starts, in seconds since 1970.
const START: i64 = 1_735_689_600;

/// A heading, a scenario and its timeline.
struct Example {
    title: String,
    scenario: String,
    timeline: Vec<String>,
}

fn examples() -> Vec<Example> {
    let (_, page) = PAGE.split_once("## The rules by example").expect("the page has its examples");
    page.split("\n### ")
        .skip(1)
        .map(|part| {
            let title = part.lines().next().expect("an example has a heading").to_owned();
            let block = |kind: &str| {
                let (_, rest) =
                    part.split_once(&format!("```{kind}\n")).unwrap_or_else(|| panic!("{title}: no {kind}"));
                rest.split_once("```").expect("a block ends").0.to_owned()
            };
            let (scenario, timeline) = (block("toml"), block("timeline"));
            Example { title, scenario, timeline: timeline.lines().map(str::to_owned).collect() }
        })
        .collect()
}

/// An event as a line of a timeline tells it, with the fields that the line names.
fn told(event: &Value, line: &str) -> String {
    let t = event["t"].as_i64().expect("an event has a time");
    assert_eq!(t % 60, 0, "timelines tell minutes");
    let time = jiff::Timestamp::from_second(START + t).expect("an event has a date").to_string();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut all = vec![time[..16].replace('T', " "), text(&event["object"]), text(&event["kind"])];
    let fields = line.split("  ").skip(3).filter_map(|field| field.split_once(' '));
    all.extend(fields.map(|(key, _)| format!("{key} {}", text(&event[key]))));
    all.join("  ")
}

#[test]
fn the_timelines_of_this_page_are_what_happens() {
    let examples = examples();
    for Example { title, scenario, timeline } in &examples {
        let kinds: Vec<&str> =
            timeline.iter().map(|line| line.split("  ").nth(2).expect("a line names a kind")).collect();
        let events = run(scenario, 1).events();
        let events = events.iter().filter(|event| kinds.iter().any(|kind| event["kind"] == *kind));
        let lines = timeline.iter().map(String::as_str).chain(std::iter::repeat(""));
        let happened: Vec<String> = events.zip(lines).map(|(event, line)| told(event, line)).collect();
        assert_eq!(happened.join("\n"), timeline.join("\n"), "{title}");
    }
    // Every rule has one.
    for rule in 1..=11 {
        let has = |title: &str| {
            let (rules, _) = title.split_once(": ").expect("a heading names its rule");
            rules.split(|c: char| !c.is_ascii_digit()).any(|number| number == rule.to_string())
        };
        assert!(examples.iter().any(|example| has(&example.title)), "rule {rule} has no example");
    }
}

/// What stands beside moves nobody's luck: the last example with another stream and another node.
#[test]
fn what_is_added_beside_an_example_leaves_its_draws() {
    let Example { scenario, .. } = examples().pop().expect("there is an example");
    let beside = "\n[[consignment]]\nname = \"0\"\nenters = \"0\"\non = 2025-01-01\nbatch = 5\n\n[[node]]\nname = \"0\"\n\n[[node.step]]\nname = \"0\"\ntime = { exponential = \"1h\" }\n";
    let services = |text: &str| {
        let started = |event: &Value| event["kind"] == "HandlingStarted" && event["node"] == "dock";
        let events = run(text, 1).events();
        let services: Vec<i64> =
            events.iter().filter(|e| started(e)).map(|e| e["service"].as_i64().expect("seconds")).collect();
        services
    };
    let alone = services(&scenario);
    assert_eq!(alone.len(), 3);
    assert_eq!(services(&(scenario + beside)), alone);
}
