//! Money, packages and requirements by hand: what goes where and when, and laws over random ones.

use crate::laws;
use crate::support::{Dice, Done, full_tier, pool, run};

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;
/// Minor units in a million.
const M: i64 = 100_000_000;

/// A mechanism `pool` with these keys, pumps and drills of 10 M each, and more entries.
pub fn world(keys: &str, entries: &str) -> String {
    format!(
        r#"
[time]
start = 2025-01-01
end = "60d"

[[item]]
name = "pump"
value = "10 M USD"

[[item]]
name = "drill"
value = "10 M USD"

{}{entries}"#,
        pool("10 M USD", keys)
    )
}

pub fn day(n: i64) -> String {
    format!("2025-{:02}-{:02}", n / 31 + 1, n % 31 + 1)
}

/// Requirements of one item at these days (of January, from 0).
pub fn need(name: &str, item: &str, days: &[i64]) -> String {
    let dates: Vec<String> = days.iter().map(|&d| day(d)).collect();
    format!(
        "\n[[requirement]]\nname = \"{name}\"\nitem = \"{item}\"\nvia = \"pool\"\narrivals = {{ at = [{}] }}\n",
        dates.join(", ")
    )
}

/// A pledge of an amount on a day.
pub fn gift(name: &str, amount: &str, on: i64, keys: &str) -> String {
    format!("\n[[pledge]]\nname = \"{name}\"\nto = \"pool\"\namount = \"{amount}\"\non = {}\n{keys}\n", day(on))
}

const WORDS: &[(&str, &str)] = &[
    ("PledgeCommitted", "commits"),
    ("PledgeLapsed", "lapses"),
    ("PledgeExpired", "loses"),
    ("PledgeDelayed", "is delayed"),
    ("PackageStated", "seeks"),
    ("RequirementExpired", "expires"),
    ("LineWithdrawn", "is withdrawn"),
    ("FundsDisbursed", "pays"),
    ("PledgeDefaulted", "defaults on"),
    ("SurplusHeld", "is held for"),
    ("SurplusRolledOver", "rolls over"),
    ("PackageDrafted", "forms at"),
    ("LinePackaged", "goes into"),
    ("PackageOpened", "opens"),
    ("MoneyAllocated", "gets"),
    ("PackageFunded", "is funded"),
    ("PackageReleased", "is released"),
    ("MoneySpent", "is paid for with"),
    ("RequirementFulfilled", "is fulfilled"),
];

/// What is told of money: days (with hours), whom, what, how much in millions, from whom. `only` picks words.
#[track_caller]
pub fn tells(text: &str, only: &[&str], expected: &str) -> Done {
    let done = run(text, 1);
    let mut told = vec![];
    for event in done.events() {
        let Some(word) = WORDS.iter().find(|w| event["kind"] == w.0).map(|w| w.1).filter(|w| only.contains(w)) else {
            continue;
        };
        let t = event["t"].as_i64().expect("an event has a time");
        let mut line = format!("{}d", t / DAY);
        if t % DAY != 0 {
            line += &format!("{}h", t % DAY / HOUR);
        }
        line += &format!(" {} {word}", event["object"].as_str().expect("an object has a name"));
        for key in ["amount", "price"] {
            if let Some(sum) = event.get(key).and_then(|v| v.as_i64()) {
                assert_eq!(sum % M, 0, "sums here are whole millions");
                line += &format!(" {}", sum / M);
            }
        }
        for key in ["pledge", "package"] {
            if let Some(name) = event.get(key).and_then(|v| v.as_str()) {
                line += &format!(" {name}");
            }
        }
        told.push(line);
    }
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(told.join("\n"), expected.join("\n"));
    laws::lawful(&done).expect("the laws hold");
    done
}

pub const MONEY: &[&str] = &["gets", "is funded", "is held for", "rolls over", "lapses", "defaults on"];

#[track_caller]
pub fn sums(done: &Done, expected: &[(&str, i64)]) {
    for &(key, millions) in expected {
        assert_eq!(done.figure(&format!("money.mechanisms.pool.{key}")), (millions * M) as f64, "{key}");
    }
}

