//! Hypercubes in y-space and their share of the points (VEGAS+).
//!
//! Axis `d` is cut into `m_d` equal strata; the `K = ∏ m_d` hypercubes have volume `1/K`. Cube `h`
//! receives `n_h` points, at least two, with a part `adaptive` of the budget in proportion to
//! `σ_h^β`, where `σ_h` is the standard deviation of `J f` in the cube ([Lep21], adaptive stratified sampling).
//! A point of cube `h` has the weight `w = J f N / (K n_h)`, so that `Σ w / N` is the integral and
//! `Σ_h n_h/(n_h − 1) [Σ w² − (Σ w)²/n_h] / N²` its unbiased variance.
//!
//! The points of an iteration are numbered cube after cube. They are handed to workers in chunks;
//! a chunk ends at the end of a cube, except that a cube of many points may be cut into pieces of
//! at least two, each of which counts as a stratum of its own in the variance.
//! Pinned by `tests/grids.rs`.

use crate::bits;
use serde::{Deserialize, Serialize};

/// A cube with at most this many points more than a chunk has room for is not cut.
const WHOLE: u64 = 64;

/// Fewest points of a cube, what a variance needs.
pub const MIN_PER_CUBE: u64 = 2;

/// The grid of hypercubes and the damped widths that decide their shares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Strata {
    per_axis: Vec<u32>,
    /// `σ_h^β` up to a common factor; empty while nothing is known.
    #[serde(with = "bits::list")]
    share: Vec<f64>,
}

/// A place where a chunk of consecutive points begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChunkStart {
    /// Index of the first point in the iteration.
    pub(crate) point: u64,
    /// Hypercube of the first point.
    pub(crate) cube: u32,
    /// Points of that cube that earlier chunks hold.
    pub(crate) offset: u32,
}

/// Points for every cube, and the cut into chunks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Allocation {
    pub(crate) counts: Vec<u32>,
    /// One entry a chunk, and a last one that marks the end.
    pub(crate) chunks: Vec<ChunkStart>,
}

/// Points in a chunk, the unit of work of a thread: a function of the iteration's size alone.
pub(crate) fn chunk_points(neval: u64) -> u64 {
    (neval / 128).next_power_of_two().clamp(1024, 16_384)
}

impl Strata {
    /// One cube: no stratification.
    pub fn single(dim: usize) -> Self {
        Self {
            per_axis: vec![1; dim],
            share: Vec::new(),
        }
    }

    /// As many cubes as leave each `MIN_PER_CUBE` points out of `uniform_points`, at most
    /// `max_cubes`: `m` or `m + 1` strata an axis, the finer axes first.
    pub fn for_points(dim: usize, uniform_points: f64, max_cubes: u64) -> Self {
        let budget = (uniform_points / MIN_PER_CUBE as f64)
            .min(max_cubes as f64)
            .max(1.0);
        let volume = |m: u32, finer: usize| {
            (0..dim).fold(1.0, |v, d| v * f64::from(if d < finer { m + 1 } else { m }))
        };
        let mut m = 1;
        while volume(m + 1, 0) <= budget {
            m += 1;
        }
        let mut finer = 0;
        while finer < dim && volume(m, finer + 1) <= budget {
            finer += 1;
        }
        let per_axis = (0..dim)
            .map(|d| if d < finer { m + 1 } else { m })
            .collect();
        Self {
            per_axis,
            share: Vec::new(),
        }
    }

    /// A grid given by its strata an axis.
    ///
    /// # Panics
    /// If an axis has no stratum, or the cubes do not fit a `u32`.
    pub fn with_axes(per_axis: Vec<u32>) -> Self {
        assert!(per_axis.iter().all(|&m| m > 0), "an axis without strata");
        let cubes = per_axis.iter().try_fold(1u32, |k, &m| k.checked_mul(m));
        assert!(cubes.is_some(), "more than 2³² hypercubes");
        Self {
            per_axis,
            share: Vec::new(),
        }
    }

    /// Number of strata of each axis.
    pub fn per_axis(&self) -> &[u32] {
        &self.per_axis
    }

    /// Number of hypercubes `K`.
    pub fn cubes(&self) -> usize {
        self.per_axis.iter().map(|&m| m as usize).product()
    }

    /// What each cube's share of the adaptive points is proportional to; empty if all are equal.
    pub fn share(&self) -> &[f64] {
        &self.share
    }

    /// Sets the shares.
    pub(crate) fn set_share(&mut self, share: Vec<f64>) {
        debug_assert!(share.is_empty() || share.len() == self.cubes());
        self.share = share;
    }

