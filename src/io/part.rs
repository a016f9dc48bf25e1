//! Files that get their name when they are whole.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::IoError;

/// A file being written beside its final place; dropped unfinished, it is removed, unless it is to
/// be kept for a later process.
#[derive(Debug)]
pub(super) struct PartFile {
    path: PathBuf,
    part: PathBuf,
    replace: bool,
    /// Whether the file under its temporary name survives this value.
    keep: bool,
}

impl PartFile {
    /// Makes missing folders and an empty file under the temporary name.
    ///
    /// # Errors
    /// [`IoError::Exists`] if `path` is there and `replace` is not set, or another [`IoError`] if
    /// the operating system refuses.
    pub(super) fn create(path: &Path, replace: bool) -> Result<(Self, File), IoError> {
        // The process id keeps two runs with the same output from writing into one file.
        let part = beside(path, &format!("{}.part", std::process::id()));
        Self::at(path, part, replace)
    }

    /// The same under a temporary name that a later process knows: `<name>.<suffix>`.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub(super) fn known(path: &Path, suffix: &str, replace: bool) -> Result<(Self, File), IoError> {
        Self::at(path, beside(path, suffix), replace)
    }

    /// The file that an earlier process has left under such a name.
    pub(super) fn left_over(path: &Path, suffix: &str, replace: bool) -> Self {
        Self {
            path: path.to_owned(),
            part: beside(path, suffix),
            replace,
            keep: true,
        }
    }

    fn at(path: &Path, part: PathBuf, replace: bool) -> Result<(Self, File), IoError> {
        if !replace && path.exists() {
            return Err(IoError::Exists {
                path: path.to_owned(),
            });
        }
        if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|e| IoError::file("make the folder", folder, e))?;
        }
        let file = File::create(&part).map_err(|e| IoError::file("create", path, e))?;
        Ok((
            Self {
                path: path.to_owned(),
                part,
                replace,
                keep: false,
            },
            file,
        ))
    }

    /// Leaves the file where it is if it is not finished.
    pub(super) fn keep(&mut self) {
        self.keep = true;
    }

    /// The name it will have.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The name it has.
    pub(super) fn part(&self) -> &Path {
        &self.part
    }

    /// Gives the closed file its name.
    ///
    /// # Errors
    /// [`IoError`] if a file of that name has appeared or the operating system refuses.
    pub(super) fn finish(mut self) -> Result<(), IoError> {
        if !self.replace && self.path.exists() {
            return Err(IoError::Exists {
                path: self.path.clone(),
            });
        }
        fs::rename(&self.part, &self.path)
            .map_err(|e| IoError::file("rename the finished", &self.path, e))?;
        self.keep = true;
        Ok(())
    }
}

/// The file `<name>.<suffix>` beside `path`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.keep {
            // Nothing to report to: the error that led here is the one that counts.
            let _ = fs::remove_file(&self.part);
        }
    }
}
