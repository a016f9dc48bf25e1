//! Finding a map and boxes of the y-space in each of which an integrand, or a family of them, varies little.
//!
//! The map is trained on the soft maxima `⟨(J f)⁸⟩^⅛` of its increments, not on mean squares as that of an
//! integral: what counts is the largest value. Then the y-space is cut into boxes as in FOAM (S. Jadach, Comput.
//! Phys. Commun. 152 (2003) 55): boxes that gain most are cut, across the axis and at the eighth of it
//! where volume times soft maximum, added over both parts, is smallest. A part inherits the points that lie in it and
//! gets a block of its own. Of all boxes an eighth is cut at a time, whose blocks may be evaluated side by side.
//! Pinned by `tests/unweighter.rs` and `tests/unweighting.rs`.

use std::ops::Range;

use std::sync::{Mutex, PoisonError};

use crate::error::Error;
use crate::integrand::{BLOCK, Points};
use crate::map::Map;
use crate::partition::{CUT_AXES, PARTS, Partition, Side, UNCUT, parts, volume};
use crate::schedule::unpoisoned;
use crate::work::Work;

/// How to make a partition.
#[derive(Clone, Debug, PartialEq)]
pub struct Growth {
    /// Seed of the points.
    pub seed: u64,
    /// Increments of the map.
    pub increments: usize,
    /// Times the map is trained, and points of a batch.
    pub training: (u32, u64),
    /// Number of boxes.
    pub boxes: usize,
    /// The same where boxes would hold little of what they were if filled up to their soft maxima.
    pub more: usize,
}

impl Growth {
    /// Points it takes where many would be accepted; where few would, training takes up to [`BATCHES`] times its own.
    pub(crate) fn points(&self) -> u64 {
        let (times, points) = self.training;
        let blocks =
            u64::from(times) * points.div_ceil(BLOCK as u64) + FIRST + 2 * self.boxes as u64;
        blocks * BLOCK as u64
    }
}

/// A map is trained by batches, no more than so many, until as many points would be accepted as in one that accepts this part.
const BATCHES: u64 = 8;
const ENOUGH: f64 = 0.2;

/// Blocks of points of the box that is cut first.
const FIRST: u64 = 400;

/// Boxes hold little where this part of what they would hold is more.
const LITTLE: f64 = 0.4;

/// Of the boxes that are there, one in so many is cut at a time.
const AT_A_TIME: usize = 8;

/// Passes of the random streams that find the boxes; those before train the map, those after are others'.
const BOXES: u32 = 1 << 16;

/// Steps of a sequence that fills the unit interval evenly: the golden ratio.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// Evaluates blocks of points, one by one or side by side.
pub(crate) trait Blocks {
    /// Evaluates the blocks of a pass, point `i` of block `k` in the box `sides(k, i)`, has a look at each
    /// on whatever thread it was made, and shows them in order.
    fn evaluate<'s>(
        &mut self,
        map: &Map,
        blocks: (u32, Range<u64>),
        sides: &(dyn Fn(u64, usize) -> &'s [Side] + Sync),
        eyes: Eyes<'_>,
    ) -> Result<(), Error>;
}

/// What sees a block: first where it was made, in any order, then on the calling thread in theirs.
pub(crate) struct Eyes<'a> {
    pub(crate) look: &'a (dyn Fn(u64, &mut Work) + Sync),
    pub(crate) show: &'a mut dyn FnMut(u64, &Work),
}

impl<'a> Eyes<'a> {
    /// Those of the calling thread alone.
    pub(crate) fn of(show: &'a mut dyn FnMut(u64, &Work)) -> Self {
        Self {
            look: &|_, _| (),
            show,
        }
    }
}

/// A family whose members are met in turn.
struct Alone<F> {
    work: Work,
    family: F,
}

