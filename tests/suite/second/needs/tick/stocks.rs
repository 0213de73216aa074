//! Stocks: what they give, when they order, and how it comes in.

use super::{Act, Key, Kind, NOBODY, Phase, Run};
use crate::second::needs::world::{Review, Rule, Supply};

pub struct Store {
    pub on_hand: i64,
    /// Deliveries under way and lots in the making, in the order in which they were ordered or begun: when they are in, units.
    coming: Vec<(i64, i64)>,
    /// Lots that a production line has still to begin.
    to_make: Vec<i64>,
    reviewed: i64,
}

impl Store {
    pub fn new(on_hand: i64) -> Store {
        Store { on_hand, coming: vec![], to_make: vec![], reviewed: -1 }
    }
}

impl<'a> Run<'a> {
    pub fn due_of_stocks(&self, all: &mut Vec<(Key<'a>, Act)>) {
        for (i, stock) in self.world.stocks.iter().enumerate() {
            let store = &self.stores[i];
            let place = |phase, then| (phase, (&*stock.name, "", Kind::Stock), then, NOBODY);
            if store.coming.iter().any(|c| c.0 <= self.now) {
                all.push((place(Phase::Completion, 0), Act::Receive(i)));
            }
            match stock.review {
                Review::Rhythm { every, first } => {
                    let since = self.now - first.unwrap_or(every);
                    if stock.rule.is_some() && since >= 0 && since % every == 0 && store.reviewed < self.now {
                        all.push((place(Phase::Calendar, 0), Act::Review(i)));
                    }
                }
                // What a stock can give it gives before it orders: the position is the same.
                Review::Continuous if self.lacks(i) => all.push((place(Phase::Decision, 1), Act::Order(i))),
                Review::Continuous => {}
            }
            if store.on_hand > 0 && !self.asking(i).is_empty() {
                all.push((place(Phase::Decision, 0), Act::Give(i)));
            }
            if let Supply::Line { servers, .. } = stock.supply
                && !store.to_make.is_empty()
                && store.coming.len() < servers
            {
                all.push((place(Phase::Start, 0), Act::Begin(i)));
            }
        }
    }

    /// Whether something was ordered, or a line waits for what a review will order: a review alone keeps no run alive.
    pub fn will_order_or_receive(&self, stock: usize) -> bool {
        let store = &self.stores[stock];
        let reviewed = matches!(self.world.stocks[stock].review, Review::Rhythm { .. });
        !store.coming.is_empty() || !store.to_make.is_empty() || (reviewed && self.owed(stock) > 0 && self.lacks(stock))
    }

    /// Units that lines wait for at a stock.
    fn owed(&self, stock: usize) -> i64 {
        self.waiting(stock).iter().map(|&(need, line)| self.needs[need].lines[line].waits).sum()
    }

    /// The lines that take what there is, in the order of choice; gifts wait for all their units.
    fn asking(&self, stock: usize) -> Vec<(usize, usize)> {
        self.waiting(stock).into_iter().filter(|&(need, _)| self.gifts_of(need).is_none()).collect()
    }

    pub fn give(&mut self, stock: usize) {
        for (need, line) in self.asking(stock) {
            let units = self.needs[need].lines[line].waits.min(self.stores[stock].on_hand);
            if units == 0 {
                break;
            }
            self.stores[stock].on_hand -= units;
            self.needs[need].lines[line].waits -= units;
            let fields = format!(" stock={} quantity={units}", self.world.stocks[stock].name);
            self.tell("StockTaken", &self.line_name(need, line), &fields);
            self.make(need, line, units);
        }
    }

    /// On hand and on order less what is owed.
    fn position(&self, stock: usize) -> i64 {
        let store = &self.stores[stock];
        let ordered = store.coming.iter().map(|c| c.1).sum::<i64>() + store.to_make.iter().sum::<i64>();
        store.on_hand + ordered - self.owed(stock)
    }

    /// Whether the rule of a stock would order now.
    fn lacks(&self, stock: usize) -> bool {
        self.world.stocks[stock].rule.is_some_and(|rule| self.position(stock) <= rule.point())
    }

    pub fn review(&mut self, stock: usize) {
        self.stores[stock].reviewed = self.now;
        self.tell("StockReviewed", &self.world.stocks[stock].name, "");
        if self.lacks(stock) {
            self.order(stock);
        }
    }

    pub fn order(&mut self, stock: usize) {
        let position = self.position(stock);
        let units = match self.world.stocks[stock].rule.expect("a stock that orders has a rule") {
            Rule::Quantity { at, quantity } => {
                let mut units = quantity;
                while position + units <= at {
                    units += quantity;
                }
                units
            }
            Rule::Level { up_to, .. } | Rule::Base { up_to } => up_to - position,
        };
        let store = &mut self.stores[stock];
        let lead = match self.world.stocks[stock].supply {
            Supply::Lead(time) => {
                store.coming.push((self.now + time, units));
                time
            }
            Supply::Line { lot, .. } => {
                let mut left = units;
                while left > 0 {
                    let units = left.min(lot.unwrap_or(left));
                    store.to_make.push(units);
                    left -= units;
                }
                -1
            }
        };
        self.tell("StockOrdered", &self.world.stocks[stock].name, &format!(" quantity={units} lead={lead}"));
    }

    pub fn begin(&mut self, stock: usize) {
        let Supply::Line { time, .. } = self.world.stocks[stock].supply else {
            unreachable!("only a production line begins lots")
        };
        let units = self.stores[stock].to_make.remove(0);
        self.stores[stock].coming.push((self.now + time, units));
        self.tell("ProductionStarted", &self.world.stocks[stock].name, &format!(" quantity={units} lasts={time}"));
    }

    pub fn receive(&mut self, stock: usize) {
        let now = self.now;
        let store = &mut self.stores[stock];
        let first = store.coming.iter().position(|c| c.0 <= now).expect("something is in");
        let (_, units) = store.coming.remove(first);
        store.on_hand += units;
        self.tell("StockReceived", &self.world.stocks[stock].name, &format!(" quantity={units}"));
    }
}
