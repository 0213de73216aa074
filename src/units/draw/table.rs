//! A smooth law as a table of its quantiles: one word in, one value out, in 8 to 10 ns.
//!
//! A word of 64 bits is a share of the law. Its highest bit names the tail, the lower or the upper
//! half; what is left, counted from the end of that tail, is the tail's share v / 2^64. Each tail is
//! cut into octaves, an octave into equal cells (16, and more where the law bends sharply), and a
//! cell holds one cubic. So the table is as fine in the far tails as in the middle. It ends at the
//! share 2^-45: words beyond have the value there.
//!
//! The table is monotone also in floating point: a cell has 2^32 steps, each of which raises the
//! cubic by far more than an error of rounding.

use super::smooth::{Smooth, Tail};

/// The octaves of a tail, from the share 1/2 down to 2^-45.
const OCTAVES: usize = 44;

/// The smallest v, where the table ends.
const TIP: u64 = 1 << 19;

/// The base-2 logarithms of the fewest and the most cells of an octave.
const CELL_BITS: std::ops::RangeInclusive<u32> = 4..=10;

/// How far a cubic may be off at the middle of its cell: this share of the value, or this part of a
/// unit where the value is below one.
const TOLERANCE: f64 = 4e-8;

/// The highest value of a table, in units: above it, even a few values no longer add up in `i64`.
const CEILING: f64 = 1e18;

/// Values below this, in units, count as 0: smaller coefficients would lose their digits.
const FLOOR: f64 = 1e-100;

/// The inner points through which a cubic goes, beside both ends: the roots of the fourth Chebyshev
/// polynomial, stretched so that the outer ones are the ends. An eighth of the error of Hermite's
/// cubic, and continuous all the same.
const INNER: f64 = 1.0 - std::f64::consts::FRAC_1_SQRT_2;

/// One over the steps of a cell.
const STEP: f64 = 1.0 / (1_u64 << 32) as f64;

/// Where the cells of an octave stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Octave {
    first: u32,
    bits: u32,
}

/// The quantiles of one law.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// From the middle outwards, the lower tail's before the upper's. In this order the place is plain
    /// arithmetic; a choice by tail is compiled to a branch, guessed wrongly half the time (10 ns).
    octaves: [Octave; 2 * OCTAVES],
    /// The coefficients of cubics in whole steps of a cell, the constant first.
    cells: Box<[[f64; 4]]>,
}

impl Table {
    /// The table of a law. Takes a millisecond or so; a gamma law of large shape ten.
    pub fn new(law: &Smooth) -> Table {
        let mut octaves = [Octave::default(); 2 * OCTAVES];
        let mut cells = Vec::with_capacity((2 * OCTAVES) << CELL_BITS.start());
        for (side, tail) in [Tail::Lower, Tail::Upper].into_iter().enumerate() {
            for depth in 0..OCTAVES {
                let octave = &mut octaves[2 * depth + side];
                octave.first = u32::try_from(cells.len()).expect("a table has few cells");
                octave.bits = fill(&mut cells, law, tail, depth);
            }
        }
        Table { octaves, cells: cells.into() }
    }

    /// The value at a word, never below 0, not rounded; never falls as the word grows.
    #[inline]
    pub fn at(&self, word: u64) -> f64 {
        let side = word >> 63;
        let v = (word ^ side.wrapping_neg()).max(TIP);
        let zeros = v.leading_zeros() as usize;
        let place = v << zeros << 1;
        let octave = self.octaves[2 * zeros + side as usize - 2];
        let cell = octave.first as usize + (place >> (64 - octave.bits)) as usize;
        let t = (place << octave.bits >> 32) as f64;
        let c = &self.cells[cell];
        // The constant comes last, so that rounding it cannot undo the order of the rest.
        c[0] + (t * c[1] + t * t * (c[2] + t * c[3]))
    }
}

/// Adds the cells of one octave, as many as the tolerance asks for; returns the logarithm of their
/// number.
fn fill(cells: &mut Vec<[f64; 4]>, law: &Smooth, tail: Tail, depth: usize) -> u32 {
    let start = cells.len();
    let outer = 0.25 / (1_u64 << depth) as f64;
    let value = |share: f64| {
        // Both tails meet in the middle, where they must agree to the last bit.
        let tail = if share < 0.5 { tail } else { Tail::Lower };
        let value = law.quantile(tail, share).min(CEILING);
        if value < FLOOR { 0.0 } else { value }
    };
    let mut bits = *CELL_BITS.start();
    while bits < *CELL_BITS.end() {
        if fill_with(cells, outer, bits, TOLERANCE, value) {
            return bits;
        }
        cells.truncate(start);
        bits += 1;
    }
    fill_with(cells, outer, bits, f64::INFINITY, value);
    bits
}

/// Adds the cells of the octave of shares from `outer` to its double; stops with `false` at the
/// first that is off by more than the tolerance.
fn fill_with(cells: &mut Vec<[f64; 4]>, outer: f64, bits: u32, tolerance: f64, value: impl Fn(f64) -> f64) -> bool {
    let width = 1.0 / (1_u64 << bits) as f64;
    let mut start = value(outer);
    for cell in 0..1_u32 << bits {
        let at = |t: f64| value(outer + outer * width * (f64::from(cell) + t));
        let end = at(1.0);
        let cubic = monotone(through(start, at(INNER), at(1.0 - INNER), end));
        let middle = at(0.5);
        let found = cubic[0] + 0.5 * (cubic[1] + 0.5 * (cubic[2] + 0.5 * cubic[3]));
        if (found - middle).abs() > tolerance * middle.max(1.0) {
            return false;
        }
        cells.push([cubic[0], cubic[1] * STEP, cubic[2] * STEP * STEP, cubic[3] * STEP * STEP * STEP]);
        start = end;
    }
    true
}

/// The cubic through four values: at 0, both inner points and 1, by divided differences.
fn through(start: f64, early: f64, late: f64, end: f64) -> [f64; 4] {
    let slopes = [(early - start) / INNER, (late - start) / (1.0 - INNER), end - start];
    let first = (slopes[1] - slopes[0]) / (1.0 - 2.0 * INNER);
    let second = (slopes[2] - slopes[1]) / INNER;
    let third = (second - first) / (1.0 - INNER);
    let square = first - third;
    [start, slopes[0] - INNER * (square + INNER * third), square, third]
}

/// The cubic itself if it clearly rises or clearly falls everywhere between 0 and 1, else the
/// straight line between its ends.
fn monotone(cubic: [f64; 4]) -> [f64; 4] {
    let [start, c1, c2, c3] = cubic;
    let rise = c1 + c2 + c3;
    let slope = |t: f64| (c1 + t * (2.0 * c2 + t * 3.0 * c3)) * rise.signum();
    let turn = (-c2 / (3.0 * c3)).clamp(0.0, 1.0);
    let least = slope(0.0).min(slope(1.0)).min(if turn.is_nan() { f64::INFINITY } else { slope(turn) });
    if least > 1e-4 * rise.abs() { cubic } else { [start, rise, 0.0, 0.0] }
}
