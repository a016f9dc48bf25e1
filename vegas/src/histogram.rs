//! Histograms as observers: exact sums a bin, with an unbiased variance.
//!
//! A bin's content is an integral of its own: `Σ w / N` over the points in the bin. Points of one
//! stratum (`n` points, of which some lie in the bin) contribute
//! `n/(n−1) [Σ w² − (Σ w)²/n]` to `N²` times its variance; the plain `Σ w²` would overstate the
//! error of bins that are correlated with strata. Bins are filled in ordinary arithmetic inside a
//! chunk and added exactly across chunks, so that any order of merging gives the same bits. For the
//! errors of sums of bins see [`HistogramData::deviations`].
//!
//! Pinned by `tests/observers.rs` (contents, pulls a bin and of sums) and `tests/reproducibility.rs`.

use crate::axis::Bins;
use crate::deviations::Parts;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::exact::ExactSums;
use crate::fill::{Fill, Filling, Find, TOGETHER};
use crate::integrand::{BLOCK, Block, Observer, ObserverError};
use serde::{Deserialize, Serialize};

/// Contents of a histogram; the part that is saved and merged.
///
/// Bins are numbered with the flow bins, the last axis running fastest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistogramData {
    axes: Vec<Bins>,
    /// `Σ w` and the variance sum of each bin, alternating.
    sums: ExactSums,
    parts: Parts,
    counts: Vec<u64>,
    points: u64,
}

impl HistogramData {
    /// An empty histogram over `axes`.
    ///
    /// # Panics
    /// If there are 2³² bins or more.
    pub fn new(axes: Vec<Bins>) -> Self {
        let bins = axes.iter().map(Bins::extent).product();
        assert!(u32::try_from(bins).is_ok(), "{bins} bins");
        Self {
            axes,
            sums: ExactSums::new(2 * bins),
            parts: Parts::new(bins),
            counts: vec![0; bins],
            points: 0,
        }
    }

    /// The axes.
    pub fn axes(&self) -> &[Bins] {
        &self.axes
    }

    /// Number of bins, flow bins included.
    pub fn bins(&self) -> usize {
        self.counts.len()
    }

    /// Number of the bin with these indices on the axes (0 is the underflow).
    ///
    /// # Panics
    /// If the numbers of indices and axes differ.
    pub fn bin(&self, indices: &[usize]) -> usize {
        assert_eq!(indices.len(), self.axes.len(), "one index an axis");
        self.axes
            .iter()
            .zip(indices)
            .fold(0, |bin, (axis, &i)| bin * axis.extent() + i)
    }

    /// Points seen, in whatever bin.
    pub fn points(&self) -> u64 {
        self.points
    }

    /// Points in a bin.
    pub fn count(&self, bin: usize) -> u64 {
        self.counts[bin]
    }

    /// The integral over a bin, not divided by its width.
    pub fn estimate(&self, bin: usize) -> Estimate {
        let n = self.points.max(1) as f64;
        Estimate {
            mean: self.sums.value(2 * bin) / n,
            sdev: self.sums.value(2 * bin + 1).max(0.0).sqrt() / n,
        }
    }

    /// Independent deviations of all bins from their contents, one row a part of the measurement: with
    /// the rows `d`, the covariance of bins `b` and `c` is `Σ d_b d_c` over rows, and the variance of a
    /// sum of bins `Σ (Σ_b d_b)²`. An estimate with some 7 % of uncertainty on an error. Empty if there
    /// are fewer than two iterations or more than 4096 bins.
    pub fn deviations(&self) -> Vec<Vec<f64>> {
        self.parts.rows()
    }

    /// Adds another histogram of the same measurement; the order of merges changes no bit.
    ///
    /// # Errors
    /// [`Error::Different`] if the axes differ.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        if self.axes != other.axes {
            return Err(Error::Different);
        }
        self.sums.merge(&other.sums);
        self.parts.merge(&other.parts);
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.points += other.points;
        Ok(())
    }
}

/// An observer that fills a histogram.
///
/// The function writes the values of axis `k` of a block's points to its last argument.
#[derive(Clone, Debug)]
pub struct Binned<F> {
    data: HistogramData,
    values: F,
    /// What a fork has of its chunk; the root's is empty.
    chunk: Filling,
    points: u64,
    /// Where the chunk belongs in [`Parts`].
    part: usize,
}

impl<F> Binned<F> {
    /// An empty histogram over `axes`, filled with what `values(block, axis, out)` writes.
    pub fn new(axes: Vec<Bins>, values: F) -> Self {
        Self::resume(HistogramData::new(axes), values)
    }

    /// Goes on filling what an earlier observer has left.
    pub fn resume(data: HistogramData, values: F) -> Self {
        Self {
            data,
            values,
            chunk: Filling::default(),
            points: 0,
            part: 0,
        }
    }

    /// The contents.
    pub fn data(&self) -> &HistogramData {
        &self.data
    }

    /// Gives up the observer for the contents.
    pub fn into_data(self) -> HistogramData {
        self.data
    }
}

impl<R, F> Observer<R> for Binned<F>
where
    F: Fn(&Block<'_, R>, usize, &mut [f64]) + Clone + Send,
{
    fn fork(&self) -> Self {
        Self {
            data: HistogramData {
                axes: self.data.axes.clone(),
                sums: ExactSums::default(),
                parts: Parts::default(),
                counts: Vec::new(),
                points: 0,
            },
            values: self.values.clone(),
            chunk: Filling::new(self.data.bins()),
            points: 0,
            part: 0,
        }
    }

    fn observe(&mut self, block: &Block<'_, R>) {
        Self::observe_all(std::slice::from_mut(self), block);
    }

    fn observe_all(these: &mut [Self], block: &Block<'_, R>) {
        for these in these.chunks_mut(TOGETHER) {
            observe_together(these, block);
        }
    }

    fn merge(&mut self, later: &mut Self) -> Result<(), ObserverError> {
        later.chunk.drain(|bin, sum, variance, count| {
            self.data.sums.add(2 * bin, sum);
            self.data.sums.add(2 * bin + 1, variance);
            self.data.parts.add(later.part, bin, sum);
            self.data.counts[bin] += count;
        });
        let points = std::mem::take(&mut later.points);
        self.data.parts.count(later.part, points);
        self.data.points += points;
        Ok(())
    }
}

/// Fills a block into some histograms at once, at most [`TOGETHER`].
fn observe_together<R, F>(these: &mut [Binned<F>], block: &Block<'_, R>)
where
    F: Fn(&Block<'_, R>, usize, &mut [f64]),
{
    let n = block.len();
    let mut values = [0.0; BLOCK];
    let mut bins = [[0; BLOCK]; TOGETHER];
    for (histogram, bins) in these.iter_mut().zip(&mut bins) {
        for (k, axis) in histogram.data.axes.iter().enumerate() {
            (histogram.values)(block, k, &mut values[..n]);
            block.arch.dispatch(Find {
                axis,
                values: &values[..n],
                bins: &mut bins[..n],
            });
        }
        if histogram.points == 0 {
            histogram.part = Parts::of_chunk(block.iteration, block.first_index);
        }
        histogram.points += n as u64;
    }
    let histograms = these.len();
    let mut none: [Filling; TOGETHER] = Default::default();
    let mut chunks = none.each_mut();
    for (chunk, histogram) in chunks.iter_mut().zip(these) {
        *chunk = &mut histogram.chunk;
    }
    block.arch.dispatch(Fill {
        chunks,
        bins: &mut bins[..histograms],
        weight: block.weight,
        stratum: block.stratum,
        inv_dof: block.stratum_inv_dof,
    });
}
