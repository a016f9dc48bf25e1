//! Adapting and measuring, in one piece, in several, or a part only.

use std::sync::Arc;

use vegas::{AdaptReport, Config, Layout, Measurement, Plan, Slice, Vegas};

use super::histograms::{self, HistogramRequest};
use super::integrand::Exact;
use super::observe::Frame;
use super::report::SigmaReport;
use super::work::Work;
use super::{GenerateError, Listener, quality};
use crate::process::Process;
use crate::record::{CrossSection, IterationRow};

/// How to integrate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Seed of all random streams.
    pub seed: u64,
    /// Threads; 0 means all cores. Changes no result.
    pub threads: usize,
    /// Adapting iterations.
    pub n_adapt: u32,
    /// Points an iteration.
    pub neval: u64,
    /// Points of a measuring iteration made of shifted lattices, for σ alone: a power of two.
    pub lattices: Option<u64>,
    /// Relative error at which the measurement stops; `None` goes to `max_neval`.
    pub rel_error: Option<f64>,
    /// Most measured points, those of the adaptation and probes not counted; fewer where that meets heavy points.
    pub max_neval: u64,
}

impl Settings {
    /// The same within `evaluations` in all, adaptation and probes included: fewer measured points,
    /// and where not even five iterations of `neval` points fit, smaller iterations.
    #[must_use]
    pub fn within(self, evaluations: u64) -> Self {
        if let Some(points) = self.lattices
            && self.least_evaluations(self.neval) > evaluations
        {
            let lattices = (points / 2 >= SMALLEST_LATTICES).then_some(points / 2);
            return Self { lattices, ..self }.within(evaluations);
        }
        let fits = |neval: u64| self.least_evaluations(neval) <= evaluations;
        let mut neval = self.neval;
        if !fits(neval) {
            let excess = self.least_evaluations(neval) as f64 / evaluations as f64;
            // Not quite proportional, since probes are whole numbers.
            neval = ((neval as f64 / excess) as u64 + 1).max(SMALLEST_ITERATION);
            while neval > SMALLEST_ITERATION && !fits(neval) {
                neval -= 1;
            }
        }
        // Rather fewer adapting iterations than still smaller ones.
        let spare = evaluations / SMALLEST_ITERATION;
        let n_adapt = match fits(neval) {
            true => self.n_adapt,
            false => u32::try_from(spare.saturating_sub(MIN_ITERATIONS)).unwrap_or(u32::MAX),
        };
        let adapting = Self { n_adapt, ..self }.adapting_evaluations(neval);
        let points = self.lattices.unwrap_or(neval);
        let iterations = evaluations.saturating_sub(adapting) / with_probes(points, MEASURE_PROBES);
        Self {
            neval,
            n_adapt,
            max_neval: iterations.max(MIN_ITERATIONS) * points,
            ..self
        }
    }

    /// The same for σ alone, without histograms or events: lattices, of no more points than the relative
    /// error asked for needs, after an adaptation to no more than they need.
    #[must_use]
    pub fn for_sigma(self) -> Self {
        let needed = self.rel_error.map_or(u64::MAX, |goal| {
            // A float too large for an integer becomes the largest.
            (VARIANCE_PER_ITERATION / (goal * goal)) as u64
        });
        let points = needed.clamp(*FEW_LATTICES.start(), *FEW_LATTICES.end());
        let points = 1 << points.min(self.neval).max(1).ilog2();
        Self {
            neval: self.neval.min(FEW_POINTS),
            lattices: (points >= SMALLEST_LATTICES).then_some(points),
            ..self
        }
    }

    /// Evaluations of the adaptation and of the fewest measuring iterations, of `neval` points each.
    pub fn least_evaluations(&self, neval: u64) -> u64 {
        let points = self.lattices.unwrap_or(neval);
        let measuring = MIN_ITERATIONS.saturating_mul(with_probes(points, MEASURE_PROBES));
        self.adapting_evaluations(neval).saturating_add(measuring)
    }

    fn adapting_evaluations(&self, neval: u64) -> u64 {
        u64::from(self.n_adapt).saturating_mul(with_probes(neval, ADAPT_PROBES))
    }

