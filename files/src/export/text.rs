//! Text formats: three functions each; the file and its name are here.
//!
//! Threads format the events, and compress them, by pieces whose extent depends on the events alone.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::decimal;
use super::gzip::{HEAD, Piece, Sum};
use super::{Context, Exporter, Output};
use crate::IoError;
use crate::output::Kind;
use crate::part::PartFile;
use millibrem::event::{Event, EventBuffer};

/// Events formatted by one thread at a time.
const SHARE: usize = 512;

/// A format made of lines.
pub trait TextFormat: Sync {
    /// Everything before the first event.
    fn begin(&self, context: &Context, out: &mut String);
    /// One event; `position` counts from 0 in the sample.
    fn event(&self, context: &Context, event: &Event, position: u64, out: &mut String);
    /// Everything behind the last event.
    fn end(&self, context: &Context, out: &mut String);
}

/// Writes a text format to a file or a stream.
///
/// # Errors
/// [`IoError`] if the output cannot be written.
pub fn write_text<'a, F: TextFormat + 'a>(
    format: F,
    context: Context,
    output: Output<'a>,
) -> Result<Box<dyn Exporter + 'a>, IoError> {
    let sink = match output {
        Output::File { path, replace } => Sink::file(path, replace)?,
        Output::Stream(stream) => Sink::Stream(stream),
    };
    Ok(Box::new(TextExporter::begin(format, context, sink)?))
}

/// Where the text goes.
enum Sink<'a> {
    Plain(BufWriter<File>, PartFile),
    Gzip(BufWriter<File>, PartFile, Sum),
    Stream(&'a mut dyn Write),
}

/// Text on its way to the sink.
enum Packed {
    Text(String),
    Gzip(Piece),
}

impl<'a> Sink<'a> {
    /// Opens a file, compressed if its name ends in `.gz`.
    fn file(output: &Path, replace: bool) -> Result<Self, IoError> {
        let (part, file) = PartFile::create(output, Kind::Events, replace)?;
        let mut file = BufWriter::with_capacity(1 << 20, file);
        Ok(match output.extension().is_some_and(|e| e == "gz") {
            true => {
                file.write_all(&HEAD).map_err(|e| failed(&part, e))?;
                Self::Gzip(file, part, Sum::default())
            }
            false => Self::Plain(file, part),
        })
    }

    /// What makes of text what [`Sink::write`] takes; any thread may call it.
    fn packer(&self) -> fn(String) -> Packed {
        match self {
            Self::Gzip(..) => |text| Packed::Gzip(Piece::of(text.as_bytes())),
            Self::Plain(..) | Self::Stream(_) => Packed::Text,
        }
    }

    fn write(&mut self, packed: &Packed) -> Result<(), IoError> {
        let bytes = match packed {
            Packed::Text(text) => text.as_bytes(),
            Packed::Gzip(piece) => &piece.bytes,
        };
        if let (Self::Gzip(_, _, sum), Packed::Gzip(piece)) = (&mut *self, packed) {
            sum.add(piece);
        }
        match self {
            Self::Plain(file, part) | Self::Gzip(file, part, _) => {
                file.write_all(bytes).map_err(|e| failed(part, e))
            }
            Self::Stream(stream) => stream.write_all(bytes).map_err(IoError::Stream),
        }
    }

    fn finish(self) -> Result<(), IoError> {
        let (mut file, part) = match self {
            Self::Plain(file, part) => (file, part),
            Self::Gzip(mut file, part, sum) => {
                file.write_all(&sum.tail()).map_err(|e| failed(&part, e))?;
                (file, part)
            }
            Self::Stream(stream) => return stream.flush().map_err(IoError::Stream),
        };
        file.flush()
            .map_err(|e| IoError::file("complete", part.path(), e))?;
        part.finish()
    }
}

/// Events could not be written.
fn failed(part: &PartFile, error: std::io::Error) -> IoError {
    IoError::file("write events to", part.path(), error)
}

/// Writes one text format.
struct TextExporter<'a, F> {
    format: F,
    context: Context,
    sink: Sink<'a>,
    /// Formats events, if threads can be had.
    pool: Option<ThreadPool>,
}

impl<'a, F: TextFormat> TextExporter<'a, F> {
    /// Writes the head of the text.
    fn begin(format: F, context: Context, mut sink: Sink<'a>) -> Result<Self, IoError> {
        let mut head = String::new();
        format.begin(&context, &mut head);
        let head = sink.packer()(head);
        sink.write(&head)?;
        Ok(Self {
            format,
            context,
            sink,
            pool: ThreadPoolBuilder::new().build().ok(),
        })
    }
}

impl<F: TextFormat> Exporter for TextExporter<'_, F> {
    fn write(&mut self, events: &EventBuffer, first: u64) -> Result<(), IoError> {
        let (format, context) = (&self.format, &self.context);
        let pack = self.sink.packer();
        let write = || -> Vec<Packed> {
            (0..events.len().div_ceil(SHARE))
                .into_par_iter()
                .map(|share| {
                    let from = share * SHARE;
                    let mut text = String::with_capacity(SHARE * 1024);
                    for i in from..(from + SHARE).min(events.len()) {
                        if let Some(event) = events.get(i) {
                            format.event(context, &event, first + i as u64, &mut text);
                        }
                    }
                    pack(text)
                })
                .collect()
        };
        let texts = match &self.pool {
            Some(pool) => pool.install(write),
            None => write(),
        };
        texts.iter().try_for_each(|text| self.sink.write(text))
    }

    fn turn_to(&mut self, context: Context) {
        self.context = context;
    }

    fn finish(mut self: Box<Self>) -> Result<(), IoError> {
        let mut tail = String::new();
        self.format.end(&self.context, &mut tail);
        let tail = self.sink.packer()(tail);
        self.sink.write(&tail)?;
        self.sink.finish()
    }
}

/// Appends a number with 17 significant digits, behind a separator.
pub(super) fn number(out: &mut String, separator: char, value: f64) {
    out.push(separator);
    decimal::push(out, value);
}

/// The few numbers that stand in every event, formatted once.
pub(super) struct Constants(Vec<(u64, String)>);

impl Constants {
    /// Formats `values`.
    pub(super) fn new(values: &[f64]) -> Self {
        let text = |&value: &f64| (value.to_bits(), format!("{value:.16e}"));
        Self(values.iter().map(text).collect())
    }

    /// Appends a number that is probably one of these, behind a separator.
    pub(super) fn number(&self, out: &mut String, separator: char, value: f64) {
        match self.0.iter().find(|(bits, _)| *bits == value.to_bits()) {
            Some((_, text)) => {
                out.push(separator);
                out.push_str(text);
            }
            None => number(out, separator, value),
        }
    }
}

/// Appends formatted text.
macro_rules! put {
    ($out:expr, $($arguments:tt)*) => {{
        use std::fmt::Write as _;
        // UNWRAP: writing to a String cannot fail.
        $out.write_fmt(format_args!($($arguments)*)).expect("strings take everything");
    }};
}
pub(super) use put;

/// `text` with the characters that XML keeps for itself written out.
pub(super) fn xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
