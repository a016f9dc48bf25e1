//! Looking for maxima: boxes, their scales, and the threshold.

use std::ops::Range;

use super::{Listener, Progress, Vegas};
use crate::batch::Batch;
use crate::error::Error;
use crate::growth::{Blocks, Eyes, Growth, grown};
use crate::integrand::{BLOCK, Integrand};
use crate::map::Map;
use crate::maxima::{Ladder, Maxima, MaximaConfig, scales};
use crate::partition::Side;
use crate::rng::Phase;
use crate::schedule::{Pool, slots, stream};
use crate::work::Work;

/// Increments of the map, and times a uniform one is trained: boxes do the rest, and a map trained for long follows its noise.
const INCREMENTS: usize = 100;
const TRAININGS: u32 = 6;

/// Times the map of the integral is trained, where peaks are narrow.
const MORE_TRAININGS: u32 = 8;

/// Parts of [`MaximaConfig::neval`] in which points train and look.
const PARTS: u64 = 8;

/// Where fewer points are accepted, peaks are so narrow that the map of the integral is where to begin.
const POOR: f64 = 0.05;

/// Pass of the random streams whose points lie where the integral is; the next are over all boxes.
const LOOK: u32 = 1 << 17;

/// Most passes over all boxes, each with the scales that those before have raised: until the threshold is no more than so many times
/// what was seen before.
const PASSES: u32 = 8;
const SETTLED: f64 = 1.5;

/// Most batches of a pass: until as many points would be accepted as in one that accepts this part.
const BATCHES: u64 = 4;
const ENOUGH: f64 = 0.4;

/// Step of a sequence of words that fills their range evenly: 2⁶⁴ over the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

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
        let uniform = Map::uniform(self.dim(), INCREMENTS);
        let found = self.find_from((uniform, TRAININGS), integrand, config, listener)?;
        if found.expected_efficiency >= POOR {
            return Ok(found);
        }
        let mut other = self.find_from(
            (self.map.clone(), MORE_TRAININGS),
            integrand,
            config,
            listener,
        )?;
        let n_eval = found.n_eval + other.n_eval;
        if other.expected_efficiency < found.expected_efficiency {
            other = found;
        }
        other.n_eval = n_eval;
        Ok(other)
    }

    /// Looks for maxima with a map to begin with that is trained so often.
    fn find_from<I: Integrand>(
        &self,
        (map, trainings): (Map, u32),
        integrand: &I,
        config: &MaximaConfig,
        listener: &mut Listener<'_>,
    ) -> Result<Maxima, Error> {
        let many = config.neval / BLOCK as u64 + 1;
        let look = many / PARTS + 1;
        let growth = Growth {
            // Points of another seed than those that are unweighted.
            seed: self.config.seed ^ 0x6d61_7869_6d61,
            increments: INCREMENTS,
            training: (trainings, config.neval / PARTS),
            boxes: config.boxes(),
            more: config.more_boxes(),
        };
        let pool = self.pool()?;
        let in_flight = 0..slots(pool.as_ref());
        let mut blocks = Together {
            integrand,
            slots: in_flight
                .map(|_| Lane::new(integrand, growth.seed))
                .collect(),
            pool,
            listener,
            done: 0,
            total: growth.points() + (look + many) * BLOCK as u64,
        };
        let (partition, mut seen) = grown(map, &growth, &mut blocks)?;
        // Peaks that the map of the integral knows and a box may have missed.
        let whole = vec![[0.0, 1.0]; self.dim()];
        let place = |_: u64, work: &mut Work| {
            let (mut x, mut y) = (vec![0.0; self.dim()], vec![0.0; self.dim()]);
            for i in 0..BLOCK {
                let value = work.value(i, &mut x);
                let jacobian = partition.map().inverse(&x, &mut y);
                work.cell[i] = partition.box_of(&y) as u32;
                work.height[i] = value.abs() * jacobian;
            }
        };
        let mut again = |_: u64, work: &Work| {
            for (&cell, &height) in work.cell.iter().zip(&work.height) {
                seen[cell as usize].add(height);
            }
        };
        let eyes = Eyes {
            look: &place,
            show: &mut again,
        };
        let everywhere = |_: u64, _: usize| &whole[..];
        blocks.evaluate(&self.map, (LOOK, 0..look), &everywhere, eyes)?;
        let mut maxima = Maxima {
            scale: Vec::new(),
            partition,
            threshold: f64::MAX,
            expected_efficiency: 0.0,
            expected_excess: 0.0,
            n_eval: 0,
        };
        for pass in 1..=PASSES {
            maxima.scale = scales(&maxima.partition, &seen);
            let (boxes, map) = (maxima.picker(), maxima.partition.map());
            let cell = |k: u64, i: usize| {
                let at = k * BLOCK as u64 + i as u64;
                boxes.cell(at.wrapping_mul(GOLDEN)) as usize
            };
            let (mut ladder, mut accepted) = (Ladder::new(), 0.0);
            for batch in 0..BATCHES {
                let place = |k: u64, work: &mut Work| {
                    for i in 0..BLOCK {
                        let cell = cell(k, i);
                        work.cell[i] = cell as u32;
                        work.share[i] = work.height[i].abs() / maxima.scale[cell];
                    }
                };
                let mut show = |_: u64, work: &Work| {
                    let heights = work.height.iter().zip(&work.share);
                    for (&cell, (height, &share)) in work.cell.iter().zip(heights) {
                        seen[cell as usize].add(height.abs());
                        ladder.add(share);
                        accepted += share;
                    }
                };
                let eyes = Eyes {
                    look: &place,
                    show: &mut show,
                };
                let sides = |k: u64, i: usize| maxima.partition.sides(cell(k, i));
                let range = batch * many..(batch + 1) * many;
                blocks.evaluate(map, (LOOK + pass, range), &sides, eyes)?;
                if accepted > ENOUGH * config.neval as f64 {
                    break;
                }
            }
            let points = blocks.done;
            let found = ladder.threshold(config.max_overweight_share);
            let (threshold, efficiency, excess) = found.ok_or(Error::Zero { points })?;
            maxima.threshold = threshold * maxima.total();
            (maxima.expected_efficiency, maxima.expected_excess) = (efficiency, excess);
            if threshold < SETTLED {
                break;
            }
        }
        maxima.n_eval = blocks.done;
        Ok(maxima)
    }
}

