//! Rules of packages, by hand: the list, forming, review, funding, release, and the stages that goods pass.

use crate::money::{MONEY, gift, need, sums, tells, world};
use crate::support::{Unit, retells, run, tells_of};

fn urgent(name: &str, on: i64, priority: i64, keys: &str) -> String {
    need(name, "pump", &[on]) + &format!("priority = {priority}\n{keys}\n")
}

fn sized(text: String, size: &str) -> String {
    text.replace("size = \"10 M USD\"", &format!("size = \"{size}\""))
}

fn hold(strikes: &str, on: i64, lasts: &str, effect: &str) -> String {
    format!(
        "\n[[disruption]]\nname = \"hold-{on}\"\nstrikes = \"{strikes}\"\non = 2025-01-{:02}\nlasts = \"{lasts}\"\n{effect}\n",
        on + 1
    )
}

#[test]
fn a_package_is_of_whole_lines_in_the_order_of_choice_until_its_size_is_reached() {
    // All three are in the list when the mechanism looks at it: c and b make 20, which is enough.
    let needs = urgent("a", 0, 3, "") + &urgent("b", 0, 2, "") + &urgent("c", 0, 1, "");
    let later = urgent("e", 5, 9, "");
    let done = tells(
        &sized(world("", &(needs + &later)), "15 M USD"),
        &["forms at", "goes into"],
        "0d pool#1 forms at 20
         0d c#1/1 goes into pool#1
         0d b#1/1 goes into pool#1
         5d pool#2 forms at 20
         5d a#1/1 goes into pool#2
         5d e#1/1 goes into pool#2",
    );
    assert_eq!(done.figure("mechanisms.pool.listed"), 0.0);
}

#[test]
fn a_list_below_the_size_waits_and_one_of_the_size_forms() {
    let text = |size: &str| sized(world("", &need("n", "pump", &[0, 1, 2])), size);
    tells(&text("20 M USD"), &["forms at"], "1d pool#1 forms at 20");
    tells(&text("20000000.01 USD"), &["forms at"], "2d pool#1 forms at 30");
    let done = tells(&text("31 M USD"), &["forms at"], "");
    assert_eq!((done.figure("mechanisms.pool.listed"), done.figure("mechanisms.pool.listed_value")), (3.0, 3e9));
}

#[test]
fn a_line_beyond_the_size_is_a_package_of_its_own() {
    let needs = urgent("a", 0, 1, "quantity = 5") + &urgent("b", 1, 1, "unit_value = \"3 M USD\"\nquantity = 4");
    tells(&world("", &needs), &["forms at"], "0d pool#1 forms at 50\n1d pool#2 forms at 12");
}

#[test]
fn several_lines_of_one_requirement_are_lines_of_the_list() {
    let lines = "\n[[requirement]]\nname = \"n\"\nvia = \"pool\"\non = 2025-01-01\n\
                 lines = [{ item = \"pump\", quantity = 2 }, { item = \"drill\" }, { item = \"pump\" }]\n";
    // 20 and 10 reach 25; the third line waits for more.
    tells(
        &sized(world("", &(lines.to_owned() + &need("z", "pump", &[4, 5]))), "25 M USD"),
        &["forms at", "goes into"],
        "0d pool#1 forms at 30
         0d n#1/1 goes into pool#1
         0d n#1/2 goes into pool#1
         5d pool#2 forms at 30
         5d n#1/3 goes into pool#2
         5d z#1/1 goes into pool#2
         5d z#2/1 goes into pool#2",
    );
}

#[test]
fn a_draft_empties_the_list_from_one_interval_after_the_start_on() {
    let text = world("draft_every = \"10d\"", &need("n", "pump", &[0, 1, 2, 10, 11]));
    // A requirement of the instant of the draft is validated before it, by name; the draft of day 20 has the rest.
    tells(
        &sized(text, "25 M USD"),
        &["forms at"],
        "2d pool#1 forms at 30
         10d pool#2 forms at 10
         20d pool#3 forms at 10",
    );
}

