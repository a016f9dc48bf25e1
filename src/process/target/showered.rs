//! Electrons and positrons of the beam's shower, or what else of it makes a process, or muons that lose energy in steps,
//! by depth and energy.
//!
//! Between the depths d_k of a grid the shower adds track lengths ΔT_k(> E) of each species ([`TrackLength`]).
//! An event picks a slab k, the depth evenly in it, and species and energy from ΔT_k: with
//! ℓ = y (ΔT₋ + ΔT₊)(E_low) it is an e⁻ of the energy above which ℓ is left, or an e⁺ if ℓ > ΔT₋(E_low). So
//! `σ̄ = (1/D) Σ_k ∫ (−dΔT_k) σ(E)` is that of the whole track, whatever the grid, and only depths within
//! a slab are approximate. Where one species alone makes the process, its energy comes first, with T(E) = y T(E_low) of the whole
//! track, and then the slab with its share of the track between two energies of the table: so the weight does not depend on
//! the depth, and a peak of σ(E) is one of y. Depths and lengths in X0, those of muons in
//! cm; energies in GeV. Pinned by `tests/thick.rs`.

use std::sync::Arc;

use pulp::{Simd, WithSimd};

use super::BeamTrack;
use super::vertices::Vertices;
use crate::matter::material::Material;
use crate::matter::shower::{Cubic, Curve, Shower, ShowerError, Species, TrackLength};
use crate::process::BLOCK;

/// Slabs of a shower that is computed; their thickness grows with depth, where it changes slowly.
const SLABS: usize = 48;
/// Beyond this many X0 nothing is left that could make anything.
const DEEPEST_X0: f64 = 40.0;
/// Steps of the table of lengths, of the energy and of its logarithm.
const STEPS: usize = 2048;

/// The tracks of some species of a shower, or of muons in the place of e⁻.
#[derive(Debug, Clone, PartialEq)]
pub struct Showered {
    energy_gev: f64,
    lowest_gev: f64,
    thickness_x0: f64,
    species: &'static [Species],
    edges_x0: Vec<f64>,
    slabs: Vec<Slab>,
    /// What is known beside that of one species.
    one: Option<One>,
}

