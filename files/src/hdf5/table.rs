//! A table as HDF5: one dataset a column, facts as root attributes.

use std::path::Path;

use ::hdf5::types::VarLenUnicode;
use ::hdf5::{File, Result};

use super::attribute::{describe, get_text, put, put_text};
use super::{FORMAT_VERSION, TABLE_FORMAT, column, open, seal};
use crate::IoError;
use crate::output::Kind;
use crate::part::PartFile;
use millibrem::table::{Cell, Column, Table};

/// Writes `table` for `path`, to be finished: columns of numbers as doubles, not a number where one is
/// missing, others as text; `units` and `description` as attributes. An earlier table is replaced, with
/// `replace` any file that is nothing else.
///
/// # Errors
/// [`IoError`] if another file is in the way, the disk is full or the file cannot be made.
pub fn write_table(
    path: &Path,
    table: &Table,
    replace: bool,
) -> std::result::Result<PartFile, IoError> {
    let (part, _) = PartFile::create(path, Kind::Table, replace)?;
    let write = || -> Result<()> {
        let file = open::create(part.part())?;
        put_text(&file, "format", TABLE_FORMAT)?;
        put(&file, "format_version", &FORMAT_VERSION)?;
        for (name, value) in &table.facts {
            put_text(&file, name, value)?;
        }
        for (i, column) in table.columns.iter().enumerate() {
            let Column {
                name,
                units,
                description,
            } = column;
            let number = |cell: &Cell| match cell {
                Cell::Missing => Some(f64::NAN),
                cell => cell.number(),
            };
            let numbers: Option<Vec<f64>> = table.cells(i).map(number).collect();
            let data = match numbers {
                Some(numbers) => file
                    .new_dataset_builder()
                    .with_data(&numbers)
                    .create(name.as_str())?,
                None => {
                    let word = |cell: &Cell| {
                        let word = cell.to_string().parse::<VarLenUnicode>();
                        word.map_err(|e| e.to_string().into())
                    };
                    let words = table.cells(i).map(word).collect::<Result<Vec<_>>>()?;
                    file.new_dataset_builder()
                        .with_data(&words)
                        .create(name.as_str())?
                }
            };
            describe(&data, units, description)?;
        }
        file.close()
    };
    write().map_err(|e| IoError::hdf5("write the table", path, &e))?;
    seal::put(part.part(), 1, Vec::new()).map_err(|e| IoError::file("write the table", path, e))?;
    Ok(part)
}

/// Reads a table that [`write_table`] wrote, its columns sorted by name and of its facts the card;
/// nothing if `path` is HDF5 of another kind.
///
/// # Errors
/// [`IoError`] if the file is damaged, or cannot be opened, or its columns cannot be read.
pub fn read_table(path: &Path) -> std::result::Result<Option<Table>, IoError> {
    read(path, &open::finished(path)?.file)
}

/// Reads the table in an open file.
pub(super) fn read(path: &Path, file: &File) -> std::result::Result<Option<Table>, IoError> {
    let read = || -> Result<Option<Table>> {
        if !is_table(file) {
            return Ok(None);
        }
        let card = get_text(file, "card")?;
        let mut columns = Vec::new();
        for data in file.datasets()? {
            let name = data.name().trim_start_matches('/').to_owned();
            let cells: Vec<Cell> = match column::read::<f64>(&data) {
                Ok(numbers) => numbers.into_iter().map(Cell::Real).collect(),
                Err(_) => {
                    let texts = column::read_texts(&data)?;
                    texts.into_iter().map(Cell::Text).collect()
                }
            };
            let said = |name| get_text(&data, name).unwrap_or_default();
            let column = Column::new(&name, &said("units"), &said("description"));
            columns.push((column, cells));
        }
        columns.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
        let rows = columns.iter().map(|(_, cells)| cells.len()).min();
        let row = |i: usize| columns.iter().map(|(_, cells)| cells[i].clone()).collect();
        Ok(Some(Table {
            facts: vec![("card".to_owned(), card)],
            rows: (0..rows.unwrap_or(0)).map(row).collect(),
            columns: columns.into_iter().map(|(column, _)| column).collect(),
            keys: 0,
        }))
    };
    read().map_err(|e| seal::damaged(path, &format!("its columns cannot be read ({e})")))
}

/// Whether a file is a table; those of version 1 do not say their format.
pub(super) fn is_table(file: &File) -> bool {
    get_text(file, "command").is_ok() && get_text(file, "card").is_ok()
}
