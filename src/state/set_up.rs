//! The world at its opening, and what is worked out from the plan once.

use super::network::{GateRow, LegRow, NodeRow, StepRow, Way};
use super::wake::{Ranks, Wake};
use super::{Account, OutageRow, PoolRow, State, StockRow, StreamRow};
use crate::event::{GateId, PlaceId};
use crate::model::{
    Arrivals, Cause, Clock, Disruption, Hop, Item, Leg, Node, NodeKind, Order, Plan, Pool, Route, Step, Strikes, Weekly,
};
use crate::units::amount::Mass;
use crate::units::arena::Id;
use crate::units::time::{SimTime, WEEK, second_of_week, step_of_week};
use std::sync::Arc;

/// The plan and what follows from it alone.
#[derive(Debug)]
pub struct Net {
    pub plan: Plan,
    pub ranks: Ranks,
    /// The first stage of each mechanism among all stages.
    pub first_gate: Vec<u32>,
    /// Mechanism and position of each stage.
    pub gates: Vec<(u32, u8)>,
    /// The stages that wait for a supplier.
    pub supplier: Vec<GateId>,
    /// Whether goods can come to a place more than once (a repeat or a loop): then draws count their visits.
    pub comes_again: bool,
    /// Whether a backlog decides some way.
    pub by_backlog: bool,
    /// Where goods without a destination of their own go to, if there is exactly one handover node.
    pub only_handover: Option<Id<Node>>,
    legs_from: Vec<Vec<Id<Leg>>>,
    legs_into: Vec<Vec<Id<Leg>>>,
    movement: Vec<bool>,
    nodes: Vec<NodeFacts>,
    steps: Vec<StepFacts>,
    legs: Vec<LegFacts>,
    /// Steps that share pools, each group by name.
    groups: Vec<Vec<Id<Step>>>,
}

/// What every movement asks of a node.
#[derive(Clone, Copy, Debug)]
pub struct NodeFacts {
    pub rank: u32,
    pub kind: NodeKind,
    /// Where all goods go on to from it; `None` where that depends on their destination.
    pub way: Option<Way>,
    /// Goods of a requirement that arrive here reach a recognition point, or may.
    pub marks: bool,
    /// Some steps of it handle some items only.
    pub picky: bool,
    /// The first step, for goods, and for requirements' papers.
    first_step: [Option<Id<Step>>; 2],
}

/// What every movement asks of a step.
#[derive(Clone, Copy, Debug)]
pub struct StepFacts {
    pub node: Id<Node>,
    pub rank: u32,
    /// It or its node has a yard.
    pub has_yard: bool,
    /// No step of its node has a yard, nor the node itself: who finishes here makes room for nobody.
    pub roomy: bool,
    pub preempts: bool,
    /// The handling time of a visit is kept until its end.
    pub keeps_drawn: bool,
    /// Its time depends on what is handled.
    pub chooses: bool,
    /// Some steps of its node handle some items only.
    pub picky: bool,
    /// Among those that share pools with it.
    pub group: Option<u32>,
    /// It uses pools, or its servers leave an empty line.
    pub special: bool,
    /// The step after it, for goods, and for requirements' papers.
    next: [Option<Id<Step>>; 2],
}

/// What every movement asks of a leg.
#[derive(Clone, Copy, Debug)]
pub struct LegFacts {
    pub from: Id<Node>,
    pub to: Id<Node>,
    pub rank: u32,
    /// It has departures; else it takes each at once.
    pub departs: bool,
    /// Its departures go by what is ready, not by the clock.
    pub by_load: bool,
    /// The mass that one departure can take, undisturbed.
    pub largest: Option<Mass>,
    /// What departs together arrives together.
    pub convoys: bool,
}

impl Net {
    /// Stands in while a snapshot is read, until [`State::attach`].
    pub(super) fn empty() -> Arc<Net> {
        Arc::new(Net::new(Plan::default()))
    }

