//! Events from blocks of points: momenta, weights, reproduction keys, streamed to a sink in order.
//!
//! The azimuth of the whole event, which nothing depends on, is drawn from a stream of its own
//! keyed by the seed and the event's index, and so is where and in which direction its beam particle comes in.

use std::sync::atomic::{AtomicU64, Ordering};

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};
use vegas::{BLOCK, Block, Measurement, Observer, ObserverError, Share, Unweighted};

use super::GenerateError;
use super::integrand::Record;
use super::observe::Frame;
use crate::event::{Event, EventBuffer, EventSink, MAX_OUTGOING, MAX_SCALARS, Weighting};
use crate::record::CrossSection;

/// What events to make.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EventRequest {
    /// Number of events; exactly as many are made.
    pub count: u64,
    /// Weighted or unweighted.
    pub weighting: Weighting,
    /// Largest share of the summed weight above the maximum, when unweighting.
    pub max_overweight_share: f64,
    /// Partial unweighting: points are accepted in proportion to their weight up to this many
    /// times less than full unweighting needs, and events keep weights from 1 up to it; 1 is full.
    pub max_weight: f64,
}

impl EventRequest {
    /// What the weights of these events are.
    pub fn weights(&self) -> Weighting {
        match self.weighting {
            Weighting::Unweighted if self.max_weight > 1.0 => Weighting::PartlyUnweighted,
            other => other,
        }
    }
}

/// Events that were handed over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Written {
    pub(super) events: u64,
    /// Sum of their raw weights, in their order.
    pub(super) weight_sum: f64,
}

impl Written {
    /// Adds the next events.
    pub(super) fn add(&mut self, events: &EventBuffer) {
        self.events += events.len() as u64;
        for weight in &events.weight {
            self.weight_sum += weight;
        }
    }
}

/// What is known of a sample once it is made.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleReport {
    /// Events made.
    pub n_events: u64,
    /// What their weights are.
    pub weighting: Weighting,
    /// Points of the sample that were tried.
    pub n_points: u64,
    /// Evaluations of the process for them, probes and the search for maxima included.
    pub n_eval: u64,
    /// Mean of the raw weights over σ: what the sample itself makes of σ.
    pub sigma_ratio: f64,
    /// Its standard error, that of the measured σ included.
    pub sigma_ratio_error: f64,
    /// Accepted share of points, with its 95 % interval; (Σw)²/NΣw² when weighted.
    pub unweighting_efficiency: [f64; 3],
    /// Share of events of weight above 1 with its 95 % interval; zero when weighted.
    pub overweight_share: [f64; 3],
    /// Part of the summed weight above the maximum; zero when weighted.
    pub overweight_excess: f64,
    /// What turned raw weights into pb, so that their mean is σ.
    pub weight_scale: f64,
    /// Reasons not to trust the sample, in words.
    pub alarms: Vec<String>,
}

/// Deviation of a sample's own σ from the measured one, in errors, above which it is not trusted.
const MAX_PULL: f64 = 5.0;

impl SampleReport {
    /// Of no events, which cost nothing.
    pub(super) fn empty() -> Self {
        Self {
            n_events: 0,
            weighting: Weighting::Weighted,
            n_points: 0,
            n_eval: 0,
            sigma_ratio: 1.0,
            sigma_ratio_error: 0.0,
            unweighting_efficiency: [0.0; 3],
            overweight_share: [0.0; 3],
            overweight_excess: 0.0,
            weight_scale: 1.0,
            alarms: Vec::new(),
        }
    }

    /// Of a sample whose events keep their weights.
    pub(super) fn weighted(m: &Measurement) -> Self {
        let share = m.effective_sample_size / m.counters.points.max(1) as f64;
        Self {
            n_events: 0,
            weighting: Weighting::Weighted,
            n_points: m.counters.points,
            n_eval: m.n_eval,
            sigma_ratio: m.estimate.mean,
            sigma_ratio_error: m.estimate.sdev,
            unweighting_efficiency: [share; 3],
            overweight_share: [0.0; 3],
            overweight_excess: 0.0,
            weight_scale: 1.0,
            alarms: Vec::new(),
        }
    }

    /// Of an unweighted sample whose maxima took `maxima_eval` evaluations.
    pub(super) fn unweighted(u: &Unweighted, maxima_eval: u64) -> Self {
        let interval = |s: Share| [s.value, s.low, s.high];
        Self {
            n_eval: u.measurement.n_eval + maxima_eval,
            unweighting_efficiency: interval(u.efficiency),
            overweight_share: interval(u.overweight_share),
            overweight_excess: u.overweight_excess,
            ..Self::weighted(&u.measurement)
        }
    }

    /// Normalises to σ what so far is absolute, from the sum of the raw weights stored.
    pub(super) fn finish(
        &mut self,
        wanted: u64,
        sigma: &CrossSection,
        weight_sum: f64,
    ) -> Result<(), GenerateError> {
        let sigma_pb = sigma.value_pb;
        if self.n_events < wanted {
            return Err(GenerateError::TooFewEvents {
                found: self.n_events,
                wanted,
                points: self.n_points,
            });
        }
        self.sigma_ratio /= sigma_pb;
        // Sample and measurement are of different points: either may be the worse known.
        self.sigma_ratio_error =
            libm::hypot(self.sigma_ratio_error, self.sigma_ratio * sigma.error_pb) / sigma_pb;
        self.weight_scale = if weight_sum > 0.0 {
            sigma_pb * self.n_events as f64 / weight_sum
        } else {
            1.0
        };
        let pull = (self.sigma_ratio - 1.0) / self.sigma_ratio_error;
        if pull.abs() > MAX_PULL && self.n_events > 100 {
            self.alarms.push(format!(
                "the events make sigma {:.4} times the measured one, {:.1} errors off: raise integration.n_adapt and integration.neval",
                self.sigma_ratio,
                pull.abs()
            ));
        }
        Ok(())
    }
}

