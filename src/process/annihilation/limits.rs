//! What cards must know of the annihilation: its limits at the energy of the beam, s = 2m(E + m) and E_miss = E + m with no t,
//! its threshold, and the least width of a peak on the mass shell.
//!
//! Energies in GeV. Pinned by `tests/card/kinds.rs`.

use crate::constants::ELECTRON_MASS_GEV;
use crate::dark_sector::DarkSector;
use crate::process::{Inputs, KinematicLimits, Unsuitable};

/// Least width of an A′ that may be on its mass shell, in parts of its mass: a narrower peak is no longer found.
const LEAST_WIDTH: f64 = 1e-4;

/// Least total energy of a positron.
pub(super) fn threshold_gev(inputs: &Inputs) -> f64 {
    let made = inputs.dark_sector.threshold_mass_gev();
    0.5 * made * made / ELECTRON_MASS_GEV - ELECTRON_MASS_GEV
}

/// The limits, of positrons of one energy or of all below it.
pub(super) fn of(inputs: &Inputs, one_energy: bool) -> KinematicLimits {
    let (m, e0) = (ELECTRON_MASS_GEV, inputs.beam.energy_gev);
    let sqrt_s = (2.0 * m * (e0 + m)).sqrt();
    let m_min = inputs.dark_sector.threshold_mass_gev();
    let mut limits = KinematicLimits::between(sqrt_s, m_min, sqrt_s);
    if limits.is_open() {
        limits.x_upper = (e0 + m) / e0;
        limits.x_lower = limits.x_upper;
    }
    match one_energy {
        true => limits,
        false => limits.down_to((threshold_gev(inputs) + m) / e0),
    }
}

/// Refuses an A′ that is too narrow, where it decays to the pair.
pub(super) fn peak_is_found(dark_sector: &DarkSector) -> Result<(), Unsuitable> {
    let DarkSector::Mediated(chi, resonance) = dark_sector else {
        return Ok(());
    };
    let width_gev = resonance.width(chi);
    let least_gev = LEAST_WIDTH * resonance.mass_gev;
    let on_shell = resonance.mass_gev > 2.0 * chi.mass_gev;
    match on_shell && width_gev < least_gev {
        true => Err(Unsuitable {
            key: match resonance.width_gev {
                Some(_) => "dark_sector.width_gev",
                None => "dark_sector.alpha_d",
            },
            found: format!("a width of {width_gev:e} GeV"),
            expected: format!(
                "one of at least {least_gev:e} GeV, 1e-4 of the mass; a narrower A' is on its mass shell"
            ),
        }),
        false => Ok(()),
    }
}