    pub fn new(plan: Plan) -> Net {
        let mut first_gate = Vec::new();
        let mut gates = Vec::new();
        for (m, mechanism) in plan.mechanisms.iter().enumerate() {
            first_gate.push(gates.len() as u32);
            gates.extend((0..mechanism.stages.len()).map(|stage| (m as u32, stage as u8)));
        }
        let supplied = |&(m, stage): &(u32, u8)| {
            let stage = &plan.mechanisms[Id::new(m)].stages[usize::from(stage)];
            matches!(stage.cause, Cause::Release | Cause::Production)
        };
        let supplier = gates.iter().enumerate().filter(|(_, gate)| supplied(gate)).map(|(i, _)| Id::new(i as u32));
        let supplier = supplier.collect();
        let mut legs_from = vec![Vec::new(); plan.nodes.len()];
        let mut legs_into = vec![Vec::new(); plan.nodes.len()];
        for leg in plan.legs.ids() {
            legs_from[plan.legs[leg].from.index()].push(leg);
            legs_into[plan.legs[leg].to.index()].push(leg);
        }
        let movement: Vec<bool> =
            plan.steps.iter().map(|s| plan.nodes[s.node].kind == NodeKind::Hq && s.name == "movement").collect();
        let passes = |node: Id<Node>, step: Id<Step>, paper: bool| {
            plan.nodes[node].kind != NodeKind::Hq || paper != movement[step.index()]
        };
        let first = |node: Id<Node>, after: Option<Id<Step>>| {
            [false, true]
                .map(|paper| plan.steps_of(node).find(|&s| after.is_none_or(|a| s > a) && passes(node, s, paper)))
        };
        let ranks = Ranks::new(&plan);
        let picky = |node: Id<Node>| plan.steps_of(node).any(|s| plan.steps[s].only.is_some());
        let nodes = plan.nodes.ids().map(|id| {
            let node = &plan.nodes[id];
            NodeFacts {
                rank: ranks.nodes[id.index()],
                kind: node.kind,
                way: match &node.next {
                    Route::Leave => Some(Way::End),
                    Route::Hop(hop) => Some(Way::of(*hop)),
                    Route::Weights(_) => Some(Way::Choose),
                    Route::Toward(..) | Route::By(_) | Route::Backlog(..) => None,
                },
                picky: picky(id),
                marks: matches!(node.kind, NodeKind::Port | NodeKind::Hub) || node.marks.is_some(),
                first_step: first(id, None),
            }
        });
        let nodes = nodes.collect();
        let yard = |step: Id<Step>| plan.steps[step].yard.is_some() || plan.nodes[plan.steps[step].node].yard.is_some();
        let (groups, group_of) = groups(&plan, &ranks);
        let steps = plan.steps.ids().map(|id| {
            let step = &plan.steps[id];
            StepFacts {
                node: step.node,
                rank: ranks.steps[id.index()],
                has_yard: yard(id),
                roomy: !plan.steps_of(step.node).any(yard),
                preempts: step.preempt.is_some(),
                keeps_drawn: step.order == Order::Shortest || step.preempt.is_some(),
                chooses: step.times.is_some() || step.factors.is_some(),
                picky: picky(step.node),
                group: group_of[id.index()],
                special: group_of[id.index()].is_some() || step.away.is_some(),
                next: first(step.node, Some(id)),
            }
        });
        let steps = steps.collect();
        let legs = plan.legs.ids().map(|id| {
            let leg = &plan.legs[id];
            LegFacts {
                from: leg.from,
                to: leg.to,
                rank: ranks.legs[id.index()],
                departs: leg.departures.is_some(),
                by_load: leg.departures.as_ref().is_some_and(|d| d.clock.is_none()),
                largest: leg.departures.as_ref().and_then(|d| d.capacity?.mass),
                convoys: leg.departures.as_ref().is_some_and(|d| !d.each),
            }
        });
        let legs = legs.collect();
        let comes_again = plan.steps.iter().any(|s| s.repeat > 0) || has_loop(&plan);
        let mut handovers = plan.nodes.ids().filter(|&n| plan.nodes[n].kind == NodeKind::Handover);
        let only_handover = handovers.next().filter(|_| handovers.next().is_none());
        Net {
            only_handover,
            ranks,
            first_gate,
            gates,
            supplier,
            comes_again,
            by_backlog: plan.nodes.iter().any(|n| n.next.looks_at_backlogs()),
            groups,
            legs_from,
            legs_into,
            movement,
            nodes,
            steps,
            legs,
            plan,
        }
    }

    #[inline]
    pub fn node(&self, node: Id<Node>) -> &NodeFacts {
        &self.nodes[node.index()]
    }

    #[inline]
    pub fn step(&self, step: Id<Step>) -> &StepFacts {
        &self.steps[step.index()]
    }

    #[inline]
    pub fn leg(&self, leg: Id<Leg>) -> &LegFacts {
        &self.legs[leg.index()]
    }

