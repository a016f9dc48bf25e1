//! Text with sub- and superscripts and italics: its markup, its width, its SVG.
//!
//! `_{…}` lowers, `^{…}` raises, `*…*` slants; they do not nest. A backslash before one of `_^*}` or
//! another takes its meaning away ([`literal`]). Greek letters in an index slant, too. Widths are those of DejaVu Sans,
//! the font the bitmaps are drawn with and the first one asked for in the SVG.

use std::fmt::Write;
use std::sync::LazyLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// Size of lowered and raised text, in units of the size around it.
const SCRIPT_SIZE: f64 = 0.72;
/// How far it is lowered or raised, in the same units.
const LOWERED: f64 = 0.24;
const RAISED: f64 = -0.38;

static FONT: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| FontRef::new(dejavu::sans::regular()).ok());

/// What a text cannot have as it is.
const MARKS: &str = "_^*}\\";

/// The markup of a text that is none, such as the name of an experiment.
pub(super) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if MARKS.contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Where a piece of text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Base,
    Lowered,
    Raised,
}

/// A piece of text of one appearance.
#[derive(Debug, Clone, PartialEq)]
struct Piece {
    text: String,
    level: Level,
    italic: bool,
}

fn pieces(markup: &str) -> Vec<Piece> {
    let (mut level, mut italic) = (Level::Base, false);
    let mut found: Vec<Piece> = Vec::new();
    let mut rest = markup;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("_{") || rest.starts_with("^{") {
            level = if c == '_' {
                Level::Lowered
            } else {
                Level::Raised
            };
            rest = &rest[2..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        let next = rest
            .chars()
            .next()
            .filter(|next| c == '\\' && MARKS.contains(*next));
        let (c, mark) = match next {
            Some(next) => {
                rest = &rest[next.len_utf8()..];
                (next, false)
            }
            None => (c, true),
        };
        match c {
            '}' if mark && level != Level::Base => level = Level::Base,
            '*' if mark => italic = !italic,
            _ => {
                let italic = italic || (level == Level::Lowered && is_particle(c));
                match found.last_mut() {
                    Some(last) if (last.level, last.italic) == (level, italic) => last.text.push(c),
                    _ => found.push(Piece {
                        text: c.to_string(),
                        level,
                        italic,
                    }),
                }
            }
        }
    }
    found
}

/// Small Greek letters (with a bar or not) name particles, and slant in an index as the symbol does.
fn is_particle(c: char) -> bool {
    matches!(c, 'α'..='ω' | '\u{304}')
}

/// Width of `markup` in a font of `size` pixels, in pixels.
pub(super) fn width(markup: &str, size: f64) -> f64 {
    pieces(markup)
        .iter()
        .map(|piece| {
            let scale = if piece.level == Level::Base {
                1.0
            } else {
                SCRIPT_SIZE
            };
            scale * size * piece.text.chars().map(advance).sum::<f64>()
        })
        .sum()
}

/// Advance of a character in units of the font size; half of it where there is no font.
fn advance(c: char) -> f64 {
    let Some(font) = FONT.as_ref() else {
        return 0.5;
    };
    let glyph = font.charmap().map(c).unwrap_or_default();
    let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
    f64::from(metrics.advance_width(glyph).unwrap_or(0.5))
}

/// The spans of `markup` inside a `<text>` element of `size` pixels.
pub(super) fn spans(markup: &str, size: f64) -> String {
    let mut out = String::new();
    let mut height = 0.0;
    for piece in pieces(markup) {
        let (shift, scale) = match piece.level {
            Level::Base => (0.0, 1.0),
            Level::Lowered => (LOWERED * size, SCRIPT_SIZE),
            Level::Raised => (RAISED * size, SCRIPT_SIZE),
        };
        out.push_str("<tspan");
        if shift != height {
            let _ = write!(out, " dy=\"{:.2}\"", shift - height);
        }
        if scale != 1.0 {
            let _ = write!(out, " font-size=\"{:.2}\"", scale * size);
        }
        if piece.italic {
            out.push_str(" font-style=\"italic\"");
        }
        let _ = write!(out, ">{}</tspan>", escaped(&piece.text));
        height = shift;
    }
    out
}

/// `text` without the characters XML keeps for itself, or forbids.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// `markup` for matplotlib: scripts and italics in its mathematical mode, a dollar sign as one.
pub(super) fn matplotlib(markup: &str) -> String {
    let mut out = String::new();
    for piece in pieces(markup) {
        let (open, close) = match piece.level {
            Level::Base => ("", ""),
            Level::Lowered => ("_{", "}"),
            Level::Raised => ("^{", "}"),
        };
        if open.is_empty() && !piece.italic {
            out.push_str(&piece.text.replace('$', "\\$"));
            continue;
        }
        // In that mode these have meanings of their own.
        let letters = piece
            .text
            .replace(['\\', '$', '^', '_', '{', '}', '%', '#'], "");
        let face = if piece.italic { "\\mathit" } else { "\\mathrm" };
        let letters = letters.replace("χ\u{304}", "\\bar{χ}").replace(' ', "\\ ");
        // One mathematical span for a letter and its scripts keeps them together.
        if out.ends_with('$') && !open.is_empty() {
            out.pop();
        } else {
            out.push('$');
        }
        let _ = write!(out, "{open}{face}{{{letters}}}{close}$");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_smaller_and_come_back_to_the_line() {
        let svg = spans("10^{−3} *m*_{χ}", 10.0);
        assert_eq!(
            svg,
            "<tspan>10</tspan><tspan dy=\"-3.80\" font-size=\"7.20\">−3</tspan>\
             <tspan dy=\"3.80\"> </tspan><tspan font-style=\"italic\">m</tspan>\
             <tspan dy=\"2.40\" font-size=\"7.20\" font-style=\"italic\">χ</tspan>"
        );
        let (plain, raised) = (width("100", 10.0), width("10^{0}", 10.0));
        assert!(plain > 15.0 && raised < plain && raised > 0.8 * plain);
    }

    #[test]
    fn names_stand_as_they_are() {
        for name in [
            "LDMX, *ρ*",
            r"NA64 $\mu$ 5^{2}",
            "A_{b}*\"c\"",
            "Ü & <Co>",
            r"\\ \*",
        ] {
            let svg = spans(&literal(name), 10.0);
            let plain = format!("<tspan>{}</tspan>", escaped(name));
            assert_eq!(svg, plain);
            assert_eq!(matplotlib(&literal(name)), name.replace('$', r"\$"));
        }
        // A backslash before a letter was never a mark.
        assert_eq!(spans(r"\mu", 1.0), r"<tspan>\mu</tspan>");
    }

    #[test]
    fn what_xml_keeps_for_itself_is_escaped() {
        assert_eq!(spans("a<b", 1.0), "<tspan>a&lt;b</tspan>");
    }

    #[test]
    fn matplotlib_gets_mathematics_only_where_needed() {
        let text = matplotlib("d*σ*/d*E*_{miss} [pb]");
        assert_eq!(text, "d$\\mathit{σ}$/d$\\mathit{E}_{\\mathrm{miss}}$ [pb]");
    }
}
