//! What reacts with what, as the outgoing roles of a process say.

use crate::particle::Role;

/// A projectile and what it strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reaction {
    /// A lepton on a nucleus, or on whatever else, that comes out again.
    Projectile,
    /// A photon on a nucleus.
    Photon,
    /// A positron on an electron.
    Positron,
}

impl Reaction {
    /// That of a process with these outgoing roles.
    pub(super) fn of(roles: &[Role]) -> Self {
        let has = |role| roles.contains(&role);
        match (has(Role::LEPTON_OUT), has(Role::NUCLEUS_OUT)) {
            (true, _) => Self::Projectile,
            (false, true) => Self::Photon,
            (false, false) => Self::Positron,
        }
    }
}
