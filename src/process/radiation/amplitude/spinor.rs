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
//! A sum of squares, linear in (v, w) before squaring. At high energies κ and κ′ are close to unit
//! vectors: what they lack is kept apart, from E − |p| = m²/(E+|p|), so that 1 ∓ κ·κ′ and κ ∓ κ′
//! keep their digits.

use crate::kinematics::{Collision, PairPoint};

/// (a, B⃗) of one polarisation, without the factor N.
pub(super) type Spinor = [f64; 4];

/// κ, κ′ and N² of the lepton line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    kappa: f64,
    /// κ′_x and κ′_y.
    kappa_out: [f64; 2],
    /// 1 − κ·κ′, 1 + κ·κ′, κ − κ′_z and κ + κ′_z.
    flip: f64,
    keep: f64,
    apart: f64,
    together: f64,
    /// 1 − κ and 1/(E′+m).
    short: f64,
    inv_above: f64,
    /// N² = (E0+m)(E′+m) in GeV².
    pub(super) norm: f64,
}

/// The lepton line along k: index 3 is the component along k̂, 1 that along e1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Along {
    /// κ_1 and κ_3.
    pub(super) kappa_in: [f64; 2],
    /// κ′_1, κ′_2 and κ′_3.
    pub(super) kappa_out: [f64; 3],
    /// 1 − κ_3 and 1 − κ′_3.
    pub(super) short_in: f64,
    pub(super) short_out: f64,
    /// p′_1 and p′_3 in GeV.
    pub(super) p_out: [f64; 2],
    /// E′ − p′_3 and E′ + p′_3 in GeV.
    minus: f64,
    plus: f64,
}

/// The four-vector of one polarisation: vector and axial part, σ included in the latter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Current {
    pub(super) v0: f64,
    pub(super) v: [f64; 3],
    pub(super) w: [f64; 3],
}

/// What multiplies the longitudinal polarisation: 2M/(su), 2M(u−s)/(su) k̂·q⃗ and η.
#[derive(Debug, Clone, Copy)]
pub(super) struct Longitudinal {
    pub(super) two_m: f64,
    pub(super) charge: f64,
    pub(super) eta: f64,
}

impl Line {
    #[inline(always)]
    pub(super) fn new(c: &Collision, y: &PairPoint) -> Self {
        let (m2, [px, py, pz]) = (c.m * c.m, y.p_out);
        let e_out = y.lepton_kinetic + c.m;
        let above = e_out + c.m;
        // E′ − |p′_z| from squares, both quotients with one division.
        let far = e_out + pz.abs();
        let inv = 1.0 / (above * far);
        let inv_above = far * inv;
        let near = (m2 + px * px + py * py) * (above * inv);
        let kappa = c.p / (c.e0 + c.m);
        let short = (c.m + m2 / (c.e0 + c.p)) / (c.e0 + c.m);
        let short_out = (c.m + near) * inv_above;
        let product = kappa * short_out;
        let (small, large) = (short + product, (1.0 + kappa) - product);
        let (less, more) = (short_out - short, 2.0 - short_out - short);
        let forward = pz > 0.0;
        Self {
            kappa,
            kappa_out: [px * inv_above, py * inv_above],
            flip: if forward { small } else { large },
            keep: if forward { large } else { small },
            apart: if forward { less } else { more },
            together: if forward { more } else { less },
            short,
            inv_above,
            norm: (c.e0 + c.m) * above,
        }
    }

    /// The components along k.
    #[inline(always)]
    pub(super) fn along(&self, c: &Collision, y: &PairPoint) -> Along {
        let (sin_k, cos_k) = (y.sin_k, 1.0 - y.one_minus_cos_k);
        let [px, py, pz] = y.p_out;
        let (p1, p3) = (px * cos_k - pz * sin_k, px * sin_k + pz * cos_k);
        let far = y.lepton_kinetic + c.m + p3.abs();
        let near = (c.m * c.m + p1 * p1 + py * py) / far;
        let (minus, plus) = if p3 > 0.0 { (near, far) } else { (far, near) };
        let inv = self.inv_above;
        Along {
            kappa_in: [-self.kappa * sin_k, self.kappa * cos_k],
            kappa_out: [p1 * inv, py * inv, p3 * inv],
            short_in: self.short + self.kappa * y.one_minus_cos_k,
            short_out: (c.m + minus) * inv,
            p_out: [p1, p3],
            minus,
            plus,
        }
    }

