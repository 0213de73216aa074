//! Random small worlds, always the same one for a number: each feature has its own coin, and times are few and small, so
//! that ties of every kind at one instant are frequent.
//!
//! Goods always come to an end: ways lead forward through the nodes as made, but for some weighted ones that lead back
//! with a chance to go on; least loads and streams without a count come only with an `end`.

#[path = "gen/legs.rs"]
mod legs;
#[path = "gen/stations.rs"]
mod stations;
#[path = "gen/ways.rs"]
mod ways;

use crate::support::Dice;

use super::world::{
    Arrivals, DAY, Departures, Discipline, Disruption, Effect, Goods, Hours, Item, Kind, Law, Leg, Limit, MILLION,
    MONDAY, Next, Node, OnOutage, Servers, Step, Stream, WhenFull, World,
};

/// Names whose order is not the order in which they are taken, and which differ late or in length.
const NAMES: [&str; 14] = ["b", "a-1", "a", "a10", "a2", "B", "z", "a_2", "a-10", "c", "0", "bb", "A1", "b-"];

/// The world of this number.
pub fn world(number: u64) -> World {
    let mut dice = Dice::new(number);
    let mut world = World::new();
    let shape = Shape::new(&mut dice);
    world.end = shape.ends.then(|| dice.of(&[60, 120, 200, 300, 600, 600]));
    if dice.coin(15) {
        world.start = MONDAY - 120;
    }
    if dice.coin(30) {
        world.items = vec![Item::new("kit", 2), Item::new("b", 3)];
    }
    nodes(&mut dice, &shape, &mut world);
    ways(&mut dice, &shape, &mut world);
    streams(&mut dice, &shape, &mut world);
    drop_the_unreached(&mut world);
    disruptions(&mut dice, &mut world);
    stations::add(number, &mut world);
    legs::add(number, &shape, &mut world);
    ways::add(number, &mut world);
    shuffled(&world, dice.word())
}

/// The same world, its entries in another order. (The steps of a node are in the order in which goods pass them.)
pub fn shuffled(world: &World, number: u64) -> World {
    let mut dice = Dice::new(number);
    let mut world = world.clone();
    dice.shuffle(&mut world.items);
    dice.shuffle(&mut world.streams);
    dice.shuffle(&mut world.nodes);
    dice.shuffle(&mut world.legs);
    dice.shuffle(&mut world.disruptions);
    for node in &mut world.nodes {
        if let Next::Weights(weights) = &mut node.next {
            dice.shuffle(weights);
        }
    }
    dice.shuffle(&mut world.pools);
    world
}

/// What is drawn once for the whole world, so that some worlds are without a feature altogether.
struct Shape {
    ends: bool,
    hours: bool,
    yards: bool,
    clocks: bool,
    repeats: bool,
    back: bool,
    /// No consignment weighs more.
    heaviest: i64,
}

impl Shape {
    fn new(dice: &mut Dice) -> Shape {
        Shape {
            ends: dice.coin(50),
            hours: dice.coin(25),
            yards: dice.coin(60),
            clocks: dice.coin(50),
            repeats: dice.coin(30),
            back: dice.coin(15),
            heaviest: 9,
        }
    }
}

fn nodes(dice: &mut Dice, shape: &Shape, world: &mut World) {
    let mut names = NAMES.to_vec();
    dice.rotate(&mut names);
    let count = dice.between(1, 5).max(dice.between(1, 4)) as usize;
    for (i, name) in names.iter().take(count).enumerate() {
        let last = i + 1 == count;
        let kind = if (last && dice.coin(70)) || dice.coin(8) {
            Kind::Handover
        } else if i == 0 && dice.coin(60) {
            Kind::Origin
        } else {
            Kind::Hub
        };
        let mut node = Node::new(name, kind);
        let steps = if dice.coin(20) { 0 } else { dice.between(1, 3) };
        let mut step_names = NAMES.to_vec();
        dice.rotate(&mut step_names);
        for name in step_names.iter().take(steps as usize) {
            node.steps.push(step(dice, shape, name));
        }
        if shape.yards && dice.coin(50) {
            node.yard = yard(dice, shape);
        }
        if shape.hours && dice.coin(40) {
            node.hours = Some(hours(dice, shape));
        }
        if dice.coin(40) {
            node.on_outage = Some(*dice.one(&[OnOutage::Pause, OnOutage::Finish, OnOutage::Requeue]));
        }
        world.nodes.push(node);
    }
    let names: Vec<String> = world.nodes.iter().map(|node| node.name.clone()).collect();
    for (i, node) in world.nodes.iter_mut().enumerate() {
        let later = &names[i + 1..];
        if node.yard.is_stated() {
            node.when_full = when_full(dice, later);
        }
        if let Some(first) = node.steps.first_mut()
            && first.yard.is_stated()
        {
            first.when_full = when_full(dice, later);
        }
    }
}

