//! Tables of parameters by nuclide.

use crate::matter::Nucleus;
use crate::matter::elements::ELEMENTS;

/// One nuclide.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) z: u32,
    pub(super) a: u32,
    /// The numbers behind Z and A.
    pub(super) values: Vec<f64>,
}

impl Row {
    /// Symbol and mass number, such as `Pb-208`.
    pub(super) fn label(&self) -> String {
        let element = ELEMENTS.iter().find(|element| element.z == self.z);
        format!("{}-{}", element.map_or("?", |e| e.symbol), self.a)
    }
}

/// The rows of a table `z,a,number,…` of the library; words and lines that start with `#` or a word are
/// passed over.
pub(super) fn rows(table: &str) -> Vec<Row> {
    let row = |line: &str| {
        let mut cells = line.split(',');
        Some(Row {
            z: cells.next()?.parse().ok()?,
            a: cells.next()?.parse().ok()?,
            values: cells.map_while(|cell| cell.parse().ok()).collect(),
        })
    };
    table.lines().filter_map(row).collect()
}

/// The row of the charge number of `nucleus` whose mass number is nearest to that of its isotope.
pub(super) fn nearest<'r>(rows: &'r [Row], nucleus: &Nucleus) -> Option<&'r Row> {
    let a = nucleus.mass_number();
    let same = rows.iter().filter(|row| row.z == nucleus.z);
    same.min_by_key(|row| row.a.abs_diff(a))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_tables_is_a_row() {
        for (table, least) in [
            (include_str!("fermi.csv"), 2),
            (include_str!("fourier_bessel.csv"), 4),
        ] {
            let numbers = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit());
            let lines: Vec<&str> = table.lines().filter(numbers).collect();
            let rows = rows(table);
            assert_eq!(rows.len(), lines.len());
            for (row, line) in rows.iter().zip(lines) {
                let words = line.split(',').filter(|c| c.parse::<f64>().is_ok());
                assert_eq!(row.values.len() + 2, words.count(), "{line}");
                assert!(row.values.len() >= least, "{line}");
            }
        }
    }
}
