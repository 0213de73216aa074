//! Disruptions that hold stages of mechanisms.

use super::{Act, Key, Kind, NOBODY, Phase, Run};
use crate::second::money::world::{Disruption, RELEASE, STAGES, SUPPLY, Strikes};

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
            let place = (Phase::Calendar, (&*disruption.name, 0, Kind::Disruption), 0, NOBODY);
            let begins = !struck.began && disruption.on <= self.now;
            let ends = struck.began && !struck.ended && disruption.on + disruption.lasts <= self.now;
            if begins || ends {
                all.push((place, Act::Turn(i)));
            }
        }
    }

    /// What is in force on a stage.
    fn in_force(&self, mechanism: usize, stage: usize) -> impl Iterator<Item = &'a Disruption> {
        let concerns = move |d: &Disruption| match d.strikes {
            Strikes::Stage(m, s) => (m, s) == (mechanism, stage),
            // What is charged to release or production.
            Strikes::Supplier => stage == RELEASE || stage == SUPPLY,
        };
        let all = self.world.disruptions.iter().zip(&self.struck);
        all.filter(move |(d, struck)| struck.began && !struck.ended && concerns(d)).map(|(d, _)| d)
    }

    /// A held stage lets nothing out, and its times stand still.
    pub fn is_held(&self, mechanism: usize, stage: usize) -> bool {
        self.in_force(mechanism, stage).any(|d| d.slows.is_none())
    }

    /// A time that begins now in a stage: factors multiply, and the product is rounded once, half up.
    pub fn time_in(&self, mechanism: usize, stage: usize) -> i64 {
        let time = self.mechanism(mechanism).times[stage].unwrap_or(0);
        let (mut product, mut unit) = (time, 1);
        for percent in self.in_force(mechanism, stage).filter_map(|d| d.slows) {
            (product, unit) = (product * percent, unit * 100);
        }
        (2 * product + unit) / (2 * unit)
    }

    /// It begins or ends. Of several on one stage the first holds it, and only the last lets it go on.
    pub fn turn(&mut self, i: usize) {
        let mut stages: Vec<(&str, usize, usize)> = vec![];
        for (m, mechanism) in self.world.mechanisms.iter().enumerate() {
            stages.extend((0..STAGES.len()).map(|stage| (&*mechanism.name, stage, m)));
        }
        stages.sort_unstable();
        let held = |run: &Run| stages.iter().map(|&(_, stage, m)| run.is_held(m, stage)).collect::<Vec<bool>>();
        let before = held(self);
        let begins = !self.struck[i].began;
        if begins {
            self.struck[i].began = true;
        } else {
            self.struck[i].ended = true;
        }
        let after = held(self);
        let (itself, stage_is) =
            if begins { ("DisruptionBegan", "StageHeld") } else { ("DisruptionEnded", "StageResumed") };
        self.tell(itself, &self.world.disruptions[i].name, "");
        for ((name, stage, _), _) in stages.iter().zip(before.iter().zip(&after)).filter(|(_, (b, a))| b != a) {
            self.tell(stage_is, &format!("{name}.{}", STAGES[*stage]), "");
        }
    }
}
