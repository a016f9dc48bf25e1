//! Figures of runs and tables.

use std::path::PathBuf;

use millibrem::results::{Results, RunResults};
use millibrem::table::{Cell, Column, Table};
use millibrem_figures::{Format, choose, display, draw, panels};
use millibrem_files::results;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::Failure;
use crate::run::{RunFile, RunRecord};

/// What can be drawn.
#[derive(FromPyObject)]
pub(crate) enum Drawn<'py> {
    File(Bound<'py, RunFile>),
    Record(Bound<'py, RunRecord>),
    Path(PathBuf),
    Table(WrittenTable),
}

/// A table as a dictionary of facts and columns, each a name, units and cells.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct WrittenTable {
    facts: Vec<(String, String)>,
    columns: Vec<(String, String, Vec<Option<Written>>)>,
}

/// A cell that is not empty.
#[derive(FromPyObject)]
enum Written {
    Integer(u64),
    Real(f64),
    Text(String),
}

impl Written {
    fn cell(&self) -> Cell {
        match self {
            Self::Integer(n) => Cell::Integer(*n),
            // An empty cell of a column of floats.
            Self::Real(x) if x.is_nan() => Cell::Missing,
            Self::Real(x) => Cell::Real(*x),
            Self::Text(text) => Cell::Text(text.clone()),
        }
    }
}

impl WrittenTable {
    fn table(&self) -> Table {
        let n = self.columns.first().map_or(0, |(_, _, cells)| cells.len());
        let cell = |cells: &[Option<Written>], i: usize| {
            let written = cells.get(i).and_then(Option::as_ref);
            written.map_or(Cell::Missing, Written::cell)
        };
        let row = |i| self.columns.iter().map(move |(_, _, cells)| cell(cells, i));
        Table {
            facts: self.facts.clone(),
            columns: self
                .columns
                .iter()
                .map(|(name, units, _)| Column::new(name, units, ""))
                .collect(),
            keys: 0,
            rows: (0..n).map(|i| row(i).collect()).collect(),
        }
    }
}

impl Drawn<'_> {
    fn read(&self, number: usize) -> Result<Vec<(PathBuf, Results)>, Failure> {
        Ok(match self {
            Self::File(file) => results::read(&[file.get().path()])?,
            Self::Path(path) => results::read(std::slice::from_ref(path))?,
            Self::Table(written) => {
                let name = PathBuf::from(format!("table-{number}"));
                vec![(name, Results::Table(written.table()))]
            }
            Self::Record(record) => {
                let summary = &record.get().summary;
                let run = RunResults {
                    card: record.get().header.card.clone(),
                    cross_section: summary.cross_section.clone(),
                    histograms: summary.histograms.clone(),
                };
                let name = PathBuf::from(format!("run-{number}"));
                vec![(name, Results::Run(run))]
            }
        })
    }
}

/// A figure of ``drawn``, the panels ``only`` of them, as SVG or PNG.
#[pyfunction]
pub(crate) fn figure<'py>(
    py: Python<'py>,
    drawn: Vec<Drawn<'py>>,
    only: Vec<String>,
    labels: Vec<String>,
    title: Option<String>,
    png: bool,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut all = Vec::new();
    for (i, one) in drawn.iter().enumerate() {
        all.extend(one.read(i + 1)?);
    }
    let make = || -> Result<Vec<u8>, Failure> {
        let mut chosen = choose(panels(&all, &labels)?, &only)?;
        display(&mut chosen);
        if let Some(title) = &title {
            chosen.iter_mut().for_each(|p| p.title.clone_from(title));
        }
        let format = if png { Format::Png } else { Format::Svg };
        Ok(draw(&chosen, format)?)
    };
    let bytes = py.detach(make)?;
    Ok(PyBytes::new(py, &bytes))
}
