//! σ̄ and its spectrum along the track of a shower, by a route of the process at one energy.
//!
//! σ(E) is tabulated in equal steps of u, E = E_low + (E0 − E_low) u², because it opens at E_low, and
//! taken from cubics between them; with a resonance at E_r of half width w, u² is in its place linear in
//! asinh((E − E_r)/w), in which it is smooth, the tail of radiation above E_r too; the steps are doubled until σ̄ settles. Errors are that of the route, the last
//! change and that of the cells.

use rayon::prelude::*;

use super::FromShower;
use crate::event::Scalar;
use crate::process::{Goal, Integral, Method, QuadratureError, Route};

/// Least and most steps of the table of σ.
const TABLE: (usize, usize) = (16, 256);
/// Cells of the integral.
const CELLS: usize = 4096;
/// Share of the goal that is the route's, and the least error that is claimed.
const SHARE: f64 = 0.3;
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

    /// σ in pb at one energy, with its evaluations.
    fn sigma_at(&self, energy_gev: f64, goal: &Goal<'_>) -> Result<(f64, u64), QuadratureError> {
        let process = self.of.process.at_energy(energy_gev);
        match process.and_then(|process| process.route(self.method)) {
            Some(route) => {
                let found = route.sigma_to(goal)?;
                Ok((found.value_pb, found.n_eval))
            }
            // Nothing can be made there.
            None => Ok((0.0, 0)),
        }
    }

    /// The table of σ that is fine enough, with its evaluations and the last relative change of σ̄.
    fn table(&self, goal: &Goal<'_>) -> Result<(Vec<f64>, u64, f64), QuadratureError> {
        let goal = goal.to((SHARE * goal.rel_error).max(FINEST));
        let mut steps = TABLE.0;
        let mut n_eval = 0;
        let mut table: Vec<f64> = Vec::new();
        let mut before = f64::NAN;
        loop {
            let new = (0..=steps).into_par_iter().map(|i| {
                if i % 2 == 0 && !table.is_empty() {
                    return Ok((table[i / 2], 0));
                }
                self.sigma_at(self.energy(i as f64 / steps as f64), &goal)
            });
            let new = new.collect::<Result<Vec<_>, QuadratureError>>()?;
            n_eval += new.iter().map(|(_, n)| n).sum::<u64>();
            table = new.into_iter().map(|(sigma, _)| sigma).collect();
            let mean = self.mean(&table, (0.0, 1.0));
            let change = ((mean - before) / mean).abs();
            if change <= goal.rel_error || mean == 0.0 || steps >= TABLE.1 {
                return Ok((table, n_eval, if mean == 0.0 { 0.0 } else { change }));
            }
            before = mean;
            steps *= 2;
        }
    }

    /// σ̄ in pb over a range of u.
    fn mean(&self, table: &[f64], (from, to): (f64, f64)) -> f64 {
        let (track, species) = (&self.of.track, self.of.species);
        let above = |u: f64| track.above(species, self.energy(u));
        // What has kept the energy of the beam stands at its end.
        let mut sum = if to >= 1.0 {
            cubic(table, 1.0) * above(1.0)
        } else {
            0.0
        };
        let at = |i: usize| from + (to - from) * (i as f64 / CELLS as f64);
        let (mut t, mut sigma) = (above(from), cubic(table, from));
        for i in 1..=CELLS {
            let (next_t, next_sigma) = (above(at(i)), cubic(table, at(i)));
            sum += 0.5 * (sigma + next_sigma) * (t - next_t);
            (t, sigma) = (next_t, next_sigma);
        }
        sum / self.of.depth_x0
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

    fn judged(
        value_pb: f64,
        n_eval: u64,
        change: f64,
        goal: f64,
    ) -> Result<Integral, QuadratureError> {
        let found = Integral {
            value_pb,
            error_pb: value_pb * (change + SHARE * goal + FINEST),
            n_eval,
        };
        match change <= goal {
            true => Ok(found),
            false => Err(QuadratureError::NotConverged {
                value_pb,
                error_pb: found.error_pb,
                rel_error: goal,
            }),
        }
    }
}

impl Route for Along {
    fn method(&self) -> Method {
        self.method
    }

    fn finest(&self) -> f64 {
        4.0 * FINEST
    }

    fn sigma_to(&self, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        let (table, n_eval, change) = self.table(goal)?;
        let mean = self.mean(&table, (0.0, 1.0));
        Self::judged(mean, n_eval, change, goal.rel_error)
    }

    fn spectrum_to(&self, x: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        self.check_x()?;
        let e0 = self.of.process.beam_energy_gev();
        let at = |&x: &f64| {
            let energy = x * e0;
            let density = self.of.track.density_at(self.of.species, energy);
            let (sigma, n_eval) = self.sigma_at(energy, &goal.to(SHARE * goal.rel_error))?;
            let value = sigma * density * e0 / self.of.depth_x0;
            Self::judged(value, n_eval, 0.0, goal.rel_error)
        };
        x.iter().map(at).collect()
    }

    fn binned_to(&self, edges: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        if edges.len() < 2 || !edges.windows(2).all(|e| e[0] < e[1]) {
            let found = edges.to_vec();
            return Err(QuadratureError::Edges { found });
        }
        self.check_x()?;
        let (table, n_eval, change) = self.table(goal)?;
        let bin = |e: &[f64]| {
            let (from, to) = (self.u(e[0]), self.u(e[1]));
            let value = if from < to {
                self.mean(&table, (from, to))
            } else {
                0.0
            };
            Self::judged(value, n_eval, change, goal.rel_error)
        };
        edges.windows(2).map(bin).collect()
    }
}

/// The value at `u` (0 … 1) of the cubic through the four nearest of at least four equidistant values.
fn cubic(values: &[f64], u: f64) -> f64 {
    let last = values.len() - 1;
    let place = u * last as f64;
    let first = (place as usize).saturating_sub(1).min(last - 3);
    let x = place - first as f64;
    let [a, b, c, d] = [0, 1, 2, 3].map(|i| values[first + i]);
    let [x1, x2, x3] = [x - 1.0, x - 2.0, x - 3.0];
    -a * x1 * x2 * x3 / 6.0 + b * x * x2 * x3 / 2.0 - c * x * x1 * x3 / 2.0 + d * x * x1 * x2 / 6.0
}
