//! The plain record of a run: everything in a run file but its events.
//!
//! Generation fills it, storage writes and reads it, plots and comparisons use it; it computes
//! nothing but what weights come to. Cross sections are in pb per nucleus.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::{Compression, Precision, Sample, Scalar};
use crate::histogram::Histogram;

/// Version of this library, `generator_version` of what it writes.
pub const GENERATOR_VERSION: &str = env!("CARGO_PKG_VERSION");
/// Commit this library was built from, or `unknown`.
pub const GIT_COMMIT: &str = env!("MILLIBREM_GIT_COMMIT");

/// What is known of a run before its first event.
#[derive(Debug, Clone, PartialEq)]
pub struct RunHeader {
    /// The card with every default written out, TOML; generating it again gives the same file.
    pub card: String,
    /// Seed of the run.
    pub seed: u64,
    /// What the particles are.
    pub sample: Sample,
    /// Storage of the event columns.
    pub compression: Compression,
    /// Digits of the momenta.
    pub precision: Precision,
    /// Number of events to come if known, else 0; sizes the chunks.
    pub expected_events: u64,
    /// Which part of a run it is; `None` is all of it.
    pub shard: Option<Shard>,
}

/// One of several parts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which part, from 1 on.
    pub index: u32,
    /// Number of parts.
    pub of: u32,
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// One of the runs of different seeds that a file joins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// Its seed.
    pub seed: u64,
    /// Its events, in the file behind those of the members before it.
    pub n_events: u64,
    /// What was added to the reproduction keys of its events.
    pub first_index: u64,
    /// Points evaluated for its cross section.
    pub n_eval: u64,
    /// Its cross section, pb.
    pub value_pb: f64,
    /// Its standard error, pb.
    pub error_pb: f64,
}

/// One row of the iteration table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IterationRow {
    /// Whether the row counts for the result; adapting rows do not.
    pub measured: bool,
    /// Points evaluated.
    pub n_eval: u64,
    /// Estimate of this iteration alone, pb.
    pub value_pb: f64,
    /// Its standard error, pb.
    pub error_pb: f64,
    /// Running average up to here, pb.
    pub average_pb: f64,
    /// Standard error of the running average, pb.
    pub average_error_pb: f64,
    /// χ² per degree of freedom of the running average.
    pub chi2_dof: f64,
    /// Probability of a larger χ² by chance.
    pub q: f64,
}

/// σ on one nucleus of a mixture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NuclearSigma {
    /// PDG number of the nucleus.
    pub nucleus: i32,
    /// Its share of the atoms, 0 … 1.
    pub atom_fraction: f64,
    /// σ, pb per nucleus.
    pub sigma_pb: f64,
}

/// The total cross section of a run, per nucleus, or per atom of a mixture.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossSection {
    /// Cross section, pb.
    pub value_pb: f64,
    /// Its standard error, pb.
    pub error_pb: f64,
    /// χ² per degree of freedom over the measured iterations.
    pub chi2_dof: f64,
    /// Points evaluated for the result.
    pub n_eval: u64,
    /// The iteration table, in order.
    pub iterations: Vec<IterationRow>,
}

/// One plain fact of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// Words.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number; its unit is in its name.
    Real(f64),
    /// Yes or no.
    Flag(bool),
}

/// Named facts in the order they are written.
pub type Facts = Vec<(String, Fact)>;

/// The alarms among the facts of a run, which one fact of the name `alarms` holds, a line each.
pub fn alarms(facts: &Facts) -> Vec<String> {
    let lines = facts.iter().filter_map(|fact| match fact {
        (name, Fact::Text(text)) if name == "alarms" => Some(text.lines()),
        _ => None,
    });
    lines.flatten().map(str::to_owned).collect()
}

/// What is known of a run after its last event.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSummary {
    /// Total cross section.
    pub cross_section: CrossSection,
    /// σ on each nucleus of a mixture, where it is known; empty for one nucleus.
    pub nuclei: Vec<NuclearSigma>,
    /// Factor for the weights of all events already handed over, so that their mean is σ.
    pub weight_scale: f64,
    /// Finished histograms; their names differ.
    pub histograms: Vec<Histogram>,
    /// Facts that are the same wherever the card is run.
    pub provenance: Facts,
    /// Facts of this machine and this hour: seconds, threads, rates.
    pub timings: Facts,
}

/// Sums over the weights of events, in their order.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct WeightSums {
    n: u64,
    w: f64,
    w2: f64,
    v: f64,
    v2: f64,
    wv: f64,
}

impl WeightSums {
    /// Adds an event of weight `w` whose other weight is `v`.
    pub fn add(&mut self, w: f64, v: f64) {
        self.n += 1;
        self.w += w;
        self.w2 += w * w;
        self.v += v;
        self.v2 += v * v;
        self.wv += w * v;
    }

    /// Adds events of these weights.
    pub fn add_all(&mut self, weights: &[f64], others: &[f64]) {
        let pairs = weights.iter().zip(others);
        pairs.for_each(|(w, v)| self.add(*w, *v));
    }

    /// σ'/σ, and its standard error from the spread of the quotients; NaN where there is no weight, and of the error
    /// where there is one event.
    pub fn ratio(&self) -> (f64, f64) {
        if self.w == 0.0 {
            return (f64::NAN, f64::NAN);
        }
        let ratio = self.v / self.w;
        if self.n < 2 {
            return (ratio, f64::NAN);
        }
        let spread = self.v2 - 2.0 * ratio * self.wv + ratio * ratio * self.w2;
        (ratio, spread.max(0.0).sqrt() / self.w.abs())
    }

    /// Kish's number of events of equal weight that are worth as much, (Σw')²/Σw'².
    pub fn effective_sample_size(&self) -> f64 {
        match self.v2 > 0.0 {
            true => self.v * self.v / self.v2,
            false => 0.0,
        }
    }
}

/// What a further weight came to.
#[derive(Debug, Clone, PartialEq)]
pub struct FurtherWeight {
    /// Its name, without `weight_`.
    pub name: String,
    /// What it is of.
    pub description: String,
    /// σ of its choice over σ; NaN without events.
    pub ratio: f64,
    /// Standard error of that; NaN of less than two events.
    pub ratio_error: f64,
    /// How many events of equal weight its events are worth.
    pub effective_sample_size: f64,
}

impl FurtherWeight {
    /// What the sums over all events say of the weight in a column.
    pub fn new(column: &Scalar, sums: &WeightSums) -> Self {
        let (ratio, ratio_error) = sums.ratio();
        Self {
            name: column.further_weight().unwrap_or_default().to_owned(),
            description: column.description.to_string(),
            ratio,
            ratio_error,
            effective_sample_size: sums.effective_sample_size(),
        }
    }
}
