//! From the card to what the library calls take.

mod losses;
mod sampler;

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use thiserror::Error;

use crate::beam::Projectile;
use crate::card::{HistogramSpec, Losses, RunCard, WeightSpec};
use crate::dark_sector::DarkSector;
use crate::event::{Sample, Weighting};
use crate::generate::{CrossCheck, EventRequest, HistogramRequest, Settings};
use crate::matter::Nucleus;
use crate::matter::material::Component;
use crate::matter::shower::{self, Shower, Species};
use crate::process::target::{EnergyLoss, InTarget};
use crate::process::{
    Inputs, Kind, Method, MixedRoute, Mixture, Part, Process, QuadratureError, Registry, Setup,
    SetupError, event_scalars,
};
use crate::record::{CrossSection, RunHeader, Shard};

pub use losses::{check_losses, energies, loss_notes, tabulated_track, target_note, target_notes};
pub use sampler::{load_sampler, sampler, saved_sampler_card};

/// A card that asks for what cannot be done, in words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// The nucleus of a target of one element.
fn nucleus(card: &RunCard) -> Result<Nucleus, UsageError> {
    match card.target.material.components.as_slice() {
        [only] => Ok(only.nucleus),
        parts => Err(UsageError(format!(
            "the target has {} nuclei, and this is done on one: give each with target.element in a run of its own",
            parts.len()
        ))),
    }
}

/// The set-up of the card.
///
/// # Errors
/// [`UsageError`] if the target has several elements, the beam loses energy in it, or the set-up has
/// no phase space.
pub fn setup(card: &RunCard) -> Result<Setup, UsageError> {
    if !card.kind.has_lepton() {
        return Err(UsageError(format!(
            "process.kind is {:?}, and this is done for what a beam radiates",
            card.kind.name()
        )));
    }
    losses::check_one_energy(card)?;
    let nucleus = nucleus(card)?;
    Setup::new(
        &card.beam,
        nucleus,
        &card.target.form_factor,
        card.dark_sector,
        card.cuts,
    )
    .map_err(|error| UsageError(error.to_string()))
}

/// σ and dσ/dx per atom of `mixture` by a method that is not Monte Carlo.
///
/// # Errors
/// [`UsageError`] if the method is Monte Carlo, or the process has no such route.
pub fn inclusive(method: Method, mixture: &Mixture) -> Result<MixedRoute, UsageError> {
    if method == Method::MC {
        let mut names: Vec<&str> = Method::ALL.iter().map(|m| m.name()).collect();
        names.retain(|&name| name != method.name());
        return Err(UsageError(format!(
            "method {} does not serve here; choose one of {}",
            method.name(),
            names.join(", ")
        )));
    }
    let route = mixture.route(method);
    route.map_err(|error| UsageError(error.to_string()))
}

/// The shower of the card's beam down to `above_gev`, or to the lowest of the energies `at_gev`, or to its cut on x,
/// with depths in X0: those asked for, or the thickness of the target.
///
/// # Errors
/// [`UsageError`] if the beam makes no shower, no depth is known, or an energy lies below what is followed.
pub fn shower(
    card: &RunCard,
    above_gev: Option<f64>,
    at_gev: &[f64],
    depths_x0: &[f64],
) -> Result<(Shower, Vec<f64>), UsageError> {
    let lowest_at = at_gev.iter().copied().reduce(f64::min);
    if let (Some(above), Some(at)) = (above_gev, lowest_at)
        && at < above
    {
        return Err(UsageError(format!(
            "--at {at} lies below --above {above} GeV, down to which the shower is followed: leave --above out, or lower it"
        )));
    }
    let lowest_gev = above_gev.or(lowest_at);
    let beam = match card.beam.projectile {
        Projectile::Electron => Species::Electron,
        Projectile::Positron => Species::Positron,
        other => {
            return Err(UsageError(format!(
                "beam.lepton is {}: only e- and e+ make a shower",
                other.name()
            )));
        }
    };
    let energy_gev = card.beam.energy_gev;
    let cut = (card.cuts.x_min * energy_gev).max(shower::LEAST_GEV);
    let depths = match (depths_x0, card.target.material.thickness_x0()) {
        ([], Some(thickness_x0)) => vec![thickness_x0],
        ([], None) => {
            return Err(UsageError(
                "the target has no thickness: state target.thickness_x0, or --depths".to_owned(),
            ));
        }
        (depths, _) => depths.to_vec(),
    };
    Ok((
        Shower::new(beam, energy_gev, lowest_gev.unwrap_or(cut)),
        depths,
    ))
}

