//! Typed access to the keys of a table; what does not fit is reported at its place.

use super::amount::{self, Decimal, Measure, Unread};
use super::codes;
use super::date::{self, NoInstant};
use super::diagnostic::Finding;
use super::keys::{Form, Key, Spec, Unit};
use super::laws::Drawn;
use super::names::{self, Names};
use super::tree::{Entry, Node, Place, Table, Value};
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
                self.report(wrong_type(node, key, amount::sample(unit)));
                return None;
            }
        };
        let exact = |up: i128, currency: Option<String>| Some(Exact { value, up, down: 1, currency });
        match (unit, measure) {
            (Unit::Time, Measure::Time(f)) | (Unit::Mass, Measure::Mass(f)) => exact(f.into(), None),
            (Unit::Count, Measure::Bare) if matches!(node.value, Value::Text(_)) => {
                self.report(wrong_type(node, key, "a bare number, without quotes"));
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
            self.report(wrong_type(node, key, "a whole number"));
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
                self.report(wrong_type(node, key, "a number"));
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
                    self.report(wrong_type(node, key, "a part of one, such as 0.05 or \"5%\""));
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
                self.report(wrong_type(node, key, "text in quotes"));
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

fn wrong_type(node: &Node, key: &str, expected: &str) -> Finding {
    Finding::new(&codes::TYPE, node.place, format!("`{key}` cannot be {}", node.kind()), format!("expected {expected}"))
}

pub(crate) fn expected(node: &Node, key: &str, what: &str) -> Finding {
    wrong_type(node, key, what)
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

/// A table with its grammar.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    pub cx: &'a Ctx,
    pub spec: &'static Spec,
    pub table: &'a Table,
    pub place: Place,
}

impl<'a> Fields<'a> {
    /// Opens a table: reports unknown and missing keys.
    pub fn open(cx: &'a Ctx, node: &'a Node, spec: &'static Spec) -> Option<Fields<'a>> {
        let Value::Table(table) = &node.value else {
            cx.report(
                Finding::new(
                    &codes::SHAPE,
                    node.place,
                    format!("{} is a table, but this is {}", spec.title, node.kind()),
                    "expected a table",
                )
                .help(shape_help(spec)),
            );
            return None;
        };
        let fields = Fields { cx, spec, table, place: node.place };
        for entry in &table.entries {
            if spec.key(&entry.key).is_none() {
                cx.report(names::unknown_key(&entry.key, entry.place, spec));
            }
        }
        for key in spec.keys.iter().filter(|k| k.required && table.get(k.name).is_none()) {
            cx.report(missing(fields.place, key, spec));
        }
        Some(fields)
    }

    pub fn get(&self, key: &'static str) -> Option<&'a Node> {
        debug_assert!(self.spec.key(key).is_some(), "`{key}` stands in the table of keys of {}", self.spec.name);
        self.table.get(key)
    }

    pub fn entry(&self, key: &'static str) -> Option<&'a Entry> {
        debug_assert!(self.spec.key(key).is_some(), "`{key}` stands in the table of keys of {}", self.spec.name);
        self.table.entry(key)
    }

    fn form(&self, key: &'static str) -> Form {
        self.spec.key(key).expect("only keys of the table of keys are read").form
    }

    pub fn sub(&self, key: &'static str) -> Option<Fields<'a>> {
        let Form::Table(spec) = self.form(key) else { panic!("`{key}` is a table in the table of keys") };
        Fields::open(self.cx, self.get(key)?, spec)
    }

    /// The tables of a list.
    pub fn list(&self, key: &'static str) -> Option<Vec<Fields<'a>>> {
        let (Form::List(spec) | Form::Many(spec)) = self.form(key) else { panic!("`{key}` is a list of tables") };
        let node = self.get(key)?;
        let Value::List(items) = &node.value else {
            self.cx.report(
                Finding::new(
                    &codes::SHAPE,
                    node.place,
                    format!("`{key}` is a list, but this is {}", node.kind()),
                    "expected a list of tables",
                )
                .help(shape_help(spec)),
            );
            return None;
        };
        Some(items.iter().filter_map(|n| Fields::open(self.cx, n, spec)).collect())
    }

    pub fn text(&self, key: &'static str) -> Option<&'a str> {
        self.cx.text(self.get(key)?, key)
    }

    /// Text of letters, digits, `-` and `_`.
    pub fn name(&self, key: &'static str) -> Option<&'a str> {
        let node = self.get(key)?;
        let text = self.cx.text(node, key)?;
        if names::is_name(text, self.spec) {
            return Some(text);
        }
        self.cx.report(bad_name(node, key, text));
        None
    }

    pub fn flag(&self, key: &'static str, default: bool) -> bool {
        match self.get(key) {
            None => default,
            Some(Node { value: Value::Flag(flag), .. }) => *flag,
            Some(node) => {
                self.cx.report(wrong_type(node, key, "true or false, without quotes"));
                default
            }
        }
    }

    /// A whole number in the range that the table of keys gives.
    pub fn count(&self, key: &'static str) -> Option<i64> {
        let Form::Count(least, most) = self.form(key) else { panic!("`{key}` is a count in the table of keys") };
        let node = self.get(key)?;
        let count = self.cx.whole(node, key, Unit::Count, least)?;
        if count > most {
            let message = format!("`{key}` is too large");
            self.cx.report(Finding::new(&codes::RANGE, node.place, message, format!("expected at most {most}")));
            return None;
        }
        Some(count)
    }

    pub fn count32(&self, key: &'static str) -> Option<u32> {
        self.count(key).and_then(|n| u32::try_from(n).ok())
    }

    pub fn factor(&self, key: &'static str) -> Option<Decimal> {
        self.cx.factor(self.get(key)?, key)
    }

    pub fn share(&self, key: &'static str) -> Option<u32> {
        self.cx.share(self.get(key)?, key)
    }

    /// A single amount in whole base units.
    pub fn whole(&self, key: &'static str) -> Option<i64> {
        let Form::Amount(unit, least) = self.form(key) else { panic!("`{key}` is an amount in the table of keys") };
        self.cx.whole(self.get(key)?, key, unit, least)
    }

    pub fn date(&self, key: &'static str) -> Option<SimTime> {
        self.cx.date(self.get(key)?, key)
    }

    pub fn moment(&self, key: &'static str) -> Option<SimTime> {
        self.cx.moment(self.get(key)?, key)
    }

    /// An instant that is not before the start.
    pub fn later(&self, key: &'static str) -> Option<SimTime> {
        let moment = self.moment(key)?;
        if moment >= SimTime::ZERO {
            return Some(moment);
        }
        let place = self.get(key).map_or(self.place, |n| n.place);
        let message = format!("`{key}` is before the start");
        self.cx.report(Finding::new(&codes::ORDER, place, message, "expected a date from the start on"));
        None
    }

    pub fn word(&self, key: &'static str) -> Option<&'static str> {
        let Form::Word(words) = self.form(key) else { panic!("`{key}` is one of some words in the table of keys") };
        self.cx.word(self.get(key)?, key, words)
    }

    pub fn refer(&self, key: &'static str, names: &Names) -> Option<u32> {
        self.cx.refer(self.get(key)?, key, names)
    }

    /// Reports the second of two keys that stand in place of one another.
    pub fn not_both(&self, a: &'static str, b: &'static str) {
        if let (Some(x), Some(y)) = (self.entry(a), self.entry(b)) {
            let (first, second) = if x.place < y.place { (x, y) } else { (y, x) };
            self.cx.report(
                Finding::new(
                    &codes::EXCLUSIVE,
                    second.place,
                    format!("{} has both `{}` and `{}`", self.spec.title, first.key, second.key),
                    format!("in place of `{}`; keep one of them", first.key),
                )
                .second(first.place, format!("`{}` is here", first.key)),
            );
        }
    }

    /// Reports that none of some keys is there.
    pub fn one_of(&self, keys: &[&'static str]) -> bool {
        if keys.iter().any(|k| self.get(k).is_some()) {
            return true;
        }
        let list = keys.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(" or ");
        self.cx.report(Finding::new(
            &codes::MISSING_KEY,
            self.place,
            format!("{} needs {list}", self.spec.title),
            format!("add {list}"),
        ));
        false
    }

    /// Keeps what the entry says of where its figures come from.
    pub fn basis(&self, path: &str) {
        let Some(node) = self.get("basis") else { return };
        let mut notes = self.cx.basis.borrow_mut();
        match &node.value {
            Value::Text(text) => notes.push((node.place, path.to_string(), text.clone())),
            Value::Table(table) => {
                for entry in &table.entries {
                    if self.spec.key(&entry.key).is_none() {
                        self.cx.report(names::unknown_key(&entry.key, entry.place, self.spec));
                    } else if let Some(text) = self.cx.text(&entry.node, &entry.key) {
                        notes.push((entry.place, format!("{path}.{}", entry.key), text.to_string()));
                    }
                }
            }
            _ => self.cx.report(wrong_type(node, "basis", "text, or a table of keys and texts")),
        }
    }
}

fn missing(place: Place, key: &Key, spec: &Spec) -> Finding {
    let named = matches!(key.form, Form::Refer(_) | Form::Strikes | Form::Name);
    let example = if key.example.is_empty() || named { "\"...\"" } else { key.example };
    let finding = Finding::new(
        &codes::MISSING_KEY,
        place,
        format!("{} needs the key `{}`", spec.title, key.name),
        format!("add `{} = {example}`", key.name),
    );
    if spec.name.is_empty() {
        return Finding { label: format!("add `[{}]`", key.name), ..finding };
    }
    finding.help(key.text)
}

pub(crate) fn bad_name(node: &Node, key: &str, text: &str) -> Finding {
    let label = "names hold letters, digits, `-` and `_`";
    let finding = Finding::new(&codes::NAME, node.place, format!("`{key}` cannot be `{text}`"), label);
    match names::slug(text) {
        slug if slug.is_empty() => finding,
        slug => finding.help(format!("write \"{slug}\"")),
    }
}

fn shape_help(spec: &Spec) -> String {
    match spec.name {
        "time" | "money" => format!("it begins with `[{}]`", spec.name),
        name if !name.contains('.') => format!("each begins with `[[{name}]]`"),
        "node.step" => "each begins with `[[node.step]]`, below its `[[node]]`".to_string(),
        _ => format!(
            "it looks like `{{ {} }}`",
            spec.keys
                .iter()
                .filter(|k| k.required)
                .chain(spec.keys)
                .next()
                .map_or(String::new(), |k| format!("{} = {}", k.name, k.example))
        ),
    }
}
