//! One phase-space point: from sampling variables to everything an amplitude needs.
//!
//! Sampling variables (GeV): k² pair mass squared; v = V0 − m and e = E_k − √k², the kinetic
//! energies of the intermediate lepton V = p − k (on the energy axis) and of the pair;
//! w = 2|p||k|(1−cosθ_k), so −u = a + w with a = [`emission_floor`]; τ = T − T_min and T_max − T,
//! T = t/2M the nuclear recoil energy; φ_q, azimuth of q = P − P′ about V from the (p,k) plane
//! (e1 = (V̂_z,0,−V̂_x), e2 = ŷ). u = (p−k)² − m², s = (p′+k)² − m², t = −q².
//!
//! Exact forms used, each a sum of terms of one sign wherever the physical region allows:
//! |V|² = v(v+2m) − u; h = 2Mv + u ≥ 0; W² = (M+m)² + h; r = |V|√(h(h+4Mm));
//! b = 2Mv(V0+m) − u(M−V0) = h(V0−M) + 2Mv(m+M); T_min = u²/2(b+r); T_max − T_min = r/W²;
//! q_∥ = (u − 2TS)/2|V|, S = V0 + M; q_⊥ = W√((T_max−T)(T−T_min))/|V|;
//! |p| − |k| = ((E0+E_k)V0 − m² + k²)/(|p|+|k|).
//! p′ is counted from the end of the recoil's range, where V and q nearly cancel: with
//! D = m(M+m) + h/2 and R = √(h(h+4Mm)), at T_max E′ = (D² + |V|²m²)/(SD + ½|V|R) and
//! p′_∥ = (|V|²m² − ¼R²)/(|V|D + ½SR); E′ grows by T_max − T, p′_∥ by S/|V| times that.
//! s = k² + 2(E′²k² + m²|k|²)/(E′E_k + |p′||k|) + 2|p⃗′×k⃗|²/(|p′||k| + p⃗′·k⃗).
//! Pinned by `tests/amplitude.rs` (through |M|², also at random points of the edges from 0.2 to
//! 10¹⁰ GeV) and `tests/kinematics.rs`.

use super::collision::Collision;

/// Least value of −u at given k², E_k: a = 2(E0E_k − |p||k|) − k² ≥ 0, with V0 = E0 − E_k and
/// `pair_momentum` = |k|; GeV².
#[inline(always)]
pub fn emission_floor(c: &Collision, k2: f64, e_k: f64, v0: f64, pair_momentum: f64) -> f64 {
    let e0sq = c.e0 * c.e0;
    let pk = c.p * pair_momentum;
    let m2k = c.m * c.m * (pair_momentum * pair_momentum);
    // 2E0² − E0E_k − |p||k| as a sum of positive terms over this denominator; one division in all.
    let below = e0sq + pk;
    let spread = c.e0 * v0 * below + e0sq * ((c.e0 + e_k) * v0 + k2) + m2k;
    (k2 * spread + 2.0 * m2k * below) / (below * (c.e0 * e_k + pk))
}

/// Where in its range the recoil lies: distances of T = t/2M from both ends and the azimuth.
#[derive(Debug, Clone, Copy)]
pub struct RecoilVariables {
    /// T − T_min in GeV.
    pub above_min: f64,
    /// T_max − T in GeV.
    pub below_max: f64,
    /// cos φ_q.
    pub cos_phi: f64,
    /// sin φ_q.
    pub sin_phi: f64,
}