/// Edges of `n` equal bins of all x within the cuts.
pub fn bins(card: &RunCard, n: u32) -> Vec<f64> {
    let (low, high) = card.x_range();
    let at = |i: u32| low + (high - low) * (f64::from(i) / f64::from(n));
    (0..n).map(at).chain([high]).collect()
}

/// Most threads where there are not as many cores: thousands would only wait for each other.
const MOST_THREADS: usize = 256;

/// How many threads that is, where 0 means as many as the machine has.
pub fn thread_count(asked_for: usize) -> usize {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    match asked_for {
        0 => cores,
        n => n.min(cores.max(MOST_THREADS)),
    }
}

/// Whether this thread is a pool of its own, as that of the program is until it starts others.
pub(crate) fn is_alone() -> bool {
    rayon::current_thread_index().is_some() && rayon::current_num_threads() == 1
}

/// Runs `work` on as many threads as the card asks for; a thread that is one of several already does
/// it alone, because pools inside of each other would start threads by the hundred.
///
/// # Errors
/// [`UsageError`] if there cannot be so many.
pub fn on_threads<R: Send>(
    card: &RunCard,
    work: impl FnOnce() -> R + Send,
) -> Result<R, UsageError> {
    let threads = match card.run.threads {
        0 => 0,
        n => thread_count(n),
    };
    // The program's own thread is a pool of one, which is none that was asked for.
    if rayon::current_thread_index().is_some() && rayon::current_num_threads() == threads {
        return Ok(work());
    }
    // Joined, so that its threads are gone before the next pool is made.
    thread::scope(|scope| {
        let mut started = Vec::new();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .spawn_handler(|one| {
                let builder = thread::Builder::new();
                started.push(builder.spawn_scoped(scope, || one.run())?);
                Ok(())
            })
            .build();
        let pool = pool.map_err(|e| UsageError(format!("cannot start {threads} threads: {e}")))?;
        let found = pool.install(work);
        drop(pool);
        for one in started {
            // What panicked in the pool has done so in `install`.
            let _ = one.join();
        }
        Ok(found)
    })
}

/// The Monte Carlo of `card` against the quadrature, on its threads.
///
/// # Errors
/// [`UsageError`] as [`on_threads`]; [`QuadratureError`] inside as [`CrossCheck::of`].
pub fn cross_check(
    card: &RunCard,
    process: &dyn Process,
    found: &CrossSection,
) -> Result<Result<CrossCheck, QuadratureError>, UsageError> {
    on_threads(card, || CrossCheck::of(process, found))
}

/// Relative error of a deterministic result: the card's, or 1e-6 where that says never to stop.
pub fn goal(card: &RunCard) -> f64 {
    match card.integration.rel_error {
        0.0 => 1e-6,
        goal => goal,
    }
}

/// How to integrate.
pub fn settings(card: &RunCard) -> Settings {
    wanted(card).within(card.integration.max_neval)
}

/// How to integrate where only σ is asked for.
pub fn settings_of_sigma(card: &RunCard) -> Settings {
    wanted_of_sigma(card).within(card.integration.max_neval)
}

/// What is worth knowing about [`settings`]: that `integration.max_neval` makes iterations smaller.
pub fn note(card: &RunCard) -> Option<String> {
    note_of(wanted(card), card)
}

/// The same about [`settings_of_sigma`].
pub fn note_of_sigma(card: &RunCard) -> Option<String> {
    note_of(wanted_of_sigma(card), card)
}

fn note_of(wanted: Settings, card: &RunCard) -> Option<String> {
    let used = wanted.within(card.integration.max_neval);
    let key = match wanted.neval == card.integration.neval {
        true => "integration.neval = ",
        false => "",
    };
    (used.neval < wanted.neval).then(|| {
        format!(
            "iterations have {} points, not {key}{}: {} adapting and the fewest measuring ones take {} evaluations, more than integration.max_neval = {}",
            used.neval,
            wanted.neval,
            wanted.n_adapt,
            wanted.least_evaluations(wanted.neval),
            card.integration.max_neval,
        )
    })
}

/// What the card asks for, all in all too much perhaps.
fn wanted(card: &RunCard) -> Settings {
    let integration = &card.integration;
    Settings {
        seed: card.run.seed,
        threads: card.run.threads,
        n_adapt: u32::try_from(integration.n_adapt).unwrap_or(u32::MAX),
        neval: integration.neval,
        rel_error: (integration.rel_error > 0.0).then_some(integration.rel_error),
        lattices: None,
        max_neval: integration.max_neval,
    }
}

