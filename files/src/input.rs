//! Opens what a command reads, which is a file and nothing that never ends or never begins.
//!
//! A pipe without a writer, a device or a socket would make a program wait for ever; the kind is
//! looked at before anything is opened. Pinned by `cli/tests/files/inputs.rs`.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;

/// Where a shell puts the pipes of `<(…)` and what it hands over as standard input.
const HANDED_OVER: [&str; 3] = ["/dev/fd/", "/dev/stdin", "/proc/"];

/// Opens a regular file.
///
/// # Errors
/// [`io::Error`] if it is none, or cannot be opened.
pub fn open(path: &Path) -> io::Result<File> {
    let there = fs::metadata(path)?;
    match there.is_file() {
        true => File::open(path),
        false => Err(wrong_kind(&there)),
    }
}

/// Opens what is read once from front to back: a regular file, or a pipe that a shell has made.
///
/// # Errors
/// [`io::Error`] if it is neither, or cannot be opened.
pub fn open_stream(path: &Path) -> io::Result<File> {
    let there = fs::metadata(path)?;
    let by_shell = HANDED_OVER.iter().any(|folder| path.starts_with(folder));
    match there.is_file() || by_shell && is_pipe(&there) {
        true => File::open(path),
        false => Err(wrong_kind(&there)),
    }
}

fn wrong_kind(there: &Metadata) -> io::Error {
    io::Error::other(format!(
        "it is {}, and a regular file is expected",
        what_it_is(there)
    ))
}

/// What stands there, with an article.
#[cfg(unix)]
pub(super) fn what_it_is(there: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = there.file_type();
    if kind.is_dir() {
        "a folder"
    } else if kind.is_symlink() {
        "a link"
    } else if kind.is_fifo() {
        "a pipe (FIFO)"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

/// What stands there, with an article.
#[cfg(not(unix))]
pub(super) fn what_it_is(there: &Metadata) -> &'static str {
    match (there.is_dir(), there.is_symlink()) {
        (true, _) => "a folder",
        (_, true) => "a link",
        _ => "no file",
    }
}

#[cfg(unix)]
fn is_pipe(there: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    there.file_type().is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_: &Metadata) -> bool {
    false
}

/// Whether two files that are there are one.
#[cfg(unix)]
pub(super) fn is_same(a: &Metadata, b: &Metadata, _: &Path, _: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// Whether two files that are there are one.
#[cfg(not(unix))]
pub(super) fn is_same(_: &Metadata, _: &Metadata, a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
