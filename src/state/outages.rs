//! How facts of the calendar change the world: disruptions, hours, and servers on duty.

use super::State;
use super::network::Stay;
use super::unit::Place;
use super::wake::{Wake, phase};
use crate::event::{Event, PlaceId};
use crate::model::{Effect, Step, Strikes};
use crate::units::arena::Id;
use crate::units::time::SimTime;
use serde::{Deserialize, Serialize};

/// How far a random disruption is, as a whole or for one server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutageRow {
    /// Outages that began so far.
    pub outages: u64,
    /// One is going on.
    pub down: bool,
    /// Its first interval was drawn.
    pub awaited: bool,
    /// When the one that goes on is over.
    pub ends: SimTime,
}

impl State {
    pub(super) fn apply_calendar(&mut self, event: &Event) {
        match *event {
            Event::DisruptionBegan { disruption } => {
                let plan = &self.net.plan.disruptions[disruption];
                let (until, effect) = (plan.until, plan.effect);
                if let Some(until) = until {
                    self.set(until, Wake::DisruptionTurns(disruption));
                }
                self.struck_lists(disruption).for_each(|list| list.push(disruption));
                self.cover(disruption, effect, 1);
            }
            Event::DisruptionEnded { disruption } => {
                let effect = self.net.plan.disruptions[disruption].effect;
                self.struck_lists(disruption).for_each(|list| list.retain(|&d| d != disruption));
                self.cover(disruption, effect, -1);
            }
            Event::OutageAwaited { disruption, server, next } => {
                let row = self.outage_row(disruption, server);
                (row.awaited, row.down) = (true, false);
                if next.0 >= 0 {
                    self.set(self.now.after(next), turns(disruption, server));
                }
            }
            Event::OutageMeasured { disruption, server, lasts } => {
                let row = self.outage_row(disruption, server);
                row.outages += 1;
                row.down = true;
                let ends = self.now.after(lasts);
                self.outage_row(disruption, server).ends = ends;
                self.set(self.now.after(lasts), turns(disruption, server));
            }
            Event::ServerFailed { step, server } => {
                let broken = &mut self[step].broken;
                broken.resize(broken.len().max(server as usize), 0);
                broken[server as usize - 1] += 1;
                self.leaves_idle(step);
            }
            Event::ServerRepaired { step, server } => {
                self[step].broken[server as usize - 1] -= 1;
                self[step].last = self.events;
                self.arm_service(step);
            }
            Event::HoursEnded { place } | Event::HoursBegan { place } => {
                let change = if matches!(event, Event::HoursEnded { .. }) { 1 } else { -1 };
                match place {
                    PlaceId::Node(n) => self[n].down = self[n].down.strict_add_signed(change),
                    PlaceId::Step(s) => self[s].down = self[s].down.strict_add_signed(change),
                }
                if let Some(at) = self.net.next_hours(place, self.now) {
                    self.set(at, Wake::HoursTurn(place));
                }
            }
            Event::StepClosed { step } => self.leaves_idle(step),
            Event::LegClosed { leg } => self.disarm_leg(leg),
            Event::NodeClosed { node } => {
                for leg in self.net.legs_from(node).to_vec() {
                    self.disarm_leg(leg);
                }
                self.plan().steps_of(node).for_each(|step| self.leaves_idle(step));
            }
            Event::NodeOpened { node } => {
                for step in self.plan().steps_of(node) {
                    self[step].last = self.events;
                    self.arm_service(step);
                }
                for leg in self.net.legs_from(node).to_vec() {
                    self[leg].last = self.events;
                    self.arm_leg(leg);
                }
            }
            Event::StepOpened { step } => {
                self[step].last = self.events;
                self.arm_service(step);
            }
            Event::LegOpened { leg } => {
                self[leg].last = self.events;
                self.arm_leg(leg);
            }
            Event::StageHeld { gate } => {
                let place = self.net.ranks.gates[gate.index()];
                let inside: Vec<_> = self.gates[gate.index()].inside.iter().map(|(s, stay)| (*s, *stay)).collect();
                for (subject, stay) in inside {
                    if let Some(Stay::Until(at)) = stay {
                        self.cancel(at, phase::DECISIONS, place, Wake::StageEnds(subject, gate));
                        let left = Some(Stay::Left(at - self.now));
                        self.gates[gate.index()].inside.insert(subject, left);
                    }
                }
            }
            Event::StageResumed { gate } => {
                // Who waits for its rule may go on now.
                if self.gates[gate.index()].inside.values().any(Option::is_none) {
                    let m: Id<crate::model::MechanismPlan> = Id::new(self.net.gates[gate.index()].0);
                    let account = &mut self[m];
                    account.fresh = account.resting.clone();
                    self.arm_settle(m);
                }
                let inside: Vec<_> = self.gates[gate.index()].inside.iter().map(|(s, stay)| (*s, *stay)).collect();
                for (subject, stay) in inside {
                    if let Some(Stay::Left(left)) = stay {
                        let at = self.now.after(left);
                        self.gates[gate.index()].inside.insert(subject, Some(Stay::Until(at)));
                        self.set(at, Wake::StageEnds(subject, gate));
                    }
                }
            }
            Event::CapacityChanged { step, servers } => {
                self[step].calendar = servers;
                self[step].last = self.events;
                let later = self.plan().steps[step].servers.iter().map(|e| e.0).find(|&at| at > self.now);
                if let Some(at) = later {
                    self.set(at, Wake::ServersTurn(step));
                }
                self.arm_service(step);
            }
            Event::PoolChanged { .. } | Event::ServerAway { .. } | Event::ServerBack { .. } => self.apply_pools(event),
            _ => unreachable!("apply hands the calendar its own events"),
        }
    }

