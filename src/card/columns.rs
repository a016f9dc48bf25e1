//! A table of two columns: in a file that the card names, or in the card itself.

use super::error::CardError;
use super::known::Known;
use super::rules::Resolver;
use crate::text::{self, TableError, shorten};

/// Mebibytes beyond which a file is no table.
const MAX_TABLE_MIB: u64 = 16;

/// The keys of a table, and what is made of it.
pub(super) struct Columns<'a, T> {
    pub(super) key: &'a str,
    /// Names of the columns, keys below that one beside `file`.
    pub(super) columns: [&'a str; 2],
    pub(super) of_file: fn(&str) -> Result<T, TableError>,
    pub(super) of_columns: fn(&[f64], &[f64]) -> Result<T, TableError>,
    /// What the numbers are.
    pub(super) expected: &'a str,
}

impl<T> Columns<'_, T> {
    /// The table that the card names or holds.
    pub(super) fn read(&self, rules: &Resolver<'_>, known: &Known) -> Result<T, CardError> {
        let path = |name: &str| format!("{}.{name}", self.key);
        let file = path("file");
        let columns = self.columns.map(path);
        let is_there = |column: &&String| rules.has(column);
        if let Some(name) = rules.read::<Option<String>>(&file)? {
            if let Some(column) = columns.iter().find(is_there) {
                return Err(rules.excludes(column, &file));
            }
            let read = known.open(&name).and_then(|from| {
                let text = text::read(from, MAX_TABLE_MIB).map_err(|error| error.to_string())?;
                (self.of_file)(&text).map_err(|error| error.to_string())
            });
            return read.map_err(|problem| {
                let expected = format!("{}: {problem}", self.expected);
                rules.wrong(&file, shorten(&name), expected)
            });
        }
        if !columns.iter().any(|column| rules.has(column)) {
            return Err(rules.bad(self.key, "neither"));
        }
        let column = |path: &String| rules.read::<Vec<f64>>(path);
        let [x, y] = [column(&columns[0])?, column(&columns[1])?];
        let table = (self.of_columns)(&x, &y);
        table.map_err(|error| rules.wrong(self.key, error.to_string(), self.expected))
    }
}
