//! Values where they stand: amounts, dates, words and references; what does not fit is reported at its place.

use super::amount::{self, Decimal, Measure, Unread};
use super::codes;
use super::date::{self, NoInstant};
use super::diagnostic::Finding;
use super::keys::Unit;
use super::laws::Drawn;
use super::names::{self, Names};
use super::tree::{Node, Place, Value};
use crate::units::amount::Money;
use crate::units::time::SimTime;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The cells of a column, or why there are none.
pub(crate) type Cells = Result<Vec<String>, String>;

/// What lowering needs everywhere.
pub(crate) struct Ctx {
    pub findings: RefCell<Vec<Finding>>,
    /// Seconds since 1970 of the start.
    pub start: i64,
    pub home: String,
    pub home_decimals: u8,
    /// Currencies that have a rate, since when, and the highest one in billionths.
    pub currencies: Vec<(String, SimTime, i64)>,
    /// Where the files are that values come from, by source.
    pub folders: Vec<PathBuf>,
    /// Columns of CSV files that were read, by path and column.
    pub columns: RefCell<BTreeMap<(PathBuf, String), Cells>>,
    /// Values and distributions that were read, by the address of their node.
    pub drawn: RefCell<BTreeMap<usize, Option<Drawn>>>,
    /// Where a figure comes from, by place.
    pub basis: RefCell<Vec<(Place, String, String)>>,
    /// Figures that goals and checkpoints name.
    pub figures: RefCell<Vec<(String, Place)>>,
}

impl Ctx {
    /// Since when a currency has a rate; the home currency needs none.
    pub fn rated(&self, currency: &str) -> Option<SimTime> {
        if currency == self.home {
            return Some(SimTime::EARLIEST);
        }
        self.currencies.iter().find(|(c, ..)| c == currency).map(|(_, since, _)| *since)
    }

    /// Whether a sum at its highest rate still fits.
    pub fn converts(&self, minor: i64, currency: &str) -> bool {
        let rate = self.currencies.iter().find(|(c, ..)| c == currency).map_or(1_000_000_000, |(.., rate)| *rate);
        Money(minor).at_rate(rate).is_some()
    }

    pub fn report(&self, finding: Finding) {
        self.findings.borrow_mut().push(finding);
    }

    /// An amount in base units, and the currency where it is money in a foreign one; `drawn` where a distribution may
    /// stand as well.
    pub fn amount(&self, node: &Node, key: &str, unit: Unit, drawn: bool) -> Option<Exact> {
        let (value, measure) = match &node.value {
            Value::Text(text) => match amount::parse(text) {
                Ok(read) => read,
                Err(why) => {
                    self.report(unread(node, key, unit, text, why));
                    return None;
                }
            },
            Value::Whole(text) | Value::Real(text) => match Decimal::parse(text) {
                Some(value) => (value, Measure::Bare),
                None => {
                    self.report(overflow(node, key));
                    return None;
                }
            },
            _ => {
                self.report(expected(node, key, amount::sample(unit)));
                return None;
            }
        };
        let exact = |up: i128, currency: Option<String>| Some(Exact { value, up, down: 1, currency });
        match (unit, measure) {
            (Unit::Time, Measure::Time(f)) | (Unit::Mass, Measure::Mass(f)) => exact(f.into(), None),
            (Unit::Count, Measure::Bare) if matches!(node.value, Value::Text(_)) => {
                self.report(expected(node, key, "a bare number, without quotes"));
                None
            }
            (Unit::Count, Measure::Bare) => exact(1, None),
            (Unit::Money, Measure::Money(f, currency)) => {
                let minor = 10i128.pow(u32::from(amount::decimals(&currency)));
                exact(i128::from(f) * minor, (currency != self.home).then_some(currency))
            }
            // Nothing needs no unit.
            (Unit::Money | Unit::Time | Unit::Mass, Measure::Bare) if value.is_zero() => exact(1, None),
            (_, measure) => {
                self.report(misfit(node, key, unit, &measure, drawn));
                None
            }
        }
    }

