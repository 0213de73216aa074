//! Reading a stored log: every segment is checked against its hash and the one before it.

use std::sync::{Arc, Mutex, PoisonError};

use super::super::chunked::{self, Kind};
use super::super::error::LogError;
use super::super::runs::HeadFile;
use super::super::segment;
use super::super::{Head, Opening, Segment, Snapshot, SnapshotEntry, Verified, check_continues};
use super::engine::Engine;

/// Reads a run, from any thread, while a writer of the same process may go on.
#[derive(Debug, Clone)]
pub struct StoreReader {
    pub(super) engine: Arc<Engine>,
    pub(super) opening: Arc<Opening>,
    /// The segment read last: spares a scan the look-up of the one before.
    pub(super) memo: Arc<Mutex<Option<Seen>>>,
}

/// A segment that was read and found whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// The turn after its last.
    next: u64,
    own: [u8; 32],
}

impl StoreReader {
    pub(super) fn new(engine: &Arc<Engine>, opening: Opening) -> StoreReader {
        StoreReader { engine: Arc::clone(engine), opening: Arc::new(opening), memo: Arc::default() }
    }

    /// What stands before the first turn.
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// As [`Log::read_segment`](crate::log::Log::read_segment).
    pub fn read_segment(&self, turn: u64, segment: &mut Segment) -> Result<bool, LogError> {
        if turn <= self.opening.origin.turn {
            return Ok(false);
        }
        let Some((key, value)) = self.engine.find(turn)? else {
            return self.nothing_after(turn - 1);
        };
        let link = segment::decode(key, &value, segment)?;
        let next = segment.last_turn() + 1;
        if turn >= next {
            return self.nothing_after(next - 1);
        }
        let known = *self.memo.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match known {
            Some(seen) if seen.next == key => seen.own,
            _ => self.own_before(key)?,
        };
        if link.before != before {
            return Err(LogError::ChainBroken { turn: key });
        }
        *self.memo.lock().unwrap_or_else(PoisonError::into_inner) = Some(Seen { next, own: link.own });
        Ok(true)
    }

    /// `Ok(false)` when no segment begins after `turn`; else there is a gap.
    fn nothing_after(&self, turn: u64) -> Result<bool, LogError> {
        match self.engine.first_key_after(turn)? {
            // Right after it: the writer has stored it in this moment.
            Some(found) if found > turn + 1 => Err(LogError::Gap { expected: turn + 1, found }),
            _ => Ok(false),
        }
    }

    /// `own` of the segment that ends before `turn`, the first turn of another.
    fn own_before(&self, turn: u64) -> Result<[u8; 32], LogError> {
        if turn == self.opening.origin.turn + 1 {
            return Ok(self.engine.run.0);
        }
        let gap = LogError::Gap { expected: self.opening.origin.turn + 1, found: turn };
        let (key, value) = self.engine.find(turn - 1)?.ok_or(gap)?;
        let mut segment = Segment::default();
        let link = segment::decode(key, &value, &mut segment)?;
        match segment.last_turn() + 1 {
            next if next == turn => Ok(link.own),
            next if next < turn => Err(LogError::Gap { expected: next, found: turn }),
            _ => Err(LogError::ChainBroken { turn }),
        }
    }

    /// `own` of the segment that ends with `turn`.
    fn own_at(&self, turn: u64) -> Result<Option<[u8; 32]>, LogError> {
        if turn == self.opening.origin.turn {
            return Ok(Some(self.engine.run.0));
        }
        let mut segment = Segment::default();
        let Some((key, value)) = self.engine.find(turn)? else { return Ok(None) };
        let link = segment::decode(key, &value, &mut segment)?;
        Ok((segment.last_turn() == turn).then_some(link.own))
    }

    /// Checks keys, `HEAD` and what was stored after it; gives the end of the log and the last `own`.
    pub(super) fn check_tail(&self, file: &HeadFile) -> Result<(Head, [u8; 32]), LogError> {
        let found = self.engine.check_keys(self.opening.origin.turn)?;
        if found < file.head.turn {
            return Err(LogError::Truncated { head: file.head.turn, found });
        }
        if self.own_at(file.head.turn)? != Some(file.own) {
            return Err(LogError::ChainBroken { turn: file.head.turn });
        }
        let (mut head, mut own, mut segment) = (file.head, file.own, Segment::default());
        while self.read_segment(head.turn + 1, &mut segment)? {
            check_continues(head, &segment)?;
            head = head.after_segment(&segment);
            own = self.own_at(head.turn)?.unwrap_or(own);
        }
        Ok((head, own))
    }

    /// Reads the whole log and compares the digest with the acknowledged one on the way.
    pub(super) fn verify_against(&self, file: &HeadFile) -> Result<Verified, LogError> {
        let (mut head, mut digest) = (self.opening.origin, self.opening.digest.clone());
        let mut segment = Segment::default();
        loop {
            if head.turn == file.head.turn && (digest.value() != file.digest || head != file.head) {
                let (expected, found) = (file.digest.to_string(), digest.value().to_string());
                return Err(LogError::Digest { turn: head.turn, expected, found });
            }
            if !self.read_segment(head.turn + 1, &mut segment)? {
                return Ok(Verified { head, digest });
            }
            check_continues(head, &segment)?;
            digest.push_turns(&segment.bytes, &segment.ends);
            head = head.after_segment(&segment);
        }
    }

    /// As [`Log::snapshots`](crate::log::Log::snapshots).
    pub fn snapshots(&self) -> Result<Vec<SnapshotEntry>, LogError> {
        let mut entries = Vec::new();
        let mut turn = 0;
        while let Some(found) = self.engine.snapshot_from(turn)? {
            // A damaged header is an entry too, so that asking for it names the damage.
            let (head, len) = match self.snapshot_header(found) {
                Ok(Some(header)) => (header.head, header.length),
                Ok(None) | Err(LogError::Snapshot { .. }) => (Head { turn: found, ..Head::default() }, 0),
                Err(error) => return Err(error),
            };
            entries.push(SnapshotEntry { head, len });
            turn = found + 1;
        }
        Ok(entries)
    }

    fn snapshot_header(&self, turn: u64) -> Result<Option<chunked::Header>, LogError> {
        let value = self.engine.get(&self.engine.sled().snapshots, &chunked::key(turn, 0))?;
        let Some(value) = value else { return Ok(None) };
        let header = chunked::Header::decode(&value, Kind::Snapshot).map_err(|fault| fault.of_snapshot(turn))?;
        if header.head.turn != turn {
            return Err(LogError::Snapshot { turn, what: "it belongs to another turn" });
        }
        Ok(Some(header))
    }

    /// As [`Log::snapshot`](crate::log::Log::snapshot).
    pub fn snapshot(&self, turn: u64) -> Result<Option<Snapshot>, LogError> {
        let Some(header) = self.snapshot_header(turn)? else { return Ok(None) };
        let chunk = |number| self.engine.get(&self.engine.sled().snapshots, &chunked::key(turn, number));
        let bytes = chunked::join(&header, chunk)?.map_err(|fault| fault.of_snapshot(turn))?;
        if self.own_at(turn)? != Some(header.link) {
            return Err(LogError::Snapshot { turn, what: "the log at its turn is another one" });
        }
        Ok(Some(Snapshot { head: header.head, digest: header.digest, bytes }))
    }
}
