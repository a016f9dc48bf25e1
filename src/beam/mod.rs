//! The beam: which lepton or photon, at what energy, how many of them.
//!
//! Energies in GeV in the rest frame of the nucleus. A beam is a pencil along z of one energy unless its
//! [`BeamProfile`] says more. Particle codes follow the numbering scheme of
//! [PDG22] §45. Pinned by the tests below.

mod momenta;
mod profile;

use crate::checked::{AMOUNT, BadNumber, check};
use crate::constants::{ELECTRON_MASS_GEV, MUON_MASS_GEV};
use crate::particle::Particle;
pub use momenta::MomentumTable;
pub use profile::{BeamProfile, MomentumSpread, PhaseSpace, ProfileFields, Twiss};

/// Largest energy of a beam in GeV, 100 PeV.
pub(crate) const MAX_ENERGY_GEV: f64 = 1e8;

named! {
    /// The beam particle; at tree level its charge changes nothing but the particle code.
    pub enum Projectile {
        /// e⁻.
        Electron = "e-",
        /// e⁺.
        Positron = "e+",
        /// μ⁻.
        Muon = "mu-",
        /// μ⁺.
        AntiMuon = "mu+",
        /// No lepton: a photon, for the processes of photons.
        Photon = "gamma",
    }
}

impl Projectile {
    /// All but the photon.
    pub const CHARGED: [Self; 4] = [Self::Electron, Self::Positron, Self::Muon, Self::AntiMuon];

    /// Whether it is e⁻ or e⁺, which shower.
    pub fn is_electron(self) -> bool {
        matches!(self, Self::Electron | Self::Positron)
    }

    /// Mass in GeV.
    pub fn mass_gev(self) -> f64 {
        match self {
            Self::Electron | Self::Positron => ELECTRON_MASS_GEV,
            Self::Muon | Self::AntiMuon => MUON_MASS_GEV,
            Self::Photon => 0.0,
        }
    }

    /// Electric charge in units of e.
    pub fn charge(self) -> f64 {
        match self {
            Self::Electron | Self::Muon => -1.0,
            Self::Positron | Self::AntiMuon => 1.0,
            Self::Photon => 0.0,
        }
    }

    /// What it is among particles.
    pub fn particle(self) -> Particle {
        Particle {
            pdg_id: self.pdg_id(),
            mass_gev: self.mass_gev(),
            charge: self.charge(),
        }
    }

    /// Particle code; the antiparticle is negative.
    pub fn pdg_id(self) -> i32 {
        match self {
            Self::Electron => 11,
            Self::Positron => -11,
            Self::Muon => 13,
            Self::AntiMuon => -13,
            Self::Photon => 22,
        }
    }
}

checked! {
    /// A beam of leptons or photons.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Beam(BeamFields);
}

/// What a [`Beam`] is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BeamFields {
    /// The beam particle.
    pub projectile: Projectile,
    /// Its energy E0 in GeV; a process needs it above the mass.
    pub energy_gev: f64,
    /// Particles on target, for yields.
    pub on_target: Option<f64>,
}

impl BeamFields {
    fn check(&self) -> Result<(), BadNumber> {
        check(&[
            ("the beam energy (beam.energy_gev)", self.energy_gev, AMOUNT),
            ("beam.on_target", self.on_target.unwrap_or(1.0), AMOUNT),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lepton_names_read_back() {
        for lepton in Projectile::ALL {
            assert_eq!(Projectile::from_name(lepton.name()), Some(lepton));
        }
        assert_eq!(Projectile::from_name("mu"), None);
    }

    #[test]
    fn antiparticles_share_the_mass_and_negate_the_code() {
        for (particle, antiparticle) in [
            (Projectile::Electron, Projectile::Positron),
            (Projectile::Muon, Projectile::AntiMuon),
        ] {
            assert_eq!(particle.mass_gev(), antiparticle.mass_gev());
            assert_eq!(particle.pdg_id(), -antiparticle.pdg_id());
            assert_eq!((particle.charge(), antiparticle.charge()), (-1.0, 1.0));
        }
        assert!(
            (Projectile::Muon.mass_gev() / Projectile::Electron.mass_gev() - 206.768).abs() < 1e-3
        );
    }
}
