//! Show at: the world and its figures at an instant in the middle of a stored log; from the opening, and from a snapshot
//! kept a little before it; and what opening the store and closing it takes of that.
//!
//! The digest beside the time is that of the figures.

mod common;

use common::{Case, three_hubs};
use criterion::{Criterion, criterion_group, criterion_main};
use waybill::log::{Batch, Log, MemoryLog, Scan};
use waybill::sim;
use waybill::units::time::SimTime;

/// A digest of the figures before anything of the instant `at`.
fn figures(log: &dyn Log, at: SimTime) -> String {
    let (opened, world) = sim::world_at(log, Some(at)).expect("a whole log is folded");
    let figures = serde_json::Value::from(world.figures_at(&opened.notes, at));
    blake3::hash(figures.to_string().as_bytes()).to_hex().to_string()
}

/// The same log in memory, with a snapshot at the last segment before `at`.
fn with_snapshot(case: &Case, from: &dyn Log, at: SimTime) -> MemoryLog {
    let mut log = MemoryLog::new(case.opened.opening());
    let mut scan = Scan::from(from, 1);
    let mut kept = false;
    while let Some(segment) = scan.next_segment().expect("a whole log is read") {
        if !kept && segment.time_last >= at.0 {
            let (_, world) = sim::world_at(&log, None).expect("a whole log is folded");
            log.put_snapshot(world.to_bytes(0)).expect("memory takes it");
            kept = true;
        }
        let mut batch = Batch::after(log.head());
        batch.time_last = segment.time_last;
        batch.events = segment.events;
        batch.bytes.clone_from(&segment.bytes);
        batch.ends.clone_from(&segment.ends);
        log.append(&mut batch).expect("memory takes it");
    }
    assert!(kept, "the instant is within the run");
    log
}

fn show_at(c: &mut Criterion) {
    let case = three_hubs();
    let (store, _) = case.stored();
    let log = case.open(store.path());
    let at = SimTime(log.head().time / 2);
    let digest = figures(&log, at);
    let near = with_snapshot(&case, &log, at);
    println!("show {} at {} s: figures {digest}", case.name, at.0);
    assert_eq!(figures(&near, at), digest, "a snapshot changes no figure");
    assert_ne!(figures(&log, SimTime(at.0 / 2)), digest, "another moment has other figures");
    let mut group = c.benchmark_group("show at");
    group.sample_size(10);
    group.bench_function("from the opening", |b| b.iter(|| assert_eq!(figures(&log, at), digest)));
    group.bench_function("from a snapshot", |b| b.iter(|| assert_eq!(figures(&near, at), digest)));
    let head = log.head();
    drop(log);
    group.bench_function("opened and closed", |b| b.iter(|| assert_eq!(case.open(store.path()).head(), head)));
    group.finish();
}

criterion_group!(benches, show_at);
criterion_main!(benches);
