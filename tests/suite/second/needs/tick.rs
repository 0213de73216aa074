//! A slow run of a small world: at every second look at all there is, do what is due first, and look again.
//!
//! There is no calendar and no list of what is to come: each time all that may be due is found anew, with the place that
//! the rules give it in the order of an instant.

mod demand;
mod desks;
mod gifts;
mod goods;
mod outages;
mod stocks;

use super::world::{Comes, Expires, Gifts, Stream, World};
use demand::{Coming, Need};
use desks::Visit;
use gifts::Approval;
use goods::Lot;
use outages::Struck;
use stocks::Store;

/// The events of a run, one a line: the time, the kind, the object, and fields.
pub fn run(world: &World) -> Vec<String> {
    let mut run = Run::new(world);
    run.now = run.streams.iter().filter_map(|s| s.first().map(|c| c.at)).min().unwrap_or(0).min(0);
    while world.end.is_none_or(|end| run.now < end) && run.lives() {
        match run.due() {
            Some(act) => run.act(act),
            None => {
                run.wait_in_stages();
                run.now += 1;
            }
        }
    }
    run.told
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Completion,
    Calendar,
    Arrival,
    Decision,
    /// Of the fourth phase, what mechanisms settle once nothing else of it is due.
    Settling,
    Departure,
    Entry,
    Start,
    Patience,
    /// Last of all.
    Expiry,
}

/// What stands first is done first: the phase, the place, what comes first there, and the order of choice.
type Key<'a> = (Phase, Place<'a>, i64, Choice<'a>);

/// A name of two parts, of which the second is a step's, or the position of a stage; where they are equal the kind of place decides.
type Place<'a> = (&'a str, &'a str, Kind);

/// In the order of the rules.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Disruption,
    Leg,
    Mechanism,
    Step,
    Stream,
    Stock,
}

/// Priority, time of joining, name.
type Choice<'a> = (i64, i64, &'a str, [i64; 3]);

/// Where a place alone decides.
const NOBODY: Choice<'static> = (0, 0, "", [0; 3]);

/// One turn.
#[derive(Clone, Copy, Debug)]
enum Act {
    Finish(usize),
    Arrive(usize),
    Receive(usize),
    Strike(usize),
    Recover(usize),
    Review(usize),
    Open(usize),
    TakeUp(usize),
    Bring(usize),
    Validate(usize),
    Decide(usize),
    Close(usize),
    Approve(usize),
    Ship(usize),
    Give(usize),
    Order(usize),
    Settle(usize),
    Leave(usize),
    Enter(usize),
    Start(usize),
    GiveUp(usize),
    Begin(usize),
    Expire(usize),
}

impl Act {
    /// What goes on whether anything is left to be done or not.
    fn is_clock(self) -> bool {
        matches!(self, Act::Review(_) | Act::Strike(_) | Act::Recover(_))
    }
}

struct Run<'a> {
    world: &'a World,
    now: i64,
    /// What each stream has still to bring.
    streams: Vec<Vec<Coming>>,
    opened: Vec<bool>,
    brought: Vec<i64>,
    needs: Vec<Need>,
    /// Papers and goods at the desks.
    visits: Vec<Visit>,
    approvals: Vec<Approval>,
    lots: Vec<Lot>,
    stores: Vec<Store>,
    struck: Vec<Struck>,
    told: Vec<String>,
}

