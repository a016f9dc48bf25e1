//! The dark sector: what is produced and how strongly it couples.
//!
//! A millicharged particle χ of charge `Q_χ` (in units of e), a dark photon A′ with kinetic mixing
//! ε, χχ̄ that an A′ couples to (α_D = g_χ²/4π) and may decay to, or a boson φ that couples to the beam
//! lepton. Masses in GeV. Particle codes are those the simulation programs downstream expect, chosen by
//! preset or number. Pinned by the tests below.

use crate::checked::{AMOUNT, Allowed, BadNumber, CODE, COUPLING, LEAST, MASS, check};
use crate::constants::ALPHA;
use crate::particle::Particle;

named! {
    /// Spin of the millicharged particle.
    pub enum ChiSpin {
        /// Dirac fermion; the default.
        Dirac = "dirac",
        /// Complex scalar.
        Scalar = "scalar",
    }
}

named! {
    /// The vertex g Γ of a boson on the lepton line.
    pub enum Vertex {
        /// Γ = 1.
        Scalar = "scalar",
        /// Γ = iγ₅.
        Pseudoscalar = "pseudoscalar",
        /// Γ = γ^μ: a dark photon.
        Vector = "vector",
        /// Γ = γ^μγ₅.
        AxialVector = "axial-vector",
    }
}

named! {
    /// What couples the dark sector to the leptons.
    pub enum Mediator {
        /// The photon.
        Photon = "photon",
        /// A vector A′.
        Vector = "vector",
        /// A scalar φ.
        Scalar = "scalar",
        /// A pseudoscalar φ.
        Pseudoscalar = "pseudoscalar",
        /// An axial vector φ.
        AxialVector = "axial-vector",
    }
}

/// Named particle codes of χ: LDMX's fourth-generation slot, the generic dark-matter fermion of
/// Geant4's DMG4, and milliQan's.
pub const CHI_PDG_PRESETS: [(&str, i32); 3] =
    [("ldmx", 17), ("dmg4", 5_200_012), ("milliqan", 6_000_015)];

/// Particle code of a dark photon unless the card gives another (LDMX, G4DarkBreM).
pub const DARK_PHOTON_PDG_ID: i32 = 622;

checked! {
    /// A millicharged particle χ; its antiparticle has the opposite charge and code.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct MilliCharged(ChiFields);
}

/// What a [`MilliCharged`] is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiFields {
    /// Mass in GeV, above 0.
    pub mass_gev: f64,
    /// Charge Q_χ/e; σ ∝ its square. 0 where an A′ couples to χ in its place.
    pub charge: f64,
    /// Spin.
    pub spin: ChiSpin,
    /// Particle code of χ, above 0.
    pub pdg_id: i32,
}

/// Of χ: none is for a χ that an A′ couples to.
const CHARGE: Allowed = ("0 or a number from 1e-30 to 1e6", |x| {
    x == 0.0 || COUPLING.1(x)
});

impl ChiFields {
    fn check(&self) -> Result<(), BadNumber> {
        check(&[
            ("dark_sector.m_chi_gev", self.mass_gev, AMOUNT),
            ("dark_sector.charge", self.charge, CHARGE),
            ("dark_sector.pdg_id", f64::from(self.pdg_id), CODE),
        ])
    }
}

impl MilliCharged {
    /// The same with another spin.
    #[must_use]
    pub fn with_spin(self, spin: ChiSpin) -> Self {
        Self(ChiFields { spin, ..self.0 })
    }

    /// The same with the charge e.
    #[must_use]
    pub fn of_charge_e(self) -> Self {
        Self(ChiFields {
            charge: 1.0,
            ..self.0
        })
    }

    /// χ, of the charge that its particle code says.
    pub fn particle(&self) -> Particle {
        Particle {
            pdg_id: self.pdg_id,
            mass_gev: self.mass_gev,
            charge: self.charge_of_id(),
        }
    }

    /// Charge in units of e of the particle that `pdg_id` names. The PDG numbers 11, 13, 15 and 17 are
    /// those of charged leptons, whose particle is the negative one; ldmx-sw keeps to that with its 17.
    pub fn charge_of_id(&self) -> f64 {
        match self.pdg_id {
            // No charge has no sign.
            11 | 13 | 15 | 17 => 0.0 - self.charge,
            _ => self.charge,
        }
    }

    /// S(s) of the current of χ at a squared mass s of the pair in GeV², 0 below threshold: (1 + 2m_χ²/s)β
    /// for a Dirac χ, β³/4 for a scalar.
    pub fn structure(&self, s: f64) -> f64 {
        let r = self.mass_gev * self.mass_gev / s;
        let beta = (1.0 - 4.0 * r).max(0.0).sqrt();
        match self.spin {
            ChiSpin::Dirac => (1.0 + 2.0 * r) * beta,
            ChiSpin::Scalar => 0.25 * beta * beta * beta,
        }
    }
}

