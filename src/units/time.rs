//! Whole seconds since the start of a run; calendar dates only for reading and printing.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// An instant: whole seconds since the scenario's `start`; negative for the opening backlog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SimTime(pub i64);

/// A length of time in whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SimDuration(pub i64);

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 86_400;
pub const WEEK: i64 = 7 * DAY;

/// Seconds since Monday 00:00 UTC of an instant in seconds since 1970, which began on a Thursday.
pub fn second_of_week(unix: i64) -> u32 {
    (unix + 3 * DAY).rem_euclid(WEEK) as u32
}

/// What comes `every` so many seconds comes at every second of the week that is a multiple of this from any one of them.
pub fn step_of_week(every: i64) -> i64 {
    let (mut step, mut rest) = (WEEK, every.rem_euclid(WEEK));
    while rest != 0 {
        (step, rest) = (rest, step % rest);
    }
    step
}

impl SimTime {
    /// The scenario's `start`.
    pub const ZERO: SimTime = SimTime(0);
    /// The earliest and latest instants a calendar key can hold: about 17,400 years either side of the start.
    pub const EARLIEST: SimTime = SimTime(-(1 << 39));
    pub const LATEST: SimTime = SimTime((1 << 39) - 1);

    /// The instant `duration` later; stops at [`SimTime::LATEST`], which no run reaches.
    pub fn after(self, duration: SimDuration) -> SimTime {
        SimTime(self.0.saturating_add(duration.0)).min(SimTime::LATEST)
    }
}

impl Add<SimDuration> for SimTime {
    type Output = SimTime;
    fn add(self, d: SimDuration) -> SimTime {
        SimTime(self.0 + d.0)
    }
}

impl AddAssign<SimDuration> for SimTime {
    fn add_assign(&mut self, d: SimDuration) {
        self.0 += d.0;
    }
}

impl Sub for SimTime {
    type Output = SimDuration;
    fn sub(self, earlier: SimTime) -> SimDuration {
        SimDuration(self.0 - earlier.0)
    }
}

impl Add for SimDuration {
    type Output = SimDuration;
    fn add(self, other: SimDuration) -> SimDuration {
        SimDuration(self.0 + other.0)
    }
}

/// Civil time in UTC, proleptic Gregorian.
///
/// Days are turned into dates by the algorithm of Howard Hinnant, "chrono-compatible low-level date algorithms"
/// (`civil_from_days`); it is exact for every year a [`SimTime`] can hold, which date libraries (limited to year 9999)
/// are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Civil {
    pub year: i64,
    pub month: u8,
    pub day: u8,
    /// Seconds since midnight.
    pub second: i64,
}

impl Civil {
    /// The civil time of seconds since 1970-01-01T00:00:00Z.
    pub fn from_unix(seconds: i64) -> Civil {
        let days = seconds.div_euclid(DAY);
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        Civil {
            year: yoe + era * 400 + i64::from(month <= 2),
            month: month as u8,
            day: (doy - (153 * mp + 2) / 5 + 1) as u8,
            second: seconds.rem_euclid(DAY),
        }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn to_unix(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let yoe = year.rem_euclid(400);
        let m = i64::from(self.month);
        let mp = if m > 2 { m - 3 } else { m + 9 };
        let doy = (153 * mp + 2) / 5 + i64::from(self.day) - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        (era * 146_097 + doe - 719_468) * DAY + self.second
    }

    /// The day of the week, 0 for Monday.
    pub fn weekday(self) -> u8 {
        (self.to_unix().div_euclid(DAY) + 3).rem_euclid(7) as u8
    }

    /// Months since year 0: consecutive numbers for consecutive months.
    pub fn month_number(self) -> i64 {
        self.year * 12 + i64::from(self.month) - 1
    }

    /// The first second of the month after this one.
    pub fn next_month(self) -> Civil {
        let next = self.month_number() + 1;
        Civil { year: next.div_euclid(12), month: next.rem_euclid(12) as u8 + 1, day: 1, second: 0 }
    }

    pub const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    pub fn month_name(self) -> &'static str {
        Civil::MONTHS[usize::from(self.month) - 1]
    }
}

impl fmt::Display for Civil {
    /// ISO 8601, UTC, to the second.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (h, m, s) = (self.second / 3_600, self.second / 60 % 60, self.second % 60);
        write!(f, "{:04}-{:02}-{:02}T{h:02}:{m:02}:{s:02}Z", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_times_go_both_ways_over_twelve_thousand_years() {
        let mut days = -800_000;
        while days < 3_700_000 {
            let civil = Civil::from_unix(days * DAY + 12_345);
            assert_eq!(civil.to_unix(), days * DAY + 12_345);
            days += 97;
        }
        assert_eq!(Civil::from_unix(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Civil::from_unix(951_782_400).to_string(), "2000-02-29T00:00:00Z");
    }

    #[test]
    fn fourteen_july_2025_is_a_monday() {
        let day = Civil { year: 2025, month: 7, day: 14, second: 0 };
        assert_eq!(day.weekday(), 0);
        assert_eq!(day.next_month(), Civil { year: 2025, month: 8, day: 1, second: 0 });
    }
}
