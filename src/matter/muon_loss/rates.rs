//! How muons radiate: differential rates of bremsstrahlung, e⁺e⁻ pairs and nuclear interaction.
//!
//! dN/dv per g/cm² of one element, v the share of the muon's energy E that it loses:
//!
//! ```text
//! bremsstrahlung   16/3 α N r_µ²/v Z (Z Φn + Φe) (1 − v + 3/4 v²)              [KKP95]
//! pairs            4/(3π) Z (Z+ζ) (α r_e)² (1−v)/v N ∫_0^ρmax (Φe + (m_e/m_µ)² Φµ) dρ   [KP71]
//! nuclear          α/π A_eff N σ_γN(vE)/v Φ(E,v)                                [BP75]
//! ```
//!
//! N the nuclei per gram, r_µ = r_e m_e/m_µ, in the forms of [Geant4] (Physics Reference Manual, "Muon
//! bremsstrahlung", "Positron–electron pair production by muons", "Muon photonuclear interaction").
//! Screening of the Thomas–Fermi atom, knock-on of atomic electrons included. E in GeV, from 1 GeV to
//! 1 PeV; good to 1 % (pairs, bremsstrahlung) and 10 % (nuclear). Pinned by the tests of
//! [`super`].

use pulp::{Simd, WithSimd};

use crate::constants::{
    ALPHA, ATOMIC_MASS_UNIT_GEV, AVOGADRO, ELECTRON_MASS_GEV, HBAR_C_GEV_FM, MUON_MASS_GEV,
};
use crate::elementary::{exp, ln};

/// √e.
const SQRT_E: f64 = 1.648_721_270_700_128_2;
/// m_µ/m_e.
const MASS_RATIO: f64 = MUON_MASS_GEV / ELECTRON_MASS_GEV;
/// 1 µb in cm².
const MICROBARN_CM2: f64 = 1e-30;
/// Photons below this many GeV make no hadrons.
const HADRONS_GEV: f64 = 0.2;
/// Λ² of the nuclear form factor, GeV².
const LAMBDA2_GEV2: f64 = 0.4;

/// An element that muons pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Atom {
    pub(super) z: f64,
    pub(super) a: f64,
}

/// r_e² in cm².
fn r_e2_cm2() -> f64 {
    let r_e_cm = ALPHA * HBAR_C_GEV_FM / ELECTRON_MASS_GEV * 1e-13;
    r_e_cm * r_e_cm
}

impl Atom {
    /// dN/dv of all three, cm²/g.
    pub(super) fn rate(&self, energy: f64, v: f64) -> f64 {
        self.bremsstrahlung(energy, v) + self.pairs(energy, v) + self.nuclear(energy, v)
    }

    fn per_gram(&self) -> f64 {
        AVOGADRO / self.a
    }

    /// dN/dv of bremsstrahlung, cm²/g.
    pub(super) fn bremsstrahlung(&self, energy: f64, v: f64) -> f64 {
        if !(v > 0.0 && v < 1.0 - MUON_MASS_GEV / energy) {
            return 0.0;
        }
        let hydrogen = self.z < 1.5;
        let (b, b1) = if hydrogen {
            (202.4, 446.0)
        } else {
            (183.0, 1429.0)
        };
        let cbrt = libm::cbrt(self.z);
        let d_n = 1.54 * exp(0.27 * ln(self.a));
        let delta = MUON_MASS_GEV * MUON_MASS_GEV * v / (2.0 * energy * (1.0 - v));
        let screened = b / cbrt;
        let phi_n = ln(screened * (MUON_MASS_GEV + delta * (d_n * SQRT_E - 2.0))
            / (d_n * (ELECTRON_MASS_GEV + delta * SQRT_E * screened)));
        let screened = b1 / (cbrt * cbrt);
        let hardest = 1.0 / (1.0 + MUON_MASS_GEV * MASS_RATIO / (2.0 * energy));
        let phi_e = match v < hardest {
            true => ln(screened * MUON_MASS_GEV
                / ((1.0
                    + delta * MUON_MASS_GEV / (ELECTRON_MASS_GEV * ELECTRON_MASS_GEV * SQRT_E))
                    * (ELECTRON_MASS_GEV + delta * SQRT_E * screened))),
            false => 0.0,
        };
        let r_mu2 = r_e2_cm2() / (MASS_RATIO * MASS_RATIO);
        let radiator = self.z * (self.z * phi_n.max(0.0) + phi_e.max(0.0));
        16.0 / 3.0 * ALPHA * r_mu2 * self.per_gram() / v * radiator * (1.0 - v + 0.75 * v * v)
    }