/// How an event's place in the sample and its azimuth are made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keying {
    /// Seed of the run.
    pub(super) seed: u64,
    /// Points an iteration: index = iteration · neval + position.
    pub(super) neval: u64,
}

impl Keying {
    /// The random numbers of event `index` that its weight does not depend on.
    fn stream(self, index: u64) -> Pcg64Mcg {
        // Two rounds of different odd multipliers keep neighbouring indices apart.
        let key = index.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ self.seed.rotate_left(32);
        Pcg64Mcg::seed_from_u64(key)
    }
}

/// How events are made of points.
#[derive(Debug, Clone)]
pub(super) struct Maker {
    pub(super) frame: Frame,
    pub(super) keying: Keying,
}

impl Maker {
    /// The event of point `i` of a block, its raw weight not yet normalised.
    pub(super) fn event(&self, block: &Record, i: usize, index: u64, weight: f64) -> Event {
        let mut one = EventBuffer::new(self.frame.columns.clone());
        one.weight.push(weight);
        one.index.push(index);
        self.complete(block, &[i], &mut one);
        one.get(0).expect("it was just made")
    }

    /// Gives the last events of a buffer, which have their weights and indices, what the points `at` of a block say.
    fn complete(&self, block: &Record, at: &[usize], events: &mut EventBuffer) {
        let (frame, first) = (&self.frame, events.len() - at.len());
        let mut turns = [0.0; BLOCK];
        let turns = &mut turns[..at.len()];
        for (turn, &index) in turns.iter_mut().zip(&events.index[first..]) {
            *turn = self.keying.stream(index).random();
        }
        frame.turned_momenta(block, (at, turns), events.momenta_mut());
        if frame.incoming.is_none() && frame.columns.scalars.is_empty() {
            return;
        }
        for (row, &i) in (first..).zip(at) {
            let mut scalars = [0.0; MAX_SCALARS];
            frame.scalars(block, i, &mut scalars);
            if let Some(incoming) = &frame.incoming {
                let mut stream = self.keying.stream(events.index[row]);
                let _azimuth: f64 = stream.random();
                let mut momenta = [[0.0; 4]; MAX_OUTGOING];
                for (p, column) in momenta.iter_mut().zip(events.momenta()) {
                    // That of the beam particle is not there yet.
                    *p = column.get(row).copied().unwrap_or_default();
                }
                let uniform = || stream.random();
                frame.place(incoming, &mut momenta, &mut scalars, uniform);
                for (column, p) in events.momenta_mut().iter_mut().zip(momenta) {
                    match column.get_mut(row) {
                        Some(known) => *known = p,
                        None => column.push(p),
                    }
                }
            }
            for (column, x) in events.scalars_mut().iter_mut().zip(scalars) {
                column.push(x);
            }
        }
    }
}

/// The root of the observer: where events go, and how many are still wanted.
struct Root<'a> {
    sink: &'a mut (dyn EventSink + Send),
    wanted: u64,
    written: &'a mut Written,
    /// The number of events, for the listener.
    count: &'a AtomicU64,
}

/// Collects the events of blocks and streams them to the sink in the order of the points.
pub(super) struct EventWriter<'a> {
    maker: Maker,
    weighting: Weighting,
    buffer: EventBuffer,
    root: Option<Root<'a>>,
}

impl<'a> EventWriter<'a> {
    /// Writes to `sink` until `written` counts `wanted` events, whose number is also in `count`.
    pub(super) fn new(
        maker: Maker,
        weighting: Weighting,
        sink: &'a mut (dyn EventSink + Send),
        wanted: u64,
        (written, count): (&'a mut Written, &'a AtomicU64),
    ) -> Self {
        Self {
            buffer: EventBuffer::new(maker.frame.columns.clone()),
            maker,
            weighting,
            root: Some(Root {
                sink,
                wanted,
                written,
                count,
            }),
        }
    }
}

impl Observer<Record> for EventWriter<'_> {
    fn fork(&self) -> Self {
        Self {
            maker: self.maker.clone(),
            weighting: self.weighting,
            buffer: EventBuffer::new(self.maker.frame.columns.clone()),
            root: None,
        }
    }

    fn observe(&mut self, block: &Block<'_, Record>) {
        let first = u64::from(block.iteration) * self.maker.keying.neval + block.first_index;
        let weights = match self.weighting {
            Weighting::Weighted => block.weight,
            Weighting::Unweighted | Weighting::PartlyUnweighted => block.event_weight,
        };
        let (mut at, mut n) = ([0; BLOCK], 0);
        for (i, &weight) in weights.iter().enumerate() {
            if weight != 0.0 {
                self.buffer.weight.push(weight);
                self.buffer.index.push(first + i as u64);
                at[n] = i;
                n += 1;
            }
        }
        self.maker
            .complete(block.record, &at[..n], &mut self.buffer);
    }

    fn merge(&mut self, later: &mut Self) -> Result<(), ObserverError> {
        if let Some(root) = &mut self.root {
            let missing = root.wanted.saturating_sub(root.written.events);
            later
                .buffer
                .truncate(usize::try_from(missing).unwrap_or(usize::MAX));
            let mut written = *root.written;
            written.add(&later.buffer);
            root.sink.take(&mut later.buffer)?;
            *root.written = written;
            root.count.store(root.written.events, Ordering::Relaxed);
        }
        later.buffer.clear();
        Ok(())
    }
}
