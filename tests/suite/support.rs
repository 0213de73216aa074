//! What the tests share: runs from a scenario's text, in memory.

use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
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
