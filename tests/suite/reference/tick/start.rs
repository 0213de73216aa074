//! Who starts next, with which server, and who gives way.

use super::*;

impl<'w> Tick<'w> {
    /// Who of the line goes next, if the step is up: whom a free server takes, else who is more urgent than one in service,
    /// and this one.
    pub(super) fn who_starts(&self, node: usize, step: usize) -> Option<(usize, Option<usize>)> {
        let rules = self.step(node, step);
        let mut line: Vec<usize> =
            (0..self.goods.len()).filter(|&i| self.goods[i].place == Place::Line { node, step }).collect();
        line.sort_by_key(|&i| self.choice(i, rules.discipline));
        if line.is_empty() || !self.step_is_up(node, step) {
            return None;
        }
        if self.free_server(node, step).is_some() && self.pools_have_enough(node, step) {
            return Some((line[0], None));
        }
        // More of a pool in use than on duty: those end what they have, and nothing new begins in their stead.
        if self.pools_are_short(node, step) {
            return None;
        }
        let least = rules.preempt.and_then(|_| self.least_urgent(node, step))?;
        let more_urgent = |i: &usize| self.goods[*i].priority < self.goods[least].priority;
        line.into_iter().find(more_urgent).map(|i| (i, Some(least)))
    }

    /// Who of those in service would give way: not who is paused, nor who keeps a server from going off duty.
    fn least_urgent(&self, node: usize, step: usize) -> Option<usize> {
        let on_duty = self.on_duty(node, step);
        let gives_way = |&i: &usize| match self.goods[i].place {
            Place::Serving { node: n, step: s, server, work: Work::Ends(_) } => {
                (n, s) == (node, step)
                    && on_duty.is_none_or(|most| server <= most)
                    && !self.has_failed(node, step, server)
            }
            _ => false,
        };
        let key = |&i: &usize| (self.goods[i].priority, self.goods[i].begun, self.name_of(&self.goods[i]));
        (0..self.goods.len()).filter(gives_way).max_by_key(key)
    }

    fn free_server(&self, node: usize, step: usize) -> Option<i64> {
        let most = self.on_duty(node, step).unwrap_or(i64::MAX);
        (1..=most).find(|&server| self.is_free(node, step, server))
    }

    /// Whether it has nobody, works, and is there.
    pub(super) fn is_free(&self, node: usize, step: usize, server: i64) -> bool {
        let taken = self.goods.iter().any(|c| match c.place {
            Place::Serving { node: n, step: s, server: taken, .. } => (n, s, taken) == (node, step, server),
            Place::Moving { node: n, step: s, server: Some(taken), .. } => (n, s, taken) == (node, step, server),
            _ => false,
        });
        !taken && !self.has_failed(node, step, server) && !self.is_away(node, step, server)
    }

    pub(super) fn start(&mut self, i: usize, instead: Option<usize>) {
        let Place::Line { node, step } = self.goods[i].place else { unreachable!("who starts stood in the line") };
        let server = match instead {
            None => self.free_server(node, step).expect("a server is free"),
            // The servers of pools stay with the step: each start needs as many.
            Some(least) => self.give_way(least, i),
        };
        let drawn = scaled(self.goods[i].handling, &self.factors_of_step(node, step));
        let seconds = self.goods[i].remaining.take().unwrap_or(drawn);
        // Whatever comes now, it will not give up here any more.
        self.goods[i].gives_up = None;
        self.goods[i].begun = self.now;
        self.goods[i].place = Place::Serving { node, step, server, work: Work::Ends(self.now + seconds) };
        let now = self.now;
        self.visit(i).started.get_or_insert(now);
        let fields = [("server", Value::Int(server)), ("service", Value::Int(seconds))];
        self.emit_at_step("HandlingStarted", i, node, step, &fields);
    }

    /// Back into the line, for one that is more urgent; the server that it had.
    fn give_way(&mut self, i: usize, to: usize) -> i64 {
        let Place::Serving { node, step, server, work: Work::Ends(at) } = self.goods[i].place else {
            unreachable!("who gives way was in service")
        };
        let restarts = self.step(node, step).preempt == Some(Preempt::Restart);
        let left = if restarts { self.goods[i].handling } else { at - self.now };
        self.goods[i].place = Place::Line { node, step };
        self.goods[i].remaining = (!restarts).then_some(left);
        let (stream, n) = self.name_of(&self.goods[to]);
        let by = Value::Text(format!("{stream}#{n}"));
        let fields = [("by", by), ("left", Value::Int(left)), ("restarts", Value::Text(restarts.to_string()))];
        self.emit_at_step("HandlingPreempted", i, node, step, &fields);
        server
    }
}
