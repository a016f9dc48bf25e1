//! Exchange formats, made from a run file.
//!
//! [`export`] reads the sample in pieces and hands it to one writer; memory does not grow
//! with the number of events. The cross section in every header is the mean weight of the events
//! in the file, so that weights and header cannot disagree; the integrator's own value and error
//! stand beside it where the format has a place. Numbers carry 17 significant digits, enough to
//! give the same bits back. A name ending in `.gz` compresses the text formats.
//!
//! The formats are specified in `docs/formats.md` and pinned by `tests/export.rs` (one contract
//! for all) and `tests/python/test_export.py` (`pylhe`, `pyhepmc`, `h5py`, strict parsers).

mod csv;
mod g4darkbrem;
mod hepmc3;
mod ldmx_lhe;
mod lhe;
mod lheh5;
mod particle;
mod text;
mod vertex;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::IoError;
use super::hdf5::RunReader;
use crate::constants::ALPHA;
use crate::event::{EventBuffer, Sample, Weighting};
use text::{Constants, TextExporter};
pub use vertex::VertexDepth;

/// Events read at a time.
const PIECE: usize = 8192;

/// An exchange format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Les Houches event file 3.0.
    Lhe,
    /// Les Houches events as ldmx-sw reads them.
    LdmxLhe,
    /// Library of G4DarkBreM in Les Houches form.
    G4darkbremLhe,
    /// Library of G4DarkBreM as a table.
    G4darkbremCsv,
    /// HepMC3 Asciiv3 with the attributes NuHepMC 1.0 requires.
    Hepmc3,
    /// Les Houches events in HDF5, version 2.0.1.
    Lheh5,
    /// One table of all momenta.
    Csv,
}

impl Format {
    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Lhe,
        Self::LdmxLhe,
        Self::G4darkbremLhe,
        Self::G4darkbremCsv,
        Self::Hepmc3,
        Self::Lheh5,
        Self::Csv,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lhe => "lhe",
            Self::LdmxLhe => "ldmx-lhe",
            Self::G4darkbremLhe => "g4darkbrem-lhe",
            Self::G4darkbremCsv => "g4darkbrem-csv",
            Self::Hepmc3 => "hepmc3",
            Self::Lheh5 => "lheh5",
            Self::Csv => "csv",
        }
    }

    /// The end of a file name, without a leading dot.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Lhe => "lhe",
            Self::LdmxLhe => "ldmx.lhe",
            Self::G4darkbremLhe => "g4darkbrem.lhe",
            Self::G4darkbremCsv => "g4darkbrem.csv",
            Self::Hepmc3 => "hepmc3",
            Self::Lheh5 => "lheh5",
            Self::Csv => "csv",
        }
    }

    /// Where the export of `run` goes when no name is given: beside it, with the suffix.
    pub fn default_path(self, run: &Path) -> PathBuf {
        run.with_extension(self.suffix())
    }

    /// The endings its reader insists on; empty if any will do.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::G4darkbremLhe => &[".lhe", ".lhe.gz"],
            Self::G4darkbremCsv => &[".csv", ".csv.gz"],
            _ => &[],
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| {
                let known = Self::ALL.map(Self::name).join(", ");
                format!("no format is called `{name}`; there are: {known}")
            })
    }
}

/// What a user may choose of an export.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExportOptions {
    /// Leave the recoiling nucleus out, for readers that make primaries of every outgoing line.
    pub drop_nucleus: bool,
    /// Where along the beam the events happen; `None` puts them at the origin.
    pub vertex: Option<VertexDepth>,
    /// Replace a file that is there.
    pub replace: bool,
}

/// What an export did.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportReport {
    /// Events written.
    pub n_events: u64,
    /// The file written.
    pub output: PathBuf,
    /// What the format could not take over.
    pub warnings: Vec<String>,
}

/// Sums over a sample that headers need before the first event.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Totals {
    n_events: u64,
    /// Mean weight, pb.
    mean_weight_pb: f64,
    /// Largest weight, pb.
    max_weight_pb: f64,
    /// Standard error of the integrator's cross section, pb.
    error_pb: f64,
}

/// Everything that is the same for all events of an export.
struct Context {
    sample: Sample,
    totals: Totals,
    card: String,
    seed: u64,
    generator_version: String,
    drop_nucleus: bool,
    vertex: Option<VertexDepth>,
    constants: Constants,
}

/// One output being written.
trait Exporter {
    /// Takes over events; `first` is the position of the first one in the sample.
    fn write(&mut self, events: &EventBuffer, first: u64) -> Result<(), IoError>;
    /// Ends the file and gives it its name.
    fn finish(self: Box<Self>) -> Result<(), IoError>;
}

