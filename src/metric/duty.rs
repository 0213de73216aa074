//! Servers on duty and in use: of steps and of pools, as integrals over the window.

use crate::units::time::SimTime;
use serde::{Deserialize, Serialize};

/// Servers of a step that are on duty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Duty {
    /// On duty and up; those who finish what they began before they went off duty come on top.
    able: u32,
    calendar: u32,
    up: bool,
    working: u32,
    /// With somebody, at work or not.
    busy: u32,
    /// There was no limit for a time: then no share of servers is known.
    boundless: bool,
    last: SimTime,
    /// Server-seconds on duty and up, and by the calendar; seconds up.
    able_seconds: i128,
    calendar_seconds: i128,
    up_seconds: i64,
}

impl Duty {
    pub fn new(calendar: u32, from: SimTime) -> Duty {
        Duty { able: calendar, calendar, up: true, last: from, ..Duty::default() }
    }

    /// The calendar, whether it is up, and how many can work.
    pub fn is(&mut self, calendar: u32, up: bool, able: u32, now: SimTime) {
        self.turn(now);
        (self.calendar, self.up) = (calendar, up);
        self.able = if up { able } else { 0 };
    }

    fn turn(&mut self, now: SimTime) {
        let seconds = (now - self.last).0.max(0);
        self.calendar_seconds += i128::from(self.calendar.max(self.busy)) * i128::from(seconds);
        self.able_seconds += i128::from(self.able.max(self.working)) * i128::from(seconds);
        self.boundless |= self.calendar == u32::MAX && seconds > 0;
        self.up_seconds += seconds * i64::from(self.up);
        self.last = self.last.max(now);
    }

    /// Another number of servers works. It matters where more work than are on duty.
    #[inline]
    pub fn works(&mut self, working: u32, busy: u32, now: SimTime) {
        if self.working.max(working) > self.able || self.busy.max(busy) > self.calendar {
            self.turn(now);
        }
        (self.working, self.busy) = (working, busy);
    }

    /// (server-seconds on duty and up, by the calendar, seconds up) until an instant; without limit: `None`.
    pub fn until(&self, end: SimTime) -> (Option<i128>, Option<i128>, i64) {
        let mut copy = self.clone();
        copy.turn(end);
        let limited = !copy.boundless;
        (limited.then_some(copy.able_seconds), limited.then_some(copy.calendar_seconds), copy.up_seconds)
    }
}

/// Servers of a pool that are in use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct PoolStats {
    in_use: u32,
    on_duty: u32,
    last: SimTime,
    in_use_seconds: i128,
    on_duty_seconds: i128,
    boundless: bool,
    max: u32,
}

impl PoolStats {
    pub fn new(on_duty: u32, from: SimTime) -> PoolStats {
        PoolStats { last: from, on_duty, ..PoolStats::default() }
    }

    /// So many are in use and on duty now; within the window those in use when it begins count among the most.
    pub fn is(&mut self, in_use: u32, on_duty: u32, now: SimTime, counts: bool) {
        if (self.in_use, self.on_duty) == (in_use, on_duty) {
            return;
        }
        self.turn(now);
        if counts {
            self.max = self.max.max(self.in_use).max(in_use);
        }
        (self.in_use, self.on_duty) = (in_use, on_duty);
    }

    fn turn(&mut self, at: SimTime) {
        let seconds = (at - self.last).0.max(0);
        self.in_use_seconds += i128::from(self.in_use) * i128::from(seconds);
        // Those who end what they do after they went off duty come on top.
        self.on_duty_seconds += i128::from(self.on_duty.max(self.in_use)) * i128::from(seconds);
        self.boundless |= self.on_duty == u32::MAX && seconds > 0;
        self.last = self.last.max(at);
    }

    /// (server-seconds in use, on duty, the most in use) until an instant; without limit nobody knows the second.
    pub fn until(&self, end: SimTime) -> (i128, Option<i128>, u32) {
        let mut copy = self.clone();
        copy.turn(end);
        let on_duty = (!copy.boundless).then_some(copy.on_duty_seconds);
        (copy.in_use_seconds, on_duty, copy.max.max(copy.in_use))
    }
}

/// Servers on duty at the start.
pub(super) fn calendar(servers: &[(SimTime, u32)]) -> u32 {
    servers.iter().rev().find(|e| e.0 <= SimTime::ZERO).or(servers.first()).map_or(0, |e| e.1)
}
