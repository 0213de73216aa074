//! Dated disruptions: what they close, hold and slow.

use super::{Act, Gifts, Key, Kind, NOBODY, Phase, Run};
use crate::second::needs::world::{APPROVAL, Disruption, STAGES, Station, Strikes};

/// Which of the two ends of a disruption are behind.
#[derive(Clone, Copy)]
pub struct Struck {
    began: bool,
    ended: bool,
}

impl Struck {
    /// What was over by the start leaves no trace.
    pub fn at_the_start(disruption: &Disruption) -> Struck {
        let over = disruption.on + disruption.lasts <= 0;
        Struck { began: over, ended: over }
    }
}

impl<'a> Run<'a> {
    pub fn due_of_disruptions(&self, all: &mut Vec<(Key<'a>, Act)>) {
        for (i, (disruption, struck)) in self.world.disruptions.iter().zip(&self.struck).enumerate() {
            let place = (Phase::Calendar, (&*disruption.name, "", Kind::Disruption), 0, NOBODY);
            if !struck.began && disruption.on <= self.now {
                all.push((place, Act::Strike(i)));
            } else if struck.began && !struck.ended && disruption.on + disruption.lasts <= self.now {
                all.push((place, Act::Recover(i)));
            }
        }
    }

    fn in_force(&self) -> impl Iterator<Item = &'a Disruption> {
        let all = self.world.disruptions.iter().zip(&self.struck);
        all.filter(|(_, struck)| struck.began && !struck.ended).map(|(disruption, _)| disruption)
    }

    /// Whether it closes this leg, depot or hub.
    fn is_struck(&self, what: Strikes) -> bool {
        self.in_force().any(|d| d.slows.is_none() && d.strikes == what)
    }

    /// Whether nothing may depart over a leg: it is closed, or the node from which it leads is.
    pub fn is_closed(&self, leg: usize) -> bool {
        let depots = 0..self.world.depots.len();
        let at_depot =
            depots.filter(|&d| self.world.depots[d].leg == Some(leg)).any(|d| self.is_struck(Strikes::Depot(d)));
        let at_hub = self.world.hub == Some(leg) && self.is_struck(Strikes::Hub);
        self.is_struck(Strikes::Leg(leg)) || at_depot || at_hub
    }

    /// Whether a step or its node is closed.
    pub fn is_down(&self, station: Station) -> bool {
        self.is_struck(Strikes::Step(station)) || self.is_struck(node_of(station))
    }

    fn concerns(strikes: Strikes, gifts: usize, stage: usize) -> bool {
        match strikes {
            Strikes::Stage(g, s) => (g, s) == (gifts, stage),
            Strikes::Mechanism(g) => g == gifts,
            Strikes::Supplier => stage == APPROVAL,
            _ => false,
        }
    }

    /// Whether a stage lets nothing out.
    pub fn is_held(&self, gifts: &Gifts, stage: usize) -> bool {
        let gifts = self.number_of(gifts);
        self.in_force().any(|d| d.slows.is_none() && Self::concerns(d.strikes, gifts, stage))
    }

    fn number_of(&self, gifts: &Gifts) -> usize {
        self.world.gifts.iter().position(|g| g.name == gifts.name).expect("a mechanism is one of the world's")
    }

    /// A time that begins now in a stage.
    pub fn slowed_in_stage(&self, gifts: &Gifts, stage: usize, time: i64) -> i64 {
        let gifts = self.number_of(gifts);
        slowed(time, self.in_force().filter(|d| Self::concerns(d.strikes, gifts, stage)))
    }

    /// A transit that begins now.
    pub fn slowed_on_leg(&self, leg: usize, time: i64) -> i64 {
        slowed(time, self.in_force().filter(|d| d.strikes == Strikes::Leg(leg)))
    }

    /// Work of so many seconds that begins now; a factor of a node is for its steps.
    pub fn slowed_at(&self, station: Station, time: i64) -> i64 {
        let concerns = |d: &&Disruption| d.strikes == Strikes::Step(station) || d.strikes == node_of(station);
        slowed(time, self.in_force().filter(concerns))
    }

    pub fn strike(&mut self, disruption: usize) {
        self.turn(disruption, ["Began", "Closed", "Held"], |struck| struck.began = true);
    }

    pub fn recover(&mut self, disruption: usize) {
        self.turn(disruption, ["Ended", "Opened", "Resumed"], |struck| struck.ended = true);
    }

    /// Of what several disruptions strike, only the first closes it, and only the last one opens it.
    fn turn(&mut self, i: usize, [itself, place, stage]: [&str; 3], set: fn(&mut Struck)) {
        let world = self.world;
        let Disruption { name, strikes, .. } = &world.disruptions[i];
        let held = |run: &Run| -> Vec<bool> {
            let stages = |g| (0..STAGES.len()).map(move |s| run.is_held(g, s));
            world.gifts.iter().flat_map(stages).collect()
        };
        let down = |run: &Run| -> Vec<bool> { world.stations().iter().map(|&s| run.is_down(s)).collect() };
        let (was_struck, were_held, were_down) = (self.is_struck(*strikes), held(self), down(self));
        set(&mut self.struck[i]);
        self.tell(&format!("Disruption{itself}"), name, "");
        if self.is_struck(*strikes) != was_struck {
            match *strikes {
                Strikes::Leg(leg) => self.tell(&format!("Leg{place}"), &world.legs[leg].name, ""),
                Strikes::Depot(depot) => self.tell(&format!("Node{place}"), &world.depots[depot].name, ""),
                Strikes::Hub => self.tell(&format!("Node{place}"), "hub", ""),
                Strikes::Hq => self.tell(&format!("Node{place}"), &world.hq, ""),
                Strikes::Border => self.tell(&format!("Node{place}"), "border", ""),
                Strikes::Step(station) => self.tell(&format!("Step{place}"), &world.step_name(station), ""),
                _ => {}
            }
        }
        for ((station, before), after) in world.stations().into_iter().zip(were_down).zip(down(self)) {
            match (before, after) {
                (false, true) => self.stop(station),
                (true, false) => self.resume(station),
                _ => {}
            }
        }
        let mut changed: Vec<(&str, usize)> = vec![];
        for (at, (before, after)) in were_held.into_iter().zip(held(self)).enumerate() {
            if before != after {
                changed.push((&world.gifts[at / STAGES.len()].name, at % STAGES.len()));
            }
        }
        changed.sort_unstable();
        for (gifts, at) in changed {
            self.tell(&format!("Stage{stage}"), &format!("{gifts}.{}", STAGES[at]), "");
        }
    }
}

fn node_of(station: Station) -> Strikes {
    match station {
        Station::Desk(_) => Strikes::Hq,
        Station::Depot(depot) => Strikes::Depot(depot),
        Station::Hub => Strikes::Hub,
        Station::Border => Strikes::Border,
    }
}

/// Factors multiply, and the product is rounded once, half up.
fn slowed<'a>(time: i64, by: impl Iterator<Item = &'a Disruption>) -> i64 {
    let (mut product, mut unit) = (time, 1);
    for percent in by.filter_map(|d| d.slows) {
        (product, unit) = (product * percent, unit * 100);
    }
    (2 * product + unit) / (2 * unit)
}
