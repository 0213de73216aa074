//! A slow run of a small world: at every second look at all there is, do what is due first, and look again.
//!
//! There is no calendar and no list of what is to come: each time all that may be due is found anew, with the place that
//! the rules give it in the order of an instant.

mod goods;
mod holds;
mod packages;
mod pledges;
mod settle;
mod streams;

use super::world::World;
use goods::{Lot, Wait};
use holds::Struck;
use packages::{Need, Package};
use pledges::Pledge;
use streams::{Coming, Stream};

/// The events of a run, one a line: the time, the kind, the object, and fields.
///
/// None where it comes to something that the rules leave open.
pub fn run(world: &World) -> Option<Vec<String>> {
    let mut run = Run::new(world);
    run.now = run.coming.iter().filter_map(|s| s.first().map(|c| c.at)).min().unwrap_or(0).min(0);
    while world.end.is_none_or(|end| run.now < end) {
        match run.due() {
            Some(act) => run.act(act),
            None => {
                run.wait_in_stages();
                run.now += 1;
            }
        }
    }
    (!run.unsaid).then_some(run.told)
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Phase {
    Completion,
    Calendar,
    Arrival,
    Decision,
    /// Of the fourth phase, what mechanisms settle once nothing else of it is due.
    Settling,
}

/// What stands first is done first: the phase, the place, what comes first there, and the order of choice.
type Key<'a> = (Phase, Place<'a>, i64, Choice<'a>);

/// A name and the position of a stage; where they are equal the kind of place decides.
type Place<'a> = (&'a str, usize, Kind);

/// In the order of the rules.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Kind {
    Disruption,
    Leg,
    Mechanism,
    Stream,
}

/// Priority, time of joining, name.
type Choice<'a> = (i64, i64, &'a str, [i64; 3]);

/// Where a place alone decides.
const NOBODY: Choice<'static> = (0, 0, "", [0; 3]);

/// One turn.
#[derive(Clone, Copy, Debug)]
enum Act {
    Arrive(usize),
    /// A disruption begins or ends.
    Turn(usize),
    Open(usize),
    Commit(usize),
    Pay(usize),
    Withdraw(usize),
    TakeUp(usize),
    TakeUpStated(usize),
    Bring(usize),
    Validate(usize),
    Close(usize),
    Draft(usize),
    LeaveStage(usize),
    Settle(usize),
}

struct Run<'a> {
    world: &'a World,
    now: i64,
    streams: Vec<Stream<'a>>,
    /// What each stream has still to bring.
    coming: Vec<Vec<Coming>>,
    opened: Vec<bool>,
    brought: Vec<i64>,
    needs: Vec<Need>,
    pledges: Vec<Pledge>,
    packages: Vec<Package>,
    /// How many packages formed in each mechanism.
    formed: Vec<i64>,
    /// The last instant at which the clock of each mechanism struck.
    drafted: Vec<i64>,
    struck: Vec<Struck>,
    waits: Vec<Wait>,
    lots: Vec<Lot>,
    /// It came to something that the rules leave open.
    unsaid: bool,
    told: Vec<String>,
}

impl<'a> Run<'a> {
    fn new(world: &'a World) -> Run<'a> {
        let streams = Stream::all(world);
        Run {
            world,
            now: 0,
            coming: streams.iter().map(|s| streams::comings(s.comes(), world.end)).collect(),
            opened: streams.iter().map(|s| !s.has_to_open()).collect(),
            brought: vec![0; streams.len()],
            streams,
            needs: vec![],
            pledges: vec![],
            packages: vec![],
            formed: vec![0; world.mechanisms.len()],
            drafted: vec![0; world.mechanisms.len()],
            struck: world.disruptions.iter().map(Struck::at_the_start).collect(),
            waits: vec![],
            lots: vec![],
            unsaid: false,
            told: vec![],
        }
    }

    fn tell(&mut self, kind: &str, object: &str, fields: &str) {
        self.told.push(format!("{} {kind} {object}{fields}", self.now));
    }

    /// What is due first now.
    fn due(&self) -> Option<Act> {
        let mut all = vec![];
        self.due_of_streams(&mut all);
        if self.now >= 0 {
            self.due_of_pledges(&mut all);
            self.due_of_needs(&mut all);
            self.due_of_stated(&mut all);
            self.due_of_stages(&mut all);
            self.due_of_mechanisms(&mut all);
            self.due_of_goods(&mut all);
            self.due_of_disruptions(&mut all);
        }
        all.into_iter().min_by(|a: &(Key, Act), b| a.0.cmp(&b.0)).map(|(_, act)| act)
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Arrive(lot) => self.arrive(lot),
            Act::Turn(disruption) => self.turn(disruption),
            Act::Open(stream) => self.open_stream(stream),
            Act::Commit(pledge) => self.commit(pledge),
            Act::Pay(pledge) => self.pay(pledge),
            Act::Withdraw(pledge) => self.withdraw(pledge),
            Act::TakeUp(need) => self.take_up(need),
            Act::TakeUpStated(package) => self.take_up_stated(package),
            Act::Bring(stream) => self.bring(stream),
            Act::Validate(need) => self.validate(need),
            Act::Close(need) => self.close(need),
            Act::Draft(mechanism) => self.draft(mechanism),
            Act::LeaveStage(wait) => self.end_of_stage(wait),
            Act::Settle(mechanism) => self.settle(mechanism),
        }
    }
}
