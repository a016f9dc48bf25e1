//! σ over a grid of card keys: over rows that are known already, with a sink for the new ones.
//!
//! A row's result depends on its card alone. [`super::geant4`] makes tables of a scan and adds rows
//! between those of the grid. Pinned by `tests/study.rs` and `cli/tests/cli_scan.rs`.

use std::collections::{BTreeMap, BTreeSet};

use super::grid::{CardSource, Grid, ScanAxis, plain_values, sort_rows};
use super::rows::{MANY, Watch, run_rows};
use super::sigma::{self, Sigma, watched};
use super::{StudyError, facts};
use crate::card::RunCard;
use crate::process::Memory;
use crate::run;
use crate::table::{Cell, Table};

/// One row: values of the axes, and what they give.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Values, one an axis, as a card takes them.
    pub values: Vec<String>,
    /// σ, pb per nucleus.
    pub sigma_pb: f64,
    /// Its error, pb.
    pub error_pb: f64,
    /// Evaluations of the integrand.
    pub n_eval: u64,
}

impl Row {
    fn of(values: &[String], found: &Sigma) -> Self {
        Self {
            values: values.to_vec(),
            sigma_pb: found.value_pb,
            error_pb: found.error_pb,
            n_eval: found.n_eval,
        }
    }

    /// The row of a table of `keys` axes, if it is one.
    pub fn from_cells(keys: usize, cells: &[Cell]) -> Option<Self> {
        let (values, results) = cells.split_at_checked(keys)?;
        let [sigma, error, Cell::Integer(n_eval)] = results else {
            return None;
        };
        Some(Self {
            values: values.iter().map(Cell::to_string).collect(),
            sigma_pb: sigma.number()?,
            error_pb: error.number()?,
            n_eval: *n_eval,
        })
    }

    /// Its cells, in the order of the columns.
    pub fn cells(&self) -> Vec<Cell> {
        let values = self.values.iter().map(|v| Cell::of_value(v));
        let results = [
            self.sigma_pb.into(),
            self.error_pb.into(),
            self.n_eval.into(),
        ];
        values.chain(results).collect()
    }
}

/// A row to be: one value an axis, and the card they make.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) values: Vec<String>,
    pub(super) card: RunCard,
}

/// A scan to be: every card is read, nothing is computed.
#[derive(Debug)]
pub struct Scan {
    source: CardSource,
    base: RunCard,
    pub(super) grid: Grid,
    pub(super) points: Vec<Point>,
}

impl Scan {
    /// The scan of the card over `grid`.
    ///
    /// # Errors
    /// [`StudyError::Card`] if any of its cards is wrong.
    pub fn new(source: CardSource, grid: Grid) -> Result<Self, StudyError> {
        let mut scan = Self {
            base: source.card()?,
            source,
            points: Vec::new(),
            grid,
        };
        for i in 0..scan.grid.len() {
            let values = scan.grid.row(i).into_iter().map(str::to_owned).collect();
            scan.points.push(scan.point(values)?);
        }
        Ok(scan)
    }

    /// The row of these values.
    pub(super) fn point(&self, values: Vec<String>) -> Result<Point, StudyError> {
        let card = self.source.at(&self.grid.axes, &values)?;
        run::check_losses(&card)?;
        Ok(Point { values, card })
    }

    /// The card without the axes.
    pub fn card(&self) -> &RunCard {
        &self.base
    }

    /// The table of `rows`.
    pub fn table(&self, rows: &[Row]) -> Table {
        let keys = self.grid.axes.iter().map(ScanAxis::column);
        Table {
            facts: facts("scan", &self.base),
            keys: self.grid.axes.len(),
            columns: keys.chain(sigma::columns()).collect(),
            rows: rows.iter().map(Row::cells).collect(),
        }
    }

    /// How many rows of the grid are not `known`.
    pub fn missing(&self, known: &[Row]) -> usize {
        let known: BTreeSet<_> = known.iter().map(|row| plain_values(&row.values)).collect();
        let missing = |p: &&Point| !known.contains(&plain_values(&p.values));
        self.points.iter().filter(missing).count()
    }

    /// Computes the rows that are not `known` and hands each to `sink` as soon as it is there; an
    /// error of `sink` ends the scan.
    ///
    /// # Errors
    /// Those of `sink`; [`StudyError::Stopped`] if `watch` ends it. A row that fails is no error.
    pub fn run<E: From<StudyError> + Send>(
        &self,
        known: &[Row],
        sink: impl FnMut(&Row) -> Result<(), E> + Send,
        watch: &dyn Watch,
    ) -> Result<Scanned, E> {
        let mut rows = Rows::new(known, sink, watch, self);
        rows.compute(&self.points)?;
        Ok(rows.finish(self, known, &self.points))
    }
}

/// What a scan has found.
#[derive(Debug, Clone)]
pub struct Scanned {
    asked: Table,
    all: Table,
    /// Rows that failed and why, in words.
    pub failures: Vec<String>,
}

impl Scanned {
    /// The rows that were asked for, in the order of the grid.
    pub fn table(&self) -> &Table {
        &self.asked
    }

    /// All rows that are known, those of other values of the same keys among them.
    pub fn whole(&self) -> &Table {
        &self.all
    }
}

