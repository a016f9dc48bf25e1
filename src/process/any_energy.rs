//! A block of points that each may have an energy of their own.
//!
//! What makes the points says how at many energies; here is what follows at one. Pinned by `tests/thick.rs`.

use super::{BLOCK, PointBlock};
use crate::event::Momentum;

/// Makes points, each at its energy.
pub(super) trait EachEnergy: Send {
    /// dσ/d^d y in pb of points at these energies in GeV, as [`PointBlock::evaluate_at`].
    fn evaluate(&mut self, energies_gev: &[f64], y: &[&[f64]], value: &mut [f64]);

    /// Momenta in GeV of point `i`.
    fn momenta(&self, i: usize, out: &mut [Momentum]);

    /// Whether anything is made at an energy in GeV.
    fn is_open(&self, energy_gev: f64) -> bool;
}

/// Its points as a block.
pub(super) struct AnyEnergy<T> {
    points: T,
    /// The energy of the moment in GeV, if anything is made there.
    energy_gev: Option<f64>,
}

impl<T: EachEnergy> AnyEnergy<T> {
    /// At a nominal energy first.
    pub(super) fn new(points: T, energy_gev: f64) -> Self {
        Self {
            points,
            energy_gev: Some(energy_gev),
        }
    }
}

impl<T: EachEnergy> PointBlock for AnyEnergy<T> {
    fn evaluate(&mut self, y: &[&[f64]], value: &mut [f64]) {
        match self.energy_gev {
            Some(energy_gev) => {
                let energies_gev = [energy_gev; BLOCK];
                self.points.evaluate(&energies_gev[..value.len()], y, value);
            }
            None => value.fill(0.0),
        }
    }

    fn evaluate_at(&mut self, energies_gev: &[f64], y: &[&[f64]], value: &mut [f64]) -> bool {
        self.points.evaluate(energies_gev, y, value);
        true
    }

    fn momenta(&self, i: usize, out: &mut [Momentum]) {
        self.points.momenta(i, out);
    }

    fn set_beam_energy(&mut self, beam_energy_gev: f64) -> bool {
        self.energy_gev = Some(beam_energy_gev).filter(|energy| self.points.is_open(*energy));
        self.energy_gev.is_some()
    }
}
