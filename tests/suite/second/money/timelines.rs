//! Timelines worked by hand from the rules, which the reference must tell. The engine has no part in them.

use super::tick;
use super::world::{
    Asks, Comes, Depot, Disruption, Earmark, Item, Line, Mechanism, Needs, Pledges, RELEASE, REVIEW, Rate, SUPPLY,
    Stated, Strikes, When, World,
};

fn at(dates: &[i64]) -> Comes {
    Comes { when: When::At(dates.to_vec()), count: None, batch: 1 }
}

/// A mechanism `m` of packages, radios of a dollar, and a depot two seconds from the border.
fn pool(mechanism: Mechanism) -> World {
    World {
        end: Some(40),
        items: vec![Item { name: "radio".into(), family: None, value: 100, lot: None }],
        depots: vec![Depot { name: "depot".into(), leg: "road".into(), transit: 2 }],
        mechanisms: vec![Mechanism { name: "m".into(), ..mechanism }],
        ..World::default()
    }
}

fn priced(name: &str, on: i64, price: i64, priority: i64) -> Stated {
    Stated { name: name.into(), comes: at(&[on]), priority, via: 0, asks: Asks::Price(price) }
}

fn radios(name: &str, on: i64, lines: &[i64]) -> Needs {
    let line = |&quantity: &i64| Line { item: 0, quantity, unit_value: None, depot: None };
    Needs { name: name.into(), comes: at(&[on]), priority: 1, via: 0, lines: lines.iter().map(line).collect() }
}

fn pledge(name: &str, on: i64, amount: i64) -> Pledges {
    Pledges {
        name: name.into(),
        comes: at(&[on]),
        nation: None,
        to: 0,
        amount,
        currency: None,
        converts: true,
        kept_share: None,
        committed_after: None,
        paid_after: None,
        expires: None,
        earmark: None,
    }
}

/// The world's events of these kinds are these lines.
#[track_caller]
fn tells(world: &World, kinds: &[&str], expected: &str) {
    let told = tick::run(world).expect("the rules say it all");
    let kind = |line: &String| line.split(' ').nth(1).map(str::to_owned).expect("a line has a kind");
    let told: Vec<String> = told.into_iter().filter(|line| kinds.contains(&&*kind(line))).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(told.join("\n"), expected.join("\n"));
}

const MONEY: [&str; 4] = ["MoneyAllocated", "PackageFunded", "PackageReleased", "MoneySpent"];

#[test]
fn money_goes_to_the_most_urgent_and_what_is_left_waits_in_the_pool() {
    let mut world = pool(Mechanism::default());
    world.rates = vec![Rate { currency: "EUR", from: None, rate: 1_200 }];
    world.stated = vec![priced("later", 1, 800, 2), priced("urgent", 2, 1_000, 1), priced("last", 9, 100, 3)];
    let euros = Pledges { currency: Some("EUR"), ..pledge("one", 3, 1_000) };
    world.pledges = vec![euros, pledge("two", 5, 800)];
    // Ten euros are twelve dollars: ten for the urgent one, two for the other, which lacks six of the eight that come next.
    // Of the two that are left one is for the last.
    tells(
        &world,
        &MONEY,
        "3 MoneyAllocated urgent#1 pledge=one#1 amount=1000
        3 PackageFunded urgent#1
        3 PackageReleased urgent#1
        3 MoneyAllocated later#1 pledge=one#1 amount=200
        3 MoneySpent urgent#1 amount=1000
        5 MoneyAllocated later#1 pledge=two#1 amount=600
        5 PackageFunded later#1
        5 PackageReleased later#1
        5 MoneySpent later#1 amount=800
        9 MoneyAllocated last#1 pledge=two#1 amount=100
        9 PackageFunded last#1
        9 PackageReleased last#1
        9 MoneySpent last#1 amount=100",
    );
}

