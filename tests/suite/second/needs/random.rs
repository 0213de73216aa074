//! Random worlds of requirements and stocks, small enough that things meet at one instant all the time.

use super::world::{
    Comes, Depot, Desk, Discipline, Disruption, Expires, Gifts, Item, Leg, Line, OnOutage, Preempt, Rate, Recognition,
    Review, Rule, Stock, Stream, Strikes, Supply, World,
};
use crate::second::shuffled_names;
use crate::support::Dice;

/// A world is repeated by its number.
pub fn world(number: u64) -> World {
    let mut dice = Dice::new(number ^ 0x006e_6565_6473);
    let names = [(); 4].map(|()| shuffled_names(&mut dice));
    Making { dice, names }.world()
}

/// Those who have names. Legs, mechanisms and the headquarters share none, or a disruption would not say what it strikes.
#[derive(Clone, Copy)]
enum Named {
    Disruption,
    Struck,
    Stock,
    Stream,
}

struct Making {
    dice: Dice,
    /// Names that are free, for each kind.
    names: [Vec<String>; 4],
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

    fn world(&mut self) -> World {
        let end = self.may(70, |m| m.dice.between(5, 60));
        let items = (0..self.dice.between(1, 2))
            .map(|i| Item { name: format!("item-{i}"), lot: self.may(40, |m| m.dice.between(1, 4)) })
            .collect::<Vec<_>>();
        let mut legs = vec![];
        let by_hub = if self.dice.coin(40) { 70 } else { 0 };
        let depots = (0..self.dice.between(1, 2))
            .map(|i| {
                let (name, by_hub) = (format!("depot-{i}"), self.dice.coin(by_hub));
                Depot { name, leg: self.may(75, |m| m.leg(&mut legs)), by_hub, pack: self.may(25, Self::desk) }
            })
            .collect::<Vec<_>>();
        let by_hub = depots.iter().any(|d| d.by_hub);
        let recognition = match self.dice.below(10) {
            0 => Recognition::Made,
            // What departs where no leg leads on is not said.
            3 if depots.iter().all(|d| d.leg.is_some()) => Recognition::Departed,
            1 | 2 if by_hub => Recognition::AtHub,
            _ => Recognition::HandedOver,
        };
        let mut world = World {
            end,
            recognition,
            items,
            depots,
            hub: self.may(if by_hub { 75 } else { 0 }, |m| m.leg(&mut legs)),
            legs,
            receipt: self.may(if by_hub { 40 } else { 0 }, Self::desk),
            check: self.may(25, Self::desk),
            hq: self.name(Named::Struck),
            desks: self.desks(),
            stocks: vec![],
            gifts: vec![],
            streams: vec![],
            disruptions: vec![],
        };
        // Every depot is the origin of something, or the reader would say that nothing reaches it.
        for depot in 0..world.depots.len() {
            for item in 0..world.items.len() {
                if self.dice.coin(80) {
                    let stock = self.stock(item, depot);
                    world.stocks.push(stock);
                }
            }
        }
        for _ in 0..self.dice.between(1, 4) {
            let stream = self.stream(&world);
            world.streams.push(stream);
        }
        if !world.stocks.is_empty() {
            for _ in 0..self.dice.of(&[0, 0, 0, 1, 2]) {
                self.gifts(&mut world);
            }
        }
        for depot in 0..world.depots.len() {
            if !world.streams.iter().any(|s| s.lines.iter().any(|l| l.depot == depot)) {
                world.streams[0].lines.push(Line { item: 0, quantity: 1, depot });
            }
        }
        self.disruptions(&mut world);
        world
    }

    fn disruptions(&mut self, world: &mut World) {
        let mut all: Vec<Strikes> = (0..world.legs.len()).map(Strikes::Leg).collect();
        // What a closed node does where no leg leads on is not said.
        all.extend((0..world.depots.len()).filter(|&d| world.depots[d].leg.is_some()).map(Strikes::Depot));
        all.extend(world.hub.map(|_| Strikes::Hub));
        all.extend(world.check.iter().map(|_| Strikes::Border));
        all.extend(world.desks.iter().flatten().map(|_| Strikes::Hq));
        all.extend(world.stations().into_iter().map(Strikes::Step));
        for gifts in 0..world.gifts.len() {
            all.extend([0, 1, 2].map(|stage| Strikes::Stage(gifts, stage)));
            all.extend([Strikes::Mechanism(gifts), Strikes::Supplier]);
        }
        for _ in 0..self.dice.of(&[0, 0, 1, 2, 3]) {
            if all.is_empty() {
                break;
            }
            let strikes = *self.dice.one(&all);
            // A factor of a node is for its steps, and would be refused where there are none.
            let slows = match strikes {
                Strikes::Depot(depot) => world.depots[depot].pack.is_some(),
                Strikes::Hub => world.receipt.is_some(),
                _ => true,
            };
            world.disruptions.push(Disruption {
                name: self.name(Named::Disruption),
                strikes,
                on: self.dice.between(-6, 12),
                lasts: self.dice.between(1, 9),
                slows: self.may(if slows { 30 } else { 0 }, |m| m.dice.of(&[50, 150, 200])),
            });
        }
    }

    fn leg(&mut self, legs: &mut Vec<Leg>) -> usize {
        let name = self.name(Named::Struck);
        legs.push(Leg { transit: self.time(), name });
        legs.len() - 1
    }

    fn desks(&mut self) -> [Option<Desk>; 4] {
        let here = self.dice.coin(40);
        [(); 4].map(|()| {
            let here = if here { 60 } else { 0 };
            self.may(here, Self::desk)
        })
    }

