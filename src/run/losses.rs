//! What the beam of a card loses in its target: the law, the refusal where nobody said which, and what is
//! worth saying where a thick target is treated as thin.
//!
//! Electrons and positrons radiate: in more than 0.3 radiation lengths the card must say
//! `target.losses`, `"none"` being an answer. Muons are thin unless a law is named.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::UsageError;
use crate::beam::{MomentumSpread, Projectile};
use crate::card::{Channel, Losses, RunCard, Straggling};
use crate::constants::ELECTRON_MASS_GEV;
use crate::dark_sector::DarkSector;
use crate::matter::muon_loss::MuonLoss;
use crate::matter::scattering::MultipleScattering;
use crate::matter::shower::{self, Species};
use crate::process::target::{BeamTrack, EnergyLoss, Showered, Spread};
use crate::process::{Incoming, InitialState, Method, Route};
use crate::text::shown;

/// Steps of depth of the energies of muons.
const MUON_STEPS: usize = 256;

/// Slabs of depth of muons that lose energy in steps, and the share of the energy above which a loss is one.
const MUON_SLABS: usize = 32;
const CATASTROPHIC: f64 = 1e-3;

/// Relative error of the numbers in a message.
const ROUGH: f64 = 1e-2;

/// What the card says the beam loses.
///
/// # Errors
/// [`UsageError`] if it must say so and does not.
pub fn check_losses(card: &RunCard) -> Result<Losses, UsageError> {
    match (card.losses, card.thick_x0()) {
        (Some(losses), _) => Ok(losses),
        (None, None) => Ok(Losses::None),
        (None, Some(x0)) if card.beam.projectile == Projectile::Photon => Err(UsageError(format!(
            "target.losses is not said: photons convert in {x0:.3} X0 of target, and no law of that is followed; write losses = \"none\" under [target] (--set target.losses=none) to leave all of them at beam.energy_gev",
        ))),
        (None, Some(x0)) => Err(UsageError(format!(
            "target.losses is not said: {} radiate in {:.3} X0 of target before they make anything{}; write losses = \"tsai-whitis\" under [target] (--set target.losses=tsai-whitis), or losses = \"none\" to leave them at beam.energy_gev",
            card.beam.projectile.name(),
            x0,
            difference(card).unwrap_or_default(),
        ))),
    }
}

/// What the losses change, in words, where that can be had without Monte Carlo.
fn difference(card: &RunCard) -> Option<String> {
    let sigma = |losses: Losses| {
        let mut card = card.clone();
        card.losses = Some(losses);
        let mixture = super::mixture(&card).ok()?;
        let found = mixture.route(Method::QUADRATURE).ok()?.sigma(ROUGH).ok()?;
        Some(found.value_pb)
    };
    let (thin, thick) = (sigma(Losses::None)?, sigma(Losses::TsaiWhitis)?);
    let coupling = match card.dark_sector {
        DarkSector::Pair(_) => "the charge",
        DarkSector::DarkPhoton(_) | DarkSector::Mediated(..) => "epsilon",
        DarkSector::Boson(_) => "the coupling",
    };
    Some(format!(
        " (sigma = {thick:.3e} pb with these losses, {thin:.3e} pb without; limits on {coupling} differ by a factor {:.3})",
        (thin / thick).sqrt()
    ))
}

/// What to know where the beam keeps its energy in a target that is thick for it, or is not followed to the least that
/// counts.
pub fn target_note(card: &RunCard) -> Option<String> {
    let x0 = card.thick_x0()?;
    match card.losses? {
        Losses::None => Some(format!(
            "target.losses = \"none\": {x0:.3} X0 of target are treated as thin, with all {} at beam.energy_gev",
            card.beam.projectile.name()
        )),
        Losses::Shower => {
            let (followed, e0) = (shower::LEAST_GEV, card.beam.energy_gev);
            let counts = lowest_share(card) * e0;
            (counts < followed).then(|| {
                format!(
                    "target.losses = \"shower\": the shower is followed down to {followed} GeV, and what it makes below, from {:.3} GeV on, is left out; nothing is with cuts.x_min = {}",
                    counts,
                    shown(followed / e0)
                )
            })
        }
        _ => None,
    }
}

