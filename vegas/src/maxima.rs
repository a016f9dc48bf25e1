//! Local maxima for unweighting.
//!
//! A [`Partition`] is a map of its own and boxes of its y-space, in each of which `J f` varies little. Box `c` of the volume
//! `v_c` gets a scale `s_c`, the largest `|J f|` seen in it (where zeros show that an edge of the support is near, also in
//! those beside it), and is drawn with the probability `p_c = v_c s_c / Σ v s`, so that all boxes have the same largest
//! weight `w = J f v_c / p_c` up to fluctuations; a point is accepted with the probability
//! `w / W`. The threshold `W` is common to all boxes. It is chosen on an independent sample such
//! that the part of accepted points with `w > W` is what the caller allows; those keep the weight
//! `w / W > 1`, so that nothing is clipped. The efficiency is `I / W`.
//!
//! Pinned by `tests/unweighting.rs`.

use crate::bits;
use crate::cells::Picker;
use crate::error::Error;
use crate::growth::Seen;
use crate::integrand::BLOCK;
use crate::partition::Partition;
use serde::{Deserialize, Serialize};

/// How to look for maxima.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MaximaConfig {
    /// Most boxes; there are never more than a 256th of `neval`, where they hold little a 32nd. While they are cut each
    /// takes some 300 points of `4 dim + 8` bytes.
    pub max_boxes: u64,
    /// Points that train the map and look where the integral is, that cut boxes, and that set the threshold: of each about so many,
    /// and several times as many where few are accepted.
    pub neval: u64,
    /// Allowed part of accepted events with a weight above one.
    pub max_overweight_share: f64,
}

impl Default for MaximaConfig {
    fn default() -> Self {
        Self {
            max_boxes: 1 << 18,
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
        if !(1..=u64::from(u32::MAX)).contains(&self.max_boxes) {
            return Err(Error::setting(
                "max_boxes",
                self.max_boxes,
                "between 1 and 2³² − 1",
            ));
        }
        Ok(())
    }

    /// Number of boxes.
    pub(crate) fn boxes(&self) -> usize {
        (self.neval / POINTS_PER_BOX).clamp(1, self.max_boxes) as usize
    }

    /// Number of boxes where they hold little.
    pub(crate) fn more_boxes(&self) -> usize {
        (self.neval * MORE / POINTS_PER_BOX).clamp(1, self.max_boxes) as usize
    }
}

/// Points that are evaluated to cut a box in two.
const POINTS_PER_BOX: u64 = 2 * BLOCK as u64;

/// How many times as many boxes there may be where they hold little.
const MORE: u64 = 8;

/// Boxes with their scales, and the common threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Maxima {
    pub(crate) partition: Partition,
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
    /// Number of boxes.
    pub fn boxes(&self) -> usize {
        self.scale.len()
    }

    /// `Σ v s`, what the integral would be if every point had the scale of its box.
    pub(crate) fn total(&self) -> f64 {
        let boxes = self.scale.iter().zip(self.partition.volumes());
        boxes.map(|(s, v)| s * v).sum()
    }

    /// Boxes as they are drawn.
    pub(crate) fn picker(&self) -> Picker {
        Picker::of_boxes(&self.scale, self.partition.volumes())
    }
}

/// Least scale of a box over the mean of all.
const LEAST: f64 = 1e-2;

/// The same for a box with zeros, where a corner of the support may have been missed.
const LEAST_AT_EDGE: f64 = 0.2;

/// Least scale of a box with zeros over those of its neighbours.
const OF_NEIGHBOUR: f64 = 0.7;

/// Scales from the largest values, and whether there were zeros. What was seen is too little where an edge of the support
/// (a cut) leaves a corner of the box that no point or few points have hit: there the boxes beside it
/// tell how large the function may be. Without this a point of such a corner weighs a hundred times the others.
pub(crate) fn scales(partition: &Partition, seen: &[Seen]) -> Vec<f64> {
    let volumes = partition.volumes().iter();
    let mean: f64 = volumes.zip(seen).map(|(v, s)| v * s.largest).sum();
    let scale = |(cell, one): (usize, &Seen)| {
        let largest = one.largest;
        if !one.zero {
            return largest.max(LEAST * mean);
        }
        let beside = partition.beside(cell).into_iter();
        let beside = beside.map(|k| seen[k].beside()).fold(0.0, f64::max);
        largest.max(OF_NEIGHBOUR * beside).max(LEAST_AT_EDGE * mean)
    };
    seen.iter().enumerate().map(scale).collect()
}

/// Weights of a sample in fine logarithmic bins, from which the threshold is read.
pub(crate) struct Ladder {
    /// Count and sum of weights, by bin.
    bins: Vec<(u64, f64)>,
}

/// Bins an octave: mantissa bits used.
const FINE: u32 = 6;

impl Ladder {
    pub(crate) fn new() -> Self {
        let bins = vec![(0, 0.0); 2048 << FINE];
        Self { bins }
    }

    fn bin(w: f64) -> usize {
        (w.to_bits() >> (52 - FINE)) as usize
    }

    /// Adds a weight `≥ 0`.
    pub(crate) fn add(&mut self, w: f64) {
        let bin = &mut self.bins[Self::bin(w)];
        bin.0 += 1;
        bin.1 += w;
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
