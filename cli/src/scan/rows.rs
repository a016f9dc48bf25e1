//! The rows of a scan: which are there, which are to be computed, and computing them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use millibrem::card::RunCard;
use millibrem::run;
use millibrem::study::{plain_value, run_rows};
use millibrem_files::checkpoint::OutputLock;
use millibrem_files::row_log::{RowLog, SavedRows};

use super::super::failure::Failure;
use super::super::sigma::Found;
use super::super::{interrupt, print};

/// A row to be: one value an axis, and the card they make.
#[derive(Clone)]
pub(super) struct Point {
    pub(super) values: Vec<String>,
    pub(super) card: RunCard,
}

/// The results that are known, and the file they are in.
pub(super) struct Rows {
    log: RowLog,
    path: PathBuf,
    /// Number of axes.
    keys: usize,
    threads: usize,
    /// Results by the values they belong to.
    done: BTreeMap<Vec<String>, Vec<String>>,
    saved: SavedRows,
    /// Values of rows that failed, and why.
    pub(super) failures: Vec<(Vec<String>, String)>,
}

/// What to do with the result of a row of that index.
type Done<'a> =
    dyn FnMut(&mut Rows, usize, Result<Found, Failure>) -> Result<(), Failure> + Send + 'a;

/// What tells rows apart.
pub(crate) fn plain_values(values: &[impl AsRef<str>]) -> Vec<String> {
    values.iter().map(|v| plain_value(v.as_ref())).collect()
}

impl Rows {
    pub(super) fn new(
        log: RowLog,
        path: &Path,
        keys: usize,
        saved: SavedRows,
        threads: usize,
    ) -> Self {
        // The first of equals counts.
        let rows = saved.rows.iter().rev();
        let done = rows.map(|row| (plain_values(&row[..keys]), row[keys..].to_vec()));
        Self {
            path: path.to_owned(),
            keys,
            threads,
            done: done.collect(),
            log,
            saved,
            failures: Vec::new(),
        }
    }

    /// What is said of rows that are not what was written.
    pub(super) fn say_damaged(&self, quiet: bool, points: &[Point]) {
        let damaged = &self.saved.damaged;
        let Some((line, text)) = damaged.first().filter(|_| !quiet) else {
            return;
        };
        let missing = points.iter().filter(|p| self.find(&p.values).is_none());
        print::note(&format!(
            "{}: damaged lines: {}, the first is line {line}, {}; they are taken out; rows of this scan to be computed: {}",
            self.path.display(),
            damaged.len(),
            match text.trim() {
                "" => "which has nothing that can be seen".to_owned(),
                text => format!("`{text}`"),
            },
            missing.count()
        ));
    }

    /// The results of a row, if they are known.
    fn find(&self, values: &[String]) -> Option<&Vec<String>> {
        self.done.get(&plain_values(values))
    }

    /// σ of a row, if it is known.
    pub(super) fn sigma_pb(&self, values: &[String]) -> Option<f64> {
        self.find(values)?.first()?.parse().ok()
    }

    /// Computes those of `points` that are not there, and saves each as it comes.
    pub(super) fn compute(&mut self, quiet: bool, points: &[Point]) -> Result<(), Failure> {
        let todo: Vec<usize> = (0..points.len())
            .filter(|&i| self.find(&points[i].values).is_none())
            .collect();
        let bar = super::row_bar(quiet, points.len());
        bar.inc((points.len() - todo.len()) as u64);
        let mut failed = Vec::new();
        let outcome = self.each(&todo, points, &mut |rows, row, found| {
            bar.inc(1);
            match found {
                Ok(found) if found.alarms.is_empty() => rows.save(&points[row].values, &found)?,
                Ok(found) => failed.push((row, found.alarms.join("; "))),
                Err(error) => failed.push((row, error.to_string())),
            }
            Ok(())
        });
        bar.finish_and_clear();
        failed.sort();
        let failed = failed.into_iter();
        let failed = failed.map(|(row, problem)| (points[row].values.clone(), problem));
        self.failures.extend(failed);
        outcome
    }

    /// Computes the rows `todo` of `points` side by side and hands each to `done`.
    ///
    /// # Errors
    /// [`Failure::Interrupted`] if the program is told to end, or what `done` returns.
    pub(super) fn each(
        &mut self,
        todo: &[usize],
        points: &[Point],
        done: &mut Done<'_>,
    ) -> Result<(), Failure> {
        let (threads, mut left) = (self.threads, todo.len());
        let one = |row: usize, threads: usize| {
            let mut card = points[row].card.clone();
            card.run.threads = threads;
            Found::by(true, &card, &run::mixture(&card)?)
        };
        run_rows(threads, todo, one, |row, found| {
            // What an interruption has cut short is no failure of the row.
            if found.is_ok() || !interrupt::requested() {
                left -= 1;
                done(self, row, found)?;
            }
            match interrupt::requested() && left > 0 {
                true => Err(Failure::Interrupted {
                    left,
                    rows: points.len(),
                    path: self.path.clone(),
                }),
                false => Ok(()),
            }
        })
    }

    /// Adds a row to the file.
    pub(super) fn save(&mut self, values: &[String], found: &Found) -> Result<(), Failure> {
        let results = vec![
            format!("{:?}", found.value_pb),
            format!("{:?}", found.error_pb),
            found.n_eval.to_string(),
        ];
        self.log.append(&[values, &results].concat())?;
        self.done.insert(plain_values(values), results);
        Ok(())
    }

    /// The rows of `points` that are known.
    pub(super) fn of(&self, points: &[Point]) -> Vec<Vec<String>> {
        let row = |p: &Point| Some([&p.values[..], self.find(&p.values)?].concat());
        points.iter().filter_map(row).collect()
    }

    /// Rows of other values that the file has.
    pub(super) fn others(&self, points: &[Point]) -> Vec<Vec<String>> {
        let mut known: BTreeSet<Vec<String>> =
            points.iter().map(|p| plain_values(&p.values)).collect();
        let rows = self.saved.rows.iter();
        rows.filter(|row| known.insert(plain_values(&row[..self.keys])))
            .cloned()
            .collect()
    }

    /// Leaves the file with `rows` in this order; nobody else may write beside it until the lock is
    /// gone.
    pub(super) fn finish(self, rows: &[Vec<String>]) -> Result<OutputLock, Failure> {
        Ok(self.log.finish(rows)?)
    }
}
