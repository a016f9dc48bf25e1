//! Kinematic limits of a card: exact bounds of the invariants and of x.
//!
//! Conventions: beam lepton (m, E0, |p|) on a nucleus M at rest, producing something of mass
//! `√k² ≥ m_min` (`2 m_χ` or `m_A′`); GeV. The largest mass and the range of `x = E_k/E0`, widest
//! at `k² = m_min²`, and those of `t` are those of [`Collision`].
//!
//! A process of other projectiles has the limits of these at the energy of the beam, and with a beam whose energy
//! spreads x goes down to where anything can be made: photons on a nucleus ([`PhotonCollision`]), and positrons on electrons
//! (s = 2m(E + m), E_miss = E + m, no t).
//!
//! Pinned by the tests below and `tests/card/kinds.rs`: threshold, elastic limit, and the two-body solution put back.

use super::process_kind::ProcessKind;
use crate::beam::Beam;
use crate::constants::ELECTRON_MASS_GEV;
use crate::dark_sector::DarkSector;
use crate::kinematics::{Collision, CollisionError, PhotonCollision};
use crate::matter::Nucleus;
use crate::mesons::{Mesons, VectorMeson, photoproduction};

/// What a card makes, as its limits see it.
pub(super) struct Made<'a> {
    pub(super) kind: ProcessKind,
    pub(super) dark_sector: &'a DarkSector,
    /// The mesons that may decay, where the process makes them.
    pub(super) mesons: Option<Mesons>,
    /// Whether all projectiles have the energy of the beam.
    pub(super) one_energy: bool,
}

impl Made<'_> {
    /// The lightest and the heaviest meson that the pair fits into, if the process makes mesons.
    pub(super) fn mesons(&self) -> Option<(VectorMeson, VectorMeson)> {
        let half = 0.5 * self.dark_sector.threshold_mass_gev();
        let mut open = self.mesons?.with_room_for(half).iter();
        let lightest = open.next()?;
        Some((lightest, open.next_back().unwrap_or(lightest)))
    }
}

/// Least total energy in GeV of a projectile that makes anything on `nucleus`, on one of its nucleons if that is a meson.
pub(super) fn threshold_gev(made: &Made<'_>, beam: &Beam, nucleus: &Nucleus) -> f64 {
    if let Some((lightest, _)) = made.mesons() {
        return photoproduction::threshold_gev(lightest);
    }
    let kind = made.kind;
    let made = made.dark_sector.threshold_mass_gev();
    let (m, big_m) = (beam.lepton.mass_gev(), nucleus.mass_gev);
    if !kind.has_nucleus() {
        return 0.5 * made * made / ELECTRON_MASS_GEV - ELECTRON_MASS_GEV;
    }
    match kind.has_lepton() {
        // From s = m² + M² + 2ME at √s = M + m + `made`.
        true => m + made + made * (0.5 * made + m) / big_m,
        false => PhotonCollision::threshold_gev(big_m, made),
    }
}

/// Exact kinematic bounds on one nucleus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KinematicLimits {
    /// Centre-of-mass energy in GeV.
    pub sqrt_s_gev: f64,
    /// Smallest mass of what is produced, `2 m_χ` or `m_A′`, in GeV.
    pub m_pair_min_gev: f64,
    /// Largest mass of what can be produced, `√s − m − M`, in GeV.
    pub m_pair_max_gev: f64,
    /// Smallest x; 0 below threshold.
    pub x_lower: f64,
    /// Largest x; 0 below threshold.
    pub x_upper: f64,
    /// Smallest momentum transfer in GeV²; 0 below threshold.
    pub t_min_gev2: f64,
    /// Largest momentum transfer in GeV²; 0 below threshold.
    pub t_max_gev2: f64,
}

