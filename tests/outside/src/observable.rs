//! Mass of the first two particles, m₁₂.

use millibrem::event::sum;
use millibrem::observable::{Definition, View};
use millibrem::particle::Role;

/// Mass of lepton and nucleus together.
pub struct Visible;

impl Definition for Visible {
    fn name(&self) -> &str {
        "m_visible_gev"
    }

    fn units(&self) -> &str {
        "GeV"
    }

    fn description(&self) -> &str {
        "mass of all that is seen"
    }

    fn symbol(&self) -> &str {
        "*m*_{12}"
    }

    fn applies(&self, roles: &[Role]) -> bool {
        roles.contains(&Role::LEPTON_OUT) && roles.contains(&Role::NUCLEUS_OUT)
    }

    fn value(&self, event: &View<'_>) -> f64 {
        let [e, x, y, z] = sum([event.p(&Role::LEPTON_OUT), event.p(&Role::NUCLEUS_OUT)]);
        (e * e - x * x - y * y - z * z).max(0.0).sqrt()
    }
}
