//! What a field of an event can hold: how it becomes a number in the log, and what it means to a reader.

use crate::model::{Disruption, Hop, Leg, MechanismPlan, Node, Pool, Step, Stock, Stream};
use crate::units::amount::Money;
use crate::units::arena::Id;
use crate::units::time::{SimDuration, SimTime};
use serde::{Deserialize, Serialize};

macro_rules! tags {
    ($( #[doc = $doc:literal] $tag:ident $id:ident )*) => {
        $(
            #[doc = $doc]
            #[derive(Debug)]
            pub enum $tag {}
            #[doc = $doc]
            pub type $id = Id<$tag>;
        )*
    };
}

tags! {
    /// A thing that moves: a consignment, or a requirement's paper at the desks.
    Unit UnitId
    /// A requirement.
    Need NeedId
    /// A line of a requirement.
    Line LineId
    /// A pledge.
    Pledge PledgeId
    /// A funding package.
    Package PackageId
    /// A stage of a mechanism; stages are numbered mechanism by mechanism.
    Gate GateId
}

/// Whom a stage holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Subject {
    Unit(UnitId),
    Line(LineId),
    Package(PackageId),
}

/// A place with opening hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PlaceId {
    Node(Id<Node>),
    Step(Id<Step>),
}

/// A field as a reader meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    Unit(UnitId),
    Need(NeedId),
    Line(LineId),
    Pledge(PledgeId),
    Package(PackageId),
    Gate(GateId),
    Stream(Id<Stream>),
    Node(Id<Node>),
    Step(Id<Step>),
    Leg(Id<Leg>),
    Mechanism(Id<MechanismPlan>),
    Stock(Id<Stock>),
    Disruption(Id<Disruption>),
    Pool(Id<Pool>),
    Hop(Hop),
    Time(SimTime),
    Seconds(i64),
    Money(Money),
    Count(i64),
    Flag(bool),
}

/// A type that a field of an event can have.
pub trait Field: Sized + Copy {
    /// What the reference page calls it, with its unit.
    const LABEL: &'static str;
    /// The number that the log keeps; small for common values.
    fn bits(self) -> u64;
    /// `None` when no value has this number.
    fn from_bits(raw: u64) -> Option<Self>;
    fn value(self) -> Value;
}

/// Maps small negative and positive numbers to small numbers: 0, -1, 1, -2, ...
const fn zigzag(n: i64) -> u64 {
    ((n << 1) ^ (n >> 63)) as u64
}

const fn unzigzag(raw: u64) -> i64 {
    ((raw >> 1) as i64) ^ -((raw & 1) as i64)
}

macro_rules! handles {
    ($( $ty:ty, $variant:ident, $label:literal; )*) => {
        $( impl Field for $ty {
            const LABEL: &'static str = $label;
            fn bits(self) -> u64 { u64::from(Id::raw(self)) }
            fn from_bits(raw: u64) -> Option<Self> { u32::try_from(raw).ok().map(Id::new) }
            fn value(self) -> Value { Value::$variant(self) }
        } )*
    };
}

handles! {
    UnitId, Unit, "consignment or requirement";
    NeedId, Need, "requirement";
    LineId, Line, "requirement line";
    PledgeId, Pledge, "pledge";
    PackageId, Package, "package";
    GateId, Gate, "mechanism and stage";
    Id<Stream>, Stream, "stream";
    Id<Node>, Node, "node";
    Id<Step>, Step, "node and step";
    Id<Leg>, Leg, "leg";
    Id<MechanismPlan>, Mechanism, "mechanism";
    Id<Stock>, Stock, "stock";
    Id<Disruption>, Disruption, "disruption";
    Id<Pool>, Pool, "pool";
}

macro_rules! numbers {
    ($( $ty:ty, $label:literal, |$s:ident| $raw:expr, |$r:ident| $from:expr, |$v:ident| $value:expr; )*) => {
        $( impl Field for $ty {
            const LABEL: &'static str = $label;
            fn bits(self) -> u64 { let $s = self; $raw }
            fn from_bits($r: u64) -> Option<Self> { $from }
            fn value(self) -> Value { let $v = self; $value }
        } )*
    };
}

numbers! {
    u32, "number", |s| u64::from(s), |r| u32::try_from(r).ok(), |v| Value::Count(i64::from(v));
    i32, "number", |s| zigzag(i64::from(s)), |r| i32::try_from(unzigzag(r)).ok(), |v| Value::Count(i64::from(v));
    i64, "number", |s| zigzag(s), |r| Some(unzigzag(r)), |v| Value::Count(v);
    bool, "true or false", |s| u64::from(s), |r| (r < 2).then_some(r == 1), |v| Value::Flag(v);
    SimTime, "date", |s| zigzag(s.0), |r| Some(SimTime(unzigzag(r))), |v| Value::Time(v);
    SimDuration, "seconds", |s| s.0.wrapping_add(1) as u64, |r| Some(SimDuration((r as i64).wrapping_sub(1))),
        |v| Value::Seconds(v.0);
    Money, "minor units of the home currency", |s| zigzag(s.0), |r| Some(Money(unzigzag(r))), |v| Value::Money(v);
    Hop, "leg, node or `out`",
        |s| match s { Hop::Out => 0, Hop::Leg(l) => 1 + 2 * u64::from(l.raw()), Hop::Node(n) => 2 + 2 * u64::from(n.raw()) },
        |r| match r {
            0 => Some(Hop::Out),
            r if r % 2 == 1 => u32::try_from((r - 1) / 2).ok().map(|n| Hop::Leg(Id::new(n))),
            r => u32::try_from((r - 2) / 2).ok().map(|n| Hop::Node(Id::new(n))),
        },
        |v| Value::Hop(v);
    PlaceId, "node or step",
        |s| match s { PlaceId::Node(n) => 2 * u64::from(n.raw()), PlaceId::Step(n) => 1 + 2 * u64::from(n.raw()) },
        |r| {
            let n = u32::try_from(r / 2).ok()?;
            Some(if r.is_multiple_of(2) { PlaceId::Node(Id::new(n)) } else { PlaceId::Step(Id::new(n)) })
        },
        |v| match v { PlaceId::Node(n) => Value::Node(n), PlaceId::Step(s) => Value::Step(s) };
    Subject, "consignment, requirement line or package",
        |s| match s {
            Subject::Unit(u) => 3 * u64::from(u.raw()),
            Subject::Line(l) => 3 * u64::from(l.raw()) + 1,
            Subject::Package(p) => 3 * u64::from(p.raw()) + 2,
        },
        |r| {
            let n = u32::try_from(r / 3).ok()?;
            Some(match r % 3 {
                0 => Subject::Unit(Id::new(n)),
                1 => Subject::Line(Id::new(n)),
                _ => Subject::Package(Id::new(n)),
            })
        },
        |v| match v {
            Subject::Unit(u) => Value::Unit(u),
            Subject::Line(l) => Value::Line(l),
            Subject::Package(p) => Value::Package(p),
        };
}
