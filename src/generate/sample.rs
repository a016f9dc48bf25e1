//! Making events: all of a sample, one part of it, or a single event again.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use vegas::{
    Layout, Maxima, MaximaConfig, Measurement, Plan, PointKey, Slice, UnweightPlan, Unweighted,
};

use super::events::{EventRequest, EventWriter, Keying, Maker, SampleReport};
use super::integrand::Exact;
use super::run::Generator;
use super::{GenerateError, Listener, quality};
use crate::event::{Event, EventBuffer, EventSink, Weighting};
use crate::record::CrossSection;

/// Fewest and most points of each pass that looks for maxima: more boxes raise the efficiency, and
/// pay for themselves in large samples only.
const MAXIMA_NEVAL: (u64, u64) = (125_000, 2_000_000);

/// Points of each pass for an event wanted.
const MAXIMA_PER_EVENT: f64 = 0.05;

/// How often maxima are looked for again, with this many times the points, where too much weight
/// is expected above them.
const LONGER: (u32, u64) = (2, 4);

/// Part of the allowed excess above which they are.
const TOO_MUCH: f64 = 0.5;

/// Part of the allowed overweight share that is aimed at: the share of a sample fluctuates.
const MARGIN: f64 = 0.6;

/// Points of a sample tried for each event wanted before the cuts are declared too tight.
const PATIENCE: u64 = 100_000;

/// Points that estimate how many become events, before a sample is divided.
const PILOT_NEVAL: u64 = 1 << 20;

/// Standard deviations by which the events of all shards are to stay below those wanted.
const SHORTFALL: f64 = 6.0;

/// What the points of a sample were.
enum Points {
    Weighted(Measurement),
    Unweighted(Unweighted),
}

impl Generator {
    /// Makes events from independent points and streams them to `sink` with raw weights, which
    /// [`EventSink::normalise`] turns into pb in the end: their mean is `sigma`. Stopped and called
    /// again with the same request, it makes those that are missing; another request begins anew.
    ///
    /// # Errors
    /// [`GenerateError`] if the sink fails, the cuts leave too few events or a listener stops.
    pub fn sample(
        &mut self,
        request: &EventRequest,
        sigma: &CrossSection,
        sink: &mut (dyn EventSink + Send),
        listener: &mut Listener<'_>,
    ) -> Result<SampleReport, GenerateError> {
        if request.count == 0 {
            return Ok(SampleReport {
                weighting: request.weights(),
                ..SampleReport::empty()
            });
        }
        let iterations = self.sample_iterations(request);
        let points = self.go_on_sampling(request, (iterations, None), sink, listener)?;
        let mut report = match &points {
            Points::Weighted(m) => SampleReport::weighted(m),
            Points::Unweighted(u) => {
                SampleReport::unweighted(u, self.work.maxima.as_ref().map_or(0, |m| m.n_eval))
            }
        };
        report.n_events = self.work.written.events;
        report.weighting = request.weights();
        report.finish(request.count, sigma, self.work.written.weight_sum)?;
        let normalised = sink.normalise(report.weight_scale);
        normalised.map_err(GenerateError::Sink)?;
        report.alarms.extend(quality::of_sample(request, &report));
        Ok(report)
    }

    /// Makes one part of the events that a sample surely has and streams them to `sink` with raw
    /// weights, in the order of the sample. [`Self::sample`] makes the few that all parts leave.
    ///
    /// # Errors
    /// As [`Self::sample`].
    pub fn sample_part(
        &mut self,
        request: &EventRequest,
        shard: Slice,
        sink: &mut (dyn EventSink + Send),
        listener: &mut Listener<'_>,
    ) -> Result<(), GenerateError> {
        match self.shared_iterations(request, listener)? {
            0 => Ok(()),
            certain => self
                .go_on_sampling(request, (certain, Some(shard)), sink, listener)
                .map(|_| ()),
        }
    }

    /// Keeps of merged parts what one run would have done on its way to the events of `request`;
    /// events from the index that is returned on do not belong to it and are made again.
    pub fn keep_sample(&mut self, request: &EventRequest) -> u64 {
        let (count, weighting) = (request.count, request.weighting);
        self.work.keep_iterations_below(count, weighting) * self.settings.neval
    }

