//! Run cards from files.
//!
//! A name that no file has may be that of a shipped card; near names are told. Pinned by `tests/card.rs`.

use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use millibrem::card::{CardError, CardText, Files, Override, RunCard, SHIPPED, shipped};

use crate::input;
use crate::missing::missing;

/// The files that a card names: in its own folder, or else in that where the program runs.
#[derive(Debug)]
struct Beside(PathBuf);

impl Files for Beside {
    fn open(&self, name: &str) -> io::Result<Box<dyn Read>> {
        let beside = self.0.with_file_name(name);
        let path = match beside.exists() {
            true => beside,
            false => PathBuf::from(name),
        };
        Ok(Box::new(input::open(&path)?))
    }
}

/// The text of the card `path`, or of the shipped card of that name where there is no such file.
///
/// # Errors
/// [`CardError::Read`].
pub fn read(path: &Path) -> Result<CardText, CardError> {
    let unread = |source| CardError::Read {
        path: path.to_owned(),
        source,
    };
    let text = match input::open_stream(path) {
        Ok(mut file) => {
            let mut begin = Vec::new();
            let read = (&mut file).take(HDF5.len() as u64).read_to_end(&mut begin);
            read.map_err(unread)?;
            if begin == HDF5 {
                return Err(unread(io::Error::other(format!(
                    "it is an HDF5 file, and a card is expected; `millibrem info {}` shows what is in it",
                    path.display()
                ))));
            }
            CardText::read(path, begin.chain(file))?
        }
        Err(source) => {
            let shipped = path.to_str().and_then(shipped);
            let source = match source.kind() {
                ErrorKind::NotFound => io::Error::new(
                    source.kind(),
                    missing(path, "shipped card", "toml", SHIPPED),
                ),
                _ => source,
            };
            shipped
                .filter(|_| !path.exists())
                .ok_or_else(|| unread(source))?
        }
    };
    Ok(text.with_files(Beside(path.to_owned())))
}

/// What HDF5 files begin with.
const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";

/// The text of a card in memory, which names files as if it were the file `file`.
pub fn of_text(file: &str, name: &str, text: &str) -> CardText {
    CardText::new(file, name, text).with_files(Beside(PathBuf::from(file)))
}

/// The validated card `path`, with `overrides` in place of its own values.
///
/// # Errors
/// [`CardError`], naming the first thing that is wrong.
pub fn load(path: &Path, overrides: &[Override]) -> Result<RunCard, CardError> {
    read(path)?.with(overrides)
}
