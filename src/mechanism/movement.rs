//! Goods on their way: arrivals, yards, handling, routes, departures.

use super::rules::{BringsRules, chance, slowed};
use super::turn::{LARGEST_SUM, Turn};
use crate::event::{Event, UnitId};
use crate::model::{Brings, Hop, Leg, Node, NodeKind, Order, Preempt, Route, Step, Stream, WhenFull, Whom};
use crate::state::unit::{Name, Origin, Place, What};
use crate::state::{Admission, Preemption, Way};
use crate::units::amount::{Mass, Money};
use crate::units::arena::Id;
use crate::units::time::SimDuration;

/// A stream's consignment arrives.
pub fn arrival(turn: &mut Turn, stream: Id<Stream>) {
    let state = turn.state;
    let ordinal = state[stream].brought + 1;
    let block = turn.rules.block(stream, ordinal);
    let rules = &turn.rules.streams[stream.index()];
    let priority = rules.priority.at(block.priority()) as i32;
    let BringsRules::Consignments { quantity, mass, value, needed_within } = &rules.brings else {
        unreachable!("only streams of consignments bring goods")
    };
    let Brings::Consignments { item, .. } = &state.plan().streams[stream].brings else {
        unreachable!("the rules follow the plan")
    };
    let law = if item.is_none() { mass.as_ref().unwrap_or(quantity) } else { quantity };
    let drawn = law.at(block.quantity());
    let value = value.as_ref().map(|law| Money(law.at(block.secret().draw(turn.rules.purposes.value, 0))));
    let due = needed_within.as_ref().map(|law| turn.now.after(SimDuration(law.at(block.need_by()))));
    let amount = size(turn, stream, ordinal, drawn);
    let cause = super::cause_of(turn, stream);
    let next = super::next_of(turn, stream);
    let unit = state.units.next_free(0);
    let name = Name { stream, number: ordinal as u32, line: 0, lot: 0 };
    turn.rules.keep_secret(unit, name, block.secret());
    let mut last = turn.emit(cause, Event::ConsignmentCreated { unit, stream, amount, priority, next });
    if let Some(due) = due {
        last = turn.emit(last, Event::NeedBySet { unit, due });
    }
    if let Some(value) = value {
        last = turn.emit(last, Event::ValueSet { unit, value });
    }
    let Brings::Consignments { enters, to, item, .. } = &state.plan().streams[stream].brings else {
        unreachable!("the rules follow the plan")
    };
    if turn.now.0 >= 0 {
        let (to, mass) = (to.or(state.net.only_handover), state.mass_of(stream, amount));
        let whom = Whom { item: *item, priority, stream, to };
        let who = Traveller { unit, whom, goods_of: None, mass, handed_over: false };
        arrived(turn, who, *enters, last);
        // What the stream brings at this very instant comes before entries to yards.
        if next.0 != 0 {
            enters_at_once(turn, who, *enters);
        }
    }
}

/// Refuses what a log cannot hold: nothing is ever cut.
#[inline]
fn size(turn: &mut Turn, stream: Id<Stream>, ordinal: u64, drawn: i64) -> u32 {
    let state = turn.state;
    if state.totals.mass.0 > LARGEST_SUM {
        turn.refuse(format!(
            "with {}#{ordinal} goods weigh more than {LARGEST_SUM} kilograms in all",
            state.plan().streams[stream].name
        ));
    }
    let name = || format!("{}#{ordinal}", state.plan().streams[stream].name);
    if let Brings::Consignments { item: Some(item), .. } = state.plan().streams[stream].brings {
        let item = &state.plan().items[item];
        turn.product(item.value.0, drawn, "a value", name);
        turn.product(item.mass.0, drawn, "a mass", name);
    }
    u32::try_from(drawn).unwrap_or_else(|_| {
        turn.refuse(format!("{} has {drawn} units or kilograms; a consignment has at most {}", name(), u32::MAX));
        0
    })
}

