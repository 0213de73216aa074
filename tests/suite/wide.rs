//! Random scenarios of everything at once, as texts: requirements, desks, stocks, money, packages, goods on their way, and what
//! disturbs them. Each key is on with a coin of its own; a world is repeated by its number.

use crate::support::Dice;

/// A scenario: its head, and its entries, each with what belongs to it.
pub struct Wide {
    head: String,
    entries: Vec<String>,
    /// Days that it lasts.
    pub days: i64,
}

impl Wide {
    /// The same with the entries in another order.
    pub fn turned(&self) -> Wide {
        Wide { head: self.head.clone(), entries: self.entries.iter().rev().cloned().collect(), days: self.days }
    }

    /// The text.
    pub fn text(&self) -> String {
        self.until(self.days * 24)
    }

    /// The same with an end after so many hours.
    pub fn until(&self, hours: i64) -> String {
        self.head.replace("END", &format!("{hours}h")) + &self.entries.concat()
    }
}

pub fn world(number: u64) -> Wide {
    let mut dice = Dice::new(number ^ 0x7769_6465);
    let days = dice.between(10, 40);
    let mut made = Making { dice: &mut dice, out: Vec::new(), desks: false, port: false, days };
    made.items();
    made.network();
    made.funds();
    made.needs();
    made.goods();
    made.disturbances();
    let out = std::mem::take(&mut made.out);
    let recognition = match (made.dice.below(6), made.port) {
        (0, _) => "recognition = \"R3\"\n",
        (1, true) => "recognition = \"R2\"\n",
        (2, _) => "recognition = \"R0\"\n",
        _ => "",
    };
    let warm_up = made.dice.of(&[0, 0, 0, 24, 100]);
    let head = format!(
        "{recognition}[time]\nstart = 2025-01-01\nend = \"END\"\nwarm_up = \"{warm_up}h\"\n\n[money]\ncurrency = \"USD\"\n\
         rates = [{{ currency = \"EUR\", from = 2024-12-01, rate = 1.1 }}, {{ currency = \"EUR\", from = 2025-01-09, rate = 1.2345 }}]\n"
    );
    Wide { head, entries: out, days }
}

const ITEMS: [&str; 3] = ["shell", "fuel", "radio"];
const MECHANISMS: [&str; 3] = ["purl", "other", "gifts"];

struct Making<'a> {
    dice: &'a mut Dice,
    out: Vec<String>,
    desks: bool,
    port: bool,
    days: i64,
}

