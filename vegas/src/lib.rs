//! Adaptive Monte Carlo integration (VEGAS+): reproducible to the bit, parallel, and honest about
//! its errors.
//!
//! The integral of a function over the unit hypercube is estimated in two separate steps.
//! [`Vegas::adapt`] learns where the function is large and never gives a result;
//! [`Vegas::measure`] gives the result and never learns, so that its estimate is unbiased and its
//! iterations are independent.
//!
//! ```
//! use vegas::{Config, Plan, Scalar, Vegas, silent};
//!
//! // ∫ 2 x₀ · 3 x₁² over the unit square is one.
//! let f = Scalar::new(2, |x: &[f64]| 6.0 * x[0] * x[1] * x[1]);
//! let mut vegas = Vegas::new(2, Config { neval: 10_000, ..Config::default() })?;
//! vegas.adapt(&f, &mut silent)?;
//! let result = vegas.measure(&f, &Plan::new(10_000, 10), &mut (), &mut silent)?;
//! println!("{result}");
//! assert!(result.trustworthy());
//! assert!(result.estimate.pull(1.0).abs() < 4.0);
//! # Ok::<(), vegas::Error>(())
//! ```
//!
//! A real integrand implements [`Integrand`]: it gets a block of points in structure-of-arrays
//! form and may leave by-products for [`Observer`]s: [`Binned`], [`Covariance`], or a writer of
//! events. [`Vegas::find_maxima`] and [`Vegas::unweight`] make unweighted events.
//!
//! # The algorithm
//!
//! **Map.** Each axis is mapped by a piecewise linear `x(y)` with increments `Δx_i` of equal
//! probability, so that `∫ f dx = ∫ J(y) f(x(y)) dy` with `J = ∏ n Δx_i` (\[Lep78\]; \[Lep21\],
//! adaptive importance sampling). An iteration collects `d_i ≈ ∫ (J f)² dy` over each increment, smooths it over
//! neighbours with the weights 1:6:1, compresses it to `[(1 − d)/ln(1/d)]^α` and moves the edges
//! such that every increment holds the same (\[Lep21\]).
//!
//! **Strata.** The y-space is cut into `K` hypercubes; cube `h` gets `n_h ≥ 2` points, in
//! proportion to `σ_h^β` for three quarters of them and evenly for the rest (\[Lep21\],
//! adaptive stratified sampling). Then `I = Σ_h (1/K) ⟨J f⟩_h` and `σ_I² = Σ_h σ_h² / (K² n_h)`. Two things
//! differ from \[Lep21\]: squared widths are averaged over iterations with a memory (half is kept),
//! because a width from a few points is noisy and a cube that is given up by mistake hurts most;
//! and `β` is 0.6 for the same reason. Training data of the map is freed of the density of the
//! strata.
//!
//! **Result.** Iterations are averaged by their evaluations, `I = Σ I_j / m`,
//! `σ² = Σ σ_j² / m²`, with `χ² = Σ (I_j − I)²/σ_j²` and its probability `Q`. Averaging by inverse
//! variance, or including adapting iterations, is biased low on peaked integrands.
//!
//! **Probes.** A share of points on top ([`Plan::defensive`], 2 %; 5 % while adapting) is uniform
//! in x. They train the map, but in a measurement only serve the alarm below.
//!
//! **Heavy points.** A point, or a probe, that makes more than 3 % of the variance of an adapting iteration is on a peak that
//! was hit once. The peak is looked at along the axes, and from the second iteration on points are made around it, which
//! train the map together with the sample, each by the density of all (balance heuristic). While the last iteration had a point
//! with more than a tenth of the variance the adaptation goes on. [`Config::spare`] bounds what all that takes.
//!
//! **Unweighting.** Boxes of the y-space of a map of their own are drawn in proportion to the largest `J f` seen in them,
//! and points are accepted with the probability `w / W` ([`Maxima`]).
//!
//! **Lattice.** [`Layout::Lattice`] measures with sixteen randomly shifted rank-1 lattices an iteration on
//! the frozen map; its error comes from how pairs of them differ. [`Vegas::better_layout`] tries both.
//!
//! # Reproducibility
//!
//! Random numbers are a pure function of (seed, iteration, first point of the block). Points are
//! cut into chunks by a rule that knows only the plan; a chunk is summed in one order, chunks are
//! added exactly ([`ExactSums`]). So threads, shards in any order, interruptions and instruction
//! sets (compiled in versions for x86-64, v3 and v4, chosen at run time) change no bit, and
//! [`Vegas::point`] recomputes any point alone. Logarithms and powers of the adaptation come from
//! `libm`, not from the system. The state and the sums are serialisable with `serde`; numbers are
//! stored as bit patterns.
//!
//! # Policy for odd values
//!
//! * Zero is a value like any other and is counted.
//! * Negative values are fine and counted; [`Measurement::effective_sample_size`] tells what
//!   cancellation costs.
//! * NaN and infinity are counted, take part in no sum, and fail the run at the end of the
//!   iteration with the number, the first point and its coordinates ([`Error::NotFinite`]).
//! * Values so large that squares or sums overflow count as infinite. Scale the integrand.
//!
//! # When not to trust the answer
//!
//! No Monte Carlo method can exclude a peak that no point has hit. What can be seen is seen:
//! [`Measurement::alarms`] names it, and [`Measurement::trustworthy`] is false.
//!
//! * **The iterations disagree** (`Q < 1e-5`): the errors are too small. The weights have a tail
//!   that single iterations do not resolve. Adapt longer or with more points.
//! * **A single point makes more than half of the variance** (0.8 where weights have a tail): the error
//!   is itself a guess. More points, or a transformation that takes out the singularity.
//! * **A probe would move the result by more than three errors**: a uniform point has found a region
//!   in which the adapted sample has almost no points although the function is large there. A peak
//!   was missed in adapting. Start again with more points an iteration.
//!
//! And what no alarm can see:
//!
//! * *Too few points to explore.* In `d` dimensions a peak of width `s` fills about `(3 s)^d` of
//!   the volume. If the uniform points (the first iteration and the probes) number less than a few
//!   times the inverse of that, the peak may never be hit. Peaks found already do not help to find
//!   others. Three peaks of width 0.07 in eight dimensions want 10⁵ points an iteration; with 10⁴
//!   they are often missed, and often without an alarm.
//! * *Peaks along diagonals.* The map knows only axes. Strata help in a few dimensions; beyond
//!   them change variables.
//! * *Integrable singularities*: the variance may not exist. The error then falls more slowly than
//!   `1/√N` and is underestimated in every run of finite size; look at how
//!   [`Measurement::largest_weight`] grows with `N`.
//! * *Few iterations*: `χ²` of two iterations says next to nothing. Use five or more.
//! * *A stop rule on the error* stops where the error happens to be small. The bias is of the order
//!   of the error of the error; it matters below some ten thousand points.
//! * *Overweight events*: an unweighted sample with a share of overweight events is right only if
//!   their weights are used.
//!
//! # References
//!
//! * \[Lep78\] G. P. Lepage, J. Comput. Phys. 27 (1978) 192.
//! * \[Lep21\] G. P. Lepage, J. Comput. Phys. 439 (2021) 110386, arXiv:2009.05112.
#![forbid(unsafe_code)]
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod alarm;
mod axis;
mod batch;
mod bits;
mod cells;
mod chunk;
mod config;
mod covariance;
mod deviations;
mod error;
mod estimate;
mod exact;
mod fill;
mod growth;
mod histogram;
mod integrand;
mod kernel;
mod key;
mod lattice;
mod map;
mod maxima;
mod measurement;
mod partition;
mod probe;
mod rng;
mod run;
mod sampler;
mod schedule;
mod stratify;
mod tally;
mod unweighter;
mod work;

pub use alarm::Alarm;
pub use axis::{Bins, Spacing};
pub use config::{Config, Layout, Plan, Slice};
pub use covariance::Covariance;
pub use error::Error;
pub use estimate::{Average, Estimate, average, gamma_q};
pub use exact::ExactSums;
pub use growth::Growth;
pub use histogram::{Binned, HistogramData};
pub use integrand::{BLOCK, Block, Integrand, Observer, ObserverError, Points, Scalar};
pub use kernel::Isa;
pub use key::PointKey;
pub use map::{MAX_INCREMENTS, Map};
pub use maxima::{Maxima, MaximaConfig};
pub use measurement::{IterationRow, Measurement};
pub use partition::Partition;
pub use probe::{Heaviest, Probe};
pub use rng::{LANES, Phase, Stream, uniform};
pub use run::{
    AdaptReport, Listener, Progress, Share, SinglePoint, UnweightPlan, Unweighted, Vegas, silent,
};
pub use stratify::{MIN_PER_CUBE, Strata};
pub use tally::{Counters, IterationTally, Tally};
pub use unweighter::{Expected, Learning, Proof, Thresholds, Unweighter};
