//! Theory as the oracle, second part: shared pools, crews that leave, bulk service. The tolerance is that of `theory.rs`.

use crate::theory::{HOUR, S, erlang_c, holds, machines, queue, wait_mg1};

/// Servers that leave an empty line for a constant time, again and again: the wait is that of M/G/1 and, independent of it,
/// the rest of a vacation (Fuhrmann and Cooper 1985), whose mean is E[V^2] / 2 E[V].
#[test]
fn a_crew_that_leaves_an_empty_line() {
    let load: f64 = 0.5;
    let keys = "time = { exponential = \"1h\" }\ndiscipline = \"fifo\"\naway_when_idle = ";
    let (mean, sd) = wait_mg1(load, [1.0, 2.0, 6.0]);
    let (m, s, u) = (format!("{S}.wait_mean"), format!("{S}.wait_sd"), format!("{S}.utilisation"));
    let constant = queue(load, "", &format!("{keys}\"3h\""));
    // Uniform on (0, 3): variance 9 / 12. Nobody is there without work, so all its time is work.
    let spread = (sd * sd + 0.75).sqrt();
    let rows: Vec<(&str, f64)> = vec![(&m, (mean + 1.5) * HOUR), (&s, spread * HOUR)];
    holds("M/M/1, away 3 h when idle", &constant, &rows);
    let random = queue(load, "", &format!("{keys}{{ exponential = \"3h\" }}"));
    holds("M/M/1, away about 3 h", &random, &[(&m, (mean + 3.0) * HOUR)]);
    let done = crate::support::run(&constant, 1);
    assert!((done.figure(&u) - 1.0).abs() < 1e-3, "who is there works");
}

/// Two steps whose handling needs one of three inspectors each, by priority alike: together they are one M/M/3.
#[test]
fn steps_that_share_a_pool_are_one_station() {
    let half = |name: &str| {
        format!(
            "\n[[consignment]]\nname = \"c-{name}\"\nenters = \"{name}\"\narrivals = {{ poisson = \"1.05/h\" }}\n\n[[node]]\nname = \"{name}\"\n\n\
             [[node.step]]\nname = \"s\"\nservers = 9\nuses = {{ inspectors = 1 }}\ntime = {{ exponential = \"1h\" }}\n"
        )
    };
    let text = format!(
        "[time]\nstart = 2025-01-01\nend = \"4000h\"\nwarm_up = \"200h\"\n\n[[pool]]\nname = \"inspectors\"\nservers = 3\n{}{}",
        half("a"),
        half("b")
    );
    let load = 2.1;
    let wait = erlang_c(3, load) / (3.0 - load);
    let expected = [
        ("stations.a.s.wait_mean", wait * HOUR),
        ("stations.b.s.wait_mean", wait * HOUR),
        ("pools.inspectors.in_use_mean", load),
        ("pools.inspectors.utilisation", load / 3.0),
    ];
    holds("a pool of three", &text, &expected);
}

/// One server that takes up to two at a time, of which each departure is a vehicle of a fleet of one that comes back after an
/// exponential time (M/M^[1,2]/1, Bailey and Neuts): the number waiting behind the vehicle follows from the balance equations
/// of (in service, waiting).
#[test]
fn a_vehicle_that_takes_one_or_two() {
    let (rate, service) = (1.2f64, 1.0f64);
    let text = crate::theory::convoy(rate, "{ fleet = 1, capacity = 2 }")
        .replace("transit = \"2h\"", "transit = { exponential = \"1h\" }");
    // Idle, then n waiting while it is away: idle * rate = p0 * service; p(n) in balance with p(n+1) .. by its root.
    // p(n) is geometric: p(n) (rate + service) = p(n-1) rate + p(n+2) service, so r solves r^3 s - r (rate + s) + rate = 0.
    let mut r: f64 = 0.5;
    for _ in 0..200 {
        r = (rate + service * r * r * r) / (rate + service);
    }
    // p(0) (rate + s) = idle rate + s (p(1) + p(2)), and idle rate = s p(0).
    let p0 = 1.0 / (service / rate + 1.0 / (1.0 - r));
    let waiting = p0 * r / (1.0 - r).powi(2);
    let expected = [
        ("legs.l.queue_mean", waiting),
        ("legs.l.wait_mean", waiting / rate * HOUR),
        ("legs.l.utilisation", p0 / (1.0 - r)),
    ];
    holds("bulk service of one or two", &text, &expected);
}

