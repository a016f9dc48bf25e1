//! ⟨A⟩, the average of the squared amplitude over φ_q, in closed form.
//!
//! With everything else fixed s = s̄ − δ cosφ_q, and of A only s, a = p·𝒫 and W = u 𝒫·p + s 𝒫·p′ depend on it,
//! both linear in s. Traces over the lepton line (`docs/derivations/amplitude.md`, section 8) give, with
//! U = −u, b = p′·𝒫, R = (1/U − 1/s)², Y(μ) = −μ [ 4W²/(sU)² − t𝒫²R ],
//!
//! ```text
//! S₀ = −𝒫² [s/U + U/s − 2] + 4t (a − b)²/(sU)
//! V₀ = −2𝒫² [s/U + U/s + 2t (1/U − 1/s) + 2t (t − 2k²)/(sU)] + 8t (a² + b²)/(sU)
//! 1:   S₀ + Y(k² − 4m²)         γ₅:    S₀ + Y(k²)
//! γ^μ: V₀ + 2Y(k² + 2m²)        γ^μγ₅: V₀ + 2Y(k² − 4m²) − 32𝒫²tm²/(sU) + (4m²/k²) S₀
//! ```
//!
//! for a nucleus of spin 0; one of spin ½ adds t times the contraction with −g (`Lepton::across`). With D² = s̄² − δ²
//! the moments are ⟨s⟩ = s̄, ⟨1/s⟩ = 1/D, ⟨1/s²⟩ = s̄/D³. W is small where q⃗ is: its own moments are taken about
//! W̄ = W(s̄), in which nothing large is left, or about zero where δ is not small. Pinned by the tests below
//! against sums over φ_q of the amplitude itself, and through σ by `tests/quadrature.rs`.

use super::vector::Radiation;
use crate::dark_sector::Vertex;
use crate::kinematics::{Collision, Emission};
use crate::matter::NucleusSpin;

/// What ⟨A⟩ is made of at one k², x and u, as functions of T.
#[derive(Clone, Copy)]
pub(super) struct Azimuth {
    /// s̄ = at_zero + slope T; δ = delta √((T_max−T)(T−T_min)).
    at_zero: f64,
    slope: f64,
    delta: f64,
    /// W̄ = rest + rise T − MT (s̄ − U).
    rest: f64,
    rise: f64,
    /// (a − b) + ½s, which does not depend on T.
    emitted: f64,
    /// T_min and E′ at T_max in GeV.
    recoil_min: f64,
    slowest: f64,
    minus_u: f64,
    inv_u: f64,
    e0: f64,
    big_m: f64,
    lepton: Lepton,
}

/// m² and k² in GeV².
#[derive(Clone, Copy)]
struct Lepton {
    m2: f64,
    k2: f64,
}

/// Averages at one T.
struct Moments {
    /// t and 𝒫² in GeV².
    t: f64,
    p2: f64,
    /// ⟨s/U + U/s⟩.
    ratios: f64,
    /// ⟨1/U − 1/s⟩ in GeV⁻².
    difference: f64,
    /// ⟨1/(sU)⟩ in GeV⁻⁴.
    inv: f64,
    /// ⟨(a² + b²)/(sU)⟩ and ⟨(a − b)²/(sU)⟩.
    sum: f64,
    emitted: f64,
    /// ⟨R⟩ in GeV⁻⁴.
    r: f64,
    /// ⟨4W²/(sU)²⟩.
    w2: f64,
}

impl Azimuth {
    /// How many numbers of it depend on u.
    pub(super) const NUMBERS: usize = 10;

