//! `export`: the events of a run file in another format.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use millibrem::beam::Lepton;
use millibrem::card::RunCard;
use millibrem::io::export::{ExportOptions, Format, VertexDepth, export};
use millibrem::io::hdf5::RunReader;
use millibrem::target::straggling;
use serde_json::json;

use super::failure::Failure;
use super::options::Common;
use super::print;

/// Write the events of a run file in another format
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem export output/na64mu-2025/run.h5 --to lhe
  millibrem export output/ldmx-2025/run.h5 --to ldmx-lhe --drop-nucleus --vertex uniform
  millibrem export output/ldmx-2025/run.h5 --to g4darkbrem-csv -o library.csv.gz

Formats: lhe, ldmx-lhe, g4darkbrem-lhe, g4darkbrem-csv, hepmc3, lheh5, csv.")]
pub(crate) struct Export {
    /// Run file (HDF5)
    run: PathBuf,
    /// Format to write
    #[arg(long, value_name = "FORMAT")]
    to: Format,
    /// File to write; a name ending in .gz compresses [default: beside the run file]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Leave out the recoiling nucleus, which Geant4 may not know
    #[arg(long)]
    drop_nucleus: bool,
    /// Where in the target the events happen, z = 0 being its front
    #[arg(long, value_enum, default_value_t = Vertex::Origin)]
    vertex: Vertex,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Vertex {
    /// All at z = 0
    Origin,
    /// The same probability everywhere along the beam
    Uniform,
    /// As long as an electron has half its energy, losing it by bremsstrahlung
    Straggling,
}

/// Share of its energy an electron needs to count, as in the effective length of [TW66].
const ENERGY_SHARE: f64 = 0.5;
/// Steps of the table of depths.
const QUANTILES: usize = 1024;

impl Export {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let run = RunReader::open(&self.run)?;
        let output = self.output.clone().unwrap_or_else(|| match &common.out {
            Some(folder) => folder.join(
                self.to
                    .default_path(&self.run)
                    .file_name()
                    .unwrap_or_default(),
            ),
            None => self.to.default_path(&self.run),
        });
        let options = ExportOptions {
            drop_nucleus: self.drop_nucleus,
            vertex: self.vertex(&run)?,
            replace: common.force,
        };
        let report = export(&run, self.to, &output, &options)?;
        if !common.quiet {
            report
                .warnings
                .iter()
                .for_each(|warning| eprintln!("warning: {warning}"));
        }
        let output = report.output.display();
        match common.json {
            true => print::json(json!({
                "n_events": report.n_events,
                "output": output.to_string(),
                "format": self.to.name(),
                "warnings": report.warnings,
            })),
            false => print::line(&format!("{} events in {output}", report.n_events)),
        }
    }

    /// The law of the depth, with the thickness the card of the run gives.
    fn vertex(&self, run: &RunReader) -> Result<Option<VertexDepth>, Failure> {
        if self.vertex == Vertex::Origin {
            return Ok(None);
        }
        let file = format!("the card in {}", run.path().display());
        let card = RunCard::parse(&file, "run", &run.header().card, &[])?;
        let target = &card.target.material;
        let needs = |what: &str| Failure::Usage(format!("{file} gives the target no {what}"));
        let thickness_mm = 10.0 * target.thickness_cm.ok_or_else(|| needs("thickness"))?;
        if self.vertex == Vertex::Uniform {
            return Ok(Some(VertexDepth::uniform(thickness_mm)));
        }
        if matches!(card.beam.lepton, Lepton::Muon | Lepton::AntiMuon) {
            let words = "has a beam of muons, which do not lose their energy by bremsstrahlung";
            return Err(Failure::Usage(format!(
                "{file} {words}; --vertex uniform fits them"
            )));
        }
        let x0_mm = 10.0
            * target
                .radiation_length_cm
                .ok_or_else(|| needs("radiation length"))?;
        let depths_x0 =
            straggling::collision_depth_quantiles_x0(thickness_mm / x0_mm, ENERGY_SHARE, QUANTILES);
        Ok(VertexDepth::from_quantiles(
            depths_x0.iter().map(|t| t * x0_mm).collect(),
        ))
    }
}
