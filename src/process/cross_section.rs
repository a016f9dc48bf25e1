//! What the exact process and its approximations have in common.
//!
//! All follow the cuts on x and refuse others; σ in pb per nucleus, dσ/dx in pb.

use super::quadrature::{
    self, Integral, QuadratureError, Refined, check, check_edges, emitted, integrate, pieces,
};
use super::{Iww, Setup, Ww, Wwa};

/// σ and dσ/dx of one set-up by one route.
pub trait CrossSection: Sync {
    /// Which route this is.
    fn approach(&self) -> Approach;

    /// σ within the cuts on x, pb per nucleus, to `rel_error`.
    ///
    /// # Errors
    /// If there are cuts on anything but x, `rel_error` is out of range or cannot be reached, or
    /// the formula does not apply.
    fn sigma(&self, rel_error: f64) -> Result<Integral, QuadratureError>;

    /// dσ/dx in pb at each `x`, cuts on x apart, to `rel_error`.
    ///
    /// # Errors
    /// As [`Self::sigma`].
    fn spectrum(&self, x: &[f64], rel_error: f64) -> Result<Vec<Integral>, QuadratureError>;

    /// σ in pb in each bin of x between neighbouring `edges`, cuts on x apart, to `rel_error`.
    ///
    /// # Errors
    /// As [`Self::sigma`], and if the edges do not rise.
    fn binned(&self, edges: &[f64], rel_error: f64) -> Result<Vec<Integral>, QuadratureError>;
}

/// The routes to σ without Monte Carlo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approach {
    /// Exact at tree level, by quadrature.
    Exact,
    /// Weizsäcker–Williams with the integral over u.
    Ww,
    /// Improved Weizsäcker–Williams: the flux frozen in u.
    Iww,
    /// Closed form for heavy χ.
    Wwa,
}

impl Approach {
    /// Every route.
    pub const ALL: [Self; 4] = [Self::Exact, Self::Ww, Self::Iww, Self::Wwa];

    /// The spelling of the method in the card.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "quadrature",
            Self::Ww => "ww",
            Self::Iww => "iww",
            Self::Wwa => "wwa",
        }
    }

    /// The route with this spelling, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.name() == name)
    }

    /// This route for `setup`.
    pub fn of(self, setup: &Setup) -> Box<dyn CrossSection> {
        match self {
            Self::Exact => Box::new(Exact::new(setup)),
            Self::Ww => Box::new(Ww::new(setup)),
            Self::Iww => Box::new(Iww::new(setup)),
            Self::Wwa => Box::new(Wwa::new(setup)),
        }
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

/// An approximation given as a dσ/dx with two inner integrals, over k² and u.
pub(super) trait Sliced: Sync {
    /// (dσ/dx in pb, evaluations) at `v` = E0(1−x) − m (GeV) with rules of these levels for x
    /// (unused), k² and u.
    fn slice(&self, v: f64, levels: [usize; 3]) -> (f64, u64);

    /// The set-up.
    fn setup(&self) -> &Setup;

    /// [`CrossSection::sigma`].
    fn sliced_sigma(&self, rel_error: f64) -> Result<Integral, QuadratureError> {
        check(self.setup(), rel_error)?;
        self.between(self.setup().v_cuts(), rel_error)
    }

    /// [`CrossSection::spectrum`].
    fn sliced_spectrum(&self, x: &[f64], rel_error: f64) -> Result<Vec<Integral>, QuadratureError> {
        check(self.setup(), rel_error)?;
        x.iter()
            .map(|&x| {
                let start = quadrature::start([0, 2, 2], rel_error);
                quadrature::refine([start[1], start[2]], rel_error, |[k, u]| {
                    self.slice(self.v(x), [0, k, u])
                })
                .result(rel_error)
            })
            .collect()
    }

    /// [`CrossSection::binned`].
    fn sliced_bins(&self, edges: &[f64], rel_error: f64) -> Result<Vec<Integral>, QuadratureError> {
        check(self.setup(), rel_error)?;
        check_edges(edges)?;
        edges
            .windows(2)
            .map(|e| self.between((self.v(e[1]), self.v(e[0])), rel_error))
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
    fn between(&self, v_range: (f64, f64), rel_error: f64) -> Result<Integral, QuadratureError> {
        let c = &self.setup().collision;
        let mass = emitted(self.setup()).mass_min();
        let pieces = pieces(c, mass, (self.least_v(), c.kinetic - mass), v_range);
        let levels = quadrature::start([2, 2, 2], rel_error);
        let found: Refined = integrate(c.e0, &pieces, levels, rel_error, |v, l| self.slice(v, l));
        found.result(rel_error)
    }
}
