//! The target material: composition, density, radiation length and thickness.
//!
//! Computes the number of nuclei a beam particle meets, `ρ N_A L Σ w_i/A_i` per cm² ([GKK18]
//! Eq. (12)), and the radiation length of a mixture by mass fractions, `1/X0 = Σ w_i/X_i` ([PDG22]
//! Eq. (34.27)); that of an isotope is that of its element in nuclei per area. Lengths in cm, densities
//! in g/cm³. Density and thickness matter for yields only, so they may be absent. Pinned by the tests
//! below.

use super::elements::Element;
use super::isotopes;
use super::nucleus::{Nucleus, NucleusSpin};
use crate::checked::{AMOUNT, Allowed, BadNumber, LEAST, check};
use crate::constants::AVOGADRO;

/// One element of a material.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Component {
    /// The element.
    pub element: &'static Element,
    /// Its nucleus as the amplitude sees it.
    pub nucleus: Nucleus,
    /// Its share of the mass, 0 … 1.
    pub mass_fraction: f64,
}

impl Component {
    /// The mean nucleus of `element` with this share of the mass.
    pub fn of(element: &'static Element, spin: NucleusSpin, mass_fraction: f64) -> Self {
        Self {
            element,
            nucleus: Nucleus::of(element, spin),
            mass_fraction,
        }
    }

    /// The symbol, with the mass number of an isotope: `Pb`, `Pb-208`.
    pub fn name(&self) -> String {
        match self.nucleus.isotope() {
            Some(isotope) => format!("{}-{}", self.element.symbol, isotope.mass_number),
            None => self.element.symbol.to_owned(),
        }
    }

    /// The same element as its isotopes in their natural abundances; itself if it is an isotope
    /// already, nothing if it is not found in nature.
    pub fn natural_isotopes(&self) -> Vec<Self> {
        if self.nucleus.isotope().is_some() {
            return vec![*self];
        }
        let found = || isotopes::of(self.element.z).filter(|i| i.abundance_percent > 0.0);
        let mass: f64 = found().map(|i| i.abundance_percent * i.mass_u).sum();
        let part = |isotope: &isotopes::Isotope| Self {
            nucleus: Nucleus::of_isotope(isotope, self.nucleus.spin),
            mass_fraction: self.mass_fraction * (isotope.abundance_percent * isotope.mass_u / mass),
            ..*self
        };
        found().map(part).collect()
    }

    /// Density in g/cm³, if that of the element is known: as many nuclei per volume as of the element.
    pub fn density_g_cm3(&self) -> Option<f64> {
        let of_element = self.element.density_g_cm3?;
        Some(of_element * (self.nucleus.a / self.element.atomic_weight))
    }

    /// Radiation length in g/cm²: as many nuclei per area as of the element.
    fn radiation_length_g_cm2(&self) -> f64 {
        self.element.radiation_length() * (self.nucleus.a / self.element.atomic_weight)
    }
}

checked! {
    /// A target material, pure or mixed, and how much of it.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Material(MaterialFields);
}

/// What a [`Material`] is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct MaterialFields {
    /// The elements, one at least; mass fractions add up to 1.
    pub components: Vec<Component>,
    /// Density in g/cm³.
    pub density_g_cm3: Option<f64>,
    /// Radiation length in cm.
    pub radiation_length_cm: Option<f64>,
    /// Thickness in cm.
    pub thickness_cm: Option<f64>,
    /// Mean energy in GeV that a muon of the beam loses in each cm; none if it loses none.
    pub energy_loss_gev_per_cm: Option<f64>,
}

const FRACTION: Allowed = ("a number above 0 and at most 1", |x| x > 0.0 && x <= 1.0);
/// Written with six digits.
const ALL: Allowed = ("1", |sum| (sum - 1.0).abs() <= 2e-6);

impl MaterialFields {
    /// So composed, and nothing more known.
    fn of(components: Vec<Component>) -> Self {
        Self {
            components,
            density_g_cm3: None,
            radiation_length_cm: None,
            thickness_cm: None,
            energy_loss_gev_per_cm: None,
        }
    }

