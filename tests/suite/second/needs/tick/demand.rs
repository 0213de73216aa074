//! What streams bring, and how requirements are validated, closed and given up.

use super::{Act, Choice, Comes, Expires, Key, Kind, NOBODY, Phase, Run, Stream};
use crate::second::needs::world::Rate;

/// A requirement that a stream brings.
#[derive(Clone, Copy)]
pub struct Coming {
    pub at: i64,
    /// It is the first of a batch of so many.
    batch: Option<i64>,
    /// Until the next one of the stream.
    next: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Backlog,
    Submitted,
    AtDesks,
    Matched,
    Fulfilled,
    Expired,
}

pub struct Need {
    pub stream: usize,
    pub number: i64,
    pub date: i64,
    pub due: Option<i64>,
    pub status: Status,
    pub validated: bool,
    /// A desk that is done with it and has something to decide.
    pub desk: Option<usize>,
    pub expires: Option<i64>,
    pub lines: Vec<Asked>,
}

impl Need {
    pub fn is_open(&self) -> bool {
        !matches!(self.status, Status::Fulfilled | Status::Expired)
    }
}

/// A line of a requirement.
#[derive(Clone)]
pub struct Asked {
    pub quantity: i64,
    /// Units for which it waits at its stock.
    pub waits: i64,
    /// When it joined the line there.
    pub joined: i64,
    pub lots: i64,
    pub recognised: i64,
}

