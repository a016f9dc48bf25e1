//! The exact result beside `ww`, `iww` and `wwa`, and where each is good enough.
//!
//! σ in pb per nucleus; ratios are approximate over exact ("etl" in names of columns: exact at tree
//! level). A limit on a charge goes with 1/√σ. Pinned by the tests below and
//! `cli/tests/cli_compare.rs`.

use serde_json::{Map, Value, json};

use super::grid::{CardSource, Grid, ScanAxis, plain_values};
use super::rows::{Watch, run_rows};
use super::sigma::{deterministic, flow};
use super::{StudyError, facts};
use crate::card::RunCard;
use crate::dark_sector::DarkSector;
use crate::process::{Goal, Integral, Method, Mixture, QuadratureError, Route};
use crate::run::{self, UsageError};
use crate::table::{Cell, Column, Table, json as as_json};
use crate::text::six_digits;

/// Deviation that the verdict on a scan calls good.
const GOOD: f64 = 0.1;

/// Exact and approximate results of one set-up.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// σ exactly, pb.
    pub exact: Integral,
    /// σ in each bin of x exactly, pb.
    pub exact_bins: Vec<Integral>,
    /// Those of [`Method::APPROXIMATIONS`], nothing where the process does not have one, and others that it has.
    pub approximations: Vec<Approximation>,
}

/// One approximation of one set-up; nothing where it does not apply.
#[derive(Debug, Clone)]
pub struct Approximation {
    /// Which one.
    pub method: Method,
    /// σ, pb.
    pub sigma: Option<Integral>,
    /// σ/exact.
    pub ratio: Option<f64>,
    /// Numerical error of the ratio.
    pub ratio_error: Option<f64>,
    /// The same ratio in each bin of x; nothing where the exact result is 0.
    pub bin_ratios: Vec<Option<f64>>,
}

impl Approximation {
    /// One that a process does not have.
    fn nothing(method: Method, edges: &[f64]) -> Self {
        Self {
            method,
            sigma: None,
            ratio: None,
            ratio_error: None,
            bin_ratios: vec![None; edges.len().saturating_sub(1)],
        }
    }
}

/// Compares all approximations with the exact result on `mixture`, in total and in the bins of x
/// between `edges`, to `goal`.
///
/// # Errors
/// [`QuadratureError`] if the exact result cannot be had: cuts on anything but x, which no
/// approximation can follow either; or if one of them does not reach `goal`, or who listens ends it.
pub fn compare<'a>(
    mixture: &Mixture,
    edges: &[f64],
    goal: impl Into<Goal<'a>>,
) -> Result<Comparison, QuadratureError> {
    let goal = &goal.into();
    let route = mixture.route(Method::QUADRATURE)?;
    let exact = route.sigma_to(goal)?;
    let exact_bins = route.binned_to(edges, goal)?;
    let one = |method| -> Result<_, QuadratureError> {
        let Ok(route) = mixture.route(method) else {
            return Ok(Approximation::nothing(method, edges));
        };
        let sigma = where_it_applies(route.sigma_to(goal))?;
        let share = |part: &Integral, whole: &Integral| {
            (whole.value_pb > 0.0).then(|| part.value_pb / whole.value_pb)
        };
        let bins = where_it_applies(route.binned_to(edges, goal))?;
        Ok(Approximation {
            method,
            sigma,
            ratio: sigma.and_then(|s| share(&s, &exact)),
            ratio_error: sigma.and_then(|s| {
                let relative = |i: &Integral| i.error_pb / i.value_pb;
                share(&s, &exact).map(|r| r * (relative(&s) + relative(&exact)))
            }),
            bin_ratios: exact_bins
                .iter()
                .enumerate()
                .map(|(i, whole)| bins.as_ref().and_then(|b| share(&b[i], whole)))
                .collect(),
        })
    };
    // The columns of a table are the same for every process.
    let mut methods = Method::APPROXIMATIONS.to_vec();
    let known = |method: &Method| Method::APPROXIMATIONS.contains(method);
    let others = mixture.approximations().into_iter();
    methods.extend(others.filter(|method| !known(method)));
    let approximations = methods.into_iter().map(one);
    let approximations = approximations.collect::<Result<_, _>>()?;
    Ok(Comparison {
        exact,
        exact_bins,
        approximations,
    })
}

/// Nothing where a formula does not apply; a goal that it does not reach is an error.
fn where_it_applies<T>(found: Result<T, QuadratureError>) -> Result<Option<T>, QuadratureError> {
    match found {
        Err(error @ (QuadratureError::NotConverged { .. } | QuadratureError::Stopped)) => {
            Err(error)
        }
        found => Ok(found.ok()),
    }
}

