//! Journals: tables of real events, row by row. Rows in = events + rejections + checkpoints.

use super::amount::{self, Decimal};
use super::codes;
use super::date;
use super::diagnostic::Finding;
use super::fields::Fields;
use super::keys;
use super::load;
use super::lower::funding::receiver;
use super::lower::{All, Entry, Places};
use super::names;
use super::tree::{Place, Value};
use super::values::{Ctx, expected};
use crate::model::{
    Arrivals, Brings, Checkpoint, Comparison, Earmark, JournalUse, Line, NeedPlan, Notes, PledgePlan, Published, Row,
    RowBrings, RowUse, Stream,
};
use crate::units::amount::Money;
use crate::units::arena::Id;
use crate::units::draw::Law;
use crate::units::time::{DAY, SimDuration, SimTime};
use std::collections::BTreeMap;

/// Rows of one journal; a journal is read into memory.
const ROWS_MOST: usize = 1_000_000;
/// The largest sum of one row, in minor units; a law holds no more.
const MINOR_MOST: i64 = 1_000_000_000_000_000;
const KINDS: [&str; 4] = ["pledge", "requirement", "statement", "checkpoint"];
const RECEIVER: &str = "\u{0}";

/// A journal's file, row by row.
pub(crate) struct Table {
    pub name: String,
    file: String,
    place: Place,
    rows: Vec<Made>,
}

/// A row: its number, its date, and what it is.
struct Made {
    number: u32,
    at: Option<SimTime>,
    what: What,
}

enum What {
    Statement(String),
    Rejection(String),
    Pledge(Box<Sum>),
    Requirement { item: String, quantity: i64, priority: i32 },
    Checkpoint(Box<Checkpoint>),
}

/// A pledge's money and party.
struct Sum {
    nation: Option<String>,
    party: String,
    amount: i64,
    currency: Option<String>,
    stated: Option<Money>,
    package: Option<u32>,
}

/// Which column says what, and what the words of the kind column mean.
struct Columns {
    index: BTreeMap<&'static str, usize>,
    /// Whole currency units that 1 in the amount stands for.
    scale: i64,
    /// `None`: every row is a pledge.
    kinds: Option<BTreeMap<String, &'static str>>,
    purl: bool,
}

impl Columns {
    fn cell<'a>(&self, row: &'a csv::StringRecord, key: &'static str) -> &'a str {
        self.index.get(key).and_then(|i| row.get(*i)).unwrap_or_default().trim()
    }
}

/// Reads a journal's file and sorts out its rows.
pub(crate) fn read(cx: &Ctx, e: &Entry<'_>) -> Option<Table> {
    let f = &e.fields;
    f.basis(&format!("journal.{}", e.name));
    f.not_both("form", "columns");
    f.not_both("form", "kinds");
    let node = f.get("file")?;
    let file = f.text("file")?;
    let path = cx.folders[node.place.file as usize].join(file);
    let text = match load::read_text(&path) {
        Ok(text) => text,
        Err(why) => {
            let message = format!("cannot read the journal `{file}`: {why}");
            let help = format!("looked for {}; paths are relative to the file that says them", path.display());
            cx.report(Finding::new(&codes::FILE, node.place, message, "no journal here").help(help));
            return None;
        }
    };
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let broken = |error: csv::Error| {
        let (line, why) = csv_reason(&error);
        let message = format!("`{file}` is broken at line {line}: {why}");
        cx.report(Finding::new(&codes::CSV, node.place, message, format!("see {file}:{line}")));
    };
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            broken(error);
            return None;
        }
    };
    let columns = columns(f, &header)?;
    let mut rows = Vec::new();
    let mut number = 0;
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                broken(error);
                return None;
            }
        };
        // A second row of tags (HXL) is no data.
        if number == 0 && !record.is_empty() && record.iter().all(|c| c.is_empty() || c.starts_with('#')) {
            continue;
        }
        number += 1;
        if number as usize > ROWS_MOST {
            cx.report(Finding::new(&codes::SIZE, node.place, format!("`{file}` has over a million rows"), "too large"));
            return None;
        }
        rows.push(row(cx, &columns, &record, number, file));
    }
    Some(Table { name: e.name.clone(), file: file.to_string(), place: node.place, rows })
}

