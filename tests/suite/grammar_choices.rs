//! What is chosen by what goods are, steps for some goods only, and ways by backlog, worked by hand in seconds.

use crate::support::{Done, at, read, refused, retells};

const WORDS: &[(&str, &str, &str)] = &[
    ("HandlingStarted", "starts at", "step"),
    ("HandlingFinished", "is done at", "step"),
    ("RouteChosen", "goes to", "to"),
    ("LegDeparted", "departs", "leg"),
    ("LeftModel", "leaves at", "node"),
];

#[track_caller]
fn tells(text: &str, kinds: &[&str], expected: &str) -> Done {
    let words: Vec<_> = WORDS.iter().copied().filter(|w| kinds.contains(&w.0)).collect();
    retells(text, &words, expected)
}

const ITEMS: &str = "[time]\nstart = 2025-01-01\nend = \"1h\"\n
[[item]]\nname = \"fuel\"\nclass = \"III\"\n\n[[item]]\nname = \"shell\"\nclass = \"V\"\n\n[[item]]\nname = \"spare\"\n";

/// Streams of one consignment each: name, item (or none), second, and more keys.
fn streams(all: &[(&str, &str, i64, &str)]) -> String {
    let one = |&(name, item, second, more): &(&str, &str, i64, &str)| {
        let item = if item.is_empty() { String::new() } else { format!("item = \"{item}\"\n") };
        format!("\n[[consignment]]\nname = \"{name}\"\nenters = \"n\"\n{item}{more}\narrivals = {}\n", at(&[second]))
    };
    all.iter().map(one).collect()
}

fn node(name: &str, keys: &str) -> String {
    format!("\n[[node]]\nname = \"{name}\"\n{keys}\n")
}

fn step(name: &str, keys: &str) -> String {
    format!("\n[[node.step]]\nname = \"{name}\"\n{keys}\n")
}

const WORK: &[&str] = &["HandlingStarted", "HandlingFinished"];

#[test]
fn a_time_goes_by_the_item_and_all_else_takes_the_rest() {
    let dock = step("dock", "servers = 3\ntime = { by = \"item\", shell = \"7s\", fuel = \"4s\", else = \"2s\" }");
    let goods = [("a", "shell", 0, ""), ("b", "fuel", 1, ""), ("c", "", 1, "")];
    tells(
        &(ITEMS.to_owned() + &node("n", "") + &dock + &streams(&goods)),
        WORK,
        "0: a#1 starts at dock
         1: b#1 starts at dock; c#1 starts at dock
         3: c#1 is done at dock
         5: b#1 is done at dock
         7: a#1 is done at dock",
    );
}

#[test]
fn a_time_goes_by_class_priority_stream_or_destination() {
    let goods = [("a", "shell", 0, "priority = 2"), ("b", "fuel", 1, "to = \"n\"")];
    for (by, first, second) in [
        ("by = \"class\", V = \"7s\", III = \"4s\"", 7, 4),
        ("by = \"priority\", 2 = \"6s\", 1 = \"3s\"", 6, 3),
        ("by = \"stream\", a = \"8s\", b = \"9s\"", 8, 9),
        ("by = \"destination\", n = \"5s\", else = \"1s\"", 1, 5),
    ] {
        let dock = step("dock", &format!("servers = 2\ntime = {{ {by} }}"));
        let done = crate::support::run(&(ITEMS.to_owned() + &node("n", "") + &dock + &streams(&goods)), 1);
        assert_eq!(done.numbers("HandlingStarted", "service"), [first, second], "{by}");
    }
}

#[test]
fn a_factor_multiplies_what_was_drawn_and_is_rounded_once() {
    let dock = step("dock", "servers = 3\ntime = \"5s\"\nfactors = { by = \"class\", V = 1.5, III = 0.5 }");
    let goods = [("a", "shell", 0, ""), ("b", "fuel", 0, ""), ("c", "spare", 0, "")];
    let done = crate::support::run(&(ITEMS.to_owned() + &node("n", "") + &dock + &streams(&goods)), 1);
    // 7.5 and 2.5 seconds, halves up; no class, no factor.
    assert_eq!(done.numbers("HandlingStarted", "service"), [8, 3, 5]);
}

