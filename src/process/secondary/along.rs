//! σ̄ and its spectrum along the track of a shower, by a route of the process at one energy.
//!
//! The integral is that of `process::measure` in u, E = E_low + (E0 − E_low) u², because σ opens at E_low; with a resonance at
//! E_r of half width w, u² is in its place linear in asinh((E − E_r)/w), in which it is smooth, the tail of radiation above E_r
//! too.
//!
//! Spectra are those of E_miss, the energy of the projectile less the recoil. With σ_<(E) the part of σ whose E_miss is below an edge e, a bin
//! has what the energies between its edges make, less what of that has E_miss below the lower edge, and what higher energies make
//! below the upper one: `D(e) = ∫_{E>e} dT σ_<(E)`, in ln(E − e). Where that is much of a bin, its own σ is integrated in the same way. E_miss of positrons that annihilate is their energy and m_e.

use super::FromShower;
use rayon::prelude::*;

use crate::beam::Projectile;
use crate::constants::ELECTRON_MASS_GEV;
use crate::event::Scalar;
use crate::matter::shower::Curve;
use crate::process::measure::{Fitted, Measure, OWN};
use crate::process::{Goal, Integral, Method, QuadratureError, Route};

/// Cells of the integral.
const CELLS: usize = 4096;
/// The least error that is claimed.
const FINEST: f64 = 1e-5;
/// A distance from an edge that makes no difference, in E0: pairs that are light make recoils that are less.
const NEAREST: f64 = 1e-8;
/// More than a step of the tables of showers, in the energy.
const STEP: f64 = 0.02;
/// What the density between rows of a table may be off where it is smooth (the tests of `matter::shower`).
const OF_TABLE: f64 = 1e-4;
/// Share of the error that all together may have where parts are asked for.
const OF_PARTS: f64 = 0.1;
/// Share of a bin that may come from other energies, or go to others, for the difference to be taken.
const MOSTLY_MADE: f64 = 0.2;
/// The relative error of a first look.
const ROUGH: f64 = 0.2;

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
    track: Curve,
    method: Method,
}

