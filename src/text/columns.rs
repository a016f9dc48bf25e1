//! Tables of two columns of numbers.

use thiserror::Error;

use super::{number, rows, shorten};

/// Most rows of a table.
pub(crate) const MOST_ROWS: usize = 100_000;

/// A text that is no table, or numbers that are not what they should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}{problem}", if *line == 0 { String::new() } else { format!("line {line}: ") })]
pub struct TableError {
    /// The line, from 1; 0 if there is none to name.
    pub line: usize,
    /// What is wrong, and what is expected.
    pub problem: String,
}

/// Two numbers with the line on which they stand, 0 for none.
pub(crate) type Pair = (usize, f64, f64);

/// The error of a table as a whole.
pub(crate) fn whole(problem: String) -> TableError {
    TableError { line: 0, problem }
}

/// Two columns of one length, called `words` in messages.
///
/// # Errors
/// [`TableError`] if one is longer.
pub(crate) fn paired(x: &[f64], y: &[f64], words: [&str; 2]) -> Result<Vec<Pair>, TableError> {
    if x.len() != y.len() {
        let ([first, second], n, m) = (words, x.len(), y.len());
        return Err(whole(format!(
            "{n} {first} and {m} {second}, one each expected"
        )));
    }
    Ok(x.iter().zip(y).map(|(x, y)| (0, *x, *y)).collect())
}

/// The rows of a table of two columns, whose names stand in the first of them: one of `known`, which place in it is
/// given too, or said to be `expected`. Columns are separated by commas, semicolons or blanks; `#` begins a comment.
///
/// # Errors
/// [`TableError`] with the line.
pub(crate) fn two_columns(
    text: &str,
    known: &[[&str; 2]],
    expected: &str,
) -> Result<(usize, Vec<Pair>), TableError> {
    let plain = |line| str::split(line, '#').next().unwrap_or_default();
    let plain: Vec<&str> = text.lines().map(plain).collect();
    let (mut named, mut pairs) = (None, Vec::new());
    for (line, row) in rows(&plain.join("\n")) {
        let wrong = |problem: String| TableError { line, problem };
        let unlike = |expected: &str| {
            let found = shorten(&row.join(", "));
            wrong(format!("found `{found}`, expected {expected}"))
        };
        let cells: Vec<&str> = row
            .iter()
            .flat_map(|cell| cell.split_whitespace())
            .collect();
        if named.is_none() {
            named = known.iter().position(|names| cells == *names);
            named.ok_or_else(|| unlike(&format!("the names of two columns: {expected}")))?;
        } else if let [x, y] = cells[..] {
            if pairs.len() == MOST_ROWS {
                return Err(wrong(format!("more than {MOST_ROWS} rows")));
            }
            pairs.push((line, number(x).map_err(wrong)?, number(y).map_err(wrong)?));
        } else {
            return Err(unlike("two numbers"));
        }
    }
    Ok((named.unwrap_or_default(), pairs))
}
