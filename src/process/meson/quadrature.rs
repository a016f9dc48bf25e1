//! σ of the pairs of mesons by Gauss–Legendre rules in ln t; its error is the change with twice the panels.

use pulp::{Simd, WithSimd};

use super::production::{MesonPair, Open};
use crate::elementary::libm_exp;
use crate::process::radiation::quadrature::gauss_legendre;
use crate::process::{Goal, Integral, QuadratureError};

/// Nodes of a panel, and the panels.
const NODES: usize = 8;
const PANELS: usize = 24;

/// σ in pb of a meson with so many panels between two t.
fn sum(of: &MesonPair, open: &Open, range: (f64, f64), panels: usize) -> f64 {
    let n = panels * NODES;
    let (mut t, mut shape2, mut values) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    let width = libm::log(range.1 / range.0) / panels as f64;
    let rule = gauss_legendre(NODES);
    crate::elementary::arch().dispatch(Transfers {
        low: range.0,
        width,
        rule: &rule,
        t: &mut t,
    });
    of.on.shape2_batch(&t, &mut shape2);
    crate::elementary::arch().dispatch(Densities {
        open,
        t: &t,
        shape2: &shape2,
        values: &mut values,
    });
    let weights = rule.iter().map(|(_, weight)| weight * width).cycle();
    let terms = weights.zip(&t).zip(&values);
    terms.map(|((weight, t), value)| weight * t * value).sum()
}

/// Even steps of ln t, each with the nodes of a rule.
struct Transfers<'a> {
    low: f64,
    width: f64,
    rule: &'a [(f64, f64)],
    t: &'a mut [f64],
}

impl WithSimd for Transfers<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (panel, t) in self.t.chunks_exact_mut(NODES).enumerate() {
            for (t, (node, _)) in t.iter_mut().zip(self.rule) {
                *t = self.low * libm_exp(self.width * (panel as f64 + node));
            }
        }
    }
}

/// dσ/dt of a meson.
struct Densities<'a> {
    open: &'a Open,
    t: &'a [f64],
    shape2: &'a [f64],
    values: &'a mut [f64],
}

impl WithSimd for Densities<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let of = self.values.iter_mut().zip(self.t).zip(self.shape2);
        for ((value, &t), &shape2) in of {
            *value = self.open.dsigma_dt_pb(t, shape2);
        }
    }
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
    let value_pb = made.map(|open| open.dsigma_dt_pb(t, of.on.shape2(t))).sum();
    Integral {
        value_pb,
        error_pb: 0.0,
        n_eval: 1,
    }
}
