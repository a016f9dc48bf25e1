//! The files in other formats that a run makes beside its own: tried before the long work, made
//! after it, recognised by a later process.
//!
//! An export is a function of the run file and gets its name when it is whole. So a file that is
//! there already is this run's export if making it again gives the same bytes, whoever made it and
//! whatever ended that process; no record of it is needed that could be lost or be wrong.
//! Pinned by `cli/tests/exports.rs`.

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use super::JobError;
use crate::IoError;
use crate::checkpoint::OutputLock;
use crate::export::{ExportOptions, Format, export};
use crate::hdf5::RunReader;
use crate::output::{self, Kind};
use millibrem::card::RunCard;
use millibrem::event::Weighting;
use millibrem::run;

/// Exports of one run, each under the name that its format gives it.
#[derive(Debug, Clone)]
pub struct Exports {
    run: PathBuf,
    files: Vec<(Format, PathBuf)>,
    replace: bool,
    /// What formats without weights take as equal.
    allowed_excess: f64,
    threads: usize,
}

impl Exports {
    /// Exports of the run of `card` into `run`, in `formats`; with `replace`, over what is there.
    ///
    /// # Errors
    /// [`JobError::Usage`] if a format is there twice or cannot take the events of the card, or two
    /// files would have one name.
    pub fn of(
        run: &Path,
        formats: &[Format],
        card: &RunCard,
        replace: bool,
    ) -> Result<Self, JobError> {
        check_weights(formats, card)?;
        let mut files: Vec<(Format, PathBuf)> = Vec::with_capacity(formats.len());
        for &format in formats {
            let path = format.default_path(run);
            if files.iter().any(|(other, _)| *other == format) {
                return Err(JobError::Usage(format!(
                    "--to {format} is given twice: once makes {}",
                    path.display()
                )));
            }
            if path == run || files.iter().any(|(_, other)| *other == path) {
                return Err(JobError::Usage(format!(
                    "--to {format} would write {}, which is another file of this run; give the run another name",
                    path.display()
                )));
            }
            files.push((format, path));
        }
        Ok(Self {
            run: run.to_owned(),
            files,
            replace,
            allowed_excess: card.events.max_overweight_share,
            threads: run::thread_count(card.run.threads),
        })
    }

    /// The files.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.files.iter().map(|(_, path)| path.clone()).collect()
    }

    /// Fails where one of the files cannot be written. What is there may be an export of the run
    /// only if that is `complete`; [`Self::make`] then looks.
    ///
    /// # Errors
    /// [`IoError::Exists`], [`IoError::Name`].
    pub fn check(&self, complete: bool) -> Result<(), JobError> {
        let companions = self.files.iter().filter_map(|(format, path)| {
            let companion = format.definition().companion()?;
            Some(companion.path(path))
        });
        for path in self.paths().into_iter().chain(companions) {
            let Ok(there) = fs::metadata(&path) else {
                continue;
            };
            if !there.is_file() {
                let reason = "something of that name is there that is no file".to_owned();
                return Err(IoError::Name { path, reason }.into());
            }
            if self.replace {
                output::check(&path, Kind::Events, true)?;
            }
            if !self.replace && !complete {
                return Err(IoError::Exists { path }.into());
            }
        }
        Ok(())
    }

    /// Makes what is missing and keeps what is there; tells `warn` what a format cannot take over.
    ///
    /// # Errors
    /// [`JobError::Export`], [`JobError::NotTheExport`]: the run is complete all the same.
    pub fn make(&self, warn: &mut dyn FnMut(&str)) -> Result<(), JobError> {
        if self.files.is_empty() {
            return Ok(());
        }
        let lock = OutputLock::take(&self.run)?;
        for (format, path) in &self.files {
            self.make_one(*format, path, warn)
                .map_err(|error| match error {
                    own @ JobError::NotTheExport { .. } => own,
                    source => JobError::Export {
                        run: self.run.clone(),
                        format: format.name(),
                        source: Box::new(source),
                    },
                })?;
        }
        drop(lock);
        Ok(())
    }

    fn make_one(
        &self,
        format: Format,
        path: &Path,
        warn: &mut dyn FnMut(&str),
    ) -> Result<(), JobError> {
        let run = RunReader::open(&self.run)?;
        let options = ExportOptions {
            replace: self.replace,
            allowed_excess: self.allowed_excess,
            threads: self.threads,
            ..ExportOptions::default()
        };
        let again = Again::beside(path, format);
        let is_there = !self.replace && path.exists();
        // Goes with what a process has left that was killed behind its last step.
        let _lock = is_there.then(|| OutputLock::take(path)).transpose()?;
        let output = match is_there {
            true => {
                again.make_room()?;
                &again.file
            }
            false => path,
        };
        let report = export(&run, format, output, &options)?;
        report.warnings.iter().for_each(|words| warn(words));
        let read = |e| IoError::file("compare", path, e);
        if is_there && !same_bytes(path, output).map_err(read)? {
            return Err(JobError::NotTheExport {
                path: path.to_owned(),
                run: self.run.clone(),
                format: format.name(),
            });
        }
        Ok(())
    }
}

