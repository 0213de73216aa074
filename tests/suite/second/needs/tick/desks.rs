//! The desks of a headquarters: a line and servers each, for papers, and for goods before they stand at their origin.

use super::demand::Status;
use super::goods::Lot;
use super::{Act, Choice, Key, Kind, Phase, Run};
use crate::second::needs::world::{DESKS, Desk, MOVEMENT};

/// A paper or goods at a desk.
pub struct Visit {
    what: What,
    desk: usize,
    /// When it came, or, of the backlog at its first desk, its date; once in the yard, when it joined.
    since: i64,
    stands: Stands,
}

enum What {
    Paper(usize),
    Goods(Lot),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Outside,
    InLine,
    Served { server: i64, ends: i64 },
}

/// The third desk.
const MATCHING: usize = 2;

impl<'a> Run<'a> {
    fn desk(&self, desk: usize) -> &'a Desk {
        self.world.desks[desk].as_ref().expect("what is visited is there")
    }

    /// The first desk for papers from this one on.
    pub fn desk_from(&self, first: usize) -> Option<usize> {
        (first..MOVEMENT).find(|&desk| self.world.desks[desk].is_some())
    }

    pub fn send_paper(&mut self, need: usize, desk: usize, since: i64) {
        self.visits.push(Visit { what: What::Paper(need), desk, since, stands: Stands::Outside });
    }

    /// Goods pass the desk for movements before they stand at their origin.
    pub fn place(&mut self, lot: Lot) {
        if self.world.desks[MOVEMENT].is_none() {
            return self.depart(lot);
        }
        let visit = Visit { what: What::Goods(lot), desk: MOVEMENT, since: self.now, stands: Stands::Outside };
        self.visits.push(visit);
    }

    fn choice_at_desk(&self, visit: &Visit) -> Choice<'a> {
        match &visit.what {
            What::Paper(need) => self.choice(&self.needs[*need], visit.since, 0, 0),
            What::Goods(lot) => self.choice_of(lot, visit.since),
        }
    }

    pub fn due_of_desks(&self, all: &mut Vec<(Key<'a>, Act)>) {
        for (i, visit) in self.visits.iter().enumerate() {
            let key = |phase| (phase, (&*self.world.hq, DESKS[visit.desk], Kind::Step), 0, self.choice_at_desk(visit));
            match visit.stands {
                Stands::Outside => all.push((key(Phase::Entry), Act::Enter(i))),
                Stands::InLine if self.free_server(visit.desk).is_some() => {
                    all.push((key(Phase::Start), Act::Start(i)));
                }
                Stands::Served { ends, .. } if ends <= self.now => all.push((key(Phase::Completion), Act::Finish(i))),
                _ => {}
            }
        }
    }

    fn free_server(&self, desk: usize) -> Option<i64> {
        let taken = |server| {
            let by = |v: &Visit| v.desk == desk && matches!(v.stands, Stands::Served { server: s, .. } if s == server);
            self.visits.iter().any(by)
        };
        (1..=self.desk(desk).servers).find(|&server| !taken(server))
    }

    fn tell_of_desk(&mut self, kind: &str, visit: usize, fields: &str) {
        let visit = &self.visits[visit];
        let name = match &visit.what {
            What::Paper(need) => self.name(*need),
            What::Goods(lot) => self.lot_name(lot),
        };
        let place = format!(" node={} step={}{fields}", self.world.hq, DESKS[visit.desk]);
        self.tell(kind, &name, &place);
    }

    pub fn enter(&mut self, i: usize) {
        self.tell_of_desk("YardEntered", i, "");
        let visit = &mut self.visits[i];
        visit.stands = Stands::InLine;
        // It joins now; what was dated before the start keeps its date.
        if visit.since >= 0 {
            visit.since = self.now;
        }
    }

    pub fn start(&mut self, i: usize) {
        let desk = self.visits[i].desk;
        let (server, time) = (self.free_server(desk).expect("a server is free"), self.desk(desk).time);
        self.visits[i].stands = Stands::Served { server, ends: self.now + time };
        self.tell_of_desk("HandlingStarted", i, &format!(" server={server} service={time}"));
    }

    pub fn finish(&mut self, i: usize) {
        self.tell_of_desk("HandlingFinished", i, " again=false");
        let Visit { what, desk, .. } = self.visits.remove(i);
        match what {
            What::Goods(lot) => self.depart(lot),
            What::Paper(need) => self.pass(need, desk),
        }
    }

    /// A paper has passed a desk. What the desk has decided comes in the fourth phase.
    fn pass(&mut self, need: usize, desk: usize) {
        let next = self.desk_from(desk + 1);
        if let Some(next) = next {
            self.send_paper(need, next, self.now);
        }
        if desk < MATCHING || next.is_none() {
            self.needs[need].desk = Some(desk);
        }
    }

    pub fn decide(&mut self, need: usize) {
        let desk = self.needs[need].desk.take().expect("a desk is done");
        let name = self.name(need);
        if !std::mem::replace(&mut self.needs[need].validated, true) {
            self.tell("RequirementValidated", &name, "");
        }
        if desk == 1 {
            self.tell("RequirementPrioritised", &name, "");
        }
        match self.desk_from(desk + 1) {
            Some(_) => {}
            // Its paper is matched by the last desk, and ends there.
            None if self.needs[need].status == Status::Expired => self.tell("RequirementMatched", &name, ""),
            None => self.match_with_source(need, self.now),
        }
    }
}
