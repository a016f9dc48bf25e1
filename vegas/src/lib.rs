//! Adaptive Monte Carlo integration (VEGAS+).
#![forbid(unsafe_code)]

mod alarm;
mod bits;
mod cells;
mod chunk;
mod config;
mod error;
mod estimate;
mod exact;
mod integrand;
mod kernel;
mod lattice;
mod map;
mod measurement;
mod probe;
mod rng;
mod run;
mod sampler;
mod schedule;
mod stratify;
mod tally;

pub use alarm::Alarm;
pub use config::{Config, Layout, Plan, Shard};
pub use error::Error;
pub use estimate::{Estimate, average, gamma_q};
pub use exact::ExactSums;
pub use integrand::{BLOCK, Block, Integrand, Observer, ObserverError, Points, Scalar};
pub use kernel::Isa;
pub use map::{MAX_INCREMENTS, Map};
pub use measurement::{IterationRow, Measurement};
pub use rng::{LANES, Phase, Stream, uniform};
pub use run::{AdaptReport, Listener, Progress, SinglePoint, Vegas, silent};
pub use stratify::{MIN_PER_CUBE, Strata};
pub use tally::{Counters, IterationTally, PointKey, Tally};
