//! σ of many pairs by one beam on one nucleus, from the σ of a vector as a function of its mass.
//!
//! σ = ∫ dk² ρ(k²) σ_V(k²), and χ is in ρ alone. ln σ_V is kept as Chebyshev polynomials of
//! y = ln[k/(k_max − k)], k = √k², in panels of y that are the same for every χ, so that a result has the same bits
//! whatever else was asked for. What lies above the last panel is bounded by the value at its upper end, since σ_V
//! falls. Where a panel does not converge, or χ is nearly as heavy as can be, there is no result and
//! the pair is integrated by itself. Pinned by `tests/curve.rs`.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::pair_mass::spectral_function;
use super::resonance::PairSource;
use super::rule::{SIZES, rule};
use super::slice::Emitted;
use super::{DOUBLING, over_x};
use crate::process::chebyshev;
use crate::process::radiation::Setup;
use crate::process::{Goal, Integral, MIN_REL_ERROR, Memory, QuadratureError};

/// Length and number of the panels below y = 0.
const LENGTH: f64 = 2.0;
const BELOW: usize = 30;
/// Length of the panels from there on, where σ_V falls so fast that few are of use, and the number of all: up to
/// k = k_max (1 − 10⁻⁶).
const SHORT: f64 = 1.0;
const PANELS: usize = BELOW + 14;

/// Degrees of the polynomials, each with all points of the one before.
const DEGREES: [usize; 3] = [8, 16, 32];

/// Parts of the goal that σ_V and the polynomials take each; the rest is for the integral over k².
const VECTOR: f64 = 0.5;
const POLYNOMIAL: f64 = 0.25;
const ABOVE: f64 = 1e-3;
const OVER_MASS: f64 = 0.1;

/// Level of the first rule over k².
const START: usize = 7;

/// σ of `pair` to `goal` from what is in `memory`, which gets what is missing; nothing where that is no way.
///
/// # Errors
/// If who listens ends it.
pub(super) fn sigma(
    setup: &Setup,
    pair: &PairSource,
    goal: &Goal<'_>,
    memory: &Memory,
) -> Result<Option<Integral>, QuadratureError> {
    let rel_error = VECTOR * goal.rel_error;
    if rel_error < MIN_REL_ERROR || pair.resonance.is_some() {
        return Ok(None);
    }
    let same = |c: &Curve| c.rel_error == rel_error && c.setup.radiates_as(setup);
    let curve = memory.shared(same, || Curve::new(setup, rel_error));
    curve.pair(pair, goal)
}

/// σ_V to a relative error.
struct Curve {
    setup: Setup,
    rel_error: f64,
    mass_max: f64,
    panels: Vec<OnceLock<Option<Panel>>>,
}

/// ln(σ_V in pb) on one panel.
struct Panel {
    coefficients: Vec<f64>,
    /// Relative error.
    error: f64,
    n_eval: u64,
}

impl Curve {
    fn new(setup: &Setup, rel_error: f64) -> Self {
        Self {
            setup: setup.clone(),
            rel_error,
            mass_max: setup.k2_range().1.sqrt(),
            panels: (0..PANELS).map(|_| OnceLock::new()).collect(),
        }
    }

    /// y at a mass in GeV, in panels.
    fn place(&self, mass: f64) -> f64 {
        let y = libm::log(mass / (self.mass_max - mass));
        let length = if y < 0.0 { LENGTH } else { SHORT };
        BELOW as f64 + y / length
    }

    /// The mass in GeV at the place `place`.
    fn mass(&self, place: f64) -> f64 {
        let above = place - BELOW as f64;
        let length = if above < 0.0 { LENGTH } else { SHORT };
        self.mass_max / (1.0 + libm::exp(-length * above))
    }

    /// Panel `i`, if it converges. Two threads may make the same: neither waits for the other.
    fn panel(&self, i: usize, goal: &Goal<'_>) -> Result<Option<&Panel>, QuadratureError> {
        if self.panels[i].get().is_none() {
            // Whoever is first: they are the same.
            let _ = self.panels[i].set(self.fitted(i, goal)?);
        }
        Ok(self.panels[i].get().and_then(Option::as_ref))
    }

