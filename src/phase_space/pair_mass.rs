//! y ↔ k², with the square-root threshold taken out: k² = k²_min exp(L y²), L = ln(k²_max/k²_min).

use crate::elementary::{exp, ln};

/// Map of the pair mass squared.
#[derive(Debug, Clone, Copy)]
pub struct PairMassMap {
    k2_min: f64,
    log_range: f64,
}

impl PairMassMap {
    /// For k² in [`k2_min`, `k2_max`], GeV², 0 < `k2_min` < `k2_max`.
    pub fn new(k2_min: f64, k2_max: f64) -> Self {
        Self {
            k2_min,
            log_range: ln(k2_max / k2_min),
        }
    }

    /// k² in GeV² and dk²/dy at y in (0, 1).
    #[inline(always)]
    pub fn forward(&self, y: f64) -> (f64, f64) {
        let k2 = self.k2_min * exp(self.log_range * y * y);
        (k2, 2.0 * self.log_range * y * k2)
    }

    /// y of a k² in the range.
    #[inline(always)]
    pub fn inverse(&self, k2: f64) -> f64 {
        (ln(k2 / self.k2_min) / self.log_range).sqrt()
    }
}
