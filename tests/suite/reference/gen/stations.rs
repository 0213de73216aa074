//! Keys of arrivals, steps, pools and outages that worlds learnt later. Each has dice of its own, so that what a world is otherwise
//! stays as it was, and only some worlds have it, so that most of what a new key could hide is still seen without it.

use super::super::world::{Pool, Preempt, Profile, Random, UNLIMITED};
use super::*;

/// Adds them to a world of this number.
pub(super) fn add(number: u64, world: &mut World) {
    let dice = |key: u64| Dice::new(number ^ (key << 40));
    batches(&mut dice(1), world);
    rates(&mut dice(2), world);
    circles(&mut dice(3), world);
    patience(&mut dice(4), world);
    preemption(&mut dice(5), world);
    unlimited(&mut dice(7), world);
    outages(&mut dice(6), world);
    pools(&mut dice(8), world);
    only(&mut dice(9), world);
    away(&mut dice(10), world);
}

fn batches(dice: &mut Dice, world: &mut World) {
    if !dice.coin(20) {
        return;
    }
    for stream in &mut world.streams {
        if dice.coin(60) {
            stream.batch = Some(match dice.below(3) {
                0 => Law::Constant(dice.between(1, 3)),
                1 => Law::Uniform(1, dice.between(2, 4)),
                _ => Law::Weights(vec![(1, 3), (4, 1)]),
            });
        }
    }
}

/// Profiles and trends. Some worlds that have no clock become long ones, so that days, weeks and months begin in them.
fn rates(dice: &mut Dice, world: &mut World) {
    if !dice.coin(20) {
        return;
    }
    let clocks = world.legs.iter().any(|leg| leg.departures.is_some());
    // Without an end nobody has the time to see a timetable through the months until something comes.
    let near = clocks && world.end.is_none();
    let long = !clocks && world.end.is_none() && dice.coin(40);
    for stream in &mut world.streams {
        let Arrivals::Every { interval, .. } = &mut stream.arrivals else { continue };
        if !dice.coin(70) {
            continue;
        }
        if long {
            let most = dice.of(&[3600, 40_000, DAY, 4 * DAY]);
            *interval = Law::Uniform(0, most);
        }
        if dice.coin(70) {
            stream.profile = Some(profile(dice, long, near));
        }
        if dice.coin(40) && !near {
            stream.trend = trend(dice, long);
        }
        // A rate that is zero from before the start on brings nothing, and what would come within a second for ever is refused.
        if let Some(last) = stream.trend.last_mut().filter(|last| last.0 <= 0 && last.1 == 0) {
            last.1 = MILLION;
        }
        stream.count = stream.count.or(Some(60));
    }
}

fn factor(dice: &mut Dice) -> u64 {
    *dice.one(&[0, 0, 0, MILLION / 4, MILLION / 2, MILLION, 2 * MILLION, 3 * MILLION, 333_333, 1_234_567])
}

fn factors(dice: &mut Dice, n: usize) -> Vec<u64> {
    let mut factors: Vec<u64> = (0..n).map(|_| factor(dice)).collect();
    // Something has to come at some time.
    let one = dice.below(n as i64) as usize;
    factors[one] = factors[one].max(MILLION / 2);
    factors
}

fn profile(dice: &mut Dice, long: bool, near: bool) -> Profile {
    if dice.coin(50) || near {
        let length = if long { dice.of(&[3600, 20_000, DAY]) } else { dice.of(&[1, 5, 7, 10, 20]) };
        let n = dice.between(1, 4) as usize;
        return Profile::Parts { period: length * n as i64, factors: factors(dice, n) };
    }
    let said = dice.between(1, 7);
    let mut of = |said: bool, n: usize| if said { factors(dice, n) } else { vec![] };
    Profile::Calendar { hours: of(said & 1 > 0, 24), weekdays: of(said & 2 > 0, 7), months: of(said & 4 > 0, 12) }
}

fn trend(dice: &mut Dice, long: bool) -> Vec<(i64, u64)> {
    let mut at = if long { dice.of(&[-DAY, 0, 7, 50_000]) } else { dice.of(&[-2 * DAY, -50, 0, 15]) };
    let mut points = vec![];
    for _ in 0..dice.between(1, 3) {
        points.push((at, factor(dice)));
        at += if long { dice.of(&[3600, DAY, 100_001, 5 * DAY]) } else { dice.of(&[1, 10, 35, 100, 3 * DAY]) };
    }
    if points.iter().all(|&(_, factor)| factor == 0) {
        points[0].1 = MILLION;
    }
    points
}

