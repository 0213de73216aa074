//! Floor 1: the plan of a run, everything a scenario says after it was read, checked and resolved.
//!
//! A [`Plan`] is plain data with handles instead of names. Entities of one kind stand in name order, so handle order is
//! name order and the order of entries in files never matters. The plan (with the seed) is what a run id digests and what
//! the opening record of a log carries, so a log needs no scenario file.

mod arrivals;
mod choice;
pub mod figure;
mod funding;
mod need;
mod network;
mod stock;

pub use arrivals::{Arrivals, Pace, Shape};
pub use choice::{By, CLASSES, Choice, Whom};
pub use funding::{Earmark, Excess, MechanismPlan, PackagePlan, PackageStream, PledgePlan, Rate, Stage};
pub use need::{Line, NeedPlan};
pub use network::{
    Clock, Cost, Departures, Disruption, Effect, Fleet, Hop, Leg, Limit, Node, NodeKind, OnOutage, Order, Outages,
    Pool, Preempt, Route, Step, Strikes, Weekly, WhenFull,
};

pub use stock::{Reorder, Stock, Supply};

use crate::units::amount::{Mass, Money};
use crate::units::arena::{Arena, Id};
use crate::units::draw::Law;
use crate::units::time::SimTime;
use serde::{Deserialize, Serialize};

/// What a run needs to know: the effective scenario, resolved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Seconds from 1970-01-01T00:00:00Z to `start`.
    pub start: i64,
    /// The first instant that is no longer simulated.
    pub end: Option<SimTime>,
    /// Figures of visits and means over time begin here.
    pub warm_up: SimTime,
    /// Where a delivery is counted (domain.md 3.4).
    pub recognition: Point,
    /// The home currency, ISO 4217.
    pub currency: String,
    /// Decimals of the home currency's minor unit (2 for cents).
    pub decimals: u8,
    /// Rates to the home currency, by currency and date.
    pub rates: Vec<Rate>,
    pub items: Arena<Item>,
    pub nations: Arena<Nation>,
    pub streams: Arena<Stream>,
    pub nodes: Arena<Node>,
    /// In the order of (node, position in the node).
    pub steps: Arena<Step>,
    pub pools: Arena<Pool>,
    pub legs: Arena<Leg>,
    pub mechanisms: Arena<MechanismPlan>,
    pub stocks: Arena<Stock>,
    pub disruptions: Arena<Disruption>,
}

/// What a reader wants beside the plan; it changes no event and is no part of the run id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Notes {
    pub title: String,
    /// File name of the scenario as given on the command line.
    pub file: String,
    /// Where a figure comes from: (path of the entry or key, text), in file order.
    pub basis: Vec<(String, String)>,
    pub checkpoints: Vec<Checkpoint>,
    pub goals: Vec<Goal>,
    /// How each journal's rows were used: one line a row.
    pub journals: Vec<JournalUse>,
}

/// One row of a journal and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalUse {
    /// The journal's name (its file's stem).
    pub journal: String,
    /// Its number in the file, from 1, the header not counted.
    pub row: u32,
    pub used: RowUse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowUse {
    Event,
    Rejection,
    Checkpoint,
}

/// A published figure to hold a simulated one against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// What a reader calls it, for example `committed, 6 Nov`.
    pub label: String,
    /// A dotted path of `figures`.
    pub figure: String,
    /// The figure is read at the end of this day: at the first instant after it. `None` is the end of the run.
    pub at: Option<SimTime>,
    pub published: Published,
    pub is: Comparison,
    /// For numbers a share of the published one (0.05 is 5 %); for dates a number of seconds.
    pub tolerance: f64,
    pub basis: String,
}

/// A published value: a number in the figure's own unit (seconds, kilograms, minor units, counts, shares), or a date.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Published {
    Number(f64),
    Money(Money),
    Date(SimTime),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    About,
    AtLeast,
    AtMost,
}

/// A wish on a figure at the end of the run; missing it is exit code 3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    pub figure: String,
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
}

