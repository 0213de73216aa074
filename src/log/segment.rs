//! The bytes of one segment: a header, the lengths of its turns, their record bytes.
//!
//! `docs/log-format.md` has the table of offsets. Everything here is pure: bytes in, bytes out.

use super::error::LogError;
use super::{Batch, Segment};

/// The format that this version writes and reads.
pub(super) const FORMAT: u8 = 1;
/// Length of the header.
pub(super) const HEADER: usize = 124;

const CRC: usize = 120;

/// What ties a segment to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    /// blake3 of the raw bytes.
    pub own: [u8; 32],
    /// `own` of the segment before, or the run id.
    pub before: [u8; 32],
}

/// The fixed fields of a segment, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub format: u8,
    pub compression: u8,
    pub codec: u8,
    pub width: u8,
    pub turns: u32,
    pub first_turn: u64,
    pub first_seq: u64,
    pub events: u64,
    pub time_before: i64,
    pub time_last: i64,
    pub raw_length: u32,
    pub stored_length: u32,
    pub link: Link,
    pub crc: u32,
}

impl Header {
    /// The turn after the last one of this segment; saturates on damaged headers.
    pub(super) fn next_turn(&self) -> u64 {
        self.first_turn.saturating_add(u64::from(self.turns))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.format, self.codec, self.compression, self.width]);
        out.extend_from_slice(&self.turns.to_le_bytes());
        for field in [self.first_turn, self.first_seq, self.events] {
            out.extend_from_slice(&field.to_le_bytes());
        }
        out.extend_from_slice(&self.time_before.to_le_bytes());
        out.extend_from_slice(&self.time_last.to_le_bytes());
        out.extend_from_slice(&self.raw_length.to_le_bytes());
        out.extend_from_slice(&self.stored_length.to_le_bytes());
        out.extend_from_slice(&self.link.own);
        out.extend_from_slice(&self.link.before);
        out.extend_from_slice(&self.crc.to_le_bytes());
    }

    /// Reads the fields without judging them; `None` when there are too few bytes.
    pub(super) fn read(value: &[u8]) -> Option<Header> {
        let value = value.first_chunk::<HEADER>()?;
        let u32_at = |at: usize| u32::from_le_bytes(value[at..at + 4].try_into().expect("four bytes"));
        let u64_at = |at: usize| u64::from_le_bytes(value[at..at + 8].try_into().expect("eight bytes"));
        let hash_at = |at: usize| -> [u8; 32] { value[at..at + 32].try_into().expect("32 bytes") };
        Some(Header {
            format: value[0],
            codec: value[1],
            compression: value[2],
            width: value[3],
            turns: u32_at(4),
            first_turn: u64_at(8),
            first_seq: u64_at(16),
            events: u64_at(24),
            time_before: u64_at(32).cast_signed(),
            time_last: u64_at(40).cast_signed(),
            raw_length: u32_at(48),
            stored_length: u32_at(52),
            link: Link { own: hash_at(56), before: hash_at(88) },
            crc: u32_at(CRC),
        })
    }
}

/// Writes `batch` as a segment into `out` (cleared first) and says what it hashed to.
pub(super) fn encode(batch: &Batch, codec: u8, before: [u8; 32], out: &mut Vec<u8>) -> Link {
    out.clear();
    out.resize(HEADER, 0);
    let width = pack_lengths(&batch.ends, out);
    out.extend_from_slice(&batch.bytes);
    let length = u32::try_from(out.len() - HEADER).expect("a segment is smaller than 4 GiB");
    let link = Link { own: *blake3::hash(&out[HEADER..]).as_bytes(), before };
    let mut header = Header {
        format: FORMAT,
        codec,
        compression: 0,
        width,
        turns: u32::try_from(batch.ends.len()).expect("a batch holds fewer than 2^32 turns"),
        first_turn: batch.first_turn,
        first_seq: batch.first_seq,
        events: batch.events,
        time_before: batch.time_before,
        time_last: batch.time_last,
        raw_length: length,
        stored_length: length,
        link,
        crc: 0,
    };
    let mut head = Vec::with_capacity(HEADER);
    header.write(&mut head);
    header.crc = crc32c::crc32c_append(crc32c::crc32c(&head[..CRC]), &out[HEADER..]);
    head[CRC..].copy_from_slice(&header.crc.to_le_bytes());
    out[..HEADER].copy_from_slice(&head);
    link
}

/// Checks a stored value against its key and its crc32c.
pub(super) fn check_crc(key: u64, value: &[u8]) -> Result<Header, LogError> {
    let corrupt = |what: &'static str| LogError::corrupt(key, what);
    let header = Header::read(value).ok_or_else(|| corrupt("cut off within its header"))?;
    let raw = &value[HEADER..];
    if crc32c::crc32c_append(crc32c::crc32c(&value[..CRC]), raw) != header.crc {
        return Err(corrupt("its crc32c does not match"));
    }
    if header.format != FORMAT || header.compression != 0 {
        let found = u64::from(header.format) | u64::from(header.compression) << 8;
        return Err(LogError::Version { part: "a segment", found, known: u64::from(FORMAT) });
    }
    if raw.len() != header.stored_length as usize || raw.len() != header.raw_length as usize {
        return Err(corrupt("its length does not match"));
    }
    if header.first_turn != key {
        return Err(corrupt("it belongs to another turn"));
    }
    if header.turns == 0 {
        return Err(corrupt("it holds no turn"));
    }
    Ok(header)
}

