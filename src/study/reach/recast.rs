//! A limit on the dark photon read as one on the millicharge, [NA64LDMX25] Eqs. (18)–(20).
//!
//! Cross sections factorise over the pair mass M, `dσ(χχ̄)/dM² = σ_A′(M)/ε² · (Q_χ/e)² ρ(M²)` with
//! `ρ = (α/3πM²)(1 + 2m_χ²/M²)√(1 − 4m_χ²/M²)`, so that a limit ε_up(M) gives
//! `(Q_χ/e)²_up = [∫ dM² ρ(M²)/ε²_up(M)]⁻¹`. The integral runs over the masses where ε_up is known;
//! what lies outside is left out, which makes the limit weaker, never stronger. Masses in GeV.
//! Pinned by `tests/reach.rs`.

use std::ops::RangeInclusive;

use super::ReachError;
use crate::dark_sector::MilliCharged;
use crate::process::radiation::quadrature::{gauss_legendre, spectral_function};
use crate::text::{comment, number_or_text, rows, shorten, shown};

/// Masses and limits that may stand in a file: squares of them stay finite and above 0.
const NUMBERS: RangeInclusive<f64> = 1e-30..=1e30;
/// Most points of a file.
const MAX_POINTS: usize = 100_000;
/// Nodes between two masses of a file or a grid.
const NODES: usize = 16;

/// A published limit: ε_up (or a charge) against mass, linear in the logarithms between its points.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitFile {
    points: Vec<(f64, f64)>,
    experiment: Option<String>,
    upper_edge: Option<f64>,
}

impl LimitFile {
    /// Reads two numbers a line, mass in GeV and limit, separated by a comma, a semicolon or blanks; lines that
    /// start with `#` are comments, of which `# experiment: NAME` and `# upper edge: VALUE` are read. One
    /// line of names may come first, as a comment, too.
    ///
    /// # Errors
    /// [`ReachError::File`] if a line is no pair of positive numbers, masses do not rise, there
    /// are fewer than two, the upper edge is no positive number, or the names are those of other
    /// units or of another order.
    pub fn parse(text: &str) -> Result<Self, ReachError> {
        let mut points: Vec<(f64, f64)> = Vec::new();
        let mut names = false;
        let (mut experiment, mut upper_edge) = (None, None);
        let lines: Vec<&str> = text.lines().collect();
        for (i, line) in text.lines().enumerate() {
            let wrong = |problem: String| ReachError::File {
                line: i + 1,
                problem,
            };
            let comment = comment(line);
            match comment.as_deref().and_then(|said| said.split_once(':')) {
                Some((key, name)) if key.trim() == "experiment" => {
                    experiment = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
                }
                Some((key, value)) if key.trim() == "upper edge" => {
                    let edge = value.trim().parse().ok().filter(|q: &f64| *q > 0.0);
                    let found = shorten(value.trim());
                    let problem = || format!("upper edge `{found}` is no positive number");
                    upper_edge = Some(edge.ok_or_else(|| wrong(problem()))?);
                }
                _ => (),
            }
        }
        let plain = |line: &str| match comment(line) {
            Some(_) => String::new(),
            None => line.split('#').next().unwrap_or_default().to_owned(),
        };
        let body: Vec<String> = text.lines().map(plain).collect();
        for (line, row) in rows(&body.join("\n")) {
            let wrong = |problem: String| ReachError::File { line, problem };
            let cells: Vec<&str> = row
                .iter()
                .flat_map(|cell| cell.split([' ', '\t']))
                .collect();
            let mut numbers = Vec::new();
            for cell in cells.iter().filter(|cell| !cell.is_empty()) {
                numbers.extend(number_or_text(cell).map_err(wrong)?);
            }
            if numbers.is_empty() && points.is_empty() && !names {
                names = true;
                let whole: Vec<&str> = row.iter().map(String::as_str).collect();
                let problem = misnamed(if whole.len() > 1 { &whole } else { &cells });
                problem.map_or(Ok(()), |problem| Err(wrong(problem)))?;
                continue;
            }
            if points.is_empty() && !names {
                let above = lines[..line - 1].iter().rev();
                let above = above.map(|l| l.trim()).find(|l| !l.is_empty());
                let said = above.and_then(comment).unwrap_or_default();
                let said: Vec<&str> = said.split([',', ';', '\t']).collect();
                // Two names, and no sentence with a comma in it.
                let is_number = |word: &str| word.parse::<f64>().is_ok();
                let is_name =
                    |text: &&str| !text.contains(':') && !text.split([' ', '(']).any(is_number);
                let is_names = said.len() == 2 && said.iter().all(is_name);
                let named = misnamed(&said).filter(|_| is_names);
                named.map_or(Ok(()), |problem| Err(wrong(problem)))?;
            }
            let &[mass, epsilon] = numbers.as_slice() else {
                let found = shorten(&cells.join(" ").replace('\n', " "));
                return Err(wrong(format!("`{found}` is no mass in GeV and limit")));
            };
            if points.len() == MAX_POINTS {
                return Err(wrong(format!("there are more than {MAX_POINTS} points")));
            }
            if !(NUMBERS.contains(&mass) && NUMBERS.contains(&epsilon)) {
                let (low, high) = (NUMBERS.start(), NUMBERS.end());
                return Err(wrong(format!(
                    "{mass:e} and {epsilon:e} must lie between {low:e} and {high:e}"
                )));
            }
            if points.last().is_some_and(|(before, _)| *before >= mass) {
                return Err(wrong(format!("mass {} GeV does not rise", shown(mass))));
            }
            points.push((mass, epsilon));
        }
        if points.len() < 2 {
            return Err(ReachError::File {
                line: 0,
                problem: match points.len() {
                    0 => "there are no points in it, two are the fewest".to_owned(),
                    _ => "there is one point in it, two are the fewest".to_owned(),
                },
            });
        }
        Ok(Self {
            points,
            experiment,
            upper_edge,
        })
    }