/// One sentence an approximation: how far off σ is, least and most at which of the `labels`, and what
/// that does to a limit on `coupling`, with whose square σ goes.
pub fn verdict(labels: &[String], rows: &[Comparison], coupling: &str) -> Vec<String> {
    let approximations = rows.first().map_or(&[][..], |row| &row.approximations);
    let one = |(i, approximation): (usize, &Approximation)| {
        let ratios: Vec<Option<f64>> = rows.iter().map(|r| r.approximations[i].ratio).collect();
        judge(approximation.method.name(), labels, &ratios, coupling)
    };
    approximations.iter().enumerate().map(one).collect()
}

/// The sentence on the approximation `name`, whose σ is `ratios` times the exact one.
fn judge(name: &str, labels: &[String], ratios: &[Option<f64>], coupling: &str) -> String {
    let known = || {
        ratios
            .iter()
            .zip(labels)
            .filter_map(|(r, l)| Some(((*r)?, l)))
    };
    let least = known().min_by(|a, b| a.0.total_cmp(&b.0));
    let most = known().max_by(|a, b| a.0.total_cmp(&b.0));
    let (Some((least, at_least)), Some((most, at_most))) = (least, most) else {
        return format!("{name} does not apply here");
    };
    let limit = format!("a limit on {coupling} would be");
    if let [_] = ratios {
        let (verb, size) = (verb(most), size(most));
        return format!("{name} {verb} sigma by {size}; {limit} {}", effect(most));
    }
    let place = |ratio, at: &str| format!("{} ({at})", size(ratio));
    let (low, high) = (verb(least), verb(most));
    let (sigma, effects) = if at_least == at_most {
        (
            format!("{high} sigma by {}", place(most, at_most)),
            effect(most),
        )
    } else if low == high {
        let ((near, at_near), (far, at_far)) = match most >= 1.0 {
            true => ((least, at_least), (most, at_most)),
            false => ((most, at_most), (least, at_least)),
        };
        let (first, last) = (place(near, at_near), place(far, at_far));
        let effects = match (limit_size(near), limit_size(far)) {
            (first, last) if first == last => effect(far),
            (first, _) => format!("{first} to {}", effect(far)),
        };
        (format!("{high} sigma by {first} to {last}"), effects)
    } else {
        let (first, last) = (place(least, at_least), place(most, at_most));
        let sigma = format!("{low} sigma by {first} and {high} it by {last}");
        (sigma, format!("{} to {}", effect(least), effect(most)))
    };
    let good = |r: &Option<f64>| r.is_some_and(|r| (r - 1.0).abs() <= GOOD);
    let missing = match ratios.iter().filter(|r| r.is_none()).count() {
        0 => String::new(),
        n => format!("; does not apply at {n} of {}", ratios.len()),
    };
    format!(
        "{name} {sigma}; {limit} {effects}; good to 10 % {}{missing}",
        runs(labels, ratios, good)
    )
}

/// A value of the grid, rounded for a reader.
pub fn rounded(value: &str) -> String {
    let number = value.parse().ok().filter(|x: &f64| x.is_finite());
    number.map_or(value.to_owned(), six_digits)
}

fn verb(ratio: f64) -> &'static str {
    match ratio >= 1.0 {
        true => "overestimates",
        false => "underestimates",
    }
}

/// How far a ratio is from 1, in words.
fn size(ratio: f64) -> String {
    let factor = ratio.max(1.0 / ratio);
    match (ratio, 100.0 * (ratio - 1.0).abs()) {
        _ if factor >= 2.0 => format!("a factor of {factor:.1}"),
        (_, percent) if percent >= 9.95 => format!("{percent:.0} %"),
        (_, percent) if percent >= 0.095 => format!("{percent:.1} %"),
        _ => "less than 0.1 %".to_owned(),
    }
}

/// How far off an upper limit on the coupling is where σ is wrong by `ratio`: it goes with 1/√σ.
fn limit_size(ratio: f64) -> String {
    size(ratio.max(1.0 / ratio).sqrt())
}

/// The same, and to which side.
fn effect(ratio: f64) -> String {
    let word = match ratio >= 1.0 {
        true => "strong",
        false => "weak",
    };
    format!("{} too {word}", limit_size(ratio))
}

