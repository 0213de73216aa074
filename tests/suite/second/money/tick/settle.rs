//! What a mechanism settles once nothing else is due: packages form and open, money goes to what is open, what was paid is
//! paid on.

use super::packages::State;
use super::streams::Stream;
use super::{Act, Choice, Key, Kind, NOBODY, Phase, Run};
use crate::second::money::world::{Earmark, FUNDING, Mechanism, RELEASE, SUPPLY};

/// One decision of a mechanism; the next depends on it.
#[derive(Clone, Copy)]
enum Decision {
    Form,
    Open(usize),
    /// It costs nothing.
    Fund(usize),
    /// A pledge gives to a package.
    Give(usize, usize),
    /// What is left of an earmarked pledge becomes free.
    Spill(usize),
    /// The supplier gets the lines that are covered.
    SendLines,
    /// What was paid on released packages is paid on, goods that waited for it come to exist, and the supplier gets packages
    /// where a stage waits for payments.
    Pay,
}

impl<'a> Run<'a> {
    pub fn due_of_mechanisms(&self, all: &mut Vec<(Key<'a>, Act)>) {
        for (i, mechanism) in self.world.mechanisms.iter().enumerate() {
            let place = (&*mechanism.name, 0, Kind::Mechanism);
            if self.strikes(i) {
                all.push(((Phase::Decision, place, 0, NOBODY), Act::Draft(i)));
            }
            if self.decision(i).is_some() {
                all.push(((Phase::Settling, place, 0, NOBODY), Act::Settle(i)));
            }
        }
    }

    /// The clock strikes now, and did not yet.
    fn strikes(&self, mechanism: usize) -> bool {
        let every = self.mechanism(mechanism).draft_every;
        every.is_some_and(|every| self.now > 0 && self.now % every == 0) && self.drafted[mechanism] < self.now
    }

    /// Packages form until the list is empty.
    pub fn draft(&mut self, mechanism: usize) {
        while !self.list(mechanism).is_empty() {
            self.form(mechanism);
        }
        self.drafted[mechanism] = self.now;
        self.tell("MechanismDrafted", &self.mechanism(mechanism).name, "");
    }

    fn decision(&self, mechanism: usize) -> Option<Decision> {
        if self.forms(mechanism) {
            return Some(Decision::Form);
        }
        let sends = !self.sendable(mechanism).is_empty();
        let line_by_line = self.sendable(mechanism).iter().any(|&p| self.goes_by_lines(p));
        self.next_open(mechanism)
            .map(Decision::Open)
            .or_else(|| self.costs_nothing(mechanism).map(Decision::Fund))
            .or_else(|| line_by_line.then_some(Decision::SendLines))
            .or_else(|| self.next_use(mechanism))
            .or_else(|| (sends || self.pays_on(mechanism)).then_some(Decision::Pay))
    }

    fn forms(&self, mechanism: usize) -> bool {
        let list = self.list(mechanism);
        let worth: i64 = list.iter().map(|&(need, line)| self.value_of(need, line)).sum();
        !list.is_empty() && self.mechanism(mechanism).size.is_some_and(|size| worth >= size)
    }

    pub fn choice_of_package(&self, package: usize, joined: i64) -> Choice<'a> {
        let package = &self.packages[package];
        let name = package.stream.map_or(&*self.mechanism(package.mechanism).name, |s| self.streams[s].name());
        (package.priority, joined, name, [package.number, 0, 0])
    }

    /// The packages of a mechanism that seek money, in the order of choice.
    fn open_packages(&self, mechanism: usize) -> Vec<usize> {
        let mut all = vec![];
        for (i, package) in self.packages.iter().enumerate() {
            if let State::Open(joined) = package.state
                && package.mechanism == mechanism
            {
                all.push((self.choice_of_package(i, joined), i));
            }
        }
        all.sort();
        all.into_iter().map(|(_, package)| package).collect()
    }

    /// The next one to seek money, if one more may.
    fn next_open(&self, mechanism: usize) -> Option<usize> {
        let open = self.open_packages(mechanism).len();
        if self.mechanism(mechanism).open_at_once.is_some_and(|most| open >= most) {
            return None;
        }
        let mut all = vec![];
        for (i, package) in self.packages.iter().enumerate() {
            if let State::Validated(joined) = package.state
                && package.mechanism == mechanism
            {
                all.push((self.choice_of_package(i, joined), i));
            }
        }
        all.into_iter().min().map(|(_, package)| package)
    }

    /// What is open lacks something, but for what costs nothing.
    fn costs_nothing(&self, mechanism: usize) -> Option<usize> {
        self.open_packages(mechanism).into_iter().find(|&p| self.packages[p].lacks() == 0)
    }