/// A leg that leads from the last node back, so that ways have no end. It takes time, which a circle must.
fn circles(dice: &mut Dice, world: &mut World) {
    let last = world.nodes.len() - 1;
    if !dice.coin(12) || world.end.is_none() || last == 0 {
        return;
    }
    let mut back = Leg::road(&world.nodes[last].name, &world.nodes[dice.below(last as i64) as usize].name, 0);
    back.mode = "back".into();
    back.transit = Law::Uniform(5, dice.of(&[5, 10, 30]));
    world.nodes[last].next = Next::To(if dice.coin(50) { back.to.clone() } else { back.name() });
    // The last node may have had legs that its `next` does not name any more.
    world.legs.retain(|leg| leg.from != back.from);
    world.legs.push(back);
    for stream in &mut world.streams {
        stream.circulates = true;
    }
}

fn patience(dice: &mut Dice, world: &mut World) {
    if !dice.coin(25) {
        return;
    }
    for step in world.nodes.iter_mut().flat_map(|node| &mut node.steps) {
        if dice.coin(50) {
            step.patience = Some(match dice.below(4) {
                0 => Law::Constant(dice.of(&[0, 5, 30])),
                1 => Law::Uniform(0, dice.of(&[10, 60])),
                _ => short_time(dice),
            });
        }
    }
}

/// Where nothing else makes one more urgent than the other, the streams do.
fn preemption(dice: &mut Dice, world: &mut World) {
    if !dice.coin(30) {
        return;
    }
    for stream in &mut world.streams {
        if stream.priority == Law::Constant(1) && dice.coin(70) {
            stream.priority = Law::Uniform(1, dice.between(2, 4));
        }
    }
    for step in world.nodes.iter_mut().flat_map(|node| &mut node.steps) {
        if dice.coin(60) {
            step.preempt = Some(*dice.one(&[Preempt::Resume, Preempt::Restart]));
            if dice.coin(40) {
                step.discipline = Discipline::Priority;
            }
            if dice.coin(30) {
                step.on_outage = Some(OnOutage::Requeue);
            }
        }
    }
}

/// Whether a clock of its own that ticks every few seconds has not too long to do so.
fn is_over_soon(world: &World) -> bool {
    let rates = world.streams.iter().any(|stream| stream.profile.is_some() || !stream.trend.is_empty());
    let hours =
        world.nodes.iter().any(|node| node.hours.is_some() || node.steps.iter().any(|step| step.hours.is_some()));
    world.end.is_some() || !(rates || hours)
}

/// Outages that come again and again, where the world is over soon.
fn outages(dice: &mut Dice, world: &mut World) {
    if !dice.coin(30) || !is_over_soon(world) {
        return;
    }
    let mut places: Vec<String> = world.legs.iter().map(Leg::name).collect();
    let mut steps = vec![];
    for node in &world.nodes {
        places.push(node.name.clone());
        for step in &node.steps {
            let name = format!("{}.{}", node.name, step.name);
            let counted = match &step.servers {
                Servers::Number(_) => true,
                Servers::Calendar(parts) => parts.iter().all(|&(_, n)| n != UNLIMITED),
                Servers::Unlimited => false,
            };
            if counted {
                steps.push(name.clone());
            }
            places.push(name);
        }
    }
    let mut names: Vec<&str> = NAMES.to_vec();
    names.retain(|name| world.disruptions.iter().all(|disruption| disruption.name != *name));
    dice.rotate(&mut names);
    for name in names.iter().take(dice.between(1, 3) as usize) {
        let each_server = !steps.is_empty() && dice.coin(50);
        let effect = match dice.below(10) {
            _ if each_server => Effect::Closed,
            0 => Effect::Time(*dice.one(&[MILLION / 2, MILLION * 3 / 2, MILLION * 2])),
            1 => Effect::Capacity(*dice.one(&[0, MILLION / 4, MILLION / 2])),
            _ => Effect::Closed,
        };
        let every = match dice.below(4) {
            0 => Law::Uniform(0, dice.of(&[10, 60])),
            1 => Law::Weights(vec![(0, 1), (10, 1), (30, 2)]),
            2 => Law::Uniform(5, dice.of(&[20, 100])),
            _ => Law::Constant(dice.of(&[5, 10, 30, 60])),
        };
        let lasts = match dice.below(4) {
            0 => Law::Uniform(0, dice.of(&[5, 30])),
            1 => Law::Weights(vec![(0, 1), (5, 2), (20, 1)]),
            _ => Law::Constant(dice.of(&[1, 5, 10, 20])),
        };
        world.disruptions.push(Disruption {
            name: (*name).into(),
            strikes: dice.one(if each_server { &steps } else { &places }).clone(),
            on: 0,
            lasts: 0,
            effect,
            random: Some(Random { every, lasts, each_server }),
        });
    }
}

