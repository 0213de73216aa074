//! Things that move: consignments, and requirements' papers at the desks.

use super::line::Links;
use crate::event::{GateId, LineId, NeedId, UnitId};
use crate::model::{Item, Leg, Node, Step, Stream, Whom};
use crate::units::amount::{Mass, Money};
use crate::units::arena::Id;
use crate::units::time::{SimDuration, SimTime};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// `<stream>#<number>`, of a need `<stream>#<number>/<line>#<lot>`; compares as names do (streams stand in name order).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Name {
    pub stream: Id<Stream>,
    pub number: u32,
    /// 0 where the thing is no part of a need.
    pub line: u32,
    pub lot: u32,
}

/// What a unit stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    Goods,
    /// Goods of a requirement's line.
    LineGoods(LineId),
    /// A requirement on its way over the desks.
    Paper(NeedId),
}

/// Where a unit is; every unit is in exactly one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// The row is free.
    Gone,
    /// Dated before the start: enters when the run begins.
    Backlog,
    /// A decision of the same turn says where it goes.
    Deciding(Id<Node>),
    /// Wants to enter a step's yard; `held` once it found it full; `server` is the one it keeps at the step before.
    Entering { step: Id<Step>, held: bool, from: Origin },
    /// In a step's line.
    Waiting(Id<Step>),
    /// Being handled; ends at `ends` unless it is paused, when `ends` holds the seconds that are left.
    Handling { step: Id<Step>, server: u32, ends: SimTime, paused: bool },
    /// Ready, in a leg's line.
    Ready(Id<Leg>),
    /// Under way.
    UnderWay(Id<Leg>),
    /// Held by a stage of a mechanism.
    Staged(GateId),
}

/// Whence a unit enters a yard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    Outside,
    /// From the step before, whose server it keeps until it is in.
    Step(Id<Step>, u32),
    /// The same step again; its room was kept.
    Again,
}

/// One unit's row; it is freed and reused when the unit leaves the model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    pub links: Links,
    pub name: Name,
    pub priority: i32,
    pub place: Place,
    pub born: SimTime,
    /// When it joined the line it is in, or was in last.
    pub joined: SimTime,
    /// Need-by date; `SimTime::LATEST` where there is none.
    pub due: SimTime,
    /// Handling that is left from a requeue; -1 for none.
    pub left: SimDuration,
    /// Handling that was drawn when it joined a `shortest` line; -1 for none.
    pub drawn: SimDuration,
    /// `seq` of its last event.
    pub last: u64,
    pub what: What,
    pub item: Option<Id<Item>>,
    /// Units of the item, or kilograms where there is none but a mass, or a plain count.
    pub amount: u32,
    pub mass: Mass,
    pub value: Money,
    pub to: Option<Id<Node>>,
    /// Of the opening backlog and on its way to the first place where it waits: it joins there as of its own date.
    pub early: bool,
    /// It reached the recognition point.
    pub recognised: bool,
}

impl Unit {
    /// The order of choice: by priority, then by the time of joining, then by name (spec 5.3).
    pub fn choice(&self, other: &Unit) -> Ordering {
        (self.priority, self.joined, self.name).cmp(&(other.priority, other.joined, other.name))
    }

    /// What choices by what goods are look at.
    #[inline]
    pub fn whom(&self) -> Whom {
        Whom { item: self.item, priority: self.priority, stream: self.name.stream, to: self.to }
    }

    #[inline]
    pub fn is_goods_of_line(&self) -> bool {
        matches!(self.what, What::LineGoods(_))
    }

    #[inline]
    pub fn is_paper(&self) -> bool {
        matches!(self.what, What::Paper(_))
    }

    #[inline]
    pub fn is_free(&self) -> bool {
        self.place == Place::Gone
    }
}

/// All units; rows of those that left are used again, the last one first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Units {
    rows: Vec<Unit>,
    free: Vec<UnitId>,
    /// Freed in the turn that is going on: a decision counts on the rows that were free before it.
    freed: Vec<UnitId>,
}

impl Units {
    /// The row that the next unit takes.
    pub fn next_free(&self, ahead: usize) -> UnitId {
        // A decision comes before its turn: what the last turn freed is free by then.
        let free = self.free.len() + self.freed.len();
        match free.checked_sub(ahead + 1) {
            Some(i) if i < self.free.len() => self.free[i],
            Some(i) => self.freed[i - self.free.len()],
            None => Id::new((self.rows.len() + ahead - free) as u32),
        }
    }

    pub(super) fn insert(&mut self, id: UnitId, unit: Unit) {
        if id.index() == self.rows.len() {
            self.rows.push(unit);
        } else {
            let free = self.free.pop();
            assert_eq!(free, Some(id), "a new unit takes the row that was freed last");
            self.rows[id.index()] = unit;
        }
    }

    pub(super) fn release(&mut self, id: UnitId) {
        self.rows[id.index()].place = Place::Gone;
        self.freed.push(id);
    }

    /// A new turn begins: what the last one freed may be used again.
    #[inline]
    pub(super) fn new_turn(&mut self) {
        if !self.freed.is_empty() {
            self.free.append(&mut self.freed);
        }
    }

    /// Units in the model.
    pub fn live(&self) -> usize {
        self.rows.len() - self.free.len() - self.freed.len()
    }

    /// Every unit in the model, by row.
    pub fn iter(&self) -> impl Iterator<Item = (UnitId, &Unit)> {
        self.rows.iter().enumerate().filter(|(_, u)| !u.is_free()).map(|(i, u)| (Id::new(i as u32), u))
    }
}

impl std::ops::Index<UnitId> for Units {
    type Output = Unit;
    #[inline]
    fn index(&self, id: UnitId) -> &Unit {
        &self.rows[id.index()]
    }
}

impl std::ops::IndexMut<UnitId> for Units {
    #[inline]
    fn index_mut(&mut self, id: UnitId) -> &mut Unit {
        &mut self.rows[id.index()]
    }
}
