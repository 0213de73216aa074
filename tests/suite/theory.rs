//! Theory as the oracle. Each case runs with many seeds; a figure's standard error comes from the spread of its values
//! over the seeds, and no figure may be off its exact value by more than [`TOLERANCE`] of them. Seeds are fixed, so a
//! test that passes goes on passing; over all figures here the chance that a right engine fails once is about 1 %.
//!
//! Means of 3,600 s and more make the rounding to whole seconds (1 part in 10^4, without bias) negligible.

use crate::support::{full_tier, read, run_loaded};
use waybill::log::SegmentLimits;

/// Standard errors that a figure may be off.
const TOLERANCE: f64 = 4.0;
pub const HOUR: f64 = 3_600.0;

/// A figure and its exact value.
pub type Expected<'a> = (&'a str, f64);

pub fn seeds() -> u64 {
    if full_tier() { 128 } else { 24 }
}

/// Prints each case, and fails when one is off by more than the tolerance.
pub fn judge(case: &str, rows: &[(&str, f64, Vec<f64>)]) {
    let mut off = vec![];
    for (what, exact, values) in rows {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let error = (variance / n).sqrt();
        let z = (mean - exact) / error;
        println!("{case:<28} {what:<34} exact {exact:>16.4}  simulated {mean:>16.4}  off {z:>6.2} standard errors");
        if z.is_nan() || z.abs() > TOLERANCE {
            off.push(format!("{what}: {mean} in place of {exact}, {z:.2} standard errors off"));
        }
    }
    assert!(off.is_empty(), "{case}: {}", off.join("; "));
}

/// Runs the scenario with each seed, and holds the figures against theory.
pub fn holds(case: &str, text: &str, expected: &[Expected]) {
    let loaded = read(text);
    let mut rows: Vec<_> = expected.iter().map(|&(path, exact)| (path, exact, vec![])).collect();
    for seed in 1..=seeds() {
        let done = run_loaded(&loaded, seed, SegmentLimits::default());
        let tree = done.world.tree();
        for (path, _, values) in &mut rows {
            values.push(tree.number(path).unwrap_or_else(|| panic!("{path} is a number")));
        }
    }
    judge(case, &rows);
}

/// A step `q.s` with these keys and Poisson arrivals at so many an hour; 8,000 of them a run.
pub fn queue(per_hour: f64, more: &str, keys: &str) -> String {
    let hours = 8_000.0 / per_hour;
    format!(
        "[time]\nstart = 2025-01-01\nend = \"{hours:.0}h\"\nwarm_up = \"200h\"\n\n[[consignment]]\nname = \"c\"\nenters = \"q\"\n\
         arrivals = {{ poisson = \"{per_hour}/h\" }}\n{more}\n\n[[node]]\nname = \"q\"\n\n[[node.step]]\nname = \"s\"\n{keys}\n"
    )
}

pub const S: &str = "stations.q.s";

/// Mean and standard deviation of the wait in a first-in-first-out M/G/1 (Pollaczek-Khinchine, Takacs), from the rate
/// and the first three moments of the service.
pub fn wait_mg1(rate: f64, moments: [f64; 3]) -> (f64, f64) {
    let load = rate * moments[0];
    let mean = rate * moments[1] / (2.0 * (1.0 - load));
    let square = 2.0 * mean * mean + rate * moments[2] / (3.0 * (1.0 - load));
    (mean, (square - mean * mean).sqrt())
}

/// Chance that an arrival waits in M/M/c (Erlang C); `load` in servers.
pub fn erlang_c(servers: u32, load: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 0.0;
    for n in 0..servers {
        sum += term;
        term *= load / f64::from(n + 1);
    }
    let tail = term * f64::from(servers) / (f64::from(servers) - load);
    tail / (sum + tail)
}

