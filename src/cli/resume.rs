//! `waybill resume`: finish an interrupted run.

use super::args::{AnswerArgs, ResumeArgs, StoreArgs};
use super::drive::drive;
use super::fault::End;
use super::tell::{self, Kept, Told};
use super::{out, run, stored};
use crate::log::{Log, Mode, RunId, RunState, SegmentLimits};
use crate::sim::{Ended, replay, resume as take_up};
use crate::view;

pub fn resume(args: &ResumeArgs) -> anyhow::Result<End> {
    let id = stored::find(&args.store, &args.run)?;
    let log = stored::open(&args.store, id, Mode::Read)?;
    if log.entry().state == RunState::Finished {
        return finished(args, id, &log);
    }
    drop(log);
    let told = go_on(&args.store, id, &args.answer)?;
    if args.answer.json || told.ended == Ended::Interrupted {
        return tell::tell(&told, &args.answer);
    }
    let end = tell::end_of(&told);
    if !args.answer.quiet {
        let next = stored::command("show", &args.store.store, &id, "");
        out::print(&view::resumed(told.world.state.events, &told.digest.to_string(), &next))?;
    }
    tell::grieve(&told);
    Ok(end)
}

/// Nothing is left to do; with `--json` the run is told all the same.
fn finished(args: &ResumeArgs, id: RunId, log: &dyn Log) -> anyhow::Result<End> {
    let short = stored::short(&args.store.store, &id);
    if args.answer.json {
        let begun = std::time::Instant::now();
        let replayed = replay(log)?;
        let mut world = replayed.world;
        world.end();
        let entry = crate::log::list_runs(&args.store.store)?.into_iter().find(|r| r.run == id).map(|r| r.entry);
        let entry = entry.ok_or_else(|| anyhow::anyhow!("the run has gone from the store"))??;
        let told = Told {
            opened: replayed.opened,
            world,
            id,
            digest: replayed.digest,
            ended: stored::ended(&entry),
            wall: begun.elapsed(),
            kept: Kept::At(args.store.store.clone()),
            sets: stored::sets(&entry),
            already: true,
        };
        return tell::tell(&told, &args.answer);
    }
    if !args.answer.quiet {
        out::print(&view::notice("done", &format!("run {short} is finished already; nothing was changed")))?;
    }
    Ok(End::Done)
}

/// Goes on with a stored run where its log ends.
pub fn go_on(store: &StoreArgs, id: RunId, answer: &AnswerArgs) -> anyhow::Result<Told> {
    let log = stored::open(store, id, Mode::Append)?;
    let sets = stored::sets(log.entry());
    let head = log.head();
    let (opened, run) = take_up(Box::new(log), SegmentLimits::default())?;
    if !answer.quiet {
        let short = stored::short(&store.store, &id);
        out::say(&view::found(&short, head.turn, head.events));
    }
    let from = opened.plan.start + run.world.state.now.0.max(0);
    let driven = drive(run, &opened.notes.title, answer.quiet)?;
    if !answer.quiet && driven.ended != Ended::Interrupted {
        let state = &driven.run.world.state;
        let (to, events) = (opened.plan.start + state.now.0, state.events - head.events);
        out::say(&view::ran(from, to, events, driven.wall.as_secs_f64()));
    }
    run::finish(driven, opened, id, Kept::At(store.store.clone()), sets)
}
