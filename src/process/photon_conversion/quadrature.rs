//! σ of the conversion without Monte Carlo: Gauss–Legendre in y, W² = 4m_χ² e^(Ly²), and in ln t.
//!
//! Rules are refined until the result settles; the change is the error.

use super::conversion::Conversion;
use crate::process::radiation::quadrature::gauss_legendre;
use crate::process::{Goal, Integral, QuadratureError};

/// Nodes in W² and t, level by level.
const LEVELS: [(usize, usize); 7] = [
    (16, 24),
    (24, 32),
    (32, 48),
    (48, 64),
    (64, 96),
    (96, 128),
    (128, 192),
];

/// Halvings of the range of ln W² that find an edge.
const BISECTIONS: u32 = 60;

/// dσ/dt in pb/GeV² with `n` nodes in W².
fn at_level(of: &Conversion, n: usize, t: f64) -> f64 {
    let (low, high) = w2_limits(of, t);
    let length = libm::log(high / low);
    let over_y = gauss_legendre(n).into_iter().map(|(y, weight)| {
        let w2 = low * libm::exp(length * y * y);
        let (t_min, t_max) = of.t_limits(w2);
        let inside = t_min < t && t < t_max;
        let density = if inside {
            of.inclusive_pb(&of.invariants(w2, t))
        } else {
            0.0
        };
        weight * 2.0 * y * length * w2 * density
    });
    over_y.sum()
}

/// dσ/dt in pb/GeV², to a relative error.
pub(super) fn at_t(of: &Conversion, t: f64, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
    settled(goal, |(n, _)| {
        goal.tell((0.0, n as u64))?;
        Ok((at_level(of, n, t), n as u64))
    })
}

/// σ in pb with t below `t_most` and above `t_least` at every W².
fn level(
    of: &Conversion,
    (n_w, n_t): (usize, usize),
    (t_least, t_most): (f64, f64),
    goal: &Goal<'_>,
) -> Result<f64, QuadratureError> {
    let (low, high) = w2_limits(of, t_most);
    let length = libm::log(high / low);
    let inner = gauss_legendre(n_t);
    let mut sum = 0.0;
    for (y, weight) in gauss_legendre(n_w) {
        goal.tell((sum, n_t as u64))?;
        let w2 = low * libm::exp(length * y * y);
        let (t_min, t_max) = of.t_limits(w2);
        let (t_min, t_max) = (t_min.max(t_least), t_max.min(t_most));
        if !(t_min < t_max) {
            continue;
        }
        let decades = libm::log(t_max / t_min);
        let over_t = inner.iter().map(|(u, weight)| {
            let t = t_min * libm::exp(decades * u);
            weight * t * of.inclusive_pb(&of.invariants(w2, t))
        });
        sum += weight * 2.0 * y * length * w2 * decades * over_t.sum::<f64>();
    }
    Ok(sum)
}

/// Limits of W² where t can be below `t_most`: t_min rises with W².
fn w2_limits(of: &Conversion, t_most: f64) -> (f64, f64) {
    let (low, high) = of.w2_limits();
    let is_open = |w2: f64| of.t_limits(w2).0 < t_most;
    if is_open(high) {
        return (low, high);
    }
    let (mut open, mut closed) = (low, high);
    for _ in 0..BISECTIONS {
        let middle = (open * closed).sqrt();
        match is_open(middle) {
            true => open = middle,
            false => closed = middle,
        }
    }
    (low, open)
}

/// σ in pb with t between two values, to a relative error.
pub(super) fn within(
    of: &Conversion,
    t: (f64, f64),
    goal: &Goal<'_>,
) -> Result<Integral, QuadratureError> {
    settled(goal, |rules| {
        Ok((level(of, rules, t, goal)?, (rules.0 * rules.1) as u64))
    })
}

/// The value of the first level that differs little enough from the one before.
fn settled(
    goal: &Goal<'_>,
    of: impl Fn((usize, usize)) -> Result<(f64, u64), QuadratureError>,
) -> Result<Integral, QuadratureError> {
    let rel_error = goal.rel_error;
    let mut n_eval = 0;
    let (mut value_pb, mut error_pb) = (f64::NAN, f64::NAN);
    for level in LEVELS {
        let (value, points) = of(level)?;
        n_eval += points;
        (value_pb, error_pb) = (value, (value - value_pb).abs());
        if error_pb <= rel_error * value_pb {
            return Ok(Integral {
                value_pb,
                error_pb,
                n_eval,
            });
        }
    }
    Err(QuadratureError::NotConverged {
        value_pb,
        error_pb,
        rel_error,
    })
}
