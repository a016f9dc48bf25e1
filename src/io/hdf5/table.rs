//! A table as HDF5: one dataset a column, facts as root attributes.

use std::path::Path;

use ::hdf5::types::VarLenUnicode;
use ::hdf5::{File, Result};

use super::attribute::{describe, put_text};
use crate::io::IoError;
use crate::io::part::PartFile;
use crate::io::table::{TableHeader, short_name};

/// Writes `rows` (fields as text, in the order of the header) to `path`, replacing it: columns of
/// numbers as doubles, others as text; `units` and `description` as attributes.
///
/// # Errors
/// [`IoError`] if the disk is full or the file cannot be made.
pub fn write_table(
    path: &Path,
    header: &TableHeader,
    rows: &[Vec<String>],
) -> std::result::Result<(), IoError> {
    let (part, _) = PartFile::create(path, true)?;
    let write = || -> Result<()> {
        let file = File::create(part.part())?;
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
    part.finish()
}
