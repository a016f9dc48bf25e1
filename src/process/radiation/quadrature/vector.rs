//! A vector that leaves the lepton line: its mass and energy, and the range of −u that they leave.
//!
//! Used by `slice`, `recoil` and `azimuth`; pinned with them.

use crate::kinematics::{Collision, emission_floor};

/// k², v = V0 − m, e = E_k − √k² and what follows from them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Radiation {
    pub(super) k2: f64,
    pub(super) v: f64,
    pub(super) e: f64,
    pub(super) e_k: f64,
    pub(super) k: f64,
    /// Least −u in GeV².
    pub(super) floor: f64,
    /// Largest −u − floor in GeV²; not positive where nothing is possible.
    pub(super) w_max: f64,
}

impl Radiation {
    /// At pair mass squared `k2` (GeV²) and `v` (GeV).
    pub(super) fn new(c: &Collision, k2: f64, v: f64) -> Self {
        let mass = k2.sqrt();
        let e = c.kinetic - v - mass;
        let e_k = mass + e;
        let k = (e * (e_k + mass)).max(0.0).sqrt();
        let floor = emission_floor(c, k2, e_k, v + c.m, k);
        let w_max = (2.0 * c.big_m * v - floor).min(4.0 * c.p * k);
        Self {
            k2,
            v,
            e,
            e_k,
            k,
            floor,
            w_max,
        }
    }
}
