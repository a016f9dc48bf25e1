//! What the processes of photons on a nucleus have in common: γ N → χ χ̄ N of a beam of photons or of those in a shower.
//!
//! Whatever is an [`OfPhotons`] is a [`Process`]. Energies in GeV, t in GeV²; E_miss = ω − t/2M, with M at rest, so cuts on x are cuts on
//! t. Pinned by `tests/photon_conversion.rs` and `tests/meson.rs`.

use std::sync::Arc;

use super::inputs::Inputs;
use super::radiation::SetupError;
use super::route::{Goal, Integral, QuadratureError, Route};
use super::{Method, PointBlock, Process};
use crate::beam::Projectile;
use crate::cuts::Cuts;
use crate::dark_sector::{DarkSector, MilliCharged};
use crate::elementary::polar_angle;
use crate::event::Momentum;
use crate::kinematics::PhotonCollision;
use crate::matter::Nucleus;
use crate::particle::{Outgoing, Particle};

/// rad per mrad.
const MRAD: f64 = 1e-3;

/// The initial state, the pair and the cuts of a process of photons.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Photons {
    /// Energy of the photon, GeV.
    pub(super) energy_gev: f64,
    /// What is struck.
    pub(super) nucleus: Nucleus,
    /// What comes out.
    pub(super) chi: MilliCharged,
    /// In units of [`Self::energy_gev`].
    pub(super) cuts: Cuts,
}

impl Photons {
    /// Those of the energy of the beam of `inputs`, for the process `kind`.
    ///
    /// # Errors
    /// [`SetupError`] if a number makes no sense, what is produced is no pair of a charge, or there is a cut on a lepton.
    pub(super) fn new(kind: &'static str, inputs: &Inputs) -> Result<Self, SetupError> {
        inputs.dark_sector.check()?;
        let chi = match inputs.dark_sector {
            DarkSector::Pair(chi) => chi,
            DarkSector::Mediated(..) => return Err(SetupError::NoMediator { kind }),
            DarkSector::DarkPhoton(_) | DarkSector::Boson(_) => {
                return Err(SetupError::OtherKind {
                    kind,
                    produced: inputs.dark_sector.kind(),
                });
            }
        };
        if let Some(name) = inputs.cuts.on_lepton() {
            return Err(SetupError::NoLepton { kind, name });
        }
        Ok(Self {
            energy_gev: inputs.beam.energy_gev,
            nucleus: inputs.nucleus,
            chi,
            cuts: inputs.cuts,
        })
    }

    /// The same at another energy; the cuts stay where they are in GeV.
    #[inline(always)]
    pub(super) fn moved(&self, energy_gev: f64) -> Self {
        Self {
            energy_gev,
            cuts: self.cuts.in_other_units(self.energy_gev / energy_gev),
            ..*self
        }
    }

    /// The photon and the nucleus.
    #[inline(always)]
    pub(super) fn collision(&self) -> PhotonCollision {
        PhotonCollision {
            energy_gev: self.energy_gev,
            mass_gev: self.nucleus.mass_gev,
        }
    }

    /// Whether E_miss at this t is within the cuts.
    #[inline(always)]
    pub(super) fn passes(&self, t: f64) -> bool {
        let x = 1.0 - t / (2.0 * self.nucleus.mass_gev * self.energy_gev);
        x >= self.cuts.x_min && (self.cuts.x_max >= 1.0 || x <= self.cuts.x_max)
    }

    /// t in GeV² at E_miss = x ω.
    #[inline(always)]
    pub(super) fn t_at(&self, x: f64) -> f64 {
        2.0 * self.nucleus.mass_gev * self.energy_gev * (1.0 - x)
    }

    /// Least t that the cuts on x leave; where there is no upper cut there is none.
    #[inline(always)]
    pub(super) fn t_least(&self) -> f64 {
        match self.cuts.x_max < 1.0 {
            true => self.t_at(self.cuts.x_max),
            false => 0.0,
        }
    }

    /// Whether there is a cut on the angles of χ and χ̄.
    pub(super) fn cuts_angles(&self) -> bool {
        self.cuts.chi_angle_max_mrad.is_finite()
    }

    /// Whether both are within it.
    pub(super) fn angles_pass(&self, momenta: &[Momentum; 3]) -> bool {
        let most = self.cuts.chi_angle_max_mrad * MRAD;
        let angle = |p: &Momentum| polar_angle(libm::hypot(p[1], p[2]), p[3]);
        momenta[1..].iter().all(|p| angle(p) <= most)
    }

    /// Zero where a cut on the angles of χ and χ̄, which have these momenta, rejects.
    pub(super) fn cut_angles(&self, value: &mut [f64], momenta: impl Fn(usize) -> [Momentum; 3]) {
        if !self.cuts_angles() {
            return;
        }
        for (i, value) in value.iter_mut().enumerate() {
            if *value != 0.0 && !self.angles_pass(&momenta(i)) {
                *value = 0.0;
            }
        }
    }