fn step(dice: &mut Dice, shape: &Shape, name: &str) -> Step {
    let mut step = Step::new(name, 1, 0);
    step.time = short_time(dice);
    step.servers = match dice.below(10) {
        0..=4 => Servers::Number(1),
        5 | 6 => Servers::Number(dice.between(2, 3)),
        7 => Servers::Unlimited,
        _ => {
            let mut parts = vec![(0, dice.between(0, 3))];
            for _ in 0..dice.between(1, 2) {
                parts.push((parts[parts.len() - 1].0 + dice.of(&[5, 10, 20, 30, 60]), dice.between(0, 3)));
            }
            let last = parts.len() - 1;
            parts[last].1 = parts[last].1.max(1);
            Servers::Calendar(parts)
        }
    };
    if dice.coin(50) {
        let all = [Discipline::Fifo, Discipline::Lifo, Discipline::EarliestDue, Discipline::Shortest];
        step.discipline = *dice.one(&all);
    }
    if shape.yards && dice.coin(40) {
        step.yard = yard(dice, shape);
    }
    if shape.repeats && dice.coin(50) {
        step.repeat = *dice.one(&[MILLION / 20, MILLION / 4, MILLION / 2]);
    }
    if shape.hours && dice.coin(30) {
        step.hours = Some(hours(dice, shape));
    }
    if dice.coin(30) {
        step.on_outage = Some(*dice.one(&[OnOutage::Pause, OnOutage::Finish, OnOutage::Requeue]));
    }
    step
}

/// Every consignment fits into it when it is empty.
fn yard(dice: &mut Dice, shape: &Shape) -> Limit {
    let number = Limit::number(dice.between(1, 3));
    let mass = Limit::mass(shape.heaviest + dice.between(0, 9));
    match dice.below(4) {
        0 | 1 => number,
        2 => mass,
        _ => Limit { number: number.number, mass: mass.mass },
    }
}

fn when_full(dice: &mut Dice, later: &[String]) -> WhenFull {
    match dice.below(6) {
        0 => WhenFull::Refuse,
        1 => WhenFull::Overflow,
        2 | 3 if !later.is_empty() => WhenFull::Divert(dice.one(later).clone()),
        _ => WhenFull::Wait,
    }
}

/// Shut for a few minutes about midnight, where worlds begin, or for whole days. Where nothing but the goods ends the
/// world, not so long that a timetable might never meet them.
fn hours(dice: &mut Dice, shape: &Shape) -> Hours {
    let (first, last) = *dice.one(&[(0, 6), (0, 6), (0, 4), (1, 6)]);
    let spans = [(0, 1440), (1, 1440), (0, 1439), (1, 1439), (2, 1438), (1, 3)];
    let (opens, closes) = *dice.one(if shape.ends { &spans } else { &spans[..5] });
    Hours { first, last, opens, closes }
}

fn ways(dice: &mut Dice, shape: &Shape, world: &mut World) {
    let count = world.nodes.len();
    for from in 0..count {
        let handover = world.nodes[from].kind == Kind::Handover;
        if from + 1 == count || (handover && dice.coin(70)) {
            continue;
        }
        let mut targets = vec![];
        for to in from + 1..count {
            if to == from + 1 || dice.coin(30) {
                targets.push(to);
            }
        }
        for &to in &targets {
            if dice.coin(70) {
                let leg = leg(dice, shape, world, from, to, "road");
                world.legs.push(leg);
            }
        }
        // Two legs between the same places, where nothing but a leg's name or the fastest way chooses.
        let twin = dice.coin(10).then(|| leg(dice, shape, world, from, targets[0], "air"));
        let mut hops: Vec<String> = vec![];
        for &to in &targets {
            let led =
                world.legs.iter().rfind(|leg| leg.from == world.nodes[from].name && leg.to == world.nodes[to].name);
            match led {
                Some(leg) if twin.is_some() || dice.coin(25) => hops.push(leg.name()),
                _ => hops.push(world.nodes[to].name.clone()),
            }
        }
        if let Some(twin) = twin {
            if hops[0] == twin.to {
                hops.remove(0);
            }
            hops.push(twin.name());
            world.legs.push(twin);
        }
        // A loop must not be closed by default ways: where loops are, every way is said.
        let unsaid = !shape.back && !handover && dice.coin(25);
        world.nodes[from].next = if unsaid {
            Next::Unsaid
        } else if hops.len() > 1 || (!handover && dice.coin(30)) {
            let mut weights: Vec<(String, u64)> =
                hops.into_iter().map(|hop| (hop, dice.between(1, 3) as u64)).collect();
            if !handover && dice.coin(30) {
                weights.push(("out".into(), 1));
            }
            if shape.back && from > 0 && dice.coin(60) {
                let back = dice.below(from as i64) as usize;
                if dice.coin(60) {
                    let leg = leg(dice, shape, world, from, back, "rail");
                    world.legs.push(leg);
                }
                weights.push((world.nodes[back].name.clone(), 1));
            }
            Next::Weights(weights)
        } else {
            Next::To(hops.swap_remove(0))
        };
    }
}

