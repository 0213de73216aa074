//! Random outages: each begins some time after the end of the last one.

use super::*;

impl Tick<'_> {
    /// At the start all that can fail by this disruption draws when it does so first.
    pub(super) fn await_outages(&mut self, disruption: usize) {
        let random = self.world.disruptions[disruption].random.as_ref().expect("it is random");
        let servers = if random.each_server { 1..=self.servers_ever(disruption) } else { 0..=0 };
        for server in servers {
            self.failing.push(Failing { disruption, server, down: false, at: 0, before: 0 });
            self.await_outage(self.failing.len() - 1);
        }
    }

    /// The most servers that the step ever has on duty.
    fn servers_ever(&self, disruption: usize) -> i64 {
        let strikes = &self.world.disruptions[disruption].strikes;
        let (node, step) = strikes.split_once('.').expect("servers are those of a step");
        let node = &self.world.nodes[self.world.node(node).expect("the node is listed")];
        match &node.steps.iter().find(|of| of.name == step).expect("the step is listed").servers {
            Servers::Number(n) => *n,
            Servers::Calendar(parts) => parts.iter().map(|&(_, n)| n).max().unwrap_or(0),
            Servers::Unlimited => unreachable!("servers without number do not fail singly"),
        }
    }

    fn await_outage(&mut self, f: usize) {
        let every = self.drawn_of_outage(f, "every");
        self.failing[f].at = self.now + every;
        self.tell_outage("OutageAwaited", f, ("next", every));
    }

    pub(super) fn fail(&mut self, f: usize) {
        let (d, server, down) = (self.failing[f].disruption, self.failing[f].server, self.failing[f].down);
        if server > 0 {
            let kind = if down { "ServerRepaired" } else { "ServerFailed" };
            self.emit(kind, &self.world.disruptions[d].strikes, &[("server", Value::Int(server))]);
        }
        if down {
            self.failing[f].before += 1;
            self.await_outage(f);
        } else {
            let lasts = self.drawn_of_outage(f, "lasts");
            self.failing[f].at = self.now + lasts;
            self.tell_outage("OutageMeasured", f, ("lasts", lasts));
        }
        self.change(|tick| {
            tick.failing[f].down = !down;
            if server == 0 {
                tick.struck[d] = !down;
            }
        });
    }

    fn tell_outage(&mut self, kind: &str, f: usize, (field, seconds): (&str, i64)) {
        let server = Value::Int(self.failing[f].server);
        let name = &self.world.disruptions[self.failing[f].disruption].name;
        self.emit(kind, name, &[("server", server), (field, Value::Int(seconds))]);
    }

    /// What fails draws as the disruption and its own number.
    fn drawn_of_outage(&self, f: usize, purpose: &str) -> i64 {
        let Failing { disruption, server, before, .. } = self.failing[f];
        let disruption = &self.world.disruptions[disruption];
        let random = disruption.random.as_ref().expect("it is random");
        let words = self.block(&format!("disruption {}", disruption.name), server as u64);
        let word = mix(&[words[4], words[5], words[6], words[7]], hash(purpose), before);
        if purpose == "every" { random.every.draw(word) } else { random.lasts.draw(word) }
    }

    pub(super) fn has_failed(&self, node: usize, step: usize, server: i64) -> bool {
        let here = |failing: &Failing| {
            failing.server == server && self.world.disruptions[failing.disruption].strikes == self.step_name(node, step)
        };
        self.failing.iter().any(|failing| failing.down && here(failing))
    }
}