/// Something of the opening backlog enters.
pub fn backlog(turn: &mut Turn, unit: UnitId) {
    let stream = turn.state.units[unit].name.stream;
    let Brings::Consignments { enters, .. } = &turn.state.plan().streams[stream].brings else {
        unreachable!("only goods of streams wait for the start")
    };
    let last = turn.emit(turn.state.units[unit].last, Event::BacklogEntered { unit });
    let who = Traveller::of(turn, unit);
    arrived(turn, who, *enters, last);
}

/// Who is on the way in this turn; the state may not know it yet.
#[derive(Clone, Copy)]
pub struct Traveller {
    pub unit: UnitId,
    pub whom: Whom,
    /// The origin of a requirement's line, for its goods.
    pub goods_of: Option<Id<Node>>,
    pub mass: Mass,
    pub handed_over: bool,
}

impl Traveller {
    fn of(turn: &Turn, unit: UnitId) -> Traveller {
        let row = &turn.state.units[unit];
        let goods_of = match row.what {
            What::LineGoods(line) => Some(turn.state.line(line).origin),
            _ => None,
        };
        Traveller { unit, whom: row.whom(), goods_of, mass: row.mass, handed_over: false }
    }
}

/// It reached a node: facts that follow at once. Entry to a yard and departures are turns of their own.
pub fn arrived(turn: &mut Turn, who: Traveller, node: Id<Node>, cause: u64) {
    match turn.state.net.first_step(node, false, who.whom.item) {
        // Entry to its yard is a turn of its own.
        Some(_) => moves(turn, &who, Some(node)),
        None => passes(turn, who, node, cause),
    }
}

/// Where it arrived alone, and where there is no yard to find full, it enters in the same turn, and is served if it can be:
/// nothing comes before that.
fn enters_at_once(turn: &mut Turn, who: Traveller, node: Id<Node>) {
    let state = turn.state;
    let Some(step) = state.net.first_step(node, false, who.whom.item) else { return };
    let facts = state.net.step(step);
    if !turn.alone || who.goods_of.is_some() || facts.has_yard {
        return;
    }
    // Times by what is handled are asked of the state, which does not know it yet.
    if facts.chooses && turn.rules.is_fresh(who.unit) {
        return;
    }
    let cause = enters(turn, who.unit, step, turn.last());
    let row = &state[step];
    if row.line.is_empty()
        && facts.group.is_none()
        && state.is_up(step)
        && state.plan().steps[step].order != Order::Shortest
        && let Some(server) = row.free_server()
    {
        let drawn = draw_handling(turn, who.unit, step);
        let service = slowed_handling(turn, step, drawn);
        turn.emit(cause, Event::HandlingStarted { unit: who.unit, step, server: server + 1, service });
    }
}

/// A line that takes the shortest first has to know the handling time of who joins.
fn measure(turn: &mut Turn, unit: UnitId, step: Id<Step>, cause: u64) -> u64 {
    if turn.state.plan().steps[step].order != Order::Shortest {
        return cause;
    }
    let service = draw_handling(turn, unit, step);
    turn.emit(cause, Event::HandlingMeasured { unit, step, service })
}

/// The seconds of handling that a unit needs, before any factor.
fn draw_handling(turn: &mut Turn, unit: UnitId, step: Id<Step>) -> SimDuration {
    let visit = turn.state.visits(unit, turn.state.net.step(step).rank);
    handling_of_visit(turn, unit, step, visit)
}

fn handling_of_visit(turn: &mut Turn, unit: UnitId, step: Id<Step>, visit: u64) -> SimDuration {
    let secret = turn.rules.secret_kept(turn.state, unit);
    let state = turn.state;
    let rules = &turn.rules.steps[step.index()];
    let word = secret.draw(rules.handling, visit);
    if !state.net.step(step).chooses {
        return SimDuration(rules.time.at(word));
    }
    let (plan, whom) = (state.plan(), state.units[unit].whom());
    let law = rules.times.as_ref().map_or(Some(&rules.time), |times| times.of(plan, &whom));
    let factor = plan.steps[step].factors.as_ref().and_then(|f| f.of(plan, &whom)).copied().unwrap_or(1.0);
    // The reader sees to it that whatever comes has its time.
    SimDuration(slowed(law.map_or(0, |law| law.at(word)), factor))
}

