//! γγ* → χχ̄ with a real photon k and a virtual one q of q² = −t: cross sections and the amplitude squared.
//!
//! z = t/(W² + t), v = √(1 − 4m²/W²), L = ln((1 + v)/(1 − v)), μ = m²/(W² + t), γ = 1 − v², ℓ = L/2v:
//!
//! ```text
//! Dirac   σ_T + σ_L = 4πα²/(W² + t) {[z² + (1−z)² + 4μ(1−3z) − 8μ²]L + v[−1 + 8z(1−z) − 4μ(1−z)]}
//!         σ_L       = 4πα²/(W² + t) {−8μzL + 4vz(1−z)}
//! scalar  σ_T = πα²v/(W² + t) {2 − 4b(1 − γℓ) + 4b²(1 − 2γℓ + γ/2 + γ²ℓ/2)},   b = 1 − z
//!         σ_L = πα²v/(W² + t) 8z(1−z){(1 + γ/2)ℓ − 3/2}
//! ```
//!
//! (t → 0 is γγ → χχ̄, [PDG22]; the first is photon–gluon fusion.) With the current J of the nucleus as polarisation of γ*, j its
//! length transverse to the photons and μ_L k its part along them, in the frame of the pair with k along z and j
//! along x, χ at (θ, φ):
//!
//! ```text
//! scalar  Σ|A|² = 4j² − 4jHp_T cos φ + H²p_T²,   H = [8p_T j cos φ/k·q + 4μ_L vc]/(1−v²c²)
//! Dirac   A = ū(V̸ + iγ₅w̸)v with V = 2D₊(p_T·e)j + [2D₊(p_T·e)μ_L + D₋ e·j]k, w = D₊(e×j)k, D± = 1/2p₁k ± 1/2p₂k
//! ```
//!
//! summed over the polarisations e of the real photon; in units of (Q_χ e)⁴. Pinned by
//! `tests/photon_conversion.rs` (diagrams with explicit matrices).

use core::f64::consts::PI;

use crate::constants::ALPHA;
use crate::dark_sector::ChiSpin;
use crate::elementary::{exp, exp_m1, libm_ln, ln_1p};

/// 1 − v below which it has lost its digits: v is 1 to double precision where W is 10⁸ m.
const LOST: f64 = 1e-9;

/// L = ln((1 + v)/(1 − v)), which is 2 ln((1 + v)W/2m).
#[inline(always)]
pub(super) fn rapidity(v: f64, m: f64, w2: f64) -> f64 {
    let (near, far) = (1.0 + v, 1.0 - v);
    let is_lost = far <= LOST;
    let log = ln_1p(2.0 * v / if is_lost { LOST } else { far });
    let of_mass = 2.0 * libm_ln(0.5 * near * w2.sqrt() / m);
    if is_lost { of_mass } else { log }
}

/// The angle of χ to the photon, in the frame of the pair, with what would lose its digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Polar {
    pub(super) cos: f64,
    /// 1 − cos θ and 1 + cos θ.
    pub(super) from_cos: (f64, f64),
    /// 1 − v cos θ and 1 + v cos θ.
    from_vcos: (f64, f64),
    /// 1 − v² cos²θ.
    open: f64,
}

impl Polar {
    /// How many numbers it is.
    pub(super) const NUMBERS: usize = 6;

    /// v cos θ = tanh u at W²; and 1 − tanh²u, which is d(v cos θ)/du.
    #[inline(always)]
    pub(super) fn at(u: f64, v: f64, m: f64, w2: f64) -> (Self, f64) {
        // e^(−2|u|) where u is large, and less 1 where it is small, so that no digit is lost.
        let (e2, less) = (exp(-2.0 * u.abs()), exp_m1(-2.0 * u.abs()));
        let vc = (-less / (2.0 + less)).copysign(u);
        let cos = vc / v;
        let cos = if cos.abs() > 1.0 {
            1.0_f64.copysign(u)
        } else {
            cos
        };
        let vcos = v * cos;
        let is_lost = 1.0 - v <= LOST;
        // 1 − v²c² of u itself, and v² sin²θ = (1 − v²c²) − (1 − v²).
        let open = 4.0 * e2 / ((1.0 + e2) * (1.0 + e2));
        let sin2 = (open - 4.0 * m * m / w2) / (v * v);
        let sin2 = if sin2 < 0.0 { 0.0 } else { sin2 };
        let both = |product: f64, signed: f64| {
            let more = 1.0 + signed.abs();
            let less = product / more;
            if signed > 0.0 {
                (less, more)
            } else {
                (more, less)
            }
        };
        let (of_sin, of_open) = (both(sin2, cos), both(open, vc));
        let polar = Self {
            cos,
            from_cos: if is_lost {
                of_sin
            } else {
                (1.0 - cos, 1.0 + cos)
            },
            from_vcos: if is_lost {
                of_open
            } else {
                (1.0 - vcos, 1.0 + vcos)
            },
            open: if is_lost { open } else { 1.0 - vcos * vcos },
        };
        (polar, if is_lost { open } else { 1.0 - vc * vc })
    }

