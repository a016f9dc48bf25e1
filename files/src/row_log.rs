//! A table that grows row by row, and goes on after whatever ended its program.
//!
//! Each row is appended in one step as soon as it is known, and handed to the disk at least every
//! second. Who opens the table again gets the rows whose checksum is right; the others are reported,
//! to be computed again. One process at a time has the table.
//! Pinned by the tests below and `cli/tests/cli_scan.rs`.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::IoError;
use super::checkpoint::OutputLock;
use super::table::{rewrite, saved};
use millibrem::table::csv::Checksum;
use millibrem::table::{Cell, Table};
use millibrem::text;

/// Longest time that a row waits to be handed to the disk while others come.
const SYNC_EVERY: Duration = Duration::from_secs(1);
/// Most characters of a line that an error shows.
const SHOWN: usize = 120;

/// A CSV file that grows by whole rows.
#[derive(Debug)]
pub struct RowLog {
    path: PathBuf,
    /// The table without rows.
    header: Table,
    sum: Checksum,
    file: File,
    synced: Instant,
    lock: OutputLock,
}

/// What a table already has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SavedRows {
    /// Rows as they were written, checksums apart.
    pub rows: Vec<Vec<Cell>>,
    /// Lines that are no row, or not as they were written, with their numbers.
    pub damaged: Vec<(usize, String)>,
}

impl RowLog {
    /// Opens `path` for rows below `header`, a table whose own rows do not count, alone, and returns the rows it already has; damaged
    /// ones are taken out of it.
    ///
    /// # Errors
    /// [`IoError::Locked`] if another process has it; [`IoError::OtherTable`] if there is a file
    /// with another header and `replace` is not set; another [`IoError`] if the file cannot be read
    /// or written.
    pub fn open(path: &Path, header: Table, replace: bool) -> Result<(Self, SavedRows), IoError> {
        let lock = OutputLock::take(path)?;
        let sum = Checksum::of(&header.signed_header());
        let saved = match replace {
            true => SavedRows::default(),
            false => SavedRows::read(path, &header, &sum)?,
        };
        rewrite(path, &header.with_rows(saved.rows.clone()).to_signed_csv())?;
        let file = OpenOptions::new()
            .append(true)
            .open(path)
            .map_err(|e| IoError::file("open", path, e))?;
        let log = Self {
            path: path.to_owned(),
            header,
            sum,
            file,
            synced: Instant::now(),
            lock,
        };
        Ok((log, saved))
    }

    /// Adds one row at once.
    ///
    /// # Errors
    /// [`IoError`] if the disk is full or the file is gone.
    pub fn append(&mut self, cells: &[Cell]) -> Result<(), IoError> {
        let failed = |e| IoError::file("write a row to", &self.path, e);
        let line = self.sum.line(cells);
        self.file.write_all(line.as_bytes()).map_err(failed)?;
        if self.synced.elapsed() > SYNC_EVERY {
            self.file.sync_data().map_err(failed)?;
            self.synced = Instant::now();
        }
        Ok(())
    }

    /// Replaces the file by `rows` in this order; the right to write there stays with the caller.
    ///
    /// # Errors
    /// [`IoError`] if the disk is full or the file cannot be renamed.
    pub fn finish(self, rows: &[Vec<Cell>]) -> Result<OutputLock, IoError> {
        let table = self.header.with_rows(rows.to_vec());
        rewrite(&self.path, &table.to_signed_csv())?;
        Ok(self.lock)
    }
}

/// Whether a table with checksums that is written at once may take the place of what is at `path`:
/// only where the header is the same and all rows come again, as `comes_again` says of them.
///
/// # Errors
/// [`IoError::OtherTable`] if not; another [`IoError`] if the file cannot be read.
pub fn may_replace(
    path: &Path,
    header: &Table,
    comes_again: impl Fn(&[Cell]) -> bool,
) -> Result<(), IoError> {
    let sum = Checksum::of(&header.signed_header());
    let old = SavedRows::read(path, header, &sum)?;
    all_again(path, &old.rows, comes_again)
}

