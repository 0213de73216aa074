//! Making a run while someone watches: the simulation has a thread of its own, signals and progress have this one.

use super::fault::{End, Fault};
use super::out;
use crate::sim::{Ended, Run, SimError, Watcher};
use crate::units::time::SimTime;
use crate::view::progress::Progress;
use anyhow::{Context, anyhow};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Progress is shown after this long, and redrawn this often.
const SHOWN_AFTER: Duration = Duration::from_secs(1);
const REDRAWN_EVERY: Duration = Duration::from_millis(100);

/// A run that has stopped.
pub struct Driven {
    pub run: Run,
    pub ended: Ended,
    pub wall: Duration,
}

/// Makes turns until the run ends or someone interrupts it: once to stop it after a whole turn, twice to stop at once.
pub fn drive(run: Run, name: &str, quiet: bool) -> anyhow::Result<Driven> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("cannot watch for signals")?.block_on(watch(run, name, quiet))
}

async fn watch(mut run: Run, name: &str, quiet: bool) -> anyhow::Result<Driven> {
    let begun = Instant::now();
    let mut bar = (!quiet && out::can_redraw()).then(|| Bar::new(&run, name, begun));
    let mut signals = Signals::new()?;
    let watcher = Arc::new(Watcher::default());
    let (tell, told) = oneshot::channel::<(Run, Result<Ended, SimError>)>();
    let works = Arc::clone(&watcher);
    let simulation = std::thread::Builder::new().name("simulation".to_owned()).spawn(move || {
        let ended = run.go(&works);
        // Nobody listens any more only when the program is about to end.
        let _ = tell.send((run, ended));
    });
    simulation.context("cannot start a thread for the simulation")?;
    let mut ticks = tokio::time::interval(REDRAWN_EVERY);
    let mut told = std::pin::pin!(told);
    loop {
        tokio::select! {
            biased;
            stopped = &mut told => {
                drop(bar);
                let (run, ended) = stopped.map_err(|_| anyhow!("the simulation broke off"))?;
                return Ok(Driven { run, ended: ended?, wall: begun.elapsed() });
            }
            () = signals.next() => {
                if watcher.stop.swap(true, Ordering::Relaxed) {
                    let message = "stopped at once; whole turns up to the last one written are kept".to_owned();
                    return Err(Fault { end: End::Interrupted, message }.into());
                }
            }
            _ = ticks.tick() => if let Some(bar) = &mut bar { bar.draw(&watcher) },
        }
    }
}

/// Requests to stop.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> anyhow::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).context("cannot watch for signals");
        Ok(Signals { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn new() -> anyhow::Result<Signals> {
        Ok(Signals {})
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// The one line of progress; it goes away with the value.
struct Bar {
    line: ProgressBar,
    progress: Progress,
    begun: Instant,
    utf8: bool,
}

impl Bar {
    fn new(run: &Run, name: &str, begun: Instant) -> Bar {
        let state = &run.world.state;
        let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
        line.set_style(ProgressStyle::with_template("{msg}").expect("the template is constant"));
        let progress = Progress {
            name: name.to_owned(),
            start: state.plan().start,
            end: state.plan().end,
            from: state.now.max(SimTime::ZERO),
            events_before: state.events,
        };
        Bar { line, progress, begun, utf8: out::is_utf8() }
    }

    fn draw(&mut self, watcher: &Watcher) {
        let wall = self.begun.elapsed();
        if wall < SHOWN_AFTER {
            return;
        }
        let events = watcher.events.load(Ordering::Relaxed);
        let now = SimTime(watcher.now.load(Ordering::Relaxed));
        let line = self.progress.line(now, events, wall.as_secs_f64(), out::progress_width(), self.utf8);
        self.line.set_message(line);
        self.line.tick();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.line.finish_and_clear();
    }
}
