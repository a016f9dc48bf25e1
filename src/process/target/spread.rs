//! The spread of the momentum of a beam: gaussian, cut off at five standard deviations.
//!
//! `σ̄ = ∫ dξ φ(ξ) σ(E(ξ))`, p = p0 (1 + δ ξ). A point has ξ = Φ⁻¹ of one more coordinate; without Monte Carlo the
//! integral is Gauss's rule with 16 energies, exact to 10⁻⁶ where σ is smooth. Cuts and x stay those of the nominal
//! energy. Pinned by the tests below and `tests/beam.rs`.

use std::f64::consts::{SQRT_2, TAU};

use rayon::prelude::*;

use crate::elementary::{exp, ln};
use crate::process::radiation::quadrature::gauss_legendre;
use crate::process::{Goal, Integral, Method, QuadratureError, Route};

/// Standard deviations from the mean beyond which there is no beam; 6·10⁻⁷ of it would be.
pub(crate) const FARTHEST: f64 = 5.0;
/// Energies of the integral.
const NODES: usize = 16;
/// Its relative error.
const ERROR: f64 = 1e-6;

/// Momenta around that of a beam of `e0` GeV and mass `m`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    pub(super) relative: f64,
    p0: f64,
    m: f64,
}

impl Spread {
    pub(super) fn new(relative: f64, e0: f64, m: f64) -> Self {
        let p0 = ((e0 - m) * (e0 + m)).sqrt();
        Self { relative, p0, m }
    }

    /// The largest momentum over the nominal one, by which losses are followed further down.
    pub(super) fn most(&self) -> f64 {
        1.0 + FARTHEST * self.relative
    }

    /// Energy in GeV at so many standard deviations.
    fn energy(&self, deviations: f64) -> f64 {
        let p = self.p0 * (1.0 + self.relative * deviations);
        libm::hypot(p, self.m)
    }

    /// Energy in GeV at a coordinate in (0, 1).
    pub(super) fn energy_at(&self, u: f64) -> f64 {
        let outside = 0.5 * libm::erfc(FARTHEST / SQRT_2);
        self.energy(quantile(outside + (1.0 - 2.0 * outside) * u))
    }

    /// Energies and weights that add up to 1.
    pub(super) fn nodes(&self) -> Vec<(f64, f64)> {
        let rule = gauss_legendre(NODES);
        let at = |u: f64| FARTHEST * (2.0 * u - 1.0);
        let density = |x: f64| exp(-0.5 * x * x);
        let sum: f64 = rule.iter().map(|(u, w)| w * density(at(*u))).sum();
        let node = |(u, w): &(f64, f64)| (self.energy(at(*u)), w * density(at(*u)) / sum);
        rule.iter().map(node).collect()
    }
}

/// Φ⁻¹: the rational approximation of Acklam, good to 10⁻⁹, and one step of Halley's method.
fn quantile(u: f64) -> f64 {
    /// Where the tails begin.
    const TAIL: f64 = 0.024_25;
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
        1.0,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] = [
        7.784_695_709_041_462e-3,
        3.224_671_290_700_398e-1,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
        1.0,
    ];
    let horner = |c: &[f64], x: f64| c.iter().fold(0.0, |sum, c| sum * x + c);
    let tail = |u: f64| {
        let q = (-2.0 * ln(u)).sqrt();
        horner(&C, q) / horner(&D, q)
    };
    let x = match u {
        u if u < TAIL => tail(u),
        u if u > 1.0 - TAIL => -tail(1.0 - u),
        u => {
            let q = u - 0.5;
            q * horner(&A, q * q) / horner(&B, q * q)
        }
    };
    let off = (0.5 * libm::erfc(-x / SQRT_2) - u) * TAU.sqrt() * exp(0.5 * x * x);
    x - off / (1.0 + 0.5 * x * off)
}

/// σ over the spread, by a route at each of its energies.
pub(super) struct Spreading {
    pub(super) method: Method,
    /// Weights, and routes where anything is made.
    pub(super) nodes: Vec<(f64, Option<Box<dyn Route>>)>,
}

impl Route for Spreading {
    fn method(&self) -> Method {
        self.method
    }

    fn finest(&self) -> f64 {
        let routes = self.nodes.iter().flat_map(|(_, route)| route);
        routes.map(|route| route.finest()).fold(ERROR, f64::max)
    }

    fn sigma_to(&self, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        let inner = goal.to(goal.rel_error - ERROR);
        let each = self.nodes.par_iter().map(|(_, route)| match route {
            Some(route) => route.sigma_to(&inner),
            None => Ok(Integral::ZERO),
        });
        let each = each.collect::<Result<Vec<_>, _>>()?;
        let mut sum = Integral::ZERO;
        for ((weight, _), one) in self.nodes.iter().zip(each) {
            sum.value_pb += weight * one.value_pb;
            sum.error_pb += weight * (one.error_pb + ERROR * one.value_pb);
            sum.n_eval += one.n_eval;
        }
        Ok(sum)
    }

    fn spectrum_to(&self, _x: &[f64], _goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        self.refused()
    }

    /// Refused: bins at the ends of the range of x are filled by some of the energies only.
    fn binned_to(
        &self,
        _edges: &[f64],
        _goal: &Goal<'_>,
    ) -> Result<Vec<Integral>, QuadratureError> {
        self.refused()
    }
}

impl Spreading {
    fn refused(&self) -> Result<Vec<Integral>, QuadratureError> {
        Err(QuadratureError::NotApplicable {
            method: self.method.name(),
            needs: "a beam of one energy (beam.momentum_spread = 0) for spectra; the method mc has them",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_normal_distribution() {
        for x in [-4.9, -3.0, -1.97, -1.0, -0.1, 0.0, 0.5, 2.0, 3.7] {
            let u = 0.5 * libm::erfc(-x / SQRT_2);
            let found = quantile(u);
            assert!((found - x).abs() < 1e-12, "{x}: {found}");
        }
    }

    #[test]
    fn nodes_and_points_have_the_moments_of_the_spread() {
        let spread = Spread::new(0.02, 100.0, 0.0);
        let nodes = spread.nodes();
        let mean: f64 = nodes.iter().map(|(e, w)| e * w).sum();
        let square: f64 = nodes.iter().map(|(e, w)| (e - 100.0).powi(2) * w).sum();
        assert!((mean - 100.0).abs() < 1e-12, "{mean}");
        // The cut at five deviations takes 1.5e-5 of the variance.
        assert!((square / 4.0 - 1.0).abs() < 2e-5, "{square}");
        let n = 100_000;
        let points = (0..n).map(|i| spread.energy_at((i as f64 + 0.5) / n as f64) - 100.0);
        let of_points = points.map(|off| off * off).sum::<f64>() / n as f64;
        assert!((of_points / square - 1.0).abs() < 1e-4, "{of_points}");
    }
}
