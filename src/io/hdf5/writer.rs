//! Writes a run file: header first, events as they come, the summary last.
//!
//! The file is written as `<name>.<process id>.part` beside its final place and renamed by [`RunWriter::finish`];
//! a run that fails or is dropped removes it. The output is tried when the writer is made, before
//! any long work.

use std::path::Path;

use ::hdf5::{File, Group, H5Type, Result};

use super::events::EventColumns;
use super::{FORMAT, FORMAT_VERSION, GENERATOR_VERSION, GIT_COMMIT, attribute, histograms};
use crate::event::{EventBuffer, EventSink, SinkError};
use crate::io::IoError;
use crate::io::part::PartFile;
use crate::record::{CrossSection, IterationRow, RunHeader, RunSummary};

/// An unfinished run file.
pub struct RunWriter {
    // Declared first: the file must be closed before its name goes.
    open: Option<(File, EventColumns)>,
    file: PartFile,
}

impl RunWriter {
    /// Creates the file under its temporary name, with its header and empty event columns.
    ///
    /// Missing folders are made. With `replace`, a finished file of that name is replaced, but
    /// only when the new one is finished.
    ///
    /// # Errors
    /// [`IoError::Exists`] if there is such a file and `replace` is not set; another [`IoError`]
    /// if the folder or file cannot be made.
    pub fn create(path: &Path, header: &RunHeader, replace: bool) -> Result<Self, IoError> {
        // Made by the operating system first, which names its reason better than HDF5 does.
        let (part, _) = PartFile::create(path, replace)?;
        let file = File::create(part.part()).map_err(|e| IoError::hdf5("create", path, &e))?;
        let columns = write_header(&file, header)
            .map_err(|e| IoError::hdf5("write the header of", path, &e))?;
        Ok(Self {
            open: Some((file, columns)),
            file: part,
        })
    }

    /// Number of events taken over.
    pub fn n_events(&self) -> usize {
        self.open.as_ref().map_or(0, |(_, columns)| columns.len())
    }

    /// Appends events.
    ///
    /// # Errors
    /// [`IoError`] if the disk is full or a column is missing; nothing more can be written then.
    pub fn write_events(&mut self, events: &EventBuffer) -> Result<(), IoError> {
        let operation = "write events to";
        let Some((_, columns)) = self.open.as_mut() else {
            return Err(self.closed(operation));
        };
        columns.append(events).map_err(|e| {
            self.open = None;
            IoError::hdf5(operation, self.file.path(), &e)
        })
    }

    /// Writes what is known after the last event, closes the file and gives it its name.
    ///
    /// # Errors
    /// [`IoError`] if the disk is full or the file cannot be renamed; it is removed then.
    pub fn finish(mut self, summary: &RunSummary) -> Result<(), IoError> {
        let operation = "complete";
        let Some((file, columns)) = self.open.take() else {
            return Err(self.closed(operation));
        };
        let write = || -> Result<()> {
            columns.finish(summary.weight_scale)?;
            write_sigma(&file.create_group("sigma")?, &summary.cross_section)?;
            let group = file.create_group("histograms")?;
            summary
                .histograms
                .iter()
                .try_for_each(|h| histograms::write(&group, h))?;
            let provenance = file.create_group("provenance")?;
            attribute::put_facts(&provenance, &summary.provenance)?;
            let timings = provenance.create_group("timings")?;
            attribute::put_facts(&timings, &summary.timings)?;
            file.flush()
        };
        let written = write();
        let closed = file.close();
        written
            .and(closed)
            .map_err(|e| IoError::hdf5(operation, self.file.path(), &e))?;
        self.file.finish()
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
}

fn write_header(file: &File, header: &RunHeader) -> Result<EventColumns> {
    attribute::put_text(file, "format", FORMAT)?;
    attribute::put(file, "format_version", &FORMAT_VERSION)?;
    attribute::put_text(file, "generator", "millibrem")?;
    attribute::put_text(file, "generator_version", GENERATOR_VERSION)?;
    attribute::put_text(file, "git_commit", GIT_COMMIT)?;
    attribute::put_text(file, "card", &header.card)?;
    attribute::put(file, "seed", &header.seed)?;
    let units = "energies, momenta and masses in GeV (natural units), cross sections and weights \
                 in pb per nucleus, angles in rad, charges in units of e";
    attribute::put_text(file, "units", units)?;
    EventColumns::create(
        file,
        &header.sample,
        header.compression,
        header.expected_events,
    )
}

fn write_sigma(group: &Group, sigma: &CrossSection) -> Result<()> {
    scalar(
        group,
        "value",
        &sigma.value_pb,
        "pb",
        "total cross section per nucleus",
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
