//! Equivalent photons: the virtual photons of a lepton, as a track length of photons.
//!
//! A lepton of mass m and energy E has, with y = k/E, Q²_min = m²y²/(1−y) ([BGMS75] §6) and a pair that sees a virtuality
//! Q² like 1/(1 + Q²/Λ²), Λ² = 4m_χ²,
//!
//! ```text
//! n(y) = (α/2πy) {[1 + (1−y)²] ℓ − 2m²y² (1/Q²_min − ℓ/Λ²)},   ℓ = ln(1 + Λ²/Q²_min)
//! ```
//!
//! An estimate: a factor of two in Λ² moves it by about a tenth for electrons, and as much as that for muons above
//! light pairs. Energies in GeV. Pinned by `tests/photon_conversion.rs`.

use core::f64::consts::PI;

use pulp::{Simd, WithSimd};

use crate::constants::ALPHA;
use crate::elementary::{libm_exp, libm_ln, ln_1p};
use crate::matter::shower::{Species, TrackLength};
use crate::process::radiation::quadrature::gauss_legendre;

/// Energies of the table, and nodes of the integral over y.
const ROWS: usize = 128;
const NODES: usize = 24;

/// n(y) with Λ² in GeV².
#[inline(always)]
fn photons(y: f64, m: f64, lambda2: f64) -> f64 {
    let q2_min = m * m * y * y / (1.0 - y);
    let log = ln_1p(lambda2 / q2_min);
    let mass = 2.0 * m * m * y * y * (1.0 / q2_min - log / lambda2);
    ALPHA / (2.0 * PI * y) * ((1.0 + (1.0 - y) * (1.0 - y)) * log - mass)
}

/// ∫ n dy above y, from the nodes and weights of a rule.
struct Above<'a> {
    y: f64,
    m: f64,
    lambda2: f64,
    rule: &'a [(f64, f64); NODES],
}

impl WithSimd for Above<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let decades = -libm_ln(self.y);
        let mut parts = [0.0; NODES];
        for i in 0..NODES {
            let (u, weight) = self.rule[i];
            let at = self.y * libm_exp(decades * u);
            parts[i] = weight * decades * at * photons(at, self.m, self.lambda2);
        }
        parts.iter().sum()
    }
}

/// The track length of equivalent photons of leptons of mass `m` with this track, of electrons and positrons together.
pub(super) fn track(leptons: &TrackLength, m: f64, m_chi_gev: f64) -> TrackLength {
    let lambda2 = 4.0 * m_chi_gev * m_chi_gev;
    let rule: Vec<(f64, f64)> = gauss_legendre(NODES);
    let rule = rule.try_into().expect("as many nodes as asked for");
    let above = |y: f64| -> f64 {
        crate::elementary::arch().dispatch(Above {
            y,
            m,
            lambda2,
            rule: &rule,
        })
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
