//! Tables and numbers as JSON: a row is an object by the names of the columns.
//!
//! Numbers have all digits of the double they are; what JSON has no numbers for is a text: `"inf"`,
//! `"-inf"`, `"nan"`; what is missing is null. Pinned by the tests below and
//! `tests/python/test_json.py`.

use serde_json::{Map, Value, json};

use super::{Cell, Table};

/// A number; null for none.
pub fn number(number: impl Into<Option<f64>>) -> Value {
    match number.into() {
        None => Value::Null,
        Some(x) if x.is_nan() => json!("nan"),
        Some(x) if x.is_infinite() => json!(x.to_string()),
        Some(x) => json!(x),
    }
}

/// A list of numbers.
pub fn numbers<T: Into<Option<f64>> + Copy>(all: &[T]) -> Value {
    all.iter().map(|x| number(*x)).collect()
}

impl Cell {
    /// The value as JSON.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Real(x) => number(*x),
            Self::Integer(whole) => json!(whole),
            Self::Text(text) => json!(text),
            Self::Missing => Value::Null,
        }
    }
}

impl Table {
    /// One row as an object.
    pub fn json_row(&self, row: &[Cell]) -> Map<String, Value> {
        let pairs = self.columns.iter().zip(row);
        let pairs = pairs.map(|(column, cell)| (column.name.clone(), cell.to_json()));
        pairs.collect()
    }

    /// The rows as a list of objects.
    pub fn json_rows(&self) -> Value {
        let rows = self.rows.iter();
        rows.map(|row| Value::Object(self.json_row(row))).collect()
    }

    /// The column of this name as a list; null if there is none.
    pub fn json_column(&self, name: &str) -> Value {
        let column = self.position(name);
        column.map_or(Value::Null, |i| self.cells(i).map(Cell::to_json).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Column;
    use super::*;

    #[test]
    fn rows_are_objects_and_columns_lists() {
        let table = Table {
            columns: vec![
                Column::new("element", "", "element"),
                Column::new("n", "1", "number"),
                Column::new("x_pb", "pb", "value"),
            ],
            rows: vec![
                vec![Cell::from("Pb"), Cell::Integer(3), Cell::Real(0.1)],
                vec![Cell::from("W"), Cell::Missing, Cell::Real(f64::INFINITY)],
            ],
            ..Table::default()
        };
        assert_eq!(
            table.json_rows(),
            json!([
                {"element": "Pb", "n": 3, "x_pb": 0.1},
                {"element": "W", "n": null, "x_pb": "inf"}
            ])
        );
        assert_eq!(table.json_column("x_pb"), json!([0.1, "inf"]));
        assert_eq!(table.json_column("y"), Value::Null);
    }
}
