//! Where a run goes.

use std::path::{Path, PathBuf};

use super::options::Common;

/// Name of the file a run leaves behind.
const RUN_FILE: &str = "run.h5";

/// The run file: in `--out`, or in `output/<run name>`. Whoever writes it tries and protects it.
pub(crate) fn run_file(common: &Common, run_name: &str) -> PathBuf {
    let folder = common
        .out
        .clone()
        .unwrap_or_else(|| Path::new("output").join(run_name));
    folder.join(RUN_FILE)
}
