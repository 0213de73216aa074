//! What the tests share: runs from a scenario's text, in memory, and the stories that they tell.

use crate::laws;
use crate::reference::world::{Disruption, Effect, Kind, Law, Node, Step, Stream, World as Small};
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::Range;
use waybill::event::{Entry, Value as Field};
use waybill::log::{LogDigest, MemoryLog, SegmentLimits};
use waybill::model::Hop;
use waybill::scenario::{self, Loaded, Options};
use waybill::sim::{self, Ended, Opened, Run, World};
use waybill::state::State;

/// Whether the full counts were asked for.
pub fn full_tier() -> bool {
    std::env::var("WAYBILL_TESTS").is_ok_and(|tier| tier == "full")
}

/// The random worlds to test, by number. `WAYBILL_WORLD` repeats one of them, with `WAYBILL_WORLDS` so many from it on.
pub fn worlds(usual: u64) -> Range<u64> {
    let asked = |variable: &str| std::env::var(variable).ok()?.parse::<u64>().ok();
    let first = asked("WAYBILL_WORLD");
    let number = asked("WAYBILL_WORLDS").unwrap_or(if first.is_some() { 1 } else { usual });
    let first = first.unwrap_or(0);
    first..first + number
}

/// So many worlds agree; of those that do not the smallest is told.
pub fn all_agree(usual: u64, agree: impl Fn(u64) -> Result<(), String>) {
    let mut differ = BTreeMap::new();
    for number in worlds(usual) {
        if let Err(what) = agree(number) {
            differ.insert(number, what);
            if differ.len() >= 20 {
                break;
            }
        }
    }
    if let Some((number, what)) = differ.iter().min_by_key(|d| d.1.len()) {
        panic!("{} worlds differ, {:?}; the smallest, {number}, {what}", differ.len(), differ.keys());
    }
}

/// Dice for random worlds: for one number always the same throws.
pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(number: u64) -> Dice {
        Dice(ChaCha8Rng::seed_from_u64(number))
    }

    pub fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    pub fn below(&mut self, n: i64) -> i64 {
        self.0.random_range(0..n)
    }

    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high)
    }

    pub fn coin(&mut self, percent: u32) -> bool {
        self.0.random_ratio(percent, 100)
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        of.choose(&mut self.0).expect("there is something to take from")
    }

    pub fn of(&mut self, of: &[i64]) -> i64 {
        *self.one(of)
    }

    pub fn rotate<T>(&mut self, list: &mut [T]) {
        let by = self.0.random_range(0..list.len());
        list.rotate_left(by);
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        list.shuffle(&mut self.0);
    }
}

/// A finished run.
pub struct Done {
    pub world: World,
    pub opened: Opened,
    pub ended: Ended,
    pub digest: LogDigest,
    pub log: Box<dyn waybill::log::Log>,
}

/// A mechanism `pool` of packages of this size, with more keys of its own, and the way of its goods: an hour from the
/// depot to the border.
pub fn pool(size: &str, keys: &str) -> String {
    format!(
        r#"
[[mechanism]]
name = "pool"
kind = "package"
size = "{size}"
origin = "depot"
{keys}

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
"#
    )
}

pub fn read(text: &str) -> Loaded {
    scenario::read_text("test.toml", text, &Options::default()).unwrap_or_else(|report| {
        panic!("the scenario reads:\n{}\n{text}", report.text(false));
    })
}

/// Runs a scenario's text to its end.
pub fn run(text: &str, seed: u64) -> Done {
    run_with(text, seed, SegmentLimits::default())
}

pub fn run_with(text: &str, seed: u64, limits: SegmentLimits) -> Done {
    run_loaded(&read(text), seed, limits)
}

/// Runs a scenario that was read before.
pub fn run_loaded(loaded: &Loaded, seed: u64, limits: SegmentLimits) -> Done {
    let opened = Opened::new(seed, loaded.plan.clone(), loaded.notes.clone());
    let log = MemoryLog::new(opened.opening());
    let world = World::open(opened.plan.clone(), &opened.notes);
    let mut run = Run::new(world, seed, Box::new(log), limits);
    let ended = run.go(&Default::default()).expect("a run in memory meets no error");
    let digest = run.log().digest().expect("a log in memory has a digest");
    let (world, log) = run.into_parts();
    Done { world, opened, ended, digest, log }
}

