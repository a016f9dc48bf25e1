//! Points around heavy ones, which show the map where the function is large when the sample has hit the place only once.
//!
//! The heaviest point of an adapting iteration that makes more than [`HEAVY`] of the variance, or a probe that would have
//! made it, is followed: uphill along the axes, then by the lengths over which the function falls to a quarter on both
//! sides of each axis. From then on, every iteration is joined by points that fall off with the cube of the distance in
//! these lengths. What they say of the increments and what the sample says are weighed by the density of all of them (balance heuristic,
//! E. Veach and L. Guibas, SIGGRAPH 1995), so that a place the sample knows is left to the sample. Around what the
//! first iteration hit there are points from the second on: a map that has seen nothing would forget all other peaks. Nothing of this enters an estimate.
//! Pinned by `tests/heavy.rs`; what it gains is counted in `docs/performance.md`.

use crate::bits;
use crate::chunk::{Trained, probe_point};
use crate::integrand::{BLOCK, Integrand, Points};
use crate::key::PointKey;
use crate::map::{MAX_INCREMENTS, Map};
use crate::rng::{Phase, Stream, uniform};
use crate::tally::{IterationTally, MAGNITUDE, VARIANCE};
use serde::{Deserialize, Serialize};

use super::{Stage, single};

/// Part of the variance from which on a point is followed.
pub(super) const HEAVY: f64 = 0.03;

/// Part of the variance from which on a point in the last iteration asks for another.
pub(super) const AGAIN: f64 = 0.1;

/// By how many times the mean weight a heavy point is above it at least.
const TIMES: f64 = 10.0;

/// Heavy points that are remembered: the latest.
const REMEMBERED: usize = 2;

/// Most points around one, and the part of those of an iteration that they are where it is short.
const MOST: u64 = 1024;
const PART: u64 = 10;

/// Distances along an axis, each half of the one before, from half of the way to the border on.
const HALVINGS: usize = 24;

/// Most steps uphill, and by how much a step must climb.
const STEPS: usize = 3;
const CLIMB: f64 = 1.5;

/// What the function has fallen to where a peak ends.
const FALLEN: f64 = 0.25;

/// The part of the variance that the heaviest point makes, or a probe would have made; nothing where weights are even.
pub(super) fn heaviest(tally: &IterationTally) -> f64 {
    let points = tally.counters.points.max(1) as f64;
    let mean = tally.sum(MAGNITUDE) / points;
    let probe = tally.probes.iter().next().map_or(0.0, |p| p.weight);
    let above = tally.largest.max(probe) - mean;
    let share = above * above / tally.sum(VARIANCE);
    // Where weights are even, variances of strata are next to nothing.
    match above > TIMES * mean {
        true => share,
        false => 0.0,
    }
}

/// Most evaluations that [`Scout`] makes in an iteration.
pub(super) fn cost(dim: usize, neval: u64) -> u64 {
    let scan = 1 + 2 * (dim * HALVINGS) as u64;
    (STEPS as u64 + 1) * scan + 1 + REMEMBERED as u64 * points(neval)
}

/// Points around a heavy one.
fn points(neval: u64) -> u64 {
    (neval / PART).min(MOST)
}

/// A density around a point of a function that is peaked there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Around {
    #[serde(with = "bits::list")]
    x: Vec<f64>,
    /// Lengths over which the function falls, below and above each coordinate in turn.
    #[serde(with = "bits::list")]
    lengths: Vec<f64>,
}

impl Around {
    /// Length and room, below and above coordinate `d`.
    fn sides(&self, d: usize) -> [[f64; 2]; 2] {
        let x = self.x[d];
        [[self.lengths[2 * d], x], [self.lengths[2 * d + 1], 1.0 - x]]
    }

    /// `∫ (1 + h/s)⁻³ dh` over the room of each side.
    fn masses(&self, d: usize) -> [f64; 2] {
        self.sides(d).map(|[s, room]| 0.5 * s * within(s, room))
    }

    /// Coordinate `d` of the point that belongs to a uniform number.
    fn draw(&self, d: usize, u: f64) -> f64 {
        let [below, above] = self.masses(d);
        let at = u * (below + above);
        let (side, part) = if at < below {
            (0, 1.0 - at / below)
        } else {
            (1, (at - below) / above)
        };
        let [s, room] = self.sides(d)[side];
        let h = s * (1.0 / (1.0 - part * within(s, room)).max(0.0).sqrt() - 1.0);
        let x = if side == 0 {
            self.x[d] - h
        } else {
            self.x[d] + h
        };
        inside(x)
    }

