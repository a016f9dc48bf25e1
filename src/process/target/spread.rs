//! The spread of the momentum of a beam: gaussian, cut off at five standard deviations, or a table of its density.
//!
//! `σ̄ = ∫ dp w(p) σ(E(p))`, ∫ w dp = 1; for the gaussian p = p0 (1 + δ ξ). A point has the momentum below which a share
//! of the beam is that is one more coordinate, so ξ = Φ⁻¹ of it. Without Monte Carlo the integral is Gauss's rule, for the
//! gaussian with 16 energies, for a table with two in each of 16 equal pieces of its range: those of the density in the
//! piece, from its moments. Both are exact to 10⁻⁶ where σ is smooth. Cuts and x stay those of the nominal
//! energy. Pinned by the tests below, `tests/beam.rs` and `tests/beam_table.rs`.

use std::f64::consts::{SQRT_2, TAU};

use rayon::prelude::*;

use crate::beam::{MomentumSpread, MomentumTable};
use crate::elementary::{exp, ln};
use crate::process::radiation::quadrature::gauss_legendre;
use crate::process::{Goal, Integral, Method, QuadratureError, Route};

const FARTHEST: f64 = MomentumSpread::FARTHEST;
/// Energies of the integral over a gaussian, and pieces of that over a table.
const NODES: usize = 16;
/// Its relative error.
const ERROR: f64 = 1e-6;

/// Momenta around that of a beam of `e0` GeV and mass `m`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spread {
    of: MomentumSpread,
    p0: f64,
    m: f64,
}

impl Spread {
    /// Of a beam of nominally `e0` GeV of particles of mass `m`.
    pub(crate) fn new(of: MomentumSpread, e0: f64, m: f64) -> Self {
        let p0 = ((e0 - m) * (e0 + m)).sqrt();
        Self { of, p0, m }
    }

    /// The largest momentum over the nominal one, by which losses are followed further down.
    pub(crate) fn most(&self) -> f64 {
        self.of.most(self.p0)
    }

    /// Energy in GeV of a momentum.
    fn energy(&self, p: f64) -> f64 {
        libm::hypot(p, self.m)
    }

    /// Momentum in GeV at so many standard deviations.
    fn at(&self, relative: f64, deviations: f64) -> f64 {
        self.p0 * (1.0 + relative * deviations)
    }

    /// Energy in GeV at a coordinate in (0, 1).
    pub(super) fn energy_at(&self, u: f64) -> f64 {
        self.energy(match &self.of {
            MomentumSpread::Gaussian(relative) => {
                let outside = 0.5 * libm::erfc(FARTHEST / SQRT_2);
                self.at(*relative, quantile(outside + (1.0 - 2.0 * outside) * u))
            }
            MomentumSpread::Table(table) => table.quantile_gev(u),
        })
    }

    /// Energies in GeV, and weights that add up to 1.
    pub(crate) fn nodes(&self) -> Vec<(f64, f64)> {
        let momenta = match &self.of {
            MomentumSpread::Gaussian(relative) => {
                let rule = gauss_legendre(NODES);
                let at = |u: f64| FARTHEST * (2.0 * u - 1.0);
                let density = |x: f64| exp(-0.5 * x * x);
                let sum: f64 = rule.iter().map(|(u, w)| w * density(at(*u))).sum();
                let node =
                    |(u, w): &(f64, f64)| (self.at(*relative, at(*u)), w * density(at(*u)) / sum);
                rule.iter().map(node).collect()
            }
            MomentumSpread::Table(table) => in_pieces(table),
        };
        let of_momentum = |(p, weight)| (self.energy(p), weight);
        momenta.into_iter().map(of_momentum).collect()
    }
}

