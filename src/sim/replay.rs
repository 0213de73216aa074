//! Folding a stored log again: it never draws and never decides.

use super::{Opened, Run, SimError, World};
use crate::event::{Entry, codec};
use crate::log::SegmentLimits;
use crate::log::{self, Log, LogDigest, Scan};
use crate::model::Notes;
use crate::units::time::SimTime;
use std::sync::mpsc;
use std::thread;

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
    read_ahead(log, 1, &mut |segment| digest.push_turns(&segment.bytes, &segment.ends), &mut |turns| {
        turns.fold(&mut world, None)
    })?;
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
    read_ahead(log, world.state.turns + 1, &mut |_| {}, &mut |turns| turns.fold(&mut world, until))?;
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
            entries.clear();
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

/// So many segments are read ahead of the fold.
const AHEAD: usize = 16;

/// The turns of a segment, decoded.
#[derive(Default)]
struct Turns {
    first: u64,
    entries: Vec<Entry>,
    /// The instant of each turn, and where its entries end.
    ends: Vec<(SimTime, u32)>,
}

impl Turns {
    fn decode(&mut self, segment: &log::Segment) -> Result<(), SimError> {
        self.first = segment.first_turn;
        self.entries.clear();
        self.ends.clear();
        let mut before = SimTime(segment.time_before);
        for (turn, bytes) in segment.records() {
            let seq = segment.first_seq + self.entries.len() as u64;
            before = codec::take_turn(before, seq, bytes, &mut self.entries).ok_or_else(|| unreadable(turn))?;
            self.ends.push((before, self.entries.len() as u32));
        }
        Ok(())
    }

    /// Folds the turns that the world does not have yet; false when one reaches `until`.
    fn fold(&self, world: &mut World, until: Option<SimTime>) -> Result<bool, SimError> {
        let mut from = 0;
        for (turn, &(at, end)) in (self.first..).zip(&self.ends) {
            let entries = &self.entries[from..end as usize];
            from = end as usize;
            if turn <= world.state.turns {
                continue;
            }
            if until.is_some_and(|until| at >= until) {
                return Ok(false);
            }
            let due = due(world, at, turn)?;
            world.fold(due, entries);
        }
        Ok(true)
    }
}

/// Reads, checks and decodes the segments from `turn` on in a thread of its own, some of them ahead, and hands them over in
/// order: raw ones to `raw` there, decoded ones to `fold` here, until it returns false.
fn read_ahead(
    log: &dyn Log,
    turn: u64,
    raw: &mut (dyn FnMut(&log::Segment) + Send),
    fold: &mut dyn FnMut(&Turns) -> Result<bool, SimError>,
) -> Result<(), SimError> {
    let (full, filled) = mpsc::sync_channel::<Turns>(AHEAD);
    let (empty, emptied) = mpsc::channel::<Turns>();
    thread::scope(|scope| {
        let read = move || -> Result<(), SimError> {
            let mut scan = Scan::from(log, turn);
            while let Some(segment) = scan.next_segment()? {
                raw(segment);
                let mut turns = emptied.try_recv().unwrap_or_default();
                turns.decode(segment)?;
                // Whoever folds may have seen enough.
                if full.send(turns).is_err() {
                    break;
                }
            }
            Ok(())
        };
        let reader = thread::Builder::new().name("waybill-read".to_owned()).spawn_scoped(scope, read);
        let reader = reader.map_err(SimError::Thread)?;
        let mut enough = false;
        for turns in filled {
            if !fold(&turns)? {
                enough = true;
                break;
            }
            // A reader that has come to the end needs no more room.
            let _ = empty.send(turns);
        }
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // What lies beyond the moment asked for is nobody's concern, whole or damaged.
        if enough { Ok(()) } else { read }
    })
}
