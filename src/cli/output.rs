//! The folder of a run: found, tried and protected before the long work starts.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::options::Common;

/// Name of the file a run leaves behind.
const RUN_FILE: &str = "run.h5";

/// Where `run.h5` goes: `--out`, or `output/<run name>`; the folder is made and tried.
pub(crate) fn run_file(common: &Common, run_name: &str) -> Result<PathBuf, Failure> {
    let folder = common
        .out
        .clone()
        .unwrap_or_else(|| Path::new("output").join(run_name));
    let file = folder.join(RUN_FILE);
    if file.exists() && !common.force {
        return Err(Failure::Exists(file));
    }
    let made = !folder.exists();
    let tried = std::fs::create_dir_all(&folder).and_then(|()| tempfile::tempfile_in(&folder));
    match tried {
        Ok(_) => Ok(file),
        Err(source) => {
            if made {
                // Nothing is in it; if it cannot be removed it stays, empty.
                let _ = std::fs::remove_dir(&folder);
            }
            Err(Failure::Unwritable {
                path: folder,
                source,
            })
        }
    }
}