/// Momenta and weights of the two points of Gauss's rule in each piece of a table's range, by the first four moments of
/// the density there.
fn in_pieces(table: &MomentumTable) -> Vec<(f64, f64)> {
    let (low, high) = table.range_gev();
    let edge = |i: usize| low + (high - low) * (i as f64 / NODES as f64);
    // Exact for a density that is linear, times a cube.
    let rule = gauss_legendre(3);
    let mut nodes = Vec::with_capacity(2 * NODES);
    for i in 0..NODES {
        let middle = 0.5 * (edge(i) + edge(i + 1));
        let mut moments = [0.0; 4];
        for [(p0, d0), (p1, d1)] in table.within(edge(i), edge(i + 1)) {
            for (u, w) in &rule {
                let mut term = w * (p1 - p0) * (d0 + u * (d1 - d0));
                for moment in &mut moments {
                    *moment += term;
                    term *= p0 + u * (p1 - p0) - middle;
                }
            }
        }
        let [norm, first, second, third] = moments;
        if norm <= 0.0 {
            continue;
        }
        let [mean, square, cube] = [first, second, third].map(|moment| moment / norm);
        let variance = square - mean * mean;
        let half_skew = 0.5 * (cube - 3.0 * mean * square + 2.0 * mean * mean * mean) / variance;
        let reach = libm::hypot(half_skew, variance.sqrt());
        let tilt = 0.5 * half_skew / reach;
        nodes.push((middle + mean + half_skew - reach, norm * (0.5 + tilt)));
        nodes.push((middle + mean + half_skew + reach, norm * (0.5 - tilt)));
    }
    let all: f64 = nodes.iter().map(|(_, weight)| weight).sum();
    for (_, weight) in &mut nodes {
        *weight /= all;
    }
    nodes
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
        let each = each.map(Integral::or_unsettled);
        let each = each.collect::<Result<Vec<_>, _>>()?;
        let mut sum = Integral::ZERO;
        for ((weight, _), one) in self.nodes.iter().zip(each) {
            sum.value_pb += weight * one.value_pb;
            sum.error_pb += weight * (one.error_pb + ERROR * one.value_pb);
            sum.n_eval += one.n_eval;
        }
        sum.judged(goal)
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
            needs: "a beam of one energy (neither beam.momentum_spread nor momentum_table) for spectra; the method mc has them",
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
    fn a_table_has_the_nodes_and_points_of_its_moments() {
        // A gaussian of 2 GeV in rows that are no pieces of the rule, and one with a hole.
        let p: Vec<f64> = (0..=371)
            .map(|i| 90.0 + 20.0 * f64::from(i) / 371.0)
            .collect();
        let density: Vec<f64> = p
            .iter()
            .map(|p| exp(-0.125 * (p - 100.0).powi(2)))
            .collect();
        let tables = [
            MomentumTable::new(&p, &density),
            MomentumTable::new(
                &[80.0, 90.0, 91.0, 110.0, 120.0],
                &[0.0, 3.0, 0.0, 0.0, 1.0],
            ),
        ];
        for table in tables {
            let spread = Spread::new(MomentumSpread::Table(table.unwrap().into()), 100.0, 0.0);
            let nodes = spread.nodes();
            assert!(nodes.len() <= 2 * NODES);
            let n = 200_000;
            let points =
                (0..n).map(|i| (spread.energy_at((f64::from(i) + 0.5) / f64::from(n)), 1.0));
            let points: Vec<(f64, f64)> = points.collect();
            for power in 0..4 {
                let moment = |of: &[(f64, f64)]| -> f64 {
                    let all: f64 = of.iter().map(|(_, w)| w).sum();
                    of.iter()
                        .map(|(e, w)| w * (0.1 * (e - 100.0)).powi(power))
                        .sum::<f64>()
                        / all
                };
                let (found, expected) = (moment(&nodes), moment(&points));
                // The two points of a piece have its first four moments; the points miss the hole by half of one.
                assert!(
                    (found - expected).abs() < 1e-5,
                    "{power}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn nodes_and_points_have_the_moments_of_the_spread() {
        let spread = Spread::new(MomentumSpread::Gaussian(0.02), 100.0, 0.0);
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
