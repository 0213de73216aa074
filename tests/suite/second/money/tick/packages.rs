//! Requirements and their lines, and packages as they form or are stated.

use super::streams::Stream;
use super::{Act, Choice, Key, Kind, Phase, Run};
use crate::second::money::world::{Asks, DRAFTING, FUNDING, Line, Mechanism, REVIEW, Stated};

pub struct Need {
    pub stream: usize,
    pub number: i64,
    pub date: i64,
    pub status: Status,
    pub lines: Vec<Asked>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Dated before the start, and not yet taken up.
    Backlog,
    /// Of a package that was stated: it is validated with that.
    OfStated,
    Submitted,
    Matched,
    Fulfilled,
}

/// A line of a requirement.
pub struct Asked {
    pub quantity: i64,
    /// It waits in the list of its mechanism since then.
    pub listed: Option<i64>,
    pub handed_over: i64,
}

#[derive(Default)]
pub struct Package {
    pub mechanism: usize,
    /// None: it formed in its mechanism.
    pub stream: Option<usize>,
    pub number: i64,
    pub priority: i64,
    pub price: i64,
    /// It was stated before the start.
    pub of_backlog: bool,
    /// Requirements and their lines.
    pub lines: Vec<(usize, usize)>,
    pub state: State,
    pub allocated: i64,
    pub spent: i64,
    /// The supplier has it, or so many of its lines.
    pub sent: usize,
    /// Lines that are released one by one.
    pub lines_released: Vec<usize>,
    pub released: bool,
    /// Lines whose goods exist.
    pub made: Vec<usize>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum State {
    /// Stated before the start, on this date.
    Backlog(i64),
    #[default]
    InReview,
    /// It waits since then to seek money.
    Validated(i64),
    /// It seeks money since then.
    Open(i64),
    Funded,
}

impl Package {
    pub fn lacks(&self) -> i64 {
        self.price - self.allocated
    }
}

impl<'a> Run<'a> {
    pub fn due_of_needs(&self, all: &mut Vec<(Key<'a>, Act)>) {
        for (i, need) in self.needs.iter().enumerate() {
            let name = self.streams[need.stream].name();
            let place = (name, 0, Kind::Stream);
            let key = (Phase::Decision, place, 0, self.choice_of_need(i, need.date));
            if need.status == Status::Backlog {
                all.push(((Phase::Arrival, place, 3, self.choice_of_need(i, need.date)), Act::TakeUp(i)));
            }
            if need.status == Status::Submitted {
                all.push((key, Act::Validate(i)));
            }
            if need.status == Status::Matched && need.lines.iter().all(|l| l.handed_over == l.quantity) {
                all.push((key, Act::Close(i)));
            }
        }
    }

    /// Packages that were stated before the start.
    pub fn due_of_stated(&self, all: &mut Vec<(Key<'a>, Act)>) {
        for (i, package) in self.packages.iter().enumerate() {
            if let (State::Backlog(date), Some(stream)) = (package.state, package.stream) {
                let place = (self.streams[stream].name(), 0, Kind::Stream);
                all.push(((Phase::Arrival, place, 3, self.choice_of_package(i, date)), Act::TakeUpStated(i)));
            }
        }
    }

    pub fn choice_of_need(&self, need: usize, joined: i64) -> Choice<'a> {
        let need = &self.needs[need];
        (self.priority_of(need.stream), joined, self.streams[need.stream].name(), [need.number, 0, 0])
    }

    pub fn line_of(&self, need: usize, line: usize) -> &'a Line {
        match self.streams[self.needs[need].stream] {
            Stream::Needs(needs) => &needs.lines[line],
            Stream::Stated(stated) => &stated.lines()[line],
            Stream::Pledges(_) => unreachable!("a pledge asks for nothing"),
        }
    }

    pub fn via(&self, need: usize) -> usize {
        match self.streams[self.needs[need].stream] {
            Stream::Needs(needs) => needs.via,
            Stream::Stated(stated) => stated.via,
            Stream::Pledges(_) => unreachable!("a pledge asks for nothing"),
        }
    }