#[test]
fn a_package_is_as_urgent_as_its_most_urgent_line() {
    let needs = urgent("a", 0, 5, "")
        + &urgent("b", 0, 3, "")
        + &urgent("c", 1, 4, "")
        + &urgent("e", 1, 4, "")
        + &urgent("f", 2, 2, "")
        + &urgent("g", 2, 9, "");
    let gifts = gift("x", "20 M USD", 3, "") + &gift("y", "20 M USD", 4, "") + &gift("z", "20 M USD", 5, "");
    // f with g (2), a with b (3), c with e (4).
    tells(
        &sized(world("", &(needs + &gifts)), "20 M USD"),
        &["is funded"],
        "3d pool#3 is funded
         4d pool#1 is funded
         5d pool#2 is funded",
    );
}

#[test]
fn as_many_seek_money_as_may_and_the_most_urgent_of_the_others_is_next() {
    let needs = urgent("a", 0, 2, "") + &urgent("b", 1, 3, "") + &urgent("c", 2, 2, "") + &urgent("e", 3, 1, "");
    let gifts = gift("x", "10 M USD", 4, "") + &gift("y", "20 M USD", 6, "");
    // At most two open at once: a and b; then e and, the more urgent of c and nobody, c.
    tells(
        &world("open_at_once = 2", &(needs + &gifts)),
        &["opens", "is funded", "gets"],
        "0d pool#1 opens
         1d pool#2 opens
         4d pool#1 gets 10 x#1
         4d pool#1 is funded
         4d pool#4 opens
         6d pool#4 gets 10 y#1
         6d pool#4 is funded
         6d pool#3 opens
         6d pool#3 gets 10 y#1
         6d pool#3 is funded",
    );
}

#[test]
fn a_package_is_funded_by_its_last_cent_and_nothing_is_released_before() {
    let gifts = gift("a", "9999999.99 USD", 1, "") + &gift("b", "0.01 USD", 4, "");
    let text = world("\n[mechanism.stages]\nrelease = \"2d\"\n", &(need("n", "pump", &[0]) + &gifts));
    tells_of(
        &text,
        Unit::Days,
        &["MoneyAllocated", "PackageFunded", "PackageReleased", "ConsignmentCreated"],
        "1d: pool#1 gets 999999999 a#1
         4d: pool#1 gets 1 b#1, pool#1 is funded
         6d: pool#1 is released, n#1/1#1 comes",
    );
}

#[test]
fn a_package_that_costs_nothing_lacks_nothing() {
    let text =
        world("draft_every = \"5d\"", &need("n", "pump", &[0])).replace("value = \"10 M USD\"", "value = \"0 USD\"");
    tells(&text, &["opens", "is funded", "is released"], "5d pool#1 opens\n5d pool#1 is funded\n5d pool#1 is released");
}

#[test]
fn stages_follow_each_other_each_with_its_time() {
    let stages = "\n[mechanism.stages]\nreview = \"1d\"\nrelease = \"2d\"\nsupply = \"3d\"\nshipment = \"4d\"\n";
    // In the list until day 1, reviewed until 2, funded on 5, released on 7, supplied on 10, shipped on 14.
    tells_of(
        &sized(world(stages, &(need("n", "pump", &[0, 1]) + &gift("g", "20 M USD", 5, ""))), "20 M USD"),
        Unit::Days,
        &["StageEntered", "StageLeft", "PackageValidated", "PackageOpened", "RequirementFulfilled"],
        "0d: n#1/1 enters pool.drafting
         1d: n#2/1 enters pool.drafting, n#1/1 passes pool.drafting, n#2/1 passes pool.drafting, pool#1 enters pool.review
         2d: pool#1 passes pool.review, pool#1 is reviewed, pool#1 opens, pool#1 enters pool.funding
         5d: pool#1 passes pool.funding, pool#1 enters pool.release
         7d: pool#1 passes pool.release, n#1/1#1 enters pool.supply, n#2/1#1 enters pool.supply
         10d: n#1/1#1 passes pool.supply, n#1/1#1 enters pool.shipment, n#2/1#1 passes pool.supply, n#2/1#1 enters pool.shipment
         14d: n#1/1#1 passes pool.shipment, n#2/1#1 passes pool.shipment
         14d1h: n#1 is fulfilled, n#2 is fulfilled",
    );
}

