//! One set-up: beam, nucleus, form factor, dark sector and cuts, checked against each other.

use thiserror::Error;

use crate::beam::Beam;
use crate::cuts::Cuts;
use crate::dark_sector::DarkSector;
use crate::kinematics::{Collision, CollisionError};
use crate::target::Nucleus;
use crate::target::form_factor::{FormFactor, FormFactorKind};

/// A set-up that cannot produce anything.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SetupError {
    /// The initial state makes no sense.
    #[error(transparent)]
    Collision(#[from] CollisionError),
    /// Not enough energy for the mass asked for.
    #[error(
        "a mass of {mass_gev} GeV cannot be made: the largest is {largest_gev} GeV (√s − m_l − M)"
    )]
    BelowThreshold {
        /// 2m_χ or m_A′ in GeV.
        mass_gev: f64,
        /// Largest mass that can be made, GeV.
        largest_gev: f64,
    },
    /// The cuts on x leave nothing of the kinematic range.
    #[error(
        "cuts x in [{x_min}, {x_max}] leave nothing: the kinematic range is x in [{lowest}, {highest}]"
    )]
    EmptyRange {
        /// Lower cut.
        x_min: f64,
        /// Upper cut.
        x_max: f64,
        /// Lowest x the kinematics allows.
        lowest: f64,
        /// Highest x the kinematics allows.
        highest: f64,
    },
}

/// Everything a cross section depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setup {
    /// Beam and masses.
    pub collision: Collision,
    /// Target nucleus.
    pub nucleus: Nucleus,
    /// Its form factor.
    pub form_factor: FormFactor,
    /// What is produced.
    pub dark: DarkSector,
    /// Cuts on the final state.
    pub cuts: Cuts,
}

impl Setup {
    /// Puts a set-up together.
    ///
    /// # Errors
    /// If the mass asked for is above threshold or the cuts on x leave nothing.
    pub fn new(
        beam: &Beam,
        nucleus: Nucleus,
        form_factor: FormFactorKind,
        dark: DarkSector,
        cuts: Cuts,
    ) -> Result<Self, SetupError> {
        let collision = Collision::new(beam.energy_gev, beam.lepton.mass_gev(), nucleus.mass_gev)?;
        let form_factor = FormFactor::new(form_factor, f64::from(nucleus.z), nucleus.a);
        let setup = Self {
            collision,
            nucleus,
            form_factor,
            dark,
            cuts,
        };
        let (mass_gev, largest_gev) = (dark.threshold_mass_gev(), collision.max_pair_mass());
        if mass_gev >= largest_gev {
            return Err(SetupError::BelowThreshold {
                mass_gev,
                largest_gev,
            });
        }
        let (v_min, v_max) = collision.v_limits(mass_gev * mass_gev);
        let (v_low, v_high) = setup.v_cuts();
        if v_low >= v_max || v_high <= v_min || v_low >= v_high {
            let x = |v: f64| (collision.kinetic - v) / collision.e0;
            return Err(SetupError::EmptyRange {
                x_min: cuts.x_min,
                x_max: cuts.x_max,
                lowest: x(v_max),
                highest: x(v_min),
            });
        }
        Ok(setup)
    }

    /// The cuts on x as a range of v = E0(1−x) − m in GeV.
    pub fn v_cuts(&self) -> (f64, f64) {
        let c = &self.collision;
        (
            c.e0 * (1.0 - self.cuts.x_max) - c.m,
            c.e0 * (1.0 - self.cuts.x_min) - c.m,
        )
    }

    /// Range of k² in GeV² that threshold, kinematics and the cuts on x leave; (m_A′², m_A′²) for
    /// a dark photon.
    pub fn k2_range(&self) -> (f64, f64) {
        let mass = self.dark.threshold_mass_gev();
        match self.dark {
            DarkSector::Pair(_) => {
                let (_, v_high) = self.v_cuts();
                let heaviest = self.cuts.x_max * self.collision.e0;
                (
                    mass * mass,
                    self.collision.k2_max(v_high).min(heaviest * heaviest),
                )
            }
            DarkSector::DarkPhoton(_) => (mass * mass, mass * mass),
        }
    }

    /// The factor by which the coupling scales σ: (Q_χ/e)² or ε².
    pub fn coupling_squared(&self) -> f64 {
        match self.dark {
            DarkSector::Pair(chi) => chi.charge * chi.charge,
            DarkSector::DarkPhoton(photon) => photon.epsilon * photon.epsilon,
        }
    }
}
