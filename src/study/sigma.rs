//! The total cross section of a card by the method it names, in pb per atom of the target.
//!
//! Pinned by `tests/study.rs` and `cli/tests/cli_sigma.rs`.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::rows::Watch;
use super::{StudyError, facts};
use crate::card::RunCard;
use crate::generate::{Generator, HistogramRequest, Listener, Phase, Progress, SigmaReport};
use crate::process::{Goal, Integral, Memory, Method, Mixture, Part, QuadratureError, Route};
use crate::record::IterationRow;
use crate::run;
use crate::table::{Cell, Column, Table};

/// σ by any method.
#[derive(Debug, Clone)]
pub struct Sigma {
    /// Which one.
    pub method: Method,
    /// σ, pb per atom of the target within the cuts.
    pub value_pb: f64,
    /// Its error in pb: one standard deviation by Monte Carlo, else an estimate that covers the true one.
    pub error_pb: f64,
    /// χ²/dof of the iterations, by Monte Carlo on one nucleus.
    pub chi2_dof: Option<f64>,
    /// Evaluations of the integrand.
    pub n_eval: u64,
    /// Seed of the random streams.
    pub seed: u64,
    /// Atoms per cm² of the target and events per beam particle, as [`run::yield_per_lepton`].
    pub yields: Option<(f64, f64)>,
    /// What each nucleus of the target gives.
    pub nuclei: Vec<Nuclear>,
    /// How it went on each nucleus, by Monte Carlo.
    pub runs: Vec<Measured>,
    /// Why the result is not to be trusted; empty if it is.
    pub alarms: Vec<String>,
    card: RunCard,
}

/// σ on one nucleus of a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Nuclear {
    /// Symbol of the element or isotope.
    pub name: String,
    /// Particle code.
    pub pdg_id: i32,
    /// Its share of the atoms, 0 … 1.
    pub atom_fraction: f64,
    /// σ, pb per nucleus.
    pub sigma_pb: f64,
    /// Its error, pb.
    pub error_pb: f64,
}

impl Nuclear {
    fn of(part: &Part, sigma_pb: f64, error_pb: f64) -> Self {
        Self {
            name: part.name.clone(),
            pdg_id: part.process.target().pdg_id,
            atom_fraction: part.atom_fraction,
            sigma_pb,
            error_pb,
        }
    }
}

/// How a Monte Carlo went.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// On which nucleus, if there are several.
    pub nucleus: Option<String>,
    /// The iterations.
    pub iterations: Vec<IterationRow>,
    /// What is worth knowing.
    pub notes: Vec<String>,
}

impl Measured {
    pub(super) fn of(mixture: &Mixture, part: &Part, report: &SigmaReport) -> Self {
        let several = mixture.parts().len() > 1;
        Self {
            nucleus: several.then(|| part.name.clone()),
            iterations: report.cross_section.iterations.clone(),
            notes: report.notes.clone(),
        }
    }
}

/// Columns of a cross section.
pub(super) fn columns() -> Vec<Column> {
    vec![
        Column::new(
            "sigma_pb",
            "pb",
            "cross section per atom of the target within the cuts",
        ),
        Column::new("error_pb", "pb", "its error"),
        Column::new("n_eval", "1", "evaluations of the integrand"),
    ]
}

impl Sigma {
    /// The result as a table of one row.
    pub fn table(&self) -> Table {
        let cells = [
            self.value_pb.into(),
            self.error_pb.into(),
            Cell::Integer(self.n_eval),
        ];
        Table {
            facts: facts("sigma", &self.card),
            columns: columns(),
            keys: 0,
            rows: vec![cells.to_vec()],
        }
    }
}

/// σ of `card` by its method to its relative error; `listener` hears how it goes on.
///
/// # Errors
/// [`StudyError`] if the card's set-up makes no sense, the method does not apply or does not reach
/// the error, or `listener` stops it.
pub fn sigma(card: &RunCard, listener: &mut Listener<'_>) -> Result<Sigma, StudyError> {
    of_mixture(card, &run::mixture(card)?, None, listener)
}

/// The same where `watch` may stop it, with what other rows have left in `memory`.
pub(super) fn watched(
    card: &RunCard,
    memory: Option<&Memory>,
    watch: &dyn Watch,
) -> Result<Sigma, StudyError> {
    of_mixture(card, &run::mixture(card)?, memory, &mut |_| flow(watch))
}

/// What `watch` wants.
pub(super) fn flow(watch: &dyn Watch) -> ControlFlow<()> {
    match watch.should_stop() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    }
}

/// σ per atom of `mixture` by the method of the card.
pub(super) fn of_mixture(
    card: &RunCard,
    mixture: &Mixture,
    memory: Option<&Memory>,
    listener: &mut Listener<'_>,
) -> Result<Sigma, StudyError> {
    let method = card.integration.method;
    let mut found = Sigma {
        method,
        value_pb: 0.0,
        error_pb: 0.0,
        chi2_dof: None,
        n_eval: 0,
        yields: None,
        seed: card.run.seed,
        nuclei: Vec::new(),
        runs: Vec::new(),
        alarms: Vec::new(),
        card: card.clone(),
    };
    if method == Method::MC {
        by_monte_carlo(card, mixture, &mut found, listener)?;
        found.yields = run::yield_per_lepton(card, found.value_pb);
        return Ok(found);
    }
    let route = run::inclusive(method, mixture)?;
    let work = |goal: Goal<'_>| route.sigma_of_each(goal.remembering(memory));
    let each = match memory.is_none() && route.tells() {
        true => briefly(card, listener, work),
        false => deterministic(card, listener, work),
    }?;
    let total = route.total(&each);
    (found.value_pb, found.error_pb) = (total.value_pb, total.error_pb);
    found.n_eval = total.n_eval;
    found.yields = run::yield_per_lepton(card, found.value_pb);
    let parts = mixture.parts().iter().zip(&each);
    let nuclear = |(part, one): (&Part, &Integral)| Nuclear::of(part, one.value_pb, one.error_pb);
    found.nuclei = parts.map(nuclear).collect();
    Ok(found)
}

