//! The annihilation as the rest of the library sees it.

use std::sync::Arc;

use super::annihilated::{Annihilation, KIND, LEAST_WIDTH};
use super::radiated::{self, Radiated};
use super::route::Closed;
use crate::beam::Projectile;
use crate::dark_sector::{DarkSector, Produces};
use crate::event::{Momentum, Scalar};
use crate::kinematics::CollisionError;
use crate::particle::{Outgoing, Particle, Role};
use crate::process::InitialState;
use crate::process::any_energy::{AnyEnergy, EachEnergy};
use crate::process::{
    BLOCK, Inputs, Kind, KinematicLimits, Method, PointBlock, Process, Route, SetupError,
    Unsuitable,
};

impl Process for Annihilation {
    fn kind(&self) -> &str {
        KIND
    }

    fn dim(&self) -> usize {
        if self.radiates() { radiated::DIM } else { 1 }
    }

    fn beam(&self) -> Particle {
        Projectile::Positron.particle()
    }

    fn beam_energy_gev(&self) -> f64 {
        self.energy_gev
    }

    fn target(&self) -> Particle {
        Projectile::Electron.particle()
    }

    fn outgoing(&self) -> Vec<Outgoing> {
        Outgoing::of_chi(self.chi.particle())
    }

    fn scalars(&self) -> Vec<Scalar> {
        match self.radiates() {
            true => vec![Scalar::BEAM_ENERGY],
            false => Vec::new(),
        }
    }

    fn block(&self) -> Box<dyn PointBlock> {
        if self.radiates() {
            return Box::new(Radiated::new(self));
        }
        let points = Points {
            nominal: *self,
            energies_gev: [0.0; BLOCK],
            cos: [0.0; BLOCK],
        };
        Box::new(AnyEnergy::new(points, self.energy_gev))
    }

    fn at_energy(&self, beam_energy_gev: f64) -> Option<Arc<dyn Process>> {
        let moved = self.moved(beam_energy_gev)?;
        Some(Arc::new(moved))
    }

    fn resonance(&self) -> Option<(f64, f64)> {
        self.pole()
    }

    fn methods(&self) -> Vec<Method> {
        vec![Method::QUADRATURE]
    }

    fn route(&self, method: Method) -> Option<Box<dyn Route>> {
        (method == Method::QUADRATURE).then(|| Box::new(Closed(*self)) as Box<dyn Route>)
    }
}

/// A block of its points: cos θ is flat.
struct Points {
    nominal: Annihilation,
    energies_gev: [f64; BLOCK],
    cos: [f64; BLOCK],
}

impl EachEnergy for Points {
    fn evaluate(&mut self, energies_gev: &[f64], y: &[&[f64]], value: &mut [f64]) {
        self.energies_gev[..value.len()].copy_from_slice(energies_gev);
        for (i, value) in value.iter_mut().enumerate() {
            self.cos[i] = 2.0 * y[0][i] - 1.0;
            let made = self.nominal.moved(energies_gev[i]);
            let made = made.filter(Annihilation::is_within);
            *value = made.map_or(0.0, |made| made.density_pb(&made.pair(), self.cos[i]));
        }
    }

    fn momenta(&self, i: usize, out: &mut [Momentum]) {
        if let Some(process) = self.nominal.moved(self.energies_gev[i]) {
            let m_chi = process.chi.mass_gev;
            out.copy_from_slice(&process.pair().momenta(m_chi, self.cos[i]));
        }
    }

    fn is_open(&self, energy_gev: f64) -> bool {
        self.nominal.moved(energy_gev).is_some()
    }
}

/// Refuses an A′ that is too narrow, where it decays to the pair.
fn peak_is_found(dark_sector: &DarkSector) -> Result<(), Unsuitable> {
    let DarkSector::Mediated(chi, resonance) = dark_sector else {
        return Ok(());
    };
    let width_gev = resonance.width(chi);
    let least_gev = LEAST_WIDTH * resonance.mass_gev;
    let on_shell = resonance.mass_gev > 2.0 * chi.mass_gev;
    // With slack for decimal numbers.
    match on_shell && width_gev < least_gev * (1.0 - 1e-9) {
        true => Err(Unsuitable {
            key: match resonance.width_gev {
                Some(_) => "dark_sector.width_gev",
                None => "dark_sector.alpha_d",
            },
            found: format!("a width of {width_gev:e} GeV"),
            expected: format!(
                "one of at least {least_gev:e} GeV, 1e-4 of the mass; a narrower A' is on its mass shell"
            ),
        }),
        false => Ok(()),
    }
}

/// The kind: of a beam of positrons, or of those in the shower of electrons.
pub(in crate::process) struct AnnihilationOf;

impl Kind for AnnihilationOf {
    fn name(&self) -> &str {
        KIND
    }

    fn of(&self, inputs: &Inputs) -> Result<Arc<dyn Process>, SetupError> {
        match inputs.beam.projectile {
            Projectile::Electron | Projectile::Positron => Ok(Arc::new(Annihilation::new(inputs)?)),
            other => Err(SetupError::Projectile {
                kind: KIND,
                found: other.name(),
                expected: "a beam of e+, or of e- whose shower has positrons",
            }),
        }
    }

    /// The map asks for the masses and the cuts alone.
    fn on_points_of(&self, _: &Inputs, inputs: &Inputs) -> Result<Arc<dyn Process>, SetupError> {
        self.of(inputs)
    }

    fn roles(&self) -> &'static [Role] {
        const ROLES: &[Role] = &[Role::CHI, Role::CHIBAR];
        ROLES
    }

    fn words(&self) -> &'static str {
        "e⁺ e⁻ → χ χ̄ of a positron of the beam or its shower on an electron at rest"
    }

    fn produces(&self) -> Produces {
        Produces::Chi { by_vector: true }
    }

    fn own_keys(&self) -> &'static [&'static str] {
        &["process.initial_state_radiation"]
    }

    /// After radiation positrons have all energies.
    fn limits(&self, inputs: &Inputs, one_energy: bool) -> Result<KinematicLimits, CollisionError> {
        let one_energy = one_energy && inputs.initial_state == InitialState::None;
        KinematicLimits::of(self.roles(), inputs, one_energy)
    }

    fn suits(&self, inputs: &Inputs) -> Result<(), Unsuitable> {
        peak_is_found(&inputs.dark_sector)
    }

    /// All atoms are electrons here.
    fn on_all(&self, atoms: &[(f64, Inputs)]) -> Option<Result<Arc<dyn Process>, SetupError>> {
        let (_, first) = atoms.first()?;
        let electrons = atoms.iter();
        let electrons = electrons.map(|(share, inputs)| share * f64::from(inputs.nucleus.z));
        let one = Annihilation::new(first).map(|one| one.with_electrons(electrons.sum()));
        Some(one.map(|one| Arc::new(one) as Arc<dyn Process>))
    }
}
