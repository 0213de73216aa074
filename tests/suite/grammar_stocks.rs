//! Stocks that lines take from, their reorder rules, lead times and production lines, worked by hand in days.

use crate::support::{Done, figures, refused, retells};

const WORDS: &[(&str, &str, &str)] = &[
    ("StockAsked", "asks", "quantity"),
    ("StockTaken", "takes", "quantity"),
    ("StockReviewed", "is reviewed", ""),
    ("StockOrdered", "orders", "quantity"),
    ("ProductionStarted", "begins", "quantity"),
    ("StockReceived", "receives", "quantity"),
    ("RequirementFulfilled", "is fulfilled", ""),
];

#[track_caller]
fn tells(text: &str, but: &[&str], expected: &str) -> Done {
    let words: Vec<_> = WORDS.iter().copied().filter(|w| !but.contains(&w.1)).collect();
    let days = |line: &str| match line.trim().split_once("d: ") {
        Some((day, rest)) => format!("{}: {rest}", day.parse::<f64>().expect("a day") * 86_400.0),
        None => line.trim().to_owned(),
    };
    let expected: Vec<String> = expected.lines().map(days).collect();
    retells(text, &words, &expected.join("\n"))
}

/// A depot with a stock `s` of these keys, a border at once, and needs of so many units on so many days.
fn depot(stock: &str, needs: &[(&str, i64, i64, i64)]) -> String {
    let mut text = format!(
        "[time]\nstart = 2025-01-01\nend = \"20d\"\n\n[[item]]\nname = \"spare\"\nvalue = \"10 USD\"\n\n[[stock]]\nname = \"s\"\nitem = \"spare\"\nat = \"depot\"\n{stock}\n\n\
         [[node]]\nname = \"depot\"\nkind = \"origin\"\nnext = \"border\"\n\n[[node]]\nname = \"border\"\nkind = \"handover\"\n"
    );
    for (name, day, quantity, priority) in needs {
        text += &format!(
            "\n[[requirement]]\nname = \"{name}\"\non = 2025-01-{:02}\nitem = \"spare\"\nquantity = {quantity}\norigin = \"depot\"\npriority = {priority}\n",
            day + 1
        );
    }
    text
}

#[test]
fn what_is_on_hand_is_given_at_once_and_the_rest_is_owed() {
    // 4 on hand: a takes 3, b takes the last one and waits for 1 until the order of day 1 comes on day 4.
    let text = depot(
        "on_hand = 4\nreorder = { at = 1, quantity = 5 }\nlead_time = \"3d\"",
        &[("a", 0, 3, 1), ("b", 1, 2, 1), ("c", 2, 1, 1)],
    );
    let done = tells(
        &text,
        &[],
        "0d: a#1/1 asks 3; a#1/1 takes 3; a#1 is fulfilled; s orders 5
         1d: b#1/1 asks 2; b#1/1 takes 1
         2d: c#1/1 asks 1
         3d: s receives 5; b#1/1 takes 1; c#1/1 takes 1; b#1 is fulfilled; c#1 is fulfilled",
    );
    // b waited 2 days and c 1 for what it lacked, charged to production.
    assert_eq!(done.figure("requirements.total.waited.production_total"), 3.0 * 86_400.0);
    assert_eq!(done.figure("requirements.total.lead_time_total"), 3.0 * 86_400.0);
    figures(
        &done,
        "stocks.s",
        &[
            ("asked", 6.0),
            ("given", 6.0),
            ("fill_rate", 4.0 / 6.0),
            ("orders", 1.0),
            ("ordered", 5.0),
            ("on_hand", 3.0),
            // 1 for a day, none for two, 3 for 17 days.
            ("on_hand_mean", 52.0 / 20.0),
            ("empty_share", 2.0 / 20.0),
            // 1 owed for a day, 2 for a day.
            ("back_orders_mean", 3.0 / 20.0),
            ("back_orders_max", 2.0),
            ("on_order_mean", 15.0 / 20.0),
            // 6 in 20 days: 0.3 a day.
            ("days_of_supply", 10.0),
        ],
    );
}

#[test]
fn back_orders_are_served_in_the_order_of_choice() {
    let text = depot("reorder = { up_to = 1 }\nlead_time = \"5d\"", &[("a", 1, 2, 3), ("b", 2, 2, 1), ("c", 3, 1, 3)]);
    // One is ordered at the start, and then as many as are asked for, each time; b is the most urgent.
    tells(
        &text,
        &["is fulfilled"],
        "0d: s orders 1
         1d: a#1/1 asks 2; s orders 2
         2d: b#1/1 asks 2; s orders 2
         3d: c#1/1 asks 1; s orders 1
         5d: s receives 1; b#1/1 takes 1
         6d: s receives 2; b#1/1 takes 1; a#1/1 takes 1
         7d: s receives 2; a#1/1 takes 1; c#1/1 takes 1
         8d: s receives 1",
    );
}

