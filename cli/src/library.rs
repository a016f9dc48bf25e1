//! `library`: events at several energies and on several elements for G4DarkBreM.

use std::path::PathBuf;

use clap::Args;
use millibrem::card::Override;
use millibrem_files::export::Format;
use millibrem_files::job::{Library as Plan, LibraryPoint, LibraryReport};
use serde_json::{Value, json};

use super::failure::Failure;
use super::json::number;
use super::options::Common;
use super::progress::{self, Bars};
use super::{generate, interrupt, output, print};

/// Make a library of events for G4DarkBreM at several energies and on several elements
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem library cards/ldmx-2025.toml --energies 4,6,8 --elements W,Cu \\
    --set cuts.x_min=0 -o library.csv.gz
  millibrem library cards/na64mu-2025.toml --energies 60..160:log:6 \\
    --events 5e4 --to g4darkbrem-lhe -o library

Each energy and element is a run of the card, unweighted, in a file of its own in the folder of the card; \
what is there already is not made again. G4DarkBreM reads a table (.csv, .csv.gz) or all files of a folder. \
Cuts on x are relative to the energy of each point: events below the cut are missing from the library.")]
pub(crate) struct Library {
    /// Run card (TOML)
    card: PathBuf,
    /// Energies of the beam in GeV: LO..HI:log|lin:N or A,B,C
    #[arg(long, value_name = "VALUES")]
    energies: String,
    /// Elements or isotopes of the target, as W,Cu [default: the target of the card]
    #[arg(long, value_name = "VALUES")]
    elements: Option<String>,
    /// Events of each point, in place of events.count
    #[arg(long, value_name = "N", value_parser = generate::count)]
    events: Option<u64>,
    /// Format: g4darkbrem-csv or g4darkbrem-lhe
    #[arg(long, value_name = "FORMAT", default_value = "g4darkbrem-csv")]
    to: Format,
    /// File (.csv, .csv.gz: all points in one table) or folder (a file a point) to write [default:
    /// library.csv, or library, in the folder of the card]
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
}

impl Library {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        interrupt::note();
        let source = common.source(&self.card, &self.overrides())?;
        let folder = output::folder(common, &source.card()?.run.name);
        let output = self.output.clone().unwrap_or_else(|| {
            let name = match self.to.definition().joins() {
                true => "library.csv",
                false => "library",
            };
            folder.join(name)
        });
        let plan = Plan::of(
            &source,
            (&self.energies, self.elements.as_deref()),
            (self.to, &output),
            &folder.join("points"),
            common.force,
        )?;
        let mut bars = Bars::new(common.quiet);
        let made = plan.make(&mut bars);
        bars.done();
        let made = made?;
        for warning in &made.export.warnings {
            bars.say(&format!("warning: {warning}"));
        }
        let alarms: Vec<String> = made.points.iter().flat_map(alarms).collect();
        for alarm in &alarms {
            bars.say(&format!("NOT TO BE TRUSTED: {alarm}"));
        }
        let trusted = Failure::unless_trusted(&alarms);
        let output = output.display().to_string();
        if common.json {
            return print::judged(self.json(&made, &output, &alarms), trusted);
        }
        for point in &made.points {
            let sigma = &point.cross_section;
            let value = progress::value_error(sigma.value_pb, sigma.error_pb);
            let (n, run) = (point.n_events, point.run.display());
            print::line(&format!("{n} events, sigma = {value} pb  {run}"))?;
        }
        print::line(&format!("{} events in {output}", made.export.n_events))?;
        trusted
    }

    /// A library has no weights.
    fn overrides(&self) -> Vec<Override> {
        let set = |key: &str, value: &str| Override::by_option("library", key, value);
        let count = self.events.map(|n| n.to_string());
        let count = count.map(|n| Override::by_option("--events", "events.count", &n));
        let equal = [
            set("events.mode", "unweighted"),
            set("events.max_weight", "1"),
        ];
        equal.into_iter().chain(count).collect()
    }

    fn json(&self, made: &LibraryReport, output: &str, alarms: &[String]) -> Value {
        json!({
            "n_events": made.export.n_events,
            "points": made.points.iter().map(point).collect::<Vec<_>>(),
            "format": self.to.name(),
            "output": output,
            "warnings": made.export.warnings,
            "alarms": alarms,
        })
    }
}

/// The alarms of a point with its file.
fn alarms(point: &LibraryPoint) -> Vec<String> {
    let named = |alarm: &String| format!("{}: {alarm}", point.run.display());
    point.alarms.iter().map(named).collect()
}

fn point(point: &LibraryPoint) -> Value {
    let sigma = &point.cross_section;
    json!({
        "energy_gev": number(point.energy_gev),
        "nuclei": point.nuclei,
        "sigma_pb": number(sigma.value_pb),
        "error_pb": number(sigma.error_pb),
        "n_events": point.n_events,
        "run": point.run.display().to_string(),
    })
}
