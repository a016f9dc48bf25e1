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
//! electron at rest radiates takes s alone, but for E_miss = z₁E + z₂m_e. Energies in GeV.

use core::f64::consts::PI;

use super::annihilated::Annihilation;
use super::cross_section::{energy_of, s_of};
use crate::constants::{ALPHA, ELECTRON_MASS_GEV};
use crate::process::radiation::quadrature::gauss_legendre;

/// Nodes of a panel, and the edges of the panels in u/u_max of z = 1 − u^(2/β).
const NODES: usize = 12;
const PANELS: [f64; 5] = [0.0, 0.6, 0.8, 0.92, 1.0];
/// Longest panel below, in η of z = z_peak + half width · sinh η, or without a peak in c of z = z_least exp(c²).
const LONGEST: f64 = 1.0;

/// β at an s in GeV².
pub(super) fn beta(s: f64) -> f64 {
    let m2 = ELECTRON_MASS_GEV * ELECTRON_MASS_GEV;
    2.0 * ALPHA / PI * (libm::log(s / m2) - 1.0)
}

/// D(z)(1 − z)^(1−β/2) at z = 1 − `lost`, which has no singularity.
pub(super) fn regular(lost: f64, beta: f64) -> f64 {
    let soft = 0.5 * beta * (1.0 + 0.375 * beta);
    soft - 0.25 * beta * (2.0 - lost) * libm::pow(lost, 1.0 - 0.5 * beta)
}

/// σ in pb per atom at the energy of the beam with E_miss within the cuts and between two of these x.
pub(super) fn sigma_pb(bare: &Annihilation, x: (f64, f64)) -> f64 {
    let s = s_of(bare.energy_gev);
    let beta = beta(s);
    let threshold = s_of(bare.threshold_gev());
    let peak = |s: f64| {
        let in_z = |(at, half): (f64, f64)| (s_of(at) / s, 2.0 * ELECTRON_MASS_GEV * half / s);
        bare.pole().map(in_z)
    };
    let mut sum = 0.0;
    for (z2, w2) in legs((threshold / s, 1.0), beta, peak(s)) {
        let (least, most) = bare.shares(x, z2);
        let least = least.max(threshold / (z2 * s));
        for (z1, w1) in legs((least, most), beta, peak(z2 * s)) {
            sum += w1 * w2 * bare.at_pb(energy_of(z1 * z2 * s));
        }
    }
    sum
}

/// Shares z between two with their weights D(z) dz, for what is smooth but for a peak at a z with a half width.
fn legs((least, most): (f64, f64), beta: f64, peak: Option<(f64, f64)>) -> Vec<(f64, f64)> {
    // So near to the opening of σ there is next to nothing, and 1 − z has no digits.
    if !(most - least > 1e-12) {
        return Vec::new();
    }
    let mut all = Vec::with_capacity(NODES * PANELS.len());
    let rule = gauss_legendre(NODES);
    // Down to where a peak is near, or half of the way to where σ opens, as a root of z, and may go as 1/z.
    let near = |(at, half): (f64, f64)| 1.0 - 0.5 * (1.0 - at).abs().max(half);
    let half_way = 0.5 * (least + most);
    let low = peak.map_or(half_way, |peak| near(peak).clamp(least, most));
    let u_of = |z: f64| libm::pow(1.0 - z, 0.5 * beta);
    let (first, last) = (u_of(most), u_of(low));
    for panel in PANELS.windows(2) {
        for (node, weight) in &rule {
            let u = first + (last - first) * (panel[0] + (panel[1] - panel[0]) * node);
            let soft = (1.0 + 0.375 * beta) * (last - first) * (panel[1] - panel[0]) * weight;
            all.push((1.0 - libm::pow(u, 2.0 / beta), soft));
        }
    }
    for (node, weight) in &rule {
        let z = low + (most - low) * node;
        all.push((z, -0.25 * beta * (1.0 + z) * (most - low) * weight));
    }
    // A coordinate where all is smooth: z and dz of it, and its ends.
    let at = |c: f64| match peak {
        None => {
            let z = least * libm::exp(c * c);
            (z, 2.0 * c * z)
        }
        Some((at, half)) => (at + half * libm::sinh(c), half * libm::cosh(c)),
    };
    let (from, to) = match peak {
        None => (0.0, libm::log(low / least).sqrt()),
        Some((at, half)) => {
            let eta = |z: f64| libm::asinh((z - at) / half);
            (eta(least), eta(low))
        }
    };
    let panels = ((to - from) / LONGEST).ceil() as usize;
    let step = (to - from) / panels as f64;
    for panel in 0..panels {
        for (node, weight) in &rule {
            let (z, dz) = at(from + step * (panel as f64 + node));
            let density = regular(1.0 - z, beta) * libm::pow(1.0 - z, 0.5 * beta - 1.0);
            all.push((z, density * dz * step * weight));
        }
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
            for peak in [
                None,
                Some((0.7, 1e-4)),
                Some((1.0, 1e-3)),
                Some((1.2, 0.01)),
            ] {
                let all = legs((1e-12, 1.0), beta, peak);
                let sum: f64 = all.iter().map(|(_, w)| w).sum();
                let mean: f64 = all.iter().map(|(z, w)| z * w).sum();
                let soft = (1.0 + 0.375 * beta) / (1.0 + 0.5 * beta);
                let expected = soft - 0.25 * beta * (5.0 / 6.0);
                assert!((sum - 1.0).abs() < 1e-6, "{beta} {peak:?}: {sum}");
                assert!(
                    (mean - expected).abs() < 1e-6,
                    "{beta} {peak:?}: {mean} {expected}"
                );
            }
        }
    }
}
