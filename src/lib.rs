//! waybill: a deterministic, event-sourced simulator of how multinational assistance is coordinated and moved.
//!
//! The source is a building of floors; a file names only floors below its own.
//!
//! | floor | part | what it holds |
//! |---|---|---|
//! | 9 | [`cli`] | arguments, exit codes, printing |
//! | 8 | [`view`] | texts and tables made of figures |
//! | 6 | [`sim`] | the turn loop, the opening record, replay |
//! | 5 | [`scenario`], [`log`], [`metric`] | three peers that do not know each other |
//! | 4 | [`mechanism`] | the rules: what happens next |
//! | 3 | [`state`] | the world, and the only code that changes it |
//! | 2 | [`event`] | the facts, and their bytes |
//! | 1 | [`model`] | the plan of a run |
//! | 0 | [`units`] | time, amounts, handles, named draws |
//!
//! A run from a scenario's text, in memory, to one of its figures:
//!
//! ```
//! use waybill::log::{MemoryLog, SegmentLimits};
//! use waybill::scenario::{self, Options};
//! use waybill::sim::{Ended, Opened, Run, Watcher, World};
//!
//! let text = r#"
//! [time]
//! start = 2025-01-01
//! end = "30d"
//!
//! [[consignment]]
//! name = "goods"
//! arrivals = { every = "8h" }
//! enters = "dock"
//!
//! [[node]]
//! name = "dock"
//!
//! [[node.step]]
//! name = "unloading"
//! time = "6h"
//! "#;
//!
//! let loaded = scenario::read_text("docks.toml", text, &Options::default()).expect("the scenario has no mistakes");
//! let opened = Opened::new(1, loaded.plan, loaded.notes);
//! let log = MemoryLog::new(opened.opening());
//! let world = World::open(opened.plan.clone(), &opened.notes);
//! let mut run = Run::new(world, opened.seed, Box::new(log), SegmentLimits::default());
//! assert_eq!(run.go(&Watcher::default())?, Ended::Finished);
//!
//! let figures = run.world.figures(&opened.notes);
//! assert_eq!(figures.number("stations.dock.unloading.service_mean"), Some(6.0 * 3600.0));
//! assert_eq!(figures.number("stations.dock.unloading.wait_mean"), Some(0.0));
//! # Ok::<(), waybill::sim::SimError>(())
//! ```

#[expect(clippy::disallowed_types, reason = "the command line tells how long a command took")]
pub mod cli;
pub mod event;
#[expect(clippy::disallowed_types, reason = "flushes and waits for a lock have limits in real time")]
pub mod log;
pub mod mechanism;
pub mod metric;
pub mod model;
pub mod scenario;
pub mod sim;
pub mod state;
pub mod units;
#[expect(
    clippy::disallowed_methods,
    reason = "powers of ten turn minor units into what is read; no event depends on them"
)]
pub mod view;
