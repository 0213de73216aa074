//! Packages that a scenario states, what expires, nations and suppliers that are struck, and costs, worked by hand.

use crate::money::{MONEY, gift, need, sums, tells, world};
use crate::support::{figures, refused, run};

const M: f64 = 1e8;
const DAY: f64 = 86_400.0;

fn package(name: &str, on: &str, keys: &str) -> String {
    format!("\n[[package]]\nname = \"{name}\"\nvia = \"pool\"\non = {on}\n{keys}\n")
}

#[test]
fn a_stated_package_seeks_its_price_from_its_date_on() {
    let all = package("radar", "2025-01-03", "price = \"12 M USD\"")
        + &gift("g", "5 M USD", 0, "")
        + &gift("h", "10 M USD", 4, "")
        + &need("n", "pump", &[5]);
    // What rests in the pool goes to it at once; the rest of h funds it, and 3 M go on to the package that forms.
    let done = tells(
        &world("", &all),
        &["seeks", "opens", "forms at", "gets", "is funded", "is released"],
        "2d radar#1 seeks 12
         2d radar#1 opens
         2d radar#1 gets 5 g#1
         4d radar#1 gets 7 h#1
         4d radar#1 is funded
         4d radar#1 is released
         5d pool#1 forms at 10
         5d pool#1 opens
         5d pool#1 gets 3 h#1",
    );
    sums(&done, &[("allocated", 15), ("pool", 0), ("gap", 7), ("spent", 12)]);
    figures(&done, "mechanisms.pool", &[("stated", 1.0), ("drafted", 1.0), ("funded", 1.0)]);
    assert_eq!(done.figure("mechanisms.pool.packages.radar#1.price"), 12.0 * M);
}

#[test]
fn a_stated_package_may_ask_for_lines_which_come_when_it_is_released() {
    let keys =
        "lines = [{ item = \"pump\", quantity = 2 }, { item = \"drill\" }]\npriority = 2\nneeded_within = \"10d\"";
    let all = package("kit", "2025-01-03", keys) + &gift("g", "30 M USD", 5, "");
    let done = tells(
        &world("\n[mechanism.stages]\nreview = \"9d\"\nrelease = \"4d\"\n", &all),
        &["seeks", "goes into", "opens", "is funded", "is released", "is fulfilled"],
        "2d kit#1 seeks 30
         2d kit#1/1 goes into kit#1
         2d kit#1/2 goes into kit#1
         2d kit#1 opens
         5d kit#1 is funded
         9d kit#1 is released
         9d1h kit#1 is fulfilled",
    );
    // Three days for money, four for the release, an hour on the way.
    figures(
        &done,
        "requirements.priority.2",
        &[
            ("fulfilled", 1.0),
            ("waited.money_total", 3.0 * DAY),
            ("waited.release_total", 4.0 * DAY),
            ("lead_time_total", 7.0 * DAY + 3_600.0),
            ("fill_rate", 1.0),
        ],
    );
}

#[test]
fn packages_dated_before_the_start_seek_money_from_it_on_the_older_first() {
    let all = package("radar", "2024-12-20", "price = \"10 M USD\"")
        + &package("kit", "2024-12-21", "item = \"pump\"")
        + &gift("g", "20 M USD", 0, "");
    tells(
        &world("", &all),
        &["seeks", "opens", "gets", "is funded", "is fulfilled"],
        "-12d radar#1 seeks 10
         -11d kit#1 seeks 10
         0d radar#1 opens
         0d kit#1 opens
         0d radar#1 gets 10 g#1
         0d radar#1 is funded
         0d kit#1 gets 10 g#1
         0d kit#1 is funded
         0d1h kit#1 is fulfilled",
    );
}

