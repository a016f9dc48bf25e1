//! What can go wrong.

use crate::integrand::ObserverError;
use crate::tally::PointKey;
use thiserror::Error as ThisError;

/// Errors of the integrator.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// A setting is outside its range.
    #[error("{name} is {value}, but must be {must}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// What is allowed.
        must: String,
    },
    /// Not enough points for the strata.
    #[error("{neval} points an iteration do not give the {cubes} hypercubes two points each")]
    TooFewPoints {
        /// Points an iteration.
        neval: u64,
        /// Hypercubes of the state.
        cubes: u64,
    },
    /// The integrand has another number of axes than the state.
    #[error("the integrand has {integrand} axes, the integrator {integrator}")]
    Dimension {
        /// Axes of the integrand.
        integrand: usize,
        /// Axes of the integrator.
        integrator: usize,
    },
    /// The integrand gave values that are not finite.
    #[error(
        "{nan} of {points} values are NaN and {infinite} infinite, first at iteration \
         {}, index {}, x = {x:?}", first.iteration, first.index
    )]
    NotFinite {
        /// Values that are NaN.
        nan: u64,
        /// Values or weights that are infinite.
        infinite: u64,
        /// Points of the iteration.
        points: u64,
        /// The first such point.
        first: PointKey,
        /// Its coordinates.
        x: Vec<f64>,
    },
    /// The integrand is zero at every point of the first iterations.
    #[error("the integrand is zero at all {points} points of the adaptation")]
    Zero {
        /// Points tried.
        points: u64,
    },
    /// Tallies of different measurements.
    #[error("the parts belong to different states or plans and cannot be merged")]
    Different,
    /// A chunk is in two parts.
    #[error("chunk {chunk} of iteration {iteration} is in both parts")]
    Overlap {
        /// Iteration.
        iteration: u32,
        /// Chunk.
        chunk: u32,
    },
    /// There is no such point.
    #[error("there is no point {index} in an iteration of {neval} points")]
    NoSuchPoint {
        /// Index asked for.
        index: u64,
        /// Points an iteration.
        neval: u64,
    },
    /// An observer refused what was merged into it.
    #[error("an observer failed: {0}")]
    Observer(#[source] ObserverError),
    /// The thread pool could not be made.
    #[error("cannot start {threads} threads: {source}")]
    Threads {
        /// Threads asked for.
        threads: usize,
        /// Why.
        source: rayon::ThreadPoolBuildError,
    },
    /// Nothing complete to report.
    #[error("no iteration is complete")]
    Incomplete,
}

impl Error {
    /// A setting outside its range.
    pub(crate) fn setting(
        name: &'static str,
        value: impl ToString,
        must: impl Into<String>,
    ) -> Self {
        Self::Setting {
            name,
            value: value.to_string(),
            must: must.into(),
        }
    }
}
