//! What is drawn: panels of curves or of a heat map, in the units of their labels.
//!
//! Labels are in the markup of [`super::text`]. Every curve remembers where its numbers are stored,
//! so that a script can draw it again from the same file.

use std::path::PathBuf;

use super::size::Size;
use millibrem::histogram::Scale;

/// One axis of a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelAxis {
    /// Quantity and unit, in markup.
    pub label: String,
    /// Its division.
    pub scale: Scale,
    /// From where to where it goes; by the data without.
    pub range: Option<(f64, f64)>,
    /// What it never goes beyond by itself: charges above 1 are no millicharges.
    pub cap: Option<f64>,
}

impl PanelAxis {
    /// A linear axis as long as its data.
    pub(super) fn linear(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            scale: Scale::Linear,
            range: None,
            cap: None,
        }
    }
}

/// How a curve is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Bins: one more x (edges) than y; errors as a band.
    Steps,
    /// A line through all points, errors as a band.
    Line,
    /// Markers with error bars.
    Points,
    /// Open markers with error bars, for what does not count.
    OpenPoints,
    /// What is excluded: the inside of a closed contour (its last point is its first), or everything
    /// above a line up to its upper edge. All of them are one light area, each with its outline and
    /// named where it stands; the axes do not grow for it.
    Region,
}

/// Numbers with their errors and the place they come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Text of the legend, in markup; empty for none.
    pub label: String,
    /// What the legend says in its place unless another label is asked for: the names of the cards;
    /// none where they give none. Curves are chosen by `label`.
    pub display: Option<String>,
    /// How it is drawn.
    pub shape: Shape,
    /// Whether it is what data not yet taken would show: dashed, and named so.
    pub projected: bool,
    /// Where its name stands, if it is a region: abscissa and ordinate; found by the program without.
    pub place: Option<(f64, f64)>,
    /// Abscissae, or the edges of bins.
    pub x: Vec<f64>,
    /// Ordinates.
    pub y: Vec<f64>,
    /// One standard deviation of each ordinate; empty for none.
    pub error: Vec<f64>,
    /// Upper edge of the region above each ordinate, NaN where it is open; empty for none.
    pub upper: Vec<f64>,
    /// Where the numbers are stored.
    pub source: Source,
}

/// A file and the numbers in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// What of it.
    pub part: Part,
}

/// Which numbers of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// The differential twin of a histogram of a run.
    Histogram(String),
    /// Rows of the iteration table of a run.
    Iterations {
        /// The rows that count, or the adapting ones.
        measured: bool,
        /// The running average in place of single iterations.
        average: bool,
        /// Divided by this cross section, pb.
        unit_pb: f64,
    },
    /// Columns of a table.
    Columns {
        /// Name of the abscissa.
        x: String,
        /// Name of the ordinate.
        y: String,
        /// Name of the errors.
        error: Option<String>,
        /// Name of the upper edges.
        upper: Option<String>,
        /// Name of the column that divides the ordinate.
        over: Option<String>,
        /// Only the rows with this text in that column.
        only: Option<(String, String)>,
        /// Whether the rows stand in the order of an outline; else the abscissae are made to rise.
        ordered: bool,
    },
}

/// A quantity over two others.
#[derive(Debug, Clone, PartialEq)]
pub struct Heat {
    /// Edges along x.
    pub x_edges: Vec<f64>,
    /// Edges along y.
    pub y_edges: Vec<f64>,
    /// Contents, y varying fastest.
    pub z: Vec<f64>,
    /// Quantity and unit, in markup.
    pub label: String,
    /// Where the numbers are stored.
    pub source: Source,
}

/// What a panel shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Curves over a common abscissa.
    Curves(Vec<Curve>),
    /// A heat map on a logarithmic scale of colours.
    Heat(Box<Heat>),
}

/// One drawing with its axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Short name, for files and for choosing.
    pub name: String,
    /// What all curves have in common, in markup; drawn above the frame.
    pub title: String,
    /// Horizontal axis.
    pub x: PanelAxis,
    /// Vertical axis.
    pub y: PanelAxis,
    /// Height of a thin horizontal line to compare with.
    pub reference: Option<f64>,
    /// The data.
    pub content: Content,
    /// The number of the curve by which all others are divided in a lower part; none without.
    pub ratio: Option<usize>,
    /// How large it is drawn.
    pub size: Size,
}