#[test]
fn packages_that_join_at_one_instant_are_taken_by_name() {
    // Both reviews are held until day 5: zeta was stated first, alpha has the first name. The list's own package is `pool#1`.
    let hold = "\n[[disruption]]\nname = \"hold\"\nstrikes = \"pool.review\"\non = 2025-01-01\nlasts = \"5d\"\n";
    let all = package("zeta", "2025-01-02", "price = \"10 M USD\"")
        + &package("alpha", "2025-01-03", "price = \"10 M USD\"")
        + &need("n", "pump", &[0])
        + &gift("g", "30 M USD", 7, "")
        + hold;
    tells(
        &world("", &all),
        &["opens", "gets"],
        "5d alpha#1 opens
         5d pool#1 opens
         5d zeta#1 opens
         7d alpha#1 gets 10 g#1
         7d pool#1 gets 10 g#1
         7d zeta#1 gets 10 g#1",
    );
}

#[test]
fn an_earmark_may_name_a_stated_package_or_a_node() {
    let all = package("radar", "2025-01-02", "price = \"10 M USD\"")
        + &package("kit", "2025-01-02", "item = \"pump\"")
        + &gift("g", "4 M USD", 3, "earmark = { package = \"radar\" }")
        + &gift("h", "4 M USD", 4, "earmark = { node = \"border\" }");
    // The one of lines has goods for the border; the other has none.
    tells(
        &world("", &all),
        MONEY,
        "3d radar#1 gets 4 g#1
         4d kit#1 gets 4 h#1",
    );
    let unknown = gift("g", "4 M USD", 3, "earmark = { package = \"radr\" }")
        + &package("radar", "2025-01-02", "price = \"10 M USD\"");
    assert!(refused(&world("", &unknown)).contains("did you mean `radar`"));
}

#[test]
fn what_a_package_may_not_say_is_a_mistake() {
    let wrong =
        |keys: &str| refused(&world("", &(package("radar", "2025-01-02", keys) + &gift("g", "4 M USD", 3, ""))));
    assert!(wrong("price = \"10 M USD\"\nitem = \"pump\"").contains("both"));
    assert!(wrong("").contains("`price`"));
    assert!(wrong("item = \"pump\"\nexpires = true").contains("without `needed_within`"));
    let named = package("pool", "2025-01-02", "price = \"10 M USD\"");
    assert!(refused(&world("", &(named + &gift("g", "4 M USD", 3, "")))).contains("a mechanism is called `pool` too"));
}

#[test]
fn what_is_not_allocated_in_time_is_withdrawn() {
    // 10 of 16 are allocated on day 2; on day 9 the rest is withdrawn. The payment of day 12 is of what is allocated.
    let all = need("n", "pump", &[2, 12]) + &gift("g", "16 M USD", 0, "expires = \"9d\"\npaid_after = \"12d\"");
    let done = tells(
        &world("", &all),
        &["gets", "is funded", "loses", "pays"],
        "2d pool#1 gets 10 g#1
         2d pool#1 is funded
         9d g#1 loses 6
         12d g#1 pays 10",
    );
    sums(&done, &[("committed", 16), ("allocated", 10), ("pool", 0), ("expired", 6), ("paid", 10), ("defaulted", 0)]);
}

#[test]
fn a_pledge_that_expires_uncommitted_never_is() {
    let all = need("n", "pump", &[2]) + &gift("g", "10 M USD", 0, "expires = \"5d\"\ncommitted_after = \"8d\"");
    let done = tells(&world("", &all), &["commits", "gets", "loses", "pays"], "5d g#1 loses 10");
    sums(&done, &[("announced", 10), ("committed", 0), ("expired", 10), ("pool", 0)]);
    // What is allocated as a whole has nothing to lose.
    let all = need("n", "pump", &[2]) + &gift("g", "10 M USD", 0, "expires = \"5d\"");
    let done = tells(&world("", &all), &["gets", "loses"], "2d pool#1 gets 10 g#1");
    sums(&done, &[("expired", 0)]);
}

#[test]
fn money_of_the_instant_at_which_it_expires_is_gone() {
    // Withdrawals come with the pledges, before what is allocated at the instant.
    let all = need("n", "pump", &[5]) + &gift("g", "10 M USD", 0, "expires = \"5d\"");
    tells(&world("", &all), &["gets", "loses"], "5d g#1 loses 10");
}

