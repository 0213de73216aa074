//! The opening record and snapshots: opaque bytes in small chunks behind one header.
//!
//! Large values would be rewritten whole by the engine, or go to files that it never syncs; chunks of 4 KiB
//! are reclaimed when they are dropped.

use super::Head;
use super::digest::LogDigest;
use super::error::LogError;

/// The size of every chunk but the last.
pub(super) const CHUNK: usize = 4096;

const FORMAT: u8 = 1;
const HEADER: usize = 148;
const CRC: usize = 144;

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Opening = 1,
    Snapshot = 2,
}

/// The header of chunked bytes, as stored under chunk number 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub codec: u8,
    pub kind: Kind,
    /// Where the log stood.
    pub head: Head,
    /// The number of bytes in all chunks.
    pub length: u64,
    /// blake3 of all chunks.
    pub own: [u8; 32],
    /// The digest of the log at `head`.
    pub digest: LogDigest,
    /// `own` of the segment that ends at `head`; the run id where there is none.
    pub link: [u8; 32],
}

impl Header {
    /// The number of chunks that follow the header.
    pub(super) fn chunks(&self) -> u64 {
        self.length.div_ceil(CHUNK as u64)
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = vec![FORMAT, self.codec, self.kind as u8, 0, 0, 0, 0, 0];
        for field in [self.head.turn, self.head.next_seq, self.head.events] {
            out.extend_from_slice(&field.to_le_bytes());
        }
        out.extend_from_slice(&self.head.time.to_le_bytes());
        out.extend_from_slice(&self.length.to_le_bytes());
        out.extend_from_slice(&self.own);
        out.extend_from_slice(&self.digest.0);
        out.extend_from_slice(&self.link);
        out.extend_from_slice(&crc32c::crc32c(&out).to_le_bytes());
        out
    }

    /// Reads a header, or says what is wrong with it.
    pub(super) fn decode(value: &[u8], kind: Kind) -> Result<Header, Fault> {
        let value: &[u8; HEADER] =
            value.try_into().map_err(|_| Fault::Damaged("the length of its header does not match"))?;
        if crc32c::crc32c(&value[..CRC]).to_le_bytes() != value[CRC..] {
            return Err(Fault::Damaged("the crc32c of its header does not match"));
        }
        if value[0] != FORMAT {
            return Err(Fault::Version(u64::from(value[0])));
        }
        if value[2] != kind as u8 {
            return Err(Fault::Damaged("it is of another kind"));
        }
        let u64_at = |at: usize| u64::from_le_bytes(value[at..at + 8].try_into().expect("eight bytes"));
        let hash_at = |at: usize| -> [u8; 32] { value[at..at + 32].try_into().expect("32 bytes") };
        let head = Head { turn: u64_at(8), next_seq: u64_at(16), events: u64_at(24), time: u64_at(32).cast_signed() };
        Ok(Header {
            codec: value[1],
            kind,
            head,
            length: u64_at(40),
            own: hash_at(48),
            digest: LogDigest(hash_at(80)),
            link: hash_at(112),
        })
    }
}

/// What is wrong with chunked bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Damaged(&'static str),
    Version(u64),
}

impl Fault {
    /// The error for the opening record or another part that the log cannot do without.
    pub(super) fn of(self, part: &'static str) -> LogError {
        match self {
            Fault::Damaged(what) => LogError::damaged(part, what),
            Fault::Version(found) => LogError::Version { part, found, known: u64::from(FORMAT) },
        }
    }

    /// The error for a snapshot.
    pub(super) fn of_snapshot(self, turn: u64) -> LogError {
        match self {
            Fault::Damaged(what) => LogError::Snapshot { turn, what },
            Fault::Version(_) => LogError::Snapshot { turn, what: "it has a format that this version does not read" },
        }
    }
}

/// The key of a chunk: the turn, then the number of the chunk, both big-endian; the header is number 0.
pub(super) fn key(turn: u64, number: u32) -> [u8; 12] {
    let mut key = [0; 12];
    key[..8].copy_from_slice(&turn.to_be_bytes());
    key[8..].copy_from_slice(&number.to_be_bytes());
    key
}

/// Puts chunks together and checks them against the header.
pub(super) fn join<T: AsRef<[u8]>>(
    header: &Header,
    mut chunk: impl FnMut(u32) -> Result<Option<T>, LogError>,
) -> Result<Result<Vec<u8>, Fault>, LogError> {
    let mut bytes = Vec::new();
    for number in 1..=header.chunks() {
        let found = match u32::try_from(number) {
            Ok(number) => chunk(number)?,
            Err(_) => None,
        };
        let Some(found) = found else { return Ok(Err(Fault::Damaged("a part of it is missing"))) };
        bytes.extend_from_slice(found.as_ref());
    }
    let whole = bytes.len() as u64 == header.length && *blake3::hash(&bytes).as_bytes() == header.own;
    Ok(if whole { Ok(bytes) } else { Err(Fault::Damaged("its hash does not match")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_and_every_cut_of_a_header_is_seen() {
        let head = Head { turn: 5, next_seq: 9, events: 8, time: -4 };
        let header = Header {
            codec: 4,
            kind: Kind::Snapshot,
            head,
            length: 9000,
            own: [1; 32],
            digest: LogDigest([2; 32]),
            link: [3; 32],
        };
        let mut bytes = header.encode();
        assert_eq!(Header::decode(&bytes, Kind::Snapshot), Ok(header));
        assert!(Header::decode(&bytes, Kind::Opening).is_err());
        assert_eq!(header.chunks(), 3);
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Header::decode(&bytes, Kind::Snapshot).is_err(), "bit {bit}");
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        for cut in 0..bytes.len() {
            assert!(Header::decode(&bytes[..cut], Kind::Snapshot).is_err(), "cut at {cut}");
        }
    }
}
