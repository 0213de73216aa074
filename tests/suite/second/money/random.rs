//! Random worlds of pledges and packages, small enough that things meet at one instant all the time.

use super::world::{
    Asks, Comes, Depot, Disruption, Earmark, Item, Line, Mechanism, Needs, Pledges, RELEASE, REVIEW, Rate, SHIPMENT,
    SUPPLY, Stated, Strikes, When, World,
};
use crate::second::shuffled_names;
use crate::support::Dice;

/// A world is repeated by its number.
pub fn world(number: u64) -> World {
    let mut dice = Dice::new(number ^ 0x006d_6f6e_6579);
    let names = [(); 2].map(|()| shuffled_names(&mut dice));
    Making { dice, names }.world()
}

/// Those who have names.
#[derive(Clone, Copy)]
enum Named {
    /// Streams share none.
    Stream,
    /// What a disruption may strike.
    Struck,
}

struct Making {
    dice: Dice,
    /// Names that are free, for each kind.
    names: [Vec<String>; 2],
}

impl Making {
    fn name(&mut self, named: Named) -> String {
        self.names[named as usize].pop().expect("there are names for all")
    }

    /// Something with this chance in percent.
    fn may<T>(&mut self, percent: u32, some: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.dice.coin(percent) { Some(some(self)) } else { None }
    }

    /// A time that is often the same one.
    fn time(&mut self) -> i64 {
        self.dice.of(&[0, 0, 1, 2, 2, 3, 5, 10])
    }

    fn sum(&mut self) -> i64 {
        self.dice.of(&[1, 50, 100, 100, 200, 300, 333, 500, 1_000])
    }

    fn below(&mut self, n: usize) -> usize {
        self.dice.below(n as i64) as usize
    }

    fn world(&mut self) -> World {
        let end = Some(self.dice.between(5, 60));
        let items = (0..self.dice.between(1, 3)).map(|i| Item {
            name: format!("item-{i}"),
            family: self.may(60, |m| m.dice.one(&["radar", "sea"]).to_string()),
            value: self.dice.of(&[0, 1, 50, 100, 100, 200, 333]),
            lot: self.may(40, |m| m.dice.between(1, 4)),
        });
        let items: Vec<Item> = items.collect();
        let depots = (0..self.dice.between(1, 2)).map(|i| Depot {
            name: format!("depot-{i}"),
            leg: self.name(Named::Struck),
            transit: self.time(),
        });
        let depots: Vec<Depot> = depots.collect();
        let rates = vec![
            Rate { currency: "EUR", from: None, rate: self.dice.of(&[1_156, 500, 1_005]) },
            Rate { currency: "EUR", from: Some(self.dice.between(-5, 9)), rate: self.dice.of(&[1_200, 333, 1]) },
        ];
        let mechanisms = (0..self.dice.of(&[1, 1, 2])).map(|_| self.mechanism(&depots)).collect::<Vec<_>>();
        let mut world = World { end, rates, items, depots, mechanisms, ..World::default() };
        for _ in 0..self.dice.between(1, 3) {
            let needs = self.needs(&world);
            world.needs.push(needs);
        }
        for _ in 0..self.dice.of(&[0, 0, 1, 2]) {
            let stated = self.stated(&world);
            world.stated.push(stated);
        }
        for _ in 0..self.dice.between(1, 4) {
            let pledges = self.pledges(&world);
            world.pledges.push(pledges);
        }
        self.disruptions(&mut world);
        // Every depot is the origin of something, or the reader would say that nothing reaches it.
        for depot in 0..world.depots.len() {
            world.needs[0].lines.push(Line { item: 0, quantity: 1, unit_value: None, depot: Some(depot) });
        }
        world
    }

    fn disruptions(&mut self, world: &mut World) {
        for i in 0..self.dice.of(&[0, 0, 1, 2]) {
            // What a held list or held funding does is left out.
            let stage = *self.dice.one(&[REVIEW, RELEASE, RELEASE, SUPPLY, SHIPMENT]);
            let strikes = match self.dice.coin(20) {
                true => Strikes::Supplier,
                false => Strikes::Stage(self.below(world.mechanisms.len()), stage),
            };
            world.disruptions.push(Disruption {
                name: format!("d{i}"),
                strikes,
                on: self.dice.between(-6, 12),
                lasts: self.dice.between(1, 9),
                slows: self.may(30, |m| m.dice.of(&[50, 150, 200])),
            });
        }
    }

