//! y ↔ k²: density 1/(k²(k²+K)), K = m_l² + k²_min/10.
//!
//! Radiation of a mass √k² falls as 1/k² below the lepton mass (times the 1/k² of the photon's
//! spectral function, integrated: a logarithm) and faster above; what is left, threshold and
//! nuclear size, is smooth.

use crate::elementary::{exp, ln};

/// Map of the pair mass squared.
#[derive(Debug, Clone, Copy)]
pub struct PairMassMap {
    k2_max: f64,
    scale: f64,
    /// 1 + K/k²_min.
    start: f64,
    log_range: f64,
}

impl PairMassMap {
    /// For k² in [`k2_min`, `k2_max`], GeV², 0 < `k2_min` < `k2_max`, and lepton mass `m` in GeV.
    pub fn new(k2_min: f64, k2_max: f64, m: f64) -> Self {
        let scale = m * m + 0.1 * k2_min;
        let start = 1.0 + scale / k2_min;
        Self {
            k2_max,
            scale,
            start,
            log_range: ln(start / (1.0 + scale / k2_max)),
        }
    }

    /// k² in GeV² and dk²/dy at y in (0, 1).
    #[inline(always)]
    pub fn forward(&self, y: f64) -> (f64, f64) {
        let k2 = self.scale / (self.start * exp(-self.log_range * y) - 1.0);
        let k2 = if k2 < self.k2_max { k2 } else { self.k2_max };
        (k2, self.log_range * k2 * (k2 + self.scale) / self.scale)
    }

    /// y of a k² in the range.
    #[inline(always)]
    pub fn inverse(&self, k2: f64) -> f64 {
        ln(self.start / (1.0 + self.scale / k2)) / self.log_range
    }
}
