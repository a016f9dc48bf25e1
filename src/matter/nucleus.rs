//! The nucleus as a target: charge, mass and spin.
//!
//! The one place where a nuclear mass is computed: `M = A·u` (GeV), with `A` the standard atomic
//! weight of the element, or the mass of the isotope, and `u` the atomic mass unit; electron masses and
//! their binding are below the accuracy of the elastic form factors. Pinned by the tests below
//! against the masses of the reference tables.

use super::elements::Element;
use super::isotopes::{self, Isotope};
use crate::checked::{Allowed, BadNumber, NUCLEI_GEV, check};
use crate::constants::ATOMIC_MASS_UNIT_GEV;
use crate::particle::Particle;

named! {
    /// Spin of the nucleus in the amplitude.
    pub enum NucleusSpin {
        /// Scalar vertex `i e Z F (P+P′)^μ`; the default.
        Zero = "0",
        /// Dirac vertex `i e Z F γ^μ`.
        Half = "1/2",
    }
}

checked! {
    /// A target nucleus.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Nucleus(NucleusFields);
}

/// What a [`Nucleus`] is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NucleusFields {
    /// Charge number.
    pub z: u32,
    /// Atomic weight or mass of the isotope in u, also the mass number of the form factors.
    pub a: f64,
    /// Mass in GeV.
    pub mass_gev: f64,
    /// Spin in the amplitude.
    pub spin: NucleusSpin,
}

const CHARGE: Allowed = ("from 1 to 200", |z| (1.0..=200.0).contains(&z));
const NUMBER: Allowed = ("a number from 0.5 to 1000", |a| (0.5..=1000.0).contains(&a));
const MASS: Allowed = ("a mass in GeV, 1e-3 to 1e6", |m| NUCLEI_GEV.contains(&m));

impl NucleusFields {
    fn check(&self) -> Result<(), BadNumber> {
        check(&[
            ("the charge number Z", f64::from(self.z), CHARGE),
            ("the mass number A", self.a, NUMBER),
            ("target.nuclear_mass_gev", self.mass_gev, MASS),
        ])
    }
}

impl Nucleus {
    /// Whether it is a single proton.
    pub fn is_nucleon(&self) -> bool {
        self.a < 1.5
    }

    /// The mean nucleus of `element` with mass `A·u`.
    pub fn of(element: &Element, spin: NucleusSpin) -> Self {
        Self::weighing(element.z, element.atomic_weight, spin)
    }

    /// The nucleus of one isotope.
    pub fn of_isotope(isotope: &Isotope, spin: NucleusSpin) -> Self {
        Self::weighing(isotope.z, isotope.mass_u, spin)
    }

    pub(crate) fn weighing(z: u32, a: f64, spin: NucleusSpin) -> Self {
        // Of the tables of elements and isotopes, all of whose numbers are in range.
        Self(NucleusFields {
            z,
            a,
            mass_gev: a * ATOMIC_MASS_UNIT_GEV,
            spin,
        })
    }

    /// The isotope, if this is the nucleus of one and not the mean one of its element.
    pub fn isotope(&self) -> Option<&'static Isotope> {
        let mean = Element::from_z(self.z).is_some_and(|e| e.atomic_weight == self.a);
        let same = |isotope: &&Isotope| isotope.mass_u == self.a;
        isotopes::of(self.z).filter(|_| !mean).find(same)
    }

    /// The same nucleus with another spin.
    #[must_use]
    pub fn with_spin(self, spin: NucleusSpin) -> Self {
        Self(NucleusFields { spin, ..self.0 })
    }

    /// The same nucleus with another mass in GeV.
    ///
    /// # Errors
    /// If that is none of a nucleus.
    pub fn with_mass_gev(self, mass_gev: f64) -> Result<Self, BadNumber> {
        self.with(|fields| fields.mass_gev = mass_gev)
    }

    /// Mass number of the isotope; that of the most abundant one where the nucleus is the mean one of
    /// its element, which mass and form factor follow.
    pub fn mass_number(&self) -> u32 {
        match self.isotope() {
            Some(isotope) => isotope.mass_number,
            None => isotopes::mass_number(self.z).unwrap_or(libm::round(self.a) as u32),
        }
    }

    /// What it is among particles.
    pub fn particle(&self) -> Particle {
        Particle {
            pdg_id: self.pdg_id(),
            mass_gev: self.mass_gev,
            charge: f64::from(self.z),
        }
    }

    /// The particle code `100ZZZAAA0` of the ground state of the isotope.
    pub fn pdg_id(&self) -> i32 {
        // A charge number is 200 at most.
        1_000_000_000 + self.z as i32 * 10_000 + self.mass_number() as i32 * 10
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nucleus(symbol: &str) -> Nucleus {
        Nucleus::of(
            Element::from_symbol(symbol).expect("listed"),
            NucleusSpin::Zero,
        )
    }

    #[test]
    fn masses_are_those_of_the_reference_tables() {
        assert_eq!(nucleus("Pb").mass_gev, 193.005578021424);
        assert!((nucleus("Al").mass_gev - 25.133144).abs() < 1e-6);
    }

    #[test]
    fn particle_codes_follow_the_numbering_scheme() {
        let codes = [
            ("H", 1_000_010_010),
            ("Al", 1_000_130_270),
            ("Cu", 1_000_290_630),
            ("Ag", 1_000_471_070),
            ("Re", 1_000_751_870),
            ("Tl", 1_000_812_050),
            ("Pb", 1_000_822_080),
        ];
        for (symbol, code) in codes {
            assert_eq!(nucleus(symbol).pdg_id(), code, "{symbol}");
        }
        let heavier = nucleus("Cu").with_mass_gev(60.0).unwrap();
        assert_eq!(heavier.pdg_id(), nucleus("Cu").pdg_id());
        for (z, mass_number, code) in [(29, 65, 1_000_290_650), (82, 206, 1_000_822_060)] {
            let isotope = isotopes::find(z, mass_number).expect("listed");
            let nucleus = Nucleus::of_isotope(isotope, NucleusSpin::Zero);
            assert_eq!(nucleus.pdg_id(), code);
            assert_eq!(nucleus.isotope(), Some(isotope));
        }
        // Elements of one isotope: aluminium's weight is that of aluminium-27 but for 3e-7.
        assert_eq!(nucleus("Al").isotope(), None);
    }

    #[test]
    fn a_given_mass_replaces_the_computed_one_and_nothing_else() {
        let lead = nucleus("Pb");
        let heavier = lead.with_mass_gev(200.0).unwrap();
        assert_eq!(heavier.mass_gev, 200.0);
        assert_eq!(heavier.with_mass_gev(lead.mass_gev), Ok(lead));
    }

    #[test]
    fn spin_names_read_back() {
        for spin in NucleusSpin::ALL {
            assert_eq!(NucleusSpin::from_name(spin.name()), Some(spin));
        }
        assert_eq!(NucleusSpin::from_name("half"), None);
    }
}
