//! The rules of a run: from what was written to what is used.

use toml::Value;

use super::error::{CardError, nearest};
use super::histograms::{self, Ranges};
use super::keys;
use super::known::Known;
use super::limits::KinematicLimits;
use super::material;
use super::raw::{RawCard, RawCuts, RawDarkSector, RawEvents, RawIntegration, RawRun, Seed};
use super::reach;
use super::rules::Resolver;
use super::run_card::{Events, Integration, Losses, Run, RunCard, thick_x0};
use super::source::Source;
use super::track_length;
use crate::beam::{Beam, Lepton};
use crate::cuts::Cuts;
use crate::dark_sector::{
    CHI_PDG_PRESETS, ChiSpin, DARK_PHOTON_PDG_ID, DarkPhoton, DarkSector, MilliCharged,
};
use crate::event::{Compression, Weighting};
use crate::matter::{Nucleus, Target};
use crate::process::Method;
use crate::text::shown;

/// The version of the card format this program reads.
pub(super) const SCHEMA: u64 = 1;

/// Particle code of χ unless the card gives another.
const DEFAULT_CHI_PRESET: &str = "dmg4";

/// Applies every rule; `name` is the run's name unless the card gives one.
pub(super) fn resolve(
    source: &Source,
    name: &str,
    raw: &RawCard,
    known: &Known,
) -> Result<RunCard, CardError> {
    let rules = Resolver::new(source);
    rules.count("schema", raw.schema, SCHEMA..=SCHEMA)?;
    let beam = beam(&rules, raw)?;
    let dark_sector = dark_sector(&rules, raw)?;
    let target = material::resolve(&rules, &raw.target, known)?;
    let cuts = cuts(&rules, &raw.cuts)?;
    let (nucleus, limits) = kinematics(&rules, &beam, &dark_sector, &target, &cuts)?;
    let ranges = Ranges {
        beam: &beam,
        cuts: &cuts,
        dark_sector: &dark_sector,
        nucleus: &nucleus,
        limits: &limits,
    };
    let histograms = histograms::resolve(source, raw.histogram.as_deref(), &ranges)?;
    let integration = integration(&rules, &raw.integration)?;
    let events = events(&rules, &raw.events)?;
    let losses = losses(&rules, raw.target.losses.as_deref(), &beam, &target)?;
    let reach = reach::resolve(&rules, &raw.reach, &beam, &target)?;
    let written = raw.target.track_length.as_ref();
    let of_use = (losses, reach.channels);
    let track_length = track_length::resolve(&rules, written, known, &beam, of_use)?;
    // Last, so that a wrong card never asks the operating system for a seed.
    let run = run(&rules, name, &raw.run)?;
    Ok(RunCard {
        run,
        beam,
        dark_sector,
        target,
        losses,
        track_length,
        cuts,
        integration,
        events,
        histograms,
        weights: Vec::new(),
        reach,
    })
}

fn run(rules: &Resolver<'_>, default_name: &str, raw: &RawRun) -> Result<Run, CardError> {
    let name = raw.name.as_deref().unwrap_or(default_name);
    let fit = |c: char| c.is_alphanumeric() || "._+-".contains(c);
    let inside = name.starts_with(char::is_alphanumeric) && name.chars().all(fit);
    if !inside || name.len() > 200 {
        return Err(rules.bad("run.name", format!("{name:?}")));
    }
    let threads = rules.count("run.threads", raw.threads, 0..=4096)?;
    let seed = match raw.seed {
        Some(Seed(seed)) => seed,
        None => draw_seed()?,
    };
    Ok(Run {
        name: name.to_owned(),
        seed,
        threads: usize::try_from(threads).unwrap_or(0),
    })
}

/// A seed of 53 bits, which every reader of JSON keeps exact.
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
fn draw_seed() -> Result<u64, CardError> {
    use rand::TryRng;
    let drawn = rand::rngs::SysRng
        .try_next_u64()
        .map_err(|error| CardError::Seed(error.to_string()))?;
    Ok(drawn >> 11)
}

