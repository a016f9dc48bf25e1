//! A block of points of a pass over boxes of the y-space, while these are found or their scales learnt.
//!
//! Pinned by `tests/unweighter.rs` and `tests/unweighting.rs`.

use crate::error::Error;
use crate::integrand::{BLOCK, Points};
use crate::key::PointKey;
use crate::map::Map;
use crate::partition::{Side, draw_in};
use crate::rng::{Phase, Stream};

/// A block of points, and what was found there.
pub(crate) struct Work {
    seed: u64,
    key: PointKey,
    words: Vec<[u64; BLOCK]>,
    x: Vec<[f64; BLOCK]>,
    jacobian: [f64; BLOCK],
    pub(crate) y: Vec<[f32; BLOCK]>,
    /// `f` where it is known, then `J f`.
    pub(crate) height: [f64; BLOCK],
    pub(crate) points: u64,
}

impl Work {
    pub(crate) fn new(dim: usize, seed: u64) -> Self {
        let (iteration, index) = (0, 0);
        Self {
            seed,
            key: PointKey { iteration, index },
            words: vec![[0; BLOCK]; dim + 1],
            x: vec![[0.0; BLOCK]; dim],
            jacobian: [0.0; BLOCK],
            y: vec![[0.0; BLOCK]; dim],
            height: [0.0; BLOCK],
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
        self.words.iter_mut().for_each(|column| stream.fill(column));
        for i in 0..BLOCK {
            let mut columns = self.words.iter().map(|column| column[i]);
            // UNWRAP: one word an axis and one for the box.
            let mut word = || columns.next().expect("a word");
            let sides = sides(i, word());
            let widths = draw_in(map, sides, word, |d, y, x| {
                (self.y[d][i], self.x[d][i]) = (y as f32, x);
            });
            self.jacobian[i] = map.scale() * widths;
        }
    }

    /// The points, and where `f` of each belongs.
    pub(crate) fn ask(&mut self) -> (Points<'_>, &mut [f64]) {
        let points = Points::new(self.x.as_flattened(), BLOCK, self.x.len(), BLOCK);
        (points, &mut self.height)
    }

    /// Every point and `f` there, once heights are made.
    pub(crate) fn values(&self) -> impl Iterator<Item = (Vec<f64>, f64)> {
        let at = |i: usize| self.x.iter().map(|column| column[i]).collect();
        (0..BLOCK).map(move |i| (at(i), self.height[i] / self.jacobian[i]))
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
