//! The files that bring the shards of a card and their merge to a batch system.
//!
//! Everything a batch system reads names its files relative to the folder it stands in and is
//! submitted from there by `submit.sh`, so that no path but the program's needs quoting in the
//! languages of three parsers. A shard is always started with `--resume`: whatever stopped it, it
//! goes on from its last checkpoint, and one that is complete ends at once, so submitting again
//! after a failure costs little. Pinned by `cli/tests/cli_submit.rs`, by HTCondor's own reader in
//! `tests/python/test_submit.py` and by a real Slurm in `tests/slurm`.

mod htcondor;
mod slurm;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

use millibrem_files::output::{self, BATCH_CARD, Kind};
use millibrem_files::{self, IoError, PartFile};

/// The card every shard reads, with seed and threads fixed.
const CARD: &str = "card.toml";
/// The script that submits everything.
pub const SUBMIT: &str = "submit.sh";
/// The folder of the log files.
const LOG: &str = "log";
/// Seconds before its time limit at which a shard is told to save its state; Slurm may tell it up
/// to a minute earlier still (sbatch(1), `--signal`).
const WARNING_S: u64 = 60;

/// Why files for a batch system cannot be written.
#[derive(Debug, Error)]
pub enum SubmitError {
    /// There is no such batch system here.
    #[error("{0:?} is no batch system known here; choose slurm or htcondor")]
    Engine(String),
    /// A time limit that cannot be read.
    #[error("{0:?} is no time limit; write HH:MM:SS or D-HH:MM:SS, as in 02:00:00")]
    Time(String),
    /// A time limit that leaves no time to work.
    #[error(
        "a time limit of {given} leaves no time to work: shards are told to save their state up to {} s before it; give 00:05:00 or more",
        WARNING_S + 60
    )]
    ShortTime {
        /// The limit.
        given: WallTime,
    },
    /// An amount of memory that cannot be read.
    #[error("{0:?} is no amount of memory; write a whole number with K, M, G or T, as in 500M")]
    Memory(String),
    /// A text that would break the line it stands on.
    #[error("{option} {text:?} has a character that cannot stand in a file for a batch system")]
    Text {
        /// The option, or what the text is.
        option: &'static str,
        /// The text.
        text: String,
    },
    /// An option that means nothing to the batch system.
    #[error("{option} means nothing to {engine}; {instead}")]
    NotForEngine {
        /// The option.
        option: &'static str,
        /// The batch system.
        engine: Engine,
        /// What to do instead.
        instead: &'static str,
    },
    /// The batch system did not take the jobs.
    #[error("{} failed: {reason}", script.display())]
    Refused {
        /// The script that submits.
        script: PathBuf,
        /// How it failed.
        reason: String,
    },
}

/// A batch system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Slurm: a job array and a job that depends on it.
    Slurm,
    /// HTCondor: a DAG of one node a shard and the merge.
    Htcondor,
}

impl Engine {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Slurm => "slurm",
            Self::Htcondor => "htcondor",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Engine {
    type Err = SubmitError;

    fn from_str(text: &str) -> Result<Self, SubmitError> {
        [Self::Slurm, Self::Htcondor]
            .into_iter()
            .find(|engine| engine.name() == text)
            .ok_or_else(|| SubmitError::Engine(text.to_owned()))
    }
}

/// A time limit, in seconds; shown as `HH:MM:SS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WallTime(u64);

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(s) = self;
        write!(f, "{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    }
}

impl FromStr for WallTime {
    type Err = SubmitError;

    fn from_str(text: &str) -> Result<Self, SubmitError> {
        let read = || -> Option<u64> {
            let number = |digits: &str| {
                let plain = digits.len() <= 6 && digits.bytes().all(|b| b.is_ascii_digit());
                plain.then(|| digits.parse::<u64>().ok())?
            };
            let (days, clock) = match text.split_once('-') {
                Some((days, clock)) => (number(days)?, clock),
                None => (0, text),
            };
            let [hours, minutes, seconds] = clock.split(':').collect::<Vec<_>>()[..] else {
                return None;
            };
            let (minutes, seconds) = (number(minutes)?, number(seconds)?);
            (minutes < 60 && seconds < 60)
                .then_some(((days * 24 + number(hours)?) * 60 + minutes) * 60 + seconds)
        };
        let time = Self(read().ok_or_else(|| SubmitError::Time(text.to_owned()))?);
        match time.0 < 300 {
            true => Err(SubmitError::ShortTime { given: time }),
            false => Ok(time),
        }
    }
}

/// Memory of one job: a whole number of mebibytes, or with a unit K, M, G or T, which Slurm and
/// HTCondor read alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory(String);

impl FromStr for Memory {
    type Err = SubmitError;

    fn from_str(text: &str) -> Result<Self, SubmitError> {
        let digits = text.strip_suffix(['K', 'M', 'G', 'T']).unwrap_or(text);
        let fine = (1..=9).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit());
        match fine {
            true => Ok(Self(text.to_owned())),
            false => Err(SubmitError::Memory(text.to_owned())),
        }
    }
}

/// What is to run where.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The batch system.
    pub engine: Engine,
    /// Absolute path of the program on the machines of the batch system.
    pub program: PathBuf,
    /// Name of the run.
    pub name: String,
    /// Number of shards, 1 or more.
    pub shards: u32,
    /// Processor cores of one shard.
    pub cpus: u32,
    /// Time limit of one job; without it the batch system's own.
    pub time: Option<WallTime>,
    /// Memory of one job; without it the batch system's own.
    pub memory: Option<Memory>,
    /// Slurm's partition.
    pub partition: Option<String>,
    /// Lines for every job, in the batch system's language.
    pub extra: Vec<String>,
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchFile {
    /// Its name in the folder of the run.
    pub name: &'static str,
    /// What it holds.
    pub text: String,
    /// Whether it can be started.
    pub executable: bool,
}