/// The points where `good` holds, neighbours joined.
fn runs(labels: &[String], ratios: &[Option<f64>], good: impl Fn(&Option<f64>) -> bool) -> String {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < ratios.len() {
        if !good(&ratios[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < ratios.len() && good(&ratios[at]) {
            at += 1;
        }
        parts.push(match at - start {
            n if n == ratios.len() => "everywhere".to_owned(),
            1 => format!("at {}", labels[start]),
            _ => format!("from {} to {}", labels[start], labels[at - 1]),
        });
    }
    match parts.is_empty() {
        true => "nowhere".to_owned(),
        false => parts.join(" and "),
    }
}

/// A comparison of a card over a grid to be: every card is read, nothing is computed.
#[derive(Debug)]
pub struct Comparisons {
    base: RunCard,
    grid: Grid,
    cards: Vec<RunCard>,
    bins: u32,
}

impl Comparisons {
    /// The comparison over `grid` (one row without axes), with `bins` equal bins between the cuts on x.
    ///
    /// # Errors
    /// [`StudyError::Card`] if any of its cards is wrong.
    pub fn new(source: &CardSource, grid: Grid, bins: u32) -> Result<Self, StudyError> {
        let base = source.card()?;
        let card = |row: usize| -> Result<RunCard, StudyError> {
            let card = source.at(&grid.axes, &grid.row(row))?;
            run::check_losses(&card)?;
            if !card.kind.has_lepton() {
                return Err(UsageError(format!(
                    "compare holds approximations against the exact result, and process.kind = {:?} has none: \
                     sigma gives it by quadrature and by Monte Carlo",
                    card.kind.name()
                ))
                .into());
            }
            Ok(card)
        };
        let cards = (0..grid.len()).map(card).collect::<Result<_, _>>()?;
        Ok(Self {
            base,
            cards,
            grid,
            bins,
        })
    }

    /// The card without the axes.
    pub fn card(&self) -> &RunCard {
        &self.base
    }

    /// The table without rows.
    pub fn header(&self) -> Table {
        let keys = self.grid.axes.iter().map(ScanAxis::column);
        Table {
            facts: facts("compare", &self.base),
            keys: self.grid.axes.len(),
            columns: keys.chain(columns()).collect(),
            rows: Vec::new(),
        }
    }

    /// Whether there is a row of these values of the axes.
    pub fn has(&self, values: &[impl AsRef<str>]) -> bool {
        let values = plain_values(values);
        (0..self.grid.len()).any(|row| plain_values(&self.grid.row(row)) == values)
    }

    /// Computes all rows.
    ///
    /// # Errors
    /// The first of a row; [`StudyError::Stopped`] if `watch` ends it.
    pub fn run(&self, watch: &dyn Watch) -> Result<Compared<'_>, StudyError> {
        let n = self.grid.len();
        let mut rows: Vec<Option<Comparison>> = vec![None; n];
        let todo: Vec<usize> = (0..n).collect();
        let one = |row: usize, threads: usize| -> Result<Comparison, StudyError> {
            let mut card = self.cards[row].clone();
            card.run.threads = threads;
            let mixture = run::mixture(&card)?;
            let edges = run::bins(&card, self.bins);
            let mut listener = |_: &_| flow(watch);
            deterministic(&card, &mut listener, |goal| compare(&mixture, &edges, goal))
        };
        let mut done = 0;
        watch.rows(done, n);
        run_rows(self.base.run.threads, &todo, one, |row, found| {
            if found.is_err() && watch.should_stop() {
                return Err(StudyError::Stopped {
                    left: n - done,
                    rows: n,
                });
            }
            rows[row] = Some(found?);
            done += 1;
            watch.rows(done, n);
            match watch.should_stop() && done < n {
                true => Err(StudyError::Stopped {
                    left: n - done,
                    rows: n,
                }),
                false => Ok(()),
            }
        })?;
        Ok(Compared {
            of: self,
            rows: rows.into_iter().flatten().collect(),
        })
    }
}

/// What a comparison has found.
#[derive(Debug)]
pub struct Compared<'a> {
    of: &'a Comparisons,
    rows: Vec<Comparison>,
}

impl Compared<'_> {
    /// The rows, in the order of the grid.
    pub fn rows(&self) -> &[Comparison] {
        &self.rows
    }

    /// Edges of the bins of x for the card without the axes.
    pub fn x_edges(&self) -> Vec<f64> {
        run::bins(&self.of.base, self.of.bins)
    }

    /// Edges of the bins of x, if all rows have the same.
    pub fn common_edges(&self) -> Option<Vec<f64>> {
        let mut all = self.of.cards.iter();
        let first = run::bins(all.next()?, self.of.bins);
        all.all(|card| run::bins(card, self.of.bins) == first)
            .then_some(first)
    }

    /// One sentence an approximation.
    pub fn verdict(&self) -> Vec<String> {
        let grid = &self.of.grid;
        let label = |row| grid.label(&grid.row(row).into_iter().map(rounded).collect::<Vec<_>>());
        let labels: Vec<String> = (0..grid.len()).map(label).collect();
        let coupling = match self.of.base.dark_sector {
            DarkSector::Pair(_) => "Q",
            _ => "the coupling",
        };
        verdict(&labels, &self.rows, coupling)
    }

    /// The totals as a table, a row a point of the grid.
    pub fn table(&self) -> Table {
        let row = |(i, row): (usize, &Comparison)| -> Vec<Cell> {
            let keys = self.of.grid.row(i).into_iter().map(Cell::of_value);
            keys.chain(cells(row)).collect()
        };
        let header = self.of.header();
        header.with_rows(self.rows.iter().enumerate().map(row).collect())
    }

    /// The rows as JSON: those of the table with the mass of χ, which such tables are read by, and the
    /// ratios in the bins of x.
    pub fn json_rows(&self) -> Value {
        let table = self.table();
        let row = |(i, row): (usize, &Comparison)| {
            let mut object = Map::new();
            if let Some(chi) = self.of.cards[i].dark_sector.chi() {
                object.insert("m_chi_gev".to_owned(), json!(chi.mass_gev));
            }
            object.extend(table.json_row(&table.rows[i]));
            for a in &row.approximations {
                let name = format!("{}_dsigma_dx_ratios", a.method.name());
                object.insert(name, as_json::numbers(&a.bin_ratios));
            }
            Value::Object(object)
        };
        self.rows.iter().enumerate().map(row).collect()
    }
}

