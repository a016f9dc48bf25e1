//! What a measurement found.

use crate::histogram::Histogram;
use crate::record::CrossSection;

/// σ of a measurement and what speaks for or against it.
#[derive(Debug, Clone, PartialEq)]
pub struct SigmaReport {
    /// σ in pb, its error and the iteration table, adapting rows first.
    pub cross_section: CrossSection,
    /// Finished histograms.
    pub histograms: Vec<Histogram>,
    /// Evaluations, adaptation included.
    pub n_eval: u64,
    /// (Σw)²/NΣw²: as good as this share of equal weights.
    pub effective_share: f64,
    /// Largest weight over the mean weight.
    pub largest_weight: f64,
    /// Reasons not to trust the result, in words; empty if there are none.
    pub alarms: Vec<String>,
    /// What is worth knowing and no reason to distrust the result.
    pub notes: Vec<String>,
}
