//! The axes of a scan and the grid they span.
//!
//! An axis is written `KEY=LO..HI:log:N`, `KEY=LO..HI:lin:N` or `KEY=A,B,C`; values stay text, as a
//! card takes them. The last axis runs fastest. Pinned by the tests below.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{AxisError, MAX_ROWS, OVER, StudyError};
use crate::card::{CardError, CardText, Override, RunCard, find_key};
use crate::run::UsageError;
use crate::table::{Column, short_name};
use crate::text::{shorten, shown};

/// One scanned key and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanAxis {
    /// Card key, `section.key`.
    pub key: String,
    /// Its values as text.
    pub values: Vec<String>,
    option: &'static str,
}

impl ScanAxis {
    /// Reads `KEY=LO..HI:log|lin:N` (N ≥ 1; N = 1 is LO alone) or `KEY=A,B,C`.
    ///
    /// # Errors
    /// [`AxisError`] with the text and what is wrong with it.
    pub fn parse(written: &str) -> Result<Self, AxisError> {
        let (key, range) = written.split_once('=').ok_or_else(|| AxisError::Axis {
            option: OVER,
            written: shorten(written),
            problem: "there is no `=`".to_owned(),
        })?;
        Self::read(OVER, written, key, range)
    }

    /// The values that `option` has for `key`: `LO..HI:log|lin:N` or `A,B,C`.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn of_option(option: &'static str, key: &str, range: &str) -> Result<Self, AxisError> {
        Self::read(option, range, key, range)
    }

    fn read(
        option: &'static str,
        written: &str,
        key: &str,
        range: &str,
    ) -> Result<Self, AxisError> {
        let wrong = |problem: String| AxisError::Axis {
            option,
            written: shorten(written),
            problem,
        };
        let (key, range) = (key.trim().to_owned(), range.trim());
        let values = match range.split_once("..") {
            Some((low, rest)) => spaced(low, rest).map_err(wrong)?,
            None => range.split(',').map(|v| v.trim().to_owned()).collect(),
        };
        if values.len() > MAX_ROWS as usize {
            return Err(AxisError::Rows { rows: values.len() });
        }
        if key.is_empty() || values.iter().any(String::is_empty) {
            return Err(wrong("a key or value is empty".to_owned()));
        }
        if values.iter().any(|v| v.contains(char::is_control)) {
            return Err(wrong("a value is more than one line".to_owned()));
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = values.iter().find(|v| !seen.insert(plain_value(v))) {
            return Err(wrong(format!("the value {} comes twice", shorten(twice))));
        }
        Ok(Self {
            key,
            values,
            option,
        })
    }

    /// One of its values in place of that of a card.
    fn at(&self, value: &str) -> Result<Override, CardError> {
        match self.option {
            OVER => Override::scanned(&self.key, value),
            option => Ok(Override::by_option(option, &self.key, value)),
        }
    }

    /// Its column in a table of results; what the card does not know has no units.
    pub(super) fn column(&self) -> Column {
        let units = find_key(&self.key).map_or("", |key| key.unit);
        Column::of_key(&self.key, units)
    }
}

/// The values of `LO..HI:log|lin:N`.
fn spaced(low: &str, rest: &str) -> Result<Vec<String>, String> {
    let number = |text: &str| {
        let value: Result<f64, _> = text.trim().parse();
        value
            .ok()
            .filter(|v| v.is_finite())
            .ok_or_else(|| format!("`{}` is no number", shorten(text.trim())))
    };
    let parts: Vec<&str> = rest.split(':').map(str::trim).collect();
    let [high, spacing, count] = parts[..] else {
        return Err("a range needs a spacing and a number of points".to_owned());
    };
    let (low, high) = (number(low)?, number(high)?);
    let count: u32 = count
        .parse()
        .ok()
        .filter(|n| (1..=MAX_ROWS).contains(n))
        .ok_or_else(|| {
            format!(
                "`{}` is no number of points, 1 to {MAX_ROWS}",
                shorten(count)
            )
        })?;
    // A single point may be a range of no width.
    if low > high || (low == high && count > 1) {
        return Err(format!("{} is not below {}", shown(low), shown(high)));
    }
    let at = |share: f64| match spacing {
        "lin" => Ok(low + (high - low) * share),
        "log" if low > 0.0 => Ok(low * libm::pow(high / low, share)),
        "log" => Err(format!("{low} has no logarithm")),
        other => Err(format!("`{other}` is neither log nor lin")),
    };
    let ratio = high / low;
    if !(high - low).is_finite() || (spacing == "log" && low > 0.0 && ratio.is_infinite()) {
        return Err(format!("{low:?} to {high:?} is too wide a range"));
    }
    let last = count - 1;
    (0..count)
        .map(|i| {
            let value = match i {
                0 => at(0.0).map(|_| low)?,
                i if i == last => high,
                i => at(f64::from(i) / f64::from(last))?,
            };
            // Fifteen digits: steps between round numbers stay round.
            let value: f64 = format!("{value:.14e}").parse().unwrap_or(value);
            Ok(format!("{value:?}"))
        })
        .collect()
}

