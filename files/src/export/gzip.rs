//! gzip in pieces, compressed apart from each other by several threads.
//!
//! The pieces are stretches of one deflate stream, each ended at a whole byte (a sync flush), so
//! what comes out is one member that every reader understands: RFC 1951 (deflate), RFC 1952 (gzip).
//! A piece depends on its text alone, so threads change no byte of the file.
//! Pinned by `files/tests/export.rs` (`names_ending_in_gz_compress_the_same_text`) and below.

use crc32fast::Hasher;
use flate2::{Compress, Compression, FlushCompress};

/// No flags, no time, fastest method, unknown system.
pub(super) const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 0xff];

/// The last block of deflate, of no bytes.
const LAST_BLOCK: [u8; 2] = [3, 0];

/// A stretch of the stream.
pub(super) struct Piece {
    pub(super) bytes: Vec<u8>,
    sum: Sum,
}

/// What a member ends with: CRC-32 of its text, and its length modulo 2³².
#[derive(Clone, Default)]
pub(super) struct Sum {
    crc: Hasher,
    length: u32,
}

impl Piece {
    /// Compresses `text`.
    pub(super) fn of(text: &[u8]) -> Self {
        let mut crc = Hasher::new();
        crc.update(text);
        let mut stream = Compress::new(Compression::fast(), false);
        let mut bytes = Vec::with_capacity(text.len() / 2 + 64);
        loop {
            let rest = &text[stream.total_in() as usize..];
            // UNWRAP: compressing fails only with a dictionary or a stream that has ended.
            stream
                .compress_vec(rest, &mut bytes, FlushCompress::Sync)
                .expect("a stream that goes on");
            // The flush is complete when it leaves room in the output.
            if bytes.len() < bytes.capacity() && stream.total_in() == text.len() as u64 {
                break;
            }
            bytes.reserve(text.len() / 4 + 64);
        }
        Self {
            bytes,
            sum: Sum {
                crc,
                length: text.len() as u32,
            },
        }
    }
}

impl Sum {
    /// Adds the next piece.
    pub(super) fn add(&mut self, piece: &Piece) {
        self.crc.combine(&piece.sum.crc);
        self.length = self.length.wrapping_add(piece.sum.length);
    }

    /// The end of the member.
    pub(super) fn tail(self) -> Vec<u8> {
        let crc = self.crc.finalize().to_le_bytes();
        [&LAST_BLOCK[..], &crc, &self.length.to_le_bytes()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    #[test]
    fn pieces_make_one_member_of_all_the_text() {
        let noise = |n: u32| (0..n).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8);
        let texts: [Vec<u8>; 4] = [
            b"head\n".to_vec(),
            Vec::new(),
            noise(300_000).collect(),
            b"1.0 2.0 ".repeat(20_000),
        ];
        let (mut file, mut sum) = (HEAD.to_vec(), Sum::default());
        for text in &texts {
            let piece = Piece::of(text);
            sum.add(&piece);
            file.extend(&piece.bytes);
        }
        file.extend(sum.tail());
        let mut unpacked = Vec::new();
        // Reads one member and checks its sum; anything behind it would be left.
        let mut reader = GzDecoder::new(&file[..]);
        reader.read_to_end(&mut unpacked).expect("a whole member");
        assert!(reader.into_inner().is_empty());
        assert!(unpacked == texts.concat());
    }
}