#[test]
fn one_server_exponential() {
    let load: f64 = 0.6;
    let text = queue(load, "", "time = { exponential = \"1h\" }\ndiscipline = \"fifo\"");
    let rest = 1.0 - load;
    let (mean, sd) = (load / rest, (load * (2.0 - load)).sqrt() / rest);
    let p90 = (load / 0.1).ln() / rest;
    let number = load / rest;
    // The number present is geometric: variance load / (1 - load)^2.
    let expected = [
        (&*format!("{S}.wait_mean"), mean * HOUR),
        (&format!("{S}.wait_sd"), sd * HOUR),
        (&format!("{S}.wait_p90"), p90 * HOUR),
        (&format!("{S}.stay_mean"), HOUR / rest),
        (&format!("{S}.stay_sd"), HOUR / rest),
        (&format!("{S}.in_system_mean"), number),
        (&format!("{S}.in_system_sd"), load.sqrt() / rest),
        (&format!("{S}.queue_mean"), load * mean),
        (&format!("{S}.empty_share"), rest),
        (&format!("{S}.utilisation"), load),
    ];
    holds("M/M/1, load 0.6", &text, &expected);
}

/// The wrong discipline keeps the mean: here the spread tells them apart.
#[test]
fn last_in_first_out_keeps_the_mean_and_not_the_spread() {
    let load: f64 = 0.4;
    let text = queue(load, "", "time = { exponential = \"1h\" }\ndiscipline = \"lifo\"");
    let (mean, fifo_sd) = wait_mg1(load, [1.0, 2.0, 6.0]);
    // The second moment is that of first in, first out divided by 1 - load.
    let square = (fifo_sd * fifo_sd + mean * mean) / (1.0 - load);
    let sd = (square - mean * mean).sqrt();
    let (m, s) = (format!("{S}.wait_mean"), format!("{S}.wait_sd"));
    holds("M/M/1 last in first out", &text, &[(&m, mean * HOUR), (&s, sd * HOUR)]);
    assert!(sd > 1.3 * fifo_sd, "the two disciplines differ by far more than the tolerance");
}

/// Batches that come at random times, each of one to three: mean number present `rate (E[X] + E[X^2]) / 2 (1 - load)`.
#[test]
fn batches_wait_for_one_another() {
    let (rate, size, square) = (0.3, 2.0, 14.0 / 3.0);
    let load = rate * size;
    let text = queue(
        rate,
        "batch = { uniform = { low = 1, high = 3 } }",
        "time = { exponential = \"1h\" }\ndiscipline = \"fifo\"",
    );
    let present = rate * (size + square) / (2.0 * (1.0 - load));
    let wait = present / load - 1.0;
    let (m, n) = (format!("{S}.wait_mean"), format!("{S}.in_system_mean"));
    holds("M^X/M/1", &text, &[(&m, wait * HOUR), (&n, present)]);
}

/// Machines that run two hours on average, and those who mend one in an hour on average.
pub fn machines(machines: u32, menders: u32) -> String {
    format!(
        "[time]\nstart = 2025-01-01\nend = \"6000h\"\nwarm_up = \"200h\"\n\n[[consignment]]\nname = \"c\"\n\
         enters = \"run\"\non = 2025-01-01\nbatch = {machines}\ncirculates = true\n\n[[node]]\nname = \"run\"\nnext = \"q\"\n\n\
         [[node.step]]\nname = \"s\"\nservers = \"unlimited\"\ntime = {{ exponential = \"2h\" }}\n\n[[node]]\nname = \"q\"\n\
         next = \"run\"\n\n[[node.step]]\nname = \"s\"\nservers = {menders}\ntime = {{ exponential = \"1h\" }}\n"
    )
}

/// Three machines, and one who mends them: the chance that none is broken is one part in the sum of 3! / (3 - k)! (1 / 2)^k.
#[test]
fn machines_that_circulate_wait_for_repair() {
    let text = machines(3, 1);
    let busy = 1.0 - 1.0 / 4.75;
    // What is not at the server runs, and comes at the rate 1 / 2h.
    let present = 3.0 - 2.0 * busy;
    let (u, n, w) = (format!("{S}.utilisation"), format!("{S}.in_system_mean"), format!("{S}.stay_mean"));
    holds("M/M/1//3", &text, &[(&u, busy), (&n, present), (&w, present / busy * HOUR)]);
}

#[test]
fn three_servers_exponential() {
    let (servers, load) = (3, 2.1);
    let text = queue(load, "", "servers = 3\ntime = { exponential = \"1h\" }\ndiscipline = \"fifo\"");
    let waits = erlang_c(servers, load);
    let drain = f64::from(servers) - load;
    let mean = waits / drain;
    let sd = (waits * (2.0 - waits)).sqrt() / drain;
    let expected = [
        (&*format!("{S}.wait_mean"), mean * HOUR),
        (&format!("{S}.wait_sd"), sd * HOUR),
        (&format!("{S}.waited_share"), waits),
        (&format!("{S}.queue_mean"), load * mean),
        (&format!("{S}.in_system_mean"), load * mean + load),
        (&format!("{S}.utilisation"), load / f64::from(servers)),
    ];
    holds("M/M/3, load 0.7", &text, &expected);
}

