//! Backlog and throughput of places over time, in bins of one length.

use super::tree::Tree;
use crate::model::Plan;
use crate::units::time::{DAY, HOUR, MINUTE, SimTime};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Bins at most; in a run without an end they are made twice as long when there are more.
const BINS: usize = 240;
/// Bins times places at most: many places have longer bins.
const CELLS: usize = 1 << 20;
/// Lengths that read well.
const LENGTHS: [i64; 17] = [
    1,
    10,
    MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    56 * DAY,
];

/// What stood at the end of each bin: by place, how many are there and how many left so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Series {
    length: i64,
    most: usize,
    /// The end of the bin that goes on.
    next: SimTime,
    bins: Vec<Vec<(u32, u64)>>,
}

impl Series {
    pub fn new(plan: &Plan, places: usize) -> Series {
        let most = (CELLS / places.max(1)).clamp(16, BINS);
        let length = match plan.end {
            None => HOUR,
            Some(end) => {
                let least = (end.0 + most as i64 - 1) / most as i64;
                LENGTHS.into_iter().find(|&l| l >= least).unwrap_or((least + 56 * DAY - 1) / (56 * DAY) * 56 * DAY)
            }
        };
        Series { length, most, next: SimTime(length), bins: Vec::new() }
    }

    /// Whether a bin ends at or before an instant.
    #[inline(always)]
    pub fn is_over(&self, now: SimTime) -> bool {
        now >= self.next
    }

    /// Closes the bins that end at or before an instant, before anything of it is told.
    #[cold]
    pub fn close(&mut self, now: SimTime, places: impl Fn() -> Vec<(u32, u64)>) {
        let last = places();
        while self.is_over(now) {
            if self.bins.len() == self.most {
                self.bins = self.bins.chunks(2).map(|pair| pair[pair.len() - 1].clone()).collect();
                self.length *= 2;
            } else {
                // A long time without events is one bin many times over.
                self.bins.push(last.clone());
            }
            self.next = SimTime((self.bins.len() as i64 + 1) * self.length);
        }
    }

    /// The figures, with the bin that goes on until the moment of reading.
    pub fn read(&self, tree: &mut Tree, names: &[String], until: SimTime, places: impl Fn() -> Vec<(u32, u64)>) {
        let mut all = self.clone();
        all.close(until, &places);
        if all.bins.len() as i64 * all.length < until.0 {
            all.bins.push(places());
        }
        tree.put("series.step", all.length);
        tree.put("series.bins", all.bins.len());
        for (at, name) in names.iter().enumerate() {
            let backlog: Vec<u32> = all.bins.iter().map(|bin| bin[at].0).collect();
            let mut before = 0;
            let left = |bin: &Vec<(u32, u64)>| bin[at].1 - std::mem::replace(&mut before, bin[at].1);
            let throughput: Vec<u64> = all.bins.iter().map(left).collect();
            tree.put(&format!("series.{name}.backlog"), json!(backlog));
            tree.put(&format!("series.{name}.throughput"), json!(throughput));
        }
    }
}