    /// What counts is used pledge by pledge, in the order in which they counted.
    fn next_use(&self, mechanism: usize) -> Option<Decision> {
        let mut pledges: Vec<(i64, &str, i64, usize)> = vec![];
        for (i, pledge) in self.pledges.iter().enumerate() {
            let stream = self.pledges_of(pledge.stream);
            if stream.to == mechanism && pledge.left() > 0 && pledge.held_for.is_none() {
                pledges.push((pledge.counts_since, &stream.name, pledge.number, i));
            }
        }
        pledges.sort_unstable();
        let open = self.open_packages(mechanism);
        for (.., pledge) in pledges {
            if let Some(&package) = open.iter().find(|&&p| self.may_serve(pledge, p)) {
                return Some(Decision::Give(pledge, package));
            }
            if self.is_excess(pledge) {
                return Some(Decision::Spill(pledge));
            }
        }
        None
    }

    /// Whether the pledge is free, or the package fits its earmark.
    fn may_serve(&self, pledge: usize, package: usize) -> bool {
        !self.pledges[pledge].earmarked || self.fits(pledge, package)
    }

    fn fits(&self, pledge: usize, package: usize) -> bool {
        let stream = self.pledges_of(self.pledges[pledge].stream);
        let Some(earmark) = &stream.earmark else { return false };
        let to = &self.packages[package];
        let of_stream = |name: &str, stream: usize| self.streams[stream].name() == name;
        let any_line = |fits: &dyn Fn(usize, usize) -> bool| to.lines.iter().any(|&(need, line)| fits(need, line));
        let item = |need, line| self.line_of(need, line).item;
        match earmark {
            Earmark::Item(it) => any_line(&|need, line| item(need, line) == *it),
            Earmark::Family(family) => {
                any_line(&|need, line| self.world.items[item(need, line)].family.as_ref() == Some(family))
            }
            Earmark::Requirement(needs, number) => any_line(&|need, _| {
                let need = &self.needs[need];
                need.number == *number && of_stream(&self.world.needs[*needs].name, need.stream)
            }),
            Earmark::Formed(number) => to.stream.is_none() && to.mechanism == stream.to && to.number == *number,
            Earmark::Stated(stated, number) => {
                let name = &self.world.stated[*stated].name;
                to.stream.is_some_and(|s| of_stream(name, s) && matches!(self.streams[s], Stream::Stated(_)))
                    && to.number == *number
            }
            Earmark::Depot(depot) => any_line(&|need, line| self.depot_of(need, line) == *depot),
            Earmark::Border => any_line(&|_, _| true),
        }
    }

    /// A need of its earmark has opened, and no other lacks anything or is still to open.
    fn is_excess(&self, pledge: usize) -> bool {
        let fitting = self.fitting(pledge);
        let mut states = fitting.iter().map(|&p| &self.packages[p]);
        self.pledges[pledge].earmarked
            && self.mechanism(self.pledges_of(self.pledges[pledge].stream).to).spills
            && states.clone().any(|p| matches!(p.state, State::Open(_) | State::Funded))
            && states.all(|p| p.state == State::Funded || (matches!(p.state, State::Open(_)) && p.lacks() == 0))
    }

    /// The packages of its earmark.
    fn fitting(&self, pledge: usize) -> Vec<usize> {
        let mechanism = self.pledges_of(self.pledges[pledge].stream).to;
        let of_it = |&p: &usize| self.packages[p].mechanism == mechanism && self.fits(pledge, p);
        (0..self.packages.len()).filter(of_it).collect()
    }

    /// Released packages on which more was paid than was paid on.
    fn spendable(&self, mechanism: usize) -> Vec<(usize, i64)> {
        let mut all = vec![];
        for (i, package) in self.packages.iter().enumerate() {
            let more = self.paid_on(i) - package.spent;
            if package.mechanism == mechanism && package.released && more > 0 {
                all.push((i, more));
            }
        }
        all
    }

    /// Whether something is to be paid on, or goods wait for nothing more.
    fn pays_on(&self, mechanism: usize) -> bool {
        !self.spendable(mechanism).is_empty() || !self.makeable(mechanism).is_empty()
    }

    /// Lines that are released, whose goods waited to be paid for and are now.
    fn makeable(&self, mechanism: usize) -> Vec<(usize, usize)> {
        let mut all = vec![];
        for (i, package) in self.packages.iter().enumerate().filter(|(_, p)| p.mechanism == mechanism) {
            for at in 0..package.lines.len() {
                let released = package.released || package.lines_released.contains(&at);
                if released && !package.made.contains(&at) && self.is_paid_for_supply(i, at) {
                    all.push((i, at));
                }
            }
        }
        all
    }

