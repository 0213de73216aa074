//! What holds of the draws as a whole. Reference quantiles come from mpmath with forty digits, the
//! moments from closed forms; `UPDATE_EXPECT=1` refreshes the golden file, on purpose only.

use super::sampler::mean_between;
use super::smooth::{Smooth, Tail, standard_normal};
use super::table::Table;
use super::*;
use rand::{Rng, RngExt};

/// A few thousand words: both ends, the edges of tables, all octaves, and the middle.
fn words() -> Vec<u64> {
    let secret = Draws::new(3).block(1, 0).secret();
    let purpose = Purpose::named("test words");
    let mut words = vec![0, 1, u64::MAX];
    for i in 0..8000 {
        let word = secret.draw(purpose, i);
        words.push(word);
        words.push(word >> (i % 64));
        words.push(!(word >> (i % 64)));
    }
    for bit in 15..64 {
        for cell in 0..16_u64 {
            let edge = (1_u64 << bit) + (cell << (bit - 4));
            words.extend([edge - 1, edge, edge + 1, !edge, !(edge - 1), !(edge + 1)]);
        }
    }
    words.sort_unstable();
    words
}

fn smooth_laws() -> Vec<Smooth> {
    let mut laws = vec![Smooth::Exponential { mean: 1e6 }, Smooth::pareto(1e5, 1.05), Smooth::pareto(1e5, 2.5)];
    for cv in [0.01, 0.1, 0.5, 1.0, 1.5, 3.0, 5.0, 20.0] {
        laws.extend([Smooth::lognormal(1e6, cv), Smooth::gamma(1e6, cv), Smooth::weibull(1e6, cv)]);
    }
    laws.extend([2, 3, 10, 1000].map(|k| Smooth::erlang(1e6, k)));
    laws
}

fn cut(least: Option<i64>, most: Option<i64>, of: Law) -> Law {
    Law::Cut { least, most, of: Box::new(of) }
}

fn sampler(law: &Law) -> Sampler {
    Sampler::new(law).expect("the law is right")
}

/// Mean and variance before rounding, over all words.
fn moments(law: &Law) -> (f64, f64) {
    let sampler = sampler(law);
    let mean = mean_between(|word| sampler.value(word), 0, u64::MAX);
    let variance = mean_between(|word| (sampler.value(word) - mean).powi(2), 0, u64::MAX);
    (mean, variance)
}

#[track_caller]
fn close(found: f64, wanted: f64, tolerance: f64) {
    let error = (found - wanted).abs() / wanted.abs().max(f64::MIN_POSITIVE);
    assert!(error <= tolerance, "{found} should be {wanted}, within {tolerance:e}; it is off by {error:e}");
}

#[test]
fn the_golden_draws_are_those_of_every_build() {
    expect_test::expect_file!["golden.txt"].assert_eq(&golden());
}

#[test]
fn names_and_replications_hash_as_documented() {
    // The published BLAKE3 hashes of nothing and of "abc" begin af1349b9f5f9a1a6, 6437b3ac38465133.
    assert_eq!(name_hash(""), 0xa6a1_f9f5_b949_13af);
    assert_eq!(name_hash("abc"), 0x3351_4638_acb3_3764);
    let mut bytes = b"waybill replication v1".to_vec();
    bytes.extend([5, 0, 0, 0, 0, 0, 0, 0, 7, 1, 0, 0, 0, 0, 0, 0]);
    let hash = blake3::hash(&bytes);
    let cut = u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap()) % (1 << 63);
    assert_eq!(replication_seed(5, 263), cut);
    assert!((0..1000).all(|k| replication_seed(1, k) < 1 << 63));
}