/// Chances of a Poisson number up to `most`.
fn poisson(mean: f64, most: usize) -> Vec<f64> {
    let mut all = vec![(-mean).exp()];
    (1..=most).for_each(|n| all.push(all[n - 1] * mean / n as f64));
    all
}

/// A stock `s` of these keys, one unit asked for five times a day on average; three thousand days, of which 50 to begin.
fn stock(keys: &str) -> String {
    format!(
        "[time]\nstart = 2025-01-01\nend = \"3050d\"\nwarm_up = \"50d\"\n\n[[item]]\nname = \"spare\"\n\n[[stock]]\nname = \"s\"\nitem = \"spare\"\nat = \"depot\"\n{keys}\n\n\
         [[node]]\nname = \"depot\"\nnext = \"border\"\n\n[[node]]\nname = \"border\"\nkind = \"handover\"\n\n\
         [[requirement]]\nname = \"r\"\narrivals = {{ poisson = \"5/d\" }}\nitem = \"spare\"\norigin = \"depot\"\n"
    )
}

/// Means of what is on hand and owed, and the share of time with something on hand, where the position is uniform on
/// `low..=high` and, apart from it, a Poisson number of this mean is on order before it (Hadley and Whitin 1963, chapter 4).
fn on_hand(low: i64, high: i64, mean: f64) -> [f64; 3] {
    let p = poisson(mean, 200);
    let mut sums = [0.0; 3];
    for position in low..=high {
        for (n, p) in p.iter().enumerate() {
            let net = position - n as i64;
            sums[0] += p * net.max(0) as f64;
            sums[1] += p * (-net).max(0) as f64;
            sums[2] += if net > 0 { *p } else { 0.0 };
        }
    }
    sums.map(|sum| sum / (high - low + 1) as f64)
}

fn stock_rows(case: &str, keys: &str, [on_hand, owed, ready]: [f64; 3], on_order: f64) {
    let expected = [
        ("stocks.s.on_hand_mean", on_hand),
        ("stocks.s.back_orders_mean", owed),
        // Poisson demands meet what is there on average over time.
        ("stocks.s.fill_rate", ready),
        ("stocks.s.on_order_mean", on_order),
        ("requirements.total.waited.production_mean", owed / 5.0 * 86_400.0),
    ];
    holds(case, &stock(keys), &expected);
}

/// Base stock: what is on order is the number in an M/G/infinity (Palm), whatever the law of the lead time.
#[test]
fn a_base_stock() {
    for lead in ["\"2d\"", "{ exponential = \"2d\" }", "{ uniform = { low = \"0d\", high = \"4d\" } }"] {
        let keys = format!("on_hand = 12\nreorder = {{ up_to = 12 }}\nlead_time = {lead}");
        stock_rows("base stock of 12", &keys, on_hand(12, 12, 10.0), 10.0);
    }
}

#[test]
fn a_point_and_a_quantity_or_a_level() {
    // One at a time, the two rules are one: the position is uniform on 9..=16, and 10 on average are asked for in a lead time.
    let exact = on_hand(9, 16, 10.0);
    stock_rows("(s, Q) = (8, 8)", "on_hand = 16\nreorder = { at = 8, quantity = 8 }\nlead_time = \"2d\"", exact, 10.0);
    stock_rows("(s, S) = (8, 16)", "on_hand = 16\nreorder = { at = 8, up_to = 16 }\nlead_time = \"2d\"", exact, 10.0);
}

/// Reviewed once a day: between reviews the position falls; at `t` after a review, what left since that review's order is
/// Poisson over the lead time and `t` (Hadley and Whitin 1963, chapter 5).
#[test]
fn a_stock_that_is_reviewed_once_a_day() {
    const PARTS: usize = 2_000;
    let mut exact = [0.0; 3];
    for part in 0..PARTS {
        let t = (part as f64 + 0.5) / PARTS as f64;
        let at = on_hand(16, 16, 5.0 * (2.0 + t));
        (0..3).for_each(|i| exact[i] += at[i] / PARTS as f64);
    }
    let keys = "on_hand = 16\nreorder = { up_to = 16 }\nreview = { every = \"1d\" }\nlead_time = \"2d\"";
    stock_rows("reviewed daily, up to 16", keys, exact, 10.0);
}

