//! Departures: what a vehicle would carry, whether it leaves, and what convoys under way carry.

use super::State;
use super::network::{Held, cut};
use super::wake::{Wake, phase};
use crate::event::UnitId;
use crate::model::{Departures, Effect, Leg, Limit};
use crate::units::amount::Mass;
use crate::units::arena::Id;
use crate::units::time::SimTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Convoys under way; rows of those that have arrived are used again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Convoys {
    rows: Vec<Convoy>,
    free: Vec<u32>,
    /// Rows by leg and instant of arrival.
    due: BTreeMap<(Id<Leg>, SimTime), Vec<u32>>,
}

impl Convoys {
    pub fn push(&mut self, convoy: Convoy) -> u32 {
        let key = (convoy.leg, convoy.arrives);
        let row = match self.free.pop() {
            Some(row) => {
                self.rows[row as usize] = convoy;
                row
            }
            None => {
                self.rows.push(convoy);
                self.rows.len() as u32 - 1
            }
        };
        self.due.entry(key).or_default().push(row);
        row
    }

    pub fn board(&mut self, row: u32, unit: UnitId) {
        self.rows[row as usize].load.push(unit);
    }

    /// Rows of the convoys that arrive over a leg at an instant and still have somebody aboard.
    pub fn due(&self, leg: Id<Leg>, at: SimTime) -> &[u32] {
        self.due.get(&(leg, at)).map_or(&[], Vec::as_slice)
    }

    /// Somebody leaves a convoy that arrives over a leg at an instant.
    pub fn alight(&mut self, leg: Id<Leg>, at: SimTime, unit: UnitId) {
        let due = self.due.get_mut(&(leg, at)).expect("who arrives with a convoy was aboard of one");
        let aboard = |row: u32| self.rows[row as usize].load.iter().position(|&u| u == unit);
        let found = due.iter().enumerate().find_map(|(i, &row)| Some((i, row, aboard(row)?)));
        let (place, row, seat) = found.expect("who arrives with a convoy was aboard of one");
        let load = &mut self.rows[row as usize].load;
        load.swap_remove(seat);
        if load.is_empty() {
            self.free.push(row);
            due.remove(place);
            if due.is_empty() {
                self.due.remove(&(leg, at));
            }
        }
    }
}

impl std::ops::Index<u32> for Convoys {
    type Output = Convoy;
    fn index(&self, row: u32) -> &Convoy {
        &self.rows[row as usize]
    }
}

/// What one departure carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Convoy {
    pub leg: Id<Leg>,
    pub arrives: SimTime,
    /// Still aboard; `None` where each travels on its own.
    pub load: Vec<UnitId>,
}

/// What one departure would carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// In the order of boarding.
    pub aboard: Vec<UnitId>,
    /// Its capacity is reached, or something is left behind.
    pub full: bool,
    /// There is something, and no less than `min_load`.
    pub enough: bool,
}

impl State {
    /// Who would board a departure of the leg now, in the order of boarding, whether it leaves or not.
    pub fn load(&self, leg: Id<Leg>) -> Load {
        let departures = self.plan().legs[leg].departures.as_ref().expect("a leg with departures has a load");
        let capacity = self.departure_capacity(leg);
        let line = &self[leg].line;
        let mut held = Held::default();
        let mut aboard = Vec::new();
        for id in line.iter(&self.units) {
            if capacity.and_then(|c| c.number).is_some_and(|most| held.number >= most) {
                break;
            }
            let unit = &self.units[id];
            if held.fits(capacity, 1, unit.mass) {
                held.add(unit);
                aboard.push(id);
            } else if departures.strict {
                break;
            }
        }
        let full = capacity.is_some_and(|c| {
            c.number.is_some_and(|most| held.number >= most)
                || c.mass.is_some_and(|most| held.mass >= most)
                || line.len() > held.number
        });
        let enough = !aboard.is_empty()
            && departures.min_load.is_none_or(|least| {
                least.number.is_none_or(|n| held.number >= n) && least.mass.is_none_or(|m| held.mass >= m)
            });
        Load { aboard, full, enough }
    }

    /// Whether what is ready fills a departure: [`Load::full`], without a list of who boards where numbers alone count.
    pub fn fills(&self, leg: Id<Leg>) -> bool {
        match self.departure_capacity(leg) {
            None => false,
            Some(Limit { number: Some(most), mass: None }) => self[leg].line.len() >= most,
            Some(_) => self.load(leg).full,
        }
    }

    /// The vehicle that leaves next, from 1: of those that are in the one of the lowest number; 0 without a fleet, and `None`
    /// when all are away.
    pub fn vehicle_in(&self, leg: Id<Leg>) -> Option<u32> {
        let away = &self[leg].away;
        match away.is_empty() {
            true => Some(0),
            false => away.iter().position(|&away| !away).map(|at| at as u32 + 1),
        }
    }

    /// Whether a departure that does not go by the clock leaves now, and with whom.
    pub fn load_due(&self, leg: Id<Leg>) -> Option<Load> {
        let row = &self[leg];
        if row.line.is_empty() || !self.leg_is_open(leg) || self.vehicle_in(leg).is_none() {
            return None;
        }
        let departures = self.plan().legs[leg].departures.as_ref()?;
        // A long line that is too little is not gone through each time that somebody joins it.
        let late = self.overdue_at(leg).is_some_and(|at| at <= self.now);
        if !late && self.is_too_little(leg, departures) {
            return None;
        }
        let load = self.load(leg);
        let overdue = || self.overdue_at(leg).is_some_and(|at| at <= self.now);
        let ready = if departures.when_loaded { load.full } else { load.enough };
        (!load.aboard.is_empty() && (ready || overdue())).then_some(load)
    }

