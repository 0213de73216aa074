//! Money, donors, pledges and mechanisms.

use super::goods::{arrivals, count};
use super::{All, Entry, Places};
use crate::mechanism::{KINDS, Kind, kind};
use crate::model::{
    Arrivals, Brings, Earmark, Excess, MechanismPlan, Nation, PackagePlan, PledgePlan, Rate, RowBrings, Stage, Stream,
};
use crate::scenario::amount::{decimals, is_currency};
use crate::scenario::codes;
use crate::scenario::diagnostic::Finding;
use crate::scenario::fields::Fields;
use crate::scenario::journal;
use crate::scenario::keys::{self, Unit};
use crate::scenario::laws;
use crate::scenario::names::{self, Names};
use crate::scenario::tree::{Node, Place, Table, Value};
use crate::scenario::values::{Ctx, expected, overflow};
use crate::units::amount::Money;
use crate::units::arena::Id;
use crate::units::draw::Law;
use crate::units::time::{SimDuration, SimTime};
use std::collections::BTreeMap;

/// The home currency and the rates, by currency and date.
pub(super) fn money(cx: &mut Ctx, top: &Table) -> Vec<Rate> {
    let Some(node) = top.get("money") else { return Vec::new() };
    if let Some(currency) = node.table().and_then(|t| t.get("currency"))
        && let Some(text) = currency_of(cx, currency)
    {
        cx.home_decimals = decimals(&text);
        cx.home = text;
    }
    let mut rates: Vec<(Rate, Place)> = Vec::new();
    {
        let cx: &Ctx = cx;
        let Some(f) = Fields::open(cx, node, &keys::MONEY) else { return Vec::new() };
        f.basis("money");
        for rate in f.list("rates").unwrap_or_default() {
            if let Some(made) = one_rate(cx, &rate) {
                rates.push((made, rate.place));
            }
        }
        rates.sort_by(|a, b| (&a.0.currency, a.0.from).cmp(&(&b.0.currency, b.0.from)));
        for pair in rates.windows(2) {
            let ((a, at), (b, second)) = (&pair[0], &pair[1]);
            if (&a.currency, a.from) == (&b.currency, b.from) {
                let message = format!("two rates of {} begin at the same instant", a.currency);
                cx.report(
                    Finding::new(&codes::DUPLICATE, *second, message, "expected another `from`")
                        .second(*at, "the first one is here"),
                );
            }
        }
    }
    for (rate, _) in &rates {
        match cx.currencies.last_mut().filter(|(c, ..)| *c == rate.currency) {
            Some(last) => last.2 = last.2.max(rate.billionths),
            None => cx.currencies.push((rate.currency.clone(), rate.from, rate.billionths)),
        }
    }
    rates.into_iter().map(|(rate, _)| rate).collect()
}

fn currency_of(cx: &Ctx, node: &Node) -> Option<String> {
    let text = cx.text(node, "currency")?;
    if is_currency(text) {
        return Some(text.to_string());
    }
    let label = "expected three capital letters, such as USD or EUR";
    cx.report(Finding::new(&codes::CURRENCY, node.place, format!("`{text}` is no currency"), label));
    None
}

fn one_rate(cx: &Ctx, f: &Fields<'_>) -> Option<Rate> {
    let currency = f.get("currency").and_then(|n| currency_of(cx, n));
    let from = f.moment("from").unwrap_or(SimTime::EARLIEST);
    let node = f.get("rate")?;
    let rate = f.factor("rate")?;
    let currency = currency?;
    f.basis(&format!("money.rates.{currency}"));
    if currency == cx.home {
        let place = f.get("currency").map_or(f.place, |n| n.place);
        let message = format!("{currency} is the home currency and needs no rate");
        cx.report(Finding::new(&codes::CURRENCY, place, message, "expected another currency"));
        return None;
    }
    let minor = decimals(&currency);
    // A rate is between whole units; minor units may differ in their decimals.
    let up = 1_000_000_000 * 10i128.pow(u32::from(cx.home_decimals));
    match rate.times(up, 10i128.pow(u32::from(minor))) {
        Some(billionths) if billionths > 0 => Some(Rate { currency, decimals: minor, from, billionths }),
        _ => {
            let label = "expected a number from 0.000000001 to 1000000000";
            cx.report(Finding::new(&codes::RANGE, node.place, "`rate` is out of range", label));
            None
        }
    }
}

