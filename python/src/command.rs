//! The program `millibrem` inside the extension module, for the command that wheels bring.

use std::ffi::OsString;
use std::path::PathBuf;

use pyo3::prelude::*;

/// Runs the program, which ``program`` starts, on ``arguments``; returns its exit code. For a process that
/// does nothing else: it listens to signals from then on.
#[pyfunction]
pub(crate) fn command(py: Python<'_>, program: PathBuf, arguments: Vec<OsString>) -> u8 {
    py.detach(|| millibrem_cli::run(program, arguments))
}