fn leg(dice: &mut Dice, shape: &Shape, world: &World, from: usize, to: usize, mode: &str) -> Leg {
    let mut leg = Leg::road(&world.nodes[from].name, &world.nodes[to].name, 0);
    leg.mode = mode.into();
    leg.transit = short_time(dice);
    if dice.coin(30) {
        leg.name = Some(format!("{}-leg{}", dice.one(&["l", "a", "z"]), world.legs.len()));
    }
    if shape.clocks && dice.coin(60) {
        let every = if shape.hours { dice.of(&[60, 120, 600]) } else { dice.of(&[5, 10, 15, 20, 30, 60]) };
        let mut departures = Departures::every(every);
        if dice.coin(40) {
            departures.first = Some(dice.of(&[0, 0, 5, 10, -7, -30]));
        }
        if dice.coin(70) {
            departures.capacity = yard(dice, shape);
        }
        if shape.ends && dice.coin(30) {
            let number = Limit::number(dice.between(1, departures.capacity.number.unwrap_or(3)));
            departures.min_load = if dice.coin(60) { number } else { Limit::mass(dice.between(1, 9)) };
        }
        departures.strict = dice.coin(30);
        departures.each = dice.coin(30);
        if dice.coin(40) {
            departures.discipline = *dice.one(&[Discipline::Fifo, Discipline::Lifo, Discipline::EarliestDue]);
        }
        leg.departures = Some(departures);
    }
    leg
}

fn streams(dice: &mut Dice, shape: &Shape, world: &mut World) {
    let mut names = NAMES.to_vec();
    dice.rotate(&mut names);
    let count = dice.between(1, 4) as usize;
    for (i, name) in names.iter().take(count).enumerate() {
        let enters = if i == 0 { 0 } else { dice.below(world.nodes.len() as i64) as usize };
        let mut stream = Stream::at(name, &[], &world.nodes[enters].name);
        if dice.coin(40) {
            let earliest = if dice.coin(30) { -30 } else { 0 };
            let mut dates: Vec<i64> =
                (0..dice.between(1, 7)).map(|_| dice.between(earliest / 5, 20) * 5 + dice.of(&[0, 0, 0, 1])).collect();
            dates.sort_unstable();
            stream.arrivals = Arrivals::At(dates);
        } else {
            let counted = !shape.ends || dice.coin(60);
            let interval = match dice.below(4) {
                0 if counted => Law::Uniform(0, dice.of(&[1, 5, 10, 30])),
                0 => Law::Uniform(5, 30),
                1 => Law::Weights(vec![(10, 2), (0, 1), (20, 1)]),
                _ => Law::Constant(dice.of(&[5, 10, 10, 15, 20, 30])),
            };
            let first = dice.coin(30).then(|| dice.of(&[0, 0, 5, 10]));
            stream.arrivals = Arrivals::Every { interval, first };
            stream.count = counted.then(|| dice.between(1, 12) as u64);
        }
        stream.priority = match dice.below(3) {
            0 => Law::Constant(dice.between(-1, 3)),
            1 => Law::Weights(vec![(2, 50), (1, 30), (-3, 20)]),
            _ => Law::Constant(1),
        };
        stream.goods = match dice.below(4) {
            0 | 1 => Goods::Mass(if dice.coin(50) { Law::Uniform(1, 9) } else { Law::Constant(dice.between(1, 9)) }),
            2 if !world.items.is_empty() => {
                Goods::Item { name: dice.one(&["kit", "b"]).to_string(), quantity: Law::Uniform(1, 3) }
            }
            _ => Goods::Unstated,
        };
        if dice.coin(25) {
            let to = enters + dice.below((world.nodes.len() - enters) as i64) as usize;
            stream.to = Some(world.nodes[to].name.clone());
        }
        world.streams.push(stream);
    }
}