impl Along {
    pub(super) fn new(of: FromShower, method: Method) -> Self {
        let track = of.track.curve(of.species);
        Self { of, track, method }
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

    /// What the route of one energy has, as far as it got.
    fn at(
        &self,
        energy_gev: f64,
        of: impl Fn(&dyn Route) -> Result<Integral, QuadratureError>,
    ) -> Result<Integral, QuadratureError> {
        let process = self.of.process.at_energy(energy_gev);
        match process.and_then(|process| process.route(self.method)) {
            Some(route) => Integral::or_unsettled(of(&*route)),
            // Nothing can be made there.
            None => Ok(Integral::ZERO),
        }
    }

    /// The track length as a measure on a range of something that gives the energy, in depths.
    fn measure(&self, (from, to): (f64, f64), energy_gev: impl Fn(f64) -> f64) -> Measure {
        let e0 = self.of.process.beam_energy_gev();
        let (track, depth) = (&self.track, self.of.depth_x0);
        let at = |i: usize| from + (to - from) * (i as f64 / CELLS as f64);
        let at: Vec<f64> = (0..=CELLS).map(at).collect();
        let above = |&s: &f64| track.above(energy_gev(s)) / depth;
        let above: Vec<f64> = at.iter().map(above).collect();
        let below = above.iter().map(|one| above[0] - one).collect();
        // What has kept the energy of the beam stands at its end.
        let top = if energy_gev(to) >= e0 {
            above[CELLS]
        } else {
            0.0
        };
        Measure::new(at, below, top)
    }

    /// The track length on a range of u.
    fn of_u(&self, range: (f64, f64)) -> Measure {
        self.measure(range, |u| self.energy(u))
    }

    /// σ̄ in pb and σ.
    fn mean(&self, goal: &Goal<'_>) -> Result<(Integral, Fitted), QuadratureError> {
        let at = |u: f64, goal: &Goal<'_>| self.at(self.energy(u), |route| route.sigma_to(goal));
        let goal = goal.to(goal.rel_error - FINEST);
        let (found, fitted) = self.of_u((0.0, 1.0)).of_sigma(&goal, &at)?;
        let error_pb = found.error_pb + FINEST * found.value_pb;
        Ok((Integral { error_pb, ..found }, fitted))
    }

    /// Energy in GeV of a projectile whose E_miss is x E0, its recoil apart. 1 is the end of all axes.
    fn energy_of_x(&self, x: f64) -> f64 {
        let e0 = self.of.process.beam_energy_gev();
        match self.recoils() {
            true => x * e0,
            false if x >= 1.0 => e0,
            false => x * e0 - ELECTRON_MASS_GEV,
        }
    }

    /// u of a missing-energy fraction.
    fn u(&self, x: f64) -> f64 {
        let (low, high) = (self.of.lowest_gev, self.of.process.beam_energy_gev());
        let energy = self.energy_of_x(x);
        let share = match self.resonance() {
            None => (energy - low) / (high - low),
            Some(Resonance { at, half, from, to }) => {
                (libm::asinh((energy - at) / half) - from) / (to - from)
            }
        };
        share.clamp(0.0, 1.0).sqrt()
    }

    /// ∫ dT of `of` over all energies from `x` E0 to `y` E0: to the error of `goal` in it, or in `beside` where that is larger. `of` hears
    /// of the route of an energy and of E0 over that.
    fn higher(
        &self,
        (x, y): (f64, f64),
        beside: f64,
        goal: &Goal<'_>,
        of: impl Fn(&dyn Route, f64, &Goal<'_>) -> Result<Integral, QuadratureError> + Sync,
    ) -> Result<Integral, QuadratureError> {
        let e0 = self.of.process.beam_energy_gev();
        let (from, nearest) = ((x * e0).max(self.of.lowest_gev), NEAREST * e0);
        let to = if y < 1.0 { y * e0 } else { e0 };
        let decades = libm::log((to - from) / nearest);
        if !(decades > 0.0) {
            return Ok(Integral::ZERO);
        }
        let energy = |s: f64| match s >= 1.0 {
            true => to,
            false => from + nearest * libm::exp(decades * s),
        };
        let at = |s: f64, goal: &Goal<'_>| {
            let energy = energy(s);
            self.at(energy, |route| of(route, e0 / energy, goal))
        };
        let measure = self.measure((0.0, 1.0), energy);
        let rough = measure.of_sigma(&goal.to(ROUGH), &at)?.0;
        if rough.value_pb <= 0.0 {
            return Ok(rough);
        }
        let wanted = goal.rel_error * beside.max(rough.value_pb);
        if rough.error_pb <= wanted {
            return Ok(rough);
        }
        Ok(measure.of_sigma(&goal.to(wanted / rough.value_pb), &at)?.0)
    }

    /// −dT/dE in depths and units of E0 from lengths more than one step of the table away, to tell how far its own density is
    /// to be trusted.
    fn density(&self, energy_gev: f64) -> f64 {
        let e0 = self.of.process.beam_energy_gev();
        let first = self.of.track.energies_gev()[0];
        // Steps of the table become smaller towards the energy of the beam.
        let room = (e0 / energy_gev - 1.0).min(1.0 - first / energy_gev);
        let step = STEP.min(0.5 * room);
        let mean = |step: f64| {
            let (low, high) = (energy_gev * (1.0 - step), energy_gev * (1.0 + step));
            (self.track.above(low) - self.track.above(high)) / (high - low)
        };
        // Without what is of second order in the step.
        (4.0 * mean(0.5 * step) - mean(step)) / 3.0 * e0 / self.of.depth_x0
    }

    /// D at an edge; `beside` is what its error should be small beside.
    fn below(&self, x: f64, beside: f64, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        self.higher((x, 1.0), beside, goal, |route, unit, goal| match x > 0.0 {
            true => Ok(route.binned_to(&[0.0, x * unit], goal)?[0]),
            false => Ok(Integral::ZERO),
        })
    }

    /// Whether the target takes energy.
    fn recoils(&self) -> bool {
        self.of.process.target() != Projectile::Electron.particle()
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
            let (share, energy) = match self.recoils() {
                true => (x / (x + NEAREST), (x + NEAREST) * e0),
                false => (0.0, self.energy_of_x(x)),
            };
            let density = self.of.track.density_at(self.of.species, energy) * e0 / self.of.depth_x0;
            let near = self.at(energy, |route| Ok(route.binned_to(&[share, 1.0], goal)?[0]))?;
            let near = near.times(density);
            let far = match self.recoils() {
                // dσ/dx of a route is that in units of its energy.
                true => self.higher((x, 1.0), near.value_pb, goal, |route, unit, goal| {
                    Ok(route.spectrum_to(&[x * unit], goal)?[0].times(unit))
                })?,
                false => Integral::ZERO,
            };
            let value_pb = near.value_pb + far.value_pb;
            let uneven = match density > 0.0 {
                true => OF_TABLE + (self.density(energy) / density - 1.0).abs(),
                false => 0.0,
            };
            Ok(Integral {
                value_pb,
                error_pb: near.error_pb + far.error_pb + uneven * value_pb,
                n_eval: near.n_eval + far.n_eval,
            })
        };
        x.iter().map(at).collect()
    }

