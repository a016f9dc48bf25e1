//! What can go wrong in the program, and its exit code.

use std::path::{Path, PathBuf};

use crate::batch::SubmitError;
use millibrem::card::CardError;
use millibrem::generate::GenerateError;
use millibrem::process::QuadratureError;
use millibrem::run::UsageError;
use millibrem::study::reach::ReachError;
use millibrem::study::{AxisError, StudyError};
use millibrem_figures::PlotError;
use millibrem_files::IoError;
use millibrem_files::job::JobError;
use thiserror::Error;

/// Why the program stops.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// The card or an option that replaces one of its keys is wrong.
    #[error(transparent)]
    Card(#[from] CardError),
    /// A method or format that does not exist for this command.
    #[error("{0}")]
    Usage(String),
    /// An option with a value that it does not take.
    #[error("option `{option} {found}`: expected {expected}")]
    Option {
        /// The option.
        option: &'static str,
        /// Its value.
        found: String,
        /// What it takes.
        expected: String,
    },
    /// A file of a run cannot be read or written.
    #[error(transparent)]
    Io(#[from] IoError),
    /// Generation failed.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// A run, or something it needs, failed.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The quadrature does not apply or failed.
    #[error(transparent)]
    Quadrature(#[from] QuadratureError),
    /// An axis of a scan cannot be read.
    #[error(transparent)]
    Axis(#[from] AxisError),
    /// A limit cannot be computed.
    #[error(transparent)]
    Reach(#[from] ReachError),
    /// A file of a limit cannot be read, or is none.
    #[error("{}: {problem}", path.display())]
    Limit {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: ReachError,
    },
    /// Some rows of a scan failed; the others are saved.
    #[error("{failed} of {rows} rows failed, the first at {first}")]
    Rows {
        /// Rows that failed.
        failed: usize,
        /// All rows.
        rows: usize,
        /// The first of them and why.
        first: String,
    },
    /// A scan was told to end.
    #[error(
        "stopped with {left} of {rows} rows left; the others are in {}, the same command goes on",
        path.display()
    )]
    Interrupted {
        /// Rows that are missing.
        left: usize,
        /// All rows.
        rows: usize,
        /// Where the others are.
        path: PathBuf,
    },
    /// A figure cannot be drawn.
    #[error(transparent)]
    Plot(#[from] PlotError),
    /// A figure cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Figure {
        /// The file.
        path: PathBuf,
        /// The reason of the operating system.
        source: std::io::Error,
    },
    /// The files for a batch system cannot be made, or it does not take them.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// A result was found that is not to be trusted.
    #[error("the result is not to be trusted: {}", .0.join("; "))]
    Untrusted(Vec<String>),
    /// Standard output cannot be written.
    #[error("cannot write to standard output: {0}")]
    Stdout(#[from] std::io::Error),
}

impl From<UsageError> for Failure {
    fn from(error: UsageError) -> Self {
        Self::Usage(error.0)
    }
}

impl From<StudyError> for Failure {
    fn from(error: StudyError) -> Self {
        match error {
            StudyError::Card(error) => Self::Card(error),
            StudyError::Usage(error) => error.into(),
            StudyError::Axis(error) => Self::Axis(error),
            StudyError::Quadrature(error) => Self::Quadrature(error),
            StudyError::Generate(error) => Self::Generate(error),
            StudyError::Reach(error) => Self::Reach(error),
            StudyError::Untrusted(alarms) => Self::Untrusted(alarms),
            StudyError::Stopped { left, rows } => Self::Interrupted {
                left,
                rows,
                path: PathBuf::new(),
            },
        }
    }
}

impl Failure {
    /// The same with the file where the rows are that an interrupted scan has.
    pub(crate) fn saved_in(self, path: &Path) -> Self {
        match self {
            Self::Interrupted { left, rows, .. } => Self::Interrupted {
                left,
                rows,
                path: path.to_owned(),
            },
            other => other,
        }
    }

    /// Success if there are no alarms.
    pub(crate) fn unless_trusted(alarms: &[String]) -> Result<(), Self> {
        match alarms {
            [] => Ok(()),
            some => Err(Self::Untrusted(some.to_vec())),
        }
    }

    /// 2 if card or command line are wrong, 1 if the run failed.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Io(error) => of_io(error),
            Self::Card(error) => of_card(error),
            Self::Job(error) => of_job(error),
            Self::Quadrature(QuadratureError::NotConverged { .. })
            | Self::Reach(ReachError::Quadrature(QuadratureError::NotConverged { .. }))
            | Self::Generate(_)
            | Self::Rows { .. }
            | Self::Interrupted { .. }
            | Self::Plot(PlotError::Bitmap(_))
            | Self::Figure { .. }
            | Self::Submit(SubmitError::Refused { .. })
            | Self::Untrusted(_)
            | Self::Stdout(_) => FAILED,
            Self::Plot(_)
            | Self::Quadrature(_)
            | Self::Reach(_)
            | Self::Usage(_)
            | Self::Limit { .. }
            | Self::Option { .. }
            | Self::Submit(_)
            | Self::Axis(_) => USAGE,
        }
    }
}

const FAILED: u8 = 1;
const USAGE: u8 = 2;

fn of_io(error: &IoError) -> u8 {
    match error {
        IoError::NoSpace { .. } | IoError::NoLock { .. } | IoError::Hdf5 { .. } => FAILED,
        _ => USAGE,
    }
}

fn of_card(error: &CardError) -> u8 {
    match error {
        CardError::Seed(_) => FAILED,
        _ => USAGE,
    }
}

fn of_job(error: &JobError) -> u8 {
    match error {
        JobError::Io(error) => of_io(error),
        JobError::Card(error) => of_card(error),
        JobError::Saved { source, .. } | JobError::Export { source, .. } => of_job(source),
        JobError::Generate(_) | JobError::Stopped { .. } | JobError::Space { .. } => FAILED,
        JobError::Usage(_)
        | JobError::OtherRun { .. }
        | JobError::OtherComplete { .. }
        | JobError::NotExtensible { .. }
        | JobError::NotJoinable { .. }
        | JobError::NotTheExport { .. }
        | JobError::OtherShard { .. }
        | JobError::MissingShards { .. } => USAGE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a user sees of failures, one a variant; does not compile if a variant is missing.
    macro_rules! texts {
        ($($variant:ident => $example:expr,)+) => {{
            let name = |failure: &Failure| match failure {
                $(Failure::$variant { .. } => stringify!($variant),)+
            };
            let mut texts = String::new();
            $(
                let failure: Failure = $example;
                assert_eq!(name(&failure), stringify!($variant));
                let code = failure.exit_code();
                texts += &format!("{}, exit code {code}\n    {failure}\n", stringify!($variant));
            )+
            texts
        }};
    }

    #[test]
    fn every_failure_has_a_text_and_an_exit_code() {
        let path = || std::path::PathBuf::from("run.h5");
        insta::assert_snapshot!(texts! {
            Card => CardError::Seed("no entropy".to_owned()).into(),
            Usage => Failure::Usage("--ceiling must be above 0".to_owned()),
            Option => Failure::Option {
                option: "--ceiling",
                found: "-1".to_owned(),
                expected: "a charge above 0".to_owned(),
            },
            Io => IoError::Exists { path: path() }.into(),
            Generate => GenerateError::Stopped.into(),
            Job => JobError::Usage("there is nothing to merge".to_owned()).into(),
            Submit => SubmitError::Memory("much".to_owned()).into(),
            Quadrature => QuadratureError::NoPairSpectrum.into(),
            Axis => AxisError::Rows { rows: 1_000_000 }.into(),
            Reach => ReachError::NoBeam { experiment: "na64mu".to_owned() }.into(),
            Limit => Failure::Limit {
                path: path(),
                problem: ReachError::File { line: 2, problem: "`a` is no number".to_owned() },
            },
            Rows => Failure::Rows { failed: 1, rows: 2, first: "m_chi_gev = 0.1".to_owned() },
            Interrupted => Failure::Interrupted { left: 3, rows: 5, path: path() },
            Plot => PlotError::Nothing { name: "sigma".to_owned() }.into(),
            Figure => Failure::Figure {
                path: "f.svg".into(),
                source: std::io::Error::other("permission denied"),
            },
            Untrusted => Failure::unless_trusted(&["chi2/dof = 5".to_owned()])
                .err()
                .unwrap_or(Failure::Usage(String::new())),
            Stdout => std::io::Error::other("the pipe is closed").into(),
        });
    }
}
