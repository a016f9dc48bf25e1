//! Run cards from files.
//!
//! A name that no file has may be that of a shipped card. Pinned by `tests/card.rs`.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use millibrem::card::{CardError, CardText, Files, Override, RunCard, shipped};

use crate::input;

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
    let text = match input::open_stream(path) {
        Ok(file) => CardText::read(path, file)?,
        Err(source) => {
            let shipped = path.to_str().and_then(shipped);
            let unread = CardError::Read {
                path: path.to_owned(),
                source,
            };
            shipped.filter(|_| !path.exists()).ok_or(unread)?
        }
    };
    Ok(text.with_files(Beside(path.to_owned())))
}

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
