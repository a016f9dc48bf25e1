//! What the other rooms take from a card: set-ups to integrate, particles to store.

use super::run_card::RunCard;
use crate::dark_sector::DarkSector;
use crate::event::{FinalState, Particle, Sample};
use crate::process::{Setup, SetupError};
use crate::record::RunHeader;
use crate::target::material::Component;

impl RunCard {
    /// One set-up for each element of the target, with its share in the number of nuclei; the
    /// cross section per nucleus of a mixture is the sum weighted with the shares.
    ///
    /// # Errors
    /// [`SetupError`] if cuts and kinematics leave nothing on one of the nuclei.
    pub fn setups(&self) -> Result<Vec<(Setup, f64)>, SetupError> {
        let material = &self.target.material;
        let parts = material.components.iter().zip(material.number_fractions());
        parts
            .map(|(part, share)| {
                let form_factor = self.target.form_factor;
                let (nucleus, dark_sector) = (part.nucleus, self.dark_sector);
                let setup = Setup::new(&self.beam, nucleus, form_factor, dark_sector, self.cuts)?;
                Ok((setup, share))
            })
            .collect()
    }

    /// The particles of events on `component` of the target.
    pub fn sample(&self, component: &Component) -> Sample {
        let lepton = self.beam.lepton;
        let nucleus = &component.nucleus;
        let (final_state, dark) = match self.dark_sector {
            DarkSector::Pair(chi) => (
                FinalState::Pair,
                particle(chi.pdg_id, chi.mass_gev, chi.charge),
            ),
            DarkSector::DarkPhoton(photon) => (
                FinalState::DarkPhoton,
                particle(photon.pdg_id, photon.mass_gev, 0.0),
            ),
        };
        Sample {
            final_state,
            weighting: self.events.mode,
            lepton: particle(lepton.pdg_id(), lepton.mass_gev(), lepton.charge()),
            nucleus: particle(nucleus.pdg_id(), nucleus.mass_gev, f64::from(nucleus.z)),
            dark,
            beam_energy_gev: self.beam.energy_gev,
        }
    }

    /// What a run file of `sample` says before its first event.
    pub fn header(&self, sample: Sample) -> RunHeader {
        RunHeader {
            card: self.to_toml(),
            seed: self.run.seed,
            sample,
            compression: self.events.compression,
            expected_events: self.events.count,
        }
    }
}

fn particle(pdg_id: i64, mass_gev: f64, charge: f64) -> Particle {
    // Codes of the card are below 2^31, those of leptons and nuclei by the numbering scheme.
    Particle {
        pdg_id: i32::try_from(pdg_id).unwrap_or(0),
        mass_gev,
        charge,
    }
}