/// The same for a table without checksums.
///
/// # Errors
/// As [`may_replace`].
pub fn may_replace_plain(
    path: &Path,
    header: &Table,
    comes_again: impl Fn(&[Cell]) -> bool,
) -> Result<(), IoError> {
    let Some(old) = saved(path)? else {
        return Ok(());
    };
    let ours = header.with_rows(Vec::new()).to_csv();
    let Some(body) = old.strip_prefix(&ours) else {
        let (found, expected) = first_difference(&old, &ours);
        return Err(IoError::OtherTable {
            path: path.to_owned(),
            found,
            expected,
        });
    };
    let cells = |(_, row): (usize, Vec<String>)| row.iter().map(|c| Cell::as_written(c)).collect();
    let rows: Vec<Vec<Cell>> = text::rows(body).into_iter().map(cells).collect();
    all_again(path, &rows, comes_again)
}

fn all_again(
    path: &Path,
    rows: &[Vec<Cell>],
    comes_again: impl Fn(&[Cell]) -> bool,
) -> Result<(), IoError> {
    match rows.iter().find(|row| !comes_again(row)) {
        None => Ok(()),
        Some(row) => Err(IoError::OtherTable {
            path: path.to_owned(),
            found: row
                .iter()
                .map(Cell::to_string)
                .collect::<Vec<_>>()
                .join(","),
            expected: "no row of these values".to_owned(),
        }),
    }
}

impl SavedRows {
    /// The rows of the file `path`, if there is one, below `header`.
    fn read(path: &Path, header: &Table, sum: &Checksum) -> Result<Self, IoError> {
        let old = saved(path)?.unwrap_or_default();
        Self::of(&old, header, sum).map_err(|(found, expected)| IoError::OtherTable {
            path: path.to_owned(),
            found,
            expected,
        })
    }

    /// The rows of a file below `header`; for one with another header, where they begin to differ.
    fn of(file: &str, header: &Table, sum: &Checksum) -> Result<Self, (String, String)> {
        let text = header.signed_header();
        let mut saved = Self::default();
        let Some(body) = file.strip_prefix(&text) else {
            // A header cut short by an interruption is the beginning of ours.
            return match text.starts_with(file) {
                true => Ok(saved),
                false => Err(first_difference(file, &text)),
            };
        };
        let first = text.lines().count() + 1;
        for (line, number) in body.split_inclusive('\n').zip(first..) {
            // A row is whole when its line end is there.
            let fields = line.strip_suffix('\n').and_then(|line| sum.fields(line));
            let cells = |fields: Vec<&str>| -> Option<Vec<Cell>> {
                let (keys, results) = fields.split_at_checked(header.keys)?;
                let keys = keys.iter().map(|key| Some(Cell::of_value(key)));
                keys.chain(results.iter().map(|f| Cell::of_result(f)))
                    .collect()
            };
            let whole = |cells: &Vec<Cell>| cells.len() == header.columns.len();
            match fields.and_then(cells).filter(whole) {
                Some(cells) => saved.rows.push(cells),
                None => saved.damaged.push((number, shown(line))),
            }
        }
        Ok(saved)
    }
}

/// The first line of a file that differs from its header to be, and what should stand there.
fn first_difference(file: &str, header: &str) -> (String, String) {
    let mut ours = header.lines();
    let differs = file.lines().find_map(|line| {
        let ours = ours.next().unwrap_or_default();
        (line != ours).then(|| (shown(line), shown(ours)))
    });
    differs.unwrap_or_default()
}

