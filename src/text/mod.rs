//! Texts as people save them, and numbers as people read them.
//!
//! [`read`] and [`decode`] take what editors and spreadsheets write (a byte-order mark, CRLF) and say
//! what a text in another encoding is; [`rows`] reads tables of separated cells, quoted or not;
//! [`number`] says what is wrong with a cell; [`shown`] and [`exact`] write numbers in messages and
//! cards. Nothing here opens a file. Pinned by the tests below, `cli/tests/texts.rs` and
//! `tests/card/texts.rs`.

mod columns;
mod number;

pub use columns::TableError;
pub(crate) use columns::{MOST_ROWS, Pair, paired, two_columns, whole};
pub(crate) use number::unseen;
pub use number::{exact, number, number_or_text, shorten, shown, six_digits};

use std::io::{self, Read};

use thiserror::Error;

/// Why bytes are not the text that is expected, with the way out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TextError {
    /// Another encoding of Unicode.
    #[error(
        "it is {name}, and UTF-8 is expected; convert it with `iconv -f {name} -t UTF-8 OLD > NEW`"
    )]
    Unicode {
        /// Its name, also to `iconv`.
        name: &'static str,
    },
    /// An encoding of one byte a character, or a damaged text.
    #[error(
        "line {line} has the byte 0x{byte:02x}, which is no UTF-8; if it is {name}, convert it with `iconv -f {name} -t UTF-8 OLD > NEW`"
    )]
    Bytes {
        /// The first line concerned, from 1.
        line: usize,
        /// The first byte concerned.
        byte: u8,
        /// What the encoding may be.
        name: &'static str,
    },
    /// No text at all.
    #[error("it is no text: it has bytes that are zero")]
    Binary,
    /// More than is read.
    #[error("it has more than {mib} MiB, the most that is read")]
    Long {
        /// The most that is read.
        mib: u64,
    },
}

/// The whole text of `from`, which may have no end, if it has at most `mib` MiB.
///
/// # Errors
/// What the operating system says, or a [`TextError`] inside.
pub fn read(from: impl Read, mib: u64) -> io::Result<String> {
    let most = mib << 20;
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(TextError::Long { mib }));
    }
    decode(bytes).map_err(io::Error::other)
}

