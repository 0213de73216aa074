//! The network of a scenario as a picture: a schematic in the order of flow, never a map.

use super::number::plain;
use crate::model::{Brings, Cause, Departures, Hop, Leg, Limit, Plan, RowBrings, Step};
use crate::scenario::Load;
use crate::units::arena::Id;
use crate::units::time::{DAY, HOUR, MINUTE, SimTime};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Boxes and the lines between them.
pub struct Graph {
    title: String,
    boxes: Vec<Box_>,
    lines: Vec<Edge>,
}

/// A stream, a mechanism or a node.
struct Box_ {
    name: String,
    /// What it is, in a word.
    kind: String,
    /// Steps or stages: name, what it has, load above 1.
    rows: Vec<(String, String, bool)>,
    /// What waiting there is charged to.
    cause: Cause,
    /// Dashed: it holds no goods.
    paper: bool,
    is_stream: bool,
}

struct Edge {
    from: usize,
    to: usize,
    /// Lines of text: those of several legs between the same places one after the other.
    labels: Vec<String>,
    /// Reached at once, or money and paper: no leg.
    thin: bool,
}

const WIDTH: i64 = 216;
const GAP: i64 = 176;
const ROW: i64 = 18;
const HEAD: i64 = 44;
const SPACE: i64 = 28;
const MARGIN: i64 = 32;
/// Streams of one box.
const ROWS: usize = 10;

impl Graph {
    /// Everything that a plan says about who brings what where.
    pub fn of(plan: &Plan, title: &str, loads: &[Load]) -> Graph {
        let mut graph = Graph { title: title.to_owned(), boxes: Vec::new(), lines: Vec::new() };
        let load = |place: &str| loads.iter().find(|load| load.place == place);
        let first_node = graph.boxes.len();
        for node in plan.nodes.ids() {
            let n = &plan.nodes[node];
            let row = |s: Id<Step>| {
                let step = &plan.steps[s];
                let found = load(&format!("{}.{}", n.name, step.name)).filter(|l| l.capacity.is_finite());
                let share = found.map_or(String::new(), |l| format!(" · load {:.2}", l.load));
                (step.name.clone(), servers(step) + &share, found.is_some_and(|l| l.load > 1.0))
            };
            let mut rows: Vec<_> = plan.steps_of(node).map(row).collect();
            if let Some(yard) = n.yard {
                rows.push(("yard".to_owned(), limit(yard), false));
            }
            for stock in plan.stocks.iter().filter(|s| s.at == node) {
                let item = &plan.items[stock.item].name;
                rows.push((format!("stock {}", stock.name), format!("{} {item}", stock.on_hand), false));
            }
            let kind = format!("{:?}", n.kind).to_lowercase();
            graph.boxes.push(Box_ {
                name: n.name.clone(),
                kind,
                rows,
                cause: n.kind.cause(),
                paper: false,
                is_stream: false,
            });
        }
        let first_mechanism = graph.boxes.len();
        for m in plan.mechanisms.iter() {
            let timed = |s: &crate::model::Stage| {
                let mean = s.time.mean();
                (s.name.clone(), if mean > 0.0 { format!("mean {}", time(mean)) } else { String::new() }, false)
            };
            let rows = m.stages.iter().map(timed).collect();
            graph.boxes.push(Box_ {
                name: m.name.clone(),
                kind: m.kind.clone(),
                rows,
                cause: Cause::Money,
                paper: true,
                is_stream: false,
            });
        }
        // Steps anywhere take their servers from these.
        if !plan.pools.is_empty() {
            let rows = plan.pools.iter().map(|pool| {
                let found = load(&format!("pool {}", pool.name)).filter(|l| l.capacity.is_finite());
                let share = found.map_or(String::new(), |l| format!(" · load {:.2}", l.load));
                (pool.name.clone(), numbers(&pool.servers) + &share, found.is_some_and(|l| l.load > 1.0))
            });
            graph.boxes.push(Box_ {
                name: "pools".to_owned(),
                kind: "shared by steps".to_owned(),
                rows: rows.collect(),
                cause: Cause::Crew,
                paper: true,
                is_stream: false,
            });
        }
        for (l, leg) in plan.legs.iter().enumerate() {
            let over = load(&leg.name).is_some_and(|load| load.load > 1.0);
            let (from, to) = (first_node + leg.from.index(), first_node + leg.to.index());
            let mut labels = leg_labels(&plan.legs[Id::new(l as u32)], over);
            // Of several between the same places each says its name.
            if plan.legs.iter().filter(|other| (other.from, other.to) == (leg.from, leg.to)).count() > 1 {
                labels.insert(0, leg.name.clone());
            }
            match graph.lines.iter_mut().find(|line| (line.from, line.to) == (from, to)) {
                Some(line) => line.labels.extend(labels),
                None => graph.lines.push(Edge { from, to, labels, thin: false }),
            }
        }
        for node in plan.nodes.ids() {
            for hop in plan.nodes[node].next.hops() {
                if let Hop::Node(to) = hop {
                    graph.thin(first_node + node.index(), first_node + to.index(), "at once");
                }
            }
        }
        for m in plan.mechanisms.ids() {
            if let Some(origin) = plan.mechanisms[m].origin {
                graph.thin(first_mechanism + m.index(), first_node + origin.index(), "");
            }
        }
        for stream in plan.streams.iter() {
            graph.stream(stream, first_node, first_mechanism);
        }
        // Names of many streams say less than their number.
        for item in graph.boxes.iter_mut().filter(|item| item.is_stream && item.rows.len() > ROWS) {
            let more = item.rows.len() - ROWS + 1;
            item.rows.truncate(ROWS - 1);
            item.rows.push((format!("and {more} more"), String::new(), false));
        }
        graph
    }