#[test]
fn a_block_is_four_first_draws_and_a_secret() {
    let block = Draws::new(9).block(name_hash("air-defence"), 4);
    let [gap, priority, quantity, need_by, secret @ ..] = block.words();
    assert_eq!([block.gap(), block.priority(), block.quantity(), block.need_by()], [gap, priority, quantity, need_by]);
    assert_eq!(block.secret(), Secret(secret));
    let text = serde_json::to_string(&block.secret()).unwrap();
    assert_eq!(serde_json::from_str::<Secret>(&text).unwrap(), block.secret());
}

/// 2^16 draws in 256 bins: chi-square has 255 degrees of freedom, a standard deviation of 22.6. The
/// limit is five of these: none of the 32 sums crosses it by chance in ten thousand such tests.
#[test]
fn the_mix_fills_all_bins_along_individuals_purposes_and_visits() {
    let draws = Draws::new(11);
    let purposes: Vec<Purpose> = (0..1 << 8).map(|i| Purpose::named(&format!("purpose {i}"))).collect();
    let secrets: Vec<Secret> = (0..1 << 16).map(|i| draws.block(1, i).secret()).collect();
    type Draw<'a> = Box<dyn Fn(u64) -> u64 + 'a>;
    let ways: [(&str, Draw); 4] = [
        ("individuals", Box::new(|i| secrets[i as usize].draw(purposes[0], 0))),
        ("visits", Box::new(|i| secrets[0].draw(purposes[0], i))),
        ("purposes by visits", Box::new(|i| secrets[0].draw(purposes[(i % 256) as usize], i / 256))),
        ("individuals by purposes", Box::new(|i| secrets[(i / 256) as usize].draw(purposes[(i % 256) as usize], 3))),
    ];
    for (way, draw) in ways {
        for shift in (0..64).step_by(8) {
            let mut bins = [0_i64; 256];
            (0..1 << 16).for_each(|i| bins[(draw(i) >> shift & 255) as usize] += 1);
            let chi: f64 = bins.iter().map(|n| ((n - 256) * (n - 256)) as f64 / 256.0).sum();
            assert!((chi - 255.0).abs() < 5.0 * 22.6, "{way}, bits from {shift}: chi-square {chi}");
        }
    }
}

#[test]
fn quantile_functions_agree_with_reference_values() {
    let share = |n: i32| libm::exp2(f64::from(-n));
    for (n, wanted) in
        [(3, 1.150349380376008), (10, 3.0972690781987846), (30, 6.009353565530744), (45, 7.515155294158908)]
    {
        close(standard_normal(Tail::Upper, share(n)), wanted, 1e-14);
        close(standard_normal(Tail::Lower, share(n)), -wanted, 1e-14);
    }
    assert!(standard_normal(Tail::Upper, 0.5).abs() < 1e-15);
    for (shape, tail, n, wanted) in [
        (0.0025, Tail::Lower, 1, 2.178773341217278e-121),
        (0.0025, Tail::Upper, 3, 3.576280109585495e-24),
        (0.0025, Tail::Upper, 20, 5.955155553761316),
        (0.0025, Tail::Upper, 45, 22.07253428538486),
        (0.04, Tail::Lower, 10, 3.205059484281978e-76),
        (0.04, Tail::Lower, 1, 1.7281646839426064e-08),
        (0.04, Tail::Upper, 3, 0.021002133215956356),
        (0.04, Tail::Upper, 20, 8.512273620910431),
        (0.04, Tail::Upper, 45, 24.87279366274942),
        (0.5, Tail::Lower, 45, 6.344395838839103e-28),
        (0.5, Tail::Lower, 1, 0.2274682115597864),
        (0.5, Tail::Upper, 3, 1.1767629223022764),
        (0.5, Tail::Upper, 45, 28.920386312183414),
        (4.0, Tail::Lower, 45, 0.0009089590314992676),
        (4.0, Tail::Lower, 1, 3.672060748850896),
        (4.0, Tail::Upper, 3, 6.318033877780544),
        (4.0, Tail::Upper, 45, 40.58483111616661),
        (1000.0, Tail::Lower, 45, 780.5032864077225),
        (1000.0, Tail::Lower, 1, 999.6666864269652),
        (1000.0, Tail::Upper, 20, 1157.9116291234302),
        (1000.0, Tail::Upper, 45, 1256.4572020426829),
    ] {
        let law = Smooth::Gamma { shape, scale: 1.0 };
        // A shape so small multiplies the error of a logarithm by its inverse.
        let tolerance = 1e-12_f64.max(1e-14 / shape);
        close(law.quantile(tail, share(n)), wanted, tolerance);
    }
    for (cv, power, scale) in [
        (0.01, 0.007841282818305444, 1.004485764520403),
        (0.6, 0.5823828838720955, 1.1215128132435743),
        (5.0, 3.2119151421689427, 0.12691985212851373),
        (20.0, 5.35888848970787, 0.004466142251511186),
    ] {
        let Smooth::Weibull { power: found, scale: found_scale } = Smooth::weibull(1.0, cv) else {
            unreachable!("a weibull law is one");
        };
        close(found, power, 1e-11);
        close(found_scale, scale, 1e-11);
    }
}