/// The product of some axes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// The axes, slowest first.
    pub axes: Vec<ScanAxis>,
}

impl Grid {
    /// The rows that `axes` span.
    ///
    /// # Errors
    /// [`AxisError::Rows`] if there are too many.
    pub fn new(axes: Vec<ScanAxis>) -> Result<Self, AxisError> {
        let rows = axes
            .iter()
            .fold(1_usize, |n, axis| n.saturating_mul(axis.values.len()));
        match rows > MAX_ROWS as usize {
            true => Err(AxisError::Rows { rows }),
            false => Ok(Self { axes }),
        }
    }

    /// The grid of `KEY=VALUES` texts, their keys checked against the card's.
    ///
    /// # Errors
    /// [`StudyError`] with what is wrong: an axis, a key that no card has or that comes twice, or
    /// too many rows.
    pub fn parse(over: &[String]) -> Result<Self, StudyError> {
        let axis = |text: &String| -> Result<ScanAxis, StudyError> {
            let axis = ScanAxis::parse(text)?;
            for value in &axis.values {
                Override::scanned(&axis.key, value)?;
            }
            Ok(axis)
        };
        let axes = over
            .iter()
            .map(axis)
            .collect::<Result<Vec<ScanAxis>, _>>()?;
        let is_there = |i: &usize| axes[..*i].iter().any(|a| a.key == axes[*i].key);
        if let Some(twice) = (1..axes.len()).find(is_there) {
            let key = &axes[twice].key;
            return Err(UsageError(format!("--over names the key {key} twice")).into());
        }
        Ok(Self::new(axes)?)
    }

    /// `key = value, …` of one row.
    pub fn label(&self, values: &[impl AsRef<str>]) -> String {
        let pairs = self.axes.iter().zip(values);
        let pairs = pairs.map(|(axis, v)| format!("{} = {}", short_name(&axis.key), v.as_ref()));
        pairs.collect::<Vec<_>>().join(", ")
    }

    /// Number of rows; one without axes.
    pub fn len(&self) -> usize {
        self.axes.iter().map(|a| a.values.len()).product()
    }

    /// How many rows differ in the dark sector alone.
    pub(super) fn alike(&self) -> usize {
        let dark = |axis: &&ScanAxis| axis.key.starts_with("dark_sector.");
        let dark = self.axes.iter().filter(dark);
        dark.map(|axis| axis.values.len()).product()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values of row `index` < [`Self::len`], one an axis.
    pub fn row(&self, index: usize) -> Vec<&str> {
        let mut rest = index;
        let mut values: Vec<&str> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let n = axis.values.len();
                let value = axis.values[rest % n].as_str();
                rest /= n;
                value
            })
            .collect();
        values.reverse();
        values
    }
}

/// A card that is varied: its text, and what replaces its values in every row.
#[derive(Debug, Clone)]
pub struct CardSource {
    text: CardText,
    overrides: Vec<Override>,
}

impl CardSource {
    /// The card `text` with `overrides`.
    pub fn new(text: CardText, overrides: Vec<Override>) -> Self {
        Self { text, overrides }
    }

    /// The same with one more value.
    #[must_use]
    pub fn with(&self, more: Override) -> Self {
        let mut same = self.clone();
        same.overrides.push(more);
        same
    }

    /// The card itself.
    ///
    /// # Errors
    /// [`CardError`] if it is wrong.
    pub fn card(&self) -> Result<RunCard, CardError> {
        self.text.with(&self.overrides)
    }

    /// The card with these values of the axes.
    ///
    /// # Errors
    /// [`CardError`] if it is wrong with them.
    pub fn at(&self, axes: &[ScanAxis], values: &[impl AsRef<str>]) -> Result<RunCard, CardError> {
        let mut all = self.overrides.clone();
        for (axis, value) in axes.iter().zip(values) {
            all.push(axis.at(value.as_ref())?);
        }
        self.text.with(&all)
    }
}