    /// s̄|V|² = BU + 2T[ME_kV0 + m²E_k + ½Sk² − U(½S+E_k)], B = p⃗·V⃗, S = V0 + M;
    /// δ|V|² = 2|p|k_x W√((T_max−T)(T−T_min)); W̄ from q⃗ along V⃗, as W in `kinematics`.
    /// With it modulus (GeV) and cosine of the angle of the complex roots of s̄² − δ² in T.
    #[inline(always)]
    pub(super) fn new(
        c: &Collision,
        y: &Radiation,
        w: f64,
        emission: &Emission,
    ) -> (Self, (f64, f64)) {
        let (m, big_m) = (c.m, c.big_m);
        let (k2, e_k) = (y.k2, y.e_k);
        let minus_u = y.floor + w;
        let v0 = y.v + m;
        let big_s = v0 + big_m;
        let p_dot_v = c.kinetic * v0 + m * y.v + 0.5 * (minus_u + k2);
        let inv_v2 = emission.inv_v * emission.inv_v;
        let slope =
            big_m * e_k * v0 + m * m * e_k + 0.5 * big_s * k2 - minus_u * (0.5 * big_s + e_k);
        let one_minus_cos = w / (2.0 * c.p * y.k);
        let k_x2 = y.k * y.k * one_minus_cos * (2.0 - one_minus_cos);
        let delta = 2.0 * c.p * (k_x2 * emission.w2).sqrt() * inv_v2;
        // (s̄²−δ²)|V|² = p²u² + 4T G1 + 4T² G2.
        let (s0, s1) = (p_dot_v * minus_u * inv_v2, 2.0 * slope * inv_v2);
        let ends = emission.recoil_min * (emission.recoil_min + emission.recoil_span);
        let d2 = delta * delta;
        let constant = s0 * s0 + d2 * ends;
        let linear = 2.0 * s0 * s1 - d2 * (2.0 * emission.recoil_min + emission.recoil_span);
        let square = s1 * s1 + d2;
        let product = (constant * square).sqrt();
        let cosine = -0.5 * linear / product;
        let cosine = if cosine < 1.0 { cosine } else { 1.0 };
        let cosine = if cosine > -1.0 { cosine } else { -1.0 };
        // 4M (q_zζ − E0k_xq_x) at q⃗ = q_∥V̂, −2q_∥|V| = U + 2TS.
        let along = emission.v_z(c) * emission.zeta(c) + c.e0 * k_x2;
        let turned = 2.0 * big_m * inv_v2 * along;
        let azimuth = Self {
            at_zero: s0,
            slope: s1,
            delta,
            rest: -turned * minus_u,
            rise: 2.0 * (2.0 * big_m * big_m * e_k - turned * big_s),
            emitted: 2.0 * big_m * e_k + 0.5 * minus_u,
            recoil_min: emission.recoil_min,
            slowest: emission.slowest,
            minus_u,
            inv_u: 1.0 / minus_u,
            e0: c.e0,
            big_m,
            lepton: Lepton { m2: m * m, k2 },
        };
        (azimuth, ((constant / square).sqrt(), cosine))
    }

    /// What of it depends on u.
    #[inline(always)]
    pub(super) fn numbers(&self) -> [f64; Self::NUMBERS] {
        [
            self.at_zero,
            self.slope,
            self.delta,
            self.rest,
            self.rise,
            self.emitted,
            self.recoil_min,
            self.slowest,
            self.minus_u,
            self.inv_u,
        ]
    }

    /// That of these [`Self::numbers`] at k² (GeV²).
    #[inline(always)]
    pub(super) fn of_numbers(c: &Collision, k2: f64, numbers: [f64; Self::NUMBERS]) -> Self {
        let [
            at_zero,
            slope,
            delta,
            rest,
            rise,
            emitted,
            recoil_min,
            slowest,
            minus_u,
            inv_u,
        ] = numbers;
        Self {
            at_zero,
            slope,
            delta,
            rest,
            rise,
            emitted,
            recoil_min,
            slowest,
            minus_u,
            inv_u,
            e0: c.e0,
            big_m: c.big_m,
            lepton: Lepton { m2: c.m * c.m, k2 },
        }
    }

    /// T_min in GeV.
    #[inline(always)]
    pub(super) fn recoil_min(&self) -> f64 {
        self.recoil_min
    }

    /// ⟨A⟩ in GeV² at these distances of T from its ends, GeV.
    #[inline(always)]
    pub(super) fn mean_a(
        &self,
        (vertex, nucleus): (Vertex, NucleusSpin),
        above_min: f64,
        below_max: f64,
    ) -> f64 {
        let x = self.moments(above_min, below_max);
        let along = self.lepton.along(vertex, &x);
        match nucleus {
            NucleusSpin::Zero => along,
            NucleusSpin::Half => along + x.t * self.lepton.across(vertex, &x),
        }
    }

