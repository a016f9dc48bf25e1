//! One table for all that is computed: facts, columns with name, units and description, typed cells.
//!
//! Studies return it; as CSV ([`Table::to_csv`], [`Table::to_signed_csv`]) and JSON ([`json`]) it is
//! written here, as HDF5 by the package of files; figures and data frames take it as it is. Units are
//! those of each column. Pinned by the tests below and those of [`csv`] and [`json`].

pub mod csv;
pub mod json;

use std::fmt;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A number.
    Real(f64),
    /// A whole number.
    Integer(u64),
    /// A text.
    Text(String),
    /// There is none.
    Missing,
}

impl Cell {
    /// The value of a key, as a card takes it: a whole number, a number, or a text.
    pub fn of_value(text: &str) -> Self {
        let text = text.trim();
        match (text.parse::<u64>(), text.parse::<f64>()) {
            (Ok(whole), _) => Self::Integer(whole),
            (_, Ok(x)) if x.is_finite() => Self::Real(x),
            _ => Self::Text(text.to_owned()),
        }
    }

    /// A computed value as [`fmt::Display`] writes it; nothing if it is none.
    pub fn of_result(text: &str) -> Option<Self> {
        match (text, text.parse::<u64>()) {
            ("", _) => Some(Self::Missing),
            (_, Ok(whole)) => Some(Self::Integer(whole)),
            _ => text.parse().ok().map(Self::Real),
        }
    }

    /// A cell of a table of anyone's, which keeps its spelling.
    pub fn as_written(text: &str) -> Self {
        match Self::of_result(text) {
            Some(cell) if cell.to_string() == text => cell,
            _ => Self::Text(text.to_owned()),
        }
    }

    /// Its number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Real(x) => Some(*x),
            Self::Integer(whole) => Some(*whole as f64),
            Self::Text(_) | Self::Missing => None,
        }
    }
}

/// As it stands in a file: numbers with all digits of the double they are, nothing for what is missing.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Real(x) => write!(f, "{x:?}"),
            Self::Integer(whole) => write!(f, "{whole}"),
            Self::Text(text) => f.write_str(text),
            Self::Missing => Ok(()),
        }
    }
}

impl From<f64> for Cell {
    fn from(x: f64) -> Self {
        Self::Real(x)
    }
}

impl From<u64> for Cell {
    fn from(whole: u64) -> Self {
        Self::Integer(whole)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}

/// What the cells of one column are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name; units belong to it.
    pub name: String,
    /// Its units; empty where it has none to speak of.
    pub units: String,
    /// What it is.
    pub description: String,
}

impl Column {
    /// A column of results.
    pub fn new(name: &str, units: &str, description: &str) -> Self {
        Self {
            name: name.to_owned(),
            units: units.to_owned(),
            description: description.to_owned(),
        }
    }

    /// The column of a scanned key of the card, under the key's [`short_name`], in the key's units.
    pub fn of_key(key: &str, units: &str) -> Self {
        Self::new(short_name(key), units, &format!("card key {key}"))
    }
}

/// The name of a key's column: the key without its section.
pub fn short_name(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

/// Facts, columns and rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// What all rows have in common, in order: the command, the version, the card (TOML).
    pub facts: Vec<(String, String)>,
    /// The columns, those of what was scanned first.
    pub columns: Vec<Column>,
    /// How many of the columns say what a row was computed for.
    pub keys: usize,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The fact of this name; the first of several.
    pub fn fact(&self, name: &str) -> Option<&str> {
        let mut facts = self.facts.iter();
        facts.find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The place of the column of this name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    /// The cells of column `i`, from the first row to the last.
    pub fn cells(&self, i: usize) -> impl Iterator<Item = &Cell> {
        self.rows.iter().map(move |row| &row[i])
    }

    /// The same table with other rows.
    #[must_use]
    pub fn with_rows(&self, rows: Vec<Vec<Cell>>) -> Self {
        Self {
            facts: self.facts.clone(),
            columns: self.columns.clone(),
            keys: self.keys,
            rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_written_as_they_are_read() {
        for (text, cell) in [
            ("8", Cell::Integer(8)),
            ("18446744073709551615", Cell::Integer(u64::MAX)),
            ("0.001", Cell::Real(0.001)),
            ("5e-324", Cell::Real(5e-324)),
            ("Pb", Cell::from("Pb")),
        ] {
            assert_eq!(Cell::of_value(text), cell);
            assert_eq!(cell.to_string(), text);
        }
        assert_eq!(Cell::of_value(" 1e-3"), Cell::Real(0.001));
        // A key of this value is a word.
        assert_eq!(Cell::of_value("inf"), Cell::from("inf"));
        assert_eq!(Cell::of_result("inf"), Some(Cell::Real(f64::INFINITY)));
        assert_eq!(Cell::of_result(""), Some(Cell::Missing));
        assert_eq!(Cell::of_result("x"), None);
        for text in ["1e-3", "0.10", "+1", "", "008", "7"] {
            assert_eq!(Cell::as_written(text).to_string(), text);
        }
    }
}
