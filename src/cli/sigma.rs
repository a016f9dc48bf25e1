//! `sigma`: the total cross section of a card by one method.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use millibrem::card::{Method, Override};

use super::failure::Failure;
use super::options::Common;

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
        Err(Failure::Run(format!(
            "this build has no method {}",
            card.integration.method.name()
        )))
    }
}
