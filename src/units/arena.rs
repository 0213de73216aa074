//! Rows that are named by small typed handles.

use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// Names a row of an [`Arena`]. Handles of entities are given out in name order, so comparing handles compares names.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id<T>(u32, #[serde(skip)] PhantomData<fn() -> T>);

impl<T> Id<T> {
    /// The handle of row `index`.
    pub const fn new(index: u32) -> Self {
        Id(index, PhantomData)
    }

    /// The row as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The row as the number that events carry.
    pub const fn raw(self) -> u32 {
        self.0
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> std::fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// A list whose rows are reached by [`Id`] alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Arena<T>(Vec<T>);

impl<T> Arena<T> {
    pub const fn new() -> Self {
        Arena(Vec::new())
    }

    pub fn push(&mut self, row: T) -> Id<T> {
        let id = Id::new(u32::try_from(self.0.len()).expect("an arena holds fewer than 2^32 rows"));
        self.0.push(row);
        id
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    pub fn ids(&self) -> impl DoubleEndedIterator<Item = Id<T>> + use<T> {
        (0..self.0.len() as u32).map(Id::new)
    }

    pub fn get(&self, id: Id<T>) -> Option<&T> {
        self.0.get(id.index())
    }
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Arena::new()
    }
}

impl<T> From<Vec<T>> for Arena<T> {
    fn from(rows: Vec<T>) -> Self {
        Arena(rows)
    }
}

impl<T> Index<Id<T>> for Arena<T> {
    type Output = T;
    fn index(&self, id: Id<T>) -> &T {
        &self.0[id.index()]
    }
}

impl<T> IndexMut<Id<T>> for Arena<T> {
    fn index_mut(&mut self, id: Id<T>) -> &mut T {
        &mut self.0[id.index()]
    }
}
