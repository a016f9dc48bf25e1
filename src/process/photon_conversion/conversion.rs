//! One set-up of the conversion: its kinematics and dσ.
//!
//! Energies in GeV, the photon along z, the nucleus of mass M at rest and recoiling in the xz plane.

use core::f64::consts::PI;

use super::two_photon::{self, Point, Polar};
use crate::constants::{ALPHA, GEV_M2_TO_PB};
use crate::event::Momentum;
use crate::kinematics::PhotonCollision;
use crate::matter::NucleusSpin;
use crate::matter::form_factor::FormFactor;
use crate::process::photon::Photons;
use crate::process::{Inputs, SetupError};

/// Its name.
pub(super) const KIND: &str = "photon-conversion";
/// The conversion of photons on one nucleus.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversion {
    pub(super) photons: Photons,
    form_factor: FormFactor,
}

/// W² and t of a point, with what follows from them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Invariants {
    pub(super) w2: f64,
    pub(super) t: f64,
    /// k·q.
    kq: f64,
    /// J_T².
    j2: f64,
}

impl Conversion {
    /// The process of these inputs, with photons of the energy of their beam.
    ///
    /// # Errors
    /// [`SetupError`] if a number makes no sense, what is produced is no pair, there is a cut on a lepton, or nothing
    /// can be made.
    pub fn new(inputs: &Inputs) -> Result<Self, SetupError> {
        let process = Self {
            photons: Photons::new(KIND, inputs)?,
            form_factor: FormFactor::new(&inputs.form_factor, &inputs.nucleus)?,
        };
        let energy_gev = process.photons.energy_gev;
        if !(energy_gev > process.threshold_gev()) {
            return Err(SetupError::TooLittle {
                kind: KIND,
                energy_gev,
                mass_gev: 2.0 * process.photons.chi.mass_gev,
                least_gev: process.threshold_gev(),
            });
        }
        match process.leaves_something() {
            true => Ok(process),
            false => Err(process.photons.nothing_left()),
        }
    }

    /// Least energy in GeV of a photon that makes a pair: 2m_χ(1 + m_χ/M).
    pub fn threshold_gev(&self) -> f64 {
        PhotonCollision::threshold_gev(
            self.photons.nucleus.mass_gev,
            2.0 * self.photons.chi.mass_gev,
        )
    }

    /// The same at another energy; the cuts stay where they are in GeV.
    pub(super) fn at(&self, energy_gev: f64) -> Option<Self> {
        let moved = Self {
            photons: self.photons.moved(energy_gev),
            ..self.clone()
        };
        (energy_gev > moved.threshold_gev() && moved.leaves_something()).then_some(moved)
    }

    /// Whether the cuts on x leave anything; E_miss is the energy of the photon but for the recoil.
    fn leaves_something(&self) -> bool {
        let (t_min, _) = self.t_limits(4.0 * self.photons.chi.mass_gev * self.photons.chi.mass_gev);
        t_min < self.t_most()
    }

    /// s, GeV².
    fn s(&self) -> f64 {
        self.photons.collision().s()
    }

    /// Least W², and largest, (√s − M)².
    pub(super) fn w2_limits(&self) -> (f64, f64) {
        let most = self.photons.collision().max_pair_mass();
        (
            4.0 * self.photons.chi.mass_gev * self.photons.chi.mass_gev,
            most * most,
        )
    }

    /// Limits of t at W², by kinematics alone.
    pub(super) fn t_limits(&self, w2: f64) -> (f64, f64) {
        self.photons.collision().t_limits(w2)
    }

    /// Where the cut on E_miss = ω − t/2M ends t.
    pub(super) fn t_most(&self) -> f64 {
        self.photons.t_at(self.photons.cuts.x_min)
    }

    /// Whether E_miss at this t is within the cuts.
    pub(super) fn passes(&self, t: f64) -> bool {
        let x = 1.0 - t / (2.0 * self.photons.nucleus.mass_gev * self.photons.energy_gev);
        x >= self.photons.cuts.x_min
            && (self.photons.cuts.x_max >= 1.0 || x <= self.photons.cuts.x_max)
    }

