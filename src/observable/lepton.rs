//! Of the scattered lepton.

use super::{Definition, Scale, Scales, View, has};
use crate::elementary::polar_angle;
use crate::particle::Role;

/// Energy of the scattered lepton.
pub(super) struct Energy;

impl Definition for Energy {
    fn name(&self) -> &str {
        "e_lepton_gev"
    }

    fn units(&self) -> &str {
        "GeV"
    }

    fn description(&self) -> &str {
        "energy of the scattered lepton"
    }

    fn symbol(&self) -> &str {
        "*E*_{ℓ′}"
    }

    fn applies(&self, roles: &[Role]) -> bool {
        has(roles, &[Role::LEPTON_OUT])
    }

    fn value(&self, event: &View<'_>) -> f64 {
        event.p(&Role::LEPTON_OUT)[0]
    }

    fn range(&self, scales: &Scales) -> (f64, f64, Scale) {
        let missing = scales.x.0 * scales.beam_energy_gev;
        (0.0, scales.highest_gev - missing, Scale::Linear)
    }
}

/// Angle of the scattered lepton to the beam.
pub(super) struct Theta;

impl Definition for Theta {
    fn name(&self) -> &str {
        "theta_lepton_rad"
    }

    fn units(&self) -> &str {
        "rad"
    }

    fn description(&self) -> &str {
        "angle of the scattered lepton to the beam"
    }

    fn symbol(&self) -> &str {
        "*θ*_{ℓ′}"
    }

    fn applies(&self, roles: &[Role]) -> bool {
        has(roles, &[Role::LEPTON_OUT])
    }

    fn value(&self, event: &View<'_>) -> f64 {
        let [_, x, y, z] = event.p(&Role::LEPTON_OUT);
        polar_angle((x * x + y * y).sqrt(), z)
    }

    fn range(&self, scales: &Scales) -> (f64, f64, Scale) {
        angles(scales)
    }
}

/// Transverse momentum of the scattered lepton.
pub(super) struct Pt;

impl Definition for Pt {
    fn name(&self) -> &str {
        "pt_lepton_gev"
    }

    fn units(&self) -> &str {
        "GeV"
    }

    fn description(&self) -> &str {
        "transverse momentum of the scattered lepton"
    }

    fn symbol(&self) -> &str {
        "*p*_{T,ℓ′}"
    }

    fn applies(&self, roles: &[Role]) -> bool {
        has(roles, &[Role::LEPTON_OUT])
    }

    fn value(&self, event: &View<'_>) -> f64 {
        let [_, x, y, _] = event.p(&Role::LEPTON_OUT);
        (x * x + y * y).sqrt()
    }

    fn range(&self, scales: &Scales) -> (f64, f64, Scale) {
        let most = Scales::decade_above(scales.highest_gev);
        (scales.pt_gev.min(1e-4), most, Scale::Log)
    }
}

/// All angles, in decades, from the least that matters.
pub(super) fn angles(scales: &Scales) -> (f64, f64, Scale) {
    let low = Scales::decade_below(scales.pt_gev / scales.beam_energy_gev).min(1e-5);
    (low, std::f64::consts::PI, Scale::Log)
}
