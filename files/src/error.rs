//! The one error of the storage layer: which operation failed on which path, and why.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use millibrem::record::Shard;

/// What went wrong with a file.
#[derive(Debug, Error)]
pub enum IoError {
    /// The output is there already and was not to be replaced.
    #[error("{} exists already; choose another output or replace it with --force", path.display())]
    Exists {
        /// The file in the way.
        path: PathBuf,
    },
    /// The table that is there is not the one that was to go on.
    #[error(
        "{} exists already and holds another table: it says `{found}`, this one would say `{expected}`; choose another output with --out, or replace it with --force",
        path.display()
    )]
    OtherTable {
        /// The table in the way.
        path: PathBuf,
        /// The first line that differs.
        found: String,
        /// What would stand there.
        expected: String,
    },
    /// A text file is no table.
    #[error("{}:{line}: {reason}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A run with this output was interrupted and can go on.
    #[error(
        "a run into {} was interrupted; go on with --resume, or begin again with --force",
        path.display()
    )]
    Interrupted {
        /// The file it was to become.
        path: PathBuf,
    },
    /// Another process writes the same output.
    #[error(
        "another millibrem is writing {}; wait for it, or choose another output with --out",
        path.display()
    )]
    Locked {
        /// The file both want to write.
        path: PathBuf,
    },
    /// A file of an interrupted run is not what it was.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file concerned.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file is a part of a run.
    #[error(
        "{} is shard {shard} of a run and no result by itself: join all {} with `millibrem merge`",
        path.display(), shard.of
    )]
    IsShard {
        /// The file concerned.
        path: PathBuf,
        /// Which part it is.
        shard: Shard,
    },
    /// The file is a whole run, not a part of one.
    #[error("{} is a whole run: only the shards of one run can be joined", path.display())]
    NotAShard {
        /// The file concerned.
        path: PathBuf,
    },
    /// The disk, or the share of it the user may fill, is full.
    #[error("cannot {operation} {}: {reason}", path.display())]
    NoSpace {
        /// What was being done, as a verb phrase.
        operation: String,
        /// The file concerned.
        path: PathBuf,
        /// Which space is full.
        reason: &'static str,
    },
    /// The operating system refused.
    #[error("cannot {operation} {}: {source}", path.display())]
    File {
        /// What was being done, as a verb phrase.
        operation: String,
        /// The file concerned.
        path: PathBuf,
        /// Its reason.
        source: io::Error,
    },
    /// The HDF5 library refused.
    #[error("cannot {operation} {}: {reason}", path.display())]
    Hdf5 {
        /// What was being done, as a verb phrase.
        operation: String,
        /// The file concerned.
        path: PathBuf,
        /// The library's reason.
        reason: String,
    },
    /// The HDF5 library did not get the lock it wants on every file.
    #[error("cannot {operation} {}: {trouble}", path.display())]
    NoLock {
        /// What was being done, as a verb phrase.
        operation: String,
        /// The file concerned.
        path: PathBuf,
        /// Why there is none.
        trouble: LockTrouble,
    },
    /// The file is whole but holds something else.
    #[error("{} is not a run file of millibrem: {reason}", path.display())]
    NotARun {
        /// The file concerned.
        path: PathBuf,
        /// What is missing or wrong in it.
        reason: String,
    },
    /// The name does not suit the format.
    #[error("{} cannot be written: {reason}", path.display())]
    Name {
        /// The name asked for.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The format has no place for the particles of the run.
    #[error("{} cannot be written as {format}: {reason}", path.display())]
    Particles {
        /// The run.
        path: PathBuf,
        /// Name of the format.
        format: &'static str,
        /// What it has a place for.
        reason: String,
    },
    /// The format has no place for weights, and those of the events differ.
    #[error(
        "{format} has no weights and those in {} differ: shares of events would be off by up to {percent:.2} %; make them equal by accept and reject with --unweight (about {kept} of {n_events} events stay), or write all of them as they are with --drop-weights",
        path.display()
    )]
    Weighted {
        /// The run.
        path: PathBuf,
        /// Name of the format.
        format: &'static str,
        /// Largest error of a share of events without weights, per cent.
        percent: f64,
        /// Events that accept and reject is expected to keep.
        kept: u64,
        /// Events there are.
        n_events: u64,
    },
    /// A weight that cannot be a probability.
    #[error(
        "{} has an event of weight {weight} pb: only finite weights from 0 on can be made equal by accept and reject",
        path.display()
    )]
    Weight {
        /// The run.
        path: PathBuf,
        /// The weight, pb.
        weight: f64,
    },
    /// A stream takes no more.
    #[error("cannot write to the stream: {0}")]
    Stream(io::Error),
    /// The file comes from a later version of the format.
    #[error(
        "{} has format version {found}, this program reads up to {supported}; update millibrem",
        path.display()
    )]
    Version {
        /// The file concerned.
        path: PathBuf,
        /// Version in the file.
        found: u32,
        /// Latest version this program knows.
        supported: u32,
    },
}

