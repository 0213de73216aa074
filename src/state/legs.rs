//! How goods change hands with legs: ready, boarding, under way, arriving.

use super::State;
use super::departures::Convoy;
use super::unit::Place;
use super::wake::{Wake, phase};
use crate::event::UnitId;
use crate::model::{Leg, Point};
use crate::units::arena::Id;
use crate::units::time::SimDuration;

impl State {
    /// Goods are ready for a leg: an open one without departures takes them in this turn, else they wait.
    #[inline]
    pub(super) fn ready_for(&mut self, unit: UnitId, leg: Id<Leg>) {
        if self.net.leg(leg).departs || !self.leg_is_open(leg) {
            self.join_leg(unit, leg);
        }
    }

    fn join_leg(&mut self, unit: UnitId, leg: Id<Leg>) {
        self.units[unit].place = Place::Ready(leg);
        self.units[unit].joined = self.joins(unit);
        self.legs[Id::new(leg.raw())].line.insert(&mut self.units, unit);
        if self.net.leg(leg).by_load {
            self.waits_for_leg(unit, leg, true);
        }
    }

    /// Goods that were ready for a leg are no longer in its line.
    pub(super) fn leave_leg(&mut self, unit: UnitId, leg: Id<Leg>) {
        self.legs[Id::new(leg.raw())].line.remove(&mut self.units, unit);
        if self.net.leg(leg).by_load {
            self.waits_for_leg(unit, leg, false);
        }
    }

    /// What waited for a leg without departures leaves when it opens.
    #[inline]
    pub(super) fn arm_leg(&mut self, leg: Id<Leg>) {
        if self.net.leg(leg).by_load {
            return self.arm_load(leg);
        }
        if !self.net.leg(leg).departs && !self[leg].line.is_empty() && !self[leg].ready_set && self.leg_is_open(leg) {
            self[leg].ready_set = true;
            self.set(self.now, Wake::LegReady(leg));
        }
    }

    /// It closes, maybe at the instant at which it opened or had something ready.
    pub(super) fn disarm_leg(&mut self, leg: Id<Leg>) {
        if self.net.leg(leg).by_load {
            return self.arm_load(leg);
        }
        if std::mem::take(&mut self[leg].ready_set) {
            self.cancel(self.now, phase::DEPARTURES, self.net.leg(leg).rank, Wake::LegReady(leg));
        }
    }

    pub(super) fn depart(&mut self, unit: UnitId, leg: Id<Leg>, transit: SimDuration) {
        let facts = *self.net.leg(leg);
        if self.units[unit].place == Place::Ready(leg) {
            self.leave_leg(unit, leg);
        } else {
            self.units[unit].joined = self.joins(unit);
        }
        self[leg].under_way += 1;
        let row = &mut self.units[unit];
        row.place = Place::UnderWay(leg);
        row.early = false;
        if row.is_goods_of_line() {
            self.mark(unit, Point::R1);
        }
        if !facts.departs {
            self.arm_leg(leg);
        }
        if facts.convoys {
            let row = self[leg].loading.expect("who boards finds a convoy loading");
            self.convoys.board(row, unit);
        } else {
            self.count_visit(unit, facts.rank);
            self.push(self.now.after(transit), phase::COMPLETIONS, facts.rank, Wake::LegEnds(unit));
        }
    }

    pub(super) fn dispatch(&mut self, leg: Id<Leg>, load: u32, transit: SimDuration) {
        self[leg].departed += 1;
        self[leg].last = self.events;
        if self.net.leg(leg).by_load {
            self[leg].boarding = load;
        }
        if transit.0 >= 0 {
            let at = self.now.after(transit);
            let convoy = Convoy { leg, arrives: at, load: Vec::with_capacity(load as usize) };
            let row = self.convoys.push(convoy);
            self[leg].loading = Some(row);
            self.set(at, Wake::ConvoyEnds(row));
        }
        self.next_departure(leg);
    }

    pub(super) fn next_departure(&mut self, leg: Id<Leg>) {
        if let Some(clock) = self.plan().legs[leg].departures.as_ref().and_then(|d| d.clock) {
            self.set(self.now.after(clock.every), Wake::LegTicks(leg));
        }
    }

    /// A unit comes to the end of a leg.
    pub(super) fn reach(&mut self, unit: UnitId, leg: Id<Leg>) {
        let facts = self.net.leg(leg);
        let (to, convoys) = (facts.to, facts.convoys);
        self[leg].under_way -= 1;
        self.mark_arrival(unit, to);
        if convoys {
            self.convoys.alight(leg, self.now, unit);
        }
        self.arrive(unit, to);
    }
}
