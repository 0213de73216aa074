//! Values from 2^17 on: as they are while there are few, by their eleven leading bits once there are many.

/// So many values are kept exactly.
pub(super) const EXACT: u64 = 1 << 20;

/// Values below 2^26 (two years in seconds) lie in drawers by their upper bits.
const DRAWER: u32 = 16;
const DRAWERS: u64 = 1 << 10;
/// The least value has 18 bits.
const LEAST_BITS: u32 = 18;
const GROUPS: u64 = 1 << 10;

/// A multiset. Nothing in it is sorted before it is read: sorting in as values came cost a twelfth of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Large {
    count: u64,
    /// The lower 16 bits of each value, by the upper ones.
    drawers: Vec<Vec<u16>>,
    /// Values beyond the drawers.
    far: Vec<u64>,
    /// Once grouped: how many by group, instead of all of the above.
    groups: Option<Vec<u64>>,
}

impl Large {
    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn is_grouped(&self) -> bool {
        self.groups.is_some()
    }

    #[inline]
    pub fn add(&mut self, value: u64, n: u64) {
        self.count += n;
        if let Some(groups) = &mut self.groups {
            count_in(groups, value, n);
            return;
        }
        let drawer = value >> DRAWER;
        if drawer < DRAWERS {
            if self.drawers.len() <= drawer as usize {
                self.drawers.resize(drawer as usize + 1, Vec::new());
            }
            let drawer = &mut self.drawers[drawer as usize];
            if drawer.capacity() - drawer.len() < n as usize {
                // A fifth more at a time: room for twice as many would be the most that a long run keeps.
                drawer.reserve_exact((drawer.len() / 5).max(32).max(n as usize));
            }
            drawer.extend(std::iter::repeat_n(value as u16, n as usize));
        } else {
            self.far.extend(std::iter::repeat_n(value, n as usize));
        }
        if self.count > EXACT {
            self.group();
        }
    }

    /// From now on values stand for their groups.
    #[cold]
    pub fn group(&mut self) {
        if self.is_grouped() {
            return;
        }
        let mut groups = Vec::new();
        self.each(&mut |value| count_in(&mut groups, value, 1));
        (self.drawers, self.far) = (Vec::new(), Vec::new());
        self.groups = Some(groups);
    }

    /// Takes a value out again.
    pub fn take_back(&mut self, value: u64) {
        self.count -= 1;
        let gone = "a value that is taken back was added";
        if let Some(groups) = &mut self.groups {
            groups[group_of(value)] -= 1;
        } else if value >> DRAWER < DRAWERS {
            let drawer = &mut self.drawers[(value >> DRAWER) as usize];
            drawer.swap_remove(drawer.iter().position(|&v| v == value as u16).expect(gone));
        } else {
            self.far.swap_remove(self.far.iter().position(|&v| v == value).expect(gone));
        }
    }

    /// The largest, or the beginning of its group.
    pub fn most(&self) -> Option<u64> {
        match &self.groups {
            Some(groups) => groups.iter().rposition(|&n| n > 0).map(begin_of),
            None => {
                let last = self.drawers.iter().rposition(|drawer| !drawer.is_empty());
                let in_drawers =
                    last.and_then(|i| Some((i as u64) << DRAWER | u64::from(*self.drawers[i].iter().max()?)));
                self.far.iter().copied().max().or(in_drawers)
            }
        }
    }

    /// The value of a rank, from 1 to the number of values.
    pub fn at_rank(&self, rank: u64) -> u64 {
        let mut left = rank;
        if let Some(groups) = &self.groups {
            for (group, &n) in groups.iter().enumerate() {
                if left <= n {
                    return begin_of(group);
                }
                left -= n;
            }
            unreachable!("a rank is at most the number of values");
        }
        for (i, drawer) in self.drawers.iter().enumerate() {
            if left <= drawer.len() as u64 {
                let mut drawer = drawer.clone();
                let (_, &mut low, _) = drawer.select_nth_unstable(left as usize - 1);
                return (i as u64) << DRAWER | u64::from(low);
            }
            left -= drawer.len() as u64;
        }
        let mut far = self.far.clone();
        *far.select_nth_unstable(left as usize - 1).1
    }

    /// Every value, in no order.
    fn each(&self, visit: &mut dyn FnMut(u64)) {
        for (i, drawer) in self.drawers.iter().enumerate() {
            drawer.iter().for_each(|&low| visit((i as u64) << DRAWER | u64::from(low)));
        }
        self.far.iter().for_each(|&value| visit(value));
    }

    /// Values, or the beginnings of groups, ascending, and how many of each; equal ones may come one by one.
    pub fn each_run(&self, visit: &mut dyn FnMut(u64, u64)) {
        if let Some(groups) = &self.groups {
            groups.iter().enumerate().filter(|g| *g.1 > 0).for_each(|(group, &n)| visit(begin_of(group), n));
        }
        for (i, drawer) in self.drawers.iter().enumerate() {
            let mut drawer = drawer.clone();
            drawer.sort_unstable();
            drawer.iter().for_each(|&low| visit((i as u64) << DRAWER | u64::from(low), 1));
        }
        let mut far = self.far.clone();
        far.sort_unstable();
        far.iter().for_each(|&value| visit(value, 1));
    }
}

/// Equal as multisets.
impl PartialEq for Large {
    fn eq(&self, other: &Large) -> bool {
        let sorted = |large: &Large| {
            let mut runs = Vec::new();
            large.each_run(&mut |value, n| runs.push((value, n)));
            runs
        };
        self.count == other.count && self.is_grouped() == other.is_grouped() && sorted(self) == sorted(other)
    }
}

/// Groups are numbered from the least large value on, 1,024 an octave.
fn group_of(value: u64) -> usize {
    let bits = 64 - value.leading_zeros();
    (u64::from(bits - LEAST_BITS) * GROUPS + (value >> (bits - 11)) - GROUPS) as usize
}

/// The least value of a group.
fn begin_of(group: usize) -> u64 {
    let (octave, step) = (group as u64 / GROUPS, group as u64 % GROUPS);
    (GROUPS + step) << (octave + u64::from(LEAST_BITS) - 11)
}

fn count_in(groups: &mut Vec<u64>, value: u64, n: u64) {
    let group = group_of(value);
    if groups.len() <= group {
        groups.resize(group + 1, 0);
    }
    groups[group] += n;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_the_eleven_leading_bits() {
        for value in [1 << 17, (1 << 17) + 127, (1 << 17) + 128, 1 << 18, 123_456_789, u64::MAX, 1 << 63] {
            let bits = 64 - value.leading_zeros();
            assert_eq!(begin_of(group_of(value)), value >> (bits - 11) << (bits - 11), "{value}");
        }
        assert_eq!((group_of(1 << 17), group_of(1 << 18)), (0, 1024));
    }
}
