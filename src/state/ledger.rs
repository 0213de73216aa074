//! How facts change the paper side of the world: requirements, pledges, packages and accounts.

use super::State;
use super::network::Stay;
use super::rows::{DeskDone, LineRow, NeedRow, PledgeRow, Resting};
use super::unit::{Name, Place, Unit, What};
use super::wake::{Wake, phase};
use crate::event::{Event, GateId, LineId, NeedId, PledgeId, Subject, UnitId};
use crate::model::{Arrivals, Brings, MechanismPlan, NeedPlan, PledgePlan, Point, RowBrings, Stream};
use crate::units::amount::{Mass, Money};
use crate::units::arena::Id;
use crate::units::time::{SimDuration, SimTime};

impl State {
    /// What a requirement of a stream asks for: the stream's plan, or its journal row's.
    pub fn need_plan(&self, stream: Id<Stream>, index: u64) -> &NeedPlan {
        match &self.plan().streams[stream].brings {
            Brings::Requirements(need) => need,
            Brings::Packages(package) => package.need.as_ref().expect("a package with lines asks for them"),
            Brings::Rows(rows) => match &rows[index as usize].brings {
                RowBrings::Requirement { need, .. } => need,
                row => unreachable!("a requirement comes from a requirement's row, not {row:?}"),
            },
            _ => unreachable!("a requirement comes from a stream of requirements"),
        }
    }

    pub fn plan_of_need(&self, id: NeedId) -> &NeedPlan {
        let need = self.need(id);
        self.need_plan(need.stream, need.index)
    }

    /// What a pledge of a stream promises.
    pub fn pledge_plan(&self, stream: Id<Stream>, index: u64) -> &PledgePlan {
        match &self.plan().streams[stream].brings {
            Brings::Pledges(pledge) => pledge,
            Brings::Rows(rows) => match &rows[index as usize].brings {
                RowBrings::Pledge { pledge, .. } => pledge,
                row => unreachable!("a pledge comes from a pledge's row, not {row:?}"),
            },
            _ => unreachable!("a pledge comes from a stream of pledges"),
        }
    }

    pub fn plan_of_pledge(&self, id: PledgeId) -> &PledgePlan {
        let pledge = self.pledge(id);
        self.pledge_plan(pledge.stream, pledge.index)
    }

    /// The number of a stream's next thing: a journal's row, else a count from 1.
    pub fn next_number(&self, stream: Id<Stream>) -> u32 {
        let brought = self[stream].brought;
        match &self.plan().streams[stream].brings {
            Brings::Rows(rows) => rows[brought as usize].number,
            _ => brought as u32 + 1,
        }
    }

