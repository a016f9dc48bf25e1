//! Where a run goes.

use std::path::{Path, PathBuf};

use millibrem_files::job::Shard;
use millibrem_files::{self, output::Kind};

use super::failure::Failure;
use super::options::Common;

/// Name of the file a run leaves behind.
const RUN_FILE: &str = "run.h5";

/// The run file, or that of a shard: in `--out`, or in `output/<run name>`. Whoever writes it tries
/// and protects it.
pub(crate) fn run_file(common: &Common, run_name: &str, shard: Option<Shard>) -> PathBuf {
    let folder = folder(common, run_name);
    match shard {
        None => folder.join(RUN_FILE),
        Some(Shard { index, of }) => {
            // Of equal length, so that names sort like numbers.
            let digits = of.to_string().len();
            folder.join(format!("shard-{index:0digits$}-of-{of}.h5"))
        }
    }
}

/// Fails before the work where one of `outputs` cannot be written in the end, or is one of `inputs`.
pub(crate) fn check<P: AsRef<Path>, Q: AsRef<Path>>(
    outputs: impl IntoIterator<Item = P>,
    kind: Kind,
    replace: bool,
    inputs: impl IntoIterator<Item = Q> + Clone,
) -> Result<(), Failure> {
    for path in outputs {
        millibrem_files::output::check(path.as_ref(), kind, replace)?;
        millibrem_files::output::check_apart(path.as_ref(), inputs.clone())?;
    }
    Ok(())
}

/// The folder of a run: `--out`, or `output/<run name>`.
pub(crate) fn folder(common: &Common, run_name: &str) -> PathBuf {
    common
        .out
        .clone()
        .unwrap_or_else(|| Path::new("output").join(run_name))
}