impl BatchFile {
    fn text(name: &'static str, text: String) -> Self {
        Self {
            name,
            text,
            executable: false,
        }
    }

    fn script(name: &'static str, text: String) -> Self {
        Self {
            name,
            text,
            executable: true,
        }
    }
}

impl Plan {
    /// The files of this plan for the card `card_toml`, `submit.sh` last.
    ///
    /// # Errors
    /// [`SubmitError`] if a text cannot stand in them or an option has no meaning there.
    pub fn files(&self, card_toml: &str) -> Result<Vec<BatchFile>, SubmitError> {
        let program = self.checked_program()?;
        for line in &self.extra {
            one_line("--extra", line)?;
        }
        let mut files = vec![BatchFile::text(CARD, card_toml.to_owned())];
        files.extend(match self.engine {
            Engine::Slurm => slurm::files(self, program)?,
            Engine::Htcondor => htcondor::files(self, program)?,
        });
        Ok(files)
    }

    fn checked_program(&self) -> Result<&str, SubmitError> {
        let text = self.program.to_str().ok_or_else(|| SubmitError::Text {
            option: "the program's path",
            text: self.program.display().to_string(),
        })?;
        one_line("the program's path", text)?;
        Ok(text)
    }

    /// What `merge` is given: every shard file of this number of shards, and no other.
    fn merge(&self, program: &str) -> String {
        format!(
            "{} merge shard-*-of-{}.h5 -o run.h5 --threads {} --force",
            quoted(program),
            self.shards,
            self.cpus
        )
    }

    /// The name of the run with nothing in it that a batch system could read as its own.
    fn job_name(&self) -> String {
        let plain = |c: char| match c.is_ascii_alphanumeric() || "-_.".contains(c) {
            true => c,
            false => '_',
        };
        self.name.chars().map(plain).collect()
    }
}

/// `text` as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The command that runs the script in `folder`, for a shell.
pub fn command(folder: &Path) -> String {
    let path = folder.join(SUBMIT).display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+:@%,".contains(c);
    let path = match path.starts_with(['/', '.']) || path.contains('/') {
        true => path,
        false => format!("./{path}"),
    };
    match path.chars().all(plain) {
        true => path,
        false => quoted(&path),
    }
}

fn one_line(option: &'static str, text: &str) -> Result<(), SubmitError> {
    match text.chars().any(char::is_control) {
        true => Err(SubmitError::Text {
            option,
            text: text.to_owned(),
        }),
        false => Ok(()),
    }
}

/// Writes `files`, made from the card `card`, and the folder of the logs into `folder`: all of them
/// or none. Replaces files only if `replace`.
///
/// # Errors
/// [`IoError`]; if a file is in the way, or an unfinished run where the merge will write, before
/// anything is written.
pub fn write(
    folder: &Path,
    files: &[BatchFile],
    card: &Path,
    replace: bool,
) -> Result<(), IoError> {
    output::apart_from_run(&folder.join("run.h5"))?;
    for file in files {
        let path = folder.join(file.name);
        output::check(&path, Kind::Batch, replace)?;
        output::check_apart(&path, [card])?;
    }
    let log = folder.join(LOG);
    fs::create_dir_all(&log).map_err(|e| IoError::file("make the folder", &log, e))?;
    let mut parts = Vec::new();
    for file in files {
        let path = folder.join(file.name);
        // A card that a user has written is never replaced: this one says what it is.
        let mark = if file.name == CARD { BATCH_CARD } else { "" };
        let text = mark.to_owned() + &file.text;
        let part = PartFile::filled(&path, Kind::Batch, replace, text.as_bytes())?;
        if file.executable {
            part.make_executable()?;
        }
        parts.push(part);
    }
    millibrem_files::finish(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_limits_are_read_and_written() {
        for (text, seconds) in [
            ("00:05:00", 300),
            ("02:30:01", 9001),
            ("100:00:00", 360_000),
            ("2-01:00:00", 176_400),
        ] {
            let time: WallTime = text.parse().unwrap();
            assert_eq!(time, WallTime(seconds), "{text}");
            assert_eq!(time.to_string().parse::<WallTime>().unwrap(), time);
        }
        for text in [
            "",
            "60",
            "1:00",
            "00:60:00",
            "00:10:60",
            "-1:00:00",
            "+1:00:00",
            "a:00:00",
            "1:2:3:4",
            "1-2-01:00:00",
            "99999999999999999999:00:00",
        ] {
            let read = text.parse::<WallTime>();
            assert!(
                matches!(read, Err(SubmitError::Time(_))),
                "{text}: {read:?}"
            );
        }
        let read = "00:04:59".parse::<WallTime>();
        assert!(
            matches!(read, Err(SubmitError::ShortTime { .. })),
            "{read:?}"
        );
    }

    #[test]
    fn amounts_of_memory_are_numbers_with_a_unit() {
        for text in ["1", "500M", "2G", "123456789K"] {
            assert!(text.parse::<Memory>().is_ok(), "{text}");
        }
        for text in ["", "0", "G", "2GB", "2 G", "-1G", "1.5G", "1234567890"] {
            assert!(text.parse::<Memory>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_command_to_type_is_one_word_of_a_shell() {
        assert_eq!(command(Path::new("output/a")), "output/a/submit.sh");
        assert_eq!(command(Path::new("")), "./submit.sh");
        assert_eq!(command(Path::new("two words")), "'two words/submit.sh'");
        assert_eq!(command(Path::new("it's")), r"'it'\''s/submit.sh'");
    }
}
