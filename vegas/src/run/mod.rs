//! The integrator: [`Vegas::adapt`] moves the map and the strata and never gives a result;
//! [`Vegas::measure`] gives the result and never moves them.
//!
//! A measurement is a list of iterations of equal size, cut into chunks whose content depends only
//! on the state, the plan and the seed. Stop rules are asked only between iterations. So neither
//! threads, shards, interruptions nor instruction sets change a bit of the answer.
//! Pinned by `tests/reproducibility.rs`, `tests/pulls.rs` and `tests/alarms.rs`.

mod adapt;
mod find;
mod measure;
mod scout;
mod unweight;

pub use unweight::{Share, UnweightPlan, Unweighted};

use crate::cells::Picker;
use crate::chunk::{Desk, Slot, Task, probe, probe_point, run};
use crate::config::{Config, Layout, Plan};
use crate::error::Error;
use crate::estimate::Estimate;
use crate::integrand::{BLOCK, Integrand, Observer, Points};
use crate::kernel::Isa;
use crate::key::PointKey;
use crate::lattice::{Lattices, MAX_DIM};
use crate::map::{MAX_INCREMENTS, Map};
use crate::maxima::Maxima;
use crate::measurement::IterationRow;
use crate::rng::Phase;
use crate::sampler::{Arrangement, Buffers, Cursor, Sampler};
use crate::schedule::Pool;
use crate::stratify::{Strata, chunk_points};
use crate::tally::IterationTally;
use scout::Around;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Points of an adapting iteration that an increment of the map shall see on the average: with
/// fewer the map follows their noise, and more weights are heavy (`examples/alarms.rs`).
const POINTS_AN_INCREMENT: u64 = 100;

/// Most threads where there are not as many cores: thousands would only wait for each other.
const MOST_THREADS: usize = 256;

/// Increments of the shortest iterations.
const FEWEST_INCREMENTS: u64 = 20;

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

/// What the adaptation did, all calls together, for diagnosis only: its estimates are biased and no
/// result.
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
    /// Squared width of `J f / K` in each cube, remembered over iterations.
    #[serde(with = "crate::bits::list")]
    width2: Vec<f64>,
    /// What the adapting iterations that are done have found.
    adapted: Vec<IterationTally>,
    /// Peaks that heavy points were on.
    #[serde(default)]
    heavy: Vec<Around>,
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
    /// Jacobian of the map.
    pub jacobian: f64,
    /// What the stratum's share of the points makes of the weight.
    pub share: f64,
    /// The spare uniform number of the point.
    pub accept: f64,
}

impl SinglePoint {
    /// The weight of the point, to the bit, from the value of the integrand there.
    pub fn weight(&self, value: f64) -> f64 {
        value * self.jacobian * self.share
    }
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
        let increments = config
            .increments
            .min((config.neval / POINTS_AN_INCREMENT).max(FEWEST_INCREMENTS) as usize);
        let uniform = (1.0 - config.adaptive) * config.neval as f64;
        Ok(Self {
            map: Map::uniform(dim, increments.min(MAX_INCREMENTS)),
            strata: Strata::for_points(dim, uniform, config.max_cubes),
            config,
            width2: Vec::new(),
            adapted: Vec::new(),
            heavy: Vec::new(),
            threads: 0,
            isa: Isa::Best,
        })
    }

    /// Uses this many threads, at most 256 or as many as the machine has; 0 means as many as it has. Changes no result.
    pub fn set_threads(&mut self, threads: usize) {
        self.threads = threads;
    }

    /// Draws other points from now on.
    pub fn set_seed(&mut self, seed: u64) {
        self.config.seed = seed;
    }

    /// Forces an instruction set. Changes no result.
    ///
    /// # Errors
    /// [`Error::Setting`] if this processor lacks it.
    pub fn set_isa(&mut self, isa: Isa) -> Result<(), Error> {
        isa.check()?;
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
        self.adapted.len() as u32
    }

    /// The dispatcher of the inner loops.
    fn arch(&self) -> pulp::Arch {
        // Falls back where a saved state meets another processor; the bits are the same.
        self.isa.arch().unwrap_or_default()
    }

    /// A pool of its own, or `None` for a single thread.
    fn pool(&self) -> Result<Option<Pool>, Error> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = match self.threads {
            0 => cores,
            n => n.min(cores.max(MOST_THREADS)),
        };
        if threads == 1 {
            return Ok(None);
        }
        let pool = Pool::new(threads).map(Some);
        pool.map_err(|source| Error::Threads { threads, source })
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

    /// A sampler of this state.
    fn sampler<'a>(
        &'a self,
        arrangement: &'a Arrangement,
        phase: Phase,
        neval: u64,
    ) -> Sampler<'a> {
        Sampler {
            map: match arrangement {
                Arrangement::Boxes(_, boxes) => boxes.map(),
                _ => &self.map,
            },
            strata: &self.strata,
            arrangement,
            arch: self.arch(),
            seed: self.config.seed,
            phase,
            neval,
        }
    }

    /// The arrangement of an iteration of a plan.
    fn arrangement(
        &self,
        plan: &Plan,
        maxima: Option<&Maxima>,
        iteration: u32,
    ) -> Result<Arrangement, Error> {
        if let Some(maxima) = maxima {
            return Ok(Arrangement::Boxes(
                maxima.picker(),
                maxima.partition.clone(),
            ));
        }
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
            Layout::Even => {
                let p = vec![1.0; self.strata.cubes()];
                Ok(Arrangement::Random(Picker::new(&p)))
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
                Ok(Arrangement::Lattices(Lattices::new(
                    self.config.seed,
                    iteration,
                    plan.neval,
                )))
            }
        }
    }

    /// A number that differs for states and plans whose points differ.
    fn fingerprint(&self, plan: &Plan, maxima: Option<&Maxima>) -> u64 {
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
        if let Some(m) = maxima {
            take(m.threshold.to_bits());
            let map = m.partition.map();
            (0..map.dim()).for_each(|d| map.edges(d).iter().for_each(|e| take(e.to_bits())));
            m.partition.cuts().iter().for_each(|&cut| take(cut.into()));
            m.scale.iter().for_each(|s| take(s.to_bits()));
        }
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
        let arrangement = self.arrangement(plan, None, key.iteration)?;
        let sampler = self.sampler(&arrangement, Phase::Measure, plan.neval);
        Ok(single(&sampler, key))
    }

    /// Recomputes the point `key` of an unweighting run by `plan` and `maxima` alone.
    ///
    /// # Errors
    /// As [`Vegas::point`].
    pub fn unweighted_point(
        &self,
        plan: &UnweightPlan,
        maxima: &Maxima,
        key: PointKey,
    ) -> Result<SinglePoint, Error> {
        let plan = plan.points();
        if key.index >= plan.neval {
            return Err(Error::NoSuchPoint {
                index: key.index,
                neval: plan.neval,
            });
        }
        let arrangement = self.arrangement(&plan, Some(maxima), key.iteration)?;
        let sampler = self.sampler(&arrangement, Phase::Measure, plan.neval);
        Ok(single(&sampler, key))
    }
}

