//! One set-up of the conversion.

use super::at_energy::AtEnergy;
use crate::kinematics::PhotonCollision;
use crate::matter::form_factor::FormFactor;
use crate::process::photon::Photons;
use crate::process::{Inputs, SetupError};

/// Its name.
pub(super) const KIND: &str = "photon-conversion";

/// The conversion of photons on one nucleus.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversion {
    pub(super) photons: Photons,
    pub(super) form_factor: FormFactor,
}

impl Conversion {
    /// The process of these inputs, with photons of the energy of their beam.
    ///
    /// # Errors
    /// [`SetupError`] if a number makes no sense, what is produced is no pair, there is a cut on a lepton, or nothing
    /// can be made.
    pub fn new(inputs: &Inputs) -> Result<Self, SetupError> {
        let process = Self {
            photons: Photons::new(KIND, inputs)?,
            form_factor: FormFactor::new(&inputs.form_factor, &inputs.nucleus)?,
        };
        let energy_gev = process.photons.energy_gev;
        if !(energy_gev > process.threshold_gev()) {
            return Err(SetupError::TooLittle {
                kind: KIND,
                energy_gev,
                mass_gev: 2.0 * process.photons.chi.mass_gev,
                least_gev: process.threshold_gev(),
            });
        }
        match AtEnergy::of(&process.photons).leaves_something() {
            true => Ok(process),
            false => Err(process.photons.nothing_left()),
        }
    }

    /// Least energy in GeV of a photon that makes a pair: 2m_χ(1 + m_χ/M).
    pub fn threshold_gev(&self) -> f64 {
        PhotonCollision::threshold_gev(
            self.photons.nucleus.mass_gev,
            2.0 * self.photons.chi.mass_gev,
        )
    }

    /// Whether anything within the cuts, which stay where they are in GeV, is made at another energy.
    pub(super) fn is_open(&self, energy_gev: f64) -> bool {
        energy_gev > self.threshold_gev()
            && AtEnergy::of(&self.photons.moved(energy_gev)).leaves_something()
    }

    /// The same at another energy.
    pub(super) fn at(&self, energy_gev: f64) -> Option<Self> {
        self.is_open(energy_gev).then(|| Self {
            photons: self.photons.moved(energy_gev),
            ..self.clone()
        })
    }
}
