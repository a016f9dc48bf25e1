//! What the integrator asks of a function, and what it shows to those who watch.
//!
//! Points travel in blocks of at most [`BLOCK`], as a structure of arrays: coordinate `d` of all
//! points of a block lies in one slice. An [`Integrand`] fills one value a point, and may leave
//! by-products of the whole block in a record of its own type, which the integrator only hands on.
//! [`Observer`]s (histograms, event writers, maxima) see the finished [`Block`].
//!
//! Convention: the integral is over the unit hypercube, points lie strictly inside it, and the
//! weights of a measurement of `N` points satisfy `Σ weight / N ≈ ∫ f`.
//! Pinned by `tests/reproducibility.rs` and `tests/observers.rs`.

use pulp::Arch;
use std::error::Error;

/// Points in a full block: two cache lines short of half of a 48-kB level-1 cache at eight
/// dimensions, long enough to make the fixed cost of a block vanish.
pub const BLOCK: usize = 128;

/// The coordinates of a block of points, one slice an axis.
#[derive(Clone, Copy, Debug)]
pub struct Points<'a> {
    data: &'a [f64],
    stride: usize,
    dim: usize,
    len: usize,
}

impl<'a> Points<'a> {
    /// Wraps coordinates stored axis by axis: axis `d` of point `i` is `data[d * stride + i]`.
    ///
    /// # Panics
    /// If `data` is shorter than `dim` columns, or `len` exceeds `stride`.
    pub fn new(data: &'a [f64], stride: usize, dim: usize, len: usize) -> Self {
        assert!(
            len <= stride && data.len() >= dim * stride,
            "columns shorter than announced"
        );
        Self {
            data,
            stride,
            dim,
            len,
        }
    }

    /// Number of points, at most [`BLOCK`] when the integrator calls, but for
    /// [`Integrand::BY_CHUNKS`].
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no point.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of axes.
    #[inline]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Coordinate `d` of every point, in (0, 1); its length is [`Points::len`].
    ///
    /// # Panics
    /// If `d` is not below [`Points::dim`].
    #[inline]
    pub fn column(&self, d: usize) -> &'a [f64] {
        assert!(d < self.dim, "axis {d} of {}", self.dim);
        &self.data[d * self.stride..][..self.len]
    }

    /// All coordinates of point `i`, gathered.
    pub fn point(&self, i: usize) -> Vec<f64> {
        (0..self.dim).map(|d| self.column(d)[i]).collect()
    }
}

/// A function on the unit hypercube, evaluated a block at a time.
///
/// The value of a point must depend on its coordinates alone: neither on its neighbours in the
/// block nor on what was evaluated before. Reproducibility rests on that.
pub trait Integrand: Sync {
    /// By-products of a block that observers want (physical variables, say); opaque here.
    type Record: Send;

    /// Whether it takes all points of a chunk at once, some thousands, and not blocks of at most
    /// [`BLOCK`]: for functions that are dear to call, which leave nothing in their record. The
    /// values decide what comes out, so this changes no bit.
    const BY_CHUNKS: bool = false;

    /// Number of axes.
    fn dim(&self) -> usize;

    /// A fresh record; one a worker is made and used again for every block.
    fn record(&self) -> Self::Record;

    /// Writes `f(x)` of each point to `value`, whose length is `x.len()`.
    ///
    /// A NaN or an infinity fails the run once the iteration is over; zero is fine.
    fn evaluate(&self, x: &Points<'_>, value: &mut [f64], record: &mut Self::Record);
}

/// A scalar function `f(&[f64]) -> f64` as an [`Integrand`], for examples and tests.
#[derive(Clone, Copy, Debug)]
pub struct Scalar<F> {
    dim: usize,
    function: F,
}

impl<F: Fn(&[f64]) -> f64 + Sync> Scalar<F> {
    /// Takes a function of `dim` coordinates.
    pub fn new(dim: usize, function: F) -> Self {
        Self { dim, function }
    }
}

impl<F: Fn(&[f64]) -> f64 + Sync> Integrand for Scalar<F> {
    type Record = Vec<f64>;

    fn dim(&self) -> usize {
        self.dim
    }

    fn record(&self) -> Vec<f64> {
        vec![0.0; self.dim]
    }

