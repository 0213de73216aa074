//! What requirements waited for. Each second of a requirement's lead time is work or waiting, and charged to one cause:
//! first on its way over the desks, then on its line's way through the mechanism, then on the consignment's way that
//! closed it. The three follow each other without a gap, so the parts add up to the lead time exactly.

use super::{Months, Tally, gate_cause};
use crate::event::{GateId, LineId, NeedId, PackageId, Subject, UnitId};
use crate::model::Cause;
use crate::state::State;
use crate::state::unit::What;
use crate::units::arena::Id;
use crate::units::time::{DAY, SimTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Delay {
    pub needs: Vec<NeedStats>,
    lines: Vec<LineStats>,
    /// Goods of lines and papers, by row.
    units: Vec<Option<UnitStats>>,
    pub stages: Vec<StageStats>,
    /// When each thing entered the stage it is in.
    entered: BTreeMap<(u32, Subject), SimTime>,
    /// Value in each stage at the end of each bin.
    pub bins: Vec<[i64; 10]>,
    pub bin_width: i64,
}

/// Seconds by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Parts {
    pub waited: [i64; 10],
    pub worked: [i64; 10],
}

impl Parts {
    fn add(&mut self, cause: Cause, waiting: bool, seconds: i64) {
        if waiting {
            self.waited[cause as usize] += seconds;
        } else {
            self.worked[cause as usize] += seconds;
        }
    }

    fn plus(mut self, other: &Parts) -> Parts {
        for i in 0..10 {
            self.waited[i] += other.waited[i];
            self.worked[i] += other.worked[i];
        }
        self
    }

    pub fn waiting(&self) -> i64 {
        self.waited.iter().sum()
    }

