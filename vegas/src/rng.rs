//! The random numbers of a block: a pure function of (seed, phase, iteration, first point).
//!
//! Every block owns [`LANES`] generators `Pcg64Mcg` (O'Neill, HMC-CS-2014-0905) whose 126-bit
//! states come out of SplitMix64 steps (Steele, Lea, Flood 2014) applied to the key; so any block
//! can be made alone. The lanes are interleaved point by point, which hides the latency of the
//! 128-bit multiplication. Uniform numbers are the 2⁵² midpoints `(k + ½) 2⁻⁵²`: neither 0 nor 1.
//! Pinned by `tests/random.rs` (value stability, Kolmogorov–Smirnov distance, independence).

use crate::integrand::BLOCK;
use rand::Rng;
use rand_pcg::Pcg64Mcg;

/// Interleaved generators a block.
pub const LANES: usize = 4;

/// What a stream is used for; keeps adaptation and measurement independent under one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Phase {
    /// Points that train the map and the strata.
    Adapt = 1,
    /// Points of a measurement.
    Measure = 2,
    /// Points that find the maxima of cells.
    Maxima = 3,
    /// Uniform points that look for missed peaks while adapting.
    ProbeAdapt = 4,
    /// Uniform points that look for missed peaks while measuring.
    ProbeMeasure = 5,
    /// Random shifts of a lattice.
    Shift = 6,
    /// Points around heavy ones while adapting.
    Scout = 7,
}

/// The stream of one block.
#[derive(Clone, Debug)]
pub struct Stream {
    lanes: [Pcg64Mcg; LANES],
}

/// One step of SplitMix64's finalizer.
#[inline]
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The golden-ratio increment of SplitMix64.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl Stream {
    /// The stream of the block that starts at point `first_index` of `iteration`.
    pub fn new(seed: u64, phase: Phase, iteration: u32, first_index: u64) -> Self {
        let mut key = mix(seed.wrapping_add(GAMMA));
        for word in [phase as u64, u64::from(iteration), first_index] {
            key = mix(key.wrapping_add(GAMMA) ^ mix(word.wrapping_mul(GAMMA).wrapping_add(key)));
        }
        let mut counter = key;
        let mut next = || {
            counter = counter.wrapping_add(GAMMA);
            u128::from(mix(counter))
        };
        let lanes = std::array::from_fn(|_| {
            let high = next();
            Pcg64Mcg::new((high << 64) | next())
        });
        Self { lanes }
    }

    /// Fills one column of raw 64-bit words; a block always draws full columns, so that its
    /// numbers do not depend on how many of its points are used.
    #[inline(always)]
    pub fn fill(&mut self, column: &mut [u64; BLOCK]) {
        let lanes = &mut self.lanes;
        for four in column.chunks_exact_mut(LANES) {
            for (raw, lane) in four.iter_mut().zip(lanes.iter_mut()) {
                *raw = lane.next_u64();
            }
        }
    }
}

/// The uniform number in (0, 1) that belongs to a raw word: `(k + ½) 2⁻⁵²` with its upper 52 bits.
#[inline(always)]
pub fn uniform(raw: u64) -> f64 {
    /// 1 − 2⁻⁵³.
    const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;
    f64::from_bits((raw >> 12) | 0x3ff0_0000_0000_0000) - BELOW_ONE
}