/// What to know of how the target of a card is taken: [`target_note`], and keys that do less or more than it seems.
pub fn target_notes(card: &RunCard) -> Vec<String> {
    let mut notes: Vec<String> = target_note(card).into_iter().collect();
    let (material, form_factor) = (&card.target.material, &card.target.form_factor);
    let loses = material
        .energy_loss_gev_per_cm
        .is_some_and(|loss| loss > 0.0);
    if loses && card.losses.is_none_or(|losses| losses == Losses::None) {
        notes.push(
            "target.energy_loss_gev_per_cm alone is followed by reach alone: write losses = \"constant\" beside it, or \"muon-table\" in its place, which all commands follow"
                .to_owned(),
        );
    }
    if card.track_length.is_some() && card.losses != Some(Losses::Shower) {
        notes.push(
            "target.track_length is followed for the channels of the shower in reach alone: all else takes it with target.losses = \"shower\""
                .to_owned(),
        );
    }
    let elements = material.components.iter().map(|part| part.nucleus.z);
    let elements: BTreeSet<u32> = elements.collect();
    if form_factor.table().is_some() && elements.len() > 1 && card.kind.has_form_factor() {
        notes.push(format!(
            "target.form_factor is a table, and all {} elements of the target have its F",
            elements.len()
        ));
    }
    notes
}

/// What to know of the losses of a card whose limits are computed: [`target_notes`], and which of its keys have a
/// successor.
pub fn loss_notes(card: &RunCard) -> Vec<String> {
    let mut notes = target_notes(card);
    let law = card.reach.straggling;
    if law == Straggling::TsaiWhitis && card.losses != Some(Losses::TsaiWhitis) {
        notes.push(
            "reach.straggling = \"tsai-whitis\" is followed by reach alone: write losses = \"tsai-whitis\" under [target], which all commands follow"
                .to_owned(),
        );
    }
    let all = card.reach.channels.unwrap_or_default();
    let of_beam = all.iter().all(|channel| channel == Channel::Bremsstrahlung);
    if let Some(spread) = card.profile.spread().filter(|_| !of_beam) {
        notes.push(format!(
            "{} is followed for bremsstrahlung alone: showers, and what they make, are those of beam.energy_gev",
            spread.key()
        ));
    }
    notes
}

/// Refuses a beam that loses energy where one energy is meant.
pub(super) fn check_one_energy(card: &RunCard) -> Result<(), UsageError> {
    if let Some(spread) = card.profile.spread() {
        let key = spread.key();
        let instead = match spread {
            MomentumSpread::Gaussian(_) => format!("take --set {key}=0 for beam.energy_gev"),
            MomentumSpread::Table(_) => "leave it out for beam.energy_gev".to_owned(),
        };
        return Err(UsageError(format!(
            "{key} spreads the energy of the beam, and this is done at one: {instead}"
        )));
    }
    match check_losses(card)? {
        Losses::None => Ok(()),
        losses => Err(UsageError(format!(
            "target.losses = {:?} spreads the energy of the beam, and this is done at one: take --set target.losses=none for beam.energy_gev",
            losses.name()
        ))),
    }
}

/// How the leptons of the beam come in, if they differ.
pub(super) fn incoming(card: &RunCard) -> Option<Incoming> {
    let material = &card.target.material;
    let scatters = card.scattering == MultipleScattering::Highland;
    let differs = card.profile.spread().is_some() || card.profile.is_wide() || scatters;
    let x0_cm = material.radiation_length_cm.filter(|_| scatters);
    differs.then(|| Incoming::new(&card.profile, material.thickness_cm, x0_cm))
}

