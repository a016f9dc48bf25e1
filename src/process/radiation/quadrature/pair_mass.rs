//! The spectral function of a pair and the variable of its integral.
//!
//! ρ = (Q_χ/e)² (α/3π)/k² · (1+2m_χ²/k²) β for a Dirac χ, ¼β³ instead for a complex scalar. Pinned by
//! `tests/quadrature.rs`.

use core::f64::consts::PI;

use crate::constants::ALPHA;
use crate::dark_sector::{ChiSpin, MilliCharged};

/// ρ(k²) in GeV⁻²: a pair's share in dσ/dk² relative to a vector of that mass.
pub fn spectral_function(chi: &MilliCharged, k2: f64) -> f64 {
    let share = 4.0 * chi.mass_gev * chi.mass_gev / k2;
    let beta = (1.0 - share).max(0.0).sqrt();
    let structure = match chi.spin {
        ChiSpin::Dirac => (1.0 + 0.5 * share) * beta,
        ChiSpin::Scalar => 0.25 * beta * beta * beta,
    };
    chi.charge * chi.charge * ALPHA / (3.0 * PI) * structure / k2
}

/// The variable of the k² integral: √k² = mass_min cosh θ, so that β = tanh θ has no square root
/// left, κ = e^{2θ/3}, and ln[κ/(1+κ/κ_s)] uniform: ln k² up to the scale, compressed above.
#[derive(Debug, Clone, Copy)]
pub(in crate::process::radiation) struct PairMass {
    k2_min: f64,
    inv_scale: f64,
    start: f64,
    length: f64,
}

impl PairMass {
    /// For √k² between `mass_min` and `mass_max` with the scale `scale` ≥ `mass_min`, GeV.
    pub(in crate::process::radiation) fn new(mass_min: f64, mass_max: f64, scale: f64) -> Self {
        let kappa = |mass: f64| libm::exp(2.0 / 3.0 * libm::acosh(mass / mass_min));
        let inv_scale = 1.0 / kappa(scale);
        let start = 1.0 / (1.0 + inv_scale);
        let end = kappa(mass_max);
        Self {
            k2_min: mass_min * mass_min,
            inv_scale,
            start,
            length: libm::log(end / (1.0 + end * inv_scale) / start),
        }
    }

    /// (k², dk²/dz) at z in (0, 1), GeV².
    pub(in crate::process::radiation) fn at(&self, z: f64) -> (f64, f64) {
        let g = self.start * libm::exp(self.length * z);
        let kappa = g / (1.0 - g * self.inv_scale);
        let theta = 1.5 * libm::log(kappa);
        let (cosh, sinh) = (libm::cosh(theta), libm::sinh(theta));
        let k2 = self.k2_min * (cosh * cosh);
        let stretch = 1.0 + kappa * self.inv_scale;
        (
            k2,
            3.0 * self.k2_min * (cosh * sinh) * stretch * self.length,
        )
    }
}