fn disruptions(dice: &mut Dice, world: &mut World) {
    let mut places: Vec<String> = world.legs.iter().map(Leg::name).collect();
    for node in &world.nodes {
        places.push(node.name.clone());
        places.extend(node.steps.iter().map(|step| format!("{}.{}", node.name, step.name)));
    }
    let mut names = NAMES.to_vec();
    dice.rotate(&mut names);
    let count = if dice.coin(40) { 0 } else { dice.between(1, 5) as usize };
    for name in names.iter().take(count) {
        let effect = match dice.below(10) {
            0 | 1 => Effect::Time(*dice.one(&[MILLION / 2, MILLION * 3 / 2, MILLION * 2])),
            2 | 3 => Effect::Capacity(*dice.one(&[0, MILLION / 4, MILLION / 2])),
            _ => Effect::Closed,
        };
        world.disruptions.push(Disruption {
            name: (*name).into(),
            strikes: dice.one(&places).clone(),
            on: dice.between(0, 14) * 5,
            lasts: dice.of(&[1, 5, 10, 10, 20, 30, 60]),
            effect,
            random: None,
        });
    }
}

/// Drops the nodes, legs and destinations that nothing can reach, which the checker would refuse.
fn drop_the_unreached(world: &mut World) {
    let mut reached: Vec<String> = world.streams.iter().map(|stream| stream.enters.clone()).collect();
    let mut next = 0;
    while let Some(name) = reached.get(next).cloned() {
        next += 1;
        let node = &world.nodes[world.node(&name).expect("only nodes are reached")];
        let mut hops = vec![];
        match &node.next {
            Next::Unsaid if node.kind == Kind::Handover => {}
            // The other ways are said later.
            Next::Unsaid | Next::Fastest | Next::LeastBacklog | Next::By(..) => {
                hops.extend(world.legs.iter().filter(|leg| leg.from == name).map(|leg| leg.to.clone()))
            }
            Next::To(to) => hops.push(to.clone()),
            Next::Weights(weights) => hops.extend(weights.iter().map(|(to, _)| to.clone())),
        }
        let first = node.steps.first().map(|step| &step.when_full);
        for when_full in [Some(&node.when_full), first].into_iter().flatten() {
            if let WhenFull::Divert(to) = when_full {
                hops.push(to.clone());
            }
        }
        for hop in hops {
            let to = world.leg(&hop).map_or(hop, |leg| world.legs[leg].to.clone());
            if to != "out" && !reached.contains(&to) {
                reached.push(to);
            }
        }
    }
    world.nodes.retain(|node| reached.contains(&node.name));
    let uses = |leg: &Leg| {
        let from = world.node(&leg.from).map(|node| &world.nodes[node]);
        let named = |to: &str| to == leg.to || to == leg.name();
        from.is_some_and(|from| match &from.next {
            Next::Unsaid | Next::Fastest | Next::LeastBacklog | Next::By(..) => from.kind != Kind::Handover,
            Next::To(to) => named(to),
            Next::Weights(weights) => weights.iter().any(|(to, _)| named(to)),
        })
    };
    let used: Vec<bool> = world.legs.iter().map(uses).collect();
    let mut used = used.into_iter();
    world.legs.retain(|_| used.next().expect("one for each leg"));
    for stream in &mut world.streams {
        stream.to = stream.to.take().filter(|to| reached.contains(to));
    }
}