    /// Evaluations that the adaptation may take from the measurement where it meets heavy points.
    fn spare(&self) -> u64 {
        let points = self.lattices.unwrap_or(self.neval);
        let more = (self.max_neval / points).saturating_sub(MIN_ITERATIONS);
        let most = more.saturating_mul(with_probes(points, MEASURE_PROBES));
        most.min(self.adapting_evaluations(self.neval))
    }
}

/// Points of an iteration with its share of probes.
fn with_probes(neval: u64, share: f64) -> u64 {
    neval.saturating_add((share * neval as f64) as u64)
}

/// Power of the means with which the map is trained where hypercubes measure and events are made, which then weigh more alike;
/// lattices lose a little by it.
const ALPHA: f64 = 0.75;

/// Points of an iteration of lattices times the square of the relative error. The shipped cards have a
/// relative variance of 0.002 to 0.04 a point: five to twenty iterations measure that.
const VARIANCE_PER_ITERATION: f64 = 0.002;

/// Points of an iteration of lattices: with fewer the smoothness of the integrand gains less, with more
/// it gains no more.
const FEW_LATTICES: std::ops::RangeInclusive<u64> = 1 << 13..=1 << 17;

/// Fewest points of an iteration of lattices that the integrator takes.
const SMALLEST_LATTICES: u64 = 1 << 11;

/// Points of an adapting iteration for σ alone: more make no better map for lattices.
const FEW_POINTS: u64 = 20_000;

/// Fewest measured iterations: χ² needs some.
const MIN_ITERATIONS: u64 = 5;

/// Fewest points of an iteration that the integrator takes.
const SMALLEST_ITERATION: u64 = 16;

/// Probes on top of adapting and of measured points, a share of them.
const ADAPT_PROBES: f64 = 0.05;
const MEASURE_PROBES: f64 = 0.02;

/// Part of the iterations the adaptation foresees that are done before the error is looked at, so
/// that shards know their share; the error of an adapting iteration is uncertain.
const FORESEEN: f64 = 0.5;

/// An exact process with an integrator adapted, or about to be adapted, to it.
///
/// A phase that its listener stops has done what it has done; called again, it goes on there.
pub struct Generator {
    pub(super) process: Arc<dyn Process>,
    pub(super) frame: Frame,
    pub(super) settings: Settings,
    pub(super) work: Work,
    adapted: AdaptReport,
    /// Evaluations of lattices that were given up.
    tried: u64,
}

impl Generator {
    /// A generator for a process, not adapted yet.
    ///
    /// # Errors
    /// [`GenerateError::Integrator`] if a setting is out of range.
    pub fn new(process: Arc<dyn Process>, settings: Settings) -> Result<Self, GenerateError> {
        let config = Config {
            seed: settings.seed,
            n_adapt: settings.n_adapt,
            neval: settings.neval,
            defensive: ADAPT_PROBES,
            spare: Some(settings.spare()),
            ..Config::default()
        };
        let alpha = match settings.lattices {
            Some(_) => config.alpha,
            None => ALPHA,
        };
        let config = Config { alpha, ..config };
        let vegas = Vegas::new(process.dim(), config)?;
        Ok(Self::with(process, settings, Work::new(vegas)))
    }

    /// A generator that goes on from `work`, done with the same process and settings.
    pub fn resume(process: Arc<dyn Process>, settings: Settings, work: Work) -> Self {
        Self::with(process, settings, work)
    }

    fn with(process: Arc<dyn Process>, settings: Settings, mut work: Work) -> Self {
        work.vegas.set_threads(settings.threads);
        Self {
            frame: Frame::of(&*process),
            process,
            settings,
            work,
            adapted: AdaptReport::default(),
            tried: 0,
        }
    }

    /// What has been done so far.
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// Adapts the map to the process, or does what is missing of it; gives no result.
    ///
    /// # Errors
    /// [`GenerateError`] if the process is not finite somewhere or a listener stops the run.
    pub fn adapt(&mut self, listener: &mut Listener<'_>) -> Result<(), GenerateError> {
        self.adapted = self.work.vegas.adapt(&Exact(&*self.process), listener)?;
        match self.adapted.stopped {
            true => Err(GenerateError::Stopped),
            false => Ok(()),
        }
    }

