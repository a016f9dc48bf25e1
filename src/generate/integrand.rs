//! The exact process as the integrator sees it.

use vegas::{Integrand, Points};

use crate::phase_space::{BLOCK, PairBlock};
use crate::process::etl::{Etl, MAX_DIM};

// The integrator's blocks must fit the kernel's columns.
const _: () = assert!(vegas::BLOCK <= BLOCK);

/// dσ/d^d y of an exact process; records the kinematics of each block.
pub(super) struct Exact<'a>(pub(super) &'a Etl);

impl Integrand for Exact<'_> {
    type Record = Box<PairBlock>;

    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn record(&self) -> Box<PairBlock> {
        Box::default()
    }

    fn evaluate(&self, x: &Points<'_>, value: &mut [f64], record: &mut Box<PairBlock>) {
        let dim = self.dim();
        let mut columns: [&[f64]; MAX_DIM] = [&[]; MAX_DIM];
        for (d, column) in columns[..dim].iter_mut().enumerate() {
            *column = x.column(d);
        }
        self.0.evaluate(&columns[..dim], value, record);
    }
}
