//! `sigma`: the total cross section of a card by one method.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use clap::builder::PossibleValuesParser;
use millibrem::card::{Method, Override, RunCard};
use millibrem::generate::{Generator, HistogramRequest, SigmaReport};
use millibrem::process::Setup;
use millibrem::run;
use serde_json::json;

use super::failure::Failure;
use super::json::number;
use super::options::Common;
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
    #[arg(long, value_parser = PossibleValuesParser::new(Method::ALL.iter().map(|m| m.name())))]
    method: Option<String>,
    /// Relative error at which to stop, in place of integration.rel_error
    #[arg(long, value_name = "R")]
    rel_error: Option<String>,
}

impl Sigma {
    fn overrides(&self) -> Vec<Override> {
        overrides(self.method.as_deref(), self.rel_error.as_deref())
    }

    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let card = common.load_with(&self.card, &self.overrides())?;
        let setup = run::setup(&card)?;
        let method = card.integration.method;
        let start = Instant::now();
        let found = Found::by(common.quiet, &card, &setup)?;
        let wall_s = start.elapsed().as_secs_f64();
        let trusted = Failure::unless_trusted(&found.alarms);
        if common.json {
            let document = json!({
                "method": method.name(),
                "sigma_pb": number(found.value_pb),
                "error_pb": number(found.error_pb),
                "chi2_dof": number(found.chi2_dof),
                "n_eval": found.n_eval,
                "wall_s": wall_s,
                "seed": card.run.seed,
                "alarms": found.alarms,
            });
            return print::judged(document, trusted);
        }
        print::line(&format!(
            "sigma = {} pb  ({}, {} evaluations, {wall_s:.2} s)",
            progress::value_error(found.value_pb, found.error_pb),
            method.name(),
            found.n_eval,
        ))?;
        trusted
    }
}

/// `--method` and `--rel-error` in place of the card's values.
pub(crate) fn overrides(method: Option<&str>, rel_error: Option<&str>) -> Vec<Override> {
    let method = method.map(|m| Override::by_option("--method", "integration.method", m));
    let goal = rel_error.map(|r| Override::by_option("--rel-error", "integration.rel_error", r));
    method.into_iter().chain(goal).collect()
}

/// What any method finds.
pub(crate) struct Found {
    pub(crate) value_pb: f64,
    pub(crate) error_pb: f64,
    pub(crate) n_eval: u64,
    chi2_dof: Option<f64>,
    pub(crate) alarms: Vec<String>,
}

impl Found {
    /// σ of `setup` by the method of the card.
    pub(crate) fn by(quiet: bool, card: &RunCard, setup: &Setup) -> Result<Self, Failure> {
        let method = card.integration.method;
        if method == Method::Mc {
            return monte_carlo(quiet, card, setup);
        }
        let route = run::inclusive(method, setup)?;
        let integral = run::on_threads(card, || route.sigma(run::goal(card)))??;
        Ok(Self {
            value_pb: integral.value_pb,
            error_pb: integral.error_pb,
            n_eval: integral.n_eval,
            chi2_dof: None,
            alarms: Vec::new(),
        })
    }
}

fn monte_carlo(quiet: bool, card: &RunCard, setup: &Setup) -> Result<Found, Failure> {
    let report = measured(quiet, card, setup, &[], 0)?;
    Ok(Found {
        value_pb: report.cross_section.value_pb,
        error_pb: report.cross_section.error_pb,
        n_eval: report.n_eval,
        chi2_dof: Some(report.cross_section.chi2_dof),
        alarms: report.alarms,
    })
}

/// σ and histograms by Monte Carlo, the latter from `min_neval` points or more.
pub(crate) fn measured(
    quiet: bool,
    card: &RunCard,
    setup: &Setup,
    histograms: &[HistogramRequest],
    min_neval: u64,
) -> Result<SigmaReport, Failure> {
    let mut bars = Bars::new(quiet);
    let mut generator = Generator::new(setup.into(), run::settings(card, min_neval))?;
    generator.adapt(&mut |p| bars.hear(p))?;
    let report = generator.measure(histograms, &mut |p| bars.hear(p))?;
    bars.done();
    bars.say(progress::table(&report.cross_section.iterations).trim_end());
    run::note(card)
        .iter()
        .chain(&report.notes)
        .for_each(|note| bars.say(&format!("note: {note}")));
    Ok(report)
}
