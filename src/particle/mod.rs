//! What a particle of a process is: its identity and the part it plays.
//!
//! PDG Monte Carlo numbers, masses in GeV, charges in units of e. A role names a particle in events,
//! files and exports: the momenta of `chi` are the column `p_chi`. Pinned by the tests of
//! [`crate::event`] and by `tests/outside`, whose process has roles of its own.

mod elsewhere;

use std::borrow::Cow;
use std::fmt;

pub use elsewhere::{Program, pythia8_nucleus};

/// Identity of a particle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Particle {
    /// PDG Monte Carlo number; nuclei 100ZZZAAA0, A being that of one isotope of the element.
    pub pdg_id: i32,
    /// Mass, GeV; of nuclei that of the mean over the isotopes, unless the card gives another.
    pub mass_gev: f64,
    /// Electric charge in units of e of the particle with that number.
    pub charge: f64,
}

/// The part that an outgoing particle plays in its process.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Role(Cow<'static, str>);

impl Role {
    /// The scattered beam lepton.
    pub const LEPTON_OUT: Self = Self::new("lepton_out");
    /// The beam particle at the vertex, where it differs from event to event.
    pub const LEPTON_IN: Self = Self::new("lepton_in");
    /// The recoiling nucleus.
    pub const NUCLEUS_OUT: Self = Self::new("nucleus_out");
    /// The χ.
    pub const CHI: Self = Self::new("chi");
    /// The χ̄.
    pub const CHIBAR: Self = Self::new("chibar");
    /// A dark photon on its mass shell.
    pub const DARK_PHOTON: Self = Self::new("dark_photon");
    /// A boson on its mass shell.
    pub const BOSON: Self = Self::new("boson");

    /// A role of this name, which becomes a part of column names: lower case and underscores.
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The role that a file names.
    pub fn named(name: String) -> Self {
        Self(Cow::Owned(name))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Name of the column of its momenta, `p_<role>`.
    pub fn column(&self) -> String {
        format!("p_{}", self.0)
    }

    /// Whether it leaves unseen: all but the scattered lepton and the nucleus do.
    pub fn is_dark(&self) -> bool {
        *self != Self::LEPTON_OUT && *self != Self::NUCLEUS_OUT
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Particle {
    /// A photon.
    pub const PHOTON: Self = Self {
        pdg_id: 22,
        mass_gev: 0.0,
        charge: 0.0,
    };

    /// Its antiparticle.
    #[must_use]
    pub fn anti(self) -> Self {
        Self {
            pdg_id: self.pdg_id.wrapping_neg(),
            charge: -self.charge,
            ..self
        }
    }
}

/// One particle that comes out of a process.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The part it plays; no two of a process are the same.
    pub role: Role,
    /// What it is, in words for titles and attributes: `scattered lepton`.
    pub words: Cow<'static, str>,
    /// Its identity.
    pub particle: Particle,
}

impl Outgoing {
    fn new(role: Role, words: &'static str, particle: Particle) -> Self {
        Self {
            role,
            words: words.into(),
            particle,
        }
    }

    /// What comes out of l N → l N χ χ̄.
    pub fn of_pair(lepton: Particle, nucleus: Particle, chi: Particle) -> Vec<Self> {
        let mut all = vec![
            Self::new(Role::LEPTON_OUT, "scattered lepton", lepton),
            Self::new(Role::NUCLEUS_OUT, "recoiling nucleus", nucleus),
        ];
        all.extend(Self::of_chi(chi));
        all
    }

    /// What comes out of γ N → χ χ̄ N.
    pub fn of_conversion(nucleus: Particle, chi: Particle) -> Vec<Self> {
        let mut all = vec![Self::new(Role::NUCLEUS_OUT, "recoiling nucleus", nucleus)];
        all.extend(Self::of_chi(chi));
        all
    }

    /// χ and χ̄ alone.
    pub fn of_chi(chi: Particle) -> Vec<Self> {
        let anti = chi.anti();
        vec![
            Self::new(Role::CHI, "chi", chi),
            Self::new(Role::CHIBAR, "chi-bar", anti),
        ]
    }

    /// What comes out of l N → l N A′.
    pub fn of_dark_photon(lepton: Particle, nucleus: Particle, photon: Particle) -> Vec<Self> {
        vec![
            Self::new(Role::LEPTON_OUT, "scattered lepton", lepton),
            Self::new(Role::NUCLEUS_OUT, "recoiling nucleus", nucleus),
            Self::new(Role::DARK_PHOTON, "dark photon", photon),
        ]
    }

    /// What comes out of l N → l N φ.
    pub fn of_boson(lepton: Particle, nucleus: Particle, boson: Particle) -> Vec<Self> {
        vec![
            Self::new(Role::LEPTON_OUT, "scattered lepton", lepton),
            Self::new(Role::NUCLEUS_OUT, "recoiling nucleus", nucleus),
            Self::new(Role::BOSON, "boson", boson),
        ]
    }
}
