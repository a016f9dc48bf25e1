//! Electrons and positrons of the beam's shower, by depth and energy.
//!
//! Between the depths d_k of a grid the shower adds track lengths ΔT_k(> E) of each species ([`TrackLength`]).
//! An event picks a slab k, the depth evenly in it, and species and energy from ΔT_k: with
//! ℓ = y (ΔT₋ + ΔT₊)(E_low) it is an e⁻ of the energy above which ℓ is left, or an e⁺ if ℓ > ΔT₋(E_low). So
//! `σ̄ = (1/D) Σ_k ∫ (−dΔT_k) σ(E)` is that of the whole track, whatever the grid, and only depths within
//! a slab are approximate. Depths in X0, energies in GeV. Pinned by `tests/thick.rs`.

use super::BeamTrack;
use crate::matter::material::Material;
use crate::matter::shower::{Shower, ShowerError, Species, TrackLength};

/// Slabs of a shower that is computed; their thickness grows with depth, where it changes slowly.
const SLABS: usize = 48;
/// Beyond this many X0 nothing is left that could make anything.
const DEEPEST_X0: f64 = 40.0;
/// Steps of the table of lengths.
const STEPS: usize = 2048;

/// The tracks of e⁻ and e⁺ of a shower.
#[derive(Debug, Clone, PartialEq)]
pub struct Showered {
    energy_gev: f64,
    lowest_gev: f64,
    thickness_x0: f64,
    edges_x0: Vec<f64>,
    slabs: Vec<Slab>,
}

#[derive(Debug, Clone, PartialEq)]
struct Slab {
    added: TrackLength,
    /// Lengths above the lowest energy of e⁻ and e⁺, X0.
    lengths_x0: [f64; 2],
}

/// One track: where, which, of what energy, and the length that it stands for over that of the target.
pub(super) struct Track {
    pub(super) depth_x0: f64,
    pub(super) energy_gev: f64,
    pub(super) species: Species,
    pub(super) weight: f64,
}

impl Showered {
    /// The tracks of `shower` in `thickness_x0` of a material.
    ///
    /// # Errors
    /// [`ShowerError`].
    pub fn new(
        shower: &Shower,
        material: &Material,
        thickness_x0: f64,
    ) -> Result<Self, ShowerError> {
        let deepest = thickness_x0.min(DEEPEST_X0);
        let edge = |k: usize| deepest * (k as f64 / SLABS as f64).powi(2);
        let edges_x0: Vec<f64> = (0..=SLABS).map(edge).collect();
        let tracks = shower.track_lengths(material, &edges_x0[1..])?;
        let down_to = edges_x0[1..].iter().copied().zip(tracks).collect();
        Ok(Self::of_tracks(
            (shower.lowest_gev, shower.energy_gev),
            down_to,
            thickness_x0,
        ))
    }

    /// Tracks from a lowest energy to that of the beam in `thickness_x0`, known down to rising depths.
    pub fn of_tracks(
        (lowest_gev, energy_gev): (f64, f64),
        down_to: Vec<(f64, TrackLength)>,
        thickness_x0: f64,
    ) -> Self {
        let slab = |k: usize| {
            let (_, track) = &down_to[k];
            let added = match k {
                0 => track.clone(),
                k => track.since(&down_to[k - 1].1),
            };
            let length = |species| added.above(species, lowest_gev);
            Slab {
                lengths_x0: [length(Species::Electron), length(Species::Positron)],
                added,
            }
        };
        let slabs = (0..down_to.len()).map(slab).collect();
        let depths = down_to.iter().map(|(depth, _)| *depth);
        Self {
            energy_gev,
            lowest_gev,
            thickness_x0,
            edges_x0: std::iter::once(0.0).chain(depths).collect(),
            slabs,
        }
    }

    /// The track at these coordinates in (0, 1).
    pub(super) fn track(&self, [depth, energy]: [f64; 2]) -> Track {
        let n = self.slabs.len();
        let place = depth * n as f64;
        let k = (place as usize).min(n - 1);
        let (from, to) = (self.edges_x0[k], self.edges_x0[k + 1]);
        let Slab { added, lengths_x0 } = &self.slabs[k];
        let all = lengths_x0[0] + lengths_x0[1];
        let length = energy * all;
        let (species, length) = match length < lengths_x0[0] {
            true => (Species::Electron, length),
            false => (Species::Positron, length - lengths_x0[0]),
        };
        Track {
            depth_x0: from + (place - k as f64) * (to - from),
            energy_gev: added.energy_at(species, length),
            species,
            weight: n as f64 * all / self.thickness_x0,
        }
    }

    /// The lengths of both species together.
    pub(super) fn beam_track(&self) -> BeamTrack {
        let lowest = self.lowest_gev / self.energy_gev;
        let row = |i: usize| {
            let share = 1.0 - (1.0 - lowest) * (i as f64 / STEPS as f64);
            let above = |slab: &Slab| {
                let of = |species| slab.added.above(species, share * self.energy_gev);
                of(Species::Electron) + of(Species::Positron)
            };
            (share, self.slabs.iter().map(above).sum())
        };
        BeamTrack::of_table(self.thickness_x0, (0..=STEPS).map(row).collect())
    }
}
