//! `generate`: events, histograms and the total cross section of a card, into `run.h5`.

use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use super::options::Common;
use super::output;

/// Generate events, histograms and the cross section of a card into run.h5
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem generate cards/na64mu-2025.toml
  millibrem generate cards/na64mu-2025.toml --set events.count=1e5 --seed 7 --out /tmp/run")]
pub(crate) struct Generate {
    /// Run card (TOML)
    card: PathBuf,
}

impl Generate {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let card = common.load(&self.card)?;
        let file = output::run_file(common, &card.run.name)?;
        let _ = (common.quiet, common.json);
        Err(Failure::Run(format!(
            "this build cannot generate {}",
            file.display()
        )))
    }
}