#[test]
fn a_table_is_within_1e_7_of_exact_inversion() {
    let words: Vec<u64> = words().into_iter().step_by(7).collect();
    for law in smooth_laws() {
        let table = Table::new(&law);
        for word in &words {
            let (tail, v) = if word >> 63 == 0 { (Tail::Lower, *word) } else { (Tail::Upper, !word) };
            if v < 1 << 19 {
                continue;
            }
            let exact = law.quantile(tail, v as f64 / 2_f64.powi(64)).min(1e18);
            // The cell in which the ceiling is met has a kink.
            let error = (table.at(*word) - exact).abs() / exact.max(1.0);
            assert!(error < 1e-7 || exact > 9e17, "{law:?} at {word:016x}: off by {error:e}");
        }
    }
}

#[test]
fn a_table_never_falls_not_even_by_rounding() {
    let words = words();
    for law in smooth_laws() {
        let table = Table::new(&law);
        assert!(table.at(0) >= 0.0 && table.at(u64::MAX).is_finite(), "{law:?}");
        for pair in words.windows(2) {
            assert!(table.at(pair[0]) <= table.at(pair[1]), "{law:?} at {pair:016x?}");
        }
        for word in words.iter().step_by(11) {
            // A step of a cell is 2^26 words at the middle, fewer further out.
            for ahead in [1, 1 << 10, 1 << 20, 1 << 26, 1 << 27] {
                let next = word.saturating_add(ahead);
                assert!(table.at(*word) <= table.at(next), "{law:?} from {word:016x} by {ahead}");
            }
        }
    }
}

#[test]
fn samples_never_fall_nor_leave_their_range() {
    let words = words();
    for law in golden::laws().into_iter().filter(|law| !matches!(law, Law::Mixture { .. })) {
        let sampler = sampler(&law);
        let values: Vec<i64> = words.iter().map(|word| sampler.at(*word)).collect();
        assert!(values.is_sorted(), "{law:?}");
        assert!(values[0] >= 0 && *values.last().unwrap() <= 1_000_000_000_000_000_000, "{law:?}");
    }
}

#[test]
fn every_spread_and_size_that_a_law_may_have_is_tabled() {
    for step in 0..=24 {
        let cv = (CV_LEAST * libm::pow(CV_MOST / CV_LEAST, f64::from(step) / 24.0)).min(CV_MOST);
        for mean in [1e-3, 60.0, MOST] {
            for law in [Law::Lognormal { mean, cv }, Law::Gamma { mean, cv }, Law::Weibull { mean, cv }] {
                let sampler = sampler(&law);
                let ladder = [0, 1 << 40, 1 << 62, 1 << 63, !(1 << 62), !(1 << 40), u64::MAX];
                assert!(ladder.map(|word| sampler.at(word)).is_sorted(), "{law:?}");
            }
        }
    }
}

