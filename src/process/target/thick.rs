//! σ̄ and bins of dσ̄/dx of a beam that loses energy, without Monte Carlo.
//!
//! With the track length L(E) of the beam ([`BeamTrack`]) and any route to σ(E),
//! `σ̄ = (1/T) ∫ σ(E; E_miss > x_min E0) (−dL/dE) dE`, and in the same way in bins of x. A bin opens at
//! E = x_low E0 and is full from E = x_high E0 on, where a cut x < x_high begins to reject, so the integral has two pieces. The errors are that of the route
//! and that of the integral. Pinned by `tests/target.rs`.

use std::sync::Arc;

use rayon::prelude::*;

use super::{BeamTrack, NEXT_TO_ONE};
use crate::process::{Goal, Integral, Method, Process, QuadratureError, Route};

/// Least relative error that can be reached.
const FINEST: f64 = 3e-5;
/// A process along the track of its beam, by one route.
pub(super) struct Thick {
    process: Arc<dyn Process>,
    track: BeamTrack,
    method: Method,
}

impl Thick {
    /// None if the process has no such route, or knows its nominal energy only.
    pub(super) fn new(
        process: &Arc<dyn Process>,
        track: BeamTrack,
        method: Method,
    ) -> Option<Self> {
        process.at_energy(process.beam_energy_gev())?;
        process.route(method)?;
        Some(Self {
            process: process.clone(),
            track,
            method,
        })
    }

    /// The mean of `of` over parts of the track: of the route at a share of the energy, to this error.
    fn mean(
        &self,
        parts: Vec<BeamTrack>,
        goal: &Goal<'_>,
        of: impl Fn(&dyn Route, f64, &Goal<'_>) -> Result<Integral, QuadratureError> + Sync,
    ) -> Result<Integral, QuadratureError> {
        let at = |share: f64, goal: &Goal<'_>| {
            let energy = self.process.beam_energy_gev() * share;
            // Nothing can be made at this energy, or next to nothing where it opens, of which no quadrature makes a number.
            let opens = self.process.at_energy(energy * NEXT_TO_ONE).is_none();
            let process = self.process.at_energy(energy).filter(|_| !opens);
            match process.and_then(|process| process.route(self.method)) {
                Some(route) => Integral::or_unsettled(of(&*route, share, goal)),
                None => Ok(Integral::ZERO),
            }
        };
        let mut sum = Integral::ZERO;
        for part in parts {
            let part = part.mean_of(goal, &at)?;
            sum.value_pb += part.value_pb;
            sum.error_pb += part.error_pb;
            sum.n_eval += part.n_eval;
        }
        sum.judged(goal)
    }

    /// Where a cut begins to reject what takes most of the energy, in parts of the beam's.
    fn cut_from(&self) -> f64 {
        self.process.cut_from_gev() / self.process.beam_energy_gev()
    }

    /// σ̄ in the bin of x between two edges.
    fn bin(&self, low: f64, high: f64, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        let of = |route: &dyn Route, share: f64, goal: &Goal<'_>| {
            let edges = [low / share, (high / share).min(1.0)];
            match edges[0] < edges[1] {
                true => Ok(route.binned_to(&edges, goal)?[0]),
                false => Ok(Integral::ZERO),
            }
        };
        let from = low.max(self.track.lowest());
        if from >= 1.0 {
            return Ok(Integral::ZERO);
        }
        let full = high.min(self.cut_from());
        self.mean(self.track.within(from, 1.0).cut_at(&[full]), goal, of)
    }
}

impl Route for Thick {
    fn method(&self) -> Method {
        self.method
    }

    fn finest(&self) -> f64 {
        FINEST
    }

    fn sigma_to(&self, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        let parts = self.track.clone().cut_at(&[self.cut_from()]);
        self.mean(parts, goal, |route, _, goal| route.sigma_to(goal))
    }

    /// Refused: where the cut of the vertex energy comes down on x, dσ/dx peaks too steeply for the integral.
    fn spectrum_to(&self, _x: &[f64], _goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        Err(QuadratureError::NotApplicable {
            method: self.method.name(),
            needs: "bins of x (--bins) where the beam loses energy in the target",
        })
    }

    fn binned_to(&self, edges: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        if edges.len() < 2 || !edges.windows(2).all(|e| e[0] < e[1]) {
            let found = edges.to_vec();
            return Err(QuadratureError::Edges { found });
        }
        let bins = edges.par_windows(2);
        bins.map(|e| self.bin(e[0], e[1], goal)).collect()
    }
}
