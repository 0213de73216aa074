//! Packages that pledges of every law fill, with splitting and without.
//!
//! `P(S_n < t)` is the chance that n gifts do not reach a sum; the number N of gifts that reach it has
//! E N = sum of P(S_n < t) and E N^2 = sum of (2 n + 1) P(S_n < t), n from 0 on.

use crate::support::{pool, read, run_loaded};
use crate::theory::{judge, seeds};
use waybill::log::SegmentLimits;

/// Millions that a package costs.
const PRICE: f64 = 100.0;

/// How many gifts it takes.
#[derive(Clone, Copy)]
struct Steps {
    mean: f64,
    variance: f64,
}

impl Steps {
    fn to_reach(sum: f64, below: impl Fn(usize, f64) -> f64) -> Steps {
        let (mut mean, mut square) = (0.0, 0.0);
        for n in 0..200 {
            let p = below(n, sum);
            mean += p;
            square += (2 * n + 1) as f64 * p;
        }
        Steps { mean, variance: square - mean * mean }
    }

    /// Two such numbers, one after the other.
    fn twice(self) -> Steps {
        Steps { mean: 2.0 * self.mean, variance: 2.0 * self.variance }
    }
}

/// P(Poisson(mean) >= n).
fn at_least(n: usize, mean: f64) -> f64 {
    let fewer = (1..=n).fold((0.0, (-mean).exp()), |(all, p), k| (all + p, p * mean / k as f64)).0;
    (1.0 - fewer).max(0.0)
}

/// A law of gifts: divided, the second package goes on with what the first had too much; undivided, that is held for the
/// first, and the second begins anew.
fn law(case: &str, amount: &str, below: impl Fn(usize, f64) -> f64) {
    let (first, both) = (Steps::to_reach(PRICE, &below), Steps::to_reach(2.0 * PRICE, &below));
    packages(&format!("package, {case}"), amount, "", first, both);
    packages(&format!("package, undivided {case}"), amount, "split_pledges = false", first, first.twice());
}

