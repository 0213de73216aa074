//! The one table of keys: what a scenario file may say.
//!
//! The reader takes unknown keys, ranges, units and did-you-mean from it; `docs/scenario.md` is printed from it. A key
//! that is read and does not stand here fails a test, and so does a key that stands here and changes nothing.

mod entries;
mod forms;
mod places;
mod reference;
mod schema;
mod skeleton;
mod stocks;

pub(crate) use entries::*;
pub(crate) use forms::*;
pub use reference::reference;
pub use schema::schema;
pub use skeleton::skeleton;
pub(crate) use stocks::*;

/// What an amount measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `"4h"`: seconds.
    Time,
    /// `"12 t"`: kilograms.
    Mass,
    /// `"500 M USD"`: minor units.
    Money,
    /// A bare number of whole things.
    Count,
}

/// The type of a key's value.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Any text.
    Text,
    /// Letters, digits, `-`, `_`.
    Name,
    /// The name of an entry of another table.
    Refer(&'static str),
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number in a range, both ends included.
    Count(i64, i64),
    /// A number above zero.
    Factor,
    /// A part of one: `0.05` or `"5%"`.
    Share,
    /// A single amount, at least so many base units.
    Amount(Unit, i64),
    /// An amount or a distribution.
    Law(Unit),
    /// A time or a distribution, or a choice of such by what goods are.
    Chosen,
    /// Factors by what goods are.
    ChosenFactor,
    /// Pools, and how many servers of each.
    Uses,
    /// `"continuous"`, or a rhythm.
    Review,
    /// True, or a time.
    Expires,
    /// Money, or a table of it.
    Cost,
    /// A number or a name.
    PackageName,
    /// Items and classes.
    Goods,
    /// An amount of the key that the distribution stands at.
    Own,
    /// `"2/week"`.
    Rate,
    Date,
    /// A date, or a length of time from the start.
    Moment,
    Dates,
    Limit,
    Servers,
    Hours,
    Route,
    Effect,
    Earmark,
    Strikes,
    Basis,
    /// One path or a list of paths.
    Paths,
    /// A dotted path of `figures`.
    Figure,
    /// A figure's value: a number, an amount, or a date.
    Value,
    /// `"5%"`, or a length of time for dates.
    Tolerance,
    /// A number of zero or more, or a list of such.
    Factors,
    /// Numbers, or amounts in quotes.
    Values,
    /// Values with their relative weights.
    Weights,
    /// `[{ weight, of }]`.
    Mixture,
    /// Words of a file and what they mean.
    Words,
    /// A table of its own keys.
    Table(&'static Spec),
    /// A list of entries; they merge by name in variants where they are `[[...]]`.
    Many(&'static Spec),
    /// A list of tables that is replaced whole.
    List(&'static Spec),
}

/// A table of the grammar.
#[derive(Debug)]
pub struct Spec {
    /// As it stands in a path: `node.step`.
    pub name: &'static str,
    /// With an article, for messages: `a step`.
    pub title: &'static str,
    pub text: &'static str,
    pub keys: &'static [Key],
}

/// One key.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub form: Form,
    pub required: bool,
    /// In the words of the reference; empty for required keys.
    pub default: &'static str,
    /// A value that is not the default, as it stands in a file.
    pub example: &'static str,
    pub text: &'static str,
}

const fn must(name: &'static str, form: Form, example: &'static str, text: &'static str) -> Key {
    Key { name, form, required: true, default: "", example, text }
}

const fn may(name: &'static str, form: Form, default: &'static str, example: &'static str, text: &'static str) -> Key {
    Key { name, form, required: false, default, example, text }
}

const BASIS: Key = may(
    "basis",
    Form::Basis,
    "",
    r#""ledger row 2""#,
    "Where the figures come from; `waybill check --basis` prints it.",
);
const COPIES: Key = may("copies", Form::Count(1, 1_000_000), "", "2", "Repeats the entry as `name-1`, `name-2`, ...");
const REMOVE: Key = may("remove", Form::Flag, "false", "true", "Drops the entry of this name from the base.");

/// Every table of the grammar, and every value that is a table: in the order of the reference.
pub fn tables() -> impl Iterator<Item = &'static Spec> {
    TABLES.iter().chain(VALUES).copied()
}

impl Spec {
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|k| k.name == name)
    }
}

impl Form {
    /// The unit that a key of this type is in, for the reference.
    pub fn unit(self) -> Option<Unit> {
        match self {
            Form::Amount(unit, _) | Form::Law(unit) => Some(unit),
            Form::Chosen => Some(Unit::Time),
            _ => None,
        }
    }
}