/// A phase-space point of l N → l N + (mass √k²); momenta in GeV, k in the xz plane with k_x ≥ 0.
#[derive(Debug, Clone, Copy, Default)]
pub struct PairPoint {
    /// Pair mass squared k².
    pub k2: f64,
    /// Pair energy E_k.
    pub e_k: f64,
    /// Pair momentum |k|.
    pub k: f64,
    /// 1 − cosθ_k.
    pub one_minus_cos_k: f64,
    /// sinθ_k.
    pub sin_k: f64,
    /// −u > 0.
    pub minus_u: f64,
    /// s > 0.
    pub s: f64,
    /// t > 0.
    pub t: f64,
    /// Nuclear recoil kinetic energy T.
    pub recoil: f64,
    /// Kinetic energy of the outgoing lepton, E′ − m.
    pub lepton_kinetic: f64,
    /// Spatial part of q = P − P′.
    pub q: [f64; 3],
    /// Momentum of the outgoing lepton p′ = V + q.
    pub p_out: [f64; 3],
    /// W = u 𝒫·p + s 𝒫·p′ in the form whose terms are smallest.
    pub w_amp: f64,
}

/// Nucleus and lepton once the recoil is chosen, GeV.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Struck {
    /// T.
    pub(crate) recoil: f64,
    /// q⃗.
    pub(crate) q: [f64; 3],
    /// p′_x and p′_z.
    pub(crate) p: [f64; 2],
    /// |p′|² in GeV².
    pub(crate) p2: f64,
    /// E′.
    pub(crate) e_out: f64,
}

/// The intermediate lepton V = p − k at given k², E_k and angle, and the range of the recoil.
#[derive(Debug, Clone, Copy)]
pub struct Emission {
    k2: f64,
    e_k: f64,
    k: f64,
    v: f64,
    one_minus_cos_k: f64,
    sin_k: f64,
    minus_u: f64,
    /// |V| in GeV.
    pub v_mod: f64,
    /// 1/|V| in GeV⁻¹.
    pub inv_v: f64,
    /// W² = (V+P)² in GeV².
    pub w2: f64,
    /// Least recoil energy T_min in GeV.
    pub recoil_min: f64,
    /// T_max − T_min in GeV.
    pub recoil_span: f64,
    /// E′ at T_max in GeV.
    pub(crate) slowest: f64,
    /// p′_∥ at T_max in GeV.
    slowest_along: f64,
}

impl Emission {
    /// From k², v = V0 − m, e = E_k − √k² and w = 2|p||k|(1−cosθ_k), GeV or GeV².
    #[inline(always)]
    pub fn new(c: &Collision, k2: f64, v: f64, e: f64, w: f64) -> Self {
        let mass = k2.sqrt();
        let e_k = mass + e;
        let k = (e * (e_k + mass)).sqrt();
        let minus_u = emission_floor(c, k2, e_k, v + c.m, k) + w;
        Self::of_pair(c, (k2, e_k, k), v, (w, minus_u))
    }

    /// The same of k², E_k and |k|, and of w and −u.
    #[inline(always)]
    pub(crate) fn of_pair(
        c: &Collision,
        (k2, e_k, k): (f64, f64, f64),
        v: f64,
        (w, minus_u): (f64, f64),
    ) -> Self {
        let v0 = v + c.m;
        let one_minus_cos_k = w / (2.0 * c.p * k);
        let h = 2.0 * c.big_m * v - minus_u;
        let h = if h > 0.0 { h } else { 0.0 };
        let w2 = h + (c.big_m + c.m) * (c.big_m + c.m);
        let v_mod = (v * (v + 2.0 * c.m) + minus_u).sqrt();
        let root_h = (h * (h + 4.0 * c.big_m * c.m)).sqrt();
        let r = v_mod * root_h;
        let heavy = 2.0 * c.big_m * v * (v0 + c.m) + minus_u * (c.big_m - v0);
        let light = h * (v0 - c.big_m) + 2.0 * c.big_m * v * (c.m + c.big_m);
        let b = if v0 < c.big_m { heavy } else { light };
        let upper = b + r;
        let (big_s, d) = (v0 + c.big_m, c.m * (c.big_m + c.m) + 0.5 * h);
        let (v_m, half_r) = (v_mod * c.m, 0.5 * root_h);
        let energy = big_s * d + v_mod * half_r;
        let along = v_mod * d + big_s * half_r;
        // Both ends of T, those of p′ and 1/|V| with one division.
        let (ends, slow) = (upper * w2, energy * along);
        let inv = 1.0 / (ends * slow * v_mod);
        let (inv_ends, inv_slow) = (slow * v_mod * inv, ends * v_mod * inv);
        Self {
            k2,
            e_k,
            k,
            v,
            one_minus_cos_k,
            sin_k: (one_minus_cos_k * (2.0 - one_minus_cos_k)).sqrt(),
            minus_u,
            v_mod,
            inv_v: ends * slow * inv,
            w2,
            recoil_min: 0.5 * minus_u * minus_u * w2 * inv_ends,
            recoil_span: r * upper * inv_ends,
            slowest: (d * d + v_m * v_m) * (along * inv_slow),
            slowest_along: (v_m - half_r) * (v_m + half_r) * (energy * inv_slow),
        }
    }

