//! The unfinished files of this process, for the one moment in which nothing else can remove them:
//! when a signal ends it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

static FILES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Notes a file that is not to outlive this process.
pub(super) fn watch(path: &Path) {
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    files.push(path.to_owned());
}

/// Forgets a file: it is finished, or to be kept.
pub(super) fn forget(path: &Path) {
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    files.retain(|file| file != path);
}

/// Removes a file and forgets it.
pub(super) fn remove(path: &Path) {
    // Nothing to report to: the error that led here is the one that counts.
    let _ = fs::remove_file(path);
    forget(path);
}

/// Removes all of them. To be called when the process is about to end, from any thread.
pub fn remove_all() {
    let files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    for path in files.iter() {
        let _ = fs::remove_file(path);
    }
}
