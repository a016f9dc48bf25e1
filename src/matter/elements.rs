//! The chemical elements: charge number, atomic weight and, where tabulated, bulk properties.
//!
//! Atomic weights are the standard atomic weights of the IUPAC commission, edition 2015 ([CIAAW15];
//! conventional values where the standard is an interval), the edition whose Al (26.9815385) and Pb
//! (207.2) the reference calculations use. Elements without a standard weight carry the mass
//! number of their longest-lived isotope. Densities (g/cm³; liquid at boiling point for gases) and
//! radiation lengths (g/cm²) are those of [PDG22] Table 6.1, only where that table has them.
//! Other elements, all beyond Z = 4, have their radiation length from Tsai's formula ([PDG22]
//! Eqs. (34.25) and (34.26)), which agrees with the tabulated ones to 1 %:
//!
//! ```text
//! X0 = 716.408 g/cm² A / {Z² [ln(184.15 Z^(−1/3)) − f(Z)] + Z ln(1194 Z^(−2/3))},
//! f = a² [1/(1+a²) + 0.20206 − 0.0369 a² + 0.0083 a⁴ − 0.002 a⁶],  a = αZ
//! ```
//!
//! Range: Z = 1 … 98, everything that exists in weighable amounts. Pinned by the tests below.

use crate::constants::ALPHA;

/// A chemical element; all there are stand in [`ELEMENTS`].
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub struct Element {
    /// Charge number.
    pub z: u32,
    /// Symbol, as written in the card.
    pub symbol: &'static str,
    /// English name (IUPAC spelling).
    pub name: &'static str,
    /// Standard atomic weight in u ([CIAAW15]).
    pub atomic_weight: f64,
    /// Density in g/cm³, if [PDG22] Table 6.1 lists the element.
    pub density_g_cm3: Option<f64>,
    /// Radiation length in g/cm², if [PDG22] Table 6.1 lists the element.
    pub radiation_length_g_cm2: Option<f64>,
}

impl Element {
    /// The element with this symbol (exact case), if there is one.
    pub fn from_symbol(symbol: &str) -> Option<&'static Self> {
        ELEMENTS.iter().find(|element| element.symbol == symbol)
    }

    /// The element of this charge number, if there is one.
    pub fn from_z(z: u32) -> Option<&'static Self> {
        ELEMENTS.get(usize::try_from(z).ok()?.checked_sub(1)?)
    }

    /// Radiation length in g/cm², tabulated or by Tsai's formula.
    pub fn radiation_length(&self) -> f64 {
        let formula = || tsai_radiation_length_g_cm2(f64::from(self.z), self.atomic_weight);
        self.radiation_length_g_cm2.unwrap_or_else(formula)
    }
}

/// Good for Z > 4.
fn tsai_radiation_length_g_cm2(z: f64, a: f64) -> f64 {
    let az2 = (ALPHA * z) * (ALPHA * z);
    let series = 0.20206 - 0.0369 * az2 + 0.0083 * az2 * az2 - 0.002 * az2 * az2 * az2;
    let f = az2 * (1.0 / (1.0 + az2) + series);
    let cbrt = libm::cbrt(z);
    let l_rad = libm::log(184.15 / cbrt);
    let l_rad_prime = libm::log(1194.0 / (cbrt * cbrt));
    716.408 * a / (z * z * (l_rad - f) + z * l_rad_prime)
}

const fn plain(z: u32, symbol: &'static str, name: &'static str, atomic_weight: f64) -> Element {
    let (density_g_cm3, radiation_length_g_cm2) = (None, None);
    Element {
        z,
        symbol,
        name,
        atomic_weight,
        density_g_cm3,
        radiation_length_g_cm2,
    }
}

const fn dense(
    z: u32,
    symbol: &'static str,
    name: &'static str,
    atomic_weight: f64,
    density: f64,
    radiation_length: f64,
) -> Element {
    let element = plain(z, symbol, name, atomic_weight);
    let density_g_cm3 = Some(density);
    Element {
        density_g_cm3,
        radiation_length_g_cm2: Some(radiation_length),
        ..element
    }
}