#[test]
fn a_stock_that_opens_below_its_point_orders_at_the_start() {
    let text =
        depot("on_hand = 2\nreorder = { at = 3, up_to = 10 }\nlead_time = \"2d\"", &[("a", 5, 6, 1), ("b", 6, 1, 1)]);
    tells(
        &text,
        &["is fulfilled"],
        "0d: s orders 8
         2d: s receives 8
         5d: a#1/1 asks 6; a#1/1 takes 6
         6d: b#1/1 asks 1; b#1/1 takes 1; s orders 7
         8d: s receives 7",
    );
}

#[test]
fn deliveries_of_one_instant_come_in_the_order_in_which_they_were_ordered() {
    // Each day `a` is validated, the stock orders, `z` is validated, the stock orders again: 3 and 5 come in together.
    let text = depot(
        "on_hand = 1\nreorder = { up_to = 1 }\nlead_time = \"2d\"",
        &[("a", 0, 3, 1), ("z", 0, 5, 1), ("a2", 3, 3, 1), ("z2", 3, 5, 1)],
    );
    tells(
        &text,
        &["asks", "takes", "is fulfilled"],
        "0d: s orders 3; s orders 5
         2d: s receives 3; s receives 5
         3d: s orders 3; s orders 5
         5d: s receives 3; s receives 5",
    );
}

#[test]
fn of_the_opening_backlog_the_older_is_served_first() {
    let dated = |text: String, name: &str, date: &str| {
        text.replace(&format!("name = \"{name}\"\non = 2025-01-01"), &format!("name = \"{name}\"\non = {date}"))
    };
    let text = depot("on_hand = 1", &[("c", 0, 1, 1), ("d", 0, 1, 1)]);
    let text = dated(dated(text, "c", "2024-12-27"), "d", "2024-12-20");
    let done = tells(&text, &[], "0d: c#1/1 asks 1; d#1/1 asks 1; d#1/1 takes 1; d#1 is fulfilled");
    // Both asked at the start, and one was given at once.
    assert_eq!(done.figure("stocks.s.fill_rate"), 0.5);
}

#[test]
fn so_many_quantities_are_ordered_as_lift_the_position_above_the_point() {
    // Position 5 - 12 = -7: three times 4 lift it to 5, above 2; with two it would be 1.
    let text = depot("on_hand = 5\nreorder = { at = 2, quantity = 4 }\nlead_time = \"1d\"", &[("a", 0, 12, 1)]);
    tells(
        &text,
        &["is fulfilled"],
        "0d: a#1/1 asks 12; a#1/1 takes 5; s orders 12
         1d: s receives 12; a#1/1 takes 7",
    );
}

#[test]
fn a_review_looks_before_the_demands_of_its_instant() {
    let text = depot(
        "on_hand = 3\nreorder = { up_to = 3 }\nreview = { every = \"4d\", first = \"2d\" }\nlead_time = \"1d\"",
        &[("a", 1, 2, 1), ("b", 6, 2, 1)],
    );
    tells(
        &text.replace("20d", "12d"),
        &["is fulfilled"],
        "1d: a#1/1 asks 2; a#1/1 takes 2
         2d: s is reviewed; s orders 2
         3d: s receives 2
         6d: s is reviewed; b#1/1 asks 2; b#1/1 takes 2
         10d: s is reviewed; s orders 2
         11d: s receives 2",
    );
}

#[test]
fn a_production_line_makes_lots_one_after_the_other() {
    let text = depot(
        "reorder = { at = 0, quantity = 5 }\nproduction = { time = \"2d\", lot = 2, servers = 2 }",
        &[("a", 1, 4, 1)],
    );
    // Two lots at once: 2 and 2, then the last one. On day 1 a asks for 4: the position is 5 - 4 = 1, above 0.
    let done = tells(
        &text,
        &["is fulfilled"],
        "0d: s orders 5; s begins 2; s begins 2
         1d: a#1/1 asks 4
         2d: s receives 2; s receives 2; a#1/1 takes 4; s begins 1
         4d: s receives 1",
    );
    assert_eq!(done.figure("stocks.s.on_hand"), 1.0);
}

#[test]
fn what_comes_in_serves_the_demands_of_its_instant() {
    let text = depot("on_hand = 1\nreorder = { up_to = 1 }\nlead_time = \"3d\"", &[("a", 1, 1, 1), ("b", 4, 1, 1)]);
    let done = tells(
        &text,
        &["is fulfilled"],
        "1d: a#1/1 asks 1; a#1/1 takes 1; s orders 1
         4d: s receives 1; b#1/1 asks 1; b#1/1 takes 1; s orders 1
         7d: s receives 1",
    );
    assert_eq!(done.figure("stocks.s.fill_rate"), 1.0);
}

