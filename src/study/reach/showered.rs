//! Expected events of what the particles in the shower of the beam make, rather than the beam itself.
//!
//! σ̄ of a channel is the mean over the depth of the target of Σ fᵢ σᵢ along the track length of its
//! projectiles ([`FromShower`]), with the same cut on what is missing as for bremsstrahlung: positrons, those of
//! the beam among them, for `annihilation`, photons for `photon-conversion`, and the virtual photons of all leptons for the estimate
//! `trident`, where muons keep their energy. Mesons of which the card gives no number are made by the photons. Pinned by `tests/annihilation.rs` and `tests/photon_conversion.rs`.

use std::sync::Arc;

use super::equivalent;
use super::limited::Limited;
use crate::beam::Projectile;
use crate::card::{Channel, RunCard};
use crate::dark_sector::DarkSector;
use crate::matter::Nucleus;
use crate::matter::shower::{LEAST_GEV, Species, TrackLength};
use crate::mesons::photoproduction::Photoproduction;
use crate::mesons::{Mesons, VectorMeson};
use crate::process::annihilation::Annihilation;
use crate::process::photon_conversion::Conversion;
use crate::process::secondary::FromShower;
use crate::process::{Goal, Inputs, Method, Process, QuadratureError, SetupError};
use crate::run::{self, UsageError};
use crate::study::StudyError;

/// The shower of an experiment's beam in its target.
#[derive(Debug, Clone)]
pub(super) struct Showered {
    track: Arc<TrackLength>,
    depth_x0: f64,
}

impl Showered {
    /// Channels of the shower that the card names; mesons of which it gives no number among them. Of a
    /// pair through an A' annihilation only, and none of what the beam radiates on its mass shell.
    pub(super) fn channels(card: &RunCard) -> impl Iterator<Item = Channel> {
        let all = card.reach.channels.unwrap_or_default();
        let given = card.reach.mesons;
        let limited = Limited::of(&card.dark_sector);
        all.iter()
            .filter(move |&channel| makes(limited, channel))
            .filter(move |&channel| projectile(channel).is_some() && given.of(channel) == 0.0)
    }

    /// The shower of the card; none if no channel needs it.
    pub(super) fn of(card: &RunCard) -> Result<Option<Self>, StudyError> {
        if Self::channels(card).next().is_none() {
            return Ok(None);
        }
        if matches!(
            card.beam.projectile,
            Projectile::Muon | Projectile::AntiMuon
        ) {
            return Ok(Some(Self::of_muons(card)));
        }
        let (shower, depths) = run::shower(card, None, &[], &[])?;
        let problem = |e: &dyn std::fmt::Display| UsageError(format!("{}: {e}", card.run.name));
        if let Some(table) = &card.track_length {
            let range = (shower.lowest_gev, shower.energy_gev);
            let found = table.in_target(range, depths[0]).map_err(|e| problem(&e))?;
            return Ok(found.into_iter().last().map(|(depth_x0, track)| Self {
                track: Arc::new(track),
                depth_x0,
            }));
        }
        let tracks = shower.track_lengths(&card.target.material, &depths);
        let tracks = tracks.map_err(|e| problem(&e))?;
        let found = depths.into_iter().zip(tracks).next();
        Ok(found.map(|(depth_x0, track)| Self {
            track: Arc::new(track),
            depth_x0,
        }))
    }

    /// Muons that keep their energy, all along a depth of one.
    fn of_muons(card: &RunCard) -> Self {
        let energy = card.beam.energy_gev;
        let lowest = (card.cuts.x_min * energy)
            .max(LEAST_GEV)
            .min(0.999 * energy);
        let (whole, none) = (vec![1.0; 2], vec![0.0; 2]);
        Self {
            track: Arc::new(TrackLength::of_columns(
                vec![lowest, energy],
                [whole, none.clone(), none],
            )),
            depth_x0: 1.0,
        }
    }

