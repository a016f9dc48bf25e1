//! What a command has computed, in memory: a run without its events, or a table.
//!
//! Storage reads these values from files, figures show them; nothing here opens a file.

use crate::histogram::Histogram;
use crate::record::CrossSection;
pub use crate::table::Table;
pub use crate::table::csv::CHECKSUM;

/// What one file holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Results {
    /// A run.
    Run(RunResults),
    /// A table of a scan, a spectrum, a comparison or a reach.
    Table(Table),
}

/// What is shown of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunResults {
    /// The card it was made from, TOML.
    pub card: String,
    /// Total cross section and its iterations.
    pub cross_section: CrossSection,
    /// Histograms; their names differ.
    pub histograms: Vec<Histogram>,
}

/// Whether a column of this name holds what was computed, not what it was computed for.
pub fn is_result(name: &str) -> bool {
    let parts = ["_pb", "dsigma", "error", "ratio", "_over_"];
    let others = [
        "x",
        "x_low",
        "x_high",
        "e_miss_gev",
        "n_eval",
        "wall_s",
        "chi2_dof",
        "seed",
        "electron_x0",
        "positron_x0",
        "photon_x0",
        CHECKSUM,
    ];
    parts.iter().any(|part| name.contains(part)) || others.contains(&name)
}