    #[inline(always)]
    fn moments(&self, above_min: f64, below_max: f64) -> Moments {
        let (u, inv_u, big_m) = (self.minus_u, self.inv_u, self.big_m);
        let recoil = self.recoil_min + above_min;
        let half_t = big_m * recoil;
        let s = self.at_zero + self.slope * recoil;
        // Rounding may carry δ past s̄ where the range of s spans sixteen digits.
        let delta = self.delta * (above_min * below_max).sqrt();
        let most = s * (1.0 - f64::EPSILON);
        let delta = if delta < most { delta } else { most };
        let delta2 = delta * delta;
        let d = ((s - delta) * (s + delta)).sqrt();
        let inv = 1.0 / (d * (s + d));
        let inv_s = (s + d) * inv;
        // s̄/D − 1 and s̄/D.
        let excess = delta2 * inv;
        let ratio = 1.0 + excess;
        let inv_s2 = ratio * inv_s * inv_s;

        // b + ½U and a + ½s; W = s (b + ½U) − U (a + ½s).
        let e_out = self.slowest + below_max;
        let out = 2.0 * big_m * e_out + half_t;
        let beam = 2.0 * big_m * self.e0 - half_t;
        let (s_out, u_beam) = (s * out, u * beam);
        let soft = self.rest + self.rise * recoil - half_t * (s - u);
        // The first has small terms at small t, the second at large t.
        let hard = s_out - u_beam;
        let w = if s_out + u_beam < self.rest.abs() + self.rise.abs() * recoil {
            hard
        } else {
            soft
        };
        // ⟨W²/s²⟩ about s̄, with ⟨cosφ/s²⟩ = δ/D³ and δ²⟨cos²φ/s²⟩ = (s̄/D−1)[(s̄/D)² + s̄/D − 1], and about zero.
        let inv_s3 = inv_s * inv_s * inv_s;
        let near = (w * w * s - 2.0 * w * out * delta2) * inv_s3
            + out * out * excess * (ratio * ratio + excess);
        let far = out * out - 2.0 * out * u_beam * inv_s + u_beam * u_beam * inv_s2;
        let w2 = if w.abs() < 0.5 * s_out { near } else { far };

        let b = out - 0.5 * u;
        // ⟨(α − ½s)²/s⟩.
        let over_s = |alpha: f64| alpha * (alpha * inv_s - 1.0) + 0.25 * s;
        Moments {
            t: 2.0 * half_t,
            p2: 4.0 * big_m * big_m + 2.0 * half_t,
            ratios: s * inv_u + u * inv_s,
            difference: inv_u - inv_s,
            inv: inv_s * inv_u,
            sum: inv_u * (over_s(beam) + b * b * inv_s),
            emitted: inv_u * over_s(self.emitted),
            r: inv_u * (inv_u - 2.0 * inv_s) + inv_s2,
            w2: 4.0 * w2 * (inv_u * inv_u),
        }
    }
}

impl Lepton {
    /// ⟨A⟩ of the nuclear vector 𝒫.
    #[inline(always)]
    fn along(self, vertex: Vertex, x: &Moments) -> f64 {
        let Self { m2, k2 } = self;
        let scalar = 4.0 * x.t * x.emitted - x.p2 * (x.ratios - 2.0);
        let vector = 8.0 * x.t * x.sum
            - 2.0 * x.p2 * (x.ratios + 2.0 * x.t * (x.difference + (x.t - 2.0 * k2) * x.inv));
        let y = x.w2 - x.t * x.p2 * x.r;
        match vertex {
            Vertex::Scalar => scalar - (k2 - 4.0 * m2) * y,
            Vertex::Pseudoscalar => scalar - k2 * y,
            Vertex::Vector => vector - 2.0 * (k2 + 2.0 * m2) * y,
            Vertex::AxialVector => {
                vector - 2.0 * (k2 - 4.0 * m2) * y - 32.0 * m2 * x.t * x.p2 * x.inv
                    + 4.0 * m2 / k2 * scalar
            }
        }
    }

