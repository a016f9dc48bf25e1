//! A table as HDF5: one dataset a column, facts as root attributes.

use std::path::Path;

use ::hdf5::types::VarLenUnicode;
use ::hdf5::{File, Result};

use super::attribute::{describe, get_text, put, put_text};
use super::{FORMAT_VERSION, TABLE_FORMAT, column, open, seal};
use crate::IoError;
use crate::output::Kind;
use crate::part::PartFile;
use crate::table::{TableHeader, short_name};

/// Writes `rows` (fields as text, in the order of the header) for `path`, to be finished: columns of
/// numbers as doubles, others as text; `units` and `description` as attributes. An earlier table is
/// replaced, with `replace` any file that is nothing else.
///
/// # Errors
/// [`IoError`] if another file is in the way, the disk is full or the file cannot be made.
pub fn write_table(
    path: &Path,
    header: &TableHeader,
    rows: &[Vec<String>],
    replace: bool,
) -> std::result::Result<PartFile, IoError> {
    let (part, _) = PartFile::create(path, Kind::Table, replace)?;
    let write = || -> Result<()> {
        let file = open::create(part.part())?;
        put_text(&file, "format", TABLE_FORMAT)?;
        put(&file, "format_version", &FORMAT_VERSION)?;
        for (name, value) in &header.facts {
            put_text(&file, name, value)?;
        }
        let keys = header.keys.iter().map(|k| (short_name(k), "", k.as_str()));
        let columns = header
            .columns
            .iter()
            .map(|c| (c.name, c.units, c.description));
        for (i, (name, units, description)) in keys.chain(columns).enumerate() {
            let fields: Vec<&str> = rows.iter().map(|r| r[i].as_str()).collect();
            let numbers: Option<Vec<f64>> = fields.iter().map(|f| f.parse().ok()).collect();
            let data = match numbers {
                Some(numbers) => file
                    .new_dataset_builder()
                    .with_data(&numbers)
                    .create(name)?,
                None => {
                    let words = fields
                        .iter()
                        .map(|f| f.parse::<VarLenUnicode>().map_err(|e| e.to_string().into()))
                        .collect::<Result<Vec<_>>>()?;
                    file.new_dataset_builder().with_data(&words).create(name)?
                }
            };
            describe(&data, units, description)?;
        }
        file.close()
    };
    write().map_err(|e| IoError::hdf5("write the table", path, &e))?;
    seal::put(part.part()).map_err(|e| IoError::file("write the table", path, e))?;
    Ok(part)
}

/// A table read back: what was written on it, and its columns as text, sorted by name.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedTable {
    /// The card it was made from, TOML.
    pub card: String,
    /// Names and fields of the columns.
    pub columns: Vec<(String, Vec<String>)>,
}

/// Reads a table that [`write_table`] wrote; nothing if `path` is HDF5 of another kind.
///
/// # Errors
/// [`IoError`] if the file is damaged, or cannot be opened, or its columns cannot be read.
pub fn read_table(path: &Path) -> std::result::Result<Option<SavedTable>, IoError> {
    read(path, &open::finished(path)?.file)
}

/// Reads the table in an open file.
pub(super) fn read(path: &Path, file: &File) -> std::result::Result<Option<SavedTable>, IoError> {
    let read = || -> Result<Option<SavedTable>> {
        if !is_table(file) {
            return Ok(None);
        }
        let card = get_text(file, "card")?;
        let mut columns = Vec::new();
        for data in file.datasets()? {
            let name = data.name().trim_start_matches('/').to_owned();
            let fields = match column::read::<f64>(&data) {
                Ok(numbers) => numbers.iter().map(|x| format!("{x:?}")).collect(),
                Err(_) => column::read_texts(&data)?,
            };
            columns.push((name, fields));
        }
        columns.sort();
        Ok(Some(SavedTable { card, columns }))
    };
    read().map_err(|e| seal::damaged(path, &format!("its columns cannot be read ({e})")))
}

/// Whether a file is a table; those of version 1 do not say their format.
pub(super) fn is_table(file: &File) -> bool {
    get_text(file, "command").is_ok() && get_text(file, "card").is_ok()
}
