//! The text of a small world, in the grammar of scenario files.

use super::*;
use std::fmt::Write as _;

/// The world as a scenario file, entries in the order of the lists.
pub fn to_toml(world: &World) -> String {
    let mut text = String::new();
    let date = |t: i64| date(world.start + t);
    line(&mut text, "[time]");
    line(&mut text, &format!("start = {}", date(0)));
    if let Some(end) = world.end {
        line(&mut text, &format!("end = {}", date(end)));
    }
    for item in &world.items {
        line(&mut text, "\n[[item]]");
        line(&mut text, &format!("name = \"{}\"", item.name));
        line(&mut text, &format!("mass = \"{} kg\"", item.mass));
        if let Some(class) = &item.class {
            line(&mut text, &format!("class = \"{class}\""));
        }
    }
    for disruption in &world.disruptions {
        line(&mut text, "\n[[disruption]]");
        line(&mut text, &format!("name = \"{}\"", disruption.name));
        line(&mut text, &format!("strikes = \"{}\"", disruption.strikes));
        if let Some(random) = &disruption.random {
            line(&mut text, &format!("arrivals = {{ every = {} }}", law(&random.every, seconds)));
            line(&mut text, &format!("lasts = {}", law(&random.lasts, seconds)));
            if random.each_server {
                line(&mut text, "each_server = true");
            }
        } else {
            line(&mut text, &format!("on = {}", date(disruption.on)));
            line(&mut text, &format!("lasts = {}", seconds(disruption.lasts)));
        }
        line(&mut text, &format!("effect = {}", effect(disruption.effect)));
    }
    for pool in &world.pools {
        line(&mut text, "\n[[pool]]");
        line(&mut text, &format!("name = \"{}\"", pool.name));
        servers(&mut text, world, &pool.servers);
    }
    for leg in &world.legs {
        leg_entry(&mut text, world, leg);
    }
    for node in &world.nodes {
        node_entry(&mut text, world, node);
    }
    for stream in &world.streams {
        stream_entry(&mut text, world, stream);
    }
    text
}

fn stream_entry(text: &mut String, world: &World, stream: &Stream) {
    line(text, "\n[[consignment]]");
    line(text, &format!("name = \"{}\"", stream.name));
    match &stream.arrivals {
        Arrivals::At(dates) => {
            let dates: Vec<String> = dates.iter().map(|&at| date(world.start + at)).collect();
            line(text, &format!("arrivals = {{ at = [{}] }}", dates.join(", ")));
        }
        Arrivals::Every { interval, first: None } => {
            line(text, &format!("arrivals = {{ every = {} }}", law(interval, seconds)));
        }
        Arrivals::Every { interval, first: Some(first) } => {
            let first = date(world.start + first);
            line(text, &format!("arrivals = {{ every = {}, first = {first} }}", law(interval, seconds)));
        }
    }
    if let Some(count) = stream.count {
        line(text, &format!("count = {count}"));
    }
    if let Some(batch) = &stream.batch {
        line(text, &format!("batch = {}", law(batch, bare)));
    }
    rate(text, world, stream);
    if stream.circulates {
        line(text, "circulates = true");
    }
    line(text, &format!("priority = {}", law(&stream.priority, bare)));
    match &stream.goods {
        Goods::Unstated => {}
        Goods::Mass(mass) => line(text, &format!("mass = {}", law(mass, kilograms))),
        Goods::Item { name, quantity } => {
            line(text, &format!("item = \"{name}\""));
            line(text, &format!("quantity = {}", law(quantity, bare)));
        }
    }
    line(text, &format!("enters = \"{}\"", stream.enters));
    if let Some(to) = &stream.to {
        line(text, &format!("to = \"{to}\""));
    }
}

