//! Pledges and the mechanisms that turn money or stocks into goods.

use super::{Cause, Item, Nation, NeedPlan, Node, Stream};
use crate::units::amount::Money;
use crate::units::arena::Id;
use crate::units::draw::Law;
use crate::units::time::{SimDuration, SimTime};
use serde::{Deserialize, Serialize};

/// What one unit of a currency is worth from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// ISO 4217.
    pub currency: String,
    /// Decimals of its minor unit.
    pub decimals: u8,
    /// In force from this instant until the next rate of the currency.
    pub from: SimTime,
    /// Home minor units for one foreign minor unit, in billionths.
    pub billionths: i64,
}

/// What each pledge of a stream promises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PledgePlan {
    pub nation: Option<Id<Nation>>,
    pub to: Id<MechanismPlan>,
    /// Minor units of `currency`.
    pub amount: Law,
    /// The home currency where `None`, else one of `Plan::rates`.
    pub currency: Option<String>,
    /// A home-currency figure published beside a foreign amount; it takes the place of the rate.
    pub stated: Option<Money>,
    /// The chance that it is kept whole, in millionths.
    pub conversion: u32,
    /// The part of its amount that is kept, in millionths.
    pub kept_share: u32,
    /// Seconds from the announcement.
    pub committed_after: Law,
    /// Seconds from the announcement; `None` is at the commitment.
    pub paid_after: Option<Law>,
    pub earmark: Option<Earmark>,
    /// Seconds from the announcement after which what was not allocated is withdrawn.
    pub expires: Option<Law>,
}

/// What each package of a stream costs, or asks for; it seeks money from its date on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackageStream {
    pub via: Id<MechanismPlan>,
    /// Minor units, where it has no lines.
    pub price: Option<Law>,
    /// Lines that it asks for itself: its price is their value.
    pub need: Option<NeedPlan>,
}

/// What an earmarked pledge may serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Earmark {
    /// The formed package of this number of the pledge's mechanism.
    Package(u32),
    /// The package `<stream>#<number>` of a scenario.
    Stated(Id<Stream>, u32),
    /// Where goods stand when they exist, or go to.
    Node(Id<Node>),
    /// The requirement `<stream>#<number>`.
    Requirement(Id<Stream>, u32),
    Item(Id<Item>),
    /// An equipment family.
    Family(String),
}

/// What happens to the part of an earmarked sum that its need does not lack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Excess {
    /// It is held for that need.
    #[default]
    Hold,
    /// It becomes unearmarked at once.
    Spill,
}

/// A channel of aid: its kind (a row of `mechanism::KINDS`), its stages and its own parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MechanismPlan {
    pub name: String,
    /// The name of a row of `mechanism::KINDS`.
    pub kind: String,
    /// It gives from stocks at its origin.
    pub takes_stock: bool,
    /// Where its goods stand when they exist.
    pub origin: Option<Id<Node>>,
    /// In the order of the kind's stages; a stage that the scenario does not name is a constant zero.
    pub stages: Vec<Stage>,
    pub package: PackagePlan,
}

/// One stage of a mechanism: a gate that holds each subject for a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    pub name: String,
    /// What its time is charged to.
    pub cause: Cause,
    /// Seconds.
    pub time: Law,
}

/// Parameters of kinds that pool money; the other kinds leave the defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackagePlan {
    /// Packages form when the list is worth this much.
    pub size: Option<Money>,
    /// Packages form at this rhythm, whatever the list is worth.
    pub draft_every: Option<SimDuration>,
    /// `paid` instead of `committed`: what an account counts.
    pub counts_paid: bool,
    pub excess: Excess,
    /// False: a pledge goes whole to the first open need, and the excess is held for that need.
    pub split_pledges: bool,
    /// `release` or `supply`: this stage waits for paid money.
    pub pays_before: Option<String>,
    pub release_part_funded: bool,
    /// How many packages may seek money at once.
    pub open_at_once: Option<u32>,
}

impl Default for PackagePlan {
    fn default() -> Self {
        PackagePlan {
            size: None,
            draft_every: None,
            counts_paid: false,
            excess: Excess::Hold,
            split_pledges: true,
            pays_before: None,
            release_part_funded: false,
            open_at_once: None,
        }
    }
}
