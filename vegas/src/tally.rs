//! The mergeable sums of a measurement, and what has been done of it.
//!
//! A [`Tally`] holds, for each iteration, exact sums over the chunks that are done and the list of
//! those chunks. Tallies of disjoint parts merge in any order to the same bits, and a run that was
//! interrupted goes on from its tally. Pinned by `tests/reproducibility.rs`.

use crate::bits;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::exact::ExactSums;
use crate::probe::Heaviest;
use serde::{Deserialize, Serialize};

/// Counts of points by the kind of their weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Points evaluated.
    pub points: u64,
    /// Weights that are zero.
    pub zero: u64,
    /// Weights below zero.
    pub negative: u64,
    /// Values that are NaN.
    pub nan: u64,
    /// Values or weights that are infinite.
    pub infinite: u64,
    /// Points that look for missed peaks; they do not enter the estimate.
    pub probes: u64,
    /// Points of an unweighting run up to the last that is accepted.
    #[serde(default)]
    pub offered: u64,
    /// Accepted points of an unweighting run.
    pub accepted: u64,
    /// Accepted points whose event weight is above one.
    pub overweight: u64,
}

impl Counters {
    /// Adds other counts.
    pub(crate) fn add(&mut self, other: &Self) {
        self.points += other.points;
        self.zero += other.zero;
        self.negative += other.negative;
        self.nan += other.nan;
        self.infinite += other.infinite;
        self.probes += other.probes;
        self.offered += other.offered;
        self.accepted += other.accepted;
        self.overweight += other.overweight;
    }
}

/// Numbers of the sums in [`IterationTally::sums`].
pub(crate) const WEIGHT: usize = 0;
pub(crate) const VARIANCE: usize = 1;
pub(crate) const SQUARE: usize = 2;
pub(crate) const MAGNITUDE: usize = 3;
pub(crate) const EVENT: usize = 4;
pub(crate) const EVENT_SQUARE: usize = 5;
pub(crate) const EXCESS: usize = 6;
const SUMS: usize = 7;

/// Sums over one chunk, in ordinary arithmetic: a chunk's points are summed in one fixed order.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChunkSums {
    pub(crate) sums: [f64; SUMS],
    pub(crate) counters: Counters,
    pub(crate) largest: f64,
    pub(crate) largest_index: u64,
    pub(crate) first_bad: Option<u64>,
    pub(crate) first_bad_probe: Option<u64>,
    pub(crate) probes: Heaviest,
}

/// What is known of one iteration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IterationTally {
    sums: ExactSums,
    /// Counts over the chunks that are done.
    pub counters: Counters,
    /// Largest magnitude of a weight.
    #[serde(with = "bits::number")]
    pub largest: f64,
    /// Index of the point that has it.
    pub largest_index: u64,
    /// The first point whose weight is not finite.
    pub first_bad: Option<u64>,
    /// The first probe whose value is not finite.
    pub first_bad_probe: Option<u64>,
    /// Done jobs, as sorted disjoint half-open ranges.
    done: Vec<(u32, u32)>,
    /// The heaviest of the uniform points.
    pub probes: Heaviest,
}

impl Default for IterationTally {
    fn default() -> Self {
        Self {
            sums: ExactSums::new(SUMS),
            counters: Counters::default(),
            largest: 0.0,
            largest_index: 0,
            first_bad: None,
            first_bad_probe: None,
            done: Vec::new(),
            probes: Heaviest::default(),
        }
    }
}

impl IterationTally {
    /// Whether job `job` is done.
    pub(crate) fn has(&self, job: u32) -> bool {
        self.done.iter().any(|&(a, b)| (a..b).contains(&job))
    }

    /// Number of jobs done.
    pub(crate) fn jobs(&self) -> u32 {
        self.done.iter().map(|&(a, b)| b - a).sum()
    }

    /// Notes that jobs `range` are done, joining neighbours.
    fn mark(&mut self, range: (u32, u32)) {
        let at = self.done.partition_point(|&(a, _)| a < range.0);
        self.done.insert(at, range);
        let mut joined: Vec<(u32, u32)> = Vec::with_capacity(self.done.len());
        for &(a, b) in &self.done {
            match joined.last_mut() {
                Some(last) if last.1 == a => last.1 = b,
                _ => joined.push((a, b)),
            }
        }
        self.done = joined;
    }

