//! Nuclear form factors, each a named choice with its source.
//!
//! Computes `G2(t) = Z² F(t)²` (with inelastic additions where named) for spacelike momentum
//! transfer `t = −q² > 0` in GeV². Amplitudes carry `Z F(t)`, so |M|² ∝ G2.
//! A choice is a [`Model`], which makes the [`Shape`] of a nucleus; [`FormFactors`] lists them. A new
//! one is a file that implements both and a line in [`FormFactors::standard`], or a value handed
//! to [`FormFactors::with`] from outside.
//! Valid for `t ≥ 0`; no choice of the standard ones exceeds `Z²` (`Z² + Z` with the inelastic term).
//! Pinned by `tests/form_factor.rs` against independent closed forms and by the σ of
//! `tests/data/cross_sections_variants.json`.

mod dipole;
mod fermi;
mod fourier_bessel;
mod helm;
mod nuclides;
mod point;
mod registry;
mod table;
mod tsai;

use std::fmt::Debug;
use std::sync::Arc;

use thiserror::Error;

pub use registry::FormFactors;
pub use table::FormFactorTable;

use super::Nucleus;
use crate::constants::{ELECTRON_MASS_GEV, HBAR_C_GEV_FM};

/// Why there is no form factor of a nucleus.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("form factor `{name}`: {problem}")]
pub struct FormFactorError {
    /// Name of the choice.
    pub name: String,
    /// What is wrong, with what would be right.
    pub problem: String,
}

/// A named choice: what makes the form factor of each nucleus.
pub trait Model: Debug + Send + Sync {
    /// The spelling in the card.
    fn name(&self) -> &str;

    /// The form factor of `nucleus`.
    ///
    /// # Errors
    /// If the choice knows nothing of this nucleus.
    fn of(&self, nucleus: &Nucleus) -> Result<Arc<dyn Shape>, FormFactorError>;

    /// The numbers it is made from, if it is a table.
    fn table(&self) -> Option<&FormFactorTable> {
        None
    }
}

/// The form factor of one nucleus.
pub trait Shape: Debug + Send + Sync {
    /// `G2` at each `t` in GeV²; `out` has the length of `t`. [`each`] is the loop to do it with.
    fn g2(&self, t_gev2: &[f64], out: &mut [f64]);

    /// Where it bends.
    fn scales(&self) -> Scales;

    /// The photon flux `∫ dt (t − t_min)/t² G2(t)` from `t_min` < `t_max` (GeV²) if a closed form is
    /// known and exact there.
    fn flux(&self, t_min_gev2: f64, t_max_gev2: f64) -> Option<f64> {
        let _ = (t_min_gev2, t_max_gev2);
        None
    }

    /// Root-mean-square radius of the charge of the nucleus in fm, screening apart, if it has one.
    fn rms_radius_fm(&self) -> Option<f64> {
        None
    }

    /// Where its parameters come from, if they are not the same rule for all nuclei.
    fn source(&self) -> Option<&str> {
        None
    }

    /// Whether the nucleus stays whole; otherwise scattering on its nucleons is added.
    fn is_elastic(&self) -> bool {
        true
    }
}

/// The momentum transfers in GeV² at which a form factor bends; results do not depend on them, but
/// errors and speed do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scales {
    /// Screening: below it G2 falls as t²; 0 without.
    pub screening_gev2: f64,
    /// Size: above it G2 falls.
    pub size_gev2: f64,
    /// Between these two G2 varies like a power of t, for rules in ln t; the upper one may be
    /// infinite.
    pub smooth_between_gev2: (f64, f64),
}

impl Scales {
    /// Those of a form factor that is a power of t between screening and size, in GeV².
    pub fn of(screening_gev2: f64, size_gev2: f64) -> Self {
        Self {
            screening_gev2,
            size_gev2,
            smooth_between_gev2: (screening_gev2, size_gev2),
        }
    }
}

/// `out = f(t)` for each `t`, in a loop that is compiled for the instruction set of the machine; mark
/// `f` and what it calls `#[inline(always)]`, or it may stay outside, and take functions from `elementary`.
#[inline(always)]
pub fn each(t: &[f64], out: &mut [f64], f: impl Fn(f64) -> f64) {
    crate::elementary::arch().dispatch(Each { t, out, f });
}

struct Each<'a, F> {
    t: &'a [f64],
    out: &'a mut [f64],
    f: F,
}