fn rate(text: &mut String, world: &World, stream: &Stream) {
    let factors = |list: &[u64]| {
        let list: Vec<String> = list.iter().map(|&factor| millionths(factor)).collect();
        format!("[{}]", list.join(", "))
    };
    match &stream.profile {
        None => {}
        Some(Profile::Parts { period, factors: of }) => {
            line(text, &format!("profile = {{ period = {}, factors = {} }}", seconds(*period), factors(of)));
        }
        Some(Profile::Calendar { hours, weekdays, months }) => {
            let parts = [("hours", hours), ("weekdays", weekdays), ("months", months)];
            let said = parts.iter().filter(|(_, list)| !list.is_empty());
            let said: Vec<String> = said.map(|(name, list)| format!("{name} = {}", factors(list))).collect();
            line(text, &format!("profile = {{ {} }}", said.join(", ")));
        }
    }
    if !stream.trend.is_empty() {
        let point = |&(at, factor): &(i64, u64)| {
            format!("{{ at = {}, factor = {} }}", date(world.start + at), millionths(factor))
        };
        let points: Vec<String> = stream.trend.iter().map(point).collect();
        line(text, &format!("trend = [{}]", points.join(", ")));
    }
}

fn node_entry(text: &mut String, world: &World, node: &Node) {
    line(text, "\n[[node]]");
    line(text, &format!("name = \"{}\"", node.name));
    let kind = match node.kind {
        Kind::Origin => "origin",
        Kind::Hub => "hub",
        Kind::Handover => "handover",
    };
    line(text, &format!("kind = \"{kind}\""));
    yard(text, node.yard, &node.when_full);
    hours(text, node.hours);
    on_outage(text, node.on_outage);
    if let Some(next) = next(&node.next) {
        line(text, &format!("next = {next}"));
    }
    for step in &node.steps {
        line(text, "\n[[node.step]]");
        line(text, &format!("name = \"{}\"", step.name));
        servers(text, world, &step.servers);
        line(text, &format!("time = {}", law(&step.time, seconds)));
        discipline(text, step.discipline);
        match step.preempt {
            None => {}
            Some(Preempt::Resume) => line(text, "preempt = \"resume\""),
            Some(Preempt::Restart) => line(text, "preempt = \"restart\""),
        }
        yard(text, step.yard, &step.when_full);
        if step.repeat > 0 {
            line(text, &format!("repeat = {}", millionths(step.repeat)));
        }
        if let Some(patience) = &step.patience {
            line(text, &format!("patience = {}", law(patience, seconds)));
        }
        if !step.uses.is_empty() {
            let uses: Vec<String> = step.uses.iter().map(|(pool, n)| format!("\"{pool}\" = {n}")).collect();
            line(text, &format!("uses = {{ {} }}", uses.join(", ")));
        }
        if let Some(away) = &step.away {
            line(text, &format!("away_when_idle = {}", law(away, seconds)));
        }
        if !step.only.is_empty() {
            line(text, &format!("only = {:?}", step.only));
        }
        hours(text, step.hours);
        on_outage(text, step.on_outage);
    }
}

fn servers(text: &mut String, world: &World, servers: &Servers) {
    match servers {
        Servers::Number(n) => line(text, &format!("servers = {n}")),
        Servers::Unlimited => line(text, "servers = \"unlimited\""),
        Servers::Calendar(parts) => {
            let number = |n| if n == UNLIMITED { "\"unlimited\"".into() } else { bare(n) };
            let part =
                |&(from, n): &(i64, i64)| format!("{{ from = {}, n = {} }}", date(world.start + from), number(n));
            let parts: Vec<String> = parts.iter().map(part).collect();
            line(text, &format!("servers = [{}]", parts.join(", ")));
        }
    }
}

fn next(next: &Next) -> Option<String> {
    Some(match next {
        Next::Unsaid => return None,
        Next::To(to) => format!("\"{to}\""),
        Next::Weights(weights) => {
            let weights: Vec<String> = weights.iter().map(|(to, weight)| format!("\"{to}\" = {weight}")).collect();
            format!("{{ weights = {{ {} }} }}", weights.join(", "))
        }
        Next::Fastest => "\"fastest\"".into(),
        Next::LeastBacklog => "\"least_backlog\"".into(),
        Next::By(by, ways, other) => {
            let by = match by {
                Trait::Item => "item",
                Trait::Class => "class",
                Trait::Priority => "priority",
                Trait::Stream => "stream",
                Trait::Destination => "destination",
            };
            let said = |way: &Next| self::next(way).expect("a choice of ways says where to");
            let mut parts = vec![format!("by = \"{by}\"")];
            parts.extend(ways.iter().map(|(name, way)| format!("\"{name}\" = {}", said(way))));
            parts.push(format!("else = {}", said(other)));
            format!("{{ {} }}", parts.join(", "))
        }
    })
}

