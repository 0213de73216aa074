//! Laws: what a draw can be, in whole base units (seconds, kilograms, minor units of money, counts).

use serde::{Deserialize, Serialize};

use super::sampler::Sampler;
use super::smooth::{self, Tail};

/// The highest parameter of a law, in base units: thirty million years, or ten trillion in cents.
pub const MOST: f64 = 1e15;

/// The lowest coefficient of variation. Whoever needs less means a constant.
pub const CV_LEAST: f64 = 0.01;

/// The highest coefficient of variation. Beyond, a mean says nothing about what happens.
pub const CV_MOST: f64 = 20.0;

/// The most exponential phases of an erlang law, those of the lowest coefficient of variation.
const PHASES_MOST: u32 = 10_000;

/// A probability law over whole units. Smooth laws are not below zero and are rounded when drawn, halves up; values
/// that are given one by one may be below zero, as a priority's may, and who reads a time or an amount refuses those.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Law {
    /// Always the same.
    Constant(i64),
    /// Without memory.
    Exponential { mean: f64 },
    /// By mean and coefficient of variation (the standard deviation as a share of the mean).
    Lognormal { mean: f64, cv: f64 },
    /// By mean and coefficient of variation.
    Gamma { mean: f64, cv: f64 },
    /// By mean and coefficient of variation.
    Weibull { mean: f64, cv: f64 },
    /// The sum of `k` equal exponential phases; `mean` of the whole.
    Erlang { mean: f64, k: u32 },
    /// From `low` on, with the share (low / x) ^ shape above x (Pareto's first kind).
    Pareto { low: f64, shape: f64 },
    /// A density that rises straight from `low` to `mode` and falls straight to `high`.
    Triangular { low: f64, mode: f64, high: f64 },
    /// Each whole number from `low` to `high`, both included.
    Uniform { low: i64, high: i64 },
    /// Each of these as likely as the others; a value may repeat. [`Law::empirical`] sorts them.
    Empirical { values: Vec<i64> },
    /// Values by relative weight. [`Law::weights`] sorts them.
    Weights { values: Vec<(i64, f64)> },
    /// A part by relative weight, then that part's law.
    Mixture { parts: Vec<(f64, Law)> },
    /// The law `of`, given that its value (before rounding) is not below `least` nor above `most`.
    Cut { least: Option<i64>, most: Option<i64>, of: Box<Law> },
}

impl Law {
    /// The lognormal law with this median and this 90th percentile.
    pub fn lognormal_from_quantiles(p50: f64, p90: f64) -> Result<Law, String> {
        positive("p50", p50)?;
        positive("p90", p90)?;
        if p90 <= p50 {
            return Err("p90 must be above p50".to_owned());
        }
        let sigma = libm::log(p90 / p50) / smooth::standard_normal(Tail::Upper, 0.1);
        let mean = p50 * libm::exp(sigma * sigma / 2.0);
        let law = Law::Lognormal { mean, cv: libm::expm1(sigma * sigma).sqrt() };
        law.check().map_err(|why| format!("p90 is too far from p50 or too near to it: {why}"))?;
        Ok(law)
    }

    /// The law of values as observed, each as likely as the others.
    pub fn empirical(mut values: Vec<i64>) -> Law {
        values.sort_unstable();
        Law::Empirical { values }
    }

    /// The law of these values by relative weight.
    pub fn weights(mut values: Vec<(i64, f64)>) -> Law {
        values.sort_by(|x, y| x.0.cmp(&y.0).then(x.1.total_cmp(&y.1)));
        Law::Weights { values }
    }

    /// Whether the law can be drawn from; else says what is wrong and what would be right.
    ///
    /// A law with a cut takes a millisecond or so, as it looks for what is left.
    pub fn check(&self) -> Result<(), String> {
        self.check_parameters()?;
        if self.has_cut() { Sampler::new(self).map(|_| ()) } else { Ok(()) }
    }

    /// The mean in base units, before rounding, of a law that [`Law::check`] accepts.
    ///
    /// Exact for every law but a cut one, whose mean is that of the table it is drawn from: the tails
    /// beyond a share of 2^-45 count as their ends, and eight digits are right.
    pub fn mean(&self) -> f64 {
        match self {
            Law::Constant(value) => *value as f64,
            Law::Exponential { mean }
            | Law::Lognormal { mean, .. }
            | Law::Gamma { mean, .. }
            | Law::Weibull { mean, .. }
            | Law::Erlang { mean, .. } => *mean,
            Law::Pareto { low, shape } => low * shape / (shape - 1.0),
            Law::Triangular { low, mode, high } => (low + mode + high) / 3.0,
            Law::Uniform { low, high } => (*low as f64 + *high as f64) / 2.0,
            Law::Empirical { values } => {
                let sum: i128 = values.iter().map(|value| i128::from(*value)).sum();
                sum as f64 / values.len() as f64
            }
            Law::Weights { values } => mean_of(values.iter().map(|(value, w)| (*w, *value as f64))),
            Law::Mixture { parts } => mean_of(parts.iter().map(|(w, of)| (*w, of.mean()))),
            Law::Cut { .. } => Sampler::new(self).map_or(f64::NAN, |sampler| sampler.mean()),
        }
    }

