//! Ways: where goods that are ready go on to.

use super::*;

impl Tick<'_> {
    /// Settles where it goes on to, and tells it where there was a choice that is more than a look at the goods.
    pub(super) fn choose_hop(&mut self, i: usize, node: usize, next: &Next) -> Hop {
        match next {
            Next::Unsaid if self.world.nodes[node].kind == Kind::Handover => Hop::Out,
            Next::Unsaid | Next::Fastest => self.fastest_hop(i, node),
            Next::LeastBacklog => self.least_backlog(i, node),
            Next::To(to) => self.hop(node, to),
            Next::Weights(weights) => {
                let mut weights = weights.clone();
                weights.sort_by(|(a, _), (b, _)| (a == "out", a).cmp(&(b == "out", b)));
                let word = self.word(i, &format!("route {}", self.world.nodes[node].name));
                let shares: Vec<u64> = weights.iter().map(|(_, weight)| *weight).collect();
                let to = weights[weighted(&shares, word)].0.clone();
                self.emit_of("RouteChosen", i, &[("to", Value::Text(to.clone()))]);
                self.hop(node, &to)
            }
            Next::By(by, ways, other) => {
                let is = self.trait_of(i, *by);
                let said = ways.iter().find(|(name, _)| is.as_ref() == Some(name)).map(|(_, way)| way);
                if said.is_none() {
                    self.note("a way for all else");
                }
                let way = said.unwrap_or(other);
                if matches!(way, Next::By(..)) {
                    self.note("a choice within a choice");
                }
                self.choose_hop(i, node, way)
            }
        }
    }

    /// A node, leg or `out` as written in a `next`: a node is reached by the quickest leg that leads there, else at once.
    fn hop(&self, from: usize, to: &str) -> Hop {
        if to == "out" {
            return Hop::Out;
        }
        if let Some(leg) = self.world.leg(to) {
            return Hop::Leg(leg);
        }
        let next = self.world.node(to).expect("a way leads to a node or a leg");
        let legs = self.legs_from(from).into_iter().filter(|&leg| self.target(leg) == next);
        let quickest = legs.min_by_key(|&leg| (mean(&self.world.legs[leg].transit), &self.leg_names[leg]));
        quickest.map_or(Hop::Node(next), Hop::Leg)
    }

    fn fastest_hop(&self, i: usize, node: usize) -> Hop {
        let legs = self.legs_from(node);
        if let Some(destination) = self.destination(i) {
            if destination == node {
                return Hop::Out;
            }
            let times = self.times_to(destination);
            let by_leg = |leg: usize| {
                let rest = times[self.target(leg)]?;
                Some((mean(&self.world.legs[leg].transit) + rest, &self.leg_names[leg], leg))
            };
            if let Some((_, _, leg)) = legs.iter().filter_map(|&leg| by_leg(leg)).min() {
                return Hop::Leg(leg);
            }
        }
        if let [only] = legs[..] { Hop::Leg(only) } else { Hop::Out }
    }

    /// The stream's `to`, else the only handover node.
    fn destination(&self, i: usize) -> Option<usize> {
        if let Some(to) = &self.world.streams[self.goods[i].stream].to {
            return self.world.node(to);
        }
        let mut handovers = (0..self.world.nodes.len()).filter(|&n| self.world.nodes[n].kind == Kind::Handover);
        let first = handovers.next();
        if handovers.next().is_none() { first } else { None }
    }

    /// For each node the least mean time over legs from arriving there to being handled at the destination.
    fn times_to(&self, destination: usize) -> Vec<Option<i128>> {
        let handling = |node: usize| self.world.nodes[node].steps.iter().map(|step| mean(&step.time)).sum::<i128>();
        let mut times = vec![None; self.world.nodes.len()];
        times[destination] = Some(handling(destination));
        for _ in &self.world.nodes {
            for from in (0..self.world.nodes.len()).filter(|&n| n != destination) {
                for hop in self.possible_hops(from) {
                    let (to, way) = match hop {
                        Hop::Leg(leg) => (self.target(leg), mean(&self.world.legs[leg].transit)),
                        Hop::Node(to) => (to, 0),
                        Hop::Out => continue,
                    };
                    let Some(rest) = times[to] else { continue };
                    let time = handling(from) + way + rest;
                    times[from] = Some(times[from].map_or(time, |best: i128| best.min(time)));
                }
            }
        }
        times
    }

    /// Where goods can go on to from a node: by its `next`, else over any leg; a handover node without `next` is an end.
    fn possible_hops(&self, node: usize) -> Vec<Hop> {
        match &self.world.nodes[node].next {
            Next::Unsaid if self.world.nodes[node].kind == Kind::Handover => vec![],
            next => self.hops_of(node, next),
        }
    }

    fn hops_of(&self, node: usize, next: &Next) -> Vec<Hop> {
        match next {
            Next::To(to) => vec![self.hop(node, to)],
            Next::Weights(ways) => ways.iter().map(|(to, _)| self.hop(node, to)).collect(),
            Next::By(_, ways, other) => {
                let said = ways.iter().map(|(_, way)| way).chain([&**other]);
                said.flat_map(|way| self.hops_of(node, way)).collect()
            }
            Next::Unsaid | Next::Fastest | Next::LeastBacklog => {
                self.legs_from(node).into_iter().map(Hop::Leg).collect()
            }
        }
    }

    /// Over the leg to the node where the fewest others are or are bound for, of those that lead to the destination.
    fn least_backlog(&mut self, i: usize, node: usize) -> Hop {
        if self.destination(i) == Some(node) {
            self.note("the least backlog at the destination");
            return Hop::Out;
        }
        let times = self.destination(i).map(|destination| self.times_to(destination));
        let mut nodes: Vec<usize> = self.legs_from(node).into_iter().map(|leg| self.target(leg)).collect();
        let by = |&n: &usize| (self.backlog(i, n), &self.world.nodes[n].name);
        let of_all = nodes.iter().copied().min_by_key(by);
        nodes.retain(|&n| times.as_ref().is_none_or(|times| times[n].is_some()));
        let Some(least) = nodes.iter().copied().min_by_key(by) else { return Hop::Out };
        let first = nodes.iter().map(|&n| &self.world.nodes[n].name).min();
        let equal = nodes.iter().any(|&n| n != least && self.backlog(i, n) == self.backlog(i, least));
        let past_the_first = first != Some(&self.world.nodes[least].name);
        for (happened, what) in [
            (equal, "backlogs are equal"),
            (of_all != Some(least), "the destination shuts out the least backlog"),
            (past_the_first, "the least backlog is not first by name"),
        ] {
            if happened {
                self.note(what);
            }
        }
        let hop = self.hop(node, &self.world.nodes[least].name);
        let Hop::Leg(leg) = hop else { unreachable!("a leg leads there") };
        self.emit_of("RouteChosen", i, &[("to", self.leg_value(leg))]);
        hop
    }

    /// How many others are at the node and not ready to leave it, or ready for a leg to it, or on one.
    fn backlog(&self, i: usize, node: usize) -> usize {
        let counts = |place: Place| match place {
            Place::Outside { node: n, .. }
            | Place::Line { node: n, .. }
            | Place::Serving { node: n, .. }
            | Place::Moving { node: n, .. } => n == node,
            Place::Ready { leg } | Place::Transit { leg, .. } => self.target(leg) == node,
            Place::Backlog | Place::Gone => false,
        };
        (0..self.goods.len()).filter(|&other| other != i && counts(self.goods[other].place)).count()
    }

    /// What the goods are, as far as a choice goes by it.
    fn trait_of(&self, i: usize, by: Trait) -> Option<String> {
        let stream = &self.world.streams[self.goods[i].stream];
        let item = match &stream.goods {
            Goods::Item { name, .. } => self.world.items.iter().find(|item| item.name == *name),
            _ => None,
        };
        match by {
            Trait::Item => item.map(|item| item.name.clone()),
            Trait::Class => item.and_then(|item| item.class.clone()),
            Trait::Priority => Some(self.goods[i].priority.to_string()),
            Trait::Stream => Some(stream.name.clone()),
            Trait::Destination => self.destination(i).map(|node| self.world.nodes[node].name.clone()),
        }
    }
}
