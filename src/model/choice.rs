//! Choices by what goods are: their item, class, priority, stream or destination.

use super::{Item, Node, Plan, Stream};
use crate::units::arena::Id;
use serde::{Deserialize, Serialize};

/// NATO classes of supply.
pub const CLASSES: [&str; 5] = ["I", "II", "III", "IV", "V"];

/// What a choice goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    Item,
    /// NATO class of supply of the item.
    Class,
    Priority,
    Stream,
    Destination,
}

/// One of several, by what goods are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice<T> {
    pub by: By,
    /// Ascending: handles, priorities, or positions in [`CLASSES`].
    pub cases: Vec<(i64, T)>,
    /// For all else.
    pub other: Option<T>,
}

/// What a choice may look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whom {
    pub item: Option<Id<Item>>,
    pub priority: i32,
    pub stream: Id<Stream>,
    pub to: Option<Id<Node>>,
}

impl By {
    pub const ALL: [By; 5] = [By::Item, By::Class, By::Priority, By::Stream, By::Destination];

    /// The word in scenario files.
    pub fn name(self) -> &'static str {
        ["item", "class", "priority", "stream", "destination"][self as usize]
    }

    /// The number of what it looks at; `None` where goods have no such thing.
    pub fn key(self, plan: &Plan, whom: &Whom) -> Option<i64> {
        match self {
            By::Item => whom.item.map(|item| i64::from(item.raw())),
            By::Class => {
                let class = &plan.items[whom.item?].class;
                CLASSES.iter().position(|c| c == class).map(|at| at as i64)
            }
            By::Priority => Some(i64::from(whom.priority)),
            By::Stream => Some(i64::from(whom.stream.raw())),
            By::Destination => whom.to.map(|to| i64::from(to.raw())),
        }
    }
}

impl<T> Choice<T> {
    /// What is said for goods like these.
    pub fn of(&self, plan: &Plan, whom: &Whom) -> Option<&T> {
        let found = self.by.key(plan, whom).and_then(|key| self.cases.binary_search_by_key(&key, |case| case.0).ok());
        found.map(|at| &self.cases[at].1).or(self.other.as_ref())
    }

    /// All that may be chosen.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.cases.iter().map(|case| &case.1).chain(&self.other)
    }

    /// The same choice between other things.
    pub fn map<U>(&self, mut with: impl FnMut(&T) -> U) -> Choice<U> {
        Choice {
            by: self.by,
            cases: self.cases.iter().map(|(key, of)| (*key, with(of))).collect(),
            other: self.other.as_ref().map(with),
        }
    }
}
