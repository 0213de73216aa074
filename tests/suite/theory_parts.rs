//! Theory as the oracle, second part: shared pools, crews that leave, bulk service. The tolerance is that of `theory.rs`.

use crate::theory::{HOUR, S, erlang_c, holds, queue, wait_mg1};

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
