//! The initial state and the limits of l N → l N + (mass √k²).
//!
//! With D = E0 − m, s_tot = (p+P)² = (M+m)² + 2MD and C = 2MD + k², the lepton side is described
//! by v = V0 − m, V0 = E0 − E_k. At fixed k² the physical region of v is bounded by the roots of
//! s_tot v² − B v + (mD + k²/2)² = 0, B = 2D(ME0+m²) − (E0+M)k², where the outgoing l and N move
//! together and k is (anti)parallel to the beam; below k = 0 in the laboratory the upper limit is
//! D − √k² instead. All forms are free of cancellation. Valid for any E0 > m, M > 0.

use std::ops::Deref;

use thiserror::Error;

use crate::text::shown;

/// A collision that cannot happen.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum CollisionError {
    /// A mass or the energy is not a positive finite number.
    #[error("{name} must be a positive finite number, found {}", shown(*value))]
    NotPositive {
        /// Which quantity.
        name: &'static str,
        /// Its value in GeV.
        value: f64,
    },
    /// The beam energy does not exceed the lepton mass.
    #[error(
        "beam energy {} GeV must exceed the lepton mass {lepton_mass_gev} GeV",
        shown(*energy_gev)
    )]
    BelowMass {
        /// Beam energy in GeV.
        energy_gev: f64,
        /// Lepton mass in GeV.
        lepton_mass_gev: f64,
    },
}

/// Beam lepton of energy E0 on a nucleus at rest, which dereferences to its [`Masses`]; all in GeV.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Collision {
    masses: Masses,
    /// √s_tot.
    sqrt_s: f64,
    /// 1/2s_tot.
    inv_two_s: f64,
}

/// Energies and masses of a [`Collision`], GeV.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Masses {
    /// Beam energy E0.
    pub e0: f64,
    /// Beam momentum |p|.
    pub p: f64,
    /// Lepton mass m.
    pub m: f64,
    /// Nuclear mass M.
    pub big_m: f64,
    /// Kinetic energy of the beam, D = E0 − m.
    pub kinetic: f64,
}

impl Deref for Collision {
    type Target = Masses;

    #[inline(always)]
    fn deref(&self) -> &Masses {
        &self.masses
    }
}

