//! A table as CSV: facts and columns in comments, then the names, then the rows.
//!
//! The header holds facts (`# name: value`) and one line a column (`# column name [units]:
//! description`), then the names. [`Table::to_csv`] writes any texts, quoted where they need it. With
//! checksums ([`Table::to_signed_csv`]), fields are plain and a last column, `crc32`, is the CRC-32 of
//! the header and the other fields of the row: a row belongs to its header, and no bit of either
//! changes unnoticed. Pinned by the tests below; the package of files reads both.

use super::{Cell, Column, Table};

/// Name of the column of checksums, which is no result.
pub const CHECKSUM: &str = "crc32";
/// What the header says of the column of checksums.
pub const CHECKSUM_LINE: &str =
    "# column crc32 [1]: CRC-32 of all lines up to the names and of the row without this field\n";

/// Signs and checks the rows below one header.
#[derive(Debug, Clone)]
pub struct Checksum(crc32fast::Hasher);

impl Checksum {
    /// For rows below `header`.
    pub fn of(header: &str) -> Self {
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
    pub fn line(&self, cells: &[Cell]) -> String {
        let fields: Vec<String> = cells.iter().map(Cell::to_string).collect();
        let row = fields.join(",");
        format!("{row},{}\n", self.sum(&row))
    }

    /// The fields of a line, if it is what [`Self::line`] made.
    pub fn fields<'a>(&self, line: &'a str) -> Option<Vec<&'a str>> {
        let (row, sum) = line.rsplit_once(',')?;
        (sum == self.sum(row).to_string()).then(|| row.split(',').collect())
    }
}

impl Table {
    /// The comments of the header.
    fn comments(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.facts {
            for line in value.trim_end().lines() {
                text += &format!("# {name}: {line}\n");
            }
        }
        for Column {
            name,
            units,
            description,
        } in &self.columns
        {
            text += &match units.as_str() {
                "" => format!("# column {name}: {description}\n"),
                units => format!("# column {name} [{units}]: {description}\n"),
            };
        }
        text
    }

    /// The header of the table with checksums, names line included.
    pub fn signed_header(&self) -> String {
        let names = self.columns.iter().map(|c| c.name.as_str());
        let names: Vec<&str> = names.chain([CHECKSUM]).collect();
        self.comments() + CHECKSUM_LINE + &names.join(",") + "\n"
    }

    /// The table with a checksum a row.
    pub fn to_signed_csv(&self) -> String {
        let mut text = self.signed_header();
        let sum = Checksum::of(&text);
        for row in &self.rows {
            text += &sum.line(row);
        }
        text
    }

    /// The table without checksums; any texts may stand in it.
    pub fn to_csv(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
        let mut text = self.comments() + &names.join(",") + "\n";
        for cells in &self.rows {
            let cells: Vec<String> = cells.iter().map(Cell::to_string).collect();
            text += &row(cells.iter().map(String::as_str));
        }
        text
    }
}

/// One row of any texts: quoted where they need it, and none of them a formula to a spreadsheet or
/// more than one line.
pub fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = ::csv::Writer::from_writer(Vec::new());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            facts: vec![("card".to_owned(), "a = 1\nb = 2\n".to_owned())],
            columns: vec![
                Column::of_key("dark_sector.m", "GeV"),
                Column::new("sigma_pb", "pb", "cross section"),
            ],
            keys: 1,
            rows: vec![
                vec![Cell::Real(0.001), Cell::Real(2.5)],
                vec![Cell::from("x"), Cell::Missing],
            ],
        }
    }

    #[test]
    fn a_table_has_facts_columns_names_and_rows() {
        assert_eq!(
            table().to_csv(),
            "# card: a = 1\n# card: b = 2\n# column m [GeV]: card key dark_sector.m\n\
             # column sigma_pb [pb]: cross section\nm,sigma_pb\n0.001,2.5\nx,\n"
        );
    }

    #[test]
    fn a_signed_row_is_what_was_written_and_nothing_else() {
        let text = table().to_signed_csv();
        let (header, rows) = text.split_once("m,sigma_pb,crc32\n").expect("names");
        assert!(header.ends_with(CHECKSUM_LINE), "{header}");
        let sum = Checksum::of(&table().signed_header());
        let fields = |line: &str| sum.fields(line).map(|f| f.join("|"));
        let found: Vec<_> = rows.lines().map(fields).collect();
        assert_eq!(found, [Some("0.001|2.5".into()), Some("x|".into())]);
        let changed = rows.replace("2.5", "2.6");
        assert_eq!(changed.lines().next().and_then(fields), None);
    }

    #[test]
    fn texts_are_quoted_and_are_no_formulas() {
        assert_eq!(
            row(["a, b", "=1+1", "-2.5", "two\nlines"]),
            "\"a, b\",'=1+1,-2.5,two lines\n"
        );
    }
}
