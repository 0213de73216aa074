//! Pools of servers that steps share, and servers that leave an empty line.

use super::State;
use super::wake::{Wake, phase};
use crate::event::Event;
use crate::model::{Pool, Step};
use crate::units::arena::Id;
use serde::{Deserialize, Serialize};

/// A pool of servers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolRow {
    /// On duty by the calendar; more may be in use, as who works ends what it does.
    pub on_duty: u32,
    pub in_use: u32,
}

impl PoolRow {
    pub fn free(&self) -> u32 {
        self.on_duty.saturating_sub(self.in_use)
    }
}

impl State {
    /// Whether the pools that a step uses have as many free as it takes.
    #[inline]
    pub fn pools_have(&self, step: Id<Step>) -> bool {
        self.net.step(step).group.is_none()
            || self.plan().steps[step].uses.iter().all(|&(pool, number)| self[pool].free() >= number)
    }

    /// Whether a pool that the step uses has more in use than on duty: what is taken back does not begin anew.
    pub fn pools_are_short(&self, step: Id<Step>) -> bool {
        self.net.step(step).group.is_some()
            && self.plan().steps[step].uses.iter().any(|&(pool, _)| self[pool].in_use > self[pool].on_duty)
    }

    /// A server of the step begins, or is free again.
    pub(super) fn use_pools(&mut self, step: Id<Step>, begins: bool) {
        if self.net.step(step).group.is_none() {
            return;
        }
        for &(pool, number) in &self.net.clone().plan.steps[step].uses {
            let row = &mut self[pool];
            match begins {
                true => row.in_use += number,
                false => row.in_use -= number,
            }
        }
    }

    /// Somebody at one of the steps that share pools may start: they are asked at the place of the first of them by name.
    pub(super) fn arm_group(&mut self, group: u32) {
        let steps = self.net.group(group);
        let (first, starts) = (steps[0], steps.iter().any(|&step| self.somebody_starts(step)));
        let due = starts && !self[first].serve_set;
        let over = !starts && self[first].serve_set;
        let rank = self.net.step(first).rank;
        if due {
            self[first].serve_set = true;
            self.push_soon(phase::SERVICES, rank, Wake::Serves(first));
        } else if over {
            self[first].serve_set = false;
            self.cancel_soon(phase::SERVICES, rank, Wake::Serves(first));
        }
    }

    /// The same where pools are shared, or where servers leave an empty line.
    #[cold]
    pub(super) fn arm_special(&mut self, step: Id<Step>) {
        self.leaves_idle(step);
        if let Some(group) = self.net.step(step).group {
            return self.arm_group(group);
        }
        let starts = self.somebody_starts(step);
        if starts && !self[step].serve_set {
            self[step].serve_set = true;
            self.push_soon(phase::SERVICES, self.net.step(step).rank, Wake::Serves(step));
        }
    }

    /// Its servers may leave, or no longer, where they do so for want of work.
    pub(super) fn leaves_idle(&mut self, step: Id<Step>) {
        if self.net.step(step).special && self.plan().steps[step].away.is_some() {
            self.arm_idle(step);
        }
    }

    /// Sets or takes back the wake at which servers leave an empty line, after anything about it changed.
    pub(super) fn arm_idle(&mut self, step: Id<Step>) {
        let row = &self[step];
        let due = row.line.is_empty() && self.is_up(step) && row.free_server().is_some();
        if due != row.idle_set {
            self[step].idle_set = due;
            match due {
                true => self.set(self.now, Wake::Idles(step)),
                false => self.cancel(self.now, phase::IDLE, self.net.step(step).rank, Wake::Idles(step)),
            }
        }
    }

    pub(super) fn apply_pools(&mut self, event: &Event) {
        match *event {
            Event::PoolChanged { pool, servers } => {
                self[pool].on_duty = servers;
                self.next_of_pool(pool);
                if let Some(group) = self.net.group_of(pool) {
                    for step in self.net.group(group).to_vec() {
                        self[step].last = self.events;
                    }
                    self.arm_group(group);
                }
            }
            Event::ServerAway { step, server, lasts } => {
                let row = &mut self[step];
                let at = server as usize;
                row.broken.resize(row.broken.len().max(at), 0);
                row.broken[at - 1] += 1;
                row.trips.resize(row.trips.len().max(at), 0);
                row.trips[at - 1] += 1;
                self.set(self.now.after(lasts), Wake::ServerBack(step, server));
            }
            Event::ServerBack { step, server } => {
                self[step].broken[server as usize - 1] -= 1;
                self[step].last = self.events;
                self.arm_service(step);
            }
            _ => unreachable!("apply hands pools their own events"),
        }
    }

    /// Sets the next change of a pool's servers after now.
    pub(super) fn next_of_pool(&mut self, pool: Id<Pool>) {
        let later = self.plan().pools[pool].servers.iter().map(|e| e.0).find(|&at| at > self.now);
        if let Some(at) = later {
            self.set(at, Wake::PoolTurns(pool));
        }
    }
}