#[test]
fn one_pledge_funds_one_package() {
    let text = world("", &(need("n", "pump", &[0]) + &gift("g", "12 M USD", 2, "")));
    let all: Vec<&str> = WORDS.iter().map(|w| w.1).collect();
    let done = tells(
        &text,
        &all,
        "0d pool#1 forms at 10
         0d n#1/1 goes into pool#1
         0d pool#1 opens
         2d g#1 commits
         2d g#1 pays 12
         2d pool#1 gets 10 g#1
         2d pool#1 is funded
         2d pool#1 is released
         2d pool#1 is paid for with 10
         2d1h n#1 is fulfilled",
    );
    sums(&done, &[("announced", 12), ("committed", 12), ("paid", 12), ("allocated", 10), ("pool", 2), ("held", 0)]);
    sums(&done, &[("spent", 10), ("idle", 2), ("gap", 0), ("defaulted", 0)]);
}

#[test]
fn many_pledges_fund_one_package() {
    let gifts = gift("a", "4 M USD", 1, "") + &gift("b", "5 M USD", 3, "") + &gift("c", "3 M USD", 5, "");
    let done = tells(
        &world("", &(need("n", "pump", &[0]) + &gifts)),
        MONEY,
        "1d pool#1 gets 4 a#1
         3d pool#1 gets 5 b#1
         5d pool#1 gets 1 c#1
         5d pool#1 is funded",
    );
    sums(&done, &[("pool", 2), ("gap", 0)]);
}

#[test]
fn one_pledge_over_three_packages() {
    let gifts = gift("a", "25 M USD", 1, "") + &gift("b", "10 M USD", 4, "");
    let done = tells(
        &world("", &(need("n", "pump", &[0, 0, 0]) + &gifts)),
        MONEY,
        "1d pool#1 gets 10 a#1
         1d pool#1 is funded
         1d pool#2 gets 10 a#1
         1d pool#2 is funded
         1d pool#3 gets 5 a#1
         4d pool#3 gets 5 b#1
         4d pool#3 is funded",
    );
    sums(&done, &[("pool", 5), ("allocated", 30)]);
}

#[test]
fn a_pledge_that_is_not_split_goes_whole_to_the_first() {
    let gifts = gift("a", "15 M USD", 1, "") + &gift("b", "10 M USD", 2, "");
    let done = tells(
        &world("split_pledges = false", &(need("n", "pump", &[0, 0, 5]) + &gifts)),
        MONEY,
        "1d pool#1 gets 10 a#1
         1d a#1 is held for pool#1
         1d pool#1 is funded
         2d pool#2 gets 10 b#1
         2d pool#2 is funded",
    );
    sums(&done, &[("pool", 0), ("held", 5), ("gap", 10)]);
}

#[test]
fn an_earmarked_sum_goes_to_its_need_and_its_excess_is_held_or_spills() {
    let entries =
        need("a", "pump", &[0]) + &need("b", "drill", &[0]) + &gift("g", "12 M USD", 1, "earmark = \"drill\"");
    let held = "1d pool#2 gets 10 g#1
                1d pool#2 is funded";
    let done = tells(&world("", &entries), &["gets", "is funded"], held);
    sums(&done, &[("pool", 0), ("held", 2), ("gap", 10)]);
    let spilt = "1d pool#2 gets 10 g#1
                 1d g#1 rolls over 2
                 1d pool#2 is funded
                 1d pool#1 gets 2 g#1";
    let done = tells(&world("excess = \"spill\"", &entries), MONEY, spilt);
    sums(&done, &[("pool", 0), ("held", 0), ("gap", 8)]);
}

#[test]
fn an_earmarked_sum_waits_for_its_need() {
    let entries =
        need("a", "pump", &[0]) + &need("b", "drill", &[5]) + &gift("g", "12 M USD", 1, "earmark = \"drill\"");
    let done = tells(&world("", &entries), MONEY, "5d pool#2 gets 10 g#1\n 5d pool#2 is funded");
    sums(&done, &[("held", 2)]);
    let spilt = "5d pool#2 gets 10 g#1
                 5d g#1 rolls over 2
                 5d pool#2 is funded
                 5d pool#1 gets 2 g#1";
    tells(&world("excess = \"spill\"", &entries), MONEY, spilt);
}

