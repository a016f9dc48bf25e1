//! A block of points in a target, each on a nucleus and at an energy of its own.
//!
//! The points on each nucleus are evaluated together, at the energies of their vertices.

use std::sync::Arc;

use super::InTarget;
use super::energy_loss::EnergyLoss;
use super::spread::Spread;
use super::vertices::Vertices;
use crate::event::{MAX_OUTGOING, Momentum};
use crate::matter::shower::Species;
use crate::process::{BLOCK, Part, PointBlock};

/// PDG number of e⁻.
const ELECTRON_PDG_ID: f64 = 11.0;
/// PDG number of γ.
const PHOTON_PDG_ID: f64 = 22.0;

/// Most coordinates that a process on one nucleus has here.
const MAX_DIM: usize = 16;

/// A block of points.
pub(super) struct Points {
    parts: Arc<[Part]>,
    picks: Arc<[f64]>,
    losses: EnergyLoss,
    spread: Option<Spread>,
    /// Whether points of the process say the energy that is left at the vertex.
    radiates: bool,
    /// Dimensions and particles of the process on one nucleus.
    dim: usize,
    n_out: usize,
    /// Energies of the beam at the face, GeV.
    e_in: [f64; BLOCK],
    blocks: Vec<Box<dyn PointBlock>>,
    /// PDG number and mass in GeV of each nucleus.
    nuclei: Vec<(f64, f64)>,
    part_of: [usize; BLOCK],
    /// Where a point stands in the block of its nucleus; nowhere if nothing can be made.
    place_of: [Option<usize>; BLOCK],
    vertices: Vertices,
    weights: [f64; BLOCK],
    /// The points on one nucleus, and what of them goes into its block.
    points: Vec<usize>,
    energies: [f64; BLOCK],
    columns: Vec<[f64; BLOCK]>,
    values: [f64; BLOCK],
    /// Momenta of points that were evaluated one by one.
    momenta: Option<Vec<[Momentum; MAX_OUTGOING]>>,
}