/// Fails if a format has no weights and the card asks for events that differ in theirs.
fn check_weights(formats: &[Format], card: &RunCard) -> Result<(), JobError> {
    let events = run::events(card);
    let differ = match events.weights() {
        Weighting::Unweighted => None,
        Weighting::Weighted => Some("events.mode = \"weighted\"".to_owned()),
        Weighting::PartlyUnweighted => Some(format!("events.max_weight = {}", events.max_weight)),
    };
    match (formats.iter().find(|to| !to.has_weights()), differ) {
        (Some(to), Some(key)) if events.count > 0 => Err(JobError::Usage(format!(
            "--to {to}: {to} has no weights, and {key} makes events whose weights differ; set events.mode = \"unweighted\" and events.max_weight = 1, or export afterwards with --unweight"
        ))),
        _ => Ok(()),
    }
}

/// The folder in which an export is made again to be compared; it goes when this is dropped.
struct Again {
    folder: PathBuf,
    /// The export in it, under its own name, which some readers insist on.
    file: PathBuf,
    /// What the name of its companion has behind its own.
    companion: &'static str,
}

impl Again {
    fn beside(path: &Path, format: Format) -> Self {
        let mut name = path.as_os_str().to_owned();
        name.push(".again");
        let folder = PathBuf::from(name);
        let file = folder.join(path.file_name().unwrap_or_default());
        let companion = format.definition().companion();
        let companion = companion.map_or("", |one| one.ending);
        let again = Self {
            folder,
            file,
            companion,
        };
        // What a killed process has left.
        again.remove();
        again
    }

    fn make_room(&self) -> Result<(), IoError> {
        let made = fs::create_dir_all(&self.folder);
        made.map_err(|e| IoError::file("make the folder", &self.folder, e))
    }

    /// Removes the export, whole or not, and the folder if that is all it holds. There is nothing
    /// to report to: whoever needs the place will be told.
    fn remove(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        for entry in entries.flatten() {
            let found = entry.file_name();
            let rest = found
                .to_string_lossy()
                .strip_prefix(&*name)
                .map(str::to_owned);
            let ours = |rest: &str| {
                let rest = rest.strip_prefix(self.companion).unwrap_or(rest);
                matches!(rest, "" | ".part" | ".lock")
            };
            if rest.is_some_and(|rest| ours(&rest)) {
                let _ = fs::remove_file(entry.path());
            }
        }
        let _ = fs::remove_dir(&self.folder);
    }
}

impl Drop for Again {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Whether two files hold the same.
fn same_bytes(a: &Path, b: &Path) -> std::io::Result<bool> {
    const PIECE: usize = 1 << 20;
    let [a, b] = [File::open(a)?, File::open(b)?];
    if a.metadata()?.len() != b.metadata()?.len() {
        return Ok(false);
    }
    let [mut a, mut b] = [a, b].map(|file| BufReader::with_capacity(PIECE, file));
    let (mut one, mut other) = (Vec::new(), Vec::new());
    loop {
        one.clear();
        other.clear();
        a.by_ref().take(PIECE as u64).read_to_end(&mut one)?;
        b.by_ref().take(PIECE as u64).read_to_end(&mut other)?;
        if one != other || one.is_empty() {
            return Ok(one == other);
        }
    }
}