impl Done {
    pub fn figures(&self) -> Value {
        self.world.figures(&self.opened.notes).into()
    }

    /// A figure by its dotted path.
    pub fn figure(&self, path: &str) -> f64 {
        let tree = self.world.figures(&self.opened.notes);
        tree.number(path).unwrap_or_else(|| panic!("{path} is a number: {:?}", tree.get(path)))
    }

    /// The events of a kind.
    pub fn of(&self, kind: &str) -> Vec<Value> {
        self.events().into_iter().filter(|e| e["kind"] == kind).collect()
    }

    /// Their numbers under a key.
    pub fn numbers(&self, kind: &str, key: &str) -> Vec<i64> {
        self.of(kind).iter().map(|e| e[key].as_i64().unwrap_or_else(|| panic!("{key} is a number: {e}"))).collect()
    }

    /// Their texts under a key.
    pub fn texts(&self, kind: &str, key: &str) -> Vec<String> {
        self.of(kind).iter().map(|e| e[key].as_str().unwrap_or_else(|| panic!("{key} is a text: {e}")).into()).collect()
    }

    /// Every event with names, as `log --format jsonl` has it.
    pub fn events(&self) -> Vec<Value> {
        let mut all = Vec::new();
        sim::each_turn(&*self.log, &mut |world, turn, seq, entry| {
            all.push(named(&world.state, turn, seq, entry));
            true
        })
        .expect("a log in memory replays");
        all
    }
}

/// One event with names.
pub fn named(state: &State, turn: u64, seq: u64, entry: &Entry) -> Value {
    let mut out = json!({
        "seq": seq, "turn": turn, "t": state.now.0, "kind": entry.event.kind(), "cause": entry.cause,
    });
    let plan = state.plan();
    let map = out.as_object_mut().expect("an event is an object");
    let mut first = true;
    entry.event.each_field(&mut |name, value| {
        if std::mem::take(&mut first) {
            let object = state.name_of(value).unwrap_or_default();
            map.insert("object".to_owned(), json!(object));
            return;
        }
        match value {
            Field::Step(step) => {
                map.insert("node".to_owned(), json!(plan.nodes[plan.steps[step].node].name));
                map.insert("step".to_owned(), json!(plan.steps[step].name));
            }
            Field::Hop(Hop::Out) => {
                map.insert(name.to_owned(), json!("out"));
            }
            Field::Count(n) => {
                map.insert(name.to_owned(), json!(n));
            }
            Field::Seconds(n) => {
                map.insert(name.to_owned(), json!(n));
            }
            Field::Time(at) => {
                map.insert(name.to_owned(), json!(at.0));
            }
            Field::Money(m) => {
                map.insert(name.to_owned(), json!(m.0));
            }
            Field::Flag(flag) => {
                map.insert(name.to_owned(), json!(flag));
            }
            handle => {
                map.insert(name.to_owned(), json!(state.name_of(handle)));
            }
        }
    });
    out
}