    /// The name of the experiment, if the file gives one.
    pub fn experiment(&self) -> Option<&str> {
        self.experiment.as_deref()
    }

    /// The largest value that is excluded at all masses, if there is one.
    pub fn upper_edge(&self) -> Option<f64> {
        self.upper_edge
    }

    /// The points: mass in GeV and the limit there.
    pub fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    /// Smallest and largest mass in GeV.
    pub fn range_gev(&self) -> (f64, f64) {
        (self.points[0].0, self.points[self.points.len() - 1].0)
    }

    /// ε_up at `mass_gev`, inside the range.
    pub fn epsilon(&self, mass_gev: f64) -> f64 {
        let above = self.points.partition_point(|(m, _)| *m < mass_gev);
        let i = above.clamp(1, self.points.len() - 1);
        let ((m0, e0), (m1, e1)) = (self.points[i - 1], self.points[i]);
        let share = libm::log(mass_gev / m0) / libm::log(m1 / m0);
        e0 * libm::exp(share * libm::log(e1 / e0))
    }

    /// The limit on Q_χ/e; nothing where the file ends below 2 m_χ.
    pub fn recast(&self, chi: &MilliCharged) -> Option<f64> {
        let masses: Vec<f64> = self.points.iter().map(|(m, _)| *m).collect();
        recast(chi, &masses, |m| self.epsilon(m))
    }
}

/// What is wrong with columns of these names, if that can be told: masses in another unit than GeV,
/// or behind the limits.
fn misnamed(names: &[&str]) -> Option<String> {
    let words = |name: &str| -> Vec<String> {
        let words = name.split(|c: char| !c.is_alphanumeric());
        words
            .map(str::to_lowercase)
            .filter(|word| !word.is_empty())
            .collect()
    };
    let units = ["ev", "kev", "mev", "tev", "pev"];
    let other = |name: &&&str| words(name).iter().any(|word| units.contains(&&word[..]));
    if let Some(name) = names.iter().find(other) {
        let name = shorten(name.trim());
        return Some(format!(
            "the column is called `{name}`, and masses in GeV are expected"
        ));
    }
    let at = |is: &dyn Fn(&str) -> bool| {
        let is = |name: &&str| words(name).first().is_some_and(|word| is(word));
        names.iter().position(is)
    };
    let mass = at(&|word| word == "m" || word.starts_with("mass"))?;
    let limit = at(&|word| {
        ["q", "charge", "ε", "ϵ", "κ", "kappa"].contains(&word) || word.starts_with("eps")
    })?;
    (limit < mass).then(|| {
        let (limit, mass) = (shorten(names[limit].trim()), shorten(names[mass].trim()));
        format!("`{limit}` stands before `{mass}`, and the mass is expected first")
    })
}

/// The limit on Q_χ/e from ε_up, known and smooth between neighbours of the rising `masses_gev`;
/// nothing where they end below 2 m_χ. The charge of `chi` does not matter.
pub fn recast(
    chi: &MilliCharged,
    masses_gev: &[f64],
    epsilon_up: impl Fn(f64) -> f64,
) -> Option<f64> {
    let chi = MilliCharged {
        charge: 1.0,
        ..*chi
    };
    let threshold = 2.0 * chi.mass_gev;
    let rule = gauss_legendre(NODES);
    // In r = √ln(M/2m) the threshold is smooth: dM² = 4 M² r dr.
    let root = |mass: f64| libm::sqrt(libm::log(mass / threshold).max(0.0));
    let mut sum = 0.0;
    for pair in masses_gev.windows(2) {
        let (low, high) = (root(pair[0]), root(pair[1]));
        for &(z, w) in &rule {
            let r = low + (high - low) * z;
            let mass = threshold * libm::exp(r * r);
            let k2 = mass * mass;
            if high > low {
                let epsilon = epsilon_up(mass.clamp(pair[0], pair[1]));
                let density = spectral_function(&chi, k2) / (epsilon * epsilon);
                sum += w * (high - low) * 4.0 * k2 * r * density;
            }
        }
    }
    (sum > 0.0).then(|| 1.0 / sum.sqrt())
}
