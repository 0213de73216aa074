//! The pending wakes, in the exact order in which they fire.
//!
//! A wake is a [`Key`]: comparing keys as numbers is the whole of the order. [`Calendar`] is a calendar queue: a
//! window of buckets of equal width starts at the current one, which is kept sorted; what does not fit the window waits
//! in an ordered set. Width and number of buckets follow the load. They decide the speed and never the order, so two
//! calendars with the same keys are equal, and a calendar is written as its rising keys.
//!
//! [`HeapCalendar`] is the plain twin that tests and benches compare it with.

mod heap;

use std::collections::BTreeSet;
use std::iter::successors;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

pub use heap::HeapCalendar;

/// A pending wake: 44 bits of time and phase (its *moment*), 20 bits of place (with them the *prefix*), 64 bits of the rest.
///
/// Keys are unique, and their numeric order is the order of firing.
pub type Key = u128;

/// The time and phase of a key, as the one unsigned number that it holds.
pub const fn moment_of(key: Key) -> u64 {
    prefix_of(key) >> PLACE
}

/// The upper 64 bits of a key: its instant, phase and place.
const fn prefix_of(key: Key) -> u64 {
    (key >> 64) as u64
}

/// The bits of a prefix below its moment.
const PLACE: u32 = 20;
/// The bits of a prefix below its instant; a bucket is never narrower than an instant, so that all that is due with the
/// first key is at hand.
const INSTANT: u32 = PLACE + 4;
const SHIFT_MAX: u32 = 63;
const BUCKETS_MIN: usize = 1 << 8;
const BUCKETS_MAX: usize = 1 << 20;
/// A review of width and buckets comes after this much work, or after as much as it would cost.
const REVIEW: usize = 4096;
/// How far from its end the current bucket takes in a new key; what lies deeper goes to the ordered set.
const INSERT_MAX: usize = 32;
const NIL: u32 = u32::MAX;

/// The pending wakes. Push and pop take constant time at a steady load, whatever the number pending; at worst, where
/// times fit no common width, that of an ordered set.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// The smallest keys of the buckets up to `cur`, descending: the next is the last.
    now: Vec<Key>,
    /// The window: bucket `b`, for `cur < b <= cur + mask`, is the chain that starts at `heads[b & mask]`.
    heads: Vec<u32>,
    /// The slab of all chains; a key and the place of the next lie apart, so that a walk does not wait for the keys.
    keys: Vec<Key>,
    nexts: Vec<u32>,
    free: u32,
    /// The number of keys in chains.
    near: usize,
    /// The keys beyond the window, and those up to `cur` that would have gone too deep into `now`.
    rest: BTreeSet<Key>,
    /// The first of `rest`; `Key::MAX` when there is none.
    rest_min: Key,
    /// The current bucket. It may be later than the smallest key, which is then in `now` or `rest`.
    cur: u64,
    /// A bucket is `1 << shift` prefixes wide.
    shift: u32,
    load: Load,
}

/// What is due first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct First {
    pub key: Key,
    /// Another key shares its prefix.
    pub tied: bool,
    /// No other key shares its instant.
    pub alone: bool,
}

impl First {
    #[inline]
    fn new(key: Key, second: Key) -> First {
        let (a, b) = (prefix_of(key), prefix_of(second));
        First { key, tied: a == b, alone: a >> INSTANT != b >> INSTANT }
    }
}

/// What happened since the last review.
#[derive(Clone, Copy, Debug, Default)]
struct Load {
    /// Keys that buckets brought to `now`.
    moved: usize,
    /// Buckets looked at.
    passed: usize,
    /// Pushes beyond the window.
    far: usize,
    /// Pushes up to the current bucket that `now` did not take in.
    late: usize,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            now: Vec::new(),
            heads: vec![NIL; BUCKETS_MIN],
            keys: Vec::new(),
            nexts: Vec::new(),
            free: NIL,
            near: 0,
            rest: BTreeSet::new(),
            rest_min: Key::MAX,
            cur: 0,
            shift: INSTANT,
            load: Load::default(),
        }
    }
}

impl Calendar {
    /// Adds a key that is not pending yet.
    pub fn push(&mut self, key: Key) {
        let bucket = self.bucket(key);
        if bucket <= self.cur {
            self.push_now(key);
        } else if bucket - self.cur <= self.mask() && self.near > 0 {
            self.chain(bucket, key);
        } else if self.is_empty() {
            self.cur = bucket;
            self.now.push(key);
        } else if bucket - self.cur <= self.mask() {
            self.chain(bucket, key);
        } else {
            self.load.far += 1;
            self.rest_insert(key);
        }
    }

    /// The smallest key.
    #[inline]
    pub fn peek(&mut self) -> Option<Key> {
        if self.now.is_empty() && !self.advance() {
            return None;
        }
        self.now.last().map(|&key| key.min(self.rest_min))
    }

    /// Takes out the smallest key.
    #[inline]
    pub fn pop(&mut self) -> Option<Key> {
        if self.now.is_empty() && !self.advance() {
            return None;
        }
        match self.now.last() {
            Some(&key) if key <= self.rest_min => self.now.pop(),
            _ => self.rest_pop(),
        }
    }

