//! What can go wrong.

use crate::integrand::ObserverError;
use crate::key::PointKey;
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
        "{nan} of {points} values are NaN and {infinite} infinite or too large to square and add, first at \
         iteration {}, index {}, x = {x:?}", first.iteration, first.index
    )]
    NotFinite {
        /// Values that are NaN.
        nan: u64,
        /// Values or weights that are infinite, or whose squares or sums are.
        infinite: u64,
        /// Values of the iteration, probes included.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks texts, one a variant; does not compile if a variant is missing.
    macro_rules! texts {
        ($($variant:ident: $example:expr => $text:expr,)+) => {
            let name = |error: &Error| match error {
                $(Error::$variant { .. } => stringify!($variant),)+
            };
            $(
                let error = $example;
                assert_eq!((name(&error), error.to_string().as_str()), (stringify!($variant), $text));
            )+
        };
    }

    #[test]
    fn every_error_has_a_text() {
        let (iteration, index) = (3, 17);
        let refused = std::io::Error::other("no more threads");
        let mut refused = Some(refused);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1);
        let source = pool
            .spawn_handler(|_| refused.take().map_or(Ok(()), Err))
            .build()
            .expect_err("the pool is refused");
        texts! {
            Setting: Error::setting("neval", 3, "at least 1000")
                => "neval is 3, but must be at least 1000",
            TooFewPoints: Error::TooFewPoints { neval: 10, cubes: 8 }
                => "10 points an iteration do not give the 8 hypercubes two points each",
            Dimension: Error::Dimension { integrand: 3, integrator: 4 }
                => "the integrand has 3 axes, the integrator 4",
            NotFinite: Error::NotFinite {
                nan: 1,
                infinite: 2,
                points: 1000,
                first: PointKey { iteration, index },
                x: vec![0.5, 0.25],
            } => "1 of 1000 values are NaN and 2 infinite or too large to square and add, first at iteration 3, index 17, x = [0.5, 0.25]",
            Zero: Error::Zero { points: 1000 }
                => "the integrand is zero at all 1000 points of the adaptation",
            Different: Error::Different
                => "the parts belong to different states or plans and cannot be merged",
            Overlap: Error::Overlap { iteration, chunk: 5 }
                => "chunk 5 of iteration 3 is in both parts",
            NoSuchPoint: Error::NoSuchPoint { index, neval: 10 }
                => "there is no point 17 in an iteration of 10 points",
            Observer: Error::Observer("the disk is gone".into())
                => "an observer failed: the disk is gone",
            Threads: Error::Threads { threads: 1, source }
                => "cannot start 1 threads: no more threads",
            Incomplete: Error::Incomplete => "no iteration is complete",
        }
    }
}
