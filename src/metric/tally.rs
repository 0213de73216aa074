//! Many whole numbers remembered as far as figures need them: count, sum, sum of squares, largest, and quantiles.
//!
//! Quantiles are nearest rank. They are exact while a tally has at most 2^20 large values, or for values below 2^17;
//! beyond, a large value stands for its group: its eleven leading bits, which is 1 part in 1024. The rule is one of the
//! value alone, so a tally does not depend on the order of what it is told, and an online one equals a folded one.

mod large;

use large::Large;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Values below this are counted one by one for ever.
const SMALL: u64 = 1 << 17;
const PAGE: usize = 256;
/// Values are counted when so many were told.
const TOLD: usize = 256;

/// A multiset of whole numbers from 0 on (seconds, usually). It is written as its runs, which take the least room.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Positive values that were told and are not counted yet.
    told: Vec<u64>,
    /// Zeros: most waits of a quiet place.
    zeros: u64,
    /// Positive values that are counted, their sum and the sum of their squares, and the largest.
    positive: u64,
    sum: i128,
    squares: i128,
    most: u64,
    /// Counts of the small ones, by pages of 256 values.
    pages: Vec<Option<Box<Page>>>,
    /// How often the count of a small value went round its 256.
    beyond: BTreeMap<u64, u64>,
    large: Large,
}

/// Counts of 256 values one after another, one byte each: what is counted at random lies far apart, and more of it stays
/// near the processor. What they cannot hold is in [`Tally::beyond`].
type Page = [u8; PAGE];

/// A tally on paper: its sums, and every positive value with its number as runs (see [`Runs`]).
#[derive(Serialize, Deserialize)]
struct Written {
    zeros: u64,
    positive: u64,
    sum: i128,
    squares: i128,
    most: u64,
    small: Vec<u8>,
    large: Vec<u8>,
    grouped: bool,
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let tally = self.settled();
        let mut small = Runs::default();
        tally.small().for_each(|(value, n)| small.push(value, n));
        let mut large = Runs::default();
        tally.large.each_run(&mut |value, n| large.push(value, n));
        Written {
            zeros: tally.zeros,
            positive: tally.positive,
            sum: tally.sum,
            squares: tally.squares,
            most: tally.most,
            small: small.finish(),
            large: large.finish(),
            grouped: tally.large.is_grouped(),
        }
        .serialize(to)
    }
}

impl<'de> Deserialize<'de> for Tally {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Tally, D::Error> {
        let Written { zeros, positive, sum, squares, most, small, large, grouped } = Written::deserialize(from)?;
        let mut tally = Tally { zeros, positive, sum, squares, most, ..Tally::default() };
        for (value, n) in unpacked(&small) {
            if value >= SMALL {
                return Err(D::Error::custom("a small value is large"));
            }
            tally.count_small(value, n);
        }
        if grouped {
            tally.large.group();
        }
        for (value, n) in unpacked(&large) {
            if value < SMALL {
                return Err(D::Error::custom("a large value is small"));
            }
            tally.large.add(value, n);
        }
        Ok(tally)
    }
}

/// Tallies are equal when they were told the same values, whatever they have counted so far.
impl PartialEq for Tally {
    fn eq(&self, other: &Tally) -> bool {
        let (a, b) = (self.settled(), other.settled());
        (a.zeros, a.positive, a.sum, a.squares, a.most) == (b.zeros, b.positive, b.sum, b.squares, b.most)
            && a.small().eq(b.small())
            && a.large == b.large
    }
}

impl Tally {
    /// Adds a value; a negative one counts as zero.
    #[inline]
    pub fn add(&mut self, value: i64) {
        if value <= 0 {
            self.zeros += 1;
            return;
        }
        self.told.push(value as u64);
        if self.told.len() >= TOLD {
            self.take_in();
        }
    }

    /// Counts what was told. Many at a time: their counters lie far apart in memory, and the processor fetches several at
    /// once when they do not wait for each other (measured: a quarter of the time of one by one).
    #[inline(never)]
    fn take_in(&mut self) {
        let mut told = std::mem::take(&mut self.told);
        self.positive += told.len() as u64;
        let most = told.iter().copied().max().unwrap_or(0);
        self.most = self.most.max(most);
        if most < 1 << 26 {
            // 256 squares of 52 bits.
            let (mut sum, mut squares) = (0u64, 0u64);
            for &value in &told {
                sum += value;
                squares += value * value;
            }
            self.sum += i128::from(sum);
            self.squares += i128::from(squares);
        } else {
            for &value in &told {
                self.sum += i128::from(value);
                self.squares += i128::from(value) * i128::from(value);
            }
        }
        for &value in &told {
            if value < SMALL {
                let n = self.counter(value);
                *n = n.wrapping_add(1);
                if *n == 0 {
                    *self.beyond.entry(value).or_default() += 1;
                }
            } else {
                self.large.add(value, 1);
            }
        }
        told.clear();
        self.told = told;
    }