    pub fn work(&self) -> i64 {
        self.worked.iter().sum()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct NeedStats {
    /// On its way over the desks.
    parts: Parts,
    paper: Option<UnitId>,
    /// Units that were recognised by the need-by date.
    pub on_time: i64,
    /// The line and the consignment's parts that were recognised last.
    closing: Option<Parts>,
    /// All parts of a closed requirement.
    pub closed: Option<Parts>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct LineStats {
    parts: Parts,
    cause: Option<Cause>,
    since: SimTime,
    /// When it entered the cause's stage.
    stage_since: SimTime,
    seen: Seen,
    /// Units that were recognised by the need-by date.
    on_time: i64,
}

/// The causes' stages that a value was in already, one bit each.
type Seen = u16;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct UnitStats {
    parts: Parts,
    stage: Option<(Cause, SimTime)>,
    seen: Seen,
    recognised: bool,
}

/// Flow of value through the part of the way that a cause stands for. Value that comes back, as over the movement desk,
/// is here again but arrived once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct StageStats {
    pub arrived: i64,
    pub now: i64,
    pub peak: i64,
    pub stay: Tally,
}

fn first_visit(seen: &mut Seen, cause: Cause) -> bool {
    let bit = 1 << cause as usize;
    let first = *seen & bit == 0;
    *seen |= bit;
    first
}

/// At most so many bins of the backlog over time; then they are made twice as wide.
const BINS: usize = 512;

impl Delay {
    pub fn submitted(&mut self, need: NeedId) {
        if self.stages.is_empty() {
            self.stages = vec![StageStats::default(); 10];
            self.bin_width = DAY;
        }
        debug_assert_eq!(need.index(), self.needs.len());
        self.needs.push(NeedStats::default());
    }

    /// A line is asked for: its value is with the staff.
    pub fn asked(&mut self, state: &State, line: LineId) {
        debug_assert_eq!(line.index(), self.lines.len());
        let since = state.need(state.line(line).need).submitted;
        let seen = 1 << Cause::Staff as usize;
        self.lines.push(LineStats {
            since,
            cause: Some(Cause::Staff),
            stage_since: since,
            seen,
            ..LineStats::default()
        });
        self.enter(state, Cause::Staff, state.line(line).value.0, true);
    }

    pub fn born(&mut self, state: &State, unit: UnitId) {
        if self.needs.is_empty() {
            return;
        }
        if self.units.len() <= unit.index() {
            self.units.resize(unit.index() + 1, None);
        }
        self.units[unit.index()] = None;
        match state.units[unit].what {
            What::Goods => {}
            What::LineGoods(line) => {
                let seen = self.lines[line.index()].seen;
                self.units[unit.index()] = Some(UnitStats { seen, ..UnitStats::default() });
            }
            What::Paper(need) => self.needs[need.index()].paper = Some(unit),
        }
    }

    /// The row of a requirement's paper, also when the state has just released it.
    pub fn paper(&self, need: NeedId) -> Option<UnitId> {
        self.needs[need.index()].paper
    }

    /// Units of a line that were recognised by the need-by date.
    pub fn on_time(&self, line: LineId) -> i64 {
        self.lines[line.index()].on_time
    }

    /// Whether there are requirements at all.
    #[inline]
    pub fn in_use(&self) -> bool {
        !self.needs.is_empty()
    }

    /// A unit spent seconds on something.
    pub fn spent(&mut self, state: &State, unit: UnitId, cause: Cause, waiting: bool, seconds: i64) {
        match state.units[unit].what {
            What::Goods => {}
            What::LineGoods(_) => {
                if let Some(row) = &mut self.units[unit.index()] {
                    row.parts.add(cause, waiting, seconds);
                }
            }
            What::Paper(need) => self.needs[need.index()].parts.add(cause, waiting, seconds),
        }
    }

    /// Goods of a line are at a place of this cause now.
    pub fn at(&mut self, state: &State, unit: UnitId, cause: Cause) {
        // Goods that came before the first requirement have no row at all.
        let Some(row) = self.units.get_mut(unit.index()).and_then(Option::as_mut) else { return };
        let before = row.stage;
        if before.is_some_and(|b| b.0 == cause) {
            return;
        }
        row.stage = Some((cause, state.now));
        let first = first_visit(&mut row.seen, cause);
        self.shift(state, before, Some((cause, first)), state.units[unit].value.0);
    }

    fn shift(&mut self, state: &State, before: Option<(Cause, SimTime)>, to: Option<(Cause, bool)>, value: i64) {
        if let Some((cause, since)) = before {
            self.leave(state, cause, since, value);
        }
        if let Some((cause, first)) = to {
            self.enter(state, cause, value, first);
        }
    }

    fn enter(&mut self, state: &State, cause: Cause, value: i64, first: bool) {
        self.bins_until(state.now);
        let stage = &mut self.stages[cause as usize];
        stage.arrived += value * i64::from(first);
        stage.now += value;
        stage.peak = stage.peak.max(stage.now);
    }

    fn leave(&mut self, state: &State, cause: Cause, since: SimTime, value: i64) {
        self.bins_until(state.now);
        let stage = &mut self.stages[cause as usize];
        stage.now -= value;
        stage.stay.add((state.now - since).0);
    }

    /// Closes the bins that end at or before an instant.
    pub fn bins_until(&mut self, now: SimTime) {
        if self.stages.is_empty() {
            return;
        }
        while (self.bins.len() as i64 + 1) * self.bin_width <= now.0 {
            let mut values = [0; 10];
            self.stages.iter().enumerate().for_each(|(i, s)| values[i] = s.now);
            self.bins.push(values);
            if self.bins.len() == BINS {
                self.bins = self.bins.chunks(2).map(|pair| pair[1]).collect();
                self.bin_width *= 2;
            }
        }
    }

    /// A requirement's lines go on; what the desks' work and lines do not explain, it waited for staff.
    pub fn matched(&mut self, state: &State, need: NeedId, months: &mut Months) {
        let row = state.need(need);
        let stats = &mut self.needs[need.index()];
        let rest = (state.now - row.submitted).0 - stats.parts.waiting() - stats.parts.work();
        stats.parts.add(Cause::Staff, true, rest);
        if rest > 0 {
            months.charge(Cause::Staff, row.submitted, row.submitted.after(crate::units::time::SimDuration(rest)));
        }
        stats.paper = None;
        for &line in &row.lines {
            // The seconds until now are the requirement's; the line's begin here.
            self.lines[line.index()].since = state.now;
            if state.line(line).asked == 0 || state.need(need).expired.is_some() {
                let value = state.line(line).value.0;
                let row = &mut self.lines[line.index()];
                if let (Some(cause), since) = (row.cause.take(), row.stage_since) {
                    self.leave(state, cause, since, value);
                }
            } else if state.plan_of_need(need).via.is_some() {
                self.set_line(state, line, Cause::Source);
            } else if state.stock_at(state.line(line).origin, state.line(line).item).is_some() {
                // Until its stock has units for it.
                self.set_line(state, line, Cause::Production);
            }
        }
    }

    fn set_line(&mut self, state: &State, line: LineId, cause: Cause) {
        let row = &mut self.lines[line.index()];
        let before = row.cause.map(|c| (c, row.stage_since));
        if row.cause != Some(cause) {
            row.cause = Some(cause);
            row.stage_since = state.now;
            let first = first_visit(&mut row.seen, cause);
            self.shift(state, before, Some((cause, first)), state.line(line).value.0);
        }
    }

    /// Charges a line's time since its last change, and says what it is charged to from now on.
    fn line_at(&mut self, state: &State, line: LineId, cause: Cause, months: &mut Months) {
        let row = &mut self.lines[line.index()];
        let (from, old) = (row.since, row.cause.unwrap_or(Cause::Source));
        row.parts.add(old, true, (state.now - from).0);
        row.since = state.now;
        months.charge(old, from, state.now);
        self.set_line(state, line, cause);
    }

    fn package_at(&mut self, state: &State, package: PackageId, cause: Cause, months: &mut Months) {
        for &line in state.package(package).lines.iter().filter(|line| !state.line(**line).apart) {
            self.line_at(state, line, cause, months);
        }
    }

    pub fn stage_entered(&mut self, state: &State, subject: Subject, gate: GateId, months: &mut Months) {
        self.entered.insert((gate.raw(), subject), state.now);
        let cause = gate_cause(state, gate.raw());
        match subject {
            Subject::Unit(_) => {}
            Subject::Line(line) => self.line_at(state, line, cause, months),
            Subject::Package(package) => self.package_at(state, package, cause, months),
        }
    }

    /// When something entered the stage that it now leaves.
    pub fn stage_left(&mut self, state: &State, subject: Subject, gate: GateId, months: &mut Months) -> SimTime {
        let entered = self.entered.remove(&(gate.raw(), subject)).expect("what leaves a stage was in it");
        // Between the stages of a package it waits for money: for its turn to seek it, or to be paid. After the release
        // it does so only where supply waits for the payment.
        let (m, stage) = state.net.gates[gate.index()];
        let plan = &state.plan().mechanisms[Id::new(m)];
        let paid = plan.package.pays_before.as_deref() == Some("supply");
        let release = plan.stages[usize::from(stage)].cause == Cause::Release;
        match subject {
            Subject::Package(package) if paid || !release => self.package_at(state, package, Cause::Money, months),
            Subject::Line(line) if paid && release => self.line_at(state, line, Cause::Money, months),
            _ => {}
        }
        entered
    }

    /// Goods of a line exist: its own way ends.
    pub fn goods_created(&mut self, state: &State, unit: UnitId, line: LineId, months: &mut Months) {
        let row = &mut self.lines[line.index()];
        if let Some(cause) = row.cause {
            let from = row.since;
            row.parts.add(cause, true, (state.now - from).0);
            row.since = state.now;
            months.charge(cause, from, state.now);
            let parts = row.parts;
            if let Some(unit) = &mut self.units[unit.index()] {
                unit.parts = parts;
            }
            let row = &self.lines[line.index()];
            let (since, value) = (row.stage_since, state.units[unit].value.0);
            let done = state.line(line).made == state.line(line).asked;
            // The line's value passes to its consignments one by one: prices are whole units each.
            if done {
                self.lines[line.index()].cause = None;
                self.leave(state, cause, since, value);
            } else {
                self.stages[cause as usize].now -= value;
            }
        }
    }

    /// Goods that left the model without being recognised are in no stage any more.
    pub fn lost(&mut self, state: &State, unit: UnitId) {
        let row = &state.units[unit];
        let Some(stats) = self.units.get_mut(unit.index()).and_then(Option::as_mut) else { return };
        if !row.recognised && row.is_goods_of_line() {
            let stage = stats.stage.take();
            self.shift(state, stage, None, row.value.0);
        }
    }

    /// A line of an expired requirement waits for nothing more.
    pub fn withdrawn(&mut self, state: &State, line: LineId, months: &mut Months) {
        let row = &mut self.lines[line.index()];
        let Some(cause) = row.cause.take() else { return };
        let (from, since) = (row.since, row.stage_since);
        row.parts.add(cause, true, (state.now - from).0);
        row.since = state.now;
        months.charge(cause, from, state.now);
        // What of it exists already has passed to its consignments.
        let line = state.line(line);
        let left = i128::from(line.value.0) * i128::from(line.asked - line.made) / i128::from(line.asked.max(1));
        self.leave(state, cause, since, left as i64);
    }

    /// Charges the time of lines that still wait, and of the opening backlog before the start.
    pub fn still_waiting(&self, state: &State, until: SimTime, months: &mut Months) {
        for (line, stats) in self.lines.iter().enumerate() {
            let need = state.need(state.line(LineId::new(line as u32)).need);
            match stats.cause {
                Some(cause) if need.matched.is_some() => months.charge(cause, stats.since, until),
                Some(_) => months.charge(Cause::Staff, need.submitted, SimTime::ZERO.min(until)),
                None => {}
            }
        }
    }

    /// A unit may just have reached the recognition point.
    pub fn recognised(&mut self, state: &State, unit: UnitId) {
        let row = &state.units[unit];
        let (What::LineGoods(line), true) = (row.what, row.recognised) else { return };
        let Some(stats) = &mut self.units[unit.index()] else { return };
        if stats.recognised {
            return;
        }
        stats.recognised = true;
        let (parts, stage) = (stats.parts, stats.stage.take());
        let need = state.line(line).need;
        let need_stats = &mut self.needs[need.index()];
        need_stats.closing = Some(parts);
        if state.now <= state.need(need).due {
            need_stats.on_time += i64::from(row.amount);
            self.lines[line.index()].on_time += i64::from(row.amount);
        }
        // Past the recognition point it is in no stage of the requirement's way.
        self.shift(state, stage, None, row.value.0);
        self.units[unit.index()] = None;
    }

    pub fn fulfilled(&mut self, state: &State, need: NeedId) {
        let stats = &mut self.needs[need.index()];
        // One that asked for nothing had no consignment.
        let all = match &stats.closing {
            Some(last) => stats.parts.plus(last),
            None => stats.parts,
        };
        let row = state.need(need);
        assert_eq!(all.waiting() + all.work(), (state.now - row.submitted).0, "the parts of a lead time add up to it");
        stats.closed = Some(all);
    }
}