fn csv_reason(error: &csv::Error) -> (u64, String) {
    let line = error.position().map_or(1, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            (line, format!("it has {len} fields, but the header has {expected_len}"))
        }
        _ => (line, error.to_string()),
    }
}

fn columns(f: &Fields<'_>, header: &csv::StringRecord) -> Option<Columns> {
    let find = |name: &str, place: Place| -> Option<usize> {
        let found = header.iter().position(|h| h.trim() == name);
        if found.is_none() {
            let known: Vec<&str> = header.iter().map(str::trim).collect();
            let label = match names::nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "no such column".to_string(),
            };
            f.cx.report(
                Finding::new(&codes::COLUMN, place, format!("the journal has no column `{name}`"), label)
                    .help(format!("its columns are {}", names::row(&known))),
            );
        }
        found
    };
    if let Some(node) = f.get("form") {
        f.word("form")?;
        const PURL: [(&str, &str); 8] = [
            ("date", "event_date"),
            ("kind", "event"),
            ("package", "package"),
            ("party", "party"),
            ("amount", "amount"),
            ("currency", "currency"),
            ("usd", "amount_usd_m"),
            ("note", "note"),
        ];
        let mut index = BTreeMap::new();
        for (key, column) in PURL {
            index.insert(key, find(column, node.place)?);
        }
        let kinds = [
            ("package_funded", "pledge"),
            ("pledge", "pledge"),
            ("funding_recorded", "pledge"),
            ("scheme_agreed", "statement"),
            ("target_stated", "statement"),
            ("release_approved", "checkpoint"),
            ("first_arrival", "checkpoint"),
            ("cumulative_reported", "checkpoint"),
        ];
        let kinds = kinds.into_iter().map(|(a, b)| (a.to_string(), b)).collect();
        return Some(Columns { index, scale: 1_000_000, kinds: Some(kinds), purl: true });
    }
    if f.get("columns").is_none() {
        f.cx.report(
            Finding::new(
                &codes::MAPPING,
                f.place,
                "nobody says what the journal's columns mean",
                "add `form` or `columns`",
            )
            .help("form = \"purl-ledger\", or [journal.columns] with date, amount, ..."),
        );
        return None;
    }
    let own = f.sub("columns")?;
    let mut index = BTreeMap::new();
    for key in keys::COLUMNS.keys.iter().filter(|k| k.name != "scale") {
        if let Some(node) = own.get(key.name) {
            index.insert(key.name, find(own.text(key.name)?, node.place)?);
        }
    }
    let kinds = kinds(f, index.contains_key("kind"))?;
    index.get("date")?;
    Some(Columns { index, scale: own.count("scale").unwrap_or(1), kinds, purl: false })
}

