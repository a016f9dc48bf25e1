//! Printing to standard output without panicking when nobody reads.

use std::io::Write;

use super::failure::Failure;

/// Prints `text` and a line end to stdout.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Prints one JSON document to stdout.
pub(crate) fn json(document: &serde_json::Value) -> Result<(), Failure> {
    line(&format!("{document:#}"))
}
