//! The beam of the points of a block: one for all of them, or one for each.
//!
//! The kernel is compiled for both. Where each point has its energy, what the set-up gives for that energy is
//! kept in columns, so that loops over points vectorise as they do for one beam; a point has the same bits
//! either way. Pinned by `tests/thick.rs`.

use super::phase_space::{Column, EmissionMap, PairMassMap};
use super::setup::{AtEnergy, Setup, largest_k2, v_cuts};
use crate::elementary::ln_1p;
use crate::kinematics::Collision;
use crate::process::BLOCK;

/// What of the set-up depends on the energy of the beam.
pub(super) trait Beams: Copy {
    fn collision(self, i: usize) -> Collision;
    fn emission(self, i: usize) -> EmissionMap;
    fn pair_mass(self, i: usize) -> PairMassMap;
    /// Constants of dσ, pb.
    fn constants_pb(self, i: usize) -> f64;
}

/// One energy for all points.
#[derive(Clone, Copy)]
pub(super) struct One {
    pub(super) collision: Collision,
    pub(super) emission: EmissionMap,
    pub(super) pair_mass: PairMassMap,
    pub(super) constants_pb: f64,
}

impl Beams for One {
    #[inline(always)]
    fn collision(self, _: usize) -> Collision {
        self.collision
    }

    #[inline(always)]
    fn emission(self, _: usize) -> EmissionMap {
        self.emission
    }

    #[inline(always)]
    fn pair_mass(self, _: usize) -> PairMassMap {
        self.pair_mass
    }

    #[inline(always)]
    fn constants_pb(self, _: usize) -> f64 {
        self.constants_pb
    }
}

/// An energy for each point: numbers of its collision, of the cuts on v, of the map of k² and the constants, each a column.
pub(super) struct Each {
    collision: [Column; 5],
    v_cuts: [Column; 2],
    pair_mass: [Column; 5],
    constants_pb: Column,
    /// Masses and scales, the same for all.
    common: One,
}

impl Each {
    /// Room for beams of which `common` is one.
    pub(super) fn new(common: One) -> Self {
        let z = [0.0; BLOCK];
        Self {
            collision: [z; 5],
            v_cuts: [z; 2],
            pair_mass: [z; 5],
            constants_pb: z,
            common,
        }
    }

    /// Gives each point the beam of `nominal` at its energy, or leaves it without phase space, in a loop a stage.
    /// `constants_pb` are those of a momentum in GeV.
    #[inline(always)]
    pub(super) fn fill(
        &mut self,
        nominal: &Setup,
        energies_gev: &[f64],
        constants_pb: impl Fn(f64) -> f64,
    ) {
        let n = energies_gev.len().min(BLOCK);
        let at = AtEnergy::of(nominal);
        let e0 = nominal.collision.e0;
        let energies_gev = &energies_gev[..n];
        for i in 0..n {
            let possible = at.is_possible(energies_gev[i]);
            // The nominal energy stands in for one where nothing can be made.
            self.collision[0][i] = if possible { energies_gev[i] } else { e0 };
            self.constants_pb[i] = if possible { 1.0 } else { 0.0 };
        }
        for i in 0..n {
            let (collision, cuts) = at.energy(self.collision[0][i]);
            for (column, number) in self.collision.iter_mut().zip(collision.numbers()) {
                column[i] = number;
            }
            let (low, high) = v_cuts(&collision, &cuts);
            (self.v_cuts[0][i], self.v_cuts[1][i]) = (low, high);
            self.pair_mass[0][i] = largest_k2(&collision, &cuts);
        }
        // One mass needs no map, but has one.
        let (mass, m) = (at.mass_gev, nominal.collision.m);
        for i in 0..n {
            let map = PairMassMap::up_to(mass * mass, self.pair_mass[0][i], m);
            for (column, number) in self.pair_mass.iter_mut().zip(map.numbers()) {
                column[i] = number;
            }
        }
        for i in 0..n {
            self.pair_mass[4][i] = ln_1p(self.pair_mass[4][i]);
        }
        for i in 0..n {
            let constants = constants_pb(self.collision[1][i]);
            self.constants_pb[i] = if self.constants_pb[i] == 0.0 {
                0.0
            } else {
                constants
            };
        }
    }
}

impl Beams for &Each {
    #[inline(always)]
    fn collision(self, i: usize) -> Collision {
        let [a, b, c, d, e] = &self.collision;
        self.common
            .collision
            .with_numbers([a[i], b[i], c[i], d[i], e[i]])
    }

    #[inline(always)]
    fn emission(self, i: usize) -> EmissionMap {
        let [low, high] = &self.v_cuts;
        let common = &self.common.emission;
        common.of(self.collision(i), (low[i], high[i]))
    }

    #[inline(always)]
    fn pair_mass(self, i: usize) -> PairMassMap {
        let [a, b, c, d, e] = &self.pair_mass;
        PairMassMap::of_numbers([a[i], b[i], c[i], d[i], e[i]])
    }

    #[inline(always)]
    fn constants_pb(self, i: usize) -> f64 {
        self.constants_pb[i]
    }
}
