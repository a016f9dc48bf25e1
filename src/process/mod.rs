//! The processes: what a [`Process`] is, and those there are.
//!
//! A process is a differential cross section on the unit hypercube and the particles that come out.
//! The integrator, histograms, events, files and exports know this trait alone; they take points by
//! blocks, inside of which a process is free to be monomorphic and SIMD. σ in pb per nucleus, dσ/dx
//! in pb. `tests/outside` makes one from outside the library and takes it all the way.

pub mod annihilation;
mod any_energy;
mod approximation;
mod chebyshev;
mod incoming;
mod initial_state;
mod inputs;
mod kind;
mod limits;
mod measure;
pub mod meson;
mod method;
mod mixture;
pub mod photon;
pub mod photon_conversion;
pub mod radiation;
mod reaction;
mod registry;
mod route;
pub mod secondary;
pub mod target;

use std::sync::Arc;

use crate::event::{MAX_OUTGOING, Momentum, Scalar};
use crate::observable::Observable;
use crate::particle::{Outgoing, Particle};

pub use approximation::Approximation;
pub use incoming::{AtVertex, Incoming, event_scalars};
pub use initial_state::InitialState;
pub use inputs::Inputs;
pub use kind::{Kind, Unsuitable};
pub use limits::KinematicLimits;
pub use method::Method;
pub use mixture::{MixedRoute, Mixture, Part};
pub use radiation::{Setup, SetupError};
pub use registry::Registry;
pub use route::{Goal, Hears, Integral, MIN_REL_ERROR, Memory, QuadratureError, Route};

/// Largest number of points in a block: all columns of one block fit a level-1 cache.
pub const BLOCK: usize = 128;

/// A differential cross section on the unit hypercube.
///
/// What it says of itself must not change; its blocks are made on many threads.
pub trait Process: Send + Sync {
    /// Its name, as `process.kind` spells it.
    fn kind(&self) -> &str;

    /// Number of dimensions of the hypercube.
    fn dim(&self) -> usize;

    /// The beam particle, which comes along +z.
    fn beam(&self) -> Particle;

    /// Total energy of the beam particle in the laboratory, GeV.
    fn beam_energy_gev(&self) -> f64;

    /// The particle that is struck, at rest.
    fn target(&self) -> Particle;

    /// What comes out, [`crate::event::MAX_OUTGOING`] particles at most, their roles distinct.
    fn outgoing(&self) -> Vec<Outgoing>;

    /// All that may be struck, if that differs from event to event.
    fn nuclei(&self) -> Vec<Particle> {
        Vec::new()
    }

    /// What events say beside momenta, [`crate::event::MAX_SCALARS`] at most.
    fn scalars(&self) -> Vec<Scalar> {
        Vec::new()
    }

    /// How the beam particles come in, where they are no pencil along +z; blocks of points know them along +z
    /// all the same.
    fn incoming(&self) -> Option<Incoming> {
        None
    }

    /// Room for a block of points.
    fn block(&self) -> Box<dyn PointBlock>;

    /// The same process at another energy of its beam, in GeV; cuts stay as they are in GeV, as in
    /// [`PointBlock::set_beam_energy`]. None where nothing can be made there or the process knows its
    /// nominal energy only.
    fn at_energy(&self, _beam_energy_gev: f64) -> Option<Arc<dyn Process>> {
        None
    }

    /// Where σ has a resonance as a function of the energy of the beam: that energy, and half of its width, in GeV.
    fn resonance(&self) -> Option<(f64, f64)> {
        None
    }

    /// Energy of the beam in GeV from which on a cut rejects what takes most of it, so that σ has a kink there.
    fn cut_from_gev(&self) -> f64 {
        f64::INFINITY
    }

    /// The ways to its cross section without Monte Carlo.
    fn methods(&self) -> Vec<Method> {
        Vec::new()
    }

    /// Its cross section by one of [`Self::methods`].
    fn route(&self, _: Method) -> Option<Box<dyn Route>> {
        None
    }
}

/// The energy of the beam in GeV, between two, from which on anything can be made within the cuts; the higher one, if nothing can.
fn opens_gev(process: &dyn Process, (closed, open): (f64, f64)) -> f64 {
    let is_open = |energy: f64| process.at_energy(energy).is_some();
    let (mut closed, mut open) = (closed, open);
    if is_open(closed) {
        return closed;
    }
    // The middle of two neighbouring numbers is one of the two.
    loop {
        let middle = 0.5 * (closed + open);
        if middle <= closed || middle >= open {
            return open;
        }
        match is_open(middle) {
            true => open = middle,
            false => closed = middle,
        }
    }
}

/// A block of up to [`BLOCK`] points of a process: evaluated first, then asked about.
pub trait PointBlock: Send {
    /// dσ/d^d y in pb of `value.len()` points, zero where nothing is allowed or a cut rejects.
    ///
    /// `y` holds a column of that length, each value in (0, 1), for every dimension. A value depends
    /// on its own point alone, to the bit.
    fn evaluate(&mut self, y: &[&[f64]], value: &mut [f64]);

    /// The same of points that each have a beam energy of their own, in GeV: with 0 where nothing can be made,
    /// else with the value that [`Self::set_beam_energy`] and then [`Self::evaluate`] would give, to the
    /// bit. False, and nothing evaluated, where it can only be done one by one.
    fn evaluate_at(&mut self, _energies_gev: &[f64], _y: &[&[f64]], _value: &mut [f64]) -> bool {
        false
    }

    /// Momenta in GeV of the outgoing particles of point `i`, in their order; the azimuth of the
    /// whole event, which is trivial, at the block's choice.
    fn momenta(&self, i: usize, out: &mut [Momentum]);

    /// The same of all the points `at`, which rise, behind what is in `columns`, one a particle.
    fn momenta_of(&self, at: &[usize], columns: &mut [Vec<Momentum>]) {
        let mut momenta = [[0.0; 4]; MAX_OUTGOING];
        let momenta = &mut momenta[..columns.len()];
        for &i in at {
            self.momenta(i, momenta);
            for (column, p) in columns.iter_mut().zip(&*momenta) {
                column.push(*p);
            }
        }
    }

    /// Scalars of point `i`, in their order.
    fn scalars(&self, _i: usize, _out: &mut [f64]) {}

    /// Mass in GeV of what is struck in point `i`, if that differs from point to point.
    fn target_mass_gev(&self, _i: usize) -> Option<f64> {
        None
    }

    /// Writes an observable of each point to `out` and says so, where the process has it in a form
    /// better or faster than from the momenta.
    fn observe(&self, _observable: &Observable, _out: &mut [f64]) -> bool {
        false
    }

    /// Goes on at another energy of the beam, in GeV, without allocation; false, and nothing to be
    /// evaluated, where nothing can be made there or the process knows its nominal energy only.
    /// Cuts stay as they are in GeV: x counts in nominal beam energies ([`Process::beam_energy_gev`]).
    fn set_beam_energy(&mut self, _beam_energy_gev: f64) -> bool {
        false
    }
}