#[test]
fn a_foreign_sum_converts_at_the_rate_of_its_instant_half_up() {
    let mut world = pool(Mechanism::default());
    let rate = |from, rate| Rate { currency: "EUR", from, rate };
    world.rates = vec![rate(None, 500), rate(Some(4), 1_156)];
    let one = |name: &str, on, amount| Pledges { currency: Some("EUR"), ..pledge(name, on, amount) };
    world.pledges = vec![one("a", 3, 101), one("b", 4, 501)];
    // 50.5 and 579.156 cents.
    tells(
        &world,
        &["PledgeAnnounced", "ExchangeRateFixed"],
        "3 PledgeAnnounced a#1 stream=a amount=51 next=-1
        3 ExchangeRateFixed a#1 foreign=101 rate=500000000
        4 PledgeAnnounced b#1 stream=b amount=579 next=-1
        4 ExchangeRateFixed b#1 foreign=501 rate=1156000000",
    );
}

#[test]
fn packages_form_from_whole_lines_and_goods_come_after_every_stage() {
    let mut times = [None; 6];
    (times[REVIEW], times[RELEASE], times[SUPPLY]) = (Some(1), Some(3), Some(2));
    let mut world = pool(Mechanism { size: Some(400), times, ..Mechanism::default() });
    world.items[0].lot = Some(2);
    world.needs = vec![radios("r", 1, &[3, 2])];
    world.pledges = vec![pledge("p", 0, 400), Pledges { committed_after: Some(2), ..pledge("q", 3, 400) }];
    // Five dollars are reached with the second line. One is lacking until the second pledge is committed at 5; the release
    // is over at 8, the supply at 10, and the goods are there at 12.
    let kinds = ["PackageDrafted", "PackageOpened", "ConsignmentCreated", "HandedOver", "RequirementFulfilled"];
    tells(
        &world,
        &[&kinds[..], &MONEY].concat(),
        "1 PackageDrafted m#1 mechanism=m price=500
        2 PackageOpened m#1
        2 MoneyAllocated m#1 pledge=p#1 amount=400
        5 MoneyAllocated m#1 pledge=q#1 amount=100
        5 PackageFunded m#1
        8 PackageReleased m#1
        8 ConsignmentCreated r#1/1#1 line=r#1/1 number=1 amount=2
        8 ConsignmentCreated r#1/1#2 line=r#1/1 number=2 amount=1
        8 ConsignmentCreated r#1/2#1 line=r#1/2 number=1 amount=2
        8 MoneySpent m#1 amount=500
        12 HandedOver r#1/1#1 node=border
        12 HandedOver r#1/1#2 node=border
        12 HandedOver r#1/2#1 node=border
        12 RequirementFulfilled r#1",
    );
}

#[test]
fn an_earmark_waits_for_its_need_and_its_excess_is_held_or_becomes_free() {
    let world = |spills| {
        let mut world = pool(Mechanism { spills, ..Mechanism::default() });
        world.stated = vec![priced("other", 0, 900, 1), priced("its", 3, 200, 2)];
        world.pledges = vec![Pledges { earmark: Some(Earmark::Stated(1, 1)), ..pledge("p", 1, 500) }];
        world
    };
    let kinds = ["EarmarkSet", "MoneyAllocated", "SurplusRolledOver"];
    let held = "1 EarmarkSet p#1
        3 MoneyAllocated its#1 pledge=p#1 amount=200";
    tells(&world(false), &kinds, held);
    let free = "3 SurplusRolledOver p#1 amount=300
        3 MoneyAllocated other#1 pledge=p#1 amount=300";
    tells(&world(true), &kinds, &format!("{held}\n{free}"));
}

