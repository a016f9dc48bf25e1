//! Tables of scans and comparisons: CSV with a commented header and a checksum a row.
//!
//! The header holds facts (`# name: value`) and one line a column (`# column name [units]:
//! description`), then the names. The last column, `crc32`, is the CRC-32 of the header and the other
//! fields of the row: a row belongs to its header, and no bit of either changes unnoticed.
//! [`super::row_log`] writes such a table row by row. Pinned by the tests below and there.

use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use super::output::Kind;
use super::part::PartFile;
use super::{IoError, input};
use millibrem::results::CHECKSUM;

/// What the header says of it.
const CHECKSUM_LINE: &str =
    "# column crc32 [1]: CRC-32 of all lines up to the names and of the row without this field\n";

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name; units belong to it.
    pub name: &'static str,
    /// Its units.
    pub units: &'static str,
    /// What it is.
    pub description: &'static str,
}

/// What all rows of a table have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct TableHeader {
    /// Facts, in order.
    pub facts: Vec<(String, String)>,
    /// Names of the scanned keys, the first columns.
    pub keys: Vec<String>,
    /// The columns after them.
    pub columns: Vec<Column>,
}

impl TableHeader {
    /// The header as the file begins, names line included.
    pub fn to_csv(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.facts {
            for line in value.trim_end().lines() {
                text += &format!("# {name}: {line}\n");
            }
        }
        for key in &self.keys {
            text += &format!("# column {}: card key {key}\n", short_name(key));
        }
        for Column {
            name,
            units,
            description,
        } in &self.columns
        {
            text += &format!("# column {name} [{units}]: {description}\n");
        }
        text += CHECKSUM_LINE;
        let keys = self.keys.iter().map(|key| short_name(key));
        let columns = self.columns.iter().map(|c| c.name);
        let names: Vec<&str> = keys.chain(columns).chain([CHECKSUM]).collect();
        text + &names.join(",") + "\n"
    }

    /// The whole file.
    pub fn with_rows(&self, rows: &[Vec<String>]) -> String {
        let mut text = self.to_csv();
        let sum = Checksum::of(&text);
        for row in rows {
            text += &sum.line(row);
        }
        text
    }

    /// Number of fields of a row, the checksum apart.
    pub(super) fn width(&self) -> usize {
        self.keys.len() + self.columns.len()
    }
}

/// Signs and checks the rows below one header.
#[derive(Debug, Clone)]
pub(super) struct Checksum(crc32fast::Hasher);

impl Checksum {
    /// For rows below `header`.
    pub(super) fn of(header: &str) -> Self {
        let mut sum = crc32fast::Hasher::new();
        sum.update(header.as_bytes());
        Self(sum)
    }

    fn sum(&self, row: &str) -> u32 {
        let mut sum = self.0.clone();
        sum.update(row.as_bytes());
        sum.finalize()
    }

    /// The line of a row.
    pub(super) fn line(&self, fields: &[String]) -> String {
        let row = fields.join(",");
        format!("{row},{}\n", self.sum(&row))
    }

    /// The fields of a line, if it is what [`Self::line`] made.
    pub(super) fn fields<'a>(&self, line: &'a str) -> Option<Vec<&'a str>> {
        let (row, sum) = line.rsplit_once(',')?;
        (sum == self.sum(row).to_string()).then(|| row.split(',').collect())
    }
}

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

/// One row of a table of any texts: quoted where they need it, and none of them a formula to a
/// spreadsheet or more than one line.
pub fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let cells = cells.into_iter().map(|cell| {
        let cell: String = cell.chars().map(plain).collect();
        let formula = cell.trim_start().starts_with(['=', '+', '-', '@']);
        match formula && cell.parse::<f64>().is_err() {
            true => format!("'{cell}"),
            false => cell,
        }
    });
    // UNWRAP: writing to memory cannot fail.
    out.write_record(cells).expect("memory takes everything");
    let bytes = out.into_inner().expect("memory takes everything");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The name of a key's column: the key without its section.
pub fn short_name(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
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
    use super::*;

    #[test]
    fn a_changed_bit_anywhere_is_noticed() {
        let header = TableHeader {
            facts: vec![("card".to_owned(), "a = 1".to_owned())],
            keys: vec!["m".to_owned()],
            columns: vec![Column {
                name: "sigma_pb",
                units: "pb",
                description: "cross section",
            }],
        };
        let rows = [["1", "2.5"], ["3", "4.5"]].map(|row| row.map(str::to_owned).to_vec());
        let text = header.with_rows(&rows);
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
