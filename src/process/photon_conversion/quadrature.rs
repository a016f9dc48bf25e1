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
    let rel_error = goal.rel_error;
    let mut n_eval = 0;
    let (mut value_pb, mut error_pb) = (f64::NAN, f64::NAN);
    for level in LEVELS {
        let value = self::level(of, level, t, goal)?;
        n_eval += (level.0 * level.1) as u64;
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
