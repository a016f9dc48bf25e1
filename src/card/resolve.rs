//! The rules of a run: from what was written to what is used.

use super::dark_sector;
use super::error::CardError;
use super::histograms::{self, Ranges};
use super::keys;
use super::known::Known;
use super::material;
use super::process_kind::ProcessKind;
use super::profile;
use super::raw::{PerAxis, RawCard, RawCuts, RawEvents, RawIntegration, RawRun, Seed};
use super::reach;
use super::rules::Resolver;
use super::run_card::{Events, Integration, Losses, Run, RunCard, thick_x0};
use super::source::Source;
use super::track_length;
use crate::beam::{Beam, BeamFields, Lepton};
use crate::cuts::{CutFields, Cuts};
use crate::dark_sector::DarkSector;
use crate::event::{Compression, Weighting};
use crate::matter::Target;
use crate::mesons::{Mesons, VectorMeson};
use crate::process::{Inputs, KinematicLimits, Method, Unsuitable};
use crate::text::shown;

/// The version of the card format this program reads.
pub(super) const SCHEMA: u64 = 1;

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
    let profile = profile::resolve(&rules, &raw.beam, known, &beam)?;
    let kind = kind(&rules, raw, known, &beam)?;
    let dark_sector = dark_sector::resolve(&rules, &kind, &raw.dark_sector)?;
    let mesons = mesons(&rules, raw, &kind)?;
    let target = material::resolve(&rules, &raw.target, known)?;
    let cuts = cuts(&rules, &raw.cuts)?;
    let losses = losses(&rules, raw.target.losses.as_deref(), &kind, &beam, &target)?;
    let first = target.material.components.first();
    let first = first.ok_or_else(|| rules.bad("target.material", "an empty list"))?;
    let inputs = Inputs {
        beam,
        nucleus: first.nucleus,
        form_factor: target.form_factor.clone(),
        dark_sector,
        cuts,
        mesons: mesons.unwrap_or_default(),
    };
    let one_energy = losses.is_none_or(|losses| losses == Losses::None);
    let limits = kinematics(&rules, &kind, &inputs, one_energy, &target)?;
    let ranges = Ranges {
        kind: &kind,
        inputs: &inputs,
        one_energy,
        limits: &limits,
    };
    let histograms = histograms::resolve(source, raw.histogram.as_deref(), &ranges)?;
    let integration = integration(&rules, &raw.integration)?;
    let events = events(&rules, &raw.events)?;
    let scattering = raw.target.multiple_scattering.as_deref();
    let scattering = profile::scattering(&rules, scattering, &target)?;
    let reach = reach::resolve(&rules, &raw.reach, &beam, &target)?;
    let written = raw.target.track_length.as_ref();
    let of_use = (losses, reach.channels);
    let track_length = track_length::resolve(&rules, written, known, &beam, of_use)?;
    // Last, so that a wrong card never asks the operating system for a seed.
    let run = run(&rules, name, &raw.run)?;
    Ok(RunCard {
        run,
        kind,
        mesons,
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

fn run(rules: &Resolver<'_>, default_name: &str, raw: &RawRun) -> Result<Run, CardError> {
    let name = raw.name.as_deref().unwrap_or(default_name);
    let fit = |c: char| c.is_alphanumeric() || "._+-".contains(c);
    let inside = name.starts_with(char::is_alphanumeric) && name.chars().all(fit);
    if !inside || name.len() > 200 {
        return Err(rules.bad("run.name", format!("{name:?}")));
    }
    let label = raw.label.as_deref().map(str::trim);
    if let Some(label) = label.filter(|l| !fits_a_legend(l)) {
        return Err(rules.bad("run.label", format!("{label:?}")));
    }
    let threads = rules.count("run.threads", raw.threads, 0..=4096)?;
    let seed = match raw.seed {
        Some(Seed(seed)) => seed,
        None => draw_seed()?,
    };
    Ok(Run {
        name: name.to_owned(),
        label: label.map(str::to_owned),
        seed,
        threads: usize::try_from(threads).unwrap_or(0),
    })
}

/// Whether a text can stand in a legend: one line, neither empty nor long.
fn fits_a_legend(label: &str) -> bool {
    (1..=60).contains(&label.chars().count()) && !label.chars().any(char::is_control)
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

/// The beam particle under either of its names.
fn lepton(rules: &Resolver<'_>, raw: &RawCard) -> Result<Lepton, CardError> {
    let (path, written) = match (&raw.beam.particle, &raw.beam.lepton) {
        (Some(_), Some(_)) => return Err(rules.excludes("beam.lepton", "beam.particle")),
        (Some(particle), None) => ("beam.particle", Some(particle.as_str())),
        (None, lepton) => ("beam.lepton", lepton.as_deref()),
    };
    let all = match path {
        "beam.particle" => &Lepton::ALL[..],
        _ => &Lepton::CHARGED,
    };
    let names: Vec<&str> = all.iter().map(|lepton| lepton.name()).collect();
    let find = |name: &str| all.iter().copied().find(|lepton| lepton.name() == name);
    rules.choice(path, rules.required(path, written)?, &names, find)
}

/// The process, with a beam that makes it and no key that it has no use for.
fn kind(
    rules: &Resolver<'_>,
    raw: &RawCard,
    known: &Known,
    beam: &Beam,
) -> Result<ProcessKind, CardError> {
    let path = "process.kind";
    let written = rules.or_default_text(path, raw.process.kind.as_deref())?;
    let names: Vec<&str> = known.processes.names().collect();
    let find = |name: &str| ProcessKind::find(&known.processes, name);
    let kind = rules.choice(path, written, &names, find)?;
    let beams = kind.beams();
    if !beams.contains(&beam.lepton) {
        let names: Vec<&str> = beams.iter().map(|lepton| lepton.name()).collect();
        let expected = format!(
            "a beam of {}, for process.kind is {:?}",
            names.join(", "),
            kind.name()
        );
        let path = match raw.beam.particle {
            Some(_) => "beam.particle",
            None => "beam.lepton",
        };
        return Err(rules.wrong(path, format!("{:?}", beam.lepton.name()), expected));
    }
    let of_kind = format!("process.kind is {:?}", kind.name());
    for (key, why) in kind.idle_keys() {
        rules.refuse([key], &format!("{of_kind}: {why}"))?;
    }
    let others = known.processes.iter().flat_map(|other| other.own_keys());
    rules.refuse(others.copied().filter(|key| !kind.owns(key)), &of_kind)?;
    Ok(kind)
}

/// The mesons of the process that makes them: all unless the card names some.
fn mesons(
    rules: &Resolver<'_>,
    raw: &RawCard,
    kind: &ProcessKind,
) -> Result<Option<Mesons>, CardError> {
    let path = "process.mesons";
    if !kind.owns(path) {
        return Ok(None);
    }
    let names = VectorMeson::ALL.map(VectorMeson::name);
    let one = |name: &String| rules.choice(path, name, &names, VectorMeson::from_name);
    match raw.process.mesons.as_ref().map(PerAxis::as_slice) {
        Some([]) => Err(rules.bad(path, "an empty list")),
        Some(some) => Ok(Some(some.iter().map(one).collect::<Result<_, _>>()?)),
        None => Ok(Some(Mesons::default())),
    }
}

fn beam(rules: &Resolver<'_>, raw: &RawCard) -> Result<Beam, CardError> {
    let lepton = lepton(rules, raw)?;
    let energy_gev = rules.required("beam.energy_gev", raw.beam.energy_gev)?;
    if !(energy_gev > lepton.mass_gev() && energy_gev <= keys::MAX_ENERGY_GEV) {
        let least = match lepton {
            Lepton::Photon => "0".to_owned(),
            lepton => format!("the lepton's mass, {} GeV,", lepton.mass_gev()),
        };
        let expected = format!(
            "an energy above {least} and at most {:e} GeV",
            keys::MAX_ENERGY_GEV
        );
        return Err(rules.wrong(
            "beam.energy_gev",
            format!("{} GeV", shown(energy_gev)),
            expected,
        ));
    }
    let on_target = rules.within("beam.on_target", raw.beam.on_target, &keys::AMOUNTS)?;
    rules.made(Beam::new(BeamFields {
        lepton,
        energy_gev,
        on_target,
    }))
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
    let cuts = rules.made(Cuts::new(CutFields {
        lepton_energy_max_gev: above_zero("cuts.lepton_energy_max_gev", energy)?,
        x_min: fraction("cuts.x_min", raw.x_min)?,
        x_max: fraction("cuts.x_max", raw.x_max)?,
        lepton_angle_min_mrad: not_infinite("cuts.lepton_angle_min_mrad", angle.0)?,
        lepton_angle_max_mrad: from_zero("cuts.lepton_angle_max_mrad", angle.1)?,
        lepton_pt_min_gev: not_infinite("cuts.lepton_pt_min_gev", pt.0)?,
        lepton_pt_max_gev: from_zero("cuts.lepton_pt_max_gev", pt.1)?,
        chi_angle_max_mrad: from_zero("cuts.chi_angle_max_mrad", raw.chi_angle_max_mrad)?,
    }))?;
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
    if kind.has_lepton() && cuts.lepton_energy_max_gev <= beam.lepton.mass_gev() {
        let expected = format!(
            "an energy above the lepton's mass, {} GeV",
            beam.lepton.mass_gev()
        );
        let found = shown(cuts.lepton_energy_max_gev);
        return Err(rules.wrong("cuts.lepton_energy_max_gev", found, expected));
    }
    of(inputs)
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
    kind: &ProcessKind,
    beam: &Beam,
    target: &Target,
) -> Result<Option<Losses>, CardError> {
    let path = "target.losses";
    if kind.needs_shower(beam.lepton) && written != Some(Losses::Shower.name()) {
        let found = written.map_or("nothing".to_owned(), |written| format!("{written:?}"));
        let expected = format!(
            "{:?}, for process.kind is {:?}: particles of the shower of {} make it",
            Losses::Shower.name(),
            kind.name(),
            beam.lepton.name()
        );
        return Err(rules.wrong(path, found, expected));
    }
    let Some(written) = written else {
        // Where it must be written, that is asked for by those who compute: `run::check_losses`.
        let is_thin = thick_x0(beam, target).is_none();
        return Ok(is_thin.then_some(Losses::None));
    };
    let losses = rules.named(path, Some(written), &Losses::ALL, Losses::name)?;
    let material = &target.material;
    let is_electron = beam.lepton.is_electron();
    let is_photon = beam.lepton == Lepton::Photon;
    let missing = match losses {
        Losses::None => None,
        Losses::TsaiWhitis | Losses::Shower if !is_electron => {
            Some("a beam of e- or e+, which radiate")
        }
        Losses::Constant | Losses::MuonTable | Losses::MuonStraggling
            if is_electron || is_photon =>
        {
            Some("a beam of mu- or mu+; electrons radiate")
        }
        _ if material.thickness_cm.is_none() => {
            Some("target.thickness_cm or thickness_x0 beside it")
        }
        Losses::Shower | Losses::MuonTable | Losses::MuonStraggling
            if material.density_g_cm3.is_none() =>
        {
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
