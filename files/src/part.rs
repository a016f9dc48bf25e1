//! Files that get their name when they are whole and on the disk.
//!
//! A file is written as `<name>.part` under the lock of its name, handed to the disk, renamed, and
//! the folder handed to the disk, too: at every moment there is the old file or the new one. A part
//! that a killed process has left is written over by the next one. Files that belong together are
//! all written before the first is renamed, so that a full disk spoils none.
//! Pinned by `cli/tests/full_disk.rs` and `cli/tests/files`.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::lock::OutputLock;
use super::output::{self, Kind, beside};
use super::{IoError, unfinished};

/// A file being written beside its final place; dropped unfinished, it is removed, unless it is to
/// be kept for a later process.
#[derive(Debug)]
pub struct PartFile {
    path: PathBuf,
    part: PathBuf,
    kind: Kind,
    replace: bool,
    /// Whether the file under its temporary name survives this value.
    keep: bool,
    /// The right to write it, where this value has taken it.
    lock: Option<OutputLock>,
}

impl PartFile {
    /// Takes the right to write `path`, makes missing folders and an empty file under the temporary
    /// name.
    ///
    /// # Errors
    /// What [`output::check`] says, [`IoError::Locked`] if another process writes this file, or
    /// another [`IoError`] if the operating system refuses.
    pub(super) fn create(path: &Path, kind: Kind, replace: bool) -> Result<(Self, File), IoError> {
        output::check(path, kind, replace)?;
        let lock = OutputLock::take(path)?;
        let (mut part, file) = Self::known(path, "part", kind, replace)?;
        part.lock = Some(lock);
        Ok((part, file))
    }

    /// The same for whoever has that right already, as `<name>.<suffix>`.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub(super) fn known(
        path: &Path,
        suffix: &str,
        kind: Kind,
        replace: bool,
    ) -> Result<(Self, File), IoError> {
        output::check(path, kind, replace)?;
        if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|e| IoError::file("make the folder", folder, e))?;
        }
        let part = beside(path, suffix);
        let file = new_file(&part).map_err(|e| IoError::file("create", path, e))?;
        let made = Self {
            path: path.to_owned(),
            part,
            kind,
            replace,
            keep: false,
            lock: None,
        };
        unfinished::watch(&made.part);
        Ok((made, file))
    }

    /// The file that an earlier process has left under such a name.
    pub(super) fn left_over(path: &Path, suffix: &str, kind: Kind, replace: bool) -> Self {
        Self {
            path: path.to_owned(),
            part: beside(path, suffix),
            kind,
            replace,
            keep: true,
            lock: None,
        }
    }

    /// Writes `bytes` and hands them to the disk, still under the temporary name.
    ///
    /// # Errors
    /// [`IoError`] if the file must not be written there, or the disk is full.
    pub fn filled(path: &Path, kind: Kind, replace: bool, bytes: &[u8]) -> Result<Self, IoError> {
        let (part, file) = Self::create(path, kind, replace)?;
        part.fill(file, bytes)
    }

    /// The same for whoever has the right to write there, and hands it over.
    ///
    /// # Errors
    /// As [`Self::filled`].
    pub fn filled_by(
        holder: OutputLock,
        path: &Path,
        kind: Kind,
        replace: bool,
        bytes: &[u8],
    ) -> Result<Self, IoError> {
        let (mut part, file) = Self::known(path, "part", kind, replace)?;
        part.lock = Some(holder);
        part.fill(file, bytes)
    }

    fn fill(self, mut file: File, bytes: &[u8]) -> Result<Self, IoError> {
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(|e| IoError::file("write", &self.path, e))?;
        Ok(self)
    }

    /// Lets whoever may read the file start it.
    ///
    /// # Errors
    /// [`IoError`] if the operating system refuses.
    pub fn make_executable(&self) -> Result<(), IoError> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let set = || -> std::io::Result<()> {
                let mut mode = fs::metadata(&self.part)?.permissions();
                mode.set_mode(mode.mode() | (mode.mode() & 0o444) >> 2);
                fs::set_permissions(&self.part, mode)
            };
            set().map_err(|e| IoError::file("make executable", &self.path, e))?;
        }
        Ok(())
    }

    /// Leaves the file where it is if it is not finished.
    pub(super) fn keep(&mut self) {
        self.keep = true;
        unfinished::forget(&self.part);
    }

    /// The name it will have.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The name it has.
    pub(super) fn part(&self) -> &Path {
        &self.part
    }

    /// Hands the closed file to the disk and gives it its name.
    ///
    /// # Errors
    /// [`IoError`] if a file of that name has appeared or the operating system refuses.
    pub(super) fn finish(self) -> Result<(), IoError> {
        finish([self])
    }

    /// Hands the closed file to the disk.
    fn sync(&self) -> Result<(), IoError> {
        output::check(&self.path, self.kind, self.replace)?;
        File::open(&self.part)
            .and_then(|file| file.sync_all())
            .map_err(|e| IoError::file("complete", &self.path, e))
    }

    fn rename(&mut self) -> Result<(), IoError> {
        fs::rename(&self.part, &self.path)
            .map_err(|e| IoError::file("rename the finished", &self.path, e))?;
        self.keep();
        self.lock = None;
        Ok(())
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.keep {
            unfinished::remove(&self.part);
        }
    }
}

/// Gives closed files that belong together their names: all are on the disk before the first is
/// renamed.
///
/// # Errors
/// [`IoError`] if a file of one of the names has appeared or the operating system refuses.
pub fn finish(parts: impl IntoIterator<Item = PartFile>) -> Result<(), IoError> {
    let mut parts: Vec<PartFile> = parts.into_iter().collect();
    parts.iter().try_for_each(PartFile::sync)?;
    parts.iter_mut().try_for_each(PartFile::rename)?;
    let mut folders: Vec<&Path> = parts.iter().map(|part| folder(&part.path)).collect();
    folders.dedup();
    folders
        .iter()
        .try_for_each(|folder| sync_folder(folder).map_err(|e| IoError::file("save", folder, e)))
}

/// Makes an empty file, in place of one that is there; a link there is not followed.
fn new_file(path: &Path) -> std::io::Result<File> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// The folder a file stands in.
pub(super) fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Makes renames in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    match File::open(folder) {
        Ok(folder) => folder.sync_all(),
        // Where folders cannot be opened, they cannot be synchronised either.
        Err(_) => Ok(()),
    }
}
