//! How a command ends: its exit code, and what is said when it fails.

use super::out;
use crate::log::LogError;
use crate::sim::SimError;
use crate::view::quoted;
use std::ffi::OsString;

/// How a command ended without an error to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Done,
    /// What went wrong was said already.
    Failed,
    /// Wrong usage or scenario.
    Usage,
    /// A goal of the scenario was not met.
    GoalMissed,
    /// A replay or verification diverged.
    Diverged,
    /// The store is damaged or in use.
    Store,
    Interrupted,
}

impl End {
    pub fn code(self) -> u8 {
        match self {
            End::Done => 0,
            End::Failed => 1,
            End::Usage => 2,
            End::GoalMissed => 3,
            End::Diverged => 4,
            End::Store => 5,
            End::Interrupted => 130,
        }
    }
}

/// An error of the command line itself, with the way the command ends.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    pub end: End,
    pub message: String,
}

/// A wrong argument that only the run or the tables can tell.
pub fn usage(message: impl Into<String>) -> anyhow::Error {
    Fault { end: End::Usage, message: message.into() }.into()
}

/// Two things differ that must be the same.
pub fn diverged(message: impl Into<String>) -> anyhow::Error {
    Fault { end: End::Diverged, message: message.into() }.into()
}

/// The exit code of an error: that of the first cause that has one.
pub fn code_of(error: &anyhow::Error) -> u8 {
    let ends = error.chain().find_map(|cause| {
        if let Some(fault) = cause.downcast_ref::<Fault>() {
            return Some(fault.end);
        }
        if let Some(error) = cause.downcast_ref::<LogError>() {
            return Some(of_log(error));
        }
        cause.downcast_ref::<SimError>().map(of_sim)
    });
    ends.unwrap_or(End::Failed).code()
}

fn of_log(error: &LogError) -> End {
    match error {
        LogError::NotFound { .. } | LogError::Ambiguous { .. } => End::Usage,
        LogError::Digest { .. } => End::Diverged,
        LogError::Locked { .. } | LogError::Version { .. } => End::Store,
        error if error.is_damage() => End::Store,
        _ => End::Failed,
    }
}

fn of_sim(error: &SimError) -> End {
    match error {
        SimError::Log(error) => of_log(error),
        SimError::Diverged { .. } => End::Diverged,
        SimError::Thread(_) | SimError::TooLarge(_) => End::Failed,
        SimError::Opening(_) | SimError::Semantics { .. } | SimError::Snapshot { .. } => End::Store,
    }
}

/// Says what went wrong, and the command that repeats it.
pub fn complain(error: &anyhow::Error, args: impl Iterator<Item = OsString>) {
    let mut causes: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        // A transparent error says what its source says.
        if causes.last() != Some(&cause) {
            causes.push(cause);
        }
    }
    let words: Vec<String> = args.skip(1).map(|word| quoted(&word.to_string_lossy())).collect();
    out::say(&crate::view::complaint(&causes.join(": "), &format!("waybill {}", words.join(" "))));
}
