//! What is due now, and who goes first.

use super::*;

impl<'w> Tick<'w> {
    pub(super) fn due(&self) -> Vec<(Turn<'w>, Act)> {
        let mut due = vec![];
        self.due_of_goods(&mut due);
        self.due_of_calendars(&mut due);
        for (stream, next) in self.arrivals.iter().enumerate() {
            if let Some((at, n)) = *next
                && at == self.now
            {
                let name = self.world.streams[stream].name.as_str();
                // After what of its stream is dated before the start.
                due.push(((ARRIVALS, [name, ""], OF_STREAM, (i64::MAX, self.now, (name, n))), Act::Arrive(stream)));
            }
        }
        self.due_of_vehicles(&mut due);
        self.due_of_steps(&mut due);
        due
    }

    fn due_of_goods(&self, due: &mut Vec<(Turn<'w>, Act)>) {
        for (i, c) in self.goods.iter().enumerate() {
            let by = |time: i64| (c.priority, time, self.name_of(c));
            match c.place {
                Place::Serving { node, step, work: Work::Ends(at), .. } if at == self.now => {
                    let turn = (COMPLETIONS, self.step_place(node, step), OF_STEP, by(c.joined));
                    due.push((turn, Act::EndHandling(i)));
                }
                Place::Transit { leg, arrives } if arrives == self.now => {
                    let turn = (COMPLETIONS, self.leg_place(leg), OF_LEG, by(c.joined));
                    due.push((turn, Act::ArriveByLeg(i)));
                }
                Place::Backlog if self.now == 0 => {
                    let stream = self.world.streams[c.stream].name.as_str();
                    let turn = (ARRIVALS, [stream, ""], OF_STREAM, by(c.created));
                    due.push((turn, Act::EnterBacklog(i)));
                }
                Place::Ready { leg } if self.world.legs[leg].departures.is_none() && self.leg_may_leave(leg) => {
                    due.push(((DEPARTURES, self.leg_place(leg), OF_LEG, by(c.joined)), Act::DepartFree(i)));
                }
                Place::Outside { node, step, since, noted } if !noted || self.fits_from_outside(i, node, step) => {
                    due.push(((ENTRIES, self.step_place(node, step), OF_STEP, by(since)), Act::Enter(i)));
                }
                Place::Moving { node, to, since, noted, .. } if !noted || self.fits_from_inside(i) => {
                    due.push(((ENTRIES, self.step_place(node, to), OF_STEP, by(since)), Act::Enter(i)));
                }
                Place::Line { node, step } if c.gives_up.is_some_and(|at| at <= self.now) => {
                    due.push(((PATIENCE, self.step_place(node, step), OF_STEP, by(c.joined)), Act::GiveUp(i)));
                }
                _ => {}
            }
        }
    }

    fn due_of_calendars(&self, due: &mut Vec<(Turn<'w>, Act)>) {
        for (d, disruption) in self.world.disruptions.iter().enumerate() {
            let covers = disruption.on <= self.now && self.now < disruption.on + disruption.lasts;
            if disruption.random.is_none() && covers != self.struck[d] {
                due.push(((CALENDARS, [&disruption.name, ""], OF_DISRUPTION, NOBODY), Act::Disruption(d)));
            }
        }
        for (a, away) in self.away.iter().enumerate().filter(|(_, away)| away.until == self.now) {
            let place = self.step_place(away.node, away.step);
            due.push(((CALENDARS, place, OF_STEP, (away.server, 0, NOBODY.2)), Act::ServerBack(a)));
        }
        for (d, disruption) in self.world.disruptions.iter().enumerate() {
            let awaited = disruption.random.is_none() || self.failing.iter().any(|failing| failing.disruption == d);
            if !awaited {
                due.push(((CALENDARS, [&disruption.name, ""], OF_DISRUPTION, NOBODY), Act::AwaitOutages(d)));
            }
        }
        for (f, failing) in self.failing.iter().enumerate().filter(|(_, failing)| failing.at == self.now) {
            let name = &self.world.disruptions[failing.disruption].name;
            due.push(((CALENDARS, [name, ""], OF_DISRUPTION, (failing.server, 0, NOBODY.2)), Act::Fail(f)));
        }
        for (n, node) in self.world.nodes.iter().enumerate() {
            if self.is_open(node.hours) == self.node_shut[n] {
                due.push(((CALENDARS, [&node.name, ""], OF_NODE, NOBODY), Act::NodeHours(n)));
            }
            for (s, step) in node.steps.iter().enumerate() {
                if self.is_open(step.hours) == self.step_shut[n][s] {
                    due.push(((CALENDARS, self.step_place(n, s), OF_STEP, NOBODY), Act::StepHours(n, s)));
                }
            }
        }
    }

    /// The least goes first.
    pub(super) fn choice(&self, i: usize, discipline: Discipline) -> (i64, i64, i64, Name<'w>) {
        let c = &self.goods[i];
        let name = self.name_of(c);
        match discipline {
            // No consignment of these worlds has a need-by date.
            Discipline::Priority | Discipline::EarliestDue => (c.priority, c.joined, 0, name),
            Discipline::Fifo => (c.joined, 0, 0, name),
            Discipline::Lifo => (-c.joined, 0, 0, name),
            Discipline::Shortest => (c.handling, c.priority, c.joined, name),
        }
    }

    /// Servers on duty; none where they are unlimited.
    pub(super) fn on_duty(&self, node: usize, step: usize) -> Option<i64> {
        let servers = self.number_now(&self.step(node, step).servers);
        let shares = self.shares_of_step(node, step);
        // A share of what has no limit has none, but nothing is nothing.
        let nothing = shares.contains(&0).then_some(0);
        servers.map_or(nothing, |n| Some(scaled(n, &shares)))
    }

    /// What a number or a calendar says now; none where that is no limit.
    pub(super) fn number_now(&self, servers: &Servers) -> Option<i64> {
        let number = match servers {
            Servers::Unlimited => UNLIMITED,
            Servers::Number(n) => *n,
            Servers::Calendar(parts) => {
                let begun = parts.iter().filter(|(from, _)| *from <= self.now);
                begun.max_by_key(|(from, _)| *from).unwrap_or(&parts[0]).1
            }
        };
        Some(number).filter(|&n| n != UNLIMITED)
    }

    fn fits_from_outside(&self, i: usize, node: usize, step: usize) -> bool {
        let full = self.full_from_outside(i, node, step);
        full.is_none_or(|when_full| *when_full == WhenFull::Overflow)
    }

    /// What stands in the way of entering the node's first step: the rule of the node's yard if that is full, else of the
    /// step's; none when there is room. A yard that overflows gives way to the other's rule.
    pub(super) fn full_from_outside(&self, i: usize, node: usize, step: usize) -> Option<&'w WhenFull> {
        let (rules, first) = (&self.world.nodes[node], self.step(node, step));
        let node_has_room = has_room(rules.yard, &self.in_node(node), self.goods[i].mass);
        let step_has_room = has_room(first.yard, &self.in_step(node, step), self.goods[i].mass);
        match (node_has_room, step_has_room) {
            (true, true) => None,
            (false, false) if rules.when_full == WhenFull::Overflow => Some(&first.when_full),
            (false, _) => Some(&rules.when_full),
            (true, false) => Some(&first.when_full),
        }
    }

    pub(super) fn fits_from_inside(&self, i: usize) -> bool {
        let Place::Moving { node, step, to, .. } = self.goods[i].place else { return false };
        step == to || has_room(self.step(node, to).yard, &self.in_step(node, to), self.goods[i].mass)
    }

    /// Masses of what counts in the node's yard.
    fn in_node(&self, node: usize) -> Vec<i64> {
        let inside = |c: &&Consignment| match c.place {
            Place::Line { node: n, .. } | Place::Serving { node: n, .. } | Place::Moving { node: n, .. } => n == node,
            _ => false,
        };
        self.goods.iter().filter(inside).map(|c| c.mass).collect()
    }

    /// Masses of what counts in the step's yard: its line and what its servers hold.
    fn in_step(&self, node: usize, step: usize) -> Vec<i64> {
        let inside = |c: &&Consignment| match c.place {
            Place::Line { node: n, step: s } => (n, s) == (node, step),
            Place::Serving { node: n, step: s, .. } | Place::Moving { node: n, step: s, .. } => (n, s) == (node, step),
            _ => false,
        };
        self.goods.iter().filter(inside).map(|c| c.mass).collect()
    }
}
