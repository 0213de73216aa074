//! The loads of `waybill check`.

use super::number::{grouped, many, plain};
use super::text::{Line, Look, Screen};
use crate::scenario::Load;

/// Rows of the table; a scenario has up to thousands of places.
const ROWS: usize = 36;

/// The table of offered loads, the highest first, and the verdict.
pub fn text(title: &str, loads: &[Load], warnings: usize, lines: usize, screen: &Screen) -> String {
    let mut out = String::from("\n");
    out += &Line::new().put(Look::Bold, title).end();
    out.push('\n');
    let mut rows: Vec<&Load> = loads.iter().collect();
    rows.sort_by(|a, b| b.load.total_cmp(&a.load).then_with(|| a.place.cmp(&b.place)));
    if !rows.is_empty() {
        let name = rows.iter().take(ROWS).map(|r| r.place.chars().count()).max().unwrap_or(0).clamp(14, 44);
        let head = Line::new().plain("  ").left(Look::Dim, "load", name).right(Look::Dim, "offered", 11);
        out += &head.right(Look::Dim, "capacity", 11).right(Look::Dim, "load", 8).end();
        for row in rows.iter().take(ROWS) {
            out += &line(row, name, screen);
        }
        if rows.len() > ROWS {
            let more = format!("  and {} places with less", grouped((rows.len() - ROWS) as i64));
            out += &Line::new().put(Look::Dim, &more).end();
        }
        out.push('\n');
    }
    let over = rows.iter().filter(|r| r.load > 1.0).count();
    let said = if warnings == 0 { "nothing wrong".to_owned() } else { many(warnings as u64, "warning") };
    let asked = match over {
        0 => ".".to_owned(),
        1 => "; one place is asked for more than it can take.".to_owned(),
        n => format!("; {n} places are asked for more than they can take."),
    };
    let look = if warnings + over == 0 { Look::Good } else { Look::Warn };
    out += &Line::new().plain("  ").put(look, &said).plain(&format!(" in {}{asked}", many(lines as u64, "line"))).end();
    out
}

fn line(load: &Load, name: usize, screen: &Screen) -> String {
    let look = if load.load > 1.0 { Look::Warn } else { Look::Plain };
    let capacity = if load.capacity.is_finite() { plain(load.capacity) } else { "no limit".to_owned() };
    let place: String = load.place.chars().take(name).collect();
    let line = Line::new().plain("  ").left(Look::Plain, &place, name).right(Look::Plain, &plain(load.offered), 11);
    let mut line = line.right(Look::Plain, &capacity, 11).right(look, &format!("{:.2}", load.load), 8);
    if line.width() + 22 <= screen.width {
        line = line.put(Look::Dim, &format!("  {}", load.unit));
    }
    if load.load > 1.0 {
        line = line.put(Look::Warn, "  above 1");
    }
    line.end()
}
