//! The exact result beside `ww`, `iww` and `wwa`, and where each is good enough.
//!
//! σ in pb per nucleus; ratios are approximate over exact ("etl", exact at tree level). Pinned by the
//! tests below and `cli/tests/cli_compare.rs`.

use serde_json::{Map, Value, json};

use super::grid::{CardSource, Grid, plain_values};
use super::rows::{Watch, run_rows};
use super::{StudyError, facts};
use crate::card::RunCard;
use crate::process::{Integral, Method, Mixture, QuadratureError, Route};
use crate::run::{self, UsageError};
use crate::table::{Cell, Column, Table, json as as_json};

/// Deviations in percent that a verdict speaks of.
const GRADES: [u32; 3] = [2, 10, 50];

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
/// between `edges`, to the relative error `rel_error`.
///
/// # Errors
/// [`QuadratureError`] if the exact result cannot be had: cuts on anything but x, which no
/// approximation can follow either; or if one of them does not reach `rel_error`.
pub fn compare(
    mixture: &Mixture,
    edges: &[f64],
    rel_error: f64,
) -> Result<Comparison, QuadratureError> {
    let route = mixture.route(Method::QUADRATURE)?;
    let exact = route.sigma(rel_error)?;
    let exact_bins = route.binned(edges, rel_error)?;
    let one = |method| -> Result<_, QuadratureError> {
        let Ok(route) = mixture.route(method) else {
            return Ok(Approximation::nothing(method, edges));
        };
        let sigma = where_it_applies(route.sigma(rel_error))?;
        let share = |part: &Integral, whole: &Integral| {
            (whole.value_pb > 0.0).then(|| part.value_pb / whole.value_pb)
        };
        let bins = where_it_applies(route.binned(edges, rel_error))?;
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
        Err(error @ QuadratureError::NotConverged { .. }) => Err(error),
        found => Ok(found.ok()),
    }
}

/// One sentence an approximation: at which `labels` it is good to 2 %, 10 %, 50 %.
pub fn verdict(labels: &[String], rows: &[Comparison]) -> Vec<String> {
    let approximations = rows.first().map_or(&[][..], |row| &row.approximations);
    approximations
        .iter()
        .map(|approximation| approximation.method)
        .enumerate()
        .map(|(i, method)| {
            let off: Vec<Option<f64>> = rows
                .iter()
                .map(|row| row.approximations[i].ratio.map(|r| (r - 1.0).abs()))
                .collect();
            let grades: Vec<String> = GRADES
                .iter()
                .map(|&grade| {
                    let good = |o: &Option<f64>| o.is_some_and(|o| o <= f64::from(grade) / 100.0);
                    format!("to {grade} % {}", runs(labels, &off, good))
                })
                .collect();
            let missing = off.iter().filter(|o| o.is_none()).count();
            let missing = match missing {
                0 => String::new(),
                n => format!("; does not apply at {n} of {}", off.len()),
            };
            format!("{} is good {}{missing}", method.name(), grades.join(", "))
        })
        .collect()
}

/// The points where `good` holds, neighbours joined.
fn runs(labels: &[String], off: &[Option<f64>], good: impl Fn(&Option<f64>) -> bool) -> String {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < off.len() {
        if !good(&off[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < off.len() && good(&off[at]) {
            at += 1;
        }
        parts.push(match at - start {
            n if n == off.len() => "everywhere".to_owned(),
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
        let keys = self.grid.axes.iter().map(|a| Column::of_key(&a.key));
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
            let compared = || compare(&mixture, &edges, run::goal(&card));
            Ok(run::on_threads(&card, compared)??)
        };
        let mut done = 0;
        watch.rows(done, n);
        run_rows(self.base.run.threads, &todo, one, |row, found| {
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

    /// One sentence an approximation.
    pub fn verdict(&self) -> Vec<String> {
        let grid = &self.of.grid;
        let label = |row| grid.label(&grid.row(row));
        let labels: Vec<String> = (0..grid.len()).map(label).collect();
        verdict(&labels, &self.rows)
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
    let exact = "exact tree-level cross section per nucleus within the cuts";
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
        columns.push(Column::new(&ratio, "1", "ratio"));
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
}
