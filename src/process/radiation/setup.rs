//! One set-up: beam, nucleus, form factor, dark sector and cuts, checked against each other.

use std::ops::Deref;

use thiserror::Error;

use crate::beam::{Beam, BeamFields, Projectile};
use crate::checked::BadNumber;
use crate::cuts::Cuts;
use crate::dark_sector::DarkSector;
use crate::kinematics::{Collision, CollisionError};
use crate::matter::Nucleus;
use crate::matter::form_factor::{FormFactor, FormFactorError, FormFactorKind};
use crate::text::shown;

/// A set-up that cannot produce anything.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SetupError {
    /// The initial state makes no sense.
    #[error(transparent)]
    Collision(#[from] CollisionError),
    /// The form factor knows nothing of the nucleus.
    #[error(transparent)]
    FormFactor(#[from] FormFactorError),
    /// Not enough energy for the mass asked for.
    #[error(
        "a mass of {} GeV cannot be made: the largest is {} GeV (√s − m_l − M)",
        shown(*mass_gev),
        shown(*largest_gev)
    )]
    BelowThreshold {
        /// 2m_χ or m_A′ in GeV.
        mass_gev: f64,
        /// Largest mass that can be made, GeV.
        largest_gev: f64,
    },
    /// A dark sector that another process produces.
    #[error("the process `{kind}` does not produce the dark sector of `{produced}`")]
    OtherKind {
        /// The process asked for.
        kind: &'static str,
        /// The one that produces this dark sector.
        produced: &'static str,
    },
    /// A mediator that it has not.
    #[error("the process `{kind}` has no mediator but the photon")]
    NoMediator {
        /// The process.
        kind: &'static str,
    },
    /// No meson that is heavy enough.
    #[error(
        "a pair of {} GeV is too heavy for the mesons of the process, of which the heaviest has {} GeV",
        shown(*mass_gev), shown(*largest_gev)
    )]
    HeavierThanMesons {
        /// 2m_χ in GeV.
        mass_gev: f64,
        /// Mass of the heaviest in GeV; 0 if there is none.
        largest_gev: f64,
    },
    /// A beam that another process is of.
    #[error("the process `{kind}` is not of a beam of {found}: it needs {expected}")]
    Projectile {
        /// The process.
        kind: &'static str,
        /// The beam.
        found: &'static str,
        /// What it needs.
        expected: &'static str,
    },
    /// Not enough energy on a particle at rest.
    #[error(
        "the process `{kind}` makes a mass of {} GeV from {} GeV upwards, found {} GeV",
        shown(*mass_gev), shown(*least_gev), shown(*energy_gev)
    )]
    TooLittle {
        /// The process.
        kind: &'static str,
        /// Energy of the projectile, GeV.
        energy_gev: f64,
        /// Mass asked for, GeV.
        mass_gev: f64,
        /// Least energy that makes it, GeV.
        least_gev: f64,
    },
    /// A process whose events have one weight only.
    #[error("the process `{kind}` has no further weights: leave [[weight]] out")]
    NoFurtherWeights {
        /// The process.
        kind: String,
    },
    /// A cut on a lepton that does not come out.
    #[error(
        "no lepton comes out of the process `{kind}`, which the cut `{name}` is on: leave it out"
    )]
    NoLepton {
        /// The process.
        kind: &'static str,
        /// The cut's key in the card.
        name: &'static str,
    },
    /// A number that makes no sense, whatever the others are.
    #[error(transparent)]
    Number(#[from] BadNumber),
    /// A number beyond what has been validated.
    #[error("{name} of {value_gev:e} GeV is out of range: it must be {must} {limit_gev:e} GeV")]
    OutOfRange {
        /// Which quantity.
        name: &'static str,
        /// Its value in GeV.
        value_gev: f64,
        /// "at most" or "at least".
        must: &'static str,
        /// The limit in GeV.
        limit_gev: f64,
    },
    /// The form factor leaves nothing at the momentum transfers that the mass needs.
    #[error(
        "form factor `{form_factor}` leaves nothing: a mass of {} GeV needs momentum transfers of {t_min_gev2:.3e} GeV² or more, where it is {share:.0e} of a point charge; choose a lighter mass or another target.form_factor",
        shown(*mass_gev)
    )]
    NothingLeft {
        /// Name of the form factor.
        form_factor: String,
        /// 2m_χ or m_A′ in GeV.
        mass_gev: f64,
        /// Smallest momentum transfer in GeV².
        t_min_gev2: f64,
        /// G2/Z² there.
        share: f64,
    },
    /// The cuts on x leave nothing of the kinematic range.
    #[error(
        "cuts x in [{}, {}] leave nothing: the kinematic range is x in [{}, {}]",
        shown(*x_min), shown(*x_max), shown(*lowest), shown(*highest)
    )]
    EmptyRange {
        /// Lower cut.
        x_min: f64,
        /// Upper cut.
        x_max: f64,
        /// Lowest x the kinematics allows.
        lowest: f64,
        /// Highest x the kinematics allows.
        highest: f64,
    },
}

