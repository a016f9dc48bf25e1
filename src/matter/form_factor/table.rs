//! A form factor given as a table of F against momentum transfer, screened.
//!
//! F of the nucleus, with F(0) = 1, in cubic pieces in q = √t whose slopes are those of the parabola
//! through three neighbours, but no more than three times those of the straight lines to them, beyond which a piece
//! would leave the range of its rows where they are far apart; flat at q = 0; 0 beyond the last row. G2 = Z²F² [a²t/(1+a²t)]²,
//! a = 111 Z^(−1/3)/m_e. The same table serves every nucleus of the target. Pinned by
//! `tests/form_factor.rs` and the tests below.

use std::sync::Arc;

use super::{FormFactorError, Model, Scales, Shape, dipole_scale_gev2, each};
use crate::constants::HBAR_C_GEV_FM;
use crate::matter::Nucleus;
use crate::text::{Pair, TableError, paired, shown, two_columns, whole};

/// How far F may be from 1 at q = 0, for numbers with a few digits.
const NORM_SLACK: f64 = 1e-3;
/// Largest |F|.
const LARGEST: f64 = 1.1;
/// Largest q in GeV.
const LARGEST_Q_GEV: f64 = 1e5;

/// F against q.
#[derive(Debug, Clone, PartialEq)]
pub struct FormFactorTable {
    q_gev: Vec<f64>,
    f: Vec<f64>,
}

impl FormFactorTable {
    /// The table of `f` at momentum transfers `q_gev` in GeV, rising; at q = 0, where F is 1, a row may
    /// be left out.
    ///
    /// # Errors
    /// [`TableError`], without a line, if the numbers are none of a form factor.
    pub fn new(q_gev: &[f64], f: &[f64]) -> Result<Self, TableError> {
        Self::of(paired(q_gev, f, ["values of q", "of F"])?)
    }

    /// Reads a table of two columns, whose names stand in the first row: `q_gev`, `q_inv_fm` or `t_gev2`
    /// (momentum transfer q in GeV or 1/fm, or t = q² in GeV²), and `f`. Columns are separated by commas,
    /// semicolons or blanks; `#` begins a comment.
    ///
    /// # Errors
    /// [`TableError`] with the line.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let names = [["q_gev", "f"], ["q_inv_fm", "f"], ["t_gev2", "f"]];
        let expected = "q_gev, q_inv_fm or t_gev2, and f";
        let (unit, mut points) = two_columns(text, &names, expected)?;
        for (_, q, _) in &mut points {
            *q = match names[unit][0] {
                "q_inv_fm" => *q * HBAR_C_GEV_FM,
                // A negative one is refused as it stands.
                "t_gev2" if *q >= 0.0 => q.sqrt(),
                _ => *q,
            };
        }
        Self::of(points)
    }

    fn of(mut points: Vec<Pair>) -> Result<Self, TableError> {
        for (i, &(line, q, f)) in points.iter().enumerate() {
            let wrong = |problem: String| TableError { line, problem };
            if !(0.0..=LARGEST_Q_GEV).contains(&q) {
                return Err(wrong(format!(
                    "a momentum transfer of {} GeV, from 0 to {LARGEST_Q_GEV:e} GeV expected",
                    shown(q)
                )));
            }
            if i > 0 && q <= points[i - 1].1 {
                return Err(wrong(format!(
                    "momentum transfer {} GeV does not rise",
                    shown(q)
                )));
            }
            if !(f.abs() <= LARGEST) {
                return Err(wrong(format!("F = {}, at most 1 expected", shown(f))));
            }
            if q == 0.0 && (f - 1.0).abs() > NORM_SLACK {
                let found = shown(f);
                return Err(wrong(format!(
                    "F = {found} at q = 0, 1 expected: F is that of the nucleus, screening is added"
                )));
            }
        }
        if points.first().is_some_and(|first| first.1 > 0.0) {
            points.insert(0, (0, 0.0, 1.0));
        }
        if points.len() < 4 {
            return Err(whole(
                "three rows beside that at q = 0 are the fewest".to_owned(),
            ));
        }
        Ok(Self {
            q_gev: points.iter().map(|p| p.1).collect(),
            f: points.iter().map(|p| p.2).collect(),
        })
    }

    /// Momentum transfers in GeV, from 0.
    pub fn q_gev(&self) -> &[f64] {
        &self.q_gev
    }

    /// F at each of them.
    pub fn f(&self) -> &[f64] {
        &self.f
    }

    fn slopes(&self) -> Vec<f64> {
        let (q, f) = (&self.q_gev, &self.f);
        let n = q.len();
        let secant = |i: usize| (f[i + 1] - f[i]) / (q[i + 1] - q[i]);
        let inside = |i: usize| {
            let (before, after) = (q[i] - q[i - 1], q[i + 1] - q[i]);
            (secant(i - 1) * after + secant(i) * before) / (before + after)
        };
        // A minimum between rows keeps its slopes; where F only falls, so do the pieces ([FritschCarlson80]).
        let limited =
            |slope: f64, secant: f64| slope.clamp(-3.0 * secant.abs(), 3.0 * secant.abs());
        let mut slopes = vec![0.0; n];
        for i in 1..n - 1 {
            slopes[i] = limited(limited(inside(i), secant(i - 1)), secant(i));
        }
        let last = secant(n - 2);
        slopes[n - 1] = limited(2.0 * last - slopes[n - 2], last);
        slopes
    }
}

