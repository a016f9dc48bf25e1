//! `iww`: the improved Weizsäcker–Williams approximation, [GKK18] Eqs. (7)–(10).
//!
//! `ww` with the flux frozen at t_min = k⁴/(4E0²), t_max = k² + m², so that u can be integrated to
//! infinity: with U0 = −ũ = k²(1−x)/x + m²x and a vector of mass √k² and coupling ε e,
//!
//! ```text
//! dσ/dx = ε² (2/3) α³ χ |k|/(xU0²E0) [ m²x(−2+2x+x²) + 2(3−3x+x²)U0 ].
//! ```
//!
//! For other vertices, l γ → l φ being H − T(U−U0)/U² (`ww`), the same integral is
//! (1−x)[H/U0 − T/(6U0²)] in place of ⅔[…]/U0².
//!
//! The bracket of the flux, [GKK18] Eq. (9), is used as t − k⁴/4E0². A pair is the integral over k²
//! with the spectral function, and x runs up to 1: the formula knows no 1 − m/E0. Both this end and
//! a t_min without u and m make it too large: by factors of 1.7–4.5 for muons of 160 GeV on lead,
//! of 1.2–17 for electrons of 8 GeV on aluminium (m_χ from 1 MeV to 1 and 0.5 GeV).
//! Pinned by `tests/ww.rs`.

use super::Setup;
use super::flux::Flux;
use super::quadrature::{SIZES, emitted};
use super::sliced::Sliced;
use super::ww::{Photoproduction, Projectile};
use crate::constants::{ALPHA, GEV_M2_TO_PB};
use crate::dark_sector::Vertex;
use crate::process::{Goal, Integral, Method, QuadratureError, Route};

/// The improved Weizsäcker–Williams approximation of one set-up.
#[derive(Debug, Clone)]
pub struct Iww {
    setup: Setup,
    flux: Flux,
}

impl Iww {
    /// The approximation of `setup`.
    pub fn new(setup: &Setup) -> Self {
        Self {
            setup: setup.clone(),
            flux: Flux::new(setup),
        }
    }

    /// dσ/dx in pb of a boson with ε = 1.
    fn vector(&self, at: &Projectile, k2: f64) -> f64 {
        let Projectile { v0, x, e0, m } = *at;
        let k_squared = (x * e0) * (x * e0) - k2;
        if !(k_squared > 0.0) {
            return 0.0;
        }
        let u = k2 * v0 / (e0 * x) + m * m * x;
        let t = k2 / (2.0 * e0);
        let vertex = self.setup.dark.vertex();
        let bracket = match vertex {
            Vertex::Vector => {
                m * m * x * (-2.0 + 2.0 * x + x * x) + 2.0 * (3.0 - 3.0 * x + x * x) * u
            }
            Vertex::Scalar | Vertex::Pseudoscalar | Vertex::AxialVector => {
                let one_minus_x = v0 / e0;
                let Photoproduction { head, tail } =
                    Photoproduction::new(vertex, at, k2, one_minus_x);
                1.5 * one_minus_x * (head * u - tail / 6.0)
            }
        };
        let factor = 2.0 / 3.0 * ALPHA * ALPHA * ALPHA * GEV_M2_TO_PB;
        factor * self.flux.at(t * t, k2 + m * m) * k_squared.sqrt() / (x * u * u * e0) * bracket
    }
}

impl Sliced for Iww {
    /// The formula knows no lepton mass at the end of the spectrum and is integrated up to x = 1.
    fn least_v(&self) -> f64 {
        -self.setup.collision.m
    }

    fn setup(&self) -> &Setup {
        &self.setup
    }

    fn slice(&self, v: f64, [_, k, _]: [usize; 3]) -> (f64, u64) {
        let at = Projectile::new(&self.setup, v);
        if !(at.v0 > 0.0 && at.x > 0.0) {
            return (0.0, 0);
        }
        let mass_max = at.x * at.e0;
        let value = at.emit(&emitted(&self.setup), mass_max, k, |k2| {
            self.vector(&at, k2)
        });
        (value, SIZES[k] as u64)
    }
}

impl Route for Iww {
    fn method(&self) -> Method {
        Method::IWW
    }

    fn sigma_to(&self, goal: &Goal<'_>) -> Result<Integral, QuadratureError> {
        self.sliced_sigma(goal)
    }

    fn spectrum_to(&self, x: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        self.sliced_spectrum(x, goal)
    }

    fn binned_to(&self, edges: &[f64], goal: &Goal<'_>) -> Result<Vec<Integral>, QuadratureError> {
        self.sliced_bins(edges, goal)
    }
}
