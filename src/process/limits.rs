//! Kinematic limits of a process: exact bounds of the invariants and of x.
//!
//! Conventions: beam lepton (m, E0, |p|) on a nucleus M at rest, producing something of mass
//! `√k² ≥ m_min` (`2 m_χ` or `m_A′`); GeV. The largest mass and the range of `x = E_k/E0`, widest
//! at `k² = m_min²`, and those of `t` are those of [`Collision`].
//!
//! A process of other projectiles has the limits of these at the energy of the beam, and with a beam whose energy
//! spreads x goes down to where anything can be made: photons on a nucleus ([`PhotonCollision`]), and positrons on
//! electrons. Which of these a process is, its roles say; [`Kind::limits`](super::Kind::limits) may say others.
//!
//! Pinned by the tests below and `tests/card/kinds.rs`: threshold, elastic limit, and the two-body solution put back.

use super::inputs::Inputs;
use super::reaction::Reaction;
use crate::beam::Beam;
use crate::constants::ELECTRON_MASS_GEV;
use crate::cuts::Cuts;
use crate::dark_sector::DarkSector;
use crate::kinematics::{Collision, CollisionError, PhotonCollision};
use crate::matter::Nucleus;
use crate::particle::Role;

/// A photon of the energy of the beam on the nucleus.
pub(super) fn photon(inputs: &Inputs) -> PhotonCollision {
    PhotonCollision {
        energy_gev: inputs.beam.energy_gev,
        mass_gev: inputs.nucleus.mass_gev,
    }
}

