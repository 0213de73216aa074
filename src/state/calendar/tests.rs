use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const START: u64 = 1 << 43;
const HOUR: u64 = 3600;
const YEAR: u64 = 365 * 24 * HOUR;

fn key(time: u64, phase: u64, rest: u64) -> Key {
    Key::from(time << PLACE | phase << 16) << 64 | Key::from(rest)
}

/// Both calendars, driven as one; every answer is compared.
#[derive(Default)]
struct Twins {
    calendar: Calendar,
    heap: HeapCalendar,
    /// All keys ever pushed: pushes are numbered by it, and removal chooses from it.
    pushed: Vec<Key>,
    now: u64,
}

impl Twins {
    fn new() -> Self {
        Self { now: START, ..Self::default() }
    }

    fn push(&mut self, delay: u64, phase: u64) {
        // The rest of a key neither rises nor falls with its number.
        let rest = (self.pushed.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let key = key(self.now + delay, phase, rest);
        self.pushed.push(key);
        self.calendar.push(key);
        self.heap.push(key);
    }

    fn pop(&mut self) -> Option<Key> {
        let key = self.calendar.pop();
        assert_eq!(key, self.heap.pop());
        self.now = key.map_or(self.now, moment_of);
        key
    }

    fn remove(&mut self, which: usize) {
        if let Some(&key) = self.pushed.get(which % self.pushed.len().max(1)) {
            assert_eq!(self.calendar.remove(key), self.heap.remove(key));
        }
    }

    /// Asks everything that changes nothing.
    fn look(&mut self) {
        let (mut ours, mut theirs) = (vec![7], vec![]);
        self.calendar.ties(&mut ours);
        self.heap.ties(&mut theirs);
        assert_eq!(ours, theirs);
        assert_eq!(self.calendar.first(), self.heap.first());
        assert_eq!(self.calendar.peek(), self.heap.peek());
        assert_eq!((self.calendar.len(), self.calendar.is_empty()), (self.heap.len(), self.heap.is_empty()));
    }

    fn compare_content(&self) {
        let mut keys: Vec<Key> = self.heap.iter().collect();
        keys.sort_unstable();
        assert_eq!(self.calendar.sorted(), keys);
    }

    fn hold(&mut self, turns: usize, mut delay: impl FnMut(u64) -> u64) {
        for turn in 0..turns as u64 {
            self.pop();
            self.push(delay(turn), turn % 7);
        }
    }

    fn drain(mut self) {
        self.compare_content();
        while self.pop().is_some() {}
        assert!(self.calendar.is_empty() && self.heap.is_empty());
    }
}

#[derive(Clone, Debug)]
enum Op {
    Push {
        delay: u64,
        phase: u64,
    },
    Burst {
        delay: u64,
        count: u64,
    },
    Pop {
        count: usize,
    },
    Remove {
        which: usize,
    },
    Look,
    /// So many turns of delays up to `most`: reaches the reviews.
    Hold {
        turns: usize,
        most: u64,
    },
}

fn delay() -> impl Strategy<Value = u64> {
    prop_oneof![3 => Just(0), 3 => 0..10_u64, 3 => 0..10 * HOUR, 2 => 0..YEAR, 1 => 0..10_000 * YEAR]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (delay(), 0..16_u64).prop_map(|(delay, phase)| Op::Push { delay, phase }),
        2 => (delay(), 1..100_u64).prop_map(|(delay, count)| Op::Burst { delay, count }),
        6 => (1..4_usize).prop_map(|count| Op::Pop { count }),
        1 => (1..300_usize).prop_map(|count| Op::Pop { count }),
        3 => any::<usize>().prop_map(|which| Op::Remove { which }),
        3 => Just(Op::Look),
        1 => (1..9000_usize, delay()).prop_map(|(turns, most)| Op::Hold { turns, most }),
    ]
}

