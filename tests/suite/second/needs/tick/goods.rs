//! Goods from the instant at which they exist to the border, and what closes their ways.

use super::{Act, Key, Kind, Phase, Run};
use crate::second::needs::world::{MOVED, Recognition, Station};

/// Goods on their way.
pub struct Lot {
    pub need: usize,
    pub line: usize,
    pub number: i64,
    pub amount: i64,
    /// It has been recognised at the hub.
    pub received: bool,
    /// Hops that are behind it.
    pub hops: usize,
    pub moves: Move,
}

#[derive(Clone, Copy)]
pub enum Move {
    /// With so many seconds to go.
    InShipment {
        since: i64,
        left: i64,
    },
    /// At a node whose leg is closed.
    Ready {
        since: i64,
    },
    UnderWay {
        ready: i64,
        arrives: i64,
    },
}

impl<'a> Run<'a> {
    /// The leg that it is to take next, or is on; none where the next node is reached at once.
    fn leg_of(&self, lot: &Lot) -> Option<usize> {
        self.world.hops(self.depot_of(lot))[lot.hops]
    }

    pub fn depot_of(&self, lot: &Lot) -> usize {
        self.stream(&self.needs[lot.need]).lines[lot.line].depot
    }

    pub fn due_of_goods(&self, all: &mut Vec<(Key<'a>, Act)>) {
        for (i, lot) in self.lots.iter().enumerate() {
            let Some(leg) = self.leg_of(lot) else { continue };
            let name = &*self.world.legs[leg].name;
            let key = |phase, since| (phase, (name, "", Kind::Leg), 0, self.choice_of(lot, since));
            match lot.moves {
                Move::UnderWay { ready, arrives } if arrives <= self.now => {
                    all.push((key(Phase::Completion, ready), Act::Arrive(i)));
                }
                Move::Ready { since } if !self.is_closed(leg) => {
                    all.push((key(Phase::Departure, since), Act::Leave(i)));
                }
                _ => {}
            }
        }
    }

    /// So many units of a line exist, lot by lot, and go.
    pub fn make(&mut self, need: usize, line: usize, units: i64) {
        let world = self.world;
        let most = world.items[self.stream(&self.needs[need]).lines[line].item].lot.unwrap_or(units);
        let object = self.line_name(need, line);
        let mut left = units;
        while left > 0 {
            let amount = left.min(most);
            left -= amount;
            let asked = &mut self.needs[need].lines[line];
            asked.lots += 1;
            let number = asked.lots;
            self.recognise(need, line, amount, Recognition::Made);
            let fields = format!(" line={object} number={number} amount={amount}");
            self.tell("ConsignmentCreated", &format!("{object}#{number}"), &fields);
            let lot =
                Lot { need, line, number, amount, received: false, hops: 0, moves: Move::Ready { since: self.now } };
            match self.gifts_of(need) {
                Some(gifts) => self.book(gifts, lot),
                None => self.send_goods(lot, MOVED),
            }
        }
    }

    /// Goods leave over the next leg, wait while it is closed, or are at the next node at once.
    pub fn depart(&mut self, lot: Lot) {
        match self.leg_of(&lot) {
            None => self.reach(lot),
            Some(leg) if self.is_closed(leg) => {
                self.lots.push(Lot { moves: Move::Ready { since: self.now }, ..lot });
            }
            Some(leg) => self.set_out(lot, leg, self.now),
        }
    }

    fn set_out(&mut self, lot: Lot, leg: usize, ready: i64) {
        let transit = self.slowed_on_leg(leg, self.world.legs[leg].transit);
        let fields = format!(" leg={} transit={transit}", self.world.legs[leg].name);
        self.tell("LegDeparted", &self.lot_name(&lot), &fields);
        if lot.hops == 0 {
            self.recognise(lot.need, lot.line, lot.amount, Recognition::Departed);
        }
        self.lots.push(Lot { moves: Move::UnderWay { ready, arrives: self.now + transit }, ..lot });
    }

    /// What a closed leg held leaves when it opens, one a turn.
    pub fn leave(&mut self, lot: usize) {
        let lot = self.lots.remove(lot);
        let leg = self.leg_of(&lot).expect("what a leg held has one");
        let Move::Ready { since } = lot.moves else { unreachable!("only what is ready leaves") };
        self.set_out(lot, leg, since);
    }

    pub fn arrive(&mut self, lot: usize) {
        let lot = self.lots.remove(lot);
        let leg = self.leg_of(&lot).expect("what is under way has a leg");
        self.tell("LegArrived", &self.lot_name(&lot), &format!(" leg={}", self.world.legs[leg].name));
        self.reach(lot);
    }

    /// It is at the next node: the border, or the hub.
    fn reach(&mut self, lot: Lot) {
        let lot = Lot { hops: lot.hops + 1, ..lot };
        let at_border = lot.hops == self.world.hops(self.depot_of(&lot)).len();
        if !at_border && self.world.receipt.is_none() {
            self.recognise(lot.need, lot.line, lot.amount, Recognition::AtHub);
        }
        self.send_goods(lot, if at_border { Station::Border } else { Station::Hub });
    }

    pub fn hand_over(&mut self, lot: &Lot) {
        self.tell("HandedOver", &self.lot_name(lot), " node=border");
        self.recognise(lot.need, lot.line, lot.amount, Recognition::HandedOver);
    }

    /// So many units of a line are at a point, which may be the one that counts.
    pub fn recognise(&mut self, need: usize, line: usize, amount: i64, point: Recognition) {
        if self.world.recognition == point {
            self.needs[need].lines[line].recognised += amount;
        }
    }
}