#[test]
fn foreign_sums_convert_once_at_the_days_rate_half_up() {
    let money = "\n[money]\nrates = [{ currency = \"EUR\", rate = 1.156 }, { currency = \"EUR\", from = 2025-01-11, rate = 1.2 }]\n";
    // 125 x 1.156 = 144.5 and 133 x 1.156 = 153.748; from the 11th on 125 x 1.2 = 150.
    let gifts = gift("a", "1.25 EUR", 1, "")
        + &gift("b", "1.33 EUR", 9, "")
        + &gift("c", "1.25 EUR", 10, "committed_after = \"3d\"");
    let done = run(&(world("", &gifts) + money), 1);
    let events = done.events();
    let of = |kind: &str, key: &str| -> Vec<i64> {
        events.iter().filter(|e| e["kind"] == kind).map(|e| e[key].as_i64().unwrap()).collect()
    };
    assert_eq!(of("PledgeAnnounced", "amount"), [145, 154, 150]);
    assert_eq!(of("ExchangeRateFixed", "foreign"), [125, 133, 125]);
    assert_eq!(of("ExchangeRateFixed", "rate"), [1_156_000_000, 1_156_000_000, 1_200_000_000]);
    assert_eq!(done.figure("money.mechanisms.pool.pool"), 449.0);
}

#[test]
fn what_never_converts_lapses() {
    let entries = need("n", "pump", &[0]) + &gift("g", "10 M USD", 1, "conversion = 0\ncommitted_after = \"3d\"");
    let done = tells(&world("", &entries), MONEY, "4d g#1 lapses");
    sums(&done, &[("announced", 10), ("committed", 0), ("paid", 0), ("pool", 0), ("gap", 10), ("defaulted", 0)]);
}

#[test]
fn a_commitment_kept_in_part_defaults_and_opens_no_gap() {
    let entries = need("n", "pump", &[0]) + &gift("g", "10 M USD", 1, "kept_share = 0.6\npaid_after = \"5d\"");
    let all = ["gets", "is funded", "pays", "defaults on"];
    let told = "1d pool#1 gets 10 g#1
                1d pool#1 is funded
                6d g#1 pays 6
                6d g#1 defaults on 4";
    let done = tells(&world("", &entries), &all, told);
    sums(&done, &[("committed", 10), ("paid", 6), ("defaulted", 4), ("allocated", 10), ("gap", 0), ("spent", 6)]);
}

#[test]
fn where_paid_money_counts_it_is_allocated_when_paid() {
    let entries = need("n", "pump", &[0]) + &gift("g", "12 M USD", 1, "paid_after = \"5d\"");
    let told = "1d g#1 commits
                6d g#1 pays 12
                6d pool#1 gets 10 g#1
                6d pool#1 is funded";
    tells(&world("counts = \"paid\"", &entries), &["commits", "pays", "gets", "is funded"], told);
}

#[test]
fn one_package_at_a_time_seeks_money() {
    let gifts = gift("g", "15 M USD", 3, "") + &gift("h", "5 M USD", 4, "");
    let done = tells(
        &world("open_at_once = 1", &(need("n", "pump", &[0, 1]) + &gifts)),
        MONEY,
        "3d pool#1 gets 10 g#1
         3d pool#1 is funded
         3d pool#2 gets 5 g#1
         4d pool#2 gets 5 h#1
         4d pool#2 is funded",
    );
    assert_eq!(done.figure("mechanisms.pool.packages.1.opened"), 0.0);
    assert_eq!(done.figure("mechanisms.pool.packages.2.drafted"), DAY as f64);
    assert_eq!(done.figure("mechanisms.pool.packages.2.opened"), (3 * DAY) as f64);
}