impl Vegas {
    /// Recomputes points of one iteration of a measurement by `plan`, or with `maxima` of an unweighting run:
    /// a column of coordinates for every axis. Points that lie close together cost no more than when they
    /// were made, however many.
    ///
    /// # Errors
    /// [`Error::NoSuchPoint`] if the indices do not rise or one is not below [`Plan::neval`];
    /// [`Error::Setting`].
    pub fn points_again(
        &self,
        plan: &Plan,
        maxima: Option<&Maxima>,
        iteration: u32,
        indices: &[u64],
    ) -> Result<Vec<Vec<f64>>, Error> {
        plan.validate()?;
        let wrong = indices.windows(2).find(|pair| pair[0] >= pair[1]);
        let wrong = wrong.map(|pair| pair[1]);
        let beyond = indices.iter().copied().find(|&index| index >= plan.neval);
        if let Some(index) = wrong.or(beyond) {
            let neval = plan.neval;
            return Err(Error::NoSuchPoint { index, neval });
        }
        let arrangement = self.arrangement(plan, maxima, iteration)?;
        let sampler = self.sampler(&arrangement, Phase::Measure, plan.neval);
        Ok(several(&sampler, iteration, indices))
    }
}

/// The points of a sampler with these rising indices, a column an axis.
fn several(sampler: &Sampler<'_>, iteration: u32, indices: &[u64]) -> Vec<Vec<f64>> {
    let dim = sampler.map.dim();
    let mut columns = vec![Vec::with_capacity(indices.len()); dim];
    let (mut buffers, mut cursor) = (Buffers::new(dim), Cursor::default());
    let mut rest = indices;
    while let Some(&next) = rest.first() {
        sampler.begin(sampler.chunk_of(next), &mut cursor);
        let (_, end) = sampler.range(sampler.chunk_of(next));
        while rest.first().is_some_and(|&index| index < end)
            && sampler.next(iteration, &mut cursor, &mut buffers, true)
        {
            let here = rest.partition_point(|&index| index < buffers.first + buffers.len as u64);
            let points = buffers.points();
            for (d, column) in columns.iter_mut().enumerate() {
                let from = points.column(d);
                let of = |&index: &u64| from[(index - buffers.first) as usize];
                column.extend(rest[..here].iter().map(of));
            }
            rest = &rest[here..];
        }
    }
    columns
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
        jacobian: buffers.jacobian[i],
        share: buffers.factor[i],
        accept: buffers.accept[i],
    }
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
        desk: &mut Desk<I::Record>,
        slot: &mut Slot<O>,
    ) {
        let chunks = self.main.chunks();
        if job < chunks {
            run(integrand, &self.main, self.task, job, desk, slot);
        } else {
            let size = chunk_points(self.main.neval);
            let first = (job - chunks) as u64 * size;
            let points = (first, size.min(self.task.probes - first));
            probe(integrand, &self.probe, self.task, points, desk, slot);
        }
    }

    /// Fails if a value was not finite.
    fn check(&self, tally: &IterationTally) -> Result<(), Error> {
        let c = tally.counters;
        if c.nan + c.infinite == 0 {
            return Ok(());
        }
        let iteration = self.task.iteration;
        let (index, x) = match (tally.first_bad, tally.first_bad_probe) {
            (Some(index), _) => (index, single(&self.main, PointKey { iteration, index }).x),
            (None, probe) => {
                let index = probe.unwrap_or(0);
                (index, probe_point(&self.probe, iteration, index))
            }
        };
        let first = PointKey { iteration, index };
        Err(Error::NotFinite {
            nan: c.nan,
            infinite: c.infinite,
            points: c.points + c.probes,
            first,
            x,
        })
    }
}
