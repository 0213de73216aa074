//! Numbers and dates as people read them.

use crate::units::time::{Civil, DAY};

/// `1,140,224`.
pub fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if n < 0 { format!("-{out}") } else { out }
}

/// `1 event`, `1,000 events`.
pub fn many(n: u64, word: &str) -> String {
    format!("{} {word}{}", grouped(n as i64), if n == 1 { "" } else { "s" })
}

/// With so many decimals, and commas.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), String::new()), |(w, r)| (w, format!(".{r}")));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), grouped);
    let zero = text.bytes().all(|b| b == b'0' || b == b'.');
    let sign = if value < 0.0 && !zero { "-" } else { "" };
    format!("{sign}{whole}{rest}")
}

/// No decimals from 100 up, one below, two or three for what would vanish.
pub fn plain(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        v if v >= 99.95 => fixed(value, 0),
        v if v >= 0.995 => fixed(value, 1),
        v if v >= 0.0995 => fixed(value, 2),
        _ => fixed(value, 3),
    }
}

/// `12 Feb 2026`.
pub fn date(unix: i64) -> String {
    let civil = Civil::from_unix(unix);
    format!("{} {} {}", civil.day, civil.month_name(), civil.year)
}

/// `12 Feb`.
pub fn day(unix: i64) -> String {
    let civil = Civil::from_unix(unix);
    format!("{} {}", civil.day, civil.month_name())
}

/// `163.7 days`.
pub fn days(seconds: f64) -> String {
    let days = plain(seconds / DAY as f64);
    format!("{days} day{}", if days == "1.0" { "" } else { "s" })
}

/// Seconds on a clock on the wall.
pub fn wall(seconds: f64) -> String {
    match seconds {
        s if s >= 99.5 => format!("{} s", fixed(s, 0)),
        s if s >= 0.995 => format!("{} s", fixed(s, 1)),
        s => format!("{} s", fixed(s, 2)),
    }
}

/// A share in whole percent.
pub fn percent(share: f64) -> String {
    format!("{} %", fixed(share * 100.0, 0))
}

/// Rounds parts so that they add up to the rounded whole: the largest remainders go up.
pub fn apportioned(parts: &[f64], whole: f64) -> Vec<i64> {
    let mut out: Vec<i64> = parts.iter().map(|p| p.floor() as i64).collect();
    let missing = whole.round() as i64 - out.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    let rest = |i: usize| parts[i] - parts[i].floor();
    order.sort_by(|&a, &b| rest(b).total_cmp(&rest(a)).then(a.cmp(&b)));
    let most = parts.len() as i64;
    for &i in order.iter().take(missing.clamp(0, most) as usize) {
        out[i] += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(1_140_224), "1,140,224");
        assert_eq!(grouped(-999), "-999");
        assert_eq!(grouped(-1_000), "-1,000");
        assert_eq!(fixed(1_234.56, 1), "1,234.6");
        assert_eq!(fixed(-0.04, 1), "0.0");
    }

    #[test]
    fn decimals_follow_size() {
        let all: Vec<String> = [525.4, 163.72, 12.06, 1.0, 0.46, 0.012, 0.0].into_iter().map(plain).collect();
        assert_eq!(all, ["525", "164", "12.1", "1.0", "0.46", "0.012", "0"]);
        assert_eq!(days(86_400.0), "1.0 day");
    }

    #[test]
    fn shown_parts_add_up() {
        assert_eq!(apportioned(&[33.4, 33.3, 33.3], 100.0), [34, 33, 33]);
        assert_eq!(apportioned(&[0.5, 0.5], 1.0), [1, 0]);
        assert_eq!(apportioned(&[], 0.0), [0i64; 0]);
    }
}
