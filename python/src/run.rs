//! Runs: in memory, into files, and from files.

use std::path::PathBuf;

use millibrem::event::{EventBuffer, Scalar};
use millibrem::record::{RunHeader, RunSummary, Shard, alarms};
use millibrem_files::IoError;
use millibrem_files::hdf5::{Further, RunReader, RunWriter};
use millibrem_files::job::{self, Job, Outcome, in_memory};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::card::Card;
use crate::errors::Failure;
use crate::events::Events;
use crate::plain;
use crate::work::{End, Notes, wait};

fn header<'py>(py: Python<'py>, header: &RunHeader) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("card", &header.card)?;
    dict.set_item("seed", header.seed)?;
    dict.set_item("sample", plain::sample(py, &header.sample)?)?;
    Ok(dict)
}

/// What a run in memory leaves besides its events.
#[pyclass(frozen, module = "millibrem._core")]
pub struct RunRecord {
    pub(crate) header: RunHeader,
    pub(crate) summary: RunSummary,
}

#[pymethods]
impl RunRecord {
    /// That of a run file.
    #[staticmethod]
    fn of(file: &RunFile) -> Result<Self, Failure> {
        let run = &file.0;
        Ok(Self {
            header: run.header().clone(),
            summary: RunSummary {
                cross_section: run.cross_section()?,
                nuclei: run.nuclei()?,
                weight_scale: 1.0,
                histograms: run.histograms()?,
                provenance: run.provenance()?,
                timings: run.timings()?,
            },
        })
    }

    /// Writes the run with its ``events`` into the file ``path``: the datasets that the same card
    /// gives there, to the bit.
    fn save(
        &self,
        py: Python<'_>,
        events: &Events,
        path: PathBuf,
        replace: bool,
    ) -> Result<(), Failure> {
        let write = || -> Result<(), IoError> {
            let mut header = self.header.clone();
            let is_further = |scalar: &Scalar| scalar.further_weight().is_some();
            header.sample.scalars.retain(|scalar| !is_further(scalar));
            let mut writer = RunWriter::create(&path, &header, replace)?;
            let scalars = &events.0.columns().scalars;
            let further: Vec<usize> = (0..scalars.len())
                .filter(|&k| is_further(&scalars[k]))
                .collect();
            match further.is_empty() {
                true => writer.write_events(&events.0)?,
                false => {
                    let mut plain = events.0.clone();
                    plain.retain_scalars(|scalar| !is_further(scalar));
                    writer.write_events(&plain)?;
                }
            }
            // Weights are those of the file already.
            let summary = RunSummary {
                weight_scale: 1.0,
                ..self.summary.clone()
            };
            let mut values = |row: usize, keys: &[u64], _: &[f64]| {
                let part = |&k: &usize| events.0.scalars()[k][row..row + keys.len()].to_vec();
                Ok(further.iter().map(part).collect())
            };
            let mut stored = Further {
                columns: further.iter().map(|&k| scalars[k].clone()).collect(),
                values: &mut values,
                found: Vec::new(),
            };
            let stored = (!further.is_empty()).then_some(&mut stored);
            writer.finish_with(&summary, &[], stored)
        };
        Ok(py.detach(write)?)
    }
}

/// A run of ``card`` in memory: its facts, its record and its events.
#[pyfunction]
#[pyo3(signature = (card, progress=None))]
pub(crate) fn generate<'py>(
    py: Python<'py>,
    card: &Card,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<(Bound<'py, PyDict>, RunRecord, Events)> {
    let card = card.card.clone();
    let run = wait(py, progress, End::Loses, move |shared| {
        Ok(in_memory(&card, &mut Notes::new(shared))?)
    })?;
    let dict = header(py, &run.header)?;
    dict.set_item(
        "sigma",
        plain::cross_section(py, &run.summary.cross_section)?,
    )?;
    dict.set_item(
        "histograms",
        plain::histograms(py, &run.summary.histograms)?,
    )?;
    dict.set_item("provenance", plain::facts(py, &run.summary.provenance)?)?;
    dict.set_item("timings", plain::facts(py, &run.summary.timings)?)?;
    dict.set_item("alarms", run.found.alarms)?;
    let record = RunRecord {
        header: run.header,
        summary: run.summary,
    };
    Ok((dict, record, Events(run.events)))
}