/// The table ends at the share 2^-45; what these laws lose there is below the tolerance.
#[test]
fn moments_are_those_of_the_laws() {
    for cv in [0.01, 0.5, 0.8, 1.5, 5.0] {
        for law in [Law::Lognormal { mean: 1e6, cv }, Law::Gamma { mean: 1e6, cv }, Law::Weibull { mean: 1e6, cv }] {
            let (mean, variance) = moments(&law);
            close(mean, 1e6, 1e-7);
            // A lognormal law of cv 5 has a ten-thousandth of its variance beyond.
            let tolerance = if cv < 5.0 { 1e-6 } else { 2e-3 };
            close(variance, 1e12 * cv * cv, tolerance);
        }
    }
    for k in [1, 2, 10, 1000] {
        let (mean, variance) = moments(&Law::Erlang { mean: 1e6, k });
        close(mean, 1e6, 1e-7);
        close(variance, 1e12 / f64::from(k), 1e-6);
    }
    let (mean, variance) = moments(&Law::Exponential { mean: 1e6 });
    close(mean, 1e6, 1e-7);
    close(variance, 1e12, 1e-7);
    let (mean, variance) = moments(&Law::Triangular { low: 1e5, mode: 3e5, high: 1e6 });
    close(mean, 14e5 / 3.0, 1e-7);
    // Sum of squares less sum of products, over 18; the kink at the mode costs digits here.
    close(variance, (101.0 + 9.0 - 3.0 - 10.0 - 30.0) * 1e10 / 18.0, 1e-6);
    let (mean, _) = moments(&Law::Pareto { low: 1e5, shape: 2.5 });
    // All above the end, 2^(45 / 2.5) times low, counts as the end: of 5/3 that takes 2^-27 * 2/3.
    close(mean, 1e5 * (5.0 - 2.0 * libm::exp2(-27.0)) / 3.0, 1e-7);
}

#[test]
fn analytic_means_are_those_of_the_samplers() {
    for law in golden::laws() {
        let (wanted, tolerance) = match law {
            // A third of this mean lies beyond the ceiling of 1e18, a thousand million times low.
            Law::Pareto { low, shape: 1.05 } => (low * (21.0 - 20.0 * libm::pow(1e9, -0.05)), 1e-6),
            Law::Lognormal { mean, cv: 20.0 } => (mean, 1e-5),
            _ => (law.mean(), 2e-7),
        };
        close(sampler(&law).mean(), wanted, tolerance);
    }
}

#[test]
fn quantiles_are_where_they_should_be() {
    let at = |law: &Law, share: f64| sampler(law).at((share * 2_f64.powi(64)) as u64);
    let lognormal = Law::lognormal_from_quantiles(14_400.0, 86_400.0).unwrap();
    assert_eq!([0.5, 0.9].map(|share| at(&lognormal, share)), [14_400, 86_400]);
    let exponential = Law::Exponential { mean: 1000.0 };
    assert_eq!([0.5, 0.9, 0.999].map(|share| at(&exponential, share)), [693, 2303, 6908]);
    let pareto = Law::Pareto { low: 100.0, shape: 2.0 };
    assert_eq!([0.0, 0.75, 0.99].map(|share| at(&pareto, share)), [100, 200, 1000]);
    let triangular = Law::Triangular { low: 0.0, mode: 500.0, high: 1000.0 };
    assert_eq!([0.0, 0.125, 0.5, 0.875].map(|share| at(&triangular, share)), [0, 250, 500, 750]);
}

