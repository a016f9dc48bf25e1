//! `sigma`: the total cross section of a card by one method.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use clap::builder::PossibleValuesParser;
use millibrem::card::{Method, Override, RunCard};
use millibrem::generate::{Generator, HistogramRequest, SigmaReport};
use millibrem::process::{Mixture, Part};
use millibrem::run;
use serde_json::{Value, json};

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
        let mixture = run::mixture(&card)?;
        let method = card.integration.method;
        let start = Instant::now();
        let found = Found::by(common.quiet, &card, &mixture)?;
        let wall_s = start.elapsed().as_secs_f64();
        let trusted = Failure::unless_trusted(&found.alarms);
        if common.json {
            let document = json!({
                "method": method.name(),
                "sigma_pb": number(found.value_pb),
                "error_pb": number(found.error_pb),
                "chi2_dof": number(found.chi2_dof),
                "n_eval": found.n_eval,
                "nuclei": found.nuclei.iter().map(Nuclear::json).collect::<Vec<_>>(),
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
        if let several @ [_, _, ..] = &found.nuclei[..] {
            for nucleus in several {
                print::line(&nucleus.line())?;
            }
        }
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
    /// What each nucleus of the target gives.
    nuclei: Vec<Nuclear>,
}

/// σ on one nucleus of a target.
struct Nuclear {
    name: String,
    pdg_id: i32,
    atom_fraction: f64,
    sigma_pb: f64,
    error_pb: f64,
}

impl Nuclear {
    fn of(part: &Part, sigma_pb: f64, error_pb: f64) -> Self {
        Self {
            name: part.name.clone(),
            pdg_id: part.process.target().pdg_id,
            atom_fraction: part.atom_fraction,
            sigma_pb,
            error_pb,
        }
    }

    fn json(&self) -> Value {
        json!({
            "element": self.name,
            "nucleus": self.pdg_id,
            "atom_fraction": number(self.atom_fraction),
            "sigma_pb": number(self.sigma_pb),
            "error_pb": number(self.error_pb),
        })
    }

    fn line(&self) -> String {
        format!(
            "  {:<6} {:>8.4} % of the atoms, {} pb",
            self.name,
            100.0 * self.atom_fraction,
            progress::value_error(self.sigma_pb, self.error_pb)
        )
    }
}

impl Found {
    /// σ per atom of the target by the method of the card.
    pub(crate) fn by(quiet: bool, card: &RunCard, mixture: &Mixture) -> Result<Self, Failure> {
        let method = card.integration.method;
        if method == Method::Mc {
            return monte_carlo(quiet, card, mixture);
        }
        let route = run::inclusive(method, mixture)?;
        let each = run::on_threads(card, || route.sigma_of_each(run::goal(card)))??;
        let integral = route.total(&each);
        let parts = mixture.parts().iter().zip(&each);
        Ok(Self {
            value_pb: integral.value_pb,
            error_pb: integral.error_pb,
            n_eval: integral.n_eval,
            chi2_dof: None,
            alarms: Vec::new(),
            nuclei: parts
                .map(|(part, found)| Nuclear::of(part, found.value_pb, found.error_pb))
                .collect(),
        })
    }
}

/// One run for each nucleus, with errors that are independent.
fn monte_carlo(quiet: bool, card: &RunCard, mixture: &Mixture) -> Result<Found, Failure> {
    let mut found = Found {
        value_pb: 0.0,
        error_pb: 0.0,
        n_eval: 0,
        chi2_dof: None,
        alarms: Vec::new(),
        nuclei: Vec::new(),
    };
    let mut variance = 0.0;
    for (part, report) in mixture
        .parts()
        .iter()
        .zip(measured(quiet, card, mixture, &[])?)
    {
        let cross_section = report.cross_section;
        let (value_pb, error_pb) = (cross_section.value_pb, cross_section.error_pb);
        found.value_pb += part.atom_fraction * value_pb;
        variance += (part.atom_fraction * error_pb).powi(2);
        found.n_eval += report.n_eval;
        found.alarms.extend(report.alarms);
        found.nuclei.push(Nuclear::of(part, value_pb, error_pb));
        found.error_pb = error_pb;
        found.chi2_dof = Some(cross_section.chi2_dof);
    }
    if found.nuclei.len() > 1 {
        found.error_pb = variance.sqrt();
        found.chi2_dof = None;
    }
    Ok(found)
}

/// σ and histograms of every nucleus of the target by Monte Carlo, with seeds that follow each other.
pub(crate) fn measured(
    quiet: bool,
    card: &RunCard,
    mixture: &Mixture,
    histograms: &[HistogramRequest],
) -> Result<Vec<SigmaReport>, Failure> {
    let several = mixture.parts().len() > 1;
    let one = |(i, part): (u64, &Part)| {
        let mut bars = Bars::new(quiet);
        if several {
            bars.say(&format!("on {}:", part.name));
        }
        let mut settings = run::settings(card, 0);
        settings.seed = settings.seed.wrapping_add(i);
        let mut generator = Generator::new(Arc::clone(&part.process), settings)?;
        generator.adapt(&mut |p| bars.hear(p))?;
        let mut report = generator.measure(histograms, &mut |p| bars.hear(p))?;
        bars.done();
        bars.say(progress::table(&report.cross_section.iterations).trim_end());
        run::note(card)
            .iter()
            .chain(&report.notes)
            .for_each(|note| bars.say(&format!("note: {note}")));
        if several {
            let alarms = report.alarms.iter();
            report.alarms = alarms.map(|a| format!("on {}: {a}", part.name)).collect();
        }
        Ok(report)
    };
    (0..).zip(mixture.parts()).map(one).collect()
}
