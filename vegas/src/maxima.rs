//! Local maxima for unweighting.
//!
//! The y-space is cut into cells. Cell `c` gets a scale `s_c`, close to the largest `J f` in it
//! (where zeros show that an edge of the support is near, also to those of its neighbours), and is drawn with the probability `p_c = s_c / Σ s`, so that all cells have the same largest
//! weight `w = J f / (K p_c)` up to fluctuations; a point is accepted with the probability
//! `w / W`. The threshold `W` is common to all cells. It is chosen on an independent sample such
//! that the part of accepted points with `w > W` is what the caller allows; those keep the weight
//! `w / W > 1`, so that nothing is clipped. The efficiency is `I / W`.
//!
//! Pinned by `tests/unweighting.rs`.

use crate::bits;
use crate::error::Error;
use crate::stratify::Strata;
use serde::{Deserialize, Serialize};

/// How to look for maxima.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MaximaConfig {
    /// Most cells; there are never more than a 64th of `neval`.
    pub max_cells: u64,
    /// Points of each of the two passes over the cells, and of the one that sets the threshold.
    pub neval: u64,
    /// Allowed part of accepted events with a weight above one.
    pub max_overweight_share: f64,
}

impl Default for MaximaConfig {
    fn default() -> Self {
        Self {
            max_cells: 1 << 17,
            neval: 2_000_000,
            max_overweight_share: 1e-3,
        }
    }
}

impl MaximaConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        if !(self.max_overweight_share > 0.0 && self.max_overweight_share < 1.0) {
            let must = "between 0 and 1";
            return Err(Error::setting(
                "max_overweight_share",
                self.max_overweight_share,
                must,
            ));
        }
        if self.neval < 1000 {
            return Err(Error::setting("neval", self.neval, "at least 1000"));
        }
        if !(1..=u64::from(u32::MAX)).contains(&self.max_cells) {
            return Err(Error::setting(
                "max_cells",
                self.max_cells,
                "between 1 and 2³² − 1",
            ));
        }
        Ok(())
    }
}

/// What was seen of `|J f|` in a cell: the largest, and whether some values are zero, so that the
/// edge of the integrand's support may go through the cell.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    largest: f64,
    zero: bool,
}

impl Seen {
    /// Adds one value.
    #[inline]
    pub(crate) fn add(&mut self, v: f64) {
        self.largest = self.largest.max(v);
        self.zero |= v == 0.0;
    }

    /// Adds what was seen elsewhere.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.largest = self.largest.max(other.largest);
        self.zero |= other.zero;
    }

    /// The scale of the cell: the largest value.
    pub(crate) fn scale(&self) -> f64 {
        self.largest
    }
}

/// Cells with their scales, and the common threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Maxima {
    pub(crate) cells: Strata,
    #[serde(with = "bits::list")]
    pub(crate) scale: Vec<f64>,
    /// Weight of an accepted event of weight one; `Σ event weights · W / N` is the integral.
    #[serde(with = "bits::number")]
    pub threshold: f64,
    /// Efficiency expected from the sample that set the threshold.
    #[serde(with = "bits::number")]
    pub expected_efficiency: f64,
    /// Part of the events' weight above one expected from that sample.
    #[serde(with = "bits::number")]
    pub expected_excess: f64,
    /// Evaluations it took.
    pub n_eval: u64,
}

impl Maxima {
    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.scale.len()
    }
}

/// Least scale of a cell over the mean of all.
const LEAST: f64 = 1e-2;

/// The same for a cell with zeros, where a corner of the support may have been missed.
const LEAST_AT_EDGE: f64 = 5e-2;

/// Least scale of a cell with zeros over those of its neighbours.
const OF_NEIGHBOUR: f64 = 0.7;

/// Scales of all cells. What was seen is too little where an edge of the support (a cut) leaves a
/// corner of the cell that no point or few points have hit: there the neighbours tell how large the
/// function may be. Without this a point of such a corner weighs a hundred times the others.
pub(crate) fn scales(seen: &[Seen], per_axis: &[u32]) -> Vec<f64> {
    let mean = seen.iter().map(Seen::scale).sum::<f64>() / seen.len() as f64;
    let neighbours = |cell: usize| {
        let mut stride = 1;
        per_axis.iter().rev().flat_map(move |&m| {
            let (m, step) = (m as usize, stride);
            stride *= m;
            let digit = cell / step % m;
            let below = (digit > 0).then(|| cell - step);
            let above = (digit + 1 < m).then(|| cell + step);
            below.into_iter().chain(above)
        })
    };
    let scale = |(cell, s): (usize, &Seen)| {
        if !s.zero {
            return s.largest.max(LEAST * mean);
        }
        let beside = neighbours(cell).fold(0.0, |m: f64, n| m.max(seen[n].largest));
        s.largest
            .max(OF_NEIGHBOUR * beside)
            .max(LEAST_AT_EDGE * mean)
    };
    seen.iter().enumerate().map(scale).collect()
}

/// Weights of a sample in fine logarithmic bins, from which the threshold is read.
#[derive(Clone, Debug)]
pub(crate) struct Ladder {
    /// Count and sum of weights, by bin.
    bins: Vec<(u64, f64)>,
    /// The bins that hold something: few of all there are.
    touched: Vec<u32>,
}

/// Bins an octave: mantissa bits used.
const FINE: u32 = 6;

impl Ladder {
    pub(crate) fn new() -> Self {
        Self {
            bins: vec![(0, 0.0); 2048 << FINE],
            touched: Vec::new(),
        }
    }

    fn bin(w: f64) -> usize {
        (w.to_bits() >> (52 - FINE)) as usize
    }

    /// Adds a weight `≥ 0`.
    pub(crate) fn add(&mut self, w: f64) {
        self.put(Self::bin(w), (1, w));
    }

    /// Adds to one bin.
    fn put(&mut self, k: usize, (count, sum): (u64, f64)) {
        let bin = &mut self.bins[k];
        if bin.0 == 0 {
            self.touched.push(k as u32);
        }
        bin.0 += count;
        bin.1 += sum;
    }

    /// Takes in another sample and empties it.
    pub(crate) fn merge(&mut self, later: &mut Self) {
        for k in later.touched.drain(..) {
            let k = k as usize;
            self.put(k, std::mem::take(&mut later.bins[k]));
        }
    }

    /// The smallest threshold above which, but for chance of one standard deviation, no more than
    /// `share` of the accepted points lie; with it the efficiency and the part of the accepted
    /// weight above the threshold; `None` for an empty sample.
    pub(crate) fn threshold(&self, share: f64) -> Option<(f64, f64, f64)> {
        let points: u64 = self.bins.iter().map(|b| b.0).sum();
        let sum: f64 = self.bins.iter().map(|b| b.1).sum();
        if sum <= 0.0 {
            return None;
        }
        let (mut above, mut above_sum) = (0u64, 0.0);
        let mut best = None;
        for (k, bin) in self.bins.iter().enumerate().rev() {
            // Threshold at the upper edge of bin k.
            let w = f64::from_bits(((k + 1) as u64) << (52 - FINE));
            if k < Self::bin(f64::MAX) && above_sum < sum {
                let accepted = (sum - above_sum) / w + above as f64;
                if above as f64 + (above as f64).sqrt() > share * accepted {
                    break;
                }
                if bin.0 > 0 || best.is_some() {
                    let excess = (above_sum / w - above as f64) / (sum / w);
                    best = Some((w, accepted / points as f64, excess));
                }
            }
            above += bin.0;
            above_sum += bin.1;
        }
        best
    }
}