impl<F: FnMut(u64, f64, &Points<'_>, &mut [f64])> Blocks for Alone<F> {
    fn evaluate<'s>(
        &mut self,
        map: &Map,
        (pass, blocks): (u32, Range<u64>),
        sides: &(dyn Fn(u64, usize) -> &'s [Side] + Sync),
        eyes: Eyes<'_>,
    ) -> Result<(), Error> {
        let Self { work, family } = self;
        for k in blocks {
            let values = |x: &Points<'_>, value: &mut [f64]| family(k, place(k), x, value);
            work.evaluate(map, (pass, k), |i, _| sides(k, i), values)?;
            (eyes.look)(k, work);
            (eyes.show)(k, work);
        }
        Ok(())
    }
}

/// Where block `k` lies between 0 and 1; a quarter of the blocks at each end, where nothing helps from beyond.
fn place(k: u64) -> f64 {
    (2.0 * (GOLDEN * k as f64).fract() - 0.5).clamp(0.0, 1.0)
}

fn eighth_power(v: f64) -> f64 {
    let fourth = (v * v) * (v * v);
    fourth * fourth
}

fn eighth_root(v: f64) -> f64 {
    v.sqrt().sqrt().sqrt()
}

/// Points with what was seen at each: coordinates, point after point, and `|J f|` over some unit.
#[derive(Default)]
struct Sample {
    y: Vec<f32>,
    height: Vec<f64>,
}

impl Sample {
    /// Makes room for so many points, and a block more.
    fn reserve(&mut self, points: usize, dim: usize) {
        self.y.reserve((points + BLOCK) * dim);
        self.height.reserve(points + BLOCK);
    }

    /// Adds a block of points.
    fn add(&mut self, work: &Work, unit: f64) {
        for i in 0..BLOCK {
            self.y.extend(work.y.iter().map(|column| column[i]));
            self.height.push(work.height[i].abs() / unit);
        }
    }

    fn points(&self, dim: usize) -> impl Iterator<Item = (&[f32], f64)> {
        self.y.chunks_exact(dim).zip(self.height.iter().copied())
    }
}

/// What was seen of `|J f|` in a box.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) largest: f64,
    /// The smallest but zeros.
    pub(crate) smallest: f64,
    /// Whether there were zeros, so that an edge of the support may go through the box.
    pub(crate) zero: bool,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            largest: 0.0,
            smallest: f64::INFINITY,
            zero: false,
        }
    }
}

impl Seen {
    /// Adds one value.
    #[inline]
    pub(crate) fn add(&mut self, height: f64) {
        self.largest = self.largest.max(height);
        if height == 0.0 {
            self.zero = true;
        } else {
            self.smallest = self.smallest.min(height);
        }
    }

    /// The same of values so many times as large.
    fn times(self, unit: f64) -> Self {
        Self {
            largest: self.largest * unit,
            smallest: self.smallest * unit,
            zero: self.zero,
        }
    }

    /// How large the function may be just beside the box.
    pub(crate) fn beside(&self) -> f64 {
        match self.largest {
            0.0 => 0.0,
            largest => (largest / self.smallest).sqrt().recip() * largest,
        }
    }
}

/// A box on its way, with its points.
struct Growing {
    sides: Vec<Side>,
    sample: Sample,
    gain: f64,
    /// Integrals over the box: of the soft maximum, and of the function.
    full: f64,
    held: f64,
    cut: u8,
    parts: Option<[usize; 2]>,
    /// What was seen of the function over the unit of its sample.
    seen: Seen,
}

impl Growing {
    fn new(sides: Vec<Side>) -> Self {
        Self {
            sides,
            sample: Sample::default(),
            gain: 0.0,
            full: 0.0,
            held: 0.0,
            cut: UNCUT,
            parts: None,
            seen: Seen::default(),
        }
    }

