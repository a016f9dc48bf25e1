//! A made-up approximation: the exact result of a point nucleus, on which others would build.
//!
//! σ in pb per nucleus, dσ/dx in pb; it serves the pair alone.

use std::sync::Arc;

use millibrem::matter::form_factor::FormFactors;
use millibrem::process::{
    Approximation, Goal, Inputs, Integral, Method, Process, QuadratureError, Registry, Route,
};

/// Its method.
pub const POINT_NUCLEUS: Method = Method::new("point-nucleus", "exact on a nucleus without extent");

/// The approximation.
pub struct PointNucleus;

impl Approximation for PointNucleus {
    fn method(&self) -> Method {
        POINT_NUCLEUS
    }

    fn route(&self, kind: &str, inputs: &Inputs) -> Option<Box<dyn Route>> {
        let mut inputs = inputs.clone();
        inputs.form_factor = FormFactors::standard().get("point")?.clone();
        let process = Registry::standard()
            .get("pair")
            .filter(|_| kind == "pair")?
            .of(&inputs);
        Some(Box::new(OnAPoint(process.ok()?)))
    }
}

/// A process on a point nucleus.
struct OnAPoint(Arc<dyn Process>);

impl OnAPoint {
    fn exact(&self) -> Result<Box<dyn Route>, QuadratureError> {
        let route = self.0.route(Method::QUADRATURE);
        route.ok_or_else(|| QuadratureError::not_offered(&*self.0, Method::QUADRATURE))
    }
}

impl Route for OnAPoint {
    fn method(&self) -> Method {
        POINT_NUCLEUS
    }

    fn sigma_to(&self, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        self.exact()?.sigma_to(goal)
    }

    fn spectrum_to(&self, x: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        self.exact()?.spectrum_to(x, goal)
    }

    fn binned_to(&self, edges: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        self.exact()?.binned_to(edges, goal)
    }
}
