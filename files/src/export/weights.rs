//! What becomes of weights: whether they differ, what that does to a format without weights, and
//! events of equal weight made from others.
//!
//! Everything here is decided by the weights in the file, not by how they were asked for. Dropping
//! weights w gives every event the probability 1/N instead of w/Σw; a share of events, such as the
//! content of a bin, is then off by at most Σ max(w − w̄, 0)/Σw, the `excess`. Accept and reject
//! keeps an event if u·max(w) < w with u uniform in [0, 1), drawn from the seed of the run and the
//! event's reproduction key alone: the same events in every format. Pinned by the tests below and
//! `files/tests/export_weights.rs`.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::{Format, PIECE};
use crate::IoError;
use crate::hdf5::RunReader;
use millibrem::event::{Event, EventBuffer};

/// What to do with weights that differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Weights {
    /// Write them; a format without weights refuses.
    #[default]
    Keep,
    /// Give all events the same weight, whatever that does to spectra.
    Drop,
    /// Keep events in proportion to their weights, and give the others' weight to those that stay.
    Unweight,
}

/// Sums over a sample that headers need before the first event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Totals {
    /// Events that are written.
    pub(super) n_events: u64,
    /// Mean weight, pb.
    pub(super) mean_weight_pb: f64,
    /// Largest weight, pb.
    pub(super) max_weight_pb: f64,
    /// Standard error of the integrator's cross section, pb.
    pub(super) error_pb: f64,
    /// Whether any weight differs from another.
    pub(super) differ: bool,
}

/// The weights as they are in the run.
struct Found {
    n: u64,
    mean: f64,
    min: f64,
    max: f64,
    differ: bool,
    /// Largest error of a share of events if they were all taken to be equal.
    excess: f64,
}

/// What to do with each event of a run, and what is known of the weights afterwards.
pub(super) struct Weighing {
    pub(super) totals: Totals,
    pub(super) warnings: Vec<String>,
    rule: Rule,
}

enum Rule {
    AsTheyAre,
    Equal(f64),
    Accept {
        seed: u64,
        max_pb: f64,
        weight_pb: f64,
    },
}

impl Weighing {
    /// Reads all weights and decides.
    ///
    /// # Errors
    /// [`IoError::Weighted`] if the format has no weights, they differ and nothing else is asked for;
    /// [`IoError::Weight`] if a weight is no probability; otherwise what reading fails with.
    pub(super) fn decide(
        run: &RunReader,
        format: Format,
        asked: Weights,
        allowed_excess: f64,
    ) -> Result<Self, IoError> {
        let found = Found::read(run)?;
        let (n, mean, excess) = (found.n, found.mean, found.excess);
        let totals = Totals {
            n_events: n,
            mean_weight_pb: mean,
            max_weight_pb: found.max,
            error_pb: run.cross_section()?.error_pb,
            differ: found.differ,
        };
        let equal = Totals {
            max_weight_pb: mean,
            differ: false,
            ..totals
        };
        let percent = 100.0 * excess;
        let kept = (n as f64 * mean / found.max).round() as u64;
        let (totals, rule, warning) = match asked {
            _ if !found.differ => (totals, Rule::AsTheyAre, None),
            Weights::Keep if format.has_weights() => (totals, Rule::AsTheyAre, None),
            // What rounds to nothing is not worth a word.
            Weights::Keep if excess <= allowed_excess.min(5e-6) => (totals, Rule::AsTheyAre, None),
            Weights::Keep if excess <= allowed_excess => {
                let words = format!(
                    "{format} has no weights, and some events weigh up to {:.3} times the mean: shares of events are off by up to {percent:.3} %; --unweight makes them exact and keeps about {kept} of {n} events",
                    found.max / mean
                );
                (totals, Rule::AsTheyAre, Some(words))
            }
            Weights::Keep => {
                return Err(IoError::Weighted {
                    path: run.path().to_owned(),
                    format: format.name(),
                    percent,
                    kept,
                    n_events: n,
                });
            }
            Weights::Drop => {
                let words = format!(
                    "the {n} events had weights from {:.3e} to {:.3e} pb and now all count the same: spectra from this file are wrong, shares of events by up to {percent:.2} %",
                    found.min, found.max
                );
                (equal, Rule::Equal(mean), Some(words))
            }
            Weights::Unweight => {
                if !(found.min >= 0.0 && found.max.is_finite()) {
                    return Err(IoError::Weight {
                        path: run.path().to_owned(),
                        weight: if found.min >= 0.0 {
                            found.max
                        } else {
                            found.min
                        },
                    });
                }
                let rule = Rule::Accept {
                    seed: run.header().seed,
                    max_pb: found.max,
                    weight_pb: mean,
                };
                let n_events = rule.count(run)?;
                (Totals { n_events, ..equal }, rule, None)
            }
        };
        Ok(Self {
            totals,
            rule,
            warnings: warning.into_iter().collect(),
        })
    }

