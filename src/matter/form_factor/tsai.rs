//! `tsai-elastic` and the inelastic term added to it.
//!
//! Elastic ([BEST09] Eq. (A18), after [Tsai74]): `Z² [a²t/(1+a²t)]² /(1+t/d)²`,
//! `a = 111 Z^(−1/3)/m_e`, `d = 0.164 A^(−2/3)` GeV².
//! Inelastic ([BEST09] Eq. (A19)): `Z [a'²t/(1+a'²t)]² [(1+t(μ_p²−1)/4m_p²)/(1+t/0.71)⁴]ⁿ`,
//! `a' = 773 Z^(−2/3)/m_e`. n = 1 is the physical dipole, n = 2 the form as printed there. With
//! elastic recoil kinematics the inelastic term is an approximation. It is that of the protons in a nucleus: a proton
//! alone has none, its elastic scattering being that of the nucleus.
//!
//! The photon flux of the elastic one in closed form, with A = 1/a², D = d, α = A + t_min,
//! δ = D + t_min, Δ = D − A, L = t_max − t_min:
//!
//! ```text
//! χ = Z²D²/Δ² { (α+δ)/Δ · ln[1 + LΔ/(α(L+δ))] − L/(L+α) − L/(L+δ) }
//! ```
//!
//! in which nothing but its three terms can cancel.

use std::sync::Arc;

use super::{FormFactorError, Model, Scales, Shape, dipole_rms_radius_fm, each};
use crate::constants::ELECTRON_MASS_GEV;
use crate::matter::Nucleus;

/// Proton magnetic moment in nuclear magnetons, as in [BEST09].
const MU_P: f64 = 2.79;
/// Proton mass in GeV, as in [BEST09].
const PROTON_MASS_GEV: f64 = 0.938;
/// Nucleon dipole scale in GeV², as in [BEST09].
const NUCLEON_DIPOLE_GEV2: f64 = 0.71;
/// Where the nucleons' dipole, [1/(1+t/0.71)]⁴, has fallen off, GeV².
const NUCLEON_SIZE_GEV2: f64 = 0.3;

/// `tsai-elastic`.
#[derive(Debug)]
pub(super) struct Elastic;

impl Model for Elastic {
    fn name(&self) -> &str {
        "tsai-elastic"
    }

    fn of(&self, nucleus: &Nucleus) -> Result<Arc<dyn Shape>, FormFactorError> {
        Ok(Arc::new(TsaiElastic::new(f64::from(nucleus.z), nucleus.a)))
    }
}

/// The elastic choice with one of the inelastic terms.
#[derive(Debug)]
pub(super) enum WithInelastic {
    /// n = 1.
    Dipole,
    /// n = 2.
    Bjorken,
}

impl Model for WithInelastic {
    fn name(&self) -> &str {
        match self {
            Self::Dipole => "tsai-elastic+inelastic",
            Self::Bjorken => "tsai-elastic+inelastic-bjorken",
        }
    }

    fn of(&self, nucleus: &Nucleus) -> Result<Arc<dyn Shape>, FormFactorError> {
        let z = f64::from(nucleus.z);
        Ok(Arc::new(Sum {
            elastic: TsaiElastic::new(z, nucleus.a),
            inelastic: TsaiInelastic {
                z: if nucleus.is_nucleon() { 0.0 } else { z },
                a2: inelastic_length_squared(z),
                squared: matches!(self, Self::Bjorken),
            },
        }))
    }
}

/// Screened elastic dipole.
#[derive(Debug, Clone, Copy)]
struct TsaiElastic {
    z: f64,
    a: f64,
    a2: f64,
    inv_d: f64,
}

impl TsaiElastic {
    fn new(z: f64, a: f64) -> Self {
        Self {
            z,
            a,
            a2: super::screening_length_squared(z),
            inv_d: 1.0 / super::dipole_scale_gev2(a),
        }
    }

    #[inline(always)]
    fn g2(&self, t: f64) -> f64 {
        let at = self.a2 * t;
        let f = self.z * at / ((1.0 + at) * (1.0 + t * self.inv_d));
        f * f
    }

    fn screening_gev2(&self) -> f64 {
        1.0 / self.a2
    }

    fn size_gev2(&self) -> f64 {
        super::dipole_scale_gev2(self.a)
    }
}

impl Shape for TsaiElastic {
    fn g2(&self, t_gev2: &[f64], out: &mut [f64]) {
        each(
            t_gev2,
            out,
            #[inline(always)]
            |t| self.g2(t),
        );
    }

    fn scales(&self) -> Scales {
        Scales::of(self.screening_gev2(), self.size_gev2())
    }

    fn flux(&self, t_min: f64, t_max: f64) -> Option<f64> {
        let (screening, size) = (self.screening_gev2(), self.size_gev2());
        let length = t_max - t_min;
        let (alpha, delta) = (screening + t_min, size + t_min);
        let gap = size - screening;
        let log = (alpha + delta) / gap * libm::log1p(length * gap / (alpha * (length + delta)));
        let rest = length / (length + alpha) + length / (length + delta);
        let ratio = size / gap;
        (log - rest > 1e-3 * log).then_some(self.z * self.z * ratio * ratio * (log - rest))
    }

    fn rms_radius_fm(&self) -> Option<f64> {
        Some(dipole_rms_radius_fm(self.a))
    }
}

/// Square of the inelastic screening length a' in GeV⁻².
fn inelastic_length_squared(z: f64) -> f64 {
    let c = libm::cbrt(z);
    let a = 773.0 / (c * c * ELECTRON_MASS_GEV);
    a * a
}

/// Inelastic (per-proton) addition.
#[derive(Debug, Clone, Copy)]
struct TsaiInelastic {
    z: f64,
    a2: f64,
    /// n = 2, not 1.
    squared: bool,
}

impl TsaiInelastic {
    #[inline(always)]
    fn g2(&self, t: f64) -> f64 {
        let at = self.a2 * t;
        let screen = at / (1.0 + at);
        let slope = (MU_P * MU_P - 1.0) / (4.0 * PROTON_MASS_GEV * PROTON_MASS_GEV);
        let n = 1.0 + t * (1.0 / NUCLEON_DIPOLE_GEV2);
        let n2 = n * n;
        let nucleon = (1.0 + t * slope) / (n2 * n2);
        let nucleon = if self.squared {
            nucleon * nucleon
        } else {
            nucleon
        };
        self.z * screen * screen * nucleon
    }
}

/// Both terms.
#[derive(Debug, Clone, Copy)]
struct Sum {
    elastic: TsaiElastic,
    inelastic: TsaiInelastic,
}

impl Shape for Sum {
    fn g2(&self, t_gev2: &[f64], out: &mut [f64]) {
        each(
            t_gev2,
            out,
            #[inline(always)]
            |t| self.elastic.g2(t) + self.inelastic.g2(t),
        );
    }

    fn scales(&self) -> Scales {
        let elastic = self.elastic.screening_gev2();
        Scales {
            screening_gev2: elastic.min(1.0 / self.inelastic.a2),
            size_gev2: self.elastic.size_gev2(),
            smooth_between_gev2: (elastic, NUCLEON_SIZE_GEV2),
        }
    }

    fn rms_radius_fm(&self) -> Option<f64> {
        self.elastic.rms_radius_fm()
    }

    fn is_elastic(&self) -> bool {
        false
    }
}