    /// Finds the best cut.
    fn consider(&mut self) {
        let soft = |&(sum, points): &(f64, f64)| eighth_root(sum / f64::max(points, 1.0));
        let add = |a: (f64, f64), b: &(f64, f64)| (a.0 + b.0, a.1 + b.1);
        let dim = self.sides.len();
        let volume = volume(&self.sides);
        let power: Vec<f64> = self
            .sample
            .height
            .iter()
            .copied()
            .map(eighth_power)
            .collect();
        let axes = dim.min(CUT_AXES);
        let low: Vec<f32> = self.sides[..axes].iter().map(|side| side[0]).collect();
        let scale = |[low, high]: &Side| PARTS as f32 / (high - low);
        let scale: Vec<f32> = self.sides[..axes].iter().map(scale).collect();
        let mut seen = vec![[(0.0, 0.0); PARTS]; axes];
        for (y, &power) in self.sample.y.chunks_exact(dim).zip(&power) {
            for (axis, seen) in seen.iter_mut().enumerate() {
                let part = ((y[axis] - low[axis]) * scale[axis]) as usize;
                let seen = &mut seen[part.min(PARTS - 1)];
                *seen = add(*seen, &(power, 1.0));
            }
        }
        let mut best = (0.0, UNCUT);
        for (axis, seen) in seen.iter().enumerate() {
            let whole = soft(&seen.iter().fold((0.0, 0.0), add));
            for part in 1..PARTS {
                let (below, above) = seen.split_at(part);
                let [below, above] =
                    [below, above].map(|side| soft(&side.iter().fold((0.0, 0.0), add)));
                let share = part as f64 / PARTS as f64;
                let gain = volume * (whole - share * below - (1.0 - share) * above);
                if gain > best.0 {
                    best = (gain, (axis * PARTS + part) as u8);
                }
            }
        }
        (self.gain, self.cut) = best;
        let points = power.len() as f64;
        let heights = self.sample.height.iter();
        heights.for_each(|&height| self.seen.add(height));
        self.full = volume * soft(&(power.iter().sum(), points));
        self.held = volume * self.sample.height.iter().sum::<f64>() / points;
        // There may be many boxes: no room for points that do not come.
        self.sample.y.shrink_to_fit();
        self.sample.height.shrink_to_fit();
    }

    /// Its parts, without points yet.
    fn halves(&self) -> [Self; 2] {
        parts(&self.sides, self.cut).map(Self::new)
    }

    /// Takes over the points of the box that was cut which lie in this part of it, the upper one or not.
    fn inherit(&mut self, whole: &Self, upper: bool) {
        let dim = self.sides.len();
        self.sample.reserve(whole.sample.height.len(), dim);
        let axis = usize::from(whole.cut) / PARTS;
        let at = self.sides[axis][usize::from(!upper)];
        for (y, height) in whole.sample.points(dim) {
            if (y[axis] >= at) == upper {
                self.sample.y.extend_from_slice(y);
                self.sample.height.push(height);
            }
        }
    }
}

