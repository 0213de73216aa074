//! A line for each stock and pool, and one for costs: what stands beside stages and places.

use super::Facts;
use super::stages::labelled;
use crate::view::number::{grouped, percent, plain};
use crate::view::text::{Line, Look, Screen};

/// Lines of one kind.
const SHOWN: usize = 3;

pub fn lines(facts: &Facts<'_>, screen: &Screen) -> String {
    stocks(facts, screen) + &pools(facts, screen) + &costs(facts, screen)
}

/// Those that served worst first.
fn stocks(facts: &Facts<'_>, screen: &Screen) -> String {
    let mut rows: Vec<(f64, String, String)> = Vec::new();
    for stock in facts.plan.stocks.iter() {
        let of = |key: &str| facts.tree.number(&format!("stocks.{}.{key}", stock.name)).unwrap_or(0.0);
        let now = format!(
            "{} on hand, {} on order, {} owed",
            whole(of("on_hand")),
            whole(of("on_order")),
            whole(of("back_orders"))
        );
        let fill = facts.tree.number(&format!("stocks.{}.fill_rate", stock.name));
        let served = fill.map_or_else(String::new, |fill| format!("; {} given at once", percent(fill)));
        let ordered = match stock.reorder {
            Some(_) => format!("; {} orders", whole(of("orders"))),
            None => String::new(),
        };
        rows.push((fill.unwrap_or(1.0), stock.name.clone(), now + &served + &ordered));
    }
    rows.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    shown(&rows, "stock", screen)
}

/// Those that are used most first.
fn pools(facts: &Facts<'_>, screen: &Screen) -> String {
    let mut rows: Vec<(f64, String, String)> = Vec::new();
    for pool in facts.plan.pools.iter() {
        let of = |key: &str| facts.tree.number(&format!("pools.{}.{key}", pool.name));
        let used = of("utilisation");
        let share = used.map_or_else(String::new, |used| format!("{} used; ", percent(used)));
        let text = format!(
            "{share}{} in use on average, {} at most",
            plain(of("in_use_mean").unwrap_or(0.0)),
            whole(of("in_use_max").unwrap_or(0.0))
        );
        rows.push((-used.unwrap_or(0.0), pool.name.clone(), text));
    }
    rows.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    shown(&rows, "pool", screen)
}

fn costs(facts: &Facts<'_>, screen: &Screen) -> String {
    let Some(total) = facts.tree.number("money.costs.total") else { return String::new() };
    let major = total / 10f64.powi(i32::from(facts.plan.decimals));
    labelled("costs", &format!("{} {}", facts.plan.currency, whole(major)), screen)
}

/// In full, as far as that can be read.
fn whole(value: f64) -> String {
    if value.abs() < 1e15 { grouped(value.round() as i64) } else { format!("{value:.3e}") }
}

fn shown(rows: &[(f64, String, String)], kind: &str, screen: &Screen) -> String {
    let mut out: String = rows.iter().take(SHOWN).map(|(_, name, text)| labelled(name, text, screen)).collect();
    if rows.len() > SHOWN {
        out += &Line::new().put(Look::Dim, &format!("  and {} more {kind}s", rows.len() - SHOWN)).end();
    }
    out
}
