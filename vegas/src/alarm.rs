//! Reasons not to trust a measurement, found in its own numbers.
//!
//! Pinned by `tests/alarms.rs`; false alarms are counted in `docs/performance.md`.

use crate::config::{Layout, Plan};
use crate::estimate::Estimate;
use crate::tally::{Counters, IterationTally, MAGNITUDE, SQUARE, VARIANCE, WEIGHT};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One reason.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Alarm {
    /// The iterations disagree.
    Disagreement {
        /// χ² over degrees of freedom.
        chi2_dof: f64,
        /// Probability of a larger χ².
        q: f64,
    },
    /// A few points carry the result.
    HeavyPoint {
        /// Part of the variance that the heaviest point makes: its square over the variance, which is above 1 where
        /// the points beside it in its stratum are as heavy.
        share: f64,
    },
    /// A uniform point found a region that the sample does not resolve.
    MissedPeak {
        /// By how many of its errors the point would have moved the result.
        shift: f64,
    },
    /// All weights are zero.
    AllZero,
    /// Some strata were not sampled, or the run was stopped.
    Incomplete,
}

/// Says it in words.
impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disagreement { chi2_dof, q } => write!(
                f,
                "the iterations disagree: chi2/dof = {chi2_dof:.2}, Q = {q:.1e}; the errors are too small"
            ),
            Self::HeavyPoint { share } if *share > 1.0 => write!(
                f,
                "the square of a single point is {share:.1} times the variance; the error is itself uncertain"
            ),
            Self::HeavyPoint { share } => write!(
                f,
                "a single point makes {:.0} % of the variance; the error is itself uncertain",
                100.0 * share
            ),
            Self::MissedPeak { shift } => write!(
                f,
                "a uniform probe found a region the sample does not resolve: one such point would \
                 move the result by {shift:.1} errors; a peak was missed"
            ),
            Self::AllZero => write!(f, "the integrand is zero at every point"),
            Self::Incomplete => write!(f, "the run is not complete"),
        }
    }
}

/// Iterations disagree below this Q.
const Q_MIN: f64 = 1e-5;

/// Largest share of the variance one point may have.
const HEAVY: f64 = 0.5;

/// The same where weights have a long tail, whose heaviest often has half of the variance: where there are as many
/// equal weights as [`FEW`] at least, and as this part of the points at most.
const HEAVY_IN_TAIL: f64 = 0.8;
const FEW: f64 = 350.0;
const EVEN: f64 = 0.1;

/// A probe that would move the result by more errors than this is from an unresolved region.
const SHIFT: f64 = 3.0;

/// The numbers of a measurement that alarms are found in.
pub(crate) struct Evidence<'a> {
    /// The integral.
    pub(crate) estimate: Estimate,
    /// χ² over degrees of freedom of the iterations.
    pub(crate) chi2_dof: f64,
    /// Probability of a larger χ².
    pub(crate) q: f64,
    /// Counts over all points.
    pub(crate) counters: Counters,
    /// The complete iterations.
    pub(crate) full: &'a [IterationTally],
}

/// What is in the measurement.
pub(crate) fn find(m: &Evidence<'_>, plan: &Plan) -> Vec<Alarm> {
    let full = m.full;
    let mut alarms = Vec::new();
    if full.is_empty() {
        alarms.push(Alarm::Incomplete);
        return alarms;
    }
    if m.counters.zero == m.counters.points {
        alarms.push(Alarm::AllZero);
        return alarms;
    }
    if m.q < Q_MIN {
        alarms.push(Alarm::Disagreement {
            chi2_dof: m.chi2_dof,
            q: m.q,
        });
    }
    let points = m.counters.points as f64;
    let sum = |k| full.iter().map(|t| t.sum(k)).sum::<f64>();
    let variance = match plan.layout {
        // That of the points: lattices vary by what is left when most of it has cancelled.
        Layout::Lattice => sum(SQUARE) - sum(WEIGHT) * sum(WEIGHT) / points,
        _ => sum(VARIANCE),
    };
    let largest = full.iter().map(|t| t.largest).fold(0.0, f64::max);
    let share = largest * largest / variance;
    // Below the share that a few points have of the result, weights are no longer the size of what they vary by.
    let even = (10.0 / points).max(1e-12);
    let magnitude = sum(MAGNITUDE);
    let equal_weights = magnitude * magnitude / sum(SQUARE);
    let limit = match (FEW..EVEN * points).contains(&equal_weights) {
        true => HEAVY_IN_TAIL,
        false => HEAVY,
    };
    if share > limit && m.estimate.relative_error() > even {
        alarms.push(Alarm::HeavyPoint { share });
    }
    let heaviest = full
        .iter()
        .flat_map(|t| t.probes.iter())
        .fold(0.0, |h: f64, p| h.max(p.weight));
    let shift = heaviest / points / m.estimate.sdev;
    // No heavier than the sample's own points: then it is from a region the sample knows.
    if shift > SHIFT && heaviest > 1.01 * largest {
        alarms.push(Alarm::MissedPeak { shift });
    }
    alarms
}