    fn thin(&mut self, from: usize, to: usize, label: &str) {
        if !self.lines.iter().any(|line| (line.from, line.to) == (from, to)) {
            let labels = if label.is_empty() { Vec::new() } else { vec![label.to_owned()] };
            self.lines.push(Edge { from, to, labels, thin: true });
        }
    }

    /// A stream is a box that leads to where its things go first.
    fn stream(&mut self, stream: &crate::model::Stream, first_node: usize, first_mechanism: usize) {
        let need = |need: &crate::model::NeedPlan| {
            let mut to: Vec<usize> = need.hq.iter().map(|hq| first_node + hq.index()).collect();
            to.extend(need.via.iter().map(|m| first_mechanism + m.index()));
            if need.via.is_none() {
                to.extend(need.lines.iter().filter_map(|l| l.origin).map(|n| first_node + n.index()));
            }
            to
        };
        let (kind, cause, to) = match &stream.brings {
            Brings::Consignments { enters, .. } => ("consignments", Cause::Lift, vec![first_node + enters.index()]),
            Brings::Requirements(n) => ("requirements", Cause::Staff, need(n)),
            Brings::Packages(p) => ("packages", Cause::Money, vec![first_mechanism + p.via.index()]),
            Brings::Pledges(p) => ("pledges", Cause::Money, vec![first_mechanism + p.to.index()]),
            Brings::Rows(rows) => {
                let to = rows.iter().flat_map(|row| match &row.brings {
                    RowBrings::Pledge { pledge, .. } => vec![first_mechanism + pledge.to.index()],
                    RowBrings::Requirement { need: n, .. } => need(n),
                    _ => Vec::new(),
                });
                ("journal", Cause::Source, to.collect())
            }
        };
        // Streams of one kind that lead to the same places are one box.
        let leads = |graph: &Graph, from: usize| -> Vec<usize> {
            graph.lines.iter().filter(|line| line.from == from).map(|line| line.to).collect()
        };
        let mut to = to;
        to.sort_unstable();
        to.dedup();
        let alike = (0..self.boxes.len()).find(|&at| {
            self.boxes[at].is_stream
                && self.boxes[at].kind.trim_start_matches(|c: char| !c.is_alphabetic()) == kind
                && {
                    let mut there = leads(self, at);
                    there.sort_unstable();
                    there == to
                }
        });
        if let Some(at) = alike {
            let item = &mut self.boxes[at];
            if item.rows.is_empty() {
                item.rows.push((std::mem::take(&mut item.name), String::new(), false));
            }
            item.rows.push((stream.name.clone(), String::new(), false));
            item.name = format!("{} streams", item.rows.len());
            return;
        }
        let from = self.boxes.len();
        let paper = !matches!(stream.brings, Brings::Consignments { .. });
        let (name, kind) = (stream.name.clone(), kind.to_owned());
        self.boxes.push(Box_ { name, kind, rows: Vec::new(), cause, paper, is_stream: true });
        to.into_iter().for_each(|to| self.thin(from, to, ""));
    }