#[test]
fn gifts_wait_for_a_stock_that_orders_and_it_owes_them() {
    let text = depot("on_hand = 1\nreorder = { up_to = 2 }\nlead_time = \"3d\"", &[("a", 0, 3, 1)])
        .replace("origin = \"depot\"\npriority", "via = \"gifts\"\npriority")
        + "\n[[mechanism]]\nname = \"gifts\"\nkind = \"donation\"\norigin = \"depot\"\n";
    // A gift waits for all its units: 1 on hand, 3 owed, so 4 are ordered.
    tells(
        &text,
        &["is fulfilled"],
        "0d: s orders 4
         3d: s receives 4; a#1/1 takes 3",
    );
}

#[test]
fn without_a_rule_what_is_owed_stays_owed_and_a_run_without_an_end_stops() {
    let text = depot("on_hand = 1", &[("a", 0, 3, 1)]).replace("end = \"20d\"\n", "");
    let done = tells(&text, &[], "0d: a#1/1 asks 3; a#1/1 takes 1");
    assert_eq!(done.figure("requirements.total.open"), 1.0);
    // With reviews it waits for the next one.
    let reviewed = text.replace("on_hand = 1", "on_hand = 1\nreorder = { up_to = 1 }\nreview = { every = \"2d\" }");
    tells(
        &reviewed,
        &[],
        "0d: a#1/1 asks 3; a#1/1 takes 1
         2d: s is reviewed; s orders 3; s receives 3; a#1/1 takes 2; a#1 is fulfilled",
    );
}

#[test]
fn rules_that_contradict_themselves_are_mistakes() {
    let wrong = |stock: &str| refused(&depot(stock, &[("a", 0, 1, 1)]));
    assert!(wrong("reorder = { at = 9, up_to = 9 }").contains("order for ever"));
    assert!(wrong("reorder = { at = 9 }").contains("`quantity` or `up_to`"));
    assert!(wrong("reorder = { quantity = 9 }").contains("`at`"));
    assert!(wrong("reorder = { at = 1, quantity = 2, up_to = 9 }").contains("both"));
    assert!(wrong("lead_time = \"2d\"").contains("without `reorder`"));
    assert!(wrong("reorder = { up_to = 9 }\nlead_time = \"2d\"\nproduction = { time = \"2d\" }").contains("both"));
    let twice = "\n\n[[stock]]\nname = \"t\"\nitem = \"spare\"\nat = \"depot\"";
    assert!(wrong(twice).contains("two stocks of one item"));
}

#[test]
fn at_one_instant_gifts_come_after_what_is_asked_for() {
    // Both are matched on day 1 and the stock has enough for one: the gift is the more urgent, and settles after phase 4.
    let text = depot("on_hand = 3", &[("a", 1, 3, 2), ("g", 1, 3, 1)])
        .replace("origin = \"depot\"\npriority = 1", "via = \"gifts\"\npriority = 1")
        + "\n[[mechanism]]\nname = \"gifts\"\nkind = \"donation\"\norigin = \"depot\"\n";
    tells(&text, &["is fulfilled"], "1d: a#1/1 asks 3; a#1/1 takes 3");
}

#[test]
fn a_depot_gives_all_gifts_that_it_has_units_for_at_one_instant() {
    // c lacks one and holds nobody back; the second line of a has its own units.
    let lines = "lines = [{ item = \"spare\", quantity = 2 }, { item = \"spare\", quantity = 1 }]";
    let text = depot("on_hand = 6", &[("a", 1, 9, 1), ("b", 1, 2, 2), ("c", 1, 2, 3)])
        .replace("item = \"spare\"\nquantity = 9", lines)
        .replace("origin = \"depot\"\npriority", "via = \"gifts\"\npriority")
        + "\n[[mechanism]]\nname = \"gifts\"\nkind = \"donation\"\norigin = \"depot\"\n";
    tells(&text, &["is fulfilled"], "1d: a#1/1 takes 2; a#1/2 takes 1; b#1/1 takes 2");
}

#[test]
fn a_gift_comes_from_the_stock_at_the_origin_of_its_line() {
    let text = depot("on_hand = 9\nreorder = { up_to = 10 }\nlead_time = \"3d\"", &[("a", 1, 4, 1)])
        .replace("quantity = 4", "via = \"gifts\"\nquantity = 4")
        + "\n[[mechanism]]\nname = \"gifts\"\nkind = \"donation\"\n";
    tells(
        &text,
        &["is fulfilled"],
        "0d: s orders 1
         1d: s orders 4; a#1/1 takes 4
         3d: s receives 1
         4d: s receives 4",
    );
}
