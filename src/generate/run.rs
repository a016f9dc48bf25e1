//! The phases of a run: adapt, measure, sample.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use vegas::{Config, Layout, MaximaConfig, Plan, PointKey, UnweightPlan, Vegas};

use super::events::{EventRequest, EventWriter, Keying, SampleReport, event};
use super::histograms::{self, HistogramRequest};
use super::integrand::Exact;
use super::{GenerateError, Listener};
use crate::event::{Event, EventSink, Weighting};
use crate::histogram::Histogram;
use crate::phase_space::PairBlock;
use crate::process::Setup;
use crate::process::etl::Etl;
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
    /// Relative error at which the measurement stops; `None` goes to `max_neval`.
    pub rel_error: Option<f64>,
    /// Fewest measured points.
    pub min_neval: u64,
    /// Most measured points.
    pub max_neval: u64,
}

/// σ of a measurement and what speaks for or against it.
#[derive(Debug, Clone, PartialEq)]
pub struct SigmaReport {
    /// σ in pb, its error and the iteration table, adapting rows first.
    pub cross_section: CrossSection,
    /// Finished histograms.
    pub histograms: Vec<Histogram>,
    /// Evaluations, adaptation included.
    pub n_eval: u64,
    /// (Σw)²/NΣw²: as good as this share of equal weights.
    pub effective_share: f64,
    /// Largest weight over the mean weight.
    pub largest_weight: f64,
    /// Reasons not to trust the result, in words; empty if there are none.
    pub alarms: Vec<String>,
}

/// Fewest measured iterations: χ² needs some.
const MIN_ITERATIONS: u64 = 5;

/// Fewest and most points of each pass that looks for maxima: more cells raise the efficiency, and
/// pay for themselves in large samples only.
const MAXIMA_NEVAL: (u64, u64) = (4_000_000, 16_000_000);

/// Part of the allowed overweight share that is aimed at: the share of a sample fluctuates.
const MARGIN: f64 = 0.8;

/// Points of a sample tried for each event wanted before the cuts are declared too tight.
const PATIENCE: u64 = 100_000;

/// An exact process with an integrator adapted, or about to be adapted, to it.
pub struct Generator {
    etl: Etl,
    settings: Settings,
    vegas: Vegas,
    adapt_rows: Vec<IterationRow>,
    adapt_eval: u64,
}

impl Generator {
    /// A generator for `setup`, not adapted yet.
    ///
    /// # Errors
    /// [`GenerateError::Integrator`] if a setting is out of range.
    pub fn new(setup: &Setup, settings: Settings) -> Result<Self, GenerateError> {
        let etl = Etl::new(setup);
        let config = Config {
            seed: settings.seed,
            n_adapt: settings.n_adapt,
            neval: settings.neval,
            ..Config::default()
        };
        let mut vegas = Vegas::new(etl.dim(), config)?;
        vegas.set_threads(settings.threads);
        Ok(Self {
            etl,
            settings,
            vegas,
            adapt_rows: Vec::new(),
            adapt_eval: 0,
        })
    }

    /// Adapts the map to the process; gives no result.
    ///
    /// # Errors
    /// [`GenerateError`] if the process is not finite somewhere or a listener stops the run.
    pub fn adapt(&mut self, listener: &mut Listener<'_>) -> Result<(), GenerateError> {
        let report = self.vegas.adapt(&Exact(&self.etl), listener)?;
        if report.stopped {
            return Err(GenerateError::Stopped);
        }
        self.adapt_eval += report.n_eval;
        self.adapt_rows = rows(&report.iterations, false);
        Ok(())
    }

    /// Measures σ and fills histograms with the map as it is.
    ///
    /// # Errors
    /// [`GenerateError`] if a histogram is impossible, a value not finite, or a listener stops.
    pub fn measure(
        &self,
        requests: &[HistogramRequest],
        listener: &mut Listener<'_>,
    ) -> Result<SigmaReport, GenerateError> {
        let Settings {
            neval,
            min_neval,
            max_neval,
            rel_error,
            ..
        } = self.settings;
        let least = MIN_ITERATIONS.max(min_neval.div_ceil(neval));
        let most = (max_neval / neval).max(1);
        let mut plan = Plan::new(neval, u32::try_from(most).unwrap_or(u32::MAX));
        plan.min_iterations = u32::try_from(least.min(most)).unwrap_or(u32::MAX);
        plan.rel_error = rel_error;
        let setup = self.etl.setup();
        let mut filling = requests
            .iter()
            .map(|request| histograms::observer(setup, request))
            .collect::<Result<Vec<_>, _>>()?;
        let m = self
            .vegas
            .measure(&Exact(&self.etl), &plan, &mut filling, listener)?;
        if !m.complete {
            return Err(GenerateError::Stopped);
        }
        let histograms = requests
            .iter()
            .zip(&filling)
            .map(|(request, filled)| histograms::finished(request, filled.data()))
            .collect::<Result<Vec<_>, _>>()?;
        let mut iterations = self.adapt_rows.clone();
        iterations.extend(rows(&m.iterations, true));
        Ok(SigmaReport {
            cross_section: CrossSection {
                value_pb: m.estimate.mean,
                error_pb: m.estimate.sdev,
                chi2_dof: m.chi2_dof,
                n_eval: m.n_eval,
                iterations,
            },
            histograms,
            n_eval: m.n_eval + self.adapt_eval,
            effective_share: m.effective_sample_size / m.counters.points.max(1) as f64,
            largest_weight: m.largest_weight,
            alarms: m.alarms.iter().map(ToString::to_string).collect(),
        })
    }