#[test]
fn what_is_drawn_by_choice_is_the_same_whatever_stands_beside_it() {
    let dock = |time: &str| step("dock", &format!("time = {time}"));
    let services = |time: &str| {
        let text =
            ITEMS.to_owned() + &node("n", "") + &dock(time) + &streams(&[("a", "shell", 0, ""), ("b", "fuel", 9, "")]);
        crate::support::run(&text, 1).numbers("HandlingStarted", "service")
    };
    let plain = services("{ exponential = \"90s\" }");
    let chosen = services("{ by = \"item\", shell = { exponential = \"90s\" }, fuel = \"1s\" }");
    assert_eq!((plain[0], 1), (chosen[0], chosen[1]));
}

#[test]
fn a_step_for_some_goods_is_passed_by_all_others() {
    let steps = step("unload", "time = \"2s\"")
        + &step("magazine", "time = \"5s\"\nonly = [\"V\", \"spare\"]")
        + &step("papers", "time = \"1s\"");
    let goods = [("a", "shell", 0, ""), ("b", "fuel", 0, ""), ("c", "spare", 20, "")];
    let done = tells(
        &(ITEMS.to_owned() + &node("n", "") + &steps + &streams(&goods)),
        WORK,
        "0: a#1 starts at unload
         2: a#1 is done at unload; a#1 starts at magazine; b#1 starts at unload
         4: b#1 is done at unload; b#1 starts at papers
         5: b#1 is done at papers
         7: a#1 is done at magazine; a#1 starts at papers
         8: a#1 is done at papers
         20: c#1 starts at unload
         22: c#1 is done at unload; c#1 starts at magazine
         27: c#1 is done at magazine; c#1 starts at papers
         28: c#1 is done at papers",
    );
    assert_eq!(done.figure("stations.n.magazine.arrivals"), 2.0);
}

#[test]
fn goods_come_in_by_the_first_step_that_handles_them_and_share_the_yard() {
    // One place in the yard: fuel enters at `papers`, shells at `magazine`; who leaves lets the next one in.
    let steps = step("magazine", "time = \"5s\"\nonly = \"shell\"") + &step("papers", "time = \"2s\"\nonly = \"fuel\"");
    let goods = [("a", "shell", 0, ""), ("b", "fuel", 1, ""), ("c", "spare", 1, "")];
    tells(
        &(ITEMS.to_owned() + &node("n", "yard = 1\nnext = \"out\"") + &steps + &streams(&goods)),
        &["HandlingStarted", "HandlingFinished", "LeftModel"],
        "0: a#1 starts at magazine
         1: c#1 leaves at n
         5: a#1 is done at magazine; a#1 leaves at n; b#1 starts at papers
         7: b#1 is done at papers; b#1 leaves at n",
    );
}

#[test]
fn a_way_goes_by_what_goods_are_and_a_choice_may_stand_in_a_choice() {
    let next = "next = { by = \"class\", V = \"x\", else = { by = \"stream\", b = \"y\", else = \"out\" } }";
    let goods = [("a", "shell", 0, ""), ("b", "fuel", 1, ""), ("c", "", 2, "")];
    tells(
        &(ITEMS.to_owned() + &node("n", next) + &node("x", "") + &node("y", "") + &streams(&goods)),
        &["LeftModel"],
        "0: a#1 leaves at x
         1: b#1 leaves at y
         2: c#1 leaves at n",
    );
}

#[test]
fn a_chosen_transit_is_each_ones_own() {
    let leg = "\n[[leg]]\nname = \"l\"\nfrom = \"n\"\nto = \"h\"\ntransit = { by = \"item\", shell = \"9s\", else = \"4s\" }\n";
    let goods = [("a", "shell", 0, ""), ("b", "fuel", 0, "")];
    for departures in ["", "departures = { every = \"10s\", each = true }\n"] {
        let text =
            ITEMS.to_owned() + &node("n", "") + &node("h", "kind = \"handover\"") + leg + departures + &streams(&goods);
        let done = crate::support::run(&text, 1);
        assert_eq!(done.numbers("LegDeparted", "transit"), [9, 4]);
    }
}