/// The tracks of one species.
#[derive(Debug, Clone, PartialEq)]
struct One {
    species: Species,
    /// From the face to the end, and the length above the lowest energy in X0.
    whole: Arc<TrackLength>,
    curve: Curve,
    length_x0: f64,
    /// Of that what is above the highest energy.
    beyond_x0: f64,
    /// For each step of the table of energies, and what is above the last, the shares of the slabs as running sums.
    shares: Vec<Vec<f64>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Slab {
    added: TrackLength,
    /// Of each species.
    curves: Vec<Curve>,
    /// Lengths of each species above the lowest energy, of these what is above the highest, and all between, X0.
    lengths_x0: Vec<f64>,
    beyond_x0: Vec<f64>,
    all_x0: f64,
}

impl Showered {
    /// The tracks of these species of `shower` in `thickness_x0` of a material.
    ///
    /// # Errors
    /// [`ShowerError`].
    ///
    /// # Panics
    /// If there is no species.
    pub fn new(
        shower: &Shower,
        material: &Material,
        thickness_x0: f64,
        species: &'static [Species],
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
            species,
        ))
    }

    /// Tracks of these species from a lowest energy to that of the beam in `thickness_x0`, known down to rising depths.
    ///
    /// # Panics
    /// If there is no species, or no depth.
    pub fn of_tracks(
        (lowest_gev, energy_gev): (f64, f64),
        down_to: Vec<(f64, TrackLength)>,
        thickness_x0: f64,
        species: &'static [Species],
    ) -> Self {
        let added = |k: usize| match k {
            0 => down_to[0].1.clone(),
            k => down_to[k].1.since(&down_to[k - 1].1),
        };
        let added = (0..down_to.len()).map(added).collect();
        let depths: Vec<f64> = down_to.iter().map(|(depth, _)| *depth).collect();
        let energies = (lowest_gev, energy_gev);
        let mut made = Self::of_slabs(energies, &depths, added, thickness_x0, species);
        if let [only] = species {
            let whole = &down_to[down_to.len() - 1].1;
            made.one = Some(One {
                species: *only,
                curve: whole.curve(*only),
                length_x0: whole.above(*only, lowest_gev),
                beyond_x0: 0.0,
                whole: Arc::new(whole.clone()),
                shares: shares(&made.slabs, *only),
            });
        }
        made
    }

    /// Tracks from a lowest energy to that of the beam in a thickness, of which each is added between two of
    /// these rising depths.
    ///
    /// # Panics
    /// If there is no species.
    pub fn of_slabs(
        (lowest_gev, energy_gev): (f64, f64),
        depths: &[f64],
        added: Vec<TrackLength>,
        thickness_x0: f64,
        species: &'static [Species],
    ) -> Self {
        assert!(!species.is_empty(), "a shower of nothing");
        let slab = |added: TrackLength| {
            let length = |&one| added.above(one, lowest_gev);
            let lengths_x0: Vec<f64> = species.iter().map(length).collect();
            Slab {
                all_x0: lengths_x0.iter().sum(),
                lengths_x0,
                beyond_x0: vec![0.0; species.len()],
                curves: species.iter().map(|&one| added.curve(one)).collect(),
                added,
            }
        };
        let slabs = added.into_iter().map(slab).collect();
        Self {
            one: None,
            energy_gev,
            lowest_gev,
            thickness_x0,
            species,
            edges_x0: std::iter::once(0.0).chain(depths.iter().copied()).collect(),
            slabs,
        }
    }

    /// The same without tracks above an energy in GeV, below that of the beam.
    #[must_use]
    pub(crate) fn below(mut self, highest_gev: f64) -> Self {
        for slab in &mut self.slabs {
            let beyond = slab.curves.iter().map(|curve| curve.above(highest_gev));
            slab.beyond_x0 = beyond.collect();
            let between = slab.lengths_x0.iter().zip(&slab.beyond_x0);
            slab.all_x0 = between.map(|(all, beyond)| all - beyond).sum();
        }
        if let Some(one) = &mut self.one {
            one.beyond_x0 = one.curve.above(highest_gev);
        }
        self
    }

    /// The tracks at these coordinates in (0, 1), with depths in X0 and energies of the beam of the tables, and the length
    /// that each stands for over that of the target.
    pub(super) fn tracks(&self, [depth, energy]: [&[f64]; 2], out: &mut Vertices) {
        crate::elementary::arch().dispatch(Tracks {
            of: self,
            depth,
            energy,
            out,
        });
    }

    /// How deep a track of one species is, X0, if `next` is the next higher energy of the table.
    fn depth_of_one(&self, one: &One, next: usize, depth: f64) -> f64 {
        let shares = &one.shares[next.saturating_sub(1)];
        let k = shares.partition_point(|sum| *sum <= depth);
        let k = k.min(shares.len() - 1);
        let below = if k == 0 { 0.0 } else { shares[k - 1] };
        let inside = match shares[k] > below {
            true => (depth - below) / (shares[k] - below),
            // Nothing is there.
            false => 0.0,
        };
        let (from, to) = (self.edges_x0[k], self.edges_x0[k + 1]);
        from + (to - from) * inside.clamp(0.0, 1.0)
    }

    /// The one species, if it is not the beam's e⁻ and e⁺ together, with its track and the depth in X0.
    pub(super) fn secondary(&self) -> Option<(Species, Arc<TrackLength>, f64)> {
        let one = self.one.as_ref()?;
        Some((one.species, one.whole.clone(), self.thickness_x0))
    }

    /// Energy of the beam, GeV.
    pub(super) fn energy_gev(&self) -> f64 {
        self.energy_gev
    }

    /// The lengths of all species together.
    pub(super) fn beam_track(&self) -> BeamTrack {
        let lowest = self.lowest_gev / self.energy_gev;
        // Dense at the beam's energy, most of all just below it, and at the lowest, however far below that is.
        let steps = (0..=STEPS).map(|i| i as f64 / STEPS as f64);
        let even = steps.clone().map(|u| 1.0 - (1.0 - lowest) * u);
        let below = steps
            .clone()
            .map(|u| 1.0 - (1.0 - lowest) * (u * u) * (u * u));
        let of_ln = steps.map(|u| libm::exp(libm::log(lowest) * u).clamp(lowest, 1.0));
        let mut shares: Vec<f64> = even.chain(below).chain(of_ln).collect();
        shares.sort_by(|a, b| b.total_cmp(a));
        shares.dedup();
        let row = |share: f64| {
            let above = |slab: &Slab| {
                let of = |curve: &Curve| curve.above(share * self.energy_gev);
                slab.curves.iter().map(of).sum::<f64>()
            };
            (share, self.slabs.iter().map(above).sum())
        };
        BeamTrack::of_table(self.thickness_x0, shares.into_iter().map(row).collect())
    }
}

