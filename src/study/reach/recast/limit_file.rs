//! A limit that was published or is one's own: points of a line in mass and charge (or ε).
//!
//! A **lower edge** has masses that never fall; repeated masses are vertical: ends that rise to the top
//! of a figure, steps between. A **contour** turns back and comes to where it began; what lies inside is
//! excluded. A line that turns back and ends elsewhere stays a line. Masses in GeV; straight in the
//! logarithms between points. How files spell this: [`super::read`]. Pinned by `tests/limit_files.rs`.

use std::ops::Range;

use super::formula::recast;
use super::names::Units;
use super::read;
use crate::dark_sector::MilliCharged;
use crate::study::reach::ReachError;

/// A published limit: ε_up (or a charge) against mass, linear in the logarithms between its points.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitFile {
    points: Vec<(f64, f64)>,
    experiment: Option<String>,
    upper_edge: Option<f64>,
    /// Whether the file or who reads it says the unit of masses.
    has_unit: bool,
    /// The points of a lower edge between its vertical ends; none of a contour.
    edge: Range<usize>,
}

impl LimitFile {
    /// Reads a file that says its units itself, or has GeV and charges (or ε).
    ///
    /// # Errors
    /// As [`Self::parse_as`].
    pub fn parse(text: &str) -> Result<Self, ReachError> {
        Self::parse_as(text, Units::default())
    }

    /// Reads two numbers a line, mass and limit, separated by a comma, a semicolon or blanks; `#`
    /// begins a comment, of which `# experiment: NAME`, `# upper edge: VALUE` and `# columns: NAME, NAME`
    /// are read. One line of names may come first, as a comment, too. Units are those of the names,
    /// else `units`, else GeV and no squares.
    ///
    /// # Errors
    /// [`ReachError::File`] if a line is no pair of positive numbers in the range of limits, there are
    /// fewer than two masses, the upper edge is no positive number, or the names say another order or
    /// other units than `units`.
    pub fn parse_as(text: &str, units: Units) -> Result<Self, ReachError> {
        let found = read::read(text, units)?;
        let mut file = Self {
            points: found.points,
            experiment: found.experiment,
            upper_edge: found.upper_edge,
            has_unit: found.has_unit,
            edge: 0..0,
        };
        file.order();
        let (low, high) = file.range_gev();
        match low < high {
            true => {
                file.edge = between_ends(&file.points);
                Ok(file)
            }
            false => Err(ReachError::File {
                line: 0,
                problem: "all its points have one mass, two are the fewest".to_owned(),
            }),
        }
    }

    /// Turns a line from high to low masses round, and closes a contour whose ends are near each other.
    fn order(&mut self) {
        let pairs = || self.points.windows(2);
        let falls = pairs().any(|p| p[1].0 < p[0].0);
        let rises = pairs().any(|p| p[1].0 > p[0].0);
        if falls && !rises {
            self.points.reverse();
        } else if falls && self.ends_near() && self.points.first() != self.points.last() {
            self.points.push(self.points[0]);
        }
    }

    /// Whether the ends are nearer to each other than a quarter of what lies between the extremes.
    fn ends_near(&self) -> bool {
        let (low, high) = self.range_gev();
        let (first, last) = (self.points[0].0, self.points[self.points.len() - 1].0);
        libm::log(last / first).abs() < 0.25 * libm::log(high / low)
    }

    /// The name of the experiment, if the file gives one.
    pub fn experiment(&self) -> Option<&str> {
        self.experiment.as_deref()
    }

    /// The largest value that is excluded at all masses, if there is one.
    pub fn upper_edge(&self) -> Option<f64> {
        self.upper_edge
    }

    /// The points: mass in GeV and the limit there. Those of a contour end where they begin.
    pub fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    /// Smallest and largest mass in GeV.
    pub fn range_gev(&self) -> (f64, f64) {
        let masses = self.points.iter().map(|(m, _)| *m);
        masses.fold((f64::INFINITY, 0.0), |(low, high), m| {
            (low.min(m), high.max(m))
        })
    }

    /// Whether it is a lower edge, which has one limit at each mass.
    pub fn is_lower_edge(&self) -> bool {
        !self.edge.is_empty()
    }

    /// Refuses what a recast cannot read, with what to do.
    ///
    /// # Errors
    /// [`ReachError::File`] if it is no lower edge.
    pub fn must_be_lower_edge(&self) -> Result<(), ReachError> {
        let turns = self.points.windows(2).find(|p| p[1].0 < p[0].0);
        let Some(turn) = turns else { return Ok(()) };
        Err(ReachError::File {
            line: 0,
            problem: format!(
                "it is a contour that turns back at {} GeV, and a recast needs one limit at each mass: keep \
                 the points of its lower edge, in rising masses",
                crate::text::shown(turn[0].0)
            ),
        })
    }

    /// Refuses a file that names no unit if, in GeV, it has no mass in common with `masses_gev`.
    ///
    /// # Errors
    /// [`ReachError::File`] if so.
    pub fn must_meet(&self, masses_gev: &[f64]) -> Result<(), ReachError> {
        let ends = |all: &[f64]| {
            all.iter()
                .fold((f64::INFINITY, 0.0_f64), |(a, b), m| (a.min(*m), b.max(*m)))
        };
        let ((low, high), (least, most)) = (self.range_gev(), ends(masses_gev));
        if self.has_unit || (low <= most && least <= high) {
            return Ok(());
        }
        let [low, high, least, most] = [low, high, least, most].map(crate::text::shown);
        Err(ReachError::File {
            line: 0,
            problem: format!(
                "its masses, {low} to {high}, lie outside those of the curves, {least} to {most} GeV, and it names \
                 no unit: name it in the line of names, as `mass [MeV], epsilon`, or give --mass-unit"
            ),
        })
    }

    /// The points of a lower edge between its vertical ends; none of a contour.
    fn edge(&self) -> &[(f64, f64)] {
        &self.points[self.edge.clone()]
    }

    /// ε_up of a lower edge at `mass_gev`, inside the range; no number for a contour.
    pub fn epsilon(&self, mass_gev: f64) -> f64 {
        let points = self.edge();
        if points.is_empty() {
            return f64::NAN;
        }
        let above = points.partition_point(|(m, _)| *m < mass_gev);
        let i = above.clamp(1, points.len() - 1);
        let ((m0, e0), (m1, e1)) = (points[i - 1], points[i]);
        let share = libm::log(mass_gev / m0) / libm::log(m1 / m0);
        e0 * libm::exp(share * libm::log(e1 / e0))
    }

    /// The limit of a lower edge on Q_χ/e; nothing where the file ends below 2 m_χ, or for a contour.
    pub fn recast(&self, chi: &MilliCharged) -> Option<f64> {
        let masses: Vec<f64> = self.edge().iter().map(|(m, _)| *m).collect();
        recast(chi, &masses, |m| self.epsilon(m))
    }
}

/// Where the lower edge through `points` lies between its vertical ends; nowhere if it is none.
fn between_ends(points: &[(f64, f64)]) -> Range<usize> {
    if points.windows(2).any(|p| p[1].0 < p[0].0) {
        return 0..0;
    }
    let [(low, _), .., (high, _)] = *points else {
        return 0..0;
    };
    let start = points.partition_point(|(m, _)| *m <= low) - 1;
    start..points.partition_point(|(m, _)| *m < high) + 1
}
