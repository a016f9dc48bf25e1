//! The conversion at one energy of the photon: its kinematics, dσ and momenta, the form factor apart.
//!
//! Energies in GeV, the photon along z, the nucleus of mass M at rest and recoiling in the xz plane. Nothing asks,
//! so that a loop over points vectorises.

use core::f64::consts::PI;

use super::two_photon::{self, Point, Polar};
use crate::constants::{ALPHA, GEV_M2_TO_PB};
use crate::dark_sector::ChiSpin;
use crate::event::Momentum;
use crate::kinematics::PhotonCollision;
use crate::matter::NucleusSpin;
use crate::process::photon::Photons;

/// What it takes.
#[derive(Clone, Copy)]
pub(super) struct AtEnergy {
    collision: PhotonCollision,
    m_chi: f64,
    /// Q_χ².
    charge2: f64,
    /// Where the cut on E_miss = ω − t/2M ends t.
    pub(super) t_most: f64,
}

/// W² and t of a point, with what follows from them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Invariants {
    pub(super) w2: f64,
    pub(super) t: f64,
    /// k·q.
    pub(super) kq: f64,
    /// J_T².
    pub(super) j2: f64,
}

impl AtEnergy {
    /// That of these photons.
    #[inline(always)]
    pub(super) fn of(photons: &Photons) -> Self {
        Self {
            collision: photons.collision(),
            m_chi: photons.chi.mass_gev,
            charge2: photons.chi.charge * photons.chi.charge,
            t_most: photons.t_at(photons.cuts.x_min),
        }
    }

    /// Whether the cuts on x leave anything; E_miss is the energy of the photon but for the recoil.
    pub(super) fn leaves_something(&self) -> bool {
        let (t_min, _) = self.t_limits(self.w2_limits().0);
        t_min < self.t_most
    }

    /// Least W², and largest, (√s − M)².
    #[inline(always)]
    pub(super) fn w2_limits(&self) -> (f64, f64) {
        let most = self.collision.max_pair_mass();
        (4.0 * self.m_chi * self.m_chi, most * most)
    }

    /// Limits of t at W², by kinematics alone.
    #[inline(always)]
    pub(super) fn t_limits(&self, w2: f64) -> (f64, f64) {
        self.collision.t_limits(w2)
    }

    /// What follows from W² and t between its limits.
    #[inline(always)]
    pub(super) fn invariants(&self, w2: f64, t: f64, (t_min, t_max): (f64, f64)) -> Invariants {
        let kq = 0.5 * (w2 + t);
        let between = (t - t_min) * (t_max - t);
        let between = if between < 0.0 { 0.0 } else { between };
        let j2 = self.collision.s() * between / (kq * kq);
        Invariants { w2, t, kq, j2 }
    }

    /// J·k.
    #[inline(always)]
    fn jk(&self, i: &Invariants) -> f64 {
        2.0 * self.collision.mass_gev * self.collision.energy_gev - i.kq
    }

    /// Q⁴ α G2/(8π M²ω² t²) k·q in pb GeV⁴, with G2 = Z²F².
    #[inline(always)]
    fn field(&self, i: &Invariants, g2: f64) -> f64 {
        let scale = self.collision.mass_gev * self.collision.energy_gev * i.t;
        GEV_M2_TO_PB * self.charge2 * self.charge2 * ALPHA / (8.0 * PI) * g2 * i.kq
            / (scale * scale)
    }

    /// dσ/dt dW² in pb/GeV⁴, whatever the cuts.
    #[inline(always)]
    pub(super) fn inclusive_pb(
        &self,
        (chi, nucleus): (ChiSpin, NucleusSpin),
        i: &Invariants,
        g2: f64,
    ) -> f64 {
        let (transverse, scalar) = two_photon::sigma(chi, self.m_chi, i.w2, i.t);
        let jk = self.jk(i);
        let (mut jt2, mut jl2) = (i.j2, i.t * jk * jk / (i.kq * i.kq));
        if nucleus == NucleusSpin::Half {
            jt2 += 2.0 * i.t;
            jl2 -= i.t;
        }
        self.field(i, g2) * (jt2 * transverse + jl2 * scalar)
    }

    /// v of the pair.
    #[inline(always)]
    pub(super) fn v(&self, w2: f64) -> f64 {
        let m = self.m_chi;
        let v2 = (w2 - 4.0 * m * m) / w2;
        let v2 = if v2 < 0.0 { 0.0 } else { v2 };
        v2.sqrt()
    }

    /// dσ/dt dW² dcosθ dφ/2π in pb/GeV⁴ with χ at θ and φ, on a nucleus without spin.
    #[inline(always)]
    pub(super) fn density_pb(
        &self,
        chi: ChiSpin,
        i: &Invariants,
        g2: f64,
        polar: Polar,
        cos_phi: f64,
    ) -> f64 {
        let v = self.v(i.w2);
        let point = Point {
            w2: i.w2,
            kq: i.kq,
            v,
            polar,
            cos_phi,
            j2: i.j2,
            long: i.t * self.jk(i) / (i.kq * i.kq),
        };
        let e4 = (4.0 * PI * ALPHA) * (4.0 * PI * ALPHA);
        let squared = two_photon::squared(chi, &point);
        // ½ Σ|A|² e⁴ v/(8π)/2 in place of J²·4k·q·σ.
        self.field(i, g2) * e4 * v / (128.0 * PI * i.kq) * squared
    }

    /// Momenta of nucleus, χ and χ̄.
    pub(super) fn momenta(
        &self,
        i: &Invariants,
        polar: Polar,
        (cos_phi, sin_phi): (f64, f64),
    ) -> [Momentum; 3] {
        let (m, omega, m_chi) = (
            self.collision.mass_gev,
            self.collision.energy_gev,
            self.m_chi,
        );
        let recoil = i.t / (2.0 * m);
        let across = i.j2.sqrt() * i.kq / (2.0 * m * omega);
        let along = recoil + i.kq / omega;
        let pair = [omega - recoil, -across, 0.0, omega - along];
        let w = i.w2.sqrt();
        let p = 0.5 * w * self.v(i.w2);
        let (cos, (less, more)) = (polar.cos, polar.from_cos);
        let pt = p * (less * more).sqrt();
        // The axis of the current, orthogonal to photon and pair.
        let tilt = -across * omega / i.kq;
        let momentum = |sign: f64| {
            let (share, beam) = (0.5 - sign * p * cos / w, sign * p * cos * w * omega / i.kq);
            let (x, y) = (sign * pt * cos_phi, sign * pt * sin_phi);
            let px = share * pair[1] + x;
            let pz = share * pair[3] + beam + x * tilt;
            [
                (m_chi * m_chi + px * px + y * y + pz * pz).sqrt(),
                px,
                y,
                pz,
            ]
        };
        [
            [m + recoil, across, 0.0, along],
            momentum(1.0),
            momentum(-1.0),
        ]
    }
}
