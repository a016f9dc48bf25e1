//! A map and boxes of the y-space, in each of which a family of integrands varies little.
//!
//! The map is trained on the soft maxima `⟨(J f)⁸⟩^⅛` of its increments, not on mean squares as that of an
//! integral: what counts is the largest value. Then the y-space is cut into boxes as in FOAM (S. Jadach, Comput.
//! Phys. Commun. 152 (2003) 55): of all boxes the one is cut that gains most, across the axis and at the eighth of it
//! where volume times soft maximum, added over both parts, is smallest. A part inherits the points that lie in it and
//! gets a block of its own. Pinned by `tests/unweighter.rs`.

use crate::error::Error;
use crate::integrand::{BLOCK, Points};
use crate::key::PointKey;
use crate::map::Map;
use crate::rng::{Phase, Stream, uniform};

/// How to make a partition.
#[derive(Clone, Debug, PartialEq)]
pub struct Growth {
    /// Seed of the points.
    pub seed: u64,
    /// Increments of the map.
    pub increments: usize,
    /// Times the map is trained, and points of each.
    pub training: (u32, u64),
    /// Number of boxes.
    pub boxes: usize,
}

/// Lower and upper end of a box on one axis.
pub(crate) type Side = [f32; 2];

/// A map and boxes that fill its y-space.
#[derive(Clone, Debug)]
pub struct Partition {
    map: Map,
    cuts: Vec<u8>,
    /// Of each box, axis by axis.
    sides: Vec<Side>,
    volume: Vec<f64>,
}

/// An axis is cut at one of so many parts.
const PARTS: usize = 8;

/// What stands for a box that is not cut; a cut is 8 · axis + eighths.
const UNCUT: u8 = 0;

/// Blocks of points of the box that is cut first.
const FIRST: u64 = 400;

/// Passes of the random streams that find the boxes; those before train the map, those after are others'.
const BOXES: u32 = 1 << 16;

/// Steps of a sequence that fills the unit interval evenly: the golden ratio.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// Where block `k` lies between 0 and 1; an eighth of the blocks at each end, where nothing helps from beyond.
fn place(k: u64) -> f64 {
    (1.3 * (GOLDEN * k as f64).fract() - 0.15).clamp(0.0, 1.0)
}

fn eighth_power(v: f64) -> f64 {
    let fourth = (v * v) * (v * v);
    fourth * fourth
}

fn eighth_root(v: f64) -> f64 {
    v.sqrt().sqrt().sqrt()
}

/// The two parts of a box.
fn parts(sides: &[Side], cut: u8) -> [Vec<Side>; 2] {
    let (axis, part) = (usize::from(cut) / PARTS, usize::from(cut) % PARTS);
    let [low, high] = sides[axis];
    let at = low + (high - low) * (part as f32 / PARTS as f32);
    let (mut lower, mut upper) = (sides.to_vec(), sides.to_vec());
    lower[axis] = [low, at];
    upper[axis] = [at, high];
    [lower, upper]
}

fn volume(sides: &[Side]) -> f64 {
    sides
        .iter()
        .map(|[low, high]| f64::from(high - low))
        .product()
}

/// A box on its way, with what was seen in it: coordinates, axis by axis, and eighth powers.
struct Growing {
    sides: Vec<Side>,
    y: Vec<f32>,
    power: Vec<f64>,
    gain: f64,
    cut: u8,
    parts: Option<[usize; 2]>,
}

impl Growing {
    fn new(sides: Vec<Side>) -> Self {
        let (y, power) = (Vec::new(), Vec::new());
        Self {
            sides,
            y,
            power,
            gain: 0.0,
            cut: UNCUT,
            parts: None,
        }
    }

    fn points(&self) -> impl Iterator<Item = (&[f32], f64)> {
        let points = self.y.chunks_exact(self.sides.len());
        points.zip(self.power.iter().copied())
    }

