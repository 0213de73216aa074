//! Figures of stocks: integrals over the window, and what was asked and ordered in it.

use super::tree::Tree;
use crate::event::{Entry, Event};
use crate::model::Plan;
use crate::state::State;
use crate::units::time::{DAY, SimTime};
use serde::{Deserialize, Serialize};

/// By stock.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Stocks {
    warm_up: SimTime,
    rows: Vec<Row>,
}

/// Units now, unit-seconds until `last`, and counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Row {
    on_hand: Level,
    on_order: Level,
    owed: Level,
    last: SimTime,
    /// Seconds with nothing on hand.
    empty: i64,
    asked: i128,
    /// Given out at the instant at which it was asked for, and in all.
    at_once: i128,
    given: i128,
    orders: u64,
    ordered: i128,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Level {
    now: i64,
    seconds: i128,
    max: i64,
}

impl Level {
    fn turn(&mut self, seconds: i64) {
        self.seconds += i128::from(self.now) * i128::from(seconds);
        // What is asked for and given at one instant never was owed.
        if seconds > 0 {
            self.max = self.max.max(self.now);
        }
    }
}

impl Row {
    fn turn(&mut self, at: SimTime) {
        let seconds = (at - self.last).0.max(0);
        [&mut self.on_hand, &mut self.on_order, &mut self.owed].into_iter().for_each(|level| level.turn(seconds));
        self.empty += if self.on_hand.now == 0 { seconds } else { 0 };
        self.last = self.last.max(at);
    }
}

impl Stocks {
    pub fn new(plan: &Plan) -> Stocks {
        let row = |stock: &crate::model::Stock| Row {
            on_hand: Level { now: stock.on_hand, ..Level::default() },
            last: plan.warm_up,
            ..Row::default()
        };
        Stocks { warm_up: plan.warm_up, rows: plan.stocks.iter().map(row).collect() }
    }

    /// Takes an event in, after the state has.
    pub fn observe(&mut self, state: &State, entry: &Entry) {
        use Event::*;
        let stock = match entry.event {
            StockAsked { stock, .. } | StockTaken { stock, .. } | StockOrdered { stock, .. } => stock,
            StockReceived { stock, .. } => stock,
            StageEntered { subject: crate::event::Subject::Line(line), gate, .. } => {
                let (m, stage) = state.net.gates[gate.index()];
                let m = crate::units::arena::Id::new(m);
                let gives = stage == 0 && state.plan().mechanisms[m].takes_stock;
                match state.stock_of_line(line).filter(|_| gives) {
                    Some(stock) => stock,
                    None => return,
                }
            }
            LineWithdrawn { line } => {
                let (row, via) = (state.line(line), state.plan_of_need(state.line(line).need).via);
                let at = via.map_or(Some(row.origin), |m| state.plan().mechanisms[m].origin);
                match at.and_then(|at| state.stock_at(at, row.item)) {
                    Some(stock) => stock,
                    None => return,
                }
            }
            _ => return,
        };
        let counts = state.now >= self.warm_up;
        let row = &mut self.rows[stock.index()];
        row.turn(state.now);
        let now = &state[stock];
        (row.on_hand.now, row.on_order.now, row.owed.now) = (now.on_hand, now.on_order, now.owed);
        match entry.event {
            StockAsked { quantity, .. } if counts => row.asked += i128::from(quantity),
            StageEntered { subject: crate::event::Subject::Line(line), .. } if counts => {
                row.asked += i128::from(state.line(line).asked);
            }
            StockTaken { line, quantity, .. } => {
                // What the opening backlog asks for is asked for at the start.
                let asked = state.line(line).joined.max(SimTime::ZERO);
                if counts {
                    row.given += i128::from(quantity);
                }
                if asked >= self.warm_up && asked == state.now {
                    row.at_once += i128::from(quantity);
                }
            }
            StockOrdered { quantity, .. } if counts => {
                row.orders += 1;
                row.ordered += i128::from(quantity);
            }
            _ => {}
        }
    }

    pub fn read(&self, tree: &mut Tree, state: &State, until: SimTime) {
        let plan = state.plan();
        let end = until.max(self.warm_up);
        let window = i128::from((end - self.warm_up).0);
        let ratio = |a: i128, b: i128| (b > 0).then(|| a as f64 / b as f64);
        for (stock, row) in plan.stocks.ids().zip(&self.rows) {
            let mut row = row.clone();
            row.turn(end);
            let path = format!("stocks.{}", plan.stocks[stock].name);
            let now = &state[stock];
            for (key, level, now) in [
                ("on_hand", row.on_hand, now.on_hand),
                ("back_orders", row.owed, now.owed),
                ("on_order", row.on_order, now.on_order),
            ] {
                tree.put(&format!("{path}.{key}"), now);
                tree.put(&format!("{path}.{key}_mean"), ratio(level.seconds, window));
                tree.put(&format!("{path}.{key}_max"), level.max);
            }
            tree.put(&format!("{path}.empty_share"), ratio(i128::from(row.empty), window));
            tree.put(&format!("{path}.asked"), int(row.asked));
            tree.put(&format!("{path}.given"), int(row.given));
            tree.put(&format!("{path}.fill_rate"), ratio(row.at_once, row.asked));
            tree.put(&format!("{path}.orders"), row.orders);
            tree.put(&format!("{path}.ordered"), int(row.ordered));
            // On hand, divided by what is asked for in a day.
            let days = |units: i128, over: i128| ratio(units * window, row.asked * over * i128::from(DAY));
            tree.put(&format!("{path}.days_of_supply"), days(i128::from(now.on_hand), 1));
            tree.put(&format!("{path}.days_of_supply_mean"), days(row.on_hand.seconds, window.max(1)));
        }
    }
}

fn int(n: i128) -> serde_json::Value {
    i64::try_from(n).map_or_else(|_| serde_json::json!(n as f64), |n| serde_json::json!(n))
}
