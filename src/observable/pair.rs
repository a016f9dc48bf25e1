//! Of all that leaves unseen: the missing energy and the mass.

use super::{Definition, Scale, Scales, View, has_dark};
use crate::constants::ELECTRON_MASS_GEV;
use crate::particle::Role;

/// Missing-energy fraction E_pair/E0; what is above 1 by no more than the mass of the electron that is struck counts as the
/// number below 1, where axes end.
pub(super) struct X;

/// The mass of that electron in GeV, with what rounding may add.
const STRUCK_GEV: f64 = ELECTRON_MASS_GEV * (1.0 + 1e-6);

impl Definition for X {
    fn name(&self) -> &str {
        "x"
    }

    fn units(&self) -> &str {
        "1"
    }

    fn description(&self) -> &str {
        "missing-energy fraction E_pair/E0"
    }

    fn symbol(&self) -> &str {
        "*x*"
    }

    fn applies(&self, roles: &[Role]) -> bool {
        has_dark(roles)
    }

    fn value(&self, event: &View<'_>) -> f64 {
        let (e, e0) = (event.p_dark()[0], event.beam_energy_gev);
        if e0 <= e && e <= e0 + STRUCK_GEV {
            return 1.0 - 0.5 * f64::EPSILON;
        }
        e / e0
    }

    fn range(&self, scales: &Scales) -> (f64, f64, Scale) {
        (scales.x.0, scales.x.1, Scale::Linear)
    }
}

/// Missing energy E_pair.
pub(super) struct EMiss;

impl Definition for EMiss {
    fn name(&self) -> &str {
        "e_miss_gev"
    }

    fn units(&self) -> &str {
        "GeV"
    }

    fn description(&self) -> &str {
        "missing energy E_pair"
    }

    fn symbol(&self) -> &str {
        "*E*_{miss}"
    }

    fn applies(&self, roles: &[Role]) -> bool {
        has_dark(roles)
    }

    fn value(&self, event: &View<'_>) -> f64 {
        event.p_dark()[0]
    }

    fn range(&self, scales: &Scales) -> (f64, f64, Scale) {
        let (low, high) = scales.x;
        let e0 = scales.beam_energy_gev;
        (low * e0, high * e0, Scale::Linear)
    }
}

/// Invariant mass of the pair.
pub(super) struct Mass;

impl Definition for Mass {
    fn name(&self) -> &str {
        "m_pair_gev"
    }

    fn units(&self) -> &str {
        "GeV"
    }

    fn description(&self) -> &str {
        "invariant mass of the pair"
    }

    fn symbol(&self) -> &str {
        "*m*_{χχ̄}"
    }

    fn applies(&self, roles: &[Role]) -> bool {
        has_dark(roles)
    }

    fn value(&self, event: &View<'_>) -> f64 {
        event.m_dark()
    }

    fn is_fixed_for_one(&self) -> bool {
        true
    }

    fn range(&self, scales: &Scales) -> (f64, f64, Scale) {
        (scales.m_pair_gev.0, scales.m_pair_gev.1, Scale::Log)
    }
}
