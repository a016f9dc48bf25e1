//! One set-up of the annihilation: its energies, σ, cuts and momenta.

use super::cross_section::{self, energy_of, s_of};
use crate::constants::ELECTRON_MASS_GEV;
use crate::cuts::Cuts;
use crate::dark_sector::{DarkSector, MilliCharged};
use crate::elementary::polar_angle;
use crate::event::Momentum;
use crate::process::{Inputs, SetupError};

/// Its name.
pub(super) const KIND: &str = "annihilation";
/// rad per mrad.
const MRAD: f64 = 1e-3;

/// The annihilation with the electrons of one atom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Annihilation {
    /// Total energy of the positron, GeV.
    pub(super) energy_gev: f64,
    /// Electrons of the atom.
    electrons: f64,
    /// What couples e⁺e⁻ to χ.
    dark: DarkSector,
    pub(super) chi: MilliCharged,
    /// Whether its σ is with radiation off the initial state.
    pub(super) radiates: bool,
    /// In units of [`Self::energy_gev`].
    cuts: Cuts,
}

impl Annihilation {
    /// The process of these inputs at the energy of their beam, whatever its particle.
    ///
    /// # Errors
    /// [`SetupError`] if a number makes no sense, what is produced is no pair, there is a cut on the scattered lepton,
    /// or nothing can be made.
    pub fn new(inputs: &Inputs) -> Result<Self, SetupError> {
        inputs.dark_sector.check()?;
        let Some(chi) = inputs.dark_sector.chi() else {
            return Err(SetupError::OtherKind {
                kind: KIND,
                produced: inputs.dark_sector.kind(),
            });
        };
        if let Some(name) = inputs.cuts.on_lepton() {
            return Err(SetupError::NoLepton { kind: KIND, name });
        }
        let process = Self {
            energy_gev: inputs.beam.energy_gev,
            electrons: f64::from(inputs.nucleus.z),
            dark: inputs.dark_sector,
            chi,
            radiates: false,
            cuts: inputs.cuts,
        };
        if !(process.energy_gev > process.threshold_gev()) {
            return Err(SetupError::TooLittle {
                kind: KIND,
                energy_gev: process.energy_gev,
                mass_gev: 2.0 * chi.mass_gev,
                least_gev: process.threshold_gev(),
            });
        }
        match process.passes() {
            true => Ok(process),
            false => Err(SetupError::EmptyRange {
                x_min: inputs.cuts.x_min,
                x_max: inputs.cuts.x_max,
                lowest: process.x(),
                highest: process.x(),
            }),
        }
    }

    /// The same with radiation off the initial state in its route to σ; it has no events.
    #[must_use]
    pub fn radiating(self) -> Self {
        Self {
            radiates: true,
            ..self
        }
    }

    /// The same on atoms with so many electrons, the mean of a material.
    pub(super) fn with_electrons(self, electrons: f64) -> Self {
        Self { electrons, ..self }
    }

    /// Least total energy in GeV of a positron that makes a pair.
    pub fn threshold_gev(&self) -> f64 {
        energy_of(4.0 * self.chi.mass_gev * self.chi.mass_gev)
    }

    /// The cut on E_miss, GeV.
    pub(super) fn least_gev(&self) -> f64 {
        self.cuts.x_min * self.energy_gev
    }

    /// Energy in GeV at which A′ is on its mass shell and may decay to χχ̄, and half of the width of the peak, mΓ/2m_e.
    pub(super) fn pole(&self) -> Option<(f64, f64)> {
        let DarkSector::Mediated(chi, a) = &self.dark else {
            return None;
        };
        let half = 0.5 * a.mass_gev * a.width(chi) / ELECTRON_MASS_GEV;
        let is_open = a.mass_gev > 2.0 * chi.mass_gev;
        is_open.then(|| (energy_of(a.mass_gev * a.mass_gev), half))
    }

    /// σ in pb per atom of positrons of this energy, whatever the cuts.
    pub fn at_pb(&self, energy_gev: f64) -> f64 {
        self.electrons * cross_section::sigma_pb(s_of(energy_gev), &self.dark, &self.chi)
    }

    /// The same at the energy of the beam.
    pub fn sigma_pb(&self) -> f64 {
        self.at_pb(self.energy_gev)
    }

    /// E_miss over the energy of the positron.
    pub(super) fn x(&self) -> f64 {
        1.0 + ELECTRON_MASS_GEV / self.energy_gev
    }

    /// Whether E_miss is within the cuts; where there is no upper cut there is none.
    fn passes(&self) -> bool {
        let (x, cuts) = (self.x(), &self.cuts);
        x >= cuts.x_min && (cuts.x_max >= 1.0 || x <= cuts.x_max)
    }

    /// Whether there is a cut on the angles of χ.
    pub(super) fn cuts_angles(&self) -> bool {
        self.cuts.chi_angle_max_mrad.is_finite()
    }

    /// The same at another energy; the cuts stay where they are in GeV.
    pub(super) fn moved(&self, energy_gev: f64) -> Option<Self> {
        let moved = Self {
            energy_gev,
            cuts: self.cuts.in_other_units(self.energy_gev / energy_gev),
            ..*self
        };
        (energy_gev > moved.threshold_gev() && moved.passes()).then_some(moved)
    }

    /// dσ/dy in pb per atom at cos θ = 2y − 1, 0 where a cut on the angles rejects.
    pub(super) fn density_pb(&self, cos: f64) -> f64 {
        let most = self.cuts.chi_angle_max_mrad * MRAD;
        let outside = |p: Momentum| polar_angle(p[1].abs(), p[3]) > most;
        match self.cuts_angles() && self.momenta(cos).into_iter().any(outside) {
            true => 0.0,
            false => {
                self.sigma_pb() * cross_section::angular(s_of(self.energy_gev), &self.chi, cos)
            }
        }
    }

    /// Momenta of χ and χ̄ at this cos θ, in the xz plane.
    pub(super) fn momenta(&self, cos: f64) -> [Momentum; 2] {
        let (m, m_chi) = (ELECTRON_MASS_GEV, self.chi.mass_gev);
        let s = s_of(self.energy_gev);
        let root = s.sqrt();
        // k = β√s/2 in the rest frame of the pair, which moves with γ and γv along the beam.
        let k = (0.5 * m * (self.energy_gev - self.threshold_gev())).sqrt();
        let gamma = (self.energy_gev + m) / root;
        let gamma_v = ((self.energy_gev - m) * (self.energy_gev + m)).sqrt() / root;
        let across = k * ((1.0 - cos) * (1.0 + cos)).sqrt();
        [1.0, -1.0].map(|sign| {
            let along = sign * k * cos;
            let pz = gamma * along + gamma_v * 0.5 * root;
            let px = sign * across;
            // From the mass shell, so that it holds to the last digit.
            [(m_chi * m_chi + px * px + pz * pz).sqrt(), px, 0.0, pz]
        })
    }
}
