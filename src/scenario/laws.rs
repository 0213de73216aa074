//! Distributions: what may stand wherever a value may.

use super::amount::{self, Decimal, Measure};
use super::codes;
use super::diagnostic::Finding;
use super::fields::Fields;
use super::keys::{self, Unit};
use super::load;
use super::names;
use super::tree::{Node, Place, Value};
use super::values::{Ctx, expected};
use crate::units::draw::Law;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Values of one distribution in a file; more would slow every draw.
const VALUES_MOST: usize = 1_000_000;
/// Mixtures within mixtures.
const DEPTH_MOST: usize = 16;

/// A law, and the foreign currency that it is in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drawn {
    pub law: Law,
    pub currency: Option<String>,
}

/// Means that were looked for: that of a cut takes a while.
#[derive(Default)]
pub(crate) struct Means(RefCell<BTreeMap<String, f64>>);

impl Means {
    pub fn of(&self, law: &Law) -> f64 {
        if !matches!(law, Law::Cut { .. } | Law::Mixture { .. }) {
            return law.mean();
        }
        *self.0.borrow_mut().entry(format!("{law:?}")).or_insert_with(|| law.mean())
    }
}

/// Reads a value or a distribution.
struct Reader<'a> {
    cx: &'a Ctx,
    key: &'a str,
    unit: Unit,
    /// The lowest value that may be given one by one.
    least: i64,
    /// Whether money may be in a foreign currency.
    foreign: bool,
    /// The currency of the first sum, and its place.
    currency: RefCell<Option<(Option<String>, Place)>>,
}

/// A value or a distribution in the home currency.
pub(crate) fn law(fields: &Fields<'_>, key: &'static str, unit: Unit) -> Option<Law> {
    read(fields.cx, fields.get(key)?, key, unit, false).map(|d| d.law)
}

/// A whole number that may be below zero, or a distribution of such numbers.
pub(crate) fn integer(fields: &Fields<'_>, key: &'static str) -> Option<Law> {
    let node = fields.get(key)?;
    shared(fields.cx, node, || Reader::new(fields.cx, key, Unit::Count, i64::MIN, false).drawn(node)).map(|d| d.law)
}

/// A value or a distribution of money in any currency.
pub(crate) fn money(fields: &Fields<'_>, key: &'static str) -> Option<Drawn> {
    read(fields.cx, fields.get(key)?, key, Unit::Money, true)
}

/// A value or a distribution. Copies of an entry share what was read: a cut takes a while to check.
pub(crate) fn read(cx: &Ctx, node: &Node, key: &str, unit: Unit, foreign: bool) -> Option<Drawn> {
    shared(cx, node, || Reader::new(cx, key, unit, 0, foreign).drawn(node))
}

fn shared(cx: &Ctx, node: &Node, read: impl FnOnce() -> Option<Drawn>) -> Option<Drawn> {
    // A node of the tree stays where it is as long as it is read.
    let address = std::ptr::from_ref(node).addr();
    if let Some(drawn) = cx.drawn.borrow().get(&address) {
        return drawn.clone();
    }
    let drawn = read();
    cx.drawn.borrow_mut().insert(address, drawn.clone());
    drawn
}

