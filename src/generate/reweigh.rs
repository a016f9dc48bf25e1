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
use vegas::{Maxima, PointKey, UnweightPlan};

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
        let this = &*self;
        let maxima = maxima.as_ref();
        let blocks = keys
            .par_chunks(BLOCK)
            .map(|keys| this.ratios_of(request, maxima, keys, others));
        let blocks = blocks.collect::<Result<Vec<_>, _>>()?;
        let mut all = vec![Vec::with_capacity(keys.len()); others.len()];
        for block in blocks {
            for (all, one) in all.iter_mut().zip(block) {
                all.extend(one);
            }
        }
        Ok(all)
    }

    /// The same of a block of keys.
    fn ratios_of(
        &self,
        request: &EventRequest,
        maxima: Option<&Maxima>,
        keys: &[u64],
        others: &[Arc<dyn Process>],
    ) -> Result<Vec<Vec<f64>>, GenerateError> {
        let (n, neval) = (keys.len(), self.settings.neval);
        let iterations = self.sample_iterations(request);
        let weighted = weighted_plan(neval, iterations);
        let unweighted = UnweightPlan::new(neval, iterations, request.count);
        let mut columns = vec![vec![0.0; n]; self.process.dim()];
        for (i, &index) in keys.iter().enumerate() {
            let iteration =
                u32::try_from(index / neval).map_err(|_| GenerateError::NoSuchEvent { index })?;
            let key = PointKey {
                iteration,
                index: index % neval,
            };
            let vegas = &self.work.vegas;
            let point = match maxima {
                None => vegas.point(&weighted, key)?,
                Some(maxima) => vegas.unweighted_point(&unweighted, maxima, key)?,
            };
            for (column, x) in columns.iter_mut().zip(&point.x) {
                column[i] = *x;
            }
        }
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let value_of = |process: &dyn Process| {
            let mut value = vec![0.0; n];
            process.block().evaluate(&columns, &mut value);
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
