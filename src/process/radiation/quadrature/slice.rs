//! dσ/dx at one x: the integrals over u and over k².
//!
//! Emission of a vector of mass √k² (`docs/physics.md`), with w = −u − floor:
//!
//! ```text
//! dσ_A′/dx = ε² α³ E0/(2p²) ∫ dw R(k², x, u)
//! ```
//!
//! and of a pair dσ/dx = ∫ dk² ρ(k²) dσ_A′/dx /ε², with the spectral function
//! ρ = (Q_χ/e)² (α/3π)/k² · (1+2m_χ²/k²) β for a Dirac χ, ¼β³ instead for a complex scalar.
//! Variables: r = (floor/−u)^¼, so that du/u² stays a smooth function of r out to large −u;
//! √k² by [`PairMass`] with the scale mx/√(1−x) beyond which emission dies.

use core::f64::consts::PI;

use pulp::{Simd, WithSimd};

use super::recoil::{Columns, Radiation, RecoilIntegral};
use super::rule::Rule;
use crate::constants::{ALPHA, GEV_M2_TO_PB};
use crate::dark_sector::{ChiSpin, MilliCharged};
use crate::kinematics::Collision;
use crate::process::radiation::Setup;

/// ρ(k²) in GeV⁻²: a pair's share in dσ/dk² relative to a vector of that mass.
pub fn spectral_function(chi: &MilliCharged, k2: f64) -> f64 {
    let share = 4.0 * chi.mass_gev * chi.mass_gev / k2;
    let beta = (1.0 - share).max(0.0).sqrt();
    let structure = match chi.spin {
        ChiSpin::Dirac => (1.0 + 0.5 * share) * beta,
        ChiSpin::Scalar => 0.25 * beta * beta * beta,
    };
    chi.charge * chi.charge * ALPHA / (3.0 * PI) * structure / k2
}

/// Largest k² in GeV² at given v = V0 − m (GeV), 0 outside the physical range of v.
pub(super) fn k2_limit(c: &Collision, v: f64) -> f64 {
    let (m, big_m, d) = (c.m, c.big_m, c.kinetic);
    if v >= d {
        return 0.0;
    }
    let total = c.e0 + big_m;
    // Above this v the pair can be at rest; below, the recoil limits k².
    let mass = 2.0 * big_m * d / (total + (total * total - 2.0 * big_m * d).sqrt());
    if v > d - mass {
        return (d - v) * (d - v);
    }
    let half_b = m * d + total * v;
    let q = c.s_tot() * v * v - 2.0 * d * (big_m * c.e0 + m * m) * v + m * m * d * d;
    if q >= 0.0 {
        return 0.0;
    }
    -2.0 * q / (half_b + (half_b * half_b - q).sqrt())
}

/// The variable of the k² integral: √k² = mass_min cosh θ, so that β = tanh θ has no square root
/// left, κ = e^{2θ/3}, and ln[κ/(1+κ/κ_s)] uniform: ln k² up to the scale, compressed above.
#[derive(Debug, Clone, Copy)]
pub(in crate::process::radiation) struct PairMass {
    k2_min: f64,
    inv_scale: f64,
    start: f64,
    length: f64,
}

impl PairMass {
    /// For √k² between `mass_min` and `mass_max` with the scale `scale` ≥ `mass_min`, GeV.
    pub(in crate::process::radiation) fn new(mass_min: f64, mass_max: f64, scale: f64) -> Self {
        let kappa = |mass: f64| libm::exp(2.0 / 3.0 * libm::acosh(mass / mass_min));
        let inv_scale = 1.0 / kappa(scale);
        let start = 1.0 / (1.0 + inv_scale);
        let end = kappa(mass_max);
        Self {
            k2_min: mass_min * mass_min,
            inv_scale,
            start,
            length: libm::log(end / (1.0 + end * inv_scale) / start),
        }
    }

