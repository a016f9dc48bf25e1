//! Chemical formulae: `PbWO4`, `Bi4(GeO4)3`, `Lu1.8Y0.2SiO5`.
//!
//! Symbols of elements, numbers of atoms behind them (any positive number), parentheses with a number
//! behind. Pinned by the tests below.

use thiserror::Error;

use super::elements::Element;
use crate::text::shorten;

/// A text that is no formula.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{}`: {problem}", shorten(formula))]
pub struct FormulaError {
    /// What was read.
    pub formula: String,
    /// What is wrong.
    pub problem: String,
}

/// Most characters of a formula.
const LONGEST: usize = 200;

/// The elements of `formula` and their numbers of atoms, each once, in the order in which they appear.
///
/// # Errors
/// [`FormulaError`] if it is none, or an element does not exist.
pub fn atoms(formula: &str) -> Result<Vec<(&'static Element, f64)>, FormulaError> {
    let wrong = |problem: String| FormulaError {
        formula: formula.to_owned(),
        problem,
    };
    if formula.len() > LONGEST {
        return Err(wrong(format!("longer than {LONGEST} characters")));
    }
    let mut reader = Reader {
        rest: formula.trim(),
    };
    let found = reader.group(0).map_err(wrong)?;
    if !reader.rest.is_empty() {
        return Err(wrong("`)` without `(` before it".to_owned()));
    }
    let mut sums: Vec<(&'static Element, f64)> = Vec::new();
    for (element, number) in found {
        match sums.iter_mut().find(|(known, _)| *known == element) {
            Some((_, sum)) => *sum += number,
            None => sums.push((element, number)),
        }
    }
    match sums.is_empty() {
        true => Err(wrong("no element in it".to_owned())),
        false => Ok(sums),
    }
}

/// Shares of the mass of what has so many `atoms` of each element; they add up to 1.
pub fn mass_fractions(atoms: &[(&'static Element, f64)]) -> Vec<(&'static Element, f64)> {
    let mass = |(element, number): &(&'static Element, f64)| element.atomic_weight * number;
    let total: f64 = atoms.iter().map(mass).sum();
    let share = |part: &(&'static Element, f64)| (part.0, mass(part) / total);
    atoms.iter().map(share).collect()
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    /// Everything up to the end, or to the parenthesis that closes.
    fn group(&mut self, depth: usize) -> Result<Vec<(&'static Element, f64)>, String> {
        let mut found = Vec::new();
        while let Some(next) = self.rest.chars().next() {
            match next {
                ')' if depth > 0 => return Ok(found),
                ')' => break,
                '(' => {
                    self.rest = &self.rest[1..];
                    let inside = self.group(depth + 1)?;
                    self.rest = self
                        .rest
                        .strip_prefix(')')
                        .ok_or("a `(` that nothing closes")?;
                    let times = self.number()?;
                    found.extend(inside.into_iter().map(|(e, number)| (e, number * times)));
                }
                'A'..='Z' => {
                    let element = self.element()?;
                    found.push((element, self.number()?));
                }
                other => return Err(format!("`{other}` where an element is expected")),
            }
        }
        Ok(found)
    }

    /// A capital letter and the small ones behind it.
    fn element(&mut self) -> Result<&'static Element, String> {
        let small = self.rest[1..].find(|c: char| !c.is_ascii_lowercase());
        let end = small.map_or(self.rest.len(), |at| at + 1);
        let (symbol, rest) = self.rest.split_at(end);
        self.rest = rest;
        Element::from_symbol(symbol).ok_or_else(|| format!("there is no element `{symbol}`"))
    }

    /// The number that stands here; 1 if there is none.
    fn number(&mut self) -> Result<f64, String> {
        let digits = self.rest.find(|c: char| !(c.is_ascii_digit() || c == '.'));
        let (digits, rest) = self.rest.split_at(digits.unwrap_or(self.rest.len()));
        self.rest = rest;
        if digits.is_empty() {
            return Ok(1.0);
        }
        let number = digits.parse().ok();
        number
            .filter(|n: &f64| *n > 0.0 && *n <= 1e6)
            .ok_or_else(|| format!("`{digits}` is no number of atoms above 0"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(formula: &str) -> Result<String, String> {
        let parts = atoms(formula).map_err(|error| error.to_string())?;
        let words = parts.iter().map(|(e, n)| format!("{}{n}", e.symbol));
        Ok(words.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn atoms_are_counted_with_parentheses_and_fractions() {
        for (formula, found) in [
            ("PbWO4", "Pb1 W1 O4"),
            ("Bi4(GeO4)3", "Bi4 Ge3 O12"),
            ("Lu1.8Y0.2SiO5", "Lu1.8 Y0.2 Si1 O5"),
            ("CH3(CH2)2OH", "C3 H8 O1"),
            ("Co", "Co1"),
            ("CO", "C1 O1"),
            ("((H2O)2)3", "H12 O6"),
        ] {
            assert_eq!(read(formula), Ok(found.to_owned()));
        }
    }

    #[test]
    fn what_is_no_formula_is_told_by_its_place() {
        for (formula, problem) in [
            ("PbXO4", "there is no element `X`"),
            ("pbwo4", "`p` where an element is expected"),
            ("Pb(WO4", "a `(` that nothing closes"),
            ("PbWO4)", "`)` without `(` before it"),
            ("O0", "`0` is no number of atoms above 0"),
            ("O1.2.3", "`1.2.3` is no number of atoms above 0"),
            ("", "no element in it"),
            ("Pb W", "` ` where an element is expected"),
        ] {
            assert_eq!(read(formula), Err(format!("`{formula}`: {problem}")));
        }
    }

    #[test]
    fn shares_of_the_mass_are_those_of_the_weights() {
        let water = mass_fractions(&atoms("H2O").unwrap());
        let oxygen = 15.999 / (15.999 + 2.0 * 1.008);
        assert!((water[1].1 - oxygen).abs() < 1e-15);
        assert!((water[0].1 + water[1].1 - 1.0).abs() < 1e-15);
    }
}
