//! Isotopes: which there are of an element, their masses, and the one that stands for the element.
//!
//! The table is `isotopes.csv`: masses in u (AME2020) and abundances in per cent of atoms, collected by
//! the IAEA. A nucleus is the mean one of its element (mass number A, mass A·u) unless an isotope is
//! asked for; a particle code `100ZZZAAA0` names one isotope in either case, and a simulation that is
//! handed a radioactive one lets it decay. The most abundant isotope stands for the element; none of
//! these decays within any simulation: all are stable but ¹³⁰Te (8·10²⁰ a), ¹¹⁵In (4·10¹⁴ a) and
//! ¹⁸⁷Re (4·10¹⁰ a). Elements that are not found in nature have the longest-lived isotope; the
//! half-lives of ⁹⁷Tc and ⁹⁸Tc, 4.21 and 4.2 million years, agree within their errors (NUBASE2020,
//! Kondev et al., Chin. Phys. C 45, 030001). Pinned by the tests below.

use std::sync::OnceLock;

/// One isotope of an element; all there are come from [`of`] and [`find`].
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub struct Isotope {
    /// Charge number.
    pub z: u32,
    /// Mass number.
    pub mass_number: u32,
    /// Mass of the atom in u.
    pub mass_u: f64,
    /// Share of the atoms of the element in nature, per cent; 0 if it is not found there.
    pub abundance_percent: f64,
}

/// One more than the largest charge number.
const CHARGES: usize = 119;

/// The rows of one element.
fn read(z: u32) -> Vec<Isotope> {
    let row = |line: &str| {
        let (first, rest) = line.split_once(',')?;
        let z = first.parse().ok().filter(|&found| found == z)?;
        let mut cells = rest.split(',');
        Some(Isotope {
            z,
            mass_number: cells.next()?.parse().ok()?,
            mass_u: cells.next()?.parse().ok()?,
            abundance_percent: cells.next()?.parse().ok()?,
        })
    };
    let lines = include_str!("isotopes.csv").lines();
    lines.filter_map(row).collect()
}

/// The listed isotopes of the element of charge number `z`.
pub fn of(z: u32) -> impl Iterator<Item = &'static Isotope> {
    // A target is of few elements: reading all takes as long as a short quadrature.
    static READ: [OnceLock<Vec<Isotope>>; CHARGES] = [const { OnceLock::new() }; CHARGES];
    let element = READ.get(z as usize);
    element
        .into_iter()
        .flat_map(move |kept| kept.get_or_init(|| read(z)))
}

/// The listed isotope of this charge and mass number, if there is one.
pub fn find(z: u32, mass_number: u32) -> Option<&'static Isotope> {
    of(z).find(|isotope| isotope.mass_number == mass_number)
}

/// Mass number of the isotope that stands for the element of charge number `z`, if it is listed.
pub(super) fn mass_number(z: u32) -> Option<u32> {
    let most = of(z).max_by(|a, b| a.abundance_percent.total_cmp(&b.abundance_percent));
    most.map(|isotope| isotope.mass_number)
}

#[cfg(test)]
mod tests {
    use super::super::elements::{ELEMENTS, Element};
    use super::*;

