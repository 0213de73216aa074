//! Turns: what the rules, the calendar, the figures and the digest cost together, without a store.
//!
//! The digest beside each case is that of its log; a faster run with another digest is another run.

mod common;

use common::{Case, cases};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use waybill::log::{DigestLog, SegmentLimits};
use waybill::sim::{Run, World};

/// Makes the run once; its digest and the number of its events.
fn once(case: &Case) -> (String, u64) {
    let log = DigestLog::new(case.opened.opening());
    let world = World::open(case.opened.plan.clone(), &case.opened.notes);
    let mut run = Run::new(world, case.opened.seed, Box::new(log), SegmentLimits::default());
    run.go(&Default::default()).expect("nothing is stored, nothing can fail");
    (run.log().digest().expect("a log without a store has a digest").to_string(), run.world.state.events)
}

fn turns(c: &mut Criterion) {
    let mut group = c.benchmark_group("turns");
    group.sample_size(10);
    for case in cases() {
        let (digest, events) = once(&case);
        println!("turns of {}: {events} events, digest {digest}", case.name);
        assert_eq!((&*digest, events), (case.digest, case.events), "{}: another run", case.name);
        group.throughput(Throughput::Elements(events));
        group.bench_function(case.name, |b| b.iter(|| assert_eq!(black_box(once(&case)).0, digest)));
    }
    group.finish();
}

criterion_group!(benches, turns);
criterion_main!(benches);
