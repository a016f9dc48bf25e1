//! Several integrals of one sample, with their covariance.
//!
//! For functions `g_k` of a point the observer estimates `I_k = ∫ f g_k` by `Σ w g_k / N` and the
//! covariance of these estimates, unbiased with strata: a stratum of `n` points contributes
//! `n/(n−1) [Σ w² g_j g_k − (Σ w g_j)(Σ w g_k)/n] / N²`. Differences and ratios of observables
//! from one run have far smaller errors than separate runs would give; this is what they need.
//! Pinned by `tests/observers.rs`.

use crate::exact::ExactSums;
use crate::integrand::{BLOCK, Block, Observer, ObserverError};
use nalgebra::{DMatrix, DVector};

/// The observer; `values(block, k, out)` writes `g_k` of a block's points.
#[derive(Clone, Debug)]
pub struct Covariance<F> {
    functions: usize,
    values: F,
    sums: ExactSums,
    points: u64,
    /// Filled by forks: sums of a chunk, first the means and then the matrix row by row.
    chunk: Vec<f64>,
    pending: Vec<f64>,
    stratum: u32,
    inv_dof: f64,
    columns: Vec<[f64; BLOCK]>,
}

impl<F> Covariance<F> {
    /// An observer of `functions` functions.
    pub fn new(functions: usize, values: F) -> Self {
        let size = functions * (functions + 1);
        Self {
            functions,
            values,
            sums: ExactSums::new(size),
            points: 0,
            chunk: vec![0.0; size],
            pending: vec![0.0; functions],
            stratum: 0,
            inv_dof: 0.0,
            columns: vec![[0.0; BLOCK]; functions],
        }
    }

    /// The estimates `I_k`.
    pub fn mean(&self) -> DVector<f64> {
        let n = self.points.max(1) as f64;
        DVector::from_fn(self.functions, |k, _| self.sums.value(k) / n)
    }

    /// The covariance matrix of the estimates.
    pub fn covariance(&self) -> DMatrix<f64> {
        let n = self.points.max(1) as f64;
        let k = self.functions;
        DMatrix::from_fn(k, k, |i, j| {
            self.sums.value(k + i.min(j) * k + i.max(j)) / (n * n)
        })
    }

    /// Ends a stratum.
    fn close(&mut self) {
        let k = self.functions;
        for i in 0..k {
            for j in i..k {
                self.chunk[k + i * k + j] -= self.pending[i] * self.pending[j] * self.inv_dof;
            }
        }
        self.pending.fill(0.0);
    }
}

impl<R, F> Observer<R> for Covariance<F>
where
    F: Fn(&Block<'_, R>, usize, &mut [f64]) + Clone + Send,
{
    fn fork(&self) -> Self {
        Self::new(self.functions, self.values.clone())
    }

    fn observe(&mut self, block: &Block<'_, R>) {
        let (n, k) = (block.len(), self.functions);
        for (f, column) in self.columns.iter_mut().enumerate() {
            (self.values)(block, f, &mut column[..n]);
        }
        for i in 0..n {
            if block.stratum[i] != self.stratum {
                self.close();
                self.stratum = block.stratum[i];
            }
            self.inv_dof = block.stratum_inv_dof[i];
            let w = block.weight[i];
            for a in 0..k {
                let wa = w * self.columns[a][i];
                self.chunk[a] += wa;
                self.pending[a] += wa;
                for b in a..k {
                    self.chunk[k + a * k + b] += wa * w * self.columns[b][i] * (1.0 + self.inv_dof);
                }
            }
        }
        self.points += n as u64;
    }

    fn merge(&mut self, later: &mut Self) -> Result<(), ObserverError> {
        later.close();
        for (k, v) in later.chunk.iter_mut().enumerate() {
            self.sums.add(k, std::mem::take(v));
        }
        later.stratum = 0;
        self.points += std::mem::take(&mut later.points);
        Ok(())
    }
}
