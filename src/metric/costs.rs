//! Costs of what comes to nodes and departs over legs, within the window. They are sums of counts: one product each.

use super::tree::Tree;
use crate::event::{Entry, Event, UnitId};
use crate::model::{Brings, Cost, Leg, Node, Plan};
use crate::state::State;
use crate::units::arena::Id;
use crate::units::time::SimTime;
use serde::{Deserialize, Serialize};

/// What was counted at each node and leg.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Costs {
    /// Some place costs something.
    any: bool,
    warm_up: SimTime,
    nodes: Vec<Count>,
    legs: Vec<Count>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Count {
    number: u64,
    kilograms: i128,
    departures: u64,
}

impl Count {
    /// Minor units, rounded once, halves up.
    fn cost(&self, cost: &Cost) -> i128 {
        let by_mass = (i128::from(cost.per_tonne.0) * self.kilograms * 2 + 1_000).div_euclid(2_000);
        i128::from(cost.each.0) * i128::from(self.number)
            + by_mass
            + i128::from(cost.departure.0) * i128::from(self.departures)
    }
}

impl Costs {
    pub fn new(plan: &Plan) -> Costs {
        let any = plan.nodes.iter().any(|n| !n.cost.is_nothing()) || plan.legs.iter().any(|l| !l.cost.is_nothing());
        let (nodes, legs) = (vec![Count::default(); plan.nodes.len()], vec![Count::default(); plan.legs.len()]);
        Costs { any, warm_up: plan.warm_up, nodes, legs }
    }

    pub fn counts(&self) -> bool {
        self.any
    }

    /// Takes an event in, after the state has.
    pub fn observe(&mut self, state: &State, entry: &Entry) {
        if !self.any || state.now < self.warm_up {
            return;
        }
        let enters = |unit: UnitId| match &state.plan().streams[state.units[unit].name.stream].brings {
            Brings::Consignments { enters, .. } => Some(*enters),
            _ => None,
        };
        match entry.event {
            Event::LegArrived { unit, leg } => self.comes(state, unit, state.net.leg(leg).to),
            Event::NodeReached { unit, node } => self.comes(state, unit, node),
            Event::ConsignmentCreated { unit, .. } if state.now >= SimTime::ZERO => {
                enters(unit).into_iter().for_each(|node| self.comes(state, unit, node));
            }
            Event::BacklogEntered { unit } => enters(unit).into_iter().for_each(|node| self.comes(state, unit, node)),
            Event::LegDeparted { unit, leg, .. } => self.departs(state, unit, leg),
            Event::ConvoyDispatched { leg, .. } => self.legs[leg.index()].departures += 1,
            _ => {}
        }
    }

    fn comes(&mut self, state: &State, unit: UnitId, node: Id<Node>) {
        let row = &mut self.nodes[node.index()];
        row.number += 1;
        row.kilograms += i128::from(state.units[unit].mass.0);
    }

    fn departs(&mut self, state: &State, unit: UnitId, leg: Id<Leg>) {
        let row = &mut self.legs[leg.index()];
        row.number += 1;
        row.kilograms += i128::from(state.units[unit].mass.0);
        // Where there are no departures, each is one.
        row.departures += u64::from(!state.net.leg(leg).departs);
    }

    pub fn read(&self, tree: &mut Tree, plan: &Plan) {
        if !self.any {
            return;
        }
        let nodes = plan.nodes.iter().zip(&self.nodes).filter(|(node, _)| !node.cost.is_nothing());
        let nodes = nodes.map(|(node, count)| (format!("nodes.{}", node.name), count.cost(&node.cost)));
        let legs = plan.legs.iter().zip(&self.legs).filter(|(leg, _)| !leg.cost.is_nothing());
        let legs = legs.map(|(leg, count)| (format!("legs.{}", leg.name), count.cost(&leg.cost)));
        let all: Vec<(String, i128)> = nodes.chain(legs).collect();
        let total = all.iter().map(|(_, cost)| cost).sum();
        for (place, cost) in all.into_iter().chain([("total".to_owned(), total)]) {
            let cost = i64::try_from(cost).map_or_else(|_| serde_json::json!(cost as f64), |c| serde_json::json!(c));
            tree.put(&format!("money.costs.{place}"), cost);
        }
    }
}
