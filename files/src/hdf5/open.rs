//! Files of the HDF5 library, opened: sealed ones after their seal was compared, and all of them also
//! where the file system has no locks.
//!
//! The library locks every file it opens and refuses it where locks are not to be had. They guard
//! against two writers of one file. A finished file is never written again, and those that are
//! being written are guarded by `io::checkpoint`, or have a name of their own; so where the
//! system says that there are no locks, they are done without. A lock that another program
//! holds is respected.

use std::path::Path;

use ::hdf5::{File, FileBuilder, MinorErrorCode, OpenMode, Result};

use super::seal;
use crate::IoError;
use crate::error::{LockTrouble, lock_trouble};

/// A file opened for reading.
pub(super) struct Opened {
    /// The file.
    pub(super) file: File,
    /// Whether a seal says that it is what was written.
    pub(super) sealed: bool,
}

/// Opens a finished file for reading, if it is what was written.
pub(super) fn finished(path: &Path) -> std::result::Result<Opened, IoError> {
    let sealed = seal::check(path)?;
    let open = open(path, OpenMode::Read);
    let file = open.map_err(|e| {
        if e.contains_minor(MinorErrorCode::NotHdf5) {
            return IoError::NotARun {
                path: path.to_owned(),
                reason: "it is not an HDF5 file".to_owned(),
            };
        }
        match e.contains_minor(MinorErrorCode::Truncated) {
            true => seal::damaged(path, "its end is missing"),
            false => IoError::hdf5("open", path, &e),
        }
    })?;
    Ok(Opened { file, sealed })
}

/// Opens a file that goes on being written.
pub(super) fn unfinished(path: &Path) -> Result<File> {
    open(path, OpenMode::ReadWrite)
}

/// Makes a file, in place of one that may be there.
pub(crate) fn create(path: &Path) -> Result<File> {
    open(path, OpenMode::Create)
}

fn open(path: &Path, mode: OpenMode) -> Result<File> {
    let mut options = File::with_options();
    if !matches!(mode, OpenMode::Read) {
        // Chunks are written whole and once: without a cache they go to the file from where they are. What
        // the library would keep of small datasets it writes when they are closed, where nobody hears of a failure.
        options.with_fapl(|access| access.chunk_cache(0, 0, 0.0).sieve_buf_size(0));
    }
    match options.open_as(path, mode) {
        Err(e) if matches!(lock_trouble(&e), Some(LockTrouble::NoLocks(_))) => {
            without_locks(&mut options).open_as(path, mode)
        }
        other => other,
    }
}

/// Since 1.10.7 and 1.12.1 the library can be told; before, only its environment variable could.
#[cfg(hdf5_file_locking)]
fn without_locks(options: &mut FileBuilder) -> &mut FileBuilder {
    options.with_fapl(|access| access.file_locking(false))
}

#[cfg(not(hdf5_file_locking))]
fn without_locks(options: &mut FileBuilder) -> &mut FileBuilder {
    options
}
