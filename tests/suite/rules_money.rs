//! Rules of money, by hand: promises, currencies, what counts, who gets it, earmarks and what is left over.

use crate::money::{MONEY, gift, need, sums, tells, world};
use crate::support::{Unit, figures, run, tells_of};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn urgent(name: &str, item: &str, on: i64, priority: i64) -> String {
    need(name, item, &[on]) + &format!("priority = {priority}\n")
}

#[test]
fn the_most_urgent_open_need_gets_first() {
    let needs = urgent("n", "pump", 0, 2) + &urgent("u", "pump", 1, 1);
    let gifts = gift("g", "15 M USD", 2, "") + &gift("h", "10 M USD", 3, "");
    tells(
        &world("", &(needs + &gifts)),
        MONEY,
        "2d pool#2 gets 10 g#1
         2d pool#2 is funded
         2d pool#1 gets 5 g#1
         3d pool#1 gets 5 h#1
         3d pool#1 is funded",
    );
}

#[test]
fn what_was_allocated_stays_where_it_is() {
    let needs = urgent("n", "pump", 0, 2) + &urgent("u", "pump", 2, 1);
    let gifts = gift("g", "6 M USD", 1, "") + &gift("h", "12 M USD", 3, "") + &gift("i", "2 M USD", 4, "");
    tells(
        &world("", &(needs + &gifts)),
        MONEY,
        "1d pool#1 gets 6 g#1
         3d pool#2 gets 10 h#1
         3d pool#2 is funded
         3d pool#1 gets 2 h#1
         4d pool#1 gets 2 i#1
         4d pool#1 is funded",
    );
}

#[test]
fn of_equal_needs_the_one_that_opened_first_gets_first() {
    let slow = "\n[[disruption]]\nname = \"slow\"\nstrikes = \"pool.review\"\non = 2025-01-01\nlasts = \"1h\"\neffect = { time = 3.0 }\n";
    let gifts = gift("g", "10 M USD", 7, "") + &gift("h", "10 M USD", 8, "");
    // The review of the first takes 6 d, as it began while it was slow; the second is open on day 3.
    tells(
        &world("\n[mechanism.stages]\nreview = \"2d\"\n", &(need("n", "pump", &[0, 1]) + &gifts + slow)),
        &["opens", "gets", "is funded"],
        "3d pool#2 opens
         6d pool#1 opens
         7d pool#2 gets 10 g#1
         7d pool#2 is funded
         8d pool#1 gets 10 h#1
         8d pool#1 is funded",
    );
}

#[test]
fn what_counted_first_is_used_first_then_by_name() {
    let gifts = gift("a", "4 M USD", 1, "committed_after = \"4d\"")
        + &gift("c", "4 M USD", 2, "")
        + &gift("b", "4 M USD", 2, "");
    let done = tells(
        &world("", &(need("n", "pump", &[6]) + &gifts)),
        MONEY,
        "6d pool#1 gets 4 b#1
         6d pool#1 gets 4 c#1
         6d pool#1 gets 2 a#1
         6d pool#1 is funded",
    );
    sums(&done, &[("pool", 2), ("allocated", 10)]);
}

#[test]
fn an_earmark_names_an_item_a_family_a_requirement_or_a_package() {
    for earmark in ["drill", "tools", "b#1", "{ family = \"tools\" }", "{ requirement = \"b#1\" }", "{ package = 2 }"] {
        let earmark = if earmark.starts_with('{') { earmark.to_owned() } else { format!("\"{earmark}\"") };
        let entries = need("a", "pump", &[0])
            + &need("b", "drill", &[0])
            + &gift("g", "12 M USD", 1, &format!("earmark = {earmark}"))
            + &gift("h", "5 M USD", 2, "");
        let text =
            world("", &entries).replace("name = \"drill\"\nvalue", "name = \"drill\"\nfamily = \"tools\"\nvalue");
        let done = tells(
            &text,
            MONEY,
            "1d pool#2 gets 10 g#1
             1d pool#2 is funded
             2d pool#1 gets 5 h#1",
        );
        sums(&done, &[("held", 2), ("pool", 0), ("gap", 5)]);
    }
}

#[test]
fn an_earmark_of_one_requirement_is_not_for_its_sister() {
    let entries = need("b", "drill", &[0, 0, 9]) + &gift("g", "12 M USD", 1, "earmark = \"b#2\"");
    let done = tells(&world("", &entries), MONEY, "1d pool#2 gets 10 g#1\n1d pool#2 is funded");
    sums(&done, &[("held", 2), ("gap", 20)]);
}

#[test]
fn what_comes_for_a_need_that_lacks_nothing_is_excess() {
    let entries = need("b", "drill", &[0])
        + &gift("g", "10 M USD", 1, "")
        + &gift("h", "5 M USD", 2, "earmark = { package = 1 }")
        + &need("a", "pump", &[3]);
    let done = tells(&world("", &entries), MONEY, "1d pool#1 gets 10 g#1\n1d pool#1 is funded");
    sums(&done, &[("held", 5), ("pool", 0), ("gap", 10)]);
    let done = tells(
        &world("excess = \"spill\"", &entries),
        MONEY,
        "1d pool#1 gets 10 g#1
         1d pool#1 is funded
         2d h#1 rolls over 5
         3d pool#2 gets 5 h#1",
    );
    sums(&done, &[("held", 0), ("pool", 0), ("gap", 5)]);
}

