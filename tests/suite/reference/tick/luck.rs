//! Luck: blocks, words, laws and what is made of them.

use super::*;

/// What the engine's mix multiplies the visit with.
const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

impl Tick<'_> {
    /// The eight words of the individual `n` of this text.
    pub(super) fn block(&self, text: &str, n: u64) -> [u64; 8] {
        block(&self.luck, text, n)
    }

    pub(super) fn draw_priority(&self, stream: usize, n: u64) -> i64 {
        let rules = &self.world.streams[stream];
        rules.priority.draw(self.block(&rules.name, n)[1])
    }

    /// The consignment's next word for this purpose.
    pub(super) fn word(&mut self, i: usize, purpose: &str) -> u64 {
        let c = &mut self.goods[i];
        let visit = c.drew.entry(purpose.into()).or_insert(0);
        let word = mix(&c.secret, hash(purpose), *visit);
        *visit += 1;
        word
    }

    /// A word of the leg's departure of this number.
    pub(super) fn word_of_vehicle(&self, leg: usize, purpose: &str, number: u64) -> u64 {
        let words = self.block(&format!("leg {}", self.leg_names[leg]), 0);
        mix(&[words[4], words[5], words[6], words[7]], hash(purpose), number)
    }
}

/// The eight words of an individual.
pub fn block(luck: &ChaCha8Rng, text: &str, n: u64) -> [u64; 8] {
    let mut luck = luck.clone();
    luck.set_stream(hash(text));
    luck.set_word_pos(u128::from(n) * 16);
    std::array::from_fn(|_| luck.next_u64())
}

pub fn hash(text: &str) -> u64 {
    let hash = blake3::hash(text.as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("a hash has 32 bytes"))
}

pub fn mix(secret: &[u64; 4], purpose: u64, visit: u64) -> u64 {
    let x = mum(secret[2] ^ purpose, secret[3] ^ visit);
    mum(secret[0] ^ x, secret[1] ^ purpose ^ visit.wrapping_mul(ODD))
}

fn mum(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

/// `word * n / 2^64`, rounded down.
pub fn high(word: u64, n: u64) -> u64 {
    ((u128::from(word) * u128::from(n)) >> 64) as u64
}

/// The first whose cumulative share, as a fraction of 2^64, exceeds the word.
pub fn weighted(weights: &[u64], word: u64) -> usize {
    let sum: u64 = weights.iter().sum();
    let mut cumulative = 0;
    for (i, weight) in weights.iter().enumerate() {
        cumulative += weight;
        if u128::from(word) * u128::from(sum) < u128::from(cumulative) << 64 {
            return i;
        }
    }
    unreachable!("the last share is all of it")
}

impl Law {
    pub(super) fn draw(&self, word: u64) -> i64 {
        match self {
            Law::Constant(value) => *value,
            Law::Uniform(low, high_end) => low + high(word, (high_end - low + 1) as u64) as i64,
            Law::Weights(weights) => {
                let mut weights = weights.clone();
                weights.sort();
                let shares: Vec<u64> = weights.iter().map(|(_, weight)| *weight).collect();
                weights[weighted(&shares, word)].0
            }
            Law::Empirical(values) => {
                let mut values = values.clone();
                values.sort();
                values[high(word, values.len() as u64) as usize]
            }
        }
    }
}

/// The mean in parts of a second that are exact for laws of up to sixteen equal parts.
pub(super) fn mean(law: &Law) -> i128 {
    const PARTS: i128 = 720_720;
    match law {
        Law::Constant(value) => i128::from(*value) * PARTS,
        Law::Uniform(low, high) => i128::from(low + high) * PARTS / 2,
        Law::Weights(weights) => {
            let sum: u64 = weights.iter().map(|(_, weight)| weight).sum();
            let parts = weights.iter().map(|&(value, weight)| i128::from(value) * i128::from(weight) * PARTS);
            parts.sum::<i128>() / i128::from(sum)
        }
        Law::Empirical(values) => values.iter().map(|&v| i128::from(v) * PARTS).sum::<i128>() / values.len() as i128,
    }
}

/// The product with all factors (millionths), rounded once, half up.
pub(super) fn scaled(value: i64, factors: &[u64]) -> i64 {
    let mut product = i128::from(value);
    let mut one = 1;
    for &factor in factors {
        product *= i128::from(factor);
        one *= i128::from(MILLION);
    }
    i64::try_from((2 * product + one).div_euclid(2 * one)).expect("small worlds have small numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_falls_where_the_rules_say() {
        let half = 1 << 63;
        let drawn = |law: &Law| [0, half - 1, half, u64::MAX].map(|word| law.draw(word));
        assert_eq!(drawn(&Law::Uniform(3, 6)), [3, 4, 5, 6]);
        assert_eq!(drawn(&Law::Weights(vec![(9, 1), (2, 1)])), [2, 2, 9, 9]);
        assert_eq!(drawn(&Law::Weights(vec![(2, 3), (9, 3), (4, 0)])), [2, 2, 9, 9]);
        assert_eq!(drawn(&Law::Empirical(vec![7, 1, 7, 5])), [1, 5, 7, 7]);
        assert_eq!(drawn(&Law::Constant(4)), [4; 4]);
    }

    #[test]
    fn an_individual_has_the_block_of_its_number_in_the_stream_of_its_name() {
        let world = World::new();
        let tick = Tick::new(&world, &[], 7);
        let mut luck = ChaCha8Rng::seed_from_u64(7);
        luck.set_stream(hash("b"));
        let words: Vec<u64> = (0..32).map(|_| luck.next_u64()).collect();
        for n in 0..4 {
            assert_eq!(tick.block("b", n), words[8 * n as usize..][..8]);
        }
    }

    #[test]
    fn factors_multiply_and_round_once_with_halves_up() {
        assert_eq!(scaled(5, &[]), 5);
        assert_eq!(scaled(5, &[MILLION / 2]), 3);
        assert_eq!(scaled(1, &[MILLION / 4]), 0);
        assert_eq!(scaled(5, &[MILLION / 2, MILLION / 2]), 1);
        assert_eq!(scaled(7, &[MILLION * 3 / 2, 0]), 0);
    }
}
