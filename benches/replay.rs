//! Replay: a stored log folded again, with figures, every segment checked and the digest computed again; and the log
//! only verified, without a fold.

mod common;

use common::three_hubs;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use waybill::log::verify;
use waybill::sim;

fn replay(c: &mut Criterion) {
    let case = three_hubs();
    let (store, digest) = case.stored();
    let log = case.open(store.path());
    println!("replay of {}: {} events, digest {digest}", case.name, case.events);
    let mut group = c.benchmark_group("replay");
    group.sample_size(10).throughput(Throughput::Elements(case.events));
    group.bench_function(case.name, |b| {
        b.iter(|| {
            let again = sim::replay(&log).expect("a whole log replays");
            assert_eq!((again.digest, again.world.state.events), (digest, case.events));
        });
    });
    group.bench_function(format!("{}, verified only", case.name), |b| {
        b.iter(|| assert_eq!(verify(&log).expect("a whole log is read").digest.value(), digest));
    });
    group.finish();
}

criterion_group!(benches, replay);
criterion_main!(benches);