impl KinematicLimits {
    /// The limits of what is made by `beam` on `nucleus`, or on its electrons.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(super) fn of(
        made: &Made<'_>,
        beam: &Beam,
        nucleus: &Nucleus,
    ) -> Result<Self, CollisionError> {
        let Made {
            kind, dark_sector, ..
        } = *made;
        if kind.has_lepton() {
            return Self::new(beam, nucleus, dark_sector);
        }
        let (mut m_min, e0) = (dark_sector.threshold_mass_gev(), beam.energy_gev);
        let open_gev = threshold_gev(made, beam, nucleus);
        let (m, on_nucleus) = (ELECTRON_MASS_GEV, kind.has_nucleus());
        let photon = PhotonCollision {
            energy_gev: e0,
            mass_gev: nucleus.mass_gev,
        };
        let (s, mut m_max) = match on_nucleus {
            true => (photon.s(), photon.max_pair_mass()),
            false => (2.0 * m * (e0 + m), (2.0 * m * (e0 + m)).sqrt()),
        };
        if let Some((lightest, _)) = made.mesons() {
            (m_min, m_max) = (lightest.mass_gev(), photoproduction::largest_mass_gev(e0));
        }
        let mut limits = Self {
            sqrt_s_gev: s.sqrt(),
            m_pair_min_gev: m_min,
            m_pair_max_gev: m_max,
            x_lower: 0.0,
            x_upper: 0.0,
            t_min_gev2: 0.0,
            t_max_gev2: 0.0,
        };
        if !limits.is_open() {
            return Ok(limits);
        }
        // E_miss at threshold, where all move together.
        let mut least = open_gev + m;
        limits.x_upper = (e0 + m) / e0;
        limits.x_lower = limits.x_upper;
        if on_nucleus {
            let big_m = nucleus.mass_gev;
            (limits.t_min_gev2, limits.t_max_gev2) = photon.t_limits(m_min * m_min);
            let x = |t: f64| 1.0 - t / (2.0 * big_m * e0);
            (limits.x_lower, limits.x_upper) = (x(limits.t_max_gev2), x(limits.t_min_gev2));
            least = match made.mesons {
                None => (open_gev + big_m) * m_min / (m_min + big_m),
                // All but what the nucleon takes there.
                Some(_) => m_min,
            };
        }
        if !made.one_energy {
            limits.x_lower = limits.x_lower.min(least / e0);
        }
        Ok(limits)
    }

    /// The limits of `beam` on `nucleus` producing `dark_sector`.
    ///
    /// # Errors
    /// [`CollisionError`] if the beam energy does not exceed the lepton's mass, or a mass is not
    /// positive and finite.
    pub fn new(
        beam: &Beam,
        nucleus: &Nucleus,
        dark_sector: &DarkSector,
    ) -> Result<Self, CollisionError> {
        let m = beam.lepton.mass_gev();
        let m_min = dark_sector.threshold_mass_gev();
        let collision = Collision::new(beam.energy_gev, m, nucleus.mass_gev)?;
        let s = collision.s_tot();
        let mut limits = Self {
            sqrt_s_gev: s.sqrt(),
            m_pair_min_gev: m_min,
            m_pair_max_gev: collision.max_pair_mass(),
            x_lower: 0.0,
            x_upper: 0.0,
            t_min_gev2: 0.0,
            t_max_gev2: 0.0,
        };
        if limits.is_open() {
            let (v_min, v_max) = collision.v_limits(m_min * m_min);
            limits.x_lower = (collision.kinetic - v_max) / collision.e0;
            limits.x_upper = (collision.kinetic - v_min) / collision.e0;
            (limits.t_min_gev2, limits.t_max_gev2) = collision.t_limits(m_min);
        }
        Ok(limits)
    }

    /// Whether the reaction is above threshold.
    pub fn is_open(&self) -> bool {
        self.m_pair_min_gev < self.m_pair_max_gev
    }

    /// Energy above threshold, `√s − m − M − m_min`, in GeV; negative below.
    pub fn threshold_margin_gev(&self) -> f64 {
        self.m_pair_max_gev - self.m_pair_min_gev
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::beam::{BeamFields, Lepton};
    use crate::dark_sector::{DarkPhoton, DarkPhotonFields};
    use crate::matter::{NucleusFields, NucleusSpin};

    fn limits(lepton: Lepton, energy_gev: f64, m_nucleus: f64, m_min: f64) -> KinematicLimits {
        let beam = Beam::new(BeamFields {
            lepton,
            energy_gev,
            on_target: None,
        })
        .unwrap();
        let nucleus = Nucleus::new(NucleusFields {
            z: 82,
            a: 207.2,
            mass_gev: m_nucleus,
            spin: NucleusSpin::Zero,
        })
        .unwrap();
        let photon = DarkPhoton::new(DarkPhotonFields {
            mass_gev: m_min,
            epsilon: 1.0,
            pdg_id: 622,
        })
        .unwrap();
        KinematicLimits::new(&beam, &nucleus, &DarkSector::DarkPhoton(photon)).unwrap()
    }

    #[test]
    fn a_mass_just_below_the_margin_is_open_and_just_above_is_closed() {
        let open = limits(Lepton::Muon, 160.0, 193.0, 0.2);
        let direct = open.sqrt_s_gev - Lepton::Muon.mass_gev() - 193.0;
        assert!((open.m_pair_max_gev / direct - 1.0).abs() < 1e-13);
        assert!(limits(Lepton::Muon, 160.0, 193.0, direct - 1e-6).is_open());
        let closed = limits(Lepton::Muon, 160.0, 193.0, direct + 1e-6);
        assert!(!closed.is_open());
        assert_eq!((closed.x_upper, closed.t_max_gev2), (0.0, 0.0));
    }

    #[test]
    fn at_threshold_everything_moves_with_the_centre_of_mass() {
        let (m, m_nucleus) = (Lepton::Electron.mass_gev(), 25.0);
        let m_min = limits(Lepton::Electron, 8.0, m_nucleus, 1.0).m_pair_max_gev * (1.0 - 1e-12);
        let limits = limits(Lepton::Electron, 8.0, m_nucleus, m_min);
        let gamma = (8.0 + m_nucleus) / limits.sqrt_s_gev;
        let total = m + m_min;
        assert!((limits.x_upper * 8.0 / (gamma * m_min) - 1.0).abs() < 1e-5);
        // One momentum transfer is left, that of the nucleus at rest in the centre of mass.
        let t = 2.0 * m_nucleus * (gamma - 1.0) * m_nucleus;
        assert!(
            (limits.t_min_gev2 / t - 1.0).abs() < 1e-5,
            "{limits:?} {t} {total}"
        );
        assert!((limits.t_max_gev2 / t - 1.0).abs() < 1e-5, "{limits:?} {t}");
    }

    #[test]
    fn extreme_momentum_transfers_solve_the_two_body_reaction() {
        let (m, m_nucleus, e0, m_min) = (Lepton::Electron.mass_gev(), 25.0, 8.0, 0.6);
        let limits = limits(Lepton::Electron, e0, m_nucleus, m_min);
        let p = (e0 * e0 - m * m).sqrt();
        for (t, sign) in [(limits.t_min_gev2, 1.0), (limits.t_max_gev2, 1.0)] {
            // Nucleus recoils along the beam with kinetic energy T = t/2M.
            let kinetic = t / (2.0 * m_nucleus);
            let recoil = (kinetic * (kinetic + 2.0 * m_nucleus)).sqrt();
            let (e_x, p_x) = (e0 - kinetic, p - sign * recoil);
            let mass = (e_x * e_x - p_x * p_x).sqrt();
            assert!((mass / (m + m_min) - 1.0).abs() < 1e-9, "t = {t}: {mass}");
        }
        assert!(limits.t_min_gev2 < limits.t_max_gev2);
    }

    #[test]
    fn light_production_has_the_elastic_limits() {
        let limits = limits(Lepton::Electron, 8.0, 25.0, 1e-9);
        let s = limits.sqrt_s_gev * limits.sqrt_s_gev;
        let elastic = 4.0 * 25.0 * 25.0 * 64.0 / s;
        assert!(
            (limits.t_max_gev2 / elastic - 1.0).abs() < 1e-6,
            "{limits:?} {elastic}"
        );
        assert!(limits.t_min_gev2 < 1e-24);
        assert!(
            limits.x_upper < 1.0 && limits.x_upper > 0.9998,
            "{limits:?}"
        );
    }

    #[test]
    fn no_energy_exceeds_what_the_lepton_can_give() {
        let limits = limits(Lepton::Muon, 160.0, 193.0, 0.2);
        let most = 1.0 - Lepton::Muon.mass_gev() / 160.0;
        assert!(
            limits.x_upper < most && limits.x_upper > most - 1e-3,
            "{limits:?}"
        );
    }
}