#[test]
fn drafts_form_packages_by_the_clock() {
    let text = world("draft_every = \"10d\"", &need("n", "pump", &[1, 3, 12])).replace("size = \"10 M USD\"\n", "");
    tells(&text, &["forms at"], "10d pool#1 forms at 20\n20d pool#2 forms at 10");
    // With a size of 25 the first three at the draft are one package of 30, the fourth one is the rest.
    let text = world("draft_every = \"10d\"", &need("n", "pump", &[1, 2]))
        .replace("size = \"10 M USD\"", "size = \"25 M USD\"");
    tells(&text, &["forms at"], "10d pool#1 forms at 20");
    let text = world("draft_every = \"10d\"", &need("n", "pump", &[1, 2, 3, 4]))
        .replace("size = \"10 M USD\"", "size = \"25 M USD\"");
    tells(&text, &["forms at"], "3d pool#1 forms at 30\n10d pool#2 forms at 10");
}

#[test]
fn a_stage_may_wait_for_paid_money() {
    let entries = "\n[mechanism.stages]\nrelease = \"2d\"\n";
    let rest = need("n", "pump", &[0]) + &gift("g", "10 M USD", 1, "paid_after = \"4d\"");
    let told = |keys: &str, expected: &str| {
        let text = world(&format!("{keys}{entries}"), &rest);
        sums(&tells(&text, &["is funded", "is released", "is fulfilled"], expected), &[("spent", 10)]);
    };
    told("", "1d pool#1 is funded\n3d pool#1 is released\n3d1h n#1 is fulfilled");
    told("pays_before = \"release\"\n", "1d pool#1 is funded\n7d pool#1 is released\n7d1h n#1 is fulfilled");
    told("pays_before = \"supply\"\n", "1d pool#1 is funded\n3d pool#1 is released\n5d1h n#1 is fulfilled");
}

#[test]
fn a_held_release_stands_still() {
    let hold = "\n[[disruption]]\nname = \"hold\"\nstrikes = \"pool.release\"\non = 2025-01-06\nlasts = \"7d\"\n";
    let rest = need("n", "pump", &[0, 7]) + &gift("g", "20 M USD", 1, "") + hold;
    // The first has 6 of 10 d to go on day 5, so it goes on day 18; the second enters while it is held, on day 7.
    tells(
        &world("\n[mechanism.stages]\nrelease = \"10d\"\n", &rest),
        &["is funded", "is released"],
        "1d pool#1 is funded
         7d pool#2 is funded
         18d pool#1 is released
         22d pool#2 is released",
    );
}

#[test]
fn a_depot_gives_in_the_order_of_choice() {
    let ask = |name: &str, on: i64, priority: i64, quantity: i64| {
        need(name, "pump", &[on]) + &format!("priority = {priority}\nquantity = {quantity}\n")
    };
    let stock = "\n[[stock]]\nname = \"pumps\"\nitem = \"pump\"\nat = \"depot\"\non_hand = 3\n";
    let entries = ask("a", 0, 2, 2) + &ask("b", 0, 1, 2) + &ask("c", 1, 3, 1) + stock;
    let text = world("", &entries).replace("kind = \"package\"\nsize = \"10 M USD\"", "kind = \"donation\"");
    let done = run(&text, 1);
    let events = done.events();
    let of = |kind: &str| -> Vec<(i64, String)> {
        let of = events.iter().filter(|e| e["kind"] == kind);
        of.map(|e| (e["t"].as_i64().unwrap(), e["object"].as_str().unwrap().to_owned())).collect()
    };
    // The urgent one takes two; one is left, too little for a#1, which does not hold back the smaller c#1.
    assert_eq!(of("StockTaken"), [(0, "b#1/1".to_owned()), (DAY, "c#1/1".to_owned())]);
    assert_eq!(of("RequirementFulfilled"), [(HOUR, "b#1".to_owned()), (DAY + HOUR, "c#1".to_owned())]);
    assert_eq!(done.figure("stocks.pumps.on_hand"), 0.0);
    laws::lawful(&done).expect("the laws hold");
}