    /// The cube that holds `y`; strata of the last axis run fastest.
    pub(crate) fn cube_of(&self, y: &[f64]) -> usize {
        self.per_axis.iter().zip(y).fold(0, |cube, (&m, &y)| {
            cube * m as usize + ((y * f64::from(m)) as usize).min(m as usize - 1)
        })
    }

    /// Distributes `neval` points: every cube the same part of `(1 − adaptive) neval`, at least
    /// two, and the rest by share; rounding is carried from cube to cube, so the sum is exact.
    /// `None` if there are not two points a cube.
    pub(crate) fn allocate(&self, neval: u64, adaptive: f64) -> Option<Allocation> {
        let cubes = self.cubes() as u64;
        let uniform = ((1.0 - adaptive) * neval as f64 / cubes as f64) as u64;
        let least = if cubes == 1 {
            neval
        } else {
            uniform.max(MIN_PER_CUBE)
        };
        let rest = neval.checked_sub(least * cubes)?;
        if cubes == 1 && neval < MIN_PER_CUBE {
            return None;
        }
        let sum: f64 = self.share.iter().sum();
        let known = sum > 0.0 && sum.is_finite();
        let (mut exact, mut given) = (0.0, 0u64);
        let counts: Vec<u32> = (0..cubes)
            .map(|h| {
                exact += if known {
                    self.share[h as usize] / sum
                } else {
                    1.0 / cubes as f64
                };
                let upto = if h + 1 == cubes {
                    rest
                } else {
                    ((exact * rest as f64) as u64).min(rest)
                };
                let extra = upto.max(given) - given;
                given += extra;
                u32::try_from(least + extra).ok()
            })
            .collect::<Option<_>>()?;
        let chunks = cut(&counts, chunk_points(neval));
        Some(Allocation { counts, chunks })
    }
}

/// Cuts the points of all cubes into chunks of about `size` points.
fn cut(counts: &[u32], size: u64) -> Vec<ChunkStart> {
    let mut chunks = Vec::new();
    let (mut point, mut room) = (0, 0);
    for (h, &n) in counts.iter().enumerate() {
        let mut offset = 0;
        while offset < u64::from(n) {
            let left = u64::from(n) - offset;
            if room == 0 || (room < MIN_PER_CUBE && left > room + WHOLE) {
                chunks.push(ChunkStart {
                    point,
                    cube: h as u32,
                    offset: offset as u32,
                });
                room = size;
            }
            let take = if left <= room + WHOLE { left } else { room };
            offset += take;
            point += take;
            room = room.saturating_sub(take);
        }
    }
    chunks.push(ChunkStart {
        point,
        cube: counts.len() as u32,
        offset: 0,
    });
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_every_point_once_and_cut_no_piece_below_two() {
        let counts = [2, 1000, 3, 4096, 50, 2, 2, 70, 9000, 2];
        let chunks = cut(&counts, 1024);
        assert_eq!(
            chunks[0],
            ChunkStart {
                point: 0,
                cube: 0,
                offset: 0
            }
        );
        let total: u64 = counts.iter().map(|&n| u64::from(n)).sum();
        assert_eq!(chunks.last().map(|c| c.point), Some(total));
        let start = |h: u32| {
            counts[..h as usize]
                .iter()
                .map(|&n| u64::from(n))
                .sum::<u64>()
        };
        for pair in chunks.windows(2) {
            let [a, b] = [pair[0], pair[1]];
            assert_eq!(a.point, start(a.cube) + u64::from(a.offset));
            assert!(b.point > a.point && b.point - a.point <= 1024 + WHOLE);
            if b.offset > 0 {
                let earlier = if a.cube == b.cube { a.offset } else { 0 };
                assert!(b.offset - earlier >= 2 && counts[b.cube as usize] - b.offset >= 2);
            }
        }
    }

    #[test]
    fn points_follow_the_shares_and_sum_exactly() {
        let mut strata = Strata::with_axes(vec![2, 2]);
        strata.set_share(vec![0.0, 1.0, 2.0, 5.0]);
        let a = strata.allocate(1000, 0.75).expect("enough points");
        // 62 each first, then 752 in the ratio 0:1:2:5.
        assert_eq!(a.counts, [62, 62 + 94, 62 + 188, 62 + 470]);
        assert!(strata.allocate(7, 0.75).is_none());
    }

    #[test]
    fn strata_fill_the_budget_and_respect_the_memory_bound() {
        let s = Strata::for_points(8, 250_000.0, u64::MAX);
        assert_eq!(s.per_axis(), [5, 5, 4, 4, 4, 4, 4, 4]);
        assert_eq!(Strata::for_points(8, 250_000.0, 300).per_axis(), [2; 8]);
        assert_eq!(Strata::for_points(3, 1.0, 300).cubes(), 1);
    }
}