/// Nations with an entry, and those that a pledge or a journal names.
pub(super) fn nations(
    cx: &Ctx,
    entries: &[Entry<'_>],
    pledges: &[Entry<'_>],
    journals: &[journal::Table],
    all: &mut All,
) -> Vec<Nation> {
    let mut by: BTreeMap<String, (Option<f64>, Place)> = BTreeMap::new();
    for e in entries {
        e.fields.basis(&format!("nation.{}", e.name));
        by.insert(e.name.clone(), (e.fields.factor("share").map(|s| s.real(1.0)), e.place));
    }
    for e in pledges {
        // A name that is none is reported with the pledge.
        if let Some(name) = e.fields.table.text("nation").filter(|n| names::is_name(n, &keys::NATION)) {
            by.entry(name.to_string()).or_insert((None, e.place));
        }
    }
    for name in journals.iter().flat_map(|j| j.nations(cx)) {
        by.entry(name).or_insert((None, Place::default()));
    }
    let ids = by.iter().enumerate().map(|(i, (name, (_, place)))| (name.clone(), (i as u32, *place))).collect();
    all.nations = Names::new("nation", ids);
    by.into_iter().map(|(name, (share, _))| Nation { name, share }).collect()
}

pub(super) fn mechanisms(entries: &[Entry<'_>], all: &mut All) -> Vec<MechanismPlan> {
    let mut out = Vec::new();
    for (i, e) in entries.iter().enumerate() {
        let f = &e.fields;
        f.basis(&format!("mechanism.{}", e.name));
        let origin = f.refer("origin", &all.nodes);
        all.origins.push(origin);
        let Some(row) = kind_of(f) else { continue };
        if row.pools_money {
            all.pools.push(i as u32);
        }
        let stages = stages(f, row);
        let package = package(f, row);
        let origin = origin.map(Id::new);
        out.push(MechanismPlan {
            name: e.name.clone(),
            kind: row.name.to_string(),
            takes_stock: row.takes_stock,
            origin,
            stages,
            package,
        });
    }
    out
}

/// Mechanisms whose list gets lines that no package would ever take up.
pub(super) fn undrafted(entries: &[Entry<'_>], streams: &[Stream]) {
    for (i, e) in entries.iter().enumerate().filter(|(_, e)| e.fields.text("kind") == Some("package")) {
        let listed = |via: Option<Id<MechanismPlan>>| via.is_some_and(|m| m.index() == i);
        let asked = streams.iter().any(|stream| match &stream.brings {
            Brings::Requirements(need) => listed(need.via),
            Brings::Rows(rows) => {
                rows.iter().any(|row| matches!(&row.brings, RowBrings::Requirement { need, .. } if listed(need.via)))
            }
            _ => false,
        });
        if asked {
            e.fields.one_of(&["size", "draft_every"]);
        }
    }
}

fn kind_of(f: &Fields<'_>) -> Option<&'static Kind> {
    let text = f.text("kind")?;
    if let Some(row) = kind(text) {
        return Some(row);
    }
    let known: Vec<&str> = KINDS.iter().map(|k| k.name).collect();
    let label = match names::nearest(text, known.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "no such kind".to_string(),
    };
    let place = f.get("kind").map_or(f.place, |n| n.place);
    f.cx.report(
        Finding::new(&codes::MECHANISM, place, format!("there is no kind of mechanism `{text}`"), label)
            .help(format!("kinds are {}", names::row(&known))),
    );
    None
}

/// Times of the stages, in the order of the kind.
fn stages(f: &Fields<'_>, row: &'static Kind) -> Vec<Stage> {
    let mut times: BTreeMap<&str, Law> = BTreeMap::new();
    if let Some(node) = f.get("stages") {
        let timed: Vec<&str> = row.stages.iter().filter(|s| s.timed).map(|s| s.name).collect();
        match &node.value {
            Value::Table(table) => {
                for entry in &table.entries {
                    match row.stages.iter().find(|s| s.name == entry.key) {
                        Some(stage) if stage.timed => {
                            if let Some(law) = laws::read(f.cx, &entry.node, &entry.key, Unit::Time, false) {
                                times.insert(stage.name, law.law);
                            }
                        }
                        Some(stage) => f.cx.report(
                            Finding::new(
                                &codes::MECHANISM,
                                entry.place,
                                format!("the stage `{}` has no time of its own", entry.key),
                                stage.text,
                            )
                            .help(format!("stages with a time are {}", names::row(&timed))),
                        ),
                        None => {
                            let label = match names::nearest(&entry.key, timed.iter().copied()) {
                                Some(near) => format!("did you mean `{near}`?"),
                                None => "no such stage".to_string(),
                            };
                            let message = format!("a mechanism of kind {} has no stage `{}`", row.name, entry.key);
                            f.cx.report(
                                Finding::new(&codes::MECHANISM, entry.place, message, label)
                                    .help(format!("stages with a time are {}", names::row(&timed))),
                            );
                        }
                    }
                }
            }
            _ => f.cx.report(expected(node, "stages", "a table of stages and times")),
        }
    }
    let time = |name: &str| times.get(name).cloned().unwrap_or(Law::Constant(0));
    row.stages.iter().map(|s| Stage { name: s.name.to_string(), cause: s.cause, time: time(s.name) }).collect()
}

fn package(f: &Fields<'_>, row: &'static Kind) -> PackagePlan {
    const OWN: [&str; 8] = [
        "size",
        "draft_every",
        "counts",
        "excess",
        "split_pledges",
        "release_part_funded",
        "pays_before",
        "open_at_once",
    ];
    if !row.pools_money {
        for entry in OWN.iter().filter_map(|k| f.entry(k)) {
            let pools: Vec<&str> = KINDS.iter().filter(|k| k.pools_money).map(|k| k.name).collect();
            f.cx.report(
                Finding::new(
                    &codes::MECHANISM,
                    entry.place,
                    format!("a mechanism of kind {} has no key `{}`", row.name, entry.key),
                    "it pools no money",
                )
                .help(format!("kinds that pool money are {}", names::row(&pools))),
            );
        }
        return PackagePlan::default();
    }
    PackagePlan {
        size: f.whole("size").map(Money),
        draft_every: f.whole("draft_every").map(SimDuration),
        counts_paid: f.word("counts") == Some("paid"),
        excess: if f.word("excess") == Some("spill") { Excess::Spill } else { Excess::Hold },
        split_pledges: f.flag("split_pledges", true),
        release_part_funded: f.flag("release_part_funded", false),
        pays_before: f.word("pays_before").map(str::to_string),
        open_at_once: f.count32("open_at_once"),
    }
}

pub(super) fn pledge(e: &Entry<'_>, all: &All, places: &mut Places) -> Option<Stream> {
    let f = &e.fields;
    f.basis(&format!("pledge.{}", e.name));
    let arrivals = arrivals(f, places);
    let nation = f.name("nation").and_then(|n| all.nations.get(n)).map(Id::new);
    let to = receiver(f, all);
    let amount = laws::money(f, "amount");
    let millionths = |key: &'static str| f.share(key).unwrap_or(1_000_000);
    let (conversion, kept_share) = (millionths("conversion"), millionths("kept_share"));
    let committed_after = laws::law(f, "committed_after", Unit::Time).unwrap_or(Law::Constant(0));
    let paid_after = laws::law(f, "paid_after", Unit::Time);
    let earmark = f.get("earmark").and_then(|n| earmark(f, n, all));
    let count = count(f);
    if let (Some(drawn), Some(arrivals)) = (&amount, &arrivals) {
        converted(f, drawn, arrivals);
    }
    let amount = amount.unwrap_or(laws::Drawn { law: Law::Constant(0), currency: None });
    let plan = PledgePlan {
        nation,
        to: Id::new(to?),
        amount: amount.law,
        currency: amount.currency,
        stated: None,
        conversion,
        kept_share,
        committed_after,
        paid_after,
        earmark,
        expires: laws::law(f, "expires", Unit::Time),
    };
    let priority = Law::Constant(1);
    Some(Stream {
        name: e.name.clone(),
        arrivals: arrivals.unwrap_or(Arrivals::At(Vec::new())),
        count,
        priority,
        brings: Brings::Pledges(plan),
    })
}

/// Reports a foreign amount that has no rate yet when the first pledge comes, or that would not fit.
fn converted(f: &Fields<'_>, drawn: &laws::Drawn, arrivals: &Arrivals) {
    let (Some(currency), Some(node)) = (&drawn.currency, f.get("amount")) else { return };
    let first = match arrivals.times() {
        Arrivals::At(times) => times.first().copied().unwrap_or(SimTime::ZERO),
        Arrivals::Every { first, .. } => first.unwrap_or(SimTime::ZERO),
        Arrivals::Shaped(_) => unreachable!("times are plain"),
    };
    if f.cx.rated(currency).is_some_and(|since| since > first) {
        let message = format!("there is no rate for {currency} yet when the first pledge comes");
        f.cx.report(
            Finding::new(&codes::CURRENCY, node.place, message, "its first rate begins later")
                .help("in `[money]`: let the first rate of the currency begin earlier"),
        );
    }
    let most = super::goods::upper(&drawn.law).unwrap_or((drawn.law.mean() * 100.0) as i64);
    if !f.cx.converts(most, currency) {
        f.cx.report(overflow(node, "amount"));
    }
}

/// The mechanism that pledges go to: the one that `to` names, or the only one that pools money.
pub(crate) fn receiver(f: &Fields<'_>, all: &All) -> Option<u32> {
    pool_of(f, "to", all)
}

/// The mechanism that a key names, or the only one that pools money.
pub(crate) fn pool_of(f: &Fields<'_>, key: &'static str, all: &All) -> Option<u32> {
    let (who, add) = match key {
        "to" => ("pledges name", "add `to = \"...\"`"),
        _ => ("package names", "add `via = \"...\"`"),
    };
    match f.get(key) {
        Some(node) => {
            let id = f.refer(key, &all.mechanisms)?;
            if !all.pools.contains(&id) {
                let name = f.table.text(key).unwrap_or_default();
                let known: Vec<String> = all
                    .mechanisms
                    .by
                    .iter()
                    .filter(|(_, (i, _))| all.pools.contains(i))
                    .map(|(n, _)| n.clone())
                    .collect();
                let finding = Finding::new(
                    &codes::NO_POOL,
                    node.place,
                    format!("`{name}` takes no pledges"),
                    "a mechanism of this kind pools no money",
                );
                f.cx.report(match known.is_empty() {
                    true => finding,
                    false => finding.help(format!("mechanisms that pool money are {}", names::row(&known))),
                });
            }
            Some(id)
        }
        None => match all.pools.as_slice() {
            [only] => Some(*only),
            pools => {
                let message = match pools.len() {
                    0 => "there is no mechanism that pools money".to_string(),
                    _ => format!("there are several mechanisms that pool money, and the {who} none"),
                };
                f.cx.report(Finding::new(&codes::NO_POOL, f.place, message, add));
                None
            }
        },
    }
}

fn earmark(f: &Fields<'_>, node: &Node, all: &All) -> Option<Earmark> {
    let cx = f.cx;
    if let Value::Text(text) = &node.value {
        return named_earmark(cx, node, text, all);
    }
    let own = Fields::open(cx, node, &keys::EARMARK)?;
    let given: Vec<&'static str> =
        ["package", "requirement", "item", "family", "node"].into_iter().filter(|k| own.get(k).is_some()).collect();
    for pair in given.windows(2) {
        own.not_both(pair[0], pair[1]);
    }
    if !own.one_of(&["package", "requirement", "item", "family", "node"]) {
        return None;
    }
    match given[0] {
        "package" => package_named(cx, own.get("package")?, all),
        "node" => own.refer("node", &all.nodes).map(|n| Earmark::Node(Id::new(n))),
        "item" => own.refer("item", &all.items).map(|i| Earmark::Item(Id::new(i))),
        "family" => {
            let text = own.name("family")?;
            if all.families.contains(text) {
                return Some(Earmark::Family(text.to_string()));
            }
            cx.report(no_family(own.get("family")?, text, all));
            None
        }
        _ => requirement(cx, own.get("requirement")?, own.text("requirement")?, all),
    }
}

/// The number of a formed package, or `<stream>` or `<stream>#<number>` of a stated one.
fn package_named(cx: &Ctx, node: &Node, all: &All) -> Option<Earmark> {
    let Value::Text(text) = &node.value else {
        let number = cx.whole(node, "package", Unit::Count, 1)?;
        return u32::try_from(number).ok().map(Earmark::Package);
    };
    let (name, number) = text.split_once('#').unwrap_or((text, "1"));
    let stream = all.streams.get(name).filter(|i| all.kinds[*i as usize] == "package");
    let found = stream.zip(number.parse::<u32>().ok().filter(|n| *n > 0));
    if found.is_none() {
        let of_kind = |(_, (i, _)): &(&String, &(u32, _))| all.kinds[*i as usize] == "package";
        let known: Vec<String> = all.streams.by.iter().filter(of_kind).map(|(name, _)| name.clone()).collect();
        cx.report(names::no_such("package", name, node.place, &known));
    }
    found.map(|(stream, number)| Earmark::Stated(Id::new(stream), number))
}

fn named_earmark(cx: &Ctx, node: &Node, text: &str, all: &All) -> Option<Earmark> {
    if text.contains('#') {
        return requirement(cx, node, text, all);
    }
    let item = all.items.get(text);
    let family = all.families.contains(text);
    match (item, family) {
        (Some(_), true) => {
            cx.report(
                Finding::new(
                    &codes::AMBIGUOUS,
                    node.place,
                    format!("`{text}` is an item and a family"),
                    "say which one is meant",
                )
                .help(format!("write {{ item = \"{text}\" }} or {{ family = \"{text}\" }}")),
            );
            None
        }
        (Some(item), false) => Some(Earmark::Item(Id::new(item))),
        (None, true) => Some(Earmark::Family(text.to_string())),
        (None, false) => {
            cx.report(no_family(node, text, all));
            None
        }
    }
}

fn no_family(node: &Node, text: &str, all: &All) -> Finding {
    let known: Vec<String> = all.items.by.keys().cloned().chain(all.families.iter().cloned()).collect();
    let label = match names::nearest(text, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "no item or family has this name".to_string(),
    };
    Finding::new(&codes::REFERENCE, node.place, format!("there is no item or family `{text}`"), label)
        .help("an earmark is an item, a family, { package = 3 } or { requirement = \"name#3\" }")
}

/// `<stream>#<number>`.
fn requirement(cx: &Ctx, node: &Node, text: &str, all: &All) -> Option<Earmark> {
    let found = text.split_once('#').and_then(|(name, number)| {
        let number = number.parse::<u32>().ok().filter(|n| *n > 0)?;
        Some((all.streams.get(name).filter(|i| all.kinds[*i as usize] == "requirement")?, number))
    });
    if found.is_none() {
        let known: Vec<String> = all
            .streams
            .by
            .iter()
            .filter(|(_, (i, _))| all.kinds[*i as usize] == "requirement")
            .map(|(n, _)| n.clone())
            .collect();
        let label = "expected the name of a requirement and its number, such as `air-defence#3`";
        let finding = Finding::new(&codes::REFERENCE, node.place, format!("there is no requirement `{text}`"), label);
        cx.report(finding.help(format!("requirements are {}", names::row(&known))));
    }
    found.map(|(id, number)| Earmark::Requirement(Id::new(id), number))
}