impl<'a> Run<'a> {
    fn new(world: &'a World) -> Run<'a> {
        Run {
            world,
            now: 0,
            streams: world.streams.iter().map(|s| demand::comings(s, world.end)).collect(),
            // With a `first` nothing has to be drawn to open it.
            opened: world.streams.iter().map(|s| !matches!(s.comes, Comes::Every { first: None, .. })).collect(),
            brought: vec![0; world.streams.len()],
            needs: vec![],
            visits: vec![],
            approvals: vec![],
            lots: vec![],
            stores: world.stocks.iter().map(|s| Store::new(s.on_hand)).collect(),
            struck: world.disruptions.iter().map(Struck::at_the_start).collect(),
            told: vec![],
        }
    }

    fn tell(&mut self, kind: &str, object: &str, fields: &str) {
        self.told.push(format!("{} {kind} {object}{fields}", self.now));
    }

    /// Whether a run without an end goes on: what is still to come, or may move.
    fn lives(&self) -> bool {
        self.world.end.is_some()
            // Before the start there is a backlog, to be taken up then.
            || self.now < 0
            || self.streams.iter().any(|s| !s.is_empty())
            || self.opened.contains(&false)
            || !self.visits.is_empty()
            || !self.approvals.is_empty()
            || self.holds_gifts()
            || !self.lots.is_empty()
            || self.needs.iter().any(|n| n.expires.is_some() && n.is_open())
            || (0..self.stores.len()).any(|stock| self.will_order_or_receive(stock))
            || self.all_due().iter().any(|(_, act)| !act.is_clock())
    }

    /// What is due first now.
    fn due(&self) -> Option<Act> {
        self.all_due().into_iter().min_by(|a, b| a.0.cmp(&b.0)).map(|(_, act)| act)
    }

    fn all_due(&self) -> Vec<(Key<'a>, Act)> {
        let mut all = vec![];
        self.due_of_streams(&mut all);
        if self.now >= 0 {
            self.due_of_needs(&mut all);
            self.due_of_desks(&mut all);
            self.due_of_gifts(&mut all);
            self.due_of_goods(&mut all);
            self.due_of_disruptions(&mut all);
            self.due_of_stocks(&mut all);
        }
        all
    }

    fn choice(&self, need: &Need, joined: i64, line: i64, lot: i64) -> Choice<'a> {
        let stream = self.stream(need);
        (stream.priority, joined, &stream.name, [need.number, line, lot])
    }

    fn choice_of(&self, lot: &Lot, joined: i64) -> Choice<'a> {
        self.choice(&self.needs[lot.need], joined, lot.line as i64 + 1, lot.number)
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Finish(visit) => self.finish(visit),
            Act::Arrive(lot) => self.arrive(lot),
            Act::Receive(stock) => self.receive(stock),
            Act::Strike(disruption) => self.strike(disruption),
            Act::Recover(disruption) => self.recover(disruption),
            Act::Review(stock) => self.review(stock),
            Act::Open(stream) => self.open(stream),
            Act::TakeUp(need) => self.take_up(need),
            Act::Bring(stream) => self.bring(stream),
            Act::Validate(need) => self.validate(need),
            Act::Decide(need) => self.decide(need),
            Act::Close(need) => self.close(need),
            Act::Approve(approval) => self.approve(approval),
            Act::Ship(lot) => self.ship(lot),
            Act::Give(stock) => self.give(stock),
            Act::Order(stock) => self.order(stock),
            Act::Settle(gifts) => self.settle(gifts),
            Act::Leave(lot) => self.leave(lot),
            Act::Enter(visit) => self.enter(visit),
            Act::Start(visit) => self.start(visit),
            Act::GiveUp(visit) => self.give_up(visit),
            Act::Begin(stock) => self.begin(stock),
            Act::Expire(need) => self.expire(need),
        }
    }

    fn stream(&self, need: &Need) -> &'a Stream {
        &self.world.streams[need.stream]
    }

    fn gifts_of(&self, need: usize) -> Option<&'a Gifts> {
        self.stream(&self.needs[need]).via.map(|via| &self.world.gifts[via])
    }

    /// `<stream>#<n>`
    fn name(&self, need: usize) -> String {
        let need = &self.needs[need];
        format!("{}#{}", self.stream(need).name, need.number)
    }

    /// `<stream>#<n>/<line>`, lines from 1.
    fn line_name(&self, need: usize, line: usize) -> String {
        format!("{}/{}", self.name(need), line + 1)
    }

    /// `<stream>#<n>/<line>#<m>`
    fn lot_name(&self, lot: &Lot) -> String {
        format!("{}#{}", self.line_name(lot.need, lot.line), lot.number)
    }
}
