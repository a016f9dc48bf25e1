//! The target: nuclei, materials and their elastic form factors.

pub mod elements;
pub mod form_factor;
pub mod material;
mod nucleus;

pub use nucleus::{Nucleus, NucleusSpin};