#[test]
fn one_server_other_services() {
    let (load, cv) = (0.6, 0.8f64);
    let (m, s, q) = (format!("{S}.wait_mean"), format!("{S}.wait_sd"), format!("{S}.queue_mean"));
    let text = queue(load, "", "time = { lognormal = { mean = \"1h\", cv = 0.8 } }\ndiscipline = \"fifo\"");
    let spread = 1.0 + cv * cv;
    let (mean, sd) = wait_mg1(load, [1.0, spread, spread.powi(3)]);
    holds("M/G/1 lognormal", &text, &[(&m, mean * HOUR), (&s, sd * HOUR), (&q, load * mean)]);
    let text = queue(load, "", "time = \"1h\"\ndiscipline = \"fifo\"");
    let (mean, sd) = wait_mg1(load, [1.0, 1.0, 1.0]);
    holds("M/D/1", &text, &[(&m, mean * HOUR), (&s, sd * HOUR), (&q, load * mean)]);
}

#[test]
fn two_priorities_without_preemption() {
    let (load, urgent): (f64, f64) = (0.7, 0.4);
    let text = queue(load, "priority = { weights = { 1 = 40, 2 = 60 } }", "time = { exponential = \"1h\" }");
    // Cobham: what is in service when one comes, over the shares left by who goes before.
    let rest = load;
    let first = rest / (1.0 - urgent * load);
    let second = first / (1.0 - load);
    let paths = [1, 2].map(|p| format!("{S}.priority.{p}.wait_mean"));
    let all = format!("{S}.wait_mean");
    let mean = urgent * first + (1.0 - urgent) * second;
    holds(
        "M/M/1, two priorities",
        &text,
        &[(&paths[0], first * HOUR), (&paths[1], second * HOUR), (&all, mean * HOUR)],
    );
}

#[test]
fn two_priorities_with_preemption() {
    let (load, urgent): (f64, f64) = (0.7, 0.4);
    let text = queue(
        load,
        "priority = { weights = { 1 = 40, 2 = 60 } }",
        "time = { exponential = \"1h\" }\npreempt = \"resume\"",
    );
    // The urgent ones see nobody else; the others wait for all that is there and for who comes after them.
    let first = urgent * load;
    let second = 1.0 / (1.0 - first) + load / ((1.0 - first) * (1.0 - load)) - 1.0;
    let paths = [1, 2].map(|p| format!("{S}.priority.{p}.wait_mean"));
    let (present, used) = (format!("{S}.in_system_mean"), format!("{S}.utilisation"));
    let expected = [
        (&*paths[0], first / (1.0 - first) * HOUR),
        (&paths[1], second * HOUR),
        (&present, load / (1.0 - load)),
        (&used, load),
    ];
    holds("M/M/1, preemptive resume", &text, &expected);
}

#[test]
fn a_server_that_fails_busy_or_idle() {
    // M/M/1 with exponential breakdowns and repairs (all rates an hour), by the generating functions of the number present
    // while the server is up and while it is down.
    let (load, fails, repairs): (f64, f64, f64) = (0.4, 0.1, 0.5);
    let failures = "[[disruption]]\nname = \"f\"\nstrikes = \"q.s\"\narrivals = { every = { exponential = \"10h\" } }\n\
                    lasts = { exponential = \"2h\" }";
    let text = queue(load, "", &format!("time = {{ exponential = \"1h\" }}\n\n{failures}"));
    let work = load * (1.0 + fails / repairs);
    let rise = work + load * fails * load / (repairs * repairs);
    let present = rise / (1.0 - work) + fails * load / (repairs * (fails + repairs));
    let up = repairs / (fails + repairs);
    let expected = [
        (&*format!("{S}.in_system_mean"), present),
        (&format!("{S}.stay_mean"), present / load * HOUR),
        (&format!("{S}.up_share"), up),
        (&format!("{S}.utilisation"), load / up),
    ];
    holds("M/M/1 that fails", &text, &expected);
    // Three servers that fail singly are up as often, each.
    let text =
        queue(1.2, "", &format!("servers = 3\ntime = {{ exponential = \"1h\" }}\n\n{failures}\neach_server = true"));
    holds("M/M/3, servers fail singly", &text, &[(&format!("{S}.utilisation"), 1.2 / 3.0 / up)]);
}