    fn all() -> impl Iterator<Item = &'static Isotope> {
        (0..200).flat_map(of)
    }

    /// The nuclides of each element whose decay was never seen, but for double beta decay
    /// (NUBASE2020) and ¹¹⁵In, ¹⁸⁷Re, the most abundant first.
    const STABLE: [(&str, &[u32]); 80] = [
        ("H", &[1, 2]),
        ("He", &[4, 3]),
        ("Li", &[7, 6]),
        ("Be", &[9]),
        ("B", &[11, 10]),
        ("C", &[12, 13]),
        ("N", &[14, 15]),
        ("O", &[16, 17, 18]),
        ("F", &[19]),
        ("Ne", &[20, 21, 22]),
        ("Na", &[23]),
        ("Mg", &[24, 25, 26]),
        ("Al", &[27]),
        ("Si", &[28, 29, 30]),
        ("P", &[31]),
        ("S", &[32, 33, 34, 36]),
        ("Cl", &[35, 37]),
        ("Ar", &[40, 36, 38]),
        ("K", &[39, 41]),
        ("Ca", &[40, 42, 43, 44, 46]),
        ("Sc", &[45]),
        ("Ti", &[48, 46, 47, 49, 50]),
        ("V", &[51]),
        ("Cr", &[52, 50, 53, 54]),
        ("Mn", &[55]),
        ("Fe", &[56, 54, 57, 58]),
        ("Co", &[59]),
        ("Ni", &[58, 60, 61, 62, 64]),
        ("Cu", &[63, 65]),
        ("Zn", &[64, 66, 67, 68, 70]),
        ("Ga", &[69, 71]),
        ("Ge", &[74, 72, 70, 73]),
        ("As", &[75]),
        ("Se", &[80, 74, 76, 77, 78]),
        ("Br", &[79, 81]),
        ("Kr", &[84, 80, 82, 83, 86]),
        ("Rb", &[85]),
        ("Sr", &[88, 84, 86, 87]),
        ("Y", &[89]),
        ("Zr", &[90, 91, 92, 94]),
        ("Nb", &[93]),
        ("Mo", &[98, 92, 94, 95, 96, 97]),
        ("Ru", &[102, 96, 98, 99, 100, 101, 104]),
        ("Rh", &[103]),
        ("Pd", &[106, 108, 102, 104, 105, 110]),
        ("Ag", &[107, 109]),
        ("Cd", &[114, 106, 108, 110, 111, 112]),
        ("In", &[115, 113]),
        ("Sn", &[120, 112, 114, 115, 116, 117, 118, 119, 122, 124]),
        ("Sb", &[121, 123]),
        ("Te", &[130, 128, 120, 122, 123, 124, 125, 126]),
        ("I", &[127]),
        ("Xe", &[132, 129, 126, 128, 130, 131, 134]),
        ("Cs", &[133]),
        ("Ba", &[138, 132, 134, 135, 136, 137]),
        ("La", &[139]),
        ("Ce", &[140, 136, 138, 142]),
        ("Pr", &[141]),
        ("Nd", &[142, 143, 145, 146, 148]),
        ("Sm", &[152, 144, 149, 150, 154]),
        ("Eu", &[153]),
        ("Gd", &[158, 154, 155, 156, 157, 160]),
        ("Tb", &[159]),
        ("Dy", &[164, 162, 156, 158, 160, 161, 163]),
        ("Ho", &[165]),
        ("Er", &[166, 168, 162, 164, 167, 170]),
        ("Tm", &[169]),
        ("Yb", &[174, 168, 170, 171, 172, 173, 176]),
        ("Lu", &[175]),
        ("Hf", &[180, 178, 176, 177, 179]),
        ("Ta", &[181]),
        ("W", &[184, 186, 182, 183]),
        ("Re", &[187, 185]),
        ("Os", &[192, 190, 187, 188, 189]),
        ("Ir", &[193, 191]),
        ("Pt", &[195, 194, 196, 192, 198]),
        ("Au", &[197]),
        ("Hg", &[202, 200, 196, 198, 199, 201, 204]),
        ("Tl", &[205, 203]),
        ("Pb", &[208, 204, 206, 207]),
    ];

    /// Elements without a stable isotope: the longest-lived one.
    const LONGEST_LIVED: [(&str, u32); 18] = [
        ("Tc", 97),
        ("Pm", 145),
        ("Bi", 209),
        ("Po", 209),
        ("At", 210),
        ("Rn", 222),
        ("Fr", 223),
        ("Ra", 226),
        ("Ac", 227),
        ("Th", 232),
        ("Pa", 231),
        ("U", 238),
        ("Np", 237),
        ("Pu", 244),
        ("Am", 243),
        ("Cm", 247),
        ("Bk", 247),
        ("Cf", 251),
    ];

    #[test]
    fn every_element_is_its_most_abundant_isotope_or_the_longest_lived() {
        let z = |symbol| Element::from_symbol(symbol).unwrap().z;
        let stable = STABLE.map(|(symbol, isotopes)| (z(symbol), isotopes[0]));
        let others = LONGEST_LIVED.map(|(symbol, isotope)| (z(symbol), isotope));
        let mut all = [&stable[..], &others[..]].concat();
        all.sort_unstable();
        let listed: Vec<(u32, u32)> = ELEMENTS
            .iter()
            .map(|e| (e.z, mass_number(e.z).unwrap()))
            .collect();
        assert_eq!(all, listed);
        assert_eq!((mass_number(0), mass_number(99)), (None, None));
    }

    #[test]
    fn abundances_are_shares_and_give_the_standard_weights() {
        let lines = include_str!("isotopes.csv").lines();
        assert_eq!(all().count(), lines.filter(|l| !l.starts_with('#')).count());
        for element in &ELEMENTS {
            let total: f64 = of(element.z).map(|i| i.abundance_percent).sum();
            if total == 0.0 {
                continue;
            }
            assert!((total - 100.0).abs() < 0.02, "{}: {total}", element.symbol);
            let weight: f64 = of(element.z).map(|i| i.abundance_percent * i.mass_u).sum();
            let off = weight / total / element.atomic_weight - 1.0;
            // The weight of lithium in use is that of commercial material, the abundances are not.
            let slack = if element.symbol == "Li" { 5e-3 } else { 5e-4 };
            assert!(off.abs() < slack, "{}: {off:e}", element.symbol);
        }
    }

    #[test]
    fn isotopes_weigh_what_their_mass_number_says() {
        for isotope in all() {
            let excess = isotope.mass_u - f64::from(isotope.mass_number);
            assert!(excess.abs() < 0.12, "{isotope:?}");
        }
        assert_eq!(find(82, 208).map(|i| i.mass_u), Some(207.976652005));
        assert_eq!(find(82, 210), None);
    }

    /// A slip of a line in the table would show: the most abundant isotope is near the mean mass.
    #[test]
    fn isotopes_are_within_three_of_the_mean_mass() {
        for element in &ELEMENTS {
            let isotope = f64::from(mass_number(element.z).unwrap());
            let off = (isotope - element.atomic_weight).abs();
            assert!(off < 3.0, "{}: {isotope} {off}", element.symbol);
        }
    }
}