    /// (k², dk²/dz) at z in (0, 1), GeV².
    pub(in crate::process::radiation) fn at(&self, z: f64) -> (f64, f64) {
        let g = self.start * libm::exp(self.length * z);
        let kappa = g / (1.0 - g * self.inv_scale);
        let theta = 1.5 * libm::log(kappa);
        let (cosh, sinh) = (libm::cosh(theta), libm::sinh(theta));
        let k2 = self.k2_min * (cosh * cosh);
        let stretch = 1.0 + kappa * self.inv_scale;
        (
            k2,
            3.0 * self.k2_min * (cosh * sinh) * stretch * self.length,
        )
    }
}

/// The rules of the inner integrals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) pair_mass: &'static Rule,
    pub(super) emission: &'static Rule,
    pub(super) recoil: &'static Rule,
}

/// What leaves the lepton line.
#[derive(Debug, Clone, Copy)]
pub(in crate::process::radiation) enum Emitted {
    /// A vector of this mass squared (GeV²), with this factor (ε² or a spectral function).
    Vector { k2: f64, strength: f64 },
    /// A pair of any mass.
    Pair(MilliCharged),
}

impl Emitted {
    /// Least mass in GeV.
    pub(in crate::process::radiation) fn mass_min(&self) -> f64 {
        match self {
            Self::Vector { k2, .. } => k2.sqrt(),
            Self::Pair(chi) => 2.0 * chi.mass_gev,
        }
    }
}

/// dσ/dx at one v = V0 − m, to be run by an instruction set's dispatcher.
pub(super) struct Slice<'a> {
    pub(super) setup: &'a Setup,
    pub(super) recoil: &'a RecoilIntegral,
    /// V0 − m in GeV.
    pub(super) v: f64,
    /// What is emitted.
    pub(super) emitted: Emitted,
    pub(super) rules: Rules,
}

impl WithSimd for Slice<'_> {
    /// dσ/dx in pb.
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let mut columns = Columns::default();
        match self.emitted {
            Emitted::Vector { k2, strength } => strength * self.vector(k2, &mut columns),
            Emitted::Pair(chi) => self.pair(&chi, &mut columns),
        }
    }
}

impl Slice<'_> {
    /// dσ_A′/dx at ε = 1 in pb.
    #[inline(always)]
    fn vector(&self, k2: f64, columns: &mut Columns) -> f64 {
        let c = &self.setup.collision;
        let y = Radiation::new(c, k2, self.v);
        if !(y.w_max > 0.0) {
            return 0.0;
        }
        // r from r_min to 1 through 1 − r, accurate at both ends.
        let reach = -libm::expm1(-0.25 * libm::log1p(y.w_max / y.floor));
        let mut sum = 0.0;
        for (z, weight) in self.rules.emission.nodes() {
            let gap = reach * z;
            let r = 1.0 - gap;
            let r2 = r * r;
            let inv = 1.0 / (r2 * r2);
            let w = y.floor * gap * (1.0 + r) * (1.0 + r2) * inv;
            let jacobian = 4.0 * y.floor * reach * inv / r;
            sum += weight * jacobian * self.recoil.at(&y, w, self.rules.recoil, columns);
        }
        let scale = ALPHA * ALPHA * ALPHA * c.e0 / (2.0 * c.p * c.p);
        scale * GEV_M2_TO_PB * sum
    }

    /// dσ/dx of a pair in pb.
    #[inline(always)]
    fn pair(&self, chi: &MilliCharged, columns: &mut Columns) -> f64 {
        let c = &self.setup.collision;
        let mass_min = 2.0 * chi.mass_gev;
        let mass_max = k2_limit(c, self.v).sqrt();
        if mass_max <= mass_min {
            return 0.0;
        }
        let (v0, e_k) = (self.v + c.m, c.kinetic - self.v);
        let scale = (c.m * e_k / (v0 * c.e0).sqrt()).max(mass_min);
        let range = PairMass::new(mass_min, mass_max, scale);
        let mut sum = 0.0;
        for (z, weight) in self.rules.pair_mass.nodes() {
            let (k2, dk2) = range.at(z);
            sum += weight * dk2 * spectral_function(chi, k2) * self.vector(k2, columns);
        }
        sum
    }
}
