//! Rows of the paper side of the world: requirements and their lines, pledges, packages, accounts.

use crate::event::{LineId, NeedId, PackageId, PledgeId, UnitId};
use crate::model::{Item, MechanismPlan, Nation, Node, Step, Stream};
use crate::units::amount::{Mass, Money};
use crate::units::arena::Id;
use crate::units::time::SimTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A desk is done with a requirement's paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskDone {
    pub step: Id<Step>,
    /// Another desk follows.
    pub more: bool,
    /// `seq` of the end of its handling.
    pub seq: u64,
}

/// A requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedRow {
    pub stream: Id<Stream>,
    pub number: u32,
    /// Its place among what its stream brings.
    pub(super) index: u64,
    pub priority: i32,
    pub submitted: SimTime,
    /// `SimTime::LATEST` where there is none.
    pub due: SimTime,
    pub lines: Vec<LineId>,
    /// Units asked for, and units that reached the recognition point.
    pub asked: i64,
    pub recognised: i64,
    /// `seq` of what brought the last unit there.
    pub recognised_by: u64,
    /// A desk that is done with its paper and has something to decide.
    pub desk: Option<DeskDone>,
    pub validated: Option<SimTime>,
    pub matched: Option<SimTime>,
    pub closed: Option<SimTime>,
    pub paper: Option<UnitId>,
    /// When it expires, while it is open, and when it did.
    pub expires: Option<SimTime>,
    pub expired: Option<SimTime>,
    /// `seq` of its last event.
    pub last: u64,
}

/// A line of a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRow {
    pub need: NeedId,
    /// From 1.
    pub position: u32,
    pub item: Id<Item>,
    pub asked: i64,
    pub recognised: i64,
    pub value: Money,
    pub mass: Mass,
    pub origin: Id<Node>,
    pub to: Option<Id<Node>>,
    /// When it joined its mechanism's list.
    pub joined: SimTime,
    pub package: Option<PackageId>,
    /// It was withdrawn when its requirement expired.
    pub withdrawn: bool,
    /// It left its package, whose other lines may still wait for money.
    pub apart: bool,
    /// Units taken from a stock.
    pub taken: i64,
    /// Consignments made of it so far, and their units.
    pub lots: u32,
    pub made: i64,
    pub last: u64,
}

/// Where what counted of a pledge rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resting {
    /// Nothing has counted yet, or all is allocated.
    Nowhere,
    /// In the pool: for whoever is first.
    Pool,
    /// For a need of its earmark.
    Earmark,
    /// For the package that it went to whole.
    Package(PackageId),
}

/// A pledge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PledgeRow {
    pub stream: Id<Stream>,
    pub number: u32,
    /// Its place among what its stream brings.
    pub(super) index: u64,
    pub nation: Option<Id<Nation>>,
    pub mechanism: Id<MechanismPlan>,
    pub announced: SimTime,
    /// In home currency.
    pub amount: Money,
    /// What will be paid of it.
    pub kept: Money,
    pub lapses: bool,
    pub committed: Money,
    pub paid: Money,
    pub defaulted: Money,
    /// When its money counted.
    pub counted: Option<SimTime>,
    /// Counted and not allocated.
    pub left: Money,
    pub resting: Resting,
    /// When it was committed; of the opening backlog maybe before the start.
    pub committed_at: Option<SimTime>,
    /// When it was to be committed as it was announced.
    pub dated: SimTime,
    /// When it is to be committed and paid, while it is not.
    pub commits: Option<SimTime>,
    pub pays: Option<SimTime>,
    /// When what is not allocated is withdrawn, and how much was.
    pub expires: Option<SimTime>,
    pub expired: Money,
    /// Package, sum, and how much of the sum was paid.
    pub allocations: Vec<(PackageId, Money, Money)>,
    pub last: u64,
}

/// How far a package is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PackageStage {
    Review,
    /// Reviewed; waits until it may seek money.
    Validated,
    Open,
    Funded,
    Released,
}

/// A package in the order of choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PackageKey {
    priority: i32,
    joined: SimTime,
    /// Its name.
    rank: u32,
    number: u32,
    pub id: PackageId,
}

impl PackageRow {
    /// Its place among others of its mechanism.
    pub(super) fn key(&self, id: PackageId) -> PackageKey {
        PackageKey { priority: self.priority, joined: self.joined, rank: self.rank, number: self.number, id }
    }
}

/// A funding package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageRow {
    pub mechanism: Id<MechanismPlan>,
    /// The place of its mechanism's name, or of its stream's, among all names.
    pub rank: u32,
    /// From 1 among those that formed in its mechanism, or among those of its stream.
    pub number: u32,
    /// A package that the scenario states: its stream.
    pub stream: Option<Id<Stream>>,
    pub price: Money,
    pub lines: Vec<LineId>,
    /// Of its most urgent line.
    pub priority: i32,
    pub stage: PackageStage,
    /// When it joined what it waits in.
    pub joined: SimTime,
    pub drafted: SimTime,
    pub opened: Option<SimTime>,
    pub funded: Option<SimTime>,
    pub released: Option<SimTime>,
    pub allocated: Money,
    /// Paid on what is allocated.
    pub paid: Money,
    pub spent: Money,
    pub last: u64,
}

/// A mechanism's list, packages and money.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Lines that wait, in the order of choice: priority, joining, name (stream, number, line).
    pub list: BTreeSet<(i32, SimTime, Id<Stream>, u32, u32, LineId)>,
    pub list_value: Money,
    /// Value of all validated lines.
    pub needed: Money,
    pub packages: Vec<PackageId>,
    /// Reviewed packages that do not yet seek money, and packages that do.
    pub validated: BTreeSet<PackageKey>,
    pub open: BTreeSet<PackageKey>,
    /// Those of the open ones that cost nothing.
    pub costless: BTreeSet<PackageKey>,
    /// Packages that wait for their release or for their goods, and released ones of which money was paid and not spent.
    pub pending: BTreeSet<PackageId>,
    pub payable: BTreeSet<PackageId>,
    /// Of the pledges with money left, those that may find a need since they were looked at last.
    pub fresh: BTreeSet<(SimTime, Id<Stream>, u32, PledgeId)>,
    /// Pledges with money left, in the order in which they counted: instant, stream, number.
    pub resting: BTreeSet<(SimTime, Id<Stream>, u32, PledgeId)>,
    pub announced: Money,
    pub committed: Money,
    pub paid: Money,
    pub counted: Money,
    pub allocated: Money,
    pub pool: Money,
    pub held: Money,
    pub spent: Money,
    pub defaulted: Money,
    /// Withdrawn, and of that what had counted.
    pub expired: Money,
    pub withdrawn: Money,
    /// Packages that formed.
    pub formed: u32,
    /// Goods of it that reached the recognition point first.
    pub first_arrival: Option<SimTime>,
    pub(super) settle_set: bool,
}
