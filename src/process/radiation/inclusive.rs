//! The exact process by quadrature, and the choice among it and its approximations.
//!
//! All follow the cuts on x and refuse others; σ in pb per nucleus, dσ/dx in pb.

use super::{Iww, Setup, Ww, Wwa, quadrature};
use crate::dark_sector::{DarkSector, Vertex};
use crate::process::{Goal, Integral, Method, QuadratureError, Route};

/// Makes a route of a set-up.
pub(super) type Make = fn(&Setup) -> Box<dyn Route>;

/// The routes there are: an approximation is a file and a line here.
const ROUTES: &[(Method, Make)] = &[
    (Method::QUADRATURE, |setup| Box::new(Exact::new(setup))),
    (Method::WW, |setup| Box::new(Ww::new(setup))),
    (Method::IWW, |setup| Box::new(Iww::new(setup))),
    (Method::WWA, |setup| Box::new(Wwa::new(setup))),
];

/// The routes of `setup`: the closed form of `wwa` knows no vertex but the photon's, and no propagator.
pub(super) fn offered(setup: &Setup) -> impl Iterator<Item = &'static (Method, Make)> {
    let resonant = matches!(setup.dark, DarkSector::Mediated(..));
    let closed = setup.dark.vertex() == Vertex::Vector && !resonant;
    let all = ROUTES.iter();
    all.filter(move |(method, _)| closed || *method != Method::WWA)
}

/// The cross section of `setup` by one route.
///
/// # Errors
/// [`QuadratureError::NotOffered`] if there is no such route.
pub fn route(method: Method, setup: &Setup) -> Result<Box<dyn Route>, QuadratureError> {
    match offered(setup).find(|(known, _)| *known == method) {
        Some((_, make)) => Ok(make(setup)),
        None => Err(QuadratureError::NotOffered {
            kind: setup.dark.kind().to_owned(),
            method: method.name(),
            offered: offered(setup).map(|(known, _)| known.name()).collect(),
        }),
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

impl Route for Exact {
    fn method(&self) -> Method {
        Method::QUADRATURE
    }

    fn tells(&self) -> bool {
        true
    }

    fn sigma_to(&self, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        quadrature::sigma(&self.setup, *goal)
    }

    fn spectrum_to(&self, x: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        quadrature::spectrum(&self.setup, x, *goal)
    }

    fn binned_to(&self, edges: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        quadrature::binned(&self.setup, edges, *goal)
    }
}
