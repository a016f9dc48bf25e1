//! Figures of results in memory; nothing is computed again, and no file is opened.
//!
//! A run gives a panel for each of its histograms and one for the history of its iterations;
//! tables of scans, spectra and comparisons give curves. Several results are laid over each other.
//! Drawings are SVG; PDF and bitmaps are made from them with fonts that are built in. A script draws a
//! figure again with matplotlib from the files of the results.
//!
//! Pinned by the tests of its modules, `cli/tests/cli_plot.rs` and `tests/python/test_plot.py`.
#![forbid(unsafe_code)]
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod about;
mod axis;
mod curve;
mod figure;
mod frame;
mod heat;
mod ink;
mod layout;
mod legend;
mod names;
mod panel;
mod pdf;
mod png;
mod ratio;
mod region;
mod run;
mod script;
mod size;
mod style;
mod svg;
mod table;
mod text;
mod wishes;

use std::path::{Path, PathBuf};

pub use figure::{Content, Curve, Heat, Panel, PanelAxis, Part, Shape, Source};
pub use millibrem::histogram::Scale;
use millibrem::results::Results;
pub use script::matplotlib;
pub use size::Size;
use thiserror::Error;
pub use wishes::{Wishes, choose, display, fulfil};

/// Most panels side by side.
const COLUMNS: usize = 3;

/// Why a figure cannot be drawn.
#[derive(Debug, Error)]
pub enum PlotError {
    /// The files are of different kinds.
    #[error("{} and {} cannot share a figure: one is a run, one a table", run.display(), table.display())]
    Mixed {
        /// A run file.
        run: PathBuf,
        /// A table.
        table: PathBuf,
    },
    /// Nothing but texts was scanned.
    #[error(
        "{}: found no numbers to draw cross sections against, only {keys}, expected a key of numbers; scan one as well, or read the table",
        path.display()
    )]
    OnlyTexts {
        /// The table.
        path: PathBuf,
        /// Its keys, separated by commas.
        keys: String,
    },
    /// A panel or a curve was asked for that is not there.
    #[error("there is no figure or curve `{name}`; there are: {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is, separated by commas.
        known: String,
    },
    /// A label is left over.
    #[error(
        "no curve is left for the label `{label}`; write CURVE=TEXT, or one label a curve: {known}"
    )]
    Label {
        /// The label.
        label: String,
        /// The curves there are, separated by commas.
        known: String,
    },
    /// A panel has no point that could be shown.
    #[error("nothing can be drawn in `{name}`: no value is above zero and finite")]
    Nothing {
        /// Name of the panel.
        name: String,
    },
    /// The name of a figure has another ending than those that can be written.
    #[error("{} is no name for a figure: it must end in .svg, .pdf or .png", path.display())]
    Format {
        /// The name.
        path: PathBuf,
    },
    /// A drawing cannot be made a bitmap.
    #[error("cannot render the bitmap: {0}")]
    Bitmap(String),
}

/// What a figure is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A drawing.
    Svg,
    /// A drawing for paper.
    Pdf,
    /// A bitmap.
    Png,
}

impl Format {
    /// The format that the name of a figure asks for.
    ///
    /// # Errors
    /// [`PlotError::Format`] if it has another ending than .svg, .pdf or .png.
    pub fn of(path: &Path) -> Result<Self, PlotError> {
        match path.extension().and_then(|e| e.to_str()) {
            Some("svg") => Ok(Self::Svg),
            Some("pdf") => Ok(Self::Pdf),
            Some("png") => Ok(Self::Png),
            _ => Err(PlotError::Format {
                path: path.to_owned(),
            }),
        }
    }
}

/// All panels of `results`, which are all runs or all tables, each with the file it is from;
/// `labels` replace the texts that tell the files apart.
///
/// # Errors
/// [`PlotError::Mixed`] if the kinds are mixed, [`PlotError::OnlyTexts`] for a scan of no numbers.
pub fn panels(results: &[(PathBuf, Results)], labels: &[String]) -> Result<Vec<Panel>, PlotError> {
    let (mut runs, mut tables) = (Vec::new(), Vec::new());
    for (path, one) in results {
        match one {
            Results::Run(run) => runs.push(run::Run::new(path, run)),
            Results::Table(table) => tables.push(table::Table::new(path, table)),
        }
    }
    for table in &tables {
        if let Some(keys) = table.only_texts() {
            return Err(PlotError::OnlyTexts {
                path: table.path.clone(),
                keys,
            });
        }
    }
    match (runs.first(), tables.first()) {
        (Some(run), Some(table)) => Err(PlotError::Mixed {
            run: run.path.clone(),
            table: table.path.clone(),
        }),
        (Some(_), None) => Ok(run::panels(&runs, labels)),
        _ => Ok(table::panels(&tables, labels)),
    }
}

/// The panels as one SVG document, row by row.
///
/// # Errors
/// [`PlotError::Nothing`] if a panel has nothing to show.
pub fn svg(panels: &[Panel]) -> Result<String, PlotError> {
    let columns = columns(panels.len());
    let size = size_of(panels);
    let (width, height) = size.panel;
    let mut canvas = svg::Canvas::default();
    for (i, one) in panels.iter().enumerate() {
        let place = ((i % columns) as f64, (i / columns) as f64);
        canvas.moved((place.0 * width, place.1 * height));
        panel::draw(&mut canvas, one, i)?;
        canvas.end();
    }
    let rows = panels.len().div_ceil(columns);
    Ok(canvas.finish((width * columns as f64, height * rows as f64), size.zoom))
}

/// The size of all panels.
fn size_of(panels: &[Panel]) -> Size {
    panels.first().map_or(Size::default(), |panel| panel.size)
}

/// How many of `n` panels stand side by side.
fn columns(n: usize) -> usize {
    (1..COLUMNS).find(|c| c * c >= n).unwrap_or(COLUMNS)
}

/// The bytes of a figure of `panels`.
///
/// # Errors
/// [`PlotError::Nothing`] if a panel has nothing to show, [`PlotError::Bitmap`] if there is no
/// bitmap of it.
pub fn draw(panels: &[Panel], format: Format) -> Result<Vec<u8>, PlotError> {
    let figure = svg(panels)?;
    match format {
        Format::Svg => Ok(figure.into_bytes()),
        Format::Pdf => pdf::from_svg(&figure),
        Format::Png => png::from_svg(&figure, size_of(panels)),
    }
}

/// The name of a file or folder without its ending.
fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}
