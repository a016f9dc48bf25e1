//! σ of the conversion without Monte Carlo: Gauss–Legendre in y, W² = 4m_χ² e^(Ly²), and in ln t.
//!
//! Rules are refined until the result settles; the change is the error.

use super::conversion::Conversion;
use crate::process::radiation::quadrature::gauss_legendre;
use crate::process::{Goal, Integral, Method, QuadratureError, Route};

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

/// One set-up by quadrature.
pub(super) struct ByRules(pub(super) Conversion);

impl ByRules {
    /// σ in pb with t below `t_most` and above `t_least` at every W².
    fn level(
        &self,
        (n_w, n_t): (usize, usize),
        (t_least, t_most): (f64, f64),
        goal: &Goal<'_>,
    ) -> Result<f64, QuadratureError> {
        let of = &self.0;
        let (low, high) = self.w2_limits(t_most);
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
    fn w2_limits(&self, t_most: f64) -> (f64, f64) {
        let (low, high) = self.0.w2_limits();
        let is_open = |w2: f64| self.0.t_limits(w2).0 < t_most;
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

    /// The same to a relative error.
    fn within(&self, t: (f64, f64), goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        if self.0.cuts_angles() {
            return Err(QuadratureError::Cut {
                name: "cuts.chi_angle_max_mrad",
            });
        }
        let rel_error = goal.rel_error;
        let mut n_eval = 0;
        let (mut value_pb, mut error_pb) = (f64::NAN, f64::NAN);
        for level in LEVELS {
            let value = self.level(level, t, goal)?;
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

    /// t at E_miss = x ω.
    fn t_at(&self, x: f64) -> f64 {
        2.0 * self.0.nucleus.mass_gev * self.0.energy_gev * (1.0 - x)
    }
}

impl Route for ByRules {
    fn method(&self) -> Method {
        Method::QUADRATURE
    }

    fn sigma_to(&self, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        let least = match self.0.cuts.x_max < 1.0 {
            true => self.t_at(self.0.cuts.x_max),
            false => 0.0,
        };
        self.within((least, self.0.t_most()), goal)
    }

    fn spectrum_to(&self, _: &[f64], _: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        Err(QuadratureError::NotApplicable {
            method: "quadrature",
            needs: "photons of many energies, as a shower has; those of one energy all give x = 1 but for the recoil",
        })
    }

    fn binned_to(&self, edges: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        let bins = edges.windows(2).map(|e| {
            let t = (self.t_at(e[1]).max(0.0), self.t_at(e[0]));
            self.within(t, goal)
        });
        bins.collect()
    }
}