    /// The first step of a node that goods of an item, or a requirement's paper, pass.
    #[inline]
    pub fn first_step(&self, node: Id<Node>, paper: bool, item: Option<Id<Item>>) -> Option<Id<Step>> {
        let facts = self.node(node);
        let first = facts.first_step[usize::from(paper)];
        if facts.picky { self.handles_from(first, paper, item) } else { first }
    }

    /// The step of the same node after this one.
    #[inline]
    pub fn next_step(&self, step: Id<Step>, paper: bool, item: Option<Id<Item>>) -> Option<Id<Step>> {
        let facts = self.step(step);
        let next = facts.next[usize::from(paper)];
        if facts.picky { self.handles_from(next, paper, item) } else { next }
    }

    /// The first step from one on that handles goods of an item.
    #[cold]
    fn handles_from(&self, from: Option<Id<Step>>, paper: bool, item: Option<Id<Item>>) -> Option<Id<Step>> {
        let mut at = from;
        while let Some(step) = at {
            let only = self.plan.steps[step].only.as_ref();
            if only.is_none_or(|only| item.is_some_and(|item| only.binary_search(&item).is_ok())) {
                return at;
            }
            at = self.step(step).next[usize::from(paper)];
        }
        None
    }

    /// The steps of a group that share pools, by name.
    pub fn group(&self, group: u32) -> &[Id<Step>] {
        &self.groups[group as usize]
    }

    /// The group that uses a pool, if any step does.
    pub fn group_of(&self, pool: Id<Pool>) -> Option<u32> {
        let uses = |step: &Id<Step>| self.plan.steps[*step].uses.iter().any(|&(used, _)| used == pool);
        self.groups.iter().position(|steps| steps.iter().any(uses)).map(|at| at as u32)
    }

    pub fn legs_from(&self, node: Id<Node>) -> &[Id<Leg>] {
        &self.legs_from[node.index()]
    }

    pub fn legs_into(&self, node: Id<Node>) -> &[Id<Leg>] {
        &self.legs_into[node.index()]
    }

    #[inline]
    pub fn is_hq(&self, node: Id<Node>) -> bool {
        self.node(node).kind == NodeKind::Hq
    }

    /// The desk of a headquarters that handles consignments, not requirements.
    pub fn is_movement(&self, step: Id<Step>) -> bool {
        self.movement[step.index()]
    }

    fn hours(&self, place: PlaceId) -> Option<&Weekly> {
        match place {
            PlaceId::Node(n) => self.plan.nodes[n].hours.as_ref(),
            PlaceId::Step(s) => self.plan.steps[s].hours.as_ref(),
        }
    }

    /// When a place opens or closes by its hours next, after `now`; `None` when it never does.
    pub fn next_hours(&self, place: PlaceId, now: SimTime) -> Option<SimTime> {
        let hours = self.hours(place)?;
        let week = second_of_week(self.plan.start + now.0);
        let open = hours.is_open(week);
        let mut edges: Vec<u32> = hours.0.iter().flat_map(|&(from, to)| [from, to % WEEK as u32]).collect();
        edges.sort_unstable();
        edges.dedup();
        let ahead = |edge: u32| (i64::from(edge) - i64::from(week) - 1).rem_euclid(WEEK) + 1;
        let changes = edges.into_iter().filter(|&e| hours.is_open(e) != open);
        changes.map(ahead).min().map(|seconds| SimTime(now.0 + seconds))
    }

    /// Whether some instant of a timetable falls into the hours of a node: all of them repeat by the week.
    pub fn ever_open(&self, node: Id<Node>, clock: Clock) -> bool {
        let Some(hours) = &self.plan.nodes[node].hours else { return true };
        let step = step_of_week(clock.every.0);
        let first = i64::from(second_of_week(self.plan.start + clock.first.0)).rem_euclid(step);
        hours.0.iter().any(|&(from, to)| {
            let next = i64::from(from) + (first - i64::from(from)).rem_euclid(step);
            next < i64::from(to)
        })
    }

    /// Whether a place is within its hours.
    pub fn within_hours(&self, place: PlaceId, now: SimTime) -> bool {
        self.hours(place).is_none_or(|h| h.is_open(second_of_week(self.plan.start + now.0)))
    }
}

impl Weekly {
    /// Whether it is open at so many seconds since Monday 00:00.
    pub fn is_open(&self, second: u32) -> bool {
        self.0.iter().any(|&(from, to)| from <= second && second < to)
    }
}

