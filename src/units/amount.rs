//! Money, mass and shares as integers; sums are checked, and splitting gives every cent a home.

use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

macro_rules! amount {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl $name {
            pub const ZERO: $name = $name(0);
        }
        impl Add for $name {
            type Output = $name;
            fn add(self, other: $name) -> $name {
                $name(self.0.checked_add(other.0).expect(concat!("a sum of ", stringify!($name), " fits 64 bits")))
            }
        }
        impl Sub for $name {
            type Output = $name;
            fn sub(self, other: $name) -> $name {
                $name(self.0.checked_sub(other.0).expect(concat!("a difference of ", stringify!($name), " fits 64 bits")))
            }
        }
        impl AddAssign for $name {
            fn add_assign(&mut self, other: $name) {
                *self = *self + other;
            }
        }
        impl SubAssign for $name {
            fn sub_assign(&mut self, other: $name) {
                *self = *self - other;
            }
        }
        impl Neg for $name {
            type Output = $name;
            fn neg(self) -> $name {
                $name(-self.0)
            }
        }
        impl Sum for $name {
            fn sum<I: Iterator<Item = $name>>(all: I) -> $name {
                all.fold($name::ZERO, |a, b| a + b)
            }
        }
    };
}

amount! {
    /// Money in minor units (cents) of the scenario's currency, or of the currency that stands beside it.
    Money
}
amount! {
    /// Mass in whole kilograms.
    Mass
}

impl Money {
    /// This sum at `rate` billionths of a home unit for one foreign unit, rounded once, halves up.
    ///
    /// `None` when the result does not fit 64 bits.
    pub fn at_rate(self, rate: i64) -> Option<Money> {
        const ONE: i128 = 1_000_000_000;
        let product = i128::from(self.0) * i128::from(rate);
        i64::try_from((product + ONE / 2).div_euclid(ONE)).ok().map(Money)
    }

    /// A share of this sum, in millionths, rounded once, halves up.
    pub fn share(self, millionths: i64) -> Money {
        let product = i128::from(self.0) * i128::from(millionths);
        Money(((product + 500_000).div_euclid(1_000_000)) as i64)
    }

    /// Splits the sum by weights so that the parts add up: whole parts first, then one unit each to the largest
    /// remainders (the earlier one where they are equal).
    ///
    /// # Panics
    /// When no weight is positive.
    pub fn allocate(self, weights: &[u64]) -> Vec<Money> {
        let total: u128 = weights.iter().map(|&w| u128::from(w)).sum();
        assert!(total > 0, "a sum is split by weights of which one is positive");
        let whole = self.0.unsigned_abs();
        let mut parts: Vec<u64> = Vec::with_capacity(weights.len());
        let mut rests: Vec<(u128, usize)> = Vec::with_capacity(weights.len());
        for (i, &w) in weights.iter().enumerate() {
            let product = u128::from(whole) * u128::from(w);
            parts.push((product / total) as u64);
            rests.push((product % total, i));
        }
        let short = whole - parts.iter().sum::<u64>();
        rests.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for &(_, i) in rests.iter().take(short as usize) {
            parts[i] += 1;
        }
        let sign = self.0.signum();
        parts.into_iter().map(|p| Money(sign * p as i64)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cent_of_a_split_has_a_home() {
        assert_eq!(Money(100).allocate(&[1, 1, 1]), [Money(34), Money(33), Money(33)]);
        assert_eq!(Money(-100).allocate(&[1, 1, 1]), [Money(-34), Money(-33), Money(-33)]);
        assert_eq!(Money(5).allocate(&[0, 2, 1]), [Money(0), Money(3), Money(2)]);
    }

    #[test]
    fn a_foreign_sum_converts_once_and_half_up() {
        assert_eq!(Money(50_000_000_000).at_rate(1_156_000_000), Some(Money(57_800_000_000)));
        assert_eq!(Money(1).at_rate(500_000_000), Some(Money(1)));
        assert_eq!(Money(i64::MAX).at_rate(2_000_000_000), None);
    }
}
