//! Floor 4: one file for each channel of aid; what happens next.
//!
//! A new mechanism is one file here and one row in [`KINDS`]: the scenario reader, the reference pages, `waybill
//! mechanisms` and the figures follow from the row.

mod demand;
mod donation;
mod goods;
mod movement;
mod outage;
pub(crate) mod pace;
mod package;
mod pledge;
mod rules;
mod stock;
mod turn;

pub use rules::Rules;

use crate::event::{Entry, Event, Subject};
use crate::model::{Arrivals, Brings, Cause, MechanismPlan, RowBrings, Stream};
use crate::state::wake::Wake;
use crate::state::{Due, State};
use crate::units::arena::Id;
use crate::units::time::{SimDuration, SimTime};
use turn::Turn;

/// What a kind of mechanism decides. It reads the world and states facts; it never changes anything.
pub trait Mechanism: Sync {
    /// Does the first thing that the mechanism can do now; false when there is none.
    fn settles(&self, turn: &mut Turn, m: Id<MechanismPlan>) -> bool;
    /// Its draft clock strikes; false when there is nothing to draft.
    fn drafts(&self, turn: &mut Turn, m: Id<MechanismPlan>) -> bool;
    /// Something's time in one of its stages is over.
    fn stage_ended(&self, turn: &mut Turn, m: Id<MechanismPlan>, subject: Subject, stage: usize);
}

/// States what follows from a wake that is due: the events of one turn.
///
/// It has the rules and the chance; `state` is only read. No turn is empty.
pub fn decide(state: &State, rules: &mut Rules, due: &Due, out: &mut Vec<Entry>) {
    rules.new_turn();
    let turn = &mut Turn::new(state, rules, due, out);
    match due.wake() {
        Wake::HandlingEnds(unit) => movement::handled(turn, unit),
        Wake::LegEnds(unit) => movement::leg_ends(turn, unit),
        Wake::ConvoyEnds(row) => movement::convoy_ends(turn, row),
        Wake::DisruptionTurns(id) => outage::disruption(turn, id),
        Wake::OutageTurns(id, server) => outage::server(turn, id, server),
        Wake::HoursTurn(place) => outage::hours(turn, place),
        Wake::ServersTurn(step) => outage::servers(turn, step),
        Wake::StreamDue(stream) => arrival(turn, stream),
        Wake::PledgeCommits(id) => pledge::commits(turn, id),
        Wake::PledgePays(id) => pledge::pays(turn, id),
        Wake::UnitEnters(unit) => movement::backlog(turn, unit),
        Wake::NeedEnters(need) => demand::backlog(turn, need),
        Wake::Validates(need) => demand::validates(turn, need),
        Wake::Closes(need) => demand::closes(turn, need),
        Wake::StageEnds(subject, gate) => {
            let (m, stage) = state.net.gates[gate.index()];
            let m = Id::new(m);
            rules_of(state, m).stage_ended(turn, m, subject, usize::from(stage));
        }
        Wake::Drafts(m) => {
            let done = rules_of(state, m).drafts(turn, m);
            turn.emit(turn.last() * u64::from(done), Event::MechanismDrafted { mechanism: m });
        }
        Wake::Settles(m) => {
            if !rules_of(state, m).settles(turn, m) {
                turn.emit(turn.last(), Event::MechanismChecked { mechanism: m });
            }
        }
        Wake::PoolTurns(pool) => outage::pool(turn, pool),
        Wake::Idles(step) => outage::idles(turn, step),
        Wake::ServerBack(step, server) => {
            turn.emit(state[step].last, Event::ServerBack { step, server });
        }
        Wake::PackageEnters(package) => package::backlog(turn, package),
        Wake::NeedExpires(need) => demand::expires(turn, need),
        Wake::PledgeExpires(id) => pledge::expires(turn, id),
        Wake::StockArrives(id, row) => stock::arrives(turn, id, row),
        Wake::StockReviews(id) => stock::reviews(turn, id),
        Wake::StockGives(id) => stock::gives(turn, id),
        Wake::StockOrders(id) => stock::orders(turn, id, 0),
        Wake::StockMakes(id) => stock::makes(turn, id),
        Wake::LegTicks(leg) => movement::departure(turn, leg),
        Wake::LegReady(leg) => movement::free_departures(turn, leg),
        Wake::LegOverdue(leg) => movement::departs(turn, leg),
        Wake::VehicleBack(leg, vehicle) => {
            turn.emit(state[leg].last, Event::VehicleReturned { leg, vehicle });
        }
        Wake::Enters(step) => movement::entry(turn, step),
        Wake::Serves(step) => movement::service(turn, step),
        Wake::GivesUp(unit) => movement::gives_up(turn, unit),
    }
}

fn rules_of(state: &State, m: Id<MechanismPlan>) -> &'static dyn Mechanism {
    kind(&state.plan().mechanisms[m].kind).expect("the reader checks the kind of each mechanism").rules
}

/// A stream's thing arrives, or the stream opens: then its first interval is drawn.
fn arrival(turn: &mut Turn, stream: Id<Stream>) {
    let state = turn.state;
    let plan = &state.plan().streams[stream];
    let row = &state[stream];
    if let Arrivals::Every { first: None, .. } = *plan.arrivals.times()
        && row.brought == 0
        && row.last == 0
    {
        let next = interval(turn, stream, 1);
        turn.emit(0, Event::StreamOpened { stream, next });
        return;
    }
    if plan.arrivals.batch().is_some() && row.left == 0 {
        batch(turn, stream);
    }
    match &plan.brings {
        Brings::Consignments { .. } => movement::arrival(turn, stream),
        Brings::Requirements(_) => demand::arrival(turn, stream),
        Brings::Pledges(_) => pledge::arrival(turn, stream),
        Brings::Packages(_) => package::stated(turn, stream),
        Brings::Rows(rows) => {
            let row = &rows[row.brought as usize];
            match &row.brings {
                RowBrings::Statement(_) => demand::row(turn, stream, row.number, false),
                RowBrings::Rejection(_) => demand::row(turn, stream, row.number, true),
                RowBrings::Pledge { .. } => pledge::arrival(turn, stream),
                RowBrings::Requirement { .. } => demand::arrival(turn, stream),
            }
        }
    }
}