#[test]
fn the_parts_of_a_lead_time_over_the_desks_add_up() {
    let hq = "\n[[node]]\nname = \"hq\"\nkind = \"hq\"\n\n[[node.step]]\nname = \"validation\"\ntime = \"1d\"\n\n[[node.step]]\nname = \"ranking\"\ntime = \"2d\"\n";
    let entries = need("n", "pump", &[0, 0]) + &gift("g", "20 M USD", 4, "") + hq;
    let done = tells(&world("", &entries), &["is fulfilled"], "4d1h n#1 is fulfilled\n5d1h n#2 is fulfilled");
    // Validation 0-1 and 1-2, ranking 1-3 and 3-5: n#2 waits a day at each desk; n#1 waits from 3 to 4 for money.
    let total = |key: &str| done.figure(&format!("requirements.total.{key}")) as i64;
    assert_eq!(total("lead_time_total"), 9 * DAY + 2 * HOUR);
    assert_eq!(total("work_total"), 6 * DAY + 2 * HOUR);
    assert_eq!(total("waited.staff_total"), 2 * DAY);
    assert_eq!(total("waited.money_total"), DAY);
    assert_eq!(total("waited.source_total"), 0);
}

#[test]
fn of_the_opening_backlog_the_older_comes_first() {
    // Both names stand before the mechanism's, so both are validated before it forms a package.
    let entries = need("d", "pump", &[0]).replace("2025-01-01", "2024-12-20")
        + &need("c", "pump", &[0]).replace("2025-01-01", "2024-12-25")
        + &gift("g", "10 M USD", 2, "");
    let done = tells(&world("", &entries), &["is fulfilled"], "2d1h d#1 is fulfilled");
    let events = done.events();
    let submitted = events.iter().filter(|e| e["kind"] == "RequirementSubmitted").map(|e| e["t"].as_i64().unwrap());
    assert_eq!(submitted.collect::<Vec<_>>(), [-12 * DAY, -7 * DAY]);
    assert_eq!(done.figure("requirements.total.lead_time_mean"), (14 * DAY + HOUR) as f64);
}

#[test]
fn a_requirement_closes_at_the_recognition_point() {
    let text = |point: &str| {
        format!(
            r#"
recognition = "{point}"

[time]
start = 2025-01-01

[[item]]
name = "pump"

[[requirement]]
name = "n"
item = "pump"
origin = "depot"
on = 2025-01-01

[[node]]
name = "depot"
kind = "origin"
next = "port"

[[node]]
name = "port"
kind = "port"
next = "hub"

[[node.step]]
name = "unload"
time = "30 min"

[[node]]
name = "hub"
kind = "hub"
next = "border"

[[node.step]]
name = "receipt"
time = "1h"

[[node]]
name = "border"
kind = "handover"

[[node.step]]
name = "check"
time = "4h"

[[leg]]
from = "depot"
to = "port"
transit = "2h"
departures = {{ every = "6h" }}

[[leg]]
from = "port"
to = "hub"
transit = "90 min"

[[leg]]
from = "hub"
to = "border"
transit = "3h"
"#
        )
    };
    // Exists at 0; leaves at 6 h; at the port at 8, till 8.5; at the hub at 10, till 11; at the border at 14, till 18.
    for (point, hours) in [("R0", 0), ("R1", 6), ("R2", 8), ("R3", 10), ("R4", 18)] {
        let done = run(&text(point), 1);
        assert_eq!(done.figure("requirements.total.lead_time_mean"), (hours * HOUR) as f64, "{point}");
        assert_eq!(done.figure("requirements.total.fulfilled"), 1.0, "{point}");
        laws::lawful(&done).expect("the laws hold");
    }
}

