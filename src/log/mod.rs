//! Floor 5: the append-only log of a run, in order, whole turn by whole turn.
//!
//! The log knows turns as byte strings and never looks into them. [`Log`] hides the engine:
//! [`StoreLog`] keeps a run in a sled database, [`MemoryLog`] in memory, [`DigestLog`] keeps nothing but
//! the digest. All three give the same [`LogDigest`] for the same turns.

mod chunked;
mod digest;
mod error;
mod fork;
mod guard;
mod memory;
mod queue;
mod runs;
mod segment;
mod store;
#[cfg(test)]
mod testing;

use serde::{Deserialize, Serialize};

pub use digest::{BLOCK_TURNS, Digest, LogDigest};
pub use error::LogError;
pub use fork::ForkLog;
pub use memory::{DigestLog, MemoryLog};
pub use runs::{ListedRun, RunEntry, RunId, RunMeta, RunState, forget, list_runs, resolve, run_dir};
pub use store::{Mode, StoreLog, StoreOptions, StoreReader};

/// Where a log stands: what has been accepted, counted from the start of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Head {
    /// The last turn; turns are numbered from 1, 0 is the opening record.
    pub turn: u64,
    /// The `seq` that the next event will have.
    pub next_seq: u64,
    /// Events in turns 1 to `turn`.
    pub events: u64,
    /// The time of the last turn, in seconds since the start of the run.
    pub time: i64,
}

impl Head {
    fn after(self, batch: &Batch) -> Head {
        Head {
            turn: self.turn + batch.turns(),
            next_seq: self.next_seq + batch.events,
            events: self.events + batch.events,
            time: batch.time_last,
        }
    }

    fn after_segment(self, segment: &Segment) -> Head {
        Head {
            turn: segment.last_turn(),
            next_seq: segment.first_seq + segment.events,
            events: self.events + segment.events,
            time: segment.time_last,
        }
    }
}

/// What stands before the first turn of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opening {
    /// The opening record: scenario, seed and versions, so that the log needs nothing else. Opaque here.
    pub record: Vec<u8>,
    /// The codec that record bytes are written in; opaque here, kept with every segment.
    pub codec: u8,
    /// Where the log begins. Turn 0 but for a fork, whose past stands in its parent's log.
    pub origin: Head,
    /// The digest of the turns up to `origin`.
    pub digest: Digest,
}

/// When a segment is full. Counts and sizes only, never the clock: what a store holds is a function of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentLimits {
    /// Full at this many record bytes.
    pub bytes: usize,
    /// Full at this many events.
    pub events: u64,
}

impl Default for SegmentLimits {
    /// With header and turn lengths just below the 7 KiB that a stored value may have.
    fn default() -> Self {
        SegmentLimits { bytes: 6400, events: 960 }
    }
}

/// A run of whole turns, in order, on its way into a log; one batch becomes one segment.
///
/// The buffer is recycled: [`Log::append`] takes the content and leaves an empty batch that stands at the
/// next turn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// The first turn in it.
    pub first_turn: u64,
    /// The `seq` of the first event in it.
    pub first_seq: u64,
    /// The time of the turn before the first one.
    pub time_before: i64,
    /// The time of the last turn.
    pub time_last: i64,
    /// Events in all turns.
    pub events: u64,
    /// The canonical record bytes of all turns, one after another.
    pub bytes: Vec<u8>,
    /// The offset in `bytes` at which each turn ends.
    pub ends: Vec<u32>,
}

impl Batch {
    /// An empty batch whose first turn follows `head`.
    pub fn after(head: Head) -> Batch {
        let mut batch = Batch::default();
        batch.restart(head);
        batch
    }

    /// Empties the batch, keeps its buffers, and stands it after `head`.
    pub fn restart(&mut self, head: Head) {
        self.first_turn = head.turn + 1;
        self.first_seq = head.next_seq;
        self.time_before = head.time;
        self.time_last = head.time;
        self.events = 0;
        self.bytes.clear();
        self.ends.clear();
    }