    fn density(&self, x: &[f64]) -> f64 {
        let of = |(d, &x): (usize, &f64)| {
            let h = x - self.x[d];
            let t = 1.0 + h.abs() / self.sides(d)[usize::from(h > 0.0)][0];
            let [below, above] = self.masses(d);
            t * t * t * (below + above)
        };
        1.0 / x.iter().enumerate().map(of).product::<f64>()
    }
}

/// Points lie strictly inside the unit hypercube.
fn inside(x: f64) -> f64 {
    x.clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0)
}

/// The part of `∫ (1 + h/s)⁻³ dh` that lies within the room.
fn within(s: f64, room: f64) -> f64 {
    let t = 1.0 + room / s;
    1.0 - 1.0 / (t * t)
}

/// Looks around the heavy points of an iteration.
pub(super) struct Scout<'a, I: Integrand> {
    integrand: &'a I,
    map: &'a Map,
    record: I::Record,
    data: Vec<f64>,
    evaluated: u64,
}

impl<'a, I: Integrand> Scout<'a, I> {
    pub(super) fn new(integrand: &'a I, map: &'a Map) -> Self {
        Self {
            integrand,
            map,
            record: integrand.record(),
            data: Vec::new(),
            evaluated: 0,
        }
    }

    /// Follows the heaviest point of an iteration if it is heavy, and adds to the training data what points around
    /// those that are remembered say. Returns the number of evaluations.
    pub(super) fn go(
        mut self,
        stage: &Stage<'_>,
        tally: &IterationTally,
        remembered: &mut Vec<Around>,
        training: &mut [Vec<Trained>],
    ) -> u64 {
        let (iteration, probes) = (stage.task.iteration, stage.task.probes as f64);
        let neval = stage.main.neval;
        let count = points(neval);
        let mut hit = None;
        if heaviest(tally) > HEAVY {
            let probe = tally.probes.iter().next().copied().unwrap_or_default();
            let (weight, index) = (tally.largest, tally.largest_index);
            hit = Some(if probe.weight > weight {
                let x = probe_point(&stage.probe, iteration, probe.index);
                (x, probe.weight)
            } else {
                (single(&stage.main, PointKey { iteration, index }).x, weight)
            });
        }
        if let Some((x, _)) = &hit {
            if remembered.len() == REMEMBERED {
                remembered.remove(0);
            }
            remembered.push(self.follow(x.clone()));
        }
        if iteration == 0 {
            return self.evaluated;
        }
        let dim = self.map.dim();
        let mut y = vec![0.0; dim];
        // Of points in y-space, without those of the sample: probes and those around heavy ones.
        let besides = |x: &[f64], jacobian: f64| {
            let around = remembered.iter().map(|a| a.density(x)).sum::<f64>();
            [probes * jacobian, count as f64 * around * jacobian]
        };
        if let Some((x, weight)) = &hit {
            // The sample and probes had it by their own density alone.
            let value = self.values(std::slice::from_ref(x))[0];
            let jacobian = self.map.inverse(x, &mut y);
            let height = value * jacobian;
            let [probes, around] = besides(x, jacobian);
            let density = height * neval as f64 / weight + probes;
            let excess = height * height * (1.0 / density - 1.0 / (density + around));
            for (axis, &y) in training.iter_mut().zip(&y) {
                let trained = &mut axis[self.increment(y)];
                trained[0] = (trained[0] - excess).max(0.0);
            }
        }
        let volume = 1.0 / self.map.increments() as f64;
        let mut found = vec![[0.0; MAX_INCREMENTS]; dim];
        for (k, around) in remembered.iter().enumerate() {
            let xs = sample(around, (stage.main.seed, iteration, k as u64 * MOST), count);
            let values = self.values(&xs);
            for (x, value) in xs.iter().zip(values) {
                let jacobian = self.map.inverse(x, &mut y);
                let height = value * jacobian;
                let density = neval as f64 + besides(x, jacobian).iter().sum::<f64>();
                for (axis, &y) in found.iter_mut().zip(&y) {
                    axis[self.increment(y)] += height * height / density;
                }
            }
        }
        for (axis, found) in training.iter_mut().zip(&found) {
            for (trained, &square) in axis.iter_mut().zip(found) {
                // Both halves as if of the same points: an increment is moved by their quotient.
                match trained[1] > 0.0 {
                    true => trained[0] += square * (trained[1] / volume),
                    false => *trained = [square, volume],
                }
            }
        }
        self.evaluated
    }

