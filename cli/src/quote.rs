//! A wrong key of a card with the line it stands on, for a terminal.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use millibrem::card::{KeyError, Place};

/// Whether the lines of a card are no longer than a few on a terminal.
pub(crate) fn can_be_quoted(text: &str) -> bool {
    text.lines().all(|line| line.len() < 400)
}

/// The error with the line of the card it stands on.
pub(crate) fn quoted(error: &KeyError, renderer: &Renderer) -> String {
    let what = format!("{}: {}", error.location(), error.problem());
    let mut group = Group::with_title(Level::ERROR.primary_title(what));
    if let Place::Line { span, .. } = &error.place {
        let here = AnnotationKind::Primary.span(span.clone());
        let here = here.label(format!("found {}", error.found));
        let card = Snippet::source(&error.text).path(&error.file);
        group = group.element(card.annotation(here));
    }
    if let Some(name) = &error.nearest {
        group = group.element(Level::HELP.message(format!("did you mean `{name}`?")));
    }
    renderer.render(&[group])
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
        insta::assert_snapshot!(quoted(&error, &Renderer::plain()));
    }

    #[test]
    fn whatever_stands_in_a_card_can_be_shown() {
        let wrong = [
            "",
            "\u{feff}",
            "é = \u{1b}",
            "[beam]\r\nlepton = \"µ\"\r\n",
            "a\0",
            "[beam\n\t\u{202e}",
            "x = '''\n\n",
            "[beam]\nlepton = \"\u{1f980}\u{300}\"",
        ];
        for text in wrong {
            let Err(CardError::Key(error)) = RunCard::parse("my.toml", "my", text, &[]) else {
                panic!("the card is wrong: {text:?}");
            };
            assert!(can_be_quoted(text));
            let shown = quoted(&error, &Renderer::styled());
            let line = error.location();
            assert!(shown.contains(&line), "{text:?}: {shown}");
            // Nothing of the card reaches the terminal as an order.
            let plain = quoted(&error, &Renderer::plain());
            assert!(
                !plain.contains(['\u{1b}', '\0', '\r', '\u{202e}']),
                "{plain:?}"
            );
        }
    }
}
