//! `spectrum`: dσ/dx and dσ/dE_miss of a card, at points or in bins of x.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use millibrem::process::Method;
use millibrem::study::{self, Where, parse_x};
use millibrem::table::Cell;
use serde_json::json;

use super::failure::Failure;
use super::json::numbers;
use super::options::{Common, Tracks};
use super::output::TablePlace;
use super::progress::Bars;
use super::{print, sigma};

/// Compute the missing-energy spectrum of a card
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("where").required(true).args(["at", "bins"])))]
#[command(after_help = "Examples:
  millibrem spectrum cards/na64mu-2025.toml --method quadrature \\
    --at 0.5,0.7,0.9,0.99
  millibrem spectrum cards/ldmx-2025.toml --method iww --bins 30 --json

The table is written to spectrum-METHOD.csv and .h5, which plot lays over each other.")]
pub(crate) struct Spectrum {
    /// Run card (TOML)
    card: PathBuf,
    /// Method, in place of integration.method; mc fills bins only
    #[arg(long, value_parser = super::options::methods(Method::ALL))]
    method: Option<String>,
    /// Relative error at which to stop, in place of integration.rel_error
    #[arg(long, value_name = "R")]
    rel_error: Option<String>,
    #[command(flatten)]
    tracks: Tracks,
    /// Values of x = E_miss/E0
    #[arg(long, value_name = "X1,X2", value_delimiter = ',', value_parser = parse_x)]
    at: Vec<f64>,
    /// Number of equal bins between the cuts on x; the result is the mean of dσ/dx in each
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    bins: Option<u32>,
}

impl Spectrum {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let mut overrides = sigma::overrides(self.method.as_deref(), self.rel_error.as_deref());
        overrides.extend(self.tracks.overrides());
        let card = common.load_with(&self.card, &overrides)?;
        let at = match self.bins {
            Some(n) => Where::Bins(n),
            None => Where::At(self.at.clone()),
        };
        let method = card.integration.method.name();
        let names = ["csv", "h5"].map(|ending| format!("spectrum-{method}.{ending}"));
        let (header, (x, _)) = (at.header(&card), at.x(&card)?);
        let comes_again = |row: &[Cell]| row[0].number().is_some_and(|old| x.contains(&old));
        let place = TablePlace::take(common, &card, &names, [&self.card], &header, comes_again)?;
        common.say_losses(&card);
        let mut bars = Bars::new(common.quiet);
        let found = study::spectrum(&card, &at, &mut |p| bars.hear(p))?;
        sigma::told(&bars, &found.runs);
        let table = found.table();
        let path = place.write(&table, common.force)?;
        let trusted = Failure::unless_trusted(&found.alarms);
        if common.json {
            let document = json!({
                "method": method,
                "x": found.x,
                "dsigma_dx_pb": numbers(&found.dsigma_dx_pb),
                "error_pb": numbers(&found.error_pb),
                "e_miss_gev": found.e_miss_gev(),
                "dsigma_de_miss_pb_per_gev": numbers(&found.dsigma_de_miss_pb_per_gev()),
                "x_edges": found.x_edges,
                "seed": found.seed,
                "output": path,
                "alarms": found.alarms,
            });
            return print::judged(document, trusted);
        }
        print::table(&table)?;
        if !common.quiet {
            print::note(&format!("wrote {}", path.display()));
        }
        trusted
    }
}