/// Recognition points of a delivery, domain.md 3.4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Point {
    /// Release.
    R0,
    /// Departure from the origin.
    R1,
    /// Port of debarkation.
    R2,
    /// Receipt at a hub: its first step begun.
    R3,
    /// Handover at the border.
    #[default]
    R4,
    /// The recipient's confirmation.
    R5,
}

impl Point {
    pub const ALL: [Point; 6] = [Point::R0, Point::R1, Point::R2, Point::R3, Point::R4, Point::R5];

    /// `R0`..`R5`.
    pub fn name(self) -> &'static str {
        ["R0", "R1", "R2", "R3", "R4", "R5"][self as usize]
    }

    /// What the point means, in a word or two.
    pub fn meaning(self) -> &'static str {
        [
            "release",
            "departure from the origin",
            "port of debarkation",
            "hub receipt",
            "handover",
            "the recipient's confirmation",
        ][self as usize]
    }
}

/// What a second of waiting is charged to; in order of flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Cause {
    Staff,
    Source,
    Money,
    Release,
    Production,
    Lift,
    Hub,
    Crew,
    Border,
    Confirmation,
}

impl Cause {
    pub const ALL: [Cause; 10] = [
        Cause::Staff,
        Cause::Source,
        Cause::Money,
        Cause::Release,
        Cause::Production,
        Cause::Lift,
        Cause::Hub,
        Cause::Crew,
        Cause::Border,
        Cause::Confirmation,
    ];

    /// The word in figures and files.
    pub fn name(self) -> &'static str {
        ["staff", "source", "money", "release", "production", "lift", "hub", "crew", "border", "confirmation"]
            [self as usize]
    }
}

/// A kind of goods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub name: String,
    /// NATO class of supply, `I` to `V`; empty when not given.
    pub class: String,
    /// Equipment family; empty when not given.
    pub family: String,
    /// Of one unit.
    pub mass: Mass,
    /// Of one unit, in home currency.
    pub value: Money,
    /// At most so many units to a consignment.
    pub lot: Option<u32>,
}

/// A donor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Nation {
    pub name: String,
    /// Its part of the common burden by rule, any positive number, when the scenario gives one.
    pub share: Option<f64>,
}

/// A source of requirements, pledges, consignments, or a journal of real rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    pub name: String,
    pub arrivals: Arrivals,
    /// Stops after so many.
    pub count: Option<u64>,
    /// Lower goes first; values fit an `i32`.
    pub priority: Law,
    pub brings: Brings,
}

/// What a stream brings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Brings {
    /// Goods that enter the network by themselves.
    Consignments {
        enters: Id<Node>,
        /// Destination for routes without a `next`.
        to: Option<Id<Node>>,
        item: Option<Id<Item>>,
        /// Units to a consignment, where there is an item; 1 where neither this nor a mass is given.
        quantity: Law,
        /// Kilograms of a consignment, where no item says it.
        mass: Option<Law>,
        /// Minor units of a consignment, where no item says it.
        value: Option<Law>,
        /// Seconds from arrival to the need-by date.
        needed_within: Option<Law>,
    },
    Requirements(NeedPlan),
    Pledges(PledgePlan),
    Packages(PackageStream),
    /// Rows of a journal, one for each instant of [`Arrivals::At`].
    Rows(Vec<Row>),
}

/// A journal's row that is an event of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its number in the file, from 1; names the thing: `<journal>#<row>`.
    pub number: u32,
    pub brings: RowBrings,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RowBrings {
    /// A statement without effect on the run: a scheme agreed, a target stated. Recorded with its words.
    Statement(String),
    /// A row that could not be used, and why.
    Rejection(String),
    Pledge {
        nation: Option<Id<Nation>>,
        party: String,
        pledge: Box<PledgePlan>,
    },
    Requirement {
        need: Box<NeedPlan>,
        priority: i32,
    },
}

impl Plan {
    /// The steps of a node, in the order in which goods pass them.
    pub fn steps_of(&self, node: Id<Node>) -> impl DoubleEndedIterator<Item = Id<Step>> + use<> {
        let n = &self.nodes[node];
        (n.first_step..n.first_step + n.steps).map(Id::new)
    }
}
