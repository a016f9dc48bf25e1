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
/// Longest panel below, in units of its distance from where the integrand is not smooth.
const LONGEST: f64 = 6.0;
/// Shortest one at such a place, if that is real, in units of its distance from the next.
const SHORTEST: f64 = 1e-4;

/// A place where an integrand is not smooth: z, and the imaginary part of that.
type Place = (f64, f64);

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
    let places = bare.places();
    // Of what z₁ between its ends makes of z₂: where s reaches a place at such an end.
    let ends = [1.0, 0.0].map(|z2| bare.shares(x, z2));
    let ends = ends.iter().flat_map(|&(least, most)| [least, most]);
    let ends: Vec<f64> = ends.filter(|&end| end > 0.0).chain([1.0]).collect();
    let at = |s: f64| {
        let scaled = places.iter().map(move |&(at, half)| (at / s, half / s));
        scaled.chain([(0.0, 0.0), (1.0, 0.0)])
    };
    let outer: Vec<Place> = ends.iter().flat_map(|&end| at(end * s)).collect();
    let mut sum = 0.0;
    for (z2, w2) in legs((threshold / s, 1.0), beta, &outer) {
        let (least, most) = bare.shares(x, z2);
        let least = least.max(threshold / (z2 * s));
        let inner: Vec<Place> = at(z2 * s).collect();
        for (z1, w1) in legs((least, most), beta, &inner) {
            sum += w1 * w2 * bare.at_pb(energy_of(z1 * z2 * s));
        }
    }
    sum
}

/// Shares z between two with their weights D(z) dz, for what is smooth but at these places.
fn legs((least, most): (f64, f64), beta: f64, places: &[Place]) -> Vec<(f64, f64)> {
    // So near to the opening of σ there is next to nothing, and 1 − z has no digits.
    if !(most - least > 1e-12) {
        return Vec::new();
    }
    let mut all = Vec::with_capacity(NODES * 4 * PANELS.len());
    let rule = gauss_legendre(NODES);
    // Down to half of the way to the nearest place, as a root of z.
    let near = |&(at, half): &Place| 1.0 - 0.5 * libm::hypot(1.0 - at, half);
    let others = places.iter().filter(|&&place| place != (1.0, 0.0));
    let half_way = 0.5 * (least + most);
    let low = others.map(near).fold(half_way, f64::max).clamp(least, most);
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
    for (from, to) in panels(least, low, places) {
        // Nodes as squares of the distance from where it may go as a root.
        for (node, weight) in &rule {
            let (z, dz) = (
                from + (to - from) * node * node,
                2.0 * (to - from).abs() * node,
            );
            let density = regular(1.0 - z, beta) * libm::pow(1.0 - z, 0.5 * beta - 1.0);
            all.push((z, density * dz * weight));
        }
    }
    all
}

/// Panels between two z, each from its end that is nearer to the next of `places`: short where they are near.
fn panels(least: f64, most: f64, places: &[Place]) -> Vec<(f64, f64)> {
    let inside = places.iter().map(|&(at, _)| at);
    let mut marks: Vec<f64> = inside.filter(|&at| least < at && at < most).collect();
    marks.extend([least, most]);
    marks.sort_by(f64::total_cmp);
    let mut all = Vec::new();
    for pair in marks.windows(2) {
        let (low, high) = (pair[0], pair[1]);
        let middle = 0.5 * (low + high);
        for (end, sign) in [(low, 1.0), (high, -1.0)] {
            let mine = |&&(at, _): &&Place| sign * (middle - at) >= 0.0;
            let near: Vec<&Place> = places.iter().filter(mine).collect();
            let others = places.iter().map(|&(at, half)| libm::hypot(end - at, half));
            let others = others.filter(|&distance| distance > 0.0);
            let shortest = SHORTEST * others.fold(high - low, f64::min);
            let mut from = end;
            while sign * (middle - from) > 0.0 {
                let lengths = near.iter().map(|&&(at, half)| match half > 0.0 {
                    true => LONGEST * libm::hypot(from - at, half),
                    false => (LONGEST * (from - at).abs()).max(shortest),
                });
                // Never shorter than what z has digits for.
                let length = lengths.fold(f64::INFINITY, f64::min).max(1e-15);
                let to = from + sign * length.min(sign * (middle - from));
                all.push((from, to));
                from = to;
            }
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
            for place in [(0.5, 0.0), (0.7, 1e-4), (1.0, 1e-3), (1.2, 0.01)] {
                let all = legs((1e-12, 1.0), beta, &[(0.0, 0.0), (1.0, 0.0), place]);
                let sum: f64 = all.iter().map(|(_, w)| w).sum();
                let mean: f64 = all.iter().map(|(z, w)| z * w).sum();
                let soft = (1.0 + 0.375 * beta) / (1.0 + 0.5 * beta);
                let expected = soft - 0.25 * beta * (5.0 / 6.0);
                assert!((sum - 1.0).abs() < 1e-6, "{beta} {place:?}: {sum}");
                assert!(
                    (mean - expected).abs() < 1e-6,
                    "{beta} {place:?}: {mean} {expected}"
                );
            }
        }
    }
}
