//! Randomised quasi-Monte Carlo: a shifted rank-1 lattice with the baker's transformation.
//!
//! Point `k` of `N = 2^m` has the coordinates `{k z_d / N + Δ_d}`, folded by `u → 1 − |2u − 1|`,
//! with a shift `Δ` drawn anew for every iteration. Each iteration is then an unbiased estimate by
//! itself, and the error comes from their spread alone. The generating vector `z` is embedded
//! (good for every `m ≤ 20`): R. Cools, F. Y. Kuo, D. Nuyens, SIAM J. Sci. Comput. 28 (2006) 2162,
//! file `exod2_base2_m20_CKN`. Pinned by `tests/quasi.rs`.

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

/// Largest number of points of a lattice: 2²⁰.
pub(crate) const MAX_POINTS: u64 = 1 << 20;

/// One shifted lattice.
#[derive(Clone, Debug)]
pub(crate) struct Lattice {
    log2: u32,
    shift: [u64; MAX_DIM],
}

impl Lattice {
    /// The lattice of `points` points (a power of two) of an iteration.
    pub(crate) fn new(seed: u64, iteration: u32, points: u64) -> Self {
        let mut column = [0; BLOCK];
        Stream::new(seed, Phase::Shift, iteration, 0).fill(&mut column);
        let mut shift = [0; MAX_DIM];
        shift.copy_from_slice(&column[..MAX_DIM]);
        Self {
            log2: points.trailing_zeros(),
            shift,
        }
    }

    /// Raw words of axis `d` for the points from `first` on.
    pub(crate) fn fill(&self, d: usize, first: u64, raw: &mut Column<u64>) {
        for (i, word) in raw.iter_mut().enumerate() {
            let k = (first + i as u64).wrapping_mul(GENERATOR[d]);
            let u = k.wrapping_shl(64 - self.log2).wrapping_add(self.shift[d]);
            *word = if u >> 63 == 0 { u << 1 } else { !u << 1 };
        }
    }
}