    /// Counts events of merged parts that were handed over, in the order of the sample.
    pub fn take_over(&mut self, events: &EventBuffer) {
        self.work.written.add(events);
    }

    /// Makes the event of reproduction key `index` again, alone, with its raw weight: to the bit
    /// what [`Self::sample`] made by the same request.
    ///
    /// # Errors
    /// [`GenerateError::NoSuchEvent`] if that point is no event; [`GenerateError::Integrator`].
    pub fn event(
        &mut self,
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
        let maxima = self.maxima(request, listener)?;
        let vegas = &self.work.vegas;
        let iterations = self.sample_iterations(request);
        let point = match &maxima {
            None => vegas.point(&weighted_plan(neval, iterations), key)?,
            Some(maxima) => {
                let plan = UnweightPlan::new(neval, iterations, request.count);
                vegas.unweighted_point(&plan, maxima, key)?
            }
        };
        let y: Vec<&[f64]> = point.x.iter().map(std::slice::from_ref).collect();
        let (mut value, mut block) = ([0.0], self.process.block());
        block.evaluate(&y, &mut value);
        let weight = point.weight(value[0]);
        let weight = match maxima {
            None => weight,
            Some(maxima) => {
                let ratio = weight.abs() / maxima.threshold;
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
        Ok(self.maker().event(&block, 0, index, weight))
    }

    fn maker(&self) -> Maker {
        Maker {
            frame: self.frame.clone(),
            keying: Keying {
                seed: self.settings.seed,
                neval: self.settings.neval,
            },
        }
    }

    /// Goes on until there are all events, or through `iterations` iterations of one part.
    fn go_on_sampling(
        &mut self,
        request: &EventRequest,
        (iterations, shard): (u32, Option<Slice>),
        sink: &mut (dyn EventSink + Send),
        listener: &mut Listener<'_>,
    ) -> Result<Points, GenerateError> {
        // Sets the sample up, if it is new.
        let maxima = self.maxima(request, listener)?;
        let maker = self.maker();
        let neval = self.settings.neval;
        let wanted = shard.map_or(request.count, |_| u64::MAX);
        let process = Exact(&*self.process);
        let work = &mut self.work;
        let count = AtomicU64::new(work.written.events);
        let mut stopped = false;
        let mut hear = |progress: &vegas::Progress| {
            if count.load(Ordering::Relaxed) >= wanted {
                return ControlFlow::Break(());
            }
            let flow = listener(progress);
            stopped |= flow.is_break();
            flow
        };
        let tally = std::mem::take(&mut work.sampled);
        let mut writer = EventWriter::new(
            maker,
            request.weighting,
            sink,
            wanted,
            (&mut work.written, &count),
        );
        let mut points = match &maxima {
            None => {
                let mut plan = weighted_plan(neval, iterations);
                plan.shard = shard;
                // A complete sample stops at its first chunk; nothing may be added to it.
                let m = match count.load(Ordering::Relaxed) >= wanted {
                    true => Measurement::from_tally(tally, &plan)?,
                    false => work
                        .vegas
                        .resume(&process, &plan, tally, &mut writer, &mut hear)?,
                };
                Points::Weighted(m)
            }
            Some(maxima) => {
                let plan = match shard {
                    None => UnweightPlan::new(neval, iterations, wanted),
                    Some(shard) => UnweightPlan::part(neval, iterations, shard),
                };
                let u = work.vegas.resume_unweighting(
                    &process,
                    maxima,
                    &plan,
                    tally,
                    &mut writer,
                    &mut hear,
                )?;
                Points::Unweighted(u)
            }
        };
        let m = match &mut points {
            Points::Weighted(m) => m,
            Points::Unweighted(u) => &mut u.measurement,
        };
        work.sampled = std::mem::take(&mut m.tally);
        match stopped && work.written.events < wanted {
            true => Err(GenerateError::Stopped),
            false => Ok(points),
        }
    }

    /// The maxima with the threshold of `request`, looked for once; `None` for weighted events.
    pub(super) fn maxima(
        &mut self,
        request: &EventRequest,
        listener: &mut Listener<'_>,
    ) -> Result<Option<Maxima>, GenerateError> {
        self.work.begin(request);
        if request.weighting == Weighting::Weighted {
            return Ok(None);
        }
        if self.work.maxima.is_none() {
            let mut found = self.look_for_maxima(request, listener)?;
            found.threshold /= request.max_weight;
            self.work.maxima = Some(found);
        }
        Ok(self.work.maxima.clone())
    }

    /// Looks for maxima, and longer where rare points stand out.
    fn look_for_maxima(
        &self,
        request: &EventRequest,
        listener: &mut Listener<'_>,
    ) -> Result<Maxima, GenerateError> {
        let (least, most) = MAXIMA_NEVAL;
        // In steps, so that a somewhat longer sample has the same beginning.
        let mut neval = least;
        while 2 * neval <= most && 2.0 * neval as f64 <= MAXIMA_PER_EVENT * request.count as f64 {
            neval *= 2;
        }
        let mut config = MaximaConfig {
            neval,
            max_overweight_share: MARGIN * request.max_overweight_share,
            ..MaximaConfig::default()
        };
        let process = Exact(&*self.process);
        let (mut times, more) = LONGER;
        let mut n_eval = 0;
        loop {
            let found = self.work.vegas.find_maxima(&process, &config, listener);
            let mut found = found.map_err(|error| match error {
                vegas::Error::Incomplete => GenerateError::Stopped,
                other => other.into(),
            })?;
            n_eval += found.n_eval;
            let fine = found.expected_excess <= TOO_MUCH * request.max_overweight_share;
            if fine || times == 0 || config.neval >= most {
                found.n_eval = n_eval;
                return Ok(found);
            }
            config.neval = (more * config.neval).min(most);
            times -= 1;
        }
    }

    /// Iterations of a sample before the cuts are declared too tight.
    pub(super) fn sample_iterations(&self, request: &EventRequest) -> u32 {
        let points = request.count.saturating_mul(PATIENCE);
        u32::try_from(points.div_ceil(self.settings.neval)).unwrap_or(u32::MAX)
    }

    /// Iterations that a sample surely needs, from other points than its own.
    fn shared_iterations(
        &mut self,
        request: &EventRequest,
        listener: &mut Listener<'_>,
    ) -> Result<u32, GenerateError> {
        let maxima = self.maxima(request, listener)?;
        if let Some(known) = self.work.shared_iterations {
            return Ok(known);
        }
        let process = Exact(&*self.process);
        // Too short to be worth stopping.
        let listener = &mut vegas::silent;
        let mut other = self.work.vegas.clone();
        other.set_threads(self.settings.threads);
        other.set_seed(self.settings.seed ^ 0x0070_696c_6f74);
        let counters = match &maxima {
            None => {
                let plan = weighted_plan(PILOT_NEVAL, 1);
                let m = other.measure(&process, &plan, &mut (), listener)?;
                m.counters
            }
            Some(maxima) => {
                let mut plan = UnweightPlan::new(PILOT_NEVAL, 1, 0);
                plan.events = None;
                let u = other.unweight(&process, maxima, &plan, &mut (), listener)?;
                u.measurement.counters
            }
        };
        let events = match maxima {
            None => counters.points - counters.zero,
            Some(_) => counters.accepted,
        } as f64;
        // Both the pilot and the sample fluctuate; a share of zero is known to one event only.
        let at_most = events + SHORTFALL * (events.sqrt() + SHORTFALL);
        let share = (at_most / counters.points as f64).min(1.0);
        let expected =
            (request.count as f64 + SHORTFALL * SHORTFALL / 4.0).sqrt() - SHORTFALL / 2.0;
        let points = expected * expected / share;
        // A float too large for an integer becomes the largest.
        let certain = (points / self.settings.neval as f64) as u32;
        self.work.shared_iterations = Some(certain);
        Ok(certain)
    }
}

/// Points for weighted events.
pub(super) fn weighted_plan(neval: u64, iterations: u32) -> Plan {
    let mut plan = Plan::new(neval, iterations).layout(Layout::Even);
    plan.defensive = 0.0;
    plan
}