    /// Ends the turn whose record bytes were just pushed to `bytes`.
    pub fn end_turn(&mut self, time: i64, events: u64) {
        self.end_turn_at(self.bytes.len(), time, events);
    }

    /// The same for a turn whose record bytes end at `end`, and come into `bytes` later.
    #[inline]
    pub fn end_turn_at(&mut self, end: usize, time: i64, events: u64) {
        assert!(time >= self.time_last, "time never runs backwards");
        self.time_last = time;
        self.events += events;
        self.ends.push(u32::try_from(end).expect("a batch is smaller than 4 GiB"));
    }

    /// The number of turns in it.
    pub fn turns(&self) -> u64 {
        self.ends.len() as u64
    }

    /// Whether it holds no turn.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Whether it should be appended now.
    #[inline]
    pub fn is_full(&self, limits: SegmentLimits) -> bool {
        let end = self.ends.last().map_or(0, |&end| end as usize);
        end >= limits.bytes || self.events >= limits.events
    }

    /// Refuses a batch that does not continue the log at `head`.
    fn check_follows(&self, head: Head) -> Result<(), LogError> {
        let expected = head.turn + 1;
        if self.first_turn != expected {
            return Err(LogError::Gap { expected, found: self.first_turn });
        }
        assert_eq!(self.first_seq, head.next_seq, "seq has no gaps");
        assert_eq!(self.time_before, head.time, "a batch begins at the time of the turn before it");
        assert_eq!(self.ends.last().map(|end| *end as usize), Some(self.bytes.len()), "every byte is in a turn");
        Ok(())
    }
}

/// A run of whole turns as it came out of a log, verified.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Segment {
    /// The codec that the record bytes are written in.
    pub codec: u8,
    /// The first turn in it.
    pub first_turn: u64,
    /// The number of turns in it.
    pub turns: u64,
    /// The `seq` of the first event in it.
    pub first_seq: u64,
    /// Events in all turns.
    pub events: u64,
    /// The time of the turn before the first one.
    pub time_before: i64,
    /// The time of the last turn.
    pub time_last: i64,
    /// The canonical record bytes of all turns, one after another.
    pub bytes: Vec<u8>,
    /// The offset in `bytes` at which each turn ends.
    pub ends: Vec<u32>,
}

impl Segment {
    /// The last turn in it.
    pub fn last_turn(&self) -> u64 {
        self.first_turn + self.turns - 1
    }

    /// The record bytes of each turn, in order, with its number.
    pub fn records(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let starts = std::iter::once(&0).chain(&self.ends);
        let spans = starts.zip(&self.ends).map(|(start, end)| &self.bytes[*start as usize..*end as usize]);
        (self.first_turn..).zip(spans)
    }

    fn copy_from(&mut self, other: &Segment) {
        let (mut bytes, mut ends) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.ends));
        bytes.clone_from(&other.bytes);
        ends.clone_from(&other.ends);
        *self = Segment { bytes, ends, ..*other };
    }
}

/// The state of a run at a turn, as opaque bytes, bound to the log up to there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Where the log stood.
    pub head: Head,
    /// The digest of the log up to there.
    pub digest: LogDigest,
    /// The state.
    pub bytes: Vec<u8>,
}

/// A snapshot in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotEntry {
    /// Where the log stood.
    pub head: Head,
    /// The size of the state in bytes.
    pub len: u64,
}

/// An append-only log of whole turns.
///
/// Turns are accepted in order by [`append`](Log::append) and survive whatever happens once
/// [`sync`](Log::sync) has returned. What survives otherwise is always a prefix of whole turns.
pub trait Log: Send + Sync {
    /// What stands before the first turn.
    fn opening(&self) -> &Opening;

    /// Where the log stands: what was accepted.
    fn head(&self) -> Head;

    /// Takes the turns of `batch`, full or not, and leaves it empty, standing at the next turn. The error may be
    /// the first one that the writer met with an earlier batch; an empty batch only asks for it.
    fn append(&mut self, batch: &mut Batch) -> Result<(), LogError>;

    /// Returns when everything appended is durable and can be read.
    fn sync(&mut self) -> Result<(), LogError>;

