//! The world with its figures: what a run and a replay fold alike.

use super::SimError;
use crate::event::Entry;
use crate::metric::{Figures, tree::Tree};
use crate::model::{Comparison, Notes, Plan, Published};
use crate::state::{Due, State};
use crate::units::time::SimTime;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// State, figures, and what the checkpoints found on their days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct World {
    pub state: State,
    figures: Figures,
    /// Instants at which checkpoints read figures, ascending, and what they read.
    moments: Vec<SimTime>,
    readings: Vec<(usize, Option<f64>)>,
    passed: usize,
    /// Checkpoints by the moment at which they are read: (figure, position in the notes).
    wanted: Vec<Vec<(String, usize)>>,
    ended: bool,
}

/// A checkpoint held against its published value.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckpointResult {
    pub index: usize,
    /// Number in the figure's unit, or seconds since the start for dates.
    pub simulated: Option<f64>,
    pub published: f64,
    /// Relative for numbers, seconds for dates.
    pub deviation: Option<f64>,
    /// `None` when there is nothing to hold against it.
    pub within: Option<bool>,
    pub is_date: bool,
}

/// A goal and whether it was met.
#[derive(Clone, Debug, PartialEq)]
pub struct GoalResult {
    pub index: usize,
    pub value: Option<f64>,
    pub met: bool,
}

/// Raised when the world changes its shape: snapshots of another shape are not read, and the log is folded instead.
const LAYOUT: u32 = 14;

const BYTES: bincode::config::Configuration = bincode::config::standard();

impl World {
    /// The world before anything happens.
    pub fn open(plan: Plan, notes: &Notes) -> World {
        let state = State::open(plan);
        let figures = Figures::new(&state);
        let mut moments: Vec<SimTime> = notes.checkpoints.iter().filter_map(|c| c.at).collect();
        moments.sort_unstable();
        moments.dedup();
        let wanted = moments.iter().map(|&at| {
            let of = notes.checkpoints.iter().enumerate().filter(|(_, c)| c.at == Some(at));
            of.map(|(i, c)| (c.figure.clone(), i)).collect()
        });
        let wanted = wanted.collect();
        World { state, figures, moments, readings: Vec::new(), passed: 0, wanted, ended: false }
    }

    /// Takes a turn in: its wake leaves the calendar, its events are folded in order.
    #[inline]
    pub fn fold(&mut self, due: Due, entries: &[Entry]) {
        if self.moments.get(self.passed).is_some_and(|&at| due.at >= at) {
            self.pass(due.at);
        }
        self.state.take(due);
        let mut rest = entries;
        while let [entry, after @ ..] = rest {
            self.state.apply_before(&entry.event, after.first().map(|entry| &entry.event));
            self.figures.observe(&self.state, entry, after.first());
            rest = after;
        }
    }

    /// Reads the checkpoints of moments up to `at`.
    #[cold]
    fn pass(&mut self, at: SimTime) {
        while let Some(&moment) = self.moments.get(self.passed).filter(|&&m| m <= at) {
            let tree = self.figures.read(&self.state, moment);
            for (figure, index) in &self.wanted[self.passed] {
                self.readings.push((*index, tree.number(figure)));
            }
            self.passed += 1;
        }
    }

    /// The run is over: nothing more happens up to its end.
    pub fn end(&mut self) {
        self.ended = true;
        self.figures.settle();
        if let Some(&last) = self.moments.last() {
            // Without an end, nothing happens up to whatever comes later.
            let until = self.state.plan().end.unwrap_or(SimTime::LATEST);
            self.pass(last.min(until));
        }
    }

    /// Figures of goals and checkpoints that no run of this plan has, each with the nearest that it has. Those of groups that
    /// come to be in a run (requirements, packages, months) are not judged.
    pub fn unknown_figures(&self, notes: &Notes) -> Vec<(String, Option<String>)> {
        const GROUPS: [&str; 7] =
            ["requirements.", "stages.", "money.", "mechanisms.", "bottleneck.", "checkpoints", "goals"];
        let tree = self.tree();
        let named = notes.goals.iter().map(|g| &g.figure).chain(notes.checkpoints.iter().map(|c| &c.figure));
        let unknown = |figure: &&String| {
            let comes = GROUPS.iter().any(|group| figure.starts_with(group)) || figure.contains(".priority.");
            // Twins by mass and value are there once goods have them.
            let known = |path: &str| tree.get(path).is_some_and(|value| !value.is_object() && !value.is_array());
            let twin = ["_t", "_value"].iter().any(|twin| known(&figure.replacen(twin, "", 1)));
            !comes && !known(figure) && !twin
        };
        let leaves = tree.leaves();
        let nearest = |figure: &String| {
            let parts = figure.split('.').count();
            let alike = leaves.iter().map(|leaf| &leaf.0).filter(|path| path.split('.').count() == parts);
            let best = alike.map(|path| (strsim::damerau_levenshtein(figure, path), path)).min();
            best.filter(|(distance, _)| *distance <= 4).map(|(_, path)| path.clone())
        };
        named.filter(unknown).map(|figure| (figure.clone(), nearest(figure))).collect()
    }

    /// The end of the window of figures: the horizon of a run that is over, else the last turn.
    pub fn until(&self) -> SimTime {
        match self.state.plan().end {
            Some(end) if self.ended => end,
            _ => self.state.now.max(SimTime::ZERO),
        }
    }