/// A production line that makes one at a time is an M/M/1 behind the stock: on order is geometric.
#[test]
fn a_base_stock_behind_a_production_line() {
    let load: f64 = 5.0 / 8.0;
    let (up_to, keys) = (4, "on_hand = 4\nreorder = { up_to = 4 }\nproduction = { time = { exponential = \"3h\" } }");
    let chance = |n: i32| (1.0 - load) * load.powi(n);
    let on_hand: f64 = (0..up_to).map(|n| chance(n) * f64::from(up_to - n)).sum();
    let owed = load.powi(up_to) * load / (1.0 - load);
    let ready = 1.0 - load.powi(up_to);
    stock_rows("base stock, one at a time", keys, [on_hand, owed, ready], load / (1.0 - load));
}

/// A run of so many hours with 200 to begin, and these entries.
fn hours(hours: u32, entries: &str) -> String {
    format!("[time]\nstart = 2025-01-01\nend = \"{hours}h\"\nwarm_up = \"200h\"\n{entries}")
}

fn station(name: &str, next: &str, mean: &str) -> String {
    format!(
        "\n[[node]]\nname = \"{name}\"\nnext = {next}\n\n[[node.step]]\nname = \"s\"\ntime = {{ exponential = \"{mean}\" }}\ndiscipline = \"fifo\"\n"
    )
}

const POISSON: &str = "\n[[consignment]]\nname = \"c\"\nenters = \"a\"\narrivals = { poisson = \"0.5/h\" }\n";

/// A network with feedback (Jackson 1957): what leaves b comes back to a with chance 1/4, so both are visited 4/3 times, and
/// each is as an M/M/1 by itself.
#[test]
fn a_network_with_feedback() {
    let text = hours(9_000, POISSON)
        + &station("a", "\"b\"", "60 min")
        + &station("b", "{ weights = { a = 1, out = 3 } }", "45 min");
    let (a, b) = (0.5 * 4.0 / 3.0, 0.5 * 4.0 / 3.0 * 0.75);
    let present = |load: f64| load / (1.0 - load);
    let expected = [
        ("stations.a.s.utilisation", a),
        ("stations.b.s.utilisation", b),
        ("stations.a.s.in_system_mean", present(a)),
        ("stations.b.s.in_system_mean", present(b)),
        // Little's law over both.
        ("streams.c.stay_mean", (present(a) + present(b)) / 0.5 * HOUR),
    ];
    holds("two stations with feedback", &text, &expected);
}

/// Two stations in a row (Reich 1957): the stays are independent and exponential, so that of both is their sum.
#[test]
fn quantiles_of_two_stations_in_a_row() {
    let text = hours(9_000, POISSON) + &station("a", "\"b\"", "1h") + &station("b", "\"out\"", "48 min");
    // Rates 1 - 0.5 and 1.25 - 0.5 an hour.
    let (p, q) = (0.5f64, 0.75f64);
    let above = |t: f64| (q * (-p * t).exp() - p * (-q * t).exp()) / (q - p);
    let quantile = |share: f64| {
        let (mut low, mut high) = (0.0, 100.0);
        for _ in 0..100 {
            let middle = f64::midpoint(low, high);
            if above(middle) > 1.0 - share { low = middle } else { high = middle }
        }
        low * HOUR
    };
    let expected = [
        ("streams.c.stay_mean", (1.0 / p + 1.0 / q) * HOUR),
        ("streams.c.stay_sd", (1.0 / (p * p) + 1.0 / (q * q)).sqrt() * HOUR),
        ("streams.c.stay_p50", quantile(0.5)),
        ("streams.c.stay_p90", quantile(0.9)),
    ];
    holds("tandem", &text, &expected);
}