    /// The digest of everything appended.
    fn digest(&mut self) -> Result<LogDigest, LogError>;

    /// Reads the segment that holds `turn` into `segment`; `false` when the log ends before it. The segment
    /// is checked against its sums and the segment before it. Turns that were appended but not yet synced
    /// may be missing.
    fn read_segment(&self, turn: u64, segment: &mut Segment) -> Result<bool, LogError>;

    /// The segment that holds `turn`.
    fn segment_at(&self, turn: u64) -> Result<Option<Segment>, LogError> {
        let mut segment = Segment::default();
        Ok(self.read_segment(turn, &mut segment)?.then_some(segment))
    }

    /// Whether the log keeps snapshots: making one for a log that does not would be lost work.
    fn keeps_snapshots(&self) -> bool {
        true
    }

    /// Keeps `state` as the snapshot of the last turn appended.
    fn put_snapshot(&mut self, state: Vec<u8>) -> Result<(), LogError>;

    /// Removes the snapshot at `turn`, if there is one.
    fn drop_snapshot(&mut self, turn: u64) -> Result<(), LogError>;

    /// The snapshots, by turn. A damaged one may be in the list.
    fn snapshots(&self) -> Result<Vec<SnapshotEntry>, LogError>;

    /// The snapshot at `turn`. A damaged one is an error of its own ([`LogError::Snapshot`]), after which
    /// replay can go on without it.
    fn snapshot(&self, turn: u64) -> Result<Option<Snapshot>, LogError>;

    /// Syncs, and marks the run as finished; `summary` is kept beside the log for lists of runs.
    fn finish(&mut self, summary: serde_json::Value) -> Result<(), LogError>;

    /// Syncs and closes, within a time limit.
    fn close(self: Box<Self>) -> Result<(), LogError>;
}

/// Walks the segments of a log in order, from the one that holds a given turn on.
pub struct Scan<'a> {
    log: &'a dyn Log,
    next: u64,
    segment: Segment,
}

impl<'a> Scan<'a> {
    /// Begins with the segment that holds `turn`; its first turn may be an earlier one.
    pub fn from(log: &'a dyn Log, turn: u64) -> Scan<'a> {
        Scan { log, next: turn, segment: Segment::default() }
    }

    /// The next segment, in a buffer that is used again; `None` at the end of the log.
    pub fn next_segment(&mut self) -> Result<Option<&Segment>, LogError> {
        if !self.log.read_segment(self.next, &mut self.segment)? {
            return Ok(None);
        }
        self.next = self.segment.last_turn() + 1;
        Ok(Some(&self.segment))
    }
}

/// What reading a whole log again has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Where the log ends.
    pub head: Head,
    /// The state of the digest there.
    pub digest: Digest,
}

/// Reads the whole log, checking every segment, and computes its digest again.
pub fn verify(log: &dyn Log) -> Result<Verified, LogError> {
    verify_until(log, u64::MAX)
}

/// As [`verify`], as far as the last segment that ends at or before `turn`: where a fork at `turn` begins its
/// own log, which then repeats the turns from there to `turn`.
pub fn verify_until(log: &dyn Log, turn: u64) -> Result<Verified, LogError> {
    let opening = log.opening();
    let (mut head, mut digest) = (opening.origin, opening.digest.clone());
    let mut scan = Scan::from(log, head.turn + 1);
    while let Some(segment) = scan.next_segment()? {
        check_continues(head, segment)?;
        if segment.last_turn() > turn {
            break;
        }
        digest.push_turns(&segment.bytes, &segment.ends);
        head = head.after_segment(segment);
    }
    Ok(Verified { head, digest })
}

/// Refuses a segment whose counts do not continue those of the log at `head`.
fn check_continues(head: Head, segment: &Segment) -> Result<(), LogError> {
    let turn = segment.first_turn;
    if turn != head.turn + 1 {
        return Err(LogError::Gap { expected: head.turn + 1, found: turn });
    }
    let same = segment.first_seq == head.next_seq && segment.time_before == head.time;
    if same && segment.time_last >= segment.time_before { Ok(()) } else { Err(LogError::ChainBroken { turn }) }
}