#[test]
fn a_requirement_expires_and_what_is_not_provided_is_withdrawn() {
    // Size 20: the list waits for a second line, which comes too late for the first.
    let wants = |name: &str, on: i64, keys: &str| need(name, "pump", &[on]) + keys;
    let all = wants("a", 1, "needed_within = \"5d\"\nexpires = true\n") + &wants("b", 7, "") + &wants("c", 8, "");
    let done = tells(
        &world("", &all).replace("size = \"10 M USD\"", "size = \"20 M USD\""),
        &["expires", "is withdrawn", "forms at", "goes into"],
        "6d a#1 expires
         6d a#1/1 is withdrawn
         8d pool#1 forms at 20
         8d b#1/1 goes into pool#1
         8d c#1/1 goes into pool#1",
    );
    figures(&done, "requirements.total", &[("submitted", 3.0), ("open", 2.0), ("expired", 1.0), ("fill_rate", 0.0)]);
    // Five days of waiting for a source, then nothing more; b waits 1 d for it and then, as c, for money.
    assert_eq!(done.figure("mechanisms.pool.needed"), 20.0 * M);
    assert_eq!(done.figure("bottleneck.2025-01.source"), 6.0 / (6.0 + 2.0 * 23.0));
}

#[test]
fn what_is_in_a_package_comes_all_the_same_and_closes_nothing() {
    let all = need("a", "pump", &[1]) + "needed_within = \"5d\"\nexpires = \"2d\"\n" + &gift("g", "10 M USD", 20, "");
    let done = tells(
        &world("", &all),
        &["expires", "is withdrawn", "is funded", "is fulfilled"],
        "8d a#1 expires
         20d pool#1 is funded",
    );
    figures(&done, "requirements.total", &[("fulfilled", 0.0), ("expired", 1.0), ("delivered_value", 10.0 * M)]);
}

#[test]
fn a_requirement_that_is_fulfilled_at_its_date_does_not_expire() {
    let all = need("a", "pump", &[1]) + "needed_within = \"1h\"\nexpires = true\n" + &gift("g", "10 M USD", 1, "");
    tells(&world("", &all), &["expires", "is fulfilled"], "1d1h a#1 is fulfilled");
}

#[test]
fn what_waits_for_a_stock_is_withdrawn_from_it() {
    let text = "[time]\nstart = 2025-01-01\nend = \"20d\"\n\n[[item]]\nname = \"pump\"\n\n[[stock]]\nname = \"s\"\nitem = \"pump\"\nat = \"depot\"\non_hand = 1\n\n\
                [[node]]\nname = \"depot\"\nnext = \"border\"\n\n[[node]]\nname = \"border\"\nkind = \"handover\"\n\n\
                [[requirement]]\nname = \"a\"\non = 2025-01-02\nitem = \"pump\"\nquantity = 3\norigin = \"depot\"\nneeded_within = \"2d\"\nexpires = true\n";
    let done = tells(text, &["expires", "is withdrawn"], "3d a#1 expires\n3d a#1/1 is withdrawn");
    figures(&done, "stocks.s", &[("back_orders", 0.0), ("back_orders_mean", 2.0 * 2.0 / 20.0)]);
}

#[test]
fn a_nation_that_is_struck_neither_commits_nor_pays() {
    let strike = "\n[[disruption]]\nname = \"d\"\nstrikes = \"nation:norway\"\non = 2025-01-03\nlasts = \"10d\"\n";
    let all = need("n", "pump", &[1])
        + &gift("g", "4 M USD", 0, "nation = \"norway\"\npaid_after = \"5d\"")
        + &gift("h", "6 M USD", 1, "nation = \"norway\"\ncommitted_after = \"3d\"")
        + &gift("i", "1 M USD", 4, "nation = \"sweden\"")
        + strike;
    // g is committed before; h would be on day 4, and both would pay within: all of it on day 12.
    tells(
        &world("", &all),
        &["commits", "is delayed", "pays"],
        "0d g#1 commits
         4d h#1 is delayed
         4d h#1 is delayed
         4d i#1 commits
         4d i#1 pays 1
         5d g#1 is delayed
         12d g#1 pays 4
         12d h#1 commits
         12d h#1 pays 6",
    );
    // For ever is for ever.
    let done = run(&world("", &all.replace("lasts = \"10d\"\n", "")), 1);
    sums(&done, &[("committed", 5), ("paid", 1)]);
    // A factor lengthens the delays of what is announced meanwhile: 2 d of 1 d.
    let slow =
        gift("g", "4 M USD", 3, "nation = \"norway\"\ncommitted_after = \"1d\"") + strike + "effect = { time = 2.0 }\n";
    tells(&world("", &slow), &["commits", "pays"], "5d g#1 commits\n5d g#1 pays 4");
}

