//! The spread of the momentum of a beam: gaussian, cut off at five standard deviations, or a table of its density.
//!
//! `σ̄ = ∫ dp w(p) σ(E(p))`, ∫ w dp = 1; for the gaussian p = p0 (1 + δ ξ). A point has the momentum below which a share
//! of the beam is that is one more coordinate, so ξ = Φ⁻¹ of it. Without Monte Carlo the integral is that of
//! `process::measure` in p, from where anything opens. Cuts and x stay those of the nominal
//! energy. Pinned by the tests below, `tests/beam.rs` and `tests/beam_table.rs`.

use std::f64::consts::{SQRT_2, TAU};
use std::sync::Arc;

use super::InTarget;
use crate::beam::MomentumSpread;
use crate::elementary::{exp, ln};
use crate::process::measure::{Measure, OWN};
use crate::process::{Goal, Integral, Method, Process, QuadratureError, Route, opens_gev};

const FARTHEST: f64 = MomentumSpread::FARTHEST;
/// Cells of the integral.
const CELLS: usize = 512;
/// Least relative error of it.
const FINEST: f64 = 1e-6;

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

    /// Momentum in GeV of an energy.
    fn momentum(&self, energy: f64) -> f64 {
        ((energy - self.m) * (energy + self.m)).max(0.0).sqrt()
    }

    /// The least and the largest momentum in GeV.
    fn range_gev(&self) -> (f64, f64) {
        match &self.of {
            MomentumSpread::Gaussian(relative) => {
                (self.at(*relative, -FARTHEST), self.at(*relative, FARTHEST))
            }
            MomentumSpread::Table(table) => table.range_gev(),
        }
    }

    /// The share of the beam below a momentum.
    fn below(&self, p: f64) -> f64 {
        match &self.of {
            MomentumSpread::Gaussian(relative) => {
                let upper = |x: f64| 0.5 * libm::erfc(x / SQRT_2);
                let x = (p / self.p0 - 1.0) / relative;
                // Of two small numbers on the side where they are.
                let share = match x < 0.0 {
                    true => upper(-x) - upper(FARTHEST),
                    false => 1.0 - upper(x) - upper(FARTHEST),
                };
                share / (1.0 - 2.0 * upper(FARTHEST))
            }
            MomentumSpread::Table(table) => table.share_below(p),
        }
    }

    /// The beam between two momenta in GeV as a measure on u, p = from + (to − from) u², because σ may open at the first.
    fn measure(&self, range: (f64, f64)) -> Measure {
        let at = |i: usize| i as f64 / CELLS as f64;
        let at: Vec<f64> = (0..=CELLS).map(at).collect();
        let below = at.iter().map(|&u| self.below(within(range, u))).collect();
        Measure::new(at, below, 0.0)
    }

    /// Energies in GeV, and weights that add up to the share of the beam above the first of the energies `edges`, which rise:
    /// for what is smooth between any two of them and above the last.
    pub(crate) fn nodes(&self, edges: &[f64]) -> Vec<(f64, f64)> {
        let (low, high) = self.range_gev();
        let mut momenta = Vec::from_iter(
            edges
                .iter()
                .map(|&edge| self.momentum(edge).clamp(low, high)),
        );
        momenta.push(high);
        let pieces = momenta.windows(2).filter(|piece| piece[0] < piece[1]);
        let nodes = pieces.flat_map(|piece| {
            let range = (piece[0], piece[1]);
            let rule = self.measure(range).rule().into_iter();
            rule.map(move |(u, weight)| (self.energy(within(range, u)), weight))
        });
        nodes.collect()
    }
}

/// The momentum in GeV at the place `u` of a range.
fn within((from, to): (f64, f64), u: f64) -> f64 {
    match u {
        u if u >= 1.0 => to,
        _ => from + (to - from) * u * u,
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
    of: InTarget,
    spread: Spread,
    process: Arc<dyn Process>,
    method: Method,
    /// What the nominal energy reaches.
    finest: f64,
}

impl Spreading {
    /// Of one part of a target; none if that knows one energy only, or has no such route.
    pub(super) fn new(
        of: &InTarget,
        spread: &Spread,
        process: &Arc<dyn Process>,
        method: Method,
    ) -> Option<Self> {
        process.at_energy(process.beam_energy_gev())?;
        let finest = of.route_at(process, 0.0, method)?.finest();
        Some(Self {
            of: of.clone(),
            spread: spread.clone(),
            process: process.clone(),
            method,
            finest,
        })
    }
}

impl Route for Spreading {
    fn method(&self) -> Method {
        self.method
    }

    fn finest(&self) -> f64 {
        FINEST.max(self.finest / OWN)
    }

    fn sigma_to(&self, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        let (low, high) = self.spread.range_gev();
        // It may open below the least momentum of the beam: losses lead there.
        let nothing = self.process.beam().mass_gev;
        let opens = opens_gev(&*self.process, (nothing, self.spread.energy(high)));
        let from = self.spread.momentum(opens).max(low);
        if from >= high {
            return Ok(Integral::ZERO);
        }
        let at = |u: f64, goal: &Goal<'_>| {
            let energy = self.spread.energy(within((from, high), u));
            let process = self.process.at_energy(energy);
            let route = process.and_then(|at| self.of.route_at(&at, opens, self.method));
            match route {
                Some(route) => Integral::or_unsettled(route.sigma_to(goal)),
                None => Ok(Integral::ZERO),
            }
        };
        let measure = self.spread.measure((from, high));
        measure.of_sigma(goal, &at)?.0.judged(goal)
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
    use crate::beam::MomentumTable;

    #[test]
    fn quantiles_are_those_of_the_normal_distribution() {
        for x in [-4.9, -3.0, -1.97, -1.0, -0.1, 0.0, 0.5, 2.0, 3.7] {
            let u = 0.5 * libm::erfc(-x / SQRT_2);
            let found = quantile(u);
            assert!((found - x).abs() < 1e-12, "{x}: {found}");
        }
    }

    #[test]
    fn a_table_has_the_measure_and_points_of_its_moments() {
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
            let nodes = spread.nodes(&[0.0]);
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
                // The points miss the hole by half of one.
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
        let nodes = spread.nodes(&[0.0]);
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
