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
//! √k² by `PairMass` with the scale mx/√(1−x) beyond which emission dies, and through an A′ as in `resonance`.

use pulp::{Simd, WithSimd};

use super::recoil::{Columns, GROUP, Ready, RecoilIntegral};
use super::resonance::PairSource;
use super::rule::{LANES, Rule};
use super::vector::Radiation;
use crate::constants::{ALPHA, GEV_M2_TO_PB};
use crate::kinematics::Collision;
use crate::process::radiation::Setup;

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
    /// A dark photon or boson of this mass squared (GeV²), with this factor (ε² or a spectral function).
    Vector { k2: f64, strength: f64 },
    /// A pair of any mass.
    Pair(PairSource),
}

impl Emitted {
    /// Least mass in GeV.
    pub(in crate::process::radiation) fn mass_min(&self) -> f64 {
        match self {
            Self::Vector { k2, .. } => k2.sqrt(),
            Self::Pair(pair) => 2.0 * pair.chi.mass_gev,
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
        let mut work = (Box::<Ready>::default(), Columns::default());
        match self.emitted {
            Emitted::Vector { k2, strength } => strength * self.vector(k2, &mut work),
            Emitted::Pair(pair) => self.pair(&pair, &mut work),
        }
    }
}

impl Slice<'_> {
    /// dσ_A′/dx at ε = 1 in pb.
    #[inline(always)]
    fn vector(&self, k2: f64, work: &mut (Box<Ready>, Columns)) -> f64 {
        let c = &self.setup.collision;
        let y = Radiation::new(c, k2, self.v);
        if !(y.w_max > 0.0) {
            return 0.0;
        }
        // r from r_min to 1 through 1 − r, accurate at both ends.
        let reach = -libm::expm1(-0.25 * libm::log1p(y.w_max / y.floor));
        let (ready, columns) = work;
        let rule = self.rules.emission;
        let mut sum = 0.0;
        for first in (0..rule.n).step_by(GROUP) {
            let n = (rule.n - first).min(GROUP);
            // With the nodes that fill a rule up: what is left of a vector would go one by one.
            let filled = n.next_multiple_of(LANES);
            let (z, weights) = (&rule.z[first..first + filled], &rule.w[first..first + n]);
            let mut jacobian = [0.0; GROUP];
            for i in 0..filled {
                let gap = reach * z[i];
                let r = 1.0 - gap;
                let r2 = r * r;
                let inv = 1.0 / (r2 * r2);
                ready.w[i] = y.floor * gap * (1.0 + r) * (1.0 + r2) * inv;
                jacobian[i] = 4.0 * y.floor * reach * inv / r;
            }
            self.recoil.prepare(&y, filled, ready);
            for (i, weight) in weights.iter().enumerate() {
                let at = self.recoil.at(&y, (ready, i), self.rules.recoil, columns);
                sum += weight * jacobian[i] * at;
            }
        }
        let scale = ALPHA * ALPHA * ALPHA * c.e0 / (2.0 * c.p * c.p);
        scale * GEV_M2_TO_PB * sum
    }

    /// dσ/dx of a pair in pb.
    #[inline(always)]
    fn pair(&self, pair: &PairSource, work: &mut (Box<Ready>, Columns)) -> f64 {
        let c = &self.setup.collision;
        let mass_max = k2_limit(c, self.v).sqrt();
        let (v0, e_k) = (self.v + c.m, c.kinetic - self.v);
        let scale = c.m * e_k / (v0 * c.e0).sqrt();
        let mut sum = 0.0;
        for (k2, weight) in pair.nodes(mass_max, scale, self.rules.pair_mass) {
            sum += weight * self.vector(k2, work);
        }
        sum
    }
}
