//! Nodes, steps, legs and what disturbs them.

use super::{Cause, Choice, Item, MechanismPlan, Nation, Point};
use crate::units::amount::{Mass, Money};
use crate::units::arena::Id;
use crate::units::draw::Law;
use crate::units::time::{SimDuration, SimTime};
use serde::{Deserialize, Serialize};

/// What a node is for; it decides what its waiting is charged to and where a delivery is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NodeKind {
    /// A depot or a source of goods. Waits there are charged to `lift`.
    Origin,
    /// A coordination headquarters. `staff`.
    Hq,
    /// A sea- or airport of debarkation. `lift`.
    Port,
    /// Reception, staging, onward movement. `hub`.
    Hub,
    /// Where goods are handed over. `border`.
    Handover,
    /// Anything else. `hub`.
    Plain,
}

impl NodeKind {
    /// What a second of waiting at the node is charged to.
    pub fn cause(self) -> Cause {
        match self {
            NodeKind::Origin | NodeKind::Port => Cause::Lift,
            NodeKind::Hq => Cause::Staff,
            NodeKind::Hub | NodeKind::Plain => Cause::Hub,
            NodeKind::Handover => Cause::Border,
        }
    }
}

/// A place that goods pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    pub name: String,
    pub kind: NodeKind,
    /// Its steps are `first_step .. first_step + steps` of `Plan::steps`.
    pub first_step: u32,
    pub steps: u32,
    /// Room for all in it that is not ready to leave.
    pub yard: Option<Limit>,
    pub when_full: WhenFull,
    pub next: Route,
    pub hours: Option<Weekly>,
    /// A recognition point that arrival here (without steps) or the first step begun marks, beside the usual ones.
    pub marks: Option<Point>,
    pub cost: Cost,
}

/// What goods cost that come to a node or depart over a leg. It changes no event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// For each consignment, and for 1,000 kilograms of it.
    pub each: Money,
    pub per_tonne: Money,
    /// For each departure of a leg.
    pub departure: Money,
}

impl Cost {
    pub fn is_nothing(&self) -> bool {
        *self == Cost::default()
    }
}

/// What happens to goods that find a yard full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhenFull {
    /// They wait at the gate.
    Wait,
    /// They go at once to this node.
    Divert(Id<Node>),
    /// They leave the model.
    Refuse,
    /// They are let in, each with an event.
    Overflow,
}

/// One kind of handling at a node: a line and servers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub name: String,
    pub node: Id<Node>,
    /// Servers on duty from each instant on, ascending; the first entry is in force from the beginning. `u32::MAX` is
    /// unlimited.
    pub servers: Vec<(SimTime, u32)>,
    /// Seconds of handling.
    pub time: Law,
    pub order: Order,
    /// Room for its line and its servers.
    pub yard: Option<Limit>,
    pub when_full: WhenFull,
    /// The chance that handling has to be done again, in millionths.
    pub repeat: u32,
    pub hours: Option<Weekly>,
    pub on_outage: OnOutage,
    /// Whether a more urgent one may take a server from another.
    pub preempt: Option<Preempt>,
    /// Seconds that somebody waits in line for its handling to begin before it gives up.
    pub patience: Option<Law>,
    /// A recognition point that the step's beginning marks.
    pub marks: Option<Point>,
    /// In place of `time`, by what is handled.
    pub times: Option<Choice<Law>>,
    /// What multiplies the time, by what is handled; 1 where nothing is said.
    pub factors: Option<Choice<f64>>,
    /// So many servers of pools are taken together with each server of its own, pools ascending.
    pub uses: Vec<(Id<Pool>, u32)>,
    /// Seconds for which a server that finds its line empty is away.
    pub away: Option<Law>,
    /// It handles these items alone, ascending; all else passes it by.
    pub only: Option<Vec<Id<Item>>>,
}

/// Servers that several steps share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    pub name: String,
    /// On duty from each instant on, as for a step.
    pub servers: Vec<(SimTime, u32)>,
}

/// How a line is served (spec 5.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// By priority, then by the time of joining, then by name.
    #[default]
    Priority,
    /// By the time of joining, then by name.
    Fifo,
    /// The latest to join first, then by name.
    Lifo,
    /// By need-by date (none last), then as `Priority`.
    EarliestDue,
    /// By handling time, then as `Priority`.
    Shortest,
}

/// What an outage does to work in progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnOutage {
    /// It pauses and resumes.
    #[default]
    Pause,
    /// It is let end.
    Finish,
    /// It returns to the line with its work done kept.
    Requeue,
}

/// What becomes of the work on whom a more urgent one takes the server from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preempt {
    /// It goes on where it stood.
    Resume,
    /// It begins anew, and needs as long as it did.
    Restart,
}

/// Room or capacity: a number of consignments, a mass, or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    pub number: Option<u32>,
    pub mass: Option<Mass>,
}