#[test]
fn whole_numbers_come_as_often_as_they_should() {
    let uniform = sampler(&Law::Uniform { low: 10, high: 13 });
    let quarter = 1_u64 << 62;
    for (i, value) in (10..=13).enumerate() {
        let first = quarter * i as u64;
        assert_eq!([uniform.at(first), uniform.at(first + (quarter - 1))], [value; 2]);
    }
    let empirical = sampler(&Law::empirical(vec![9, 2, 2, 5]));
    assert_eq!([0, 1, 2, 3].map(|i| empirical.at(quarter * i)), [2, 2, 5, 9]);
    assert_eq!(empirical.at(u64::MAX), 9);
    // 30, 50 and 20 hundredths, by the first word of each.
    let weights = sampler(&Law::weights(vec![(3, 20.0), (1, 30.0), (2, 50.0)]));
    let edges = [0.3, 0.8].map(|share| (share * 2_f64.powi(64)) as u64);
    assert_eq!([0, edges[0] - 1].map(|word| weights.at(word)), [1, 1]);
    assert_eq!([edges[0], edges[1] - 1].map(|word| weights.at(word)), [2, 2]);
    assert_eq!([edges[1], u64::MAX].map(|word| weights.at(word)), [3, 3]);
    // Many weights are searched, few are counted; a weight too small for a word never comes.
    let many = sampler(&Law::weights((0..16).map(|value| (value, 0.5)).collect()));
    assert!((0..16).all(|i| many.at(i << 60) == i as i64));
    assert!((0..16).all(|i| many.at((i << 60) + (quarter / 4 - 1)) == i as i64));
    let lopsided = sampler(&Law::weights(vec![(1, 1e-15), (2, 1e15), (3, 1e-15)]));
    assert_eq!(lopsided.constant(), Some(2));
}

#[test]
fn halves_are_rounded_up() {
    let law = Law::Triangular { low: 0.0, mode: 0.0, high: 1.0 };
    // Above a half of the range lies a quarter of the law.
    let edge = 3 << 62;
    assert_eq!([edge - (1 << 20), edge + (1 << 20), u64::MAX].map(|word| sampler(&law).at(word)), [0, 1, 1]);
    assert_eq!(sampler(&Law::Triangular { low: 2.5, mode: 2.5, high: 2.5 }).constant(), Some(3));
}

/// To lose less of evenness `rand` takes a second word now and then: once in 2^64 words by the count of values, here never.
#[test]
fn whole_numbers_are_those_that_rand_makes_of_the_same_words() {
    let (secret, purpose) = (Draws::new(5).block(1, 0).secret(), Purpose::named("second opinion"));
    for (low, high) in [(0, 1), (10, 13), (-3, 3), (0, 86_399), (-1_000_000_007, 998_244_353)] {
        let sampler = sampler(&Law::Uniform { low, high });
        let mut words = secret.words(purpose);
        for visit in 0..10_000 {
            let other: i64 = words.random_range(low..=high);
            assert_eq!(sampler.at(secret.draw(purpose, visit)), other, "from {low} to {high}, draw {visit}");
        }
    }
}

#[test]
fn words_are_the_draws_of_one_purpose_in_order() {
    let (secret, purpose) = (Draws::new(6).block(2, 9).secret(), Purpose::named("words"));
    let draws: Vec<u64> = (0..4).map(|visit| secret.draw(purpose, visit)).collect();
    let mut words = secret.words(purpose);
    assert_eq!([words.next_u64(), u64::from(words.next_u32())], [draws[0], draws[1] >> 32]);
    let mut bytes = [0; 10];
    words.fill_bytes(&mut bytes);
    assert_eq!(bytes[..8], draws[2].to_le_bytes());
    assert_eq!(bytes[8..], draws[3].to_le_bytes()[..2]);
}