/// Every element from hydrogen to californium, in order of charge number.
pub static ELEMENTS: [Element; 98] = [
    dense(1, "H", "hydrogen", 1.008, 0.071, 63.04),
    dense(2, "He", "helium", 4.002602, 0.125, 94.32),
    dense(3, "Li", "lithium", 6.94, 0.534, 82.78),
    dense(4, "Be", "beryllium", 9.0121831, 1.848, 65.19),
    plain(5, "B", "boron", 10.81),
    dense(6, "C", "carbon", 12.011, 2.21, 42.7),
    dense(7, "N", "nitrogen", 14.007, 0.807, 37.99),
    dense(8, "O", "oxygen", 15.999, 1.141, 34.24),
    plain(9, "F", "fluorine", 18.998403163),
    plain(10, "Ne", "neon", 20.1797),
    plain(11, "Na", "sodium", 22.98976928),
    plain(12, "Mg", "magnesium", 24.305),
    dense(13, "Al", "aluminium", 26.9815385, 2.699, 24.01),
    dense(14, "Si", "silicon", 28.085, 2.329, 21.82),
    plain(15, "P", "phosphorus", 30.973761998),
    plain(16, "S", "sulfur", 32.06),
    plain(17, "Cl", "chlorine", 35.45),
    dense(18, "Ar", "argon", 39.948, 1.396, 19.55),
    plain(19, "K", "potassium", 39.0983),
    plain(20, "Ca", "calcium", 40.078),
    plain(21, "Sc", "scandium", 44.955908),
    dense(22, "Ti", "titanium", 47.867, 4.54, 16.16),
    plain(23, "V", "vanadium", 50.9415),
    plain(24, "Cr", "chromium", 51.9961),
    plain(25, "Mn", "manganese", 54.938044),
    dense(26, "Fe", "iron", 55.845, 7.874, 13.84),
    plain(27, "Co", "cobalt", 58.933194),
    plain(28, "Ni", "nickel", 58.6934),
    dense(29, "Cu", "copper", 63.546, 8.96, 12.86),
    plain(30, "Zn", "zinc", 65.38),
    plain(31, "Ga", "gallium", 69.723),
    dense(32, "Ge", "germanium", 72.63, 5.323, 12.25),
    plain(33, "As", "arsenic", 74.921595),
    plain(34, "Se", "selenium", 78.971),
    plain(35, "Br", "bromine", 79.904),
    plain(36, "Kr", "krypton", 83.798),
    plain(37, "Rb", "rubidium", 85.4678),
    plain(38, "Sr", "strontium", 87.62),
    plain(39, "Y", "yttrium", 88.90584),
    plain(40, "Zr", "zirconium", 91.224),
    plain(41, "Nb", "niobium", 92.90637),
    plain(42, "Mo", "molybdenum", 95.95),
    plain(43, "Tc", "technetium", 98.0),
    plain(44, "Ru", "ruthenium", 101.07),
    plain(45, "Rh", "rhodium", 102.9055),
    plain(46, "Pd", "palladium", 106.42),
    plain(47, "Ag", "silver", 107.8682),
    plain(48, "Cd", "cadmium", 112.414),
    plain(49, "In", "indium", 114.818),
    dense(50, "Sn", "tin", 118.71, 7.31, 8.82),
    plain(51, "Sb", "antimony", 121.76),
    plain(52, "Te", "tellurium", 127.6),
    plain(53, "I", "iodine", 126.90447),
    dense(54, "Xe", "xenon", 131.293, 2.953, 8.48),
    plain(55, "Cs", "caesium", 132.90545196),
    plain(56, "Ba", "barium", 137.327),
    plain(57, "La", "lanthanum", 138.90547),
    plain(58, "Ce", "cerium", 140.116),
    plain(59, "Pr", "praseodymium", 140.90766),
    plain(60, "Nd", "neodymium", 144.242),
    plain(61, "Pm", "promethium", 145.0),
    plain(62, "Sm", "samarium", 150.36),
    plain(63, "Eu", "europium", 151.964),
    plain(64, "Gd", "gadolinium", 157.25),
    plain(65, "Tb", "terbium", 158.92535),
    plain(66, "Dy", "dysprosium", 162.5),
    plain(67, "Ho", "holmium", 164.93033),
    plain(68, "Er", "erbium", 167.259),
    plain(69, "Tm", "thulium", 168.93422),
    plain(70, "Yb", "ytterbium", 173.045),
    plain(71, "Lu", "lutetium", 174.9668),
    plain(72, "Hf", "hafnium", 178.49),
    plain(73, "Ta", "tantalum", 180.94788),
    dense(74, "W", "tungsten", 183.84, 19.3, 6.76),
    plain(75, "Re", "rhenium", 186.207),
    plain(76, "Os", "osmium", 190.23),
    plain(77, "Ir", "iridium", 192.217),
    dense(78, "Pt", "platinum", 195.084, 21.45, 6.54),
    dense(79, "Au", "gold", 196.966569, 19.32, 6.46),
    plain(80, "Hg", "mercury", 200.592),
    plain(81, "Tl", "thallium", 204.38),
    dense(82, "Pb", "lead", 207.2, 11.35, 6.37),
    plain(83, "Bi", "bismuth", 208.9804),
    plain(84, "Po", "polonium", 209.0),
    plain(85, "At", "astatine", 210.0),
    plain(86, "Rn", "radon", 222.0),
    plain(87, "Fr", "francium", 223.0),
    plain(88, "Ra", "radium", 226.0),
    plain(89, "Ac", "actinium", 227.0),
    plain(90, "Th", "thorium", 232.0377),
    plain(91, "Pa", "protactinium", 231.03588),
    dense(92, "U", "uranium", 238.02891, 18.95, 6.0),
    plain(93, "Np", "neptunium", 237.0),
    plain(94, "Pu", "plutonium", 244.0),
    plain(95, "Am", "americium", 243.0),
    plain(96, "Cm", "curium", 247.0),
    plain(97, "Bk", "berkelium", 247.0),
    plain(98, "Cf", "californium", 251.0),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_ordered_by_charge_and_have_distinct_symbols() {
        for (i, element) in ELEMENTS.iter().enumerate() {
            assert_eq!(element.z as usize, i + 1, "{}", element.symbol);
            assert_eq!(Element::from_symbol(element.symbol), Some(element));
        }
    }

    #[test]
    fn reference_elements_carry_the_reference_weights() {
        let weight = |symbol| Element::from_symbol(symbol).map(|e| e.atomic_weight);
        assert_eq!(weight("Al"), Some(26.9815385));
        assert_eq!(weight("Pb"), Some(207.2));
        assert_eq!(weight("W"), Some(183.84));
        assert_eq!(weight("pb"), None);
    }

    #[test]
    fn a_nucleus_weighs_between_its_protons_and_three_times_that() {
        for element in &ELEMENTS[1..] {
            let ratio = element.atomic_weight / f64::from(element.z);
            assert!(
                (1.98..2.62).contains(&ratio),
                "{}: A/Z = {ratio}",
                element.symbol
            );
        }
    }

    #[test]
    fn tabulated_radiation_lengths_follow_tsais_formula() {
        for element in ELEMENTS.iter().filter(|e| e.z > 4) {
            if let Some(listed) = element.radiation_length_g_cm2 {
                let formula = tsai_radiation_length_g_cm2(element.z.into(), element.atomic_weight);
                let ratio = listed / formula;
                assert!(
                    (0.99..1.01).contains(&ratio),
                    "{}: {listed} against {formula}",
                    element.symbol
                );
            }
        }
        // The last term of f is 2e-4 of X0 at lead; [PDG22] has it.
        let lead = tsai_radiation_length_g_cm2(82.0, 207.2);
        assert!((lead / 6.37 - 1.0).abs() < 1e-3, "{lead}");
        // Not in the table of the elements here, but in the larger one of the same edition.
        let tantalum = Element::from_symbol("Ta").map_or(0.0, Element::radiation_length);
        assert!((tantalum / 6.82 - 1.0).abs() < 3e-3, "{tantalum}");
    }

    #[test]
    fn every_element_that_the_formula_does_not_serve_is_tabulated() {
        for element in &ELEMENTS {
            assert!(element.z > 4 || element.radiation_length_g_cm2.is_some());
            assert_eq!(Element::from_z(element.z), Some(element));
        }
        assert_eq!(Element::from_z(0).or(Element::from_z(99)), None);
    }
}