/// The same for σ alone; an A′ that few points may miss whole is looked for with as many as the card says.
fn wanted_of_sigma(card: &RunCard) -> Settings {
    let all = wanted(card);
    match card.dark_sector {
        DarkSector::Mediated(..) => Settings {
            neval: all.neval,
            ..all.for_sigma()
        },
        _ => all.for_sigma(),
    }
}

/// The histograms of the card.
pub fn histograms(card: &RunCard) -> Vec<HistogramRequest> {
    let request = |spec: &HistogramSpec| HistogramRequest {
        name: spec.name(),
        axes: spec.axes.clone(),
    };
    card.histograms.iter().map(request).collect()
}

/// The events of the card.
pub fn events(card: &RunCard) -> EventRequest {
    EventRequest {
        count: card.events.count,
        weighting: card.events.mode,
        max_overweight_share: card.events.max_overweight_share,
        max_weight: card.events.max_weight,
    }
}

/// The process of the card.
///
/// # Errors
/// As [`setup`].
pub fn process(card: &RunCard) -> Result<Arc<dyn Process>, UsageError> {
    in_target(card, &at_once(card, &*card.kind)?)
}

/// The process of the card among those of `registry`.
///
/// # Errors
/// As [`setup`], and if there is none of that kind.
pub fn process_of(card: &RunCard, registry: &Registry) -> Result<Arc<dyn Process>, UsageError> {
    in_target(card, &at_once(card, kind_of(card, registry)?)?)
}

/// The process on these nuclei of the card's target, of its beam with what that loses in it.
fn in_target(card: &RunCard, mixture: &Mixture) -> Result<Arc<dyn Process>, UsageError> {
    let incoming = losses::incoming(card);
    match (mixture.parts(), losses::energy_loss(card)?) {
        ([only], EnergyLoss::None) if incoming.is_none() => Ok(only.process.clone()),
        (_, loss) => Ok(Arc::new(
            InTarget::new(mixture, loss)
                .with_spread(card.profile.spread())
                .with_incoming(incoming),
        )),
    }
}

/// The process of each further weight of the card, on the points of the card's own.
///
/// # Errors
/// As [`process`], and if the kind of the process has no further weights.
pub fn weights(card: &RunCard) -> Result<Vec<Arc<dyn Process>>, UsageError> {
    let kind = &*card.kind;
    let one = |spec: &WeightSpec| {
        let nuclei = |card: &RunCard, i: usize| card.target.material.components[i].nucleus;
        let mixture = on_all_atoms(&spec.card, kind).unwrap_or_else(|| {
            on_each_nucleus(card, |i| {
                let sampled = card.inputs_on(nuclei(card, i));
                let other = spec.card.inputs_on(nuclei(&spec.card, i));
                kind.on_points_of(&sampled, &other)
            })
        });
        let mixture =
            mixture.map_err(|error| UsageError(format!("weight {}: {error}", spec.name)))?;
        in_target(card, &mixture)
    };
    card.weights.iter().map(one).collect()
}

/// The kind of the name of the card's process.
fn kind_of<'r>(card: &RunCard, registry: &'r Registry) -> Result<&'r dyn Kind, UsageError> {
    let name = card.kind.name();
    registry.get(name).ok_or_else(|| {
        let known: Vec<&str> = registry.names().collect();
        UsageError(format!(
            "there is no process `{name}`; there are: {}",
            known.join(", ")
        ))
    })
}

/// The process of the card on every nucleus of its target.
///
/// # Errors
/// [`UsageError`] if the set-up on one of them has no phase space.
pub fn mixture(card: &RunCard) -> Result<Mixture, UsageError> {
    mixture_by(card, &*card.kind)
}

/// The process of the card among those of `registry` on every nucleus of its target.
///
/// # Errors
/// As [`mixture`], and if there is no process of that kind.
pub fn mixture_of(card: &RunCard, registry: &Registry) -> Result<Mixture, UsageError> {
    mixture_by(card, kind_of(card, registry)?)
}

/// What `kind` makes on every nucleus of the card's target.
fn mixture_by(card: &RunCard, kind: &dyn Kind) -> Result<Mixture, UsageError> {
    let mixture = thin_mixture(card, kind)?;
    let loss = losses::energy_loss(card)?;
    let spread = card.profile.spread();
    if loss == EnergyLoss::None && spread.is_none() {
        return Ok(mixture);
    }
    let parts = mixture.parts().iter().map(|part| {
        let alone = Part {
            atom_fraction: 1.0,
            ..part.clone()
        };
        let process = InTarget::new(&Mixture::new(vec![alone]), loss.clone());
        let process = process.with_spread(spread.clone());
        Part {
            process: Arc::new(process),
            ..part.clone()
        }
    });
    Ok(Mixture::new(parts.collect()))
}