/// A run of ``card``, or a shard of it, into the file ``path``; returns the notes.
#[pyfunction]
#[pyo3(signature = (card, path, resume=false, replace=false, shard=None, progress=None))]
pub(crate) fn generate_into(
    py: Python<'_>,
    card: &Card,
    path: PathBuf,
    resume: bool,
    replace: bool,
    shard: Option<(u32, u32)>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Vec<String>> {
    let job = Job {
        replace,
        shard: shard.map(|(index, of)| Shard { index, of }),
        ..Job::new(card.card.clone(), path)
    };
    wait(py, progress, End::Saves, move |shared| {
        let mut notes = Notes::new(shared);
        let outcome = match resume {
            true => job.resume(&mut notes),
            false => job.run(&mut notes),
        }?;
        if let Outcome::Run(found) = outcome {
            notes.notes.extend(found.notes);
        }
        Ok(notes.notes)
    })
}

/// Merges the shards ``paths`` into the run ``output``; returns the notes.
#[pyfunction]
#[pyo3(signature = (paths, output, replace=false, threads=0, progress=None))]
pub(crate) fn merge(
    py: Python<'_>,
    paths: Vec<PathBuf>,
    output: PathBuf,
    replace: bool,
    threads: usize,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Vec<String>> {
    wait(py, progress, End::Loses, move |shared| {
        let mut notes = Notes::new(shared);
        let found = job::merge(&paths, &output, replace, threads, &mut notes)?;
        notes.notes.extend(found.notes);
        Ok(notes.notes)
    })
}

/// Seed of the run into ``path``, finished or not, if it can be found out.
#[pyfunction]
pub(crate) fn seed_of(path: PathBuf) -> Option<u64> {
    Job::seed_of(&path)
}

/// The weights of ``events`` where ``settings`` (``section.key=value``) hold, pb; ``file`` is that of the
/// run, if it is in one, and gets them as a column called ``name``, if that is given.
#[pyfunction]
#[pyo3(signature = (card, events, settings, file=None, name=None, progress=None))]
pub(crate) fn other_weights<'py>(
    py: Python<'py>,
    card: String,
    events: Py<Events>,
    settings: Vec<String>,
    file: Option<Py<RunFile>>,
    name: Option<String>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let weights = wait(py, progress, End::Loses, move |shared| {
        let mut notes = Notes::new(shared);
        let run = file.as_ref().map(|file| &file.get().0);
        let members = run.map_or(Ok(Vec::new()), RunReader::members)?;
        let events = &events.get().0;
        let found = job::other_weights(&card, &members, events, &settings, &mut notes)?;
        if let (Some(run), Some(name)) = (run, name) {
            job::reweight(run.path(), &name, &settings, 0, &mut notes)?;
        }
        Ok(found)
    })?;
    Ok(PyArray1::from_vec(py, weights))
}

/// A complete run file.
#[pyclass(frozen, module = "millibrem._core")]
pub struct RunFile(pub(crate) RunReader);

#[pymethods]
impl RunFile {
    #[new]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        // The checksums of a large file take a while.
        let run = wait(py, None, End::Loses, move |_| Ok(RunReader::open(&path)?))?;
        Ok(Self(run))
    }

    fn __len__(&self) -> usize {
        self.0.n_events()
    }

    /// Where it is.
    #[getter]
    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    /// Card, seed and particles.
    fn header<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (version, commit) = self.0.generator().map_err(Failure::from)?;
        let dict = header(py, self.0.header())?;
        dict.set_item("generator_version", version)?;
        dict.set_item("git_commit", commit)?;
        Ok(dict)
    }

    /// σ with its iteration table.
    fn sigma<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        plain::cross_section(py, &self.0.cross_section().map_err(Failure::from)?)
    }

    /// All histograms, sorted by name.
    fn histograms<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, pyo3::types::PyList>> {
        plain::histograms(py, &self.0.histograms().map_err(Failure::from)?)
    }

    /// Facts of the run.
    fn provenance<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        plain::facts(py, &self.0.provenance().map_err(Failure::from)?)
    }

    /// Facts of the machine and the hour.
    fn timings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        plain::facts(py, &self.0.timings().map_err(Failure::from)?)
    }

    /// Reasons not to trust the run.
    fn alarms(&self) -> Result<Vec<String>, Failure> {
        Ok(alarms(&self.0.provenance()?))
    }

    /// The weights alone, pb.
    fn weights<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let mut weights = Vec::new();
        py.detach(|| self.0.read_weights(0, self.0.n_events(), &mut weights))
            .map_err(Failure::from)?;
        Ok(PyArray1::from_vec(py, weights))
    }

    /// All columns of the events from ``start`` to before ``stop``.
    fn events(&self, py: Python<'_>, start: usize, stop: usize) -> PyResult<Events> {
        let mut events = EventBuffer::default();
        let n = stop.saturating_sub(start);
        py.detach(|| self.0.read_on_shell(start, n, &mut events))
            .map_err(Failure::from)?;
        Ok(Events(events))
    }
}
