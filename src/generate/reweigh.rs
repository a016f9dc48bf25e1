//! Other weights of events that are there: quotients of squared amplitudes at the same points.
//!
//! An event's reproduction key names its point of the hypercube. Another process on the same points
//! ([`crate::process::Kind::on_points_of`]) has the same momenta there, so with w the weight of an event
//!
//! ```text
//! w' = w |M'|²/|M|²,      ⟨w'⟩ = σ'
//! ```
//!
//! exactly, and with an error that knows how alike the two are. Pinned by `tests/reweigh.rs`.

use std::sync::Arc;

use rayon::prelude::*;
use vegas::UnweightPlan;

use super::events::EventRequest;
use super::run::Generator;
use super::sample::weighted_plan;
use super::{GenerateError, Listener};
use crate::process::{BLOCK, Process};

impl Generator {
    /// |M'|²/|M|² for each of `others`, a list each, of the events with these reproduction keys, which
    /// [`Self::sample`] made by the same request.
    ///
    /// # Errors
    /// [`GenerateError::NoSuchEvent`] if nothing can be made at one of the points;
    /// [`GenerateError::Integrator`]; a listener that stops.
    pub fn ratios(
        &mut self,
        request: &EventRequest,
        keys: &[u64],
        others: &[Arc<dyn Process>],
        listener: &mut Listener<'_>,
    ) -> Result<Vec<Vec<f64>>, GenerateError> {
        let maxima = self.maxima(request, listener)?;
        let (n, neval) = (keys.len(), self.settings.neval);
        let iterations = self.sample_iterations(request);
        let plan = match &maxima {
            None => weighted_plan(neval, iterations),
            Some(_) => UnweightPlan::new(neval, iterations, request.count).points(),
        };
        let mut all = vec![Vec::with_capacity(n); others.len()];
        for keys in keys.chunk_by(|a, b| a / neval == b / neval && a < b) {
            let index = keys[0];
            let iteration =
                u32::try_from(index / neval).map_err(|_| GenerateError::NoSuchEvent { index })?;
            let places: Vec<u64> = keys.iter().map(|key| key % neval).collect();
            let vegas = &self.work.vegas;
            let columns = vegas.points_again(&plan, maxima.as_ref(), iteration, &places)?;
            let blocks = (0..keys.len().div_ceil(BLOCK))
                .into_par_iter()
                .map(|block| {
                    let here = block * BLOCK..keys.len().min((block + 1) * BLOCK);
                    let columns: Vec<&[f64]> = columns.iter().map(|c| &c[here.clone()]).collect();
                    self.ratios_at(&columns, &keys[here], others)
                });
            for block in blocks.collect::<Result<Vec<_>, _>>()? {
                for (all, one) in all.iter_mut().zip(block) {
                    all.extend(one);
                }
            }
        }
        Ok(all)
    }

    /// The same of a block of points, whose keys are these.
    fn ratios_at(
        &self,
        columns: &[&[f64]],
        keys: &[u64],
        others: &[Arc<dyn Process>],
    ) -> Result<Vec<Vec<f64>>, GenerateError> {
        let value_of = |process: &dyn Process| {
            let mut value = vec![0.0; keys.len()];
            process.block().evaluate(columns, &mut value);
            value
        };
        let own = value_of(&*self.process);
        if let Some(i) = own.iter().position(|&value| value == 0.0) {
            return Err(GenerateError::NoSuchEvent { index: keys[i] });
        }
        let ratios = |other: &Arc<dyn Process>| {
            let other = value_of(&**other);
            other
                .iter()
                .zip(&own)
                .map(|(other, own)| other / own)
                .collect()
        };
        Ok(others.iter().map(ratios).collect())
    }
}
