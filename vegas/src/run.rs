//! The integrator: [`Vegas::adapt`] moves the map and the strata and never gives a result;
//! [`Vegas::measure`] gives the result and never moves them.
//!
//! A measurement is a list of iterations of equal size, cut into chunks whose content depends only
//! on the state, the plan and the seed. Stop rules are asked only between iterations. So neither
//! threads, shards, interruptions nor instruction sets change a bit of the answer.
//! Pinned by `tests/reproducibility.rs`, `tests/pulls.rs` and `tests/alarms.rs`.

use crate::cells::Picker;
use crate::chunk::{Slot, Task, probe, run};
use crate::config::{Config, Layout, Plan};
use crate::error::Error;
use crate::estimate::Estimate;
use crate::integrand::{BLOCK, Integrand, Observer, Points};
use crate::kernel::Isa;
use crate::lattice::{Lattice, MAX_DIM};
use crate::map::{MAX_INCREMENTS, Map};
use crate::measurement::{IterationRow, Measurement, rows};
use crate::rng::Phase;
use crate::sampler::{Arrangement, Buffers, Cursor, Sampler};
use crate::schedule::in_order;
use crate::stratify::{MIN_PER_CUBE, Strata, chunk_points};
use crate::tally::{IterationTally, PointKey, Tally};
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

/// How far a run is; told at the end of every chunk.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// What the points are for.
    pub phase: Phase,
    /// Iteration, from 0.
    pub iteration: u32,
    /// Most iterations of this phase.
    pub iterations: u32,
    /// Points of the iteration that are done.
    pub done: u64,
    /// Points of the iteration.
    pub total: u64,
    /// Average of the iterations before this one; `None` during the first.
    pub estimate: Option<Estimate>,
    /// Accepted points so far, in an unweighting run.
    pub accepted: u64,
}

/// Hears of progress and may stop the run at the end of a chunk.
pub type Listener<'a> = dyn FnMut(&Progress) -> ControlFlow<()> + 'a;

/// A [`Listener`] that hears nothing.
pub fn silent(_: &Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// What the adaptation did, for diagnosis only: its estimates are biased and no result.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AdaptReport {
    /// One row an iteration.
    pub iterations: Vec<IterationRow>,
    /// Points evaluated, probes included.
    pub n_eval: u64,
    /// Whether a listener stopped the adaptation.
    pub stopped: bool,
}

/// The state of the integrator: settings, map, strata.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Vegas {
    config: Config,
    map: Map,
    strata: Strata,
    /// Adapting iterations done.
    adapted: u32,
    /// Largest weight of the last adapting iteration, for an iteration of as many points.
    #[serde(with = "crate::bits::number")]
    known_weight: f64,
    #[serde(skip)]
    threads: usize,
    #[serde(skip)]
    isa: Isa,
}

/// A single point, recomputed alone.
#[derive(Clone, Debug, PartialEq)]
pub struct SinglePoint {
    /// Coordinates in the unit hypercube.
    pub x: Vec<f64>,
    /// Coordinates before the map.
    pub y: Vec<f64>,
    /// What the value of the integrand is multiplied with to give the weight.
    pub factor: f64,
    /// The spare uniform number of the point.
    pub accept: f64,
}

impl Vegas {
    /// An integrator for `dim` axes that has seen nothing yet.
    ///
    /// # Errors
    /// [`Error::Setting`] if a setting is out of range.
    pub fn new(dim: usize, config: Config) -> Result<Self, Error> {
        config.validate()?;
        if dim == 0 {
            return Err(Error::setting("dim", dim, "at least 1"));
        }
        let increments = config.increments.min(config.neval as usize / 10).max(2);
        let uniform = (1.0 - config.adaptive) * config.neval as f64;
        Ok(Self {
            map: Map::uniform(dim, increments.min(MAX_INCREMENTS)),
            strata: Strata::for_points(dim, uniform, config.max_cubes),
            config,
            adapted: 0,
            known_weight: f64::INFINITY,
            threads: 0,
            isa: Isa::Best,
        })
    }

