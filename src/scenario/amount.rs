//! Amounts with units, read exactly: `"4h"`, `"12 t"`, `"500 M USD"`, `"2/week"`.

use super::keys::Unit;

/// A decimal number: `digits / 10^scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    digits: i128,
    scale: u32,
}

/// Digits of a number in a file; more would not fit 64 bits in any unit.
const DIGITS_MOST: usize = 30;

impl Decimal {
    /// Reads digits with an optional sign, point and exponent.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(i) => (&text[..i], text[i + 1..].parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (sign, unsigned) = match mantissa.as_bytes().first()? {
            b'-' => (-1, &mantissa[1..]),
            b'+' => (1, &mantissa[1..]),
            _ => (1, mantissa),
        };
        let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let fine = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !fine(whole) || !fine(part) || (unsigned.contains('.') && part.is_empty()) {
            return None;
        }
        let part = part.trim_end_matches('0');
        let all = format!("{}{part}", whole.trim_start_matches('0'));
        if all.len() > DIGITS_MOST || exponent.abs() > 60 {
            return None;
        }
        let digits: i128 = if all.is_empty() { 0 } else { all.parse().ok()? };
        let scale = part.len() as i32 - exponent;
        if scale < 0 {
            let digits = digits.checked_mul(10i128.checked_pow(scale.unsigned_abs())?)?;
            return Some(Decimal { digits: sign * digits, scale: 0 });
        }
        Some(Decimal { digits: sign * digits, scale: scale as u32 })
    }

    /// This many times `up / down`, rounded half up; `None` where it does not fit 64 bits.
    pub fn times(self, up: i128, down: i128) -> Option<i64> {
        let top = self.digits.checked_mul(up)?;
        let Some(power) = 10i128.checked_pow(self.scale) else { return Some(0) };
        let bottom = power.checked_mul(down)?;
        let half_up = top.checked_mul(2)?.checked_add(bottom)?.div_euclid(bottom.checked_mul(2)?);
        i64::try_from(half_up).ok()
    }

    /// The nearest floating-point number, times a factor.
    pub fn real(self, factor: f64) -> f64 {
        let nearest: f64 = format!("{}e-{}", self.digits, self.scale).parse().unwrap_or(f64::NAN);
        nearest * factor
    }

    pub fn is_negative(self) -> bool {
        self.digits < 0
    }

    pub fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// The number where it has no decimals.
    pub fn integer(self) -> Option<i64> {
        let power = 10i128.checked_pow(self.scale)?;
        if self.digits % power != 0 {
            return None;
        }
        i64::try_from(self.digits / power).ok()
    }
}

/// What a text with a unit measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Seconds in one unit.
    Time(i64),
    /// Kilograms in one unit.
    Mass(i64),
    /// Whole units of a currency in one unit.
    Money(i64, String),
    /// Per so many seconds.
    Rate(i64),
    Percent,
    /// No unit at all.
    Bare,
}

impl Measure {
    /// With an article, for messages.
    pub fn title(&self) -> &'static str {
        match self {
            Measure::Time(_) => "a time",
            Measure::Mass(_) => "a mass",
            Measure::Money(..) => "a sum of money",
            Measure::Rate(_) => "a rate",
            Measure::Percent => "a percentage",
            Measure::Bare => "a bare number",
        }
    }
}

/// Why a text is no amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It does not begin with a number.
    NoNumber,
    /// The number has more digits than any amount.
    TooLong,
    /// What follows the number is no unit.
    NoUnit(String),
}

/// A number and its unit.
pub(crate) fn parse(text: &str) -> Result<(Decimal, Measure), Unread> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || "+-._".contains(c))).unwrap_or(text.len());
    let (number, unit) = (text[..end].trim(), text[end..].trim());
    if !number.bytes().any(|b| b.is_ascii_digit()) {
        return Err(Unread::NoNumber);
    }
    let digits: String = number.chars().filter(|c| *c != '_').collect();
    let Some(value) = Decimal::parse(&digits) else {
        let long = digits.bytes().filter(u8::is_ascii_digit).count() > DIGITS_MOST;
        return Err(if long { Unread::TooLong } else { Unread::NoNumber });
    };
    match measure(unit) {
        Some(measure) => Ok((value, measure)),
        None => Err(Unread::NoUnit(unit.to_string())),
    }
}

/// Seconds of a unit of time.
pub(crate) fn seconds(unit: &str) -> Option<i64> {
    Some(match unit {
        "s" => 1,
        "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "week" => 604_800,
        _ => return None,
    })
}

fn measure(unit: &str) -> Option<Measure> {
    match unit {
        "" => return Some(Measure::Bare),
        "%" => return Some(Measure::Percent),
        "kg" => return Some(Measure::Mass(1)),
        "t" => return Some(Measure::Mass(1_000)),
        _ => {}
    }
    if let Some(seconds) = seconds(unit) {
        return Some(Measure::Time(seconds));
    }
    if let Some(per) = unit.strip_prefix('/') {
        return seconds(per.trim()).map(Measure::Rate);
    }
    let (scale, currency) = match () {
        () if unit.len() == 3 => (1, unit),
        () => match unit.as_bytes()[0] {
            b'k' => (1_000, unit[1..].trim_start()),
            b'M' => (1_000_000, unit[1..].trim_start()),
            b'b' if unit.starts_with("bn") => (1_000_000_000, unit[2..].trim_start()),
            _ => return None,
        },
    };
    is_currency(currency).then(|| Measure::Money(scale, currency.to_string()))
}