/// Servers without limit that begin empty: a time t after the start, (1 - exp(-t)) of what there will be is there.
#[test]
fn servers_without_limit_fill_up() {
    let text = "[time]\nstart = 2025-01-01\nend = \"3h\"\n\n[[consignment]]\nname = \"c\"\nenters = \"a\"\narrivals = { poisson = \"40/h\" }\n".to_owned()
        + &station("a", "\"out\"", "1h").replace("time =", "servers = \"unlimited\"\ntime =");
    let mean = 40.0 * (1.0 - (1.0 - (-3.0f64).exp()) / 3.0);
    holds("M/M/infinity from empty", &text, &[("stations.a.s.in_system_mean", mean)]);
}

/// Servers without limit through the day (Eick, Massey and Whitt 1993): the number there follows the rate, an exponential
/// time behind it. Twelve hours of 1.8 of the rate and twelve of 0.2.
#[test]
fn servers_without_limit_follow_the_day() {
    let text = "[time]\nstart = 2025-01-01\nend = \"2412h\"\nwarm_up = \"240h\"\n\n[[consignment]]\nname = \"c\"\nenters = \"a\"\narrivals = { poisson = \"10/h\" }\nprofile = { period = \"24h\", factors = [1.8, 0.2] }\n".to_owned()
        + &station("a", "\"out\"", "4h").replace("time =", "servers = \"unlimited\"\ntime =");
    // In balance over a day: m' = rate - m / 4; at the end of a high half it is high, of a low half low.
    let e = (-3.0f64).exp();
    let (up, down) = (72.0, 8.0);
    // m_high = up + (m_low - up) e, m_low = down + (m_high - down) e.
    let high = (up * (1.0 - e) + down * (1.0 - e) * e) / (1.0 - e * e);
    let low = down + (high - down) * e;
    let half = |from: f64, to: f64| to * 12.0 + (from - to) * 4.0 * (1.0 - e);
    // The window ends with a high half: 90.5 days of 181 halves, the odd one high.
    let (day, odd) = (half(low, up) + half(high, down), half(low, up));
    let mean = (day * 90.0 + odd) / (90.0 * 24.0 + 12.0);
    holds(
        "M(t)/M/infinity by the day",
        &text,
        &[("stations.a.s.in_system_mean", mean), ("stations.a.s.in_system_now", high)],
    );
}

/// The first two of an M/M/1 that begins empty: the second waits what is left of the first, load / (1 + load) of the time.
#[test]
fn the_first_two_of_a_queue() {
    let pair = |n: u32| {
        format!(
            "\n[[consignment]]\nname = \"c{n}\"\nenters = \"a{n}\"\narrivals = {{ poisson = \"1/h\" }}\ncount = 2\n"
        ) + &station(&format!("a{n}"), "\"out\"", "1h")
    };
    // Forty pairs side by side, as two are few.
    let text = "[time]\nstart = 2025-01-01\n".to_owned() + &(0..40).map(pair).collect::<String>();
    let loaded = crate::support::read(&text);
    let mut values = vec![];
    for seed in 1..=48 {
        let done = crate::support::run_loaded(&loaded, seed, waybill::log::SegmentLimits::default());
        let tree = done.world.tree();
        let wait = |n: u32| tree.number(&format!("stations.a{n}.s.wait_mean")).expect("two waited");
        values.push((0..40).map(wait).sum::<f64>() / 40.0);
    }
    crate::theory::judge("first two of M/M/1", &[("wait_mean", 0.5 * 0.5 * HOUR, values)]);
}

/// A requirement of two lines closes with the later one: the greater of two exponential ways.
#[test]
fn a_requirement_of_two_lines_waits_for_the_later() {
    let text = "[time]\nstart = 2025-01-01\n\n[[item]]\nname = \"x\"\n\n[[node]]\nname = \"o\"\nnext = \"l\"\n\n[[node]]\nname = \"h\"\nkind = \"handover\"\n\n\
                [[leg]]\nname = \"l\"\nfrom = \"o\"\nto = \"h\"\ntransit = { exponential = \"10h\" }\n\n\
                [[requirement]]\nname = \"r\"\narrivals = { every = \"1h\" }\ncount = 2000\nlines = [{ item = \"x\", origin = \"o\" }, { item = \"x\", origin = \"o\" }]\n";
    // The share below t is (1 - exp(-t))^2.
    let quantile = |share: f64| -(1.0 - share.sqrt()).ln() * 10.0 * HOUR;
    let expected = [
        ("requirements.total.lead_time_mean", 15.0 * HOUR),
        ("requirements.total.lead_time_sd", 1.25f64.sqrt() * 10.0 * HOUR),
        ("requirements.total.lead_time_p50", quantile(0.5)),
        ("requirements.total.lead_time_p90", quantile(0.9)),
    ];
    holds("two lines, fork and join", text, &expected);
}

