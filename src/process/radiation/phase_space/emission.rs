//! y ↔ emission of a mass √k² and recoil of the nucleus: (v, w, T, φ_q).
//!
//! At given k² each variable follows the Weizsäcker–Williams shape ([GKK18] Eqs. (7)–(10),
//! [BEST09]):
//! * v = E0(1−x) − m: dσ/dx ∝ 1/(k²(1−x) + m²x²), sampled as 1/((v+c)(D−v+c′)) with
//!   c = m + E0m²/k², c′ = E0√k²/m;
//! * −u = a + w: dσ/du ∝ 1/u², sampled so exactly;
//! * t: flux z/(z+c)², z = t − t_min, c = t_min + t_a (screening), falling beyond the nuclear
//!   size t_d + t_min, and beyond the hard scale −u where the two diagrams stop cancelling:
//!   dρ = dz/((1+z/z₁)(1+z/z₂)), L = ln(1+ρ/c), and L + L₀ = √(y′(y′+2)), y′ linear in y, which
//!   is within 15 % of the density 1 − e^(−L) of the flux and stays finite at t_min, where the
//!   longitudinal current remains;
//! * φ_q: 1/s with s = s̄ − δ cosφ_q, by the Möbius map of the circle with e = δ/s̄.
//!
//! Any positive choice of these scales is exact; they only shape the weights.

use core::f64::consts::TAU;

use crate::elementary::{cos_sin_turns, exp, exp_m1, ln};
use crate::kinematics::{Collision, Emission, Masses, PairPoint, RecoilVariables, emission_floor};
use crate::matter::form_factor::FormFactor;

/// Map of (v, w, T, φ_q) at given k².
#[derive(Debug, Clone, Copy)]
pub struct EmissionMap {
    collision: Collision,
    v_low: f64,
    v_high: f64,
    /// Screening scale t_a in GeV².
    t_screening: f64,
    /// Nuclear size scale t_d in GeV².
    t_size: f64,
}

/// What the map gives: the point and the measure.
#[derive(Debug, Clone, Copy)]
pub struct EmissionPoint {
    /// The phase-space point.
    pub point: PairPoint,
    /// dv dw dT dφ_q/2π over d⁴y in GeV⁴, over |V|; 0 where nothing is allowed. GeV³.
    pub measure: f64,
}

/// Scales of T − T_min in GeV: where its distribution starts, and where it falls faster.
#[derive(Debug, Clone, Copy)]
struct RecoilScales {
    start: f64,
    near: f64,
    far: f64,
    product: f64,
    inv_product: f64,
    /// near·far/(far − near).
    range: f64,
    inv_range: f64,
}

impl RecoilScales {
    #[inline(always)]
    fn new(start: f64, near: f64, far: f64) -> Self {
        let (product, gap) = (near * far, far - near);
        let inv = 1.0 / (product * gap);
        Self {
            start,
            near,
            far,
            product,
            inv_product: gap * inv,
            range: product * product * inv,
            inv_range: gap * gap * inv,
        }
    }

    /// ρ = ∫ dz /((1+z/near)(1+z/far)), GeV.
    #[inline(always)]
    fn rho(&self, z: f64) -> f64 {
        let Self { near, far, .. } = *self;
        self.range * ln((near + z) * far / ((far + z) * near))
    }

    /// The z of a ρ, within [0, `span`] whatever rounding says.
    #[inline(always)]
    fn above(&self, rho: f64, span: f64) -> f64 {
        let above_one = exp_m1(rho * self.inv_range);
        let z = above_one * self.product / ((self.far - self.near) - above_one * self.near);
        let z = if z < 0.0 { 0.0 } else { z };
        if z > span { span } else { z }
    }

    /// dz/dρ.
    #[inline(always)]
    fn slope(&self, z: f64) -> f64 {
        (self.near + z) * (self.far + z) * self.inv_product
    }
}

/// z₀: keeps the density finite at t_min, where the longitudinal current remains.
const OFFSET: f64 = 0.05;
/// L₀ = √(z₀(z₀+2)).
const OFFSET_LOG: f64 = 0.320_156_211_871_642_45;

/// z − z₀ at L, for L + L₀ = √(z(z+2)), without cancellation.
#[inline(always)]
fn height(log: f64) -> f64 {
    let l = log + OFFSET_LOG;
    log * (l + OFFSET_LOG) / ((1.0 + l * l).sqrt() + (1.0 + OFFSET))
}

