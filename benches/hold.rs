//! Hold: N wakes are pending; each, when it fires, sets one more after an exponential delay of mean one hour.
//!
//! The digest beside each case is that of the keys in the order popped; both calendars must give the same.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use waybill::state::calendar::{Calendar, HeapCalendar, Key, moment_of};

const DELAYS: usize = 1 << 16;
const START: u64 = 1 << 43;

/// Exponential delays in whole seconds, drawn beforehand: the calendar is timed, not the draws.
fn delays() -> Vec<u64> {
    let mut x = 0x9E37_79B9_7F4A_7C15_u64;
    let draw = |_| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        let share = ((x >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        (-libm::log(share) * 3600.0) as u64
    };
    (0..DELAYS).map(draw).collect()
}

fn key(time: u64, phase: u64, place: u64, rest: u64) -> Key {
    Key::from(time << 20 | phase << 16 | place & 0xffff) << 64 | Key::from(rest)
}

trait Queue: Default {
    const NAME: &'static str;
    fn put(&mut self, key: Key);
    fn next(&mut self) -> Key;
}

macro_rules! queue {
    ($type:ident) => {
        impl Queue for $type {
            const NAME: &'static str = stringify!($type);
            fn put(&mut self, key: Key) {
                self.push(key);
            }
            fn next(&mut self) -> Key {
                self.pop().expect("a wake is pending")
            }
        }
    };
}
queue!(Calendar);
queue!(HeapCalendar);

struct Hold<'a, Q> {
    queue: Q,
    delays: &'a [u64],
    turn: u64,
}

impl<'a, Q: Queue> Hold<'a, Q> {
    fn new(pending: u64, delays: &'a [u64]) -> Self {
        let mut hold = Hold { queue: Q::default(), delays, turn: 0 };
        (0..pending).for_each(|who| hold.set(START, who));
        hold
    }

    #[inline]
    fn set(&mut self, time: u64, who: u64) {
        let delay = self.delays[self.turn as usize % DELAYS];
        self.queue.put(key(time + delay, 1 + who % 4, who.wrapping_mul(40_503), self.turn << 24 | who));
        self.turn += 1;
    }

    /// One wake fires and sets another.
    #[inline]
    fn turn(&mut self) -> Key {
        let key = self.queue.next();
        self.set(moment_of(key), key as u64 & 0xff_ffff);
        key
    }

    /// The same, with a wake of a later phase at the same instant in between.
    #[inline]
    fn turn_and_settle(&mut self) -> Key {
        let first = self.queue.next();
        self.queue.put(key(moment_of(first), 15, 0, self.turn));
        let settle = self.queue.next();
        self.set(moment_of(first), first as u64 & 0xff_ffff);
        settle
    }

    fn digest(mut self, turns: u64) -> u64 {
        (0..turns).fold(0, |digest: u64, _| {
            let key = self.turn();
            (digest.rotate_left(5) ^ (key >> 64) as u64 ^ key as u64).wrapping_mul(0x517C_C1B7_2722_0A95)
        })
    }
}

fn time<'a, Q: Queue>(
    c: &mut Criterion,
    name: &str,
    pending: u64,
    delays: &'a [u64],
    turn: impl Fn(&mut Hold<'a, Q>) -> Key,
) {
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(1)).sample_size(20).warm_up_time(Duration::from_secs(1));
    group.measurement_time(Duration::from_secs(2));
    let mut hold = Hold::<Q>::new(pending, delays);
    group.bench_function(BenchmarkId::new(Q::NAME, pending), |b| b.iter(|| black_box(turn(&mut hold))));
    group.finish();
}

fn hold(c: &mut Criterion) {
    let delays = delays();
    for pending in [1_000, 100_000] {
        let digest = Hold::<Calendar>::new(pending, &delays).digest(3 * pending);
        assert_eq!(digest, Hold::<HeapCalendar>::new(pending, &delays).digest(3 * pending), "the twins part");
        println!("hold of {pending}: digest {digest:016x}");
        time(c, "hold", pending, &delays, Hold::<Calendar>::turn);
        time(c, "hold", pending, &delays, Hold::<HeapCalendar>::turn);
        time(c, "hold and settle", pending, &delays, Hold::<Calendar>::turn_and_settle);
        time(c, "hold and settle", pending, &delays, Hold::<HeapCalendar>::turn_and_settle);
    }
}

criterion_group!(benches, hold);
criterion_main!(benches);