    /// Finds the best cut.
    fn consider(&mut self) {
        let soft = |&(sum, points): &(f64, f64)| eighth_root(sum / f64::max(points, 1.0));
        let add = |a: (f64, f64), b: &(f64, f64)| (a.0 + b.0, a.1 + b.1);
        let volume = volume(&self.sides);
        let mut best = (0.0, UNCUT);
        for (axis, &[low, high]) in self.sides.iter().enumerate() {
            let mut seen = [(0.0, 0.0); PARTS];
            let scale = PARTS as f32 / (high - low);
            for (y, power) in self.points() {
                let part = (((y[axis] - low) * scale) as usize).min(PARTS - 1);
                seen[part] = add(seen[part], &(power, 1.0));
            }
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
    }

    /// Its parts, with the points of each.
    fn halves(&mut self) -> [Self; 2] {
        let mut halves = parts(&self.sides, self.cut).map(Self::new);
        let axis = usize::from(self.cut) / PARTS;
        let at = halves[1].sides[axis][0];
        for (y, power) in self.points() {
            let half = &mut halves[usize::from(y[axis] >= at)];
            half.y.extend_from_slice(y);
            half.power.push(power);
        }
        (self.y, self.power) = (Vec::new(), Vec::new());
        halves
    }
}

impl Partition {
    /// Of a map and the [`Self::cuts`] of its boxes.
    ///
    /// # Errors
    /// [`Error::Setting`] if these are not the cuts of as many axes.
    pub fn new(map: Map, cuts: Vec<u8>) -> Result<Self, Error> {
        let (mut sides, mut volumes) = (Vec::new(), Vec::new());
        let mut open = vec![vec![[0.0, 1.0]; map.dim()]];
        for &cut in &cuts {
            let known = usize::from(cut) / PARTS < map.dim()
                && (cut == UNCUT || usize::from(cut) % PARTS > 0);
            let Some(next) = open.pop().filter(|_| known) else {
                let must = format!(
                    "eighths of {} axes, and no more than there are boxes",
                    map.dim()
                );
                return Err(Error::setting("cuts", cut, must));
            };
            if cut == UNCUT {
                volumes.push(volume(&next));
                sides.extend(next);
            } else {
                let [lower, upper] = parts(&next, cut);
                open.extend([upper, lower]);
            }
        }
        if !open.is_empty() {
            return Err(Error::setting(
                "cuts",
                cuts.len(),
                "enough to fill the space",
            ));
        }
        Ok(Self {
            map,
            cuts,
            sides,
            volume: volumes,
        })
    }