/// What starts now while a disruption slows the step or its node takes longer.
fn slowed_handling(turn: &Turn, step: Id<Step>, drawn: SimDuration) -> SimDuration {
    let node = turn.state.plan().steps[step].node;
    let factor = turn.state.time_factor(&[&turn.state[step].struck, &turn.state[node].struck]);
    SimDuration(slowed(drawn.0, factor))
}

/// It is ready at a node: where its way ends, where several ways lead on, or where no leg is needed, say so.
fn passes(turn: &mut Turn, who: Traveller, node: Id<Node>, cause: u64) {
    let to = goes_on(turn, who, node, cause);
    moves(turn, &who, to);
}

/// So many nodes may follow each other at one instant.
const MOST_AT_ONCE: u32 = 1_000_000;

/// The same; where it is then, or is bound for.
fn goes_on(turn: &mut Turn, mut who: Traveller, mut node: Id<Node>, mut cause: u64) -> Option<Id<Node>> {
    let state = turn.state;
    // Weights may lead round and round over nodes that are reached at once; each round has its own chance to end. The
    // reader refuses rounds without an exit.
    turn.rules.chosen.clear();
    let mut rounds = 0;
    loop {
        let unit = who.unit;
        if state.net.node(node).kind == NodeKind::Handover && !who.handed_over {
            who.handed_over = true;
            cause = turn.emit(cause, Event::HandedOver { unit, node });
            if way_on(turn, who, node) == Way::End {
                return None;
            }
        }
        let way = match way_on(turn, who, node) {
            Way::Choose => {
                let to = choose(turn, &who, node);
                cause = turn.emit(cause, Event::RouteChosen { unit, to });
                Way::of(to)
            }
            way => way,
        };
        match way {
            Way::Leg(leg) => {
                let facts = state.net.leg(leg);
                if facts.departs && facts.largest.is_some_and(|most| who.mass > most) {
                    turn.emit(cause, Event::TooLarge { unit, leg });
                    return None;
                }
                // What is ready may leave before anything else of this instant.
                turn.alone &= !facts.by_load;
                if !facts.departs && state.leg_is_open(leg) {
                    let transit = own_transit(turn, unit, &who.whom, leg);
                    turn.arrives_now |= transit.0 == 0;
                    turn.alone &= transit.0 != 0;
                    turn.emit(cause, Event::LegDeparted { unit, leg, transit });
                }
                return Some(facts.to);
            }
            Way::Node(next) => {
                rounds += 1;
                if rounds > MOST_AT_ONCE {
                    let plan = state.plan();
                    let (name, whose) = (&plan.nodes[next].name, &plan.streams[who.whom.stream].name);
                    turn.refuse(format!(
                        "goods of {whose} came to {name} and on at one instant, {MOST_AT_ONCE} nodes in a row"
                    ));
                    return None;
                }
                cause = turn.emit(cause, Event::NodeReached { unit, node: next });
                if state.net.first_step(next, false, who.whom.item).is_some() {
                    turn.alone = false;
                    return Some(next);
                }
                node = next;
                who.handed_over = false;
            }
            Way::End => {
                turn.emit(cause, Event::LeftModel { unit, node });
                return None;
            }
            Way::Choose => unreachable!("a choice was made"),
        }
    }
}

fn way_on(turn: &Turn, who: Traveller, node: Id<Node>) -> Way {
    if let (true, Some(origin)) = (turn.state.net.is_hq(node), who.goods_of) {
        return Way::Node(origin);
    }
    turn.state.way_for(&who.whom, node)
}

