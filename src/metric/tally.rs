//! Many whole numbers remembered as far as figures need them: count, sum, sum of squares, largest, and quantiles.
//!
//! Quantiles are nearest rank. They are exact while a tally has at most 2^20 large values, or for values below 2^17;
//! beyond, a large value stands for its group: its eleven leading bits, which is 1 part in 1024. The rule is one of the
//! value alone, so a tally does not depend on the order of what it is told, and an online one equals a folded one.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Values below this are counted one by one for ever.
const SMALL: i64 = 1 << 17;
/// So many large values are kept exactly.
const EXACT: u64 = 1 << 20;
const PAGE: usize = 256;
/// Values are counted when so many were told.
const TOLD: usize = 1024;
/// Large values are sorted in when so many came; fewer at a time cost more, more take more room.
const FRESH: usize = 1 << 15;

/// A multiset of whole numbers from 0 on (seconds, usually).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Values that were told and are not counted yet.
    told: Vec<u64>,
    count: u64,
    sum: i128,
    squares: i128,
    max: Option<i64>,
    /// Counts of zeros: most waits of a quiet place.
    zeros: u64,
    /// Counts of the other small values, by pages of 256 values.
    pages: Vec<Option<Box<Page>>>,
    /// Large values that are not packed yet.
    fresh: Vec<u64>,
    /// Large values, ascending, as pairs of varints: distance from the one before, and how many.
    packed: Vec<u8>,
    large: u64,
    grouped: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Page(#[serde(with = "page_as_list")] [u32; PAGE]);

mod page_as_list {
    use super::PAGE;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub fn serialize<S: Serializer>(page: &[u32; PAGE], to: S) -> Result<S::Ok, S::Error> {
        page.as_slice().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u32; PAGE], D::Error> {
        let list = Vec::<u32>::deserialize(from)?;
        list.try_into().map_err(|_| D::Error::custom("a page of counts has 256 of them"))
    }
}

impl Tally {
    /// Adds a value; a negative one counts as zero.
    #[inline]
    pub fn add(&mut self, value: i64) {
        self.told.push(value.max(0) as u64);
        if self.told.len() >= TOLD {
            self.take_in();
        }
    }

    /// Counts what was told. Many at a time: their counters lie far apart in memory, and the processor fetches several at
    /// once when they do not wait for each other (measured: a quarter of the time of one by one).
    #[inline(never)]
    fn take_in(&mut self) {
        let mut told = std::mem::take(&mut self.told);
        for &value in &told {
            self.sum += i128::from(value);
            self.squares += i128::from(value) * i128::from(value);
            if value == 0 {
                self.zeros += 1;
            } else if value < SMALL as u64 {
                let page = value as usize / PAGE;
                if self.pages.len() <= page {
                    self.pages.resize(page + 1, None);
                }
                let page = self.pages[page].get_or_insert_with(|| Box::new(Page([0; PAGE])));
                page.0[value as usize % PAGE] += 1;
            } else {
                self.large += 1;
                self.fresh.push(value);
            }
        }
        self.count += told.len() as u64;
        self.max = self.max.max(told.iter().max().map(|&v| v as i64));
        if self.fresh.len() >= FRESH.max(self.packed.len() / 2) {
            self.pack();
        }
        told.clear();
        self.told = told;
    }

    /// The tally with everything taken in that it was told.
    pub(super) fn settled(&self) -> Cow<'_, Tally> {
        if self.told.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut copy = self.clone();
        copy.take_in();
        Cow::Owned(copy)
    }

    /// Takes back a value that was added: the wait of a visit whose wait goes on. The largest value stays, as the visit's
    /// wait will be at least as large.
    pub fn take_back(&mut self, value: i64) {
        self.take_in();
        let value = value.max(0);
        self.count -= 1;
        if value == 0 {
            self.zeros -= 1;
            return;
        }
        self.sum -= i128::from(value);
        self.squares -= i128::from(value) * i128::from(value);
        if value < SMALL {
            let page = self.pages[value as usize / PAGE].as_mut().expect("a value that is taken back was added");
            page.0[value as usize % PAGE] -= 1;
        } else {
            self.pack();
            let gone = self.group(value as u64);
            let mut runs = self.runs();
            let at = runs.iter().position(|r| r.0 == gone).expect("a value that is taken back was added");
            runs[at].1 -= 1;
            self.large -= 1;
            self.store(runs.into_iter().filter(|r| r.1 > 0));
        }
    }

    pub fn count(&self) -> u64 {
        self.count + self.told.len() as u64
    }

    pub fn sum(&self) -> i128 {
        self.sum + self.told.iter().map(|&v| i128::from(v)).sum::<i128>()
    }

    /// Values of one or more.
    pub fn positive(&self) -> u64 {
        let told = self.told.iter().filter(|&&v| v > 0).count() as u64;
        self.count - self.zeros + told
    }

    pub fn max(&self) -> Option<i64> {
        self.max.max(self.told.iter().max().map(|&v| v as i64))
    }

    pub fn mean(&self) -> Option<f64> {
        (self.count() > 0).then(|| self.sum() as f64 / self.count() as f64)
    }

    /// The standard deviation of the values themselves (divided by their number).
    pub fn sd(&self) -> Option<f64> {
        if !self.told.is_empty() {
            return self.settled().sd();
        }
        if self.count == 0 {
            return None;
        }
        // n * sum of squares - square of the sum is exact in integers; one root and one division follow.
        let n = self.count as i128;
        let spread = n.checked_mul(self.squares).zip(self.sum.checked_mul(self.sum)).map(|(a, b)| (a - b) as f64);
        let spread = spread.unwrap_or(n as f64 * self.squares as f64 - self.sum as f64 * self.sum as f64);
        Some(spread.max(0.0).sqrt() / self.count as f64)
    }

    /// Nearest rank: the smallest value that at least `parts` of `whole` values do not exceed.
    pub fn quantile(&self, parts: u64, whole: u64) -> Option<i64> {
        if !self.told.is_empty() {
            return self.settled().quantile(parts, whole);
        }
        if self.count == 0 {
            return None;
        }
        let rank = (u128::from(self.count) * u128::from(parts)).div_ceil(u128::from(whole)).max(1) as u64;
        let mut seen = self.zeros;
        if rank <= seen {
            return Some(0);
        }
        for (i, page) in self.pages.iter().enumerate() {
            let Some(page) = page else { continue };
            let all: u64 = page.0.iter().map(|&n| u64::from(n)).sum();
            if seen + all < rank {
                seen += all;
                continue;
            }
            for (j, &n) in page.0.iter().enumerate() {
                seen += u64::from(n);
                if seen >= rank {
                    return Some((i * PAGE + j) as i64);
                }
            }
        }
        let mut copy = Tally { fresh: self.fresh.clone(), packed: self.packed.clone(), ..Tally::default() };
        copy.grouped = self.grouped;
        copy.large = self.large;
        copy.pack();
        for (value, n) in copy.runs() {
            seen += n;
            if seen >= rank {
                return Some(value as i64);
            }
        }
        self.max
    }

    /// The step to which quantiles of large values are grouped: 1 in this many; `None` where they are exact.
    pub fn grouped(&self) -> bool {
        let told = self.told.iter().filter(|&&v| v >= SMALL as u64).count() as u64;
        self.grouped || self.large + told > EXACT
    }

    /// Adds all of another tally.
    pub fn merge(&mut self, other: &Tally) {
        self.take_in();
        let other = &*other.settled();
        self.count += other.count;
        self.sum += other.sum;
        self.squares += other.squares;
        self.max = self.max.max(other.max);
        self.zeros += other.zeros;
        if self.pages.len() < other.pages.len() {
            self.pages.resize(other.pages.len(), None);
        }
        for (mine, theirs) in self.pages.iter_mut().zip(&other.pages) {
            if let Some(theirs) = theirs {
                let mine = mine.get_or_insert_with(|| Box::new(Page([0; PAGE])));
                mine.0.iter_mut().zip(theirs.0).for_each(|(a, b)| *a += b);
            }
        }
        self.large += other.large;
        let mut runs = self.all_runs();
        runs.extend(other.all_runs());
        self.fresh.clear();
        self.grouped = self.grouped || other.grouped || self.large > EXACT;
        runs.iter_mut().for_each(|r| r.0 = self.group(r.0));
        runs.sort_unstable();
        self.store(runs.into_iter());
    }

    fn group(&self, value: u64) -> u64 {
        if !self.grouped {
            return value;
        }
        let bits = 64 - value.leading_zeros();
        value >> (bits - 11) << (bits - 11)
    }

    fn all_runs(&self) -> Vec<(u64, u64)> {
        let mut runs = self.runs();
        runs.extend(self.fresh.iter().map(|&v| (v, 1)));
        runs
    }

    /// Sorts what is fresh into what is packed; groups once there is too much.
    fn pack(&mut self) {
        let must_group = !self.grouped && self.large > EXACT;
        if self.fresh.is_empty() && !must_group {
            return;
        }
        self.grouped |= must_group;
        let mut fresh = std::mem::take(&mut self.fresh);
        fresh.sort_unstable();
        let old = self.runs();
        let mut merged: Vec<(u64, u64)> = Vec::with_capacity(old.len() + fresh.len());
        let (mut a, mut b) = (old.into_iter().peekable(), fresh.iter().map(|&v| (v, 1)).peekable());
        loop {
            let next = match (a.peek(), b.peek()) {
                (Some(x), Some(y)) if x.0 <= y.0 => a.next(),
                (_, Some(_)) => b.next(),
                (Some(_), None) => a.next(),
                (None, None) => break,
            };
            let (value, n) = next.expect("one of the two has a next");
            merged.push((self.group(value), n));
        }
        self.store(merged.into_iter());
        fresh.clear();
        self.fresh = fresh;
    }

    /// Packs ascending runs; equal neighbours become one.
    fn store(&mut self, runs: impl Iterator<Item = (u64, u64)>) {
        self.packed.clear();
        let mut before = 0;
        let mut pending: Option<(u64, u64)> = None;
        let mut out = std::mem::take(&mut self.packed);
        for (value, n) in runs {
            match &mut pending {
                Some(run) if run.0 == value => run.1 += n,
                _ => {
                    if let Some((v, n)) = pending.replace((value, n)) {
                        put(v - before, &mut out);
                        put(n, &mut out);
                        before = v;
                    }
                }
            }
        }
        if let Some((v, n)) = pending {
            put(v - before, &mut out);
            put(n, &mut out);
        }
        self.packed = out;
    }

    fn runs(&self) -> Vec<(u64, u64)> {
        let mut runs = Vec::new();
        let (mut at, mut value) = (0, 0);
        while at < self.packed.len() {
            value += take(&self.packed, &mut at);
            runs.push((value, take(&self.packed, &mut at)));
        }
        runs
    }
}

