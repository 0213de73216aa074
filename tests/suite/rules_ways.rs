//! Rules of ways, by hand: where goods go on to.

use crate::reference::world::{
    Kind, Law, Leg, Limit, Next, Node, OnOutage, Servers, Step, Stream, WhenFull, World, to_toml,
};
use crate::support::{closed, hub, run, tells, tells_also};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use waybill::sim::Ended;

/// Plain nodes of these names, and roads of these lengths, with a stream `s` to the first node.
fn net(nodes: &[&str], roads: &[(&str, &str, i64)]) -> World {
    let mut world = World::new();
    world.nodes = nodes.iter().map(|name| Node::new(name, Kind::Origin)).collect();
    world.legs = roads.iter().map(|&(from, to, transit)| Leg::road(from, to, transit)).collect();
    world.streams = vec![Stream::at("s", &[0], nodes[0])];
    world
}

fn handover(name: &str) -> Node {
    Node::new(name, Kind::Handover)
}

/// The legs that the goods take.
fn legs_of(world: &World) -> Vec<String> {
    run(&to_toml(world), 1).texts("LegDeparted", "leg")
}

#[test]
fn the_default_way_is_the_fastest_by_transit_and_handling() {
    let mut world = net(&["a", "slow", "via"], &[("a", "slow", 1), ("slow", "h", 1), ("a", "via", 5), ("via", "h", 5)]);
    world.nodes.push(handover("h"));
    world.nodes[1].steps = vec![Step::new("d", 1, 9)];
    // 1 + 9 + 1 against 5 + 5.
    assert_eq!(legs_of(&world), ["a:via:road", "via:h:road"]);
    world.nodes[1].steps[0].time = Law::Constant(7);
    assert_eq!(legs_of(&world), ["a:slow:road", "slow:h:road"]);
}

#[test]
fn equally_fast_ways_go_by_the_name_of_the_leg() {
    let mut world = net(&["a", "p", "q"], &[("a", "p", 2), ("p", "h", 3), ("a", "q", 3), ("q", "h", 2)]);
    world.nodes.push(handover("h"));
    assert_eq!(legs_of(&world), ["a:p:road", "p:h:road"]);
    world.legs[0].name = Some("z".into());
    assert_eq!(legs_of(&world), ["a:q:road", "q:h:road"]);
}

#[test]
fn the_fastest_way_follows_what_a_node_says() {
    // From p all goes on to x, 50 s away, whatever leads from it to h.
    let roads = [("a", "p", 1), ("p", "h", 1), ("p", "x", 50), ("x", "h", 1), ("a", "q", 9), ("q", "h", 9)];
    let mut world = net(&["a", "p", "q", "x"], &roads);
    world.nodes.push(handover("h"));
    assert_eq!(legs_of(&world), ["a:p:road", "p:h:road"]);
    world.nodes[1].next = Next::To("x".into());
    assert_eq!(legs_of(&world), ["a:q:road", "q:h:road"]);
    // With weights any of them counts: the way over p may take 2 s.
    world.nodes[1].next = Next::Weights(vec![("x".into(), 1), ("h".into(), 1)]);
    assert_eq!(legs_of(&world)[0], "a:p:road");
}

#[test]
fn goods_go_to_the_destination_that_they_have() {
    let mut world = net(&["a"], &[("a", "h", 1), ("a", "k", 5)]);
    world.nodes.extend([handover("h"), handover("k")]);
    world.streams[0].to = Some("k".into());
    world.streams.push(Stream { to: Some("h".into()), ..Stream::at("t", &[0], "a") });
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 departs, t#1 comes, t#1 departs
         1: t#1 arrives, t#1 handed over
         5: s#1 arrives, s#1 handed over",
    );
}

#[test]
fn without_a_destination_the_only_leg_leads_on_and_several_lead_nowhere() {
    let world = net(&["a", "b"], &[("a", "b", 1)]);
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 departs
         1: s#1 arrives, s#1 leaves",
    );
    // Two legs and no handover node: they leave where they are.
    let mut world = net(&["a", "b", "c"], &[("a", "b", 1), ("a", "c", 1)]);
    world.streams.extend([Stream::at("t", &[0], "b"), Stream::at("u", &[0], "c")]);
    tells(&to_toml(&world), "0: s#1 comes, s#1 leaves, t#1 comes, t#1 leaves, u#1 comes, u#1 leaves");
    // Two handover nodes: the stream names none, so it has no destination.
    let mut world = net(&["a"], &[("a", "h", 1)]);
    world.nodes.extend([handover("h"), handover("k")]);
    world.streams.push(Stream { to: Some("k".into()), ..Stream::at("t", &[0], "k") });
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 departs, t#1 comes, t#1 handed over
         1: s#1 arrives, s#1 handed over",
    );
}

#[test]
fn a_handover_node_is_an_end_unless_it_says_where_to() {
    let mut world = net(&["a"], &[("a", "h", 1), ("h", "b", 1)]);
    world.nodes.extend([handover("h"), Node::new("b", Kind::Hub)]);
    world.streams.push(Stream::at("t", &[0], "b"));
    world.nodes[2].next = Next::To("out".into());
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 departs, t#1 comes, t#1 leaves
         1: s#1 arrives, s#1 handed over",
    );
    world.nodes[1].next = Next::To("b".into());
    tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 departs, t#1 comes, t#1 leaves
         1: s#1 arrives, s#1 handed over, s#1 departs
         2: s#1 arrives, s#1 leaves",
    );
}

