//! Unweighting: maxima of cells, then accepted points until there are enough.

use super::measure::Unweighting;
use super::{Listener, Progress, Stage, Vegas, silent, slots};
use crate::chunk::{Slot, Task};
use crate::config::{Layout, Plan, Slice};
use crate::error::Error;
use crate::integrand::{Block, Integrand, Observer, ObserverError};
use crate::maxima::{Ladder, Maxima, MaximaConfig, Seen, scales};
use crate::measurement::Measurement;
use crate::rng::Phase;
use crate::sampler::Arrangement;
use crate::schedule::in_order;
use crate::stratify::Strata;
use crate::tally::{EVENT, EVENT_SQUARE, EXCESS, IterationTally, Tally};
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
    /// Accepted points of all points.
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
    /// Looks for the maxima that [`Vegas::unweight`] needs.
    ///
    /// # Errors
    /// As [`Vegas::measure`]; [`Error::Zero`] if the integrand vanishes everywhere.
    pub fn find_maxima<I: Integrand>(
        &self,
        integrand: &I,
        config: &MaximaConfig,
        listener: &mut Listener<'_>,
    ) -> Result<Maxima, Error> {
        self.check_dim(integrand.dim())?;
        config.validate()?;
        // `for_points` gives a cube two points; so many that each cell has 64.
        let budget = config.neval as f64 / 32.0;
        let mut cells = Strata::for_points(self.dim(), budget, config.max_cells);
        let mut seen = vec![Seen::default(); cells.cubes()];
        let pool = self.pool()?;
        let mut slots: Vec<_> = (0..slots(pool.as_ref()))
            .map(|_| Box::new(Slot::<I::Record, ()>::new(integrand, &(), false)))
            .collect();
        let mut n_eval = 0;
        // First evenly over the cells, then more where more is.
        for iteration in 0..2 {
            let few = Error::TooFewPoints {
                neval: config.neval,
                cubes: cells.cubes() as u64,
            };
            let arrangement = Arrangement::Cubes(cells.allocate(config.neval, 0.75).ok_or(few)?);
            let sampler = self.sampler(&cells, &arrangement, Phase::Maxima, config.neval);
            let task = Task {
                iteration,
                widths: None,
                profile: true,
                spare: false,
                threshold: None,
                accept_at_most: 0,
                probes: 0,
            };
            let stage = Stage {
                main: sampler,
                probe: sampler,
                task,
            };
            let mut tally = IterationTally::default();
            let mut go_on = true;
            in_order(
                pool.as_ref(),
                &mut slots,
                stage.jobs(),
                |job, slot| stage.work(integrand, job, slot),
                |job, slot| {
                    tally.take(job as u32, &slot.sums);
                    for (cell, s) in &slot.seen {
                        seen[*cell as usize].merge(s);
                    }
                    go_on = listener(&Progress {
                        phase: Phase::Maxima,
                        iteration,
                        iterations: 3,
                        done: tally.counters.points,
                        total: config.neval,
                        estimate: None,
                        accepted: 0,
                    })
                    .is_continue();
                    Ok::<bool, Error>(go_on)
                },
            )?;
            stage.check(&tally)?;
            n_eval += tally.counters.points;
            if !go_on {
                return Err(Error::Incomplete);
            }
            cells.set_share(seen.iter().map(Seen::scale).collect());
        }
        cells.set_share(Vec::new());
        let mut maxima = Maxima {
            scale: scales(&seen, cells.per_axis()),
            cells,
            threshold: f64::MAX,
            expected_efficiency: 0.0,
            expected_excess: 0.0,
            n_eval,
        };
        if maxima.scale.iter().all(|&s| s == 0.0) {
            return Err(Error::Zero { points: n_eval });
        }
        let mut heights = Heights(Ladder::new());
        let mut plan = Plan::new(config.neval, 1).layout(Layout::Independent);
        plan.defensive = 0.0;
        // A seed of its own: the sample that sets the threshold is not the one that is unweighted.
        let mut other = self.clone();
        other.config.seed = self.config.seed ^ 0x6d61_7869_6d61;
        let unweighting = Unweighting {
            maxima: &maxima,
            events: u64::MAX,
        };
        other.execute(
            integrand,
            &plan,
            Some(unweighting),
            Tally::default(),
            &mut heights,
            &mut silent,
        )?;
        let found = heights.0.threshold(config.max_overweight_share);
        let found = found.ok_or(Error::Zero { points: n_eval })?;
        (
            maxima.threshold,
            maxima.expected_efficiency,
            maxima.expected_excess,
        ) = found;
        maxima.n_eval += config.neval;
        Ok(maxima)
    }

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
            efficiency: Share::wilson(c.accepted, c.points),
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

/// Heights of weights, to set a threshold by.
struct Heights(Ladder);

impl<R> Observer<R> for Heights {
    fn fork(&self) -> Self {
        Self(Ladder::new())
    }

    fn observe(&mut self, block: &Block<'_, R>) {
        block.weight.iter().for_each(|w| self.0.add(w.abs()));
    }

    fn merge(&mut self, later: &mut Self) -> Result<(), ObserverError> {
        self.0.merge(&mut later.0);
        Ok(())
    }
}
