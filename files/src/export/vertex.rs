//! Where along the beam an event happens.
//!
//! The law comes in as a table of quantiles, so this layer needs to know neither targets nor
//! energy loss. The depth of an event depends on the seed of the run and its reproduction key
//! alone: the same event stands at the same place in every format.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// Distribution of the depth below the front face of the target, in mm.
#[derive(Debug, Clone, PartialEq)]
pub struct VertexDepth {
    /// Depths at equal steps of probability from 0 to 1, not falling.
    quantiles_mm: Vec<f64>,
}

impl VertexDepth {
    /// The same probability everywhere between the faces of a target of that thickness (mm).
    pub fn uniform(thickness_mm: f64) -> Self {
        Self {
            quantiles_mm: vec![0.0, thickness_mm],
        }
    }

    /// A law given by its depths (mm) at equal steps of probability from 0 to 1.
    ///
    /// Returns `None` unless there are at least two finite depths that do not fall.
    pub fn from_quantiles(quantiles_mm: Vec<f64>) -> Option<Self> {
        let fine = quantiles_mm.len() >= 2
            && quantiles_mm.is_sorted()
            && quantiles_mm.iter().all(|depth| depth.is_finite());
        fine.then_some(Self { quantiles_mm })
    }

    /// The depth at which a share `probability` of events has happened, mm.
    pub fn quantile(&self, probability: f64) -> f64 {
        let last = self.quantiles_mm.len() - 1;
        let at = probability.clamp(0.0, 1.0) * last as f64;
        let low = (at as usize).min(last - 1);
        let (from, to) = (self.quantiles_mm[low], self.quantiles_mm[low + 1]);
        from + (to - from) * (at - low as f64)
    }

    /// The depth of the event with that reproduction key, mm.
    pub fn of_event(&self, seed: u64, index: u64) -> f64 {
        // A stream that event generation does not use: its state holds the bitwise complement.
        let state = (u128::from(!seed) << 64) | u128::from(index);
        let mut key = [0; 32];
        key[..16].copy_from_slice(&state.to_le_bytes());
        let mut rng = Pcg64::from_seed(key);
        self.quantile(rng.random())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_interpolated() {
        let law = VertexDepth::from_quantiles(vec![0.0, 1.0, 3.0]).unwrap();
        let found = [-1.0, 0.0, 0.25, 0.5, 0.75, 1.0, 2.0].map(|u| law.quantile(u));
        assert_eq!(found, [0.0, 0.0, 0.5, 1.0, 2.0, 3.0, 3.0]);
        assert_eq!(VertexDepth::uniform(4.0).quantile(0.25), 1.0);
    }

    #[test]
    fn impossible_laws_are_refused() {
        for law in [vec![], vec![1.0], vec![1.0, 0.0], vec![0.0, f64::INFINITY]] {
            assert_eq!(VertexDepth::from_quantiles(law.clone()), None, "{law:?}");
        }
    }

    #[test]
    fn depths_are_uniform_and_depend_on_seed_and_key_alone() {
        let law = VertexDepth::uniform(1.0);
        let n = 20_000;
        let depths: Vec<f64> = (0..n).map(|index| law.of_event(7, index)).collect();
        // Mean 1/2 and mean square 1/3, with standard deviations √(1/12n) and √(4/45n).
        let mean = depths.iter().sum::<f64>() / n as f64;
        let square = depths.iter().map(|z| z * z).sum::<f64>() / n as f64;
        assert!(
            (mean - 0.5).abs() < 4.0 * (1.0 / 12.0 / n as f64).sqrt(),
            "{mean}"
        );
        assert!(
            (square - 1.0 / 3.0).abs() < 4.0 * (4.0 / 45.0 / n as f64).sqrt(),
            "{square}"
        );
        let lag: f64 = depths.windows(2).map(|d| (d[0] - 0.5) * (d[1] - 0.5)).sum();
        assert!(
            (lag * 12.0 / n as f64).abs() < 4.0 / (n as f64).sqrt(),
            "{lag}"
        );
        assert_eq!(law.of_event(7, 3), depths[3]);
        assert_ne!(law.of_event(8, 3), depths[3]);
    }
}
