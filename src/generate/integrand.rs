//! A process as the integrator sees it.

use vegas::{Integrand, Points};

use crate::process::{BLOCK, PointBlock, Process};

// The integrator's blocks must fit the kernels' columns.
const _: () = assert!(vegas::BLOCK <= BLOCK);

/// Most dimensions a process may have.
pub(super) const MAX_DIM: usize = 16;

/// A block of points: what observers of the integrator see.
pub(super) type Record = Box<dyn PointBlock>;

/// dσ/d^d y of a process; its blocks keep the kinematics of their points.
pub(super) struct Exact<'a>(pub(super) &'a dyn Process);

impl Integrand for Exact<'_> {
    type Record = Record;

    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn record(&self) -> Record {
        self.0.block()
    }

    fn evaluate(&self, x: &Points<'_>, value: &mut [f64], record: &mut Record) {
        let dim = self.dim();
        let mut columns: [&[f64]; MAX_DIM] = [&[]; MAX_DIM];
        for (d, column) in columns[..dim].iter_mut().enumerate() {
            *column = x.column(d);
        }
        record.evaluate(&columns[..dim], value);
    }
}