    /// A date as seconds from the start.
    pub fn date(&self, node: &Node, key: &str) -> Option<SimTime> {
        let Value::Date(date) = &node.value else {
            let finding = Finding::new(
                &codes::DATE,
                node.place,
                format!("`{key}` is a date, but this is {}", node.kind()),
                "expected a date, such as 2025-08-13",
            );
            let quoted = matches!(&node.value, Value::Text(t) if date::unix_text(t).is_some());
            self.report(if quoted { finding.help("dates stand without quotes") } else { finding });
            return None;
        };
        match date::unix(date) {
            Ok(unix) => Some(SimTime(unix - self.start)),
            Err(why) => {
                let label = match why {
                    NoInstant::NoDate => "expected a date, such as 2025-08-13T06:30:00",
                    NoInstant::Fraction => "time is in whole seconds",
                };
                self.report(Finding::new(&codes::DATE, node.place, format!("`{key}` is no instant"), label));
                None
            }
        }
    }

    /// A date, or a length of time from the start.
    pub fn moment(&self, node: &Node, key: &str) -> Option<SimTime> {
        match node.value {
            Value::Text(ref text) if date::unix_text(text).is_none() => {
                self.whole(node, key, Unit::Time, 0).map(SimTime).filter(|t| self.in_time(node, key, *t))
            }
            _ => self.date(node, key),
        }
    }

    fn in_time(&self, node: &Node, key: &str, t: SimTime) -> bool {
        if t < SimTime::LATEST {
            return true;
        }
        self.report(overflow(node, key));
        false
    }

    /// A single amount in whole base units of the home currency, at least `least`.
    pub fn whole(&self, node: &Node, key: &str, unit: Unit, least: i64) -> Option<i64> {
        let exact = self.amount(node, key, unit, false)?;
        if let Some(currency) = &exact.currency {
            self.report(
                Finding::new(
                    &codes::CURRENCY,
                    node.place,
                    format!("`{key}` is in {currency}, but the home currency is {}", self.home),
                    format!("expected a sum in {}", self.home),
                )
                .help("only the amount of a pledge may be in a foreign currency"),
            );
            return None;
        }
        self.checked(&exact, node, key, unit, least)
    }

    /// An exact amount in whole base units, at least `least`.
    pub fn checked(&self, exact: &Exact, node: &Node, key: &str, unit: Unit, least: i64) -> Option<i64> {
        if unit == Unit::Count && exact.value.integer().is_none() && exact.value.times(1, 1).is_some() {
            self.report(expected(node, key, "a whole number"));
            return None;
        }
        let most = if unit == Unit::Time { SimTime::LATEST.0 } else { i64::MAX };
        let Some(whole) = exact.whole().filter(|w| *w <= most) else {
            self.report(overflow(node, key));
            return None;
        };
        if whole < least {
            let label = match (least, unit) {
                (0, _) => "expected zero or more".to_string(),
                (_, Unit::Count) => format!("expected {least} or more"),
                (1, Unit::Time) => "expected at least a second".to_string(),
                (1, Unit::Mass) => "expected at least a kilogram".to_string(),
                _ => "expected more than zero".to_string(),
            };
            let small = match exact.value.is_negative() {
                true => "negative",
                false => "too small",
            };
            self.report(Finding::new(&codes::RANGE, node.place, format!("`{key}` is {small}"), label));
            return None;
        }
        Some(whole)
    }

    /// A number without a unit.
    pub fn number(&self, node: &Node, key: &str) -> Option<Decimal> {
        match &node.value {
            Value::Whole(text) | Value::Real(text) => {
                let number = Decimal::parse(text);
                if number.is_none() {
                    self.report(overflow(node, key));
                }
                number
            }
            _ => {
                self.report(expected(node, key, "a number"));
                None
            }
        }
    }

    /// A number above zero.
    pub fn factor(&self, node: &Node, key: &str) -> Option<Decimal> {
        let number = self.number(node, key)?;
        let real = number.real(1.0);
        if number.is_negative() || number.is_zero() || !(1e-9..=1e15).contains(&real) {
            let message = format!("`{key}` is out of range");
            self.report(Finding::new(&codes::RANGE, node.place, message, "expected a number above zero"));
            return None;
        }
        Some(number)
    }

