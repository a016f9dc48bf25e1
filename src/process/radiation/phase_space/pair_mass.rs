//! y ↔ k²: density 1/(k²(k²+K)), K = m_l² + k²_min/10.
//!
//! Radiation of a mass √k² falls as 1/k² below the lepton mass (times the 1/k² of the photon's
//! spectral function, integrated: a logarithm) and faster above; what is left, threshold and
//! nuclear size, is smooth.

use crate::elementary::{exp_m1, ln, ln_1p};

/// Map of the pair mass squared.
#[derive(Debug, Clone, Copy)]
pub struct PairMassMap {
    inv_k2_max: f64,
    scale: f64,
    inv_scale: f64,
    /// (1 + K/k²_max)/K.
    end: f64,
    log_range: f64,
}

impl PairMassMap {
    /// For k² in [`k2_min`, `k2_max`], GeV², 0 < `k2_min` < `k2_max`, and lepton mass `m` in GeV.
    pub fn new(k2_min: f64, k2_max: f64, m: f64) -> Self {
        let mut map = Self::up_to(k2_min, k2_max, m);
        map.log_range = ln_1p(map.log_range);
        map
    }

    /// The same with the range of 1/K + 1/k² less one where its logarithm belongs, the last of the numbers.
    #[inline(always)]
    pub(in crate::process::radiation) fn up_to(k2_min: f64, k2_max: f64, m: f64) -> Self {
        let scale = m * m + 0.1 * k2_min;
        let end = 1.0 + scale / k2_max;
        // ln[(1 + K/k²_min)/(1 + K/k²_max)], also where the range is narrow.
        let growth = scale / k2_min * ((k2_max - k2_min) / k2_max);
        Self {
            inv_k2_max: 1.0 / k2_max,
            scale,
            inv_scale: 1.0 / scale,
            end: end / scale,
            log_range: growth / end,
        }
    }

    /// All that it is made of.
    #[inline(always)]
    pub(in crate::process::radiation) fn numbers(&self) -> [f64; 5] {
        [
            self.inv_k2_max,
            self.scale,
            self.inv_scale,
            self.end,
            self.log_range,
        ]
    }

    /// The map of these [`Self::numbers`].
    #[inline(always)]
    pub(in crate::process::radiation) fn of_numbers(numbers: [f64; 5]) -> Self {
        let [inv_k2_max, scale, inv_scale, end, log_range] = numbers;
        Self {
            inv_k2_max,
            scale,
            inv_scale,
            end,
            log_range,
        }
    }

    /// k² in GeV², 1/k² and dk²/dy at y in (0, 1).
    #[inline(always)]
    pub fn forward(&self, y: f64) -> (f64, f64, f64) {
        self.at(exp_m1(self.log_growth(y)))
    }

    /// ln of (1/K + 1/k²)/(1/K + 1/k²_max) at y: 1/K + 1/k² is geometric in y; counted from k²_max, so that 1/k² keeps its
    /// digits there.
    #[inline(always)]
    pub(in crate::process::radiation) fn log_growth(&self, y: f64) -> f64 {
        self.log_range * (1.0 - y)
    }

    /// What [`Self::forward`] gives where that is one more than `above_one`.
    #[inline(always)]
    pub(in crate::process::radiation) fn at(&self, above_one: f64) -> (f64, f64, f64) {
        let inv_k2 = self.inv_k2_max + self.end * above_one;
        let k2 = 1.0 / inv_k2;
        (
            k2,
            inv_k2,
            self.log_range * k2 * (k2 * self.inv_scale + 1.0),
        )
    }

    /// Upper end of the range in GeV².
    #[inline(always)]
    pub(super) fn k2_max(&self) -> f64 {
        1.0 / self.inv_k2_max
    }

    /// dy/dk² in GeV⁻².
    #[inline(always)]
    pub(super) fn density(&self, k2: f64) -> f64 {
        1.0 / (self.log_range * k2 * (k2 * self.inv_scale + 1.0))
    }

    /// y of a k² in the range.
    #[inline(always)]
    pub fn inverse(&self, k2: f64) -> f64 {
        let end = self.end * self.scale;
        1.0 - ln((1.0 + self.scale / k2) / end) / self.log_range
    }
}