    /// What follows from W² and t between their limits.
    pub(super) fn invariants(&self, w2: f64, t: f64) -> Invariants {
        let (t_min, t_max) = self.t_limits(w2);
        let kq = 0.5 * (w2 + t);
        let j2 = self.s() * ((t - t_min) * (t_max - t)).max(0.0) / (kq * kq);
        Invariants { w2, t, kq, j2 }
    }

    /// J·k.
    fn jk(&self, i: &Invariants) -> f64 {
        2.0 * self.photons.nucleus.mass_gev * self.photons.energy_gev - i.kq
    }

    /// Q⁴ α Z²F²/(8π M²ω² t²) k·q in pb GeV⁴.
    fn field(&self, i: &Invariants) -> f64 {
        let q2 = self.photons.chi.charge * self.photons.chi.charge;
        let scale = self.photons.nucleus.mass_gev * self.photons.energy_gev * i.t;
        GEV_M2_TO_PB * q2 * q2 * ALPHA / (8.0 * PI) * self.form_factor.g2(i.t) * i.kq
            / (scale * scale)
    }

    /// dσ/dt dW² in pb/GeV⁴, whatever the cuts.
    pub(super) fn inclusive_pb(&self, i: &Invariants) -> f64 {
        let (transverse, scalar) =
            two_photon::sigma(self.photons.chi.spin, self.photons.chi.mass_gev, i.w2, i.t);
        let jk = self.jk(i);
        let (mut jt2, mut jl2) = (i.j2, i.t * jk * jk / (i.kq * i.kq));
        if self.photons.nucleus.spin == NucleusSpin::Half {
            jt2 += 2.0 * i.t;
            jl2 -= i.t;
        }
        self.field(i) * (jt2 * transverse + jl2 * scalar)
    }

    /// v of the pair.
    pub(super) fn v(&self, w2: f64) -> f64 {
        let m = self.photons.chi.mass_gev;
        ((w2 - 4.0 * m * m) / w2).max(0.0).sqrt()
    }

    /// dσ/dt dW² dcosθ dφ/2π in pb/GeV⁴ with χ at θ and φ; that of spin ½ is spread like spin 0.
    pub(super) fn density_pb(&self, i: &Invariants, polar: Polar, cos_phi: f64) -> f64 {
        let v = self.v(i.w2);
        let point = |j2: f64, long: f64| Point {
            w2: i.w2,
            kq: i.kq,
            v,
            polar,
            cos_phi,
            j2,
            long,
        };
        let long = i.t * self.jk(i) / (i.kq * i.kq);
        let e4 = (4.0 * PI * ALPHA) * (4.0 * PI * ALPHA);
        let squared = two_photon::squared(self.photons.chi.spin, &point(i.j2, long));
        // ½ Σ|A|² e⁴ v/(8π)/2 in place of J²·4k·q·σ.
        let spread = self.field(i) * e4 * v / (128.0 * PI * i.kq) * squared;
        match self.photons.nucleus.spin {
            NucleusSpin::Zero => spread,
            NucleusSpin::Half => {
                let mut spinless = self.clone();
                let nucleus = &mut spinless.photons.nucleus;
                *nucleus = nucleus.with_spin(NucleusSpin::Zero);
                match spinless.inclusive_pb(i) {
                    of_spinless if of_spinless > 0.0 => spread * self.inclusive_pb(i) / of_spinless,
                    // The form factor is zero.
                    _ => 0.0,
                }
            }
        }
    }

    /// Momenta of nucleus, χ and χ̄.
    pub(super) fn momenta(
        &self,
        i: &Invariants,
        polar: Polar,
        (cos_phi, sin_phi): (f64, f64),
    ) -> [Momentum; 3] {
        let (m, omega, m_chi) = (
            self.photons.nucleus.mass_gev,
            self.photons.energy_gev,
            self.photons.chi.mass_gev,
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
