//! The rules of a run: from what was written to what is used.

use super::error::CardError;
use super::histograms::{self, Ranges};
use super::known::Known;
use super::process_kind::{self, ProcessKind};
use super::rules::Resolver;
use super::run_card::RunCard;
use super::target::{self, Losses};
use super::{beam, cuts, dark_sector, profile, reach, run, track_length};
use crate::dark_sector::DarkSector;
use crate::matter::Target;
use crate::process::{Inputs, KinematicLimits, Unsuitable};
use crate::text::shown;

/// Applies every rule.
pub(super) fn resolve(rules: &Resolver<'_>, known: &Known) -> Result<RunCard, CardError> {
    run::check_schema(rules)?;
    let beam = beam::resolve(rules)?;
    let profile = profile::resolve(rules, known, &beam)?;
    let kind = process_kind::resolve(rules, known, &beam)?;
    let dark_sector = dark_sector::resolve(rules, &kind)?;
    let mesons = process_kind::mesons(rules, &kind)?;
    let initial_state = rules.read(process_kind::RADIATION)?;
    let target = target::resolve(rules, known)?;
    let cuts = cuts::resolve(rules)?;
    let losses = target::losses(rules, &kind, &beam, &target)?;
    let first = target.material.components.first();
    let first = first.ok_or_else(|| rules.bad("target.material", "an empty list"))?;
    let inputs = Inputs {
        beam,
        nucleus: first.nucleus,
        form_factor: target.form_factor.clone(),
        dark_sector,
        cuts,
        mesons: mesons.unwrap_or_default(),
        initial_state,
    };
    let thin = losses.is_none_or(|losses| losses == Losses::None);
    let one_energy = thin && profile.spread().is_none();
    let limits = kinematics(rules, &kind, &inputs, one_energy, &target)?;
    let ranges = Ranges {
        kind: &kind,
        inputs: &inputs,
        limits: &limits,
        most: profile.most(&inputs.beam),
    };
    let histograms = histograms::resolve(rules, &ranges)?;
    let integration = rules.read("integration")?;
    let events = rules.read("events")?;
    let scattering = target::scattering(rules, &target)?;
    let reach = reach::resolve(rules, &beam, &target)?;
    let of_use = (losses, reach.channels);
    let track_length = track_length::resolve(rules, known, &beam, of_use)?;
    // Last, so that a card that is wrong elsewhere never asks the operating system for a seed.
    let run = rules.read("run")?;
    Ok(RunCard {
        run,
        kind,
        mesons,
        initial_state,
        beam,
        profile,
        dark_sector,
        target,
        losses,
        track_length,
        scattering,
        cuts,
        integration,
        events,
        histograms,
        weights: Vec::new(),
        reach,
    })
}

/// Refuses what no event could satisfy; gives the limits on the first nucleus, which is that of `inputs`.
fn kinematics(
    rules: &Resolver<'_>,
    kind: &ProcessKind,
    inputs: &Inputs,
    one_energy: bool,
    target: &Target,
) -> Result<KinematicLimits, CardError> {
    let wrong = |bad: Unsuitable| rules.wrong(bad.key, bad.found, bad.expected);
    kind.suits(inputs).map_err(wrong)?;
    let of = |inputs: &Inputs| {
        let limits = kind.limits(inputs, one_energy);
        limits.map_err(|error| rules.wrong("beam.energy_gev", error.to_string(), "a collision"))
    };
    let (beam, cuts) = (&inputs.beam, &inputs.cuts);
    for part in &target.material.components {
        let limits = of(&inputs.on(part.nucleus))?;
        let (least, most) = (limits.m_pair_min_gev, limits.m_pair_max_gev);
        let nucleus = match kind.has_nucleus() {
            true => part.name(),
            false => "electrons".to_owned(),
        };
        if !limits.is_open() {
            let (key, factor) = match inputs.dark_sector {
                DarkSector::Pair(_) | DarkSector::Mediated(..) => ("dark_sector.m_chi_gev", 2.0),
                DarkSector::DarkPhoton(_) => ("dark_sector.m_dark_photon_gev", 1.0),
                DarkSector::Boson(_) => ("dark_sector.m_mediator_gev", 1.0),
            };
            let found = format!("{} GeV", shown(least / factor));
            let expected = format!(
                "a mass below {} GeV, the threshold on {nucleus} (sqrt_s = {:.6} GeV)",
                shown(most / factor),
                limits.sqrt_s_gev
            );
            return Err(rules.wrong(key, found, expected));
        }
        if cuts.x_min >= limits.x_upper {
            let expected = format!(
                "x below its kinematic limit on {nucleus}, {}",
                shown(limits.x_upper)
            );
            return Err(rules.wrong("cuts.x_min", shown(cuts.x_min), expected));
        }
        // Where there is no upper cut there is none: x of an annihilation is above 1 by m_e/E.
        if cuts.x_max < 1.0 && cuts.x_max <= limits.x_lower {
            let expected = format!(
                "x above its kinematic limit on {nucleus}, {}",
                shown(limits.x_lower)
            );
            return Err(rules.wrong("cuts.x_max", shown(cuts.x_max), expected));
        }
    }
    if kind.has_lepton() && cuts.lepton_energy_max_gev <= beam.projectile.mass_gev() {
        let expected = format!(
            "an energy above the lepton's mass, {} GeV",
            beam.projectile.mass_gev()
        );
        let found = shown(cuts.lepton_energy_max_gev);
        return Err(rules.wrong("cuts.lepton_energy_max_gev", found, expected));
    }
    of(inputs)
}