    pub(super) fn apply_ledger(&mut self, event: &Event) {
        let seq = self.events;
        match *event {
            Event::RequirementSubmitted { need, stream, priority, next } => {
                assert_eq!(need.index(), self.needs.len(), "requirements are numbered as they come");
                let (number, index) = (self.next_number(stream), self[stream].brought);
                self.needs.push(NeedRow {
                    stream,
                    number,
                    index,
                    priority,
                    submitted: self.now,
                    due: SimTime::LATEST,
                    lines: Vec::new(),
                    asked: 0,
                    recognised: 0,
                    recognised_by: 0,
                    desk: None,
                    validated: None,
                    matched: None,
                    closed: None,
                    paper: None,
                    expires: None,
                    expired: None,
                    last: seq,
                });
                self.next_of_stream(stream, next);
                if matches!(self.plan().streams[stream].brings, Brings::Packages(_)) {
                    // Its package takes it on.
                } else if self.now < SimTime::ZERO {
                    self.set(SimTime::ZERO, Wake::NeedEnters(need));
                } else if !self.passes_desks(need) {
                    self.set(self.now, Wake::Validates(need));
                }
            }
            Event::RequirementDueSet { need, due } => {
                self.needs[need.index()].due = due;
                if let Some(after) = self.plan_of_need(need).expires {
                    let at = due.after(after).max(SimTime::ZERO).min(SimTime::LATEST);
                    self.needs[need.index()].expires = Some(at);
                    self.set(at, Wake::NeedExpires(need));
                }
            }
            Event::RequirementExpired { need } => {
                let now = self.now;
                let row = &mut self.needs[need.index()];
                (row.expires, row.expired, row.last) = (None, Some(now), seq);
                let unmatched = row.validated.is_some() && row.matched.is_none();
                if let Some(m) = self.plan_of_need(need).via.filter(|_| unmatched) {
                    let value: Money = self.need(need).lines.iter().map(|l| self.line(*l).value).sum();
                    self[m].needed -= value;
                }
            }
            Event::LineWithdrawn { line } => self.withdraw(line),
            Event::LineAsked { line, need, quantity } => self.ask(line, need, quantity),
            Event::BacklogTakenUp { need } => {
                self.needs[need.index()].last = seq;
                if !self.passes_desks(need) {
                    self.set(self.now, Wake::Validates(need));
                }
            }
            Event::PaperFiled { unit, need } => self.file_paper(unit, need),
            Event::RequirementValidated { need } => {
                let now = self.now;
                let row = &mut self.needs[need.index()];
                (row.validated, row.last, row.desk) = (Some(now), seq, None);
                // What has expired on the way lacks nothing.
                if let Some(m) = self.plan_of_need(need).via.filter(|_| self.need(need).expired.is_none()) {
                    let lines = self.need(need).lines.clone();
                    let value: Money = lines.iter().map(|l| self.line(*l).value).sum();
                    self[m].needed += value;
                }
            }
            Event::RequirementPrioritised { need } => {
                let row = &mut self.needs[need.index()];
                (row.last, row.desk) = (seq, None);
            }
            Event::RequirementMatched { need } => {
                let now = self.now;
                let row = &mut self.needs[need.index()];
                (row.matched, row.last, row.desk) = (Some(now), seq, None);
                for line in row.lines.clone() {
                    self.lines[line.index()].last = seq;
                }
                if let Some(paper) = self.needs[need.index()].paper.take() {
                    self.release(paper);
                }
            }
            Event::RequirementFulfilled { need } => {
                let now = self.now;
                let row = &mut self.needs[need.index()];
                (row.closed, row.last) = (Some(now), seq);
                if let Some(at) = row.expires.take() {
                    let place = self.net.ranks.streams[self.need(need).stream.index()];
                    self.cancel(at, phase::EXPIRY, place, Wake::NeedExpires(need));
                }
            }
            Event::StatementRecorded { stream, .. } | Event::ImportRejected { stream, .. } => {
                let next = self.next_dated(stream, self.now);
                self.next_of_stream(stream, next);
            }
            Event::PledgeAnnounced { pledge, stream, amount, next } => {
                assert_eq!(pledge.index(), self.pledges.len(), "pledges are numbered as they come");
                let (number, index) = (self.next_number(stream), self[stream].brought);
                let plan = self.pledge_plan(stream, index);
                let (nation, mechanism) = (plan.nation, plan.to);
                self.pledges.push(PledgeRow {
                    stream,
                    number,
                    index,
                    nation,
                    mechanism,
                    announced: self.now,
                    amount,
                    kept: amount,
                    lapses: false,
                    committed: Money::ZERO,
                    paid: Money::ZERO,
                    defaulted: Money::ZERO,
                    counted: None,
                    left: Money::ZERO,
                    resting: Resting::Nowhere,
                    committed_at: None,
                    dated: self.now,
                    commits: None,
                    pays: None,
                    expires: None,
                    expired: Money::ZERO,
                    allocations: Vec::new(),
                    last: seq,
                });
                self[mechanism].announced += amount;
                self.totals.announced += amount;
                self.next_of_stream(stream, next);
            }
            Event::ExchangeRateFixed { .. } => {}
            Event::PledgeKeptSet { pledge, kept, lapses } => {
                let row = &mut self.pledges[pledge.index()];
                (row.kept, row.lapses) = (kept, lapses);
            }
            Event::PledgeTermsSet { pledge, committed_after, paid_after } => {
                let announced = self.pledge(pledge).announced;
                let lapses = self.pledge(pledge).lapses;
                let dated = announced.after(committed_after);
                let commits = dated.max(SimTime::ZERO);
                self.set(commits, Wake::PledgeCommits(pledge));
                let row = &mut self.pledges[pledge.index()];
                (row.dated, row.commits) = (dated, Some(commits));
                if !lapses {
                    let pays = announced.after(paid_after).max(commits);
                    self.set(pays, Wake::PledgePays(pledge));
                    self.pledges[pledge.index()].pays = Some(pays);
                }
            }
            Event::PledgeExpirySet { pledge, expires } => {
                let row = &mut self.pledges[pledge.index()];
                let at = row.announced.after(expires).max(SimTime::ZERO);
                row.expires = Some(at);
                self.set(at, Wake::PledgeExpires(pledge));
            }
            Event::PledgeExpired { pledge, amount } => self.expire(pledge, amount),
            Event::PledgeDelayed { pledge, payment, wait } => {
                let at = (wait.0 >= 0).then(|| self.now.after(wait));
                let row = &mut self.pledges[pledge.index()];
                row.last = seq;
                *(if payment { &mut row.pays } else { &mut row.commits }) = at;
                if let Some(at) = at {
                    self.set(at, if payment { Wake::PledgePays(pledge) } else { Wake::PledgeCommits(pledge) });
                }
            }
            Event::PledgeCommitted { pledge } => {
                let row = &mut self.pledges[pledge.index()];
                (row.committed, row.last) = (row.amount, seq);
                let at = if self.now == SimTime::ZERO { row.dated } else { self.now };
                (row.commits, row.committed_at) = (None, Some(at));
                let (m, amount) = (row.mechanism, row.amount);
                self[m].committed += amount;
                if !self.plan().mechanisms[m].package.counts_paid {
                    self.count(pledge, amount);
                }
            }
            Event::PledgeLapsed { pledge } => {
                let row = &mut self.pledges[pledge.index()];
                (row.commits, row.last) = (None, seq);
                // What lapsed is gone: nothing of it is left to be withdrawn.
                if let Some(at) = row.expires.take() {
                    let place = self.net.ranks.streams[self.pledge(pledge).stream.index()];
                    self.cancel(at, phase::ARRIVALS, place, Wake::PledgeExpires(pledge));
                }
            }
            Event::FundsDisbursed { pledge, amount } => {
                let row = &mut self.pledges[pledge.index()];
                row.paid += amount;
                (row.pays, row.last) = (None, seq);
                let m = row.mechanism;
                self[m].paid += amount;
                if self.plan().mechanisms[m].package.counts_paid {
                    self.count(pledge, amount);
                }
                self.spread_payment(pledge);
                self.arm_settle(m);
            }
            Event::PledgeDefaulted { pledge, amount } => {
                let row = &mut self.pledges[pledge.index()];
                row.defaulted += amount;
                row.pays = None;
                let m = row.mechanism;
                self[m].defaulted += amount;
            }
            Event::EarmarkSet { pledge } => self.rest(pledge, Resting::Earmark),
            Event::SurplusRolledOver { pledge, .. } => self.rest(pledge, Resting::Pool),
            Event::SurplusHeld { pledge, package } => self.rest(pledge, Resting::Package(package)),
            Event::PackageDrafted { .. }
            | Event::PackageStated { .. }
            | Event::LinePackaged { .. }
            | Event::PackageValidated { .. }
            | Event::PackageOpened { .. }
            | Event::MoneyAllocated { .. }
            | Event::PackageFunded { .. }
            | Event::PackageReleased { .. }
            | Event::MoneySpent { .. } => self.apply_packages(event),
            Event::StageEntered { subject, gate, lasts } => self.enter_stage(subject, gate, lasts),
            Event::StageLeft { subject, gate } => {
                self.gates[gate.index()].inside.remove(&subject);
                self.note_last(subject, seq);
            }
            Event::StockAsked { .. }
            | Event::StockTaken { .. }
            | Event::StockReviewed { .. }
            | Event::StockOrdered { .. }
            | Event::ProductionStarted { .. }
            | Event::StockReceived { .. } => self.apply_stocks(event),
            // Nothing that rests finds a need, until something opens or goes on.
            Event::MechanismChecked { mechanism } => self[mechanism].fresh.clear(),
            Event::MechanismDrafted { mechanism } => {
                if let Some(every) = self.plan().mechanisms[mechanism].package.draft_every {
                    self.set(self.now.after(every), Wake::Drafts(mechanism));
                }
            }
            Event::GoodsCreated { unit, line, number, amount } => self.create_goods(unit, line, number, amount),
            _ => unreachable!("apply hands the ledger its own events"),
        }
    }

