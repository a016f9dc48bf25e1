//! Where the rows of an uncompressed column lie in the file, and writing them there.
//!
//! The library writes for one thread at a time and wants chunks that are whole; the system takes any rows
//! from where they are. So the library lays a column out, and its contents are written beside it. Nothing
//! of them is in the library then: files that are written have no chunk cache (see [`super::open`]).
//! Pinned by the tests below and by `files/tests/run_file.rs`.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use ::hdf5::{Dataset, Result};

use super::seal::Known;

/// Chunks up to this number are asked for one by one; the library counts through all of them each time.
const FEW: usize = 256;

/// The chunks of a column.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    row_bytes: usize,
    /// Rows of a chunk.
    chunk: usize,
    /// Where each chunk begins.
    addresses: Vec<u64>,
}

impl Place {
    /// Of a column whose space is laid out; `None` of one that is compressed.
    pub(super) fn of(data: &Dataset) -> Result<Option<Self>> {
        if !data.filters().is_empty() {
            return Ok(None);
        }
        let (shape, chunk) = (data.shape(), data.chunk().unwrap_or_default());
        let (&[rows, ref width @ ..], Some(&chunk)) = (&shape[..], chunk.first()) else {
            return Err(format!("{} has no chunks", data.name()).into());
        };
        let row_bytes = width.iter().product::<usize>() * data.dtype()?.size();
        let mut place = Self {
            row_bytes,
            chunk,
            addresses: vec![0; rows.div_ceil(chunk)],
        };
        place.find(|i| {
            let found = data.chunk_info(i);
            let found = found.filter(|one| one.offset.first() == Some(&((i * chunk) as u64)));
            let missing = || format!("chunk {i} of {} is not where it should be", data.name());
            Ok(found.ok_or_else(missing)?.addr)
        })?;
        Ok(Some(place))
    }

    /// Finds all addresses by those that `ask` tells.
    fn find(&mut self, ask: impl Fn(usize) -> Result<u64>) -> Result<()> {
        let n = self.addresses.len();
        if n <= FEW {
            for (i, address) in self.addresses.iter_mut().enumerate() {
                *address = ask(i)?;
            }
            return Ok(());
        }
        self.addresses[0] = ask(0)?;
        self.addresses[n - 1] = ask(n - 1)?;
        // Chunks are laid out one behind the other but for what the library describes them with in between.
        let bytes = self.chunk_bytes() as u64;
        let mut left = vec![(0, n - 1)];
        while let Some((low, high)) = left.pop() {
            let (from, to) = (self.addresses[low], self.addresses[high]);
            if to == from + (high - low) as u64 * bytes {
                for (i, address) in self.addresses[low..high].iter_mut().enumerate() {
                    *address = from + i as u64 * bytes;
                }
            } else if high - low > 1 {
                let middle = low.midpoint(high);
                self.addresses[middle] = ask(middle)?;
                left.extend([(low, middle), (middle, high)]);
            }
        }
        Ok(())
    }

    /// Rows of a chunk.
    pub(super) fn chunk(&self) -> usize {
        self.chunk
    }

    /// Bytes of a chunk.
    pub(super) fn chunk_bytes(&self) -> usize {
        self.chunk * self.row_bytes
    }

    /// What the file holds where the column lies, by the checksums of its chunks.
    pub(super) fn known(
        &self,
        sums: impl Iterator<Item = (usize, u32)>,
    ) -> impl Iterator<Item = Known> {
        let each = self.addresses.iter().zip(sums);
        each.map(|(&from, (bytes, checksum))| Known {
            from,
            length: bytes as u64,
            checksum,
        })
    }

    /// Rows there is room for.
    pub(super) fn rows(&self) -> usize {
        self.chunk * self.addresses.len()
    }

    /// Parts of `rows` that lie together in the file: where each begins, and its rows counted from the first.
    fn pieces(&self, rows: Range<usize>) -> impl Iterator<Item = (u64, Range<usize>)> + '_ {
        let mut next = rows.start;
        std::iter::from_fn(move || {
            let (at, within) = (next / self.chunk, next % self.chunk);
            let from = next;
            next = rows.end.min((at + 1) * self.chunk);
            let address = self.addresses.get(at)? + (within * self.row_bytes) as u64;
            (from < next).then(|| (address, from - rows.start..next - rows.start))
        })
    }

    /// Writes rows from row `from` on, for which there must be room.
    pub(super) fn write(&self, file: &File, from: usize, bytes: &[u8]) -> io::Result<()> {
        let to = from + bytes.len() / self.row_bytes;
        if to > self.rows() {
            return Err(io::Error::other("there is no room for more rows"));
        }
        self.pieces(from..to).try_for_each(|(address, rows)| {
            let bytes = &bytes[rows.start * self.row_bytes..rows.end * self.row_bytes];
            file.write_all_at(bytes, address)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hdf5::events::Layout;
    use millibrem::event::Compression;

    /// Addresses of chunks with some of the library's bytes after every 57th and before the last.
    fn address(i: usize, n: usize) -> Result<u64> {
        let more = i / 57 + usize::from(i + 1 == n);
        Ok(4000 + 64 * i as u64 + 2616 * more as u64)
    }

    #[test]
    fn addresses_are_found_where_bytes_lie_between_chunks() {
        for n in [0, 1, 2, FEW, FEW + 1, 1221, 4096] {
            let mut place = Place {
                row_bytes: 8,
                chunk: 8,
                addresses: vec![0; n],
            };
            place.find(|i| address(i, n)).unwrap();
            let all = (0..n).map(|i| address(i, n).unwrap());
            assert!(place.addresses.iter().copied().eq(all), "{n}");
        }
    }

    #[test]
    fn rows_are_where_the_library_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("columns.h5");
        let file = crate::hdf5::open::create(&path).unwrap();
        let group = file.create_group("events").unwrap();
        // More chunks than are asked for one by one, of both shapes.
        let n = 8192 * (FEW + 9) + 77;
        let layout = Layout::complete(n, Compression::None);
        let momenta = layout.column::<f64>(&group, "p", Some(4)).unwrap();
        let index = layout.column::<u64>(&group, "index", None).unwrap();
        let places = [&momenta, &index].map(|data| Place::of(data).unwrap().unwrap());
        file.flush().unwrap();
        let beside = File::options().write(true).open(&path).unwrap();
        // Across the edges of two chunks, from the middle of one.
        let (from, rows) = (8192 * 200 + 5000, 12_000);
        let keys: Vec<u64> = (0..rows as u64).map(|i| i * i).collect();
        let four: Vec<f64> = (0..4 * rows).map(|i| i as f64).collect();
        let write = |place: &Place, bytes: &[u8]| place.write(&beside, from, bytes).unwrap();
        write(&places[0], bytemuck::cast_slice(&four));
        write(&places[1], bytemuck::cast_slice(&keys));
        let read = index.read_slice_1d::<u64, _>(from..from + rows).unwrap();
        assert!(read.iter().eq(&keys));
        let read = momenta.read_slice_2d::<f64, _>((from..from + rows, ..));
        assert!(read.unwrap().iter().eq(&four));
        let full = places[1].write(&beside, places[1].rows() - 1, bytemuck::cast_slice(&keys));
        assert!(full.is_err());
        let packed = Layout::complete(n, Compression::Gzip);
        let packed = packed.column::<u64>(&group, "packed", None).unwrap();
        assert!(Place::of(&packed).unwrap().is_none());
    }
}
