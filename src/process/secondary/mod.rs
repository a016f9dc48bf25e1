//! A process of the particles in the shower of the beam, not of the beam itself.
//!
//! [`FromShower`] is a [`Process`] made of the process of one projectile (e⁺ or γ) and the track length T(E) that
//! projectiles above E have in the target, in X0 per beam particle ([`TrackLength`]). Over a depth of D X0
//!
//! ```text
//! σ̄ = (1/D) ∫ dE (−dT/dE) σ(E; E_miss > x_min E0),      yield per beam particle = n σ̄
//! ```
//!
//! with n atoms per cm² in the whole depth, as for a beam that loses energy (`process::target`). Cuts and x
//! count in the energy E0 of the beam. One more dimension y picks the energy with T(E) = y T(E_low), so
//! that what of the beam has kept its energy comes with its share; events say the energy
//! (`beam_energy_gev`). All directions are along the beam. Pinned by `tests/annihilation.rs` and, with its spectra,
//! `tests/edges.rs`.

mod along;
mod points;

use std::sync::Arc;

use crate::event::Scalar;
use crate::matter::shower::{Species, TrackLength};
use crate::particle::{Outgoing, Particle};
use crate::process::{Method, PointBlock, Process, Route, opens_gev};
use along::Along;
use points::Points;

/// A process of shower particles.
#[derive(Clone)]
pub struct FromShower {
    process: Arc<dyn Process>,
    track: Arc<TrackLength>,
    species: Species,
    depth_x0: f64,
    lowest_gev: f64,
}

impl FromShower {
    /// `process` of its beam particle, which is a `species`, along its `track` down to `depth_x0`.
    pub fn new(
        process: Arc<dyn Process>,
        track: Arc<TrackLength>,
        species: Species,
        depth_x0: f64,
    ) -> Self {
        let table = track.energies_gev().first().copied().unwrap_or(0.0);
        let lowest_gev = opens_gev(&*process, (table, process.beam_energy_gev()));
        Self {
            process,
            track,
            species,
            depth_x0,
            lowest_gev,
        }
    }

    /// Mean over the depth of projectiles above the energy at which anything within the cuts opens.
    fn share(&self) -> f64 {
        self.track.above(self.species, self.lowest_gev) / self.depth_x0
    }
}

impl Process for FromShower {
    fn kind(&self) -> &str {
        self.process.kind()
    }

    fn dim(&self) -> usize {
        self.process.dim() + 1
    }

    fn beam(&self) -> Particle {
        self.process.beam()
    }

    fn beam_energy_gev(&self) -> f64 {
        self.process.beam_energy_gev()
    }

    fn target(&self) -> Particle {
        self.process.target()
    }

    fn outgoing(&self) -> Vec<Outgoing> {
        self.process.outgoing()
    }

    fn scalars(&self) -> Vec<Scalar> {
        vec![Scalar::BEAM_ENERGY]
    }

    fn block(&self) -> Box<dyn PointBlock> {
        Box::new(Points::new(self))
    }

    fn methods(&self) -> Vec<Method> {
        self.process.methods()
    }

    fn route(&self, method: Method) -> Option<Box<dyn Route>> {
        self.process.route(method)?;
        Some(Box::new(Along::new(self.clone(), method)))
    }
}
