//! Reads whole datasets of files that anybody may have written.
//!
//! A file of a few bytes may claim any number of values, for chunks that were never written take no
//! room; memory is asked for only after the claim was compared with what is stored. Pinned by
//! `files/tests/run_file.rs` and the fuzz target `run_file`.

use ::hdf5::types::VarLenUnicode;
use ::hdf5::{Container, Dataset, H5Type, Result};

use super::attribute;
use millibrem::histogram::MAX_BINS;

/// Most values a dataset may have that is read at once.
const MOST: usize = MAX_BINS;
/// Attribute of bytes: their CRC-32.
const CHECKSUM: &str = "crc32";
/// Deflate makes at best one byte of this many (zlib's documentation says 1032).
const BEST_DEFLATE: u64 = 1100;

/// All values of a dataset, in the order they are stored.
pub(super) fn read<T: H5Type>(data: &Dataset) -> Result<Vec<T>> {
    let shape = data.shape();
    let n = size(&shape);
    if n > MOST {
        let name = data.name();
        return Err(
            format!("{name} has the shape {shape:?}, at most {MOST} values are read").into(),
        );
    }
    check_stored(data, n)?;
    data.read_raw()
}

/// All bytes of a dataset that holds something of another format, compared with their checksum.
pub(super) fn read_checked_bytes(data: &Dataset) -> Result<Vec<u8>> {
    let n = size(&data.shape());
    if n as u64 > data.storage_size() {
        return Err(format!("{} has {n} bytes and stores fewer", data.name()).into());
    }
    let bytes = data.read_raw::<u8>()?;
    match attribute::get::<u32>(data, CHECKSUM)? == crc32fast::hash(&bytes) {
        true => Ok(bytes),
        false => Err(format!("the checksum of {} is wrong", data.name()).into()),
    }
}

/// Gives a dataset of `bytes` their checksum.
pub(super) fn put_checksum(data: &Dataset, bytes: &[u8]) -> Result<()> {
    attribute::put(data, CHECKSUM, &crc32fast::hash(bytes))
}

/// All flags of a dataset.
pub(super) fn read_flags(data: &Dataset) -> Result<Vec<bool>> {
    // As numbers: a file may hold other bytes than those of a `bool`.
    Ok(read::<i8>(data)?
        .into_iter()
        .map(|flag| flag != 0)
        .collect())
}

/// All texts of a dataset.
pub(super) fn read_texts(data: &Dataset) -> Result<Vec<String>> {
    let words = read::<VarLenUnicode>(data)?;
    words
        .iter()
        .map(|word| attribute::text(&data.name(), word))
        .collect()
}

/// Number of values of a shape; the file library's own product may wrap around.
pub(super) fn size(shape: &[usize]) -> usize {
    shape.iter().fold(1, |n, &length| n.saturating_mul(length))
}

/// Refuses a dataset that stores less than its `n` values take, compressed as well as can be.
pub(super) fn check_stored(data: &Container, n: usize) -> Result<()> {
    let wanted = (n as u64).saturating_mul(data.dtype()?.size() as u64);
    let stored = data.storage_size();
    match wanted > stored.saturating_mul(BEST_DEFLATE) {
        false => Ok(()),
        true => {
            let name = data.name();
            Err(format!("{name} has {n} values and stores {stored} bytes").into())
        }
    }
}
