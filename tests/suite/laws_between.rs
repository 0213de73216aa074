//! Laws between two runs: what is changed in the scenario, and what must or must not change in what happens.

use crate::laws::{plain, same};
use crate::laws_wide::each_world;
use crate::support::{Dice, Done, full_tier, run};
use serde_json::Value;
use std::collections::BTreeMap;

/// Multiplies each number before a unit: `by("3 t or 4 t", " t", 2)` is `6 t or 8 t`.
fn by(text: &str, unit: &str, into: &str, factor: i64) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(unit) {
        let digits = rest[..at].len() - rest[..at].trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let (before, number) = rest[..at].split_at(at - digits);
        out += before;
        match number.parse::<i64>() {
            Ok(number) => out += &format!("{}{into}", number * factor),
            Err(_) => out += unit,
        }
        rest = &rest[at + unit.len()..];
    }
    out + rest
}

/// Events without these fields.
fn without(done: &Done, fields: &[&str]) -> Vec<Value> {
    let mut events = plain(done);
    for event in &mut events {
        let map = event.as_object_mut().expect("an event is an object");
        fields.iter().for_each(|field| drop(map.shift_remove(*field)));
    }
    events
}

/// M10: hours told as minutes are the same hours.
#[test]
fn finer_units_of_time_tell_the_same() {
    each_world(|number, world| {
        let text = world.text();
        let finer = by(&text, "h\"", " min\"", 60);
        assert_ne!(text, finer);
        same(&plain(&run(&text, number)), &plain(&run(&finer, number)))
    });
}

/// M11: with three times the money, prices and gifts alike, everything happens when it did.
#[test]
fn three_times_the_money_moves_nothing() {
    each_world(|number, world| {
        // Sums that are drawn are rounded to the cent, each for itself.
        let constant = |line: &str| match line.strip_prefix("amount = { exponential = ") {
            Some(sum) => format!("amount = {}\n", sum.trim_end_matches(" }")),
            None => format!("{line}\n"),
        };
        let text: String = world.text().lines().map(constant).collect();
        let more = by(&text, " M ", " M ", 3);
        assert_ne!(text, more);
        let money = ["amount", "price", "kept", "foreign", "value"];
        same(&without(&run(&text, number), &money), &without(&run(&more, number), &money))
    });
}

/// M12: with three times the mass of everything and three times the room, everything happens when it did.
#[test]
fn three_times_the_mass_and_the_room_moves_nothing() {
    each_world(|number, world| {
        let text = world.text();
        let more = by(&text, " t\"", " t\"", 3);
        assert_ne!(text, more);
        same(&without(&run(&text, number), &["amount"]), &without(&run(&more, number), &["amount"]))
    });
}

fn rounds() -> u64 {
    if full_tier() { 2_000 } else { 150 }
}

/// When each package is funded.
fn funded(text: &str) -> BTreeMap<String, i64> {
    let events = run(text, 1).of("PackageFunded");
    let when = |e: &Value| (e["object"].as_str().expect("a name").to_owned(), e["t"].as_i64().expect("a time"));
    events.iter().map(when).collect()
}

/// Packages and gifts, in a pool that divides them.
fn pool(packages: &[Package], gifts: &[Gift]) -> String {
    let mut text = "[time]\nstart = 2025-01-01\nend = \"60d\"\n\n[[mechanism]]\nname = \"m\"\nkind = \"package\"\norigin = \"h\"\n\n\
                    [[node]]\nname = \"h\"\nkind = \"handover\"\n"
        .to_owned();
    for (name, millions, day, priority) in packages {
        text += &format!(
            "\n[[package]]\nname = \"{name}\"\nprice = \"{millions} M USD\"\non = 2025-01-{day:02}\npriority = {priority}\n"
        );
    }
    for (name, millions, day) in gifts {
        text += &format!(
            "\n[[pledge]]\nname = \"{name}\"\nto = \"m\"\namount = \"{millions} M USD\"\non = 2025-01-{day:02}\n"
        );
    }
    text
}

/// Name, millions, day, priority.
type Package = (String, i64, i64, i64);

/// Name, millions, day.
type Gift = (String, i64, i64);

