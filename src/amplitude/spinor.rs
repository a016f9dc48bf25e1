//! The square of one lepton current with 2×2 spinors (physics note, P.3′).
//!
//! For real four-vectors v, w: ½ Σ_spins |ū(p′)[v̸ + iσγ₅w̸]u(p)|² = N²(a² + |B⃗|²) with
//! N² = (E0+m)(E′+m), κ = p⃗/(E0+m), κ′ = p⃗′/(E′+m) and
//!
//! ```text
//! a = v0(1+κ·κ′) − v⃗·(κ+κ′) + σ κ·(κ′×w⃗)
//! B = v0 κ′×κ − v⃗×(κ−κ′) − σ[ w⃗(1−κ·κ′) + (κ′·w⃗)κ + (κ·w⃗)κ′ − w0(κ+κ′) ]
//! ```
//!
//! A sum of squares, linear in (v, w) before squaring.

use crate::kinematics::{Collision, PairPoint};

/// (a, B⃗) of one polarisation, without the factor N.
pub(super) type Spinor = [f64; 4];

/// κ, κ′ and N² of the lepton line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    kappa: f64,
    kappa_out: [f64; 3],
    dot: f64,
    /// N² = (E0+m)(E′+m) in GeV².
    pub(super) norm: f64,
}

/// The four-vector of one polarisation: vector and axial part, σ included in the latter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Current {
    pub(super) v0: f64,
    pub(super) v: [f64; 3],
    pub(super) w0: f64,
    pub(super) w: [f64; 3],
}

impl Line {
    #[inline(always)]
    pub(super) fn new(c: &Collision, y: &PairPoint) -> Self {
        let above = y.lepton_kinetic + 2.0 * c.m;
        let inv = 1.0 / above;
        let kappa = c.p / (c.e0 + c.m);
        let kappa_out = [y.p_out[0] * inv, y.p_out[1] * inv, y.p_out[2] * inv];
        Self {
            kappa,
            kappa_out,
            dot: kappa * kappa_out[2],
            norm: (c.e0 + c.m) * above,
        }
    }

    /// The spinor amplitude of one polarisation; κ lies along z.
    #[inline(always)]
    pub(super) fn spinor(&self, x: &Current) -> Spinor {
        let Self {
            kappa: z,
            kappa_out: [ox, oy, oz],
            dot,
            ..
        } = *self;
        let Current {
            v0,
            v: [vx, vy, vz],
            w0,
            w: [wx, wy, wz],
        } = *x;
        let a = v0 * (1.0 + dot) - (vx * ox + vy * oy + vz * (z + oz)) + z * (ox * wy - oy * wx);
        let (w_out, w_in) = (ox * wx + oy * wy + oz * wz, z * wz);
        let flip = 1.0 - dot;
        let d = z - oz;
        // κ′×κ = z (o_y, −o_x, 0);  v×(κ−κ′) with κ−κ′ = (−o_x, −o_y, d).
        let bx = v0 * z * oy - (vy * d + vz * oy) - (wx * flip + (w_in - w0) * ox);
        let by = -v0 * z * ox + (vz * ox + vx * d) - (wy * flip + (w_in - w0) * oy);
        let bz = -(vy * ox - vx * oy) - (wz * flip + w_out * z + w_in * oz - w0 * (z + oz));
        [a, bx, by, bz]
    }
}