#[test]
fn those_who_do_not_wait_for_ever() {
    // M/M/1+M: each in line leaves at the rate `leaves`; a birth and death process.
    let (load, leaves): (f64, f64) = (0.9, 0.5);
    let text = queue(load, "", "time = { exponential = \"1h\" }\npatience = { exponential = \"2h\" }");
    let mut weights = vec![1.0];
    for n in 0..60 {
        weights.push(weights[n] * load / (1.0 + n as f64 * leaves));
    }
    let all: f64 = weights.iter().sum();
    let waiting: f64 = weights.iter().enumerate().skip(1).map(|(n, w)| (n - 1) as f64 * w / all).sum();
    let busy = 1.0 - 1.0 / all;
    let loaded = read(&text);
    let [mut expired, mut queue, mut used] = [vec![], vec![], vec![]];
    for seed in 1..=seeds() {
        let done = run_loaded(&loaded, seed, SegmentLimits::default());
        let figure = |key: &str| done.figure(&format!("{S}.{key}"));
        expired.push(figure("expired") / figure("arrivals"));
        queue.push(figure("queue_mean"));
        used.push(figure("utilisation"));
    }
    judge(
        "M/M/1+M",
        &[
            ("expired share", leaves * waiting / load, expired),
            ("queue_mean", waiting, queue),
            ("utilisation", busy, used),
        ],
    );
}

#[test]
fn a_small_yard_refuses_what_finds_it_full() {
    let (load, room): (f64, i32) = (0.9, 4);
    let text = queue(load, "", "time = { exponential = \"1h\" }\nyard = 4\nwhen_full = \"refuse\"");
    let weights: Vec<f64> = (0..=room).map(|n| load.powi(n)).collect();
    let all: f64 = weights.iter().sum();
    let full = weights[room as usize] / all;
    let mean: f64 = weights.iter().enumerate().map(|(n, w)| n as f64 * w / all).sum();
    let loaded = read(&text);
    let [mut refused, mut present, mut stay] = [vec![], vec![], vec![]];
    for seed in 1..=seeds() {
        let done = run_loaded(&loaded, seed, SegmentLimits::default());
        let figure = |key: &str| done.figure(&format!("{S}.{key}"));
        refused.push(figure("refused") / figure("arrivals"));
        present.push(figure("in_system_mean"));
        stay.push(figure("stay_mean"));
    }
    let through = load * (1.0 - full);
    judge(
        "M/M/1/4",
        &[
            ("refused share", full, refused),
            ("in_system_mean", mean, present),
            ("stay_mean", mean / through * HOUR, stay),
        ],
    );
}

pub fn convoy(per_hour: f64, departures: &str) -> String {
    format!(
        "[time]\nstart = 2025-01-01\nend = \"6000h\"\nwarm_up = \"240h\"\n\n[[consignment]]\nname = \"c\"\nenters = \"a\"\n\
         arrivals = {{ poisson = \"{per_hour}/h\" }}\n\n[[node]]\nname = \"a\"\nnext = \"b\"\n\n[[node]]\nname = \"b\"\n\
         kind = \"handover\"\n\n[[leg]]\nname = \"l\"\nfrom = \"a\"\nto = \"b\"\ntransit = \"2h\"\ndepartures = {departures}\n"
    )
}

#[test]
fn a_convoy_by_the_clock_with_room_for_all() {
    let every = 6.0 * HOUR;
    let text = convoy(1.0, "{ every = \"6h\" }");
    let empty = (-6.0f64).exp();
    let expected = [
        ("legs.l.wait_mean", every / 2.0),
        ("legs.l.wait_sd", every / 12f64.sqrt()),
        ("legs.l.load_mean", 6.0 / (1.0 - empty)),
        ("legs.l.stay_mean", every / 2.0 + 2.0 * HOUR),
    ];
    holds("clocked convoy, no limit", &text, &expected);
}

