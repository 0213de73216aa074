//! How facts change packages, and the money that goes to them.

use super::State;
use super::rows::{PackageRow, PackageStage, Resting};
use super::wake::{Wake, phase};
use crate::event::{Event, PackageId, PledgeId};
use crate::model::{Brings, Earmark, Excess, MechanismPlan, PackageStream, Stream};
use crate::units::amount::Money;
use crate::units::arena::Id;
use crate::units::time::SimTime;

impl super::Account {
    /// Holds the sums of an account together.
    pub(super) fn check(&self) {
        let placed = self.allocated + self.pool + self.held + self.withdrawn;
        assert_eq!(self.counted, placed, "every cent has its place");
    }
}

impl State {
    /// What each package of a stream costs or asks for.
    pub fn package_plan(&self, stream: Id<Stream>) -> &PackageStream {
        match &self.plan().streams[stream].brings {
            Brings::Packages(plan) => plan,
            _ => unreachable!("a package comes from a stream of packages"),
        }
    }

    /// The place of a stated package among the wakes of one phase.
    pub(super) fn place_of_package(&self, package: PackageId) -> u32 {
        let stream = self.package(package).stream.expect("a package that enters was stated");
        self.net.ranks.streams[stream.index()]
    }

    fn empty_package(&self, mechanism: Id<MechanismPlan>, number: u32, stream: Option<Id<Stream>>) -> PackageRow {
        let ranks = &self.net.ranks;
        PackageRow {
            mechanism,
            rank: stream.map_or(ranks.mechanisms[mechanism.index()], |stream| ranks.streams[stream.index()]),
            number,
            stream,
            price: Money::ZERO,
            lines: Vec::new(),
            priority: i32::MAX,
            stage: PackageStage::Review,
            joined: self.now,
            drafted: self.now,
            opened: None,
            funded: None,
            released: None,
            allocated: Money::ZERO,
            paid: Money::ZERO,
            spent: Money::ZERO,
            last: self.events,
        }
    }

    fn new_package(&mut self, row: PackageRow) {
        let (m, id) = (row.mechanism, PackageId::new(self.packages.len() as u32));
        self.packages.push(row);
        self[m].packages.push(id);
    }

    /// Since when it counts as waiting for what it comes to now: of the opening backlog, at the start, the older comes first.
    pub(super) fn joins_as(&self, package: PackageId) -> SimTime {
        let drafted = self.package(package).drafted;
        if self.now == SimTime::ZERO { drafted.min(self.now) } else { self.now }
    }

    /// Puts a package where the rules look for it, after anything about it changed.
    pub(super) fn index_package(&mut self, package: PackageId) {
        let row = self.package(package);
        let made = || row.lines.iter().all(|l| self.line(*l).made == self.line(*l).asked);
        let pending = match row.stage {
            PackageStage::Funded => true,
            PackageStage::Released => !made(),
            _ => false,
        };
        let payable = row.stage == PackageStage::Released && row.paid > row.spent;
        let m = row.mechanism;
        let account = &mut self[m];
        for (set, belongs) in [(&mut account.pending, pending), (&mut account.payable, payable)] {
            match belongs {
                true => set.insert(package),
                false => set.remove(&package),
            };
        }
    }

    pub(super) fn apply_packages(&mut self, event: &Event) {
        let seq = self.events;
        match *event {
            Event::PackageDrafted { package, mechanism, price } => {
                assert_eq!(package.index(), self.packages.len(), "packages are numbered as they form");
                self[mechanism].formed += 1;
                let number = self[mechanism].formed;
                self.new_package(PackageRow { price, ..self.empty_package(mechanism, number, None) });
                // The turn that formed it decided nothing else: more may form, and money may have come at this instant.
                self.arm_settle(mechanism);
            }
            Event::PackageStated { package, stream, priority, price, next } => {
                assert_eq!(package.index(), self.packages.len(), "packages are numbered as they form");
                let plan = self.package_plan(stream);
                let (m, asks) = (plan.via, plan.need.is_some());
                // Where it asks for lines, its requirement took the stream on.
                let number = if asks { self[stream].brought as u32 } else { self.next_number(stream) };
                let row = self.empty_package(m, number, Some(stream));
                self.new_package(PackageRow { price, priority, ..row });
                if !asks {
                    self[m].needed += price;
                    self.next_of_stream(stream, next);
                }
                if self.now < SimTime::ZERO {
                    self.set(SimTime::ZERO, Wake::PackageEnters(package));
                }
            }
            Event::LinePackaged { line, package } => {
                self.leave_list(line);
                let priority = self.need(self.line(line).need).priority;
                let row = &mut self.packages[package.index()];
                row.lines.push(line);
                row.priority = row.priority.min(priority);
                let row = &mut self.lines[line.index()];
                (row.package, row.last) = (Some(package), seq);
            }
            Event::PackageValidated { package } => {
                let joined = self.joins_as(package);
                let row = &mut self.packages[package.index()];
                (row.stage, row.joined, row.last) = (PackageStage::Validated, joined, seq);
                let (m, key) = (row.mechanism, row.key(package));
                self[m].validated.insert(key);
                self.arm_settle(m);
            }
            Event::PackageOpened { package } => {
                let (now, joined) = (self.now, self.joins_as(package));
                let row = &mut self.packages[package.index()];
                let (m, old) = (row.mechanism, row.key(package));
                (row.stage, row.joined, row.opened, row.last) = (PackageStage::Open, joined, Some(now), seq);
                let (key, price) = (row.key(package), row.price);
                let account = &mut self[m];
                account.validated.remove(&old);
                account.open.insert(key);
                if price == Money::ZERO {
                    account.costless.insert(key);
                }
                // Whatever rests may be for it.
                account.fresh = account.resting.clone();
                self.arm_settle(m);
            }
            Event::MoneyAllocated { package, pledge, amount } => self.allocate(package, pledge, amount),
            Event::PackageFunded { package } => {
                let now = self.now;
                let row = &mut self.packages[package.index()];
                let (m, old) = (row.mechanism, row.key(package));
                (row.stage, row.joined, row.funded, row.last) = (PackageStage::Funded, now, Some(now), seq);
                assert_eq!(row.allocated, row.price, "a package is funded when its gap is zero");
                let spills = self.plan().mechanisms[m].package.excess == Excess::Spill;
                let account = &mut self[m];
                account.open.remove(&old);
                account.costless.remove(&old);
                if spills {
                    account.fresh = account.resting.clone();
                }
                self.index_package(package);
                self.arm_settle(m);
            }
            Event::PackageReleased { package } => {
                let now = self.now;
                let row = &mut self.packages[package.index()];
                (row.stage, row.released, row.last) = (PackageStage::Released, Some(now), seq);
                let m = row.mechanism;
                self.index_package(package);
                self.arm_settle(m);
            }
            Event::MoneySpent { package, amount } => {
                let row = &mut self.packages[package.index()];
                row.spent += amount;
                row.last = seq;
                assert!(row.spent <= row.paid, "only paid money is spent");
                let m = row.mechanism;
                self[m].spent += amount;
                self.index_package(package);
            }
            _ => unreachable!("apply hands packages their own events"),
        }
    }

