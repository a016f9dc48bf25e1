//! `tsai-elastic` and the inelastic term added to it.
//!
//! Elastic ([BEST09] Eq. (A18), after [Tsai74]): `Z² [a²t/(1+a²t)]² /(1+t/d)²`,
//! `a = 111 Z^(−1/3)/m_e`, `d = 0.164 A^(−2/3)` GeV².
//! Inelastic ([BEST09] Eq. (A19)): `Z [a'²t/(1+a'²t)]² [(1+t(μ_p²−1)/4m_p²)/(1+t/0.71)⁴]ⁿ`,
//! `a' = 773 Z^(−2/3)/m_e`. n = 1 is the physical dipole, n = 2 the form as printed there. With
//! elastic recoil kinematics the inelastic term is an approximation.

use crate::constants::ELECTRON_MASS_GEV;

/// Proton magnetic moment in nuclear magnetons, as in [BEST09].
const MU_P: f64 = 2.79;
/// Proton mass in GeV, as in [BEST09].
const PROTON_MASS_GEV: f64 = 0.938;
/// Nucleon dipole scale in GeV², as in [BEST09].
const NUCLEON_DIPOLE_GEV2: f64 = 0.71;

/// Screened elastic dipole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TsaiElastic {
    z: f64,
    a2: f64,
    inv_d: f64,
}

impl TsaiElastic {
    pub(super) fn new(z: f64, a: f64) -> Self {
        Self {
            z,
            a2: super::screening_length_squared(z),
            inv_d: 1.0 / super::dipole_scale_gev2(a),
        }
    }

    #[inline(always)]
    pub(super) fn g2(&self, t: f64) -> f64 {
        let at = self.a2 * t;
        let f = self.z * at / ((1.0 + at) * (1.0 + t * self.inv_d));
        f * f
    }
}

/// Square of the inelastic screening length a' in GeV⁻².
pub(super) fn inelastic_length_squared(z: f64) -> f64 {
    let c = libm::cbrt(z);
    let a = 773.0 / (c * c * ELECTRON_MASS_GEV);
    a * a
}

/// Inelastic (per-proton) addition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TsaiInelastic {
    z: f64,
    a2: f64,
    squared: bool,
}

impl TsaiInelastic {
    /// `power` 1 is the physical dipole, anything else the squared form of [BEST09].
    pub(super) fn new(z: f64, power: u8) -> Self {
        Self {
            z,
            a2: inelastic_length_squared(z),
            squared: power != 1,
        }
    }

    #[inline(always)]
    pub(super) fn g2(&self, t: f64) -> f64 {
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
