//! Exchange formats, made from a run file.
//!
//! [`export`] reads the sample in pieces and hands it to one writer; memory does not grow
//! with the number of events. The cross section in every header is the mean weight of the events
//! in the file, so that weights and header cannot disagree; the integrator's own value and error
//! stand beside it where the format has a place. Numbers carry 17 significant digits, enough to
//! give the same bits back. A name ending in `.gz` compresses the text formats; [`export_into`]
//! streams them.
//!
//! A format is a [`Definition`] in a file of this folder and a line in [`Format::ALL`]; one of one's own
//! is [`Format::new`]. The formats are specified in `docs/formats.md` and pinned by `files/tests/export.rs` and
//! `files/tests/export_weights.rs` (one contract for all) and `tests/python/test_export.py` (`pylhe`,
//! `pyhepmc`, `h5py`, strict parsers).

mod context;
mod csv;
mod decimal;
mod format;
mod g4darkbrem;
mod gzip;
mod hepevt;
mod hepmc3;
mod ldmx_lhe;
mod lhe;
mod lheh5;
mod pythia8;
mod text;
mod vertex;
mod weights;

use std::fs;
use std::io::Write;
use std::path::Path;

use super::IoError;
use super::hdf5::RunReader;
use super::output::{self, Kind};
use super::part::PartFile;
use millibrem::event::EventBuffer;

pub use context::{Context, Line, State};
pub use format::{Companion, Definition, Format};
pub use text::{TextFormat, write_text};
pub use vertex::VertexDepth;
use weights::Weighing;
pub use weights::Weights;

/// Events read at a time.
const PIECE: usize = 8192;

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
    /// Threads that format and compress text, the calling one alone if there are none. Changes no byte.
    pub threads: usize,
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

/// One output being written.
pub trait Exporter {
    /// Takes over events; `first` is the position of the first one in the output.
    ///
    /// # Errors
    /// [`IoError`] if they cannot be written.
    fn write(&mut self, events: &EventBuffer, first: u64) -> Result<(), IoError>;

    /// The next events are those of another run.
    fn turn_to(&mut self, context: Context);

    /// Ends the output and gives a file its name.
    ///
    /// # Errors
    /// [`IoError`] if it cannot be completed.
    fn finish(self: Box<Self>) -> Result<(), IoError>;
}

/// Where an export goes.
pub enum Output<'a> {
    /// A file, which gets its name when it is complete.
    File {
        /// Its name.
        path: &'a Path,
        /// Replace a file that is there.
        replace: bool,
    },
    /// A stream.
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
    write(run, &[], format, file, options)
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
    write(run, &[], format, Output::Stream(stream), options)
}

/// Writes the events of several runs, one after the other, to one file of a format that
/// [`Definition::joins`] runs.
///
/// # Errors
/// [`IoError::Name`] if the format does not, or there is no run; otherwise as [`export`].
pub fn export_several(
    runs: &[RunReader],
    format: Format,
    output: &Path,
    options: &ExportOptions,
) -> Result<ExportReport, IoError> {
    check_name(format, output)?;
    let (true, [first, more @ ..]) = (format.definition().joins(), runs) else {
        let reason = format!("{} runs do not go into one file of {format}", runs.len());
        let path = output.to_owned();
        return Err(IoError::Name { path, reason });
    };
    output::check(output, Kind::Events, options.replace)?;
    output::check_apart(output, runs.iter().map(RunReader::path))?;
    let file = Output::File {
        path: output,
        replace: options.replace,
    };
    write(first, more, format, file, options)
}

/// A run that is to be written.
struct Part<'a> {
    run: &'a RunReader,
    weighing: Weighing,
    context: Context,
}

impl<'a> Part<'a> {
    fn new(run: &'a RunReader, format: Format, options: &ExportOptions) -> Result<Self, IoError> {
        let weighing = Weighing::decide(run, format, options.weights, options.allowed_excess)?;
        if let Some(reason) = format.definition().refuses(run.sample()) {
            return Err(IoError::Particles {
                path: run.path().to_owned(),
                format: format.name(),
                reason,
            });
        }
        let context = Context::new(run, weighing.totals, options)?;
        Ok(Self {
            run,
            weighing,
            context,
        })
    }
}

fn write(
    first: &RunReader,
    more: &[RunReader],
    format: Format,
    output: Output<'_>,
    options: &ExportOptions,
) -> Result<ExportReport, IoError> {
    let first = Part::new(first, format, options)?;
    let more = more.iter().map(|run| Part::new(run, format, options));
    let more = more.collect::<Result<Vec<_>, _>>()?;
    let mut report = ExportReport {
        n_events: 0,
        n_read: 0,
        warnings: Vec::new(),
    };
    for part in std::iter::once(&first).chain(&more) {
        report.n_read += part.run.n_events() as u64;
        let lost = format.lost(&part.context);
        for words in part.weighing.warnings.iter().chain(&lost) {
            if !report.warnings.contains(words) {
                report.warnings.push(words.clone());
            }
        }
    }
    let beside = companion(format, &first.context, &output, options.replace)?;
    let mut exporter = format.definition().begin(first.context, output)?;
    report.n_events = append(&mut *exporter, first.run, &first.weighing, 0)?;
    for part in more {
        exporter.turn_to(part.context);
        report.n_events += append(&mut *exporter, part.run, &part.weighing, report.n_events)?;
    }
    // First, so that events of this name never stand without it.
    beside.map_or(Ok(()), PartFile::finish)?;
    exporter.finish()?;
    Ok(report)
}

/// Hands the events of a run to the writer behind `before` others; how many there were.
fn append(
    exporter: &mut dyn Exporter,
    run: &RunReader,
    weighing: &Weighing,
    before: u64,
) -> Result<u64, IoError> {
    let mut events = EventBuffer::default();
    let mut kept = EventBuffer::new(run.sample().columns());
    let mut written = 0;
    for first in (0..run.n_events()).step_by(PIECE) {
        run.read_on_shell(first, PIECE, &mut events)?;
        let events = weighing.apply(&mut events, &mut kept);
        exporter.write(events, before + written)?;
        written += events.len() as u64;
    }
    Ok(written)
}

/// What is to stand beside the output, unless it does already.
fn companion(
    format: Format,
    context: &Context,
    output: &Output<'_>,
    replace: bool,
) -> Result<Option<PartFile>, IoError> {
    let (Output::File { path, .. }, Some(companion)) = (output, format.definition().companion())
    else {
        return Ok(None);
    };
    let text = (companion.text)(context, path);
    let path = companion.path(path);
    match fs::read(&path) {
        Ok(there) if there == text.as_bytes() => Ok(None),
        _ => PartFile::filled(&path, Kind::Events, replace, text.as_bytes()).map(Some),
    }
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
    let endings = format.definition().endings();
    if !endings.is_empty() && !endings.iter().any(|end| name.ends_with(end)) {
        return refuse(format!(
            "the reader of {format} takes only names ending in {}",
            endings.join(" or ")
        ));
    }
    if !format.is_text() && name.ends_with(".gz") {
        return refuse("HDF5 files are not compressed from outside".to_owned());
    }
    Ok(())
}
