//! `sigma`: the total cross section of a card by one method.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use millibrem::card::Override;
use millibrem::process::Method;
use millibrem::study;
use millibrem::study::sigma::{Measured, Nuclear};
use serde_json::{Value, json};

use super::failure::Failure;
use super::json::number;
use super::options::{Common, Tracks};
use super::print;
use super::progress::{self, Bars};

/// Compute the total cross section of a card
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem sigma cards/na64mu-2025.toml --method mc --rel-error 1e-3
  millibrem sigma cards/ldmx-2025.toml --set dark_sector.m_chi_gev=0.1 --json")]
pub(crate) struct Sigma {
    /// Run card (TOML)
    card: PathBuf,
    /// Method, in place of integration.method
    #[arg(long, value_parser = super::options::methods(Method::ALL))]
    method: Option<String>,
    /// Relative error at which to stop, in place of integration.rel_error
    #[arg(long, value_name = "R")]
    rel_error: Option<String>,
    #[command(flatten)]
    tracks: Tracks,
}

impl Sigma {
    fn overrides(&self) -> Vec<Override> {
        let mut all = overrides(self.method.as_deref(), self.rel_error.as_deref());
        all.extend(self.tracks.overrides());
        all
    }

    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let card = common.load_with(&self.card, &self.overrides())?;
        common.say_losses(&card);
        let mut bars = Bars::new(common.quiet);
        let start = Instant::now();
        let found = study::sigma(&card, &mut |p| bars.hear(p))?;
        let wall_s = start.elapsed().as_secs_f64();
        told(&bars, &found.runs);
        let trusted = Failure::unless_trusted(&found.alarms);
        if common.json {
            let document = json!({
                "method": found.method.name(),
                "sigma_pb": number(found.value_pb),
                "error_pb": number(found.error_pb),
                "chi2_dof": number(found.chi2_dof),
                "n_eval": found.n_eval,
                "atoms_per_cm2": number(found.yields.map(|(atoms, _)| atoms)),
                "yield_per_lepton": number(found.yields.map(|(_, yielded)| yielded)),
                "nuclei": found.nuclei.iter().map(nuclear).collect::<Vec<_>>(),
                "wall_s": wall_s,
                "seed": found.seed,
                "alarms": found.alarms,
            });
            return print::judged(document, trusted);
        }
        print::line(&format!(
            "sigma = {} pb  ({}, {} evaluations, {wall_s:.2} s)",
            progress::value_error(found.value_pb, found.error_pb),
            found.method.name(),
            found.n_eval,
        ))?;
        if let Some((_, yielded)) = found.yields {
            print::line(&format!("  {yielded:.4e} for each particle of the beam"))?;
        }
        if let several @ [_, _, ..] = &found.nuclei[..] {
            for nucleus in several {
                print::line(&line(nucleus))?;
            }
        }
        trusted
    }
}

/// Says how a Monte Carlo went.
pub(crate) fn told(bars: &Bars, runs: &[Measured]) {
    bars.done();
    for run in runs {
        if let Some(name) = &run.nucleus {
            bars.say(&format!("on {name}:"));
        }
        bars.say(progress::table(&run.iterations).trim_end());
        for note in &run.notes {
            bars.say(&format!("note: {note}"));
        }
    }
}

fn nuclear(nucleus: &Nuclear) -> Value {
    json!({
        "element": nucleus.name,
        "nucleus": nucleus.pdg_id,
        "atom_fraction": number(nucleus.atom_fraction),
        "sigma_pb": number(nucleus.sigma_pb),
        "error_pb": number(nucleus.error_pb),
    })
}

fn line(nucleus: &Nuclear) -> String {
    format!(
        "  {:<6} {:>8.4} % of the atoms, {} pb",
        nucleus.name,
        100.0 * nucleus.atom_fraction,
        progress::value_error(nucleus.sigma_pb, nucleus.error_pb)
    )
}

/// `--method` and `--rel-error` in place of the card's values.
pub(crate) fn overrides(method: Option<&str>, rel_error: Option<&str>) -> Vec<Override> {
    let method = method.map(|m| Override::by_option("--method", "integration.method", m));
    let goal = rel_error.map(|r| Override::by_option("--rel-error", "integration.rel_error", r));
    method.into_iter().chain(goal).collect()
}