/// Small times, most of them multiples of five.
fn short_time(dice: &mut Dice) -> Law {
    const TIMES: [i64; 12] = [0, 1, 3, 5, 5, 10, 10, 15, 20, 30, 60, 120];
    match dice.below(8) {
        0 | 1 => Law::Uniform(dice.between(0, 2) * 5, dice.between(2, 6) * 5),
        2 => Law::Weights(vec![(10, 3), (5, 2), (0, 1)]),
        3 => Law::Empirical(vec![20, 5, 5, 10]),
        _ => Law::Constant(dice.of(&TIMES)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::rare::{OF_WAYS, RARE, legs, rare};
    use super::super::tick::{Event, Fate, Outcome, run};
    use super::super::world::to_toml;
    use super::*;
    use std::collections::BTreeMap;

    const WORLDS: u64 = 100;

    fn lines(events: &[Event]) -> Vec<String> {
        events.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_world_comes_to_its_end_and_every_kind_of_event_happens() {
        let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
        for number in 0..WORLDS {
            let world = world(number);
            let outcome = run(&world, number);
            assert!(!outcome.stuck, "world {number} is stuck");
            assert!(outcome.events.len() < 200_000, "world {number} has {} events", outcome.events.len());
            if world.end.is_none() {
                assert!(outcome.end < 30 * DAY && outcome.lives.iter().all(|(_, _, gone)| gone.is_some()), "{number}");
            }
            for event in &outcome.events {
                *kinds.entry(event.kind.clone()).or_default() += 1;
            }
        }
        assert_eq!(kinds.len(), 39, "{kinds:?}");
        assert!(kinds.values().all(|&times| times > 0), "{kinds:?}");
    }

    #[test]
    fn rare_things_happen() {
        let all = RARE.iter().chain(&legs::RARE).chain(&OF_WAYS);
        let mut times: BTreeMap<&str, u64> = all.map(|&what| (what, 0)).collect();
        // As many as the suite runs through the engine at least.
        for number in 0..10 * WORLDS {
            let world = world(number);
            for (what, n) in rare(&world, &run(&world, number)) {
                *times.get_mut(what).expect("it is listed") += n;
            }
            if times.values().all(|&n| n > 0) {
                return;
            }
        }
        panic!("{times:#?}");
    }

    #[test]
    fn the_order_of_entries_matters_to_nobody() {
        for number in 0..WORLDS {
            let world = world(number);
            let (told, again) = (run(&world, number), run(&shuffled(&world, number + 1), number));
            assert_eq!(lines(&told.events), lines(&again.events), "world {number}");
        }
    }

    #[test]
    fn times_rise_and_every_second_of_a_visit_is_accounted_for() {
        for number in 0..WORLDS {
            let outcome = run(&world(number), number);
            assert!(outcome.events.is_sorted_by_key(|event| event.time), "world {number}");
            for (name, figures) in outcome.stations.iter().chain(&outcome.legs) {
                let place = format!("{name} of world {number}");
                let mut present = 0;
                for visit in &figures.visits {
                    let left = visit.left.unwrap_or(outcome.end.max(0));
                    assert_eq!(visit.parts(), left - visit.came, "{place}: {visit:?}");
                    present += left - visit.came.max(0);
                }
                assert_eq!(figures.present, present, "{place}: Little's law");
                assert_eq!(figures.busy, figures.visits.iter().map(|visit| visit.worked).sum::<i64>(), "{place}");
            }
        }
    }

    #[test]
    fn what_comes_to_a_step_enters_is_sent_away_or_stands_outside() {
        for number in 0..WORLDS {
            let world = world(number);
            let outcome = run(&world, number);
            for (name, figures) in &outcome.stations {
                let (node, step) = name.split_once('.').expect("node.step");
                let told = |kind: &str| count(&outcome, kind, node, step);
                let fate = |fate: Fate| figures.visits.iter().filter(|visit| visit.fate == fate).count();
                let entered = figures.visits.iter().filter(|visit| visit.entered.is_some()).count();
                assert_eq!(entered, told("YardEntered"), "{name} of world {number}");
                let finished = told("HandlingFinished");
                let blocked = figures.visits.iter().filter(|visit| visit.left.is_none() && visit.blocked > 0).count();
                assert!(fate(Fate::Left) + blocked <= finished, "{name} of world {number}");
            }
        }
    }

    fn count(outcome: &Outcome, kind: &str, node: &str, step: &str) -> usize {
        let told = outcome.events.iter().filter(|event| event.kind == kind).map(ToString::to_string);
        let (at_node, at_step) = (format!(" node={node} "), format!(" step={step}"));
        told.filter(|line| line.contains(&at_node) && line.ends_with(&at_step)).count()
    }

    #[test]
    fn worlds_are_toml() {
        for number in 0..WORLDS {
            let text = to_toml(&world(number));
            let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("world {number}: {error}\n{text}"));
            assert!(table.contains_key("time") && table.contains_key("consignment"));
        }
    }
}