#[cfg(test)]
mod tests {
    use super::{Alarm, Evidence, find};
    use crate::config::Plan;
    use crate::estimate::Estimate;
    use crate::tally::{ChunkSums, IterationTally, MAGNITUDE, SQUARE, VARIANCE, WEIGHT};

    /// Whether a point with this share of the variance is heavy among weights worth as many `equal` ones.
    fn is_heavy(share: f64, equal: f64) -> bool {
        let (points, mut sums) = (100_000, ChunkSums::default());
        sums.counters.points = points;
        sums.largest = 1.0;
        sums.sums[WEIGHT] = 1000.0;
        sums.sums[MAGNITUDE] = 1000.0;
        sums.sums[SQUARE] = 1e6 / equal;
        sums.sums[VARIANCE] = 1.0 / share;
        let mut tally = IterationTally::default();
        tally.take(0, &sums);
        let evidence = Evidence {
            estimate: Estimate {
                mean: 0.01,
                sdev: 1e-4,
            },
            chi2_dof: 1.0,
            q: 0.5,
            counters: tally.counters,
            full: &[tally],
        };
        let alarms = find(&evidence, &Plan::new(points, 1));
        alarms.iter().any(|a| matches!(a, Alarm::HeavyPoint { .. }))
    }

    #[test]
    fn a_tail_may_have_a_heavier_point_than_few_or_even_weights() {
        for (equal, limit) in [(349.0, 0.5), (351.0, 0.8), (9_999.0, 0.8), (10_001.0, 0.5)] {
            for share in [0.49, 0.51, 0.79, 0.81] {
                assert_eq!(is_heavy(share, equal), share > limit, "{share} of {equal}");
            }
        }
    }

    /// Checks texts, one a variant; does not compile if a variant is missing.
    macro_rules! texts {
        ($($variant:ident: $example:expr => $text:expr,)+) => {
            let name = |alarm: &Alarm| match alarm {
                $(Alarm::$variant { .. } => stringify!($variant),)+
            };
            $(
                let alarm = $example;
                assert_eq!((name(&alarm), alarm.to_string().as_str()), (stringify!($variant), $text));
            )+
        };
    }

    #[test]
    fn every_alarm_has_a_text() {
        texts! {
            Disagreement: Alarm::Disagreement { chi2_dof: 4.5, q: 1e-6 }
                => "the iterations disagree: chi2/dof = 4.50, Q = 1.0e-6; the errors are too small",
            HeavyPoint: Alarm::HeavyPoint { share: 0.75 }
                => "a single point makes 75 % of the variance; the error is itself uncertain",
            MissedPeak: Alarm::MissedPeak { shift: 12.0 }
                => "a uniform probe found a region the sample does not resolve: one such point would \
                    move the result by 12.0 errors; a peak was missed",
            AllZero: Alarm::AllZero => "the integrand is zero at every point",
            Incomplete: Alarm::Incomplete => "the run is not complete",
        }
        // No point makes more than all of the variance.
        let text = Alarm::HeavyPoint { share: 8.26 }.to_string();
        let whole =
            "the square of a single point is 8.3 times the variance; the error is itself uncertain";
        assert_eq!(text, whole);
    }
}