/// Writes the events of `run` to `output` in another format.
///
/// # Errors
/// [`IoError`] if the run cannot be read, the output cannot be written, or its name does not suit
/// the format.
pub fn export(
    run: &RunReader,
    format: Format,
    output: &Path,
    options: &ExportOptions,
) -> Result<ExportReport, IoError> {
    check_name(format, output)?;
    let totals = totals(run)?;
    let sample = run.sample();
    let constants = Constants::new(&[
        sample.lepton.mass_gev,
        sample.nucleus.mass_gev,
        sample.dark.mass_gev,
        0.0,
        sample.p_lepton_in()[3],
        sample.beam_energy_gev,
        -1.0,
        ALPHA,
        totals.mean_weight_pb,
        totals.error_pb,
    ]);
    let context = Context {
        sample: sample.clone(),
        constants,
        totals,
        card: run.header().card.clone(),
        seed: run.header().seed,
        generator_version: run.generator()?.0,
        drop_nucleus: options.drop_nucleus,
        vertex: options.vertex.clone(),
    };
    let warnings = warnings(format, &context);
    let replace = options.replace;
    let mut exporter: Box<dyn Exporter> = match format {
        Format::Lhe => Box::new(TextExporter::create(lhe::Lhe, context, output, replace)?),
        Format::LdmxLhe => Box::new(TextExporter::create(
            ldmx_lhe::LdmxLhe,
            context,
            output,
            replace,
        )?),
        Format::G4darkbremLhe => Box::new(TextExporter::create(
            g4darkbrem::Lhe,
            context,
            output,
            replace,
        )?),
        Format::G4darkbremCsv => Box::new(TextExporter::create(
            g4darkbrem::Csv,
            context,
            output,
            replace,
        )?),
        Format::Hepmc3 => Box::new(TextExporter::create(
            hepmc3::Hepmc3,
            context,
            output,
            replace,
        )?),
        Format::Lheh5 => Box::new(lheh5::Lheh5::create(context, output, replace)?),
        Format::Csv => Box::new(TextExporter::create(csv::Csv, context, output, replace)?),
    };
    let mut events = EventBuffer::with_capacity(PIECE);
    for first in (0..run.n_events()).step_by(PIECE) {
        run.read_events(first, PIECE, &mut events)?;
        exporter.write(&events, first as u64)?;
    }
    exporter.finish()?;
    Ok(ExportReport {
        n_events: totals.n_events,
        output: output.to_owned(),
        warnings,
    })
}

/// Reads all weights once.
fn totals(run: &RunReader) -> Result<Totals, IoError> {
    let mut weights = Vec::new();
    // The lost low-order bits of the sum (Neumaier), so that the mean is right to the last digit.
    let (mut sum, mut lost, mut max) = (0.0_f64, 0.0, 0.0_f64);
    for first in (0..run.n_events()).step_by(PIECE) {
        run.read_weights(first, PIECE, &mut weights)?;
        for &weight in &weights {
            let next: f64 = sum + weight;
            lost += if sum.abs() >= weight.abs() {
                (sum - next) + weight
            } else {
                (weight - next) + sum
            };
            sum = next;
            max = max.max(weight);
        }
    }
    let n = run.n_events();
    let cross_section = run.cross_section()?;
    // Without events there are no weights to agree with.
    let mean = if n == 0 {
        cross_section.value_pb
    } else {
        (sum + lost) / n as f64
    };
    Ok(Totals {
        n_events: n as u64,
        mean_weight_pb: mean,
        max_weight_pb: max,
        error_pb: cross_section.error_pb,
    })
}

/// Refuses names that the reader of the format would not open.
fn check_name(format: Format, output: &Path) -> Result<(), IoError> {
    let name = output.to_string_lossy();
    let refuse = |reason: String| {
        Err(IoError::Name {
            path: output.to_owned(),
            reason,
        })
    };
    let endings = format.endings();
    if !endings.is_empty() && !endings.iter().any(|end| name.ends_with(end)) {
        return refuse(format!(
            "G4DarkBreM reads only names ending in {}",
            endings.join(" or ")
        ));
    }
    if format == Format::Lheh5 && name.ends_with(".gz") {
        return refuse("HDF5 files are not compressed from outside".to_owned());
    }
    Ok(())
}

/// What is lost on the way into `format`.
fn warnings(format: Format, context: &Context) -> Vec<String> {
    let mut found = Vec::new();
    let library = matches!(format, Format::G4darkbremLhe | Format::G4darkbremCsv);
    if library && context.sample.weighting == Weighting::Weighted {
        found.push(format!(
            "{format} has no weights, and this sample is weighted: spectra from it will be wrong; \
             generate it with events.mode = \"unweighted\""
        ));
    }
    if library && context.sample.final_state == crate::event::FinalState::Pair {
        found.push(format!(
            "{format} holds one dark particle: each pair becomes one of its mass and momentum, \
             and G4DarkBreM scales it as if all had the same mass"
        ));
    }
    if library && context.sample.lepton.pdg_id < 0 {
        found.push(format!(
            "{format} knows 11 and 13 only: the antilepton is written as lepton"
        ));
    }
    found
}