/// Open for eight hours a day, and work that takes no time: who comes while it is closed waits until it opens, and those who
/// come are spread evenly over the day. So a third do not wait, and the wait of the others is uniform on (0, 16 h).
#[test]
fn a_step_that_closes_at_night() {
    let text = hours(24 * 400, &station("a", "\"out\"", "1h"))
        .replace("time = { exponential = \"1h\" }", "servers = \"unlimited\"\nhours = \"Mon-Sun 08:00-16:00\"");
    let text = text + "\n[[consignment]]\nname = \"c\"\nenters = \"a\"\narrivals = { poisson = \"3/h\" }\n";
    let (mean, square): (f64, f64) = (2.0 / 3.0 * 8.0, 2.0 / 3.0 * 256.0 / 3.0);
    let expected = [
        ("stations.a.s.wait_mean", mean * HOUR),
        ("stations.a.s.wait_sd", (square - mean * mean).sqrt() * HOUR),
        // (2 / 3) (1 - w / 16) = 1 / 10.
        ("stations.a.s.wait_p90", 13.6 * HOUR),
        ("stations.a.s.waited_share", 2.0 / 3.0),
    ];
    holds("closed at night", &text, &expected);
}

/// The chances of so many being there, in hours from the opening on, of a step that is open for twelve hours a day: by the
/// equations of the chain over a day (Kolmogorov's, stepped by Runge and Kutta), from one day into the next until they repeat.
/// Two layers: whether somebody is with the server when the night begins, and is then served at `at_night` an hour.
struct Day {
    rate: f64,
    service: f64,
    at_night: f64,
}

/// Of one part of a day: the number there, and how often the server has somebody, each times hours.
#[derive(Default)]
struct Part {
    there: f64,
    held: f64,
}

impl Day {
    const MOST: usize = 140;
    const STEP: f64 = 0.05;

    /// How fast chances change. Layer 0: nobody is with the server; layer 1: somebody is.
    fn change(&self, open: bool, p: &[Vec<f64>; 2]) -> [Vec<f64>; 2] {
        let mut out = [vec![0.0; Self::MOST], vec![0.0; Self::MOST]];
        let ends = if open { self.service } else { self.at_night };
        for n in 0..Self::MOST {
            for layer in 0..2 {
                let p = p[layer][n];
                if n + 1 < Self::MOST {
                    // Whoever comes to a free server while it is open is served at once.
                    let to = if open { 1 } else { layer };
                    out[to][n + 1] += self.rate * p;
                    out[layer][n] -= self.rate * p;
                }
                if layer == 1 {
                    // Who ends makes room for the next one; at night nobody begins.
                    let to = usize::from(open && n > 1);
                    out[to][n - usize::from(n > 0)] += ends * p;
                    out[1][n] -= ends * p;
                }
            }
        }
        out
    }

    /// Twelve hours of a part; what there is of it.
    fn pass(&self, open: bool, p: &mut [Vec<f64>; 2]) -> Part {
        let mut sums = Part::default();
        let along = |p: &[Vec<f64>; 2], k: &[Vec<f64>; 2], by: f64| -> [Vec<f64>; 2] {
            [0, 1].map(|layer| p[layer].iter().zip(&k[layer]).map(|(p, k)| p + by * k).collect())
        };
        let steps = (12.0 / Self::STEP) as usize;
        for step in 0..=steps {
            // Simpson's weights.
            let weight =
                if step == 0 || step == steps { 1.0 } else { 2.0 + 2.0 * (step % 2) as f64 } * Self::STEP / 3.0;
            let number = |layer: usize| p[layer].iter().enumerate().map(|(n, p)| n as f64 * p).sum::<f64>();
            sums.there += weight * (number(0) + number(1));
            sums.held += weight * p[1].iter().sum::<f64>();
            if step < steps {
                let h = Self::STEP;
                let a = self.change(open, p);
                let b = self.change(open, &along(p, &a, h / 2.0));
                let c = self.change(open, &along(p, &b, h / 2.0));
                let d = self.change(open, &along(p, &c, h));
                *p = along(&along(&along(&along(p, &a, h / 6.0), &b, h / 3.0), &c, h / 3.0), &d, h / 6.0);
            }
        }
        sums
    }