fn put(mut n: u64, out: &mut Vec<u8>) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn take(bytes: &[u8], at: &mut usize) -> u64 {
    let (mut n, mut shift) = (0, 0);
    loop {
        let byte = bytes[*at];
        *at += 1;
        n |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return n;
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn nearest_rank(sorted: &[i64], parts: u64, whole: u64) -> i64 {
        let rank = (sorted.len() as u64 * parts).div_ceil(whole).max(1);
        sorted[rank as usize - 1]
    }

    proptest! {
        #[test]
        fn quantiles_are_the_sorted_lists_and_order_does_not_matter(
            values in proptest::collection::vec(prop_oneof![0i64..400, 0i64..1 << 20, 0i64..1 << 40], 1..300),
            cut in 0usize..300,
        ) {
            let mut tally = Tally::default();
            values.iter().for_each(|&v| tally.add(v));
            let mut sorted = values.clone();
            sorted.sort_unstable();
            for (parts, whole) in [(1, 2), (9, 10), (95, 100), (99, 100), (1, 1), (1, 1000)] {
                prop_assert_eq!(tally.quantile(parts, whole), Some(nearest_rank(&sorted, parts, whole)));
            }
            let cut = cut.min(values.len());
            let (mut a, mut b) = (Tally::default(), Tally::default());
            values[..cut].iter().for_each(|&v| a.add(v));
            values[cut..].iter().rev().for_each(|&v| b.add(v));
            b.merge(&a);
            prop_assert_eq!(b.quantile(9, 10), tally.quantile(9, 10));
            prop_assert_eq!((b.count(), b.sum(), b.sd(), b.max()), (tally.count(), tally.sum(), tally.sd(), tally.max()));
            let last = values[values.len() - 1];
            tally.add(last + 5);
            tally.take_back(last + 5);
            prop_assert_eq!(tally.quantile(1, 2), Some(nearest_rank(&sorted, 1, 2)));
        }
    }

    #[test]
    fn beyond_a_million_large_values_a_quantile_is_its_group() {
        let mut tally = Tally::default();
        let n = (EXACT + 5) as i64;
        (0..n).for_each(|i| tally.add(SMALL + (i * 7919) % 1_000_003));
        assert!(tally.grouped());
        let p50 = tally.quantile(1, 2).unwrap();
        let exact = SMALL + 500_001;
        assert!(p50 <= exact && exact - p50 <= exact / 1024 + 1, "{p50} {exact}");
    }
}