/// Which of several ways it takes: a draw by weights, or where the fewest are.
fn choose(turn: &mut Turn, who: &Traveller, node: Id<Node>) -> Hop {
    let (state, unit) = (turn.state, who.unit);
    let plan = state.plan();
    let route = plan.nodes[node].next.of(plan, &who.whom).expect("who chooses has a way");
    let Route::Weights(hops) = route else {
        return least_backlog(turn, who, state.candidates(route, &who.whom));
    };
    let visit = state.visits(unit, state.net.node(node).rank) + turn.rules.chosen_again(node);
    let secret = turn.rules.secret_kept(state, unit);
    let (purpose, law) = turn.rules.routes[node.index()].of(plan, &who.whom).expect("a choice has its draw");
    hops[law.at(secret.draw(*purpose, visit)) as usize].0
}

/// The hop to the node where the fewest others are or are bound for; of equal ones the first.
fn least_backlog(turn: &mut Turn, who: &Traveller, hops: &[Hop]) -> Hop {
    let state = turn.state;
    let end = |hop: Hop| match hop {
        Hop::Leg(leg) => Some(state.net.leg(leg).to),
        Hop::Node(node) => Some(node),
        Hop::Out => None,
    };
    let own = counted_at(turn, who.unit);
    let others = |hop: &Hop| {
        let Some(node) = end(*hop) else { return 0 };
        let moved = turn.moved.iter().find(|(other, _)| *other == node).map_or(0, |(_, change)| *change);
        state.backlog_of(node).strict_add_signed(moved) - u64::from(own == Some(node))
    };
    *hops.iter().min_by_key(|hop| others(hop)).expect("a choice has its hops")
}

/// The node in whose backlog the state counts a unit, as it was before this turn.
fn counted_at(turn: &Turn, unit: UnitId) -> Option<Id<Node>> {
    let state = turn.state;
    if turn.rules.is_fresh(unit) {
        return None;
    }
    match state.units[unit].place {
        Place::UnderWay(leg) => Some(state.net.leg(leg).to),
        Place::Handling { step, .. } | Place::Entering { step, .. } => Some(state.net.step(step).node),
        _ => None,
    }
}

/// Where somebody is now, or is bound for: who decides by backlogs later in this turn has to know.
#[inline]
fn moves(turn: &mut Turn, who: &Traveller, to: Option<Id<Node>>) {
    if turn.state.net.by_backlog {
        let from = counted_at(turn, who.unit);
        for (node, change) in [(from, -1), (to, 1)] {
            let Some(node) = node else { continue };
            match turn.moved.iter_mut().find(|(other, _)| *other == node) {
                Some((_, sum)) => *sum += change,
                None => turn.moved.push((node, change)),
            }
        }
    }
}

/// Somebody wants to enter a step's yard.
pub fn entry(turn: &mut Turn, step: Id<Step>) {
    let state = turn.state;
    match state.next_admission(step) {
        None => {
            turn.emit(state[step].last.max(1).min(state.events), Event::YardStillFull { step });
        }
        Some(Admission::Enter(unit)) => {
            enters(turn, unit, step, state.units[unit].last);
        }
        Some(Admission::Overflow(unit)) => {
            let cause = turn.emit(state.units[unit].last, Event::OverflowAccepted { unit, step });
            enters(turn, unit, step, cause);
        }
        Some(Admission::Full(unit, rule)) => {
            let cause = state.units[unit].last;
            let Place::Entering { from, .. } = state.units[unit].place else {
                unreachable!("who is admitted stands at the entry")
            };
            match (rule, from) {
                (_, Origin::Step(before, _)) => {
                    turn.emit(cause, Event::Blocked { unit, step: before });
                }
                // Full yards may divert to each other: who has been all round waits.
                (WhenFull::Divert(_), _) if been_round(turn, unit, step) => {
                    turn.emit(cause, Event::HeldAtGate { unit, step });
                }
                (WhenFull::Divert(to), _) => {
                    let cause = turn.emit(cause, Event::Diverted { unit, step, to });
                    let cause = turn.emit(cause, Event::NodeReached { unit, node: to });
                    let who = Traveller::of(turn, unit);
                    arrived(turn, who, to, cause);
                }
                (WhenFull::Refuse, _) => {
                    turn.emit(cause, Event::Refused { unit, step });
                }
                (WhenFull::Wait | WhenFull::Overflow, _) => {
                    turn.emit(cause, Event::HeldAtGate { unit, step });
                }
            }
        }
    }
}