    /// Measures σ and fills histograms with the map as it is.
    ///
    /// # Errors
    /// [`GenerateError`] if a histogram is impossible, a value not finite, or a listener stops.
    pub fn measure(
        &mut self,
        requests: &[HistogramRequest],
        listener: &mut Listener<'_>,
    ) -> Result<SigmaReport, GenerateError> {
        self.try_lattices(requests, listener)?;
        let mut plan = self.plan(self.most_iterations());
        plan.min_iterations = self.certain_iterations();
        plan.rel_error = self.settings.rel_error;
        let m = self.go_on_measuring(&plan, requests, listener)?;
        let histograms = requests
            .iter()
            .zip(&self.work.histograms)
            .map(|(request, data)| histograms::finished(request, data, m.estimate.sdev))
            .collect::<Result<Vec<_>, _>>()?;
        let mut iterations = rows(&self.adapted.iterations, false);
        iterations.extend(rows(&m.iterations, true));
        let points = m.counters.points.max(1) as f64;
        let mut report = SigmaReport {
            cross_section: CrossSection {
                value_pb: m.estimate.mean,
                error_pb: m.estimate.sdev,
                chi2_dof: m.chi2_dof,
                n_eval: m.n_eval,
                iterations,
            },
            histograms,
            n_eval: m.n_eval + self.adapted.n_eval + self.tried,
            effective_share: m.effective_sample_size / points,
            largest_weight: m.largest_weight,
            alarms: m.alarms.iter().map(quality::of_integral).collect(),
            notes: Vec::new(),
        };
        let counts = quality::Counts {
            points: m.counters.points,
            zero: m.counters.zero,
        };
        report.alarms.extend(quality::of_sigma(&report, counts));
        let goal = self.settings.rel_error;
        let missed = goal.and_then(|goal| quality::of_goal(&report, goal));
        report.alarms.extend(missed);
        let (vegas, neval) = (&self.work.vegas, self.settings.neval);
        quality::of_histograms(&mut report, |observable| {
            quality::central_range(&*self.process, &self.frame, vegas, neval, observable)
        })?;
        Ok(report)
    }

    /// Measures with lattices as often as needs be to tell that they vary less than strata did in the last
    /// iteration of the adaptation. Where not, and strata can be measured often enough with what is left, gives them up.
    fn try_lattices(
        &mut self,
        requests: &[HistogramRequest],
        listener: &mut Listener<'_>,
    ) -> Result<(), GenerateError> {
        let Some(points) = self.settings.lattices else {
            return Ok(());
        };
        // What fills histograms must not depend on its neighbours.
        if requests.is_empty() {
            let iterations = self.most_iterations().min(MIN_ITERATIONS as u32);
            let m = self.go_on_measuring(&self.plan(iterations), requests, listener)?;
            let spread = m.estimate.sdev * (f64::from(iterations) * points as f64).sqrt();
            let strata = self.adapted.iterations.last();
            let gains =
                strata.is_none_or(|row| spread < row.estimate.sdev * (row.points as f64).sqrt());
            let neval = self.settings.neval;
            let rest = self.measuring_evaluations().saturating_sub(m.n_eval);
            if gains || rest < MIN_ITERATIONS * with_probes(neval, MEASURE_PROBES) {
                return Ok(());
            }
            self.tried = m.n_eval;
            let left = rest + self.spent();
            self.settings.max_neval = left / with_probes(neval, MEASURE_PROBES) * neval;
        }
        self.settings.lattices = None;
        self.work.measured = vegas::Tally::default();
        Ok(())
    }

    /// Evaluations that are left to the measurement.
    fn measuring_evaluations(&self) -> u64 {
        let Settings {
            lattices,
            neval,
            max_neval,
            ..
        } = self.settings;
        let points = lattices.unwrap_or(neval);
        let all = (max_neval / points).saturating_mul(with_probes(points, MEASURE_PROBES));
        all.saturating_sub(self.spent())
    }

    /// Evaluations of the adaptation on top of those that were planned.
    fn spent(&self) -> u64 {
        let planned = self.settings.adapting_evaluations(self.settings.neval);
        self.adapted.n_eval.saturating_sub(planned)
    }

