//! Samplers: laws made ready to draw from, one word of 64 bits to one value in whole units.
//!
//! Every sampler but a mixture's never falls as the word grows, so the same word means the same luck
//! under two laws: common random numbers couple well. A mixture gives each part, in the order of the
//! list, a stretch of the words as long as its weight, and stretches that to all words for the part's
//! law: it is monotone within a part, and as a whole where each part lies above the one before.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::law::Law;
use super::smooth::Smooth;
use super::table::Table;

/// The fewest words that a cut must leave of a smooth law: a share of 2^-32.
const WORDS_LEAST: u64 = 1 << 32;

/// All words, 2^64.
const WORDS: u128 = 1 << 64;

/// A law ready to be drawn from. Cheap to clone: tables are shared.
#[derive(Clone, Debug)]
pub struct Sampler(Form);

#[derive(Clone, Debug)]
enum Form {
    Constant(i64),
    /// So many whole numbers from `low` on.
    Uniform {
        low: i64,
        count: u64,
    },
    /// Each as likely as the others, sorted.
    Each(Arc<[i64]>),
    Steps(Arc<Steps>),
    Curve(Curve),
    /// The part of a curve that `count` words from `first` on draw.
    Slice {
        first: u64,
        count: u64,
        curve: Curve,
    },
    Mixture(Arc<[Part]>),
}

/// Values in order, and the first word of each but the lowest.
#[derive(Debug)]
struct Steps {
    firsts: Box<[u64]>,
    values: Box<[i64]>,
}

/// A real value by word that never falls.
#[derive(Clone, Debug)]
enum Curve {
    Table(Arc<Table>),
    Triangle(Triangle),
}

#[derive(Clone, Copy, Debug)]
struct Triangle {
    low: f64,
    mode: f64,
    high: f64,
    /// The first word whose value lies beyond the mode.
    turn: u64,
}

/// A part of a mixture: the words up to and with `last`, from `first` on.
#[derive(Debug)]
struct Part {
    first: u64,
    last: u64,
    /// `word - first` times 2^shift, times (1 + stretch / 2^64), is the word for the part's law.
    shift: u32,
    stretch: u64,
    form: Form,
}

impl Sampler {
    /// The sampler of one law; an error as [`Law::check`] words it. For several laws, [`Samplers`]
    /// shares what is equal.
    pub fn new(law: &Law) -> Result<Sampler, String> {
        Samplers::default().sampler(law)
    }

    /// The value at a word: whole units, rounded once with halves up; below zero only where the law says so.
    #[inline]
    pub fn at(&self, word: u64) -> i64 {
        self.0.at(word)
    }

    /// The mean in base units, before rounding, of the law as it is drawn: tails beyond the share
    /// 2^-45 of a smooth law count as their ends.
    pub fn mean(&self) -> f64 {
        self.0.mean()
    }

    /// The lowest and the highest value that a word gives.
    pub fn ends(&self) -> (i64, i64) {
        self.0.ends()
    }

