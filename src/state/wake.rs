//! Wakes: pending calls in the calendar, and the order in which they fire.
//!
//! A key holds time (40 bits), phase (4), place (20), kind (8) and whom it concerns (56): comparing keys is the order of
//! spec 5.2, up to things of one place that are due together, which [`super::State::next`] tells apart by choice.

use super::calendar::Key;
use crate::event::{GateId, NeedId, PackageId, PlaceId, PledgeId, Subject, UnitId};
use crate::model::{Disruption, Leg, MechanismPlan, Plan, Pool, Step, Stock, Stream};
use crate::units::arena::Id;
use crate::units::time::SimTime;

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    HandlingEnds(UnitId),
    LegEnds(UnitId),
    /// A convoy arrives: the row of its load.
    ConvoyEnds(u32),
    DisruptionTurns(Id<Disruption>),
    HoursTurn(PlaceId),
    ServersTurn(Id<Step>),
    StreamDue(Id<Stream>),
    PledgeCommits(PledgeId),
    PledgePays(PledgeId),
    /// Something of the opening backlog enters.
    UnitEnters(UnitId),
    NeedEnters(NeedId),
    /// A requirement that passes no desk is validated.
    Validates(NeedId),
    /// A requirement's last consignment was recognised.
    Closes(NeedId),
    StageEnds(Subject, GateId),
    Drafts(Id<MechanismPlan>),
    Settles(Id<MechanismPlan>),
    /// A departure of the timetable.
    LegTicks(Id<Leg>),
    /// Goods are ready for a leg without departures.
    LegReady(Id<Leg>),
    Enters(Id<Step>),
    Serves(Id<Step>),
    /// Somebody in line gives up.
    GivesUp(UnitId),
    /// A server, by its number, fails or is repaired.
    OutageTurns(Id<Disruption>, u32),
    /// A vehicle of a fleet, by its number, is in again.
    VehicleBack(Id<Leg>, u32),
    /// Who waits longest for a leg has waited as long as a departure may let it.
    LegOverdue(Id<Leg>),
    PoolTurns(Id<Pool>),
    /// Servers find their line empty.
    Idles(Id<Step>),
    /// A server, by its number, that left an empty line is back.
    ServerBack(Id<Step>, u32),
    /// Ordered units come in: the number of their delivery.
    StockArrives(Id<Stock>, u64),
    StockReviews(Id<Stock>),
    /// A stock has units for who waits.
    StockGives(Id<Stock>),
    /// A stock's position calls for an order.
    StockOrders(Id<Stock>),
    /// A stock's production line can begin with a lot.
    StockMakes(Id<Stock>),
    /// A package dated before the start begins to seek money.
    PackageEnters(PackageId),
    NeedExpires(NeedId),
    PledgeExpires(PledgeId),
}

/// Phases of one instant, in the order of spec 5.2. What the spec names in order within a phase is a number of its own here.
pub mod phase {
    pub const COMPLETIONS: u8 = 1;
    pub const CALENDARS: u8 = 2;
    pub const ARRIVALS: u8 = 3;
    /// Validation, reviews, stocks, releases.
    pub const DECISIONS: u8 = 4;
    /// Money and gifts go to what is open once all that opens now is.
    pub const ALLOCATION: u8 = 5;
    pub const DEPARTURES: u8 = 6;
    pub const ENTRIES: u8 = 7;
    pub const SERVICES: u8 = 8;
    pub const PATIENCE: u8 = 9;
    /// Servers leave lines that are empty after all else.
    pub const IDLE: u8 = 10;
    /// Requirements that are still open expire last of all.
    pub const EXPIRY: u8 = 11;
}

/// Whether a key's wake is a clock's: clocks alone do not keep a run alive (spec 5.1).
#[inline(always)]
pub fn is_clock(key: Key) -> bool {
    1u64 << kind_of(key) & CLOCKS != 0
}

/// Whether a row knows of a key's wake that it is pending.
#[inline(always)]
pub fn leaves_a_mark(key: Key) -> bool {
    1u64 << kind_of(key) & MARKS != 0
}

/// Kinds of wakes by bit: disruptions, hours, servers, drafts, timetables, outages of servers, empty vehicles, pools, servers
/// without work, reviews of stocks.
const CLOCKS: u64 =
    1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 17 | 1 << 19 | 1 << 24 | 1 << 25 | 1 << 27 | 1 << 28 | 1 << 29 | 1 << 31;