    /// For Graphviz.
    pub fn dot(&self) -> String {
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let mut out = format!(
            "digraph {} {{\n  rankdir = LR;\n  label = {};\n  node [shape = box, fontname = \"sans-serif\"];\n",
            quoted("waybill"),
            quoted(&self.title)
        );
        for (at, item) in self.boxes.iter().enumerate() {
            let mut label = format!("{}\n{}", item.name, item.kind);
            item.rows.iter().for_each(|(name, what, _)| label += &format!("\n{name}  {what}"));
            let style = if item.paper { ", style = dashed" } else { "" };
            let _ = writeln!(out, "  n{at} [label = {}{style}];", quoted(&label).replace('\n', "\\n"));
        }
        for line in &self.lines {
            let style = if line.thin { ", style = dashed" } else { "" };
            let label = quoted(&line.labels.join("\n")).replace('\n', "\\n");
            let _ = writeln!(out, "  n{} -> n{} [label = {label}{style}];", line.from, line.to);
        }
        out + "}\n"
    }

    /// A drawing that stands alone: the same bytes each time.
    pub fn svg(&self) -> String {
        let columns = self.columns();
        let mut at: BTreeMap<usize, (i64, i64)> = BTreeMap::new();
        let height = |item: &Box_| HEAD + ROW * item.rows.len() as i64 + if item.rows.is_empty() { 0 } else { 10 };
        let tall = |column: &Vec<usize>| column.iter().map(|&i| height(&self.boxes[i]) + SPACE).sum::<i64>();
        let tallest = columns.iter().map(tall).max().unwrap_or(0);
        let mut bottom = 72 + tallest;
        for (c, column) in columns.iter().enumerate() {
            // Each column stands in the middle.
            let mut y = 72 + (tallest - tall(column)) / 2;
            for &i in column {
                at.insert(i, (MARGIN + c as i64 * (WIDTH + GAP), y));
                y += height(&self.boxes[i]) + SPACE;
            }
            bottom = bottom.max(y);
        }
        let width = MARGIN * 2 + columns.len() as i64 * (WIDTH + GAP) - GAP;
        // Lines back run below everything, each at a height of its own.
        let back = self.lines.iter().filter(|line| at[&line.to].0 <= at[&line.from].0).count() as i64;
        let full = bottom + back * 16 + 24;
        let (w, h) = (width.max(480), full);
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\">\n<title>{}</title>\n<style>{STYLE}</style>\n<rect class=\"page\" width=\"{w}\" height=\"{h}\"/>\n<text class=\"t\" x=\"{MARGIN}\" y=\"40\">{}</text>\n",
            escaped(&self.title),
            escaped(&self.title)
        );
        let mut below = bottom;
        for line in &self.lines {
            let ((x1, y1), (x2, y2)) = (at[&line.from], at[&line.to]);
            let (y1, y2) = (y1 + 22, y2 + 22);
            let class = if line.thin { "l d" } else { "l" };
            if x2 > x1 {
                let (a, b) = (x1 + WIDTH, x2);
                let mid = (a + b) / 2;
                let _ = writeln!(out, "<path class=\"{class}\" d=\"M{a} {y1}C{mid} {y1} {mid} {y2} {b} {y2}\"/>");
                let _ = writeln!(out, "<path class=\"h\" d=\"M{b} {y2}l-7 -4v8z\"/>");
                // At the end of the line where fewer others are.
                let others =
                    |end: &dyn Fn(&Edge) -> usize| self.lines.iter().filter(|other| end(other) == end(line)).count();
                let first = others(&|edge| edge.from) < others(&|edge| edge.to);
                let (class, lx, y) = if first { ("n k", a + 8, y1) } else { ("n k e", b - 10, y2) };
                for (i, label) in line.labels.iter().enumerate() {
                    let ly = y - 6 - 14 * (line.labels.len() - 1 - i) as i64;
                    let _ = writeln!(out, "<text class=\"{class}\" x=\"{lx}\" y=\"{ly}\">{}</text>", escaped(label));
                }
            } else {
                below += 16;
                let (a, b) = (x1 + WIDTH / 2, x2 + WIDTH / 2);
                let (from, to) =
                    (at[&line.from].1 + height(&self.boxes[line.from]), at[&line.to].1 + height(&self.boxes[line.to]));
                let _ = writeln!(out, "<path class=\"{class}\" d=\"M{a} {from}V{below}H{b}V{to}\"/>");
                let _ = writeln!(out, "<path class=\"h\" d=\"M{b} {to}l-4 7h8z\"/>");
                let _ = writeln!(
                    out,
                    "<text class=\"n k\" x=\"{}\" y=\"{}\">{}</text>",
                    a.min(b) + 6,
                    below - 4,
                    escaped(&line.labels.join(" · "))
                );
            }
        }
        for (i, item) in self.boxes.iter().enumerate() {
            let (x, y) = at[&i];
            let class = if item.paper { "b d" } else { "b" };
            let _ = writeln!(
                out,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{}\" rx=\"6\"/><rect class=\"c-{}\" x=\"{x}\" y=\"{}\" width=\"4\" height=\"28\"/>",
                height(item),
                item.cause.name(),
                y + 8
            );
            let _ = writeln!(
                out,
                "<text class=\"s\" x=\"{}\" y=\"{}\">{}</text>",
                x + 14,
                y + 20,
                escaped(&cut(&item.name, 26))
            );
            let _ = writeln!(out, "<text class=\"n\" x=\"{}\" y=\"{}\">{}</text>", x + 14, y + 36, escaped(&item.kind));
            for (r, (name, what, over)) in item.rows.iter().enumerate() {
                let ry = y + HEAD + 14 + ROW * r as i64;
                let mark = if *over { "▲ " } else { "" };
                let _ = writeln!(
                    out,
                    "<text class=\"r\" x=\"{}\" y=\"{ry}\">{}</text>",
                    x + 14,
                    escaped(&cut(name, if what.is_empty() { 28 } else { 14 }))
                );
                let what = escaped(&format!("{mark}{}", cut(what, 22)));
                let _ = writeln!(out, "<text class=\"n e\" x=\"{}\" y=\"{ry}\">{what}</text>", x + WIDTH - 12);
            }
        }
        out + "</svg>\n"
    }

    /// Boxes by column: each stands right of all that lead to it, but for lines back in a circle.
    fn columns(&self) -> Vec<Vec<usize>> {
        let mut next: Vec<Vec<usize>> = vec![Vec::new(); self.boxes.len()];
        self.lines.iter().for_each(|line| next[line.from].push(line.to));
        let mut column = vec![0usize; self.boxes.len()];
        // 0 unseen, 1 on the way, 2 done; done boxes in the order in which they were.
        let (mut seen, mut order) = (vec![0u8; self.boxes.len()], Vec::new());
        let roots = (0..self.boxes.len()).rev();
        for root in roots {
            let mut stack = vec![(root, false)];
            while let Some((at, done)) = stack.pop() {
                if done {
                    seen[at] = 2;
                    order.push(at);
                } else if seen[at] == 0 {
                    seen[at] = 1;
                    stack.push((at, true));
                    stack.extend(next[at].iter().filter(|&&to| seen[to] == 0).map(|&to| (to, false)));
                }
            }
        }
        let rank: BTreeMap<usize, usize> = order.iter().rev().enumerate().map(|(rank, &at)| (at, rank)).collect();
        for &at in order.iter().rev() {
            for &to in next[at].iter().filter(|&&to| rank[&to] > rank[&at]) {
                column[to] = column[to].max(column[at] + 1);
            }
        }
        let most = column.iter().max().map_or(0, |most| most + 1);
        let mut columns = vec![Vec::new(); most];
        let mut all: Vec<usize> = (0..self.boxes.len()).collect();
        all.sort_by(|&a, &b| self.boxes[a].name.cmp(&self.boxes[b].name));
        all.into_iter().for_each(|at| columns[column[at]].push(at));
        columns
    }
}

