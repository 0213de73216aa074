//! The shipped reference cases, small enough to be made again and again.
#![allow(dead_code, reason = "no bench needs all of it")]

use std::path::Path;
use tempfile::TempDir;
use waybill::log::{LogDigest, Mode, RunId, RunMeta, SegmentLimits, StoreLog, StoreOptions};
use waybill::scenario::{self, Options};
use waybill::sim::{Opened, Run, RunKey, World, run_id};

/// A reference case and what must come of it.
pub struct Case {
    pub name: &'static str,
    pub opened: Opened,
    pub digest: &'static str,
    pub events: u64,
}

/// `queue` and `three-hubs` with fewer goods. Their digests are those of semantics 1, seed 1.
pub fn cases() -> [Case; 2] {
    let hubs: Vec<String> = (1..=32).map(|donor| format!("consignment.donor-{donor:02}.count=200")).collect();
    let queue = vec!["consignment.goods.count=10000".to_owned()];
    let queue = case("queue", queue, "19abb468e4ceb85d6f3fad3be2244a48216e9743e99441ee065a609f32789d37", 50_001);
    let hubs = case("three-hubs", hubs, "3417086b2eb99d40e20f594cd0d6de4407701c9ffd5fe9e53e85e5d34f46109a", 64_638);
    [queue, hubs]
}

/// The larger of the two.
pub fn three_hubs() -> Case {
    let [_, hubs] = cases();
    hubs
}

fn case(name: &'static str, sets: Vec<String>, digest: &'static str, events: u64) -> Case {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/bench").join(name).with_extension("toml");
    let loaded = scenario::read(&path, &Options { sets }).unwrap_or_else(|report| panic!("{}", report.text(false)));
    Case { name, opened: Opened::new(1, loaded.plan, loaded.notes), digest, events }
}

impl Case {
    pub fn id(&self) -> RunId {
        run_id(&RunKey { seed: self.opened.seed, plan: &self.opened.plan })
    }

    /// A new log of this run in a store.
    pub fn create(&self, store: &Path) -> StoreLog {
        StoreLog::create(store, self.id(), self.opened.opening(), RunMeta::default(), &StoreOptions::default())
            .expect("a temporary folder takes a new run")
    }

    pub fn open(&self, store: &Path) -> StoreLog {
        StoreLog::open(store, self.id(), Mode::Read, &StoreOptions::default()).expect("a whole run opens")
    }

    /// The finished run in a store of its own.
    pub fn stored(&self) -> (TempDir, LogDigest) {
        let store = tempfile::tempdir().expect("a temporary folder");
        let world = World::open(self.opened.plan.clone(), &self.opened.notes);
        let log = Box::new(self.create(store.path()));
        let mut run = Run::new(world, self.opened.seed, log, SegmentLimits::default());
        run.go(&Default::default()).expect("a run is stored");
        let (_, mut log) = run.into_parts();
        let digest = log.digest().expect("a stored run has a digest");
        log.finish(serde_json::Value::Null).expect("a run ends");
        log.close().expect("a whole log closes");
        assert_eq!(digest.to_string(), self.digest, "{}: another run", self.name);
        (store, digest)
    }
}