    /// The value that every word gives, if there is only one.
    pub fn constant(&self) -> Option<i64> {
        match self.0 {
            Form::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// The value at a word before it is rounded.
    #[cfg(test)]
    pub(super) fn value(&self, word: u64) -> f64 {
        match &self.0 {
            Form::Curve(curve) => curve.at(word),
            Form::Slice { first, count, curve } => curve.at(first + scaled(word, *count)),
            form => form.at(word) as f64,
        }
    }
}

/// Makes samplers, and shares one table among the laws with equal parameters.
#[derive(Clone, Debug, Default)]
pub struct Samplers {
    tables: BTreeMap<[u64; 3], Arc<Table>>,
}

impl Samplers {
    /// The sampler of a law; an error as [`Law::check`] words it.
    pub fn sampler(&mut self, law: &Law) -> Result<Sampler, String> {
        law.check_parameters()?;
        self.check_cuts(law)?;
        let (form, _) = self.form(law, Bounds::NONE).expect("every cut leaves something");
        Ok(Sampler(form))
    }

    /// The tables made so far.
    #[cfg(test)]
    pub(super) fn tables(&self) -> usize {
        self.tables.len()
    }

    fn check_cuts(&mut self, law: &Law) -> Result<(), String> {
        match law {
            Law::Mixture { parts } => parts.iter().try_for_each(|(_, part)| self.check_cuts(part)),
            Law::Cut { least, most, of } => {
                self.check_cuts(of)?;
                if self.form(law, Bounds::NONE).is_some() {
                    return Ok(());
                }
                Err(nothing_left(*least, *most))
            }
            _ => Ok(()),
        }
    }

    /// The form of the law within bounds and the share of it that they keep; none if that is nothing.
    fn form(&mut self, law: &Law, within: Bounds) -> Option<(Form, f64)> {
        match law {
            Law::Constant(value) => within.hold(*value).then_some((Form::Constant(*value), 1.0)),
            Law::Uniform { low, high } => uniform(*low, *high, within),
            Law::Empirical { values } => empirical(values, within),
            Law::Weights { values } => weights(values, within),
            Law::Triangular { low, mode, high } => triangular(*low, *mode, *high, within),
            Law::Exponential { mean } => self.smooth(Smooth::Exponential { mean: *mean }, within),
            Law::Lognormal { mean, cv } => self.smooth(Smooth::lognormal(*mean, *cv), within),
            Law::Gamma { mean, cv } => self.smooth(Smooth::gamma(*mean, *cv), within),
            Law::Weibull { mean, cv } => self.smooth(Smooth::weibull(*mean, *cv), within),
            Law::Erlang { mean, k } => self.smooth(Smooth::erlang(*mean, *k), within),
            Law::Pareto { low, shape } => self.smooth(Smooth::pareto(*low, *shape), within),
            Law::Mixture { parts } => {
                let whole: f64 = parts.iter().map(|(weight, _)| weight).sum();
                let kept = parts
                    .iter()
                    .filter_map(|(weight, part)| self.form(part, within).map(|(form, share)| (weight * share, form)));
                mixture(kept.collect(), whole)
            }
            Law::Cut { least, most, of } => self.form(of, within.and(*least, *most)),
        }
    }

    fn smooth(&mut self, law: Smooth, within: Bounds) -> Option<(Form, f64)> {
        let table = self.tables.entry(key(law)).or_insert_with(|| Arc::new(Table::new(&law)));
        sliced(Curve::Table(Arc::clone(table)), within)
    }
}

/// What tells smooth laws apart: the kind and the bits of both parameters.
fn key(law: Smooth) -> [u64; 3] {
    let (kind, x, y) = match law {
        Smooth::Exponential { mean } => (0, mean, 0.0),
        Smooth::Lognormal { mu, sigma } => (1, mu, sigma),
        Smooth::Gamma { shape, scale } => (2, shape, scale),
        Smooth::Weibull { power, scale } => (3, power, scale),
        Smooth::Pareto { low, power } => (4, low, power),
    };
    [kind, x.to_bits(), y.to_bits()]
}

/// Where a value must lie, both ends included.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    least: i64,
    most: i64,
}

impl Bounds {
    const NONE: Bounds = Bounds { least: i64::MIN, most: i64::MAX };

    fn and(self, least: Option<i64>, most: Option<i64>) -> Bounds {
        Bounds {
            least: least.map_or(self.least, |least| self.least.max(least)),
            most: most.map_or(self.most, |most| self.most.min(most)),
        }
    }

