//! σ of the annihilation in closed form, and with radiation off the initial state by quadrature.

use super::annihilated::Annihilation;
use super::initial_state;
use crate::process::{Goal, Integral, Method, QuadratureError, Route};

/// Rounding of the closed form.
const ROUNDING: f64 = 1e-14;
/// Relative error of the quadrature.
const QUADRATURE: f64 = 1e-5;

/// The route of one set-up.
pub(super) struct Closed(pub(super) Annihilation);

impl Closed {
    /// σ between two x.
    fn within(&self, from: f64, to: f64) -> Integral {
        let value_pb = initial_state::sigma_pb(&self.0, (from, to));
        Integral {
            value_pb,
            error_pb: QUADRATURE * value_pb,
            n_eval: 1,
        }
    }

    fn check(&self) -> Result<(), QuadratureError> {
        match self.0.cuts_angles() {
            true => Err(QuadratureError::Cut {
                name: "cuts.chi_angle_max_mrad",
            }),
            false => Ok(()),
        }
    }
}

impl Route for Closed {
    fn method(&self) -> Method {
        Method::QUADRATURE
    }

    fn tells(&self) -> bool {
        true
    }

    fn sigma_to(&self, _goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        self.check()?;
        if self.0.radiates() {
            return Ok(self.within(0.0, 1.0));
        }
        if !self.0.is_within() {
            return Ok(Integral::ZERO);
        }
        let value_pb = self.0.sigma_pb();
        Ok(Integral {
            value_pb,
            error_pb: ROUNDING * value_pb,
            n_eval: 1,
        })
    }

    fn spectrum_to(&self, _: &[f64], _: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        Err(QuadratureError::NotApplicable {
            method: "quadrature",
            needs: "positrons of many energies, as a shower has; those of one energy all give x = 1 + m_e/E, with initial-state radiation in bins (--bins)",
        })
    }

    fn binned_to(&self, edges: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        let whole = self.sigma_to(goal)?;
        if self.0.radiates() {
            return Ok(edges.windows(2).map(|e| self.within(e[0], e[1])).collect());
        }
        // x is above 1 by m_e/E, and 1 the end of all axes.
        let x = self.0.x().min(1.0);
        let bins = edges.windows(2).map(|e| {
            let inside = e[0] < x && x <= e[1];
            if inside { whole } else { Integral::ZERO }
        });
        Ok(bins.collect())
    }
}
