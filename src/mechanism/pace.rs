//! Rates that change with time: an interval is drawn in a time that runs as fast as the rate says.

use crate::model::Pace;
use crate::units::time::{Civil, DAY, SimTime};

const ONE: i128 = Pace::ONE as i128;

/// The instant at which so many seconds have passed, each counted as often as the factor of its instant says, from
/// `from` on; `start` is that of the run, in seconds since 1970. `None` where that is never, or later than any run.
///
/// The instant always lies in a part whose factor is above zero: rounding (halves up) does not lead out of its part.
pub fn after(pace: &Pace, start: i64, from: SimTime, seconds: i64) -> Option<SimTime> {
    let mut left = i128::from(seconds) * ONE * ONE;
    let mut t = from.0;
    while t <= SimTime::LATEST.0 {
        let (slow, until) = level(pace, start, t);
        if slow == 0 {
            t = until;
            continue;
        }
        let each = whole(pace) * slow;
        let periods = (left / each).min(i128::from((until - t) / pace.period));
        left -= periods * each;
        t += periods as i64 * pace.period;
        // What is left is less than a period, or reaches beyond this level.
        while t < until {
            let (fast, end) = part(pace, t);
            let (rate, end) = (fast * slow, end.min(until));
            let room = rate * i128::from(end - t);
            if room > left {
                let at = t + ((2 * left + rate) / (2 * rate)) as i64;
                return Some(SimTime(at.min(end - 1))).filter(|at| *at <= SimTime::LATEST);
            }
            left -= room;
            t = end;
        }
    }
    None
}

/// The mean factor from the start to `end`.
pub fn mean(pace: &Pace, start: i64, end: SimTime) -> f64 {
    let (mut sum, mut t) = (0.0, 0);
    while t < end.0 {
        let (slow, until) = level(pace, start, t);
        let until = until.min(end.0);
        let periods = (until - t) / pace.period;
        let mut here = i128::from(periods) * whole(pace);
        t += periods * pace.period;
        while t < until {
            let (fast, to) = part(pace, t);
            let to = to.min(until);
            here += fast * i128::from(to - t);
            t = to;
        }
        sum += (here * slow) as f64;
    }
    sum / (ONE * ONE) as f64 / end.0 as f64
}

/// The sum over one period.
fn whole(pace: &Pace) -> i128 {
    let begins = [0].into_iter().chain(pace.parts.iter().map(|p| p.0));
    pace.parts.iter().zip(begins).map(|(p, begin)| i128::from(p.0 - begin) * i128::from(p.1)).sum()
}

/// The factor of the period's part at an instant, and the instant at which that part ends.
fn part(pace: &Pace, t: i64) -> (i128, i64) {
    let within = (t + pace.phase).rem_euclid(pace.period);
    let at = pace.parts.partition_point(|p| p.0 <= within);
    let (end, factor) = pace.parts[at];
    (i128::from(factor), t + end - within)
}

/// The factor of the month and of the trend at an instant, and until when it holds.
fn level(pace: &Pace, start: i64, t: i64) -> (i128, i64) {
    // Beyond every run.
    let never = 2 * SimTime::LATEST.0;
    let (month, until) = match pace.months.is_empty() {
        true => (ONE, never),
        false => {
            let civil = Civil::from_unix(start + t);
            (i128::from(pace.months[usize::from(civil.month) - 1]), civil.next_month().to_unix() - start)
        }
    };
    let (trend, holds) = line(&pace.trend, t).unwrap_or((ONE, never));
    (((month * trend + ONE / 2) / ONE).min(Pace::MOST.into()), until.min(holds))
}

/// The trend at an instant: level before its first point and after its last one; between two points the value that the
/// straight line has in the middle of the day (of the day's part between them), and until when it holds.
fn line(trend: &[(SimTime, u64)], t: i64) -> Option<(i128, i64)> {
    let next = trend.partition_point(|p| p.0.0 <= t);
    let after = trend.get(next);
    let Some(before) = next.checked_sub(1).map(|i| trend[i]) else {
        return after.map(|p| (i128::from(p.1), p.0.0));
    };
    let Some(after) = after.filter(|a| a.1 != before.1) else {
        return Some((i128::from(before.1), after.map_or(2 * SimTime::LATEST.0, |a| a.0.0)));
    };
    let (a, b) = (before.0.0, after.0.0);
    let day = t.div_euclid(DAY) * DAY;
    let (from, to) = (day.max(a), (day + DAY).min(b));
    let rise = i128::from(after.1) - i128::from(before.1);
    let (up, down) = (rise * i128::from(from + to - 2 * a), 2 * i128::from(b - a));
    Some((i128::from(before.1) + (2 * up + down).div_euclid(2 * down), to))
}
