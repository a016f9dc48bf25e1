//! Unweighted points of a family of integrands, a few at a time, from any source of random words.
//!
//! A family is `f(x; p)`, `p ∈ [0, 1]`, each member normalised to `∫ f dx = 1`: a process at
//! neighbouring energies, say. All share a frozen map, cells of the y-space and their scales: `s_c` is
//! the largest `J f` seen in cell `c` at any `p` ([`Maxima`](crate::Maxima) says how an edge of the
//! support is treated). A cell is drawn with the probability `p_c = s_c / Σ s`, and a point has the
//! weight `w = J f / (K p_c W)`: it is to be accepted with the probability `min(1, w)` and then
//! weighs `max(1, w)`. The threshold `W` is the smallest for which, at several `p` from 0 to 1, no
//! more than a given share of the accepted points weighs more than one, but for chance of one standard
//! deviation; it is set on points of their own. Without allocation, and with no state: made once,
//! it serves any number of threads. Pinned by `tests/unweighter.rs`.

use crate::cells::Picker;
use crate::error::Error;
use crate::integrand::{BLOCK, Points};
use crate::key::PointKey;
use crate::map::Map;
use crate::maxima::{Seen, scales};
use crate::rng::{Phase, Stream, uniform};

/// How to learn the scales and the threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Learning {
    /// Seed of the points.
    pub seed: u64,
    /// Points of every cell, spread over the range of `p`.
    pub points_per_cell: u32,
    /// Points after these that go where the scales are large.
    pub more: u64,
    /// Points that set the threshold.
    pub proof: u64,
    /// Parts of the range of `p`, at each end of which the share is to be kept.
    pub parts: usize,
    /// Allowed share of accepted points that weigh more than one.
    pub max_overweight_share: f64,
}

/// What the points that set the threshold say of one value of `p`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Accepted share of points.
    pub efficiency: f64,
    /// Share of accepted points that weigh more than one.
    pub overweight_share: f64,
    /// Mean weight of an accepted point, less one.
    pub excess: f64,
}

/// Draws points that are to be accepted in proportion to a family of integrands.
#[derive(Clone, Debug)]
pub struct Unweighter {
    map: Map,
    axes: Vec<Dimension>,
    picker: Picker,
    scale: Vec<f32>,
    threshold: f64,
    /// Constant of the Jacobian over the threshold.
    constant: f64,
}

/// Strata of one axis.
#[derive(Clone, Copy, Debug)]
struct Dimension {
    strata: u32,
    /// ⌈2⁴⁰/strata⌉: division by multiplication, exact for fewer than 2¹⁶ cells and 2⁷ strata.
    inverse: u64,
    /// Increments of the map a stratum.
    increments: f64,
}

/// Most cells, and most strata of an axis.
const MAX_CELLS: usize = 1 << 16;
const MAX_STRATA: u32 = 1 << 7;

/// Steps of a sequence that fills the unit interval evenly: the golden ratio.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

impl Unweighter {
    /// With scales and threshold that are known.
    ///
    /// # Errors
    /// [`Error::Setting`] names what does not fit.
    pub fn new(map: Map, per_axis: &[u32], scale: Vec<f32>, threshold: f64) -> Result<Self, Error> {
        let cells = per_axis.iter().try_fold(1usize, |k, &m| {
            (1..=MAX_STRATA).contains(&m).then(|| k * m as usize)
        });
        let fit = cells.is_some_and(|k| k == scale.len() && k < MAX_CELLS);
        if per_axis.len() != map.dim() || !fit {
            let must = format!(
                "one to {MAX_STRATA} for each of {} axes, {} cells in all and fewer than {MAX_CELLS}",
                map.dim(),
                scale.len()
            );
            return Err(Error::setting("per_axis", format!("{per_axis:?}"), must));
        }
        if let Some(bad) = scale.iter().find(|s| !(**s > 0.0 && s.is_finite())) {
            return Err(Error::setting("scale", bad, "above 0 and finite"));
        }
        if !(threshold > 0.0 && threshold.is_finite()) {
            return Err(Error::setting("threshold", threshold, "above 0 and finite"));
        }
        let axis = |&strata: &u32| Dimension {
            strata,
            inverse: (1u64 << 40).div_ceil(u64::from(strata)),
            increments: map.increments() as f64 / f64::from(strata),
        };
        let share: Vec<f64> = scale.iter().map(|&s| f64::from(s)).collect();
        Ok(Self {
            axes: per_axis.iter().map(axis).collect(),
            picker: Picker::new(&share),
            scale,
            threshold,
            constant: map.scale() / threshold,
            map,
        })
    }