/// Least total energy in GeV of a projectile that makes anything by a process of these roles.
pub(super) fn threshold_gev(roles: &[Role], inputs: &Inputs) -> f64 {
    let made = inputs.dark_sector.threshold_mass_gev();
    let (m, big_m) = (inputs.beam.projectile.mass_gev(), inputs.nucleus.mass_gev);
    match Reaction::of(roles) {
        // From s = m² + M² + 2ME at √s = M + m + `made`.
        Reaction::Projectile => m + made + made * (0.5 * made + m) / big_m,
        Reaction::Photon => PhotonCollision::threshold_gev(big_m, made),
        // One at rest makes what is lighter than it.
        Reaction::Positron => {
            (0.5 * made * made / ELECTRON_MASS_GEV - ELECTRON_MASS_GEV).max(ELECTRON_MASS_GEV)
        }
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
    /// Of a process of these roles, with projectiles of the energy of the beam or of all below it: leptons or photons on
    /// a nucleus, or positrons on electrons.
    pub(super) fn of(
        roles: &[Role],
        inputs: &Inputs,
        one_energy: bool,
    ) -> Result<Self, CollisionError> {
        let m_min = inputs.dark_sector.threshold_mass_gev();
        let (m, e0) = (ELECTRON_MASS_GEV, inputs.beam.energy_gev);
        let open_gev = threshold_gev(roles, inputs);
        let (limits, least_gev) = match Reaction::of(roles) {
            Reaction::Projectile => {
                return Self::new(&inputs.beam, &inputs.nucleus, &inputs.dark_sector);
            }
            // E_miss at threshold, where all move together.
            Reaction::Photon => {
                let photon = photon(inputs);
                let big_m = photon.mass_gev;
                let least = (open_gev + big_m) * m_min / (m_min + big_m);
                let most = photon.max_pair_mass();
                (Self::of_photon(&photon, m_min, most), least)
            }
            // s = 2m(E + m), E_miss = E + m, no t.
            Reaction::Positron => {
                let sqrt_s = (2.0 * m * (e0 + m)).sqrt();
                let mut limits = Self::between(sqrt_s, m_min, sqrt_s);
                if limits.is_open() {
                    limits.x_upper = (e0 + m) / e0;
                    limits.x_lower = limits.x_upper;
                }
                (limits, open_gev + m)
            }
        };
        Ok(match one_energy {
            true => limits,
            false => limits.down_to(least_gev / e0),
        })
    }

    /// Of what is made between two masses, with nothing said of x and t.
    pub(super) fn between(sqrt_s_gev: f64, m_min_gev: f64, m_max_gev: f64) -> Self {
        Self {
            sqrt_s_gev,
            m_pair_min_gev: m_min_gev,
            m_pair_max_gev: m_max_gev,
            x_lower: 0.0,
            x_upper: 0.0,
            t_min_gev2: 0.0,
            t_max_gev2: 0.0,
        }
    }

    /// Of what a photon of the energy of the beam makes between two masses on a nucleus that recoils whole.
    pub(super) fn of_photon(photon: &PhotonCollision, m_min_gev: f64, m_max_gev: f64) -> Self {
        let mut limits = Self::between(photon.s().sqrt(), m_min_gev, m_max_gev);
        if limits.is_open() {
            let (e0, big_m) = (photon.energy_gev, photon.mass_gev);
            (limits.t_min_gev2, limits.t_max_gev2) = photon.t_limits(m_min_gev * m_min_gev);
            let x = |t: f64| 1.0 - t / (2.0 * big_m * e0);
            (limits.x_lower, limits.x_upper) = (x(limits.t_max_gev2), x(limits.t_min_gev2));
        }
        limits
    }

    /// What holds positrons that have kept all of their energy, whatever rounding says.
    pub(crate) const BEYOND: f64 = 1.0 + 1e-9;

    /// The x within the cuts that there can be in a beam of up to `most` times its nominal momentum: without an upper
    /// cut, up to `most`, and of positrons that annihilate up to m_e/E above.
    pub(crate) fn x_range(&self, cuts: &Cuts, most: f64) -> (f64, f64) {
        let high = match cuts.x_max < 1.0 {
            true => cuts.x_max,
            false => most * (Self::BEYOND * self.x_upper).max(1.0),
        };
        (cuts.x_min, high)
    }

    /// Whether x has one value only.
    pub fn has_one_x(&self) -> bool {
        self.x_lower >= self.x_upper
    }

    /// The same where projectiles have all energies below that of the beam, too, and x goes down to `least`.
    #[must_use]
    pub(super) fn down_to(mut self, least: f64) -> Self {
        if self.is_open() {
            self.x_lower = self.x_lower.min(least);
        }
        self
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
        let m = beam.projectile.mass_gev();
        let m_min = dark_sector.threshold_mass_gev();
        let collision = Collision::new(beam.energy_gev, m, nucleus.mass_gev)?;
        let sqrt_s_gev = collision.s_tot().sqrt();
        let mut limits = Self::between(sqrt_s_gev, m_min, collision.max_pair_mass());
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
    use crate::beam::{BeamFields, Projectile};
    use crate::dark_sector::{DarkPhoton, DarkPhotonFields};
    use crate::matter::{NucleusFields, NucleusSpin};

    fn limits(lepton: Projectile, energy_gev: f64, m_nucleus: f64, m_min: f64) -> KinematicLimits {
        let beam = Beam::new(BeamFields {
            projectile: lepton,
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
        let open = limits(Projectile::Muon, 160.0, 193.0, 0.2);
        let direct = open.sqrt_s_gev - Projectile::Muon.mass_gev() - 193.0;
        assert!((open.m_pair_max_gev / direct - 1.0).abs() < 1e-13);
        assert!(limits(Projectile::Muon, 160.0, 193.0, direct - 1e-6).is_open());
        let closed = limits(Projectile::Muon, 160.0, 193.0, direct + 1e-6);
        assert!(!closed.is_open());
        assert_eq!((closed.x_upper, closed.t_max_gev2), (0.0, 0.0));
    }

    #[test]
    fn at_threshold_everything_moves_with_the_centre_of_mass() {
        let (m, m_nucleus) = (Projectile::Electron.mass_gev(), 25.0);
        let m_min =
            limits(Projectile::Electron, 8.0, m_nucleus, 1.0).m_pair_max_gev * (1.0 - 1e-12);
        let limits = limits(Projectile::Electron, 8.0, m_nucleus, m_min);
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
        let (m, m_nucleus, e0, m_min) = (Projectile::Electron.mass_gev(), 25.0, 8.0, 0.6);
        let limits = limits(Projectile::Electron, e0, m_nucleus, m_min);
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
        let limits = limits(Projectile::Electron, 8.0, 25.0, 1e-9);
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
        let limits = limits(Projectile::Muon, 160.0, 193.0, 0.2);
        let most = 1.0 - Projectile::Muon.mass_gev() / 160.0;
        assert!(
            limits.x_upper < most && limits.x_upper > most - 1e-3,
            "{limits:?}"
        );
    }
}
