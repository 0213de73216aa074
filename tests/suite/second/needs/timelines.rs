//! Timelines worked by hand from the rules, which the reference must tell. The engine has no part in them.

use super::tick;
use super::world::{
    Comes, Depot, Desk, Discipline, Disruption, Expires, Gifts, Item, Leg, Line, OnOutage, Preempt, Rate, Recognition,
    Review, Rule, Stock, Stream, Strikes, Supply, World,
};

/// A depot `transit` seconds from the border, or next to it, a stock `s` of shells in it, and no demand.
fn depot(on_hand: i64, rule: Rule, supply: Supply, transit: Option<i64>) -> World {
    World {
        end: Some(30),
        recognition: Recognition::HandedOver,
        items: vec![Item { name: "shell".into(), lot: None }],
        depots: vec![Depot { name: "depot".into(), leg: transit.map(|_| 0), by_hub: false, pack: None }],
        legs: transit.iter().map(|&transit| Leg { name: "road".into(), transit }).collect(),
        hub: None,
        receipt: None,
        check: None,
        hq: "hq".into(),
        desks: [const { None }; 4],
        stocks: vec![Stock {
            name: "s".into(),
            item: 0,
            depot: 0,
            on_hand,
            rule: Some(rule),
            review: Review::Continuous,
            supply,
        }],
        gifts: vec![],
        streams: vec![],
        disruptions: vec![],
    }
}

/// A stream of requirements for so many shells on these dates.
fn need(name: &str, dates: &[i64], quantity: i64, priority: i64) -> Stream {
    Stream {
        name: name.into(),
        comes: Comes::At(dates.to_vec()),
        count: None,
        batch: 1,
        priority,
        via: None,
        lines: vec![Line { item: 0, quantity, depot: 0 }],
        needed_within: None,
        expires: Expires::Never,
    }
}

fn desk(time: i64, servers: i64) -> Desk {
    Desk { time, servers, discipline: Discipline::Priority, patience: None, on_outage: OnOutage::Pause, preempt: None }
}

/// The world's events but those that every requirement has are these lines.
#[track_caller]
fn tells(world: &World, expected: &str) {
    let usual =
        ["RequirementSubmitted", "LineAsked", "RequirementDueSet", "RequirementValidated", "RequirementMatched"];
    let kind = |line: &String| line.split(' ').nth(1).map(str::to_owned).expect("a line has a kind");
    let told: Vec<String> = tick::run(world).into_iter().filter(|l| !usual.contains(&&*kind(l))).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(told.join("\n"), expected.join("\n"));
}

#[test]
fn a_requirement_passes_its_points_and_closes_with_its_last_lot() {
    let mut world = depot(5, Rule::Base { up_to: 5 }, Supply::Lead(4), Some(2));
    world.items[0].lot = Some(2);
    world.streams = vec![Stream { needed_within: Some(9), ..need("n", &[1, 3], 3, 1) }];
    // At 1 three of five go, two and one. The position is 2, so that 3 are ordered, in at 5. At 3 two are on hand for the
    // second requirement; it lacks one, and three more are ordered. A take is cut into lots by itself.
    let told = tick::run(&world).join("\n");
    let expected = "1 RequirementSubmitted n#1 stream=n priority=1 next=2
1 RequirementDueSet n#1 due=10
1 LineAsked n#1/1 need=n#1 quantity=3
1 RequirementValidated n#1
1 RequirementMatched n#1
1 StockAsked n#1/1 stock=s quantity=3
1 StockTaken n#1/1 stock=s quantity=3
1 ConsignmentCreated n#1/1#1 line=n#1/1 number=1 amount=2
1 LegDeparted n#1/1#1 leg=road transit=2
1 ConsignmentCreated n#1/1#2 line=n#1/1 number=2 amount=1
1 LegDeparted n#1/1#2 leg=road transit=2
1 StockOrdered s quantity=3 lead=4
3 LegArrived n#1/1#1 leg=road
3 HandedOver n#1/1#1 node=border
3 LegArrived n#1/1#2 leg=road
3 HandedOver n#1/1#2 node=border
3 RequirementSubmitted n#2 stream=n priority=1 next=-1
3 RequirementDueSet n#2 due=12
3 LineAsked n#2/1 need=n#2 quantity=3
3 RequirementFulfilled n#1
3 RequirementValidated n#2
3 RequirementMatched n#2
3 StockAsked n#2/1 stock=s quantity=3
3 StockTaken n#2/1 stock=s quantity=2
3 ConsignmentCreated n#2/1#1 line=n#2/1 number=1 amount=2
3 LegDeparted n#2/1#1 leg=road transit=2
3 StockOrdered s quantity=3 lead=4
5 LegArrived n#2/1#1 leg=road
5 HandedOver n#2/1#1 node=border
5 StockReceived s quantity=3
5 StockTaken n#2/1 stock=s quantity=1
5 ConsignmentCreated n#2/1#2 line=n#2/1 number=2 amount=1
5 LegDeparted n#2/1#2 leg=road transit=2
7 LegArrived n#2/1#2 leg=road
7 HandedOver n#2/1#2 node=border
7 StockReceived s quantity=3
7 RequirementFulfilled n#2";
    assert_eq!(told, expected);
}

