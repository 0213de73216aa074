//! Stations with exact quantiles, several priorities at several servers, and servers that fail one by one.

use crate::theory::{HOUR, erlang_c, holds, queue};

const S: &str = "stations.q.s";

/// Where a tail that falls from below 1 on comes to `1 - share`.
fn quantile(share: f64, tail: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1_000.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if tail(middle) > 1.0 - share { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Quantiles of the waits against those of their law; more than half of all wait.
fn waits(case: &str, text: &str, tail: impl Fn(f64) -> f64) {
    let shares = [(0.5, "p50"), (0.9, "p90"), (0.95, "p95"), (0.99, "p99")];
    let rows = shares.map(|(share, name)| (format!("{S}.wait_{name}"), quantile(share, &tail) * HOUR));
    let mut expected: Vec<(&str, f64)> = rows.iter().map(|(path, exact)| (&**path, *exact)).collect();
    let path = format!("{S}.waited_share");
    expected.push((&path, tail(0.0)));
    holds(case, text, &expected);
}

/// Erlang's law of the wait for a constant service of an hour: P(W <= t) = (1 - load) times the sum over k up to t of
/// (load (k - t))^k / k! * exp(-load (k - t)).
#[test]
fn quantiles_of_waits_for_constant_service() {
    let load = 0.7f64;
    let tail = |t: f64| {
        let term = |k: usize| {
            let x = load * (k as f64 - t);
            let power = (1..=k).fold(1.0, |p, i| p * x / i as f64);
            power * (-x).exp()
        };
        1.0 - (1.0 - load) * (0..=t.floor() as usize).map(term).sum::<f64>()
    };
    // Terms of changing sign: beyond some 20 hours they cancel, and no quantile here lies there.
    let tail = |t: f64| if t < 20.0 { tail(t) } else { 0.0 };
    waits("M/D/1, quantiles", &queue(load, "", "time = \"1h\"\ndiscipline = \"fifo\""), tail);
}

/// Services of half an hour (75 of 100) or two and a half hours on average, each exponential: by Pollaczek and Khinchine the
/// tail of the wait is a sum of two exponentials.
#[test]
fn quantiles_of_waits_for_two_kinds_of_service() {
    let (load, short, long, share) = (0.7f64, 2.0, 0.4, 0.75);
    let (b, c) = (short + long - load, short * long - load * (share * long + (1.0 - share) * short));
    let root = (b * b - 4.0 * c).sqrt();
    let rates = [(b - root) / 2.0, (b + root) / 2.0];
    let weight =
        |r: f64, other: f64| (1.0 - load) * load * (share * (long - r) + (1.0 - share) * (short - r)) / (other - r) / r;
    let weights = [weight(rates[0], rates[1]), weight(rates[1], rates[0])];
    let tail = |t: f64| weights[0] * (-rates[0] * t).exp() + weights[1] * (-rates[1] * t).exp();
    assert!((tail(0.0) - load).abs() < 1e-12, "as many wait as the server is busy: {}", tail(0.0));
    let time = "time = { mixture = [{ weight = 75, of = { exponential = \"30 min\" } }, { weight = 25, of = { exponential = \"150 min\" } }] }";
    waits("M/H2/1, quantiles", &queue(load, "", &format!("{time}\ndiscipline = \"fifo\"")), tail);
}

/// Cobham for several servers: what is left to wait for when all are busy, over the shares left by who goes before.
#[test]
fn three_priorities_at_three_servers() {
    let (servers, load) = (3, 2.4);
    let shares = [0.2, 0.3, 0.5];
    let text = queue(
        load,
        "priority = { weights = { 1 = 20, 2 = 30, 3 = 50 } }",
        "servers = 3\ntime = { exponential = \"1h\" }",
    );
    let all_busy = erlang_c(servers, load) / f64::from(servers);
    let mut before = 0.0;
    let mut rows = Vec::new();
    for (p, share) in (1..).zip(shares) {
        let up_to = before + share * load / f64::from(servers);
        rows.push((format!("{S}.priority.{p}.wait_mean"), all_busy / ((1.0 - before) * (1.0 - up_to)) * HOUR));
        before = up_to;
    }
    let rows: Vec<(&str, f64)> = rows.iter().map(|(path, exact)| (&**path, *exact)).collect();
    holds("M/M/3, three priorities", &text, &rows);
}

/// Two servers that fail one by one, busy or idle; who is with one that has failed stays there. The chain of (working, idle,
/// failed with somebody, failed and empty, in line), by rounds of all its rates.
#[test]
fn two_servers_that_fail_one_by_one() {
    const MOST: usize = 120;
    let (load, fails, repairs): (f64, f64, f64) = (1.0, 0.1, 0.5);
    // The line is never long where a server stands idle.
    let states: Vec<[usize; 5]> = (0..=2)
        .flat_map(|a| (0..=2 - a).flat_map(move |b| (0..=2 - a - b).map(move |c| [a, b, c, 2 - a - b - c])))
        .flat_map(|[a, b, c, d]| (0..if b > 0 { 1 } else { MOST }).map(move |line| [a, b, c, d, line]))
        .collect();
    let index = |state: [usize; 5]| states.iter().position(|&s| s == state).expect("a state of the chain");
    // Who is in line takes a server that is free.
    let settled = |[a, b, c, d, line]: [usize; 5]| {
        if b > 0 && line > 0 { [a + 1, b - 1, c, d, line - 1] } else { [a, b, c, d, line] }
    };
    let moves: Vec<Vec<(f64, usize)>> = states
        .iter()
        .map(|&[a, b, c, d, line]| {
            let mut out = Vec::new();
            match b {
                0 if line + 1 < MOST => out.push((load, [a, b, c, d, line + 1])),
                0 => {}
                _ => out.push((load, [a + 1, b - 1, c, d, line])),
            }
            if a > 0 {
                out.push((a as f64, settled([a - 1, b + 1, c, d, line])));
                out.push((a as f64 * fails, [a - 1, b, c + 1, d, line]));
            }
            if b > 0 {
                out.push((b as f64 * fails, [a, b - 1, c, d + 1, line]));
            }
            if c > 0 {
                out.push((c as f64 * repairs, [a + 1, b, c - 1, d, line]));
            }
            if d > 0 {
                out.push((d as f64 * repairs, settled([a, b + 1, c, d - 1, line])));
            }
            out.into_iter().map(|(rate, state)| (rate, index(state))).collect()
        })
        .collect();
    let step = 0.2;
    let mut chance = vec![1.0 / states.len() as f64; states.len()];
    for _ in 0..20_000 {
        let mut next = chance.clone();
        for (from, moves) in moves.iter().enumerate() {
            for &(rate, to) in moves {
                next[from] -= chance[from] * rate * step;
                next[to] += chance[from] * rate * step;
            }
        }
        chance = next;
    }
    let mean =
        |of: &dyn Fn(&[usize; 5]) -> usize| states.iter().zip(&chance).map(|(s, p)| of(s) as f64 * p).sum::<f64>();
    let (line, present, working) = (mean(&|s| s[4]), mean(&|s| s[0] + s[2] + s[4]), mean(&|s| s[0]));
    assert!((working - load).abs() < 1e-6, "what comes is worked on: {working}");
    let failures = "[[disruption]]\nname = \"f\"\nstrikes = \"q.s\"\neach_server = true\n\
                    arrivals = { every = { exponential = \"10h\" } }\nlasts = { exponential = \"2h\" }";
    let text = queue(load, "", &format!("servers = 2\ntime = {{ exponential = \"1h\" }}\n\n{failures}"));
    let expected = [
        (&*format!("{S}.queue_mean"), line),
        (&format!("{S}.wait_mean"), line / load * HOUR),
        (&format!("{S}.in_system_mean"), present),
        (&format!("{S}.stay_mean"), present / load * HOUR),
    ];
    holds("M/M/2, servers fail singly", &text, &expected);
}