/// The law by which the beam of the card loses energy before it makes anything.
pub(super) fn energy_loss(card: &RunCard) -> Result<EnergyLoss, UsageError> {
    // What comes in with more may be left with less of it.
    down_to(card, lowest_share(card) / most_of_momentum(card))
}

/// The track of the beam of the card above its cut on x, whatever is made; none if `target.losses` names no table
/// and no shower.
///
/// # Errors
/// [`UsageError`] if there is none of this target.
pub fn tabulated_track(card: &RunCard) -> Result<Option<BeamTrack>, UsageError> {
    match card.losses {
        Some(Losses::MuonTable | Losses::MuonStraggling | Losses::Shower) => {
            // Nothing is made at rest, whatever the cut.
            let least = card.beam.projectile.mass_gev() / card.beam.energy_gev;
            let losses = down_to(card, card.cuts.x_min.max(least) / most_of_momentum(card))?;
            Ok(losses.track(card.beam.energy_gev))
        }
        _ => Ok(None),
    }
}

/// The largest momentum of the beam over its nominal one, by which losses are followed further down.
fn most_of_momentum(card: &RunCard) -> f64 {
    card.profile.most(&card.beam)
}

/// Energies in GeV of the beam with weights, for integrals over its spread of what is made within the cuts on x; none if it has
/// one energy. What has less than they ask for is left out.
pub fn energies(card: &RunCard) -> Vec<(f64, f64)> {
    let edges = [card.cuts.x_min, card.cuts.x_max].map(|x| x * card.beam.energy_gev);
    let edges = if card.cuts.x_max < 1.0 {
        &edges[..]
    } else {
        &edges[..1]
    };
    spread(card).map_or_else(Vec::new, |spread| spread.nodes(edges))
}

fn spread(card: &RunCard) -> Option<Spread> {
    let (e0, m) = (card.beam.energy_gev, card.beam.projectile.mass_gev());
    Some(Spread::new(card.profile.spread()?, e0, m))
}

/// The law, down to a share of the energy of the beam.
fn down_to(card: &RunCard, lowest: f64) -> Result<EnergyLoss, UsageError> {
    let material = &card.target.material;
    let missing =
        || UsageError("target.losses needs a thickness and a radiation length".to_owned());
    let thickness_cm = material.thickness_cm.ok_or_else(missing);
    let radiation_length_cm = material.radiation_length_cm.ok_or_else(missing);
    Ok(match check_losses(card)? {
        Losses::None => EnergyLoss::None,
        Losses::TsaiWhitis => EnergyLoss::TsaiWhitis {
            thickness_cm: thickness_cm?,
            radiation_length_cm: radiation_length_cm?,
            lowest,
        },
        Losses::Constant => EnergyLoss::Constant {
            thickness_cm: thickness_cm?,
            loss_gev_per_cm: material.energy_loss_gev_per_cm.ok_or_else(missing)?,
            lowest,
        },
        Losses::MuonTable => muon_table(card, thickness_cm?, lowest)?,
        Losses::MuonStraggling => muon_straggling(card, thickness_cm?, lowest)?,
        Losses::Shower => {
            let (radiation_length_cm, thickness_cm) = (radiation_length_cm?, thickness_cm?);
            let lowest_gev = lowest * card.beam.energy_gev;
            let range = (lowest_gev.max(shower::LEAST_GEV), card.beam.energy_gev);
            let thickness_x0 = thickness_cm / radiation_length_cm;
            let species = card.kind.projectiles();
            let tracks = match &card.track_length {
                Some(table) => {
                    let down_to = table.in_target(range, thickness_x0).map_err(UsageError)?;
                    Showered::of_tracks(range, down_to, thickness_x0, species)
                }
                None => {
                    let (shower, _) = super::shower(card, Some(range.0), &[], &[])?;
                    Showered::new(&shower, material, thickness_x0, species).map_err(usage)?
                }
            };
            let tracks = match highest_gev(card) {
                Some(highest_gev) => tracks.below(highest_gev),
                None => tracks,
            };
            EnergyLoss::Shower {
                radiation_length_cm,
                tracks: Arc::new(tracks),
            }
        }
    })
}

