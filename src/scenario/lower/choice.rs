//! Choices by what goods are: `{ by = "item", NAME = ..., else = ... }`.

use super::All;
use crate::model::{By, CLASSES, Choice, Item};
use crate::scenario::codes;
use crate::scenario::diagnostic::Finding;
use crate::scenario::fields::Fields;
use crate::scenario::keys::Unit;
use crate::scenario::laws;
use crate::scenario::names;
use crate::scenario::tree::{Node, Place, Table, Value};
use crate::scenario::values::{Ctx, expected};
use crate::units::arena::Id;
use crate::units::draw::Law;

/// The table of a choice, where a value is one.
pub(super) fn table(node: &Node) -> Option<&Table> {
    node.table().filter(|table| table.get("by").is_some())
}

/// A choice whose values are read by `each`.
pub(super) fn choice<T>(
    cx: &Ctx,
    node: &Node,
    all: &All,
    mut each: impl FnMut(&Node) -> Option<T>,
) -> Option<Choice<T>> {
    let table = table(node)?;
    let word = cx.word(table.get("by")?, "by", &By::ALL.map(By::name))?;
    let by = By::ALL.into_iter().find(|by| by.name() == word)?;
    let (mut cases, mut other, mut whole) = (Vec::new(), None, true);
    for entry in table.entries.iter().filter(|entry| entry.key != "by") {
        let value = each(&entry.node);
        whole &= value.is_some();
        match (entry.key.as_str(), value) {
            ("else", value) => other = value,
            (name, value) => match (key(by, name, entry.place, all), value) {
                (Ok(key), Some(value)) => cases.push((key, value)),
                (Ok(_), None) => {}
                (Err(finding), _) => {
                    cx.report(*finding);
                    whole = false;
                }
            },
        }
    }
    if table.entries.len() == 1 {
        let message = "a choice says what to choose";
        cx.report(Finding::new(&codes::MISSING_KEY, node.place, message, "add `else = ...`, and a key for each case"));
        return None;
    }
    cases.sort_by_key(|case| case.0);
    whole.then_some(Choice { by, cases, other })
}

/// The number of what a case names.
fn key(by: By, name: &str, place: Place, all: &All) -> Result<i64, Box<Finding>> {
    match by {
        By::Item => all.items.find(name, place).map(i64::from),
        By::Stream => all.streams.find(name, place).map(i64::from),
        By::Destination => all.nodes.find(name, place).map(i64::from),
        By::Class => CLASSES.iter().position(|class| *class == name).map(|at| at as i64).ok_or_else(|| {
            let known: Vec<String> = CLASSES.map(str::to_string).to_vec();
            Box::new(names::no_such("class", name, place, &known))
        }),
        By::Priority => name.parse::<i32>().map(i64::from).map_err(|_| {
            let message = format!("`{name}` is no priority");
            Box::new(Finding::new(&codes::REFERENCE, place, message, "expected a whole number, such as `1 = ...`"))
        }),
    }
}

/// A time or its distribution, and the choice that stands in its place, whose first value is then the time.
pub(super) fn time(f: &Fields<'_>, key: &'static str, all: &All) -> (Option<Law>, Option<Choice<Law>>) {
    let Some(node) = f.get(key).filter(|node| table(node).is_some()) else {
        return (laws::law(f, key, Unit::Time), None);
    };
    let each = |node: &Node| laws::read(f.cx, node, key, Unit::Time, false).map(|drawn| drawn.law);
    let choice = choice(f.cx, node, all, each);
    let first = choice.as_ref().and_then(|c| c.other.as_ref().or(c.cases.first().map(|case| &case.1))).cloned();
    (first, choice)
}

/// Factors by what goods are.
pub(super) fn factors(f: &Fields<'_>, key: &'static str, all: &All) -> Option<Choice<f64>> {
    let node = f.get(key)?;
    if table(node).is_none() {
        f.cx.report(expected(node, key, "factors by what goods are, such as { by = \"class\", V = 1.5 }"));
        return None;
    }
    choice(f.cx, node, all, |node| f.cx.factor(node, key).map(|factor| factor.real(1.0)))
}

/// The items that a list of items and classes names, ascending.
pub(super) fn only(f: &Fields<'_>, all: &All, items: &[Item]) -> Option<Vec<Id<Item>>> {
    let node = f.get("only")?;
    let names = match &node.value {
        Value::List(list) => list.iter().collect(),
        Value::Text(_) => vec![node],
        _ => {
            f.cx.report(expected(node, "only", "a list of items and classes, such as [\"interceptor\", \"V\"]"));
            return None;
        }
    };
    let mut out = Vec::new();
    for node in names {
        let name = f.cx.text(node, "only")?;
        match (all.items.get(name), CLASSES.contains(&name)) {
            (Some(item), _) => out.push(Id::new(item)),
            (None, true) => {
                let of_class = items.iter().enumerate().filter(|(_, item)| item.class == name);
                out.extend(of_class.map(|(i, _)| Id::new(i as u32)));
            }
            (None, false) => {
                let mut known = all.items.list();
                known.extend(CLASSES.map(str::to_string));
                f.cx.report(names::no_such("item", name, node.place, &known));
                return None;
            }
        }
    }
    out.sort_unstable();
    out.dedup();
    Some(out)
}
