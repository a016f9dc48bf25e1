//! A block of points of a pass over boxes of the y-space, while these are found or their scales learnt.
//!
//! Pinned by the test below, `tests/unweighter.rs` and `tests/unweighting.rs`.

use crate::error::Error;
use crate::integrand::{BLOCK, Points};
use crate::kernel::{Column, MapColumn, Place, arch};
use crate::key::PointKey;
use crate::map::Map;
use crate::partition::Side;
use crate::rng::{Phase, Stream, uniform};
use pulp::{Arch, Simd, WithSimd};

/// A block of points, and what was found there.
pub(crate) struct Work {
    seed: u64,
    key: PointKey,
    arch: Arch,
    raw: Column<u64>,
    index: Column<u32>,
    x: Vec<Column<f64>>,
    jacobian: Column<f64>,
    pub(crate) y: Vec<Column<f32>>,
    /// `f` where it is known, then `J f`.
    pub(crate) height: Column<f64>,
    /// Box of each point, and its height over the scale there, for who has a look.
    pub(crate) cell: Column<u32>,
    pub(crate) share: Column<f64>,
    pub(crate) points: u64,
}

impl Work {
    pub(crate) fn new(dim: usize, seed: u64) -> Self {
        let (iteration, index) = (0, 0);
        Self {
            seed,
            key: PointKey { iteration, index },
            arch: arch(),
            raw: [0; BLOCK],
            index: [0; BLOCK],
            x: vec![[0.0; BLOCK]; dim],
            jacobian: [0.0; BLOCK],
            y: vec![[0.0; BLOCK]; dim],
            height: [0.0; BLOCK],
            cell: [0; BLOCK],
            share: [0.0; BLOCK],
            points: 0,
        }
    }

    /// Evaluates block `k` of a pass in boxes that may be drawn with a word.
    pub(crate) fn evaluate<'a>(
        &mut self,
        map: &Map,
        at: (u32, u64),
        sides: impl FnMut(usize, u64) -> &'a [Side],
        family: impl FnOnce(&Points<'_>, &mut [f64]),
    ) -> Result<(), Error> {
        self.draw(map, at, sides);
        let (points, height) = self.ask();
        family(&points, height);
        self.weigh()
    }

    /// Draws the points of block `k` of a pass.
    pub(crate) fn draw<'a>(
        &mut self,
        map: &Map,
        (pass, k): (u32, u64),
        mut sides: impl FnMut(usize, u64) -> &'a [Side],
    ) {
        self.key = PointKey {
            iteration: pass,
            index: k * BLOCK as u64,
        };
        let mut stream = Stream::new(self.seed, Phase::Maxima, pass, self.key.index);
        stream.fill(&mut self.raw);
        let boxes: [&[Side]; BLOCK] = std::array::from_fn(|i| sides(i, self.raw[i]));
        self.jacobian.fill(map.scale());
        self.arch.dispatch(Draw {
            map,
            boxes,
            stream,
            work: self,
        });
    }

    /// The points, and where `f` of each belongs.
    pub(crate) fn ask(&mut self) -> (Points<'_>, &mut [f64]) {
        let points = Points::new(self.x.as_flattened(), BLOCK, self.x.len(), BLOCK);
        (points, &mut self.height)
    }

    /// Point `i`, written to `x`, and `f` there, once heights are made.
    pub(crate) fn value(&self, i: usize, x: &mut [f64]) -> f64 {
        for (x, column) in x.iter_mut().zip(&self.x) {
            *x = column[i];
        }
        self.height[i] / self.jacobian[i]
    }

    /// Makes heights of values.
    pub(crate) fn weigh(&mut self) -> Result<(), Error> {
        self.points += BLOCK as u64;
        let not_finite = |value: &f64| !value.is_finite();
        if let Some(i) = self.height.iter().position(not_finite) {
            let bad = self.height.iter().filter(|v| not_finite(v));
            let nan = bad.clone().filter(|v| v.is_nan()).count() as u64;
            let PointKey { iteration, index } = self.key;
            return Err(Error::NotFinite {
                nan,
                infinite: bad.count() as u64 - nan,
                points: index + BLOCK as u64,
                first: PointKey {
                    iteration,
                    index: index + i as u64,
                },
                x: self.x.iter().map(|column| column[i]).collect(),
            });
        }
        for (height, jacobian) in self.height.iter_mut().zip(&self.jacobian) {
            *height *= jacobian;
        }
        Ok(())
    }
}

/// Draws the points of a block: the inner loop of [`Work::draw`] for an instruction set.
struct Draw<'a, 'b> {
    map: &'a Map,
    boxes: [&'b [Side]; BLOCK],
    stream: Stream,
    work: &'a mut Work,
}

impl WithSimd for Draw<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let increments = self.map.increments() as f64;
        let (mut low, mut width) = ([0.0; BLOCK], [0.0; BLOCK]);
        let work = self.work;
        for (axis, (x, y)) in work.x.iter_mut().zip(&mut work.y).enumerate() {
            self.stream.fill(&mut work.raw);
            for i in 0..BLOCK {
                let [from, to] = self.boxes[i][axis];
                let (from, width_of) = (f64::from(from), f64::from(to - from));
                y[i] = (from + uniform(work.raw[i]) * width_of) as f32;
                (low[i], width[i]) = (from * increments, width_of * increments);
            }
            let column = MapColumn {
                raw: &work.raw,
                place: Place::Side {
                    low: &low,
                    width: &width,
                },
                map: self.map,
                axis,
                x,
                index: &mut work.index,
                jacobian: &mut work.jacobian,
            };
            column.with_simd(simd);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_have_the_same_bits_with_every_instruction_set() {
        let mut map = Map::uniform(3, 10);
        map.refine(&vec![(1..=10).map(f64::from).collect(); 3], 1.0, 10);
        let boxes = [[[0.0, 0.375], [0.25, 1.0], [0.0, 1.0]]; 2];
        let drawn = |arch| {
            let mut work = Work::new(3, 7);
            work.arch = arch;
            work.draw(&map, (2, 5), |i, _| &boxes[i % 2]);
            (work.x, work.y, work.jacobian)
        };
        let best = drawn(Arch::new());
        assert_eq!(best, drawn(Arch::Scalar));
        let (x, y, jacobian) = best;
        for i in 0..BLOCK {
            // The box holds its points, and map and coordinates belong together.
            let mut back = [0.0; 3];
            let at: Vec<f64> = x.iter().map(|column| column[i]).collect();
            let expected = map.inverse(&at, &mut back);
            assert!((jacobian[i] / expected - 1.0).abs() < 1e-12);
            for (axis, side) in boxes[0].iter().enumerate() {
                assert!((f64::from(y[axis][i]) - back[axis]).abs() < 1e-6);
                assert!((side[0]..=side[1]).contains(&y[axis][i]));
            }
        }
    }
}