#[test]
fn an_earmark_that_fits_two_open_needs_serves_both() {
    let entries = urgent("u", "pump", 0, 1) + &need("b", "drill", &[0, 0]) + "priority = 2\n";
    let entries = entries + &gift("g", "15 M USD", 1, "earmark = \"drill\"");
    let done = tells(
        &world("", &entries),
        MONEY,
        // The most urgent one forms first.
        "1d pool#2 gets 10 g#1
         1d pool#2 is funded
         1d pool#3 gets 5 g#1",
    );
    sums(&done, &[("held", 0), ("gap", 15)]);
}

#[test]
fn an_undivided_pledge_fills_the_first_need_and_its_excess_is_held_for_it() {
    let gifts = gift("a", "6 M USD", 1, "") + &gift("b", "10 M USD", 2, "") + &gift("c", "10 M USD", 3, "");
    let done = tells(
        &world("split_pledges = false", &(need("n", "pump", &[0, 0]) + &gifts)),
        MONEY,
        "1d pool#1 gets 6 a#1
         2d pool#1 gets 4 b#1
         2d b#1 is held for pool#1
         2d pool#1 is funded
         3d pool#2 gets 10 c#1
         3d pool#2 is funded",
    );
    sums(&done, &[("held", 6), ("pool", 0), ("allocated", 20)]);
    // Without an open need it stays in the pool, whole, until there is one.
    let entries = gift("a", "25 M USD", 1, "") + &need("n", "pump", &[2, 4]);
    let done = tells(
        &world("split_pledges = false", &entries),
        MONEY,
        "2d pool#1 gets 10 a#1
         2d a#1 is held for pool#1
         2d pool#1 is funded",
    );
    sums(&done, &[("held", 15), ("pool", 0), ("gap", 10)]);
}

#[test]
fn a_part_that_is_kept_rounds_half_up() {
    let done = run(&world("", &gift("g", "0.05 USD", 1, "kept_share = 0.5")), 1);
    figures(
        &done,
        "money.mechanisms.pool",
        &[("announced", 5.0), ("committed", 5.0), ("paid", 3.0), ("defaulted", 2.0), ("pool", 5.0)],
    );
}

#[test]
fn what_is_kept_counts_where_paid_money_does() {
    let entries = need("n", "pump", &[0]) + &gift("g", "10 M USD", 1, "kept_share = 0.6\npaid_after = \"5d\"");
    let done = tells(
        &world("counts = \"paid\"", &entries),
        &["gets", "pays", "defaults on", "is funded"],
        "6d g#1 pays 6
         6d g#1 defaults on 4
         6d pool#1 gets 6 g#1",
    );
    sums(&done, &[("committed", 10), ("paid", 6), ("defaulted", 4), ("allocated", 6), ("gap", 4)]);
}

#[test]
fn delays_count_from_the_announcement_and_nobody_pays_before_committing() {
    let gifts = gift("a", "1 M USD", 1, "committed_after = \"3d\"\npaid_after = \"5d\"")
        + &gift("b", "1 M USD", 1, "committed_after = \"4d\"\npaid_after = \"2d\"")
        + &gift("c", "1 M USD", 1, "committed_after = \"6d\"");
    tells(
        &world("", &gifts),
        &["commits", "pays"],
        "4d a#1 commits
         5d b#1 commits
         5d b#1 pays 1
         6d a#1 pays 1
         7d c#1 commits
         7d c#1 pays 1",
    );
}

#[test]
fn what_lapses_is_neither_paid_nor_counted() {
    let entries = need("n", "pump", &[0])
        + &gift(
            "g",
            "10 M USD",
            1,
            "conversion = 0\ncommitted_after = \"3d\"\npaid_after = \"5d\"\nearmark = \"pump\"",
        );
    for counts in ["", "counts = \"paid\""] {
        let done = tells(&world(counts, &entries), &["commits", "lapses", "pays", "gets"], "4d g#1 lapses");
        sums(&done, &[("announced", 10), ("committed", 0), ("held", 0), ("pool", 0), ("idle", 0), ("gap", 10)]);
    }
}