    /// dN/dv of e⁺e⁻ pairs, cm²/g.
    pub(super) fn pairs(&self, energy: f64, v: f64) -> f64 {
        let cbrt = libm::cbrt(self.z);
        let least = 4.0 * ELECTRON_MASS_GEV / energy;
        let most = 1.0 - 0.75 * SQRT_E * MUON_MASS_GEV * cbrt / energy;
        if !(v > least && v < most) {
            return 0.0;
        }
        let rho_max = (1.0 - 6.0 * MUON_MASS_GEV * MUON_MASS_GEV / (energy * energy * (1.0 - v)))
            * (1.0 - least / v).sqrt();
        if !(rho_max > 0.0) {
            return 0.0;
        }
        // In ln(1 − ρ), where the integrand is smooth.
        let bottom = ln(1.0 - rho_max);
        let inside = crate::elementary::arch().dispatch(Pairs {
            of: self,
            energy,
            v,
            bottom,
            cbrt,
        });
        let alpha_r_e2 = ALPHA * ALPHA * r_e2_cm2();
        4.0 / (3.0 * core::f64::consts::PI)
            * self.z
            * (self.z + self.zeta(energy, cbrt))
            * alpha_r_e2
            * (1.0 - v)
            / v
            * self.per_gram()
            * inside
    }

    /// Share of the atomic electrons beside Z.
    fn zeta(&self, energy: f64, cbrt: f64) -> f64 {
        let gamma = energy / MUON_MASS_GEV;
        if gamma <= 35.0 {
            return 0.0;
        }
        let (g1, g2) = if self.z < 1.5 {
            (4.4e-5, 4.8e-5)
        } else {
            (1.95e-5, 5.3e-5)
        };
        let above = 0.073 * ln(gamma / (1.0 + g1 * cbrt * cbrt * gamma)) - 0.26;
        let below = 0.058 * ln(gamma / (1.0 + g2 * cbrt * gamma)) - 0.14;
        (above / below).max(0.0)
    }

    #[inline(always)]
    fn pair_density(&self, energy: f64, v: f64, rho: f64, cbrt: f64) -> f64 {
        let rho2 = rho * rho;
        let open = 1.0 - rho2;
        let beta = v * v / (2.0 * (1.0 - v));
        let xi = MASS_RATIO * MASS_RATIO * v * v / 4.0 * open / (1.0 - v);
        let y_e = (5.0 - rho2 + 4.0 * beta * (1.0 + rho2))
            / (2.0 * (1.0 + 3.0 * beta) * ln(3.0 + 1.0 / xi) - rho2 - 2.0 * beta * (2.0 - rho2));
        let y_mu = (4.0 + rho2 + 3.0 * beta * (1.0 + rho2))
            / ((1.0 + rho2) * (1.5 + 2.0 * beta) * ln(3.0 + xi) + 1.0 - 1.5 * rho2);
        let screened = 183.0 / cbrt;
        let recoil = 2.0 * ELECTRON_MASS_GEV * SQRT_E * screened * (1.0 + xi) / (energy * v * open);
        let nucleus = 1.5 * cbrt / MASS_RATIO;
        let l_e = ln(screened * ((1.0 + xi) * (1.0 + y_e)).sqrt() / (1.0 + recoil * (1.0 + y_e)))
            - 0.5 * ln(1.0 + nucleus * nucleus * (1.0 + xi) * (1.0 + y_e));
        let l_mu = ln(
            MASS_RATIO * screened * ((1.0 + 1.0 / xi) * (1.0 + y_mu)).sqrt()
                / (1.0 + recoil * (1.0 + y_mu)),
        ) - ln(1.5 * cbrt * ((1.0 + 1.0 / xi) * (1.0 + y_mu)).sqrt());
        let b_e = ((2.0 + rho2) * (1.0 + beta) + xi * (3.0 + rho2)) * ln(1.0 + 1.0 / xi)
            + (open - beta) / (1.0 + xi)
            - (3.0 + rho2);
        let b_mu = ((1.0 + rho2) * (1.0 + 1.5 * beta) - (1.0 + 2.0 * beta) * open / xi)
            * ln(1.0 + xi)
            + xi * (open - beta) / (1.0 + xi)
            + (1.0 + 2.0 * beta) * open;
        b_e.max(0.0) * l_e.max(0.0) + b_mu.max(0.0) * l_mu.max(0.0) / (MASS_RATIO * MASS_RATIO)
    }