/// Columns of the results.
fn columns() -> Vec<Column> {
    let exact = "exact cross section at tree level (etl) per atom of the target within the cuts";
    let mut columns = vec![
        Column::new("etl_pb", "pb", exact),
        Column::new("etl_error_pb", "pb", "its error"),
    ];
    for method in Method::APPROXIMATIONS {
        let name = format!("{}_pb", method.name());
        columns.push(Column::new(&name, "pb", method.about()));
    }
    for method in Method::APPROXIMATIONS {
        let ratio = format!("{}_over_etl", method.name());
        columns.push(Column::new(&ratio, "1", "that over the exact one"));
        columns.push(Column::new(
            &format!("{ratio}_error"),
            "1",
            "its numerical error",
        ));
    }
    columns
}

/// The results of one row in the order of [`columns`]; missing where a formula does not apply.
fn cells(row: &Comparison) -> Vec<Cell> {
    let mut all = vec![row.exact.value_pb.into(), row.exact.error_pb.into()];
    let sigmas = row.approximations.iter();
    all.extend(sigmas.map(|a| Cell::from(a.sigma.map(|s| s.value_pb))));
    for a in &row.approximations {
        all.extend([a.ratio.into(), a.ratio_error.into()]);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_good_points_are_joined_and_gaps_named() {
        let labels = ["1", "2", "3", "4"].map(String::from);
        let good = |o: &Option<f64>| o.is_some_and(|o| o < 0.1);
        let text = |off: [f64; 4]| runs(&labels, &off.map(Some), good);
        assert_eq!(text([0.0; 4]), "everywhere");
        assert_eq!(text([1.0; 4]), "nowhere");
        assert_eq!(text([0.0, 0.0, 1.0, 0.0]), "from 1 to 2 and at 4");
        assert_eq!(runs(&labels[..1], &[None], good), "nowhere");
    }

    /// 38 % more σ is a limit stronger by √1.38 = 1.175; half of σ one weaker by √2.
    #[test]
    fn a_verdict_says_what_an_approximation_does_to_a_limit() {
        let labels = ["m = 1", "m = 2", "m = 3"].map(String::from);
        let text = |ratios: &[Option<f64>]| judge("ww", &labels, ratios, "Q");
        let one = |ratio| text(&[Some(ratio)]);
        assert_eq!(
            one(1.38),
            "ww overestimates sigma by 38 %; a limit on Q would be 17 % too strong"
        );
        assert_eq!(
            one(0.5),
            "ww underestimates sigma by a factor of 2.0; a limit on Q would be 41 % too weak"
        );
        assert_eq!(
            one(1.0003),
            "ww overestimates sigma by less than 0.1 %; a limit on Q would be less than 0.1 % too strong"
        );
        assert_eq!(text(&[None, None]), "ww does not apply here");
        assert_eq!(
            text(&[None, Some(1.38), Some(1.05)]),
            "ww overestimates sigma by 5.0 % (m = 3) to 38 % (m = 2); a limit on Q would be \
             2.5 % to 17 % too strong; good to 10 % at m = 3; does not apply at 1 of 3"
        );
        assert_eq!(
            text(&[Some(0.9), Some(1.38), Some(1.0)]),
            "ww underestimates sigma by 10 % (m = 1) and overestimates it by 38 % (m = 2); \
             a limit on Q would be 5.4 % too weak to 17 % too strong; good to 10 % at m = 1 and at m = 3"
        );
        assert_eq!(
            text(&[None, Some(4.0), None]),
            "ww overestimates sigma by a factor of 4.0 (m = 2); a limit on Q would be a factor of 2.0 \
             too strong; good to 10 % nowhere; does not apply at 2 of 3"
        );
    }
}
