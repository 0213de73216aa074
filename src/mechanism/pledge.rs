//! Pledges: announced, committed or lapsed, paid or defaulted.

use super::rules::{BringsRules, RowRules, chance, slowed};
use super::turn::{LARGEST_SUM, Turn};
use crate::event::{Event, PledgeId};
use crate::model::{PledgePlan, Rate, Stream};
use crate::units::amount::Money;
use crate::units::arena::Id;
use crate::units::time::{SimDuration, SimTime};

/// A donor announces a sum.
pub fn arrival(turn: &mut Turn, stream: Id<Stream>) {
    let state = turn.state;
    let number = state.next_number(stream);
    let row = state[stream].brought;
    let block = turn.rules.block(stream, u64::from(number));
    let (secret, purposes) = (block.secret(), &turn.rules.purposes);
    let plan = state.pledge_plan(stream, row);
    let rules = match &turn.rules.streams[stream.index()].brings {
        BringsRules::Pledges(rules) => rules,
        BringsRules::Rows(rows) => match &rows[row as usize] {
            RowRules::Pledge(rules) => rules,
            _ => unreachable!("the rules follow the plan"),
        },
        _ => unreachable!("the rules follow the plan"),
    };
    let announced = rules.amount.at(block.quantity());
    let committed_after = SimDuration(rules.committed_after.at(secret.draw(purposes.committed, 0)));
    let paid_after = rules
        .paid_after
        .as_ref()
        .map_or(committed_after, |law| SimDuration(law.at(secret.draw(purposes.paid, 0))).max(committed_after));
    let expires = rules.expires.as_ref().map(|law| SimDuration(law.at(secret.draw(purposes.expires, 0))));
    let factor = plan.nation.map_or(1.0, |nation| state.time_factor(&[&state.nations[nation.index()]]));
    let slow = |time: SimDuration| SimDuration(slowed(time.0, factor));
    let (committed_after, paid_after) = (slow(committed_after), slow(paid_after));
    let lapses = plan.conversion < 1_000_000 && !chance(secret.draw(purposes.conversion, 0), plan.conversion);
    let (amount, rate) = home_amount(turn, plan, announced);
    if state.totals.announced.0.saturating_add(amount.0) > LARGEST_SUM {
        let name = &state.plan().streams[stream].name;
        turn.refuse(format!("with {name}#{number} pledges come to more than {LARGEST_SUM} minor units in all"));
    }
    let kept = if lapses { Money::ZERO } else { amount.share(i64::from(plan.kept_share)) };
    let cause = super::cause_of(turn, stream);
    let next = super::next_of(turn, stream);
    let pledge = PledgeId::new(state.pledges.len() as u32);
    let mut last = turn.emit(cause, Event::PledgeAnnounced { pledge, stream, amount, next });
    if let Some(rate) = rate {
        last = turn.emit(last, Event::ExchangeRateFixed { pledge, foreign: announced, rate });
    }
    if lapses || kept != amount {
        last = turn.emit(last, Event::PledgeKeptSet { pledge, kept, lapses });
    }
    last = turn.emit(last, Event::PledgeTermsSet { pledge, committed_after, paid_after });
    if let Some(expires) = expires {
        turn.emit(last, Event::PledgeExpirySet { pledge, expires });
    }
}

/// The sum in home currency, and the rate in billionths where it was announced in another one.
fn home_amount(turn: &Turn, plan: &PledgePlan, announced: i64) -> (Money, Option<i64>) {
    let Some(currency) = &plan.currency else { return (Money(announced), None) };
    if let Some(stated) = plan.stated {
        let rate = i128::from(stated.0) * 1_000_000_000 / i128::from(announced.max(1));
        return (stated, Some(i64::try_from(rate).unwrap_or(i64::MAX)));
    }
    let rate = rate_on(&turn.state.plan().rates, currency, turn.now);
    let amount = Money(announced).at_rate(rate).unwrap_or(Money(i64::MAX));
    (amount, Some(rate))
}

/// The rate in force: the latest one from before or on that instant, else the first one.
fn rate_on(rates: &[Rate], currency: &str, at: SimTime) -> i64 {
    let mut of = rates.iter().filter(|r| r.currency == currency);
    let first = of.clone().min_by_key(|r| r.from);
    let latest = of.clone().filter(|r| r.from <= at).max_by_key(|r| r.from);
    debug_assert!(of.next().is_some(), "the reader asks for a rate of every currency");
    latest.or(first).map_or(1_000_000_000, |r| r.billionths)
}

/// A pledge becomes a commitment, or lapses.
pub fn commits(turn: &mut Turn, pledge: PledgeId) {
    let row = turn.state.pledge(pledge);
    if delayed(turn, pledge, false) {
        return;
    }
    if row.lapses {
        turn.emit(row.last, Event::PledgeLapsed { pledge });
    } else {
        let last = turn.emit(row.last, Event::PledgeCommitted { pledge });
        if !turn.state.plan().mechanisms[row.mechanism].package.counts_paid {
            earmark(turn, pledge, last);
        }
    }
}

/// A donor pays what it keeps of a commitment; the rest is a default.
pub fn pays(turn: &mut Turn, pledge: PledgeId) {
    let row = turn.state.pledge(pledge);
    if delayed(turn, pledge, true) {
        return;
    }
    // What was withdrawn is owed no more.
    let amount = row.amount - row.expired;
    let kept = row.kept.min(amount);
    let mut last = row.last;
    // A pledge of nothing is paid too: no turn is empty.
    if kept > Money::ZERO || amount == Money::ZERO {
        last = turn.emit(last, Event::FundsDisbursed { pledge, amount: kept });
        if turn.state.plan().mechanisms[row.mechanism].package.counts_paid {
            earmark(turn, pledge, last);
        }
    }
    if kept < amount {
        turn.emit(last, Event::PledgeDefaulted { pledge, amount: amount - kept });
    }
}

/// While its nation is struck, it neither commits nor pays.
fn delayed(turn: &mut Turn, pledge: PledgeId, payment: bool) -> bool {
    let row = turn.state.pledge(pledge);
    let Some(until) = row.nation.and_then(|nation| turn.state.nation_until(nation)) else { return false };
    let wait = until.map_or(SimDuration(-1), |until| until - turn.now);
    turn.emit(row.last, Event::PledgeDelayed { pledge, payment, wait });
    true
}

/// What was not allocated in time is withdrawn.
pub fn expires(turn: &mut Turn, pledge: PledgeId) {
    let row = turn.state.pledge(pledge);
    let allocated: Money = row.allocations.iter().map(|a| a.1).sum();
    turn.emit(row.last, Event::PledgeExpired { pledge, amount: row.amount - allocated });
}

/// What counted of an earmarked pledge does not go to the pool.
fn earmark(turn: &mut Turn, pledge: PledgeId, cause: u64) {
    if turn.state.plan_of_pledge(pledge).earmark.is_some() {
        turn.emit(cause, Event::EarmarkSet { pledge });
    }
}
