//! More of ways, from dice of their own: the fastest, the least backlog, and choices by what goods are.
//!
//! A way that leads back stays one of chance, so that goods come to an end.

use super::super::world::{Kind, Law, Next, Trait, World};
use crate::support::Dice;

/// Keeps these dice apart from those of the other features of the same world.
const DICE: u64 = 0x2A75_0000_0000_0000;

pub(super) fn add(number: u64, world: &mut World) {
    let mut dice = Dice::new(number ^ DICE);
    if !dice.coin(35) {
        return;
    }
    for item in &mut world.items {
        item.class = dice.coin(60).then(|| (*dice.one(&["V", "III"])).to_string());
    }
    for from in 0..world.nodes.len() {
        let hops = hops(world, from);
        if hops.is_empty() || !dice.coin(60) {
            continue;
        }
        let next = way(&mut dice, world, from, &hops, 0);
        world.nodes[from].next = next;
    }
}

/// What goods at a node can go on to now, none if some of it leads back or the goods end there.
fn hops(world: &World, from: usize) -> Vec<String> {
    let node = &world.nodes[from];
    let hops: Vec<String> = match &node.next {
        Next::Unsaid if node.kind == Kind::Handover => vec![],
        Next::To(to) => vec![to.clone()],
        Next::Weights(weights) => weights.iter().map(|(to, _)| to.clone()).collect(),
        _ => world.legs.iter().filter(|leg| leg.from == node.name).map(|leg| leg.name()).collect(),
    };
    let target = |hop: &String| world.leg(hop).map_or(hop.clone(), |leg| world.legs[leg].to.clone());
    let back = |hop: &String| world.node(&target(hop)).is_some_and(|to| to <= from);
    if hops.iter().any(back) { vec![] } else { hops }
}

fn way(dice: &mut Dice, world: &World, from: usize, hops: &[String], depth: u8) -> Next {
    let legs = world.legs.iter().filter(|leg| leg.from == world.nodes[from].name).count();
    match dice.below(10) {
        0 | 1 if legs > 0 => Next::Fastest,
        2..=5 if legs > 0 => Next::LeastBacklog,
        6..=8 if depth < 2 => {
            let all = [Trait::Item, Trait::Class, Trait::Priority, Trait::Stream, Trait::Destination];
            let by = *dice.one(&all);
            let mut names = names(world, by);
            dice.shuffle(&mut names);
            names.truncate(dice.between(1, 3) as usize);
            let ways = names.into_iter().map(|name| (name, way(dice, world, from, hops, depth + 1))).collect();
            Next::By(by, ways, Box::new(way(dice, world, from, hops, depth + 1)))
        }
        9 if hops.len() > 1 => Next::Weights(hops.iter().map(|hop| (hop.clone(), dice.between(1, 3) as u64)).collect()),
        _ => Next::To(dice.one(hops).clone()),
    }
}

/// What a choice may name: only what there is.
fn names(world: &World, by: Trait) -> Vec<String> {
    let priorities = |law: &Law| match law {
        Law::Weights(weights) => weights.iter().map(|(value, _)| *value).collect(),
        Law::Constant(value) => vec![*value],
        _ => vec![],
    };
    let mut names: Vec<String> = match by {
        Trait::Item => world.items.iter().map(|item| item.name.clone()).collect(),
        Trait::Class => ["III", "V"].map(str::to_string).to_vec(),
        Trait::Priority => {
            world.streams.iter().flat_map(|s| priorities(&s.priority)).map(|value: i64| value.to_string()).collect()
        }
        Trait::Stream => world.streams.iter().map(|stream| stream.name.clone()).collect(),
        Trait::Destination => world.nodes.iter().map(|node| node.name.clone()).collect(),
    };
    names.sort();
    names.dedup();
    names
}
