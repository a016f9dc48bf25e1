//! A photon of energy ω on a nucleus of mass M at rest, and what of mass W it can make beside it; GeV.
//!
//! s = M² + 2Mω, and t = −(P − P′)² lies between the limits of γN → W N, of which `t_min t_max = M²W⁴/s`; no
//! form cancels. Pinned by `tests/photon_conversion.rs`.

/// The initial state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhotonCollision {
    /// Energy ω of the photon.
    pub energy_gev: f64,
    /// Mass M of the nucleus.
    pub mass_gev: f64,
}

impl PhotonCollision {
    /// s, GeV².
    #[inline(always)]
    pub fn s(&self) -> f64 {
        self.mass_gev * (self.mass_gev + 2.0 * self.energy_gev)
    }

    /// Largest W, √s − M = 2Mω/(√s + M).
    #[inline(always)]
    pub fn max_pair_mass(&self) -> f64 {
        2.0 * self.mass_gev * self.energy_gev / (self.s().sqrt() + self.mass_gev)
    }

    /// Least energy that makes W on a nucleus of this mass: W(1 + W/2M).
    #[inline(always)]
    pub fn threshold_gev(mass_gev: f64, w: f64) -> f64 {
        w * (1.0 + 0.5 * w / mass_gev)
    }

    /// Least and largest t in GeV² at W² in GeV².
    #[inline(always)]
    pub fn t_limits(&self, w2: f64) -> (f64, f64) {
        let (s, m) = (self.s(), self.mass_gev);
        let m2 = m * m;
        let two_m_omega = 2.0 * m * self.energy_gev;
        // λ(s, W², M²), which vanishes where W is √s − M.
        let most = self.max_pair_mass();
        let upper = (s.sqrt() + m) * (s.sqrt() + m);
        let below = most * most - w2;
        let below = if below < 0.0 { 0.0 } else { below };
        let root = (below * (upper - w2)).sqrt();
        let sum = (two_m_omega * two_m_omega - w2 * (s + m2)) / s;
        let t_max = 0.5 * (sum + two_m_omega * root / s);
        (m2 * w2 * w2 / (s * t_max), t_max)
    }
}