    /// For a family, each member of which is normalised to 1: `family(k, p, x, value)` writes `f(x)` of the points of
    /// block `k` at `p` from 0 to 1.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if a value is none, [`Error::Zero`] if all are zero.
    pub fn grow(
        dim: usize,
        growth: &Growth,
        mut family: impl FnMut(u64, f64, &Points<'_>, &mut [f64]),
    ) -> Result<Self, Error> {
        let mut work = Work::new(dim, growth.seed);
        let map = trained(growth, &mut work, &mut family)?;
        let mut block = 0;
        let mut look = |growing: &mut Growing, times: u64| {
            for _ in 0..times {
                let values =
                    |x: &Points<'_>, value: &mut [f64]| family(block, place(block), x, value);
                work.evaluate(&map, (BOXES, block), |_, _| &growing.sides, values)?;
                block += 1;
                for i in 0..BLOCK {
                    growing.y.extend(work.y.iter().map(|column| column[i]));
                    growing.power.push(eighth_power(work.height[i]));
                }
            }
            growing.consider();
            Ok::<_, Error>(())
        };
        let mut all = vec![Growing::new(vec![[0.0, 1.0]; dim])];
        look(&mut all[0], FIRST)?;
        for _ in 1..growth.boxes {
            let uncut = (0..all.len()).filter(|&i| all[i].parts.is_none() && all[i].gain > 0.0);
            let Some(best) = uncut.max_by(|&a, &b| all[a].gain.total_cmp(&all[b].gain)) else {
                break;
            };
            for mut half in all[best].halves() {
                look(&mut half, 1)?;
                all.push(half);
            }
            all[best].parts = Some([all.len() - 2, all.len() - 1]);
        }
        let (mut cuts, mut open) = (Vec::new(), vec![0]);
        while let Some(i) = open.pop() {
            match all[i].parts {
                None => cuts.push(UNCUT),
                Some([lower, upper]) => {
                    cuts.push(all[i].cut);
                    open.extend([upper, lower]);
                }
            }
        }
        Self::new(map, cuts)
    }

    /// The map.
    pub fn map(&self) -> &Map {
        &self.map
    }

    /// How the space is cut, from the whole on, lower parts first: eight times the axis and the eighths of it, or 0 for a box that is
    /// not cut.
    pub fn cuts(&self) -> &[u8] {
        &self.cuts
    }

    /// Volumes of the boxes.
    pub(crate) fn volumes(&self) -> &[f64] {
        &self.volume
    }

    /// Of one box, axis by axis.
    #[inline(always)]
    pub(crate) fn sides(&self, cell: usize) -> &[Side] {
        let dim = self.map.dim();
        &self.sides[cell * dim..][..dim]
    }
}

/// The map of a family.
fn trained(
    growth: &Growth,
    work: &mut Work,
    family: &mut impl FnMut(u64, f64, &Points<'_>, &mut [f64]),
) -> Result<Map, Error> {
    let (dim, n) = (work.x.len(), growth.increments);
    let mut map = Map::uniform(dim, n);
    let whole = vec![[0.0, 1.0]; dim];
    for time in 0..growth.training.0 {
        let mut power = vec![vec![0.0; n]; dim];
        for k in 0..growth.training.1.div_ceil(BLOCK as u64) {
            let values = |x: &Points<'_>, value: &mut [f64]| family(k, place(k), x, value);
            work.evaluate(&map, (time, k), |_, _| &whole, values)?;
            for (power, y) in power.iter_mut().zip(&work.y) {
                for (y, &height) in y.iter().zip(&work.height) {
                    power[((y * n as f32) as usize).min(n - 1)] += eighth_power(height);
                }
            }
        }
        if power[0].iter().all(|&sum| sum == 0.0) {
            let points = work.points;
            return Err(Error::Zero { points });
        }
        for sum in power.iter_mut().flatten() {
            *sum = eighth_root(*sum);
        }
        map.refine(&power, 1.0, n);
    }
    Ok(map)
}

/// Draws a point in a box; returns the Jacobian of the map but for its constant.
#[inline(always)]
pub(crate) fn draw_in(
    map: &Map,
    sides: &[Side],
    mut word: impl FnMut() -> u64,
    mut put: impl FnMut(usize, f64, f64),
) -> f64 {
    /// The largest coordinate that may reach an integrand: 1 − 2⁻⁵³.
    const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;
    let last = map.increments() - 1;
    let mut widths = 1.0;
    for (d, &[low, high]) in sides.iter().enumerate() {
        let y = f64::from(low) + uniform(word()) * f64::from(high - low);
        let t = y * map.increments() as f64;
        let increment = (t as usize).min(last);
        let [edge, width] = map.increment(d, increment);
        put(d, y, (edge + (t - increment as f64) * width).min(BELOW_ONE));
        widths *= width;
    }
    widths
}

/// A block of points while learning.
pub(crate) struct Work {
    seed: u64,
    words: Vec<[u64; BLOCK]>,
    x: Vec<[f64; BLOCK]>,
    y: Vec<[f32; BLOCK]>,
    /// `J f`.
    pub(crate) height: [f64; BLOCK],
    pub(crate) points: u64,
}

impl Work {
    pub(crate) fn new(dim: usize, seed: u64) -> Self {
        Self {
            seed,
            words: vec![[0; BLOCK]; dim + 1],
            x: vec![[0.0; BLOCK]; dim],
            y: vec![[0.0; BLOCK]; dim],
            height: [0.0; BLOCK],
            points: 0,
        }
    }

    /// Evaluates block `k` of a pass in boxes that may be drawn with a word.
    pub(crate) fn evaluate<'a>(
        &mut self,
        map: &Map,
        (pass, k): (u32, u64),
        mut sides: impl FnMut(usize, u64) -> &'a [Side],
        family: impl FnOnce(&Points<'_>, &mut [f64]),
    ) -> Result<(), Error> {
        let first = k * BLOCK as u64;
        let mut stream = Stream::new(self.seed, Phase::Maxima, pass, first);
        self.words.iter_mut().for_each(|column| stream.fill(column));
        let mut jacobian = [map.scale(); BLOCK];
        for i in 0..BLOCK {
            let mut columns = self.words.iter().map(|column| column[i]);
            // UNWRAP: one word an axis and one for the box.
            let mut word = || columns.next().expect("a word");
            let sides = sides(i, word());
            jacobian[i] *= draw_in(map, sides, word, |d, y, x| {
                (self.y[d][i], self.x[d][i]) = (y as f32, x);
            });
        }
        let points = Points::new(self.x.as_flattened(), BLOCK, self.x.len(), BLOCK);
        family(&points, &mut self.height);
        self.points += BLOCK as u64;
        let not_finite = |value: &f64| !value.is_finite();
        if let Some(i) = self.height.iter().position(not_finite) {
            let bad = self.height.iter().filter(|v| not_finite(v));
            let nan = bad.clone().filter(|v| v.is_nan()).count() as u64;
            return Err(Error::NotFinite {
                nan,
                infinite: bad.count() as u64 - nan,
                points: self.points,
                first: PointKey {
                    iteration: pass,
                    index: first + i as u64,
                },
                x: points.point(i),
            });
        }
        for (height, jacobian) in self.height.iter_mut().zip(jacobian) {
            *height *= jacobian;
        }
        Ok(())
    }
}