    /// dN/dv of nuclear interaction, cm²/g.
    pub(super) fn nuclear(&self, energy: f64, v: f64) -> f64 {
        let photon = v * energy;
        let most = energy - 0.5 * ATOMIC_MASS_UNIT_GEV;
        if !(photon > HADRONS_GEV && photon < most) {
            return 0.0;
        }
        let m2 = MUON_MASS_GEV * MUON_MASS_GEV;
        let sigma = 49.2 + 11.1 * ln(photon) + 151.8 / photon.sqrt();
        let a_eff = 0.22 * self.a + 0.78 * exp(0.89 * ln(self.a));
        let lambda = LAMBDA2_GEV2.sqrt();
        let above =
            energy * energy * (1.0 - v) / m2 * (1.0 + m2 * v * v / (LAMBDA2_GEV2 * (1.0 - v)));
        let below =
            1.0 + photon / lambda * (1.0 + lambda / (2.0 * ATOMIC_MASS_UNIT_GEV) + photon / lambda);
        let phi =
            v - 1.0 + (1.0 - v + 0.5 * v * v * (1.0 + 2.0 * m2 / LAMBDA2_GEV2)) * ln(above / below);
        let rate = ALPHA / core::f64::consts::PI * a_eff * self.per_gram() * sigma * MICROBARN_CM2
            / v
            * phi;
        rate.max(0.0)
    }
}

/// ∫ of pairs over ln(1 − ρ) from 0 to `bottom`, in the instruction set; a closure in its place would be compiled without it.
struct Pairs<'a> {
    of: &'a Atom,
    energy: f64,
    v: f64,
    bottom: f64,
    cbrt: f64,
}

impl WithSimd for Pairs<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let Self {
            of,
            energy,
            v,
            bottom,
            cbrt,
        } = self;
        let mut parts = [0.0; GAUSS.len()];
        for (part, (x, w)) in parts.iter_mut().zip(&GAUSS) {
            let left = exp(bottom * x);
            let density = of.pair_density(energy, v, 1.0 - left, cbrt);
            *part = -bottom * w * left * density;
        }
        parts.iter().sum()
    }
}

/// Points and weights of Gauss's rule on 0 … 1 with eight points.
pub(super) const GAUSS: [(f64, f64); 8] = [
    (0.019_855_071_751_231_884, 0.050_614_268_145_188_13),
    (0.101_666_761_293_186_63, 0.111_190_517_226_687_24),
    (0.237_233_795_041_835_5, 0.156_853_322_938_943_64),
    (0.408_282_678_752_175_1, 0.181_341_891_689_181),
    (0.591_717_321_247_825, 0.181_341_891_689_181),
    (0.762_766_204_958_164_5, 0.156_853_322_938_943_64),
    (0.898_333_238_706_813_4, 0.111_190_517_226_687_24),
    (0.980_144_928_248_768_1, 0.050_614_268_145_188_13),
];
