//! `spectrum`: dσ/dx and dσ/dE_miss of a card, at points or in bins of x.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args};
use millibrem::card::{Method, RunCard};
use millibrem::generate::HistogramRequest;
use millibrem::histogram::{Axis, Observable, Scale};
use millibrem::process::{CrossSection, Mixture};
use millibrem::run;
use millibrem::study::parse_x;
use serde_json::json;

use super::failure::Failure;
use super::json::numbers;
use super::options::Common;
use super::{print, sigma};

/// Compute the missing-energy spectrum of a card
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("where").required(true).args(["at", "bins"])))]
#[command(after_help = "Examples:
  millibrem spectrum cards/na64mu-2025.toml --method quadrature \\
    --at 0.5,0.7,0.9,0.99
  millibrem spectrum cards/ldmx-2025.toml --method iww --bins 30 --json")]
pub(crate) struct Spectrum {
    /// Run card (TOML)
    card: PathBuf,
    /// Method, in place of integration.method; mc fills bins only
    #[arg(long, value_parser = PossibleValuesParser::new(Method::ALL.iter().map(|m| m.name())))]
    method: Option<String>,
    /// Relative error at which to stop, in place of integration.rel_error
    #[arg(long, value_name = "R")]
    rel_error: Option<String>,
    /// Values of x = E_miss/E0
    #[arg(long, value_name = "X1,X2", value_delimiter = ',', value_parser = parse_x)]
    at: Vec<f64>,
    /// Number of equal bins between the cuts on x; the result is the mean of dσ/dx in each
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    bins: Option<u32>,
}

/// (value, error) in pb, one a point or bin.
type Values = Vec<(f64, f64)>;

impl Spectrum {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let overrides = sigma::overrides(self.method.as_deref(), self.rel_error.as_deref());
        let card = common.load_with(&self.card, &overrides)?;
        let mixture = run::mixture(&card)?;
        let method = card.integration.method;
        let edges = self.bins.map(|n| run::bins(&card, n));
        let (found, alarms) = match (method, &edges) {
            (Method::Mc, Some(edges)) => monte_carlo(common, &card, &mixture, edges)?,
            (Method::Mc, None) => {
                return Err(Failure::Usage(
                    "method mc fills bins and has no points: use --bins, or another --method"
                        .to_owned(),
                ));
            }
            _ => {
                let route = run::inclusive(method, &mixture)?;
                let goal = run::goal(&card);
                let found = run::on_threads(&card, || match &edges {
                    Some(edges) => route.binned(edges, goal),
                    None => route.spectrum(&self.at, goal),
                })??;
                let pairs = found.iter().map(|f| (f.value_pb, f.error_pb));
                (pairs.collect(), Vec::new())
            }
        };
        let width = |i: usize| edges.as_ref().map_or(1.0, |e| e[i + 1] - e[i]);
        let center = |i: usize| match &edges {
            Some(e) => 0.5 * (e[i] + e[i + 1]),
            None => self.at[i],
        };
        let e0 = card.beam.energy_gev;
        let x: Vec<f64> = (0..found.len()).map(center).collect();
        let values = found.iter().enumerate();
        let (value, error): (Vec<f64>, Vec<f64>) = values
            .map(|(i, f)| (f.0 / width(i), f.1 / width(i)))
            .unzip();
        let trusted = Failure::unless_trusted(&alarms);
        if common.json {
            let per_energy: Vec<f64> = value.iter().map(|v| v / e0).collect();
            let e_miss: Vec<f64> = x.iter().map(|x| x * e0).collect();
            let document = json!({
                "method": method.name(),
                "x": x,
                "dsigma_dx_pb": numbers(&value),
                "error_pb": numbers(&error),
                "e_miss_gev": e_miss,
                "dsigma_de_miss_pb_per_gev": numbers(&per_energy),
                "x_edges": edges,
                "seed": card.run.seed,
                "alarms": alarms,
            });
            return print::judged(document, trusted);
        }
        print::line("x,e_miss_gev,dsigma_dx_pb,error_pb,dsigma_de_miss_pb_per_gev")?;
        for ((x, value), error) in x.iter().zip(&value).zip(&error) {
            let (e_miss, per_energy) = (x * e0, value / e0);
            print::line(&format!(
                "{x:?},{e_miss:?},{value:.9e},{error:.1e},{per_energy:.9e}"
            ))?;
        }
        trusted
    }
}

/// (σ in the bin, error) in pb of each bin, and the run's alarms.
fn monte_carlo(
    common: &Common,
    card: &RunCard,
    mixture: &Mixture,
    edges: &[f64],
) -> Result<(Values, Vec<String>), Failure> {
    let (low, high, bins) = (edges[0], edges[edges.len() - 1], edges.len() - 1);
    let axis = Axis::new(Observable::X, Scale::Linear, low, high, bins)
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let request = HistogramRequest {
        name: "x".to_owned(),
        axes: vec![axis],
    };
    let reports = sigma::measured(common.quiet, card, mixture, &[request])?;
    let mut sums = vec![(0.0, 0.0); bins];
    for (part, report) in mixture.parts().iter().zip(&reports) {
        let histogram = &report.histograms[0];
        let (values, variances) = (histogram.values(), histogram.variances());
        let fraction = part.atom_fraction;
        // Flow bins lie outside.
        for (i, sum) in sums.iter_mut().enumerate() {
            sum.0 += fraction * values[i + 1];
            sum.1 += fraction * fraction * variances[i + 1];
        }
    }
    let found = sums
        .iter()
        .map(|(value, variance)| (*value, variance.sqrt()));
    let alarms = reports.iter().flat_map(|report| report.alarms.clone());
    Ok((found.collect(), alarms.collect()))
}