impl Reader<'_> {
    fn new<'a>(cx: &'a Ctx, key: &'a str, unit: Unit, least: i64, foreign: bool) -> Reader<'a> {
        Reader { cx, key, unit, least, foreign, currency: None.into() }
    }

    /// A law that can be drawn from.
    fn drawn(self, node: &Node) -> Option<Drawn> {
        let law = self.any(node, 0)?;
        if let Err(mut why) = law.check() {
            // Figures in base units say nothing to who wrote days.
            if let Some((first, rest)) = why.split_once("; ").filter(|_| self.unit != Unit::Count)
                && rest.starts_with(|c: char| c.is_ascii_digit())
            {
                why = first.to_string();
            }
            let message = format!("`{}` cannot be drawn", self.key);
            self.cx.report(Finding::new(&codes::LAW, node.place, message, why));
            return None;
        }
        let currency = self.currency.into_inner().and_then(|(currency, _)| currency);
        Some(Drawn { law, currency })
    }

    fn any(&self, node: &Node, depth: usize) -> Option<Law> {
        match &node.value {
            Value::Table(_) if depth > DEPTH_MOST => {
                self.wrong(node.place, "mixtures stand too deep in one another");
                None
            }
            Value::Table(_) => self.table(node, depth),
            _ => self.whole(node).map(Law::Constant),
        }
    }

    fn wrong(&self, place: Place, label: impl Into<String>) {
        let message = format!("`{}` is no distribution", self.key);
        self.cx.report(Finding::new(&codes::LAW, place, message, label.into()));
    }

    fn exact(&self, node: &Node) -> Option<super::values::Exact> {
        let exact = self.cx.amount(node, self.key, self.unit, true)?;
        if self.unit != Unit::Money || exact.value.is_zero() {
            return Some(exact);
        }
        if !self.foreign && exact.currency.is_some() {
            // Says what is wrong with it.
            self.cx.whole(node, self.key, self.unit, 0);
            return None;
        }
        let mut seen = self.currency.borrow_mut();
        match &*seen {
            Some((currency, place)) if *currency != exact.currency => {
                let message = format!("`{}` is in two currencies", self.key);
                self.cx.report(
                    Finding::new(&codes::CURRENCY, node.place, message, "one distribution has one currency")
                        .second(*place, "the other one is here"),
                );
                return None;
            }
            Some(_) => {}
            None => {
                if let Some(currency) = exact.currency.as_ref().filter(|c| self.cx.rated(c).is_none()) {
                    self.cx.report(
                        Finding::new(
                            &codes::CURRENCY,
                            node.place,
                            format!("there is no rate for {currency}"),
                            format!("neither the home currency, {}, nor one with a rate", self.cx.home),
                        )
                        .help(format!("in `[money]`: rates = [{{ currency = \"{currency}\", rate = 1.0 }}]")),
                    );
                    return None;
                }
                *seen = Some((exact.currency.clone(), node.place));
            }
        }
        Some(exact)
    }

    fn whole(&self, node: &Node) -> Option<i64> {
        let exact = self.exact(node)?;
        self.cx.checked(&exact, node, self.key, self.unit, self.least)
    }

    fn real(&self, node: &Node) -> Option<f64> {
        let exact = self.exact(node)?;
        if self.unit == Unit::Count { Some(exact.value.real(1.0)) } else { Some(exact.real()) }
    }

    fn table(&self, node: &Node, depth: usize) -> Option<Law> {
        let fields = Fields::open(self.cx, node, &keys::LAW)?;
        let forms: Vec<_> = fields
            .table
            .entries
            .iter()
            .filter(|e| keys::LAW.key(&e.key).is_some() && e.key != "least" && e.key != "most")
            .collect();
        let form = match forms.as_slice() {
            [form] => form,
            [] => {
                if fields.table.entries.iter().all(|e| keys::LAW.key(&e.key).is_some()) {
                    self.wrong(node.place, "expected one form, such as { exponential = ... } or { triangular = ... }");
                }
                return None;
            }
            [first, second, ..] => {
                self.cx.report(
                    Finding::new(
                        &codes::EXCLUSIVE,
                        second.place,
                        format!("`{}` has both `{}` and `{}`", self.key, first.key, second.key),
                        "one distribution has one form",
                    )
                    .second(first.place, format!("`{}` is here", first.key))
                    .help("several are drawn from by `mixture`"),
                );
                return None;
            }
        };
        let law = self.form(&fields, &form.key, &form.node, depth)?;
        let cut = |key: &'static str| match fields.get(key) {
            None => Some(None),
            Some(node) => self.whole(node).map(Some),
        };
        let (least, most) = (cut("least")?, cut("most")?);
        if least.is_none() && most.is_none() {
            return Some(law);
        }
        Some(Law::Cut { least, most, of: Box::new(law) })
    }

    fn form(&self, fields: &Fields<'_>, form: &str, node: &Node, depth: usize) -> Option<Law> {
        let own = |f: &Fields<'_>, key: &'static str| self.real(f.get(key)?);
        let factor = |f: &Fields<'_>, key: &'static str| f.factor(key).map(|d| d.real(1.0));
        Some(match form {
            "exponential" => Law::Exponential { mean: self.real(node)? },
            "lognormal" => return self.lognormal(&fields.sub("lognormal")?),
            "gamma" => {
                let f = fields.sub("gamma")?;
                Law::Gamma { mean: own(&f, "mean")?, cv: factor(&f, "cv")? }
            }
            "weibull" => {
                let f = fields.sub("weibull")?;
                Law::Weibull { mean: own(&f, "mean")?, cv: factor(&f, "cv")? }
            }
            "erlang" => {
                let f = fields.sub("erlang")?;
                Law::Erlang { mean: own(&f, "mean")?, k: f.count32("k")? }
            }
            "pareto" => {
                let f = fields.sub("pareto")?;
                Law::Pareto { low: own(&f, "low")?, shape: factor(&f, "shape")? }
            }
            "triangular" => {
                let f = fields.sub("triangular")?;
                let (low, mode, high) = (own(&f, "low"), own(&f, "mode"), own(&f, "high"));
                Law::Triangular { low: low?, mode: mode?, high: high? }
            }
            "uniform" => {
                let f = fields.sub("uniform")?;
                let (low, high) = (f.get("low").map(|n| self.whole(n)), f.get("high").map(|n| self.whole(n)));
                Law::Uniform { low: low??, high: high?? }
            }
            "empirical" => Law::empirical(self.empirical(&fields.sub("empirical")?)?),
            "weights" => Law::weights(self.weights(node)?),
            "mixture" => Law::Mixture { parts: self.mixture(node, depth)? },
            _ => return None,
        })
    }

    fn lognormal(&self, f: &Fields<'_>) -> Option<Law> {
        f.not_both("mean", "p50");
        f.not_both("cv", "p90");
        let own = |key: &'static str| self.real(f.get(key)?);
        if f.get("p50").is_some() || f.get("p90").is_some() {
            if f.one_of(&["p50"]) && f.one_of(&["p90"]) {
                return match Law::lognormal_from_quantiles(own("p50")?, own("p90")?) {
                    Ok(law) => Some(law),
                    Err(why) => {
                        self.wrong(f.place, why);
                        None
                    }
                };
            }
            return None;
        }
        if f.one_of(&["mean"]) && f.one_of(&["cv"]) {
            return Some(Law::Lognormal { mean: own("mean")?, cv: f.factor("cv")?.real(1.0) });
        }
        None
    }

    fn mixture(&self, node: &Node, depth: usize) -> Option<Vec<(f64, Law)>> {
        let Value::List(items) = &node.value else {
            self.cx.report(expected(node, "mixture", "a list of parts, such as [{ weight = 1, of = \"4h\" }]"));
            return None;
        };
        let mut parts = Vec::new();
        let mut whole = true;
        for item in items {
            let f = Fields::open(self.cx, item, &keys::PART)?;
            let weight = f.factor("weight").map(|w| w.real(1.0));
            let of = f.get("of").and_then(|n| self.any(n, depth + 1));
            match (weight, of) {
                (Some(weight), Some(of)) => parts.push((weight, of)),
                _ => whole = false,
            }
        }
        whole.then_some(parts)
    }

    /// `{ 1 = 30, 2 = 50 }`: values as keys.
    fn weights(&self, node: &Node) -> Option<Vec<(i64, f64)>> {
        let pairs = weights(self.cx, node)?;
        let mut out = Vec::new();
        let mut whole = true;
        for (text, place, weight) in pairs {
            let value = if self.unit == Unit::Count { Value::Whole(text.clone()) } else { Value::Text(text.clone()) };
            if self.unit == Unit::Count && Decimal::parse(&text).is_none() {
                self.wrong(place, format!("`{text}` is no whole number"));
                whole = false;
                continue;
            }
            match self.whole(&Node { place, value }) {
                Some(value) => out.push((value, weight)),
                None => whole = false,
            }
        }
        whole.then_some(out)
    }

    fn empirical(&self, f: &Fields<'_>) -> Option<Vec<i64>> {
        f.not_both("values", "file");
        if !f.one_of(&["values", "file"]) {
            return None;
        }
        if let Some(node) = f.get("values") {
            let Value::List(items) = &node.value else {
                self.cx.report(expected(node, "values", "a list of values"));
                return None;
            };
            let values: Vec<Option<i64>> = items.iter().map(|n| self.whole(n)).collect();
            return values.into_iter().collect();
        }
        let node = f.get("file")?;
        if !f.one_of(&["column"]) {
            return None;
        }
        let (file, column) = (f.text("file")?, f.text("column")?);
        let cells = match self.cells(node, file, column) {
            Ok(cells) => cells,
            Err(finding) => {
                self.cx.report(*finding);
                return None;
            }
        };
        let unit = f.text("unit").map(str::to_string).or_else(|| unit_of_column(column));
        self.values(node, file, &cells, unit.as_deref())
    }

    fn cells(&self, node: &Node, file: &str, column: &str) -> Result<Vec<String>, Box<Finding>> {
        let path = self.cx.folders[node.place.file as usize].join(file);
        let key = (path.clone(), column.to_string());
        let mut read = self.cx.columns.borrow_mut();
        let cells = read.entry(key).or_insert_with(|| column_of(&path, column));
        cells.clone().map_err(|why| {
            let code = if why.starts_with("there is no column") { &codes::COLUMN } else { &codes::FILE };
            Box::new(Finding::new(code, node.place, format!("cannot take values from `{file}`"), why))
        })
    }

    /// Cells with a unit of their own, or bare numbers in the unit of the column.
    fn values(&self, node: &Node, file: &str, cells: &[String], unit: Option<&str>) -> Option<Vec<i64>> {
        let mut out = Vec::new();
        for (i, cell) in cells.iter().enumerate().filter(|(_, c)| !c.is_empty()) {
            let bare = matches!(amount::parse(cell), Ok((_, Measure::Bare)));
            let text = match unit {
                Some(unit) if bare && self.unit != Unit::Count => format!("{cell} {unit}"),
                _ => cell.clone(),
            };
            let value = if self.unit == Unit::Count { Value::Real(text.clone()) } else { Value::Text(text.clone()) };
            let silent = matches!(amount::parse(&text), Ok((_, ref m)) if fits(self.unit, m));
            if !silent {
                let what = amount::sample(self.unit);
                let label = format!("row {} holds `{cell}`; expected {what}", i + 1);
                let finding = Finding::new(&codes::LAW, node.place, format!("cannot take values from `{file}`"), label);
                let finding = if bare { finding.help("say the unit of bare numbers: `unit = \"d\"`") } else { finding };
                self.cx.report(finding);
                return None;
            }
            out.push(self.whole(&Node { place: node.place, value })?);
        }
        Some(out)
    }
}