#[test]
fn whole_numbers_may_be_below_zero() {
    let weights = Law::weights(vec![(0, 1.0), (-2, 3.0)]);
    for (law, values) in [
        (Law::Constant(-7), [-7, -7, -7]),
        (Law::Uniform { low: -3, high: -1 }, [-3, -2, -1]),
        (Law::empirical(vec![4, -4, 0]), [-4, 0, 4]),
        (weights.clone(), [-2, -2, 0]),
        (cut(Some(-1), None, Law::Uniform { low: -5, high: 1 }), [-1, 0, 1]),
        (cut(None, Some(-1), weights), [-2, -2, -2]),
        (Law::Mixture { parts: vec![(1.0, Law::Constant(5)), (2.0, Law::Constant(-5))] }, [5, -5, -5]),
    ] {
        assert_eq!([0, 1 << 63, u64::MAX].map(|word| sampler(&law).at(word)), values, "{law:?}");
        let (least, most) = (values.iter().min().unwrap(), values.iter().max().unwrap());
        assert_eq!(law.ends(), Ok((*least, *most)), "{law:?}");
    }
    close(Law::Uniform { low: -4, high: -1 }.mean(), -2.5, 1e-14);
}

#[test]
fn a_mixture_gives_each_part_its_stretch_of_words() {
    let late = Law::Exponential { mean: 1_036_800.0 };
    let law = Law::Mixture { parts: vec![(0.885, Law::Constant(0)), (0.115, late.clone())] };
    let (mixture, late) = (sampler(&law), sampler(&late));
    let edge = (0.885 / (0.885 + 0.115) * 2_f64.powi(64)) as u64;
    assert_eq!(mixture.at(edge - 1), 0);
    let stretch = u64::MAX - edge;
    for share in [0.0, 0.1, 0.5, 0.9, 0.999] {
        let inside = edge + (stretch as f64 * share) as u64;
        let alone = late.at((share * 2_f64.powi(64)) as u64);
        assert!(mixture.at(inside).abs_diff(alone) <= 1, "at {share}");
    }
    assert_eq!(mixture.at(u64::MAX), late.at(u64::MAX));
    close(law.mean(), 0.115 * 1_036_800.0, 1e-14);
}

#[test]
fn a_cut_stays_in_bounds_and_has_the_conditional_mean() {
    let (mean, least, most) = (10_000.0, 3_000, 50_000);
    let law = cut(Some(least), Some(most), Law::Exponential { mean });
    let cut_sampler = sampler(&law);
    assert_eq!([0, u64::MAX].map(|word| cut_sampler.at(word)), [least, most]);
    let (a, b) = (least as f64, most as f64);
    let (ea, eb) = (libm::exp(-a / mean), libm::exp(-b / mean));
    close(law.mean(), mean + (a * ea - b * eb) / (ea - eb), 1e-7);
    // The part of a Pareto law of infinite mean share below 1000 times its low.
    let (low, shape) = (1e6, 1.05);
    let law = cut(None, Some(1_000_000_000), Law::Pareto { low, shape });
    let kept = 1.0 - libm::pow(1000.0, -shape);
    let wanted = low * shape / (shape - 1.0) * (1.0 - libm::pow(1000.0, 1.0 - shape)) / kept;
    close(law.mean(), wanted, 1e-7);
    // Far out in a tail: memoryless.
    let law = cut(Some(150_000), None, Law::Exponential { mean });
    close(law.mean(), 160_000.0, 1e-6);
}

#[test]
fn cuts_of_cuts_of_whole_numbers_and_of_mixtures_are_exact() {
    let inner = cut(Some(5), Some(20), Law::Uniform { low: 0, high: 100 });
    let law = cut(None, Some(7), inner);
    assert_eq!([0, 1 << 63, u64::MAX].map(|word| sampler(&law).at(word)), [5, 6, 7]);
    assert_eq!(law.mean(), 6.0);
    let parts = vec![(1.0, Law::Constant(1)), (1.0, Law::Uniform { low: 0, high: 9 }), (2.0, Law::Constant(50))];
    // Left are the 1 whole and, of the uniform part, six tenths: means 1 and 2.5.
    let law = cut(None, Some(5), Law::Mixture { parts });
    close(law.mean(), (1.0 + 0.6 * 2.5) / 1.6, 1e-12);
    let law = cut(Some(4), None, Law::weights(vec![(1, 5.0), (4, 1.0), (6, 3.0)]));
    close(law.mean(), 5.5, 1e-12);
    assert!(cut(Some(4), None, Law::empirical(vec![1, 2, 4])).is_constant());
    assert!(!law.is_constant() && Law::Constant(3).is_constant());
    assert!(!Law::Exponential { mean: 1.0 }.is_constant());
}