/// Largest beam energy in GeV; the kernels are checked in double precision up to here.
const MAX_BEAM_ENERGY_GEV: f64 = 1e10;

/// Smallest 2m_χ or m_A′ in GeV; the kernels are checked in double precision down to here.
const MIN_MASS_GEV: f64 = 1e-12;

/// Smallest G2/Z² at the least momentum transfer: below, products of weights underflow.
const MIN_SHARE: f64 = 1e-100;

/// Everything a cross section depends on, which dereferences to its parts: they are read and not changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup(SetupParts);

/// What a [`Setup`] is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct SetupParts {
    /// The beam lepton.
    pub lepton: Projectile,
    /// Beam energy and masses.
    pub collision: Collision,
    /// Target nucleus.
    pub nucleus: Nucleus,
    /// Its form factor.
    pub form_factor: FormFactor,
    /// What is produced.
    pub dark: DarkSector,
    /// Cuts on the final state.
    pub cuts: Cuts,
}

impl Deref for Setup {
    type Target = SetupParts;

    #[inline]
    fn deref(&self) -> &SetupParts {
        &self.0
    }
}

impl Setup {
    /// Puts a set-up together.
    ///
    /// # Errors
    /// If a number is none or makes no sense, the mass asked for is above threshold, or the cuts on
    /// x leave nothing.
    pub fn new(
        beam: &Beam,
        nucleus: Nucleus,
        form_factor: &FormFactorKind,
        dark: DarkSector,
        cuts: Cuts,
    ) -> Result<Self, SetupError> {
        dark.check()?;
        if beam.projectile == Projectile::Photon {
            return Err(SetupError::Projectile {
                kind: dark.kind(),
                found: beam.projectile.name(),
                expected: "a charged lepton, which radiates",
            });
        }
        let collision = Collision::new(
            beam.energy_gev,
            beam.projectile.mass_gev(),
            nucleus.mass_gev,
        )?;
        let form_factor = FormFactor::new(form_factor, &nucleus)?;
        let setup = Self(SetupParts {
            lepton: beam.projectile,
            collision,
            nucleus,
            form_factor,
            dark,
            cuts,
        });
        let (mass_gev, largest_gev) = (dark.threshold_mass_gev(), collision.max_pair_mass());
        if mass_gev >= largest_gev {
            return Err(SetupError::BelowThreshold {
                mass_gev,
                largest_gev,
            });
        }
        setup.check_range()?;
        if let Some((v_min, v_max)) = nothing_left(&collision, &cuts, mass_gev) {
            let x = |v: f64| (collision.kinetic - v) / collision.e0;
            return Err(SetupError::EmptyRange {
                x_min: cuts.x_min,
                x_max: cuts.x_max,
                lowest: x(v_max),
                highest: x(v_min),
            });
        }
        Ok(setup)
    }

