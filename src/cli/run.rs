//! `waybill run`: simulate, keep the log, print the summary.

use super::args::RunArgs;
use super::drive::{Driven, drive};
use super::fault::{self, End};
use super::tell::{self, Kept, Told};
use super::{check, out, resume, stored};
use crate::log::{DigestLog, LogDigest, LogError, Mode, RunId, RunState, SegmentLimits, StoreLog};
use crate::model::Notes;
use crate::scenario::{self, Loaded};
use crate::sim::{Ended, Opened, Run, RunKey, World, replay_for, run_id};
use crate::view;

pub fn run(args: &RunArgs) -> anyhow::Result<End> {
    let options = scenario::Options { sets: args.scenario.sets.clone() };
    let loaded = match check::read(&args.scenario.scenario, &options) {
        Ok(loaded) => loaded,
        Err(report) => {
            out::say(&report.text(true));
            return Ok(End::Usage);
        }
    };
    if !args.answer.quiet {
        check::warn(&loaded);
    }
    let Loaded { plan, notes, .. } = loaded;
    let opened = Opened::new(args.seed, plan, notes);
    let id = run_id(&RunKey { seed: args.seed, plan: &opened.plan });
    let told = if args.no_store { unkept(args, opened, id)? } else { kept(args, opened, id)? };
    if args.again && told.ended != Ended::Interrupted {
        compare(args, &told)?;
    }
    tell::tell(&told, &args.answer)
}

/// A run of which nothing is kept.
fn unkept(args: &RunArgs, opened: Opened, id: RunId) -> anyhow::Result<Told> {
    let Driven { run, ended, wall } = anew(args, &opened)?;
    let (world, mut log) = run.into_parts();
    let digest = log.digest()?;
    Ok(Told {
        opened,
        world,
        id,
        digest,
        ended,
        wall,
        kept: Kept::Nothing,
        sets: args.scenario.sets.clone(),
        already: false,
    })
}

fn anew(args: &RunArgs, opened: &Opened) -> anyhow::Result<Driven> {
    let log = Box::new(DigestLog::new(opened.opening()));
    let world = World::open(opened.plan.clone(), &opened.notes);
    drive(Run::new(world, opened.seed, log, SegmentLimits::default()), &opened.notes.title, args.answer.quiet)
}

/// A run in the store: a new one, the rest of an interrupted one, or a finished one that is verified.
fn kept(args: &RunArgs, opened: Opened, id: RunId) -> anyhow::Result<Told> {
    if stored::holds(&args.store.store, &id) {
        return held(args, &opened.notes, id);
    }
    let (opening, meta) = (opened.opening(), stored::meta(&opened, &args.scenario.sets));
    std::fs::create_dir_all(&args.store.store)
        .map_err(|e| anyhow::Error::new(e).context(format!("cannot create {}", args.store.store.display())))?;
    let log = match StoreLog::create(&args.store.store, id, opening, meta, &stored::options(&args.store)) {
        // Someone else made it in this moment.
        Err(LogError::Exists { .. }) => return held(args, &opened.notes, id),
        log => log?,
    };
    let world = World::open(opened.plan.clone(), &opened.notes);
    let run = Run::new(world, opened.seed, Box::new(log), SegmentLimits::default());
    let driven = drive(run, &opened.notes.title, args.answer.quiet)?;
    finish(driven, opened, id, Kept::At(args.store.store.clone()), args.scenario.sets.clone())
}

/// What the store holds of the run already, told with the notes of the file as it is now: they are no part of the id.
fn held(args: &RunArgs, notes: &Notes, id: RunId) -> anyhow::Result<Told> {
    let begun = std::time::Instant::now();
    let log = stored::open(&args.store, id, Mode::Read)?;
    let entry = log.entry().clone();
    if entry.state == RunState::Interrupted {
        drop(log);
        let told = resume::go_on(&args.store, id, &args.answer)?;
        let same = told.opened.notes == *notes;
        return if same || told.ended == Ended::Interrupted { Ok(told) } else { held(args, notes, id) };
    }
    let replayed = replay_for(&log, notes)?;
    let (mut world, digest) = (replayed.world, replayed.digest);
    if digest.to_string() != entry.log_digest {
        let message =
            "the log of the stored run does not have the digest it was finished with; nothing was overwritten";
        return Err(fault::diverged(message));
    }
    world.end();
    Ok(Told {
        opened: replayed.opened,
        world,
        id,
        digest,
        ended: stored::ended(&entry),
        wall: begun.elapsed(),
        kept: Kept::At(args.store.store.clone()),
        sets: stored::sets(&entry),
        already: true,
    })
}

/// Closes the log of a run that has stopped: as finished when it has ended, else as it stands.
pub fn finish(driven: Driven, opened: Opened, id: RunId, kept: Kept, sets: Vec<String>) -> anyhow::Result<Told> {
    let Driven { run, ended, wall } = driven;
    let (world, mut log) = run.into_parts();
    let digest: LogDigest = log.digest()?;
    if ended == Ended::Interrupted {
        log.sync()?;
    } else {
        let figures = serde_json::Value::from(world.figures(&opened.notes));
        log.finish(stored::summary(&ended, &figures))?;
    }
    log.close()?;
    Ok(Told { opened, world, id, digest, ended, wall, kept, sets, already: false })
}

/// Makes the run anew, and holds the two logs together.
fn compare(args: &RunArgs, told: &Told) -> anyhow::Result<()> {
    let Driven { run, ended, .. } = anew(args, &told.opened)?;
    if ended == Ended::Interrupted {
        return Err(
            fault::Fault { end: End::Interrupted, message: "interrupted while it was made again".to_owned() }.into()
        );
    }
    let (_, mut log) = run.into_parts();
    let digest = log.digest()?;
    if digest != told.digest {
        let message = format!("made again, the log has the digest {digest}, and before it had {}", told.digest);
        return Err(fault::diverged(message));
    }
    if !args.answer.quiet {
        out::say(&view::notice("again", "made anew without the store: the same log, byte for byte"));
    }
    Ok(())
}
