//! Logs without a disk: everything in memory, or nothing but the digest.

use std::collections::BTreeMap;

use super::digest::{Digest, LogDigest};
use super::error::LogError;
use super::{Batch, Head, Log, Opening, Segment, Snapshot, SnapshotEntry};

/// A log in memory, for tests and twins of stored runs.
#[derive(Debug, Clone, Default)]
pub struct MemoryLog {
    opening: Opening,
    head: Head,
    digest: Digest,
    segments: Vec<Segment>,
    snapshots: BTreeMap<u64, Snapshot>,
    finished: bool,
}

impl MemoryLog {
    /// An empty log after `opening`.
    pub fn new(opening: Opening) -> MemoryLog {
        let (head, digest) = (opening.origin, opening.digest.clone());
        MemoryLog { opening, head, digest, ..MemoryLog::default() }
    }
}

impl Log for MemoryLog {
    fn opening(&self) -> &Opening {
        &self.opening
    }

    fn head(&self) -> Head {
        self.head
    }

    fn append(&mut self, batch: &mut Batch) -> Result<(), LogError> {
        if self.finished {
            return Err(LogError::Finished { run: "in memory".to_owned() });
        }
        if batch.is_empty() {
            return Ok(());
        }
        batch.check_follows(self.head)?;
        self.digest.push_turns(&batch.bytes, &batch.ends);
        self.head = self.head.after(batch);
        self.segments.push(Segment {
            codec: self.opening.codec,
            first_turn: batch.first_turn,
            turns: batch.turns(),
            first_seq: batch.first_seq,
            events: batch.events,
            time_before: batch.time_before,
            time_last: batch.time_last,
            bytes: batch.bytes.clone(),
            ends: batch.ends.clone(),
        });
        batch.restart(self.head);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), LogError> {
        Ok(())
    }

    fn digest(&mut self) -> Result<LogDigest, LogError> {
        Ok(self.digest.value())
    }

    fn read_segment(&self, turn: u64, segment: &mut Segment) -> Result<bool, LogError> {
        let after = self.segments.partition_point(|segment| segment.first_turn <= turn);
        let found = self.segments[..after].last().filter(|segment| turn <= segment.last_turn());
        if let Some(found) = found {
            segment.copy_from(found);
        }
        Ok(found.is_some())
    }

    fn put_snapshot(&mut self, state: Vec<u8>) -> Result<(), LogError> {
        let snapshot = Snapshot { head: self.head, digest: self.digest.value(), bytes: state };
        self.snapshots.insert(self.head.turn, snapshot);
        Ok(())
    }

    fn drop_snapshot(&mut self, turn: u64) -> Result<(), LogError> {
        self.snapshots.remove(&turn);
        Ok(())
    }

    fn snapshots(&self) -> Result<Vec<SnapshotEntry>, LogError> {
        let entry = |snapshot: &Snapshot| SnapshotEntry { head: snapshot.head, len: snapshot.bytes.len() as u64 };
        Ok(self.snapshots.values().map(entry).collect())
    }

    fn snapshot(&self, turn: u64) -> Result<Option<Snapshot>, LogError> {
        Ok(self.snapshots.get(&turn).cloned())
    }

    fn finish(&mut self, _summary: serde_json::Value) -> Result<(), LogError> {
        self.finished = true;
        Ok(())
    }

    fn close(self: Box<Self>) -> Result<(), LogError> {
        Ok(())
    }
}

/// A log that keeps nothing but the digest and the count: runs without a store.
#[derive(Debug, Clone, Default)]
pub struct DigestLog {
    opening: Opening,
    head: Head,
    digest: Digest,
}

impl DigestLog {
    /// An empty log after `opening`.
    pub fn new(opening: Opening) -> DigestLog {
        let (head, digest) = (opening.origin, opening.digest.clone());
        DigestLog { opening, head, digest }
    }
}

impl Log for DigestLog {
    fn keeps_snapshots(&self) -> bool {
        false
    }

    fn opening(&self) -> &Opening {
        &self.opening
    }

    fn head(&self) -> Head {
        self.head
    }

    fn append(&mut self, batch: &mut Batch) -> Result<(), LogError> {
        if batch.is_empty() {
            return Ok(());
        }
        batch.check_follows(self.head)?;
        self.digest.push_turns(&batch.bytes, &batch.ends);
        self.head = self.head.after(batch);
        batch.restart(self.head);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), LogError> {
        Ok(())
    }

    fn digest(&mut self) -> Result<LogDigest, LogError> {
        Ok(self.digest.value())
    }

    fn read_segment(&self, _turn: u64, _segment: &mut Segment) -> Result<bool, LogError> {
        Ok(false)
    }

    fn put_snapshot(&mut self, _state: Vec<u8>) -> Result<(), LogError> {
        Ok(())
    }

    fn drop_snapshot(&mut self, _turn: u64) -> Result<(), LogError> {
        Ok(())
    }

    fn snapshots(&self) -> Result<Vec<SnapshotEntry>, LogError> {
        Ok(Vec::new())
    }

    fn snapshot(&self, _turn: u64) -> Result<Option<Snapshot>, LogError> {
        Ok(None)
    }

    fn finish(&mut self, _summary: serde_json::Value) -> Result<(), LogError> {
        Ok(())
    }

    fn close(self: Box<Self>) -> Result<(), LogError> {
        Ok(())
    }
}