    fn hold(self, value: i64) -> bool {
        (self.least..=self.most).contains(&value)
    }
}

fn nothing_left(least: Option<i64>, most: Option<i64>) -> String {
    let range = match (least, most) {
        (Some(least), Some(most)) => format!("from {least} to {most}"),
        (Some(least), None) => format!("at {least} or above"),
        (None, Some(most)) => format!("at {most} or below"),
        (None, None) => "anywhere".to_owned(),
    };
    format!("the law has no value {range}, or too rarely (less than once in 2^32 draws); cut off less")
}

fn uniform(low: i64, high: i64, within: Bounds) -> Option<(Form, f64)> {
    let (first, last) = (low.max(within.least), high.min(within.most));
    if first > last {
        return None;
    }
    let count = first.abs_diff(last) + 1;
    let share = count as f64 / (low.abs_diff(high) + 1) as f64;
    let form = if count == 1 { Form::Constant(first) } else { Form::Uniform { low: first, count } };
    Some((form, share))
}

fn empirical(values: &[i64], within: Bounds) -> Option<(Form, f64)> {
    let mut kept: Vec<i64> = values.iter().copied().filter(|value| within.hold(*value)).collect();
    kept.sort_unstable();
    let share = kept.len() as f64 / values.len() as f64;
    let (first, last) = (*kept.first()?, *kept.last()?);
    let form = if first == last { Form::Constant(first) } else { Form::Each(kept.into()) };
    Some((form, share))
}

fn weights(values: &[(i64, f64)], within: Bounds) -> Option<(Form, f64)> {
    let mut kept: Vec<_> = values.iter().copied().filter(|(value, _)| within.hold(*value)).collect();
    kept.sort_by(|x, y| x.0.cmp(&y.0).then(x.1.total_cmp(&y.1)));
    let sum: f64 = kept.iter().map(|(_, weight)| weight).sum();
    let share = sum / values.iter().map(|(_, weight)| weight).sum::<f64>();
    let stretches = stretches(kept.iter().map(|(_, weight)| *weight));
    let mut steps: Vec<(u64, i64)> = Vec::with_capacity(kept.len());
    for (stretch, (value, _)) in stretches.into_iter().zip(&kept) {
        if let Some((first, _)) = stretch
            && steps.last().is_none_or(|(_, before)| before != value)
        {
            steps.push((first, *value));
        }
    }
    let form = match steps[..] {
        [] => return None,
        [(_, value)] => Form::Constant(value),
        _ => Form::Steps(Arc::new(Steps {
            firsts: steps.iter().skip(1).map(|(first, _)| *first).collect(),
            values: steps.iter().map(|(_, value)| *value).collect(),
        })),
    };
    Some((form, share))
}

/// Shares out all words by weight, in order: the first and the last word of each, none for a weight
/// too small beside the others to get a word.
fn stretches(weights: impl Iterator<Item = f64> + Clone) -> Vec<Option<(u64, u64)>> {
    let whole: f64 = weights.clone().sum();
    let mut sum = 0.0;
    let mut next = 0_u128;
    let stretch = |weight: f64| {
        sum += weight;
        // The same additions in the same order: the last sum is the whole, and its quotient is 1.
        let end = (sum / whole * WORDS as f64) as u128;
        let first = next;
        next = end.max(first);
        (next > first).then(|| (first as u64, (next - 1) as u64))
    };
    weights.map(stretch).collect()
}

fn triangular(low: f64, mode: f64, high: f64, within: Bounds) -> Option<(Form, f64)> {
    if low == high {
        let value = rounded(low);
        return within.hold(value).then_some((Form::Constant(value), 1.0));
    }
    let turn = ((mode - low) / (high - low) * WORDS as f64) as u64;
    sliced(Curve::Triangle(Triangle { low, mode, high, turn }), within)
}

/// The part of a curve within bounds.
fn sliced(curve: Curve, within: Bounds) -> Option<(Form, f64)> {
    let first = first_word(|word| curve.at(word) >= within.least as f64)?;
    let last = match first_word(|word| curve.at(word) > within.most as f64) {
        Some(beyond) => beyond.checked_sub(1)?,
        None => u64::MAX,
    };
    let Some(count) = last.checked_sub(first)?.checked_add(1) else {
        return Some((Form::Curve(curve), 1.0));
    };
    let share = count as f64 / WORDS as f64;
    (count >= WORDS_LEAST).then_some((Form::Slice { first, count, curve }, share))
}

/// The first word at which something begins to hold that then holds for all higher words.
fn first_word(holds: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut low, mut high) = (0, u64::MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    holds(low).then_some(low)
}

fn mixture(kept: Vec<(f64, Form)>, whole: f64) -> Option<(Form, f64)> {
    let share = kept.iter().map(|(weight, _)| weight).sum::<f64>() / whole;
    let stretches = stretches(kept.iter().map(|(weight, _)| *weight));
    let mut parts: Vec<Part> = stretches
        .into_iter()
        .zip(kept)
        .filter_map(|(stretch, (_, form))| stretch.map(|(first, last)| Part::new(first, last, form)))
        .collect();
    let same = match parts.first()?.form {
        Form::Constant(value) => parts.iter().all(|part| matches!(part.form, Form::Constant(other) if other == value)),
        _ => parts.len() == 1,
    };
    let form = if same { parts.swap_remove(0).form } else { Form::Mixture(parts.into()) };
    Some((form, share))
}

impl Form {
    fn at(&self, word: u64) -> i64 {
        match self {
            Form::Curve(curve) => rounded(curve.at(word)),
            Form::Slice { first, count, curve } => rounded(curve.at(first + scaled(word, *count))),
            Form::Constant(value) => *value,
            Form::Uniform { low, count } => low + scaled(word, *count) as i64,
            Form::Each(values) => values[scaled(word, values.len() as u64) as usize],
            Form::Steps(steps) => {
                // Few steps are the rule, and counting them has no branch to guess wrongly.
                let at = if steps.firsts.len() <= 8 {
                    steps.firsts.iter().map(|first| usize::from(word >= *first)).sum()
                } else {
                    steps.firsts.partition_point(|first| word >= *first)
                };
                steps.values[at]
            }
            Form::Mixture(parts) => {
                let at = parts.partition_point(|part| part.last < word);
                parts[at].form.at(parts[at].word(word))
            }
        }
    }

