//! The momenta of a beam by a table of their density.
//!
//! The density is linear between the rows and 0 beyond them; its norm does not matter. Momenta in GeV, rising. A text has two
//! columns, whose names stand in the first row: `momentum_gev` and `density`, separated by commas, semicolons or blanks; `#`
//! begins a comment. Pinned by the tests below and `tests/beam_table.rs`.

use crate::text::{MOST_ROWS, Pair, TableError, paired, shown, two_columns, whole};

/// A density of momenta.
#[derive(Debug, Clone, PartialEq)]
pub struct MomentumTable {
    momentum_gev: Vec<f64>,
    density: Vec<f64>,
    /// Shares of the beam below each row.
    below: Vec<f64>,
}

impl MomentumTable {
    /// Of these momenta in GeV, rising, and the density at each.
    ///
    /// # Errors
    /// [`TableError`], without a line, if they are none.
    pub fn new(momentum_gev: &[f64], density: &[f64]) -> Result<Self, TableError> {
        Self::of(&paired(momentum_gev, density, ["momenta", "densities"])?)
    }

    /// Reads the text of a table.
    ///
    /// # Errors
    /// [`TableError`] with the line.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let names = ["momentum_gev", "density"];
        let (_, points) = two_columns(text, &[names], &names.join(", "))?;
        Self::of(&points)
    }

    fn of(points: &[Pair]) -> Result<Self, TableError> {
        if !(2..=MOST_ROWS).contains(&points.len()) {
            let rows = points.len();
            return Err(whole(format!("{rows} rows, 2 to {MOST_ROWS} expected")));
        }
        let mut last = 0.0;
        for &(line, p, density) in points {
            let wrong = |problem: String| TableError { line, problem };
            if !(p > last && p.is_finite()) {
                return Err(wrong(format!(
                    "momentum {} GeV does not rise, one above {} GeV expected",
                    shown(p),
                    shown(last)
                )));
            }
            if !(0.0..=1e30).contains(&density) {
                return Err(wrong(format!(
                    "a density of {}, from 0 to 1e30 expected",
                    shown(density)
                )));
            }
            last = p;
        }
        let momentum_gev: Vec<f64> = points.iter().map(|point| point.1).collect();
        let density: Vec<f64> = points.iter().map(|point| point.2).collect();
        let mut below = vec![0.0];
        for (p, d) in momentum_gev.windows(2).zip(density.windows(2)) {
            below.push(below[below.len() - 1] + 0.5 * (p[1] - p[0]) * (d[0] + d[1]));
        }
        let all = below[below.len() - 1];
        if !(all > 0.0) {
            return Err(whole("no density above 0 in it".to_owned()));
        }
        for share in &mut below {
            *share /= all;
        }
        Ok(Self {
            momentum_gev,
            density,
            below,
        })
    }

    /// Momenta of the rows in GeV.
    pub fn momentum_gev(&self) -> &[f64] {
        &self.momentum_gev
    }

    /// The density at each of them, as it was given.
    pub fn density(&self) -> &[f64] {
        &self.density
    }

    /// The least and the largest momentum in GeV.
    pub fn range_gev(&self) -> (f64, f64) {
        let p = &self.momentum_gev;
        (p[0], p[p.len() - 1])
    }

    /// The momentum in GeV below which a share `u` (0 … 1) of the beam is.
    pub fn quantile_gev(&self, u: f64) -> f64 {
        let cells = self.below.len() - 1;
        let above = self.below.partition_point(|&below| below <= u);
        let cell = above.saturating_sub(1).min(cells - 1);
        let [p, d, below] =
            [&self.momentum_gev, &self.density, &self.below].map(|column| &column[cell..=cell + 1]);
        let share = ((u - below[0]) / (below[1] - below[0])).clamp(0.0, 1.0);
        // d₀ s + (d₁ − d₀) s²/2 is this share of (d₀ + d₁)/2, solved without a difference of like numbers.
        let square = d[0] * d[0] + share * (d[1] - d[0]) * (d[1] + d[0]);
        let s = share * (d[0] + d[1]) / (d[0] + square.max(0.0).sqrt());
        // The start of a cell whose density starts at 0 is 0/0 here; in a cell without any density only its
        // end can be asked for.
        let s = match share == 0.0 {
            true => 0.0,
            false if s.is_finite() => s.min(1.0),
            false => 1.0,
        };
        p[0] + s * (p[1] - p[0])
    }

    /// The share of the beam below a momentum in GeV.
    pub fn share_below(&self, p: f64) -> f64 {
        let last = self.momentum_gev.len() - 1;
        let next = self.momentum_gev.partition_point(|&one| one <= p);
        let cell = next.clamp(1, last) - 1;
        let [p_of, d, below] =
            [&self.momentum_gev, &self.density, &self.below].map(|column| &column[cell..=cell + 1]);
        let s = ((p - p_of[0]) / (p_of[1] - p_of[0])).clamp(0.0, 1.0);
        let sum = d[0] + d[1];
        let share = if sum > 0.0 {
            s * (2.0 * d[0] + (d[1] - d[0]) * s) / sum
        } else {
            s
        };
        below[0] + share * (below[1] - below[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_share_the_beam_as_the_density_says() {
        let table = MomentumTable::new(&[1.0, 2.0, 3.0, 5.0, 6.0], &[0.0, 2.0, 0.0, 0.0, 4.0]);
        let table = table.unwrap();
        // Triangles of 1, 1 and 2; nothing from 3 to 5.
        for (u, expected) in [
            (0.0, 1.0),
            (0.0625, 1.5),
            (0.25, 2.0),
            (0.4375, 2.5),
            (0.625, 5.5),
            (1.0, 6.0),
        ] {
            let found = table.quantile_gev(u);
            assert!((found - expected).abs() < 1e-12, "{u}: {found} {expected}");
            assert!((table.share_below(found) - u).abs() < 1e-12, "{u}");
        }
        let just_above = table.quantile_gev(0.5 + 1e-9);
        assert!((5.0..5.001).contains(&just_above), "{just_above}");
    }

    #[test]
    fn texts_are_read_and_say_what_is_wrong_with_them() {
        let good = "# a beam\nmomentum_gev, density\n99, 0.5 # low\n100, 2\n101; 0\n";
        assert!(MomentumTable::parse(good).is_err());
        let good = good.replace(';', ",");
        let table = MomentumTable::parse(&good).unwrap();
        assert_eq!(table.momentum_gev(), [99.0, 100.0, 101.0]);
        assert_eq!(table.density(), [0.5, 2.0, 0.0]);
        let wrong = |from: &str, to: &str| {
            MomentumTable::parse(&good.replace(from, to))
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            wrong("101, 0", "100, 0"),
            "line 5: momentum 100 GeV does not rise, one above 100 GeV expected"
        );
        assert_eq!(
            wrong("100, 2", "100, -2"),
            "line 4: a density of -2, from 0 to 1e30 expected"
        );
        assert_eq!(
            wrong("density", "weight"),
            "line 2: found `momentum_gev, weight`, expected the names of two columns: momentum_gev, density"
        );
        assert_eq!(
            wrong("100, 2", "100, 2, 3"),
            "line 4: found `100, 2, 3`, expected two numbers"
        );
        let none = MomentumTable::new(&[1.0, 2.0], &[0.0, 0.0]).unwrap_err();
        assert_eq!(none.to_string(), "no density above 0 in it");
    }
}
