//! Floor 6: the turn loop. It looks at what is due, lets the rules decide, applies the facts, logs them and tells the
//! figures; here the scenario's plan, the log and the figures meet for the first time.

mod opening;
mod replay;
mod stuck;
mod world;

pub use opening::{Opened, RunKey, SEMANTICS, run_id};
pub use replay::{Replay, digest_of, each_turn, replay, replay_for, resume, world_at};
pub use world::{CheckpointResult, GoalResult, World};

use crate::event::Entry;
use crate::event::codec::Encoder;
use crate::log::{Batch, Log, LogError, SegmentLimits};
use crate::mechanism::{Rules, decide};
use crate::units::time::SimTime;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

/// A snapshot is kept each time so many events have been logged, or as many as the last one had bytes: any moment is then
/// that many events away at most, and snapshots never take more room than the log.
pub const SNAPSHOT_EVENTS: u64 = 1_250_000;

/// What can go wrong while a run is made.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("turn {turn} of the log does not follow from the turns before it: {what}")]
    Diverged { turn: u64, what: String },
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
    #[error("the opening record cannot be read: {0}")]
    Opening(String),
    #[error("the run was made with semantics {found}, and this waybill knows semantics {SEMANTICS}")]
    Semantics { found: u32 },
    #[error("{0}")]
    TooLarge(String),
    #[error("the snapshot at turn {turn} cannot be read: {what}")]
    Snapshot { turn: u64, what: String },
}

/// How a run stands, for those who watch it from another thread.
#[derive(Debug, Default)]
pub struct Watcher {
    /// Seconds since the start.
    pub now: AtomicI64,
    pub events: AtomicU64,
    pub turns: AtomicU64,
    /// Set it, and the run stops after a whole turn.
    pub stop: AtomicBool,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// At its end, or when nothing could move any more.
    Finished,
    /// Someone asked it to stop.
    Interrupted,
    /// Goods remain that nothing can ever move: the places where they stand.
    Deadlock(Vec<String>),
}

/// A run in the making.
pub struct Run {
    pub world: World,
    rules: Rules,
    log: Box<dyn Log>,
    batch: Batch,
    limits: SegmentLimits,
    entries: Vec<Entry>,
    encoder: Encoder,
    snapshot_at: u64,
    snapshot_bytes: usize,
}

impl Run {
    /// A run from its opening on, or from where a stored one stands.
    pub fn new(world: World, seed: u64, log: Box<dyn Log>, limits: SegmentLimits) -> Run {
        let rules = Rules::new(&world.state.net, seed);
        let batch = Batch::after(log.head());
        // A list that cannot be read makes the next snapshot an early one, no more.
        let last = log.snapshots().ok().and_then(|all| all.last().copied());
        let snapshot_at = last.map_or(SNAPSHOT_EVENTS, |last| next_snapshot(last.head.events, last.len));
        Run {
            world,
            rules,
            log,
            batch,
            limits,
            entries: Vec::new(),
            encoder: Encoder::default(),
            snapshot_at,
            snapshot_bytes: 0,
        }
    }

    /// Makes turns until the run ends.
    pub fn go(&mut self, watcher: &Watcher) -> Result<Ended, SimError> {
        // Without an end a run goes on until nothing moves, or to the last instant that it can hold.
        let (end, endless) = match self.world.state.plan().end {
            Some(end) => (end, false),
            None => (SimTime::LATEST, true),
        };
        let mut before = SimTime(self.batch.time_last);
        loop {
            let state = &mut self.world.state;
            let Some(due) = state.next() else { break };
            if due.at >= end || (endless && due.is_clock() && !state.can_still_move()) {
                break;
            }
            self.entries.clear();
            decide(state, &mut self.rules, &due, &mut self.entries);
            if let Some(what) = self.rules.refused() {
                // What was stated before stays: a whole prefix.
                self.hand_over(watcher)?;
                return Err(SimError::TooLarge(what));
            }
            debug_assert!(!self.entries.is_empty(), "no turn is empty: {due:?}");
            self.encoder.put_turn(before, due.at, state.events + 1, &self.entries);
            self.batch.end_turn_at(self.encoder.len(), due.at.0, self.entries.len() as u64);
            before = due.at;
            self.world.fold(due, &self.entries);
            if self.batch.is_full(self.limits) {
                self.hand_over(watcher)?;
                if watcher.stop.load(Ordering::Relaxed) {
                    return Ok(Ended::Interrupted);
                }
            }
        }
        self.hand_over(watcher)?;
        self.world.end();
        let stuck = stuck::places(&self.world.state);
        Ok(if stuck.is_empty() { Ended::Finished } else { Ended::Deadlock(stuck) })
    }

    fn hand_over(&mut self, watcher: &Watcher) -> Result<(), SimError> {
        let state = &self.world.state;
        watcher.now.store(state.now.0, Ordering::Relaxed);
        watcher.events.store(state.events, Ordering::Relaxed);
        watcher.turns.store(state.turns, Ordering::Relaxed);
        self.encoder.take(&mut self.batch.bytes);
        self.log.append(&mut self.batch)?;
        if state.events >= self.snapshot_at && self.log.keeps_snapshots() {
            let bytes = self.world.to_bytes(self.snapshot_bytes);
            self.snapshot_bytes = bytes.len() * 5 / 4;
            self.snapshot_at = next_snapshot(state.events, bytes.len() as u64);
            self.log.put_snapshot(bytes)?;
        }
        Ok(())
    }

    /// The world as it stands, and the log to close.
    pub fn into_parts(self) -> (World, Box<dyn Log>) {
        (self.world, self.log)
    }

    pub fn log(&mut self) -> &mut dyn Log {
        &mut *self.log
    }
}

/// After how many events the snapshot comes that follows one of `bytes` after `events`.
fn next_snapshot(events: u64, bytes: u64) -> u64 {
    events + bytes.max(SNAPSHOT_EVENTS)
}
