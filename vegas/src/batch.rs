//! All points of a chunk and their values, for integrands that are dear to call.

use crate::integrand::{Integrand, Points};

/// Points gathered block by block, evaluated at once, handed out block by block.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    axes: Vec<Vec<f64>>,
    x: Vec<f64>,
    value: Vec<f64>,
    given: usize,
}

impl Batch {
    /// Forgets all points.
    pub(crate) fn begin(&mut self, dim: usize) {
        self.axes.resize(dim, Vec::new());
        self.axes.iter_mut().for_each(Vec::clear);
    }

    /// Takes over the points of a block.
    pub(crate) fn gather(&mut self, points: &Points<'_>) {
        for (d, axis) in self.axes.iter_mut().enumerate() {
            axis.extend_from_slice(points.column(d));
        }
    }

    /// Evaluates what was gathered.
    pub(crate) fn evaluate<I: Integrand>(&mut self, integrand: &I, record: &mut I::Record) {
        let len = self.axes.first().map_or(0, Vec::len);
        self.x.clear();
        for axis in &self.axes {
            self.x.extend_from_slice(axis);
        }
        self.value.clear();
        self.value.resize(len, 0.0);
        self.given = 0;
        let points = Points::new(&self.x, len, self.axes.len(), len);
        integrand.evaluate(&points, &mut self.value, record);
    }

    /// Hands out the values of the next block.
    pub(crate) fn give(&mut self, value: &mut [f64]) {
        let end = self.given + value.len();
        value.copy_from_slice(&self.value[self.given..end]);
        self.given = end;
    }
}
