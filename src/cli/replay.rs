//! `waybill replay`: fold a stored log again and confirm what it was said to be.

use super::args::ReplayArgs;
use super::fault::{self, End};
use super::{out, stored};
use crate::log::{Mode, RunState};
use crate::sim;
use crate::view;
use serde_json::json;

pub fn replay(args: &ReplayArgs) -> anyhow::Result<End> {
    let id = stored::find(&args.store, &args.run)?;
    let begun = std::time::Instant::now();
    let log = stored::open(&args.store, id, Mode::Read)?;
    let entry = log.entry().clone();
    let mut replayed = sim::replay(&log)?;
    let digest = replayed.digest.to_string();
    let finished = entry.state == RunState::Finished;
    let mut figures_confirmed = false;
    if finished {
        if digest != entry.log_digest {
            return Err(fault::diverged(format!(
                "the log has the digest {digest}, and {} was recorded",
                entry.log_digest
            )));
        }
        replayed.world.end();
        let figures = replayed.world.figures(&replayed.opened.notes).into_value();
        figures_confirmed = stored::confirm(&entry, &figures)?;
    }
    let state = &replayed.world.state;
    let wall = begun.elapsed().as_secs_f64();
    if args.answer.json {
        out::print_json(&json!({
            "run": id.to_string(),
            "state": entry.state,
            "turns": state.turns,
            "events": state.events,
            "log_digest": digest,
            "figures_confirmed": figures_confirmed,
            "wall": { "seconds": wall },
        }))?;
    } else if !args.answer.quiet {
        let short = stored::short(&args.store.store, &id);
        let figures = match (finished, figures_confirmed) {
            (true, true) => "digest and figures are those of the run",
            (true, false) => "the digest is that of the run; its figures were told by another version of waybill",
            _ => "it is interrupted; whole turns up to its end",
        };
        out::print(&view::replayed(&short, state.turns, state.events, &digest, figures, wall))?;
    }
    Ok(End::Done)
}