#[test]
fn currencies_have_minor_units_of_their_own() {
    let rates = "\n[money]\nrates = [{ currency = \"JPY\", rate = 0.0067 }, { currency = \"EUR\", rate = 0.5 }]\n";
    let gifts = gift("a", "1000 JPY", 1, "") + &gift("b", "125 JPY", 1, "") + &gift("c", "0.01 EUR", 1, "");
    // 6.70 USD; 83.75 cents; half a cent.
    let done = run(&(world("", &gifts) + rates), 1);
    assert_eq!(done.numbers("PledgeAnnounced", "amount"), [670, 84, 1]);
    assert_eq!(done.numbers("ExchangeRateFixed", "foreign"), [1000, 125, 1]);
    let rates = "\n[money]\ncurrency = \"JPY\"\nrates = [{ currency = \"EUR\", rate = 160.5 }]\n";
    let gifts = gift("a", "1 EUR", 1, "") + &gift("b", "1.01 EUR", 1, "") + &gift("c", "7 JPY", 1, "");
    // 160.5 yen; 162.105; 7.
    let done = run(&(world("", &gifts).replace(" USD", " JPY") + rates), 1);
    assert_eq!(done.numbers("PledgeAnnounced", "amount"), [161, 162, 7]);
}

#[test]
fn a_rate_is_in_force_from_its_day_on_and_holds_for_good() {
    let rates =
        "\n[money]\nrates = [{ currency = \"EUR\", rate = 2 }, { currency = \"EUR\", from = 2025-01-05, rate = 3 }]\n";
    let late = gift("b", "1 EUR", 3, "committed_after = \"4d\"\npaid_after = \"6d\"")
        .replace("on = 2025-01-04", "on = 2025-01-04T23:59:59Z");
    let gifts = late + &gift("a", "1 EUR", 4, "");
    tells_of(
        &(world("", &gifts) + rates),
        Unit::Seconds,
        &["PledgeAnnounced", "FundsDisbursed"],
        &format!(
            "{}: b#1 announces 200
             {}: a#1 announces 300, a#1 pays 300
             {}: b#1 pays 200",
            4 * DAY - 1,
            4 * DAY,
            10 * DAY - 1
        ),
    );
}

#[test]
fn what_was_paid_is_spent_from_the_release_on() {
    let text = |paid: &str| {
        let entries = need("n", "pump", &[0]) + &gift("g", "12 M USD", 1, paid);
        world("\n[mechanism.stages]\nrelease = \"3d\"\n", &entries)
    };
    let words = ["is released", "pays", "is paid for with"];
    tells(
        &text(""),
        &words,
        "1d g#1 pays 12
         4d pool#1 is released
         4d pool#1 is paid for with 10",
    );
    tells(
        &text("paid_after = \"5d\"\nkept_share = 0.75"),
        &words,
        "4d pool#1 is released
         6d g#1 pays 9
         6d pool#1 is paid for with 9",
    );
}

#[test]
fn a_payment_covers_what_was_allocated_first() {
    let entries = need("n", "pump", &[0, 0]) + &gift("g", "20 M USD", 1, "kept_share = 0.7");
    let done = tells(
        &world("", &entries),
        &["gets", "is paid for with"],
        "1d pool#1 gets 10 g#1
         1d pool#2 gets 10 g#1
         1d pool#1 is paid for with 10
         1d pool#2 is paid for with 4",
    );
    sums(&done, &[("spent", 14), ("paid", 14), ("defaulted", 6), ("gap", 0)]);
}

#[test]
fn a_nations_sums_are_those_of_its_pledges() {
    let of = |nation: &str, rest: &str| format!("nation = \"{nation}\"\n{rest}");
    let entries = need("n", "pump", &[0])
        + &gift("a", "7 M USD", 1, &of("norway", "paid_after = \"90d\""))
        + &gift("b", "8 M USD", 2, &of("norway", "kept_share = 0.5"))
        + &gift("c", "4 M USD", 3, &of("sweden", "earmark = \"drill\""))
        + &gift("d", "1 M USD", 3, &of("sweden", "conversion = 0"));
    let done = run(&world("", &(entries + &need("z", "drill", &[20]))).replace("end = \"60d\"", "end = \"10d\""), 1);
    let sums = |nation: &str, expected: [i64; 7]| {
        let keys = ["announced", "committed", "paid", "allocated", "pool", "held", "defaulted"];
        let millions = expected.map(|m| (m * 100_000_000) as f64);
        let rows: Vec<(&str, f64)> = keys.into_iter().zip(millions).collect();
        figures(&done, &format!("money.nations.{nation}"), &rows);
    };
    sums("norway", [15, 15, 4, 10, 5, 0, 4]);
    sums("sweden", [5, 4, 4, 0, 0, 4, 0]);
}

#[test]
fn an_earmark_spills_only_what_none_of_its_open_needs_lacks() {
    // Packages of one pump each (10 M): a#1 and b#1 of pumps, c#1 of drills, all open when 25 M come for pumps. Both of its
    // needs get 10, and only then 5 spill, to the drills.
    let entries = need("a", "pump", &[0]) + &need("b", "pump", &[0]) + &need("c", "drill", &[0]);
    let entries = entries + &gift("g", "25 M USD", 2, "earmark = \"pump\"");
    tells(
        &world("excess = \"spill\"", &entries),
        &["gets", "is funded", "rolls over"],
        "2d pool#1 gets 10 g#1
         2d pool#1 is funded
         2d pool#2 gets 10 g#1
         2d g#1 rolls over 5
         2d pool#2 is funded
         2d pool#3 gets 5 g#1",
    );
}
