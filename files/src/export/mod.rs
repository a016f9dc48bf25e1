//! Exchange formats, made from a run file.
//!
//! [`export`] reads the sample in pieces and hands it to one writer; memory does not grow
//! with the number of events. The cross section in every header is the mean weight of the events
//! in the file, so that weights and header cannot disagree; the integrator's own value and error
//! stand beside it where the format has a place. Numbers carry 17 significant digits, enough to
//! give the same bits back. A name ending in `.gz` compresses the text formats; [`export_into`]
//! streams them.
//!
//! The formats are specified in `docs/formats.md` and pinned by `files/tests/export.rs` and
//! `files/tests/export_weights.rs` (one contract for all) and `tests/python/test_export.py` (`pylhe`,
//! `pyhepmc`, `h5py`, strict parsers).

mod csv;
mod g4darkbrem;
mod hepmc3;
mod ldmx_lhe;
mod lhe;
mod lheh5;
mod particle;
mod text;
mod vertex;
mod weights;

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::IoError;
use super::hdf5::RunReader;
use super::output::{self, Kind};
use millibrem::constants::ALPHA;
use millibrem::event::{EventBuffer, FinalState, Sample};
use text::{Constants, Sink, TextExporter};
pub use vertex::VertexDepth;
pub use weights::Weights;
use weights::{Totals, Weighing};

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

    /// Whether its readers give events their weights.
    pub fn has_weights(self) -> bool {
        match self {
            Self::Lhe | Self::Hepmc3 | Self::Lheh5 | Self::Csv => true,
            Self::LdmxLhe | Self::G4darkbremLhe | Self::G4darkbremCsv => false,
        }
    }

    /// Whether it has a place for where an event happens.
    pub fn has_vertices(self) -> bool {
        match self {
            Self::Lhe | Self::LdmxLhe | Self::Hepmc3 | Self::Csv => true,
            Self::G4darkbremLhe | Self::G4darkbremCsv | Self::Lheh5 => false,
        }
    }

    /// Whether it is text, which can be streamed.
    pub fn is_text(self) -> bool {
        self != Self::Lheh5
    }

    /// Whether it is a library of G4DarkBreM.
    fn is_library(self) -> bool {
        matches!(self, Self::G4darkbremLhe | Self::G4darkbremCsv)
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
    /// Where along the beam the events happen, from the front of the target on; `None` puts them
    /// at the front.
    pub vertex: Option<VertexDepth>,
    /// The z of the front of the target in the output, mm.
    pub vertex_offset_mm: f64,
    /// What to do with weights that differ.
    pub weights: Weights,
    /// Largest error of a share of events at which a format without weights takes them as they are:
    /// what a run calls unweighted has a few overweight events.
    pub allowed_excess: f64,
    /// Replace a file that is there.
    pub replace: bool,
}

/// What an export did.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportReport {
    /// Events written.
    pub n_events: u64,
    /// Events of the run.
    pub n_read: u64,
    /// What the format could not take over.
    pub warnings: Vec<String>,
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
    vertex_offset_mm: f64,
    constants: Constants,
}

/// One output being written.
trait Exporter {
    /// Takes over events; `first` is the position of the first one in the output.
    fn write(&mut self, events: &EventBuffer, first: u64) -> Result<(), IoError>;
    /// Ends the output and gives a file its name.
    fn finish(self: Box<Self>) -> Result<(), IoError>;
}

