//! `[dark_sector]`: from what was written to what is used, by `process.kind` and the mediator.

use core::f64::consts::PI;

use toml::Value;

use super::error::{CardError, nearest};
use super::keys;
use super::process_kind::ProcessKind;
use super::raw::RawDarkSector;
use super::rules::Resolver;
use crate::dark_sector::{
    Boson, BosonFields, CHI_PDG_PRESETS, ChiFields, ChiSpin, DARK_PHOTON_PDG_ID, DarkPhoton,
    DarkPhotonFields, DarkSector, Mediator, MilliCharged, Produces, Resonance, ResonanceFields,
    Vertex,
};

/// Particle code of χ unless the card gives another.
const DEFAULT_CHI_PRESET: &str = "dmg4";

/// Keys of χ with the photon.
const OF_CHI: [&str; 3] = [
    "dark_sector.m_chi_gev",
    "dark_sector.charge",
    "dark_sector.spin",
];
/// Keys of A′ on its mass shell.
const OF_DARK_PHOTON: [&str; 2] = ["dark_sector.m_dark_photon_gev", "dark_sector.epsilon"];
/// Keys of φ.
const OF_BOSON: [&str; 4] = [
    "dark_sector.mediator",
    "dark_sector.m_mediator_gev",
    "dark_sector.epsilon",
    "dark_sector.coupling",
];
/// Keys of an A′ between leptons and χ.
pub(super) const OF_MEDIATOR: [&str; 6] = [
    "dark_sector.m_mediator_gev",
    "dark_sector.epsilon",
    "dark_sector.coupling",
    "dark_sector.alpha_d",
    "dark_sector.g_chi",
    "dark_sector.width_gev",
];

/// The keys of the section but the particle code, which is of whatever is made.
fn all() -> impl Iterator<Item = &'static str> {
    let keys = keys::inside("dark_sector").map(|key| key.path);
    keys.filter(|path| *path != "dark_sector.pdg_id")
}

/// The keys of the section that are of something else than what `produces` makes, a mediator aside.
fn not_of(produces: Produces) -> impl Iterator<Item = &'static str> {
    let own: &[&str] = match produces {
        Produces::Chi { .. } => &OF_CHI,
        Produces::DarkPhoton => &OF_DARK_PHOTON,
        Produces::Boson => &OF_BOSON,
    };
    all().filter(|path| !own.contains(path))
}

/// The keys of the section that mean nothing any more where `before` was made and `now` is.
pub(super) fn displaced(before: Produces, now: Produces) -> Vec<&'static str> {
    let same =
        matches!((before, now), (Produces::Chi { .. }, Produces::Chi { .. })) || before == now;
    match same {
        true => Vec::new(),
        false => not_of(now).chain(["dark_sector.pdg_id"]).collect(),
    }
}

/// Applies the rules of the section.
pub(super) fn resolve(
    rules: &Resolver<'_>,
    kind: &ProcessKind,
    raw: &RawDarkSector,
) -> Result<DarkSector, CardError> {
    let key = "dark_sector.mediator";
    let of_kind = format!("process.kind is {:?}", kind.name());
    let produces = kind.produces();
    let by_vector = match produces {
        Produces::Boson => {
            rules.refuse(not_of(produces), &of_kind)?;
            return boson(rules, raw);
        }
        Produces::DarkPhoton => {
            rules.refuse(not_of(produces), &of_kind)?;
            return dark_photon(rules, raw);
        }
        Produces::Chi { by_vector } => by_vector,
    };
    let names = Mediator::ALL.map(Mediator::name);
    let mediator = match raw.mediator.as_deref() {
        Some(written) => rules.choice(key, written, &names, Mediator::from_name)?,
        None => Mediator::Photon,
    };
    match (mediator, by_vector) {
        (Mediator::Photon, _) => {
            rules.refuse(not_of(produces).filter(|path| *path != key), &of_kind)?;
            pair(rules, raw)
        }
        (Mediator::Vector, true) => {
            let of_mediator = format!("dark_sector.mediator is {:?}", mediator.name());
            let idle = ["dark_sector.charge", "dark_sector.m_dark_photon_gev"];
            rules.refuse(idle, &of_mediator)?;
            mediated(rules, raw)
        }
        (other, by_vector) => {
            let others = if by_vector { " or \"vector\"" } else { "" };
            let expected = format!("\"photon\"{others}, for {of_kind}");
            Err(rules.wrong(key, format!("{:?}", other.name()), expected))
        }
    }
}

/// χ of this charge.
fn chi(rules: &Resolver<'_>, raw: &RawDarkSector, charge: f64) -> Result<MilliCharged, CardError> {
    let mass = rules.within("dark_sector.m_chi_gev", raw.m_chi_gev, &keys::MASSES_GEV)?;
    let mass_gev = rules.required("dark_sector.m_chi_gev", mass)?;
    let names = ChiSpin::ALL.map(ChiSpin::name);
    let spin = rules.or_default_text("dark_sector.spin", raw.spin.as_deref())?;
    let spin = rules.choice("dark_sector.spin", spin, &names, ChiSpin::from_name)?;
    let preset = Value::from(DEFAULT_CHI_PRESET);
    let pdg_id = pdg_id(
        rules,
        raw.pdg_id.as_ref().unwrap_or(&preset),
        &CHI_PDG_PRESETS,
    )?;
    rules.made(MilliCharged::new(ChiFields {
        mass_gev,
        charge,
        spin,
        pdg_id,
    }))
}