/// A random pool with requirements and pledges, all sums times `factor`.
fn random(number: u64, factor: i64) -> String {
    let mut dice = Dice::new(number);
    let mut keys = String::new();
    let mut set = |chosen: bool, line: &str| {
        if chosen {
            keys += line;
            keys += "\n";
        }
    };
    set(dice.coin(50), "counts = \"paid\"");
    set(dice.coin(50), "excess = \"spill\"");
    set(dice.below(3) == 0, "split_pledges = false");
    set(dice.below(3) == 0, ["pays_before = \"release\"", "pays_before = \"supply\""][dice.below(2) as usize]);
    set(dice.below(3) == 0, "release_part_funded = true");
    set(dice.below(3) == 0, &format!("open_at_once = {}", 1 + dice.below(2)));
    set(dice.below(3) == 0, "draft_every = \"7d\"");
    if dice.coin(50) {
        set(true, "\n[mechanism.stages]");
        set(dice.coin(50), "review = \"3d\"");
        set(true, "release = { uniform = { low = \"0d\", high = \"6d\" } }");
        set(dice.coin(50), "supply = \"2d\"");
    }
    let mut entries = String::new();
    for name in ["b", "a", "z"] {
        let days: Vec<i64> = (0..1 + dice.below(5)).map(|_| dice.below(30)).collect();
        let mut days = days;
        days.sort_unstable();
        entries += &need(name, ["pump", "drill"][dice.below(2) as usize], &days);
        entries += &format!("priority = {}\nquantity = {{ uniform = {{ low = 1, high = 3 }} }}\n", 1 + dice.below(3));
    }
    for i in 0..3 + dice.below(8) {
        let mut more = String::new();
        match dice.below(8) {
            0 => more += "earmark = \"drill\"\n",
            1 => more += "earmark = { package = 2 }\n",
            2 => more += "earmark = { requirement = \"a#1\" }\n",
            3 => more += "conversion = 0.5\n",
            4 => more += "kept_share = 0.5\n",
            _ => {}
        }
        if dice.coin(50) {
            let after = dice.below(5);
            more += &format!("committed_after = \"{after}d\"\npaid_after = \"{}d\"\n", after + dice.below(5));
        }
        let amount = 2 * factor * (1 + dice.below(15));
        entries += &gift(&format!("g{i}"), &format!("{amount} M USD"), dice.below(31), &more);
    }
    if dice.below(3) == 0 {
        entries += "\n[[disruption]]\nname = \"hold\"\nstrikes = \"pool.release\"\non = 2025-01-06\nlasts = \"5d\"\n";
    }
    let size = factor * (5 + dice.below(25));
    world(&keys, &entries)
        .replace("size = \"10 M USD\"", &format!("size = \"{size} M USD\""))
        .replace("value = \"10 M USD\"", &format!("value = \"{} M USD\"", 10 * factor))
}

#[test]
fn laws_of_money_hold_in_random_pools() {
    let worlds = if full_tier() { 5_000 } else { 300 };
    let [mut funded, mut shared, mut held] = [0, 0, 0];
    for number in 0..worlds {
        let text = random(number, 1);
        let done = run(&text, number);
        laws::lawful(&done).unwrap_or_else(|what| panic!("pool {number}: {what}\n{text}"));
        let state = &done.world.state;
        funded += state.packages.iter().filter(|p| p.funded.is_some()).count();
        shared += state.pledges.iter().filter(|p| p.allocations.len() >= 3).count();
        held += usize::from(done.figure("money.mechanisms.pool.held") > 0.0);
        // All sums times seven: the same instants.
        let times = |done: &Done| -> Vec<_> {
            done.world.state.packages.iter().map(|p| (p.number, p.drafted, p.opened, p.funded, p.released)).collect()
        };
        let seven = run(&random(number, 7), number);
        assert_eq!(times(&done), times(&seven), "pool {number}, all sums times seven\n{text}");
    }
    assert!(funded > 500 && shared > 10 && held > 10, "rare things happen: {funded} {shared} {held}");
}

#[test]
fn a_pledge_of_nothing_is_announced_committed_and_paid() {
    let text = world("", &(need("n", "pump", &[0]) + &gift("p", "0 USD", 1, "") + &gift("q", "10 M USD", 2, "")));
    let all = ["commits", "pays", "gets", "is funded"];
    let done = tells(
        &text,
        &all,
        "1d p#1 commits
         1d p#1 pays 0
         2d q#1 commits
         2d q#1 pays 10
         2d pool#1 gets 10 q#1
         2d pool#1 is funded",
    );
    sums(&done, &[("announced", 10), ("paid", 10), ("allocated", 10), ("pool", 0), ("defaulted", 0)]);
}