#[test]
fn back_orders_are_served_by_priority_and_what_is_not_provided_in_time_is_withdrawn() {
    let mut world = depot(0, Rule::Quantity { at: -5, quantity: 4 }, Supply::Lead(3), None);
    let late = Stream { needed_within: Some(3), expires: Expires::Due, ..need("c", &[2], 3, 2) };
    world.streams = vec![need("a", &[0], 2, 2), need("b", &[1], 1, 1), late];
    // 2, 3 and 6 are owed at 0, 1 and 2: then the position is below -5, and one times 4 lifts it to -2. At 5 they are in
    // (phase 1); b is the most urgent, a came before c, and c gets the last one. What c lacks is withdrawn last of all.
    tells(
        &world,
        "0 StockAsked a#1/1 stock=s quantity=2
         1 StockAsked b#1/1 stock=s quantity=1
         2 StockAsked c#1/1 stock=s quantity=3
         2 StockOrdered s quantity=4 lead=3
         5 StockReceived s quantity=4
         5 StockTaken b#1/1 stock=s quantity=1
         5 ConsignmentCreated b#1/1#1 line=b#1/1 number=1 amount=1
         5 HandedOver b#1/1#1 node=border
         5 StockTaken a#1/1 stock=s quantity=2
         5 ConsignmentCreated a#1/1#1 line=a#1/1 number=1 amount=2
         5 HandedOver a#1/1#1 node=border
         5 StockTaken c#1/1 stock=s quantity=1
         5 ConsignmentCreated c#1/1#1 line=c#1/1 number=1 amount=1
         5 HandedOver c#1/1#1 node=border
         5 RequirementFulfilled a#1
         5 RequirementFulfilled b#1
         5 RequirementExpired c#1
         5 LineWithdrawn c#1/1",
    );
}

#[test]
fn a_review_looks_before_the_demands_of_its_instant_and_a_line_makes_lots_in_turn() {
    let supply = Supply::Line { time: 2, lot: Some(2), servers: 1 };
    let mut world = depot(1, Rule::Level { at: 2, up_to: 4 }, supply, None);
    world.stocks[0].review = Review::Rhythm { every: 5, first: Some(0) };
    world.end = Some(11);
    world.streams = vec![need("n", &[5], 3, 1)];
    // At 0 the position 1 is lifted to 4: lots of 2 and 1, one after the other, the first in at 2, the second at 4. At 5 the
    // review finds 4, and then three go. At 10 it finds 1 again. Production begins in phase 6.
    tells(
        &world,
        "0 StockReviewed s
         0 StockOrdered s quantity=3 lead=-1
         0 ProductionStarted s quantity=2 lasts=2
         2 StockReceived s quantity=2
         2 ProductionStarted s quantity=1 lasts=2
         4 StockReceived s quantity=1
         5 StockReviewed s
         5 StockAsked n#1/1 stock=s quantity=3
         5 StockTaken n#1/1 stock=s quantity=3
         5 ConsignmentCreated n#1/1#1 line=n#1/1 number=1 amount=3
         5 HandedOver n#1/1#1 node=border
         5 RequirementFulfilled n#1
         10 StockReviewed s
         10 StockOrdered s quantity=3 lead=-1
         10 ProductionStarted s quantity=2 lasts=2",
    );
}

