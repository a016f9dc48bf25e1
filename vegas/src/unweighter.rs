//! Unweighted points of a family of integrands, a few at a time, from any source of random words.
//!
//! A family is `f(x; p)`, `p ∈ [0, 1]`, each member normalised to `∫ f dx = 1`: a process at
//! neighbouring energies, say; several families that are alike may share an [`Unweighter`]. It has a [`Partition`], a map and
//! boxes of its y-space. At several values of `p` each box `c` has a scale `s_c`, the largest `J f` seen in it, and the
//! probability `v_c s_c / Σ v s` with its volume `v_c`; between two of them a box is drawn with the one's probabilities or
//! the other's, by the distance in `p`. With the density `q` of that a point has the weight `w = J f / (q W)`: it is to be
//! accepted with the probability `min(1, w)` and then weighs `max(1, w)`. The threshold `W(p)` of each family is linear
//! between several `p` from 0 to 1, at each of which it is the smallest for which no more than a given share of the
//! accepted points weighs more than one, two standard deviations of chance included; it is set on points of their own, and
//! where it changes quickly, as next to a threshold of the process, at more `p`.
//! Without allocation, and with no state: made once, it serves any number of threads. Pinned by `tests/unweighter.rs`.

use std::array::from_fn;
use std::hint::select_unpredictable;
use std::sync::Arc;

use crate::cells::Picker;
use crate::error::Error;
use crate::growth::Seen;
use crate::integrand::{BLOCK, Points};
use crate::maxima::scales;
use crate::partition::Partition;
use crate::rng::uniform;
use crate::work::Work;

/// How to learn the scales.
#[derive(Clone, Debug, PartialEq)]
pub struct Learning {
    /// Seed of the points.
    pub seed: u64,
    /// Values of `p` from 0 to 1, two or more, with scales of their own.
    pub nodes: usize,
    /// Points of every box at each of them.
    pub points_per_box: u64,
}

/// How to set thresholds.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// Seed of the points.
    pub seed: u64,
    /// Parts of the range of `p`, at each end of which the share is to be kept.
    pub parts: usize,
    /// Times they may be halved, until thresholds at both ends of each are alike.
    pub halvings: u32,
    /// Points at each of these ends.
    pub points: u64,
    /// Allowed share of accepted points that weigh more than one.
    pub max_overweight_share: f64,
}

/// Weights `J f / q` that count as one for a family, at equal steps of `p` from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Thresholds(Vec<f64>);

impl Thresholds {
    /// Of known ones.
    ///
    /// # Errors
    /// [`Error::Setting`] if there is none, or one that is not above 0 and finite.
    pub fn new(thresholds: Vec<f64>) -> Result<Self, Error> {
        let not_one = |threshold: &&f64| !(**threshold > 0.0 && threshold.is_finite());
        let bad = thresholds.iter().find(not_one).copied();
        match bad.or(thresholds.is_empty().then_some(f64::NAN)) {
            Some(bad) => Err(Error::setting("threshold", bad, "above 0 and finite")),
            None => Ok(Self(thresholds)),
        }
    }

    /// All of them.
    pub fn all(&self) -> &[f64] {
        &self.0
    }