/// The table as a choice, called `table`.
#[derive(Debug)]
pub(super) struct FromTable {
    table: FormFactorTable,
    slopes: Arc<[f64]>,
}

impl FromTable {
    pub(super) fn new(table: FormFactorTable) -> Self {
        let slopes = table.slopes().into();
        Self { table, slopes }
    }
}

impl Model for FromTable {
    fn name(&self) -> &str {
        "table"
    }

    fn of(&self, nucleus: &Nucleus) -> Result<Arc<dyn Shape>, FormFactorError> {
        let z = f64::from(nucleus.z);
        Ok(Arc::new(Tabulated {
            z,
            mass_number: nucleus.a,
            table: self.table.clone(),
            slopes: Arc::clone(&self.slopes),
            inv_screening: 1.0 / super::screening_length_squared(z),
        }))
    }

    fn table(&self) -> Option<&FormFactorTable> {
        Some(&self.table)
    }
}

#[derive(Debug)]
struct Tabulated {
    z: f64,
    mass_number: f64,
    table: FormFactorTable,
    slopes: Arc<[f64]>,
    inv_screening: f64,
}

impl Tabulated {
    #[inline(always)]
    fn f(&self, q: f64) -> f64 {
        let (nodes, f) = (&self.table.q_gev, &self.table.f);
        let above = nodes.partition_point(|node| *node <= q);
        if above == nodes.len() {
            let last = nodes.len() - 1;
            return if q == nodes[last] { f[last] } else { 0.0 };
        }
        let i = above - 1;
        let h = nodes[i + 1] - nodes[i];
        let s = (q - nodes[i]) / h;
        let r = 1.0 - s;
        let ends = f[i] * r * r * (1.0 + 2.0 * s) + f[i + 1] * s * s * (1.0 + 2.0 * r);
        ends + h * s * r * (self.slopes[i] * r - self.slopes[i + 1] * s)
    }
}

impl Shape for Tabulated {
    fn g2(&self, t_gev2: &[f64], out: &mut [f64]) {
        each(
            t_gev2,
            out,
            #[inline(always)]
            |t| {
                let f = self.z * self.f(t.sqrt()) * t / (self.inv_screening + t);
                f * f
            },
        );
    }

    fn scales(&self) -> Scales {
        Scales::of(self.inv_screening, dipole_scale_gev2(self.mass_number))
    }

    fn rms_radius_fm(&self) -> Option<f64> {
        let (q, f) = (self.table.q_gev[1], self.table.f[1]);
        let squared = 6.0 * (self.table.f[0] - f) / (q * q);
        (squared >= 0.0).then(|| squared.sqrt() * HBAR_C_GEV_FM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        match FormFactorTable::parse(text) {
            Ok(table) => panic!("read {table:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_is_no_table_is_told_by_its_line() {
        for (text, expected) in [
            ("", "three rows beside that at q = 0 are the fewest"),
            (
                "q,f\n0 1\n",
                "line 1: found `q, f`, expected the names of two columns: q_gev, q_inv_fm or t_gev2, and f",
            ),
            (
                "0.1 0.9\n",
                "line 1: found `0.1 0.9`, expected the names of two columns: q_gev, q_inv_fm or t_gev2, and f",
            ),
            (
                "q_gev f\n0.1 0.9 3\n",
                "line 2: found `0.1 0.9 3`, expected two numbers",
            ),
            (
                "q_gev f\n0.1 0.9\n# so\n0.1 0.8\n",
                "line 4: momentum transfer 0.1 GeV does not rise",
            ),
            (
                "q_gev f\n-0.1 0.9\n",
                "line 2: a momentum transfer of -0.1 GeV, from 0 to 1e5 GeV expected",
            ),
            (
                "t_gev2 f\n-0.1 0.9\n",
                "line 2: a momentum transfer of -0.1 GeV, from 0 to 1e5 GeV expected",
            ),
            ("q_gev f\n0.1 82\n", "line 2: F = 82, at most 1 expected"),
            (
                "q_gev f\n0 0\n",
                "line 2: F = 0 at q = 0, 1 expected: F is that of the nucleus, screening is added",
            ),
            (
                "q_gev f\n0 1\n0.1 0.9\n",
                "three rows beside that at q = 0 are the fewest",
            ),
        ] {
            assert_eq!(problem(text), expected, "{text:?}");
        }
        assert!(problem("q_gev f\n0.1 nine\n").starts_with("line 2: "));
        assert!(problem("q_gev f\n0.1 nan\n").starts_with("line 2: "));
    }

    #[test]
    fn units_of_the_momentum_transfer_are_those_of_its_name() {
        let q =
            FormFactorTable::parse("q_gev; f\n0.1; 0.9\n0.2; 0.5\n0.3; 0.1 # a minimum\n").unwrap();
        assert_eq!(q.q_gev(), [0.0, 0.1, 0.2, 0.3]);
        assert_eq!(q.f(), [1.0, 0.9, 0.5, 0.1]);
        let t = FormFactorTable::parse("t_gev2,f\n0,1\n0.01,0.9\n0.04,0.5\n0.09,0.1\n").unwrap();
        assert!(
            t.q_gev()
                .iter()
                .zip(q.q_gev())
                .all(|(a, b)| (a - b).abs() < 1e-15)
        );
        let fm = FormFactorTable::parse("q_inv_fm\tf\n1\t0.9\n2\t0.5\n3\t0.1\n").unwrap();
        assert_eq!(fm.q_gev()[1], HBAR_C_GEV_FM);
    }
}
