//! The bounded queue between the simulation and the writer thread, and the batches that go round in it.

use std::collections::VecDeque;
use std::sync::mpsc::Sender;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::digest::LogDigest;
use super::error::LogError;
use super::{Batch, Head, guard};

/// How long the other side may stand still before it counts as stalled.
const PATIENCE: Duration = Duration::from_secs(120);
/// So many batches are gathered before the writer is woken, as long as none is left lying longer than this. Waking it for
/// each cost the simulation 3 % of its time, and both sides a change of context a batch.
const GATHER: usize = 16;
const GATHER_FOR: Duration = Duration::from_millis(10);
/// How long it may stand still once the engine has panicked somewhere.
const PATIENCE_AFTER_PANIC: Duration = Duration::from_secs(1);

/// The answer to a request that waits.
pub(super) type Reply<T> = Sender<Result<T, LogError>>;

/// What the writer thread is asked to do, in order.
#[derive(Debug)]
pub(super) enum Job {
    Append(Batch),
    Snapshot(Head, Vec<u8>),
    DropSnapshot(u64),
    Digest(Reply<LogDigest>),
    Sync(Reply<()>),
    Finish(serde_json::Value, Reply<()>),
    Close(Reply<()>),
}

#[derive(Debug, Default)]
struct State {
    jobs: VecDeque<Job>,
    spare: Vec<Batch>,
    error: Option<LogError>,
    /// Jobs taken so far: shows that the writer moves.
    taken: u64,
}

/// A bounded queue of jobs with one reader, which hands emptied batches back.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    emptied: Condvar,
    limit: usize,
    panics_before: u64,
}

impl Queue {
    pub(super) fn new(limit: usize) -> Queue {
        Queue {
            state: Mutex::default(),
            filled: Condvar::new(),
            emptied: Condvar::new(),
            limit: limit.max(1),
            panics_before: guard::panics(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first error that the writer met.
    pub(super) fn error(&self) -> Result<(), LogError> {
        self.lock().error.clone().map_or(Ok(()), Err)
    }

    /// Keeps the first error for every later call.
    pub(super) fn fail(&self, error: LogError) {
        self.lock().error.get_or_insert(error);
        self.emptied.notify_all();
    }

    /// Puts a job into the queue, waiting for room, and hands out an emptied batch when there is one.
    pub(super) fn push(&self, job: Job) -> Result<Option<Batch>, LogError> {
        let mut state = self.lock();
        let mut watch = Watch::new(state.taken, self.panics_before);
        while state.error.is_none() && state.jobs.len() >= self.limit {
            watch.check("take a batch", state.taken)?;
            state = self.emptied.wait_timeout(state, Watch::STEP).unwrap_or_else(PoisonError::into_inner).0;
        }
        if let Some(error) = &state.error {
            return Err(error.clone());
        }
        let wakes = !matches!(job, Job::Append(_)) || state.jobs.len() + 1 >= GATHER.min(self.limit);
        state.jobs.push_back(job);
        let spare = state.spare.pop();
        drop(state);
        if wakes {
            self.filled.notify_one();
        }
        Ok(spare)
    }

    /// Puts a job into the queue whether or not there is room, and whatever has failed.
    pub(super) fn push_anyway(&self, job: Job) {
        self.lock().jobs.push_back(job);
        self.filled.notify_one();
    }

    /// Drops what nobody will do any more, and with it the hope of whoever waits for an answer.
    pub(super) fn abandon(&self) {
        self.lock().jobs.clear();
        self.emptied.notify_all();
    }

    /// Takes the next job; `None` when there was none until `deadline`.
    pub(super) fn take(&self, deadline: Option<Instant>) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                state.taken += 1;
                // Waking the other side for every batch costs more than the batch: leave it until there is real room.
                let roomy = state.jobs.len() <= self.limit / 2;
                drop(state);
                if roomy {
                    self.emptied.notify_one();
                }
                return Some(job);
            }
            let left = deadline.map_or(GATHER_FOR, |deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return None;
            }
            // The few that do not wake it are found by looking.
            let left = left.min(GATHER_FOR);
            state = self.filled.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Hands an emptied batch back for another use.
    pub(super) fn recycle(&self, batch: Batch) {
        let mut state = self.lock();
        if state.spare.len() < self.limit {
            state.spare.push(batch);
        }
    }

    /// Waits for an answer, as long as the writer moves.
    pub(super) fn wait<T>(
        &self,
        action: &'static str,
        answer: &std::sync::mpsc::Receiver<Result<T, LogError>>,
    ) -> Result<T, LogError> {
        use std::sync::mpsc::RecvTimeoutError;
        let mut watch = Watch::new(self.lock().taken, self.panics_before);
        loop {
            match answer.recv_timeout(Watch::STEP) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Disconnected) => {
                    self.error()?;
                    return Err(
                        guard::panicked_since(self.panics_before).unwrap_or(LogError::Stalled { action, seconds: 0 })
                    );
                }
                Err(RecvTimeoutError::Timeout) => {
                    let taken = self.lock().taken;
                    watch.check(action, taken)?;
                }
            }
        }
    }
}

/// Notices when the writer stands still.
struct Watch {
    since: Instant,
    taken: u64,
    panics_before: u64,
}

impl Watch {
    const STEP: Duration = Duration::from_millis(50);

    fn new(taken: u64, panics_before: u64) -> Watch {
        Watch { since: Instant::now(), taken, panics_before }
    }

    fn check(&mut self, action: &'static str, taken: u64) -> Result<(), LogError> {
        if taken != self.taken {
            (self.taken, self.since) = (taken, Instant::now());
        }
        let still = self.since.elapsed();
        if still > PATIENCE_AFTER_PANIC {
            guard::panicked_since(self.panics_before).map_or(Ok(()), Err)?;
        }
        if still > PATIENCE { Err(LogError::Stalled { action, seconds: still.as_secs() }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_batches_are_found_by_looking_and_many_wake_the_writer() {
        let queue = Queue::new(256);
        let batches =
            |n: usize| (0..n).for_each(|_| drop(queue.push(Job::Append(Batch::default())).expect("no error")));
        for n in [1, GATHER - 1, GATHER, 3 * GATHER] {
            std::thread::scope(|scope| {
                // It waits before there is anything, and nothing else comes that could wake it.
                let writer = scope.spawn(|| (0..n).filter(|_| queue.take(None).is_some()).count());
                std::thread::sleep(3 * GATHER_FOR);
                batches(n);
                assert_eq!(writer.join().expect("it does not panic"), n);
            });
        }
        let begun = Instant::now();
        assert!(queue.take(Some(begun + GATHER_FOR / 2)).is_none());
        assert!(begun.elapsed() >= GATHER_FOR / 2, "it waits to its deadline");
    }
}