#[test]
fn nodes_that_no_leg_leads_to_are_passed_in_the_same_turn() {
    let mut world = net(&["a", "b", "c"], &[]);
    world.nodes.push(Node { steps: vec![Step::new("d", 1, 5)], ..Node::new("n", Kind::Hub) });
    for (i, next) in ["b", "c", "n"].into_iter().enumerate() {
        world.nodes[i].next = Next::To(next.into());
    }
    world.nodes[3].next = Next::To("out".into());
    let done = tells_also(
        &to_toml(&world),
        &["NodeReached"],
        "0: s#1 comes, s#1 reaches b, s#1 reaches c, s#1 reaches n, s#1 enters d, s#1 starts at 1
         5: s#1 done d, s#1 leaves",
    );
    let turn = |kind: &str| done.numbers(kind, "turn")[0];
    assert_eq!(done.numbers("NodeReached", "turn"), [turn("ConsignmentCreated"); 3]);
    assert_ne!(turn("NodeReached"), turn("YardEntered"));
}

#[test]
fn goods_leave_over_a_free_leg_in_the_turn_that_readies_them() {
    let mut world = net(&["a"], &[("a", "n", 1), ("n", "h", 1)]);
    world.nodes.extend([Node { steps: vec![Step::new("d", 1, 5)], ..Node::new("n", Kind::Hub) }, handover("h")]);
    let done = tells(
        &to_toml(&world),
        "0: s#1 comes, s#1 departs
         1: s#1 arrives, s#1 enters d, s#1 starts at 1
         6: s#1 done d, s#1 departs
         7: s#1 arrives, s#1 handed over",
    );
    let turns = |kind: &str| done.numbers(kind, "turn");
    assert_eq!(turns("LegDeparted"), [turns("ConsignmentCreated"), turns("HandlingFinished")].concat());
}

#[test]
fn the_next_node_is_reached_by_its_fastest_leg() {
    let mut world = net(&["a"], &[("a", "h", 3), ("a", "h", 2), ("a", "h", 2)]);
    world.nodes.push(handover("h"));
    world.nodes[0].next = Next::To("h".into());
    for (leg, name) in world.legs.iter_mut().zip(["a-1", "z", "y"]) {
        leg.name = Some(name.into());
    }
    assert_eq!(legs_of(&world), ["y"]);
    // A leg by its own name, however slow.
    world.nodes[0].next = Next::To("a-1".into());
    assert_eq!(legs_of(&world), ["a-1"]);
}

#[test]
fn a_choice_by_weights_is_made_once_in_the_turn_that_readies_the_goods() {
    let mut world = net(&["a"], &[("a", "h", 1), ("a", "k", 1)]);
    world.nodes.extend([handover("h"), handover("k")]);
    world.nodes[0].next = Next::Weights(vec![("h".into(), 1), ("k".into(), 1), ("out".into(), 1)]);
    world.nodes[0].steps = vec![Step::new("d", 9, 10)];
    // The node is closed when the goods are ready at 10, so who has chosen a leg waits, and does not choose again.
    world.streams = vec![Stream::at("s", &[0; 60], "a")];
    world.nodes[0].steps[0].servers = Servers::Unlimited;
    world.disruptions = vec![closed("a", 9, 5)];
    world.nodes[0].on_outage = Some(OnOutage::Finish);
    let done = run(&to_toml(&world), 1);
    let by_name = |kind: &str, key: &str| -> BTreeMap<String, Value> {
        let of = done.of(kind).into_iter();
        of.map(|e| (e["object"].as_str().expect("goods have a name").to_owned(), e[key].clone())).collect()
    };
    let (ready, chosen) = (by_name("HandlingFinished", "turn"), by_name("RouteChosen", "turn"));
    assert_eq!((done.of("RouteChosen").len(), chosen), (60, ready));
    assert!(done.numbers("RouteChosen", "t").iter().all(|&t| t == 10));
    // They leave when the node opens, each over the leg of its choice; who chose `out` is gone.
    let (to, took) = (by_name("RouteChosen", "to"), by_name("LegDeparted", "leg"));
    assert!(took.len() > 20 && took.len() < 60 && done.numbers("LegDeparted", "t").iter().all(|&t| t == 14));
    for (name, to) in to {
        assert_eq!(took.get(&name).cloned().unwrap_or(json!("out")), to, "{name} takes what it chose");
    }
}

#[test]
fn what_is_refused_leaves_the_model() {
    let mut world = hub(vec![Step::new("d", 1, 10)], &[0, 1]);
    (world.nodes[0].yard, world.nodes[0].when_full) = (Limit::number(1), WhenFull::Refuse);
    let done = run(&to_toml(&world), 1);
    assert_eq!(done.ended, Ended::Finished);
    assert_eq!(done.world.state.units.live(), 0);
    assert_eq!(done.figure("streams.s.left"), 2.0);
}
