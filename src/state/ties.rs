//! Wakes that are due together at one place, in the order of choice.
//!
//! A few are looked at as they lie in the calendar. Of many the order is worked out once: they are taken out of the calendar
//! and kept aside, so that each costs the same however many there are.

use super::State;
use super::calendar::{First, Key};
use super::wake;

/// So many are looked at one by one.
const FEW: usize = 32;

impl State {
    /// The first wake of the calendar and of those kept aside, and whether it is alone at its instant.
    #[inline(always)]
    pub(super) fn first_pending(&mut self) -> Option<(Key, bool)> {
        if !self.tied.is_empty() {
            return self.first_beside_tied();
        }
        let First { key, tied, alone } = self.calendar.first()?;
        Some(if tied { (self.first_of_ties(), alone) } else { (key, alone) })
    }

    /// The least key that is pending: the first wake up to those that are due together with it at its place.
    #[inline(always)]
    pub(super) fn least_pending(&mut self) -> Option<Key> {
        let key = self.calendar.first().map(|first| first.key);
        match self.tied.last() {
            Some(&kept) => Some(key.map_or(kept, |key| key.min(kept))),
            None => key,
        }
    }

    #[cold]
    fn first_of_ties(&mut self) -> Key {
        let mut keys = Vec::new();
        self.calendar.ties(&mut keys);
        if keys.len() > FEW {
            self.keep_aside(keys);
            return *self.tied.last().expect("many ties were kept aside");
        }
        self.first_of(&keys)
    }

    fn first_of(&self, keys: &[Key]) -> Key {
        *keys.iter().min_by_key(|&&key| (self.standing(wake::unpack(key)), key)).expect("ties are at least two")
    }

    fn keep_aside(&mut self, keys: Vec<Key>) {
        for &key in &keys {
            assert!(self.calendar.take(key), "a tie is pending");
        }
        self.tied.extend(keys);
        let mut all = std::mem::take(&mut self.tied);
        // The first is the last, so that it is taken without moving the others.
        all.sort_by_cached_key(|&key| std::cmp::Reverse((self.standing(wake::unpack(key)), key)));
        self.tied = all;
    }

    #[cold]
    fn first_beside_tied(&mut self) -> Option<(Key, bool)> {
        let kept = *self.tied.last().expect("some are kept aside");
        let Some(First { key, .. }) = self.calendar.first() else { return Some((kept, self.tied.len() == 1)) };
        let place = |key: Key| key >> 64;
        if place(key) > place(kept) {
            let alone = self.tied.len() == 1 && wake::time_of(key) != wake::time_of(kept);
            return Some((kept, alone));
        }
        let mut keys = Vec::new();
        self.calendar.ties(&mut keys);
        if place(key) < place(kept) {
            // Something of a lower phase, or of an earlier place, became due meanwhile.
            if keys.len() > FEW {
                self.put_back();
                return self.first_pending();
            }
            return Some((self.first_of(&keys), false));
        }
        // Others became due at the same place.
        if keys.len() > FEW {
            self.keep_aside(keys);
            return self.tied.last().map(|&key| (key, false));
        }
        keys.push(kept);
        Some((self.first_of(&keys), false))
    }

    fn put_back(&mut self) {
        for key in std::mem::take(&mut self.tied) {
            self.calendar.push(key);
        }
    }

    /// Takes a wake out that is pending; says whether it was.
    #[inline]
    pub(super) fn take_pending(&mut self, key: Key) -> bool {
        if self.tied.last() == Some(&key) {
            self.tied.pop();
            return true;
        }
        self.calendar.take(key)
    }

    /// The same for one that need not be the first.
    pub(super) fn remove_pending(&mut self, key: Key) -> bool {
        match self.tied.iter().position(|&other| other == key) {
            Some(at) => {
                self.tied.remove(at);
                true
            }
            None => self.calendar.remove(key),
        }
    }

    /// Whether the same wakes are pending, wherever they are kept.
    pub(super) fn pends_as(&self, other: &State) -> bool {
        if self.tied.is_empty() && other.tied.is_empty() {
            return self.calendar == other.calendar;
        }
        let all = |state: &State| {
            let mut keys: Vec<Key> = state.calendar.iter().chain(state.tied.iter().copied()).collect();
            keys.sort_unstable();
            keys
        };
        all(self) == all(other)
    }
}
