//! The state of an unfinished run on the disk, and who may write a run.
//!
//! A state is a block of bytes with its length and a CRC-32 before it, in `<output>.state`. It
//! replaces the one before it in a single step after it has reached the disk, so that at every
//! moment there is one whole state or none. A lock on `<output>.lock` keeps a second process out;
//! the operating system drops it with the process that holds it, however that ends.
//! Pinned by the tests below and by `tests/reliability.rs`.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::IoError;
use super::part::beside;

/// First bytes of a state.
const MAGIC: &[u8; 8] = b"mbstate1";
/// Magic, length, checksum.
const HEAD: usize = 8 + 8 + 4;

/// Makes the state of the run into `output` durable in place of an earlier one.
///
/// # Errors
/// [`IoError`] if the disk is full; the earlier state is then still there.
pub fn save(output: &Path, state: &[u8]) -> Result<(), IoError> {
    let path = path(output);
    let new = beside(output, "state.new");
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&new)?;
        file.write_all(MAGIC)?;
        file.write_all(&(state.len() as u64).to_le_bytes())?;
        file.write_all(&crc32fast::hash(state).to_le_bytes())?;
        file.write_all(state)?;
        file.sync_all()?;
        fs::rename(&new, &path)?;
        sync_folder(&path)
    };
    write().map_err(|e| {
        // What is there of it serves nobody.
        let _ = fs::remove_file(&new);
        IoError::file("save", &path, e)
    })
}

/// The state of the run into `output`, if there is one.
///
/// # Errors
/// [`IoError::Damaged`] if it is not whole; [`IoError::File`] if it cannot be read.
pub fn load(output: &Path) -> Result<Option<Vec<u8>>, IoError> {
    let path = path(output);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(IoError::file("read", &path, e)),
    };
    let damaged = |reason: &str| IoError::Damaged {
        path: path.clone(),
        reason: reason.to_owned(),
    };
    let Some((head, state)) = bytes.split_at_checked(HEAD) else {
        return Err(damaged("its end is missing"));
    };
    if head[..8] != *MAGIC {
        return Err(damaged("it is no state of a run"));
    }
    if head[8..16] != (state.len() as u64).to_le_bytes() {
        return Err(damaged("its end is missing"));
    }
    if head[16..] != crc32fast::hash(state).to_le_bytes() {
        return Err(damaged("its checksum is wrong"));
    }
    Ok(Some(state.to_vec()))
}

/// Where the state of the run into `output` is kept.
pub fn path(output: &Path) -> PathBuf {
    beside(output, "state")
}

/// Whether there is a state of a run into `output`, whole or not.
pub fn exists(output: &Path) -> bool {
    path(output).exists()
}

/// Removes all that an unfinished run into `output` has left.
///
/// # Errors
/// [`IoError`] if the operating system refuses.
pub fn discard(output: &Path) -> Result<(), IoError> {
    // The state first: it must not outlive the files it speaks of.
    for suffix in ["state", "state.new", "part", "weights", "packed"] {
        let path = beside(output, suffix);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != ErrorKind::NotFound => {
                return Err(IoError::file("remove", &path, e));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Bytes that can still be written to the disk of `output`; `None` if the system does not tell.
pub fn free_space(output: &Path) -> Option<u64> {
    let folder = output.ancestors().skip(1).find(|p| p.is_dir());
    fs4::available_space(folder.unwrap_or(Path::new("."))).ok()
}

/// Makes a rename durable.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    match File::open(folder.unwrap_or(Path::new("."))) {
        Ok(folder) => folder.sync_all(),
        // Where folders cannot be opened, they cannot be synchronised either.
        Err(_) => Ok(()),
    }
}

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
            let mut options = OpenOptions::new();
            let options = options.write(true).create(true).truncate(false);
            let file = options
                .open(&path)
                .map_err(|e| IoError::file("create", output, e))?;
            match file.try_lock() {
                Ok(()) if is_at(&file, &path) => return Ok(Self { _file: file, path }),
                // Its last holder has removed it meanwhile.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(IoError::Locked {
                        path: output.to_owned(),
                    });
                }
                // File systems without locks: the runs there are the user's to keep apart.
                Err(TryLockError::Error(_)) => return Ok(Self { _file: file, path }),
            }
        }
    }
}

impl Drop for OutputLock {
    fn drop(&mut self) {
        // Still locked: whoever opens it now sees that it is gone and makes another.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether the open file is the one of that name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |m: fs::Metadata| (m.dev(), m.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(there)) => id(open) == id(there),
        _ => false,
    }
}

/// Where a file in use cannot be removed, it is.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back_and_any_damage_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("run.h5");
        assert!(load(&output).unwrap().is_none());
        save(&output, b"first").unwrap();
        let state: Vec<u8> = (0..1000u32).map(|i| (i * i) as u8).collect();
        save(&output, &state).unwrap();
        assert_eq!(load(&output).unwrap(), Some(state));
        let path = beside(&output, "state");
        let whole = fs::read(&path).unwrap();
        for length in [0, 7, HEAD - 1, HEAD, 500, whole.len() - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(
                matches!(load(&output), Err(IoError::Damaged { .. })),
                "{length}"
            );
        }
        for at in [3, 9, 17, 300] {
            let mut bytes = whole.clone();
            bytes[at] ^= 4;
            fs::write(&path, bytes).unwrap();
            assert!(
                matches!(load(&output), Err(IoError::Damaged { .. })),
                "{at}"
            );
        }
        discard(&output).unwrap();
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }

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
