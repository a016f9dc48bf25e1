//! A library of events for G4DarkBreM: a card at several energies on several elements.
//!
//! Each point is the run of the card with `beam.energy_gev` and `target.element` set, in a file of its own that
//! stays: what was done is not done again, and `plot`, `info` and `export` take each of them. A table holds
//! all points in one file; of formats with one run a file the library is a folder, which G4DarkBreM reads
//! whole. Pinned by `cli/tests/cli_library.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Job, JobError, Watcher};
use crate::IoError;
use crate::export::{ExportOptions, ExportReport, Format, export, export_several};
use crate::hdf5::RunReader;
use crate::output::{self, Kind};
use millibrem::card::{Override, RunCard};
use millibrem::event::{Sample, Scalar};
use millibrem::record::{CrossSection, alarms};
use millibrem::run;
use millibrem::study::{CardSource, Grid, ScanAxis, StudyError};

/// The key of the energies.
const ENERGY: &str = "beam.energy_gev";
/// The key of the elements.
const ELEMENT: &str = "target.element";

/// What a library is to hold and where.
#[derive(Debug, Clone)]
pub struct Library {
    points: Vec<(RunCard, PathBuf)>,
    format: Format,
    output: PathBuf,
    replace: bool,
}

/// One energy and element of a library.
#[derive(Debug, Clone)]
pub struct LibraryPoint {
    /// Its run.
    pub run: PathBuf,
    /// Energy of the beam, GeV.
    pub energy_gev: f64,
    /// PDG numbers of the nuclei that are struck.
    pub nuclei: Vec<i32>,
    /// Its cross section, pb per nucleus.
    pub cross_section: CrossSection,
    /// Events of the run.
    pub n_events: u64,
    /// Why it is not to be trusted.
    pub alarms: Vec<String>,
}

/// A library that was made.
#[derive(Debug, Clone)]
pub struct LibraryReport {
    /// Its points, energies running fastest.
    pub points: Vec<LibraryPoint>,
    /// Events in it, and what its format could not take over.
    pub export: ExportReport,
}

impl Library {
    /// The library of a card at `energies` (GeV) on `elements`, each as `--over` takes them, or on the
    /// target of the card, into `output`; its runs go into `folder`.
    ///
    /// # Errors
    /// [`StudyError`] if a value or a card is wrong, or the format has no place for what comes out.
    pub fn of(
        source: &CardSource,
        (energies, elements): (&str, Option<&str>),
        (format, output): (Format, &Path),
        folder: &Path,
        replace: bool,
    ) -> Result<Self, StudyError> {
        let elements = elements.map(|all| ScanAxis::of_option("--elements", ELEMENT, all));
        let energies = ScanAxis::of_option("--energies", ENERGY, energies);
        let axes = elements.into_iter().chain([energies]);
        let grid = Grid::new(axes.collect::<Result<_, _>>()?)?;
        let mut points = Vec::with_capacity(grid.len());
        for row in 0..grid.len() {
            let values = grid.row(row);
            let run = folder.join(format!("{}gev.h5", values.join("-")));
            // A seed that was drawn, not given, is that of the run that is there.
            let seed = Job::seed_of(&run).map(|seed| seed.to_string());
            let source = match &seed {
                Some(seed) => &source.with(Override::where_absent("library", "run.seed", seed)),
                None => source,
            };
            let card = source.at(&grid.axes, &values)?;
            let sample = run::header(&card, None)?.sample;
            if let Some(reason) = refused(format, &sample) {
                return Err(run::UsageError(format!("--to {format}: {reason}")).into());
            }
            points.push((card, run));
        }
        Ok(Self {
            points,
            format,
            output: output.to_owned(),
            replace,
        })
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there are no points.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Makes what runs are missing, then the library.
    ///
    /// # Errors
    /// [`JobError`]; runs that are complete stay.
    pub fn make(&self, watcher: &mut dyn Watcher) -> Result<LibraryReport, JobError> {
        let in_one = self.is_one_file();
        if in_one {
            output::check(&self.output, Kind::Events, self.replace)?;
        }
        for (card, run) in &self.points {
            watcher.note(&format!("{}", run.display()));
            make_folder(run.parent())?;
            let job = Job {
                replace: self.replace,
                ..Job::new(card.clone(), run.clone())
            };
            job.resume(watcher)?;
        }
        let runs = self.points.iter().map(|(_, run)| RunReader::open(run));
        let runs = runs.collect::<Result<Vec<_>, _>>()?;
        let export = match in_one {
            true => export_several(&runs, self.format, &self.output, &self.options(0))?,
            false => self.in_a_folder(&runs)?,
        };
        let points = self.points.iter().zip(&runs);
        let points = points.map(|((card, path), run)| point(card, path, run));
        Ok(LibraryReport {
            points: points.collect::<Result<_, _>>()?,
            export,
        })
    }

    /// Whether all goes into one file: the format can, and the name is one of it.
    fn is_one_file(&self) -> bool {
        let name = self.output.to_string_lossy();
        let format = self.format.definition();
        format.joins() && format.endings().iter().any(|end| name.ends_with(end))
    }

    fn in_a_folder(&self, runs: &[RunReader]) -> Result<ExportReport, JobError> {
        make_folder(Some(&self.output))?;
        let mut all = ExportReport {
            n_events: 0,
            n_read: 0,
            warnings: Vec::new(),
        };
        for (i, run) in runs.iter().enumerate() {
            let name = run.path().file_name().unwrap_or_default();
            let file = self.format.default_path(&self.output.join(name));
            let one = export(run, self.format, &file, &self.options(i))?;
            all.n_events += one.n_events;
            all.n_read += one.n_read;
            all.warnings.extend(one.warnings);
        }
        all.warnings.sort();
        all.warnings.dedup();
        Ok(all)
    }

    /// How the point is exported.
    fn options(&self, point: usize) -> ExportOptions {
        ExportOptions {
            allowed_excess: self.points[point].0.events.max_overweight_share,
            replace: self.replace,
            threads: run::thread_count(self.points[point].0.run.threads),
            ..ExportOptions::default()
        }
    }
}

/// Why the format is no library of such events.
fn refused(format: Format, sample: &Sample) -> Option<String> {
    if ![Format::G4DARKBREM_CSV, Format::G4DARKBREM_LHE].contains(&format) {
        return Some("a library is g4darkbrem-csv or g4darkbrem-lhe".to_owned());
    }
    let varies = [Scalar::BEAM_ENERGY, Scalar::PROJECTILE];
    if let Some(what) = varies.iter().find(|one| sample.scalars.contains(one)) {
        let words =
            "a library has events at fixed energies of one particle, and here each event has its";
        return Some(format!(
            "{words} `{}`; set target.losses = \"none\"",
            what.name
        ));
    }
    format.definition().refuses(sample)
}

fn make_folder(folder: Option<&Path>) -> Result<(), IoError> {
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|e| IoError::file("make the folder", folder, e))
}

fn point(card: &RunCard, path: &Path, run: &RunReader) -> Result<LibraryPoint, JobError> {
    let sample = run.sample();
    let nuclei = match sample.nuclei.is_empty() {
        true => vec![sample.target.pdg_id],
        false => sample.nuclei.iter().map(|one| one.pdg_id).collect(),
    };
    Ok(LibraryPoint {
        run: path.to_owned(),
        energy_gev: card.beam.energy_gev,
        nuclei,
        cross_section: run.cross_section()?,
        n_events: run.n_events() as u64,
        alarms: alarms(&run.provenance()?),
    })
}