    /// Learns the scales of the cells of `per_axis` strata an axis from a family, each member of
    /// which is normalised to 1: `family(p, x, value)` writes `f(x; p)` of a block of points.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if a value is none, [`Error::Zero`] if all are zero, and as
    /// [`Self::new`].
    pub fn learn(
        map: Map,
        per_axis: &[u32],
        learning: &Learning,
        mut family: impl FnMut(f64, &Points<'_>, &mut [f64]),
    ) -> Result<(Self, Vec<Expected>), Error> {
        let cells: usize = per_axis.iter().map(|&m| m as usize).product();
        let start = Self::new(map.clone(), per_axis, vec![1.0; cells], 1.0)?;
        let mut seen = vec![Seen::default(); cells];
        let mut work = Work::new(map.dim(), learning.seed);
        let blocks = cells.div_ceil(BLOCK);
        let times = learning.points_per_cell;
        for k in 0..times as usize * blocks {
            // A cell meets every part of the range of p once.
            let (time, block) = (k / blocks, k % blocks);
            let p = (time as f64 + 0.5) / f64::from(times) + GOLDEN * block as f64;
            let of = |i: usize| Some((block * BLOCK + i) as u32 % cells as u32);
            work.evaluate(&start, 0, k as u64, p.fract(), of, &mut family)?;
            for i in 0..BLOCK {
                seen[work.cell[i] as usize].add(work.height(&start, i));
            }
        }
        let guess = start.with_scales(&seen, per_axis, 1.0)?;
        for k in 0..learning.more.div_ceil(BLOCK as u64) {
            // A sixth of them at each end of the range, where maxima are.
            let p = (1.5 * (GOLDEN * k as f64).fract() - 0.25).clamp(0.0, 1.0);
            work.evaluate(&guess, 1, k, p, |_| None, &mut family)?;
            for i in 0..BLOCK {
                seen[work.cell[i] as usize].add(work.height(&guess, i));
            }
        }
        let guess = start.with_scales(&seen, per_axis, 1.0)?;
        let parts = learning.parts.max(1);
        let mut weights = vec![Vec::new(); parts + 1];
        for k in 0..learning.proof.div_ceil(BLOCK as u64) {
            let part = k as usize % (parts + 1);
            let p = part as f64 / parts as f64;
            work.evaluate(&guess, 2, k, p, |_| None, &mut family)?;
            let list = &mut weights[part];
            list.extend((0..BLOCK).map(|i| work.value[i] * work.factor[i]));
        }
        for list in &mut weights {
            list.sort_unstable_by(|a, b| b.total_cmp(a));
        }
        let at_least = |list: &Vec<f64>| threshold(list, learning.max_overweight_share);
        let threshold = weights.iter().map(at_least).fold(0.0, f64::max);
        if threshold == 0.0 {
            let points = work.points;
            return Err(Error::Zero { points });
        }
        let expected = weights.iter().map(|list| expected(list, threshold));
        let expected = expected.collect();
        Ok((start.with_scales(&seen, per_axis, threshold)?, expected))
    }

    fn with_scales(&self, seen: &[Seen], per_axis: &[u32], threshold: f64) -> Result<Self, Error> {
        let scale: Vec<f32> = scales(seen, per_axis).iter().map(|&s| s as f32).collect();
        if scale.iter().all(|&s| s == 0.0) {
            let points = seen.len() as u64;
            return Err(Error::Zero { points });
        }
        Self::new(self.map.clone(), per_axis, scale, threshold)
    }

    /// The map.
    pub fn map(&self) -> &Map {
        &self.map
    }

    /// Strata of each axis.
    pub fn per_axis(&self) -> Vec<u32> {
        self.axes.iter().map(|axis| axis.strata).collect()
    }

    /// Scale of each cell; the last axis runs fastest.
    pub fn scale(&self) -> &[f32] {
        &self.scale
    }

    /// Weight `J f / (K p_c)` that counts as one.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// Draws `N` points: columns of coordinates in (0, 1), one an axis, and the factors that make the
    /// values of a normalised member weights. A point takes a word for its cell and one an axis.
    ///
    /// # Panics
    /// If there are fewer columns than axes.
    #[inline]
    pub fn draw<const N: usize>(
        &self,
        mut word: impl FnMut() -> u64,
        x: &mut [[f64; N]],
        factor: &mut [f64; N],
    ) {
        for i in 0..N {
            let (cell, picked) = self.picker.pick(word());
            factor[i] = picked * self.constant * self.place(cell, &mut word, x, i);
        }
    }

    /// Draws point `i` in a cell; returns the product of the widths of its increments.
    #[inline(always)]
    fn place<const N: usize>(
        &self,
        cell: u32,
        word: &mut impl FnMut() -> u64,
        x: &mut [[f64; N]],
        i: usize,
    ) -> f64 {
        /// The largest coordinate that may reach an integrand: 1 − 2⁻⁵³.
        const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;
        let last = self.map.increments() - 1;
        let mut rest = u64::from(cell);
        let mut volume = 1.0;
        for (d, axis) in self.axes.iter().enumerate().rev() {
            let quotient = (rest * axis.inverse) >> 40;
            let digit = rest - quotient * u64::from(axis.strata);
            rest = quotient;
            let t = (digit as f64 + uniform(word())) * axis.increments;
            let increment = (t as usize).min(last);
            let [edge, width] = self.map.increment(d, increment);
            x[d][i] = (edge + (t - increment as f64) * width).min(BELOW_ONE);
            volume *= width;
        }
        volume
    }
}

/// A block while learning.
struct Work {
    seed: u64,
    x: Vec<[f64; BLOCK]>,
    cell: [u32; BLOCK],
    factor: [f64; BLOCK],
    value: [f64; BLOCK],
    points: u64,
}

impl Work {
    fn new(dim: usize, seed: u64) -> Self {
        Self {
            seed,
            x: vec![[0.0; BLOCK]; dim],
            cell: [0; BLOCK],
            factor: [0.0; BLOCK],
            value: [0.0; BLOCK],
            points: 0,
        }
    }

