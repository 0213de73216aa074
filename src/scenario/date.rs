//! Dates and opening hours.

use crate::model::Weekly;
use crate::units::time::{Civil, DAY};
use toml::value::{Datetime, Offset};

/// Why a TOML date is no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoInstant {
    /// A time of day without a date.
    NoDate,
    /// Parts of a second.
    Fraction,
}

/// Seconds since 1970 of a TOML date or date-time; without an offset it is UTC.
pub(crate) fn unix(date: &Datetime) -> Result<i64, NoInstant> {
    let day = date.date.ok_or(NoInstant::NoDate)?;
    let mut second = 0;
    if let Some(time) = date.time {
        if time.nanosecond.unwrap_or(0) != 0 {
            return Err(NoInstant::Fraction);
        }
        second = i64::from(time.hour) * 3_600 + i64::from(time.minute) * 60 + i64::from(time.second.unwrap_or(0));
    }
    if let Some(Offset::Custom { minutes }) = date.offset {
        second -= i64::from(minutes) * 60;
    }
    let midnight = Civil { year: i64::from(day.year), month: day.month, day: day.day, second: 0 }.to_unix();
    Ok(midnight + second)
}

/// Seconds since 1970 of a text in a CSV file: an ISO date, or a date and time.
pub(crate) fn unix_text(text: &str) -> Option<i64> {
    let date: Datetime = text.trim().parse().ok()?;
    unix(&date).ok()
}

/// `6 Nov`, of seconds since 1970.
pub(crate) fn short(unix: i64) -> String {
    let civil = Civil::from_unix(unix);
    format!("{} {}", civil.day, civil.month_name())
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const WEEK: u32 = 7 * DAY as u32;

/// Opening hours such as `Mon-Fri 08:00-16:00` as stretches of the week, not yet in order.
pub(crate) fn hours(text: &str) -> Result<Vec<(u32, u32)>, String> {
    let text = text.trim();
    let (days, times) = text.split_once(char::is_whitespace).ok_or("expected days and times")?;
    let (from, to) = times.trim().split_once('-').ok_or("expected times such as 08:00-16:00")?;
    let (from, to) = (clock(from)?, clock(to)?);
    if from == to {
        return Err("these hours have no length".to_string());
    }
    if from == DAY as u32 {
        return Err("24:00 can only end the hours".to_string());
    }
    let length = if to > from { to - from } else { to + DAY as u32 - from };
    let mut out = Vec::new();
    for part in days.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (day(first)?, day(last)?);
        let mut d = first;
        loop {
            let start = d * DAY as u32 + from;
            let end = start + length;
            out.push((start, end.min(WEEK)));
            if end > WEEK {
                out.push((0, end - WEEK));
            }
            if d == last {
                break;
            }
            d = (d + 1) % 7;
        }
    }
    Ok(out)
}

/// Puts stretches in order and joins those that touch; `None` when they cover the week.
pub(crate) fn weekly(mut stretches: Vec<(u32, u32)>) -> Option<Weekly> {
    stretches.sort_unstable();
    let mut out: Vec<(u32, u32)> = Vec::new();
    for (start, end) in stretches {
        match out.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => out.push((start, end)),
        }
    }
    if out == [(0, WEEK)] { None } else { Some(Weekly(out)) }
}

fn day(text: &str) -> Result<u32, String> {
    let text = text.trim();
    DAYS.iter()
        .position(|d| d.eq_ignore_ascii_case(text))
        .map(|i| i as u32)
        .ok_or_else(|| format!("`{text}` is no day; days are Mon, Tue, Wed, Thu, Fri, Sat, Sun"))
}

fn clock(text: &str) -> Result<u32, String> {
    let wrong = || format!("`{}` is no time of day; write 08:00", text.trim());
    let (h, m) = text.trim().split_once(':').ok_or_else(wrong)?;
    let two = |s: &str| if s.len() == 2 && s.is_ascii() { s.parse::<u32>().map_err(|_| wrong()) } else { Err(wrong()) };
    let (h, m) = (two(h)?, two(m)?);
    if h > 24 || m > 59 || (h == 24 && m > 0) {
        return Err(wrong());
    }
    Ok(h * 3_600 + m * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_utc_seconds() {
        let at = |s: &str| unix(&s.parse::<Datetime>().unwrap());
        assert_eq!(at("1970-01-02"), Ok(86_400));
        assert_eq!(at("2025-07-14T06:30:00"), at("2025-07-14T06:30:00Z"));
        assert_eq!(at("2025-07-14T06:30:00+02:00").unwrap(), at("2025-07-14T04:30:00Z").unwrap());
        assert_eq!(at("06:30:00"), Err(NoInstant::NoDate));
        assert_eq!(at("2025-07-14T06:30:00.5Z"), Err(NoInstant::Fraction));
        assert_eq!(unix_text("2025-02-30"), None);
    }

    #[test]
    fn hours_cover_the_days_they_name() {
        let week = |texts: &[&str]| weekly(texts.iter().flat_map(|t| hours(t).unwrap()).collect());
        assert_eq!(week(&["Mon-Sun 00:00-24:00"]), None);
        assert_eq!(week(&["Mon 08:00-16:00"]), Some(Weekly(vec![(28_800, 57_600)])));
        assert_eq!(week(&["Mon 08:00-12:00", "Mon 12:00-16:00"]), Some(Weekly(vec![(28_800, 57_600)])));
        assert_eq!(week(&["Sun 22:00-06:00"]), Some(Weekly(vec![(0, 21_600), (597_600, 604_800)])));
        assert_eq!(week(&["Sat-Mon 00:00-24:00"]), Some(Weekly(vec![(0, 86_400), (432_000, 604_800)])));
        assert!(hours("Mon 08:00").is_err());
        assert!(hours("Mon-Fri 8-16").is_err());
        assert!(hours("Foo 08:00-16:00").is_err());
        assert!(hours("Mon 24:00-08:00").is_err());
    }
}
