//! A card's run into a file, from beginning to end: in one piece, after interruptions, or in shards
//! that are merged.
//!
//! [`Job::run`] adapts, measures, samples and writes. From time to time it makes durable what it
//! has ([`millibrem::generate::Work`] and the events so far), so that [`Job::resume`] goes on after
//! whatever stopped it; the datasets of the file are the same bytes in the end. A [`Shard`] does
//! its part of the points that every run of the card evaluates, and [`merge`] adds the parts
//! exactly and makes the few points that a run adds once it sees its error or counts its events.
//! [`in_memory`] does the same without a file. [`reweight`] adds weights for another choice of |M|². An
//! [`Extension`] makes a complete run longer, [`join`] makes one of runs of different seeds, [`Exports`] are the
//! files in other formats beside a run, a [`Library`] is one of many runs.
//! Pinned by `cli/tests/reliability.rs` and `cli/tests/cli_generate.rs`.

mod exports;
mod extend;
mod join;
mod library;
mod memory;
mod merge;
mod outcome;
mod reweigh;
mod run;
mod state;

pub use exports::Exports;
pub use extend::Extension;
pub use join::{Joined, join};
pub use library::{Library, LibraryPoint, LibraryReport};
pub use memory::{InMemory, in_memory};
pub use merge::merge;
pub use millibrem::record::Shard;
pub use outcome::{Outcome, Sampled};
pub use reweigh::{other_weights, reweight};
pub use run::{Job, Pace};

use std::fmt;
use std::ops::ControlFlow;
use std::path::PathBuf;

use thiserror::Error;

use crate::IoError;
use millibrem::card::CardError;
use millibrem::generate::{GenerateError, Progress, SigmaReport};
use millibrem::run::UsageError;

/// Hears how a job goes, and may end it early.
pub trait Watcher: Send {
    /// Points were evaluated.
    fn progress(&mut self, progress: &Progress);

    /// σ is measured; next are this many events.
    fn measured(&mut self, sigma: &SigmaReport, events: u64);

    /// Something worth knowing that is no error.
    fn note(&mut self, words: &str);

    /// Whether the job should save what it has and end.
    fn should_stop(&self) -> bool;
}

/// A listener that tells `watcher`.
fn listening(watcher: &mut dyn Watcher) -> impl FnMut(&Progress) -> ControlFlow<()> {
    move |p: &Progress| {
        watcher.progress(p);
        match watcher.should_stop() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

/// Why a job failed.
#[derive(Debug, Error)]
pub enum JobError {
    /// The card asks for what cannot be done.
    #[error("{0}")]
    Usage(String),
    /// The card in a file cannot be read.
    #[error(transparent)]
    Card(#[from] CardError),
    /// A file cannot be read or written.
    #[error(transparent)]
    Io(#[from] IoError),
    /// Generation failed.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// It failed, but can go on from its last checkpoint.
    #[error("{source}; {n_events} events are saved: go on with --resume once that is mended")]
    Saved {
        /// What went wrong.
        source: Box<JobError>,
        /// Events of the last checkpoint.
        n_events: u64,
    },
    /// It was told to end, and can go on.
    #[error(
        "stopped with {n_events} events; go on with the same command and --resume (the state is in {})",
        state.display()
    )]
    Stopped {
        /// Events saved.
        n_events: u64,
        /// The file of the state.
        state: PathBuf,
    },
    /// The unfinished run is not the one that was to go on.
    #[error(
        "the unfinished run into {} is another one: {what}; begin again with --force, or choose another output with --out",
        output.display()
    )]
    OtherRun {
        /// The file it was to become.
        output: PathBuf,
        /// What differs.
        what: String,
    },
    /// The complete run in the output is not the one that was to go on.
    #[error(
        "{} is complete, and another run: {what}; choose another output with --out, or replace it with --force",
        output.display()
    )]
    OtherComplete {
        /// The file.
        output: PathBuf,
        /// What differs.
        what: String,
    },
    /// A run cannot be made longer.
    #[error("{} cannot be extended: {what}", output.display())]
    NotExtensible {
        /// The run file.
        output: PathBuf,
        /// Why not.
        what: String,
    },
    /// A run cannot be joined with the others.
    #[error("{} cannot be joined with {}: {what}", path.display(), first.display())]
    NotJoinable {
        /// The run that differs.
        path: PathBuf,
        /// The one it differs from.
        first: PathBuf,
        /// What differs.
        what: String,
    },
    /// An export failed after its run was complete.
    #[error(
        "{} is complete, but its export to {format} failed: {source}; once that is mended, the same command with --resume makes what is missing",
        run.display()
    )]
    Export {
        /// The run file.
        run: PathBuf,
        /// Name of the format.
        format: &'static str,
        /// What went wrong.
        source: Box<JobError>,
    },
    /// A file under the name of an export is something else.
    #[error(
        "{} is there and is not the {format} export of {}; move it away, or replace it with --force",
        path.display(),
        run.display()
    )]
    NotTheExport {
        /// The file in the way.
        path: PathBuf,
        /// The run file.
        run: PathBuf,
        /// Name of the format.
        format: &'static str,
    },
    /// A shard does not belong to the others.
    #[error("{} does not belong to {}: {what}", path.display(), first.display())]
    OtherShard {
        /// The shard that differs.
        path: PathBuf,
        /// The first of the shards.
        first: PathBuf,
        /// What differs.
        what: String,
    },
    /// Not all shards are there.
    #[error("of {of} shards {missing} missing; generate them with --shard and merge all at once")]
    MissingShards {
        /// Number of shards.
        of: u32,
        /// Their numbers with a verb.
        missing: String,
    },
    /// The events do not fit the disk.
    #[error(
        "{} would need {needed} and there are {free} free; make room, choose another disk with --out, or ask for fewer events",
        output.display()
    )]
    Space {
        /// The file.
        output: PathBuf,
        /// What it needs.
        needed: Bytes,
        /// What there is.
        free: Bytes,
    },
}

/// An amount of data, shown in the unit that suits it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bytes(pub f64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = ["kB", "MB", "GB", "TB", "PB"];
        // As they are shown, with one digit: 999.96 kB is a megabyte.
        let fits = |i: &usize| self.0 < 999.95 * 1000f64.powi(*i as i32 + 1);
        match self.0 < 1000.0 {
            true => write!(f, "{:.0} bytes", self.0),
            false => {
                let i = (0..units.len()).find(fits).unwrap_or(units.len() - 1);
                write!(f, "{:.1} {}", self.0 / 1000f64.powi(i as i32 + 1), units[i])
            }
        }
    }
}

impl From<UsageError> for JobError {
    fn from(error: UsageError) -> Self {
        Self::Usage(error.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Bytes;

    #[test]
    fn amounts_have_the_unit_that_suits_them() {
        for (bytes, shown) in [
            (0.0, "0 bytes"),
            (999.0, "999 bytes"),
            (1000.0, "1.0 kB"),
            (12_345.0, "12.3 kB"),
            (999_949.0, "999.9 kB"),
            (999_950.0, "1.0 MB"),
            (1.52e8, "152.0 MB"),
            (2.5e9, "2.5 GB"),
            (1.52e14, "152.0 TB"),
            (3e18, "3000.0 PB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), shown);
        }
    }
}
