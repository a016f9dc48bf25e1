//! `export`: the events of a run file in another format.

use std::io::BufWriter;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use millibrem::beam::Projectile;
use millibrem::card::{CardError, RunCard};
use millibrem::event::Scalar;
use millibrem::matter::straggling;
use millibrem::run::thread_count;
use millibrem_files::IoError;
use millibrem_files::export::{
    ExportOptions, ExportReport, Format, VertexDepth, Weights, export, export_into,
};
use millibrem_files::hdf5::RunReader;
use serde_json::json;

use super::failure::Failure;
use super::options::Common;
use super::{print, unsealed};

/// Write the events of a run file in another format
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem export output/na64mu-2025/run.h5 --to lhe
  millibrem export output/ldmx-2025/run.h5 --to ldmx-lhe \\
    --drop-nucleus --vertex uniform
  millibrem export output/ldmx-2025/run.h5 --to g4darkbrem-csv \\
    --unweight -o library.csv.gz
  millibrem export output/na64mu-2025/run.h5 --to lhe --for pythia8
  millibrem export output/na64mu-2025/run.h5 --to csv -o - | head

Formats: lhe, pythia8-lhe, ldmx-lhe, g4darkbrem-lhe, g4darkbrem-csv, hepmc3, hepevt, lheh5, csv. Those for ldmx-sw, \
G4DarkBreM and hepevt have no weights: events whose weights differ need --unweight or --drop-weights.")]
pub(crate) struct Export {
    /// Run file (HDF5)
    run: PathBuf,
    /// Format to write
    #[arg(long, value_name = "FORMAT")]
    to: Format,
    /// The form of the format that a program takes: pythia8, ldmx or g4darkbrem
    #[arg(long = "for", value_name = "PROGRAM")]
    program: Option<String>,
    /// File to write, - for standard output; a name ending in .gz compresses [default: beside the
    /// run file]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Leave out the recoiling nucleus, which Geant4 may not know
    #[arg(long)]
    drop_nucleus: bool,
    /// Where in the target the events happen, z = 0 being its front
    #[arg(long, value_enum, default_value_t = Vertex::Origin)]
    vertex: Vertex,
    /// Put the front of the target at this z instead of 0: -17.5 where z = 0 is the middle of a
    /// target of 35 mm
    #[arg(
        long,
        value_name = "MM",
        allow_negative_numbers = true,
        default_value_t = 0.0
    )]
    vertex_offset_mm: f64,
    /// Make weights equal by accept and reject: events stay in proportion to their weights
    #[arg(long)]
    unweight: bool,
    /// Write weighted events into a format without weights, although spectra are wrong then
    #[arg(long, conflicts_with = "unweight")]
    drop_weights: bool,
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

/// The name that stands for standard output.
const STDOUT: &str = "-";
/// Error of a share of events that a format without weights may have, if the card does not say.
const ALLOWED_EXCESS: f64 = 1e-3;

