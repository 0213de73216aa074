//! Lines: who waits, in the order in which they are taken.
//!
//! A line is a few lanes (one a priority, a need-by date or a handling time), each a list linked through the units' rows.
//! Whoever joins usually goes to the end of its lane, so joining and leaving take constant time; measured against
//! `VecDeque` and binary heaps in the kernel study, -11 and -24 ns a consignment.

use super::unit::{Unit, Units};
use crate::event::UnitId;
use crate::model::Order;
use crate::units::arena::Id;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// A unit's neighbours in the line it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    before: u32,
    after: u32,
}

const NONE: u32 = u32::MAX;

impl Default for Links {
    fn default() -> Self {
        Links { before: NONE, after: NONE }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Lane {
    key: i64,
    head: u32,
    tail: u32,
}

/// Units that wait for one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    order: Order,
    /// Lanes that are not empty, ascending by key.
    lanes: Vec<Lane>,
    len: u32,
}

impl Line {
    pub fn new(order: Order) -> Line {
        Line { order, lanes: Vec::new(), len: 0 }
    }

    pub fn len(&self) -> u32 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn key(&self, unit: &Unit) -> i64 {
        match self.order {
            Order::Priority => i64::from(unit.priority),
            Order::Fifo | Order::Lifo => 0,
            Order::EarliestDue => unit.due.0,
            Order::Shortest => unit.drawn.0,
        }
    }

    /// The order within a lane.
    fn within(&self, a: &Unit, b: &Unit) -> Ordering {
        match self.order {
            Order::Priority | Order::Fifo => (a.joined, a.name).cmp(&(b.joined, b.name)),
            Order::Lifo => b.joined.cmp(&a.joined).then(a.name.cmp(&b.name)),
            Order::EarliestDue | Order::Shortest => a.choice(b),
        }
    }

    /// Puts a unit where its order has it.
    pub fn insert(&mut self, units: &mut Units, id: UnitId) {
        let key = self.key(&units[id]);
        let at = match self.lanes.binary_search_by_key(&key, |lane| lane.key) {
            Ok(at) => at,
            Err(at) => {
                self.lanes.insert(at, Lane { key, head: NONE, tail: NONE });
                at
            }
        };
        self.len += 1;
        let (mut before, mut after) = (self.lanes[at].tail, NONE);
        if self.order == Order::Lifo {
            // Whoever joins the latest-first goes to its head.
            (before, after) = (NONE, self.lanes[at].head);
            while after != NONE && self.within(&units[id], &units[Id::new(after)]) == Ordering::Greater {
                (before, after) = (after, units[Id::new(after)].links.after);
            }
        } else {
            while before != NONE && self.within(&units[id], &units[Id::new(before)]) == Ordering::Less {
                (before, after) = (units[Id::new(before)].links.before, before);
            }
        }
        let lane = &mut self.lanes[at];
        units[id].links = Links { before, after };
        match before {
            NONE => lane.head = id.raw(),
            _ => units[Id::new(before)].links.after = id.raw(),
        }
        match after {
            NONE => lane.tail = id.raw(),
            _ => units[Id::new(after)].links.before = id.raw(),
        }
    }

    /// Takes a unit out.
    pub fn remove(&mut self, units: &mut Units, id: UnitId) {
        let key = self.key(&units[id]);
        let at = self.lanes.binary_search_by_key(&key, |lane| lane.key).expect("a unit in line has its lane");
        let Links { before, after } = std::mem::take(&mut units[id].links);
        let lane = &mut self.lanes[at];
        match before {
            NONE => lane.head = after,
            _ => units[Id::new(before)].links.after = after,
        }
        match after {
            NONE => lane.tail = before,
            _ => units[Id::new(after)].links.before = before,
        }
        if lane.head == NONE {
            self.lanes.remove(at);
        }
        self.len -= 1;
    }

    /// Who is taken first.
    pub fn first(&self) -> Option<UnitId> {
        self.lanes.first().map(|lane| Id::new(lane.head))
    }

    /// All of them, in the order in which they are taken.
    pub fn iter<'a>(&'a self, units: &'a Units) -> impl Iterator<Item = UnitId> + 'a {
        self.lanes.iter().flat_map(move |lane| {
            let mut at = lane.head;
            std::iter::from_fn(move || {
                let id = (at != NONE).then(|| Id::new(at))?;
                at = units[id].links.after;
                Some(id)
            })
        })
    }
}