/// Whether goods that leave a node can come back to it.
fn has_loop(plan: &Plan) -> bool {
    // Depth first, with an explicit stack: 0 unseen, 1 on the way, 2 done.
    let mut seen = vec![0u8; plan.nodes.len()];
    for root in plan.nodes.ids() {
        let mut stack = vec![(root, false)];
        while let Some((node, done)) = stack.pop() {
            if done {
                seen[node.index()] = 2;
                continue;
            }
            if seen[node.index()] != 0 {
                continue;
            }
            seen[node.index()] = 1;
            stack.push((node, true));
            let mut next: Vec<Id<Node>> = Vec::new();
            for hop in plan.nodes[node].next.hops() {
                match hop {
                    Hop::Leg(leg) => next.push(plan.legs[leg].to),
                    Hop::Node(to) => next.push(to),
                    Hop::Out => {}
                }
            }
            let own = plan.nodes[node].when_full;
            let steps = plan.steps_of(node).map(|s| plan.steps[s].when_full);
            for rule in steps.chain([own]) {
                if let crate::model::WhenFull::Divert(to) = rule {
                    next.push(to);
                }
            }
            if next.iter().any(|n| seen[n.index()] == 1) {
                return true;
            }
            stack.extend(next.into_iter().map(|n| (n, false)));
        }
    }
    false
}

impl State {
    /// The world before anything happens.
    pub fn open(plan: Plan) -> State {
        let net = Arc::new(Net::new(plan));
        let plan = &net.plan;
        let mut state = State {
            now: SimTime::EARLIEST,
            turns: 0,
            events: 0,
            calendar: Default::default(),
            tied: Vec::new(),
            soon: Vec::new(),
            stirring: 0,
            passing: false,
            units: Default::default(),
            streams: vec![StreamRow::default(); plan.streams.len()].into(),
            nodes: vec![NodeRow::default(); plan.nodes.len()].into(),
            steps: plan.steps.iter().map(|s| StepRow::new(s.order, in_force(&s.servers))).collect::<Vec<_>>().into(),
            legs: plan.legs.iter().map(LegRow::new).collect::<Vec<_>>().into(),
            pools: plan
                .pools
                .iter()
                .map(|p| PoolRow { on_duty: in_force(&p.servers), in_use: 0 })
                .collect::<Vec<_>>()
                .into(),
            convoys: Default::default(),
            gates: vec![GateRow::default(); net.gates.len()],
            needs: Vec::new(),
            lines: Vec::new(),
            pledges: Vec::new(),
            packages: Vec::new(),
            accounts: vec![Account::default(); plan.mechanisms.len()].into(),
            totals: Default::default(),
            stocks: plan.stocks.ids().map(|s| StockRow::new(plan, s)).collect::<Vec<_>>().into(),
            visits: Default::default(),
            patience: Default::default(),
            turned: Default::default(),
            outages: plan.disruptions.iter().map(|d| outage_rows(plan, d)).collect(),
            nations: vec![Vec::new(); plan.nations.len()],
            net: net.clone(),
        };
        state.set_first_wakes();
        state
    }

    /// The instant from which record times are counted: nothing happens before it.
    pub fn earliest(plan: &Plan) -> SimTime {
        let dated = plan.streams.iter().filter_map(|s| match s.arrivals.times() {
            Arrivals::At(times) => times.first().copied(),
            _ => None,
        });
        dated.min().unwrap_or(SimTime::ZERO).min(SimTime::ZERO)
    }

    /// Gives a state that was read from a snapshot its plan.
    pub fn attach(&mut self, plan: Plan) {
        self.net = Arc::new(Net::new(plan));
    }