impl<F: Fn(f64) -> f64> pulp::WithSimd for Each<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        for (o, &t) in self.out.iter_mut().zip(self.t) {
            *o = (self.f)(t);
        }
    }
}

/// A choice of form factor, for any nucleus; two are equal if they have the same name and the same table.
#[derive(Debug, Clone)]
pub struct FormFactorKind(Arc<dyn Model>);

impl FormFactorKind {
    /// The choice that `model` describes.
    pub fn new(model: impl Model + 'static) -> Self {
        Self(Arc::new(model))
    }

    /// The choice that `table` describes.
    pub fn from_table(table: FormFactorTable) -> Self {
        Self::new(table::FromTable::new(table))
    }

    /// The standard choice with this spelling, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        FormFactors::standard().get(name).cloned()
    }

    /// The spelling in the card.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The numbers it is made from, if it is a table.
    pub fn table(&self) -> Option<&FormFactorTable> {
        self.0.table()
    }
}

/// `tsai-elastic`.
impl Default for FormFactorKind {
    fn default() -> Self {
        Self::new(tsai::Elastic)
    }
}

impl PartialEq for FormFactorKind {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name() && self.table() == other.table()
    }
}

/// A form factor with its nucleus's numbers worked out; evaluates `G2(t)`.
#[derive(Debug, Clone)]
pub struct FormFactor {
    kind: FormFactorKind,
    nucleus: Nucleus,
    shape: Arc<dyn Shape>,
}

impl FormFactor {
    /// The form factor `kind` of `nucleus`.
    ///
    /// # Errors
    /// If this choice knows nothing of this nucleus.
    pub fn new(kind: &FormFactorKind, nucleus: &Nucleus) -> Result<Self, FormFactorError> {
        Ok(Self {
            kind: kind.clone(),
            nucleus: *nucleus,
            shape: kind.0.of(nucleus)?,
        })
    }

    /// Which choice this is.
    pub fn kind(&self) -> &FormFactorKind {
        &self.kind
    }

    /// `G2(t) = Z² F(t)²` at `t` in GeV².
    pub fn g2(&self, t_gev2: f64) -> f64 {
        let mut out = [0.0];
        self.g2_batch(&[t_gev2], &mut out);
        out[0]
    }

    /// `G2` at each `t` in GeV²; `out` has the length of `t`.
    pub fn g2_batch(&self, t_gev2: &[f64], out: &mut [f64]) {
        self.shape.g2(t_gev2, out);
    }

    /// Where it bends.
    pub fn scales(&self) -> Scales {
        self.shape.scales()
    }

    /// The photon flux `∫ dt (t − t_min)/t² G2(t)` from `t_min` < `t_max` (GeV²) in closed form,
    /// where there is one.
    pub fn flux(&self, t_min_gev2: f64, t_max_gev2: f64) -> Option<f64> {
        self.shape.flux(t_min_gev2, t_max_gev2)
    }

    /// Root-mean-square radius of the charge of the nucleus in fm, screening apart, if it has one.
    pub fn rms_radius_fm(&self) -> Option<f64> {
        self.shape.rms_radius_fm()
    }

    /// Where its parameters come from, if they are not the same rule for all nuclei.
    pub fn source(&self) -> Option<&str> {
        self.shape.source()
    }

    /// Whether the nucleus stays whole.
    pub fn is_elastic(&self) -> bool {
        self.shape.is_elastic()
    }
}

/// The same choice for the same nucleus.
impl PartialEq for FormFactor {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.nucleus == other.nucleus
    }
}

/// Dipole scale `d = 0.164 A^(−2/3)` GeV² ([BEST09], below Eq. (A18)).
fn dipole_scale_gev2(a: f64) -> f64 {
    0.164 / libm::pow(a, 2.0 / 3.0)
}

/// Root-mean-square radius of the dipole `F = 1/(1+t/d)`, `√(6/d)`, in fm.
fn dipole_rms_radius_fm(a: f64) -> f64 {
    (6.0 / dipole_scale_gev2(a)).sqrt() * HBAR_C_GEV_FM
}

/// Square of the elastic screening length, `a = 111 Z^(−1/3)/m_e`, in GeV⁻² ([BEST09]).
fn screening_length_squared(z: f64) -> f64 {
    let a = 111.0 / (libm::cbrt(z) * ELECTRON_MASS_GEV);
    a * a
}
