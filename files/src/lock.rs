//! Who may write an output.
//!
//! A lock on `<output>.lock` keeps a second process out; the operating system drops it with the
//! process that holds it, however that ends. Pinned by the tests below and by
//! `cli/tests/reliability.rs`.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::output::beside;
use super::{IoError, input, unfinished};

/// The right to write one output, held until this is dropped.
#[derive(Debug)]
pub struct OutputLock {
    // Keeps the lock.
    _file: File,
    path: PathBuf,
}

impl OutputLock {
    /// Takes the right to write `output`; makes missing folders.
    ///
    /// # Errors
    /// [`IoError::Locked`] if another process has it; another [`IoError`] if the folder cannot be
    /// made.
    pub fn take(output: &Path) -> Result<Self, IoError> {
        if let Some(folder) = output.parent().filter(|p| !p.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|e| IoError::file("make the folder", folder, e))?;
        }
        let path = beside(output, "lock");
        loop {
            if let Ok(there) = path.symlink_metadata()
                && !there.is_file()
            {
                return Err(IoError::Name {
                    path: output.to_owned(),
                    reason: format!("{} is in the way", path.display()),
                });
            }
            let mut options = OpenOptions::new();
            let options = options.write(true).create(true).truncate(false);
            let file = options
                .open(&path)
                .map_err(|e| IoError::file("create", output, e))?;
            match file.try_lock() {
                // Where its last holder has removed it meanwhile, another is made.
                Ok(()) if !is_at(&file, &path) => continue,
                Err(TryLockError::WouldBlock) => {
                    return Err(IoError::Locked {
                        path: output.to_owned(),
                    });
                }
                // File systems without locks: the runs there are the user's to keep apart.
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            unfinished::watch(&path);
            return Ok(Self { _file: file, path });
        }
    }
}

impl Drop for OutputLock {
    fn drop(&mut self) {
        // Still locked: whoever opens it now sees that it is gone and makes another.
        unfinished::remove(&self.path);
    }
}

/// Whether the open file is the one of that name.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(there)) => input::is_same(&open, &there, path, path),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_output_has_one_writer() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("new/run.h5");
        let first = OutputLock::take(&output).unwrap();
        let error = OutputLock::take(&output).unwrap_err();
        assert!(matches!(error, IoError::Locked { .. }), "{error}");
        drop(first);
        drop(OutputLock::take(&output).unwrap());
        assert_eq!(output.parent().unwrap().read_dir().unwrap().count(), 0);
    }
}