#[test]
fn goods_are_lots_of_which_the_last_takes_the_rest() {
    let needs = urgent("n", 0, 1, "quantity = 7") + &gift("g", "70 M USD", 1, "");
    let done = run(
        &world("", &needs).replace("name = \"pump\"\nvalue", "name = \"pump\"\nmass = \"2 kg\"\nlot = 3\nvalue"),
        1,
    );
    assert_eq!(done.texts("ConsignmentCreated", "object"), ["n#1/1#1", "n#1/1#2", "n#1/1#3"]);
    assert_eq!(done.numbers("ConsignmentCreated", "amount"), [3, 3, 1]);
    assert_eq!(done.figure("legs.depot:border:road.arrivals_t"), 14.0);
    // Without a lot, all of a line in one.
    let done = run(&world("", &needs), 1);
    assert_eq!(done.numbers("ConsignmentCreated", "amount"), [7]);
}

#[test]
fn a_held_stage_of_goods_stands_still() {
    let stages = "\n[mechanism.stages]\nsupply = \"10d\"\n";
    let entries = need("n", "pump", &[0, 6]) + &gift("g", "20 M USD", 1, "") + &hold("pool.supply", 4, "5d", "");
    // The first has 7 d to go on day 4; the second enters on day 6, and begins on day 9.
    tells_of(
        &world(stages, &entries),
        Unit::Days,
        &["StageHeld", "StageResumed", "RequirementFulfilled"],
        "4d: pool.supply held
         9d: pool.supply goes on
         16d1h: n#1 is fulfilled
         19d1h: n#2 is fulfilled",
    );
}

#[test]
fn a_held_stage_without_a_time_holds_goods_until_it_goes_on() {
    let entries = need("n", "pump", &[0]) + &gift("g", "10 M USD", 2, "") + &hold("pool.shipment", 1, "5d", "");
    tells(&world("", &entries), &["is released", "is fulfilled"], "2d pool#1 is released\n6d1h n#1 is fulfilled");
}

#[test]
fn holds_that_overlap_end_with_the_last() {
    let stages = "\n[mechanism.stages]\nrelease = \"10d\"\n";
    let entries = need("n", "pump", &[0])
        + &gift("g", "10 M USD", 1, "")
        + &hold("pool.release", 3, "4d", "")
        + &hold("pool", 5, "6d", "");
    // Held in [3, 7) and, with all stages, in [5, 11): 8 d to go.
    tells_of(
        &world(stages, &entries),
        Unit::Days,
        &["StageHeld", "StageResumed", "PackageReleased"],
        "3d: pool.release held
         5d: pool.drafting held, pool.review held, pool.funding held, pool.supply held, pool.shipment held
         11d: pool.drafting goes on, pool.review goes on, pool.funding goes on, pool.release goes on, \
         pool.supply goes on, pool.shipment goes on
         19d: pool#1 is released",
    );
}

#[test]
fn a_factor_on_times_is_for_what_enters_a_stage_meanwhile() {
    let stages = "\n[mechanism.stages]\nrelease = \"10d\"\n";
    let slow = hold("pool.release", 3, "5d", "effect = { time = 1.5 }");
    let gifts = gift("g", "10 M USD", 1, "") + &gift("h", "10 M USD", 4, "") + &gift("i", "10 M USD", 8, "");
    tells(
        &world(stages, &(need("n", "pump", &[0, 0, 0]) + &gifts + &slow)),
        &["is released"],
        "11d pool#1 is released
         18d pool#3 is released
         19d pool#2 is released",
    );
}

#[test]
fn money_of_an_instant_goes_on_at_once_to_all_that_it_funds() {
    let entries = need("n", "pump", &[0, 0, 0]) + &gift("g", "30 M USD", 2, "");
    let done = tells(
        &world("open_at_once = 1", &entries),
        MONEY,
        "2d pool#1 gets 10 g#1
         2d pool#1 is funded
         2d pool#2 gets 10 g#1
         2d pool#2 is funded
         2d pool#3 gets 10 g#1
         2d pool#3 is funded",
    );
    sums(&done, &[("pool", 0), ("spent", 30)]);
}

