//! Many whole numbers remembered as far as figures need them: count, sum, sum of squares, largest, and quantiles.
//!
//! Quantiles are nearest rank. They are exact while a tally has at most 2^20 large values, or for values below 2^17;
//! beyond, a large value stands for its group: its eleven leading bits, which is 1 part in 1024. The rule is one of the
//! value alone, so a tally does not depend on the order of what it is told, and an online one equals a folded one.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Values below this are counted one by one for ever.
const SMALL: i64 = 1 << 17;
/// So many large values are kept exactly.
const EXACT: u64 = 1 << 20;
const PAGE: usize = 256;
/// Values are counted when so many were told.
const TOLD: usize = 1024;
/// Large values are sorted in when so many came, or an eighth of what is sorted: fewer at a time cost more time, more take
/// more room.
const FRESH: usize = 1 << 12;

/// A multiset of whole numbers from 0 on (seconds, usually). It is written as its runs, which take the least room.
#[derive(Clone, Debug, Default)]
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
    /// How often the count of a small value went round its 2^16.
    beyond: BTreeMap<u64, u64>,
    /// Large values that are not packed yet.
    fresh: Vec<u64>,
    /// Large values, ascending, as pairs of varints: distance from the one before, and how many.
    packed: Vec<u8>,
    large: u64,
    grouped: bool,
}

/// Counts of 256 values one after another; what they cannot hold is in [`Tally::beyond`].
type Page = [u16; PAGE];

/// A tally on paper: its sums, and every value with its number in the form of `packed`.
#[derive(Serialize, Deserialize)]
struct Written<'a> {
    count: u64,
    sum: i128,
    squares: i128,
    max: Option<i64>,
    zeros: u64,
    small: Vec<u8>,
    packed: Cow<'a, [u8]>,
    large: u64,
    grouped: bool,
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let tally = self.settled();
        let mut small = Runs::default();
        tally.small().for_each(|(value, n)| small.push(value, n));
        Written {
            count: tally.count,
            sum: tally.sum,
            squares: tally.squares,
            max: tally.max,
            zeros: tally.zeros,
            small: small.finish(),
            packed: Cow::Borrowed(&tally.packed),
            large: tally.large,
            grouped: tally.grouped,
        }
        .serialize(to)
    }
}

impl<'de> Deserialize<'de> for Tally {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Tally, D::Error> {
        let Written { count, sum, squares, max, zeros, small, packed, large, grouped } = Written::deserialize(from)?;
        let mut tally =
            Tally { count, sum, squares, max, zeros, packed: packed.into_owned(), large, grouped, ..Tally::default() };
        for (value, n) in unpacked(&small) {
            if value >= SMALL as u64 {
                return Err(D::Error::custom("a small value is large"));
            }
            tally.count_small(value, n);
        }
        Ok(tally)
    }
}

