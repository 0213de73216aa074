//! More of legs, from dice of their own, so that worlds without it stay as they were: vehicles that leave by what is
//! ready, and fleets.

use super::super::world::{Departures, Discipline, Law, Limit, World};
use super::{Shape, short_time, yard};
use crate::support::Dice;

/// Keeps these dice apart from those of the other features of the same world.
const DICE: u64 = 0x1E65_0000_0000_0000;

pub(super) fn add(number: u64, shape: &Shape, world: &mut World) {
    let mut dice = Dice::new(number ^ DICE);
    if dice.coin(35) {
        for leg in &mut world.legs {
            if dice.coin(60) {
                leg.departures = Some(when_ready(&mut dice, shape));
            }
        }
    }
    if dice.coin(35) {
        for departures in world.legs.iter_mut().filter_map(|leg| leg.departures.as_mut()) {
            if dice.coin(60) {
                departures.fleet = Some(dice.of(&[1, 1, 1, 2, 3]));
                departures.back = if dice.coin(40) { Law::Constant(0) } else { short_time(&mut dice) };
            }
        }
    }
}

/// Goods always get away in the end, unless the world has an end of its own. (All of them fit: the reader refuses a leg
/// that has no room for goods of a bounded mass.)
fn when_ready(dice: &mut Dice, shape: &Shape) -> Departures {
    let mut departures = Departures::when_ready();
    if dice.coin(75) {
        departures.capacity = yard(dice, shape);
    }
    departures.when_loaded = departures.capacity.is_stated() && dice.coin(50);
    if dice.coin(if departures.when_loaded { 25 } else { 80 }) {
        let number = Limit::number(dice.between(1, departures.capacity.number.unwrap_or(3)));
        departures.min_load = if dice.coin(60) { number } else { Limit::mass(dice.between(1, 9)) };
    }
    let may_strand = departures.when_loaded || departures.min_load.is_stated();
    if (may_strand && !shape.ends) || dice.coin(if may_strand { 60 } else { 20 }) {
        departures.or_after = Some(dice.of(&[0, 1, 5, 10, 10, 20, 60]));
    }
    departures.strict = dice.coin(30);
    departures.each = dice.coin(30);
    if dice.coin(40) {
        departures.discipline = *dice.one(&[Discipline::Fifo, Discipline::Lifo, Discipline::EarliestDue]);
    }
    departures
}