    /// Whether its events go with the fourth power of the charge.
    pub(super) fn is_quartic(channel: Channel) -> bool {
        matches!(channel, Channel::PhotonConversion | Channel::Trident)
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

    /// Channels of the card that are not those of what it makes, in words.
    pub(super) fn left_out(card: &RunCard) -> Option<String> {
        let limited = Limited::of(&card.dark_sector);
        let named = card.reach.channels.unwrap_or_default();
        let names: Vec<&str> = named
            .iter()
            .filter(|channel| *channel != Channel::Bremsstrahlung && !makes(limited, *channel))
            .map(Channel::name)
            .collect();
        (!names.is_empty()).then(|| {
            let counted = match limited {
                Limited::Resonance => "bremsstrahlung and annihilation are",
                _ => "bremsstrahlung alone is",
            };
            format!(
                "{counted} counted for {}: {} of reach.channels are of pairs through the photon",
                limited.symbol(),
                names.join(", ")
            )
        })
    }

    /// What is worth knowing of a channel: that the selection has nothing of it, or that it is an estimate.
    pub(super) fn note(card: &RunCard, channel: Channel) -> Option<String> {
        let name = channel.name();
        let by = match channel {
            Channel::Trident => "equivalent photons",
            _ => "photons of the shower, reach.mesons giving none",
        };
        let estimate = || format!("{name} is an estimate good to a factor of two: {by}");
        Self::outside(card, channel).or_else(|| Self::is_estimate(channel).then(estimate))
    }

    /// Whether it is good to a factor only.
    pub(super) fn is_estimate(channel: Channel) -> bool {
        channel == Channel::Trident || VectorMeson::from_name(channel.name()).is_some()
    }

    /// σ̄ in pb per atom for Q_χ = e, or ε = 1 of an A', within the cuts on x, at a mass in GeV of χ, or of the A';
    /// 0 above threshold and outside of the selection.
    pub(super) fn sigma_pb(
        &self,
        card: &RunCard,
        channel: Channel,
        mass_gev: f64,
        goal: &Goal<'_>,
    ) -> Result<f64, StudyError> {
        let (Some(species), None) = (projectile(channel), Self::outside(card, channel)) else {
            return Ok(0.0);
        };
        let dark = card.dark_sector.of_coupling_one().of_mass(mass_gev);
        let dark = dark.map_err(|bad| UsageError(format!("{}: {bad}", card.run.name)))?;
        let Some(chi) = dark.chi() else {
            return Ok(0.0);
        };
        let track = match channel {
            Channel::Trident => {
                let m = card.beam.projectile.mass_gev();
                Arc::new(equivalent::track(&self.track, m, mass_gev))
            }
            _ => self.track.clone(),
        };
        if let Some(meson) = VectorMeson::from_name(channel.name()) {
            return Ok(self.meson_pb(card, meson)? * meson.chi_branching(&chi));
        }
        let material = &card.target.material;
        let mut sum = 0.0;
        for (part, share) in material.components.iter().zip(material.number_fractions()) {
            let Some(process) = process(card, channel, part.nucleus, dark)? else {
                continue;
            };
            let track = track.clone();
            let along = FromShower::new(process, track, species, self.depth_x0);
            let route = along.route(Method::QUADRATURE).ok_or_else(|| {
                StudyError::from(QuadratureError::not_offered(&along, Method::QUADRATURE))
            })?;
            sum += share * route.sigma_to(goal)?.value_pb;
        }
        Ok(sum)
    }
}

impl Showered {
    /// σ̄ in pb per atom of a meson from photons within the cuts on x, which are those of its energy.
    pub(super) fn meson_pb(&self, card: &RunCard, meson: VectorMeson) -> Result<f64, StudyError> {
        let material = &card.target.material;
        let (lowest, most) = (
            card.cuts.x_min * card.beam.energy_gev,
            match card.cuts.x_max < 1.0 {
                true => card.cuts.x_max * card.beam.energy_gev,
                false => f64::INFINITY,
            },
        );
        let mut sum = 0.0;
        for (part, share) in material.components.iter().zip(material.number_fractions()) {
            let on = Photoproduction::on(&part.nucleus)
                .map_err(|e| UsageError(format!("{}: {e}", card.run.name)))?;
            let sigma = |photon: f64| {
                let found = on.sigma(meson, photon);
                if photon <= most {
                    found.coherent_pb + found.incoherent_pb
                } else {
                    0.0
                }
            };
            let along = self.track.integral(Species::Photon, lowest, sigma);
            sum += share * along / self.depth_x0;
        }
        Ok(sum)
    }
}

/// Whether a channel, bremsstrahlung apart, makes what a limit is on.
fn makes(limited: Limited, channel: Channel) -> bool {
    match limited {
        Limited::Charge => true,
        Limited::Resonance => channel == Channel::Annihilation,
        Limited::DarkPhoton | Limited::Boson => false,
    }
}

/// What of the shower makes the pair.
fn projectile(channel: Channel) -> Option<Species> {
    match channel {
        Channel::Annihilation => Some(Species::Positron),
        Channel::PhotonConversion | Channel::Trident => Some(Species::Photon),
        Channel::Rho | Channel::Omega | Channel::Phi | Channel::Jpsi => Some(Species::Photon),
        Channel::Bremsstrahlung => None,
    }
}

/// The process of a channel on one nucleus at the energy of the beam; none where nothing is made.
fn process(
    card: &RunCard,
    channel: Channel,
    nucleus: Nucleus,
    dark_sector: DarkSector,
) -> Result<Option<Arc<dyn Process>>, StudyError> {
    let inputs = Inputs {
        beam: card.beam,
        nucleus,
        form_factor: card.target.form_factor.clone(),
        dark_sector,
        cuts: card.cuts,
        mesons: Mesons::default(),
        initial_state: card.reach.initial_state,
    };
    let made: Result<Arc<dyn Process>, SetupError> = match channel {
        Channel::Annihilation => {
            Annihilation::new(&inputs).map(|found| Arc::new(found) as Arc<dyn Process>)
        }
        Channel::PhotonConversion | Channel::Trident => {
            Conversion::new(&inputs).map(|found| Arc::new(found) as Arc<dyn Process>)
        }
        _ => return Ok(None),
    };
    match made {
        Ok(process) => Ok(Some(process)),
        Err(SetupError::TooLittle { .. } | SetupError::EmptyRange { .. }) => Ok(None),
        Err(error) => Err(UsageError(format!("{}: {error}", card.run.name)).into()),
    }
}
