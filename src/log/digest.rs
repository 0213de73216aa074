//! The digest of a log: a function of its turns alone.
//!
//! Record bytes are hashed in blocks of exactly 4,096 turns, whatever the segments, the engine or the
//! snapshots are, and whether anything is kept at all. A link a turn would cost 165 ns, a link a block
//! a few ns an event.

use std::fmt;
use std::str::FromStr;

use super::error::LogError;

/// Turns in a block of the digest.
pub const BLOCK_TURNS: u64 = 4096;

const LABEL: &[u8] = b"waybill log v1";
const SAVED_FORMAT: u8 = 1;

/// The value of a [`Digest`], printed as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogDigest(pub [u8; 32]);

impl fmt::Display for LogDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for LogDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogDigest({self})")
    }
}

impl FromStr for LogDigest {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        parse_hex(text).map(LogDigest).ok_or_else(|| LogError::damaged("a digest", "not 64 hexadecimal digits"))
    }
}

/// Reads 64 lowercase or uppercase hexadecimal digits.
pub(super) fn parse_hex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = (high * 16 + low) as u8;
    }
    Some(out)
}

/// The running digest: `b[k] = blake3(b[k-1] || bytes of block k)`, `b[-1]` being 32 zero bytes.
///
/// It holds the bytes of the block that is not full yet, so memory is that of at most 4,096 turns, and
/// its state can be saved and taken up again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    last: [u8; 32],
    turns: u64,
    partial: Vec<u8>,
}

impl Default for Digest {
    fn default() -> Self {
        Digest::new()
    }
}

impl Digest {
    /// The digest of no turns.
    pub fn new() -> Digest {
        Digest { last: [0; 32], turns: 0, partial: Vec::new() }
    }

    /// The number of turns taken in so far.
    pub fn turns(&self) -> u64 {
        self.turns
    }

    /// Takes in whole turns: their bytes one after another, and the offset at which each ends.
    pub fn push_turns(&mut self, bytes: &[u8], ends: &[u32]) {
        let mut ends = ends;
        let mut done = 0;
        while !ends.is_empty() {
            let room = (BLOCK_TURNS - self.turns % BLOCK_TURNS) as usize;
            let (now, later) = ends.split_at(room.min(ends.len()));
            let end = now[now.len() - 1] as usize;
            self.partial.extend_from_slice(&bytes[done..end]);
            self.turns += now.len() as u64;
            if self.turns.is_multiple_of(BLOCK_TURNS) {
                self.close_block();
            }
            done = end;
            ends = later;
        }
        assert_eq!(done, bytes.len(), "the last turn ends where the bytes end");
    }

    fn close_block(&mut self) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.last).update(&self.partial);
        self.last = hasher.finalize().into();
        self.partial.clear();
    }

    /// The digest of the turns taken in so far; costs a hash of the block that is not full yet.
    pub fn value(&self) -> LogDigest {
        let mut hasher = blake3::Hasher::new();
        hasher.update(LABEL).update(&self.last).update(&self.partial).update(&self.turns.to_le_bytes());
        LogDigest(hasher.finalize().into())
    }

    /// The whole state as bytes, for [`Digest::restore`].
    pub fn save(&self) -> Vec<u8> {
        let mut out = vec![SAVED_FORMAT];
        out.extend_from_slice(&self.turns.to_le_bytes());
        out.extend_from_slice(&self.last);
        out.extend_from_slice(&self.partial);
        out
    }

    /// Takes up a saved state. Whoever keeps it guards it against damage; only its form is checked here.
    pub fn restore(saved: &[u8]) -> Result<Digest, LogError> {
        let bad = || LogError::damaged("the saved digest", "too short");
        let (format, rest) = saved.split_first().ok_or_else(bad)?;
        if *format != SAVED_FORMAT {
            return Err(LogError::Version {
                part: "the saved digest",
                found: u64::from(*format),
                known: u64::from(SAVED_FORMAT),
            });
        }
        let (turns, rest) = rest.split_first_chunk::<8>().ok_or_else(bad)?;
        let (last, partial) = rest.split_first_chunk::<32>().ok_or_else(bad)?;
        Ok(Digest { last: *last, turns: u64::from_le_bytes(*turns), partial: partial.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(n: usize) -> Vec<Vec<u8>> {
        (0..n).map(|i| vec![i as u8; 1 + i % 13]).collect()
    }

    fn pushed(turns: &[Vec<u8>], at_once: usize) -> Digest {
        let mut digest = Digest::new();
        for group in turns.chunks(at_once) {
            let bytes = group.concat();
            let ends: Vec<u32> = group
                .iter()
                .scan(0, |end, turn| {
                    *end += turn.len() as u32;
                    Some(*end)
                })
                .collect();
            digest.push_turns(&bytes, &ends);
        }
        digest
    }

    #[test]
    fn the_digest_is_the_formula_of_the_format() {
        let turns = turns(2 * 4096 + 17);
        let mut last = [0u8; 32];
        for block in turns[..8192].chunks(4096) {
            last = *blake3::hash(&[&last[..], &block.concat()].concat()).as_bytes();
        }
        let tail = turns[8192..].concat();
        let whole = [&b"waybill log v1"[..], &last, &tail, &8209u64.to_le_bytes()].concat();
        assert_eq!(pushed(&turns, 100).value().0, *blake3::hash(&whole).as_bytes());
    }

    #[test]
    fn the_digest_does_not_depend_on_how_turns_are_grouped() {
        let turns = turns(10_000);
        let whole = pushed(&turns, 10_000).value();
        for at_once in [1, 7, 960, 4095, 4096, 4097] {
            assert_eq!(pushed(&turns, at_once).value(), whole, "{at_once} turns at once");
        }
    }

    #[test]
    fn a_saved_digest_goes_on_as_if_it_had_never_stopped() {
        let turns = turns(9000);
        for cut in [0, 1, 4095, 4096, 4097, 8999, 9000] {
            let mut digest = Digest::restore(&pushed(&turns[..cut], 64).save()).expect("a saved state restores");
            for turn in &turns[cut..] {
                digest.push_turns(turn, &[turn.len() as u32]);
            }
            assert_eq!(digest, pushed(&turns, 9000), "cut at {cut}");
        }
        assert!(Digest::restore(&[1, 2, 3]).is_err());
        assert!(matches!(Digest::restore(&[9; 60]), Err(LogError::Version { .. })));
    }

    #[test]
    fn one_turn_more_or_fewer_is_another_digest() {
        let turns = turns(5000);
        assert_ne!(pushed(&turns, 10).value(), pushed(&turns[..4999], 10).value());
        let mut with_empty = pushed(&turns, 10);
        with_empty.push_turns(&[], &[0]);
        assert_ne!(with_empty.value(), pushed(&turns, 10).value(), "an empty turn is a turn");
    }

    #[test]
    fn golden_digests() {
        assert_eq!(
            Digest::new().value().to_string(),
            blake3::hash(&[&b"waybill log v1"[..], &[0; 40]].concat()).to_hex().as_str()
        );
        let value = pushed(&turns(5000), 50).value();
        assert_eq!(value.to_string().parse::<LogDigest>().expect("hexadecimal reads back"), value);
    }
}
