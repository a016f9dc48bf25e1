//! One set-up of the annihilation: its energies, σ, cuts and momenta.

use super::cross_section::{self, energy_of, s_of};
use crate::constants::ELECTRON_MASS_GEV;
use crate::cuts::Cuts;
use crate::dark_sector::{DarkSector, MilliCharged};
use crate::elementary::polar_angle;
use crate::event::Momentum;
use crate::process::InitialState;
use crate::process::{Inputs, SetupError};

/// Its name.
pub(super) const KIND: &str = "annihilation";
/// Least width of an A′ that may be on its mass shell, in parts of its mass: a narrower peak is no longer found.
pub(super) const LEAST_WIDTH: f64 = 1e-4;
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
    pub(super) initial_state: InitialState,
    /// E_miss that the cuts on x leave, GeV: these stay, whatever the energy.
    missing_gev: (f64, f64),
    /// Largest angle of χ and χ̄, mrad.
    chi_angle_max_mrad: f64,
}

/// E_miss in GeV that cuts on x in units of this energy leave.
fn missing_gev(cuts: &Cuts, energy_gev: f64) -> (f64, f64) {
    let most = if cuts.x_max < 1.0 {
        cuts.x_max
    } else {
        f64::INFINITY
    };
    (cuts.x_min * energy_gev, most * energy_gev)
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
            initial_state: inputs.initial_state,
            missing_gev: missing_gev(&inputs.cuts, inputs.beam.energy_gev),
            chi_angle_max_mrad: inputs.cuts.chi_angle_max_mrad,
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
                lowest: process.lowest_x(),
                highest: process.x(),
            }),
        }
    }

    /// The same on atoms with so many electrons, the mean of a material.
    pub(super) fn with_electrons(self, electrons: f64) -> Self {
        Self { electrons, ..self }
    }

    /// Least total energy in GeV of a positron that makes a pair; one at rest does, if χ is lighter than it.
    pub fn threshold_gev(&self) -> f64 {
        let mass_gev = self.chi.mass_gev.max(ELECTRON_MASS_GEV);
        energy_of(4.0 * mass_gev * mass_gev)
    }

    /// s − 4m_χ² at threshold, GeV².
    pub(super) fn spare_gev2(&self) -> f64 {
        let (m, m_chi) = (ELECTRON_MASS_GEV, self.chi.mass_gev);
        4.0 * ((m - m_chi) * (m + m_chi)).max(0.0)
    }

    /// Whether it has photons off the initial state.
    pub(super) fn radiates(&self) -> bool {
        self.initial_state != InitialState::None
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

    /// Where σ is not smooth in s, GeV²: with the imaginary part of that, the openings of e⁺e⁻ and χχ̄, and the pole of A′.
    pub(super) fn places(&self) -> Vec<(f64, f64)> {
        let opening = |m: f64| (4.0 * m * m, 0.0);
        let mut all = vec![opening(ELECTRON_MASS_GEV), opening(self.chi.mass_gev)];
        if let DarkSector::Mediated(chi, a) = &self.dark {
            all.push((a.mass_gev * a.mass_gev, a.mass_gev * a.width(chi)));
        }
        all
    }

    /// σ in pb per atom of positrons of this energy, whatever the cuts.
    pub fn at_pb(&self, energy_gev: f64) -> f64 {
        self.electrons * cross_section::sigma_pb(s_of(energy_gev), &self.dark, &self.chi)
    }

    /// The same at the energy of the beam.
    pub fn sigma_pb(&self) -> f64 {
        self.at_pb(self.energy_gev)
    }

    /// E_miss over the energy of the positron, the largest if that radiates.
    pub(super) fn x(&self) -> f64 {
        1.0 + ELECTRON_MASS_GEV / self.energy_gev
    }

    /// The least.
    fn lowest_x(&self) -> f64 {
        match self.radiates() {
            true => (self.threshold_gev() + ELECTRON_MASS_GEV) / self.energy_gev,
            false => self.x(),
        }
    }

    /// Whether any E_miss is within the lower cut. What the upper one rejects is made at energies above others.
    fn passes(&self) -> bool {
        self.energy_gev + ELECTRON_MASS_GEV >= self.missing_gev.0
    }

    /// Whether the E_miss of a positron that does not radiate is within the cuts.
    pub(super) fn is_within(&self) -> bool {
        self.takes(self.energy_gev + ELECTRON_MASS_GEV)
    }

    /// Whether an E_miss in GeV is.
    pub(super) fn takes(&self, missing_gev: f64) -> bool {
        (self.missing_gev.0..=self.missing_gev.1).contains(&missing_gev)
    }

    /// Least and largest share of its energy that a positron may keep, between two x and within the cuts, where the electron
    /// has kept the share `z2` of its own.
    pub(super) fn shares(&self, (from, to): (f64, f64), z2: f64) -> (f64, f64) {
        // x is above 1 by m_e/E, and 1 the end of all axes.
        let to = if to < 1.0 { to } else { f64::INFINITY };
        let least = (from * self.energy_gev).max(self.missing_gev.0);
        let most = (to * self.energy_gev).min(self.missing_gev.1);
        let share = |missing: f64| (missing - z2 * ELECTRON_MASS_GEV) / self.energy_gev;
        (share(least).max(0.0), share(most).min(1.0))
    }

    /// Whether there is a cut on the angles of χ.
    pub(super) fn cuts_angles(&self) -> bool {
        self.chi_angle_max_mrad.is_finite()
    }

    /// The same at another energy; the cuts stay where they are in GeV.
    pub(super) fn moved(&self, energy_gev: f64) -> Option<Self> {
        let moved = Self {
            energy_gev,
            ..*self
        };
        (energy_gev > moved.threshold_gev() && moved.passes()).then_some(moved)
    }

    /// The pair of a positron that has not radiated.
    pub(super) fn pair(&self) -> Pair {
        let (m, e) = (ELECTRON_MASS_GEV, self.energy_gev);
        Pair {
            s: s_of(e),
            energy_gev: e + m,
            pz_gev: ((e - m) * (e + m)).sqrt(),
            k_gev: (0.5 * m * (e - self.threshold_gev()) + 0.25 * self.spare_gev2()).sqrt(),
        }
    }

    /// dσ/dy in pb per atom of a pair at cos θ = 2y − 1, 0 where a cut on the angles rejects.
    pub(super) fn density_pb(&self, pair: &Pair, cos: f64) -> f64 {
        let most = self.chi_angle_max_mrad * MRAD;
        let outside = |p: Momentum| polar_angle(p[1].abs(), p[3]) > most;
        let momenta = || pair.momenta(self.chi.mass_gev, cos);
        match self.cuts_angles() && momenta().into_iter().any(outside) {
            true => 0.0,
            false => {
                let sigma = cross_section::sigma_pb(pair.s, &self.dark, &self.chi);
                self.electrons * sigma * cross_section::angular(pair.s, &self.chi, cos)
            }
        }
    }
}

/// What χ and χ̄ are together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Pair {
    /// Its squared mass, GeV².
    pub(super) s: f64,
    /// Its energy, GeV.
    pub(super) energy_gev: f64,
    /// Its momentum along the beam, GeV.
    pub(super) pz_gev: f64,
    /// The momentum of χ in its rest frame, β√s/2, GeV.
    pub(super) k_gev: f64,
}

impl Pair {
    /// Momenta of χ and χ̄ at this cos θ, in the xz plane.
    pub(super) fn momenta(&self, m_chi: f64, cos: f64) -> [Momentum; 2] {
        let root = self.s.sqrt();
        // γ and γv of the pair along the beam.
        let (gamma, gamma_v) = (self.energy_gev / root, self.pz_gev / root);
        let across = self.k_gev * ((1.0 - cos) * (1.0 + cos)).sqrt();
        [1.0, -1.0].map(|sign| {
            let along = sign * self.k_gev * cos;
            let pz = gamma * along + gamma_v * 0.5 * root;
            let px = sign * across;
            // From the mass shell, so that it holds to the last digit.
            [(m_chi * m_chi + px * px + pz * pz).sqrt(), px, 0.0, pz]
        })
    }
}
