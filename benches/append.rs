//! Append: what the store takes to keep a run whose turns are there already, from its creation to its close.
//!
//! The digest beside the time is what the store says of the log before it closes.

mod common;

use common::{Case, three_hubs};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use waybill::log::{Batch, Log, MemoryLog, Scan, SegmentLimits};
use waybill::sim::{Run, World};

/// The run's batches, as they come to a log.
fn batches(case: &Case) -> Vec<Batch> {
    let log = MemoryLog::new(case.opened.opening());
    let world = World::open(case.opened.plan.clone(), &case.opened.notes);
    let mut run = Run::new(world, case.opened.seed, Box::new(log), SegmentLimits::default());
    run.go(&Default::default()).expect("a run in memory meets no error");
    let (_, log) = run.into_parts();
    let mut scan = Scan::from(&*log, 1);
    let mut all = Vec::new();
    while let Some(segment) = scan.next_segment().expect("memory is read") {
        all.push(Batch {
            first_turn: segment.first_turn,
            first_seq: segment.first_seq,
            time_before: segment.time_before,
            time_last: segment.time_last,
            events: segment.events,
            bytes: segment.bytes.clone(),
            ends: segment.ends.clone(),
        });
    }
    all
}

/// Keeps the batches in a new store, synced and closed; the digest of the log.
fn keep(case: &Case, batches: &mut [Batch]) -> String {
    let store = tempfile::tempdir().expect("a temporary folder");
    let mut log = case.create(store.path());
    batches.iter_mut().for_each(|batch| log.append(batch).expect("a batch that follows is taken"));
    log.sync().expect("there is room");
    let digest = log.digest().expect("a whole log has a digest").to_string();
    Box::new(log).close().expect("a whole log closes");
    digest
}

fn append(c: &mut Criterion) {
    let case = three_hubs();
    let prepared = batches(&case);
    let digest = keep(&case, &mut prepared.clone());
    println!("append {}: {} segments, digest {digest}", case.name, prepared.len());
    assert_eq!(digest, case.digest, "another log");
    let mut group = c.benchmark_group("append");
    group.sample_size(10).throughput(Throughput::Elements(case.events));
    group.bench_function(case.name, |b| {
        let again = |mut batches: Vec<Batch>| assert_eq!(keep(&case, &mut batches), digest);
        b.iter_batched(|| prepared.clone(), again, BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group!(benches, append);
criterion_main!(benches);