    /// All that it is made of but k² and v.
    #[inline(always)]
    pub(crate) fn numbers(&self) -> [f64; 12] {
        [
            self.e_k,
            self.k,
            self.one_minus_cos_k,
            self.sin_k,
            self.minus_u,
            self.v_mod,
            self.inv_v,
            self.w2,
            self.recoil_min,
            self.recoil_span,
            self.slowest,
            self.slowest_along,
        ]
    }

    /// The emission of these [`Self::numbers`] at k² and v.
    #[inline(always)]
    pub(crate) fn of_numbers(k2: f64, v: f64, numbers: [f64; 12]) -> Self {
        let [
            e_k,
            k,
            one_minus_cos_k,
            sin_k,
            minus_u,
            v_mod,
            inv_v,
            w2,
            recoil_min,
            recoil_span,
            slowest,
            slowest_along,
        ] = numbers;
        Self {
            k2,
            e_k,
            k,
            v,
            one_minus_cos_k,
            sin_k,
            minus_u,
            v_mod,
            inv_v,
            w2,
            recoil_min,
            recoil_span,
            slowest,
            slowest_along,
        }
    }

    /// −u in GeV².
    #[inline(always)]
    pub fn minus_u(&self) -> f64 {
        self.minus_u
    }

    /// |V|q_⊥ = W√((T_max−T)(T−T_min)) in GeV² at these distances of the recoil energy from its limits.
    #[inline(always)]
    pub(crate) fn across(&self, above_min: f64, below_max: f64) -> f64 {
        (self.w2 * above_min * below_max).sqrt()
    }

    /// Mean and amplitude of s = s̄ − δ cosφ_q over the azimuth at recoil energy `recoil` = T,
    /// with |V|q_⊥ = `across` there, GeV².
    ///
    /// s̄|V|² = B|u| + 2T[E_k(MV0 + m²) + ½Sk² − |u|(½S+E_k)], B = p⃗·V⃗ = DV0 + mv + ½(|u|+k²),
    /// S = V0 + M; δ|V|² = 2|p|k_x W√((T_max−T)(T−T_min)).
    #[inline(always)]
    pub fn s_mean_and_amplitude(&self, c: &Collision, recoil: f64, across: f64) -> (f64, f64) {
        let inv_v2 = self.inv_v * self.inv_v;
        let k_x = self.k * self.sin_k;
        let v0 = self.v + c.m;
        let half_s = 0.5 * (v0 + c.big_m);
        let p_dot_v = c.kinetic * v0 + c.m * self.v + 0.5 * (self.minus_u + self.k2);
        let slope = self.e_k * (c.big_m * v0 + c.m * c.m) + half_s * self.k2
            - self.minus_u * (half_s + self.e_k);
        let mean = (p_dot_v * self.minus_u + 2.0 * recoil * slope) * inv_v2;
        (mean, 2.0 * c.p * k_x * across * inv_v2)
    }

