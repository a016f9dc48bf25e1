//! `reweight`: the events of a run get a weight for another choice of |M|².

use std::path::PathBuf;

use clap::Args;
use millibrem::record::FurtherWeight;
use millibrem_files::hdf5::RunReader;
use millibrem_files::job;
use serde_json::{Value, json};

use super::failure::Failure;
use super::json::number;
use super::options::Common;
use super::progress::{self, Bars};
use super::{interrupt, print, unsealed};

/// Give the events of a run weights for another form factor, spin or coupling
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem reweight output/na64mu-2025/run.h5 \\
    --set target.form_factor=helm
  millibrem reweight run.h5 --name scalar --set dark_sector.spin=scalar

The events stay as they are and get one more column, weight_<name>, whose mean is sigma of that choice; \
masses, energies and cuts stay, since they decide which events there are. A card asks for the same with \
[[weight]]. The file is replaced as a whole once it is complete.")]
pub(crate) struct Reweight {
    /// The run file
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// Name of the weight: letters, digits and _ [default: the first value that is set]
    #[arg(long)]
    name: Option<String>,
}

impl Reweight {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let set = common.settings();
        let Some(first) = set.first() else {
            return Err(Failure::Usage(
                "say what is to be different, such as --set target.form_factor=helm".to_owned(),
            ));
        };
        let name = match &self.name {
            Some(name) => name.clone(),
            None => name_of(first),
        };
        let threads = common.thread_count()?;
        unsealed::look_at(std::slice::from_ref(&self.run), common.quiet)?;
        interrupt::note();
        let mut bars = Bars::new(common.quiet);
        let found = job::reweight(&self.run, &name, set, threads, &mut bars);
        bars.done();
        let found = found?;
        let sigma = RunReader::open(&self.run)?.cross_section()?;
        if common.json {
            return print::json(json!({
                "weight": as_json(&found, sigma.value_pb),
                "output": self.run.display().to_string(),
            }));
        }
        print::line(&in_words(&found, sigma.value_pb))
    }
}

/// A name for a weight from `section.key=value`: the value, as far as it fits.
fn name_of(setting: &str) -> String {
    let value = setting.split_once('=').map_or(setting, |(_, value)| value);
    let fit = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = value.trim().chars().map(fit).collect();
    name.trim_matches('_').to_owned()
}

/// One line of a weight: what its σ is, and what its events are worth.
pub(super) fn in_words(weight: &FurtherWeight, sigma_pb: f64) -> String {
    if weight.ratio.is_nan() {
        return format!("{}: no sigma, which would follow from events", weight.name);
    }
    let (ratio, unsure) = match weight.ratio_error.is_finite() {
        true => (progress::value_error(weight.ratio, weight.ratio_error), ""),
        false => (format!("{:.6}", weight.ratio), ", too few for an error"),
    };
    format!(
        "{}: sigma {:.6e} pb, {ratio} times that of the run; {:.0} effective events{unsure}",
        weight.name,
        weight.ratio * sigma_pb,
        weight.effective_sample_size
    )
}

/// The same as JSON.
pub(super) fn as_json(weight: &FurtherWeight, sigma_pb: f64) -> Value {
    json!({
        "name": weight.name,
        "description": weight.description,
        "sigma_pb": number(weight.ratio * sigma_pb),
        "ratio": number(weight.ratio),
        "ratio_error": number(weight.ratio_error),
        "effective_sample_size": number(weight.effective_sample_size),
    })
}