    /// Takes in chunk `job`.
    pub(crate) fn take(&mut self, job: u32, chunk: &ChunkSums) {
        // The common case first: the next job in order.
        match self.done.last_mut() {
            Some(last) if last.1 == job => last.1 += 1,
            _ => self.mark((job, job + 1)),
        }
        self.counters.add(&chunk.counters);
        for (k, &v) in chunk.sums.iter().enumerate() {
            self.sums.add(k, v);
        }
        if chunk.sums.iter().any(|v| !v.is_finite()) {
            // Finite weights too large to square or to add: blame the largest.
            self.counters.infinite += 1;
            self.first_bad = earliest(self.first_bad, Some(chunk.largest_index));
        }
        self.larger(chunk.largest, chunk.largest_index);
        self.first_bad = earliest(self.first_bad, chunk.first_bad);
        self.first_bad_probe = earliest(self.first_bad_probe, chunk.first_bad_probe);
        self.probes.merge(&chunk.probes);
    }

    /// Keeps the larger weight; of equal ones the earlier.
    fn larger(&mut self, weight: f64, index: u64) {
        if weight > self.largest
            || (weight == self.largest && weight > 0.0 && index < self.largest_index)
        {
            (self.largest, self.largest_index) = (weight, index);
        }
    }

    /// Adds a disjoint part of the same iteration.
    fn merge(&mut self, other: &Self, iteration: u32) -> Result<(), Error> {
        if let Some(&(a, _)) = other
            .done
            .iter()
            .find(|&&(a, b)| self.done.iter().any(|&(c, d)| a < d && c < b))
        {
            return Err(Error::Overlap {
                iteration,
                chunk: a,
            });
        }
        for &range in &other.done {
            self.mark(range);
        }
        self.sums.merge(&other.sums);
        self.counters.add(&other.counters);
        self.larger(other.largest, other.largest_index);
        self.first_bad = earliest(self.first_bad, other.first_bad);
        self.first_bad_probe = earliest(self.first_bad_probe, other.first_bad_probe);
        self.probes.merge(&other.probes);
        Ok(())
    }

    /// One of the sums.
    pub(crate) fn sum(&self, k: usize) -> f64 {
        self.sums.value(k)
    }

    /// Mean and error over the points that are done; an iteration in part is a rough guide only.
    pub fn estimate(&self) -> Estimate {
        let n = self.counters.points.max(1) as f64;
        Estimate {
            mean: self.sum(WEIGHT) / n,
            sdev: self.sum(VARIANCE).max(0.0).sqrt() / n,
        }
    }
}

/// The smaller of two optional numbers.
fn earliest(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Everything a measurement has summed so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Names what was measured (state and plan); tallies merge only with equal ones.
    pub(crate) fingerprint: u64,
    pub(crate) iterations: Vec<IterationTally>,
}

impl Tally {
    /// The iterations so far.
    pub fn iterations(&self) -> &[IterationTally] {
        &self.iterations
    }

    /// Forgets all iterations but the first `iterations`.
    pub fn truncate(&mut self, iterations: usize) {
        self.iterations.truncate(iterations);
    }

    /// Adds a disjoint part of the same measurement; the order of merges does not change a bit.
    ///
    /// # Errors
    /// [`Error::Different`] if the other belongs to another state or plan, [`Error::Overlap`] if
    /// a chunk is in both.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        if self.iterations.is_empty() && self.fingerprint == 0 {
            self.fingerprint = other.fingerprint;
        }
        if self.fingerprint != other.fingerprint {
            return Err(Error::Different);
        }
        let iterations = self.iterations.len().max(other.iterations.len());
        self.iterations
            .resize_with(iterations, IterationTally::default);
        for (i, theirs) in other.iterations.iter().enumerate() {
            self.iterations[i].merge(theirs, i as u32)?;
        }
        Ok(())
    }
}