    /// The counter of a small value.
    #[inline]
    fn counter(&mut self, value: u64) -> &mut u8 {
        let page = value as usize / PAGE;
        if self.pages.len() <= page {
            self.pages.resize(page + 1, None);
        }
        &mut self.pages[page].get_or_insert_with(|| Box::new([0; PAGE]))[value as usize % PAGE]
    }

    /// Adds many of a small value at once.
    fn count_small(&mut self, value: u64, more: u64) {
        let n = self.counter(value);
        let sum = u64::from(*n) + more;
        *n = sum as u8;
        if sum >> 8 > 0 {
            *self.beyond.entry(value).or_default() += sum >> 8;
        }
    }

    /// How many there are of a small value, whose counter is `n`.
    fn whole(&self, value: u64, n: u8) -> u64 {
        let rounds = if self.beyond.is_empty() { 0 } else { self.beyond.get(&value).copied().unwrap_or(0) };
        rounds << 8 | u64::from(n)
    }

    /// Small values but zero, ascending, and how many of each.
    fn small(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let pages = self.pages.iter().enumerate().filter_map(|(i, page)| Some(((i * PAGE) as u64, page.as_deref()?)));
        let counts = pages.flat_map(|(first, page)| {
            let mut rounds = self.beyond.range(first..first + PAGE as u64).peekable();
            (first..).zip(page).map(move |(value, &n)| {
                let rounds = rounds.next_if(|round| *round.0 == value).map_or(0, |round| *round.1);
                (value, rounds << 8 | u64::from(n))
            })
        });
        counts.filter(|&(_, n)| n > 0)
    }

    /// How many values lie in a page.
    fn in_page(&self, page: usize) -> u64 {
        let counters = self.pages[page].as_deref().map_or(0, |page| page.iter().map(|&n| u64::from(n)).sum());
        let first = (page * PAGE) as u64;
        let rounds = match self.beyond.is_empty() {
            true => 0,
            false => self.beyond.range(first..first + PAGE as u64).map(|(_, rounds)| rounds << 8).sum(),
        };
        counters + rounds
    }

    /// The value of a rank, from 1, among those of a page.
    fn in_page_at(&self, page: usize, rank: u64) -> u64 {
        let counters = self.pages[page].as_deref().expect("a page without values has no ranks");
        let mut left = rank;
        for (value, &n) in (page as u64 * PAGE as u64..).zip(counters) {
            let n = self.whole(value, n);
            if left <= n {
                return value;
            }
            left -= n;
        }
        unreachable!("a rank is at most the number of values")
    }

    /// Counts what was told, so that what is read from it needs no copy.
    pub fn settle(&mut self) {
        if !self.told.is_empty() {
            self.take_in();
        }
    }

