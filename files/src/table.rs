//! Tables as texts on the disk: read back, checked against their checksums, written whole.
//!
//! Their form is that of [`millibrem::table::csv`]; [`super::row_log`] writes a table row by row.
//! Pinned by the tests below and there.

use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use super::output::Kind;
use super::part::PartFile;
use super::{IoError, input};
use millibrem::table::csv::{CHECKSUM, CHECKSUM_LINE, Checksum};

/// The table at `path` as this program writes it, if there is one.
///
/// # Errors
/// [`IoError`] if it cannot be read.
pub fn saved(path: &Path) -> Result<Option<String>, IoError> {
    let mut bytes = Vec::new();
    match input::open(path).and_then(|mut file| file.read_to_end(&mut bytes)) {
        Ok(_) => Ok(Some(plain_text(&bytes))),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(IoError::file("read", path, e)),
    }
}

/// A text as this program writes it: without the byte-order mark and the line ends of spreadsheets.
pub fn plain_text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    text.replace('\r', "\n")
}

/// The number of the first line that is not what was written, in a [`plain_text`] with checksums.
pub fn first_damaged(text: &str) -> Option<usize> {
    let names_end = format!(",{CHECKSUM}");
    // One changed bit cannot hide both.
    if !text.contains(CHECKSUM_LINE) && !text.lines().any(|line| line.ends_with(&names_end)) {
        return None;
    }
    let mut at = 0;
    let mut sum = None;
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        at += line.len();
        let plain = line.trim_end_matches('\n');
        match &sum {
            None if line.starts_with('#') => {}
            None if plain.ends_with(&names_end) => sum = Some(Checksum::of(&text[..at])),
            None => return Some(number),
            Some(sum) if !plain.is_empty() && sum.fields(plain).is_none() => return Some(number),
            Some(_) => {}
        }
    }
    None
}

/// Writes the table `text` to `path`, whole or not at all; an earlier table is replaced, with
/// `replace` any file that is nothing else.
///
/// # Errors
/// [`IoError`] if another file is in the way, the disk is full or the file cannot be made.
pub fn write_whole(path: &Path, text: &str, replace: bool) -> Result<(), IoError> {
    PartFile::filled(path, Kind::Table, replace, text.as_bytes())?.finish()
}

/// The same for whoever has the right to write there, in place of what is there.
pub(super) fn rewrite(path: &Path, text: &str) -> Result<(), IoError> {
    let (part, mut file) = PartFile::known(path, "part", Kind::Table, true)?;
    file.write_all(text.as_bytes())
        .map_err(|e| IoError::file("write", path, e))?;
    part.finish()
}

#[cfg(test)]
mod tests {
    use millibrem::table::{Cell, Column, Table};

    use super::*;

    #[test]
    fn a_changed_bit_anywhere_is_noticed() {
        let rows = [[1.0, 2.5], [3.0, 4.5]].map(|row| row.map(Cell::Real).to_vec());
        let table = Table {
            facts: vec![("card".to_owned(), "a = 1".to_owned())],
            columns: vec![
                Column::of_key("m", "GeV"),
                Column::new("sigma_pb", "pb", "cross section"),
            ],
            keys: 1,
            rows: rows.to_vec(),
        };
        let text = table.to_signed_csv();
        assert_eq!(first_damaged(&text), None);
        let spreadsheet = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(plain_text(spreadsheet.as_bytes()), text);
        assert_eq!(plain_text(text.replace('\n', "\r").as_bytes()), text);
        assert_eq!(first_damaged("m,sigma_pb\n1,2\n"), None);
        for bit in 0..8 * text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let changed = plain_text(&bytes);
            assert!(first_damaged(&changed).is_some(), "bit {bit}: {changed}");
        }
    }
}