/// Colours by stage, light and dark.
const STYLE: &str = "text{font-family:Inter,'Segoe UI',system-ui,Roboto,Arial,sans-serif;fill:#15191E}.page{fill:#F7F6F3}.b{fill:#FFF;stroke:#E1DED7}.l{fill:none;stroke:#8B929B;stroke-width:1.5}.d{stroke-dasharray:4 4}.h{fill:#8B929B}.t{font-size:20px}.s{font-size:14px;font-weight:600}.r{font-size:12px}.n{font-size:11px;fill:#565E68}.e{text-anchor:end}.k{paint-order:stroke;stroke:#F7F6F3;stroke-width:4px;stroke-linejoin:round}.c-staff{fill:#3A424D}.c-source{fill:#8F8B45}.c-money{fill:#EC9210}.c-release{fill:#C8321F}.c-production{fill:#45135F}.c-lift{fill:#5B9BE0}.c-hub{fill:#2851BE}.c-crew{fill:#D653A4}.c-border{fill:#13633F}.c-confirmation{fill:#ADA496}@media(prefers-color-scheme:dark){text{fill:#E9ECEF}.page{fill:#0F1317}.k{stroke:#0F1317}.b{fill:#161B21;stroke:#2A3139}.n{fill:#A3ACB7}}";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// At most so many letters.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}