impl Making<'_> {
    fn add(&mut self, kind: &str, name: &str, keys: Vec<String>) {
        let keys: String = keys.into_iter().filter(|key| !key.is_empty()).map(|key| key + "\n").collect();
        self.out.push(format!("\n[[{kind}]]\nname = \"{name}\"\n{keys}"));
    }

    /// A key with this chance in percent.
    fn may(&mut self, percent: u32, key: impl FnOnce(&mut Self) -> String) -> String {
        if self.dice.coin(percent) { key(self) } else { String::new() }
    }

    fn pick(&mut self, of: &[&str]) -> String {
        (*self.dice.one(of)).to_owned()
    }

    /// Up to so many hours, constant or drawn.
    fn time(&mut self, most: i64) -> String {
        let hours = self.dice.between(1, most);
        match self.dice.below(7) {
            0 => "\"0h\"".to_owned(),
            1 => format!("{{ exponential = \"{hours}h\" }}"),
            2 => format!("{{ uniform = {{ low = \"0h\", high = \"{hours}h\" }} }}"),
            3 => format!("{{ empirical = {{ values = [\"0h\", \"{hours}h\"] }} }}"),
            4 => format!("{{ lognormal = {{ mean = \"{hours}h\", cv = 0.8 }} }}"),
            _ => format!("\"{hours}h\""),
        }
    }

    /// A time that is never always nothing.
    fn gap(&mut self, most: i64) -> String {
        let hours = self.dice.between(5, most);
        self.pick(&["\"Nh\"", "{ exponential = \"Nh\" }", "{ uniform = { low = \"1h\", high = \"Nh\" } }"])
            .replace('N', &hours.to_string())
    }

    /// A date from a few days before the start on; whole hours, often the same.
    fn date(&mut self) -> String {
        let day = match self.dice.below(8) {
            0 => return format!("2024-12-{:02}", self.dice.between(25, 31)),
            1 => 1,
            _ => self.dice.between(1, self.days.min(28)),
        };
        match self.dice.below(3) {
            0 => format!("2025-01-{day:02}"),
            _ => format!("2025-01-{day:02}T{:02}:00:00Z", self.dice.of(&[0, 6, 12, 13])),
        }
    }

    /// When things of a stream come: a handful of them.
    fn comes(&mut self) -> Vec<String> {
        let mut keys = vec![match self.dice.below(5) {
            0 => format!("on = {}", self.date()),
            1 => {
                let all: Vec<String> = (0..self.dice.between(1, 5)).map(|_| self.date()).collect();
                format!("arrivals = {{ at = [{}] }}", all.join(", "))
            }
            2 => format!("arrivals = {{ every = \"{}h\", first = \"0h\" }}", self.dice.between(20, 90)),
            3 => format!("arrivals = {{ every = {} }}", self.gap(60)),
            _ => "arrivals = { poisson = \"0.4/d\" }".to_owned(),
        }];
        let steady = keys[0].contains("every =") || keys[0].contains("poisson");
        if self.dice.coin(25) {
            keys.push(self.pick(&["batch = 2", "batch = { uniform = { low = 1, high = 3 } }"]));
        }
        if steady {
            keys.push(format!("count = {}", self.dice.between(1, 12)));
            keys.push(self.may(15, |m| {
                m.pick(&[
                    "profile = { period = \"24h\", factors = [0.5, 2] }",
                    "profile = { weekdays = [1, 1, 1, 1, 1, 0, 0] }",
                    "trend = [{ at = 2025-01-02, factor = 0.5 }, { at = 2025-01-20, factor = 2 }]",
                ])
            }));
        }
        keys
    }

    fn items(&mut self) {
        for name in ITEMS {
            let keys = vec![
                self.may(80, |m| format!("mass = \"{} t\"", m.dice.between(1, 5))),
                format!("value = \"{} M USD\"", self.dice.between(1, 4)),
                self.may(60, |m| format!("lot = {}", m.dice.between(1, 4))),
                self.may(50, |m| m.pick(&["class = \"V\"", "class = \"III\""])),
                self.may(if name == "shell" { 100 } else { 50 }, |m| {
                    if name == "shell" {
                        "family = \"a\"".to_owned()
                    } else {
                        m.pick(&["family = \"a\"", "family = \"b\""])
                    }
                }),
            ];
            self.add("item", name, keys);
        }
    }

    fn limit(&mut self) -> String {
        match self.dice.below(3) {
            0 => format!("{}", self.dice.between(1, 5)),
            1 => format!("\"{} t\"", self.dice.between(36, 90)),
            _ => format!("{{ number = {}, mass = \"{} t\" }}", self.dice.between(1, 5), self.dice.between(36, 90)),
        }
    }

    fn full(&mut self, other: Option<&str>) -> String {
        match (self.dice.below(4), other) {
            (0, Some(other)) => format!("when_full = \"divert\"\ndivert_to = \"{other}\""),
            (1, _) => "when_full = \"refuse\"".to_owned(),
            (2, _) => "when_full = \"overflow\"".to_owned(),
            _ => String::new(),
        }
    }

    fn network(&mut self) {
        self.port = self.dice.coin(30);
        self.desks = self.dice.coin(60);
        if self.desks {
            let mut text = "\n[[node]]\nname = \"nsatu\"\nkind = \"hq\"\n".to_owned();
            for desk in ["validation", "ranking", "matching", "movement"] {
                if self.dice.coin(50) {
                    text += &self.step(desk, None, false);
                }
            }
            self.out.push(text);
        }
        let ways = [
            "next = \"hub-a\"",
            "next = { weights = { hub-a = 1, hub-b = 2 } }",
            "next = \"least_backlog\"",
            "next = \"fastest\"",
            "next = { by = \"priority\", 1 = \"hub-a\", else = \"least_backlog\" }",
            "next = { by = \"item\", shell = \"hub-b\", else = \"fastest\" }",
            "",
        ];
        for name in ["depot", "far-depot"] {
            let next = match self.port && name == "depot" {
                true => "next = \"port\"".to_owned(),
                false => self.pick(&ways),
            };
            let mut text = format!("\n[[node]]\nname = \"{name}\"\nkind = \"origin\"\n{next}\n");
            text += &self.cost();
            if self.dice.coin(25) {
                text += &self.step("pack", None, true);
            }
            self.out.push(text);
        }
        if self.port {
            let mut text = format!("\n[[node]]\nname = \"port\"\nkind = \"port\"\n{}\n", self.pick(&ways[..4]));
            if self.dice.coin(50) {
                text += &self.step("quay", None, true);
            }
            self.out.push(text);
        }
        for (name, other) in [("hub-a", "hub-b"), ("hub-b", "hub-a")] {
            let next = if self.dice.coin(10) { "{ weights = { border = 3, out = 1 } }" } else { "\"border\"" };
            let mut text = format!("\n[[node]]\nname = \"{name}\"\nkind = \"hub\"\nnext = {next}\n");
            if self.dice.coin(25) {
                text += &format!("yard = {}\n{}\n", self.limit(), self.full(Some(other)));
            }
            text +=
                &self.may(20, |m| m.pick(&["hours = \"Mon-Fri 06:00-18:00\"\n", "hours = \"Mon-Sun 08:00-20:00\"\n"]));
            text += &self.cost();
            for step in ["receipt", "inspection"].iter().take(self.dice.between(0, 2) as usize) {
                text += &self.step(step, Some(other), true);
            }
            self.out.push(text);
        }
        let mut text = "\n[[node]]\nname = \"border\"\nkind = \"handover\"\n".to_owned();
        if self.dice.coin(40) {
            text += &self.step("customs", None, true);
        }
        self.out.push(text);
        if self.dice.coin(60) {
            let servers = self.servers();
            self.add(
                "pool",
                "crew",
                vec![format!("servers = {servers}").replace("\"unlimited\"", "2").replace("n = 0", "n = 2")],
            );
        } else {
            for entry in &mut self.out {
                *entry = entry.replace("uses = { crew = 1 }\n", "").replace("uses = { crew = 2 }\n", "");
            }
        }
        let mut legs = vec![("far-depot", "hub-a"), ("far-depot", "hub-b"), ("hub-a", "border"), ("hub-b", "border")];
        if self.port {
            legs.extend([("depot", "port"), ("port", "hub-a"), ("port", "hub-b")]);
        } else {
            legs.extend([("depot", "hub-a"), ("depot", "hub-b")]);
        }
        for (from, to) in legs {
            let (transit, departures) = (self.time(30), self.departures());
            let cost = self.cost();
            self.out
                .push(format!("\n[[leg]]\nfrom = \"{from}\"\nto = \"{to}\"\ntransit = {transit}\n{departures}{cost}"));
        }
    }

    fn cost(&mut self) -> String {
        self.may(15, |m| m.pick(&["cost = \"90 USD\"\n", "cost = { each = \"1 USD\", per_tonne = \"3 USD\" }\n"]))
    }

    fn servers(&mut self) -> String {
        match self.dice.below(6) {
            0 => "[{ from = 2025-01-01, n = 1 }, { from = 2025-01-06T12:00:00Z, n = 3 }]".to_owned(),
            1 => {
                "[{ from = 2025-01-01, n = 3 }, { from = 2025-01-04, n = 0 }, { from = 2025-01-07, n = 2 }]".to_owned()
            }
            2 => "\"unlimited\"".to_owned(),
            _ => self.dice.between(2, 4).to_string(),
        }
    }

    fn step(&mut self, name: &str, divert: Option<&str>, goods: bool) -> String {
        let (time, servers) = (self.time(12), self.servers());
        let limitless = servers.contains("unlimited");
        let yard = |m: &mut Self| {
            let (limit, full) = (m.limit(), m.full(divert));
            format!("yard = {limit}\n{full}")
        };
        let keys = [
            format!("time = {time}"),
            format!("servers = {servers}"),
            self.may(30, |m| format!("discipline = \"{}\"", m.pick(&["fifo", "lifo", "earliest_due", "shortest"]))),
            self.may(25, |m| format!("preempt = \"{}\"", m.pick(&["resume", "restart"]))),
            self.may(if goods { 20 } else { 0 }, yard),
            self.may(15, |m| format!("patience = {}", m.time(40))),
            self.may(15, |_| "repeat = 0.2".to_owned()),
            self.may(15, |m| m.pick(&["hours = \"Mon-Sat 07:00-19:00\"", "hours = \"Mon-Sun 00:00-12:00\""])),
            self.may(40, |m| format!("on_outage = \"{}\"", m.pick(&["finish", "requeue", "pause"]))),
            self.may(20, |m| format!("uses = {{ crew = {} }}", m.dice.between(1, 2))),
            self.may(if limitless { 0 } else { 15 }, |m| {
                format!("away_when_idle = {}", m.time(20).replace("\"0h\"", "\"2h\""))
            }),
            self.may(if goods { 10 } else { 0 }, |_| "only = [\"shell\", \"radio\"]".to_owned()),
            self.may(if goods { 10 } else { 0 }, |_| "factors = { by = \"item\", fuel = 0.5, else = 2 }".to_owned()),
            self.may(5, |_| "marks = \"R3\"".to_owned()),
        ];
        let keys: String = keys.into_iter().filter(|key| !key.trim().is_empty()).map(|key| key + "\n").collect();
        format!("\n[[node.step]]\nname = \"{name}\"\n{keys}")
    }

    fn departures(&mut self) -> String {
        let capacity = self.may(60, |m| format!("capacity = {}", m.limit()));
        let mut keys = match self.dice.below(4) {
            0 | 1 => return String::new(),
            2 => vec![format!("every = \"{}h\"", self.dice.of(&[6, 12, 30])), capacity.clone()],
            _ => match capacity.is_empty() || self.dice.coin(40) {
                true => vec![
                    capacity.clone(),
                    self.may(60, |_| {
                        if capacity.is_empty() { "min_load = 2".to_owned() } else { "min_load = 1".to_owned() }
                    }),
                ],
                false => vec![
                    capacity.clone(),
                    "when_loaded = true".to_owned(),
                    self.may(70, |_| "or_after = \"30h\"".to_owned()),
                ],
            },
        };
        if self.dice.coin(25) {
            keys.extend(["fleet = 2".to_owned(), self.may(50, |m| format!("return = {}", m.time(10)))]);
        }
        keys.push(self.may(20, |_| "each = true".to_owned()));
        keys.push(self.may(20, |_| "strict = true".to_owned()));
        keys.retain(|key| !key.is_empty());
        format!("departures = {{ {} }}\n", keys.join(", "))
    }

    fn funds(&mut self) {
        for name in MECHANISMS {
            if name == "gifts" {
                let stages =
                    self.may(70, |m| format!("stages = {{ approval = {}, shipment = {} }}", m.time(50), m.time(20)));
                self.add("mechanism", name, vec!["kind = \"donation\"\norigin = \"far-depot\"".to_owned(), stages]);
                continue;
            }
            let keys = vec![
                "kind = \"package\"\norigin = \"depot\"".to_owned(),
                self.may(70, |m| {
                    format!(
                        "stages = {{ review = {}, release = {}, supply = {}, shipment = {} }}",
                        m.time(40),
                        m.time(60),
                        m.time(30),
                        m.time(9)
                    )
                }),
                format!("size = \"{} M USD\"", self.dice.between(1, 15)),
                self.may(20, |_| "draft_every = \"5d\"".to_owned()),
                self.may(30, |_| "counts = \"paid\"".to_owned()),
                self.may(40, |_| "excess = \"spill\"".to_owned()),
                self.may(35, |_| "split_pledges = false".to_owned()),
                self.may(25, |_| "release_part_funded = true".to_owned()),
                self.may(35, |m| m.pick(&["pays_before = \"release\"", "pays_before = \"supply\""])),
                self.may(35, |m| format!("open_at_once = {}", m.dice.between(1, 3))),
            ];
            self.add("mechanism", name, keys);
        }
        for nation in ["norway", "italy"] {
            self.add("nation", nation, vec![]);
        }
        for n in 0..self.dice.between(1, 5) {
            let mut keys = self.comes();
            let to = self.pick(&MECHANISMS[..2]);
            let currency = self.pick(&["USD", "USD", "EUR"]);
            let millions = self.dice.between(1, 12);
            let amount = match self.dice.below(3) {
                0 => format!("{{ exponential = \"{millions} M {currency}\" }}"),
                _ => format!("\"{millions} M {currency}\""),
            };
            keys.extend([
                format!("to = \"{to}\"\namount = {amount}"),
                self.may(70, |m| m.pick(&["nation = \"norway\"", "nation = \"italy\""])),
                self.may(25, |_| "conversion = 0.7".to_owned()),
                self.may(25, |_| "kept_share = 0.8".to_owned()),
                self.may(40, |m| format!("committed_after = {}", m.time(90))),
                self.may(50, |m| format!("paid_after = {}", m.time(200))),
                self.may(25, |m| {
                    m.pick(&[
                        "earmark = { item = \"shell\" }",
                        "earmark = { family = \"a\" }",
                        "earmark = { requirement = \"need-0#1\" }",
                    ])
                }),
                self.may(25, |m| format!("expires = {}", m.time(300))),
            ]);
            self.add("pledge", &format!("pledge-{n}"), keys);
        }
        for n in 0..self.dice.between(0, 2) {
            let mut keys = self.comes();
            let via = self.pick(&MECHANISMS[..2]);
            let what = match self.dice.coin(50) {
                true => format!("price = \"{} M USD\"", self.dice.between(0, 9)),
                false => self.asked("depot"),
            };
            let priority = self.priority();
            keys.extend([format!("via = \"{via}\"\n{what}"), priority]);
            self.add("package", &format!("stated-{n}"), keys);
        }
    }

    fn priority(&mut self) -> String {
        self.may(70, |m| m.pick(&["priority = { weights = { 1 = 1, 2 = 2, 3 = 1 } }", "priority = 2", "priority = -1"]))
    }

    /// What a requirement or a package asks for.
    fn asked(&mut self, origin: &str) -> String {
        let quantity = |m: &mut Self| match m.dice.below(4) {
            0 => "{ uniform = { low = 0, high = 6 } }".to_owned(),
            _ => m.dice.between(1, 7).to_string(),
        };
        let value = self.may(20, |_| "unit_value = \"2 M USD\"".to_owned());
        if self.dice.coin(60) {
            let (item, quantity) = (self.pick(&ITEMS), quantity(self));
            return format!("item = \"{item}\"\nquantity = {quantity}\norigin = \"{origin}\"\n{value}");
        }
        let lines: Vec<String> = (0..self.dice.between(1, 3))
            .map(|_| {
                let (item, quantity) = (self.pick(&ITEMS), quantity(self));
                format!("{{ item = \"{item}\", quantity = {quantity}, origin = \"{origin}\" }}")
            })
            .collect();
        format!("lines = [{}]", lines.join(", "))
    }

    fn needs(&mut self) {
        for n in 0..self.dice.between(1, 5) {
            let via = self.pick(&["purl", "other", "gifts", "", ""]);
            let origin = match &*via {
                "gifts" => "far-depot".to_owned(),
                _ => self.pick(&["depot", "far-depot"]),
            };
            let mut keys = self.comes();
            let due = self.dice.coin(50);
            keys.extend([
                self.asked(&origin),
                if via.is_empty() { String::new() } else { format!("via = \"{via}\"") },
                self.priority(),
                self.may(if due { 100 } else { 0 }, |m| format!("needed_within = {}", m.time(300))),
                self.may(if due { 50 } else { 0 }, |m| m.pick(&["expires = true", "expires = \"48h\""])),
            ]);
            self.add("requirement", &format!("need-{n}"), keys);
        }
        for (place, item) in [("depot", "shell"), ("far-depot", "shell"), ("far-depot", "fuel"), ("far-depot", "radio")]
        {
            if !self.dice.coin(45) {
                continue;
            }
            let made = self.dice.coin(35);
            if self.dice.coin(25) {
                // Without a rule nothing is ever ordered.
                let keys = format!("item = \"{item}\"\nat = \"{place}\"\non_hand = {}", self.dice.between(0, 9));
                self.add("stock", &format!("{place}-{item}"), vec![keys]);
                continue;
            }
            let keys = vec![
                format!("item = \"{item}\"\nat = \"{place}\"\non_hand = {}", self.dice.between(0, 9)),
                self.may(100, |m| {
                    m.pick(&[
                        "reorder = { at = 2, quantity = 3 }",
                        "reorder = { at = 1, up_to = 6 }",
                        "reorder = { up_to = 4 }",
                        "reorder = { at = -2, quantity = 2 }",
                    ])
                }),
                self.may(30, |m| {
                    m.pick(&["review = { every = \"2d\" }", "review = { every = \"36h\", first = \"0h\" }"])
                }),
                self.may(if made { 100 } else { 0 }, |m| {
                    format!(
                        "production = {{ time = {}, lot = {}, servers = {} }}",
                        m.time(20),
                        m.dice.between(1, 4),
                        m.dice.between(1, 2)
                    )
                }),
                self.may(if made { 0 } else { 70 }, |m| format!("lead_time = {}", m.time(100))),
            ];
            self.add("stock", &format!("{place}-{item}"), keys);
        }
    }

    fn goods(&mut self) {
        // Something comes to each depot, so that no place is out of reach.
        for n in 0..self.dice.between(2, 4) {
            let mut keys = self.comes();
            let enters = match n {
                0 => "depot".to_owned(),
                1 => "far-depot".to_owned(),
                _ => self.pick(&["depot", "far-depot", "hub-a", "hub-b"]),
            };
            keys.extend([
                format!("enters = \"{enters}\""),
                self.may(60, |m| match m.dice.coin(60) {
                    true => format!("item = \"{}\"\nquantity = {}", m.pick(&ITEMS), m.dice.between(1, 4)),
                    false => format!("mass = \"{} t\"\nvalue = \"1 M USD\"", m.dice.between(1, 30)),
                }),
                self.priority(),
                self.may(30, |m| format!("needed_within = {}", m.time(200))),
                self.may(30, |_| "to = \"border\"".to_owned()),
            ]);
            self.add("consignment", &format!("goods-{n}"), keys);
        }
    }

    fn disturbances(&mut self) {
        let mut places = vec![
            "depot",
            "hub-a",
            "hub-b",
            "border",
            "hub-a:border:road",
            "hub-b:border:road",
            "far-depot:hub-a:road",
            "purl",
            "purl.release",
            "other.supply",
            "gifts.approval",
            "gifts.stock",
            "purl.funding",
            "nation:norway",
            "nation:italy",
            "supplier",
        ];
        let steps: Vec<(&str, &str)> =
            vec![("hub-a", "receipt"), ("hub-b", "inspection"), ("border", "customs"), ("nsatu", "validation")];
        let mut of_steps = Vec::new();
        for (node, step) in steps {
            let has = |e: &String| {
                e.contains(&format!("name = \"{node}\"\n"))
                    && e.contains(&format!("[[node.step]]\nname = \"{step}\"\n"))
            };
            if self.out.iter().any(has) {
                of_steps.push(format!("{node}.{step}"));
            }
        }
        places.extend(of_steps.iter().map(String::as_str));
        for n in 0..self.dice.between(0, 4) {
            let strikes = self.pick(&places);
            let of_step = of_steps.contains(&strikes);
            let of_leg = strikes.ends_with(":road");
            let only_closes =
                !of_step && !of_leg && !strikes.starts_with("hub") && strikes != "border" && strikes != "depot";
            let effect = self.may(if only_closes { 25 } else { 50 }, |m| match only_closes {
                true => "effect = { time = 2.0 }".to_owned(),
                false => m.pick(&["effect = { capacity = 0.5 }", "effect = { time = 1.5 }"]),
            });
            let random = self.dice.coin(40);
            let keys = vec![
                format!("strikes = \"{strikes}\""),
                effect.clone(),
                match random {
                    true => format!("arrivals = {{ every = {} }}\nlasts = {}", self.gap(200), self.gap(40)),
                    false => format!("on = {}\nlasts = \"{}h\"", self.date(), self.dice.between(1, 90)),
                },
                self.may(if random && of_step && effect.is_empty() { 50 } else { 0 }, |_| {
                    "each_server = true".to_owned()
                }),
            ];
            self.add("disruption", &format!("trouble-{n}"), keys);
        }
    }
}