impl Partition {
    /// For a family, each member of which is normalised to 1: `family(k, p, x, value)` writes `f(x)` of the points of
    /// block `k` at `p` from 0 to 1.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if a value is none, [`Error::Zero`] if all are zero.
    pub fn grow(
        dim: usize,
        growth: &Growth,
        family: impl FnMut(u64, f64, &Points<'_>, &mut [f64]),
    ) -> Result<Self, Error> {
        let work = Work::new(dim, growth.seed);
        let map = Map::uniform(dim, growth.increments);
        Ok(grown(map, growth, &mut Alone { work, family })?.0)
    }
}

/// Boxes for what the blocks evaluate, in the space of a map trained further, and what was seen in each box.
pub(crate) fn grown(
    map: Map,
    growth: &Growth,
    blocks: &mut impl Blocks,
) -> Result<(Partition, Vec<Seen>), Error> {
    let dim = map.dim();
    let (map, unit) = trained(map, growth, blocks)?;
    let whole = vec![[0.0, 1.0]; dim];
    let mut first = Growing::new(whole.clone());
    let mut add = |_: u64, work: &Work| first.sample.add(work, unit);
    let everywhere = |_: u64, _: usize| &whole[..];
    blocks.evaluate(&map, (BOXES, 0..FIRST), &everywhere, Eyes::of(&mut add))?;
    first.consider();
    let (mut all, mut evaluated, mut boxes) = (vec![first], FIRST, 1);
    loop {
        let most = match little(&all) {
            true => growth.boxes.max(growth.more),
            false => growth.boxes,
        };
        if boxes >= most {
            break;
        }
        let cuttable = |i: &usize| all[*i].parts.is_none() && all[*i].gain > 0.0;
        let mut next: Vec<usize> = (0..all.len()).filter(cuttable).collect();
        next.sort_by(|&a, &b| all[b].gain.total_cmp(&all[a].gain));
        next.truncate((boxes / AT_A_TIME).clamp(1, most - boxes));
        if next.is_empty() {
            break;
        }
        let halves: Vec<Growing> = next.iter().flat_map(|&i| all[i].halves()).collect();
        let sides: Vec<Vec<Side>> = halves.iter().map(|half| half.sides.clone()).collect();
        let halves: Vec<Mutex<Growing>> = halves.into_iter().map(Mutex::new).collect();
        let range = evaluated..evaluated + halves.len() as u64;
        let of = |k: u64| (k - evaluated) as usize;
        blocks.evaluate(
            &map,
            (BOXES, range.clone()),
            &|k, _| &sides[of(k)],
            Eyes {
                look: &|k, work| {
                    let i = of(k);
                    let mut half = unpoisoned(&halves[i]);
                    half.inherit(&all[next[i / 2]], i % 2 == 1);
                    half.sample.add(work, unit);
                    half.consider();
                },
                show: &mut |_, _| (),
            },
        )?;
        evaluated = range.end;
        for (at, i) in (all.len()..).step_by(2).zip(next) {
            all[i].sample = Sample::default();
            all[i].parts = Some([at, at + 1]);
            boxes += 1;
        }
        let halves = halves.into_iter().map(Mutex::into_inner);
        all.extend(halves.map(|half| half.unwrap_or_else(PoisonError::into_inner)));
    }
    let (mut cuts, mut seen, mut open) = (Vec::new(), Vec::new(), vec![0]);
    while let Some(i) = open.pop() {
        let Some([lower, upper]) = all[i].parts else {
            seen.push(all[i].seen.times(unit));
            cuts.push(UNCUT);
            continue;
        };
        cuts.push(all[i].cut);
        open.extend([upper, lower]);
    }
    Ok((Partition::new(map, cuts)?, seen))
}

/// Whether the boxes that are not cut hold little.
fn little(all: &[Growing]) -> bool {
    let open = || all.iter().filter(|growing| growing.parts.is_none());
    let held: f64 = open().map(|growing| growing.held).sum();
    held < LITTLE * open().map(|growing| growing.full).sum::<f64>()
}

/// The map, and the largest `|J f|` that its first training saw.
fn trained(mut map: Map, growth: &Growth, blocks: &mut impl Blocks) -> Result<(Map, f64), Error> {
    let dim = map.dim();
    let whole = vec![[0.0, 1.0]; dim];
    let mut unit = 1.0;
    for time in 0..growth.training.0 {
        let mut sample = Sample::default();
        let batch = growth.training.1.div_ceil(BLOCK as u64);
        let (mut largest, mut sum) = (0.0f64, 0.0);
        for k in 0..BATCHES {
            let number = k * batch..(k + 1) * batch;
            let mut show = |_: u64, work: &Work| {
                sample.add(work, 1.0);
                let heights = work.height.iter().map(|height| height.abs());
                heights.for_each(|height| (largest, sum) = (largest.max(height), sum + height));
            };
            let everywhere = |_: u64, _: usize| &whole[..];
            blocks.evaluate(&map, (time, number), &everywhere, Eyes::of(&mut show))?;
            if sum >= largest * ENOUGH * (batch * BLOCK as u64) as f64 && sum > 0.0 {
                break;
            }
        }
        if largest == 0.0 {
            let points = sample.height.len() as u64;
            return Err(Error::Zero { points });
        }
        if time == 0 {
            unit = largest;
        }
        let n = map.increments();
        let mut power = vec![vec![0.0; n]; dim];
        for (y, height) in sample.points(dim) {
            let height = eighth_power(height / unit);
            for (power, y) in power.iter_mut().zip(y) {
                power[((y * n as f32) as usize).min(n - 1)] += height;
            }
        }
        for sum in power.iter_mut().flatten() {
            *sum = eighth_root(*sum);
        }
        map.refine(&power, 1.0, growth.increments);
    }
    Ok((map, unit))
}