/// Convoys, settlements, timetables, free departures, entries, services, overdue departures, servers without work, what
/// stocks decide.
const MARKS: u64 = 1 << 2
    | 1 << 18
    | 1 << 19
    | 1 << 20
    | 1 << 21
    | 1 << 22
    | 1 << 26
    | 1 << 28
    | 1 << 30
    | 1 << 32
    | 1 << 33
    | 1 << 34;

#[inline(always)]
fn kind_of(key: Key) -> u32 {
    (key as u64 >> 56) as u32
}

/// The places of a plan in the order of their names (docs/semantics.md).
#[derive(Clone, Debug, Default)]
pub struct Ranks {
    pub disruptions: Vec<u32>,
    pub legs: Vec<u32>,
    pub mechanisms: Vec<u32>,
    pub gates: Vec<u32>,
    pub nodes: Vec<u32>,
    pub steps: Vec<u32>,
    pub streams: Vec<u32>,
    pub pools: Vec<u32>,
    pub stocks: Vec<u32>,
}

impl Ranks {
    pub fn new(plan: &Plan) -> Ranks {
        let mut all: Vec<(&str, &str, u32, u8, usize)> = Vec::new();
        all.extend(plan.disruptions.iter().enumerate().map(|(i, d)| (&*d.name, "", 0, 0, i)));
        all.extend(plan.legs.iter().enumerate().map(|(i, l)| (&*l.name, "", 0, 1, i)));
        all.extend(plan.mechanisms.iter().enumerate().map(|(i, m)| (&*m.name, "", 0, 2, i)));
        let gates = plan.mechanisms.iter().flat_map(|m| (0..m.stages.len()).map(|s| (&*m.name, s as u32 + 1)));
        all.extend(gates.enumerate().map(|(i, (name, at))| (name, "", at, 3, i)));
        all.extend(plan.nodes.iter().enumerate().map(|(i, n)| (&*n.name, "", 0, 4, i)));
        all.extend(plan.steps.iter().enumerate().map(|(i, s)| (&*plan.nodes[s.node].name, &*s.name, 0, 5, i)));
        all.extend(plan.streams.iter().enumerate().map(|(i, s)| (&*s.name, "", 0, 6, i)));
        all.extend(plan.pools.iter().enumerate().map(|(i, p)| (&*p.name, "", 0, 7, i)));
        all.extend(plan.stocks.iter().enumerate().map(|(i, s)| (&*s.name, "", 0, 8, i)));
        all.sort_unstable();
        assert!(all.len() < MOST_PLACES as usize, "the reader refuses a scenario of more than 2^20 places");
        let mut ranks = Ranks::default();
        let gates: usize = plan.mechanisms.iter().map(|m| m.stages.len()).sum();
        let lists = [
            (&mut ranks.disruptions, plan.disruptions.len()),
            (&mut ranks.legs, plan.legs.len()),
            (&mut ranks.mechanisms, plan.mechanisms.len()),
            (&mut ranks.gates, gates),
            (&mut ranks.nodes, plan.nodes.len()),
            (&mut ranks.steps, plan.steps.len()),
            (&mut ranks.streams, plan.streams.len()),
            (&mut ranks.pools, plan.pools.len()),
            (&mut ranks.stocks, plan.stocks.len()),
        ];
        let lists = lists.map(|(list, len)| {
            list.resize(len, 0);
            list
        });
        for (rank, &(.., kind, index)) in all.iter().enumerate() {
            lists[usize::from(kind)][index] = rank as u32;
        }
        ranks
    }
}

const BIAS: i64 = 1 << 39;

/// Places have ranks, and stocks have numbers, below this.
const MOST_PLACES: u32 = 1 << 20;

/// The instant of a key.
#[inline]
pub fn time_of(key: Key) -> SimTime {
    SimTime((key >> 88) as i64 - BIAS)
}

#[inline(always)]
pub fn pack(at: SimTime, phase: u8, place: u32, kind: u8, who: u64) -> Key {
    debug_assert!(at >= SimTime::EARLIEST && at <= SimTime::LATEST && who < 1 << 56);
    let high = ((at.0 + BIAS) as u64) << 24 | u64::from(phase) << 20 | u64::from(place);
    u128::from(high) << 64 | u128::from(u64::from(kind) << 56 | who)
}

