//! Files without a seal, read by a child process before this one trusts the HDF5 library with them.
//!
//! Wrong bytes inside its own structures can crash the library or make it hang; a child can be
//! outlived. Pinned by `cli/tests/cli_damage.rs`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use millibrem_files::IoError;
use millibrem_files::hdf5::{has_seal, is_hdf5, read_all};

use super::failure::Failure;
use super::print;

/// How long a child may take, and how much longer for each byte.
const PATIENCE: Duration = Duration::from_secs(60);
const BYTES_PER_S: u64 = 5_000_000;

/// Read all that commands read of a file; what the child does
#[derive(Debug, Args)]
pub(crate) struct ReadAll {
    file: PathBuf,
}

impl ReadAll {
    /// Name of the command.
    pub(crate) const NAME: &str = "read-all";

    pub(crate) fn run(&self) -> Result<(), Failure> {
        read_all(&self.file).map_or(Ok(()), |note| print::line(&note))
    }
}

/// Looks at the HDF5 files among `paths`; says which have no seal, unless `quiet`.
///
/// # Errors
/// [`IoError::Damaged`] for the first that is, or that the library cannot read and live.
pub(crate) fn look_at(paths: &[PathBuf], quiet: bool) -> Result<(), Failure> {
    for path in paths {
        // What is not there or cannot be opened is named by the command.
        let there = path.is_file() && is_hdf5(path);
        if there && !has_seal(path)? {
            let note = read_by_child(path)?;
            if !quiet && !note.is_empty() {
                super::print::note(&format!("warning: {note}"));
            }
        }
    }
    Ok(())
}

/// What a child says of the file. Where there cannot be one, nothing is said.
fn read_by_child(path: &Path) -> Result<String, IoError> {
    let started = crate::program::path().and_then(|program| {
        Command::new(program)
            .arg(ReadAll::NAME)
            .arg("--")
            .arg(path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
    });
    let Ok(mut child) = started else {
        return Ok(String::new());
    };
    let size = std::fs::metadata(path).map_or(0, |m| m.len());
    let patience = PATIENCE + Duration::from_secs(size / BYTES_PER_S);
    let damaged = |what: String| IoError::Damaged {
        path: path.to_owned(),
        reason: format!("the HDF5 library {what}; take another copy of it, or make it again"),
    };
    match wait(&mut child, patience) {
        // A status without a code is a signal.
        Some(status) if status.code().is_none() => {
            Err(damaged(format!("crashes on it ({status})")))
        }
        Some(_) => {
            let mut note = String::new();
            let _ = child
                .stdout
                .take()
                .map(|mut out| out.read_to_string(&mut note));
            Ok(note.trim_end().to_owned())
        }
        None => Err(damaged(format!(
            "hangs on it (for {} s)",
            patience.as_secs()
        ))),
    }
}

/// Waits for a child; ends it when patience does.
fn wait(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < patience {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        std::thread::sleep(
            (start.elapsed() / 10).clamp(Duration::from_millis(1), Duration::from_millis(100)),
        );
    }
    let _ = (child.kill(), child.wait());
    None
}
