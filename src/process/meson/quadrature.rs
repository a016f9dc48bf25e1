//! σ of the pairs of mesons by Gauss–Legendre rules in ln t; its error is the change with twice the panels.

use super::production::{MesonPair, Open};
use crate::process::radiation::quadrature::gauss_legendre;
use crate::process::{Goal, Integral, QuadratureError};

/// Nodes of a panel, and the panels.
const NODES: usize = 8;
const PANELS: usize = 24;

/// σ in pb of a meson with so many panels between two t.
fn sum(of: &MesonPair, open: &Open, (low, high): (f64, f64), panels: usize) -> f64 {
    let width = libm::log(high / low) / panels as f64;
    let rule = gauss_legendre(NODES);
    let mut sum = 0.0;
    for panel in 0..panels {
        for (node, weight) in &rule {
            let t = low * libm::exp(width * (panel as f64 + node));
            sum += weight * width * t * of.dsigma_dt_pb(open, t);
        }
    }
    sum
}

/// σ of all mesons between two t.
pub(super) fn within(
    of: &MesonPair,
    (from, to): (f64, f64),
    goal: &Goal<'_>,
) -> Result<Integral, QuadratureError> {
    let (mut value_pb, mut error_pb, mut n_eval) = (0.0, 0.0, 0);
    for open in of.mesons() {
        let range = (open.t.low.max(from), open.t.high.min(to));
        if !(range.0 < range.1) {
            continue;
        }
        let fine = sum(of, open, range, 2 * PANELS);
        value_pb += fine;
        error_pb += (fine - sum(of, open, range, PANELS)).abs();
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

/// dσ/dt of all mesons within the cuts, pb/GeV².
pub(super) fn at_t(of: &MesonPair, t: f64) -> Integral {
    let made = of
        .mesons()
        .filter(|open| open.t.low <= t && t <= open.t.high);
    let value_pb = made.map(|open| of.dsigma_dt_pb(open, t)).sum();
    Integral {
        value_pb,
        error_pb: 0.0,
        n_eval: 1,
    }
}
