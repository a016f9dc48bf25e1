//! What makes a process of the numbers of a card.

use std::sync::Arc;

use super::Process;
use super::radiation::SetupError;
use crate::beam::{Beam, Lepton};
use crate::cuts::Cuts;
use crate::dark_sector::DarkSector;
use crate::matter::Nucleus;
use crate::matter::form_factor::FormFactorKind;
use crate::matter::shower::Species;
use crate::mesons::Mesons;
use crate::particle::Role;

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

/// A kind of process: makes the one of a set-up.
pub trait Kind: Send + Sync {
    /// The spelling of `process.kind`.
    fn name(&self) -> &str;

    /// What may be its beam, or the beam whose shower makes it.
    fn beams(&self) -> &'static [Lepton] {
        &Lepton::CHARGED
    }

    /// What comes out. Without a lepton no cut can be on it; without a nucleus none is struck.
    fn roles(&self) -> &'static [Role] {
        const PAIR: &[Role] = &[Role::LEPTON_OUT, Role::NUCLEUS_OUT, Role::CHI, Role::CHIBAR];
        PAIR
    }

    /// The particles of a shower that make it.
    fn projectiles(&self) -> &'static [Species] {
        &[Species::Electron, Species::Positron]
    }

    /// Which particles of the shower it takes that a `beam` makes, if not the beam itself; their process is
    /// then made with their energy as that of the beam.
    fn shower_particle(&self, _beam: Lepton) -> Option<Species> {
        None
    }

    /// The process on all atoms of a material at once, each with its share, where they differ in nothing that an
    /// event shows. Its points are those of [`Self::on_points_of`].
    fn on_all(&self, _atoms: &[(f64, Inputs)]) -> Option<Result<Arc<dyn Process>, SetupError>> {
        None
    }

    /// The process of these inputs.
    ///
    /// # Errors
    /// If they make no sense together or leave no phase space.
    fn of(&self, inputs: &Inputs) -> Result<Arc<dyn Process>, SetupError>;

    /// The process of `inputs` on the points of that of `sampled`: the same momenta from the same point of
    /// the hypercube, so that the quotient of both is that of their squared amplitudes. The two differ in
    /// couplings, spins and form factors only.
    ///
    /// # Errors
    /// As [`Self::of`], and [`SetupError::NoFurtherWeights`] of a kind that does not do that.
    fn on_points_of(
        &self,
        _sampled: &Inputs,
        _inputs: &Inputs,
    ) -> Result<Arc<dyn Process>, SetupError> {
        Err(SetupError::NoFurtherWeights {
            kind: self.name().to_owned(),
        })
    }
}
