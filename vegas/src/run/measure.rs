//! The measuring iterations.

use super::{Listener, Progress, Stage, Vegas};
use crate::chunk::{Desk, Slot, Task, run};
use crate::config::{Layout, Plan};
use crate::error::Error;
use crate::estimate::{Average, Estimate};
use crate::integrand::{Integrand, Observer};
use crate::lattice::{Lattices, POINTS};
use crate::maxima::Maxima;
use crate::measurement::Measurement;
use crate::rng::Phase;
use crate::sampler::Arrangement;
use crate::schedule::{Take, slots, stream};
use crate::tally::{IterationTally, Tally};
use std::sync::Arc;

/// What an unweighting run adds to a plan.
#[derive(Clone, Copy)]
pub(crate) struct Unweighting<'a> {
    pub(crate) maxima: &'a Maxima,
    /// Events to stop at; `u64::MAX` for none.
    pub(crate) events: u64,
}

impl Vegas {
    /// Measures the integral with the map and the strata as they are.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if the integrand is, [`Error::Observer`] if the observer fails,
    /// [`Error::Setting`], [`Error::TooFewPoints`], [`Error::Dimension`], [`Error::Threads`].
    pub fn measure<I: Integrand, O: Observer<I::Record>>(
        &self,
        integrand: &I,
        plan: &Plan,
        observer: &mut O,
        listener: &mut Listener<'_>,
    ) -> Result<Measurement, Error> {
        self.execute(integrand, plan, None, Tally::default(), observer, listener)
    }

    /// Tries lattices against strata on this integrand, with eight iterations of each on another
    /// random stream, and says which to measure with and what lattices gain: the ratio of errors. They
    /// must gain half as much again, since their error is itself uncertain.
    ///
    /// # Errors
    /// As [`Vegas::measure`]; [`Error::Setting`] if there is no lattice of so many axes.
    pub fn better_layout<I: Integrand>(
        &self,
        integrand: &I,
        neval: u64,
        listener: &mut Listener<'_>,
    ) -> Result<(Layout, f64), Error> {
        let mut other = self.clone();
        other.config.seed = self.config.seed ^ 0x6c61_7474_6963_6521;
        let points = neval.clamp(*POINTS.start(), *POINTS.end());
        let plan = Plan::new(1 << points.ilog2(), 8);
        let strata = other
            .measure(integrand, &plan, &mut (), listener)?
            .estimate
            .sdev;
        let plan = plan.layout(Layout::Lattice);
        let lattice = other
            .measure(integrand, &plan, &mut (), listener)?
            .estimate
            .sdev;
        let gain = strata / lattice;
        Ok((
            if gain > 1.5 {
                Layout::Lattice
            } else {
                Layout::Stratified
            },
            gain,
        ))
    }

    /// Goes on with a measurement from the tally of an earlier call: does what is missing there.
    ///
    /// # Errors
    /// As [`Vegas::measure`]; [`Error::Different`] if the tally is of another state or plan.
    pub fn resume<I: Integrand, O: Observer<I::Record>>(
        &self,
        integrand: &I,
        plan: &Plan,
        tally: Tally,
        observer: &mut O,
        listener: &mut Listener<'_>,
    ) -> Result<Measurement, Error> {
        self.execute(integrand, plan, None, tally, observer, listener)
    }