impl IoError {
    /// The file concerned.
    pub fn path(&self) -> &Path {
        match self {
            Self::Exists { path, .. }
            | Self::OtherTable { path, .. }
            | Self::Table { path, .. }
            | Self::Interrupted { path, .. }
            | Self::Locked { path, .. }
            | Self::Damaged { path, .. }
            | Self::IsShard { path, .. }
            | Self::NotAShard { path, .. }
            | Self::NoSpace { path, .. }
            | Self::File { path, .. }
            | Self::Hdf5 { path, .. }
            | Self::NoLock { path, .. }
            | Self::NotARun { path, .. }
            | Self::Name { path, .. }
            | Self::Particles { path, .. }
            | Self::Weighted { path, .. }
            | Self::Weight { path, .. }
            | Self::Version { path, .. } => path,
            Self::Stream(_) => Path::new("-"),
        }
    }

    /// Wraps an error of the operating system; a full disk gets its own variant.
    pub fn file(operation: impl Into<String>, path: &Path, source: io::Error) -> Self {
        let (operation, path) = (operation.into(), path.to_owned());
        let reason = match source.kind() {
            io::ErrorKind::StorageFull => NO_SPACE[0].1,
            io::ErrorKind::QuotaExceeded => NO_SPACE[1].1,
            io::ErrorKind::FileTooLarge => NO_SPACE[2].1,
            _ => {
                return Self::File {
                    operation,
                    path,
                    source,
                };
            }
        };
        Self::NoSpace {
            operation,
            path,
            reason,
        }
    }

    /// Wraps an error of the HDF5 library; a full disk gets its own variant.
    pub(crate) fn hdf5(operation: impl Into<String>, path: &Path, source: &::hdf5::Error) -> Self {
        let (operation, path) = (operation.into(), path.to_owned());
        if let Some(trouble) = lock_trouble(source) {
            return Self::NoLock {
                operation,
                path,
                trouble,
            };
        }
        let words = system_reason(source).unwrap_or_else(|| source.to_string());
        match NO_SPACE.iter().find(|(errno, _)| words.contains(errno)) {
            Some((_, reason)) => Self::NoSpace {
                operation,
                path,
                reason,
            },
            None => Self::Hdf5 {
                operation,
                path,
                reason: words,
            },
        }
    }
}

/// Why there is no lock.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LockTrouble {
    /// Another program has it.
    #[error(
        "another program has it open for writing; close it there, or, if none has, set \
         HDF5_USE_FILE_LOCKING=FALSE in the environment and try again"
    )]
    Taken,
    /// The file system has no locks.
    #[error(
        "its file system does not lock files ({0}); set HDF5_USE_FILE_LOCKING=FALSE in the \
         environment and try again"
    )]
    NoLocks(String),
}

/// Whether an error of the HDF5 library is about locks.
pub(crate) fn lock_trouble(error: &::hdf5::Error) -> Option<LockTrouble> {
    let stack = error.stack()?;
    let about_locks = |desc: &str| desc.contains("unable to lock") && desc.contains("errno");
    let frame = stack.iter().find(|frame| about_locks(frame.desc()))?;
    let words = words_of_system(frame.desc())?;
    // EAGAIN, or in the words of other systems EWOULDBLOCK.
    let taken = ["temporarily unavailable", "would block", "Try again"];
    Some(match taken.iter().any(|text| words.contains(text)) {
        true => LockTrouble::Taken,
        false => LockTrouble::NoLocks(words),
    })
}

/// What the C library says of ENOSPC, EDQUOT and EFBIG, which HDF5 passes on as text only, and what
/// a user is told.
const NO_SPACE: [(&str, &str); 3] = [
    ("No space left", "no space left on the device"),
    ("quota exceeded", "no space left in your quota"),
    (
        "File too large",
        "the file would be larger than allowed (see ulimit -f)",
    ),
];

/// The operating system's words inside the library's error stack.
fn system_reason(error: &::hdf5::Error) -> Option<String> {
    let stack = error.stack()?;
    stack.iter().find_map(|frame| words_of_system(frame.desc()))
}

/// The operating system's words in one frame of the stack.
fn words_of_system(frame: &str) -> Option<String> {
    let words = frame.split("error message = '").nth(1)?;
    words.split('\'').next().map(str::to_owned)
}