/// The text in `bytes`, without a byte-order mark, lines ending in `\n`.
///
/// # Errors
/// [`TextError`] if it is not UTF-8.
pub fn decode(bytes: Vec<u8>) -> Result<String, TextError> {
    if let Some(name) = other_unicode(&bytes) {
        return Err(TextError::Unicode { name });
    }
    if bytes.contains(&0) {
        return Err(TextError::Binary);
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        // ISO 8859-1 has no characters from 0x80 to 0x9f, Windows has its dashes and quotes there.
        let of_windows = bytes[at..].iter().any(|b| (0x80..0xa0).contains(b));
        TextError::Bytes {
            line: 1 + bytes[..at].iter().filter(|b| **b == b'\n').count(),
            byte: bytes[at],
            name: if of_windows {
                "WINDOWS-1252"
            } else {
                "ISO-8859-1"
            },
        }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The name of an encoding of Unicode in 16 or 32 bits: by its mark, or by the zeros of plain letters.
fn other_unicode(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Some("UTF-16"),
        _ => {}
    }
    let start = &bytes[..bytes.len().min(4096) / 4 * 4];
    let zeros = |place: usize, of: usize| {
        let bytes = start.iter().skip(place).step_by(of);
        bytes.filter(|b| **b == 0).count() * of
    };
    let (most, few) = (start.len() / 2, start.len() / 10);
    let is_zero = |place, of| zeros(place, of) > most;
    if start.is_empty() {
        None
    } else if is_zero(2, 4) && is_zero(1, 4) && zeros(0, 4) <= few {
        Some("UTF-32LE")
    } else if is_zero(2, 4) && is_zero(1, 4) && zeros(3, 4) <= few {
        Some("UTF-32BE")
    } else if is_zero(1, 2) && zeros(0, 2) <= few {
        Some("UTF-16LE")
    } else if is_zero(0, 2) && zeros(1, 2) <= few {
        Some("UTF-16BE")
    } else {
        None
    }
}

/// What a comment says: the text after the `#` of a line, which a spreadsheet may have put into
/// quotation marks and filled up with separators.
pub fn comment(line: &str) -> Option<String> {
    let line = line.trim_start();
    let mut text = line.to_owned();
    if line.starts_with('"') {
        let mut reader = csv::ReaderBuilder::new();
        reader.has_headers(false);
        let record = reader.from_reader(line.as_bytes()).records().next()?.ok()?;
        record.get(0)?.trim_start().clone_into(&mut text);
    }
    let said = text.strip_prefix('#')?;
    Some(said.trim_end_matches([',', ';', '\t']).to_owned())
}

/// The separator in a first line like `sep=;`, by which spreadsheets know it.
fn declared_separator(line: &str) -> Option<u8> {
    let said = line.trim_start_matches('"').strip_prefix("sep=")?;
    // What stands behind it fills up the row.
    said.bytes().next().filter(u8::is_ascii)
}

/// The rows of a table with their line numbers: cells separated by commas, semicolons or tabs, in
/// quotation marks or not. Comments, which start with `#`, and rows of empty cells are left out.
pub fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
    let lines = text.lines().enumerate();
    let mut lines = lines
        .filter(|(_, line)| !line.trim().is_empty() && comment(line).is_none())
        .map(|(i, line)| (i + 1, line))
        .peekable();
    let declared = lines.next_if(|(_, line)| declared_separator(line).is_some());
    let (numbers, lines): (Vec<usize>, Vec<&str>) = lines.unzip();
    let first = lines.first().copied().unwrap_or_default();
    let count = |separator: u8| first.bytes().filter(|b| *b == separator).count();
    // Of equals the last, the comma.
    let most = *b"\t;,".iter().max_by_key(|s| count(**s)).unwrap_or(&b',');
    let separator = declared.and_then(|(_, line)| declared_separator(line));
    let separator = separator.unwrap_or(most);
    let mut reader = csv::ReaderBuilder::new();
    reader
        .has_headers(false)
        .flexible(true)
        .delimiter(separator);
    let mut found = Vec::new();
    for record in reader.from_reader(lines.join("\n").as_bytes()).records() {
        // Reading UTF-8 from memory does not fail.
        let Ok(record) = record else { break };
        let line = record.position().map_or(0, |at| at.line() as usize);
        let cells: Vec<String> = record.iter().map(|c| c.trim().to_owned()).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            found.push((numbers.get(line - 1).copied().unwrap_or(line), cells));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn what_editors_write_is_the_same_text() {
        let text = "a = \"é\"\nb = 2\n";
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let old_mac = text.replace('\n', "\r");
        for saved in [text, &windows, &old_mac] {
            assert_eq!(decode(saved.as_bytes().to_vec()).as_deref(), Ok(text));
        }
        assert_eq!(decode(Vec::new()).as_deref(), Ok(""));
    }

    #[test]
    fn other_encodings_are_told_by_their_name() {
        let text = "[beam]\nlepton = \"mu-\"  # Müon – µ\n";
        let wide = |bytes: fn(u32) -> [u8; 4]| -> Vec<u8> {
            text.chars().flat_map(|c| bytes(c.into())).collect()
        };
        let marked = |mark: &[u8], bytes: Vec<u8>| [mark.to_vec(), bytes].concat();
        let name = |bytes| match decode(bytes) {
            Err(TextError::Unicode { name } | TextError::Bytes { name, .. }) => name,
            other => panic!("{other:?}"),
        };
        assert_eq!(name(utf16(text, u16::to_le_bytes)), "UTF-16LE");
        assert_eq!(name(utf16(text, u16::to_be_bytes)), "UTF-16BE");
        assert_eq!(
            name(marked(&[0xff, 0xfe], utf16(text, u16::to_le_bytes))),
            "UTF-16"
        );
        assert_eq!(
            name(marked(&[0xfe, 0xff], utf16(text, u16::to_be_bytes))),
            "UTF-16"
        );
        assert_eq!(name(wide(u32::to_le_bytes)), "UTF-32LE");
        assert_eq!(name(wide(u32::to_be_bytes)), "UTF-32BE");
        assert_eq!(
            name(marked(&[0xff, 0xfe, 0, 0], wide(u32::to_le_bytes))),
            "UTF-32"
        );
        assert_eq!(name(b"# M\xfcon\n".to_vec()), "ISO-8859-1");
        assert_eq!(name(b"# a \x96 b\n".to_vec()), "WINDOWS-1252");
        assert_eq!(decode(b"\x7fELF\0\x01".to_vec()), Err(TextError::Binary));
        // What a power failure leaves of a text: blocks of zeros, wherever they begin.
        for start in 0..8 {
            let torn = [&b"[beam]\n"[..start], &[0; 4096]].concat();
            assert_eq!(decode(torn), Err(TextError::Binary), "{start}");
        }
    }

    #[test]
    fn a_byte_that_is_no_utf8_is_named_with_its_line() {
        let words = decode(b"a\nb\nc \xe9 d\n".to_vec())
            .unwrap_err()
            .to_string();
        assert!(words.starts_with("line 3 has the byte 0xe9"), "{words}");
        assert!(
            words.contains("`iconv -f ISO-8859-1 -t UTF-8 OLD > NEW`"),
            "{words}"
        );
    }

    #[test]
    fn no_more_is_read_than_is_allowed() {
        let endless = io::repeat(b'a');
        let words = read(endless, 1).unwrap_err().to_string();
        assert_eq!(words, "it has more than 1 MiB, the most that is read");
        assert_eq!(read(&[b'a'; 1 << 20][..], 1).unwrap().len(), 1 << 20);
    }

    #[test]
    fn rows_are_the_same_however_a_spreadsheet_saves_them() {
        let table = "# card: a = [\"x, y\"]\nm,name\n\n0.1,\"a, \"\"b\"\"\"\n 0.2 ,c\n";
        let expected = vec![
            (2, vec!["m".to_owned(), "name".to_owned()]),
            (4, vec!["0.1".to_owned(), "a, \"b\"".to_owned()]),
            (5, vec!["0.2".to_owned(), "c".to_owned()]),
        ];
        assert_eq!(rows(table), expected);
        let quoted = "\"# card: a = [\"\"x, y\"\"]\",\n\"m\",\"name\"\n,\n\"0.1\",\"a, \"\"b\"\"\"\n\"0.2\",\"c\"\n,\n,\n\n";
        assert_eq!(rows(quoted), expected);
        let other = "# c\nm;name\n\n0.1;\"a, \"\"b\"\"\"\n0.2;c";
        assert_eq!(rows(other), expected);
        assert_eq!(rows(&other.replace(';', "\t")), expected);
        assert_eq!(rows("# nothing\n\n"), vec![]);
        for (declared, table) in [
            ("sep=;", "0,1;2"),
            ("\"sep=,\",", "\"0,1\",2"),
            ("sep=\t", "0,1\t2"),
        ] {
            let expected = vec![(2, vec!["0,1".to_owned(), "2".to_owned()])];
            assert_eq!(
                rows(&format!("{declared}\n{table}\n")),
                expected,
                "{declared}"
            );
        }
        let said = Some(" lepton = \"mu-\"".to_owned());
        for line in [
            "# lepton = \"mu-\"",
            "# lepton = \"mu-\",,",
            "\"# lepton = \"\"mu-\"\"\";;",
        ] {
            assert_eq!(comment(line), said, "{line}");
        }
    }
}
