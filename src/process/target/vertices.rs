//! Where the points of a block have their vertices.

use crate::matter::shower::Species;
use crate::process::BLOCK;

/// Where events happen, at which energies, and the density of that over the coordinates; a column each.
pub(super) struct Vertices {
    pub(super) z_cm: [f64; BLOCK],
    pub(super) beam_energy_gev: [f64; BLOCK],
    pub(super) weight: [f64; BLOCK],
    /// What of the shower they are of; the beam particle without a shower.
    pub(super) projectile: [Option<Species>; BLOCK],
}

impl Default for Vertices {
    fn default() -> Self {
        Self {
            z_cm: [0.0; BLOCK],
            beam_energy_gev: [0.0; BLOCK],
            weight: [0.0; BLOCK],
            projectile: [None; BLOCK],
        }
    }
}
