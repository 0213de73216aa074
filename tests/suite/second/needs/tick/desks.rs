//! The desks of a headquarters, and steps that goods pass: a line and servers each.

use super::demand::Status;
use super::goods::Lot;
use super::{Act, Choice, Key, Kind, Phase, Run};
use crate::second::needs::world::{Desk, Discipline, MOVEMENT, OnOutage, Preempt, Recognition, Station};

/// A paper or goods at a desk or step.
pub struct Visit {
    what: What,
    desk: Station,
    /// When it came, or, of the backlog at its first desk, its date; once in the yard, when it joined.
    since: i64,
    stands: Stands,
    /// A server has begun with it.
    started: bool,
    /// Of work that was broken off, what is left of it.
    left: Option<i64>,
}

enum What {
    Paper(usize),
    Goods(Lot),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Outside,
    InLine,
    Served { server: i64, since: i64, ends: i64 },
    Paused { server: i64, since: i64, left: i64 },
}

impl Stands {
    fn server(self) -> Option<i64> {
        match self {
            Stands::Served { server, .. } | Stands::Paused { server, .. } => Some(server),
            Stands::Outside | Stands::InLine => None,
        }
    }
}

/// The third desk.
const MATCHING: usize = 2;

impl<'a> Run<'a> {
    fn desk(&self, station: Station) -> &'a Desk {
        self.world.desk(station).expect("what is visited is there")
    }

    /// The first desk for papers from this one on.
    pub fn desk_from(&self, first: usize) -> Option<usize> {
        (first..MOVEMENT).find(|&desk| self.world.desks[desk].is_some())
    }

    pub fn send_paper(&mut self, need: usize, desk: usize, since: i64) {
        let desk = Station::Desk(desk);
        self.visits.push(Visit {
            what: What::Paper(need),
            desk,
            since,
            stands: Stands::Outside,
            started: false,
            left: None,
        });
    }

    /// Goods are where they may be handled; where nothing is done they are through.
    pub fn send_goods(&mut self, lot: Lot, desk: Station) {
        match self.world.desk(desk) {
            None => self.go_on(lot, desk),
            Some(_) => {
                self.visits.push(Visit {
                    what: What::Goods(lot),
                    desk,
                    since: self.now,
                    stands: Stands::Outside,
                    started: false,
                    left: None,
                });
            }
        }
    }

    /// The desk for movements comes before goods stand at their origin.
    fn go_on(&mut self, lot: Lot, from: Station) {
        match from {
            Station::Desk(_) => {
                let depot = self.depot_of(&lot);
                self.send_goods(lot, Station::Depot(depot));
            }
            Station::Depot(_) | Station::Hub => self.depart(lot),
            Station::Border => self.hand_over(&lot),
        }
    }

    fn choice_at_desk(&self, visit: &Visit) -> Choice<'a> {
        match &visit.what {
            What::Paper(need) => self.choice(&self.needs[*need], visit.since, 0, 0),
            What::Goods(lot) => self.choice_of(lot, visit.since),
        }
    }

    pub fn due_of_desks(&self, all: &mut Vec<(Key<'a>, Act)>) {
        for (i, visit) in self.visits.iter().enumerate() {
            let (node, step) = self.world.place(visit.desk);
            let key = |phase| (phase, (node, step, Kind::Step), 0, self.choice_at_desk(visit));
            match visit.stands {
                Stands::Outside => all.push((key(Phase::Entry), Act::Enter(i))),
                Stands::InLine => {
                    let served = self.free_server(visit.desk).is_some() || self.gives_way_to(visit).is_some();
                    if served && !self.is_down(visit.desk) {
                        let (phase, place, _, choice) = key(Phase::Start);
                        let (first, choice) = self.by_discipline(visit, choice);
                        all.push(((phase, place, first, choice), Act::Start(i)));
                    }
                    // Patience ends with the first start.
                    let patience = self.desk(visit.desk).patience.filter(|_| !visit.started);
                    if patience.is_some_and(|lasts| visit.since + lasts <= self.now) {
                        all.push((key(Phase::Patience), Act::GiveUp(i)));
                    }
                }
                Stands::Served { ends, .. } if ends <= self.now => all.push((key(Phase::Completion), Act::Finish(i))),
                _ => {}
            }
        }
    }

    /// Where who is in line stands in the order of its desk.
    fn by_discipline(&self, visit: &Visit, choice: Choice<'a>) -> (i64, Choice<'a>) {
        let (_, joined, stream, numbers) = choice;
        match self.desk(visit.desk).discipline {
            Discipline::Priority | Discipline::Shortest => (0, choice),
            Discipline::Fifo => (0, (0, joined, stream, numbers)),
            Discipline::Lifo => (0, (0, -joined, stream, numbers)),
            Discipline::EarliestDue => (self.due_of(visit).unwrap_or(i64::MAX), choice),
        }
    }

    fn due_of(&self, visit: &Visit) -> Option<i64> {
        match &visit.what {
            What::Paper(need) => self.needs[*need].due,
            What::Goods(lot) => self.needs[lot.need].due,
        }
    }

    fn free_server(&self, desk: Station) -> Option<i64> {
        let taken = |server| self.visits.iter().any(|v| v.desk == desk && v.stands.server() == Some(server));
        (1..=self.desk(desk).servers).find(|&server| !taken(server))
    }

    fn who(&self, visit: &Visit) -> String {
        match &visit.what {
            What::Paper(need) => self.name(*need),
            What::Goods(lot) => self.lot_name(lot),
        }
    }

    fn tell_of_desk(&mut self, kind: &str, visit: usize, fields: &str) {
        let visit = &self.visits[visit];
        let name = self.who(visit);
        let (node, step) = self.world.place(visit.desk);
        self.tell(kind, &name, &format!(" node={node} step={step}{fields}"));
    }

    pub fn enter(&mut self, i: usize) {
        let Desk { time, discipline, patience, .. } = *self.desk(self.visits[i].desk);
        if discipline == Discipline::Shortest {
            self.tell_of_desk("HandlingMeasured", i, &format!(" service={time}"));
        }
        self.tell_of_desk("YardEntered", i, "");
        if let Some(lasts) = patience {
            self.tell("PatienceSet", &self.who(&self.visits[i]), &format!(" lasts={lasts}"));
        }
        let visit = &mut self.visits[i];
        visit.stands = Stands::InLine;
        // It joins now; what was dated before the start keeps its date.
        if visit.since >= 0 {
            visit.since = self.now;
        }
    }

    /// Who has waited as long as it would is gone; its requirement stays open.
    pub fn give_up(&mut self, i: usize) {
        self.tell_of_desk("PatienceEnded", i, "");
        self.visits.remove(i);
    }

    /// Where no server is free, the least urgent in service, the latest started, the last by name: if this one is more urgent.
    fn gives_way_to(&self, visit: &Visit) -> Option<usize> {
        self.desk(visit.desk).preempt?;
        let urgency = |visit: &Visit| self.choice_at_desk(visit).0;
        let served = |&i: &usize| match self.visits[i].stands {
            Stands::Served { since, .. } if self.visits[i].desk == visit.desk => {
                let (priority, _, stream, numbers) = self.choice_at_desk(&self.visits[i]);
                Some(((priority, since, stream, numbers), i))
            }
            _ => None,
        };
        let (_, last) = (0..self.visits.len()).filter_map(|i| served(&i)).max()?;
        (urgency(visit) < urgency(&self.visits[last])).then_some(last)
    }

    fn take_server_of(&mut self, i: usize, by: usize) {
        let desk = self.desk(self.visits[i].desk);
        let Stands::Served { ends, .. } = self.visits[i].stands else { unreachable!("who gives way is served") };
        let restarts = desk.preempt == Some(Preempt::Restart);
        let left = if restarts { desk.time } else { ends - self.now };
        let fields = format!(" by={} left={left} restarts={restarts}", self.who(&self.visits[by]));
        self.tell("HandlingPreempted", &self.who(&self.visits[i]), &fields);
        self.visits[i].left = (!restarts).then_some(left);
        self.visits[i].stands = Stands::InLine;
    }

    pub fn start(&mut self, i: usize) {
        let desk = self.visits[i].desk;
        if self.free_server(desk).is_none() {
            let other = self.gives_way_to(&self.visits[i]).expect("a server is free, or somebody gives way");
            self.take_server_of(other, i);
        }
        let server = self.free_server(desk).expect("a server is free");
        // What is left of work that was broken off is kept; what strikes the place changes what starts anew.
        let time = self.visits[i].left.unwrap_or_else(|| self.slowed_at(desk, self.desk(desk).time));
        self.visits[i].started = true;
        self.visits[i].stands = Stands::Served { server, since: self.now, ends: self.now + time };
        self.tell_of_desk("HandlingStarted", i, &format!(" server={server} service={time}"));
        // A hub is reached as its first step begins.
        if let (Station::Hub, What::Goods(lot)) = (desk, &mut self.visits[i].what)
            && !std::mem::replace(&mut lot.received, true)
        {
            let (need, line, amount) = (lot.need, lot.line, lot.amount);
            self.recognise(need, line, amount, Recognition::AtHub);
        }
    }

    /// Those who are with a server at a station, in the order of choice.
    fn in_service(&self, station: Station) -> Vec<usize> {
        let with = |&i: &usize| self.visits[i].desk == station && self.visits[i].stands.server().is_some();
        let mut all: Vec<usize> = (0..self.visits.len()).filter(with).collect();
        all.sort_by_key(|&i| self.choice_at_desk(&self.visits[i]));
        all
    }

    /// A station goes down: what that does to work in progress.
    pub fn stop(&mut self, station: Station) {
        for i in self.in_service(station) {
            let Stands::Served { server, since, ends } = self.visits[i].stands else { continue };
            let left = ends - self.now;
            let (stands, kind) = match self.desk(station).on_outage {
                OnOutage::Finish => continue,
                OnOutage::Pause => (Stands::Paused { server, since, left }, "HandlingPaused"),
                OnOutage::Requeue => (Stands::InLine, "HandlingRequeued"),
            };
            self.tell(kind, &self.who(&self.visits[i]), &format!(" left={left}"));
            (self.visits[i].stands, self.visits[i].left) = (stands, Some(left));
        }
    }

    /// It is up again.
    pub fn resume(&mut self, station: Station) {
        for i in self.in_service(station) {
            let Stands::Paused { server, since, left } = self.visits[i].stands else { continue };
            self.tell("HandlingResumed", &self.who(&self.visits[i]), &format!(" left={left}"));
            self.visits[i].stands = Stands::Served { server, since, ends: self.now + left };
        }
    }

    pub fn finish(&mut self, i: usize) {
        self.tell_of_desk("HandlingFinished", i, " again=false");
        let Visit { what, desk, .. } = self.visits.remove(i);
        match (what, desk) {
            (What::Goods(lot), from) => self.go_on(lot, from),
            (What::Paper(need), Station::Desk(desk)) => self.pass(need, desk),
            (What::Paper(_), _) => unreachable!("papers are at desks"),
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