/// The wake of a key.
#[inline(always)]
pub fn unpack(key: Key) -> Wake {
    let low = key as u64;
    let who = low & ((1 << 56) - 1);
    let id = who as u32;
    match low >> 56 {
        0 => Wake::HandlingEnds(Id::new(id)),
        1 => Wake::LegEnds(Id::new(id)),
        2 => Wake::ConvoyEnds(id),
        3 => Wake::DisruptionTurns(Id::new(id)),
        4 => Wake::HoursTurn(PlaceId::Node(Id::new(id))),
        5 => Wake::HoursTurn(PlaceId::Step(Id::new(id))),
        6 => Wake::ServersTurn(Id::new(id)),
        7 => Wake::StreamDue(Id::new(id)),
        8 => Wake::PledgeCommits(Id::new(id)),
        9 => Wake::PledgePays(Id::new(id)),
        10 => Wake::UnitEnters(Id::new(id)),
        11 => Wake::NeedEnters(Id::new(id)),
        12 => Wake::Validates(Id::new(id)),
        13 => Wake::Closes(Id::new(id)),
        // The gate is the upper 24 bits of `who`.
        14 => Wake::StageEnds(Subject::Unit(Id::new(id)), Id::new((who >> 32) as u32)),
        15 => Wake::StageEnds(Subject::Line(Id::new(id)), Id::new((who >> 32) as u32)),
        16 => Wake::StageEnds(Subject::Package(Id::new(id)), Id::new((who >> 32) as u32)),
        17 => Wake::Drafts(Id::new(id)),
        18 => Wake::Settles(Id::new(id)),
        19 => Wake::LegTicks(Id::new(id)),
        20 => Wake::LegReady(Id::new(id)),
        21 => Wake::Enters(Id::new(id)),
        22 => Wake::Serves(Id::new(id)),
        23 => Wake::GivesUp(Id::new(id)),
        // The server is the upper 24 bits of `who`: those of one disruption turn in their order.
        24 => Wake::OutageTurns(Id::new(id), (who >> 32) as u32),
        25 => Wake::VehicleBack(Id::new(id), (who >> 32) as u32),
        26 => Wake::LegOverdue(Id::new(id)),
        27 => Wake::PoolTurns(Id::new(id)),
        28 => Wake::Idles(Id::new(id)),
        29 => Wake::ServerBack(Id::new(id), (who >> 32) as u32),
        // The number is the upper 36 bits of `who`: deliveries of one stock come in the order in which they were sent.
        30 => Wake::StockArrives(Id::new(who as u32 & (MOST_PLACES - 1)), who >> 20),
        31 => Wake::StockReviews(Id::new(id)),
        32 => Wake::StockGives(Id::new(id)),
        33 => Wake::StockOrders(Id::new(id)),
        34 => Wake::StockMakes(Id::new(id)),
        35 => Wake::PackageEnters(Id::new(id)),
        36 => Wake::NeedExpires(Id::new(id)),
        37 => Wake::PledgeExpires(Id::new(id)),
        kind => unreachable!("no wake has kind {kind}"),
    }
}