/// Checks a stored value against its key and all its sums, and reads it into `segment`.
pub(super) fn decode(key: u64, value: &[u8], segment: &mut Segment) -> Result<Link, LogError> {
    let corrupt = |what: &'static str| LogError::corrupt(key, what);
    let header = check_crc(key, value)?;
    let raw = &value[HEADER..];
    if *blake3::hash(raw).as_bytes() != header.link.own {
        return Err(corrupt("its hash does not match"));
    }
    let lengths = packed_size(header.turns as usize, header.width);
    if header.width > 32 || lengths > raw.len() {
        return Err(corrupt("its turns do not fit"));
    }
    let (lengths, bytes) = raw.split_at(lengths);
    if !unpack_lengths(lengths, header.turns as usize, header.width, bytes.len(), &mut segment.ends) {
        return Err(corrupt("its turns do not add up"));
    }
    segment.codec = header.codec;
    segment.first_turn = header.first_turn;
    segment.turns = u64::from(header.turns);
    segment.first_seq = header.first_seq;
    segment.events = header.events;
    segment.time_before = header.time_before;
    segment.time_last = header.time_last;
    segment.bytes.clear();
    segment.bytes.extend_from_slice(bytes);
    Ok(header.link)
}

fn packed_size(turns: usize, width: u8) -> usize {
    (turns * usize::from(width)).div_ceil(8)
}

/// Appends the length of each turn, all at the width of the longest, lowest bits first.
fn pack_lengths(ends: &[u32], out: &mut Vec<u8>) -> u8 {
    let lengths = || std::iter::once(&0).chain(ends).zip(ends).map(|(start, end)| end - start);
    let longest = lengths().max().unwrap_or(0);
    let width = u32::BITS - longest.leading_zeros();
    let (mut word, mut held) = (0u64, 0);
    for length in lengths() {
        word |= u64::from(length) << held;
        held += width;
        while held >= 8 {
            out.push(word as u8);
            word >>= 8;
            held -= 8;
        }
    }
    if held > 0 {
        out.push(word as u8);
    }
    width as u8
}

/// Turns packed lengths back into ends; `false` when they do not add up to `total`.
fn unpack_lengths(packed: &[u8], turns: usize, width: u8, total: usize, ends: &mut Vec<u32>) -> bool {
    ends.clear();
    ends.reserve(turns);
    let width = u32::from(width);
    let mask = (1u64 << width) - 1;
    let (mut word, mut held, mut end) = (0u64, 0, 0u64);
    let mut bytes = packed.iter();
    for _ in 0..turns {
        while held < width {
            let Some(byte) = bytes.next() else { return false };
            word |= u64::from(*byte) << held;
            held += 8;
        }
        end += word & mask;
        word >>= width;
        held -= width;
        let Ok(end) = u32::try_from(end) else { return false };
        ends.push(end);
    }
    end == total as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::testing::batch_of;

    #[test]
    fn a_segment_reads_back_as_it_was_written() {
        for lengths in [&[1][..], &[0, 0, 0], &[5, 0, 300, 1], &[1; 960], &[70_000, 3]] {
            let batch = batch_of(7, lengths);
            let mut value = Vec::new();
            let link = encode(&batch, 3, [9; 32], &mut value);
            let mut segment = Segment::default();
            assert_eq!(decode(7, &value, &mut segment).expect("a whole segment reads"), link);
            assert_eq!((segment.bytes, segment.ends), (batch.bytes.clone(), batch.ends.clone()));
            assert_eq!((segment.first_turn, segment.turns, segment.codec), (7, batch.ends.len() as u64, 3));
            assert_eq!((segment.first_seq, segment.events), (batch.first_seq, batch.events));
            assert_eq!((segment.time_before, segment.time_last), (batch.time_before, batch.time_last));
        }
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_seen() {
        let mut value = Vec::new();
        encode(&batch_of(3, &[4, 9, 0, 31]), 1, [5; 32], &mut value);
        let mut segment = Segment::default();
        for bit in 0..value.len() * 8 {
            value[bit / 8] ^= 1 << (bit % 8);
            let error = decode(3, &value, &mut segment).expect_err("a flipped bit is seen");
            assert!(matches!(error, LogError::Corrupt { turn: 3, .. }), "{error}");
            value[bit / 8] ^= 1 << (bit % 8);
        }
        for cut in 0..value.len() {
            assert!(matches!(decode(3, &value[..cut], &mut segment), Err(LogError::Corrupt { turn: 3, .. })));
        }
        assert!(matches!(decode(4, &value, &mut segment), Err(LogError::Corrupt { turn: 4, .. })));
        decode(3, &value, &mut segment).expect("unharmed again");
    }

    /// Whoever changes a turn and mends the checksum is found out by the hash.
    #[test]
    fn what_is_forged_does_not_match_its_hash() {
        let mut value = Vec::new();
        encode(&batch_of(3, &[4, 9, 0, 31]), 1, [5; 32], &mut value);
        for at in HEADER..value.len() {
            let mut forged = value.clone();
            forged[at] ^= 1;
            let crc = crc32c::crc32c_append(crc32c::crc32c(&forged[..CRC]), &forged[HEADER..]);
            forged[CRC..HEADER].copy_from_slice(&crc.to_le_bytes());
            let error = decode(3, &forged, &mut Segment::default()).expect_err("a forged byte is seen");
            assert!(error.to_string().contains("its hash does not match"), "{error}");
        }
    }

    #[test]
    fn a_later_format_is_refused_by_its_number() {
        let mut value = Vec::new();
        encode(&batch_of(1, &[4]), 1, [5; 32], &mut value);
        value[0] = 2;
        let crc = crc32c::crc32c_append(crc32c::crc32c(&value[..CRC]), &value[HEADER..]);
        value[CRC..HEADER].copy_from_slice(&crc.to_le_bytes());
        let error = decode(1, &value, &mut Segment::default()).expect_err("format 2 is not known");
        assert!(matches!(error, LogError::Version { found: 2, known: 1, .. }), "{error}");
    }
}
