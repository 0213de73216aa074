//! Stocks: on hand, on order, owed.

use super::State;
use super::wake::{Wake, phase};
use crate::event::{Event, LineId};
use crate::model::{Item, MechanismPlan, Node, Plan, Stock, Stream, Supply};
use crate::units::arena::Id;
use crate::units::time::SimTime;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A stock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockRow {
    pub on_hand: i64,
    /// Ordered and not yet in.
    pub on_order: i64,
    /// Asked for and not yet given.
    pub owed: i64,
    /// Lines that wait for units, in the order of choice: priority, joining, name (stream, number, line).
    pub waiting: BTreeSet<(i32, SimTime, Id<Stream>, u32, u32, LineId)>,
    /// Lines of gifts that wait for all their units, by these.
    listed: BTreeSet<(i64, LineId)>,
    /// Orders so far, and lots that its production line began.
    pub orders: u64,
    pub lots: u64,
    /// Deliveries under way, by number in the order in which they were sent, with their units and the `seq` of what sent them.
    deliveries: BTreeMap<u64, (i64, u64)>,
    sent: u64,
    /// Lots that wait for the production line, as so many of a size, and how many it makes now.
    queue: VecDeque<(i64, i64)>,
    making: u32,
    gives_set: bool,
    orders_set: bool,
    makes_set: bool,
    /// `seq` of what changed it last.
    pub last: u64,
}

impl StockRow {
    pub(super) fn new(plan: &Plan, stock: Id<Stock>) -> StockRow {
        StockRow { on_hand: plan.stocks[stock].on_hand, ..StockRow::default() }
    }

    /// Whether some gift that waits could take all its units now.
    pub fn fits_a_gift(&self) -> bool {
        self.listed.first().is_some_and(|&(least, _)| least <= self.on_hand)
    }

    /// What it has and will have beyond what it owes.
    pub fn position(&self) -> i64 {
        self.on_hand + self.on_order - self.owed
    }

    /// Units of a delivery, and the `seq` of what sent it.
    pub fn delivery(&self, number: u64) -> (i64, u64) {
        self.deliveries[&number]
    }

    /// The lot that the production line begins next.
    pub fn next_lot(&self) -> Option<i64> {
        self.queue.front().map(|&(_, size)| size)
    }
}

impl State {
    /// The stock of an item at a node.
    pub fn stock_at(&self, node: Id<Node>, item: Id<Item>) -> Option<Id<Stock>> {
        let plan = self.plan();
        plan.stocks.ids().find(|&s| plan.stocks[s].at == node && plan.stocks[s].item == item)
    }

    /// The stock that a line's units come from: that of its item at its origin.
    pub fn stock_of_line(&self, line: LineId) -> Option<Id<Stock>> {
        let row = self.line(line);
        self.stock_at(row.origin, row.item)
    }

    pub(super) fn apply_stocks(&mut self, event: &Event) {
        let seq = self.events;
        match *event {
            Event::StockAsked { line, stock, quantity } => {
                let joined = self.line_joins(self.line(line).need);
                let row = &mut self.lines[line.index()];
                (row.joined, row.last) = (joined, seq);
                let key = self.key_of_line(line);
                let row = &mut self[stock];
                row.owed += quantity;
                row.waiting.insert(key);
                self.arm_stock(stock);
            }
            Event::StockTaken { line, stock, quantity } => {
                let key = self.key_of_line(line);
                let done = self.line(line).taken + quantity == self.line(line).asked;
                let row = &mut self.lines[line.index()];
                row.taken += quantity;
                row.last = seq;
                let row = &mut self[stock];
                row.on_hand -= quantity;
                assert!(row.on_hand >= 0, "a stock on hand is never below zero");
                row.owed -= quantity;
                if done {
                    row.waiting.remove(&key);
                    row.listed.remove(&(quantity, line));
                }
                row.last = seq;
                if let Some(m) = self.plan_of_need(self.line(line).need).via {
                    self.leave_list(line);
                    // There may be units for another gift.
                    self.arm_settle(m);
                }
                self.arm_stock(stock);
            }
            Event::StockReviewed { stock } => {
                let clock = self.plan().stocks[stock].review.expect("a stock that is reviewed has a rhythm");
                self.set(self.now.after(clock.every), Wake::StockReviews(stock));
            }
            Event::StockOrdered { stock, quantity, lead } => {
                let row = &mut self[stock];
                row.on_order += quantity;
                row.orders += 1;
                row.last = seq;
                if lead.0 >= 0 {
                    self.deliver(stock, quantity, self.now.after(lead));
                } else {
                    let most = match &self.plan().stocks[stock].supply {
                        Supply::Production { lot, .. } => lot.unwrap_or(quantity),
                        Supply::Lead(_) => quantity,
                    };
                    let lots = [(quantity / most, most), (1, quantity % most)];
                    self[stock].queue.extend(lots.into_iter().filter(|&(number, size)| number > 0 && size > 0));
                }
                self.arm_stock(stock);
            }
            Event::ProductionStarted { stock, quantity, lasts } => {
                let row = &mut self[stock];
                let (number, _) = row.queue.front_mut().expect("a lot that begins has waited");
                *number -= 1;
                if *number == 0 {
                    row.queue.pop_front();
                }
                row.making += 1;
                row.lots += 1;
                row.last = seq;
                self.deliver(stock, quantity, self.now.after(lasts));
                self.arm_stock(stock);
            }
            Event::StockReceived { stock, quantity } => {
                let produced = matches!(self.plan().stocks[stock].supply, Supply::Production { .. });
                let row = &mut self[stock];
                row.on_order -= quantity;
                row.on_hand += quantity;
                row.making -= u32::from(produced);
                row.last = seq;
                self.arm_stock(stock);
                // Gifts that wait for their stock may go on.
                let (at, item) = (self.plan().stocks[stock].at, self.plan().stocks[stock].item);
                let plan = self.plan();
                let givers: Vec<_> = plan.mechanisms.ids().filter(|&m| plan.mechanisms[m].takes_stock).collect();
                for m in givers {
                    let waits = |key: &(i32, SimTime, Id<Stream>, u32, u32, LineId)| {
                        let line = self.line(key.5);
                        (line.item, line.origin) == (item, at)
                    };
                    if self[m].list.iter().any(waits) {
                        self.arm_settle(m);
                    }
                }
            }
            _ => unreachable!("apply hands stocks their own events"),
        }
    }