    /// Makes events from independent points and streams them to `sink` with raw weights; their
    /// mean becomes `sigma_pb` when multiplied by [`SampleReport::weight_scale`].
    ///
    /// # Errors
    /// [`GenerateError`] if the sink fails, the cuts leave too few events or a listener stops.
    pub fn sample(
        &self,
        request: &EventRequest,
        sigma_pb: f64,
        sink: &mut (dyn EventSink + Send),
        listener: &mut Listener<'_>,
    ) -> Result<SampleReport, GenerateError> {
        if request.count == 0 {
            return Ok(SampleReport::empty());
        }
        let written = AtomicU64::new(0);
        let keying = self.keying();
        let setup = self.etl.setup();
        let mut writer = EventWriter::new(
            setup,
            keying,
            request.weighting,
            sink,
            request.count,
            &written,
        );
        let process = Exact(&self.etl);
        let mut stopped = false;
        let mut hear = |progress: &vegas::Progress| {
            if written.load(Ordering::Relaxed) >= request.count {
                return ControlFlow::Break(());
            }
            let flow = listener(progress);
            stopped |= flow.is_break();
            flow
        };
        let mut report = match request.weighting {
            Weighting::Weighted => {
                let plan = self.weighted_plan(request);
                let m = self
                    .vegas
                    .measure(&process, &plan, &mut writer, &mut hear)?;
                SampleReport::weighted(&m)
            }
            Weighting::Unweighted => {
                let config = self.maxima_config(request);
                let mut maxima = self.vegas.find_maxima(&process, &config, &mut hear)?;
                maxima.threshold /= request.max_weight;
                let plan = self.unweight_plan(request);
                let u = self
                    .vegas
                    .unweight(&process, &maxima, &plan, &mut writer, &mut hear)?;
                SampleReport::unweighted(&u, maxima.n_eval)
            }
        };
        let sums = writer.sums();
        report.n_events = written.load(Ordering::Relaxed);
        report.finish(request.count, sigma_pb, sums.sum)?;
        if stopped {
            return Err(GenerateError::Stopped);
        }
        Ok(report)
    }

    /// Makes the event of reproduction key `index` again, alone, with its raw weight: to the bit
    /// what [`Self::sample`] made by the same request.
    ///
    /// # Errors
    /// [`GenerateError::NoSuchEvent`] if that point is no event; [`GenerateError::Integrator`].
    pub fn event(
        &self,
        request: &EventRequest,
        index: u64,
        listener: &mut Listener<'_>,
    ) -> Result<Event, GenerateError> {
        let neval = self.settings.neval;
        let iteration =
            u32::try_from(index / neval).map_err(|_| GenerateError::NoSuchEvent { index })?;
        let key = PointKey {
            iteration,
            index: index % neval,
        };
        let process = Exact(&self.etl);
        let mut maxima = None;
        let point = match request.weighting {
            Weighting::Weighted => self.vegas.point(&self.weighted_plan(request), key)?,
            Weighting::Unweighted => {
                let config = self.maxima_config(request);
                let mut found = self.vegas.find_maxima(&process, &config, listener)?;
                found.threshold /= request.max_weight;
                let plan = self.unweight_plan(request);
                let point = self.vegas.unweighted_point(&plan, &found, key)?;
                maxima = Some(found);
                point
            }
        };
        let y: Vec<&[f64]> = point.x.iter().map(std::slice::from_ref).collect();
        let (mut value, mut block) = ([0.0], PairBlock::default());
        self.etl.evaluate(&y, &mut value, &mut block);
        let weight = point.weight(value[0]);
        let weight = match maxima {
            None => weight,
            Some(found) => {
                let ratio = weight.abs() / found.threshold;
                if ratio > point.accept {
                    ratio.max(1.0)
                } else {
                    0.0
                }
            }
        };
        if weight == 0.0 {
            return Err(GenerateError::NoSuchEvent { index });
        }
        Ok(event(
            self.etl.setup(),
            self.keying(),
            &block,
            0,
            index,
            weight,
        ))
    }

    fn keying(&self) -> Keying {
        Keying {
            seed: self.settings.seed,
            neval: self.settings.neval,
        }
    }

    /// Iterations of a sample before the cuts are declared too tight.
    fn sample_iterations(&self, request: &EventRequest) -> u32 {
        let points = request.count.saturating_mul(PATIENCE);
        u32::try_from(points.div_ceil(self.settings.neval)).unwrap_or(u32::MAX)
    }

    fn weighted_plan(&self, request: &EventRequest) -> Plan {
        let iterations = self.sample_iterations(request);
        let mut plan = Plan::new(self.settings.neval, iterations).layout(Layout::Even);
        plan.defensive = 0.0;
        plan
    }

    fn unweight_plan(&self, request: &EventRequest) -> UnweightPlan {
        let iterations = self.sample_iterations(request);
        UnweightPlan::new(self.settings.neval, iterations, request.count)
    }

    fn maxima_config(&self, request: &EventRequest) -> MaximaConfig {
        let (least, most) = MAXIMA_NEVAL;
        MaximaConfig {
            neval: request.count.saturating_mul(4).clamp(least, most),
            max_overweight_share: MARGIN * request.max_overweight_share,
            ..MaximaConfig::default()
        }
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
