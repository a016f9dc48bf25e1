//! The state of an unfinished run on the disk.
//!
//! A state is a block of bytes with its length and a CRC-32 before it, in `<output>.state`. It
//! replaces the one before it in a single step after it has reached the disk, so that at every
//! moment there is one whole state or none. Pinned by the tests below and by `cli/tests/reliability.rs`.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::IoError;
pub use super::lock::OutputLock;
use super::output::beside;
use super::part::{folder, sync_folder};

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
        sync_folder(folder(&path))
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
}
