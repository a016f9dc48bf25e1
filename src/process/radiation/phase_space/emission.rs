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

use super::recoil::{RecoilScales, height};
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

/// Where v lies.
#[derive(Debug, Clone, Copy)]
pub(in crate::process::radiation) struct EnergyRange {
    /// √k².
    pub(super) mass: f64,
    pub(super) v_min: f64,
    pub(super) v_max: f64,
    /// 1, 0 where v has no range, no number where the range is none.
    pub(super) share: f64,
}

impl EnergyRange {
    /// A measure, or 0 where nothing is allowed.
    #[inline(always)]
    pub(in crate::process::radiation) fn allowed(&self, measure: f64) -> f64 {
        if self.share == 0.0 {
            0.0
        } else {
            measure * self.share
        }
    }
}

/// Kinetic energies of the intermediate lepton and of the pair, GeV.
#[derive(Debug, Clone, Copy)]
pub(in crate::process::radiation) struct Energies {
    pub(super) v: f64,
    pub(super) e: f64,
    /// dv/dy.
    pub(in crate::process::radiation) dv: f64,
}

/// Where the pair goes.
#[derive(Debug, Clone, Copy)]
pub(in crate::process::radiation) struct Angle {
    /// |k| in GeV.
    pub(super) k: f64,
    /// 2|p||k|(1−cosθ_k) and −u in GeV².
    pub(super) w: f64,
    pub(super) minus_u: f64,
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
    fn v_offsets(&self, mass: f64, inv_k2: f64) -> (f64, f64) {
        let Masses { e0, m, .. } = *self.collision;
        (m + e0 * m * m * inv_k2, mass * (e0 / m))
    }

    /// |k|, the floor a of −u and the largest w at (k², v).
    #[inline(always)]
    fn w_range(&self, (k2, mass): (f64, f64), v: f64, e: f64) -> (f64, f64, f64) {
        let c = &self.collision;
        let e_k = mass + e;
        let k = (e * (e_k + mass)).sqrt();
        let floor = emission_floor(c, k2, e_k, v + c.m, k);
        let backward = 4.0 * c.p * k;
        let recoil = 2.0 * c.big_m * v - floor;
        let w_max = if backward < recoil { backward } else { recoil };
        (k, floor, w_max)
    }

    /// Scales of the t map in T = t/2M.
    #[inline(always)]
    pub(in crate::process::radiation) fn recoil_scales(&self, emission: &Emission) -> RecoilScales {
        let to_recoil = 0.5 / self.collision.big_m;
        let size = emission.recoil_min + self.t_size * to_recoil;
        let hard = emission.minus_u() * to_recoil;
        let near = 0.8 * size;
        let start = emission.recoil_min + self.t_screening * to_recoil;
        let near = if hard < near { hard } else { near };
        RecoilScales::new(start, near, 1.25 * size)
    }

    /// s̄ and δ of the φ_q map: δ kept below s̄, whatever rounding says.
    #[inline(always)]
    fn s_range(&self, emission: &Emission, recoil: f64, across: f64) -> (f64, f64) {
        let (mean, delta) = emission.s_mean_and_amplitude(&self.collision, recoil, across);
        let top = (1.0 - EPSILON) * mean;
        (mean, if delta < top { delta } else { top })
    }

    /// Range of v at k².
    #[inline(always)]
    pub(in crate::process::radiation) fn energy_range(&self, k2: f64) -> EnergyRange {
        let (v_min, v_max, share) = self.v_range(k2);
        EnergyRange {
            mass: k2.sqrt(),
            v_min,
            v_max,
            share,
        }
    }

    /// R(v_max)/R(v_min), `inv_k2` = 1/k².
    #[inline(always)]
    pub(in crate::process::radiation) fn energy_ratio(
        &self,
        inv_k2: f64,
        range: &EnergyRange,
    ) -> f64 {
        let c = &self.collision;
        let EnergyRange {
            mass, v_min, v_max, ..
        } = *range;
        let (c_v, c_e) = self.v_offsets(mass, inv_k2);
        // R = (v+c)/(D−v+c′) = g·low/room is geometric in y; D − v ≥ √k² > 0. For light k both v
        // and e come from R, so that each keeps its digits where it is the small one.
        let (low, room) = (v_min + c_v, c.kinetic + c_e - v_min);
        let rest = mass + c_e;
        let e_min = c.kinetic - mass - v_max;
        (v_max + c_v) * room / ((rest + e_min) * low)
    }

    /// Energies of the pair and of the intermediate lepton where R is `ratio` times that of the least v, `inv_k2` = 1/k²
    /// and `log_r` the logarithm of [`Self::energy_ratio`].
    #[inline(always)]
    pub(in crate::process::radiation) fn energies(
        &self,
        inv_k2: f64,
        range: &EnergyRange,
        log_r: f64,
        ratio: f64,
    ) -> Energies {
        let c = &self.collision;
        let EnergyRange {
            mass, v_min, v_max, ..
        } = *range;
        let (c_v, c_e) = self.v_offsets(mass, inv_k2);
        let top = c.kinetic + c_e;
        let (low, room) = (v_min + c_v, top - v_min);
        let rest = mass + c_e;
        let at_rest = c.kinetic - mass;
        let grown = low * ratio;
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
        let e_min = at_rest - v_max;
        let e = if e < e_min { e_min } else { e };
        let least = EPSILON * mass;
        let e = if e < least { least } else { e };
        Energies { v, e, dv }
    }

