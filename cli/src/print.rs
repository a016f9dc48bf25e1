//! Printing: results to stdout, where a full disk is an error; messages and failures to stderr, where
//! it is not.
//!
//! Nothing here panics. Pinned by `cli/tests/files/streams.rs`.

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use annotate_snippets::Renderer;
use millibrem::card::CardError;
use millibrem::table::Table;
use serde_json::{Value, json};

use super::failure::Failure;
use super::json::Fault;
use super::{aligned, quote};

/// Width of a terminal that all have.
const COLUMNS: usize = 80;

/// Whether a JSON document was printed: there is never a second one.
static PRINTED: AtomicBool = AtomicBool::new(false);

/// Prints `text` and a line end to stdout. A reader that has gone has seen enough.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}

/// Prints a sentence to stdout in lines of at most 80 columns.
pub(crate) fn words(text: &str) -> Result<(), Failure> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(last) if last.is_empty() => last.push_str(word),
            Some(last) if last.chars().count() + 1 + word.chars().count() <= COLUMNS => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    line(&lines.join("\n"))
}

/// Prints `table` to stdout for a reader: columns side by side, values with their errors, six digits.
pub(crate) fn table(table: &Table) -> Result<(), Failure> {
    line(&aligned::text(table))
}

/// Prints one JSON document to stdout; it has a list of alarms, empty unless the command knows some.
pub(crate) fn json(mut document: Value) -> Result<(), Failure> {
    if PRINTED.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    if document.get("alarms").is_none() {
        document["alarms"] = json!([]);
    }
    line(&format!("{document:#}"))
}

/// Prints a result as JSON, what is wrong with it inside, and hands that back.
pub(crate) fn judged(mut document: Value, outcome: Result<(), Failure>) -> Result<(), Failure> {
    if let Err(failure) = &outcome {
        document["error"] = json!(Fault::from(failure));
    }
    json(document)?;
    outcome
}

/// Prints the JSON document of a command that failed before it had a result.
pub(crate) fn fault(fault: &Fault, alarms: &[String]) -> Result<(), Failure> {
    json(json!({ "error": fault, "alarms": alarms }))
}

/// Prints `text` and a line end to stderr. A message that cannot be shown stops nothing.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Shows the failure on stderr, quoting the card on a terminal, as one line elsewhere; and on stdout
/// if JSON is wanted there and has not been printed.
pub(crate) fn failure(failure: &Failure, as_json: bool) {
    if as_json {
        let alarms = match failure {
            Failure::Untrusted(alarms) => &alarms[..],
            _ => &[],
        };
        // Nobody is left to tell that stdout is closed.
        let _ = fault(&failure.into(), alarms);
    }
    let plain = !std::io::stderr().is_terminal()
        || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match failure {
        Failure::Card(CardError::Key(error)) if !plain && quote::can_be_quoted(&error.text) => {
            note(quote::quoted(error, &Renderer::styled()).trim_end());
        }
        other => note(&format!("error: {other}")),
    }
}