    fn fitted(&self, i: usize, goal: &Goal<'_>) -> Result<Option<Panel>, QuadratureError> {
        let goal = &goal.to(self.rel_error);
        let at = |(j, n): (usize, usize)| {
            let mass = self.mass(i as f64 + 0.5 * (1.0 + chebyshev::node(j, n)));
            let vector = Emitted::Vector {
                k2: mass * mass,
                strength: 1.0,
            };
            over_x(&self.setup, vector, self.setup.v_cuts(), goal)
        };
        let mut known: Vec<Integral> = Vec::new();
        for n in DEGREES {
            let old = known.len();
            let new = (0..=n).filter(|j| old == 0 || j % 2 == 1);
            let new: Vec<(usize, usize)> = new.map(|j| (j, n)).collect();
            let found = new.into_par_iter().map(at).collect::<Vec<_>>();
            let mut found = found.into_iter();
            let mut all = Vec::with_capacity(n + 1);
            for j in 0..=n {
                let one = match old != 0 && j % 2 == 0 {
                    true => Some(Ok(known[j / 2])),
                    false => found.next(),
                };
                match one {
                    Some(Ok(one)) if one.value_pb > 0.0 => all.push(one),
                    Some(Err(QuadratureError::Stopped)) => return Err(QuadratureError::Stopped),
                    _ => return Ok(None),
                }
            }
            known = all;
            let logarithms: Vec<f64> = known.iter().map(|f| libm::log(f.value_pb)).collect();
            let coefficients = chebyshev::coefficients(&logarithms);
            let tail = chebyshev::tail(&coefficients);
            if 2.0 * tail <= POLYNOMIAL / VECTOR * self.rel_error {
                let worst = known.iter().map(|f| f.error_pb / f.value_pb);
                return Ok(Some(Panel {
                    coefficients,
                    error: 2.0 * tail + worst.fold(0.0, f64::max),
                    n_eval: known.iter().map(|f| f.n_eval).sum(),
                }));
            }
        }
        Ok(None)
    }

    fn pair(
        &self,
        pair: &PairSource,
        goal: &Goal<'_>,
    ) -> Result<Option<Integral>, QuadratureError> {
        let first = self.place(2.0 * pair.chi.mass_gev);
        if !(0.0..PANELS as f64).contains(&first) {
            return Ok(None);
        }
        let first = first as usize;
        let mut panels = Vec::new();
        for i in first..PANELS {
            let Some(panel) = self.panel(i, goal)? else {
                return Ok(None);
            };
            panels.push(panel);
            let end = self.mass((i + 1) as f64);
            let (k2, k2_max) = (end * end, self.mass_max * self.mass_max);
            let most = spectral_function(&pair.chi, k2_max) * k2_max * libm::log(k2_max / k2);
            let above = most * libm::exp(chebyshev::at(&panel.coefficients, 1.0));
            let rough = self.over_mass(pair, first, &panels, START);
            if above <= ABOVE * goal.rel_error * rough {
                return Ok(self.settled(pair, first, &panels, rough, above, goal));
            }
        }
        Ok(None)
    }

    /// The integral with rules that are fine enough, from that with the first.
    fn settled(
        &self,
        pair: &PairSource,
        first: usize,
        panels: &[&Panel],
        rough: f64,
        above: f64,
        goal: &Goal<'_>,
    ) -> Option<Integral> {
        let mut before = rough;
        for level in (START + DOUBLING..SIZES.len()).step_by(DOUBLING) {
            let value_pb = self.over_mass(pair, first, panels, level);
            let change = (value_pb - before).abs();
            if change <= OVER_MASS * goal.rel_error * value_pb {
                let worst = panels.iter().map(|p| p.error).fold(0.0, f64::max);
                return Some(Integral {
                    value_pb,
                    error_pb: change + above + worst * value_pb,
                    n_eval: panels.iter().map(|p| p.n_eval).sum(),
                });
            }
            before = value_pb;
        }
        None
    }

    /// ∫ dk² ρ σ_V over the panels from `first` on with the rule of a level.
    fn over_mass(&self, pair: &PairSource, first: usize, panels: &[&Panel], level: usize) -> f64 {
        let end = self.mass((first + panels.len()) as f64);
        let nodes = pair.nodes(end, end, rule(level));
        let one = |(k2, weight): (f64, f64)| {
            let place = self.place(k2.sqrt()) - first as f64;
            let i = (place as usize).min(panels.len() - 1);
            weight
                * libm::exp(chebyshev::at(
                    &panels[i].coefficients,
                    2.0 * (place - i as f64) - 1.0,
                ))
        };
        nodes.into_iter().map(one).sum()
    }
}