    /// The weight that counts as one at `p`, which is taken to lie between 0 and 1.
    #[inline]
    pub fn at(&self, p: f64) -> f64 {
        let last = self.0.len() - 1;
        let place = p.clamp(0.0, 1.0) * last as f64;
        let k = (place as usize).min(last);
        let (low, high) = (self.0[k], self.0[(k + 1).min(last)]);
        low + (high - low) * (place - k as f64)
    }
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

/// Draws points that are to be accepted in proportion to members of families of integrands.
#[derive(Clone, Debug)]
pub struct Unweighter {
    partition: Arc<Partition>,
    scale: Vec<f32>,
    /// Alias tables of the nodes, one after the other.
    slots: Vec<Slot>,
    /// Density of points in y of each box, node by node.
    density: Vec<f32>,
    nodes: usize,
}

/// A column of an alias table: its own box with the probability `keep`, else the other. Half the room of a
/// [`Picker`]'s, for tables of many integrands are to fit a cache.
#[derive(Clone, Copy, Debug)]
struct Slot {
    keep: f32,
    alias: u32,
}

/// For so many standard deviations of chance the share of points above a threshold is kept.
const DEVIATIONS: f64 = 2.0;

/// Largest ratio of thresholds at both ends of a part that is not halved.
const ALIKE: f64 = 1.3;

/// Passes of the random streams: that of the first node, and that of the thresholds of each halving.
const SCALES: u32 = 1 << 17;
const PROOF: u32 = 1 << 18;
const HALVING: u32 = 1 << 12;

/// Between which nodes a member lies, and how far from the first.
#[derive(Clone, Copy)]
struct Between {
    node: usize,
    second: f64,
    /// Inverses of the probabilities of both.
    inverse: [f64; 2],
}

impl Unweighter {
    /// With scales of all boxes at values of `p` at equal steps from 0 to 1, one node after the other.
    ///
    /// # Errors
    /// [`Error::Setting`] names what does not fit.
    pub fn new(partition: Arc<Partition>, scale: Vec<f32>) -> Result<Self, Error> {
        let volumes = partition.volumes();
        let (boxes, nodes) = (volumes.len(), scale.len() / volumes.len());
        if nodes < 2 || scale.len() != nodes * boxes {
            let must = format!("of {boxes} boxes at two nodes or more");
            return Err(Error::setting("scale", scale.len(), must));
        }
        if let Some(bad) = scale.iter().find(|s| !(**s > 0.0 && s.is_finite())) {
            return Err(Error::setting("scale", bad, "above 0 and finite"));
        }
        let mut slots = Vec::with_capacity(scale.len());
        let mut density = vec![0.0; scale.len()];
        for (node, scale) in scale.chunks_exact(boxes).enumerate() {
            let share = scale.iter().zip(volumes).map(|(&s, v)| f64::from(s) * v);
            let share: Vec<f64> = share.collect();
            let sum: f64 = share.iter().sum();
            for (cell, &s) in scale.iter().enumerate() {
                density[cell * nodes + node] = (f64::from(s) / sum) as f32;
            }
            let picker = Picker::new(&share);
            slots.extend(picker.columns().map(|(keep, alias)| Slot {
                keep: keep as f32,
                alias,
            }));
        }
        Ok(Self {
            partition,
            scale,
            slots,
            density,
            nodes,
        })
    }