/// Whether a unit that is turned away here was turned away here first at this very instant, or everywhere else.
fn been_round(turn: &Turn, unit: UnitId, step: Id<Step>) -> bool {
    let plan = turn.state.plan();
    turn.state.turned.get(&unit).is_some_and(|&(at, first, times)| {
        at == turn.now && (first == plan.steps[step].node || times as usize >= plan.nodes.len())
    })
}

/// It joins the line: what it has to bring for that is drawn now.
fn enters(turn: &mut Turn, unit: UnitId, step: Id<Step>, cause: u64) -> u64 {
    let cause = measure(turn, unit, step, cause);
    let cause = turn.emit(cause, Event::YardEntered { unit, step });
    if turn.rules.steps[step.index()].patience.is_some() {
        let visit = turn.state.visits(unit, turn.state.net.step(step).rank);
        let secret = turn.rules.secret_kept(turn.state, unit);
        let (purpose, law) =
            turn.rules.steps[step.index()].patience.as_ref().expect("a step whose line gives up has its patience");
        let lasts = SimDuration(law.at(secret.draw(*purpose, visit)));
        return turn.emit(cause, Event::PatienceSet { unit, lasts });
    }
    cause
}

/// Somebody in line has waited as long as it would.
pub fn gives_up(turn: &mut Turn, unit: UnitId) {
    let row = &turn.state.units[unit];
    let Place::Waiting(step) = row.place else { unreachable!("who gives up is in line") };
    turn.emit(row.last, Event::PatienceEnded { unit, step });
}

/// A free server takes who is first in line.
pub fn service(turn: &mut Turn, step: Id<Step>) {
    let state = turn.state;
    // Of several steps that share pools, the one whose first is first in the order of choice.
    let step = state.net.step(step).group.map_or(step, |group| first_of_group(turn, group).unwrap_or(step));
    let mut cause = 0;
    let (unit, server) = match (state.next_start(step), state.next_preemption(step)) {
        (Some(free), _) => free,
        (None, Some(Preemption { by, from, server })) => {
            cause = preempts(turn, step, by, from);
            (by, server)
        }
        (None, None) => {
            turn.emit(state[step].last, Event::YardStillFull { step });
            return;
        }
    };
    starts(turn, step, unit, server, cause.max(state[step].last));
}

/// Of the steps that share pools, the one at which somebody starts first.
fn first_of_group(turn: &Turn, group: u32) -> Option<Id<Step>> {
    let state = turn.state;
    let by = |step: Id<Step>| {
        state.next_start(step).map(|free| free.0).or_else(|| state.next_preemption(step).map(|p| p.by))
    };
    let all = state.net.group(group).iter().filter_map(|&step| Some((step, by(step)?)));
    all.min_by(|a, b| state.units[a.1].choice(&state.units[b.1])).map(|found| found.0)
}

/// A server, an index from 0, begins with one in line; what freed the server is among the causes.
fn starts(turn: &mut Turn, step: Id<Step>, unit: UnitId, server: u32, freed: u64) {
    let row = &turn.state.units[unit];
    let service = match (row.left.0, row.drawn.0) {
        (0.., _) => row.left,
        (_, 0..) => slowed_handling(turn, step, row.drawn),
        _ => {
            let drawn = draw_handling(turn, unit, step);
            slowed_handling(turn, step, drawn)
        }
    };
    turn.emit(freed.max(row.last), Event::HandlingStarted { unit, step, server: server + 1, service });
}

