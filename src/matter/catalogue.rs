//! Materials by name, as `target.material = "PbWO4"` takes them: composition, density, source.
//!
//! Densities in g/cm³. Radiation lengths are not listed: they follow from the composition by Bragg's
//! rule, to 1 % of the published ones where there are any (tests below). Densities and published lengths
//! are from memory of the sources named; each length agrees with its Bragg sum.

use super::elements::Element;
use super::formula::{atoms, mass_fractions};

/// A material that has a name.
#[derive(Debug, Clone, Copy)]
pub struct NamedMaterial {
    /// The spelling in the card.
    pub name: &'static str,
    /// Density in g/cm³.
    pub density_g_cm3: f64,
    composition: Composition,
    /// Where composition and density are from.
    pub source: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Composition {
    /// Numbers of atoms.
    Atoms(&'static str),
    /// Shares of the mass by element.
    Masses(&'static [(&'static str, f64)]),
    /// Layers of formula, density in g/cm³ and share of the thickness.
    Layers(&'static [(&'static str, f64, f64)]),
}

use Composition::{Atoms, Layers, Masses};

macro_rules! materials {
    ($($name:literal, $density:expr, $composition:expr, $source:literal;)*) => {
        /// Every material that has a name.
        pub static MATERIALS: &[NamedMaterial] = &[$(NamedMaterial {
            name: $name,
            density_g_cm3: $density,
            composition: $composition,
            source: $source,
        },)*];
    };
}

materials! {
    "PbWO4", 8.30, Atoms("PbWO4"), "lead tungstate, [PDG22] Table 6.1";
    "Pb-scintillator", 0.5 * (11.35 + 1.032), Layers(&[("Pb", 11.35, 0.5), ("C9H10", 1.032, 0.5)]),
        "shashlik of lead and plastic scintillator of equal thickness";
    "stainless-steel", 8.00, Atoms("Fe74Cr18Ni8"), "Geant4, G4_STAINLESS-STEEL";
    "W-Cu", 14.979, Masses(&[("W", 0.75), ("Cu", 0.25)]),
        "75 % tungsten, 25 % copper by mass, the alloy of the CMS HGCAL";
    "plastic-scintillator", 1.032, Atoms("C9H10"),
        "polyvinyltoluene, Geant4, G4_PLASTIC_SC_VINYLTOLUENE";
    "polystyrene", 1.06, Atoms("C8H8"), "[PDG22] Table 6.1";
    "LYSO", 7.1, Atoms("Lu1.8Y0.2SiO5"), "the usual crystals with a tenth of yttrium, PreLude 420";
    "LSO", 7.4, Atoms("Lu2SiO5"), "[PDG22] Table 35.4";
    "BGO", 7.13, Atoms("Bi4Ge3O12"), "[PDG22] Table 35.4";
    "CsI", 4.51, Atoms("CsI"), "[PDG22] Table 35.4";
    "liquid-argon", 1.396, Atoms("Ar"), "[PDG22] Table 6.1";
    "liquid-xenon", 2.953, Atoms("Xe"), "[PDG22] Table 6.1";
    "graphite", 2.21, Atoms("C"), "[PDG22] Table 6.1";
    "water", 1.0, Atoms("H2O"), "[PDG22] Table 6.1";
}

impl NamedMaterial {
    /// The material of this name, if there is one.
    pub fn from_name(name: &str) -> Option<&'static Self> {
        MATERIALS.iter().find(|material| material.name == name)
    }

    /// Its elements and their shares of the mass, which add up to 1.
    pub fn mass_fractions(&self) -> Vec<(&'static Element, f64)> {
        // Names and formulae of the table are right, or the tests below fail.
        let of = |formula: &str| mass_fractions(&atoms(formula).unwrap_or_default());
        match self.composition {
            Atoms(formula) => of(formula),
            Masses(shares) => shares
                .iter()
                .filter_map(|(symbol, share)| Some((Element::from_symbol(symbol)?, *share)))
                .collect(),
            Layers(layers) => {
                let mass = |(_, density, thickness): &(&str, f64, f64)| density * thickness;
                let total: f64 = layers.iter().map(mass).sum();
                let parts = layers.iter().flat_map(|layer| {
                    let share = mass(layer) / total;
                    of(layer.0).into_iter().map(move |(e, w)| (e, w * share))
                });
                parts.collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matter::NucleusSpin;
    use crate::matter::material::Material;

    fn radiation_length_g_cm2(name: &str) -> f64 {
        let named = NamedMaterial::from_name(name).expect("listed");
        let parts = named.mass_fractions();
        let material = Material::of_elements(&parts, NucleusSpin::Zero);
        material.expect("fractions of 1").radiation_length_g_cm2()
    }

    #[test]
    fn compositions_are_whole_and_each_element_stands_once() {
        for material in MATERIALS {
            let parts = material.mass_fractions();
            let sum: f64 = parts.iter().map(|(_, share)| share).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{}: {sum}", material.name);
            for (i, (element, _)) in parts.iter().enumerate() {
                let again = parts[..i].iter().any(|(other, _)| other == element);
                assert!(!again, "{} twice in {}", element.symbol, material.name);
            }
        }
    }

    #[test]
    fn radiation_lengths_by_braggs_rule_are_the_published_ones() {
        // [PDG22] Table 6.1 in g/cm²; crystals Table 35.4, in cm times density.
        for (name, published, off) in [
            ("PbWO4", 7.39, 2e-3),
            ("polystyrene", 43.79, 2e-3),
            ("plastic-scintillator", 43.90, 2e-3),
            ("water", 36.08, 2e-3),
            ("liquid-argon", 19.55, 1e-12),
            ("BGO", 7.97, 5e-3),
            ("CsI", 8.39, 5e-3),
            ("LSO", 1.14 * 7.40, 2e-2),
        ] {
            let found = radiation_length_g_cm2(name);
            assert!((found / published - 1.0).abs() < off, "{name}: {found}");
        }
    }

    #[test]
    fn a_shashlik_is_the_sum_of_its_layers() {
        // In cm of the whole: 1/X0 = Σ share/X0 of the layer; lead 0.5612 cm, plastic 43.90/1.032 cm.
        let named = NamedMaterial::from_name("Pb-scintillator").expect("listed");
        let found = radiation_length_g_cm2(named.name) / named.density_g_cm3;
        let layers = 1.0 / (0.5 / 0.561233 + 0.5 * 1.032 / 43.90);
        assert!((found / layers - 1.0).abs() < 1e-3, "{found} {layers}");
    }
}
