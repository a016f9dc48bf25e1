//! y ↔ direction of χ in the pair's rest frame: cosθ* = 2y₁ − 1, φ* = 2πy₂, density 1/4π.

use core::f64::consts::TAU;

use crate::elementary::cos_sin_turns;
use crate::process::radiation::amplitude::DecayAngles;

/// Uniform map of the decay sphere.
#[derive(Debug, Clone, Copy)]
pub struct DecayMap;

impl DecayMap {
    /// The direction at (y₁, y₂); the measure dΩ*/4π is dy₁dy₂.
    #[inline(always)]
    pub fn forward(y1: f64, y2: f64) -> DecayAngles {
        let (cos_phi, sin_phi) = cos_sin_turns(y2);
        // sin²θ* = 4y₁(1−y₁) without cancellation at the poles.
        let sin_theta = 2.0 * (y1 * (1.0 - y1)).sqrt();
        DecayAngles {
            n: [sin_theta * cos_phi, sin_theta * sin_phi, 2.0 * y1 - 1.0],
        }
    }

    /// (y₁, y₂) of a direction.
    pub fn inverse(decay: &DecayAngles) -> (f64, f64) {
        let [x, y, z] = decay.n;
        let turns = libm::atan2(y, x) / TAU;
        (
            0.5 * (1.0 + z),
            if turns < 0.0 { turns + 1.0 } else { turns },
        )
    }
}