    /// The lowest and the highest value that a draw can give, of a law that [`Law::check`] accepts.
    pub fn ends(&self) -> Result<(i64, i64), String> {
        Sampler::new(self).map(|sampler| sampler.ends())
    }

    /// Whether every draw gives the same value.
    pub fn is_constant(&self) -> bool {
        match self {
            Law::Exponential { .. }
            | Law::Lognormal { .. }
            | Law::Gamma { .. }
            | Law::Weibull { .. }
            | Law::Erlang { .. }
            | Law::Pareto { .. } => false,
            law => Sampler::new(law).is_ok_and(|sampler| sampler.constant().is_some()),
        }
    }

    fn has_cut(&self) -> bool {
        match self {
            Law::Cut { .. } => true,
            Law::Mixture { parts } => parts.iter().any(|(_, part)| part.has_cut()),
            _ => false,
        }
    }

    /// All of [`Law::check`] but whether a cut leaves anything.
    pub(super) fn check_parameters(&self) -> Result<(), String> {
        match self {
            Law::Constant(value) => whole("a constant", *value),
            Law::Exponential { mean } => positive("the mean", *mean),
            Law::Lognormal { mean, cv } | Law::Gamma { mean, cv } | Law::Weibull { mean, cv } => {
                positive("the mean", *mean)?;
                spread(*cv)
            }
            Law::Erlang { mean, k } => {
                positive("the mean", *mean)?;
                if !(1..=PHASES_MOST).contains(k) {
                    return Err(format!("k must be from 1 to {PHASES_MOST}; it is {k}"));
                }
                Ok(())
            }
            Law::Pareto { low, shape } => {
                positive("low", *low)?;
                positive("the shape", *shape)?;
                if *shape <= 1.0 {
                    return Err(format!("the shape must be above 1, else the mean is infinite; it is {shape}"));
                }
                Ok(())
            }
            Law::Triangular { low, mode, high } => {
                for (name, value) in [("low", *low), ("mode", *mode), ("high", *high)] {
                    not_negative(name, value)?;
                }
                ordered("low", *low, "mode", *mode)?;
                ordered("mode", *mode, "high", *high)
            }
            Law::Uniform { low, high } => {
                whole("low", *low)?;
                whole("high", *high)?;
                ordered("low", *low as f64, "high", *high as f64)
            }
            Law::Empirical { values } => {
                filled("an empirical law", "value", values.len())?;
                values.iter().try_for_each(|value| whole("a value", *value))
            }
            Law::Weights { values } => {
                filled("a law by weights", "value", values.len())?;
                values.iter().try_for_each(|(value, weight)| {
                    whole("a value", *value)?;
                    positive("a weight", *weight)
                })
            }
            Law::Mixture { parts } => {
                filled("a mixture", "part", parts.len())?;
                parts.iter().try_for_each(|(weight, part)| {
                    positive("a weight", *weight)?;
                    part.check_parameters()
                })
            }
            Law::Cut { least, most, of } => {
                if let Some(least) = least {
                    whole("least", *least)?;
                }
                if let Some(most) = most {
                    whole("most", *most)?;
                }
                if let (Some(least), Some(most)) = (least, most) {
                    ordered("least", *least as f64, "most", *most as f64)?;
                }
                of.check_parameters()
            }
        }
    }
}

/// The mean of (weight, value) pairs.
fn mean_of(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (weight, sum) = pairs.fold((0.0, 0.0), |(w, s), (weight, value)| (w + weight, s + weight * value));
    sum / weight
}

fn positive(name: &str, value: f64) -> Result<(), String> {
    if value > 0.0 && value <= MOST {
        return Ok(());
    }
    Err(format!("{name} must be above 0 and at most 1e15; it is {value}"))
}

fn not_negative(name: &str, value: f64) -> Result<(), String> {
    if (0.0..=MOST).contains(&value) {
        return Ok(());
    }
    Err(format!("{name} must be from 0 to 1e15; it is {value}"))
}

fn whole(name: &str, value: i64) -> Result<(), String> {
    if (-MOST..=MOST).contains(&(value as f64)) {
        return Ok(());
    }
    Err(format!("{name} must be from -1e15 to 1e15; it is {value}"))
}

fn spread(cv: f64) -> Result<(), String> {
    if (CV_LEAST..=CV_MOST).contains(&cv) {
        return Ok(());
    }
    let way_out = if cv < CV_LEAST { "; for less, write the mean as a constant" } else { "" };
    Err(format!("cv must be from {CV_LEAST} to {CV_MOST}; it is {cv}{way_out}"))
}

fn ordered(name: &str, value: f64, above: &str, limit: f64) -> Result<(), String> {
    if value <= limit {
        return Ok(());
    }
    Err(format!("{name} must not be above {above}; {value} is above {limit}"))
}

fn filled(what: &str, of: &str, count: usize) -> Result<(), String> {
    if count > 0 { Ok(()) } else { Err(format!("{what} needs at least one {of}")) }
}