/// A fork with legs of 3 s to `x` and 2 s to `y`, each with one dock of 10 s.
fn fork(more: &str) -> String {
    let leg = |to: &str, transit: &str| {
        format!("\n[[leg]]\nname = \"to-{to}\"\nfrom = \"n\"\nto = \"{to}\"\ntransit = \"{transit}\"\n")
    };
    ITEMS.to_owned()
        + &node("n", "next = \"least_backlog\"")
        + &node("x", "next = \"out\"")
        + &step("dock", "time = \"10s\"")
        + &node("y", "next = \"out\"")
        + &step("dock", "time = \"10s\"")
        + &leg("x", "3s")
        + &leg("y", "2s")
        + more
}

#[test]
fn the_least_backlog_counts_who_is_there_and_who_is_bound_for_it() {
    // At 0: none anywhere, x by name. At 1: one bound for x, so y. At 2: one each, x by name. At 3: two and one: y.
    // a is done at 13, b at 13 (1 + 2 + 10): at 13 there are c at x, d at y, again x by name.
    let goods = [("a", "", 0, ""), ("b", "", 1, ""), ("c", "", 2, ""), ("d", "", 3, ""), ("e", "", 13, "")];
    tells(
        &fork(&streams(&goods)),
        &["RouteChosen", "HandlingFinished"],
        "0: a#1 goes to to-x
         1: b#1 goes to to-y
         2: c#1 goes to to-x
         3: d#1 goes to to-y
         13: a#1 is done at dock; b#1 is done at dock; e#1 goes to to-x
         23: c#1 is done at dock; d#1 is done at dock
         33: e#1 is done at dock",
    );
}

#[test]
fn those_of_one_convoy_look_at_one_another() {
    // Four come over one leg at one instant and divide two and two, by name.
    let convoy = "\n[[node]]\nname = \"o\"\nnext = \"n\"\n\n[[leg]]\nfrom = \"o\"\nto = \"n\"\ntransit = \"5s\"\ndepartures = { every = \"10s\" }\n\n\
                  [[consignment]]\nname = \"s\"\nenters = \"o\"\non = 2025-01-01\nbatch = 4\n";
    let text = fork(convoy);
    tells(&text, &["RouteChosen"], "15: s#1 goes to to-x; s#2 goes to to-y; s#3 goes to to-x; s#4 goes to to-y");
}

#[test]
fn lots_of_one_line_look_at_one_another() {
    let need = "\n[[node]]\nname = \"border\"\nkind = \"handover\"\n\n[[leg]]\nfrom = \"x\"\nto = \"border\"\ntransit = \"1s\"\n\n\
                [[leg]]\nfrom = \"y\"\nto = \"border\"\ntransit = \"1s\"\n\n\
                [[requirement]]\nname = \"need\"\non = 2025-01-01\nitem = \"lots\"\nquantity = 4\norigin = \"n\"\n\n[[item]]\nname = \"lots\"\nlot = 1\n";
    let text = fork(need).replace("next = \"out\"", "");
    tells(
        &text,
        &["RouteChosen"],
        "0: need#1/1#1 goes to to-x; need#1/1#2 goes to to-y; need#1/1#3 goes to to-x; need#1/1#4 goes to to-y",
    );
}

#[test]
fn who_went_elsewhere_in_the_same_turn_is_counted_where_it_went() {
    // Shells go to x by what they are; what comes with them, or of the same requirement, finds one bound for x and none for y.
    let by_item = "next = { by = \"item\", shell = \"x\", else = \"least_backlog\" }";
    let convoy = "\n[[node]]\nname = \"o\"\nnext = \"n\"\n\n[[leg]]\nfrom = \"o\"\nto = \"n\"\ntransit = \"5s\"\ndepartures = { every = \"10s\" }\n";
    let together = streams(&[("a", "shell", 0, ""), ("b", "fuel", 0, "")]).replace("enters = \"n\"", "enters = \"o\"");
    let text = (fork(convoy) + &together).replace("next = \"least_backlog\"", by_item);
    tells(&text, &["RouteChosen"], "15: b#1 goes to to-y");
    let need = "\n[[node]]\nname = \"border\"\nkind = \"handover\"\n\n[[leg]]\nfrom = \"x\"\nto = \"border\"\ntransit = \"1s\"\n\n\
                [[leg]]\nfrom = \"y\"\nto = \"border\"\ntransit = \"1s\"\n\n[[requirement]]\nname = \"need\"\non = 2025-01-01\n\
                lines = [{ item = \"shell\", quantity = 1, origin = \"n\" }, { item = \"fuel\", quantity = 1, origin = \"n\" }]\n";
    let text = fork(need).replace("next = \"out\"", "").replace("next = \"least_backlog\"", by_item);
    tells(&text, &["RouteChosen"], "0: need#1/2#1 goes to to-y");
}

