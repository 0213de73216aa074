//! A second statement of the semantics: slow, plain, and written without looking at the engine.
//!
//! `world` says what a small world is, `random` makes worlds, `tick` runs them, `rare` tells what unusual things happened in
//! a run; `timelines` holds the reference itself to examples worked by hand. The suite runs the same worlds through
//! the engine and compares event for event; where the two differ, one of them misreads the specification.

#[path = "gen.rs"]
pub mod random;
pub mod rare;
pub mod tick;
mod timelines;
pub mod world;
