//! `[reach]`: from what was written to what is used.

use super::error::CardError;
use super::keys;
use super::raw::RawReach;
use super::rules::Resolver;
use super::run_card::{Channel, Channels, InitialState, MesonYields, Reach, Straggling};
use crate::beam::{Beam, Lepton};
use crate::matter::Target;

/// Applies the rules of the section.
pub(super) fn resolve(
    rules: &Resolver<'_>,
    raw: &RawReach,
    beam: &Beam,
    target: &Target,
) -> Result<Reach, CardError> {
    let excluded = rules.within("reach.events_excluded", raw.events_excluded, &keys::AMOUNTS)?;
    let efficiency = rules.number("reach.efficiency", raw.efficiency, |e| {
        e <= 1.0 && keys::AMOUNTS.contains(&e)
    })?;
    let q_over_e_max = rules.within("reach.q_over_e_max", raw.q_over_e_max, &keys::AMOUNTS)?;
    let straggling = raw.straggling.as_deref();
    let straggling = rules.named(
        "reach.straggling",
        straggling,
        &Straggling::ALL,
        Straggling::name,
    )?;
    let mesons = |name: &str, value| {
        let good = |number: f64| number == 0.0 || keys::AMOUNTS.contains(&number);
        let path = format!("reach.mesons.{name}");
        rules.or_default(&path, rules.number(&path, value, good)?)
    };
    let written = raw.mesons.clone().unwrap_or_default();
    let mesons = MesonYields {
        rho: mesons("rho", written.rho)?,
        omega: mesons("omega", written.omega)?,
        phi: mesons("phi", written.phi)?,
        jpsi: mesons("jpsi", written.jpsi)?,
    };
    Ok(Reach {
        events_excluded: rules.or_default("reach.events_excluded", excluded)?,
        efficiency: rules.or_default("reach.efficiency", efficiency)?,
        q_over_e_max,
        mesons,
        straggling,
        channels: channels(rules, raw, beam, target, &mesons)?,
        initial_state: initial_state(rules, raw.initial_state_radiation.as_deref())?,
    })
}

/// The radiation off the initial state; none where nothing is written.
fn initial_state(rules: &Resolver<'_>, written: Option<&str>) -> Result<InitialState, CardError> {
    let names: Vec<&str> = InitialState::ALL.iter().map(|i| i.name()).collect();
    let named = |name| {
        let path = "reach.initial_state_radiation";
        rules.choice(path, name, &names, InitialState::from_name)
    };
    written.map_or(Ok(InitialState::None), named)
}

/// The channels that are named, each with what it needs.
fn channels(
    rules: &Resolver<'_>,
    raw: &RawReach,
    beam: &Beam,
    target: &Target,
    mesons: &MesonYields,
) -> Result<Option<Channels>, CardError> {
    let path = "reach.channels";
    let Some(written) = &raw.channels else {
        return Ok(None);
    };
    let names: Vec<&str> = Channel::ALL.iter().map(|c| c.name()).collect();
    let mut all = Channels::default();
    for name in written.as_slice() {
        let channel = rules.choice(path, name, &names, Channel::from_name)?;
        let is_electron = matches!(beam.lepton, Lepton::Electron | Lepton::Positron);
        let material = &target.material;
        let given = mesons.of(channel);
        let missing = match channel {
            Channel::Bremsstrahlung => None,
            // What is given needs no shower.
            _ if given > 0.0 => None,
            Channel::Trident if !is_electron => None,
            _ if !is_electron => Some("a beam of e- or e+, which makes a shower".to_owned()),
            _ if material.thickness_x0().is_none() => {
                Some("target.thickness_x0 beside it".to_owned())
            }
            _ if material.density_g_cm3.is_none() => {
                Some("target.density_g_cm3 beside it".to_owned())
            }
            _ => None,
        };
        if let Some(expected) = missing {
            return Err(rules.wrong(path, format!("{name:?}"), expected));
        }
        all = all.with(channel);
    }
    Ok(Some(all))
}
