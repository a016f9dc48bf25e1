//! A wrong key of a card with the line it stands on, for a terminal.

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource};
use miette::{SourceCode, SourceSpan};
use millibrem::card::{KeyError, Place};
use thiserror::Error;

/// Whether the lines of a card are no longer than a few on a terminal.
pub(crate) fn can_be_quoted(text: &str) -> bool {
    text.lines().all(|line| line.len() < 400)
}

/// The error with the line of the card it stands on.
pub(crate) fn quoted(error: &KeyError, theme: GraphicalTheme) -> String {
    let mut out = String::new();
    let quote = Quote {
        text: NamedSource::new(&error.file, error.text.clone()),
        error,
    };
    match GraphicalReportHandler::new_themed(theme).render_report(&mut out, &quote) {
        Ok(()) => out,
        Err(_) => format!("error: {error}\n"),
    }
}

/// A key error as miette wants it.
#[derive(Debug, Error)]
#[error("{}: {}", error.location(), error.problem())]
struct Quote<'a> {
    text: NamedSource<String>,
    error: &'a KeyError,
}

impl Diagnostic for Quote<'_> {
    fn help(&self) -> Option<Box<dyn std::fmt::Display + '_>> {
        let name = self.error.nearest.as_ref()?;
        Some(Box::new(format!("did you mean `{name}`?")))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        matches!(self.error.place, Place::Line { .. }).then_some(&self.text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let Place::Line { span, .. } = &self.error.place else {
            return None;
        };
        let label = Some(format!("found {}", self.error.found));
        let at = SourceSpan::from(span.clone());
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(
            label, at,
        ))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millibrem::card::{CardError, RunCard};

    #[test]
    fn a_terminal_sees_the_line_of_the_card() {
        let text = "[beam]\nlepton = \"muon\"\nenergy_gev = 160.0\n";
        let Err(CardError::Key(error)) = RunCard::parse("my.toml", "my", text, &[]) else {
            panic!("the card is wrong");
        };
        insta::assert_snapshot!(quoted(&error, GraphicalTheme::unicode_nocolor()));
    }
}
