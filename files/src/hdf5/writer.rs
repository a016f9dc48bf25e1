//! Writes a run file: header first, events as they come, the summary last.
//!
//! The file is written as `<name>.part` beside its final place, its raw weights as
//! `<name>.weights`, and renamed by [`RunWriter::finish`]; a run that fails or is dropped removes
//! both, unless it was marked. The output is tried when the writer is made, before any long work.
//!
//! [`RunWriter::mark`] makes everything so far durable and returns what [`RunWriter::reopen`] needs
//! to go on there in another process, whatever has become of the file since. That works because
//! the columns are laid out in full when they are created: until the file is completed, writing
//! changes contents of columns only. Completing it changes descriptions too, all of them in the
//! first bytes of the file or behind its marked end; the former are kept in the [`Mark`], the
//! latter cut off. A compressed file, whose layout is not known before its contents, is made from
//! an uncompressed one at the end. Pinned by `files/tests/run_file.rs`.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use ::hdf5::{File, Group, H5Type, Result};
use serde::{Deserialize, Serialize};

use super::events::{self, EventColumns};
use super::further::{self, Further};
use super::weights::RawWeights;
use super::write_back::WriteBack;
use super::{
    FORMAT, FORMAT_VERSION, GENERATOR_VERSION, GIT_COMMIT, SHARD_FORMAT, attribute, column,
    histograms, members, nuclei, open, seal,
};
use crate::IoError;
use crate::output::{Kind, beside};
use crate::part::PartFile;
use millibrem::event::{Compression, EventBuffer, EventSink, SinkError};
use millibrem::record::{CrossSection, IterationRow, Member, RunHeader, RunSummary};

/// What is done when events are written.
const WRITE: &str = "write events to";

/// An unfinished run file.
pub struct RunWriter {
    // Declared first: the file must be closed before its name goes, and nobody writes when it is.
    open: Option<(EventColumns, File)>,
    file: PartFile,
    weights: RawWeights,
    write_back: WriteBack,
    header: RunHeader,
    replace: bool,
    threads: usize,
    /// First bytes of the file as they are before it is completed.
    head: Vec<u8>,
}

/// A state of an unfinished run file that can be returned to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mark {
    n_events: u64,
    /// CRC-32 of the rows of each column, and of the raw weights.
    events: Vec<u32>,
    weights: u32,
    head: Vec<u8>,
    length: u64,
}

impl RunWriter {
    /// Creates the file under its temporary name, with its header and event columns.
    ///
    /// Missing folders are made. With `replace`, a finished file of that name is replaced, but
    /// only when the new one is finished.
    ///
    /// # Errors
    /// [`IoError::Exists`] if there is such a file and `replace` is not set; another [`IoError`]
    /// if the folder or file cannot be made.
    pub fn create(path: &Path, header: &RunHeader, replace: bool) -> Result<Self, IoError> {
        // Made by the operating system first, which names its reason better than HDF5 does.
        let (file, _) = PartFile::known(path, "part", kind(header), replace)?;
        let weights = RawWeights::create(&beside(path, "weights"))?;
        let make = || -> Result<_> {
            let made = open::create(file.part())?;
            let (length, columns) = write_header((file.part(), &made), header, Compression::None)?;
            made.flush()?;
            Ok((made, length, columns))
        };
        let (made, length, columns) =
            make().map_err(|e| IoError::hdf5("write the header of", path, &e))?;
        let head = first_bytes(file.part(), length)
            .map_err(|e| IoError::file("read the header of", path, e))?;
        Ok(Self {
            open: Some((columns, made)),
            file,
            weights,
            write_back: WriteBack::default(),
            header: header.clone(),
            replace,
            threads: 1,
            head,
        })
    }