    /// Uses this many threads; 0 means as many as the machine has. Changes no result.
    pub fn set_threads(&mut self, threads: usize) {
        self.threads = threads;
    }

    /// Forces an instruction set. Changes no result.
    ///
    /// # Errors
    /// [`Error::Setting`] if this processor lacks it.
    pub fn set_isa(&mut self, isa: Isa) -> Result<(), Error> {
        if !isa.available() {
            return Err(Error::setting(
                "isa",
                format!("{isa:?}"),
                "one this processor has",
            ));
        }
        self.isa = isa;
        Ok(())
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The map.
    pub fn map(&self) -> &Map {
        &self.map
    }

    /// The hypercubes and their shares.
    pub fn strata(&self) -> &Strata {
        &self.strata
    }

    /// Number of axes.
    pub fn dim(&self) -> usize {
        self.map.dim()
    }

    /// Adapting iterations done.
    pub fn adapted(&self) -> u32 {
        self.adapted
    }

    /// The dispatcher of the inner loops.
    fn arch(&self) -> pulp::Arch {
        // Falls back where a saved state meets another processor; the bits are the same.
        self.isa.arch().unwrap_or_default()
    }

    /// A pool of its own, or `None` for a single thread.
    fn pool(&self) -> Result<Option<ThreadPool>, Error> {
        let threads = match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        };
        if threads == 1 {
            return Ok(None);
        }
        ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map(Some)
            .map_err(|source| Error::Threads { threads, source })
    }

    fn check_dim(&self, dim: usize) -> Result<(), Error> {
        if dim == self.dim() {
            return Ok(());
        }
        Err(Error::Dimension {
            integrand: dim,
            integrator: self.dim(),
        })
    }

    /// Adapts the map and the strata in the iterations that [`Config::n_adapt`] asks for and that
    /// are not done yet.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if the integrand is, [`Error::Zero`] if it vanishes everywhere,
    /// [`Error::Dimension`], [`Error::Threads`].
    pub fn adapt<I: Integrand>(
        &mut self,
        integrand: &I,
        listener: &mut Listener<'_>,
    ) -> Result<AdaptReport, Error> {
        self.check_dim(integrand.dim())?;
        let neval = self.config.neval;
        let pool = self.pool()?;
        let mut slots: Vec<_> = (0..slots(pool.as_ref()))
            .map(|_| Slot::<I::Record, ()>::new(integrand, &(), true))
            .collect();
        let widths: Vec<AtomicU64> = (0..self.strata.cubes())
            .map(|_| AtomicU64::new(0))
            .collect();
        let mut training = vec![vec![0.0; MAX_INCREMENTS]; self.dim()];
        let mut tallies: Vec<IterationTally> = Vec::new();
        let mut stopped = false;
        while self.adapted < self.config.n_adapt {
            let iteration = self.adapted;
            let too_few = Error::TooFewPoints {
                neval,
                cubes: self.strata.cubes() as u64,
            };
            let allocation = self
                .strata
                .allocate(neval, self.config.adaptive)
                .ok_or(too_few)?;
            let arrangement = Arrangement::Cubes(allocation);
            let probes = (self.config.defensive * neval as f64) as u64;
            let stage = Stage {
                main: self.sampler(&arrangement, Phase::Adapt, neval),
                probe: self.sampler(&arrangement, Phase::ProbeAdapt, neval),
                task: Task {
                    iteration,
                    widths: Some(&widths),
                    spare: false,
                    threshold: None,
                    accept_at_most: 0,
                    probes,
                    known_weight: self.known_weight,
                },
            };
            training.iter_mut().for_each(|axis| axis.fill(0.0));
            let mut tally = IterationTally::default();
            let estimate = tallies.last().map(IterationTally::estimate);
            let mut go_on = true;
            in_order(
                pool.as_ref(),
                &mut slots,
                stage.jobs(),
                |job, slot| stage.work(integrand, job, slot),
                |job, slot| {
                    tally.take(job as u32, &slot.sums);
                    for (sum, part) in training.iter_mut().zip(&slot.training) {
                        for (s, p) in sum.iter_mut().zip(part) {
                            *s += p;
                        }
                    }
                    for &(cube, width2) in &slot.partial {
                        let cell = &widths[cube as usize];
                        let before = f64::from_bits(cell.load(Ordering::Relaxed));
                        cell.store((before + width2).to_bits(), Ordering::Relaxed);
                    }
                    go_on = listener(&Progress {
                        phase: Phase::Adapt,
                        iteration,
                        iterations: self.config.n_adapt,
                        done: tally.counters.points,
                        total: neval,
                        estimate,
                        accepted: 0,
                    })
                    .is_continue();
                    Ok::<bool, Error>(go_on)
                },
            )?;
            if !go_on {
                stopped = true;
                break;
            }
            stage.check(&tally)?;
            self.known_weight = tally.largest;
            self.learn(&training, &widths);
            self.adapted += 1;
            tallies.push(tally);
            if tallies.len() == 3 && tallies.iter().all(|t| t.counters.zero == t.counters.points) {
                return Err(Error::Zero { points: 3 * neval });
            }
        }
        let n_eval = tallies
            .iter()
            .map(|t| t.counters.points + t.counters.probes)
            .sum();
        Ok(AdaptReport {
            iterations: rows(&tallies),
            n_eval,
            stopped,
        })
    }