/// Tallies are equal when they were told the same values, whatever they have sorted in so far.
impl PartialEq for Tally {
    fn eq(&self, other: &Tally) -> bool {
        let (a, b) = (self.settled(), other.settled());
        (a.count, a.sum, a.squares, a.max, a.zeros, a.large) == (b.count, b.sum, b.squares, b.max, b.zeros, b.large)
            && a.packed == b.packed
            && a.small().eq(b.small())
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
                let n = self.counter(value);
                *n = n.wrapping_add(1);
                if *n == 0 {
                    *self.beyond.entry(value).or_default() += 1;
                }
            } else {
                self.large += 1;
                self.fresh.push(value);
            }
        }
        self.count += told.len() as u64;
        self.max = self.max.max(told.iter().max().map(|&v| v as i64));
        if self.fresh.len() >= FRESH.max(self.packed.len() / 8) {
            self.pack();
        }
        told.clear();
        self.told = told;
    }

    /// The counter of a small value.
    #[inline]
    fn counter(&mut self, value: u64) -> &mut u16 {
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
        *n = sum as u16;
        if sum >> 16 > 0 {
            *self.beyond.entry(value).or_default() += sum >> 16;
        }
    }

    /// How many there are of a small value, whose counter is `n`.
    fn whole(&self, value: u64, n: u16) -> u64 {
        let rounds = if self.beyond.is_empty() { 0 } else { self.beyond.get(&value).copied().unwrap_or(0) };
        rounds << 16 | u64::from(n)
    }

    /// Small values but zero, ascending, and how many of each.
    fn small(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let pages = self.pages.iter().enumerate().filter_map(|(i, page)| Some((i * PAGE, page.as_deref()?)));
        let counts = pages.flat_map(|(first, page)| (first as u64..).zip(page));
        counts.map(|(value, &n)| (value, self.whole(value, n))).filter(|&(_, n)| n > 0)
    }

    /// The tally with everything sorted in that it was told: several quantiles are read from one of these.
    pub(super) fn settled(&self) -> Cow<'_, Tally> {
        if self.told.is_empty() && self.fresh.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut copy = self.clone();
        copy.take_in();
        copy.pack();
        Cow::Owned(copy)
    }

    /// Takes back a value that was added: the wait of a visit whose wait goes on.
    pub fn take_back(&mut self, value: i64) {
        self.forget(value);
        if self.max == Some(value.max(0)) {
            let largest = unpacked(&self.packed).last().or_else(|| self.small().last());
            let zero = (self.zeros > 0).then_some(0);
            self.max = largest.map(|(value, _)| value as i64).or(zero);
        }
    }

    fn forget(&mut self, value: i64) {
        self.take_in();
        self.pack();
        let value = value.max(0);
        self.count -= 1;
        if value == 0 {
            self.zeros -= 1;
            return;
        }
        self.sum -= i128::from(value);
        self.squares -= i128::from(value) * i128::from(value);
        if value < SMALL {
            let n = self.counter(value as u64);
            *n = n.wrapping_sub(1);
            if *n == u16::MAX {
                *self.beyond.get_mut(&(value as u64)).expect("a value that is taken back was added") -= 1;
            }
        } else {
            self.pack();
            let gone = self.group(value as u64);
            let mut left = Runs::default();
            unpacked(&self.packed).for_each(|(value, n)| left.push(value, n - u64::from(value == gone)));
            self.packed = left.finish();
            self.large -= 1;
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
        self.quantiles([(parts, whole)])[0]
    }

    /// Several quantiles in one pass; their shares ascend.
    pub fn quantiles<const N: usize>(&self, shares: [(u64, u64); N]) -> [Option<i64>; N] {
        let tally = self.settled();
        let rank = |(parts, whole): (u64, u64)| {
            (u128::from(tally.count) * u128::from(parts)).div_ceil(u128::from(whole)).max(1) as u64
        };
        let zeros = (tally.zeros > 0).then_some((0, tally.zeros));
        let mut values = zeros.into_iter().chain(tally.small()).chain(unpacked(&tally.packed));
        let (mut seen, mut at) = (0, None);
        shares.map(rank).map(|rank| {
            while seen < rank {
                let Some((value, n)) = values.next() else { return tally.max };
                (seen, at) = (seen + n, Some(value as i64));
            }
            at
        })
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
        for (value, n) in other.small() {
            self.count_small(value, n);
        }
        self.pack();
        self.large += other.large;
        self.grouped |= other.grouped || self.large > EXACT;
        self.sort_in(unpacked(&other.packed));
    }

    fn group(&self, value: u64) -> u64 {
        if !self.grouped {
            return value;
        }
        let bits = 64 - value.leading_zeros();
        value >> (bits - 11) << (bits - 11)
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
        self.sort_in(fresh.iter().map(|&value| (value, 1)));
        fresh.clear();
        self.fresh = fresh;
    }

    /// Merges ascending runs into what is packed, as one pass from bytes to bytes.
    fn sort_in(&mut self, more: impl Iterator<Item = (u64, u64)>) {
        let packed = std::mem::take(&mut self.packed);
        let mut merged = Runs { bytes: Vec::with_capacity(packed.len() + 64), ..Runs::default() };
        let (mut a, mut b) = (unpacked(&packed).peekable(), more.peekable());
        loop {
            let next = match (a.peek(), b.peek()) {
                (Some(x), Some(y)) if x.0 <= y.0 => a.next(),
                (_, Some(_)) => b.next(),
                (Some(_), None) => a.next(),
                (None, None) => break,
            };
            let (value, n) = next.expect("one of the two has a next");
            merged.push(self.group(value), n);
        }
        self.packed = merged.finish();
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
        let n = (EXACT + 5) as i64;
        (0..n).for_each(|i| tally.add(SMALL + (i * 7919) % 1_000_003));
        assert!(tally.grouped());
        let p50 = tally.quantile(1, 2).unwrap();
        let exact = SMALL + 500_001;
        assert!(p50 <= exact && exact - p50 <= exact / 1024 + 1, "{p50} {exact}");
    }
}