    /// V_z = |p| − |k| cosθ_k in GeV.
    #[inline(always)]
    pub(crate) fn v_z(&self, c: &Collision) -> f64 {
        ((c.e0 + self.e_k) * (self.v + c.m) - c.m * c.m + self.k2) / (c.p + self.k)
            + self.k * self.one_minus_cos_k
    }

    /// ζ = |p|E_k − E0k_z in GeV².
    #[inline(always)]
    pub(crate) fn zeta(&self, c: &Collision) -> f64 {
        let light = self.e_k * c.p + c.e0 * self.k;
        (c.e0 * c.e0 * self.k2 - c.m * c.m * (self.e_k * self.e_k)) / light
            + c.e0 * self.k * self.one_minus_cos_k
    }

    /// The whole point once the recoil is chosen.
    #[inline(always)]
    pub fn with_recoil(&self, c: &Collision, y: &RecoilVariables) -> PairPoint {
        self.with_recoil_across(c, y, self.across(y.above_min, y.below_max))
    }

    /// The same where |V|q_⊥ = `across` in GeV² is known.
    #[inline(always)]
    pub(crate) fn with_recoil_across(
        &self,
        c: &Collision,
        y: &RecoilVariables,
        across: f64,
    ) -> PairPoint {
        self.with_struck(c, &self.struck(c, y, across))
    }

    /// What is thrown where the nucleus is struck with |V|q_⊥ = `across` in GeV².
    #[inline(always)]
    pub(crate) fn struck(&self, c: &Collision, y: &RecoilVariables, across: f64) -> Struck {
        let Self {
            k,
            v,
            sin_k,
            minus_u,
            inv_v,
            ..
        } = *self;
        let (v0, big_m) = (v + c.m, c.big_m);
        let recoil = self.recoil_min + y.above_min;
        let q_par = -0.5 * inv_v * (minus_u + 2.0 * recoil * (v0 + big_m));
        let q_perp = inv_v * across;
        let k_x = k * sin_k;
        let v_z = self.v_z(c);
        let (vx, vz) = (-k_x * inv_v, v_z * inv_v);
        let in_plane = q_perp * y.cos_phi;
        let qx = q_par * vx + in_plane * vz;
        let qy = q_perp * y.sin_phi;
        let qz = q_par * vz - in_plane * vx;
        let e_out = self.slowest + y.below_max;
        let along = self.slowest_along + (v0 + big_m) * inv_v * y.below_max;
        Struck {
            recoil,
            q: [qx, qy, qz],
            p: [along * vx + in_plane * vz, along * vz - in_plane * vx],
            p2: along * along + q_perp * q_perp,
            e_out,
        }
    }