/// A page has no system source of random numbers.
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
fn draw_seed() -> Result<u64, CardError> {
    let problem = "there is no source of random numbers here: give run.seed";
    Err(CardError::Seed(problem.to_owned()))
}

fn beam(rules: &Resolver<'_>, raw: &RawCard) -> Result<Beam, CardError> {
    let names = Lepton::ALL.map(Lepton::name);
    let lepton = rules.required("beam.lepton", raw.beam.lepton.as_deref())?;
    let lepton = rules.choice("beam.lepton", lepton, &names, Lepton::from_name)?;
    let energy_gev = rules.required("beam.energy_gev", raw.beam.energy_gev)?;
    if !(energy_gev > lepton.mass_gev() && energy_gev <= keys::MAX_ENERGY_GEV) {
        let expected = format!(
            "an energy above the lepton's mass, {} GeV, and at most {:e} GeV",
            lepton.mass_gev(),
            keys::MAX_ENERGY_GEV
        );
        return Err(rules.wrong(
            "beam.energy_gev",
            format!("{} GeV", shown(energy_gev)),
            expected,
        ));
    }
    let on_target = rules.within("beam.on_target", raw.beam.on_target, &keys::AMOUNTS)?;
    Ok(Beam {
        lepton,
        energy_gev,
        on_target,
    })
}

fn dark_sector(rules: &Resolver<'_>, raw: &RawCard) -> Result<DarkSector, CardError> {
    let kind = rules.or_default_text("process.kind", raw.process.kind.as_deref())?;
    let position = |name: &str| DarkSector::KINDS.iter().position(|kind| *kind == name);
    let kind = rules.choice("process.kind", kind, &DarkSector::KINDS, position)?;
    let raw = &raw.dark_sector;
    let idle: &[(&str, bool)] = if kind == 0 {
        &[
            ("m_dark_photon_gev", raw.m_dark_photon_gev.is_some()),
            ("epsilon", raw.epsilon.is_some()),
        ]
    } else {
        &[
            ("m_chi_gev", raw.m_chi_gev.is_some()),
            ("charge", raw.charge.is_some()),
            ("spin", raw.spin.is_some()),
        ]
    };
    for (key, written) in idle {
        if *written {
            let expected = format!(
                "no such key, for process.kind is {:?}",
                DarkSector::KINDS[kind]
            );
            return Err(rules.wrong(&format!("dark_sector.{key}"), "a value", expected));
        }
    }
    if kind == 0 {
        pair(rules, raw)
    } else {
        dark_photon(rules, raw)
    }
}

