//! Radiation of a dark system off a lepton in the field of a nucleus: l N → l N χ χ̄ through a virtual
//! photon (`pair`) and l N → l N A′ on its mass shell (`dark-photon`).
//!
//! Both radiate a vector of mass √k², so they share set-up, phase space, deterministic routes and
//! approximations; a pair adds the integral over k² and the direction of χ. Everything here is a pure
//! function of a [`Setup`]; σ in pb per nucleus, dσ/dx in pb. Formulas: `docs/physics.md`.

pub mod amplitude;
pub mod asymptotic;
mod beams;
mod cuts;
pub mod etl;
pub mod flux;
mod inclusive;
mod iww;
mod kind;
mod momenta;
mod observe;
pub mod phase_space;
mod points;
mod process;
pub mod quadrature;
mod setup;
mod sliced;
mod ww;
mod wwa;

pub use inclusive::{Exact, route};
pub use iww::Iww;
pub(super) use kind::{BOSON, DARK_PHOTON, PAIR};
pub use setup::{Setup, SetupError};
pub use ww::Ww;
pub use wwa::Wwa;