impl Export {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let to = self.format()?;
        self.check(to, common)?;
        unsealed::look_at(std::slice::from_ref(&self.run), common.quiet)?;
        let run = RunReader::open(&self.run)?;
        let options = ExportOptions {
            drop_nucleus: self.drop_nucleus,
            vertex: self.vertex(&run)?,
            vertex_offset_mm: self.vertex_offset_mm,
            weights: match (self.unweight, self.drop_weights) {
                (true, _) => Weights::Unweight,
                (_, true) => Weights::Drop,
                _ => Weights::Keep,
            },
            allowed_excess: card(&run)
                .map_or(ALLOWED_EXCESS, |card| card.events.max_overweight_share),
            replace: common.force,
            threads: thread_count(common.thread_count()?),
        };
        if self.is_stdout() {
            let stdout = std::io::stdout().lock();
            let mut stream = BufWriter::with_capacity(1 << 20, stdout);
            let report = export_into(&run, to, &mut stream, &options);
            // What could not be written is not tried again when the stream is dropped.
            let (_stdout, _unwritten) = stream.into_parts();
            let report = report.map_err(|error| match error {
                IoError::Stream(error) => Failure::Stdout(error),
                other => other.into(),
            })?;
            self.say(common, &report);
            if !common.quiet {
                print::note(&format!("{} events in standard output", report.n_events));
            }
            return Ok(());
        }
        let output = self.output(to, common);
        let report = export(&run, to, &output, &options)?;
        self.say(common, &report);
        let output = output.display();
        match common.json {
            true => print::json(json!({
                "n_events": report.n_events,
                "n_read": report.n_read,
                "output": output.to_string(),
                "format": to.name(),
                "warnings": report.warnings,
            })),
            false => print::line(&format!("{} events in {output}", report.n_events)),
        }
    }

    /// The format, in the form that a program takes if one is named.
    fn format(&self) -> Result<Format, Failure> {
        match &self.program {
            None => Ok(self.to),
            Some(program) => self
                .to
                .made_for(program)
                .map_err(|words| Failure::Usage(format!("--for: {words}"))),
        }
    }

    /// Refuses options that do not go together.
    fn check(&self, to: Format, common: &Common) -> Result<(), Failure> {
        let refuse = |words: String| Err(Failure::Usage(words));
        if self.is_stdout() && common.json {
            return refuse(
                "-o - and --json both write to standard output: give one of them only".to_owned(),
            );
        }
        if self.is_stdout() && !to.is_text() {
            return refuse(format!(
                "-o -: {} is an HDF5 file, which cannot be streamed; give a name",
                to
            ));
        }
        if self.drop_weights && to.has_weights() {
            return refuse(format!(
                "--drop-weights: {} has weights and keeps them; leave the option out, or make them equal with --unweight",
                to
            ));
        }
        if !self.vertex_offset_mm.is_finite() {
            return refuse(format!(
                "--vertex-offset-mm {}: expected a finite number",
                self.vertex_offset_mm
            ));
        }
        Ok(())
    }

    fn is_stdout(&self) -> bool {
        self.output.as_deref() == Some(STDOUT.as_ref())
    }

    /// The file to write.
    fn output(&self, to: Format, common: &Common) -> PathBuf {
        let beside = to.default_path(&self.run);
        match (&self.output, &common.out) {
            (Some(output), _) => output.clone(),
            (None, Some(folder)) => folder.join(beside.file_name().unwrap_or_default()),
            (None, None) => beside,
        }
    }

    /// Says what was lost and what was left out.
    fn say(&self, common: &Common, report: &ExportReport) {
        if common.quiet {
            return;
        }
        for warning in &report.warnings {
            print::note(&format!("warning: {warning}"));
        }
        if self.unweight {
            let (kept, read) = (report.n_events, report.n_read);
            let percent = 100.0 * kept as f64 / read.max(1) as f64;
            print::note(&format!(
                "{kept} of {read} events stay, {percent:.1} %, with equal weights"
            ));
        }
    }

    /// The law of the depth, with the thickness the card of the run gives.
    fn vertex(&self, run: &RunReader) -> Result<Option<VertexDepth>, Failure> {
        if self.vertex == Vertex::Origin {
            return Ok(None);
        }
        let file = named(run);
        if run.sample().scalars.contains(&Scalar::VERTEX_Z) {
            return Err(Failure::Usage(format!(
                "the events of {file} have depths of their own, which are written without --vertex"
            )));
        }
        let card = card(run)?;
        let target = &card.target.material;
        let needs = |what: &str| Failure::Usage(format!("{file} gives the target no {what}"));
        let thickness_mm = 10.0 * target.thickness_cm.ok_or_else(|| needs("thickness"))?;
        if self.vertex == Vertex::Uniform {
            return Ok(Some(VertexDepth::uniform(thickness_mm)));
        }
        if matches!(
            card.beam.projectile,
            Projectile::Muon | Projectile::AntiMuon
        ) {
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

/// The card of the run.
fn card(run: &RunReader) -> Result<RunCard, CardError> {
    RunCard::parse(&named(run), "run", &run.header().card, &[])
}

/// What to call the card of the run.
fn named(run: &RunReader) -> String {
    format!("the card in {}", run.path().display())
}