/// Tracks for a block, in a loop a stage: what the tables have, and the energies.
struct Tracks<'a> {
    of: &'a Showered,
    depth: &'a [f64],
    energy: &'a [f64],
    out: &'a mut Vertices,
}

impl WithSimd for Tracks<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let n = self.depth.len().min(BLOCK);
        let (depth, energy, out) = (&self.depth[..n], &self.energy[..n], self.out);
        let of = self.of;
        let (mut length, mut next) = ([0.0; BLOCK], [0; BLOCK]);
        let mut curve = [&of.slabs[0].curves[0]; BLOCK];
        // What the tables have waits for memory, so that it is asked for at once.
        if let Some(one) = &of.one {
            for i in 0..n {
                curve[i] = &one.curve;
                let between = one.length_x0 - one.beyond_x0;
                length[i] = one.beyond_x0 + energy[i] * between;
                out.weight[i] = between / of.thickness_x0;
                out.projectile[i] = Some(one.species);
                next[i] = one.curve.least(length[i]);
            }
        } else {
            let slabs = of.slabs.len();
            for i in 0..n {
                let place = depth[i] * slabs as f64;
                let k = (place as usize).min(slabs - 1);
                let (from, to) = (of.edges_x0[k], of.edges_x0[k + 1]);
                let slab = &of.slabs[k];
                let mut which = 0;
                length[i] = energy[i] * slab.all_x0;
                let lengths = slab.lengths_x0.iter().zip(&slab.beyond_x0);
                for (next, (all, beyond)) in (1..of.species.len()).zip(lengths) {
                    let before = all - beyond;
                    if length[i] < before {
                        break;
                    }
                    which = next;
                    length[i] -= before;
                }
                length[i] += slab.beyond_x0[which];
                curve[i] = &slab.curves[which];
                next[i] = curve[i].least(length[i]);
                out.z_cm[i] = from + (place - k as f64) * (to - from);
                out.weight[i] = slabs as f64 * slab.all_x0 / of.thickness_x0;
                out.projectile[i] = Some(of.species[which]);
            }
        }
        let (mut ratio, mut cubic) = ([0.0; BLOCK], [[0.0; BLOCK]; 4]);
        for i in 0..n {
            let found = curve[i].between(next[i], length[i]);
            out.beam_energy_gev[i] = found.low_gev;
            (ratio[i], next[i]) = (found.ratio, found.next);
            let [a1, a2, a3] = found.cubic.a;
            for (column, number) in cubic.iter_mut().zip([found.cubic.inv_length, a1, a2, a3]) {
                column[i] = number;
            }
        }
        let [inv_length, a1, a2, a3] = &cubic;
        for i in 0..n {
            let low_gev = out.beam_energy_gev[i];
            let (inv_length, a) = (inv_length[i], [a1[i], a2[i], a3[i]]);
            out.beam_energy_gev[i] = Cubic { inv_length, a }.energy_gev(low_gev, ratio[i]);
        }
        let Some(one) = &of.one else { return };
        let energies = one.whole.energies_gev();
        for i in 0..n {
            // Rounding may take an energy across that of its row.
            let (found, mut next) = (out.beam_energy_gev[i], next[i]);
            while next > 0 && energies[next - 1] > found {
                next -= 1;
            }
            while energies.get(next).is_some_and(|energy| *energy <= found) {
                next += 1;
            }
            out.z_cm[i] = of.depth_of_one(one, next, depth[i]);
        }
    }
}

/// What each slab has of each step of the table, and of what is above the last energy, as running sums that end at 1.
fn shares(slabs: &[Slab], species: Species) -> Vec<Vec<f64>> {
    let steps = slabs[0].added.energies_gev().len();
    let step = |i: usize| {
        let mut sum = 0.0;
        let sums = slabs.iter().map(|slab| {
            let above = slab.added.above_x0(species);
            sum += above[i] - above.get(i + 1).unwrap_or(&0.0);
            sum
        });
        let sums: Vec<f64> = sums.collect();
        // Where nothing is any slab will do.
        let scale = if sum > 0.0 { 1.0 / sum } else { 0.0 };
        sums.into_iter().map(|part| part * scale).collect()
    };
    (0..steps).map(step).collect()
}
