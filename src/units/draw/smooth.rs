//! Smooth laws and their quantile functions, to about twelve digits and by portable arithmetic only:
//! IEEE operations and `libm`, never the platform's own functions. Slow (up to microseconds); a
//! table is made from them once.

use libm::{erfc, exp, expm1, lgamma, log, log1p, pow};

/// Which end of a law a share is counted from. Both tails are told by their own small share, because
/// one minus a small number forgets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// The share of values below.
    Lower,
    /// The share of values above.
    Upper,
}

/// A smooth law of values above zero, in the parameters that its quantile function needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Smooth {
    Exponential {
        mean: f64,
    },
    /// The exponential of a normal variable.
    Lognormal {
        mu: f64,
        sigma: f64,
    },
    Gamma {
        shape: f64,
        scale: f64,
    },
    /// `scale` times a standard exponential variable to this power, the inverse of the shape.
    Weibull {
        power: f64,
        scale: f64,
    },
    /// `low` times the exponential of a standard exponential variable times this power.
    Pareto {
        low: f64,
        power: f64,
    },
}

impl Smooth {
    /// The lognormal law with this mean and coefficient of variation.
    pub fn lognormal(mean: f64, cv: f64) -> Smooth {
        let variance = log1p(cv * cv);
        Smooth::Lognormal { mu: log(mean) - variance / 2.0, sigma: variance.sqrt() }
    }

    /// The gamma law with this mean and coefficient of variation.
    pub fn gamma(mean: f64, cv: f64) -> Smooth {
        Smooth::Gamma { shape: 1.0 / (cv * cv), scale: mean * (cv * cv) }
    }

    /// The sum of `k` exponential times, `mean` in all.
    pub fn erlang(mean: f64, k: u32) -> Smooth {
        if k == 1 {
            return Smooth::Exponential { mean };
        }
        Smooth::Gamma { shape: f64::from(k), scale: mean / f64::from(k) }
    }

    /// The Weibull law with this mean and coefficient of variation.
    pub fn weibull(mean: f64, cv: f64) -> Smooth {
        let power = weibull_power(cv);
        Smooth::Weibull { power, scale: mean / exp(lgamma(1.0 + power)) }
    }

    /// The Pareto law of values from `low` on, the share above x being (low / x) ^ shape.
    pub fn pareto(low: f64, shape: f64) -> Smooth {
        Smooth::Pareto { low, power: 1.0 / shape }
    }

    /// The value that a share of `share` (above 0, at most a half) lies beyond, towards `tail`.
    pub fn quantile(&self, tail: Tail, share: f64) -> f64 {
        match *self {
            Smooth::Exponential { mean } => mean * standard_exponential(tail, share),
            Smooth::Lognormal { mu, sigma } => exp(mu + sigma * standard_normal(tail, share)),
            Smooth::Gamma { shape, scale } => scale * standard_gamma(shape, tail, share),
            Smooth::Weibull { power, scale } => scale * pow(standard_exponential(tail, share), power),
            Smooth::Pareto { low, power } => low * exp(power * standard_exponential(tail, share)),
        }
    }
}

/// The quantile of the exponential law of mean 1.
fn standard_exponential(tail: Tail, share: f64) -> f64 {
    match tail {
        Tail::Lower => -log1p(-share),
        Tail::Upper => -log(share),
    }
}

/// The quantile of the normal law of mean 0 and variance 1.
pub fn standard_normal(tail: Tail, share: f64) -> f64 {
    const SQRT_TAU: f64 = 2.506_628_274_631_000_5;
    // Abramowitz and Stegun, 26.2.23, is within 4.5e-4; two steps of Halley's method treble the digits
    // twice.
    let t = (-2.0 * log(share)).sqrt();
    let top = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let bottom = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut z = t - top / bottom;
    for _ in 0..2 {
        let excess = 0.5 * erfc(z * std::f64::consts::FRAC_1_SQRT_2) - share;
        let step = excess * SQRT_TAU * exp(0.5 * z * z);
        z += step / (1.0 - 0.5 * z * step);
    }
    match tail {
        Tail::Lower => -z,
        Tail::Upper => z,
    }
}