    fn binned_to(&self, edges: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        if edges.len() < 2 || !edges.windows(2).all(|e| e[0] < e[1]) {
            let found = edges.to_vec();
            return Err(QuadratureError::Edges { found });
        }
        self.check_x()?;
        // A part of the range may have all that the whole misses.
        let of_parts = goal.to((OF_PARTS * goal.rel_error)
            .max(2.0 * FINEST)
            .min(goal.rel_error));
        let (found, fitted) = self.mean(&of_parts)?;
        found.judged(goal)?;
        let made = |e: &[f64]| {
            let range = (self.u(e[0]), self.u(e[1]));
            if range.0 >= range.1 {
                return Integral::ZERO;
            }
            let measure = self.of_u(range);
            let (value_pb, missing) = measure.of_fitted(&fitted);
            Integral {
                value_pb,
                error_pb: missing + (OWN * goal.rel_error + FINEST) * value_pb,
                n_eval: found.n_eval,
            }
        };
        let bins: Vec<Integral> = edges.windows(2).map(made).collect();
        if !self.recoils() {
            return Ok(bins);
        }
        let rough = edges
            .par_iter()
            .map(|&x| self.below(x, 0.0, &goal.to(ROUGH)));
        let rough = rough.collect::<Result<Vec<_>, _>>()?;
        let moved = edges.par_windows(2).enumerate().map(|(i, e)| {
            let made = bins[i];
            let most = MOSTLY_MADE * made.value_pb;
            if rough[i].value_pb.max(rough[i + 1].value_pb) > most {
                // What is made of energies above the bin opens where these begin.
                let of = |route: &dyn Route, unit: f64, goal: &Goal<'_>| {
                    let (low, high) = (e[0] * unit, (e[1] * unit).min(1.0));
                    Ok(route.binned_to(&[low, high], goal)?[0])
                };
                let inside = self.higher((e[0], e[1]), 0.0, goal, of)?;
                if e[1] >= 1.0 {
                    return Ok(inside);
                }
                let above = self.higher((e[1], 1.0), inside.value_pb, goal, of)?;
                return Ok(Integral {
                    value_pb: inside.value_pb + above.value_pb,
                    error_pb: inside.error_pb + above.error_pb,
                    n_eval: inside.n_eval + above.n_eval,
                });
            }
            let [less, more] = [e[0], e[1]].map(|x| self.below(x, made.value_pb, goal));
            let (less, more) = (less?, more?);
            Ok(Integral {
                value_pb: made.value_pb - less.value_pb + more.value_pb,
                error_pb: made.error_pb + less.error_pb + more.error_pb,
                n_eval: made.n_eval,
            })
        });
        moved.collect()
    }
}
