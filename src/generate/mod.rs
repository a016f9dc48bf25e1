//! From a process to a cross section, histograms and events: the only place that names the
//! integrator.
//!
//! A [`Generator`] adapts a map to the process, measures σ and fills histograms with the map
//! frozen, and makes events from independent points, so that any stretch of a sample is
//! representative. Cross sections are in pb per nucleus. The same set-up, settings and seed give
//! the same bits for any number of threads, of interruptions ([`Work`]) and of shards. Pinned by `tests/generate.rs`.

mod cross_check;
mod events;
mod histograms;
mod integrand;
mod joined;
mod observe;
mod quality;
mod report;
mod reweigh;
mod run;
mod sample;
mod sampler;
mod work;

pub use cross_check::CrossCheck;
pub use events::{EventRequest, SampleReport};
pub use histograms::HistogramRequest;
pub use joined::joined;
pub use report::SigmaReport;
pub use run::{Generator, Settings};
pub use sampler::{Sampler, SamplerError, SamplerRequest, SamplerRow, Scratch};
pub use vegas::{Estimate, Isa, Phase, Progress, Slice};
pub use work::Work;

use std::ops::ControlFlow;

use thiserror::Error;

use crate::elementary::set_arch;
use crate::event::SinkError;
use crate::histogram::{HistogramError, Observable};

/// Makes `isa` the instruction set of all loops of the program, once and for all. Changes no result.
///
/// # Errors
/// [`GenerateError::Integrator`] if this processor lacks it.
pub fn set_instruction_set(isa: Isa) -> Result<(), GenerateError> {
    isa.set_for_all()?;
    if let (Some(arch), true) = (isa.arch(), isa != Isa::Best) {
        set_arch(arch);
    }
    Ok(())
}

/// Hears of progress, from one thread at a time; [`ControlFlow::Break`] stops the work at the next safe point.
/// How many points there will be is not known of a quadrature, whose [`Progress::total`] is 0.
pub type Listener<'a> = dyn FnMut(&Progress) -> ControlFlow<()> + Send + 'a;

/// Why a run failed.
#[derive(Debug, Error)]
pub enum GenerateError {
    /// The integrator refused its settings or met a number that is none.
    #[error(transparent)]
    Integrator(vegas::Error),
    /// Events could not be stored.
    #[error("{0}")]
    Sink(SinkError),
    /// A histogram is of particles that the process does not have.
    #[error("the process has no {observable}: its particles are {}", roles.join(", "))]
    NoSuchObservable {
        /// What was asked for.
        observable: Observable,
        /// The particles that come out.
        roles: Vec<String>,
    },
    /// A histogram cannot be made.
    #[error(transparent)]
    Histogram(#[from] HistogramError),
    /// The cuts leave too few events.
    #[error(
        "only {found} of {wanted} events pass the cuts in {points} points; loosen the cuts or ask for fewer events"
    )]
    TooFewEvents {
        /// Events found.
        found: u64,
        /// Events asked for.
        wanted: u64,
        /// Points tried.
        points: u64,
    },
    /// The cuts leave nothing at all.
    #[error(
        "none of {points} points has a weight: the cuts leave nothing, or too small a share to be found by so many; loosen them, or raise integration.neval"
    )]
    NothingPasses {
        /// Points tried.
        points: u64,
    },
    /// The point of a reproduction key did not become an event.
    #[error("the run has no event with index {index}: see the column `index` of /events")]
    NoSuchEvent {
        /// The index asked for.
        index: u64,
    },
    /// A listener stopped the run.
    #[error("stopped before it was complete")]
    Stopped,
}

impl From<vegas::Error> for GenerateError {
    fn from(error: vegas::Error) -> Self {
        match error {
            vegas::Error::Observer(source) => Self::Sink(source),
            vegas::Error::Zero { points } => Self::NothingPasses { points },
            other => Self::Integrator(other),
        }
    }
}