    fn mechanism(&mut self, depots: &[Depot]) -> Mechanism {
        let mut times = [None; 6];
        for stage in [REVIEW, RELEASE, SUPPLY, SHIPMENT] {
            times[stage] = self.may(50, Self::time);
        }
        let size = self.may(70, |m| m.sum().max(10));
        let draft = if size.is_none() { 100 } else { 20 };
        Mechanism {
            name: self.name(Named::Struck),
            depot: self.below(depots.len()),
            times,
            size,
            draft_every: self.may(draft, |m| m.dice.between(1, 9)),
            counts_paid: self.dice.coin(25),
            spills: self.dice.coin(50),
            whole: self.dice.coin(20),
            part_funded: self.dice.coin(25),
            pays_before: self.may(30, |m| *m.dice.one(&[RELEASE, SUPPLY])),
            open_at_once: self.may(30, |m| m.dice.between(1, 2) as usize),
        }
    }

    fn comes(&mut self) -> Comes {
        let steady = self.dice.coin(30);
        let when = if steady {
            When::Every { every: self.dice.between(1, 9), first: self.may(50, |m| m.dice.between(0, 9)) }
        } else {
            When::At(
                (0..self.dice.between(1, 4))
                    .map(|_| self.dice.of(&[-9, -3, -1, 0, 0, 1, 2, 4, 5, 8, 10, 20]))
                    .collect(),
            )
        };
        let count = if steady { Some(self.dice.between(1, 6)) } else { None };
        Comes { when, count, batch: self.dice.of(&[1, 1, 1, 2]) }
    }

    fn lines(&mut self, world: &World) -> Vec<Line> {
        let mut line = || Line {
            item: self.below(world.items.len()),
            quantity: self.dice.of(&[0, 1, 1, 1, 2, 2, 3, 4, 5]),
            unit_value: self.may(20, Self::sum),
            depot: self.may(20, |m| m.below(world.depots.len())),
        };
        let first = line();
        let mut lines = vec![first];
        if self.dice.coin(50) {
            lines.push(Line { item: self.below(world.items.len()), quantity: 2, unit_value: None, depot: None });
        }
        lines
    }

    fn needs(&mut self, world: &World) -> Needs {
        Needs {
            name: self.name(Named::Stream),
            comes: self.comes(),
            priority: self.dice.of(&[1, 1, 1, 2, 3, -1]),
            via: self.below(world.mechanisms.len()),
            lines: self.lines(world),
        }
    }

    fn stated(&mut self, world: &World) -> Stated {
        let mut name = self.name(Named::Stream);
        // Packages of the name of a mechanism would be those that form in it.
        while world.mechanisms.iter().any(|m| m.name == name) {
            name = self.name(Named::Stream);
        }
        let via = self.below(world.mechanisms.len());
        let asks = match self.dice.coin(50) {
            true => Asks::Lines(self.lines(world)),
            false => Asks::Price(self.sum()),
        };
        let mut comes = self.comes();
        // Of a stream of packages what is dated at the start and what is dated before it come in another order than said.
        if let When::At(dates) = &mut comes.when
            && dates.iter().any(|&t| t < 0)
        {
            dates.retain(|&t| t != 0);
        }
        Stated { name, comes, priority: self.dice.of(&[1, 1, 1, 2, 3, -1]), via, asks }
    }

    fn pledges(&mut self, world: &World) -> Pledges {
        let converts = !self.dice.coin(10);
        Pledges {
            name: self.name(Named::Stream),
            comes: self.comes(),
            nation: self.may(50, |m| m.dice.one(&["norway", "italy"]).to_string()),
            to: self.below(world.mechanisms.len()),
            amount: self.sum(),
            currency: self.may(25, |_| "EUR"),
            converts,
            kept_share: self.may(30, |m| m.dice.of(&[0, 33, 50, 100])),
            committed_after: self.may(40, Self::time),
            paid_after: self.may(40, Self::time),
            expires: self.may(25, |m| m.dice.of(&[0, 1, 2, 3, 5, 10])),
            earmark: self.may(40, |m| m.earmark(world)),
        }
    }

    fn earmark(&mut self, world: &World) -> Earmark {
        let number = self.dice.of(&[1, 1, 1, 2, 3]);
        match self.dice.below(7) {
            0 => Earmark::Item(self.below(world.items.len())),
            1 => match world.items.iter().find_map(|i| i.family.clone()) {
                Some(family) => Earmark::Family(family),
                None => Earmark::Item(0),
            },
            2 => Earmark::Requirement(self.below(world.needs.len()), number),
            3 if !world.stated.is_empty() => Earmark::Stated(self.below(world.stated.len()), number),
            4 => Earmark::Depot(self.below(world.depots.len())),
            5 => Earmark::Border,
            _ => Earmark::Formed(number),
        }
    }
}
