//! The processes: exact and approximate cross sections of one set-up.
//!
//! Everything here is a pure function of a [`Setup`]; σ in pb per nucleus, dσ/dx in pb.

pub mod asymptotic;
mod cross_section;
mod cuts;
pub mod etl;
pub mod flux;
mod iww;
pub mod quadrature;
mod setup;
mod ww;
mod wwa;

pub use cross_section::{Approach, CrossSection, Exact};
pub use iww::Iww;
pub use setup::{Setup, SetupError};
pub use ww::Ww;
pub use wwa::Wwa;
