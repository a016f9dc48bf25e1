//! The seal of a finished file: a checksum of all its bytes, behind them.
//!
//! HDF5 knows where its data end and looks at nothing behind; a program that changes the file through
//! the library cuts off what follows, so the seal goes with the content it stood for. It is compared
//! before the library, which trusts the structures it reads, sees a byte. It is looked for where the
//! data end, so that bytes added behind it do no harm; other bytes in its place, or one of its marks
//! alone, tell a seal that was spoilt from a file without one. Pinned by the tests below and by
//! `files/tests/seal.rs`.

use std::fs::{File, OpenOptions};
use std::io::{Error, Read, Result, Seek, SeekFrom, Write};
use std::path::Path;

use crc32fast::Hasher;

use super::parts::in_parts;
use crate::{IoError, input};

/// First and last bytes of a seal.
const FRONT: [u8; 8] = *b"mb-seal<";
const BACK: [u8; 8] = *b">laes-bm";
/// Mark, length of the file before the seal, its CRC-32, CRC-32 of these three, mark.
const SIZE: usize = 8 + 8 + 4 + 4 + 8;
/// First bytes of every HDF5 file.
pub(super) const SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";
/// Bytes that hold the superblock as far as it says where the data end, and a seal.
const SUPERBLOCK: usize = 64;
/// Bytes read at a time.
const BLOCK: usize = 1 << 18;
/// Bytes that are worth a thread.
const PART: u64 = 1 << 24;

/// What a seal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seal {
    length: u64,
    checksum: u32,
}

impl Seal {
    /// The seal that begins at `length`, if `bytes` begin with it.
    fn read(length: u64, bytes: &[u8]) -> Option<Self> {
        let checksum = bytes.get(16..20)?.try_into().ok()?;
        let checksum = u32::from_le_bytes(checksum);
        let seal = Self { length, checksum };
        bytes.starts_with(&seal.bytes()).then_some(seal)
    }

    fn bytes(self) -> [u8; SIZE] {
        let mut bytes = [0; SIZE];
        bytes[..8].copy_from_slice(&FRONT);
        bytes[8..16].copy_from_slice(&self.length.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.checksum.to_le_bytes());
        let own = crc32fast::hash(&bytes[..20]);
        bytes[20..24].copy_from_slice(&own.to_le_bytes());
        bytes[24..].copy_from_slice(&BACK);
        bytes
    }
}

/// A part of a file whose checksum is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) from: u64,
    pub(super) length: u64,
    pub(super) checksum: u32,
}

/// Seals a finished file. Where there are parts that are `known`, only what lies between them is read: the
/// seal stands for what they were to be, whatever the disk made of them.
pub(super) fn put(path: &Path, threads: usize, mut known: Vec<Known>) -> Result<()> {
    let mut file = OpenOptions::new().append(true).open(path)?;
    let length = file.metadata()?.len();
    known.sort_unstable_by_key(|part| part.from);
    let whole = match known.is_empty() {
        true => read_all(path, threads, length)?,
        false => read_between(path, &known, length)?,
    };
    let checksum = whole.finalize();
    file.write_all(&Seal { length, checksum }.bytes())
}

/// Checksum of a file of this length.
fn read_all(path: &Path, threads: usize, length: u64) -> Result<Hasher> {
    let parts = (threads as u64).min(length.div_ceil(PART)).max(1);
    let part = |i: u64| {
        let (from, to) = (length * i / parts, length * (i + 1) / parts);
        checksum(&mut File::open(path)?, from, to - from)
    };
    let mut whole = Hasher::new();
    for next in in_parts(parts, part)? {
        whole.combine(&next);
    }
    Ok(whole)
}

/// The same of a file with known parts, in their order.
fn read_between(path: &Path, known: &[Known], length: u64) -> Result<Hasher> {
    let (mut file, mut whole, mut at) = (File::open(path)?, Hasher::new(), 0);
    let end = Known {
        from: length,
        length: 0,
        checksum: 0,
    };
    for part in known.iter().chain([&end]) {
        let between = part.from.checked_sub(at);
        let between = between.ok_or_else(|| Error::other("columns that overlap"))?;
        if between > 0 {
            whole.combine(&checksum(&mut file, at, between)?);
        }
        whole.combine(&Hasher::new_with_initial_len(part.checksum, part.length));
        at = part.from + part.length;
    }
    Ok(whole)
}

/// Whether the file has a seal, which is not compared with the content yet.
///
/// # Errors
/// [`IoError::Damaged`] if the seal itself is.
pub(super) fn is_there(path: &Path) -> std::result::Result<bool, IoError> {
    let mut file = open(path)?;
    Ok(find(path, &mut file)?.is_some())
}

/// Whether the file has a seal, compared with all its content.
///
/// # Errors
/// [`IoError::Damaged`] if they do not fit.
pub(super) fn check(path: &Path) -> std::result::Result<bool, IoError> {
    let mut file = open(path)?;
    let Some(seal) = find(path, &mut file)? else {
        return Ok(false);
    };
    let found = checksum(&mut file, 0, seal.length).map_err(|e| IoError::file("read", path, e))?;
    match found.finalize() == seal.checksum {
        true => Ok(true),
        false => Err(damaged(
            path,
            "its bytes are not those that were written (checksum)",
        )),
    }
}

