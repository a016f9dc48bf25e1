//! Photons radiated by positron and electron before they annihilate, to leading logarithm.
//!
//! Each keeps the share z of its momentum with the density of [KF85] (not read; the formula is the common one),
//!
//! ```text
//! D(z) = (β/2)(1 − z)^(β/2−1) (1 + 3β/8) − (β/4)(1 + z),   β = (2α/π)(ln(s/m²) − 1),   ∫D = 1
//! σ(s) → ∫dz₁ D(z₁) ∫dz₂ D(z₂) σ(z₁z₂s)
//! ```
//!
//! What the positron radiates takes energy from the pair, which has z₁E, and stays visible; what the
//! electron at rest radiates takes s alone. A cut on E_miss cuts z₁. Energies in GeV.

use core::f64::consts::PI;

use super::annihilated::Annihilation;
use super::cross_section::{energy_of, s_of};
use crate::constants::{ALPHA, ELECTRON_MASS_GEV};
use crate::process::radiation::quadrature::gauss_legendre;

/// Nodes of a panel, and the edges of the panels in u/u_max of z = 1 − u^(2/β).
const NODES: usize = 12;
const PANELS: [f64; 5] = [0.0, 0.6, 0.8, 0.92, 1.0];

/// σ in pb per atom at the energy of the beam, within the cut on E_miss from below.
pub(super) fn sigma_pb(bare: &Annihilation) -> f64 {
    let s = s_of(bare.energy_gev);
    let m2 = ELECTRON_MASS_GEV * ELECTRON_MASS_GEV;
    let beta = 2.0 * ALPHA / PI * (libm::log(s / m2) - 1.0);
    let least = (bare.least_gev() - ELECTRON_MASS_GEV).max(0.0) / bare.energy_gev;
    let threshold = s_of(bare.threshold_gev());
    let mut sum = 0.0;
    for (z1, w1) in legs(least.max(threshold / s), beta) {
        for (z2, w2) in legs(threshold / (z1 * s), beta) {
            sum += w1 * w2 * bare.at_pb(energy_of(z1 * z2 * s));
        }
    }
    sum
}

/// Shares z above `least` with their weights D(z) dz.
fn legs(least: f64, beta: f64) -> Vec<(f64, f64)> {
    if !(least < 1.0) {
        return Vec::new();
    }
    let mut all = Vec::with_capacity(NODES * PANELS.len());
    let rule = gauss_legendre(NODES);
    let most = libm::pow(1.0 - least, 0.5 * beta);
    for panel in PANELS.windows(2) {
        for (node, weight) in &rule {
            let u = most * (panel[0] + (panel[1] - panel[0]) * node);
            let soft = (1.0 + 0.375 * beta) * most * (panel[1] - panel[0]) * weight;
            all.push((1.0 - libm::pow(u, 2.0 / beta), soft));
        }
    }
    for (node, weight) in &rule {
        let z = least + (1.0 - least) * node;
        all.push((z, -0.25 * beta * (1.0 + z) * (1.0 - least) * weight));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leg_keeps_its_number_and_loses_the_energy_of_the_closed_form() {
        // ∫ z D dz = 1 − (1 + 3β/8) (β/2)/(1 + β/2) + β/4 − (β/4)(5/6).
        for beta in [0.02, 0.055, 0.2] {
            let all = legs(0.0, beta);
            let sum: f64 = all.iter().map(|(_, w)| w).sum();
            let mean: f64 = all.iter().map(|(z, w)| z * w).sum();
            let soft = (1.0 + 0.375 * beta) / (1.0 + 0.5 * beta);
            let expected = soft - 0.25 * beta * (5.0 / 6.0);
            assert!((sum - 1.0).abs() < 1e-12, "{beta}: {sum}");
            assert!((mean - expected).abs() < 1e-6, "{beta}: {mean} {expected}");
        }
    }
}