/// Kinds and the words that stand for them in a story, with the fields that are told behind.
const WORDS: &[(&str, &str, &[&str])] = &[
    ("ConsignmentCreated", "comes", &[]),
    ("BacklogEntered", "is taken up", &[]),
    ("YardEntered", "enters", &["step"]),
    ("HeldAtGate", "held at gate", &[]),
    ("Blocked", "blocked", &[]),
    ("Diverted", "diverted to", &["to"]),
    ("Refused", "refused", &[]),
    ("OverflowAccepted", "overflows", &[]),
    ("HandlingMeasured", "needs", &["service"]),
    ("HandlingStarted", "starts at", &["server"]),
    ("HandlingPaused", "pauses", &["left"]),
    ("HandlingResumed", "resumes", &["left"]),
    ("HandlingRequeued", "requeued", &["left"]),
    ("HandlingFinished", "done", &["step"]),
    ("RouteChosen", "chooses", &["to"]),
    ("NodeReached", "reaches", &["node"]),
    ("LegDeparted", "departs", &[]),
    ("LegArrived", "arrives", &[]),
    ("HandedOver", "handed over", &[]),
    ("LeftModel", "leaves", &[]),
    ("ConvoyDispatched", "takes", &["load"]),
    ("DepartureEmpty", "empty", &[]),
    ("DepartureSkipped", "skipped", &[]),
    ("DisruptionBegan", "begins", &[]),
    ("DisruptionEnded", "ends", &[]),
    ("HoursEnded", "shuts", &[]),
    ("HoursBegan", "unlocks", &[]),
    ("NodeClosed", "down", &[]),
    ("NodeOpened", "up", &[]),
    ("StepClosed", "down", &[]),
    ("StepOpened", "up", &[]),
    ("LegClosed", "closed", &[]),
    ("LegOpened", "open", &[]),
    ("CapacityChanged", "servers", &["servers"]),
    ("RequirementSubmitted", "is submitted", &[]),
    ("BacklogTakenUp", "is taken up", &[]),
    ("RequirementValidated", "is validated", &[]),
    ("RequirementPrioritised", "is ranked", &[]),
    ("RequirementMatched", "is matched", &[]),
    ("RequirementFulfilled", "is fulfilled", &[]),
    ("PledgeAnnounced", "announces", &["amount"]),
    ("PledgeCommitted", "commits", &[]),
    ("PledgeLapsed", "lapses", &[]),
    ("FundsDisbursed", "pays", &["amount"]),
    ("PledgeDefaulted", "defaults on", &["amount"]),
    ("SurplusHeld", "is held for", &["package"]),
    ("SurplusRolledOver", "rolls over", &["amount"]),
    ("PackageDrafted", "forms at", &["price"]),
    ("LinePackaged", "goes into", &["package"]),
    ("PackageValidated", "is reviewed", &[]),
    ("PackageOpened", "opens", &[]),
    ("MoneyAllocated", "gets", &["amount", "pledge"]),
    ("PackageFunded", "is funded", &[]),
    ("PackageReleased", "is released", &[]),
    ("MoneySpent", "is paid for with", &["amount"]),
    ("StageHeld", "held", &[]),
    ("StageResumed", "goes on", &[]),
    ("StageEntered", "enters", &["gate"]),
    ("StageLeft", "passes", &["gate"]),
    ("StockTaken", "takes", &["quantity"]),
];

/// What a story of goods tells.
pub const MOVES: &[&str] = &[
    "ConsignmentCreated",
    "YardEntered",
    "HeldAtGate",
    "Blocked",
    "Diverted",
    "Refused",
    "OverflowAccepted",
    "HandlingStarted",
    "HandlingPaused",
    "HandlingResumed",
    "HandlingRequeued",
    "HandlingFinished",
    "LegDeparted",
    "LegArrived",
    "HandedOver",
    "LeftModel",
    "ConvoyDispatched",
    "DepartureEmpty",
    "DepartureSkipped",
    "NodeClosed",
    "NodeOpened",
    "StepClosed",
    "StepOpened",
    "CapacityChanged",
];

