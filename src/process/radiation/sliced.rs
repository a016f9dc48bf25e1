//! What approximations with two inner integrals have in common: σ, dσ/dx and bins from their slices.
//!
//! All follow the cuts on x and refuse others; σ in pb per nucleus, dσ/dx in pb.

use super::Setup;
use super::quadrature::{self, Emitted, apart, check, check_edges, emitted, integrate, pieces};
use crate::process::{Goal, Integral, QuadratureError};

/// An approximation given as a dσ/dx with two inner integrals, over k² and u.
pub(super) trait Sliced: Sync {
    /// (dσ/dx in pb, evaluations) at `v` = E0(1−x) − m (GeV) with rules of these levels for x
    /// (unused), k² and u.
    fn slice(&self, v: f64, levels: [usize; 3]) -> (f64, u64);

    /// The set-up.
    fn setup(&self) -> &Setup;

    /// [`Route::sigma`].
    fn sliced_sigma(&self, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        check(self.setup(), goal)?;
        self.between(self.setup().v_cuts(), goal)
    }

    /// [`Route::spectrum`].
    fn sliced_spectrum(
        &self,
        x: &[f64],
        goal: &Goal<'_>,
    ) -> Result<Vec<Integral>, QuadratureError> {
        check(self.setup(), goal)?;
        x.iter()
            .map(|&x| {
                let start = quadrature::start([0, 2, 2], goal);
                quadrature::refine([start[1], start[2]], goal, |[k, u]| {
                    goal.tell(self.slice(self.v(x), [0, k, u]))
                })?
                .result(goal)
            })
            .collect()
    }

    /// [`Route::binned`].
    fn sliced_bins(
        &self,
        edges: &[f64],
        goal: &Goal<'_>,
    ) -> Result<Vec<Integral>, QuadratureError> {
        check(self.setup(), goal)?;
        check_edges(edges)?;
        edges
            .windows(2)
            .map(|e| self.between((self.v(e[1]), self.v(e[0])), goal))
            .collect()
    }

    /// v in GeV at `x`.
    fn v(&self, x: f64) -> f64 {
        let c = &self.setup().collision;
        c.e0 * (1.0 - x) - c.m
    }

    /// Least v in GeV: 0 is a lepton left at rest, −m is x = 1.
    fn least_v(&self) -> f64 {
        0.0
    }

    /// σ over a range of v, from x = mass/E0 up to [`Self::least_v`].
    fn between(&self, v_range: (f64, f64), goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        let c = &self.setup().collision;
        let emitted = emitted(self.setup());
        let limits = |mass: f64| (self.least_v(), c.kinetic - mass);
        let mass = emitted.mass_min();
        let mut of_x = pieces(c, mass, limits(mass), v_range);
        if let Emitted::Pair(pair) = emitted
            && let Some(a) = pair.heavy_on_shell(c)
        {
            of_x = apart(of_x, limits(a), pieces(c, a, limits(a), v_range));
        }
        let levels = quadrature::start([2, 2, 2], goal);
        integrate(c.e0, &of_x, levels, goal, |v, l| self.slice(v, l))?.result(goal)
    }
}
