//! What the error of a sum of bins needs: the bins again, in independent parts of the measurement.
//!
//! Points are drawn by strata, so what one bin has too much another has too little, and the errors
//! of bins say little of the error of their sum. A chunk holds the same strata in every iteration, and
//! chunks and iterations are independent. So bins are summed apart for [`GROUPS`] of chunks and
//! [`BATCHES`] of iterations, when a chunk ends and never at a point. In a group the batches `g`, of
//! `n_g` points with the contents `t_g` (a vector of bins), are independent estimates of one thing:
//! with `n = Σ n_g`, `m = Σ t_g / n` and `G` batches the covariance of the contents over all `N`
//! points is, without bias,
//! `Σ_groups n / (G − 1) Σ_g n_g (t_g/n_g − m)(t_g/n_g − m)ᵀ / N²`.
//! It is given by its factor, a row `√(n n_g / (G − 1)) (t_g/n_g − m) / N` a part: the variance of any
//! sum of bins is the sum over rows of the squared sum of that row's bins, never below zero. Of ten
//! iterations the rows leave 112 degrees of freedom, which is 7 % of an error. Points of a lattice are not
//! independent, and have no such rows.
//!
//! Pinned by `tests/observers.rs` (pulls of sums, order of merging, the error of everything).

use crate::exact::ExactSums;
use serde::{Deserialize, Serialize};

/// Parts of the iterations: iteration `i` belongs to `i` modulo this.
const BATCHES: usize = 8;
/// Parts of the chunks of an iteration.
const GROUPS: usize = 16;
/// Most bins, flow bins included, whose parts are kept (some 4 kB a bin).
pub(crate) const MOST_BINS: usize = 4096;

/// Contents of bins in independent parts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Parts {
    bins: usize,
    sums: ExactSums,
    points: Vec<u64>,
}

impl Parts {
    /// Empty parts of so many bins; none if those are more than [`MOST_BINS`].
    pub(crate) fn new(bins: usize) -> Self {
        if bins > MOST_BINS {
            return Self::default();
        }
        Self {
            bins,
            sums: ExactSums::new(bins * BATCHES * GROUPS),
            points: vec![0; BATCHES * GROUPS],
        }
    }

    /// The part of the chunk that begins with this point.
    pub(crate) fn of_chunk(iteration: u32, first_index: u64) -> usize {
        // Golden-ratio hashing: chunks begin at even distances, which must not fall into few groups.
        let spread = first_index.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        iteration as usize % BATCHES * GROUPS + ((spread * GROUPS as u64) >> 32) as usize
    }

    /// Adds what a chunk has in a bin.
    pub(crate) fn add(&mut self, part: usize, bin: usize, sum: f64) {
        if self.bins > 0 {
            self.sums.add(part * self.bins + bin, sum);
        }
    }

    /// Counts the points of a chunk.
    pub(crate) fn count(&mut self, part: usize, points: u64) {
        if self.bins > 0 {
            self.points[part] += points;
        }
    }

    /// Adds those of other points of the same measurement.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.sums.merge(&other.sums);
        for (mine, theirs) in self.points.iter_mut().zip(&other.points) {
            *mine += theirs;
        }
    }

    /// The rows: see the head of this file. None before there are two iterations.
    pub(crate) fn rows(&self) -> Vec<Vec<f64>> {
        let all = self.points.iter().sum::<u64>() as f64;
        let mut rows = Vec::new();
        for group in 0..GROUPS.min(self.points.len()) {
            let parts = (0..BATCHES).map(|batch| batch * GROUPS + group);
            let parts: Vec<usize> = parts.filter(|&part| self.points[part] > 0).collect();
            if parts.len() < 2 {
                continue;
            }
            let content = |part: usize, bin| self.sums.value(part * self.bins + bin);
            let n = parts.iter().map(|&p| self.points[p]).sum::<u64>() as f64;
            let mean: Vec<f64> = (0..self.bins)
                .map(|bin| parts.iter().map(|&p| content(p, bin)).sum::<f64>() / n)
                .collect();
            for &part in &parts {
                let points = self.points[part] as f64;
                let factor = (n * points / (parts.len() - 1) as f64).sqrt() / all;
                let off = |(bin, mean)| factor * (content(part, bin) / points - mean);
                rows.push(mean.iter().enumerate().map(off).collect());
            }
        }
        rows
    }
}
