//! A saved file of any kind, and what is done about those without a seal.
//!
//! The HDF5 library trusts the structures it reads: wrong bytes can crash it or make it hang, which
//! no caller can catch. A seal keeps them from it. Files without one (of earlier versions, or changed
//! by other programs) can be read by a child process first, with [`read_all`].
//! Pinned by `files/tests/seal.rs` and `cli/tests/cli_damage.rs`.

use std::io::Read;
use std::path::Path;

use millibrem::table::Table;

use super::{RunReader, attribute, open, seal, table};
use crate::IoError;
use millibrem::event::EventBuffer;

/// Events read at a time.
const BLOCK: usize = 8192;

/// A finished file that was read.
pub enum Saved {
    /// A run.
    Run(Box<RunReader>),
    /// A table.
    Table(Table),
}

/// Opens a run or reads a table, whichever it is.
///
/// # Errors
/// [`IoError`] as [`RunReader::open`] and [`super::read_table`].
pub fn open_saved(path: &Path) -> Result<Saved, IoError> {
    let opened = open::finished(path)?;
    match table::read(path, &opened.file)? {
        Some(table) => Ok(Saved::Table(table)),
        None => Ok(Saved::Run(Box::new(RunReader::whole(path, opened)?))),
    }
}

/// Whether a file is meant as HDF5: by its name, or by its first bytes.
pub fn is_hdf5(path: &Path) -> bool {
    let named = path.extension().is_some_and(|e| e == "h5" || e == "hdf5");
    // Anything else but a file may keep its reader waiting.
    let is_file = || std::fs::metadata(path).is_ok_and(|m| m.is_file());
    let signed = || {
        let mut start = [0; seal::SIGNATURE.len()];
        let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
        read.is_ok() && start == seal::SIGNATURE
    };
    named || is_file() && signed()
}

/// Whether a file has a seal; it is compared with the content when the file is opened.
///
/// # Errors
/// [`IoError::Damaged`] if the seal is not whole; [`IoError::File`] if the file cannot be read.
pub fn has_seal(path: &Path) -> Result<bool, IoError> {
    seal::is_there(path)
}

/// Reads all that any command reads of a file, and goes on where a part of it is refused; what is to
/// be said of it if it has no seal.
pub fn read_all(path: &Path) -> Option<String> {
    let opened = open::finished(path).ok()?;
    let version = attribute::get::<u32>(&opened.file, "format_version").unwrap_or(1);
    let path_words = path.display();
    let note = (!opened.sealed).then(|| match version {
        2.. => format!(
            "{path_words} has lost its checksum: another program has changed it since it was \
             written, and whether its content is right cannot be told"
        ),
        _ => format!(
            "{path_words} has no checksum, as files of earlier versions of millibrem: whether its \
             content is what was written cannot be told"
        ),
    });
    let is_table = matches!(table::read(path, &opened.file), Ok(Some(_)));
    match RunReader::any(path, opened) {
        Ok(run) => read_run(&run),
        Err(_) if is_table => {}
        // The command that opens it says so.
        Err(_) => return None,
    }
    note
}

fn read_run(run: &RunReader) {
    let _ = (run.generator(), run.cross_section(), run.histograms());
    let _ = (run.provenance(), run.timings(), run.work(), run.members());
    let mut events = EventBuffer::default();
    for from in (0..run.n_events()).step_by(BLOCK) {
        let _ = run.read_events(from, BLOCK, &mut events);
    }
}