impl Collision {
    /// A beam lepton of mass `m` and energy `e0` on a nucleus of mass `big_m` at rest, GeV.
    ///
    /// # Errors
    /// If a number is not positive and finite, or `e0 ≤ m`.
    pub fn new(e0: f64, m: f64, big_m: f64) -> Result<Self, CollisionError> {
        for (name, value) in [
            ("beam energy", e0),
            ("lepton mass", m),
            ("nuclear mass", big_m),
        ] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(CollisionError::NotPositive { name, value });
            }
        }
        if !(e0 - m > 0.0) {
            return Err(CollisionError::BelowMass {
                energy_gev: e0,
                lepton_mass_gev: m,
            });
        }
        let collision = Self::unchecked(e0, m, big_m);
        for (name, value) in [
            ("invariant mass squared", collision.s_tot()),
            ("beam momentum", collision.p),
        ] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(CollisionError::NotPositive { name, value });
            }
        }
        Ok(collision)
    }

    /// The same, which makes no sense where [`Self::new`] refuses.
    #[inline(always)]
    fn unchecked(e0: f64, m: f64, big_m: f64) -> Self {
        let kinetic = e0 - m;
        let sum = big_m + m;
        let s_tot = sum * sum + 2.0 * big_m * kinetic;
        Self {
            masses: Masses {
                e0,
                p: (kinetic * (e0 + m)).sqrt(),
                m,
                big_m,
                kinetic,
            },
            sqrt_s: s_tot.sqrt(),
            inv_two_s: 0.5 / s_tot,
        }
    }

    /// The same masses at another beam energy in GeV, none of which is checked.
    #[inline(always)]
    pub(crate) fn at_energy(&self, e0: f64) -> Self {
        Self::unchecked(e0, self.m, self.big_m)
    }

    /// What of it depends on the beam energy.
    #[inline(always)]
    pub(crate) fn numbers(&self) -> [f64; 5] {
        [self.e0, self.p, self.kinetic, self.sqrt_s, self.inv_two_s]
    }

    /// The same masses with these [`Self::numbers`].
    #[inline(always)]
    pub(crate) fn with_numbers(&self, numbers: [f64; 5]) -> Self {
        let [e0, p, kinetic, sqrt_s, inv_two_s] = numbers;
        let masses = Masses {
            e0,
            p,
            kinetic,
            ..self.masses
        };
        Self {
            masses,
            sqrt_s,
            inv_two_s,
        }
    }

    /// Invariant mass squared of the initial state, s_tot in GeV².
    #[inline(always)]
    pub fn s_tot(&self) -> f64 {
        let sum = self.big_m + self.m;
        sum * sum + 2.0 * self.big_m * self.kinetic
    }

    /// Largest mass √k² that can be made: √s_tot − M − m = 2MD/(√s_tot + M + m), GeV.
    #[inline(always)]
    pub fn max_pair_mass(&self) -> f64 {
        2.0 * self.big_m * self.kinetic / (self.sqrt_s + self.big_m + self.m)
    }

    /// Smallest and largest momentum transfer t in GeV² when a mass of `mass` GeV is made, those of
    /// the two-body reaction m → M_X = m + `mass`: with D = M_X² − m², b = 2|p|²M − (E0+M)D and
    /// r² = b² − s D² they are M D²/(b+r) and M(b+r)/s.
    pub fn t_limits(&self, mass: f64) -> (f64, f64) {
        let d = mass * (2.0 * self.m + mass);
        let b = 2.0 * self.p * self.p * self.big_m - (self.e0 + self.big_m) * d;
        let s = self.s_tot();
        let r = (b * b - s * d * d).max(0.0).sqrt();
        (self.big_m * d * d / (b + r), self.big_m * (b + r) / s)
    }

    /// Smallest and largest v = E0 − E_k − m in GeV at pair mass squared `k2` (GeV²), for `k2` up
    /// to the square of [`Self::max_pair_mass`].
    #[inline(always)]
    pub fn v_limits(&self, k2: f64) -> (f64, f64) {
        let (m, big_m, d) = (self.m, self.big_m, self.kinetic);
        let mass = k2.sqrt();
        let total = self.e0 + big_m;
        let c = 2.0 * big_m * d + k2;
        // C² − 4 s k², factorised; rounding may push it below zero at the very end.
        let gap = 2.0 * big_m * d - mass * (2.0 * self.sqrt_s - mass);
        let gap = if gap > 0.0 { gap } else { 0.0 };
        let root = self.p * (gap * (c + 2.0 * self.sqrt_s * mass)).sqrt();
        let b = 2.0 * d * (big_m * self.e0 + m * m) - total * k2;
        let half = m * d + 0.5 * k2;
        // At the top of k² B may turn negative while the range shrinks to a point.
        let sum = b + root;
        let largest = sum * self.inv_two_s;
        let v_min = 2.0 * half * half / sum;
        let v_max = if c >= 2.0 * total * mass {
            d - mass
        } else {
            largest
        };
        (v_min, v_max)
    }

    /// Least v in GeV from which on the mass √`k2` (GeV) can leave in any direction: the larger root of the
    /// quadratic whose smaller one is v_min, where the nucleus just allows the mass to go backwards.
    pub fn v_of_all_directions(&self, k2: f64) -> f64 {
        let half = self.m * self.kinetic + 0.5 * k2;
        let (v_min, _) = self.v_limits(k2);
        // v_min v = half²/s_tot.
        2.0 * half * half * self.inv_two_s / v_min
    }

    /// Largest k² in GeV² for which v ≤ `v_cut` (GeV) can be reached, at most the absolute limit.
    #[inline(always)]
    pub fn k2_max(&self, v_cut: f64) -> f64 {
        let absolute = self.max_pair_mass() * self.max_pair_mass();
        let (v_min, _) = self.v_limits(absolute);
        // ¼k⁴ + (mD + (E0+M)v) k² + s v² − 2D(ME0+m²)v + m²D² = 0, negative constant term.
        let (m, big_m, d) = (self.m, self.big_m, self.kinetic);
        let half_b = m * d + (self.e0 + big_m) * v_cut;
        let c = self.s_tot() * v_cut * v_cut - 2.0 * d * (big_m * self.e0 + m * m) * v_cut
            + m * m * d * d;
        let k2 = -2.0 * c / (half_b + (half_b * half_b - c).sqrt());
        // All of it before any choice, so that loops over collisions vectorise.
        let k2 = if c >= 0.0 { 0.0 } else { k2.min(absolute) };
        if v_cut >= v_min { absolute } else { k2 }
    }
}
