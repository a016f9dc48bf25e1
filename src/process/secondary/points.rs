//! A block of points, each of a projectile of its own energy.

use super::FromShower;
use crate::event::{MAX_OUTGOING, Momentum};
use crate::matter::shower::Curve;
use crate::process::{BLOCK, PointBlock};

/// Most coordinates of the process at one energy.
const MAX_DIM: usize = 16;

/// A block of points.
pub(super) struct Points {
    block: Box<dyn PointBlock>,
    track: Curve,
    /// Track length above the lowest energy, X0, and its share of the depth.
    length_x0: f64,
    share: f64,
    dim: usize,
    n_out: usize,
    energies_gev: [f64; BLOCK],
    /// Whether a point has any weight.
    made: [bool; BLOCK],
    /// Momenta of points that were evaluated one by one.
    momenta: Option<Vec<[Momentum; MAX_OUTGOING]>>,
}

impl Points {
    pub(super) fn new(of: &FromShower) -> Self {
        Self {
            block: of.process.block(),
            track: of.track.curve(of.species),
            length_x0: of.share() * of.depth_x0,
            share: of.share(),
            dim: of.process.dim(),
            n_out: of.process.outgoing().len(),
            energies_gev: [0.0; BLOCK],
            made: [false; BLOCK],
            momenta: None,
        }
    }

    /// Evaluates points of a process that knows one energy at a time.
    fn one_by_one(&mut self, own: &[&[f64]], value: &mut [f64]) {
        let momenta = self
            .momenta
            .get_or_insert_with(|| vec![[[0.0; 4]; MAX_OUTGOING]; BLOCK]);
        for (i, value) in value.iter_mut().enumerate() {
            *value = 0.0;
            if self.block.set_beam_energy(self.energies_gev[i]) {
                let mut point: [&[f64]; MAX_DIM] = [&[]; MAX_DIM];
                for (one, column) in point.iter_mut().zip(own) {
                    *one = &column[i..=i];
                }
                let value = std::slice::from_mut(value);
                self.block.evaluate(&point[..self.dim], value);
            }
            if *value != 0.0 {
                self.block.momenta(0, &mut momenta[i][..self.n_out]);
                // Left alone unless the process knows what is left of it.
                self.block.scalars(0, &mut self.energies_gev[i..=i]);
            }
        }
    }
}

impl PointBlock for Points {
    fn evaluate(&mut self, y: &[&[f64]], value: &mut [f64]) {
        let (own, of_energy) = y.split_at(self.dim);
        let n = value.len();
        for (energy, y) in self.energies_gev[..n].iter_mut().zip(of_energy[0]) {
            *energy = self.track.energy_at(y * self.length_x0);
        }
        let energies_gev = &self.energies_gev[..n];
        if !self.block.evaluate_at(energies_gev, own, value) {
            self.one_by_one(own, value);
        }
        for (value, made) in value.iter_mut().zip(&mut self.made) {
            *value *= self.share;
            *made = *value != 0.0;
        }
    }

    fn momenta(&self, i: usize, out: &mut [Momentum]) {
        match &self.momenta {
            // What has no weight must not show what the block held before.
            _ if !self.made[i] => out.fill([0.0; 4]),
            Some(momenta) => out.copy_from_slice(&momenta[i][..self.n_out]),
            None => self.block.momenta(i, out),
        }
    }

    fn scalars(&self, i: usize, out: &mut [f64]) {
        if let [energy] = out {
            *energy = self.energies_gev[i];
        }
    }

    fn target_mass_gev(&self, i: usize) -> Option<f64> {
        self.block.target_mass_gev(i)
    }
}
