//! The numbers that a process is made of, in GeV and of one nucleus.

use super::initial_state::InitialState;
use super::radiation::SetupError;
use crate::beam::Beam;
use crate::cuts::Cuts;
use crate::dark_sector::DarkSector;
use crate::matter::Nucleus;
use crate::matter::form_factor::FormFactorKind;
use crate::mesons::Mesons;

/// What a process is made of.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The beam.
    pub beam: Beam,
    /// The nucleus that is struck.
    pub nucleus: Nucleus,
    /// Its form factor.
    pub form_factor: FormFactorKind,
    /// What is produced, and how strongly it couples.
    pub dark_sector: DarkSector,
    /// Cuts on the final state.
    pub cuts: Cuts,
    /// The vector mesons that may decay, of a process that makes them.
    pub mesons: Mesons,
    /// Photons off the initial state, of an annihilation.
    pub initial_state: InitialState,
}

impl Inputs {
    /// The same with a beam of another energy; cuts on x stay where they are in missing energy.
    ///
    /// # Errors
    /// [`SetupError::Number`] if that is no energy, or the cuts on x begin above it.
    pub fn at_energy(&self, beam_energy_gev: f64) -> Result<Self, SetupError> {
        let ratio = self.beam.energy_gev / beam_energy_gev;
        Ok(Self {
            beam: self.beam.with(|beam| beam.energy_gev = beam_energy_gev)?,
            cuts: Cuts::new(*self.cuts.in_other_units(ratio))?,
            ..self.clone()
        })
    }

    /// The same on another nucleus.
    #[must_use]
    pub fn on(&self, nucleus: Nucleus) -> Self {
        Self {
            nucleus,
            ..self.clone()
        }
    }
}