/// A more urgent one takes a server from another.
fn preempts(turn: &mut Turn, step: Id<Step>, by: UnitId, unit: UnitId) -> u64 {
    let state = turn.state;
    let row = &state.units[unit];
    let Place::Handling { ends, .. } = row.place else { unreachable!("a server is taken from who is handled") };
    let restarts = state.plan().steps[step].preempt == Some(Preempt::Restart);
    let left = match (restarts, row.drawn.0) {
        (false, _) => ends - turn.now,
        (true, 0..) => row.drawn,
        // The draw of this visit was counted when its handling started.
        (true, _) => {
            let visit = state.visits(unit, state.net.step(step).rank).saturating_sub(1);
            handling_of_visit(turn, unit, step, visit)
        }
    };
    let cause = state.units[by].last.max(row.last);
    turn.emit(cause, Event::HandlingPreempted { unit, by, left, restarts })
}

/// Handling ends.
pub fn handled(turn: &mut Turn, unit: UnitId) {
    let state = turn.state;
    let row = &state.units[unit];
    let Place::Handling { step, server, .. } = row.place else { unreachable!("handling that ends was going on") };
    let (plan, facts) = (&state.plan().steps[step], state.net.step(step));
    let again = plan.repeat > 0 && {
        let visit = state.visits(unit, facts.rank).saturating_sub(1);
        let secret = turn.rules.secret_kept(state, unit);
        chance(secret.draw(turn.rules.steps[step.index()].repeat, visit), plan.repeat)
    };
    let cause = turn.emit(row.last, Event::HandlingFinished { unit, step, again });
    let next = if again { Some(step) } else { state.net.next_step(step, row.is_paper(), row.item) };
    match next {
        Some(_) => {}
        None if row.is_paper() => {}
        None => {
            let who = Traveller::of(turn, unit);
            passes(turn, who, plan.node, cause);
            if turn.alone && who.goods_of.is_none() && facts.roomy {
                follows(turn, step, server, cause);
            }
        }
    }
}

/// The server that came free takes who is first in line in the same turn: nothing else is due before.
fn follows(turn: &mut Turn, step: Id<Step>, server: u32, freed: u64) {
    let state = turn.state;
    // Another step may have waited for the same pool.
    if state.net.step(step).group.is_some() {
        return;
    }
    let row = &state[step];
    if let Some(first) = row.line.first()
        && state.is_up(step)
        && server < row.on_duty()
        && !row.is_broken(server)
    {
        debug_assert!(row.free_server().is_none(), "who waits finds no free server");
        starts(turn, step, first, server, freed);
    }
}

/// Goods over a leg without departures leave as soon as they are ready.
pub fn free_departures(turn: &mut Turn, leg: Id<Leg>) {
    let state = turn.state;
    if state.net.leg(leg).departs {
        return departs(turn, leg);
    }
    assert!(state.leg_is_open(leg), "a leg that closes takes its wake back");
    // One a turn: what arrives at once comes before the next departure.
    let unit = state[leg].line.first().expect("goods wait for a leg that opened");
    let transit = own_transit(turn, unit, &state.units[unit].whom(), leg);
    let cause = state.units[unit].last.max(state[leg].last);
    turn.emit(cause, Event::LegDeparted { unit, leg, transit });
}

fn own_transit(turn: &mut Turn, unit: UnitId, whom: &Whom, leg: Id<Leg>) -> SimDuration {
    let state = turn.state;
    let visit = state.visits(unit, state.net.leg(leg).rank);
    let secret = turn.rules.secret_kept(state, unit);
    let rules = &turn.rules.legs[leg.index()];
    let law = rules.transits.as_ref().map_or(Some(&rules.transit), |all| all.of(state.plan(), whom));
    let word = secret.draw(rules.own, visit);
    let seconds = law.map_or(0, |law| law.at(word));
    SimDuration(slowed(seconds, state.time_factor(&[&state[leg].struck])))
}