fn pair(rules: &Resolver<'_>, raw: &RawDarkSector) -> Result<DarkSector, CardError> {
    let charge = rules.within("dark_sector.charge", raw.charge, &keys::COUPLINGS)?;
    let charge = rules.or_default("dark_sector.charge", charge)?;
    Ok(DarkSector::Pair(chi(rules, raw, charge)?))
}

/// χ that an A′ couples to, not the photon.
fn mediated(rules: &Resolver<'_>, raw: &RawDarkSector) -> Result<DarkSector, CardError> {
    let within = |name: &str, value, range| {
        let path = format!("dark_sector.{name}");
        rules.within(&path, value, range)
    };
    let one_of = |name: &str, other: &str, both: bool| match both {
        true => {
            let path = format!("dark_sector.{name}");
            Err(rules.excludes(&path, &format!("dark_sector.{other}")))
        }
        false => Ok(()),
    };
    let (mass_gev, epsilon) = mediator(rules, raw)?;
    one_of(
        "g_chi",
        "alpha_d",
        raw.g_chi.is_some() && raw.alpha_d.is_some(),
    )?;
    let alpha_d = within("alpha_d", raw.alpha_d, &keys::COUPLINGS)?;
    let g_chi = within("g_chi", raw.g_chi, &keys::COUPLINGS)?;
    let alpha_d = alpha_d.or(g_chi.map(|g| g * g / (4.0 * PI)));
    let resonance = rules.made(Resonance::new(ResonanceFields {
        mass_gev,
        epsilon,
        alpha_d: rules.required("dark_sector.alpha_d", alpha_d)?,
        width_gev: within("width_gev", raw.width_gev, &keys::MASSES_GEV)?,
    }))?;
    let chi = chi(rules, raw, 0.0)?;
    Ok(DarkSector::Mediated(chi, resonance))
}

/// Mass in GeV of what couples to the lepton, and its coupling in units of e under either of its names.
fn mediator(rules: &Resolver<'_>, raw: &RawDarkSector) -> Result<(f64, f64), CardError> {
    let (key, epsilon, coupling) = (
        "dark_sector.m_mediator_gev",
        "dark_sector.epsilon",
        "dark_sector.coupling",
    );
    let mass = rules.within(key, raw.m_mediator_gev, &keys::MASSES_GEV)?;
    if raw.coupling.is_some() && raw.epsilon.is_some() {
        return Err(rules.excludes(coupling, epsilon));
    }
    let value = rules.within(epsilon, raw.epsilon, &keys::COUPLINGS)?;
    let value = value.or(rules.within(coupling, raw.coupling, &keys::COUPLINGS)?);
    Ok((
        rules.required(key, mass)?,
        rules.or_default(epsilon, value)?,
    ))
}

/// A boson that the lepton radiates.
fn boson(rules: &Resolver<'_>, raw: &RawDarkSector) -> Result<DarkSector, CardError> {
    let key = "dark_sector.mediator";
    let written = rules.required(key, raw.mediator.as_deref())?;
    let names = Vertex::ALL.map(Vertex::name);
    let vertex = rules.choice(key, written, &names, Vertex::from_name)?;
    let (mass_gev, coupling) = mediator(rules, raw)?;
    let pdg_id = match &raw.pdg_id {
        Some(id) => pdg_id(rules, id, &[])?,
        None => vertex.pdg_id(),
    };
    let boson = Boson::new(BosonFields {
        vertex,
        mass_gev,
        coupling,
        pdg_id,
    });
    Ok(DarkSector::Boson(rules.made(boson)?))
}

fn dark_photon(rules: &Resolver<'_>, raw: &RawDarkSector) -> Result<DarkSector, CardError> {
    let mass = rules.within(
        "dark_sector.m_dark_photon_gev",
        raw.m_dark_photon_gev,
        &keys::MASSES_GEV,
    )?;
    let mass_gev = rules.required("dark_sector.m_dark_photon_gev", mass)?;
    let epsilon = rules.within("dark_sector.epsilon", raw.epsilon, &keys::COUPLINGS)?;
    let epsilon = rules.or_default("dark_sector.epsilon", epsilon)?;
    let pdg_id = match &raw.pdg_id {
        Some(id) => pdg_id(rules, id, &[])?,
        None => DARK_PHOTON_PDG_ID,
    };
    let photon = DarkPhoton::new(DarkPhotonFields {
        mass_gev,
        epsilon,
        pdg_id,
    });
    Ok(DarkSector::DarkPhoton(rules.made(photon)?))
}

fn pdg_id(rules: &Resolver<'_>, value: &Value, presets: &[(&str, i32)]) -> Result<i32, CardError> {
    match value {
        // Exchange formats store particle codes in 32 bits.
        Value::Integer(id) if *id > 0 && i32::try_from(*id).is_ok() => Ok(*id as i32),
        Value::String(name) => {
            let known = presets.iter().find(|(preset, _)| preset == name);
            known.map(|(_, id)| *id).ok_or_else(|| {
                let meant = nearest(name, presets.iter().map(|(preset, _)| *preset));
                rules.unknown("dark_sector.pdg_id", name, meant)
            })
        }
        other => Err(rules.bad("dark_sector.pdg_id", other)),
    }
}
