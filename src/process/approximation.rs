//! An approximation from outside: one more [`Route`] of every process that it serves.
//!
//! [`Registry::with_approximation`](super::Registry::with_approximation) takes it in; from then on the
//! process answers to its method, and a comparison shows it beside the others. Pinned by `tests/outside`.

use std::sync::Arc;

use super::radiation::SetupError;
use super::{Inputs, Kind, KinematicLimits, Method, PointBlock, Process, Route, Unsuitable};
use crate::beam::Projectile;
use crate::dark_sector::Produces;
use crate::event::Scalar;
use crate::kinematics::CollisionError;
use crate::matter::shower::Species;
use crate::particle::{Outgoing, Particle, Role};

/// A way to σ without Monte Carlo that a process does not have by itself.
pub trait Approximation: Send + Sync {
    /// Its name, and what it does in a line.
    fn method(&self) -> Method;

    /// The route of `kind` with these inputs; nothing if it does not serve that process.
    fn route(&self, kind: &str, inputs: &Inputs) -> Option<Box<dyn Route>>;
}

/// A kind whose processes have one more method.
pub(super) struct Approximated {
    pub(super) kind: Arc<dyn Kind>,
    pub(super) approximation: Arc<dyn Approximation>,
}

impl Kind for Approximated {
    fn name(&self) -> &str {
        self.kind.name()
    }

    fn words(&self) -> &'static str {
        self.kind.words()
    }

    fn produces(&self) -> Produces {
        self.kind.produces()
    }

    fn own_keys(&self) -> &'static [&'static str] {
        self.kind.own_keys()
    }

    fn idle_keys(&self) -> Vec<(&'static str, &'static str)> {
        self.kind.idle_keys()
    }

    fn suits(&self, inputs: &Inputs) -> Result<(), Unsuitable> {
        self.kind.suits(inputs)
    }

    fn limits(&self, inputs: &Inputs, one_energy: bool) -> Result<KinematicLimits, CollisionError> {
        self.kind.limits(inputs, one_energy)
    }

    fn threshold_gev(&self, inputs: &Inputs) -> f64 {
        self.kind.threshold_gev(inputs)
    }

    fn pair_masses(&self, inputs: &Inputs) -> Option<(f64, f64)> {
        self.kind.pair_masses(inputs)
    }

    fn beams(&self) -> &'static [Projectile] {
        self.kind.beams()
    }

    fn roles(&self) -> &'static [Role] {
        self.kind.roles()
    }

    fn projectiles(&self) -> &'static [Species] {
        self.kind.projectiles()
    }

    fn shower_particle(&self, beam: Projectile) -> Option<Species> {
        self.kind.shower_particle(beam)
    }

    fn on_all(&self, atoms: &[(f64, Inputs)]) -> Option<Result<Arc<dyn Process>, SetupError>> {
        self.kind.on_all(atoms)
    }

    fn of(&self, inputs: &Inputs) -> Result<Arc<dyn Process>, SetupError> {
        let process = self.kind.of(inputs)?;
        match self.approximation.route(process.kind(), inputs) {
            Some(_) => Ok(Arc::new(WithMethod {
                process,
                approximation: Arc::clone(&self.approximation),
                inputs: inputs.clone(),
            })),
            None => Ok(process),
        }
    }

    fn on_points_of(
        &self,
        sampled: &Inputs,
        inputs: &Inputs,
    ) -> Result<Arc<dyn Process>, SetupError> {
        self.kind.on_points_of(sampled, inputs)
    }
}

/// A process with one more method.
struct WithMethod {
    process: Arc<dyn Process>,
    approximation: Arc<dyn Approximation>,
    inputs: Inputs,
}

impl Process for WithMethod {
    fn kind(&self) -> &str {
        self.process.kind()
    }

    fn dim(&self) -> usize {
        self.process.dim()
    }

    fn beam(&self) -> Particle {
        self.process.beam()
    }

    fn beam_energy_gev(&self) -> f64 {
        self.process.beam_energy_gev()
    }

    fn target(&self) -> Particle {
        self.process.target()
    }

    fn outgoing(&self) -> Vec<Outgoing> {
        self.process.outgoing()
    }

    fn nuclei(&self) -> Vec<Particle> {
        self.process.nuclei()
    }

    fn scalars(&self) -> Vec<Scalar> {
        self.process.scalars()
    }

    fn block(&self) -> Box<dyn PointBlock> {
        self.process.block()
    }

    fn resonance(&self) -> Option<(f64, f64)> {
        self.process.resonance()
    }

    fn methods(&self) -> Vec<Method> {
        let mut all = self.process.methods();
        all.push(self.approximation.method());
        all
    }

    fn route(&self, method: Method) -> Option<Box<dyn Route>> {
        if method == self.approximation.method() {
            return self.approximation.route(self.kind(), &self.inputs);
        }
        self.process.route(method)
    }
}