    /// Seconds from `now`, when a dated stream brings a thing, to its next one. The turn that brings it is decided
    /// before the state's own clock goes on.
    pub fn next_dated(&self, stream: Id<Stream>, now: SimTime) -> SimDuration {
        let arrivals = &self.plan().streams[stream].arrivals;
        let Arrivals::At(times) = arrivals.times() else { return SimDuration(-1) };
        let row = &self[stream];
        // The batch whose last thing comes now may have been stated in this very turn.
        let after = match arrivals.batch() {
            Some(_) => row.batches + u64::from(row.left == 0),
            None => row.brought + 1,
        };
        times.get(after as usize).map_or(SimDuration(-1), |&t| t - now)
    }

    /// Whether a requirement goes over desks before its lines go on.
    pub fn passes_desks(&self, need: NeedId) -> bool {
        let hq = self.plan_of_need(need).hq;
        hq.is_some_and(|hq| self.plan().steps_of(hq).any(|s| !self.net.is_movement(s)))
    }

    fn ask(&mut self, line: LineId, need: NeedId, quantity: i64) {
        assert_eq!(line.index(), self.lines.len(), "lines are numbered as they come");
        let net = self.net.clone();
        let position = self.need(need).lines.len();
        let need_plan = self.plan_of_need(need);
        let plan = &need_plan.lines[position];
        let item = &net.plan.items[plan.item];
        let via = need_plan.via.map(|m| &net.plan.mechanisms[m]);
        let origin = plan.origin.or(via.and_then(|m| m.origin)).expect("the reader gives each line an origin");
        let value = Money(plan.unit_value.unwrap_or(item.value).0 * quantity);
        let row = LineRow {
            need,
            position: position as u32 + 1,
            item: plan.item,
            asked: quantity,
            recognised: 0,
            value,
            mass: Mass(item.mass.0 * quantity),
            origin,
            to: plan.to.or(net.only_handover),
            joined: self.now,
            package: None,
            withdrawn: false,
            apart: false,
            taken: 0,
            lots: 0,
            made: 0,
            last: self.events,
        };
        self.totals.asked += value;
        self.totals.mass += row.mass;
        self.lines.push(row);
        let seq = self.events;
        let row = &mut self.needs[need.index()];
        row.lines.push(line);
        row.asked += quantity;
        row.last = seq;
    }

