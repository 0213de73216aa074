//! What becomes of a pledge: announced, committed or lapsed, paid, withdrawn.

use super::streams::Stream;
use super::{Act, Key, Kind, Phase, Run};
use crate::second::money::world::{Pledges, Rate};

pub struct Pledge {
    pub stream: usize,
    pub number: i64,
    /// In the home currency.
    pub amount: i64,
    /// What will be paid of it.
    pub kept: i64,
    pub commits: i64,
    pub pays: i64,
    pub expires: Option<i64>,
    pub fate: Fate,
    pub withdrawn: bool,
    pub paid: Option<i64>,
    /// Of what counts, and since when.
    pub counted: i64,
    pub counts_since: i64,
    /// To packages, in the order of time.
    pub allocated: Vec<(usize, i64)>,
    /// What is left goes to nobody else than this package, which has got all it needs.
    pub held_for: Option<usize>,
    /// It serves its earmark alone.
    pub earmarked: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Announced,
    Committed,
    /// It lapsed, or was withdrawn before it was committed.
    Gone,
}

impl Pledge {
    pub fn allocated(&self) -> i64 {
        self.allocated.iter().map(|a| a.1).sum()
    }

    /// What counts and went nowhere yet.
    pub fn left(&self) -> i64 {
        self.counted - self.allocated()
    }
}

impl<'a> Run<'a> {
    pub fn due_of_pledges(&self, all: &mut Vec<(Key<'a>, Act)>) {
        for (i, pledge) in self.pledges.iter().enumerate() {
            let name = self.streams[pledge.stream].name();
            // Pledge by pledge, each committed before it is paid, and paid before it expires.
            let key =
                |then, act| (Phase::Arrival, (name, 0, Kind::Stream), then, (0, 0, name, [pledge.number, act, 0]));
            if pledge.fate == Fate::Announced && pledge.commits <= self.now {
                all.push((key(1, 0), Act::Commit(i)));
            }
            if pledge.fate == Fate::Committed && pledge.paid.is_none() && pledge.pays <= self.now {
                all.push((key(1, 1), Act::Pay(i)));
            }
            let expires = pledge.expires.is_some_and(|at| at <= self.now);
            if expires && !pledge.withdrawn && pledge.fate != Fate::Gone {
                all.push((key(1, 2), Act::Withdraw(i)));
            }
        }
    }

    pub fn pledges_of(&self, stream: usize) -> &'a Pledges {
        match self.streams[stream] {
            Stream::Pledges(pledges) => pledges,
            _ => unreachable!("a pledge is of a stream of pledges"),
        }
    }

    pub fn pledge_name(&self, pledge: usize) -> String {
        self.thing(self.pledges[pledge].stream, self.pledges[pledge].number)
    }

    pub fn announce(&mut self, stream: usize, pledges: &Pledges, next: i64) {
        let number = self.brought[stream];
        let name = self.thing(stream, number);
        // In billionths of a minor unit for a minor unit.
        let rate = pledges.currency.map(|currency| self.rate_of(currency) * 1_000_000);
        let amount = rate.map_or(pledges.amount, |rate| half_up(pledges.amount * rate, 1_000_000_000));
        let fields = format!(" stream={} amount={amount} next={next}", pledges.name);
        self.tell("PledgeAnnounced", &name, &fields);
        if let Some(rate) = rate {
            self.tell("ExchangeRateFixed", &name, &format!(" foreign={} rate={rate}", pledges.amount));
        }
        let kept = half_up(amount * pledges.kept_share.unwrap_or(100), 100);
        if !pledges.converts {
            self.tell("PledgeKeptSet", &name, " kept=0 lapses=true");
        } else if kept != amount {
            self.tell("PledgeKeptSet", &name, &format!(" kept={kept} lapses=false"));
        }
        let committed_after = pledges.committed_after.unwrap_or(0);
        // Nobody pays before committing.
        let paid_after = pledges.paid_after.unwrap_or(committed_after).max(committed_after);
        let fields = format!(" committed_after={committed_after} paid_after={paid_after}");
        self.tell("PledgeTermsSet", &name, &fields);
        if let Some(expires) = pledges.expires {
            self.tell("PledgeExpirySet", &name, &format!(" expires={expires}"));
        }
        self.pledges.push(Pledge {
            stream,
            number,
            amount,
            kept,
            commits: self.now + committed_after,
            pays: self.now + paid_after,
            expires: pledges.expires.map(|after| self.now + after),
            fate: Fate::Announced,
            withdrawn: false,
            paid: None,
            counted: 0,
            counts_since: 0,
            allocated: vec![],
            held_for: None,
            earmarked: pledges.earmark.is_some(),
        });
    }