    /// Open and closed part of the day that repeats.
    fn settled(&self) -> (Part, Part) {
        let mut p = [vec![0.0; Self::MOST], vec![0.0; Self::MOST]];
        p[0][0] = 1.0;
        let mut before = 0.0;
        for _ in 0..400 {
            // In the morning the first in line begins.
            let [waiting, held] = &mut p;
            waiting.iter_mut().zip(held).skip(1).for_each(|(waiting, held)| *held += std::mem::take(waiting));
            let open = self.pass(true, &mut p);
            let evening: f64 = p.iter().flat_map(|layer| layer.iter().enumerate()).map(|(n, p)| n as f64 * p).sum();
            let closed = self.pass(false, &mut p);
            if (evening - before).abs() < 1e-7 {
                return (open, closed);
            }
            before = evening;
        }
        panic!("the day repeats");
    }
}

/// One server by day, with a line that grows through the night and work that pauses, or is let end.
#[test]
fn a_line_that_grows_through_the_night() {
    let (rate, service) = (0.35, 1.0);
    for (rule, at_night) in [("pause", 0.0), ("finish", service)] {
        let (open, closed) = Day { rate, service, at_night }.settled();
        let text = format!(
            "[time]\nstart = 2025-01-01\nend = \"1000d\"\nwarm_up = \"20d\"\n\n[[consignment]]\nname = \"c\"\n\
             enters = \"q\"\narrivals = {{ poisson = \"{rate}/h\" }}\n\n[[node]]\nname = \"q\"\nhours = \"Mon-Sun 06:00-18:00\"\n\
             on_outage = \"{rule}\"\n\n[[node.step]]\nname = \"s\"\ntime = {{ exponential = \"1h\" }}\n"
        );
        let (there, held) = ((open.there + closed.there) / 24.0, (open.held + closed.held) / 24.0);
        let [mean, queue, wait, stay] =
            ["in_system_mean", "queue_mean", "wait_mean", "stay_mean"].map(|key| format!("{S}.{key}"));
        let expected: Vec<(&str, f64)> = vec![
            (&mean, there),
            (&queue, there - held),
            (&wait, (there - held) / rate * HOUR),
            (&stay, there / rate * HOUR),
        ];
        holds(&format!("open by day, {rule}"), &text, &expected);
    }
}

/// Six machines that run two hours on average, and two who mend them in one: M/M/2//6, by its balance equations.
#[test]
fn machines_that_wait_for_two_who_mend() {
    let text = machines(6, 2);
    // The chance of k broken by that of k - 1: (7 - k) machines run, and min(k, 2) are mended.
    let mut chances = vec![1.0];
    (1..=6u8).for_each(|k| chances.push(chances[usize::from(k) - 1] * f64::from(7 - k) / 2.0 / f64::from(k.min(2))));
    let all: f64 = chances.iter().sum();
    let mean = |of: &dyn Fn(f64) -> f64| chances.iter().enumerate().map(|(k, p)| of(k as f64) * p / all).sum::<f64>();
    let (broken, mended) = (mean(&|k| k), mean(&|k| k.min(2.0)));
    let [busy, number, queue, wait] =
        ["utilisation", "in_system_mean", "queue_mean", "wait_mean"].map(|key| format!("{S}.{key}"));
    let expected: Vec<(&str, f64)> = vec![
        (&busy, mended / 2.0),
        (&number, broken),
        (&queue, broken - mended),
        // As many break as are mended, one an hour by each.
        (&wait, (broken - mended) / mended * HOUR),
        ("stations.run.s.in_system_mean", 6.0 - broken),
    ];
    holds("M/M/2//6", &text, &expected);
}