#[test]
fn equal_laws_share_one_table() {
    let mut samplers = Samplers::default();
    for law in [
        Law::Erlang { mean: 60.0, k: 1 },
        Law::Exponential { mean: 60.0 },
        cut(None, Some(90), Law::Exponential { mean: 60.0 }),
        Law::Lognormal { mean: 60.0, cv: 1.0 },
    ] {
        samplers.sampler(&law).unwrap();
    }
    assert_eq!(samplers.tables(), 2);
}

#[test]
fn a_law_survives_serde() {
    for law in golden::laws() {
        let text = serde_json::to_string(&law).unwrap();
        assert_eq!(serde_json::from_str::<Law>(&text).unwrap(), law);
    }
}

#[test]
fn a_wrong_law_is_told_what_would_be_right() {
    let exponential = Law::Exponential { mean: 10.0 };
    for (law, message) in [
        (Law::Constant(-1_000_000_000_000_001), "a constant must be from -1e15 to 1e15; it is -1000000000000001"),
        (Law::Exponential { mean: 0.0 }, "the mean must be above 0 and at most 1e15; it is 0"),
        (Law::Exponential { mean: f64::NAN }, "the mean must be above 0 and at most 1e15; it is NaN"),
        (
            Law::Gamma { mean: 1.0, cv: 0.0 },
            "cv must be from 0.01 to 20; it is 0; for less, write the mean as a constant",
        ),
        (Law::Weibull { mean: 1.0, cv: 25.0 }, "cv must be from 0.01 to 20; it is 25"),
        (Law::Erlang { mean: 1.0, k: 0 }, "k must be from 1 to 10000; it is 0"),
        (Law::Pareto { low: 1.0, shape: 1.0 }, "the shape must be above 1, else the mean is infinite; it is 1"),
        (Law::Triangular { low: 1.0, mode: 5.0, high: 4.0 }, "mode must not be above high; 5 is above 4"),
        (Law::Triangular { low: -1.0, mode: 0.0, high: 4.0 }, "low must be from 0 to 1e15; it is -1"),
        (Law::Uniform { low: 3, high: 2 }, "low must not be above high; 3 is above 2"),
        (Law::empirical(vec![]), "an empirical law needs at least one value"),
        (Law::weights(vec![(1, 0.0)]), "a weight must be above 0 and at most 1e15; it is 0"),
        (Law::Mixture { parts: vec![] }, "a mixture needs at least one part"),
        (
            Law::Mixture { parts: vec![(1.0, Law::Uniform { low: 3, high: 2 })] },
            "low must not be above high; 3 is above 2",
        ),
        (cut(Some(9), Some(8), exponential.clone()), "least must not be above most; 9 is above 8"),
        (
            cut(Some(9000), None, exponential),
            "the law has no value at 9000 or above, or too rarely (less than once in 2^32 draws); cut off less",
        ),
        (
            cut(None, Some(2), Law::Mixture { parts: vec![(1.0, Law::Constant(3)), (1.0, Law::Constant(4))] }),
            "the law has no value at 2 or below, or too rarely (less than once in 2^32 draws); cut off less",
        ),
    ] {
        assert_eq!(law.check().unwrap_err(), message);
        assert_eq!(Sampler::new(&law).unwrap_err(), message);
    }
    let message = Law::lognormal_from_quantiles(5.0, 5.0).unwrap_err();
    assert_eq!(message, "p90 must be above p50");
}