/// On the line of money exponential gifts are points of a Poisson process, so a sum of 10 means takes 1 + Poisson(10) of
/// them, two such sums 1 + Poisson(20).
#[test]
fn a_package_filled_by_exponential_pledges() {
    let poisson = |n: usize, sum: f64| at_least(n, sum / 10.0);
    // P(S_n < t) = P(Poisson(t) >= n).
    let steps = Steps::to_reach(PRICE, poisson);
    assert!((steps.mean - 11.0).abs() < 1e-9 && (steps.variance - 10.0).abs() < 1e-9);
    law("exponential pledges", r#"{ exponential = "10 M USD" }"#, poisson);
}

/// Of three or four exponential parts each.
#[test]
fn a_package_filled_by_pledges_of_several_exponential_parts() {
    law("Erlang pledges", r#"{ erlang = { mean = "10 M USD", k = 3 } }"#, |n, sum| at_least(3 * n, 3.0 * sum / 10.0));
    law("gamma pledges", r#"{ gamma = { mean = "10 M USD", cv = 0.5 } }"#, |n, sum| at_least(4 * n, 4.0 * sum / 10.0));
}

/// Gifts of 30 M: four, and eight or (divided) seven.
#[test]
fn a_package_filled_by_equal_pledges() {
    law("equal pledges", r#""30 M USD""#, |n, sum| f64::from(30.0 * (n as f64) < sum));
}

/// Gifts of 5, 10 or 20 M, each as likely: the chance of each sum by dynamic programme, in steps of 5 M.
#[test]
fn a_package_filled_by_pledges_of_three_sizes() {
    let below = |n: usize, sum: f64| {
        let most = (sum / 5.0) as usize;
        let mut chance = vec![0.0; most];
        chance[0] = 1.0;
        for _ in 0..n {
            let of = |at: usize, size: usize| at.checked_sub(size).map_or(0.0, |before| chance[before]);
            chance = (0..most).map(|at| (of(at, 1) + of(at, 2) + of(at, 4)) / 3.0).collect();
        }
        chance.iter().sum()
    };
    law("pledges of three sizes", r#"{ empirical = { values = ["5 M USD", "10 M USD", "20 M USD"] } }"#, below);
}

/// Gifts between 0 and 20 M, all as likely: sums of them have Irwin and Hall's law.
#[test]
fn a_package_filled_by_pledges_of_any_size_up_to_a_most() {
    let below = |n: usize, sum: f64| {
        let x = sum / 20.0;
        if n as f64 <= x {
            return 1.0;
        }
        // The sum of so many is above x with next to no chance that it is not, and the terms would cancel.
        if n > 45 {
            return 0.0;
        }
        // 1/n! * sum of (-1)^k C(n, k) (x - k)^n, each term as a product of n factors.
        let term = |k: usize| {
            let power = (1..=n).fold(1.0, |p, i| p * (x - k as f64) / i as f64);
            let choose = (1..=k).fold(1.0, |c, i| c * (n + 1 - i) as f64 / i as f64);
            if k.is_multiple_of(2) { power * choose } else { -power * choose }
        };
        (0..=x as usize).map(term).sum::<f64>().clamp(0.0, 1.0)
    };
    // The renewal function of this law, at 5 and at 10 times the largest gift.
    let renewal = |x: usize| {
        let term = |k: usize| {
            let power = (1..=k).fold(1.0, |p, i| p * (x - k) as f64 / i as f64);
            let sign = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
            sign * power * ((x - k) as f64).exp()
        };
        (0..=x).map(term).sum::<f64>()
    };
    for (sum, x) in [(PRICE, 5), (2.0 * PRICE, 10)] {
        let steps = Steps::to_reach(sum, below);
        assert!((steps.mean - renewal(x)).abs() < 1e-3, "{} gifts reach {sum}, not {}", renewal(x), steps.mean);
    }
    law("pledges up to a most", r#"{ uniform = { low = "0 M USD", high = "20 M USD" } }"#, below);
}

/// Two packages of 100 M, and one gift a day on average. Gifts make `first` and `second` steps to fund the first and to fund
/// both; a step takes an exponential day, so N of them have the mean E N and the variance E N + Var N.
fn packages(case: &str, amount: &str, keys: &str, first: Steps, second: Steps) {
    let needs = r#"
[time]
start = 2025-01-01
end = "90d"

[[item]]
name = "pump"
value = "100 M USD"

[[requirement]]
name = "need"
arrivals = { at = [2025-01-01, 2025-01-01] }
item = "pump"
via = "pool"

[[pledge]]
name = "gift"
to = "pool"
arrivals = { poisson = "1/d" }
"#;
    const DAY: f64 = 86_400.0;
    /// Seeds of one batch: variances are taken within, standard errors between batches.
    const BATCH: usize = 60;
    let loaded = read(&format!("{needs}amount = {amount}\n{}", pool("100 M USD", keys)));
    let [mut times, mut twice, mut gifts] = [vec![], vec![], vec![]];
    for seed in 1..=seeds() * BATCH as u64 {
        let done = run_loaded(&loaded, seed, SegmentLimits::default());
        let state = &done.world.state;
        let funded: Vec<f64> = state.packages.iter().filter_map(|p| p.funded).map(|t| t.0 as f64).collect();
        assert_eq!(funded.len(), 2, "90 days are enough for 20 gifts, in all but one run of 10^9");
        times.push(funded[0]);
        twice.push(funded[1]);
        let served = |p: &&waybill::state::PledgeRow| p.allocations.iter().any(|a| a.0.raw() == 0);
        gifts.push(state.pledges.iter().filter(served).count() as f64);
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let means = |values: &[f64]| values.chunks(BATCH).map(mean).collect::<Vec<_>>();
    let variance = |values: &[f64]| {
        let m = mean(values);
        values.iter().map(|v| (v - m).powi(2)).sum::<f64>() / (values.len() - 1) as f64
    };
    let variances = |values: &[f64]| values.chunks(BATCH).map(variance).collect::<Vec<_>>();
    let mut rows = vec![
        ("funding time, mean", first.mean * DAY, means(&times)),
        ("funding time, variance", (first.mean + first.variance) * DAY * DAY, variances(&times)),
        ("second package, mean", second.mean * DAY, means(&twice)),
        ("second package, variance", (second.mean + second.variance) * DAY * DAY, variances(&twice)),
    ];
    if first.variance > 0.0 {
        rows.push(("gifts, mean", first.mean, means(&gifts)));
        rows.push(("gifts, variance", first.variance, variances(&gifts)));
    } else {
        assert!(gifts.iter().all(|&n| n == first.mean), "{case}: always as many gifts");
    }
    judge(case, &rows);
}