    /// Moves the map and the strata after an iteration.
    fn learn(&mut self, training: &[Vec<f64>], widths: &[AtomicU64]) {
        let increments = self.map.increments();
        if self.config.alpha > 0.0 {
            self.map.refine(training, self.config.alpha, increments);
        }
        if self.config.beta > 0.0 {
            let beta = self.config.beta;
            let share = widths
                .iter()
                .map(|w| libm::pow(f64::from_bits(w.load(Ordering::Relaxed)), beta / 2.0))
                .collect();
            self.strata.set_share(share);
        }
    }

    /// A sampler of this state.
    fn sampler<'a>(
        &'a self,
        arrangement: &'a Arrangement,
        phase: Phase,
        neval: u64,
    ) -> Sampler<'a> {
        Sampler {
            map: &self.map,
            strata: &self.strata,
            arrangement,
            arch: self.arch(),
            seed: self.config.seed,
            phase,
            neval,
        }
    }

    /// The arrangement of an iteration of a plan.
    fn arrangement(&self, plan: &Plan, iteration: u32) -> Result<Arrangement, Error> {
        match plan.layout {
            Layout::Stratified => {
                let cubes = self.strata.cubes() as u64;
                self.strata
                    .allocate(plan.neval, self.config.adaptive)
                    .map(Arrangement::Cubes)
                    .ok_or(Error::TooFewPoints {
                        neval: plan.neval,
                        cubes,
                    })
            }
            Layout::Independent => {
                let cubes = self.strata.cubes();
                let share = self.strata.share();
                let sum: f64 = share.iter().sum();
                let p: Vec<f64> = (0..cubes)
                    .map(|h| {
                        let known = if sum > 0.0 {
                            share[h] / sum
                        } else {
                            1.0 / cubes as f64
                        };
                        self.config.adaptive * known + (1.0 - self.config.adaptive) / cubes as f64
                    })
                    .collect();
                Ok(Arrangement::Random(Picker::new(&p)))
            }
            Layout::Lattice => {
                if self.dim() > MAX_DIM {
                    let must = format!("at most {MAX_DIM} axes for a lattice");
                    return Err(Error::setting("dim", self.dim(), must));
                }
                Ok(Arrangement::Lattice(Lattice::new(
                    self.config.seed,
                    iteration,
                    plan.neval,
                )))
            }
        }
    }

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
        self.resume(integrand, plan, Tally::default(), observer, listener)
    }

    /// Goes on with a measurement from the tally of an earlier call: does what is missing there.
    ///
    /// # Errors
    /// As [`Vegas::measure`]; [`Error::Different`] if the tally is of another state or plan.
    pub fn resume<I: Integrand, O: Observer<I::Record>>(
        &self,
        integrand: &I,
        plan: &Plan,
        mut tally: Tally,
        observer: &mut O,
        listener: &mut Listener<'_>,
    ) -> Result<Measurement, Error> {
        self.check_dim(integrand.dim())?;
        plan.validate()?;
        let fingerprint = self.fingerprint(plan);
        if tally.iterations.is_empty() {
            tally.fingerprint = fingerprint;
        } else if tally.fingerprint != fingerprint {
            return Err(Error::Different);
        }
        let pool = self.pool()?;
        let mut slots: Vec<_> = (0..slots(pool.as_ref()))
            .map(|_| Slot::<I::Record, O>::new(integrand, observer, false))
            .collect();
        let mut arrangement = self.arrangement(plan, 0)?;
        let probes = (plan.defensive * plan.neval as f64) as u64;
        let known_weight =
            self.known_weight * (plan.neval as f64 / self.config.neval as f64).max(1.0);
        for iteration in 0..plan.iterations {
            if plan.layout == Layout::Lattice && iteration > 0 {
                arrangement = self.arrangement(plan, iteration)?;
            }
            let stage = Stage {
                main: self.sampler(&arrangement, Phase::Measure, plan.neval),
                probe: self.sampler(&arrangement, Phase::ProbeMeasure, plan.neval),
                task: Task {
                    iteration,
                    widths: None,
                    spare: plan.spare_uniform,
                    threshold: None,
                    accept_at_most: 0,
                    probes,
                    known_weight,
                },
            };
            if tally.iterations.len() <= iteration as usize {
                tally.iterations.push(IterationTally::default());
            }
            let estimate = Measurement::running(&tally.iterations[..iteration as usize]);
            let current = &mut tally.iterations[iteration as usize];
            let all = stage.jobs() as u64;
            let (from, to) = plan.shard.map_or((0, all), |s| {
                let cut = |i: u32| all * u64::from(i) / u64::from(s.of);
                (cut(s.index), cut(s.index + 1))
            });
            let jobs: Vec<u32> = (from as u32..to as u32)
                .filter(|&j| !current.has(j))
                .collect();
            let mut go_on = true;
            in_order(
                pool.as_ref(),
                &mut slots,
                jobs.len(),
                |j, slot| stage.work(integrand, jobs[j] as usize, slot),
                |j, slot| {
                    current.take(jobs[j], &slot.sums);
                    observer
                        .merge(&mut slot.observer)
                        .map_err(Error::Observer)?;
                    go_on = listener(&Progress {
                        phase: Phase::Measure,
                        iteration,
                        iterations: plan.iterations,
                        done: current.counters.points,
                        total: plan.neval,
                        estimate,
                        accepted: current.counters.accepted,
                    })
                    .is_continue();
                    Ok::<bool, Error>(go_on)
                },
            )?;
            stage.check(current)?;
            let done = current.jobs() as usize == stage.jobs();
            if !go_on && !(done && iteration + 1 == plan.iterations) {
                return Ok(Measurement::of(tally, plan, true));
            }
            if self.reached(plan, &tally) {
                break;
            }
        }
        Ok(Measurement::of(tally, plan, false))
    }

    /// Whether the stop rule of a plan is met.
    fn reached(&self, plan: &Plan, tally: &Tally) -> bool {
        let Some(goal) = plan.rel_error else {
            return false;
        };
        tally.iterations.len() >= plan.min_iterations.max(1) as usize
            && Measurement::running(&tally.iterations).is_some_and(|e| e.relative_error() <= goal)
    }

    /// A number that differs for states and plans whose points differ.
    fn fingerprint(&self, plan: &Plan) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        let mut take = |word: u64| {
            // FNV-1a over words, with a shift to spread high bits.
            hash = (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3);
            hash ^= hash >> 29;
        };
        take(self.config.seed);
        take(self.config.adaptive.to_bits());
        (0..self.dim()).for_each(|d| self.map.edges(d).iter().for_each(|e| take(e.to_bits())));
        self.strata
            .per_axis()
            .iter()
            .for_each(|&m| take(u64::from(m)));
        self.strata.share().iter().for_each(|s| take(s.to_bits()));
        take(plan.neval);
        take(plan.layout as u64);
        take(plan.defensive.to_bits());
        hash
    }

    /// Recomputes the point `key` of a measurement by `plan` alone.
    ///
    /// # Errors
    /// [`Error::NoSuchPoint`] if the index is not below [`Plan::neval`]; [`Error::Setting`].
    pub fn point(&self, plan: &Plan, key: PointKey) -> Result<SinglePoint, Error> {
        plan.validate()?;
        if key.index >= plan.neval {
            return Err(Error::NoSuchPoint {
                index: key.index,
                neval: plan.neval,
            });
        }
        let arrangement = self.arrangement(plan, key.iteration)?;
        let sampler = self.sampler(&arrangement, Phase::Measure, plan.neval);
        Ok(single(&sampler, key))
    }
}

