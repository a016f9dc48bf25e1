//! A block of points, each of a projectile of its own energy.

use super::FromShower;
use crate::event::{MAX_OUTGOING, Momentum};
use crate::matter::shower::Inverse;
use crate::process::{BLOCK, PointBlock};

/// Most coordinates of the process at one energy.
const MAX_DIM: usize = 16;

/// A block of points.
pub(super) struct Points {
    block: Box<dyn PointBlock>,
    inverse: Inverse,
    /// Track length above the lowest energy, X0, and its share of the depth.
    length_x0: f64,
    share: f64,
    dim: usize,
    n_out: usize,
    energies_gev: [f64; BLOCK],
    momenta: Vec<[Momentum; MAX_OUTGOING]>,
}

impl Points {
    pub(super) fn new(of: &FromShower) -> Self {
        Self {
            block: of.process.block(),
            inverse: of.track.inverse(of.species),
            length_x0: of.share() * of.depth_x0,
            share: of.share(),
            dim: of.process.dim(),
            n_out: of.process.outgoing().len(),
            energies_gev: [0.0; BLOCK],
            momenta: vec![[[0.0; 4]; MAX_OUTGOING]; BLOCK],
        }
    }
}

impl PointBlock for Points {
    fn evaluate(&mut self, y: &[&[f64]], value: &mut [f64]) {
        let (own, of_energy) = y.split_at(self.dim);
        for (i, value) in value.iter_mut().enumerate() {
            let length = of_energy[0][i] * self.length_x0;
            let energy = self.inverse.energy_at(length);
            self.energies_gev[i] = energy;
            *value = 0.0;
            if self.block.set_beam_energy(energy) {
                let mut point: [&[f64]; MAX_DIM] = [&[]; MAX_DIM];
                for (one, column) in point.iter_mut().zip(own) {
                    *one = &column[i..=i];
                }
                let value = std::slice::from_mut(value);
                self.block.evaluate(&point[..self.dim], value);
                value[0] *= self.share;
            }
            // What has no weight must not show what the block held before.
            self.momenta[i] = [[0.0; 4]; MAX_OUTGOING];
            if *value != 0.0 {
                self.block.momenta(0, &mut self.momenta[i][..self.n_out]);
                // Left alone unless the process knows what is left of it.
                self.block.scalars(0, &mut self.energies_gev[i..=i]);
            }
        }
    }

    fn momenta(&self, i: usize, out: &mut [Momentum]) {
        out.copy_from_slice(&self.momenta[i][..self.n_out]);
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