    /// Evaluates block `k` of a pass, in cells of the caller's choice or drawn at random.
    fn evaluate(
        &mut self,
        from: &Unweighter,
        pass: u32,
        k: u64,
        p: f64,
        cell_of: impl Fn(usize) -> Option<u32>,
        family: &mut impl FnMut(f64, &Points<'_>, &mut [f64]),
    ) -> Result<(), Error> {
        let first = k * BLOCK as u64;
        let mut stream = Stream::new(self.seed, Phase::Maxima, pass, first);
        let mut words = vec![[0; BLOCK]; self.x.len() + 1];
        words.iter_mut().for_each(|column| stream.fill(column));
        for i in 0..BLOCK {
            let mut columns = words.iter().map(|column| column[i]);
            // UNWRAP: one word an axis and one for the cell.
            let mut word = || columns.next().expect("a word");
            let (drawn, picked) = from.picker.pick(word());
            let (cell, picked) = cell_of(i).map_or((drawn, picked), |cell| (cell, 1.0));
            let volume = from.place(cell, &mut word, &mut self.x, i);
            self.cell[i] = cell;
            self.factor[i] = picked * from.constant * volume;
        }
        let points = Points::new(self.x.as_flattened(), BLOCK, self.x.len(), BLOCK);
        family(p, &points, &mut self.value);
        self.points += BLOCK as u64;
        let not_finite = |value: &f64| !value.is_finite();
        if let Some(i) = self.value.iter().position(not_finite) {
            let bad = self.value.iter().filter(|v| not_finite(v));
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
        Ok(())
    }

    /// `J f` of point `i`.
    fn height(&self, from: &Unweighter, i: usize) -> f64 {
        let cell = self.cell[i] as usize;
        self.value[i] * self.factor[i] * from.picker.density(cell)
    }
}

/// The smallest threshold for weights in falling order.
fn threshold(falling: &[f64], share: f64) -> f64 {
    let total: f64 = falling.iter().sum();
    let (mut above, mut best) = (0.0f64, 0.0);
    let mut sum_above = 0.0;
    for &w in falling.iter().take_while(|&&w| w > 0.0) {
        let accepted = (total - sum_above) / w + above;
        if above + above.sqrt() > share * accepted {
            break;
        }
        best = w;
        above += 1.0;
        sum_above += w;
    }
    best
}

/// What weights in falling order become with a threshold.
fn expected(falling: &[f64], threshold: f64) -> Expected {
    let above = falling.partition_point(|&w| w > threshold);
    let sum_above = falling[..above].iter().sum::<f64>() / threshold;
    let below = falling[above..].iter().sum::<f64>() / threshold;
    let accepted = below + above as f64;
    // Where nothing is accepted there is no share.
    let of_accepted = |part: f64| if accepted > 0.0 { part / accepted } else { 0.0 };
    Expected {
        efficiency: accepted / falling.len().max(1) as f64,
        overweight_share: of_accepted(above as f64),
        excess: of_accepted(sum_above - above as f64),
    }
}
