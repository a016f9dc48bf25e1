//! The beam of the points of a block: one for all of them, or one for each.
//!
//! The kernel is compiled for both. Where each point has its energy, what the set-up gives for that energy is
//! kept in columns, so that loops over points vectorise as they do for one beam; a point has the same bits
//! either way. Pinned by `tests/thick.rs`.

use super::phase_space::{Column, EmissionMap, PairMassMap};
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

/// Numbers of a collision, of the cuts on v, of the map of k² and the constants, each a column.
pub(super) struct Each {
    columns: [Column; 13],
    /// Masses and scales, the same for all.
    common: One,
}

impl Each {
    /// Room for beams of which `common` is one.
    pub(super) fn new(common: One) -> Self {
        Self {
            columns: [[0.0; BLOCK]; 13],
            common,
        }
    }

    /// Gives point `i` a beam, or leaves it without phase space.
    pub(super) fn set(&mut self, i: usize, beam: Option<One>) {
        let beam = beam.unwrap_or(One {
            constants_pb: 0.0,
            ..self.common
        });
        let [a, b, c, d, e] = beam.collision.numbers();
        let (v_low, v_high) = beam.emission.v_cuts();
        let [f, g, h, k, l] = beam.pair_mass.numbers();
        let all = [
            a,
            b,
            c,
            d,
            e,
            v_low,
            v_high,
            f,
            g,
            h,
            k,
            l,
            beam.constants_pb,
        ];
        for (column, number) in self.columns.iter_mut().zip(all) {
            column[i] = number;
        }
    }
}

impl Beams for &Each {
    #[inline(always)]
    fn collision(self, i: usize) -> Collision {
        let [a, b, c, d, e, ..] = &self.columns;
        self.common
            .collision
            .with_numbers([a[i], b[i], c[i], d[i], e[i]])
    }

    #[inline(always)]
    fn emission(self, i: usize) -> EmissionMap {
        let [_, _, _, _, _, low, high, ..] = &self.columns;
        let common = &self.common.emission;
        common.of(self.collision(i), (low[i], high[i]))
    }

    #[inline(always)]
    fn pair_mass(self, i: usize) -> PairMassMap {
        let [_, _, _, _, _, _, _, a, b, c, d, e, _] = &self.columns;
        PairMassMap::of_numbers([a[i], b[i], c[i], d[i], e[i]])
    }

    #[inline(always)]
    fn constants_pb(self, i: usize) -> f64 {
        self.columns[12][i]
    }
}
