//! What cards must know of the mesons: which of them are made, from which energy, and the limits of the pair.
//!
//! Energies in GeV. The nucleus recoils whole; thresholds are those on one of its nucleons. Pinned by `tests/card/kinds.rs`.

use crate::mesons::{VectorMeson, photoproduction};
use crate::process::limits::photon;
use crate::process::{Inputs, KinematicLimits, Unsuitable};
use crate::text::shown;

/// The lightest and the heaviest meson that the pair fits into.
pub(super) fn open(inputs: &Inputs) -> Option<(VectorMeson, VectorMeson)> {
    let half = 0.5 * inputs.dark_sector.threshold_mass_gev();
    let mut open = inputs.mesons.with_room_for(half).iter();
    let lightest = open.next()?;
    Some((lightest, open.next_back().unwrap_or(lightest)))
}

/// Least energy of a photon; infinite where no meson is heavy enough.
pub(super) fn threshold_gev(inputs: &Inputs) -> f64 {
    open(inputs).map_or(f64::INFINITY, |(lightest, _)| {
        photoproduction::threshold_gev(lightest)
    })
}

/// The limits, of photons of one energy or of all below it.
pub(super) fn of(inputs: &Inputs, one_energy: bool) -> KinematicLimits {
    let e0 = inputs.beam.energy_gev;
    let lightest = open(inputs).map_or(f64::INFINITY, |(lightest, _)| lightest.mass_gev());
    let limits = KinematicLimits::of_photon(
        &photon(inputs),
        lightest,
        photoproduction::largest_mass_gev(e0),
    );
    match one_energy {
        true => limits,
        // All but what the nucleon takes there.
        false => limits.down_to(lightest / e0),
    }
}

/// Refuses pairs that are too heavy for the mesons, and photons that make none of those.
pub(super) fn some_are_made(inputs: &Inputs) -> Result<(), Unsuitable> {
    let Some((lightest, _)) = open(inputs) else {
        let heaviest = inputs.mesons.iter().next_back();
        let most = heaviest.map_or(0.0, |meson| 0.5 * meson.mass_gev());
        let name = heaviest.map_or("", VectorMeson::name);
        let half = 0.5 * inputs.dark_sector.threshold_mass_gev();
        return Err(Unsuitable {
            key: "dark_sector.m_chi_gev",
            found: format!("{} GeV", shown(half)),
            expected: format!(
                "a mass below {} GeV, half of that of {name}, the heaviest of process.mesons",
                shown(most)
            ),
        });
    };
    let least = photoproduction::threshold_gev(lightest);
    match inputs.beam.energy_gev > least {
        true => Ok(()),
        false => Err(Unsuitable {
            key: "beam.energy_gev",
            found: format!("{} GeV", shown(inputs.beam.energy_gev)),
            expected: format!(
                "an energy above {} GeV, the threshold of {} on a nucleon",
                shown(least),
                lightest.name()
            ),
        }),
    }
}
