//! Floor 2: the facts. An [`Event`] says what happened and carries everything that was drawn or decided, so that replay
//! never draws and never decides.
//!
//! The table below is the vocabulary (domain.md 4.10): the enum, the bytes ([`codec`]), the JSON lines of `waybill log` and
//! `docs/events.md` all come from it. The first field of each row is whom the event concerns, its `object`.

pub mod codec;
mod field;

pub use field::{Field, Gate, GateId, LineId, NeedId, PackageId, PlaceId, PledgeId, Subject, UnitId, Value};

use crate::model::{Disruption, Hop, Leg, MechanismPlan, Node, Pool, Step, Stock, Stream};
use crate::units::amount::Money;
use crate::units::arena::Id;
use crate::units::time::{SimDuration, SimTime};

/// One event and the event that caused it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub event: Event,
    /// `seq` of the cause; events are numbered from 1, and 0 is the opening record.
    pub cause: u64,
}

/// What the reference pages say of one kind of event.
pub struct KindInfo {
    /// The `kind` of `waybill log`.
    pub kind: &'static str,
    /// The name in the code; two of them may tell the same kind.
    pub name: &'static str,
    pub tag: u8,
    /// One sentence.
    pub text: &'static str,
    /// Name and type of each field; the first one is the object.
    pub fields: &'static [(&'static str, &'static str)],
}