    pub fn mechanism(&self, mechanism: usize) -> &'a Mechanism {
        &self.world.mechanisms[mechanism]
    }

    pub fn need_name(&self, need: usize) -> String {
        self.thing(self.needs[need].stream, self.needs[need].number)
    }

    /// `<stream>#<n>/<line>`, lines from 1.
    pub fn line_name(&self, need: usize, line: usize) -> String {
        format!("{}/{}", self.need_name(need), line + 1)
    }

    pub fn package_name(&self, package: usize) -> String {
        let Package { mechanism, stream, number, .. } = self.packages[package];
        match stream {
            None => format!("{}#{number}", self.mechanism(mechanism).name),
            Some(stream) => self.thing(stream, number),
        }
    }

    pub fn value_of(&self, need: usize, line: usize) -> i64 {
        let asked = self.line_of(need, line);
        asked.unit_value.unwrap_or(self.world.items[asked.item].value) * self.needs[need].lines[line].quantity
    }

    pub fn submit(&mut self, stream: usize, priority: i64, next: i64) {
        let name = self.thing(stream, self.brought[stream]);
        let fields = format!(" stream={} priority={priority} next={next}", self.streams[stream].name());
        self.tell("RequirementSubmitted", &name, &fields);
    }

    /// The lines of a requirement, which may be the lines of a package that was stated with it.
    pub fn ask(&mut self, stream: usize, lines: &[Line], status: Status) {
        let number = self.brought[stream];
        let name = self.thing(stream, number);
        for (at, line) in lines.iter().enumerate() {
            let fields = format!(" need={name} quantity={}", line.quantity);
            self.tell("LineAsked", &format!("{name}/{}", at + 1), &fields);
        }
        let asked = |line: &Line| Asked { quantity: line.quantity, listed: None, handed_over: 0 };
        self.needs.push(Need { stream, number, date: self.now, status, lines: lines.iter().map(asked).collect() });
    }

    pub fn take_up(&mut self, need: usize) {
        self.tell("BacklogTakenUp", &self.need_name(need), "");
        self.needs[need].status = Status::Submitted;
    }

    /// Its lines join the list of their mechanism.
    pub fn validate(&mut self, need: usize) {
        self.validate_and_match(need);
        // Where it was dated before the start, it joins by its date.
        let date = self.needs[need].date;
        let joined = if date < 0 { date } else { self.now };
        for line in 0..self.needs[need].lines.len() {
            // What asks for nothing goes nowhere.
            if self.needs[need].lines[line].quantity > 0 {
                self.needs[need].lines[line].listed = Some(joined);
                let mechanism = self.via(need);
                let object = self.line_name(need, line);
                self.enter_stage(mechanism, DRAFTING, &object, -1);
            }
        }
    }

    fn validate_and_match(&mut self, need: usize) {
        let name = self.need_name(need);
        self.tell("RequirementValidated", &name, "");
        self.tell("RequirementMatched", &name, "");
        self.needs[need].status = Status::Matched;
        if self.needs[need].lines.iter().all(|line| line.quantity == 0) {
            self.close(need);
        }
    }

    pub fn close(&mut self, need: usize) {
        self.needs[need].status = Status::Fulfilled;
        self.tell("RequirementFulfilled", &self.need_name(need), "");
    }

    /// A package of a scenario.
    pub fn state(&mut self, stream: usize, next: i64) {
        let Stream::Stated(stated) = self.streams[stream] else { unreachable!("packages are stated") };
        let number = self.brought[stream];
        let name = self.thing(stream, number);
        let need = self.needs.len().wrapping_sub(1);
        let lines: Vec<(usize, usize)> = (0..stated.lines().len()).map(|line| (need, line)).collect();
        let price = match &stated.asks {
            Asks::Price(price) => *price,
            Asks::Lines(_) => lines.iter().map(|&(n, l)| self.value_of(n, l)).sum(),
        };
        let Stated { priority, via, .. } = *stated;
        let fields = format!(" stream={} priority={priority} price={price} next={next}", stated.name);
        self.tell("PackageStated", &name, &fields);
        for &(need, line) in &lines {
            let object = self.line_name(need, line);
            self.tell("LinePackaged", &object, &format!(" package={name}"));
        }
        self.packages.push(Package {
            mechanism: via,
            stream: Some(stream),
            number,
            priority,
            price,
            of_backlog: self.now < 0,
            lines,
            state: State::Backlog(self.now),
            ..Package::default()
        });
        if self.now >= 0 {
            self.take_up_stated(self.packages.len() - 1);
        }
    }