fn run(ops: &[Op]) -> Twins {
    let mut twins = Twins::new();
    for op in ops {
        match *op {
            Op::Push { delay, phase } => twins.push(delay, phase),
            Op::Burst { delay, count } => (0..count).for_each(|i| twins.push(delay, i * 5 % 16)),
            Op::Pop { count } => (0..count).for_each(|_| _ = twins.pop()),
            Op::Remove { which } => twins.remove(which),
            Op::Look => twins.look(),
            Op::Hold { turns, most } => twins.hold(turns, |i| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) % (most + 1)),
        }
    }
    twins
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn both_calendars_give_the_same_answers(ops in vec(op(), 1..120)) {
        run(&ops).drain();
    }

    #[test]
    fn equality_and_bytes_see_the_keys_and_not_the_inside(ops in vec(op(), 1..60)) {
        let calendar = run(&ops).calendar;
        let fresh: Calendar = calendar.iter().collect();
        prop_assert_eq!(&calendar, &fresh);
        let bytes = serde_json::to_vec(&calendar).unwrap();
        prop_assert_eq!(&bytes, &serde_json::to_vec(&fresh).unwrap());
        let mut back: Calendar = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(&back, &calendar);
        if let Some(key) = back.pop() {
            prop_assert_ne!(&back, &calendar);
            prop_assert!(!back.remove(key));
        }
    }
}

#[test]
fn a_lower_phase_at_the_same_instant_comes_first() {
    let mut twins = Twins::new();
    for phase in [3, 5, 9] {
        twins.push(0, phase);
    }
    twins.pop();
    twins.push(0, 1);
    assert_eq!(twins.calendar.peek().map(|k| k >> 80 & 15), Some(1));
    twins.drain();
}

#[test]
fn width_and_buckets_follow_the_load() {
    let mut twins = Twins::new();
    let random = |i: u64| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    (0..1000).for_each(|i| twins.push(random(i) % (10 * YEAR), 0));
    twins.hold(200_000, |i| random(i) % (10 * YEAR));
    assert!(twins.calendar.shift > PLACE + 10, "years are wide: {}", twins.calendar.shift);
    assert!(twins.calendar.rest.len() < 250, "most fit the window: {}", twins.calendar.rest.len());
    while twins.pop().is_some() {}
    (0..1000).for_each(|i| twins.push(random(i) % HOUR, 0));
    twins.hold(200_000, |i| random(i) % HOUR);
    assert!(twins.calendar.shift < PLACE + 5, "hours are narrow: {}", twins.calendar.shift);
    twins.drain();
}

#[test]
fn a_window_that_was_opened_too_late_comes_back() {
    let mut twins = Twins::new();
    twins.push(1000 * YEAR, 0);
    twins.look();
    (0..20_000).for_each(|i| twins.push(i * 7919 % (10 * HOUR), 0));
    assert!(twins.calendar.cur < (START + 11 * HOUR) >> (twins.calendar.shift - PLACE), "the window is at hand");
    twins.hold(20_000, |i| i * 7919 % (10 * HOUR));
    twins.drain();
}

#[test]
fn one_instant_holds_any_number() {
    let mut twins = Twins::new();
    (0..30_000).for_each(|i| twins.push(HOUR, i % 16));
    twins.look();
    for i in 0..60_000 {
        twins.pop();
        if i % 2 == 0 {
            twins.push(0, 15);
        }
    }
    twins.drain();
}

#[test]
fn one_wake_may_be_thousands_of_years_away() {
    let mut twins = Twins::new();
    twins.push(0, 0);
    twins.hold(20_000, |i| if i % 3 == 0 { 0 } else { i * YEAR / 8 % (9000 * YEAR) });
    twins.drain();
}

#[test]
fn the_ends_of_time_are_in_order() {
    let mut calendar: Calendar = [Key::MAX, 0, key((1 << 44) - 1, 0, 0), 1, key(0, 1, 0)].into_iter().collect();
    let order: Vec<Key> = std::iter::from_fn(|| calendar.pop()).collect();
    assert_eq!(order, [0, 1, key(0, 1, 0), key((1 << 44) - 1, 0, 0), Key::MAX]);
}

#[test]
fn bytes_whose_keys_do_not_rise_are_refused() {
    assert!(serde_json::from_str::<Calendar>("[1,2,3]").is_ok());
    let error = serde_json::from_str::<Calendar>("[1,1]").unwrap_err();
    assert!(error.to_string().starts_with("the keys of a calendar do not rise"));
}
