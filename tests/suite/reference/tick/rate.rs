//! Rates that change: how fast the time of a stream passes.

use super::*;

/// After so long without anything passing, nothing ever will: every factor comes round within a year, or is the last one.
const NEVER: i64 = 800 * DAY;

impl Tick<'_> {
    /// The instant at which so many seconds of this stream's time have passed from `since` on; none if they never do.
    pub(super) fn passed(&self, stream: &Stream, since: i64, seconds: i64) -> Option<i64> {
        if stream.profile.is_none() && stream.trend.is_empty() {
            return Some(since + seconds);
        }
        // Millionths of millionths, so that nothing is lost on the way.
        let mut left = i128::from(seconds) * i128::from(MILLION * MILLION);
        let mut at = since;
        let mut last_passed = since;
        while at - last_passed < NEVER {
            let (end, factor) = self.part(stream, at);
            let whole = i128::from(end - at) * factor;
            if left < whole {
                let there = at + i64::try_from((2 * left + factor) / (2 * factor)).expect("it is within the part");
                return Some(there.min(end - 1));
            }
            if whole > 0 {
                last_passed = end;
            }
            left -= whole;
            at = end;
        }
        None
    }

    /// Until when the factor of this instant holds, and what it is.
    fn part(&self, stream: &Stream, at: i64) -> (i64, i128) {
        let (profile_end, short, month) = self.part_of_profile(stream.profile.as_ref(), at);
        let (trend_end, trend) = part_of_trend(&stream.trend, at);
        let long = scaled(month as i64, &[trend]);
        (profile_end.min(trend_end), i128::from(short) * i128::from(long))
    }

    /// Until when, the factor of the part or of hour and weekday, and that of the month.
    fn part_of_profile(&self, profile: Option<&Profile>, at: i64) -> (i64, u64, u64) {
        match profile {
            None => (i64::MAX, MILLION, MILLION),
            Some(Profile::Parts { period, factors }) => {
                let length = period / factors.len() as i64;
                let part = at.rem_euclid(*period) / length;
                (at - at.rem_euclid(length) + length, factors[part as usize], MILLION)
            }
            Some(Profile::Calendar { hours, weekdays, months }) => {
                let unix = self.world.start + at;
                let stamp = jiff::Timestamp::from_second(unix)
                    .expect("small worlds are near")
                    .to_zoned(jiff::tz::TimeZone::UTC);
                let next_month = stamp.date().first_of_month().saturating_add(jiff::Span::new().months(1));
                let next_month = next_month.to_zoned(jiff::tz::TimeZone::UTC).expect("it is near").timestamp();
                let mut end = i64::MAX;
                let mut of = |list: &[u64], place: i64, until: i64| {
                    if list.is_empty() {
                        return MILLION;
                    }
                    end = end.min(until);
                    list[place as usize]
                };
                let hour = of(hours, unix.rem_euclid(DAY) / 3600, at + 3600 - unix.rem_euclid(3600));
                // The first of January 1970 was a Thursday.
                let weekday = of(weekdays, (unix.div_euclid(DAY) + 3).rem_euclid(7), at + DAY - unix.rem_euclid(DAY));
                let month = of(months, i64::from(stamp.month()) - 1, next_month.as_second() - self.world.start);
                (end, scaled(hour as i64, &[weekday]) as u64, month)
            }
        }
    }
}

/// Until when, and the factor: that of the straight line in the middle of the day's part between two points.
fn part_of_trend(points: &[(i64, u64)], at: i64) -> (i64, u64) {
    let Some(next) = points.iter().position(|&(point, _)| point > at) else {
        return (i64::MAX, points.last().map_or(MILLION, |&(_, factor)| factor));
    };
    let (end, to) = points[next];
    if next == 0 {
        return (end, to);
    }
    let (begin, from) = points[next - 1];
    let day = at - at.rem_euclid(DAY);
    let (first, last) = (begin.max(day), end.min(day + DAY));
    // Twice the seconds from the first point to the middle, of twice those to the second.
    let (middle, whole) = (i128::from(first + last - 2 * begin), i128::from(2 * (end - begin)));
    let sum = i128::from(from) * (whole - middle) + i128::from(to) * middle;
    (last, u64::try_from((2 * sum + whole) / (2 * whole)).expect("factors are not below zero"))
}