    /// The same after `change`, whose energy, particles, form factor and cuts are checked against each other anew.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with(&self, change: impl FnOnce(&mut SetupParts)) -> Result<Self, SetupError> {
        let mut parts = self.0.clone();
        change(&mut parts);
        let beam = Beam::new(BeamFields {
            projectile: parts.lepton,
            energy_gev: parts.collision.e0,
            on_target: None,
        })?;
        let form_factor = parts.form_factor.kind();
        Self::new(&beam, parts.nucleus, form_factor, parts.dark, parts.cuts)
    }

    /// Makes of this the set-up `nominal` at another beam energy, without allocation. The cuts on x
    /// stay where they are in missing energy: x counts in nominal beam energies. False, and nothing done,
    /// where nothing can be made.
    pub fn move_to(&mut self, nominal: &Self, beam_energy_gev: f64) -> bool {
        let at = AtEnergy::of(nominal);
        let possible = at.is_possible(beam_energy_gev);
        if possible {
            (self.0.collision, self.0.cuts) = at.energy(beam_energy_gev);
        }
        possible
    }

    /// Refuses what double precision is not known to be enough for.
    fn check_range(&self) -> Result<(), SetupError> {
        let (energy, mass) = (self.collision.e0, self.dark.threshold_mass_gev());
        for (name, value_gev, limit_gev, must, good) in [
            (
                "a beam energy (beam.energy_gev)",
                energy,
                MAX_BEAM_ENERGY_GEV,
                "at most",
                energy <= MAX_BEAM_ENERGY_GEV,
            ),
            (
                "a pair or dark-photon mass (2 dark_sector.m_chi_gev, dark_sector.m_dark_photon_gev)",
                mass,
                MIN_MASS_GEV,
                "at least",
                mass >= MIN_MASS_GEV,
            ),
        ] {
            if !good {
                return Err(SetupError::OutOfRange {
                    name,
                    value_gev,
                    must,
                    limit_gev,
                });
            }
        }
        let (t_min_gev2, _) = self.collision.t_limits(mass);
        let z = f64::from(self.nucleus.z);
        let share = self.form_factor.g2(t_min_gev2) / (z * z);
        // Screening makes G2 small at small t, too, but never as small as the form factor at large.
        if t_min_gev2 > 1.0 && share < MIN_SHARE {
            return Err(SetupError::NothingLeft {
                form_factor: self.form_factor.kind().name().to_owned(),
                mass_gev: mass,
                t_min_gev2,
                share,
            });
        }
        Ok(())
    }

    /// The cuts on x as a range of v = E0(1−x) − m in GeV.
    pub fn v_cuts(&self) -> (f64, f64) {
        v_cuts(&self.collision, &self.cuts)
    }

    /// Range of k² in GeV² that threshold, kinematics and the cuts on x leave; (m², m²) for
    /// a dark photon or boson of mass m.
    pub fn k2_range(&self) -> (f64, f64) {
        let mass = self.dark.threshold_mass_gev();
        match self.dark {
            DarkSector::Pair(_) | DarkSector::Mediated(..) => {
                (mass * mass, largest_k2(&self.collision, &self.cuts))
            }
            DarkSector::DarkPhoton(_) | DarkSector::Boson(_) => (mass * mass, mass * mass),
        }
    }

    /// Whether `other` differs in nothing but what is produced.
    pub(super) fn radiates_as(&self, other: &Self) -> bool {
        let same = SetupParts {
            dark: other.dark,
            ..self.0.clone()
        };
        same == other.0
    }

    /// The factor by which the coupling scales σ: (Q_χ/e)², ε² or (εg_χ/e)².
    pub fn coupling_squared(&self) -> f64 {
        match self.dark {
            DarkSector::Pair(chi) => chi.charge * chi.charge,
            DarkSector::DarkPhoton(photon) => photon.epsilon * photon.epsilon,
            DarkSector::Mediated(_, a) => a.strength(),
            DarkSector::Boson(boson) => boson.coupling * boson.coupling,
        }
    }
}

/// A set-up at other energies of its beam.
#[derive(Clone, Copy)]
pub(super) struct AtEnergy {
    collision: Collision,
    cuts: Cuts,
    /// The mass that must be made.
    pub(super) mass_gev: f64,
}

impl AtEnergy {
    pub(super) fn of(nominal: &Setup) -> Self {
        Self {
            collision: nominal.collision,
            cuts: nominal.cuts,
            mass_gev: nominal.dark.threshold_mass_gev(),
        }
    }

    /// Collision and cuts at an energy in GeV.
    #[inline(always)]
    pub(super) fn energy(&self, beam_energy_gev: f64) -> (Collision, Cuts) {
        let ratio = self.collision.e0 / beam_energy_gev;
        (
            self.collision.at_energy(beam_energy_gev),
            self.cuts.in_other_units(ratio),
        )
    }

    /// Whether anything can be made at an energy in GeV; without jumps, so that loops over energies vectorise.
    #[inline(always)]
    pub(super) fn is_possible(&self, beam_energy_gev: f64) -> bool {
        let (collision, cuts) = self.energy(beam_energy_gev);
        (collision.kinetic > 0.0)
            & (beam_energy_gev <= MAX_BEAM_ENERGY_GEV)
            & (self.mass_gev < collision.max_pair_mass())
            & nothing_left(&collision, &cuts, self.mass_gev).is_none()
    }
}

/// Largest k² of a pair in GeV² that kinematics and the cuts on x leave.
#[inline(always)]
pub(super) fn largest_k2(c: &Collision, cuts: &Cuts) -> f64 {
    let (_, v_high) = v_cuts(c, cuts);
    let heaviest = cuts.x_max * c.e0;
    c.k2_max(v_high).min(heaviest * heaviest)
}

#[inline(always)]
pub(super) fn v_cuts(c: &Collision, cuts: &Cuts) -> (f64, f64) {
    (
        c.e0 * (1.0 - cuts.x_max) - c.m,
        c.e0 * (1.0 - cuts.x_min) - c.m,
    )
}

/// The kinematic range of v in GeV for a mass, where the cuts on x leave nothing of it.
#[inline(always)]
fn nothing_left(collision: &Collision, cuts: &Cuts, mass_gev: f64) -> Option<(f64, f64)> {
    let (v_min, v_max) = collision.v_limits(mass_gev * mass_gev);
    let (v_low, v_high) = v_cuts(collision, cuts);
    let empty = (v_low >= v_max) | (v_high <= v_min) | (v_low >= v_high);
    empty.then_some((v_min, v_max))
}