fn servers(step: &Step) -> String {
    numbers(&step.servers)
}

/// The number of a calendar, or its least and its most.
fn numbers(calendar: &[(SimTime, u32)]) -> String {
    let all = calendar.iter().map(|e| e.1);
    let word = |n: u32| if n == u32::MAX { "unlimited".to_owned() } else { n.to_string() };
    match (all.clone().min().unwrap_or(0), all.max().unwrap_or(0)) {
        (u32::MAX, _) => "unlimited".to_owned(),
        (1, 1) => "1 server".to_owned(),
        (least, most) if least == most => format!("{least} servers"),
        (least, most) => format!("{} to {} servers", word(least), word(most)),
    }
}

fn limit(limit: Limit) -> String {
    let number = limit.number.map(|n| n.to_string());
    let mass = limit.mass.map(|m| format!("{} t", plain(m.0 as f64 / 1_000.0)));
    number.into_iter().chain(mass).collect::<Vec<_>>().join(", ")
}

/// Seconds in a unit that reads well.
fn time(seconds: f64) -> String {
    for (unit, name) in [(DAY, "d"), (HOUR, "h"), (MINUTE, "min")] {
        if seconds >= unit as f64 {
            return format!("{} {name}", plain(seconds / unit as f64));
        }
    }
    format!("{} s", plain(seconds))
}

/// How goods travel and how long, then the departures.
fn leg_labels(leg: &Leg, over: bool) -> Vec<String> {
    let by = |d: &Departures| {
        let every = d.clock.map(|clock| format!("every {}", time(clock.every.0 as f64)));
        let fleet = d
            .fleet
            .as_ref()
            .map(|fleet| format!("{} vehicle{}", fleet.vehicles, if fleet.vehicles == 1 { "" } else { "s" }));
        let size = d.capacity.map(limit);
        let all: Vec<String> = every.into_iter().chain(fleet).chain(size).collect();
        all.join(", ")
    };
    let mark = if over { "▲ " } else { "" };
    let travel = format!("{mark}{} · {}", leg.mode, time(leg.transit.mean()));
    let departures = leg.departures.as_ref().map(by).filter(|text| !text.is_empty());
    [Some(travel), departures].into_iter().flatten().collect()
}