/// One point of a sampler.
fn single(sampler: &Sampler<'_>, key: PointKey) -> SinglePoint {
    let dim = sampler.map.dim();
    let mut buffers = Buffers::new(dim);
    let mut cursor = Cursor::default();
    sampler.begin(sampler.chunk_of(key.index), &mut cursor);
    while sampler.next(key.iteration, &mut cursor, &mut buffers, true) {
        if key.index < buffers.first + buffers.len as u64 {
            break;
        }
    }
    let i = (key.index - buffers.first) as usize;
    let x = Points::new(&buffers.x, BLOCK, dim, buffers.len).point(i);
    let mut y = vec![0.0; dim];
    sampler.map.inverse(&x, &mut y);
    SinglePoint {
        x,
        y,
        factor: buffers.jacobian[i] * buffers.factor[i],
        accept: buffers.accept[i],
    }
}

/// Chunks in flight: two more than workers, so that none waits while one is merged.
fn slots(pool: Option<&ThreadPool>) -> usize {
    pool.map_or(1, |p| p.current_num_threads() + 2)
}

/// The jobs of an iteration: its chunks, then its probes.
struct Stage<'a> {
    main: Sampler<'a>,
    probe: Sampler<'a>,
    task: Task<'a>,
}

impl Stage<'_> {
    /// Number of jobs.
    fn jobs(&self) -> usize {
        let size = chunk_points(self.main.neval);
        self.main.chunks() + self.task.probes.div_ceil(size) as usize
    }

    /// Does one.
    fn work<I: Integrand, O: Observer<I::Record>>(
        &self,
        integrand: &I,
        job: usize,
        slot: &mut Slot<I::Record, O>,
    ) {
        let chunks = self.main.chunks();
        if job < chunks {
            run(integrand, &self.main, self.task, job, slot);
        } else {
            let size = chunk_points(self.main.neval);
            let first = (job - chunks) as u64 * size;
            let count = size.min(self.task.probes - first);
            probe(integrand, &self.probe, self.task, first, count, slot);
        }
    }

    /// Fails if a value was not finite.
    fn check(&self, tally: &IterationTally) -> Result<(), Error> {
        let c = tally.counters;
        if c.nan + c.infinite == 0 {
            return Ok(());
        }
        let first = PointKey {
            iteration: self.task.iteration,
            index: tally.first_bad.unwrap_or(0),
        };
        let x = single(&self.main, first).x;
        Err(Error::NotFinite {
            nan: c.nan,
            infinite: c.infinite,
            points: c.points,
            first,
            x,
        })
    }
}

/// Points a cube must at least get.
const _: () = assert!(MIN_PER_CUBE == 2);