#[test]
fn an_undivided_pledge_is_held_for_the_need_it_went_to() {
    let mut world = pool(Mechanism { whole: true, open_at_once: Some(1), ..Mechanism::default() });
    world.stated = vec![priced("a", 0, 300, 1), priced("b", 0, 300, 1)];
    world.pledges = vec![pledge("p", 1, 500), pledge("q", 2, 200)];
    // One seeks money at a time; the two dollars that are left of the first pledge are not for the second.
    tells(
        &world,
        &["PackageOpened", "MoneyAllocated", "SurplusHeld"],
        "0 PackageOpened a#1
        1 MoneyAllocated a#1 pledge=p#1 amount=300
        1 SurplusHeld p#1 package=a#1
        1 PackageOpened b#1
        2 MoneyAllocated b#1 pledge=q#1 amount=200",
    );
}

#[test]
fn lines_go_one_by_one_as_they_are_paid_for() {
    let mechanism =
        Mechanism { size: Some(300), part_funded: true, pays_before: Some(RELEASE), ..Mechanism::default() };
    let mut world = pool(mechanism);
    world.needs = vec![radios("r", 1, &[2, 1])];
    world.pledges = vec![Pledges { paid_after: Some(4), ..pledge("p", 2, 250) }, pledge("q", 9, 50)];
    // At 2 what is committed would cover the first line; it is paid at 6. The payment of 9 covers the second one.
    tells(
        &world,
        &["MoneyAllocated", "ConsignmentCreated", "PackageReleased", "MoneySpent"],
        "2 MoneyAllocated m#1 pledge=p#1 amount=250
        6 ConsignmentCreated r#1/1#1 line=r#1/1 number=1 amount=2
        9 MoneyAllocated m#1 pledge=q#1 amount=50
        9 PackageReleased m#1
        9 ConsignmentCreated r#1/2#1 line=r#1/2 number=1 amount=1
        9 MoneySpent m#1 amount=300",
    );
}

#[test]
fn what_is_not_kept_defaults_and_what_is_not_allocated_in_time_is_withdrawn() {
    let mut world = pool(Mechanism::default());
    world.stated = vec![priced("a", 0, 300, 1)];
    let kept = Pledges { kept_share: Some(50), paid_after: Some(3), ..pledge("p", 1, 201) };
    let lapses = Pledges { converts: false, committed_after: Some(4), ..pledge("q", 1, 500) };
    let expires = Pledges { expires: Some(2), ..pledge("r", 4, 400) };
    world.pledges = vec![kept, lapses, expires];
    // Half of 2.01 is 1.01, half up. Of four dollars the package lacks 0.99, and 3.01 are withdrawn at 6.
    let kinds = ["PledgeLapsed", "FundsDisbursed", "PledgeDefaulted", "PledgeExpired"];
    tells(
        &world,
        &[&kinds[..], &MONEY].concat(),
        "1 MoneyAllocated a#1 pledge=p#1 amount=201
        4 FundsDisbursed p#1 amount=101
        4 PledgeDefaulted p#1 amount=100
        4 FundsDisbursed r#1 amount=400
        4 MoneyAllocated a#1 pledge=r#1 amount=99
        4 PackageFunded a#1
        4 PackageReleased a#1
        4 MoneySpent a#1 amount=200
        5 PledgeLapsed q#1
        6 PledgeExpired r#1 amount=301",
    );
}

#[test]
fn a_held_release_stands_still() {
    let mut times = [None; 6];
    times[RELEASE] = Some(5);
    let mut world = pool(Mechanism { times, ..Mechanism::default() });
    world.stated = vec![priced("a", 0, 100, 1)];
    world.pledges = vec![pledge("p", 1, 100)];
    let hold = |name: &str, on, lasts| Disruption {
        name: name.into(),
        strikes: Strikes::Stage(0, RELEASE),
        on,
        lasts,
        slows: None,
    };
    world.disruptions = vec![hold("x", 3, 4), hold("y", 5, 5)];
    // Two of five seconds are over at 3; the two holds end at 10 together, and three seconds are left.
    tells(
        &world,
        &["StageHeld", "StageResumed", "PackageReleased"],
        "3 StageHeld m.release
        10 StageResumed m.release
        13 PackageReleased a#1",
    );
}
