//! The log of a fork: its parent's up to where its own begins, then its own.

use super::digest::LogDigest;
use super::error::LogError;
use super::{Batch, Head, Log, Opening, Segment, Snapshot, SnapshotEntry};

/// A fork's own log behind the log of its parent, read as one. The past is shared, not copied.
pub struct ForkLog {
    opening: Opening,
    past: Box<dyn Log>,
    own: Box<dyn Log>,
}

impl ForkLog {
    /// Joins two logs. A segment of `past` must end where `own` begins ([`verify_until`](super::verify_until)
    /// finds such a place); that the past is the one the fork was made from is seen by its count and its time
    /// here, and by its digest when it is verified.
    pub fn new(past: Box<dyn Log>, own: Box<dyn Log>) -> Result<ForkLog, LogError> {
        let begins = own.opening().origin;
        let end = if begins.turn == past.opening().origin.turn {
            Some(past.opening().origin)
        } else {
            let segment = past.segment_at(begins.turn)?.filter(|segment| segment.last_turn() == begins.turn);
            segment.map(|segment| Head { events: begins.events, ..begins.after_segment(&segment) })
        };
        if end != Some(begins) {
            return Err(LogError::ChainBroken { turn: begins.turn + 1 });
        }
        let from = past.opening();
        let opening = Opening { origin: from.origin, digest: from.digest.clone(), ..own.opening().clone() };
        Ok(ForkLog { opening, past, own })
    }

    /// The last turn that stands in the parent's log.
    fn shared(&self) -> u64 {
        self.own.opening().origin.turn
    }

    /// The log that keeps `turn`.
    fn side(&self, turn: u64) -> &dyn Log {
        if turn <= self.shared() { &*self.past } else { &*self.own }
    }
}

impl Log for ForkLog {
    /// The fork's record, at the beginning of its parent.
    fn opening(&self) -> &Opening {
        &self.opening
    }

    fn head(&self) -> Head {
        self.own.head()
    }

    fn append(&mut self, batch: &mut Batch) -> Result<(), LogError> {
        self.own.append(batch)
    }

    fn sync(&mut self) -> Result<(), LogError> {
        self.own.sync()
    }

    fn digest(&mut self) -> Result<LogDigest, LogError> {
        self.own.digest()
    }

    fn read_segment(&self, turn: u64, segment: &mut Segment) -> Result<bool, LogError> {
        self.side(turn).read_segment(turn, segment)
    }

    fn put_snapshot(&mut self, state: Vec<u8>) -> Result<(), LogError> {
        self.own.put_snapshot(state)
    }

    fn drop_snapshot(&mut self, turn: u64) -> Result<(), LogError> {
        if turn >= self.shared() { self.own.drop_snapshot(turn) } else { Err(LogError::ReadOnly) }
    }

    fn snapshots(&self) -> Result<Vec<SnapshotEntry>, LogError> {
        let mut all = self.past.snapshots()?;
        all.retain(|entry| entry.head.turn < self.shared());
        all.extend(self.own.snapshots()?);
        Ok(all)
    }

    fn snapshot(&self, turn: u64) -> Result<Option<Snapshot>, LogError> {
        if turn >= self.shared() { self.own.snapshot(turn) } else { self.past.snapshot(turn) }
    }

    fn finish(&mut self, summary: serde_json::Value) -> Result<(), LogError> {
        self.own.finish(summary)
    }

    fn close(self: Box<Self>) -> Result<(), LogError> {
        let ForkLog { past, own, .. } = *self;
        own.close().and(past.close())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{append_until, opening, push_turn};
    use super::super::{MemoryLog, SegmentLimits, verify, verify_until};
    use super::*;

    const SMALL: SegmentLimits = SegmentLimits { bytes: 200, events: 20 };

    #[test]
    fn a_fork_with_no_change_reads_and_digests_as_its_parent() {
        let mut parent = MemoryLog::new(opening());
        append_until(&mut parent, 5000, SMALL, false);
        parent.put_snapshot(vec![1]).expect("memory does not fail");
        for at in [0, 1, 57, 4096, 4999, 5000] {
            let cut = verify_until(&parent, at).expect("a whole log");
            assert!(cut.head.turn <= at && at - cut.head.turn < 60, "the last boundary before {at}");
            let opening = Opening { origin: cut.head, digest: cut.digest, ..opening() };
            let own = Box::new(MemoryLog::new(opening));
            let mut fork = ForkLog::new(Box::new(parent.clone()), own).expect("they fit");
            append_until(&mut fork, 5000, SegmentLimits::default(), false);
            assert_eq!(fork.digest().expect("no error"), parent.digest().expect("no error"), "cut at {at}");
            let verified = verify(&fork).expect("whole");
            assert_eq!(verified.digest.value(), parent.digest().expect("no error"));
            assert_eq!(verified.head, parent.head());
            assert_eq!(fork.opening().origin, parent.opening().origin);
        }
    }

    #[test]
    fn a_past_that_does_not_fit_is_refused() {
        let mut parent = MemoryLog::new(opening());
        append_until(&mut parent, 500, SMALL, false);
        let cut = verify_until(&parent, 300).expect("a whole log");
        for origin in [
            Head { turn: cut.head.turn + 1, ..cut.head },
            Head { next_seq: cut.head.next_seq + 1, ..cut.head },
            Head { time: cut.head.time - 1, ..cut.head },
            Head { turn: 501, ..cut.head },
        ] {
            let own = MemoryLog::new(Opening { origin, ..opening() });
            assert!(ForkLog::new(Box::new(parent.clone()), Box::new(own)).is_err(), "{origin:?}");
        }
        let mut own = MemoryLog::new(Opening { origin: cut.head, digest: cut.digest, ..opening() });
        let mut batch = Batch::after(own.head());
        push_turn(&mut batch, false);
        own.append(&mut batch).expect("memory does not fail");
        let fork = ForkLog::new(Box::new(parent), Box::new(own)).expect("they fit");
        assert_eq!(fork.segment_at(cut.head.turn + 1).expect("whole").expect("there").turns, 1);
    }
}