#[test]
fn supply_may_wait_for_the_money_of_all_its_package() {
    let pays = |after: &str| format!("paid_after = \"{after}\"\n");
    let gifts = gift("a", "4 M USD", 1, &pays("3d")) + &gift("b", "6 M USD", 1, &pays("8d"));
    for (before, released) in [("supply", "3d"), ("release", "11d")] {
        let keys = format!("pays_before = \"{before}\"\n\n[mechanism.stages]\nrelease = \"2d\"\n");
        let fulfilled = if before == "supply" { "9d1h" } else { "11d1h" };
        tells(
            &world(&keys, &(need("n", "pump", &[0]) + &gifts)),
            &["is released", "is fulfilled"],
            &format!("{released} pool#1 is released\n{fulfilled} n#1 is fulfilled"),
        );
    }
}

#[test]
fn a_part_funded_package_is_released_line_by_line_where_it_may_be() {
    // Three pumps of 10 M make one package of 30; 12 come on day 1, 8 on day 2, 10 on day 3; a release takes two days. The first
    // line is covered on day 1, two by the 20 of day 2, and the package is funded on day 3.
    let entries = need("a", "pump", &[0])
        + &need("b", "pump", &[0])
        + &need("c", "pump", &[0])
        + &gift("g", "12 M USD", 1, "")
        + &gift("h", "8 M USD", 2, "")
        + &gift("i", "10 M USD", 3, "");
    let text = world("release_part_funded = true\n[mechanism.stages]\nrelease = \"2d\"", &entries)
        .replace("10 M USD\"\norigin", "30 M USD\"\norigin");
    let done = tells(
        &text,
        &["gets", "is funded", "is released", "is fulfilled"],
        "1d pool#1 gets 12 g#1
         2d pool#1 gets 8 h#1
         3d pool#1 gets 10 i#1
         3d pool#1 is funded
         3d1h a#1 is fulfilled
         4d1h b#1 is fulfilled
         5d pool#1 is released
         5d1h c#1 is fulfilled",
    );
    // Their waits for money: 1, 2 and 3 days; for the release two days each.
    assert_eq!(done.figure("requirements.total.waited.money_total"), 6.0 * 86_400.0);
    assert_eq!(done.figure("requirements.total.waited.release_total"), 6.0 * 86_400.0);
    // Without the key nothing is released before day 3.
    let whole = tells(&text.replace("release_part_funded = true", ""), &["is released"], "5d pool#1 is released");
    assert_eq!(whole.figure("requirements.total.waited.money_total"), 9.0 * 86_400.0);
}

#[test]
fn lines_that_go_one_by_one_wait_for_the_payment_of_their_own_part() {
    // 12 M are paid on day 2, 10 more on day 3, the last 8 on day 6: the payments cover one pump, two and three.
    let pays = |after: &str| format!("paid_after = \"{after}\"\n");
    let entries = need("a", "pump", &[0])
        + &need("b", "pump", &[0])
        + &need("c", "pump", &[0])
        + &gift("g", "12 M USD", 1, &pays("1d"))
        + &gift("h", "8 M USD", 2, &pays("4d"))
        + &gift("i", "10 M USD", 3, &pays("0d"));
    let told = |before: &str, expected: &str| {
        let keys =
            format!("release_part_funded = true\npays_before = \"{before}\"\n[mechanism.stages]\nrelease = \"2d\"");
        let text = world(&keys, &entries).replace("10 M USD\"\norigin", "30 M USD\"\norigin");
        tells(&text, &["is funded", "is released", "is fulfilled"], expected)
    };
    // Each waits for the payment and then two days for its release.
    let done = told(
        "release",
        "3d pool#1 is funded
         4d1h a#1 is fulfilled
         5d1h b#1 is fulfilled
         8d pool#1 is released
         8d1h c#1 is fulfilled",
    );
    assert_eq!(done.figure("requirements.total.waited.money_total"), 11.0 * 86_400.0);
    assert_eq!(done.figure("requirements.total.waited.release_total"), 6.0 * 86_400.0);
    // Released on days 3, 4 and 5, of which only the last comes before its payment.
    let done = told(
        "supply",
        "3d pool#1 is funded
         3d1h a#1 is fulfilled
         4d1h b#1 is fulfilled
         5d pool#1 is released
         6d1h c#1 is fulfilled",
    );
    assert_eq!(done.figure("requirements.total.waited.money_total"), 7.0 * 86_400.0);
    assert_eq!(done.figure("requirements.total.waited.release_total"), 6.0 * 86_400.0);
}