/// The beginning of a line.
fn shown(line: &str) -> String {
    let plain = line.chars().filter(|c| !c.is_control());
    plain.take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::table::plain_text;
    use millibrem::table::Column;

    fn header(card: &str) -> Table {
        Table {
            facts: vec![("card".to_owned(), card.to_owned())],
            columns: vec![
                Column::of_key("m", "GeV"),
                Column::new("sigma_pb", "pb", "cross section"),
            ],
            keys: 1,
            rows: Vec::new(),
        }
    }

    fn row(a: &str, b: &str) -> Vec<Cell> {
        vec![Cell::of_value(a), Cell::of_value(b)]
    }

    fn open(path: &Path, card: &str, replace: bool) -> Result<(RowLog, SavedRows), IoError> {
        RowLog::open(path, header(card), replace)
    }

    #[test]
    fn complete_rows_of_an_interrupted_file_are_kept_and_a_torn_one_is_not() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("deep/scan.csv");
        let (mut log, saved) = open(&path, "a\nb", false).expect("new");
        assert_eq!(saved, SavedRows::default());
        log.append(&row("1", "2.5")).expect("written");
        log.append(&row("3", "4.5")).expect("written");
        drop(log);
        let text = fs::read_to_string(&path).expect("text");
        fs::write(&path, &text[..text.len() - 2]).expect("torn");
        let (mut log, saved) = open(&path, "a\nb", false).expect("resumed");
        assert_eq!(saved.rows, [row("1", "2.5")]);
        assert_eq!(saved.damaged.len(), 1);
        assert_eq!(saved.damaged[0].0, 8, "{saved:?}");
        log.append(&row("3", "4.5")).expect("written");
        drop(
            log.finish(&[row("3", "4.5"), row("1", "2.5")])
                .expect("finished"),
        );
        let text = fs::read_to_string(&path).expect("text");
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.next(), Some("m,sigma_pb,crc32"));
        assert!(lines.next().is_some_and(|line| line.starts_with("3,4.5,")));
        assert!(lines.next().is_some_and(|line| line.starts_with("1,2.5,")));
    }

    #[test]
    fn a_table_of_another_run_is_replaced_only_on_request_and_has_one_writer() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("scan.csv");
        let (mut log, _) = open(&path, "x_min = 0.5", false).expect("new");
        log.append(&row("1", "2")).expect("written");
        let second = open(&path, "x_min = 0.5", true).expect_err("in use");
        assert!(matches!(second, IoError::Locked { .. }), "{second}");
        drop(log);
        let mine = header("x_min = 0.5");
        may_replace(&path, &mine, |row| row[0] == Cell::Integer(1)).expect("all come again");
        let lost = may_replace(&path, &mine, |_| false).expect_err("one is lost");
        assert!(lost.to_string().contains("it says `1,2`"), "{lost}");
        let refused = open(&path, "x_min = 0.7", false).expect_err("another");
        let words = refused.to_string();
        assert!(
            words.contains("`# card: x_min = 0.5`") && words.contains("`# card: x_min = 0.7`"),
            "{words}"
        );
        let (_, saved) = open(&path, "x_min = 0.7", true).expect("replaced");
        assert!(saved.rows.is_empty());
    }

    /// Whatever happens to the bytes of a table: an error, or rows that were written.
    #[test]
    fn no_spoilt_table_gives_a_row_that_was_not_written() {
        let all: Vec<_> = (0..40)
            .map(|i| {
                row(
                    &format!("{:?}", 0.1 * f64::from(i)),
                    &format!("{:?}", f64::from(i * i)),
                )
            })
            .collect();
        let header = header("x_min = 0.5");
        let sum = Checksum::of(&header.signed_header());
        let whole = header.with_rows(all.clone()).to_signed_csv().into_bytes();
        let (mut refused, mut shorter) = (0, 0);
        let mut state = 1_u64;
        let mut random = |n: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as usize % n
        };
        for try_number in 0..10_000 {
            let mut bytes = whole.clone();
            let at = random(bytes.len());
            match try_number % 5 {
                0 | 1 => bytes[at] ^= 1 << random(8),
                2 => bytes.truncate(at),
                3 => bytes[at] = b"0123456789,.e-\n"[random(15)],
                _ => {
                    let from = random(bytes.len());
                    let n = random(60).min(whole.len() - at.max(from));
                    bytes[at..at + n].copy_from_slice(&whole[from..from + n]);
                }
            }
            match SavedRows::of(&plain_text(&bytes), &header, &sum) {
                Err(_) => refused += 1,
                Ok(saved) => {
                    assert!(saved.rows.iter().all(|row| all.contains(row)), "{saved:?}");
                    shorter += usize::from(saved.rows.len() < all.len());
                }
            }
        }
        assert!(refused > 1000 && shorter > 3000, "{refused} {shorter}");
    }
}
