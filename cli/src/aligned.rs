//! A table for a reader: columns side by side, a value and its error in one, six digits of others.
//!
//! Files and JSON have every digit. Names of columns are those of files; where they are wide they stand
//! in several lines, the last above the numbers. Pinned by the tests below.

use millibrem::generate::Estimate;
use millibrem::table::{Cell, Table};
use millibrem::text::six_digits;

/// Width of a name beyond that of its cells that stands in one line.
const WIDE: usize = 14;

/// A column of texts under the lines of its name.
struct Column {
    name: Vec<String>,
    cells: Vec<String>,
    numeric: bool,
}

/// The table as text.
pub(crate) fn text(table: &Table) -> String {
    let errors: Vec<Option<usize>> = (0..table.columns.len())
        .map(|i| error_of(table, i))
        .collect();
    let is_error = |i: usize| errors.contains(&Some(i));
    let empty =
        |i: usize| !table.rows.is_empty() && table.rows.iter().all(|row| row[i] == Cell::Missing);
    let columns: Vec<Column> = (0..table.columns.len())
        .filter(|&i| !is_error(i) && !empty(i))
        .map(|i| column(table, i, errors[i]))
        .collect();
    let height = columns.iter().map(|c| c.name.len()).max().unwrap_or(0);
    let line = |cell: &dyn Fn(&Column) -> String| {
        let texts = columns.iter().map(|c| {
            let all = c.name.iter().chain(&c.cells);
            let width = all.map(|text| text.chars().count()).max().unwrap_or(0);
            match c.numeric {
                true => format!("{:>width$}", cell(c)),
                false => format!("{:<width$}", cell(c)),
            }
        });
        texts.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let names = (0..height).map(|i| {
        let part = move |c: &Column| {
            let missing = height - c.name.len();
            i.checked_sub(missing)
                .map_or(String::new(), |at| c.name[at].clone())
        };
        line(&part)
    });
    let rows = (0..table.rows.len()).map(|i| line(&move |c: &Column| c.cells[i].clone()));
    names.chain(rows).collect::<Vec<_>>().join("\n")
}

/// The column with the errors of column `i`, by the names in use.
fn error_of(table: &Table, i: usize) -> Option<usize> {
    let name = table.columns[i].name.as_str();
    let stem = name.strip_suffix("_pb").unwrap_or(name);
    let own = [format!("{name}_error"), format!("{stem}_error_pb")];
    let found = own.iter().find_map(|error| table.position(error));
    // `error_pb` is of the first cross section.
    let first = table.columns.iter().position(|c| c.name.ends_with("_pb"));
    found.or_else(|| {
        table
            .position("error_pb")
            .filter(|&error| first == Some(i) && error != i)
    })
}

fn column(table: &Table, i: usize, error: Option<usize>) -> Column {
    let cell = |row: &Vec<Cell>| match (&row[i], error.and_then(|e| row[e].number())) {
        (Cell::Real(value), Some(error)) if error > 0.0 => Estimate {
            mean: *value,
            sdev: error,
        }
        .to_string(),
        (Cell::Real(value), _) => six_digits(*value),
        (Cell::Missing, _) => "-".to_owned(),
        (other, _) => other.to_string(),
    };
    let cells: Vec<String> = table.rows.iter().map(cell).collect();
    let width = cells.iter().map(|cell| cell.chars().count()).max();
    Column {
        name: lines(&table.columns[i].name, width.unwrap_or(0).max(WIDE)),
        numeric: table
            .rows
            .iter()
            .all(|row| !matches!(row[i], Cell::Text(_))),
        cells,
    }
}

/// A name in lines of at most `width`, where it has joints.
fn lines(name: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for part in name.split_inclusive('_') {
        match lines.last_mut() {
            Some(last) if last.is_empty() || last.len() + part.len() <= width + 1 => {
                last.push_str(part)
            }
            _ => lines.push(part.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use millibrem::table::Column as Of;

    fn table(names: &[&str], rows: Vec<Vec<Cell>>) -> Table {
        Table {
            columns: names.iter().map(|name| Of::new(name, "", "")).collect(),
            rows,
            ..Table::default()
        }
    }

    #[test]
    fn values_stand_with_their_errors_and_others_with_six_digits() {
        let rows = vec![
            vec![
                "Pb".into(),
                0.001.into(),
                6_092_025.633.into(),
                1400.0.into(),
                3_120_000_u64.into(),
            ],
            vec![
                "W".into(),
                0.031_622_776_601.into(),
                168.514_628_5.into(),
                0.042.into(),
                5_u64.into(),
            ],
        ];
        let names = ["element", "m_chi_gev", "sigma_pb", "error_pb", "n_eval"];
        let expected = "\
element  m_chi_gev      sigma_pb   n_eval
Pb           0.001  6.0920(14)e6  3120000
W        0.0316228   168.515(42)        5";
        assert_eq!(text(&table(&names, rows)), expected);
    }

    #[test]
    fn wide_names_break_and_empty_columns_go() {
        let name = "dsigma_de_miss_pb_per_gev";
        let error = format!("{name}_error");
        let names = ["x", name, &error, "q_over_e", "q_over_e_error", "channel"];
        let row = |q: Cell| {
            let d = [0.55.into(), 1_211.248_762.into(), 3.1.into()];
            let rest = [q, Cell::Missing, "ρ".into()];
            d.into_iter().chain(rest).collect()
        };
        let rows = vec![row(7.146_641_325e-5.into()), row(Cell::Missing)];
        let expected = "\x20     dsigma_de_miss_
   x       pb_per_gev    q_over_e  channel
0.55       1211.2(31)  7.14664e-5  ρ
0.55       1211.2(31)           -  ρ";
        assert_eq!(text(&table(&names, rows)), expected);
    }
}
