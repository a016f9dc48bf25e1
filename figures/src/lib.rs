//! Figures from saved results; nothing is computed again.
//!
//! A run file gives a panel for each of its histograms and one for the history of its iterations;
//! tables (CSV, HDF5) of scans, spectra and comparisons give curves. Several files are laid over each
//! other. Drawings are SVG; bitmaps are rendered from them with fonts that are built in. Beside a
//! figure stands a script that draws it again with matplotlib from the same files.
//!
//! Pinned by the tests of its modules, `tests/cli_plot.rs` and `tests/python/test_plot.py`.
#![forbid(unsafe_code)]
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod about;
mod axis;
mod figure;
mod heat;
mod legend;
mod names;
mod panel;
mod png;
mod region;
mod run;
mod script;
mod style;
mod svg;
mod table;
mod text;

use std::path::{Path, PathBuf};

pub use figure::{Axis, Content, Curve, Heat, Panel, Part, Scale, Shape, Source};
use thiserror::Error;

use millibrem_files::hdf5::{Saved, is_hdf5, open_saved};
use millibrem_files::output::Kind;
use millibrem_files::{self, IoError, PartFile};

/// Most panels side by side.
const COLUMNS: usize = 3;

/// Why a figure cannot be drawn.
#[derive(Debug, Error)]
pub enum PlotError {
    /// A run file cannot be read, a figure must not be written, or the disk is full.
    #[error(transparent)]
    Io(#[from] IoError),
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason of the operating system.
        source: std::io::Error,
    },
    /// A text file is no table.
    #[error("{}:{line}: {reason}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The files are of different kinds.
    #[error("{} and {} cannot share a figure: one is a run, one a table", run.display(), table.display())]
    Mixed {
        /// A run file.
        run: PathBuf,
        /// A table.
        table: PathBuf,
    },
    /// A panel was asked for that is not there.
    #[error("there is no figure `{name}`; there are: {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is, separated by commas.
        known: String,
    },
    /// A panel has no point that could be shown.
    #[error("nothing can be drawn in `{name}`: no value is above zero and finite")]
    Nothing {
        /// Name of the panel.
        name: String,
    },
    /// The name of a figure has another ending than those that can be written.
    #[error("{} is no name for a figure: it must end in .svg or .png", path.display())]
    Format {
        /// The name.
        path: PathBuf,
    },
    /// A figure cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason of the operating system.
        source: std::io::Error,
    },
    /// A drawing cannot be made a bitmap.
    #[error("cannot render the bitmap: {0}")]
    Bitmap(String),
}

/// All panels of `paths`, which are all run files or all tables; `labels` replace the texts that
/// tell the files apart.
///
/// # Errors
/// [`PlotError`] if a file cannot be read, or the kinds are mixed.
pub fn panels(paths: &[PathBuf], labels: &[String]) -> Result<Vec<Panel>, PlotError> {
    for path in paths {
        millibrem_files::input::open(path).map_err(|source| PlotError::Read {
            path: path.clone(),
            source,
        })?;
    }
    let (mut runs, mut tables) = (Vec::new(), Vec::new());
    for path in paths {
        match is_hdf5(path).then(|| open_saved(path)).transpose()? {
            Some(Saved::Run(run)) => runs.push(*run),
            Some(Saved::Table(saved)) => tables.push(table::Table::saved(path, saved)),
            None => tables.push(table::Table::read(path)?),
        }
    }
    match (runs.first(), tables.first()) {
        (Some(run), Some(table)) => Err(PlotError::Mixed {
            run: run.path().to_owned(),
            table: table.path.clone(),
        }),
        (Some(_), None) => run::panels(&runs, labels),
        _ => table::panels(&tables, labels),
    }
}

/// The panels with these names, in this order; all without names.
///
/// # Errors
/// [`PlotError::Unknown`] with the names there are.
pub fn choose(panels: Vec<Panel>, names: &[String]) -> Result<Vec<Panel>, PlotError> {
    if names.is_empty() {
        return Ok(panels);
    }
    let pick = |name: &String| {
        let found = panels.iter().find(|panel| panel.name == *name);
        found.cloned().ok_or_else(|| PlotError::Unknown {
            name: name.clone(),
            known: panels
                .iter()
                .map(|p| &p.name[..])
                .collect::<Vec<_>>()
                .join(", "),
        })
    };
    names.iter().map(pick).collect()
}

/// The panels as one SVG document, row by row.
///
/// # Errors
/// [`PlotError::Nothing`] if a panel has nothing to show.
pub fn svg(panels: &[Panel]) -> Result<String, PlotError> {
    let columns = columns(panels.len());
    let (width, height) = style::PANEL;
    let mut canvas = svg::Canvas::default();
    for (i, one) in panels.iter().enumerate() {
        let place = ((i % columns) as f64, (i / columns) as f64);
        canvas.moved((place.0 * width, place.1 * height));
        panel::draw(&mut canvas, one, i)?;
        canvas.end();
    }
    let rows = panels.len().div_ceil(columns);
    Ok(canvas.finish((width * columns as f64, height * rows as f64)))
}

/// How many of `n` panels stand side by side.
fn columns(n: usize) -> usize {
    (1..COLUMNS).find(|c| c * c >= n).unwrap_or(COLUMNS)
}

/// Draws the panels into `output` (.svg or .png), and writes the script that draws them again.
/// Earlier figures of this program are replaced, with `replace` any files that are nothing else;
/// a script only if it is one of these.
///
/// # Errors
/// [`PlotError`] if there is nothing to draw, the name has no such ending, or a file cannot be
/// written.
pub fn write(panels: &[Panel], output: &Path, replace: bool) -> Result<PathBuf, PlotError> {
    let extension = output.extension().and_then(|e| e.to_str());
    let figure = svg(panels)?;
    let bytes = match extension {
        Some("svg") => figure.into_bytes(),
        Some("png") => png::from_svg(&figure)?,
        _ => {
            return Err(PlotError::Format {
                path: output.to_owned(),
            });
        }
    };
    let script = script(output);
    let both = || -> Result<(), IoError> {
        let figure = PartFile::filled(output, Kind::Figure, replace, &bytes)?;
        // The folder is there now, and paths can be told from it.
        let text = script::matplotlib(panels, output);
        let beside = PartFile::filled(&script, Kind::Script, replace, text.as_bytes())?;
        millibrem_files::finish([figure, beside])
    };
    both().map_err(|error| match error {
        IoError::File { path, source, .. } => PlotError::Write { path, source },
        other => PlotError::Io(other),
    })?;
    Ok(script)
}

/// The script beside the figure `output`.
fn script(output: &Path) -> PathBuf {
    output.with_extension("py")
}

/// Fails if [`write`] could not write to `output` in the end, or that is one of `inputs`.
///
/// # Errors
/// [`IoError`], saying why.
pub fn check(output: &Path, inputs: &[PathBuf], replace: bool) -> Result<(), IoError> {
    for (path, kind) in [(output, Kind::Figure), (&script(output), Kind::Script)] {
        millibrem_files::output::check(path, kind, replace)?;
        millibrem_files::output::check_apart(path, inputs)?;
    }
    Ok(())
}

/// The name of a file or folder without its ending.
fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}