/// What the file's words for kinds mean.
fn kinds(f: &Fields<'_>, column: bool) -> Option<Option<BTreeMap<String, &'static str>>> {
    match (f.get("kinds"), column) {
        (None, false) => Some(None),
        (None, true) => {
            let place = f.entry("columns").map_or(f.place, |e| e.place);
            let message = "the journal has a column of kinds, but nobody says what its words mean";
            f.cx.report(
                Finding::new(&codes::MAPPING, place, message, "add `kinds`")
                    .help("for example [journal.kinds] with `gift = \"pledge\"`"),
            );
            None
        }
        (Some(node), false) => {
            let message = "`kinds` is about a column of kinds, and none is named";
            f.cx.report(Finding::new(&codes::MAPPING, node.place, message, "add `kind` to `columns`"));
            None
        }
        (Some(node), true) => {
            let Value::Table(table) = &node.value else {
                f.cx.report(expected(node, "kinds", "a table, such as { gift = \"pledge\" }"));
                return None;
            };
            let mut kinds = BTreeMap::new();
            for entry in &table.entries {
                kinds.insert(entry.key.clone(), f.cx.word(&entry.node, &entry.key, &KINDS)?);
            }
            Some(Some(kinds))
        }
    }
}

fn row(cx: &Ctx, columns: &Columns, record: &csv::StringRecord, number: u32, file: &str) -> Made {
    let text = columns.cell(record, "date");
    let unix = date::unix_text(text);
    let at = unix.map(|u| SimTime(u - cx.start));
    let reject = |why: String| Made { number, at, what: What::Rejection(why) };
    let word = columns.cell(record, "kind");
    let kind = match &columns.kinds {
        None => "pledge",
        Some(kinds) => match kinds.get(word) {
            Some(kind) => kind,
            None => return reject(format!("unmapped kind `{word}`")),
        },
    };
    let Some(unix) = unix else {
        return reject(if text.is_empty() { "no date".to_string() } else { format!("bad date `{text}`") });
    };
    let what = match kind {
        "pledge" => pledge(cx, columns, record, SimTime(unix - cx.start)).map(|s| What::Pledge(Box::new(s))),
        "requirement" => requirement(columns, record),
        "statement" => Ok(What::Statement(statement(columns, record))),
        _ => checkpoint(cx, columns, record, unix, &format!("{file} row {number}")),
    };
    match what {
        Ok(what) => Made { number, at, what },
        Err(why) => reject(why),
    }
}

/// A number of the file in minor units of a currency.
fn minor(text: &str, scale: i64, currency: &str) -> Result<i64, String> {
    let amount = Decimal::parse(text).ok_or_else(|| format!("bad amount `{text}`"))?;
    let up = i128::from(scale) * 10i128.pow(u32::from(amount::decimals(currency)));
    match amount.times(up, 1) {
        Some(minor) if minor > 0 && minor <= MINOR_MOST => Ok(minor),
        Some(minor) if minor > 0 => Err(format!("the amount `{text}` is too large")),
        Some(_) => Err(format!("the amount `{text}` is not above zero")),
        None => Err(format!("the amount `{text}` is too large")),
    }
}

fn pledge(cx: &Ctx, columns: &Columns, record: &csv::StringRecord, at: SimTime) -> Result<Sum, String> {
    let cell = |key| columns.cell(record, key);
    let (text, usd) = (cell("amount"), cell("usd"));
    let currency = if cell("currency").is_empty() { cx.home.as_str() } else { cell("currency") };
    if text.is_empty() && usd.is_empty() {
        return Err("no amount".to_string());
    }
    if !amount::is_currency(currency) {
        return Err(format!("bad currency `{currency}`"));
    }
    let stated = if usd.is_empty() { None } else { Some(minor(usd, columns.scale, "USD")?) };
    let rated = |c: &str| cx.rated(c).is_some_and(|since| since <= at);
    let foreign = |c: &str| (c != cx.home).then(|| c.to_string());
    let (amount, currency, stated) = match stated {
        // The published figure is the sum itself, or stands beside the foreign one.
        Some(usd) if cx.home == "USD" && (currency == "USD" || text.is_empty()) => (usd, None, None),
        Some(usd) if cx.home == "USD" => (minor(text, columns.scale, currency)?, foreign(currency), Some(Money(usd))),
        Some(usd) if text.is_empty() && rated("USD") => (usd, foreign("USD"), None),
        Some(usd) if !rated(currency) && rated("USD") => (usd, foreign("USD"), None),
        _ if text.is_empty() => return Err("no amount in the home currency, and no rate for USD".to_string()),
        _ if rated(currency) => (minor(text, columns.scale, currency)?, foreign(currency), None),
        _ => return Err(format!("no rate for {currency}")),
    };
    if let Some(currency) = currency.as_deref().filter(|c| stated.is_none() && !cx.converts(amount, c)) {
        return Err(format!("the amount `{text}` in {currency} is too large"));
    }
    let party = cell("party").to_string();
    let nation = Some(names::slug(&party)).filter(|s| !s.is_empty());
    let package = match cell("package") {
        "" => None,
        text => {
            Some(text.parse::<u32>().ok().filter(|n| *n > 0).ok_or_else(|| format!("bad package number `{text}`"))?)
        }
    };
    Ok(Sum { nation, party, amount, currency, stated, package })
}

fn requirement(columns: &Columns, record: &csv::StringRecord) -> Result<What, String> {
    let item = columns.cell(record, "item");
    if item.is_empty() {
        return Err("no item".to_string());
    }
    let number = |key: &'static str| match columns.cell(record, key) {
        "" => Ok(1),
        text => text.parse::<i64>().map_err(|_| format!("bad {key} `{text}`")),
    };
    let quantity = number("quantity")?;
    if !(1..=MINOR_MOST).contains(&quantity) {
        return Err(format!("bad quantity `{quantity}`"));
    }
    let priority = i32::try_from(number("priority")?).map_err(|_| "bad priority".to_string())?;
    Ok(What::Requirement { item: item.to_string(), quantity, priority })
}