/// Calendars that lift the limit, and such that begin late.
fn unlimited(dice: &mut Dice, world: &mut World) {
    if !dice.coin(25) {
        return;
    }
    for step in world.nodes.iter_mut().flat_map(|node| &mut node.steps) {
        match &mut step.servers {
            Servers::Calendar(parts) => {
                let part = dice.below(parts.len() as i64) as usize;
                parts[part].1 = UNLIMITED;
                if dice.coin(30) {
                    parts[0].0 = dice.of(&[-5, 2, 3]);
                }
            }
            Servers::Number(n) if dice.coin(40) => {
                let from = dice.of(&[5, 10, 30]);
                let until = from + dice.of(&[1, 10, 20, 60]);
                step.servers = Servers::Calendar(vec![(0, *n), (from, UNLIMITED), (until, dice.between(1, *n))]);
            }
            _ => {}
        }
    }
}

/// Pools. Nobody stands blocked with servers of a pool before a step that needs a pool: in a node with yards inside, either
/// the first step uses pools or those that no yard comes after.
fn pools(dice: &mut Dice, world: &mut World) {
    if !dice.coin(35) {
        return;
    }
    let by_first: Vec<bool> = world.nodes.iter().map(|_| dice.coin(50)).collect();
    let mut names = NAMES.to_vec();
    dice.rotate(&mut names);
    for name in names.iter().take(dice.between(1, 2) as usize) {
        let n = dice.between(1, 3);
        let servers = match dice.below(4) {
            0 => {
                let from = dice.of(&[5, 10, 30]);
                let changes = dice.one(&[0, 1, 2, UNLIMITED]);
                Servers::Calendar(vec![(0, dice.between(0, 3)), (from, *changes), (from + dice.of(&[5, 30]), n)])
            }
            _ => Servers::Number(n),
        };
        let mut used = false;
        for (node, &by_first) in world.nodes.iter_mut().zip(&by_first) {
            let yard = node.steps.iter().rposition(|step| step.yard.is_stated()).unwrap_or(0);
            for (i, step) in node.steps.iter_mut().enumerate() {
                let may = if by_first && yard > 0 { i == 0 } else { i >= yard };
                if may && dice.coin(60) {
                    step.uses.push(((*name).into(), dice.between(1, n.min(2))));
                    used = true;
                }
            }
        }
        if used {
            world.pools.push(Pool { name: (*name).into(), servers });
        }
    }
}

/// Steps for some items.
fn only(dice: &mut Dice, world: &mut World) {
    if world.items.is_empty() || !dice.coin(60) {
        return;
    }
    for stream in &mut world.streams {
        if dice.coin(40) {
            stream.goods = Goods::Item { name: dice.one(&["kit", "b"]).to_string(), quantity: Law::Uniform(1, 3) };
        }
    }
    for step in world.nodes.iter_mut().flat_map(|node| &mut node.steps) {
        if dice.coin(50) {
            step.only = vec![dice.one(&["kit", "kit", "b"]).to_string()];
            if dice.coin(20) {
                step.only = vec!["kit".into(), "b".into()];
            }
        }
    }
}

/// Servers that leave when their line is empty, where the world is over soon.
fn away(dice: &mut Dice, world: &mut World) {
    if !dice.coin(20) || !is_over_soon(world) {
        return;
    }
    for step in world.nodes.iter_mut().flat_map(|node| &mut node.steps) {
        let unlimited = match &step.servers {
            Servers::Number(_) => false,
            Servers::Calendar(parts) => parts.iter().any(|&(_, n)| n == UNLIMITED),
            Servers::Unlimited => true,
        };
        if !unlimited && dice.coin(50) {
            step.away = Some(match dice.below(3) {
                0 => Law::Uniform(0, dice.of(&[5, 20])),
                1 => Law::Weights(vec![(0, 1), (5, 2), (20, 1)]),
                _ => Law::Constant(dice.of(&[1, 3, 5, 10, 20])),
            });
        }
    }
}