    fn desk(&mut self) -> Desk {
        Desk {
            time: self.dice.of(&[0, 1, 2, 3, 5, 10]),
            servers: self.dice.of(&[1, 1, 2, 3]),
            discipline: *self.dice.one(&[
                Discipline::Priority,
                Discipline::Priority,
                Discipline::Fifo,
                Discipline::Lifo,
                Discipline::EarliestDue,
                Discipline::Shortest,
            ]),
            on_outage: *self.dice.one(&[OnOutage::Pause, OnOutage::Pause, OnOutage::Finish, OnOutage::Requeue]),
            preempt: self.may(25, |m| *m.dice.one(&[Preempt::Resume, Preempt::Restart])),
            patience: self.may(20, |m| m.dice.of(&[0, 1, 2, 5, 10])),
        }
    }

    fn stock(&mut self, item: usize, depot: usize) -> Stock {
        let rule = self.may(80, |m| {
            let at = m.dice.between(-2, 6);
            match m.dice.below(3) {
                0 => Rule::Quantity { at, quantity: m.dice.between(1, 6) },
                1 => Rule::Level { at, up_to: at.max(0) + m.dice.between(1, 6) },
                _ => Rule::Base { up_to: m.dice.between(1, 8) },
            }
        });
        let review = self
            .may(35, |m| Review::Rhythm { every: m.dice.between(1, 12), first: m.may(50, |m| m.dice.between(0, 9)) });
        let line = self.may(35, |m| Supply::Line {
            time: m.time(),
            lot: m.may(60, |m| m.dice.between(1, 4)),
            servers: m.dice.between(1, 3) as usize,
        });
        Stock {
            name: self.name(Named::Stock),
            item,
            depot,
            on_hand: self.dice.of(&[0, 0, 1, 3, 5, 10]),
            rule,
            review: review.unwrap_or(Review::Continuous),
            supply: line.unwrap_or_else(|| Supply::Lead(self.time())),
        }
    }

    fn rate(&mut self) -> Rate {
        let factor = |m: &mut Self| m.dice.of(&[0, 25, 50, 75, 100, 150, 200, 300]);
        if self.dice.coin(50) {
            let mut factors: Vec<i64> = (0..self.dice.between(1, 4)).map(|_| factor(self)).collect();
            if factors.iter().all(|&factor| factor == 0) {
                factors[0] = 100;
            }
            return Rate::Profile { part: self.dice.between(1, 7), factors };
        }
        let mut at = self.dice.between(-5, 5);
        let mut points = vec![(at, self.dice.of(&[25, 100, 200]))];
        for _ in 0..self.dice.between(1, 3) {
            at += self.dice.between(1, 9);
            points.push((at, factor(self)));
        }
        Rate::Trend(points)
    }

    fn stream(&mut self, world: &World) -> Stream {
        let steady = self.dice.coin(40);
        let comes = if steady {
            Comes::Every {
                every: self.dice.between(1, 9),
                first: self.may(50, |m| m.dice.between(0, 9)),
                rate: self.may(40, Self::rate),
            }
        } else {
            let dates: Vec<i64> = (0..self.dice.between(1, 5))
                .map(|_| self.dice.of(&[-9, -3, -1, 0, 0, 1, 2, 4, 5, 8, 10, 20]))
                .collect();
            Comes::At(dates)
        };
        let count = if steady { Some(self.dice.between(1, 9)) } else { None };
        // Without a count, intervals that are always shorter than a second would be refused.
        let changes = matches!(comes, Comes::Every { rate: Some(_), .. });
        let count = count.filter(|_| world.end.is_none() || changes || self.dice.coin(60));
        let lines = (0..self.dice.of(&[1, 1, 2, 3])).map(|_| Line {
            item: self.dice.below(world.items.len() as i64) as usize,
            quantity: self.dice.of(&[0, 1, 1, 2, 3, 4, 5, 9]),
            depot: self.dice.below(world.depots.len() as i64) as usize,
        });
        let lines = lines.collect();
        let needed_within = self.may(60, Self::time);
        let expires = match self.dice.below(3) {
            _ if needed_within.is_none() => Expires::Never,
            0 => Expires::Never,
            1 => Expires::Due,
            _ => Expires::After(self.time()),
        };
        Stream {
            name: self.name(Named::Stream),
            comes,
            count,
            batch: self.dice.of(&[1, 1, 1, 2, 3]),
            priority: self.dice.of(&[1, 1, 1, 2, 3, -1]),
            via: None,
            lines,
            needed_within,
            expires,
        }
    }

    /// A mechanism of gifts, and requirements for them.
    fn gifts(&mut self, world: &mut World) {
        let (approval, shipment) = (self.may(60, Self::time), self.may(60, Self::time));
        let stock = self.dice.one(&world.stocks).clone();
        world.gifts.push(Gifts { name: self.name(Named::Struck), depot: stock.depot, approval, shipment });
        // A line of an item that its origin has no stock of would wait for ever.
        let items: Vec<usize> = world.stocks.iter().filter(|s| s.depot == stock.depot).map(|s| s.item).collect();
        for _ in 0..self.dice.of(&[1, 1, 2]) {
            let mut stream = self.stream(world);
            stream.via = Some(world.gifts.len() - 1);
            for line in &mut stream.lines {
                (line.item, line.depot) = (*self.dice.one(&items), stock.depot);
            }
            world.streams.push(stream);
        }
    }
}
