//! What a limit is on, and against which mass it is drawn.
//!
//! σ goes as the square of one coupling g: Q_χ/e of a pair through the photon, ε of an A′ on its mass shell or of
//! one that makes the pair (α_D and Γ fixed), the coupling of a boson in units of e. So `N = N_1 g²` and the limit is
//! `g = √(N_excluded/N_1)`, whichever it is. Pinned by `tests/reach_bosons.rs`.

use crate::dark_sector::DarkSector;

/// The coupling a limit is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited {
    /// Q_χ/e against the mass of χ.
    Charge,
    /// ε of an A′ on its mass shell against its mass.
    DarkPhoton,
    /// ε of an A′ that makes χχ̄ against its mass, at the α_D and the mass of χ of the card.
    Resonance,
    /// The coupling of a boson to the beam lepton in units of e against its mass.
    Boson,
}

impl Limited {
    /// That of what is produced.
    pub fn of(dark: &DarkSector) -> Self {
        match dark {
            DarkSector::Pair(_) => Self::Charge,
            DarkSector::DarkPhoton(_) => Self::DarkPhoton,
            DarkSector::Mediated(..) => Self::Resonance,
            DarkSector::Boson(_) => Self::Boson,
        }
    }

    /// Key of the mass in a card.
    pub fn mass_key(self) -> &'static str {
        match self {
            Self::Charge => "dark_sector.m_chi_gev",
            Self::DarkPhoton => "dark_sector.m_dark_photon_gev",
            Self::Resonance | Self::Boson => "dark_sector.m_mediator_gev",
        }
    }

    /// Column of the mass in a table.
    pub fn mass_column(self) -> &'static str {
        self.mass_key().trim_start_matches("dark_sector.")
    }

    /// The mass in words.
    pub fn mass(self) -> &'static str {
        match self {
            Self::Charge => "m_chi",
            Self::DarkPhoton | Self::Resonance => "m_A'",
            Self::Boson => "m_phi",
        }
    }

    /// Whose mass that is.
    pub(super) fn of_what(self) -> &'static str {
        match self {
            Self::Charge => "chi",
            Self::DarkPhoton | Self::Resonance => "the A'",
            Self::Boson => "the boson",
        }
    }

    /// Column of the limit in a table.
    pub fn column(self) -> &'static str {
        match self {
            Self::Charge => "q_over_e",
            Self::DarkPhoton | Self::Resonance => "epsilon",
            Self::Boson => "coupling",
        }
    }

    /// The coupling in words.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Charge => "Q/e",
            Self::DarkPhoton | Self::Resonance => "epsilon",
            Self::Boson => "coupling",
        }
    }

    /// What the column holds, in the plural.
    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Charge => "charges",
            Self::DarkPhoton | Self::Resonance => "epsilon",
            Self::Boson => "couplings to the beam lepton, in units of e,",
        }
    }
}
