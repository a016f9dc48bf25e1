//! The bins of a histogram while a chunk of points is filled into them.
//!
//! A bin sums weights, and for its variance what [`crate::histogram`] says: a point of weight `w`
//! adds `w² (1 + 1/(n−1))`, and the end of a stratum of `n` points takes away `(Σ w)²/(n−1)` over
//! those of its points that lie in the bin. Whether a point opens a stratum in its bin is as good
//! as random, so the loop computes both cases and picks one without a branch.
//! Pinned by `tests/observers.rs` and `tests/reproducibility.rs`.

use crate::axis::Bins;
use crate::integrand::BLOCK;
use crate::kernel::Column;
use pulp::{Simd, WithSimd};

/// What a bin holds of the chunk.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
struct Cell {
    variance: f64,
    /// Sum of the stratum that was filled last, its `1 / (n − 1)` and its number.
    pending: f64,
    inv_dof: f64,
    stratum: f64,
    sum: f64,
    count: u64,
}

impl Cell {
    /// Adds a point of weight `w`, of which `square` is what it adds to the variance; `stratum` never falls.
    #[inline(always)]
    fn add(&mut self, w: f64, square: f64, stratum: f64, inv_dof: f64) {
        // A factor of 0 or 1, since a compiler makes jumps of conditions.
        let opens = stratum - self.stratum;
        let ended = self.pending * if opens < 1.0 { opens } else { 1.0 };
        self.variance = (self.variance - ended * ended * self.inv_dof) + square;
        self.pending = (self.pending - ended) + w;
        self.sum += w;
        self.inv_dof = inv_dof;
        self.stratum = stratum;
        self.count += 1;
    }
}

/// Most bins that a chunk visits one by one when it ends, the empty ones too.
const FEW: usize = 512;

/// The bins of a chunk; if they are many, those that hold something.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filling {
    /// In the order of the bins, or else of their first points, close together in memory.
    cells: Vec<Cell>,
    /// Of many bins: the number of each in `cells`.
    touched: Vec<u32>,
    /// Of many bins: the place of each in `cells` and one, or 0 if it is empty.
    place: Vec<u32>,
}

impl Filling {
    /// Nothing in any of so many bins.
    pub(crate) fn new(bins: usize) -> Self {
        let (few, many) = if bins > FEW { (0, bins) } else { (bins, 0) };
        Self {
            cells: vec![Cell::default(); few],
            touched: Vec::new(),
            place: vec![0; many],
        }
    }

    /// Turns numbers of bins into their places in `cells`; makes those that are not there yet.
    #[inline(always)]
    fn place(&mut self, bins: &mut [u32]) {
        if self.place.is_empty() {
            return;
        }
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
        let mut take = |bin: usize, c: Cell| {
            let variance = c.variance - c.pending * c.pending * c.inv_dof;
            take(bin, c.sum, variance, c.count);
        };
        if self.place.is_empty() {
            let filled = self
                .cells
                .iter_mut()
                .enumerate()
                .filter(|(_, c)| c.count > 0);
            filled.for_each(|(bin, c)| take(bin, std::mem::take(c)));
            return;
        }
        for (bin, c) in self.touched.drain(..).zip(self.cells.drain(..)) {
            take(bin as usize, c);
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
        let inv_dof = &self.inv_dof[..n];
        let mut strata = [0.0; BLOCK];
        for (out, &stratum) in strata.iter_mut().zip(self.stratum) {
            *out = f64::from(stratum);
        }
        let mut chunks = self.chunks;
        for (chunk, bins) in chunks.iter_mut().zip(self.bins.iter_mut()) {
            chunk.place(&mut bins[..n]);
        }
        let mut cells = chunks.map(|chunk| &mut chunk.cells[..]);
        for i in 0..n {
            let (w, d, stratum) = (self.weight[i], inv_dof[i], strata[i]);
            let square = w * w * (1.0 + d);
            for (at, cells) in self.bins.iter().zip(&mut cells) {
                cells[at[i] as usize].add(w, square, stratum, d);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulp::Arch;

    type Bin = (usize, f64, f64, u64);

    const WEIGHTS: [f64; 11] = [1.0, -2.0, 3.0, 0.0, 5.0, 6.0, -7.0, 8.0, 9.0, 0.0, 4.0];

    /// A block in strata of three points, exact in binary.
    fn point(i: usize) -> (usize, f64, u32) {
        (i * i % 7 % 4, WEIGHTS[i % 11], i as u32 / 3)
    }

    fn filled(bins: usize) -> Vec<Bin> {
        let mut chunk = Filling::new(bins);
        let mut none: [Filling; TOGETHER] = Default::default();
        let mut chunks = none.each_mut();
        chunks[0] = &mut chunk;
        Arch::Scalar.dispatch(Fill {
            chunks,
            bins: &mut [std::array::from_fn(|i| point(i).0 as u32)],
            weight: &std::array::from_fn::<_, BLOCK, _>(|i| point(i).1),
            stratum: &std::array::from_fn::<_, BLOCK, _>(|i| point(i).2),
            inv_dof: &[0.5; BLOCK],
        });
        let mut all = Vec::new();
        chunk.drain(|bin, sum, variance, count| all.push((bin, sum, variance, count)));
        chunk.drain(|bin, _, _, _| panic!("bin {bin} is still filled"));
        all.sort_by_key(|bin| bin.0);
        all
    }

    #[test]
    fn bins_hold_what_the_definition_says_be_they_few_or_many() {
        let of = |bin: usize| -> Bin {
            let all = || (0..BLOCK).map(point).filter(move |p| p.0 == bin);
            let ended = (0..BLOCK as u32).map(|stratum| {
                let sum: f64 = all().filter(|p| p.2 == stratum).map(|p| p.1).sum();
                sum * sum * 0.5
            });
            let variance = all().map(|p| p.1 * p.1 * 1.5).sum::<f64>() - ended.sum::<f64>();
            (
                bin,
                all().map(|p| p.1).sum(),
                variance,
                all().count() as u64,
            )
        };
        let expected: Vec<Bin> = (0..4).map(of).filter(|bin| bin.3 > 0).collect();
        assert_eq!(filled(5), expected);
        assert_eq!(filled(FEW + 5), expected);
    }
}
