//! Histograms as observers: exact sums a bin, with an unbiased variance.
//!
//! A bin's content is an integral of its own: `Σ w / N` over the points in the bin. Points of one
//! stratum (`n` points, of which some lie in the bin) contribute
//! `n/(n−1) [Σ w² − (Σ w)²/n]` to `N²` times its variance; the plain `Σ w²` would overstate the
//! error of bins that are correlated with strata. Bins are filled in ordinary arithmetic inside a
//! chunk and added exactly across chunks, so that any order of merging gives the same bits.
//!
//! Pinned by `tests/observers.rs` (contents, pulls a bin, order of merging).

use crate::axis::Bins;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::exact::ExactSums;
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

    /// Adds another histogram of the same measurement; the order of merges changes no bit.
    ///
    /// # Errors
    /// [`Error::Different`] if the axes differ.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        if self.axes != other.axes {
            return Err(Error::Different);
        }
        self.sums.merge(&other.sums);
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.points += other.points;
        Ok(())
    }
}

/// A bin being filled within a chunk.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    sum: f64,
    variance: f64,
    /// Sum of the stratum that was filled last.
    pending: f64,
    inv_dof: f64,
    stratum: u32,
    count: u32,
}

impl Cell {
    #[inline]
    fn fill(&mut self, w: f64, stratum: u32, inv_dof: f64) {
        if stratum != self.stratum {
            self.close();
            self.stratum = stratum;
        }
        self.inv_dof = inv_dof;
        self.sum += w;
        self.pending += w;
        self.variance += w * w * (1.0 + inv_dof);
        self.count += 1;
    }

    /// Ends a stratum.
    #[inline]
    fn close(&mut self) {
        self.variance -= self.pending * self.pending * self.inv_dof;
        self.pending = 0.0;
    }
}

/// An observer that fills a histogram.
///
/// The function writes the values of axis `k` of a block's points to its last argument.
#[derive(Clone, Debug)]
pub struct Binned<F> {
    data: HistogramData,
    values: F,
    /// Only forks fill: the bins that hold something of the chunk, close together in memory.
    cells: Vec<Cell>,
    /// Their numbers.
    touched: Vec<u32>,
    /// For each bin its place in `cells` and one, or 0 if it is empty.
    place: Vec<u32>,
    points: u64,
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
            cells: Vec::new(),
            touched: Vec::new(),
            place: Vec::new(),
            points: 0,
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
                counts: Vec::new(),
                points: 0,
            },
            values: self.values.clone(),
            cells: Vec::new(),
            touched: Vec::new(),
            place: vec![0; self.data.bins()],
            points: 0,
        }
    }

    fn observe(&mut self, block: &Block<'_, R>) {
        let n = block.len();
        let mut values = [0.0; BLOCK];
        let mut bins = [0usize; BLOCK];
        for (k, axis) in self.data.axes.iter().enumerate() {
            (self.values)(block, k, &mut values[..n]);
            let extent = axis.extent();
            for (bin, &v) in bins[..n].iter_mut().zip(&values) {
                *bin = *bin * extent + axis.index(v);
            }
        }
        for (i, &bin) in bins[..n].iter().enumerate() {
            let place = &mut self.place[bin];
            if *place == 0 {
                self.touched.push(bin as u32);
                self.cells.push(Cell::default());
                *place = self.cells.len() as u32;
            }
            let cell = &mut self.cells[*place as usize - 1];
            cell.fill(block.weight[i], block.stratum[i], block.stratum_inv_dof[i]);
        }
        self.points += n as u64;
    }

    fn merge(&mut self, later: &mut Self) -> Result<(), ObserverError> {
        for (bin, mut cell) in later.touched.drain(..).zip(later.cells.drain(..)) {
            let bin = bin as usize;
            cell.close();
            self.data.sums.add(2 * bin, cell.sum);
            self.data.sums.add(2 * bin + 1, cell.variance);
            self.data.counts[bin] += u64::from(cell.count);
            later.place[bin] = 0;
        }
        self.data.points += std::mem::take(&mut later.points);
        Ok(())
    }
}
