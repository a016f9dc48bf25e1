//! dσ/dx and dσ/dE_miss of a card, at points or in bins of x = E_miss/E0.
//!
//! In bins, what is given is the mean of dσ/dx in each (pb), σ in the bin over its width; dσ/dE_miss is
//! dσ/dx over E0 (pb/GeV). Monte Carlo fills bins only. Pinned by `cli/tests/cli_spectrum.rs`.

use super::sigma::{Measured, deterministic, measured};
use super::{StudyError, facts};
use crate::card::{Losses, RunCard};
use crate::constants::ELECTRON_MASS_GEV;
use crate::generate::{HistogramRequest, Listener};
use crate::histogram::{Axis, Observable, Scale};
use crate::process::{KinematicLimits, Method, Mixture, Route};
use crate::run::{self, UsageError};
use crate::table::{Column, Table};
use crate::text::shown;

/// Where a spectrum is wanted.
#[derive(Debug, Clone, PartialEq)]
pub enum Where {
    /// At these x.
    At(Vec<f64>),
    /// In so many equal bins between the cuts on x.
    Bins(u32),
}

/// A missing-energy fraction x as an option gives it.
///
/// # Errors
/// What is wrong with it, in words.
pub fn parse_x(text: &str) -> Result<f64, String> {
    let x = text.trim().parse().ok();
    x.filter(|x| (0.0..=1.0).contains(x))
        .ok_or_else(|| "x = E_miss/E0 is a number from 0 to 1".to_owned())
}

/// A spectrum, a value for each point or bin.
#[derive(Debug, Clone)]
pub struct Spectrum {
    /// How it was found.
    pub method: Method,
    /// x, in bins their centres.
    pub x: Vec<f64>,
    /// Edges of the bins, one more than there are.
    pub x_edges: Option<Vec<f64>>,
    /// dσ/dx, pb.
    pub dsigma_dx_pb: Vec<f64>,
    /// Its error, pb.
    pub error_pb: Vec<f64>,
    /// Energy E0 of the beam, GeV.
    pub beam_energy_gev: f64,
    /// Seed of the random streams.
    pub seed: u64,
    /// How it went on each nucleus, by Monte Carlo.
    pub runs: Vec<Measured>,
    /// Why the result is not to be trusted; empty if it is.
    pub alarms: Vec<String>,
    facts: Vec<(String, String)>,
}

impl Spectrum {
    /// Missing energy at each x, GeV.
    pub fn e_miss_gev(&self) -> Vec<f64> {
        self.x.iter().map(|x| x * self.beam_energy_gev).collect()
    }

    /// dσ/dE_miss, pb/GeV.
    pub fn dsigma_de_miss_pb_per_gev(&self) -> Vec<f64> {
        let values = self.dsigma_dx_pb.iter();
        values.map(|v| v / self.beam_energy_gev).collect()
    }

    /// The spectrum as a table, a row a point or bin.
    pub fn table(&self) -> Table {
        let (e_miss, per_gev) = (self.e_miss_gev(), self.dsigma_de_miss_pb_per_gev());
        let row = |i: usize| {
            let mut cells = vec![self.x[i]];
            if let Some(edges) = &self.x_edges {
                cells.extend([edges[i], edges[i + 1]]);
            }
            let error = self.error_pb[i];
            cells.extend([e_miss[i], self.dsigma_dx_pb[i], error]);
            cells.extend([per_gev[i], error / self.beam_energy_gev]);
            cells.into_iter().map(Into::into).collect()
        };
        let rows = (0..self.x.len()).map(row).collect();
        header(self.facts.clone(), self.x_edges.is_some()).with_rows(rows)
    }
}

/// Most bins.
const MAX_BINS: u32 = 100_000;

/// The table without rows.
fn header(facts: Vec<(String, String)>, is_binned: bool) -> Table {
    let (centre, mean) = match is_binned {
        true => (", centre of the bin", ", mean over the bin"),
        false => ("", ""),
    };
    let x = format!("missing energy over that of the beam{centre}");
    let mut columns = vec![Column::new("x", "1", &x)];
    if is_binned {
        columns.push(Column::new("x_low", "1", "lower edge of the bin"));
        columns.push(Column::new("x_high", "1", "upper edge of the bin"));
    }
    let keys = columns.len();
    let by_x = format!("cross section per atom of the target and x{mean}");
    let by_energy = format!("cross section per atom of the target and missing energy{mean}");
    columns.extend([
        Column::new("e_miss_gev", "GeV", "missing energy"),
        Column::new("dsigma_dx_pb", "pb", &by_x),
        Column::new("error_pb", "pb", "its error"),
        Column::new("dsigma_de_miss_pb_per_gev", "pb/GeV", &by_energy),
        Column::new("dsigma_de_miss_pb_per_gev_error", "pb/GeV", "its error"),
    ]);
    Table {
        facts,
        columns,
        keys,
        rows: Vec::new(),
    }
}