/// Seconds from now to a stream's thing of this number; -1 when it never comes.
fn interval(turn: &mut Turn, stream: Id<Stream>, number: u64) -> SimDuration {
    let word = turn.rules.block(stream, number).gap();
    let gap = turn.rules.streams[stream.index()].gap.as_ref().expect("such a stream has intervals").at(word);
    let plan = turn.state.plan();
    match plan.streams[stream].arrivals.pace() {
        None => SimDuration(gap),
        Some(pace) => pace::after(pace, plan.start, turn.now, gap).map_or(SimDuration(-1), |at| at - turn.now),
    }
}

/// The first thing of a batch draws how many come with it; a `count` cuts the last batch off.
fn batch(turn: &mut Turn, stream: Id<Stream>) {
    let row = &turn.state[stream];
    let secret = turn.rules.block(stream, row.brought + 1).secret();
    let law = turn.rules.streams[stream.index()].batch.as_ref().expect("such a stream has batches");
    let most = turn.state.plan().streams[stream].count.map_or(u64::MAX, |most| most - row.brought);
    let drawn = law.at(secret.draw(turn.rules.purposes.batch, 0)).max(1) as u64;
    let size = u32::try_from(drawn.min(most)).unwrap_or(u32::MAX);
    turn.batch_left = size - 1;
    turn.emit(row.last, Event::BatchArrived { stream, size });
}

/// What causes a stream's thing: its batch, where that begins now, else the thing before it.
fn cause_of(turn: &Turn, stream: Id<Stream>) -> u64 {
    if turn.is_silent() { turn.state[stream].last } else { turn.last() }
}

/// Seconds to the next thing of a stream, which brings one now; -1 when this is the last.
fn next_of(turn: &mut Turn, stream: Id<Stream>) -> SimDuration {
    let state = turn.state;
    let plan = &state.plan().streams[stream];
    let brought = state[stream].brought + 1;
    if plan.count.is_some_and(|most| brought >= most) {
        return SimDuration(-1);
    }
    if turn.batch_left > 0 || state[stream].left > 1 {
        return SimDuration(0);
    }
    match plan.arrivals.times() {
        Arrivals::At(_) => state.next_dated(stream, turn.now),
        _ => {
            let next = interval(turn, stream, brought + 1);
            // What would come after the last instant a run can hold does not come.
            if turn.now.0.saturating_add(next.0) > SimTime::LATEST.0 { SimDuration(-1) } else { next }
        }
    }
}

/// A row of the table of mechanisms.
pub struct Kind {
    /// What `kind = "..."` says.
    pub name: &'static str,
    /// One sentence for listings and the scenario reference.
    pub summary: &'static str,
    /// Its stages in order; each has a gate, a time in `[mechanism.stages]` where `timed`, and figures.
    pub stages: &'static [StageKind],
    /// It pools pledges (`[[pledge]] to = ...`) and takes the keys of packages: `size`, `draft_every`, `counts`,
    /// `excess`, `split_pledges`, `pays_before`, `open_at_once`.
    pub pools_money: bool,
    /// It takes goods from `[[stock]]` entries at its origin.
    pub takes_stock: bool,
    /// What it decides.
    pub rules: &'static dyn Mechanism,
}

/// A stage that every mechanism of a kind has.
pub struct StageKind {
    pub name: &'static str,
    /// What time spent in it is charged to.
    pub cause: Cause,
    /// Whether a scenario may give it a time; the others last as long as money or stock takes.
    pub timed: bool,
    /// One sentence for the scenario reference.
    pub text: &'static str,
}

const fn stage(name: &'static str, cause: Cause, timed: bool, text: &'static str) -> StageKind {
    StageKind { name, cause, timed, text }
}

/// Every kind of mechanism.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "donation",
        summary: "Gifts from a donor's stock: units on hand at the origin, an approval, shipment.",
        stages: &[
            stage("stock", Cause::Source, false, "waits until the depot has units for the line"),
            stage("approval", Cause::Release, true, "the donor's approval of the gift"),
            stage("shipment", Cause::Lift, true, "booking of lift and permits, for each consignment"),
        ],
        pools_money: false,
        takes_stock: true,
        rules: &donation::Donation,
    },
    Kind {
        name: "package",
        summary: "Requirements are drafted into packages, which donors fund with pledges and the supplier releases (PURL).",
        stages: &[
            stage("drafting", Cause::Source, false, "waits in the list until a package forms"),
            stage("review", Cause::Source, true, "the package's review before it seeks money"),
            stage("funding", Cause::Money, false, "seeks money until its gap is zero"),
            stage("release", Cause::Release, true, "the supplier's release of the funded package"),
            stage("supply", Cause::Production, true, "stock draw or production, for each consignment"),
            stage("shipment", Cause::Lift, true, "booking of lift and permits, for each consignment"),
        ],
        pools_money: true,
        takes_stock: false,
        rules: &package::Package,
    },
];

/// The row of a kind.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.name == name)
}
