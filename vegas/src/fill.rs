//! The bins of a histogram while a chunk of points is filled into them.
//!
//! A bin sums weights, and for its variance what [`crate::histogram`] says: a point of weight `w`
//! adds `w² (1 + 1/(n−1))`, and the end of a stratum of `n` points takes away `(Σ w)²/(n−1)` over
//! those of its points that lie in the bin. Whether a point opens a stratum in its bin is as good
//! as random, so the loop computes both cases and picks one without a branch.
//! Pinned by `tests/observers.rs` and `tests/reproducibility.rs`.

use crate::axis::Bins;
use crate::kernel::Column;
use pulp::{Simd, WithSimd};

/// What a bin holds of the chunk.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    sum: f64,
    variance: f64,
    /// Sum of the stratum that was filled last, and its `1 / (n − 1)`.
    pending: f64,
    inv_dof: f64,
    stratum: u32,
    count: u32,
}

impl Cell {
    /// Adds a point of weight `w`, of which `square` is what it adds to the variance.
    #[inline(always)]
    fn add(&mut self, w: f64, square: f64, stratum: u32, inv_dof: f64) {
        // Factors, since a compiler makes jumps of conditions.
        let same = f64::from(u8::from(self.stratum == stratum));
        let ended = self.pending * (1.0 - same);
        self.variance = (self.variance - ended * ended * self.inv_dof) + square;
        self.pending = self.pending * same + w;
        self.sum += w;
        self.inv_dof = inv_dof;
        self.stratum = stratum;
        self.count += 1;
    }
}

/// The bins that hold something of a chunk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filling {
    /// Close together in memory, in the order of their first points.
    cells: Vec<Cell>,
    /// Their numbers.
    touched: Vec<u32>,
    /// For each bin its place in `cells` and one, or 0 if it is empty.
    place: Vec<u32>,
}

impl Filling {
    /// Nothing in any of so many bins.
    pub(crate) fn new(bins: usize) -> Self {
        Self {
            cells: Vec::new(),
            touched: Vec::new(),
            place: vec![0; bins],
        }
    }

    /// Turns numbers of bins into their places in `cells`; makes those that are not there yet.
    #[inline(always)]
    fn place(&mut self, bins: &mut [u32]) {
        for bin in bins {
            let place = &mut self.place[*bin as usize];
            if *place == 0 {
                self.touched.push(*bin);
                self.cells.push(Cell::default());
                *place = self.cells.len() as u32;
            }
            *bin = *place - 1;
        }
    }

    /// Gives number, sum, variance sum and count of each bin that holds something, and empties it.
    pub(crate) fn drain(&mut self, mut take: impl FnMut(usize, f64, f64, u64)) {
        for (bin, c) in self.touched.drain(..).zip(self.cells.drain(..)) {
            let variance = c.variance - c.pending * c.pending * c.inv_dof;
            take(bin as usize, c.sum, variance, u64::from(c.count));
            self.place[bin as usize] = 0;
        }
    }
}

/// Finds bins on one axis: see [`Bins::append`].
pub(crate) struct Find<'a> {
    pub(crate) axis: &'a Bins,
    pub(crate) values: &'a [f64],
    pub(crate) bins: &'a mut [u32],
}

impl WithSimd for Find<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.axis.append(self.values, self.bins);
    }
}

/// Histograms filled side by side: adding to a bin waits for what was added before, and close points
/// fall into the same bin, so one histogram alone leaves the processor idle.
pub(crate) const TOGETHER: usize = 8;

/// Fills the points of a block into their bins of each of some histograms, at most [`TOGETHER`].
pub(crate) struct Fill<'a> {
    pub(crate) chunks: [&'a mut Filling; TOGETHER],
    /// Numbers of the bins, an array a histogram.
    pub(crate) bins: &'a mut [Column<u32>],
    pub(crate) weight: &'a [f64],
    pub(crate) stratum: &'a [u32],
    pub(crate) inv_dof: &'a [f64],
}

impl WithSimd for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let n = self.weight.len();
        let (stratum, inv_dof) = (&self.stratum[..n], &self.inv_dof[..n]);
        let mut chunks = self.chunks;
        for (chunk, bins) in chunks.iter_mut().zip(self.bins.iter_mut()) {
            chunk.place(&mut bins[..n]);
        }
        let mut cells = chunks.map(|chunk| &mut chunk.cells[..]);
        for i in 0..n {
            let (w, d, stratum) = (self.weight[i], inv_dof[i], stratum[i]);
            let square = w * w * (1.0 + d);
            for (at, cells) in self.bins.iter().zip(&mut cells) {
                cells[at[i] as usize].add(w, square, stratum, d);
            }
        }
    }
}
