//! The lepton current for the three polarisations of the time-like photon.
//!
//! For a nuclear vector n with n·q = 0 and a polarisation b shifted along k so that b⁰ = 0,
//! b·M = ū(p′)[v̸ + iγ₅w̸]u(p) with (physics note, P.3, here for a general n)
//!
//! ```text
//! v = η b + δ (b·q n − b·n q),   w = σ ε(b, q, n, ·),
//! η = 2W_n/(su),  W_n = u p·n + s p′·n,  δ = (u−s)/(su)·(−1),  σ = (s+u)/(su).
//! ```
//!
//! Coulomb part: n = 𝒫 shifted along q to (2M, 0), q to (0, q⃗); the diagrams interfere, and nothing
//! large is left of that. Where t is far above s or −u one of them dominates and this form cancels:
//! there, and for the transverse parts (spin ½: the two unit vectors n = (0, e), e ⟂ q⃗), the
//! diagrams are added instead (`diagrams`).
//! Polarisations: e1 = (cosθ_k, 0, −sinθ_k), e2 = ŷ, e3 = (√k²/E_k) k̂.

use super::diagrams::Diagrams;
use super::spinor::{Current, Line, Longitudinal, Spinor};
use crate::kinematics::{Collision, PairPoint};

/// Spinor amplitudes of the three polarisations and their common normalisation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Polarised {
    amplitudes: [Spinor; 3],
    norm: f64,
}

#[inline(always)]
pub(super) fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[inline(always)]
pub(super) fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

#[inline(always)]
pub(super) fn scaled(factor: f64, a: &[f64; 3]) -> [f64; 3] {
    [factor * a[0], factor * a[1], factor * a[2]]
}

impl Polarised {
    /// Nuclear vector 𝒫, the spin-0 nucleus, where the diagrams interfere.
    ///
    /// `longitudinal`: whether e3 may be all there is, so that the cancellation between its time and
    /// its space part is taken out; beside e1 and e2 it is too small to show.
    #[inline(always)]
    pub(super) fn coulomb(c: &Collision, y: &PairPoint, longitudinal: bool) -> Self {
        let u = -y.minus_u;
        let inv = 1.0 / (y.s * u);
        let eta = 2.0 * y.w_amp * inv;
        let two_m = 2.0 * c.big_m * inv;
        let (charge, axial) = (two_m * (u - y.s), two_m * (y.s + u));
        let line = Line::new(c, y);
        let (sin_k, cos_k) = (y.sin_k, 1.0 - y.one_minus_cos_k);
        // Spelled out: `array::map` is left as a loop that keeps the caller's from vectorising.
        let one = |b: [f64; 3]| {
            line.spinor(&Current {
                v0: -charge * dot(&b, &y.q),
                v: scaled(eta, &b),
                w: scaled(axial, &cross(&b, &y.q)),
            })
        };
        let long = y.k2.sqrt() / y.e_k;
        let k_hat = [sin_k, 0.0, cos_k];
        let third = if longitudinal {
            let parts = Longitudinal {
                two_m,
                charge: charge * dot(&k_hat, &y.q),
                eta,
            };
            let w = scaled(axial * long, &cross(&k_hat, &y.q));
            line.longitudinal(c, y, &parts, w)
        } else {
            one(scaled(long, &k_hat))
        };
        Self {
            amplitudes: [one([cos_k, 0.0, -sin_k]), one([0.0, 1.0, 0.0]), third],
            norm: line.norm,
        }
    }

    /// Nuclear vector 𝒫 where one diagram dominates.
    pub(super) fn coulomb_collinear(c: &Collision, y: &PairPoint) -> Self {
        let line = Line::new(c, y);
        Self {
            amplitudes: Diagrams::new(c, y, &line).amplitudes(2.0 * c.big_m, &[0.0; 3]),
            norm: line.norm,
        }
    }

    /// Nuclear vectors (0, e) for two unit vectors e orthogonal to q⃗, by diagrams: what these
    /// lose at small t is small beside the Coulomb part.
    #[inline(always)]
    pub(super) fn transverse(c: &Collision, y: &PairPoint) -> [Self; 2] {
        let [first, second] = across(y);
        let line = Line::new(c, y);
        let diagrams = Diagrams::new(c, y, &line);
        let along = |e: &[f64; 3]| Self {
            amplitudes: diagrams.amplitudes(0.0, e),
            norm: line.norm,
        };
        [along(&first), along(&second)]
    }

    /// n·𝒜, the spinor amplitude along `n`.
    #[inline(always)]
    fn projected(&self, n: &[f64; 3]) -> Spinor {
        let [x, y, z] = &self.amplitudes;
        [
            n[0] * x[0] + n[1] * y[0] + n[2] * z[0],
            n[0] * x[1] + n[1] * y[1] + n[2] * z[1],
            n[0] * x[2] + n[1] * y[2] + n[2] * z[2],
            n[0] * x[3] + n[1] * y[3] + n[2] * z[3],
        ]
    }

    /// X(n) in GeV².
    #[inline(always)]
    pub(super) fn along(&self, n: &[f64; 3]) -> f64 {
        self.norm * square(&self.projected(n))
    }

    /// ΣX(e_i) − X(n) as a sum of squares, GeV².
    #[inline(always)]
    pub(super) fn orthogonal(&self, n: &[f64; 3]) -> f64 {
        let along = self.projected(n);
        let [x, y, z] = &self.amplitudes;
        let sum = distance(x, n[0], &along) + distance(y, n[1], &along) + distance(z, n[2], &along);
        self.norm * sum
    }

    /// ΣX(e_i) in GeV².
    #[inline(always)]
    pub(super) fn total(&self) -> f64 {
        let [x, y, z] = &self.amplitudes;
        self.norm * (square(x) + square(y) + square(z))
    }
}

/// Two unit vectors orthogonal to q⃗ and to each other.
#[inline(always)]
pub(super) fn across(y: &PairPoint) -> [[f64; 3]; 2] {
    let [qx, qy, qz] = y.q;
    let q_mod = dot(&y.q, &y.q).sqrt();
    // e along ŷ×q⃗ is well defined unless q⃗ ∥ ŷ, which the tiny addition keeps finite.
    let in_plane = (qx * qx + qz * qz + f64::MIN_POSITIVE).sqrt();
    let first = [qz / in_plane, 0.0, -qx / in_plane];
    let second = cross(&[qx / q_mod, qy / q_mod, qz / q_mod], &first);
    [first, second]
}

/// |x − f a|².
#[inline(always)]
fn distance(x: &Spinor, f: f64, a: &Spinor) -> f64 {
    square(&[
        x[0] - f * a[0],
        x[1] - f * a[1],
        x[2] - f * a[2],
        x[3] - f * a[3],
    ])
}

#[inline(always)]
pub(super) fn square(x: &Spinor) -> f64 {
    (x[0] * x[0] + x[1] * x[1]) + (x[2] * x[2] + x[3] * x[3])
}
