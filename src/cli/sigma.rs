//! `sigma`: the total cross section of a card by one method.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use clap::builder::PossibleValuesParser;
use millibrem::card::{Method, Override, RunCard};
use millibrem::generate::Generator;
use millibrem::process::{Setup, quadrature};
use serde_json::json;

use super::failure::Failure;
use super::options::Common;
use super::progress::{self, Bars};
use super::{prepare, print};

/// Compute the total cross section of a card
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem sigma cards/na64mu-2025.toml --method mc --rel-error 1e-3
  millibrem sigma cards/ldmx-2025.toml --set dark_sector.m_chi_gev=0.1 --json")]
pub(crate) struct Sigma {
    /// Run card (TOML)
    card: PathBuf,
    /// Method, in place of integration.method
    #[arg(long, value_parser = PossibleValuesParser::new(Method::ALL.iter().map(|m| m.name())))]
    method: Option<String>,
    /// Relative error at which to stop, in place of integration.rel_error
    #[arg(long, value_name = "R")]
    rel_error: Option<String>,
}

impl Sigma {
    fn overrides(&self) -> Vec<Override> {
        let method = self.method.iter();
        let rel_error = self.rel_error.iter();
        method
            .map(|name| Override::by_option("--method", "integration.method", name))
            .chain(
                rel_error.map(|r| Override::by_option("--rel-error", "integration.rel_error", r)),
            )
            .collect()
    }

    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let card = common.load_with(&self.card, &self.overrides())?;
        let setup = prepare::setup(&card)?;
        let method = card.integration.method;
        let start = Instant::now();
        let found = match method {
            Method::Mc => monte_carlo(common, &card, &setup)?,
            Method::Quadrature => {
                let integral = quadrature::sigma(&setup, card.integration.rel_error)?;
                Found {
                    value_pb: integral.value_pb,
                    error_pb: integral.error_pb,
                    n_eval: integral.n_eval,
                    chi2_dof: None,
                    alarms: Vec::new(),
                }
            }
            Method::Ww | Method::Iww | Method::Wwa => {
                return Err(Failure::Usage(format!(
                    "method {} is not available for sigma",
                    method.name()
                )));
            }
        };
        let wall_s = start.elapsed().as_secs_f64();
        match common.json {
            true => print::json(&json!({
                "method": method.name(),
                "sigma_pb": found.value_pb,
                "error_pb": found.error_pb,
                "chi2_dof": found.chi2_dof,
                "n_eval": found.n_eval,
                "wall_s": wall_s,
                "seed": card.run.seed,
                "alarms": found.alarms,
            }))?,
            false => print::line(&format!(
                "sigma = {} pb  ({}, {} evaluations, {wall_s:.2} s)",
                progress::value_error(found.value_pb, found.error_pb),
                method.name(),
                found.n_eval,
            ))?,
        }
        Failure::unless_trusted(&found.alarms)
    }
}

/// What any method finds.
struct Found {
    value_pb: f64,
    error_pb: f64,
    n_eval: u64,
    chi2_dof: Option<f64>,
    alarms: Vec<String>,
}

fn monte_carlo(common: &Common, card: &RunCard, setup: &Setup) -> Result<Found, Failure> {
    let mut bars = Bars::new(common.quiet);
    let mut generator = Generator::new(setup, prepare::settings(card, 0))?;
    generator.adapt(&mut |p| bars.hear(p))?;
    let report = generator.measure(&[], &mut |p| bars.hear(p))?;
    bars.done();
    bars.say(progress::table(&report.cross_section.iterations).trim_end());
    Ok(Found {
        value_pb: report.cross_section.value_pb,
        error_pb: report.cross_section.error_pb,
        n_eval: report.n_eval,
        chi2_dof: Some(report.cross_section.chi2_dof),
        alarms: report.alarms,
    })
}
