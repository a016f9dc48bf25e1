//! Text formats: three functions each; the file and its name are here.
//!
//! Threads format the events, and compress them, by pieces whose extent depends on the events alone.

use std::fs::File;
use std::io::Write;
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

/// Appends formatted text.
macro_rules! put {
    ($out:expr, $($arguments:tt)*) => {{
        use std::fmt::Write as _;
        // UNWRAP: writing to a String cannot fail.
        $out.write_fmt(format_args!($($arguments)*)).expect("strings take everything");
    }};
}
pub(super) use put;

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
    Plain(File, PartFile),
    Gzip(File, PartFile, Sum),
    Stream(&'a mut dyn Write),
}

/// Events formatted by one thread, used again for later ones.
#[derive(Default)]
struct Share {
    text: String,
    /// The text compressed, where the sink takes it so.
    packed: Option<Piece>,
}

impl<'a> Sink<'a> {
    /// Opens a file, compressed if its name ends in `.gz`.
    fn file(output: &Path, replace: bool) -> Result<Self, IoError> {
        let (part, mut file) = PartFile::create(output, Kind::Events, replace)?;
        Ok(match output.extension().is_some_and(|e| e == "gz") {
            true => {
                file.write_all(&HEAD).map_err(|e| failed(&part, e))?;
                Self::Gzip(file, part, Sum::default())
            }
            false => Self::Plain(file, part),
        })
    }

    /// Whether [`Sink::write`] takes compressed text.
    fn packs(&self) -> bool {
        matches!(self, Self::Gzip(..))
    }

    fn write(&mut self, share: &Share) -> Result<(), IoError> {
        let bytes = match &share.packed {
            None => share.text.as_bytes(),
            Some(piece) => &piece.bytes,
        };
        if let (Self::Gzip(_, _, sum), Some(piece)) = (&mut *self, &share.packed) {
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
        match self {
            Self::Plain(_, part) => part.finish(),
            Self::Gzip(mut file, part, sum) => {
                file.write_all(&sum.tail()).map_err(|e| failed(&part, e))?;
                part.finish()
            }
            Self::Stream(stream) => stream.flush().map_err(IoError::Stream),
        }
    }
}

/// Events could not be written.
fn failed(part: &PartFile, error: std::io::Error) -> IoError {
    IoError::file("write events to", part.path(), error)
}

/// Writes one text format: while threads format events, the caller's writes those before them.
struct TextExporter<'a, F> {
    format: F,
    context: Context,
    sink: Sink<'a>,
    /// Formatted and not yet written, in front; what is behind is room for more.
    waiting: Vec<Share>,
    n_waiting: usize,
    /// Written, and room for what comes next.
    free: Vec<Share>,
    /// Formats events, if more than one thread is wanted and can be had.
    pool: Option<ThreadPool>,
}

impl<'a, F: TextFormat> TextExporter<'a, F> {
    /// Writes the head of the text.
    fn begin(format: F, context: Context, sink: Sink<'a>) -> Result<Self, IoError> {
        // One thread is the caller's, which formats and writes in turn.
        let threads = context.threads;
        let pool = || ThreadPoolBuilder::new().num_threads(threads).build().ok();
        let mut new = Self {
            format,
            context,
            sink,
            waiting: Vec::new(),
            n_waiting: 0,
            free: Vec::new(),
            pool: (threads > 1).then(pool).flatten(),
        };
        new.write_around(F::begin)?;
        Ok(new)
    }

    /// Writes what is not of the events.
    fn write_around(&mut self, text: fn(&F, &Context, &mut String)) -> Result<(), IoError> {
        let packs = self.sink.packs();
        let mut share = Share::default();
        share.fill(packs, |out| text(&self.format, &self.context, out));
        self.sink.write(&share)
    }
}

impl Share {
    /// Takes the place of its text by another.
    fn fill(&mut self, packs: bool, format: impl FnOnce(&mut String)) {
        self.text.clear();
        format(&mut self.text);
        self.packed = packs.then(|| Piece::of(self.text.as_bytes()));
    }
}

impl<F: TextFormat> Exporter for TextExporter<'_, F> {
    fn write(&mut self, events: &EventBuffer, first: u64) -> Result<(), IoError> {
        let (format, context, packs) = (&self.format, &self.context, self.sink.packs());
        let shares = events.len().div_ceil(SHARE);
        if self.free.len() < shares {
            self.free.resize_with(shares, Share::default);
        }
        let fill = |(number, share): (usize, &mut Share)| {
            let from = number * SHARE;
            share.fill(packs, |out| {
                for i in from..(from + SHARE).min(events.len()) {
                    if let Some(event) = events.get(i) {
                        format.event(context, &event, first + i as u64, out);
                    }
                }
            });
        };
        let free = &mut self.free[..shares];
        let sink = &mut self.sink;
        let mut write = || {
            let waiting = &self.waiting[..self.n_waiting];
            waiting.iter().try_for_each(|share| sink.write(share))
        };
        match &self.pool {
            Some(pool) => pool.in_place_scope(|scope| {
                scope.spawn(|_| free.par_iter_mut().enumerate().for_each(fill));
                write()
            })?,
            None => {
                free.iter_mut().enumerate().for_each(fill);
                write()?;
            }
        }
        std::mem::swap(&mut self.waiting, &mut self.free);
        self.n_waiting = shares;
        Ok(())
    }

    fn turn_to(&mut self, context: Context) {
        self.context = context;
    }

    fn finish(mut self: Box<Self>) -> Result<(), IoError> {
        let waiting = &self.waiting[..self.n_waiting];
        waiting
            .iter()
            .try_for_each(|share| self.sink.write(share))?;
        self.write_around(F::end)?;
        self.sink.finish()
    }
}

/// Appends a number with 17 significant digits, behind a separator.
pub(super) fn number(out: &mut String, separator: char, value: f64) {
    decimal::push(out, separator, value);
}

/// Appends an integer, without the machinery of formatting, which takes longer than a number.
pub(super) fn integer(out: &mut String, value: impl itoa::Integer) {
    out.push_str(itoa::Buffer::new().format(value));
}

/// The few numbers that stand in every event, formatted once.
pub(super) struct Constants(Vec<Constant>);

/// A number, as [`number`] writes it, and in the shortest form that gives the same bits back.
struct Constant {
    bits: u64,
    long: String,
    short: String,
}

impl Constants {
    /// Formats `values`.
    pub(super) fn new(values: &[f64]) -> Self {
        let text = |&value: &f64| Constant {
            bits: value.to_bits(),
            long: format!("{value:.16e}"),
            short: format!("{value:e}"),
        };
        Self(values.iter().map(text).collect())
    }

    /// Appends a number that is probably one of these, behind a separator.
    pub(super) fn number(&self, out: &mut String, separator: char, value: f64) {
        match self.of(value) {
            Some(constant) => {
                out.push(separator);
                out.push_str(&constant.long);
            }
            None => number(out, separator, value),
        }
    }

    /// Appends a number that is probably one of these in its shortest form, behind a separator.
    pub(super) fn shortest(&self, out: &mut String, separator: char, value: f64) {
        out.push(separator);
        match self.of(value) {
            Some(constant) => out.push_str(&constant.short),
            None => put!(out, "{value:e}"),
        }
    }

    fn of(&self, value: f64) -> Option<&Constant> {
        self.0.iter().find(|one| one.bits == value.to_bits())
    }
}

/// `text` with the characters that XML keeps for itself written out.
pub(super) fn xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
