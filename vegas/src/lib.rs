//! Adaptive Monte Carlo integration (VEGAS+).
#![forbid(unsafe_code)]

mod alarm;
mod axis;
mod bits;
mod cells;
mod chunk;
mod config;
mod covariance;
mod error;
mod estimate;
mod exact;
mod histogram;
mod integrand;
mod kernel;
mod lattice;
mod map;
mod maxima;
mod measurement;
mod probe;
mod rng;
mod run;
mod sampler;
mod schedule;
mod stratify;
mod tally;

pub use alarm::Alarm;
pub use axis::{Axis, Spacing};
pub use config::{Config, Layout, Plan, Shard};
pub use covariance::Covariance;
pub use error::Error;
pub use estimate::{Estimate, average, gamma_q};
pub use exact::ExactSums;
pub use histogram::{Histogram, HistogramData};
pub use integrand::{BLOCK, Block, Integrand, Observer, ObserverError, Points, Scalar};
pub use kernel::Isa;
pub use map::{MAX_INCREMENTS, Map};
pub use maxima::{Maxima, MaximaConfig};
pub use measurement::{IterationRow, Measurement};
pub use probe::{Heaviest, Probe};
pub use rng::{LANES, Phase, Stream, uniform};
pub use run::{
    AdaptReport, Listener, Progress, Share, SinglePoint, UnweightPlan, Unweighted, Vegas, silent,
};
pub use stratify::{MIN_PER_CUBE, Strata};
pub use tally::{Counters, IterationTally, PointKey, Tally};