/// The results that are known, and where new ones go.
pub(super) struct Rows<'a, S> {
    sink: S,
    watch: &'a dyn Watch,
    threads: usize,
    /// As [`Grid::alike`].
    alike: usize,
    /// Results by the values they belong to.
    done: BTreeMap<Vec<String>, Row>,
    /// Values of rows that failed, and why.
    failures: Vec<(Vec<String>, String)>,
}

/// What to do with the result of a row of that index.
type Done<'d, 'a, S, E> =
    dyn FnMut(&mut Rows<'a, S>, usize, Result<Sigma, StudyError>) -> Result<(), E> + Send + 'd;

impl<'a, S> Rows<'a, S> {
    pub(super) fn new(known: &[Row], sink: S, watch: &'a dyn Watch, scan: &Scan) -> Self {
        // The first of equals counts.
        let known = known.iter().rev();
        Self {
            sink,
            watch,
            threads: scan.base.run.threads,
            alike: scan.grid.alike(),
            done: known
                .map(|r| (plain_values(&r.values), r.clone()))
                .collect(),
            failures: Vec::new(),
        }
    }

    fn find(&self, values: &[String]) -> Option<&Row> {
        self.done.get(&plain_values(values))
    }

    /// σ of a row, if it is known.
    pub(super) fn sigma_pb(&self, values: &[String]) -> Option<f64> {
        self.find(values).map(|row| row.sigma_pb)
    }

    /// The rows of `points` that are known.
    fn of(&self, points: &[Point]) -> Vec<Row> {
        let row = |p: &Point| {
            let row = self.find(&p.values)?.clone();
            Some(Row {
                values: p.values.clone(),
                ..row
            })
        };
        points.iter().filter_map(row).collect()
    }

    /// Those of `known` that have other values.
    fn others(&self, known: &[Row], points: &[Point]) -> Vec<Row> {
        let values = points.iter().map(|p| plain_values(&p.values));
        let mut seen: BTreeSet<Vec<String>> = values.collect();
        let rows = known.iter();
        rows.filter(|row| seen.insert(plain_values(&row.values)))
            .cloned()
            .collect()
    }

    /// Computes those of `points` that are not there, and hands each over as it comes.
    pub(super) fn compute<E>(&mut self, points: &[Point]) -> Result<(), E>
    where
        E: From<StudyError> + Send,
        S: FnMut(&Row) -> Result<(), E> + Send,
    {
        let todo: Vec<usize> = (0..points.len())
            .filter(|&i| self.find(&points[i].values).is_none())
            .collect();
        let (watch, mut done) = (self.watch, points.len() - todo.len());
        watch.rows(done, points.len());
        let mut failed = Vec::new();
        let outcome = self.each(&todo, points, &mut |rows, row, found| {
            done += 1;
            watch.rows(done, points.len());
            match found {
                Ok(found) if found.alarms.is_empty() => rows.save(&points[row].values, &found)?,
                Ok(found) => failed.push((row, found.alarms.join("; "))),
                Err(error) => failed.push((row, error.to_string())),
            }
            Ok(())
        });
        failed.sort();
        let failed = failed.into_iter();
        let failed = failed.map(|(row, problem)| (points[row].values.clone(), problem));
        self.failures.extend(failed);
        outcome
    }

    /// Computes the rows `todo` of `points` side by side and hands each to `done`.
    ///
    /// # Errors
    /// [`StudyError::Stopped`] if it is told to end, or what `done` returns.
    pub(super) fn each<E: From<StudyError> + Send>(
        &mut self,
        todo: &[usize],
        points: &[Point],
        done: &mut Done<'_, 'a, S, E>,
    ) -> Result<(), E>
    where
        S: Send,
    {
        let (watch, threads, mut left) = (self.watch, self.threads, todo.len());
        let memory = Memory::default();
        let memory = (self.alike >= MANY).then_some(&memory);
        let one = |row: usize, threads: usize| {
            let mut card = points[row].card.clone();
            card.run.threads = threads;
            watched(&card, memory, watch)
        };
        run_rows(threads, todo, one, |row, found| {
            // What an interruption has cut short is no failure of the row.
            if found.is_ok() || !watch.should_stop() {
                left -= 1;
                done(self, row, found)?;
            }
            match watch.should_stop() && left > 0 {
                true => Err(StudyError::Stopped {
                    left,
                    rows: points.len(),
                }
                .into()),
                false => Ok(()),
            }
        })
    }

    /// Hands a row over.
    pub(super) fn save<E>(&mut self, values: &[String], found: &Sigma) -> Result<(), E>
    where
        S: FnMut(&Row) -> Result<(), E>,
    {
        let row = Row::of(values, found);
        (self.sink)(&row)?;
        self.done.insert(plain_values(values), row);
        Ok(())
    }

    /// What was found at `points`, the grid's and those added between them.
    pub(super) fn finish(self, scan: &Scan, known: &[Row], points: &[Point]) -> Scanned {
        let keys = scan.grid.axes.len();
        let mut found = self.of(points);
        if points.len() != scan.grid.len() {
            sort_rows(keys, &mut found, |row| &row.values);
        }
        let mut all = found.clone();
        let others = self.others(known, points);
        if !others.is_empty() {
            all.extend(others);
            sort_rows(keys, &mut all, |row| &row.values);
        }
        let label = |(values, problem): &(Vec<String>, String)| {
            format!("{}: {problem}", scan.grid.label(values))
        };
        Scanned {
            failures: self.failures.iter().map(label).collect(),
            asked: scan.table(&found),
            all: scan.table(&all),
        }
    }
}