fn pair(rules: &Resolver<'_>, raw: &RawDarkSector) -> Result<DarkSector, CardError> {
    let mass = rules.within("dark_sector.m_chi_gev", raw.m_chi_gev, &keys::MASSES_GEV)?;
    let mass_gev = rules.required("dark_sector.m_chi_gev", mass)?;
    let charge = rules.within("dark_sector.charge", raw.charge, &keys::COUPLINGS)?;
    let charge = rules.or_default("dark_sector.charge", charge)?;
    let names = ChiSpin::ALL.map(ChiSpin::name);
    let spin = rules.or_default_text("dark_sector.spin", raw.spin.as_deref())?;
    let spin = rules.choice("dark_sector.spin", spin, &names, ChiSpin::from_name)?;
    let preset = Value::from(DEFAULT_CHI_PRESET);
    let pdg_id = pdg_id(
        rules,
        raw.pdg_id.as_ref().unwrap_or(&preset),
        &CHI_PDG_PRESETS,
    )?;
    Ok(DarkSector::Pair(MilliCharged {
        mass_gev,
        charge,
        spin,
        pdg_id,
    }))
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
    Ok(DarkSector::DarkPhoton(DarkPhoton {
        mass_gev,
        epsilon,
        pdg_id,
    }))
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

fn cuts(rules: &Resolver<'_>, raw: &RawCuts) -> Result<Cuts, CardError> {
    let judged = |path: &str, value, good: fn(f64) -> bool| {
        let written = rules.number(path, value, good)?;
        rules.or_default(path, written)
    };
    let fraction = |path, value| judged(path, value, |x| (0.0..=1.0).contains(&x));
    let from_zero = |path, value| judged(path, value, |number| number >= 0.0);
    let not_infinite = |path, value| judged(path, value, |n| n >= 0.0 && n.is_finite());
    let above_zero = |path, value| judged(path, value, |number| number > 0.0);
    let (energy, angle, pt) = (
        raw.lepton_energy_max_gev,
        (raw.lepton_angle_min_mrad, raw.lepton_angle_max_mrad),
        (raw.lepton_pt_min_gev, raw.lepton_pt_max_gev),
    );
    let cuts = Cuts {
        lepton_energy_max_gev: above_zero("cuts.lepton_energy_max_gev", energy)?,
        x_min: fraction("cuts.x_min", raw.x_min)?,
        x_max: fraction("cuts.x_max", raw.x_max)?,
        lepton_angle_min_mrad: not_infinite("cuts.lepton_angle_min_mrad", angle.0)?,
        lepton_angle_max_mrad: from_zero("cuts.lepton_angle_max_mrad", angle.1)?,
        lepton_pt_min_gev: not_infinite("cuts.lepton_pt_min_gev", pt.0)?,
        lepton_pt_max_gev: from_zero("cuts.lepton_pt_max_gev", pt.1)?,
        chi_angle_max_mrad: from_zero("cuts.chi_angle_max_mrad", raw.chi_angle_max_mrad)?,
    };
    for (path, min, max) in [
        ("cuts.x_min", cuts.x_min, cuts.x_max),
        (
            "cuts.lepton_angle_min_mrad",
            cuts.lepton_angle_min_mrad,
            cuts.lepton_angle_max_mrad,
        ),
        (
            "cuts.lepton_pt_min_gev",
            cuts.lepton_pt_min_gev,
            cuts.lepton_pt_max_gev,
        ),
    ] {
        if min >= max {
            let max_key = path.trim_start_matches("cuts.").replace("_min", "_max");
            let expected = format!("a number below {max_key} = {}", shown(max));
            return Err(rules.wrong(path, shown(min), expected));
        }
    }
    Ok(cuts)
}

/// Refuses what no event could satisfy; gives the first nucleus and its limits.
fn kinematics(
    rules: &Resolver<'_>,
    beam: &Beam,
    dark_sector: &DarkSector,
    target: &Target,
    cuts: &Cuts,
) -> Result<(Nucleus, KinematicLimits), CardError> {
    let mut first = None;
    for part in &target.material.components {
        let limits = KinematicLimits::new(beam, &part.nucleus, dark_sector)
            .map_err(|error| rules.wrong("beam.energy_gev", error.to_string(), "a collision"))?;
        first = first.or(Some((part.nucleus, limits)));
        let (least, most) = (limits.m_pair_min_gev, limits.m_pair_max_gev);
        let nucleus = part.name();
        if !limits.is_open() {
            let (key, factor) = match dark_sector {
                DarkSector::Pair(_) => ("dark_sector.m_chi_gev", 2.0),
                DarkSector::DarkPhoton(_) => ("dark_sector.m_dark_photon_gev", 1.0),
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
        if cuts.x_max <= limits.x_lower {
            let expected = format!(
                "x above its kinematic limit on {nucleus}, {}",
                shown(limits.x_lower)
            );
            return Err(rules.wrong("cuts.x_max", shown(cuts.x_max), expected));
        }
    }
    if cuts.lepton_energy_max_gev <= beam.lepton.mass_gev() {
        let expected = format!(
            "an energy above the lepton's mass, {} GeV",
            beam.lepton.mass_gev()
        );
        let found = shown(cuts.lepton_energy_max_gev);
        return Err(rules.wrong("cuts.lepton_energy_max_gev", found, expected));
    }
    first.ok_or_else(|| rules.bad("target.material", "an empty list"))
}

fn integration(rules: &Resolver<'_>, raw: &RawIntegration) -> Result<Integration, CardError> {
    let method = rules.named(
        "integration.method",
        raw.method.as_deref(),
        Method::ALL,
        Method::name,
    )?;
    let n_adapt = rules.count("integration.n_adapt", raw.n_adapt, 1..=1000)?;
    let most = 1_000_000_000_000;
    let neval = rules.count("integration.neval", raw.neval, 1000..=most)?;
    let rel_error = rules.number("integration.rel_error", raw.rel_error, |error| {
        (0.0..=1.0).contains(&error)
    })?;
    let rel_error = rules.or_default("integration.rel_error", rel_error)?;
    // All iterations that adapt, and ten that measure, with their probes.
    let least = neval.saturating_mul(n_adapt + 10).saturating_mul(21) / 20;
    let default = least.clamp(100_000_000, 1000 * most);
    let max_neval = rules.count(
        "integration.max_neval",
        raw.max_neval.or(Some(default)),
        neval..=1000 * most,
    )?;
    Ok(Integration {
        method,
        n_adapt,
        neval,
        rel_error,
        max_neval,
    })
}

fn events(rules: &Resolver<'_>, raw: &RawEvents) -> Result<Events, CardError> {
    let count = rules.count("events.count", raw.count, 0..=1_000_000_000_000)?;
    let mode = rules.named(
        "events.mode",
        raw.mode.as_deref(),
        Weighting::ALL,
        Weighting::name,
    )?;
    let share = rules.number(
        "events.max_overweight_share",
        raw.max_overweight_share,
        |share| share > 0.0 && share < 1.0,
    )?;
    let max_weight = rules.number("events.max_weight", raw.max_weight, |w| {
        (1.0..=keys::MAX_WEIGHT).contains(&w)
    })?;
    let compression = raw.compression.as_deref();
    let compression = rules.named(
        "events.compression",
        compression,
        &Compression::ALL,
        Compression::name,
    )?;
    Ok(Events {
        count,
        mode,
        max_overweight_share: rules.or_default("events.max_overweight_share", share)?,
        max_weight: rules.or_default("events.max_weight", max_weight)?,
        compression,
    })
}

/// What the beam loses: it must be of the right kind, and the target have what the law needs.
fn losses(
    rules: &Resolver<'_>,
    written: Option<&str>,
    beam: &Beam,
    target: &Target,
) -> Result<Option<Losses>, CardError> {
    let path = "target.losses";
    let Some(written) = written else {
        // Where it must be written, that is asked for by those who compute: `run::check_losses`.
        let is_thin = thick_x0(beam, target).is_none();
        return Ok(is_thin.then_some(Losses::None));
    };
    let losses = rules.named(path, Some(written), &Losses::ALL, Losses::name)?;
    let material = &target.material;
    let is_electron = matches!(beam.lepton, Lepton::Electron | Lepton::Positron);
    let missing = match losses {
        Losses::None => None,
        Losses::TsaiWhitis | Losses::Shower if !is_electron => {
            Some("a beam of e- or e+, which radiate")
        }
        Losses::Constant | Losses::MuonTable if is_electron => {
            Some("a beam of mu- or mu+; electrons radiate")
        }
        _ if material.thickness_cm.is_none() => {
            Some("target.thickness_cm or thickness_x0 beside it")
        }
        Losses::Shower | Losses::MuonTable if material.density_g_cm3.is_none() => {
            Some("target.density_g_cm3 beside it")
        }
        Losses::TsaiWhitis | Losses::Shower if material.radiation_length_cm.is_none() => {
            Some("target.density_g_cm3 or radiation_length_cm beside it")
        }
        Losses::Constant if material.energy_loss_gev_per_cm.is_none() => {
            Some("target.energy_loss_gev_per_cm beside it")
        }
        _ => None,
    };
    match missing {
        Some(expected) => Err(rules.wrong(path, format!("{:?}", losses.name()), expected)),
        None => Ok(Some(losses)),
    }
}