    /// What a foreign unit is worth now, in thousandths.
    fn rate_of(&self, currency: &str) -> i64 {
        let of = |r: &&Rate| r.currency == currency && r.from.is_none_or(|from| from <= self.now);
        let rates = self.world.rates.iter().filter(of);
        rates.max_by_key(|r| r.from.unwrap_or(i64::MIN)).expect("a rate is in force").rate
    }

    pub fn commit(&mut self, i: usize) {
        let name = self.pledge_name(i);
        let pledges = self.pledges_of(self.pledges[i].stream);
        if !pledges.converts {
            self.pledges[i].fate = Fate::Gone;
            self.tell("PledgeLapsed", &name, "");
            return;
        }
        self.pledges[i].fate = Fate::Committed;
        self.tell("PledgeCommitted", &name, "");
        if !self.world.mechanisms[pledges.to].counts_paid {
            self.count(i, self.pledges[i].amount);
        }
    }

    pub fn pay(&mut self, i: usize) {
        let name = self.pledge_name(i);
        let pledge = &self.pledges[i];
        // Of what has expired only what was allocated is paid.
        let (kept, amount) = match pledge.withdrawn {
            false => (pledge.kept, pledge.amount),
            true => (pledge.kept.min(pledge.allocated()), pledge.allocated()),
        };
        self.pledges[i].paid = Some(kept);
        // Where nothing is paid nothing is told of a payment.
        let pays = kept > 0 || amount == 0 && !self.pledges[i].withdrawn;
        if pays {
            self.tell("FundsDisbursed", &name, &format!(" amount={kept}"));
        }
        if pays && self.world.mechanisms[self.pledges_of(self.pledges[i].stream).to].counts_paid {
            self.count(i, kept);
        }
        if kept < amount {
            self.tell("PledgeDefaulted", &name, &format!(" amount={}", amount - kept));
        }
    }

    fn count(&mut self, i: usize, amount: i64) {
        let name = self.pledge_name(i);
        let pledge = &mut self.pledges[i];
        (pledge.counted, pledge.counts_since) = (amount, self.now);
        if pledge.earmarked {
            self.tell("EarmarkSet", &name, "");
        }
    }

    /// What is not allocated is gone, counted or not.
    pub fn withdraw(&mut self, i: usize) {
        let name = self.pledge_name(i);
        let pledge = &mut self.pledges[i];
        let allocated = pledge.allocated();
        let left = pledge.amount - allocated;
        pledge.withdrawn = true;
        if pledge.fate == Fate::Announced {
            pledge.fate = Fate::Gone;
        }
        pledge.counted = allocated;
        // Of what went to packages whole nothing is told.
        if left > 0 || allocated == 0 {
            self.tell("PledgeExpired", &name, &format!(" amount={left}"));
        }
    }

    /// How much of what went to a package was paid: a payment covers what was allocated first.
    pub fn paid_on(&self, package: usize) -> i64 {
        let mut sum = 0;
        for pledge in &self.pledges {
            let mut paid = pledge.paid.unwrap_or(0);
            for &(to, amount) in &pledge.allocated {
                let covers = amount.min(paid);
                paid -= covers;
                if to == package {
                    sum += covers;
                }
            }
        }
        sum
    }
}

fn half_up(part: i64, whole: i64) -> i64 {
    (2 * part + whole).div_euclid(2 * whole)
}
