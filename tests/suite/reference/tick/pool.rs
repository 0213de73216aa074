//! Pools that steps share, and servers that leave when their line is empty.

use super::*;

impl<'w> Tick<'w> {
    pub(super) fn due_of_steps(&self, due: &mut Vec<(Turn<'w>, Act)>) {
        for chain in self.chains() {
            // Of all that could start at steps of one chain the first in the order of choice does.
            let starts = chain.iter().filter_map(|&(n, s)| self.who_starts(n, s));
            let place = chain.iter().map(|&(n, s)| self.step_place(n, s)).min().expect("a chain has a step");
            if let Some((i, instead)) = starts.min_by_key(|&(i, _)| self.choice(i, Discipline::Priority)) {
                due.push(((STARTS, place, OF_STEP, NOBODY), Act::Start(i, instead)));
            }
        }
        for (n, s) in self.all_steps() {
            let stands_idle = self.step(n, s).away.is_some() && self.step_is_up(n, s) && self.line_is_empty(n, s);
            for server in (1..=self.on_duty(n, s).unwrap_or(0)).filter(|_| stands_idle) {
                if self.is_free(n, s, server) {
                    let turn = (LAST, self.step_place(n, s), OF_STEP, (server, 0, NOBODY.2));
                    due.push((turn, Act::LeaveIdle(n, s, server)));
                }
            }
        }
    }

    fn all_steps(&self) -> Vec<(usize, usize)> {
        let nodes = self.world.nodes.iter().enumerate();
        nodes.flat_map(|(n, node)| (0..node.steps.len()).map(move |s| (n, s))).collect()
    }

    /// Steps that share pools, and those that share one with them, and so on; a step without pools is a chain by itself.
    fn chains(&self) -> Vec<Vec<(usize, usize)>> {
        let mut chains: Vec<Vec<(usize, usize)>> = vec![];
        for (n, s) in self.all_steps() {
            let shares = |&(m, t): &(usize, usize)| {
                let theirs = &self.step(m, t).uses;
                self.step(n, s).uses.iter().any(|(pool, _)| theirs.iter().any(|(other, _)| other == pool))
            };
            let (joined, mut others): (Vec<_>, Vec<_>) = chains.into_iter().partition(|chain| chain.iter().any(shares));
            let mut chain = vec![(n, s)];
            chain.extend(joined.into_iter().flatten());
            others.push(chain);
            chains = others;
        }
        chains
    }

    /// Whether each pool has as many servers free as the step needs.
    pub(super) fn pools_have_enough(&self, node: usize, step: usize) -> bool {
        self.step(node, step).uses.iter().all(|(name, needed)| {
            let pool = self.world.pools.iter().find(|pool| pool.name == *name).expect("the pool is listed");
            self.number_now(&pool.servers).is_none_or(|servers| servers - self.in_use(name) >= *needed)
        })
    }

    /// Whether some pool of the step has more in use than it has servers now.
    pub(super) fn pools_are_short(&self, node: usize, step: usize) -> bool {
        self.step(node, step).uses.iter().any(|(name, _)| {
            let pool = self.world.pools.iter().find(|pool| pool.name == *name).expect("the pool is listed");
            self.number_now(&pool.servers).is_some_and(|servers| servers < self.in_use(name))
        })
    }

    /// How many of the pool are with servers of steps: as long as these are taken, paused and blocked ones too.
    fn in_use(&self, pool: &str) -> i64 {
        let of_step = |node: usize, step: usize| {
            let uses = self.step(node, step).uses.iter().filter(|(name, _)| name == pool);
            uses.map(|&(_, n)| n).sum::<i64>()
        };
        let used = |c: &Consignment| match c.place {
            Place::Serving { node, step, .. } | Place::Moving { node, step, server: Some(_), .. } => {
                of_step(node, step)
            }
            _ => 0,
        };
        self.goods.iter().map(used).sum()
    }

    fn line_is_empty(&self, node: usize, step: usize) -> bool {
        self.goods.iter().all(|c| c.place != Place::Line { node, step })
    }

    pub(super) fn is_away(&self, node: usize, step: usize, server: i64) -> bool {
        self.away.iter().any(|away| (away.node, away.step, away.server) == (node, step, server))
    }

    pub(super) fn leave_idle(&mut self, node: usize, step: usize, server: i64) {
        let left = self.left.entry((node, step, server)).or_insert(0);
        let visit = *left;
        *left += 1;
        let words = self.block(&format!("away {}", self.step_name(node, step)), server as u64);
        let word = mix(&[words[4], words[5], words[6], words[7]], hash("away"), visit);
        let lasts = self.step(node, step).away.as_ref().expect("its servers leave").draw(word).max(1);
        self.away.push(Away { node, step, server, until: self.now + lasts });
        let fields = [("server", Value::Int(server)), ("lasts", Value::Int(lasts))];
        self.emit("ServerAway", &self.step_name(node, step), &fields);
    }

    pub(super) fn come_back(&mut self, a: usize) {
        let Away { node, step, server, .. } = self.away.remove(a);
        self.emit("ServerBack", &self.step_name(node, step), &[("server", Value::Int(server))]);
    }
}
