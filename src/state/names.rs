//! What things are called: `<stream>#<n>`, of a need `<need>/<line>#<n>`.

use super::State;
use super::unit::What;
use crate::event::{GateId, LineId, NeedId, PackageId, PledgeId, Subject, UnitId, Value};
use crate::model::{Brings, Hop};

impl State {
    pub fn unit_name(&self, id: UnitId) -> String {
        let unit = &self.units[id];
        match unit.what {
            What::Goods => format!("{}#{}", self.plan().streams[unit.name.stream].name, unit.name.number),
            What::LineGoods(line) => format!("{}#{}", self.line_name(line), unit.name.lot),
            What::Paper(need) => self.need_name(need),
        }
    }

    pub fn need_name(&self, id: NeedId) -> String {
        let need = self.need(id);
        format!("{}#{}", self.plan().streams[need.stream].name, need.number)
    }

    pub fn line_name(&self, id: LineId) -> String {
        let line = self.line(id);
        format!("{}/{}", self.need_name(line.need), line.position)
    }

    pub fn pledge_name(&self, id: PledgeId) -> String {
        let pledge = self.pledge(id);
        format!("{}#{}", self.plan().streams[pledge.stream].name, pledge.number)
    }

    pub fn package_name(&self, id: PackageId) -> String {
        let package = self.package(id);
        if let Some(stream) = package.stream {
            return format!("{}#{}", self.plan().streams[stream].name, package.number);
        }
        format!("{}#{}", self.plan().mechanisms[package.mechanism].name, package.number)
    }

    /// `<mechanism>.<stage>`.
    pub fn gate_name(&self, id: GateId) -> String {
        let (mechanism, stage) = self.net.gates[id.index()];
        let plan = &self.plan().mechanisms[crate::units::arena::Id::new(mechanism)];
        format!("{}.{}", plan.name, plan.stages[usize::from(stage)].name)
    }

    pub fn subject_name(&self, subject: Subject) -> String {
        match subject {
            Subject::Unit(u) => self.unit_name(u),
            Subject::Line(l) => self.line_name(l),
            Subject::Package(p) => self.package_name(p),
        }
    }

    /// The name of what a field holds, where it has one.
    pub fn name_of(&self, value: Value) -> Option<String> {
        let plan = self.plan();
        Some(match value {
            Value::Unit(u) => self.unit_name(u),
            Value::Need(n) => self.need_name(n),
            Value::Line(l) => self.line_name(l),
            Value::Pledge(p) => self.pledge_name(p),
            Value::Package(p) => self.package_name(p),
            Value::Gate(g) => self.gate_name(g),
            Value::Stream(s) => plan.streams[s].name.clone(),
            Value::Node(n) => plan.nodes[n].name.clone(),
            Value::Step(s) => format!("{}.{}", plan.nodes[plan.steps[s].node].name, plan.steps[s].name),
            Value::Leg(l) => plan.legs[l].name.clone(),
            Value::Mechanism(m) => plan.mechanisms[m].name.clone(),
            Value::Stock(s) => plan.stocks[s].name.clone(),
            Value::Pool(p) => plan.pools[p].name.clone(),
            Value::Disruption(d) => plan.disruptions[d].name.clone(),
            Value::Hop(Hop::Leg(l)) => plan.legs[l].name.clone(),
            Value::Hop(Hop::Node(n)) => plan.nodes[n].name.clone(),
            Value::Hop(Hop::Out) => "out".to_owned(),
            _ => return None,
        })
    }

    /// Who announced a pledge: a nation, or the parties of a journal's row.
    pub fn party(&self, id: PledgeId) -> String {
        let pledge = self.pledge(id);
        if let Brings::Rows(rows) = &self.plan().streams[pledge.stream].brings
            && let Some(row) = rows.iter().find(|r| r.number == pledge.number)
            && let crate::model::RowBrings::Pledge { party, .. } = &row.brings
        {
            return party.clone();
        }
        pledge.nation.map_or_else(String::new, |n| self.plan().nations[n].name.clone())
    }
}