#[test]
fn decisions_of_an_instant_go_by_the_name_of_stream_and_stock() {
    let mut world = depot(0, Rule::Base { up_to: 1 }, Supply::Lead(0), None);
    world.streams = vec![need("z", &[0], 1, 1), need("a", &[0], 1, 1)];
    // Both come in phase 3. In phase 4 a comes first, then the stock, of which both the position at the start and a's unit
    // lack: 0 - 1 = -1, so 2 are ordered, and are in at once. The stock gives one; a is closed before z is looked at.
    tells(
        &world,
        "0 StockAsked a#1/1 stock=s quantity=1
         0 StockOrdered s quantity=2 lead=0
         0 StockReceived s quantity=2
         0 StockTaken a#1/1 stock=s quantity=1
         0 ConsignmentCreated a#1/1#1 line=a#1/1 number=1 amount=1
         0 HandedOver a#1/1#1 node=border
         0 RequirementFulfilled a#1
         0 StockAsked z#1/1 stock=s quantity=1
         0 StockTaken z#1/1 stock=s quantity=1
         0 ConsignmentCreated z#1/1#1 line=z#1/1 number=1 amount=1
         0 HandedOver z#1/1#1 node=border
         0 StockOrdered s quantity=1 lead=0
         0 StockReceived s quantity=1
         0 RequirementFulfilled z#1",
    );
}

#[test]
fn of_the_backlog_the_older_is_served_first_and_a_run_without_an_end_is_over_when_clocks_alone_tick() {
    let mut world = depot(1, Rule::Base { up_to: 1 }, Supply::Lead(1), Some(1));
    world.end = None;
    world.stocks[0].review = Review::Rhythm { every: 4, first: None };
    world.streams = vec![need("a", &[-2], 1, 1), need("b", &[-3], 1, 1)];
    // b asked before a, as their dates say, though a is validated first. The review of 4 orders for a; when a has its unit,
    // nothing is left but reviews: there is none at 8.
    tells(
        &world,
        "0 BacklogTakenUp a#1
         0 BacklogTakenUp b#1
         0 StockAsked a#1/1 stock=s quantity=1
         0 StockAsked b#1/1 stock=s quantity=1
         0 StockTaken b#1/1 stock=s quantity=1
         0 ConsignmentCreated b#1/1#1 line=b#1/1 number=1 amount=1
         0 LegDeparted b#1/1#1 leg=road transit=1
         1 LegArrived b#1/1#1 leg=road
         1 HandedOver b#1/1#1 node=border
         1 RequirementFulfilled b#1
         4 StockReviewed s
         4 StockOrdered s quantity=2 lead=1
         5 StockReceived s quantity=2
         5 StockTaken a#1/1 stock=s quantity=1
         5 ConsignmentCreated a#1/1#1 line=a#1/1 number=1 amount=1
         5 LegDeparted a#1/1#1 leg=road transit=1
         6 LegArrived a#1/1#1 leg=road
         6 HandedOver a#1/1#1 node=border
         6 RequirementFulfilled a#1",
    );
}

#[test]
fn papers_pass_the_desks_and_join_the_line_of_the_stock_when_they_are_matched() {
    let mut world = depot(1, Rule::Level { at: -9, up_to: 1 }, Supply::Lead(0), None);
    world.desks[0] = Some(desk(3, 1));
    world.desks[1] = Some(desk(1, 2));
    world.streams = vec![need("a", &[-2], 1, 1), need("b", &[-5], 1, 1), need("c", &[1], 1, 0)];
    // b is older than a, and handled from 0 to 3; c is the most urgent then, until 6, and a until 9. Of the one unit b is first.
    tells(
        &world,
        "0 BacklogTakenUp a#1
         0 PaperFiled a#1
         0 BacklogTakenUp b#1
         0 PaperFiled b#1
         0 YardEntered b#1 node=hq step=validation
         0 YardEntered a#1 node=hq step=validation
         0 HandlingStarted b#1 node=hq step=validation server=1 service=3
         1 PaperFiled c#1
         1 YardEntered c#1 node=hq step=validation
         3 HandlingFinished b#1 node=hq step=validation again=false
         3 YardEntered b#1 node=hq step=ranking
         3 HandlingStarted b#1 node=hq step=ranking server=1 service=1
         3 HandlingStarted c#1 node=hq step=validation server=1 service=3
         4 HandlingFinished b#1 node=hq step=ranking again=false
         4 RequirementPrioritised b#1
         4 StockAsked b#1/1 stock=s quantity=1
         4 StockTaken b#1/1 stock=s quantity=1
         4 ConsignmentCreated b#1/1#1 line=b#1/1 number=1 amount=1
         4 HandedOver b#1/1#1 node=border
         4 RequirementFulfilled b#1
         6 HandlingFinished c#1 node=hq step=validation again=false
         6 YardEntered c#1 node=hq step=ranking
         6 HandlingStarted c#1 node=hq step=ranking server=1 service=1
         6 HandlingStarted a#1 node=hq step=validation server=1 service=3
         7 HandlingFinished c#1 node=hq step=ranking again=false
         7 RequirementPrioritised c#1
         7 StockAsked c#1/1 stock=s quantity=1
         9 HandlingFinished a#1 node=hq step=validation again=false
         9 YardEntered a#1 node=hq step=ranking
         9 HandlingStarted a#1 node=hq step=ranking server=1 service=1
         10 HandlingFinished a#1 node=hq step=ranking again=false
         10 RequirementPrioritised a#1
         10 StockAsked a#1/1 stock=s quantity=1",
    );
}

