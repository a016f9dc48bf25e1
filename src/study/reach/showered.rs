//! Expected events of what the particles in the shower of the beam make, rather than the beam itself.
//!
//! σ̄ of a channel is the mean over the depth of the target of Σ fᵢ σᵢ along the track length of its
//! projectiles ([`FromShower`]), with the same cut on what is missing as for bremsstrahlung: positrons, those of
//! the beam among them, for `annihilation`. Pinned by `tests/annihilation.rs`.

use std::sync::Arc;

use crate::card::{Channel, InitialState, RunCard};
use crate::dark_sector::{DarkSector, MilliCharged};
use crate::matter::Nucleus;
use crate::matter::shower::{Species, TrackLength};
use crate::process::annihilation::{Annihilation, Through};
use crate::process::secondary::FromShower;
use crate::process::{Inputs, Method, Process, QuadratureError, SetupError};
use crate::run::{self, UsageError};
use crate::study::StudyError;

/// The shower of an experiment's beam in its target.
#[derive(Debug, Clone)]
pub(super) struct Showered {
    track: Arc<TrackLength>,
    depth_x0: f64,
}

impl Showered {
    /// Channels of the shower that the card names.
    pub(super) fn channels(card: &RunCard) -> impl Iterator<Item = Channel> {
        let all = card.reach.channels.unwrap_or_default();
        all.iter().filter(|channel| projectile(*channel).is_some())
    }

    /// The shower of the card; none if no channel needs it.
    pub(super) fn of(card: &RunCard) -> Result<Option<Self>, StudyError> {
        if Self::channels(card).next().is_none() {
            return Ok(None);
        }
        let (shower, depths) = run::shower(card, None, &[])?;
        let problem = |e: &dyn std::fmt::Display| UsageError(format!("{}: {e}", card.run.name));
        let tracks = shower.track_lengths(&card.target.material, &depths);
        let tracks = tracks.map_err(|e| problem(&e))?;
        let found = depths.into_iter().zip(tracks).next();
        Ok(found.map(|(depth_x0, track)| Self {
            track: Arc::new(track),
            depth_x0,
        }))
    }

    /// Why the selection of the card has nothing of a channel, if that is so.
    pub(super) fn outside(card: &RunCard, channel: Channel) -> Option<String> {
        let cut = card
            .cuts
            .on_lepton()
            .filter(|_| projectile(channel).is_some())?;
        Some(format!(
            "{channel} is outside of the selection: no lepton comes out of it, which {cut} is on",
            channel = channel.name()
        ))
    }

    /// σ̄ in pb per atom for Q_χ = e within the cuts on x; 0 above threshold and outside of the selection.
    pub(super) fn sigma_pb(
        &self,
        card: &RunCard,
        channel: Channel,
        m_chi_gev: f64,
        rel_error: f64,
    ) -> Result<f64, StudyError> {
        let (Some(species), None) = (projectile(channel), Self::outside(card, channel)) else {
            return Ok(0.0);
        };
        let DarkSector::Pair(chi) = card.dark_sector else {
            return Ok(0.0);
        };
        let chi = MilliCharged {
            mass_gev: m_chi_gev,
            charge: 1.0,
            ..chi
        };
        let material = &card.target.material;
        let mut sum = 0.0;
        for (part, share) in material.components.iter().zip(material.number_fractions()) {
            let Some(process) = process(card, channel, part.nucleus, chi)? else {
                continue;
            };
            let track = self.track.clone();
            let along = FromShower::new(process, track, species, self.depth_x0);
            let route = along.route(Method::QUADRATURE).ok_or_else(|| {
                StudyError::from(QuadratureError::not_offered(&along, Method::QUADRATURE))
            })?;
            sum += share * route.sigma(rel_error)?.value_pb;
        }
        Ok(sum)
    }
}

/// What of the shower makes the pair.
fn projectile(channel: Channel) -> Option<Species> {
    match channel {
        Channel::Annihilation => Some(Species::Positron),
        _ => None,
    }
}

/// The process of a channel on one nucleus at the energy of the beam; none where nothing is made.
fn process(
    card: &RunCard,
    channel: Channel,
    nucleus: Nucleus,
    chi: MilliCharged,
) -> Result<Option<Arc<dyn Process>>, StudyError> {
    let inputs = Inputs {
        beam: card.beam,
        nucleus,
        form_factor: card.target.form_factor.clone(),
        dark_sector: DarkSector::Pair(chi),
        cuts: card.cuts,
    };
    let made: Result<Arc<dyn Process>, SetupError> = match channel {
        Channel::Annihilation => Annihilation::new(&inputs, Through::Photon).map(|found| {
            let radiates = card.reach.initial_state == InitialState::LeadingLog;
            Arc::new(if radiates { found.radiating() } else { found }) as Arc<dyn Process>
        }),
        _ => return Ok(None),
    };
    match made {
        Ok(process) => Ok(Some(process)),
        Err(SetupError::TooLittle { .. } | SetupError::EmptyRange { .. }) => Ok(None),
        Err(error) => Err(UsageError(format!("{}: {error}", card.run.name)).into()),
    }
}