    /// All figures of the run as it stands.
    pub fn tree(&self) -> Tree {
        self.tree_at(self.until())
    }

    /// All figures with the window ending at `until`, which is not before the last turn.
    pub fn tree_at(&self, until: SimTime) -> Tree {
        self.figures.read(&self.state, until)
    }

    /// The checkpoints whose moment has come, against their published values.
    pub fn checkpoints(&self, notes: &Notes, tree: &Tree) -> Vec<CheckpointResult> {
        let mut all = Vec::new();
        for (index, checkpoint) in notes.checkpoints.iter().enumerate() {
            let simulated = match checkpoint.at {
                Some(_) => match self.readings.iter().find(|r| r.0 == index) {
                    Some(reading) => reading.1,
                    // After the end nobody knows.
                    None if self.ended => None,
                    None => continue,
                },
                None => tree.number(&checkpoint.figure),
            };
            let (published, is_date) = match checkpoint.published {
                Published::Number(n) => (n, false),
                Published::Money(m) => (m.0 as f64, false),
                Published::Date(at) => (at.0 as f64, true),
            };
            let deviation = simulated.map(|s| match is_date {
                true => s - published,
                false => (s - published) / if published == 0.0 { 1.0 } else { published },
            });
            let within = deviation.map(|d| match checkpoint.is {
                Comparison::About => d.abs() <= checkpoint.tolerance,
                Comparison::AtLeast => d >= -checkpoint.tolerance,
                Comparison::AtMost => d <= checkpoint.tolerance,
            });
            all.push(CheckpointResult { index, simulated, published, deviation, within, is_date });
        }
        all
    }

    pub fn goals(&self, notes: &Notes, tree: &Tree) -> Vec<GoalResult> {
        let judge = |(index, goal): (usize, &crate::model::Goal)| {
            let value = tree.number(&goal.figure);
            let met = value.is_some_and(|v| {
                goal.at_least.is_none_or(|least| v >= least) && goal.at_most.is_none_or(|most| v <= most)
            });
            GoalResult { index, value, met }
        };
        notes.goals.iter().enumerate().map(judge).collect()
    }

    /// Figures with checkpoints and goals, as `run --json` prints them.
    pub fn figures(&self, notes: &Notes) -> Tree {
        self.figures_at(notes, self.until())
    }

    /// The same with the window ending at `until`.
    pub fn figures_at(&self, notes: &Notes, until: SimTime) -> Tree {
        let mut tree = self.tree_at(until);
        let checkpoints: Vec<Value> = self.checkpoints(notes, &tree).iter().map(|c| {
            let note = &notes.checkpoints[c.index];
            json!({
                "label": note.label, "figure": note.figure, "at": note.at.map(|t| t.0), "simulated": c.simulated,
                "published": c.published, "deviation": c.deviation, "within": c.within,
                "is": match note.is { Comparison::About => "about", Comparison::AtLeast => "at_least", Comparison::AtMost => "at_most" },
                "basis": note.basis,
            })
        }).collect();
        let goals: Vec<Value> = self.goals(notes, &tree).iter().map(|g| {
            let note = &notes.goals[g.index];
            json!({ "figure": note.figure, "value": g.value, "at_least": note.at_least, "at_most": note.at_most, "met": g.met })
        }).collect();
        tree.put("checkpoints", checkpoints);
        tree.put("goals", goals);
        let rows = |used: crate::model::RowUse| notes.journals.iter().filter(|j| j.used == used).count();
        if !notes.journals.is_empty() {
            tree.put("journals.rows", notes.journals.len());
            tree.put("journals.events", rows(crate::model::RowUse::Event));
            tree.put("journals.rejections", rows(crate::model::RowUse::Rejection));
            tree.put("journals.checkpoints", rows(crate::model::RowUse::Checkpoint));
        }
        tree
    }

    /// The bytes of a snapshot, which has about so many.
    pub fn to_bytes(&self, about: usize) -> Vec<u8> {
        // So much is asked for that the allocator takes it from the system and gives it back whole (glibc: from 32 MiB on);
        // smaller ones, each larger than the one before, left holes of 50 MB in a long run. What is not written costs nothing.
        let mut bytes = Vec::with_capacity(about.max(33 << 20));
        bytes.extend_from_slice(&LAYOUT.to_le_bytes());
        bincode::serde::encode_into_std_write(self, &mut bytes, BYTES).expect("plain data in memory can be encoded");
        bytes
    }

    /// The world of a snapshot, with the plan of the log's opening record.
    pub fn from_bytes(bytes: &[u8], plan: &Plan, turn: u64) -> Result<World, SimError> {
        let unreadable = |what: String| SimError::Snapshot { turn, what };
        let (layout, bytes) = bytes.split_first_chunk().ok_or_else(|| unreadable("it is cut off".to_owned()))?;
        if u32::from_le_bytes(*layout) != LAYOUT {
            return Err(unreadable("another version of waybill wrote it".to_owned()));
        }
        let (mut world, read): (World, usize) =
            bincode::serde::decode_from_slice(bytes, BYTES).map_err(|e| unreadable(e.to_string()))?;
        if read != bytes.len() {
            return Err(unreadable("bytes follow its end".to_owned()));
        }
        world.state.attach(plan.clone());
        Ok(world)
    }
}
