//! Raw weights of an unfinished run, in a file of their own beside it: what they are to be
//! multiplied with is known after the last event only. Eight bytes an event, little-endian.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crc32fast::Hasher;

use super::seal;
use crate::{IoError, unfinished};

/// Bytes of a weight.
const SIZE: usize = size_of::<f64>();

/// What is said of a file whose weights are others.
const CHANGED: &str = "its weights are not those that were written (checksum)";

/// The open file of weights.
pub(super) struct RawWeights {
    path: PathBuf,
    out: BufWriter<File>,
    /// CRC-32 of all of them.
    sum: Hasher,
    keep: bool,
}

impl RawWeights {
    /// An empty file.
    pub(super) fn create(path: &Path) -> Result<Self, IoError> {
        Self::open(path, 0, None)
    }

    /// A file that goes on behind its first `n` weights, whose CRC-32 is `checksum`.
    pub(super) fn reopen(path: &Path, n: u64, checksum: u32) -> Result<Self, IoError> {
        Self::open(path, n, Some(checksum))
    }

    fn open(path: &Path, n: u64, checksum: Option<u32>) -> Result<Self, IoError> {
        let fail = |e| IoError::file("open", path, e);
        let damaged = |reason: String| IoError::Damaged {
            path: path.to_owned(),
            reason,
        };
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(n == 0);
        let mut file = options.open(path).map_err(fail)?;
        let bytes = n.saturating_mul(SIZE as u64);
        if file.metadata().map_err(fail)?.len() < bytes {
            return Err(damaged(format!("it holds fewer than {n} weights")));
        }
        file.set_len(bytes).map_err(fail)?;
        let sum = seal::checksum(&mut file, 0, bytes).map_err(fail)?;
        if checksum.is_some_and(|wanted| wanted != sum.clone().finalize()) {
            return Err(damaged(CHANGED.to_owned()));
        }
        if n == 0 {
            unfinished::watch(path);
        }
        Ok(Self {
            path: path.to_owned(),
            out: BufWriter::with_capacity(1 << 16, file),
            sum,
            keep: n > 0,
        })
    }

    /// CRC-32 of all weights.
    pub(super) fn checksum(&self) -> u32 {
        self.sum.clone().finalize()
    }

    /// Leaves the file where it is from now on, until it is removed.
    pub(super) fn keep(&mut self) {
        self.keep = true;
        unfinished::forget(&self.path);
    }

    /// Removes the file when this is dropped.
    pub(super) fn discard(&mut self) {
        self.keep = false;
    }

    /// Appends weights.
    pub(super) fn append(&mut self, weights: &[f64]) -> Result<(), IoError> {
        let mut bytes = Vec::with_capacity(weights.len() * SIZE);
        weights
            .iter()
            .for_each(|w| bytes.extend_from_slice(&w.to_le_bytes()));
        self.sum.update(&bytes);
        self.out
            .write_all(&bytes)
            .map_err(|e| IoError::file("write weights to", &self.path, e))
    }

    /// Hands all weights to the disk.
    pub(super) fn sync(&mut self) -> Result<(), IoError> {
        self.out
            .flush()
            .and_then(|()| self.out.get_ref().sync_data())
            .map_err(|e| IoError::file("write weights to", &self.path, e))
    }

    /// All weights, to be read by any thread.
    pub(super) fn all(&mut self) -> Result<AllWeights<'_>, ::hdf5::Error> {
        let flushed = self.out.flush();
        flushed.map_err(|e| format!("{}: {e}", self.path.display()))?;
        Ok(AllWeights {
            path: &self.path,
            file: self.out.get_ref(),
            checksum: self.checksum(),
        })
    }
}

/// The weights of all events.
pub(super) struct AllWeights<'a> {
    path: &'a Path,
    file: &'a File,
    /// CRC-32 of what was written.
    checksum: u32,
}

impl AllWeights<'_> {
    /// Makes `block` the weights of these events times `scale`; the checksum of what is in the file.
    pub(super) fn scaled(
        &self,
        events: Range<usize>,
        scale: f64,
        block: &mut Vec<f64>,
    ) -> io::Result<Hasher> {
        block.resize(events.len(), 0.0);
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(block);
        let read = self.file.read_exact_at(bytes, (events.start * SIZE) as u64);
        read.map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", self.path.display())))?;
        let mut sum = Hasher::new();
        sum.update(bytes);
        for weight in block {
            *weight = f64::from_bits(u64::from_le(weight.to_bits())) * scale;
        }
        Ok(sum)
    }

    /// Whether parts with these checksums, one behind the other, are what was written.
    pub(super) fn check(&self, parts: impl Iterator<Item = Hasher>) -> io::Result<()> {
        let mut whole = Hasher::new();
        parts.for_each(|part| whole.combine(&part));
        match whole.finalize() == self.checksum {
            true => Ok(()),
            false => Err(io::Error::other(format!(
                "{}: {CHANGED}",
                self.path.display()
            ))),
        }
    }
}

impl Drop for RawWeights {
    fn drop(&mut self) {
        if !self.keep {
            unfinished::remove(&self.path);
        }
    }
}
