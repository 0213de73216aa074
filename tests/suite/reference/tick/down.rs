//! Being down: hours, disruptions, and what pauses with them.

use super::*;

impl<'w> Tick<'w> {
    fn node_is_down(&self, node: usize) -> bool {
        self.node_shut[node] || self.is_closed(&self.world.nodes[node].name)
    }

    /// The step for itself, whatever its node.
    fn step_is_down(&self, node: usize, step: usize) -> bool {
        self.step_shut[node][step] || self.is_closed(&self.step_name(node, step))
    }

    pub(super) fn step_is_up(&self, node: usize, step: usize) -> bool {
        !self.node_is_down(node) && !self.step_is_down(node, step)
    }

    pub(super) fn leg_is_down(&self, leg: usize) -> bool {
        self.is_closed(&self.leg_names[leg])
    }

    pub(super) fn leg_may_leave(&self, leg: usize) -> bool {
        !self.leg_is_down(leg) && !self.node_is_down(self.origin(leg))
    }

    fn is_closed(&self, name: &str) -> bool {
        self.effects_on(name).contains(&Effect::Closed)
    }

    pub(super) fn effects_on(&self, name: &str) -> Vec<Effect> {
        let in_force = self.world.disruptions.iter().zip(&self.struck).filter(|(_, struck)| **struck);
        in_force.filter(|(disruption, _)| disruption.strikes == name).map(|(disruption, _)| disruption.effect).collect()
    }

    pub(super) fn shares_of_step(&self, node: usize, step: usize) -> Vec<u64> {
        let mut effects = self.effects_on(&self.world.nodes[node].name);
        effects.extend(self.effects_on(&self.step_name(node, step)));
        effects
            .iter()
            .filter_map(|effect| if let Effect::Capacity(share) = effect { Some(*share) } else { None })
            .collect()
    }

    pub(super) fn factors_of_step(&self, node: usize, step: usize) -> Vec<u64> {
        let mut effects = self.effects_on(&self.world.nodes[node].name);
        effects.extend(self.effects_on(&self.step_name(node, step)));
        effects
            .iter()
            .filter_map(|effect| if let Effect::Time(factor) = effect { Some(*factor) } else { None })
            .collect()
    }

    /// Does a change of a calendar: records what went down or up, and pauses and resumes the work there.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Self)) {
        let before = self.what_is_down();
        let up_before = self.work_up();
        change(self);
        for ((kind, name, was_down), (_, _, is_down)) in before.into_iter().zip(self.what_is_down()) {
            if was_down != is_down {
                let happened = if is_down { "Closed" } else { "Opened" };
                self.emit(&format!("{kind}{happened}"), &name, &[]);
            }
        }
        for ((i, was_up), (_, is_up)) in up_before.into_iter().zip(self.work_up()) {
            if was_up != is_up {
                self.pause_or_resume(i, is_up);
            }
        }
    }

    fn what_is_down(&self) -> Vec<(&'static str, String, bool)> {
        let mut places = vec![];
        for (n, node) in self.world.nodes.iter().enumerate() {
            places.push(("Node", node.name.clone(), self.node_is_down(n)));
            for s in 0..node.steps.len() {
                places.push(("Step", self.step_name(n, s), self.step_is_down(n, s)));
            }
        }
        places.extend((0..self.world.legs.len()).map(|l| ("Leg", self.leg_names[l].clone(), self.leg_is_down(l))));
        places
    }

    /// All in service, by steps and in the order of choice, and whether their step and server are up.
    fn work_up(&self) -> Vec<(usize, bool)> {
        let mut work = vec![];
        for (i, c) in self.goods.iter().enumerate() {
            if let Place::Serving { node, step, server, .. } = c.place {
                let up = self.step_is_up(node, step) && !self.has_failed(node, step, server);
                work.push(((self.step_place(node, step), c.priority, c.joined, self.name_of(c)), (i, up)));
            }
        }
        work.sort();
        work.into_iter().map(|(_, work)| work).collect()
    }

    fn pause_or_resume(&mut self, i: usize, up: bool) {
        let Place::Serving { node, step, server, work } = self.goods[i].place else { unreachable!("it is in service") };
        let rule = self.step(node, step).on_outage.or(self.world.nodes[node].on_outage).unwrap_or(OnOutage::Pause);
        let place = |work| Place::Serving { node, step, server, work };
        match (up, rule, work) {
            (false, OnOutage::Pause, Work::Ends(at)) => {
                self.goods[i].place = place(Work::Paused { remaining: at - self.now });
                self.emit_at_step("HandlingPaused", i, node, step, &[("left", Value::Int(at - self.now))]);
            }
            (false, OnOutage::Requeue, Work::Ends(at)) => {
                self.goods[i].place = Place::Line { node, step };
                self.goods[i].remaining = Some(at - self.now);
                self.emit_at_step("HandlingRequeued", i, node, step, &[("left", Value::Int(at - self.now))]);
            }
            (true, _, Work::Paused { remaining }) => {
                self.goods[i].place = place(Work::Ends(self.now + remaining));
                self.emit_at_step("HandlingResumed", i, node, step, &[("left", Value::Int(remaining))]);
            }
            _ => {}
        }
    }
}
