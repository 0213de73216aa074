//! Requirements: what a recipient asks for.

use super::{Item, MechanismPlan, Node};
use crate::units::amount::Money;
use crate::units::arena::Id;
use crate::units::draw::Law;
use crate::units::time::SimDuration;
use serde::{Deserialize, Serialize};

/// What each requirement of a stream asks for, and by which way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NeedPlan {
    /// The headquarters whose desks it passes (`validation`, `ranking`, `matching`); without one they take no time.
    pub hq: Option<Id<Node>>,
    /// The mechanism that provides; without one the goods stand at the line's origin when validated.
    pub via: Option<Id<MechanismPlan>>,
    /// One or more, made at one instant.
    pub lines: Vec<Line>,
    /// Seconds from submission to the need-by date.
    pub needed_within: Option<Law>,
    /// So long after the need-by date it is open no more.
    pub expires: Option<SimDuration>,
}

/// One line of a requirement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub item: Id<Item>,
    /// Units asked for.
    pub quantity: Law,
    /// Value of one unit where it differs from the item's.
    pub unit_value: Option<Money>,
    /// Where the goods stand when they exist; the mechanism's origin where not given.
    pub origin: Option<Id<Node>>,
    /// Destination; the only handover node where not given.
    pub to: Option<Id<Node>>,
}