/// Opens a regular file; nothing is waited for that will never come.
fn open(path: &Path) -> std::result::Result<File, IoError> {
    input::open(path).map_err(|e| IoError::file("open", path, e))
}

/// The error of a file that is not whole.
pub(super) fn damaged(path: &Path, what: &str) -> IoError {
    IoError::Damaged {
        path: path.to_owned(),
        reason: format!("{what}; take another copy of it, or make it again"),
    }
}

/// Reads the seal.
fn find(path: &Path, file: &mut File) -> std::result::Result<Option<Seal>, IoError> {
    let mut read = |start: u64| -> Result<Vec<u8>> {
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::with_capacity(SUPERBLOCK);
        file.take(SUPERBLOCK as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let mut parts = || -> Result<_> {
        let size = std::fs::metadata(path)?.len();
        let data_end = end_of_data(&read(0)?);
        // A wrong bit may put it where no file reaches.
        let behind = match data_end {
            Some(end) if end < size => read(end)?,
            _ => Vec::new(),
        };
        let last = size.saturating_sub(SIZE as u64);
        Ok((size, data_end.unwrap_or(size), behind, last, read(last)?))
    };
    let (size, data_end, behind, last, end) =
        parts().map_err(|e| IoError::file("read", path, e))?;
    if let Some(seal) = Seal::read(data_end, &behind).or_else(|| Seal::read(last, &end)) {
        return Ok(Some(seal));
    }
    // Whatever is cut off or changed in it, one of the marks is there, or other bytes are.
    let there = |mark: &[u8]| end.windows(mark.len()).any(|window| window == mark);
    match there(&FRONT) || there(&BACK) || data_end < size {
        true => Err(damaged(path, "its end is not what was written (checksum)")),
        false => Ok(None),
    }
}

/// Where the data end by the first bytes of an HDF5 file: its superblock, of any version, with
/// addresses of eight bytes, and no user's block before it.
fn end_of_data(start: &[u8]) -> Option<u64> {
    let (size, end) = match start.strip_prefix(&SIGNATURE)?.first()? {
        0 => (13, 40),
        1 => (13, 44),
        2 | 3 => (9, 28),
        _ => return None,
    };
    let end = start.get(end..end + 8)?.try_into().ok()?;
    (start[size] == 8).then(|| u64::from_le_bytes(end))
}

/// CRC-32 of `length` bytes from `from` on; the file stands behind them then.
pub(super) fn checksum(file: &mut File, from: u64, length: u64) -> Result<Hasher> {
    file.seek(SeekFrom::Start(from))?;
    let least = usize::try_from(length).unwrap_or(BLOCK).min(BLOCK);
    let (mut hasher, mut block) = (Hasher::new(), vec![0; least]);
    let mut left = length;
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
        let n = file.read(&mut block[..most])?;
        if n == 0 {
            break;
        }
        hasher.update(&block[..n]);
        left -= n as u64;
    }
    Ok(hasher)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn several_threads_seal_as_one_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let content: Vec<u8> = (0..2 * PART + 12_345)
            .map(|i| ((i * i) >> 7) as u8)
            .collect();
        let sealed = |threads| {
            fs::write(&path, &content).unwrap();
            put(&path, threads, Vec::new()).unwrap();
            assert!(check(&path).unwrap());
            fs::read(&path).unwrap()
        };
        let one = sealed(1);
        assert!(sealed(2) == one && sealed(16) == one);
    }

    #[test]
    fn known_parts_are_not_read_and_the_seal_stands_for_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut content: Vec<u8> = (0..1_000_000_u32).map(|i| ((i * i) >> 3) as u8).collect();
        let known = |content: &[u8], from: usize, to: usize| Known {
            from: from as u64,
            length: (to - from) as u64,
            checksum: crc32fast::hash(&content[from..to]),
        };
        // In any order, side by side, and at both ends.
        let parts = vec![
            known(&content, 700_000, 1_000_000),
            known(&content, 0, 10),
            known(&content, 300, 400_000),
            known(&content, 400_000, 400_001),
        ];
        fs::write(&path, &content).unwrap();
        put(&path, 1, parts.clone()).unwrap();
        assert!(check(&path).unwrap());
        content[500] ^= 1;
        fs::write(&path, &content).unwrap();
        put(&path, 1, parts.clone()).unwrap();
        assert!(check(&path).is_err());
        let overlapping = [parts, vec![known(&content, 399_000, 500_000)]].concat();
        assert!(put(&path, 1, overlapping).is_err());
    }

    #[test]
    fn every_bit_and_every_length_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let content: Vec<u8> = (0..70_u32).map(|i| (i * i) as u8).collect();
        fs::write(&path, &content).unwrap();
        assert!(!check(&path).unwrap());
        put(&path, 1, Vec::new()).unwrap();
        assert!(check(&path).unwrap() && is_there(&path).unwrap());
        let whole = fs::read(&path).unwrap();
        assert_eq!(whole[..70], content);
        for bit in 0..8 * whole.len() {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, bytes).unwrap();
            let found = check(&path);
            assert!(
                matches!(found, Err(IoError::Damaged { .. })),
                "{bit}: {found:?}"
            );
        }
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            // Cut through a mark there is nothing that looks like a seal; the content is whole then.
            let found = check(&path);
            assert!(!matches!(found, Ok(true)), "{length}");
            let told = matches!(found, Err(IoError::Damaged { .. }));
            assert_eq!(told, (78..102).contains(&length), "{length}");
        }
    }
}