#[test]
fn a_supplier_that_is_struck_holds_release_and_supply() {
    let strike = "\n[[disruption]]\nname = \"d\"\nstrikes = \"supplier\"\non = 2025-01-05\nlasts = \"10d\"\n";
    let stages = "\n[mechanism.stages]\nrelease = \"4d\"\nsupply = \"2d\"\n";
    let all = need("n", "pump", &[1]) + &gift("g", "10 M USD", 2, "") + strike;
    // Two of four days of the release are done as it begins; the rest is done on day 16, the supply on day 18.
    tells(
        &world(stages, &all),
        &["is funded", "is released", "is fulfilled"],
        "2d pool#1 is funded
         16d pool#1 is released
         18d1h n#1 is fulfilled",
    );
    assert!(
        refused(&world("", &(need("n", "pump", &[1]) + strike + "effect = { capacity = 0.5 }\n")))
            .contains("no capacity")
    );
}

#[test]
fn shares_stand_beside_the_rule_and_pledges_are_followed_by_age() {
    let nations = "\n[[nation]]\nname = \"norway\"\nshare = 1\n\n[[nation]]\nname = \"sweden\"\nshare = 3\n";
    let all = nations.to_owned()
        + &gift("g", "4 M USD", 0, "nation = \"norway\"")
        + &gift("h", "4 M USD", 1, "nation = \"sweden\"\ncommitted_after = \"10d\"")
        + &gift("old", "16 M USD", 0, "committed_after = \"10d\"").replace("2025-01-01", "2024-11-22")
        + &gift("i", "8 M USD", 55, "nation = \"sweden\"\ncommitted_after = \"10d\"");
    let done = run(&world("", &all), 1);
    figures(
        &done,
        "money",
        &[
            ("nations.norway.share", 0.5),
            ("nations.norway.share_by_rule", 0.25),
            ("nations.norway.share_against_rule", 0.25),
            // At the end i is five days old; the oldest was committed ten days after its day, thirty before the start.
            ("conversion.0d", 4.0 / 32.0),
            ("conversion.7d", 4.0 / 24.0),
            ("conversion.14d", 1.0),
        ],
    );
}

#[test]
fn costs_are_counted_by_consignment_tonne_and_departure() {
    let text = "[time]\nstart = 2025-01-01\nend = \"10d\"\n\n[[node]]\nname = \"a\"\nnext = \"l\"\ncost = \"3 USD\"\n\n[[node]]\nname = \"b\"\nkind = \"handover\"\ncost = { per_tonne = \"10 USD\" }\n\n\
                [[leg]]\nname = \"l\"\nfrom = \"a\"\nto = \"b\"\ntransit = \"1h\"\ndepartures = { every = \"1d\", capacity = 2 }\ncost = { each = \"5 USD\", per_tonne = \"1 USD\", departure = \"100 USD\" }\n\n\
                [[consignment]]\nname = \"c\"\nenters = \"a\"\nmass = \"1500 kg\"\non = 2025-01-01\nbatch = 3\n";
    let done = run(text, 1);
    // Three come to a; two departures with two and one; three of 1.5 t come to b.
    let (a, b, leg) = (900.0, 4_500.0, 1_500.0 + 450.0 + 20_000.0);
    figures(&done, "money.costs", &[("nodes.a", a), ("nodes.b", b), ("legs.l", leg), ("total", a + b + leg)]);
    assert!(
        refused(&text.replace("cost = \"3 USD\"", "cost = { departure = \"3 USD\" }")).contains("departs from a node")
    );
}