impl<'a> Run<'a> {
    pub fn due_of_streams(&self, all: &mut Vec<(Key<'a>, Act)>) {
        for (i, stream) in self.world.streams.iter().enumerate() {
            let place = |then| (Phase::Arrival, (&*stream.name, "", Kind::Stream), then, NOBODY);
            if self.now >= 0 && !self.opened[i] {
                all.push((place(0), Act::Open(i)));
            }
            // Of one stream the backlog enters (1) before what it brings at the start itself.
            if self.streams[i].first().is_some_and(|c| c.at <= self.now) {
                all.push((place(2), Act::Bring(i)));
            }
        }
    }

    pub fn due_of_needs(&self, all: &mut Vec<(Key<'a>, Act)>) {
        for (i, need) in self.needs.iter().enumerate() {
            let key = |phase, then| {
                (phase, (&*self.stream(need).name, "", Kind::Stream), then, self.choice(need, need.date, 0, 0))
            };
            match need.status {
                Status::Backlog => all.push((key(Phase::Arrival, 1), Act::TakeUp(i))),
                Status::Submitted => all.push((key(Phase::Decision, 0), Act::Validate(i))),
                Status::Matched if need.lines.iter().all(|l| l.recognised == l.quantity) => {
                    all.push((key(Phase::Decision, 0), Act::Close(i)));
                }
                _ => {}
            }
            if need.desk.is_some() {
                all.push((key(Phase::Decision, 0), Act::Decide(i)));
            }
            if need.is_open() && need.expires.is_some_and(|at| at <= self.now) {
                all.push((key(Phase::Expiry, 0), Act::Expire(i)));
            }
        }
    }

    pub fn open(&mut self, stream: usize) {
        self.opened[stream] = true;
        let next = self.streams[stream].first().map_or(-1, |c| c.at);
        self.tell("StreamOpened", &self.world.streams[stream].name, &format!(" next={next}"));
    }

    pub fn bring(&mut self, i: usize) {
        let stream = &self.world.streams[i];
        let coming = self.streams[i].remove(0);
        self.brought[i] += 1;
        let number = self.brought[i];
        let name = format!("{}#{number}", stream.name);
        if let Some(size) = coming.batch {
            self.tell("BatchArrived", &stream.name, &format!(" size={size}"));
        }
        let (priority, next) = (stream.priority, coming.next);
        let fields = format!(" stream={} priority={priority} next={next}", stream.name);
        self.tell("RequirementSubmitted", &name, &fields);
        let due = stream.needed_within.map(|within| self.now + within);
        if let Some(due) = due {
            self.tell("RequirementDueSet", &name, &format!(" due={due}"));
        }
        for (at, line) in stream.lines.iter().enumerate() {
            let fields = format!(" need={name} quantity={}", line.quantity);
            self.tell("LineAsked", &format!("{name}/{}", at + 1), &fields);
        }
        let asked = |quantity| Asked { quantity, waits: 0, joined: 0, lots: 0, recognised: 0 };
        let expires = due.and_then(|due| match stream.expires {
            Expires::Never => None,
            Expires::Due => Some(due),
            Expires::After(time) => Some(due + time),
        });
        self.needs.push(Need {
            stream: i,
            number,
            date: self.now,
            due,
            status: Status::Backlog,
            validated: false,
            desk: None,
            expires,
            lines: stream.lines.iter().map(|l| asked(l.quantity)).collect(),
        });
        if self.now >= 0 {
            self.file(self.needs.len() - 1);
        }
    }

    pub fn take_up(&mut self, need: usize) {
        self.tell("BacklogTakenUp", &self.name(need), "");
        self.file(need);
    }

    /// It goes to the desks, or is looked at without one.
    fn file(&mut self, need: usize) {
        match self.desk_from(0) {
            None => self.needs[need].status = Status::Submitted,
            Some(desk) => {
                self.needs[need].status = Status::AtDesks;
                self.tell("PaperFiled", &self.name(need), "");
                // The first place is joined by the date of a backlog.
                self.send_paper(need, desk, self.needs[need].date);
            }
        }
    }

    pub fn validate(&mut self, need: usize) {
        self.tell("RequirementValidated", &self.name(need), "");
        // The line of a stock is the first place of its way; where it was dated before the start, it joins by its date.
        let date = self.needs[need].date;
        self.match_with_source(need, if date < 0 { date } else { self.now });
    }

    /// Its lines go on to their stock or mechanism, or their goods are there.
    pub fn match_with_source(&mut self, need: usize, joined: i64) {
        self.tell("RequirementMatched", &self.name(need), "");
        self.needs[need].status = Status::Matched;
        let world = self.world;
        // What asks for nothing is fulfilled when it is matched, and not as a decision of its own.
        if self.needs[need].lines.iter().all(|line| line.quantity == 0) {
            self.close(need);
        }
        for (i, line) in self.stream(&self.needs[need]).lines.iter().enumerate() {
            match world.stock_of(line) {
                _ if line.quantity == 0 => {}
                None => self.make(need, i, line.quantity),
                Some(stock) => {
                    let asked = &mut self.needs[need].lines[i];
                    (asked.waits, asked.joined) = (line.quantity, joined);
                    let object = self.line_name(need, i);
                    match self.gifts_of(need) {
                        Some(gifts) => self.enter_stage(gifts, "stock", &object, -1),
                        None => {
                            let fields = format!(" stock={} quantity={}", world.stocks[stock].name, line.quantity);
                            self.tell("StockAsked", &object, &fields);
                        }
                    }
                }
            }
        }
    }

    pub fn close(&mut self, need: usize) {
        self.needs[need].status = Status::Fulfilled;
        self.tell("RequirementFulfilled", &self.name(need), "");
    }

    pub fn expire(&mut self, need: usize) {
        self.needs[need].status = Status::Expired;
        self.tell("RequirementExpired", &self.name(need), "");
        for line in 0..self.needs[need].lines.len() {
            if std::mem::take(&mut self.needs[need].lines[line].waits) > 0 {
                let object = self.line_name(need, line);
                self.tell("LineWithdrawn", &object, "");
                if let Some(gifts) = self.gifts_of(need) {
                    self.leave_stage(gifts, "stock", &object);
                }
            }
        }
    }

    /// The lines that wait at a stock, in the order of choice.
    pub fn waiting(&self, stock: usize) -> Vec<(usize, usize)> {
        let mut all: Vec<(Choice, (usize, usize))> = vec![];
        for (n, need) in self.needs.iter().enumerate() {
            for (l, asked) in need.lines.iter().enumerate() {
                let line = &self.stream(need).lines[l];
                if asked.waits > 0 && self.world.stock_of(line) == Some(stock) {
                    all.push((self.choice(need, asked.joined, l as i64 + 1, 0), (n, l)));
                }
            }
        }
        all.sort();
        all.into_iter().map(|(_, line)| line).collect()
    }
}

/// All that a stream brings, up to the first time that is not before the end.
pub fn comings(stream: &Stream, end: Option<i64>) -> Vec<Coming> {
    let most = stream.count.unwrap_or(i64::MAX);
    let mut out: Vec<Coming> = vec![];
    let mut bring = |at: i64| {
        let size = stream.batch.min(most - out.len() as i64);
        for of_batch in 0..size {
            if let Some(last) = out.last_mut() {
                last.next = at - last.at;
            }
            out.push(Coming { at, batch: (stream.batch != 1 && of_batch == 0).then_some(size), next: -1 });
        }
        size > 0 && end.is_none_or(|end| at < end)
    };
    match &stream.comes {
        Comes::At(dates) => {
            let mut dates = dates.clone();
            dates.sort_unstable();
            for at in dates {
                bring(at);
            }
        }
        Comes::Every { every, first, rate } => {
            let next = |at| match rate {
                None => Some(at + every),
                Some(rate) => passes(rate, at, *every),
            };
            let mut at = first.or_else(|| next(0));
            while let Some(time) = at {
                at = if bring(time) { next(time) } else { None };
            }
        }
    }
    out
}

/// When so many seconds have passed since an instant, each counted as often as the factor of its part says: rounded half up,
/// but within the part in which it falls; at the end of a part it falls into the next one that counts. None: never.
fn passes(rate: &Rate, since: i64, seconds: i64) -> Option<i64> {
    let (mut at, mut left) = (since, seconds * 1_000_000);
    loop {
        let (factor, ends) = part_at(rate, at);
        let has = ends.map_or(if factor > 0 { i64::MAX } else { 0 }, |ends| (ends - at) * factor);
        if left < has {
            let time = at + (2 * left + factor) / (2 * factor);
            return Some(ends.map_or(time, |ends| time.min(ends - 1)));
        }
        (at, left) = (ends?, left - has);
    }
}

/// The factor at an instant, in millionths, and until when it holds. All is within the first day, of which each part between two
/// points of a trend has the factor of its middle, rounded half up.
fn part_at(rate: &Rate, at: i64) -> (i64, Option<i64>) {
    let points = match rate {
        Rate::Profile { part, factors } => {
            let factor = factors[(at / part) as usize % factors.len()];
            return (factor * 10_000, Some((at / part + 1) * part));
        }
        Rate::Trend(points) => points,
    };
    let before = points.iter().rev().find(|p| p.0 <= at);
    let after = points.iter().find(|p| p.0 > at);
    let factor = match (before, after) {
        (Some(&(from, low)), Some(&(to, high))) => {
            // Twice the way from the first point to the middle of what lies in the day, and twice the whole way.
            let (way, whole) = (from.max(0) + to - 2 * from, 2 * (to - from));
            low * 10_000 + (2 * (high - low) * 10_000 * way + whole).div_euclid(2 * whole)
        }
        (one, other) => one.or(other).expect("a trend has a point").1 * 10_000,
    };
    (factor, after.map(|p| p.0))
}
