//! Of the χ alone, PDG id > 0, whose antiparticle has the same distributions; of a dark photon or boson
//! where that is what leaves unseen.

use super::lepton::angles;
use super::{Definition, Scale, Scales, View};
use crate::elementary::polar_angle;
use crate::event::Momentum;
use crate::particle::Role;

/// Energy of the chi.
pub(super) struct Energy;

impl Definition for Energy {
    fn name(&self) -> &str {
        "e_chi_gev"
    }

    fn units(&self) -> &str {
        "GeV"
    }

    fn description(&self) -> &str {
        "energy of the chi"
    }

    fn symbol(&self) -> &str {
        "*E*_{χ}"
    }

    fn applies(&self, roles: &[Role]) -> bool {
        role(roles).is_some()
    }

    fn value(&self, event: &View<'_>) -> f64 {
        momentum(event)[0]
    }

    fn is_fixed_for_one(&self) -> bool {
        true
    }

    fn range(&self, scales: &Scales) -> (f64, f64, Scale) {
        (0.0, scales.highest_gev, Scale::Linear)
    }
}

/// Angle of the chi to the beam.
pub(super) struct Theta;

impl Definition for Theta {
    fn name(&self) -> &str {
        "theta_chi_rad"
    }

    fn units(&self) -> &str {
        "rad"
    }

    fn description(&self) -> &str {
        "angle of the chi to the beam"
    }

    fn symbol(&self) -> &str {
        "*θ*_{χ}"
    }

    fn applies(&self, roles: &[Role]) -> bool {
        role(roles).is_some()
    }

    fn value(&self, event: &View<'_>) -> f64 {
        let [_, x, y, z] = momentum(event);
        polar_angle((x * x + y * y).sqrt(), z)
    }

    fn is_fixed_for_one(&self) -> bool {
        true
    }

    fn range(&self, scales: &Scales) -> (f64, f64, Scale) {
        angles(scales)
    }
}

fn role(roles: &[Role]) -> Option<&Role> {
    let found = |role: &&Role| [Role::CHI, Role::DARK_PHOTON, Role::BOSON].contains(role);
    roles.iter().find(found)
}

fn momentum(event: &View<'_>) -> Momentum {
    role(event.roles).map_or([f64::NAN; 4], |role| event.p(role))
}