#[test]
fn gifts_take_all_or_none_after_those_who_take_what_there_is_and_a_closed_leg_holds_them() {
    let mut world = depot(4, Rule::Quantity { at: -9, quantity: 1 }, Supply::Lead(0), Some(1));
    world.gifts = vec![Gifts { name: "g".into(), depot: 0, approval: Some(2), shipment: Some(1) }];
    let gift = |name: &str, quantity| Stream { via: Some(0), ..need(name, &[0], quantity, 0) };
    world.streams = vec![gift("a", 4), gift("b", 2), gift("c", 1), need("z", &[0], 1, 9)];
    world.disruptions = vec![Disruption { name: "x".into(), strikes: Strikes::Leg(0), on: 2, lasts: 3, slows: None }];
    // z takes one before mechanisms settle, urgent or not. Of the three that are left a lacks one, and holds back neither b
    // nor c. Approved at 2, and shipped at 3, they find the leg closed until 5; they leave in the order of choice.
    tells(
        &world,
        "0 StageEntered a#1/1 gate=g.stock lasts=-1
         0 StageEntered b#1/1 gate=g.stock lasts=-1
         0 StageEntered c#1/1 gate=g.stock lasts=-1
         0 StockAsked z#1/1 stock=s quantity=1
         0 StockTaken z#1/1 stock=s quantity=1
         0 ConsignmentCreated z#1/1#1 line=z#1/1 number=1 amount=1
         0 LegDeparted z#1/1#1 leg=road transit=1
         0 StockTaken b#1/1 stock=s quantity=2
         0 StageLeft b#1/1 gate=g.stock
         0 StageEntered b#1/1 gate=g.approval lasts=2
         0 StockTaken c#1/1 stock=s quantity=1
         0 StageLeft c#1/1 gate=g.stock
         0 StageEntered c#1/1 gate=g.approval lasts=2
         1 LegArrived z#1/1#1 leg=road
         1 HandedOver z#1/1#1 node=border
         1 RequirementFulfilled z#1
         2 DisruptionBegan x
         2 LegClosed road
         2 StageLeft b#1/1 gate=g.approval
         2 ConsignmentCreated b#1/1#1 line=b#1/1 number=1 amount=2
         2 StageEntered b#1/1#1 gate=g.shipment lasts=1
         2 StageLeft c#1/1 gate=g.approval
         2 ConsignmentCreated c#1/1#1 line=c#1/1 number=1 amount=1
         2 StageEntered c#1/1#1 gate=g.shipment lasts=1
         3 StageLeft b#1/1#1 gate=g.shipment
         3 StageLeft c#1/1#1 gate=g.shipment
         5 DisruptionEnded x
         5 LegOpened road
         5 LegDeparted b#1/1#1 leg=road transit=1
         5 LegDeparted c#1/1#1 leg=road transit=1
         6 LegArrived b#1/1#1 leg=road
         6 HandedOver b#1/1#1 node=border
         6 LegArrived c#1/1#1 leg=road
         6 HandedOver c#1/1#1 node=border
         6 RequirementFulfilled b#1
         6 RequirementFulfilled c#1",
    );
}

