//! The pairs of mesons as the rest of the library sees them.

use std::sync::Arc;

use super::limits;
use super::points::Points;
use super::production::{KIND, MesonPair};
use super::quadrature;
use crate::kinematics::CollisionError;
use crate::particle::Role;
use crate::process::any_energy::AnyEnergy;
use crate::process::kind::{SHAPE_KEYS, idle_by_roles};
use crate::process::photon::{OfPhotons, Photons, check_beam};
use crate::process::{
    Goal, Inputs, Integral, Kind, KinematicLimits, PointBlock, Process, QuadratureError,
    SetupError, Unsuitable,
};

impl OfPhotons for MesonPair {
    const KIND: &'static str = KIND;

    fn photons(&self) -> &Photons {
        &self.photons
    }

    fn n_dim(&self) -> usize {
        3 + usize::from(self.n_mesons() > 1)
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

    fn at_t(&self, t: f64, _: &Goal<'_>) -> Result<Integral, QuadratureError> {
        Ok(quadrature::at_t(self, t))
    }
}

/// The kind: of a beam of photons, or of those in the shower of electrons or positrons.
pub(in crate::process) struct MesonOf;

impl Kind for MesonOf {
    fn name(&self) -> &str {
        KIND
    }

    fn of(&self, inputs: &Inputs) -> Result<Arc<dyn Process>, SetupError> {
        check_beam(KIND, inputs)?;
        Ok(Arc::new(MesonPair::new(inputs)?))
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
        "γ N → V N with V → χ χ̄, V of `process.mesons`, of a photon of the beam or of its shower, an estimate"
    }

    fn own_keys(&self) -> &'static [&'static str] {
        &["process.mesons"]
    }

    fn idle_keys(&self) -> Vec<(&'static str, &'static str)> {
        let mut idle = idle_by_roles(self.roles());
        idle.extend(SHAPE_KEYS.map(|key| (key, "the nucleus is that of the estimate")));
        idle
    }

    fn suits(&self, inputs: &Inputs) -> Result<(), Unsuitable> {
        limits::some_are_made(inputs)
    }

    fn limits(&self, inputs: &Inputs, one_energy: bool) -> Result<KinematicLimits, CollisionError> {
        Ok(limits::of(inputs, one_energy))
    }

    fn threshold_gev(&self, inputs: &Inputs) -> f64 {
        limits::threshold_gev(inputs)
    }

    fn pair_masses(&self, inputs: &Inputs) -> Option<(f64, f64)> {
        let (lightest, heaviest) = limits::open(inputs)?;
        Some((lightest.mass_gev(), heaviest.mass_gev()))
    }
}
