//! CRC-32 of the rows of a column as they were handed over, by chunks.
//!
//! Those of whole chunks say what the file must hold where they lie, so that its seal needs not read it
//! again and stands for what was meant to be written. Pinned by the tests below.

use crc32fast::Hasher;

/// Checksums of one column.
pub(super) struct Sums {
    /// Bytes of a chunk.
    chunk: usize,
    /// Of the chunks that are complete.
    done: Vec<u32>,
    last: Hasher,
    /// Bytes of the last chunk that there are.
    in_last: usize,
}

impl Sums {
    /// Of no rows, with chunks of so many bytes.
    pub(super) fn new(chunk: usize) -> Self {
        Self {
            chunk,
            done: Vec::new(),
            last: Hasher::new(),
            in_last: 0,
        }
    }

    /// Goes on with the next rows.
    pub(super) fn add(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(self.chunk - self.in_last));
            self.last.update(now);
            self.in_last += now.len();
            bytes = later;
            if self.in_last == self.chunk {
                self.done.push(std::mem::take(&mut self.last).finalize());
                self.in_last = 0;
            }
        }
    }

    /// Of each chunk the bytes that there are, and their checksum.
    pub(super) fn by_chunk(&self) -> impl Iterator<Item = (usize, u32)> {
        let done = self.done.iter().map(|&sum| (self.chunk, sum));
        let last = (self.in_last > 0).then(|| (self.in_last, self.last.clone().finalize()));
        done.chain(last)
    }

    /// Of all rows.
    pub(super) fn all(&self) -> u32 {
        let mut whole = Hasher::new();
        for (bytes, sum) in self.by_chunk() {
            whole.combine(&Hasher::new_with_initial_len(sum, bytes as u64));
        }
        whole.finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_do_not_depend_on_how_rows_come() {
        let bytes: Vec<u8> = (0..1000_u32).map(|i| (i * i) as u8).collect();
        for n in [0, 1, 63, 64, 65, 128, 1000] {
            for step in [1, 7, 64, 200, 1000] {
                let mut sums = Sums::new(64);
                bytes[..n].chunks(step).for_each(|part| sums.add(part));
                assert_eq!(sums.all(), crc32fast::hash(&bytes[..n]));
                let one = |part: &[u8]| (part.len(), crc32fast::hash(part));
                assert!(sums.by_chunk().eq(bytes[..n].chunks(64).map(one)));
            }
        }
    }
}
