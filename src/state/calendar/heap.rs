use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{First, INSTANT, Key, prefix_of};

/// The calendar over a binary heap: slower than [`Calendar`](super::Calendar), and plainly right.
#[derive(Clone, Debug, Default)]
pub struct HeapCalendar(BinaryHeap<Reverse<Key>>);

impl HeapCalendar {
    /// Adds a key that is not pending yet.
    #[inline]
    pub fn push(&mut self, key: Key) {
        self.0.push(Reverse(key));
    }

    /// The smallest key.
    #[inline]
    pub fn peek(&mut self) -> Option<Key> {
        self.0.peek().map(|key| key.0)
    }

    /// Takes out the smallest key.
    #[inline]
    pub fn pop(&mut self) -> Option<Key> {
        self.0.pop().map(|key| key.0)
    }

    /// Takes out this very key; says whether it was pending.
    pub fn remove(&mut self, key: Key) -> bool {
        let before = self.len();
        self.0.retain(|k| k.0 != key);
        self.len() < before
    }

    /// The number of pending keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All keys, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = Key> + '_ {
        self.0.iter().map(|key| key.0)
    }

    /// The smallest key, and what is pending with it.
    pub fn first(&mut self) -> Option<First> {
        let key = self.peek()?;
        let others = |shift: u32| self.iter().filter(|&k| prefix_of(k) >> shift == prefix_of(key) >> shift).count() - 1;
        Some(First { key, tied: others(0) > 0, alone: others(INSTANT) == 0 })
    }

    /// As [`HeapCalendar::remove`].
    pub fn take(&mut self, key: Key) -> bool {
        self.remove(key)
    }

    /// Puts into `out`, in place of what it held, all keys that share their prefix with the smallest, rising.
    pub fn ties(&mut self, out: &mut Vec<Key>) {
        out.clear();
        let Some(first) = self.peek() else { return };
        out.extend(self.iter().filter(|&key| prefix_of(key) == prefix_of(first)));
        out.sort_unstable();
    }
}

impl FromIterator<Key> for HeapCalendar {
    fn from_iter<I: IntoIterator<Item = Key>>(keys: I) -> Self {
        Self(keys.into_iter().map(Reverse).collect())
    }
}

impl PartialEq for HeapCalendar {
    fn eq(&self, other: &Self) -> bool {
        self.0.clone().into_sorted_vec() == other.0.clone().into_sorted_vec()
    }
}

impl Eq for HeapCalendar {}
