//! `ww`: the Weizsäcker–Williams approximation with the integral over u.
//!
//! The nucleus is replaced by its flux of photons, which scatter l γ → l A′ at the least t; for a
//! vector of mass √k² and coupling ε e, U = −u, U0 = k²(1−x)/x + m²x,
//!
//! ```text
//! d²σ/dx dU = ε² α³ χ(t_min, t_max) |k|/(xE0) · (1−x)/U²
//!             { 2(2−2x+x²)/(1−x) − 4(k²+2m²) x (U−U0)/U² },
//! t_min = (U/(2E0(1−x)))²,
//! ```
//!
//! the integrand of which [GKK18] Eq. (8) is the integral at a frozen flux (they print only (8)),
//! and for other vertices, with k² = m_φ² [LM17],
//!
//! ```text
//! scalar:        x²/(1−x) − 2(k²−4m²) x (U−U0)/U²
//! pseudoscalar:  x²/(1−x) − 2k² x (U−U0)/U²
//! axial vector:  2(2−2x+x²)/(1−x) + 4m²x²/(k²(1−x)) − 4(k²−4m²) x (U−U0)/U²
//! ```
//!
//! in the braces: from U0 to 2E0(1−x)√t_max, where the flux ends, and x up to 1 − m/E0; a pair is the integral
//! over k² with the spectral function. The upper end t_max is left to the form factor (4E0² is
//! used). Nuclear recoil and spin are neglected. Good where the lepton stays relativistic and the
//! form factor cuts t below k² or m²: to 2 % for muons of 160 GeV on lead at any m_χ. It is 35–160 %
//! high for electrons, which turn soft as x → 1, and for χ so light that t ≫ k², m² matters.
//! Pinned by `tests/ww.rs` and `tests/boson.rs`.

use super::Setup;
use super::flux::Flux;
use super::quadrature::{Emitted, SIZES, emitted, rule};
use super::sliced::Sliced;
use crate::constants::{ALPHA, GEV_M2_TO_PB};
use crate::dark_sector::Vertex;
use crate::process::{Goal, Integral, Method, QuadratureError, Route};

/// The Weizsäcker–Williams approximation of one set-up.
#[derive(Debug, Clone)]
pub struct Ww {
    setup: Setup,
    flux: Flux,
}

impl Ww {
    /// The approximation of `setup`.
    pub fn new(setup: &Setup) -> Self {
        Self {
            setup: setup.clone(),
            flux: Flux::new(setup),
        }
    }

    /// dσ/dx in pb of a boson with ε = 1.
    fn vector(&self, at: &Projectile, k2: f64, level: usize) -> f64 {
        let Projectile { v0, x, e0, m } = *at;
        let k_squared = (x * e0) * (x * e0) - k2;
        let t_max = 4.0 * e0 * e0;
        let start = k2 * v0 / (e0 * x) + m * m * x;
        let end = 2.0 * v0 * t_max.sqrt();
        if !(k_squared > 0.0 && start < end) {
            return 0.0;
        }
        let one_minus_x = v0 / e0;
        let Photoproduction { head, tail } =
            Photoproduction::new(self.setup.dark.vertex(), at, k2, one_minus_x);
        let reach = -libm::expm1(0.25 * libm::log(start / end));
        let sum: f64 = rule(level)
            .nodes()
            .map(|(z, w)| {
                let gap = reach * z;
                let r = 1.0 - gap;
                let r2 = r * r;
                let share = r2 * r2;
                // U = U0/r⁴, dU = 4U0/r⁵ dr, U − U0 = U(1−r)(1+r)(1+r²).
                let u = start / share;
                let above = gap * (1.0 + r) * (1.0 + r2);
                let t = u / (2.0 * v0);
                let bracket = head - tail * above / u;
                w * reach * 4.0 * share / (start * r) * bracket * self.flux.at(t * t, t_max)
            })
            .sum();
        let factor = ALPHA * ALPHA * ALPHA * GEV_M2_TO_PB * k_squared.sqrt() / (x * e0);
        factor * one_minus_x * sum
    }
}

/// The two terms of l γ → l φ at least t: head − tail (U−U0)/U².
#[derive(Debug, Clone, Copy)]
pub(super) struct Photoproduction {
    pub(super) head: f64,
    /// GeV².
    pub(super) tail: f64,
}

impl Photoproduction {
    /// Of a boson of mass √`k2` GeV.
    pub(super) fn new(vertex: Vertex, at: &Projectile, k2: f64, one_minus_x: f64) -> Self {
        let Projectile { x, m, .. } = *at;
        let m2 = m * m;
        let spin_one = 2.0 * (2.0 - 2.0 * x + x * x) / one_minus_x;
        let spin_zero = x * x / one_minus_x;
        let (head, tail) = match vertex {
            Vertex::Scalar => (spin_zero, 2.0 * (k2 - 4.0 * m2) * x),
            Vertex::Pseudoscalar => (spin_zero, 2.0 * k2 * x),
            Vertex::Vector => (spin_one, 4.0 * (k2 + 2.0 * m2) * x),
            Vertex::AxialVector => (
                spin_one + 4.0 * m2 / k2 * spin_zero,
                4.0 * (k2 - 4.0 * m2) * x,
            ),
        };
        Self { head, tail }
    }
}

/// The lepton side of a slice: V0 = E0(1−x), x, E0 and m.
#[derive(Debug, Clone, Copy)]
pub(super) struct Projectile {
    pub(super) v0: f64,
    pub(super) x: f64,
    pub(super) e0: f64,
    pub(super) m: f64,
}

impl Projectile {
    /// At `v` = E0(1−x) − m in GeV.
    pub(super) fn new(setup: &Setup, v: f64) -> Self {
        let c = &setup.collision;
        Self {
            v0: v + c.m,
            x: (c.kinetic - v) / c.e0,
            e0: c.e0,
            m: c.m,
        }
    }

    /// dσ/dx of what is emitted, given that of a vector with ε = 1 as a function of k².
    pub(super) fn emit(
        &self,
        emitted: &Emitted,
        mass_max: f64,
        level: usize,
        vector: impl Fn(f64) -> f64,
    ) -> f64 {
        match emitted {
            Emitted::Vector { k2, strength } => strength * vector(*k2),
            Emitted::Pair(pair) => {
                let scale = self.m * self.x * (self.e0 / self.v0).sqrt();
                let nodes = pair.nodes(mass_max, scale, rule(level));
                nodes.into_iter().map(|(k2, w)| w * vector(k2)).sum()
            }
        }
    }
}

impl Sliced for Ww {
    fn setup(&self) -> &Setup {
        &self.setup
    }

    fn slice(&self, v: f64, [_, k, u]: [usize; 3]) -> (f64, u64) {
        let at = Projectile::new(&self.setup, v);
        if !(v > 0.0 && at.x > 0.0) {
            return (0.0, 0);
        }
        let mass_max = at.x * at.e0;
        let value = at.emit(&emitted(&self.setup), mass_max, k, |k2| {
            self.vector(&at, k2, u)
        });
        (value, (SIZES[k] * SIZES[u]) as u64)
    }
}

impl Route for Ww {
    fn method(&self) -> Method {
        Method::WW
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