    /// Takes out this very key, usually the smallest; says whether it was pending.
    #[inline]
    pub fn take(&mut self, key: Key) -> bool {
        if self.now.last() == Some(&key) {
            self.now.pop();
            return true;
        }
        self.remove(key)
    }

    /// Takes out this very key; says whether it was pending.
    pub fn remove(&mut self, key: Key) -> bool {
        let bucket = self.bucket(key);
        if bucket <= self.cur {
            if let Ok(at) = self.now.binary_search_by(|k| key.cmp(k)) {
                self.now.remove(at);
                return true;
            }
        } else if bucket - self.cur <= self.mask() {
            return self.unchain(bucket, key);
        }
        let found = self.rest.remove(&key);
        self.rest_min = self.rest.first().copied().unwrap_or(Key::MAX);
        found
    }

    /// The number of pending keys.
    #[inline]
    pub fn len(&self) -> usize {
        self.now.len() + self.near + self.rest.len()
    }

    /// Whether nothing is pending.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All keys, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = Key> + '_ {
        let chains = self.heads.iter().flat_map(|&head| self.walk(head));
        self.now.iter().chain(&self.rest).copied().chain(chains.map(|i| self.keys[i as usize]))
    }

    /// The smallest key, and what is pending with it.
    #[inline]
    pub fn first(&mut self) -> Option<First> {
        if self.now.is_empty() && !self.advance() {
            return None;
        }
        let at = self.now.len() - 1;
        let key = self.now[at];
        if self.rest_min < key {
            return Some(self.first_of_rest());
        }
        let second = if at > 0 { self.now[at - 1].min(self.rest_min) } else { self.rest_min };
        Some(First::new(key, second))
    }

    #[cold]
    fn first_of_rest(&self) -> First {
        let second = self.rest.iter().nth(1).copied().unwrap_or(Key::MAX);
        First::new(self.rest_min, self.now.last().copied().unwrap_or(Key::MAX).min(second))
    }

    /// Puts into `out`, in place of what it held, all keys that share their prefix with the smallest, rising.
    pub fn ties(&mut self, out: &mut Vec<Key>) {
        out.clear();
        let Some(key) = self.peek() else { return };
        let same = |other: &&Key| prefix_of(**other) == prefix_of(key);
        out.extend(self.now.iter().rev().take_while(same));
        if same(&&self.rest_min) {
            out.extend(self.rest.iter().take_while(same));
            out.sort_unstable();
        }
    }

    #[inline]
    fn bucket(&self, key: Key) -> u64 {
        prefix_of(key) >> self.shift
    }

    #[inline]
    fn mask(&self) -> u64 {
        self.heads.len() as u64 - 1
    }

    /// Takes a key that belongs to the current bucket or an earlier one.
    #[inline]
    fn push_now(&mut self, key: Key) {
        let floor = self.now.len().saturating_sub(INSERT_MAX);
        let mut at = self.now.len();
        while at > floor && self.now[at - 1] < key {
            at -= 1;
        }
        if at == self.now.len() {
            self.now.push(key);
        } else if at > floor || floor == 0 {
            self.now.insert(at, key);
        } else {
            self.push_late(key);
        }
    }

    #[cold]
    fn push_late(&mut self, key: Key) {
        self.rest_insert(key);
        self.load.late += 1;
        if self.load.late >= REVIEW.max(self.near) {
            self.review_late();
        }
    }

    /// Many keys come before the end of the current bucket: it lies too far ahead, or is too wide.
    fn review_late(&mut self) {
        self.load = Load::default();
        let first = self.now.last().map_or(self.rest_min, |&key| key.min(self.rest_min));
        let too_wide = self.bucket(first) == self.cur;
        let shift = if too_wide { INSTANT.max(self.shift - 1) } else { self.shift };
        if !too_wide || shift < self.shift {
            self.rebuild(shift, self.heads.len());
        }
    }

    #[inline]
    fn chain(&mut self, bucket: u64, key: Key) {
        let at = (bucket & self.mask()) as usize;
        let next = self.heads[at];
        self.heads[at] = self.free;
        if self.free == NIL {
            self.heads[at] = u32::try_from(self.keys.len()).expect("fewer than 2^32 wakes are pending");
            self.keys.push(key);
            self.nexts.push(next);
        } else {
            let i = self.free as usize;
            self.keys[i] = key;
            self.free = std::mem::replace(&mut self.nexts[i], next);
        }
        self.near += 1;
    }

    fn unchain(&mut self, bucket: u64, key: Key) -> bool {
        let head = (bucket & self.mask()) as usize;
        let Some(i) = self.walk(self.heads[head]).find(|&i| self.keys[i as usize] == key) else {
            return false;
        };
        let before = self.walk(self.heads[head]).find(|&j| self.nexts[j as usize] == i);
        let next = std::mem::replace(&mut self.nexts[i as usize], self.free);
        match before {
            Some(j) => self.nexts[j as usize] = next,
            None => self.heads[head] = next,
        }
        self.free = i;
        self.near -= 1;
        true
    }

    /// The places in the slab of one chain.
    fn walk(&self, head: u32) -> impl Iterator<Item = u32> + '_ {
        let some = |i: u32| (i != NIL).then_some(i);
        successors(some(head), move |&i| some(self.nexts[i as usize]))
    }

    fn rest_insert(&mut self, key: Key) {
        self.rest.insert(key);
        self.rest_min = self.rest_min.min(key);
    }

    #[cold]
    fn rest_pop(&mut self) -> Option<Key> {
        let key = self.rest.pop_first();
        self.rest_min = self.rest.first().copied().unwrap_or(Key::MAX);
        key
    }

    /// Goes on to the next bucket that has keys, when `now` is used up; says whether there is one.
    #[inline(never)]
    fn advance(&mut self) -> bool {
        while self.now.is_empty() {
            if self.near == 0 && self.rest.is_empty() {
                return false;
            }
            let first = self.bucket(self.rest_min);
            if self.near == 0 {
                self.cur = first.max(self.cur);
            } else if first > self.cur {
                self.cur += 1;
            }
            self.load.passed += 1;
            if first <= self.cur + self.mask() {
                self.draw_in();
            }
            self.open();
        }
        self.load.moved += self.now.len();
        if self.load.moved + self.load.passed >= REVIEW.max(self.near) {
            self.review();
        }
        true
    }

    /// Moves what the window has reached from the ordered set to its bucket.
    #[cold]
    fn draw_in(&mut self) {
        while self.bucket(self.rest_min) <= self.cur + self.mask() {
            let Some(key) = self.rest_pop() else { break };
            let bucket = self.bucket(key);
            if bucket <= self.cur {
                self.now.push(key);
            } else {
                self.chain(bucket, key);
            }
        }
    }

    /// Moves the chain of the current bucket to `now`, and sorts that.
    #[inline]
    fn open(&mut self) {
        let at = (self.cur & self.mask()) as usize;
        let mut i = std::mem::replace(&mut self.heads[at], NIL);
        while i != NIL {
            self.now.push(self.keys[i as usize]);
            self.near -= 1;
            let next = std::mem::replace(&mut self.nexts[i as usize], self.free);
            self.free = i;
            i = next;
        }
        match &mut self.now[..] {
            [] | [_] => {}
            [a, b] => {
                if *a < *b {
                    std::mem::swap(a, b);
                }
            }
            many => many.sort_unstable_by(|a, b| b.cmp(a)),
        }
    }

    /// Fits width and buckets to the load: one to four keys a bucket, at most one push in sixteen beyond the window.
    fn review(&mut self) {
        let Load { moved, passed, far, .. } = std::mem::take(&mut self.load);
        let most = (4 * self.len()).next_power_of_two().clamp(BUCKETS_MIN, BUCKETS_MAX);
        let (mut shift, mut buckets) = (self.shift, self.heads.len().min(most));
        let beyond = 16 * far > moved;
        if moved > 4 * passed {
            shift = INSTANT.max(shift - 1);
        } else if moved < passed || beyond && buckets == most && moved < 2 * passed {
            shift = SHIFT_MAX.min(shift + 1);
        }
        if beyond && buckets < most {
            buckets *= 2;
        }
        if (shift, buckets) != (self.shift, self.heads.len()) {
            self.rebuild(shift, buckets);
        }
    }

    /// Puts every key where it belongs under a new width and number of buckets; the smallest marks the current bucket.
    fn rebuild(&mut self, shift: u32, buckets: usize) {
        let mut keys = std::mem::take(&mut self.now);
        keys.extend(self.heads.iter().flat_map(|&head| self.walk(head)).map(|i| self.keys[i as usize]));
        self.keys.clear();
        self.nexts.clear();
        (self.free, self.near, self.shift) = (NIL, 0, shift);
        self.heads.clear();
        self.heads.resize(buckets, NIL);
        self.cur = self.bucket(keys.iter().fold(self.rest_min, |least, &key| least.min(key)));
        for key in keys {
            let bucket = self.bucket(key);
            if bucket <= self.cur {
                self.now.push(key);
            } else if bucket - self.cur <= self.mask() {
                self.chain(bucket, key);
            } else {
                self.rest_insert(key);
            }
        }
        self.draw_in();
        self.now.sort_unstable_by(|a, b| b.cmp(a));
    }

    fn sorted(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.iter().collect();
        keys.sort_unstable();
        keys
    }
}

impl Extend<Key> for Calendar {
    fn extend<I: IntoIterator<Item = Key>>(&mut self, keys: I) {
        keys.into_iter().for_each(|key| self.push(key));
    }
}

impl FromIterator<Key> for Calendar {
    fn from_iter<I: IntoIterator<Item = Key>>(keys: I) -> Self {
        let mut calendar = Self::default();
        calendar.extend(keys);
        calendar
    }
}

impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.sorted() == other.sorted()
    }
}

impl Eq for Calendar {}

impl Serialize for Calendar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.sorted().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Calendar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let keys = Vec::<Key>::deserialize(deserializer)?;
        if !keys.is_sorted_by(|a, b| a < b) {
            return Err(D::Error::custom("the keys of a calendar do not rise"));
        }
        Ok(keys.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