    /// A part of one, in millionths.
    pub fn share(&self, node: &Node, key: &str) -> Option<u32> {
        let number = match &node.value {
            Value::Text(text) => match amount::parse(text) {
                Ok((number, Measure::Percent)) => number.times(10_000, 1),
                _ => {
                    self.report(expected(node, key, "a part of one, such as 0.05 or \"5%\""));
                    return None;
                }
            },
            _ => self.number(node, key)?.times(1_000_000, 1),
        };
        match number.and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= 1_000_000) {
            Some(share) => Some(share),
            None => {
                let message = format!("`{key}` is out of range");
                let label = "expected a part of one, from 0 to 1";
                self.report(Finding::new(&codes::RANGE, node.place, message, label));
                None
            }
        }
    }

    pub fn text<'a>(&self, node: &'a Node, key: &str) -> Option<&'a str> {
        match &node.value {
            Value::Text(text) => Some(text),
            _ => {
                self.report(expected(node, key, "text in quotes"));
                None
            }
        }
    }

    /// One of some words.
    pub fn word(&self, node: &Node, key: &str, words: &[&'static str]) -> Option<&'static str> {
        let text = self.text(node, key)?;
        if let Some(word) = words.iter().find(|w| **w == text) {
            return Some(word);
        }
        let label = match names::nearest(text, words.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("expected {}", names::row(words)),
        };
        self.report(
            Finding::new(&codes::WORD, node.place, format!("`{key}` cannot be `{text}`"), label)
                .help(format!("it may be {}", names::row(words))),
        );
        None
    }

    pub fn refer(&self, node: &Node, key: &str, names: &Names) -> Option<u32> {
        let text = self.text(node, key)?;
        names.find(text, node.place).map_err(|f| self.report(*f)).ok()
    }
}

/// An amount before it is rounded.
#[derive(Clone, Debug)]
pub(crate) struct Exact {
    pub value: Decimal,
    up: i128,
    down: i128,
    /// Where it is not the home currency.
    pub currency: Option<String>,
}

impl Exact {
    pub fn whole(&self) -> Option<i64> {
        self.value.times(self.up, self.down)
    }

    /// In base units, not rounded.
    pub fn real(&self) -> f64 {
        self.value.real(self.up as f64 / self.down as f64)
    }
}

/// The finding that a value is of a wrong type.
pub(crate) fn expected(node: &Node, key: &str, what: &str) -> Finding {
    Finding::new(&codes::TYPE, node.place, format!("`{key}` cannot be {}", node.kind()), format!("expected {what}"))
}

pub(crate) fn overflow(node: &Node, key: &str) -> Finding {
    Finding::new(&codes::OVERFLOW, node.place, format!("`{key}` is too large"), "more than can be counted")
}

fn unread(node: &Node, key: &str, unit: Unit, text: &str, why: Unread) -> Finding {
    let message = format!("`{key}` is {}, but `{text}` is none", amount::title(unit));
    let finding = |label: String| Finding::new(&codes::AMOUNT, node.place, message.clone(), label);
    match why {
        Unread::TooLong => overflow(node, key),
        Unread::NoNumber => finding(format!("expected {}", amount::sample(unit))),
        Unread::NoUnit(unit_text) => match amount::unit_advice(&unit_text) {
            Some((of, advice)) if of == unit => finding(advice.to_string()),
            Some(_) => finding(format!("expected {}", amount::sample(unit))),
            None => finding(format!("`{unit_text}` is no unit; expected {}", amount::sample(unit)))
                .help("times are in s, min, h, d, week; masses in kg, t; sums in USD, k USD, M USD, bn USD or another currency"),
        },
    }
}

fn misfit(node: &Node, key: &str, unit: Unit, measure: &Measure, drawn: bool) -> Finding {
    let shown = match &node.value {
        Value::Text(text) | Value::Whole(text) | Value::Real(text) => text.as_str(),
        _ => "this",
    };
    let or = if drawn { ", or a distribution" } else { "" };
    let label = format!("expected {}{or}", amount::sample(unit));
    let finding = Finding::new(
        &codes::UNIT,
        node.place,
        format!("`{key}` is {}, but `{shown}` is {}", amount::title(unit), measure.title()),
        label,
    );
    match (unit, measure) {
        (Unit::Time, Measure::Mass(_)) if key == "transit" => finding
            .help(format!("for the load of a departure: `departures = {{ every = \"12h\", capacity = \"{shown}\" }}`")),
        (Unit::Time, Measure::Rate(_)) => {
            finding.help(format!("for a stream: `arrivals = {{ poisson = \"{shown}\" }}`"))
        }
        (_, Measure::Bare) => {
            finding.help("a bare number is a count or a factor; everything else carries its unit in quotes")
        }
        _ => finding,
    }
}