/// The words of a row that has no effect.
fn statement(columns: &Columns, record: &csv::StringRecord) -> String {
    let cell = |key| columns.cell(record, key);
    let mut out = cell("kind").replace('_', " ");
    let mut add = |before: &str, text: String| {
        if !text.trim().is_empty() {
            out.push_str(if out.is_empty() { "" } else { before });
            out.push_str(text.trim());
        }
    };
    add(": ", cell("party").to_string());
    if !cell("amount").is_empty() {
        let scale = if columns.purl { " M" } else { "" };
        add(", ", format!("{}{scale} {}", cell("amount"), cell("currency")));
    }
    add("; ", cell("note").to_string());
    out
}

fn checkpoint(cx: &Ctx, columns: &Columns, record: &csv::StringRecord, unix: i64, basis: &str) -> Result<What, String> {
    let cell = |key| columns.cell(record, key);
    let at = SimTime(unix - cx.start);
    let basis = basis.to_string();
    let dated = |label: String, figure: String| {
        let (published, is) = (Published::Date(at), Comparison::About);
        Checkpoint { label, figure, at: None, published, is, tolerance: super::DAYS_OFF, basis: basis.clone() }
    };
    let made = match (columns.purl, cell("kind")) {
        (true, "release_approved") => {
            let number = cell("package").parse::<u32>().map_err(|_| "no package number".to_string())?;
            let figure = format!("mechanisms.{RECEIVER}.packages.{number}.released");
            dated(format!("package {number} released"), figure)
        }
        (true, "first_arrival") => dated("first arrival".to_string(), format!("mechanisms.{RECEIVER}.first_arrival")),
        (purl, _) => {
            let (text, currency) = match purl {
                true => (cell("usd"), "USD"),
                false => {
                    (cell("amount"), if cell("currency").is_empty() { cx.home.as_str() } else { cell("currency") })
                }
            };
            let figure = match purl {
                true => format!("money.mechanisms.{RECEIVER}.committed"),
                false if cell("figure").is_empty() => return Err("no figure".to_string()),
                false => cell("figure").to_string(),
            };
            if text.is_empty() {
                return Err("no amount".to_string());
            }
            if currency != cx.home {
                return Err(format!("the figure is in {currency}, not in the home currency"));
            }
            let published = Published::Money(Money(minor(text, columns.scale, currency)?));
            let floor = cell("note").starts_with("stated as over");
            let is = if floor { Comparison::AtLeast } else { Comparison::About };
            let label = super::label_of(&figure, Some(unix));
            let day = SimTime((unix.div_euclid(DAY)) * DAY - cx.start);
            let at = Some(day.after(SimDuration(DAY)));
            Checkpoint { label, figure, at, published, is, tolerance: super::SHARE_OFF, basis: basis.clone() }
        }
    };
    Ok(What::Checkpoint(Box::new(made)))
}

impl Table {
    /// The nations that its pledges name.
    pub fn nations(&self, _cx: &Ctx) -> Vec<String> {
        let nation = |m: &Made| match &m.what {
            What::Pledge(sum) => sum.nation.clone(),
            _ => None,
        };
        self.rows.iter().filter_map(nation).collect()
    }
}