/// The power of a Weibull law with this coefficient of variation, by bisection on
/// 1 + cv^2 = gamma(1 + 2 power) / gamma(1 + power)^2, which grows with the power.
fn weibull_power(cv: f64) -> f64 {
    let wanted = log1p(cv * cv);
    let (mut low, mut high) = (0.0, 64.0);
    for _ in 0..80 {
        let power = 0.5 * (low + high);
        if lgamma(1.0 + 2.0 * power) - 2.0 * lgamma(1.0 + power) < wanted {
            low = power;
        } else {
            high = power;
        }
    }
    0.5 * (low + high)
}

/// The quantile of the gamma law of this shape and scale 1.
///
/// Newton and Halley steps on the logarithm of the tail as a function of y = ln x. Both tails are
/// log-concave in y, nearly straight where shapes are small and x underflows, so the steps converge
/// from anywhere.
fn standard_gamma(shape: f64, tail: Tail, share: f64) -> f64 {
    let wanted = log(share);
    let normal = lgamma(shape);
    let mut y = gamma_guess(shape, normal, tail, share);
    for _ in 0..200 {
        let x = exp(y);
        let (have, slope) = gamma_tail(shape, normal, tail, x, y);
        let newton = (have - wanted) / slope;
        let halley = 1.0 - 0.5 * newton * (shape - x - slope);
        let step = newton / halley.max(0.5);
        y -= step.clamp(-3.0 - 1.0 / shape, 3.0 + 1.0 / shape);
        if step.abs() < 1e-8 {
            return exp(y);
        }
    }
    unreachable!("the quantile of a gamma law of shape {shape} at {share} is found")
}

/// A first guess of the logarithm of a gamma quantile.
fn gamma_guess(shape: f64, normal: f64, tail: Tail, share: f64) -> f64 {
    if shape > 0.5 {
        // Wilson and Hilferty: the cube root is nearly normal.
        let ninth = 1.0 / (9.0 * shape);
        let root = 1.0 - ninth + standard_normal(tail, share) * ninth.sqrt();
        if root > 0.25 {
            return log(shape) + 3.0 * log(root);
        }
    }
    // Near zero the share below x is x^shape / gamma(shape + 1); far out the share above is about
    // x^(shape - 1) exp(-x) / gamma(shape).
    let below = match tail {
        Tail::Lower => log(share),
        Tail::Upper => log1p(-share),
    };
    let near = (below + normal + log(shape)) / shape;
    let far = -log(share) - normal;
    if tail == Tail::Upper && far > 1.0 { near.max(log(far)) } else { near.min(log(shape + 1.0)) }
}

/// The logarithm of one tail of the standard gamma law at x = exp(y), and its derivative by y.
///
/// Sources: DLMF 8.11.4 (the series, for the share below) and 8.9.2 (the continued fraction, for the
/// share above, evaluated by Lentz's method).
fn gamma_tail(shape: f64, normal: f64, tail: Tail, x: f64, y: f64) -> (f64, f64) {
    // The logarithm of x times the density.
    let density = shape * y - x - normal;
    if tail == Tail::Upper && x > shape + 1.0 {
        let fraction = upper_fraction(shape, x);
        return (density + log(fraction), -1.0 / fraction);
    }
    let ratio = shape / lower_series(shape, x);
    let below = density - log(ratio);
    match tail {
        Tail::Lower => (below, ratio),
        Tail::Upper => {
            let above = -expm1(below);
            (log(above), -exp(density) / above)
        }
    }
}

/// 1 + x / (a + 1) + x^2 / ((a + 1) (a + 2)) + ...
fn lower_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0, 1.0, a);
    while term > 1e-17 * sum {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    sum
}

/// The continued fraction C with gamma(a, x) = x^a exp(-x) C.
fn upper_fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let mut c = f64::INFINITY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    let mut n = 1.0;
    loop {
        let over = n * (a - n);
        b += 2.0;
        d = 1.0 / (over * d + b);
        c = b + over / c;
        let change = c * d;
        fraction *= change;
        if (change - 1.0).abs() < 1e-16 || n > 1e5 {
            return fraction;
        }
        n += 1.0;
    }
}
