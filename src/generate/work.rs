//! What a run has done so far: what checkpoints and shards keep, and what a run goes on from.
//!
//! All sums are exact, so parts merge in any order to the bits of one run. Pinned by
//! `tests/generate.rs` and `cli/tests/reliability.rs`.

use serde::{Deserialize, Serialize};
use vegas::{HistogramData, Maxima, Tally, Vegas};

use super::GenerateError;
use super::events::{EventRequest, Written};
use crate::event::Weighting;

/// The state of a run. [`super::Generator::work`] shows it, [`super::Generator::resume`] takes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Work {
    /// Map and strata, with what the adaptation found.
    pub(super) vegas: Vegas,
    /// The measurement.
    pub(super) measured: Tally,
    /// Its histograms, in the order of the requests; empty before the first point.
    pub(super) histograms: Vec<HistogramData>,
    /// The sample begun, if one is.
    pub(super) request: Option<EventRequest>,
    /// Maxima of the boxes, once an unweighted sample has looked for them.
    pub(super) maxima: Option<Maxima>,
    /// Iterations that every shard of the sample takes its part of, once estimated.
    pub(super) shared_iterations: Option<u32>,
    /// The points of the sample.
    pub(super) sampled: Tally,
    /// The events of the sample.
    pub(super) written: Written,
}

impl Work {
    /// Before the first point.
    pub(super) fn new(vegas: Vegas) -> Self {
        Self {
            vegas,
            measured: Tally::default(),
            histograms: Vec::new(),
            request: None,
            maxima: None,
            shared_iterations: None,
            sampled: Tally::default(),
            written: Written::default(),
        }
    }

    /// Number of events handed over so far.
    pub fn n_events(&self) -> u64 {
        self.written.events
    }

    /// Begins another sample, unless that of `request` is begun already.
    pub(super) fn begin(&mut self, request: &EventRequest) {
        if self.request.as_ref() != Some(request) {
            self.forget_events();
            (self.request, self.maxima, self.shared_iterations) = (Some(*request), None, None);
        }
    }

    /// Forgets the sample, but not the maxima: to make all its events again.
    pub fn forget_events(&mut self) {
        self.sampled = Tally::default();
        self.written = Written::default();
    }

    /// Adds the points of another part of the same run; its events are not counted yet.
    ///
    /// # Errors
    /// [`GenerateError::Integrator`] if it is a part of another run or shares points with this.
    pub(super) fn merge(&mut self, other: &Self) -> Result<(), GenerateError> {
        if self.request != other.request
            || self.maxima != other.maxima
            || self.histograms.len() != other.histograms.len()
        {
            return Err(vegas::Error::Different.into());
        }
        self.measured.merge(&other.measured)?;
        self.sampled.merge(&other.sampled)?;
        for (mine, theirs) in self.histograms.iter_mut().zip(&other.histograms) {
            mine.merge(theirs)?;
        }
        Ok(())
    }

    /// Keeps the iterations of the sample that one run would have completed on its way to `count`
    /// events, and tells how many those are; their events are to be counted anew.
    pub(super) fn keep_iterations_below(&mut self, count: u64, weighting: Weighting) -> u64 {
        let mut events = 0;
        let mut keep = 0;
        for iteration in self.sampled.iterations() {
            let c = &iteration.counters;
            events += match weighting {
                Weighting::Weighted => c.points - c.zero,
                Weighting::Unweighted | Weighting::PartlyUnweighted => c.accepted,
            };
            if events >= count {
                break;
            }
            keep += 1;
        }
        self.sampled.truncate(keep);
        self.written = Written::default();
        keep as u64
    }
}
