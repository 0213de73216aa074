//! What can go wrong with a log, in words that say what is lost.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a log could not be written, opened or read.
///
/// Errors are `Clone` because they are sticky: the first one that the writer thread meets is kept,
/// and every later call gets it again.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// Another process, or another handle of this one, has the run open.
    #[error("run {run} is in use by {holder}; nothing was changed")]
    Locked { run: String, holder: String },
    /// The disk has too little room to go on, or even to open the store safely.
    #[error(
        "{} has {free} bytes free and {needed} are needed; what was synced is kept: free some space, then try again",
        path.display()
    )]
    DiskFull { path: PathBuf, free: u64, needed: u64 },
    /// The operating system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: Arc<io::Error>,
    },
    /// A stored segment is not what was written.
    #[error(
        "the segment of turn {turn} is damaged ({what}); the turns before it are whole: copy the run's folder before another try"
    )]
    Corrupt { turn: u64, what: String },
    /// A small file beside the database, the opening record or the database as a whole is damaged.
    #[error("{part} of the run is damaged ({what}): copy the run's folder before another try")]
    Damaged { part: &'static str, what: String },
    /// A segment does not follow from the one before it: swapped, replaced, or of another run.
    #[error("turn {turn} does not follow from the turn before it: copy the run's folder before another try")]
    ChainBroken { turn: u64 },
    /// Turns are missing in the middle, or a batch does not continue the log.
    #[error("turn {expected} is missing; the next one found is {found}")]
    Gap { expected: u64, found: u64 },
    /// The log ends before the last turn that was acknowledged.
    #[error("the log ends at turn {found}, but turn {head} was acknowledged: {} lost; copy the run's folder before another try", turns(head - found))]
    Truncated { head: u64, found: u64 },
    /// The bytes were written by a version that this one does not read.
    #[error("{part} has format {found}, and this version reads format {known}; nothing was changed")]
    Version { part: &'static str, found: u64, known: u64 },
    /// The stored turns are whole, but they are not the turns that were acknowledged.
    #[error(
        "the turns up to {turn} have the digest {found}, but {expected} was recorded: copy the run's folder before another try"
    )]
    Digest { turn: u64, expected: String, found: String },
    /// A snapshot is not what was written; the log itself may be whole.
    #[error("the snapshot at turn {turn} is damaged ({what}); the log does not need it")]
    Snapshot { turn: u64, what: &'static str },
    /// The storage engine panicked; its message was swallowed and is kept here.
    #[error("the storage engine gave up ({message}): copy the run's folder before another try")]
    EnginePanic { message: String },
    /// The storage engine does not answer.
    #[error("the storage engine has not answered for {seconds} s while it was to {action}; what was synced is kept")]
    Stalled { action: &'static str, seconds: u64 },
    /// The writer did not end in time.
    #[error("the log was not closed within {seconds} s; what was synced is kept, later turns may be lost")]
    CloseTimeout { seconds: u64 },
    /// The log was opened for reading only.
    #[error("the log was opened for reading only")]
    ReadOnly,
    /// The run has ended, and nothing can follow.
    #[error("run {run} is finished; nothing can be added to it")]
    Finished { run: String },
    /// The store already holds this run.
    #[error("run {run} is already in the store")]
    Exists { run: String },
    /// No run of this name.
    #[error("no run {run} in {}", store.display())]
    NotFound { run: String, store: PathBuf },
    /// A prefix that several runs share.
    #[error("{prefix} may mean {}; give more of it", candidates.join(" or "))]
    Ambiguous { prefix: String, candidates: Vec<String> },
}

impl LogError {
    /// A function that turns an [`io::Error`] met while doing `action` to `path` into a `LogError`.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LogError {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                LogError::DiskFull { path: path.to_owned(), free: 0, needed: 1 }
            }
            _ => LogError::Io { action, path: path.to_owned(), source: Arc::new(source) },
        }
    }

    pub(super) fn corrupt(turn: u64, what: impl Into<String>) -> LogError {
        LogError::Corrupt { turn, what: what.into() }
    }

    pub(super) fn damaged(part: &'static str, what: impl Into<String>) -> LogError {
        LogError::Damaged { part, what: what.into() }
    }

    /// Whether the stored bytes are at fault, rather than the machine, the user or the moment.
    pub fn is_damage(&self) -> bool {
        use LogError::*;
        matches!(
            self,
            Corrupt { .. }
                | Damaged { .. }
                | ChainBroken { .. }
                | Gap { .. }
                | Truncated { .. }
                | Digest { .. }
                | Snapshot { .. }
                | EnginePanic { .. }
        )
    }
}

fn turns(n: u64) -> String {
    if n == 1 { "one turn is".to_owned() } else { format!("{n} turns are") }
}
