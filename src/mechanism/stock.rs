//! Stocks: what is asked of them, given out, ordered, made and received.

use super::goods;
use super::turn::Turn;
use crate::event::{Event, LineId};
use crate::model::{Stock, Supply};
use crate::units::arena::Id;
use crate::units::time::SimDuration;

/// Ordered units come in.
pub fn arrives(turn: &mut Turn, stock: Id<Stock>, number: u64) {
    let (quantity, sent) = turn.state[stock].delivery(number);
    turn.emit(sent, Event::StockReceived { stock, quantity });
}

/// The rhythm of its reviews strikes.
pub fn reviews(turn: &mut Turn, stock: Id<Stock>) {
    let cause = turn.emit(turn.state[stock].last, Event::StockReviewed { stock });
    orders(turn, stock, cause);
}

/// Its position calls for an order, if it does.
pub fn orders(turn: &mut Turn, stock: Id<Stock>, cause: u64) {
    let (row, plan) = (&turn.state[stock], &turn.state.plan().stocks[stock]);
    let quantity = plan.reorder.map_or(0, |rule| rule.units(row.position()));
    if quantity == 0 {
        return;
    }
    let lead = match plan.supply {
        Supply::Lead(_) => SimDuration(turn.rules.stock_time(stock, row.orders)),
        Supply::Production { .. } => SimDuration(-1),
    };
    turn.emit(cause.max(row.last), Event::StockOrdered { stock, quantity, lead });
}

/// Its production line begins with the next lot.
pub fn makes(turn: &mut Turn, stock: Id<Stock>) {
    let row = &turn.state[stock];
    let quantity = row.next_lot().expect("a line that begins has a lot");
    let lasts = SimDuration(turn.rules.stock_time(stock, row.lots));
    turn.emit(row.last, Event::ProductionStarted { stock, quantity, lasts });
}

/// What is on hand goes to those that wait, in the order of choice.
pub fn gives(turn: &mut Turn, stock: Id<Stock>) {
    let state = turn.state;
    let row = &state[stock];
    let (mut on_hand, mut taken) = (row.on_hand, 0);
    for key in &row.waiting {
        if on_hand == 0 {
            break;
        }
        let line = key.5;
        let lacks = state.line(line).asked - state.line(line).taken;
        let quantity = lacks.min(on_hand);
        on_hand -= quantity;
        let cause = row.last.max(state.line(line).last);
        let cause = turn.emit(cause, Event::StockTaken { line, stock, quantity });
        goods::exist(turn, line, quantity, None, &mut taken, cause);
    }
}

/// A line whose origin has a stock of its item asks it; else its goods are there at once.
pub fn asked(turn: &mut Turn, line: LineId, taken: &mut usize, cause: u64) {
    let (row, asked) = (turn.state.line(line), turn.state.line(line).asked);
    match turn.state.stock_at(row.origin, row.item) {
        Some(stock) => {
            turn.emit(cause, Event::StockAsked { line, stock, quantity: asked });
        }
        None => goods::exist(turn, line, asked, None, taken, cause),
    }
}
