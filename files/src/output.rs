//! What may be written where: one rule for every output of every command.
//!
//! An output is never a file that the same command reads, never part of an unfinished run, never a
//! folder, device, pipe, socket or link. A file that is there is replaced only if the user says so
//! and it holds nothing that is known to be of another kind; figures and tables, which are made
//! again in no time, are replaced without a word where this program has made them. What a file
//! holds is told by its first bytes, not by a library that would trust them.
//! Pinned by the tests below and by `cli/tests/files/outputs.rs`, command by command.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::IoError;
use super::input;

/// What a file of this program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole run.
    Run,
    /// A shard of a run.
    Shard,
    /// Events in an exchange format.
    Events,
    /// A table of results, CSV or HDF5, or curves as HEPData takes them.
    Table,
    /// A drawing or bitmap.
    Figure,
    /// The script beside a figure.
    Script,
    /// A file for a batch system.
    Batch,
    /// A card that a user has written; never an output.
    Card,
}

/// First bytes of every HDF5 file.
const HDF5_SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";
/// First line of the card that is written for a batch system.
pub const BATCH_CARD: &str = "# Resolved by millibrem submit: the card of every shard.\n";
/// What stands in every bitmap of this program: keyword and text of a PNG chunk.
const PNG_MARK: &[u8] = b"Software\0millibrem";
/// What stands in the second line of every PDF of this program.
const PDF_MARK: &[u8] = b" millibrem\n";
/// Ends of the names of what an unfinished run, or any unfinished file, leaves.
const UNFINISHED: [&str; 6] = ["part", "state", "state.new", "weights", "packed", "lock"];
/// Bytes that tell what a file is.
const LOOKED_AT: u64 = 1 << 14;

impl Kind {
    /// In words, with an article.
    fn in_words(self) -> &'static str {
        match self {
            Self::Run => "a run",
            Self::Shard => "a shard of a run",
            Self::Events => "exported events",
            Self::Table => "a table",
            Self::Figure => "a figure",
            Self::Script => "the script of a figure",
            Self::Batch => "a file for a batch system",
            Self::Card => "a card",
        }
    }

    /// Whether it is made again from saved results in no time, and so replaces its own kind.
    fn is_renewed(self) -> bool {
        matches!(self, Self::Table | Self::Figure | Self::Script)
    }

    /// The kind of a file with these first bytes, if it is known.
    fn of(start: &[u8]) -> Option<Self> {
        let has = |mark: &[u8]| start.windows(mark.len()).any(|bytes| bytes == mark);
        let begins = |mark: &str| start.starts_with(mark.as_bytes());
        if start.starts_with(&HDF5_SIGNATURE) {
            // Names of root attributes, which stand where the file begins.
            return if has(b"shard_index\0") {
                Some(Self::Shard)
            } else if has(b"command\0") {
                Some(Self::Table)
            } else {
                has(b"format_version\0").then_some(Self::Run)
            };
        }
        let tables = [
            "# command: ",
            "A [au],Z",
            "---\ncomment: ",
            "independent_variables:\n",
        ];
        let events = [
            "<LesHouchesEvents",
            "HepMC::Version",
            "index,weight_pb",
            "! Pythia 8 reads the events",
        ];
        let text = String::from_utf8_lossy(start);
        let first = text.lines().next().unwrap_or_default();
        let sections = ["[run]", "[beam]", "[dark_sector]", "[target]", "[events]"];
        if tables.iter().any(|mark| begins(mark)) {
            Some(Self::Table)
        } else if events.iter().any(|mark| begins(mark)) {
            Some(Self::Events)
        } else if start.starts_with(b"\x89PNG") && has(PNG_MARK)
            || start.starts_with(b"%PDF-") && has(PDF_MARK)
            || begins("<svg xmlns=") && first.contains("font-family=\"DejaVu Sans, Verdana")
        {
            Some(Self::Figure)
        } else if begins("\"\"\"Draws ") && first.contains(" again with matplotlib: python ") {
            Some(Self::Script)
        } else if begins(BATCH_CARD) {
            Some(Self::Batch)
        } else if text.lines().any(|line| sections.contains(&line.trim())) {
            Some(Self::Card)
        } else {
            None
        }
    }

    /// The kind of the file at `path`, if it is known.
    fn at(path: &Path) -> Option<Self> {
        let mut start = Vec::new();
        let file = File::open(path).ok()?;
        file.take(LOOKED_AT).read_to_end(&mut start).ok()?;
        Self::of(&start)
    }
}

/// Fails unless a file of this kind may be written to `path`; `replace` is the user's word that a
/// file there may go.
///
/// # Errors
/// [`IoError::Exists`] if it takes that word, [`IoError::Name`] if it can never be.
pub fn check(path: &Path, kind: Kind, replace: bool) -> Result<(), IoError> {
    let refuse = |reason: String| {
        Err(IoError::Name {
            path: path.to_owned(),
            reason,
        })
    };
    let bytes = path.as_os_str().as_encoded_bytes();
    let Some(name) = path.file_name().filter(|_| !bytes.ends_with(b"/")) else {
        return refuse("it is no name of a file".to_owned());
    };
    let name = name.to_string_lossy();
    if let Some(end) = UNFINISHED
        .iter()
        .find(|end| name.ends_with(&format!(".{end}")))
    {
        return refuse(format!(
            "names ending in .{end} are those of unfinished files"
        ));
    }
    if !matches!(kind, Kind::Run | Kind::Shard) {
        apart_from_run(path)?;
    }
    let there = match fs::symlink_metadata(path) {
        Ok(there) => there,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        // The folder cannot be had; whoever makes it says why.
        Err(_) => return Ok(()),
    };
    if !there.is_file() {
        let what = input::what_it_is(&there);
        return refuse(format!("it is {what}, and only files are replaced"));
    }
    match Kind::at(path) {
        Some(found) if found == kind && (replace || kind.is_renewed()) => Ok(()),
        Some(found) if found != kind && (replace || kind.is_renewed()) => refuse(format!(
            "it holds {}, and this would be {}; choose another output or move it away",
            found.in_words(),
            kind.in_words()
        )),
        // Its name follows from that of the figure: nobody has said that it may go.
        None if kind == Kind::Script => refuse(
            "it was not written by millibrem plot, and the script beside the figure has that name; \
             choose another name for the figure"
                .to_owned(),
        ),
        None if replace => Ok(()),
        _ => Err(IoError::Exists {
            path: path.to_owned(),
        }),
    }
}