checked! {
    /// A dark photon A′ emitted on its mass shell.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct DarkPhoton(DarkPhotonFields);
}

/// What a [`DarkPhoton`] is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DarkPhotonFields {
    /// Mass in GeV, above 0.
    pub mass_gev: f64,
    /// Kinetic mixing ε; σ ∝ its square.
    pub epsilon: f64,
    /// Particle code, above 0.
    pub pdg_id: i32,
}

impl DarkPhotonFields {
    fn check(&self) -> Result<(), BadNumber> {
        check(&[
            ("dark_sector.m_dark_photon_gev", self.mass_gev, AMOUNT),
            ("dark_sector.epsilon", self.epsilon, COUPLING),
            ("dark_sector.pdg_id", f64::from(self.pdg_id), CODE),
        ])
    }
}

checked! {
    /// A vector A′ between the leptons and χχ̄.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Resonance(ResonanceFields);
}

/// What a [`Resonance`] is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ResonanceFields {
    /// Its mass, GeV.
    pub mass_gev: f64,
    /// Its kinetic mixing ε with the photon.
    pub epsilon: f64,
    /// Its coupling to χ, g_χ²/4π.
    pub alpha_d: f64,
    /// Its width, GeV; none for that of A′ → χχ̄.
    pub width_gev: Option<f64>,
}

impl ResonanceFields {
    fn check(&self) -> Result<(), BadNumber> {
        check(&[
            ("dark_sector.epsilon", self.epsilon, COUPLING),
            ("dark_sector.m_mediator_gev", self.mass_gev, MASS),
            ("dark_sector.alpha_d", self.alpha_d, COUPLING),
            (
                "dark_sector.width_gev",
                self.width_gev.unwrap_or(1.0),
                LEAST,
            ),
        ])
    }
}

impl Resonance {
    /// Γ(A′ → χχ̄) in GeV: (α_D/3) m (1 + 2m_χ²/m²)β for a Dirac χ, α_D m β³/12 for a scalar; 0 below 2m_χ.
    pub fn width_to(&self, chi: &MilliCharged) -> f64 {
        let m2 = self.mass_gev * self.mass_gev;
        self.alpha_d / 3.0 * self.mass_gev * chi.structure(m2)
    }

    /// (εg_χ/e)²: what stands for (Q_χ/e)² before the propagators.
    pub fn strength(&self) -> f64 {
        self.epsilon * self.epsilon * (self.alpha_d / ALPHA)
    }

    /// The width in the propagator, GeV.
    pub fn width(&self, chi: &MilliCharged) -> f64 {
        self.width_gev.unwrap_or_else(|| self.width_to(chi))
    }
}

checked! {
    /// A boson φ emitted on its mass shell, with the vertex ε e Γ on the beam lepton's line.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Boson(BosonFields);
}

/// What a [`Boson`] is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BosonFields {
    /// Γ.
    pub vertex: Vertex,
    /// Mass in GeV, above 0.
    pub mass_gev: f64,
    /// Coupling ε in units of e; σ ∝ its square.
    pub coupling: f64,
    /// Particle code, above 0.
    pub pdg_id: i32,
}

impl BosonFields {
    fn check(&self) -> Result<(), BadNumber> {
        check(&[
            ("dark_sector.m_mediator_gev", self.mass_gev, AMOUNT),
            ("dark_sector.coupling", self.coupling, COUPLING),
            ("dark_sector.pdg_id", f64::from(self.pdg_id), CODE),
        ])
    }
}

impl Vertex {
    /// Particle code of a boson with it unless the card gives another: a vector is a dark photon, the others have the
    /// codes of DMG4.
    pub fn pdg_id(self) -> i32 {
        match self {
            Self::Scalar => 5_400_022,
            Self::Pseudoscalar => 5_410_022,
            Self::Vector => DARK_PHOTON_PDG_ID,
            Self::AxialVector => 5_510_022,
        }
    }
}

/// Which of the dark sectors a process makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Produces {
    /// χ χ̄ through the photon.
    Chi {
        /// Whether a vector A′ may stand for the photon.
        by_vector: bool,
    },
    /// A′ on its mass shell.
    DarkPhoton,
    /// φ on its mass shell.
    Boson,
}

/// What the process `process.kind` produces beside lepton and nucleus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DarkSector {
    /// `kind = "pair"`: l N → l N χ χ̄.
    Pair(MilliCharged),
    /// `kind = "dark-photon"`: l N → l N A′.
    DarkPhoton(DarkPhoton),
    /// χ χ̄ through an A′ of any mass.
    Mediated(MilliCharged, Resonance),
    /// l N → l N φ.
    Boson(Boson),
}

impl From<MilliCharged> for DarkSector {
    fn from(chi: MilliCharged) -> Self {
        Self::Pair(chi)
    }
}