    /// The events that are written of those in `events`, with the weights they have there.
    pub(super) fn apply<'a>(
        &self,
        events: &'a mut EventBuffer,
        kept: &'a mut EventBuffer,
    ) -> &'a EventBuffer {
        match self.rule {
            Rule::AsTheyAre => events,
            Rule::Equal(weight) => {
                events.set_weights(weight);
                events
            }
            Rule::Accept { weight_pb, .. } => {
                kept.begin(events.columns());
                let stays = |e: &Event| self.rule.accepts(e.index, e.weight);
                for event in events.iter().filter(stays) {
                    kept.push(&event);
                }
                kept.set_weights(weight_pb);
                kept
            }
        }
    }
}

impl Rule {
    fn accepts(&self, index: u64, weight: f64) -> bool {
        match *self {
            Self::Accept { seed, max_pb, .. } => uniform(seed, index) * max_pb < weight,
            _ => true,
        }
    }

    /// Number of events that stay.
    fn count(&self, run: &RunReader) -> Result<u64, IoError> {
        let (mut weights, mut indices) = (Vec::new(), Vec::new());
        let mut n = 0;
        for first in (0..run.n_events()).step_by(PIECE) {
            run.read_weights(first, PIECE, &mut weights)?;
            run.read_indices(first, PIECE, &mut indices)?;
            let pairs = indices.iter().zip(&weights);
            n += pairs.filter(|&(&i, &w)| self.accepts(i, w)).count() as u64;
        }
        Ok(n)
    }
}

impl Found {
    fn read(run: &RunReader) -> Result<Self, IoError> {
        let n = run.n_events() as u64;
        let (mut sum, mut min, mut max) = (Sum::default(), f64::INFINITY, 0.0_f64);
        let (mut first, mut differ, mut nan) = (None, false, false);
        each(run, |weight| {
            sum.add(weight);
            (min, max) = (min.min(weight), max.max(weight));
            nan |= weight.is_nan();
            differ |= *first.get_or_insert(weight) != weight;
        })?;
        // Equal weights are their own mean; without events there are no weights to agree with.
        let mean = match first {
            None => run.cross_section()?.value_pb,
            Some(weight) if !differ => weight,
            Some(_) => sum.value() / n as f64,
        };
        let mut above = Sum::default();
        if differ {
            each(run, |weight| above.add((weight - mean).max(0.0)))?;
        }
        let excess = match differ {
            true => above.value() / sum.value(),
            false => 0.0,
        };
        Ok(Self {
            n,
            mean,
            min: if nan { f64::NAN } else { min },
            max,
            differ,
            // What cannot be computed is not small.
            excess: if excess.is_nan() { 1.0 } else { excess },
        })
    }
}

/// Hands over all weights of a run.
fn each(run: &RunReader, mut take: impl FnMut(f64)) -> Result<(), IoError> {
    let mut weights = Vec::new();
    for first in (0..run.n_events()).step_by(PIECE) {
        run.read_weights(first, PIECE, &mut weights)?;
        weights.iter().for_each(|&weight| take(weight));
    }
    Ok(())
}

/// A sum that keeps its lost low-order bits (Neumaier), so that a mean is right to the last digit.
#[derive(Default)]
struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    fn add(&mut self, value: f64) {
        let next = self.sum + value;
        self.lost += if self.sum.abs() >= value.abs() {
            (self.sum - next) + value
        } else {
            (value - next) + self.sum
        };
        self.sum = next;
    }

    fn value(&self) -> f64 {
        self.sum + self.lost
    }
}

/// The number in [0, 1) that decides over the event with that reproduction key.
fn uniform(seed: u64, index: u64) -> f64 {
    // Another multiplier than that of the azimuth, and another rotation.
    let key = index.wrapping_mul(0xd134_2543_de82_ef95) ^ seed.rotate_left(17);
    Pcg64Mcg::seed_from_u64(key).random()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deciding_numbers_are_uniform_and_depend_on_seed_and_key_alone() {
        let n = 100_000_u64;
        let u: Vec<f64> = (0..n).map(|index| uniform(7, index)).collect();
        assert!(u.iter().all(|u| (0.0..1.0).contains(u)));
        let pull = |sum: f64, mean: f64, variance: f64| {
            (sum - n as f64 * mean).abs() / (n as f64 * variance).sqrt()
        };
        let bins = 64;
        for bin in 0..bins {
            let inside = u.iter().filter(|u| (**u * bins as f64) as usize == bin);
            let p = 1.0 / bins as f64;
            assert!(pull(inside.count() as f64, p, p * (1.0 - p)) < 4.0, "{bin}");
        }
        for step in [1, 2, 64, 8192] {
            let lag = u.iter().zip(&u[step..]).map(|(a, b)| (a - 0.5) * (b - 0.5));
            assert!(pull(lag.sum(), 0.0, 1.0 / 144.0) < 4.0, "{step}");
        }
        let depth = |index| super::super::VertexDepth::uniform(1.0).of_event(7, index);
        let crossed = (0..n).map(|i| (u[i as usize] - 0.5) * (depth(i) - 0.5));
        assert!(pull(crossed.sum(), 0.0, 1.0 / 144.0) < 4.0);
        assert_eq!(uniform(7, 3), u[3]);
        assert_ne!(uniform(8, 3), u[3]);
    }

    #[test]
    fn a_sum_keeps_what_one_addition_loses() {
        let mut sum = Sum::default();
        [1.0, 1e100, 1.0, -1e100].iter().for_each(|&x| sum.add(x));
        assert_eq!(sum.value(), 2.0);
    }
}
