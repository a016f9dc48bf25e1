//! Limits from files, and published ones by name.
//!
//! A name that no file has may be that of a published limit; near names are told. Pinned by
//! `cli/tests/cli_reach.rs`.

use std::io::{self, ErrorKind};
use std::path::Path;

use millibrem::study::reach::ReachError;
use millibrem::study::reach::recast::{LimitFile, PUBLISHED, Published, Units};
use millibrem::text;

use crate::input;
use crate::missing::missing;

/// Mebibytes beyond which a file is no limit.
const MAX_MIB: u64 = 16;

/// The limit in the file `path`, with the name of the file without its ending.
///
/// # Errors
/// [`ReachError::File`].
pub fn load(path: &Path, units: Units) -> Result<(String, LimitFile), ReachError> {
    parse(path, &read(path).map_err(unread)?, units)
}

/// The limit in the file `path`, or the published one of that name where there is no such file.
///
/// # Errors
/// [`ReachError::File`].
pub fn load_or_published(path: &Path, units: Units) -> Result<(String, LimitFile), ReachError> {
    let error = match read(path) {
        Ok(text) => return parse(path, &text, units),
        Err(error) => error,
    };
    if error.kind() != ErrorKind::NotFound {
        return Err(unread(error));
    }
    match path.to_str().and_then(Published::named) {
        Some(limit) => Ok((limit.name.to_owned(), limit.file()?)),
        None => {
            let names: Vec<&str> = PUBLISHED.iter().map(|limit| limit.name).collect();
            let words = missing(path, "published limit", "csv", &names);
            Err(unread(io::Error::new(ErrorKind::NotFound, words)))
        }
    }
}

fn read(path: &Path) -> io::Result<String> {
    text::read(input::open_stream(path)?, MAX_MIB)
}

fn parse(path: &Path, text: &str, units: Units) -> Result<(String, LimitFile), ReachError> {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    let limit = LimitFile::parse_as(text, units)?;
    Ok((stem.to_string_lossy().into_owned(), limit))
}

fn unread(error: io::Error) -> ReachError {
    ReachError::File {
        line: 0,
        problem: error.to_string(),
    }
}
