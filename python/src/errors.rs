//! Failures of the library as exceptions of the package, by kind, with the text of the program.

use millibrem::card::{CardError, Place};
use millibrem::generate::GenerateError;
use millibrem::process::QuadratureError;
use millibrem::run::UsageError;
use millibrem::study::StudyError;
use millibrem_figures::PlotError;
use millibrem_files::IoError;
use millibrem_files::job::JobError;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;

/// What a call of the library may fail with.
#[derive(Debug)]
pub(crate) enum Failure {
    Card(CardError),
    Usage(String),
    Io(IoError),
    Generate(GenerateError),
    Quadrature(QuadratureError),
    Job(JobError),
    Integrator(vegas::Error),
    Plot(PlotError),
    Untrusted(String),
}

macro_rules! failures {
    ($($source:ident => $variant:ident,)+) => {
        $(impl From<$source> for Failure {
            fn from(error: $source) -> Self {
                Self::$variant(error)
            }
        })+
    };
}

failures! {
    CardError => Card,
    IoError => Io,
    GenerateError => Generate,
    QuadratureError => Quadrature,
    JobError => Job,
    PlotError => Plot,
}

impl From<StudyError> for Failure {
    fn from(error: StudyError) -> Self {
        match error {
            StudyError::Card(error) => Self::Card(error),
            StudyError::Quadrature(error) => Self::Quadrature(error),
            StudyError::Generate(error) => Self::Generate(error),
            StudyError::Stopped { .. } => Self::Generate(GenerateError::Stopped),
            StudyError::Untrusted(_) => Self::Untrusted(error.to_string()),
            StudyError::Usage(_) | StudyError::Axis(_) | StudyError::Reach(_) => {
                Self::Usage(error.to_string())
            }
        }
    }
}

impl From<UsageError> for Failure {
    fn from(error: UsageError) -> Self {
        Self::Usage(error.0)
    }
}

impl Failure {
    /// The name of the exception in `millibrem.errors`, and its text.
    fn kind(&self) -> (&'static str, String) {
        match self {
            Self::Card(error) => ("CardError", error.to_string()),
            Self::Usage(words) => ("UsageError", words.clone()),
            Self::Io(error) => ("FileError", error.to_string()),
            Self::Generate(error) => ("RunError", error.to_string()),
            Self::Quadrature(error) => ("QuadratureError", error.to_string()),
            Self::Integrator(error @ vegas::Error::Setting { .. }) => {
                ("UsageError", error.to_string())
            }
            Self::Integrator(error) => ("RunError", error.to_string()),
            Self::Untrusted(words) => ("RunError", words.clone()),
            Self::Plot(error) => ("FigureError", error.to_string()),
            Self::Job(error) => (of_job(error), error.to_string()),
        }
    }

    /// What is wrong with a card, if that is it.
    fn card(&self) -> Option<&CardError> {
        match self {
            Self::Card(error) | Self::Job(JobError::Card(error)) => Some(error),
            _ => None,
        }
    }

    /// Whether it is not a failure but the end that was asked for.
    fn is_stop(&self) -> bool {
        matches!(
            self,
            Self::Generate(GenerateError::Stopped)
                | Self::Job(JobError::Stopped { .. } | JobError::Generate(GenerateError::Stopped))
        )
    }

    fn raised(&self, py: Python<'_>) -> PyResult<PyErr> {
        if self.is_stop() {
            return Ok(PyKeyboardInterrupt::new_err(self.kind().1));
        }
        let (name, text) = self.kind();
        let raised = py
            .import("millibrem.errors")?
            .getattr(name)?
            .call1((text,))?;
        if let Some(CardError::Key(error)) = self.card() {
            let line = match &error.place {
                Place::Line { line, .. } => Some(*line),
                _ => None,
            };
            raised.setattr("key", &error.key)?;
            raised.setattr("file", (!error.file.is_empty()).then_some(&error.file))?;
            raised.setattr("line", line)?;
            raised.setattr("found", &error.found)?;
            raised.setattr("expected", &error.expected)?;
            raised.setattr("nearest", error.nearest.as_deref())?;
        }
        Ok(PyErr::from_value(raised))
    }
}

/// The exception of what a job fails with.
fn of_job(error: &JobError) -> &'static str {
    match error {
        JobError::Card(_) => "CardError",
        JobError::Usage(_) => "UsageError",
        JobError::Generate(_) | JobError::Stopped { .. } => "RunError",
        JobError::Saved { source, .. } => of_job(source),
        _ => "FileError",
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        Python::attach(|py| failure.raised(py).unwrap_or_else(|error| error))
    }
}