    fn file_paper(&mut self, unit: UnitId, need: NeedId) {
        let row = self.need(need);
        let lines = row.lines.iter().map(|l| self.line(*l));
        let paper = Unit {
            links: Default::default(),
            name: Name { stream: row.stream, number: row.number, line: 0, lot: 0 },
            priority: row.priority,
            place: Place::Backlog,
            born: row.submitted,
            joined: self.now,
            due: row.due,
            left: SimDuration(-1),
            drawn: SimDuration(-1),
            last: self.events,
            what: What::Paper(need),
            item: None,
            amount: 1,
            mass: Mass(0),
            value: lines.map(|l| l.value).sum(),
            to: None,
            early: row.submitted < SimTime::ZERO,
            recognised: false,
        };
        let hq = self.plan_of_need(need).hq.expect("a paper goes to a headquarters");
        self.units.insert(unit, paper);
        self.needs[need.index()].paper = Some(unit);
        self.arrive(unit, hq);
    }

    fn create_goods(&mut self, unit: UnitId, line: LineId, number: u32, amount: u32) {
        let seq = self.events;
        let row = &self.lines[line.index()];
        let need = &self.needs[row.need.index()];
        let item = &self.net.plan.items[row.item];
        let plan = &self.plan_of_need(row.need).lines[row.position as usize - 1];
        let goods = Unit {
            links: Default::default(),
            name: Name { stream: need.stream, number: need.number, line: row.position, lot: number },
            priority: need.priority,
            place: Place::Deciding(row.origin),
            born: self.now,
            joined: self.now,
            due: need.due,
            left: SimDuration(-1),
            drawn: SimDuration(-1),
            last: seq,
            what: What::LineGoods(line),
            item: Some(row.item),
            amount,
            mass: Mass(item.mass.0 * i64::from(amount)),
            value: Money(plan.unit_value.unwrap_or(item.value).0 * i64::from(amount)),
            to: row.to,
            early: false,
            recognised: false,
        };
        self.units.insert(unit, goods);
        let row = &mut self.lines[line.index()];
        row.lots += 1;
        row.made += i64::from(amount);
        row.last = seq;
        assert!(row.made <= row.asked, "no line is delivered beyond what it asks");
        let packed = row.package.filter(|_| row.made == row.asked);
        if let Some(package) = packed {
            self.index_package(package);
        }
        self.mark(unit, Point::R0);
    }