#[test]
fn a_rate_changes_how_fast_the_time_of_a_stream_passes() {
    let times = |every, rate| {
        let mut world = depot(0, Rule::Level { at: -99, up_to: 1 }, Supply::Lead(0), None);
        world.streams =
            vec![Stream { comes: Comes::Every { every, first: None, rate: Some(rate) }, ..need("n", &[], 1, 1) }];
        let told = tick::run(&world);
        let comes = told.iter().filter(|line| line.contains(" RequirementSubmitted "));
        comes.map(|line| line.split(' ').next().expect("a line has a time").to_owned()).collect::<Vec<_>>().join(" ")
    };
    // Four seconds: three of [0, 3), none of [3, 6), and one as two of [6, 9): 8. Half a one to 9, three to 12, and half a one
    // as one of [15, 18): 16. One to 18, three to 21, which is a part that brings nothing: 24.
    // One and a half to 27, and two and a half: 29.5 is rounded within its part.
    assert_eq!(times(4, Rate::Profile { part: 3, factors: vec![100, 0, 50] }), "8 16 24 29");
    // From 1 to 3 in ten seconds: twice as fast, at 2.5, 5.5 and 8.5, rounded half up, each from the one before; then two
    // until 10, and three in one second. From there on 5/3 of a second each.
    let rest = "13 15 17 19 21 23 25 27 29";
    assert_eq!(times(5, Rate::Trend(vec![(0, 100), (10, 300)])), format!("3 6 9 11 {rest}"));
}

#[test]
fn a_hub_is_reached_as_its_first_step_begins_and_the_requirement_is_closed_then() {
    let mut world = depot(2, Rule::Level { at: -9, up_to: 1 }, Supply::Lead(0), Some(2));
    world.items[0].lot = Some(1);
    world.recognition = Recognition::AtHub;
    world.depots[0].by_hub = true;
    world.receipt = Some(desk(3, 1));
    world.streams = vec![need("n", &[0], 2, 1)];
    // The first is handled from 2 to 5, the second from then on: a service starts in phase 6, and the decision of phase 4 that
    // it makes due is made at the same instant.
    tells(
        &world,
        "0 StockAsked n#1/1 stock=s quantity=2
         0 StockTaken n#1/1 stock=s quantity=2
         0 ConsignmentCreated n#1/1#1 line=n#1/1 number=1 amount=1
         0 LegDeparted n#1/1#1 leg=road transit=2
         0 ConsignmentCreated n#1/1#2 line=n#1/1 number=2 amount=1
         0 LegDeparted n#1/1#2 leg=road transit=2
         2 LegArrived n#1/1#1 leg=road
         2 LegArrived n#1/1#2 leg=road
         2 YardEntered n#1/1#1 node=hub step=receipt
         2 YardEntered n#1/1#2 node=hub step=receipt
         2 HandlingStarted n#1/1#1 node=hub step=receipt server=1 service=3
         5 HandlingFinished n#1/1#1 node=hub step=receipt again=false
         5 HandedOver n#1/1#1 node=border
         5 HandlingStarted n#1/1#2 node=hub step=receipt server=1 service=3
         5 RequirementFulfilled n#1
         8 HandlingFinished n#1/1#2 node=hub step=receipt again=false
         8 HandedOver n#1/1#2 node=border",
    );
}

#[test]
fn a_more_urgent_paper_takes_the_desk_and_a_closed_headquarters_pauses_it() {
    let mut world = depot(0, Rule::Level { at: -9, up_to: 1 }, Supply::Lead(0), None);
    world.desks[0] = Some(Desk { preempt: Some(Preempt::Resume), ..desk(4, 1) });
    world.streams = vec![need("a", &[0], 1, 2), need("b", &[2], 1, 1)];
    world.disruptions = vec![Disruption { name: "x".into(), strikes: Strikes::Hq, on: 3, lasts: 2, slows: None }];
    // a has done two of four seconds when b takes its server. b has done one when the desk closes, and three after that.
    tells(
        &world,
        "0 PaperFiled a#1
         0 YardEntered a#1 node=hq step=validation
         0 HandlingStarted a#1 node=hq step=validation server=1 service=4
         2 PaperFiled b#1
         2 YardEntered b#1 node=hq step=validation
         2 HandlingPreempted a#1 by=b#1 left=2 restarts=false
         2 HandlingStarted b#1 node=hq step=validation server=1 service=4
         3 DisruptionBegan x
         3 NodeClosed hq
         3 HandlingPaused b#1 left=3
         5 DisruptionEnded x
         5 NodeOpened hq
         5 HandlingResumed b#1 left=3
         8 HandlingFinished b#1 node=hq step=validation again=false
         8 StockAsked b#1/1 stock=s quantity=1
         8 HandlingStarted a#1 node=hq step=validation server=1 service=2
         10 HandlingFinished a#1 node=hq step=validation again=false
         10 StockAsked a#1/1 stock=s quantity=1",
    );
}