    /// It is validated, and passes the review at once.
    pub fn take_up_stated(&mut self, package: usize) {
        let State::Backlog(date) = self.packages[package].state else { unreachable!("it is taken up once") };
        let (name, mechanism) = (self.package_name(package), self.packages[package].mechanism);
        if let Some(&(need, _)) = self.packages[package].lines.first() {
            self.validate_and_match(need);
        }
        if self.is_held(mechanism, REVIEW) {
            self.packages[package].state = State::InReview;
            // It is the first place of its way, which it joins by its date.
            self.enter_for(mechanism, REVIEW, package, 0, date);
            return;
        }
        self.enter_stage(mechanism, REVIEW, &name, -1);
        self.end_review(package);
        // Of those from before the start the older come first.
        self.packages[package].state = State::Validated(date);
    }

    pub fn end_review(&mut self, package: usize) {
        let name = self.package_name(package);
        self.leave_stage(self.packages[package].mechanism, REVIEW, &name);
        self.tell("PackageValidated", &name, "");
        self.packages[package].state = State::Validated(self.now);
    }

    /// Lines of a mechanism's list, in the order of choice.
    pub fn list(&self, mechanism: usize) -> Vec<(usize, usize)> {
        let mut all: Vec<(Choice, (usize, usize))> = vec![];
        for (n, need) in self.needs.iter().enumerate() {
            for (l, asked) in need.lines.iter().enumerate() {
                if let Some(joined) = asked.listed.filter(|_| self.via(n) == mechanism) {
                    let mut choice = self.choice_of_need(n, joined);
                    choice.3[1] = l as i64;
                    all.push((choice, (n, l)));
                }
            }
        }
        all.sort();
        all.into_iter().map(|(_, line)| line).collect()
    }

    /// A package forms from the first lines, until its size is reached.
    pub fn form(&mut self, mechanism: usize) {
        let size = self.mechanism(mechanism).size.unwrap_or(i64::MAX);
        let (mut lines, mut price) = (vec![], 0);
        for (need, line) in self.list(mechanism) {
            if price >= size {
                break;
            }
            price += self.value_of(need, line);
            lines.push((need, line));
        }
        self.formed[mechanism] += 1;
        let priority = lines.iter().map(|&(need, _)| self.priority_of(self.needs[need].stream)).min();
        self.packages.push(Package {
            mechanism,
            number: self.formed[mechanism],
            priority: priority.expect("a package has a line"),
            price,
            lines: lines.clone(),
            ..Package::default()
        });
        let package = self.packages.len() - 1;
        let name = self.package_name(package);
        let fields = format!(" mechanism={} price={price}", self.mechanism(mechanism).name);
        self.tell("PackageDrafted", &name, &fields);
        for (need, line) in lines {
            self.needs[need].lines[line].listed = None;
            let object = self.line_name(need, line);
            self.tell("LinePackaged", &object, &format!(" package={name}"));
            self.leave_stage(mechanism, DRAFTING, &object);
        }
        self.enter_with_time(mechanism, REVIEW, package);
    }

    pub fn open_package(&mut self, package: usize) {
        let name = self.package_name(package);
        let mechanism = self.packages[package].mechanism;
        let State::Validated(since) = self.packages[package].state else { unreachable!("it opens after review") };
        // Of those from before the start that open at the start the older come first.
        self.packages[package].state = State::Open(if self.now == 0 { since } else { self.now });
        self.tell("PackageOpened", &name, "");
        self.enter_stage(mechanism, FUNDING, &name, -1);
    }
}

impl Stated {
    fn lines(&self) -> &[Line] {
        match &self.asks {
            Asks::Price(_) => &[],
            Asks::Lines(lines) => lines,
        }
    }
}
