//! Uniform points that look for what the adapted sample might miss.
//!
//! A share of the points of every iteration is uniform in x-space. While adapting they train the
//! map like the others, so that a region the map has given up can come back. While measuring they
//! do not enter the estimate: each is given the weight `W` it would have had in the adapted sample,
//! `W = J f N / (K n_h)`, which is cheap to know from the inverse of the map. The heaviest are
//! kept. One that alone would have moved the result by several of its errors says that the
//! sample does not resolve the region it comes from.
//! Pinned by `tests/alarms.rs`.

use crate::bits;
use serde::{Deserialize, Serialize};

/// Probes kept an iteration.
const KEPT: usize = 8;

/// One uniform point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Magnitude of the weight it would have had in the sample.
    #[serde(with = "bits::number")]
    pub weight: f64,
    /// Magnitude of the integrand.
    #[serde(with = "bits::number")]
    pub value: f64,
    /// Number of the probe in the iteration.
    pub index: u64,
}

/// The heaviest probes, in falling order; equal ones by number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Heaviest {
    kept: [Probe; KEPT],
}

impl Heaviest {
    /// Takes in one.
    pub(crate) fn add(&mut self, probe: Probe) {
        let before = |p: &Probe| {
            p.weight > probe.weight || (p.weight == probe.weight && p.index < probe.index)
        };
        let at = self.kept.iter().take_while(|p| before(p)).count();
        if at < KEPT && probe.weight > 0.0 {
            self.kept.copy_within(at..KEPT - 1, at + 1);
            self.kept[at] = probe;
        }
    }

    /// Takes in others.
    pub(crate) fn merge(&mut self, other: &Self) {
        other.iter().for_each(|&p| self.add(p));
    }

    /// Those there are.
    pub fn iter(&self) -> impl Iterator<Item = &Probe> {
        self.kept.iter().filter(|p| p.weight > 0.0)
    }
}
