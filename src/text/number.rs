//! Numbers in messages, cards and cells of tables.

/// Magnitudes from here on are written with an exponent where that is shorter.
const LARGE: f64 = 1e6;
/// Magnitudes below this are written with an exponent where that is shorter.
const SMALL: f64 = 1e-3;
/// What is said of a cell with no number in it.
const NO_NUMBER: &str = "is no number";
/// Most characters of what is quoted.
const MOST: usize = 80;

/// `x` for people: 15 significant digits, with an exponent where that is shorter; never long.
pub fn shown(x: f64) -> String {
    let rounded = format!("{x:.14e}").parse().unwrap_or(x);
    let text = exact(if f64::is_finite(rounded) { rounded } else { x });
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// `x` to six digits without zeros behind, for tables: with an exponent where it is small or large.
pub fn six_digits(x: f64) -> String {
    let rounded: f64 = format!("{x:.5e}").parse().unwrap_or(x);
    let plain = rounded == 0.0 || !rounded.is_finite() || (1e-3..1e6).contains(&rounded.abs());
    match plain {
        true => shown(rounded),
        false => format!("{rounded:e}"),
    }
}

/// `x` so that it reads back as the same double, also in TOML: `160.0`, `1e14`, `2.5e-7`, `inf`.
pub fn exact(x: f64) -> String {
    let plain = format!("{x:?}");
    let size = x.abs();
    if x == 0.0 || !x.is_finite() || (SMALL..LARGE).contains(&size) {
        return if x.is_nan() { "nan".to_owned() } else { plain };
    }
    let short = format!("{x:e}");
    if short.len() < plain.len() {
        short
    } else {
        plain
    }
}

/// `text` if it is short, else its beginning and its length.
pub fn shorten(text: &str) -> String {
    if text.chars().nth(MOST).is_none() {
        return text.to_owned();
    }
    let start: String = text.chars().take(MOST - 20).collect();
    format!("{start}… ({} characters)", text.chars().count())
}

/// The number in a cell of a table.
///
/// # Errors
/// What stands there instead, in words that name what the eye does not see.
pub fn number(cell: &str) -> Result<f64, String> {
    if let Ok(x) = cell.parse() {
        return Ok(x);
    }
    let quoted = shorten(cell);
    if let Some((c, name)) = cell.chars().find_map(|c| Some((c, unseen(c)?))) {
        let code = u32::from(c);
        return Err(format!(
            "`{quoted}` has a {name} (U+{code:04X}) in it: take it out"
        ));
    }
    let looks_like_one = |text: &str| text.parse::<f64>().is_ok();
    if looks_like_one(&cell.replacen(',', ".", 1)) {
        return Err(format!("`{quoted}` has a decimal comma: write a point"));
    }
    if looks_like_one(&cell.replace(['\u{2212}', '\u{2013}'], "-")) {
        return Err(format!(
            "`{quoted}` has a dash in it: write the sign of the keyboard, -"
        ));
    }
    Err(format!("`{quoted}` {NO_NUMBER}"))
}

/// The number in a cell that may hold a text; nothing if it does, or is empty.
///
/// # Errors
/// What is wrong with what begins like a number and would be one but for what the eye passes over.
pub fn number_or_text(cell: &str) -> Result<Option<f64>, String> {
    let seen = cell.trim_start_matches(|c| unseen(c).is_some());
    let begins = seen.is_empty() != cell.is_empty()
        || seen.starts_with(|c: char| c.is_ascii_digit() || "+-.\u{2212}\u{2013}".contains(c));
    match number(cell) {
        Ok(x) => Ok(Some(x)),
        Err(problem) if begins && !problem.ends_with(NO_NUMBER) => Err(problem),
        Err(_) => Ok(None),
    }
}

/// The name of a character that looks like none, or like a blank.
pub(crate) fn unseen(c: char) -> Option<&'static str> {
    match c {
        '\u{a0}' => Some("no-break space"),
        '\u{202f}' => Some("narrow no-break space"),
        '\u{200b}' | '\u{2060}' => Some("space of no width"),
        '\u{feff}' => Some("byte-order mark"),
        '\u{ad}' => Some("soft hyphen"),
        '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some("mark of the direction of writing")
        }
        c if c.is_whitespace() && !c.is_ascii() => Some("special space"),
        c if c.is_control() && !c.is_whitespace() || "\u{b}\u{c}".contains(c) => {
            Some("control character")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_shown_as_people_write_them() {
        for (x, text) in [
            (1e14, "1e14"),
            (160.0, "160"),
            (0.1 + 0.2, "0.3"),
            (123_456.0, "123456"),
            (1_234_567.0, "1234567.0"),
            (1e6, "1e6"),
            (2.5e-7, "2.5e-7"),
            (0.001, "0.001"),
            (-1e30, "-1e30"),
            (f64::MAX, "1.7976931348623157e308"),
            (1e308 / 3.0, "3.33333333333333e307"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "nan"),
            (0.0, "0"),
        ] {
            assert_eq!(shown(x), text.trim_end_matches(".0"), "{x:e}");
        }
        assert_eq!(exact(160.0), "160.0");
        assert_eq!(exact(1e14), "1e14");
    }

    #[test]
    fn what_is_no_number_is_named() {
        for (cell, words) in [
            ("1\u{a0}000", "a no-break space (U+00A0)"),
            ("\u{feff}1", "a byte-order mark (U+FEFF)"),
            ("1\u{1a}", "a control character (U+001A)"),
            ("0,5", "a decimal comma"),
            ("\u{2212}1e-3", "a dash"),
            ("banana", "`banana` is no number"),
            ("", "`` is no number"),
        ] {
            let found = number(cell).unwrap_err();
            assert!(found.contains(words), "{cell:?}: {found}");
        }
        assert!(number(&"9".repeat(400)).is_ok_and(f64::is_infinite));
        for (cell, words) in [("\u{feff}0.1", "byte-order"), ("\u{1a}", "control")] {
            let found = number_or_text(cell).unwrap_err();
            assert!(found.contains(words), "{cell:?}: {found}");
        }
        assert_eq!(number_or_text("CMS\u{a0}2021"), Ok(None));
        assert_eq!(number_or_text(""), Ok(None));
        assert!(number(&"x".repeat(100_000)).unwrap_err().len() < 200);
    }

    proptest! {
        #[test]
        fn exact_numbers_read_back_in_rust_and_toml_and_shown_ones_are_short(bits: u64) {
            let x = f64::from_bits(bits);
            let text = exact(x);
            let toml: toml::Table = format!("x = {text}").parse().unwrap();
            let read = toml["x"].as_float().unwrap();
            prop_assert!(x.is_nan() && read.is_nan() || read == x, "{text}");
            prop_assert!(shown(x).len() <= 23, "{}", shown(x));
            if x.is_finite() {
                let near: f64 = shown(x).parse().unwrap();
                prop_assert!(near == x || (near / x - 1.0).abs() < 1e-14, "{text}");
            }
        }
    }
}
