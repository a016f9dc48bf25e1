//! A block of points in a target, each on a nucleus and at an energy of its own.

use std::sync::Arc;

use super::InTarget;
use super::energy_loss::{EnergyLoss, Vertex};
use crate::event::{MAX_OUTGOING, Momentum};
use crate::matter::shower::Species;
use crate::process::{BLOCK, Part, PointBlock};

/// PDG number of e⁻.
const ELECTRON_PDG_ID: f64 = 11.0;

/// Most coordinates that a process on one nucleus has here.
const MAX_DIM: usize = 16;

/// A block of points.
pub(super) struct Points {
    parts: Arc<[Part]>,
    picks: Arc<[f64]>,
    losses: EnergyLoss,
    /// Dimensions and particles of the process on one nucleus.
    dim: usize,
    n_out: usize,
    e0: f64,
    blocks: Vec<Box<dyn PointBlock>>,
    /// PDG number and mass in GeV of each nucleus.
    nuclei: Vec<(f64, f64)>,
    part_of: [usize; BLOCK],
    vertices: [Vertex; BLOCK],
    momenta: Vec<[Momentum; MAX_OUTGOING]>,
}

impl Points {
    pub(super) fn new(process: &InTarget) -> Self {
        let (parts, first) = (&process.parts, process.first());
        let e0 = first.beam_energy_gev();
        let nucleus = |part: &Part| {
            let target = part.process.target();
            (f64::from(target.pdg_id), target.mass_gev)
        };
        Self {
            parts: parts.clone(),
            picks: process.picks.clone(),
            losses: process.losses.clone(),
            dim: first.dim(),
            n_out: first.outgoing().len(),
            e0,
            blocks: parts.iter().map(|part| part.process.block()).collect(),
            nuclei: parts.iter().map(nucleus).collect(),
            part_of: [0; BLOCK],
            vertices: [EnergyLoss::None.vertex(e0, [0.0; 2]); BLOCK],
            momenta: vec![[[0.0; 4]; MAX_OUTGOING]; BLOCK],
        }
    }

    /// The nucleus at a coordinate, and its fraction over the probability of the pick.
    fn pick(&self, u: f64) -> (usize, f64) {
        let last = self.parts.len() - 1;
        let part = self.picks.partition_point(|&sum| sum < u).min(last);
        let below = if part == 0 { 0.0 } else { self.picks[part - 1] };
        (
            part,
            self.parts[part].atom_fraction / (self.picks[part] - below),
        )
    }
}

impl PointBlock for Points {
    fn evaluate(&mut self, y: &[&[f64]], value: &mut [f64]) {
        let (own, more) = y.split_at(self.dim);
        let (of_losses, of_nucleus) = more.split_at(self.losses.dim());
        for (i, value) in value.iter_mut().enumerate() {
            let at = |d: usize| of_losses.get(d).map_or(0.0, |column| column[i]);
            let vertex = self.losses.vertex(self.e0, [at(0), at(1)]);
            let (part, share) = match of_nucleus.first() {
                Some(column) => self.pick(column[i]),
                None => (0, self.parts[0].atom_fraction),
            };
            (self.part_of[i], self.vertices[i]) = (part, vertex);
            let block = &mut self.blocks[part];
            let moved =
                self.losses == EnergyLoss::None || block.set_beam_energy(vertex.beam_energy_gev);
            *value = 0.0;
            if moved {
                // Points have energies of their own, so they are evaluated one by one.
                let mut point: [&[f64]; MAX_DIM] = [&[]; MAX_DIM];
                for (one, column) in point.iter_mut().zip(own) {
                    *one = &column[i..=i];
                }
                block.evaluate(&point[..self.dim], std::slice::from_mut(value));
                *value *= share * vertex.weight;
            }
            // What has no weight must not show what the block held before.
            self.momenta[i] = [[0.0; 4]; MAX_OUTGOING];
            if *value != 0.0 {
                block.momenta(0, &mut self.momenta[i][..self.n_out]);
            }
        }
    }

    fn momenta(&self, i: usize, out: &mut [Momentum]) {
        out.copy_from_slice(&self.momenta[i][..self.n_out]);
    }

    fn scalars(&self, i: usize, out: &mut [f64]) {
        let (nucleus, _) = self.nuclei[self.part_of[i]];
        let vertex = self.vertices[i];
        // In the order of `InTarget::scalars`.
        let of_nucleus = (self.parts.len() > 1).then_some(nucleus);
        let loses = self.losses != EnergyLoss::None;
        let of_vertex = [vertex.z_cm, vertex.beam_energy_gev];
        let projectile = vertex.projectile.map(|species| match species {
            Species::Positron => -ELECTRON_PDG_ID,
            _ => ELECTRON_PDG_ID,
        });
        let all = of_nucleus
            .into_iter()
            .chain(of_vertex.into_iter().filter(|_| loses))
            .chain(projectile);
        for (out, value) in out.iter_mut().zip(all) {
            *out = value;
        }
    }

    fn target_mass_gev(&self, i: usize) -> Option<f64> {
        Some(self.nuclei[self.part_of[i]].1)
    }
}
