//! Equivalent photons: the virtual photons of a lepton, as a track length of photons.
//!
//! A lepton of mass m and energy E has, with y = k/E and Q² from m²y²/(1−y) to Q²_max ([BGMS75] §6),
//!
//! ```text
//! n(y) = (α/2πy) {[1 + (1−y)²] ln(Q²_max/Q²_min) − 2m²y² (1/Q²_min − 1/Q²_max)}
//! ```
//!
//! Q²_max = 4m_χ² stands for the virtuality from which on the pair sees it; a factor of two in it moves the
//! estimate by about a tenth. Energies in GeV. Pinned by `tests/photon_conversion.rs`.

use core::f64::consts::PI;

use crate::constants::ALPHA;
use crate::matter::shower::{Species, TrackLength};
use crate::process::radiation::quadrature::gauss_legendre;

/// Energies of the table, and nodes of the integral over y.
const ROWS: usize = 128;
const NODES: usize = 24;

/// n(y), at least 0.
fn photons(y: f64, m: f64, q2_max: f64) -> f64 {
    let q2_min = m * m * y * y / (1.0 - y);
    if !(q2_min < q2_max) {
        return 0.0;
    }
    let log = libm::log(q2_max / q2_min);
    let mass = 2.0 * m * m * y * y * (1.0 / q2_min - 1.0 / q2_max);
    (ALPHA / (2.0 * PI * y) * ((1.0 + (1.0 - y) * (1.0 - y)) * log - mass)).max(0.0)
}

/// The track length of equivalent photons of leptons of mass `m` with this track, of electrons and positrons together.
pub(super) fn track(leptons: &TrackLength, m: f64, m_chi_gev: f64) -> TrackLength {
    let q2_max = 4.0 * m_chi_gev * m_chi_gev;
    let rule = gauss_legendre(NODES);
    // Photons above y.
    let above = |y: f64| -> f64 {
        let decades = -libm::log(y);
        let each = rule.iter().map(|(u, weight)| {
            let at = y * libm::exp(decades * u);
            weight * decades * at * photons(at, m, q2_max)
        });
        each.sum()
    };
    let energies = leptons.energies_gev();
    let (low, high) = (energies[0], energies[energies.len() - 1]);
    let rows: Vec<f64> = (0..=ROWS)
        .map(|i| low * libm::pow(high / low, i as f64 / ROWS as f64))
        .collect();
    let charged = [Species::Electron, Species::Positron];
    let at = |k: f64| -> f64 {
        let one = |energy: f64| if energy > k { above(k / energy) } else { 0.0 };
        charged
            .map(|species| leptons.integral(species, k, one))
            .into_iter()
            .sum()
    };
    let virtual_x0 = rows.iter().map(|&k| at(k)).collect();
    let none = vec![0.0; rows.len()];
    TrackLength::of_columns(rows, [none.clone(), none, virtual_x0])
}
