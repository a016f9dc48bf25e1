//! From a phase-space point to the momenta of an event.
//!
//! The pair decays in its rest frame along n (z* along k, x* in the (p,k) plane, y* = ŷ); its
//! momenta follow directly in the laboratory, without a numerical boost:
//! E_χ = ½(E_k + β|k|n₃), p_∥ = ½(|k| + βE_k n₃), p_⊥ = ½√k² β (n₁, n₂). [`turned`] turns it
//! about the beam. Momentum conservation and mass shells hold to 1e-14 relative to E0;
//! pinned by `tests/kinematics.rs`.

use pulp::{Simd, WithSimd};

use super::{Collision, PairPoint};
use crate::elementary::cos_sin_turns;

/// Momenta (E, px, py, pz) in GeV of what leaves l N → l N χ χ̄ (or → l N A′).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FinalState {
    /// Scattered lepton.
    pub lepton: [f64; 4],
    /// Recoiling nucleus.
    pub nucleus: [f64; 4],
    /// χ, or the whole pair (the A′) in [`Self::vector`].
    pub chi: [f64; 4],
    /// χ̄, or zero.
    pub chibar: [f64; 4],
}

/// The two χ in the frame where k lies in the xz plane: (χ, χ̄).
#[inline(always)]
pub fn pair_momenta(y: &PairPoint, n: &[f64; 3], m_chi: f64) -> ([f64; 4], [f64; 4]) {
    let beta2 = 1.0 - 4.0 * m_chi * m_chi / y.k2;
    let half_beta = 0.5 * if beta2 > 0.0 { beta2 } else { 0.0 }.sqrt();
    let along = half_beta * n[2];
    let across = half_beta * y.k2.sqrt();
    let (x, q) = (across * n[0], across * n[1]);
    let cos_k = 1.0 - y.one_minus_cos_k;
    // k̂ = (sinθ, 0, cosθ), e1 = (cosθ, 0, −sinθ).
    let lab = |e: f64, par: f64, x: f64, q: f64| {
        [e, par * y.sin_k + x * cos_k, q, par * cos_k - x * y.sin_k]
    };
    let (e, k) = (0.5 * y.e_k, 0.5 * y.k);
    let (d_e, d_k) = (along * y.k, along * y.e_k);
    (lab(e + d_e, k + d_k, x, q), lab(e - d_e, k - d_k, -x, -q))
}

/// Turns (E, px, py, pz) about z by the azimuth of the given cosine and sine.
#[inline(always)]
pub fn turned(p: [f64; 4], (cos, sin): (f64, f64)) -> [f64; 4] {
    [p[0], cos * p[1] - sin * p[2], sin * p[1] + cos * p[2], p[3]]
}

/// Turns the last momenta of each column about z, one after the other by these parts of a whole turn.
pub fn turn_last(turns: &[f64], columns: &mut [Vec<[f64; 4]>]) {
    crate::elementary::arch().dispatch(TurnLast { turns, columns });
}

struct TurnLast<'a> {
    turns: &'a [f64],
    columns: &'a mut [Vec<[f64; 4]>],
}

impl WithSimd for TurnLast<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        const MANY: usize = 128;
        let n = self.turns.len();
        for (k, turns) in self.turns.chunks(MANY).enumerate() {
            let [mut cos, mut sin] = [[0.0; MANY]; 2];
            for ((cos, sin), &turn) in cos.iter_mut().zip(&mut sin).zip(turns) {
                (*cos, *sin) = cos_sin_turns(turn);
            }
            for column in &mut *self.columns {
                let first = column.len() - n + k * MANY;
                let rows = &mut column[first..][..turns.len()];
                for ((p, &cos), &sin) in rows.iter_mut().zip(&cos).zip(&sin) {
                    *p = turned(*p, (cos, sin));
                }
            }
        }
    }
}

/// Turns (E, px, py, pz) so that what went along +z goes along the unit vector `n`, by the shortest way.
pub fn tilted(p: [f64; 4], n: [f64; 3]) -> [f64; 4] {
    let [e, x, y, z] = p;
    let [nx, ny, nz] = n;
    let along = (nx * x + ny * y) / (1.0 + nz);
    [
        e,
        x + nx * (z - along),
        y + ny * (z - along),
        nz * z - nx * x - ny * y,
    ]
}

/// The opposite of [`tilted`].
pub fn straightened(p: [f64; 4], [nx, ny, nz]: [f64; 3]) -> [f64; 4] {
    tilted(p, [-nx, -ny, nz])
}

impl FinalState {
    #[inline(always)]
    fn of(c: &Collision, y: &PairPoint, (chi, chibar): ([f64; 4], [f64; 4])) -> Self {
        let [px, py, pz] = y.p_out;
        let [qx, qy, qz] = y.q;
        Self {
            lepton: [c.m + y.lepton_kinetic, px, py, pz],
            nucleus: [c.big_m + y.recoil, -qx, -qy, -qz],
            chi,
            chibar,
        }
    }

    /// l N → l N χ χ̄, k in the xz plane.
    #[inline(always)]
    pub fn pair(c: &Collision, y: &PairPoint, n: &[f64; 3], m_chi: f64) -> Self {
        Self::of(c, y, pair_momenta(y, n, m_chi))
    }

    /// l N → l N A′, k in the xz plane; `chi` holds the A′, `chibar` is zero.
    #[inline(always)]
    pub fn vector(c: &Collision, y: &PairPoint) -> Self {
        let k = [y.e_k, y.k * y.sin_k, 0.0, y.k * (1.0 - y.one_minus_cos_k)];
        Self::of(c, y, (k, [0.0; 4]))
    }

    /// The same, turned by `azimuth` = (cosine, sine).
    #[must_use]
    pub fn turned(self, azimuth: (f64, f64)) -> Self {
        Self {
            lepton: turned(self.lepton, azimuth),
            nucleus: turned(self.nucleus, azimuth),
            chi: turned(self.chi, azimuth),
            chibar: turned(self.chibar, azimuth),
        }
    }
}
