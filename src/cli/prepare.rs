//! From the card to what the library calls take.

use millibrem::card::RunCard;
use millibrem::dark_sector::DarkSector;
use millibrem::event::{FinalState, Particle, Sample};
use millibrem::generate::{EventRequest, HistogramRequest, Settings};
use millibrem::process::Setup;
use millibrem::target::Nucleus;

use super::failure::Failure;

/// The nucleus of a target of one element.
fn nucleus(card: &RunCard) -> Result<Nucleus, Failure> {
    match card.target.material.components.as_slice() {
        [only] => Ok(only.nucleus),
        parts => Err(Failure::Usage(format!(
            "target.material has {} elements; a cross section is of one nucleus: give each with --set target.element=... in a run of its own",
            parts.len()
        ))),
    }
}

/// The set-up of the card.
pub(crate) fn setup(card: &RunCard) -> Result<Setup, Failure> {
    let nucleus = nucleus(card)?;
    Setup::new(
        &card.beam,
        nucleus,
        card.target.form_factor,
        card.dark_sector,
        card.cuts,
    )
    .map_err(|error| Failure::Usage(error.to_string()))
}

/// How to integrate, for a result to be filled into histograms of `min_neval` points or more.
pub(crate) fn settings(card: &RunCard, min_neval: u64) -> Settings {
    let integration = &card.integration;
    Settings {
        seed: card.run.seed,
        threads: card.run.threads,
        n_adapt: u32::try_from(integration.n_adapt).unwrap_or(u32::MAX),
        neval: integration.neval,
        rel_error: (integration.rel_error > 0.0).then_some(integration.rel_error),
        min_neval,
        max_neval: integration.max_neval,
    }
}

/// The histograms of the card.
pub(crate) fn histograms(card: &RunCard) -> Vec<HistogramRequest> {
    let request = |spec: &millibrem::card::HistogramSpec| HistogramRequest {
        name: spec.name(),
        axes: spec.axes.clone(),
    };
    card.histograms.iter().map(request).collect()
}

/// The events of the card.
pub(crate) fn events(card: &RunCard) -> EventRequest {
    EventRequest {
        count: card.events.count,
        weighting: card.events.mode,
        max_overweight_share: card.events.max_overweight_share,
    }
}

/// What the events of the card have in common.
pub(crate) fn sample(card: &RunCard) -> Result<Sample, Failure> {
    let nucleus = nucleus(card)?;
    let lepton = card.beam.lepton;
    let id = |number: i64| {
        i32::try_from(number)
            .map_err(|_| Failure::Usage(format!("particle id {number} does not fit 32 bits")))
    };
    let (final_state, dark) = match card.dark_sector {
        DarkSector::Pair(chi) => (
            FinalState::Pair,
            Particle {
                pdg_id: id(chi.pdg_id)?,
                mass_gev: chi.mass_gev,
                charge: chi.charge,
            },
        ),
        DarkSector::DarkPhoton(photon) => (
            FinalState::DarkPhoton,
            Particle {
                pdg_id: id(photon.pdg_id)?,
                mass_gev: photon.mass_gev,
                charge: 0.0,
            },
        ),
    };
    Ok(Sample {
        final_state,
        weighting: card.events.mode,
        lepton: Particle {
            pdg_id: id(lepton.pdg_id())?,
            mass_gev: lepton.mass_gev(),
            charge: lepton.charge(),
        },
        nucleus: Particle {
            pdg_id: id(nucleus.pdg_id())?,
            mass_gev: nucleus.mass_gev,
            charge: f64::from(nucleus.z),
        },
        dark,
        beam_energy_gev: card.beam.energy_gev,
    })
}