fn leg_entry(text: &mut String, world: &World, leg: &Leg) {
    line(text, "\n[[leg]]");
    if let Some(name) = &leg.name {
        line(text, &format!("name = \"{name}\""));
    }
    line(text, &format!("from = \"{}\"", leg.from));
    line(text, &format!("to = \"{}\"", leg.to));
    line(text, &format!("mode = \"{}\"", leg.mode));
    line(text, &format!("transit = {}", law(&leg.transit, seconds)));
    if let Some(departures) = &leg.departures {
        line(text, &format!("departures = {{ {} }}", departures_parts(world, departures).join(", ")));
    }
}

fn departures_parts(world: &World, departures: &Departures) -> Vec<String> {
    let mut parts = vec![];
    if let Some(every) = departures.every {
        parts.push(format!("every = {}", seconds(every)));
    }
    if let Some(first) = departures.first {
        parts.push(format!("first = {}", date(world.start + first)));
    }
    if departures.capacity.is_stated() {
        parts.push(format!("capacity = {}", limit(departures.capacity)));
    }
    if departures.min_load.is_stated() {
        parts.push(format!("min_load = {}", limit(departures.min_load)));
    }
    if departures.when_loaded {
        parts.push("when_loaded = true".into());
    }
    if let Some(or_after) = departures.or_after {
        parts.push(format!("or_after = {}", seconds(or_after)));
    }
    if let Some(fleet) = departures.fleet {
        parts.push(format!("fleet = {fleet}"));
    }
    if departures.back != Law::Constant(0) {
        parts.push(format!("return = {}", law(&departures.back, seconds)));
    }
    if departures.strict {
        parts.push("strict = true".into());
    }
    if departures.each {
        parts.push("each = true".into());
    }
    if departures.discipline != Discipline::Priority {
        parts.push(format!("discipline = \"{}\"", discipline_name(departures.discipline)));
    }
    parts
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("writing to a String cannot fail");
}

fn yard(text: &mut String, yard: Limit, when_full: &WhenFull) {
    if yard.is_stated() {
        line(text, &format!("yard = {}", limit(yard)));
    }
    match when_full {
        WhenFull::Wait => {}
        WhenFull::Refuse => line(text, "when_full = \"refuse\""),
        WhenFull::Overflow => line(text, "when_full = \"overflow\""),
        WhenFull::Divert(to) => {
            line(text, "when_full = \"divert\"");
            line(text, &format!("divert_to = \"{to}\""));
        }
    }
}

fn hours(text: &mut String, hours: Option<Hours>) {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    if let Some(h) = hours {
        let (first, last) = (DAYS[usize::from(h.first)], DAYS[usize::from(h.last)]);
        line(text, &format!("hours = \"{first}-{last} {}-{}\"", clock(h.opens), clock(h.closes)));
    }
}

fn on_outage(text: &mut String, on_outage: Option<OnOutage>) {
    match on_outage {
        None => {}
        Some(OnOutage::Pause) => line(text, "on_outage = \"pause\""),
        Some(OnOutage::Finish) => line(text, "on_outage = \"finish\""),
        Some(OnOutage::Requeue) => line(text, "on_outage = \"requeue\""),
    }
}

fn discipline(text: &mut String, discipline: Discipline) {
    if discipline != Discipline::Priority {
        line(text, &format!("discipline = \"{}\"", discipline_name(discipline)));
    }
}

fn discipline_name(discipline: Discipline) -> &'static str {
    match discipline {
        Discipline::Priority => "priority",
        Discipline::Fifo => "fifo",
        Discipline::Lifo => "lifo",
        Discipline::EarliestDue => "earliest_due",
        Discipline::Shortest => "shortest",
    }
}

fn effect(effect: Effect) -> String {
    match effect {
        Effect::Closed => "\"closed\"".into(),
        Effect::Time(factor) => format!("{{ time = {} }}", millionths(factor)),
        Effect::Capacity(share) => format!("{{ capacity = {} }}", millionths(share)),
    }
}

