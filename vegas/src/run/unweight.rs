//! Unweighting: accepted points until there are enough.

use super::measure::Unweighting;
use super::{Listener, Vegas};
use crate::config::{Layout, Plan, Slice};
use crate::error::Error;
use crate::integrand::{Integrand, Observer};
use crate::maxima::Maxima;
use crate::measurement::Measurement;
use crate::tally::{EVENT, EVENT_SQUARE, EXCESS, Tally};
use serde::{Deserialize, Serialize};

/// How many events to make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnweightPlan {
    /// Points an iteration.
    pub neval: u64,
    /// Most iterations.
    pub iterations: u32,
    /// Stop at exactly this many accepted points; `None` goes through all iterations.
    pub events: Option<u64>,
    /// Part of additional points, uniform in x-space, that look for missed peaks.
    pub defensive: f64,
    /// Only this part of the chunks of every iteration; excludes a number of events.
    pub shard: Option<Slice>,
}

impl UnweightPlan {
    /// Up to `events` events from at most `iterations` iterations of `neval` points.
    pub fn new(neval: u64, iterations: u32, events: u64) -> Self {
        Self {
            neval,
            iterations,
            events: Some(events),
            defensive: 0.02,
            shard: None,
        }
    }

    /// Part `index` of `of` of all points of `iterations` iterations, however many events that is.
    pub fn part(neval: u64, iterations: u32, shard: Slice) -> Self {
        Self {
            events: None,
            shard: Some(shard),
            ..Self::new(neval, iterations, 0)
        }
    }

    /// The plan of its points.
    pub fn points(&self) -> Plan {
        let mut plan = Plan::new(self.neval, self.iterations).layout(Layout::Independent);
        plan.defensive = self.defensive;
        plan.shard = self.shard;
        plan
    }
}

/// A share with its 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Best value.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Share {
    /// `part` of `whole` independent trials: Wilson's interval (E. B. Wilson, JASA 22 (1927) 209).
    pub fn wilson(part: u64, whole: u64) -> Self {
        if whole == 0 {
            return Self {
                value: 0.0,
                low: 0.0,
                high: 1.0,
            };
        }
        /// 97.5 % point of the normal distribution.
        const Z: f64 = 1.959_963_984_540_054;
        let n = whole as f64;
        let p = part as f64 / n;
        let shrink = 1.0 + Z * Z / n;
        let middle = (p + Z * Z / (2.0 * n)) / shrink;
        let half = Z / shrink * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        Self {
            value: p,
            low: (middle - half).max(0.0),
            high: (middle + half).min(1.0),
        }
    }
}

/// What an unweighting run found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unweighted {
    /// The integral from all points, accepted or not.
    pub measurement: Measurement,
    /// Accepted points.
    pub events: u64,
    /// Accepted points of all points up to the last of them.
    pub efficiency: Share,
    /// Accepted points with an event weight above one.
    pub overweight_share: Share,
    /// Part of the sum of event weights that lies above one.
    pub overweight_excess: f64,
    /// Sum of the magnitudes of event weights.
    pub event_weight_sum: f64,
    /// Sum of their squares.
    pub event_weight_square_sum: f64,
}

impl Vegas {
    /// Measures with independent points and accepts each with the probability `|w| / W`, until
    /// there are as many as asked for; [`Block::event_weight`] tells observers.
    ///
    /// # Errors
    /// As [`Vegas::measure`].
    pub fn unweight<I: Integrand, O: Observer<I::Record>>(
        &self,
        integrand: &I,
        maxima: &Maxima,
        plan: &UnweightPlan,
        observer: &mut O,
        listener: &mut Listener<'_>,
    ) -> Result<Unweighted, Error> {
        self.resume_unweighting(
            integrand,
            maxima,
            plan,
            Tally::default(),
            observer,
            listener,
        )
    }

    /// Goes on with an unweighting run from the tally of an earlier call.
    ///
    /// # Errors
    /// As [`Vegas::resume`].
    pub fn resume_unweighting<I: Integrand, O: Observer<I::Record>>(
        &self,
        integrand: &I,
        maxima: &Maxima,
        plan: &UnweightPlan,
        tally: Tally,
        observer: &mut O,
        listener: &mut Listener<'_>,
    ) -> Result<Unweighted, Error> {
        let events = plan.events.unwrap_or(u64::MAX);
        let unweighting = Some(Unweighting { maxima, events });
        let m = self.execute(
            integrand,
            &plan.points(),
            unweighting,
            tally,
            observer,
            listener,
        )?;
        let sum = |k| m.tally.iterations.iter().map(|t| t.sum(k)).sum::<f64>();
        let c = m.counters;
        let weights = sum(EVENT);
        Ok(Unweighted {
            events: c.accepted,
            efficiency: Share::wilson(c.accepted, c.offered),
            overweight_share: Share::wilson(c.overweight, c.accepted),
            overweight_excess: if weights > 0.0 {
                sum(EXCESS) / weights
            } else {
                0.0
            },
            event_weight_sum: weights,
            event_weight_square_sum: sum(EVENT_SQUARE),
            measurement: m,
        })
    }
}