    #[inline(always)]
    pub(super) fn numbers(self) -> [f64; Self::NUMBERS] {
        let ((a, b), (c, d)) = (self.from_cos, self.from_vcos);
        [self.cos, a, b, c, d, self.open]
    }

    #[inline(always)]
    pub(super) fn of_numbers([cos, a, b, c, d, open]: [f64; Self::NUMBERS]) -> Self {
        Self {
            cos,
            from_cos: (a, b),
            from_vcos: (c, d),
            open,
        }
    }
}

/// σ_T and σ_L in GeV⁻² for Q_χ = e.
#[inline(always)]
pub(super) fn sigma(spin: ChiSpin, m: f64, w2: f64, t: f64) -> (f64, f64) {
    let both = w2 + t;
    let (z, b, mu) = (t / both, w2 / both, m * m / both);
    let v2 = (w2 - 4.0 * m * m) / w2;
    let v = if v2 < 0.0 { 0.0 } else { v2 }.sqrt();
    let log = rapidity(v, m, w2);
    match spin {
        ChiSpin::Dirac => {
            let unit = 4.0 * PI * ALPHA * ALPHA / both;
            let long = -8.0 * mu * z * log + 4.0 * v * z * b;
            let all = (z * z + b * b + 4.0 * mu * (1.0 - 3.0 * z) - 8.0 * mu * mu) * log
                + v * (-1.0 + 8.0 * z * b - 4.0 * mu * b);
            (unit * (all - long), unit * long)
        }
        ChiSpin::Scalar if v > 0.0 => {
            let unit = PI * ALPHA * ALPHA * v / both;
            let (gamma, l) = (1.0 - v * v, log / (2.0 * v));
            let a = 1.0 - gamma * l;
            let a2 = 1.0 - 2.0 * gamma * l + 0.5 * gamma + 0.5 * gamma * gamma * l;
            let long = 8.0 * z * b * ((1.0 + 0.5 * gamma) * l - 1.5);
            (unit * (2.0 - 4.0 * b * a + 4.0 * b * b * a2), unit * long)
        }
        ChiSpin::Scalar => (0.0, 0.0),
    }
}

/// Where the pair goes, and the current that makes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    /// W², GeV².
    pub(super) w2: f64,
    /// k·q, GeV².
    pub(super) kq: f64,
    /// √(1 − 4m²/W²).
    pub(super) v: f64,
    /// θ.
    pub(super) polar: Polar,
    /// Cosine of the azimuth of χ to the current.
    pub(super) cos_phi: f64,
    /// j² and μ_L of the current.
    pub(super) j2: f64,
    pub(super) long: f64,
}

/// Σ|A|² over photon polarisations and spins of χ, in units of (Q_χ e)⁴.
#[inline(always)]
pub(super) fn squared(spin: ChiSpin, p: &Point) -> f64 {
    let Point {
        w2,
        kq,
        v,
        polar,
        cos_phi,
        j2,
        long,
    } = *p;
    let vc = v * polar.cos;
    let open = polar.open;
    // p_T² and (p_T·j)².
    let pt2 = 0.25 * v * v * w2 * polar.from_cos.0 * polar.from_cos.1;
    let u = (pt2 * j2).sqrt() * cos_phi;
    match spin {
        ChiSpin::Scalar => {
            // 1/p₁k + 1/p₂k, with p k = k·q (1 ∓ vc)/2.
            let a = 4.0 / (kq * open);
            let h = 2.0 * a * u + 4.0 * long * vc / open;
            4.0 * j2 - 4.0 * u * h + h * h * pt2
        }
        ChiSpin::Dirac => {
            let (less, more) = polar.from_vcos;
            let (one, two) = (0.5 * kq * less, 0.5 * kq * more);
            let plus = 2.0 / (kq * open);
            let minus = plus * vc;
            let y2 = 4.0 * plus * plus * long * long * pt2
                + 4.0 * plus * minus * long * u
                + minus * minus * j2;
            let vv = -4.0 * plus * plus * pt2 * u * u
                + 2.0 * plus * u * (one - two) * (2.0 * plus * long * pt2 + minus * u)
                + one * two * y2;
            let sin2 = (1.0 - cos_phi) * (1.0 + cos_phi);
            let rest = pt2 * j2 * w2 + j2 * one * two - 2.0 * kq * pt2 * j2 * sin2;
            8.0 * (vv + plus * plus * rest)
        }
    }
}