fn limit(limit: Limit) -> String {
    match (limit.number, limit.mass) {
        (Some(number), None) => number.to_string(),
        (None, Some(mass)) => kilograms(mass),
        (Some(number), Some(mass)) => format!("{{ number = {number}, mass = {} }}", kilograms(mass)),
        (None, None) => unreachable!("a limit that limits nothing is not written"),
    }
}

/// A law over values that are written as `value` writes them.
fn law(law: &Law, value: fn(i64) -> String) -> String {
    match law {
        Law::Constant(constant) => value(*constant),
        Law::Uniform(low, high) => format!("{{ uniform = {{ low = {}, high = {} }} }}", value(*low), value(*high)),
        Law::Weights(weights) => {
            let quoted = |v: i64| format!("\"{}\"", value(v).trim_matches('"'));
            let parts: Vec<String> = weights.iter().map(|&(v, weight)| format!("{} = {weight}", quoted(v))).collect();
            format!("{{ weights = {{ {} }} }}", parts.join(", "))
        }
        Law::Empirical(values) => {
            let values: Vec<String> = values.iter().map(|&v| value(v)).collect();
            format!("{{ empirical = {{ values = [{}] }} }}", values.join(", "))
        }
    }
}

fn bare(value: i64) -> String {
    value.to_string()
}

fn seconds(value: i64) -> String {
    if value != 0 && value % 60 == 0 { format!("\"{} min\"", value / 60) } else { format!("\"{value} s\"") }
}

fn kilograms(value: i64) -> String {
    format!("\"{value} kg\"")
}

/// A number of millionths as a TOML float, without loss.
fn millionths(value: u64) -> String {
    let digits = format!("{:06}", value % MILLION);
    let digits = digits.trim_end_matches('0');
    format!("{}.{}", value / MILLION, if digits.is_empty() { "0" } else { digits })
}