/// Fails if one of `inputs` is the file `output`, or one that stands beside it while it is written,
/// by whatever name.
///
/// # Errors
/// [`IoError::Name`], naming the input.
pub fn check_apart<P: AsRef<Path>>(
    output: &Path,
    inputs: impl IntoIterator<Item = P>,
) -> Result<(), IoError> {
    let beside = UNFINISHED.iter().map(|end| beside(output, end));
    let written: Vec<_> = beside
        .chain([output.to_owned()])
        .filter_map(|path| Some((fs::metadata(&path).ok()?, path)))
        .collect();
    for input in inputs {
        let input = input.as_ref();
        let Ok(read) = fs::metadata(input) else {
            continue;
        };
        if written
            .iter()
            .any(|(there, path)| input::is_same(there, &read, path, input))
        {
            return Err(IoError::Name {
                path: output.to_owned(),
                reason: format!(
                    "it is {}, which this command reads; choose another output",
                    input.display()
                ),
            });
        }
    }
    Ok(())
}

/// Fails if an unfinished run waits to become `output`.
///
/// # Errors
/// [`IoError::Name`], saying how to end it.
pub fn apart_from_run(output: &Path) -> Result<(), IoError> {
    match beside(output, "state").symlink_metadata() {
        Err(_) => Ok(()),
        Ok(_) => Err(IoError::Name {
            path: output.to_owned(),
            reason:
                "an unfinished run is to become this file; complete it with generate --resume, \
                     begin it again with generate --force, or choose another output"
                    .to_owned(),
        }),
    }
}

/// The file `<name>.<suffix>` beside `path`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(path: &Path, kind: Kind, replace: bool) -> String {
        check(path, kind, replace).unwrap_err().to_string()
    }

    #[test]
    fn every_kind_replaces_itself_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let hdf5 = |names: &[u8]| [&HDF5_SIGNATURE[..], names].concat();
        let samples: [(Kind, Vec<u8>); 8] = [
            (Kind::Run, hdf5(b"format_version\0")),
            (Kind::Shard, hdf5(b"format_version\0shard_index\0")),
            (
                Kind::Events,
                b"<LesHouchesEvents version=\"3.0\">\n".to_vec(),
            ),
            (Kind::Table, b"# command: scan\n".to_vec()),
            (Kind::Table, hdf5(b"command\0")),
            (
                Kind::Script,
                b"\"\"\"Draws a.svg again with matplotlib: python a.py\"\"\"".to_vec(),
            ),
            (Kind::Batch, BATCH_CARD.as_bytes().to_vec()),
            (Kind::Card, b"# mine\n[beam]\nenergy_gev = 3\n".to_vec()),
        ];
        for (found, bytes) in &samples {
            fs::write(&path, bytes).unwrap();
            for (kind, _) in &samples {
                let fine = check(&path, *kind, true).is_ok();
                assert_eq!(fine, found == kind, "{kind:?} over {found:?}");
                let fine = check(&path, *kind, false).is_ok();
                assert_eq!(fine, found == kind && kind.is_renewed(), "{kind:?}");
            }
        }
        // What is not known is the user's to give up, but not under a name he has not said.
        fs::write(&path, "precious").unwrap();
        for (kind, _) in &samples {
            assert!(check(&path, *kind, false).is_err(), "{kind:?}");
            assert_eq!(
                check(&path, *kind, true).is_ok(),
                *kind != Kind::Script,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn names_of_unfinished_files_and_of_no_file_are_refused() {
        for name in [
            "run.h5.part",
            "run.h5.state",
            "a/run.h5.lock",
            "x.weights",
            "..",
            "",
            "a/",
        ] {
            let words = reason(Path::new(name), Kind::Events, true);
            assert!(words.contains("name"), "{name}: {words}");
        }
        let folder = tempfile::tempdir().unwrap();
        assert!(reason(folder.path(), Kind::Events, true).contains("it is a folder"));
        let run = folder.path().join("run.h5");
        fs::write(beside(&run, "state"), "").unwrap();
        assert!(reason(&run, Kind::Events, true).contains("unfinished run"));
    }

    #[cfg(unix)]
    #[test]
    fn one_file_under_many_names_is_seen() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("in")).unwrap();
        let file = at("in/run.h5");
        fs::write(&file, "").unwrap();
        fs::hard_link(&file, at("hard")).unwrap();
        symlink(&file, at("soft")).unwrap();
        symlink(at("in"), at("folder")).unwrap();
        for name in [
            "in/run.h5",
            "hard",
            "soft",
            "folder/run.h5",
            "in/../in/./run.h5",
        ] {
            let error = check_apart(&at(name), [&file]).unwrap_err();
            assert!(error.to_string().contains("this command reads"), "{name}");
        }
        fs::write(at("other"), "").unwrap();
        for name in ["other", "missing"] {
            assert!(
                check_apart(&at(name), [&file, &at("gone")]).is_ok(),
                "{name}"
            );
        }
        assert!(reason(&at("soft"), Kind::Events, true).contains("a link"));
    }
}