/// The stream of a journal's rows; its checkpoints go to the notes.
pub(crate) fn stream(
    cx: &Ctx,
    table: &Table,
    e: &Entry<'_>,
    all: &All,
    notes: &mut Notes,
    places: &mut Places,
) -> Option<Stream> {
    let f = &e.fields;
    places.arrivals.push(table.place);
    let needs = |m: &Made| match &m.what {
        What::Pledge(_) => true,
        What::Checkpoint(c) => c.figure.contains(RECEIVER),
        _ => false,
    };
    let to = if f.get("to").is_some() || table.rows.iter().any(needs) { Some(receiver(f, all)?) } else { None };
    let name = to.and_then(|id| all.mechanisms.by.iter().find(|(_, (i, _))| *i == id)).map(|(n, _)| n.clone());
    let mut rows: Vec<(SimTime, Row)> = Vec::new();
    let mut rejected: Vec<String> = Vec::new();
    for made in &table.rows {
        let brings = match &made.what {
            What::Checkpoint(c) => {
                let mut c = (**c).clone();
                c.figure = c.figure.replace(RECEIVER, name.as_deref().unwrap_or_default());
                notes.checkpoints.push(c);
                notes.journals.push(usage(table, made, RowUse::Checkpoint));
                continue;
            }
            What::Statement(text) => RowBrings::Statement(text.clone()),
            What::Rejection(why) => RowBrings::Rejection(why.clone()),
            What::Pledge(sum) => plan(sum, to?, all),
            What::Requirement { item, quantity, priority } => need(item, *quantity, *priority, to, all),
        };
        let used = match &brings {
            RowBrings::Rejection(why) => {
                rejected.push(format!("row {}: {why}", made.number));
                RowUse::Rejection
            }
            _ => RowUse::Event,
        };
        notes.journals.push(usage(table, made, used));
        rows.push((made.at.unwrap_or(SimTime::ZERO), Row { number: made.number, brings }));
    }
    if !rejected.is_empty() {
        let message = format!("{} of {} rows of `{}` cannot be used", rejected.len(), table.rows.len(), table.file);
        cx.report(
            Finding::new(&codes::REJECTED, table.place, message, rejected[0].clone())
                .help("each is recorded in the run as a rejection"),
        );
    }
    rows.sort_by_key(|(at, row)| (*at, row.number));
    let (times, rows): (Vec<SimTime>, Vec<Row>) = rows.into_iter().unzip();
    Some(Stream {
        name: table.name.clone(),
        arrivals: Arrivals::At(times),
        count: None,
        priority: Law::Constant(1),
        brings: Brings::Rows(rows),
    })
}

fn usage(table: &Table, made: &Made, used: RowUse) -> JournalUse {
    JournalUse { journal: table.name.clone(), row: made.number, used }
}

fn plan(sum: &Sum, to: u32, all: &All) -> RowBrings {
    let nation = sum.nation.as_deref().and_then(|n| all.nations.get(n)).map(Id::new);
    let pledge = PledgePlan {
        nation,
        to: Id::new(to),
        amount: Law::Constant(sum.amount),
        currency: sum.currency.clone(),
        stated: sum.stated,
        conversion: 1_000_000,
        kept_share: 1_000_000,
        committed_after: Law::Constant(0),
        paid_after: None,
        earmark: sum.package.map(Earmark::Package),
        expires: None,
    };
    RowBrings::Pledge { nation, party: sum.party.clone(), pledge: Box::new(pledge) }
}

fn need(item: &str, quantity: i64, priority: i32, to: Option<u32>, all: &All) -> RowBrings {
    let Some(id) = all.items.get(item) else { return RowBrings::Rejection(format!("unknown item `{item}`")) };
    let Some(via) = to.filter(|m| all.origins.get(*m as usize).is_some_and(|o| o.is_some())) else {
        return RowBrings::Rejection("no mechanism with an origin provides it".to_string());
    };
    let line = Line { item: Id::new(id), quantity: Law::Constant(quantity), unit_value: None, origin: None, to: None };
    let hq = match all.hqs.as_slice() {
        [only] => Some(Id::new(*only)),
        _ => None,
    };
    let need = NeedPlan { hq, via: Some(Id::new(via)), lines: vec![line], needed_within: None, expires: None };
    RowBrings::Requirement { need: Box::new(need), priority }
}