    /// The average of the contraction with −g in place of 𝒫𝒫.
    #[inline(always)]
    fn across(self, vertex: Vertex, x: &Moments) -> f64 {
        let Self { m2, k2 } = self;
        let (t, shape) = (x.t, 2.0 * x.ratios - 4.0);
        let two_r = (4.0 * m2 - 2.0 * t) * x.r;
        let vector = 4.0 * x.ratios + 8.0 * (t * t - 3.0 * t * k2 + k2 * k2) * x.inv;
        match vertex {
            Vertex::Scalar => {
                let light = k2 - 4.0 * m2;
                shape + light * (two_r - 4.0 * x.difference) + 4.0 * k2 * (light - t) * x.inv
            }
            Vertex::Pseudoscalar => {
                shape + k2 * (two_r - 4.0 * x.difference) + 4.0 * k2 * (k2 - t) * x.inv
            }
            Vertex::Vector => {
                let heavy = k2 + 2.0 * m2;
                vector
                    + 8.0 * (t - heavy) * x.difference
                    + 16.0 * m2 * (k2 - t) * x.inv
                    + 2.0 * heavy * two_r
            }
            Vertex::AxialVector => {
                let light = k2 - 4.0 * m2;
                vector
                    + 8.0 * (t - light) * x.difference
                    + 32.0 * m2 * (2.0 * t - k2) * x.inv
                    + 2.0 * light * two_r
                    + 4.0 * m2 / k2 * shape
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinematics::RecoilVariables;
    use crate::process::radiation::amplitude::boson_a;

    /// The mean of the amplitude itself, by points even in the angle θ of s = D²/(s̄ + δ cosθ), dφ = (s/D) dθ, which
    /// converge like a geometric series.
    fn summed(
        c: &Collision,
        emission: &Emission,
        (above, below): (f64, f64),
        current: (Vertex, NucleusSpin),
        (mean, delta): (f64, f64),
    ) -> f64 {
        let d = ((mean - delta) * (mean + delta)).sqrt();
        let n = 8 + (40.0 * mean / d) as u32;
        let sum = (0..n).map(|i| {
            let theta = core::f64::consts::PI * (f64::from(i) + 0.5) / f64::from(n);
            let (sin, cos) = (libm::sin(theta), libm::cos(theta));
            let inv = 1.0 / (mean + delta * cos);
            let point = emission.with_recoil(
                c,
                &RecoilVariables {
                    above_min: above,
                    below_max: below,
                    cos_phi: (delta + mean * cos) * inv,
                    sin_phi: d * sin * inv,
                },
            );
            // dφ = (s/D) dθ.
            boson_a(c, &point, current.0, current.1) * d * inv
        });
        sum.sum::<f64>() / f64::from(n)
    }

    #[test]
    fn the_mean_is_that_of_the_amplitude() {
        let fractions = [1e-7, 1e-3, 0.3, 0.9, 1.0 - 1e-5];
        for (e0, m, big_m) in [
            (160.0, 0.10566, 193.0),
            (8.0, 0.000511, 0.93827),
            (1.0, 0.10566, 25.0),
        ] {
            let c = Collision::new(e0, m, big_m).expect("a collision");
            for vertex in Vertex::ALL {
                for nucleus in NucleusSpin::ALL {
                    let mut worst = 0.0f64;
                    for mass in [1e-3, 0.03, 0.3] {
                        for share in [0.01, 0.5, 0.97] {
                            let v = (c.kinetic - mass) * share;
                            let y = Radiation::new(&c, mass * mass, v);
                            for z in [1e-6, 1e-3, 0.1, 0.9] {
                                let w = y.w_max * z;
                                let emission = Emission::new(&c, y.k2, v, c.kinetic - v - mass, w);
                                if !(y.w_max > 0.0 && emission.recoil_span > 0.0) {
                                    continue;
                                }
                                let (azimuth, _) = Azimuth::new(&c, &y, w, &emission);
                                for f in fractions {
                                    let above = emission.recoil_span * f;
                                    let below = emission.recoil_span - above;
                                    let current = (vertex, nucleus);
                                    let s = emission.s_mean_and_amplitude(
                                        &c,
                                        emission.recoil_min + above,
                                        emission.across(above, below),
                                    );
                                    let exact = summed(&c, &emission, (above, below), current, s);
                                    let found = azimuth.mean_a(current, above, below);
                                    let off = (found / exact - 1.0).abs();
                                    worst = worst.max(off);
                                }
                            }
                        }
                    }
                    assert!(
                        worst < 1e-10,
                        "{vertex:?}, {nucleus:?}, {e0} GeV: {worst:e}"
                    );
                }
            }
        }
    }
}
