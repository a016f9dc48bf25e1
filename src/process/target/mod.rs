//! A process in a real target: several nuclei, and a beam that loses energy on its way.
//!
//! [`InTarget`] is a [`Process`] made of one process for each nucleus. With number fractions fᵢ, and the
//! beam's energy E at depth z spread as `dP(E; z)` in a thickness T,
//!
//! ```text
//! σ̄ = Σ fᵢ (1/T) ∫ dz ∫ dP(E; z) σᵢ(E),      yield per lepton = n σ̄
//! ```
//!
//! with n atoms per cm² in the whole thickness ([GKK18] Eq. (12)). Cuts and x refer to the incoming
//! beam: what was radiated before the vertex counts as visible, so a cut x > x_min asks for a missing
//! energy above x_min E0, whatever E is. A spread of the momentum is one more mean over E0, with cuts and x those of
//! the nominal energy. The nucleus is one more dimension, depth and energy are two, the spread is one; events
//! say them (`nucleus`, `vertex_z_cm`, `beam_energy_gev`). With the one species of a shower that makes the process, the
//! routes are those of `process::secondary`. Pinned by `tests/target.rs`: σ̄ against the
//! deterministic integral, shares of nuclei, conservation at every vertex.

mod beam_track;
mod energy_loss;
mod points;
mod showered;
mod spread;
mod thick;
mod vertices;

use std::sync::Arc;

use super::secondary::FromShower;
use super::{Incoming, Method, MixedRoute, Mixture, Part, PointBlock, Process, Route};
use crate::beam::MomentumSpread;
use crate::event::Scalar;
use crate::matter::shower::{Species, TrackLength};
use crate::particle::{Outgoing, Particle};
pub use beam_track::BeamTrack;
pub(crate) use beam_track::NEXT_TO_ONE;
pub use energy_loss::EnergyLoss;
use points::Points;
pub use showered::Showered;
pub(crate) use spread::Spread;
use spread::Spreading;
use thick::Thick;

/// A process in a target.
#[derive(Clone)]
pub struct InTarget {
    parts: Arc<[Part]>,
    /// Probabilities with which the parts are picked, as running sums.
    picks: Arc<[f64]>,
    losses: EnergyLoss,
    spread: Option<Spread>,
    incoming: Option<Incoming>,
}

impl InTarget {
    /// The process on the nuclei of `mixture`, which differ in nothing else, with these losses of the beam.
    ///
    /// # Panics
    /// If there is no part.
    pub fn new(mixture: &Mixture, losses: EnergyLoss) -> Self {
        let parts: Arc<[Part]> = mixture.parts().into();
        assert!(!parts.is_empty(), "a target without nuclei");
        // The cross section goes about as Z²; any other choice gives the same with larger errors.
        let share = |part: &Part| {
            let z = part.process.target().charge;
            part.atom_fraction * z * z
        };
        let total: f64 = parts.iter().map(share).sum();
        let mut sum = 0.0;
        let picks = parts.iter().map(|part| {
            sum += share(part) / total;
            sum
        });
        Self {
            picks: picks.collect(),
            parts,
            losses,
            spread: None,
            incoming: None,
        }
    }

    /// The same of a beam whose momenta differ so.
    #[must_use]
    pub fn with_spread(mut self, spread: Option<MomentumSpread>) -> Self {
        let (e0, m) = (self.beam_energy_gev(), self.beam().mass_gev);
        self.spread = spread.map(|spread| Spread::new(spread, e0, m));
        self
    }

    /// The same of a beam that comes in so.
    #[must_use]
    pub fn with_incoming(mut self, incoming: Option<Incoming>) -> Self {
        self.incoming = incoming;
        self
    }

    /// Whether points have energies of their own.
    fn varies(&self) -> bool {
        self.losses != EnergyLoss::None || self.spread.is_some()
    }

    /// Whether the beam loses energy at the vertex, too, so that points say what is left.
    fn radiates(&self) -> bool {
        self.first().scalars().contains(&Scalar::BEAM_ENERGY)
    }