    fn check(&self) -> Result<(), BadNumber> {
        let shares = || self.components.iter().map(|part| part.mass_fraction);
        for share in shares() {
            check(&[("mass_fraction", share, FRACTION)])?;
        }
        check(&[
            ("the sum of mass fractions", shares().sum(), ALL),
            (
                "target.density_g_cm3",
                self.density_g_cm3.unwrap_or(1.0),
                AMOUNT,
            ),
            (
                "target.radiation_length_cm",
                self.radiation_length_cm.unwrap_or(1.0),
                AMOUNT,
            ),
            (
                "target.thickness_cm",
                self.thickness_cm.unwrap_or(1.0),
                AMOUNT,
            ),
            (
                "target.energy_loss_gev_per_cm",
                self.energy_loss_gev_per_cm.unwrap_or(0.0),
                LEAST,
            ),
        ])
    }
}

impl Material {
    /// A pure element with its tabulated density and radiation length and no thickness.
    pub fn pure(element: &'static Element, spin: NucleusSpin) -> Self {
        Self(MaterialFields::of(vec![Component::of(element, spin, 1.0)]))
            .of_density(element.density_g_cm3)
    }

    /// A mixture of elements with their shares of the mass, which add up to 1.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_elements(
        parts: &[(&'static Element, f64)],
        spin: NucleusSpin,
    ) -> Result<Self, BadNumber> {
        let part =
            |(element, share): &(&'static Element, f64)| Component::of(element, spin, *share);
        Self::mixture(parts.iter().map(part).collect())
    }

    /// A mixture of unknown density and no thickness; mass fractions add up to 1.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn mixture(components: Vec<Component>) -> Result<Self, BadNumber> {
        Self::new(MaterialFields::of(components))
    }

    /// The same material with this density in g/cm³, from which the radiation length in cm follows.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_density(self, density_g_cm3: Option<f64>) -> Result<Self, BadNumber> {
        Self::new(self.of_density(density_g_cm3).0)
    }

    fn of_density(self, density_g_cm3: Option<f64>) -> Self {
        let radiation_length_cm = density_g_cm3.map(|rho| self.radiation_length_g_cm2() / rho);
        Self(MaterialFields {
            density_g_cm3,
            radiation_length_cm,
            ..self.0
        })
    }

    /// Radiation length in g/cm², `1/X0 = Σ w_i/X_i`.
    pub fn radiation_length_g_cm2(&self) -> f64 {
        let mut inverse = 0.0;
        for part in &self.components {
            inverse += part.mass_fraction / part.radiation_length_g_cm2();
        }
        1.0 / inverse
    }

    /// Thickness in radiation lengths.
    pub fn thickness_x0(&self) -> Option<f64> {
        Some(self.thickness_cm? / self.radiation_length_cm?)
    }

    /// Nuclei per cm² in the beam's way, all elements together; needs density and thickness.
    pub fn nuclei_per_cm2(&self) -> Option<f64> {
        let per_gram: f64 = self.moles_per_gram().sum();
        Some(self.density_g_cm3? * self.thickness_cm? * AVOGADRO * per_gram)
    }

    /// Share of each component in the number of nuclei, in the order of `components`; adds up to 1.
    pub fn number_fractions(&self) -> Vec<f64> {
        let total: f64 = self.moles_per_gram().sum();
        self.moles_per_gram().map(|moles| moles / total).collect()
    }

    fn moles_per_gram(&self) -> impl Iterator<Item = f64> + '_ {
        self.components
            .iter()
            .map(|part| part.mass_fraction / part.nucleus.a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(symbol: &str) -> &'static Element {
        Element::from_symbol(symbol).expect("listed")
    }

    fn part(symbol: &str, mass_fraction: f64) -> Component {
        Component::of(element(symbol), NucleusSpin::Zero, mass_fraction)
    }

    fn mixture(components: Vec<Component>) -> Material {
        Material::mixture(components).expect("fractions of 1")
    }

