//! Stages that take time, and goods from the release of their package to the border.

use super::packages::Status;
use super::{Act, Choice, Key, Kind, Phase, Run};
use crate::second::money::world::{RELEASE, REVIEW, SHIPMENT, STAGES, SUPPLY};

/// Who is in a stage for a time.
pub struct Wait {
    who: Who,
    mechanism: usize,
    stage: usize,
    entered: i64,
    /// Seconds to go.
    left: i64,
}

#[derive(Clone, Copy)]
enum Who {
    Package(usize),
    /// A line of a package by its position.
    Line(usize, usize),
    Lot(Lot),
}

/// Goods.
#[derive(Clone, Copy)]
pub struct Lot {
    need: usize,
    line: usize,
    number: i64,
    amount: i64,
    ready: i64,
    arrives: i64,
}

impl<'a> Run<'a> {
    pub fn enter_stage(&mut self, mechanism: usize, stage: usize, object: &str, lasts: i64) {
        let gate = format!("{}.{}", self.mechanism(mechanism).name, STAGES[stage]);
        self.tell("StageEntered", object, &format!(" gate={gate} lasts={lasts}"));
    }

    pub fn leave_stage(&mut self, mechanism: usize, stage: usize, object: &str) {
        let gate = format!("{}.{}", self.mechanism(mechanism).name, STAGES[stage]);
        self.tell("StageLeft", object, &format!(" gate={gate}"));
    }

    /// A package enters the review or the release.
    pub fn enter_with_time(&mut self, mechanism: usize, stage: usize, package: usize) {
        self.enter_for(mechanism, stage, package, self.time_in(mechanism, stage), self.now);
    }

    pub fn enter_for(&mut self, mechanism: usize, stage: usize, package: usize, left: i64, entered: i64) {
        self.enter_stage(mechanism, stage, &self.package_name(package), left);
        self.waits.push(Wait { who: Who::Package(package), mechanism, stage, entered, left });
    }

    /// A line enters the release by itself.
    pub fn enter_with_line(&mut self, mechanism: usize, package: usize, at: usize) {
        let left = self.time_in(mechanism, RELEASE);
        let (need, line) = self.packages[package].lines[at];
        self.enter_stage(mechanism, RELEASE, &self.line_name(need, line), left);
        self.waits.push(Wait { who: Who::Line(package, at), mechanism, stage: RELEASE, entered: self.now, left });
    }