    /// The points of `iterations` iterations.
    fn plan(&self, iterations: u32) -> Plan {
        let points = self.settings.lattices;
        let mut plan = Plan::new(points.unwrap_or(self.settings.neval), iterations);
        if points.is_some() {
            plan.layout = Layout::Lattice;
        }
        plan.defensive = MEASURE_PROBES;
        plan
    }

    /// Does one part of what every measurement does before it looks at its error.
    ///
    /// # Errors
    /// As [`Self::measure`].
    pub fn measure_part(
        &mut self,
        requests: &[HistogramRequest],
        shard: Slice,
        listener: &mut Listener<'_>,
    ) -> Result<(), GenerateError> {
        let mut plan = self.plan(self.certain_iterations());
        plan.shard = Some(shard);
        self.go_on_measuring(&plan, requests, listener).map(|_| ())
    }

    /// Takes over the points of another part of the same run.
    ///
    /// # Errors
    /// [`GenerateError::Integrator`] if it is a part of another run or shares points with this.
    pub fn merge(&mut self, part: &Work) -> Result<(), GenerateError> {
        self.work.merge(part)
    }

    fn go_on_measuring(
        &mut self,
        plan: &Plan,
        requests: &[HistogramRequest],
        listener: &mut Listener<'_>,
    ) -> Result<Measurement, GenerateError> {
        let axes = requests.iter().flat_map(|request| &request.axes);
        for axis in axes {
            self.frame.check(axis.observable())?;
        }
        let work = &mut self.work;
        if work.histograms.len() != requests.len() {
            let empty = requests.iter().map(histograms::empty);
            work.histograms = empty.collect::<Result<_, _>>()?;
        }
        let data = std::mem::take(&mut work.histograms);
        let mut filling: Vec<_> = requests
            .iter()
            .zip(data)
            .map(|(request, data)| histograms::observer(&self.frame, request, data))
            .collect();
        let tally = std::mem::take(&mut work.measured);
        let mut stopped = false;
        let mut hear = |progress: &vegas::Progress| {
            let flow = listener(progress);
            stopped |= flow.is_break();
            flow
        };
        let process = Exact(&*self.process);
        let mut m = work
            .vegas
            .resume(&process, plan, tally, &mut filling, &mut hear)?;
        work.histograms = filling.into_iter().map(|h| h.into_data()).collect();
        work.measured = std::mem::take(&mut m.tally);
        // A part is never complete; stopped behind its last point, a whole may be.
        match m.complete || plan.shard.is_some() && !stopped {
            true => Ok(m),
            false => Err(GenerateError::Stopped),
        }
    }

    fn most_iterations(&self) -> u32 {
        let points = self.settings.lattices.unwrap_or(self.settings.neval);
        let most = self.measuring_evaluations() / with_probes(points, MEASURE_PROBES);
        u32::try_from(most.max(1)).unwrap_or(u32::MAX)
    }

    /// Iterations before the error is looked at.
    fn certain_iterations(&self) -> u32 {
        let Some(goal) = self.settings.rel_error else {
            return self.most_iterations();
        };
        // What the adaptation foresees is of strata.
        let strata = self.settings.lattices.is_none();
        let last = self.adapted.iterations.last().filter(|_| strata);
        let foreseen = last.map_or(0.0, |row| {
            let excess = row.estimate.relative_error() / goal;
            FORESEEN * excess * excess
        });
        // A float too large for an integer becomes the largest.
        let certain = MIN_ITERATIONS.max(foreseen as u64);
        u32::try_from(certain).map_or(u32::MAX, |c| c.min(self.most_iterations()))
    }
}

fn rows(rows: &[vegas::IterationRow], measured: bool) -> Vec<IterationRow> {
    rows.iter()
        .map(|r| IterationRow {
            measured,
            n_eval: r.points,
            value_pb: r.estimate.mean,
            error_pb: r.estimate.sdev,
            average_pb: r.average.mean,
            average_error_pb: r.average.sdev,
            chi2_dof: r.chi2_dof,
            q: r.q,
        })
        .collect()
}
