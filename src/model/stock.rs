//! Stocks: goods of one item at a place, and how they are ordered anew.

use super::{Clock, Item, Node};
use crate::units::arena::Id;
use crate::units::draw::Law;
use serde::{Deserialize, Serialize};

/// Goods of one item at a place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stock {
    pub name: String,
    pub item: Id<Item>,
    pub at: Id<Node>,
    /// Units at the start.
    pub on_hand: i64,
    /// When and how much is ordered; `None` never.
    pub reorder: Option<Reorder>,
    /// When the rule is looked at; `None` is always.
    pub review: Option<Clock>,
    pub supply: Supply,
}

/// When an order is due, by the position: on hand, and on order, less what is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reorder {
    /// At or below `at`: as many times `quantity` as lift the position above it.
    Quantity { at: i64, quantity: i64 },
    /// At or below `at`: as much as lifts the position to `up_to`.
    UpTo { at: i64, up_to: i64 },
}

impl Reorder {
    /// Units to order at a position; 0 for none.
    pub fn units(self, position: i64) -> i64 {
        match self {
            Reorder::Quantity { at, .. } | Reorder::UpTo { at, .. } if position > at => 0,
            Reorder::Quantity { at, quantity } => ((at - position) / quantity + 1) * quantity,
            Reorder::UpTo { up_to, .. } => up_to - position,
        }
    }
}

/// How ordered units come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Supply {
    /// An order as a whole after so many seconds.
    Lead(Law),
    /// Lot by lot from a line that makes `servers` lots at once, each of at most so many units in `time` seconds.
    Production { servers: u32, lot: Option<i64>, time: Law },
}
