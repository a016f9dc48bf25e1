//! Why a study has no result.

use thiserror::Error;

use super::reach::ReachError;
use crate::card::CardError;
use crate::generate::GenerateError;
use crate::process::QuadratureError;
use crate::run::UsageError;

/// Most rows of a scan; each keeps its card in memory until it is done.
pub(super) const MAX_ROWS: u32 = 100_000;
/// The option of axes that name their keys.
pub(super) const OVER: &str = "--over";

/// Axes that make no scan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AxisError {
    /// An axis that cannot be read.
    #[error(
        "{option} {written}: {problem}; write {key}LO..HI:log:N, {key}LO..HI:lin:N or {key}A,B,C",
        key = if *option == OVER { "KEY=" } else { "" }
    )]
    Axis {
        /// The option that has it.
        option: &'static str,
        /// What was written.
        written: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The axes together make too many rows.
    #[error("the axes of --over make {rows} rows: at most {MAX_ROWS} are allowed")]
    Rows {
        /// Rows they would make.
        rows: usize,
    },
}

/// Why a study has no result.
#[derive(Debug, Error)]
pub enum StudyError {
    /// A card is wrong.
    #[error(transparent)]
    Card(#[from] CardError),
    /// Something is asked for that cannot be done.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// An axis cannot be read.
    #[error(transparent)]
    Axis(#[from] AxisError),
    /// The quadrature does not apply or failed.
    #[error(transparent)]
    Quadrature(#[from] QuadratureError),
    /// The Monte Carlo failed.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// A limit cannot be computed.
    #[error(transparent)]
    Reach(#[from] ReachError),
    /// A number that others need is not to be trusted.
    #[error("the result is not to be trusted: {}", .0.join("; "))]
    Untrusted(Vec<String>),
    /// It was told to end.
    #[error("stopped with {left} of {rows} rows left")]
    Stopped {
        /// Rows that are missing.
        left: usize,
        /// All rows.
        rows: usize,
    },
}