/// Blocks of a job: some, so that the threads seldom wait for each other, or many for functions that are dear to call.
const fn group(by_chunks: bool) -> u64 {
    if by_chunks { 64 } else { 4 }
}

/// The buffers of one job.
struct Lane<R> {
    work: Vec<Work>,
    batch: Batch,
    record: R,
    failed: Option<Error>,
}

impl<R> Lane<R> {
    fn new<I: Integrand<Record = R>>(integrand: &I, seed: u64) -> Self {
        let new = |_| Work::new(integrand.dim(), seed);
        Self {
            work: (0..group(I::BY_CHUNKS)).map(new).collect(),
            batch: Batch::default(),
            record: integrand.record(),
            failed: None,
        }
    }

    /// Evaluates blocks whose points are drawn.
    fn evaluate<I: Integrand<Record = R>>(
        &mut self,
        integrand: &I,
        blocks: usize,
    ) -> Result<(), Error> {
        let Self { batch, record, .. } = self;
        let work = &mut self.work[..blocks];
        if I::BY_CHUNKS {
            batch.begin(integrand.dim());
            work.iter_mut().for_each(|work| batch.gather(&work.ask().0));
            batch.evaluate(integrand, record);
        }
        work.iter_mut().try_for_each(|work| {
            let (points, value) = work.ask();
            match I::BY_CHUNKS {
                true => batch.give(value),
                false => integrand.evaluate(&points, value, record),
            }
            work.weigh()
        })
    }
}

/// Blocks of an integrand, evaluated side by side.
struct Together<'a, 'b, I: Integrand> {
    integrand: &'a I,
    pool: Option<Pool>,
    slots: Vec<Lane<I::Record>>,
    listener: &'a mut Listener<'b>,
    done: u64,
    total: u64,
}

impl<I: Integrand> Blocks for Together<'_, '_, I> {
    fn evaluate<'s>(
        &mut self,
        map: &Map,
        (pass, blocks): (u32, Range<u64>),
        sides: &(dyn Fn(u64, usize) -> &'s [Side] + Sync),
        Eyes { look, show }: Eyes<'_>,
    ) -> Result<(), Error> {
        let Self {
            integrand,
            pool,
            slots,
            listener,
            done,
            total,
        } = self;
        let group = group(I::BY_CHUNKS);
        let jobs = (blocks.end - blocks.start).div_ceil(group) as usize;
        let of_job = |job: usize| {
            let first = blocks.start + job as u64 * group;
            first..blocks.end.min(first + group)
        };
        let work = |&job: &usize, (): &mut (), lane: &mut Lane<I::Record>| {
            let blocks = of_job(job);
            let number = (blocks.end - blocks.start) as usize;
            for (k, work) in blocks.zip(&mut lane.work) {
                work.draw(map, (pass, k), |i, _| sides(k, i));
            }
            lane.failed = lane.evaluate(*integrand, number).err();
            if lane.failed.is_none() {
                for (k, work) in of_job(job).zip(&mut lane.work) {
                    look(k, work);
                }
            }
        };
        let mut take = |job: usize, lane: &mut Lane<I::Record>| {
            if let Some(error) = lane.failed.take() {
                return Err(error);
            }
            for (k, work) in of_job(job).zip(&lane.work) {
                show(k, work);
                *done += BLOCK as u64;
            }
            let progress = Progress {
                phase: Phase::Maxima,
                iteration: 0,
                iterations: 1,
                done: *done,
                // More than was foreseen where few points are accepted.
                total: (*total).max(*done),
                estimate: None,
                accepted: 0,
            };
            match listener(&progress).is_continue() {
                true => Ok(()),
                false => Err(Error::Incomplete),
            }
        };
        stream(
            pool.as_ref(),
            slots,
            0..jobs,
            || (),
            work,
            |next| {
                for job in 0..jobs {
                    let mut outcome = Ok(());
                    if !next(&mut |lane| outcome = take(job, lane)) {
                        break;
                    }
                    outcome?;
                }
                Ok(())
            },
        )
    }
}