/// A date at midnight, else a date and a time, both UTC.
fn date(unix: i64) -> String {
    let stamp = jiff::Timestamp::from_second(unix).expect("dates of small worlds are near").to_string();
    stamp.strip_suffix("T00:00:00Z").map_or(stamp.clone(), str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_is_written_in_the_grammar_of_scenarios() {
        let mut world = World::new();
        world.end = Some(90);
        world.items = vec![Item::new("kit", 2)];
        let dock = Step {
            servers: Servers::Calendar(vec![(0, 1), (60, 2)]),
            time: Law::Weights(vec![(5, 2), (120, 1)]),
            repeat: MILLION / 20,
            yard: Limit { number: Some(2), mass: Some(9) },
            when_full: WhenFull::Divert("b".into()),
            discipline: Discipline::EarliestDue,
            on_outage: Some(OnOutage::Requeue),
            ..Step::new("dock", 1, 0)
        };
        let a = Node {
            steps: vec![dock],
            yard: Limit::mass(12),
            hours: Some(Hours { first: 0, last: 4, opens: 61, closes: 1440 }),
            next: Next::Weights(vec![("a:b:road".into(), 2), ("out".into(), 1)]),
            ..Node::new("a", Kind::Hub)
        };
        world.nodes = vec![a, Node::new("b", Kind::Handover)];
        let departures = Departures {
            capacity: Limit::number(2),
            first: Some(-5),
            strict: true,
            each: true,
            ..Departures::every(60)
        };
        world.legs = vec![Leg { departures: Some(departures), ..Leg::road("a", "b", 7) }];
        let goods = Goods::Item { name: "kit".into(), quantity: Law::Uniform(1, 3) };
        world.streams = vec![Stream { goods, to: Some("b".into()), ..Stream::at("s", &[-1, 0], "a") }];
        let effect = Effect::Time(MILLION * 3 / 2);
        world.disruptions =
            vec![Disruption { name: "d".into(), strikes: "a.dock".into(), on: 3, lasts: 60, effect, random: None }];
        let expected = r#"[time]
start = 2025-07-14
end = 2025-07-14T00:01:30Z

[[item]]
name = "kit"
mass = "2 kg"

[[disruption]]
name = "d"
strikes = "a.dock"
on = 2025-07-14T00:00:03Z
lasts = "1 min"
effect = { time = 1.5 }

[[leg]]
from = "a"
to = "b"
mode = "road"
transit = "7 s"
departures = { every = "1 min", first = 2025-07-13T23:59:55Z, capacity = 2, strict = true, each = true }

[[node]]
name = "a"
kind = "hub"
yard = "12 kg"
hours = "Mon-Fri 01:01-24:00"
next = { weights = { "a:b:road" = 2, "out" = 1 } }

[[node.step]]
name = "dock"
servers = [{ from = 2025-07-14, n = 1 }, { from = 2025-07-14T00:01:00Z, n = 2 }]
time = { weights = { "5 s" = 2, "2 min" = 1 } }
discipline = "earliest_due"
yard = { number = 2, mass = "9 kg" }
when_full = "divert"
divert_to = "b"
repeat = 0.05
on_outage = "requeue"

[[node]]
name = "b"
kind = "handover"

[[consignment]]
name = "s"
arrivals = { at = [2025-07-13T23:59:59Z, 2025-07-14] }
priority = 1
item = "kit"
quantity = { uniform = { low = 1, high = 3 } }
enters = "a"
to = "b"
"#;
        assert_eq!(to_toml(&world), expected);
    }

    #[test]
    fn keys_that_came_later_are_written_too() {
        let mut world = World::new();
        world.end = Some(90);
        world.pools = vec![Pool { name: "crew".into(), servers: Servers::Calendar(vec![(0, 1), (60, UNLIMITED)]) }];
        let dock = Step {
            preempt: Some(Preempt::Restart),
            patience: Some(Law::Constant(7)),
            uses: vec![("crew".into(), 2)],
            away: Some(Law::Uniform(0, 5)),
            only: vec!["kit".into(), "b".into()],
            ..Step::new("dock", 1, 5)
        };
        world.nodes = vec![Node { steps: vec![dock], ..Node::new("n", Kind::Hub) }];
        let every = |profile: Profile| Stream {
            arrivals: Arrivals::Every { interval: Law::Constant(5), first: None },
            profile: Some(profile),
            ..Stream::at("s", &[], "n")
        };
        let parts = Profile::Parts { period: 40, factors: vec![0, MILLION / 2] };
        let weekdays = vec![MILLION, 0, 0, 0, 0, 0, 1_234_567];
        let calendar = Profile::Calendar { hours: vec![], weekdays, months: vec![MILLION; 12] };
        world.streams = vec![
            Stream { batch: Some(Law::Uniform(1, 4)), circulates: true, ..every(parts) },
            Stream { trend: vec![(-5, 0), (60, 2 * MILLION)], ..every(calendar) },
        ];
        let random = Random { every: Law::Constant(9), lasts: Law::Uniform(0, 5), each_server: true };
        world.disruptions = vec![Disruption {
            name: "d".into(),
            strikes: "n.dock".into(),
            on: 0,
            lasts: 0,
            effect: Effect::Closed,
            random: Some(random),
        }];
        let text = to_toml(&world);
        for line in [
            r#"arrivals = { every = "9 s" }"#,
            r#"lasts = { uniform = { low = "0 s", high = "5 s" } }"#,
            "each_server = true",
            r#"servers = [{ from = 2025-07-14, n = 1 }, { from = 2025-07-14T00:01:00Z, n = "unlimited" }]"#,
            r#"preempt = "restart""#,
            r#"patience = "7 s""#,
            r#"uses = { "crew" = 2 }"#,
            r#"away_when_idle = { uniform = { low = "0 s", high = "5 s" } }"#,
            r#"only = ["kit", "b"]"#,
            "batch = { uniform = { low = 1, high = 4 } }",
            "circulates = true",
            r#"profile = { period = "40 s", factors = [0.0, 0.5] }"#,
            "profile = { weekdays = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.234567], months = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0] }",
            "trend = [{ at = 2025-07-13T23:59:55Z, factor = 0.0 }, { at = 2025-07-14T00:01:00Z, factor = 2.0 }]",
        ] {
            assert!(text.lines().any(|written| written == line), "{line} in\n{text}");
        }
    }
}