fn usage(error: impl ToString) -> UsageError {
    UsageError(error.to_string())
}

/// Energies of a muon at equal steps of depth by its mean loss, down to a share of the beam's.
fn muon_table(card: &RunCard, thickness_cm: f64, lowest: f64) -> Result<EnergyLoss, UsageError> {
    let e0 = card.beam.energy_gev;
    let loss = MuonLoss::new(&card.target.material, e0, 1.0).map_err(usage)?;
    let deepest_cm = deepest_cm(&loss, (e0, lowest), thickness_cm);
    let share = |i: usize| match i {
        0 => 1.0,
        i => {
            let depth = deepest_cm * (i as f64 / MUON_STEPS as f64);
            loss.energy_after(e0, depth).unwrap_or(e0 * lowest) / e0
        }
    };
    Ok(EnergyLoss::Table {
        thickness_cm,
        deepest_cm,
        shares: (0..=MUON_STEPS).map(share).collect(),
    })
}

/// The depth down to which the loss leaves muons of `e0` GeV above a share of that.
fn deepest_cm(loss: &MuonLoss, (e0, lowest): (f64, f64), thickness_cm: f64) -> f64 {
    let reaches = |depth_cm: f64| {
        let left = loss.energy_after(e0, depth_cm);
        left.is_some_and(|energy| energy > lowest * e0)
    };
    let (mut deepest_cm, mut beyond) = (0.0, thickness_cm);
    if reaches(thickness_cm) {
        deepest_cm = thickness_cm;
    }
    for _ in 0..60 {
        let middle = 0.5 * (deepest_cm + beyond);
        match reaches(middle) {
            true => deepest_cm = middle,
            false => beyond = middle,
        }
    }
    deepest_cm
}

/// Muons whose losses above a thousandth of their energy come one by one.
fn muon_straggling(
    card: &RunCard,
    thickness_cm: f64,
    lowest: f64,
) -> Result<EnergyLoss, UsageError> {
    let e0 = card.beam.energy_gev;
    let loss = MuonLoss::new(&card.target.material, e0, CATASTROPHIC).map_err(usage)?;
    let deepest_cm = deepest_cm(&loss, (e0, lowest), thickness_cm);
    let depth = |k: usize| deepest_cm * (k as f64 / MUON_SLABS as f64);
    let depths: Vec<f64> = (1..=MUON_SLABS).map(depth).collect();
    let slabs = loss.slabs(e0, lowest * e0, &depths);
    let energies = (lowest * e0, e0);
    // They stand in the place of e⁻.
    let tracks = Showered::of_slabs(energies, &depths, slabs, thickness_cm, &[Species::Electron]);
    Ok(EnergyLoss::Straggling {
        tracks: Arc::new(tracks),
    })
}

/// The energy in GeV above which all is rejected by the upper cut on x: where E_miss is that of the projectile and an electron.
fn highest_gev(card: &RunCard) -> Option<f64> {
    let of_electron = !card.kind.has_nucleus() && card.initial_state == InitialState::None;
    let highest_gev = card.cuts.x_max * card.beam.energy_gev - ELECTRON_MASS_GEV;
    // Energies of the tracks are those of a nominal beam.
    let is_cut = card.cuts.x_max < 1.0 && spread(card).is_none();
    (of_electron && is_cut).then_some(highest_gev)
}

/// The least energy at which anything within the cuts can be made, in parts of the beam's.
fn lowest_share(card: &RunCard) -> f64 {
    let (e0, least) = (card.beam.energy_gev, card.threshold_gev());
    // E_miss of what strikes an electron has the mass of that, too.
    let struck = if card.kind.has_nucleus() {
        0.0
    } else {
        ELECTRON_MASS_GEV
    };
    (card.cuts.x_min - struck / e0).max(least / e0)
}
