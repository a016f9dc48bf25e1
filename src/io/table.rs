//! Tables of a scan: CSV with a commented header, written row by row and resumed.
//!
//! The header holds facts (`# name: value`) and one line a column (`# column name [units]:
//! description`), then the names. A row is complete when its line end is there; [`RowLog`] keeps
//! complete rows of an interrupted run with the same header and forgets the rest.
//! Pinned by the tests below and `tests/cli_scan.rs`.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::IoError;
use super::part::PartFile;

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
        let keys = self.keys.iter().map(|key| short_name(key));
        let names: Vec<&str> = keys.chain(self.columns.iter().map(|c| c.name)).collect();
        text + &names.join(",") + "\n"
    }

    /// Number of fields of a row.
    fn width(&self) -> usize {
        self.keys.len() + self.columns.len()
    }
}

/// The name of a key's column: the key without its section.
pub fn short_name(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

/// A CSV file that grows by whole rows.
#[derive(Debug)]
pub struct RowLog {
    path: PathBuf,
    header: String,
    file: File,
}

impl RowLog {
    /// Opens `path` for rows below `header` and returns the rows it already has.
    ///
    /// # Errors
    /// [`IoError::Exists`] if there is a file with another header and `replace` is not set; another
    /// [`IoError`] if the file cannot be read or written.
    pub fn open(
        path: &Path,
        header: &TableHeader,
        replace: bool,
    ) -> Result<(Self, Vec<Vec<String>>), IoError> {
        let text = header.to_csv();
        if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|e| IoError::file("make the folder", folder, e))?;
        }
        let mut rows = Vec::new();
        if !replace && path.exists() {
            let mut old = String::new();
            File::open(path)
                .and_then(|mut f| f.read_to_string(&mut old))
                .map_err(|e| IoError::file("read", path, e))?;
            // A header cut short by an interruption is the beginning of ours.
            if !old.starts_with(&text) && !text.starts_with(&old) {
                return Err(IoError::Exists {
                    path: path.to_owned(),
                });
            }
            let body = old.get(text.len()..).unwrap_or_default();
            rows = body
                .split_inclusive('\n')
                .filter_map(|line| line.strip_suffix('\n'))
                .map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>())
                .filter(|fields| fields.len() == header.width())
                .collect();
        }
        let mut whole = text.clone();
        for row in &rows {
            whole += &(row.join(",") + "\n");
        }
        write_whole(path, &whole)?;
        let file = OpenOptions::new()
            .append(true)
            .open(path)
            .map_err(|e| IoError::file("open", path, e))?;
        let log = Self {
            path: path.to_owned(),
            header: text,
            file,
        };
        Ok((log, rows))
    }

    /// Adds one row at once.
    ///
    /// # Errors
    /// [`IoError`] if the disk is full or the file is gone.
    pub fn append(&mut self, fields: &[String]) -> Result<(), IoError> {
        let line = fields.join(",") + "\n";
        self.file
            .write_all(line.as_bytes())
            .and_then(|()| self.file.flush())
            .map_err(|e| IoError::file("write a row to", &self.path, e))
    }

    /// Replaces the file by `rows` in this order.
    ///
    /// # Errors
    /// [`IoError`] if the disk is full or the file cannot be renamed.
    pub fn finish(self, rows: &[Vec<String>]) -> Result<(), IoError> {
        let mut whole = self.header;
        for row in rows {
            whole += &(row.join(",") + "\n");
        }
        write_whole(&self.path, &whole)
    }
}

/// Writes `text` to `path`, whole or not at all.
///
/// # Errors
/// [`IoError`] if the disk is full or the file cannot be made.
pub fn write_whole(path: &Path, text: &str) -> Result<(), IoError> {
    let (part, mut file) = PartFile::create(path, true)?;
    file.write_all(text.as_bytes())
        .map_err(|e| IoError::file("write", path, e))?;
    drop(file);
    part.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(card: &str) -> TableHeader {
        TableHeader {
            facts: vec![("card".to_owned(), card.to_owned())],
            keys: vec!["m".to_owned()],
            columns: vec![Column {
                name: "sigma_pb",
                units: "pb",
                description: "cross section",
            }],
        }
    }

    fn row(a: &str, b: &str) -> Vec<String> {
        vec![a.to_owned(), b.to_owned()]
    }

    #[test]
    fn complete_rows_of_an_interrupted_file_are_kept_and_a_torn_one_is_not() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("deep/scan.csv");
        let (mut log, rows) = RowLog::open(&path, &header("a\nb"), false).expect("new");
        assert!(rows.is_empty());
        log.append(&row("1", "2.5")).expect("written");
        log.append(&row("3", "4.5")).expect("written");
        drop(log);
        let text = fs::read_to_string(&path).expect("text");
        fs::write(&path, &text[..text.len() - 2]).expect("torn");
        let (mut log, rows) = RowLog::open(&path, &header("a\nb"), false).expect("resumed");
        assert_eq!(rows, [row("1", "2.5")]);
        log.append(&row("3", "4.5")).expect("written");
        log.finish(&[row("3", "4.5"), row("1", "2.5")])
            .expect("finished");
        let text = fs::read_to_string(&path).expect("text");
        assert_eq!(
            text,
            "# card: a\n# card: b\n# column m: card key m\n# column sigma_pb [pb]: cross section\nm,sigma_pb\n3,4.5\n1,2.5\n"
        );
    }

    #[test]
    fn a_table_of_another_run_is_replaced_only_on_request() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("scan.csv");
        let (mut log, _) = RowLog::open(&path, &header("a"), false).expect("new");
        log.append(&row("1", "2")).expect("written");
        let refused = RowLog::open(&path, &header("b"), false).expect_err("another");
        assert!(matches!(refused, IoError::Exists { .. }));
        let (_, rows) = RowLog::open(&path, &header("b"), true).expect("replaced");
        assert!(rows.is_empty());
    }
}