fn any_pool(dice: &mut Dice) -> (Vec<Package>, Vec<Gift>) {
    // Only the first one has priority 0.
    let package = |(n, dice): (i64, &mut Dice)| {
        let priority = if n == 0 { 0 } else { dice.between(1, 3) };
        (format!("p{n}"), dice.between(1, 9), dice.between(1, 20), priority)
    };
    let packages = (0..dice.between(2, 6)).map(|n| package((n, &mut *dice))).collect();
    let gifts =
        (0..dice.between(2, 9)).map(|n| (format!("g{n}"), dice.between(1, 9) * 2, dice.between(1, 28))).collect();
    (packages, gifts)
}

/// M18: a gift in two halves at one instant funds what it did, when it did.
#[test]
fn a_gift_in_two_halves_funds_the_same() {
    for round in 0..rounds() {
        let (packages, gifts) = any_pool(&mut Dice::new(round));
        let mut halves = Vec::new();
        for (name, millions, day) in &gifts {
            halves.push((format!("{name}-a"), millions / 2, *day));
            halves.push((format!("{name}-b"), millions / 2, *day));
        }
        let text = pool(&packages, &gifts);
        assert_eq!(funded(&text), funded(&pool(&packages, &halves)), "round {round}\n{text}");
    }
}

/// M17: one more gift to all never delays the most urgent package.
#[test]
fn one_more_gift_never_delays_the_most_urgent_package() {
    let (mut sooner, mut as_before) = (0, 0);
    for round in 0..rounds() {
        let mut dice = Dice::new(round);
        let (packages, mut gifts) = any_pool(&mut dice);
        let before = funded(&pool(&packages, &gifts)).get("p0#1").copied();
        gifts.push(("more".to_owned(), dice.between(1, 9), dice.between(1, 28)));
        let text = pool(&packages, &gifts);
        let after = funded(&text).get("p0#1").copied();
        match (before, after) {
            (Some(before), Some(after)) if after <= before => {
                *if after < before { &mut sooner } else { &mut as_before } += 1
            }
            (None, _) => as_before += 1,
            _ => panic!("round {round}: {before:?}, then {after:?}\n{text}"),
        }
    }
    assert!(sooner > 5 && as_before > 5, "both happen: {sooner} and {as_before}");
}

/// The same gift EARLIER can: on day 1 it goes to the only package that is open, on day 6 to the urgent one of day 5.
#[test]
fn a_gift_that_comes_earlier_can_delay_the_most_urgent_package() {
    let packages = [("later".to_owned(), 5, 1, 2), ("urgent".to_owned(), 5, 5, 1)];
    let gift = |day| vec![("a".to_owned(), 5, day), ("b".to_owned(), 5, 20)];
    let day = |text: &str| funded(text)["urgent#1"] / 86_400 + 1;
    assert_eq!((day(&pool(&packages, &gift(6))), day(&pool(&packages, &gift(1)))), (6, 20));
}

/// M15: who becomes more urgent at a single node does not start later for it.
#[test]
fn who_is_more_urgent_starts_no_later() {
    let (mut sooner, mut as_before) = (0, 0);
    for round in 0..rounds() {
        let mut dice = Dice::new(round);
        let all: Vec<(i64, i64)> = (0..30).map(|_| (dice.between(0, 90), dice.between(1, 4))).collect();
        let (whom, servers) = (dice.below(30) as usize, dice.between(1, 3));
        let text = |raised: bool| {
            let mut text = format!(
                "[time]\nstart = 2025-01-01\n\n[[node]]\nname = \"q\"\n\n[[node.step]]\nname = \"s\"\nservers = {servers}\ntime = {{ exponential = \"8min\" }}\n"
            );
            for (n, (minute, priority)) in all.iter().enumerate() {
                let priority = priority - i64::from(raised && n == whom);
                text += &format!(
                    "\n[[consignment]]\nname = \"c{n}\"\nenters = \"q\"\non = 2025-01-01T{:02}:{:02}:00Z\npriority = {priority}\n",
                    minute / 60,
                    minute % 60
                );
            }
            text
        };
        let start = |text: &str| {
            let started = run(text, round).of("HandlingStarted");
            let own = started.iter().find(|e| e["object"] == format!("c{whom}#1"));
            own.and_then(|e| e["t"].as_i64()).expect("everybody starts")
        };
        let (before, after) = (start(&text(false)), start(&text(true)));
        assert!(after <= before, "round {round}: c{whom} starts at {after}, not {before}\n{}", text(false));
        *if after < before { &mut sooner } else { &mut as_before } += 1;
    }
    assert!(sooner > 5 && as_before > 5, "both happen: {sooner} and {as_before}");
}
