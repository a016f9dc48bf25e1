//! y ↔ z = T − T_min, the recoil of the nucleus above its least energy, in stages of one exponential or
//! logarithm each ([`super::stages`]).
//!
//! ```text
//! ρ = ∫ dz/((1+z/z₁)(1+z/z₂)),   L = ln(1 + ρ/c),   L + L₀ = √(y′(y′+2)),   y′ = y₀ + range · y
//! ```

use crate::elementary::ln;

/// Scales of z in GeV.
#[derive(Debug, Clone, Copy)]
pub(in crate::process::radiation) struct RecoilScales {
    /// c: where its distribution starts.
    pub(super) start: f64,
    /// z₁ and z₂, from which it falls faster.
    pub(super) near: f64,
    pub(super) far: f64,
    /// 1/(z₁z₂(z₂ − z₁)).
    pub(super) inv: f64,
}

impl RecoilScales {
    /// Of where the distribution starts and the two z from which it falls faster.
    #[inline(always)]
    pub(super) fn new(start: f64, near: f64, far: f64) -> Self {
        Self {
            start,
            near,
            far,
            inv: 1.0 / ((near * far) * (far - near)),
        }
    }

    /// (1+z/z₁)/(1+z/z₂).
    #[inline(always)]
    pub(in crate::process::radiation) fn fall(&self, z: f64) -> f64 {
        let Self { near, far, .. } = *self;
        (near + z) * far / ((far + z) * near)
    }

    /// ρ in GeV where the logarithm of [`Self::fall`] is `log`.
    #[inline(always)]
    pub(in crate::process::radiation) fn rho(&self, log: f64) -> f64 {
        let product = self.near * self.far;
        product * product * self.inv * log
    }

    /// 1 + ρ/c.
    #[inline(always)]
    pub(in crate::process::radiation) fn growth_at(&self, rho: f64) -> f64 {
        1.0 + rho / self.start
    }

    /// ln(1 + ρ/c) at y in (0, 1), and dρ/dy in GeV over 1 + ρ/c.
    #[inline(always)]
    pub(in crate::process::radiation) fn grown(&self, range: f64, y: f64) -> (f64, f64) {
        let z = range * y + OFFSET;
        let root_z = (z * (z + 2.0)).sqrt();
        (root_z - OFFSET_LOG, range * (z + 1.0) / root_z * self.start)
    }

    /// The logarithm of [`Self::fall`] at 1 + ρ/c.
    #[inline(always)]
    pub(in crate::process::radiation) fn log_fall(&self, grown: f64) -> f64 {
        let gap = self.far - self.near;
        let rho = self.start * (grown - 1.0);
        rho * (gap * gap * self.inv)
    }

    /// z where [`Self::fall`] is one more than `above_one`, within [0, `span`] whatever rounding says, and dz/dρ.
    #[inline(always)]
    pub(in crate::process::radiation) fn above(&self, above_one: f64, span: f64) -> (f64, f64) {
        let (product, gap, inv) = (self.near * self.far, self.far - self.near, self.inv);
        let z = above_one * product / (gap - above_one * self.near);
        let z = if z < 0.0 { 0.0 } else { z };
        let z = if z > span { span } else { z };
        (z, (self.near + z) * (self.far + z) * (gap * inv))
    }

    /// L at z, to full relative precision.
    pub(super) fn growth(&self, z: f64) -> f64 {
        libm::log1p(self.rho(ln(self.fall(z))) / self.start)
    }
}

/// y₀: keeps the density finite at t_min, where the longitudinal current remains.
const OFFSET: f64 = 0.05;
/// L₀ = √(y₀(y₀+2)).
const OFFSET_LOG: f64 = 0.320_156_211_871_642_45;

/// y′ − y₀ at L, without cancellation: the range of y′ if L is that of the largest z.
#[inline(always)]
pub(in crate::process::radiation) fn height(log: f64) -> f64 {
    let l = log + OFFSET_LOG;
    log * (l + OFFSET_LOG) / ((1.0 + l * l).sqrt() + (1.0 + OFFSET))
}