    /// All that determines the points of an iteration.
    fn stage<'a>(
        &'a self,
        plan: &Plan,
        maxima: Option<&Maxima>,
        iteration: u32,
        arrangement: &'a Arrangement,
    ) -> Stage<'a> {
        Stage {
            main: self.sampler(arrangement, Phase::Measure, plan.neval),
            probe: self.sampler(arrangement, Phase::ProbeMeasure, plan.neval),
            task: Task {
                iteration,
                widths: None,
                spare: plan.spare_uniform,
                threshold: maxima.map(|m| m.threshold),
                accept_at_most: u64::MAX,
                probes: (plan.defensive * plan.neval as f64) as u64,
            },
        }
    }

    /// The iterations of a plan, with or without unweighting.
    pub(super) fn execute<I: Integrand, O: Observer<I::Record>>(
        &self,
        integrand: &I,
        plan: &Plan,
        unweighting: Option<Unweighting<'_>>,
        mut tally: Tally,
        observer: &mut O,
        listener: &mut Listener<'_>,
    ) -> Result<Measurement, Error> {
        self.check_dim(integrand.dim())?;
        plan.validate()?;
        let fingerprint = self.fingerprint(plan, unweighting.map(|u| u.maxima));
        if tally.iterations.is_empty() {
            tally.fingerprint = fingerprint;
        } else if tally.fingerprint != fingerprint {
            return Err(Error::Different);
        }
        let pool = self.pool()?;
        let slot = |_| Slot::new(observer.fork(), 0);
        let mut slots: Vec<_> = (0..slots(pool.as_ref())).map(slot).collect();
        let maxima = unweighting.map(|u| u.maxima);
        let first = Arc::new(self.arrangement(plan, maxima, 0)?);
        let wanted = unweighting.map_or(u64::MAX, |u| u.events);
        let all = self.stage(plan, maxima, 0, &first).jobs() as u64;
        // What is missing of each iteration is known before anything is done.
        let known = tally.clone();
        let missing = |iteration: u32| {
            let (from, to) = part(plan, all, iteration);
            let done = known.iterations.get(iteration as usize);
            let is_missing = move |&j: &u32| !done.is_some_and(|tally| tally.has(j));
            (from as u32..to as u32).filter(is_missing)
        };
        let arrangement = |iteration| match plan.layout {
            Layout::Lattice => {
                let lattices = Lattices::new(self.config.seed, iteration, plan.neval);
                Arc::new(Arrangement::Lattices(lattices))
            }
            _ => Arc::clone(&first),
        };
        let jobs = (0..plan.iterations).flat_map(|iteration| {
            let arrangement = arrangement(iteration);
            missing(iteration).map(move |job| (iteration, job, Arc::clone(&arrangement)))
        });
        let mut desk = None;
        // Takes in what the workers do, iteration after iteration.
        let take_in = |next: &mut Take<'_, Slot<O>>| {
            // Of the iterations before the current one: their average, accepted points.
            let (mut so_far, mut before) = (Average::default(), 0);
            for iteration in 0..plan.iterations {
                if before >= wanted {
                    break;
                }
                if tally.iterations.len() <= iteration as usize {
                    tally.iterations.push(IterationTally::default());
                }
                let estimate = (iteration > 0).then(|| so_far.estimate());
                let current = &mut tally.iterations[iteration as usize];
                let (mut go_on, mut enough) = (true, before + current.counters.accepted >= wanted);
                if enough {
                    break;
                }
                let arrangement = arrangement(iteration);
                let stage = self.stage(plan, maxima, iteration, &arrangement);
                for job in missing(iteration) {
                    let mut outcome = Ok(());
                    let there = next(&mut |slot| {
                        let have = before + current.counters.accepted;
                        if slot.sums.counters.accepted >= wanted - have {
                            enough = true;
                            if slot.sums.counters.accepted > wanted - have {
                                // Once more, up to the last event asked for.
                                slot.observer = observer.fork();
                                let desk = desk.get_or_insert_with(|| Desk::new(integrand));
                                let task = Task {
                                    accept_at_most: wanted - have,
                                    ..stage.task
                                };
                                run(integrand, &stage.main, task, job as usize, desk, slot);
                            }
                        }
                        current.take(job, &slot.sums);
                        outcome = observer.merge(&mut slot.observer).map_err(Error::Observer);
                        if outcome.is_err() {
                            return;
                        }
                        go_on = listener(&Progress {
                            phase: Phase::Measure,
                            iteration,
                            iterations: plan.iterations,
                            done: current.counters.points,
                            total: plan.neval,
                            estimate,
                            accepted: before + current.counters.accepted,
                        })
                        .is_continue();
                    });
                    outcome?;
                    if !there || !go_on || enough {
                        break;
                    }
                }
                stage.check(current)?;
                if enough {
                    break;
                }
                let done = current.jobs() as usize == stage.jobs();
                if !(go_on || done && iteration + 1 == plan.iterations) {
                    return Ok(true);
                }
                before += current.counters.accepted;
                // A shard has nothing of most iterations.
                if current.counters.points > 0 {
                    so_far.add(current.estimate(), current.counters.points);
                }
                if iteration + 1 >= plan.min_iterations && reached(plan, so_far.estimate()) {
                    break;
                }
            }
            Ok(false)
        };
        let stopped = stream(
            pool.as_ref(),
            &mut slots,
            jobs,
            || Desk::new(integrand),
            |(iteration, job, arrangement), desk, slot| {
                let stage = self.stage(plan, maxima, *iteration, arrangement);
                stage.work(integrand, *job as usize, desk, slot);
            },
            take_in,
        )?;
        Ok(Measurement::of(tally, plan, stopped))
    }
}

/// The jobs of an iteration, which has `all`, that a plan asks for: from the one to before the other.
fn part(plan: &Plan, all: u64, iteration: u32) -> (u64, u64) {
    let Some(shard) = plan.shard else {
        return (0, all);
    };
    // The jobs of all iterations in a row: an iteration has too few for many shards.
    let (in_total, begin) = (u64::from(plan.iterations) * all, u64::from(iteration) * all);
    let cut = |i: u32| {
        let at = u128::from(in_total) * u128::from(i) / u128::from(shard.of);
        (at as u64).clamp(begin, begin + all) - begin
    };
    (cut(shard.index), cut(shard.index + 1))
}

/// Whether the error a plan aims at is reached.
fn reached(plan: &Plan, average: Estimate) -> bool {
    plan.rel_error
        .is_some_and(|goal| average.relative_error() <= goal)
}
