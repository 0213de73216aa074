//! How often vehicles leave over a leg: its timetable, its fleet and the opening hours of where it begins, together.

use crate::model::{Departures, Weekly};
use crate::units::time::{DAY, WEEK, second_of_week, step_of_week};
use std::collections::VecDeque;

/// A pattern of more departures is not gone through whole: its beginning stands for all.
const MOST: i64 = 20_000;
/// A fleet is followed for so long.
const LONG: f64 = (60 * WEEK) as f64;

/// Departures a day in the long run over a leg whose vehicles are away for `away` seconds on average; infinite where one
/// leaves as soon as anything is ready. `start` is that of the run in seconds since 1970.
pub(super) fn departures_a_day(departures: &Departures, hours: Option<&Weekly>, away: Option<f64>, start: i64) -> f64 {
    let open = |at: f64| hours.is_none_or(|hours| hours.is_open(second_of_week(start + at as i64)));
    let vehicles = departures.fleet.as_ref().map_or(1, |fleet| fleet.vehicles);
    match (departures.clock, away) {
        (None, None) => f64::INFINITY,
        (Some(clock), away) => {
            // Timetable and week come round together; a fleet has one round to get into step.
            let round = (WEEK / step_of_week(clock.every.0)).min(MOST);
            // When those that are away are in again: in the order in which they left.
            let mut back = VecDeque::new();
            let mut left = 0_u64;
            for n in 0..2 * round {
                let at = (clock.first.0 + n * clock.every.0) as f64;
                while back.front().is_some_and(|back| *back <= at) {
                    back.pop_front();
                }
                if open(at) && back.len() < vehicles as usize {
                    back.extend(away.map(|away| at + away));
                    left += u64::from(n >= round);
                }
            }
            left as f64 * DAY as f64 / (round * clock.every.0) as f64
        }
        (None, Some(away)) if away <= 0.0 => f64::INFINITY,
        (None, Some(away)) => {
            // Each vehicle leaves again as soon as it is in and the origin is open.
            let (mut at, mut left) = (0.0, 0_i64);
            while at < LONG && left < MOST {
                if open(at) {
                    left += 1;
                    at += away;
                } else {
                    match until_open(hours, second_of_week(start + at as i64)) {
                        Some(wait) => at += wait,
                        None => return 0.0,
                    }
                }
            }
            left as f64 * f64::from(vehicles) * DAY as f64 / at
        }
    }
}

/// Seconds from a moment of the week that is closed to the next that is open.
fn until_open(hours: Option<&Weekly>, now: u32) -> Option<f64> {
    let ahead = |from: u32| (i64::from(from) - i64::from(now)).rem_euclid(WEEK);
    hours?.0.iter().map(|&(from, _)| ahead(from)).min().map(|wait| wait as f64)
}

/// The share of the week in which any of several stretches is open; `None` is always.
pub(super) fn open_at_all<'a>(all: impl Iterator<Item = Option<Vec<(u32, u32)>>> + 'a) -> f64 {
    let Some(mut stretches) = all.collect::<Option<Vec<_>>>().map(|all| all.concat()) else { return 1.0 };
    stretches.sort_unstable();
    let (mut sum, mut until) = (0, 0);
    for (from, to) in stretches {
        sum += to.max(until) - from.max(until);
        until = until.max(to);
    }
    f64::from(sum) / WEEK as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Clock, Fleet};
    use crate::units::draw::Law;
    use crate::units::time::{HOUR, SimDuration, SimTime};

    fn day(from: u32, to: u32) -> Weekly {
        Weekly((0..7).map(|d| (d * 86_400 + from * 3_600, d * 86_400 + to * 3_600)).collect())
    }

    fn leaves(every: Option<i64>, vehicles: u32) -> Departures {
        let clock = every.map(|h| Clock { every: SimDuration(h * HOUR), first: SimTime(h * HOUR) });
        let fleet = (vehicles > 0).then_some(Fleet { vehicles, returns: Law::Constant(4 * HOUR) });
        Departures {
            clock,
            fleet,
            capacity: None,
            min_load: None,
            when_loaded: false,
            or_after: None,
            strict: false,
            each: false,
        }
    }

    #[test]
    fn vehicles_leave_when_they_are_in_and_the_origin_is_open() {
        let eight = Some(8.0 * HOUR as f64);
        let of = |every, vehicles, hours: Option<Weekly>| {
            let away = eight.filter(|_| vehicles > 0);
            departures_a_day(&leaves(every, vehicles), hours.as_ref(), away, 0)
        };
        // 06:00 and 14:00; at 22:00 it is in too late.
        assert!((of(None, 1, Some(day(6, 18))) - 2.0).abs() < 0.05);
        assert!((of(None, 1, None) - 3.0).abs() < 0.05);
        assert!((of(None, 3, Some(day(6, 18))) - 6.0).abs() < 0.2);
        // 06:00 and 12:00 of four: the hours end before 18:00.
        assert_eq!(of(Some(6), 0, Some(day(6, 18))), 2.0);
        // In again after eight hours, it misses every second departure.
        assert_eq!(of(Some(6), 1, None), 2.0);
        assert_eq!(of(Some(6), 2, None), 4.0);
        assert_eq!(of(Some(24), 0, Some(day(6, 18))), 0.0);
        assert_eq!(of(None, 0, None), f64::INFINITY);
    }

    #[test]
    fn hours_of_several_are_joined() {
        let of = |list: &[Option<Weekly>]| open_at_all(list.iter().map(|w| w.clone().map(|w| w.0)));
        assert_eq!(of(&[Some(day(6, 18))]), 0.5);
        assert_eq!(of(&[Some(day(6, 18)), Some(day(12, 24))]), 0.75);
        assert_eq!(of(&[Some(day(6, 18)), None]), 1.0);
    }
}