    pub(super) fn allocate(&mut self, package: PackageId, pledge: PledgeId, amount: Money) {
        let seq = self.events;
        let row = &mut self.pledges[pledge.index()];
        row.left -= amount;
        assert!(row.left >= Money::ZERO, "a pledge is never allocated beyond what counted");
        row.last = seq;
        let (m, pooled, left) = (row.mechanism, row.resting == Resting::Pool, row.left);
        let key = (row.counted.expect("allocated money counted"), row.stream, row.number, pledge);
        row.allocations.push((package, amount, Money::ZERO));
        // What is allocated as a whole has nothing left to expire.
        let whole = row.allocations.iter().map(|a| a.1).sum::<Money>() == row.amount;
        let spent = if whole { row.expires.take() } else { None };
        if let Some(at) = spent {
            let place = self.net.ranks.streams[self.pledge(pledge).stream.index()];
            self.cancel(at, phase::ARRIVALS, place, Wake::PledgeExpires(pledge));
        }
        let account = &mut self[m];
        account.allocated += amount;
        *(if pooled { &mut account.pool } else { &mut account.held }) -= amount;
        if left == Money::ZERO {
            account.resting.remove(&key);
            account.fresh.remove(&key);
        }
        account.check();
        let row = &mut self.packages[package.index()];
        row.allocated += amount;
        row.last = seq;
        assert!(row.allocated <= row.price, "a package is never oversold");
        self.spread_payment(pledge);
        self.arm_settle(m);
    }

    /// What a pledge paid covers its allocations in the order in which they were made.
    pub(super) fn spread_payment(&mut self, pledge: PledgeId) {
        let row = &mut self.pledges[pledge.index()];
        let mut rest = row.paid;
        let mut changed = Vec::new();
        for (package, amount, paid) in &mut row.allocations {
            let now = rest.min(*amount);
            rest -= now;
            let more = now - *paid;
            *paid = now;
            self.packages[package.index()].paid += more;
            changed.extend((more > Money::ZERO).then_some(*package));
        }
        for package in changed {
            self.packages[package.index()].last = self.events;
            self.index_package(package);
        }
    }

    /// The open package that an earmark's money goes to first, if there is one.
    pub fn earmarked_need(&self, pledge: PledgeId) -> Option<PackageId> {
        let earmark = self.plan_of_pledge(pledge).earmark.as_ref()?;
        let m = self.pledge(pledge).mechanism;
        self[m].open.iter().map(|key| key.id).find(|&p| self.serves(earmark, p))
    }

    /// Whether a package holds what an earmark names.
    pub fn serves(&self, earmark: &Earmark, package: PackageId) -> bool {
        let row = self.package(package);
        let mut lines = row.lines.iter().map(|l| self.line(*l));
        match earmark {
            Earmark::Package(number) => row.stream.is_none() && row.number == *number,
            Earmark::Stated(stream, number) => row.stream == Some(*stream) && row.number == *number,
            Earmark::Node(node) => lines.any(|l| l.origin == *node || l.to == Some(*node)),
            Earmark::Item(item) => lines.any(|l| l.item == *item),
            Earmark::Family(family) => lines.any(|l| self.plan().items[l.item].family == *family),
            Earmark::Requirement(stream, number) => lines.any(|l| {
                let need = self.need(l.need);
                need.stream == *stream && need.number == *number
            }),
        }
    }
}
