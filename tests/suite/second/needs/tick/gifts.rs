//! Gifts: lines that wait for all their units on hand, then for an approval, then for shipment.

use super::goods::{Lot, Move};
use super::{Act, Gifts, Key, Kind, NOBODY, Phase, Run};
use crate::second::needs::world::{APPROVAL, MOVED};

const SHIPMENT: usize = 2;

/// A line whose gift waits to be approved.
pub struct Approval {
    need: usize,
    line: usize,
    entered: i64,
    /// Seconds to go.
    left: i64,
}

impl<'a> Run<'a> {
    pub fn due_of_gifts(&self, all: &mut Vec<(Key<'a>, Act)>) {
        for (i, gifts) in self.world.gifts.iter().enumerate() {
            if !self.is_held(gifts, 0) && self.next_gift(i).is_some() {
                all.push(((Phase::Settling, (&gifts.name, "", Kind::Mechanism), 0, NOBODY), Act::Settle(i)));
            }
        }
        for (i, approval) in self.approvals.iter().enumerate() {
            let gifts = self.gifts_of(approval.need).expect("who waits for an approval gets a gift");
            if approval.left <= 0 && !self.is_held(gifts, APPROVAL) {
                let need = &self.needs[approval.need];
                let choice = self.choice(need, approval.entered, approval.line as i64 + 1, 0);
                all.push(((Phase::Decision, (&gifts.name, "1", Kind::Mechanism), 0, choice), Act::Approve(i)));
            }
        }
        for (i, lot) in self.lots.iter().enumerate() {
            if let (Move::InShipment { since, left: ..=0 }, Some(gifts)) = (lot.moves, self.gifts_of(lot.need))
                && !self.is_held(gifts, SHIPMENT)
            {
                let choice = self.choice_of(lot, since);
                all.push(((Phase::Decision, (&gifts.name, "2", Kind::Mechanism), 0, choice), Act::Ship(i)));
            }
        }
    }

    /// A second passes: times of stages that are held stand still.
    pub fn wait_in_stages(&mut self) {
        for i in 0..self.approvals.len() {
            let gifts = self.gifts_of(self.approvals[i].need).expect("who waits for an approval gets a gift");
            self.approvals[i].left -= i64::from(!self.is_held(gifts, APPROVAL));
        }
        for i in 0..self.lots.len() {
            let Some(gifts) = self.gifts_of(self.lots[i].need) else { continue };
            let goes_on = !self.is_held(gifts, SHIPMENT);
            if let Move::InShipment { left, .. } = &mut self.lots[i].moves {
                *left -= i64::from(goes_on);
            }
        }
    }

    /// Whether lines wait in a stage that will be held no more. That nothing will be on hand for them then the engine does
    /// not see.
    pub fn holds_gifts(&self) -> bool {
        let waits = |gifts: usize, line: (usize, usize)| self.stream(&self.needs[line.0]).via == Some(gifts);
        let any =
            |gifts| (0..self.stores.len()).any(|stock| self.waiting(stock).iter().any(|&line| waits(gifts, line)));
        self.world.gifts.iter().enumerate().any(|(i, gifts)| self.is_held(gifts, 0) && any(i))
    }

    /// The first line in the order of choice all of whose units are on hand: one that lacks some holds nobody back.
    fn next_gift(&self, gifts: usize) -> Option<(usize, usize)> {
        let mut all = vec![];
        for (stock, store) in self.stores.iter().enumerate() {
            for (need, line) in self.waiting(stock) {
                let (n, asked) = (&self.needs[need], &self.needs[need].lines[line]);
                if self.stream(n).via == Some(gifts) && asked.waits <= store.on_hand {
                    all.push((self.choice(n, asked.joined, line as i64 + 1, 0), (need, line)));
                }
            }
        }
        all.into_iter().min().map(|(_, line)| line)
    }

    pub fn enter_stage(&mut self, gifts: &Gifts, stage: &str, object: &str, lasts: i64) {
        self.tell("StageEntered", object, &format!(" gate={}.{stage} lasts={lasts}", gifts.name));
    }

    pub fn leave_stage(&mut self, gifts: &Gifts, stage: &str, object: &str) {
        self.tell("StageLeft", object, &format!(" gate={}.{stage}", gifts.name));
    }

    /// A gift takes all its units, and goes to the donor for approval.
    pub fn settle(&mut self, gifts: usize) {
        let world = self.world;
        let (need, line) = self.next_gift(gifts).expect("a gift can be given");
        let asked = &self.stream(&self.needs[need]).lines[line];
        let stock = world.stock_of(asked).expect("a gift comes from a stock");
        let units = std::mem::take(&mut self.needs[need].lines[line].waits);
        self.stores[stock].on_hand -= units;
        let object = self.line_name(need, line);
        self.tell("StockTaken", &object, &format!(" stock={} quantity={units}", world.stocks[stock].name));
        let gifts = &world.gifts[gifts];
        self.leave_stage(gifts, "stock", &object);
        let left = self.slowed_in_stage(gifts, APPROVAL, gifts.approval.unwrap_or(0));
        self.enter_stage(gifts, "approval", &object, left);
        self.approvals.push(Approval { need, line, entered: self.now, left });
    }

    pub fn approve(&mut self, approval: usize) {
        let Approval { need, line, .. } = self.approvals.remove(approval);
        let gifts = self.gifts_of(need).expect("who waits for an approval gets a gift");
        self.leave_stage(gifts, "approval", &self.line_name(need, line));
        self.make(need, line, self.needs[need].lines[line].quantity);
    }

    /// Lift is booked for goods of a gift; a shipment of no time is over in the turn in which it begins.
    pub fn book(&mut self, gifts: &Gifts, lot: Lot) {
        let name = self.lot_name(&lot);
        let left = self.slowed_in_stage(gifts, SHIPMENT, gifts.shipment.unwrap_or(0));
        if left > 0 || self.is_held(gifts, SHIPMENT) {
            self.enter_stage(gifts, "shipment", &name, left);
            self.lots.push(Lot { moves: Move::InShipment { since: self.now, left }, ..lot });
        } else {
            self.enter_stage(gifts, "shipment", &name, -1);
            self.leave_stage(gifts, "shipment", &name);
            self.send_goods(lot, MOVED);
        }
    }

    pub fn ship(&mut self, lot: usize) {
        let lot = self.lots.remove(lot);
        let gifts = self.gifts_of(lot.need).expect("what is shipped is a gift");
        self.leave_stage(gifts, "shipment", &self.lot_name(&lot));
        self.send_goods(lot, MOVED);
    }
}
