//! The opening record: turn 0 of a log, from which the run can be folded and gone on with, without its scenario file.

use super::SimError;
use crate::log::{Head, Opening, RunId};
use crate::model::{Notes, Plan};
use serde::{Deserialize, Serialize};

/// The version of the rules (docs/semantics.md). A changed rule raises it and renews the goldens.
pub const SEMANTICS: u32 = 6;

/// What an opening record says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    pub semantics: u32,
    pub seed: u64,
    pub plan: Plan,
    pub notes: Notes,
}

/// Seed and plan, the parts of a run that its id digests.
pub struct RunKey<'a> {
    pub seed: u64,
    pub plan: &'a Plan,
}

const BYTES: bincode::config::Configuration = bincode::config::standard();

impl Opened {
    pub fn new(seed: u64, plan: Plan, notes: Notes) -> Opened {
        Opened { semantics: SEMANTICS, seed, plan, notes }
    }

    /// The bytes of the record: the semantics version first, so that another version can be named before anything else
    /// is read.
    pub fn to_bytes(&self) -> Vec<u8> {
        bincode::serde::encode_to_vec(self, BYTES).expect("plain data in memory can be encoded")
    }

    /// What stands before the first turn of this run's log: events are numbered from 1, and times from the earliest.
    pub fn opening(&self) -> Opening {
        let time = crate::state::State::earliest(&self.plan).0;
        Opening {
            record: self.to_bytes(),
            codec: crate::event::codec::FORMAT,
            origin: Head { turn: 0, next_seq: 1, events: 0, time },
            ..Opening::default()
        }
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Opened, SimError> {
        let unreadable = |e: bincode::error::DecodeError| SimError::Opening(e.to_string());
        let (semantics, _): (u32, usize) = bincode::serde::decode_from_slice(bytes, BYTES).map_err(unreadable)?;
        if semantics != SEMANTICS {
            return Err(SimError::Semantics { found: semantics });
        }
        let (opened, read): (Opened, usize) = bincode::serde::decode_from_slice(bytes, BYTES).map_err(unreadable)?;
        if read != bytes.len() {
            return Err(SimError::Opening("bytes follow its end".to_owned()));
        }
        Ok(opened)
    }
}

/// The id of a run: a digest of the plan, the seed and the semantics version. Title, basis, goals and checkpoints are
/// notes and no part of it.
pub fn run_id(key: &RunKey) -> RunId {
    let plan = bincode::serde::encode_to_vec(key.plan, BYTES).expect("plain data in memory can be encoded");
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"waybill run v1");
    hasher.update(&SEMANTICS.to_le_bytes());
    hasher.update(&key.seed.to_le_bytes());
    hasher.update(&plan);
    RunId(*hasher.finalize().as_bytes())
}