/// Where goods go on to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Route {
    /// They leave the model (or are handed over, at a handover node).
    Leave,
    Hop(Hop),
    /// Relative weights of hops, in name order of the hops.
    Weights(Vec<(Hop, f64)>),
    /// By destination: the first hop of the fastest path (least sum of mean times; equal ones by name). A destination
    /// that is not listed, or none, takes the second entry.
    Toward(Vec<(Id<Node>, Hop)>, Option<Hop>),
    /// By what goods are.
    By(Box<Choice<Route>>),
    /// To where the fewest are and are bound for, equal ones in this order: by destination, the hops from which a way
    /// leads there; a destination that is not listed, or none, takes the second entry.
    Backlog(Vec<(Id<Node>, Vec<Hop>)>, Vec<Hop>),
}

impl Route {
    /// Every hop that it may take, whatever goods are.
    pub fn hops(&self) -> Vec<Hop> {
        match self {
            Route::Leave => Vec::new(),
            Route::Hop(hop) => vec![*hop],
            Route::Weights(hops) => hops.iter().map(|h| h.0).collect(),
            Route::Toward(table, other) => table.iter().map(|t| t.1).chain(*other).collect(),
            Route::By(choice) => choice.all().flat_map(Route::hops).collect(),
            Route::Backlog(table, other) => table.iter().flat_map(|t| t.1.iter()).chain(other).copied().collect(),
        }
    }

    /// Whether it depends on how many are elsewhere, for some goods.
    pub fn looks_at_backlogs(&self) -> bool {
        match self {
            Route::Backlog(..) => true,
            Route::By(choice) => choice.all().any(Route::looks_at_backlogs),
            _ => false,
        }
    }

    /// What of it holds for goods like these, under all choices by what they are.
    pub fn of(&self, plan: &super::Plan, whom: &super::Whom) -> Option<&Route> {
        match self {
            Route::By(choice) => choice.of(plan, whom)?.of(plan, whom),
            other => Some(other),
        }
    }
}

/// One way on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Hop {
    Leg(Id<Leg>),
    /// Reached at once, as no leg leads there.
    Node(Id<Node>),
    Out,
}

/// A way between two nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leg {
    /// `<from>:<to>:<mode>` unless named.
    pub name: String,
    pub from: Id<Node>,
    pub to: Id<Node>,
    pub mode: String,
    /// Seconds under way.
    pub transit: Law,
    pub departures: Option<Departures>,
    /// The order in which ready goods board.
    pub order: Order,
    /// What a wait for this leg is charged to.
    pub cause: Cause,
    /// In place of `transit`, by what travels; only where each has its own.
    pub transits: Option<Choice<Law>>,
    pub cost: Cost,
}

/// When and how vehicles leave over a leg.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Departures {
    /// By the clock; else a vehicle leaves as soon as one is in and its load is ready.
    pub clock: Option<Clock>,
    pub capacity: Option<Limit>,
    /// A departure below this does not leave.
    pub min_load: Option<Limit>,
    /// Without a clock: a vehicle leaves when it is full.
    pub when_loaded: bool,
    /// Without a clock: a vehicle leaves once the longest-waiting has waited so long, with what is ready.
    pub or_after: Option<SimDuration>,
    pub fleet: Option<Fleet>,
    /// What does not fit holds back what comes after it.
    pub strict: bool,
    /// Each consignment has its own transit, else the departure has one.
    pub each: bool,
}

/// A timetable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Seconds between departures.
    pub every: SimDuration,
    /// The first one; one `every` after the start where not given.
    pub first: SimTime,
}

/// Vehicles of a leg; each is away for the transit and its return.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fleet {
    pub vehicles: u32,
    /// Seconds from the arrival until it is in again.
    pub returns: Law,
}

/// Opening hours: half-open intervals of seconds since Monday 00:00 UTC, ascending, disjoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weekly(pub Vec<(u32, u32)>);

/// Something that strikes a place for a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Disruption {
    pub name: String,
    pub strikes: Strikes,
    pub effect: Effect,
    pub on: SimTime,
    /// `None` lasts for ever, or comes at random.
    pub until: Option<SimTime>,
    /// In place of `on` and `until`: it comes again and again.
    pub random: Option<Outages>,
}

/// Outages that come at random.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outages {
    /// Seconds from the end of one (at first the start) to the next.
    pub every: Law,
    pub lasts: Law,
    /// Each server of the step fails by itself.
    pub each_server: bool,
}

impl Disruption {
    /// Whether it is over at some time, once it began.
    pub fn ends(&self) -> bool {
        self.until.is_some() || self.random.is_some()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Strikes {
    Node(Id<Node>),
    Step(Id<Step>),
    Leg(Id<Leg>),
    Mechanism(Id<MechanismPlan>),
    /// A stage of a mechanism, by its position.
    Stage(Id<MechanismPlan>, u8),
    /// A nation: its commitments and payments.
    Nation(Id<Nation>),
    /// The stages of all mechanisms that wait for a supplier: release and production.
    Supplier,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    Closed,
    /// The share of servers (or of a departure's capacity) that is left, in millionths.
    Capacity(u32),
    /// A factor on times that start while it lasts.
    Time(f64),
}
