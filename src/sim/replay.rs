//! Folding a stored log again: it never draws and never decides.

use super::{Opened, Run, SimError, World};
use crate::event::{Entry, codec};
use crate::log::{self, Log, LogDigest, Scan, SegmentLimits};
use crate::model::Notes;
use crate::units::time::SimTime;

/// A log folded from its opening record on.
pub struct Replay {
    pub opened: Opened,
    pub world: World,
    pub digest: LogDigest,
}

/// Folds the whole log, checks every segment and its chain, and computes the digest again.
pub fn replay(log: &dyn Log) -> Result<Replay, SimError> {
    let opened = Opened::from_bytes(&log.opening().record)?;
    fold(log, opened)
}

/// The same for a reader with other notes than those in the log: goals and checkpoints that were written later.
pub fn replay_for(log: &dyn Log, notes: &Notes) -> Result<Replay, SimError> {
    let opened = Opened::from_bytes(&log.opening().record)?;
    fold(log, Opened { notes: notes.clone(), ..opened })
}

fn fold(log: &dyn Log, opened: Opened) -> Result<Replay, SimError> {
    let mut world = World::open(opened.plan.clone(), &opened.notes);
    let mut digest = log.opening().digest.clone();
    let mut scan = Scan::from(log, 1);
    let mut reader = Reader::default();
    while let Some(segment) = scan.next_segment()? {
        digest.push_turns(&segment.bytes, &segment.ends);
        reader.fold(&mut world, segment, None)?;
    }
    Ok(Replay { opened, world, digest: digest.value() })
}

/// The world before anything of the instant `until` (`None`: at the end of the log), from the nearest snapshot on.
pub fn world_at(log: &dyn Log, until: Option<SimTime>) -> Result<(Opened, World), SimError> {
    let opened = Opened::from_bytes(&log.opening().record)?;
    let mut world = None;
    for entry in log.snapshots()?.into_iter().rev() {
        if until.is_some_and(|until| entry.head.time >= until.0) {
            continue;
        }
        // A damaged snapshot is not trusted; the fold goes on from an earlier one or from the opening.
        if let Ok(Some(snapshot)) = log.snapshot(entry.head.turn)
            && let Ok(found) = World::from_bytes(&snapshot.bytes, &opened.plan, entry.head.turn)
        {
            world = Some(found);
            break;
        }
    }
    let mut world = world.unwrap_or_else(|| World::open(opened.plan.clone(), &opened.notes));
    let mut scan = Scan::from(log, world.state.turns + 1);
    let mut reader = Reader::default();
    while let Some(segment) = scan.next_segment()? {
        if !reader.fold(&mut world, segment, until)? {
            break;
        }
    }
    Ok((opened, world))
}

/// Goes on with a stored run where its log ends.
pub fn resume(log: Box<dyn Log>, limits: SegmentLimits) -> Result<(Opened, Run), SimError> {
    let (opened, world) = world_at(&*log, None)?;
    let seed = opened.seed;
    Ok((opened, Run::new(world, seed, log, limits)))
}

/// The digest of a stored log, computed again from its segments.
pub fn digest_of(log: &dyn Log) -> Result<LogDigest, SimError> {
    Ok(log::verify(log)?.digest.value())
}

/// Folds the log turn by turn and shows each event after it was applied: (world, turn, seq, entry). Stops when `visit`
/// returns false.
pub fn each_turn(log: &dyn Log, visit: &mut dyn FnMut(&World, u64, u64, &Entry) -> bool) -> Result<Opened, SimError> {
    let opened = Opened::from_bytes(&log.opening().record)?;
    let mut world = World::open(opened.plan.clone(), &opened.notes);
    let mut scan = Scan::from(log, 1);
    let mut entries = Vec::new();
    while let Some(segment) = scan.next_segment()? {
        let (mut before, mut seq) = (SimTime(segment.time_before), segment.first_seq);
        for (turn, bytes) in segment.records() {
            let at = codec::take_turn(before, seq, bytes, &mut entries).ok_or_else(|| unreadable(turn))?;
            let due = due(&mut world, at, turn)?;
            world.state.take(due);
            for entry in &entries {
                world.state.apply(&entry.event);
                if !visit(&world, turn, seq, entry) {
                    return Ok(opened);
                }
                seq += 1;
            }
            before = at;
        }
    }
    Ok(opened)
}

fn unreadable(turn: u64) -> SimError {
    SimError::Diverged { turn, what: "its bytes are not a turn of this format".to_owned() }
}

/// What the world says is due must be what the log says happened.
fn due(world: &mut World, at: SimTime, turn: u64) -> Result<crate::state::Due, SimError> {
    match world.state.next() {
        Some(due) if due.at == at => Ok(due),
        Some(due) => {
            let what = format!("it is at {} s, and what is due next is at {} s", at.0, due.at.0);
            Err(SimError::Diverged { turn, what })
        }
        None => Err(SimError::Diverged { turn, what: "nothing is due any more".to_owned() }),
    }
}

#[derive(Default)]
struct Reader {
    entries: Vec<Entry>,
}

impl Reader {
    /// Folds the turns of a segment that the world does not have yet; false when one reaches `until`.
    fn fold(&mut self, world: &mut World, segment: &log::Segment, until: Option<SimTime>) -> Result<bool, SimError> {
        let (mut before, mut seq) = (SimTime(segment.time_before), segment.first_seq);
        for (turn, bytes) in segment.records() {
            let at = codec::take_turn(before, seq, bytes, &mut self.entries).ok_or_else(|| unreadable(turn))?;
            before = at;
            seq += self.entries.len() as u64;
            if turn <= world.state.turns {
                continue;
            }
            if until.is_some_and(|until| at >= until) {
                return Ok(false);
            }
            let due = due(world, at, turn)?;
            world.fold(due, &self.entries);
        }
        Ok(true)
    }
}