/// Where an export goes.
enum Output<'a> {
    File { path: &'a Path, replace: bool },
    Stream(&'a mut dyn Write),
}

/// Writes the events of `run` to `output` in another format.
///
/// # Errors
/// [`IoError`] if the run cannot be read, the output cannot be written, its name does not suit
/// the format, or the weights do not.
pub fn export(
    run: &RunReader,
    format: Format,
    output: &Path,
    options: &ExportOptions,
) -> Result<ExportReport, IoError> {
    check_name(format, output)?;
    output::check(output, Kind::Events, options.replace)?;
    output::check_apart(output, [run.path()])?;
    let file = Output::File {
        path: output,
        replace: options.replace,
    };
    write(run, format, file, options)
}

/// Writes the events of `run` to a stream in a text format: the bytes of the file without its name.
///
/// # Errors
/// [`IoError::Stream`] if the stream fails, [`IoError::Name`] if the format is no text; otherwise as
/// [`export`].
pub fn export_into(
    run: &RunReader,
    format: Format,
    stream: &mut dyn Write,
    options: &ExportOptions,
) -> Result<ExportReport, IoError> {
    write(run, format, Output::Stream(stream), options)
}

fn write(
    run: &RunReader,
    format: Format,
    output: Output<'_>,
    options: &ExportOptions,
) -> Result<ExportReport, IoError> {
    let weighing = Weighing::decide(run, format, options.weights, options.allowed_excess)?;
    let (sample, totals) = (run.sample(), weighing.totals);
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
        vertex_offset_mm: options.vertex_offset_mm,
    };
    let mut warnings = weighing.warnings.clone();
    warnings.extend(lost(format, &context));
    let mut exporter = begin(format, context, output)?;
    let mut events = EventBuffer::with_capacity(PIECE);
    let mut kept = EventBuffer::default();
    let mut written = 0;
    for first in (0..run.n_events()).step_by(PIECE) {
        run.read_events(first, PIECE, &mut events)?;
        let events = weighing.apply(&mut events, &mut kept);
        exporter.write(events, written)?;
        written += events.len() as u64;
    }
    exporter.finish()?;
    Ok(ExportReport {
        n_events: written,
        n_read: run.n_events() as u64,
        warnings,
    })
}

/// Opens the output and writes its head.
fn begin<'a>(
    format: Format,
    context: Context,
    output: Output<'a>,
) -> Result<Box<dyn Exporter + 'a>, IoError> {
    let sink = match (format, output) {
        (Format::Lheh5, Output::File { path, replace }) => {
            return Ok(Box::new(lheh5::Lheh5::create(context, path, replace)?));
        }
        (Format::Lheh5, Output::Stream(_)) => {
            return Err(IoError::Name {
                path: PathBuf::from("-"),
                reason: "lheh5 is an HDF5 file, which cannot be streamed: give a name".to_owned(),
            });
        }
        (_, Output::File { path, replace }) => Sink::file(path, replace)?,
        (_, Output::Stream(stream)) => Sink::Stream(stream),
    };
    Ok(match format {
        Format::Lhe => Box::new(TextExporter::begin(lhe::Lhe, context, sink)?),
        Format::LdmxLhe => Box::new(TextExporter::begin(ldmx_lhe::LdmxLhe, context, sink)?),
        Format::G4darkbremLhe => Box::new(TextExporter::begin(g4darkbrem::Lhe, context, sink)?),
        Format::G4darkbremCsv => Box::new(TextExporter::begin(g4darkbrem::Csv, context, sink)?),
        Format::Hepmc3 => Box::new(TextExporter::begin(hepmc3::Hepmc3, context, sink)?),
        Format::Csv | Format::Lheh5 => Box::new(TextExporter::begin(csv::Csv, context, sink)?),
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
    if !format.is_text() && name.ends_with(".gz") {
        return refuse("HDF5 files are not compressed from outside".to_owned());
    }
    Ok(())
}

/// What is lost on the way into `format`, beside weights.
fn lost(format: Format, context: &Context) -> Vec<String> {
    let mut found = Vec::new();
    let library = format.is_library();
    if library && context.sample.final_state == FinalState::Pair {
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
    if library && context.drop_nucleus {
        found.push(format!(
            "the reader of {format} counts on the nucleus: it is written all the same"
        ));
    }
    if context.has_vertex() && !format.has_vertices() {
        found.push(format!("{format} has no place for vertices"));
    }
    found
}