    /// Whether what was paid covers the package, or a line of it and all before that, where supply waits for it.
    pub fn is_paid_for_supply(&self, package: usize, at: usize) -> bool {
        let to = &self.packages[package];
        let Mechanism { pays_before, part_funded, .. } = self.mechanism(to.mechanism);
        let price = if *part_funded { self.worth_up_to(package, at) } else { to.price };
        *pays_before != Some(SUPPLY) || self.paid_on(package) >= price
    }

    /// The value of a line and of all before it.
    fn worth_up_to(&self, package: usize, line: usize) -> i64 {
        self.packages[package].lines[..=line].iter().map(|&(need, line)| self.value_of(need, line)).sum()
    }

    /// It is released line by line.
    fn goes_by_lines(&self, package: usize) -> bool {
        let to = &self.packages[package];
        self.mechanism(to.mechanism).part_funded && !to.lines.is_empty()
    }

    /// How many lines of a package, or whether it, may go to the supplier.
    fn may_be_sent(&self, package: usize) -> usize {
        let to = &self.packages[package];
        let Mechanism { pays_before, .. } = self.mechanism(to.mechanism);
        let covers = if *pays_before == Some(RELEASE) { self.paid_on(package) } else { to.allocated };
        let opened = matches!(to.state, State::Open(_) | State::Funded);
        if self.goes_by_lines(package) {
            if !opened {
                return 0;
            }
            return (0..to.lines.len()).filter(|&line| self.worth_up_to(package, line) <= covers).count();
        }
        usize::from(to.state == State::Funded && covers >= to.price)
    }

    fn sendable(&self, mechanism: usize) -> Vec<usize> {
        let of_it = |&p: &usize| self.packages[p].mechanism == mechanism;
        let more = |&p: &usize| self.may_be_sent(p) > self.packages[p].sent;
        (0..self.packages.len()).filter(of_it).filter(more).collect()
    }

    fn send(&mut self, package: usize) {
        let (mechanism, sent) = (self.packages[package].mechanism, self.packages[package].sent);
        let now = self.may_be_sent(package);
        self.packages[package].sent = now;
        if self.goes_by_lines(package) {
            for line in sent..now {
                self.enter_with_line(mechanism, package, line);
            }
        } else {
            self.enter_with_time(mechanism, RELEASE, package);
        }
    }

    pub fn settle(&mut self, mechanism: usize) {
        match self.decision(mechanism).expect("something was to be decided") {
            Decision::Form => self.form(mechanism),
            Decision::Open(package) => self.open_package(package),
            Decision::Fund(package) => self.fund(package),
            Decision::Give(pledge, package) => self.give(pledge, package),
            Decision::Spill(pledge) => self.spill(pledge),
            Decision::SendLines => {
                for package in
                    self.sendable(mechanism).into_iter().filter(|&p| self.goes_by_lines(p)).collect::<Vec<_>>()
                {
                    self.send(package);
                }
            }
            Decision::Pay => {
                for (package, more) in self.spendable(mechanism) {
                    self.packages[package].spent += more;
                    self.tell("MoneySpent", &self.package_name(package), &format!(" amount={more}"));
                }
                // Goods that waited to be paid for, and packages that waited for the supplier.
                for (package, line) in self.makeable(mechanism) {
                    self.make_line(package, line);
                }
                for package in self.sendable(mechanism) {
                    self.send(package);
                }
            }
        }
    }

    /// As much as the package lacks.
    fn give(&mut self, pledge: usize, package: usize) {
        let amount = self.pledges[pledge].left().min(self.packages[package].lacks());
        self.pledges[pledge].allocated.push((package, amount));
        self.packages[package].allocated += amount;
        let (from, to) = (self.pledge_name(pledge), self.package_name(package));
        self.tell("MoneyAllocated", &to, &format!(" pledge={from} amount={amount}"));
        if self.mechanism(self.packages[package].mechanism).whole && self.pledges[pledge].left() > 0 {
            self.pledges[pledge].held_for = Some(package);
            self.tell("SurplusHeld", &from, &format!(" package={to}"));
        } else if self.pledges[pledge].left() > 0 && self.is_excess(pledge) {
            self.spill(pledge);
        }
        if self.packages[package].lacks() == 0 {
            self.fund(package);
        }
    }

    fn spill(&mut self, pledge: usize) {
        self.pledges[pledge].earmarked = false;
        let fields = format!(" amount={}", self.pledges[pledge].left());
        self.tell("SurplusRolledOver", &self.pledge_name(pledge), &fields);
    }

    /// The gap is zero: the release begins.
    pub fn fund(&mut self, package: usize) {
        let name = self.package_name(package);
        let mechanism = self.packages[package].mechanism;
        self.packages[package].state = State::Funded;
        self.tell("PackageFunded", &name, "");
        self.leave_stage(mechanism, FUNDING, &name);
        if self.mechanism(mechanism).pays_before.is_none() && !self.goes_by_lines(package) {
            self.send(package);
        }
    }
}
