//! Named draws: chance without a generator to carry along.
//!
//! A draw is named by the run's seed, whom it concerns, what it is for and how often that one drew
//! before for that purpose. It is a pure function of these names, so adding an entity moves nobody
//! else's luck, and two scenarios can be compared draw for draw.
//!
//! * An individual is a source (a stream of things, by the hash of its name) and an ordinal. Its
//!   [`Block`] holds its first draws and its [`Secret`].
//! * A later draw is [`Secret::draw`], a keyed mix of secret, [`Purpose`] and visit.
//! * A [`Law`] says what is drawn; a [`Sampler`], made from it once, turns one word of 64 bits into
//!   whole units.
//!
//! Every figure of a run rests on this file: `golden.txt` holds golden values, and a change to any of
//! them raises the semantics version.

mod chacha;
mod golden;
mod law;
mod sampler;
mod smooth;
mod table;
mod words;

use serde::{Deserialize, Serialize};

pub use golden::golden;
pub use law::{CV_LEAST, CV_MOST, Law, MOST};
pub use sampler::{Sampler, Samplers};
pub use words::Words;

use chacha::Key;

/// The factor of the visit in [`Secret::draw`]: 2^64 divided by the golden ratio, made odd, so that
/// multiplying by it loses no visit.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The first eight bytes of the text's BLAKE3 hash, read as a little-endian number.
///
/// The UTF-8 bytes count as they are: two texts that merely look alike have different luck.
pub fn name_hash(text: &str) -> u64 {
    first_word(&blake3::hash(text.as_bytes()))
}

/// The seed of replication `k` of the runs with seed `seed`: a number below 2^63 that `run --seed`
/// accepts.
///
/// It is the first eight bytes, little endian and without the highest bit, of the BLAKE3 hash of the
/// text `waybill replication v1`, the eight bytes of `seed` and the eight bytes of `k`, both little
/// endian.
pub fn replication_seed(seed: u64, k: u64) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"waybill replication v1");
    hasher.update(&seed.to_le_bytes());
    hasher.update(&k.to_le_bytes());
    first_word(&hasher.finalize()) & (u64::MAX >> 1)
}

fn first_word(hash: &blake3::Hash) -> u64 {
    let (first, _) = hash.as_bytes().split_first_chunk().expect("a hash has 32 bytes");
    u64::from_le_bytes(*first)
}

/// What a draw is for. Always the hash of a name: the mix is tested with well-spread purposes only,
/// and a purpose that is named keeps its luck when others come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purpose(u64);

impl Purpose {
    /// The purpose of this name, such as `step hub-pl.receipt`. Hashes: make it once, keep it.
    pub fn named(name: &str) -> Purpose {
        Purpose(name_hash(name))
    }
}

/// The luck of a run: gives each individual its block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draws {
    key: Key,
}

impl Draws {
    /// The draws of the run with this seed.
    pub fn new(seed: u64) -> Draws {
        Draws { key: Key::from_seed(seed) }
    }

    /// The block of the individual `ordinal` of `source`, the [`name_hash`] of the source's name.
    ///
    /// It is the block of `rand_chacha`'s `ChaCha8Rng::seed_from_u64(seed)` in the stream `source` at
    /// the word `16 * ordinal`.
    #[inline]
    pub fn block(&self, source: u64, ordinal: u64) -> Block {
        Block(self.key.block(source, ordinal))
    }
}

/// The eight words of an individual: four first draws, and a secret that the later ones come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block([u64; 8]);

impl Block {
    /// The word for the gap before this individual: from the one before it, or from the start.
    #[inline]
    pub fn gap(&self) -> u64 {
        self.0[0]
    }

    /// The word for its priority.
    #[inline]
    pub fn priority(&self) -> u64 {
        self.0[1]
    }

    /// The word for its quantity, or a pledge's amount.
    #[inline]
    pub fn quantity(&self) -> u64 {
        self.0[2]
    }

    /// The word for the interval to its need-by date.
    #[inline]
    pub fn need_by(&self) -> u64 {
        self.0[3]
    }

    /// What its later draws come from.
    #[inline]
    pub fn secret(&self) -> Secret {
        Secret([self.0[4], self.0[5], self.0[6], self.0[7]])
    }

    /// All eight words, in order.
    pub fn words(&self) -> [u64; 8] {
        self.0
    }
}

/// Four words of ChaCha that key every later draw of one individual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret([u64; 4]);

impl Secret {
    /// The word drawn for `purpose` at the `visit`th time, counted from 0.
    ///
    /// A keyed mix of two multiplications (about 1 ns). Both factors hold the visit: a form where one
    /// factor is the same for every visit fails the batteries of tests that this one passes. Every
    /// value can come, 0 and `u64::MAX` too.
    #[inline]
    pub fn draw(&self, purpose: Purpose, visit: u64) -> u64 {
        let x = mum(self.0[2] ^ purpose.0, self.0[3] ^ visit);
        mum(self.0[0] ^ x, self.0[1] ^ purpose.0 ^ visit.wrapping_mul(ODD))
    }

    /// The words drawn for `purpose` from the first visit on, as a generator of `rand`.
    pub fn words(&self, purpose: Purpose) -> Words {
        Words { secret: *self, purpose, visit: 0 }
    }
}

/// The product in 128 bits, its halves combined by exclusive or.
#[inline]
fn mum(x: u64, y: u64) -> u64 {
    let product = u128::from(x) * u128::from(y);
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a power of two is exact")]
mod tests;