    fn outage_row(&mut self, disruption: Id<crate::model::Disruption>, server: u32) -> &mut OutageRow {
        &mut self.outages[disruption.index()][server.saturating_sub(1) as usize]
    }

    fn struck_lists(
        &mut self,
        disruption: Id<crate::model::Disruption>,
    ) -> impl Iterator<Item = &mut Vec<Id<crate::model::Disruption>>> {
        let net = self.net.clone();
        let mut lists = Vec::new();
        match net.plan.disruptions[disruption].strikes {
            Strikes::Node(n) => lists.push(&mut self.nodes[Id::new(n.raw())].struck),
            Strikes::Step(s) => lists.push(&mut self.steps[Id::new(s.raw())].struck),
            Strikes::Leg(l) => lists.push(&mut self.legs[Id::new(l.raw())].struck),
            Strikes::Mechanism(m) => {
                let first = net.first_gate[m.index()] as usize;
                let gates = &mut self.gates[first..first + net.plan.mechanisms[m].stages.len()];
                lists.extend(gates.iter_mut().map(|g| &mut g.struck));
            }
            Strikes::Nation(n) => lists.push(&mut self.nations[n.index()]),
            Strikes::Supplier => {
                let supplied = |(gate, _): &(usize, &mut super::GateRow)| net.supplier.contains(&Id::new(*gate as u32));
                lists.extend(self.gates.iter_mut().enumerate().filter(supplied).map(|(_, g)| &mut g.struck));
            }
            Strikes::Stage(m, stage) => {
                lists.push(&mut self.gates[net.first_gate[m.index()] as usize + usize::from(stage)].struck);
            }
        }
        lists.into_iter()
    }

    fn cover(&mut self, disruption: Id<crate::model::Disruption>, effect: Effect, change: i32) {
        let strikes = self.net.plan.disruptions[disruption].strikes.clone();
        let steps: Vec<Id<Step>> = match strikes {
            Strikes::Node(n) => self.plan().steps_of(n).collect(),
            Strikes::Step(s) => vec![s],
            _ => Vec::new(),
        };
        match (effect, strikes) {
            (Effect::Closed, Strikes::Node(n)) => self[n].down = self[n].down.strict_add_signed(change),
            (Effect::Closed, Strikes::Step(s)) => self[s].down = self[s].down.strict_add_signed(change),
            (Effect::Closed, Strikes::Leg(l)) => self[l].down = self[l].down.strict_add_signed(change),
            (Effect::Capacity(_), Strikes::Leg(l)) if self.net.leg(l).by_load => self.arm_load(l),
            (Effect::Closed, Strikes::Mechanism(m)) => {
                let first = self.net.first_gate[m.index()] as usize;
                for gate in first..first + self.plan().mechanisms[m].stages.len() {
                    self.gates[gate].down = self.gates[gate].down.strict_add_signed(change);
                }
            }
            (Effect::Closed, Strikes::Nation(_)) => {}
            (Effect::Closed, Strikes::Supplier) => {
                for gate in self.net.supplier.clone() {
                    let gate = &mut self.gates[gate.index()];
                    gate.down = gate.down.strict_add_signed(change);
                }
            }
            (Effect::Closed, Strikes::Stage(m, stage)) => {
                let gate = &mut self.gates[self.net.first_gate[m.index()] as usize + usize::from(stage)];
                gate.down = gate.down.strict_add_signed(change);
            }
            (Effect::Capacity(share), _) => {
                let seq = self.events;
                for step in steps {
                    let row = &mut self[step];
                    if change > 0 {
                        row.cuts.push(share);
                    } else {
                        let at = row.cuts.iter().position(|&s| s == share).expect("a cut that ends had begun");
                        row.cuts.remove(at);
                    }
                    row.last = seq;
                    self.arm_service(step);
                }
            }
            (Effect::Time(_), _) => {}
        }
    }