impl DarkSector {
    /// The same with 1 for the coupling whose square σ goes with: Q_χ/e, ε or the coupling of a boson.
    #[must_use]
    pub fn of_coupling_one(self) -> Self {
        match self {
            Self::Pair(chi) => Self::Pair(chi.of_charge_e()),
            Self::DarkPhoton(DarkPhoton(photon)) => {
                Self::DarkPhoton(DarkPhoton(DarkPhotonFields {
                    epsilon: 1.0,
                    ..photon
                }))
            }
            Self::Mediated(chi, Resonance(a)) => {
                Self::Mediated(chi, Resonance(ResonanceFields { epsilon: 1.0, ..a }))
            }
            Self::Boson(Boson(boson)) => Self::Boson(Boson(BosonFields {
                coupling: 1.0,
                ..boson
            })),
        }
    }

    /// The same with another mass in GeV: of χ, where an A′ makes the pair of that A′, of the A′ or of the boson.
    ///
    /// # Errors
    /// [`BadNumber`] of a mass that is none.
    pub fn of_mass(self, mass_gev: f64) -> Result<Self, BadNumber> {
        Ok(match self {
            Self::Pair(chi) => Self::Pair(chi.with(|chi| chi.mass_gev = mass_gev)?),
            Self::DarkPhoton(photon) => Self::DarkPhoton(photon.with(|p| p.mass_gev = mass_gev)?),
            Self::Mediated(chi, a) => Self::Mediated(chi, a.with(|a| a.mass_gev = mass_gev)?),
            Self::Boson(boson) => Self::Boson(boson.with(|b| b.mass_gev = mass_gev)?),
        })
    }

    /// Refuses a pair without a charge, which the photon does not couple to, and an A′ at the threshold of the
    /// pair whose width vanishes there: the integral over its pole does not converge.
    pub(crate) fn check(&self) -> Result<(), BadNumber> {
        if let Self::Mediated(chi, a) = self
            && a.width_gev.is_none()
            && a.mass_gev == 2.0 * chi.mass_gev
        {
            return Err(BadNumber {
                name: "dark_sector.m_mediator_gev",
                expected: "another mass than 2 dark_sector.m_chi_gev, or a dark_sector.width_gev: without one sigma diverges there",
                found: a.mass_gev,
            });
        }
        let charge = match self {
            Self::Pair(chi) => chi.charge,
            _ => 1.0,
        };
        check(&[("dark_sector.charge", charge, COUPLING)])
    }

    /// What it is in a word: `pair`, `dark-photon` or `boson`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Pair(_) | Self::Mediated(..) => "pair",
            Self::DarkPhoton(_) => "dark-photon",
            Self::Boson(_) => "boson",
        }
    }

    /// The χ of a pair.
    pub fn chi(&self) -> Option<MilliCharged> {
        match self {
            Self::Pair(chi) | Self::Mediated(chi, _) => Some(*chi),
            Self::DarkPhoton(_) | Self::Boson(_) => None,
        }
    }

    /// The vertex of what the lepton radiates: of all but a boson, that of the photon.
    pub fn vertex(&self) -> Vertex {
        match self {
            Self::Pair(_) | Self::Mediated(..) | Self::DarkPhoton(_) => Vertex::Vector,
            Self::Boson(boson) => boson.vertex,
        }
    }

    /// Smallest invariant mass of what is produced in GeV: `2 m_χ`, `m_A′` or `m_φ`.
    pub fn threshold_mass_gev(&self) -> f64 {
        match self {
            Self::Pair(chi) | Self::Mediated(chi, _) => 2.0 * chi.mass_gev,
            Self::DarkPhoton(photon) => photon.mass_gev,
            Self::Boson(boson) => boson.mass_gev,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spin_names_read_back() {
        for spin in ChiSpin::ALL {
            assert_eq!(ChiSpin::from_name(spin.name()), Some(spin));
        }
        assert_eq!(ChiSpin::from_name("majorana"), None);
    }

    #[test]
    fn a_pair_starts_at_twice_the_mass_and_a_dark_photon_at_its_mass() {
        let chi = MilliCharged::new(ChiFields {
            mass_gev: 0.1,
            charge: 1.0,
            spin: ChiSpin::Dirac,
            pdg_id: 17,
        })
        .unwrap();
        let photon = DarkPhoton::new(DarkPhotonFields {
            mass_gev: 0.1,
            epsilon: 1e-3,
            pdg_id: DARK_PHOTON_PDG_ID,
        })
        .unwrap();
        let other = chi.with(|chi| chi.pdg_id = 5_200_012).unwrap();
        assert_eq!((chi.charge_of_id(), other.charge_of_id()), (-1.0, 1.0));
        assert_eq!(DarkSector::Pair(chi).threshold_mass_gev(), 0.2);
        assert_eq!(DarkSector::DarkPhoton(photon).threshold_mass_gev(), 0.1);
        assert_eq!(DarkSector::Pair(chi).kind(), "pair");
        assert_eq!(DarkSector::DarkPhoton(photon).kind(), "dark-photon");
    }
}