/// Distances smaller than this part of the range are not told apart.
const EPSILON: f64 = 1e-12;

impl EmissionMap {
    /// For v within the cuts (`v_low`, `v_high`) in GeV, shaped for `form_factor`.
    pub fn new(collision: Collision, v_cuts: (f64, f64), form_factor: &FormFactor) -> Self {
        let scales = form_factor.scales();
        Self {
            collision,
            v_low: v_cuts.0,
            v_high: v_cuts.1,
            t_screening: scales.screening_gev2,
            t_size: scales.size_gev2,
        }
    }

    /// The cuts on v, GeV.
    #[inline(always)]
    pub(in crate::process::radiation) fn v_cuts(&self) -> (f64, f64) {
        (self.v_low, self.v_high)
    }

    /// The same form factor at another collision, with its cuts on v.
    #[inline(always)]
    pub(in crate::process::radiation) fn of(
        &self,
        collision: Collision,
        v_cuts: (f64, f64),
    ) -> Self {
        Self {
            collision,
            v_low: v_cuts.0,
            v_high: v_cuts.1,
            ..*self
        }
    }

    /// Range of v at k², and 1, 0 where it is empty, or no number where it is none.
    #[inline(always)]
    fn v_range(&self, k2: f64) -> (f64, f64, f64) {
        let (lo, hi) = self.collision.v_limits(k2);
        let lo = if lo > self.v_low { lo } else { self.v_low };
        let hi = if hi < self.v_high { hi } else { self.v_high };
        let share = if hi > lo {
            1.0
        } else if hi <= lo {
            0.0
        } else {
            f64::NAN
        };
        (lo, hi, share)
    }

    /// Offsets c and c′ of the density 1/((v+c)(D−v+c′)).
    #[inline(always)]
    fn v_offsets(&self, k2: f64, inv_k2: f64) -> (f64, f64) {
        let Masses { e0, m, .. } = *self.collision;
        (m + e0 * m * m * inv_k2, k2.sqrt() * (e0 / m))
    }

    /// Floor a of −u and the largest w at (k², v).
    #[inline(always)]
    fn w_range(&self, k2: f64, v: f64, e: f64) -> (f64, f64) {
        let c = &self.collision;
        let mass = k2.sqrt();
        let e_k = mass + e;
        let k = (e * (e_k + mass)).sqrt();
        let floor = emission_floor(c, k2, e_k, v + c.m, k);
        let backward = 4.0 * c.p * k;
        let recoil = 2.0 * c.big_m * v - floor;
        (floor, if backward < recoil { backward } else { recoil })
    }

    /// Scales of the t map in T = t/2M.
    #[inline(always)]
    fn recoil_scales(&self, emission: &Emission) -> RecoilScales {
        let to_recoil = 0.5 / self.collision.big_m;
        let size = emission.recoil_min + self.t_size * to_recoil;
        let hard = emission.minus_u() * to_recoil;
        let near = 0.8 * size;
        let start = emission.recoil_min + self.t_screening * to_recoil;
        RecoilScales::new(start, if hard < near { hard } else { near }, 1.25 * size)
    }

    /// s̄ and δ of the φ_q map: δ kept below s̄, whatever rounding says.
    #[inline(always)]
    fn s_range(&self, emission: &Emission, recoil: f64, above: f64, below: f64) -> (f64, f64) {
        let (mean, delta) = emission.s_mean_and_amplitude(&self.collision, recoil, above, below);
        let top = (1.0 - EPSILON) * mean;
        (mean, if delta < top { delta } else { top })
    }

