//! The result of a measurement: estimate, iteration table, counters, and what is wrong with it.

use crate::alarm::{self, Alarm, Evidence};
use crate::bits;
use crate::config::{Layout, Plan};
use crate::estimate::{Average, Estimate};
use crate::key::PointKey;
use crate::tally::{Counters, IterationTally, MAGNITUDE, SQUARE, Tally, WEIGHT};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One line of the iteration table.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct IterationRow {
    /// Iteration, from 0.
    pub iteration: u32,
    /// Points of the iteration.
    pub points: u64,
    /// Estimate of this iteration alone.
    pub estimate: Estimate,
    /// Average up to this iteration.
    pub average: Estimate,
    /// χ² over degrees of freedom of the iterations so far; 0 for the first.
    #[serde(with = "bits::number")]
    pub chi2_dof: f64,
    /// Probability of a larger χ²; 1 for the first.
    #[serde(with = "bits::number")]
    pub q: f64,
}

/// The table of complete iterations.
pub(crate) fn rows(tallies: &[IterationTally]) -> Vec<IterationRow> {
    table(tallies, IterationTally::estimate)
}

/// The same of lattices. The error that a few of them give is uncertain: each gets that of all.
fn rows_of_lattices(tallies: &[IterationTally]) -> Vec<IterationRow> {
    let squares = tallies.iter().map(|t| t.estimate().sdev.powi(2));
    let sdev = (squares.sum::<f64>() / tallies.len() as f64).sqrt();
    let mean = |t: &IterationTally| t.estimate().mean;
    table(tallies, |t| Estimate {
        mean: mean(t),
        sdev,
    })
}

fn table(
    tallies: &[IterationTally],
    of: impl Fn(&IterationTally) -> Estimate,
) -> Vec<IterationRow> {
    let mut so_far = Average::default();
    let row = |(i, t): (usize, &IterationTally)| {
        let (estimate, points) = (of(t), t.counters.points);
        so_far.add(estimate, points);
        let (chi2_dof, q) = so_far.chi2_dof_and_q().unwrap_or((0.0, 1.0));
        IterationRow {
            iteration: i as u32,
            points,
            estimate,
            average: so_far.estimate(),
            chi2_dof,
            q,
        }
    };
    tallies.iter().enumerate().map(row).collect()
}

/// What a measurement found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// The integral.
    pub estimate: Estimate,
    /// χ² over degrees of freedom of the iterations; 0 for a single one.
    #[serde(with = "bits::number")]
    pub chi2_dof: f64,
    /// Probability of a larger χ²; 1 for a single iteration.
    #[serde(with = "bits::number")]
    pub q: f64,
    /// One row a complete iteration.
    pub iterations: Vec<IterationRow>,
    /// Evaluations of the integrand, probes included.
    pub n_eval: u64,
    /// Counts over all points.
    pub counters: Counters,
    /// Largest magnitude of a weight, over the mean magnitude.
    #[serde(with = "bits::number")]
    pub largest_weight: f64,
    /// The point that has it.
    pub largest_at: PointKey,
    /// `(Σ |w|)² / Σ w²`: as many equal weights would be as good.
    #[serde(with = "bits::number")]
    pub effective_sample_size: f64,
    /// Whether every chunk the plan asks for is there: false for a shard or an interrupted run.
    pub complete: bool,
    /// Why the result should not be trusted; empty if nothing was found.
    pub alarms: Vec<Alarm>,
    /// The sums it all comes from: merge and resume with these.
    pub tally: Tally,
}

impl Measurement {
    /// Makes the result of a tally.
    pub(crate) fn of(tally: Tally, plan: &Plan, stopped: bool) -> Self {
        // Independent points are a sample at any length; strata only when all are there.
        let whole = |t: &&IterationTally| {
            t.counters.points == plan.neval
                || (matches!(plan.layout, Layout::Independent | Layout::Even)
                    && t.counters.points > 1)
        };
        let full: Vec<IterationTally> = tally.iterations.iter().filter(whole).cloned().collect();
        let iterations = match plan.layout {
            Layout::Lattice => rows_of_lattices(&full),
            _ => rows(&full),
        };
        let (estimate, chi2_dof, q) = iterations
            .last()
            .map_or((Estimate::default(), 0.0, 1.0), |r| {
                (r.average, r.chi2_dof, r.q)
            });
        let mut counters = Counters::default();
        full.iter().for_each(|t| counters.add(&t.counters));
        let sum = |k| full.iter().map(|t| t.sum(k)).sum::<f64>();
        let magnitude = sum(MAGNITUDE) / counters.points.max(1) as f64;
        let mut largest = (
            0.0,
            PointKey {
                iteration: 0,
                index: 0,
            },
        );
        for (i, t) in full.iter().enumerate() {
            if t.largest > largest.0 {
                largest = (
                    t.largest,
                    PointKey {
                        iteration: i as u32,
                        index: t.largest_index,
                    },
                );
            }
        }
        let square = sum(SQUARE);
        let found = Evidence {
            estimate,
            chi2_dof,
            q,
            counters,
            full: &full,
        };
        Self {
            estimate,
            chi2_dof,
            q,
            n_eval: counters.points + counters.probes,
            counters,
            largest_weight: if magnitude > 0.0 {
                largest.0 / magnitude
            } else {
                0.0
            },
            largest_at: largest.1,
            effective_sample_size: if square > 0.0 {
                sum(MAGNITUDE) * sum(MAGNITUDE) / square
            } else {
                0.0
            },
            complete: !stopped && full.len() == tally.iterations.len() && plan.shard.is_none(),
            alarms: alarm::find(&found, plan),
            iterations,
            tally,
        }
    }

    /// Finishes what several shards (or runs) of `plan` have summed together.
    ///
    /// # Errors
    /// [`crate::Error::Incomplete`] if no iteration is complete.
    pub fn from_tally(tally: Tally, plan: &Plan) -> Result<Self, crate::Error> {
        let plan = Plan {
            shard: None,
            ..plan.clone()
        };
        let m = Self::of(tally, &plan, false);
        if m.iterations.is_empty() {
            Err(crate::Error::Incomplete)
        } else {
            Ok(m)
        }
    }

    /// Whether nothing speaks against the result.
    pub fn trustworthy(&self) -> bool {
        self.alarms.is_empty()
    }

    /// Sum of all weights.
    pub fn weight_sum(&self) -> f64 {
        self.tally.iterations.iter().map(|t| t.sum(WEIGHT)).sum()
    }
}

/// Prints the field's iteration table, the result, and the alarms in words.
impl fmt::Display for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |e: fn(&IterationRow) -> Estimate| {
            self.iterations
                .iter()
                .map(|r| e(r).to_string().len())
                .max()
                .unwrap_or(0)
                .max(14)
        };
        let (a, b) = (width(|r| r.estimate), width(|r| r.average));
        writeln!(
            f,
            "itn  {:<a$}  {:<b$}  chi2/dof     Q",
            "integral", "average"
        )?;
        for r in &self.iterations {
            writeln!(
                f,
                "{:>3}  {:<a$}  {:<b$}  {:>8.2}  {:>4.2}",
                r.iteration + 1,
                r.estimate.to_string(),
                r.average.to_string(),
                r.chi2_dof,
                r.q
            )?;
        }
        write!(
            f,
            "result = {}  ({} evaluations)",
            self.estimate, self.n_eval
        )?;
        for alarm in &self.alarms {
            write!(f, "\nnot trustworthy: {alarm}")?;
        }
        Ok(())
    }
}