    /// Goes on at `mark` with a file that an earlier process has not finished.
    ///
    /// # Errors
    /// [`IoError::Damaged`] if the file is not what it was at the mark.
    pub fn reopen(
        path: &Path,
        header: &RunHeader,
        replace: bool,
        mark: &Mark,
    ) -> Result<Self, IoError> {
        let mut file = PartFile::left_over(path, "part", kind(header), replace);
        let damaged = |reason: String| IoError::Damaged {
            path: file.part().to_owned(),
            reason,
        };
        let restore = || -> std::io::Result<u64> {
            let mut part = fs::OpenOptions::new().write(true).open(file.part())?;
            let length = part.metadata()?.len();
            if length >= mark.length {
                part.write_all(&mark.head)?;
                part.set_len(mark.length)?;
                part.sync_data()?;
            }
            Ok(length)
        };
        let length = restore().map_err(|e| damaged(e.to_string()))?;
        if length < mark.length {
            let marked = mark.length;
            return Err(damaged(format!("it has {length} of {marked} bytes")));
        }
        let weights = RawWeights::reopen(&beside(path, "weights"), mark.n_events, mark.weights)?;
        let written = usize::try_from(mark.n_events).unwrap_or(usize::MAX);
        let open = || -> Result<_> {
            let opened = open::unfinished(file.part())?;
            let group = opened.group("events")?;
            let place = (file.part(), group);
            let mut columns = EventColumns::open(place, &header.sample.columns(), written)?;
            columns.check(&mark.events)?;
            Ok((columns, opened))
        };
        let open = open().map_err(|e| damaged(e.to_string()))?;
        file.keep();
        Ok(Self {
            open: Some(open),
            file,
            weights,
            write_back: WriteBack::default(),
            header: header.clone(),
            replace,
            threads: 1,
            head: mark.head.clone(),
        })
    }

