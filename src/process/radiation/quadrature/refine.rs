//! Refinement of a product rule, one dimension at a time.
//!
//! At levels L the integral is computed once, and once more with twice the nodes in each dimension
//! d: Δ_d is the error of that dimension's rule at L, and the result I(L) + ΣΔ_d has the errors of
//! the doubled rules. Doubling divides the error by at least 8 where a Gauss rule meets a square
//! root at an end and by far more where the integrand is smooth; the estimate Σ|Δ_d| leaves room for
//! chance cancellations.
//! Dimensions that spoil the goal climb until it is met.

use super::rule::SIZES;
use crate::process::{Goal, QuadratureError};

/// Levels between a rule and the one with twice the nodes.
pub(super) const DOUBLING: usize = 2;

/// Value, error estimate and what they cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::process::radiation) struct Refined {
    pub(in crate::process::radiation) value: f64,
    pub(in crate::process::radiation) error: f64,
    pub(in crate::process::radiation) n_eval: u64,
    /// Whether the goal was met before the ladder ended.
    pub(in crate::process::radiation) converged: bool,
}

/// Integrates `at(levels) = (value, evaluations)` to `goal` from the levels `start`.
pub(in crate::process::radiation) fn refine<const D: usize>(
    start: [usize; D],
    goal: &Goal<'_>,
    at: impl Fn([usize; D]) -> Result<(f64, u64), QuadratureError>,
) -> Result<Refined, QuadratureError> {
    let mut levels = start;
    let mut n_eval = 0;
    loop {
        let (base, cost) = at(levels)?;
        n_eval += cost;
        let mut steps = [0.0; D];
        for (d, step) in steps.iter_mut().enumerate() {
            let mut up = levels;
            up[d] += DOUBLING;
            let (value, cost) = at(up)?;
            n_eval += cost;
            *step = value - base;
        }
        let value = base + steps.iter().sum::<f64>();
        let error = steps.iter().map(|s| s.abs()).sum::<f64>();
        let most = goal.rel_error * value.abs();
        let converged = error <= most;
        if converged || levels.iter().any(|l| l + DOUBLING + 2 >= SIZES.len()) || !value.is_finite()
        {
            return Ok(Refined {
                value,
                error,
                n_eval,
                converged,
            });
        }
        for (level, step) in levels.iter_mut().zip(steps) {
            if step.abs() > most / D as f64 {
                *level += if step.abs() > 1e3 * most { 2 } else { 1 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::rule::rule;
    use super::*;

    fn product(levels: [usize; 2]) -> Result<(f64, u64), QuadratureError> {
        let [a, b] = levels.map(rule);
        let f: f64 = a.nodes().map(|(z, w)| w * (8.0 * z).exp()).sum();
        let g: f64 = b.nodes().map(|(z, w)| w / (0.01 + z)).sum();
        Ok((f * g, (a.n * b.n) as u64))
    }

    #[test]
    fn the_goal_is_met_and_the_estimate_covers_the_error() {
        let exact = (8.0f64.exp() - 1.0) / 8.0 * (1.01f64 / 0.01).ln();
        for goal in [1e-2, 1e-4, 1e-6, 1e-8] {
            let got = refine([0, 0], &goal.into(), product).expect("nobody listens");
            assert!(
                got.converged && got.error <= goal * exact,
                "{goal}: {got:?}"
            );
            assert!((got.value - exact).abs() <= got.error, "{goal}: {got:?}");
        }
    }

    #[test]
    fn an_integrand_that_no_rule_resolves_is_reported_as_not_converged() {
        let got = refine([0], &1e-12.into(), |[l]| {
            let r = rule(l);
            let hits: f64 = r
                .nodes()
                .map(|(z, w)| if z < 1.0 / 3.0 { w } else { 0.0 })
                .sum();
            Ok((hits, r.n as u64))
        });
        let got = got.expect("nobody listens");
        assert!(!got.converged && got.error > 0.0);
    }
}
