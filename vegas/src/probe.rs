//! Uniform points that look for what the adapted sample might miss.
//!
//! A share of the points of every iteration is uniform in x-space. While adapting they train the
//! map like the others, so that a region the map has given up can come back. While measuring they
//! do not enter the estimate: each is given the weight `W` it would have had in the adapted sample,
//! `W = J f N / (K n_h)`, which is cheap to know from the inverse of the map. Points whose `W`
//! is far above the largest weight that the adaptation knew belong to a region the sample
//! does not resolve; `Σ f / n` over them estimates what is missing there.
//! Pinned by `tests/alarms.rs`.

use crate::exact::ExactSums;

/// Numbers of the sums.
pub(crate) const ALL: usize = 0;
pub(crate) const ALL_SQUARE: usize = 1;
pub(crate) const BEYOND: usize = 2;
pub(crate) const BEYOND_SQUARE: usize = 3;
const SUMS: usize = 4;

/// Sums over the probes of a chunk.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProbeSums {
    sums: [f64; SUMS],
}

impl ProbeSums {
    /// Exact sums of the same shape.
    pub(crate) fn sums() -> ExactSums {
        ExactSums::new(SUMS)
    }

    /// Adds a probe of value `f`; `beyond` if its weight is out of what the sample knows.
    pub(crate) fn add(&mut self, f: f64, beyond: bool) {
        self.sums[ALL] += f;
        self.sums[ALL_SQUARE] += f * f;
        if beyond {
            self.sums[BEYOND] += f;
            self.sums[BEYOND_SQUARE] += f * f;
        }
    }

    /// Adds these sums to exact ones.
    pub(crate) fn add_to(&self, sums: &mut ExactSums) {
        for (k, &v) in self.sums.iter().enumerate() {
            sums.add(k, v);
        }
    }
}
