//! σ of the pairs of mesons by Gauss–Legendre rules in ln t; its error is the change with twice the panels.

use super::production::{MesonPair, Open};
use crate::process::radiation::quadrature::gauss_legendre;
use crate::process::{Goal, Integral, Method, QuadratureError, Route};

/// Nodes of a panel, and the panels.
const NODES: usize = 8;
const PANELS: usize = 24;

/// The rules on one set-up.
pub(super) struct ByRule(pub(super) MesonPair);

impl ByRule {
    /// σ in pb of a meson with so many panels between two t.
    fn sum(&self, open: &Open, (low, high): (f64, f64), panels: usize) -> f64 {
        let width = libm::log(high / low) / panels as f64;
        let rule = gauss_legendre(NODES);
        let mut sum = 0.0;
        for panel in 0..panels {
            for (node, weight) in &rule {
                let t = low * libm::exp(width * (panel as f64 + node));
                sum += weight * width * t * self.0.dsigma_dt_pb(open, t);
            }
        }
        sum
    }

    /// σ of all mesons between two t.
    fn within(&self, (from, to): (f64, f64), goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        if self.0.cuts_angles() {
            return Err(QuadratureError::Cut {
                name: "cuts.chi_angle_max_mrad",
            });
        }
        let (mut value_pb, mut error_pb, mut n_eval) = (0.0, 0.0, 0);
        for open in self.0.mesons() {
            let range = (open.t_range.0.max(from), open.t_range.1.min(to));
            if !(range.0 < range.1) {
                continue;
            }
            let fine = self.sum(open, range, 2 * PANELS);
            value_pb += fine;
            error_pb += (fine - self.sum(open, range, PANELS)).abs();
            n_eval += goal.tell((fine, (3 * PANELS * NODES) as u64))?.1;
        }
        match error_pb <= goal.rel_error * value_pb {
            true => Ok(Integral {
                value_pb,
                error_pb,
                n_eval,
            }),
            false => Err(QuadratureError::NotConverged {
                value_pb,
                error_pb,
                rel_error: goal.rel_error,
            }),
        }
    }
}

impl Route for ByRule {
    fn method(&self) -> Method {
        Method::QUADRATURE
    }

    fn sigma_to(&self, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        self.within((0.0, f64::INFINITY), goal)
    }

    fn spectrum_to(&self, _: &[f64], _: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        Err(QuadratureError::NotApplicable {
            method: "quadrature",
            needs: "photons of many energies, as a shower has; those of one energy all give x = 1 but for the recoil",
        })
    }

    fn binned_to(&self, edges: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        let bins = edges.windows(2).map(|e| {
            let t = (self.0.t_at(e[1]).max(0.0), self.0.t_at(e[0]));
            self.within(t, goal)
        });
        bins.collect()
    }
}