#[test]
fn the_least_backlog_goes_only_where_the_destination_can_be_reached() {
    let far = "\n[[node]]\nname = \"h\"\nkind = \"handover\"\n\n[[leg]]\nfrom = \"y\"\nto = \"h\"\ntransit = \"1s\"\n";
    let text = fork(far).replace("name = \"y\"\nnext = \"out\"", "name = \"y\"");
    let goods = [("a", "", 0, ""), ("b", "", 1, "")];
    tells(&(text + &streams(&goods)), &["RouteChosen"], "0: a#1 goes to to-y\n1: b#1 goes to to-y");
}

#[test]
fn a_choice_that_says_nothing_of_what_comes_is_a_mistake() {
    let wrong = |text: &str| refused(&(ITEMS.to_owned() + text));
    let goods = streams(&[("a", "shell", 0, ""), ("b", "fuel", 0, "")]);
    let dock = node("n", "") + &step("dock", "time = { by = \"item\", shell = \"7s\" }");
    assert!(wrong(&(dock + &goods)).contains("the `time` of `n.dock` says nothing about goods of `b`"));
    let way = node("n", "next = { by = \"class\", V = \"out\" }");
    assert!(wrong(&(way + &goods)).contains("the `next` of `n` says nothing about goods of `b`"));
    let unknown = node("n", "next = { by = \"class\", VI = \"out\", else = \"out\" }");
    assert!(wrong(&(unknown + &goods)).contains("there is no class `VI`"));
    let together = node("n", "")
        + &node("h", "kind = \"handover\"")
        + "\n[[leg]]\nfrom = \"n\"\nto = \"h\"\ntransit = { by = \"item\", else = \"4s\" }\ndepartures = { every = \"1h\" }\n";
    assert!(wrong(&(together + &goods)).contains("under way together"));
}

#[test]
fn offered_loads_go_by_what_is_chosen() {
    // Six shells of 10 min and two fuel loads of 30 min a day at one server: 2 h of 24.
    let dock = step("dock", "time = { by = \"item\", shell = \"10 min\", fuel = \"30 min\" }");
    let streams = "\n[[consignment]]\nname = \"a\"\nenters = \"n\"\nitem = \"shell\"\narrivals = { poisson = \"6/d\" }\n\n\
                   [[consignment]]\nname = \"b\"\nenters = \"n\"\nitem = \"fuel\"\narrivals = { poisson = \"2/d\" }\n";
    let plan = read(&(ITEMS.to_owned() + &node("n", "") + &dock + streams)).plan;
    let load = &waybill::scenario::loads(&plan)[0];
    assert!((load.load - 2.0 / 24.0).abs() < 1e-12, "{load:?}");
}

#[test]
fn who_chooses_does_not_count_itself() {
    // Done at n, it may go round to n or on to y: nobody else is at either, and n is first by name.
    let leg = |to: &str| format!("\n[[leg]]\nname = \"to-{to}\"\nfrom = \"n\"\nto = \"{to}\"\ntransit = \"3s\"\n");
    let text = ITEMS.replace("1h", "10s")
        + &node("n", "next = \"least_backlog\"")
        + &step("dock", "time = \"5s\"")
        + &node("y", "next = \"out\"")
        + &leg("n")
        + &leg("y")
        + &streams(&[("a", "", 0, "")]);
    tells(&text, &["RouteChosen"], "5: a#1 goes to to-n");
}