fn fits(unit: Unit, measure: &Measure) -> bool {
    matches!(
        (unit, measure),
        (Unit::Time, Measure::Time(_))
            | (Unit::Mass, Measure::Mass(_))
            | (Unit::Money, Measure::Money(..))
            | (Unit::Count, Measure::Bare)
    )
}

/// The unit that the last word of a column's name is.
fn unit_of_column(column: &str) -> Option<String> {
    let word = column.rsplit(|c: char| !c.is_alphanumeric()).find(|w| !w.is_empty())?;
    Some(
        match word.to_lowercase().as_str() {
            "days" | "day" | "d" => "d",
            "hours" | "hour" | "h" => "h",
            "minutes" | "minute" | "min" => "min",
            "seconds" | "second" | "sec" | "s" => "s",
            "weeks" | "week" => "week",
            "kg" => "kg",
            "t" | "tonnes" => "t",
            _ if amount::is_currency(word) => word,
            _ => return None,
        }
        .to_string(),
    )
}

fn column_of(path: &std::path::Path, column: &str) -> Result<Vec<String>, String> {
    let text = load::read_text(path)?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|e| e.to_string())?.clone();
    let index = headers.iter().position(|h| h.trim() == column).ok_or_else(|| {
        let list: Vec<&str> = headers.iter().collect();
        format!("there is no column `{column}`; columns are {}", names::row(&list))
    })?;
    let mut cells = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        cells.push(record.get(index).unwrap_or_default().trim().to_string());
        if cells.len() > VALUES_MOST {
            return Err(format!("it has more than {VALUES_MOST} rows"));
        }
    }
    Ok(cells)
}