/// Three capital letters.
pub(crate) fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// Decimals of a currency's minor unit, ISO 4217.
pub(crate) fn decimals(currency: &str) -> u8 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// What to write instead of a unit that is none, and what that measures.
pub(crate) fn unit_advice(unit: &str) -> Option<(Unit, &'static str)> {
    Some(match unit.to_lowercase().as_str() {
        "day" | "days" | "d." => (Unit::Time, "write `d`"),
        "hour" | "hours" | "hr" | "hrs" => (Unit::Time, "write `h`"),
        "m" | "mins" | "minute" | "minutes" => (Unit::Time, "write `min`"),
        "sec" | "secs" | "second" | "seconds" => (Unit::Time, "write `s`"),
        "w" | "wk" | "weeks" => (Unit::Time, "write `week`"),
        "month" | "months" | "mo" => (Unit::Time, "a month has no fixed length; write days, such as \"30d\""),
        "year" | "years" | "y" => (Unit::Time, "a year has no fixed length; write days, such as \"365d\""),
        "ton" | "tons" | "tonne" | "tonnes" | "to" | "mt" => (Unit::Mass, "write `t`"),
        "kgs" | "kilo" | "kilos" | "kilogram" | "kilograms" => (Unit::Mass, "write `kg`"),
        "$" | "us$" | "dollar" | "dollars" => (Unit::Money, "write `USD`"),
        "\u{20ac}" | "euro" | "euros" => (Unit::Money, "write `EUR`"),
        _ => return None,
    })
}

/// What a value in a unit looks like, for messages.
pub(crate) fn sample(unit: Unit) -> &'static str {
    match unit {
        Unit::Time => "a time, such as \"12h\" or \"3d\"",
        Unit::Mass => "a mass, such as \"900 kg\" or \"12 t\"",
        Unit::Money => "a sum, such as \"500 M USD\"",
        Unit::Count => "a whole number",
    }
}

pub(crate) fn title(unit: Unit) -> &'static str {
    match unit {
        Unit::Time => "a time",
        Unit::Mass => "a mass",
        Unit::Money => "a sum of money",
        Unit::Count => "a count",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Option<i64> {
        let (value, measure) = parse(text).ok()?;
        match measure {
            Measure::Time(f) | Measure::Mass(f) => value.times(f.into(), 1),
            Measure::Money(f, currency) => value.times(i128::from(f) * 10i128.pow(decimals(&currency).into()), 1),
            _ => None,
        }
    }

    #[test]
    fn amounts_are_exact_and_round_half_up() {
        assert_eq!(whole("4h"), Some(14_400));
        assert_eq!(whole("0.25 h"), Some(900));
        assert_eq!(whole("1.5 min"), Some(90));
        assert_eq!(whole("2 week"), Some(1_209_600));
        assert_eq!(whole("0.5 s"), Some(1));
        assert_eq!(whole("0.49 s"), Some(0));
        assert_eq!(whole("0.9 t"), Some(900));
        assert_eq!(whole("0.0005 t"), Some(1));
        assert_eq!(whole("500 M USD"), Some(50_000_000_000));
        assert_eq!(whole("8.7 M USD"), Some(870_000_000));
        assert_eq!(whole("0.29 USD"), Some(29));
        assert_eq!(whole("1.005 USD"), Some(101));
        assert_eq!(whole("3 bn EUR"), Some(300_000_000_000));
        assert_eq!(whole("3bn JPY"), Some(3_000_000_000));
        assert_eq!(whole("1_000 kg"), Some(1_000));
    }

    #[test]
    fn what_does_not_fit_is_no_number() {
        assert_eq!(whole("92233720368547758.07 USD"), Some(i64::MAX));
        assert_eq!(whole("92233720368547758.08 USD"), None);
        assert_eq!(whole("99999999999999999999999999999999 kg"), None);
        assert_eq!(parse("99999999999999999999999999999999999999 kg"), Err(Unread::TooLong));
    }

    #[test]
    fn units_are_told_apart() {
        assert_eq!(parse("2/week").map(|p| p.1), Ok(Measure::Rate(604_800)));
        assert_eq!(parse("2 / d").map(|p| p.1), Ok(Measure::Rate(86_400)));
        assert_eq!(parse("5 %").map(|p| p.1), Ok(Measure::Percent));
        assert_eq!(parse("7").map(|p| p.1), Ok(Measure::Bare));
        assert_eq!(parse("4 days"), Err(Unread::NoUnit("days".into())));
        assert_eq!(parse("h"), Err(Unread::NoNumber));
        assert_eq!(parse("1.2.3 h"), Err(Unread::NoNumber));
        assert_eq!(parse("5 M usd"), Err(Unread::NoUnit("M usd".into())));
        assert_eq!(parse("5 \u{20ac}"), Err(Unread::NoUnit("\u{20ac}".into())));
    }

    #[test]
    fn decimals_read_as_written() {
        assert_eq!(Decimal::parse("1.156").and_then(|d| d.times(1_000_000_000, 1)), Some(1_156_000_000));
        assert_eq!(Decimal::parse("1e3").and_then(Decimal::integer), Some(1_000));
        assert_eq!(Decimal::parse("-2.5").and_then(|d| d.times(1, 1)), Some(-2));
        assert_eq!(Decimal::parse("1."), None);
        assert_eq!(Decimal::parse(""), None);
        assert_eq!(Decimal::parse("1e60").and_then(|d| d.times(1, 1)), None);
        assert_eq!(Decimal::parse("1e-60").and_then(|d| d.times(1, 1)), Some(0));
    }
}
