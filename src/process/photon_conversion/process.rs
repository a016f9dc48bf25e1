//! The conversion as the rest of the library sees it.

use std::sync::Arc;

use super::conversion::{Conversion, KIND};
use super::points::Points;
use super::quadrature;
use crate::particle::Role;
use crate::process::any_energy::AnyEnergy;
use crate::process::photon::{OfPhotons, Photons, check_beam};
use crate::process::{
    Goal, Inputs, Integral, Kind, PointBlock, Process, QuadratureError, SetupError,
};

impl OfPhotons for Conversion {
    const KIND: &'static str = KIND;

    fn photons(&self) -> &Photons {
        &self.photons
    }

    fn n_dim(&self) -> usize {
        4
    }

    fn points(&self) -> Box<dyn PointBlock> {
        Box::new(AnyEnergy::new(Points::new(self), self.photons.energy_gev))
    }

    fn moved(&self, energy_gev: f64) -> Option<Self> {
        self.at(energy_gev)
    }

    fn within(&self, t: (f64, f64), goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        quadrature::within(self, t, goal)
    }

    fn at_t(&self, t: f64, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        quadrature::at_t(self, t, goal)
    }
}

/// The kind: of a beam of photons, or of those in the shower of electrons or positrons.
pub(in crate::process) struct PhotonConversionOf;

impl Kind for PhotonConversionOf {
    fn name(&self) -> &str {
        KIND
    }

    fn of(&self, inputs: &Inputs) -> Result<Arc<dyn Process>, SetupError> {
        check_beam(KIND, inputs)?;
        Ok(Arc::new(Conversion::new(inputs)?))
    }

    /// The map asks for the masses and the cuts alone.
    fn on_points_of(&self, _: &Inputs, inputs: &Inputs) -> Result<Arc<dyn Process>, SetupError> {
        self.of(inputs)
    }

    fn roles(&self) -> &'static [Role] {
        const ROLES: &[Role] = &[Role::NUCLEUS_OUT, Role::CHI, Role::CHIBAR];
        ROLES
    }

    fn words(&self) -> &'static str {
        "γ N → χ χ̄ N of a photon of the beam or of its shower"
    }
}