/// The events of these kinds, in their order, a line an instant: `10: s#1 done d, s#1 leaves`. Instants that are whole
/// days or hours stand as `2d`, `2d3h`, `3h` where `unit` says so.
pub fn story(done: &Done, unit: Unit, kinds: &[&str]) -> String {
    let mut told: Vec<(i64, Vec<String>)> = vec![];
    for event in done.events().iter().filter(|e| kinds.contains(&e["kind"].as_str().expect("an event has a kind"))) {
        let known = WORDS.iter().find(|w| event["kind"] == w.0);
        let (_, word, fields) = known.unwrap_or_else(|| panic!("{} has a word", event["kind"]));
        let mut text = format!("{} {word}", event["object"].as_str().expect("an event has an object"));
        for field in fields.iter().filter_map(|f| event.get(f)) {
            text += &format!(" {}", field.to_string().trim_matches('"'));
        }
        let t = event["t"].as_i64().expect("an event has a time");
        match told.last_mut() {
            Some(last) if last.0 == t => last.1.push(text),
            _ => told.push((t, vec![text])),
        }
    }
    let line = |(t, all): (i64, Vec<String>)| format!("{}: {}", unit.of(t), all.join(", "));
    told.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What a story counts in.
#[derive(Clone, Copy)]
pub enum Unit {
    Seconds,
    Days,
}

impl Unit {
    fn of(self, t: i64) -> String {
        match (self, t / 86_400, t % 86_400) {
            (Unit::Days, days, 0) => format!("{days}d"),
            (Unit::Days, 0, rest) if rest % 3_600 == 0 => format!("{}h", rest / 3_600),
            (Unit::Days, days, rest) if rest % 3_600 == 0 => format!("{days}d{}h", rest / 3_600),
            _ => t.to_string(),
        }
    }
}

/// Runs a scenario, holds the run to the laws, and its story to what is expected.
#[track_caller]
pub fn tells_of(text: &str, unit: Unit, kinds: &[&str], expected: &str) -> Done {
    let done = run(text, 1);
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(story(&done, unit, kinds), expected.join("\n"));
    laws::lawful(&done).expect("the laws hold");
    done
}

/// What a run tells in these words, a line an instant: `10: s#1 takes 2; s#1 departs`. A word stands for a kind of events,
/// with the value of one field after it. Laws hold in the run.
#[track_caller]
pub fn retells(text: &str, words: &[(&str, &str, &str)], expected: &str) -> Done {
    let done = run(text, 1);
    let mut told: Vec<(i64, Vec<String>)> = vec![];
    for event in done.events() {
        let Some((_, word, field)) = words.iter().find(|w| event["kind"] == w.0) else { continue };
        let field = event.get(field).map_or(String::new(), |f| format!(" {}", f.to_string().trim_matches('"')));
        let object = event["object"].as_str().expect("an object has a name").to_owned();
        let text = format!("{object} {word}{field}");
        let t = event["t"].as_i64().expect("an event has a time");
        match told.last_mut() {
            Some(last) if last.0 == t => last.1.push(text),
            _ => told.push((t, vec![text])),
        }
    }
    let told: Vec<String> = told.into_iter().map(|(t, all)| format!("{t}: {}", all.join("; "))).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(told.join("\n"), expected.join("\n"));
    laws::lawful(&done).expect("the laws hold");
    done
}

/// `arrivals` at these seconds, all within an hour of midnight on 2025-01-01.
pub fn at(seconds: &[i64]) -> String {
    let date = |s: &i64| format!("2025-01-01T00:{:02}:{:02}Z", s / 60, s % 60);
    format!("{{ at = [{}] }}", seconds.iter().map(date).collect::<Vec<_>>().join(", "))
}

/// The story of goods, in seconds.
#[track_caller]
pub fn tells(text: &str, expected: &str) -> Done {
    tells_of(text, Unit::Seconds, MOVES, expected)
}

/// The story of goods with more kinds, in seconds.
#[track_caller]
pub fn tells_also(text: &str, more: &[&str], expected: &str) -> Done {
    tells_of(text, Unit::Seconds, &[MOVES, more].concat(), expected)
}

/// Figures of a run, by dotted paths below `at`.
#[track_caller]
pub fn figures(done: &Done, at: &str, expected: &[(&str, f64)]) {
    for &(key, value) in expected {
        assert_eq!(done.figure(&format!("{at}.{key}")), value, "{key}");
    }
}

/// A hub `n` with these steps, and a stream `s` at these dates.
pub fn hub(steps: Vec<Step>, dates: &[i64]) -> Small {
    let node = Node { steps, ..Node::new("n", Kind::Hub) };
    Small { nodes: vec![node], streams: vec![Stream::at("s", dates, "n")], ..Small::new() }
}

/// A stream to `n` of one priority.
pub fn stream(name: &str, dates: &[i64], priority: i64) -> Stream {
    Stream { priority: Law::Constant(priority), ..Stream::at(name, dates, "n") }
}

/// An outage.
pub fn closed(strikes: &str, on: i64, lasts: i64) -> Disruption {
    Disruption { name: format!("x{on}"), strikes: strikes.into(), on, lasts, effect: Effect::Closed, random: None }
}

/// Why a scenario's text is refused.
pub fn refused(text: &str) -> String {
    match scenario::read_text("test.toml", text, &Options::default()) {
        Ok(_) => panic!("the scenario is refused:\n{text}"),
        Err(report) => report.text(false),
    }
}
