//! `dipole`: `G2 = Z²/(1+t/d)²`, the nuclear-size factor of [BEST09] Eq. (A18) without screening.

/// Unscreened dipole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Dipole {
    z2: f64,
    inv_d: f64,
}

impl Dipole {
    pub(super) fn new(z: f64, a: f64) -> Self {
        Self {
            z2: z * z,
            inv_d: 1.0 / super::dipole_scale_gev2(a),
        }
    }

    #[inline(always)]
    pub(super) fn g2(&self, t: f64) -> f64 {
        let n = 1.0 + t * self.inv_d;
        self.z2 / (n * n)
    }
}