    fn increment(&self, y: f64) -> usize {
        let n = self.map.increments();
        ((y * n as f64) as usize).min(n - 1)
    }

    /// The density around the peak that begins at a point.
    fn follow(&mut self, mut x: Vec<f64>) -> Around {
        let dim = x.len();
        let mut step = 0;
        loop {
            let mut xs = vec![x.clone()];
            for side in 0..2 * dim {
                let (d, mut h) = (side / 2, x[side / 2]);
                if side % 2 == 1 {
                    h -= 1.0;
                }
                for _ in 0..HALVINGS {
                    h *= 0.5;
                    let mut at = x.clone();
                    at[d] = inside(at[d] - h);
                    xs.push(at);
                }
            }
            let values = self.values(&xs);
            let higher = |best: usize, i: usize| if values[i] > values[best] { i } else { best };
            let best = (0..values.len()).fold(0, higher);
            if step < STEPS && values[best] > CLIMB * values[0] {
                x.clone_from(&xs[best]);
                step += 1;
                continue;
            }
            let length = |(side, values_there): (usize, &[f64])| {
                let room = if side % 2 == 0 {
                    x[side / 2]
                } else {
                    1.0 - x[side / 2]
                };
                let fallen = |&v: &f64| v < FALLEN * values[0];
                // The last distance, from afar, at which the function is still low.
                let last = values_there.iter().rposition(fallen);
                let length = last.map_or(room, |k| room / f64::from(1u32 << (k + 1)));
                length.max(f64::MIN_POSITIVE)
            };
            let lengths = values[1..]
                .chunks(HALVINGS)
                .enumerate()
                .map(length)
                .collect();
            return Around { x, lengths };
        }
    }

    /// Magnitudes of the function; what is not finite counts as nothing here, and fails the run where the sample meets it.
    fn values(&mut self, xs: &[Vec<f64>]) -> Vec<f64> {
        let dim = self.map.dim();
        let most = if I::BY_CHUNKS { xs.len() } else { BLOCK };
        let mut values = vec![0.0; xs.len()];
        for (xs, values) in xs.chunks(most).zip(values.chunks_mut(most)) {
            self.data.clear();
            for d in 0..dim {
                self.data.extend(xs.iter().map(|x| x[d]));
            }
            let points = Points::new(&self.data, xs.len(), dim, xs.len());
            self.integrand.evaluate(&points, values, &mut self.record);
        }
        self.evaluated += xs.len() as u64;
        let magnitude = |v: &mut f64| *v = if v.is_finite() { v.abs() } else { 0.0 };
        values.iter_mut().for_each(magnitude);
        values
    }
}

/// Points around a heavy one; the blocks of an iteration are numbered from `first`.
fn sample(around: &Around, (seed, iteration, first): (u64, u32, u64), count: u64) -> Vec<Vec<f64>> {
    let dim = around.x.len();
    let mut xs = vec![vec![0.0; dim]; count as usize];
    let mut raw = [0; BLOCK];
    for (block, xs) in xs.chunks_mut(BLOCK).enumerate() {
        let begin = first + (block * BLOCK) as u64;
        let mut stream = Stream::new(seed, Phase::Scout, iteration, begin);
        for d in 0..dim {
            stream.fill(&mut raw);
            for (x, &raw) in xs.iter_mut().zip(&raw) {
                x[d] = around.draw(d, uniform(raw));
            }
        }
    }
    xs
}

#[cfg(test)]
mod tests {
    use super::Around;

    #[test]
    fn points_are_drawn_by_their_density() {
        let around = Around {
            x: vec![0.3, 1e-6],
            lengths: vec![0.02, 0.3, 1e-7, 0.5],
        };
        for d in 0..2 {
            let step = 1e-5;
            for u in (1..100).map(|k| f64::from(k) / 100.0) {
                let ends = [u - step, u + step].map(|u| around.draw(d, u));
                let mut at = around.x.clone();
                at[d] = around.draw(d, u);
                // The other coordinate at its own place, where the density is that of its peak.
                let [below, above] = around.masses(1 - d);
                let density = around.density(&at) * (below + above);
                let slope = 2.0 * step / (ends[1] - ends[0]);
                let kink = (ends[0] - around.x[d]) * (ends[1] - around.x[d]) <= 0.0;
                assert!(kink || (slope / density - 1.0).abs() < 1e-3, "{d} {u}");
            }
        }
    }
}
