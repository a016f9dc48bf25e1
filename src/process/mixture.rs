//! The nuclei of a target together: σ per atom of the mixture, `σ = Σ f_i σ_i` with number fractions
//! f_i, and so every spectrum.
//!
//! The parts are added in the order of the target, f_i σ_i after f_i σ_i, so that the sum of what is
//! listed is the total to the bit; errors of quadrature, which cover the true ones, add up. Each part
//! is computed to the relative error that is asked for, so their sum has it too. A target of one
//! nucleus has its bits. Pinned by `tests/mixture.rs`.

use std::sync::Arc;

use super::{Goal, Integral, Method, Process, QuadratureError, Route};

/// One nucleus of a target.
#[derive(Clone)]
pub struct Part {
    /// Symbol of the element or isotope, such as `Pb` or `Pb-208`.
    pub name: String,
    /// Its share of the atoms, 0 … 1.
    pub atom_fraction: f64,
    /// The process on it.
    pub process: Arc<dyn Process>,
}

/// A process on each nucleus of a target.
#[derive(Clone)]
pub struct Mixture {
    parts: Vec<Part>,
}

impl Mixture {
    /// The mixture of these parts, whose shares add up to 1.
    pub fn new(parts: Vec<Part>) -> Self {
        Self { parts }
    }

    /// Its nuclei, in the order of the target.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The methods of its process that are not exact.
    pub fn approximations(&self) -> Vec<Method> {
        let all = self.parts.first().map(|part| part.process.methods());
        let all = all.into_iter().flatten();
        all.filter(|&method| method != Method::QUADRATURE).collect()
    }

    /// The cross section per atom by one route.
    ///
    /// # Errors
    /// [`QuadratureError::NotOffered`] if the process has no such route.
    pub fn route(&self, method: Method) -> Result<MixedRoute, QuadratureError> {
        let one = |part: &Part| {
            let route = part.process.route(method);
            let route =
                route.ok_or_else(|| QuadratureError::not_offered(&*part.process, method))?;
            Ok((part.atom_fraction, route))
        };
        let parts = self.parts.iter().map(one).collect::<Result<Vec<_>, _>>()?;
        Ok(MixedRoute::new(method, parts))
    }
}

/// A route to the cross section on all nuclei.
pub struct MixedRoute {
    method: Method,
    parts: Vec<(f64, Box<dyn Route>)>,
}

impl MixedRoute {
    /// Routes by `method` on nuclei with these shares of the atoms.
    pub(super) fn new(method: Method, parts: Vec<(f64, Box<dyn Route>)>) -> Self {
        Self { method, parts }
    }

    /// σ in pb on each nucleus, in the order of the target, each to `goal` if the sum needs it.
    ///
    /// # Errors
    /// As [`Route::sigma_to`].
    pub fn sigma_of_each<'a>(
        &self,
        goal: impl Into<Goal<'a>>,
    ) -> Result<Vec<Integral>, QuadratureError> {
        let goal = goal.into();
        let parts = self.parts.iter();
        let each = parts.map(|(_, route)| Integral::or_unsettled(route.sigma_to(&goal)));
        let each = each.collect::<Result<Vec<_>, _>>()?;
        self.total(&each).judged(&goal)?;
        Ok(each)
    }

    /// `Σ f_i σ_i` of what [`Self::sigma_of_each`] gives.
    pub fn total(&self, each: &[Integral]) -> Integral {
        let mut sum = Integral::ZERO;
        for ((fraction, _), part) in self.parts.iter().zip(each) {
            sum.value_pb += fraction * part.value_pb;
            sum.error_pb += fraction * part.error_pb;
            sum.n_eval += part.n_eval;
        }
        sum
    }

    /// The same of lists that belong together point by point.
    fn totals(
        &self,
        of: impl Fn(&dyn Route) -> Result<Vec<Integral>, QuadratureError>,
    ) -> Result<Vec<Integral>, QuadratureError> {
        let lists = self.parts.iter().map(|(_, route)| of(&**route));
        let lists = lists.collect::<Result<Vec<_>, _>>()?;
        let n = lists.first().map_or(0, Vec::len);
        let at = |i: usize| lists.iter().map(|list| list[i]).collect::<Vec<_>>();
        Ok((0..n).map(|i| self.total(&at(i))).collect())
    }
}

impl Route for MixedRoute {
    fn method(&self) -> Method {
        self.method
    }

    fn finest(&self) -> f64 {
        let finest = self.parts.iter().map(|(_, route)| route.finest());
        finest.fold(0.0, f64::max)
    }

    fn tells(&self) -> bool {
        self.parts.iter().all(|(_, route)| route.tells())
    }

    fn sigma_to(&self, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        Ok(self.total(&self.sigma_of_each(*goal)?))
    }

    fn spectrum_to(&self, x: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        self.totals(|route| route.spectrum_to(x, goal))
    }

    fn binned_to(&self, edges: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        self.totals(|route| route.binned_to(edges, goal))
    }
}
