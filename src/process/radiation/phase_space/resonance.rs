//! y ↔ k² of a pair through an A′ of mass m and width Γ: two maps in one.
//!
//! dσ/dk² is that of a pair times R = k⁴/((k²−m²)²+m²Γ²). A part s of the points follows the map of the pair,
//! the others the Lorentzian of the propagator, k² = m² + w tan θ with θ uniform; the density at any k² is that of
//! both, p = s p_pair + (1−s) p_Lorentz, and what is handed on is R/p. The part is half off the mass shell and next to the threshold of the A′; above, it is
//! that of what is made beside the peak, of the order of r = mΓ/(π m⁴ p_pair(m²)), with room to spare: s = ½ · 10r/(1+10r).
//! With half of the points for a narrow peak the sampling gives most of them up, and those which come near the peak,
//! where both densities are alike, have weights that are rare and large. Where m lies outside of the range the distance
//! to it stands for the width: w = max(mΓ, k²_min − m², m² − k²_max), Γ of a Dirac χ. k² − m² is carried along, so that the peak is
//! right however narrow it is; where m² is far above the range, k² − k²_min is, by the tangent of a difference.
//!
//! Exact for any w > 0. Pinned by `tests/mediated.rs`.

use std::f64::consts::PI;

use super::PairMassMap;
use crate::dark_sector::{ChiSpin, MilliCharged, Resonance};

/// Points for what is beside a peak, over what they would be if it were as estimated.
const AMPLE: f64 = 10.0;

/// Part of the largest k² above which m² leaves so little of phase space that most may be made beside a peak, however narrow.
const LIGHT: f64 = 0.5;

/// Map of the pair mass squared about a resonance.
#[derive(Debug, Clone, Copy)]
pub struct ResonanceMap {
    k2_min: f64,
    /// m² and mΓ in GeV².
    m2: f64,
    m_gamma: f64,
    /// mΓ that the map follows: that of a Dirac χ.
    shape: f64,
}

impl ResonanceMap {
    /// For χ of `chi` through `resonance`.
    pub fn new(chi: &MilliCharged, resonance: &Resonance) -> Self {
        let threshold = 2.0 * chi.mass_gev;
        let dirac = chi.with_spin(ChiSpin::Dirac);
        Self {
            k2_min: threshold * threshold,
            m2: resonance.mass_gev * resonance.mass_gev,
            m_gamma: resonance.mass_gev * resonance.width(chi),
            shape: resonance.mass_gev * resonance.width(&dirac),
        }
    }

    /// The same on the points of another, whose mass and χ are the same: it follows what that follows.
    #[must_use]
    pub fn on_points_of(self, sampled: &Self) -> Self {
        Self {
            shape: sampled.shape,
            ..self
        }
    }

    /// k² in GeV², 1/k² and R dk²/dy at y in (0, 1), `pair` being the map of the pair up to `k2_max` GeV².
    #[inline]
    pub fn forward(&self, pair: &PairMassMap, y: f64) -> (f64, f64, f64) {
        let Self {
            k2_min,
            m2,
            m_gamma,
            shape,
        } = *self;
        let k2_max = pair.k2_max();
        let width = shape.max(k2_min - m2).max(m2 - k2_max);
        let heavy = m2 > 2.0 * k2_max;
        let below = k2_min - m2;
        let low = libm::atan(below / width);
        let range = match heavy {
            true => libm::atan2(
                (k2_max - k2_min) * width,
                width * width + below * (k2_max - m2),
            ),
            false => libm::atan((k2_max - m2) / width) - low,
        };
        let light = m2 < LIGHT * k2_max;
        let beside = match width == shape && light {
            true => AMPLE * shape / (PI * m2 * m2 * pair.density(m2)),
            false => f64::INFINITY,
        };
        // Half of it, too, where `beside` is infinite.
        let of_pair = 0.5 / (1.0 + 1.0 / beside);
        let of_peak = 1.0 - of_pair;
        let (k2, distance) = if y < of_peak && heavy {
            let (sin, cos) = libm::sincos(range * (y / of_peak));
            let above = sin * (width * width + below * below) / (width * cos - below * sin);
            let k2 = (k2_min + above).min(k2_max);
            (k2, k2 - m2)
        } else if y < of_peak {
            let distance = width * libm::tan(low + range * (y / of_peak));
            // Rounding may carry an end beyond itself.
            let distance = distance.max(k2_min - m2).min(k2_max - m2);
            (m2 + distance, distance)
        } else {
            let (k2, _, _) = pair.forward((y - of_peak) / of_pair);
            (k2, k2 - m2)
        };
        let lorentz = width / ((distance * distance + width * width) * range);
        let density = of_peak * lorentz + of_pair * pair.density(k2);
        let propagator = k2 * k2 / (distance * distance + m_gamma * m_gamma);
        (k2, 1.0 / k2, propagator / density)
    }
}
