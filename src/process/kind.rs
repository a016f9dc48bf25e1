//! What makes a process of the numbers of a card, and says what a card must know of it: names, keys, beams, roles, limits.
//!
//! Cards, their printing, documentation and limits go by what is said here alone. Pinned by `tests/card/kinds.rs` and
//! `tests/outside`.

use std::sync::Arc;

use super::Process;
use super::inputs::Inputs;
use super::limits::{self, KinematicLimits};
use super::radiation::SetupError;
use super::reaction::Reaction;
use crate::beam::Projectile;
use crate::dark_sector::Produces;
use crate::kinematics::CollisionError;
use crate::matter::shower::Species;
use crate::particle::Role;

/// Keys of cuts on the scattered lepton.
const LEPTON_KEYS: [&str; 5] = [
    "cuts.lepton_energy_max_gev",
    "cuts.lepton_angle_min_mrad",
    "cuts.lepton_angle_max_mrad",
    "cuts.lepton_pt_min_gev",
    "cuts.lepton_pt_max_gev",
];

/// Keys of the shape of what is struck, where that is a nucleus.
pub(super) const SHAPE_KEYS: [&str; 2] = ["target.form_factor", "target.nucleus_spin"];

/// Key of its mass.
const MASS_KEY: &str = "target.nuclear_mass_gev";

/// The keys that a process of these roles has no use for.
pub(super) fn idle_by_roles(roles: &[Role]) -> Vec<(&'static str, &'static str)> {
    let mut idle = Vec::new();
    if !roles.contains(&Role::LEPTON_OUT) {
        idle.extend(LEPTON_KEYS.map(|key| (key, "no lepton comes out of it")));
    }
    if !roles.contains(&Role::NUCLEUS_OUT) {
        let keys = SHAPE_KEYS.into_iter().chain([MASS_KEY]);
        idle.extend(keys.map(|key| (key, "electrons are struck, no nucleus")));
    }
    idle
}

/// A value of a card that does not suit the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsuitable {
    /// The key.
    pub key: &'static str,
    /// What it says.
    pub found: String,
    /// What it may say.
    pub expected: String,
}

/// A kind of process: makes the one of a set-up, and says what a card needs to know of it.
pub trait Kind: Send + Sync {
    /// The spelling of `process.kind`.
    fn name(&self) -> &str;

    /// What happens, in a line.
    fn words(&self) -> &'static str {
        ""
    }

    /// What may be its beam, or the beam whose shower makes it.
    fn beams(&self) -> &'static [Projectile] {
        match Reaction::of(self.roles()) {
            Reaction::Projectile => &Projectile::CHARGED,
            Reaction::Photon => &[
                Projectile::Photon,
                Projectile::Electron,
                Projectile::Positron,
            ],
            Reaction::Positron => &[Projectile::Electron, Projectile::Positron],
        }
    }

    /// What comes out. A lepton that comes out is that of the beam; without one a photon has come in, and without a
    /// nucleus, either, a positron on an electron. Defaults below go by that.
    fn roles(&self) -> &'static [Role] {
        const PAIR: &[Role] = &[Role::LEPTON_OUT, Role::NUCLEUS_OUT, Role::CHI, Role::CHIBAR];
        PAIR
    }

    /// What it makes, of the keys of `[dark_sector]` those that it reads.
    fn produces(&self) -> Produces {
        Produces::Chi { by_vector: false }
    }

    /// Keys that are written for this kind only.
    fn own_keys(&self) -> &'static [&'static str] {
        &[]
    }

    /// Keys outside of `[dark_sector]` that it has no use for, each with the reason.
    fn idle_keys(&self) -> Vec<(&'static str, &'static str)> {
        idle_by_roles(self.roles())
    }

    /// Refuses what each key allows and only this kind does not.
    ///
    /// # Errors
    /// The key, what was found and what would do.
    fn suits(&self, _inputs: &Inputs) -> Result<(), Unsuitable> {
        Ok(())
    }

    /// The limits of invariants and of x, with projectiles of the energy of the beam or of all below it.
    ///
    /// # Errors
    /// [`CollisionError`] if the initial state makes no sense.
    fn limits(&self, inputs: &Inputs, one_energy: bool) -> Result<KinematicLimits, CollisionError> {
        KinematicLimits::of(self.roles(), inputs, one_energy)
    }

    /// Least total energy in GeV of a projectile that makes anything.
    fn threshold_gev(&self, inputs: &Inputs) -> f64 {
        limits::threshold_gev(self.roles(), inputs)
    }

    /// The least and the largest mass in GeV of pairs that have a few only.
    fn pair_masses(&self, _inputs: &Inputs) -> Option<(f64, f64)> {
        None
    }

    /// The particles of a shower that make it.
    fn projectiles(&self) -> &'static [Species] {
        match Reaction::of(self.roles()) {
            Reaction::Projectile => &[Species::Electron, Species::Positron],
            Reaction::Photon => &[Species::Photon],
            Reaction::Positron => &[Species::Positron],
        }
    }

    /// Which particles of the shower it takes that a `beam` makes, if not the beam itself; their process is
    /// then made with their energy as that of the beam.
    fn shower_particle(&self, beam: Projectile) -> Option<Species> {
        match Reaction::of(self.roles()) {
            Reaction::Projectile => None,
            Reaction::Photon => beam.is_electron().then_some(Species::Photon),
            Reaction::Positron => (beam == Projectile::Electron).then_some(Species::Positron),
        }
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