impl Where {
    /// The points or centres of bins for `card`, and the edges of the bins.
    ///
    /// # Errors
    /// [`StudyError::Usage`] if the method of the card has no points.
    pub fn x(&self, card: &RunCard) -> Result<(Vec<f64>, Option<Vec<f64>>), StudyError> {
        match self {
            Self::At(_) if card.integration.method == Method::MC => Err(UsageError(
                "method mc fills bins and has no points: use --bins, or another --method"
                    .to_owned(),
            )
            .into()),
            Self::At(x) => {
                // What the beam loses, and what it makes, is followed down to the cut.
                let thick = !matches!(card.losses, None | Some(Losses::None));
                let (low, high, words) = match thick {
                    true => (
                        card.cuts.x_min,
                        card.cuts.x_max,
                        " (the cuts: the beam is followed within them)",
                    ),
                    false => (0.0, 1.0, ""),
                };
                match x.iter().find(|x| !(low..=high).contains(*x)) {
                    Some(&bad) => Err(UsageError(format!(
                        "at: found {}, expected x from {low} to {high}{words}",
                        shown(bad)
                    ))
                    .into()),
                    None => Ok((x.clone(), None)),
                }
            }
            Self::Bins(n) if !(1..=MAX_BINS).contains(n) => {
                Err(UsageError(format!("bins: found {n}, expected 1 to {MAX_BINS}")).into())
            }
            Self::Bins(n) => {
                let edges = run::bins(card, *n);
                let centre = |e: &[f64]| 0.5 * (e[0] + e[1]);
                Ok((edges.windows(2).map(centre).collect(), Some(edges)))
            }
        }
    }

    /// The table of such a spectrum of `card`, without rows.
    pub fn header(&self, card: &RunCard) -> Table {
        header(facts("spectrum", card), matches!(self, Self::Bins(_)))
    }
}

/// The spectrum of `card` by its method to its relative error; `listener` hears how it goes on.
///
/// # Errors
/// [`StudyError`] if the card's set-up makes no sense, the method does not apply, has no points or
/// does not reach the error, or `listener` stops it.
pub fn spectrum(
    card: &RunCard,
    at: &Where,
    listener: &mut Listener<'_>,
) -> Result<Spectrum, StudyError> {
    let mixture = run::mixture(card)?;
    run::check_losses(card)?;
    let limits = card
        .limits()
        .map_err(|error| UsageError(error.to_string()))?;
    if !card.kind.has_nucleus() && limits.iter().all(KinematicLimits::has_one_x) {
        return Err(UsageError(format!(
            "there is no spectrum: all positrons have beam.energy_gev, and E_miss is that and {ELECTRON_MASS_GEV} GeV"
        ))
        .into());
    }
    let method = card.integration.method;
    let (x, x_edges) = at.x(card)?;
    let mut spectrum = Spectrum {
        method,
        x,
        x_edges,
        dsigma_dx_pb: Vec::new(),
        error_pb: Vec::new(),
        beam_energy_gev: card.beam.energy_gev,
        seed: card.run.seed,
        runs: Vec::new(),
        alarms: Vec::new(),
        facts: facts("spectrum", card),
    };
    let found = match (method, &spectrum.x_edges) {
        (Method::MC, Some(edges)) => {
            let edges = edges.clone();
            by_monte_carlo(card, &mixture, &edges, &mut spectrum, listener)?
        }
        (_, edges) => {
            let route = run::inclusive(method, &mixture)?;
            let found = deterministic(card, listener, |goal| match edges {
                Some(edges) => route.binned_to(edges, &goal),
                None => route.spectrum_to(&spectrum.x, &goal),
            })?;
            found.iter().map(|f| (f.value_pb, f.error_pb)).collect()
        }
    };
    for (i, (value, error)) in found.into_iter().enumerate() {
        let width = spectrum.x_edges.as_ref().map_or(1.0, |e| e[i + 1] - e[i]);
        spectrum.dsigma_dx_pb.push(value / width);
        spectrum.error_pb.push(error / width);
    }
    Ok(spectrum)
}

/// (σ in the bin, error) in pb of each bin; what is said of the run goes into `spectrum`.
fn by_monte_carlo(
    card: &RunCard,
    mixture: &Mixture,
    edges: &[f64],
    spectrum: &mut Spectrum,
    listener: &mut Listener<'_>,
) -> Result<Vec<(f64, f64)>, StudyError> {
    let (low, high, bins) = (edges[0], edges[edges.len() - 1], edges.len() - 1);
    let axis = Axis::new(Observable::X, Scale::Linear, low, high, bins)
        .map_err(|error| UsageError(error.to_string()))?;
    let request = HistogramRequest {
        name: "x".to_owned(),
        axes: vec![axis],
    };
    let reports = measured(card, mixture, &[request], listener)?;
    let mut sums = vec![(0.0, 0.0); bins];
    for (part, report) in mixture.parts().iter().zip(&reports) {
        spectrum.runs.push(Measured::of(mixture, part, report));
        spectrum.alarms.extend(report.alarms.iter().cloned());
        let histogram = &report.histograms[0];
        let (values, variances) = (histogram.values(), histogram.variances());
        let fraction = part.atom_fraction;
        // Flow bins lie outside.
        for (i, sum) in sums.iter_mut().enumerate() {
            sum.0 += fraction * values[i + 1];
            sum.1 += fraction * fraction * variances[i + 1];
        }
    }
    let found = sums.into_iter();
    Ok(found
        .map(|(value, variance): (f64, f64)| (value, variance.sqrt()))
        .collect())
}