    fn set_first_wakes(&mut self) {
        let net = self.net.clone();
        for (id, stream) in net.plan.streams.ids().zip(net.plan.streams.iter()) {
            let first = match stream.arrivals.times() {
                Arrivals::At(times) => times.first().copied(),
                // Without a `first`, the opening turn draws the first interval.
                Arrivals::Every { first, .. } => Some(first.unwrap_or(SimTime::ZERO)),
                Arrivals::Shaped(_) => unreachable!("times are plain"),
            };
            if let Some(at) = first.filter(|_| stream.count != Some(0)) {
                self.set(at, Wake::StreamDue(id));
            }
        }
        for (id, d) in net.plan.disruptions.ids().zip(net.plan.disruptions.iter()) {
            let from = d.on.max(SimTime::ZERO);
            // A random one has its first interval drawn at the start.
            if d.until.is_none_or(|until| until > from) {
                self.set(from, Wake::DisruptionTurns(id));
            }
        }
        let places = net.plan.nodes.ids().map(PlaceId::Node).chain(net.plan.steps.ids().map(PlaceId::Step));
        for place in places {
            let turn = match net.within_hours(place, SimTime::ZERO) {
                true => net.next_hours(place, SimTime::ZERO),
                false => Some(SimTime::ZERO),
            };
            if let Some(at) = turn {
                self.set(at, Wake::HoursTurn(place));
            }
        }
        for (id, step) in net.plan.steps.ids().zip(net.plan.steps.iter()) {
            if let Some(&(at, _)) = step.servers.iter().find(|e| e.0 > SimTime::ZERO) {
                self.set(at, Wake::ServersTurn(id));
            }
        }
        for (id, pool) in net.plan.pools.ids().zip(net.plan.pools.iter()) {
            if let Some(&(at, _)) = pool.servers.iter().find(|e| e.0 > SimTime::ZERO) {
                self.set(at, Wake::PoolTurns(id));
            }
        }
        for (id, step) in net.plan.steps.ids().zip(net.plan.steps.iter()).filter(|(_, step)| step.away.is_some()) {
            self[id].idle_set = in_force(&step.servers) > 0;
            if self[id].idle_set {
                self.set(SimTime::ZERO, Wake::Idles(id));
            }
        }
        for (id, leg) in net.plan.legs.ids().zip(net.plan.legs.iter()) {
            if let Some(clock) = leg.departures.as_ref().and_then(|d| d.clock) {
                let behind = (-clock.first.0).max(0);
                let every = clock.every.0.max(1);
                let first = SimTime(clock.first.0 + (behind + every - 1) / every * every);
                self.set(first, Wake::LegTicks(id));
            }
        }
        for (id, stock) in net.plan.stocks.ids().zip(net.plan.stocks.iter()) {
            match stock.review {
                Some(clock) => self.set(clock.first, Wake::StockReviews(id)),
                None => self.open_stock(id),
            }
        }
        for (id, m) in net.plan.mechanisms.ids().zip(net.plan.mechanisms.iter()) {
            if let Some(every) = m.package.draft_every {
                self.set(SimTime::ZERO.after(every), Wake::Drafts(id));
            }
        }
    }
}

/// Steps that share pools, and the group of each step: steps are in one group where a chain of shared pools joins them.
fn groups(plan: &Plan, ranks: &Ranks) -> (Vec<Vec<Id<Step>>>, Vec<Option<u32>>) {
    let mut of: Vec<Option<u32>> = vec![None; plan.steps.len()];
    let mut groups: Vec<Vec<Id<Step>>> = Vec::new();
    for first in plan.steps.ids().filter(|&s| !plan.steps[s].uses.is_empty()) {
        if of[first.index()].is_some() {
            continue;
        }
        let (number, mut steps, mut open) = (groups.len() as u32, Vec::new(), vec![first]);
        of[first.index()] = Some(number);
        while let Some(step) = open.pop() {
            steps.push(step);
            let shares = |other: &Id<Step>| {
                let pools = &plan.steps[step].uses;
                plan.steps[*other].uses.iter().any(|(pool, _)| pools.iter().any(|(own, _)| own == pool))
            };
            for other in plan.steps.ids().filter(shares) {
                if of[other.index()].is_none() {
                    of[other.index()] = Some(number);
                    open.push(other);
                }
            }
        }
        steps.sort_by_key(|step| ranks.steps[step.index()]);
        groups.push(steps);
    }
    (groups, of)
}

/// One for a random disruption of a whole place, one a server where they fail singly, none for a dated one.
fn outage_rows(plan: &Plan, disruption: &Disruption) -> Vec<OutageRow> {
    let rows = match (&disruption.random, &disruption.strikes) {
        (None, _) => 0,
        (Some(random), Strikes::Step(step)) if random.each_server => {
            plan.steps[*step].servers.iter().map(|e| e.1).max().unwrap_or(0)
        }
        _ => 1,
    };
    vec![OutageRow::default(); rows as usize]
}

/// Servers on duty at the start.
fn in_force(servers: &[(SimTime, u32)]) -> u32 {
    servers.iter().rev().find(|e| e.0 <= SimTime::ZERO).or(servers.first()).map_or(0, |e| e.1)
}
