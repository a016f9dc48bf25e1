//! Electromagnetic showers: how far electrons, positrons and photons travel in a target, by energy.
//!
//! A beam particle of E0 makes, down to a depth t, the track lengths T₋(E), T₊(E) and T_γ(E) above
//! each energy E (in radiation lengths, per beam particle); what a process of cross section σ(E)
//! makes is `N = (ρ N_A X0/A) ∫ dE (−dT/dE) σ(E)`. They are the mean of the cascade, solved on a grid
//! (`cascade`) with the rates of `rates`: bremsstrahlung and pair production. Ionisation is left
//! out: it takes the critical energy E_c per X0 (7 MeV in lead, 40 MeV in aluminium), so that T is
//! too long by about E_c/E. So are Compton scattering, annihilation in flight and scattering off
//! electrons, below 1 % above 1 GeV. Or they are read from a file ([`TrackTable`]). Depths in
//! X0, energies in GeV. Pinned by `tests/shower.rs`, `docs/targets.md` has the figures.

mod cascade;
mod curve;
mod lpm;
mod rates;
mod table;
mod track_length;

pub(crate) use curve::Cubic;
pub use curve::Curve;
pub use rates::{ROSSI_B, Rates};
pub use table::{TrackLengthError, TrackRow, TrackTable};
use thiserror::Error;
pub use track_length::TrackLength;

use crate::matter::material::Material;
use crate::text::shown;
use cascade::Operator;
use rates::Medium;

named! {
    /// What a shower is made of.
    pub enum Species {
        /// e⁻.
        Electron = "electron",
        /// e⁺.
        Positron = "positron",
        /// γ.
        Photon = "photon",
    }
}

/// Least energy in GeV: below, what is left out matters.
pub const LEAST_GEV: f64 = 0.1;
/// Fewest and most steps of the grid.
const STEPS: (usize, usize) = (16, 4096);

/// Why there is no shower.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ShowerError {
    /// Energies that are no range, or too low.
    #[error(
        "a shower from {} GeV down to {} GeV: energies from {LEAST_GEV} GeV upwards expected, the \
         lowest below that of the beam",
        shown(*energy_gev), shown(*lowest_gev)
    )]
    Energies {
        /// Beam energy, GeV.
        energy_gev: f64,
        /// Lowest energy, GeV.
        lowest_gev: f64,
    },
    /// A depth that is none, or one that does not rise.
    #[error("a depth of {} X0: rising numbers above 0 expected", shown(*depth_x0))]
    Depth {
        /// The depth in X0.
        depth_x0: f64,
    },
    /// The LPM effect goes with the density.
    #[error("the density of the target is needed for the LPM effect; state target.density_g_cm3")]
    NoDensity,
    /// A grid too coarse, too fine, or that has no half.
    #[error("a grid of {steps} steps: an even number from {} to {} expected", STEPS.0, STEPS.1)]
    Steps {
        /// The steps.
        steps: usize,
    },
}

/// A mean shower in a material: what makes it, and how finely it is solved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shower {
    /// The beam particle.
    pub beam: Species,
    /// Its energy E0, GeV.
    pub energy_gev: f64,
    /// Lowest energy of a track, GeV.
    pub lowest_gev: f64,
    /// Which rates.
    pub rates: Rates,
    /// Steps of the grid of energies, an even number. Doubling the default of 256 changes no track length
    /// above E0/100 by more than 1e-3 (`tests/shower.rs`).
    pub steps: usize,
}

impl Shower {
    /// The shower with all rates and a grid of 256 steps.
    pub fn new(beam: Species, energy_gev: f64, lowest_gev: f64) -> Self {
        Self {
            beam,
            energy_gev,
            lowest_gev,
            rates: Rates::Full,
            steps: 256,
        }
    }

    /// The track lengths from the face of the target to each of `depths_x0` (rising).
    ///
    /// # Errors
    /// [`ShowerError`].
    pub fn track_lengths(
        &self,
        material: &Material,
        depths_x0: &[f64],
    ) -> Result<Vec<TrackLength>, ShowerError> {
        let (energy_gev, lowest_gev) = (self.energy_gev, self.lowest_gev);
        let in_order = LEAST_GEV <= lowest_gev && lowest_gev < energy_gev;
        if !(in_order && energy_gev.is_finite()) {
            return Err(ShowerError::Energies {
                energy_gev,
                lowest_gev,
            });
        }
        if !(STEPS.0..=STEPS.1).contains(&self.steps) || self.steps % 2 == 1 {
            return Err(ShowerError::Steps { steps: self.steps });
        }
        let mut before = 0.0;
        for &depth_x0 in depths_x0 {
            if !(depth_x0 > before && depth_x0.is_finite()) {
                return Err(ShowerError::Depth { depth_x0 });
            }
            before = depth_x0;
        }
        let medium = Medium::new(material, self.rates).ok_or(ShowerError::NoDensity)?;
        let solved = |steps: usize| {
            let operator = Operator::new(&medium, energy_gev, lowest_gev, steps);
            let tracks = operator.track(&operator.beam(self.beam), depths_x0);
            let one = |(depth_x0, track): (&f64, _)| {
                TrackLength::of_nodes(*depth_x0, &operator.nodes_gev, &track)
            };
            let all = depths_x0.iter().zip(tracks).map(one);
            all.collect::<Vec<TrackLength>>()
        };
        // Errors fall with the square of the step, and half of the grid tells their size.
        let pairs = solved(self.steps).into_iter().zip(solved(self.steps / 2));
        Ok(pairs
            .map(|(fine, coarse)| fine.extrapolated(&coarse))
            .collect())
    }
}
