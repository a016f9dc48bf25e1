//! The exact process by quadrature, and the choice among it and its approximations.
//!
//! All follow the cuts on x and refuse others; σ in pb per nucleus, dσ/dx in pb.

use super::{Iww, Setup, Ww, Wwa, quadrature};
use crate::process::{Approach, CrossSection, Integral, QuadratureError};

/// The cross section of `setup` by one route.
pub fn route(approach: Approach, setup: &Setup) -> Box<dyn CrossSection> {
    match approach {
        Approach::Exact => Box::new(Exact::new(setup)),
        Approach::Ww => Box::new(Ww::new(setup)),
        Approach::Iww => Box::new(Iww::new(setup)),
        Approach::Wwa => Box::new(Wwa::new(setup)),
    }
}

/// The exact process by quadrature.
#[derive(Debug, Clone)]
pub struct Exact {
    setup: Setup,
}

impl Exact {
    /// The exact process of `setup`.
    pub fn new(setup: &Setup) -> Self {
        Self {
            setup: setup.clone(),
        }
    }
}

impl CrossSection for Exact {
    fn approach(&self) -> Approach {
        Approach::Exact
    }

    fn sigma(&self, rel_error: f64) -> Result<Integral, QuadratureError> {
        quadrature::sigma(&self.setup, rel_error)
    }

    fn spectrum(&self, x: &[f64], rel_error: f64) -> Result<Vec<Integral>, QuadratureError> {
        quadrature::spectrum(&self.setup, x, rel_error)
    }

    fn binned(&self, edges: &[f64], rel_error: f64) -> Result<Vec<Integral>, QuadratureError> {
        quadrature::binned(&self.setup, edges, rel_error)
    }
}