    /// Whether some stock could give all its units to a gift that waits.
    pub fn could_give(&self) -> bool {
        self.stocks.iter().any(StockRow::fits_a_gift)
    }

    /// A line waits for the stock of its mechanism: that owes it, as it does what lines ask for themselves.
    pub(super) fn owe(&mut self, m: Id<MechanismPlan>, line: LineId) {
        let asked = self.line(line).asked;
        if !self.plan().mechanisms[m].takes_stock {
            return;
        }
        if let Some(stock) = self.stock_of_line(line) {
            self[stock].owed += asked;
            self[stock].listed.insert((asked, line));
            self.arm_stock(stock);
        }
    }

    /// A line asks a stock no more.
    pub(super) fn disown(&mut self, stock: Id<Stock>, line: LineId, lacks: i64) {
        let key = self.key_of_line(line);
        let row = &mut self[stock];
        row.owed -= lacks;
        row.waiting.remove(&key);
        row.listed.remove(&(lacks, line));
        self.arm_stock(stock);
    }

    fn key_of_line(&self, line: LineId) -> (i32, SimTime, Id<Stream>, u32, u32, LineId) {
        let row = self.line(line);
        let need = self.need(row.need);
        (need.priority, row.joined, need.stream, need.number, row.position, line)
    }

    fn deliver(&mut self, stock: Id<Stock>, quantity: i64, at: SimTime) {
        let seq = self.events;
        let row = &mut self[stock];
        row.sent += 1;
        let number = row.sent;
        row.deliveries.insert(number, (quantity, seq));
        self.set(at, Wake::StockArrives(stock, number));
    }

    /// Sets or takes back what a stock has to do now, after anything about it changed.
    pub(super) fn arm_stock(&mut self, stock: Id<Stock>) {
        let (row, plan) = (&self[stock], &self.plan().stocks[stock]);
        let gives = row.on_hand > 0 && !row.waiting.is_empty();
        let due = |rule: crate::model::Reorder| rule.units(row.position()) > 0;
        let orders = plan.review.is_none() && plan.reorder.is_some_and(due);
        let makes = match plan.supply {
            Supply::Production { servers, .. } => row.making < servers && !row.queue.is_empty(),
            Supply::Lead(_) => false,
        };
        let rank = self.net.ranks.stocks[stock.index()];
        let before = (row.gives_set, row.orders_set, row.makes_set);
        for (due, set, at, wake) in [
            (gives, before.0, phase::DECISIONS, Wake::StockGives(stock)),
            (orders, before.1, phase::DECISIONS, Wake::StockOrders(stock)),
            (makes, before.2, phase::SERVICES, Wake::StockMakes(stock)),
        ] {
            match (due, set) {
                (true, false) => self.set(self.now, wake),
                (false, true) => self.cancel(self.now, at, rank, wake),
                _ => {}
            }
        }
        let row = &mut self[stock];
        (row.gives_set, row.orders_set, row.makes_set) = (gives, orders, makes);
    }

    /// A stock that opens below its reorder point orders at the start.
    pub(super) fn open_stock(&mut self, stock: Id<Stock>) {
        let due = self.plan().stocks[stock].reorder.is_some_and(|r| r.units(self[stock].position()) > 0);
        if due {
            self[stock].orders_set = true;
            self.set(SimTime::ZERO, Wake::StockOrders(stock));
        }
    }

    /// What taking a wake of a stock out of the calendar means for it.
    pub(super) fn taken_of_stock(&mut self, wake: Wake) {
        match wake {
            // What it brings is looked at before the wake is taken.
            Wake::StockArrives(stock, number) => drop(self[stock].deliveries.remove(&number)),
            Wake::StockGives(stock) => self[stock].gives_set = false,
            Wake::StockOrders(stock) => self[stock].orders_set = false,
            Wake::StockMakes(stock) => self[stock].makes_set = false,
            _ => unreachable!("only what a stock decides leaves a mark"),
        }
    }

    /// Whether lines wait for a review that will order.
    pub(super) fn waits_for_a_review(&self) -> bool {
        let plan = self.plan();
        plan.stocks.ids().any(|stock| {
            let (row, plan) = (&self[stock], &plan.stocks[stock]);
            row.owed > row.on_hand && plan.review.is_some() && plan.reorder.is_some_and(|r| r.units(row.position()) > 0)
        })
    }
}
