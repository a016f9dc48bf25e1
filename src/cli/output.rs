//! Where a run goes.

use std::path::{Path, PathBuf};

use super::options::Common;

/// Name of the file a run leaves behind.
const RUN_FILE: &str = "run.h5";

/// The run file: in `--out`, or in `output/<run name>`. Whoever writes it tries and protects it.
pub(crate) fn run_file(common: &Common, run_name: &str) -> PathBuf {
    folder(common, run_name).join(RUN_FILE)
}

/// The folder of a run: `--out`, or `output/<run name>`.
pub(crate) fn folder(common: &Common, run_name: &str) -> PathBuf {
    common
        .out
        .clone()
        .unwrap_or_else(|| Path::new("output").join(run_name))
}