    /// The point at y in (0,1)⁴, `inv_k2` = 1/k².
    #[inline(always)]
    pub fn forward(&self, k2: f64, inv_k2: f64, y: [f64; 4]) -> EmissionPoint {
        let c = &self.collision;
        let (v_min, v_max, share) = self.v_range(k2);
        let (c_v, c_e) = self.v_offsets(k2, inv_k2);
        // R = (v+c)/(D−v+c′) = g·low/room is geometric in y; D − v ≥ √k² > 0. For light k both v
        // and e come from R, so that each keeps its digits where it is the small one.
        let mass = k2.sqrt();
        let top = c.kinetic + c_e;
        let (low, room) = (v_min + c_v, top - v_min);
        let rest = mass + c_e;
        let at_rest = c.kinetic - mass;
        let e_min = at_rest - v_max;
        let log_r = ln((v_max + c_v) * room / ((rest + e_min) * low));
        let grown = low * exp(log_r * y[0]);
        let inv = 1.0 / (room + grown);
        let v = (grown * top - c_v * room) * inv;
        // Comparisons are such that what is no number stays so, here and below.
        let v = if v < v_min { v_min } else { v };
        let v = if v > v_max { v_max } else { v };
        let away = room * (top + c_v) * inv;
        let dv = log_r * grown * away * inv;
        let e = if rest < c.kinetic {
            away - rest
        } else {
            at_rest - v
        };
        let e = if e < e_min { e_min } else { e };
        let least = EPSILON * mass;
        let e = if e < least { least } else { e };

        let (floor, w_max) = self.w_range(k2, v, e);
        let w_max = if w_max < 0.0 { 0.0 } else { w_max };
        // 1/(−u) is uniform in y between floor and floor + w_max.
        let inv = 1.0 / (floor + w_max * (1.0 - y[1]));
        let w = floor * w_max * y[1] * inv;
        let dw = floor * w_max * (floor + w_max) * inv * inv;

        let emission = Emission::new(c, k2, v, e, w);
        let scales = self.recoil_scales(&emission);
        let span = emission.recoil_span;
        let range = height(ln(1.0 + scales.rho(span) / scales.start));
        let z = range * y[2] + OFFSET;
        let root_z = (z * (z + 2.0)).sqrt();
        let grown = exp(root_z - OFFSET_LOG);
        let above_min = scales.above(scales.start * (grown - 1.0), span);
        let d_recoil = range * (z + 1.0) / root_z * scales.start * grown * scales.slope(above_min);

        let recoil = emission.recoil_min + above_min;
        let below_max = span - above_min;
        let (mean, delta) = self.s_range(&emission, recoil, above_min, below_max);
        let (cos_psi, sin_psi) = cos_sin_turns(y[3]);
        let root = ((mean - delta) * (mean + delta)).sqrt();
        let inv_phi = 1.0 / (mean + delta * cos_psi);
        let variables = RecoilVariables {
            above_min,
            below_max,
            cos_phi: (mean * cos_psi + delta) * inv_phi,
            sin_phi: root * sin_psi * inv_phi,
        };
        let point = emission.with_recoil(c, &variables);
        let measure = dv * dw * d_recoil * (root * inv_phi) * emission.inv_v;
        EmissionPoint {
            point,
            measure: if share == 0.0 { 0.0 } else { measure * share },
        }
    }

    /// y of given variables (v, w in GeV, GeV²; the azimuth by cosine and sine).
    pub fn inverse(&self, k2: f64, v: f64, w: f64, recoil: &RecoilVariables) -> [f64; 4] {
        let c = &self.collision;
        let (v_min, v_max, _) = self.v_range(k2);
        let (c_v, c_e) = self.v_offsets(k2, 1.0 / k2);
        let top = c.kinetic + c_e;
        let r = |v: f64| (v + c_v) / (top - v);
        let y0 = ln(r(v) / r(v_min)) / ln(r(v_max) / r(v_min));

        let e = c.kinetic - k2.sqrt() - v;
        let (floor, w_max) = self.w_range(k2, v, e);
        let y1 = (w / (floor + w)) / (w_max / (floor + w_max));

        let emission = Emission::new(c, k2, v, e, w);
        let scales = self.recoil_scales(&emission);
        let log = |above: f64| libm::log1p(scales.rho(above) / scales.start);
        let y2 = height(log(recoil.above_min)) / height(log(emission.recoil_span));

        let total = emission.recoil_min + recoil.above_min;
        let (mean, delta) = self.s_range(&emission, total, recoil.above_min, recoil.below_max);
        let root = ((mean - delta) * (mean + delta)).sqrt();
        // ψ of φ_q: cosψ = (s̄ cosφ − δ)/(s̄ − δ cosφ), sinψ = √(s̄²−δ²) sinφ/(s̄ − δ cosφ).
        let (x, y) = (mean * recoil.cos_phi - delta, root * recoil.sin_phi);
        let turns = libm::atan2(y, x) / TAU;
        [y0, y1, y2, if turns < 0.0 { turns + 1.0 } else { turns }]
    }
}