    /// The angle of the pair at y in (0, 1), and dw/dy in GeV².
    #[inline(always)]
    pub(in crate::process::radiation) fn angle(
        &self,
        k2: f64,
        range: &EnergyRange,
        energies: &Energies,
        y: f64,
    ) -> (Angle, f64) {
        let Energies { v, e, .. } = *energies;
        let (k, floor, w_max) = self.w_range((k2, range.mass), v, e);
        let w_max = if w_max < 0.0 { 0.0 } else { w_max };
        // 1/(−u) is uniform in y between floor and floor + w_max.
        let inv = 1.0 / (floor + w_max * (1.0 - y));
        let w = floor * w_max * y * inv;
        let dw = floor * w_max * (floor + w_max) * inv * inv;
        let minus_u = floor + w;
        (Angle { k, w, minus_u }, dw)
    }

    /// The emission at these energies and this angle.
    #[inline(always)]
    pub(in crate::process::radiation) fn emission(
        &self,
        k2: f64,
        range: &EnergyRange,
        energies: &Energies,
        angle: &Angle,
    ) -> Emission {
        let pair = (k2, range.mass + energies.e, angle.k);
        Emission::of_pair(&self.collision, pair, energies.v, (angle.w, angle.minus_u))
    }

    /// The recoil with its azimuth at ψ = 2πy, where |V|q_⊥ = `across`, and dφ_q/2π over dy.
    #[inline(always)]
    pub(in crate::process::radiation) fn azimuth(
        &self,
        emission: &Emission,
        (above_min, below_max): (f64, f64),
        across: f64,
        (cos_psi, sin_psi): (f64, f64),
    ) -> (RecoilVariables, f64) {
        let recoil = emission.recoil_min + above_min;
        let (mean, delta) = self.s_range(emission, recoil, across);
        let root = ((mean - delta) * (mean + delta)).sqrt();
        let inv_phi = 1.0 / (mean + delta * cos_psi);
        let variables = RecoilVariables {
            above_min,
            below_max,
            cos_phi: (mean * cos_psi + delta) * inv_phi,
            sin_phi: root * sin_psi * inv_phi,
        };
        (variables, root * inv_phi)
    }

    /// The point at y in (0,1)⁴, `inv_k2` = 1/k².
    #[inline(always)]
    pub fn forward(&self, k2: f64, inv_k2: f64, y: [f64; 4]) -> EmissionPoint {
        let range = self.energy_range(k2);
        let log_r = ln(self.energy_ratio(inv_k2, &range));
        let energies = self.energies(inv_k2, &range, log_r, exp(log_r * y[0]));
        let (angle, dw) = self.angle(k2, &range, &energies, y[1]);
        let emission = self.emission(k2, &range, &energies, &angle);
        let (scales, span) = (self.recoil_scales(&emission), emission.recoil_span);
        let rho = scales.rho(ln(scales.fall(span)));
        let height = height(ln(scales.growth_at(rho)));
        let (log, slope) = scales.grown(height, y[2]);
        let grown = exp(log);
        let d_rho = slope * grown;
        let (above_min, slope) = scales.above(exp_m1(scales.log_fall(grown)), span);
        let d_recoil = d_rho * slope;
        let below_max = span - above_min;
        let across = emission.across(above_min, below_max);
        let psi = cos_sin_turns(y[3]);
        let (variables, d_azimuth) = self.azimuth(&emission, (above_min, below_max), across, psi);
        let measure = energies.dv * dw * d_recoil * d_azimuth * emission.inv_v;
        EmissionPoint {
            point: emission.with_recoil_across(&self.collision, &variables, across),
            measure: range.allowed(measure),
        }
    }

    /// y of given variables (v, w in GeV, GeV²; the azimuth by cosine and sine).
    pub fn inverse(&self, k2: f64, v: f64, w: f64, recoil: &RecoilVariables) -> [f64; 4] {
        let c = &self.collision;
        let (v_min, v_max, _) = self.v_range(k2);
        let mass = k2.sqrt();
        let (c_v, c_e) = self.v_offsets(mass, 1.0 / k2);
        let top = c.kinetic + c_e;
        let r = |v: f64| (v + c_v) / (top - v);
        let y0 = ln(r(v) / r(v_min)) / ln(r(v_max) / r(v_min));

        let e = c.kinetic - mass - v;
        let (_, floor, w_max) = self.w_range((k2, mass), v, e);
        let y1 = (w / (floor + w)) / (w_max / (floor + w_max));

        let emission = Emission::new(c, k2, v, e, w);
        let scales = self.recoil_scales(&emission);
        let y2 =
            height(scales.growth(recoil.above_min)) / height(scales.growth(emission.recoil_span));

        let total = emission.recoil_min + recoil.above_min;
        let across = emission.across(recoil.above_min, recoil.below_max);
        let (mean, delta) = self.s_range(&emission, total, across);
        let root = ((mean - delta) * (mean + delta)).sqrt();
        // ψ of φ_q: cosψ = (s̄ cosφ − δ)/(s̄ − δ cosφ), sinψ = √(s̄²−δ²) sinφ/(s̄ − δ cosφ).
        let (x, y) = (mean * recoil.cos_phi - delta, root * recoil.sin_phi);
        let turns = libm::atan2(y, x) / TAU;
        [y0, y1, y2, if turns < 0.0 { turns + 1.0 } else { turns }]
    }
}