/// Kind number and whom it concerns.
#[inline(always)]
pub fn parts(wake: Wake) -> (u8, u64) {
    let (kind, id) = match wake {
        Wake::HandlingEnds(u) => (0, u.raw()),
        Wake::LegEnds(u) => (1, u.raw()),
        Wake::ConvoyEnds(v) => (2, v),
        Wake::DisruptionTurns(d) => (3, d.raw()),
        Wake::HoursTurn(PlaceId::Node(n)) => (4, n.raw()),
        Wake::HoursTurn(PlaceId::Step(s)) => (5, s.raw()),
        Wake::ServersTurn(s) => (6, s.raw()),
        Wake::StreamDue(s) => (7, s.raw()),
        Wake::PledgeCommits(p) => (8, p.raw()),
        Wake::PledgePays(p) => (9, p.raw()),
        Wake::UnitEnters(u) => (10, u.raw()),
        Wake::NeedEnters(n) => (11, n.raw()),
        Wake::Validates(n) => (12, n.raw()),
        Wake::Closes(n) => (13, n.raw()),
        Wake::StageEnds(subject, gate) => {
            let (kind, id) = match subject {
                Subject::Unit(u) => (14, u.raw()),
                Subject::Line(l) => (15, l.raw()),
                Subject::Package(p) => (16, p.raw()),
            };
            return (kind, u64::from(gate.raw()) << 32 | u64::from(id));
        }
        Wake::Drafts(m) => (17, m.raw()),
        Wake::Settles(m) => (18, m.raw()),
        Wake::LegTicks(l) => (19, l.raw()),
        Wake::LegReady(l) => (20, l.raw()),
        Wake::Enters(s) => (21, s.raw()),
        Wake::Serves(s) => (22, s.raw()),
        Wake::GivesUp(u) => (23, u.raw()),
        Wake::OutageTurns(d, server) => return (24, u64::from(server) << 32 | u64::from(d.raw())),
        Wake::VehicleBack(l, vehicle) => return (25, u64::from(vehicle) << 32 | u64::from(l.raw())),
        Wake::LegOverdue(l) => (26, l.raw()),
        Wake::PoolTurns(p) => (27, p.raw()),
        Wake::Idles(s) => (28, s.raw()),
        Wake::ServerBack(s, server) => return (29, u64::from(server) << 32 | u64::from(s.raw())),
        Wake::StockArrives(s, number) => {
            assert!(number < 1 << 36, "a stock gets fewer than 2^36 deliveries");
            return (30, number << 20 | u64::from(s.raw()));
        }
        Wake::StockReviews(s) => (31, s.raw()),
        Wake::StockGives(s) => (32, s.raw()),
        Wake::StockOrders(s) => (33, s.raw()),
        Wake::StockMakes(s) => (34, s.raw()),
        Wake::PackageEnters(p) => (35, p.raw()),
        Wake::NeedExpires(n) => (36, n.raw()),
        Wake::PledgeExpires(p) => (37, p.raw()),
    };
    (kind, u64::from(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wake_comes_back_from_its_key_and_clocks_are_known() {
        let id = 7;
        let all = [
            Wake::HandlingEnds(Id::new(id)),
            Wake::LegEnds(Id::new(id)),
            Wake::ConvoyEnds(id),
            Wake::DisruptionTurns(Id::new(id)),
            Wake::HoursTurn(PlaceId::Node(Id::new(id))),
            Wake::HoursTurn(PlaceId::Step(Id::new(id))),
            Wake::ServersTurn(Id::new(id)),
            Wake::StreamDue(Id::new(id)),
            Wake::PledgeCommits(Id::new(id)),
            Wake::PledgePays(Id::new(id)),
            Wake::UnitEnters(Id::new(id)),
            Wake::NeedEnters(Id::new(id)),
            Wake::Validates(Id::new(id)),
            Wake::Closes(Id::new(id)),
            Wake::StageEnds(Subject::Unit(Id::new(id)), Id::new(3)),
            Wake::StageEnds(Subject::Line(Id::new(id)), Id::new(3)),
            Wake::StageEnds(Subject::Package(Id::new(id)), Id::new(3)),
            Wake::Drafts(Id::new(id)),
            Wake::Settles(Id::new(id)),
            Wake::LegTicks(Id::new(id)),
            Wake::LegReady(Id::new(id)),
            Wake::Enters(Id::new(id)),
            Wake::Serves(Id::new(id)),
            Wake::GivesUp(Id::new(id)),
            Wake::OutageTurns(Id::new(id), 5),
            Wake::VehicleBack(Id::new(id), 5),
            Wake::LegOverdue(Id::new(id)),
            Wake::PoolTurns(Id::new(id)),
            Wake::Idles(Id::new(id)),
            Wake::ServerBack(Id::new(id), 5),
            Wake::StockArrives(Id::new(id), 5),
            Wake::StockReviews(Id::new(id)),
            Wake::StockGives(Id::new(id)),
            Wake::StockOrders(Id::new(id)),
            Wake::StockMakes(Id::new(id)),
            Wake::PackageEnters(Id::new(id)),
            Wake::NeedExpires(Id::new(id)),
            Wake::PledgeExpires(Id::new(id)),
        ];
        for (kind, wake) in all.into_iter().enumerate() {
            let (number, who) = parts(wake);
            assert_eq!(usize::from(number), kind);
            let key = pack(SimTime(-5), 3, 9, number, who);
            assert_eq!((unpack(key), time_of(key)), (wake, SimTime(-5)));
            use Wake::*;
            let clock = matches!(
                wake,
                DisruptionTurns(_)
                    | OutageTurns(..)
                    | HoursTurn(_)
                    | ServersTurn(_)
                    | LegTicks(_)
                    | Drafts(_)
                    | VehicleBack(..)
                    | PoolTurns(_)
                    | Idles(_)
                    | ServerBack(..)
                    | StockReviews(_)
            );
            assert_eq!(is_clock(key), clock, "{wake:?}");
            let marks = matches!(
                wake,
                ConvoyEnds(_)
                    | Settles(_)
                    | LegTicks(_)
                    | LegReady(_)
                    | Enters(_)
                    | Serves(_)
                    | LegOverdue(_)
                    | Idles(_)
                    | StockArrives(..)
                    | StockGives(_)
                    | StockOrders(_)
                    | StockMakes(_)
            );
            assert_eq!(leaves_a_mark(key), marks, "{wake:?}");
        }
    }
}