    fn evaluate(&self, x: &Points<'_>, value: &mut [f64], point: &mut Vec<f64>) {
        for (i, v) in value.iter_mut().enumerate() {
            for (d, p) in point.iter_mut().enumerate() {
                *p = x.column(d)[i];
            }
            *v = (self.function)(point);
        }
    }
}

/// A finished block, as observers see it.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a, R> {
    /// Iteration of the measurement, from 0.
    pub iteration: u32,
    /// Index in the iteration of the block's first point; point `i` is `first_index + i`.
    pub first_index: u64,
    /// The points in the unit hypercube.
    pub points: Points<'a>,
    /// One weight a point; `Σ weight / N` over the `N` points of an iteration estimates the
    /// integral. Includes the Jacobian of the map and the share of points of the stratum.
    pub weight: &'a [f64],
    /// A spare uniform number in (0, 1) a point from the point's own stream; empty unless
    /// [`crate::Plan::spare_uniform`] or unweighting asked for it.
    pub accept: &'a [f64],
    /// In an unweighting run: 0 for a rejected point, otherwise the weight of the event, which is
    /// 1, more for an overweight one, and carries the sign of `weight`; empty in other runs.
    pub event_weight: &'a [f64],
    /// Number of the stratum a point belongs to; equal numbers are adjacent, and a number names
    /// one stratum between two merges of an observer.
    pub stratum: &'a [u32],
    /// `1 / (n − 1)` for each point's stratum of `n` points: what an unbiased variance needs.
    pub stratum_inv_dof: &'a [f64],
    /// What the integrand left in its record for this block.
    pub record: &'a R,
    /// The instruction set the run uses.
    pub(crate) arch: Arch,
}

impl<R> Block<'_, R> {
    /// Number of points.
    #[inline]
    pub fn len(&self) -> usize {
        self.weight.len()
    }

    /// Whether there is no point.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.weight.is_empty()
    }
}

/// Why an observer could not take what was merged into it (a full disk, say).
pub type ObserverError = Box<dyn Error + Send + Sync>;

/// Something that watches a measurement: it forks for the workers and is merged in point order.
///
/// The integrator makes a few forks at the start. Each of them observes a chunk of consecutive
/// blocks, is merged into the root, and is used again for a later chunk. Merges happen on the
/// calling thread in the order of the points, whatever the threads do, while other workers compute
/// the next chunks; so a writer may stream to disk in [`Observer::merge`] with flat memory.
pub trait Observer<R>: Send {
    /// Whether the observer looks at blocks at all; `()` does not.
    const LOOKS: bool = true;

    /// An empty copy for a worker.
    fn fork(&self) -> Self
    where
        Self: Sized;

    /// Sees one block.
    fn observe(&mut self, block: &Block<'_, R>);

    /// Lets each of some observers see one block; for those that gain by doing it side by side.
    fn observe_all(these: &mut [Self], block: &Block<'_, R>)
    where
        Self: Sized,
    {
        for o in these {
            o.observe(block);
        }
    }

    /// Moves everything out of `later` into `self` and leaves `later` as [`Observer::fork`] made
    /// it (its buffers may keep their memory).
    ///
    /// # Errors
    /// Whatever went wrong; the run stops and returns it.
    fn merge(&mut self, later: &mut Self) -> Result<(), ObserverError>
    where
        Self: Sized;
}

/// Watches nothing.
impl<R> Observer<R> for () {
    const LOOKS: bool = false;

    fn fork(&self) -> Self {}

    fn observe(&mut self, _: &Block<'_, R>) {}

    fn merge(&mut self, _: &mut Self) -> Result<(), ObserverError> {
        Ok(())
    }
}

/// Two observers side by side.
impl<R, A: Observer<R>, B: Observer<R>> Observer<R> for (A, B) {
    const LOOKS: bool = A::LOOKS || B::LOOKS;

    fn fork(&self) -> Self {
        (self.0.fork(), self.1.fork())
    }

    fn observe(&mut self, block: &Block<'_, R>) {
        self.0.observe(block);
        self.1.observe(block);
    }

    fn merge(&mut self, later: &mut Self) -> Result<(), ObserverError> {
        self.0.merge(&mut later.0)?;
        self.1.merge(&mut later.1)
    }
}

/// Any number of observers of one kind.
impl<R, O: Observer<R>> Observer<R> for Vec<O> {
    fn fork(&self) -> Self {
        self.iter().map(Observer::fork).collect()
    }

    fn observe(&mut self, block: &Block<'_, R>) {
        O::observe_all(self, block);
    }

    fn merge(&mut self, later: &mut Self) -> Result<(), ObserverError> {
        for (o, l) in self.iter_mut().zip(later) {
            o.merge(l)?;
        }
        Ok(())
    }
}
