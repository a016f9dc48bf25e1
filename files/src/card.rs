//! Run cards from files.
//!
//! A name that no file has may be that of a shipped card. Pinned by `tests/card.rs`.

use std::path::Path;

use millibrem::card::{CardError, CardText, Override, RunCard, shipped};

use crate::input;

/// The text of the card `path`, or of the shipped card of that name where there is no such file.
///
/// # Errors
/// [`CardError::Read`].
pub fn read(path: &Path) -> Result<CardText, CardError> {
    let file = match input::open_stream(path) {
        Ok(file) => file,
        Err(source) => {
            let shipped = path.to_str().and_then(shipped);
            let unread = CardError::Read {
                path: path.to_owned(),
                source,
            };
            return shipped.filter(|_| !path.exists()).ok_or(unread);
        }
    };
    CardText::read(path, file)
}

/// The validated card `path`, with `overrides` in place of its own values.
///
/// # Errors
/// [`CardError`], naming the first thing that is wrong.
pub fn load(path: &Path, overrides: &[Override]) -> Result<RunCard, CardError> {
    read(path)?.with(overrides)
}
