//! `waybill log`: the events of a run, as text or as JSON.

use super::args::{Format, LogArgs};
use super::fault::{self, End};
use super::out::{self, Out};
use super::reference::nearest;
use super::stored;
use crate::event::{Entry, KINDS};
use crate::log::Mode;
use crate::sim::{World, each_turn};
use crate::view::events::Telling;

pub fn log(args: &LogArgs) -> anyhow::Result<End> {
    for kind in &args.kinds {
        if !KINDS.iter().any(|k| k.kind == kind) {
            let near = nearest(kind, KINDS.iter().map(|k| k.kind));
            return Err(fault::usage(format!("there is no kind of event {kind}{near}")));
        }
    }
    let id = stored::find(&args.store, &args.run)?;
    let log = stored::open(&args.store, id, Mode::Read)?;
    let mut printer = Printer { args, out: Out::new(), first: true, failed: None };
    if args.answer.json {
        printer.out.text("[")?;
    }
    each_turn(&log, &mut |world, turn, seq, entry| printer.take(world, turn, seq, entry))?;
    if let Some(error) = printer.failed {
        return Err(error);
    }
    if args.answer.json {
        printer.out.text("\n]\n")?;
    }
    printer.out.flush()?;
    match (&args.object, printer.first) {
        (Some(object), true) => out::say(&format!("none of the events that were asked for concerns {object}")),
        (None, true) => out::say("the run has no event of that kind and time"),
        _ => {}
    }
    Ok(End::Done)
}

struct Printer<'a> {
    args: &'a LogArgs,
    out: Out,
    first: bool,
    failed: Option<anyhow::Error>,
}

impl Printer<'_> {
    /// Prints the event where it is asked for; false when none that follows can be.
    fn take(&mut self, world: &World, turn: u64, seq: u64, entry: &Entry) -> bool {
        let unix = world.state.plan().start + world.state.now.0;
        if self.args.to.is_some_and(|to| unix >= to.unix) {
            return false;
        }
        let kind = entry.event.kind();
        if self.args.from.is_some_and(|from| unix < from.unix)
            || !(self.args.kinds.is_empty() || self.args.kinds.iter().any(|k| k == kind))
        {
            return true;
        }
        let telling = Telling::new(&world.state, turn, seq, entry);
        if self.args.object.as_ref().is_some_and(|object| !telling.concerns(object)) {
            return true;
        }
        let line = match (self.args.answer.json, self.args.format) {
            (true, _) => format!("{}\n  {}", if self.first { "" } else { "," }, telling.json()),
            (false, Format::Jsonl) => format!("{}\n", telling.json()),
            (false, Format::Text) => telling.text(),
        };
        self.first = false;
        if let Err(error) = self.out.text(&line) {
            self.failed = Some(error);
        }
        self.failed.is_none() && !self.out.is_closed()
    }
}
