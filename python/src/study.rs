//! Studies of cards as tables: spectra, scans, comparisons, exclusion reach.

use std::path::{Path, PathBuf};

use millibrem::matter::shower::Species;
use millibrem::run;
use millibrem::study::reach::recast::{LimitFile, Units};
use millibrem::study::reach::{Counts, Options, ReachError};
use millibrem::study::{Comparisons, Grid, Reach, Scan, Where, facts, spectrum as spectrum_of};
use millibrem::table::{Cell, Column, Table};
use millibrem_files::limit;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::card::Card;
use crate::errors::Failure;
use crate::work::{End, wait};

/// Reads a limit.
type Load = fn(&Path, Units) -> Result<(String, LimitFile), ReachError>;

/// A table as a dictionary: facts, and columns with name, units, description and values.
fn plain<'py>(py: Python<'py>, table: &Table) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyList::empty(py);
    for (i, column) in table.columns.iter().enumerate() {
        let values = PyList::empty(py);
        for cell in table.cells(i) {
            match cell {
                Cell::Real(x) => values.append(*x)?,
                Cell::Integer(n) => values.append(*n)?,
                Cell::Text(text) => values.append(text)?,
                Cell::Missing => values.append(py.None())?,
            }
        }
        let dict = PyDict::new(py);
        dict.set_item("name", &column.name)?;
        dict.set_item("units", &column.units)?;
        dict.set_item("description", &column.description)?;
        dict.set_item("values", values)?;
        columns.append(dict)?;
    }
    let dict = PyDict::new(py);
    dict.set_item("facts", table.facts.clone())?;
    dict.set_item("columns", columns)?;
    Ok(dict)
}

/// dσ/dx of ``card`` at ``x``, or in ``bins`` bins; the alarms.
#[pyfunction]
#[pyo3(signature = (card, x, bins, progress))]
pub(crate) fn spectrum<'py>(
    py: Python<'py>,
    card: &Card,
    x: Vec<f64>,
    bins: Option<u32>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<(Bound<'py, PyDict>, Vec<String>)> {
    let card = card.card.clone();
    let at = bins.map_or(Where::At(x), Where::Bins);
    let found = wait(py, progress, End::Loses, move |shared| {
        Ok(spectrum_of(&card, &at, &mut |p| shared.hear(p))?)
    })?;
    Ok((plain(py, &found.table())?, found.alarms.clone()))
}

/// σ of ``card`` over the axes ``over``; the rows that failed.
#[pyfunction]
#[pyo3(signature = (card, over, progress))]
pub(crate) fn scan<'py>(
    py: Python<'py>,
    card: &Card,
    over: Vec<String>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<(Bound<'py, PyDict>, Vec<String>)> {
    let source = card.source()?;
    let found = wait(py, progress, End::Loses, move |shared| {
        let scan = Scan::new(source, Grid::parse(&over)?)?;
        let keep = |_: &_| -> Result<(), Failure> { Ok(()) };
        scan.run(&[], keep, &*shared)
    })?;
    Ok((plain(py, found.table())?, found.failures.clone()))
}

/// The exact σ of ``card`` beside the approximations, over ``over``; the verdicts.
#[pyfunction]
#[pyo3(signature = (card, over, bins, progress))]
pub(crate) fn compare<'py>(
    py: Python<'py>,
    card: &Card,
    over: Vec<String>,
    bins: u32,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<(Bound<'py, PyDict>, Vec<String>)> {
    let source = card.source()?;
    let (table, verdict) = wait(py, progress, End::Loses, move |shared| {
        let comparisons = Comparisons::new(&source, Grid::parse(&over)?, bins)?;
        let found = comparisons.run(&*shared)?;
        Ok((found.table(), found.verdict()))
    })?;
    Ok((plain(py, &table)?, verdict))
}

/// What is asked of a reach beside cards and masses, items of a dictionary.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Asked {
    iww: bool,
    ceiling: Option<f64>,
    /// Events observed, background expected, confidence level.
    counts: Option<(u32, f64, f64)>,
    recast: Vec<PathBuf>,
    overlay: Vec<PathBuf>,
}

/// What `load` makes of `paths`.
fn limits(paths: &[PathBuf], load: Load) -> Result<Vec<(String, LimitFile)>, Failure> {
    let read = |path: &PathBuf| {
        load(path, Units::default())
            .map_err(|problem| Failure::Usage(format!("{}: {problem}", path.display())))
    };
    paths.iter().map(read).collect()
}

/// Exclusion curves of ``cards`` at ``masses`` in GeV; what is worth knowing of the experiments, and of the limits.
#[pyfunction]
#[pyo3(signature = (cards, masses, asked, progress))]
pub(crate) fn reach<'py>(
    py: Python<'py>,
    cards: Vec<PyRef<'py, Card>>,
    masses: Vec<f64>,
    asked: Asked,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<(Bound<'py, PyDict>, Vec<String>, Vec<String>)> {
    let cards: Vec<_> = cards.iter().map(|card| card.card.clone()).collect();
    let options = Options {
        iww: asked.iww,
        ceiling: asked.ceiling,
        counts: asked
            .counts
            .map(|(observed, background, confidence)| Counts {
                observed,
                background,
                confidence,
            }),
        recasts: limits(&asked.recast, limit::load)?,
        overlays: limits(&asked.overlay, limit::load_or_published)?,
    };
    let (table, of_cards, of_limits) = wait(py, progress, End::Loses, move |shared| {
        let reach = Reach::new(cards, masses, options)?;
        let found = reach.run(&*shared)?;
        Ok((found.table(), reach.words(), found.words()))
    })?;
    Ok((plain(py, &table)?, of_cards, of_limits))
}

/// Track lengths of the shower in the target of ``card``, above each energy ``at`` (those of the grid
/// from ``above`` on, if there are none), from its face to each of ``depths_x0``.
#[pyfunction]
#[pyo3(signature = (card, above, at, depths_x0))]
pub(crate) fn shower<'py>(
    py: Python<'py>,
    card: &Card,
    above: Option<f64>,
    at: Vec<f64>,
    depths_x0: Vec<f64>,
) -> PyResult<Bound<'py, PyDict>> {
    let card = card.card.clone();
    let table = wait(py, None, End::Loses, move |_| {
        let (shower, depths_x0) = run::shower(&card, above, &at, &depths_x0)?;
        let tracks = shower
            .track_lengths(&card.target.material, &depths_x0)
            .map_err(|e| Failure::Usage(e.to_string()))?;
        let mut columns = vec![
            Column::new("depth_x0", "X0", "depth below the face of the target"),
            Column::new("energy_gev", "GeV", "lowest energy of the tracks"),
        ];
        columns.extend(Species::ALL.map(|species| {
            let words = format!("track length of {}s a beam particle", species.name());
            Column::new(&format!("{}_x0", species.name()), "X0", &words)
        }));
        let mut rows = Vec::new();
        for (track, depth_x0) in tracks.iter().zip(depths_x0) {
            let energies = if at.is_empty() {
                track.energies_gev()
            } else {
                &at
            };
            for &energy in energies {
                let lengths = Species::ALL.map(|species| track.above(species, energy).into());
                let mut row = vec![Cell::Real(depth_x0), Cell::Real(energy)];
                row.extend(lengths);
                rows.push(row);
            }
        }
        Ok(Table {
            facts: facts("shower", &card),
            columns,
            keys: 2,
            rows,
        })
    })?;
    plain(py, &table)
}