    /// Uses this many threads: where there is more than one, another writes the events.
    #[must_use]
    pub fn on_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        if let (Some((columns, _)), true) = (&mut self.open, self.threads > 1) {
            columns.go_behind();
        }
        self
    }

    /// Bytes on the disk an event takes while the file is written.
    pub fn bytes_per_event(header: &RunHeader) -> u64 {
        let columns = events::bytes_per_event(&header.sample, header.precision);
        let raw_weight = size_of::<f64>() as u64;
        match header.compression {
            Compression::None => columns + raw_weight,
            // Beside the uncompressed file; momenta shrink by a few per cent only.
            Compression::Gzip => 2 * columns + raw_weight,
        }
    }

    /// Number of events taken over.
    pub fn n_events(&self) -> usize {
        self.open.as_ref().map_or(0, |(columns, _)| columns.len())
    }

    /// Appends events.
    ///
    /// # Errors
    /// [`IoError`] if the disk is full or a column is missing; nothing more can be written then.
    pub fn write_events(&mut self, events: &EventBuffer) -> Result<(), IoError> {
        self.write_weights(events)?;
        self.write_rest(events.len(), |columns| columns.append(events))
    }

    /// The same, and may take what they lie in, which is empty then.
    ///
    /// # Errors
    /// As [`Self::write_events`].
    pub fn take_events(&mut self, events: &mut EventBuffer) -> Result<(), IoError> {
        self.write_weights(events)?;
        self.write_rest(events.len(), |columns| columns.take(events))
    }

    fn write_weights(&mut self, events: &EventBuffer) -> Result<(), IoError> {
        if self.open.is_none() {
            return Err(self.closed(WRITE));
        }
        let written = match events.weight.len() == events.len() {
            true => self.weights.append(&events.weight),
            false => {
                let e = "the columns of the events differ in length".into();
                Err(IoError::hdf5(WRITE, self.file.path(), &e))
            }
        };
        if written.is_err() {
            self.open = None;
        }
        written
    }

    /// Appends the columns of `n` events whose weights are written.
    fn write_rest(
        &mut self,
        n: usize,
        append: impl FnOnce(&mut EventColumns) -> Result<()>,
    ) -> Result<(), IoError> {
        let Some((columns, _)) = self.open.as_mut() else {
            return Err(self.closed(WRITE));
        };
        let part = self.file.part();
        let bytes = n as u64 * events::bytes_per_event(&self.header.sample, self.header.precision);
        let written = append(columns)
            .map_err(|e| IoError::hdf5(WRITE, self.file.path(), &e))
            .and_then(|()| {
                let failed = |e| IoError::file(WRITE, part, e);
                self.write_back.wrote(part, bytes).map_err(failed)
            });
        if written.is_err() {
            self.open = None;
        }
        written
    }

    /// Hands everything to the disk; from now on the file is kept if it is not finished.
    ///
    /// # Errors
    /// [`IoError`] if the disk is full.
    pub fn mark(&mut self) -> Result<Mark, IoError> {
        let operation = "save";
        let Some((columns, file)) = self.open.as_mut() else {
            return Err(self.closed(operation));
        };
        columns
            .write_pending()
            .and_then(|()| file.flush())
            .map_err(|e| IoError::hdf5(operation, self.file.path(), &e))?;
        self.weights.sync()?;
        let part = self.file.part();
        let length = (self.write_back.finish())
            .and_then(|()| fs::File::open(part))
            .and_then(|part| part.sync_data().and_then(|()| part.metadata()))
            .map_err(|e| IoError::file(operation, part, e))?
            .len();
        Ok(Mark {
            n_events: columns.len() as u64,
            events: columns.checksums(),
            weights: self.weights.checksum(),
            head: self.head.clone(),
            length,
        })
    }

    /// Leaves the file where it is from now on if it is not finished.
    pub fn keep(&mut self) {
        self.file.keep();
        self.weights.keep();
    }

    /// Writes what is known after the last event, closes the file and gives it its name.
    ///
    /// # Errors
    /// [`IoError`] if the disk is full or the file cannot be renamed; it is removed then, unless it
    /// is to be kept.
    pub fn finish(self, summary: &RunSummary) -> Result<(), IoError> {
        self.finish_with(summary, &[], None)
    }

    /// The same with further weights of the events, and for a file that joins runs of different seeds,
    /// its `members`.
    ///
    /// # Errors
    /// As [`Self::finish`], and what makes the weights.
    pub fn finish_with(
        self,
        summary: &RunSummary,
        members: &[Member],
        further: Option<&mut Further<'_>>,
    ) -> Result<(), IoError> {
        self.complete(summary.weight_scale, |file| {
            if !members.is_empty() {
                members::write(&file.create_group("seeds")?, members)?;
            }
            if let Some(further) = further {
                further::add(&file.group("events")?, further)?;
            }
            write_summary(file, summary)
        })
    }

    /// Writes what a shard hands to the merge in place of results, and gives the file its name.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub fn finish_shard(self, work: &[u8]) -> Result<(), IoError> {
        self.complete(1.0, |file| {
            let data = file.new_dataset_builder().with_data(work).create("work")?;
            column::put_checksum(&data, work)?;
            attribute::describe(&data, "1", "sums of this shard, for millibrem merge")
        })
    }

    /// Completes the file with `write`.
    fn complete(
        mut self,
        weight_scale: f64,
        write: impl FnOnce(&File) -> Result<()>,
    ) -> Result<(), IoError> {
        let operation = "complete";
        let Some((columns, file)) = self.open.take() else {
            return Err(self.closed(operation));
        };
        let path = self.file.path().to_owned();
        let waited = self.write_back.finish();
        waited.map_err(|e| IoError::file(operation, &path, e))?;
        let fail = |e: ::hdf5::Error| IoError::hdf5(operation, &path, &e);
        let (done, known) = match self.header.compression {
            Compression::None => {
                let close = |file: File| file.flush().and_then(|()| file.close());
                let written = columns
                    .finish(&mut self.weights, weight_scale, self.threads)
                    .and_then(|known| write(&file).map(|()| known));
                let closed = close(file);
                let known = written.and_then(|known| closed.map(|()| known));
                (self.file, known.map_err(fail)?)
            }
            Compression::Gzip => {
                let (packed, _) =
                    PartFile::known(&path, "packed", kind(&self.header), self.replace)?;
                let target = open::create(packed.part()).map_err(fail)?;
                let written =
                    write_header((packed.part(), &target), &self.header, Compression::Gzip)
                        .and_then(|(_, mut into)| {
                            columns.copy_to(&mut into)?;
                            into.finish(&mut self.weights, weight_scale, self.threads)
                        })
                        .and_then(|_| write(&target));
                written.and(target.close()).map_err(fail)?;
                file.close().map_err(fail)?;
                (packed, Vec::new())
            }
        };
        let sealed = seal::put(done.part(), self.threads, known);
        sealed.map_err(|e| IoError::file(operation, &path, e))?;
        done.finish()?;
        self.weights.discard();
        if self.header.compression == Compression::Gzip {
            // The uncompressed file has served; if it stays, the next run writes over it.
            let _ = fs::remove_file(beside(&path, "part"));
        }
        Ok(())
    }

    fn closed(&self, operation: &str) -> IoError {
        IoError::Hdf5 {
            operation: operation.to_owned(),
            path: self.file.path().to_owned(),
            reason: "an earlier write failed".to_owned(),
        }
    }
}

impl EventSink for RunWriter {
    fn write(&mut self, events: &EventBuffer) -> Result<(), SinkError> {
        Ok(self.write_events(events)?)
    }

    fn take(&mut self, events: &mut EventBuffer) -> Result<(), SinkError> {
        Ok(self.take_events(events)?)
    }
}

/// What the file will be.
fn kind(header: &RunHeader) -> Kind {
    match header.shard {
        None => Kind::Run,
        Some(_) => Kind::Shard,
    }
}