    fn ends(&self) -> (i64, i64) {
        match self {
            Form::Mixture(parts) => {
                let ends = parts.iter().map(|part| part.form.ends());
                ends.reduce(|(a, b), (c, d)| (a.min(c), b.max(d))).expect("a mixture has parts")
            }
            form => (form.at(0), form.at(u64::MAX)),
        }
    }

    fn mean(&self) -> f64 {
        match self {
            Form::Constant(value) => *value as f64,
            Form::Uniform { low, count } => *low as f64 + (*count - 1) as f64 / 2.0,
            Form::Each(values) => values.iter().map(|value| *value as f64).sum::<f64>() / values.len() as f64,
            Form::Steps(steps) => {
                let ends = steps.firsts.iter().map(|first| u128::from(*first)).chain([WORDS]);
                let mut first = 0;
                let sum = steps.values.iter().zip(ends).map(|(value, end)| {
                    let words = (end - first) as f64;
                    first = end;
                    words * *value as f64
                });
                sum.sum::<f64>() / WORDS as f64
            }
            Form::Curve(curve) => mean_between(|word| curve.at(word), 0, u64::MAX),
            Form::Slice { first, count, curve } => mean_between(|word| curve.at(word), *first, first + (count - 1)),
            Form::Mixture(parts) => {
                let sum = parts.iter().map(|part| ((part.last - part.first) as f64 + 1.0) * part.form.mean());
                sum.sum::<f64>() / WORDS as f64
            }
        }
    }
}

impl Curve {
    #[inline]
    fn at(&self, word: u64) -> f64 {
        match self {
            Curve::Table(table) => table.at(word),
            Curve::Triangle(triangle) => triangle.at(word),
        }
    }
}

impl Triangle {
    /// The value at a word. Each operation is monotone, so the whole is.
    fn at(&self, word: u64) -> f64 {
        let Triangle { low, mode, high, turn } = *self;
        if word < turn {
            let share = word as f64 / WORDS as f64;
            (low + (share * (high - low) * (mode - low)).sqrt()).min(mode)
        } else {
            let share = !word as f64 / WORDS as f64;
            (high - (share * (high - low) * (high - mode)).sqrt()).max(mode)
        }
    }
}

impl Part {
    fn new(first: u64, last: u64, form: Form) -> Part {
        let count = u128::from(last - first) + 1;
        if count == WORDS {
            return Part { first, last, shift: 0, stretch: 0, form };
        }
        let shift = (count as u64).leading_zeros();
        // 2^128 over the shifted count lies between 2^64 and 2^65: its lower half says all.
        let stretch = (u128::MAX / (count << shift)) as u64;
        Part { first, last, shift, stretch, form }
    }

    /// The word for the part's law, of a word of this part.
    fn word(&self, word: u64) -> u64 {
        let place = (word - self.first) << self.shift;
        place + scaled(place, self.stretch)
    }
}

/// A word as one of so many equal steps: 0 to `count - 1`.
#[inline]
fn scaled(word: u64, count: u64) -> u64 {
    ((u128::from(word) * u128::from(count)) >> 64) as u64
}

/// Half up, of a value not below zero.
#[inline]
fn rounded(value: f64) -> i64 {
    (value + 0.5) as i64
}

/// The mean of a curve over the words from `first` to `last`: Gauss's rule of three points on
/// sixteenths of octaves, exact for tables but for those with more cells, and there to nine digits.
pub(super) fn mean_between(curve: impl Fn(u64) -> f64, first: u64, last: u64) -> f64 {
    const POINT: f64 = 0.774_596_669_241_483_4;
    let (mut sum, mut count) = (0.0, 0.0);
    for side in [0, u64::MAX] {
        // Words of this half, counted from its end.
        let (low, high) = if side == 0 { (first, last) } else { (!last, !first) };
        let mut start = 0;
        for edge in edges() {
            let (from, to) = (start.max(low), edge.min(high.saturating_add(1)));
            start = edge;
            if from >= to {
                continue;
            }
            let half = (to - from) as f64 / 2.0;
            let at = |point: f64| curve((from + (half * (1.0 + point)) as u64).min(to - 1) ^ side);
            sum += half / 9.0 * (5.0 * at(-POINT) + 8.0 * at(0.0) + 5.0 * at(POINT));
            count += 2.0 * half;
        }
    }
    sum / count
}

/// The ends of the sixteenths of octaves of one half of the words, ascending.
fn edges() -> impl Iterator<Item = u64> {
    let octaves = (19..63).flat_map(|bit| (0..16).map(move |cell| (1 << bit) + (cell << (bit - 4))));
    octaves.chain([1 << 63])
}