/// What `work` computes on the threads of the card to its relative error, while `listener` hears.
pub(super) fn deterministic<T: Send>(
    card: &RunCard,
    listener: &mut Listener<'_>,
    work: impl FnOnce(Goal<'_>) -> Result<T, QuadratureError> + Send,
) -> Result<T, StudyError> {
    let told = Told(Mutex::new((0, listener)));
    let hears = |n_eval: u64| told.more(n_eval).1;
    let goal = Goal::heard(run::goal(card), &hears);
    Ok(run::on_threads(card, || work(goal))??)
}

/// Evaluations that one thread makes, at 20 ns each, in the time that it takes to start others and to wait for them.
const BRIEF: u64 = 60_000;

/// The same, begun on this thread alone and, where that is not enough, once more from the beginning on all: the
/// result is the same.
fn briefly<T: Send>(
    card: &RunCard,
    listener: &mut Listener<'_>,
    work: impl Fn(Goal<'_>) -> Result<T, QuadratureError> + Send,
) -> Result<T, StudyError> {
    if card.run.threads != 1 && run::is_alone() {
        let told = Told(Mutex::new((0, &mut *listener)));
        let is_long = AtomicBool::new(false);
        let hears = |n_eval: u64| {
            let (done, goes_on) = told.more(n_eval);
            goes_on?;
            match done > BRIEF {
                true => {
                    is_long.store(true, Ordering::Relaxed);
                    ControlFlow::Break(())
                }
                false => ControlFlow::Continue(()),
            }
        };
        match work(Goal::heard(run::goal(card), &hears)) {
            Err(QuadratureError::Stopped) if is_long.load(Ordering::Relaxed) => {}
            found => return Ok(found?),
        }
    }
    deterministic(card, listener, work)
}

/// Evaluations so far, and who hears of them.
struct Told<'a, 'l>(Mutex<(u64, &'a mut Listener<'l>)>);

impl Told<'_, '_> {
    /// So many more; how many that makes, and what the listener wants.
    fn more(&self, n_eval: u64) -> (u64, ControlFlow<()>) {
        // A poisoned lock means that the listener panicked, which ends this as well.
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (done, listener) = &mut *told;
        *done += n_eval;
        let goes_on = listener(&Progress {
            phase: Phase::Measure,
            iteration: 0,
            iterations: 1,
            done: *done,
            total: 0,
            estimate: None,
            accepted: 0,
        });
        (*done, goes_on)
    }
}

/// One run for each nucleus, with errors that are independent.
fn by_monte_carlo(
    card: &RunCard,
    mixture: &Mixture,
    found: &mut Sigma,
    listener: &mut Listener<'_>,
) -> Result<(), StudyError> {
    let mut variance = 0.0;
    let reports = measured(card, mixture, &[], listener)?;
    for (part, report) in mixture.parts().iter().zip(reports) {
        found.runs.push(Measured::of(mixture, part, &report));
        let cross_section = report.cross_section;
        let (value_pb, error_pb) = (cross_section.value_pb, cross_section.error_pb);
        found.value_pb += part.atom_fraction * value_pb;
        variance += (part.atom_fraction * error_pb).powi(2);
        found.n_eval += report.n_eval;
        found.alarms.extend(report.alarms);
        found.nuclei.push(Nuclear::of(part, value_pb, error_pb));
        found.error_pb = error_pb;
        found.chi2_dof = Some(cross_section.chi2_dof);
    }
    if found.nuclei.len() > 1 {
        found.error_pb = variance.sqrt();
        found.chi2_dof = None;
    }
    Ok(())
}

/// σ and histograms of every nucleus of the target by Monte Carlo, with seeds that follow each other;
/// the notes of the card are among those of each report.
pub(super) fn measured(
    card: &RunCard,
    mixture: &Mixture,
    histograms: &[HistogramRequest],
    listener: &mut Listener<'_>,
) -> Result<Vec<SigmaReport>, StudyError> {
    let several = mixture.parts().len() > 1;
    let (settings, note) = match histograms.is_empty() {
        true => (run::settings_of_sigma(card), run::note_of_sigma(card)),
        false => (run::settings(card), run::note(card)),
    };
    let one = |(i, part): (u64, &Part)| {
        let mut settings = settings;
        settings.seed = settings.seed.wrapping_add(i);
        let mut generator = Generator::new(Arc::clone(&part.process), settings)?;
        generator.adapt(listener)?;
        let mut report = generator.measure(histograms, listener)?;
        let notes = note.iter().cloned();
        report.notes = notes.chain(report.notes).collect();
        if several {
            let alarms = report.alarms.iter();
            report.alarms = alarms.map(|a| format!("on {}: {a}", part.name)).collect();
        }
        Ok(report)
    };
    (0..).zip(mixture.parts()).map(one).collect()
}