/// A value of an axis in the form by which rows are told apart: numbers by what they are, not by
/// how they are written.
pub fn plain_value(text: &str) -> String {
    let text = text.trim();
    match (text.parse::<u64>(), text.parse::<f64>()) {
        // A double would make neighbours of these one.
        (Ok(large), _) if large > 1 << 53 => large.to_string(),
        (_, Ok(number)) => format!("{number:?}"),
        _ => text.to_owned(),
    }
}

/// The values of a row in the form by which rows are told apart.
pub fn plain_values(values: &[impl AsRef<str>]) -> Vec<String> {
    values.iter().map(|v| plain_value(v.as_ref())).collect()
}

/// Puts rows in the order of a grid by their `values`, as many as there are `keys`: numbers rise,
/// texts follow each other as they first come.
pub fn sort_rows<R>(keys: usize, rows: &mut [R], values: impl Fn(&R) -> &[String]) {
    let number = |text: &String| text.parse::<f64>().ok().filter(|x| x.is_finite());
    let axes: Vec<Vec<String>> = (0..keys)
        .map(|i| {
            let mut all: Vec<String> = Vec::new();
            let mut seen = BTreeSet::new();
            for row in &*rows {
                let value = &values(row)[i];
                if seen.insert(value) {
                    all.push(value.clone());
                }
            }
            if all.iter().all(|v| number(v).is_some()) {
                let at = |v: &String| number(v).unwrap_or(f64::NAN);
                all.sort_by(|a, b| at(a).total_cmp(&at(b)));
            }
            all
        })
        .collect();
    let ranks: Vec<BTreeMap<&str, usize>> = axes
        .iter()
        .map(|values| values.iter().map(String::as_str).zip(0..).collect())
        .collect();
    let place = |row: &R| -> Vec<Option<usize>> {
        let fields = values(row).iter().zip(&ranks);
        fields
            .map(|(f, rank)| rank.get(f.as_str()).copied())
            .collect()
    };
    rows.sort_by_cached_key(place);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hit_their_ends_and_round_numbers_between() {
        let values = |text| ScanAxis::parse(text).expect("valid").values;
        assert_eq!(
            values("dark_sector.m_chi_gev=1e-3..1:log:4"),
            ["0.001", "0.01", "0.1", "1.0"]
        );
        assert_eq!(
            values("beam.energy_gev=10..20:lin:3"),
            ["10.0", "15.0", "20.0"]
        );
        assert_eq!(values("beam.energy_gev=10..20:lin:1"), ["10.0"]);
        assert_eq!(values("beam.energy_gev=10..10:log:1"), ["10.0"]);
        assert_eq!(values("target.element=Al, Pb"), ["Al", "Pb"]);
    }

    #[test]
    fn what_is_wrong_with_an_axis_is_said() {
        for (text, problem) in [
            ("m", "no `=`"),
            ("m=1..2", "spacing"),
            ("m=1..x:log:3", "`x` is no number"),
            ("m=1..2:log:0", "`0` is no number of points"),
            ("m=2..1:lin:3", "2 is not below 1"),
            ("m=2..2:lin:3", "2 is not below 2"),
            ("m=0..1:log:3", "no logarithm"),
            ("m=0..1:cubic:3", "neither log nor lin"),
            ("m=1,,2", "empty"),
            ("m=1,2,1", "comes twice"),
            ("m=1,2,1.0", "comes twice"),
            ("m=a\nb", "more than one line"),
        ] {
            let error = ScanAxis::parse(text).expect_err(text).to_string();
            assert!(error.contains(problem) && error.contains(text), "{error}");
        }
    }

    #[test]
    fn the_last_axis_runs_fastest() {
        let grid = Grid {
            axes: ["a=1,2", "b=x,y,z"]
                .map(|t| ScanAxis::parse(t).expect("valid"))
                .to_vec(),
        };
        let rows: Vec<_> = (0..grid.len()).map(|i| grid.row(i).join("")).collect();
        assert_eq!(rows, ["1x", "1y", "1z", "2x", "2y", "2z"]);
    }

    #[test]
    fn numbers_are_the_same_however_written_and_rows_of_several_grids_are_in_order() {
        assert_eq!(plain_value(" 1e-1"), plain_value("0.10"));
        assert_ne!(
            plain_value("9007199254740993"),
            plain_value("9007199254740992")
        );
        assert_eq!(plain_value("mu-"), "mu-");
        let mut rows = ["W,8,a", "W,10.0,b", "Al,1e1,c", "Al,-2,d"]
            .map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
        sort_rows(2, &mut rows, |row| &row[..2]);
        let order: Vec<&str> = rows.iter().map(|row| row[2].as_str()).collect();
        assert_eq!(order, ["a", "b", "d", "c"]);
    }
}