    fn choice_of_lot(&self, lot: &Lot, joined: i64) -> Choice<'a> {
        let mut choice = self.choice_of_need(lot.need, joined);
        (choice.3[1], choice.3[2]) = (lot.line as i64, lot.number);
        choice
    }

    pub fn due_of_stages(&self, all: &mut Vec<(Key<'a>, Act)>) {
        for (i, wait) in self.waits.iter().enumerate().filter(|(_, w)| w.left <= 0) {
            if self.is_held(wait.mechanism, wait.stage) {
                continue;
            }
            let place = (&*self.mechanism(wait.mechanism).name, wait.stage, Kind::Mechanism);
            let choice = match wait.who {
                Who::Package(package) => self.choice_of_package(package, wait.entered),
                Who::Line(package, line) => {
                    let (need, line) = self.packages[package].lines[line];
                    let mut choice = self.choice_of_need(need, wait.entered);
                    choice.3[1] = line as i64;
                    choice
                }
                Who::Lot(lot) => self.choice_of_lot(&lot, wait.entered),
            };
            all.push(((Phase::Decision, place, 1, choice), Act::LeaveStage(i)));
        }
    }

    /// A second passes.
    pub fn wait_in_stages(&mut self) {
        for i in 0..self.waits.len() {
            let Wait { mechanism, stage, .. } = self.waits[i];
            self.waits[i].left -= i64::from(!self.is_held(mechanism, stage));
        }
    }

    pub fn end_of_stage(&mut self, wait: usize) {
        // Of those that enter the release at the start, what is of the backlog comes first, which is not as it is said.
        let at_start = |w: &&Wait| w.stage == RELEASE && w.entered == 0 && w.left <= 0;
        let of_backlog = |w: &Wait| match w.who {
            Who::Package(package) | Who::Line(package, _) => self.packages[package].of_backlog,
            Who::Lot(_) => false,
        };
        let (this, mut all) = (&self.waits[wait], self.waits.iter().filter(at_start));
        self.unsaid |= at_start(&this) && all.clone().count() > 1 && all.any(of_backlog);
        let Wait { who, mechanism, stage, .. } = self.waits.remove(wait);
        match who {
            Who::Package(package) if stage == REVIEW => self.end_review(package),
            Who::Package(package) => self.release(mechanism, package),
            Who::Line(package, line) => self.release_line(mechanism, package, line),
            Who::Lot(lot) => {
                self.leave_stage(mechanism, stage, &self.lot_name(&lot));
                self.go_on(lot, stage);
            }
        }
    }

    fn lot_name(&self, lot: &Lot) -> String {
        format!("{}#{}", self.line_name(lot.need, lot.line), lot.number)
    }

    pub fn depot_of(&self, need: usize, line: usize) -> usize {
        self.line_of(need, line).depot.unwrap_or(self.mechanism(self.via(need)).depot)
    }

    /// Goods exist from now on.
    fn release(&mut self, mechanism: usize, package: usize) {
        let name = self.package_name(package);
        self.leave_stage(mechanism, RELEASE, &name);
        self.tell("PackageReleased", &name, "");
        self.packages[package].released = true;
        for at in 0..self.packages[package].lines.len() {
            self.make_if_paid(package, at);
        }
    }

    /// A package is released with the last of its lines.
    fn release_line(&mut self, mechanism: usize, package: usize, at: usize) {
        let (need, line) = self.packages[package].lines[at];
        self.leave_stage(mechanism, RELEASE, &self.line_name(need, line));
        let of = &mut self.packages[package];
        of.lines_released.push(at);
        if of.lines_released.len() == of.lines.len() {
            of.released = true;
            self.tell("PackageReleased", &self.package_name(package), "");
        }
        self.make_if_paid(package, at);
    }

    fn make_if_paid(&mut self, package: usize, at: usize) {
        if self.is_paid_for_supply(package, at) {
            self.make_line(package, at);
        }
    }

    pub fn make_line(&mut self, package: usize, at: usize) {
        self.packages[package].made.push(at);
        let (need, line) = self.packages[package].lines[at];
        self.make(need, line);
    }

    fn make(&mut self, need: usize, line: usize) {
        let mut left = self.needs[need].lines[line].quantity;
        let most = self.world.items[self.line_of(need, line).item].lot.unwrap_or(left);
        let object = self.line_name(need, line);
        let mut number = 0;
        while left > 0 {
            let amount = left.min(most);
            left -= amount;
            number += 1;
            let fields = format!(" line={object} number={number} amount={amount}");
            self.tell("ConsignmentCreated", &format!("{object}#{number}"), &fields);
            self.enter_with_lot(Lot { need, line, number, amount, ready: 0, arrives: 0 }, SUPPLY);
        }
    }

    /// A stage of no time is over in the turn in which it begins.
    fn enter_with_lot(&mut self, lot: Lot, stage: usize) {
        let mechanism = self.via(lot.need);
        let name = self.lot_name(&lot);
        let left = self.time_in(mechanism, stage);
        if left > 0 || self.is_held(mechanism, stage) {
            self.enter_stage(mechanism, stage, &name, left);
            self.waits.push(Wait { who: Who::Lot(lot), mechanism, stage, entered: self.now, left });
        } else {
            self.enter_stage(mechanism, stage, &name, -1);
            self.leave_stage(mechanism, stage, &name);
            self.go_on(lot, stage);
        }
    }

    /// After supply comes shipment, then the leg, which takes goods at once.
    fn go_on(&mut self, lot: Lot, stage: usize) {
        if stage == SUPPLY {
            self.enter_with_lot(lot, SHIPMENT);
            return;
        }
        let name = self.lot_name(&lot);
        let depot = &self.world.depots[self.depot_of(lot.need, lot.line)];
        self.tell("NodeReached", &name, &format!(" node={}", depot.name));
        self.tell("LegDeparted", &name, &format!(" leg={} transit={}", depot.leg, depot.transit));
        self.lots.push(Lot { ready: self.now, arrives: self.now + depot.transit, ..lot });
    }

    pub fn due_of_goods(&self, all: &mut Vec<(Key<'a>, Act)>) {
        for (i, lot) in self.lots.iter().enumerate().filter(|(_, lot)| lot.arrives <= self.now) {
            let leg = &*self.world.depots[self.depot_of(lot.need, lot.line)].leg;
            let key = (Phase::Completion, (leg, 0, Kind::Leg), 0, self.choice_of_lot(lot, lot.ready));
            all.push((key, Act::Arrive(i)));
        }
    }

    pub fn arrive(&mut self, lot: usize) {
        let lot = self.lots.remove(lot);
        let name = self.lot_name(&lot);
        let leg = &self.world.depots[self.depot_of(lot.need, lot.line)].leg;
        self.tell("LegArrived", &name, &format!(" leg={leg}"));
        self.tell("HandedOver", &name, " node=border");
        let need = &mut self.needs[lot.need];
        need.lines[lot.line].handed_over += lot.amount;
        debug_assert!(need.status == Status::Matched, "goods come of what is matched");
    }
}
