//! The table of mechanisms, as its rows describe themselves.

use super::text::{Line, Look, wrapped};
use crate::mechanism::Kind;

/// Every kind on a line or two.
pub fn list(kinds: &[Kind]) -> String {
    let mut out = String::new();
    for kind in kinds {
        out += &Line::new().plain("  ").put(Look::Bold, kind.name).end();
        out += &wrapped(&[(Look::Plain, kind.summary.to_owned())], "      ", 92);
    }
    out += "\n";
    out + &Line::new().put(Look::Dim, "  more on one  ").put(Look::Command, "waybill mechanisms NAME").end()
}

/// One kind with its stages.
pub fn page(kind: &Kind) -> String {
    let mut out = Line::new().put(Look::Bold, kind.name).end();
    out += &wrapped(&[(Look::Plain, kind.summary.to_owned())], "  ", 92);
    out.push('\n');
    let head = Line::new().plain("  ").left(Look::Dim, "stage", 12).left(Look::Dim, "charged to", 12);
    out += &head.left(Look::Dim, "time", 22).put(Look::Dim, "what happens").end();
    for stage in kind.stages {
        let time = if stage.timed { "[mechanism.stages]" } else { "as long as it takes" };
        let line = Line::new().plain("  ").left(Look::Plain, stage.name, 12).left(Look::Plain, stage.cause.name(), 12);
        out += &line.left(Look::Plain, time, 22).plain(stage.text).end();
    }
    out.push('\n');
    if kind.pools_money {
        out += "  It pools pledges (`[[pledge]] to = ...`) and takes the keys of packages.\n";
    }
    if kind.takes_stock {
        out += "  It takes goods from `[[stock]]` entries at its origin.\n";
    }
    let path = "gates.<name>.<stage>, mechanisms.<name>";
    out + &Line::new().put(Look::Dim, "  figures  ").plain(path).end()
}