/// The first `n` bytes of a file.
fn first_bytes(path: &Path, n: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(n).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes the header and lays out the columns; also the length of the file between the two, before
/// which everything lies that is changed when the file is completed.
fn write_header(
    (path, file): (&Path, &File),
    header: &RunHeader,
    compression: Compression,
) -> Result<(u64, EventColumns)> {
    let format = match header.shard {
        None => FORMAT,
        Some(_) => SHARD_FORMAT,
    };
    attribute::put_text(file, "format", format)?;
    attribute::put(file, "format_version", &FORMAT_VERSION)?;
    attribute::put_text(file, "generator", "millibrem")?;
    attribute::put_text(file, "generator_version", GENERATOR_VERSION)?;
    attribute::put_text(file, "git_commit", GIT_COMMIT)?;
    attribute::put_text(file, "card", &header.card)?;
    attribute::put(file, "seed", &header.seed)?;
    let units = format!(
        "energies, momenta and masses in GeV (natural units), cross sections and weights \
         in pb per {}, angles in rad, charges in units of e",
        header.sample.sigma_is_per()
    );
    attribute::put_text(file, "units", &units)?;
    if let Some(shard) = header.shard {
        attribute::put(file, "shard_index", &shard.index)?;
        attribute::put(file, "shard_of", &shard.of)?;
    }
    let group = events::create_group(file, header)?;
    file.flush()?;
    let length = file.size();
    let (sample, expected) = (&header.sample, header.expected_events);
    let storage = (compression, header.precision);
    let columns = EventColumns::create((path, group), sample, storage, expected)?;
    Ok((length, columns))
}

fn write_summary(file: &File, summary: &RunSummary) -> Result<()> {
    let sigma = file.create_group("sigma")?;
    let per = match summary.nuclei.is_empty() {
        true => "nucleus",
        false => "atom of the target",
    };
    write_sigma(&sigma, &summary.cross_section, per)?;
    nuclei::write(&sigma, &summary.nuclei)?;
    let group = file.create_group("histograms")?;
    summary
        .histograms
        .iter()
        .try_for_each(|h| histograms::write(&group, h))?;
    let provenance = file.create_group("provenance")?;
    attribute::put_facts(&provenance, &summary.provenance)?;
    let timings = provenance.create_group("timings")?;
    attribute::put_facts(&timings, &summary.timings)
}

fn write_sigma(group: &Group, sigma: &CrossSection, per: &str) -> Result<()> {
    scalar(
        group,
        "value",
        &sigma.value_pb,
        "pb",
        &format!("total cross section per {per}"),
    )?;
    scalar(
        group,
        "error",
        &sigma.error_pb,
        "pb",
        "standard error of value",
    )?;
    let words = "chi^2 per degree of freedom over the measured iterations";
    scalar(group, "chi2_dof", &sigma.chi2_dof, "1", words)?;
    scalar(
        group,
        "n_eval",
        &sigma.n_eval,
        "1",
        "points evaluated for the result",
    )?;
    let table = group.create_group("iterations")?;
    let rows = &sigma.iterations;
    let column = |name: &str, units: &str, words: &str, of: fn(&IterationRow) -> f64| {
        let data: Vec<f64> = rows.iter().map(of).collect();
        attribute::describe(
            &table.new_dataset_builder().with_data(&data).create(name)?,
            units,
            words,
        )
    };
    let measured: Vec<bool> = rows.iter().map(|r| r.measured).collect();
    let data = table
        .new_dataset_builder()
        .with_data(&measured)
        .create("measured")?;
    attribute::describe(&data, "1", "whether the row counts for the result")?;
    let n_eval: Vec<u64> = rows.iter().map(|r| r.n_eval).collect();
    let data = table
        .new_dataset_builder()
        .with_data(&n_eval)
        .create("n_eval")?;
    attribute::describe(&data, "1", "points evaluated")?;
    column("value", "pb", "estimate of this iteration alone", |r| {
        r.value_pb
    })?;
    column("error", "pb", "standard error of value", |r| r.error_pb)?;
    column("average", "pb", "running average", |r| r.average_pb)?;
    column("average_error", "pb", "standard error of average", |r| {
        r.average_error_pb
    })?;
    column(
        "chi2_dof",
        "1",
        "chi^2 per degree of freedom of average",
        |r| r.chi2_dof,
    )?;
    column("q", "1", "probability of a larger chi^2", |r| r.q)
}

fn scalar<T: H5Type>(
    group: &Group,
    name: &str,
    value: &T,
    units: &str,
    description: &str,
) -> Result<()> {
    let data = group.new_dataset::<T>().create(name)?;
    data.write_scalar(value)?;
    attribute::describe(&data, units, description)
}
