//! σ̄ and its spectrum along the track of a shower, by a route of the process at one energy.
//!
//! The integral is that of `process::measure` in u, E = E_low + (E0 − E_low) u², because σ opens at E_low; with a resonance at
//! E_r of half width w, u² is in its place linear in asinh((E − E_r)/w), in which it is smooth, the tail of radiation above E_r
//! too.

use super::FromShower;
use crate::event::Scalar;
use crate::process::measure::{Fitted, Measure, OWN};
use crate::process::{Goal, Integral, Method, QuadratureError, Route};

/// Cells of the integral.
const CELLS: usize = 4096;
/// The least error that is claimed.
const FINEST: f64 = 1e-5;

/// A resonance: its energy and half width in GeV, and the η of E = E_r + w sinh η between which the energies are.
struct Resonance {
    at: f64,
    half: f64,
    from: f64,
    to: f64,
}

/// One process by one method.
pub(super) struct Along {
    of: FromShower,
    method: Method,
}

impl Along {
    pub(super) fn new(of: FromShower, method: Method) -> Self {
        Self { of, method }
    }

    /// Energy at `u` from 0 to 1, GeV.
    fn energy(&self, u: f64) -> f64 {
        let (low, high) = (self.of.lowest_gev, self.of.process.beam_energy_gev());
        match self.resonance() {
            None => low + (high - low) * u * u,
            Some(_) if u >= 1.0 => high,
            Some(Resonance { at, half, from, to }) => {
                (at + half * libm::sinh(from + (to - from) * u * u)).clamp(low, high)
            }
        }
    }

    /// The resonance of the process, if it has one.
    fn resonance(&self) -> Option<Resonance> {
        let (at, half) = self.of.process.resonance()?;
        let eta = |energy: f64| libm::asinh((energy - at) / half);
        let (low, high) = (self.of.lowest_gev, self.of.process.beam_energy_gev());
        let (from, to) = (eta(low), eta(high));
        (half > 0.0 && from < to).then_some(Resonance { at, half, from, to })
    }

    /// σ in pb at one energy.
    fn sigma_at(&self, energy_gev: f64, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        let process = self.of.process.at_energy(energy_gev);
        match process.and_then(|process| process.route(self.method)) {
            Some(route) => route.sigma_to(goal),
            // Nothing can be made there.
            None => Ok(Integral::ZERO),
        }
    }

    /// The track length as a measure on a range of u, in depths.
    fn measure(&self, (from, to): (f64, f64)) -> Measure {
        let (track, species, depth) = (&self.of.track, self.of.species, self.of.depth_x0);
        let at = |i: usize| from + (to - from) * (i as f64 / CELLS as f64);
        let at: Vec<f64> = (0..=CELLS).map(at).collect();
        let above = |&u: &f64| track.above(species, self.energy(u)) / depth;
        let above: Vec<f64> = at.iter().map(above).collect();
        let below = above.iter().map(|one| above[0] - one).collect();
        // What has kept the energy of the beam stands at its end.
        let top = if to >= 1.0 { above[CELLS] } else { 0.0 };
        Measure::new(at, below, top)
    }

    /// σ̄ in pb and σ.
    fn mean(&self, goal: &Goal<'_>) -> Result<(Integral, Fitted), QuadratureError> {
        let at =
            |u: f64, goal: &Goal<'_>| Integral::or_unsettled(self.sigma_at(self.energy(u), goal));
        let goal = goal.to(goal.rel_error - FINEST);
        let (found, fitted) = self.measure((0.0, 1.0)).of_sigma(&goal, &at)?;
        let error_pb = found.error_pb + FINEST * found.value_pb;
        Ok((Integral { error_pb, ..found }, fitted))
    }

    /// u of a missing-energy fraction.
    fn u(&self, x: f64) -> f64 {
        let (low, high) = (self.of.lowest_gev, self.of.process.beam_energy_gev());
        let share = match self.resonance() {
            None => (x * high - low) / (high - low),
            Some(Resonance { at, half, from, to }) => {
                (libm::asinh((x * high - at) / half) - from) / (to - from)
            }
        };
        share.clamp(0.0, 1.0).sqrt()
    }

    /// Refused where E_miss is not the energy of the projectile.
    fn check_x(&self) -> Result<(), QuadratureError> {
        match self.of.process.scalars().contains(&Scalar::BEAM_ENERGY) {
            true => Err(QuadratureError::NotApplicable {
                method: self.method.name(),
                needs: "positrons that do not radiate (process.initial_state_radiation) for spectra; the method mc has them",
            }),
            false => Ok(()),
        }
    }
}

impl Route for Along {
    fn method(&self) -> Method {
        self.method
    }

    fn finest(&self) -> f64 {
        FINEST / OWN
    }

    fn sigma_to(&self, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        self.mean(goal)?.0.judged(goal)
    }

    fn spectrum_to(&self, x: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        self.check_x()?;
        let e0 = self.of.process.beam_energy_gev();
        let at = |&x: &f64| {
            let energy = x * e0;
            let density = self.of.track.density_at(self.of.species, energy);
            let sigma = self.sigma_at(energy, goal)?;
            Ok(sigma.times(density * e0 / self.of.depth_x0))
        };
        x.iter().map(at).collect()
    }

    fn binned_to(&self, edges: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        if edges.len() < 2 || !edges.windows(2).all(|e| e[0] < e[1]) {
            let found = edges.to_vec();
            return Err(QuadratureError::Edges { found });
        }
        self.check_x()?;
        let (found, fitted) = self.mean(goal)?;
        found.judged(goal)?;
        let bin = |e: &[f64]| {
            let range = (self.u(e[0]), self.u(e[1]));
            if range.0 >= range.1 {
                return Ok(Integral::ZERO);
            }
            let measure = self.measure(range);
            let (value_pb, missing) = measure.of_fitted(&fitted);
            Ok(Integral {
                value_pb,
                error_pb: missing + (OWN * goal.rel_error + FINEST) * value_pb,
                n_eval: found.n_eval,
            })
        };
        edges.windows(2).map(bin).collect()
    }
}