/// A departure of the timetable.
pub fn departure(turn: &mut Turn, leg: Id<Leg>) {
    let state = turn.state;
    let cause = state[leg].last;
    if !state.leg_is_open(leg) || state.vehicle_in(leg).is_none() {
        turn.emit(cause, Event::DepartureSkipped { leg });
        return;
    }
    let load = state.load(leg);
    if load.enough {
        leaves(turn, leg, load.aboard);
    } else {
        turn.emit(cause, Event::DepartureEmpty { leg });
    }
}

/// A departure that goes by what is ready: its load is ready, or somebody has waited long enough.
pub fn departs(turn: &mut Turn, leg: Id<Leg>) {
    // The instant of the turn has come for whom it was set, but the world's own clock goes on with the turn.
    let load = turn.state.load(leg);
    leaves(turn, leg, load.aboard);
}

/// A vehicle leaves with these.
fn leaves(turn: &mut Turn, leg: Id<Leg>, aboard: Vec<UnitId>) {
    let state = turn.state;
    let latest = aboard.iter().map(|&u| state.units[u].last).max().expect("a vehicle leaves with somebody");
    let each = state.plan().legs[leg].departures.as_ref().is_some_and(|d| d.each);
    let number = state[leg].departed;
    let transit = if each {
        SimDuration(-1)
    } else {
        let word = turn.rules.departure(leg, number);
        let seconds = turn.rules.legs[leg.index()].transit.at(word);
        SimDuration(slowed(seconds, state.time_factor(&[&state[leg].struck])))
    };
    let mut own = |&unit: &UnitId| own_transit(turn, unit, &state.units[unit].whom(), leg);
    let transits: Vec<SimDuration> = match each {
        true => aboard.iter().map(&mut own).collect(),
        false => vec![transit; aboard.len()],
    };
    let cause = state[leg].last.max(latest);
    let convoy = turn.emit(cause, Event::ConvoyDispatched { leg, load: aboard.len() as u32, transit });
    if let Some(returns) = turn.rules.returns(leg, number) {
        // With its own time for each, a vehicle is away for the longest.
        let longest = transits.iter().map(|t| t.0).max().expect("a vehicle leaves with somebody");
        let vehicle = state.vehicle_in(leg).expect("a vehicle that leaves is in");
        turn.emit(convoy, Event::VehicleLeft { leg, vehicle, away: SimDuration(longest + returns) });
    }
    for (unit, transit) in aboard.into_iter().zip(transits) {
        turn.emit(convoy, Event::LegDeparted { unit, leg, transit });
    }
}

/// A consignment arrives at the end of a leg.
pub fn leg_ends(turn: &mut Turn, unit: UnitId) {
    let Place::UnderWay(leg) = turn.state.units[unit].place else { unreachable!("who arrives was under way") };
    let who = arrives(turn, unit, leg);
    enters_at_once(turn, who, turn.state.net.leg(leg).to);
}

/// A convoy arrives, with whatever else arrives over this leg now.
pub fn convoy_ends(turn: &mut Turn, row: u32) {
    let (leg, aboard) = turn.state.convoys_due(row);
    for (i, &unit) in aboard.iter().enumerate() {
        arrives(turn, unit, leg);
        // Goods that went on and arrive elsewhere at this very instant may come before the rest.
        if turn.arrives_now && i + 1 < aboard.len() {
            let cause = turn.last();
            turn.emit(cause, Event::UnloadingPaused { leg });
            return;
        }
    }
}

fn arrives(turn: &mut Turn, unit: UnitId, leg: Id<Leg>) -> Traveller {
    let cause = turn.emit(turn.state.units[unit].last, Event::LegArrived { unit, leg });
    let who = Traveller::of(turn, unit);
    arrived(turn, who, turn.state.net.leg(leg).to, cause);
    who
}
