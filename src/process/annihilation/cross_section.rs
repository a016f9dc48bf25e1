//! σ(e⁺e⁻ → χχ̄) at a squared energy s in GeV², its angular distribution, and that of a narrow A′.
//!
//! Formulas in [`super`]; pb per electron. A narrow A′ alone has σ = 4π²αε² (1 + 2m²/m_A′²)/β_e δ(s − m_A′²).

use core::f64::consts::PI;

use crate::constants::{ALPHA, ELECTRON_MASS_GEV, GEV_M2_TO_PB};
use crate::dark_sector::{ChiSpin, DarkPhoton, DarkSector, MilliCharged};
use crate::matter::shower::{Species, TrackLength};

/// α² (Q_χ/e)² or what stands for it.
fn strength(s: f64, dark: &DarkSector) -> f64 {
    match dark {
        DarkSector::Pair(chi) => ALPHA * ALPHA * chi.charge * chi.charge,
        DarkSector::Mediated(chi, a) => {
            let (m2, width) = (a.mass_gev * a.mass_gev, a.width(chi));
            let pole = (s - m2) * (s - m2) + m2 * width * width;
            ALPHA * a.alpha_d * a.epsilon * a.epsilon * s * s / pole
        }
        // Its χ is not said.
        DarkSector::DarkPhoton(_) | DarkSector::Boson(_) => 0.0,
    }
}

/// (1 + 2m²/s)/β_e of the initial state, 0 below its threshold.
fn initial(s: f64) -> f64 {
    let r = ELECTRON_MASS_GEV * ELECTRON_MASS_GEV / s;
    match r < 0.25 {
        true => (1.0 + 2.0 * r) / (1.0 - 4.0 * r).sqrt(),
        false => 0.0,
    }
}

/// s in GeV² of a positron of this total energy on an electron at rest.
pub(super) fn s_of(energy_gev: f64) -> f64 {
    2.0 * ELECTRON_MASS_GEV * (energy_gev + ELECTRON_MASS_GEV)
}

/// Total energy in GeV of the positron at this s.
pub(super) fn energy_of(s: f64) -> f64 {
    0.5 * s / ELECTRON_MASS_GEV - ELECTRON_MASS_GEV
}

/// σ in pb per electron; `dark` is what couples to e⁺e⁻ and χ.
pub(super) fn sigma_pb(s: f64, dark: &DarkSector, chi: &MilliCharged) -> f64 {
    let strength = strength(s, dark);
    GEV_M2_TO_PB * 4.0 * PI / (3.0 * s) * initial(s) * strength * chi.structure(s)
}

/// The density of cos θ over the flat one.
pub(super) fn angular(s: f64, chi: &MilliCharged, cos: f64) -> f64 {
    let (m, m_chi) = (ELECTRON_MASS_GEV, chi.mass_gev);
    let (a, b) = (4.0 * m * m / s, 4.0 * m_chi * m_chi / s);
    match chi.spin {
        ChiSpin::Dirac => {
            let all = 1.0 + a + b + (1.0 - a) * (1.0 - b) * cos * cos;
            all / (4.0 / 3.0 * (1.0 + 0.5 * a) * (1.0 + 0.5 * b))
        }
        ChiSpin::Scalar => (1.0 - (1.0 - a) * cos * cos) / (2.0 / 3.0 * (1.0 + 0.5 * a)),
    }
}

/// Mean σ of e⁺e⁻ → A′ on its mass shell over the thickness of a target, in pb per electron, with the
/// track length of positrons: (1/T) (−dT₊/dE) 4π²αε² (1 + 2m²/m_A′²)/(2m β_e) at E = m_A′²/2m − m.
/// 0 where that is outside of the table.
pub fn dark_photon_mean_pb(track: &TrackLength, depth_x0: f64, photon: &DarkPhoton) -> f64 {
    let s = photon.mass_gev * photon.mass_gev;
    let density = track.density_at(Species::Positron, energy_of(s));
    let pole = 4.0 * PI * PI * ALPHA * photon.epsilon * photon.epsilon * initial(s);
    GEV_M2_TO_PB * pole * density / (2.0 * ELECTRON_MASS_GEV * depth_x0)
}