    /// σ of a part by a method for a beam of this energy, of which what is below `opens` GeV makes nothing.
    fn route_at(
        &self,
        process: &Arc<dyn Process>,
        opens: f64,
        method: Method,
    ) -> Option<Box<dyn Route>> {
        let energy = process.beam_energy_gev();
        let Some(track) = self.losses.track(energy) else {
            return process.route(method);
        };
        let track = match opens / energy {
            share if share >= 1.0 => return None,
            share if share > track.lowest() => track.within(share, 1.0),
            _ => track,
        };
        Some(Box::new(Thick::new(process, track, method)?))
    }

    fn first(&self) -> &dyn Process {
        &*self.parts[0].process
    }

    /// The one species of a shower that makes the process, its track, and the depth in X0.
    fn secondary(&self) -> Option<(Species, Arc<TrackLength>, f64)> {
        match &self.losses {
            EnergyLoss::Shower { tracks, .. } => tracks.secondary(),
            _ => None,
        }
    }

    fn is_mixture(&self) -> bool {
        self.parts.len() > 1
    }
}

impl Process for InTarget {
    fn kind(&self) -> &str {
        self.first().kind()
    }

    fn dim(&self) -> usize {
        self.first().dim()
            + self.losses.dim()
            + usize::from(self.is_mixture())
            + usize::from(self.spread.is_some())
    }

    fn beam(&self) -> Particle {
        self.first().beam()
    }

    fn beam_energy_gev(&self) -> f64 {
        self.first().beam_energy_gev()
    }

    fn target(&self) -> Particle {
        self.first().target()
    }

    fn outgoing(&self) -> Vec<Outgoing> {
        self.first().outgoing()
    }

    fn nuclei(&self) -> Vec<Particle> {
        match self.is_mixture() {
            true => self
                .parts
                .iter()
                .map(|part| part.process.target())
                .collect(),
            false => Vec::new(),
        }
    }

    fn scalars(&self) -> Vec<Scalar> {
        let mut all = Vec::new();
        if self.is_mixture() {
            all.push(Scalar::NUCLEUS);
        }
        if self.losses != EnergyLoss::None {
            all.push(Scalar::VERTEX_Z);
        }
        if self.varies() || self.radiates() {
            all.push(Scalar::BEAM_ENERGY);
        }
        if matches!(self.losses, EnergyLoss::Shower { .. }) {
            all.push(Scalar::PROJECTILE);
        }
        all
    }

    fn incoming(&self) -> Option<Incoming> {
        self.incoming
    }

    fn block(&self) -> Box<dyn PointBlock> {
        Box::new(Points::new(self))
    }

    fn methods(&self) -> Vec<Method> {
        let first = self.first();
        let follows = !self.varies() || first.at_energy(first.beam_energy_gev()).is_some();
        let follows = follows && (self.spread.is_none() || self.secondary().is_none());
        match follows {
            true => first.methods(),
            false => Vec::new(),
        }
    }

    fn route(&self, method: Method) -> Option<Box<dyn Route>> {
        let secondary = self.secondary();
        if secondary.is_some() && self.spread.is_some() {
            // Its tracks are of one energy of the beam.
            return None;
        }
        let one = |part: &Part| -> Option<Box<dyn Route>> {
            let process = &part.process;
            if let Some((species, track, depth_x0)) = &secondary {
                let along = FromShower::new(process.clone(), track.clone(), *species, *depth_x0);
                return along.route(method);
            }
            match &self.spread {
                None => self.route_at(process, 0.0, method),
                Some(spread) => Some(Box::new(Spreading::new(self, spread, process, method)?)),
            }
        };
        let parts = self.parts.iter();
        let parts = parts.map(|part| Some((part.atom_fraction, one(part)?)));
        Some(Box::new(MixedRoute::new(
            method,
            parts.collect::<Option<_>>()?,
        )))
    }
}