#[test]
fn where_lines_go_one_by_one_a_package_of_none_goes_as_a_whole() {
    let of = |rest: &str| {
        format!(
            "[time]\nstart = 2025-01-01\nend = \"60 s\"\n[[item]]\nname = \"radio\"\nvalue = \"0 USD\"\n[[mechanism]]\n\
             name = \"m\"\nkind = \"package\"\norigin = \"border\"\nrelease_part_funded = true\n\
             stages = {{ release = \"2 s\" }}\n{rest}\n[[node]]\nname = \"border\"\nkind = \"handover\"\n"
        )
    };
    let words =
        [("PackageFunded", "funded", ""), ("PackageReleased", "released", ""), ("MoneySpent", "spends", "amount")];
    let price = "[[package]]\nname = \"n\"\non = 2025-01-01T00:00:01Z\nvia = \"m\"\nprice = \"3 USD\"\n\
                 [[pledge]]\nname = \"p\"\non = 2025-01-01T00:00:03Z\namount = \"3 USD\"\n";
    let paid = "3: n#1 funded
                5: n#1 released; n#1 spends 300";
    retells(&of(price), &words, paid);
    // What waits for the payment, or is paid for its supply, goes as a whole too.
    for before in ["release", "supply"] {
        let keys = format!("release_part_funded = true\npays_before = \"{before}\"");
        retells(&of(price).replace("release_part_funded = true", &keys), &words, paid);
    }
    // One that costs nothing is funded as it opens; its line goes then.
    let nothing = "[[package]]\nname = \"n\"\non = 2025-01-01T00:00:01Z\nvia = \"m\"\nitem = \"radio\"\nquantity = 1\n";
    for (stages, released) in
        [("release = \"2 s\"", "1: n#1 funded\n3: n#1 released"), ("", "1: n#1 funded; n#1 released")]
    {
        retells(&of(nothing).replace("release = \"2 s\"", stages), &words, released);
    }
}

#[test]
fn what_an_earmark_leaves_is_held_for_a_package_in_review() {
    // m#1 opens on second 6 and m#2 on second 7; other#1, which the earmark does not fit, has sought money since second 5.
    let world = "[time]\nstart = 2025-01-01\nend = \"30 s\"\n[[item]]\nname = \"radio\"\nvalue = \"1 USD\"\n\
        [[mechanism]]\nname = \"m\"\nkind = \"package\"\norigin = \"border\"\nsize = \"3 USD\"\nexcess = \"spill\"\n\
        stages = { review = \"5 s\" }\n[[requirement]]\nname = \"a\"\narrivals = { at = [2025-01-01T00:00:01Z, \
        2025-01-01T00:00:02Z] }\nvia = \"m\"\nitem = \"radio\"\nquantity = 3\npriority = 2\n[[package]]\nname = \"other\"\n\
        on = 2025-01-01T00:00:05Z\nvia = \"m\"\nprice = \"9 USD\"\n[[node]]\nname = \"border\"\nkind = \"handover\"\n";
    let gift = |name: &str, amount: i64| {
        format!(
            "[[pledge]]\nname = \"{name}\"\non = 2025-01-01T00:00:03Z\namount = \"{amount} USD\"\nearmark = \"radio\"\n"
        )
    };
    let words = [("MoneyAllocated", "gets", "amount"), ("SurplusRolledOver", "rolls over", "amount")];
    // In one pledge or in two, of as much: m#2 gets what m#1 leaves.
    let held = "6: m#1 gets 300
                7: m#2 gets 200";
    retells(&(world.to_owned() + &gift("p", 5)), &words, held);
    retells(&(world.to_owned() + &gift("p", 3) + &gift("q", 2)), &words, held);
    // What both of them leave is free.
    let rest = "6: m#1 gets 300
                7: m#2 gets 300; p#1 rolls over 100; other#1 gets 100";
    retells(&(world.to_owned() + &gift("p", 7)), &words, rest);
}