    /// Learns scales from families, each member of which is normalised to 1: `family(k, p, x, value)` writes
    /// `f(x; p)` of the points of block `k`.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if a value is none, [`Error::Zero`] if all are zero.
    pub fn learn(
        partition: &Arc<Partition>,
        learning: &Learning,
        mut family: impl FnMut(u64, f64, &Points<'_>, &mut [f64]),
    ) -> Result<Self, Error> {
        let map = partition.map();
        let mut work = Work::new(map.dim(), learning.seed);
        let boxes = partition.volumes().len();
        let nodes = learning.nodes.max(2);
        let mut scale = Vec::with_capacity(nodes * boxes);
        for node in 0..nodes {
            let p = node as f64 / (nodes - 1) as f64;
            let mut seen = vec![Seen::default(); boxes];
            for k in 0..(boxes as u64 * learning.points_per_box).div_ceil(BLOCK as u64) {
                let cell = |i: usize| (k as usize * BLOCK + i) % boxes;
                let sides = |i: usize, _| partition.sides(cell(i));
                work.evaluate(map, (SCALES + node as u32, k), sides, |x, v| {
                    family(k, p, x, v)
                })?;
                for (i, &height) in work.height.iter().enumerate() {
                    seen[cell(i)].add(height);
                }
            }
            scale.extend(scales(partition, &seen).iter().map(|&s| s as f32));
        }
        if scale.contains(&0.0) {
            let points = work.points;
            return Err(Error::Zero { points });
        }
        Self::new(partition.clone(), scale)
    }

    /// Sets the thresholds of a family, each member of which is normalised to 1: `family(p, x, value)` writes
    /// `f(x; p)` of a block of points.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if a value is none, [`Error::Zero`] if all are zero.
    pub fn prove(
        &self,
        proof: &Proof,
        mut family: impl FnMut(f64, &Points<'_>, &mut [f64]),
    ) -> Result<(Thresholds, Vec<Expected>), Error> {
        let map = self.partition.map();
        let mut work = Work::new(map.dim(), proof.seed);
        let share = proof.max_overweight_share;
        let mut at = |p: f64, pass: u32| -> Result<(f64, Expected), Error> {
            let between = self.between(p);
            let mut weights = Vec::new();
            for k in 0..proof.points.div_ceil(BLOCK as u64) {
                let mut cells = [0; BLOCK];
                let sides = |i: usize, word: u64| {
                    cells[i] = self.pick(&between, word);
                    self.partition.sides(cells[i])
                };
                work.evaluate(map, (pass, k), sides, |x, v| family(p, x, v))?;
                let weight =
                    |(height, &cell): (&f64, &usize)| height / self.density(&between, cell);
                weights.extend(work.height.iter().zip(&cells).map(weight));
            }
            let threshold = threshold(&mut weights, share);
            let sane = if threshold > 0.0 { threshold } else { 1.0 };
            Ok((threshold, expected(&weights, sane)))
        };
        let mut parts = proof.parts;
        let of_part = |part: usize| at(part as f64 / proof.parts as f64, PROOF + part as u32);
        let mut proofs: Vec<_> = (0..=parts).map(of_part).collect::<Result<_, _>>()?;
        let alike = |pair: &[(f64, Expected)]| {
            let (low, high) = (pair[0].0.min(pair[1].0), pair[0].0.max(pair[1].0));
            low == 0.0 || high <= ALIKE * low
        };
        for halving in 1..=proof.halvings {
            if proofs.windows(2).all(alike) {
                break;
            }
            parts *= 2;
            let mut finer = vec![proofs[0]];
            for part in (1..parts).step_by(2) {
                let pass = PROOF + halving * HALVING + part as u32;
                finer.push(at(part as f64 / parts as f64, pass)?);
                finer.push(proofs[part.div_ceil(2)]);
            }
            proofs = finer;
        }
        let (mut thresholds, expected): (Vec<f64>, Vec<Expected>) = proofs.into_iter().unzip();
        // Where nothing was accepted any will do.
        let largest = thresholds.iter().copied().fold(0.0, f64::max);
        if largest == 0.0 {
            let points = work.points;
            return Err(Error::Zero { points });
        }
        for threshold in thresholds.iter_mut().filter(|one| **one == 0.0) {
            *threshold = largest;
        }
        Ok((Thresholds::new(thresholds)?, expected))
    }

    /// Map and boxes.
    pub fn partition(&self) -> &Arc<Partition> {
        &self.partition
    }

    /// Scales of all boxes, one node after the other.
    pub fn scale(&self) -> &[f32] {
        &self.scale
    }

    #[inline]
    fn between(&self, p: f64) -> Between {
        let place = p.clamp(0.0, 1.0) * (self.nodes - 1) as f64;
        let node = (place as usize).min(self.nodes - 2);
        let second = place - node as f64;
        let inverse = [1.0 / (1.0 - second), 1.0 / second];
        Between {
            node,
            second,
            inverse,
        }
    }

    /// The box that a word stands for; without branches, for none could be foretold.
    #[inline(always)]
    fn pick(&self, between: &Between, word: u64) -> usize {
        let boxes = self.partition.volumes().len();
        let u = uniform(word);
        let second = u < between.second;
        let [low, high] = [(u - between.second), u];
        let u = select_unpredictable(second, high * between.inverse[1], low * between.inverse[0]);
        let t = u * boxes as f64;
        let column = (t as usize).min(boxes - 1);
        let slot = self.slots[(between.node + usize::from(second)) * boxes + column];
        let own = t - (column as f64) < f64::from(slot.keep);
        select_unpredictable(own, column, slot.alias as usize)
    }

    /// Density of points in y in a box.
    #[inline(always)]
    fn density(&self, between: &Between, cell: usize) -> f64 {
        let at = cell * self.nodes + between.node;
        let [first, second] = [self.density[at], self.density[at + 1]].map(f64::from);
        first + (second - first) * between.second
    }

    /// Draws `N` points for the member `p`, which is taken to lie between 0 and 1: columns of coordinates in (0, 1), one an
    /// axis, and the factors that make its values weights if one is `threshold`. Words are taken for the boxes of all points, then for all points axis by axis.
    ///
    /// # Panics
    /// If there are fewer columns than axes.
    #[inline]
    pub fn draw<const N: usize>(
        &self,
        (p, threshold): (f64, f64),
        mut word: impl FnMut() -> u64,
        x: &mut [[f64; N]],
        factor: &mut [f64; N],
    ) {
        /// The largest coordinate that may reach an integrand: 1 − 2⁻⁵³.
        const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;
        let map = self.partition.map();
        let between = self.between(p);
        let cells: [usize; N] = from_fn(|_| self.pick(&between, word()));
        let sides = cells.map(|cell| self.partition.sides(cell));
        *factor = cells.map(|cell| map.scale() / (threshold * self.density(&between, cell)));
        let (increments, last) = (map.increments() as f64, map.increments() - 1);
        // Axis by axis, so that no point waits for another's tables.
        for (d, x) in x[..map.dim()].iter_mut().enumerate() {
            for i in 0..N {
                let [low, high] = sides[i][d];
                let y = f64::from(low) + uniform(word()) * f64::from(high - low);
                let t = y * increments;
                let increment = (t as usize).min(last);
                let [edge, width] = map.increment(d, increment);
                x[i] = (edge + (t - increment as f64) * width).min(BELOW_ONE);
                factor[i] *= width;
            }
        }
    }
}

/// The smallest threshold for weights, the largest of which come to stand first, in falling order.
fn threshold(weights: &mut [f64], share: f64) -> f64 {
    let total: f64 = weights.iter().sum();
    // No more than all are accepted, so that no more than this many may weigh more than one.
    let most = (share * weights.len() as f64) as usize + 1;
    if most < weights.len() {
        weights.select_nth_unstable_by(most, |a, b| b.total_cmp(a));
    }
    let first = weights.len().min(most + 1);
    let largest = &mut weights[..first];
    largest.sort_unstable_by(|a, b| b.total_cmp(a));
    let (mut above, mut best) = (0.0f64, 0.0);
    let mut sum_above = 0.0;
    for &w in largest.iter().take_while(|&&w| w > 0.0) {
        let accepted = (total - sum_above) / w + above;
        if above + DEVIATIONS * above.sqrt() > share * accepted {
            break;
        }
        best = w;
        above += 1.0;
        sum_above += w;
    }
    best
}

/// What weights become with a threshold.
fn expected(weights: &[f64], threshold: f64) -> Expected {
    let over = |w: &&f64| **w > threshold;
    let above = weights.iter().filter(over).count();
    let sum_above = weights.iter().filter(over).sum::<f64>() / threshold;
    let below = weights.iter().filter(|w| !over(w)).sum::<f64>() / threshold;
    let accepted = below + above as f64;
    // Where nothing is accepted there is no share.
    let of_accepted = |part: f64| if accepted > 0.0 { part / accepted } else { 0.0 };
    Expected {
        efficiency: accepted / weights.len().max(1) as f64,
        overweight_share: of_accepted(above as f64),
        excess: of_accepted(sum_above - above as f64),
    }
}