    /// Whether all that is ready for a leg together cannot make a departure leave.
    fn is_too_little(&self, leg: Id<Leg>, departures: &Departures) -> bool {
        let (number, mass) = (self[leg].line.len(), self[leg].ready_mass);
        if departures.when_loaded {
            let capacity = self.departure_capacity(leg);
            return capacity
                .is_some_and(|c| c.number.is_none_or(|most| number < most) && c.mass.is_none_or(|most| mass < most));
        }
        let below = |least: Limit| least.number.is_some_and(|n| number < n) || least.mass.is_some_and(|m| mass < m);
        departures.min_load.is_some_and(below)
    }

    /// Whether what is ready would leave over a leg that is closed now, or later with nobody else: once it opens.
    pub(super) fn leaves_when_open(&self, leg: Id<Leg>) -> bool {
        let Some(departures) = self.plan().legs[leg].departures.as_ref() else { return false };
        let load = self.load(leg);
        let ready = if departures.when_loaded { load.full } else { load.enough };
        !self.leg_is_open(leg) && !load.aboard.is_empty() && (ready || departures.or_after.is_some())
    }

    /// When the longest-waiting will have waited as long as a departure may let it.
    fn overdue_at(&self, leg: Id<Leg>) -> Option<SimTime> {
        let after = self.plan().legs[leg].departures.as_ref()?.or_after?;
        self[leg].oldest.first().map(|&(joined, _)| joined.after(after))
    }

    /// Sets, moves or takes back the wakes of a departure that goes by what is ready, after anything about it changed.
    pub(super) fn arm_load(&mut self, leg: Id<Leg>) {
        let due = self.load_due(leg).is_some();
        if due != self[leg].ready_set {
            self[leg].ready_set = due;
            match due {
                true => self.set(self.now, Wake::LegReady(leg)),
                false => self.cancel(self.now, phase::DEPARTURES, self.net.leg(leg).rank, Wake::LegReady(leg)),
            }
        }
        let can_leave = !due && self.leg_is_open(leg) && self.vehicle_in(leg).is_some();
        // Whom a cut capacity leaves behind waits for more of it: any change of it comes here again.
        let overdue = self.overdue_at(leg).filter(|&at| can_leave && at > self.now);
        let fits_one = |state: &State| {
            let first = state[leg].line.first().map(|id| state.units[id].mass);
            let capacity = state.departure_capacity(leg);
            first.is_some_and(|mass| Held::default().fits(capacity, 1, mass)) || !state.load(leg).aboard.is_empty()
        };
        let overdue = overdue.filter(|_| fits_one(self));
        let before = std::mem::replace(&mut self[leg].overdue, overdue);
        if before != overdue {
            if let Some(at) = before {
                self.cancel(at, phase::DEPARTURES, self.net.leg(leg).rank, Wake::LegOverdue(leg));
            }
            if let Some(at) = overdue {
                self.set(at, Wake::LegOverdue(leg));
            }
        }
    }

    /// Goods are ready for a leg, or no longer.
    pub(super) fn waits_for_leg(&mut self, unit: UnitId, leg: Id<Leg>, waits: bool) {
        let (joined, mass) = (self.units[unit].joined, self.units[unit].mass);
        match waits {
            true => self[leg].ready_mass += mass,
            false => self[leg].ready_mass -= mass,
        }
        if self.plan().legs[leg].departures.as_ref().is_some_and(|d| d.or_after.is_some()) {
            match waits {
                true => self[leg].oldest.insert((joined, unit)),
                false => self[leg].oldest.remove(&(joined, unit)),
            };
        }
        // A departure that is boarding is asked about once all are aboard.
        let row = &mut self[leg];
        let boards = !waits && row.boarding > 0;
        row.boarding -= u32::from(boards);
        let stays_due = waits && row.ready_set && self.counts_only(leg);
        if self[leg].boarding == 0 && !stays_due {
            self.arm_load(leg);
        }
    }

    /// Whether a load that is enough is so with anybody more: where it goes by numbers, or takes all there is.
    fn counts_only(&self, leg: Id<Leg>) -> bool {
        self.plan().legs[leg].departures.as_ref().is_some_and(|d| match d.capacity {
            Some(capacity) => capacity.mass.is_none() && d.min_load.is_none_or(|least| least.mass.is_none()),
            None => true,
        })
    }

    pub(super) fn overdue_taken(&mut self, leg: Id<Leg>) {
        self[leg].overdue = None;
    }

    /// A departure's capacity, times the shares that disruptions of the leg leave, rounded once, halves up.
    pub fn departure_capacity(&self, leg: Id<Leg>) -> Option<Limit> {
        let capacity = self.plan().legs[leg].departures.as_ref()?.capacity?;
        let shares = self[leg].struck.iter().filter_map(|&d| match self.plan().disruptions[d].effect {
            Effect::Capacity(share) => Some(share),
            _ => None,
        });
        Some(Limit {
            number: capacity.number.map(|n| cut(i64::from(n), shares.clone()) as u32),
            mass: capacity.mass.map(|m| Mass(cut(m.0, shares.clone()))),
        })
    }
}