    fn close(found: Option<f64>, expected: f64, relative: f64) {
        let found = found.expect("known");
        assert!(
            (found / expected - 1.0).abs() < relative,
            "{found} against {expected}"
        );
    }

    #[test]
    fn pure_lead_has_the_tabulated_radiation_length() {
        let lead = Material::pure(element("Pb"), NucleusSpin::Zero);
        close(lead.radiation_length_cm, 0.5612, 1e-4);
        let aluminium = Material::pure(element("Al"), NucleusSpin::Zero);
        close(aluminium.radiation_length_cm, 8.897, 1e-3);
    }

    #[test]
    fn nuclei_per_area_are_the_areal_density_over_the_atomic_mass() {
        let lead = Material::pure(element("Pb"), NucleusSpin::Zero);
        let lead = lead.with(|fields| fields.thickness_cm = Some(2.0)).unwrap();
        close(
            lead.nuclei_per_cm2(),
            11.35 * 2.0 * 6.02214076e23 / 207.2,
            1e-14,
        );
        close(lead.thickness_x0(), 2.0 / 0.561233, 1e-5);
    }

    #[test]
    fn a_mixture_of_one_element_is_the_element() {
        let halves = mixture(vec![part("W", 0.5), part("W", 0.5)]);
        let halves = halves.with_density(Some(19.3)).unwrap();
        let pure = Material::pure(element("W"), NucleusSpin::Zero);
        close(
            halves.radiation_length_cm,
            pure.radiation_length_cm.expect("known"),
            1e-14,
        );
        assert_eq!(halves.number_fractions(), [0.5, 0.5]);
    }

    #[test]
    fn silica_has_twice_as_many_oxygen_as_silicon_nuclei_and_the_published_radiation_length() {
        // [PDG22] Table 6.1, silicon dioxide (fused quartz): 27.05 g/cm².
        let oxygen = 2.0 * 15.999 / (2.0 * 15.999 + 28.085);
        let silica = mixture(vec![part("Si", 1.0 - oxygen), part("O", oxygen)]);
        close(silica.number_fractions().get(1).copied(), 2.0 / 3.0, 1e-12);
        close(Some(silica.radiation_length_g_cm2()), 27.05, 1e-3);
    }

    #[test]
    fn an_element_without_tabulated_density_has_a_radiation_length_once_it_is_given() {
        let tantalum = Material::pure(element("Ta"), NucleusSpin::Zero);
        assert_eq!(tantalum.density_g_cm3, None);
        assert_eq!(tantalum.radiation_length_cm, None);
        // [PDG22], larger table: 6.82 g/cm².
        let length = tantalum
            .with_density(Some(16.65))
            .unwrap()
            .radiation_length_cm;
        close(length, 6.82 / 16.65, 3e-3);
    }

    #[test]
    fn natural_isotopes_are_the_element_in_nuclei_and_radiation_length() {
        let lead = part("Pb", 0.5);
        let isotopes = lead.natural_isotopes();
        let names: Vec<String> = isotopes.iter().map(Component::name).collect();
        assert_eq!(names, ["Pb-204", "Pb-206", "Pb-207", "Pb-208"]);
        let mass: f64 = isotopes.iter().map(|part| part.mass_fraction).sum();
        close(Some(mass), 0.5, 1e-14);
        let natural = mixture([isotopes, vec![part("O", 0.5)]].concat());
        let fractions = natural.number_fractions();
        let of_lead: f64 = fractions[..4].iter().sum();
        close(Some(fractions[3] / of_lead), 0.524, 1e-12);
        let element = mixture(vec![lead, part("O", 0.5)]);
        // The weights of 2015 and the isotopes' masses agree to 1e-5.
        close(Some(of_lead), element.number_fractions()[0], 1e-4);
        let length = natural.radiation_length_g_cm2();
        close(Some(length), element.radiation_length_g_cm2(), 1e-4);
        assert_eq!(part("Pm", 1.0).natural_isotopes(), []);
        let copper = part("Cu", 1.0).natural_isotopes();
        let again = copper.iter().flat_map(Component::natural_isotopes);
        assert_eq!(again.collect::<Vec<_>>(), copper);
    }
}