    /// A unit reaches a recognition point.
    pub(super) fn mark(&mut self, unit: UnitId, point: Point) {
        let row = &mut self.units[unit];
        let What::LineGoods(line) = row.what else { return };
        if row.recognised || point != self.net.plan.recognition {
            return;
        }
        row.recognised = true;
        let amount = i64::from(row.amount);
        let (now, seq) = (self.now, self.events);
        let row = &mut self.lines[line.index()];
        row.recognised += amount;
        let id = row.need;
        let need = &mut self.needs[id.index()];
        need.recognised += amount;
        need.recognised_by = seq;
        if need.recognised == need.asked && need.expired.is_none() {
            self.set(now, Wake::Closes(id));
        }
        if let Some(m) = self.plan_of_need(id).via {
            self[m].first_arrival.get_or_insert(now);
        }
    }

    pub(super) fn leave_list(&mut self, line: LineId) {
        let row = self.line(line);
        let need = self.need(row.need);
        let key = (need.priority, row.joined, need.stream, need.number, row.position, line);
        let (value, via) = (row.value, self.plan_of_need(row.need).via);
        let account = &mut self[via.expect("a listed line has a mechanism")];
        if account.list.remove(&key) {
            account.list_value -= value;
        }
    }

    pub(super) fn arm_settle(&mut self, m: Id<MechanismPlan>) {
        if !self[m].settle_set {
            self[m].settle_set = true;
            self.set(self.now, Wake::Settles(m));
        }
    }

    /// A desk is done with a requirement's paper. What it decides comes in the phase of decisions; the reader knows no desks
    /// but `validation`, `ranking` and `matching`, which is the last.
    pub(super) fn desk_is_done(&mut self, need: NeedId, step: Id<crate::model::Step>, more: bool) {
        let name = &*self.plan().steps[step].name;
        if !more || ["validation", "ranking"].contains(&name) {
            self.needs[need.index()].desk = Some(DeskDone { step, more, seq: self.events });
            self.set(self.now, Wake::Validates(need));
        }
    }

    /// A line of an expired requirement leaves what it waits in.
    fn withdraw(&mut self, line: LineId) {
        let row = self.line(line);
        let (need, lacks, stock) = (row.need, row.asked - row.taken, self.stock_of_line(line));
        match self.plan_of_need(need).via {
            Some(m) => {
                self.leave_list(line);
                let value = self.line(line).value;
                self[m].needed -= value;
                if let Some(stock) = stock.filter(|_| self.plan().mechanisms[m].takes_stock) {
                    self.disown(stock, line, lacks);
                }
            }
            None => {
                if let Some(stock) = stock {
                    self.disown(stock, line, lacks);
                }
            }
        }
        let row = &mut self.lines[line.index()];
        (row.withdrawn, row.last) = (true, self.events);
    }

    /// What is not allocated of a pledge is withdrawn, and so is what it would have brought later.
    fn expire(&mut self, pledge: PledgeId, amount: Money) {
        let (seq, place) = (self.events, self.net.ranks.streams[self.pledge(pledge).stream.index()]);
        let row = &mut self.pledges[pledge.index()];
        let (left, pooled, m) = (row.left, row.resting == Resting::Pool, row.mechanism);
        let key = row.counted.map(|at| (at, row.stream, row.number, pledge));
        let commits = row.commits.take();
        let pays = row.pays.filter(|_| commits.is_some() || amount == row.amount);
        if pays.is_some() {
            row.pays = None;
        }
        (row.left, row.expires, row.expired, row.last) = (Money::ZERO, None, amount, seq);
        let account = &mut self[m];
        account.expired += amount;
        account.withdrawn += left;
        *(if pooled { &mut account.pool } else { &mut account.held }) -= left;
        if let Some(key) = key {
            account.resting.remove(&key);
            account.fresh.remove(&key);
        }
        account.check();
        if let Some(at) = commits {
            self.cancel(at, phase::ARRIVALS, place, Wake::PledgeCommits(pledge));
        }
        if let Some(at) = pays {
            self.cancel(at, phase::ARRIVALS, place, Wake::PledgePays(pledge));
        }
    }