impl Points {
    pub(super) fn new(process: &InTarget) -> Self {
        let (parts, first) = (&process.parts, process.first());
        let nucleus = |part: &Part| {
            let target = part.process.target();
            (f64::from(target.pdg_id), target.mass_gev)
        };
        Self {
            parts: parts.clone(),
            picks: process.picks.clone(),
            losses: process.losses.clone(),
            spread: process.spread.clone(),
            radiates: process.radiates(),
            dim: first.dim(),
            n_out: first.outgoing().len(),
            e_in: [first.beam_energy_gev(); BLOCK],
            blocks: parts.iter().map(|part| part.process.block()).collect(),
            nuclei: parts.iter().map(nucleus).collect(),
            part_of: [0; BLOCK],
            place_of: [None; BLOCK],
            vertices: Vertices::default(),
            weights: [0.0; BLOCK],
            points: Vec::with_capacity(BLOCK),
            energies: [0.0; BLOCK],
            columns: vec![[0.0; BLOCK]; first.dim()],
            values: [0.0; BLOCK],
            momenta: None,
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

    /// Evaluates the points on one nucleus.
    fn evaluate_part(&mut self, part: usize, own: &[&[f64]], value: &mut [f64]) {
        self.points.clear();
        let on_it = (0..value.len()).filter(|&i| self.part_of[i] == part);
        self.points.extend(on_it);
        let n = self.points.len();
        if n == 0 {
            return;
        }
        let mut y: [&[f64]; MAX_DIM] = [&[]; MAX_DIM];
        let y = &mut y[..self.dim];
        if n == value.len() {
            // All of them, where they are.
            self.energies[..n].copy_from_slice(&self.vertices.beam_energy_gev[..n]);
            y.copy_from_slice(own);
        } else {
            for (energy, &i) in self.energies.iter_mut().zip(&self.points) {
                *energy = self.vertices.beam_energy_gev[i];
            }
            for (to, from) in self.columns.iter_mut().zip(own) {
                for (to, &i) in to.iter_mut().zip(&self.points) {
                    *to = from[i];
                }
            }
            for (one, column) in y.iter_mut().zip(&self.columns) {
                *one = &column[..n];
            }
        }
        let (energies, values) = (&self.energies[..n], &mut self.values[..n]);
        let block = &mut self.blocks[part];
        if self.losses == EnergyLoss::None && self.spread.is_none() {
            block.evaluate(y, values);
        } else if !block.evaluate_at(energies, y, values) {
            // The process knows one energy at a time.
            let momenta = self
                .momenta
                .get_or_insert_with(|| vec![[[0.0; 4]; MAX_OUTGOING]; BLOCK]);
            for (j, &i) in self.points.iter().enumerate() {
                values[j] = 0.0;
                if block.set_beam_energy(energies[j]) {
                    let mut one: [&[f64]; MAX_DIM] = [&[]; MAX_DIM];
                    for (one, column) in one.iter_mut().zip(&*y) {
                        *one = &column[j..=j];
                    }
                    block.evaluate(&one[..y.len()], &mut values[j..=j]);
                }
                if values[j] != 0.0 {
                    block.momenta(0, &mut momenta[i][..self.n_out]);
                    if self.radiates {
                        self.vertices.beam_energy_gev[i] = energy_of(&**block, 0);
                    }
                }
            }
        }
        for (j, &i) in self.points.iter().enumerate() {
            value[i] = self.values[j] * self.weights[i];
            self.place_of[i] = (value[i] != 0.0).then_some(j);
            if value[i] != 0.0 && self.radiates && self.momenta.is_none() {
                self.vertices.beam_energy_gev[i] = energy_of(&*self.blocks[part], j);
            }
        }
    }
}

/// The energy in GeV that a point says the beam has.
fn energy_of(block: &dyn PointBlock, i: usize) -> f64 {
    let mut energy = [0.0];
    block.scalars(i, &mut energy);
    energy[0]
}

impl PointBlock for Points {
    fn evaluate(&mut self, y: &[&[f64]], value: &mut [f64]) {
        let (own, more) = y.split_at(self.dim);
        let (of_losses, more) = more.split_at(self.losses.dim());
        let (of_nucleus, of_spread) = more.split_at(usize::from(self.parts.len() > 1));
        let n = value.len();
        if let (Some(spread), [column]) = (&self.spread, of_spread) {
            for (energy, &u) in self.e_in.iter_mut().zip(*column) {
                *energy = spread.energy_at(u);
            }
        }
        let e_in = &self.e_in[..n];
        self.losses.vertices(e_in, of_losses, &mut self.vertices);
        for i in 0..n {
            let (part, share) = match of_nucleus.first() {
                Some(column) => self.pick(column[i]),
                None => (0, self.parts[0].atom_fraction),
            };
            self.part_of[i] = part;
            self.weights[i] = share * self.vertices.weight[i];
        }
        for part in 0..self.parts.len() {
            self.evaluate_part(part, own, value);
        }
    }

    fn momenta(&self, i: usize, out: &mut [Momentum]) {
        match (self.place_of[i], &self.momenta) {
            // What has no weight must not show what the block held before.
            (None, _) => out.fill([0.0; 4]),
            (Some(_), Some(momenta)) => out.copy_from_slice(&momenta[i][..self.n_out]),
            (Some(place), None) => self.blocks[self.part_of[i]].momenta(place, out),
        }
    }

    fn scalars(&self, i: usize, out: &mut [f64]) {
        let (nucleus, _) = self.nuclei[self.part_of[i]];
        let vertices = &self.vertices;
        // In the order of `InTarget::scalars`.
        let of_nucleus = (self.parts.len() > 1).then_some(nucleus);
        let loses = self.losses != EnergyLoss::None;
        let varies = loses || self.spread.is_some() || self.radiates;
        let of_vertex = [
            (loses, vertices.z_cm[i]),
            (varies, vertices.beam_energy_gev[i]),
        ];
        let of_vertex = of_vertex.into_iter().filter(|(is_said, _)| *is_said);
        let projectile = vertices.projectile[i].map(|species| match species {
            Species::Electron => ELECTRON_PDG_ID,
            Species::Positron => -ELECTRON_PDG_ID,
            Species::Photon => PHOTON_PDG_ID,
        });
        let all = of_nucleus
            .into_iter()
            .chain(of_vertex.map(|(_, value)| value))
            .chain(projectile);
        for (out, value) in out.iter_mut().zip(all) {
            *out = value;
        }
    }

    fn target_mass_gev(&self, i: usize) -> Option<f64> {
        Some(self.nuclei[self.part_of[i]].1)
    }
}