    /// The whole point.
    #[inline(always)]
    pub(crate) fn with_struck(&self, c: &Collision, struck: &Struck) -> PairPoint {
        let Self {
            k2,
            e_k,
            k,
            one_minus_cos_k,
            sin_k,
            minus_u,
            ..
        } = *self;
        let Struck {
            recoil,
            q: [qx, qy, qz],
            p: [px, pz],
            p2,
            e_out,
        } = *struck;
        let (m, big_m) = (c.m, c.big_m);
        let t = 2.0 * big_m * recoil;
        let k_x = k * sin_k;
        let (k_z, k_sq) = (k * (1.0 - one_minus_cos_k), k * k);
        let moduli = (p2 * k_sq).sqrt();
        let (dot, turn) = (px * k_x + pz * k_z, pz * k_x - px * k_z);
        // |p′||k| − p⃗′·k⃗ by the cross product where the two cancel; 0/0 at p′ = 0 is kept off.
        let sum = moduli + dot.abs() + f64::MIN_POSITIVE;
        let sine2 = turn * turn + qy * qy * k_sq;
        let apart = if dot > 0.0 { sine2 } else { sum * sum };
        let energies = e_out * e_k + moduli;
        let light = e_k * c.p + c.e0 * k;
        // The three quotients with one division.
        let (both, rest) = (energies * sum, (e_out * e_out * k2 + m * m * k_sq) * sum);
        let inv = 1.0 / (both * light);
        let s = k2 + 2.0 * (rest + apart * energies) * (light * inv);
        let zeta =
            (c.e0 * c.e0 * k2 - m * m * (e_k * e_k)) * (both * inv) + c.e0 * k * one_minus_cos_k;

        // W = 2M(sE′ + uE0) + ½t(s−u) = 2M[tE_k + 2(q_zζ − E0k_xq_x)] − ½t(s+u): the first has
        // small terms at large t, the second at small t.
        let half_t = 0.5 * t * (s + minus_u);
        let (out, beam) = (2.0 * big_m * s * e_out, 2.0 * big_m * minus_u * c.e0);
        let (along_q, across_q) = (4.0 * big_m * qz * zeta, 4.0 * big_m * c.e0 * k_x * qx);
        let soft = 2.0 * big_m * t * e_k;
        let w_amp = if out + beam < soft + along_q.abs() + across_q.abs() {
            (out - beam) + half_t
        } else {
            soft + 0.5 * t * (minus_u - s) + (along_q - across_q)
        };
        PairPoint {
            k2,
            e_k,
            k,
            one_minus_cos_k,
            sin_k,
            minus_u,
            s,
            t,
            recoil,
            lepton_kinetic: e_out - m,
            q: [qx, qy, qz],
            p_out: [px, qy, pz],
            w_amp,
        }
    }
}

/// A point given by (k², 1−x, 1−cosθ_k, t − t_min, φ_q), exact doubles as in reference tables.
#[derive(Debug, Clone, Copy)]
pub struct ExactVariables {
    /// Pair mass squared in GeV².
    pub k2: f64,
    /// 1 − E_k/E0.
    pub one_minus_x: f64,
    /// 1 − cosθ_k.
    pub one_minus_cos_k: f64,
    /// t − t_min in GeV².
    pub t_above_min: f64,
    /// t_max − t in GeV² where it is known better than by subtraction.
    pub t_below_max: Option<f64>,
    /// φ_q in rad.
    pub phi: f64,
}

impl ExactVariables {
    /// The phase-space point, keeping the digits that V0 − m and E_k − √k² would lose to rounding.
    pub fn point(&self, c: &Collision) -> PairPoint {
        // Products and the square root with their rounding errors: V0 = hi + lo, √k² = root + rest.
        let hi = c.e0 * self.one_minus_x;
        let lo = libm::fma(c.e0, self.one_minus_x, -hi);
        let root = self.k2.sqrt();
        let rest = libm::fma(-root, root, self.k2) / (2.0 * root);
        let v = (hi - c.m) + lo;
        let energy = c.e0 - hi;
        let energy_lo = (c.e0 - energy) - hi;
        let e = (energy - root) + (energy_lo - lo - rest);
        let k = (e * (e + 2.0 * root)).sqrt();
        let emission = Emission::new(c, self.k2, v, e, 2.0 * c.p * k * self.one_minus_cos_k);
        let to_recoil = 0.5 / c.big_m;
        let (span, above) = (emission.recoil_span, self.t_above_min * to_recoil);
        let below = self.t_below_max.map_or(span - above, |t| t * to_recoil);
        // The smaller distance holds the digits; both shrink where rounding left less than them.
        let (above_min, below_max) = if 2.0 * above.min(below) > span {
            let unit = span / (above + below);
            (above * unit, below * unit)
        } else if below < above {
            (span - below, below)
        } else {
            (above, span - above)
        };
        emission.with_recoil(
            c,
            &RecoilVariables {
                above_min,
                below_max,
                cos_phi: libm::cos(self.phi),
                sin_phi: libm::sin(self.phi),
            },
        )
    }
}