macro_rules! events {
    ($( #[doc = $doc:literal] $name:ident($kind:literal) = $tag:literal { $object:ident: $object_ty:ty $(, $field:ident: $ty:ty )* } )*) => {
        /// A fact. Nothing in it refers to a rule: it always applies.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Event {
            $( #[doc = $doc] $name { $object: $object_ty $(, $field: $ty )* }, )*
        }

        /// Every kind of event, in the order of the tags.
        pub const KINDS: &[KindInfo] = &[
            $( KindInfo {
                kind: $kind,
                name: stringify!($name),
                tag: $tag,
                text: $doc,
                fields: &[
                    (stringify!($object), <$object_ty as Field>::LABEL) $(, (stringify!($field), <$ty as Field>::LABEL) )*
                ],
            } ),*
        ];

        impl Event {
            /// The `kind` of `waybill log`.
            pub fn kind(&self) -> &'static str {
                match self { $( Event::$name { .. } => $kind, )* }
            }

            /// Each field by name, the object first.
            pub fn each_field(&self, visit: &mut dyn FnMut(&'static str, Value)) {
                match *self {
                    $( Event::$name { $object $(, $field )* } => {
                        visit(stringify!($object), $object.value());
                        $( visit(stringify!($field), $field.value()); )*
                    } )*
                }
            }

            /// Writes the event, as the module [`codec`] says, and returns where it ends and its object's number. `before`
            /// is the object of the event before it in its turn.
            #[inline(always)]
            pub(crate) fn put(&self, distance: u64, before: Option<u64>, bytes: &mut codec::Room) -> (usize, u64) {
                match *self {
                    $( Event::$name { $object $(, $field )* } => {
                        let object = $object.bits();
                        let at = codec::put_head($tag, distance, object, before, bytes);
                        (codec::put(&[ $( $field.bits() ),* ], bytes, at), object)
                    } )*
                }
            }

            /// Reads what [`Event::put`] wrote: the event, the distance to its cause and its object's number.
            #[inline]
            pub(crate) fn take(before: Option<u64>, input: &mut &[u8]) -> Option<(Event, u64, u64)> {
                let (tag, distance, object) = codec::take_head(before, input)?;
                let event = match tag {
                    $( $tag => Event::$name {
                        $object: <$object_ty as Field>::from_bits(object)?
                        $(, $field: <$ty as Field>::from_bits(codec::take(input)?)? )*
                    }, )*
                    _ => return None,
                };
                Some((event, distance, object))
            }
        }
    };
}

events! {
    /// A stream brings goods; the next of the stream comes `next` seconds later (-1: none).
    ConsignmentCreated("ConsignmentCreated") = 1 { unit: UnitId, stream: Id<Stream>, amount: u32, priority: i32, next: SimDuration }
    /// Goods of a requirement's line exist from now on: its lot of this number.
    GoodsCreated("ConsignmentCreated") = 2 { unit: UnitId, line: LineId, number: u32, amount: u32 }
    /// A consignment has a need-by date.
    NeedBySet("NeedBySet") = 3 { unit: UnitId, due: SimTime }
    /// A consignment has a value of its own.
    ValueSet("ValueSet") = 4 { unit: UnitId, value: Money }
    /// It enters a step's yard and joins its line.
    YardEntered("YardEntered") = 5 { unit: UnitId, step: Id<Step> }
    /// It finds the yard full and waits outside, holding nothing.
    HeldAtGate("HeldAtGate") = 6 { unit: UnitId, step: Id<Step> }
    /// It finds the next step's yard full and keeps its server.
    Blocked("Blocked") = 7 { unit: UnitId, step: Id<Step> }
    /// It finds the yard full and goes to another node at once.
    Diverted("Diverted") = 8 { unit: UnitId, step: Id<Step>, to: Id<Node> }
    /// It finds the yard full and leaves the model.
    Refused("Refused") = 9 { unit: UnitId, step: Id<Step> }
    /// It finds the yard full and is let in all the same.
    OverflowAccepted("OverflowAccepted") = 10 { unit: UnitId, step: Id<Step> }
    /// A server begins to handle it, for `service` seconds of work.
    HandlingStarted("HandlingStarted") = 11 { unit: UnitId, step: Id<Step>, server: u32, service: SimDuration }
    /// Its handling stands still, with `left` seconds to go.
    HandlingPaused("HandlingPaused") = 12 { unit: UnitId, left: SimDuration }
    /// Its handling goes on.
    HandlingResumed("HandlingResumed") = 13 { unit: UnitId, left: SimDuration }
    /// Its handling is broken off; it is in line again with `left` seconds to go.
    HandlingRequeued("HandlingRequeued") = 14 { unit: UnitId, left: SimDuration }
    /// Its handling is done; `again`: it has to be repeated.
    HandlingFinished("HandlingFinished") = 15 { unit: UnitId, step: Id<Step>, again: bool }
    /// Where several ways lead on, the one it takes.
    RouteChosen("RouteChosen") = 16 { unit: UnitId, to: Hop }
    /// It reaches a node that no leg leads to.
    NodeReached("NodeReached") = 17 { unit: UnitId, node: Id<Node> }
    /// It departs over a leg and is under way for `transit` seconds.
    LegDeparted("LegDeparted") = 18 { unit: UnitId, leg: Id<Leg>, transit: SimDuration }
    /// It arrives at the leg's end.
    LegArrived("LegArrived") = 19 { unit: UnitId, leg: Id<Leg> }
    /// It is handed over (recognition point R4).
    HandedOver("HandedOver") = 20 { unit: UnitId, node: Id<Node> }
    /// Its way ends here.
    LeftModel("LeftModel") = 21 { unit: UnitId, node: Id<Node> }
    /// A departure leaves with so many consignments; `transit` is -1 where each has its own.
    ConvoyDispatched("ConvoyDispatched") = 22 { leg: Id<Leg>, load: u32, transit: SimDuration }
    /// A departure does not leave: too little is ready.
    DepartureEmpty("DepartureEmpty") = 23 { leg: Id<Leg> }
    /// A departure does not leave: the leg or its origin is closed, or no vehicle of its fleet is in.
    DepartureSkipped("DepartureSkipped") = 24 { leg: Id<Leg> }
    /// Room came free in a yard, but nothing that waits for it fits.
    YardStillFull("YardStillFull") = 25 { step: Id<Step> }
    /// A stream begins; its first thing comes `next` seconds after the start (-1: none).
    StreamOpened("StreamOpened") = 26 { stream: Id<Stream>, next: SimDuration }
    /// The handling that it will need, drawn when it joins a line that takes the shortest first.
    HandlingMeasured("HandlingMeasured") = 27 { unit: UnitId, step: Id<Step>, service: SimDuration }
    /// A consignment that was dated before the start enters.
    BacklogEntered("BacklogEntered") = 28 { unit: UnitId }
    /// A requirement that was dated before the start is taken up.
    BacklogTakenUp("BacklogTakenUp") = 29 { need: NeedId }

    /// A disruption begins.
    DisruptionBegan("DisruptionBegan") = 30 { disruption: Id<Disruption> }
    /// A disruption ends.
    DisruptionEnded("DisruptionEnded") = 31 { disruption: Id<Disruption> }
    /// Opening hours end.
    HoursEnded("HoursEnded") = 32 { place: PlaceId }
    /// Opening hours begin.
    HoursBegan("HoursBegan") = 33 { place: PlaceId }
    /// A node goes down.
    NodeClosed("NodeClosed") = 34 { node: Id<Node> }
    /// A node is up again.
    NodeOpened("NodeOpened") = 35 { node: Id<Node> }
    /// A step goes down by itself.
    StepClosed("StepClosed") = 36 { step: Id<Step> }
    /// A step is up again, as far as it is concerned itself.
    StepOpened("StepOpened") = 37 { step: Id<Step> }
    /// A leg lets nothing depart.
    LegClosed("LegClosed") = 38 { leg: Id<Leg> }
    /// A leg lets goods depart again.
    LegOpened("LegOpened") = 39 { leg: Id<Leg> }
    /// A stage lets nothing out; its times stand still.
    StageHeld("StageHeld") = 40 { gate: GateId }
    /// A stage's times go on.
    StageResumed("StageResumed") = 41 { gate: GateId }
    /// Another number of servers is on duty by the calendar (4,294,967,295: without limit).
    CapacityChanged("CapacityChanged") = 42 { step: Id<Step>, servers: u32 }
    /// A more urgent one takes its server; it is in line again with `left` seconds to go, all of them where it `restarts`.
    HandlingPreempted("HandlingPreempted") = 43 { unit: UnitId, by: UnitId, left: SimDuration, restarts: bool }
    /// It will wait in line for so many seconds, counted from the time at which it joined.
    PatienceSet("PatienceSet") = 44 { unit: UnitId, lasts: SimDuration }
    /// It has waited as long as it would, and leaves the model.
    PatienceEnded("PatienceEnded") = 45 { unit: UnitId, step: Id<Step> }

    /// The next outage of a random disruption begins in so many seconds (-1: never); `server` is 0 for a whole place.
    OutageAwaited("OutageAwaited") = 46 { disruption: Id<Disruption>, server: u32, next: SimDuration }
    /// An outage of a random disruption begins, and is over in so many seconds.
    OutageMeasured("OutageMeasured") = 47 { disruption: Id<Disruption>, server: u32, lasts: SimDuration }
    /// A server of a step fails.
    ServerFailed("ServerFailed") = 48 { step: Id<Step>, server: u32 }
    /// What had made a server fail is over.
    ServerRepaired("ServerRepaired") = 49 { step: Id<Step>, server: u32 }

    /// A recipient states a requirement; the next of the stream comes `next` seconds later (-1: none).
    RequirementSubmitted("RequirementSubmitted") = 50 { need: NeedId, stream: Id<Stream>, priority: i32, next: SimDuration }
    /// A requirement has a need-by date.
    RequirementDueSet("RequirementDueSet") = 51 { need: NeedId, due: SimTime }
    /// One line of a requirement asks for so many units.
    LineAsked("LineAsked") = 52 { line: LineId, need: NeedId, quantity: i64 }
    /// A requirement's paper goes to the desks of the headquarters.
    PaperFiled("PaperFiled") = 53 { unit: UnitId, need: NeedId }
    /// The requirement is checked and codified.
    RequirementValidated("RequirementValidated") = 54 { need: NeedId }
    /// The requirement is ranked.
    RequirementPrioritised("RequirementPrioritised") = 55 { need: NeedId }
    /// The requirement has a source: its lines go on to their mechanism or origin.
    RequirementMatched("RequirementMatched") = 56 { need: NeedId }
    /// The last consignment of the requirement reaches the recognition point.
    RequirementFulfilled("RequirementFulfilled") = 57 { need: NeedId }
    /// A journal's row that states something and moves nothing.
    StatementRecorded("StatementRecorded") = 58 { stream: Id<Stream>, row: u32 }
    /// A journal's row that cannot be used.
    ImportRejected("ImportRejected") = 59 { stream: Id<Stream>, row: u32 }
    /// What else arrives over a leg now comes after what is due before it.
    UnloadingPaused("UnloadingPaused") = 60 { leg: Id<Leg> }
    /// A stream brings so many things at once: this turn's and the next ones of the stream, at the same instant.
    BatchArrived("BatchArrived") = 61 { stream: Id<Stream>, size: u32 }

    /// A donor announces a sum (home currency, minor units); the next of the stream comes `next` seconds later (-1: none).
    PledgeAnnounced("PledgeAnnounced") = 70 { pledge: PledgeId, stream: Id<Stream>, amount: Money, next: SimDuration }
    /// The sum was announced as `foreign` minor units of another currency and converted at `rate` billionths.
    ExchangeRateFixed("ExchangeRateFixed") = 71 { pledge: PledgeId, foreign: i64, rate: i64 }
    /// When it will be committed and paid, in seconds from the announcement.
    PledgeTermsSet("PledgeTermsSet") = 72 { pledge: PledgeId, committed_after: SimDuration, paid_after: SimDuration }
    /// How much of it will be paid; 0 and `lapses` where it never becomes a commitment.
    PledgeKeptSet("PledgeKeptSet") = 73 { pledge: PledgeId, kept: Money, lapses: bool }
    /// The pledge becomes a firm commitment.
    PledgeCommitted("PledgeCommitted") = 74 { pledge: PledgeId }
    /// The pledge does not become a commitment.
    PledgeLapsed("PledgeLapsed") = 75 { pledge: PledgeId }
    /// The donor pays.
    FundsDisbursed("FundsDisbursed") = 76 { pledge: PledgeId, amount: Money }
    /// A part of the commitment that will never be paid.
    PledgeDefaulted("PledgeDefaulted") = 77 { pledge: PledgeId, amount: Money }
    /// What counted of a pledge is held for a need of its earmark.
    EarmarkSet("EarmarkSet") = 78 { pledge: PledgeId }
    /// What was held for a need joins the pool.
    SurplusRolledOver("SurplusRolledOver") = 79 { pledge: PledgeId, amount: Money }
    /// What is left of a pledge is held for the one package it went to.
    SurplusHeld("SurplusHeld") = 80 { pledge: PledgeId, package: PackageId }

    /// A package forms from lines of the list; its price is their value.
    PackageDrafted("PackageDrafted") = 90 { package: PackageId, mechanism: Id<MechanismPlan>, price: Money }
    /// A line becomes part of a package.
    LinePackaged("LinePackaged") = 91 { line: LineId, package: PackageId }
    /// A package's review is over; it waits to seek money.
    PackageValidated("PackageValidated") = 92 { package: PackageId }
    /// A package seeks money.
    PackageOpened("PackageOpened") = 93 { package: PackageId }
    /// Money of a pledge goes to a package.
    MoneyAllocated("MoneyAllocated") = 94 { package: PackageId, pledge: PledgeId, amount: Money }
    /// A package's gap is zero.
    PackageFunded("PackageFunded") = 95 { package: PackageId }
    /// The supplier releases a package: its goods exist.
    PackageReleased("PackageReleased") = 96 { package: PackageId }
    /// Paid money of a package is paid on to the supplier.
    MoneySpent("MoneySpent") = 97 { package: PackageId, amount: Money }
    /// Something enters a stage, for `lasts` seconds (-1: until its rule lets it out).
    StageEntered("StageEntered") = 98 { subject: Subject, gate: GateId, lasts: SimDuration }
    /// It leaves the stage.
    StageLeft("StageLeft") = 99 { subject: Subject, gate: GateId }
    /// A line takes units from a stock.
    StockTaken("StockTaken") = 100 { line: LineId, stock: Id<Stock>, quantity: i64 }
    /// The mechanism had nothing to decide.
    MechanismChecked("MechanismChecked") = 101 { mechanism: Id<MechanismPlan> }
    /// The mechanism's draft clock struck.
    MechanismDrafted("MechanismDrafted") = 102 { mechanism: Id<MechanismPlan> }
    /// A vehicle of a leg's fleet leaves, and is in again in so many seconds; vehicles are numbered from 1.
    VehicleLeft("VehicleLeft") = 103 { leg: Id<Leg>, vehicle: u32, away: SimDuration }
    /// A vehicle of a leg's fleet is in again.
    VehicleReturned("VehicleReturned") = 104 { leg: Id<Leg>, vehicle: u32 }
    /// It fits no departure of the leg, even one that nothing disturbs, and leaves the model.
    TooLarge("Refused") = 105 { unit: UnitId, leg: Id<Leg> }
    /// Another number of a pool's servers is on duty by the calendar (4,294,967,295: without limit).
    PoolChanged("PoolChanged") = 106 { pool: Id<Pool>, servers: u32 }
    /// A server finds its line empty, and is away for so many seconds.
    ServerAway("ServerAway") = 107 { step: Id<Step>, server: u32, lasts: SimDuration }
    /// A server that was away is back.
    ServerBack("ServerBack") = 108 { step: Id<Step>, server: u32 }
    /// A line asks a stock at its origin for units.
    StockAsked("StockAsked") = 109 { line: LineId, stock: Id<Stock>, quantity: i64 }
    /// A stock with a rhythm of reviews is looked at.
    StockReviewed("StockReviewed") = 110 { stock: Id<Stock> }
    /// Units are ordered for a stock; they come in `lead` seconds (-1: lot by lot, from its production line).
    StockOrdered("StockOrdered") = 111 { stock: Id<Stock>, quantity: i64, lead: SimDuration }
    /// A stock's production line begins with so many units, for `lasts` seconds.
    ProductionStarted("ProductionStarted") = 112 { stock: Id<Stock>, quantity: i64, lasts: SimDuration }
    /// Ordered units come in.
    StockReceived("StockReceived") = 113 { stock: Id<Stock>, quantity: i64 }
    /// A package of a scenario, which seeks money from now on; the next of the stream comes `next` seconds later (-1: none).
    PackageStated("PackageStated") = 114 { package: PackageId, stream: Id<Stream>, priority: i32, price: Money, next: SimDuration }
    /// What of a pledge is not allocated in so many seconds from its announcement will be withdrawn.
    PledgeExpirySet("PledgeExpirySet") = 115 { pledge: PledgeId, expires: SimDuration }
    /// What was not allocated of a pledge is withdrawn.
    PledgeExpired("PledgeExpired") = 116 { pledge: PledgeId, amount: Money }
    /// A pledge is not committed (`payment`: paid) now: its nation is struck for `wait` seconds more (-1: for ever).
    PledgeDelayed("PledgeDelayed") = 117 { pledge: PledgeId, payment: bool, wait: SimDuration }
    /// A requirement is open no more, though not all of it was delivered.
    RequirementExpired("RequirementExpired") = 118 { need: NeedId }
    /// A line of an expired requirement waits no more for its mechanism or its stock.
    LineWithdrawn("LineWithdrawn") = 119 { line: LineId }
}

const _: () = assert!(size_of::<Event>() <= 32, "an event stays small: it is written once a few nanoseconds");