/// The pairs of a table of weights, in file order.
pub(crate) fn weights(cx: &Ctx, node: &Node) -> Option<Vec<(String, Place, f64)>> {
    let Value::Table(table) = &node.value else {
        cx.report(expected(node, "weights", "a table of weights, such as { a = 1, b = 2 }"));
        return None;
    };
    let mut out = Vec::new();
    let mut whole = true;
    for entry in &table.entries {
        let bad = |label: String| {
            cx.report(Finding::new(
                &codes::WEIGHTS,
                entry.node.place,
                format!("the weight of `{}` is none", entry.key),
                label,
            ));
        };
        let number = match &entry.node.value {
            Value::Whole(text) | Value::Real(text) => Decimal::parse(text).map(|d| d.real(1.0)),
            _ => None,
        };
        match number {
            Some(weight) if weight > 0.0 && weight <= 1e15 => out.push((entry.key.clone(), entry.place, weight)),
            _ => {
                bad("expected a number above zero".to_string());
                whole = false;
            }
        }
    }
    if table.entries.is_empty() {
        let label = "expected values and their weights, such as { a = 1, b = 2 }";
        cx.report(Finding::new(&codes::WEIGHTS, node.place, "there are no weights", label));
        return None;
    }
    // Where the other way leads round at one instant, a chance this small would never end it.
    let sum: f64 = out.iter().map(|(_, _, weight)| weight).sum();
    for (name, place, weight) in &out {
        if *weight < sum * SHARE_LEAST {
            let label = "expected a billionth of all weights or more";
            cx.report(Finding::new(&codes::WEIGHTS, *place, format!("`{name}` as good as never comes"), label));
            whole = false;
        }
    }
    whole.then_some(out)
}

/// The least share of a weight in all.
const SHARE_LEAST: f64 = 1e-9;
