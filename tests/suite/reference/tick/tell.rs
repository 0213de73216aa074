//! Names, figures, events.

use super::*;

impl<'w> Tick<'w> {
    pub(super) fn step(&self, node: usize, step: usize) -> &'w Step {
        &self.world.nodes[node].steps[step]
    }

    pub(super) fn step_place(&self, node: usize, step: usize) -> [&'w str; 2] {
        [&self.world.nodes[node].name, &self.step(node, step).name]
    }

    pub(super) fn step_name(&self, node: usize, step: usize) -> String {
        self.step_place(node, step).join(".")
    }

    pub(super) fn leg_place(&self, leg: usize) -> [&'w str; 2] {
        [&self.leg_names[leg], ""]
    }

    pub(super) fn name_of(&self, c: &Consignment) -> Name<'w> {
        (&self.world.streams[c.stream].name, c.n)
    }

    pub(super) fn entry(&self, stream: usize) -> usize {
        self.world.node(&self.world.streams[stream].enters).expect("a stream enters a node")
    }

    pub(super) fn origin(&self, leg: usize) -> usize {
        self.world.node(&self.world.legs[leg].from).expect("a leg leads from a node")
    }

    pub(super) fn target(&self, leg: usize) -> usize {
        self.world.node(&self.world.legs[leg].to).expect("a leg leads to a node")
    }

    pub(super) fn legs_from(&self, node: usize) -> Vec<usize> {
        (0..self.world.legs.len()).filter(|&leg| self.origin(leg) == node).collect()
    }

    pub(super) fn node_value(&self, node: usize) -> Value {
        Value::Text(self.world.nodes[node].name.clone())
    }

    pub(super) fn leg_value(&self, leg: usize) -> Value {
        Value::Text(self.leg_names[leg].clone())
    }

    pub(super) fn emit_at_step(&mut self, kind: &str, i: usize, node: usize, step: usize, more: &[(&str, Value)]) {
        let mut fields =
            vec![("node", self.node_value(node)), ("step", Value::Text(self.step(node, step).name.clone()))];
        fields.extend_from_slice(more);
        self.emit_of(kind, i, &fields);
    }

    pub(super) fn emit_of(&mut self, kind: &str, i: usize, fields: &[(&str, Value)]) {
        let (stream, n) = self.name_of(&self.goods[i]);
        self.last_move = self.now;
        self.emit(kind, &format!("{stream}#{n}"), fields);
    }

    pub(super) fn emit(&mut self, kind: &str, object: &str, fields: &[(&str, Value)]) {
        let fields = fields.iter().map(|(name, value)| ((*name).to_string(), value.clone())).collect();
        self.events.push(Event { time: self.now, kind: kind.into(), object: object.into(), fields });
    }

    /// Counts a branch that the events do not show.
    pub(super) fn note(&mut self, what: &'static str) {
        *self.notes.entry(what).or_default() += 1;
    }

    pub(super) fn figures_of(&mut self, place: Place) -> &mut Figures {
        match place {
            Place::Outside { node, step, .. }
            | Place::Line { node, step }
            | Place::Serving { node, step, .. }
            | Place::Moving { node, step, .. } => &mut self.stations[node][step],
            Place::Ready { leg } | Place::Transit { leg, .. } => &mut self.legs[leg],
            Place::Backlog | Place::Gone => unreachable!("it is nowhere"),
        }
    }

    /// Begins a visit where the consignment now stands. What it waited before the start counts as waiting in the line.
    pub(super) fn open_visit(&mut self, i: usize, came: i64) {
        let (stream, n) = self.name_of(&self.goods[i]);
        let visit = Visit {
            object: format!("{stream}#{n}"),
            priority: self.goods[i].priority,
            came,
            entered: None,
            started: None,
            left: None,
            fate: Fate::Present,
            gate: 0,
            line: self.now - came,
            worked: 0,
            paused: 0,
            requeued: 0,
            blocked: 0,
        };
        let visits = &mut self.figures_of(self.goods[i].place).visits;
        visits.push(visit);
        self.goods[i].visit = visits.len() - 1;
    }

    pub(super) fn visit(&mut self, i: usize) -> &mut Visit {
        let (place, visit) = (self.goods[i].place, self.goods[i].visit);
        &mut self.figures_of(place).visits[visit]
    }

    pub(super) fn close_visit(&mut self, i: usize, fate: Fate) {
        let now = self.now;
        let visit = self.visit(i);
        visit.left = Some(now);
        visit.fate = fate;
    }
}
