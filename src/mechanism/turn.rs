//! A turn in the making: the facts that a decision states, each with its cause.

use super::rules::Rules;
use crate::event::{Entry, Event};
use crate::model::Node;
use crate::state::{Due, State};
use crate::units::arena::Id;
use crate::units::time::SimTime;

/// The most that one thing may weigh (in kilograms) or be worth (in minor units), as for drawn quantities.
pub const LARGEST: i64 = 1_000_000_000_000_000;

/// The most that all requirements, or all pledges, of a run may be worth together.
pub const LARGEST_SUM: i64 = 1 << 60;

/// What a decision reads and where it states its facts.
pub struct Turn<'a> {
    pub state: &'a State,
    pub rules: &'a mut Rules,
    pub now: SimTime,
    /// Something departed in this turn that arrives at this very instant.
    pub arrives_now: bool,
    /// Nothing else is due at this instant, as far as is known: what follows at once may be stated in this turn.
    pub alone: bool,
    /// By how much those that moved in this turn changed the backlogs of nodes, where backlogs decide ways.
    pub moved: Vec<(Id<Node>, i64)>,
    /// What of a batch that this turn begins comes in later turns.
    pub batch_left: u32,
    /// `seq` of the next event.
    seq: u64,
    out: &'a mut Vec<Entry>,
}

impl<'a> Turn<'a> {
    pub fn new(state: &'a State, rules: &'a mut Rules, due: &Due, out: &'a mut Vec<Entry>) -> Turn<'a> {
        let seq = state.events + 1;
        let (now, alone) = (due.at, due.alone);
        Turn { state, rules, now, arrives_now: false, alone, moved: Vec::new(), batch_left: 0, seq, out }
    }

    /// States a fact and returns its `seq`.
    #[inline]
    pub fn emit(&mut self, cause: u64, event: Event) -> u64 {
        debug_assert!(cause < self.seq, "a cause comes before what it causes");
        self.out.push(Entry { event, cause });
        self.seq += 1;
        self.seq - 1
    }

    /// The run cannot go on: an amount is beyond what a log holds. Whatever this turn has stated is dropped.
    #[cold]
    pub fn refuse(&mut self, what: String) {
        self.rules.refused.get_or_insert(what);
    }

    /// A value or mass of so many units, if it is within what one thing may have; else the run is refused.
    pub fn product(&mut self, one: i64, units: i64, what: &str, whose: impl FnOnce() -> String) -> i64 {
        match one.checked_mul(units).filter(|all| all.abs() <= LARGEST) {
            Some(all) => all,
            None => {
                self.refuse(format!("{} has {what} beyond {LARGEST}: {units} times {one}", whose()));
                0
            }
        }
    }

    /// Whether nothing was stated yet.
    pub fn is_silent(&self) -> bool {
        self.out.is_empty()
    }

    /// `seq` of the last fact stated.
    pub fn last(&self) -> u64 {
        self.seq - 1
    }
}