    /// The tally with everything counted that it was told: several quantiles are read from one of these.
    pub(super) fn settled(&self) -> Cow<'_, Tally> {
        if self.told.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut copy = self.clone();
        copy.take_in();
        Cow::Owned(copy)
    }

    /// Takes back a value that was added: the wait of a visit whose wait goes on.
    pub fn take_back(&mut self, value: i64) {
        if value <= 0 {
            self.zeros -= 1;
            return;
        }
        let value = value as u64;
        self.take_in();
        self.positive -= 1;
        self.sum -= i128::from(value);
        self.squares -= i128::from(value) * i128::from(value);
        if value < SMALL {
            let n = self.counter(value);
            *n = n.wrapping_sub(1);
            if *n == u8::MAX {
                *self.beyond.get_mut(&value).expect("a value that is taken back was added") -= 1;
            }
        } else {
            self.large.take_back(value);
        }
        if self.most == value {
            self.most = self.large.most().or_else(|| self.small().last().map(|run| run.0)).unwrap_or(0);
        }
    }

    pub fn count(&self) -> u64 {
        self.zeros + self.positive()
    }

    pub fn sum(&self) -> i128 {
        self.sum + self.told.iter().map(|&v| i128::from(v)).sum::<i128>()
    }

    /// Values of one or more.
    pub fn positive(&self) -> u64 {
        self.positive + self.told.len() as u64
    }

    pub fn max(&self) -> Option<i64> {
        (self.count() > 0).then(|| self.told.iter().copied().max().unwrap_or(0).max(self.most) as i64)
    }

    pub fn mean(&self) -> Option<f64> {
        (self.count() > 0).then(|| self.sum() as f64 / self.count() as f64)
    }

    /// The standard deviation of the values themselves (divided by their number).
    pub fn sd(&self) -> Option<f64> {
        if !self.told.is_empty() {
            return self.settled().sd();
        }
        if self.count() == 0 {
            return None;
        }
        // n * sum of squares - square of the sum is exact in integers; one root and one division follow.
        let n = i128::from(self.count());
        let spread = n.checked_mul(self.squares).zip(self.sum.checked_mul(self.sum)).map(|(a, b)| (a - b) as f64);
        let spread = spread.unwrap_or(n as f64 * self.squares as f64 - self.sum as f64 * self.sum as f64);
        Some(spread.max(0.0).sqrt() / self.count() as f64)
    }

    /// Nearest rank: the smallest value that at least `parts` of `whole` values do not exceed.
    pub fn quantile(&self, parts: u64, whole: u64) -> Option<i64> {
        self.quantiles([(parts, whole)])[0]
    }

    /// Several quantiles in one pass; their shares ascend.
    pub fn quantiles<const N: usize>(&self, shares: [(u64, u64); N]) -> [Option<i64>; N] {
        let tally = self.settled();
        if tally.count() == 0 {
            return [None; N];
        }
        let rank = |(parts, whole): (u64, u64)| {
            (u128::from(tally.count()) * u128::from(parts)).div_ceil(u128::from(whole)).max(1) as u64
        };
        let below_large = tally.zeros + tally.positive - tally.large.count();
        // The page where the last rank was found, and how many values lie before it.
        let (mut page, mut before) = (0, tally.zeros);
        shares.map(rank).map(|rank| {
            if rank > below_large {
                return Some(tally.large.at_rank(rank - below_large) as i64);
            }
            if rank <= tally.zeros {
                return Some(0);
            }
            loop {
                let within = tally.in_page(page);
                if before + within >= rank {
                    return Some(tally.in_page_at(page, rank - before) as i64);
                }
                (page, before) = (page + 1, before + within);
            }
        })
    }

    /// Whether quantiles of large values are grouped to 1 part in 1024; else they are exact.
    pub fn grouped(&self) -> bool {
        let told = self.told.iter().filter(|&&v| v >= SMALL).count() as u64;
        self.large.is_grouped() || self.large.count() + told > large::EXACT
    }

    /// Adds all of another tally.
    pub fn merge(&mut self, other: &Tally) {
        self.take_in();
        let other = &*other.settled();
        self.zeros += other.zeros;
        self.positive += other.positive;
        self.sum += other.sum;
        self.squares += other.squares;
        self.most = self.most.max(other.most);
        for (value, n) in other.small() {
            self.count_small(value, n);
        }
        if other.large.is_grouped() {
            self.large.group();
        }
        other.large.each_run(&mut |value, n| self.large.add(value, n));
    }
}

/// Ascending runs on their way into bytes; equal neighbours become one.
#[derive(Default)]
struct Runs {
    bytes: Vec<u8>,
    before: u64,
    value: u64,
    n: u64,
}

impl Runs {
    fn push(&mut self, value: u64, n: u64) {
        if value != self.value {
            self.write();
            self.value = value;
        }
        self.n += n;
    }

    fn write(&mut self) {
        if self.n > 0 {
            put(self.value - self.before, &mut self.bytes);
            put(self.n, &mut self.bytes);
            self.before = self.value;
            self.n = 0;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.write();
        self.bytes
    }
}

/// The runs of packed bytes: (value, how many), ascending.
fn unpacked(bytes: &[u8]) -> impl Iterator<Item = (u64, u64)> + '_ {
    let (mut at, mut value) = (0, 0);
    std::iter::from_fn(move || {
        (at < bytes.len()).then(|| {
            value += take(bytes, &mut at);
            (value, take(bytes, &mut at))
        })
    })
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
    fn a_value_may_come_more_often_than_its_counter_holds() {
        let mut tally = Tally::default();
        (0..200_000).for_each(|_| tally.add(7));
        tally.add(9);
        assert_eq!((tally.quantile(1, 1), tally.quantile(199_999, 200_001)), (Some(9), Some(7)));
        assert_eq!(tally.settled().small().collect::<Vec<_>>(), [(7, 200_000), (9, 1)]);
        let bytes = bincode::serde::encode_to_vec(&tally, bincode::config::standard()).unwrap();
        let (read, _): (Tally, usize) = bincode::serde::decode_from_slice(&bytes, bincode::config::standard()).unwrap();
        assert_eq!(read, tally);
        (0..200_000).for_each(|_| tally.take_back(7));
        assert_eq!(tally.settled().small().collect::<Vec<_>>(), [(9, 1)]);
    }

    #[test]
    fn beyond_a_million_large_values_a_quantile_is_its_group() {
        let mut tally = Tally::default();
        let n = (large::EXACT + 5) as i64;
        (0..n).for_each(|i| tally.add(SMALL as i64 + (i * 7919) % 1_000_003));
        assert!(tally.grouped());
        let p50 = tally.quantile(1, 2).unwrap();
        let exact = SMALL as i64 + 500_001;
        assert!(p50 <= exact && exact - p50 <= exact / 1024 + 1, "{p50} {exact}");
    }
}
