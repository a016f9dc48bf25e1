//! Reads the results in files of any kind: run files, and tables in CSV or HDF5.
//!
//! In CSV, lines that start with `#` are comments; the first other line names the columns. The card
//! is in comments that start with `# card: `. Pinned by the tests below, `cli/tests/cli_plot.rs` and the
//! fuzz target `table`.

use std::path::{Path, PathBuf};

use super::hdf5::{RunReader, Saved, is_hdf5, open_saved};
use super::table::first_damaged;
use super::{IoError, input};
use millibrem::results::{CHECKSUM, Results, RunResults, is_result};
use millibrem::table::{Cell, Column, Table};
use millibrem::text;

/// Mebibytes beyond which a table is not read; the largest scans have a fifth of it.
const MAX_MIB: u64 = 128;

/// The results in each of `paths`, none of which is read unless all can be opened.
///
/// # Errors
/// [`IoError`] for the first that cannot be opened or read, or is no result.
pub fn read(paths: &[PathBuf]) -> Result<Vec<(PathBuf, Results)>, IoError> {
    for path in paths {
        input::open(path).map_err(|e| IoError::file("read", path, e))?;
    }
    let named = |path: &PathBuf| Ok((path.clone(), read_one(path)?));
    paths.iter().map(named).collect()
}

fn read_one(path: &Path) -> Result<Results, IoError> {
    Ok(match is_hdf5(path).then(|| open_saved(path)).transpose()? {
        Some(Saved::Run(run)) => Results::Run(of_run(&run)?),
        Some(Saved::Table(saved)) => Results::Table(saved),
        None => {
            let text = input::open(path).and_then(|file| text::read(file, MAX_MIB));
            let text = text.map_err(|e| IoError::file("read", path, e))?;
            Results::Table(parse(path, &text)?)
        }
    })
}

fn of_run(run: &RunReader) -> Result<RunResults, IoError> {
    Ok(RunResults {
        card: run.header().card.clone(),
        histograms: run.histograms()?,
        cross_section: run.cross_section()?,
    })
}

/// The table in a text in CSV.
fn parse(path: &Path, text: &str) -> Result<Table, IoError> {
    let wrong = |line: usize, reason: String| IoError::Table {
        path: path.to_owned(),
        line,
        reason,
    };
    let damaged = first_damaged(text).filter(|_| first_damaged(&as_written(text)).is_some());
    if let Some(line) = damaged {
        let reason = format!(
            "this line, or one above the names, is not what was written: its checksum is wrong; compute the table again, or take out the column {CHECKSUM} if you changed it yourself"
        );
        return Err(wrong(line, reason));
    }
    let mut lines = text::rows(text).into_iter();
    let Some((_, names)) = lines.next() else {
        return Err(wrong(
            1,
            "there is no line with the names of columns".to_owned(),
        ));
    };
    // Spreadsheets fill rows up to the longest, that of a comment.
    let width = names.iter().rposition(|name| !name.is_empty());
    let names = names[..width.map_or(0, |last| last + 1)].to_vec();
    let mut rows = Vec::new();
    for (line, mut row) in lines {
        let used = row.iter().rposition(|cell| !cell.is_empty());
        row.truncate(names.len().max(used.map_or(0, |last| last + 1)));
        if row.len() != names.len() {
            let reason = format!("{} cells under {} names", row.len(), names.len());
            return Err(wrong(line, reason));
        }
        for (name, cell) in names.iter().zip(&row) {
            check_cell(name, cell).map_err(|problem| wrong(line, problem))?;
        }
        rows.push(row.iter().map(|cell| Cell::as_written(cell)).collect());
    }
    // The cards, line by line: of all rows, or of each experiment (`card of NAME`).
    let mut facts = vec![("card".to_owned(), String::new())];
    for comment in text.lines().filter_map(text::comment) {
        let of_card = comment.trim_start().split_once(": ");
        let Some((name, line)) = of_card.filter(|(n, _)| *n == "card" || n.starts_with("card of "))
        else {
            continue;
        };
        match facts.iter_mut().find(|(known, _)| known == name) {
            Some((_, card)) if card.is_empty() => line.clone_into(card),
            Some((_, card)) => *card += &format!("\n{line}"),
            None => facts.push((name.to_owned(), line.to_owned())),
        }
    }
    let column = |name: &String| Column::new(name, "", "");
    Ok(Table {
        facts,
        columns: names.iter().map(column).collect(),
        keys: 0,
        rows,
    })
}

/// A table that a spreadsheet has saved as this program writes it: without quotation marks, blank
/// rows and cells that fill rows up.
fn as_written(text: &str) -> String {
    let line = |line: &str| match text::comment(line) {
        Some(said) => format!("#{said}\n"),
        None => {
            let rows = text::rows(line).into_iter();
            let plain = |cells: Vec<String>| cells.join(",").trim_end_matches(',').to_owned();
            rows.map(|(_, cells)| plain(cells) + "\n").collect()
        }
    };
    text.lines().map(line).collect()
}

/// Refuses what stands where a number should be. An empty cell has none; what only looks like a
/// number is wrong in any column, for no curve should lose a point in silence.
fn check_cell(name: &str, cell: &str) -> Result<(), String> {
    let units = ["_pb", "_gev", "_gev2", "_rad", "_mrad", "_cm", "_s"];
    let is_number = is_result(name)
        || name.starts_with("q_over_e")
        || units.iter().any(|unit| name.ends_with(unit));
    match is_number && !cell.is_empty() {
        true => text::number(cell).map(|_| ()),
        false => text::number_or_text(cell).map(|_| ()),
    }
    .map_err(|problem| format!("{name}: {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_another_length_is_an_error_with_its_line() {
        let error = parse(Path::new("t.csv"), "# c\nx,y\n1,2\n3\n").unwrap_err();
        assert_eq!(error.to_string(), "t.csv:4: 1 cells under 2 names");
    }

    #[test]
    fn the_card_stands_in_comments() {
        let table = parse(
            Path::new("t.csv"),
            "# card: [beam]\n# card: a = 1\nx\n0.5\n",
        );
        let table = table.unwrap();
        assert_eq!(table.fact("card"), Some("[beam]\na = 1"));
        assert_eq!(table.columns[0].name, "x");
        assert_eq!(table.rows[0][0], Cell::Real(0.5));
    }
}