/// Vehicles that leave with eight: who comes first waits for seven more, the last for none (3.5 intervals on average).
#[test]
fn a_vehicle_that_leaves_when_it_is_full() {
    let expected = [("legs.l.wait_mean", 3.5 * HOUR), ("legs.l.queue_mean", 3.5)];
    holds("full vehicles of 8", &convoy(1.0, "{ capacity = 8, when_loaded = true }"), &expected);
}

/// A vehicle of five leaves when full or 3 h after its first; arrivals 1/h. A cycle begins with one who waits; the number
/// of others within 3 h is Poisson(3), cut at four. Load = 1 + E[min(N, 4)]; the time at each number until the next comes or
/// the three hours are over gives the integral of those waiting, and by Little's law the wait.
#[test]
fn a_vehicle_that_leaves_full_or_after_some_time() {
    let (mean, room) = (3.0f64, 4usize);
    // P(N > k) for Poisson(mean), and the mean time at k others within the window: P(N > k) / rate.
    let mut pmf = vec![(-mean).exp()];
    for k in 1..=room {
        pmf.push(pmf[k - 1] * mean / k as f64);
    }
    let tail = |k: usize| 1.0 - pmf[..=k].iter().sum::<f64>();
    let others: f64 = (0..room).map(tail).sum();
    let waiting: f64 = (0..room).map(|k| (k + 1) as f64 * tail(k)).sum();
    let load = 1.0 + others;
    let expected = [("legs.l.load_mean", load), ("legs.l.wait_mean", waiting / load * HOUR)];
    holds(
        "full or after 3 h, of 5",
        &convoy(1.0, "{ capacity = 5, when_loaded = true, or_after = \"3h\" }"),
        &expected,
    );
}

/// Vehicles that take one each, away for an exponential time, are the servers of an M/M/c; the way out is no wait.
#[test]
fn a_fleet_is_a_station_of_as_many_servers() {
    let text =
        convoy(1.0, "{ fleet = 3, capacity = 1 }").replace("transit = \"2h\"", "transit = { exponential = \"2h\" }");
    let (load, servers) = (2.0f64, 3);
    let term = |k: i32| load.powi(k) / (1..=k).map(f64::from).product::<f64>();
    let all = term(servers) / (1.0 - load / 3.0);
    let delayed = all / ((0..servers).map(term).sum::<f64>() + all);
    let expected = [
        ("legs.l.wait_mean", delayed / (3.0 / 2.0 - 1.0) * HOUR),
        ("legs.l.waited_share", delayed),
        ("legs.l.utilisation", load / 3.0),
        ("legs.l.vehicles_away_mean", load),
    ];
    holds("a fleet of three", &text, &expected);
}

/// Who is left behind by a departure, from the chain of the number waiting just before departures.
pub fn left_behind(mean: f64, room: usize) -> (f64, f64) {
    const MOST: usize = 200;
    let mut arrivals = vec![(-mean).exp()];
    for n in 1..MOST {
        arrivals.push(arrivals[n - 1] * mean / n as f64);
    }
    let mut waiting = arrivals.clone();
    for _ in 0..2_000 {
        let mut next = vec![0.0; MOST];
        for (n, p) in waiting.iter().enumerate() {
            let rest = n.saturating_sub(room);
            for (more, q) in arrivals.iter().take(MOST - rest).enumerate() {
                next[rest + more] += p * q;
            }
        }
        waiting = next;
    }
    let behind = waiting.iter().enumerate().map(|(n, p)| n.saturating_sub(room) as f64 * p).sum();
    (behind, waiting[0])
}

#[test]
fn a_convoy_by_the_clock_with_little_room() {
    let (per_hour, hours, room) = (1.0, 6.0, 8);
    let text = convoy(per_hour, "{ every = \"6h\", capacity = 8 }");
    let (behind, empty) = left_behind(per_hour * hours, room);
    // Between departures the number waiting grows from those left behind; Little's law gives the wait.
    let waiting = behind + per_hour * hours / 2.0;
    let expected = [
        ("legs.l.wait_mean", waiting / per_hour * HOUR),
        ("legs.l.queue_mean", waiting),
        ("legs.l.load_mean", per_hour * hours / (1.0 - empty)),
    ];
    holds("clocked convoy, room for 8", &text, &expected);
}