    /// What counts of a pledge comes to rest, in the pool until an event says otherwise.
    pub(super) fn count(&mut self, pledge: PledgeId, amount: Money) {
        let now = self.now;
        let row = &mut self.pledges[pledge.index()];
        let fresh = row.counted.is_none();
        row.counted.get_or_insert(now);
        row.left += amount;
        if fresh {
            row.resting = Resting::Pool;
        }
        let (m, key) = (row.mechanism, (row.counted.unwrap_or(now), row.stream, row.number, pledge));
        let pooled = row.resting == Resting::Pool;
        let account = &mut self[m];
        account.counted += amount;
        if amount > Money::ZERO {
            account.resting.insert(key);
            account.fresh.insert(key);
        }
        *(if pooled { &mut account.pool } else { &mut account.held }) += amount;
        self.arm_settle(m);
    }

    fn rest(&mut self, pledge: PledgeId, resting: Resting) {
        let row = &mut self.pledges[pledge.index()];
        let was_pool = row.resting == Resting::Pool;
        row.resting = resting;
        let (m, left, is_pool) = (row.mechanism, row.left, resting == Resting::Pool);
        let key = row.counted.map(|at| (at, row.stream, row.number, pledge)).filter(|_| left > Money::ZERO);
        row.last = self.events;
        let account = &mut self[m];
        match (was_pool, is_pool) {
            (true, false) => (account.pool, account.held) = (account.pool - left, account.held + left),
            (false, true) => (account.pool, account.held) = (account.pool + left, account.held - left),
            _ => {}
        }
        account.fresh.extend(key);
        self.arm_settle(m);
    }

    fn enter_stage(&mut self, subject: Subject, gate: GateId, time: SimDuration) {
        let stay = match (time.0, self.gates[gate.index()].down) {
            (..0, _) => None,
            (_, 0) => Some(Stay::Until(self.now.after(time))),
            _ => Some(Stay::Left(time)),
        };
        self.gates[gate.index()].inside.insert(subject, stay);
        if let Some(Stay::Until(at)) = stay {
            self.set(at, Wake::StageEnds(subject, gate));
        }
        self.note_last(subject, self.events);
        let now = self.now;
        match subject {
            Subject::Unit(unit) => {
                self.units[unit].place = Place::Staged(gate);
                self.units[unit].joined = now;
            }
            Subject::Package(package) => self.packages[package.index()].joined = self.joins_as(package),
            Subject::Line(line) => {
                let first = self.net.gates[gate.index()].1 == 0;
                if first {
                    self.join_list(line);
                } else {
                    let row = &mut self.lines[line.index()];
                    (row.joined, row.apart) = (now, row.package.is_some());
                    if row.apart {
                        // The turn that let it go decided nothing else: money may rest in the pool.
                        self.arm_settle(Id::new(self.net.gates[gate.index()].0));
                    }
                }
            }
        }
    }

    /// When a requirement's line joins the list or the stock to which it comes now: of the opening backlog the older one
    /// comes first, where no desk is the first place of its way.
    pub(super) fn line_joins(&self, need: NeedId) -> SimTime {
        let submitted = self.need(need).submitted;
        let early = submitted < SimTime::ZERO && self.now == SimTime::ZERO && !self.passes_desks(need);
        if early { submitted } else { self.now }
    }

    /// A line joins the list of its mechanism: its first stage.
    fn join_list(&mut self, line: LineId) {
        let row = self.line(line);
        let need = self.need(row.need);
        let joined = self.line_joins(row.need);
        let key = (need.priority, joined, need.stream, need.number, row.position, line);
        let (value, via) = (row.value, self.plan_of_need(row.need).via);
        self.lines[line.index()].joined = joined;
        let m = via.expect("a listed line has a mechanism");
        self[m].list.insert(key);
        self[m].list_value += value;
        self.owe(m, line);
        self.arm_settle(m);
    }

    fn note_last(&mut self, subject: Subject, seq: u64) {
        match subject {
            Subject::Unit(unit) => self.units[unit].last = seq,
            Subject::Line(line) => self.lines[line.index()].last = seq,
            Subject::Package(package) => self.packages[package.index()].last = seq,
        }
    }

    /// Whether a list waits for its mechanism's draft clock.
    pub(super) fn waits_for_a_draft(&self) -> bool {
        let plan = self.plan();
        plan.mechanisms.ids().any(|m| {
            let gate = self.gate(self.gate_of(m, 0));
            let held = gate.down > 0 && gate.struck.iter().any(|&d| !plan.disruptions[d].ends());
            plan.mechanisms[m].package.draft_every.is_some() && !self[m].list.is_empty() && !held
        })
    }
}
