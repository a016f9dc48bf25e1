//! Randomised quasi-Monte Carlo: a shifted rank-1 lattice with the baker's transformation.
//!
//! An iteration is sixteen lattices. Point `k` of the `N = 2^m` of one has the coordinates
//! `{k z_d / N + Δ_d}`, folded by `u → 1 − |2u − 1|`, with a shift `Δ` of its own. Each lattice is then
//! an unbiased estimate by itself, and the error comes from their spread: a chunk holds two, which have
//! the sums `S₁` and `S₂`, and adds `(S₁ − S₂)²` to the variance of the sum of all, as strata do. The
//! generating vector `z` is embedded (good for every `m ≤ 20`): R. Cools, F. Y. Kuo, D. Nuyens,
//! SIAM J. Sci. Comput. 28 (2006) 2162, file `exod2_base2_m20_CKN`. Pinned by `tests/quasi.rs`.

use crate::integrand::BLOCK;
use crate::kernel::Column;
use crate::rng::{Phase, Stream};

/// Generating vector, one number an axis.
const GENERATOR: [u64; 20] = [
    1, 182_667, 469_891, 498_753, 110_745, 446_247, 250_185, 118_627, 245_333, 283_199, 408_519,
    391_023, 246_327, 126_539, 399_185, 461_527, 300_343, 69_681, 516_695, 436_179,
];

/// Most axes the lattice serves.
pub(crate) const MAX_DIM: usize = GENERATOR.len();

/// Lattices of an iteration.
const LATTICES: u64 = 16;

/// Smallest and largest number of points of an iteration: lattices of a block, and of 2²⁰ points.
pub(crate) const POINTS: std::ops::RangeInclusive<u64> = LATTICES * BLOCK as u64..=LATTICES << 20;

/// The shifted lattices of an iteration.
#[derive(Clone, Debug)]
pub(crate) struct Lattices {
    /// Binary logarithm of the points of each.
    log2: u32,
    shift: Vec<[u64; MAX_DIM]>,
}

impl Lattices {
    /// Those of an iteration of `points` points in all (a power of two in [`POINTS`]).
    pub(crate) fn new(seed: u64, iteration: u32, points: u64) -> Self {
        let shift = |lattice: u64| {
            let mut column = [0; BLOCK];
            let first = lattice * (points / LATTICES);
            Stream::new(seed, Phase::Shift, iteration, first).fill(&mut column);
            std::array::from_fn(|d| column[d])
        };
        Self {
            log2: (points / LATTICES).trailing_zeros(),
            shift: (0..LATTICES).map(shift).collect(),
        }
    }

    /// Points of a lattice.
    pub(crate) fn points(&self) -> u64 {
        1 << self.log2
    }

    /// Raw words of axis `d` for a block of the points from `first` on.
    #[inline(always)]
    pub(crate) fn fill(&self, d: usize, first: u64, raw: &mut Column<u64>) {
        let shift = self.shift[(first >> self.log2) as usize][d];
        for (i, word) in raw.iter_mut().enumerate() {
            // What is above the points of a lattice is shifted out.
            let k = (first + i as u64).wrapping_mul(GENERATOR[d]);
            let u = k.wrapping_shl(64 - self.log2).wrapping_add(shift);
            *word = if u >> 63 == 0 { u << 1 } else { !u << 1 };
        }
    }
}