    /// That nothing is left by the cuts on x.
    pub(super) fn nothing_left(&self) -> SetupError {
        SetupError::EmptyRange {
            x_min: self.cuts.x_min,
            x_max: self.cuts.x_max,
            lowest: 0.0,
            highest: 1.0,
        }
    }
}

/// Refuses a beam that neither is of photons nor has a shower of them.
pub(super) fn check_beam(kind: &'static str, inputs: &Inputs) -> Result<(), SetupError> {
    let lepton = inputs.beam.projectile;
    match lepton == Projectile::Photon || lepton.is_electron() {
        true => Ok(()),
        false => Err(SetupError::Projectile {
            kind,
            found: lepton.name(),
            expected: "a beam of gamma, or of e- or e+, whose shower has photons",
        }),
    }
}

/// A process of photons on one nucleus.
pub trait OfPhotons: Clone + Send + Sync + 'static {
    /// Its name.
    const KIND: &'static str;

    /// What it is of.
    fn photons(&self) -> &Photons;

    /// Dimensions of its hypercube.
    fn n_dim(&self) -> usize;

    /// Room for a block of points.
    fn points(&self) -> Box<dyn PointBlock>;

    /// The same at another energy, if anything is made there.
    fn moved(&self, energy_gev: f64) -> Option<Self>;

    /// σ in pb with t between two values, by quadrature.
    ///
    /// # Errors
    /// [`QuadratureError`].
    fn within(&self, t: (f64, f64), goal: &Goal<'_>) -> Result<Integral, QuadratureError>;

    /// dσ/dt in pb/GeV², by quadrature.
    ///
    /// # Errors
    /// [`QuadratureError`].
    fn at_t(&self, t: f64, goal: &Goal<'_>) -> Result<Integral, QuadratureError>;
}

impl<T: OfPhotons> Process for T {
    fn kind(&self) -> &str {
        T::KIND
    }

    fn dim(&self) -> usize {
        self.n_dim()
    }

    fn beam(&self) -> Particle {
        Particle::PHOTON
    }

    fn beam_energy_gev(&self) -> f64 {
        self.photons().energy_gev
    }

    fn target(&self) -> Particle {
        self.photons().nucleus.particle()
    }

    fn outgoing(&self) -> Vec<Outgoing> {
        Outgoing::of_conversion(self.target(), self.photons().chi.particle())
    }

    fn block(&self) -> Box<dyn PointBlock> {
        self.points()
    }

    fn at_energy(&self, beam_energy_gev: f64) -> Option<Arc<dyn Process>> {
        Some(Arc::new(self.moved(beam_energy_gev)?))
    }

    fn methods(&self) -> Vec<Method> {
        vec![Method::QUADRATURE]
    }

    fn route(&self, method: Method) -> Option<Box<dyn Route>> {
        (method == Method::QUADRATURE).then(|| Box::new(ByT(self.clone())) as Box<dyn Route>)
    }
}

/// Error of a bin over the sum of all, below which it counts for nothing.
const NEGLIGIBLE: f64 = 1e-9;

/// A process by quadrature, cuts on x as limits of t.
struct ByT<T>(T);

impl<T: OfPhotons> ByT<T> {
    fn within(&self, t: (f64, f64), goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        self.check()?;
        self.0.within(t, goal)
    }

    /// Refuses a cut on angles.
    fn check(&self) -> Result<(), QuadratureError> {
        match self.0.photons().cuts_angles() {
            true => Err(QuadratureError::Cut {
                name: "cuts.chi_angle_max_mrad",
            }),
            false => Ok(()),
        }
    }
}

impl<T: OfPhotons> Route for ByT<T> {
    fn method(&self) -> Method {
        Method::QUADRATURE
    }

    fn sigma_to(&self, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        let photons = self.0.photons();
        self.within((photons.t_least(), photons.t_at(photons.cuts.x_min)), goal)
    }

    fn spectrum_to(&self, x: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        self.check()?;
        let photons = self.0.photons();
        let dt_dx = 2.0 * photons.nucleus.mass_gev * photons.energy_gev;
        let at = |&x: &f64| Ok(self.0.at_t(photons.t_at(x), goal)?.times(dt_dx));
        x.iter().map(at).collect()
    }

    /// Of the bins what the cuts on x leave. σ falls by decades from bin to bin: those that are nothing beside the sum
    /// are as the finest rules have them.
    fn binned_to(&self, edges: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        let photons = self.0.photons();
        let (least, most) = (photons.t_least(), photons.t_at(photons.cuts.x_min));
        let bins = edges.windows(2).map(|e| {
            let t = (photons.t_at(e[1]).max(least), photons.t_at(e[0]).min(most));
            Integral::or_unsettled(self.within(t, goal))
        });
        let bins = bins.collect::<Result<Vec<_>, _>>()?;
        let sum: f64 = bins.iter().map(|bin| bin.value_pb).sum();
        let judged = |bin: Integral| match bin.error_pb <= NEGLIGIBLE * sum {
            true => Ok(bin),
            false => bin.judged(goal),
        };
        bins.into_iter().map(judged).collect()
    }
}