    /// Until when a nation neither commits nor pays; `Some(None)` is for ever.
    pub fn nation_until(&self, nation: Id<crate::model::Nation>) -> Option<Option<SimTime>> {
        let plan = self.plan();
        let closed = self.nations[nation.index()].iter().filter(|&&d| plan.disruptions[d].effect == Effect::Closed);
        let until = closed.map(|&d| match plan.disruptions[d].random {
            Some(_) => Some(self.outages[d.index()][0].ends),
            None => plan.disruptions[d].until,
        });
        until.reduce(|a, b| a.zip(b).map(|(a, b)| a.max(b)))
    }

    /// Whether goods wait for a clock that will let them move: a departure, hours, the end of an outage.
    pub(super) fn waits_for_a_clock(&self) -> bool {
        let plan = self.plan();
        let ends = |list: &[Id<crate::model::Disruption>]| {
            list.iter().all(|&d| plan.disruptions[d].ends() || plan.disruptions[d].effect != Effect::Closed)
        };
        let legs = plan.legs.ids().any(|leg| {
            let (row, from) = (&self[leg], plan.legs[leg].from);
            let opens = ends(&row.struck) && ends(&self[from].struck);
            // A disruption that ends may give back the room that nothing fits in now.
            let gives_back = row.struck.iter().any(|&d| plan.disruptions[d].ends());
            // A vehicle that comes back is a clock too.
            let comes = |departures: &crate::model::Departures| match departures.clock {
                Some(clock) => self.load(leg).enough && self.net.ever_open(from, clock),
                None => row.away.contains(&true) || self.leaves_when_open(leg),
            };
            let boards = || gives_back || plan.legs[leg].departures.as_ref().is_none_or(comes);
            !row.line.is_empty() && opens && boards()
        });
        let steps = plan.steps.ids().any(|step| {
            let (row, node) = (&self[step], plan.steps[step].node);
            let opens = ends(&row.struck) && ends(&self[node].struck);
            // A change of this instant is still to come where it is not in force.
            let ahead = |at: SimTime, n: u32, now: u32| at > self.now || (at == self.now && n != now);
            let more = plan.steps[step].servers.iter().any(|&(at, n)| ahead(at, n, row.calendar) && n > row.busy)
                || row.struck.iter().chain(&self[node].struck).any(|&d| plan.disruptions[d].ends())
                || row.broken.iter().any(|&failures| failures > 0)
                || plan.steps[step].uses.iter().any(|&(pool, n)| {
                    let row = &self[pool];
                    let comes =
                        |&(at, on_duty): &(SimTime, u32)| ahead(at, on_duty, row.on_duty) && on_duty >= row.in_use + n;
                    row.free() < n && plan.pools[pool].servers.iter().any(comes)
                });
            opens
                && (row.handled().any(|u| matches!(self.units[u].place, Place::Handling { .. }))
                    || (!row.line.is_empty() && (!self.is_up(step) || more)))
        });
        let gates = self.gates.iter().any(|g| g.down > 0 && ends(&g.struck) && !g.inside.is_empty());
        legs || steps || gates || self.waits_for_a_draft() || self.waits_for_a_review()
    }
}

/// The wake that ends or begins an outage of a whole place, or of one server.
fn turns(disruption: Id<crate::model::Disruption>, server: u32) -> Wake {
    match server {
        0 => Wake::DisruptionTurns(disruption),
        server => Wake::OutageTurns(disruption, server),
    }
}
