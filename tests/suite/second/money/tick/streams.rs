//! What streams bring.

use super::packages::Status;
use super::{Act, Key, Kind, NOBODY, Phase, Run};
use crate::second::money::world::{Asks, Comes, Needs, Pledges, Stated, When, World};

#[derive(Clone, Copy)]
pub enum Stream<'a> {
    Needs(&'a Needs),
    Stated(&'a Stated),
    Pledges(&'a Pledges),
}

impl<'a> Stream<'a> {
    pub fn all(world: &'a World) -> Vec<Stream<'a>> {
        let needs = world.needs.iter().map(Stream::Needs);
        let stated = world.stated.iter().map(Stream::Stated);
        needs.chain(stated).chain(world.pledges.iter().map(Stream::Pledges)).collect()
    }

    pub fn name(self) -> &'a str {
        match self {
            Stream::Needs(needs) => &needs.name,
            Stream::Stated(stated) => &stated.name,
            Stream::Pledges(pledges) => &pledges.name,
        }
    }

    pub fn comes(self) -> &'a Comes {
        match self {
            Stream::Needs(needs) => &needs.comes,
            Stream::Stated(stated) => &stated.comes,
            Stream::Pledges(pledges) => &pledges.comes,
        }
    }

    /// With a `first` nothing has to be drawn to open it.
    pub fn has_to_open(self) -> bool {
        matches!(self.comes().when, When::Every { first: None, .. })
    }
}

/// A thing that a stream brings.
#[derive(Clone, Copy)]
pub struct Coming {
    pub at: i64,
    /// It is the first of a batch of so many.
    batch: Option<i64>,
    /// Until the next one of the stream.
    next: i64,
}

impl<'a> Run<'a> {
    pub fn due_of_streams(&self, all: &mut Vec<(Key<'a>, Act)>) {
        for (i, stream) in self.streams.iter().enumerate() {
            // Of one stream commitments, payments and withdrawals (1) and the backlog (3) come before the next thing.
            let place = |then| (Phase::Arrival, (stream.name(), 0, Kind::Stream), then, NOBODY);
            if self.now >= 0 && !self.opened[i] {
                all.push((place(0), Act::Open(i)));
            }
            if self.coming[i].first().is_some_and(|c| c.at <= self.now) {
                all.push((place(5), Act::Bring(i)));
            }
        }
    }

    pub fn open_stream(&mut self, stream: usize) {
        self.opened[stream] = true;
        let next = self.coming[stream].first().map_or(-1, |c| c.at);
        self.tell("StreamOpened", self.streams[stream].name(), &format!(" next={next}"));
    }

    pub fn bring(&mut self, i: usize) {
        let stream = self.streams[i];
        let coming = self.coming[i].remove(0);
        self.brought[i] += 1;
        if let Some(size) = coming.batch {
            self.tell("BatchArrived", stream.name(), &format!(" size={size}"));
        }
        match stream {
            Stream::Needs(needs) => {
                self.submit(i, needs.priority, coming.next);
                self.ask(i, &needs.lines, if self.now < 0 { Status::Backlog } else { Status::Submitted });
            }
            Stream::Pledges(pledges) => self.announce(i, pledges, coming.next),
            Stream::Stated(Stated { asks: Asks::Lines(lines), .. }) => {
                self.submit(i, self.priority_of(i), coming.next);
                self.ask(i, lines, Status::OfStated);
                self.state(i, coming.next);
            }
            Stream::Stated(_) => self.state(i, coming.next),
        }
    }

    pub fn priority_of(&self, stream: usize) -> i64 {
        match self.streams[stream] {
            Stream::Needs(needs) => needs.priority,
            Stream::Stated(stated) => stated.priority,
            Stream::Pledges(_) => unreachable!("pledges have no priority"),
        }
    }

    /// `<stream>#<n>`
    pub fn thing(&self, stream: usize, number: i64) -> String {
        format!("{}#{number}", self.streams[stream].name())
    }
}

/// All that a stream brings, up to the first time that is not before the end.
pub fn comings(comes: &Comes, end: Option<i64>) -> Vec<Coming> {
    let most = comes.count.unwrap_or(i64::MAX);
    let mut out: Vec<Coming> = vec![];
    let mut bring = |at: i64| {
        let size = comes.batch.min(most - out.len() as i64);
        for of_batch in 0..size {
            if let Some(last) = out.last_mut() {
                last.next = at - last.at;
            }
            out.push(Coming { at, batch: (comes.batch != 1 && of_batch == 0).then_some(size), next: -1 });
        }
        size > 0 && end.is_none_or(|end| at < end)
    };
    match &comes.when {
        When::At(dates) => {
            let mut dates = dates.clone();
            dates.sort_unstable();
            for at in dates {
                bring(at);
            }
        }
        When::Every { every, first } => {
            let mut at = first.unwrap_or(*every);
            while bring(at) {
                at += every;
            }
        }
    }
    out
}
