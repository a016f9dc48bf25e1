//! The processes: exact and approximate cross sections of one set-up.
//!
//! Everything here is a pure function of a [`Setup`]; σ in pb per nucleus, dσ/dx in pb.

mod cuts;
pub mod etl;
pub mod quadrature;
mod setup;

pub use setup::{Setup, SetupError};
