//! Where this program is, to be started again: by a child that reads a file, by jobs of a cluster.
//!
//! That is the file of this process, unless the process is another one that runs the program as a library, such as
//! an interpreter of Python (`python/src/command.rs`). Pinned by `python/tests/test_command.py`.

use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;

static STARTED_BY: OnceLock<PathBuf> = OnceLock::new();

/// Says that the file `program` starts this program.
pub(crate) fn is_started_by(program: PathBuf) {
    let _ = STARTED_BY.set(program);
}

/// The file that starts this program.
pub(crate) fn path() -> io::Result<PathBuf> {
    match STARTED_BY.get() {
        Some(program) => Ok(program.clone()),
        None => std::env::current_exe(),
    }
}
