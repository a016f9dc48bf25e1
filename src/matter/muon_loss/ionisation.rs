//! Ionisation by muons: the mean loss a(E) of [PDG22] Eq. (34.5), with the density effect.
//!
//! ```text
//! a = K Z/A 1/β² {½ ln[2 m_e β²γ² W/I²] − β² − δ/2 + ⅛ (W/E)²},   W = 2 m_e β²γ²/[1 + 2γ m_e/m_µ + (m_e/m_µ)²]
//! ```
//!
//! and radiation of the knocked-on electrons, ΔdE/dx = K/(4π) Z/A α [ln(2E/m_µ) − ⅓ ln(2W/m_e)]
//! ln²(2W/m_e). δ in the general form of [SP71] with the plasma energy 28.816 eV √(ρ Z/A); I from [PDG22]
//! for the elements it lists, else 9.76 Z + 58.8 Z^(−0.19) eV. GeV cm²/g; good to 1 % above 1 GeV, where I
//! hardly matters. Pinned by the tests of [`super`].

use crate::constants::{ALPHA, ELECTRON_MASS_GEV, MUON_MASS_GEV};
use crate::elementary::{exp, ln};

/// 4π N_A r_e² m_e in GeV cm²/mol ([PDG22] Table 34.1).
const K: f64 = 0.307_075e-3;
/// Mean excitation energies in eV ([PDG22], Atomic and nuclear properties).
const EXCITATION_EV: [(u32, f64); 21] = [
    (1, 19.2),
    (2, 41.8),
    (3, 40.0),
    (4, 63.7),
    (6, 78.0),
    (7, 82.0),
    (8, 95.0),
    (13, 166.0),
    (14, 173.0),
    (18, 188.0),
    (22, 233.0),
    (26, 286.0),
    (29, 322.0),
    (32, 350.0),
    (50, 488.0),
    (54, 482.0),
    (74, 727.0),
    (78, 790.0),
    (79, 790.0),
    (82, 823.0),
    (92, 890.0),
];

/// ln of the mean excitation energy (eV) of an element.
pub(super) fn ln_excitation(z: u32) -> f64 {
    let listed = EXCITATION_EV.iter().find(|(listed, _)| *listed == z);
    let x = f64::from(z);
    libm::log(listed.map_or_else(|| 9.76 * x + 58.8 * libm::pow(x, -0.19), |(_, ev)| *ev))
}

/// A medium that is ionised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ionised {
    /// Electrons per u of mass.
    pub(super) z_over_a: f64,
    pub(super) density_g_cm3: f64,
    pub(super) ln_excitation_ev: f64,
}

impl Ionised {
    /// a(E) in GeV cm²/g of a muon of this total energy in GeV.
    pub(super) fn loss(&self, energy: f64) -> f64 {
        let gamma = energy / MUON_MASS_GEV;
        let bg2 = gamma * gamma - 1.0;
        let beta2 = bg2 / (gamma * gamma);
        let ratio = ELECTRON_MASS_GEV / MUON_MASS_GEV;
        let w = 2.0 * ELECTRON_MASS_GEV * bg2 / (1.0 + 2.0 * gamma * ratio + ratio * ratio);
        let ln_i = self.ln_excitation_ev + ln(1e-9);
        let logs = 0.5 * (ln(2.0 * ELECTRON_MASS_GEV * bg2 * w) - 2.0 * ln_i);
        let recoil = w / energy;
        let bracket = logs - beta2 - 0.5 * self.density_effect(bg2) + 0.125 * recoil * recoil;
        let l = ln(2.0 * w / ELECTRON_MASS_GEV);
        let knock_on = ALPHA / (4.0 * core::f64::consts::PI)
            * (ln(2.0 * energy / MUON_MASS_GEV) - l / 3.0)
            * l
            * l;
        K * self.z_over_a * (bracket / beta2 + knock_on)
    }

    /// δ of condensed matter, [SP71].
    fn density_effect(&self, bg2: f64) -> f64 {
        let ln10 = core::f64::consts::LN_10;
        let plasma_ev = 28.816 * (self.density_g_cm3 * self.z_over_a).sqrt();
        let c = 2.0 * (self.ln_excitation_ev - ln(plasma_ev)) + 1.0;
        let hard = self.ln_excitation_ev >= ln(100.0);
        let (edge, x1) = if hard { (5.215, 3.0) } else { (3.681, 2.0) };
        let x0 = match c < edge {
            true => 0.2,
            false if hard => 0.326 * c - 1.5,
            false => 0.326 * c - 1.0,
        };
        let x = 0.5 * ln(bg2) / ln10;
        if x < x0 {
            return 0.0;
        }
        let linear = 2.0 * ln10 * x - c;
        if x >= x1 {
            return linear;
        }
        let a = (c - 2.0 * ln10 * x0) / ((x1 - x0) * (x1 - x0) * (x1 - x0));
        linear + a * exp(3.0 * ln(x1 - x))
    }
}
