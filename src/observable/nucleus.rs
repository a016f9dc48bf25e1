//! Of the recoiling nucleus, which was at rest.

use super::{Definition, Scale, Scales, View, has};
use crate::particle::Role;

/// Momentum transfer to the nucleus t = -(P-P')^2.
pub(super) struct T;

impl Definition for T {
    fn name(&self) -> &str {
        "t_gev2"
    }

    fn units(&self) -> &str {
        "GeV^2"
    }

    fn description(&self) -> &str {
        "momentum transfer to the nucleus t = -(P-P')^2"
    }

    fn symbol(&self) -> &str {
        "*t*"
    }

    fn applies(&self, roles: &[Role]) -> bool {
        has(roles, &[Role::NUCLEUS_OUT])
    }

    fn value(&self, event: &View<'_>) -> f64 {
        2.0 * event.target_mass_gev * kinetic(event)
    }

    fn range(&self, scales: &Scales) -> (f64, f64, Scale) {
        (scales.t_gev2.0, scales.t_gev2.1, Scale::Log)
    }
}

/// Kinetic energy of the recoiling nucleus.
pub(super) struct Recoil;

impl Definition for Recoil {
    fn name(&self) -> &str {
        "recoil_kinetic_gev"
    }

    fn units(&self) -> &str {
        "GeV"
    }

    fn description(&self) -> &str {
        "kinetic energy of the recoiling nucleus"
    }

    fn symbol(&self) -> &str {
        "*T*_{N}"
    }

    fn applies(&self, roles: &[Role]) -> bool {
        has(roles, &[Role::NUCLEUS_OUT])
    }

    fn value(&self, event: &View<'_>) -> f64 {
        kinetic(event)
    }

    fn range(&self, scales: &Scales) -> (f64, f64, Scale) {
        let ((low, high), two_masses) = (scales.t_gev2, 2.0 * scales.target_mass_gev);
        (
            Scales::decade_below(low / two_masses),
            Scales::decade_above(high / two_masses),
            Scale::Log,
        )
    }
}

/// p²/(E + M): keeps its digits where E − M has lost them.
fn kinetic(event: &View<'_>) -> f64 {
    let [e, x, y, z] = event.p(&Role::NUCLEUS_OUT);
    (x * x + y * y + z * z) / (e + event.target_mass_gev)
}