    /// The spinor amplitude of the longitudinal polarisation b⃗ = ℓk̂, ℓ = √k²/E_k, for n = 𝒫, with
    /// the axial part `w` of its current. What does not cancel is, with v⁰ = ℓ(η + λ),
    ///
    /// ```text
    /// a/ℓ = λ(1+κ·κ′) + η[(1−κ₃)(1−κ′₃) + κ⊥·κ′⊥],   B⃗/ℓ = λ κ′×κ + η (κ′−k̂)×(κ−k̂)
    /// λ su/2M = p⁻[k⁻B + k⁺(A+p⁻)] − p′⁻[k⁻A + k⁺(B+p′⁻)],   A = k⁺ + p′⁺,  B = p⁺ − k⁺
    /// ```
    ///
    /// where X± = E ± p₃. At small q⃗, where v⁰ and η are themselves small, λ is their difference.
    #[inline(always)]
    pub(super) fn longitudinal(
        &self,
        c: &Collision,
        y: &PairPoint,
        x: &Longitudinal,
        w: [f64; 3],
    ) -> Spinor {
        let along = self.along(c, y);
        let Along {
            minus,
            plus,
            kappa_in: [i1, _],
            kappa_out: [o1, o2, _],
            short_in: ahead,
            short_out: behind,
            ..
        } = along;
        let k_plus = y.e_k + y.k;
        let inv = 1.0 / (y.e_k * k_plus);
        let (long, k_minus) = (y.k2.sqrt() * (k_plus * inv), y.k2 * (y.e_k * inv));
        let p_minus = c.m * c.m / (c.e0 + c.p) + c.p * y.one_minus_cos_k;
        let after = k_plus + plus;
        // p⁺ − k⁺ = 2V0 − p⁻ + k⁻ with V0 = E′ + T.
        let before = (minus + plus) + 2.0 * y.recoil - p_minus + k_minus;
        let rises = x.two_m * p_minus * (k_minus * before + k_plus * (after + p_minus));
        let falls = x.two_m * minus * (k_minus * after + k_plus * (before + minus));
        let lambda = if rises.abs() < x.eta.abs() {
            rises - falls
        } else {
            -x.charge - x.eta
        };
        let [a, bx, by, bz] = self.spinor(&Current {
            v0: long * lambda,
            v: [0.0; 3],
            w,
        });
        let eta = long * x.eta;
        let (c1, c2, c3) = (-o2 * ahead, o1 * ahead - behind * i1, -o2 * i1);
        let (sin_k, cos_k) = (y.sin_k, 1.0 - y.one_minus_cos_k);
        [
            a + eta * (ahead * behind + i1 * o1),
            bx + eta * (c1 * cos_k + c3 * sin_k),
            by + eta * c2,
            bz + eta * (c3 * cos_k - c1 * sin_k),
        ]
    }

    /// The spinor amplitude of one polarisation; κ lies along z.
    #[inline(always)]
    pub(super) fn spinor(&self, x: &Current) -> Spinor {
        let Self {
            kappa: z,
            kappa_out: [ox, oy],
            flip,
            keep,
            apart,
            together,
            ..
        } = *self;
        let Current {
            v0,
            v: [vx, vy, vz],
            w: [wx, wy, wz],
        } = *x;
        let a = v0 * keep - (vx * ox + vy * oy + vz * together) + z * (ox * wy - oy * wx);
        let (lift, turn) = (v0 * z - vz, z * wz);
        // κ′×κ = z (o_y, −o_x, 0);  v×(κ−κ′) with κ−κ′ = (−o_x, −o_y, apart).
        let bx = lift * oy - vy * apart - (wx * flip + turn * ox);
        let by = -lift * ox + vx * apart - (wy * flip + turn * oy);
        let bz = -(vy * ox - vx * oy) - (wz * keep + z * (ox * wx + oy * wy));
        [a, bx, by, bz]
    }

    /// The spinor amplitude ū′[η + f⃗·α⃗]u, α⃗ = γ⁰γ⃗, of a scalar.
    ///
    /// ```text
    /// a = η(1−κ·κ′) + f⃗·(κ−κ′),   B = −η κ′×κ + f⃗×(κ+κ′)
    /// ```
    #[inline(always)]
    pub(super) fn scalar(&self, eta: f64, [fx, fy, fz]: [f64; 3]) -> Spinor {
        let [ox, oy] = self.kappa_out;
        let lift = eta * self.kappa + fz;
        [
            eta * self.flip + (fz * self.apart - (fx * ox + fy * oy)),
            fy * self.together - lift * oy,
            lift * ox - fx * self.together,
            fx * oy - fy * ox,
        ]
    }

    /// The spinor amplitude ū′γ₅[η + f⃗·α⃗]u of a pseudoscalar, over i.
    ///
    /// ```text
    /// a = −κ′·(f⃗×κ),   −B = η(κ−κ′) + f⃗(1+κ·κ′) − (f⃗·κ)κ′ − (f⃗·κ′)κ
    /// ```
    #[inline(always)]
    pub(super) fn pseudoscalar(&self, eta: f64, [fx, fy, fz]: [f64; 3]) -> Spinor {
        let (z, [ox, oy]) = (self.kappa, self.kappa_out);
        let lift = eta + z * fz;
        [
            z * (oy * fx - ox * fy),
            lift * ox - fx * self.keep,
            lift * oy - fy * self.keep,
            z * (fx * ox + fy * oy) - (eta * self.apart + fz * self.flip),
        ]
    }

    /// [`Self::spinor`] of ū′[v̸ + iσγ₅w̸]γ₅u, over i: v and w change places, v⁰ is that of an axial vector.
    #[inline(always)]
    pub(super) fn axial(&self, x: &Current) -> Spinor {
        let [vx, vy, vz] = x.v;
        let [a, bx, by, bz] = self.spinor(&Current {
            v0: 0.0,
            v: x.w,
            w: [-vx, -vy, -vz],
        });
        let [ox, oy] = self.kappa_out;
        [a, bx - x.v0 * ox, by - x.v0 * oy, bz - x.v0 * self.together]
    }
}