/// The process of the card on every nucleus of its target, at the energy of the beam.
fn thin_mixture(card: &RunCard, kind: &dyn Kind) -> Result<Mixture, UsageError> {
    on_each_nucleus(card, |i| {
        kind.of(&card.inputs_on(card.target.material.components[i].nucleus))
    })
}

/// What `of` makes on each nucleus of the card's target, by its place.
fn on_each_nucleus(
    card: &RunCard,
    of: impl Fn(usize) -> Result<Arc<dyn Process>, SetupError>,
) -> Result<Mixture, UsageError> {
    let material = &card.target.material;
    let parts = material.components.iter().zip(material.number_fractions());
    let one = |(i, (part, atom_fraction)): (usize, (&Component, f64))| {
        let name = part.name();
        let process = of(i);
        let process = process.map_err(|error| match material.components.len() {
            1 => UsageError(error.to_string()),
            _ => UsageError(format!("on {name}: {error}")),
        })?;
        Ok(Part {
            name,
            atom_fraction,
            process,
        })
    };
    let parts = parts.enumerate().map(one);
    Ok(Mixture::new(parts.collect::<Result<_, _>>()?))
}

/// What of the target differs in what an event shows, at the energy of the beam.
fn at_once(card: &RunCard, kind: &dyn Kind) -> Result<Mixture, UsageError> {
    on_all_atoms(card, kind).unwrap_or_else(|| thin_mixture(card, kind))
}

/// The process on all atoms of a target of several elements, where an event does not show which.
fn on_all_atoms(card: &RunCard, kind: &dyn Kind) -> Option<Result<Mixture, UsageError>> {
    let material = &card.target.material;
    if material.components.len() < 2 {
        return None;
    }
    let parts = material.components.iter().zip(material.number_fractions());
    let atoms: Vec<(f64, Inputs)> = parts
        .map(|(part, share)| (share, card.inputs_on(part.nucleus)))
        .collect();
    let process = kind.on_all(&atoms)?;
    let alone = |process| Part {
        name: card.run.name.clone(),
        atom_fraction: 1.0,
        process,
    };
    let mixture = process.map(|process| Mixture::new(vec![alone(process)]));
    Some(mixture.map_err(|error| UsageError(error.to_string())))
}

/// Atoms per cm² in the target of the card and events per beam particle of a cross section in pb per atom, where the
/// target is of several elements or the beam loses energy in it, and its thickness is known.
pub fn yield_per_lepton(card: &RunCard, sigma_pb: f64) -> Option<(f64, f64)> {
    /// 1 pb in cm².
    const PB_TO_CM2: f64 = 1e-36;
    let material = &card.target.material;
    let loses = !matches!(card.losses, None | Some(Losses::None));
    if !loses && material.components.len() == 1 {
        return None;
    }
    let atoms = material.nuclei_per_cm2()?;
    let sigma_cm2 = PB_TO_CM2 * sigma_pb;
    Some((atoms, atoms * sigma_cm2))
}

/// What the process of the card is made of.
///
/// # Errors
/// [`UsageError`] if the target has several elements.
pub fn inputs(card: &RunCard) -> Result<Inputs, UsageError> {
    Ok(card.inputs_on(nucleus(card)?))
}

/// What events of `weighting` that a process makes have in common.
pub fn sample_of(process: &dyn Process, weighting: Weighting) -> Sample {
    Sample {
        process: process.kind().to_owned(),
        weighting,
        beam: process.beam(),
        target: process.target(),
        nuclei: process.nuclei(),
        outgoing: process.outgoing(),
        scalars: event_scalars(process),
        beam_energy_gev: process.beam_energy_gev(),
        has_p_beam: process.incoming().is_some(),
    }
}

/// What the events of the card have in common.
///
/// # Errors
/// As [`setup`].
pub fn sample(card: &RunCard) -> Result<Sample, UsageError> {
    let weighting = events(card).weights();
    Ok(sample_of(&*process(card)?, weighting))
}

/// What is known of the run of a card, or of one shard of it, before its first event.
///
/// # Errors
/// As [`sample`].
pub fn header(card: &RunCard, shard: Option<Shard>) -> Result<RunHeader, UsageError> {
    let count = card.events.count;
    Ok(RunHeader {
        card: card.to_recorded_toml(),
        seed: card.run.seed,
        sample: sample(card)?,
        compression: card.events.compression,
        precision: card.events.precision,
        expected_events: shard.map_or(count, |s| count.div_ceil(u64::from(s.of))),
        shard,
    })
}
