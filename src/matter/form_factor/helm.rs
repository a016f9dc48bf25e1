//! `helm` and `helm-screened`: uniform sphere folded with a Gaussian surface ([Helm56]).
//!
//! `F = 3 j₁(qR)/(qR) e^(−q²s²/2)`, `q = √t`, with the parameters of [LewinSmith96]:
//! `s = 0.9 fm`, `R² = c² + (7/3)π²a₀² − 5s²`, `c = 1.23 A^(1/3) − 0.60 fm`, `a₀ = 0.52 fm`.
//! The screened choice multiplies F by `a²t/(1+a²t)`, `a = 111 Z^(−1/3)/m_e`.

use core::f64::consts::PI;
use std::sync::Arc;

use super::{FormFactorError, Model, Scales, Shape, each};
use crate::constants::HBAR_C_GEV_FM;
use crate::elementary::{cos_sin_turns, exp};
use crate::matter::Nucleus;

/// Surface thickness s in fm.
const SURFACE_FM: f64 = 0.9;
/// Diffuseness a₀ in fm.
const DIFFUSENESS_FM: f64 = 0.52;

/// `helm` and `helm-screened`.
#[derive(Debug)]
pub(super) enum Folded {
    Bare,
    Screened,
}

impl Model for Folded {
    fn name(&self) -> &str {
        match self {
            Self::Bare => "helm",
            Self::Screened => "helm-screened",
        }
    }

    fn of(&self, nucleus: &Nucleus) -> Result<Arc<dyn Shape>, FormFactorError> {
        let screened = matches!(self, Self::Screened);
        Ok(Arc::new(Helm::new(
            f64::from(nucleus.z),
            nucleus.a,
            screened,
        )))
    }
}

/// Helm's form factor of one nucleus.
#[derive(Debug)]
struct Helm {
    z: f64,
    a: f64,
    radius_per_gev: f64,
    half_s2_per_gev2: f64,
    /// Inverse square of the screening length in GeV²; 0 without screening.
    inv_a2: f64,
}

impl Helm {
    fn new(z: f64, a: f64, screened: bool) -> Self {
        let c = 1.23 * libm::cbrt(a) - 0.60;
        let r2 = c * c + 7.0 / 3.0 * PI * PI * DIFFUSENESS_FM * DIFFUSENESS_FM
            - 5.0 * SURFACE_FM * SURFACE_FM;
        // Hydrogen's R² would be below s²: the sphere then has no radius left.
        let radius = r2.max(0.0).sqrt() / HBAR_C_GEV_FM;
        let s = SURFACE_FM / HBAR_C_GEV_FM;
        let inv_a2 = if screened {
            1.0 / super::screening_length_squared(z)
        } else {
            0.0
        };
        Self {
            z,
            a,
            radius_per_gev: radius,
            half_s2_per_gev2: 0.5 * s * s,
            inv_a2,
        }
    }

    #[inline(always)]
    fn g2(&self, t: f64) -> f64 {
        let x = t.sqrt() * self.radius_per_gev;
        let f = self.z * sphere(x) * exp(-self.half_s2_per_gev2 * t);
        // The tiny addition makes t = 0 give 1 without screening; it is lost for any other t.
        let t = t + f64::MIN_POSITIVE;
        let f = f * t / (self.inv_a2 + t);
        f * f
    }
}

impl Shape for Helm {
    fn g2(&self, t_gev2: &[f64], out: &mut [f64]) {
        each(
            t_gev2,
            out,
            #[inline(always)]
            |t| self.g2(t),
        );
    }

    fn scales(&self) -> Scales {
        Scales::of(self.inv_a2, super::dipole_scale_gev2(self.a))
    }

    fn rms_radius_fm(&self) -> Option<f64> {
        let r = self.radius_per_gev * HBAR_C_GEV_FM;
        Some((0.6 * r * r + 3.0 * SURFACE_FM * SURFACE_FM).sqrt())
    }
}

/// 3 j₁(x)/x for x ≥ 0.
#[inline(always)]
fn sphere(x: f64) -> f64 {
    let (cos, sin) = cos_sin_turns(x * (0.5 / PI));
    let direct = 3.0 * (sin - x * cos) / (x * x * x);
    // Σ c_k x^2k with c_k/c_(k−1) = −1/(2k(2k+3)): nine ratios reach 1e-17 for x ≤ 1.
    let z = x * x;
    let mut series = 1.0;
    for ratio in [378.0, 304.0, 238.0, 180.0, 130.0, 88.0, 54.0, 28.0, 10.0] {
        series = 1.0 - z * series * (1.0 / ratio);
    }
    if x < 1.0 { series } else { direct }
}
